/* The loops over 64-bit integers, doubles and codes. A loop runs unchecked where the bounds of its
 * operands prove that nothing can overflow, and checked row by row otherwise. */
#include "expr_kernels.h"

#include <math.h>
#include <string.h>

#include "../lang/notation_value.h"

/* ---- bounds ---- */

void lane_scan(lane *a, size_t rows) {
  int64_t low = INT64_MAX, high = INT64_MIN;
  bool missing = false;
  const int64_t *restrict v = a->i64;
  for (size_t i = 0; i < rows; i++) {
    int64_t x = v[i], known = x == MISSING_I64 ? INT64_MAX : x;
    missing |= x == MISSING_I64;
    low = known < low ? known : low;
    high = x > high ? x : high;
  }
  bool none = high == MISSING_I64;
  a->low = none ? 0 : low;
  a->high = none ? 0 : high;
  a->missing = missing;
}

static bool bounds_fit(int128 low, int128 high, lane *out) {
  if (low <= INT64_MIN || high > INT64_MAX) return false;
  out->low = (int64_t)low;
  out->high = (int64_t)high;
  return true;
}

/* The bounds of k * a. */
static void bounds_scaled(const lane *a, int64_t k, int128 *low, int128 *high) {
  int128 x = (int128)a->low * k, y = (int128)a->high * k;
  *low = x < y ? x : y;
  *high = x < y ? y : x;
}

static void flag(chunk *c, size_t row) {
  c->redo[row] = 1;
  c->again = true;
}

/* Wrapping arithmetic for the slots whose value is not there anyway. */
static inline int64_t times(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a * (uint64_t)b);
}
static inline int64_t plus(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* ---- arithmetic ---- */

static void affine_checked(chunk *c, const lane *a, int64_t k, int64_t add, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i], y = MISSING_I64;
    if (x != MISSING_I64 && (__builtin_mul_overflow(x, k, &y) ||
                             __builtin_add_overflow(y, add, &y) || y == MISSING_I64)) {
      flag(c, i);
      y = MISSING_I64;
    }
    out->i64[i] = y;
  }
  lane_scan(out, c->rows);
}

void kernel_affine(chunk *c, const lane *a, int64_t k, int64_t add, lane *out) {
  int128 low, high;
  bounds_scaled(a, k, &low, &high);
  if (!bounds_fit(low, high, out) || !bounds_fit(low + add, high + add, out)) {
    affine_checked(c, a, k, add, out);
    return;
  }
  const int64_t *restrict x = a->i64;
  int64_t *restrict y = out->i64;
  out->missing = a->missing;
  if (!a->missing)
    for (size_t i = 0; i < c->rows; i++) y[i] = times(x[i], k) + add;
  else
    for (size_t i = 0; i < c->rows; i++)
      y[i] = x[i] == MISSING_I64 ? MISSING_I64 : plus(times(x[i], k), add);
}

static void linear_checked(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb,
                           lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i], y = b->i64[i];
    out->i64[i] = MISSING_I64;
    if (x == MISSING_I64 || y == MISSING_I64) continue;
    int128 sum = (int128)x * ka + (int128)y * kb;
    if (sum <= INT64_MIN || sum > INT64_MAX)
      flag(c, i);
    else
      out->i64[i] = (int64_t)sum;
  }
  lane_scan(out, c->rows);
}

void kernel_linear(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb, lane *out) {
  int128 low_a, high_a, low_b, high_b;
  bounds_scaled(a, ka, &low_a, &high_a);
  bounds_scaled(b, kb, &low_b, &high_b);
  lane scratch;
  if (!bounds_fit(low_a, high_a, &scratch) || !bounds_fit(low_b, high_b, &scratch) ||
      !bounds_fit(low_a + low_b, high_a + high_b, out)) {
    linear_checked(c, a, ka, b, kb, out);
    return;
  }
  const int64_t *restrict x = a->i64, *restrict y = b->i64;
  int64_t *restrict z = out->i64;
  out->missing = a->missing || b->missing;
  if (!out->missing)
    for (size_t i = 0; i < c->rows; i++) z[i] = times(x[i], ka) + times(y[i], kb);
  else
    for (size_t i = 0; i < c->rows; i++)
      z[i] = (x[i] == MISSING_I64) | (y[i] == MISSING_I64) ? MISSING_I64
                                                           : plus(times(x[i], ka), times(y[i], kb));
}

