/* Calendar functions, one value at a time. */
#include "notation_moment.h"

enum { MONTHS_MOST = 120000 };

bool date_in_calendar(int64_t day) {
  return day >= DATE_LEAST && day <= DATE_MOST;
}

bool moment_in_calendar(int64_t moment, zone z) {
  return moment >= moment_at(DATE_LEAST, 0, z) && moment < moment_at(DATE_MOST + 1, 0, z);
}

static bool put_date(int64_t day, int64_t *out) {
  *out = day;
  return date_in_calendar(day);
}

static bool put(int64_t x, int64_t *out) {
  *out = x;
  return true;
}

static bool date_of(const int64_t *parts, int64_t *out) {
  *out = MISSING_I64;
  for (int i = 0; i < 3; i++)
    if (parts[i] < 1 || parts[i] > 9999) return true;
  int year = (int)parts[0], month = (int)parts[1], day = (int)parts[2];
  if (date_valid(year, month, day)) *out = date_from_civil(year, month, day);
  return true;
}

static bool add_months(int64_t day, int64_t months, int64_t *out) {
  if (months > MONTHS_MOST || months < -MONTHS_MOST) return false;
  return put_date(date_add_months(day, months), out);
}

static bool add_months_at(int64_t moment, int64_t months, zone z, int64_t *out) {
  int64_t day;
  if (!add_months(moment_date(moment, z), months, &day)) return false;
  return put(moment_at(day, moment_second_of_day(moment, z), z), out);
}

static bool workdays(const moment_call *call, const int64_t *a, int64_t *out) {
  const workday_calendar *c = call->workdays;
  if (call->function == FUNCTION_ADD_WORKDAYS) return c->add(c->of, a[0], a[1], out);
  if (!date_in_calendar(a[1])) return false;
  return put(a[0] <= a[1] ? c->between(c->of, a[0], a[1]) : -c->between(c->of, a[1], a[0]), out);
}

/* Of a timestamp. */
static bool clock_part(const moment_call *call, const int64_t *a, int64_t *out) {
  if (!moment_in_calendar(a[0], call->zone)) return false;
  int32_t second = moment_second_of_day(a[0], call->zone);
  switch (call->function) {
  case FUNCTION_DATE:
    return put(moment_date(a[0], call->zone), out);
  case FUNCTION_ADD_MONTHS_AT:
    return add_months_at(a[0], a[1], call->zone, out);
  case FUNCTION_HOUR:
    return put(second / 3600, out);
  case FUNCTION_MINUTE:
    return put(second / 60 % 60, out);
  default:
    return put(second % 60, out);
  }
}

/* Of a date. */
static bool civil_part(function_kind f, int64_t date, int64_t *out) {
  int year, month, day;
  date_to_civil(date, &year, &month, &day);
  switch (f) {
  case FUNCTION_YEAR:
    return put(year, out);
  case FUNCTION_MONTH:
    return put(month, out);
  case FUNCTION_DAY:
    return put(day, out);
  case FUNCTION_QUARTER:
    return put((month + 2) / 3, out);
  case FUNCTION_DAYS_IN_MONTH:
    return put(date_days_in_month(date), out);
  case FUNCTION_LAST_DAY_OF_MONTH:
    return put(date - day + date_days_in_month(date), out);
  case FUNCTION_DAY_OF_YEAR:
    return put(date_day_of_year(date), out);
  case FUNCTION_WEEK_OF_YEAR:
    return put(date_week_of_year(date), out);
  default:
    return put(date_weekday(date), out);
  }
}

bool moment_apply(const moment_call *call, const int64_t *a, int64_t *out) {
  switch (call->function) {
  case FUNCTION_DATE_OF:
    return date_of(a, out);
  case FUNCTION_DATE:
  case FUNCTION_ADD_MONTHS_AT:
  case FUNCTION_HOUR:
  case FUNCTION_MINUTE:
  case FUNCTION_SECOND:
    return clock_part(call, a, out);
  default:
    break;
  }
  if (!date_in_calendar(a[0])) return false;
  switch (call->function) {
  case FUNCTION_DATE_AND_TIME:
    return put(moment_at(a[0], (int32_t)a[1], call->zone), out);
  case FUNCTION_ADD_MONTHS:
    return add_months(a[0], a[1], out);
  case FUNCTION_MONTHS_BETWEEN:
  case FUNCTION_YEARS_BETWEEN:
    if (!date_in_calendar(a[1])) return false;
    *out = date_months_between(a[0], a[1]) / (call->function == FUNCTION_YEARS_BETWEEN ? 12 : 1);
    return true;
  case FUNCTION_ADD_WORKDAYS:
  case FUNCTION_WORKDAYS_BETWEEN:
    return workdays(call, a, out);
  default:
    return civil_part(call->function, a[0], out);
  }
}
