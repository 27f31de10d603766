/* See store_schedule.h. */
#include "store_schedule.h"

#include <stdlib.h>
#include <string.h>

#include "store_inner.h"

#define COLUMNS                                                                                    \
  "pack, name, times, settled, behind, phase, stopping, due, attempt, first_start, retry_at, "     \
  "waiting, last_due, last_started, last_finished, last_result, missed, overlapped"

static const char *const phases[] = {
    [SCHEDULE_IDLE] = "idle", [SCHEDULE_RUNNING] = "running", [SCHEDULE_RETRY] = "retry"};
static const char *const results[] = {
    [RESULT_NONE] = "none",         [RESULT_DONE] = "done",           [RESULT_FAILED] = "failed",
    [RESULT_DEADLINE] = "deadline", [RESULT_CANCELLED] = "cancelled", [RESULT_CUT_OFF] = "cut off"};
enum { PHASES = sizeof phases / sizeof *phases, RESULTS = sizeof results / sizeof *results };

const char *schedule_phase_name(schedule_phase p) {
  return phases[p];
}

const char *schedule_result_name(schedule_result r) {
  return results[r];
}

/* ---- a row ---- */

static void bind_moment(sqlite3_stmt *q, int i, int64_t moment) {
  if (moment == SCHEDULE_NEVER)
    sqlite3_bind_null(q, i);
  else
    sqlite3_bind_int64(q, i, moment);
}

static int64_t column_moment(sqlite3_stmt *q, int i) {
  return sqlite3_column_type(q, i) == SQLITE_NULL ? SCHEDULE_NEVER : sqlite3_column_int64(q, i);
}

static int column_word(sqlite3_stmt *q, int i, const char *const *words, int count) {
  const char *text = column_string(q, i);
  for (int k = 0; k < count; k++)
    if (strcmp(words[k], text) == 0) return k;
  return 0;
}

static void write_waiting(buffer *out, const schedule_state *st) {
  buffer_text(out, "");
  for (size_t i = 0; i < st->waiting_count; i++)
    buffer_format(out, "%s%lld", i ? " " : "", (long long)st->waiting[i]);
  buffer_char(out, 0);
}

static void read_waiting(const char *text, schedule_state *st) {
  for (char *end; st->waiting_count < SCHEDULE_WAITING_MOST; text = end) {
    const long long moment = strtoll(text, &end, 10);
    if (end == text) return;
    st->waiting[st->waiting_count++] = moment;
  }
}

static void read_row(sqlite3_stmt *q, arena *a, store_schedule *out) {
  *out = (store_schedule){
      .pack = column_keep(a, q, 0),
      .name = column_keep(a, q, 1),
      .times = column_keep(a, q, 2),
      .state = {.settled = column_moment(q, 3),
                .behind = column_moment(q, 4),
                .phase = (schedule_phase)column_word(q, 5, phases, PHASES),
                .stopping = (schedule_result)column_word(q, 6, results, RESULTS),
                .due = column_moment(q, 7),
                .attempt = sqlite3_column_int64(q, 8),
                .first_start = column_moment(q, 9),
                .retry_at = column_moment(q, 10),
                .last_due = column_moment(q, 12),
                .last_started = column_moment(q, 13),
                .last_finished = column_moment(q, 14),
                .last_result = (schedule_result)column_word(q, 15, results, RESULTS),
                .missed = sqlite3_column_int64(q, 16),
                .overlapped = sqlite3_column_int64(q, 17)}};
  read_waiting(column_string(q, 11), &out->state);
}

/* ---- reading ---- */

error_code store_schedule_read(store *s, arena *a, const char *pack, const char *name,
                               store_schedule *out, bool *found, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db, "SELECT " COLUMNS " FROM schedule WHERE pack = ? AND name = ?", &q, e);
  if (code) return code;
  bind_text(q, 1, pack);
  bind_text(q, 2, name);
  const int rc = sqlite3_step(q);
  *found = rc == SQLITE_ROW;
  if (*found)
    read_row(q, a, out);
  else if (rc != SQLITE_DONE)
    code = store_fail(s, s->db, rc, "reading a schedule", e);
  sqlite3_finalize(q);
  return code;
}

