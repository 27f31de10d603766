/* Limits: the figures of the packs' examples, what a missing or a negative amount means, steps,
 * roundings, values behind codes; and random limits against a reference that is written down plainly. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/trace.h"
#include "support/pack_text.h"

static void check(const char *company, const char *steps, const case_ *cases, size_t count) {
  pack *p = text_pack(company, steps);
  check_cases(p, cases, count);
  pack_free(p);
}

/* ---- the packs ---- */

static void the_examples_of_distributor_credit(void **state) {
  (void)state;
  static const case_ cases[] = {
      /* B1: the references are less than 10 % of the net worth and than the need */
      {"sales_12m=7300000|terms=30|net_worth=12000000|reference=900000|factor=1.0|previous=800000",
       "limit=900000.00;why=BASE_REFERENCE;warnings="},
      {"sales_12m=2920000|terms=45|net_worth=6000000|factor=0.3|previous=500000", /* B2 */
       "limit=172000.00;why=;warnings="},
      {"sales_12m=1095000|terms=30|factor=0.0|previous=250000|collateral=100000", /* B3 */
       "limit=80000.00;why=;warnings="},
      /* no base: it counts as 0, and the collateral is still lent on */
      {"terms=30|factor=1.0|collateral=100000", "limit=80000.00;why=;warnings=DATA_MISSING:base"},
      {"terms=30|factor=0.8", "limit=0.00;why=;warnings=DATA_MISSING:base"},
      /* a negative base counts as 0, and is named */
      {"sales_12m=4046698.37|terms=30|net_worth=-430000|factor=0.3",
       "limit=0.00;why=BASE_NET_WORTH;warnings="},
      {"sales_12m=4046698.37|terms=30|net_worth=-430000|factor=0.3|collateral=2500",
       "limit=2000.00;why=BASE_NET_WORTH;warnings="},
      /* the lesser of the two bounds is taken and named, of equal ones the first */
      {"net_worth=90000000|terms=0|factor=1.0|previous=3000000",
       "limit=3750000.00;why=BASE_NET_WORTH|CAP_STEP_UP"},
      {"net_worth=90000000|terms=0|factor=1.0|previous=3200000",
       "limit=4000000.00;why=BASE_NET_WORTH|CAP_STEP_UP"},
      {"net_worth=90000000|terms=0|factor=1.0|previous=3200001",
       "limit=4000000.00;why=BASE_NET_WORTH|CAP_CONCENTRATION"},
      {"net_worth=90000000|terms=0|factor=1.0|previous=0",
       "limit=4000000.00;why=BASE_NET_WORTH|CAP_CONCENTRATION"},
      {"net_worth=40000000|terms=0|factor=1.0", "limit=4000000.00;why=BASE_NET_WORTH"}};
  check("fields { id = key, sales_12m = money, terms = integer, net_worth = money,\n"
        "  reference = money, factor = decimal(1), previous = money, collateral = money }\n"
        "params { total_ar = money { default = '40000000' } }\n"
        "outputs { 'limit', 'why', 'warnings' }\n",
        "limit 'limit' {\n"
        "  start { least = {\n"
        "    { 'sales_12m / 365 * (terms + 15) * 1.2' },\n"
        "    { 'net_worth * 10%', 'BASE_NET_WORTH' },\n"
        "    { 'reference', 'BASE_REFERENCE' },\n"
        "  }, negative = 0, none = { 0, 'DATA_MISSING:base' } },\n"
        "  times { 'factor' },\n"
        "  plus { 'collateral * 80%', missing = 0 },\n"
        "  at_most {\n"
        "    { 'previous * 125%', 'CAP_STEP_UP', when = 'previous > 0' },\n"
        "    { 'total_ar * 10%', 'CAP_CONCENTRATION' },\n"
        "  },\n"
        "  round_down(1000),\n"
        "}\n"
        "codes 'why' { 'BASE_NET_WORTH', 'BASE_REFERENCE', 'CAP_STEP_UP', 'CAP_CONCENTRATION' }\n"
        "codes 'warnings' { 'DATA_MISSING:base' }\n",
        cases, COUNT(cases));
}

