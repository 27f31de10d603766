/* Dates and moments. A date is a count of days from 1970-01-01 in the proleptic Gregorian calendar,
 * a moment is UTC seconds from the same epoch, a zone a fixed offset east of UTC. Years 0001-9999.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zone {
  int32_t offset; /* seconds east of UTC, -18 h .. +18 h */
} zone;

int64_t date_from_civil(int year, int month, int day); /* the parts must be valid */
void date_to_civil(int64_t days, int *year, int *month, int *day);
bool date_valid(int year, int month, int day);
int64_t date_add_months(int64_t days,
                        int64_t months); /* keeps the day, clamped to the month's last */
int date_weekday(int64_t days);          /* 1 Monday .. 7 Sunday (ISO 8601) */
int date_day_of_year(int64_t days);      /* 1 .. 366 */
int date_week_of_year(int64_t days);     /* ISO 8601: the week of its Thursday, 1 .. 53 */
int date_days_in_month(int64_t days);    /* of the date's month */
/* Whole months from the one to the other: the most n for which `from` plus n months (as
 * date_add_months) is not after `to`; negative, and as many as the other way round, if `to` is
 * earlier. */
int64_t date_months_between(int64_t from, int64_t to);

/* YYYY-MM-DD, the day must exist. */
bool date_parse(const char *text, size_t n, int64_t *days);
/* YYYY-MM-DDTHH:MM:SS and ±HH:MM or Z. Returns UTC seconds. */
bool moment_parse(const char *text, size_t n, int64_t *seconds);
/* HH:MM or HH:MM:SS, 00:00:00 .. 23:59:59. Returns seconds. */
bool time_of_day_parse(const char *text, size_t n, int32_t *seconds);
/* "+08:00", "-03:30", "Z", "UTC". */
bool zone_parse(const char *text, zone *out);

int64_t moment_date(int64_t seconds, zone z);          /* the calendar date in the zone */
int32_t moment_second_of_day(int64_t seconds, zone z); /* 0 .. 86399 */
int64_t moment_at(int64_t date, int32_t second_of_day, zone z);

/* Writes YYYY-MM-DD (10 characters) / YYYY-MM-DDTHH:MM:SS±HH:MM (25, "Z" never used); no NUL. */
size_t date_write(char *out, int64_t days);
size_t moment_write(char *out, int64_t seconds, zone z);

#endif
