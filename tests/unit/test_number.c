/* Numbers: the forms of texts, and exact arithmetic against slower, simpler methods. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/number.h"

/* The same numbers in every run. */
static uint64_t draw(uint64_t *seed) {
  *seed += 0x9E3779B97F4A7C15u;
  uint64_t x = *seed;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

static void integers(void **state) {
  (void)state;
  static const struct {
    const char *text;
    parse_result result;
    int64_t value;
  } cases[] = {
      {"0", PARSE_OK, 0},
      {"-0", PARSE_OK, 0},
      {"007", PARSE_OK, 7},
      {"-12", PARSE_OK, -12},
      {"00000000000000000000000000012", PARSE_OK, 12},
      {"9223372036854775807", PARSE_OK, INT64_MAX},
      {"-9223372036854775807", PARSE_OK, -INT64_MAX},
      {"9223372036854775808", PARSE_RANGE, 0},
      {"-9223372036854775808", PARSE_RANGE, 0},
      {"18446744073709551616", PARSE_RANGE, 0},
      {"99999999999999999999999999", PARSE_RANGE, 0},
      {"", PARSE_SYNTAX, 0},
      {"-", PARSE_SYNTAX, 0},
      {"+1", PARSE_SYNTAX, 0},
      {" 1", PARSE_SYNTAX, 0},
      {"1 ", PARSE_SYNTAX, 0},
      {"1.0", PARSE_SYNTAX, 0},
      {"1e3", PARSE_SYNTAX, 0},
      {"--1", PARSE_SYNTAX, 0},
      {"99999999999999999999999999x", PARSE_SYNTAX, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t value = 42;
    assert_int_equal(integer_parse(cases[i].text, strlen(cases[i].text), &value), cases[i].result);
    if (cases[i].result == PARSE_OK) assert_int_equal(value, cases[i].value);
  }
}

static void decimals(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int digits;
    parse_result result;
    int64_t value;
  } cases[] = {
      {"250", 2, PARSE_OK, 25000},
      {"250.5", 2, PARSE_OK, 25050},
      {"250.50", 2, PARSE_OK, 25050},
      {"-0.01", 2, PARSE_OK, -1},
      {"-0.00", 2, PARSE_OK, 0},
      {"250.505", 2, PARSE_DIGITS, 0},
      {"250.500", 2, PARSE_DIGITS, 0},
      {"5.0", 0, PARSE_DIGITS, 0},
      {"5", 0, PARSE_OK, 5},
      {"0.000000000000000001", 18, PARSE_OK, 1},
      {"9.223372036854775807", 18, PARSE_OK, INT64_MAX},
      {"92233720368547758.07", 2, PARSE_OK, INT64_MAX},
      {"92233720368547758.08", 2, PARSE_RANGE, 0},
      {"-92233720368547758.08", 2, PARSE_RANGE, 0},
      {"922337203685477580700", 2, PARSE_RANGE, 0},
      {".5", 2, PARSE_SYNTAX, 0},
      {"5.", 2, PARSE_SYNTAX, 0},
      {"1.2.3", 2, PARSE_SYNTAX, 0},
      {"1,5", 2, PARSE_SYNTAX, 0},
      {"1.x", 2, PARSE_SYNTAX, 0},
      {"1.555x", 2, PARSE_SYNTAX, 0},
      {"1e2", 2, PARSE_SYNTAX, 0},
      {"-.5", 2, PARSE_SYNTAX, 0},
      {"", 2, PARSE_SYNTAX, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t value = 42;
    assert_int_equal(decimal_parse(cases[i].text, strlen(cases[i].text), cases[i].digits, &value),
                     cases[i].result);
    if (cases[i].result == PARSE_OK) assert_int_equal(value, cases[i].value);
  }
}

static void decimals_go_round(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (int i = 0; i < 100000; i++) {
    int digits = (int)(draw(&seed) % 19);
    int64_t value = (int64_t)(draw(&seed) >> (draw(&seed) % 64));
    if (draw(&seed) & 1) value = -value;
    if (value == MISSING_I64) continue;
    char text[48];
    int64_t again;
    size_t n = decimal_write(text, value, digits);
    assert_true(n < 48);
    assert_int_equal(decimal_parse(text, n, digits, &again), PARSE_OK);
    assert_int_equal(again, value);
  }
}

static void numbers(void **state) {
  (void)state;
  static const char *const good[] = {"0",
                                     "-0",
                                     "1.5",
                                     "0.1",
                                     "1e3",
                                     "1E-3",
                                     "-2.5e+10",
                                     "1e22",
                                     "1e-22",
                                     "1e308",
                                     "5e-324",
                                     "1e-400",
                                     "123456789012345678",
                                     "0.30000000000000004",
                                     "9007199254740993",
                                     "1.7976931348623157e308",
                                     "00012.500",
                                     "2.2250738585072011e-308"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    double value;
    assert_int_equal(number_parse(good[i], strlen(good[i]), &value), PARSE_OK);
    assert_true(value == strtod(good[i], NULL));
  }
  static const char *const bad[] = {"",    "nan", "inf", "-inf", "0x10",  "1.",  ".5", "+1", "1e",
                                    "1e+", "1 ",  " 1",  "1,5",  "1e5.0", "--1", "-",  "1_0"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    double value;
    assert_int_equal(number_parse(bad[i], strlen(bad[i]), &value), PARSE_SYNTAX);
  }
  double value;
  assert_int_equal(number_parse("1e309", 5, &value), PARSE_RANGE);
  assert_int_equal(number_parse("-1e99999999999999999999", 23, &value), PARSE_RANGE);
}

static void numbers_go_round(void **state) {
  (void)state;
  static const struct {
    double value;
    const char *text;
  } cases[] = {{0, "0"},           {-0.0, "-0"},
               {0.1, "0.1"},       {1.0 / 3, "0.3333333333333333"},
               {1e21, "1e+21"},    {1e20, "100000000000000000000"},
               {-2.5, "-2.5"},     {1e-7, "1e-7"},
               {1e-6, "0.000001"}, {123456.789, "123456.789"},
               {5e-324, "5e-324"}, {1.7976931348623157e308, "1.7976931348623157e+308"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[48];
    text[number_write(text, cases[i].value)] = '\0';
    assert_string_equal(text, cases[i].text);
  }
  uint64_t seed = 2;
  for (int i = 0; i < 30000; i++) {
    uint64_t bits = draw(&seed);
    double value, again;
    memcpy(&value, &bits, sizeof value);
    if (i % 2) value = (double)(int64_t)(bits >> 20) / 1000;
    if (!isfinite(value)) continue;
    char text[48];
    size_t n = number_write(text, value);
    assert_true(n < 40);
    assert_int_equal(number_parse(text, n, &again), PARSE_OK);
    assert_memory_equal(&again, &value, sizeof value);
  }
}

static void no_locale_changes_a_number(void **state) {
  (void)state;
  const char *before = setlocale(LC_NUMERIC, NULL);
  char *kept = mem_string(before);
  if (!setlocale(LC_NUMERIC, "de_DE.UTF-8")) setlocale(LC_NUMERIC, "fr_FR.UTF-8");
  char text[48];
  double value;
  text[number_write(text, 0.1 + 0.2)] = '\0';
  assert_string_equal(text, "0.30000000000000004");
  assert_int_equal(number_parse(text, strlen(text), &value), PARSE_OK);
  assert_true(value == 0.1 + 0.2);
  setlocale(LC_NUMERIC, kept);
  free(kept);
}

static rational small_rational(uint64_t *seed, int64_t most) {
  int64_t num = (int64_t)(draw(seed) % (uint64_t)(2 * most + 1)) - most;
  int64_t den = (int64_t)(draw(seed) % (uint64_t)most) + 1;
  rational r;
  assert_true(rational_make(num, den, &r));
  assert_true(r.den > 0 && int128_gcd(r.num, r.den) == 1);
  return r;
}

/* a == num / den for products that 128 bits hold. */
static void assert_equals(rational a, int128 num, int128 den) {
  assert_true(a.den > 0);
  assert_true(int128_gcd(a.num, a.den) == 1);
  assert_true(a.num * den == num * a.den);
}

static void quotients_by_schoolbook(void **state) {
  (void)state;
  uint64_t seed = 3;
  for (int i = 0; i < 100000; i++) {
    int64_t most = i % 2 ? 30 : 1000000000;
    rational a = small_rational(&seed, most), b = small_rational(&seed, most), r;
    assert_true(rational_add(a, b, &r));
    assert_equals(r, a.num * b.den + b.num * a.den, a.den * b.den);
    assert_true(rational_sub(a, b, &r));
    assert_equals(r, a.num * b.den - b.num * a.den, a.den * b.den);
    assert_true(rational_mul(a, b, &r));
    assert_equals(r, a.num * b.num, a.den * b.den);
    if (b.num != 0) {
      assert_true(rational_div(a, b, &r));
      assert_equals(r, a.num * b.den * (b.num < 0 ? -1 : 1), a.den * b.num * (b.num < 0 ? -1 : 1));
    } else {
      assert_false(rational_div(a, b, &r));
    }
    int128 left = a.num * b.den, right = b.num * a.den;
    assert_int_equal(rational_compare(a, b), (left > right) - (left < right));
  }
}

/* Counts up in halves: rounding as a person does it. */
static int64_t round_by_hand(int64_t num, int64_t den) {
  int64_t magnitude = num < 0 ? -num : num, rounded = 0;
  while ((2 * rounded + 1) * den <= 2 * magnitude) rounded++;
  return num < 0 ? -rounded : rounded;
}

static void rounding_by_hand(void **state) {
  (void)state;
  for (int64_t den = 1; den <= 12; den++) {
    for (int64_t num = -60; num <= 60; num++) {
      int64_t expected = round_by_hand(num, den), rounded;
      assert_true(int128_round_div(num, den) == expected);
      rational r;
      assert_true(rational_make(num, den, &r));
      assert_true(rational_round(r, 0, &rounded));
      assert_int_equal(rounded, expected);
      int64_t cents = round_by_hand(num * 100, den);
      assert_true(rational_round(r, 2, &rounded));
      assert_int_equal(rounded, cents);
      char text[64], plain[64];
      text[quotient_write(text, num, den, 2)] = '\0';
      plain[decimal_write(plain, cents, 2)] = '\0';
      assert_string_equal(text, plain);
      int128 whole;
      assert_true(rational_floor(r, &whole));
      assert_true(whole * den <= num && (whole + 1) * den > num);
    }
  }
}

static void at_the_edge_of_128_bits(void **state) {
  (void)state;
  const int128 most = (int128)(~(unsigned __int128)0 >> 1);
  rational a, b, r;
  assert_true(rational_make(most, most - 1, &a));
  assert_true(rational_make(most - 1, most - 2, &b));
  assert_int_equal(rational_compare(a, b), -1); /* 1 + 1/(m-1) < 1 + 1/(m-2) */
  assert_int_equal(rational_compare(b, a), 1);
  assert_int_equal(rational_compare(a, a), 0);
  assert_false(rational_mul(a, a, &r));
  assert_false(rational_add(a, b, &r));
  assert_true(rational_make(most, 1, &a));
  assert_true(rational_make(1, most, &b));
  assert_true(rational_mul(a, b, &r));
  assert_equals(r, 1, 1);
  assert_true(rational_div(a, a, &r));
  assert_equals(r, 1, 1);
  assert_false(rational_make((int128)1 << 126, 0, &r));
  int64_t rounded;
  assert_false(rational_round(a, 2, &rounded));
  assert_true(rational_round(b, 18, &rounded) && rounded == 0);
  /* A remainder without room for a factor of ten: (m - 1) / m rounds up to 1.00. */
  assert_true(rational_make(most - 1, most, &r));
  assert_true(rational_round(r, 2, &rounded));
  assert_int_equal(rounded, 100);
  char text[64];
  text[quotient_write(text, most / 3, most, 4)] = '\0';
  assert_string_equal(text, "0.3333");
  text[quotient_write(text, most, 1, 2)] = '\0';
  assert_string_equal(text, "170141183460469231731687303715884105727.00");
  text[quotient_write(text, -1, 1000, 2)] = '\0';
  assert_string_equal(text, "0.00");
}

static void exact_literals(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t num, den;
  } cases[] = {{"0.1", 1, 10},         {"1.20", 6, 5},
               {"-12.50", -25, 2},     {"100", 100, 1},
               {"0.000", 0, 1},        {"3.50000000000000000000000000000000000000000000000", 7, 2},
               {"1000000", 1000000, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rational r;
    assert_int_equal(rational_parse(cases[i].text, strlen(cases[i].text), &r), PARSE_OK);
    assert_true(r.num == cases[i].num && r.den == cases[i].den);
  }
  static const char *const bad[] = {"", "-", ".5", "5.", "1.2.3", "1e5", "x", "1.x", "+1", "."};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    rational r;
    assert_int_equal(rational_parse(bad[i], strlen(bad[i]), &r), PARSE_SYNTAX);
  }
  rational r;
  const char *huge = "999999999999999999999999999999999999999999";
  assert_int_equal(rational_parse(huge, strlen(huge), &r), PARSE_RANGE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(integers),
      cmocka_unit_test(decimals),
      cmocka_unit_test(decimals_go_round),
      cmocka_unit_test(numbers),
      cmocka_unit_test(numbers_go_round),
      cmocka_unit_test(no_locale_changes_a_number),
      cmocka_unit_test(quotients_by_schoolbook),
      cmocka_unit_test(rounding_by_hand),
      cmocka_unit_test(at_the_edge_of_128_bits),
      cmocka_unit_test(exact_literals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
