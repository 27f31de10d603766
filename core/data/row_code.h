/* Records as bytes, whose order is that of their values: compared as bytes, a record is less than
 * another when its first field that differs is. A missing value is the least; numbers, dates and
 * moments follow by size, choices by their place in the list, texts by their bytes. So bytes can be
 * sorted, merged and compared by who knows nothing of fields, and take little room on disk. */
#ifndef DATA_ROW_CODE_H
#define DATA_ROW_CODE_H

#include "batch.h"

/* Appends the values of a row, from field number `from` of the batch's schema on. No lists. */
void row_encode(buffer *out, const batch *b, size_t from, size_t row);
/* Reads one record of the batch's schema into row `row` of the columns that are there; texts must
 * be read in ascending order of rows. The bytes are those of row_encode. Returns how many they are.
 */
size_t row_decode(const char *bytes, batch *out, size_t row);

#endif
