/* See outbox.h. */
#include "outbox.h"

#include "store_inner.h"

error_code outbox_begin(store *s, error *e) {
  return store_begin_write(s, e);
}

error_code outbox_commit(store *s, error *e) {
  const error_code code = store_commit(s, "keeping notifications", e);
  if (code) store_rollback(s);
  return code;
}

void outbox_rollback(store *s) {
  store_rollback(s);
}

/* ---- incidents ---- */

static void bind_incident(sqlite3_stmt *q, const outbox_incident *i) {
  bind_text(q, 1, i->pack);
  bind_text(q, 2, i->channel);
  bind_text(q, 3, i->event);
  bind_text(q, 4, i->about);
}

#define THIS_INCIDENT " WHERE pack = ?1 AND channel = ?2 AND event = ?3 AND about = ?4"

static error_code read_incident(store *s, outbox_incident *i, int64_t *told, bool *found,
                                error *e) {
  sqlite3_stmt *q = NULL;
  error_code code =
      store_prepare(s, s->db, "SELECT since, times, told FROM incident" THIS_INCIDENT, &q, e);
  if (code) return code;
  bind_incident(q, i);
  const int rc = sqlite3_step(q);
  *found = rc == SQLITE_ROW;
  if (*found) {
    i->since = sqlite3_column_int64(q, 0);
    i->times = sqlite3_column_int64(q, 1);
    *told = sqlite3_column_int64(q, 2);
  } else if (rc != SQLITE_DONE) {
    code = store_fail(s, s->db, rc, "reading what was told", e);
  }
  sqlite3_finalize(q);
  return code;
}

error_code outbox_came(store *s, outbox_incident *i, int64_t now, int64_t again, bool *tell,
                       error *e) {
  int64_t told = 0;
  bool found = false;
  sqlite3_stmt *q = NULL;
  error_code code = read_incident(s, i, &told, &found, e);
  if (code) return code;
  *tell = !found || now - told >= again || told > now; /* the clock went back */
  if (!found) i->since = now;
  i->times = found ? i->times + 1 : 1;
  code =
      store_prepare(s, s->db,
                    "INSERT OR REPLACE INTO incident (pack, channel, event, about, since, times, "
                    "told) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    &q, e);
  if (code) return code;
  bind_incident(q, i);
  sqlite3_bind_int64(q, 5, i->since);
  sqlite3_bind_int64(q, 6, i->times);
  sqlite3_bind_int64(q, 7, *tell ? now : told);
  code = store_step(s, q, "noting what is told", e);
  sqlite3_finalize(q);
  return code;
}

error_code outbox_over(store *s, outbox_incident *i, bool *tell, error *e) {
  int64_t told = 0;
  sqlite3_stmt *q = NULL;
  error_code code = read_incident(s, i, &told, tell, e);
  if (code || !*tell) return code;
  code = store_prepare(s, s->db, "DELETE FROM incident" THIS_INCIDENT, &q, e);
  if (code) return code;
  bind_incident(q, i);
  code = store_step(s, q, "noting what is over", e);
  sqlite3_finalize(q);
  return code;
}

/* ---- messages ---- */

error_code outbox_waiting(store *s, int64_t *out, error *e) {
  *out = store_number(s->db, "SELECT count(*) FROM outbox WHERE state = 'waiting'", -1);
  if (*out >= 0) return ERR_OK;
  return store_fail(s, s->db, sqlite3_errcode(s->db), "counting notifications", e);
}

error_code outbox_put(store *s, const outbox_message *m, int *put, error *e) {
  sqlite3_stmt *q = NULL;
  int64_t waiting = 0;
  error_code code = outbox_waiting(s, &waiting, e);
  const bool full = waiting >= OUTBOX_MOST;
  if (!code)
    code = store_prepare(
        s, s->db,
        "INSERT OR IGNORE INTO outbox (event_id, pack, channel, event, payload, "
        "subject, body, created, next, give_up, state, finished, why) VALUES (?1, ?2, "
        "?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12)",
        &q, e);
  if (code) return code;
  const char *const texts[] = {m->event_id, m->pack,    m->channel, m->event,
                               m->payload,  m->subject, m->body};
  for (int i = 0; i < 7; i++) bind_text(q, i + 1, texts[i]);
  sqlite3_bind_int64(q, 8, m->created);
  sqlite3_bind_int64(q, 9, m->give_up);
  bind_text(q, 10, full ? "failed" : "waiting");
  if (full) sqlite3_bind_int64(q, 11, m->created);
  bind_text(q, 12, full ? "too many notifications were waiting" : NULL);
  code = store_step(s, q, "keeping a notification", e);
  *put = sqlite3_changes(s->db) == 0 ? 0 : full ? -1 : 1;
  sqlite3_finalize(q);
  return code;
}

static void keep_message(sqlite3_stmt *q, arena *a, outbox_message *out) {
  *out = (outbox_message){.id = sqlite3_column_int64(q, 0),
                          .event_id = column_keep(a, q, 1),
                          .pack = column_keep(a, q, 2),
                          .channel = column_keep(a, q, 3),
                          .event = column_keep(a, q, 4),
                          .payload = column_keep(a, q, 5),
                          .subject = column_keep(a, q, 6),
                          .body = column_keep(a, q, 7),
                          .created = sqlite3_column_int64(q, 8),
                          .next = sqlite3_column_int64(q, 9),
                          .give_up = sqlite3_column_int64(q, 10),
                          .attempts = sqlite3_column_int(q, 11)};
}

error_code outbox_next(store *s, int64_t now, outbox_ready *ready, void *ctx, arena *a,
                       outbox_message *out, bool *found, int64_t *wake, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db,
      "SELECT id, event_id, pack, channel, event, payload, subject, body, created, next, give_up, "
      "attempts FROM outbox WHERE state = 'waiting' ORDER BY next, id",
      &q, e);
  int rc = SQLITE_DONE;
  *found = false;
  *wake = 0;
  while (!code && !*found && !*wake && (rc = sqlite3_step(q)) == SQLITE_ROW) {
    if (sqlite3_column_int64(q, 9) > now)
      *wake = sqlite3_column_int64(q, 9);
    else if (ready(ctx, column_string(q, 2), column_string(q, 3), sqlite3_column_int64(q, 10))) {
      keep_message(q, a, out);
      *found = true;
    }
  }
  if (!code && rc != SQLITE_DONE && rc != SQLITE_ROW)
    code = store_fail(s, s->db, rc, "reading notifications", e);
  sqlite3_finalize(q);
  return code;
}

