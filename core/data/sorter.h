/* Sorting more records than memory holds: blocks are sorted and written one after the other to a
 * temporary file, and merged when they are read back. All records have one size. */
#ifndef DATA_SORTER_H
#define DATA_SORTER_H

#include "../base/error.h"
#include <stddef.h>

typedef struct sorter sorter;

/* Total order of two records: < 0, 0, > 0. Records that compare equal come in no certain order. */
typedef int sorter_compare(const void *a, const void *b);

/* Holds about `budget` bytes in memory; the file lies in `folder` (NULL = TMPDIR). */
sorter *sorter_new(size_t record_size, sorter_compare *compare, size_t budget, const char *folder);
void sorter_free(sorter *s);
error_code sorter_add(sorter *s, const void *record, error *e);
/* After the last add: the records in order, from the first. */
error_code sorter_sort(sorter *s, error *e);
/* The next record, until the one after it is asked for; NULL behind the last. */
error_code sorter_next(sorter *s, const void **record, error *e);
/* From the first again. */
error_code sorter_rewind(sorter *s, error *e);

#endif
