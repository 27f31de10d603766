/* Opening a store: the file, its settings, its migrations; and what SQLite's answers mean.
 *
 * It must never write to a file that is not a store, nor to one that a newer program made. */
#include "store_inner.h"
#include "../base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define PAGE_SIZE "8192"
#define WRITE_CACHE_KIB "8192"
#define READ_CACHE_KIB "8192"
#define CHECKPOINT_PAGES "8000"   /* 64 MB of WAL */
#define WAL_KEPT_BYTES "67108864" /* after a long transaction the file is cut to this */

/* ---- small things ---- */

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *store_moment(arena *a, int64_t seconds, zone z) {
  char text[32];
  return arena_string_n(a, text, moment_write(text, seconds, z));
}

void bind_text(sqlite3_stmt *q, int i, const char *text) {
  if (text)
    sqlite3_bind_text(q, i, text, -1, SQLITE_STATIC);
  else
    sqlite3_bind_null(q, i);
}

void bind_or_null(sqlite3_stmt *q, int i, int64_t number) {
  if (number)
    sqlite3_bind_int64(q, i, number);
  else
    sqlite3_bind_null(q, i);
}

const char *column_string(sqlite3_stmt *q, int i) {
  const unsigned char *text = sqlite3_column_text(q, i);
  return text ? (const char *)text : "";
}

char *column_keep(arena *a, sqlite3_stmt *q, int i) {
  const unsigned char *text = sqlite3_column_text(q, i);
  return text ? arena_string_n(a, (const char *)text, (size_t)sqlite3_column_bytes(q, i)) : NULL;
}

static void bytes_write(char *out, size_t room, int64_t bytes) {
  static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
  double value = (double)bytes;
  size_t u = 0;
  for (; value >= 1000 && u < 4; u++) value /= 1000;
  snprintf(out, room, u ? "%.1f %s" : "%.0f %s", value, units[u]);
}

/* ---- errors ---- */

/* The folder of the file, in an arena. */
static char *folder_of(arena *a, const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return arena_string(a, ".");
  return arena_string_n(a, path, slash == path ? 1 : (size_t)(slash - path));
}

static int64_t disk_free(const char *path) {
  arena a = {0};
  struct statvfs v;
  int rc = statvfs(folder_of(&a, path), &v);
  arena_deinit(&a);
  return rc == 0 ? (int64_t)(v.f_bavail * v.f_frsize) : -1;
}

static error_code fail_full(const store *s, const char *doing, error *e) {
  char room[32], needed[32];
  bytes_write(room, sizeof room, disk_free(s->path));
  const store_work *w = s->work;
  if (!w || w->last_bytes <= 0)
    return error_set(e, ERR_STORE,
                     "%s: the disk is full while %s: %s are free. Make room and try again", s->path,
                     doing, room);
  bytes_write(needed, sizeof needed, w->last_bytes);
  return error_set(
      e, ERR_STORE,
      "%s: the disk is full while %s: %s are free, the last run of %s took %s. Make room "
      "and run again; what was published stays",
      s->path, doing, room, w->pack, needed);
}

error_code store_fail(store *s, sqlite3 *db, int rc, const char *doing, error *e) {
  const char *said = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
  switch (rc & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    if (atomic_load(&s->interrupted))
      return error_set(e, ERR_INTERRUPTED, "%s: interrupted while %s", s->path, doing);
    return error_set(
        e, ERR_BUSY,
        "%s: another program has been writing to the database for %d seconds (%s). Wait "
        "for it to end and try again; `fuser %s` names it",
        s->path, s->patience_ms / 1000, doing, s->path);
  case SQLITE_FULL:
    return fail_full(s, doing, e);
  case SQLITE_INTERRUPT:
    return error_set(e, ERR_INTERRUPTED, "%s: interrupted while %s", s->path, doing);
  case SQLITE_READONLY:
    return error_set(e, ERR_STORE,
                     "%s: cannot be written to while %s (%s): check the permissions of "
                     "the file and of its folder",
                     s->path, doing, said);
  case SQLITE_NOTADB:
    return error_set(e, ERR_STORE,
                     "%s: this is not a database of assay: name another file with --db", s->path);
  case SQLITE_CORRUPT:
    return error_set(e, ERR_STORE,
                     "%s: the database is damaged (%s, while %s): restore it from a copy "
                     "or start a new file with --db",
                     s->path, said, doing);
  case SQLITE_CANTOPEN:
    return error_set(e, ERR_STORE,
                     "%s: cannot be opened (%s): check that its folder exists and its "
                     "permissions",
                     s->path, said);
  case SQLITE_NOMEM:
    return error_set(e, ERR_INTERNAL, "%s: no memory while %s", s->path, doing);
  default:
    return error_set(e, ERR_STORE, "%s: %s failed: %s", s->path, doing, said);
  }
}

