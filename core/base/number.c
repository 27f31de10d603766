/* Numbers: texts to exact values and back. Arithmetic on exact numbers is in rational.c.
 *
 * Nothing here may round a decimal or depend on the process' locale. */
#include "number.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t pow10_i64(int digits) {
  static const int64_t powers[] = {1,
                                   10,
                                   100,
                                   1000,
                                   10000,
                                   100000,
                                   1000000,
                                   10000000,
                                   100000000,
                                   1000000000,
                                   10000000000,
                                   100000000000,
                                   1000000000000,
                                   10000000000000,
                                   100000000000000,
                                   1000000000000000,
                                   10000000000000000,
                                   100000000000000000,
                                   1000000000000000000};
  return powers[digits];
}

/* Reads digits from *p on; moves *p behind them. False when the value does not fit. */
static bool digits_read(const char **p, const char *end, uint64_t *value) {
  uint64_t v = *value;
  const char *q = *p;
  bool fits = true;
  for (; q < end; q++) {
    unsigned digit = (unsigned char)*q - (unsigned)'0';
    if (digit > 9) break;
    if (v > (UINT64_MAX - 9) / 10) fits = false;
    v = v * 10 + digit;
  }
  *p = q;
  *value = v;
  return fits;
}

/* INT64_MIN stands for "missing" and is no value. */
static parse_result signed_store(uint64_t magnitude, bool negative, int64_t *out) {
  if (magnitude > INT64_MAX) return PARSE_RANGE;
  *out = negative ? -(int64_t)magnitude : (int64_t)magnitude;
  return PARSE_OK;
}

parse_result integer_parse(const char *text, size_t n, int64_t *out) {
  const char *p = text, *end = text + n;
  bool negative = n > 0 && *p == '-';
  if (negative) p++;
  if (p == end) return PARSE_SYNTAX;
  uint64_t value = 0;
  bool fits = digits_read(&p, end, &value);
  if (p != end) return PARSE_SYNTAX;
  return fits ? signed_store(value, negative, out) : PARSE_RANGE;
}

parse_result decimal_parse(const char *text, size_t n, int digits, int64_t *out) {
  const char *p = text, *end = text + n;
  bool negative = n > 0 && *p == '-';
  if (negative) p++;
  const char *start = p;
  uint64_t value = 0;
  bool fits = digits_read(&p, end, &value);
  if (p == start) return PARSE_SYNTAX;
  size_t decimals = 0;
  if (p < end) {
    if (*p++ != '.') return PARSE_SYNTAX;
    start = p;
    fits &= digits_read(&p, end, &value);
    decimals = (size_t)(p - start);
    if (decimals == 0 || p != end) return PARSE_SYNTAX;
  }
  if (decimals > (size_t)digits) return PARSE_DIGITS;
  uint64_t scale = (uint64_t)pow10_i64(digits - (int)decimals);
  if (!fits || __builtin_mul_overflow(value, scale, &value)) return PARSE_RANGE;
  return signed_store(value, negative, out);
}

parse_result rational_parse(const char *text, size_t n, rational *out) {
  const char *p = text, *end = text + n;
  bool negative = n > 0 && *p == '-', point = false, fits = true;
  if (negative) p++;
  const char *start = p;
  int128 num = 0, den = 1;
  /* Zeros at the end of the decimals add nothing but an overflow. */
  const char *last = end;
  if (memchr(text, '.', n))
    while (last > p && last[-1] == '0') last--;
  for (; p < end; p++) {
    unsigned digit = (unsigned char)*p - (unsigned)'0';
    if (*p == '.' && !point && p > start && p + 1 < end) {
      point = true;
      continue;
    }
    if (digit > 9) return PARSE_SYNTAX;
    if (p >= last && point) continue;
    fits &= !__builtin_mul_overflow(num, (int128)10, &num);
    fits &= !__builtin_add_overflow(num, (int128)digit, &num);
    if (point) fits &= !__builtin_mul_overflow(den, (int128)10, &den);
  }
  if (p == start) return PARSE_SYNTAX;
  if (!fits || !rational_make(negative ? -num : num, den, out)) return PARSE_RANGE;
  return PARSE_OK;
}

/* Correctly rounded, as the C library does it in its C locale: for the texts that the exact path of
 * number_parse cannot take. */
static parse_result number_parse_slowly(const char *text, size_t n, double *out) {
  char small[128];
  char *copy = n < sizeof small ? small : mem_alloc(n + 1);
  memcpy(copy, text, n);
  copy[n] = '\0';
  /* Not a new object in glibc or musl: the C locale is a constant. */
  locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  *out = strtod_l(copy, NULL, c_locale);
  freelocale(c_locale);
  if (copy != small) free(copy);
  return isfinite(*out) ? PARSE_OK : PARSE_RANGE;
}

