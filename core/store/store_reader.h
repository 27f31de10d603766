/* What the reading files of this room share: an open reader. */
#ifndef STORE_STORE_READER_H
#define STORE_STORE_READER_H

#include "store_inner.h"

struct store_reader {
  store *store;
  sqlite3 *db; /* its own connection, one read transaction from open to close */
  arena texts;
  store_run run;
  layout layout;
  column *row;               /* the outputs, one row */
  const char **reason_texts; /* triples code, language, text */
  size_t reason_text_count;
  store_alert *alerts;
  size_t alert_count;
};

/* The columns that reader_row reads, and FROM: "SELECT sequence, … FROM decision_7". */
void reader_select(const store_reader *r, buffer *sql);
/* The row that the statement stands on. Valid until the next step. */
void reader_row(store_reader *r, sqlite3_stmt *q, store_row *out);
/* Puts SQL column i (and the next, if it is a divisor) into row 0 of the column; the number of the
 * next SQL column. */
int reader_value(column *c, sqlite3_stmt *q, int i);
/* Steps a statement of reader_select to its end. `rows` (may be NULL) counts. */
error_code reader_each(store_reader *r, sqlite3_stmt *q, store_each *each, void *ctx, int64_t *rows,
                       error *e);
/* The output of the name, or ERR_USAGE with what may have been meant. */
error_code reader_output(const store_reader *r, const char *name, size_t *out, error *e);

#endif
