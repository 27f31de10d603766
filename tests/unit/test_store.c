/* The store: what is written comes back, runs switch whole, and nothing that dies leaves a mess. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/text.h"
#include "store/store_inner.h"
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a pack and its customers ---- */

static const char *const grades[] = {"low", "high", "apex"}; /* no order of the alphabet */
static const choice_list grade_list = {3, grades};

enum { SCORE, GRADE, LIMIT, NEXT, DUE, HOLD, SHARE, DBT, DAYS, NOTE, REASONS, THIRDS, OUTPUTS };

static const store_column outputs[OUTPUTS] = {
    {"score", {.kind = TYPE_DECIMAL, .digits = 2, .denominator = 100}},
    {"grade", {.kind = TYPE_CHOICE, .denominator = 1, .choices = &grade_list}},
    {"credit_limit", {.kind = TYPE_MONEY, .digits = 2, .denominator = 100}},
    {"next_follow_up", {.kind = TYPE_TIMESTAMP, .denominator = 1}},
    {"due", {.kind = TYPE_DATE, .denominator = 1}},
    {"hold", {.kind = TYPE_BOOLEAN, .denominator = 1}},
    {"share", {.kind = TYPE_RATIO, .digits = 2, .denominator = 1}},
    {"dbt", {.kind = TYPE_NUMBER, .denominator = 1}},
    {"days", {.kind = TYPE_INTEGER, .denominator = 1}},
    {"note", {.kind = TYPE_TEXT, .denominator = 1}},
    {"reasons", {.kind = TYPE_CODES, .denominator = 1}},
    {"thirds", {.kind = TYPE_DECIMAL, .digits = 2, .denominator = 3}},
};

typedef struct customer {
  const char *key;
  bool failed;
  int64_t score;
  int32_t grade;
  int64_t limit, next, due;
  int32_t hold;
  int64_t share, share_den;
  double dbt;
  int64_t days;
  const char *note, *reasons;
  int64_t thirds;
} customer;

#define M MISSING_I64

static const customer customers[] = {
    {"D1", false, 9325, 2, 300000000, 1758974400, 20357, 1, 2, 3, 0.1, 2, "O'Hara \"x\"",
     "A|B:1.50", 4},
    {"D2", false, 5450, 1, 0, 1759147200, 20358, 0, -1, 3, 1e300, -5, "好", "", -4},
    {"D10", false, M, -1, M, M, M, -1, M, 1, NAN, M, NULL, NULL, M},
    {"a|b", false, 1400, 0, 9007199254740993, 1, -1, 0, 1, 1, -0.0, 0, "", "B", 5},
    {"bad", true, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, "not kept", "A", 1},
};
enum { CUSTOMERS = sizeof customers / sizeof *customers };

static const field key_field = {.name = "customer_id",
                                .column = "customer_id",
                                .type = {.kind = TYPE_KEY, .denominator = 1},
                                .required = true};
static const schema record = {.count = 1, .fields = &key_field};

static const zone china = {8 * 3600};

typedef struct batch_maker {
  batch *batch;
  decisions d;
  column inputs;
  uint64_t next; /* number of the next record */
} batch_maker;

static void maker_init(batch_maker *m) {
  *m = (batch_maker){.batch = batch_new(&record, NULL)};
  m->d.batch = m->batch;
  m->d.output_count = OUTPUTS;
  m->d.outputs = mem_array(OUTPUTS, sizeof(column));
  for (int i = 0; i < OUTPUTS; i++) column_init(&m->d.outputs[i], outputs[i].type, BATCH_ROWS);
  m->d.failed = mem_array(BATCH_ROWS, 1);
  m->d.faults = mem_array(BATCH_ROWS, sizeof(fault));
  column_init(&m->inputs, (value_type){.kind = TYPE_TEXT}, BATCH_ROWS);
  m->batch->rejects = mem_array(BATCH_ROWS, sizeof(reject));
}

static void maker_deinit(batch_maker *m) {
  for (int i = 0; i < OUTPUTS; i++) column_deinit(&m->d.outputs[i]);
  column_deinit(&m->inputs);
  free(m->d.outputs);
  free(m->d.failed);
  free(m->d.faults);
  batch_free(m->batch);
}

