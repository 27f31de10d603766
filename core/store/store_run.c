/* A run from begin to publish or discard. It writes tables of its own in many small transactions;
 * only the last one, which publishes, changes anything that a reader sees.
 *
 * It must never leave a transaction open for long: another pack's run may wait for the write lock.
 */
#include "store_inner.h"
#include "../base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COMMIT_ROWS 50000
#define VALUE_WIDTH 60 /* of a rejected key in an outcome */

/* ---- what came before ---- */

error_code store_last_run(store *s, const char *pack, int64_t *records, double *bytes_per_record,
                          error *e) {
  *records = -1;
  *bytes_per_record = 0;
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db,
                                  "SELECT records, graded + errors, bytes FROM run "
                                  "WHERE pack = ? AND status = 'published'",
                                  &q, e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, pack);
  int rc = sqlite3_step(q);
  if (rc == SQLITE_ROW) {
    *records = sqlite3_column_int64(q, 0);
    int64_t accepted = sqlite3_column_int64(q, 1);
    if (accepted > 0) *bytes_per_record = sqlite3_column_double(q, 2) / (double)accepted;
  } else if (rc != SQLITE_DONE) {
    code = store_fail(s, s->db, rc, "reading the last run", e);
  }
  sqlite3_finalize(q);
  return code;
}

static int64_t last_bytes(store *s, const char *pack) {
  int64_t bytes = 0;
  sqlite3_stmt *q = NULL;
  if (sqlite3_prepare_v2(s->db, "SELECT bytes FROM run WHERE pack = ? AND status = 'published'", -1,
                         &q, NULL) == SQLITE_OK) {
    bind_text(q, 1, pack);
    if (sqlite3_step(q) == SQLITE_ROW) bytes = sqlite3_column_int64(q, 0);
  }
  sqlite3_finalize(q);
  return bytes;
}

/* ---- begin ---- */

/* The name of a view must be one pack's alone: "a-b" and "a_b" would share one, and so would the
 * reasons of "a" and a pack named "a-reasons". */
static error_code add_pack(store *s, const store_work *w, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code =
      store_prepare(s, s->db,
                    "WITH part(t) AS (VALUES (''), ('_reasons'), ('_rejects'))"
                    "SELECT p.name, p.view || a.t FROM pack AS p, part AS a, part AS b "
                    "WHERE p.name <> ?1 AND p.view || a.t = ?2 || b.t COLLATE NOCASE LIMIT 1",
                    &q, e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, w->pack);
  bind_text(q, 2, w->view);
  if (sqlite3_step(q) == SQLITE_ROW)
    code = error_set(e, ERR_STORE,
                     "%s: the packs %s and %s would share the view %s: give this one's "
                     "folder another name, or keep it in another database (--db)",
                     s->path, w->pack, column_string(q, 0), column_string(q, 1));
  sqlite3_finalize(q);
  if (code != ERR_OK) return code;
  code = store_prepare(s, s->db, "INSERT OR IGNORE INTO pack (name, view) VALUES (?, ?)", &q, e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, w->pack);
  bind_text(q, 2, w->view);
  code = store_step(s, q, "adding the pack", e);
  sqlite3_finalize(q);
  return code;
}

static error_code add_run(store *s, store_work *w, const store_run_info *info, const char *now,
                          error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db,
                                  "INSERT INTO run (pack, as_of, status, started_at, pack_hash, "
                                  "title, title_zh, currency, source, "
                                  "params, report, key_field, outputs, inputs) VALUES (?1, ?2, "
                                  "'running', ?3, ?4, ?5, ?6, ?7, ?8, "
                                  "?9, ?10, ?11, ?12, ?13)",
                                  &q, e);
  if (code != ERR_OK) return code;
  char *outputs = schema_columns_json(info->outputs, info->output_count);
  char *inputs = schema_columns_json(info->inputs, info->input_count);
  const char *const texts[] = {info->pack,
                               store_moment(&w->texts, info->as_of, info->zone),
                               now,
                               info->pack_hash,
                               info->title,
                               info->title_zh,
                               info->currency,
                               info->source,
                               info->params_json,
                               info->report_json,
                               info->key,
                               outputs,
                               inputs};
  for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) bind_text(q, i + 1, texts[i]);
  code = store_step(s, q, "beginning the run", e);
  w->id = sqlite3_last_insert_rowid(s->db);
  sqlite3_finalize(q);
  free(outputs);
  free(inputs);
  return code;
}

