/* limit "credit_limit": an ordered list of operations on one amount, exact, each of which can say that
 * it was the one that bound. */
#ifndef EVAL_LIMIT_H
#define EVAL_LIMIT_H

#include "evaluator.h"
#include "trace.h"

typedef struct limit_input {
  const limit_term *declared;
  const formula *formula; /* the amount; of `zero` the condition */
  const formula *when;
  code *code;
  bool shows; /* the code is given with the amount */
  bool constant;
  rational exact;     /* the constant */
  int64_t num, den;   /* of the constant; den of a column */
  int64_t missing_as; /* over den: what a missing value of the column counts as, if it does */
} limit_input;

typedef struct limit_stage_operation {
  const limit_operation *declared;
  limit_operation_kind kind;
  const formula *when;
  size_t count;        /* terms */
  size_t inputs_total; /* and `none`, the last, if it has one */
  limit_input *inputs;
  limit_missing missing; /* never LIMIT_MISSING_USUAL */
  rational missing_as;
  bool has_none, has_negative;
  rational negative_as; /* what a start below 0 counts as */
  size_t silence_count;
  code **silences;
  rational step; /* of a rounding */
  trace_point *point;
} limit_stage_operation;

typedef struct limit {
  stage base;
  size_t count;
  limit_stage_operation *operations;
  bool has_missing;
  int64_t missing; /* in minor units */
  code *missing_code;
  trace_point *missing_point; /* NULL if a missing limit stays missing */
  int64_t unit;               /* minor units of 1 */
  bool plain; /* every amount has a constant denominator: whole columns can be computed */
  size_t input_count;
  int result;
} limit;

/* What the inputs of a batch hold, by operation and input in order. */
typedef struct limit_values {
  const column *column; /* of the amount; NULL for a constant and for `zero` */
  const uint8_t *when;  /* NULL = always; of `zero` whether it applies */
} limit_values;

/* What a bound lets pass: the least of at_most, the greatest of at_least. */
static inline bool limit_bounds_above(limit_operation_kind kind) {
  return kind == LIMIT_AT_MOST || kind == LIMIT_STEP_UP;
}

/* Gives the code of an input with its amount num / den behind it. */
void limit_give_amount(evaluator *v, size_t row, const limit_input *i, int128 num, int128 den);

/* Gives the code of an input that was picked, bound or applied, if it has one, and the amount where
 * that is asked for. */
static inline void limit_give(evaluator *v, size_t row, const limit_input *i, int128 num,
                              int128 den) {
  if (i->shows)
    limit_give_amount(v, row, i, num, den);
  else if (i->code)
    give(v, row, i->code);
}

/* One record in rationals: the definition, and what computes when 64 bits are too narrow. False:
 * 128 bits are too narrow as well. */
bool limit_exact(const limit *s, evaluator *v, const limit_values *values, size_t row,
                 int64_t *out);
/* All records in columns of 64 bits; marks in `wide` the rows whose numbers did not fit. */
void limit_columns(const limit *s, evaluator *v, const limit_values *values, int64_t *out,
                   uint8_t *wide);

#endif
