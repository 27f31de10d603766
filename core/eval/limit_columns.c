/* Limits over whole columns: as long as every amount has a constant denominator, the running amount
 * has one too, known operation by operation, and only its numerators are computed. A row whose
 * numerator does not fit 64 bits is marked, and computed again in rationals. */
#include <string.h>
#include "limit.h"

#define FINEST INT64_C(1000000000000) /* a finer denominator is left to the rationals */

/* The running amounts. */
typedef struct amounts {
  size_t rows;
  int64_t *num; /* MISSING_I64 = unknown */
  int64_t den;
  uint8_t *wide;
  bool fine; /* the denominator grew too large */
} amounts;

/* An input's numerators: p[row * step]. */
typedef struct numerators {
  const int64_t *p;
  size_t step;
  int64_t den;
  const uint8_t *when;
} numerators;

/* The column with what a missing value counts as in its place. */
static const int64_t *filled(evaluator *v, const int64_t *p, int64_t missing_as) {
  int64_t *out = arena_array(&v->frame.scratch, BATCH_ROWS, sizeof *out);
  for (size_t r = 0; r < v->frame.rows; r++) out[r] = p[r] == MISSING_I64 ? missing_as : p[r];
  return out;
}

static numerators of_input(evaluator *v, const limit_stage_operation *o, const limit_input *i,
                           const limit_values *l) {
  if (i->constant) return (numerators){&i->num, 0, i->den, l->when};
  const int64_t *p = l->column->i64;
  if (o->missing == LIMIT_MISSING_COUNTS) p = filled(v, p, i->missing_as);
  return (numerators){p, 1, i->den, l->when};
}

static int64_t common_denominator(amounts *a, int64_t x, int64_t y) {
  int64_t out;
  int64_t common = (int64_t)int128_gcd(x, y);
  if (__builtin_mul_overflow(x / common, y, &out) || out > FINEST) {
    a->fine = true;
    return 1;
  }
  return out;
}

/* Brings the amounts over a finer denominator. */
static void refine(amounts *a, int64_t den) {
  if (a->fine || den == a->den) return;
  int64_t times = den / a->den;
  for (size_t r = 0; r < a->rows; r++)
    if (a->num[r] != MISSING_I64 &&
        (__builtin_mul_overflow(a->num[r], times, &a->num[r]) || a->num[r] == MISSING_I64))
      a->wide[r] = 1;
  a->den = den;
}

enum { WAY_NONE = -1, WAY_UNKNOWN = -2 };

/* Compares one input of all rows with the best before it. `strict`: a missing one makes the row
 * unknown, or one below 0 is skipped; the usual case is a loop of its own. */
static inline __attribute__((always_inline)) void take_better(amounts *a, const numerators *n,
                                                              int64_t times, int16_t t, bool least,
                                                              bool strict, bool unknown, bool skip,
                                                              int64_t *best, int16_t *which) {
  for (size_t r = 0; r < a->rows; r++) {
    int64_t from = n->p[r * n->step], x;
    if (strict && which[r] == WAY_UNKNOWN) continue;
    if (strict && unknown && from == MISSING_I64 && (!n->when || n->when[r]))
      which[r] = WAY_UNKNOWN;
    if (from == MISSING_I64 || (n->when && !n->when[r]) || (strict && skip && from < 0)) continue;
    if (__builtin_mul_overflow(from, times, &x) || x == MISSING_I64) {
      a->wide[r] = 1;
      continue;
    }
    if (which[r] >= 0 && (least ? x >= best[r] : x <= best[r])) continue;
    best[r] = x;
    which[r] = t;
  }
}

/* The least (or greatest) known input of each row over `den`, and its number; WAY_UNKNOWN: one that
 * is needed is missing. */
