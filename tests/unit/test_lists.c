/* Lists of records: which rows count, what a Lua rule sees of them, and that a decision keeps them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/blob.h"
#include "support/bench.h"

/* A customer with orders: at, amount, kind, note. */
static pack *orders_pack(const char *where) {
  pack *p = built_pack();
  pack_related *r = arena_array(&p->arena, 1, sizeof *r);
  field *f = arena_array(&p->arena, 5, sizeof *f);
  schema *record = arena_alloc(&p->arena, sizeof *record);
  const value_type types[] = {built_type(TYPE_KEY), built_type(TYPE_DATE), built_money(),
                              built_choice(p, "web|shop"), built_type(TYPE_TEXT)};
  static const char *const names[] = {"customer", "at", "amount", "kind", "note"};
  for (size_t i = 0; i < 5; i++)
    f[i] = (field){.name = names[i], .column = names[i], .type = types[i], .file = "c.lua"};
  *record = (schema){.count = 4, .fields = f + 1};
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "limit", built_money());
  size_t list =
      built_field(p, "orders", (value_type){.kind = TYPE_LIST, .denominator = 1, .record = record});
  ((field *)(uintptr_t)&p->schema.fields[list])->joined = true;
  *r = (pack_related){.name = "orders", .field = list, .at = built_place(p)};
  r->schema = (schema){.count = 5, .fields = f, .zone = p->zone};
  if (where) r->where = built_text(p, where);
  p->related = r;
  p->related_count = 1;
  return p;
}

/* Rows "2025-01-01 12.50 web note"; "-" is a missing value. Appended to the batch from column
 * `from` on. */
static void put_row(batch *b, size_t from, const char *text) {
  char at[16], amount[32], kind[16], note[64];
  const size_t row = b->rows++;
  assert_int_equal(sscanf(text, "%15s %31s %15s %63s", at, amount, kind, note), 4);
  column *c = &b->columns[from];
  c[0].i64[row] = c[1].i64[row] = MISSING_I64;
  if (*at != '-') assert_true(date_parse(at, 10, &c[0].i64[row]));
  if (strcmp(amount, "-") != 0)
    assert_int_equal(decimal_parse(amount, strlen(amount), 2, &c[1].i64[row]), PARSE_OK);
  c[2].i32[row] = choice_find(c[2].type.choices, kind, strlen(kind));
  column_add_text(&c[3], row, strcmp(note, "-") ? note : NULL, strlen(note));
}

/* One customer whose orders are separated by ';'. */
static void put_customer(pack *p, batch *b, const char *record, const char *orders) {
  const size_t row = b->rows, list = p->related[0].field;
  size_t count;
  column *c = &b->columns[list];
  const char **texts = built_split(p, orders, ';', &count);
  const schema whole = p->schema;
  p->schema.count = list; /* put_record knows nothing of lists */
  put_record(p, b, record);
  p->schema = whole;
  for (size_t i = 0; i < count; i++) put_row(c->list.records, 0, texts[i]);
  c->list.offsets[row + 1] = (uint32_t)c->list.records->rows;
  c->list.missing[row] = 0;
}

/* ---- which rows count ---- */

static void filtered(const char *where, const char *expected) {
  static const char *const rows[] = {"2025-09-25 10.00 web a", "2025-09-26 20.00 shop -",
                                     "2025-09-27 30.00 - c", "- 40.00 web -"};
  pack *p = orders_pack(where);
  findings found = {0};
  plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, &found);
  assert_non_null(made);
  row_filter *f = row_filter_new(made, 0);
  batch *b = batch_new(&p->related[0].schema, NULL);
  for (size_t i = 0; i < COUNT(rows); i++) {
    column_add_text(&b->columns[0], i, "A", 1);
    put_row(b, 1, rows[i]);
  }
  uint8_t keep[BATCH_ROWS];
  const fault *faults;
  size_t fault_count;
  row_filter_run(f, b, keep, &faults, &fault_count);
  char got[COUNT(rows) + 1] = "";
  for (size_t i = 0; i < COUNT(rows); i++) got[i] = keep[i] ? '1' : '0';
  assert_int_equal(fault_count, 0);
  if (strcmp(got, expected)) fail_msg("%s: %s, expected %s", where, got, expected);
  batch_free(b);
  row_filter_free(f);
  plan_free(made);
  findings_deinit(&found);
  built_free(p);
}

