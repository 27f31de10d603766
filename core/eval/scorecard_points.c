/* Characteristics that compute their points: complex partial scores. What is constant comes out of the
 * lookups as everywhere; here the rest is added to it, row by row in exact numbers, where the record
 * took an outcome that computes. */
#include <string.h>
#include "scorecard_parts.h"

/* ---- compiling ---- */

/* "(points) * (weight) / (divide)": the points as they enter the sum. */
static const formula *weigh(builder *b, const part *p, const formula *points, rule_text text,
                            rule_text divide) {
  const char *weight = p->declared->weight.text;
  bool plain = (!weight || !strcmp(weight, "1")) && !divide.text;
  if (plain) return points;
  const char *whole = arena_format(&b->plan->arena, "(%s) * (%s) / (%s)", text.text,
                                   weight ? weight : "1", divide.text ? divide.text : "1");
  return build_formula(b, (rule_text){whole, text.at}, bare_type(TYPE_NONE));
}

static bool compile_formula(builder *b, part *p, size_t outcome, rule_text text, formula *f,
                            rule_text divide) {
  if (!type_is_numeric(f->type.kind)) {
    build_error(b, text.at,
                "the points \"%s\" of characteristic \"%s\" are %s, and must be a number",
                text.text, p->declared->name, type_name(f->type.kind));
    return false;
  }
  if (f->type.kind == TYPE_NUMBER) {
    build_error(
        b, text.at,
        "the points \"%s\" of characteristic \"%s\" are a measured number, which is not exact: "
        "use a field or a rule of type decimal(2), or round(x, 2)",
        text.text, p->declared->name);
    return false;
  }
  p->computes = true;
  p->values[outcome] = f;
  p->points[outcome] = (rational){0, 1};
  return (p->weighted[outcome] = weigh(b, p, f, text, divide));
}

bool points_compile(builder *b, part *p, size_t outcome, rule_text text, rational divide,
                    rule_text divide_text) {
  rational given, weight = {1, 1}, *out = &p->points[outcome];
  if (p->declared->weight.text && !build_number(b, p->declared->weight, "weight", &weight))
    return false;
  if (rational_parse(text.text, strlen(text.text), &given) != PARSE_OK) {
    formula *f = build_formula(b, text, bare_type(TYPE_NONE));
    if (!f) return false;
    const value *v = &f->tree->constant;
    bool exact = type_is_numeric(f->type.kind) && f->type.kind != TYPE_NUMBER;
    if (f->tree->kind != NODE_CONSTANT || v->missing || !exact)
      return compile_formula(b, p, outcome, text, f, divide_text);
    given = v->exact;
  }
  if (rational_mul(given, weight, out) && rational_div(*out, divide, out)) return true;
  build_error(b, text.at, "points times weight are too large");
  return false;
}

/* A common denominator where all formulas have one of their own, else a quotient in each row. */
void points_settle_type(scorecard *s, int digits) {
  int128 common = s->denominator;
  bool ratio = false;
  for (size_t i = 0; i < s->count; i++)
    for (size_t o = 0; o < s->parts[i].count; o++) {
      const formula *f = s->parts[i].weighted[o];
      if (!f) continue;
      if (f->type.kind == TYPE_RATIO) {
        ratio = true;
      } else if (common <= FINEST) {
        common = common / int128_gcd(common, f->type.denominator) * f->type.denominator;
      }
    }
  ratio = ratio || common > FINEST;
  s->type = (value_type){.kind = ratio ? TYPE_RATIO : TYPE_DECIMAL,
                         .digits = digits,
                         .denominator = ratio ? 1 : (int64_t)common};
}

/* ---- running ---- */

/* The score so far; once missing or too large it stays so. */
typedef struct running {
  rational score;
  bool missing, failed;
} running;

static void add(running *t, rational points) {
  if (!rational_add(t->score, points, &t->score)) t->failed = true;
}

static rational value_at(const column *c, size_t row) {
  return (rational){c->i64[row], c->den ? c->den[row] : c->type.denominator};
}

/* The points of a missing value; the outcome becomes that. */
static void add_missing(const part *p, int32_t *outcome, running *t) {
  *outcome = (int32_t)p->count - 1;
  if (p->missing_known)
    add(t, p->points[p->count - 1]);
  else
    t->missing = true;
}

/* The rows whose outcome is this one and computes its points. */
static void add_outcome(const part *p, size_t o, evaluator *v, int32_t *outcomes,
                        const column **computed, running *totals) {
  bool any = false;
  for (size_t r = 0; r < v->frame.rows; r++) {
    v->needed[r] = outcomes[r] == (int32_t)o;
    any = any || v->needed[r];
  }
  if (!any) return;
  const column *c = *computed = evaluate(v, p->weighted[o], v->needed);
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (outcomes[r] != (int32_t)o) continue;
    if (column_missing(c, r))
      add_missing(p, &outcomes[r], &totals[r]);
    else
      add(&totals[r], value_at(c, r));
  }
}

/* What the lookups could not say of rows whose value is missing: that the score is. */
static void add_part(const scorecard *s, size_t i, evaluator *v, card_values *values,
                     running *totals) {
  const part *p = &s->parts[i];
  int32_t *outcomes = values->outcomes[i];
  for (size_t r = 0; r < v->frame.rows && !p->missing_known; r++)
    if (outcomes[r] == (int32_t)p->count - 1) totals[r].missing = true;
  for (size_t o = 0; o < p->count; o++)
    if (p->weighted[o]) add_outcome(p, o, v, outcomes, &values->computed[i][o], totals);
}

static int bound(const scorecard *s, running *t) {
  if (s->has_least && rational_compare(t->score, s->least) < 0) {
    t->score = s->least;
    return 0;
  }
  if (s->has_most && rational_compare(t->score, s->most) > 0) {
    t->score = s->most;
    return 1;
  }
  return -1;
}

static bool put(const scorecard *s, column *out, size_t r, rational score) {
  int64_t den = s->type.denominator;
  if (s->type.kind != TYPE_RATIO) score.num *= den / score.den;
  if (score.num > INT64_MAX || score.num <= INT64_MIN || score.den > INT64_MAX) return false;
  out->i64[r] = (int64_t)score.num;
  if (out->den) out->den[r] = (int64_t)score.den;
  return true;
}

void points_run(const scorecard *s, evaluator *v, card_values *values, const int64_t *sums) {
  size_t rows = v->frame.rows;
  running *totals = arena_array(&v->frame.scratch, rows + 1, sizeof *totals);
  column *out = evaluator_result(v, s->result);
  int32_t *bounds = v->trace && s->bounds ? trace_column(v, s->bounds) : NULL;
  for (size_t r = 0; r < rows; r++) rational_make(sums[r], s->denominator, &totals[r].score);
  for (size_t i = 0; i < s->count; i++)
    if (s->parts[i].computes) add_part(s, i, v, values, totals);
  for (size_t r = 0; r < rows; r++) {
    running *t = &totals[r];
    int bounded = t->missing || t->failed ? -1 : bound(s, t);
    if (bounds) bounds[r] = bounded;
    out->i64[r] = MISSING_I64;
    if (out->den) out->den[r] = 1;
    if (t->missing || (!t->failed && put(s, out, r, t->score))) continue;
    evaluator_fail(v, r, "OVERFLOW", &s->base, 0, "the score is too large to be computed exactly");
  }
}