static error_code make_tables(store *s, const store_work *w, error *e) {
  buffer sql = {0};
  schema_run_tables(&sql, &w->layout, w->id);
  error_code code = store_exec(s, sql.data, "making the run's tables", e);
  buffer_deinit(&sql);
  return code;
}

static error_code begin_in_transaction(store *s, store_work *w, const store_run_info *info,
                                       error *e) {
  const char *now = store_moment(&w->texts, time(NULL), info->zone);
  error_code code = claim_check(s, info->pack, e);
  if (code == ERR_OK) code = add_pack(s, w, e);
  if (code == ERR_OK) code = archive_add(s, info, e);
  if (code == ERR_OK) code = add_run(s, w, info, now, e);
  if (code == ERR_OK) code = claim_take(s, info->pack, w->id, now, e);
  if (code == ERR_OK) code = make_tables(s, w, e);
  return code;
}

static void copy_outputs(store_work *w, const store_run_info *info) {
  w->output_count = info->output_count;
  w->outputs = arena_array(&w->texts, info->output_count, sizeof *w->outputs);
  for (size_t i = 0; i < info->output_count; i++) {
    store_column *o = &w->outputs[i];
    *o = info->outputs[i];
    o->name = arena_string(&w->texts, o->name);
    if (!o->type.choices) continue;
    choice_list *list = arena_alloc(&w->texts, sizeof *list);
    list->count = o->type.choices->count;
    const char **names = arena_array(&w->texts, list->count, sizeof *names);
    for (size_t k = 0; k < list->count; k++)
      names[k] = arena_string(&w->texts, o->type.choices->names[k]);
    list->names = names;
    o->type.choices = list;
  }
}

static store_work *work_new(const store_run_info *info) {
  store_work *w = mem_alloc(sizeof *w);
  w->pack = arena_string(&w->texts, info->pack);
  w->key = arena_string(&w->texts, info->key);
  w->view = schema_view(&w->texts, info->pack);
  w->zone = info->zone;
  copy_outputs(w, info);
  layout_init(&w->layout, &w->texts, w->key, w->outputs, w->output_count);
  return w;
}

static void work_free(store *s, store_work *w) {
  if (!w) return;
  sqlite3_finalize(w->insert_rows);
  sqlite3_finalize(w->insert_outcome);
  sqlite3_finalize(w->key_of);
  sqlite3_finalize(w->drop_decision);
  sqlite3_finalize(w->put_duplicate);
  sqlite3_finalize(w->insert_value);
  batch_rows_free(s, w->rows);
  arena_deinit(&w->texts);
  free(w);
}

static error_code prepare_run(store *s, const store_work *w, sqlite3_stmt **q, const char *format,
                              error *e) {
  char sql[512];
  long long id = (long long)w->id;
  snprintf(sql, sizeof sql, format, id, id);
  return store_prepare(s, s->db, sql, q, e);
}

