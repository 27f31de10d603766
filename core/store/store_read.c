/* Reading a published run: its description, one customer, outcomes, groups for the report. A reader
 * has a connection and a snapshot of its own, so that whatever is published meanwhile it sees one
 * whole run. It must never write, and never hold more than a row of it in memory. */
#include "store_reader.h"
#include "../base/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

/* ERR_NOT_FOUND, with the packs that there are. */
static error_code no_such_pack(store_reader *r, const char *pack, error *e) {
  sqlite3_stmt *q = NULL;
  arena a = {0};
  const char **names = NULL;
  size_t count = 0;
  buffer list = {0};
  if (sqlite3_prepare_v2(r->db, "SELECT pack FROM run WHERE status = 'published' ORDER BY pack", -1,
                         &q, NULL) == SQLITE_OK)
    while (sqlite3_step(q) == SQLITE_ROW) {
      names = mem_grow(names, count + 1, sizeof *names);
      names[count++] = column_keep(&a, q, 0);
      if (count <= 20) buffer_format(&list, "%s%s", count > 1 ? ", " : "", names[count - 1]);
    }
  sqlite3_finalize(q);
  const char *meant = text_suggest(pack, names, count);
  error_code code;
  if (count == 0)
    code = error_set(e, ERR_NOT_FOUND,
                     "%s: no pack has a published run yet: make one with `assay run %s`",
                     r->store->path, pack);
  else
    code = error_set(e, ERR_NOT_FOUND, "%s: the pack %s has no published run%s%s%s; there are: %s",
                     r->store->path, pack, meant ? "; did you mean " : "", meant ? meant : "",
                     meant ? "?" : "", list.data);
  buffer_deinit(&list);
  free(names);
  arena_deinit(&a);
  return code;
}

/* ERR_NOT_FOUND, with the runs that there are. */
static error_code no_such_run(store_reader *r, const char *pack, int64_t run_id, error *e) {
  sqlite3_stmt *q = NULL;
  buffer list = {0};
  if (sqlite3_prepare_v2(r->db,
                         "SELECT run_id FROM run WHERE pack = ? AND stored = 1 AND status IN "
                         "('published', 'superseded') ORDER BY run_id",
                         -1, &q, NULL) == SQLITE_OK) {
    bind_text(q, 1, pack);
    while (sqlite3_step(q) == SQLITE_ROW)
      buffer_format(&list, "%s%lld", list.size ? ", " : "", (long long)sqlite3_column_int64(q, 0));
  }
  sqlite3_finalize(q);
  if (!list.size) return no_such_pack(r, pack, e);
  error_set(e, ERR_NOT_FOUND, "%s: the pack %s has no stored run %lld; there are: %s",
            r->store->path, pack, (long long)run_id, list.data);
  buffer_deinit(&list);
  return ERR_NOT_FOUND;
}

static error_code damaged(const store_reader *r, const char *what, error *e) {
  return error_set(e, ERR_STORE,
                   "%s: run %lld: its %s cannot be read: the database is damaged, restore "
                   "it from a copy or run the pack again",
                   r->store->path, (long long)r->run.id, what);
}

static bool moment_read(const char *text, int64_t *seconds, zone *z) {
  size_t n = strlen(text);
  return n == 25 && moment_parse(text, n, seconds) && (!z || zone_parse(text + 19, z));
}

static const char run_columns[] = "SELECT run_id, pack, pack_hash, title, title_zh, currency, "
                                  "source, params, report, key_field, as_of, "
                                  "started_at, finished_at, records, graded, errors, rejected, "
                                  "duplicates, outputs, inputs, related FROM run "
                                  "WHERE pack = ?1 AND ";
static const char of_published[] = "status = 'published'";
static const char of_number[] = "run_id = ?2 AND status IN ('published', 'superseded') "
                                "AND stored = 1";

