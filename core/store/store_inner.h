/* What the files of this room share. Nothing outside core/store includes it. */
#ifndef STORE_STORE_INNER_H
#define STORE_STORE_INNER_H

#include "store.h"
#include "store_schema.h"
#include <sqlite3.h>
#include <stdatomic.h>

#define STORE_APPLICATION_ID 0x61737379 /* "assy" */
#define STORE_VERSION 7                 /* PRAGMA user_version of the newest schema known here */

#define PATIENCE_MS 5000      /* behind another writer, before a run began */
#define RUN_PATIENCE_MS 60000 /* the same within a run: another pack may be building its index */
#define SWEEP_ROWS 20000      /* deleted in one transaction */

/* The run at hand. */
typedef struct store_work {
  int64_t id;
  arena texts; /* all strings and arrays below */
  const char *pack, *view, *key;
  store_column *outputs;
  size_t output_count;
  layout layout;
  zone zone;
  store_counts counts;
  const char *related;  /* JSON, or NULL */
  int64_t pages_before; /* pages in use when the run began */
  int64_t last_bytes;   /* what the last published run took; 0 = none */
  struct batch_rows *rows;
  sqlite3_stmt *insert_rows, *insert_outcome;
  sqlite3_stmt *key_of, *drop_decision, *put_duplicate; /* store_duplicates */
  sqlite3_stmt *insert_value;
  int64_t values;      /* totals and cut points kept */
  int64_t uncommitted; /* rows */
  bool in_transaction, sealed;
} store_work;

struct store {
  sqlite3 *db;
  char *path;
  store_mode mode;
  int patience_ms;
  int64_t busy_since; /* of the wait at hand, monotonic ms */
  atomic_bool interrupted;
  store_work *work;
  int64_t unreleased; /* a run that could not be marked as discarded; 0 = none */
};

/* ---- store.c ---- */

/* A connection of its own with the settings of the mode; `wait` gets the busy handler. */
error_code store_connect(const char *path, store_mode mode, store *wait, sqlite3 **out, error *e);
/* Opens for reading what may be of an older schema; store_open refuses that. */
error_code store_open_any(const char *path, store **out, error *e);
/* file:PATH?immutable=1, for a store on a medium where not even a lock can be written. */
char *store_immutable(arena *a, const char *path);
/* A new file's name must survive a power loss as its content does. */
void store_sync_folder(const char *path);
/* Turns what SQLite said into an error for the one who can mend it. `doing`: "writing decisions".
 */
error_code store_fail(store *s, sqlite3 *db, int rc, const char *doing, error *e);
error_code store_exec(store *s, const char *sql, const char *doing, error *e);
error_code store_prepare(store *s, sqlite3 *db, const char *sql, sqlite3_stmt **out, error *e);
/* Steps a statement that returns no row, and resets it. */
error_code store_step(store *s, sqlite3_stmt *q, const char *doing, error *e);
/* The first column of the first row as an integer, or `otherwise`. */
int64_t store_number(sqlite3 *db, const char *sql, int64_t otherwise);
error_code store_begin_write(store *s, error *e);
error_code store_commit(store *s, const char *doing, error *e);
void store_rollback(store *s);
int64_t store_pages_used(store *s);
/* "YYYY-MM-DDTHH:MM:SS+08:00" in an arena. */
const char *store_moment(arena *a, int64_t seconds, zone z);

void bind_text(sqlite3_stmt *q, int i, const char *text);  /* NULL = NULL; must outlive the step */
void bind_or_null(sqlite3_stmt *q, int i, int64_t number); /* 0 = NULL */
const char *column_string(sqlite3_stmt *q, int i);         /* never NULL */
char *column_keep(arena *a, sqlite3_stmt *q, int i);       /* a copy, NULL for NULL */

/* ---- store_run.c ---- */

/* A transaction of the run at hand, unless one is open; it must still have its claim. */
error_code store_begin_write_of_run(store *s, error *e);

/* ---- store_rows.c: the decisions of a batch as a table that SQL can read ---- */

typedef struct batch_rows batch_rows;
/* Registers the virtual table assay_batch with the columns of a decision table. */
error_code batch_rows_new(store *s, const store_work *w, batch_rows **out, error *e);
void batch_rows_set(batch_rows *r, const decisions *d);
void batch_rows_free(store *s, batch_rows *r);

/* ---- store_sweep.c: claims, and tables that nobody needs any more ---- */

/* Both within a write transaction. ERR_BUSY if a live process has the pack; the claim of a dead one
 * is forgotten. */
error_code claim_check(store *s, const char *pack, error *e);
error_code claim_take(store *s, const char *pack, int64_t run_id, const char *now, error *e);
/* True while the claim is still this run's. */
bool claim_holds(store *s, int64_t run_id);
/* Drops the tables of runs that are not needed, in small transactions. What cannot be dropped now
 * is left to the next sweep. */
void store_sweep(store *s);

/* ---- store_related.c ---- */

bool related_read(arena *a, const char *json, store_related **out, size_t *count);

/* ---- archive.c ---- */

error_code archive_add(store *s, const store_run_info *info, error *e);

#endif
