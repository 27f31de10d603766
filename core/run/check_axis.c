/* An input's values as segments: between two bounds that no test names all values are alike. Each
 * segment is stood for by one value of it, and what that matches they all match. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../data/batch.h"
#include "check_parts.h"

/* ---- what a test says of one value ---- */

static bool in_interval(const test_interval *t, const value *v) {
  int64_t stored;
  switch (type_storage(v->type.kind)) {
  case STORE_RATIO: {
    int low = t->has_low ? rational_compare(v->exact, t->ratio_low) : 1;
    int high = t->has_high ? rational_compare(v->exact, t->ratio_high) : -1;
    return (low > 0 || (low == 0 && !t->low_open)) && (high < 0 || (high == 0 && !t->high_open));
  }
  case STORE_F64:
    return v->number >= t->number_low && v->number <= t->number_high;
  default:
    stored = (int64_t)v->exact.num;
    return stored >= t->low && stored <= t->high;
  }
}

static bool in_texts(const unary_test *t, const axis_segment *s) {
  for (size_t i = 0; i < t->text_count && !s->other; i++)
    if (!strcmp(t->texts[i], s->at.text)) return !t->negated;
  return t->negated;
}

bool axis_matches(const unary_test *t, const axis_segment *s) {
  if (t->kind == TEST_ANY) return true;
  if (s->missing) return t->missing;
  if (t->kind == TEST_TEXTS) return in_texts(t, s);
  if (t->kind == TEST_CODES) {
    size_t word = (size_t)s->at.exact.num;
    return word / 64 < t->code_words && (t->codes[word / 64] >> (word % 64) & 1);
  }
  for (size_t i = 0; t->kind == TEST_INTERVALS && i < t->interval_count; i++)
    if (in_interval(&t->intervals[i], &s->at)) return true;
  return false;
}

/* ---- making segments ---- */

typedef struct maker {
  check *c;
  axis *axis;
  size_t capacity;
  const possible *p;
} maker;

static axis_segment *add(maker *m) {
  axis *x = m->axis;
  if (x->count == m->capacity) {
    m->capacity = m->capacity ? 2 * m->capacity : 16;
    axis_segment *wider = arena_array(&m->c->arena, m->capacity, sizeof *wider);
    if (x->count) memcpy(wider, x->segments, x->count * sizeof *wider);
    x->segments = wider;
  }
  x->segments[x->count].at = (value){.type = x->type};
  return &x->segments[x->count++];
}

static void add_words(maker *m) {
  const value_type t = m->axis->type;
  for (size_t i = 0; i < possible_word_count(t); i++) {
    if (!possible_has_word(m->p, i)) continue;
    value *v = &add(m)->at;
    v->exact = (rational){(int128)i, 1};
    v->text = t.kind == TYPE_CHOICE ? t.choices->names[i] : NULL;
  }
}

static int order_text(const void *x, const void *y) {
  return strcmp(*(const char *const *)x, *(const char *const *)y);
}

typedef struct test_list {
  const unary_test *const *columns;
  size_t column_count, count;
} test_list;

static void add_texts(maker *m, const test_list *l) {
  size_t n = 0, room = 1;
  for (size_t k = 0; k < l->column_count; k++)
    for (size_t r = 0; r < l->count; r++) room += l->columns[k][r].text_count;
  const char **texts = arena_array(&m->c->arena, room, sizeof *texts);
  for (size_t k = 0; k < l->column_count; k++)
    for (size_t r = 0; r < l->count; r++)
      for (size_t i = 0; i < l->columns[k][r].text_count; i++)
        texts[n++] = l->columns[k][r].texts[i];
  qsort(texts, n, sizeof *texts, order_text);
  for (size_t i = 0; i < n; i++)
    if (!i || strcmp(texts[i], texts[i - 1]) != 0) add(m)->at.text = texts[i];
  add(m)->other = true;
}

/* ---- numbers: bounds, then what lies at and between them ---- */

static int order_i64(const void *x, const void *y) {
  int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
  return (a > b) - (a < b);
}

/* A whole number of the type's units, which holds the rational; INT64 ends where it does not fit. */
static int64_t stored_floor(value_type t, rational x, bool up) {
  int64_t unit = type_is_numeric(t.kind) && t.denominator > 0 ? t.denominator : 1;
  rational scaled;
  int128 floor;
  if (!rational_mul(x, (rational){unit, 1}, &scaled) || !rational_floor(scaled, &floor))
    return x.num < 0 ? INT64_MIN + 1 : INT64_MAX;
  if (up && scaled.den != 1) floor++;
  if (floor > INT64_MAX) return INT64_MAX;
  return floor <= INT64_MIN ? INT64_MIN + 1 : (int64_t)floor;
}

/* The value that a person would take of all from low to high. */
static int64_t ordinary(const check *c, value_type t, int64_t low, int64_t high) {
  int64_t wanted = t.kind == TYPE_DATE        ? c->plan->today
                   : t.kind == TYPE_TIMESTAMP ? c->plan->as_of
                                              : 0;
  bool below = low == INT64_MIN + 1, above = high == INT64_MAX;
  if (below && above) return wanted;
  return below ? high : low;
}

