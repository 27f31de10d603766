/* The loops run over the few records of one customer at a time: what is decided once for all stands
 * before them. */
#include "reduce.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"

/* ---- values ---- */

/* False: missing. */
static bool value_exact(const column *c, size_t row, rational *out) {
  if (c->i64[row] == MISSING_I64) return false;
  if (c->den) return rational_make(c->i64[row], c->den[row], out);
  *out = (rational){c->i64[row], c->type.denominator};
  return true;
}

static bool value_number(const column *c, size_t row, double *out) {
  if (c->f64)
    *out = c->f64[row];
  else if (c->i64[row] == MISSING_I64)
    return false;
  else
    *out = (double)c->i64[row] / (double)(c->den ? c->den[row] : c->type.denominator);
  return !isnan(*out);
}

static reduce_held *hold(reduce_state *s) {
  if (s->held_count == s->held_capacity) {
    s->held_capacity = s->held_capacity ? s->held_capacity * 2 : 64;
    s->held = mem_grow(s->held, s->held_capacity, sizeof *s->held);
  }
  return &s->held[s->held_count++];
}

static reduce_held held_of(reduce_state *s, const column *c, size_t row) {
  reduce_held h = {0};
  if (c->f64) {
    h.f64 = c->f64[row] == 0 ? 0 : c->f64[row]; /* -0 is 0 */
  } else if (c->i32) {
    h.i64 = c->i32[row];
  } else if (c->i64) {
    h.i64 = c->i64[row];
    h.den = c->den ? c->den[row] : 1;
  } else {
    h.i64 = (int64_t)s->texts.size;
    h.den = c->text.offsets[row + 1] - c->text.offsets[row];
    buffer_add(&s->texts, c->text.bytes + c->text.offsets[row], (size_t)h.den);
  }
  return h;
}

static int three_way(int64_t a, int64_t b) {
  return (a > b) - (a < b);
}

static int compare_texts(const reduce_state *s, const reduce_held *a, const reduce_held *b) {
  size_t n = (size_t)(a->den < b->den ? a->den : b->den);
  int order = n ? memcmp(s->texts.data + a->i64, s->texts.data + b->i64, n) : 0;
  return order ? order : three_way(a->den, b->den);
}

static int compare_held(const reduce_plan *p, const reduce_state *s, const reduce_held *a,
                        const reduce_held *b) {
  switch (p->form) {
  case REDUCE_RATIO:
    return rational_compare((rational){a->i64, a->den}, (rational){b->i64, b->den});
  case REDUCE_F64:
    return (a->f64 > b->f64) - (a->f64 < b->f64);
  case REDUCE_TEXT:
    return compare_texts(s, a, b);
  default:
    return three_way(a->i64, b->i64);
  }
}

/* What is held in groups of `width`: a value, or a value and its weight. */
typedef struct sorting {
  const reduce_plan *plan;
  const reduce_state *state;
  size_t width;
} sorting;

static int compare_groups(const void *a, const void *b, void *ctx) {
  const sorting *c = ctx;
  const reduce_held *x = a, *y = b;
  int order = compare_held(c->plan, c->state, &x[0], &y[0]);
  return order || c->width == 1 ? order : compare_held(c->plan, c->state, &x[1], &y[1]);
}

/* Few values, as of most customers, are put in their places one by one. */
static void sort_few(sorting *c, reduce_held *held, size_t count) {
  for (size_t i = 1; i < count; i++) {
    reduce_held one = held[i];
    size_t at = i;
    for (; at > 0 && compare_held(c->plan, c->state, &one, &held[at - 1]) < 0; at--)
      held[at] = held[at - 1];
    held[at] = one;
  }
}

static void sort_held(const reduce_plan *p, reduce_state *s, size_t width) {
  sorting c = {p, s, width};
  if (width == 1 && s->held_count <= 40)
    sort_few(&c, s->held, s->held_count);
  else
    qsort_r(s->held, s->held_count / width, width * sizeof *s->held, compare_groups, &c);
}

/* ---- taking rows in ---- */

void reduce_begin(reduce_state *s) {
  s->count = 0;
  s->unknown = s->too_large = false;
  s->sum = s->weights = 0;
  s->held_count = 0;
  s->texts.size = 0;
}

static void count_rows(reduce_state *s, const reduce_columns *c, size_t from, size_t to) {
  size_t count = 0;
  for (size_t i = from; i < to; i++) count += c->counted[i];
  s->count += count;
}

