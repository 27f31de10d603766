/* Time zones: offsets, gaps, repeated hours, names; checked by hand against the published rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/date.h"
#include "base/region.h"

static region *open_region(const char *name) {
  region *r = NULL;
  error e = {0};
  if (region_open(name, &r, &e)) print_error("%s\n", e.message);
  assert_non_null(r);
  return r;
}

/* "2026-03-29T02:30:00" as the clock shows it. */
static int64_t local(const char *text) {
  int64_t date;
  int32_t second;
  assert_true(date_parse(text, 10, &date));
  assert_true(time_of_day_parse(text + 11, strlen(text + 11), &second));
  return date * 86400 + second;
}

static int64_t moment(const char *text) {
  int64_t at;
  assert_true(moment_parse(text, strlen(text), &at));
  return at;
}

typedef struct local_case {
  const char *zone, *local, *reached;
  local_kind kind;
} local_case;

static const local_case cases[] = {
    /* An hour forward at 02:00, back at 03:00. */
    {"Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T01:59:59+01:00", LOCAL_ONCE},
    {"Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T03:00:00+02:00", LOCAL_SKIPPED},
    {"Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T03:00:00+02:00", LOCAL_SKIPPED},
    {"Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T03:00:00+02:00", LOCAL_SKIPPED},
    {"Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T03:00:00+02:00", LOCAL_ONCE},
    {"Europe/Berlin", "2026-10-25T01:59:59", "2026-10-25T01:59:59+02:00", LOCAL_ONCE},
    {"Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T02:00:00+02:00", LOCAL_TWICE},
    {"Europe/Berlin", "2026-10-25T02:59:59", "2026-10-25T02:59:59+02:00", LOCAL_TWICE},
    {"Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T03:00:00+01:00", LOCAL_ONCE},
    {"America/New_York", "2026-03-08T02:30:00", "2026-03-08T03:00:00-04:00", LOCAL_SKIPPED},
    {"America/New_York", "2026-11-01T01:30:00", "2026-11-01T01:30:00-04:00", LOCAL_TWICE},
    /* Half an hour: forward at 02:00, back at 02:00. */
    {"Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-04T02:30:00+11:00", LOCAL_SKIPPED},
    {"Australia/Lord_Howe", "2026-10-04T02:30:00", "2026-10-04T02:30:00+11:00", LOCAL_ONCE},
    {"Australia/Lord_Howe", "2026-04-05T01:29:59", "2026-04-05T01:29:59+11:00", LOCAL_ONCE},
    {"Australia/Lord_Howe", "2026-04-05T01:30:00", "2026-04-05T01:30:00+11:00", LOCAL_TWICE},
    {"Australia/Lord_Howe", "2026-04-05T02:00:00", "2026-04-05T02:00:00+10:30", LOCAL_ONCE},
    /* No midnight: forward at 00:00; and a midnight that came twice. */
    {"America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T01:00:00-02:00", LOCAL_SKIPPED},
    {"America/Sao_Paulo", "2018-02-17T23:30:00", "2018-02-17T23:30:00-02:00", LOCAL_TWICE},
    {"America/Sao_Paulo", "2026-11-01T00:00:00", "2026-11-01T00:00:00-03:00", LOCAL_ONCE},
    /* Back for Ramadan, forward after it. */
    {"Africa/Casablanca", "2026-02-15T02:30:00", "2026-02-15T02:30:00+01:00", LOCAL_TWICE},
    {"Africa/Casablanca", "2026-03-22T02:30:00", "2026-03-22T03:00:00+01:00", LOCAL_SKIPPED},
    /* A day that never was. */
    {"Pacific/Apia", "2011-12-30T12:00:00", "2011-12-31T00:00:00+14:00", LOCAL_SKIPPED},
    /* None since 1991. */
    {"Asia/Shanghai", "2026-03-29T02:30:00", "2026-03-29T02:30:00+08:00", LOCAL_ONCE},
    {"Asia/Shanghai", "1990-04-15T02:30:00", "1990-04-15T03:00:00+09:00", LOCAL_SKIPPED},
    /* By the rule, long after the last change that the database lists. */
    {"Europe/Berlin", "2077-03-28T02:30:00", "2077-03-28T03:00:00+02:00", LOCAL_SKIPPED},
    {"-03:30", "2026-03-29T02:30:00", "2026-03-29T02:30:00-03:30", LOCAL_ONCE},
    {"Z", "2026-03-29T02:30:00", "2026-03-29T02:30:00+00:00", LOCAL_ONCE},
};

