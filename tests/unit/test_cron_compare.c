/* base/cron against another library, croniter: 5,000 expressions, zones and moments by chance.
 *
 * What must come is worked out in Python: croniter's calendar on a clock that is never set, put on the clock of
 * the zone by the rules of cron.h, with another reader of the database of zones. With that all cases agree,
 * but for 1 March of leap years (below). What croniter itself says of the zone differs from it, and each
 * difference has one of these reasons:
 *
 *   a change of the clock   croniter leaves out a time that is skipped, or takes it an hour off; it comes twice
 *                           at a doubled one, or the second time only; and it counts on by the old offset, so
 *                           that times that follow are off. Ours: a skipped time at the first moment after
 *                           the gap, so that no night's run is lost; a doubled one once, the first time; and
 *                           what names every hour in each hour that there is.
 *   FRI#2 and FRIL          with days of the month croniter wants both. crontab(5), and ours: either.
 *   a whole week            croniter takes MON-SUN or 1-31 for *, and then wants both. crontab(5), and ours: it
 *                           is * only if it is written so.
 *   1 March                 a mistake of croniter 1.3.5, see is_leap_march. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/cron.h"
#include "base/date.h"

#define CASES 5000
#define TIMES 4

typedef struct example {
  char *expression, *zone_name;
  int64_t from, theirs[TIMES], ruled[TIMES];
} example;

static void read_times(const char *text, int64_t *out) {
  for (int i = 0; i < TIMES; i++) {
    char *end;
    out[i] = strtoll(text, &end, 10);
    assert_true(end != text);
    text = end;
  }
}

static void read_example(char *line, example *x) {
  char *rest = line;
  x->expression = strsep(&rest, "\t");
  x->zone_name = strsep(&rest, "\t");
  x->from = strtoll(strsep(&rest, "\t"), NULL, 10);
  read_times(strsep(&rest, "\t"), x->theirs);
  read_times(rest, x->ruled);
}

/* Where croniter may differ; NONE: nowhere. */
typedef enum reason { NONE, SET_CLOCK, BOTH_DAYS, WHOLE_WEEK, LEAP_YEAR, REASONS } reason;

static bool word_is_star(const char *expression, int back) {
  const char *words[6];
  int count = 0;
  for (const char *at = expression; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
    words[count++] = at;
  return words[count - back][0] == '*' && strchr(" ", words[count - back][1]);
}

static reason reason_for(const example *x, const cron *c, const region *r, int64_t last) {
  int64_t change;
  bool special = c->last_weekdays;
  for (int i = 0; i < 7; i++) special = special || c->nth_weekdays[i];
  if (!word_is_star(x->expression, 3) && !word_is_star(x->expression, 1)) {
    if (special) return BOTH_DAYS;
    if (c->weekdays == 0x7f || c->days == 0xfffffffeu) return WHOLE_WEEK;
  }
  return region_change(r, x->from - 86400, last + 86400, &change) ? SET_CLOCK : NONE;
}

/* croniter 1.3.5 passes over 1 March when it counts on from February of a leap year by a list of days that
 * goes beyond the 29th. */
static bool is_leap_march(const region *r, int64_t at) {
  int year, month, day;
  const int64_t local = region_local(r, at);
  date_to_civil(local / 86400, &year, &month, &day);
  return month == 3 && day == 1 && date_valid(year, 2, 29);
}

static reason come(const example *x, int64_t *out, int64_t *without_march) {
  region *r = NULL;
  cron c;
  error e = {0};
  int64_t at = x->from;
  assert_int_equal(region_open(x->zone_name, &r, &e), ERR_OK);
  if (cron_parse(x->expression, &c, &e)) print_error("%s: %s\n", x->expression, e.message);
  assert_int_equal(e.code, ERR_OK);
  for (int i = 0, k = 0; i < TIMES || k < TIMES;) {
    assert_true(cron_next(&c, r, at, &at, NULL));
    if (i < TIMES) out[i++] = at;
    if (k < TIMES && !is_leap_march(r, at)) without_march[k++] = at;
  }
  const int64_t last =
      out[TIMES - 1] > x->theirs[TIMES - 1] ? out[TIMES - 1] : x->theirs[TIMES - 1];
  const reason why = reason_for(x, &c, r, last);
  region_close(r);
  return why;
}

static bool same(const int64_t *a, const int64_t *b) {
  return memcmp(a, b, TIMES * sizeof *a) == 0;
}

static void print_example(const example *x, const int64_t *ours, const int64_t *theirs) {
  print_error("\"%s\" in %s after %lld:", x->expression, x->zone_name, (long long)x->from);
  for (int i = 0; i < TIMES; i++) print_error(" %lld", (long long)ours[i]);
  print_error(" instead of");
  for (int i = 0; i < TIMES; i++) print_error(" %lld", (long long)theirs[i]);
  print_error("\n");
}

static void test_agrees(void **state) {
  (void)state;
  FILE *cases = popen("/usr/bin/python3 -W ignore tests/tools/cron_cases.py 5000 1", "r");
  char line[1024];
  int count = 0, wrong = 0, differ[REASONS] = {0};
  assert_non_null(cases);
  for (; fgets(line, sizeof line, cases); count++) {
    example x = {0};
    int64_t ours[TIMES], without_march[TIMES];
    read_example(line, &x);
    reason why = come(&x, ours, without_march);
    if (!same(ours, x.ruled) && !same(without_march, x.ruled)) {
      wrong++;
      print_example(&x, ours, x.ruled);
    }
    if (same(ours, x.theirs)) continue;
    if (same(without_march, x.theirs)) why = LEAP_YEAR;
    differ[why]++;
    if (why == NONE) print_example(&x, ours, x.theirs);
  }
  assert_int_equal(pclose(cases), 0);
  print_message(
      "# %d cases; croniter differs in %d at a change of the clock, in %d on FRI#2 and FRIL, "
      "in %d on a whole week, in %d on 1 March\n",
      count, differ[SET_CLOCK], differ[BOTH_DAYS], differ[WHOLE_WEEK], differ[LEAP_YEAR]);
  assert_int_equal(wrong, 0);
  assert_int_equal(differ[NONE], 0);
  assert_int_equal(count, CASES);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_agrees)};
  return cmocka_run_group_tests_name("cron_compare", tests, NULL, NULL);
}