static error_code prepare_inserts(store *s, store_work *w, error *e) {
  error_code code = batch_rows_new(s, w, &w->rows, e);
  if (code == ERR_OK)
    code = prepare_run(s, w, &w->insert_rows, "INSERT INTO decision_%lld SELECT * FROM assay_batch",
                       e);
  if (code == ERR_OK)
    code =
        prepare_run(s, w, &w->insert_outcome,
                    "INSERT INTO outcome_%lld (sequence, kind, position, key, code, field, rule, "
                    "file, line, value, message, inputs) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    e);
  return code;
}

/* Gives a run and its claim back. */
static error_code release_run(store *s, int64_t run_id, const char *why, error *e) {
  buffer sql = {0};
  arena a = {0};
  buffer_text(&sql, "UPDATE run SET status = 'discarded', note = ");
  sql_literal(&sql, why);
  buffer_format(&sql,
                ", finished_at = '%s' WHERE run_id = %lld AND status = 'running'; "
                "DELETE FROM claim WHERE run_id = %lld",
                store_moment(&a, time(NULL), (zone){0}), (long long)run_id, (long long)run_id);
  error_code code = store_begin_write(s, e);
  if (code == ERR_OK) code = store_exec(s, sql.data, "giving the run up", e);
  if (code == ERR_OK) code = store_commit(s, "giving the run up", e);
  if (code != ERR_OK) store_rollback(s);
  buffer_deinit(&sql);
  arena_deinit(&a);
  return code;
}

error_code store_begin(store *s, const store_run_info *info, int64_t *run_id, error *e) {
  if (s->work) return error_set(e, ERR_INTERNAL, "%s: a run is already at hand", s->path);
  error_code code = ERR_OK;
  if (s->unreleased) code = release_run(s, s->unreleased, "given up", e);
  if (code == ERR_OK) s->unreleased = 0;
  if (code == ERR_OK) code = store_begin_write(s, e);
  if (code != ERR_OK) return code;
  store_work *w = work_new(info);
  code = begin_in_transaction(s, w, info, e);
  if (code == ERR_OK) code = store_commit(s, "beginning the run", e);
  if (code != ERR_OK) {
    store_rollback(s);
    work_free(s, w);
    return code;
  }
  s->work = w;
  s->patience_ms = RUN_PATIENCE_MS;
  store_sweep(s);
  w->last_bytes = last_bytes(s, w->pack);
  w->pages_before = store_pages_used(s);
  code = prepare_inserts(s, w, e);
  if (code != ERR_OK) {
    store_discard(s, e->message);
    return code;
  }
  *run_id = w->id;
  return ERR_OK;
}

/* ---- add ---- */

/* Another process that took this one for dead has dropped its tables: say that, not "no table". */
static error_code check_claim(store *s, error *e) {
  if (claim_holds(s, s->work->id)) return ERR_OK;
  return error_set(e, ERR_BUSY,
                   "%s: another process took the pack %s over while this one ran it; nothing of "
                   "this run is published",
                   s->path, s->work->pack);
}

error_code store_begin_write_of_run(store *s, error *e) {
  if (s->work->in_transaction) return ERR_OK;
  error_code code = store_begin_write(s, e);
  if (code != ERR_OK) return code;
  s->work->in_transaction = true;
  return check_claim(s, e);
}

static error_code close_transaction(store *s, const char *doing, error *e) {
  if (!s->work->in_transaction) return ERR_OK;
  s->work->in_transaction = false;
  s->work->uncommitted = 0;
  error_code code = store_commit(s, doing, e);
  if (code != ERR_OK) store_rollback(s);
  return code;
}

/* After a failure nothing of the batch at hand stands; the caller gives the run up. */
static error_code give_up(store *s, error_code code) {
  s->work->in_transaction = false;
  store_rollback(s);
  return code;
}

static void bind_position(sqlite3_stmt *q, int i, int64_t position) {
  if (position >= 0)
    sqlite3_bind_int64(q, i, position);
  else
    sqlite3_bind_null(q, i);
}

static error_code add_fault(store *s, const decisions *d, const fault *f, error *e) {
  sqlite3_stmt *q = s->work->insert_outcome;
  const text_data *keys = &d->batch->columns[d->batch->schema->key].text;
  uint32_t from = keys->offsets[f->row];
  sqlite3_bind_int64(q, 1, (sqlite3_int64)d->batch->sequence[f->row]);
  bind_text(q, 2, "rule_error");
  bind_position(q, 3, d->batch->position[f->row]);
  sqlite3_bind_text(q, 4, keys->bytes + from, (int)(keys->offsets[f->row + 1] - from),
                    SQLITE_STATIC);
  bind_text(q, 5, f->code);
  bind_text(q, 6, NULL);
  bind_text(q, 7, f->rule);
  bind_text(q, 8, f->file);
  sqlite3_bind_int(q, 9, f->line);
  bind_text(q, 10, NULL);
  bind_text(q, 11, f->message);
  sqlite3_bind_null(q, 12);
  return store_step(s, q, "writing rule errors", e);
}

static error_code add_reject(store *s, const reject *r, error *e) {
  sqlite3_stmt *q = s->work->insert_outcome;
  sqlite3_bind_int64(q, 1, (sqlite3_int64)r->sequence);
  bind_text(q, 2, "reject");
  bind_position(q, 3, r->position);
  bind_text(q, 4, r->key);
  bind_text(q, 5, r->code);
  bind_text(q, 6, r->field && r->field[0] ? r->field : NULL);
  bind_text(q, 7, NULL);
  bind_text(q, 8, NULL);
  sqlite3_bind_null(q, 9);
  bind_text(q, 10, r->value);
  bind_text(q, 11, r->message);
  if (r->carried)
    sqlite3_bind_blob(q, 12, r->carried, (int)r->carried_size, SQLITE_STATIC);
  else
    sqlite3_bind_null(q, 12);
  return store_step(s, q, "writing rejects", e);
}

static error_code add_rows(store *s, const decisions *d, error *e) {
  store_work *w = s->work;
  if (d->rows == 0) return ERR_OK;
  batch_rows_set(w->rows, d);
  error_code code = store_step(s, w->insert_rows, "writing decisions", e);
  batch_rows_set(w->rows, NULL);
  return code;
}

static size_t count_failed(const decisions *d) {
  size_t n = 0;
  for (size_t i = 0; i < d->rows; i++) n += d->failed[i] != 0;
  return n;
}

error_code store_add(store *s, const decisions *d, error *e) {
  store_work *w = s->work;
  error_code code = store_begin_write_of_run(s, e);
  if (code == ERR_OK) code = add_rows(s, d, e);
  for (size_t i = 0; code == ERR_OK && i < d->fault_count; i++)
    code = add_fault(s, d, &d->faults[i], e);
  for (size_t i = 0; code == ERR_OK && i < d->batch->reject_count; i++)
    code = add_reject(s, &d->batch->rejects[i], e);
  if (code != ERR_OK) return give_up(s, code);
  int64_t rows = (int64_t)d->rows, rejected = (int64_t)d->batch->reject_count;
  int64_t failed = (int64_t)count_failed(d);
  w->counts.records += rows + rejected;
  w->counts.graded += rows - failed;
  w->counts.failed += failed;
  w->counts.rejected += rejected;
  w->uncommitted += rows + rejected;
  if (w->uncommitted < COMMIT_ROWS) return ERR_OK;
  return close_transaction(s, "writing decisions", e);
}

void store_counted(const store *s, store_counts *out) {
  *out = s->work ? s->work->counts : (store_counts){0};
}

/* ---- duplicates ---- */

/* A key that was met in a group, and where it stood first. */
typedef struct first_key {
  const char *key;
  size_t size;
  int64_t sequence, position;
} first_key;

static error_code prepare_duplicates(store *s, store_work *w, error *e) {
  if (w->put_duplicate) return ERR_OK;
  error_code code =
      prepare_run(s, w, &w->key_of,
                  "SELECT key, position, failed FROM decision_%lld WHERE sequence = ?1 "
                  "UNION ALL SELECT key, position, -1 FROM outcome_%lld "
                  "WHERE sequence = ?1 AND kind = 'reject'",
                  e);
  if (code == ERR_OK)
    code = prepare_run(s, w, &w->drop_decision, "DELETE FROM decision_%lld WHERE sequence = ?1", e);
  if (code == ERR_OK)
    code = prepare_run(
        s, w, &w->put_duplicate,
        "INSERT OR REPLACE INTO outcome_%lld (sequence, kind, position, key, code, field, "
        "value, message) VALUES (?1, 'reject', ?2, ?3, 'DUPLICATE_ID', ?4, ?5, ?6)",
        e);
  return code;
}

/* Where a record stands now. */
enum { STANDS_WAITING = -2, STANDS_REJECTED, STANDS_GRADED, STANDS_FAILED };

static void count_duplicate(store_counts *c, int state) {
  c->duplicates++;
  if (state != STANDS_REJECTED) c->rejected++;
  if (state == STANDS_WAITING) c->records++;
  if (state == STANDS_GRADED) c->graded--;
  if (state == STANDS_FAILED) c->failed--;
}

static error_code make_duplicate(store *s, const first_key *k, int64_t sequence, int64_t position,
                                 int state, error *e) {
  store_work *w = s->work;
  char message[96];
  if (k->position >= 0)
    snprintf(message, sizeof message, "the first is at line %lld", (long long)k->position);
  else
    snprintf(message, sizeof message, "the first is record %lld", (long long)k->sequence + 1);
  buffer value = {0};
  text_printable(&value, k->key, k->size, VALUE_WIDTH);
  sqlite3_stmt *q = w->put_duplicate;
  sqlite3_bind_int64(q, 1, sequence);
  bind_position(q, 2, position);
  sqlite3_bind_text(q, 3, k->key, (int)k->size, SQLITE_STATIC);
  bind_text(q, 4, w->key);
  sqlite3_bind_text(q, 5, value.data, (int)value.size, SQLITE_STATIC);
  bind_text(q, 6, message);
  error_code code = store_step(s, q, "writing duplicates", e);
  buffer_deinit(&value);
  if (code == ERR_OK && state >= STANDS_GRADED) {
    sqlite3_bind_int64(w->drop_decision, 1, sequence);
    code = store_step(s, w->drop_decision, "writing duplicates", e);
  }
  count_duplicate(&w->counts, state);
  w->uncommitted++;
  return code;
}

typedef struct key_group {
  arena arena;
  first_key *keys; /* one, but for keys that differ and share a hash */
  size_t count;
} key_group;

static const first_key *group_find(const key_group *g, const char *key, size_t n) {
  for (size_t i = 0; i < g->count; i++)
    if (g->keys[i].size == n && memcmp(g->keys[i].key, key, n) == 0) return &g->keys[i];
  return NULL;
}

static void group_add(key_group *g, const char *key, size_t n, int64_t sequence, int64_t position) {
  g->keys = mem_grow(g->keys, g->count + 1, sizeof *g->keys);
  g->keys[g->count++] = (first_key){arena_string_n(&g->arena, key, n), n, sequence, position};
}

static error_code check_record(store *s, key_group *g, int64_t sequence, error *e) {
  sqlite3_stmt *q = s->work->key_of;
  sqlite3_bind_int64(q, 1, sequence);
  int rc = sqlite3_step(q);
  error_code code = ERR_OK;
  if (rc == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL) {
    const char *key = column_string(q, 0);
    size_t n = (size_t)sqlite3_column_bytes(q, 0);
    int64_t position = sqlite3_column_type(q, 1) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 1);
    int state = sqlite3_column_int(q, 2);
    const first_key *first = group_find(g, key, n);
    if (!first) group_add(g, key, n, sequence, position);
    sqlite3_reset(q);
    if (first) code = make_duplicate(s, first, sequence, position, state, e);
    return code;
  }
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) code = store_fail(s, s->db, rc, "comparing keys", e);
  sqlite3_reset(q);
  return code;
}