static error_code read_run(store_reader *r, sqlite3_stmt *q, error *e) {
  store_run *run = &r->run;
  arena *a = &r->texts;
  run->id = sqlite3_column_int64(q, 0);
  char **const texts[] = {&run->pack,        &run->pack_hash,   &run->title,
                          &run->title_zh,    &run->currency,    &run->source,
                          &run->params_json, &run->report_json, &run->key};
  for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
    *texts[i] = column_keep(a, q, 1 + i);
  if (!moment_read(column_string(q, 10), &run->as_of, &run->zone) ||
      !moment_read(column_string(q, 11), &run->started, NULL) ||
      !moment_read(column_string(q, 12), &run->finished, NULL))
    return damaged(r, "times", e);
  run->counts = (store_counts){.records = sqlite3_column_int64(q, 13),
                               .graded = sqlite3_column_int64(q, 14),
                               .failed = sqlite3_column_int64(q, 15),
                               .rejected = sqlite3_column_int64(q, 16),
                               .duplicates = sqlite3_column_int64(q, 17)};
  if (!schema_columns_read(a, column_string(q, 18), &run->outputs, &run->output_count) ||
      !schema_columns_read(a, column_string(q, 19), &run->inputs, &run->input_count))
    return damaged(r, "columns", e);
  if (!related_read(a, column_string(q, 20), &run->related, &run->related_count))
    return damaged(r, "related lists", e);
  return ERR_OK;
}

/* `run_id` 0 = the published one. */
static error_code find_run(store_reader *r, const char *pack, int64_t run_id, error *e) {
  sqlite3_stmt *q = NULL;
  char sql[sizeof run_columns + sizeof of_number];
  snprintf(sql, sizeof sql, "%s%s", run_columns, run_id ? of_number : of_published);
  error_code code = store_prepare(r->store, r->db, sql, &q, e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, pack);
  if (run_id) sqlite3_bind_int64(q, 2, run_id);
  int rc = sqlite3_step(q);
  if (rc == SQLITE_ROW)
    code = read_run(r, q, e);
  else if (rc == SQLITE_DONE)
    code = run_id ? no_such_run(r, pack, run_id, e) : no_such_pack(r, pack, e);
  else
    code = store_fail(r->store, r->db, rc, "reading the run", e);
  sqlite3_finalize(q);
  return code;
}

static error_code read_reason_texts(store_reader *r, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      r->store, r->db, "SELECT code, language, text FROM reason_text WHERE pack_hash = ?", &q, e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, r->run.pack_hash);
  while (sqlite3_step(q) == SQLITE_ROW) {
    r->reason_texts = mem_grow(r->reason_texts, (r->reason_text_count + 1) * 3, sizeof(char *));
    for (int i = 0; i < 3; i++)
      r->reason_texts[r->reason_text_count * 3 + (size_t)i] = column_keep(&r->texts, q, i);
    r->reason_text_count++;
  }
  sqlite3_finalize(q);
  return ERR_OK;
}

static error_code read_alerts(store_reader *r, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      r->store, r->db, "SELECT list, code, severity FROM alert WHERE pack_hash = ? ORDER BY number",
      &q, e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, r->run.pack_hash);
  while (sqlite3_step(q) == SQLITE_ROW) {
    r->alerts = mem_grow(r->alerts, r->alert_count + 1, sizeof *r->alerts);
    r->alerts[r->alert_count++] = (store_alert){
        column_keep(&r->texts, q, 0), column_keep(&r->texts, q, 1), column_keep(&r->texts, q, 2)};
  }
  sqlite3_finalize(q);
  return ERR_OK;
}

size_t store_alerts(const store_reader *r, const store_alert **out) {
  *out = r->alerts;
  return r->alert_count;
}

static void make_row(store_reader *r) {
  const store_run *run = &r->run;
  layout_init(&r->layout, &r->texts, run->key, run->outputs, run->output_count);
  r->row = arena_array(&r->texts, run->output_count, sizeof *r->row);
  for (size_t i = 0; i < run->output_count; i++) column_init(&r->row[i], run->outputs[i].type, 1);
}

static error_code open_reader(store *s, const char *pack, int64_t run_id, store_reader **out,
                              error *e) {
  store_reader *r = mem_alloc(sizeof *r);
  r->store = s;
  error_code code = store_connect(s->path, STORE_READ, s, &r->db, e);
  if (code == ERR_OK) {
    int rc = sqlite3_exec(r->db, "BEGIN", NULL, NULL, NULL);
    code = rc == SQLITE_OK ? find_run(r, pack, run_id, e) : store_fail(s, r->db, rc, "reading", e);
  }
  if (code == ERR_OK) code = read_reason_texts(r, e);
  if (code == ERR_OK) code = read_alerts(r, e);
  if (code != ERR_OK) {
    store_reader_close(r);
    return code;
  }
  make_row(r);
  *out = r;
  return ERR_OK;
}

