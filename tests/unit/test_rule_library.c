/* The library of rules: each function as a rule calls it, with the values that come back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/pack_text.h"

/* One rule that says what an expression is, in the words of Lua. */
#define SHOW                                                                                       \
  "local function show(...)\n"                                                                     \
  "  local out = {}\n"                                                                             \
  "  for i, v in ipairs({ ... }) do out[i] = tostring(v) end\n"                                    \
  "  return table.concat(out, ' ')\n"                                                              \
  "end\n"

typedef struct said {
  const char *expression, *value; /* NULL: a fault */
} said;

/* Each as a rule of its own: company with 2025's holidays of October and the make-up Sunday. */
static void check_expressions(const said *cases, size_t count) {
  static const char company[] =
      "fields { id = key, d = date, m = timestamp, t = text, n = number }\noutputs { 'x' }\n";
  for (size_t i = 0; i < count; i++) {
    char steps[1024];
    snprintf(steps, sizeof steps, SHOW "rule 'x' { type = text, function(c) return show(%s) end }",
             cases[i].expression);
    findings found = {0};
    pack *p = text_pack_files(company, steps, NULL, &found);
    for (size_t k = 0; k < found.count; k++) print_error("%s\n", found.items[k].message);
    assert_non_null(p);
    findings_deinit(&found);
    static int64_t holidays[8], makeups[1] = {20359};    /* Sunday 2025-09-28 */
    for (int h = 0; h < 8; h++) holidays[h] = 20362 + h; /* 2025-10-01 .. 08 */
    p->calendar.holiday_count = 8;
    p->calendar.holidays = holidays;
    p->calendar.makeup_count = 1;
    p->calendar.makeups = makeups;
    char want[256];
    if (cases[i].value)
      snprintf(want, sizeof want, "x=%s", cases[i].value);
    else
      snprintf(want, sizeof want, "fault=RULE_ERROR");
    const case_ one = {"d=2025-09-26|m=2025-09-25T16:00:00Z|t=Acme|n=2.675", want};
    check_cases(p, &one, 1);
    pack_free(p);
  }
}

static void dates_are_texts(void **state) {
  (void)state;
  static const said cases[] = {
      {"dates.add_months('2025-01-31', 1)", "2025-02-28"},
      {"dates.add_months(c.d, -12)", "2024-09-26"},
      {"dates.add_days('2024-02-28', 2)", "2024-03-01"},
      {"dates.days_between('2025-09-26', '2025-10-01'), dates.days_between('2025-10-01', c.d)",
       "5 -5"},
      {"dates.months_between('2025-01-31', '2025-02-28'), dates.months_between(c.d, '2026-09-26')",
       "1 12"},
      {"dates.weekday(c.d), dates.is_workday(c.d)", "5 true"},
      {"dates.is_workday('2025-09-27'), dates.is_workday('2025-09-28')",
       "false true"}, /* make-up */
      {"dates.add_workdays(c.d, 1), dates.add_workdays(c.d, 4)", "2025-09-28 2025-10-09"},
      {"dates.add_workdays('2025-10-09', -1)", "2025-09-30"},
      {"dates.workdays_between(c.d, '2025-10-09'), dates.workdays_between('2025-10-09', c.d)",
       "4 -4"},
      {"dates.of(c.m)", "2025-09-26"}, /* in the company's zone */
      {"dates.moment('1970-01-01T08:00:01+08:00')", "1"},
      {"dates.parts(c.d)", "2025 9 26"},
      {"dates.make(2024, 2, 29), dates.make(2025, 12, 1)", "2024-02-29 2025-12-01"},
      {"tostring(dates.make(2025, 2, 29))", "nil"},
      {"dates.parse('01.10.2025', 'DD.MM.YYYY'), dates.parse('20251001', 'YYYYMMDD')",
       "2025-10-01 2025-10-01"},
      {"tostring(dates.parse('2025-02-30')), tostring(dates.parse('soon'))", "nil nil"},
      {"tostring(dates.add_months(nil, 1)), tostring(dates.days_between(c.d, nil))", "nil nil"},
      {"c.d < dates.add_days(c.d, 1)", "true"},
      {"dates.add_days('2025-02-30', 1)", NULL},
      {"dates.add_days(c.d)", NULL},
      {"dates.add_days(20357, 1)", NULL},
      {"dates.add_days(c.d, 9000000)", NULL},
      {"dates.add_months(c.d, 1.5)", NULL},
      {"dates.parse('x', 'DD.MM.')", NULL},
      {"dates.moment('2025-10-01')", NULL},
  };
  check_expressions(cases, COUNT(cases));
}

static void rounding_goes_by_decimals(void **state) {
  (void)state;
  static const said cases[] = {
      {"rounding.half_up(2.675, 2), rounding.half_up(c.n, 2)", "2.68 2.68"}, /* not 2.67 */
      {"rounding.half_up(1.005, 2), rounding.half_up(-1.005, 2)", "1.01 -1.01"},
      {"rounding.half_up(2.5), rounding.half_up(-2.5), rounding.half_up(7)", "3 -3 7"},
      {"rounding.half_up(0.1 + 0.2, 2)", "0.3"},
      {"rounding.half_up(1234567.891, 0)", "1234568"},
      {"rounding.down(0.3, 0.1), rounding.up(0.3, 0.1)", "0.3 0.3"},
      {"rounding.down(172800, 1000), rounding.up(172800, 1000)", "172000 173000"},
      {"rounding.down(-1, 1000), rounding.up(-1, 1000)", "-1000 0"},
      {"rounding.down(0.29, 0.05)", "0.25"},
      {"rounding.half_up(0.0000001, 6), rounding.half_up(0.0000005, 6)", "0 1e-06"},
      {"tostring(rounding.half_up(nil, 2)), tostring(rounding.down(5, nil))", "nil nil"},
      {"rounding.half_up(1/0, 2)", NULL},
      {"rounding.half_up(1, 13)", NULL},
      {"rounding.down(5, 0)", NULL},
      {"rounding.half_up('5', 2)", NULL},
      {"rounding.half_up(9e18, 2)", NULL},
  };
  check_expressions(cases, COUNT(cases));
}

