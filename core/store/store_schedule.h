/* How far the schedules of the packs are: what is settled, what runs, what waits; by wall clock, so that
 * it means the same after a restart. Nothing here decides anything: serve/due does. */
#ifndef STORE_STORE_SCHEDULE_H
#define STORE_STORE_SCHEDULE_H

#include "store.h"

typedef enum schedule_phase {
  SCHEDULE_IDLE,
  SCHEDULE_RUNNING,
  SCHEDULE_RETRY /* it failed, and runs again at retry_at */
} schedule_phase;

typedef enum schedule_result {
  RESULT_NONE,      /* it never ran */
  RESULT_DONE,      /* published */
  RESULT_FAILED,    /* nothing was published */
  RESULT_DEADLINE,  /* stopped, for it took too long */
  RESULT_CANCELLED, /* stopped, for the next one was due, or by hand */
  RESULT_CUT_OFF    /* the program ended */
} schedule_result;

#define SCHEDULE_NEVER INT64_MIN
#define SCHEDULE_WAITING_MOST 1000

/* Moments are UTC seconds, SCHEDULE_NEVER = none. */
typedef struct schedule_state {
  int64_t settled; /* all due times up to this one are taken or dropped */
  int64_t behind;  /* the same since the clock is far behind `settled` */
  schedule_phase phase;
  schedule_result stopping; /* why the run has been told to stop; RESULT_NONE: it has not */
  int64_t due;              /* of what runs or is tried again */
  int64_t attempt;          /* 1 = the first */
  int64_t first_start;      /* of the first attempt */
  int64_t retry_at;
  size_t waiting_count;
  int64_t waiting[SCHEDULE_WAITING_MOST]; /* due times that are to be run, ascending */
  /* What happened last, and how many due times were never run, for people. */
  int64_t last_due, last_started, last_finished;
  schedule_result last_result;
  int64_t missed, overlapped;
} schedule_state;

typedef struct store_schedule {
  const char *pack, *name;
  const char *times; /* what it goes by: timetable_text */
  schedule_state state;
} store_schedule;

const char *schedule_phase_name(schedule_phase p);
const char *schedule_result_name(schedule_result r);

/* One of the pack's schedules; false in *found: it was never kept. `times` lives in the arena. */
error_code store_schedule_read(store *s, arena *a, const char *pack, const char *name,
                               store_schedule *out, bool *found, error *e);
/* In one transaction, on disk as much as any commit of the store. Needs STORE_WRITE. */
error_code store_schedule_keep(store *s, const store_schedule *kept, error *e);
error_code store_schedule_forget(store *s, const char *pack, const char *name, error *e);
/* Every schedule that is kept, of the pack (NULL = of all), by pack and name; what is not ERR_OK stops.
 * `kept` lives during the call. */
typedef error_code store_each_schedule(void *ctx, const store_schedule *kept, error *e);
error_code store_schedules(store *s, const char *pack, store_each_schedule *each, void *ctx,
                           error *e);
/* The run as of the due time that was started then or later, if it was published (also if it is
 * superseded since); 0: there is none. So a run whose end the program did not live to see counts as
 * what it was. */
error_code store_schedule_published(store *s, const char *pack, int64_t due, int64_t started,
                                    int64_t *run_id, error *e);

#endif
