/* Compiling a scorecard: each characteristic becomes a table from the segment of its input to the
 * weighted points, as integers over one common denominator. Points that are formulas are added by
 * scorecard_points.c, reasons ordered by scorecard_rank.c. */
#include <stdlib.h>
#include <string.h>
#include "scorecard_parts.h"

/* ---- compiling ---- */

static bool weighted(builder *b, rule_text points, rational weight, rational divide,
                     rational *out) {
  rational given;
  if (!build_number(b, points, "points", &given)) return false;
  if (rational_mul(given, weight, out) && rational_div(*out, divide, out)) return true;
  build_error(b, points.at, "points times weight are too large");
  return false;
}

/* Points for a missing value that are not given: the lowest of the attributes, if all are known. */
static void set_lowest(part *p) {
  p->missing_known = !p->computes;
  p->points[p->count - 1] = (rational){0, 1};
  for (size_t i = 0; i + 1 < p->count && p->missing_known; i++)
    if (i == 0 || rational_compare(p->points[i], p->points[p->count - 1]) < 0)
      p->points[p->count - 1] = p->points[i];
}

static bool compile_points(builder *b, part *p, rational divide, rule_text divide_text) {
  const characteristic *c = p->declared;
  rational weight = {1, 1};
  bool ok = true;
  if (c->weight.text) ok = build_number(b, c->weight, "weight", &weight);
  for (size_t i = 0; i + 1 < p->count; i++) {
    rule_text points = c->attribute_count ? c->attributes[i].points : c->points;
    ok = points_compile(b, p, i, points, divide, divide_text) && ok;
  }
  p->missing_known = c->missing.text;
  if (c->missing.text)
    ok = weighted(b, c->missing, weight, divide, &p->points[p->count - 1]) && ok;
  else
    set_lowest(p);
  p->has_baseline = c->baseline.text;
  if (c->baseline.text) ok = weighted(b, c->baseline, weight, divide, &p->baseline) && ok;
  return ok;
}

static bool compile_tests(builder *b, part *p) {
  const characteristic *c = p->declared;
  bool ok = true;
  p->null_attribute = (int)c->attribute_count;
  for (size_t i = 0; i < c->attribute_count; i++) {
    unary_test *t = &p->tests[i];
    ok = build_test(b, c->attributes[i].test, p->input, t) && ok;
    if (!ok) continue;
    if (t->kind == TEST_DYNAMIC) p->dynamic = true;
    if (t->missing && t->kind != TEST_ANY && p->null_attribute == (int)c->attribute_count)
      p->null_attribute = (int)i;
  }
  return ok;
}

/* What the rows of the characteristic test. */
static bool compile_input(builder *b, part *p) {
  const characteristic *c = p->declared;
  rule_text text = c->input.text ? c->input : (rule_text){c->name, c->at};
  p->input = build_tested(b, text);
  p->tests = arena_array(&b->plan->arena, p->count, sizeof *p->tests);
  if (!p->input || !compile_tests(b, p)) return false;
  if (p->dynamic) {
    const unary_test *tests = p->tests;
    p->scratch = build_scratch(b);
    return matcher_init(b, &p->matcher, &p->input, 1, c->attribute_count, &tests);
  }
  p->cut = cuts_add(b, p->input);
  if (p->cut < 0) {
    build_error(b, c->at, "characteristic \"%s\": a %s cannot be scored", c->name,
                type_name(p->input->type.kind));
    return false;
  }
  for (size_t i = 0; i < c->attribute_count; i++) cut_test(b, p->cut, &p->tests[i]);
  return true;
}

static bool compile_part(builder *b, part *p, rational divide, rule_text divide_text) {
  const characteristic *c = p->declared;
  arena *a = &b->plan->arena;
  if (!c->attribute_count && !c->points.text) {
    build_error(b, c->at,
                "characteristic \"%s\" has no attributes: give at least one, "
                "{ test, points }",
                c->name);
    return false;
  }
  p->count = (c->attribute_count ? c->attribute_count : 1) + 1;
  p->points = arena_array(a, p->count, sizeof *p->points);
  p->values = arena_array(a, p->count, sizeof *p->values);
  p->weighted = arena_array(a, p->count, sizeof *p->weighted);
  for (size_t o = 0; o < p->count; o++) p->points[o] = (rational){0, 1};
  bool ok = compile_points(b, p, divide, divide_text);
  return (!c->attribute_count || compile_input(b, p)) && ok;
}

