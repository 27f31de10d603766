/* Compiling and running limits, and the exact computation of one record. */
#include "limit.h"
#include <math.h>
#include <string.h>
#include "convert.h"

/* ---- compiling ---- */

static bool compile_amount(builder *b, limit *s, limit_input *i) {
  formula *f = build_formula(b, i->declared->formula, bare_type(TYPE_NONE));
  if (!f) return false;
  if (!type_is_numeric(f->type.kind)) {
    build_error(b, i->declared->formula.at, "\"%s\" must be a number or an amount; it is %s",
                i->declared->formula.text, type_name(f->type.kind));
    return false;
  }
  const value *constant = &f->tree->constant;
  i->formula = f;
  i->den = f->type.denominator;
  if (f->tree->kind == NODE_CONSTANT && !constant->missing && f->type.kind != TYPE_NUMBER) {
    i->constant = true;
    i->exact = constant->exact;
    i->num = (int64_t)constant->exact.num;
    i->den = (int64_t)constant->exact.den;
    s->plain = s->plain && i->num == constant->exact.num && i->den == constant->exact.den &&
               i->num != MISSING_I64;
  } else if (type_storage(f->type.kind) != STORE_I64) {
    s->plain = false;
  }
  return true;
}

static bool compile_input(builder *b, limit *s, limit_stage_operation *o, limit_input *i) {
  i->code = build_code(b, i->declared->code, &i->declared->at);
  if (i->declared->when.text && !(i->when = build_condition(b, i->declared->when))) return false;
  if (o->kind != LIMIT_ZERO) return compile_amount(b, s, i);
  if (!i->declared->formula.text) return true; /* its condition stands in `when` */
  i->formula = build_condition(b, i->declared->formula);
  return i->formula;
}

static bool compile_operation(builder *b, limit *s, limit_stage_operation *o) {
  const limit_operation *d = o->declared;
  bool ok = true;
  o->kind = d->kind;
  o->count = d->term_count;
  o->inputs = arena_array(&b->plan->arena, o->count + 1, sizeof *o->inputs);
  if (o->kind == LIMIT_ROUND_DOWN) {
    o->count = 0;
    if (!d->term_count || !build_number(b, d->terms[0].formula, "the step of round_down", &o->step))
      return false;
    if (o->step.num > 0 && o->step.num < INT32_MAX && o->step.den < INT32_MAX) return true;
    build_error(b, d->at, "the step of round_down must be above 0, found %s",
                d->terms[0].formula.text);
    return false;
  }
  for (size_t t = 0; t < o->count; t++) {
    o->inputs[t].declared = &d->terms[t];
    ok = compile_input(b, s, o, &o->inputs[t]) && ok;
  }
  s->input_count += o->count;
  if (o->kind == LIMIT_START && (d->pick == PICK_MEDIAN || d->pick == PICK_MEAN)) s->plain = false;
  o->silences = arena_array(&b->plan->arena, d->silence_count + 1, sizeof *o->silences);
  o->silence_count = d->silence_count;
  for (size_t i = 0; i < d->silence_count; i++)
    o->silences[i] = build_code(b, d->silences[i], NULL);
  if (d->silence_count) b->plan->silences = true;
  return ok;
}

