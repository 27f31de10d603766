/* When runs are due: working days by a company's calendar, intervals, summer time, the one before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/date.h"
#include "serve/timetable.h"

static int64_t moment(const char *text) {
  int64_t at;
  assert_true(moment_parse(text, strlen(text), &at));
  return at;
}

static int64_t date(const char *text) {
  int64_t days;
  assert_true(date_parse(text, strlen(text), &days));
  return days;
}

typedef struct world {
  pack pack;
  pack_schedule s;
  timetable *t;
} world;

static void open_world(world *w, const char *zone_name) {
  error e = {0};
  const pack_calendar weekdays = {.workdays = {1, 1, 1, 1, 1, 0, 0}};
  w->pack.name = "acme";
  if (!w->pack.calendar.holiday_count) w->pack.calendar = weekdays;
  w->s.name = "s";
  w->s.timezone = zone_name;
  if (w->s.kind == SCHEDULE_CRON) assert_int_equal(cron_parse(w->s.text, &w->s.cron, &e), ERR_OK);
  assert_int_equal(timetable_open(&w->pack, &w->s, &w->t, &e), ERR_OK);
}

/* The next ones, as the clock shows them, with ~ before one that is skipped and = before one that is
 * doubled; ? behind what the calendar does not know yet. */
static const char *coming(const world *w, const char *from, int count) {
  static char out[1024];
  size_t n = 0;
  int64_t at = moment(from);
  due_time found;
  out[0] = 0;
  for (int i = 0; i < count && timetable_next(w->t, at, &found); i++, at = found.at) {
    static const char *const marks[] = {
        [LOCAL_ONCE] = "", [LOCAL_SKIPPED] = "~", [LOCAL_TWICE] = "="};
    char text[32] = "";
    region_write(text, timetable_region(w->t), found.at);
    n += (size_t)snprintf(out + n, sizeof out - n, "%s%s%.16s%s", i ? " " : "", marks[found.kind],
                          text, found.beyond_calendar ? "?" : "");
  }
  return out;
}