/* Two decimals of what is divided, else as many as the points have, at most 2. */
static int digits_of(const scorecard *s, const scorecard_step *declared, int64_t denominator) {
  int digits = 0;
  if (declared->decimals >= 0) return declared->decimals;
  if (declared->divide.text) return 2;
  while (digits < 2 && pow10_i64(digits) % denominator != 0) digits++;
  for (size_t i = 0; i < s->count; i++)
    for (size_t o = 0; o < s->parts[i].count; o++) {
      const formula *f = s->parts[i].weighted[o];
      if (f && f->type.digits > digits) digits = f->type.digits < 2 ? f->type.digits : 2;
    }
  return digits;
}

/* The least common denominator of all points, or that in which the score is written if it will do. */
static bool find_denominator(scorecard *s, const scorecard_step *declared, int *digits) {
  int128 common = s->baseline.den;
  common = common / int128_gcd(common, s->least.den) * s->least.den;
  common = common / int128_gcd(common, s->most.den) * s->most.den;
  for (size_t i = 0; i < s->count; i++)
    for (size_t o = 0; o < s->parts[i].count && common <= FINEST; o++) {
      int128 den = s->parts[i].points[o].den;
      common = common / int128_gcd(common, den) * den;
    }
  if (common > FINEST) return false;
  *digits = digits_of(s, declared, (int64_t)common);
  s->denominator = (int64_t)common;
  if (pow10_i64(*digits) % s->denominator == 0) s->denominator = pow10_i64(*digits);
  return true;
}

static bool in_units(const scorecard *s, rational points, int64_t *out) {
  int128 units = points.num * (s->denominator / points.den);
  *out = (int64_t)units;
  return units < INT64_MAX / 1000000 && units > -INT64_MAX / 1000000;
}

/* All points over the denominator, and whether every sum of them fits 32 bits. */
static bool compile_units(builder *b, scorecard *s) {
  if (!in_units(s, s->baseline, &s->base_units)) return false;
  int64_t least = s->base_units, most = least;
  for (size_t i = 0; i < s->count; i++) {
    part *p = &s->parts[i];
    int64_t low = 0, high = 0;
    p->units = arena_array(&b->plan->arena, p->count, sizeof *p->units);
    for (size_t o = 0; o < p->count; o++) {
      if (!in_units(s, p->points[o], &p->units[o])) return false;
      if (p->units[o] < low) low = p->units[o];
      if (p->units[o] > high) high = p->units[o];
    }
    least += low;
    most += high;
  }
  s->narrow = least > INT32_MIN && most < INT32_MAX;
  return true;
}

/* Its ways are its outcomes. */
static void declare_point(builder *b, part *p, const char *card) {
  const characteristic *c = p->declared;
  arena *a = &b->plan->arena;
  trace_point *t = trace_declare(b, POINT_ATTRIBUTE, c->name, c->at, p->count);
  const formula **inputs = arena_array(a, 1, sizeof *inputs);
  const rule_text **texts = arena_array(a, 1, sizeof *texts);
  const unary_test **tests = arena_array(a, 1, sizeof *tests);
  rule_text *written = arena_array(a, p->count, sizeof *written);
  for (size_t i = 0; i + 1 < p->count; i++) {
    const score_attribute *from = c->attribute_count ? &c->attributes[i] : NULL;
    if (from) written[i] = from->test;
    t->ways[i] = (trace_way){.label = from && from->test.text ? from->test.text : "-",
                             .code = card_reason(c, i),
                             .at = from ? from->at : c->at,
                             .value = p->values[i],
                             .counted = p->weighted[i],
                             .counts = p->points[i]};
  }
  t->ways[p->count - 1] = (trace_way){.label = "missing",
                                      .counts = p->points[p->count - 1],
                                      .code = card_reason(c, p->count - 1),
                                      .at = c->missing.text ? c->missing.at : c->at,
                                      .implied = !c->missing.text};
  inputs[0] = p->input ? p->input : p->values[0];
  texts[0] = written;
  tests[0] = p->tests;
  t->outcome = card;
  t->input_count = 1;
  t->tested = c->attribute_count;
  t->inputs = inputs;
  t->texts = texts;
  t->tests = tests;
  p->point = t;
}

