/* The loops over quotients: numerator and divisor of 64 bits in each row, worked out in 128. A
 * result is reduced only when it would not fit otherwise; the greatest common divisor is what
 * costs. */
#include "expr_kernels.h"

static void flag(chunk *c, size_t row) {
  c->redo[row] = 1;
  c->again = true;
}

static void put_missing(lane *out, size_t row) {
  out->i64[row] = MISSING_I64;
  out->den[row] = 1;
}

static bool fits(int128 num, int128 den) {
  return num > INT64_MIN && num <= INT64_MAX && den <= INT64_MAX;
}

/* den > 0 */
static inline void put(chunk *c, lane *out, size_t row, int128 num, int128 den) {
  if (__builtin_expect(!fits(num, den), 0)) {
    int128 g = int128_gcd(num, den);
    num /= g;
    den /= g;
    if (!fits(num, den)) {
      flag(c, row);
      put_missing(out, row);
      return;
    }
  }
  out->i64[row] = (int64_t)num;
  out->den[row] = (int64_t)den;
}

static inline void put_quotient(chunk *c, lane *out, size_t row, int128 num, int128 den) {
  if (den == 0)
    put_missing(out, row);
  else if (den < 0)
    put(c, out, row, -num, -den);
  else
    put(c, out, row, num, den);
}

void kernel_quotient(chunk *c, const lane *a, int64_t ka, const lane *b, int64_t kb, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i], y = b->i64[i];
    if (x == MISSING_I64 || y == MISSING_I64)
      put_missing(out, i);
    else
      put_quotient(c, out, i, (int128)x * ka, (int128)y * kb);
  }
}

void kernel_to_ratio(chunk *c, const lane *a, int64_t denominator, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    out->i64[i] = a->i64[i];
    out->den[i] = a->i64[i] == MISSING_I64 ? 1 : denominator;
  }
}

void kernel_ratio(chunk *c, node_kind kind, const lane *a, const lane *b, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int128 x = a->i64[i], y = b->i64[i], p = a->den[i], q = b->den[i];
    if (x == MISSING_I64 || y == MISSING_I64) {
      put_missing(out, i);
      continue;
    }
    switch (kind) {
    case NODE_ADD:
      put(c, out, i, x * q + y * p, p * q);
      break;
    case NODE_SUBTRACT:
      put(c, out, i, x * q - y * p, p * q);
      break;
    case NODE_MULTIPLY:
      put(c, out, i, x * y, p * q);
      break;
    default:
      put_quotient(c, out, i, x * q, y * p);
      break;
    }
  }
}

/* -1, 0, 1 for values that are there */
static inline int order(const lane *a, const lane *b, size_t row) {
  int128 x = (int128)a->i64[row] * b->den[row], y = (int128)b->i64[row] * a->den[row];
  return (x > y) - (x < y);
}

static bool either_missing(const lane *a, const lane *b, size_t row) {
  return a->i64[row] == MISSING_I64 || b->i64[row] == MISSING_I64;
}

void kernel_ratio_least(chunk *c, const lane *a, const lane *b, bool greatest, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    if (either_missing(a, b, i)) {
      put_missing(out, i);
      continue;
    }
    const lane *best = order(b, a, i) == (greatest ? 1 : -1) ? b : a;
    out->i64[i] = best->i64[i];
    out->den[i] = best->den[i];
  }
}

void kernel_ratio_abs(chunk *c, const lane *a, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i];
    out->i64[i] = x < 0 && x != MISSING_I64 ? -x : x;
    out->den[i] = a->den[i];
  }
}

void kernel_ratio_compare(chunk *c, const lane *a, const lane *b, node_kind kind, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    if (either_missing(a, b, i)) {
      out->i32[i] = -1;
      continue;
    }
    int o = order(a, b, i);
    switch (kind) {
    case NODE_EQUAL:
      out->i32[i] = o == 0;
      break;
    case NODE_NOT_EQUAL:
      out->i32[i] = o != 0;
      break;
    case NODE_LESS:
      out->i32[i] = o < 0;
      break;
    case NODE_LESS_EQUAL:
      out->i32[i] = o <= 0;
      break;
    case NODE_GREATER:
      out->i32[i] = o > 0;
      break;
    default:
      out->i32[i] = o >= 0;
      break;
    }
  }
}

void kernel_ratio_round(chunk *c, const lane *a, int64_t times, int64_t by, round_mode mode,
                        lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    out->i64[i] = MISSING_I64;
    if (a->i64[i] == MISSING_I64) continue;
    int128 rounded = int128_rounded((int128)a->i64[i] * times, (int128)a->den[i] * by, mode);
    if (fits(rounded, 1))
      out->i64[i] = (int64_t)rounded;
    else
      flag(c, i);
  }
  lane_scan(out, c->rows);
}