error_code store_reader_open(store *s, const char *pack, store_reader **out, error *e) {
  return open_reader(s, pack, 0, out, e);
}

error_code store_reader_open_run(store *s, const char *pack, int64_t run_id, store_reader **out,
                                 error *e) {
  return open_reader(s, pack, run_id, out, e);
}

void store_reader_close(store_reader *r) {
  if (!r) return;
  for (size_t i = 0; r->row && i < r->run.output_count; i++) column_deinit(&r->row[i]);
  sqlite3_close_v2(r->db);
  free(r->reason_texts);
  free(r->alerts);
  arena_deinit(&r->texts);
  free(r);
}

const store_run *store_reader_run(const store_reader *r) {
  return &r->run;
}

const char *store_reason_text(store_reader *r, const char *code, const char *language) {
  for (size_t i = 0; i < r->reason_text_count; i++) {
    const char *const *t = (const char *const *)&r->reason_texts[i * 3];
    if (strcmp(t[0], code) == 0 && strcmp(t[1], language) == 0) return t[2];
  }
  return NULL;
}

/* ---- rows ---- */

void reader_select(const store_reader *r, buffer *sql) {
  buffer_text(sql, "SELECT sequence, position, key, failed, inputs");
  for (size_t i = 0; i < r->run.output_count; i++) {
    buffer_text(sql, ", ");
    sql_name(sql, r->layout.table[i]);
    if (!r->layout.den[i]) continue;
    buffer_text(sql, ", ");
    sql_name(sql, r->layout.den[i]);
  }
  buffer_format(sql, " FROM decision_%lld", (long long)r->run.id);
}

int reader_value(column *c, sqlite3_stmt *q, int i) {
  bool missing = sqlite3_column_type(q, i) == SQLITE_NULL;
  switch (type_storage(c->type.kind)) {
  case STORE_I32:
    if (missing)
      c->i32[0] = MISSING_I32;
    else if (c->type.kind == TYPE_BOOLEAN)
      c->i32[0] = sqlite3_column_int(q, i);
    else
      c->i32[0] =
          choice_find(c->type.choices, column_string(q, i), (size_t)sqlite3_column_bytes(q, i));
    return i + 1;
  case STORE_I64:
    c->i64[0] = missing ? MISSING_I64 : sqlite3_column_int64(q, i);
    return i + 1;
  case STORE_F64:
    c->f64[0] = missing ? (double)NAN : sqlite3_column_double(q, i);
    return i + 1;
  case STORE_RATIO:
    c->i64[0] = missing ? MISSING_I64 : sqlite3_column_int64(q, i);
    c->den[0] = missing ? 1 : sqlite3_column_int64(q, i + 1);
    return i + 2;
  default: {
    const char *text = missing ? NULL : column_string(q, i);
    column_add_text(c, 0, text, text ? (size_t)sqlite3_column_bytes(q, i) : 0);
    return i + 1;
  }
  }
}

void reader_row(store_reader *r, sqlite3_stmt *q, store_row *out) {
  int next = 5;
  for (size_t i = 0; i < r->run.output_count; i++) next = reader_value(&r->row[i], q, next);
  *out = (store_row){
      .key = column_string(q, 2),
      .failed = sqlite3_column_int(q, 3) != 0,
      .sequence = sqlite3_column_int64(q, 0),
      .position = sqlite3_column_type(q, 1) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 1),
      .outputs = r->row,
      .blob = sqlite3_column_blob(q, 4),
      .blob_size = (size_t)sqlite3_column_bytes(q, 4),
  };
}

error_code reader_each(store_reader *r, sqlite3_stmt *q, store_each *each, void *ctx, int64_t *rows,
                       error *e) {
  int rc;
  while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
    store_row row;
    reader_row(r, q, &row);
    if (rows) ++*rows;
    error_code code = each(ctx, &row, e);
    if (code != ERR_OK) return code;
  }
  return rc == SQLITE_DONE ? ERR_OK : store_fail(r->store, r->db, rc, "reading decisions", e);
}

