/* Expressions over columns: examples row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/expr_program.h"
#include "support/expr_world.h"

/* ---- examples ---- */

/* Three rows: ordinary, all missing, awkward. */
static void fill_examples(fixture *f) {
  static const int64_t fixed[][3] = {{7, MISSING_I64, -3},          /* i */
                                     {2, MISSING_I64, 0},           /* j */
                                     {10000, MISSING_I64, -1},      /* m: 100.00, -0.01 */
                                     {333, MISSING_I64, INT64_MAX}, /* p */
                                     {15, MISSING_I64, -25}};       /* d: 1.5, -2.5 */
  for (int c = I; c <= D; c++) memcpy(f->columns[c].i64, fixed[c], sizeof fixed[c]);
  static const int32_t codes[][3] = {{1, -1, 0}, {1, -1, 3}};
  memcpy(f->columns[B].i32, codes[0], sizeof codes[0]);
  memcpy(f->columns[G].i32, codes[1], sizeof codes[1]);
  const int64_t days[3] = {date_from_civil(2025, 1, 31), MISSING_I64,
                           date_from_civil(9999, 12, 31)};
  memcpy(f->columns[DAY].i64, days, sizeof days);
  const int64_t moments[3] = {moment_at(date_from_civil(2025, 9, 26), 0, (zone){8 * 3600}) - 1,
                              MISSING_I64, 0};
  memcpy(f->columns[AT].i64, moments, sizeof moments);
  const double doubles[][3] = {{2.5, NAN, -0.25}, {0.5, NAN, 1e308}};
  memcpy(f->columns[X].f64, doubles[0], sizeof doubles[0]);
  memcpy(f->columns[Y].f64, doubles[1], sizeof doubles[1]);
  column_add_text(&f->columns[NAME], 0, "Ann", 3);
  column_add_text(&f->columns[NAME], 1, NULL, 0);
  column_add_text(&f->columns[NAME], 2, "王", 3);
  column_add_text(&f->columns[WHY], 0, "LATE|UTIL_HIGH:91.25", 20);
  column_add_text(&f->columns[WHY], 1, "", 0);
  column_add_text(&f->columns[WHY], 2, "LATER", 5);
}

/* One row's result: exact numbers as fractions, OVERFLOW for a fault, - for missing. */
static void describe(buffer *out, const fixture *f, const column *c, size_t row) {
  static const char *const truths[] = {"false", "true"};
  rational r;
  if (f->decisions.failed[row]) {
    buffer_text(out, "OVERFLOW");
  } else if (column_missing(c, row)) {
    buffer_text(out, "-");
  } else if (c->type.kind == TYPE_BOOLEAN) {
    buffer_text(out, truths[c->i32[row]]);
  } else if (c->type.kind == TYPE_NUMBER) {
    buffer_format(out, "%g", c->f64[row]);
  } else if (type_is_numeric(c->type.kind)) {
    assert_true(rational_make(c->i64[row], c->den != NULL ? c->den[row] : c->type.denominator, &r));
    buffer_format(out, "%lld", (long long)r.num);
    if (r.den != 1) buffer_format(out, "/%lld", (long long)r.den);
  } else {
    column_write(out, c, row, (zone){8 * 3600});
  }
}