/* The bounds of the score, where it has any: none is taken where the score lies between. */
static void declare_bounds(builder *b, scorecard *s, const scorecard_step *from) {
  if (!s->has_least && !s->has_most) return;
  s->bounds = trace_declare(b, POINT_LINE, "bounds", b->step->at, 2);
  s->bounds->outcome = b->step->name;
  const rule_text *texts[2] = {&from->min, &from->max};
  static const char *const labels[2] = {"min", "max"};
  for (size_t i = 0; i < 2; i++)
    s->bounds->ways[i] = (trace_way){.label = labels[i],
                                     .at = texts[i]->text ? texts[i]->at : b->step->at,
                                     .implied = !texts[i]->text};
}

static bool compile_bounds(builder *b, scorecard *s, const scorecard_step *from) {
  s->least = s->most = (rational){0, 1};
  s->has_least = from->min.text;
  s->has_most = from->max.text;
  bool ok = !s->has_least || build_number(b, from->min, "min", &s->least);
  return (!s->has_most || build_number(b, from->max, "max", &s->most)) && ok;
}

static bool compile_parts(builder *b, scorecard *s, const scorecard_step *from, rational divide) {
  bool ok = true;
  s->count = from->characteristic_count;
  s->parts = arena_array(&b->plan->arena, s->count + 1, sizeof *s->parts);
  for (size_t i = 0; i < s->count; i++) {
    part *p = &s->parts[i];
    p->declared = &from->characteristics[i];
    ok = compile_part(b, p, divide, from->divide) && ok;
    s->computes = s->computes || p->computes;
    if (p->input) p->looked = s->looked_count++;
  }
  return ok;
}

static void finish(builder *b, stage *base);
static void run(const stage *base, evaluator *v);

stage *scorecard_compile(builder *b, const step *step_) {
  const scorecard_step *from = &step_->scorecard;
  scorecard *s = build_stage(b, sizeof *s, finish, run);
  rational divide = {1, 1};
  int digits;
  bool ok = true;
  s->baseline = (rational){0, 1};
  if (from->divide.text) ok = build_number(b, from->divide, "divide", &divide);
  if (ok && divide.num == 0) {
    build_error(b, from->divide.at, "divide must not be 0");
    return NULL;
  }
  if (from->baseline.text)
    ok = build_number(b, from->baseline, "baseline", &s->baseline) &&
         rational_div(s->baseline, divide, &s->baseline) && ok;
  ok = compile_bounds(b, s, from) && ok;
  if (!compile_parts(b, s, from, divide) || !ok) return NULL;
  if (!find_denominator(s, from, &digits) || !compile_units(b, s)) {
    build_error(b, step_->at,
                "the points, weights and divisor of scorecard \"%s\" have too many "
                "digits to be summed exactly",
                step_->name);
    return NULL;
  }
  s->type = (value_type){.kind = TYPE_DECIMAL, .digits = digits, .denominator = s->denominator};
  if (s->computes) points_settle_type(s, digits);
  for (size_t i = 0; i < s->count; i++) declare_point(b, &s->parts[i], step_->name);
  declare_bounds(b, s, from);
  s->sum = build_scratch(b);
  s->result = build_result(b, step_->name, s->type, "scorecard", step_->at);
  return s->result < 0 ? NULL : &s->base;
}

/* ---- finishing ---- */

