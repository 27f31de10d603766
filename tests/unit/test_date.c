/* Dates and moments: every day of eight centuries, the clamps of months, the forms of texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/date.h"

/* A calendar that only knows how long a month is. */
static void next_day(int *y, int *m, int *d) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int last = days[*m - 1];
  if (*m == 2 && (*y % 400 == 0 || (*y % 4 == 0 && *y % 100 != 0))) last = 29;
  if (++*d > last) {
    *d = 1;
    if (++*m > 12) {
      *m = 1;
      ++*y;
    }
  }
}

static void every_day_goes_round(void **state) {
  (void)state;
  int y = 1600, m = 1, d = 1, weekday = 6; /* 1600-01-01 was a Saturday */
  int64_t days = date_from_civil(1600, 1, 1);
  assert_int_equal(days, -135140);
  while (y <= 2400) {
    int year, month, day;
    assert_int_equal(date_from_civil(y, m, d), days);
    date_to_civil(days, &year, &month, &day);
    assert_true(year == y && month == m && day == d);
    assert_true(date_valid(y, m, d));
    assert_int_equal(date_weekday(days), weekday);
    char text[10];
    int64_t again;
    assert_int_equal(date_write(text, days), 10);
    assert_true(date_parse(text, 10, &again) && again == days);
    next_day(&y, &m, &d);
    weekday = weekday % 7 + 1;
    days++;
  }
}

static void the_first_and_the_last_day(void **state) {
  (void)state;
  int64_t days;
  assert_true(date_parse("0001-01-01", 10, &days));
  assert_int_equal(days, -719162);
  assert_true(date_parse("9999-12-31", 10, &days));
  assert_int_equal(days, 2932896);
  assert_true(date_parse("1970-01-01", 10, &days));
  assert_int_equal(days, 0);
}

static void texts_that_are_no_dates(void **state) {
  (void)state;
  static const char *const bad[] = {
      "",           "2025-09-2",   "2025-9-26",   "2025-02-29", "2025-13-01",
      "2025-00-01", "2025-01-00",  "2025-04-31",  "0000-01-01", "20250926",
      "2025/09/26", "2025-09-26 ", " 2025-09-26", "2025-09-2x", "+025-09-26",
      "1900-02-29"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    int64_t days;
    assert_false(date_parse(bad[i], strlen(bad[i]), &days));
  }
}

static void months_keep_the_day_or_the_last(void **state) {
  (void)state;
  static const struct {
    const char *from;
    int64_t months;
    const char *to;
  } cases[] = {
      {"2025-09-26", 1, "2025-10-26"},  {"2025-01-31", 1, "2025-02-28"},
      {"2024-01-31", 1, "2024-02-29"},  {"2025-08-31", 1, "2025-09-30"},
      {"2025-03-31", -1, "2025-02-28"}, {"2024-02-29", 12, "2025-02-28"},
      {"2024-02-29", 48, "2028-02-29"}, {"2025-12-15", 1, "2026-01-15"},
      {"2025-01-15", -1, "2024-12-15"}, {"2025-09-26", -60, "2020-09-26"},
      {"2025-09-26", 0, "2025-09-26"},  {"1970-01-01", -12, "1969-01-01"},
      {"2025-05-31", -3, "2025-02-28"}, {"2025-10-31", 13, "2026-11-30"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t from, to;
    assert_true(date_parse(cases[i].from, 10, &from) && date_parse(cases[i].to, 10, &to));
    assert_int_equal(date_add_months(from, cases[i].months), to);
  }
}

static void moments_with_their_offsets(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t seconds;
  } cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01T08:00:00+08:00", 0},
      {"2025-09-26T15:00:00+08:00", 1758870000},
      {"2025-09-26T07:00:00Z", 1758870000},
      {"2025-09-26T03:30:00-03:30", 1758870000},
      {"1969-12-31T23:59:59Z", -1},
      {"2000-02-29T23:59:59+00:00", 951868799},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t seconds;
    assert_true(moment_parse(cases[i].text, strlen(cases[i].text), &seconds));
    assert_int_equal(seconds, cases[i].seconds);
  }
  static const char *const bad[] = {"2025-09-26T15:00:00",       "2025-09-26T15:00:00+0800",
                                    "2025-09-26 15:00:00Z",      "2025-09-26T24:00:00Z",
                                    "2025-09-26T15:60:00Z",      "2025-09-26T15:00:60Z",
                                    "2025-09-26T15:00:00+18:01", "2025-09-26T15:00:00.0Z",
                                    "2025-09-26T15:00:00z",      "2025-02-29T15:00:00Z",
                                    "2025-09-26T15:00:00+08:60", "2025-09-26",
                                    "2025-09-26T15:00:00Z ",     ""};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    int64_t seconds;
    assert_false(moment_parse(bad[i], strlen(bad[i]), &seconds));
  }
}

static void a_moment_has_its_date_in_the_zone(void **state) {
  (void)state;
  static const int32_t offsets[] = {0, 28800, -12600, 64800, -64800};
  for (size_t o = 0; o < sizeof offsets / sizeof *offsets; o++) {
    zone z = {offsets[o]};
    for (int64_t seconds = -1000000; seconds < 1000000; seconds += 997) {
      int64_t date = moment_date(seconds, z);
      int32_t rest = moment_second_of_day(seconds, z);
      assert_true(rest >= 0 && rest < 86400);
      assert_int_equal(date * 86400 + rest, seconds + offsets[o]);
      assert_int_equal(moment_at(date, rest, z), seconds);
      char text[25];
      int64_t again;
      assert_int_equal(moment_write(text, seconds, z), 25);
      assert_true(moment_parse(text, 25, &again) && again == seconds);
    }
  }
}

static void zones(void **state) {
  (void)state;
  zone z;
  assert_true(zone_parse("+08:00", &z) && z.offset == 28800);
  assert_true(zone_parse("-03:30", &z) && z.offset == -12600);
  assert_true(zone_parse("Z", &z) && z.offset == 0);
  assert_true(zone_parse("UTC", &z) && z.offset == 0);
  static const char *const bad[] = {"", "08:00", "+8:00", "Asia/Shanghai", "+08:0", "+19:00"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(zone_parse(bad[i], &z));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_day_goes_round),
      cmocka_unit_test(the_first_and_the_last_day),
      cmocka_unit_test(texts_that_are_no_dates),
      cmocka_unit_test(months_keep_the_day_or_the_last),
      cmocka_unit_test(moments_with_their_offsets),
      cmocka_unit_test(a_moment_has_its_date_in_the_zone),
      cmocka_unit_test(zones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