/* Its ways are the terms; of a rounding the step. */
static void declare_point(builder *b, limit_stage_operation *o) {
  static const char *const names[] = {
      [LIMIT_START] = "start",          [LIMIT_TIMES] = "times",       [LIMIT_PLUS] = "plus",
      [LIMIT_AT_MOST] = "at_most",      [LIMIT_AT_LEAST] = "at_least", [LIMIT_ZERO] = "zero",
      [LIMIT_ROUND_DOWN] = "round_down"};
  const limit_operation *d = o->declared;
  bool rounds = o->kind == LIMIT_ROUND_DOWN;
  trace_point *p = trace_declare(b, POINT_OPERATION, names[o->kind], d->at, rounds ? 1 : o->count);
  if (rounds) p->ways[0] = (trace_way){.label = d->terms[0].formula.text, .at = d->at};
  for (size_t t = 0; t < o->count; t++) {
    const limit_input *in = &o->inputs[t];
    const limit_term *from = in->declared;
    bool zero = o->kind == LIMIT_ZERO;
    p->ways[t] = (trace_way){.label = from->formula.text ? from->formula.text : from->when.text,
                             .code = from->code,
                             .at = from->at,
                             .when = zero && in->formula ? in->formula : in->when,
                             .value = zero ? NULL : in->formula};
  }
  p->always = rounds;
  p->outcome = b->step->name;
  p->several = o->kind == LIMIT_TIMES || o->kind == LIMIT_PLUS || o->kind == LIMIT_ZERO;
  p->amounts = true;
  o->point = p;
}

static void run(const stage *base, evaluator *v);

stage *limit_compile(builder *b, const step *step_) {
  const limit_step *d = &step_->limit;
  const pack *p = b->plan->pack;
  limit *s = build_stage(b, sizeof *s, NULL, run);
  bool ok = true;
  rational missing;
  s->plain = true;
  s->unit = pow10_i64(p->currency_digits);
  s->count = d->operation_count;
  s->operations = arena_array(&b->plan->arena, s->count + 1, sizeof *s->operations);
  for (size_t i = 0; i < s->count; i++) {
    s->operations[i].declared = &d->operations[i];
    ok = compile_operation(b, s, &s->operations[i]) && ok;
  }
  for (size_t i = 0; i < s->count && ok; i++) declare_point(b, &s->operations[i]);
  if (!s->count || s->operations[0].kind != LIMIT_START) {
    build_error(b, step_->at, "limit \"%s\" must begin with start { ... }", step_->name);
    ok = false;
  }
  if (d->missing.text) {
    ok = build_number(b, d->missing, "missing", &missing) && ok;
    s->has_missing = true;
    if (ok && (!rational_mul(missing, (rational){s->unit, 1}, &missing) ||
               !rational_round(missing, 0, &s->missing)))
      build_error(b, d->missing.at, "missing = %s is too large", d->missing.text);
  }
  value_type type = {.kind = TYPE_MONEY, .digits = p->currency_digits, .denominator = s->unit};
  s->result = build_result(b, step_->name, type, "limit", step_->at);
  return ok && s->result >= 0 ? &s->base : NULL;
}

/* ---- one record, exactly ---- */

/* A running amount. */
typedef struct amount {
  bool known;
  rational value;
} amount;

/* A measured number has no exact value: nine decimals of it are taken. */
static bool from_number(double x, rational *out) {
  double scaled = x * 1e9;
  if (fabs(scaled) < 9e15) return rational_make((int128)llround(scaled), 1000000000, out);
  return fabs(x) < 9e18 && rational_make((int128)llround(x), 1, out);
}

static bool input_value(const limit_input *i, const limit_values *l, size_t row, amount *out) {
  *out = (amount){.known = false};
  if (l->when && !l->when[row]) return true;
  out->known = true;
  if (i->constant) {
    out->value = i->exact;
    return true;
  }
  const column *c = l->column;
  if (column_missing(c, row)) {
    out->known = false;
    return true;
  }
  if (c->f64) return from_number(c->f64[row], &out->value);
  return rational_make(c->i64[row], c->den ? c->den[row] : c->type.denominator, &out->value);
}

/* The input was picked, bound or applied. */
static void take_input(evaluator *v, size_t row, const limit_stage_operation *o,
                       const limit_input *i) {
  if (i->code) give(v, row, i->code);
  if (!v->trace) return;
  if (o->point->several)
    trace_add(v, o->point, row, (size_t)(i - o->inputs));
  else
    trace_column(v, o->point)[row] = (int32_t)(i - o->inputs);
}

