/* Explanations: what is said of each kind of step, with the record's values, exactly as it is shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "base/text.h"
#include "eval/trace.h"
#include "run/explain.h"
#include "support/pack_text.h"

/* The explanation of one record as text, without a head; in a buffer that is reused. */
static const char *explained_as(pack *p, const char *record, const char *language, size_t width) {
  static char text[16384];
  arena a = {0};
  buffer out = {0};
  batch *in = batch_new(&p->schema, NULL);
  put_record(p, in, record);
  bench b = bench_open(p, NULL);
  evaluator_trace(b.evaluator);
  bench_run(&b, in);
  const explained *root = explain_decision(&a, b.evaluator, b.out, 0, language);
  explain_text(&out, root, NULL, &(explain_style){language, false, width});
  snprintf(text, sizeof text, "%.*s", (int)out.size, out.data);
  buffer_deinit(&out);
  arena_deinit(&a);
  bench_close(&b);
  batch_free(in);
  return text;
}

static void check(pack *p, const char *record, const char *wanted) {
  const char *got = explained_as(p, record, "en", 80);
  if (strcmp(got, wanted)) print_error("--- got\n%s--- wanted\n%s", got, wanted);
  assert_string_equal(got, wanted);
}

static void a_score_and_its_class(void **state) {
  (void)state;
  pack *p =
      text_pack("fields { id = key, paid = money, owed = money, rating = choice { 'A', 'B' } }\n"
                "outputs { 'score', 'class' }",
                "scorecard 'score' { divide = 100, baseline = 500,\n"
                "  characteristic { 'share', weight = 60, input = 'paid / owed',\n"
                "    { '>= 0.9', 100 }, { '-', 20 }, missing = 10 },\n"
                "  characteristic { 'rating', weight = 40, { 'A', 100 }, { 'B', 50 } } }\n"
                "bands 'class' { of = 'score', { 'good', 60 }, { 'poor' } }");
  check(p, "paid=1234.50|owed=1300|rating=B",
        "\n"
        "score 85.00                                                          steps.lua:1\n"
        "├─ share     0.9496  >= 0.9  100 × 60  60.00\n"
        "│  └─ paid / owed: 1,234.50 / 1,300.00\n"
        "├─ rating    B       B        50 × 40  20.00\n"
        "├─ baseline                       500   5.00\n"
        "└─ sum                          ÷ 100  85.00\n"
        "\n"
        "class good                                                           steps.lua:5\n"
        "└─ good: score >= 60: 85.00 >= 60                                    steps.lua:5\n");
  check(p, "owed=1300",
        "\n"
        "score 31.00                                                          steps.lua:1\n"
        "├─ share     missing  missing                 10 × 60   6.00\n"
        "│  └─ paid / owed: missing / 1,300.00\n"
        "├─ rating    missing  missing  the lowest points × 40  20.00\n"
        "├─ baseline                                       500   5.00\n"
        "└─ sum                                          ÷ 100  31.00\n"
        "\n"
        "class poor                                                           steps.lua:5\n"
        "└─ poor: score < 60: 31.00 < 60                                      steps.lua:5\n");
  pack_free(p);
}

