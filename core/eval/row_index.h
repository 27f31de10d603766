/* Which rows of a long table a record matches, found from sets of rows: for each group of neighbouring
 * segments of a column the rows that some value of it matches, and above each set a summary of its
 * words that are not empty. The sets of all columns are ANDed, the summaries first, so that a record
 * looks only at words in which a row may stand, and stops at the first that it matches. Where a column
 * has more segments than groups, a row found is verified by its own segments.
 * (Aggregated bit vectors: Baboescu and Varghese, Scalable Packet Classification, SIGCOMM 2001.) */
#ifndef EVAL_ROW_INDEX_H
#define EVAL_ROW_INDEX_H

#include "thresholds.h"

typedef struct index_column {
  int32_t bias;   /* what makes a segment of the index of cut_index */
  unsigned shift; /* group = segment >> shift */
  size_t groups;
  uint64_t *rows;   /* by group: row_index.words words */
  uint64_t *blocks; /* by group: row_index.blocks words, a bit for each word of rows */
  uint32_t *first;  /* the spans of row r: first[r] .. first[r + 1] - 1 */
  cut_span *spans;
} index_column;

typedef struct row_index {
  size_t row_count, words, blocks, column_count;
  index_column *columns;
} row_index;

void row_index_init(builder *b, row_index *x, size_t row_count, size_t column_count);
/* The column at `at`, of which tests[row] are the tests. After cuts_finish. */
void row_index_column(builder *b, row_index *x, size_t at, const cut *c, const unary_test *tests);
/* The first row from `from` on that all columns match, -1 = none. segments[column] are what cut_index
 * gave; `sets` is room for 2 * column_count pointers. */
int32_t row_index_next(const row_index *x, const int32_t *const *segments, size_t record,
                       size_t from, const uint64_t **sets);

#endif