/* Codes of a table above are silenced as well as those of the limit itself. */
static void the_examples_of_b2b_software(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"grade=A|deal=480000", "limit=120000.00;why=PAY_NO_HISTORY"},      /* A1 */
      {"grade=B|deal=90000|on_time=0.85", "limit=18000.00;why=PAY_FAIR"}, /* A2 */
      {"grade=D|deal=60000", "limit=0.00;why=LIMIT_PREPAY"},              /* A3 */
      {"grade=B|deal=300000|on_time=1.00", "limit=90000.00;why="},        /* A4 */
      {"grade=A|deal=2000000|on_time=0.10", "limit=150000.00;why=LIMIT_CAP|PAY_POOR"},
      {"grade=A|deal=1000000|on_time=0.95", "limit=500000.00;why="}, /* the cap is not less */
      {"grade=D|deal=9000000|on_time=0.10", "limit=0.00;why=LIMIT_PREPAY"},
      {"grade=A|on_time=0.95", "limit=0.00;why="}};
  check("fields { id = key, grade = choice { 'A', 'B', 'C', 'D' }, deal = money,\n"
        "  on_time = decimal(2) }\n"
        "outputs { 'limit', 'why' }\n",
        "decision_table 'terms' { inputs = { 'grade' },\n"
        "  outputs = { { 'share', decimal(2) }, { 'cap', money } },\n"
        "  { 'A', '0.50', 500000 }, { 'B', '0.30', 200000 }, { 'C', '0.10', 50000 },\n"
        "  { 'D', 0, 0 } }\n"
        "decision_table 'pay' { type = decimal(1), inputs = { 'on_time' },\n"
        "  { '>= 0.95', 1 }, { '>= 0.80', '0.7', code = 'PAY_FAIR' },\n"
        "  { 'null', '0.5', code = 'PAY_NO_HISTORY' }, { '-', '0.3', code = 'PAY_POOR' } }\n"
        "limit 'limit' {\n"
        "  start { 'deal' }, times { 'share' }, at_most { 'cap', 'LIMIT_CAP' }, times { 'pay' },\n"
        "  zero { 'grade = D', 'LIMIT_PREPAY',\n"
        "    silences = { 'LIMIT_CAP', 'PAY_FAIR', 'PAY_NO_HISTORY', 'PAY_POOR' } },\n"
        "  round_down(1000), missing = 0,\n"
        "}\n"
        "codes 'why' { 'LIMIT_PREPAY', 'LIMIT_CAP', 'PAY_FAIR', 'PAY_POOR', 'PAY_NO_HISTORY' }\n",
        cases, COUNT(cases));
}

static void the_examples_of_ecommerce_rfm(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"tier=diamond|spend=12600|late=0|known=400", "limit=2100.00;why="},     /* C1 */
      {"tier=silver|spend=5400|late=1|known=300", "limit=200.00;why="},        /* C2: 225 */
      {"tier=silver|spend=680|late=0|known=6", "limit=0.00;why=TENURE_SHORT"}, /* C3 */
      {"tier=ordinary|spend=99|late=2|known=6", /* every code that applies */
       "limit=0.00;why=TIER_ORDINARY|TENURE_SHORT|LATE_ZERO"},
      {"tier=silver|spend=999999|late=0|known=400", "limit=3000.00;why=LIMIT_CAP"},
      {"tier=silver|spend=999999|late=1|known=400", "limit=1500.00;why=LIMIT_CAP"},
      {"tier=silver|spend=36000|late=0|known=400", "limit=3000.00;why="}, /* not less */
      {"tier=silver|spend=999999|late=2|known=400", "limit=0.00;why=LATE_ZERO"},
      {"tier=silver|spend=999999|known=400", "limit=0.00;why="}};
  check("fields { id = key, tier = choice { 'diamond', 'silver', 'ordinary' }, spend = money,\n"
        "  late = integer, known = integer }\n"
        "outputs { 'limit', 'why' }\n",
        "decision_table 't' { inputs = { 'tier' }, outputs = { { 'k', decimal(1) }, { 'cap', money "
        "} },\n"
        "  { 'diamond', 2, 20000 }, { 'silver', 1, 3000 }, { 'ordinary', 0, 0 } }\n"
        "limit 'limit' {\n"
        "  start { 'spend / 12' }, times { 'k' }, at_most { 'cap', 'LIMIT_CAP' },\n"
        "  times { 0.5, when = 'late = 1' },\n"
        "  zero { { 'tier = ordinary', 'TIER_ORDINARY' }, { 'known < 90', 'TENURE_SHORT' },\n"
        "    { 'late >= 2', 'LATE_ZERO' }, { 'late = null' }, silences = { 'LIMIT_CAP' } },\n"
        "  round_down(100),\n"
        "}\n"
        "codes 'why' { 'TIER_ORDINARY', 'TENURE_SHORT', 'LATE_ZERO', 'LIMIT_CAP' }\n",
        cases, COUNT(cases));
}

