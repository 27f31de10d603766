/* See file.h. */
#include "file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *file_base_name(const char *path) {
  const char *slash = path ? strrchr(path, '/') : NULL;
  return slash ? slash + 1 : path ? path : "";
}

char *file_read(arena *a, const char *path, size_t most, size_t *size) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  buffer b = {0};
  char chunk[65536];
  for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0 && b.size <= most;)
    buffer_add(&b, chunk, n);
  bool bad = ferror(f) != 0;
  if (b.size > most) bad = true, errno = EFBIG;
  fclose(f);
  char *out = bad ? NULL : arena_string_n(a, b.data ? b.data : "", b.size);
  *size = b.size;
  buffer_deinit(&b);
  return out;
}
