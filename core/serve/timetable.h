/* When the runs of a schedule are due, by its clock and the company's calendar.
 *
 * A due time is a moment and the local time that stands for it. Cron as base/cron has it. The n-th working
 * day of a month comes in each month that has so many. An interval is elapsed time, counted from midnight
 * of Monday, 3 January 2000, on the schedule's clock: "1h" is on the hour, "1d" at midnight and, while
 * it is summer time, at one, "2w" on Mondays. Pure: never asks a clock. */
#ifndef SERVE_TIMETABLE_H
#define SERVE_TIMETABLE_H

#include "../lang/schedule.h"

typedef struct timetable timetable;

/* Borrows both, which must outlive it. ERR_NOT_FOUND: the machine does not know the time zone. */
error_code timetable_open(const pack *p, const pack_schedule *s, timetable **out, error *e);
void timetable_close(timetable *t);
const region *timetable_region(const timetable *t);
/* "cron 30 2 * * * in Asia/Shanghai", "workday -1 at 02:30 in +08:00", "every 1h in +08:00": what it goes
 * by, to be read, and to be compared with what it went by before. */
const char *timetable_text(const timetable *t);

typedef struct due_time {
  int64_t at;           /* the moment */
  int64_t local;        /* what the clock shows then, or should show if that is skipped */
  local_kind kind;      /* how often the clock shows it; of an interval, always LOCAL_ONCE */
  bool beyond_calendar; /* the working day lies where the calendar's holidays are not known yet */
} due_time;

/* The first one after `after`; the last one at or before `until`. False: there is none. */
bool timetable_next(const timetable *t, int64_t after, due_time *out);
bool timetable_last(const timetable *t, int64_t until, due_time *out);
/* When the run that is due at `at` starts: later by its jitter, which is the same each time it is asked
 * for, and never reaches the next due time. */
int64_t timetable_start(const timetable *t, int64_t at);

#endif
