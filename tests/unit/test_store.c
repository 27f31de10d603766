/* The store: what is written comes back, and runs switch whole. */
#include "store_world.h"

/* ---- round trip ---- */

static void test_round_trip(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  int64_t id = run_customers(w, "acme");
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  const store_run *run = store_reader_run(r);
  assert_int_equal(run->id, id);
  assert_string_equal(run->title, "Acme");
  assert_null(run->title_zh);
  assert_string_equal(run->params_json, "{\"a\":\"1\"}");
  assert_int_equal(run->as_of, 1758870000);
  assert_int_equal(run->zone.offset, china.offset);
  assert_int_equal(run->counts.records, 7);
  assert_int_equal(run->counts.graded, 4);
  assert_int_equal(run->counts.failed, 1);
  assert_int_equal(run->counts.rejected, 2);
  assert_int_equal(run->output_count, OUTPUTS);
  assert_int_equal(run->input_count, 2);
  for (int i = 0; i < OUTPUTS; i++) {
    assert_string_equal(run->outputs[i].name, outputs[i].name);
    assert_true(type_equal(run->outputs[i].type, outputs[i].type));
  }
  for (int i = 0; i < CUSTOMERS; i++) {
    customer c = customers[i];
    OK(store_show(r, c.key, check_row, (void *)(uintptr_t)&customers[i], &w->e));
  }
  assert_string_equal(store_reason_text(r, "A", "zh"), "因为甲");
  assert_null(store_reason_text(r, "A", "fr"));
  assert_int_equal(store_show(r, "X1", check_row, NULL, &w->e), ERR_NOT_FOUND);
  assert_says(w->e.message, "BAD_VALUE:employees: is no number");
  assert_int_equal(store_show(r, "nobody", check_row, NULL, &w->e), ERR_NOT_FOUND);
  assert_says(w->e.message, "knows no customer nobody");
  store_reader_close(r);
  assert_int_equal(store_reader_open(w->store, "acne", &r, &w->e), ERR_NOT_FOUND);
  assert_says(w->e.message, "did you mean acme?");
  assert_whole(w);
}

static error_code collect_outcomes(void *ctx, const store_outcome *o, error *e) {
  (void)e;
  buffer_format(ctx, "%s,%s,%lld,%s,%s,%s,%s,%s,%d,%s,%s/", o->kind, o->source,
                (long long)o->position, o->key, o->code, o->field, o->rule, o->file, o->line,
                o->value, o->message);
  return ERR_OK;
}

static void test_outcomes(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  buffer b = {0};
  OK(store_outcomes(r, NULL, collect_outcomes, &b, &w->e));
  assert_string_equal(b.data,
                      "rule_error,csv customers.csv,6,bad,RULE_ERROR,,limit,"
                      "rules/acme/credit.lua,12,,attempt to divide by zero/"
                      "reject,csv customers.csv,7,X1,BAD_VALUE,employees,,,0,x,is no number/"
                      "reject,csv customers.csv,8,,REQUIRED,customer_id,,,0,x,is no number/");
  buffer_clear(&b);
  OK(store_outcomes(r, "bad", collect_outcomes, &b, &w->e));
  assert_int_equal(strncmp(b.data, "rule_error,", 11), 0);
  buffer_deinit(&b);
  store_reader_close(r);
}

/* ---- what other programs read ---- */

