/* Finding what was published last of one customer after the other, for the run that is at hand.
 *
 * Most runs read the same customers in the same order, so the row behind the last one is looked at
 * first; the index of keys is asked only when it is somebody else's. */
#include "store_reader.h"
#include <stdio.h>
#include <string.h>

#define CACHE_KIB "2048"

struct store_finder {
  store_reader *reader;
  const size_t *numbers; /* of the outputs asked for, SIZE_MAX = the run has none of the name */
  size_t count;
  column *values; /* one row */
  sqlite3_stmt *scan, *of_key, *carried;
  bool on_row; /* the scan stands on a row that was not given yet */
  bool given;  /* it stands on a row that was */
  store_row row;
};

/* ---- opening ---- */

static void pick_outputs(store_finder *f, const char *const *outputs, size_t count) {
  const store_run *run = &f->reader->run;
  arena *a = &f->reader->texts;
  size_t *numbers = arena_array(a, count + 1, sizeof *numbers);
  f->values = arena_array(a, count + 1, sizeof *f->values);
  for (size_t i = 0; i < count; i++) {
    numbers[i] = SIZE_MAX;
    for (size_t k = 0; k < run->output_count; k++)
      if (!strcmp(run->outputs[k].name, outputs[i])) numbers[i] = k;
    const value_type none = {.kind = TYPE_TEXT, .denominator = 1};
    column_init(&f->values[i], numbers[i] == SIZE_MAX ? none : run->outputs[numbers[i]].type, 1);
    if (numbers[i] == SIZE_MAX) column_add_text(&f->values[i], 0, NULL, 0);
  }
  f->numbers = numbers;
  f->count = count;
}

static error_code prepare_scan(store_finder *f, error *e) {
  const store_reader *r = f->reader;
  buffer sql = {0};
  buffer_text(&sql, "SELECT sequence, position, key, failed, inputs");
  for (size_t i = 0; i < f->count; i++) {
    if (f->numbers[i] == SIZE_MAX) continue;
    buffer_text(&sql, ", ");
    sql_name(&sql, r->layout.table[f->numbers[i]]);
    if (!r->layout.den[f->numbers[i]]) continue;
    buffer_text(&sql, ", ");
    sql_name(&sql, r->layout.den[f->numbers[i]]);
  }
  buffer_format(&sql, " FROM decision_%lld WHERE sequence >= ? ORDER BY sequence",
                (long long)r->run.id);
  error_code code = store_prepare(r->store, r->db, sql.data, &f->scan, e);
  buffer_deinit(&sql);
  return code;
}

/* Runs of a program that kept nothing with a reject have no such column. */
static bool keeps_carried(const store_reader *r) {
  char sql[128];
  snprintf(sql, sizeof sql, "SELECT 1 FROM pragma_table_info('outcome_%lld') WHERE name = 'inputs'",
           (long long)r->run.id);
  return store_number(r->db, sql, 0) == 1;
}

static error_code prepare(store_finder *f, error *e) {
  const store_reader *r = f->reader;
  char sql[160];
  error_code code = prepare_scan(f, e);
  snprintf(sql, sizeof sql, "SELECT sequence FROM decision_%lld WHERE key = ?",
           (long long)r->run.id);
  if (code == ERR_OK) code = store_prepare(r->store, r->db, sql, &f->of_key, e);
  if (code != ERR_OK || !keeps_carried(r)) return code;
  snprintf(sql, sizeof sql,
           "SELECT sequence, position, key, inputs FROM outcome_%lld "
           "WHERE key = ? AND inputs IS NOT NULL",
           (long long)r->run.id);
  return store_prepare(r->store, r->db, sql, &f->carried, e);
}

error_code store_finder_open(store *s, const char *pack, const char *const *outputs, size_t count,
                             store_finder **out, error *e) {
  store_reader *r;
  error_code code = store_reader_open(s, pack, &r, e);
  if (code != ERR_OK) return code;
  store_finder *f = arena_alloc(&r->texts, sizeof *f);
  f->reader = r;
  pick_outputs(f, outputs, count);
  /* the snapshot of the reader ends; and there is one of these for each thread */
  sqlite3_exec(r->db, "COMMIT; PRAGMA cache_size = -" CACHE_KIB, NULL, NULL, NULL);
  code = prepare(f, e);
  if (code != ERR_OK) {
    store_finder_close(f);
    return code;
  }
  *out = f;
  return ERR_OK;
}

void store_finder_close(store_finder *f) {
  if (!f) return;
  sqlite3_finalize(f->scan);
  sqlite3_finalize(f->of_key);
  sqlite3_finalize(f->carried);
  for (size_t i = 0; i < f->count; i++) column_deinit(&f->values[i]);
  store_reader_close(f->reader); /* and with its arena the finder */
}

