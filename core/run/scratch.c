/* The scratch folders of dry runs. */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "assay-dry-"
#define LOCK_NAME "lock"

static const char *const contents[] = {"dry.db", "dry.db-wal", "dry.db-shm", "dry.db-journal",
                                       LOCK_NAME};

static const char *temporary_folder(void) {
  const char *folder = getenv("TMPDIR");
  return folder && *folder ? folder : "/tmp";
}

/* The lock goes last: until then nobody else takes the folder for a dead one's. */
static void empty_folder(int folder) {
  for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) unlinkat(folder, contents[i], 0);
}

/* True when the folder's owner is this user and its lock is free. A folder without a lock may be
 * about to get one. */
static bool is_dead(int folder) {
  struct stat st;
  if (fstat(folder, &st) || st.st_uid != geteuid()) return false;
  const int lock = openat(folder, LOCK_NAME, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (lock < 0) return false;
  const bool dead = flock(lock, LOCK_EX | LOCK_NB) == 0;
  close(lock);
  return dead;
}

static void sweep(const char *base) {
  DIR *all = opendir(base);
  if (!all) return;
  for (struct dirent *x; (x = readdir(all));) {
    if (strncmp(x->d_name, PREFIX, strlen(PREFIX)) != 0) continue;
    const int folder =
        openat(dirfd(all), x->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder < 0) continue;
    const bool dead = is_dead(folder);
    if (dead) empty_folder(folder);
    close(folder);
    if (dead) unlinkat(dirfd(all), x->d_name, AT_REMOVEDIR);
  }
  closedir(all);
}

error_code scratch_make(scratch *s, arena *a, error *e) {
  const char *base = temporary_folder();
  char *folder = arena_format(a, "%s/" PREFIX "XXXXXX", base);
  sweep(base);
  s->lock = -1;
  if (mkdtemp(folder)) {
    s->folder = folder;
    s->database = arena_format(a, "%s/%s", folder, contents[0]);
    s->lock = open(arena_format(a, "%s/" LOCK_NAME, folder), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  }
  if (s->lock >= 0 && flock(s->lock, LOCK_EX | LOCK_NB) == 0) return ERR_OK;
  const int why = errno;
  scratch_remove(s);
  return error_set(e, ERR_STORE,
                   "cannot make %s for the dry run: %s; set TMPDIR to a folder that can be written",
                   folder, strerror(why));
}

void scratch_remove(scratch *s) {
  if (!s->folder) return;
  const int folder = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (folder >= 0) {
    empty_folder(folder);
    close(folder);
    rmdir(s->folder);
  }
  if (s->lock >= 0) close(s->lock);
  *s = (scratch){.lock = -1};
}