static void maker_clear(batch_maker *m) {
  batch_clear(m->batch);
  m->d.rows = m->d.fault_count = 0;
}

static void put_text(column *c, size_t row, const char *text) {
  column_add_text(c, row, text, text ? strlen(text) : 0);
}

static void maker_add(batch_maker *m, const customer *c) {
  size_t row = m->d.rows++;
  column *o = m->d.outputs;
  m->batch->rows = m->d.rows;
  m->batch->sequence[row] = m->next;
  m->batch->position[row] = (int64_t)m->next++ + 2;
  put_text(&m->batch->columns[0], row, c->key);
  m->d.failed[row] = c->failed;
  if (c->failed)
    m->d.faults[m->d.fault_count++] = (fault){
        row, "RULE_ERROR", "limit", "rules/acme/credit.lua", 12, "attempt to divide by zero"};
  o[SCORE].i64[row] = c->score;
  o[GRADE].i32[row] = c->grade;
  o[LIMIT].i64[row] = c->limit;
  o[NEXT].i64[row] = c->next;
  o[DUE].i64[row] = c->due;
  o[HOLD].i32[row] = c->hold;
  o[SHARE].i64[row] = c->share;
  o[SHARE].den[row] = c->share_den;
  o[DBT].f64[row] = c->dbt;
  o[DAYS].i64[row] = c->days;
  put_text(&o[NOTE], row, c->note);
  put_text(&o[REASONS], row, c->reasons);
  o[THIRDS].i64[row] = c->thirds;
  char blob[] = {1, 0, (char)row, '\xff'};
  column_add_text(&m->inputs, row, blob, sizeof blob);
  m->d.inputs = m->inputs.text;
}

static void maker_reject(batch_maker *m, const char *key, const char *code, const char *at) {
  m->batch->rejects[m->batch->reject_count++] = (reject){.sequence = m->next,
                                                         .position = (int64_t)m->next + 2,
                                                         .key = key,
                                                         .code = code,
                                                         .field = at,
                                                         .value = "x",
                                                         .message = "is no number"};
  m->next++;
}

/* ---- a folder of its own for each test, and short forms ---- */

typedef struct world {
  char folder[64], path[96];
  store *store;
  batch_maker maker;
  error e;
} world;

static int set_up(void **state) {
  world *w = mem_alloc(sizeof *w);
  strcpy(w->folder, "/tmp/assay-store-XXXXXX");
  assert_non_null(mkdtemp(w->folder));
  snprintf(w->path, sizeof w->path, "%s/a ?%%.db", w->folder); /* a name that URIs must quote */
  maker_init(&w->maker);
  *state = w;
  return 0;
}

static int tear_down(void **state) {
  world *w = *state;
  store_close(w->store);
  maker_deinit(&w->maker);
  const char *const ends[] = {"", "-wal", "-shm"};
  char path[128];
  for (size_t i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "%s%s", w->path, ends[i]);
    unlink(path);
  }
  assert_int_equal(rmdir(w->folder), 0);
  free(w);
  return 0;
}

