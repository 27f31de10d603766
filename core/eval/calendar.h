/* Working days: the pack's weekdays less holidays plus make-up days (调休), and opening hours. */
#ifndef EVAL_CALENDAR_H
#define EVAL_CALENDAR_H

#include "../base/memory.h"
#include "../lang/notation.h"
#include "../lang/pack.h"

typedef struct calendar_exception {
  int64_t date;
  int64_t total; /* what this and all earlier exceptions add to the count of working days */
} calendar_exception;

typedef struct calendar {
  bool workdays[7];
  int before[8]; /* working days of a week before weekday n (0 Monday); [7] = in a week */
  int nth[8];    /* the weekday that is the n-th working day of a week */
  size_t exception_count;
  calendar_exception *exceptions; /* ascending by date */
  int32_t opens, closes;          /* seconds of the day */
  zone zone;
} calendar;

/* A day that is a holiday and a make-up day as well is worked. Owned by the arena. */
void calendar_init(calendar *c, const pack_calendar *declared, zone z, arena *a);
bool calendar_workday(const calendar *c, int64_t date);
/* The n-th working day after the date, which does not count itself; n = 0: the date or, if it is not
 * worked, the next working day; n < 0: the n-th before. False: there is none in years 0001-9999. */
bool calendar_add(const calendar *c, int64_t date, int64_t n, int64_t *out);
/* Working days after `from`, up to and with `to` (from <= to). */
int64_t calendar_between(const calendar *c, int64_t from, int64_t to);
/* The calendar as the notation's functions ask it; borrows `c`. */
workday_calendar calendar_workdays(const calendar *c);
/* The moment at which the company closes on the date. */
int64_t calendar_closing(const calendar *c, int64_t date);
/* The first closing time of a working day at or after the moment. False: there is none. */
bool calendar_next_closing(const calendar *c, int64_t moment, int64_t *out);

/* The moment itself if it lies in the opening hours of a working day, both ends included; else the
 * closing before it, or the opening after it. False: there is none. */
bool calendar_roll(const calendar *c, int64_t moment, bool back, int64_t *out);
/* The moment by which the company has been open for so many seconds (>= 0) since `moment`. False:
 * there is none. */
bool calendar_open_for(const calendar *c, int64_t moment, int64_t seconds, int64_t *out);

#endif