/* ---- what is missing, what is negative ---- */

#define AMOUNTS                                                                                    \
  "fields { id = key, a = money, b = money, f = decimal(2), yes = boolean, previous = money }\n"   \
  "outputs { 'limit', 'why' }\n"
#define LIST "codes 'why' { 'A', 'B', 'NONE', 'F', 'CAP', 'UNKNOWN' }\n"

static void missing_amounts_are_declared(void **state) {
  (void)state;
  static const struct {
    const char *steps;
    case_ cases[4];
  } each[] = {
      /* candidates: skipped, unless something else is said */
      {"limit 'limit' { start { least = { { 'a', 'A' }, { 'b', 'B' } } } }\n" LIST,
       {{"a=5", "limit=5.00;why=A"}, {"b=5|a=6", "limit=5.00;why=B"}, {"", "limit=;why="}}},
      {"limit 'limit' { start { least = { { 'a', 'A' }, { 'b', 'B' } }, missing = 'unknown' },\n"
       "  missing = { 7, 'UNKNOWN' } }\n" LIST,
       {{"a=5", "limit=7.00;why=UNKNOWN"}, {"b=5|a=6", "limit=5.00;why=B"}}},
      {"limit 'limit' { start { least = { { 'a', 'A' }, { 'b', 'B' } }, missing = 3 } }\n" LIST,
       {{"a=5", "limit=3.00;why=B"}, {"a=2", "limit=2.00;why=A"}, {"", "limit=3.00;why=A"}}},
      {"limit 'limit' { start { mean = { 'a', 'b' }, missing = 'unknown' } }\n" LIST,
       {{"a=5", "limit=;why="}, {"a=5|b=6", "limit=5.50;why="}}},
      /* factors, and what is added: the limit is unknown, unless something else is said */
      {"limit 'limit' { start { 'a' }, times { 'f', 'F' } }\n" LIST,
       {{"a=5|f=2", "limit=10.00;why=F"}, {"a=5", "limit=;why="}}},
      {"limit 'limit' { start { 'a' }, times { 'f', 'F', missing = 'skip' } }\n" LIST,
       {{"a=5|f=2", "limit=10.00;why=F"}, {"a=5", "limit=5.00;why="}}},
      {"limit 'limit' { start { 'a' }, times { 'f', 'F', missing = '0.5' } }\n" LIST,
       {{"a=5|f=2", "limit=10.00;why=F"}, {"a=5", "limit=2.50;why=F"}}},
      {"limit 'limit' { start { 'a' }, plus { 'b', 'B', missing = '0.001' } }\n" LIST,
       {{"a=5|b=2", "limit=7.00;why=B"}, {"a=5", "limit=5.00;why=B"}}}, /* finer than a cent */
      /* bounds: they do not bind */
      {"limit 'limit' { start { 'a' }, at_most { 'b', 'B' } }\n" LIST,
       {{"a=5|b=2", "limit=2.00;why=B"}, {"a=5", "limit=5.00;why="}}},
      {"limit 'limit' { start { 'a' }, at_most { 'b', 'B', missing = 0 } }\n" LIST,
       {{"a=5", "limit=0.00;why=B"}}},
      {"limit 'limit' { start { 'a' }, at_least { 'b', 'B', missing = 'unknown' } }\n" LIST,
       {{"a=5|b=7", "limit=7.00;why=B"}, {"a=5", "limit=;why="}}},
      /* negative ones */
      {"limit 'limit' { start { greatest = { { 'a', 'A' }, { 'b', 'B' } }, negative = 4 },\n"
       "  plus { 10 } }\n" LIST,
       {{"a=-5|b=-6", "limit=14.00;why=A"}, {"a=-5|b=1", "limit=11.00;why=B"}}},
      {"limit 'limit' { start { least = { { 'a', 'A' }, { 'b', 'B' } }, negative = 'skip',\n"
       "    none = { 'previous', 'NONE' } } }\n" LIST,
       {{"a=-5|b=6", "limit=6.00;why=B"},
        {"a=-5|previous=9", "limit=9.00;why=NONE"},
        {"a=-5", "limit=;why="}}},
      {"limit 'limit' { start { median = { 'a', 'b' }, negative = 'skip', none = { 1, 'NONE' } } "
       "}\n" LIST,
       {{"a=-5|b=6", "limit=6.00;why="},
        {"a=2|b=6", "limit=4.00;why="},
        {"", "limit=1.00;why=NONE"}}},
      /* an operation as a whole */
      {"limit 'limit' { start { 'a' }, at_most { { 1, 'A' }, { 'b', 'B' }, when = 'yes' } }\n" LIST,
       {{"a=5|b=2|yes=true", "limit=1.00;why=A"},
        {"a=5|b=2|yes=false", "limit=5.00;why="},
        {"a=5|b=2", "limit=5.00;why="}}},
  };
  for (size_t i = 0; i < COUNT(each); i++) {
    size_t count = 0;
    while (count < 4 && each[i].cases[count].record) count++;
    check(AMOUNTS, each[i].steps, each[i].cases, count);
  }
}