static int32_t outcome_of(const part *p, const cut *c, size_t segment) {
  if (segment == 0) return p->null_attribute;
  for (size_t i = 0; i < p->declared->attribute_count; i++)
    if (cut_matches(c, segment, &p->tests[i])) return (int32_t)i;
  return -1;
}

/* A word that no attribute takes is a hole in the policy, said before anything runs. Of numbers the
 * source may exclude what is not covered, so that is said of the record that has it. */
static void check_gap(builder *b, const part *p, const cut *c, size_t segment) {
  if (c->form != CUT_CODES) return;
  buffer text = {0};
  cut_describe(c, segment, &text);
  build_error(b, p->declared->at,
              "characteristic \"%s\" has no attribute for \"%s\": add one, or a "
              "last one with \"-\" for everything else",
              p->declared->name, text.data);
  buffer_deinit(&text);
}

/* By entry: which outcome. A dynamic one's entries are: nothing found, the attributes, missing. */
static void fill_outcomes(builder *b, part *p, lookup *l) {
  arena *a = &b->plan->arena;
  size_t attributes = p->declared->attribute_count;
  if (p->dynamic) {
    matcher_finish(b, &p->matcher);
    l->bias = 1;
    l->size = (uint32_t)attributes + 2;
    p->outcomes = arena_array(a, l->size + 16, sizeof *p->outcomes);
    for (size_t e = 0; e < l->size; e++) p->outcomes[e] = (int32_t)e - 1;
    p->gaps = true;
    return;
  }
  const cut *c = cuts_at(b->plan, p->cut);
  l->bias = cut_bias(c);
  l->size = (uint32_t)c->segment_count;
  p->outcomes = arena_array(a, l->size + 16, sizeof *p->outcomes);
  for (size_t e = 0; e < l->size; e++) {
    p->outcomes[e] = outcome_of(p, c, e);
    if (p->outcomes[e] >= 0) continue;
    p->gaps = true;
    check_gap(b, p, c, e);
  }
}

static void finish(builder *b, stage *base) {
  scorecard *s = (scorecard *)base;
  arena *a = &b->plan->arena;
  s->lookups = arena_array(a, s->looked_count + 1, sizeof *s->lookups);
  for (size_t i = 0; i < s->count; i++) {
    part *p = &s->parts[i];
    if (!p->input) continue;
    lookup *l = &s->lookups[p->looked];
    fill_outcomes(b, p, l);
    l->stride = (l->size + 15) / 16 * 16;
    int32_t *entries = arena_array(a, l->stride + 16, sizeof *entries);
    p->wide = arena_array(a, l->size, sizeof *p->wide);
    for (size_t e = 0; e < l->size; e++) {
      if (p->outcomes[e] < 0) continue;
      p->wide[e] = p->units[p->outcomes[e]];
      entries[e] = s->narrow ? (int32_t)p->wide[e] : 0;
    }
    l->entries = entries;
  }
  rank_finish(b, s);
}

/* ---- running ---- */

/* Where the tests need other columns: the attribute that the matcher finds, or missing. */
static const int32_t *find_outcomes(evaluator *v, const part *p) {
  const int32_t *hit = matcher_run(v, &p->matcher);
  const column *in = evaluate(v, p->input, NULL);
  int32_t *out = v->scratch[p->scratch];
  for (size_t r = 0; r < v->frame.rows; r++)
    out[r] = column_missing(in, r) ? p->null_attribute : hit[r];
  return out;
}

static void sum_wide(const scorecard *s, const int32_t *const *index, size_t rows, int64_t *out) {
  for (size_t r = 0; r < rows; r++) out[r] = s->base_units;
  for (size_t i = 0; i < s->count; i++) {
    const part *p = &s->parts[i];
    if (!p->input) continue;
    const int32_t *entry = index[p->looked];
    for (size_t r = 0; r < rows; r++) out[r] += p->wide[entry[r] + s->lookups[p->looked].bias];
  }
}