static void rows_count_when_the_condition_is_true(void **state) {
  (void)state;
  filtered("at <= today", "1100"); /* unknown is not true */
  filtered("at <= today or at = null", "1101");
  filtered("amount >= 20", "0111");
  filtered("kind = web", "1001");
  filtered("not(kind = web)", "0100");
  filtered("note = null", "0101");
}

static void a_row_that_cannot_be_judged_is_a_fault(void **state) {
  (void)state;
  pack *p = orders_pack("amount * 1000000000000000 * 1000000000000000 > 5");
  findings found = {0};
  plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, &found);
  assert_non_null(made);
  row_filter *f = row_filter_new(made, 0);
  batch *b = batch_new(&p->related[0].schema, NULL);
  column_add_text(&b->columns[0], 0, "A", 1);
  put_row(b, 1, "2025-09-25 1.00 web a");
  column_add_text(&b->columns[0], 1, "A", 1);
  put_row(b, 1, "2025-09-25 90000000000000000.00 web a");
  uint8_t keep[BATCH_ROWS];
  const fault *faults;
  size_t fault_count;
  row_filter_run(f, b, keep, &faults, &fault_count);
  assert_int_equal(keep[0], 1);
  assert_int_equal(fault_count, 1);
  assert_int_equal(faults[0].row, 1);
  assert_string_equal(faults[0].code, "OVERFLOW");
  batch_free(b);
  row_filter_free(f);
  plan_free(made);
  findings_deinit(&found);
  built_free(p);
}

static void without_a_condition_there_is_no_filter(void **state) {
  (void)state;
  pack *p = orders_pack(NULL);
  findings found = {0};
  plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, &found);
  assert_null(row_filter_new(made, 0));
  assert_false(plan_list(made, p->related[0].field)->read); /* nothing reads it */
  assert_null(plan_list(made, 1));                          /* no list */
  batch *b = plan_batch(made);
  assert_null(b->columns[p->related[0].field].list.offsets); /* so it is never kept */
  batch_free(b);
  plan_free(made);
  findings_deinit(&found);
  built_free(p);
}

/* ---- Lua ---- */

static void add_rule(pack *p, const char *name, value_type type, bool positional,
                     const char *function) {
  step *s = built_step(p, STEP_LUA, name);
  lua_step *l = &s->lua;
  if (!p->scripts) p->scripts = arena_array(&p->arena, 16, sizeof *p->scripts);
  l->function = p->function_count++;
  l->outputs = arena_array(&p->arena, 1, sizeof *l->outputs);
  l->outputs[l->output_count++] = (table_output){name, type};
  l->positional = positional;
  if (positional) l->fields = built_split(p, "orders", '|', &l->field_count);
  const char *text = arena_format(&p->arena, "rule \"%s\" { function(%s) %s end }\n", name,
                                  positional ? "orders" : "c", function);
  p->scripts[p->script_count++] =
      (pack_script){.file = "rules/test/rule.lua", .text = text, .size = strlen(text)};
}

static batch *three_customers(pack *p, const plan *made) {
  batch *b = plan_batch(made);
  put_customer(p, b, "id=A|limit=5.00",
               "2025-01-01 10.00 web a;2025-02-01 2.50 shop -;- - - and_a_long_note");
  put_customer(p, b, "id=B", "");
  put_customer(p, b, "id=C", "2025-03-01 1.25 shop c");
  return b;
}

