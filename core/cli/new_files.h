/* The files of a new pack, as they stand in core/cli/new: part of the program. */
#ifndef CLI_NEW_FILES_H
#define CLI_NEW_FILES_H

#include <stddef.h>

typedef struct new_file {
  const char *name;
  const char *start, *end;
} new_file;

extern const new_file new_files[];
extern const size_t new_file_count;

#endif