static void extreme(amounts *a, evaluator *v, const limit_stage_operation *o, const limit_values *l,
                    int64_t den, bool least, int64_t *best, int16_t *which) {
  bool unknown = o->missing == LIMIT_MISSING_UNKNOWN, skip = o->declared->skip_negative;
  for (size_t r = 0; r < a->rows; r++) best[r] = MISSING_I64;
  memset(which, 0xFF, a->rows * sizeof *which);
  for (size_t t = 0; t < o->count; t++) {
    numerators n = of_input(v, o, &o->inputs[t], &l[t]);
    if (unknown || skip)
      take_better(a, &n, den / n.den, (int16_t)t, least, true, unknown, skip, best, which);
    else
      take_better(a, &n, den / n.den, (int16_t)t, least, false, false, false, best, which);
  }
}

/* Rows without a candidate start from `none`. */
static void start_from_none(amounts *a, evaluator *v, const limit_stage_operation *o,
                            const limit_values *l, int16_t *which) {
  numerators n = of_input(v, o, &o->inputs[o->count], l);
  int64_t times = a->den / n.den;
  for (size_t r = 0; r < a->rows; r++) {
    if (which[r] != WAY_NONE || n.p[r * n.step] == MISSING_I64) continue;
    which[r] = (int16_t)o->count;
    if (__builtin_mul_overflow(n.p[r * n.step], times, &a->num[r])) a->wide[r] = 1;
  }
}

static bool gives_codes(const limit_stage_operation *o) {
  for (size_t t = 0; t < o->inputs_total; t++)
    if (o->inputs[t].code && o->inputs[t].code->bit_count) return true;
  return false;
}

static void note_which(evaluator *v, const limit_stage_operation *o, const int16_t *which) {
  int32_t *taken = trace_column(v, o->point);
  for (size_t r = 0; r < v->frame.rows; r++) taken[r] = which[r] < 0 ? -1 : which[r];
}

/* Gives the codes of the inputs that were taken; a->num holds their amounts. */
static void give_which(const amounts *a, evaluator *v, const limit_stage_operation *o,
                       const int16_t *which) {
  if (v->trace) note_which(v, o, which);
  if (!gives_codes(o)) return;
  for (size_t r = 0; r < a->rows; r++) {
    if (which[r] < 0 || a->wide[r]) continue;
    const limit_input *i = &o->inputs[which[r]];
    if (i->code) limit_give(v, r, i, a->num[r], a->den);
  }
}

static int64_t inputs_denominator(amounts *a, const limit_stage_operation *o, int64_t den) {
  for (size_t t = 0; t < o->inputs_total && !a->fine; t++)
    den = common_denominator(a, den, o->inputs[t].den);
  return den;
}

static void replace_negative(amounts *a, rational by) {
  int64_t num = (int64_t)by.num * (a->den / (int64_t)by.den);
  for (size_t r = 0; r < a->rows; r++)
    if (a->num[r] < 0 && a->num[r] != MISSING_I64) a->num[r] = num;
}

static void columns_start(amounts *a, evaluator *v, const limit_stage_operation *o,
                          const limit_values *l) {
  int16_t *which = arena_array(&v->frame.scratch, BATCH_ROWS, sizeof *which);
  rational by = o->negative_as;
  a->den = inputs_denominator(a, o, 1);
  if (o->has_negative && by.den <= FINEST && by.num <= FINEST && by.num >= -FINEST)
    a->den = common_denominator(a, a->den, (int64_t)by.den);
  else if (o->has_negative)
    a->fine = true;
  if (a->fine) return;
  extreme(a, v, o, l, a->den, o->declared->pick == PICK_LEAST, a->num, which);
  for (size_t r = 0; r < a->rows && o->missing == LIMIT_MISSING_UNKNOWN; r++)
    if (which[r] == WAY_UNKNOWN) a->num[r] = MISSING_I64;
  if (o->has_none) start_from_none(a, v, o, &l[o->count], which);
  give_which(a, v, o, which);
  if (o->has_negative) replace_negative(a, by);
}