error_code reader_output(const store_reader *r, const char *name, size_t *out, error *e) {
  const store_run *run = &r->run;
  for (size_t i = 0; i < run->output_count; i++)
    if (strcmp(run->outputs[i].name, name) == 0) {
      *out = i;
      return ERR_OK;
    }
  const char **names = mem_array(run->output_count + 2, sizeof *names);
  buffer list = {0};
  for (size_t i = 0; i < run->output_count; i++) names[i] = run->outputs[i].name;
  names[run->output_count] = run->key;
  names[run->output_count + 1] = "status";
  for (size_t i = 0; i < run->output_count + 2; i++)
    buffer_format(&list, "%s%s", i ? ", " : "", names[i]);
  const char *meant = text_suggest(name, names, run->output_count + 2);
  error_set(e, ERR_USAGE, "%s has no column %s%s%s%s; its columns are: %s", run->pack, name,
            meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "", list.data);
  buffer_deinit(&list);
  free(names);
  return ERR_USAGE;
}

/* ---- one customer ---- */

typedef struct why_not {
  const store_reader *r;
  const char *key;
} why_not;

static error_code say_why_not(void *ctx, const store_outcome *o, error *e) {
  const why_not *w = ctx;
  char where[48] = "";
  if (o->position >= 0) snprintf(where, sizeof where, ", position %lld", (long long)o->position);
  return error_set(e, ERR_NOT_FOUND,
                   "%s: the customer %s was rejected by the run of %s (%s%s): %s%s%s%s%s",
                   w->r->store->path, w->key, w->r->run.pack, o->source, where, o->code,
                   o->field[0] ? ":" : "", o->field, o->message[0] ? ": " : "", o->message);
}

error_code store_show(store_reader *r, const char *key, store_each *each, void *ctx, error *e) {
  buffer sql = {0};
  reader_select(r, &sql);
  buffer_text(&sql, " WHERE key = ?");
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(r->store, r->db, sql.data, &q, e);
  buffer_deinit(&sql);
  if (code != ERR_OK) return code;
  bind_text(q, 1, key);
  int64_t rows = 0;
  code = reader_each(r, q, each, ctx, &rows, e);
  sqlite3_finalize(q);
  if (code != ERR_OK || rows > 0) return code;
  why_not w = {r, key};
  code = store_outcomes(r, key, say_why_not, &w, e);
  if (code != ERR_OK) return code;
  return error_set(e, ERR_NOT_FOUND,
                   "%s: the run of %s knows no customer %s (keys are compared byte for "
                   "byte; `assay list %s` shows them)",
                   r->store->path, r->run.pack, key, r->run.pack);
}

error_code store_each_decision(store_reader *r, store_each *each, void *ctx, error *e) {
  sqlite3_stmt *q = NULL;
  buffer sql = {0};
  reader_select(r, &sql);
  buffer_text(&sql, " ORDER BY sequence");
  error_code code = store_prepare(r->store, r->db, sql.data, &q, e);
  if (code == ERR_OK) code = reader_each(r, q, each, ctx, NULL, e);
  sqlite3_finalize(q);
  buffer_deinit(&sql);
  return code;
}

/* ---- outcomes ---- */

#define OUTCOME_COLUMNS                                                                            \
  "SELECT kind, sequence, position, key, code, field, rule, file, line, value, message "           \
  "FROM outcome_%lld "

static error_code each_outcome(store *s, sqlite3 *db, sqlite3_stmt *q, const char *source,
                               store_each_outcome *each, void *ctx, error *e) {
  int rc;
  while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
    store_outcome o = {
        .kind = column_string(q, 0),
        .source = source ? source : "",
        .sequence = sqlite3_column_int64(q, 1),
        .position = sqlite3_column_type(q, 2) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 2),
        .key = column_string(q, 3),
        .code = column_string(q, 4),
        .field = column_string(q, 5),
        .rule = column_string(q, 6),
        .file = column_string(q, 7),
        .line = sqlite3_column_int(q, 8),
        .value = column_string(q, 9),
        .message = column_string(q, 10),
    };
    error_code code = each(ctx, &o, e);
    if (code != ERR_OK) return code;
  }
  return rc == SQLITE_DONE ? ERR_OK : store_fail(s, db, rc, "reading outcomes", e);
}