static error_code check_waiting(store *s, key_group *g, const store_waiting *waiting,
                                uint64_t sequence, bool *found, error *e) {
  const char *key;
  size_t n;
  int64_t position;
  error_code code = waiting->find(waiting->ctx, sequence, &key, &n, &position, e);
  *found = code == ERR_OK && key;
  if (!*found) return code;
  const first_key *first = group_find(g, key, n);
  if (!first) {
    group_add(g, key, n, (int64_t)sequence, position);
    return ERR_OK;
  }
  code = make_duplicate(s, first, (int64_t)sequence, position, STANDS_WAITING, e);
  return code == ERR_OK ? waiting->drop(waiting->ctx, sequence, e) : code;
}

error_code store_duplicates(store *s, const uint64_t *sequences, size_t n,
                            const store_waiting *waiting, error *e) {
  error_code code = prepare_duplicates(s, s->work, e);
  if (code == ERR_OK) code = store_begin_write_of_run(s, e);
  key_group g = {0};
  for (size_t i = 0; code == ERR_OK && i < n; i++) {
    bool found = false;
    if (waiting) code = check_waiting(s, &g, waiting, sequences[i], &found, e);
    if (code == ERR_OK && !found) code = check_record(s, &g, (int64_t)sequences[i], e);
    if (code == ERR_OK && s->work->uncommitted >= COMMIT_ROWS) {
      code = close_transaction(s, "writing duplicates", e);
      if (code == ERR_OK) code = store_begin_write_of_run(s, e);
    }
  }
  free(g.keys);
  arena_deinit(&g.arena);
  return code == ERR_OK ? ERR_OK : give_up(s, code);
}