static void a_rule_walks_a_list(void **state) {
  (void)state;
  pack *p = orders_pack(NULL);
  add_rule(p, "sum", built_money(), true,
           "local s = 0 for i, o in ipairs(orders) do s = s + (o.amount or 0) * i end return s");
  add_rule(p, "last", built_type(TYPE_TEXT), false,
           "local o = c.orders[#c.orders] return o and (o.note or '?') .. (o.kind or '-')");
  add_rule(p, "first", built_type(TYPE_DATE), false,
           "local o = c.orders[1] if c.orders[0] or c.orders[99] then error('beyond') end "
           "return o and o.at");
  bench b = bench_open(p, NULL);
  const list_use *u = plan_list(b.plan, p->related[0].field);
  assert_true(u->read && u->kept && u->fields[0] && u->fields[3]);
  batch *in = three_customers(p, b.plan);
  bench_run(&b, in);
  assert_int_equal(b.out->fault_count, 0);
  assert_string_equal(shown(&b, "sum", 0), "15.00");
  assert_string_equal(shown(&b, "sum", 1), "0.00");
  assert_string_equal(shown(&b, "sum", 2), "1.25");
  assert_string_equal(shown(&b, "last", 0), "and_a_long_note-");
  assert_string_equal(shown(&b, "last", 1), "");
  assert_string_equal(shown(&b, "last", 2), "cshop");
  assert_string_equal(shown(&b, "first", 0), "2025-01-01");
  assert_string_equal(shown(&b, "first", 1), "");
  bench_close(&b);
  batch_free(in);
  built_free(p);
}

