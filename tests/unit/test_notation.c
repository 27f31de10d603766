/* The notation: texts and what they become, or the exact words that refuse them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "lang/notation.h"
#include "support/unary_match.h"

static const char *const grade_words[] = {"A", "B", "C", "D"};
static const choice_list grades = {4, grade_words};
static const char *const financing_words[] = {"cash", "预付", "none", "visits"};
static const choice_list financings = {4, financing_words};

static const value_type any = {.kind = TYPE_NONE, .denominator = 1};
static const value_type integer = {.kind = TYPE_INTEGER, .denominator = 1};
static const value_type money = {.kind = TYPE_MONEY, .digits = 2, .denominator = 100};
static const value_type number = {.kind = TYPE_NUMBER, .denominator = 1};
static const value_type boolean = {.kind = TYPE_BOOLEAN, .denominator = 1};
static const value_type date = {.kind = TYPE_DATE, .denominator = 1};
static const value_type timestamp = {.kind = TYPE_TIMESTAMP, .denominator = 1};
static const value_type text = {.kind = TYPE_TEXT, .denominator = 1};
static const value_type grade = {.kind = TYPE_CHOICE, .denominator = 1, .choices = &grades};
static const value_type financing = {.kind = TYPE_CHOICE, .denominator = 1, .choices = &financings};
static const char *const code_words[] = {"LATE", "UTIL_HIGH", "DATA_MISSING:budget"};
static const choice_list codes_held = {3, code_words};
static const value_type code_list = {.kind = TYPE_CODES, .denominator = 1, .choices = &codes_held};
static const value_type lost = {.kind = TYPE_CODES, .denominator = 1};
static const value_type list = {.kind = TYPE_LIST, .denominator = 1};

static const value_type size = {
    .kind = TYPE_CHOICE, .denominator = 1, .choices = &grades, .rank = RANK_BEST_LAST};
static const value_type terms = {
    .kind = TYPE_CHOICE, .denominator = 1, .choices = &grades, .rank = RANK_NONE};

typedef struct fixture {
  arena arena;
  scope scope;
  findings findings;
  notation_context context;
} fixture;

static void add_constant(scope *s, const char *name, value_type type, int64_t exact) {
  symbol *added = scope_add(s, name, type, -1, "parameter");
  added->constant = (value){.type = type, .exact = {exact, 1}};
}

/* Monday to Friday. */
static int64_t weekdays_between(const void *of, int64_t from, int64_t to) {
  (void)of;
  int64_t count = 0;
  for (int64_t day = from + 1; day <= to; day++) count += date_weekday(day) <= 5;
  return count;
}

static bool weekdays_add(const void *of, int64_t date_, int64_t n, int64_t *out) {
  *out = date_;
  while (weekdays_between(of, date_, *out) < n) ++*out;
  return n >= 0;
}

static const workday_calendar weekdays = {NULL, weekdays_add, weekdays_between};

static void fixture_init(fixture *f) {
  *f = (fixture){0};
  int slot = 0;
  scope_add(&f->scope, "overdue_30", money, slot++, "field");
  scope_add(&f->scope, "visits", integer, slot++, "field");
  scope_add(&f->scope, "closes", date, slot++, "field");
  scope_add(&f->scope, "seen_at", timestamp, slot++, "field");
  scope_add(&f->scope, "vip", boolean, slot++, "field");
  scope_add(&f->scope, "grade", grade, slot++, "field");
  scope_add(&f->scope, "融资", financing, slot++, "field");
  scope_add(&f->scope, "name", text, slot++, "field");
  scope_add(&f->scope, "weight", number, slot++, "field");
  scope_add(&f->scope, "budget", money, slot++, "field");
  scope_add(&f->scope, "invoices", list, slot++, "field");
  scope_add(&f->scope, "reasons", code_list, slot++, "codes");
  scope_add(&f->scope, "why", lost, slot++, "codes");
  scope_add(&f->scope, "size", size, slot++, "field");
  scope_add(&f->scope, "terms", terms, slot++, "output of decision_table");
  add_constant(&f->scope, "today", date, date_from_civil(2025, 9, 26));
  add_constant(&f->scope, "cap", money, 5000);
  symbol *unset = scope_add(&f->scope, "unset", money, -1, "parameter");
  unset->constant = (value){.type = money, .missing = true};
  f->context = (notation_context){.arena = &f->arena,
                                  .workdays = &weekdays,
                                  .scope = &f->scope,
                                  .zone = {8 * 3600},
                                  .file = "rules/acme/credit.lua",
                                  .line = 12,
                                  .findings = &f->findings};
}