/* ---- the end ---- */

error_code store_flush(store *s, error *e) {
  return close_transaction(s, "writing decisions", e);
}

error_code store_seal(store *s, error *e) {
  store_work *w = s->work;
  error_code code = close_transaction(s, "writing decisions", e);
  if (code != ERR_OK || w->sealed) return code;
  buffer sql = {0};
  schema_run_indexes(&sql, w->id);
  code = store_begin_write_of_run(s, e);
  if (code == ERR_OK) code = store_exec(s, sql.data, "building the index of keys", e);
  if (code == ERR_OK) code = close_transaction(s, "building the index of keys", e);
  buffer_deinit(&sql);
  w->sealed = code == ERR_OK;
  return code == ERR_OK ? ERR_OK : give_up(s, code);
}

static error_code switch_views(store *s, const store_work *w, error *e) {
  buffer sql = {0};
  schema_views(&sql, w->view, &w->layout, w->zone, w->id);
  error_code code = store_exec(s, sql.data, "publishing", e);
  buffer_deinit(&sql);
  return code;
}

/* The states of the pack's runs: what was published is superseded, and expired beyond `keep`. */
static error_code switch_runs(store *s, const store_work *w, int keep, error *e) {
  arena a = {0};
  int64_t bytes =
      (store_pages_used(s) - w->pages_before) * store_number(s->db, "PRAGMA page_size", 0);
  const store_counts *c = &w->counts;
  buffer sql = {0}, pack = {0}, related = {0};
  sql_literal(&pack, w->pack);
  if (w->related)
    sql_literal(&related, w->related);
  else
    buffer_text(&related, "NULL");
  buffer_format(&sql,
                "UPDATE run SET status = 'superseded' WHERE pack = %s AND status = 'published';",
                pack.data);
  buffer_format(
      &sql,
      "UPDATE run SET status = 'published', finished_at = '%s', records = %lld, graded = %lld, "
      "errors = %lld, rejected = %lld, duplicates = %lld, bytes = %lld, related = %s "
      "WHERE run_id = %lld;",
      store_moment(&a, time(NULL), w->zone), (long long)c->records, (long long)c->graded,
      (long long)c->failed, (long long)c->rejected, (long long)c->duplicates,
      (long long)(bytes > 0 ? bytes : 0), related.data, (long long)w->id);
  buffer_format(
      &sql,
      "UPDATE run SET status = 'expired' WHERE pack = %s AND status = 'superseded' AND run_id "
      "NOT IN (SELECT run_id FROM run WHERE pack = %s AND status = 'superseded' "
      "ORDER BY run_id DESC LIMIT %d);",
      pack.data, pack.data, keep > 1 ? keep - 1 : 0);
  buffer_format(&sql, "DELETE FROM claim WHERE run_id = %lld", (long long)w->id);
  error_code code = store_exec(s, sql.data, "publishing", e);
  buffer_deinit(&sql);
  buffer_deinit(&pack);
  buffer_deinit(&related);
  arena_deinit(&a);
  return code;
}

