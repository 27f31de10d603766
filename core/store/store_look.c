/* Looking at a store: whether it is whole, and what its operator should know. It must never change it. */
#include "store_keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "store_inner.h"

#define LOG_GREAT ((int64_t)512 << 20) /* of the write-ahead log: it should have been emptied */

typedef struct look {
  store *s;
  store_tell_health *tell;
  void *ctx;
  buffer what, mend;
} look;

static void tell(look *l, health h, const char *what, const char *mend) {
  l->tell(l->ctx, h, what, mend);
}

/* ---- the file ---- */

static void look_at_mode(look *l, const char *path) {
  struct stat st;
  if (stat(path, &st)) return;
  buffer_clear(&l->what);
  if (st.st_mode & 0007) {
    buffer_format(&l->what, "everybody on this machine may %s %s, which holds customers",
                  st.st_mode & 0002 ? "write to" : "read", path);
    buffer_clear(&l->mend);
    buffer_format(&l->mend, "chmod o= '%s'", path);
    tell(l, HEALTH_WARNING, l->what.data, l->mend.data);
  }
  if (access(path, W_OK) == 0) return;
  buffer_clear(&l->what);
  buffer_format(&l->what, "%s cannot be written to by this user", path);
  tell(l, HEALTH_WARNING, l->what.data,
       "run as the user that the runs and the service run as, or change the file's owner");
}

/* File systems over a network cannot share the memory that a write-ahead log needs. */
static void look_at_file_system(look *l, const char *path) {
  static const struct {
    long type;
    const char *name;
  } remote[] = {{0x6969, "NFS"},
                {0xff534d42, "CIFS"},
                {0xfe534d42, "SMB"},
                {0x01021997, "9p"},
                {0x5346414f, "AFS"}};
  struct statfs fs;
  if (statfs(path, &fs)) return;
  for (size_t i = 0; i < sizeof remote / sizeof *remote; i++) {
    if ((unsigned)fs.f_type != (unsigned)remote[i].type) continue;
    buffer_clear(&l->what);
    buffer_format(&l->what, "%s lies on a network drive (%s)", path, remote[i].name);
    tell(l, HEALTH_WRONG, l->what.data,
         "move it to a disk of this machine: two machines at once would damage it");
  }
}

/* ---- its content ---- */

static bool check_pages(look *l, bool deep) {
  sqlite3_stmt *q = NULL;
  size_t wrong = 0;
  bool whole = false;
  const char *sql = deep ? "PRAGMA integrity_check(10)" : "PRAGMA quick_check(10)";
  int rc = sqlite3_prepare_v2(l->s->db, sql, -1, &q, NULL);
  while (rc == SQLITE_OK || rc == SQLITE_ROW) {
    rc = sqlite3_step(q);
    if (rc != SQLITE_ROW) break;
    whole = !strcmp(column_string(q, 0), "ok");
    if (whole) continue;
    wrong++;
    buffer_clear(&l->what);
    buffer_format(&l->what, "the database is damaged: %s", column_string(q, 0));
    tell(l, HEALTH_WRONG, l->what.data,
         "stop the service, keep the file aside, and put the last backup in its place");
  }
  if (rc != SQLITE_DONE) {
    error e = {0};
    store_fail(l->s, l->s->db, rc, "checking it", &e);
    tell(l, HEALTH_WRONG, e.message, "put the last backup in its place");
  } else if (whole) {
    tell(l, HEALTH_FINE,
         deep ? "every page and index of the database is whole"
              : "the database is whole (its structure; --deep reads its indexes too)",
         NULL);
  }
  sqlite3_finalize(q);
  return rc == SQLITE_DONE && !wrong;
}

/* Published runs whose decisions or view are not there: somebody else wrote to the file. */
static void check_published(look *l) {
  sqlite3_stmt *q = NULL;
  if (sqlite3_prepare_v2(
          l->s->db,
          "SELECT r.pack, r.run_id FROM run AS r JOIN pack AS p ON p.name = r.pack "
          "WHERE r.status = 'published' AND (NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = "
          "'table' AND name = 'decision_' || r.run_id) OR NOT EXISTS (SELECT 1 FROM sqlite_schema "
          "WHERE type = 'view' AND name = p.view COLLATE NOCASE))",
          -1, &q, NULL) != SQLITE_OK)
    return;
  while (sqlite3_step(q) == SQLITE_ROW) {
    buffer_clear(&l->what);
    buffer_format(&l->what, "run %lld of %s is published, but its decisions or its view are gone",
                  (long long)sqlite3_column_int64(q, 1), column_string(q, 0));
    tell(l, HEALTH_WRONG, l->what.data,
         "another program wrote to the file: run the pack again, and let others only read");
  }
  sqlite3_finalize(q);
}