#define OK(call)                                                                                   \
  do {                                                                                             \
    if ((call) != ERR_OK) fail_msg("%s: %s", #call, w->e.message);                                 \
  } while (0)

static void assert_says(const char *message, const char *part) {
  if (!strstr(message, part)) fail_msg("\"%s\" does not say \"%s\"", message, part);
}

static store_run_info info_of(const char *pack) {
  static const store_file files[] = {{"company.lua", "a\0b", 3}, {"empty.csv", NULL, 0}};
  static const char *const texts[] = {"A", "en", "because of A", "A", "zh", "因为甲"};
  return (store_run_info){.pack = pack,
                          .pack_hash = "hash-1",
                          .title = "Acme",
                          .currency = "CNY",
                          .as_of = 1758870000,
                          .zone = china,
                          .source = "csv customers.csv",
                          .params_json = "{\"a\":\"1\"}",
                          .key = "customer_id",
                          .outputs = outputs,
                          .output_count = OUTPUTS,
                          .inputs = outputs,
                          .input_count = 2,
                          .files = files,
                          .file_count = 2,
                          .reason_texts = texts,
                          .reason_text_count = 2};
}

static int64_t begin(world *w, const char *pack) {
  store_run_info info = info_of(pack);
  int64_t id = 0;
  OK(store_begin(w->store, &info, &id, &w->e));
  w->maker.next = 0;
  maker_clear(&w->maker);
  return id;
}

/* `count` customers K000000 … whose score is `score`. */
static void add_many(world *w, int count, int64_t score) {
  char key[16];
  for (int i = 0; i < count; i++) {
    if (w->maker.d.rows == BATCH_ROWS) {
      OK(store_add(w->store, &w->maker.d, &w->e));
      maker_clear(&w->maker);
    }
    snprintf(key, sizeof key, "K%06d", i);
    maker_add(&w->maker, &(customer){.key = key, .score = score, .share_den = 1, .reasons = "A|B"});
  }
  OK(store_add(w->store, &w->maker.d, &w->e));
  maker_clear(&w->maker);
}

static int64_t run_many(world *w, const char *pack, int count, int64_t score, int keep) {
  int64_t id = begin(w, pack);
  add_many(w, count, score);
  OK(store_publish(w->store, keep, &w->e));
  return id;
}

static int64_t run_customers(world *w, const char *pack) {
  int64_t id = begin(w, pack);
  for (int i = 0; i < CUSTOMERS; i++) maker_add(&w->maker, &customers[i]);
  maker_reject(&w->maker, "X1", "BAD_VALUE", "employees");
  maker_reject(&w->maker, NULL, "REQUIRED", "customer_id");
  OK(store_add(w->store, &w->maker.d, &w->e));
  OK(store_publish(w->store, 2, &w->e));
  return id;
}

/* Rows joined by '/', columns by ',', as another program sees the file. */
static const char *ask(const world *w, const char *sql) {
  static char out[4096];
  sqlite3 *db;
  sqlite3_stmt *q;
  size_t n = 0;
  out[0] = '\0';
  assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
  while (sqlite3_step(q) == SQLITE_ROW)
    for (int i = 0; i < sqlite3_column_count(q); i++) {
      const char *text = (const char *)sqlite3_column_text(q, i);
      n += (size_t)snprintf(out + n, sizeof out - n, "%s%s",
                            i   ? ","
                            : n ? "/"
                                : "",
                            text ? text : "NULL");
    }
  sqlite3_finalize(q);
  sqlite3_close(db);
  return out;
}

static void assert_whole(const world *w) {
  assert_string_equal(ask(w, "PRAGMA integrity_check"), "ok");
  assert_string_equal(ask(w, "PRAGMA foreign_key_check"), "");
}

static void tell(world *w, const char *sql) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
  sqlite3_close(db);
}

static error_code collect_keys(void *ctx, const store_row *row, error *e) {
  (void)e;
  buffer_format(ctx, "%s ", row->key);
  return ERR_OK;
}

/* ---- round trip ---- */

static error_code check_row(void *ctx, const store_row *row, error *e) {
  (void)e;
  const customer *c = ctx;
  size_t index = (size_t)(c - customers);
  const column *o = row->outputs;
  assert_string_equal(row->key, c->key);
  assert_int_equal(row->failed, c->failed);
  assert_int_equal(row->sequence, index);
  assert_int_equal(row->position, index + 2);
  assert_int_equal(row->blob_size, 4);
  assert_memory_equal(row->blob, ((char[]){1, 0, (char)index, '\xff'}), 4);
  if (c->failed) {
    for (int i = 0; i < OUTPUTS; i++) assert_true(column_missing(&o[i], 0));
    return ERR_OK;
  }
  assert_int_equal(o[SCORE].i64[0], c->score);
  assert_int_equal(o[GRADE].i32[0], c->grade);
  assert_int_equal(o[LIMIT].i64[0], c->limit);
  assert_int_equal(o[NEXT].i64[0], c->next);
  assert_int_equal(o[DUE].i64[0], c->due);
  assert_int_equal(o[HOLD].i32[0], c->hold);
  assert_int_equal(o[SHARE].i64[0], c->share);
  assert_int_equal(o[SHARE].den[0], c->share_den);
  assert_true(isnan(c->dbt) ? isnan(o[DBT].f64[0]) : o[DBT].f64[0] == c->dbt);
  assert_int_equal(o[DAYS].i64[0], c->days);
  assert_int_equal(column_missing(&o[NOTE], 0), !c->note);
  if (c->note) assert_memory_equal(o[NOTE].text.bytes, c->note, strlen(c->note));
  assert_int_equal(o[NOTE].text.offsets[1], c->note ? strlen(c->note) : 0);
  assert_int_equal(column_missing(&o[REASONS], 0), !c->reasons);
  assert_int_equal(o[THIRDS].i64[0], c->thirds);
  return ERR_OK;
}

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
    store_query q = {&c, 1, "-status", -1};
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

