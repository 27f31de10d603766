/* One run: a reader thread, evaluator threads, a writer; bounded queues between them.
 *
 * Batches are numbered by the reader, evaluated in any order and put back in order before they are
 * written, so that the outcome does not depend on the number of threads. */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "../base/error.h"
#include "../eval/plan.h"
#include "../store/store.h"

typedef struct run_progress {
  uint64_t records;     /* written so far */
  uint64_t done, total; /* of the source, any unit; total 0 = unknown */
  double seconds;       /* since the start */
  const char *
      stage; /* "reading NAME" (of related records), "grading", "checking keys", "indexing", "publishing" */
} run_progress;

typedef struct run_options {
  const pack *pack;
  const plan *plan;
  int64_t as_of;
  const char *data_folder;         /* where relative source paths start */
  const plugin_settings *settings; /* over those of the pack */
  const char *plugin;              /* over that of the pack; NULL = the pack's */
  const plugin_settings *related;  /* LIST.OPTION pairs, over those of the related lists; or NULL */
  plugin_host *plugins;
  store *store;        /* a scratch one for a dry run */
  const char *history; /* the database whose published run has the previous values; NULL: store's */
  unsigned threads;    /* evaluators; 0 = by the CPUs */
  int64_t limit;       /* at most this many records; -1 = all */
  double max_rejects;  /* stop when exceeded; < 0 = never */
  bool max_rejects_percent; /* of the records read */
  bool allow_shrink;
  bool dry_run;             /* `store` is a scratch one: no guard by the last run */
  int keep;                 /* published runs to keep */
  const volatile int *stop; /* a signal number once one came */
  void (*progress)(void *ctx, const run_progress *p); /* from the calling thread, a few a second */
  void *progress_ctx;
} run_options;

typedef struct run_result {
  int64_t run_id;
  store_counts counts;
  double seconds;
  uint64_t source_bytes, related_bytes;
  int64_t related_unknown, related_keyless; /* rows of related lists that found nobody */
} run_result;

/* Runs and publishes into `store`. Nothing is published when it returns an error. When `stop` ends
 * a run whose source does not come back from a read, the source's thread is left behind for good.
 */
error_code run_pack(const run_options *o, run_result *out, error *e);

#endif