static void multiply_checked(chunk *c, const lane *a, const lane *b, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i], y = b->i64[i], z = MISSING_I64;
    if (x != MISSING_I64 && y != MISSING_I64 &&
        (__builtin_mul_overflow(x, y, &z) || z == MISSING_I64)) {
      flag(c, i);
      z = MISSING_I64;
    }
    out->i64[i] = z;
  }
  lane_scan(out, c->rows);
}

void kernel_multiply(chunk *c, const lane *a, const lane *b, lane *out) {
  int128 low, high, other_low, other_high;
  bounds_scaled(a, b->low, &low, &high);
  bounds_scaled(a, b->high, &other_low, &other_high);
  if (other_low < low) low = other_low;
  if (other_high > high) high = other_high;
  if (!bounds_fit(low, high, out)) {
    multiply_checked(c, a, b, out);
    return;
  }
  const int64_t *restrict x = a->i64, *restrict y = b->i64;
  int64_t *restrict z = out->i64;
  out->missing = a->missing || b->missing;
  if (!out->missing)
    for (size_t i = 0; i < c->rows; i++) z[i] = x[i] * y[i];
  else
    for (size_t i = 0; i < c->rows; i++)
      z[i] = (x[i] == MISSING_I64) | (y[i] == MISSING_I64) ? MISSING_I64 : times(x[i], y[i]);
}

static int64_t divide_rounded(int64_t x, int64_t by, round_mode mode) {
  int64_t quotient = x / by, rest = x % by;
  if (mode == ROUND_FLOOR) return quotient - (rest < 0);
  if (mode == ROUND_CEILING) return quotient + (rest > 0);
  return (int64_t)int128_rounded(x, by, mode);
}

/* The quotient of what is not negative goes up by so much. */
static inline int64_t quotient_step(int64_t quotient, int64_t rest, int64_t by, round_mode mode) {
  switch (mode) {
  case ROUND_CEILING:
  case ROUND_UP:
    return rest > 0;
  case ROUND_HALF_UP:
    return rest >= by - rest;
  case ROUND_HALF_DOWN:
    return rest > by - rest;
  case ROUND_HALF_EVEN:
    return rest > by - rest || (rest == by - rest && (quotient & 1) != 0);
  default:
    return 0;
  }
}

/* For 0 <= x < 2^50 the product with the inverse is off by less than one: what remains of x tells
 * by how much. Far cheaper than a division. */
static void divide_small(chunk *c, const lane *a, int64_t by, round_mode mode, lane *out) {
  const int64_t *restrict x = a->i64;
  int64_t *restrict y = out->i64;
  const double inverse = 1.0 / (double)by;
  for (size_t i = 0; i < c->rows; i++) {
    int64_t v = x[i] == MISSING_I64 ? 0 : x[i];
    int64_t quotient = (int64_t)((double)v * inverse);
    int64_t rest = v - quotient * by;
    int64_t off = (int64_t)(rest >= by) - (int64_t)(rest < 0);
    quotient += off;
    rest -= off * by;
    quotient += quotient_step(quotient, rest, by, mode);
    y[i] = x[i] == MISSING_I64 ? MISSING_I64 : quotient;
  }
}

void kernel_divide(chunk *c, const lane *a, int64_t by, round_mode mode, lane *out) {
  const int64_t small = (int64_t)1 << 50;
  out->low = divide_rounded(a->low, by, mode);
  out->high = divide_rounded(a->high, by, mode);
  out->missing = a->missing;
  if (a->low >= 0 && a->high < small && by < small) {
    divide_small(c, a, by, mode, out);
    return;
  }
  for (size_t i = 0; i < c->rows; i++)
    out->i64[i] = a->i64[i] == MISSING_I64 ? MISSING_I64 : divide_rounded(a->i64[i], by, mode);
}

void kernel_least(chunk *c, const lane *a, const lane *b, bool greatest, lane *out) {
  const int64_t *restrict x = a->i64, *restrict y = b->i64;
  int64_t *restrict z = out->i64;
  if (greatest) { /* the sentinel is the least of all */
    for (size_t i = 0; i < c->rows; i++) {
      int64_t most = x[i] > y[i] ? x[i] : y[i];
      z[i] = (x[i] == MISSING_I64) | (y[i] == MISSING_I64) ? MISSING_I64 : most;
    }
    out->low = a->low > b->low ? a->low : b->low;
    out->high = a->high > b->high ? a->high : b->high;
  } else {
    for (size_t i = 0; i < c->rows; i++) z[i] = x[i] < y[i] ? x[i] : y[i];
    out->low = a->low < b->low ? a->low : b->low;
    out->high = a->high < b->high ? a->high : b->high;
  }
  out->missing = a->missing || b->missing;
  if (out->missing) lane_scan(out, c->rows);
}