/* ---- statements ---- */

error_code store_exec(store *s, const char *sql, const char *doing, error *e) {
  int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK ? ERR_OK : store_fail(s, s->db, rc, doing, e);
}

error_code store_prepare(store *s, sqlite3 *db, const char *sql, sqlite3_stmt **out, error *e) {
  int rc = sqlite3_prepare_v2(db, sql, -1, out, NULL);
  return rc == SQLITE_OK ? ERR_OK : store_fail(s, db, rc, "preparing a statement", e);
}

error_code store_step(store *s, sqlite3_stmt *q, const char *doing, error *e) {
  int rc = sqlite3_step(q);
  error_code code = ERR_OK;
  if (rc != SQLITE_DONE && rc != SQLITE_ROW) code = store_fail(s, s->db, rc, doing, e);
  sqlite3_reset(q);
  return code;
}

int64_t store_number(sqlite3 *db, const char *sql, int64_t otherwise) {
  sqlite3_stmt *q = NULL;
  int64_t value = otherwise;
  if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
    value = sqlite3_column_int64(q, 0);
  sqlite3_finalize(q);
  return value;
}

error_code store_begin_write(store *s, error *e) {
  return store_exec(s, "BEGIN IMMEDIATE", "waiting to write", e);
}

error_code store_commit(store *s, const char *doing, error *e) {
  return store_exec(s, "COMMIT", doing, e);
}