static void steps_against_the_previous_value(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"a=1000|previous=800", "limit=1000.00;why="},
      {"a=1000.01|previous=800", "limit=1000.00;why=CAP"},
      {"a=500|previous=800", "limit=640.00;why=B"}, /* 20 % less at most */
      {"a=640|previous=800", "limit=640.00;why="},
      {"a=5000|previous=0", "limit=5000.00;why="}, /* no step from nothing */
      {"a=5000", "limit=5000.00;why="},
      {"previous=800", "limit=;why="}};
  check(AMOUNTS,
        "limit 'limit' { start { 'a' },\n"
        "  step_up { '25%', of = 'previous', code = 'CAP' },\n"
        "  step_down { '20%', 'B', of = 'previous' } }\n" LIST,
        cases, COUNT(cases));
  static const case_ amounts[] = {
      {"a=1000|previous=800", "limit=900.00;why=CAP:900.00"},
      {"a=899.99|previous=800", "limit=899.99;why="},
      {"a=10|previous=800|b=30", "limit=770.00;why=B"},
      {"a=10|previous=800", "limit=10.00;why="}, /* the step itself is missing */
      {"a=10", "limit=;why="}};
  check(AMOUNTS,
        "limit 'limit' { start { 'a' },\n"
        "  step_up { 100, of = 'previous', code = 'CAP', value = true, missing = 'unknown' },\n"
        "  step_down { 'b', 'B', of = 'previous' } }\n" LIST,
        amounts, COUNT(amounts));
}

static void roundings(void **state) {
  (void)state;
  static const struct {
    const char *round;
    case_ cases[6];
  } each[] = {{"round_down(100)",
               {{"a=199.99", "limit=100.00"}, {"a=200", "limit=200.00"}, {"a=-1", "limit=0.00"}}},
              {"round_half_up(100)",
               {{"a=149.99", "limit=100.00"},
                {"a=150", "limit=200.00"},
                {"a=50", "limit=100.00"},
                {"a=49.99", "limit=0.00"},
                {"a=-50", "limit=0.00"}}},
              {"round_up('0.5')",
               {{"a=149.99", "limit=150.00"},
                {"a=150", "limit=150.00"},
                {"a=150.01", "limit=150.50"},
                {"a=-0.01", "limit=0.00"}}}};
  char steps[200];
  for (size_t i = 0; i < COUNT(each); i++)
    for (int ratio = 0; ratio < 2; ratio++) { /* in columns, and in rationals */
      size_t count = 0;
      while (count < 6 && each[i].cases[count].record) count++;
      snprintf(steps, sizeof steps, "limit 'limit' { start { '%s' }, %s }\n",
               ratio ? "if a < 99999 then a / (a / a) else a" : "a", each[i].round);
      check("fields { id = key, a = money }\noutputs { 'limit' }\n", steps, each[i].cases, count);
    }
}