static error_code sum_scores(void *ctx, const store_row *row, error *e) {
  (void)e;
  *(int64_t *)ctx += row->outputs[SCORE].i64[0];
  return ERR_OK;
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
  OK(store_duplicates(w->store, (uint64_t[]){0, 1, 3, 5, 6, 7}, 6, &w->e));
  OK(store_duplicates(w->store, (uint64_t[]){2, 4}, 2, &w->e));
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

/* ---- one run at a time ---- */

static void test_busy_claim(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  store *second;
  OK(store_open(w->path, STORE_WRITE, &second, &w->e));
  store_run_info info = info_of("acme");
  int64_t id;
  assert_int_equal(store_begin(second, &info, &id, &w->e), ERR_BUSY);
  char who[64];
  snprintf(who, sizeof who, "process %d has been running acme since 20", getpid());
  assert_says(w->e.message, who);
  info = info_of("other"); /* another pack may, at the same time */
  OK(store_begin(second, &info, &id, &w->e));
  maker_clear(&w->maker);
  maker_add(&w->maker, &customers[0]);
  OK(store_add(second, &w->maker.d, &w->e));
  store_discard(second, "enough");
  store_close(second);
  tell(w, "UPDATE claim SET process = '1@another boot'"); /* the pid lives on in another process */
  OK(store_open(w->path, STORE_WRITE, &second, &w->e));
  info = info_of("acme");
  OK(store_begin(second, &info, &id, &w->e));
  assert_int_equal(store_publish(w->store, 1, &w->e), ERR_BUSY);
  assert_says(w->e.message, "nothing of this run is published");
  store_discard(w->store, "lost");
  OK(store_publish(second, 1, &w->e));
  store_close(second);
  assert_string_equal(ask(w, "SELECT run_id FROM run WHERE status = 'published'"), "3");
}

static void test_another_writer(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  w->store->patience_ms = 200;
  sqlite3 *other;
  assert_int_equal(sqlite3_open(w->path, &other), SQLITE_OK);
  assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  maker_add(&w->maker, &customers[0]);
  assert_int_equal(store_add(w->store, &w->maker.d, &w->e), ERR_BUSY);
  assert_says(w->e.message, "another program has been writing");
  store_interrupt(w->store); /* ends the wait */
  assert_int_equal(store_add(w->store, &w->maker.d, &w->e), ERR_INTERRUPTED);
  store_discard(w->store, "no way in");
  assert_int_equal(w->store->unreleased, 1);
  sqlite3_close(other);
  run_many(w, "acme", 5, 1, 1); /* the claim of the first run is given back first */
  assert_string_equal(ask(w, "SELECT status FROM run"), "discarded/published");
  assert_string_equal(ask(w, "SELECT count(*) FROM claim"), "0");
}

static void test_full_disk(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 30000, 1, 1);
  begin(w, "acme");
  assert_int_equal(sqlite3_exec(w->store->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL),
                   SQLITE_OK);
  error_code code = ERR_OK; /* the file may keep the pages that it has, and get no more */
  for (int i = 0; i < 100 && code == ERR_OK; i++) {
    maker_clear(&w->maker);
    for (int k = 0; k < BATCH_ROWS; k++) maker_add(&w->maker, &customers[0]);
    code = store_add(w->store, &w->maker.d, &w->e);
  }
  assert_int_equal(code, ERR_STORE);
  assert_says(w->e.message, "the disk is full while writing decisions");
  assert_says(w->e.message, "the last run of acme took");
  store_discard(w->store, w->e.message);
  assert_string_equal(ask(w, "SELECT count(*), run_id FROM current_acme"), "30000,1");
  sqlite3_exec(w->store->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
  run_many(w, "acme", 10, 1, 1);
  assert_whole(w);
}

/* Between two batches another pack's run may write. */
static void test_flush(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  add_many(w, 10, 1);
  OK(store_flush(w->store, &w->e));
  OK(store_flush(w->store, &w->e));
  tell(w, "CREATE TABLE beside (x)");
  assert_string_equal(ask(w, "SELECT count(*) FROM decision_1"), "10");
  add_many(w, 0, 1);
  OK(store_publish(w->store, 1, &w->e));
  assert_string_equal(ask(w, "SELECT count(*) FROM current_acme"), "10");
}

/* ---- files that are no store ---- */

static void test_files_that_are_refused(void **state) {
  world *w = *state;
  store *s;
  assert_int_equal(store_open(w->path, STORE_READ, &s, &w->e), ERR_NOT_FOUND);
  assert_says(w->e.message, "there is no such database");
  assert_int_equal(store_open("/nowhere/at/all.db", STORE_WRITE, &s, &w->e), ERR_STORE);
  assert_says(w->e.message, "check that its folder exists");

  FILE *f = fopen(w->path, "w");
  for (int i = 0; i < 1000; i++) fputs("customer_id,name\n", f);
  fclose(f);
  for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
    assert_int_equal(store_open(w->path, (store_mode)mode, &s, &w->e), ERR_STORE);
    assert_says(w->e.message, "not a database of assay");
  }
  unlink(w->path);

  tell(w, "CREATE TABLE customers (id)");
  assert_int_equal(store_open(w->path, STORE_WRITE, &s, &w->e), ERR_STORE);
  assert_says(w->e.message, "a database of another program");
  assert_string_equal(ask(w, "PRAGMA journal_mode"), "delete"); /* not a byte of it changed */
  unlink(w->path);

  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  store_close(w->store);
  w->store = NULL;
  tell(w, "PRAGMA user_version = 7");
  for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
    assert_int_equal(store_open(w->path, (store_mode)mode, &s, &w->e), ERR_STORE);
    assert_says(w->e.message, "schema is version 7, this program knows 1");
  }
}