static void columns_bound(amounts *a, evaluator *v, const limit_stage_operation *o,
                          const limit_values *l) {
  int16_t *which = arena_array(&v->frame.scratch, BATCH_ROWS, sizeof *which);
  int64_t *bound = arena_array(&v->frame.scratch, BATCH_ROWS, sizeof *bound);
  bool least = limit_bounds_above(o->kind);
  int64_t den = inputs_denominator(a, o, a->den);
  if (a->fine) return;
  refine(a, den);
  extreme(a, v, o, l, den, least, bound, which);
  for (size_t r = 0; r < a->rows; r++) {
    if (which[r] == WAY_UNKNOWN) a->num[r] = MISSING_I64;
    bool binds = which[r] >= 0 && a->num[r] != MISSING_I64 &&
                 (least ? bound[r] < a->num[r] : bound[r] > a->num[r]);
    if (binds)
      a->num[r] = bound[r];
    else
      which[r] = WAY_NONE;
  }
  give_which(a, v, o, which);
}

/* Whether the input was applied to the row. */
static inline bool applies(const numerators *n, size_t row) {
  return (!n->when || n->when[row]) && n->p[row * n->step] != MISSING_I64;
}

static void note_applied(evaluator *v, const limit_stage_operation *o, const limit_input *i,
                         const numerators *n) {
  const size_t way = (size_t)(i - o->inputs), words = trace_words(o->point);
  uint64_t *sets = trace_set(v, o->point, 0) + way / 64;
  for (size_t r = 0; r < v->frame.rows; r++)
    sets[r * words] |= (uint64_t)applies(n, r) << (way % 64);
}

static void give_applied(const amounts *a, evaluator *v, const limit_stage_operation *o,
                         const limit_input *i, const numerators *n) {
  if (v->trace) note_applied(v, o, i, n);
  if (!i->code || !i->code->bit_count) return;
  for (size_t r = 0; r < a->rows; r++)
    if (!a->wide[r] && applies(n, r)) limit_give(v, r, i, n->p[r * n->step], n->den);
}

static void columns_times(amounts *a, evaluator *v, const limit_stage_operation *o,
                          const limit_input *i, const limit_values *l) {
  numerators n = of_input(v, o, i, l), used = n;
  int64_t den = a->den;
  if (o->missing == LIMIT_MISSING_SKIP && !i->constant) used.p = filled(v, n.p, n.den);
  if (__builtin_mul_overflow(a->den, n.den, &den) || den > FINEST) {
    a->fine = true;
    return;
  }
  for (size_t r = 0; r < a->rows; r++) {
    int64_t x = used.when && !used.when[r] ? used.den : used.p[r * used.step];
    if (a->num[r] == MISSING_I64 || x == MISSING_I64)
      a->num[r] = MISSING_I64;
    else if (__builtin_mul_overflow(a->num[r], x, &a->num[r]) || a->num[r] == MISSING_I64)
      a->wide[r] = 1;
  }
  a->den = den;
  give_applied(a, v, o, i, &n);
}

static void columns_plus(amounts *a, evaluator *v, const limit_stage_operation *o,
                         const limit_input *i, const limit_values *l) {
  numerators n = of_input(v, o, i, l), used = n;
  int64_t den = common_denominator(a, a->den, n.den), x;
  if (a->fine) return;
  if (o->missing == LIMIT_MISSING_SKIP && !i->constant) used.p = filled(v, n.p, 0);
  refine(a, den);
  int64_t times = den / n.den;
  for (size_t r = 0; r < a->rows; r++) {
    if (used.when && !used.when[r]) continue;
    int64_t from = used.p[r * used.step];
    if (a->num[r] == MISSING_I64 || from == MISSING_I64)
      a->num[r] = MISSING_I64;
    else if (__builtin_mul_overflow(from, times, &x) ||
             __builtin_add_overflow(a->num[r], x, &a->num[r]) || a->num[r] == MISSING_I64)
      a->wide[r] = 1;
  }
  give_applied(a, v, o, i, &n);
}

