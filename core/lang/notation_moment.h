/* What the calendar functions of the notation mean, for whole numbers: a date is days, a timestamp
 * seconds. The folder, single rows and the loops all ask here. */
#ifndef LANG_NOTATION_MOMENT_H
#define LANG_NOTATION_MOMENT_H

#include "notation.h"

/* The dates there are: 0001-01-01 .. 9999-12-31. */
#define DATE_LEAST (-719162)
#define DATE_MOST 2932896

bool date_in_calendar(int64_t day);
/* Its date in the zone. */
bool moment_in_calendar(int64_t moment, zone z);

typedef struct moment_call {
  function_kind function; /* FUNCTION_DATE .. FUNCTION_WORKDAYS_BETWEEN */
  zone zone;
  const workday_calendar *workdays;
} moment_call;

/* Arguments that are there, in the order written. MISSING_I64 where there is no such date. False if
 * an argument or the result lies outside the calendar. */
bool moment_apply(const moment_call *call, const int64_t *arguments, int64_t *out);

#endif
