/* One value out of the records of one customer, piece by piece: sums, means, medians, the latest.
 *
 * Sums are kept in 128 bits; what does not fit the result is a fault, never a rounding. Quotients
 * and measured numbers are added in ascending order, so that the order of the records is of no
 * account. */
#ifndef EVAL_REDUCE_H
#define EVAL_REDUCE_H

#include "../data/batch.h"
#include "../lang/pack.h"

/* In which arithmetic. */
typedef enum reduce_form {
  REDUCE_I64,   /* over a constant denominator */
  REDUCE_RATIO, /* exact quotients */
  REDUCE_F64,   /* measured numbers */
  REDUCE_WORD,  /* choices and booleans */
  REDUCE_TEXT
} reduce_form;

/* A result that is the same for all. */
typedef struct reduce_constant {
  bool given, missing;
  rational exact; /* also a choice's word, a date */
  double number;
  const char *text;
} reduce_constant;

typedef struct reduce_plan {
  aggregate_kind kind;
  reduce_form form;
  value_type value;  /* of the column of values; COUNT has none */
  value_type weight; /* TYPE_NONE = none */
  value_type result;
  int halvings; /* the most that rows can have, 0 = none */
  bool factors; /* rows have factors; then the form is REDUCE_F64 */
  bool skip_missing;
  bool ties; /* LATEST and EARLIEST: among equals the least or greatest value counts */
  bool greatest;
  reduce_constant none;
  bool direct; /* the result is in the unit of the values, and not bounded */
  bool has_least, has_most;
  rational least, most;
} reduce_plan;

/* The columns of one piece. */
typedef struct reduce_columns {
  const uint8_t *counted;
  const column *value, *weight, *by; /* NULL = none */
  const uint8_t *halvings;
  const double *factors;
} reduce_columns;

/* A value held until the customer's records are all seen. */
typedef struct reduce_held {
  int64_t i64, den; /* also words; of a text: where it begins in `texts`, and its length */
  double f64;
} reduce_held;

typedef struct reduce_state {
  size_t count; /* records that count and have a value */
  bool unknown; /* one that counts has none */
  bool too_large;
  int128 sum, weights;
  int64_t by;
  reduce_held best;
  size_t held_count, held_capacity;
  reduce_held *held; /* MEDIAN, DISTINCT, sums of REDUCE_RATIO and F64: values, each before its
                        weight if there are any */
  buffer texts;
} reduce_state;

void reduce_begin(reduce_state *s);
/* Takes in rows [from, to) of the columns. */
void reduce_rows(const reduce_plan *p, reduce_state *s, const reduce_columns *c, size_t from,
                 size_t to);
/* Writes the result of the customer into row `row` of a column of p->result; false if it does not
 * fit: then it is missing. */
bool reduce_end(const reduce_plan *p, reduce_state *s, column *out, size_t row);
void reduce_missing(column *out, size_t row);
void reduce_free(reduce_state *s);

#endif