void kernel_abs(chunk *c, const lane *a, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i];
    out->i64[i] = x < 0 && x != MISSING_I64 ? -x : x;
  }
  lane_scan(out, c->rows);
}

void kernel_modulo(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i], y = b->i64[i];
    out->i64[i] = MISSING_I64;
    if (x == MISSING_I64 || y == MISSING_I64 || y == 0) continue;
    int128 by = (int128)y * kb, rest = (int128)x * ka % by;
    if (rest != 0 && (rest < 0) != (by < 0)) rest += by;
    if (rest > INT64_MIN && rest <= INT64_MAX)
      out->i64[i] = (int64_t)rest;
    else
      flag(c, i);
  }
  lane_scan(out, c->rows);
}

void kernel_sign(chunk *c, storage s, const lane *a, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    if (s == STORE_F64)
      out->i64[i] = isnan(a->f64[i]) ? MISSING_I64 : (a->f64[i] > 0) - (a->f64[i] < 0);
    else
      out->i64[i] = a->i64[i] == MISSING_I64 ? MISSING_I64 : (a->i64[i] > 0) - (a->i64[i] < 0);
  }
  out->low = -1;
  out->high = 1;
  out->missing = true;
}

/* ---- comparisons ---- */

#define COMPARE_LOOP(relation)                                                                     \
  for (size_t i = 0; i < c->rows; i++)                                                             \
  out->i32[i] = MISSING_PAIR ? -1 : (int32_t)(LEFT relation RIGHT)

#define COMPARE_KINDS(kind)                                                                        \
  switch (kind) {                                                                                  \
  case NODE_EQUAL:                                                                                 \
    COMPARE_LOOP(==);                                                                              \
    break;                                                                                         \
  case NODE_NOT_EQUAL:                                                                             \
    COMPARE_LOOP(!=);                                                                              \
    break;                                                                                         \
  case NODE_LESS:                                                                                  \
    COMPARE_LOOP(<);                                                                               \
    break;                                                                                         \
  case NODE_LESS_EQUAL:                                                                            \
    COMPARE_LOOP(<=);                                                                              \
    break;                                                                                         \
  case NODE_GREATER:                                                                               \
    COMPARE_LOOP(>);                                                                               \
    break;                                                                                         \
  default:                                                                                         \
    COMPARE_LOOP(>=);                                                                              \
    break;                                                                                         \
  }

void kernel_compare(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb, node_kind kind,
                    lane *out) {
  int128 low, high, other_low, other_high;
  lane scratch;
  bounds_scaled(a, ka, &low, &high);
  bounds_scaled(b, kb, &other_low, &other_high);
#define MISSING_PAIR ((a->i64[i] == MISSING_I64) | (b->i64[i] == MISSING_I64))
  if (bounds_fit(low, high, &scratch) && bounds_fit(other_low, other_high, &scratch)) {
#define LEFT times(a->i64[i], ka)
#define RIGHT times(b->i64[i], kb)
    COMPARE_KINDS(kind)
#undef LEFT
#undef RIGHT
    return;
  }
#define LEFT ((int128)a->i64[i] * ka)
#define RIGHT ((int128)b->i64[i] * kb)
  COMPARE_KINDS(kind)
#undef LEFT
#undef RIGHT
#undef MISSING_PAIR
}

void kernel_compare_constant(chunk *c, const lane *a, int64_t with, node_kind kind, lane *out) {
  const int64_t *restrict x = a->i64;
  int32_t *restrict y = out->i32;
  switch (kind) {
  case NODE_LESS_EQUAL:
    for (size_t i = 0; i < c->rows; i++) y[i] = (x[i] <= with) - 2 * (x[i] == MISSING_I64);
    break;
  case NODE_GREATER_EQUAL:
    for (size_t i = 0; i < c->rows; i++) y[i] = (x[i] >= with) - (x[i] == MISSING_I64);
    break;
  case NODE_EQUAL:
    for (size_t i = 0; i < c->rows; i++) y[i] = (x[i] == with) - (x[i] == MISSING_I64);
    break;
  default:
    for (size_t i = 0; i < c->rows; i++) y[i] = (x[i] != with) - (x[i] == MISSING_I64);
    break;
  }
  /* The sentinel itself compared too: true there is one too many. */
  if (a->missing)
    for (size_t i = 0; i < c->rows; i++) y[i] = x[i] == MISSING_I64 ? -1 : y[i];
}

