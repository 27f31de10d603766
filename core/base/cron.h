/* Cron expressions: what they say, and when they come next on a clock with summer time.
 *
 *   minute hour day-of-month month day-of-week, or second minute hour ... (six fields); or @daily
 *
 * Fields as in crontab(5): *, 5, 1-5, * / 10 (without blanks), 8-18/2, lists with ','; MON-SUN, JAN-DEC;
 * Sunday is 0 or 7; n/s is n to the end by s; FRI-MON, 22-4 and NOV-FEB go over the end of the week, day
 * and year. From Quartz: ? (as *), L (last day), L-3 (three days before it), 15W (the day of Monday to
 * Friday that is nearest within the month), LW (the last of these), FRI#2 (second Friday), FRIL or 5L
 * (last Friday). If day-of-month and day-of-week are both other than *, either matches.
 *
 * Daylight saving: a time of day that the clock skips comes at the first moment after the gap, and one
 * that it shows twice comes the first time, so that each comes once. What names every hour of the day
 * comes in every hour that there is: it follows elapsed time, as an interval does. (Vixie's cron as
 * Debian and Fedora have it decides the same for the two plain kinds; it takes any hour field that
 * begins with '*' for an interval, also a '*' with a step, and any such minute field.)
 *
 * Pure: never asks a clock. */
#ifndef BASE_CRON_H
#define BASE_CRON_H

#include "region.h"

typedef struct cron {
  uint64_t seconds, minutes; /* bit n = n */
  uint32_t hours, months;
  bool any_day, any_weekday; /* the field restricts nothing */
  uint32_t days;             /* of the month, bits 1-31 */
  uint32_t days_before_last; /* L-3: bit 3 */
  uint32_t nearest;          /* 15W: bit 15 */
  bool last_workday;         /* LW */
  uint8_t weekdays;          /* bit 0 Sunday .. 6 Saturday */
  uint8_t last_weekdays;     /* FRIL */
  uint8_t nth_weekdays[7];   /* FRI#2: bit 2 of [5] */
} cron;

/* ERR_USAGE names the field, what stands there and what may stand there; also for a date that never
 * comes, such as 31 February. */
error_code cron_parse(const char *text, cron *out, error *e);

/* Whether any month of any year has such a day. */
bool cron_comes(const cron *c);

/* The first moment after `after` at which it comes; `local`, if not NULL, gets the time that the clock
 * should show (and does, unless that is skipped). False: not before the year 10000. Looks at no more than
 * 400 years of months, after which the calendar repeats. */
bool cron_next(const cron *c, const region *r, int64_t after, int64_t *at, int64_t *local);

/* Whether day-of-month names a week or less of days in a row and day-of-week days as well: whoever writes
 * 1-7 and MON means the first Monday, and gets the 1st to the 7th and every Monday. The number of that
 * Monday in the month, or 0. */
int cron_meant_nth(const cron *c);

#endif