static void fixture_deinit(fixture *f) {
  scope_deinit(&f->scope);
  findings_deinit(&f->findings);
  arena_deinit(&f->arena);
}

/* "money/36500", or the value of a constant: "boolean true", "decimal 1/3", "missing money". */
static void describe(buffer *out, const node *n) {
  static const char *const codes[] = {"false", "true"};
  const value *v = &n->constant;
  bool constant = n->kind == NODE_CONSTANT;
  if (constant && v->missing) buffer_text(out, "missing ");
  buffer_text(out, type_name(n->type.kind));
  if (constant && !v->missing) {
    buffer_char(out, ' ');
    char day[10];
    switch (n->type.kind) {
    case TYPE_BOOLEAN:
      buffer_text(out, codes[v->exact.num != 0]);
      break;
    case TYPE_DATE:
      buffer_add(out, day, date_write(day, (int64_t)v->exact.num));
      break;
    case TYPE_TEXT:
    case TYPE_CHOICE:
      buffer_text(out, v->text);
      break;
    case TYPE_NUMBER:
      buffer_format(out, "%g", v->number);
      break;
    default:
      buffer_format(out, "%lld", (long long)v->exact.num);
      if (v->exact.den != 1) buffer_format(out, "/%lld", (long long)v->exact.den);
    }
  } else if (!constant && n->type.denominator != 1) {
    buffer_format(out, "/%lld", (long long)n->type.denominator);
  }
  buffer_text(out, "");
}

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