static void sort_amounts(amount *a, size_t n) {
  for (size_t i = 1; i < n; i++)
    for (size_t k = i; k > 0 && rational_compare(a[k].value, a[k - 1].value) < 0; k--) {
      amount held = a[k];
      a[k] = a[k - 1];
      a[k - 1] = held;
    }
}

/* Median (of an even count the mean of the middle two) or mean of the known. */
static bool pick_middle(limit_pick pick, amount *a, size_t n, amount *out) {
  if (!n) return true;
  out->known = true;
  if (pick == PICK_MEDIAN) {
    sort_amounts(a, n);
    out->value = a[n / 2].value;
    if (n % 2) return true;
    return rational_add(out->value, a[n / 2 - 1].value, &out->value) &&
           rational_div(out->value, (rational){2, 1}, &out->value);
  }
  out->value = a[0].value;
  for (size_t i = 1; i < n; i++)
    if (!rational_add(out->value, a[i].value, &out->value)) return false;
  return rational_div(out->value, (rational){(int128)n, 1}, &out->value);
}

/* The least (sign 1) or greatest (sign -1) of the known inputs; of equal ones the first. */
static bool pick_extreme(const limit_stage_operation *o, const limit_values *l, size_t row,
                         int sign, amount *out, const limit_input **picked) {
  amount x;
  *picked = NULL;
  out->known = false;
  for (size_t t = 0; t < o->count; t++) {
    if (!input_value(&o->inputs[t], &l[t], row, &x)) return false;
    if (!x.known || (out->known && rational_compare(x.value, out->value) * sign >= 0)) continue;
    *out = x;
    *picked = &o->inputs[t];
  }
  return true;
}

static bool exact_start(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                        size_t row, amount *a) {
  const limit_input *picked = NULL;
  limit_pick pick = o->declared->pick;
  if (pick == PICK_LEAST || pick == PICK_GREATEST) {
    if (!pick_extreme(o, l, row, pick == PICK_LEAST ? 1 : -1, a, &picked)) return false;
    if (picked) take_input(v, row, o, picked);
    return true;
  }
  amount *known = arena_array(&v->frame.scratch, o->count + 1, sizeof *known);
  size_t n = 0;
  for (size_t t = 0; t < o->count; t++) {
    if (!input_value(&o->inputs[t], &l[t], row, &known[n])) return false;
    n += known[n].known;
  }
  return pick_middle(pick, known, n, a);
}

static bool exact_each(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                       size_t row, amount *a) {
  amount x;
  for (size_t t = 0; t < o->count; t++) {
    if (l[t].when && !l[t].when[row]) continue;
    if (!input_value(&o->inputs[t], &l[t], row, &x)) return false;
    take_input(v, row, o, &o->inputs[t]);
    a->known = a->known && x.known;
    if (!a->known) continue;
    bool fits = o->kind == LIMIT_TIMES ? rational_mul(a->value, x.value, &a->value)
                                       : rational_add(a->value, x.value, &a->value);
    if (!fits) return false;
  }
  return true;
}

static bool exact_bound(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                        size_t row, amount *a) {
  const limit_input *picked;
  amount bound;
  int sign = o->kind == LIMIT_AT_MOST ? 1 : -1;
  if (!a->known) return true;
  if (!pick_extreme(o, l, row, sign, &bound, &picked)) return false;
  if (!picked || rational_compare(bound.value, a->value) * sign >= 0) return true;
  a->value = bound.value;
  take_input(v, row, o, picked);
  return true;
}

static void apply_zero(const limit_stage_operation *o, evaluator *v, const limit_values *l,
                       size_t row, amount *a) {
  bool applies = false;
  for (size_t t = 0; t < o->count; t++) {
    if (l[t].when && !l[t].when[row]) continue;
    applies = true;
    take_input(v, row, o, &o->inputs[t]);
  }
  if (!applies) return;
  *a = (amount){true, {0, 1}};
  for (size_t i = 0; i < o->silence_count; i++) silence(v, row, o->silences[i]);
}

