/* See inspect.h. */
#include "inspect.h"
#include <string.h>
#include "evaluator.h"

const column *inspect(evaluator *v, const node *n) {
  step_place nowhere = {"", "", 0};
  decisions *out = v->frame.out;
  expr *x = expr_new(n, v->plan->pack->zone);
  v->frame.out = &v->guard;
  const column *made = expr_eval(x, &v->frame, &nowhere);
  v->frame.out = out;
  for (size_t i = 0; i < v->guard.fault_count; i++) v->guard.failed[v->guard.faults[i].row] = 0;
  v->guard.fault_count = 0;
  arena_clear(&v->guard.texts);
  expr_free(x);
  return made;
}

static bool in_interval(const test_interval *t, const column *c, size_t row) {
  if (c->f64) return c->f64[row] >= t->number_low && c->f64[row] <= t->number_high;
  if (!c->den) return c->i64[row] >= t->low && c->i64[row] <= t->high;
  rational x;
  if (!rational_make(c->i64[row], c->den[row], &x)) return false;
  int low = rational_compare(x, t->ratio_low), high = rational_compare(x, t->ratio_high);
  return (!t->has_low || low > 0 || (low == 0 && !t->low_open)) &&
         (!t->has_high || high < 0 || (high == 0 && !t->high_open));
}

static bool among_texts(const unary_test *t, const column *c, size_t row) {
  const char *text = c->text.bytes + c->text.offsets[row];
  size_t n = c->text.offsets[row + 1] - c->text.offsets[row];
  for (size_t i = 0; i < t->text_count; i++)
    if (strlen(t->texts[i]) == n && !memcmp(t->texts[i], n ? text : "", n)) return !t->negated;
  return t->negated;
}

bool inspect_test(evaluator *v, const unary_test *t, const column *c, size_t row) {
  if (t->kind == TEST_ANY) return true;
  if (t->kind == TEST_DYNAMIC) return inspect(v, t->dynamic)->i32[row] == 1;
  if (column_missing(c, row)) return t->missing;
  if (t->kind == TEST_TEXTS) return among_texts(t, c, row);
  if (t->kind == TEST_CODES) {
    size_t word = (size_t)c->i32[row];
    return word / 64 < t->code_words && (t->codes[word / 64] >> (word % 64) & 1);
  }
  for (size_t i = 0; i < t->interval_count; i++)
    if (in_interval(&t->intervals[i], c, row)) return true;
  return false;
}