/* Reasons by points say what the points are compared with: the most, or the baseline. */
static void reasons_by_points(void **state) {
  (void)state;
  pack *p = text_pack(
      "fields { id = key, visits = integer, age = integer }\n"
      "outputs { 'lost', 'below' }",
      "scorecard 'score' { divide = 10,\n"
      "  characteristic { 'habit', weight = 4, type = decimal(1), baseline = 50, reason = "
      "'HABIT',\n"
      "    points = function(c) return c.visits / 2 end },\n"
      "  characteristic { 'age', reason = 'AGE', baseline = 30, { '>= 40', 60 }, { '-', 20 } } }\n"
      "codes 'lost' { by = 'points_lost', of = 'score' }\n"
      "codes 'below' { by = 'points_below', of = 'score' }");
  check(p, "visits=7|age=30",
        "\n"
        "lost HABIT|AGE                                                       steps.lua:5\n"
        "├─ HABIT                                                             steps.lua:2\n"
        "│  └─ habit: 1.40 of at most 20.00\n"
        "└─ AGE                                                               steps.lua:4\n"
        "   └─ age: 2.00 of at most 6.00\n"
        "\n"
        "below HABIT|AGE                                                      steps.lua:6\n"
        "├─ HABIT                                                             steps.lua:2\n"
        "│  └─ habit: 1.40, its baseline is 20.00\n"
        "└─ AGE                                                               steps.lua:4\n"
        "   └─ age: 2.00, its baseline is 3.00\n");
  pack_free(p);
}

static void tables_adjustments_and_codes(void **state) {
  (void)state;
  pack *p = text_pack(
      "fields { id = key, close = date, overdue = money, band = choice { 'hot', 'cold' } }\n"
      "outputs { 'grade', 'reasons' }",
      "derive 'days' { 'close - today' }\n"
      "decision_table 'grade' { type = choice { 'A', 'B', 'C' }, inputs = { 'close', 'days' },\n"
      "  { '<= add_months(today, 1)', '[0..40]', 'A' },\n"
      "  { '-', '-', 'B', code = 'LATER' } }\n"
      "adjust 'grade' { { 'band = hot', up = 1, code = 'UP' } }\n"
      "worst 'grade' { 'C', when = { { 'overdue > 0', 'CAP' } } }\n"
      "codes 'reasons' { 'LATER', 'UP', 'CAP',\n"
      "  { 'OWES', 'overdue >= 1000', value = 'overdue / 2' },\n"
      "  { 'NO_BAND', missing = 'band' } }");
  check(p, "close=2025-10-10|overdue=12000",
        "\n"
        "grade C                                                              steps.lua:6\n"
        "├─ overdue > 0: 12,000.00 > 0  → C  CAP                              steps.lua:6\n"
        "└─ grade A                                                           steps.lua:5\n"
        "   ├─ band = hot: missing = hot  – does not apply                    steps.lua:5\n"
        "   └─ grade A                                                        steps.lua:2\n"
        "      ├─ row 1 of 2                                                  steps.lua:3\n"
        "      │  ├─ close <= add_months(today, 1): 2025-10-10 <= 2025-10-26\n"
        "      │  └─ days in [0..40]: 14 in [0..40]\n"
        "      └─ days 14                                                     steps.lua:1\n"
        "         └─ close - today: 2025-10-10 - 2025-09-26\n"
        "\n"
        "reasons CAP|OWES:6000.00|NO_BAND                                     steps.lua:7\n"
        "├─ CAP                                                               steps.lua:6\n"
        "│  └─ given by grade\n"
        "├─ OWES: 6,000.00                                                    steps.lua:8\n"
        "│  ├─ overdue >= 1000: 12,000.00 >= 1000\n"
        "│  └─ overdue / 2: 12,000.00 / 2\n"
        "└─ NO_BAND                                                           steps.lua:9\n"
        "   └─ band is missing\n");
  pack_free(p);
}

static void a_limit_with_its_amounts(void **state) {
  (void)state;
  pack *p =
      text_pack("fields { id = key, need = money, worth = money, previous_limit = money }\n"
                "outputs { 'limit' }",
                "limit 'limit' {\n"
                "  start { least = { { 'need' }, { 'worth * 10%', 'BASE_WORTH' } } },\n"
                "  times { '0.5' },\n"
                "  at_most { { 'previous_limit * 125%', 'CAP', when = 'previous_limit > 0' } },\n"
                "  round_down(1000) }\n"
                "codes 'why' { 'BASE_WORTH', 'CAP' }");
  check(p, "need=600000|worth=5005000|previous_limit=180000",
        "\n"
        "limit 225,000.00                                                     steps.lua:1\n"
        "├─ start       the least of 2                                 500,500.00\n"
        "│  ├─ need: 600,000.00                               600,000.00\n"
        "│  └─ worth * 10%: 5,005,000.00 * 10%  ← BASE_WORTH  500,500.00\n"
        "├─ times       0.5                                            250,250.00\n"
        "├─ at_most     previous_limit * 125%: 180,000.00 * 125%  CAP  225,000.00\n"
        "│  └─ previous_limit > 0: 180,000.00 > 0\n"
        "└─ round_down  1000                                           225,000.00\n");
  pack_free(p);
}