static bool exact_round(const limit_stage_operation *o, amount *a) {
  int128 whole;
  rational steps;
  if (!a->known) return true;
  if (!rational_div(a->value, o->step, &steps) || !rational_floor(steps, &whole)) return false;
  return rational_mul((rational){whole < 0 ? 0 : whole, 1}, o->step, &a->value);
}

/* Forgets what was noted of a row before its numbers turned out too wide. */
static void forget(evaluator *v, const trace_point *p, size_t row) {
  if (p->several)
    memset(trace_set(v, p, row), 0, (p->way_count + 63) / 64 * sizeof(uint64_t));
  else if (!p->always)
    trace_column(v, p)[row] = -1;
}

bool limit_exact(const limit *s, evaluator *v, const limit_values *values, size_t row,
                 int64_t *out) {
  amount a = {.known = false};
  bool fits = true;
  for (size_t i = 0; i < s->count && fits; i++) {
    const limit_stage_operation *o = &s->operations[i];
    if (v->trace) forget(v, o->point, row);
    switch (o->kind) {
    case LIMIT_START:
      fits = exact_start(o, v, values, row, &a);
      break;
    case LIMIT_TIMES:
    case LIMIT_PLUS:
      fits = exact_each(o, v, values, row, &a);
      break;
    case LIMIT_AT_MOST:
    case LIMIT_AT_LEAST:
      fits = exact_bound(o, v, values, row, &a);
      break;
    case LIMIT_ZERO:
      apply_zero(o, v, values, row, &a);
      break;
    case LIMIT_ROUND_DOWN:
      fits = exact_round(o, &a);
      break;
    }
    if (v->trace) trace_amount(v, o->point, row, a.known, a.value);
    values += o->count;
  }
  int128 units;
  *out = s->has_missing ? s->missing : MISSING_I64;
  if (!fits) return false;
  if (!a.known) return true;
  if (!rational_mul(a.value, (rational){s->unit, 1}, &a.value) ||
      !rational_floor(a.value, &units) || units > INT64_MAX)
    return false;
  *out = units < 0 ? 0 : (int64_t)units;
  return true;
}

/* ---- a batch ---- */

static const uint8_t *truth_of(evaluator *v, const formula *a, const formula *b) {
  if (!a && !b) return NULL;
  uint8_t *out = arena_alloc(&v->frame.scratch, BATCH_ROWS);
  evaluate_truth(v, a ? a : b, out);
  if (!a || !b) return out;
  evaluate_truth(v, b, v->truth);
  for (size_t r = 0; r < v->frame.rows; r++) out[r] &= v->truth[r];
  return out;
}

static void fill_values(const limit *s, evaluator *v, limit_values *l) {
  for (size_t i = 0; i < s->count; i++)
    for (size_t t = 0; t < s->operations[i].count; t++, l++) {
      const limit_input *in = &s->operations[i].inputs[t];
      bool zero = s->operations[i].kind == LIMIT_ZERO;
      l->when = truth_of(v, in->when, zero ? in->formula : NULL);
      if (!zero && !in->constant) l->column = evaluate(v, in->formula, l->when);
    }
}

static void run(const stage *base, evaluator *v) {
  const limit *s = (const limit *)base;
  limit_values *values = arena_array(&v->frame.scratch, s->input_count + 1, sizeof *values);
  int64_t *out = evaluator_result(v, s->result)->i64;
  uint8_t *wide = arena_alloc(&v->frame.scratch, BATCH_ROWS);
  fill_values(s, v, values);
  if (s->plain)
    limit_columns(s, v, values, out, wide);
  else
    memset(wide, 1, v->frame.rows);
  for (size_t r = 0; r < v->frame.rows; r++)
    if (wide[r] && !limit_exact(s, v, values, r, &out[r]))
      evaluator_fail(v, r, "OVERFLOW", base, 0,
                     "the limit's numbers are too large to be computed exactly");
}
