/* The log of runs: each one that was asked for, what asked for it, and what became of it, also when it
 * published nothing. Kept when the run's own tables are long gone. */
#ifndef STORE_STORE_JOBS_H
#define STORE_STORE_JOBS_H

#include "store.h"

typedef enum job_state {
  JOB_WAITING,
  JOB_RUNNING,
  JOB_DONE,      /* published */
  JOB_FAILED,    /* code and message say why; nothing was published */
  JOB_CANCELLED, /* by a person, or by the next run of its schedule */
  JOB_LOST       /* the process that had it ended without a word */
} job_state;

const char *job_state_name(job_state s); /* "waiting" */

/* Moments are UTC seconds, 0 = not yet or none. Texts of a job that was read live in the reader's arena. */
typedef struct store_job {
  int64_t id;
  const char *pack;
  const char *asked_by; /* "schedule", "api", "command" */
  const char *schedule; /* its name, or NULL */
  const char *who;      /* a token's name, or NULL */
  int64_t as_of, due, asked, started, finished;
  job_state state;
  int64_t run_id; /* 0 = none published */
  int attempt;    /* 1 = the first */
  error_code code;
  const char *message; /* NULL = none */
  store_counts counts;
  double seconds;
  const char *times; /* of its steps, JSON; NULL = not known */
} store_job;

/* Gives it its number. */
error_code store_job_add(store *s, store_job *j, error *e);
/* Writes state, moments, run, code, message, counts, seconds and times of the job with its number. */
error_code store_job_note(store *s, const store_job *j, error *e);
/* Jobs that are waiting or running and whose process is gone are lost; only who has the database alone may
 * say so. */
error_code store_jobs_lost(store *s, int64_t now, error *e);

typedef error_code store_each_job(void *ctx, const store_job *j, error *e);
/* The newest first, `before` a number (0 = from the newest), at most `limit`; `pack` NULL = of all. */
error_code store_jobs(store *s, const char *pack, int64_t before, int64_t limit,
                      store_each_job *each, void *ctx, error *e);
/* ERR_NOT_FOUND. */
error_code store_job_find(store *s, int64_t id, store_each_job *each, void *ctx, error *e);

#endif