static void share_rows(reduce_state *s, const reduce_columns *c, size_t from, size_t to) {
  size_t count = 0, met = 0;
  for (size_t i = from; i < to; i++) {
    count += c->counted[i];
    met += c->counted[i] & (c->value->i32[i] == 1);
  }
  s->count += count;
  s->sum += met;
}

static void add_i64(reduce_state *s, const reduce_columns *c, size_t from, size_t to) {
  const int64_t *values = c->value->i64;
  int128 sum = 0;
  size_t count = 0;
  bool unknown = false;
  for (size_t i = from; i < to; i++) {
    bool known = values[i] != MISSING_I64, in = c->counted[i];
    unknown |= in && !known;
    in = in && known;
    count += in;
    sum += in ? values[i] : 0;
  }
  s->sum += sum;
  s->count += count;
  s->unknown |= unknown;
}

/* p / 2^times, in units of 2^-most. */
static void add_halved(const reduce_plan *p, reduce_state *s, const reduce_columns *c, size_t from,
                       size_t to) {
  for (size_t i = from; i < to; i++) {
    int64_t value = c->value ? c->value->i64[i] : 1;
    if (!c->counted[i]) continue;
    if (value == MISSING_I64) {
      s->unknown = true;
      continue;
    }
    s->count++;
    s->sum += (int128)value << (p->halvings - c->halvings[i]);
  }
}

/* 1 or 0 for a condition, else the value. */
static bool weighed_value(const reduce_plan *p, const column *c, size_t row, int64_t *out) {
  *out = p->kind == AGGREGATE_SHARE ? c->i32[row] == 1 : c->i64[row];
  return *out != MISSING_I64;
}

static void weigh_i64(const reduce_plan *p, reduce_state *s, const reduce_columns *c, size_t from,
                      size_t to) {
  for (size_t i = from; i < to; i++) {
    int64_t value, weight = c->weight->i64[i];
    if (!c->counted[i]) continue;
    if (!weighed_value(p, c->value, i, &value) || weight == MISSING_I64) {
      s->unknown = true;
      continue;
    }
    s->count++;
    s->weights += weight;
    s->too_large |= __builtin_add_overflow(s->sum, (int128)value * weight, &s->sum);
  }
}

/* The value, or 1 or 0 for a condition. False: missing. */
static bool hold_exact(const reduce_plan *p, const reduce_columns *c, size_t row,
                       reduce_held *out) {
  rational r = {1, 1};
  if (p->kind == AGGREGATE_SHARE)
    r.num = c->value->i32[row] == 1;
  else if (!value_exact(c->value, row, &r))
    return false;
  *out = (reduce_held){.i64 = (int64_t)r.num, .den = (int64_t)r.den};
  return true;
}

/* The same as a measured number, with what is left of it. */
static bool hold_number(const reduce_plan *p, const reduce_columns *c, size_t row,
                        reduce_held *out) {
  double x = 1;
  if (p->kind == AGGREGATE_SHARE)
    x = c->value->i32[row] == 1;
  else if (c->value && !value_number(c->value, row, &x))
    return false;
  *out = (reduce_held){.f64 = c->factors ? x * c->factors[row] : x};
  return true;
}

static bool hold_weight(const reduce_plan *p, const reduce_columns *c, size_t row,
                        reduce_held *out) {
  rational r;
  *out = (reduce_held){0};
  if (!c->weight) return true;
  if (p->form == REDUCE_F64) return value_number(c->weight, row, &out->f64);
  if (!value_exact(c->weight, row, &r)) return false;
  *out = (reduce_held){.i64 = (int64_t)r.num, .den = (int64_t)r.den};
  return true;
}

/* Kept to be added in order: values, each before its weight if there are any. */
static void keep_rows(const reduce_plan *p, reduce_state *s, const reduce_columns *c, size_t from,
                      size_t to) {
  for (size_t i = from; i < to; i++) {
    reduce_held value, weight;
    if (!c->counted[i]) continue;
    bool known = p->form == REDUCE_F64 ? hold_number(p, c, i, &value) : hold_exact(p, c, i, &value);
    if (!known || !hold_weight(p, c, i, &weight)) {
      s->unknown = true;
      continue;
    }
    s->count++;
    *hold(s) = value;
    if (c->weight) *hold(s) = weight;
  }
}

