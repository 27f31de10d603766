/* Tables to CSV and back: what a spreadsheet is given reads as the table it came from. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <iconv.h>
#include <unistd.h>
#include "lang/cell_habits.h"
#include "lang/hit_policy.h"
#include "lang/table_csv.h"
#include "support/bench.h"

static const char company[] =
    "company { name = 'Tables', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' } }\n"
    "source { plugin = 'csv', path = 'c.csv' }\n"
    "fields { id = key, amount = money, note = text, code = integer, grade = choice { 'A', 'B' } "
    "}\n"
    "outputs { 'o0' }\n";
static const char reads_file[] = "decision_table 'table' { file = 't.csv' }\n"
                                 "codes 'codes' { 'ONE', 'TWO' }\n";

static char folder[64];

static int set_up(void **state) {
  (void)state;
  strcpy(folder, "/tmp/assay-tables-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static void put_file(const char *name, const char *data, size_t n) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fwrite(data, 1, n, out), n);
  fclose(out);
}

static int tear_down(void **state) {
  (void)state;
  static const char *const names[] = {"company.lua", "steps.lua", "t.csv"};
  for (size_t i = 0; i < COUNT(names); i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  return rmdir(folder);
}

static pack *load(const char *steps) {
  findings found = {0};
  put_file("company.lua", company, sizeof company - 1);
  put_file("steps.lua", steps, strlen(steps));
  pack *p = pack_load(folder, &found);
  for (size_t i = 0; i < found.count && !p; i++)
    print_error("%s:%d: %s\n", found.items[i].file, found.items[i].line, found.items[i].message);
  findings_deinit(&found);
  assert_non_null(p);
  return p;
}

static const table_step *table_of(const pack *p) {
  assert_int_equal(p->steps[0].kind, STEP_TABLE);
  return &p->steps[0].table;
}

/* ---- random tables ---- */

static const char *const inputs[] = {
    "amount", "note", "code", "coalesce(amount, 0)", "(grade)", "max(amount, 100)"};
static const char *const tests[] = {"-",          "< 5",       "[1..3)", "1, 2, [5..6]",
                                    "\"a, b\"",   "\"\"\"\"",  "null",   "not(\"it's; so\")",
                                    "\"两\n行\"", "<= amount", "A"};
static const char *const values[] = {NULL, "null", "3", "amount / 2", "\"a \\\" b\"", "max(1, 2)"};
static const char *const notes[] = {NULL,          "a remark",   "说明；第 3 条",
                                    "with, comma", "\"quoted\"", "check: allow gap because 手工"};
static const char *const remarks[] = {NULL, NULL, "# says, why", "# check: allow gap because 手工"};

static value_type random_type(pack *p) {
  static const type_kind kinds[] = {TYPE_INTEGER, TYPE_NUMBER,    TYPE_BOOLEAN,
                                    TYPE_DATE,    TYPE_TIMESTAMP, TYPE_TEXT};
  value_type t;
  switch (random_below(5)) {
  case 0:
    return (value_type){.kind = TYPE_CHOICE, .denominator = 1};
  case 1:
    t = built_choice(p, random_below(2) ? "low|not so high|高, (很高)" : "low");
    t.rank = t.choices->count > 1 && random_below(2) ? RANK_BEST_LAST : RANK_BEST_FIRST;
    return t;
  case 2:
    return built_money();
  case 3:
    return built_decimal((int)random_below(6));
  default:
    return built_type(kinds[random_below(COUNT(kinds))]);
  }
}

static pack_period random_period(void) {
  pack_period p = {true, INT64_MIN, INT64_MAX, {0}};
  if (random_below(3)) return (pack_period){0};
  if (random_below(2)) p.from = 20000 + random_below(500);
  if (random_below(2) || p.from == INT64_MIN) p.to = 20600 + random_below(500);
  return p;
}

static void random_row(pack *p, const table_step *t, table_row *r) {
  r->outputs = arena_array(&p->arena, t->output_count, sizeof *r->outputs);
  for (size_t i = 0; i < t->output_count; i++)
    r->outputs[i].text = values[random_below(COUNT(values))];
  r->code = random_below(2) ? NULL : random_below(2) ? "ONE" : "TWO";
  r->annotation = notes[random_below(COUNT(notes))];
}

