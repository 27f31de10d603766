/* Compiling a scorecard: each characteristic becomes a table from the segment of its input to the
 * weighted points, as integers over one common denominator, and to a key that orders what is lost. */
#include "overlap.h"
#include "scorecard.h"
#include <stdlib.h>
#include <string.h>
#include "matcher.h"
#include "trace.h"

/* A characteristic. Its outcomes are the attributes, in order, and then the missing value. */
typedef struct part {
  const characteristic *declared;
  const formula *input;
  unary_test *tests;
  rational *points;   /* by outcome, weighted and divided */
  int64_t *units;     /* the same over the score's denominator */
  int32_t *keys;      /* by outcome */
  int null_attribute; /* the attribute that names null, or that of the missing value */
  bool dynamic;       /* tests that need other columns: a matcher finds the attribute */
  matcher matcher;
  size_t scratch; /* of the attribute found */
  int cut;
  int32_t *outcomes; /* by entry; -1 = no attribute matches */
  int64_t *wide;     /* by entry, points where int32 is too narrow */
  bool gaps;         /* some entry has no attribute */
  trace_point *point;
} part;

typedef struct scorecard {
  stage base;
  size_t count, number;
  part *parts;
  rational baseline;
  int64_t denominator, base_units;
  bool narrow; /* every sum fits int32 */
  lookup *lookups;
  int most, result;
  size_t key_count;
  const char **reasons; /* by key */
  size_t sum;
} scorecard;

static size_t outcomes_of(const part *p) {
  return p->declared->attribute_count + 1;
}

/* ---- compiling ---- */

static bool weighted(builder *b, rule_text points, rational weight, rational divide,
                     rational *out) {
  rational given;
  if (!build_number(b, points, "points", &given)) return false;
  if (rational_mul(given, weight, out) && rational_div(*out, divide, out)) return true;
  build_error(b, points.at, "points times weight are too large");
  return false;
}

