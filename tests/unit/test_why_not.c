/* Why not: for each way to another value what failed and by how much, the nearest first. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/trace.h"
#include "run/why_not.h"
#include "support/pack_text.h"

/* What is said of one record, without a head; in a buffer that is reused. */
static const char *said(pack *p, const char *record, const char *target) {
  static char text[16384];
  arena a = {0};
  buffer out = {0};
  error e = {0};
  explained *root;
  batch *in = batch_new(&p->schema, NULL);
  put_record(p, in, record);
  bench b = bench_open(p, NULL);
  evaluator_trace(b.evaluator);
  bench_run(&b, in);
  if (why_not(&a, b.evaluator, b.out, 0, target, "en", &root, &e))
    buffer_text(&out, e.message);
  else
    explain_text(&out, root, NULL, &(explain_style){"en", false, 80});
  snprintf(text, sizeof text, "%.*s", (int)out.size, out.data);
  buffer_deinit(&out);
  arena_deinit(&a);
  bench_close(&b);
  batch_free(in);
  return text;
}

static void check(pack *p, const char *record, const char *target, const char *wanted) {
  const char *got = said(p, record, target);
  if (strcmp(got, wanted)) print_error("--- got\n%s--- wanted\n%s", got, wanted);
  assert_string_equal(got, wanted);
}

static void a_class_that_lacks_points(void **state) {
  (void)state;
  pack *p = text_pack(
      "fields { id = key, financing = choice { 'cash', 'approved', 'open' }, visits = integer }\n"
      "outputs { 'score', 'class' }",
      "scorecard 'score' {\n"
      "  characteristic { 'financing', { 'cash', 40 }, { 'approved', 30.5 }, { 'open', 24 } },\n"
      "  characteristic { 'visits', { '>= 3', 60 }, { '>= 1', 50.5 }, { '-', 0 } } }\n"
      "bands 'class' { of = 'score', { 'P1', 75 }, { 'P2', 50 }, { 'P3' } }");
  check(p, "financing=open|visits=2", "class=P1",
        "\n"
        "class P2                                                             steps.lua:4\n"
        "└─ P1                                                                steps.lua:4\n"
        "   └─ score is 74.5, at least 75.0 is needed: 0.5 short\n"
        "      ├─ financing from open to approved gives +6.50: enough         steps.lua:2\n"
        "      └─ visits from 2 to >= 3 gives +9.50: enough                   steps.lua:3\n");
  check(p, "financing=open|visits=2", "class=P3",
        "\n"
        "class P2                                                             steps.lua:4\n"
        "└─ P3                                                                steps.lua:4\n"
        "   └─ score is 74.5, less than 50.0 is needed: 24.5 too much\n"
        "      └─ visits from 2 to everything else gives -50.50: enough       steps.lua:3\n");
  check(p, "financing=open|visits=2", "class=P2",
        "\n"
        "class P2                                                             steps.lua:4\n"
        "└─ class is P2\n");
  check(p, "visits=2", "class=P5",
        "--why-not: \"P5\" is none of the words of class; did you mean \"P1\"?");
  check(p, "visits=2", "clas=P1",
        "--why-not: the pack has no output \"clas\"; did you mean \"class\"?");
  check(p, "visits=2", "class", "--why-not: expected OUTPUT=VALUE, as in grade=A; found 'class'");
  pack_free(p);
}

static void rows_of_a_table(void **state) {
  (void)state;
  pack *p = text_pack("fields { id = key, close = date, amount = money, vip = boolean }\n"
                      "outputs { 'grade' }",
                      "decision_table 'grade' { type = choice { 'A', 'B', 'C' }, inputs = { "
                      "'close', 'amount', 'vip' },\n"
                      "  { '-',                       '>= 100000', '-',    'A' },\n"
                      "  { '-',                       '-',         'true', 'A' },\n"
                      "  { '<= add_months(today, 1)', '>= 1000',   '-',    'B' },\n"
                      "  { '-',                       '-',         '-',    'C' } }");
  /* a word or a truth that is another one counts as far as a number that is nothing of what is needed */
  check(p, "close=2025-10-30|amount=1000|vip=false", "grade=A",
        "\n"
        "grade C                                                              steps.lua:1\n"
        "├─ row 1 of 4                                                        steps.lua:2\n"
        "│  └─ amount is 1,000.00, at least 100,000.00 is needed: 99,000.00 short\n"
        "└─ row 2 of 4                                                        steps.lua:3\n"
        "   └─ vip is false, true is needed\n");
  check(p, "close=2025-10-30|amount=990|vip=false", "grade=B",
        "\n"
        "grade C                                                              steps.lua:1\n"
        "└─ row 3 of 4                                                        steps.lua:4\n"
        "   ├─ close is 2025-10-30, at most 2025-10-26 is needed: 4 days too much\n"
        "   └─ amount is 990.00, at least 1,000.00 is needed: 10.00 short\n");
  /* the row would match, but another comes first */
  check(p, "close=2025-10-20|amount=100000", "grade=B",
        "\n"
        "grade A                                                              steps.lua:1\n"
        "└─ row 3 of 4                                                        steps.lua:4\n"
        "   └─ row 1 matches, and comes first\n"
        "      └─ amount is 100,000.00, less than 100,000.00 is needed: just at the bound\n");
  pack_free(p);
}

