/* Which row of a table a record matches: the masks of all columns ANDed, the lowest bit. Tests that
 * need other columns are evaluated row by row and join as masks of their own. */
#ifndef EVAL_MATCHER_H
#define EVAL_MATCHER_H

#include "thresholds.h"

typedef struct dynamic_test {
  size_t row;
  const formula *condition;
} dynamic_test;

typedef struct matcher_column {
  int cut;                 /* -1: no test but dynamic ones */
  const unary_test *tests; /* row_count */
} matcher_column;

typedef struct matcher {
  size_t column_count, row_count, words;
  matcher_column *columns;
  size_t lookup_count; /* columns that are looked up */
  lookup *lookups;
  int *cuts;
  size_t dynamic_count;
  dynamic_test *dynamics;
  size_t hit, again; /* scratch */
} matcher;

/* tests[column] points to the tests of its rows, which must live on. */
bool matcher_init(builder *b, matcher *m, const formula *const *inputs, size_t column_count,
                  size_t row_count, const unary_test *const *tests);
void matcher_finish(builder *b, matcher *m);
/* The first matching row of each record, -1 = none; `again` (may be NULL) receives a column that is
 * not 0 where more than one matches. */
const int32_t *matcher_run(evaluator *v, const matcher *m, const int32_t **again);
/* Whether one record matches one row. After matcher_run of the batch. */
bool matcher_matches(evaluator *v, const matcher *m, size_t record, size_t row);

#endif