static void test_complaints(void **state) {
  (void)state;
  static const example examples[] = {
      {"overdu_30 > 0",
       "unknown name `overdu_30` in\n      overdu_30 > 0\n      ^~~~~~~~~  did you "
       "mean `overdue_30`?"},
      {"融资 = 预付款", "`预付款` is none of the words (cash, 预付, none, visits) in\n      融资 = "
                        "预付款\n             ^~~~~~  did you mean `预付`?"},
      {"", "the formula is empty"},
      {"1 +", "the text ends where a value is expected in\n      1 +\n         ^"},
      {"(1", "the text ends where `)` is expected in\n      (1\n        ^"},
      {"1 2", "`2` is not expected here in\n      1 2\n        ^"},
      {"a == b", "unexpected `==` in\n      a == b\n        ^~  write ="},
      {"visits ≥ 3", "unexpected `≥` in\n      visits ≥ 3\n             ^  write >="},
      {"grade = “A”", "unexpected `“` in\n      grade = “A”\n              ^  write \" (a straight "
                      "quote)"},
      {"visits >= 1,000", "a number does not begin with 0 in\n      visits >= 1,000\n              "
                          "    ^~~  thousands are written without commas: 1000"},
      {"name = \"x",
       "this text does not end in\n      name = \"x\n             ^  a text ends with "
       "\""},
      {"1 < visits < 3", "a comparison of a comparison in\n      1 < visits < 3\n                 "
                         "^  join two comparisons with and, or between"},
      {"not vip", "`not` without parentheses in\n      not vip\n      ^~~  write not(...)"},
      {"mni(1, 2)", "unknown function `mni` in\n      mni(1, 2)\n      ^~~  did you mean `min`?"},
      {"round(1, 2, 3)",
       "round takes 1 or 2 arguments, here are 3 in\n      round(1, 2, 3)\n      ^~~~~"},
      {"budget * overdue_30",
       "`*` between money and money in\n      budget * overdue_30\n           "
       "  ^  money is multiplied by a number; a share is money / money"},
      {"closes < seen_at", "a date and a timestamp do not go together in\n      closes < seen_at\n "
                           "              ^~~~~~~  write date(seen_at)"},
      {"seen_at + 5", "`+` between timestamp and integer in\n      seen_at + 5\n              ^  "
                      "say of what: 5 days"},
      {"closes + 36 hours",
       "a date is moved by whole days in\n      closes + 36 hours\n               "
       "^~~~~~~~  a date has no time of day"},
      {"1 month + 1 day",
       "`+` between duration of months and duration in\n      1 month + 1 day\n      "
       "        ^  months have no fixed number of days"},
      {"visits > 3 days",
       "`visits` is integer, `3 days` is duration: they cannot be compared in\n    "
       "  visits > 3 days\n               ^~~~~~"},
      {"0.3 seconds",
       "a duration is a whole number of seconds in\n      0.3 seconds\n      ^~~~~~~~~~~"},
      {"1.5 months",
       "a duration is a whole number of months in\n      1.5 months\n      ^~~~~~~~~~"},
      {"1 day / 7000", "no whole number of seconds in\n      1 day / 7000\n      ^~~~~~~~~~~~"},
      {"1 day * weight",
       "`*` between duration and number in\n      1 day * weight\n            ^  a "
       "duration is multiplied by a whole number"},
      {"@\"2025-13-01\"", "no date, timestamp or duration in\n      @\"2025-13-01\"\n      "
                          "^~~~~~~~~~~~~  such are @\"2025-10-01\", "
                          "@\"2025-10-01T15:00:00+08:00\", @\"P30D\""},
      {"duration(\"30\") > 1 day",
       "no duration in\n      duration(\"30\") > 1 day\n               ^~~~  "
       "such are \"P30D\", \"PT36H\", \"P1Y2M\"; or write 30 days"},
      {"30 days",
       "a duration stays within a formula: its result is a number, a date or a timestamp "
       "in\n      30 days\n      ^~~~~~~  write (30 days) / 1 day, or / 1 hour"},
      {"date(2025, 2, 29)", "there is no such date in\n      date(2025, 2, 29)\n      ^~~~  year, "
                            "month, day: date(2025, 10, 1)"},
      {"date_and_time(today, \"24:00\")",
       "there is no such time in\n      date_and_time(today, "
       "\"24:00\")\n                           ^~~~~~~  a time of day is 18:00 or 18:00:00"},
      {"hour(closes)", "a timestamp is expected in\n      hour(closes)\n           ^~~~~~"},
      {"sqrt(budget)", "sqrt takes a measured number in\n      sqrt(budget)\n           ^~~~~~  it "
                       "leaves the exact numbers"},
      {"clamp(visits, 10, 0)",
       "the lower bound is the higher one in\n      clamp(visits, 10, 0)\n   "
       "   ^~~~~  clamp(x, lowest, highest)"},
      {"starts_with(visits, \"1\")",
       "a text is expected, this is integer in\n      starts_with(visits, "
       "\"1\")\n                  ^~~~~~"},
      {"contains(reasons, \"LATE\")",
       "a text is expected, this is codes in\n      contains(reasons, "
       "\"LATE\")\n               ^~~~~~~  write CODE in reasons"},
      {"LEN(name)",
       "unknown function `LEN` in\n      LEN(name)\n      ^~~  write string_length(x)"},
      {"day of week(closes)", "unknown function `day_of_week` in\n      day of week(closes)\n      "
                              "^~~~~~~~~~~  write weekday(x): 1 is Monday"},
      {"closes + 0.5",
       "`+` between date and decimal in\n      closes + 0.5\n             ^  days are "
       "added as a whole number: use floor(...)"},
      {"closes > \"2025-10-01\"",
       "`closes` is date, `\"2025-10-01\"` is text: they cannot be compared in\n      closes > "
       "\"2025-10-01\"\n               ^~~~~~~~~~~~  a date stands without quotes: 2025-10-01"},
      {"budget = grade",
       "`budget` is money, `grade` is choice (A, B, C, D): they cannot be compared "
       "in\n      budget = grade\n               ^~~~~"},
      {"grade = 融资",
       "`grade` is choice (A, B, C, D), `融资` is choice (cash, 预付, none, visits): "
       "they cannot be compared in\n      grade = 融资\n              ^~~~"},
      {"vip and budget",
       "a condition is expected, this is money in\n      vip and budget\n          "
       "    ^~~~~~  compare it with something"},
      {"name < \"x\"",
       "`<`: values of type text have no order in\n      name < \"x\"\n             ^~~"},
      {"visits > null", "null has no order in\n      visits > null\n               ^~~~  x = null "
                        "asks whether it is missing"},
      {"visits in [5..3]", "an empty interval in\n      visits in [5..3]\n                ^~~~~~  "
                           "the lower bound comes first"},
      {"2025-02-30", "there is no such date in\n      2025-02-30\n      ^~~~~~~~~~"},
      {"year(seen_at)", "a date is expected, not a timestamp in\n      year(seen_at)\n           "
                        "^~~~~~~  write date(seen_at)"},
      {"? > 3",
       "`?` stands for the tested value, and nothing is tested here in\n      ? > 3\n      "
       "^"},
      {"10 % 3",
       "unexpected `%` in\n      10 % 3\n         ^  percent stand right behind a number: 10%"},
      {"vip better than true",
       "better than and worse than compare the words of a choice in\n      vip better than true\n "
       "         ^~~~~~~~~~~  write <"},
      {"terms worse than B",
       "a table that says its words only in its rows gives them no order in\n      terms worse "
       "than "
       "B\n      ^~~~~  list them, the best first: type = choice { \"A\", \"B\" }"},
      {"LAET in reasons",
       "reasons never holds the code `LAET` in\n      LAET in reasons\n      ^~~~  did you mean "
       "`LATE`?"},
      {"visits in reasons",
       "reasons never holds the code `visits` in\n      visits in reasons\n      ^~~~~~"},
      {"3 in reasons", "a code is expected in\n      3 in reasons\n      ^  write CODE in reasons"},
      {"reasons = null",
       "a list of codes is never missing in\n      reasons = null\n      ^~~~~~~  write "
       "count(reasons) = 0"},
      {"reasons = \"LATE\"",
       "`reasons` is codes, `\"LATE\"` is text: they cannot be compared in\n      reasons = "
       "\"LATE\"\n                ^~~~~~  write CODE in reasons, or count(reasons) > 0"},
      {"count(visits)", "count takes a list of codes in\n      count(visits)\n            ^~~~~~"},
      {"invoices = 3", "`invoices` is list, `3` is integer: they cannot be compared in\n      "
                       "invoices = 3\n         "
                       "        ^"},
  };
  fixture f;
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    fixture_init(&f);
    if (notation_expression(&f.context, examples[i].text, any) != NULL)
      fail_msg("%s is accepted", examples[i].text);
    assert_int_equal(f.findings.errors, 1);
    assert_int_equal(f.findings.items[0].line, 12);
    if (strcmp(f.findings.items[0].message, examples[i].is) != 0)
      fail_msg("%s\n is  %s\n not %s", examples[i].text, f.findings.items[0].message,
               examples[i].is);
    fixture_deinit(&f);
  }
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
                 {"weight", &money},       {"seen_at", &date},   {"grade", &text}};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    fixture f;
    fixture_init(&f);
    assert_null(notation_expression(&f.context, refused[i].text, *refused[i].expected));
    assert_int_equal(f.findings.errors, 1);
    fixture_deinit(&f);
  }
}