void store_rollback(store *s) {
  if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

int64_t store_pages_used(store *s) {
  return store_number(s->db, "PRAGMA page_count", 0) -
         store_number(s->db, "PRAGMA freelist_count", 0);
}

/* ---- opening ---- */

/* Waits in small naps, so that an interrupt ends the wait. */
static int on_busy(void *ctx, int tries) {
  store *s = ctx;
  if (tries == 0) s->busy_since = now_ms();
  if (atomic_load(&s->interrupted) || now_ms() - s->busy_since >= s->patience_ms) return 0;
  usleep(tries < 10 ? 1000 : 10000);
  return 1;
}

char *store_immutable(arena *a, const char *path) {
  buffer b = {0};
  buffer_text(&b, "file:");
  for (const char *p = path; *p; p++) {
    if (*p == '%' || *p == '?' || *p == '#')
      buffer_format(&b, "%%%02X", (unsigned)(unsigned char)*p);
    else
      buffer_char(&b, *p);
  }
  buffer_text(&b, "?immutable=1");
  char *uri = arena_string_n(a, b.data, b.size);
  buffer_deinit(&b);
  return uri;
}

/* Nothing waits in the WAL, so the file alone is the whole store. */
static bool wal_empty(arena *a, const char *path) {
  struct stat st;
  return stat(arena_format(a, "%s-wal", path), &st) != 0 || st.st_size == 0;
}

static int connect_read(const char *path, sqlite3 **db) {
  int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  int rc = sqlite3_open_v2(path, db, flags, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_exec(*db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
  arena a = {0};
  bool no_lock = (rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY;
  if (no_lock && wal_empty(&a, path)) {
    sqlite3_close_v2(*db);
    rc = sqlite3_open_v2(store_immutable(&a, path), db, flags | SQLITE_OPEN_URI, NULL);
  }
  arena_deinit(&a);
  if ((rc & 0xff) == SQLITE_BUSY) rc = SQLITE_OK; /* tried again with the busy handler */
  return rc;
}

static const char read_settings[] = "PRAGMA cache_size = -" READ_CACHE_KIB ";"
                                    "PRAGMA temp_store = FILE;"
                                    "PRAGMA query_only = ON;";

/* secure_delete would overwrite, and so write, every page that is dropped. Two sorter threads would
 * not make an index faster on two cores, one does. */
static const char write_settings[] = "PRAGMA page_size = " PAGE_SIZE ";"
                                     "PRAGMA cache_size = -" WRITE_CACHE_KIB ";"
                                     "PRAGMA temp_store = FILE;"
                                     "PRAGMA secure_delete = OFF;"
                                     "PRAGMA foreign_keys = ON;"
                                     "PRAGMA synchronous = NORMAL;"
                                     "PRAGMA threads = 1;"
                                     "PRAGMA wal_autocheckpoint = " CHECKPOINT_PAGES ";"
                                     "PRAGMA journal_size_limit = " WAL_KEPT_BYTES ";";

error_code store_connect(const char *path, store_mode mode, store *s, sqlite3 **out, error *e) {
  int rc =
      mode == STORE_READ
          ? connect_read(path, out)
          : sqlite3_open_v2(path, out,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc == SQLITE_OK) {
    sqlite3_busy_handler(*out, on_busy, s);
    const char *sql = mode == STORE_READ ? read_settings : write_settings;
    rc = sqlite3_exec(*out, sql, NULL, NULL, NULL);
  }
  if (rc == SQLITE_OK) return ERR_OK;
  struct stat st;
  error_code code =
      stat(path, &st) == 0 && S_ISDIR(st.st_mode)
          ? error_set(e, ERR_STORE, "%s: this is a folder: name a file in it with --db", path)
          : store_fail(s, *out, rc, "opening it", e);
  sqlite3_close_v2(*out);
  *out = NULL;
  return code;
}

/* The switch to WAL needs the file alone for a moment, and SQLite does not wait for that itself. */
static error_code use_wal(store *s, error *e) {
  for (int tries = 0;; tries++) {
    sqlite3_stmt *q = NULL;
    if (store_prepare(s, s->db, "PRAGMA journal_mode = WAL", &q, e) != ERR_OK) return e->code;
    int rc = sqlite3_step(q);
    bool wal = rc == SQLITE_ROW && strcmp(column_string(q, 0), "wal") == 0;
    sqlite3_finalize(q);
    if (wal) return ERR_OK;
    if ((rc & 0xff) == SQLITE_BUSY && on_busy(s, tries)) continue;
    if (rc != SQLITE_ROW) return store_fail(s, s->db, rc, "switching to a write-ahead log", e);
    return error_set(e, ERR_STORE,
                     "%s: this file system cannot hold a write-ahead log (no shared "
                     "memory, as on a network drive): keep the database on a local disk",
                     s->path);
  }
}

/* What the file is: a store of a version (0 = empty), or nothing of ours. */
static error_code check_file(store *s, int64_t *version, error *e) {
  sqlite3_stmt *q = NULL;
  if (store_prepare(s, s->db, "SELECT count(*) FROM sqlite_schema", &q, e) != ERR_OK)
    return e->code;
  int rc = sqlite3_step(q);
  int64_t objects = sqlite3_column_int64(q, 0);
  sqlite3_finalize(q);
  if (rc != SQLITE_ROW) return store_fail(s, s->db, rc, "reading it", e);
  int64_t id = store_number(s->db, "PRAGMA application_id", 0);
  *version = store_number(s->db, "PRAGMA user_version", 0);
  if (id != STORE_APPLICATION_ID && (id != 0 || objects > 0 || *version != 0))
    return error_set(e, ERR_STORE,
                     "%s: this is a database of another program, not of assay: name "
                     "another file with --db",
                     s->path);
  if (*version > STORE_VERSION)
    return error_set(e, ERR_STORE,
                     "%s: a newer assay wrote this database (its schema is version %lld, "
                     "this program knows %d): use that program, or another file",
                     s->path, (long long)*version, STORE_VERSION);
  return ERR_OK;
}

static error_code migrate(store *s, error *e) {
  int64_t version = 0;
  if (check_file(s, &version, e) != ERR_OK) return e->code;
  if (version == STORE_VERSION) return ERR_OK;
  if (store_begin_write(s, e) != ERR_OK) return e->code;
  error_code code = check_file(s, &version, e); /* again: another process may have been first */
  for (; code == ERR_OK && version < STORE_VERSION; version++)
    code = store_exec(s, schema_migrations[version], "creating its tables", e);
  char sql[128];
  snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
           STORE_APPLICATION_ID, STORE_VERSION);
  if (code == ERR_OK) code = store_exec(s, sql, "creating its tables", e);
  if (code == ERR_OK) code = store_commit(s, "creating its tables", e);
  if (code != ERR_OK) store_rollback(s);
  return code;
}

void store_sync_folder(const char *path) {
  arena a = {0};
  int fd = open(folder_of(&a, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    fsync(fd);
    close(fd);
  }
  arena_deinit(&a);
}

static error_code open_write(store *s, error *e) {
  bool fresh = access(s->path, F_OK) != 0;
  int64_t version = 0;
  if (store_connect(s->path, STORE_WRITE, s, &s->db, e) != ERR_OK) return e->code;
  if (check_file(s, &version, e) != ERR_OK) return e->code; /* before a byte of it changes */
  if (sqlite3_db_readonly(s->db, "main") == 1)
    return store_fail(s, NULL, SQLITE_READONLY, "opening it", e);
  if (use_wal(s, e) != ERR_OK || migrate(s, e) != ERR_OK) return e->code;
  if (fresh) store_sync_folder(s->path);
  return ERR_OK;
}

/* Of any version that is known. */
static error_code open_read_any(store *s, int64_t *version, error *e) {
  if (access(s->path, F_OK) != 0)
    return error_set(e, ERR_NOT_FOUND,
                     "%s: there is no such database: name the file with --db or "
                     "ASSAY_DB, or make it with `assay run`",
                     s->path);
  if (store_connect(s->path, STORE_READ, s, &s->db, e) != ERR_OK) return e->code;
  if (check_file(s, version, e) != ERR_OK) return e->code;
  if (*version == 0)
    return error_set(e, ERR_NOT_FOUND, "%s: the database is empty: make a run with `assay run`",
                     s->path);
  return ERR_OK;
}

static error_code open_read(store *s, error *e) {
  int64_t version = 0;
  if (open_read_any(s, &version, e) != ERR_OK) return e->code;
  if (version < STORE_VERSION)
    return error_set(e, ERR_STORE,
                     "%s: an older assay wrote this database (schema version %lld): the "
                     "next `assay run` brings it to version %d",
                     s->path, (long long)version, STORE_VERSION);
  return ERR_OK;
}

static store *new_store(const char *path, store_mode mode) {
  store *s = mem_alloc(sizeof *s);
  s->path = mem_string(path);
  s->mode = mode;
  s->patience_ms = PATIENCE_MS;
  return s;
}

error_code store_open_any(const char *path, store **out, error *e) {
  int64_t version = 0;
  store *s = new_store(path, STORE_READ);
  const error_code code = open_read_any(s, &version, e);
  if (code != ERR_OK) {
    store_close(s);
    return code;
  }
  *out = s;
  return ERR_OK;
}

error_code store_open(const char *path, store_mode mode, store **out, error *e) {
  error own;
  if (!e) e = &own;
  store *s = new_store(path, mode);
  error_code code = mode == STORE_WRITE ? open_write(s, e) : open_read(s, e);
  if (code != ERR_OK) {
    store_close(s);
    return code;
  }
  *out = s;
  return ERR_OK;
}

void store_close(store *s) {
  if (!s) return;
  if (s->work) store_discard(s, "closed before it was published");
  sqlite3_close_v2(s->db);
  free(s->path);
  free(s);
}

const char *store_path(const store *s) {
  return s->path;
}

void store_interrupt(store *s) {
  atomic_store(&s->interrupted, true);
  sqlite3_interrupt(s->db);
}

error_code store_free_bytes(store *s, uint64_t *out, error *e) {
  int64_t bytes = disk_free(s->path);
  if (bytes < 0)
    return error_set(e, ERR_STORE, "%s: cannot tell how much of the disk is free: %s", s->path,
                     strerror(errno));
  int64_t reusable =
      store_number(s->db, "PRAGMA freelist_count", 0) * store_number(s->db, "PRAGMA page_size", 0);
  *out = (uint64_t)(bytes + reusable);
  return ERR_OK;
}