static void test_views(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme-china");
  const struct {
    const char *sql, *expected;
  } cases[] = {
      {"SELECT customer_id, status, score, grade, credit_limit, next_follow_up, due, hold, share, "
       "dbt, "
       "days, note, reasons, thirds, run_id FROM current_acme_china WHERE customer_id = 'D1'",
       "D1,graded,93.25,apex,3000000.0,2025-09-27T20:00:00+08:00,2025-09-26,1,0.67,0.1,2,O'Hara "
       "\"x\",A|B:1.50,1.33,1"},
      {"SELECT share, thirds, days FROM current_acme_china WHERE customer_id = 'D2'",
       "-0.33,-1.33,-5"},
      {"SELECT due FROM current_acme_china WHERE customer_id = 'a|b'", "1969-12-31"},
      {"SELECT score, hold, reasons FROM current_acme_china WHERE customer_id = 'D10'",
       "NULL,NULL,NULL"},
      {"SELECT customer_id, score FROM current_acme_china WHERE status = 'error'", "bad,NULL"},
      {"SELECT typeof(credit_limit), typeof(hold), typeof(days) FROM current_acme_china LIMIT 1",
       "real,integer,integer"},
      {"SELECT * FROM current_acme_china_reasons ORDER BY customer_id, rank",
       "D1,reasons,1,A,NULL,1/D1,reasons,2,B,1.50,1/a|b,reasons,1,B,NULL,1"},
      {"SELECT customer_id, kind, source, position, code, field, rule, line FROM "
       "current_acme_china_rejects WHERE kind = 'reject' ORDER BY position",
       "X1,reject,csv customers.csv,7,BAD_VALUE,employees,NULL,NULL/"
       "NULL,reject,csv customers.csv,8,REQUIRED,customer_id,NULL,NULL"},
      {"SELECT pack, as_of, status, records, graded, errors, rejected FROM run",
       "acme-china,2025-09-26T15:00:00+08:00,published,7,4,1,2"},
      {"SELECT hash, name, hex(content) FROM pack_archive ORDER BY name",
       "hash-1,company.lua,610062/hash-1,empty.csv,"},
      {"PRAGMA journal_mode", "wal"},
      {"PRAGMA application_id", "1634956153"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal(ask(w, cases[i].sql), cases[i].expected);
  const char *plan = ask(w, "EXPLAIN QUERY PLAN SELECT * FROM current_acme_china_reasons "
                            "WHERE customer_id = 'D1'");
  assert_says(plan, "USING INDEX decision_1_key"); /* one customer's reasons cost no scan */
}

/* ---- what was joined ---- */

static void test_related_counts(void **state) {
  world *w = *state;
  store_reader *r;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  const store_related lists[] = {
      {"orders", "csv path=\"o\".csv", 20000000, 12, 1, "line 3: REQUIRED:id, it's empty"},
      {"touches", NULL, 0, -1, 0, NULL}};
  store_related_counted(w->store, lists, 2);
  OK(store_publish(w->store, 2, &w->e));
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  const store_run *run = store_reader_run(r);
  assert_int_equal(run->related_count, 2);
  assert_string_equal(run->related[0].name, "orders");
  assert_string_equal(run->related[0].source, "csv path=\"o\".csv");
  assert_int_equal(run->related[0].rows, 20000000);
  assert_int_equal(run->related[0].unknown, 12);
  assert_int_equal(run->related[0].keyless, 1);
  assert_string_equal(run->related[0].first_keyless, "line 3: REQUIRED:id, it's empty");
  assert_string_equal(run->related[1].name, "touches");
  assert_int_equal(run->related[1].unknown, -1); /* only a part of the records was read */
  assert_null(run->related[1].first_keyless);
  store_reader_close(r);
  assert_string_equal(ask(w, "SELECT related ->> '$[0].unknown' FROM run"), "12");
  begin(w, "plain"); /* a pack without related lists */
  OK(store_publish(w->store, 2, &w->e));
  assert_string_equal(ask(w, "SELECT related FROM run WHERE pack = 'plain'"), "NULL");
}

/* ---- names that SQL would trip over ---- */

static void test_weird_names(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  const char *const packs[] = {"房地产", "it's \"a\" pack", "x;DROP TABLE run"};
  store_column odd[OUTPUTS];
  memcpy(odd, outputs, sizeof odd);
  const char *const names[] = {"position",    "Status", "status", "key",
                               "评级 \"甲\"", "failed", "inputs", "run_id",
                               "inputs_den",  "select", "list",   "a,b'c"};
  for (int i = 0; i < OUTPUTS; i++) odd[i].name = names[i];
  for (size_t i = 0; i < 3; i++) {
    store_run_info info = info_of(packs[i]);
    info.outputs = odd;
    info.key = "code";
    int64_t id;
    OK(store_begin(w->store, &info, &id, &w->e));
    w->maker.next = 0;
    maker_clear(&w->maker);
    for (int k = 0; k < CUSTOMERS; k++) maker_add(&w->maker, &customers[k]);
    OK(store_add(w->store, &w->maker.d, &w->e));
    OK(store_publish(w->store, 1, &w->e));
    store_reader *r;
    OK(store_reader_open(w->store, packs[i], &r, &w->e));
    OK(store_show(r, "D1", check_row, (void *)(uintptr_t)&customers[0], &w->e));
    store_condition c = {"评级 \"甲\"", ">=", "2025-09-26"};
    store_query q = {.conditions = &c, .condition_count = 1, .sort = "-status", .limit = -1};
    buffer keys = {0};
    OK(store_list(r, &q, collect_keys, &keys, &w->e));
    assert_string_equal(keys.data, "D1 D2 ");
    buffer_deinit(&keys);
    store_reader_close(r);
  }
  assert_string_equal(
      ask(w, "SELECT position, Status_2, key, \"评级 \"\"甲\"\"\", \"a,b'c\", run_id_2, "
             "code FROM \"current_房地产\" WHERE code = 'D1'"),
      "93.25,apex,2025-09-27T20:00:00+08:00,2025-09-26,1.33,0.1,D1");
  assert_string_equal(
      ask(w, "SELECT code, code_2 FROM \"current_it's \"\"a\"\" pack_reasons\" LIMIT 1"), "D1,A");
  assert_whole(w);
}

static void test_views_are_one_packs_own(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "a-b", 1, 1, 1);
  const char *const clashing[] = {"a_b", "A-B", "a-b-reasons"};
  for (size_t i = 0; i < 3; i++) {
    store_run_info info = info_of(clashing[i]);
    int64_t id;
    assert_int_equal(store_begin(w->store, &info, &id, &w->e), ERR_STORE);
    assert_says(w->e.message, "would share the view current_a_b");
  }
  run_many(w, "a-bc", 1, 1, 1);
}

/* ---- several runs ---- */

static void test_runs_are_kept_and_dropped(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  int64_t records;
  double bytes;
  OK(store_last_run(w->store, "acme", &records, &bytes, &w->e));
  assert_int_equal(records, -1);
  for (int i = 1; i <= 4; i++) run_many(w, "acme", 45000 + i, i, 2);
  run_many(w, "other", 3, 9, 2);
  assert_string_equal(ask(w, "SELECT run_id, status, stored FROM run ORDER BY run_id"),
                      "1,expired,0/2,expired,0/3,superseded,1/4,published,1/5,published,1");
  assert_string_equal(ask(w, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE "
                             "'decision%' ORDER BY name"),
                      "decision_3/decision_4/decision_5");
  assert_string_equal(ask(w, "SELECT count(*), min(score), max(run_id) FROM current_acme"),
                      "45004,0.04,4");
  OK(store_last_run(w->store, "acme", &records, &bytes, &w->e));
  assert_int_equal(records, 45004);
  assert_true(bytes > 20 && bytes < 200);
  uint64_t free_bytes;
  OK(store_free_bytes(w->store, &free_bytes, &w->e));
  assert_true(free_bytes > 1000000);
  assert_string_equal(ask(w, "SELECT count(*) FROM claim"), "0");
  assert_whole(w);
}

/* A reader that was there before keeps its whole run, even once that run's tables are gone. */
static void test_a_reader_sees_one_run(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 30000, 1, 1);
  store_reader *old, *fresh;
  store_query all = {.limit = -1};
  OK(store_reader_open(w->store, "acme", &old, &w->e));
  int64_t sum = 0;
  begin(w, "acme");
  add_many(w, 20000, 100);
  OK(store_list(old, &all, sum_scores, &sum, &w->e));
  assert_int_equal(sum, 30000);
  OK(store_publish(w->store, 1, &w->e));
  sum = 0;
  OK(store_list(old, &all, sum_scores, &sum, &w->e));
  assert_int_equal(sum, 30000);
  OK(store_reader_open(w->store, "acme", &fresh, &w->e));
  sum = 0;
  OK(store_list(fresh, &all, sum_scores, &sum, &w->e));
  assert_int_equal(sum, 2000000); /* who is no longer in the source is gone */
  store_reader_close(old);
  store_reader_close(fresh);
}

