/* A small CSV file in memory: what a spreadsheet writes for a decision table or a list of texts.
 * UTF-8 with or without a byte order mark, or GB18030; ',' ';' or a tab between the cells (the one
 * that follows the first cell decides, or a first line `sep=;`); quotes as RFC 4180. Not for customer
 * records. */
#ifndef LANG_SHEET_H
#define LANG_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include "../base/error.h"
#include "../base/memory.h"

typedef struct sheet_row {
  int line;
  size_t count;
  const char **cells; /* blanks around them taken off */
} sheet_row;

typedef struct sheet {
  size_t count;
  sheet_row *rows; /* without those that are wholly empty */
} sheet;

/* Everything lives in the arena. False after a finding with the file's line. */
bool sheet_read(arena *a, const char *file, const char *data, size_t n, sheet *out,
                findings *found);

#endif