static void add_rows(const reduce_plan *p, reduce_state *s, const reduce_columns *c, size_t from,
                     size_t to) {
  if (p->form == REDUCE_F64 || p->form == REDUCE_RATIO)
    keep_rows(p, s, c, from, to);
  else if (c->weight)
    weigh_i64(p, s, c, from, to);
  else if (c->halvings)
    add_halved(p, s, c, from, to);
  else if (p->kind == AGGREGATE_SHARE)
    share_rows(s, c, from, to);
  else
    add_i64(s, c, from, to);
}

static void collect(reduce_state *s, const reduce_columns *c, size_t from, size_t to) {
  for (size_t i = from; i < to; i++) {
    if (!c->counted[i]) continue;
    if (column_missing(c->value, i)) {
      s->unknown = true;
      continue;
    }
    s->count++;
    *hold(s) = held_of(s, c->value, i);
  }
}

static void best_i64(const reduce_plan *p, reduce_state *s, const reduce_columns *c, size_t from,
                     size_t to) {
  const int64_t *values = c->value->i64;
  bool greatest = p->kind == AGGREGATE_MAX;
  for (size_t i = from; i < to; i++) {
    if (!c->counted[i]) continue;
    if (values[i] == MISSING_I64) {
      s->unknown = true;
      continue;
    }
    if (!s->count++ || (greatest ? values[i] > s->best.i64 : values[i] < s->best.i64))
      s->best.i64 = values[i];
  }
}

/* Whether a value is to be taken instead of the best one yet. */
static bool better(const reduce_plan *p, const reduce_state *s, const reduce_held *h, int64_t by) {
  if (p->kind == AGGREGATE_LATEST || p->kind == AGGREGATE_EARLIEST) {
    if (by != s->by) return (by > s->by) == (p->kind == AGGREGATE_LATEST);
    int order = compare_held(p, s, h, &s->best);
    return p->greatest ? order > 0 : order < 0;
  }
  int order = compare_held(p, s, h, &s->best);
  return p->kind == AGGREGATE_MAX ? order > 0 : order < 0;
}

static void best_rows(const reduce_plan *p, reduce_state *s, const reduce_columns *c, size_t from,
                      size_t to) {
  for (size_t i = from; i < to; i++) {
    int64_t by = c->by ? c->by->i64[i] : 0;
    if (!c->counted[i]) continue;
    if (column_missing(c->value, i) || by == MISSING_I64) {
      s->unknown = true;
      continue;
    }
    size_t texts = s->texts.size;
    reduce_held h = held_of(s, c->value, i);
    if (s->count++ && !better(p, s, &h, by)) {
      s->texts.size = texts;
      continue;
    }
    s->best = h;
    s->by = by;
  }
}

void reduce_rows(const reduce_plan *p, reduce_state *s, const reduce_columns *c, size_t from,
                 size_t to) {
  switch (p->kind) {
  case AGGREGATE_COUNT:
    if (p->halvings || p->factors)
      add_rows(p, s, c, from, to);
    else
      count_rows(s, c, from, to);
    break;
  case AGGREGATE_SUM:
  case AGGREGATE_MEAN:
  case AGGREGATE_SHARE:
    add_rows(p, s, c, from, to);
    break;
  case AGGREGATE_MEDIAN:
  case AGGREGATE_DISTINCT:
    collect(s, c, from, to);
    break;
  case AGGREGATE_MIN:
  case AGGREGATE_MAX:
    if (p->form == REDUCE_I64) {
      best_i64(p, s, c, from, to);
      break;
    } /* fall through */
  case AGGREGATE_LATEST:
  case AGGREGATE_EARLIEST:
    best_rows(p, s, c, from, to);
    break;
  }
}

/* ---- the result ---- */

/* What has been worked out: an exact number, a measured one, or a value that was held. */
typedef struct outcome {
  bool missing, too_large;
  rational exact;
  double number;
  const reduce_held *held;
} outcome;

static size_t width_of(const reduce_plan *p) {
  return p->weight.kind == TYPE_NONE ? 1 : 2;
}

/* Adds the values times their weights, or the weights alone, with what each addition loses carried
 * along (Neumaier). */
static double add_numbers(const reduce_state *s, size_t width, bool values) {
  double sum = 0, lost = 0;
  if (width == 1 && !values) return (double)s->count;
  for (size_t i = 0; i < s->held_count; i += width) {
    double x = values ? s->held[i].f64 : 1;
    if (width == 2) x *= s->held[i + 1].f64;
    double next = sum + x;
    lost += fabs(sum) >= fabs(x) ? (sum - next) + x : (x - next) + sum;
    sum = next;
  }
  return isfinite(sum) ? sum + lost : sum;
}

