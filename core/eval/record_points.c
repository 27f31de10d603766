#include "record_points.h"

#include <string.h>

#include "trace.h"

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
  p->word_rows = arena_array(&b->plan->arena, words + 1, sizeof *p->word_rows);
  for (size_t w = 0; w < words; w++) {
    size_t r = 0;
    while (r < p->count && !test_word(&p->rows[r].test, w)) r++;
    p->word_rows[w] = (int32_t)r;
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

static void declare_point(builder *b, record_points *p, const aggregate_step *s) {
  p->point = trace_declare(b, POINT_RECORDS, s->value.text, s->value.at, p->count);
  p->point->outcome = b->step->name;
  p->point->several = true;
  for (size_t i = 0; i < p->count; i++)
    p->point->ways[i] = (trace_way){.label = s->points[i].test.text, .at = s->points[i].at};
}

bool record_points_compile(builder *b, record_points *p, const aggregate_step *s) {
  bool ok = true;
  p->input = build_tested(b, s->value);
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
  p->missing_row = -1;
  for (size_t i = p->count; i-- > 0;)
    if (p->rows[i].test.kind == TEST_ANY || p->rows[i].test.missing) p->missing_row = (int32_t)i;
  declare_point(b, p, s);
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

enum { NO_ROW = -2 };

/* The row that takes the record; -1 = its value is missing, and no row takes that. */
static int32_t find(const record_points *p, const column *c, size_t record) {
  if (p->word_rows) return c->i32[record] < 0 ? p->missing_row : p->word_rows[c->i32[record]];
  if (column_missing(c, record)) return p->missing_row;
  for (size_t i = 0; i < p->count; i++)
    if (matches(&p->rows[i].test, c, record)) return (int32_t)i;
  return NO_ROW;
}

static void note_rows(const record_points *p, const list_walk *w, const column *in,
                      const uint8_t *counted) {
  list_walk at = *w; /* the customers are gone through again later */
  list_span s;
  while (list_span_next(&at, &s))
    for (size_t i = s.from; i < s.to; i++) {
      int32_t row = counted[i] ? find(p, in, i) : -1;
      if (row >= 0) trace_add(w->v, p->point, s.customer, (size_t)row);
    }
}

const column *record_points_run(const record_points *p, const stage *s, list_walk *w,
                                const uint8_t *counted) {
  const column *in = list_evaluate(w, p->input, counted);
  column *out = list_room(w, sizeof *out);
  out->type = p->type;
  out->i64 = list_room(w, w->count * sizeof *out->i64);
  for (size_t i = 0; i < w->count; i++) {
    int32_t row = find(p, in, i);
    out->i64[i] = row >= 0 ? p->rows[row].points : MISSING_I64;
    if (row == NO_ROW && counted[i])
      evaluator_fail(w->v, list_owner(w, i), "NO_ROW", s, 0,
                     "no row gives points for a record of %s", w->rows->name);
  }
  if (w->v->trace) note_rows(p, w, in, counted);
  return out;
}
