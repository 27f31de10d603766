/* Cutting columns: collecting bounds, sorting them, and finding the segment of each row. Bounds are
 * in stored units, so that nothing is ever compared that is not exact. */
#include "thresholds.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define LEAST_I64 (MISSING_I64 + 1) /* the bound between missing and every value */
#define SEARCHED 8 /* more texts or quotients than these are searched for, not gone through */

static cut_form form_of(type_kind kind, bool *ok) {
  *ok = true;
  switch (type_storage(kind)) {
  case STORE_I32:
    return CUT_CODES;
  case STORE_I64:
    return CUT_I64;
  case STORE_F64:
    return CUT_F64;
  case STORE_RATIO:
    return CUT_RATIO;
  case STORE_TEXT:
    return CUT_TEXT;
  default:
    break;
  }
  *ok = false;
  return CUT_TEXT;
}

static bool is_required(const plan *p, const formula *f) {
  const schema *s = &p->pack->schema;
  return f->slot >= 0 && (size_t)f->slot < s->count &&
         (s->fields[f->slot].required || (size_t)f->slot == s->key);
}

static int add(builder *b, const formula *input, bool apart) {
  cuts *all = b->plan->cuts;
  bool ok;
  cut_form form = form_of(input->type.kind, &ok);
  if (!ok) return -1;
  if (input->slot >= 0 && !apart)
    for (size_t i = 0; i < all->count; i++)
      if (all->items[i]->input->slot == input->slot && !all->items[i]->apart) return (int)i;
  cut *c = arena_alloc(&b->plan->arena, sizeof *c);
  *c = (cut){.form = form, .input = input, .required = is_required(b->plan, input), .apart = apart};
  if (form != CUT_CODES) c->scratch = build_scratch(b);
  if (all->count == all->capacity) {
    all->capacity = all->capacity ? all->capacity * 2 : 16;
    all->items = mem_grow(all->items, all->capacity, sizeof(cut *));
  }
  all->items[all->count] = c;
  return (int)all->count++;
}

int cuts_add(builder *b, const formula *input) {
  return add(b, input, false);
}

int cuts_add_apart(builder *b, const formula *input) {
  return add(b, input, true);
}

/* Room for one more bound. */
static void reserve(builder *b, cut *c) {
  if (c->count < c->capacity) return;
  size_t capacity = c->capacity ? c->capacity * 2 : 16;
  arena *a = &b->plan->arena;
#define GROW(member)                                                                               \
  do {                                                                                             \
    void *wider = arena_array(a, capacity, sizeof *c->member);                                     \
    if (c->count) memcpy(wider, c->member, c->count * sizeof *c->member);                          \
    c->member = wider;                                                                             \
  } while (0)
  switch (c->form) {
  case CUT_I64:
    GROW(i64);
    break;
  case CUT_F64:
    GROW(f64);
    break;
  case CUT_RATIO:
    GROW(ratios);
    break;
  case CUT_TEXT:
    GROW(texts);
    break;
  case CUT_CODES:
    break;
  }
#undef GROW
  c->capacity = capacity;
}

static void bound_i64(builder *b, cut *c, int64_t at) {
  reserve(b, c);
  c->i64[c->count++] = at;
}

static void bound_f64(builder *b, cut *c, double at) {
  reserve(b, c);
  c->f64[c->count++] = at;
}

static void bound_ratio(builder *b, cut *c, rational at, bool strict) {
  reserve(b, c);
  c->ratios[c->count++] = (ratio_bound){at, strict};
}

static void bound_text(builder *b, cut *c, const char *text) {
  reserve(b, c);
  c->texts[c->count++] = text;
}

static void cut_interval(builder *b, cut *c, const test_interval *i) {
  if (c->form == CUT_I64) {
    if (i->has_low) bound_i64(b, c, i->low);
    if (i->has_high && i->high < INT64_MAX) bound_i64(b, c, i->high + 1);
  } else if (c->form == CUT_F64) {
    if (i->has_low) bound_f64(b, c, i->number_low);
    if (i->has_high) bound_f64(b, c, nextafter(i->number_high, INFINITY));
  } else if (c->form == CUT_RATIO) {
    if (i->has_low) bound_ratio(b, c, i->ratio_low, i->low_open);
    if (i->has_high) bound_ratio(b, c, i->ratio_high, !i->high_open);
  }
}

