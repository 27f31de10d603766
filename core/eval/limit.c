/* Compiling limits, and running them over a batch. What the operations mean is written down in
 * limit_exact.c. */
#include "limit.h"
#include <string.h>
#include "convert.h"

static const char *const names[] = {
    [LIMIT_START] = "start",     [LIMIT_TIMES] = "times",         [LIMIT_PLUS] = "plus",
    [LIMIT_AT_MOST] = "at_most", [LIMIT_AT_LEAST] = "at_least",   [LIMIT_STEP_UP] = "step_up",
    [LIMIT_ZERO] = "zero",       [LIMIT_STEP_DOWN] = "step_down", [LIMIT_ROUND] = "round"};

static const char *name_of(const limit_operation *d) {
  static const char *const rounds[] = {
      [LIMIT_DOWN] = "round_down", [LIMIT_HALF_UP] = "round_half_up", [LIMIT_UP] = "round_up"};
  return d->kind == LIMIT_ROUND ? rounds[d->rounding] : names[d->kind];
}

/* ---- amounts ---- */

static bool is_number(builder *b, const formula *f, rule_text text) {
  if (type_is_numeric(f->type.kind)) return true;
  build_error(b, text.at, "\"%s\" must be a number or an amount; it is %s", text.text,
              type_name(f->type.kind));
  return false;
}

static void keep_constant(limit *s, limit_input *i, const value *constant) {
  i->constant = true;
  i->exact = constant->exact;
  i->num = (int64_t)constant->exact.num;
  i->den = (int64_t)constant->exact.den;
  s->plain = s->plain && i->num == constant->exact.num && i->den == constant->exact.den &&
             i->num != MISSING_I64;
}

/* A column that cannot hold what a missing value counts as is left to the rationals. */
static void keep_missing(limit *s, const limit_stage_operation *o, limit_input *i) {
  rational scaled;
  if (o->missing != LIMIT_MISSING_COUNTS || i->constant) return;
  bool fits = rational_mul(o->missing_as, (rational){i->den, 1}, &scaled) && scaled.den == 1 &&
              scaled.num > INT64_MIN && scaled.num <= INT64_MAX;
  i->missing_as = fits ? (int64_t)scaled.num : 0;
  s->plain = s->plain && fits;
}

static void use_formula(limit *s, const limit_stage_operation *o, limit_input *i,
                        const formula *f) {
  const value *constant = &f->tree->constant;
  i->formula = f;
  i->den = f->type.denominator;
  if (f->tree->kind == NODE_CONSTANT && !constant->missing && f->type.kind != TYPE_NUMBER)
    keep_constant(s, i, constant);
  else if (type_storage(f->type.kind) != STORE_I64)
    s->plain = false;
  keep_missing(s, o, i);
}

static bool compile_amount(builder *b, limit *s, const limit_stage_operation *o, limit_input *i) {
  formula *f = build_formula(b, i->declared->formula, bare_type(TYPE_NONE));
  if (!f || !is_number(b, f, i->declared->formula)) return false;
  use_formula(s, o, i, f);
  return true;
}

static bool compile_input(builder *b, limit *s, limit_stage_operation *o, limit_input *i) {
  i->code = build_code(b, i->declared->code, &i->declared->at);
  i->shows = i->code && i->declared->shows;
  if (i->shows) b->plan->values = true;
  if (i->declared->when.text && !(i->when = build_condition(b, i->declared->when))) return false;
  if (o->kind != LIMIT_ZERO) return compile_amount(b, s, o, i);
  if (!i->declared->formula.text) return true; /* its condition stands in `when` */
  i->formula = build_condition(b, i->declared->formula);
  return i->formula;
}

/* ---- step_up, step_down: bounds made of the previous value ---- */

/* "25%" -> 25; false: it is an amount. */
static bool percent_of(const char *text, rational *out) {
  size_t n = strlen(text);
  while (n && text[n - 1] == ' ') n--;
  if (!n || text[n - 1] != '%') return false;
  return rational_parse(text, n - 1, out) == PARSE_OK;
}