static void caps_and_codes(void **state) {
  (void)state;
  pack *p = text_pack("fields { id = key, score = integer, overdue = money, dispute = boolean }\n"
                      "outputs { 'class', 'reasons', 'limit' }",
                      "bands 'class' { of = 'score', { 'R1', 80 }, { 'R2', 50 }, { 'R3' } }\n"
                      "worst 'class' { 'R3', when = { { 'overdue > 0', 'CAP' }, { 'dispute' } } }\n"
                      "limit 'limit' {\n"
                      "  start { '1000000' },\n"
                      "  at_most { { 'overdue * 10', 'CAPPED' } } }\n"
                      "codes 'reasons' { 'CAP', { 'BIG', 'overdue >= 5000 and not(dispute)' } }");
  check(p, "score=85|overdue=12000|dispute=false", "class=R1",
        "\n"
        "class R3                                                             steps.lua:2\n"
        "└─ class must not change it                                          steps.lua:2\n"
        "   └─ overdue is 12,000.00, at most 0.00 is needed: 12,000.00 too much\n");
  check(p, "score=78|overdue=12000|dispute=false", "class=R1",
        "\n"
        "class R3                                                             steps.lua:2\n"
        "└─ R1                                                                steps.lua:1\n"
        "   ├─ score is 78, at least 80 is needed: 2 short\n"
        "   └─ class must not change it\n"
        "      └─ overdue is 12,000.00, at most 0.00 is needed: 12,000.00 too much\n");
  check(p, "score=85|overdue=100|dispute=true", "reasons=BIG",
        "\n"
        "reasons CAP                                                          steps.lua:6\n"
        "└─ BIG                                                               steps.lua:6\n"
        "   ├─ overdue is 100.00, at least 5,000.00 is needed: 4,900.00 short\n"
        "   └─ dispute is true, false is needed\n");
  check(p, "score=85|overdue=0|dispute=false", "reasons=CAP",
        "\n"
        "reasons –                                                            steps.lua:6\n"
        "└─ class: overdue > 0                                                steps.lua:2\n"
        "   └─ overdue is 0.00, more than 0.00 is needed: just at the bound\n");
  check(p, "score=85|overdue=12000", "limit=500000",
        "\n"
        "limit 120,000.00                                                     steps.lua:3\n"
        "└─ limit                                                             steps.lua:3\n"
        "   └─ at_most overdue * 10 leaves 120,000.00 of 1,000,000.00: 380,000.00 short\n");
  pack_free(p);
}

/* What the notation cannot say is said to be so, and nothing is guessed. */
static void what_cannot_be_told(void **state) {
  (void)state;
  pack *p = text_pack("fields { id = key, x = integer }\noutputs { 'half', 'y', 'big' }",
                      "derive 'half' { 'x / 2' }\n"
                      "rule 'y' { type = choice { 'a', 'b' }, function(c) return 'a' end }\n"
                      "derive 'big' { 'if x > 10 then true else x > 5 and half > 4' }");
  assert_non_null(strstr(said(p, "x=7", "y=b"), "a Lua function decides"));
  assert_non_null(strstr(said(p, "x=7", "half=9"), "it is computed, x / 2"));
  assert_non_null(strstr(said(p, "x=7", "big=true"), "cannot be told"));
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_class_that_lacks_points), cmocka_unit_test(rows_of_a_table),
      cmocka_unit_test(caps_and_codes), cmocka_unit_test(what_cannot_be_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