void cut_test(builder *b, int number, const unary_test *t) {
  cut *c = b->plan->cuts->items[number];
  for (size_t i = 0; i < t->interval_count && t->kind == TEST_INTERVALS; i++)
    cut_interval(b, c, &t->intervals[i]);
  for (size_t i = 0; i < t->text_count && t->kind == TEST_TEXTS; i++) bound_text(b, c, t->texts[i]);
}

/* The least stored value that is >= the exact one; false if no int64 is. */
static bool stored_at_least(const value_type *type, const value *v, int64_t *out) {
  rational scaled;
  int128 floor;
  int64_t den = type->denominator > 0 ? type->denominator : 1;
  if (type->kind == TYPE_DATE || type->kind == TYPE_TIMESTAMP) den = 1;
  if (!rational_mul(v->exact, (rational){den, 1}, &scaled)) return false;
  floor = int128_floor_div(scaled.num, scaled.den);
  if (floor * scaled.den != scaled.num) floor++;
  if (floor > INT64_MAX) return false;
  *out = floor < LEAST_I64 ? LEAST_I64 : (int64_t)floor;
  return true;
}

static double value_double(const value *v) {
  return v->type.kind == TYPE_NUMBER ? v->number : (double)v->exact.num / (double)v->exact.den;
}

void cut_at_least(builder *b, int number, const value *at_least) {
  cut *c = b->plan->cuts->items[number];
  int64_t bound;
  if (c->form == CUT_I64 && stored_at_least(&c->input->type, at_least, &bound))
    bound_i64(b, c, bound);
  if (c->form == CUT_F64) bound_f64(b, c, value_double(at_least));
  if (c->form == CUT_RATIO) bound_ratio(b, c, at_least->exact, false);
}

static int order_i64(const void *x, const void *y) {
  int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
  return (a > b) - (a < b);
}