static void columns_zero(amounts *a, evaluator *v, const limit_stage_operation *o,
                         const limit_values *l) {
  static const int64_t none = 0;
  for (size_t t = 0; t < o->count; t++) {
    numerators n = {&none, 0, 1, l[t].when};
    for (size_t r = 0; r < a->rows; r++) {
      if (n.when && !n.when[r]) continue;
      a->num[r] = 0;
      for (size_t i = 0; i < o->silence_count; i++) silence(v, r, o->silences[i]);
    }
    give_applied(a, v, o, &o->inputs[t], &n);
  }
}

/* floor(num / den), den > 0. */
static inline int64_t floor_div(int64_t num, int64_t den) {
  int64_t q = num / den;
  return q - (num % den < 0);
}

/* num / den in whole steps, den > 0. */
static inline int64_t whole_steps(limit_rounding rounding, int64_t num, int64_t den) {
  int64_t steps = floor_div(num, den);
  if (rounding == LIMIT_DOWN) return steps;
  int64_t rest = num - steps * den;
  if (rounding == LIMIT_UP) return steps + (rest > 0);
  return steps + (rest >= den - rest);
}

static void columns_round(amounts *a, const limit_stage_operation *o) {
  int64_t p = (int64_t)o->step.num, q = (int64_t)o->step.den, divisor, scaled;
  if (__builtin_mul_overflow(a->den, p, &divisor)) {
    a->fine = true;
    return;
  }
  for (size_t r = 0; r < a->rows; r++) {
    if (a->num[r] == MISSING_I64) continue;
    if (__builtin_mul_overflow(a->num[r], q, &scaled)) {
      a->wide[r] = 1;
      continue;
    }
    int64_t steps = whole_steps(o->declared->rounding, scaled, divisor);
    if (__builtin_mul_overflow(steps < 0 ? 0 : steps, p, &a->num[r])) a->wide[r] = 1;
  }
  a->den = q;
}

/* To minor units, rounded down, never below 0. */
static void columns_finish(amounts *a, const limit *s) {
  for (size_t r = 0; r < a->rows; r++) {
    int64_t scaled;
    if (a->num[r] == MISSING_I64) {
      continue;
    } else if (__builtin_mul_overflow(a->num[r], s->unit, &scaled)) {
      a->wide[r] = 1;
    } else {
      int64_t units = a->den == 1 ? scaled : floor_div(scaled, a->den);
      a->num[r] = units < 0 ? 0 : units;
    }
  }
}

static void columns_apply(amounts *a, evaluator *v, const limit_stage_operation *o,
                          const limit_values *l) {
  if (v->trace && o->point->several) trace_clear(v, o->point);
  switch (o->kind) {
  case LIMIT_START:
    columns_start(a, v, o, l);
    break;
  case LIMIT_AT_MOST:
  case LIMIT_AT_LEAST:
  case LIMIT_STEP_UP:
  case LIMIT_STEP_DOWN:
    columns_bound(a, v, o, l);
    break;
  case LIMIT_ZERO:
    columns_zero(a, v, o, l);
    break;
  case LIMIT_ROUND:
    columns_round(a, o);
    break;
  case LIMIT_TIMES:
  case LIMIT_PLUS:
    for (size_t t = 0; t < o->count && !a->fine; t++)
      (o->kind == LIMIT_TIMES ? columns_times : columns_plus)(a, v, o, &o->inputs[t], &l[t]);
  }
}

void limit_columns(const limit *s, evaluator *v, const limit_values *values, int64_t *out,
                   uint8_t *wide) {
  amounts a = {v->frame.rows, out, 1, wide, false};
  memset(wide, 0, a.rows);
  for (size_t i = 0; i < s->count && !a.fine; i++) {
    columns_apply(&a, v, &s->operations[i], values);
    if (v->trace) trace_amounts(v, s->operations[i].point, a.num, a.den);
    values += s->operations[i].inputs_total;
  }
  if (a.fine)
    memset(wide, 1, a.rows);
  else
    columns_finish(&a, s);
}
