/* The notation: unary tests and what they become, or the words that refuse them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/notation_world.h"
#include "support/unary_match.h"

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
      {"visits", "(<= 5), (> 9)", "[..5] [10..]"},
      {"visits", "[.5..5]", "[1..5]"},
      {"today - closes", "> 30 days", "[31..]"},
      {"today - closes", "[2 weeks..36 hours * 20)", "[14..29]"},
      {"months_between(closes, today)", "< 1 year", "[..11]"},
      {"name", "starts_with(?, \"A\")", "dynamic"},
      {"reasons", "LATE in ?", "dynamic"},
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
      {"visits", "[1, 5]",
       "`,` where `..` is expected in\n      [1, 5]\n        ^  a range is [1..5], a list is (1, "
       "5)"},
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_unary_tests),
      cmocka_unit_test(test_refused_tests),
      cmocka_unit_test(test_bounds_match_comparisons),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
