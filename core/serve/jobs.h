/* Runs of the service: ordered by a schedule, a program or a person, each in a thread of its own, so many
 * at once and never two of one pack. Whose turn it is goes round the packs, so that none waits behind
 * the many orders of another. Each is noted in the log of runs before it waits, and when it ends.
 *
 * Safe from any thread. A run that is stopped publishes nothing. */
#ifndef SERVE_JOBS_H
#define SERVE_JOBS_H

#include "../run/run.h"
#include "../store/store_jobs.h"
#include "shelf.h"

typedef struct jobs jobs;

/* What to run. Everything is copied. */
typedef struct job_order {
  const char *pack;
  const char *asked_by; /* as in store_job */
  const char *schedule, *who;
  int64_t as_of; /* 0 = when it starts */
  int64_t due;
  int attempt;
  const param_value *params;
  size_t param_count;
  const char *data;        /* where relative source paths start; NULL = the pack's folder */
  const char *plugin;      /* over that of the source; NULL = the pack's */
  plugin_settings source;  /* over those of the source */
  plugin_settings related; /* LIST.OPTION, over those of the related lists */
  unsigned threads;        /* 0 = as the service says */
  double max_rejects;      /* as in run_options; < 0 = never */
  bool max_rejects_percent;
  bool allow_shrink;
  int keep;         /* 0 = 2 */
  int64_t deadline; /* seconds from its start, then it is stopped and failed; 0 = none */
} job_order;

/* One that waits or runs, or has ended just now. Texts live during the call. */
typedef struct job_view {
  store_job job;
  run_progress progress; /* of a running one */
} job_view;

typedef struct jobs_options {
  shelf *shelf;
  const char *database;
  const char *const *plugin_folders;
  size_t plugin_folder_count;
  unsigned most;             /* at once */
  unsigned threads;          /* evaluators of each; 0 = by the CPUs */
  int64_t (*now)(void *ctx); /* UTC seconds */
  /* A job began to run or ended; from any thread, without any lock of jobs. */
  void (*changed)(void *ctx, const job_view *j);
  void *ctx;
} jobs_options;

/* Jobs that a process before had not ended are noted as lost. */
error_code jobs_new(const jobs_options *o, jobs **out, error *e);
/* ERR_NOT_FOUND: no such pack is served. */
error_code jobs_add(jobs *j, const job_order *o, int64_t *id, error *e);
/* ERR_NOT_FOUND: it neither waits nor runs. */
error_code jobs_cancel(jobs *j, int64_t id, const char *why, error *e);
/* Those that run, then those that wait, in the order in which they will. */
void jobs_each(jobs *j, void (*each)(void *ctx, const job_view *j), void *ctx);
/* Starts nothing more. Waits for those that run at most so long, then stops them. */
void jobs_stop(jobs *j, unsigned seconds);
void jobs_free(jobs *j);

#endif
