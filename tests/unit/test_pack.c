/* Loading packs: what each declaration becomes. (Wrong packs: test_wrong_packs.) */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "eval/plan.h"
#include "lang/pack.h"
#include "support/pack_folder.h"

/* ---- packs made of texts ---- */

static folder latest; /* a test that fails leaves it behind, and then tear_down has it */

static void make(folder *f) {
  folder_make(f);
  latest = *f;
}

static int tear_down(void **state) {
  (void)state;
  if (latest.path[0]) folder_remove(&latest);
  latest.path[0] = 0;
  return 0;
}

#define COMPANY                                                                                    \
  "company { name = 'Test', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' } }\n"      \
  "source { plugin = 'csv', path = 'c.csv' }\n"
#define FIELDS "fields { id = key, amount = money { min = 0 }, visits = integer }\n"

/* Loads company.lua and steps.lua; prints the findings if there are errors. */
static pack *load_texts(const folder *f, const char *company, const char *steps) {
  findings found = {0};
  folder_text(f, "company.lua", company);
  folder_text(f, "steps.lua", steps);
  pack *p = pack_load(f->path, &found);
  for (size_t i = 0; i < found.count; i++)
    if (!p)
      print_error("%s:%d: %s\n", found.items[i].file, found.items[i].line, found.items[i].message);
  findings_deinit(&found);
  assert_non_null(p);
  return p;
}

/* ---- what declarations become ---- */

static void fields_stand_in_the_order_written(void **state) {
  (void)state;
  static const char *const names[] = {"id", "zeta", "alpha", "kind", "mid", "when", "lines"};
  folder f;
  make(&f);
  pack *p = load_texts(&f,
                       COMPANY "fields { id = key, zeta = text, alpha = money { min = -1.5, max = "
                               "'200' },\n  kind = choice { 'a', 'b', required = true },\n"
                               "  mid = decimal(3) { column = '中' }, when = timestamp,\n"
                               "  lines = list { due = date, amount = money } }\n"
                               "outputs { 'x' }",
                       "derive 'x' { 1 }");
  assert_int_equal(p->schema.count, 7);
  for (size_t i = 0; i < 7; i++) assert_string_equal(p->schema.fields[i].name, names[i]);
  const field *alpha = &p->schema.fields[2], *kind = &p->schema.fields[3],
              *mid = &p->schema.fields[4];
  assert_true(alpha->has_min && alpha->has_max);
  assert_int_equal(alpha->min, -150);
  assert_int_equal(alpha->max, 20000);
  assert_true(kind->required);
  assert_int_equal(kind->type.choices->count, 2);
  assert_string_equal(mid->column, "中");
  assert_int_equal(mid->type.denominator, 1000);
  assert_int_equal(p->schema.fields[6].type.record->count, 2);
  assert_int_equal(p->schema.key, 0);
  assert_int_equal(p->zone.offset, 8 * 3600);
  pack_free(p);
  folder_remove(&f);
}

