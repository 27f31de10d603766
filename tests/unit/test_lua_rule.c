/* Lua rules: what they see, what they may return, what becomes of their failures. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/lua_value.h"
#include "support/bench.h"

static pack *fields(void) {
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "i", built_type(TYPE_INTEGER));
  built_field(p, "m", built_money());
  built_field(p, "n", built_type(TYPE_NUMBER));
  built_field(p, "c", built_choice(p, "A|B|C"));
  built_field(p, "b", built_type(TYPE_BOOLEAN));
  built_field(p, "d", built_type(TYPE_DATE));
  built_field(p, "at", built_type(TYPE_TIMESTAMP));
  built_field(p, "t", built_type(TYPE_TEXT));
  return p;
}

/* One rule; `reads` = its positional arguments, NULL = the record. */
static void add_rule(pack *p, const char *name, value_type type, const char *reads,
                     const char *function) {
  step *s = built_step(p, STEP_LUA, name);
  lua_step *l = &s->lua;
  if (!p->scripts) p->scripts = arena_array(&p->arena, 16, sizeof *p->scripts);
  l->function = p->function_count++;
  l->outputs = arena_array(&p->arena, 1, sizeof *l->outputs);
  l->outputs[l->output_count++] = (table_output){name, type};
  l->positional = reads;
  if (reads) l->fields = built_split(p, reads, '|', &l->field_count);
  char *text = arena_format(&p->arena, "rule \"%s\" { function(%s) %s end }\n", name,
                            reads ? arena_string(&p->arena, reads) : "c", function);
  for (char *c = text; *c; c++)
    if (*c == '|') *c = ',';
  p->scripts[p->script_count++] =
      (pack_script){.file = "rules/test/rule.lua", .text = text, .size = strlen(text)};
}

