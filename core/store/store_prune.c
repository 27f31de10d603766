/* Taking out what was over before a moment. What is taken out is decided in one statement; the tables then go
 * in small transactions, and the rows that name them last: a kill in between leaves runs that are known, and
 * expired. */
#include "store_keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outbox.h"
#include "store_inner.h"

/* ?1: the moment. A run that was published is over when the next one of its pack is; one that was not, when it
 * ended. What runs is never over. */
#define OLD_RUNS                                                                                   \
  "SELECT run_id, pack, status, coalesce(finished_at, started_at), stored, records, bytes "        \
  "FROM run AS r WHERE CASE WHEN status IN ('superseded', 'expired') THEN EXISTS ("                \
  "  SELECT 1 FROM run AS n WHERE n.pack = r.pack AND n.run_id > r.run_id "                        \
  "  AND n.status IN ('published', 'superseded', 'expired') "                                      \
  "  AND CAST(strftime('%s', n.finished_at) AS INTEGER) < ?1) "                                    \
  "WHEN status = 'discarded' THEN "                                                                \
  "  CAST(strftime('%s', coalesce(finished_at, started_at)) AS INTEGER) < ?1 "                     \
  "ELSE 0 END ORDER BY run_id"

typedef struct old_runs {
  int64_t *ids;
  size_t count;
} old_runs;

static bool remembers(const old_runs *o, int64_t id) {
  size_t low = 0, high = o->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (o->ids[middle] == id) return true;
    if (o->ids[middle] < id)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}

static error_code find_runs(store *s, int64_t before, store_each_old_run *each, void *ctx,
                            old_runs *runs, store_pruned *out, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db, OLD_RUNS, &q, e);
  int rc = SQLITE_DONE;
  if (!code) sqlite3_bind_int64(q, 1, before);
  while (!code && (rc = sqlite3_step(q)) == SQLITE_ROW) {
    const store_old_run run = {.id = sqlite3_column_int64(q, 0),
                               .pack = column_string(q, 1),
                               .status = column_string(q, 2),
                               .finished = column_string(q, 3),
                               .stored = sqlite3_column_int(q, 4) != 0,
                               .records = sqlite3_column_int64(q, 5),
                               .bytes = sqlite3_column_int64(q, 6)};
    runs->ids = mem_grow(runs->ids, runs->count + 1, sizeof *runs->ids);
    runs->ids[runs->count++] = run.id;
    out->runs++;
    out->stored += run.stored;
    out->bytes += run.stored ? run.bytes : 0;
    if (each) code = each(ctx, &run, e);
  }
  if (!code && rc != SQLITE_DONE) code = store_fail(s, s->db, rc, "looking for old runs", e);
  sqlite3_finalize(q);
  return code;
}

/* A state of the rules goes when every run that is of it goes. */
static error_code find_archives(store *s, const old_runs *runs, store_pruned *out, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db,
                                  "SELECT pack_hash, run_id, (SELECT sum(length(content)) FROM "
                                  "pack_archive WHERE hash = pack_hash) FROM run "
                                  "ORDER BY pack_hash",
                                  &q, e);
  int rc = SQLITE_DONE;
  char hash[80] = "";
  bool needed = true;
  int64_t bytes = 0;
  while (!code) {
    rc = sqlite3_step(q);
    const char *next = rc == SQLITE_ROW ? column_string(q, 0) : "";
    if (rc != SQLITE_ROW || strcmp(next, hash) != 0) {
      out->packs += !needed;
      out->bytes += needed ? 0 : bytes;
      needed = false;
      strncpy(hash, next, sizeof hash - 1);
    }
    if (rc != SQLITE_ROW) break;
    bytes = sqlite3_column_int64(q, 2);
    needed = needed || !remembers(runs, sqlite3_column_int64(q, 1));
  }
  if (!code && rc != SQLITE_DONE) code = store_fail(s, s->db, rc, "looking for old rules", e);
  sqlite3_finalize(q);
  return code;
}

/* ---- taking out ---- */

/* Within a write transaction. From now on nobody takes the run for one that is stored; a run that was
 * published again meanwhile (it never is) stays. */
static error_code expire(store *s, const old_runs *runs, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db, "UPDATE run SET status = 'expired' WHERE run_id = ? AND status = 'superseded'", &q,
      e);
  for (size_t i = 0; !code && i < runs->count; i++) {
    sqlite3_bind_int64(q, 1, runs->ids[i]);
    code = store_step(s, q, "taking out old runs", e);
  }
  sqlite3_finalize(q);
  return code;
}

static error_code forget(store *s, const old_runs *runs, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db,
                                  "DELETE FROM run WHERE run_id = ? AND stored = 0 AND status IN "
                                  "('expired', 'discarded')",
                                  &q, e);
  for (size_t i = 0; !code && i < runs->count; i++) {
    sqlite3_bind_int64(q, 1, runs->ids[i]);
    code = store_step(s, q, "forgetting old runs", e);
  }
  sqlite3_finalize(q);
  static const char archives[] =
      "DELETE FROM pack_archive WHERE hash NOT IN (SELECT pack_hash FROM run);"
      "DELETE FROM reason_text WHERE pack_hash NOT IN (SELECT pack_hash FROM run);"
      "DELETE FROM alert WHERE pack_hash NOT IN (SELECT pack_hash FROM run);";
  return code ? code : store_exec(s, archives, "forgetting old rules", e);
}

static error_code in_transaction(store *s, const old_runs *runs,
                                 error_code (*what)(store *, const old_runs *, error *), error *e) {
  error_code code = store_begin_write(s, e);
  if (code) return code;
  code = what(s, runs, e);
  if (!code) code = store_commit(s, "taking out old runs", e);
  if (code) store_rollback(s);
  return code;
}

static error_code forget_notifications(store *s, int64_t before, bool dry, store_pruned *out,
                                       error *e) {
  char sql[128];
  snprintf(sql, sizeof sql,
           "SELECT count(*) FROM outbox WHERE state <> 'waiting' AND finished < %lld",
           (long long)before * 1000);
  out->delivered = store_number(s->db, sql, 0);
  return dry ? ERR_OK : outbox_clean(s, before * 1000, e);
}

error_code store_prune(store *s, int64_t before, bool dry, store_each_old_run *each, void *ctx,
                       store_pruned *out, error *e) {
  old_runs runs = {0};
  *out = (store_pruned){0};
  error_code code = find_runs(s, before, each, ctx, &runs, out, e);
  if (!code) code = find_archives(s, &runs, out, e);
  if (!code && !dry) code = in_transaction(s, &runs, expire, e);
  if (!code && !dry) store_sweep(s);
  if (!code && !dry) code = in_transaction(s, &runs, forget, e);
  if (!code) code = forget_notifications(s, before, dry, out, e);
  free(runs.ids);
  return code;
}