static void random_table(pack *p, table_step *t) {
  *t = (table_step){.hit = (hit_policy)random_below(HIT_SUM),
                    .remark = remarks[random_below(COUNT(remarks))]};
  t->input_count = (size_t)random_below(4) + 1;
  t->inputs = arena_array(&p->arena, t->input_count, sizeof *t->inputs);
  for (size_t i = 0; i < t->input_count; i++)
    t->inputs[i].text = inputs[random_below(COUNT(inputs))];
  t->output_count = (size_t)random_below(3) + 1;
  t->outputs = arena_array(&p->arena, t->output_count, sizeof *t->outputs);
  for (size_t i = 0; i < t->output_count; i++)
    t->outputs[i] = (table_output){arena_format(&p->arena, "o%zu", i),
                                   i || !hit_policy_is_ranked(t->hit) ? random_type(p)
                                                                      : built_choice(p, "x|y")};
  t->row_count = (size_t)random_below(8) + 1;
  t->rows = arena_array(&p->arena, t->row_count, sizeof *t->rows);
  for (size_t r = 0; r < t->row_count; r++) {
    table_row *row = &t->rows[r];
    random_row(p, t, row);
    row->tests = arena_array(&p->arena, t->input_count, sizeof *row->tests);
    for (size_t i = 0; i < t->input_count; i++)
      row->tests[i].text = tests[random_below(COUNT(tests))];
    row->effective = random_period();
  }
  if (random_below(2)) return;
  t->otherwise = arena_alloc(&p->arena, sizeof *t->otherwise);
  random_row(p, t, t->otherwise);
}

/* ---- the same again ---- */

static void same_text(const char *a, const char *b) {
  assert_string_equal(a ? a : "", b ? b : "");
}

static void same_row(const table_step *t, const table_row *a, const table_row *b) {
  for (size_t i = 0; i < t->input_count && a->tests; i++)
    same_text(a->tests[i].text, b->tests[i].text);
  for (size_t i = 0; i < t->output_count; i++) same_text(a->outputs[i].text, b->outputs[i].text);
  same_text(a->code, b->code);
  same_text(a->annotation, b->annotation);
  assert_int_equal(a->effective.given, b->effective.given);
  if (!a->effective.given) return;
  assert_true(a->effective.from == b->effective.from && a->effective.to == b->effective.to);
}

/* An input whose name a header means something else by comes back in parentheses. */
static void same_input(const char *a, const char *b) {
  char in[64];
  snprintf(in, sizeof in, "(%s)", a);
  if (strcmp(in, b) != 0) same_text(a, b);
}

static void same_table(const table_step *a, const table_step *b) {
  assert_int_equal(a->hit, b->hit);
  same_text(a->remark, b->remark);
  assert_int_equal(a->input_count, b->input_count);
  assert_int_equal(a->output_count, b->output_count);
  assert_int_equal(a->row_count, b->row_count);
  for (size_t i = 0; i < a->input_count; i++) same_input(a->inputs[i].text, b->inputs[i].text);
  for (size_t i = 0; i < a->output_count; i++) {
    same_text(a->outputs[i].name, b->outputs[i].name);
    assert_true(type_equal(a->outputs[i].type, b->outputs[i].type));
    assert_int_equal(a->outputs[i].type.rank, b->outputs[i].type.rank);
  }
  for (size_t r = 0; r < a->row_count; r++) same_row(a, &a->rows[r], &b->rows[r]);
  assert_int_equal(a->otherwise != NULL, b->otherwise != NULL);
  if (a->otherwise) same_row(a, a->otherwise, b->otherwise);
}

static void to_gb18030(buffer *b) {
  char *out = mem_alloc(4 * b->size + 8), *to = out, *from = b->data;
  size_t left = b->size, room = 4 * b->size + 8;
  if (left > 3 && !memcmp(from, "\xEF\xBB\xBF", 3)) from += 3, left -= 3;
  iconv_t c = iconv_open("GB18030", "UTF-8");
  assert_int_equal(iconv(c, &from, &left, &to, &room), 0);
  iconv_close(c);
  buffer_clear(b);
  buffer_add(b, out, (size_t)(to - out));
  free(out);
}

static void random_tables_come_back(void **state) {
  (void)state;
  for (int round = 0; round < 1000; round++) {
    pack *made = built_pack();
    table_step t;
    buffer csv = {0}, again = {0};
    random_table(made, &t);
    table_csv_write(&t, &csv);
    buffer_add(&again, csv.data, csv.size);
    if (round % 3 == 0) to_gb18030(&again);
    put_file("t.csv", again.data, again.size);
    pack *p = load(reads_file);
    same_table(&t, table_of(p));
    if (round % 2 == 0) { /* what comes back is written the same */
      buffer_clear(&again);
      table_csv_write(table_of(p), &again);
      put_file("t.csv", again.data, again.size);
      pack *q = load(reads_file);
      same_table(table_of(p), table_of(q));
      pack_free(q);
    }
    pack_free(p);
    buffer_deinit(&csv);
    buffer_deinit(&again);
    built_free(made);
  }
}