/* As a user who may read the file and write neither it nor its folder. */
static void test_read_only_file(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  store_close(w->store);
  w->store = NULL;
  assert_int_equal(chmod(w->path, 0444), 0);
  assert_int_equal(chmod(w->folder, 0555), 0);
  pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65534) != 0) _exit(9);
    store *s;
    store_reader *r;
    buffer keys = {0};
    store_query all = {.limit = -1};
    if (store_open(w->path, STORE_WRITE, &s, &w->e) != ERR_STORE) _exit(1);
    if (!strstr(w->e.message, "check the permissions")) _exit(2);
    if (store_open(w->path, STORE_READ, &s, &w->e) != ERR_OK) _exit(3);
    if (store_reader_open(s, "acme", &r, &w->e) != ERR_OK) _exit(4);
    if (store_list(r, &all, collect_keys, &keys, &w->e) != ERR_OK) _exit(5);
    _exit(strcmp(keys.data, "D1 D10 D2 a|b bad ") == 0 ? 0 : 6);
  }
  int status;
  waitpid(child, &status, 0);
  assert_int_equal(chmod(w->folder, 0755), 0);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- dying ---- */

typedef enum moment_of_death {
  IN_ADD,
  IN_DUPLICATES,
  AFTER_SEAL,
  AFTER_PUBLISH,
  ANYWHERE
} moment_of_death;

