/* What the tests of the store share: a pack with an output of every type, customers, a folder of
 * its own for each test. */
#ifndef TESTS_UNIT_STORE_WORLD_H
#define TESTS_UNIT_STORE_WORLD_H

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

static inline void maker_init(batch_maker *m) {
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

static inline void maker_deinit(batch_maker *m) {
  for (int i = 0; i < OUTPUTS; i++) column_deinit(&m->d.outputs[i]);
  column_deinit(&m->inputs);
  free(m->d.outputs);
  free(m->d.failed);
  free(m->d.faults);
  batch_free(m->batch);
}

static inline void maker_clear(batch_maker *m) {
  batch_clear(m->batch);
  m->d.rows = m->d.fault_count = 0;
}

static inline void put_text(column *c, size_t row, const char *text) {
  column_add_text(c, row, text, text ? strlen(text) : 0);
}

static inline void maker_add(batch_maker *m, const customer *c) {
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

static inline void maker_reject(batch_maker *m, const char *key, const char *code, const char *at) {
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

static inline int set_up(void **state) {
  world *w = mem_alloc(sizeof *w);
  strcpy(w->folder, "/tmp/assay-store-XXXXXX");
  assert_non_null(mkdtemp(w->folder));
  snprintf(w->path, sizeof w->path, "%s/a ?%%.db", w->folder); /* a name that URIs must quote */
  maker_init(&w->maker);
  *state = w;
  return 0;
}

static inline int tear_down(void **state) {
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

static inline void assert_says(const char *message, const char *part) {
  if (!strstr(message, part)) fail_msg("\"%s\" does not say \"%s\"", message, part);
}

static inline store_run_info info_of(const char *pack) {
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

static inline int64_t begin(world *w, const char *pack) {
  store_run_info info = info_of(pack);
  int64_t id = 0;
  OK(store_begin(w->store, &info, &id, &w->e));
  w->maker.next = 0;
  maker_clear(&w->maker);
  return id;
}

/* `count` customers K000000 … whose score is `score`. */
static inline void add_many(world *w, int count, int64_t score) {
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

static inline int64_t run_many(world *w, const char *pack, int count, int64_t score, int keep) {
  int64_t id = begin(w, pack);
  add_many(w, count, score);
  OK(store_publish(w->store, keep, &w->e));
  return id;
}

static inline int64_t run_customers(world *w, const char *pack) {
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

static inline void assert_whole(const world *w) {
  assert_string_equal(ask(w, "PRAGMA integrity_check"), "ok");
  assert_string_equal(ask(w, "PRAGMA foreign_key_check"), "");
}

static inline void tell(world *w, const char *sql) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
  sqlite3_close(db);
}

static inline error_code collect_keys(void *ctx, const store_row *row, error *e) {
  (void)e;
  buffer_format(ctx, "%s ", row->key);
  return ERR_OK;
}

static inline error_code check_row(void *ctx, const store_row *row, error *e) {
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

static inline error_code sum_scores(void *ctx, const store_row *row, error *e) {
  (void)e;
  *(int64_t *)ctx += row->outputs[SCORE].i64[0];
  return ERR_OK;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