/* ?1 the id, ?2 a moment, ?3 why. */
static error_code change(store *s, const char *sql, int64_t id, int64_t moment, const char *why,
                         error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(s, s->db, sql, &q, e);
  if (code) return code;
  sqlite3_bind_int64(q, 1, id);
  sqlite3_bind_int64(q, 2, moment);
  if (sqlite3_bind_parameter_count(q) > 2) bind_text(q, 3, why);
  code = store_step(s, q, "noting what became of a notification", e);
  sqlite3_finalize(q);
  return code;
}

error_code outbox_sent(store *s, int64_t id, int64_t now, error *e) {
  return change(
      s,
      "UPDATE outbox SET state = 'sent', finished = ?2, attempts = attempts + 1, why = ?3 "
      "WHERE id = ?1",
      id, now, NULL, e);
}

error_code outbox_retry(store *s, int64_t id, int64_t next, const char *why, error *e) {
  return change(s, "UPDATE outbox SET next = ?2, attempts = attempts + 1, why = ?3 WHERE id = ?1",
                id, next, why, e);
}

error_code outbox_failed(store *s, int64_t id, int64_t now, const char *why, error *e) {
  return change(
      s,
      "UPDATE outbox SET state = 'failed', finished = ?2, attempts = attempts + 1, why = ?3 "
      "WHERE id = ?1",
      id, now, why, e);
}

error_code outbox_clean(store *s, int64_t before, error *e) {
  const error_code code =
      change(s, "DELETE FROM outbox WHERE state <> 'waiting' AND finished < ?2 AND ?1 = 0", 0,
             before, NULL, e);
  if (code) return code;
  return change(s, "DELETE FROM incident WHERE event = 'alerts' AND told < ?2 AND ?1 = 0", 0,
                before, NULL, e);
}
