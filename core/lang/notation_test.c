/* Unary tests: the cells of tables. A test of constants becomes a set: disjoint intervals of the
 * stored values, bits of words, texts. What needs other columns stays a condition.
 *
 * A set is worked out as spans between cuts. A cut lies beside a value; where values are countable
 * (integers of any unit, and doubles, which have an order number each) it lies before a whole one,
 * so that `< 0.015` on money and `<= 0.01` are the same cut. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "notation_types.h"
#include "notation_value.h"

typedef struct cut {
  int infinite; /* -1 below everything, 1 above */
  rational at;
  bool after; /* RATIO: behind the value, not before it */
} cut;

typedef struct span {
  cut low, high;
} span;

typedef struct span_set {
  span *items;
  size_t count;
  span domain;
  bool unknown; /* an item compares with a missing constant */
} span_set;

static int cut_compare(cut a, cut b) {
  if (a.infinite != 0 || b.infinite != 0) return a.infinite - b.infinite;
  int order = rational_compare(a.at, b.at);
  return order != 0 ? order : (int)a.after - (int)b.after;
}

static cut cut_before(int128 n) {
  return (cut){.at = {n, 1}};
}

static bool span_empty(span s) {
  return cut_compare(s.low, s.high) >= 0;
}

/* ---- doubles in order ---- */

static int64_t double_order(double x) {
  int64_t bits;
  double magnitude = fabs(x);
  memcpy(&bits, &magnitude, sizeof bits);
  return x < 0 ? -bits : bits;
}

static double double_of_order(int64_t order) {
  int64_t bits = order < 0 ? -order : order;
  double x;
  memcpy(&x, &bits, sizeof x);
  return order < 0 ? -x : x;
}

/* ---- spans of items ---- */

static span domain_of(value_type type) {
  switch (type_storage(type.kind)) {
  case STORE_RATIO:
    return (span){{.infinite = -1}, {.infinite = 1}};
  case STORE_F64: {
    int128 most = double_order(INFINITY);
    return (span){cut_before(-most), cut_before(most + 1)};
  }
  case STORE_I32: {
    size_t words = type.kind == TYPE_BOOLEAN ? 2 : type.choices != NULL ? type.choices->count : 0;
    return (span){cut_before(0), cut_before((int128)words)};
  }
  default:
    return (span){cut_before((int128)INT64_MIN + 1), cut_before((int128)INT64_MAX + 1)};
  }
}

/* The constant in stored units; one that is too large for any column stays too large. */
static rational stored_units(const value *v, value_type type) {
  rational scaled;
  if (rational_mul(v->exact, (rational){type.denominator, 1}, &scaled)) return scaled;
  return (rational){v->exact.num < 0 ? -((int128)1 << 100) : (int128)1 << 100, 1};
}

/* The cut at a bound: `after` when what equals the bound lies below the cut. */
static cut cut_at(const value *v, value_type type, bool after) {
  switch (type_storage(type.kind)) {
  case STORE_RATIO:
    return (cut){.at = v->exact, .after = after};
  case STORE_F64:
    return cut_before((int128)double_order(value_double(v)) + after);
  default:
    break;
  }
  rational r = stored_units(v, type);
  int128 below = int128_floor_div(r.num, r.den);
  return cut_before(after || r.den != 1 ? below + 1 : below);
}

static span item_span(const test_item *item, value_type type, span domain) {
  span s = domain;
  if (item->null) return s;
  if (item->low != NULL) {
    cut low = cut_at(&item->low->constant, type, item->low_open);
    if (cut_compare(low, s.low) > 0) s.low = low;
  }
  if (item->high != NULL) {
    cut high = cut_at(&item->high->constant, type, !item->high_open);
    if (cut_compare(high, s.high) < 0) s.high = high;
  }
  /* Equality with what lies between two stored values: both cuts fall together. */
  return s;
}

static bool bound_missing(const node *n) {
  return n != NULL && n->constant.missing;
}

static void add_span(span_set *set, span s) {
  if (!span_empty(s)) set->items[set->count++] = s;
}

