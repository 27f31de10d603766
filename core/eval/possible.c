/* See possible.h: the sets themselves, and formulas. Conditions are in possible_truth.c. */
#include "possible.h"

#include <string.h>

#include "possible_parts.h"

/* ---- sets ---- */

possible possible_any(value_type type) {
  (void)type;
  return (possible){.missing = true, .value = true};
}

possible possible_none(void) {
  return (possible){0};
}

possible possible_range(rational low, rational high) {
  return (possible){.value = true, .has_low = true, .has_high = true, .low = low, .high = high};
}

size_t possible_word_count(value_type type) {
  if (type.kind == TYPE_BOOLEAN) return 2;
  return type.kind == TYPE_CHOICE && type.choices ? type.choices->count : 0;
}

possible possible_word(const possible_world *w, value_type type, size_t word) {
  uint64_t *words = arena_array(w->arena, possible_word_count(type) / 64 + 1, sizeof *words);
  words[word / 64] = UINT64_C(1) << (word % 64);
  return (possible){.value = true, .words = words};
}

bool possible_has_word(const possible *p, size_t word) {
  return p->value && (!p->words || (p->words[word / 64] >> (word % 64) & 1));
}

bool possible_is_measured(value_type type) {
  return (type_is_numeric(type.kind) && type.kind != TYPE_NUMBER) || type.kind == TYPE_DATE ||
         type.kind == TYPE_TIMESTAMP || type.kind == TYPE_DURATION || type.kind == TYPE_MONTHS;
}

possible possible_constant(const possible_world *w, const value *v) {
  if (v->missing) return (possible){.missing = true};
  if (possible_word_count(v->type)) return possible_word(w, v->type, (size_t)v->exact.num);
  if (possible_is_measured(v->type)) return possible_range(v->exact, v->exact);
  return (possible){.value = true};
}

possible possible_union(const possible_world *w, value_type type, possible a, possible b) {
  possible out = {.missing = a.missing || b.missing, .value = a.value || b.value};
  size_t words = possible_word_count(type);
  if (!a.value || !b.value) {
    possible one = a.value ? a : b;
    one.missing = out.missing;
    return one;
  }
  if (words && a.words && b.words) {
    uint64_t *both = arena_array(w->arena, words / 64 + 1, sizeof *both);
    for (size_t i = 0; i <= words / 64; i++) both[i] = a.words[i] | b.words[i];
    out.words = both;
  }
  out.has_low = a.has_low && b.has_low;
  out.has_high = a.has_high && b.has_high;
  if (out.has_low) out.low = rational_compare(a.low, b.low) <= 0 ? a.low : b.low;
  if (out.has_high) out.high = rational_compare(a.high, b.high) >= 0 ? a.high : b.high;
  return out;
}

/* ---- arithmetic of intervals; what does not fit has no bound ---- */

static possible both(possible a, possible b) {
  return (possible){.missing = a.missing || b.missing, .value = a.value && b.value};
}

possible possible_sum(possible a, possible b) {
  possible out = both(a, b);
  out.has_low = a.has_low && b.has_low && rational_add(a.low, b.low, &out.low);
  out.has_high = a.has_high && b.has_high && rational_add(a.high, b.high, &out.high);
  return out;
}

static possible negated(possible a) {
  possible out = a;
  const rational zero = {0, 1};
  out.has_low = a.has_high && rational_sub(zero, a.high, &out.low);
  out.has_high = a.has_low && rational_sub(zero, a.low, &out.high);
  return out;
}

static bool at_or_above_zero(const possible *a) {
  return a->has_low && a->low.num >= 0;
}

static void take_corner(possible *out, bool first, rational x, rational y, bool *fits) {
  rational z;
  if (!rational_mul(x, y, &z)) {
    *fits = false;
    return;
  }
  if (first || rational_compare(z, out->low) < 0) out->low = z;
  if (first || rational_compare(z, out->high) > 0) out->high = z;
}

possible possible_product(possible a, possible b) {
  possible out = both(a, b);
  if (a.has_low && a.has_high && b.has_low && b.has_high) {
    bool fits = true;
    take_corner(&out, true, a.low, b.low, &fits);
    take_corner(&out, false, a.low, b.high, &fits);
    take_corner(&out, false, a.high, b.low, &fits);
    take_corner(&out, false, a.high, b.high, &fits);
    out.has_low = out.has_high = fits;
  } else if (at_or_above_zero(&a) && at_or_above_zero(&b)) {
    out.has_low = rational_mul(a.low, b.low, &out.low);
  }
  return out;
}