/* Everything stays within the width, also with names that are two columns wide a character. */
static void within_the_width(void **state) {
  (void)state;
  pack *p = text_pack(
      "fields { id = key, owed = money, remark = text }\n"
      "outputs { 'class', 'note' }",
      "scorecard 'score' { characteristic { 'owed', { '<= 100000', 100 }, { '-', 0 } } }\n"
      "bands 'class' { of = 'score', { 'good', 60 }, { 'poor' } }\n"
      "derive 'note' { 'if owed > 1000 and owed < 2000 or owed > 5000 and owed < 6000 "
      "or owed > 7000 then remark else null' }");
  static const size_t widths[] = {60, 80, 100};
  for (size_t i = 0; i < COUNT(widths); i++) {
    const char *at =
        explained_as(p,
                     "owed=123456.78|remark=很长很长很长很长很长很长很长很长很长很长很长"
                     "很长很长很长很长很长很长的备注",
                     "zh", widths[i]);
    for (const char *end; (end = strchr(at, '\n')); at = end + 1)
      if (text_width(at, (size_t)(end - at)) > widths[i])
        fail_msg("wider than %zu columns: %.*s", widths[i], (int)(end - at), at);
  }
  pack_free(p);
}

/* A rule that fails: what was decided above it, and what went wrong. */
static void a_rule_that_failed(void **state) {
  (void)state;
  pack *p = text_pack("fields { id = key, x = integer }\noutputs { 'half', 'y' }",
                      "derive 'half' { 'x / 2' }\n"
                      "rule 'y' { type = integer, function(c) error('no') end }");
  check(p, "x=7",
        "\n"
        "RULE_ERROR: no                                                       steps.lua:2\n"
        "\n"
        "half 3.5                                                             steps.lua:1\n"
        "└─ x / 2: 7 / 2\n");
  pack_free(p);
}

static void as_json(void **state) {
  (void)state;
  pack *p = text_pack("fields { id = key, x = integer }\noutputs { 'class' }",
                      "bands 'class' { of = 'x', { 'hi\"gh', 10 }, { 'low' } }");
  arena a = {0};
  buffer out = {0};
  batch *in = batch_new(&p->schema, NULL);
  put_record(p, in, "x=12");
  bench b = bench_open(p, NULL);
  evaluator_trace(b.evaluator);
  bench_run(&b, in);
  explain_json(&out, explain_decision(&a, b.evaluator, b.out, 0, "en"));
  buffer_char(&out, 0);
  assert_non_null(
      strstr(out.data, "\"kind\":\"output\",\"name\":\"class\",\"value\":\"hi\\\"gh\""));
  assert_non_null(strstr(out.data, "\"rule\":\"x >= 10\",\"filled\":\"12 >= 10\""));
  buffer_deinit(&out);
  arena_deinit(&a);
  bench_close(&b);
  batch_free(in);
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_score_and_its_class),
                                     cmocka_unit_test(reasons_by_points),
                                     cmocka_unit_test(tables_adjustments_and_codes),
                                     cmocka_unit_test(a_limit_with_its_amounts),
                                     cmocka_unit_test(within_the_width),
                                     cmocka_unit_test(a_rule_that_failed),
                                     cmocka_unit_test(as_json)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
