/* Rows against rows: intervals, sets of words and texts. A test that reads other columns covers only
 * what is written as it is. */
#include "overlap.h"
#include <string.h>

static bool same_text(row_test a, row_test b) {
  return a.text && b.text && !strcmp(a.text, b.text);
}

/* ---- intervals ---- */

/* How the ends of x and y compare; closed ends alone, but for ratios. */
static int order_ratio_low(const test_interval *x, const test_interval *y) {
  if (!x->has_low || !y->has_low) return (int)x->has_low - (int)y->has_low;
  int order = rational_compare(x->ratio_low, y->ratio_low);
  return order ? order : (int)x->low_open - (int)y->low_open;
}

static int order_ratio_high(const test_interval *x, const test_interval *y) {
  if (!x->has_high || !y->has_high) return (int)y->has_high - (int)x->has_high;
  int order = rational_compare(x->ratio_high, y->ratio_high);
  return order ? order : (int)y->high_open - (int)x->high_open;
}

static bool is_ratio(const test_interval *x) {
  return x->ratio_low.den || x->ratio_high.den;
}

static bool interval_covers(const test_interval *x, const test_interval *y) {
  if (is_ratio(x) || is_ratio(y)) return order_ratio_low(x, y) <= 0 && order_ratio_high(x, y) >= 0;
  return x->low <= y->low && x->high >= y->high && x->number_low <= y->number_low &&
         x->number_high >= y->number_high;
}

/* The end of one against the beginning of the other. */
static bool ends_before(const test_interval *x, const test_interval *y) {
  if (!x->has_high || !y->has_low) return false;
  int order = rational_compare(x->ratio_high, y->ratio_low);
  return order < 0 || (order == 0 && (x->high_open || y->low_open));
}

static bool interval_meets(const test_interval *x, const test_interval *y) {
  if (is_ratio(x) || is_ratio(y)) return !ends_before(x, y) && !ends_before(y, x);
  return x->low <= y->high && y->low <= x->high && x->number_low <= y->number_high &&
         y->number_low <= x->number_high;
}

static bool intervals_cover(const unary_test *a, const unary_test *b) {
  for (size_t i = 0; i < b->interval_count; i++) {
    bool covered = false;
    for (size_t k = 0; k < a->interval_count && !covered; k++)
      covered = interval_covers(&a->intervals[k], &b->intervals[i]);
    if (!covered) return false;
  }
  return true;
}

static bool intervals_meet(const unary_test *a, const unary_test *b) {
  for (size_t i = 0; i < b->interval_count; i++)
    for (size_t k = 0; k < a->interval_count; k++)
      if (interval_meets(&a->intervals[k], &b->intervals[i])) return true;
  return false;
}

/* ---- words and texts ---- */

static bool codes_cover(const unary_test *a, const unary_test *b) {
  for (size_t i = 0; i < b->code_words; i++)
    if (b->codes[i] & ~(i < a->code_words ? a->codes[i] : 0)) return false;
  return true;
}

static bool codes_meet(const unary_test *a, const unary_test *b) {
  for (size_t i = 0; i < b->code_words && i < a->code_words; i++)
    if (a->codes[i] & b->codes[i]) return true;
  return false;
}

static bool lists(const unary_test *t, const char *text) {
  for (size_t i = 0; i < t->text_count; i++)
    if (!strcmp(t->texts[i], text)) return true;
  return false;
}

static size_t count_listed(const unary_test *in, const unary_test *of) {
  size_t n = 0;
  for (size_t i = 0; i < of->text_count; i++) n += lists(in, of->texts[i]);
  return n;
}

static bool texts_cover(const unary_test *a, const unary_test *b) {
  if (a->negated && b->negated) return count_listed(b, a) == a->text_count;
  if (a->negated) return count_listed(a, b) == 0;
  return !b->negated && count_listed(a, b) == b->text_count;
}

static bool texts_meet(const unary_test *a, const unary_test *b) {
  if (a->negated && b->negated) return true;
  if (a->negated) return count_listed(a, b) < b->text_count;
  if (b->negated) return count_listed(b, a) < a->text_count;
  return count_listed(a, b) > 0;
}

/* ---- tests ---- */

bool test_covers(row_test a, row_test b) {
  if (a.test->kind == TEST_ANY || same_text(a, b)) return true;
  if (a.test->kind != b.test->kind || (b.test->missing && !a.test->missing)) return false;
  switch (a.test->kind) {
  case TEST_INTERVALS:
    return intervals_cover(a.test, b.test);
  case TEST_CODES:
    return codes_cover(a.test, b.test);
  case TEST_TEXTS:
    return texts_cover(a.test, b.test);
  default:
    return false;
  }
}

bool test_meets(row_test a, row_test b) {
  if (a.test->kind == TEST_ANY || b.test->kind == TEST_ANY || same_text(a, b)) return true;
  if (a.test->kind != b.test->kind) return false;
  if (a.test->kind == TEST_DYNAMIC) return false;
  if (a.test->missing && b.test->missing) return true;
  switch (a.test->kind) {
  case TEST_INTERVALS:
    return intervals_meet(a.test, b.test);
  case TEST_CODES:
    return codes_meet(a.test, b.test);
  case TEST_TEXTS:
    return texts_meet(a.test, b.test);
  default:
    return false;
  }
}

/* ---- rows ---- */

/* Tables are compared row by row up to here; of longer ones, each row with so many before it. */
#define NEAR 2000
#define TOLD_MOST 20 /* findings of one table */

typedef bool relation(row_test a, row_test b);

static bool rows_relate(const table_step *t, const unary_test *const *tests, size_t a, size_t b,
                        relation *holds) {
  for (size_t c = 0; c < t->input_count; c++) {
    row_test x = {t->rows[a].tests[c].text, &tests[c][a]};
    row_test y = {t->rows[b].tests[c].text, &tests[c][b]};
    if (!holds(x, y)) return false;
  }
  return true;
}

static void warn(builder *b, const table_step *t, size_t first, size_t second) {
  const place *one = &t->rows[first].at, *two = &t->rows[second].at;
  if (t->hit != HIT_UNIQUE)
    build_warning(b, *two, "masked-row",
                  "this row is never reached: the row at line %d before it matches everything "
                  "that it matches",
                  one->line);
  else
    build_warning(b, *two, "unique-overlap",
                  "a record can match both this row and the row at line %d, which hit = \"unique\" "
                  "makes an error of that record",
                  one->line);
}

void overlap_check(builder *b, const table_step *t, const unary_test *const *tests) {
  relation *holds = t->hit == HIT_UNIQUE ? test_meets : test_covers;
  size_t told = 0;
  if (t->hit != HIT_FIRST && t->hit != HIT_UNIQUE && t->hit != HIT_PRIORITY) return;
  for (size_t r = 1; r < t->row_count && told < TOLD_MOST; r++)
    for (size_t k = r > NEAR ? r - NEAR : 0; k < r; k++)
      if (rows_relate(t, tests, k, r, holds)) {
        warn(b, t, k, r);
        told++;
        break;
      }
}
