/* Each kind of step at its edges, and what is told of a wrong pack. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/bench.h"

/* ---- cadence ---- */

static void test_cadence(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "stop", built_type(TYPE_BOOLEAN));
  built_field(p, "last", built_type(TYPE_TIMESTAMP));
  built_field(p, "days", built_type(TYPE_INTEGER));
  step *s = built_step(p, STEP_CADENCE, "next");
  cadence_clause *c = built_clause(p, s, CADENCE_NEVER);
  c->when = built_text(p, "stop");
  c->code = "STOP";
  built_clause(p, s, CADENCE_NONE_YET)->code = "NONE_YET";
  c = built_clause(p, s, CADENCE_EVERY);
  c->amount = built_text(p, "days");
  c->from = built_text(p, "last");
  built_clause(p, s, CADENCE_OVERDUE)->code = "OVERDUE";
  s = built_codes(p, "why");
  built_code(p, s, "STOP", NULL, NULL, NULL, -1);
  built_code(p, s, "NONE_YET", NULL, NULL, NULL, -1);
  built_code(p, s, "OVERDUE", NULL, NULL, NULL, -1);
  static const case_ cases[] = {
      {"stop=true|days=2", "next=;why=STOP"},
      {"stop=true|days=2|last=2025-01-01T00:00:00Z", "next=;why=STOP"},
      {"stop=false|days=2", "next=2025-09-26T20:00:00+08:00;why=NONE_YET"},
      {"stop=false|days=2|last=2025-09-25T23:59:59+08:00", "next=2025-09-27T20:00:00+08:00;why="},
      {"stop=false|days=2|last=2025-09-25T16:00:00Z", "next=2025-09-28T20:00:00+08:00;why="},
      {"days=1|last=2025-09-25T10:00:00+08:00", "next=2025-09-26T20:00:00+08:00;why="},
      {"days=1|last=2025-09-24T10:00:00+08:00", "next=2025-09-26T20:00:00+08:00;why=OVERDUE"},
      /* a contact after as_of has not happened yet; one at as_of has */
      {"days=3|last=2025-09-26T15:00:01+08:00", "next=2025-09-26T20:00:00+08:00;why=NONE_YET"},
      {"days=3|last=2025-09-26T15:00:00+08:00", "next=2025-09-29T20:00:00+08:00;why="},
      {"last=2025-09-26T15:00:00+08:00", "next=;why="}, /* the interval is not known */
      {"days=9000000|last=2025-09-26T15:00:00+08:00", "fault=OVERFLOW"}};
  check_cases(p, cases, COUNT(cases));
  /* the same in working days, from a date */
  p->calendar.closes = 18 * 3600;
  p->calendar.workdays[5] = p->calendar.workdays[6] = false;
  int64_t holidays[8], makeups[1];
  for (int i = 0; i < 8; i++) holidays[i] = 20362 + i; /* 2025-10-01 .. 08 */
  makeups[0] = 20359;                                  /* Sunday 2025-09-28 */
  p->calendar.holiday_count = 8;
  p->calendar.holidays = holidays;
  p->calendar.makeup_count = 1;
  p->calendar.makeups = makeups;
  c->workdays = true;
  c->from = built_text(p, "date(last)");
  static const case_ worked[] = {
      {"days=1|last=2025-09-26T10:00:00+08:00", "next=2025-09-28T18:00:00+08:00;why="},
      {"days=2|last=2025-09-25T10:00:00+08:00", "next=2025-09-28T18:00:00+08:00;why="},
      {"days=4|last=2025-09-26T10:00:00+08:00", "next=2025-10-09T18:00:00+08:00;why="},
      {"days=1|last=2025-09-24T10:00:00+08:00", "next=2025-09-26T18:00:00+08:00;why=OVERDUE"},
      {"stop=false|days=2", "next=2025-09-26T18:00:00+08:00;why=NONE_YET"}};
  check_cases(p, worked, COUNT(worked));
  built_free(p);
}

/* ---- limits ---- */

