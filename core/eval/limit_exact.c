/* One record's limit in rationals: what each operation means. The columns of limit_columns.c must say
 * the same wherever 64 bits hold their numbers. */
#include <math.h>
#include <string.h>
#include "limit.h"

/* A running amount. */
typedef struct amount {
  bool known;
  rational value;
} amount;

/* What an input says of a row. */
typedef enum input_state {
  INPUT_NONE,    /* its condition does not hold, or it is missing and skipped */
  INPUT_UNKNOWN, /* it is missing, and so is then the limit */
  INPUT_KNOWN
} input_state;

/* ---- inputs ---- */

/* A measured number has no exact value: nine decimals of it are taken. */
static bool from_number(double x, rational *out) {
  double scaled = x * 1e9;
  if (fabs(scaled) < 9e15) return rational_make((int128)llround(scaled), 1000000000, out);
  return fabs(x) < 9e18 && rational_make((int128)llround(x), 1, out);
}

/* False: it does not fit. */
static bool input_value(const limit_stage_operation *o, const limit_input *i, const limit_values *l,
                        size_t row, input_state *state, rational *out) {
  const column *c = l->column;
  *state = INPUT_NONE;
  if (l->when && !l->when[row]) return true;
  *state = INPUT_KNOWN;
  if (i->constant) {
    *out = i->exact;
    return true;
  }
  if (column_missing(c, row)) {
    *out = o->missing_as;
    if (o->missing == LIMIT_MISSING_SKIP) *state = INPUT_NONE;
    if (o->missing == LIMIT_MISSING_UNKNOWN) *state = INPUT_UNKNOWN;
    return true;
  }
  if (c->f64) return from_number(c->f64[row], out);
  return rational_make(c->i64[row], c->den ? c->den[row] : c->type.denominator, out);
}

/* The input was picked, bound or applied. */
static void take_input(evaluator *v, size_t row, const limit_stage_operation *o,
                       const limit_input *i, rational x) {
  limit_give(v, row, i, x.num, x.den);
  if (!v->trace) return;
  if (o->point->several)
    trace_add(v, o->point, row, (size_t)(i - o->inputs));
  else
    trace_column(v, o->point)[row] = (int32_t)(i - o->inputs);
}

/* ---- picks and bounds ---- */

/* The least (sign 1) or greatest (sign -1) of the known inputs, of equal ones the first; unknown if
 * one of them is. `picked` NULL: there is none. */
static bool pick_extreme(const limit_stage_operation *o, const limit_values *l, size_t row,
                         int sign, amount *out, const limit_input **picked) {
  rational x;
  input_state state;
  *picked = NULL;
  out->known = true;
  for (size_t t = 0; t < o->count; t++) {
    if (!input_value(o, &o->inputs[t], &l[t], row, &state, &x)) return false;
    if (state == INPUT_UNKNOWN) out->known = false;
    if (state != INPUT_KNOWN || (o->declared->skip_negative && x.num < 0)) continue;
    if (*picked && rational_compare(x, out->value) * sign >= 0) continue;
    out->value = x;
    *picked = &o->inputs[t];
  }
  if (!out->known) *picked = NULL;
  return true;
}

static void sort_values(rational *a, size_t n) {
  for (size_t i = 1; i < n; i++)
    for (size_t k = i; k > 0 && rational_compare(a[k], a[k - 1]) < 0; k--) {
      rational held = a[k];
      a[k] = a[k - 1];
      a[k - 1] = held;
    }
}

/* Median (of an even count the mean of the middle two) or mean; n > 0. */
static bool middle_of(limit_pick pick, rational *a, size_t n, rational *out) {
  if (pick == PICK_MEDIAN) {
    sort_values(a, n);
    *out = a[n / 2];
    if (n % 2) return true;
    return rational_add(*out, a[n / 2 - 1], out) && rational_div(*out, (rational){2, 1}, out);
  }
  *out = a[0];
  for (size_t i = 1; i < n; i++)
    if (!rational_add(*out, a[i], out)) return false;
  return rational_div(*out, (rational){(int128)n, 1}, out);
}

/* `any`: there was a candidate, or one that is unknown. */
static bool pick_middle(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                        size_t row, amount *out, bool *any) {
  rational *known = arena_array(&v->frame.scratch, o->count + 1, sizeof *known);
  input_state state;
  size_t n = 0;
  bool unknown = false;
  for (size_t t = 0; t < o->count; t++) {
    if (!input_value(o, &o->inputs[t], &l[t], row, &state, &known[n])) return false;
    unknown = unknown || state == INPUT_UNKNOWN;
    n += state == INPUT_KNOWN && !(o->declared->skip_negative && known[n].num < 0);
  }
  *any = unknown || n;
  out->known = !unknown && n;
  return !out->known || middle_of(o->declared->pick, known, n, &out->value);
}