static void check_leftovers(look *l) {
  const int64_t left = store_number(l->s->db,
                                    "SELECT count(*) FROM run WHERE stored = 1 AND (status IN "
                                    "('discarded', 'expired') OR (status = 'running' AND run_id "
                                    "NOT IN (SELECT run_id FROM claim)))",
                                    0);
  if (!left) return;
  buffer_clear(&l->what);
  buffer_format(&l->what, "%lld run%s that nobody needs take%s room", (long long)left,
                left == 1 ? "" : "s", left == 1 ? "s" : "");
  tell(l, HEALTH_WARNING, l->what.data, "the next run takes them out; nothing needs to be done");
}

/* Rules that a stored run was made with must be in the archive, or it cannot be replayed. */
static void check_archive(look *l) {
  const int64_t lost = store_number(l->s->db,
                                    "SELECT count(*) FROM run WHERE stored = 1 AND status IN "
                                    "('published', 'superseded') AND pack_hash NOT IN "
                                    "(SELECT hash FROM pack_archive)",
                                    0);
  if (!lost) return;
  buffer_clear(&l->what);
  buffer_format(&l->what, "the rules of %lld stored run%s are not in the archive", (long long)lost,
                lost == 1 ? "" : "s");
  tell(l, HEALTH_WRONG, l->what.data,
       "these runs cannot be replayed; a backup may still have their rules");
}

static void check_log(look *l, int64_t bytes) {
  if (bytes < LOG_GREAT) return;
  buffer_clear(&l->what);
  buffer_format(&l->what, "the write-ahead log has grown to %lld MB", (long long)(bytes >> 20));
  buffer_clear(&l->mend);
  buffer_format(&l->mend,
                "a program holds an old state of the database open, so that the log cannot be "
                "emptied: `fuser %s` names it",
                l->s->path);
  tell(l, HEALTH_WARNING, l->what.data, l->mend.data);
}

static void measure(look *l, store_state *out) {
  sqlite3 *db = l->s->db;
  arena a = {0};
  struct stat st;
  const int64_t page = store_number(db, "PRAGMA page_size", 0);
  out->version = store_number(db, "PRAGMA user_version", 0);
  out->bytes = store_number(db, "PRAGMA page_count", 0) * page;
  out->free = store_number(db, "PRAGMA freelist_count", 0) * page;
  if (!stat(arena_format(&a, "%s-wal", l->s->path), &st)) out->log_bytes = st.st_size;
  out->last_run_bytes =
      store_number(db, "SELECT coalesce(max(bytes), 0) FROM run WHERE status = 'published'", 0);
  out->published = store_number(db, "SELECT count(*) FROM run WHERE status = 'published'", 0);
  out->newest = store_number(
      db, "SELECT max(CAST(strftime('%s', coalesce(finished_at, started_at)) AS INTEGER)) FROM run",
      0);
  arena_deinit(&a);
}

static void check_version(look *l, int64_t version) {
  if (version == STORE_VERSION) return;
  buffer_clear(&l->what);
  buffer_format(&l->what, "an older assay wrote the database (schema version %lld of %d)",
                (long long)version, STORE_VERSION);
  tell(l, HEALTH_WARNING, l->what.data,
       "make a backup; then `assay run` or `assay serve` brings it up to date");
}

error_code store_look(const char *path, bool deep, store_tell_health *each, void *ctx,
                      store_state *out, error *e) {
  look l = {.tell = each, .ctx = ctx};
  *out = (store_state){0};
  const error_code code = store_open_any(path, &l.s, e);
  if (code) {
    each(ctx, HEALTH_WRONG, e->message, NULL);
    return code;
  }
  look_at_mode(&l, path);
  look_at_file_system(&l, path);
  measure(&l, out);
  check_version(&l, out->version);
  if (check_pages(&l, deep)) {
    check_published(&l);
    check_archive(&l);
    check_leftovers(&l);
  }
  check_log(&l, out->log_bytes);
  store_close(l.s);
  buffer_deinit(&l.what);
  buffer_deinit(&l.mend);
  return ERR_OK;
}
