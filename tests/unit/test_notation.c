/* The notation: formulas and what they become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/notation_world.h"

typedef struct example {
  const char *text, *is;
} example;

static void check_expressions(const example *examples, size_t count) {
  for (size_t i = 0; i < count; i++) {
    fixture f;
    fixture_init(&f);
    buffer got = {0};
    const node *n = notation_expression(&f.context, examples[i].text, any);
    if (n == NULL)
      buffer_format(&got, "%s", f.findings.count > 0 ? f.findings.items[0].message : "no finding");
    else
      describe(&got, n);
    buffer_text(&got, "");
    if (strcmp(got.data, examples[i].is) != 0)
      fail_msg("%s\n is  %s\n not %s", examples[i].text, got.data, examples[i].is);
    buffer_deinit(&got);
    fixture_deinit(&f);
  }
}

#define CHECK_EXPRESSIONS(examples) check_expressions(examples, sizeof examples / sizeof *examples)

static void test_constants_are_exact(void **state) {
  (void)state;
  static const example examples[] = {
      {"0.1 + 0.2 = 0.3", "boolean true"},
      {"1/3*3 = 1", "boolean true"},
      {"1/3", "decimal 1/3"},
      {"10%", "decimal 1/10"},
      {"12.5% * 8 = 1", "boolean true"},
      {"5 in [1%..500%]", "boolean true"},
      {"6/3", "decimal 2"},
      {"2 + 3 * 4", "integer 14"},
      {"(2 + 3) * 4", "integer 20"},
      {"10 - 4 - 3", "integer 3"},
      {"12 / 2 / 3", "decimal 2"},
      {"--5", "integer 5"},
      {"-2 * -3", "integer 6"},
      {"1.50", "decimal 3/2"},
      {"0.000000000000000001 * 1000000000000000000", "decimal 1"},
      {"floor(-7/2)", "integer -4"},
      {"ceiling(-7/2)", "integer -3"},
      {"round(2.5)", "integer 3"},
      {"round(-2.5)", "integer -3"},
      {"round(2.345, 2)", "decimal 47/20"},
      {"round(1250, -2)", "integer 1300"},
      {"round_half_down(2.5) * 100 + round_half_down(-2.5)", "integer 198"},
      {"round_half_even(2.5)", "integer 2"},
      {"round half even(3.5)", "integer 4"},
      {"round_half_even(0.125, 2)", "decimal 3/25"},
      {"round_half_even(25, -1)", "integer 20"},
      {"round_up(-2.1)", "integer -3"},
      {"round_down(-2.9)", "integer -2"},
      {"round_up(1.001, 2)", "decimal 101/100"},
      {"floor(-2.345, 2)", "decimal -47/20"},
      {"ceiling(1234, -2)", "integer 1300"},
      {"modulo(10, 3)", "integer 1"},
      {"modulo(-10, 3)", "integer 2"},
      {"modulo(10, -3)", "integer -2"},
      {"modulo(5.5, 1.25)", "decimal 1/2"},
      {"modulo(1/3, 1/7)", "decimal 1/21"},
      {"modulo(5, 0)", "missing integer"},
      {"sign(-0.5) + sign(0) * 10 + sign(7) * 100", "integer 99"},
      {"clamp(12, 0, 10)", "integer 10"},
      {"clamp(-1, 0, 10)", "integer 0"},
      {"is_missing(unset)", "boolean true"},
      {"abs(-3.5)", "decimal 7/2"},
      {"min(3, 2.5, 9)", "decimal 5/2"},
      {"max(3, 2.5, 9)", "decimal 9"},
      {"coalesce(null, 7)", "integer 7"},
      {"coalesce(unset, 7)", "money 7"},
      {"min(unset, 7)", "missing money"},
      {"unset + 1", "missing money"},
      {"unset > 1", "missing boolean"},
      {"unset = null", "boolean true"},
      {"unset != null", "boolean false"},
      {"unset > 1 or true", "boolean true"},
      {"unset > 1 and false", "boolean false"},
      {"not(unset > 1)", "missing boolean"},
      {"if unset > 1 then 1 else 2", "integer 2"},
      {"5 in (1, [3..6], > 100)", "boolean true"},
      {"5 in (5..6]", "boolean false"},
      {"5 in [5..6)", "boolean true"},
      {"5 in ]4..5[", "boolean false"},
      {"5 between 1 and 5", "boolean true"},
      {"5 in > 3 and true", "boolean true"},
      {"unset in (1, null)", "boolean true"},
      {"5 not in (1, [3..4])", "boolean true"},
      {"5 not in 5", "boolean false"},
      {"unset not in (1, 2)", "missing boolean"},
      {"5 not between 6 and 9 and true", "boolean true"},
      {"5 in ((<= 3), (> 4))", "boolean true"},
      {".5 + .25", "decimal 3/4"},
      {"1\u3000+\u00A02", "integer 3"},
      {"if 1 > 2 then 1 else if 2 > 1 then 5 else 3", "integer 5"},
      {"add_months(2025-01-31, 1)", "date 2025-02-28"},
      {"add_months(today, -12)", "date 2024-09-26"},
      {"date(\"2025-10-01\") - today", "integer 5"},
      {"today + 5 = 2025-10-01", "boolean true"},
      {"date(2025-10-01T00:30:00+09:00)", "date 2025-09-30"},
      {"(2025-09-26T15:00:00+08:00 - 2025-09-26T06:00:00Z) / 1 minute", "decimal 60"},
      {"2025-09-26T15:00:00+08:00 - 2025-09-26T06:00:00Z = 1 hour", "boolean true"},
      {"today + 30 days", "date 2025-10-26"},
      {"today + 1 month - 1 day", "date 2025-10-25"},
      {"2024-02-29 + 1 year", "date 2025-02-28"},
      {"1 week + today", "date 2025-10-03"},
      {"today - duration(\"P1Y2M\")", "date 2024-07-26"},
      {"today + @\"-P30D\"", "date 2025-08-27"},
      {"@\"2025-10-01\" = 2025-10-01", "boolean true"},
      {"@\"2025-10-01T00:00:00Z\" - 90 minutes = 2025-09-30T22:30:00Z", "boolean true"},
      {"2025-01-31T23:30:00+08:00 + 1 month = 2025-02-28T23:30:00+08:00", "boolean true"},
      {"2025-01-31T15:30:00Z + 1 month = 2025-02-28T15:30:00Z", "boolean true"},
      {"today - 2025-08-27 = 30 days", "boolean true"},
      {"today - 2025-08-27 > 36 hours", "boolean true"},
      {"today - 2025-08-27 in [2 weeks..30 days]", "boolean true"},
      {"months_between(2024-09-27, today) < 1 year", "boolean true"},
      {"2 * 90 minutes = 3 hours", "boolean true"},
      {"1.5 days = 36 hours and 0.5 years = 6 months", "boolean true"},
      {"-1 day + 1 day = 0 hours", "boolean true"},
      {"36 hours / 1 day", "decimal 3/2"},
      {"14 months / 1 year", "decimal 7/6"},
      {"max(1 day, 36 hours) / 1 hour", "decimal 36"},
      {"date(2025, 10, 1)", "date 2025-10-01"},
      {"date and time(\"2025-10-01T15:00:00+08:00\") = 2025-10-01T15:00:00+08:00", "boolean true"},
      {"date_and_time(today, \"18:00\") = 2025-09-26T18:00:00+08:00", "boolean true"},
      {"hour(2025-09-26T06:07:08Z) * 10000 + minute(2025-09-26T06:07:08Z) * 100 + "
       "second(2025-09-26T06:07:08Z)",
       "integer 140708"},
      {"quarter(today)", "integer 3"},
      {"day of year(2024-12-31)", "integer 366"},
      {"week_of_year(2027-01-01)", "integer 53"},
      {"week_of_year(2024-12-30)", "integer 1"},
      {"last day of month(2024-02-10)", "date 2024-02-29"},
      {"days_in_month(2025-02-10)", "integer 28"},
      {"months_between(2025-01-31, 2025-02-28)", "integer 1"},
      {"months_between(2025-02-28, 2025-01-31)", "integer -1"},
      {"months_between(2025-01-31, 2025-03-30)", "integer 1"},
      {"years_between(2000-02-29, 2025-02-28)", "integer 25"},
      {"years_between(2000-02-29, 2025-02-27)", "integer 24"},
      {"days_between(today, 2025-10-01)", "integer 5"},
      {"add_days(today, 5)", "date 2025-10-01"},
      {"add_workdays(2025-09-26, 1)", "date 2025-09-29"},
      {"workdays_between(2025-09-26, 2025-10-01)", "integer 3"},
      {"workdays_between(2025-10-01, 2025-09-26)", "integer -3"},
      {"2025 - 10 - 11", "integer 2004"},
      {"year(today) * 10000 + month(today) * 100 + day(today)", "integer 20250926"},
      {"weekday(today)", "integer 5"},
      {"cap * 0.5", "money 2500"},
      {"cap / 365", "money 1000/73"},
      {"cap / cap", "decimal 1"},
      {"\"a\\\"b\"", "text a\"b"},
      {"\"x\" = \"x\"", "boolean true"},
      {"string length(\"百合 AB\")", "integer 5"},
      {"starts with(\"百合商贸\", \"百合\")", "boolean true"},
      {"ends_with(\"a.pdf\", \".pdf\") and not(ends_with(\"f\", \".pdf\"))", "boolean true"},
      {"contains(\"百合商贸\", \"合商\")", "boolean true"},
      {"upper_case(\"vip-é王\")", "text VIP-é王"},
      {"lower case(\"VIP\")", "text vip"},
      {"substring(\"百合商贸\", 2, 2)", "text 合商"},
      {"substring(\"百合商贸\", -1)", "text 贸"},
      {"substring(\"AB\", 3)", "text "},
      {"\"x\" in (\"y\", \"x\")", "boolean true"},
  };
  CHECK_EXPRESSIONS(examples);
}

static void test_types(void **state) {
  (void)state;
  static const example examples[] = {
      {"budget / 365", "money/36500"},
      {"overdue_30 / 365 * (visits + 15) * 1.2", "money/91250"},
      {"budget * 100", "money"},
      {"budget + 0.001", "money/1000"},
      {"visits * visits", "integer"},
      {"visits / 4", "decimal/4"},
      {"budget / visits", "ratio"},
      {"budget / overdue_30", "ratio"},
      {"budget / cap", "decimal/500000"},
      {"budget / 1000000007 / 1000000009", "ratio"},
      {"budget * weight", "number"},
      {"floor(budget / overdue_30)", "integer"},
      {"round(budget / 7, 2)", "money/100"},
      {"round(budget / overdue_30, 4)", "decimal/10000"},
      {"floor(budget)", "money"},
      {"closes - today", "integer"},
      {"closes + 3", "date"},
      {"3 + closes", "date"},
      {"(seen_at - seen_at) / 1 hour", "decimal/3600"},
      {"seen_at - seen_at > 36 hours", "boolean"},
      {"seen_at + visits * 1 hour", "timestamp"},
      {"closes + 1 month", "date"},
      {"closes - visits * 1 month", "date"},
      {"seen_at + 1 month", "timestamp"},
      {"(seen_at - 2025-01-01T00:00:00Z) / (seen_at - 2025-01-01T00:00:01Z)", "ratio"},
      {"(if vip then 1 day else null) = 1 day", "boolean"},
      {"date(visits, 1, 1)", "date"},
      {"modulo(budget, 100)", "money/100"},
      {"modulo(budget, overdue_30 / 3)", "money/300"},
      {"modulo(budget / overdue_30, 1)", "ratio"},
      {"sqrt(weight)", "number"},
      {"sign(budget)", "integer"},
      {"round_half_even(budget / overdue_30, 1)", "decimal/10"},
      {"string_length(name)", "integer"},
      {"upper_case(name)", "text"},
      {"contains(name, \"x\")", "boolean"},
      {"date(seen_at)", "date"},
      {"add_months(closes, visits)", "date"},
      {"if vip then 1 else 2.5", "decimal/2"},
      {"if vip then budget else null", "money/100"},
      {"coalesce(budget, visits)", "money/100"},
      {"min(budget, visits / 3)", "money/300"},
      {"grade = A", "boolean"},
      {"A = grade", "boolean"},
      {"grade <= \"B\"", "boolean"},
      {"grade in (A, [B..C])", "boolean"},
      {"融资 = 预付", "boolean"},
      {"grade better than B", "boolean"},
      {"C worse than grade or vip", "boolean"},
      {"LATE in reasons", "boolean"},
      {"not(\"DATA_MISSING:budget\" in reasons) and DATA_MISSING in reasons", "boolean"},
      {"ANYTHING in why", "boolean"},
      {"count(reasons) > 0", "boolean"},
      {"count(reasons) - 1", "integer"},
      {"budget * 10%", "money/1000"},
      {"budget / overdue_30 >= 10%", "boolean"},
      {"融资 = visits", "boolean"}, /* the word, not the field */
      {"visits = null", "boolean"},
      {"null != visits", "boolean"},
      {"vip = true", "boolean"},
      {"not(vip) and grade in (A, B) or visits > 2", "boolean"},
      {"if vip then \"visit\" else \"call\"", "text"},
  };
  CHECK_EXPRESSIONS(examples);
}

