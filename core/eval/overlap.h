/* What two rows of a table have in common, found from their tests alone: for warnings. Where it cannot
 * be sure it says no; it must never change what a table does. */
#ifndef EVAL_OVERLAP_H
#define EVAL_OVERLAP_H

#include "build.h"

/* A test as written and as read. */
typedef struct row_test {
  const char *text; /* NULL = "-" */
  const unary_test *test;
} row_test;

/* Whether every value that `b` matches, `a` matches as well. */
bool test_covers(row_test a, row_test b);
/* Whether some value matches both. */
bool test_meets(row_test a, row_test b);

/* Warns of rows that are never reached (first hit, priority), or of two that can both match (unique).
 * tests[column] points to the tests of its rows. */
void overlap_check(builder *b, const table_step *t, const unary_test *const *tests);

#endif