/* ---- unary tests ---- */

static void describe_test(buffer *out, const unary_test *t, storage s) {
  static const char *const kinds[] = {"any", "", "codes", "texts", "dynamic"};
  buffer_text(out, kinds[t->kind]);
  if (t->negated) buffer_text(out, " not");
  for (size_t i = 0; i < t->interval_count; i++) {
    const test_interval *v = &t->intervals[i];
    if (i > 0) buffer_char(out, ' ');
    buffer_char(out, v->low_open ? '(' : '[');
    if (v->has_low && s == STORE_I64) buffer_format(out, "%lld", (long long)v->low);
    if (v->has_low && s == STORE_F64) buffer_format(out, "%.17g", v->number_low);
    if (v->has_low && s == STORE_RATIO)
      buffer_format(out, "%lld/%lld", (long long)v->ratio_low.num, (long long)v->ratio_low.den);
    buffer_text(out, "..");
    if (v->has_high && s == STORE_I64) buffer_format(out, "%lld", (long long)v->high);
    if (v->has_high && s == STORE_F64) buffer_format(out, "%.17g", v->number_high);
    if (v->has_high && s == STORE_RATIO)
      buffer_format(out, "%lld/%lld", (long long)v->ratio_high.num, (long long)v->ratio_high.den);
    buffer_char(out, v->high_open ? ')' : ']');
  }
  for (size_t i = 0; i < t->code_words; i++)
    buffer_format(out, " %llx", (unsigned long long)t->codes[i]);
  for (size_t i = 0; i < t->text_count; i++) buffer_format(out, " %s", t->texts[i]);
  if (t->missing && t->kind != TEST_ANY) buffer_text(out, " missing");
  buffer_text(out, "");
}

