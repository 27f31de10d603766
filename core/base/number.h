/* Numbers: decimals as scaled integers, exact quotients, 128-bit arithmetic with overflow said. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "memory.h"

typedef __int128 int128;

/* A value that is not there, in a column of int64 (also the least int64, so it sorts below all). */
#define MISSING_I64 INT64_MIN
#define MISSING_I32 (-1)

/* An exact number. den > 0, reduced. */
typedef struct rational {
  int128 num, den;
} rational;

typedef enum parse_result {
  PARSE_OK,
  PARSE_SYNTAX, /* not of the form */
  PARSE_DIGITS, /* more digits after the point than the type has */
  PARSE_RANGE   /* does not fit 64 bits, or lies out of the type's range */
} parse_result;

/* `-?digits`; no sign +, no blanks. MISSING_I64 itself is PARSE_RANGE. */
parse_result integer_parse(const char *text, size_t n, int64_t *out);
/* `-?digits(.digits)?` with at most `digits` decimals, as an integer of 10^-digits. */
parse_result decimal_parse(const char *text, size_t n, int digits, int64_t *out);
/* A decimal literal of any precision (`-?digits(.digits)?`) as an exact number. */
parse_result rational_parse(const char *text, size_t n, rational *out);
/* A double in the C locale's form whatever the process' locale; no inf, nan or hex. */
parse_result number_parse(const char *text, size_t n, double *out);

/* Each returns false when the exact result does not fit, or a step to it that cannot be smaller.
 * rational_make reduces; den may be < 0. */
bool rational_make(int128 num, int128 den, rational *out);
bool rational_add(rational a, rational b, rational *out);
bool rational_sub(rational a, rational b, rational *out);
bool rational_mul(rational a, rational b, rational *out);
bool rational_div(rational a, rational b, rational *out); /* b != 0 */
int rational_compare(rational a, rational b);             /* exact for all a, b; -1, 0, 1 */
/* floor(a) and a rounded half-up to `digits` decimals, as an integer of 10^-digits. */
bool rational_floor(rational a, int128 *out);
bool rational_round(rational a, int digits, int64_t *out);

int64_t pow10_i64(int digits); /* digits 0..18 */
int128 int128_gcd(int128 a, int128 b);
int128 int128_floor_div(int128 a, int128 b); /* b > 0 */
/* num / den rounded half-up as money is rounded by hand: the magnitude, ties away from zero, with
 * the sign put back. den > 0. rational_round and quotient_write do the same. */
int128 int128_round_div(int128 num, int128 den);

/* The ways of rounding to a whole number. */
typedef enum round_mode {
  ROUND_FLOOR,
  ROUND_CEILING,
  ROUND_HALF_UP,   /* ties away from zero: int128_round_div */
  ROUND_HALF_DOWN, /* ties toward zero */
  ROUND_HALF_EVEN, /* ties to the even neighbour */
  ROUND_UP,        /* away from zero */
  ROUND_DOWN       /* toward zero */
} round_mode;
/* num / den, den > 0. */
int128 int128_rounded(int128 num, int128 den, round_mode mode);
/* The same of a double that is no NaN. */
double double_rounded(double x, round_mode mode);

/* Writes value / 10^digits with exactly `digits` decimals ("-12.50"); returns the length (< 48). */
size_t decimal_write(char *out, int64_t value, int digits);
/* Writes num / den half-up with `digits` decimals. */
size_t quotient_write(char *out, int128 num, int128 den, int digits);
/* The shortest text that reads back as the same double, C locale; returns the length (< 40). */
size_t number_write(char *out, double value);

#endif