/* A formula that is made of the texts of checked ones. */
static formula *compose(builder *b, place at, type_kind kind, const char *text) {
  return build_formula(b, (rule_text){text, at}, bare_type(kind));
}

static bool check_step(builder *b, const limit_operation *d, const char *text) {
  rational x;
  bool percent = percent_of(text, &x);
  bool plain = percent || rational_parse(text, strlen(text), &x) == PARSE_OK;
  if (plain && x.num <= 0)
    build_error(b, d->at, "%s { \"%s\" } must be above 0: how much of a step it may be",
                names[d->kind], text);
  else if (percent && d->kind == LIMIT_STEP_DOWN && rational_compare(x, (rational){100, 1}) >= 0)
    build_error(b, d->at, "step_down { \"%s\" } lets every cut pass; less than 100%% holds one",
                text);
  else if (plain && !percent && rational_compare(x, (rational){1, 1}) <= 0)
    build_warning(b, d->at, "tiny-step",
                  "%s { \"%s\" } is a step of an amount of %s; for percent write \"25%%\"",
                  names[d->kind], text, text);
  return !plain || x.num > 0;
}

static bool compile_step(builder *b, limit *s, limit_stage_operation *o) {
  const limit_operation *d = o->declared;
  arena *a = &b->plan->arena;
  limit_input *i = &o->inputs[0];
  const char *text = i->declared->formula.text, *of = d->of.text;
  char sign = o->kind == LIMIT_STEP_UP ? '+' : '-';
  rational percent;
  i->code = build_code(b, i->declared->code, &i->declared->at);
  i->shows = i->code && i->declared->shows;
  if (i->shows) b->plan->values = true;
  formula *from = build_formula(b, d->of, bare_type(TYPE_NONE));
  if (!from || !is_number(b, from, d->of) || !check_step(b, d, text)) return false;
  bool by_percent = percent_of(text, &percent);
  if (!by_percent) {
    formula *amount = build_formula(b, i->declared->formula, bare_type(TYPE_NONE));
    if (!amount || !is_number(b, amount, i->declared->formula)) return false;
  }
  const char *bound = by_percent ? arena_format(a, "(%s) * (1 %c %s)", of, sign, text)
                                 : arena_format(a, "(%s) %c (%s)", of, sign, text);
  bool unknown = o->missing == LIMIT_MISSING_UNKNOWN;
  const char *when = arena_format(a, unknown ? "(%s) > 0 or (%s) = null" : "(%s) > 0", of, of);
  formula *f = compose(b, d->at, TYPE_NONE, bound);
  i->when = compose(b, d->at, TYPE_BOOLEAN, when);
  if (!f || !i->when) return false;
  use_formula(s, o, i, f);
  return true;
}

/* ---- operations ---- */

static bool compile_round(builder *b, limit_stage_operation *o) {
  const limit_operation *d = o->declared;
  o->count = o->inputs_total = 0;
  if (!d->term_count || !build_number(b, d->terms[0].formula, "the step of a rounding", &o->step))
    return false;
  if (o->step.num > 0 && o->step.num < INT32_MAX && o->step.den < INT32_MAX) return true;
  build_error(b, d->at, "the step of %s must be above 0, found %s", name_of(d),
              d->terms[0].formula.text);
  return false;
}

/* What a missing amount means where nothing says so: a candidate or bound is none, a factor or an
 * amount to be added makes the limit unknown. */
static bool settle_missing(builder *b, limit_stage_operation *o) {
  const limit_operation *d = o->declared;
  bool each = o->kind == LIMIT_TIMES || o->kind == LIMIT_PLUS;
  o->missing = d->missing;
  if (o->missing == LIMIT_MISSING_USUAL)
    o->missing = each ? LIMIT_MISSING_UNKNOWN : LIMIT_MISSING_SKIP;
  if (o->missing == LIMIT_MISSING_COUNTS &&
      !build_number(b, d->missing_as, "missing", &o->missing_as))
    return false;
  o->has_negative = d->negative_as.text;
  return !o->has_negative || build_number(b, d->negative_as, "negative", &o->negative_as);
}