const store_run *store_finder_run(const store_finder *f) {
  return &f->reader->run;
}

/* ---- looking up ---- */

error_code store_finder_begin(store_finder *f, error *e) {
  const store_reader *r = f->reader;
  f->on_row = f->given = false;
  int rc = sqlite3_exec(r->db, "BEGIN", NULL, NULL, NULL);
  return rc == SQLITE_OK ? ERR_OK : store_fail(r->store, r->db, rc, "reading the last run", e);
}

void store_finder_end(store_finder *f) {
  sqlite3_reset(f->scan);
  sqlite3_reset(f->of_key);
  if (f->carried) sqlite3_reset(f->carried);
  f->on_row = f->given = false;
  sqlite3_exec(f->reader->db, "COMMIT", NULL, NULL, NULL);
}

static error_code fail(const store_finder *f, int rc, error *e) {
  const store_reader *r = f->reader;
  if ((rc & 0xff) == SQLITE_ERROR || (rc & 0xff) == SQLITE_SCHEMA)
    return error_set(e, ERR_BUSY,
                     "%s: run %lld of %s, whose values this run reads as the previous ones, was "
                     "replaced and dropped meanwhile: run again",
                     r->store->path, (long long)r->run.id, r->run.pack);
  return store_fail(r->store, r->db, rc, "reading the last run", e);
}

static bool same_key(sqlite3_stmt *q, int i, const char *key, size_t n) {
  return (size_t)sqlite3_column_bytes(q, i) == n && !memcmp(column_string(q, i), key, n);
}

static const store_row *scanned_row(store_finder *f) {
  sqlite3_stmt *q = f->scan;
  int next = 5;
  for (size_t i = 0; i < f->count; i++)
    if (f->numbers[i] != SIZE_MAX) next = reader_value(&f->values[i], q, next);
  f->on_row = false;
  f->given = true;
  f->row = (store_row){
      .key = column_string(q, 2),
      .failed = sqlite3_column_int(q, 3) != 0,
      .sequence = sqlite3_column_int64(q, 0),
      .position = sqlite3_column_type(q, 1) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 1),
      .outputs = f->values,
      .blob = sqlite3_column_blob(q, 4),
      .blob_size = (size_t)sqlite3_column_bytes(q, 4),
  };
  return &f->row;
}

static error_code step_scan(store_finder *f, error *e) {
  const int rc = sqlite3_step(f->scan);
  f->given = false;
  f->on_row = rc == SQLITE_ROW;
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? ERR_OK : fail(f, rc, e);
}

/* Moves the scan to the customer, if the run has a decision on him. */
static error_code seek(store_finder *f, const char *key, size_t n, bool *found, error *e) {
  sqlite3_bind_text(f->of_key, 1, key, (int)n, SQLITE_STATIC);
  int rc = sqlite3_step(f->of_key);
  *found = rc == SQLITE_ROW;
  const sqlite3_int64 sequence = *found ? sqlite3_column_int64(f->of_key, 0) : 0;
  sqlite3_reset(f->of_key);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return fail(f, rc, e);
  if (!*found) return ERR_OK;
  sqlite3_reset(f->scan);
  sqlite3_bind_int64(f->scan, 1, sequence);
  return step_scan(f, e);
}

static error_code find_carried(store_finder *f, const char *key, size_t n, const store_row **out,
                               error *e) {
  sqlite3_stmt *q = f->carried;
  if (!q) return ERR_OK;
  sqlite3_reset(q);
  sqlite3_bind_text(q, 1, key, (int)n, SQLITE_TRANSIENT);
  const int rc = sqlite3_step(q);
  if (rc == SQLITE_DONE) return ERR_OK;
  if (rc != SQLITE_ROW) return fail(f, rc, e);
  f->row = (store_row){
      .key = column_string(q, 2),
      .failed = true,
      .sequence = sqlite3_column_int64(q, 0),
      .position = sqlite3_column_type(q, 1) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 1),
      .outputs = f->values,
      .blob = sqlite3_column_blob(q, 3),
      .blob_size = (size_t)sqlite3_column_bytes(q, 3),
  };
  *out = &f->row;
  return ERR_OK;
}

error_code store_find(store_finder *f, const char *key, size_t n, const store_row **out, error *e) {
  error_code code = ERR_OK;
  bool found = false;
  *out = NULL;
  if (f->given) code = step_scan(f, e);
  if (code == ERR_OK && f->on_row) found = same_key(f->scan, 2, key, n);
  if (code == ERR_OK && !found) code = seek(f, key, n, &found, e);
  if (code == ERR_OK && found && f->on_row) *out = scanned_row(f);
  if (code == ERR_OK && !found) code = find_carried(f, key, n, out, e);
  return code;
}