static bool compile_points(builder *b, part *p, rational divide) {
  const characteristic *c = p->declared;
  rational weight = {1, 1};
  bool ok = true;
  size_t lowest = 0, missing = c->attribute_count;
  if (c->weight.text) ok = build_number(b, c->weight, "weight", &weight);
  for (size_t i = 0; i < c->attribute_count; i++) {
    ok = weighted(b, c->attributes[i].points, weight, divide, &p->points[i]) && ok;
    if (ok && rational_compare(p->points[i], p->points[lowest]) < 0) lowest = i;
  }
  if (c->missing.text) return weighted(b, c->missing, weight, divide, &p->points[missing]) && ok;
  p->points[missing] = p->points[lowest];
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

/* A row that another before it always takes the value from; what is missing has rows of its own. */
static void warn_unreached(builder *b, const part *p) {
  const characteristic *c = p->declared;
  for (size_t i = 1; i < c->attribute_count; i++)
    for (size_t k = 0; k < i; k++) {
      row_test one = {c->attributes[k].test.text, &p->tests[k]};
      row_test two = {c->attributes[i].test.text, &p->tests[i]};
      if ((two.test->missing && two.test->kind != TEST_ANY) || !test_covers(one, two)) continue;
      build_warning(b, c->attributes[i].at,
                    "this row of characteristic \"%s\" is never reached: the row at line %d before "
                    "it matches everything that it matches",
                    c->name, c->attributes[k].at.line);
      break;
    }
}

static bool compile_part(builder *b, part *p, rational divide) {
  const characteristic *c = p->declared;
  arena *a = &b->plan->arena;
  rule_text text = c->input.text ? c->input : (rule_text){c->name, c->at};
  if (!c->attribute_count) {
    build_error(b, c->at,
                "characteristic \"%s\" has no attributes: give at least one, "
                "{ test, points }",
                c->name);
    return false;
  }
  p->input = build_formula(b, text, bare_type(TYPE_NONE));
  p->points = arena_array(a, outcomes_of(p), sizeof *p->points);
  p->tests = arena_array(a, outcomes_of(p), sizeof *p->tests);
  if (!p->input || !compile_points(b, p, divide) || !compile_tests(b, p)) return false;
  warn_unreached(b, p);
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

/* Two decimals of what is divided, else as many as the points have, at most 2. */
static int digits_of(const scorecard_step *declared, int64_t denominator) {
  if (declared->decimals >= 0) return declared->decimals;
  if (declared->divide.text) return 2;
  for (int digits = 0; digits < 2; digits++)
    if (pow10_i64(digits) % denominator == 0) return digits;
  return 2;
}

#define FINEST                                                                                     \
  INT64_C(1000000000000) /* denominator, and points of an attribute over it times 10^6 */

/* The least common denominator of all points, or that in which the score is written if it will do. */
static bool find_denominator(scorecard *s, const scorecard_step *declared, int *digits) {
  int128 common = s->baseline.den;
  for (size_t i = 0; i < s->count; i++)
    for (size_t o = 0; o < outcomes_of(&s->parts[i]); o++) {
      int128 den = s->parts[i].points[o].den;
      common = common / int128_gcd(common, den) * den;
      if (common > FINEST) return false;
    }
  *digits = digits_of(declared, (int64_t)common);
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
    p->units = arena_array(&b->plan->arena, outcomes_of(p), sizeof *p->units);
    for (size_t o = 0; o < outcomes_of(p); o++) {
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
  trace_point *t = trace_declare(b, POINT_ATTRIBUTE, c->name, c->at, outcomes_of(p));
  const formula **inputs = arena_array(a, 1, sizeof *inputs);
  const rule_text **texts = arena_array(a, 1, sizeof *texts);
  const unary_test **tests = arena_array(a, 1, sizeof *tests);
  rule_text *written = arena_array(a, outcomes_of(p), sizeof *written);
  for (size_t i = 0; i < c->attribute_count; i++) {
    const score_attribute *from = &c->attributes[i];
    written[i] = from->test;
    t->ways[i] = (trace_way){.label = from->test.text ? from->test.text : "-",
                             .code = from->reason ? from->reason : c->reason,
                             .at = from->at};
  }
  t->ways[c->attribute_count] =
      (trace_way){.label = "missing",
                  .code = c->missing_reason ? c->missing_reason : c->reason,
                  .at = c->missing.text ? c->missing.at : c->at,
                  .implied = !c->missing.text};
  inputs[0] = p->input;
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

static void finish(builder *b, stage *base);
static void run(const stage *base, evaluator *v);

stage *scorecard_compile(builder *b, const step *step_) {
  const scorecard_step *from = &step_->scorecard;
  scorecard *s = build_stage(b, sizeof *s, finish, run);
  rational divide = {1, 1};
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
  s->count = from->characteristic_count;
  s->parts = arena_array(&b->plan->arena, s->count + 1, sizeof *s->parts);
  for (size_t i = 0; i < s->count; i++) {
    s->parts[i].declared = &from->characteristics[i];
    ok = compile_part(b, &s->parts[i], divide) && ok;
  }
  if (!ok) return NULL;
  int digits;
  if (!find_denominator(s, from, &digits) || !compile_units(b, s)) {
    build_error(b, step_->at,
                "the points, weights and divisor of scorecard \"%s\" have too many "
                "digits to be summed exactly",
                step_->name);
    return NULL;
  }
  for (size_t i = 0; i < s->count; i++) declare_point(b, &s->parts[i], step_->name);
  s->number = b->plan->scorecard_count++;
  s->sum = build_scratch(b);
  value_type type = {.kind = TYPE_DECIMAL, .digits = digits, .denominator = s->denominator};
  s->result = build_result(b, step_->name, type, "scorecard", step_->at);
  return s->result < 0 ? NULL : &s->base;
}

/* ---- finishing ---- */

/* An outcome that loses points for a reason. */
typedef struct loss {
  int64_t lost;
  size_t part, outcome;
  const char *reason;
} loss;

static int order_losses(const void *x, const void *y) {
  const loss *a = x, *b = y;
  if (a->lost != b->lost) return a->lost < b->lost ? -1 : 1;
  if (a->part != b->part) return a->part > b->part ? -1 : 1;
  return a->outcome > b->outcome ? -1 : 1;
}

static const char *reason_of(const part *p, size_t outcome) {
  const characteristic *c = p->declared;
  const char *own =
      outcome < c->attribute_count ? c->attributes[outcome].reason : c->missing_reason;
  return own ? own : c->reason;
}

/* Keys 1 .. n in the order of what is lost; of equal losses the earlier characteristic's is greater. */
static void make_keys(builder *b, scorecard *s) {
  size_t count = 0, most = 0;
  for (size_t i = 0; i < s->count; i++) most += outcomes_of(&s->parts[i]);
  loss *losses = mem_array(most + 1, sizeof *losses);
  for (size_t i = 0; i < s->count; i++) {
    part *p = &s->parts[i];
    int64_t best = p->units[0];
    p->keys = arena_array(&b->plan->arena, outcomes_of(p), sizeof *p->keys);
    for (size_t o = 1; o < outcomes_of(p); o++) best = p->units[o] > best ? p->units[o] : best;
    for (size_t o = 0; o < outcomes_of(p); o++)
      if (best > p->units[o] && reason_of(p, o))
        losses[count++] = (loss){best - p->units[o], i, o, reason_of(p, o)};
  }
  if (count) qsort(losses, count, sizeof *losses, order_losses);
  s->key_count = count;
  s->reasons = arena_array(&b->plan->arena, count + 1, sizeof *s->reasons);
  for (size_t k = 0; k < count; k++) {
    s->parts[losses[k].part].keys[losses[k].outcome] = (int32_t)k + 1;
    s->reasons[k + 1] = losses[k].reason;
  }
  free(losses);
}

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
  make_keys(b, s);
  s->lookups = arena_array(a, s->count + 1, sizeof *s->lookups);
  for (size_t i = 0; i < s->count; i++) {
    part *p = &s->parts[i];
    lookup *l = &s->lookups[i];
    fill_outcomes(b, p, l);
    l->stride = (l->size + 15) / 16 * 16;
    int32_t *entries = arena_array(a, l->stride + 16, sizeof *entries);
    int32_t *keys = arena_array(a, l->stride + 16, sizeof *keys);
    p->wide = arena_array(a, l->size, sizeof *p->wide);
    for (size_t e = 0; e < l->size; e++) {
      if (p->outcomes[e] < 0) continue;
      p->wide[e] = p->units[p->outcomes[e]];
      entries[e] = s->narrow ? (int32_t)p->wide[e] : 0;
      keys[e] = p->keys[p->outcomes[e]];
    }
    l->entries = entries;
    l->keys = keys;
  }
}

/* ---- running ---- */

/* Where the tests need other columns: the attribute that the matcher finds, or missing. */
static const int32_t *find_outcomes(evaluator *v, const part *p) {
  const int32_t *hit = matcher_run(v, &p->matcher, NULL);
  const column *in = evaluate(v, p->input, NULL);
  int32_t *out = v->scratch[p->scratch];
  for (size_t r = 0; r < v->frame.rows; r++)
    out[r] = column_missing(in, r) ? p->null_attribute : hit[r];
  return out;
}

static void sum_wide(const scorecard *s, const int32_t *const *index, size_t rows, int64_t *out) {
  for (size_t r = 0; r < rows; r++) {
    int64_t sum = s->base_units;
    for (size_t i = 0; i < s->count; i++) sum += s->parts[i].wide[index[i][r] + s->lookups[i].bias];
    out[r] = sum;
  }
}

/* More keys than the kernel finds: an insertion into a short list for each row. */
static void find_most(const scorecard *s, const int32_t *const *index, size_t rows, int32_t *lost) {
  for (size_t r = 0; r < rows; r++) {
    int32_t top[SCORECARD_MOST] = {0};
    for (size_t i = 0; i < s->count; i++) {
      int32_t key = s->lookups[i].keys[index[i][r] + s->lookups[i].bias];
      for (int t = 0; t < s->most; t++)
        if (key > top[t]) {
          int32_t held = top[t];
          top[t] = key;
          key = held;
        }
    }
    for (int t = 0; t < s->most; t++) lost[(size_t)t * BATCH_ROWS + r] = top[t];
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

static void note(const scorecard *s, evaluator *v, const int32_t *const *index) {
  for (size_t i = 0; i < s->count; i++) {
    const part *p = &s->parts[i];
    v->kernels->pick_i32(index[i], s->lookups[i].bias, v->frame.rows, p->outcomes,
                         s->lookups[i].size, trace_column(v, p->point));
  }
}

static void run(const stage *base, evaluator *v) {
  const scorecard *s = (const scorecard *)base;
  size_t rows = v->frame.rows;
  const int32_t **index = arena_array(&v->frame.scratch, s->count + 1, sizeof *index);
  for (size_t i = 0; i < s->count; i++)
    index[i] = s->parts[i].dynamic ? find_outcomes(v, &s->parts[i]) : cut_index(v, s->parts[i].cut);
  int32_t *lost = v->lost[s->number], *sum = v->scratch[s->sum];
  int32_t *top[KERNEL_TOP] = {lost, lost + BATCH_ROWS, lost + 2 * BATCH_ROWS};
  int64_t *out = evaluator_result(v, s->result)->i64;
  bool kernel_top = s->most > 0 && s->most <= KERNEL_TOP;
  if (s->narrow || kernel_top)
    v->kernels->score(s->lookups, index, s->count, rows, s->narrow ? (int32_t)s->base_units : 0,
                      sum, kernel_top ? top : NULL);
  if (s->narrow)
    for (size_t r = 0; r < rows; r++) out[r] = sum[r];
  else
    sum_wide(s, index, rows, out);
  if (s->most > KERNEL_TOP) find_most(s, index, rows, lost);
  if (v->trace) note(s, v, index);
  for (size_t i = 0; i < s->count; i++)
    if (s->parts[i].gaps) fail_gaps(s, &s->parts[i], s->lookups[i].bias, index[i], v);
}

void scorecard_want(stage *s, int most) {
  scorecard *card = (scorecard *)s;
  if (most > card->most) card->most = most > SCORECARD_MOST ? SCORECARD_MOST : most;
}

const int32_t *scorecard_lost(const stage *s, const evaluator *v) {
  return v->lost[((const scorecard *)s)->number];
}

size_t scorecard_keys(const stage *s) {
  return ((const scorecard *)s)->key_count;
}

const char *scorecard_reason(const stage *s, int32_t key) {
  return ((const scorecard *)s)->reasons[key];
}
