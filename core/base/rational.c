/* Exact numbers: quotients of 128-bit integers. What does not fit is said, never rounded. */
#include "number.h"

#include <math.h>

typedef unsigned __int128 uint128;

/* The least int128 has no magnitude of its own type; it never appears in a rational. */
static const int128 LEAST = (int128)((uint128)1 << 127);

static uint128 magnitude_of(int128 a) {
  return a < 0 ? 0 - (uint128)a : (uint128)a;
}

static uint128 gcd_u128(uint128 a, uint128 b) {
  while (a > UINT64_MAX || b > UINT64_MAX) {
    if (b == 0) return a;
    uint128 rest = a % b;
    a = b;
    b = rest;
  }
  uint64_t x = (uint64_t)a, y = (uint64_t)b;
  while (y) {
    uint64_t rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

int128 int128_gcd(int128 a, int128 b) {
  return (int128)gcd_u128(magnitude_of(a), magnitude_of(b));
}

int128 int128_floor_div(int128 a, int128 b) {
  int128 quotient = a / b;
  return quotient - (a % b < 0);
}

int128 int128_round_div(int128 num, int128 den) {
  uint128 magnitude = magnitude_of(num), divisor = (uint128)den;
  uint128 quotient = magnitude / divisor, rest = magnitude % divisor;
  if (rest >= divisor - rest) quotient++;
  return num < 0 ? (int128)(0 - quotient) : (int128)quotient;
}

/* Does the magnitude go up, whose part behind the point compares with one half so? */
static bool goes_up(round_mode mode, bool negative, bool odd, bool rest, int with_half) {
  switch (mode) {
  case ROUND_FLOOR:
    return rest && negative;
  case ROUND_CEILING:
    return rest && !negative;
  case ROUND_HALF_UP:
    return with_half >= 0;
  case ROUND_HALF_DOWN:
    return with_half > 0;
  case ROUND_HALF_EVEN:
    return with_half > 0 || (with_half == 0 && odd);
  case ROUND_UP:
    return rest;
  case ROUND_DOWN:
    break;
  }
  return false;
}

int128 int128_rounded(int128 num, int128 den, round_mode mode) {
  uint128 magnitude = magnitude_of(num), divisor = (uint128)den;
  uint128 quotient = magnitude / divisor, rest = magnitude % divisor, other = divisor - rest;
  quotient += goes_up(mode, num < 0, quotient & 1, rest != 0, (rest > other) - (rest < other));
  return num < 0 ? (int128)(0 - quotient) : (int128)quotient;
}

double double_rounded(double x, round_mode mode) {
  double magnitude = fabs(x), whole = floor(magnitude), rest = magnitude - whole;
  bool odd = fmod(whole, 2) != 0;
  bool up = goes_up(mode, x<0, odd, rest> 0, (rest > 0.5) - (rest < 0.5));
  return copysign(whole + up, x);
}

static bool sum_fits(int128 a, int128 b, int128 *out) {
  return !__builtin_add_overflow(a, b, out);
}

static bool product_fits(int128 a, int128 b, int128 *out) {
  return !__builtin_mul_overflow(a, b, out);
}

bool rational_make(int128 num, int128 den, rational *out) {
  uint128 n = magnitude_of(num), d = magnitude_of(den);
  if (d == 0) return false;
  uint128 g = gcd_u128(n, d);
  n /= g;
  d /= g;
  if (n >> 127 || d >> 127) return false;
  bool negative = (num < 0) != (den < 0);
  *out = (rational){negative ? -(int128)n : (int128)n, (int128)d};
  return true;
}

/* With g the greatest common divisor of the divisors, the sum is num / (a.den / g * b.den), and
 * what can still be cut from it divides g: no step is larger than it must be. */
bool rational_add(rational a, rational b, rational *out) {
  int128 g = int128_gcd(a.den, b.den);
  int128 left, right, num, den;
  if (!product_fits(a.num, b.den / g, &left) || !product_fits(b.num, a.den / g, &right) ||
      !sum_fits(left, right, &num) || num == LEAST)
    return false;
  int128 cut = int128_gcd(num, g);
  if (!product_fits(a.den / g, b.den / cut, &den)) return false;
  *out = (rational){num / cut, den};
  return true;
}

bool rational_sub(rational a, rational b, rational *out) {
  return rational_add(a, (rational){-b.num, b.den}, out);
}

bool rational_mul(rational a, rational b, rational *out) {
  int128 g = int128_gcd(a.num, b.den), h = int128_gcd(b.num, a.den);
  int128 num, den;
  if (!product_fits(a.num / g, b.num / h, &num) || num == LEAST ||
      !product_fits(a.den / h, b.den / g, &den))
    return false;
  *out = (rational){num, den};
  return true;
}

bool rational_div(rational a, rational b, rational *out) {
  if (b.num == 0) return false;
  rational inverse = {b.num < 0 ? -b.den : b.den, b.num < 0 ? -b.num : b.num};
  return rational_mul(a, inverse, out);
}

/* By the whole parts, and if those are equal by the inverses of what remains: no product is needed,
 * so nothing can overflow. */
int rational_compare(rational a, rational b) {
  if (a.den == b.den) return (a.num > b.num) - (a.num < b.num);
  int sign = 1;
  for (;;) {
    int128 whole_a = int128_floor_div(a.num, a.den), whole_b = int128_floor_div(b.num, b.den);
    if (whole_a != whole_b) return whole_a > whole_b ? sign : -sign;
    int128 rest_a = a.num - whole_a * a.den, rest_b = b.num - whole_b * b.den;
    if (rest_a == 0 || rest_b == 0) return sign * ((rest_a > 0) - (rest_b > 0));
    a = (rational){a.den, rest_a};
    b = (rational){b.den, rest_b};
    sign = -sign;
  }
}

bool rational_floor(rational a, int128 *out) {
  *out = int128_floor_div(a.num, a.den);
  return true;
}

bool rational_round(rational a, int digits, int64_t *out) {
  int128 unit = pow10_i64(digits), whole = a.num / a.den, rest = a.num % a.den, scaled, fraction;
  if (product_fits(rest, unit, &scaled)) {
    fraction = int128_round_div(scaled, a.den);
  } else {
    /* A divisor this large: the text of the quotient is made without a product. */
    char text[64];
    size_t n = quotient_write(text, rest, a.den, digits);
    int64_t parsed;
    if (decimal_parse(text, n, digits, &parsed) != PARSE_OK) return false;
    fraction = parsed;
  }
  int128 value;
  if (!product_fits(whole, unit, &value) || !sum_fits(value, fraction, &value)) return false;
  if (value > INT64_MAX || value <= INT64_MIN) return false;
  *out = (int64_t)value;
  return true;
}