static void warn_never(checker *k, const test_item *item, value_type type) {
  notation_warn(k->source, "never-matches", item->syntax->offset, item->syntax->length, NULL,
                "no %s is such a value, this never matches", type_name(type.kind));
}

static void add_item(checker *k, span_set *set, const test_item *item, value_type type) {
  if (bound_missing(item->low) || bound_missing(item->high)) {
    set->unknown = true;
    return;
  }
  if (item->null && !item->opposite) return; /* the test's `missing` says it */
  span s = item_span(item, type, set->domain);
  bool empty = span_empty(s);
  if (empty) warn_never(k, item, type);
  if (!item->opposite || item->null) {
    add_span(set, s);
    return;
  }
  if (empty) {
    add_span(set, set->domain);
    return;
  }
  add_span(set, (span){set->domain.low, s.low});
  add_span(set, (span){s.high, set->domain.high});
}

static int by_low(const void *a, const void *b) {
  return cut_compare(((const span *)a)->low, ((const span *)b)->low);
}

/* Sorts, and joins what overlaps or touches. */
static void normalise(span_set *set) {
  if (set->count == 0) return;
  qsort(set->items, set->count, sizeof *set->items, by_low);
  size_t last = 0;
  for (size_t i = 1; i < set->count; i++) {
    span *open = &set->items[last], next = set->items[i];
    if (cut_compare(next.low, open->high) > 0)
      set->items[++last] = next;
    else if (cut_compare(next.high, open->high) > 0)
      open->high = next.high;
  }
  set->count = last + 1;
}

/* Everything else; there is room for one span more. */
static void complement(span_set *set) {
  cut from = set->domain.low;
  size_t count = 0;
  for (size_t i = 0; i < set->count; i++) {
    span s = set->items[i];
    span gap = {from, s.low};
    from = s.high;
    if (!span_empty(gap)) set->items[count++] = gap;
  }
  set->count = count;
  add_span(set, (span){from, set->domain.high});
}

/* ---- what a set becomes ---- */

static test_interval interval_of(span s, value_type type, span domain) {
  test_interval t = {.has_low = cut_compare(s.low, domain.low) > 0,
                     .has_high = cut_compare(s.high, domain.high) < 0};
  switch (type_storage(type.kind)) {
  case STORE_RATIO:
    t.ratio_low = t.has_low ? s.low.at : (rational){0, 1};
    t.ratio_high = t.has_high ? s.high.at : (rational){0, 1};
    t.low_open = t.has_low && s.low.after;
    t.high_open = t.has_high && !s.high.after;
    break;
  case STORE_F64:
    t.number_low = double_of_order((int64_t)s.low.at.num);
    t.number_high = double_of_order((int64_t)(s.high.at.num - 1));
    break;
  default:
    t.low = (int64_t)s.low.at.num;
    t.high = (int64_t)(s.high.at.num - 1);
    break;
  }
  return t;
}

static void set_codes(arena *a, const span_set *set, unary_test *out) {
  size_t words = (size_t)set->domain.high.at.num;
  out->kind = TEST_CODES;
  out->code_words = (words + 63) / 64;
  out->codes = arena_array(a, out->code_words, sizeof *out->codes);
  for (size_t i = 0; i < set->count; i++)
    for (size_t w = (size_t)set->items[i].low.at.num; w < (size_t)set->items[i].high.at.num; w++)
      out->codes[w / 64] |= (uint64_t)1 << w % 64;
}

static void build_set(checker *k, const test_item *items, size_t count, value_type type,
                      unary_test *out) {
  arena *a = k->source->context->arena;
  span_set set = {.domain = domain_of(type)};
  set.items = arena_array(a, 2 * count + 1, sizeof *set.items);
  for (size_t i = 0; i < count; i++) add_item(k, &set, &items[i], type);
  normalise(&set);
  if (out->negated) complement(&set);
  if (out->negated && set.unknown) set.count = 0; /* not(unknown) is not true */
  out->negated = false;
  if (type_storage(type.kind) == STORE_I32) {
    set_codes(a, &set, out);
    return;
  }
  out->kind = TEST_INTERVALS;
  out->interval_count = set.count;
  out->intervals = arena_array(a, set.count + 1, sizeof *out->intervals);
  for (size_t i = 0; i < set.count; i++)
    out->intervals[i] = interval_of(set.items[i], type, set.domain);
}