static void test_unary_tests(void **state) {
  (void)state;
  static const struct {
    const char *input, *text, *is;
  } examples[] = {
      {"visits", "-", "any"},
      {"visits", NULL, "any"},
      {"visits", "<=7", "[..7]"},
      {"visits", "< 7", "[..6]"},
      {"visits", ">7", "[8..]"},
      {"visits", ">= 6.5", "[7..]"},
      {"visits", "7", "[7..7]"},
      {"visits", "= 7", "[7..7]"},
      {"visits", "-5", "[-5..-5]"},
      {"visits", "!= 7", "[..6] [8..]"},
      {"visits", "[1..5]", "[1..5]"},
      {"visits", "(1..5)", "[2..4]"},
      {"visits", "]1..5[", "[2..4]"},
      {"visits", "[1..5)", "[1..4]"},
      {"visits", "1, 2, 3, [5..6], 9", "[1..3] [5..6] [9..9]"},
      {"visits", "9, [1..5], [3..7]", "[1..7] [9..9]"},
      {"visits", "not([1..5], 9)", "[..0] [6..8] [10..]"},
      {"visits", "null", " missing"},
      {"visits", "null, 0", "[0..0] missing"},
      {"visits", "not(null)", "[..]"},
      {"visits", "not(null, 3)", "[..2] [4..]"},
      {"visits", "!= null", "[..]"},
      {"visits", "< 99999999999999999999999", "[..]"},
      {"visits", "> 99999999999999999999999", ""},
      {"budget", "< 0.015", "[..1]"},
      {"budget", "<= 100000", "[..10000000]"},
      {"budget", "0", "[0..0]"},
      {"budget", "<= cap", "[..500000]"},
      {"budget", "< unset", ""},
      {"budget", "not(< unset)", ""},
      {"budget", "< overdue_30", "dynamic"},
      {"budget", "[visits..overdue_30]", "dynamic"},
      {"budget", "? > 3 and ? < overdue_30", "dynamic"},
      {"budget", "weight", "dynamic"},
      {"budget / 3", "< 1", "[..299]"},
      {"budget / overdue_30", ">= 0.9", "[9/10..]"},
      {"budget / overdue_30", "(5%..12.5%]", "(1/20..1/8]"},
      {"budget / overdue_30", "[0.8..0.9)", "[4/5..9/10)"},
      {"budget / overdue_30", "not([0.8..0.9))", "[..4/5) [9/10..]"},
      {"budget / overdue_30", "1, (1..2)", "[1/1..2/1)"},
      {"closes", "2025-10-01", "[20362..20362]"},
      {"closes", "date(\"2025-10-01\")", "[20362..20362]"},
      {"closes", "<= add_months(today, 1)", "[..20387]"},
      {"closes", "< today", "[..20356]"},
      {"closes", "[today..add_months(today, 1))", "[20357..20386]"},
      {"seen_at", "< 2025-09-26T15:00:00+08:00", "[..1758869999]"},
      {"weight", "<= 0.1", "[..0.10000000000000001]"},
      {"weight", "0.1", "[0.10000000000000001..0.10000000000000001]"},
      {"weight", "< 0", "[..-4.9406564584124654e-324]"},
      {"weight", "> 2", "[2.0000000000000004..]"},
      {"grade", "A", "codes 1"},
      {"grade", "A, C", "codes 5"},
      {"grade", "A, null", "codes 1 missing"},
      {"grade", "not(A)", "codes e"},
      {"grade", "<= B", "codes 3"},
      {"grade", "> B", "codes c"},
      {"grade", "[B..C]", "codes 6"},
      {"grade", "better than C", "codes 3"},
      {"grade", "A, worse than C", "codes 9"},
      {"size", "better than C", "codes 8"},
      {"size", "< C", "codes 3"},
      {"grade", "\"D\"", "codes 8"},
      {"融资", "预付, cash", "codes 3"},
      {"vip", "true", "codes 2"},
      {"vip", "false", "codes 1"},
      {"vip", "not(true)", "codes 1"},
      {"vip", "visits > 3", "dynamic"},
      {"name", "\"x\", \"y\"", "texts x y"},
      {"name", "not(\"x\")", "texts not x"},
      {"name", "!= \"x\"", "texts not x"},
      {"name", "null", "texts missing"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    fixture f;
    fixture_init(&f);
    unary_test t;
    node *input = notation_expression(&f.context, examples[i].input, any);
    assert_non_null(input);
    if (!notation_test(&f.context, examples[i].text, input, &t))
      fail_msg("%s: %s", examples[i].text, f.findings.items[0].message);
    buffer got = {0};
    describe_test(&got, &t, type_storage(input->type.kind));
    if (strcmp(got.data, examples[i].is) != 0)
      fail_msg("%s: %s\n is  %s\n not %s", examples[i].input, examples[i].text, got.data,
               examples[i].is);
    buffer_deinit(&got);
    fixture_deinit(&f);
  }
}

static void test_refused_tests(void **state) {
  (void)state;
  static const struct {
    const char *input, *text, *is;
  } examples[] = {
      {"visits", "", "the test is empty write - for any value"},
      {"visits", "[5..3]",
       "an empty interval in\n      [5..3]\n      ^~~~~~  the lower bound comes "
       "first"},
      {"visits", "(5..5]",
       "an empty interval in\n      (5..5]\n      ^~~~~~  an open end excludes "
       "its bound"},
      {"visits", "[1, 5]", "`,` where `..` is expected in\n      [1, 5]\n        ^"},
      {"grade", "A, E", "`E` is none of the words (A, B, C, D) in\n      A, E\n         ^"},
      {"grade", "5",
       "`grade` is choice (A, B, C, D), `5` is integer: they cannot be compared in\n      5\n      "
       "^"},
      {"closes", "\"2025-10-01\"",
       "`closes` is date, `\"2025-10-01\"` is text: they cannot be compared in\n      "
       "\"2025-10-01\"\n      ^~~~~~~~~~~~  a date stands without quotes: 2025-10-01"},
      {"seen_at", "< today",
       "a date and a timestamp do not go together in\n      < today\n      "
       "^~~~~~~  write date(seen_at)"},
      {"invoices", "3",
       "`invoices` is list, `3` is integer: they cannot be compared in\n      3\n      ^"},
      {"vip", "> false",
       "`>`: values of type boolean have no order in\n      > false\n        ^~~~~"},
      {"name", "x", "unknown name `x` in\n      x\n      ^  a text stands in double quotes"},
      {"visits", "not(1",
       "the text ends where `,` or the `)` of not is expected in\n      not(1\n   "
       "        ^"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    fixture f;
    fixture_init(&f);
    unary_test t;
    node *input = notation_expression(&f.context, examples[i].input, any);
    assert_false(notation_test(&f.context, examples[i].text, input, &t));
    assert_int_equal(f.findings.errors, 1);
    if (strcmp(f.findings.items[0].message, examples[i].is) != 0)
      fail_msg("%s\n is  %s\n not %s", examples[i].text, f.findings.items[0].message,
               examples[i].is);
    fixture_deinit(&f);
  }
}

/* Around each bound, a test says what the comparison itself says. */
static void test_bounds_match_comparisons(void **state) {
  (void)state;
  static const char *const operators[] = {"<", "<=", ">", ">=", "=", "!="};
  static const struct {
    const char *field, *bound;
    int64_t stored; /* the column's value next to the bound */
  } bounds[] = {{"visits", "7", 7},         {"visits", "7.5", 7},
                {"visits", "-7.5", -8},     {"budget", "0.015", 1},
                {"budget", "-0.015", -2},   {"budget", "12.34", 1234},
                {"budget / 3", "0.01", 3},  {"budget / 3", "1/7", 42},
                {"closes", "today", 20357}, {"seen_at", "2025-09-26T15:00:00+08:00", 1758870000}};
  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
    for (size_t o = 0; o < sizeof operators / sizeof *operators; o++) {
      fixture f;
      fixture_init(&f);
      char formula[100];
      snprintf(formula, sizeof formula, "%s %s", operators[o], bounds[i].bound);
      node *input = notation_expression(&f.context, bounds[i].field, any);
      node *bound = notation_expression(&f.context, bounds[i].bound, any);
      unary_test t;
      assert_true(notation_test(&f.context, formula, input, &t));
      for (int64_t stored = bounds[i].stored - 2; stored <= bounds[i].stored + 2; stored++) {
        value v = {.type = input->type};
        assert_true(rational_make(stored, input->type.denominator, &v.exact));
        int order = rational_compare(v.exact, bound->constant.exact);
        const bool expected[] = {order<0, order <= 0, order> 0, order >= 0, order == 0, order != 0};
        if (unary_test_matches(&t, &v) != expected[o])
          fail_msg("%s %s for stored %lld", bounds[i].field, formula, (long long)stored);
      }
      value missing = {.type = input->type, .missing = true};
      assert_false(unary_test_matches(&t, &missing));
      fixture_deinit(&f);
    }
  }
}

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

/* ---- fuzz ---- */

static uint64_t next_random(uint64_t *s) {
  *s ^= *s << 13;
  *s ^= *s >> 7;
  *s ^= *s << 17;
  return *s;
}

static void mutate(char *bytes, size_t *n, size_t most, uint64_t *seed) {
  static const char alphabet[] = "()[]..,<>=!+-*/?\"\\ \t019azA_预付not in if then null";
  size_t at = *n > 0 ? next_random(seed) % *n : 0;
  char c = alphabet[next_random(seed) % (sizeof alphabet - 1)];
  switch (next_random(seed) % 3) {
  case 0:
    if (*n > 0) bytes[at] = c;
    break;
  case 1:
    if (*n + 1 < most) {
      memmove(bytes + at + 1, bytes + at, *n - at);
      bytes[at] = c;
      ++*n;
    }
    break;
  default:
    if (*n > 0) {
      memmove(bytes + at, bytes + at + 1, *n - at - 1);
      --*n;
    }
  }
  bytes[*n] = '\0';
}

static void test_mutations_never_crash(void **state) {
  (void)state;
  static const char *const seeds[] = {
      "overdue_30 / 365 * (visits + 15) * 1.2",
      "grade in (A, [B..C]) and not(vip) or 融资 = 预付",
      "if visits = null then coalesce(budget, 0) else min(budget, 3 * visits)",
      "[today..add_months(today, 1))",
      "not(1, 2, [5..7), null, > 99)",
      "name = \"a\\\"b\" and closes < 2025-10-01",
      "? > 3 and ? between visits and 2025-09-26T15:00:00+08:00"};
  uint64_t seed = 88172645463325252u;
  clock_t end = clock() + CLOCKS_PER_SEC;
  size_t refused = 0, accepted = 0;
  while (clock() < end) {
    fixture f;
    fixture_init(&f);
    node *inputs[3] = {notation_expression(&f.context, "visits", any),
                       notation_expression(&f.context, "grade", any),
                       notation_expression(&f.context, "budget / overdue_30", any)};
    for (int round = 0; round < 200; round++) {
      char bytes[256];
      size_t n = (size_t)snprintf(bytes, sizeof bytes, "%s",
                                  seeds[next_random(&seed) % (sizeof seeds / sizeof *seeds)]);
      for (uint64_t k = next_random(&seed) % 6; k > 0; k--) mutate(bytes, &n, sizeof bytes, &seed);
      size_t errors = f.findings.errors;
      unary_test t;
      bool ok = round % 2 == 0 ? notation_expression(&f.context, bytes, any) != NULL
                               : notation_test(&f.context, bytes, inputs[round % 3], &t);
      if (ok == (f.findings.errors > errors))
        fail_msg("%s: refused without a finding, or both", bytes);
      refused += !ok;
      accepted += ok;
    }
    fixture_deinit(&f);
  }
  assert_true(refused > 100 && accepted > 100);
}

static void test_deep_nesting_is_refused(void **state) {
  (void)state;
  fixture f;
  fixture_init(&f);
  char deep[4001];
  for (size_t i = 0; i < sizeof deep - 1; i++) deep[i] = "(-"[i % 2];
  deep[sizeof deep - 1] = '\0';
  assert_null(notation_expression(&f.context, deep, any));
  assert_int_equal(f.findings.errors, 1);
  assert_null(notation_expression(&f.context, "\xff\xfe", any));
  fixture_deinit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_constants_are_exact),
      cmocka_unit_test(test_types),
      cmocka_unit_test(test_complaints),
      cmocka_unit_test(test_expected_types),
      cmocka_unit_test(test_unary_tests),
      cmocka_unit_test(test_refused_tests),
      cmocka_unit_test(test_bounds_match_comparisons),
      cmocka_unit_test(test_slots_and_use),
      cmocka_unit_test(test_mutations_never_crash),
      cmocka_unit_test(test_deep_nesting_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