static possible quotient(possible a, possible b) {
  bool crosses = b.value && (!b.has_low || b.low.num <= 0) && (!b.has_high || b.high.num >= 0);
  bool is_zero = b.value && b.has_low && b.has_high && !b.low.num && !b.high.num;
  possible out = both(a, b);
  out.missing = out.missing || crosses;
  if (is_zero) out.value = false;
  if (!crosses && b.has_low && b.has_high) {
    rational one = {1, 1}, low, high;
    if (rational_div(one, b.high, &low) && rational_div(one, b.low, &high)) {
      possible inverse = {.missing = b.missing,
                          .value = b.value,
                          .has_low = true,
                          .has_high = true,
                          .low = low,
                          .high = high};
      return possible_product(a, inverse);
    }
  }
  if (!at_or_above_zero(&a) || !at_or_above_zero(&b)) return out;
  out.has_low = true;
  out.low = (rational){0, 1};
  out.has_high = a.has_high && b.low.num > 0 && rational_div(a.high, b.low, &out.high);
  return out;
}

possible possible_min(possible a, possible b) {
  possible out = both(a, b);
  out.has_low = a.has_low && b.has_low;
  if (out.has_low) out.low = rational_compare(a.low, b.low) <= 0 ? a.low : b.low;
  out.has_high = a.has_high || b.has_high;
  if (out.has_high)
    out.high =
        !b.has_high || (a.has_high && rational_compare(a.high, b.high) <= 0) ? a.high : b.high;
  return out;
}

possible possible_max(possible a, possible b) {
  return negated(possible_min(negated(a), negated(b)));
}

possible possible_at_most(possible a, rational most) {
  if (!a.has_high || rational_compare(a.high, most) > 0) a.high = most;
  a.has_high = true;
  if (a.has_low && rational_compare(a.low, most) > 0) a.low = most;
  return a;
}

possible possible_at_least(possible a, rational least) {
  return negated(possible_at_most(negated(a), (rational){-least.num, least.den}));
}

/* ---- functions ---- */

static possible of_least(possible given, int64_t least, int64_t most, bool bounded) {
  given.has_low = true;
  given.low = (rational){least, 1};
  given.has_high = bounded;
  given.high = (rational){most, 1};
  return given;
}

/* Whether all arguments are there if none is missing, and the result then is. */
static possible over_arguments(const possible_world *w, const node *n) {
  possible out = {.value = true};
  for (size_t i = 0; i < n->child_count; i++) {
    possible p = possible_of(w, n->children[i]);
    out.missing = out.missing || p.missing;
    out.value = out.value && p.value;
  }
  return out;
}

static possible coalesced(const possible_world *w, const node *n) {
  possible out = possible_none();
  for (size_t i = 0; i < n->child_count; i++) {
    possible p = possible_of(w, n->children[i]);
    bool last = !p.missing;
    p.missing = false;
    out = possible_union(w, n->type, out, p);
    if (last) return out;
  }
  out.missing = true;
  return out;
}

static possible least_or_most(const possible_world *w, const node *n) {
  possible out = possible_of(w, n->children[0]);
  for (size_t i = 1; i < n->child_count; i++) {
    possible p = possible_of(w, n->children[i]);
    out = n->function == FUNCTION_MIN ? possible_min(out, p) : possible_max(out, p);
  }
  return out;
}

/* Rounding to whole numbers or finer ones stays between the whole numbers around. */
static possible rounded(const possible_world *w, const node *n) {
  possible p = possible_of(w, n->children[0]), out = {.missing = p.missing, .value = p.value};
  const node *digits = n->child_count > 1 ? n->children[1] : NULL;
  int128 low, high;
  if (digits && (digits->kind != NODE_CONSTANT || digits->constant.exact.num < 0)) {
    out.missing = out.missing || digits->kind != NODE_CONSTANT;
    return out;
  }
  out.has_low = p.has_low && rational_floor(p.low, &low);
  if (out.has_low) out.low = (rational){low, 1};
  out.has_high = p.has_high && rational_floor(p.high, &high);
  if (out.has_high) out.high = (rational){high + (p.high.den != 1), 1};
  return out;
}

static possible absolute(possible p) {
  rational zero = {0, 1};
  possible turned = negated(p);
  if (at_or_above_zero(&p)) return p;
  possible out = possible_max(p, turned);
  out.missing = p.missing;
  out.value = p.value;
  if (!out.has_low || out.low.num < 0) out.low = zero;
  out.has_low = true;
  return out;
}

static possible date_of_moment(const possible_world *w, possible p) {
  if (p.has_low) p.low = (rational){moment_date((int64_t)p.low.num, w->zone), 1};
  if (p.has_high) p.high = (rational){moment_date((int64_t)p.high.num, w->zone), 1};
  return p;
}