static void amounts_behind_codes(void **state) {
  (void)state;
  static const case_ cases[] = {
      {"a=100|b=7.5|f=0.333", "limit=9.33;why=A:100.00|B:7.50|F:0.333|CAP:12.00"},
      {"a=10|b=7.5|f=0.333", "limit=7.33;why=A:10.00|B:7.50|F:0.333"},
      {"a=10000000000000000|b=7.5|f=0.333", /* in rationals */
       "limit=9.33;why=A:10000000000000000.00|B:7.50|F:0.333|CAP:12.00"}};
  check("fields { id = key, a = money, b = money, f = decimal(3) }\noutputs { 'limit', 'why' }\n",
        "limit 'limit' {\n"
        "  start { 'a', 'A', value = true },\n"
        "  times { { 'f', 'F', value = true } },\n"
        "  plus { 'b', code = 'B', value = true, when = 'a > 0' },\n"
        "  at_most { { '12', 'CAP', value = true } },\n"
        "  plus { '-2.67' , when = 'a != 10' }, plus { '-3.5', when = 'a = 10' },\n"
        "}\n" LIST,
        cases, COUNT(cases));
}

/* ---- what the trace says ---- */

static void the_trace_names_what_bound(void **state) {
  (void)state;
  static const char *const records[] = {"a=1000|b=900|previous=400|f=2", "f=2|yes=true", "b=-5|f=2",
                                        "a=10000000000000000|b=90000000000000000|f=9000000000"};
  static const struct {
    const char *point, *ways[4]; /* by record; NULL = none */
    int64_t after[4];            /* cents, -1 = unknown */
  } expected[] = {{"start", {"b", "7", "b", "a"}, {90000, 700, 0, 1000000000000000000}},
                  {"times", {"f", "f", "f", "f"}, {180000, 1400, 0, -2}},
                  {"step_up", {"25%", NULL, NULL, NULL}, {50000, 1400, 0, -2}},
                  {"at_most", {NULL, NULL, NULL, "100000"}, {50000, 1400, 0, 10000000}},
                  {"zero", {NULL, "yes", NULL, NULL}, {50000, 0, 0, 10000000}},
                  {"missing", {NULL, NULL, NULL, NULL}, {50000, 0, 0, 10000000}}};
  pack *p = text_pack("fields { id = key, a = money, b = money, f = integer, yes = boolean,\n"
                      "  previous = money }\noutputs { 'limit' }\n",
                      "limit 'limit' {\n"
                      "  start { least = { 'a', 'b' }, negative = 0, none = 7 },\n"
                      "  times { 'f' }, step_up { '25%', of = 'previous' }, at_most { 100000 },\n"
                      "  zero { 'yes' }, missing = 3 }\n");
  const trace_point *const *points;
  batch *in = batch_new(&p->schema, NULL);
  bench b = bench_open(p, NULL);
  for (size_t r = 0; r < 4; r++) put_record(p, in, records[r]);
  evaluator_trace(b.evaluator);
  bench_run(&b, in);
  assert_int_equal(trace_points(b.plan, &points), COUNT(expected));
  for (size_t i = 0; i < COUNT(expected); i++)
    for (size_t r = 0; r < 4; r++) {
      rational x;
      int64_t cents = -1;
      const char *took = NULL;
      for (size_t w = 0; w < points[i]->way_count; w++)
        if (trace_took(b.evaluator, points[i], r, w)) took = points[i]->ways[w].label;
      assert_string_equal(points[i]->label, expected[i].point);
      assert_string_equal(took ? took : "-", expected[i].ways[r] ? expected[i].ways[r] : "-");
      if (expected[i].after[r] == -2) continue; /* too large for cents */
      if (trace_after(b.evaluator, points[i], r, &x)) assert_true(rational_round(x, 2, &cents));
      assert_int_equal(cents, expected[i].after[r]);
    }
  bench_close(&b);
  batch_free(in);
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_examples_of_distributor_credit),
                                     cmocka_unit_test(the_examples_of_b2b_software),
                                     cmocka_unit_test(the_examples_of_ecommerce_rfm),
                                     cmocka_unit_test(missing_amounts_are_declared),
                                     cmocka_unit_test(steps_against_the_previous_value),
                                     cmocka_unit_test(roundings),
                                     cmocka_unit_test(amounts_behind_codes),
                                     cmocka_unit_test(the_trace_names_what_bound)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