error_code store_outcomes(store_reader *r, const char *key, store_each_outcome *each, void *ctx,
                          error *e) {
  char sql[256];
  snprintf(sql, sizeof sql, OUTCOME_COLUMNS "%s ORDER BY sequence", (long long)r->run.id,
           key ? "WHERE key = ?" : "");
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(r->store, r->db, sql, &q, e);
  if (code != ERR_OK) return code;
  if (key) bind_text(q, 1, key);
  code = each_outcome(r->store, r->db, q, r->run.source, each, ctx, e);
  sqlite3_finalize(q);
  return code;
}

error_code store_first_outcomes(store *s, int64_t most, store_each_outcome *each, void *ctx,
                                error *e) {
  char sql[256];
  snprintf(sql, sizeof sql, OUTCOME_COLUMNS "ORDER BY sequence LIMIT ?", (long long)s->work->id);
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db, sql, &q, e);
  if (code != ERR_OK) return code;
  sqlite3_bind_int64(q, 1, most);
  code = each_outcome(s, s->db, q, NULL, each, ctx, e);
  sqlite3_finalize(q);
  return code;
}

/* ---- groups ---- */

typedef struct group {
  const char *name; /* NULL = missing */
  int64_t count, with_sum, above_zero;
  int128 sum;
} group;

/* SQLite's sum() fails beyond 64 bits, so the halves of the numbers are summed apart. */
static void group_sql(const store_reader *r, const char *by, const char *sum, buffer *sql) {
  buffer value = {0};
  if (sum)
    sql_name(&value, sum);
  else
    buffer_text(&value, "NULL");
  buffer_text(sql, "SELECT ");
  if (by)
    sql_name(sql, by);
  else
    buffer_text(sql, "NULL");
  buffer_format(
      sql,
      ", count(*), count(%s), count(CASE WHEN %s > 0 THEN 1 END), sum(%s >> 32), "
      "sum(%s & 4294967295) FROM decision_%lld WHERE failed = 0 GROUP BY 1 ORDER BY 1 NULLS LAST",
      value.data, value.data, value.data, value.data, (long long)r->run.id);
  buffer_deinit(&value);
}

static error_code read_groups(store_reader *r, const char *sql, arena *a, group **groups,
                              size_t *count, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(r->store, r->db, sql, &q, e);
  if (code != ERR_OK) return code;
  int rc;
  while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
    *groups = mem_grow(*groups, *count + 1, sizeof **groups);
    (*groups)[(*count)++] = (group){.name = column_keep(a, q, 0),
                                    .count = sqlite3_column_int64(q, 1),
                                    .with_sum = sqlite3_column_int64(q, 2),
                                    .above_zero = sqlite3_column_int64(q, 3),
                                    .sum = (int128)sqlite3_column_int64(q, 4) * ((int128)1 << 32) +
                                           sqlite3_column_int64(q, 5)};
  }
  if (rc != SQLITE_DONE) code = store_fail(r->store, r->db, rc, "counting", e);
  sqlite3_finalize(q);
  return code;
}

static const group *find_group(const group *groups, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (groups[i].name && strcmp(groups[i].name, name) == 0) return &groups[i];
  return NULL;
}

/* A choice has all its words, in their order, then those without one; anything else what occurs. */
static error_code tell_groups(const choice_list *words, const group *groups, size_t count,
                              store_each_group *each, void *ctx, error *e) {
  error_code code = ERR_OK;
  for (size_t i = 0; code == ERR_OK && words && i < words->count; i++) {
    const group *g = find_group(groups, count, words->names[i]);
    code = g ? each(ctx, g->name, g->count, g->with_sum, g->above_zero, g->sum, e)
             : each(ctx, words->names[i], 0, 0, 0, 0, e);
  }
  for (size_t i = 0; code == ERR_OK && i < count; i++) {
    const group *g = &groups[i];
    if (!words || !g->name)
      code = each(ctx, g->name, g->count, g->with_sum, g->above_zero, g->sum, e);
  }
  return code;
}