/* A run of 120,000 in a process of its own, which dies at the moment, or when the parent likes. */
static pid_t run_in_child(world *w, moment_of_death when, int64_t score) {
  pid_t child = fork();
  if (child != 0) return child;
  store *s;
  if (store_open(w->path, STORE_WRITE, &s, &w->e) != ERR_OK) _exit(1);
  w->store = s;
  begin(w, "acme");
  add_many(w, when == IN_ADD ? 70000 : 120000, score); /* 50,000 are committed, the rest not */
  if (when == IN_ADD) raise(SIGKILL);
  if (store_duplicates(s, (uint64_t[]){3, 4}, 2, &w->e) != ERR_OK) _exit(2);
  if (when == IN_DUPLICATES) raise(SIGKILL);
  if (store_seal(s, &w->e) != ERR_OK) _exit(3);
  if (when == AFTER_SEAL) raise(SIGKILL);
  if (store_publish(s, 1, &w->e) != ERR_OK) _exit(4);
  raise(SIGKILL);
  _exit(5);
}

static int64_t published_score(world *w, int64_t *count) {
  store *s;
  store_reader *r;
  int64_t sum = 0;
  store_query all = {.limit = -1};
  OK(store_open(w->path, STORE_READ, &s, &w->e));
  OK(store_reader_open(s, "acme", &r, &w->e));
  *count = store_reader_run(r)->counts.graded;
  OK(store_list(r, &all, sum_scores, &sum, &w->e));
  store_reader_close(r);
  store_close(s);
  return sum;
}

static void test_kill_at_a_moment(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 1000, 1, 1);
  store_close(w->store);
  w->store = NULL;
  for (int when = IN_ADD; when <= AFTER_PUBLISH; when++) {
    int status;
    waitpid(run_in_child(w, (moment_of_death)when, 7), &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_whole(w);
    int64_t count, sum = published_score(w, &count);
    assert_int_equal(count, when == AFTER_PUBLISH ? 120000 : 1000);
    assert_int_equal(sum, when == AFTER_PUBLISH ? 840000 : 1000);
  }
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 10, 5, 1);
  assert_string_equal(ask(w, "SELECT count(*) FROM run WHERE stored = 1"), "1");
  assert_string_equal(ask(w, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'decision%'"),
                      "2");
  assert_string_equal(ask(w, "SELECT count(*) FROM run WHERE note = 'its process died'"), "3");
  assert_whole(w);
}

static void test_kill_at_any_instant(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 1000, 1, 1);
  store_close(w->store);
  w->store = NULL;
  int64_t before = 1000;
  for (int i = 1; i <= 12; i++) {
    pid_t child = run_in_child(w, ANYWHERE, i + 1);
    usleep((useconds_t)i * 35000);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_whole(w);
    int64_t count, sum = published_score(w, &count);
    if (sum != before) { /* then it is the whole new one */
      assert_int_equal(count, 120000);
      assert_int_equal(sum, 120000 * (i + 1));
    }
    before = sum;
  }
}

/* ---- lists ---- */

