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
/* The matches of one batch, in the frame's scratch. */
typedef struct match_run {
  const matcher *matcher;
  const int32_t **index; /* by lookup: the segments of the records */
  const int32_t *direct; /* masks of the rows that dynamic tests leave, or NULL */
  const int32_t *hit;    /* the first row that each record matches, -1 = none */
  const int32_t *again;  /* not 0 where more than one matches; NULL if not asked for */
} match_run;

void matcher_open(evaluator *v, const matcher *m, bool again, match_run *out);
/* The next row that the record matches behind `after`, -1 = none. */
int32_t matcher_next(const match_run *run, size_t record, int32_t after);
/* The first matching row of each record alone. */
const int32_t *matcher_run(evaluator *v, const matcher *m);

#endif