static void fail_gaps(const scorecard *s, const part *p, int32_t bias, const int32_t *index,
                      evaluator *v) {
  for (size_t r = 0; r < v->frame.rows; r++)
    if (p->outcomes[index[r] + bias] < 0)
      evaluator_fail(v, r, "NO_ROW", &s->base, p->declared->at.line,
                     "characteristic \"%s\" has no attribute for the value of this record",
                     p->declared->name);
}

/* The outcome of each row, by part. */
static void pick_outcomes(const scorecard *s, evaluator *v, const int32_t *const *index,
                          const part *p, int32_t *out) {
  if (!p->input) {
    memset(out, 0, v->frame.rows * sizeof *out);
    return;
  }
  const lookup *l = &s->lookups[p->looked];
  v->kernels->pick_i32(index[p->looked], l->bias, v->frame.rows, p->outcomes, l->size, out);
}

static void run_computed(const scorecard *s, evaluator *v, const int32_t *const *index,
                         const int64_t *sums) {
  arena *a = &v->frame.scratch;
  card_values values = {.index = index,
                        .outcomes = arena_array(a, s->count + 1, sizeof(int32_t *)),
                        .computed = arena_array(a, s->count + 1, sizeof(column **))};
  for (size_t i = 0; i < s->count; i++) {
    values.outcomes[i] = arena_array(a, BATCH_ROWS + 16, sizeof(int32_t));
    values.computed[i] = arena_array(a, s->parts[i].count, sizeof(column *));
    pick_outcomes(s, v, index, &s->parts[i], values.outcomes[i]);
  }
  points_run(s, v, &values, sums);
  rank_run_computed(s, v, &values);
  for (size_t i = 0; i < s->count && v->trace; i++)
    memcpy(trace_column(v, s->parts[i].point), values.outcomes[i], v->frame.rows * sizeof(int32_t));
}

/* Not below the least, not above the most; both have the score's denominator. */
static void bound(const scorecard *s, evaluator *v, int64_t *out) {
  int64_t least = s->has_least ? (int64_t)s->least.num * (s->denominator / (int64_t)s->least.den)
                               : MISSING_I64 + 1;
  int64_t most =
      s->has_most ? (int64_t)s->most.num * (s->denominator / (int64_t)s->most.den) : INT64_MAX;
  int32_t *bounds = v->trace ? trace_column(v, s->bounds) : NULL;
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (bounds) bounds[r] = out[r] < least ? 0 : out[r] > most ? 1 : -1;
    out[r] = out[r] < least ? least : out[r] > most ? most : out[r];
  }
}

static void run(const stage *base, evaluator *v) {
  const scorecard *s = (const scorecard *)base;
  size_t rows = v->frame.rows;
  const int32_t **index = arena_array(&v->frame.scratch, s->looked_count + 1, sizeof *index);
  for (size_t i = 0; i < s->count; i++) {
    const part *p = &s->parts[i];
    if (p->input) index[p->looked] = p->dynamic ? find_outcomes(v, p) : cut_index(v, p->cut);
  }
  int32_t *sum = v->scratch[s->sum];
  int64_t *out = s->computes ? arena_array(&v->frame.scratch, rows + 1, sizeof *out)
                             : evaluator_result(v, s->result)->i64;
  bool summed = !s->computes && rank_run(s, v, index, sum);
  if (s->narrow && !summed)
    v->kernels->score(s->lookups, index, s->looked_count, rows, (int32_t)s->base_units, sum, NULL);
  if (s->narrow)
    for (size_t r = 0; r < rows; r++) out[r] = sum[r];
  else
    sum_wide(s, index, rows, out);
  if (s->computes)
    run_computed(s, v, index, out);
  else if (s->has_least || s->has_most)
    bound(s, v, out);
  for (size_t i = 0; i < s->count && v->trace && !s->computes; i++)
    pick_outcomes(s, v, index, &s->parts[i], trace_column(v, s->parts[i].point));
  for (size_t i = 0; i < s->count; i++) {
    const part *p = &s->parts[i];
    if (p->gaps) fail_gaps(s, p, s->lookups[p->looked].bias, index[p->looked], v);
  }
}