parse_result number_parse(const char *text, size_t n, double *out) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const char *p = text, *end = text + n;
  bool negative = n > 0 && *p == '-';
  if (negative) p++;
  const char *start = p;
  uint64_t value = 0, exponent = 0;
  int scale = 0;
  bool exact = digits_read(&p, end, &value);
  if (p == start) return PARSE_SYNTAX;
  if (p < end && *p == '.') {
    start = ++p;
    exact &= digits_read(&p, end, &value);
    if (p == start) return PARSE_SYNTAX;
    exact &= p - start <= 22;
    if (exact) scale = -(int)(p - start);
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    p++;
    bool down = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    start = p;
    exact &= digits_read(&p, end, &exponent) && exponent <= 44;
    if (p == start) return PARSE_SYNTAX;
    if (exact) scale += down ? -(int)exponent : (int)exponent;
  }
  if (p != end) return PARSE_SYNTAX;
  /* A whole number below 2^53 and a power of ten up to 10^22 are doubles exactly, so that one
   * multiplication or division rounds once: correctly. */
  if (!exact || value > (uint64_t)1 << 53 || scale < -22 || scale > 22)
    return number_parse_slowly(text, n, out);
  double magnitude = scale < 0 ? (double)value / powers[-scale] : (double)value * powers[scale];
  *out = negative ? -magnitude : magnitude;
  return PARSE_OK;
}

/* The digits of an unsigned number; returns how many. */
static size_t unsigned_write(char *out, unsigned __int128 value) {
  char reversed[40];
  size_t n = 0;
  while (value > UINT64_MAX) {
    reversed[n++] = (char)('0' + (int)(value % 10));
    value /= 10;
  }
  uint64_t small = (uint64_t)value;
  do {
    reversed[n++] = (char)('0' + small % 10);
    small /= 10;
  } while (small);
  for (size_t i = 0; i < n; i++) out[i] = reversed[n - 1 - i];
  return n;
}

static size_t fraction_write(char *out, uint64_t fraction, int digits) {
  if (digits == 0) return 0;
  out[0] = '.';
  for (int i = digits; i > 0; i--) {
    out[i] = (char)('0' + fraction % 10);
    fraction /= 10;
  }
  return (size_t)digits + 1;
}

size_t decimal_write(char *out, int64_t value, int digits) {
  uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  uint64_t unit = (uint64_t)pow10_i64(digits);
  size_t n = 0;
  if (value < 0) out[n++] = '-';
  n += unsigned_write(out + n, magnitude / unit);
  return n + fraction_write(out + n, magnitude % unit, digits);
}

size_t quotient_write(char *out, int128 num, int128 den, int digits) {
  unsigned __int128 magnitude = num < 0 ? 0 - (unsigned __int128)num : (unsigned __int128)num;
  unsigned __int128 divisor = (unsigned __int128)den;
  unsigned __int128 whole = magnitude / divisor, rest = magnitude % divisor;
  uint64_t fraction = 0;
  /* Long division, ten additions a digit: the remainder need not have room for a factor of ten. */
  for (int i = 0; i < digits; i++) {
    unsigned __int128 sum = 0;
    unsigned digit = 0;
    for (int k = 0; k < 10; k++) {
      sum += rest;
      if (sum >= divisor) {
        sum -= divisor;
        digit++;
      }
    }
    rest = sum;
    fraction = fraction * 10 + digit;
  }
  if (rest >= divisor - rest && ++fraction == (uint64_t)pow10_i64(digits)) {
    fraction = 0;
    whole++;
  }
  size_t n = 0;
  if (num < 0 && (whole || fraction)) out[n++] = '-';
  n += unsigned_write(out + n, whole);
  return n + fraction_write(out + n, fraction, digits);
}

/* The `precision` leading digits of a positive number and the exponent of the first, whatever the
 * locale puts between them. */
static int digits_of(double value, int precision, char digits[20]) {
  char text[40] = "";
  snprintf(text, sizeof text, "%.*e", precision - 1, value);
  int n = 0;
  const char *p = text;
  for (; *p != 'e'; p++)
    if (*p >= '0' && *p <= '9') digits[n++] = *p;
  while (n > 1 && digits[n - 1] == '0') n--;
  digits[n] = '\0';
  return (int)strtol(p + 1, NULL, 10);
}

/* digits "12345", exponent 2 -> "123.45"; plain from 10^-6 to 10^20, else "1.2345e+30". */
static size_t digits_place(char *out, const char *digits, int exponent) {
  int count = (int)strlen(digits);
  char *p = out;
  if (exponent < -6 || exponent > 20) {
    *p++ = digits[0];
    if (count > 1) *p++ = '.';
    for (int i = 1; i < count; i++) *p++ = digits[i];
    return (size_t)(p - out) + (size_t)sprintf(p, "e%+d", exponent);
  }
  if (exponent < 0) {
    *p++ = '0';
    *p++ = '.';
    for (int i = -1; i > exponent; i--) *p++ = '0';
  }
  for (int i = 0; i < count || i <= exponent; i++) {
    if (exponent >= 0 && i == exponent + 1) *p++ = '.';
    *p++ = i < count ? digits[i] : '0';
  }
  return (size_t)(p - out);
}

size_t number_write(char *out, double value) {
  size_t n = 0;
  if (isnan(value)) return (size_t)sprintf(out, "nan");
  if (signbit(value)) out[n++] = '-';
  double magnitude = fabs(value);
  if (isinf(magnitude)) return n + (size_t)sprintf(out + n, "inf");
  if (magnitude < 1e15 && magnitude == floor(magnitude))
    return n + unsigned_write(out + n, (uint64_t)magnitude);
  char digits[20] = "";
  /* 15 digits hold every shorter decimal, 17 every double; only tiny subnormals may need fewer. */
  for (int precision = magnitude < 1e-300 ? 1 : 15;; precision++) {
    int exponent = digits_of(magnitude, precision, digits);
    double back;
    size_t length = digits_place(out + n, digits, exponent);
    if (precision == 17 || (number_parse(out + n, length, &back) == PARSE_OK && back == magnitude))
      return n + length;
  }
}
