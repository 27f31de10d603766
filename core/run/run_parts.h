/* Inside of a run: what its threads share. For run.c and run_write.c alone. */
#ifndef RUN_RUN_PARTS_H
#define RUN_RUN_PARTS_H

#include <stdatomic.h>
#include <uv.h>

#include "../data/cast.h"
#include "../data/keys.h"
#include "census.h"
#include "feed.h"
#include "manifest.h"
#include "previous.h"
#include "queue.h"
#include "run.h"

typedef struct work {
  uint64_t number;
  slice slice;
  joined *rows;                 /* of its related lists */
  buffer bytes, dropped, moves; /* in a plan of several phases: what passes from one to the next */
  batch *in;
  decisions *out;
  error failure;
} work;

typedef struct worker {
  struct run *run;
  evaluator *evaluator;
  previous *previous; /* NULL: nothing is published, or nothing reads it */
  uv_thread_t thread;
} worker;

typedef enum phase { PHASE_WRITING, PHASE_PUBLISHING, PHASE_OVER } phase;

typedef struct run {
  const run_options *o;
  run_result *result;
  feed *feed;
  cast *cast; /* made by the reader before the first item goes out */
  keys *keys;
  store *store;
  manifest manifest;
  store_counts last; /* of the last published run; all 0 = none */
  store_related *last_related;
  size_t last_related_count;
  arena texts; /* of these */
  bool begun;  /* in the store; changes under the mutex */
  bool reads_previous;
  size_t phases, at; /* of the plan; the one at hand */
  census *census;    /* NULL: there is one phase alone */

  work *items;
  size_t item_count;
  queue *free, *ready, *done;
  worker *workers;
  unsigned worker_count;
  atomic_uint evaluating;
  uv_thread_t reader_thread, writer_thread;
  bool reader_started, writer_started, reader_abandoned;
  unsigned workers_started;

  uv_mutex_t mutex;     /* over the five below */
  uv_cond_t changed;    /* begun, or stopping */
  int64_t previous_run; /* that all evaluators read, 0 = none; -1 = not known yet */
  error failure;
  phase phase;
  unsigned live; /* threads that have not ended */
  bool reader_ended;

  atomic_bool stopping;
  atomic_bool obeyed; /* it stops since a signal says so */
  _Atomic uint64_t records;
  _Atomic(const char *) stage;
  uv_loop_t loop;
  uv_timer_t timer;
  uv_async_t ended;
  uint64_t started, stopped_at; /* uv_hrtime */
} run;

/* Notes why the run ends; the first reason stands. Too late once it publishes. */
void run_fail(run *r, const error *why);
void run_stop_all(run *r);
void run_thread_ends(run *r, bool of_reader);

/* The writer's thread (run_write.c). */
void run_write(void *run);

#endif