static void a_table_of_a_script_moves_into_a_spreadsheet(void **state) {
  (void)state;
  pack *p =
      load("decision_table 'table' { hit = 'U', inputs = { 'amount', 'grade' },\n"
           "  outputs = { { 'o0', choice { 'low', 'high', best = 'high' } }, { 'days', integer "
           "} },\n"
           "  default = { 'low', 30, note = 'whatever else' },\n"
           "  { '>= 1000.50', 'A, B', 'high', 2, code = 'ONE', from = '2025-01-01' },\n"
           "  { '-', 'null', 'null', 'code * 2', to = '2024-12-31', note = '旧' } }\n"
           "codes 'codes' { 'ONE' }");
  buffer csv = {0};
  table_csv_write(table_of(p), &csv);
  buffer_char(&csv, 0);
  assert_string_equal(
      csv.data, "\xEF\xBB\xBFunique,amount,grade,\"o0: choice(low, high, best = high)\",days: "
                "integer,code,from,to,note\n"
                "1,>= 1000.50,\"A, B\",high,2,ONE,2025-01-01,,\n"
                "2,-,null,null,code * 2,,,2024-12-31,旧\n"
                "default,,,low,30,,,,whatever else\n");
  put_file("t.csv", csv.data, csv.size - 1);
  pack *q = load(reads_file);
  same_table(table_of(p), table_of(q));
  buffer_deinit(&csv);
  pack_free(p);
  pack_free(q);
}

/* ---- cells ---- */

static void signs_of_input_methods_are_put_right(void **state) {
  (void)state;
  static const struct {
    const char *cell, *plain;
  } cases[] = {{"（１．．５］", "(1..5]"},
               {"Ａ，Ｂ", "Ａ,Ｂ"},
               {"≤ 5", "<= 5"},
               {"≥５％", ">=5%"},
               {"≠ A", "!= A"},
               {"A、B", "A, B"},
               {"“大（型）”、B", "\"大（型）\", B"},
               {"\"（\"，（x）", "\"（\",(x)"},
               {"TRUE", "true"},
               {"False", "false"},
               {"[1…5]", "[1..5]"},
               {"—", "-"},
               {"【1..2】", "[1..2]"},
               {"not（A）", "not(A)"},
               {"plain", "plain"}};
  arena a = {0};
  for (size_t i = 0; i < COUNT(cases); i++)
    assert_string_equal(cell_plain(&a, cases[i].cell), cases[i].plain);
  arena_deinit(&a);
}

static void only_what_spreadsheets_did_is_told(void **state) {
  (void)state;
  static const char *const fine[] = {"2025-10-01",
                                     "[2025-01-01..2025-12-31]",
                                     "2025-10-01T15:00:00+08:00",
                                     "< 5.25",
                                     "100, 200",
                                     "1, 2, 3",
                                     "a1,000b",
                                     "\"1,000\"",
                                     "\"2025/10/1\"",
                                     "(1 - 3)",
                                     "[1..3]",
                                     "-1",
                                     "sales_12m / 365 * 1.2",
                                     "-",
                                     "round(x, 2)",
                                     "NET_7_DEPOSIT_30",
                                     "may",
                                     "12个月"};
  static const char *const told[] = {
      "2025/10/1",    "<= 2025/1/5",    "2025-1-5", "12/31/2025", "1-3",        "10~20",
      "1,000",        "[1,000..2,000)", "1.2E+06",  "3-Jan",      "Jan-03",     "1月3日",
      "2025年1月3日", "#N/A",           "¥100",     "$5",         "2025.10.01", "####"};
  arena a = {0};
  for (size_t i = 0; i < COUNT(fine); i++)
    if (cell_habit(&a, fine[i])) fail_msg("%s %s", fine[i], cell_habit(&a, fine[i]));
  for (size_t i = 0; i < COUNT(told); i++)
    if (!cell_habit(&a, told[i])) fail_msg("%s is not told", told[i]);
  arena_deinit(&a);
}

int main(void) {
  const struct CMUnitTest all[] = {
      cmocka_unit_test_setup_teardown(random_tables_come_back, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_table_of_a_script_moves_into_a_spreadsheet, set_up,
                                      tear_down),
      cmocka_unit_test(signs_of_input_methods_are_put_right),
      cmocka_unit_test(only_what_spreadsheets_did_is_told),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}