static void test_expected_types(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const value_type *expected;
    const char *is;
  } examples[] = {
      {"A", &grade, "choice A"},           {"if vip then A else D", &grade, "choice"},
      {"null", &money, "missing money"},   {"72", &money, "money 72"},
      {"visits * 3", &money, "money/100"}, {"budget / 3", &money, "money/300"},
      {"visits", &number, "number"},       {"0.5", &number, "number 0.5"},
      {"6 / 3", &integer, "integer 2"},    {"visits > 3", &boolean, "boolean"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    fixture f;
    fixture_init(&f);
    buffer got = {0};
    const node *n = notation_expression(&f.context, examples[i].text, *examples[i].expected);
    assert_non_null(n);
    describe(&got, n);
    assert_string_equal(got.data, examples[i].is);
    buffer_deinit(&got);
    fixture_deinit(&f);
  }
  static const struct {
    const char *text;
    const value_type *expected;
  } refused[] = {{"visits / 2", &integer}, {"budget", &boolean}, {"E", &grade},
                 {"weight", &money},       {"seen_at", &date},   {"grade", &plain_text}};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    fixture f;
    fixture_init(&f);
    assert_null(notation_expression(&f.context, refused[i].text, *refused[i].expected));
    assert_int_equal(f.findings.errors, 1);
    fixture_deinit(&f);
  }
}

/* ---- unary tests ---- */

static void count_slot(void *ctx, const symbol *s) {
  int *seen = ctx;
  seen[s->slot]++;
}

static void test_slots_and_use(void **state) {
  (void)state;
  fixture f;
  fixture_init(&f);
  int seen[16] = {0};
  const node *n = notation_expression(&f.context, "if vip then budget + budget else cap", any);
  assert_non_null(n);
  node_slots(n, count_slot, seen);
  assert_int_equal(seen[4], 1);
  assert_int_equal(seen[9], 2);
  assert_int_equal(seen[0], 0);
  assert_true(scope_find(&f.scope, "cap")->used);
  assert_false(scope_find(&f.scope, "visits")->used);
  fixture_deinit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_constants_are_exact),
      cmocka_unit_test(test_types),
      cmocka_unit_test(test_expected_types),
      cmocka_unit_test(test_slots_and_use),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