static void test_limit(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "sales", built_money());
  built_field(p, "worth", built_money());
  built_field(p, "factor", built_decimal(2));
  built_field(p, "extra", built_money());
  built_field(p, "previous", built_money());
  built_field(p, "tier", built_choice(p, "gold|ordinary"));
  step *s = built_step(p, STEP_LIMIT, "limit");
  limit_operation *o = built_operation(p, s, LIMIT_START);
  built_term(p, o, "sales / 365 * 30", NULL, NULL);
  built_term(p, o, "worth * 0.10", "BASE_WORTH", NULL);
  built_term(p, built_operation(p, s, LIMIT_TIMES), "factor", NULL, NULL);
  built_term(p, built_operation(p, s, LIMIT_PLUS), "coalesce(extra, 0) * 0.8", NULL, NULL);
  o = built_operation(p, s, LIMIT_AT_MOST);
  built_term(p, o, "previous * 1.25", "CAP_STEP_UP", "previous > 0");
  built_term(p, o, "400000", "CAP_TOTAL", NULL);
  o = built_operation(p, s, LIMIT_ZERO);
  built_term(p, o, "tier = ordinary", "ORDINARY", NULL);
  o->silences = arena_array(&p->arena, 1, sizeof *o->silences);
  o->silences[0] = "CAP_TOTAL";
  o->silence_count = 1;
  built_term(p, built_operation(p, s, LIMIT_ROUND), "1000", NULL, NULL);
  step *list = built_codes(p, "why");
  static const char *const codes[] = {"BASE_WORTH", "CAP_STEP_UP", "CAP_TOTAL", "ORDINARY"};
  for (size_t i = 0; i < COUNT(codes); i++) built_code(p, list, codes[i], NULL, NULL, NULL, -1);
  static const case_ cases[] = {
      {"sales=3650000|worth=9999999|factor=1.00", "limit=300000.00;why="},
      {"sales=3650000|worth=2000000|factor=1.00", "limit=200000.00;why=BASE_WORTH"},
      {"sales=3650000|worth=3000000|factor=1.00", "limit=300000.00;why="}, /* a tie: the first */
      {"worth=2000000|factor=0.50", "limit=100000.00;why=BASE_WORTH"},     /* least of the known */
      {"factor=1.00", "limit=;why="},                                      /* none is known */
      {"sales=3650000", "limit=;why="},                                    /* no factor */
      {"sales=3650000|factor=0.33", "limit=99000.00;why="},
      {"sales=3649999.99|factor=1.00", "limit=299000.00;why="}, /* a cent below */
      {"sales=3650000|factor=1.00|extra=1250", "limit=301000.00;why="},
      {"sales=3650000|factor=1.00|extra=1249.99", "limit=300000.00;why="},
      {"sales=3650000|factor=1.00|previous=200000", "limit=250000.00;why=CAP_STEP_UP"},
      {"sales=3650000|factor=1.00|previous=240000", "limit=300000.00;why="}, /* not below */
      {"sales=3650000|factor=1.00|previous=0", "limit=300000.00;why="},
      {"sales=7300000|factor=1.00|previous=320000", "limit=400000.00;why=CAP_STEP_UP"}, /* a tie */
      {"sales=7300000|factor=1.00|previous=320001", "limit=400000.00;why=CAP_TOTAL"},
      {"sales=7300000|factor=1.00|tier=gold", "limit=400000.00;why=CAP_TOTAL"},
      {"sales=7300000|factor=1.00|tier=ordinary", "limit=0.00;why=ORDINARY"},
      {"tier=ordinary", "limit=0.00;why=ORDINARY"}, /* 0 whatever is missing */
      {"sales=3650000|factor=-1.00", "limit=0.00;why="},
      /* numbers that do not fit 64 bits on the way are computed in 128 */
      {"sales=10000000000000000|factor=90000000000000000.00|previous=1000",
       "limit=1000.00;why=CAP_STEP_UP"},
      {"sales=10000000000000000|factor=90000000000000000.00", "limit=400000.00;why=CAP_TOTAL"},
      {"sales=36500000000000000|worth=20|factor=1.00", "limit=0.00;why=BASE_WORTH"}};
  check_cases(p, cases, COUNT(cases));
  s->limit.missing = built_text(p, "0");
  static const case_ missing[] = {{"factor=1.00", "limit=0.00;why="},
                                  {"sales=3650000", "limit=0.00"}};
  check_cases(p, missing, COUNT(missing));
  built_free(p);
}

