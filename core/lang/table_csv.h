/* Decision tables as a spreadsheet keeps them: read, and written. What is written reads back as the
 * same table, but for effective dates of the table as a whole, which stand in the script.
 * Remarks come together in one column. */
#ifndef LANG_TABLE_CSV_H
#define LANG_TABLE_CSV_H

#include "declare.h"

/* Fills the step from the file beside the scripts; findings name the file's own lines. */
void table_csv_read(const body *b, const char *file, table_step *out);
/* Begins with a byte order mark if not all of it is ASCII: spreadsheets want one. */
void table_csv_write(const table_step *t, buffer *out);

#endif