static void test_texts(void **state) {
  (void)state;
  static const struct {
    pack_schedule s;
    const char *zone_name, *text;
  } cases[] = {
      {{.kind = SCHEDULE_CRON, .text = "30 2 * * *"},
       "Asia/Shanghai",
       "cron 30 2 * * * in Asia/Shanghai"},
      {{.kind = SCHEDULE_WORKDAY, .workday = -1, .at = 9000},
       "+08:00",
       "workday -1 at 02:30 in +08:00"},
      {{.kind = SCHEDULE_WORKDAY, .workday = 1, .at = 9001}, "Z", "workday 1 at 02:30:01 in Z"},
      {{.kind = SCHEDULE_EVERY, .every = 5400}, "Z", "every 1h30m in Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    world w = {.s = cases[i].s};
    open_world(&w, cases[i].zone_name);
    assert_string_equal(timetable_text(w.t), cases[i].text);
    timetable_close(w.t);
  }
}

/* China in 2026: New Year to 3 January with Sunday the 4th worked, Spring Festival 15 to 23 February with the
 * Saturdays 14 and 28 worked, the national days 1 to 7 October. The calendar is known to the end of the year. */
static void test_workdays(void **state) {
  (void)state;
  int64_t holidays[32], makeups[] = {date("2026-01-04"), date("2026-02-14"), date("2026-02-28")};
  size_t count = 0;
  for (int i = 0; i < 3; i++) holidays[count++] = date("2026-01-01") + i;
  for (int i = 0; i < 9; i++) holidays[count++] = date("2026-02-15") + i;
  for (int i = 0; i < 7; i++) holidays[count++] = date("2026-10-01") + i;
  world w = {.pack = {.calendar = {.workdays = {1, 1, 1, 1, 1, 0, 0},
                                   .holidays = holidays,
                                   .holiday_count = count,
                                   .makeups = makeups,
                                   .makeup_count = 3,
                                   .ends = true,
                                   .until = date("2026-12-31")}},
             .s = {.kind = SCHEDULE_WORKDAY, .workday = 1, .at = 9000}};
  open_world(&w, "Asia/Shanghai");
  assert_string_equal(coming(&w, "2025-12-31T16:00:00Z", 2), "2026-01-04T02:30 2026-02-02T02:30");
  assert_string_equal(coming(&w, "2026-09-30T16:00:00Z", 4),
                      "2026-10-08T02:30 2026-11-02T02:30 2026-12-01T02:30 2027-01-01T02:30?");
  timetable_close(w.t);
  w.s.workday = -1;
  open_world(&w, "Asia/Shanghai");
  assert_string_equal(coming(&w, "2026-01-31T16:00:00Z", 2), "2026-02-28T02:30 2026-03-31T02:30");
  timetable_close(w.t);
  w.s.workday = 21; /* not every month has so many */
  open_world(&w, "Asia/Shanghai");
  assert_string_equal(coming(&w, "2026-01-01T16:00:00Z", 3),
                      "2026-01-30T02:30 2026-03-30T02:30 2026-04-29T02:30");
  timetable_close(w.t);
}

static void test_every(void **state) {
  (void)state;
  world w = {.s = {.kind = SCHEDULE_EVERY, .every = 3600}};
  open_world(&w, "Asia/Kolkata"); /* full hours there are half ones here */
  assert_string_equal(coming(&w, "2026-03-01T00:00:00Z", 2), "2026-03-01T06:00 2026-03-01T07:00");
  timetable_close(w.t);
  w.s.every = 14 * 86400;
  open_world(&w, "Z"); /* Mondays */
  assert_string_equal(coming(&w, "2026-03-01T00:00:00Z", 2), "2026-03-09T00:00 2026-03-23T00:00");
  timetable_close(w.t);
  w.s.every = 86400; /* elapsed time: an hour later while it is summer time */
  open_world(&w, "Europe/Berlin");
  assert_string_equal(coming(&w, "2026-03-27T12:00:00Z", 3),
                      "2026-03-28T00:00 2026-03-29T00:00 2026-03-30T01:00");
  timetable_close(w.t);
}

/* Told with what the clock does to it. */
static void test_summer_time(void **state) {
  (void)state;
  world w = {.s = {.kind = SCHEDULE_CRON, .text = "30 2 * * *"}};
  open_world(&w, "Europe/Berlin");
  assert_string_equal(coming(&w, "2026-03-28T00:00:00Z", 3),
                      "2026-03-28T02:30 ~2026-03-29T03:00 2026-03-30T02:30");
  assert_string_equal(coming(&w, "2026-10-24T12:00:00Z", 2), "=2026-10-25T02:30 2026-10-26T02:30");
  timetable_close(w.t);
}

/* The last one is the one after which none comes before the moment. */
static void test_last(void **state) {
  (void)state;
  static const char *const expressions[] = {"30 2 * * *", "*/7 * * * *", "0 0 29 2 *",
                                            "0 12 L * *"};
  for (size_t i = 0; i < 4; i++) {
    world w = {.s = {.kind = SCHEDULE_CRON, .text = expressions[i]}};
    open_world(&w, "Europe/Berlin");
    for (int64_t until = moment("2026-03-28T00:00:00Z"), k = 0; k < 60; k++, until += 3947) {
      due_time last, after;
      assert_true(timetable_last(w.t, until, &last));
      assert_true(last.at <= until);
      assert_true(timetable_next(w.t, last.at, &after));
      assert_true(after.at > until);
      assert_true(timetable_next(w.t, last.at - 1, &after));
      assert_int_equal(after.at, last.at);
    }
    assert_true(timetable_last(w.t, moment("2026-03-28T01:30:00Z"), &(due_time){0}));
    timetable_close(w.t);
  }
}

static void test_unknown_zone(void **state) {
  (void)state;
  error e = {0};
  timetable *t = NULL;
  const pack p = {.name = "acme"};
  const pack_schedule s = {.name = "s", .timezone = "Asia/Shanghia"};
  assert_int_equal(timetable_open(&p, &s, &t, &e), ERR_NOT_FOUND);
  assert_non_null(strstr(e.message, "did you mean Asia/Shanghai?"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_texts), cmocka_unit_test(test_workdays),
      cmocka_unit_test(test_every), cmocka_unit_test(test_summer_time),
      cmocka_unit_test(test_last),  cmocka_unit_test(test_unknown_zone),
  };
  return cmocka_run_group_tests_name("timetable", tests, NULL, NULL);
}