static void test_limit_picks(void **state) {
  (void)state;
  static const struct {
    limit_pick pick;
    case_ cases[4];
  } picks[] = {
      {PICK_GREATEST, {{"a=1|b=7|c=3", "limit=7.00;why=B"}, {"a=7|b=7", "limit=7.00;why=A"}}},
      {PICK_MEDIAN,
       {{"a=1|b=7|c=3", "limit=3.00"},
        {"a=1|b=2.01", "limit=1.50"},
        {"b=4", "limit=4.00"},
        {"a=-5", "limit=0.00"}}},
      {PICK_MEAN,
       {{"a=1|b=7|c=3", "limit=3.66"}, {"a=1|b=2", "limit=1.50"}, {"c=9", "limit=9.00"}}}};
  for (size_t i = 0; i < COUNT(picks); i++) {
    pack *p = built_pack();
    built_field(p, "id", built_type(TYPE_KEY));
    built_field(p, "a", built_money());
    built_field(p, "b", built_money());
    built_field(p, "c", built_money());
    step *s = built_step(p, STEP_LIMIT, "limit");
    limit_operation *o = built_operation(p, s, LIMIT_START);
    o->pick = picks[i].pick;
    built_term(p, o, "a", "A", NULL);
    built_term(p, o, "b", "B", NULL);
    built_term(p, o, "c", NULL, NULL);
    step *list = built_codes(p, "why");
    built_code(p, list, "A", NULL, NULL, NULL, -1);
    built_code(p, list, "B", NULL, NULL, NULL, -1);
    size_t count = 0;
    while (count < 4 && picks[i].cases[count].record) count++;
    check_cases(p, picks[i].cases, count);
    built_free(p);
  }
}

/* ---- scores, bands, codes, tables with formulas ---- */