static void test_list(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  const struct {
    store_condition c;
    const char *sort;
    int64_t limit;
    const char *keys;
  } cases[] = {
      {{0}, NULL, -1, "D1 D10 D2 a|b bad "},
      {{0}, NULL, 2, "D1 D10 "},
      {{0}, "-customer_id", 2, "bad a|b "},
      {{0}, "score", -1, "a|b D2 D1 D10 bad "}, /* the missing last */
      {{0}, "-score", -1, "D1 D2 a|b D10 bad "},
      {{0}, "grade", -1, "a|b D2 D1 D10 bad "}, /* low, high, apex */
      {{0}, "-grade", 3, "D1 D2 a|b "},
      {{0}, "share", 3, "D2 D1 a|b "},
      {{0}, "-share", 3, "a|b D1 D2 "},
      {{0}, "-status", 1, "bad "},
      {{0}, "dbt", 3, "a|b D1 D2 "},
      {{0}, "note", 3, "a|b D1 D2 "},
      {{"score", ">", "54.50"}, NULL, -1, "D1 "},
      {{"score", ">=", "54.5"}, NULL, -1, "D1 D2 "},
      {{"score", "!=", "54.50"}, NULL, -1, "D1 a|b "},
      {{"score", "=", ""}, NULL, -1, "D10 bad "},
      {{"score", "!=", ""}, NULL, -1, "D1 D2 a|b "},
      {{"grade", "=", "high"}, NULL, -1, "D2 "},
      {{"grade", "!=", "high"}, NULL, -1, "D1 a|b "},
      {{"grade", "<", "apex"}, NULL, -1, "D2 a|b "},
      {{"grade", "<", "low"}, NULL, -1, ""},
      {{"grade", ">=", "high"}, NULL, -1, "D1 D2 "},
      {{"credit_limit", "=", "90071992547409.93"}, NULL, -1, "a|b "}, /* beyond a double */
      {{"credit_limit", ">", "90071992547409.92"}, NULL, -1, "a|b "},
      {{"next_follow_up", "=", "2025-09-27T12:00:00Z"}, NULL, -1, "D1 "},
      {{"next_follow_up", "<", "2025-09-28"}, NULL, -1, "D1 a|b "},
      {{"due", "<=", "2025-09-26"}, NULL, -1, "D1 a|b "},
      {{"hold", "=", "true"}, NULL, -1, "D1 "},
      {{"hold", "!=", "true"}, NULL, -1, "D2 a|b "},
      {{"share", "=", "0.67"}, NULL, -1, "D1 "}, /* as written */
      {{"share", "<", "0"}, NULL, -1, "D2 "},
      {{"thirds", "=", "-1.33"}, NULL, -1, "D2 "},
      {{"dbt", ">", "1e10"}, NULL, -1, "D2 "},
      {{"days", "<", "0"}, NULL, -1, "D2 "},
      {{"note", "=", "好"}, NULL, -1, "D2 "},
      {{"note", "=", "O'Hara \"x\""}, NULL, -1, "D1 "},
      {{"note", "=", "' OR 1=1 --"}, NULL, -1, ""},
      {{"note", "!=", ""}, NULL, -1, "D1 D2 "},
      {{"reasons", "has", "A"}, NULL, -1, "D1 "},
      {{"reasons", "has", "B"}, "-customer_id", -1, "a|b D1 "},
      {{"reasons", "has", "B:1.50"}, NULL, -1, "D1 "},
      {{"reasons", "has", "1.50"}, NULL, -1, ""},
      {{"reasons", "=", ""}, NULL, -1, "D10 D2 bad "},
      {{"customer_id", "=", "D10"}, NULL, -1, "D10 "},
      {{"customer_id", ">", "D10"}, NULL, -1, "D2 a|b bad "},
      {{"status", "=", "error"}, NULL, -1, "bad "},
      {{"status", "!=", "error"}, NULL, 1, "D1 "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    buffer keys = {0};
    buffer_text(&keys, "");
    store_query q = {&cases[i].c, cases[i].c.name != NULL, cases[i].sort, cases[i].limit};
    OK(store_list(r, &q, collect_keys, &keys, &w->e));
    if (strcmp(keys.data, cases[i].keys) != 0)
      fail_msg("case %zu (%s %s %s, sort %s): %s", i, cases[i].c.name, cases[i].c.op,
               cases[i].c.value, cases[i].sort, keys.data);
    buffer_deinit(&keys);
  }
  store_condition both[] = {{"hold", "=", "false"}, {"days", "=", "0"}};
  store_query q = {both, 2, NULL, -1};
  buffer keys = {0};
  OK(store_list(r, &q, collect_keys, &keys, &w->e));
  assert_string_equal(keys.data, "a|b ");
  buffer_deinit(&keys);
  store_reader_close(r);
}

static void test_list_refuses(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  const struct {
    store_condition c;
    const char *sort, *says;
  } cases[] = {
      {{"scor", "=", "1"}, NULL, "acme has no column scor; did you mean score?"},
      {{"score", "=", "1"}, "grad", "did you mean grade?"},
      {{"score", "~", "1"}, NULL, "there is no operator ~"},
      {{"score", "=", "1.005"}, NULL, "no more decimals than it has"},
      {{"score", "=", "high"}, NULL, "score is a decimal(2)"},
      {{"grade", "=", "hihg"}, NULL, "did you mean high?"},
      {{"hold", "=", "yes"}, NULL, "true or false"},
      {{"due", "=", "2025-02-30"}, NULL, "like 2025-10-01"},
      {{"next_follow_up", "=", "soon"}, NULL, "like 2025-10-01T18:00:00+08:00"},
      {{"grade", "has", "high"}, NULL, "no list of codes"},
      {{"customer_id", "has", "D"}, NULL, "no list of codes"},
      {{"status", "=", "fine"}, NULL, "status=graded or status=error"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    buffer keys = {0};
    store_query q = {&cases[i].c, 1, cases[i].sort, -1};
    assert_int_equal(store_list(r, &q, collect_keys, &keys, &w->e), ERR_USAGE);
    assert_says(w->e.message, cases[i].says);
    assert_null(keys.data);
  }
  store_reader_close(r);
}

/* ---- the report's numbers ---- */

static error_code collect_groups(void *ctx, const char *name, int64_t count, int64_t with_sum,
                                 int64_t above_zero, int128 sum, error *e) {
  (void)e;
  buffer_format(ctx, "%s %lld %lld %lld %lld/", name ? name : "-", (long long)count,
                (long long)with_sum, (long long)above_zero, (long long)(sum / 1000));
  return ERR_OK;
}

static error_code collect_codes(void *ctx, const char *code, int64_t count, error *e) {
  (void)e;
  buffer_format(ctx, "%s %lld/", code, (long long)count);
  return ERR_OK;
}

static void test_groups(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  for (int i = 0; i < CUSTOMERS; i++) maker_add(&w->maker, &customers[i]);
  customer rich = customers[3]; /* three of these sum to more than 64 bits hold */
  const char *const keys[] = {"r1", "r2", "r3"};
  for (int i = 0; i < 3; i++) {
    rich.key = keys[i];
    rich.limit = INT64_MAX - 7;
    rich.reasons = "B:1|B:2|C";
    maker_add(&w->maker, &rich);
  }
  OK(store_add(w->store, &w->maker.d, &w->e));
  OK(store_publish(w->store, 1, &w->e));
  store_reader *r;
  OK(store_reader_open(w->store, "acme", &r, &w->e));
  buffer b = {0};
  OK(store_group(r, "grade", "score", collect_groups, &b, &w->e));
  assert_string_equal(b.data, "low 4 4 4 5/high 1 1 1 5/apex 1 1 1 9/- 1 0 0 0/");
  buffer_clear(&b);
  OK(store_group(r, "hold", NULL, collect_groups, &b, &w->e));
  assert_string_equal(b.data, "0 5 0 0 0/1 1 0 0 0/- 1 0 0 0/");
  buffer_clear(&b);
  OK(store_group(r, NULL, "credit_limit", collect_groups, &b, &w->e));
  int128 sum = (int128)(INT64_MAX - 7) * 3 + 9007199254740993 + 300000000;
  char expected[96];
  snprintf(expected, sizeof expected, "- 7 6 5 %lld/", (long long)(sum / 1000));
  assert_string_equal(b.data, expected);
  buffer_clear(&b);
  OK(store_code_counts(r, "reasons", collect_codes, &b, &w->e));
  assert_string_equal(b.data, "B 5/C 3/A 1/"); /* a decision counts once */
  assert_int_equal(store_group(r, "note", NULL, collect_groups, &b, &w->e), ERR_USAGE);
  assert_int_equal(store_group(r, "grade", "due", collect_groups, &b, &w->e), ERR_USAGE);
  assert_int_equal(store_code_counts(r, "note", collect_codes, &b, &w->e), ERR_USAGE);
  buffer_deinit(&b);
  store_reader_close(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_round_trip),
      TEST(test_outcomes),
      TEST(test_views),
      TEST(test_weird_names),
      TEST(test_views_are_one_packs_own),
      TEST(test_runs_are_kept_and_dropped),
      TEST(test_a_reader_sees_one_run),
      TEST(test_discard),
      TEST(test_interrupt),
      TEST(test_duplicates),
      TEST(test_busy_claim),
      TEST(test_another_writer),
      TEST(test_full_disk),
      TEST(test_flush),
      TEST(test_files_that_are_refused),
      TEST(test_read_only_file),
      TEST(test_kill_at_a_moment),
      TEST(test_kill_at_any_instant),
      TEST(test_list),
      TEST(test_list_refuses),
      TEST(test_groups),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