/* Texts have no order: a list of them, or of all others. False if that cannot say it. */
static bool build_texts(checker *k, const test_item *items, size_t count, unary_test *out) {
  out->texts = arena_array(k->source->context->arena, count, sizeof *out->texts);
  for (size_t i = 0; i < count; i++) {
    if (items[i].null && !items[i].opposite) continue;
    if (items[i].opposite && (count > 1 || out->negated)) return false;
    if (!items[i].null && bound_missing(items[i].low)) return false;
    if (!items[i].null) out->texts[out->text_count++] = items[i].low->constant.text;
    out->negated = out->negated || items[i].opposite;
  }
  out->kind = TEST_TEXTS;
  return true;
}

static bool build_dynamic(checker *k, node *input, const test_item *items, size_t count,
                          const syntax *whole, unary_test *out) {
  node *n = notation_node(k, NODE_IN, type_plain(TYPE_BOOLEAN), whole, count + 1);
  n->children[0] = input;
  for (size_t i = 0; i < count; i++) {
    n->children[i + 1] = notation_item_condition(k, input, &items[i]);
    if (n->children[i + 1] == NULL) return false;
  }
  n = notation_fold(k, n);
  if (n != NULL && out->negated) {
    node *negation = notation_node(k, NODE_NOT, type_plain(TYPE_BOOLEAN), whole, 1);
    negation->children[0] = n;
    n = notation_fold(k, negation);
  }
  *out = (unary_test){.kind = TEST_DYNAMIC, .dynamic = n, .missing = out->missing};
  return n != NULL;
}

/* ---- whole tests ---- */

/* A bound that a set over the input can have: a constant, and not a measured one beside exact
 * values. */
static bool is_settable(const node *bound, type_kind input) {
  return bound == NULL || (bound->kind == NODE_CONSTANT &&
                           (bound->type.kind != TYPE_NUMBER || input == TYPE_NUMBER));
}

static bool is_constant(const test_item *item, type_kind input) {
  return item->condition == NULL && is_settable(item->low, input) && is_settable(item->high, input);
}

static bool build(checker *k, const test_syntax *tests, unary_test *out) {
  test_item *items = arena_array(k->source->context->arena, tests->count, sizeof *items);
  bool constant = true;
  for (size_t i = 0; i < tests->count; i++) {
    if (!notation_check_item(k, k->input, tests->items[i], &items[i])) return false;
    constant = constant && is_constant(&items[i], k->input->type.kind);
    if (items[i].null && !items[i].opposite && !tests->negated) out->missing = true;
  }
  out->negated = tests->negated;
  value_type type = k->input->type;
  const syntax whole = {.length = (int)k->source->size};
  if (constant && type_storage(type.kind) != STORE_TEXT) {
    build_set(k, items, tests->count, type, out);
    return true;
  }
  if (constant && build_texts(k, items, tests->count, out)) return true;
  out->negated = tests->negated;
  return build_dynamic(k, k->input, items, tests->count, &whole, out);
}

bool notation_test(const notation_context *c, const char *text, node *input, unary_test *out) {
  *out = (unary_test){.kind = TEST_ANY, .missing = true};
  if (text == NULL) return true;
  notation_source source;
  if (!notation_tokens(&source, c, text)) return false;
  if (source.tokens[0].kind == TOKEN_END) {
    notation_complain(&source, SEVERITY_ERROR, 0, 0, "write - for any value", "the test is empty");
    return false;
  }
  test_syntax tests;
  if (!notation_parse_tests(&source, &tests)) return false;
  if (tests.any) return true;
  out->missing = false;
  node *tested = arena_alloc(c->arena, sizeof *tested); /* its place is in another text */
  *tested = *input;
  tested->offset = -1;
  tested->length = 0;
  checker k = {.source = &source, .input = tested};
  return build(&k, &tests, out);
}
