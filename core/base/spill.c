/* Temporary files. Each is unlinked before the first byte, where the file system can do that at once by
 * being made without a name. */
#include "spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"

struct spill {
  int file; /* -1 = none yet */
  uint64_t size;
  char *folder;
};

const char *spill_folder(void) {
  const char *folder = getenv("TMPDIR");
  return folder && *folder ? folder : "/tmp";
}

spill *spill_new(const char *folder) {
  spill *s = mem_alloc(sizeof *s);
  s->file = -1;
  s->folder = mem_string(folder ? folder : spill_folder());
  return s;
}

void spill_free(spill *s) {
  if (!s) return;
  if (s->file >= 0) close(s->file);
  free(s->folder);
  free(s);
}

static error_code fault(const spill *s, const char *what, error *e) {
  return error_set(e, ERR_STORE,
                   "the temporary file in %s cannot be %s: %s; free some disk there, or set TMPDIR "
                   "to a folder with room",
                   s->folder, what, strerror(errno));
}

static error_code make_file(spill *s, error *e) {
  s->file = open(s->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (s->file >= 0) return ERR_OK;
  buffer path = {0}; /* a file system without O_TMPFILE */
  buffer_format(&path, "%s/assay-XXXXXX", s->folder);
  s->file = mkostemp(path.data, O_CLOEXEC);
  const int why = errno;
  if (s->file >= 0) unlink(path.data);
  buffer_deinit(&path);
  errno = why;
  return s->file >= 0 ? ERR_OK : fault(s, "made", e);
}

error_code spill_append(spill *s, const void *data, size_t size, error *e) {
  if (s->file < 0 && make_file(s, e)) return e->code;
  for (size_t done = 0; done < size;) {
    const ssize_t n =
        pwrite(s->file, (const char *)data + done, size - done, (off_t)(s->size + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fault(s, "written", e);
    done += (size_t)n;
  }
  s->size += size;
  return ERR_OK;
}

error_code spill_read(const spill *s, uint64_t at, void *data, size_t size, error *e) {
  for (size_t done = 0; done < size;) {
    const ssize_t n = pread(s->file, (char *)data + done, size - done, (off_t)(at + done));
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = EIO;
    if (n <= 0) return fault(s, "read", e);
    done += (size_t)n;
  }
  return ERR_OK;
}

uint64_t spill_size(const spill *s) {
  return s->size;
}
