/* Inside expr: the loops. Each runs over one chunk of rows; an operand is a lane of values with the
 * sentinels of data/batch.h. What does not fit sets the row's flag in `redo`: the row's value then
 * means nothing here, and the row is evaluated again on its own (expr_row). */
#ifndef EVAL_EXPR_KERNELS_H
#define EVAL_EXPR_KERNELS_H

#include "../data/batch.h"
#include "../lang/notation_moment.h"

enum { CHUNK_ROWS = 512 };

typedef struct text_view {
  const char *at; /* NULL = missing */
  uint32_t size;
} text_view;

typedef struct lane {
  int64_t *i64; /* I64, and the numerators of RATIO */
  int64_t *den;
  int32_t *i32;
  double *f64;
  text_view *text;
  /* What is known of I64: every value that is there lies in [low, high]. */
  int64_t low, high;
  bool missing; /* some may be missing */
} lane;

typedef struct chunk {
  size_t rows;
  bool again; /* some flag is set */
  uint8_t redo[CHUNK_ROWS];
} chunk;

void lane_scan(lane *a, size_t rows); /* finds low, high, missing */

void kernel_affine(chunk *c, const lane *a, int64_t k, int64_t plus, lane *out);
void kernel_linear(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb, lane *out);
void kernel_multiply(chunk *c, const lane *a, const lane *b, lane *out);
void kernel_divide(chunk *c, const lane *a, int64_t by, round_mode mode, lane *out);
void kernel_least(chunk *c, const lane *a, const lane *b, bool greatest, lane *out);
void kernel_abs(chunk *c, const lane *a, lane *out);
void kernel_compare(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb, node_kind kind,
                    lane *out);
/* LESS_EQUAL, GREATER_EQUAL, EQUAL or NOT_EQUAL with a constant */
void kernel_compare_constant(chunk *c, const lane *a, int64_t with, node_kind kind, lane *out);
/* a * ka modulo b * kb, of the divisor's sign */
void kernel_modulo(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb, lane *out);
void kernel_sign(chunk *c, storage s, const lane *a, lane *out); /* -1, 0, 1; I64, F64, RATIO */
/* Copies, and flags what lies outside. */
void kernel_bounded(chunk *c, const lane *a, int64_t least, int64_t most, lane *out);
void kernel_moment(chunk *c, const moment_call *call, const lane *const *arguments, size_t count,
                   lane *out);

void kernel_quotient(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb, lane *out);
void kernel_to_ratio(chunk *c, const lane *a, int64_t denominator, lane *out);
void kernel_ratio(chunk *c, node_kind kind, const lane *a, const lane *b, lane *out);
void kernel_ratio_least(chunk *c, const lane *a, const lane *b, bool greatest, lane *out);
void kernel_ratio_abs(chunk *c, const lane *a, lane *out);
void kernel_ratio_compare(chunk *c, const lane *a, const lane *b, node_kind kind, lane *out);
/* a * times / by, rounded to a whole number */
void kernel_ratio_round(chunk *c, const lane *a, int64_t times, int64_t by, round_mode mode,
                        lane *out);

void kernel_i64_to_double(chunk *c, const lane *a, int64_t denominator, lane *out);
void kernel_ratio_to_double(chunk *c, const lane *a, lane *out);
void kernel_double(chunk *c, node_kind kind, const lane *a, const lane *b, lane *out);
void kernel_double_least(chunk *c, const lane *a, const lane *b, bool greatest, lane *out);
void kernel_double_function(chunk *c, const lane *a, function_kind f, double unit, lane *out);
void kernel_double_modulo(chunk *c, const lane *a, const lane *b, lane *out);
void kernel_double_compare(chunk *c, const lane *a, const lane *b, node_kind kind, lane *out);

void kernel_and(chunk *c, const lane *a, const lane *b, lane *out);
void kernel_or(chunk *c, const lane *a, const lane *b, lane *out);
void kernel_not(chunk *c, const lane *a, lane *out);
void kernel_code_compare(chunk *c, const lane *a, const lane *b, node_kind kind, lane *out);
void kernel_text_compare(chunk *c, const lane *a, const lane *b, bool unequal, lane *out);
/* a whole number of a text; a condition on two */
void kernel_text_measure(chunk *c, const lane *a, function_kind f, lane *out);
void kernel_text_relation(chunk *c, const lane *a, const lane *b, function_kind f, lane *out);
/* a text of a text: changed (in memory of `texts`), or a piece of it; length NULL = to the end */
void kernel_text_change(chunk *c, const lane *a, function_kind f, arena *texts, lane *out);
void kernel_text_part(chunk *c, const lane *a, const lane *start, const lane *length, lane *out);
void kernel_is_missing(chunk *c, storage s, const lane *a, bool inverted, lane *out);
void kernel_select(chunk *c, storage s, const lane *condition, const lane *a, const lane *b,
                   lane *out);
void kernel_coalesce(chunk *c, storage s, const lane *a, const lane *b, lane *out);

#endif