error_code store_schedules(store *s, const char *pack, store_each_schedule *each, void *ctx,
                           error *e) {
  sqlite3_stmt *q = NULL;
  int rc = SQLITE_DONE;
  error_code code = store_prepare(
      s, s->db,
      "SELECT " COLUMNS " FROM schedule WHERE ?1 IS NULL OR pack = ?1 ORDER BY pack, name", &q, e);
  if (code) return code;
  bind_text(q, 1, pack);
  while (!code && (rc = sqlite3_step(q)) == SQLITE_ROW) {
    arena a = {0};
    store_schedule kept;
    read_row(q, &a, &kept);
    code = each(ctx, &kept, e);
    arena_deinit(&a);
  }
  if (!code && rc != SQLITE_DONE) code = store_fail(s, s->db, rc, "reading schedules", e);
  sqlite3_finalize(q);
  return code;
}

error_code store_schedule_published(store *s, const char *pack, int64_t due, int64_t started,
                                    int64_t *run_id, error *e) {
  sqlite3_stmt *q = NULL;
  *run_id = 0;
  error_code code = store_prepare(s, s->db,
                                  "SELECT coalesce(max(run_id), 0) FROM run WHERE pack = ? AND "
                                  "status IN ('published', 'superseded', 'expired') AND "
                                  "CAST(strftime('%s', as_of) AS INTEGER) = ? AND "
                                  "CAST(strftime('%s', started_at) AS INTEGER) >= ?",
                                  &q, e);
  if (code) return code;
  bind_text(q, 1, pack);
  sqlite3_bind_int64(q, 2, due);
  sqlite3_bind_int64(q, 3, started);
  const int rc = sqlite3_step(q);
  if (rc == SQLITE_ROW)
    *run_id = sqlite3_column_int64(q, 0);
  else
    code = store_fail(s, s->db, rc, "looking for a scheduled run", e);
  sqlite3_finalize(q);
  return code;
}

/* ---- writing ---- */

error_code store_schedule_keep(store *s, const store_schedule *kept, error *e) {
  const schedule_state *st = &kept->state;
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db,
                                  "INSERT OR REPLACE INTO schedule (" COLUMNS ") VALUES (?, ?, ?, "
                                  "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                  &q, e);
  if (code) return code;
  buffer waiting = {0};
  write_waiting(&waiting, st);
  bind_text(q, 1, kept->pack);
  bind_text(q, 2, kept->name);
  bind_text(q, 3, kept->times);
  bind_moment(q, 4, st->settled);
  bind_moment(q, 5, st->behind);
  bind_text(q, 6, phases[st->phase]);
  bind_text(q, 7, results[st->stopping]);
  bind_moment(q, 8, st->due);
  sqlite3_bind_int64(q, 9, st->attempt);
  bind_moment(q, 10, st->first_start);
  bind_moment(q, 11, st->retry_at);
  bind_text(q, 12, waiting.data);
  bind_moment(q, 13, st->last_due);
  bind_moment(q, 14, st->last_started);
  bind_moment(q, 15, st->last_finished);
  bind_text(q, 16, results[st->last_result]);
  sqlite3_bind_int64(q, 17, st->missed);
  sqlite3_bind_int64(q, 18, st->overlapped);
  code = store_step(s, q, "keeping a schedule", e);
  sqlite3_finalize(q);
  buffer_deinit(&waiting);
  return code;
}

error_code store_schedule_forget(store *s, const char *pack, const char *name, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code =
      store_prepare(s, s->db, "DELETE FROM schedule WHERE pack = ? AND name = ?", &q, e);
  if (code) return code;
  bind_text(q, 1, pack);
  bind_text(q, 2, name);
  code = store_step(s, q, "forgetting a schedule", e);
  sqlite3_finalize(q);
  return code;
}