static bool divides(const reduce_plan *p) {
  return p->kind == AGGREGATE_MEAN || p->kind == AGGREGATE_SHARE;
}

static void finish_numbers(const reduce_plan *p, reduce_state *s, outcome *o) {
  const size_t width = width_of(p);
  sort_held(p, s, width);
  o->number = add_numbers(s, width, true);
  if (divides(p)) {
    double weights = add_numbers(s, width, false);
    o->missing = weights == 0;
    if (!o->missing) o->number /= weights;
  }
  o->too_large = !o->missing && !isfinite(o->number);
}

static void finish_ratio(const reduce_plan *p, reduce_state *s, outcome *o) {
  rational sum = {0, 1}, weights = {0, 1};
  const size_t width = width_of(p);
  sort_held(p, s, width);
  for (size_t i = 0; i < s->held_count && !o->too_large; i += width) {
    rational value = {s->held[i].i64, s->held[i].den}, weight = {1, 1};
    if (width == 2) weight = (rational){s->held[i + 1].i64, s->held[i + 1].den};
    o->too_large = !rational_mul(value, weight, &value) || !rational_add(sum, value, &sum) ||
                   !rational_add(weights, weight, &weights);
  }
  o->exact = sum;
  if (o->too_large || !divides(p)) return;
  o->missing = weights.num == 0;
  o->too_large = !o->missing && !rational_div(sum, weights, &o->exact);
}

static int64_t denominator_of(const reduce_plan *p) {
  if (p->kind == AGGREGATE_SHARE || p->value.kind == TYPE_NONE) return 1;
  return p->value.denominator;
}

/* sum / (denominator * by), which may be 0: missing. */
static void finish_quotient(int128 sum, int128 denominator, int128 by, outcome *o) {
  o->missing = by == 0;
  o->too_large = !o->missing && (__builtin_mul_overflow(denominator, by, &denominator) ||
                                 !rational_make(sum, denominator, &o->exact));
}

static void finish_i64(const reduce_plan *p, reduce_state *s, outcome *o) {
  int64_t unit = denominator_of(p);
  if (p->kind == AGGREGATE_SUM || p->kind == AGGREGATE_COUNT)
    o->too_large = !rational_make(s->sum, (int128)unit << p->halvings, &o->exact);
  else if (p->weight.kind == TYPE_NONE)
    finish_quotient(s->sum, unit, (int128)s->count, o);
  else
    finish_quotient(s->sum, unit, s->weights, o); /* the unit of the weights cancels out */
}

static rational exact_of(const reduce_plan *p, const reduce_held *h) {
  if (p->form == REDUCE_RATIO) return (rational){h->i64, h->den};
  return (rational){h->i64, p->value.denominator};
}

static void finish_median(const reduce_plan *p, reduce_state *s, outcome *o) {
  size_t n = s->held_count;
  sort_held(p, s, 1);
  const reduce_held *a = &s->held[(n - 1) / 2], *b = &s->held[n / 2];
  if (p->form == REDUCE_F64) {
    o->number = a->f64 / 2 + b->f64 / 2;
    return;
  }
  rational sum;
  o->too_large = !rational_add(exact_of(p, a), exact_of(p, b), &sum) ||
                 !rational_div(sum, (rational){2, 1}, &o->exact);
}

static void finish_distinct(const reduce_plan *p, reduce_state *s, outcome *o) {
  size_t different = s->held_count > 0;
  sort_held(p, s, 1);
  for (size_t i = 1; i < s->held_count; i++)
    different += compare_held(p, s, &s->held[i - 1], &s->held[i]) != 0;
  o->exact = (rational){(int128)different, 1};
}

static void finish(const reduce_plan *p, reduce_state *s, outcome *o) {
  switch (p->kind) {
  case AGGREGATE_COUNT:
    if (!p->halvings && !p->factors) {
      o->exact = (rational){(int128)s->count, 1};
      break;
    } /* fall through */
  case AGGREGATE_SUM:
  case AGGREGATE_MEAN:
  case AGGREGATE_SHARE:
    if (p->form == REDUCE_F64)
      finish_numbers(p, s, o);
    else if (p->form == REDUCE_RATIO)
      finish_ratio(p, s, o);
    else
      finish_i64(p, s, o);
    break;
  case AGGREGATE_MEDIAN:
    finish_median(p, s, o);
    break;
  case AGGREGATE_DISTINCT:
    finish_distinct(p, s, o);
    break;
  case AGGREGATE_MIN:
  case AGGREGATE_MAX:
  case AGGREGATE_LATEST:
  case AGGREGATE_EARLIEST:
    o->held = &s->best;
    o->exact = exact_of(p, &s->best);
    o->number = s->best.f64;
    break;
  }
}

