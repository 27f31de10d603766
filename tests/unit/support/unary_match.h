/* Whether one constant value passes a test: said plainly, to hold the compiled tables against. */
#ifndef SUPPORT_UNARY_MATCH_H
#define SUPPORT_UNARY_MATCH_H

#include <string.h>
#include "lang/notation.h"
#include "lang/notation_value.h"

static inline bool in_ratio(const test_interval *t, rational r) {
  int low = t->has_low ? rational_compare(r, t->ratio_low) : 1;
  int high = t->has_high ? rational_compare(r, t->ratio_high) : -1;
  return (low > 0 || (low == 0 && !t->low_open)) && (high < 0 || (high == 0 && !t->high_open));
}

static inline bool in_interval(const test_interval *t, const value *v) {
  int64_t stored;
  switch (type_storage(v->type.kind)) {
  case STORE_RATIO:
    return in_ratio(t, v->exact);
  case STORE_F64:
    return v->number >= t->number_low && v->number <= t->number_high;
  default:
    return value_stored(v, v->type, &stored) && stored >= t->low && stored <= t->high;
  }
}

/* The value is of the type of the input; a TEST_DYNAMIC needs a row and never matches. */
static inline bool unary_test_matches(const unary_test *t, const value *v) {
  if (t->kind == TEST_ANY) return true;
  if (v->missing) return t->missing;
  if (t->kind == TEST_CODES) {
    size_t code = (size_t)v->exact.num;
    return code / 64 < t->code_words && (t->codes[code / 64] >> code % 64 & 1) != 0;
  }
  if (t->kind == TEST_TEXTS) {
    bool found = false;
    for (size_t i = 0; i < t->text_count && !found; i++) found = strcmp(t->texts[i], v->text) == 0;
    return found != t->negated;
  }
  for (size_t i = 0; t->kind == TEST_INTERVALS && i < t->interval_count; i++)
    if (in_interval(&t->intervals[i], v)) return true;
  return false;
}

#endif