static void what_a_rule_cannot_do_with_a_list_is_told(void **state) {
  (void)state;
  static const struct {
    const char *function, *part;
  } cases[] = {{"return c.orders[1].amonut",
                "a record of \"orders\" has no field \"amonut\", did you mean \"amount\"?"},
               {"return c.orders.amount",
                "\"orders\" is a list: its records are read by number (orders[1]) or with ipairs"},
               {"return c.orders[1.5]", "read by number"},
               {"return c.orders[1][1]", "is read by its name, not by a number"},
               {"c.orders[1] = 1", "\"orders\" cannot be changed"},
               {"c.orders[1].amount = 1", "a record of \"orders\" cannot be changed"},
               {"table.sort(c.orders)", "must be a table, and is a list"},
               {"for k in pairs(c.orders[1]) do end", "must be a table, and is a record"},
               {"for i, o in ipairs(c) do end", "read by its name, not by a number"},
               {"return c.orders + 1", "a list, and cannot be computed with"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    pack *p = orders_pack(NULL);
    add_rule(p, "out", built_money(), false, cases[i].function);
    bench b = bench_open(p, NULL);
    batch *in = plan_batch(b.plan);
    put_customer(p, in, "id=A", "2025-01-01 10.00 web a");
    bench_run(&b, in);
    assert_int_equal(b.out->fault_count, 1);
    const char *message = b.out->faults[0].message;
    if (!strstr(message, cases[i].part)) fail_msg("%s: %s", cases[i].function, message);
    assert_null(strstr(message, "0x"));
    bench_close(&b);
    batch_free(in);
    built_free(p);
  }
}

static void a_walk_is_charged(void **state) {
  (void)state;
  pack *p = orders_pack(NULL);
  p->budget = (sandbox_budget){100000, 1u << 20};
  add_rule(p, "out", built_type(TYPE_INTEGER), true,
           "local n = 0 while true do for i, o in ipairs(orders) do n = n + 1 end end");
  bench b = bench_open(p, NULL);
  batch *in = plan_batch(b.plan);
  put_customer(p, in, "id=A", "2025-01-01 10.00 web a");
  bench_run(&b, in);
  assert_int_equal(b.out->fault_count, 1);
  assert_string_equal(b.out->faults[0].code, "RULE_BUDGET");
  bench_close(&b);
  batch_free(in);
  built_free(p);
}

/* ---- what a decision keeps ---- */

static void lists_that_rules_walk_are_kept(void **state) {
  (void)state;
  pack *p = orders_pack(NULL);
  add_rule(p, "n", built_type(TYPE_INTEGER), true, "return #orders");
  bench b = bench_open(p, NULL);
  const plan_input *inputs;
  assert_int_equal(plan_inputs(b.plan, &inputs), 1);
  assert_string_equal(inputs[0].name, "orders");
  batch *in = three_customers(p, b.plan);
  bench_run(&b, in);
  column back;
  error e = {0};
  column_init(&back, inputs[0].type, 3);
  for (size_t row = 0; row < 3; row++) {
    const char *blob = b.out->inputs.bytes + b.out->inputs.offsets[row];
    const size_t n = b.out->inputs.offsets[row + 1] - b.out->inputs.offsets[row];
    assert_int_equal(blob_read(blob, n, &inputs[0].type, 1, &back, row, &e), ERR_OK);
    for (size_t cut = 0; cut < n; cut++) {
      char *part = mem_alloc(cut);
      column other;
      memcpy(part, blob, cut);
      column_init(&other, inputs[0].type, 1);
      assert_int_equal(blob_read(part, cut, &inputs[0].type, 1, &other, 0, &e), ERR_STORE);
      column_deinit(&other);
      free(part);
    }
  }
  const batch *was = in->columns[p->related[0].field].list.records, *is = back.list.records;
  assert_int_equal(back.list.offsets[1], 3);
  assert_int_equal(back.list.offsets[2], 3);
  assert_int_equal(back.list.offsets[3], 4);
  assert_false(back.list.missing[1]);
  assert_int_equal(is->rows, was->rows);
  for (size_t item = 0; item < is->rows; item++)
    for (size_t i = 0; i < 4; i++) {
      buffer x = {0}, y = {0};
      column_write(&x, &was->columns[i], item, p->zone);
      column_write(&y, &is->columns[i], item, p->zone);
      assert_int_equal(column_missing(&was->columns[i], item),
                       column_missing(&is->columns[i], item));
      assert_int_equal(x.size, y.size);
      if (x.size) assert_memory_equal(x.data, y.data, x.size);
      buffer_deinit(&x);
      buffer_deinit(&y);
    }
  column_deinit(&back);
  bench_close(&b);
  batch_free(in);
  built_free(p);
}

static void long_lists_are_read_back(void **state) {
  (void)state;
  enum { ROWS = 5000 };
  pack *p = orders_pack(NULL);
  const value_type type = p->schema.fields[p->related[0].field].type;
  column list, back;
  column_init(&list, type, 1);
  column_init(&back, type, 1);
  batch_reserve(list.list.records, ROWS);
  for (int i = 0; i < ROWS; i++)
    put_row(list.list.records, 0, i % 3 ? "2025-01-01 1.00 web x" : "- - - yy");
  list.list.offsets[1] = ROWS;
  const column *columns[] = {&list};
  text_data blobs = {.offsets = mem_array(BATCH_ROWS + 1, sizeof(uint32_t))};
  error e = {0};
  blob_write_rows(&blobs, columns, 1, 1, kernels_at(0));
  assert_int_equal(blob_read(blobs.bytes, blobs.offsets[1], &type, 1, &back, 0, &e), ERR_OK);
  assert_int_equal(back.list.records->rows, ROWS);
  assert_int_equal(back.list.records->columns[1].i64[ROWS - 1], ROWS % 3 == 1 ? MISSING_I64 : 100);
  assert_int_equal(back.list.records->columns[3].text.offsets[ROWS],
                   list.list.records->columns[3].text.offsets[ROWS]);
  free(blobs.offsets);
  free(blobs.bytes);
  column_deinit(&list);
  column_deinit(&back);
  built_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_count_when_the_condition_is_true),
      cmocka_unit_test(a_row_that_cannot_be_judged_is_a_fault),
      cmocka_unit_test(without_a_condition_there_is_no_filter),
      cmocka_unit_test(a_rule_walks_a_list),
      cmocka_unit_test(what_a_rule_cannot_do_with_a_list_is_told),
      cmocka_unit_test(a_walk_is_charged),
      cmocka_unit_test(lists_that_rules_walk_are_kept),
      cmocka_unit_test(long_lists_are_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