static void test_score_missing_and_codes(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "budget", built_money());
  built_field(p, "price", built_money());
  built_field(p, "visits", built_type(TYPE_INTEGER));
  built_field(p, "source", built_choice(p, "referral|walk_in|cold"));
  step *s = built_scorecard(p, "score", "100");
  built_characteristic(p, s, "budget", "25", ">= 1 => 100 | >= 0.9 => 70 | < 0.9 => 10", NULL)
      ->input = built_text(p, "budget / price");
  built_characteristic(p, s, "visits", "15", ">= 3 => 100 | 2 => 75 | 1 => 50 | 0 => 10", NULL);
  built_characteristic(p, s, "source", "5", "referral => 100 | null => 80 | - => 20", NULL);
  built_bands(p, "priority", "score", "P1 >= 40 | P2 >= 20 | P3")->bands.bands[1].code = "IS_P2";
  step *list = built_codes(p, "why");
  built_code(p, list, "IS_P2", NULL, NULL, NULL, -1);
  built_code(p, list, "OFTEN", "visits >= 2", NULL, "visits", -1);
  built_code(p, list, "SHARE", "budget > 0", NULL, "budget / price * 100", 2);
  built_code(p, list, "DATA_MISSING:budget", NULL, "budget / price", NULL, -1);
  built_derive(p, "reasons_given", "count(why)");
  built_derive(p, "unknown", "DATA_MISSING in why");
  static const case_ cases[] = {
      {"budget=100|price=100|visits=3|source=referral",
       "score=45.00;priority=P1;why=OFTEN:3|SHARE:100.00;reasons_given=2;unknown=false"},
      {"budget=89.99|price=100|visits=1|source=cold", "score=11.00;priority=P3;why=SHARE:89.99"},
      {"budget=90|price=100|visits=2|source=cold",
       "score=29.75;priority=P2;why=IS_P2|OFTEN:2|SHARE:90.00"},
      {"budget=1|price=0|visits=0",
       "score=8.00;priority=P3;why=SHARE|DATA_MISSING:budget;reasons_given=2;unknown=true"},
      {"price=100|source=cold", "score=5.00;priority=P3;why=DATA_MISSING:budget"},
      {"budget=2|price=3|visits=-1", "fault=NO_ROW"}, /* no attribute for -1 visits */
      {"budget=2|price=3|visits=0", "why=SHARE:66.67"}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_table_formulas(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "a", built_type(TYPE_INTEGER));
  built_field(p, "b", built_type(TYPE_INTEGER));
  static const char *const rows[] = {"> b => a * 2; HIGH", "5 => a / 4; null", "[1..3] => 7; LOW",
                                     "null => b; LOW"};
  value_type types[2] = {built_decimal(2), {.kind = TYPE_CHOICE}};
  built_table(p, "t", HIT_ANY, "a", "x|w", types, rows, COUNT(rows));
  static const char *const agree[] = {"> 0 => 2", "> 10 => 2", "> 20 => b"};
  built_table(p, "u", HIT_ANY, "a", "u", types, agree, COUNT(agree));
  static const case_ cases[] = {{"a=9|b=1", "x=18.00;w=HIGH;u=2.00"},
                                {"a=5|b=6", "x=1.25;w="},
                                {"a=2|b=6", "x=7.00;w=LOW"},
                                {"a=2|b=1", "fault=MANY_ROWS"},
                                {"b=3", "x=3.00;w=LOW;u="},
                                {"a=0|b=3", "x=;w=;u="},
                                {"a=25|b=2", "u=2.00"},
                                {"a=25|b=3", "fault=MANY_ROWS"}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_derive_and_faults(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "a", built_type(TYPE_INTEGER));
  built_field(p, "name", built_type(TYPE_TEXT));
  built_param(p, "rate", built_decimal(2), "1.25");
  built_derive(p, "x", "a * a");
  built_derive(p, "third", "a / 3");
  built_derive(p, "y", "a * rate");
  built_outputs(p, "x|third|y|name");
  static const case_ cases[] = {
      {"a=4|name=Li", "x=16;third=1.33;y=5.00;name=Li"},
      {"a=4000000000", "fault=OVERFLOW"}, /* and the rows beside it are as they were */
      {"a=5", "x=25;third=1.67;y=6.25;name="},
      {"name=Wang", "x=;third=;y=;name=Wang"}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

/* ---- what is told of a wrong pack ---- */

static void expect_finding(pack *p, const char *part) {
  findings found = {0};
  plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, &found);
  bool said = false;
  for (size_t i = 0; i < found.count; i++) {
    said = said || strstr(found.items[i].message, part);
    assert_string_equal(found.items[i].file, "rules/test/rules.lua");
    assert_true(found.items[i].line > 0);
  }
  if (!said) {
    for (size_t i = 0; i < found.count; i++) print_error("said: %s\n", found.items[i].message);
    fail_msg("not said: %s", part);
  }
  assert_true(made == NULL || found.errors == 0);
  plan_free(made);
  findings_deinit(&found);
  built_free(p);
}

static pack *small_pack(void) {
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "amount", built_money());
  built_field(p, "rating", built_choice(p, "A|B|C"));
  return p;
}

static void test_findings(void **state) {
  (void)state;
  pack *p = small_pack();
  built_derive(p, "x", "amonut * 2");
  expect_finding(p, "amount"); /* did you mean */
  p = small_pack();
  built_derive(p, "amount", "rating");
  expect_finding(p, "already the name of a field");
  p = small_pack();
  built_derive(p, "x", "amount");
  built_outputs(p, "x|raiting");
  expect_finding(p, "did you mean \"rating\"");
  p = small_pack();
  built_characteristic(p, built_scorecard(p, "s", NULL), "rating", "1", "A => 10 | B => 5", NULL);
  expect_finding(p, "no attribute for \"C\"");
  p = small_pack();
  built_characteristic(p, built_scorecard(p, "s", "0"), "rating", "1", "- => 10", NULL);
  expect_finding(p, "divide must not be 0");
  p = small_pack();
  built_bands(p, "band", "amount", "low >= 10 | high >= 20 | rest");
  expect_finding(p, "never reached");
  p = small_pack();
  built_bands(p, "band", "rating", "low >= 10 | rest");
  expect_finding(p, "bands need a number");
  p = small_pack();
  built_code(p, built_codes(p, "why"), "LONELY", NULL, NULL, NULL, -1);
  expect_finding(p, "no step gives the code LONELY");
  p = small_pack();
  built_derive(p, "x", "rating");
  p->steps[0].derive.type = built_type(TYPE_INTEGER);
  expect_finding(p, "integer is expected, this is choice");
  p = small_pack();
  step *s = built_codes(p, "why");
  s->codes.scorecard = "scoer";
  expect_finding(p, "no scorecard \"scoer\"");
  p = small_pack();
  built_param(p, "rate", built_decimal(2), "1.234");
  built_derive(p, "x", "amount * rate");
  expect_finding(p, "the value \"1.234\"");
}

/* Two decimals of what is divided, else those of the points; `decimals` says otherwise. */
static void test_decimals_of_scores(void **state) {
  (void)state;
  static const struct {
    const char *divide, *points;
    int decimals, expected;
  } cases[] = {{NULL, "- => 10", -1, 0}, {NULL, "- => 2.5", -1, 1}, {"100", "- => 100", -1, 2},
               {"10", "- => 25", -1, 2}, {"100", "- => 100", 0, 0}, {NULL, "- => 10", 3, 3}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    pack *p = small_pack();
    findings found = {0};
    const plan_output *outputs;
    step *s = built_scorecard(p, "s", cases[i].divide);
    s->scorecard.decimals = cases[i].decimals;
    built_characteristic(p, s, "rating", "1", cases[i].points, NULL);
    plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, &found);
    assert_non_null(made);
    assert_int_equal(plan_outputs(made, &outputs), 1);
    assert_int_equal(outputs[0].type.digits, cases[i].expected);
    plan_free(made);
    findings_deinit(&found);
    built_free(p);
  }
}