void kernel_code_compare(chunk *c, const lane *a, const lane *b, node_kind kind, lane *out) {
#define MISSING_PAIR ((a->i32[i] < 0) | (b->i32[i] < 0))
#define LEFT a->i32[i]
#define RIGHT b->i32[i]
  COMPARE_KINDS(kind)
#undef LEFT
#undef RIGHT
#undef MISSING_PAIR
}

void kernel_double_compare(chunk *c, const lane *a, const lane *b, node_kind kind, lane *out) {
#define MISSING_PAIR (isnan(a->f64[i]) | isnan(b->f64[i]))
#define LEFT a->f64[i]
#define RIGHT b->f64[i]
  COMPARE_KINDS(kind)
#undef LEFT
#undef RIGHT
#undef MISSING_PAIR
}

/* ---- conditions ---- */

void kernel_and(chunk *c, const lane *a, const lane *b, lane *out) {
  const int32_t *restrict x = a->i32, *restrict y = b->i32;
  int32_t *restrict z = out->i32;
  for (size_t i = 0; i < c->rows; i++) z[i] = (x[i] == 0) | (y[i] == 0) ? 0 : x[i] | y[i];
}

void kernel_or(chunk *c, const lane *a, const lane *b, lane *out) {
  const int32_t *restrict x = a->i32, *restrict y = b->i32;
  int32_t *restrict z = out->i32;
  for (size_t i = 0; i < c->rows; i++) z[i] = (x[i] == 1) | (y[i] == 1) ? 1 : x[i] | y[i];
}

void kernel_not(chunk *c, const lane *a, lane *out) {
  for (size_t i = 0; i < c->rows; i++) out->i32[i] = a->i32[i] < 0 ? -1 : 1 - a->i32[i];
}

void kernel_is_missing(chunk *c, storage s, const lane *a, bool inverted, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    bool missing;
    switch (s) {
    case STORE_I32:
      missing = a->i32[i] < 0;
      break;
    case STORE_F64:
      missing = isnan(a->f64[i]);
      break;
    case STORE_TEXT:
      missing = a->text[i].at == NULL;
      break;
    default:
      missing = a->i64[i] == MISSING_I64;
      break;
    }
    out->i32[i] = missing != inverted;
  }
}

/* ---- either of two ---- */

static void join_bounds(const lane *a, const lane *b, lane *out) {
  out->low = a->low < b->low ? a->low : b->low;
  out->high = a->high > b->high ? a->high : b->high;
  out->missing = a->missing || b->missing;
}

#define EITHER(which)                                                                              \
  switch (s) {                                                                                     \
  case STORE_I32:                                                                                  \
    for (size_t i = 0; i < c->rows; i++) out->i32[i] = (which) ? a->i32[i] : b->i32[i];            \
    break;                                                                                         \
  case STORE_F64:                                                                                  \
    for (size_t i = 0; i < c->rows; i++) out->f64[i] = (which) ? a->f64[i] : b->f64[i];            \
    break;                                                                                         \
  case STORE_TEXT:                                                                                 \
    for (size_t i = 0; i < c->rows; i++) out->text[i] = (which) ? a->text[i] : b->text[i];         \
    break;                                                                                         \
  case STORE_RATIO:                                                                                \
    for (size_t i = 0; i < c->rows; i++) out->den[i] = (which) ? a->den[i] : b->den[i];            \
    for (size_t i = 0; i < c->rows; i++) out->i64[i] = (which) ? a->i64[i] : b->i64[i];            \
    break;                                                                                         \
  default:                                                                                         \
    for (size_t i = 0; i < c->rows; i++) out->i64[i] = (which) ? a->i64[i] : b->i64[i];            \
    join_bounds(a, b, out);                                                                        \
    break;                                                                                         \
  }

void kernel_select(chunk *c, storage s, const lane *condition, const lane *a, const lane *b,
                   lane *out) {
  EITHER(condition->i32[i] == 1)
}

void kernel_coalesce(chunk *c, storage s, const lane *a, const lane *b, lane *out) {
  switch (s) {
  case STORE_I32:
    EITHER(a->i32[i] >= 0) break;
  case STORE_F64:
    EITHER(!isnan(a->f64[i])) break;
  case STORE_TEXT:
    EITHER(a->text[i].at != NULL) break;
  default:
    EITHER(a->i64[i] != MISSING_I64) break;
  }
  out->missing = b->missing;
}
