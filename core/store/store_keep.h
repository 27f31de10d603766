/* Keeping a store over the years: a copy of it while it is in use, taking out what nobody needs any more, and
 * looking whether it is whole. */
#ifndef STORE_STORE_KEEP_H
#define STORE_STORE_KEEP_H

#include <stdatomic.h>

#include "store.h"

/* ---- a copy ---- */

typedef struct store_backup_options {
  const atomic_bool *stop; /* set from elsewhere: gives up with ERR_INTERRUPTED; may be NULL */
  void (*progress)(void *ctx, int64_t done, int64_t of); /* bytes; may be NULL */
  void *ctx;
} store_backup_options;

typedef struct store_copied {
  int64_t bytes, runs, packs; /* runs whose decisions are in it */
} store_copied;

/* Copies the store as it is at one moment, while others read and write it: into FILE.partial, in steps; checks
 * the copy whole (SQLite's integrity check); syncs it; and gives it its name in one step, so that a file of
 * that name is always a whole backup. Replaces an older backup, but nothing else. A store of an older schema
 * is copied as it is.
 * ERR_USAGE: the file is the store itself, in use, or no store. ERR_BUSY: another backup writes there. */
error_code store_backup(const char *path, const char *file, const store_backup_options *o,
                        store_copied *out, error *e);

/* ---- taking out ---- */

typedef struct store_old_run {
  int64_t id;
  const char *pack, *status, *finished; /* as stored */
  bool stored;                          /* its decisions are there */
  int64_t records, bytes;
} store_old_run;
typedef error_code store_each_old_run(void *ctx, const store_old_run *run, error *e);

typedef struct store_pruned {
  int64_t runs;   /* forgotten */
  int64_t stored; /* of these: whose decisions were there */
  int64_t bytes;  /* that they take, free for others afterwards; the file stays as long as it is */
  int64_t packs;  /* states of rules in the archive that no run is of any more */
  int64_t delivered; /* notifications of that time */
} store_pruned;

/* Forgets what was over before the moment (UTC seconds): runs that were superseded before it, whose decisions
 * nobody could have been shown since; runs that were never published and ended before it; and the archived
 * rules that no other run is of. What was in force at any time since, and every published run, stays: with its
 * decisions, if the schedule kept them, and with its rules in any case. In small transactions, beside readers
 * and runs. `dry`: only tells. `each` may be NULL; called before anything is taken out. */
error_code store_prune(store *s, int64_t before, bool dry, store_each_old_run *each, void *ctx,
                       store_pruned *out, error *e);

/* ---- looking ---- */

typedef enum health { HEALTH_FINE, HEALTH_WARNING, HEALTH_WRONG } health;
/* `what`: what was found; `mend`: what to do, NULL if it is fine. */
typedef void store_tell_health(void *ctx, health h, const char *what, const char *mend);

typedef struct store_state {
  int64_t version;        /* of the schema */
  int64_t bytes, free;    /* of the file; of these unused */
  int64_t log_bytes;      /* of the write-ahead log */
  int64_t last_run_bytes; /* the greatest of the published runs */
  int64_t newest;         /* UTC seconds: the newest moment that is in it; 0 = none */
  int64_t published;
} store_state;

/* Opens the store for reading, of any schema that this program knows, and tells all that is right or wrong with
 * it. `deep`: reads every page and index (integrity_check), else only the structure (quick_check). ERR_*: it
 * cannot be opened at all, which was told too. */
error_code store_look(const char *path, bool deep, store_tell_health *tell, void *ctx,
                      store_state *out, error *e);

#endif
