/* Working days: the holidays and make-up days (调休) of the packs, 2025. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/date.h"
#include "eval/calendar.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static int64_t day(const char *text) {
  int64_t out;
  assert_true(date_parse(text, strlen(text), &out));
  return out;
}

static void year_2025(calendar *c, arena *a, bool weekends_off) {
  static const char *const spans[][2] = {
      {"2025-01-01", "2025-01-01"}, {"2025-01-28", "2025-02-04"}, {"2025-04-04", "2025-04-06"},
      {"2025-05-01", "2025-05-05"}, {"2025-05-31", "2025-06-02"}, {"2025-10-01", "2025-10-08"}};
  static const char *const makeups[] = {"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28",
                                        "2025-10-11"};
  int64_t holidays[64], worked[8];
  pack_calendar p = {
      .opens = 9 * 3600, .closes = 18 * 3600, .holidays = holidays, .makeups = worked};
  for (int i = 0; i < 7; i++) p.workdays[i] = !weekends_off || i < 5;
  for (size_t i = 0; i < COUNT(spans); i++)
    for (int64_t d = day(spans[i][0]); d <= day(spans[i][1]); d++) holidays[p.holiday_count++] = d;
  for (size_t i = 0; i < COUNT(makeups); i++) worked[p.makeup_count++] = day(makeups[i]);
  calendar_init(c, &p, (zone){8 * 3600}, a);
}

static void test_workdays(void **state) {
  (void)state;
  static const struct {
    const char *date;
    bool worked;
  } cases[] = {{"2025-09-26", true},                        /* a Friday */
               {"2025-09-27", false}, {"2025-09-28", true}, /* the make-up Sunday */
               {"2025-10-01", false}, {"2025-10-08", false},
               {"2025-10-09", true},  {"2025-10-11", true}, /* a make-up Saturday */
               {"2025-10-12", false}, {"2025-01-26", true},
               {"2025-01-28", false}, {"2026-10-01", true}, /* other years have weekends only */
               {"2026-10-03", false}, {"2024-10-01", true}};
  arena a = {0};
  calendar c;
  year_2025(&c, &a, true);
  for (size_t i = 0; i < COUNT(cases); i++)
    if (calendar_workday(&c, day(cases[i].date)) != cases[i].worked) fail_msg("%s", cases[i].date);
  arena_deinit(&a);
}

static void test_adding(void **state) {
  (void)state;
  static const struct {
    const char *from;
    int64_t n;
    const char *to;
  } cases[] = {{"2025-09-26", 1, "2025-09-28"},  {"2025-09-26", 2, "2025-09-29"},
               {"2025-09-26", 4, "2025-10-09"},  {"2025-09-26", 6, "2025-10-11"},
               {"2025-09-27", 1, "2025-09-28"},  {"2025-09-26", 0, "2025-09-26"},
               {"2025-10-01", 0, "2025-10-09"},  {"2025-10-09", -1, "2025-09-30"},
               {"2025-09-18", 20, "2025-10-22"}, {"2025-10-03", -1, "2025-09-30"}};
  arena a = {0};
  calendar c;
  int64_t to;
  year_2025(&c, &a, true);
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_true(calendar_add(&c, day(cases[i].from), cases[i].n, &to));
    if (to != day(cases[i].to)) fail_msg("%s + %d", cases[i].from, (int)cases[i].n);
  }
  /* against walking the days */
  for (int64_t from = day("2024-12-01"); from < day("2026-02-01"); from += 3) {
    int64_t walked = from;
    for (int64_t n = 1; n <= 30; n++) {
      do walked++;
      while (!calendar_workday(&c, walked));
      assert_true(calendar_add(&c, from, n, &to));
      assert_int_equal(to, walked);
      assert_true(calendar_add(&c, walked, -n, &to));
      assert_true(to >= from - 9 && to <= from + 9);
    }
  }
  assert_false(calendar_add(&c, day("9999-12-01"), 1000, &to));
  assert_false(calendar_add(&c, day("0001-01-05"), -1000, &to));
  assert_false(calendar_add(&c, day("2025-01-01"), INT64_MAX, &to));
  assert_true(calendar_add(&c, day("2025-01-01"), 1000000, &to));
  arena_deinit(&a);
}

/* Any week, with any holidays and make-up days, against walking the days. */
static void test_random_calendars(void **state) {
  (void)state;
  uint64_t x = 7;
  for (int i = 0; i < 300; i++) {
    arena a = {0};
    calendar c;
    int64_t exceptions[2][60], start = day("2025-01-01"), to;
    pack_calendar p = {.holidays = exceptions[0], .makeups = exceptions[1]};
    for (int d = 0; d < 7; d++) p.workdays[d] = (x = x * 6364136223846793005u + 1) >> 62;
    for (int k = 0; k < 2; k++) {
      size_t n = (size_t)((x = x * 6364136223846793005u + 1) >> 33) % 60;
      for (size_t e = 0; e < n; e++)
        exceptions[k][e] = start + (int64_t)((x = x * 6364136223846793005u + 1) >> 33) % 90;
      *(k ? &p.makeup_count : &p.holiday_count) = n;
    }
    calendar_init(&c, &p, (zone){0}, &a);
    for (int64_t from = start - 10; from < start + 100; from += 7) {
      int64_t walked = from, n = 0;
      while (walked < start + 300 && ++n) {
        do walked++;
        while (!calendar_workday(&c, walked) && walked < start + 300);
        if (walked >= start + 300) break;
        assert_true(calendar_add(&c, from, n, &to));
        assert_int_equal(to, walked);
        assert_int_equal(calendar_between(&c, from, walked), n);
      }
    }
    arena_deinit(&a);
  }
}

