/* Effective dates: which version of a table, which rows, and whether the pack at all is in force on the
 * day of as_of. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/pack_text.h"

#define FIELDS "fields { id = key, amount = money }\noutputs { 'days', 'codes' }\n"
#define VERSIONS                                                                                   \
  "decision_table 'days' { effective = { to = '2024-12-31' }, inputs = { 'amount' },\n"            \
  "  { '-', 'short', code = 'OLD' } }\n"                                                           \
  "decision_table 'days' { effective = { from = '2025-01-01', to = '2025-12-31' },\n"              \
  "  inputs = { 'amount' }, hit = 'unique', { '< 100', 'short' }, { '>= 100', 'long', code = "     \
  "'NEW' } }\n"                                                                                    \
  "decision_table 'days' { effective = { from = '2026-01-01' }, inputs = { 'amount' },\n"          \
  "  { '-', 'longest' } }\n"                                                                       \
  "codes 'codes' { 'OLD', 'NEW', { 'LONG', \"days in (long, longest)\" } }\n"

/* What the pack makes of an amount at noon of a day, "days codes"; "" with a finding: no plan. */
static const char *on(const pack *p, const char *day, const char *amount, findings *found) {
  static char out[256];
  char moment[32], record[64];
  plan_options o = {0};
  error e = {0};
  snprintf(moment, sizeof moment, "%sT12:00:00+08:00", day);
  assert_true(moment_parse(moment, strlen(moment), &o.as_of));
  plan *made = plan_new(p, &o, found);
  if (!made) return "";
  bench b = {made, evaluator_new(made, &e), decisions_new(made)};
  batch *in = batch_new(&p->schema, NULL);
  in->rows = 0;
  snprintf(record, sizeof record, "amount=%s", amount);
  put_record((pack *)(uintptr_t)p, in, record);
  bench_run(&b, in);
  snprintf(out, sizeof out, "%s %s", shown(&b, "days", 0), shown(&b, "codes", 0));
  batch_free(in);
  bench_close(&b);
  return out;
}

static void the_version_of_the_day_decides(void **state) {
  (void)state;
  findings found = {0};
  pack *p = text_pack(FIELDS, VERSIONS);
  assert_string_equal(on(p, "2000-01-01", "500", &found), "short OLD");
  assert_string_equal(on(p, "2024-12-31", "500", &found), "short OLD");
  assert_string_equal(on(p, "2025-01-01", "500", &found), "long NEW|LONG");
  assert_string_equal(on(p, "2025-12-31", "5", &found), "short ");
  assert_string_equal(on(p, "2026-01-01", "5", &found), "longest LONG");
  assert_int_equal(found.count, 0); /* the words of all versions are known on every day */
  findings_deinit(&found);
  pack_free(p);
}

/* as_of is a moment; the day is that of the company's time zone. */
static void the_day_is_the_companys(void **state) {
  (void)state;
  findings found = {0};
  pack *p = text_pack(FIELDS, VERSIONS);
  plan_options o = {0};
  assert_true(moment_parse("2024-12-31T16:30:00Z", 20, &o.as_of)); /* 00:30 of the new year there */
  plan *made = plan_new(p, &o, &found);
  assert_non_null(made);
  const plan_output *outputs;
  assert_int_equal(plan_outputs(made, &outputs), 2);
  plan_free(made);
  assert_string_equal(on(p, "2025-01-01", "500", &found), "long NEW|LONG");
  findings_deinit(&found);
  pack_free(p);
}

static void rows_come_and_go(void **state) {
  (void)state;
  findings found = {0};
  pack *p = text_pack(
      FIELDS, "decision_table 'days' { type = integer, inputs = { 'amount' }, default = 9,\n"
              "  { '> 100', 1, to = '2025-06-30' },\n"
              "  { '> 100', 2, from = '2025-07-01', to = '2025-07-31' },\n"
              "  { '> 10', 3, from = '2025-07-01' } }\n"
              "codes 'codes' { { 'NINE', 'days = 9' } }\n");
  assert_string_equal(on(p, "2025-06-30", "500", &found), "1 ");
  assert_string_equal(on(p, "2025-06-30", "50", &found), "9 NINE");
  assert_string_equal(on(p, "2025-07-01", "500", &found), "2 ");
  assert_string_equal(on(p, "2025-08-01", "500", &found), "3 ");
  assert_string_equal(on(p, "2025-08-01", "5", &found), "9 NINE");
  findings_deinit(&found);
  pack_free(p);
}

static void a_pack_runs_in_its_time_alone(void **state) {
  (void)state;
  findings found = {0}, said = {0};
  text_file company[] = {
      {"company.lua",
       "company { name = 'T', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' },\n"
       "  effective = { from = '2025-01-01', to = '2025-12-31' } }\n"
       "source { plugin = 'csv', path = 'c.csv' }\n" FIELDS},
      {NULL, NULL}};
  pack *p = text_pack_files("", "derive 'days' { 'amount' } codes 'codes' { { 'A', 'days > 1' } }",
                            company, &found);
  assert_non_null(p);
  assert_string_equal(on(p, "2025-01-01", "500", &found), "500.00 A");
  assert_string_equal(on(p, "2025-12-31", "500", &found), "500.00 A");
  assert_string_equal(on(p, "2024-12-31", "500", &said), "");
  assert_int_equal(said.errors, 1);
  assert_int_equal(said.items[0].line, 2);
  assert_non_null(strstr(said.items[0].message, "in force on 2025-01-01..2025-12-31, not on "
                                                "2024-12-31"));
  assert_string_equal(on(p, "2026-01-01", "500", &said), "");
  findings_deinit(&said);
  findings_deinit(&found);
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_version_of_the_day_decides),
      cmocka_unit_test(the_day_is_the_companys),
      cmocka_unit_test(rows_come_and_go),
      cmocka_unit_test(a_pack_runs_in_its_time_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
