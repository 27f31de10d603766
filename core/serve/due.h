/* What a schedule has to do now: start a run, stop one, let due times go, wait. By its policies, from the
 * state that was kept and what the clock says.
 *
 * Pure: asks no clock, starts nothing, keeps nothing. Whoever calls keeps the state after each call that
 * changed it, and before it does what the call said: then a program that is killed in between has neither
 * forgotten a due time nor runs it twice.
 *
 * A due time is late, and counts as missed, if it is found more than DUE_LATE after its run should have
 * started. A clock that is set back shows due times again; they are not run again, unless it is set back
 * by more than DUE_WRONG: then what it said before was wrong. */
#ifndef SERVE_DUE_H
#define SERVE_DUE_H

#include "../store/store_schedule.h"
#include "timetable.h"

#define DUE_LATE 60
#define DUE_WRONG 86400
/* To be asked again after so long, whatever `wake` says: clocks are set, and machines sleep. */
#define DUE_LOOK 30

typedef struct due_work {
  bool start; /* state.due, attempt state.attempt */
  bool stop;  /* the run that goes on; state.stopping says why */
  bool changed;
  int64_t wake; /* when there is something to do next; SCHEDULE_NEVER: not by itself */
} due_work;

/* A schedule that was not there before: what was due before now is none of its concern. */
void due_begin(schedule_state *st, int64_t now);
/* It goes by other times than those for which the state was kept: those that it would have had are none
 * of its concern; what runs or waits goes on. */
void due_changed(schedule_state *st, int64_t now);
/* The program begins with a state of a program that is gone. `published`: what is kept as running was
 * published (store_schedule_published of its due and last_started). Else it was cut off, and is missed;
 * so is what waited. */
void due_resume(const timetable *t, const pack_schedule *s, schedule_state *st, int64_t now,
                bool published);
/* Takes what is due, starts the next run and stops one that must not go on. */
void due_look(const timetable *t, const pack_schedule *s, schedule_state *st, int64_t now,
              due_work *out);
/* The run that was started last has ended: RESULT_DONE, RESULT_FAILED or RESULT_CANCELLED (by hand, or for
 * it was told to stop). To be followed by due_look. */
void due_finished(const pack_schedule *s, schedule_state *st, int64_t now, schedule_result how);

#endif