static void compile_silences(builder *b, limit_stage_operation *o) {
  const limit_operation *d = o->declared;
  o->silences = arena_array(&b->plan->arena, d->silence_count + 1, sizeof *o->silences);
  o->silence_count = d->silence_count;
  for (size_t i = 0; i < d->silence_count; i++)
    o->silences[i] = build_code(b, d->silences[i], NULL);
  if (d->silence_count) b->plan->silences = true;
}

static bool compile_operation(builder *b, limit *s, limit_stage_operation *o) {
  const limit_operation *d = o->declared;
  o->kind = d->kind;
  o->count = d->term_count;
  o->has_none = d->none.formula.text;
  o->inputs_total = o->count + o->has_none;
  o->inputs = arena_array(&b->plan->arena, o->inputs_total + 1, sizeof *o->inputs);
  if (o->kind == LIMIT_ROUND) return compile_round(b, o);
  bool ok = settle_missing(b, o);
  if (d->when.text) ok = (o->when = build_condition(b, d->when)) && ok;
  for (size_t t = 0; t < o->inputs_total; t++)
    o->inputs[t].declared = t < o->count ? &d->terms[t] : &d->none;
  if (o->kind == LIMIT_STEP_UP || o->kind == LIMIT_STEP_DOWN) {
    ok = ok && o->count == 1 && compile_step(b, s, o);
  } else {
    for (size_t t = 0; t < o->inputs_total; t++) ok = compile_input(b, s, o, &o->inputs[t]) && ok;
  }
  s->input_count += o->inputs_total;
  if (o->kind == LIMIT_START && (d->pick == PICK_MEDIAN || d->pick == PICK_MEAN)) s->plain = false;
  compile_silences(b, o);
  return ok;
}

/* ---- its points ---- */

/* The ways are the terms and `none`; of a rounding the step. */
static void declare_point(builder *b, limit_stage_operation *o) {
  const limit_operation *d = o->declared;
  bool rounds = o->kind == LIMIT_ROUND, zero = o->kind == LIMIT_ZERO;
  trace_point *p =
      trace_declare(b, POINT_OPERATION, name_of(d), d->at, rounds ? 1 : o->inputs_total);
  if (rounds) p->ways[0] = (trace_way){.label = d->terms[0].formula.text, .at = d->at};
  for (size_t t = 0; t < o->inputs_total; t++) {
    const limit_input *in = &o->inputs[t];
    const limit_term *from = in->declared;
    p->ways[t] = (trace_way){.label = from->formula.text ? from->formula.text : from->when.text,
                             .code = from->code,
                             .at = from->at,
                             .when = zero && in->formula ? in->formula : in->when,
                             .value = zero ? NULL : in->formula};
  }
  p->always = rounds;
  p->outcome = b->step->name;
  p->several = o->kind == LIMIT_TIMES || o->kind == LIMIT_PLUS || zero;
  p->amounts = true;
  o->point = p;
}

static void declare_missing(builder *b, limit *s, const limit_step *d) {
  trace_point *p = trace_declare(b, POINT_OPERATION, "missing", d->missing.at, 1);
  p->ways[0] = (trace_way){.label = d->missing.text, .code = d->missing_code, .at = d->missing.at};
  p->outcome = b->step->name;
  p->amounts = true;
  s->missing_point = p;
}

/* ---- the whole ---- */

static bool compile_missing(builder *b, limit *s, const limit_step *d) {
  rational missing;
  if (!d->missing.text) return true;
  s->has_missing = true;
  s->missing_code = build_code(b, d->missing_code, &d->missing.at);
  if (!build_number(b, d->missing, "missing", &missing)) return false;
  if (rational_mul(missing, (rational){s->unit, 1}, &missing) &&
      rational_round(missing, 0, &s->missing))
    return true;
  build_error(b, d->missing.at, "missing = %s is too large", d->missing.text);
  return false;
}