static void test_closing(void **state) {
  (void)state;
  static const struct {
    const char *moment, *closing;
  } cases[] = {{"2025-09-26T15:00:00+08:00", "2025-09-26T18:00:00+08:00"},
               {"2025-09-26T18:00:00+08:00", "2025-09-26T18:00:00+08:00"},
               {"2025-09-26T18:00:01+08:00", "2025-09-28T18:00:00+08:00"},
               {"2025-09-26T20:00:00Z", "2025-09-28T18:00:00+08:00"},
               {"2025-10-01T00:00:00+08:00", "2025-10-09T18:00:00+08:00"}};
  arena a = {0};
  calendar c;
  int64_t moment, want, got;
  year_2025(&c, &a, true);
  for (size_t i = 0; i < COUNT(cases); i++) {
    moment_parse(cases[i].moment, strlen(cases[i].moment), &moment);
    moment_parse(cases[i].closing, strlen(cases[i].closing), &want);
    assert_true(calendar_next_closing(&c, moment, &got));
    assert_int_equal(got, want);
  }
  arena_deinit(&a);
}

static int64_t moment_of(const char *text) {
  int64_t out;
  assert_true(moment_parse(text, strlen(text), &out));
  return out;
}

static void test_rolling(void **state) {
  (void)state;
  static const struct {
    const char *moment, *back, *forward;
  } cases[] = {
      {"2025-09-26T15:00:00+08:00", "2025-09-26T15:00:00+08:00", "2025-09-26T15:00:00+08:00"},
      {"2025-09-26T09:00:00+08:00", "2025-09-26T09:00:00+08:00", "2025-09-26T09:00:00+08:00"},
      {"2025-09-26T18:00:00+08:00", "2025-09-26T18:00:00+08:00", "2025-09-26T18:00:00+08:00"},
      {"2025-09-26T08:59:59+08:00", "2025-09-25T18:00:00+08:00", "2025-09-26T09:00:00+08:00"},
      {"2025-09-26T18:00:01+08:00", "2025-09-26T18:00:00+08:00", "2025-09-28T09:00:00+08:00"},
      {"2025-09-27T12:00:00+08:00", "2025-09-26T18:00:00+08:00", "2025-09-28T09:00:00+08:00"},
      {"2025-09-30T17:00:00Z", "2025-09-30T18:00:00+08:00", "2025-10-09T09:00:00+08:00"}};
  arena a = {0};
  calendar c;
  int64_t got;
  year_2025(&c, &a, true);
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_true(calendar_roll(&c, moment_of(cases[i].moment), true, &got));
    assert_int_equal(got, moment_of(cases[i].back));
    assert_true(calendar_roll(&c, moment_of(cases[i].moment), false, &got));
    assert_int_equal(got, moment_of(cases[i].forward));
  }
  arena_deinit(&a);
}

static void test_opening_hours(void **state) {
  (void)state;
  static const struct {
    const char *from;
    int64_t hours;
    const char *to;
  } cases[] = {{"2025-09-26T10:00:00+08:00", 0, "2025-09-26T10:00:00+08:00"},
               {"2025-09-26T10:00:00+08:00", 8, "2025-09-26T18:00:00+08:00"},
               {"2025-09-26T10:00:00+08:00", 9, "2025-09-28T10:00:00+08:00"},
               {"2025-09-26T10:00:00+08:00", 17, "2025-09-28T18:00:00+08:00"}, /* 9 h a day */
               {"2025-09-26T10:00:00+08:00", 36, "2025-10-09T10:00:00+08:00"},
               {"2025-09-26T18:00:00+08:00", 1, "2025-09-28T10:00:00+08:00"},
               {"2025-09-26T23:00:00+08:00", 0, "2025-09-28T09:00:00+08:00"},
               {"2025-10-01T12:00:00+08:00", 9, "2025-10-09T18:00:00+08:00"}};
  arena a = {0};
  calendar c;
  int64_t got;
  year_2025(&c, &a, true);
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_true(calendar_open_for(&c, moment_of(cases[i].from), cases[i].hours * 3600, &got));
    assert_int_equal(got, moment_of(cases[i].to));
  }
  assert_false(calendar_open_for(&c, moment_of("9999-12-31T17:00:00+08:00"), 7200, &got));
  arena_deinit(&a);
}

static void test_no_workdays(void **state) {
  (void)state;
  arena a = {0};
  calendar c;
  int64_t to;
  int64_t makeup = day("2025-03-03");
  pack_calendar p = {.closes = 18 * 3600, .makeup_count = 1, .makeups = &makeup};
  calendar_init(&c, &p, (zone){0}, &a);
  assert_true(calendar_add(&c, day("2025-03-01"), 1, &to));
  assert_int_equal(to, makeup);
  assert_false(calendar_add(&c, makeup, 1, &to));
  arena_deinit(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_workdays),         cmocka_unit_test(test_adding),
      cmocka_unit_test(test_random_calendars), cmocka_unit_test(test_closing),
      cmocka_unit_test(test_rolling),          cmocka_unit_test(test_opening_hours),
      cmocka_unit_test(test_no_workdays)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
