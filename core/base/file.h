/* Files: their names, and small ones read whole. Not for customer records. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "memory.h"

/* What stands behind the last '/'; "" for NULL. */
const char *file_base_name(const char *path);
/* The whole file in the arena, ended by a NUL that does not count; NULL with errno set if it cannot be
 * read, or has more than `most` bytes (EFBIG). */
char *file_read(arena *a, const char *path, size_t most, size_t *size);

#endif