static void test_parameters(void **state) {
  (void)state;
  pack *p = small_pack();
  built_param(p, "rate", built_decimal(2), "1.50");
  built_derive(p, "x", "amount * rate");
  param_value given[] = {{"rate", "2"}, {"rate", "3"}}, wrong[] = {{"raet", "2"}};
  findings found = {0};
  const param_value *used;
  plan *made =
      plan_new(p, &(plan_options){.as_of = AS_OF, .params = given, .param_count = 2}, &found);
  assert_non_null(made);
  assert_int_equal(plan_params(made, &used), 1);
  assert_string_equal(used[0].value, "3");
  const plan_input *inputs;
  assert_int_equal(plan_inputs(made, &inputs), 1);
  assert_int_equal(inputs[0].field, 1);
  assert_string_equal(inputs[0].name, "amount");
  plan_free(made);
  findings_deinit(&found); /* warnings of fields that nothing reads */
  found = (findings){0};
  assert_null(
      plan_new(p, &(plan_options){.as_of = AS_OF, .params = wrong, .param_count = 1}, &found));
  assert_non_null(strstr(found.items[0].message, "did you mean \"rate\""));
  findings_deinit(&found);
  found = (findings){0};
  assert_null(plan_new(p, &(plan_options){.as_of = AS_OF, .kernels = "mmx"}, &found));
  assert_non_null(strstr(found.items[0].message, "portable"));
  findings_deinit(&found);
  built_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_cadence),
      cmocka_unit_test(test_limit),
      cmocka_unit_test(test_limit_picks),
      cmocka_unit_test(test_score_missing_and_codes),
      cmocka_unit_test(test_table_formulas),
      cmocka_unit_test(test_derive_and_faults),
      cmocka_unit_test(test_findings),
      cmocka_unit_test(test_parameters),
      cmocka_unit_test(test_decimals_of_scores),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