static void test_examples(void **state) {
  (void)state;
  static const struct {
    const char *formula, *is;
  } examples[] = {
      {"i", "7 | - | -3"},
      {"i + j", "9 | - | -3"},
      {"10 - i", "3 | - | 13"},
      {"-i", "-7 | - | 3"},
      {"i * j", "14 | - | 0"},
      {"i / j", "7/2 | - | -"},
      {"i / 4", "7/4 | - | -3/4"},
      {"i / -4", "-7/4 | - | 3/4"},
      {"m / 365", "20/73 | - | -1/36500"},
      {"m / 365 * 365 = m", "true | - | true"},
      {"m / p", "10000/333 | - | -1/9223372036854775807"},
      {"m * d", "150 | - | 1/40"},
      {"m + 0.001", "100001/1000 | - | -9/1000"},
      {"p + p", "333/50 | - | OVERFLOW"},
      {"p + p - p", "333/100 | - | 9223372036854775807/100"},
      {"p * 10 / 10 = p", "true | - | true"},
      {"p * i / i", "333/100 | - | 9223372036854775807/100"},
      {"if i > 0 then p + 1 else p + p - p", "433/100 | - | 9223372036854775807/100"},
      {"min(i, d)", "3/2 | - | -3"},
      {"max(i, d, 0)", "7 | - | 0"},
      {"min(i / j, 3)", "3 | - | -"},
      {"abs(d)", "3/2 | - | 5/2"},
      {"abs(i / p)", "700/333 | - | 300/9223372036854775807"},
      {"floor(d)", "1 | - | -3"},
      {"ceiling(d)", "2 | - | -2"},
      {"round(d)", "2 | - | -3"},
      {"round(m / 3, 2)", "3333/100 | - | 0"},
      {"round(m, -2)", "100 | - | 0"},
      {"floor(m / 1000) * 1000", "0 | - | -1000"},
      {"floor(m / p)", "30 | - | -1"},
      {"round(m / p, 1)", "30 | - | 0"},
      {"coalesce(i, 0)", "7 | 0 | -3"},
      {"coalesce(i / j, i)", "7/2 | - | -3"},
      {"coalesce(g, A)", "B | A | D"},
      {"i > 5", "true | - | false"},
      {"i > 6.5", "true | - | false"},
      {"i = 7.5", "false | - | false"},
      {"i != 7.5", "true | - | true"},
      {"5 < i", "true | - | false"},
      {"m < p", "false | - | true"},
      {"m > i", "true | - | true"},
      {"i / j > 3", "true | - | -"},
      {"i / j = 3.5", "true | - | -"},
      {"i < 99999999999999999999", "true | - | true"},
      {"i > 99999999999999999999", "false | - | false"},
      {"b", "true | - | false"},
      {"not(b)", "false | - | true"},
      {"b and i > 100", "false | - | false"},
      {"b or i = null", "true | true | false"},
      {"b or i < 0", "true | - | true"},
      {"i = null", "false | true | false"},
      {"i != null and j != null", "true | false | true"},
      {"i / j = null", "false | true | true"},
      {"i in (7, [-3..0], null)", "true | true | true"},
      {"i in (1, 2)", "false | - | false"},
      {"i between -3 and 6", "false | - | true"},
      {"d in (-3..1.5)", "false | - | true"},
      {"g = B", "true | - | false"},
      {"g <= C", "true | - | false"},
      {"g in (A, D)", "false | - | true"},
      {"if b then i else j", "7 | - | 0"},
      {"if i = null then 1 else 2.5", "5/2 | 1 | 5/2"},
      {"if b then g else \"A\"", "B | A | A"},
      {"day + 1", "2025-02-01 | - | OVERFLOW"},
      {"add_months(day, 1)", "2025-02-28 | - | OVERFLOW"},
      {"add_months(day, -i)", "2024-06-30 | - | OVERFLOW"},
      {"day - 2025-01-01", "30 | - | 2912807"},
      {"day < 2025-02-01", "true | - | false"},
      {"year(day) * 100 + month(day)", "202501 | - | 999912"},
      {"weekday(day)", "5 | - | 5"},
      {"date(at)", "2025-09-25 | - | 1970-01-01"},
      {"date(at) < day", "false | - | true"},
      {"at < 2025-09-26T00:00:00+08:00", "true | - | true"},
      {"(at - 1970-01-01T00:00:00Z) / 1 second", "1758815999 | - | 0"},
      {"at - 1970-01-01T00:00:00Z > 1 day", "true | - | false"},
      {"at + 90 minutes", "2025-09-26T01:29:59+08:00 | - | 1970-01-01T09:30:00+08:00"},
      {"at + i * 1 hour", "2025-09-26T06:59:59+08:00 | - | 1970-01-01T05:00:00+08:00"},
      {"at + 1 month", "2025-10-25T23:59:59+08:00 | - | 1970-02-01T08:00:00+08:00"},
      {"at + i * 100000 * 365 days", "OVERFLOW | - | OVERFLOW"},
      {"at - at = 0 days", "true | - | true"},
      {"hour(at) * 100 + minute(at)", "2359 | - | 800"},
      {"second(at)", "59 | - | 0"},
      {"day + 1 month", "2025-02-28 | - | OVERFLOW"},
      {"day - 1 year", "2024-01-31 | - | 9998-12-31"},
      {"day + i * 1 month", "2025-08-31 | - | 9999-09-30"},
      {"day - 2025-01-01 > 2 weeks", "true | - | true"},
      {"months_between(day, 2025-09-26)", "7 | - | -95691"},
      {"years_between(2000-02-01, day)", "24 | - | 7999"},
      {"date(2020 + i, j, 1)", "2027-02-01 | - | -"},
      {"date_and_time(day, \"18:00\")",
       "2025-01-31T18:00:00+08:00 | - | 9999-12-31T18:00:00+08:00"},
      {"last_day_of_month(day) - day", "0 | - | 0"},
      {"quarter(day) * 1000 + day_of_year(day)", "1031 | - | 4365"},
      {"week_of_year(day)", "5 | - | 52"},
      {"days_in_month(day)", "31 | - | 31"},
      {"modulo(i, 4)", "3 | - | 1"},
      {"modulo(i, j)", "1 | - | -"},
      {"modulo(m, 33)", "1 | - | 3299/100"},
      {"modulo(m, d)", "1 | - | -1/100"},
      {"modulo(i / j, 2)", "3/2 | - | -"},
      {"modulo(x, y)", "0 | - | 1e+308"},
      {"modulo(p, 9223372036854775807)", "333/100 | - | 9223372036854775807/100"},
      {"sign(m) + sign(i / 3) * 10 + sign(x) * 100", "111 | - | -111"},
      {"sign(i / j)", "1 | - | -"},
      {"clamp(i, 0, 5)", "5 | - | 0"},
      {"is_missing(i)", "false | true | false"},
      {"round_half_even(d)", "2 | - | -2"},
      {"round_half_down(d)", "1 | - | -2"},
      {"round_up(d)", "2 | - | -3"},
      {"round_down(d)", "1 | - | -2"},
      {"round_up(i / 3, 1)", "12/5 | - | -1"},
      {"round_half_even(m / p, 1)", "30 | - | 0"},
      {"round_half_even(x)", "2 | - | -0"},
      {"floor(x, 1)", "2.5 | - | -0.3"},
      {"sqrt(x + y + 1)", "2 | - | 1e+154"},
      {"sqrt(-y)", "- | - | -"},
      {"string_length(name)", "3 | - | 1"},
      {"starts_with(name, \"A\")", "true | - | false"},
      {"ends_with(name, \"王\")", "false | - | true"},
      {"contains(name, \"nn\")", "true | - | false"},
      {"upper_case(name)", "ANN | - | 王"},
      {"lower_case(upper_case(name)) = \"ann\"", "true | - | false"},
      {"substring(name, j)", "nn | - | "},
      {"substring(name, -2, 1)", "n | - | "},
      {"x + y", "3 | - | 1e+308"},
      {"y * 10", "5 | - | OVERFLOW"},
      {"x / (y - y)", "- | - | -"},
      {"x * m", "250 | - | 0.0025"},
      {"x > 2", "true | - | false"},
      {"x > i / 4", "true | - | true"},
      {"min(x, y)", "0.5 | - | -0.25"},
      {"max(x, 1)", "2.5 | - | 1"},
      {"floor(x)", "2 | - | -1"},
      {"round(x)", "3 | - | -0"},
      {"name = \"Ann\"", "true | - | false"},
      {"name in (\"王\", null)", "false | true | true"},
      {"coalesce(name, \"nobody\")", "Ann | nobody | 王"},
      {"if b then \"visit\" else name", "visit | - | 王"},
      {"count(why)", "2 | 0 | 1"},
      {"LATE in why", "true | false | false"},
      {"UTIL_HIGH in why", "true | false | false"},
      {"not(LATER in why) and i * 10% > 0", "true | - | false"},
      {"g better than C", "true | - | false"},
      {"g worse than A", "true | - | true"},
      {"m * 12.5%", "25/2 | - | -1/800"},
      {"2 + 3", "5 | 5 | 5"},
      {"\"call\"", "call | call | call"},
      {"12345678901234567890 + i", "OVERFLOW | - | OVERFLOW"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    fixture f;
    fixture_init(&f, 3);
    fill_examples(&f);
    expr *x = expr_new(parse(&f, examples[i].formula), f.context.zone);
    const column *c = expr_eval(x, &f.frame, &place);
    buffer got = {0};
    for (size_t row = 0; row < 3; row++) {
      if (row > 0) buffer_text(&got, " | ");
      describe(&got, &f, c, row);
    }
    buffer_text(&got, "");
    if (strcmp(got.data, examples[i].is) != 0)
      fail_msg("%s\n is  %s\n not %s", examples[i].formula, got.data, examples[i].is);
    buffer_deinit(&got);
    expr_free(x);
    fixture_deinit(&f);
  }
}

static void test_truth_and_faults(void **state) {
  (void)state;
  fixture f;
  fixture_init(&f, 3);
  fill_examples(&f);
  expr *x = expr_new(parse(&f, "i > 0"), f.context.zone);
  uint8_t truth[3];
  expr_truth(x, &f.frame, &place, truth);
  assert_int_equal(truth[0], 1);
  assert_int_equal(truth[1], 0); /* unknown is not true */
  assert_int_equal(truth[2], 0);
  expr_free(x);

  frame_fail(&f.frame, 1, "RULE_ERROR", &place, "first");
  x = expr_new(parse(&f, "p + p"), f.context.zone);
  expr_eval(x, &f.frame, &place);
  frame_fail(&f.frame, 1, "RULE_ERROR", &place, "second");
  frame_fail(&f.frame, 0, "RULE_ERROR", &place, "row %d", 0);
  assert_int_equal(f.decisions.fault_count, 3);
  assert_int_equal(f.decisions.faults[0].row, 0);
  assert_string_equal(f.decisions.faults[0].message, "row 0");
  assert_string_equal(f.decisions.faults[1].message, "first");
  assert_string_equal(f.decisions.faults[2].code, "OVERFLOW");
  assert_string_equal(f.decisions.faults[2].rule, "limit");
  assert_int_equal(f.decisions.faults[2].line, 7);
  expr_free(x);
  fixture_deinit(&f);
}

/* What people write is done by loops; a row on its own costs fifty times as much. */
static void test_common_forms_have_loops(void **state) {
  (void)state;
  static const char *const formulas[] = {
      "floor(min(m, p / 10, m / 6) * i / 100000) * 1000",
      "m / 365 * (i + 15) * 1.2",
      "m + p * 0.3 - 100",
      "if m > 100 then 0 else round(p * i / 100, 2)",
      "m / p >= 0.9 and i > 3",
      "round(m / p * 100, 2)",
      "coalesce(i / j, 1.5)",
      "g in (A, [B..C]) or b",
      "add_months(day, 3) >= date(at)",
      "x * m / 3",
      "if b then name else \"call\"",
      "m = null or name = \"x\"",
      "modulo(m, 100) + round_half_even(p / 3, 2) + sign(i)",
      "modulo(i / j, 1) > 0.5",
      "day + 3 months < date(at) and at - 36 hours > 2025-01-01T00:00:00Z",
      "(at - date_and_time(day, \"09:00\")) / 1 hour",
      "months_between(day, date(at)) >= 6 and hour(at) < 12",
      "date(i, j, 1) + 30 days",
      "starts_with(upper_case(name), \"A\") and string_length(name) > 3",
      "substring(name, 1, i) = \"A\" or contains(name, \"B\")",
      "count(why) > 1 or LATE in why",
  };
  for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
    fixture f;
    fixture_init(&f, 1);
    program p;
    program_compile(&p, parse(&f, formulas[i]), f.context.zone);
    if (p.by_row) fail_msg("%s goes row by row", formulas[i]);
    program_free(&p);
    fixture_deinit(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_examples),
      cmocka_unit_test(test_truth_and_faults),
      cmocka_unit_test(test_common_forms_have_loops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
