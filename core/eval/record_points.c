#include "record_points.h"

#include <math.h>
#include <string.h>

/* ---- compiling ---- */

/* The unit that holds the points of all rows exactly. */
static bool settle_unit(builder *b, record_points *p, const aggregate_step *s) {
  int128 unit = 1;
  rational *each = arena_array(&b->plan->arena, s->point_count, sizeof *each);
  for (size_t i = 0; i < s->point_count; i++) {
    if (!build_number(b, s->points[i].points, "the points of a row", &each[i])) return false;
    unit = unit / int128_gcd(unit, each[i].den) * each[i].den;
    if (unit <= 1000000) continue;
    build_error(b, s->points[i].at, "the points %s have too many decimals",
                s->points[i].points.text);
    return false;
  }
  p->type = (value_type){.kind = unit == 1 ? TYPE_INTEGER : TYPE_DECIMAL,
                         .digits = unit == 1 ? 0 : 2,
                         .denominator = (int64_t)unit};
  for (size_t i = 0; i < s->point_count; i++) {
    int128 stored = each[i].num * (unit / each[i].den);
    if (stored > INT64_MAX / 2 || stored < -(INT64_MAX / 2)) {
      build_error(b, s->points[i].at, "the points %s are too many", s->points[i].points.text);
      return false;
    }
    p->rows[i].points = (int64_t)stored;
  }
  return true;
}

static bool test_word(const unary_test *t, size_t word) {
  return t->kind == TEST_ANY || (t->kind == TEST_CODES && word / 64 < t->code_words &&
                                 (t->codes[word / 64] >> word % 64 & 1));
}

static bool settle_words(builder *b, record_points *p) {
  value_type t = p->input->type;
  size_t words = t.kind == TYPE_BOOLEAN ? 2 : t.choices->count;
  p->by_word = arena_array(&b->plan->arena, words + 1, sizeof *p->by_word);
  for (size_t w = 0; w < words; w++) {
    size_t r = 0;
    while (r < p->count && !test_word(&p->rows[r].test, w)) r++;
    p->by_word[w] = r < p->count ? p->rows[r].points : MISSING_I64;
    if (r < p->count) continue;
    build_error(
        b, p->input->at.file ? (place){p->input->at.file, p->input->at.line} : b->step->at,
        "no row gives points for \"%s\": add { \"%s\", 0 }, or { \"-\", 0 } as the last row",
        t.kind == TYPE_BOOLEAN ? (w ? "true" : "false") : t.choices->names[w],
        t.kind == TYPE_BOOLEAN ? (w ? "true" : "false") : t.choices->names[w]);
    return false;
  }
  return true;
}

bool record_points_compile(builder *b, record_points *p, const aggregate_step *s) {
  bool ok = true;
  p->input = build_formula(b, s->value, bare_type(TYPE_NONE));
  p->count = s->point_count;
  p->rows = arena_array(&b->plan->arena, p->count, sizeof *p->rows);
  for (size_t i = 0; p->input && i < p->count; i++) {
    ok = build_test(b, s->points[i].test, p->input, &p->rows[i].test) && ok;
    if (!ok || p->rows[i].test.kind != TEST_DYNAMIC) continue;
    build_error(b, s->points[i].at,
                "\"%s\" compares with what is not the same for all; such a condition stands in "
                "where",
                s->points[i].test.text);
    ok = false;
  }
  if (!p->input || !ok || !settle_unit(b, p, s)) return false;
  for (size_t i = p->count; i-- > 0;) {
    const unary_test *t = &p->rows[i].test;
    if (t->kind != TEST_ANY && !t->missing) continue;
    p->has_missing = true;
    p->of_missing = p->rows[i].points;
  }
  return type_storage(p->input->type.kind) != STORE_I32 || settle_words(b, p);
}

/* ---- running ---- */

static bool in_text(const unary_test *t, const column *c, size_t row) {
  const char *text = c->text.bytes + c->text.offsets[row];
  size_t n = c->text.offsets[row + 1] - c->text.offsets[row];
  bool found = false;
  for (size_t i = 0; i < t->text_count && !found; i++)
    found = strlen(t->texts[i]) == n && !memcmp(t->texts[i], text, n);
  return found != t->negated;
}

static bool in_ratio(const test_interval *t, rational r) {
  int low = t->has_low ? rational_compare(r, t->ratio_low) : 1;
  int high = t->has_high ? rational_compare(r, t->ratio_high) : -1;
  return (low > 0 || (low == 0 && !t->low_open)) && (high < 0 || (high == 0 && !t->high_open));
}

static bool in_interval(const test_interval *t, const column *c, size_t row) {
  if (c->f64) return c->f64[row] >= t->number_low && c->f64[row] <= t->number_high;
  if (c->den) return in_ratio(t, (rational){c->i64[row], c->den[row]});
  return c->i64[row] >= t->low && c->i64[row] <= t->high;
}

static bool matches(const unary_test *t, const column *c, size_t row) {
  if (t->kind == TEST_ANY) return true;
  if (t->kind == TEST_TEXTS) return in_text(t, c, row);
  for (size_t i = 0; i < t->interval_count; i++)
    if (in_interval(&t->intervals[i], c, row)) return true;
  return false;
}

/* False: no row takes it. */
static bool find(const record_points *p, const column *c, size_t row, int64_t *out) {
  *out = p->has_missing ? p->of_missing : MISSING_I64;
  if (column_missing(c, row)) return true;
  for (size_t i = 0; i < p->count; i++) {
    *out = p->rows[i].points;
    if (matches(&p->rows[i].test, c, row)) return true;
  }
  *out = MISSING_I64;
  return false;
}

static void find_words(const record_points *p, const int32_t *words, size_t rows, int64_t *out) {
  int64_t missing = p->has_missing ? p->of_missing : MISSING_I64;
  for (size_t i = 0; i < rows; i++) out[i] = words[i] < 0 ? missing : p->by_word[words[i]];
}

const column *record_points_run(const record_points *p, const stage *s, list_walk *w,
                                const uint8_t *counted) {
  const column *in = list_evaluate(w, p->input, counted);
  column *out = list_room(w, sizeof *out);
  out->type = p->type;
  out->i64 = list_room(w, w->count * sizeof *out->i64);
  if (p->by_word) {
    find_words(p, in->i32, w->count, out->i64);
    return out;
  }
  for (size_t i = 0; i < w->count; i++)
    if (!find(p, in, i, &out->i64[i]) && counted[i])
      evaluator_fail(w->v, list_owner(w, i), "NO_ROW", s, 0,
                     "no row gives points for a record of %s", w->rows->name);
  return out;
}