static int order_f64(const void *x, const void *y) {
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static int order_ratio(const void *x, const void *y) {
  const ratio_bound *a = x, *b = y;
  int order = rational_compare(a->at, b->at);
  return order ? order : (int)a->strict - (int)b->strict;
}

static int order_text(const void *x, const void *y) {
  return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Sorts and drops doubles; returns what is left. */
static size_t sort_unique(void *items, size_t count, size_t size,
                          int (*order)(const void *, const void *)) {
  if (!count) return 0;
  char *at = items;
  qsort(items, count, size, order);
  size_t kept = 1;
  for (size_t i = 1; i < count; i++) {
    if (!order(at + i * size, at + (kept - 1) * size)) continue;
    memmove(at + kept * size, at + i * size, size);
    kept++;
  }
  return kept;
}

static void make_slots(builder *b, cut *c) {
  c->slot_count = 64;
  while (c->slot_count < c->count * 2) c->slot_count *= 2;
  c->slots = arena_array(&b->plan->arena, c->slot_count, sizeof *c->slots);
  for (size_t i = 0; i < c->count; i++) {
    size_t at = XXH3_64bits(c->texts[i], strlen(c->texts[i])) & (c->slot_count - 1);
    while (c->slots[at]) at = (at + 1) & (c->slot_count - 1);
    c->slots[at] = (uint32_t)i + 1;
  }
}

static void finish(builder *b, cut *c) {
  switch (c->form) {
  case CUT_CODES:
    c->segment_count =
        (c->input->type.kind == TYPE_BOOLEAN ? 2 : c->input->type.choices->count) + 1;
    return;
  case CUT_TEXT:
    c->count = sort_unique(c->texts, c->count, sizeof *c->texts, order_text);
    if (c->count > SEARCHED) make_slots(b, c);
    c->segment_count = c->count + 2;
    return;
  case CUT_I64:
    bound_i64(b, c, LEAST_I64);
    c->count = sort_unique(c->i64, c->count, sizeof *c->i64, order_i64);
    if (c->count > 1 && c->i64[0] == MISSING_I64) { /* a bound nobody can be below */
      c->i64++;
      c->count--;
    }
    break;
  case CUT_F64:
    bound_f64(b, c, -INFINITY);
    c->count = sort_unique(c->f64, c->count, sizeof *c->f64, order_f64);
    break;
  case CUT_RATIO:
    c->count = sort_unique(c->ratios, c->count, sizeof *c->ratios, order_ratio);
    c->segment_count = c->count + 2;
    return;
  }
  c->segment_count = c->count + 1;
}

void cuts_finish(builder *b) {
  for (size_t i = 0; i < b->plan->cuts->count; i++) finish(b, b->plan->cuts->items[i]);
}

const cut *cuts_at(const plan *p, int number) {
  return p->cuts->items[number];
}

int32_t cut_bias(const cut *c) {
  if (c->form == CUT_CODES) return 1;
  return (c->form == CUT_I64 || c->form == CUT_F64) && c->required;
}

/* ---- what a segment matches: one value of it stands for all ---- */

/* Whether the values of a segment, but not the missing one, reach the low end of an interval. */
static bool reaches_low(const cut *c, size_t segment, const test_interval *i) {
  if (!i->has_low) return true;
  if (c->form == CUT_I64) return c->i64[segment - 1] >= i->low;
  if (c->form == CUT_F64) return c->f64[segment - 1] >= i->number_low;
  if (segment == 1) return false;                  /* below all bounds */
  const ratio_bound *at = &c->ratios[segment - 2]; /* just at the bound, or just beyond it */
  int order = rational_compare(at->at, i->ratio_low);
  return order > 0 || (order == 0 && (!i->low_open || at->strict));
}

/* Whether they have not passed its high end. */
static bool within_high(const cut *c, size_t segment, const test_interval *i) {
  if (!i->has_high) return true;
  if (c->form == CUT_I64) return c->i64[segment - 1] <= i->high;
  if (c->form == CUT_F64) return c->f64[segment - 1] <= i->number_high;
  if (segment == 1) return true;
  const ratio_bound *at = &c->ratios[segment - 2];
  int order = rational_compare(at->at, i->ratio_high);
  return order < 0 || (order == 0 && !i->high_open && !at->strict);
}

static bool in_intervals(const cut *c, size_t segment, const unary_test *t) {
  for (size_t n = 0; n < t->interval_count; n++)
    if (reaches_low(c, segment, &t->intervals[n]) && within_high(c, segment, &t->intervals[n]))
      return true;
  return false;
}

static bool in_texts(const cut *c, size_t segment, const unary_test *t) {
  if (segment == 1) return t->negated;
  for (size_t i = 0; i < t->text_count; i++)
    if (!strcmp(t->texts[i], c->texts[segment - 2])) return !t->negated;
  return t->negated;
}

bool cut_matches(const cut *c, size_t segment, const unary_test *t) {
  if (t->kind == TEST_ANY) return true;
  if (segment == 0) return t->missing;
  switch (t->kind) {
  case TEST_INTERVALS:
    return in_intervals(c, segment, t);
  case TEST_TEXTS:
    return in_texts(c, segment, t);
  case TEST_CODES: {
    size_t word = segment - 1;
    return word / 64 < t->code_words && (t->codes[word / 64] >> (word % 64) & 1);
  }
  default:
    return false;
  }
}

/* ---- the segments of a test, as spans ---- */

static void add_span(cut_spans *out, size_t begun, size_t first, size_t last) {
  if (first > last) return;
  if (out->count > begun && out->items[out->count - 1].last + 1 >= first) { /* they touch */
    out->items[out->count - 1].last = (uint32_t)last;
    return;
  }
  if (out->count == out->capacity) {
    out->capacity = out->capacity ? out->capacity * 2 : 64;
    out->items = mem_grow(out->items, out->capacity, sizeof *out->items);
  }
  out->items[out->count++] = (cut_span){(uint32_t)first, (uint32_t)last};
}

/* The segments are in the order of their values: both ends are found by halving. */
static void add_interval(const cut *c, const test_interval *i, size_t begun, cut_spans *out) {
  size_t first = 1, last = 0, n = c->segment_count - 1;
  for (size_t left = n; left > 0;) {
    size_t half = left / 2;
    if (reaches_low(c, first + half, i))
      left = half;
    else
      first += half + 1, left -= half + 1;
  }
  for (size_t left = n; left > 0;) {
    size_t half = left / 2;
    if (within_high(c, last + half + 1, i))
      last += half + 1, left -= half + 1;
    else
      left = half;
  }
  add_span(out, begun, first, last);
}

static size_t segment_of_text(const cut *c, const char *text) {
  const char **found = bsearch(&text, c->texts, c->count, sizeof *c->texts, order_text);
  return (size_t)(found - c->texts) + 2; /* cut_test has put it there */
}

static int order_segment(const void *x, const void *y) {
  size_t a = *(const size_t *)x, b = *(const size_t *)y;
  return (a > b) - (a < b);
}

static void add_texts(const cut *c, const unary_test *t, size_t begun, cut_spans *out) {
  size_t *segments = mem_array(t->text_count + 1, sizeof *segments), next = 1;
  for (size_t i = 0; i < t->text_count; i++) segments[i] = segment_of_text(c, t->texts[i]);
  if (t->text_count) qsort(segments, t->text_count, sizeof *segments, order_segment);
  for (size_t i = 0; i < t->text_count; i++) {
    if (!t->negated)
      add_span(out, begun, segments[i], segments[i]);
    else if (segments[i] > next)
      add_span(out, begun, next, segments[i] - 1);
    next = segments[i] + 1;
  }
  if (t->negated) add_span(out, begun, next, c->segment_count - 1);
  free(segments);
}

void cut_spans_add(const cut *c, const unary_test *t, cut_spans *out) {
  size_t begun = out->count, last = c->segment_count - 1;
  if (t->kind == TEST_ANY) {
    add_span(out, begun, 0, last);
    return;
  }
  if (t->missing) add_span(out, begun, 0, 0);
  for (size_t i = 0; t->kind == TEST_INTERVALS && i < t->interval_count; i++)
    add_interval(c, &t->intervals[i], begun, out);
  for (size_t w = 0; t->kind == TEST_CODES && w < last && w / 64 < t->code_words; w++)
    if (t->codes[w / 64] >> (w % 64) & 1) add_span(out, begun, w + 1, w + 1);
  if (t->kind == TEST_TEXTS) add_texts(c, t, begun, out);
}

bool cut_reaches(const cut *c, size_t segment, const value *at_least) {
  int64_t bound;
  if (segment == 0) return false;
  switch (c->form) {
  case CUT_I64:
    return stored_at_least(&c->input->type, at_least, &bound) && c->i64[segment - 1] >= bound;
  case CUT_F64:
    return c->f64[segment - 1] >= value_double(at_least);
  case CUT_RATIO:
    return segment > 1 && rational_compare(c->ratios[segment - 2].at, at_least->exact) >= 0;
  default:
    return false;
  }
}

void cut_describe(const cut *c, size_t segment, buffer *out) {
  if (segment == 0)
    buffer_text(out, "a missing value");
  else if (c->form == CUT_CODES && c->input->type.kind == TYPE_CHOICE)
    buffer_text(out, c->input->type.choices->names[segment - 1]);
  else if (c->form == CUT_CODES)
    buffer_text(out, segment == 1 ? "false" : "true");
  else if (c->form == CUT_TEXT)
    buffer_text(out, segment == 1 ? "any other text" : c->texts[segment - 2]);
  else
    buffer_text(out, "a value");
}

/* ---- running ---- */

static bool ratio_reaches(int64_t num, int64_t den, const ratio_bound *bound) {
  int order;
  if (bound->at.num >= INT64_MIN && bound->at.num <= INT64_MAX && bound->at.den <= INT64_MAX) {
    int128 left = (int128)num * (int64_t)bound->at.den,
           right = (int128)(int64_t)bound->at.num * den;
    order = (left > right) - (left < right);
  } else {
    order = rational_compare((rational){num, den}, bound->at);
  }
  return order > 0 || (order == 0 && !bound->strict);
}

static int32_t search_ratio(const cut *c, int64_t num, int64_t den) {
  size_t low = 0, n = c->count; /* bounds[0, low) are reached, those from low + n are not */
  while (n > 0) {
    size_t half = n / 2;
    bool right = ratio_reaches(num, den, &c->ratios[low + half]);
    low = right ? low + half + 1 : low;
    n = right ? n - half - 1 : half;
  }
  return (int32_t)low + 1;
}

static void index_ratios(const cut *c, const column *in, size_t rows, int32_t *out) {
  for (size_t r = 0; r < rows; r++) {
    int32_t n = 0;
    if (in->i64[r] == MISSING_I64) {
      out[r] = 0;
      continue;
    }
    if (c->count > SEARCHED) {
      out[r] = search_ratio(c, in->i64[r], in->den[r]);
      continue;
    }
    for (n = 1; (size_t)n <= c->count; n++)
      if (!ratio_reaches(in->i64[r], in->den[r], &c->ratios[n - 1])) break;
    out[r] = n;
  }
}

/* The segment of a text: 1 = none of those that the tests name. */
static int32_t search_text(const cut *c, const char *text, size_t n) {
  size_t at = XXH3_64bits(text, n) & (c->slot_count - 1);
  for (; c->slots[at]; at = (at + 1) & (c->slot_count - 1)) {
    const char *known = c->texts[c->slots[at] - 1];
    if (strlen(known) == n && !memcmp(known, text, n)) return (int32_t)c->slots[at] + 1;
  }
  return 1;
}

static void index_texts(const cut *c, const text_data *in, size_t rows, int32_t *out) {
  for (size_t r = 0; r < rows; r++) {
    size_t n = in->offsets[r + 1] - in->offsets[r], i;
    const char *text = in->bytes + in->offsets[r];
    out[r] = 0;
    if (in->missing ? in->missing[r] : false) continue;
    if (c->count > SEARCHED) {
      out[r] = search_text(c, text, n);
      continue;
    }
    for (i = 0; i < c->count; i++)
      if (strlen(c->texts[i]) == n && !memcmp(c->texts[i], text, n)) break;
    out[r] = i < c->count ? (int32_t)i + 2 : 1;
  }
}

/* Kernels read whole vectors; what an expression made may end at its last row. */
static const void *padded(evaluator *v, const cut *c, const void *values, size_t rows) {
  if (c->input->slot >= 0 || rows == BATCH_ROWS) return values;
  void *copy = arena_alloc(&v->frame.scratch, (rows + 8) * 8);
  memcpy(copy, values, rows * 8);
  return copy;
}

const int32_t *cut_index(evaluator *v, int number) {
  const cut *c = v->plan->cuts->items[number];
  size_t rows = v->frame.rows;
  if (v->segmented[number]) return v->segments[number];
  const column *in = evaluate(v, c->input, NULL);
  int32_t *out = c->form == CUT_CODES ? NULL : v->scratch[c->scratch];
  size_t skip = cut_bias(c) ? 1 : 0; /* the bound of missing is the first */
  switch (c->form) {
  case CUT_I64:
    v->kernels->segment_i64(padded(v, c, in->i64, rows), rows, c->i64 + skip, c->count - skip, out);
    break;
  case CUT_F64:
    v->kernels->segment_f64(padded(v, c, in->f64, rows), rows, c->f64 + skip, c->count - skip, out);
    break;
  case CUT_RATIO:
    index_ratios(c, in, rows, out);
    break;
  case CUT_TEXT:
    index_texts(c, &in->text, rows, out);
    break;
  case CUT_CODES:
    break;
  }
  v->segmented[number] = true;
  if (c->form != CUT_CODES) return v->segments[number] = out;
  if (c->input->slot >= 0) return v->segments[number] = in->i32;
  int32_t *copy = arena_alloc(&v->frame.scratch, (rows + 16) * sizeof *copy);
  memcpy(copy, in->i32, rows * sizeof *copy);
  return v->segments[number] = copy;
}
