/* See instance.h. The file is never removed: who opened it just before would lock a file that nobody
 * else sees any more. */
#include "instance.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/un.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define TEXT_MOST 4096

struct instance {
  int file;
  instance_kind kind;
};

/* The database by its one real name, also before there is one. */
static const char *real_name(arena *a, const char *database) {
  char whole[PATH_MAX];
  if (realpath(database, whole)) return arena_string(a, whole);
  const char *slash = strrchr(database, '/');
  const char *folder = slash ? arena_string_n(a, database, (size_t)(slash - database) + 1) : ".";
  if (!realpath(folder, whole)) return arena_string(a, database);
  return arena_format(a, "%s/%s", whole, slash ? slash + 1 : database);
}

/* Lines: pid, socket, address. */
static void read_holder(int file, arena *a, instance_holder *out) {
  char text[TEXT_MOST];
  ssize_t n = pread(file, text, sizeof text - 1, 0);
  *out = (instance_holder){.socket = "", .address = ""};
  if (n <= 0) return;
  text[n] = '\0';
  char *socket = strchr(text, '\n');
  out->pid = strtoll(text, NULL, 10);
  if (!socket++) return;
  size_t length = strcspn(socket, "\n");
  out->socket = arena_string_n(a, socket, length);
  if (!socket[length]) return;
  const char *address = socket + length + 1;
  out->address = arena_string_n(a, address, strcspn(address, "\n"));
}

static error_code held(const char *path, int file, arena *a, instance_holder *out, error *e) {
  read_holder(file, a, out);
  if (out->pid)
    return error_set(
        e, ERR_BUSY, "%s: the service with process %lld has this database%s%s. Ask it, or stop it",
        path, (long long)out->pid, *out->address ? " and listens at " : "", out->address);
  return error_set(e, ERR_BUSY,
                   "%s: a run is using this database: wait for it to end and try again; "
                   "`fuser %s.lock` names its process",
                   path, path);
}

error_code instance_take(const char *database, instance_kind kind, instance **out, arena *a,
                         instance_holder *holder, error *e) {
  const char *name = real_name(a, database), *path = arena_format(a, "%s.lock", name);
  int how = (kind == INSTANCE_SERVICE ? LOCK_EX : LOCK_SH) | LOCK_NB;
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  *holder = (instance_holder){.socket = "", .address = ""};
  if (file < 0)
    return error_set(e, ERR_STORE, "%s: cannot be opened (%s): check its folder's permissions",
                     path, strerror(errno));
  if (flock(file, how)) {
    error_code code = errno == EWOULDBLOCK ? held(database, file, a, holder, e)
                                           : error_set(e, ERR_STORE, "%s: cannot be locked: %s",
                                                       path, strerror(errno));
    close(file);
    return code;
  }
  *out = mem_alloc(sizeof **out);
  **out = (instance){file, kind};
  return kind == INSTANCE_SERVICE ? instance_tell(*out, "", "", e) : ERR_OK;
}

error_code instance_tell(instance *i, const char *socket, const char *address, error *e) {
  char text[TEXT_MOST];
  int n = snprintf(text, sizeof text, "%lld\n%s\n%s\n", (long long)getpid(), socket, address);
  bool fine = n > 0 && (size_t)n < sizeof text && pwrite(i->file, text, (size_t)n, 0) == n &&
              ftruncate(i->file, n) == 0;
  return fine ? ERR_OK
              : error_set(e, ERR_STORE, "the lock file of the database cannot be written: %s",
                          strerror(errno));
}

void instance_release(instance *i) {
  if (!i) return;
  /* What it says is not believed without its lock; the empty file is only tidier. */
  if (i->kind == INSTANCE_SERVICE && ftruncate(i->file, 0)) errno = 0;
  close(i->file);
  free(i);
}

const char *instance_socket_path(arena *a, const char *database) {
  static const struct sockaddr_un shape;
  const char *name = real_name(a, database), *beside = arena_format(a, "%s.sock", name);
  if (strlen(beside) < sizeof shape.sun_path) return beside;
  const char *runtime = getenv("XDG_RUNTIME_DIR");
  return arena_format(a, "%s/assay-%u-%016llx.sock", runtime && *runtime ? runtime : "/tmp",
                      (unsigned)geteuid(), (unsigned long long)XXH3_64bits(name, strlen(name)));
}
