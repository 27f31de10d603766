/* Decision tables, compiled: what the files that run them share, and what analysis and explanation
 * may look at. */
#ifndef EVAL_TABLE_H
#define EVAL_TABLE_H

#include "matcher.h"
#include "trace.h"

/* A constant, a formula, or no value. */
typedef struct cell {
  const value *constant;
  const formula *formula;
} cell;

static inline bool cell_is_given(const cell *c) {
  return c->constant || c->formula;
}

/* An output: its cells, and the column that they make. */
typedef struct output {
  const table_output *declared;
  value_type type; /* of a cell; the column's own is another if the policy makes lists or counts */
  bool declared_type;
  cell *cells; /* by row; behind the last: the default */
  int result;
  bool computed; /* some cell is not a constant, or the type has no lookup */
  size_t size;   /* of the lookup: the default, then the rows; 0 = none */
  int32_t *i32;
  int64_t *i64;
  double *f64;
  const char **texts; /* of lists: the constants as written, by row */
} output;

typedef struct table {
  stage base;
  const table_step *declared; /* the rows in force on the day of as_of, in the order in which they
                                 are tried: by rank where the policy ranks them */
  matcher matcher;
  output *outputs;
  code **codes; /* by row; behind the last: the default's */
  bool gives;
  trace_point *point; /* NULL in a version that is not in force */
} table;

/* The rows that each record hits: rows[first[record]] .. rows[first[record + 1] - 1]. The number
 * behind the last row is the default. */
typedef struct hits {
  uint32_t *first;
  int32_t *rows;
} hits;

/* The versions of the table that is step number `number`: how many, and the first of them. */
size_t table_versions(const pack *p, size_t number, size_t *first);

/* ---- table_output.c ---- */

/* False after a finding. */
bool output_compile(builder *b, table *s, size_t number);
/* The columns of the cells that are formulas, by row, for the records that hit their rows. */
const column **output_evaluate(evaluator *v, const table *s, const output *o, const hits *h);
/* The value that a row gives a record, at `at` of a column of the output's type (texts: appended).
 * False: it is too large for the type. */
bool output_put(const output *o, const column *const *made, size_t row, size_t record, column *to,
                size_t at);
/* The one row that each record hits, hit[record] (-1: the default). */
void output_pick(evaluator *v, const table *s, const output *o, const int32_t *hit);
void output_overflow(evaluator *v, const table *s, const output *o, size_t row, size_t record);

/* ---- table_collect.c: policies by which all rows count ---- */

bool collect_compile(builder *b, table *s);
hits collect_hits(evaluator *v, const table *s, const match_run *run);
void collect_run(evaluator *v, const table *s, const hits *h);

#endif
