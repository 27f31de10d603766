/* Lists of codes: order, values and their forms, silences, what is missing by name, and what is told of
 * codes that nobody gives and of texts that say nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/pack_text.h"

#define FIELDS                                                                                     \
  "fields { id = key, budget = money, unit_price = money, financing = choice { 'cash', 'loan' "    \
  "},\n"                                                                                           \
  "  visits = integer, share = decimal(4), seen = timestamp, due = date }\n"

static void data_missing_by_name(void **state) {
  (void)state;
  pack *p =
      text_pack(FIELDS "outputs { 'warnings' }",
                "codes 'warnings' {\n"
                "  { 'FIRST', 'visits > 9' },\n"
                "  data_missing { 'visits', budget = 'budget / unit_price', 'financing', base = "
                "'coalesce(budget, unit_price)' },\n"
                "  { 'LAST', when = 'visits > 9' },\n"
                "}");
  static const char *const order[] = {"FIRST",
                                      "DATA_MISSING:visits",
                                      "DATA_MISSING:budget",
                                      "DATA_MISSING:financing",
                                      "DATA_MISSING:base",
                                      "LAST"};
  assert_int_equal(p->steps[0].codes.entry_count, COUNT(order));
  for (size_t i = 0; i < COUNT(order); i++)
    assert_string_equal(p->steps[0].codes.entries[i].code, order[i]);
  static const case_ cases[] = {
      {"visits=10|budget=1|unit_price=2|financing=cash", "warnings=FIRST|LAST"},
      {"", "warnings=DATA_MISSING:visits|DATA_MISSING:budget|DATA_MISSING:financing|"
           "DATA_MISSING:base"},
      {"visits=0|budget=1|unit_price=0|financing=loan", "warnings=DATA_MISSING:budget"},
      {"visits=1|budget=1|financing=loan", "warnings=DATA_MISSING:budget"},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void values_have_forms(void **state) {
  (void)state;
  pack *p =
      text_pack(FIELDS "outputs { 'why' }",
                "codes 'why' {\n"
                "  { 'SHARE', 'share >= 10%', value = 'share', as = 'percent' },\n"
                "  { 'SHARE1', 'share >= 10%', value = 'share', as = 'percent', decimals = 1 },\n"
                "  { 'THIRD', 'budget > 0', value = 'budget / 3', as = 'money' },\n"
                "  { 'WHOLE', 'budget > 0', value = 'budget / 3', decimals = 0 },\n"
                "  { 'SEEN', 'seen != null', value = 'seen', as = 'date' },\n"
                "  { 'DUE', 'due != null', value = 'due' },\n"
                "  { 'VISITS', 'visits > 0', value = 'visits', as = 'money' },\n"
                "  { 'HOW', 'visits > 0', value = 'financing' },\n"
                "}");
  static const case_ cases[] = {
      {"share=0.2353", "why=SHARE:23.53|SHARE1:23.5"},
      {"share=0.0999", "why="},
      {"share=1.0000", "why=SHARE:100.00|SHARE1:100.0"},
      {"budget=200.00", "why=THIRD:66.67|WHOLE:67"},
      {"seen=2025-09-25T16:00:00Z", "why=SEEN:2025-09-26"}, /* the company's date */
      {"due=2025-10-01", "why=DUE:2025-10-01"},
      {"visits=3|financing=loan", "why=VISITS:3.00|HOW:loan"},
      {"visits=3", "why=VISITS:3.00|HOW"}, /* a missing value is left out */
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void entries_silence_others(void **state) {
  (void)state;
  pack *p = text_pack(FIELDS "outputs { 'why', 'other' }",
                      "codes 'why' {\n"
                      "  { 'BROKE', 'budget = 0', silences = { 'FEW', 'PLAIN' } },\n"
                      "  { 'FEW', 'visits < 3', silences = { 'NEVER' } },\n"
                      "  { 'NEVER', 'visits = 0' },\n"
                      "  { 'PLAIN', 'financing = cash', silences = { 'FEW' } },\n"
                      "}\n"
                      "codes 'other' { { 'FEW', 'visits < 3' } }");
  static const case_ cases[] = {
      {"budget=0|visits=0|financing=cash", "why=BROKE|NEVER;other=FEW"},
      {"budget=1|visits=0", "why=FEW;other=FEW"},
      {"budget=1|visits=1|financing=cash", "why=PLAIN;other=FEW"},
      /* in the order of the list: FEW has silenced NEVER before PLAIN silences FEW */
      {"budget=1|visits=0|financing=cash", "why=PLAIN;other=FEW"},
      {"budget=1|visits=9|financing=loan", "why=;other="},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void rules_that_give_a_code_are_known(void **state) {
  (void)state;
  const char *rule =
      "rule 'r' { type = boolean, function(c) reason('GIVEN', 1) return true end }\n";
  char steps[512];
  snprintf(steps, sizeof steps, "%scodes 'why' { 'GIVEN', 'NEVER' }", rule);
  text_pack_says("fields { id = key }\noutputs { 'r' }", steps, "no step gives the code NEVER");
  findings found = {0};
  pack *p =
      text_pack_files("fields { id = key }\noutputs { 'r' }",
                      "rule 'r' { type = boolean, function(c) local k = 'NEVER'; reason(k) return "
                      "true end }\ncodes 'why' { 'NEVER' }",
                      NULL, &found);
  plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, &found);
  assert_int_equal(found.count, 0); /* a computed code may be any */
  plan_free(made);
  pack_free(p);
  findings_deinit(&found);
}

/* A rule's code may have several values; one that holds a '|' does not end the code. */
static void rules_give_values(void **state) {
  (void)state;
  pack *p = text_pack(FIELDS "outputs { 'why', 'all' }",
                      "rule 'r' { type = boolean, function(c)\n"
                      "  if c.visits == 1 then reason('ONE', c.visits) end\n"
                      "  if c.visits == 2 then reason('TWO', c.visits, 'a|b', nil, 0.5, true) end\n"
                      "  if c.visits == 3 then reason('TWO', {}) end\n"
                      "  return true end }\n"
                      "codes 'why' { 'ONE', 'TWO' }\n"
                      "codes 'all' { 'TWO', { 'HOW', 'visits > 0', value = 'financing' } }");
  static const case_ cases[] = {{"visits=1|financing=loan", "why=ONE:1;all=HOW:loan"},
                                {"visits=2", "why=TWO:2,a/b,,0.5,true;all=TWO:2,a/b,,0.5,true|HOW"},
                                {"visits=3", "fault=RULE_ERROR"},
                                {"visits=0", "why=;all="}};
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

/* What is told of reasons.en.csv, each with file and line. */
static void texts_are_checked(void **state) {
  (void)state;
  static const char *const said[] = {
      "reasons.en.csv:3: the text of PLAIN has {value}, but no value stands behind the code",
      "reasons.en.csv:4: the text of SHARE has {shaer}, which is neither {value} nor one of the "
      "outputs; did you mean share?",
      "reasons.en.csv:5: no step gives the code GONE",
      "reasons.en.csv:1: the code SILENT has no text here",
      "reasons.cn.csv:1: nothing reads this file"};
  const text_file more[] = {
      {"reasons.en.csv", "code,text\nDATA_MISSING,{value} is not known.\nPLAIN,Plain {value}\n"
                         "SHARE,\"Share of {value}%, {shaer} {share} {two words} {\"\nGONE,x\n"},
      {"reasons.cn.csv", "code,text\n"},
      {NULL, NULL}};
  findings found = {0};
  pack *p = text_pack_files(FIELDS "outputs { 'share', 'why' }",
                            "codes 'why' { { 'PLAIN', 'visits > 0' }, { 'SILENT', 'visits > 0' },\n"
                            "  { 'SHARE', 'share > 0', value = 'share' }, data_missing { 'due' } }",
                            more, &found);
  assert_null(p); /* {shaer} is an error */
  for (size_t i = 0; i < COUNT(said); i++) {
    bool told = false;
    for (size_t k = 0; k < found.count; k++) {
      char line[2048];
      const char *file = strrchr(found.items[k].file, '/');
      snprintf(line, sizeof line, "%s:%d: %s", file ? file + 1 : "", found.items[k].line,
               found.items[k].message);
      told = told || strncmp(line, said[i], strlen(said[i])) == 0;
    }
    if (!told)
      for (size_t k = 0; k < found.count; k++)
        print_error("%s:%d: %s\n", found.items[k].file, found.items[k].line,
                    found.items[k].message);
    assert_true(told);
  }
  assert_int_equal(found.count, COUNT(said));
  findings_deinit(&found);
}

static void mistakes_are_told(void **state) {
  (void)state;
  static const struct {
    const char *steps, *part;
  } cases[] = {
      {"codes 'c' { data_missing { 'budget / 2' } }",
       "needs a name for it: budget = \"budget / 2\""},
      {"codes 'c' { data_missing { bad = 'bugdet' } }", "did you mean `budget`"},
      {"codes 'c' { data_missing {} }", "is empty"},
      {"codes 'c' { data_missing { 'budget', budget = 'budget' } }", "stands twice"},
      {"codes 'c' { { 'A', 'visits > 0', silences = { 'B' } } }",
       "A silences B, which is no other"},
      {"codes 'c' { { 'A', 'visits > 0', silences = { 'A' } } }",
       "A silences A, which is no other"},
      {"codes 'c' { { 'A', 'visits > 0', when = 'visits > 1' } }", "two conditions"},
      {"codes 'c' { { 'A', 'visits > 0', as = 'percent' } }", "has as but no value"},
      {"codes 'c' { { 'A', 'visits > 0', value = 'visits', as = 'percents' } }",
       "did you mean percent?"},
      {"codes 'c' { { 'A', 'visits > 0', value = 'financing', as = 'percent' } }",
       "as = \"percent\" is for shares"},
      {"codes 'c' { { 'A', 'visits > 0', value = 'visits', as = 'date' } }",
       "as = \"date\" is for dates and moments"},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    text_pack_says(FIELDS "outputs { 'visits' }", cases[i].steps, cases[i].part);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(data_missing_by_name),   cmocka_unit_test(values_have_forms),
      cmocka_unit_test(entries_silence_others), cmocka_unit_test(rules_that_give_a_code_are_known),
      cmocka_unit_test(rules_give_values),      cmocka_unit_test(texts_are_checked),
      cmocka_unit_test(mistakes_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