static void test_values(void **state) {
  (void)state;
  pack *p = fields();
  add_rule(p, "i2", built_type(TYPE_INTEGER), "i", "return i and i * 2");
  add_rule(p, "m2", built_money(), "m", "return m and m * 0.1");
  add_rule(p, "n2", built_type(TYPE_NUMBER), "n", "return n and n / 2");
  add_rule(p, "c2", built_choice(p, "A|B|C"), NULL, "return c.c == 'A' and 'B' or c.c");
  add_rule(p, "b2", built_type(TYPE_BOOLEAN), NULL, "return not c.b");
  add_rule(p, "d2", built_type(TYPE_DATE), "d", "return d");
  add_rule(p, "late", built_type(TYPE_BOOLEAN), "d", "return d ~= nil and d < '2025-09-26'");
  add_rule(p, "at2", built_type(TYPE_TIMESTAMP), "at", "return at and at + 3600");
  add_rule(p, "t2", built_type(TYPE_TEXT), "t|i2", "return t and t .. tostring(i2)");
  static const case_ cases[] = {
      {"i=4|m=12.50|n=5|c=A|b=true|d=2025-09-25|at=2025-09-26T15:00:00+08:00|t=Li",
       "i2=8;m2=1.25;n2=2.5;c2=B;b2=false;d2=2025-09-25;late=true;at2=2025-09-26T16:00:00+08:00;t2="
       "Li8"},
      {"m=0.05|c=C|b=false|d=2025-09-26", "i2=;m2=0.01;c2=C;b2=true;d2=2025-09-26;late=false;t2="},
      {"i=-3", "i2=-6;m2=;n2=;c2=;b2=true;d2=;at2="}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_failures(void **state) {
  (void)state;
  pack *p = fields();
  add_rule(p, "out", built_money(), "i",
           "if i == 1 then return 'x' elseif i == 2 then return {} "
           "elseif i == 3 then return 1/0 elseif i == 4 then error('no') elseif i == 5 then "
           "while true do end elseif i == 6 then local t = {} for k = 1, 1e9 do t[k] = k end end "
           "return i");
  add_rule(p, "word", built_choice(p, "A|B"), "i", "return i == 7 and 'C' or 'A'");
  add_rule(p, "field", built_type(TYPE_INTEGER), NULL,
           "if c.i == 8 then return c.amuont end "
           "if c.i == 9 then c.i = 2 end return c.i");
  static const case_ cases[] = {{"i=0", "out=0.00;word=A;field=0;fault="},
                                {"i=1", "fault=RULE_ERROR"},
                                {"i=2", "fault=RULE_ERROR"},
                                {"i=3", "fault=RULE_ERROR"},
                                {"i=4", "fault=RULE_ERROR"},
                                {"i=5", "fault=RULE_BUDGET"},
                                {"i=6", "fault=RULE_MEMORY"},
                                {"i=7", "fault=RULE_ERROR"},
                                {"i=8", "fault=RULE_ERROR"},
                                {"i=9", "fault=RULE_ERROR"},
                                {"i=10", "out=10.00;field=10;fault="}};
  p->budget = (sandbox_budget){2000000, 1u << 20};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_messages(void **state) {
  (void)state;
  static const struct {
    const char *function, *part;
  } cases[] = {{"return 'x'", "returned the text \"x\", expected money"},
               {"return {}", "returned a table, expected money"},
               {"return 0/0", "not a number"},
               {"return reason('NOPE')", "stands in no list of codes"},
               {"return reason(1)", "reason() wants a code"},
               {"return c.mm", "no field \"mm\", did you mean \"m\"?"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    pack *p = fields();
    add_rule(p, "out", built_money(), NULL, cases[i].function);
    batch *in = batch_new(&p->schema, NULL);
    in->rows = 0;
    put_record(p, in, "i=1");
    bench b = bench_open(p, NULL);
    bench_run(&b, in);
    assert_int_equal(b.out->fault_count, 1);
    const fault *f = &b.out->faults[0];
    if (!strstr(f->message, cases[i].part)) fail_msg("%s: %s", cases[i].function, f->message);
    assert_string_equal(f->rule, "out");
    assert_string_equal(f->code, "RULE_ERROR");
    assert_true(f->line > 0);
    bench_close(&b);
    batch_free(in);
    built_free(p);
  }
}

static void test_reasons(void **state) {
  (void)state;
  pack *p = fields();
  add_rule(p, "out", built_type(TYPE_INTEGER), "i",
           "if i > 0 then reason('ABOVE', i) reason('PLAIN') end "
           "if i == 2 then reason('ABOVE', 2.5) end if i == 3 then error('no') end return i");
  step *list = built_codes(p, "why");
  built_code(p, list, "PLAIN", NULL, NULL, NULL, -1);
  built_code(p, list, "ABOVE", NULL, NULL, NULL, -1);
  static const case_ cases[] = {{"i=1", "why=PLAIN|ABOVE:1"},
                                {"i=0", "why="},
                                {"i=2", "why=PLAIN|ABOVE:2.5"},
                                {"i=3", "fault=RULE_ERROR"},
                                {"i=4", "why=PLAIN|ABOVE:4"}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_rounding(void **state) {
  (void)state;
  static const struct {
    double x;
    int digits;
    int64_t want;
  } cases[] = {{0.285, 2, 29},   {0.284999, 2, 28}, {1.005, 2, 101},
               {-0.285, 2, -29}, {12.5, 2, 1250},   {0.1 + 0.2, 2, 30},
               {2.5, 0, 3},      {-2.5, 0, -3},     {1e15 + 0.5, 2, 100000000000000050},
               {1e-9, 2, 0},     {0, 2, 0},         {2251799813685248.5, 0, 2251799813685249}};
  int64_t got;
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_true(lua_value_round(cases[i].x, cases[i].digits, &got));
    if (got != cases[i].want) fail_msg("%.17g: %lld", cases[i].x, (long long)got);
  }
  assert_false(lua_value_round(1e300, 2, &got));
  assert_false(lua_value_round(INFINITY, 2, &got));
  assert_false(lua_value_round(NAN, 2, &got));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_failures),
                                     cmocka_unit_test(test_messages),
                                     cmocka_unit_test(test_reasons),
                                     cmocka_unit_test(test_rounding)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