static void put_bounds(const reduce_plan *p, outcome *o) {
  double least = (double)p->least.num / (double)p->least.den;
  double most = (double)p->most.num / (double)p->most.den;
  if (p->has_least && o->number < least) o->number = least;
  if (p->has_most && o->number > most) o->number = most;
  if (p->has_least && rational_compare(o->exact, p->least) < 0) o->exact = p->least;
  if (p->has_most && rational_compare(o->exact, p->most) > 0) o->exact = p->most;
}

void reduce_missing(column *out, size_t row) {
  if (out->text.offsets)
    column_add_text(out, row, NULL, 0);
  else
    convert_missing(out, row);
}

static bool put_exact(rational r, column *out, size_t row) {
  if (out->f64) {
    out->f64[row] = (double)r.num / (double)r.den;
    return true;
  }
  if (!out->den && !rational_mul(r, (rational){out->type.denominator, 1}, &r)) return false;
  if (!rational_make(r.num, r.den, &r) || (!out->den && r.den != 1)) return false;
  if (r.num > INT64_MAX || r.num <= INT64_MIN || r.den > INT64_MAX) return false;
  out->i64[row] = (int64_t)r.num;
  if (out->den) out->den[row] = (int64_t)r.den;
  return true;
}

static bool put(const reduce_plan *p, const reduce_state *s, const outcome *o, column *out,
                size_t row) {
  if (p->kind == AGGREGATE_DISTINCT) return put_exact(o->exact, out, row);
  switch (p->form) {
  case REDUCE_TEXT:
    column_add_text(out, row, s->texts.data + o->held->i64, (size_t)o->held->den);
    return true;
  case REDUCE_WORD:
    out->i32[row] = (int32_t)o->held->i64;
    return true;
  case REDUCE_F64:
    out->f64[row] = o->number;
    return true;
  default:
    return put_exact(o->exact, out, row);
  }
}

static void put_none(const reduce_plan *p, column *out, size_t row) {
  const reduce_constant *c = &p->none;
  if (!c->given || c->missing)
    reduce_missing(out, row);
  else if (out->text.offsets)
    column_add_text(out, row, c->text, strlen(c->text));
  else if (out->i32)
    out->i32[row] = (int32_t)c->exact.num;
  else if (out->f64)
    out->f64[row] = c->number;
  else
    put_exact(c->exact, out, row);
}

/* The exact results of integers as they stand: the unit is the same, and nothing bounds them. */
static bool put_direct(const reduce_plan *p, const reduce_state *s, column *out, size_t row) {
  bool sum = p->kind == AGGREGATE_SUM, count = p->kind == AGGREGATE_COUNT;
  int128 value = sum ? s->sum : count ? (int128)s->count : s->best.i64;
  if (value > INT64_MAX || value <= INT64_MIN) return false;
  out->i64[row] = (int64_t)value;
  return true;
}

static bool put_outcome(const reduce_plan *p, reduce_state *s, column *out, size_t row) {
  outcome o = {.exact = {0, 1}};
  if (!s->too_large) finish(p, s, &o);
  if (o.missing) {
    put_none(p, out, row);
    return true;
  }
  put_bounds(p, &o);
  if (!s->too_large && !o.too_large && put(p, s, &o, out, row)) return true;
  reduce_missing(out, row);
  return false;
}

bool reduce_end(const reduce_plan *p, reduce_state *s, column *out, size_t row) {
  bool of_none = p->kind == AGGREGATE_COUNT || p->kind == AGGREGATE_DISTINCT ||
                 (p->kind == AGGREGATE_SUM && !p->none.given);
  if (s->unknown && !p->skip_missing)
    reduce_missing(out, row);
  else if (!s->count && !of_none)
    put_none(p, out, row);
  else if (!p->direct || !put_direct(p, s, out, row))
    return put_outcome(p, s, out, row);
  return true;
}

void reduce_free(reduce_state *s) {
  free(s->held);
  buffer_deinit(&s->texts);
}