static bool exact_start(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                        size_t row, amount *a) {
  const limit_input *picked = NULL;
  limit_pick pick = o->declared->pick;
  input_state state;
  bool any;
  if (pick == PICK_LEAST || pick == PICK_GREATEST) {
    if (!pick_extreme(o, l, row, pick == PICK_LEAST ? 1 : -1, a, &picked)) return false;
    any = picked || !a->known;
    a->known = picked;
  } else if (!pick_middle(o, v, l, row, a, &any)) {
    return false;
  }
  if (!any && o->has_none) {
    picked = &o->inputs[o->count];
    if (!input_value(o, picked, &l[o->count], row, &state, &a->value)) return false;
    a->known = state == INPUT_KNOWN;
  }
  if (picked && a->known) take_input(v, row, o, picked, a->value);
  if (a->known && o->has_negative && a->value.num < 0) a->value = o->negative_as;
  return true;
}

static bool exact_bound(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                        size_t row, amount *a) {
  const limit_input *picked;
  amount bound;
  int sign = limit_bounds_above(o->kind) ? 1 : -1;
  if (!a->known) return true;
  if (!pick_extreme(o, l, row, sign, &bound, &picked)) return false;
  a->known = bound.known;
  if (!picked || rational_compare(bound.value, a->value) * sign >= 0) return true;
  a->value = bound.value;
  take_input(v, row, o, picked, bound.value);
  return true;
}

/* ---- the other operations ---- */

static bool exact_each(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                       size_t row, amount *a) {
  rational x;
  input_state state;
  for (size_t t = 0; t < o->count; t++) {
    if (!input_value(o, &o->inputs[t], &l[t], row, &state, &x)) return false;
    if (state == INPUT_UNKNOWN) a->known = false;
    if (state != INPUT_KNOWN) continue;
    take_input(v, row, o, &o->inputs[t], x);
    if (!a->known) continue;
    bool fits = o->kind == LIMIT_TIMES ? rational_mul(a->value, x, &a->value)
                                       : rational_add(a->value, x, &a->value);
    if (!fits) return false;
  }
  return true;
}

static void apply_zero(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                       size_t row, amount *a) {
  bool applies = false;
  for (size_t t = 0; t < o->count; t++) {
    if (l[t].when && !l[t].when[row]) continue;
    applies = true;
    take_input(v, row, o, &o->inputs[t], (rational){0, 1});
  }
  if (!applies) return;
  *a = (amount){true, {0, 1}};
  for (size_t i = 0; i < o->silence_count; i++) silence(v, row, o->silences[i]);
}

/* How many steps: down, up, or to the nearer one, half of one up. */
static bool count_steps(limit_rounding rounding, rational steps, int128 *out) {
  if (rounding == LIMIT_HALF_UP && !rational_add(steps, (rational){1, 2}, &steps)) return false;
  if (!rational_floor(steps, out)) return false;
  if (rounding == LIMIT_UP && steps.den != 1) ++*out;
  return true;
}

static bool exact_round(const limit_stage_operation *o, amount *a) {
  int128 whole;
  rational steps;
  if (!a->known) return true;
  if (!rational_div(a->value, o->step, &steps) ||
      !count_steps(o->declared->rounding, steps, &whole))
    return false;
  return rational_mul((rational){whole < 0 ? 0 : whole, 1}, o->step, &a->value);
}

/* Forgets what was noted of a row before its numbers turned out too wide. */
static void forget(evaluator *v, const trace_point *p, size_t row) {
  if (p->several)
    memset(trace_set(v, p, row), 0, trace_words(p) * sizeof(uint64_t));
  else if (!p->always)
    trace_column(v, p)[row] = -1;
}

static bool exact_operation(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                            size_t row, amount *a) {
  switch (o->kind) {
  case LIMIT_START:
    return exact_start(o, v, l, row, a);
  case LIMIT_TIMES:
  case LIMIT_PLUS:
    return exact_each(o, v, l, row, a);
  case LIMIT_AT_MOST:
  case LIMIT_AT_LEAST:
  case LIMIT_STEP_UP:
  case LIMIT_STEP_DOWN:
    return exact_bound(o, v, l, row, a);
  case LIMIT_ZERO:
    apply_zero(o, v, l, row, a);
    return true;
  case LIMIT_ROUND:
    return exact_round(o, a);
  }
  return false;
}

bool limit_exact(const limit *s, evaluator *v, const limit_values *values, size_t row,
                 int64_t *out) {
  amount a = {.known = false};
  int128 units;
  *out = MISSING_I64;
  for (size_t i = 0; i < s->count; i++) {
    const limit_stage_operation *o = &s->operations[i];
    if (v->trace) forget(v, o->point, row);
    if (!exact_operation(o, v, values, row, &a)) return false;
    if (v->trace) trace_amount(v, o->point, row, a.known, a.value);
    values += o->inputs_total;
  }
  if (!a.known) return true;
  if (!rational_mul(a.value, (rational){s->unit, 1}, &a.value) ||
      !rational_floor(a.value, &units) || units > INT64_MAX)
    return false;
  *out = units < 0 ? 0 : (int64_t)units;
  return true;
}
