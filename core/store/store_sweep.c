/* Who may run a pack, and the tables that nobody needs any more.
 *
 * A claim names a process by its pid and the moment it started, so that a claim whose process died
 * is seen to be dead even when the pid lives on in another. Tables go in small transactions: nobody
 * waits long for the write lock, and a kill in between only leaves the rest to the next sweep. */
#include "store_inner.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- claims ---- */

static bool read_small(const char *path, char *out, size_t room) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, out, room - 1);
  close(fd);
  if (n <= 0) return false;
  out[n] = '\0';
  return true;
}

/* "STARTTIME@BOOT": the clock ticks from boot to the start of the process, and which boot. Empty if
 * there is no such process (a zombie is none). */
static void process_name(long pid, char *out, size_t room) {
  char path[64], stat[1024], boot[64] = "";
  out[0] = '\0';
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  if (!read_small(path, stat, sizeof stat)) return;
  const char *p = strrchr(stat, ')'); /* the name before it may hold anything */
  if (!p || p[1] != ' ' || p[2] == 'Z' || p[2] == 'X') return;
  for (int i = 2; p && i < 22; i++) p = strchr(p + 1, ' ');
  if (!p) return;
  if (read_small("/proc/sys/kernel/random/boot_id", boot, sizeof boot))
    boot[strcspn(boot, "\n")] = '\0';
  snprintf(out, room, "%.*s@%s", (int)strcspn(p + 1, " "), p + 1, boot);
}

static bool process_lives(long pid, const char *name) {
  char now[128], self[128];
  process_name(getpid(), self, sizeof self);
  if (!self[0]) return kill((pid_t)pid, 0) == 0 || errno == EPERM; /* no /proc here */
  process_name(pid, now, sizeof now);
  return strcmp(now, name) == 0;
}

static error_code release_dead(store *s, const char *pack, int64_t run_id, error *e) {
  buffer sql = {0};
  buffer_format(&sql,
                "UPDATE run SET status = 'discarded', note = 'its process died' "
                "WHERE run_id = %lld AND status = 'running'; DELETE FROM claim WHERE pack = ",
                (long long)run_id);
  sql_literal(&sql, pack);
  error_code code = store_exec(s, sql.data, "taking over from a dead process", e);
  buffer_deinit(&sql);
  return code;
}

error_code claim_check(store *s, const char *pack, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db, "SELECT pid, process, since, run_id FROM claim WHERE pack = ?", &q, e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, pack);
  bool dead = false;
  int64_t run_id = 0;
  int rc = sqlite3_step(q);
  if (rc == SQLITE_ROW) {
    long pid = (long)sqlite3_column_int64(q, 0);
    run_id = sqlite3_column_int64(q, 3);
    dead = !process_lives(pid, column_string(q, 1));
    if (!dead)
      code = error_set(e, ERR_BUSY,
                       "%s: process %ld has been running %s since %s. One run of a pack at a "
                       "time: wait for it, or stop it with `kill %ld`",
                       s->path, pid, pack, column_string(q, 2), pid);
  } else if (rc != SQLITE_DONE) {
    code = store_fail(s, s->db, rc, "reading who runs the pack", e);
  }
  sqlite3_finalize(q);
  return dead ? release_dead(s, pack, run_id, e) : code;
}

error_code claim_take(store *s, const char *pack, int64_t run_id, const char *now, error *e) {
  char process[128];
  process_name(getpid(), process, sizeof process);
  sqlite3_stmt *q = NULL;
  error_code code = store_prepare(
      s, s->db, "INSERT INTO claim (pack, run_id, pid, process, since) VALUES (?, ?, ?, ?, ?)", &q,
      e);
  if (code != ERR_OK) return code;
  bind_text(q, 1, pack);
  sqlite3_bind_int64(q, 2, run_id);
  sqlite3_bind_int64(q, 3, getpid());
  bind_text(q, 4, process);
  bind_text(q, 5, now);
  code = store_step(s, q, "claiming the pack", e);
  sqlite3_finalize(q);
  return code;
}

bool claim_holds(store *s, int64_t run_id) {
  char sql[96];
  snprintf(sql, sizeof sql, "SELECT 1 FROM claim WHERE run_id = %lld", (long long)run_id);
  return store_number(s->db, sql, 0) == 1;
}

/* ---- the sweep ---- */

/* Deletes the first rows until few are left. The rows of a table lie in the order of `sequence`. */
static bool shrink_table(store *s, const char *table) {
  char next[160], delete[160];
  snprintf(next, sizeof next, "SELECT sequence FROM %s ORDER BY sequence LIMIT 1 OFFSET %d", table,
           SWEEP_ROWS);
  for (;;) {
    int64_t bound = store_number(s->db, next, -1);
    if (bound < 0) return true;
    if (atomic_load(&s->interrupted)) return false;
    snprintf(delete, sizeof delete, "DELETE FROM %s WHERE sequence < %lld", table,
             (long long)bound);
    if (sqlite3_exec(s->db, delete, NULL, NULL, NULL) != SQLITE_OK) return false;
  }
}

static bool drop_table(store *s, const char *kind, int64_t run_id) {
  char table[64], sql[256];
  snprintf(table, sizeof table, "%s_%lld", kind, (long long)run_id);
  snprintf(sql, sizeof sql, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '%s'",
           table);
  if (store_number(s->db, sql, 0) == 0) return true;
  snprintf(sql, sizeof sql, "DROP INDEX IF EXISTS %s_key",
           table); /* first: or each row costs a seek */
  if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK || !shrink_table(s, table))
    return false;
  snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s", table);
  return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool drop_run(store *s, int64_t run_id) {
  if (!drop_table(s, "decision", run_id) || !drop_table(s, "outcome", run_id)) return false;
  char sql[160];
  snprintf(sql, sizeof sql,
           "DELETE FROM population WHERE run_id = %lld; UPDATE run SET stored = 0 "
           "WHERE run_id = %lld",
           (long long)run_id, (long long)run_id);
  return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Claims of dead processes, whatever their pack: a pack that is never run again leaves none. */
static void release_all_dead(store *s) {
  sqlite3_stmt *q = NULL;
  arena a = {0};
  char **packs = NULL;
  size_t count = 0;
  if (sqlite3_prepare_v2(s->db, "SELECT pack FROM claim", -1, &q, NULL) == SQLITE_OK)
    while (sqlite3_step(q) == SQLITE_ROW) {
      packs = mem_grow(packs, count + 1, sizeof *packs);
      packs[count++] = column_keep(&a, q, 0);
    }
  sqlite3_finalize(q);
  for (size_t i = 0; i < count; i++) {
    error ignored; /* "busy" is the answer for a live one */
    if (store_begin_write(s, &ignored) != ERR_OK) break;
    claim_check(s, packs[i], &ignored);
    if (store_commit(s, "sweeping", &ignored) != ERR_OK) store_rollback(s);
  }
  free(packs);
  arena_deinit(&a);
}

void store_sweep(store *s) {
  release_all_dead(s);
  static const char next[] =
      "SELECT run_id FROM run WHERE stored = 1 AND run_id > %lld AND (status IN ('discarded', "
      "'expired')"
      " OR (status = 'running' AND run_id NOT IN (SELECT run_id FROM claim))) ORDER BY run_id";
  for (int64_t last = 0; !atomic_load(&s->interrupted);) {
    char sql[sizeof next + 32];
    snprintf(sql, sizeof sql, next, (long long)last);
    int64_t run_id = store_number(s->db, sql, 0);
    if (run_id == 0) return;
    drop_run(s, run_id);
    last = run_id;
  }
}