static error_code publish_in_transaction(store *s, int keep, error *e) {
  error_code code = check_claim(s, e);
  if (code == ERR_OK) code = switch_views(s, s->work, e);
  if (code == ERR_OK) code = switch_runs(s, s->work, keep, e);
  return code;
}

static void end_run(store *s) {
  store_work *w = s->work;
  s->work = NULL;
  s->patience_ms = PATIENCE_MS;
  work_free(s, w);
}

/* With synchronous = FULL the commit waits until the log, and with it all that the run wrote
 * before, is on the disk. */
error_code store_publish(store *s, int keep, error *e) {
  error_code code = store_seal(s, e);
  if (code == ERR_OK) code = store_exec(s, "PRAGMA wal_checkpoint(PASSIVE)", "publishing", e);
  if (code == ERR_OK) code = store_exec(s, "PRAGMA synchronous = FULL", "publishing", e);
  if (code == ERR_OK) code = store_begin_write(s, e);
  if (code == ERR_OK) code = publish_in_transaction(s, keep, e);
  if (code == ERR_OK) code = store_commit(s, "publishing", e);
  if (code != ERR_OK) store_rollback(s);
  sqlite3_exec(s->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
  if (code != ERR_OK) return code;
  end_run(s);
  store_sweep(s);
  atomic_store(&s->interrupted, false); /* it came too late */
  return ERR_OK;
}

void store_discard(store *s, const char *why) {
  store_work *w = s->work;
  if (!w) return;
  bool hurry = atomic_exchange(&s->interrupted, false); /* somebody waits for the program to end */
  store_rollback(s);
  int64_t run_id = w->id;
  end_run(s);
  error ignored; /* a full disk may refuse even this: then the next begin tries again */
  if (release_run(s, run_id, why ? why : "", &ignored) != ERR_OK)
    s->unreleased = run_id;
  else if (!hurry)
    store_sweep(s);
}
