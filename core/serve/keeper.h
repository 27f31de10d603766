/* Keeps the schedules of all packs that are served: a thread of its own that asks serve/due what is to be
 * done, keeps the answer in the store, and only then does it. It wakes when the next due time comes,
 * when a run of a schedule ended, when packs changed, and now and then, for clocks are set. */
#ifndef SERVE_KEEPER_H
#define SERVE_KEEPER_H

#include "jobs.h"
#include "log.h"
#include "meters.h"
#include "shelf.h"

typedef struct keeper keeper;

typedef struct keeper_options {
  shelf *shelf;
  jobs *jobs;
  const char *database;
  logger *log;
  meters *meters;
  int64_t (*now)(void *ctx); /* UTC seconds */
  void *ctx;
} keeper_options;

/* Begins to keep time; what was running when the program before ended is settled first. */
error_code keeper_new(const keeper_options *o, keeper **out, error *e);
/* Any thread: a run of a schedule ended. */
void keeper_ended(keeper *k, const store_job *j);
/* Any thread: packs were put up or taken down. */
void keeper_wake(keeper *k);
/* Starts nothing more. Before jobs_stop, so that runs which are cut off then count as cut off. */
void keeper_stop(keeper *k);
void keeper_free(keeper *k);

#endif