static void test_discard(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 10, 1, 2);
  begin(w, "acme");
  add_many(w, 60000, 2);
  store_discard(w->store, "it's too small");
  assert_string_equal(ask(w, "SELECT status, note, stored FROM run WHERE run_id = 2"),
                      "discarded,it's too small,0");
  assert_string_equal(ask(w, "SELECT count(*), run_id FROM current_acme"), "10,1");
  begin(w, "acme"); /* and left open: closing the store gives it up */
  add_many(w, 10, 2);
  store_close(w->store);
  w->store = NULL;
  assert_string_equal(ask(w, "SELECT status, stored FROM run WHERE run_id = 3"), "discarded,0");
  assert_string_equal(ask(w, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'decision%'"),
                      "2");
}

static void test_interrupt(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  add_many(w, 100, 1);
  store_discard(w->store, "stopped");
  begin(w, "acme"); /* an interrupt of the past is forgotten with its run */
  store_interrupt(w->store);
  store_discard(w->store, "stopped");
  run_many(w, "acme", 10, 1, 1);
  assert_string_equal(ask(w, "SELECT count(*) FROM current_acme"), "10");
}

/* ---- duplicates ---- */

static void test_duplicates(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  batch_maker *m = &w->maker;
  maker_add(m, &(customer){.key = "A", .share_den = 1, .score = 1});     /* 0 */
  maker_add(m, &(customer){.key = "B", .share_den = 1});                 /* 1 */
  maker_reject(m, "C", "BAD_VALUE", "employees");                        /* 2 */
  maker_add(m, &(customer){.key = "A", .share_den = 1, .score = 2});     /* 3 */
  maker_add(m, &(customer){.key = "C", .share_den = 1});                 /* 4 */
  maker_reject(m, "A", "BAD_VALUE", "employees");                        /* 5 */
  maker_add(m, &(customer){.key = "B", .share_den = 1, .failed = true}); /* 6 */
  maker_reject(m, NULL, "REQUIRED", "customer_id");                      /* 7 */
  m->batch->position[0] = -1; /* a source that has no positions */
  OK(store_add(w->store, &m->d, &w->e));
  /* A and B as if their hashes were the same; the record without a key is never one */
  OK(store_duplicates(w->store, (uint64_t[]){0, 1, 3, 5, 6, 7}, 6, NULL, &w->e));
  OK(store_duplicates(w->store, (uint64_t[]){2, 4}, 2, NULL, &w->e));
  store_counts c;
  store_counted(w->store, &c);
  assert_int_equal(c.records, 8);
  assert_int_equal(c.graded, 2);
  assert_int_equal(c.failed, 0);
  assert_int_equal(c.rejected, 6);
  assert_int_equal(c.duplicates, 4);
  OK(store_publish(w->store, 1, &w->e));
  assert_string_equal(ask(w, "SELECT customer_id, score FROM current_acme ORDER BY 1"),
                      "A,0.01/B,0.0");
  assert_string_equal(
      ask(w, "SELECT sequence, kind, key, code, field, rule, message FROM outcome_1"),
      "2,reject,C,BAD_VALUE,employees,NULL,is no number/"
      "3,reject,A,DUPLICATE_ID,customer_id,NULL,the first is record 1/"
      "4,reject,C,DUPLICATE_ID,customer_id,NULL,the first is at line 4/"
      "5,reject,A,DUPLICATE_ID,customer_id,NULL,the first is record 1/"
      "6,reject,B,DUPLICATE_ID,customer_id,NULL,the first is at line 3/"
      "7,reject,NULL,REQUIRED,customer_id,NULL,is no number");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_round_trip),
      TEST(test_outcomes),
      TEST(test_views),
      TEST(test_related_counts),
      TEST(test_weird_names),
      TEST(test_views_are_one_packs_own),
      TEST(test_runs_are_kept_and_dropped),
      TEST(test_a_reader_sees_one_run),
      TEST(test_discard),
      TEST(test_interrupt),
      TEST(test_duplicates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
