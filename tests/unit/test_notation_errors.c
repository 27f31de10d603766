/* The notation: the exact words that refuse a text, and what they advise. */
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
       "  visits > 3 days\n               ^~~~~~  only a difference of dates or timestamps is "
       "compared with a duration"},
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
      {"10 % 3", "unexpected `%` in\n      10 % 3\n         ^  percent stand right behind a "
                 "number: 10%; a remainder is modulo(a, b)"},
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

/* Who comes from a spreadsheet, a program or a Chinese keyboard is told what to write here. */
static void test_hints(void **state) {
  (void)state;
  static const example examples[] = {
      {"visits => 3", "write >="},
      {"visits =< 3", "write <="},
      {"visits <> 3", "write !="},
      {"visits > 3 && vip", "write and"},
      {"visits > 3 AND vip", "write and, in small letters"},
      {"visits > 3 且 vip", "write and"},
      {"vip = TRUE", "write true, in small letters"},
      {"visits > 3 and < 7", "repeat what is compared: a > 3 and a < 7, or a in (3..7)"},
      {"grade = A or B", "write grade in (A, B)"},
      {"grade = A or vip or B", NULL},
      {"grade != A and B", "write grade not in (A, B)"},
      {"visits > 3 and 5", "repeat what is compared: visits ... 5"},
      {"IF(vip, 1, 2)", "write if a then b else c"},
      {"AND(vip, vip)", "write a and b"},
      {"if(vip, 1, 2)", "write if a then b else c"},
      {"and(vip, vip)", "write a and b, a or b"},
      {"if vip then 1", "what if it does not hold? else null: no value"},
      {"if vip then 1 elseif vip then 2 else 3", "write else if"},
      {"vip ? 1", "write if ... then ... else ..."},
      {"（visits）", "write ( (half width)"},
      {"visits ＞ 3", "write > (half width)"},
      {"visits > ３", "write 3 (half width)"},
      {"ｖｉｐ", "write vip (half width)"},
      {"name = ‘x’", "write \" (a straight double quote)"},
      {"name = 'x'", "texts stand in double quotes"},
      {"grade in （A，B）", "write ( (half width)"},
      {"grade in (A；B)", "write , (a comma)"},
      {"visits in [1～5]", "write .. between two bounds"},
      {"visits in [1, 5]", "a range is [1..5], a list is (1, 5)"},
      {"visits in [1..]", "without one: >= 5"},
      {"visits in [..5]", "without one: <= 5"},
      {"budget > ¥100", "amounts stand without a currency sign"},
      {"budget > 10万", "write 100000"},
      {"budget > 2亿元", "write 200000000"},
      {"budget > 100元", "write 100"},
      {"budget > 1_000_000", "write 1000000"},
      {"budget > 1e6", "write all digits of the number"},
      {"visits > 30d", "write 30 days"},
      {"visits > 24h", "write 24 hours"},
      {"visits > 6个月", "write 6 months"},
      {"min(1,000, visits)", "thousands are written without commas: 1000"},
      {"1,234 > visits", "thousands are written without commas: 1000"},
      {"visits = 007", "write it without, or as a text: \"007\""},
      {"closes < 2025/1/5", "write 2025-01-05"},
      {"closes < 2025-1-5", "write 2025-01-05"},
      {"closes < 2025.10.01", "write 2025-10-01"},
      {"closes < 2025年10月1日", "write 2025-10-01"},
      {"closes < 1/10/2025", "write 2025-month-day"},
      {"closes < 20251001", "write 2025-10-01"},
      {"closes < \"2025-10-01\"", "a date stands without quotes: 2025-10-01"},
      {"visits = \"3\"", "write 3 without quotes"},
      {"vip = \"true\"", "write true without quotes"},
      {"vip = 1", "write true or false"},
      {"visits ^ 2", "there is no power; write x * x"},
      {"10 % 3", "percent stand right behind a number: 10%; a remainder is modulo(a, b)"},
      {"visits mod 3", "write modulo(a, b)"},
      {"today()", "write today, without parentheses"},
      {"ISBLANK(visits)", "write x = null"},
      {"visits is null", "write =, or x = null"},
      {"name.length > 3", "a number is 0.5; names have no dots"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    fixture f;
    fixture_init(&f);
    if (notation_expression(&f.context, examples[i].text, any) != NULL)
      fail_msg("%s is accepted", examples[i].text);
    assert_int_equal(f.findings.errors, 1);
    const char *message = f.findings.items[0].message, *hint = examples[i].is;
    size_t n = strlen(message), m = hint != NULL ? strlen(hint) : 0;
    if (hint != NULL &&
        (n < m + 2 || strcmp(message + n - m, hint) != 0 || message[n - m - 1] != ' '))
      fail_msg("%s\n %s\n lacks: %s", examples[i].text, message, hint);
    fixture_deinit(&f);
  }
}

static void test_hints_in_cells(void **state) {
  (void)state;
  static const struct {
    const char *input, *text, *hint;
  } examples[] = {
      {"visits", "> 3 and < 7", "write (3..7), or ? > 3 and ? < 7"},
      {"visits", "budget > 5",
       "write ? for the input: ? > 3; or give the condition a column of its own"},
      {"grade", "not(A) and vip", NULL},
      {"visits", "5-", NULL},
      {"visits", "≥5", "write >="},
      {"closes", "2025-1-5", "write 2025-01-05"},
      {"budget", "1,000", "thousands are written without commas: 1000"},
      {"grade", "A;B", "write , (a comma)"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    fixture f;
    fixture_init(&f);
    unary_test t;
    node *input = notation_expression(&f.context, examples[i].input, any);
    if (notation_test(&f.context, examples[i].text, input, &t))
      fail_msg("%s is accepted", examples[i].text);
    assert_int_equal(f.findings.errors, 1);
    const char *message = f.findings.items[0].message, *hint = examples[i].hint;
    size_t n = strlen(message), m = hint != NULL ? strlen(hint) : 0;
    if (hint != NULL && (n < m || strcmp(message + n - m, hint) != 0))
      fail_msg("%s\n %s\n lacks: %s", examples[i].text, message, hint);
    fixture_deinit(&f);
  }
}

/* 1,234 from a spreadsheet is a list of two numbers: a warning, since it may be meant. */
static void test_thousands_are_doubted(void **state) {
  (void)state;
  fixture f;
  fixture_init(&f);
  unary_test t;
  node *input = notation_expression(&f.context, "visits", any);
  assert_true(notation_test(&f.context, "1,234", input, &t));
  assert_int_equal(f.findings.errors, 0);
  assert_int_equal(f.findings.count, 1);
  assert_non_null(strstr(f.findings.items[0].message, "is this a list of two numbers?"));
  assert_true(notation_test(&f.context, "1, 234", input, &t));
  assert_true(notation_test(&f.context, "1,2,30,4567", input, &t));
  assert_int_equal(f.findings.count, 1);
  fixture_deinit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_complaints),
      cmocka_unit_test(test_hints),
      cmocka_unit_test(test_hints_in_cells),
      cmocka_unit_test(test_thousands_are_doubted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
