/* Points of a record by tests of one value: sum = { "type", { "demo", 60 }, { "reply", 20 } }. */
#ifndef EVAL_RECORD_POINTS_H
#define EVAL_RECORD_POINTS_H

#include "list_rows.h"

typedef struct record_points_row {
  unary_test test;
  int64_t points; /* in units of the type */
} record_points_row;

typedef struct record_points {
  const formula *input;
  value_type type; /* of the points: INTEGER or DECIMAL */
  size_t count;
  record_points_row *rows; /* the first that matches counts */
  int32_t *word_rows;      /* CHOICE, BOOLEAN: the row of each word */
  int32_t missing_row;     /* the row that takes what is missing; -1 = none */
  struct trace_point *point;
} record_points;

/* While the list is open. False after a finding: a word without points, a test of other columns. */
bool record_points_compile(builder *b, record_points *p, const aggregate_step *s);
/* The points of each record of the piece. One that no row takes is a fault NO_ROW of its customer,
 * where it counts; one without a value is missing unless a row takes it. */
const column *record_points_run(const record_points *p, const stage *s, list_walk *w,
                                const uint8_t *counted);

#endif
