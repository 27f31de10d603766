/* The copy of a store. One read transaction holds the state that is copied, so that the copy ends however much
 * is written meanwhile; what is written waits in the log until it is over. */
#include "store_keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_inner.h"

#define STEP_PAGES 256
#define HEADER 100

typedef struct copy {
  store *from;
  const char *file, *partial; /* in the arena */
  int fd;                     /* of the partial file, locked */
  sqlite3 *to;
  arena texts;
} copy;

/* ---- where it goes ---- */

/* An SQLite file of assay, by its header: the application id stands at byte 68. */
static bool is_store(int fd) {
  unsigned char h[HEADER];
  if (pread(fd, h, HEADER, 0) != HEADER || memcmp(h, "SQLite format 3", 16) != 0) return false;
  return ((unsigned)h[68] << 24 | (unsigned)h[69] << 16 | (unsigned)h[70] << 8 | h[71]) ==
         STORE_APPLICATION_ID;
}

static bool in_use(arena *a, const char *file) {
  struct stat st;
  return stat(arena_format(a, "%s-wal", file), &st) == 0 && st.st_size > 0;
}

static error_code check_target(copy *c, const struct stat *source, error *e) {
  struct stat st;
  const int fd = open(c->file, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return ERR_OK;
  if (fd < 0)
    return error_set(e, ERR_STORE, "%s: cannot be looked at: %s", c->file, strerror(errno));
  const bool known = fstat(fd, &st) == 0;
  const bool same = known && st.st_dev == source->st_dev && st.st_ino == source->st_ino;
  const bool folder = known && S_ISDIR(st.st_mode), ours = is_store(fd);
  close(fd);
  if (same)
    return error_set(e, ERR_USAGE, "%s: this is the database itself: name another file", c->file);
  if (folder) return error_set(e, ERR_USAGE, "%s: this is a folder: name a file in it", c->file);
  if (!ours)
    return error_set(e, ERR_USAGE,
                     "%s: there is a file already that is no backup of assay; it is left alone: "
                     "name another file",
                     c->file);
  if (in_use(&c->texts, c->file))
    return error_set(e, ERR_USAGE,
                     "%s: this is a database in use (it has a write-ahead log beside it), no "
                     "backup: name another file",
                     c->file);
  return ERR_OK;
}

static error_code fail_writing(const copy *c, const char *why, error *e) {
  return error_set(e, ERR_STORE, "%s: cannot be written: %s. Nothing of an older backup is lost",
                   c->partial, why);
}

/* The file is there with the permissions of the store before SQLite opens it, and locked: whoever finds it
 * unlocked knows that its backup is dead. */
static error_code make_partial(copy *c, const struct stat *source, error *e) {
  c->fd = open(c->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, source->st_mode & 0777);
  if (c->fd < 0) return fail_writing(c, strerror(errno), e);
  if (flock(c->fd, LOCK_EX | LOCK_NB)) {
    close(c->fd);
    c->fd = -1;
    return error_set(e, ERR_BUSY, "%s: another backup is being written there: wait for it",
                     c->partial);
  }
  if (ftruncate(c->fd, 0) || fchmod(c->fd, source->st_mode & 0777))
    return fail_writing(c, strerror(errno), e);
  return ERR_OK;
}

/* ---- copying ---- */

static error_code open_target(copy *c, error *e) {
  int rc = sqlite3_open_v2(c->partial, &c->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(c->to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL,
                      NULL);
  return rc == SQLITE_OK ? ERR_OK : fail_writing(c, sqlite3_errmsg(c->to), e);
}

static error_code fail_step(const copy *c, int rc, error *e) {
  const int kind = rc & 0xff;
  if (kind == SQLITE_FULL) return fail_writing(c, "the disk is full", e);
  if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
    return store_fail(c->from, NULL, rc, "copying it", e);
  return error_set(e, ERR_STORE, "%s: copying it to %s failed: %s", c->from->path, c->partial,
                   sqlite3_errstr(rc));
}

static error_code copy_steps(const copy *c, sqlite3_backup *b, const store_backup_options *o,
                             error *e) {
  const int64_t page = store_number(c->from->db, "PRAGMA page_size", 4096);
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK) {
    rc = sqlite3_backup_step(b, STEP_PAGES);
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
      sqlite3_sleep(10);
      rc = SQLITE_OK;
    }
    const int64_t of = sqlite3_backup_pagecount(b), left = sqlite3_backup_remaining(b);
    if (o->progress) o->progress(o->ctx, (of - left) * page, of * page);
    if (rc == SQLITE_OK && o->stop && atomic_load(o->stop))
      return error_set(e, ERR_INTERRUPTED, "%s: the backup was interrupted", c->file);
  }
  return rc == SQLITE_DONE ? ERR_OK : fail_step(c, rc, e);
}

