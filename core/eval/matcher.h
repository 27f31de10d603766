/* Which rows of a table a record matches. A short table is masks: those of all columns ANDed, 32 rows a
 * word, the lowest bit first. A long one is a row index. Tests that need other columns are evaluated
 * over the batch and take rows away.
 *
 * The compiled tests stay as they are, by column and row, for whoever looks at the table itself. */
#ifndef EVAL_MATCHER_H
#define EVAL_MATCHER_H

#include "row_index.h"

/* A test that needs other columns; rows with the same one share the condition. */
typedef struct dynamic_test {
  size_t row, condition;
} dynamic_test;

typedef struct matcher_column {
  int cut;                 /* -1: no test but dynamic ones */
  const unary_test *tests; /* row_count */
} matcher_column;

typedef struct matcher {
  size_t column_count, row_count, words;
  matcher_column *columns;
  size_t lookup_count; /* columns that are looked up */
  lookup *lookups;     /* short tables */
  int *cuts;
  bool is_long;
  row_index index;         /* long tables, a column for each that is looked up */
  uint32_t *dynamic_first; /* by row, of long tables */
  size_t dynamic_count, condition_count;
  dynamic_test *dynamics; /* by condition; of long tables by row */
  const formula **conditions;
  size_t hit, again; /* scratch */
} matcher;

/* tests[column] points to the tests of its rows, which must live on. */
bool matcher_init(builder *b, matcher *m, const formula *const *inputs, size_t column_count,
                  size_t row_count, const unary_test *const *tests);
void matcher_finish(builder *b, matcher *m);

/* The matches of one batch, in the frame's scratch. */
typedef struct match_run {
  const matcher *matcher;
  const int32_t **segments; /* by column that is looked up, of the records */
  const int32_t *direct;    /* short: masks of the rows that dynamic tests leave, or NULL */
  const uint64_t *truth;    /* long: by condition, a bit for each record */
  const uint64_t **sets;    /* long: room for row_index_next */
  int32_t *hit;             /* the first row that each record matches, -1 = none */
  int32_t *again;           /* not 0 where more than one matches; NULL if not asked for */
} match_run;

void matcher_open(evaluator *v, const matcher *m, bool again, match_run *out);
/* The next row that the record matches behind `after`, -1 = none. */
int32_t matcher_next(const match_run *run, size_t record, int32_t after);
/* The first matching row of each record alone. */
const int32_t *matcher_run(evaluator *v, const matcher *m);

#endif