static possible called(const possible_world *w, const node *n) {
  possible all = over_arguments(w, n);
  switch (n->function) {
  case FUNCTION_COALESCE:
    return coalesced(w, n);
  case FUNCTION_MIN:
  case FUNCTION_MAX:
    return least_or_most(w, n);
  case FUNCTION_ABS:
    return absolute(possible_of(w, n->children[0]));
  case FUNCTION_SIGN:
    return of_least(all, -1, 1, true);
  case FUNCTION_FLOOR:
  case FUNCTION_CEILING:
  case FUNCTION_ROUND_HALF_UP:
  case FUNCTION_ROUND_HALF_DOWN:
  case FUNCTION_ROUND_HALF_EVEN:
  case FUNCTION_ROUND_UP:
  case FUNCTION_ROUND_DOWN:
    return rounded(w, n);
  case FUNCTION_DATE:
    return date_of_moment(w, possible_of(w, n->children[0]));
  case FUNCTION_MONTH:
    return of_least(all, 1, 12, true);
  case FUNCTION_DAY:
  case FUNCTION_DAYS_IN_MONTH:
    return of_least(all, 1, 31, true);
  case FUNCTION_WEEKDAY:
    return of_least(all, 1, 7, true);
  case FUNCTION_QUARTER:
    return of_least(all, 1, 4, true);
  case FUNCTION_DAY_OF_YEAR:
    return of_least(all, 1, 366, true);
  case FUNCTION_WEEK_OF_YEAR:
    return of_least(all, 1, 53, true);
  case FUNCTION_HOUR:
    return of_least(all, 0, 23, true);
  case FUNCTION_MINUTE:
  case FUNCTION_SECOND:
    return of_least(all, 0, 59, true);
  case FUNCTION_COUNT:
  case FUNCTION_STRING_LENGTH:
    return of_least(all, 0, 0, false);
  case FUNCTION_YEAR:
  case FUNCTION_LAST_DAY_OF_MONTH:
  case FUNCTION_ADD_MONTHS:
  case FUNCTION_ADD_MONTHS_AT:
  case FUNCTION_MONTHS_BETWEEN:
  case FUNCTION_YEARS_BETWEEN:
  case FUNCTION_WORKDAYS_BETWEEN:
  case FUNCTION_HAS_CODE:
  case FUNCTION_STARTS_WITH:
  case FUNCTION_ENDS_WITH:
  case FUNCTION_CONTAINS:
  case FUNCTION_UPPER_CASE:
  case FUNCTION_LOWER_CASE:
  case FUNCTION_SUBSTRING:
    return all;
  default:
    all.missing = true;
    return all;
  }
}

/* ---- formulas ---- */

static possible chosen(const possible_world *w, const node *n) {
  unsigned truth = possible_truth(w, n->children[0]);
  possible out = possible_none();
  if (truth & MAYBE_TRUE) {
    possible_world then = possible_where(w, n->children[0], true);
    out = possible_of(&then, n->children[1]);
  }
  if (truth & (MAYBE_FALSE | MAYBE_UNKNOWN))
    out = possible_union(w, n->type, out, possible_of(w, n->children[2]));
  return out;
}

static possible of_truth(const possible_world *w, unsigned truth) {
  uint64_t *words = arena_array(w->arena, 1, sizeof *words);
  words[0] = (truth & MAYBE_FALSE ? 1 : 0) | (truth & MAYBE_TRUE ? 2 : 0);
  return (possible){.missing = truth & MAYBE_UNKNOWN, .value = words[0], .words = words};
}

static possible computed(const possible_world *w, const node *n) {
  possible a = possible_of(w, n->children[0]);
  possible b = n->child_count > 1 ? possible_of(w, n->children[1]) : possible_none();
  switch (n->kind) {
  case NODE_NEGATE:
    return negated(a);
  case NODE_ADD:
    return possible_sum(a, b);
  case NODE_SUBTRACT:
    return possible_sum(a, negated(b));
  case NODE_MULTIPLY:
    return possible_product(a, b);
  default:
    return quotient(a, b);
  }
}

/* Months and days do not add up as numbers do; neither do moments in other units. */
static bool is_plain_sum(const node *n) {
  for (size_t i = 0; i < n->child_count; i++)
    if (n->children[i]->type.kind == TYPE_MONTHS || n->children[i]->type.kind == TYPE_DURATION)
      return false;
  return possible_is_measured(n->type);
}

possible possible_of(const possible_world *w, const node *n) {
  switch (n->kind) {
  case NODE_CONSTANT:
    return possible_constant(w, &n->constant);
  case NODE_SLOT:
    return n->symbol->slot >= 0 && (size_t)n->symbol->slot < w->count ? w->slots[n->symbol->slot]
                                                                      : possible_any(n->type);
  case NODE_CALL:
    if (n->type.kind == TYPE_BOOLEAN && n->function != FUNCTION_COALESCE)
      return of_truth(w, possible_truth(w, n));
    return called(w, n);
  case NODE_IF:
    return chosen(w, n);
  case NODE_NEGATE:
  case NODE_ADD:
  case NODE_SUBTRACT:
  case NODE_MULTIPLY:
  case NODE_DIVIDE:
    if (is_plain_sum(n)) return computed(w, n);
    possible all = over_arguments(w, n);
    all.missing = all.missing || n->kind == NODE_DIVIDE;
    return all;
  default:
    return of_truth(w, possible_truth(w, n));
  }
}