static void lua_numbers_become_plain_decimals(void **state) {
  (void)state;
  static const struct {
    const char *lua, *text;
  } cases[] = {{"0.35", "0.35"},
               {"75", "75"},
               {"1e20", "100000000000000000000"},
               {"2.5e-7", "0.00000025"},
               {"-0.1", "-0.1"},
               {"9007199254740993", "9007199254740993"},
               {"0x10", "16"},
               {"true", "true"},
               {"'a + b'", "a + b"},
               {"1234567.89", "1234567.89"},
               {"1e15", "1000000000000000"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char steps[128];
    folder f;
    make(&f);
    snprintf(steps, sizeof steps, "derive 'x' { %s }", cases[i].lua);
    pack *p = load_texts(&f, COMPANY FIELDS "outputs { 'x' }", steps);
    const char *text = p->steps[0].derive.formula.text;
    assert_string_equal(text, cases[i].text);
    pack_free(p);
    folder_remove(&f);
  }
}

static void rows_know_their_lines(void **state) {
  (void)state;
  folder f;
  make(&f);
  pack *p = load_texts(&f, COMPANY FIELDS "outputs { 'grade' }",
                       "-- a comment\n"
                       "scorecard 'score' {\n"
                       "  characteristic { 'amount',\n"
                       "    { '>= 5', 10 }, -- { not a row }\n"
                       "    { '-', 0 },\n"
                       "    missing = 3 },\n"
                       "}\n"
                       "decision_table 'grade' { inputs = { 'score' },\n"
                       "\n"
                       "  { '>= 5', 'A',\n"
                       "    code = 'TOP' },\n"
                       "  { '-', 'B' } }\n"
                       "codes 'reasons' { 'TOP' }\n");
  const characteristic *c = &p->steps[0].scorecard.characteristics[0];
  assert_int_equal(p->steps[0].at.line, 2);
  assert_int_equal(c->at.line, 3);
  assert_int_equal(c->attributes[0].at.line, 4);
  assert_int_equal(c->attributes[1].at.line, 5);
  assert_int_equal(c->missing.at.line, 6);
  assert_string_equal(c->input.text, "amount");
  const table_step *t = &p->steps[1].table;
  assert_int_equal(t->rows[0].at.line, 10);
  assert_int_equal(t->rows[1].at.line, 12);
  assert_string_equal(t->rows[0].code, "TOP");
  pack_free(p);
  folder_remove(&f);
}

static void a_limit_keeps_its_order(void **state) {
  (void)state;
  static const limit_operation_kind kinds[] = {LIMIT_START,   LIMIT_TIMES, LIMIT_PLUS,
                                               LIMIT_AT_MOST, LIMIT_ZERO,  LIMIT_ROUND};
  folder f;
  make(&f);
  pack *p = load_texts(&f, COMPANY FIELDS "outputs { 'credit' }",
                       "limit 'credit' {\n"
                       "  start { least = { 'amount', { 'visits * 2', 'BY_VISITS' } } },\n"
                       "  times { '0.5' },\n"
                       "  plus { '10', 'EXTRA', when = 'visits > 1' },\n"
                       "  at_most { { '500', 'CAP' }, { '100', 'LOW', when = 'visits = 0' } },\n"
                       "  zero { 'amount < 5', 'SMALL', silences = { 'CAP' } },\n"
                       "  round_down(1000),\n"
                       "  missing = 0,\n"
                       "}\n"
                       "codes 'reasons' { 'BY_VISITS', 'EXTRA', 'CAP', 'LOW', 'SMALL' }\n");
  const limit_step *s = &p->steps[0].limit;
  assert_int_equal(s->operation_count, 6);
  for (size_t i = 0; i < 6; i++) assert_int_equal(s->operations[i].kind, kinds[i]);
  assert_int_equal(s->operations[0].pick, PICK_LEAST);
  assert_string_equal(s->operations[0].terms[1].code, "BY_VISITS");
  assert_string_equal(s->operations[2].when.text, "visits > 1");
  assert_string_equal(s->operations[3].terms[1].code, "LOW");
  assert_string_equal(s->operations[4].silences[0], "CAP");
  assert_string_equal(s->operations[5].terms[0].formula.text, "1000");
  assert_string_equal(s->missing.text, "0");
  pack_free(p);
  folder_remove(&f);
}

static void tables_come_from_spreadsheets(void **state) {
  (void)state;
  static const struct {
    const char *name, *data;
  } cases[] = {{"plain", "unique,visits,amount / 2,grade: choice,days: integer,code,note\n"
                         "1,<= 3,-,重要,5,FEW,few visits\n\n2,\"4, 5\",,现有,,,\n"},
               {"byte order mark, CRLF, semicolons, Chinese colon",
                "\xEF\xBB\xBFU;visits;amount / 2;grade：choice;days: integer;code;note\r\n"
                "1;<= 3;-;重要;5;FEW;few visits\r\n;;;;;;\r\n2;4, 5;;现有;;;\r\n"},
               {"GB18030",
                "U,visits,amount / 2,grade: choice,days: integer,code,note\n"
                "1,<= 3,-,\xD6\xD8\xD2\xAA,5,FEW,few visits\n2,\"4, 5\",,\xCF\xD6\xD3\xD0,,,\n"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    folder f;
    make(&f);
    folder_text(&f, "grades.csv", cases[i].data);
    pack *p = load_texts(&f, COMPANY FIELDS "outputs { 'grade', 'days' }",
                         "decision_table 'grades' { file = 'grades.csv' } codes 'r' { 'FEW' }");
    const table_step *t = &p->steps[0].table;
    assert_int_equal(t->hit, HIT_UNIQUE);
    assert_int_equal(t->input_count, 2);
    assert_int_equal(t->output_count, 2);
    assert_int_equal(t->row_count, 2);
    assert_string_equal(t->inputs[1].text, "amount / 2");
    assert_string_equal(t->rows[0].outputs[0].text, "重要");
    assert_string_equal(t->rows[0].code, "FEW");
    assert_string_equal(t->rows[0].annotation, "few visits");
    assert_string_equal(t->rows[1].tests[0].text, "4, 5");
    assert_string_equal(t->rows[1].tests[1].text, "-");
    assert_string_equal(t->rows[1].outputs[0].text, "现有");
    assert_null(t->rows[1].outputs[1].text);
    assert_int_equal(t->outputs[1].type.kind, TYPE_INTEGER);
    pack_free(p);
    folder_remove(&f);
  }
}

static void calendars_expand_their_ranges(void **state) {
  (void)state;
  folder f;
  make(&f);
  pack *p = load_texts(
      &f,
      "company { name = 'T', currency = 'JPY', timezone = '+09:00', opens = '08:30',\n"
      "closes = '17:00', workdays = { 'mon', 'sat' }, makeup = { '2025-01-26' },\n"
      "holidays = { '2025-02-01..2025-02-03', '2025-01-01' }, scripts = { 'steps' } }\n"
      "source { plugin = 'csv', path = 'c.csv', column = { id = 'Nr' }, limit = 3 }\n" FIELDS
      "params { rate = decimal(2) { default = 0.35 } }\noutputs { 'x' }\n"
      "budget { instructions = 5000, memory = 65536 }",
      "derive 'x' { 'amount' }");
  const pack_calendar *c = &p->calendar;
  assert_int_equal(c->opens, 8 * 3600 + 1800);
  assert_true(c->workdays[0] && c->workdays[5] && !c->workdays[1]);
  assert_int_equal(c->holiday_count, 4);
  assert_int_equal(c->holidays[0], date_from_civil(2025, 1, 1));
  assert_int_equal(c->holidays[3], date_from_civil(2025, 2, 3));
  assert_int_equal(c->makeup_count, 1);
  assert_int_equal(p->currency_digits, 0);
  assert_int_equal(p->schema.fields[1].type.denominator, 1);
  assert_int_equal(p->source.settings.count, 3);
  assert_string_equal(p->source.settings.items[1].key, "id");
  assert_string_equal(p->source.settings.items[2].value, "3");
  assert_string_equal(p->params[0].preset.text, "0.35");
  assert_int_equal(p->budget.instructions, 5000);
  pack_free(p);
  folder_remove(&f);
}

/* ---- identity ---- */

static void related_records_are_a_list_of_the_customer(void **state) {
  (void)state;
  folder f;
  make(&f);
  pack *p = load_texts(&f,
                       COMPANY
                       "related 'open_items' {"
                       "  source = { plugin = 'csv', path = 'items.csv', missing = { 'NA' } },"
                       "  key = 'customer_id',"
                       "  fields = { due_date = date, amount = money { min = 0, column = 'sum' } },"
                       "  where = 'due_date <= today' }\n" FIELDS "outputs { 'd' }",
                       "derive 'd' { '1' }");
  const pack_related *r = &p->related[0];
  assert_int_equal(p->related_count, 1);
  assert_string_equal(r->source.plugin, "csv");
  assert_string_equal(r->source.settings.items[0].value, "items.csv");
  assert_string_equal(r->schema.missing[0], "NA");
  assert_string_equal(r->where.text, "due_date <= today");
  /* what the source gives: the key, then the record */
  assert_int_equal(r->schema.count, 3);
  assert_int_equal(r->schema.key, 0);
  assert_string_equal(r->schema.fields[0].column, "customer_id");
  assert_int_equal(r->schema.fields[0].type.kind, TYPE_KEY);
  assert_string_equal(r->schema.fields[2].column, "sum");
  /* what the customer has: the last field, a list of such records */
  const field *list = &p->schema.fields[r->field];
  assert_int_equal(r->field, p->schema.count - 1);
  assert_string_equal(list->name, "open_items");
  assert_true(list->joined && !list->required);
  assert_int_equal(list->type.kind, TYPE_LIST);
  assert_int_equal(list->type.record->count, 2);
  assert_string_equal(list->type.record->fields[0].name, "due_date");
  assert_int_equal(list->type.record->fields[1].min, 0);
  pack_free(p);
  folder_remove(&f);
}

static void the_hash_covers_what_decides(void **state) {
  (void)state;
  char first[65];
  folder f;
  make(&f);
  const char *steps = "derive 'x' { 'amount' } codes 'r' { { 'C', 'amount > 1' } }";
  pack *p = load_texts(&f, COMPANY FIELDS "outputs { 'x' }", steps);
  strcpy(first, p->hash);
  assert_int_equal(p->file_count, 2);
  pack_free(p);
  folder_text(&f, "c.csv", "id,amount\n1,2\n"); /* data, results, parameters: no part of it */
  folder_text(&f, "params.csv", "name,value\n");
  p = load_texts(&f, COMPANY FIELDS "outputs { 'x' }", steps);
  assert_string_equal(p->hash, first);
  pack_free(p);
  folder_text(&f, "reasons.en.csv", "code,text\nC,Because.\n");
  p = load_texts(&f, COMPANY FIELDS "outputs { 'x' }", steps);
  assert_string_not_equal(p->hash, first);
  assert_string_equal(p->reason_texts[0].text, "Because.");
  pack_free(p);
  folder_remove(&f);
}

static void rules_open_a_second_state(void **state) {
  (void)state;
  folder f;
  make(&f);
  pack *p =
      load_texts(&f, COMPANY FIELDS "outputs { 'busy', 'twice' }",
                 "local most = 3\n"
                 "rule 'busy' { type = boolean, function(c) return c.visits > most end }\n"
                 "rule 'twice' { type = money,\n  function(c)\n    return c.amount * 2\n  end }\n");
  assert_int_equal(p->function_count, 2);
  assert_int_equal(p->steps[0].lua.field_count, 1);
  assert_string_equal(p->steps[0].lua.fields[0], "visits");
  assert_string_equal(p->steps[1].lua.outputs[0].name, "twice");
  pack_state s;
  error e = {0};
  if (pack_state_open(p, &s, &e)) fail_msg("%s", e.message);
  assert_int_not_equal(s.functions[0], s.functions[1]);
  pack_state_close(&s);
  pack_free(p);
  folder_remove(&f);
}

/* A script cut off anywhere is told or loads, and never crashes. */
static void half_a_script_is_told(void **state) {
  (void)state;
  char whole[8192];
  FILE *in = fopen("rules/real-estate-leads/classification.lua", "rb");
  assert_non_null(in);
  size_t n = fread(whole, 1, sizeof whole, in);
  fclose(in);
  folder f;
  make(&f);
  folder_copy(&f, "rules/real-estate-leads");
  for (size_t cut = 0; cut < n; cut += 13) {
    findings found = {0};
    folder_put(&f, "classification.lua", whole, cut);
    pack *p = pack_load(f.path, &found);
    assert_true((p == NULL) == (found.errors > 0));
    assert_null(p); /* the outputs need all of it */
    findings_deinit(&found);
  }
  folder_remove(&f);
}

static void many_rows_load_quickly(void **state) {
  (void)state;
  buffer steps = {0};
  folder f;
  make(&f);
  buffer_text(&steps, "decision_table 'd' { type = integer, inputs = { 'visits' },\n");
  for (int i = 0; i < 50000; i++) buffer_format(&steps, "{ '%d', %d },\n", i, i);
  buffer_text(&steps, "}\n");
  pack *p = load_texts(&f, COMPANY FIELDS "outputs { 'd' }", steps.data);
  assert_int_equal(p->steps[0].table.row_count, 50000);
  assert_int_equal(p->steps[0].table.rows[49999].at.line, 50001);
  buffer_deinit(&steps);
  pack_free(p);
  folder_remove(&f);
}

static void a_pack_that_is_not_there_is_told(void **state) {
  (void)state;
  findings found = {0};
  assert_null(pack_load("real-estate-lead", &found));
  assert_int_equal(found.errors, 1);
  assert_non_null(strstr(found.items[0].message, "did you mean real-estate-leads?"));
  findings_deinit(&found);
}

static void shipped_packs_load_without_a_word(void **state) {
  (void)state;
  static const char *const packs[] = {"rules/real-estate-leads", "real-estate-leads",
                                      "tests/packs/german-credit", "tests/packs/bank-marketing"};
  for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
    findings found = {0};
    pack *p = pack_load(packs[i], &found);
    for (size_t k = 0; k < found.count; k++)
      print_error("%s:%d: %s\n", found.items[k].file, found.items[k].line, found.items[k].message);
    assert_non_null(p);
    assert_int_equal(found.count, 0);
    findings_deinit(&found);
    pack_free(p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(fields_stand_in_the_order_written, tear_down),
      cmocka_unit_test_teardown(lua_numbers_become_plain_decimals, tear_down),
      cmocka_unit_test_teardown(rows_know_their_lines, tear_down),
      cmocka_unit_test_teardown(a_limit_keeps_its_order, tear_down),
      cmocka_unit_test_teardown(tables_come_from_spreadsheets, tear_down),
      cmocka_unit_test_teardown(calendars_expand_their_ranges, tear_down),
      cmocka_unit_test_teardown(related_records_are_a_list_of_the_customer, tear_down),
      cmocka_unit_test_teardown(the_hash_covers_what_decides, tear_down),
      cmocka_unit_test_teardown(rules_open_a_second_state, tear_down),
      cmocka_unit_test_teardown(half_a_script_is_told, tear_down),
      cmocka_unit_test_teardown(many_rows_load_quickly, tear_down),
      cmocka_unit_test_teardown(a_pack_that_is_not_there_is_told, tear_down),
      cmocka_unit_test_teardown(shipped_packs_load_without_a_word, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
