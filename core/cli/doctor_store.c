/* assay doctor: the database, and who has it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/file.h"
#include "doctor.h"

static void tell(void *ctx, health h, const char *what, const char *mend) {
  doctor_tell(ctx, h, mend, "%s", what);
}

void doctor_look_at_store(doctor *d) {
  error e = {0};
  d->area = "store";
  if (access(d->database, F_OK) && errno == ENOENT) {
    doctor_tell(d, HEALTH_WARNING,
                "the first `assay run` makes it; else name it with --db or ASSAY_DB",
                "%s: there is no such database yet", d->database);
    return;
  }
  if (store_look(d->database, d->deep, tell, d, &d->store, &e)) return;
  doctor_tell(d, HEALTH_FINE, NULL, "%s: %lld MB, %lld of them free, %lld pack%s published",
              d->database, (long long)(d->store.bytes >> 20), (long long)(d->store.free >> 20),
              (long long)d->store.published, d->store.published == 1 ? "" : "s");
}

/* The first line of the lock file: what its holder wrote there. */
static const char *holder(arena *a, const char *path) {
  size_t n = 0;
  char *text = file_read(a, path, 4096, &n);
  if (text) text[strcspn(text, "\n")] = 0;
  return text && *text ? text : "a process that does not say who it is";
}

void doctor_look_at_lock(doctor *d) {
  arena a = {0};
  const char *path = arena_format(&a, "%s.lock", d->database);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  d->area = "lock";
  if (fd < 0 && errno == ENOENT)
    doctor_tell(d, HEALTH_FINE, NULL, "nobody has the database");
  else if (fd < 0)
    doctor_tell(d, HEALTH_WRONG, "give the file to the user that the service runs as", "%s: %s",
                path, strerror(errno));
  else if (flock(fd, LOCK_SH | LOCK_NB) == 0)
    doctor_tell(d, HEALTH_FINE, NULL, "nobody has the database; %s is of one that ended", path);
  else
    doctor_tell(d, HEALTH_FINE, NULL, "the database is in use: %s", holder(&a, path));
  if (fd >= 0) close(fd);
  arena_deinit(&a);
}
