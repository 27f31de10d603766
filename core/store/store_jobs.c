/* See store_jobs.h. */
#include "store_jobs.h"

#include <string.h>

#include "store_inner.h"

static const char *const names[] = {"waiting", "running", "done", "failed", "cancelled", "lost"};

const char *job_state_name(job_state s) {
  return names[s];
}

static job_state state_of(const char *name) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], name)) return (job_state)i;
  return JOB_LOST;
}

error_code store_job_add(store *s, store_job *j, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db,
      "INSERT INTO job (pack, asked_by, schedule, who, as_of, due, asked, state, attempt) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      &q, e);
  if (code) return code;
  bind_text(q, 1, j->pack);
  bind_text(q, 2, j->asked_by);
  bind_text(q, 3, j->schedule);
  bind_text(q, 4, j->who);
  bind_or_null(q, 5, j->as_of);
  bind_or_null(q, 6, j->due);
  sqlite3_bind_int64(q, 7, j->asked);
  bind_text(q, 8, names[j->state]);
  sqlite3_bind_int(q, 9, j->attempt);
  code = store_step(s, q, "noting a run in the log", e);
  sqlite3_finalize(q);
  if (!code) j->id = sqlite3_last_insert_rowid(s->db);
  return code;
}

error_code store_job_note(store *s, const store_job *j, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db,
      "UPDATE job SET state = ?, started = ?, finished = ?, run_id = ?, code = ?, message = ?, "
      "records = ?, graded = ?, errors = ?, rejected = ?, duplicates = ?, seconds = ?, times = ?, "
      "as_of = ? WHERE job_id = ?",
      &q, e);
  if (code) return code;
  const store_counts *c = &j->counts;
  const int64_t counts[] = {c->records, c->graded, c->failed, c->rejected, c->duplicates};
  bind_text(q, 1, names[j->state]);
  bind_or_null(q, 2, j->started);
  bind_or_null(q, 3, j->finished);
  bind_or_null(q, 4, j->run_id);
  sqlite3_bind_int(q, 5, (int)j->code);
  bind_text(q, 6, j->message);
  for (int i = 0; i < 5; i++) sqlite3_bind_int64(q, 7 + i, counts[i]);
  sqlite3_bind_double(q, 12, j->seconds);
  bind_text(q, 13, j->times);
  bind_or_null(q, 14, j->as_of);
  sqlite3_bind_int64(q, 15, j->id);
  code = store_step(s, q, "noting a run in the log", e);
  sqlite3_finalize(q);
  return code;
}

error_code store_jobs_lost(store *s, int64_t now, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db,
      "UPDATE job SET state = 'lost', finished = ?, message = 'its process ended without a word' "
      "WHERE state IN ('waiting', 'running')",
      &q, e);
  if (code) return code;
  sqlite3_bind_int64(q, 1, now);
  code = store_step(s, q, "looking through the log of runs", e);
  sqlite3_finalize(q);
  return code;
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
  "job_id, pack, asked_by, schedule, who, as_of, due, asked, started, finished, state, run_id, "   \
  "attempt, code, message, records, graded, errors, rejected, duplicates, seconds, times"

static void read_job(sqlite3_stmt *q, arena *a, store_job *j) {
  *j = (store_job){.id = sqlite3_column_int64(q, 0),
                   .pack = column_keep(a, q, 1),
                   .asked_by = column_keep(a, q, 2),
                   .schedule = column_keep(a, q, 3),
                   .who = column_keep(a, q, 4),
                   .as_of = sqlite3_column_int64(q, 5),
                   .due = sqlite3_column_int64(q, 6),
                   .asked = sqlite3_column_int64(q, 7),
                   .started = sqlite3_column_int64(q, 8),
                   .finished = sqlite3_column_int64(q, 9),
                   .state = state_of(column_string(q, 10)),
                   .run_id = sqlite3_column_int64(q, 11),
                   .attempt = sqlite3_column_int(q, 12),
                   .code = (error_code)sqlite3_column_int(q, 13),
                   .message = column_keep(a, q, 14),
                   .counts = {.records = sqlite3_column_int64(q, 15),
                              .graded = sqlite3_column_int64(q, 16),
                              .failed = sqlite3_column_int64(q, 17),
                              .rejected = sqlite3_column_int64(q, 18),
                              .duplicates = sqlite3_column_int64(q, 19)},
                   .seconds = sqlite3_column_double(q, 20),
                   .times = column_keep(a, q, 21)};
}

static error_code each_of(store *s, sqlite3_stmt *q, store_each_job *each, void *ctx, size_t *count,
                          error *e) {
  arena a = {0};
  error_code code = ERR_OK;
  int rc = SQLITE_DONE;
  *count = 0;
  while (!code && (rc = sqlite3_step(q)) == SQLITE_ROW) {
    store_job j;
    read_job(q, &a, &j);
    code = each(ctx, &j, e);
    arena_clear(&a);
    (*count)++;
  }
  if (!code && rc != SQLITE_DONE) code = store_fail(s, s->db, rc, "reading the log of runs", e);
  arena_deinit(&a);
  return code;
}

error_code store_jobs(store *s, const char *pack, int64_t before, int64_t limit,
                      store_each_job *each, void *ctx, error *e) {
  sqlite3_stmt *q = NULL;
  size_t count;
  error_code code = store_prepare(s, s->db,
                                  "SELECT " COLUMNS " FROM job WHERE (?1 IS NULL OR pack = ?1) AND "
                                  "(?2 = 0 OR job_id < ?2) ORDER BY job_id DESC LIMIT ?3",
                                  &q, e);
  if (code) return code;
  bind_text(q, 1, pack);
  sqlite3_bind_int64(q, 2, before);
  sqlite3_bind_int64(q, 3, limit);
  code = each_of(s, q, each, ctx, &count, e);
  sqlite3_finalize(q);
  return code;
}

error_code store_job_find(store *s, int64_t id, store_each_job *each, void *ctx, error *e) {
  sqlite3_stmt *q = NULL;
  size_t count = 0;
  error_code code = store_prepare(s, s->db, "SELECT " COLUMNS " FROM job WHERE job_id = ?", &q, e);
  if (code) return code;
  sqlite3_bind_int64(q, 1, id);
  code = each_of(s, q, each, ctx, &count, e);
  sqlite3_finalize(q);
  if (!code && !count)
    code = error_set(e, ERR_NOT_FOUND, "the log has no run %lld; `assay runs` lists them",
                     (long long)id);
  return code;
}