error_code store_group(store_reader *r, const char *by, const char *sum, store_each_group *each,
                       void *ctx, error *e) {
  const store_run *run = &r->run;
  size_t b = 0, v = 0;
  if (by && reader_output(r, by, &b, e) != ERR_OK) return ERR_USAGE;
  if (sum && reader_output(r, sum, &v, e) != ERR_OK) return ERR_USAGE;
  if (by && run->outputs[b].type.kind != TYPE_CHOICE && run->outputs[b].type.kind != TYPE_BOOLEAN)
    return error_set(e, ERR_USAGE, "cannot group %s by %s, a %s: name a choice or a boolean",
                     run->pack, by, type_name(run->outputs[b].type.kind));
  type_kind kind = sum ? run->outputs[v].type.kind : TYPE_MONEY;
  if (kind != TYPE_INTEGER && kind != TYPE_MONEY && kind != TYPE_DECIMAL)
    return error_set(e, ERR_USAGE, "cannot sum %s of %s, a %s: name an integer, a decimal or money",
                     sum, run->pack, type_name(kind));
  buffer sql = {0};
  group_sql(r, by ? r->layout.table[b] : NULL, sum ? r->layout.table[v] : NULL, &sql);
  arena a = {0};
  group *groups = NULL;
  size_t count = 0;
  error_code code = read_groups(r, sql.data, &a, &groups, &count, e);
  const choice_list *words = by ? run->outputs[b].type.choices : NULL;
  if (code == ERR_OK) code = tell_groups(words, groups, count, each, ctx, e);
  buffer_deinit(&sql);
  free(groups);
  arena_deinit(&a);
  return code;
}

/* ---- codes ---- */

typedef struct code_count {
  char *code;
  int64_t count, last; /* the row that was counted last: a decision counts once */
} code_count;

typedef struct code_counts {
  arena texts;
  code_count *items; /* as many as the pack has codes */
  size_t count;
} code_counts;

static void count_code(code_counts *c, const char *code, size_t n, int64_t row) {
  size_t i = 0;
  while (i < c->count && !(strlen(c->items[i].code) == n && memcmp(c->items[i].code, code, n) == 0))
    i++;
  if (i == c->count) {
    c->items = mem_grow(c->items, c->count + 1, sizeof *c->items);
    c->items[c->count++] = (code_count){arena_string_n(&c->texts, code, n), 0, -1};
  }
  if (c->items[i].last == row) return;
  c->items[i].last = row;
  c->items[i].count++;
}

/* The value behind a code (DATA_MISSING:budget) is no part of it. */
static void count_codes(code_counts *c, const char *joined, int64_t row) {
  while (*joined) {
    size_t n = strcspn(joined, "|");
    size_t code = strcspn(joined, ":|");
    if (code > 0) count_code(c, joined, code, row);
    joined += n + (joined[n] == '|');
  }
}

static int by_count(const void *a, const void *b) {
  const code_count *x = a, *y = b;
  if (x->count != y->count) return x->count < y->count ? 1 : -1;
  return strcmp(x->code, y->code);
}

error_code store_code_counts(store_reader *r, const char *output, store_each_code *each, void *ctx,
                             error *e) {
  size_t o = 0;
  if (reader_output(r, output, &o, e) != ERR_OK) return ERR_USAGE;
  if (r->run.outputs[o].type.kind != TYPE_CODES)
    return error_set(e, ERR_USAGE, "%s of %s is no list of codes but a %s", output, r->run.pack,
                     type_name(r->run.outputs[o].type.kind));
  buffer sql = {0};
  buffer_text(&sql, "SELECT sequence, ");
  sql_name(&sql, r->layout.table[o]);
  buffer_format(&sql, " FROM decision_%lld WHERE failed = 0", (long long)r->run.id);
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(r->store, r->db, sql.data, &q, e);
  buffer_deinit(&sql);
  if (code != ERR_OK) return code;
  code_counts counts = {0};
  int rc;
  while ((rc = sqlite3_step(q)) == SQLITE_ROW)
    count_codes(&counts, column_string(q, 1), sqlite3_column_int64(q, 0));
  if (rc != SQLITE_DONE) code = store_fail(r->store, r->db, rc, "counting codes", e);
  sqlite3_finalize(q);
  if (counts.count) qsort(counts.items, counts.count, sizeof *counts.items, by_count);
  for (size_t i = 0; code == ERR_OK && i < counts.count; i++)
    code = each(ctx, counts.items[i].code, counts.items[i].count, e);
  free(counts.items);
  arena_deinit(&counts.texts);
  return code;
}