static void add_stored(maker *m, const test_list *l) {
  const possible *p = m->p;
  value_type t = m->axis->type;
  int64_t least = p->has_low ? stored_floor(t, p->low, true) : INT64_MIN + 1;
  int64_t most = p->has_high ? stored_floor(t, p->high, false) : INT64_MAX;
  size_t n = 0, room = 2;
  for (size_t k = 0; k < l->column_count; k++)
    for (size_t r = 0; r < l->count; r++) room += 2 * l->columns[k][r].interval_count;
  int64_t *begins = arena_array(&m->c->arena, room, sizeof *begins);
  begins[n++] = least;
  for (size_t k = 0; k < l->column_count; k++)
    for (size_t r = 0; r < l->count; r++)
      for (size_t i = 0; i < l->columns[k][r].interval_count; i++) {
        const test_interval *at = &l->columns[k][r].intervals[i];
        if (at->has_low) begins[n++] = at->low;
        if (at->has_high && at->high < INT64_MAX) begins[n++] = at->high + 1;
      }
  qsort(begins, n, sizeof *begins, order_i64);
  for (size_t i = 0; i < n; i++) {
    if (begins[i] < least || begins[i] > most || (i && begins[i] == begins[i - 1])) continue;
    size_t next = i + 1;
    while (next < n && begins[next] == begins[i]) next++;
    int64_t high = next < n && begins[next] - 1 < most ? begins[next] - 1 : most;
    add(m)->at.exact = (rational){ordinary(m->c, t, begins[i], high), 1};
  }
}

static int order_double(const void *x, const void *y) {
  double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static void add_number(maker *m, double x) {
  add(m)->at.number = x;
}

static void add_doubles(maker *m, const test_list *l) {
  size_t n = 0, room = 1;
  for (size_t k = 0; k < l->column_count; k++)
    for (size_t r = 0; r < l->count; r++) room += 2 * l->columns[k][r].interval_count;
  double *bounds = arena_array(&m->c->arena, room, sizeof *bounds);
  for (size_t k = 0; k < l->column_count; k++)
    for (size_t r = 0; r < l->count; r++)
      for (size_t i = 0; i < l->columns[k][r].interval_count; i++) {
        const test_interval *at = &l->columns[k][r].intervals[i];
        if (isfinite(at->number_low)) bounds[n++] = at->number_low;
        if (isfinite(at->number_high)) bounds[n++] = at->number_high;
      }
  qsort(bounds, n, sizeof *bounds, order_double);
  add_number(m, n ? nextafter(bounds[0], -INFINITY) : 0);
  for (size_t i = 0; i < n; i++) {
    if (i && bounds[i] == bounds[i - 1]) continue;
    size_t next = i + 1;
    while (next < n && bounds[next] == bounds[i]) next++;
    double above = nextafter(bounds[i], INFINITY);
    double middle = next < n ? bounds[i] + (bounds[next] - bounds[i]) / 2 : above;
    add_number(m, bounds[i]);
    if (next == n || above < bounds[next]) add_number(m, middle > bounds[i] ? middle : above);
  }
}

static int order_ratio(const void *x, const void *y) {
  return rational_compare(*(const rational *)x, *(const rational *)y);
}

static void add_ratio(maker *m, rational x) {
  const possible *p = m->p;
  bool low = !p->has_low || rational_compare(x, p->low) >= 0;
  bool high = !p->has_high || rational_compare(x, p->high) <= 0;
  if (low && high) add(m)->at.exact = x;
}

/* Between the two; the mediant if the middle has too many digits. */
static rational between(rational a, rational b) {
  rational sum, half;
  if (rational_add(a, b, &sum) && rational_div(sum, (rational){2, 1}, &half)) return half;
  return rational_make(a.num + b.num, a.den + b.den, &half) ? half : a;
}

static rational beside(rational x, int64_t by) {
  rational out;
  return rational_add(x, (rational){by, 1}, &out) ? out : x;
}

static void add_ratios(maker *m, const test_list *l) {
  size_t n = 0, room = 3, kept = 0;
  for (size_t k = 0; k < l->column_count; k++)
    for (size_t r = 0; r < l->count; r++) room += 2 * l->columns[k][r].interval_count;
  rational *bounds = arena_array(&m->c->arena, room, sizeof *bounds);
  for (size_t k = 0; k < l->column_count; k++)
    for (size_t r = 0; r < l->count; r++)
      for (size_t i = 0; i < l->columns[k][r].interval_count; i++) {
        const test_interval *at = &l->columns[k][r].intervals[i];
        if (at->has_low) bounds[n++] = at->ratio_low;
        if (at->has_high) bounds[n++] = at->ratio_high;
      }
  if (m->p->has_low) bounds[n++] = m->p->low;
  if (m->p->has_high) bounds[n++] = m->p->high;
  qsort(bounds, n, sizeof *bounds, order_ratio);
  for (size_t i = 0; i < n; i++)
    if (!i || rational_compare(bounds[i], bounds[kept - 1]) != 0) bounds[kept++] = bounds[i];
  add_ratio(m, kept ? beside(bounds[0], -1) : (rational){0, 1});
  for (size_t i = 0; i < kept; i++) {
    add_ratio(m, bounds[i]);
    add_ratio(m, i + 1 < kept ? between(bounds[i], bounds[i + 1]) : beside(bounds[i], 1));
  }
}

axis axis_make(check *c, value_type type, const possible *p, const unary_test *const *columns,
               size_t column_count, size_t count) {
  axis made = {.type = type, .can = *p};
  maker m = {.c = c, .axis = &made, .p = p};
  const test_list l = {columns, column_count, count};
  if (p->missing) add(&m)->missing = true;
  if (!p->value) return made;
  switch (type_storage(type.kind)) {
  case STORE_I32:
    add_words(&m);
    break;
  case STORE_TEXT:
    add_texts(&m, &l);
    break;
  case STORE_F64:
    add_doubles(&m, &l);
    break;
  case STORE_RATIO:
    add_ratios(&m, &l);
    break;
  default:
    add_stored(&m, &l);
  }
  return made;
}