static void run(const stage *base, evaluator *v);

stage *limit_compile(builder *b, const step *step_) {
  const limit_step *d = &step_->limit;
  const pack *p = b->plan->pack;
  limit *s = build_stage(b, sizeof *s, NULL, run);
  bool ok = true;
  s->plain = true;
  s->unit = pow10_i64(p->currency_digits);
  s->count = d->operation_count;
  s->operations = arena_array(&b->plan->arena, s->count + 1, sizeof *s->operations);
  for (size_t i = 0; i < s->count; i++) {
    s->operations[i].declared = &d->operations[i];
    ok = compile_operation(b, s, &s->operations[i]) && ok;
  }
  if (!s->count || s->operations[0].kind != LIMIT_START) {
    build_error(b, step_->at, "limit \"%s\" must begin with start { ... }", step_->name);
    ok = false;
  }
  ok = compile_missing(b, s, d) && ok;
  for (size_t i = 0; i < s->count && ok; i++) declare_point(b, &s->operations[i]);
  if (ok && s->has_missing) declare_missing(b, s, d);
  value_type type = {.kind = TYPE_MONEY, .digits = p->currency_digits, .denominator = s->unit};
  s->result = build_result(b, step_->name, type, "limit", step_->at);
  return ok && s->result >= 0 ? &s->base : NULL;
}

/* ---- a batch ---- */

void limit_give_amount(evaluator *v, size_t row, const limit_input *i, int128 num, int128 den) {
  char text[64];
  int digits = v->plan->pack->currency_digits;
  if (i->formula->type.digits > digits) digits = i->formula->type.digits;
  give_value(v, row, i->code, text, quotient_write(text, num, den, digits));
}

/* Where all of the conditions hold; NULL = everywhere. */
static const uint8_t *truth_of(evaluator *v, const formula *const conditions[3]) {
  uint8_t *out = NULL;
  for (int i = 0; i < 3; i++) {
    if (!conditions[i]) continue;
    if (out) {
      evaluate_truth(v, conditions[i], v->truth);
      for (size_t r = 0; r < v->frame.rows; r++) out[r] &= v->truth[r];
    } else {
      out = arena_alloc(&v->frame.scratch, BATCH_ROWS);
      evaluate_truth(v, conditions[i], out);
    }
  }
  return out;
}

static void fill_values(const limit *s, evaluator *v, limit_values *l) {
  for (size_t i = 0; i < s->count; i++)
    for (size_t t = 0; t < s->operations[i].inputs_total; t++, l++) {
      const limit_stage_operation *o = &s->operations[i];
      const limit_input *in = &o->inputs[t];
      bool zero = o->kind == LIMIT_ZERO;
      l->when = truth_of(v, (const formula *const[3]){t < o->count ? o->when : NULL, in->when,
                                                      zero ? in->formula : NULL});
      if (!zero && !in->constant) l->column = evaluate(v, in->formula, l->when);
    }
}

/* What the limit is where a value that it needs is missing. */
static void fill_missing(const limit *s, evaluator *v, int64_t *out) {
  if (v->trace && s->missing_point) {
    int32_t *taken = trace_column(v, s->missing_point);
    for (size_t r = 0; r < v->frame.rows; r++) taken[r] = out[r] == MISSING_I64 ? 0 : -1;
  }
  for (size_t r = 0; r < v->frame.rows && s->has_missing; r++) {
    if (out[r] != MISSING_I64) continue;
    out[r] = s->missing;
    if (s->missing_code) give(v, r, s->missing_code);
  }
  if (v->trace && s->missing_point) trace_amounts(v, s->missing_point, out, s->unit);
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
  fill_missing(s, v, out);
}