static void local_times_are_reached(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const local_case *c = &cases[i];
    region *r = open_region(c->zone);
    local_kind kind;
    char text[26] = "";
    int64_t at = region_reached(r, local(c->local), &kind);
    assert_int_equal(region_write(text, r, at), 25);
    if (strcmp(text, c->reached) != 0 || kind != c->kind)
      print_error("%s %s: %s kind %d\n", c->zone, c->local, text, (int)kind);
    assert_string_equal(text, c->reached);
    assert_int_equal(kind, c->kind);
    assert_int_equal(region_reached(r, local(c->local), NULL), at);
    region_close(r);
  }
}

/* What region_reached means, moment by moment around changes. */
static void reached_is_the_first_moment_that_shows_it_or_more(void **state) {
  (void)state;
  static const char *const around[][2] = {{"Europe/Berlin", "2026-03-29T00:00:00+00:00"},
                                          {"Europe/Berlin", "2026-10-25T00:00:00+00:00"},
                                          {"Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"},
                                          {"America/Sao_Paulo", "2018-11-04T02:00:00+00:00"}};
  for (size_t i = 0; i < 4; i++) {
    region *r = open_region(around[i][0]);
    int64_t first = moment(around[i][1]) - 4 * 3600, last = first + 8 * 3600, shown = INT64_MIN;
    for (int64_t t = first; t < last; t++) {
      int64_t now = region_local(r, t);
      for (int64_t l = shown + 1; shown != INT64_MIN && l <= now; l++)
        assert_int_equal(region_reached(r, l, NULL), t);
      if (now > shown) shown = now;
      if (t > first + 3600) assert_int_equal(region_shown(r, t), shown);
    }
    region_close(r);
  }
}

static void changes_are_found(void **state) {
  (void)state;
  region *r = open_region("Europe/Berlin");
  int64_t at = 0, from = moment("2026-01-01T00:00:00Z");
  assert_true(region_change(r, from, from + 366 * 86400, &at));
  assert_int_equal(at, moment("2026-03-29T01:00:00Z"));
  assert_true(region_change(r, at, from + 366 * 86400, &at));
  assert_int_equal(at, moment("2026-10-25T01:00:00Z"));
  assert_false(region_change(r, at, from + 366 * 86400, &at));
  assert_false(region_change(r, from, from, &at));
  assert_int_equal(region_offset(r, moment("2026-07-01T00:00:00Z")), 7200);
  region_close(r);
  r = open_region("+08:00");
  assert_false(region_change(r, 0, 4000000000, &at));
  assert_int_equal(region_offset(r, 0), 28800);
  region_close(r);
}

static void assert_refused(const char *name, const char *why) {
  region *r = NULL;
  error e = {0};
  assert_int_equal(region_open(name, &r, &e), ERR_NOT_FOUND);
  if (!strstr(e.message, why)) print_error("%s\n", e.message);
  assert_non_null(strstr(e.message, why));
  assert_null(r);
}

static void names_that_are_none_are_refused(void **state) {
  (void)state;
  assert_refused("Asia/Shangai",
                 "there is no time zone \"Asia/Shangai\"; did you mean Asia/Shanghai?");
  assert_refused("Shanghai", "did you mean Asia/Shanghai?");
  assert_refused("new_york", "did you mean America/New_York?");
  assert_refused("Asia/Beijing", "did you mean Asia/Shanghai?");
  assert_refused("europe/berlin", "did you mean Europe/Berlin?");
  assert_refused("8", "hours east of UTC such as \"+08:00\"");
  assert_refused("", "there is no time zone \"\"");
  assert_refused("Europe", "there is no time zone");
  assert_refused("tzdata.zi", "there is no time zone");
  assert_refused("../../../etc/passwd", "there is no time zone");
  assert_refused("right/Europe/Berlin", "there is no time zone");
  assert_refused("CET-1CEST,M3.5.0,M10.5.0/3", "there is no time zone");
  assert_refused("Asia/\xff", "there is no time zone \"Asia/\\xFF\"");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(local_times_are_reached),
      cmocka_unit_test(reached_is_the_first_moment_that_shows_it_or_more),
      cmocka_unit_test(changes_are_found),
      cmocka_unit_test(names_that_are_none_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
