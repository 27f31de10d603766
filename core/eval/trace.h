/* The trace: which way each record went at each decision point of a plan.
 *
 * A decision point is a place of the pack where a record takes one of several ways: the row of a
 * table, the attribute of a characteristic, the band, the term of a limit that binds, the clause of
 * a cadence, the codes of a list. The compilers of the steps declare them, each with its ways, their
 * places, conditions and codes, so that whoever explains, counts coverage, mutates or documents a
 * pack need not know the steps. They are declared always: they cost nothing when a plan runs.
 *
 * An evaluator that traces notes for every record the ways taken, and the amounts of limits and the
 * moments of cadences after each operation and clause. They hold until its next batch. A stage asks
 * `v->trace` once a batch; the trace must never change what a stage does. */
#ifndef EVAL_TRACE_H
#define EVAL_TRACE_H

#include "../lang/notation.h"
#include "plan.h"

struct formula; /* build.h */
struct builder;

typedef enum point_kind {
  POINT_FORMULA,   /* one way, which is always taken: its value */
  POINT_ATTRIBUTE, /* of a characteristic: its attributes, then the missing value */
  POINT_ROW,       /* of a table: its rows; none = no row matched */
  POINT_BAND,      /* the bands, then the missing value */
  POINT_LINE,      /* of adjust, worst, best: its lines */
  POINT_CLAUSE,    /* of a cadence: none = it did not apply; after: the moment due */
  POINT_OPERATION, /* of a limit: its terms; none = nothing picked or bound; after: the amount */
  POINT_CODES,     /* of a list: the codes it shows */
  POINT_RECORDS,   /* of a list of records: the rows of points, the buckets, into which one falls */
  POINT_RULE       /* of Lua: one way, taken if the call ended well */
} point_kind;

/* One way to go. */
typedef struct trace_way {
  const char *label; /* as written: "P1", ">= 75", the number of a row; a code */
  const char *code;  /* the reason code that it gives, or NULL */
  place at;
  bool implied; /* it has no line of its own: the missing value where nothing says so */
  const struct formula *when;  /* a condition of its own, or NULL */
  const struct formula *value; /* what it gives: points, amount, days; or NULL */
  /* Of a characteristic: what it adds to the score, weighted and divided; a formula or constant. */
  const struct formula *counted;
  rational counts;
  const struct formula *absent; /* of a code: given where this is missing */
  const value *at_least;        /* of a band: its bound; NULL = the rest */
} trace_way;

typedef struct trace_point {
  size_t number; /* index into trace_points */
  point_kind kind;
  size_t step;         /* index into pack->steps */
  const char *label;   /* the characteristic, the operation, the clause, the list, the table */
  const char *outcome; /* what comes of it: the name of a result, or NULL */
  place at;
  bool several; /* more ways than one can be taken */
  bool always;  /* its one way is always taken, and not noted */
  bool amounts; /* the amount after it is noted */
  size_t way_count;
  trace_way *ways;
  /* Of a table: the cells of its outputs, by output and way: a formula or a constant; both NULL = no
   * value. */
  const struct formula *const *const *gives;
  const value *const *const *constants;
  /* What the ways test: for the first `tested` ways there is a test of each input, as written and
   * as read; a way is taken when all its tests match. */
  size_t input_count, tested;
  const struct formula *const *inputs;
  const rule_text *const *texts;  /* texts[input][way]; text NULL = "-" */
  const unary_test *const *tests; /* tests[input][way] */
} trace_point;

/* ---- declaring, while a step is compiled ---- */

/* A new point of the step at hand, with `ways` empty ways to be filled in. Lives in the plan. */
trace_point *trace_declare(struct builder *b, point_kind kind, const char *label, place at,
                           size_t ways);
/* Makes room for its ways later, when their number is known. */
void trace_ways(struct builder *b, trace_point *p, size_t ways);

/* ---- noting, while a stage runs; only if v->trace ---- */

/* The column of the way taken, by row; -1 = none. Every row must be written. */
int32_t *trace_column(evaluator *v, const trace_point *p);
/* Every row: the first way, except where `unless` is set. */
void trace_unless(evaluator *v, const trace_point *p, const uint8_t *unless);
/* The set of ways of a row, of trace_words words, those of the next row behind it; trace_clear empties
 * those of all rows. */
static inline size_t trace_words(const trace_point *p) {
  return (p->way_count + 63) / 64;
}
uint64_t *trace_set(evaluator *v, const trace_point *p, size_t row);
void trace_clear(evaluator *v, const trace_point *p);
void trace_add(evaluator *v, const trace_point *p, size_t row, size_t way);
/* The amounts after a point, num[row] / den; MISSING_I64 = unknown. */
void trace_amounts(evaluator *v, const trace_point *p, const int64_t *num, int64_t den);
/* The amount of one row, in place of what trace_amounts said or will say. */
void trace_amount(evaluator *v, const trace_point *p, size_t row, bool known, rational amount);

/* ---- reading ---- */

size_t trace_points(const plan *p, const trace_point *const **out);
/* Makes the evaluator trace from its next batch on. */
void evaluator_trace(evaluator *v);
bool evaluator_traces(const evaluator *v);
/* Whether the row took the way. Of a point with one way: which, -1 = none. */
bool trace_took(const evaluator *v, const trace_point *p, size_t row, size_t way);
int trace_way_of(const evaluator *v, const trace_point *p, size_t row);
/* The amount after the point; false if it is unknown there. */
bool trace_after(const evaluator *v, const trace_point *p, size_t row, rational *out);

/* For the evaluator: the start of a batch, and the end of everything. */
void trace_begin(evaluator *v);
void trace_free(evaluator *v);

#endif