static void texts_are_characters(void **state) {
  (void)state;
  static const said cases[] = {
      {"'[' .. texts.trim('  Acme 华 \\t\\n') .. ']'", "[Acme 华]"},
      {"'[' .. texts.trim('\xE3\x80\x80百合\xE3\x80\x80 ') .. ']'", "[百合]"}, /* 　百合　 */
      {"'[' .. texts.trim(' \xC2\xA0 ') .. ']'", "[]"},
      {"texts.length('百合 Ltd'), texts.length('')", "6 0"},
      {"#texts.split('a|b||c', '|'), texts.split('a|b||c', '|')[2]", "4 b"},
      {"#texts.split('', ','), texts.split('x', '::')[1]", "1 x"},
      {"texts.split('1, 2', ', ')[2]", "2"},
      {"texts.starts(c.t, 'Ac'), texts.ends(c.t, 'me'), texts.contains(c.t, 'cm')",
       "true true true"},
      {"texts.starts(c.t, 'ac'), texts.contains(c.t, '.'), texts.ends('me', 'Acme')",
       "false false false"},
      {"tostring(texts.trim(nil)), tostring(texts.contains(nil, 'x'))", "nil nil"},
      {"texts.split('a', '')", NULL},
      {"texts.length('\\xFF')", NULL},
      {"texts.trim({})", NULL},
  };
  check_expressions(cases, COUNT(cases));
}

static void statistics_of_lists(void **state) {
  (void)state;
  static const said cases[] = {
      {"stats.sum({ 1, 2, 3 }), stats.count({ 1, 2, 3 }), stats.mean({ 1, 2, 4 })",
       "6 3 2.3333333333333"},
      {"stats.sum({ 0.5, 2 }), stats.sum({}), stats.count({})", "2.5 0 0"},
      {"stats.median({ 5, 1, 3 }), stats.median({ 4, 1, 3, 2 }), stats.median({ 7 })", "3 2.5 7"},
      {"stats.percentile({ 1, 2, 3, 4 }, 75), stats.percentile({ 15, 20, 35, 40, 50 }, 40)",
       "3.25 29"}, /* as PERCENTILE.INC */
      {"stats.percentile({ 9, 1 }, 0), stats.percentile({ 9, 1 }, 100)", "1 9"},
      {"stats.least({ 3, -2, 5 }), stats.greatest({ 3, -2, 5.5 })", "-2 5.5"},
      {"stats.sum({ { a = 1 }, { a = 2.5 }, { b = 9 } }, 'a'), stats.count({ { a = 1 }, {} }, 'a')",
       "3.5 1"},
      {"stats.count({ 'x', 2 }), stats.count({ { a = '2025-10-01' }, {}, { a = 1 } }, 'a')", "2 2"},
      {"stats.median({ { a = 8 }, { a = 2 } }, 'a'), stats.percentile({ { a = 8 } }, 50, 'a')",
       "5 8"},
      {"tostring(stats.mean({})), tostring(stats.median({})), tostring(stats.sum(nil))",
       "nil nil nil"},
      {"stats.sum({ 1, 'x' })", NULL},
      {"stats.sum({ 1, 2 }, 'a')", NULL},
      {"stats.percentile({ 1 }, 101)", NULL},
      {"stats.median({ 1, 0/0 })", NULL},
      {"stats.sum('abc')", NULL},
  };
  check_expressions(cases, COUNT(cases));
}

/* A median by sorting, against the library's. */
static void medians_of_random_lists(void **state) {
  (void)state;
  for (int round = 0; round < 40; round++) {
    char list[1024] = "", expression[1200], want[64];
    int64_t values[40];
    size_t n = (size_t)random_below(40) + 1;
    for (size_t i = 0; i < n; i++) {
      values[i] = random_below(20);
      snprintf(list + strlen(list), sizeof list - strlen(list), "%s%d", i ? "," : "",
               (int)values[i]);
    }
    for (size_t i = 0; i < n; i++)
      for (size_t k = i + 1; k < n; k++)
        if (values[k] < values[i]) {
          int64_t held = values[i];
          values[i] = values[k];
          values[k] = held;
        }
    double median = (double)(values[(n - 1) / 2] + values[n / 2]) / 2;
    snprintf(expression, sizeof expression, "stats.median({%s}) == %g", list, median);
    snprintf(want, sizeof want, "true");
    check_expressions(&(said){expression, want}, 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dates_are_texts),         cmocka_unit_test(rounding_goes_by_decimals),
      cmocka_unit_test(texts_are_characters),    cmocka_unit_test(statistics_of_lists),
      cmocka_unit_test(medians_of_random_lists),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