static error_code copy_pages(copy *c, const store_backup_options *o, error *e) {
  error_code code =
      store_exec(c->from, "BEGIN; SELECT count(*) FROM sqlite_schema", "reading it", e);
  if (!code) code = open_target(c, e);
  if (code) return code;
  sqlite3_backup *b = sqlite3_backup_init(c->to, "main", c->from->db, "main");
  code = b ? copy_steps(c, b, o, e) : fail_writing(c, sqlite3_errmsg(c->to), e);
  const int rc = b ? sqlite3_backup_finish(b) : SQLITE_OK;
  if (!code && rc != SQLITE_OK) code = fail_step(c, rc, e);
  const int closed = sqlite3_close_v2(c->to);
  c->to = NULL;
  if (!code && closed != SQLITE_OK) code = fail_step(c, closed, e);
  return code;
}

/* ---- checking ---- */

static error_code check_whole(const copy *c, sqlite3 *db, error *e) {
  sqlite3_stmt *q = NULL;
  error_code code = ERR_OK;
  int rc = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &q, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(q);
  if (rc != SQLITE_ROW)
    code = fail_step(c, rc, e);
  else if (strcmp(column_string(q, 0), "ok") != 0)
    code = error_set(e, ERR_STORE,
                     "%s: the copy is not whole (%s), so it is not kept. If `assay doctor --deep` "
                     "finds the same in the database itself, restore an older backup",
                     c->partial, column_string(q, 0));
  sqlite3_finalize(q);
  return code;
}

static const char count_runs[] = "SELECT count(*) FROM run WHERE stored = 1";

/* The copy is read as it lies there, without a log beside it. */
static error_code check_copy(const copy *c, store_copied *out, error *e) {
  sqlite3 *db = NULL;
  arena a = {0};
  const int rc =
      sqlite3_open_v2(store_immutable(&a, c->partial), &db,
                      SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
  error_code code = rc == SQLITE_OK ? check_whole(c, db, e) : fail_step(c, rc, e);
  if (!code) {
    out->bytes = store_number(db, "PRAGMA page_count", 0) * store_number(db, "PRAGMA page_size", 0);
    out->runs = store_number(db, count_runs, -1);
    out->packs = store_number(db, "SELECT count(*) FROM pack", 0);
    if (out->runs != store_number(c->from->db, count_runs, -2))
      code = error_set(e, ERR_STORE, "%s: the copy has not the runs of the database", c->partial);
  }
  sqlite3_close_v2(db);
  arena_deinit(&a);
  return code;
}

static error_code put_in_place(const copy *c, error *e) {
  if (fsync(c->fd) || rename(c->partial, c->file)) return fail_writing(c, strerror(errno), e);
  store_sync_folder(c->file);
  return ERR_OK;
}

error_code store_backup(const char *path, const char *file, const store_backup_options *o,
                        store_copied *out, error *e) {
  copy c = {.file = file, .fd = -1};
  struct stat source;
  *out = (store_copied){0};
  c.partial = arena_format(&c.texts, "%s.partial", file);
  error_code code = store_open_any(path, &c.from, e);
  if (!code && stat(path, &source))
    code = error_set(e, ERR_STORE, "%s: cannot be looked at: %s", path, strerror(errno));
  if (!code) code = check_target(&c, &source, e);
  if (!code) code = make_partial(&c, &source, e);
  if (!code) code = copy_pages(&c, o, e);
  if (!code) code = check_copy(&c, out, e);
  if (!code) code = put_in_place(&c, e);
  if (code && c.fd >= 0) unlink(c.partial);
  if (c.fd >= 0) close(c.fd);
  store_close(c.from);
  arena_deinit(&c.texts);
  return code;
}
