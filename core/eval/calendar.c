/* Counting working days without walking them: a count up to a date is weeks times the days of a
 * week, the days of the last week begun, and what the exceptions add; adding days is its inverse. */
#include "calendar.h"
#include "../base/date.h"

#define DATE_FIRST (-719162) /* 0001-01-01 */
#define DATE_LAST 2932896    /* 9999-12-31 */
#define MONDAY (-7719162)    /* long before any date that is asked for */

/* Unsigned and 32 bits wide, so that dividing by 7 costs a multiplication. */
static uint32_t days_since_monday(int64_t date) {
  return (uint32_t)(date - MONDAY);
}

static int weekday(int64_t date) {
  return (int)(days_since_monday(date) % 7);
}

static bool contains(const int64_t *dates, size_t count, int64_t date) {
  for (size_t i = 0; i < count; i++)
    if (dates[i] == date) return true;
  return false;
}

static void add_exception(calendar *c, int64_t date, int change) {
  size_t at = c->exception_count++;
  for (; at > 0 && c->exceptions[at - 1].date > date; at--)
    c->exceptions[at] = c->exceptions[at - 1];
  c->exceptions[at] = (calendar_exception){date, change};
}

static bool has_exception(const calendar *c, int64_t date) {
  for (size_t i = 0; i < c->exception_count; i++)
    if (c->exceptions[i].date == date) return true;
  return false;
}

void calendar_init(calendar *c, const pack_calendar *declared, zone z, arena *a) {
  *c = (calendar){.opens = declared->opens, .closes = declared->closes, .zone = z};
  for (int i = 0; i < 7; i++) {
    c->workdays[i] = declared->workdays[i];
    c->before[i + 1] = c->before[i] + c->workdays[i];
    if (c->workdays[i]) c->nth[c->before[i + 1]] = i;
  }
  c->exceptions =
      arena_array(a, declared->holiday_count + declared->makeup_count + 1, sizeof *c->exceptions);
  for (size_t i = 0; i < declared->holiday_count; i++) {
    int64_t date = declared->holidays[i];
    if (c->workdays[weekday(date)] && !has_exception(c, date) &&
        !contains(declared->makeups, declared->makeup_count, date))
      add_exception(c, date, -1);
  }
  for (size_t i = 0; i < declared->makeup_count; i++)
    if (!c->workdays[weekday(declared->makeups[i])] && !has_exception(c, declared->makeups[i]))
      add_exception(c, declared->makeups[i], 1);
  for (size_t i = 1; i < c->exception_count; i++)
    c->exceptions[i].total += c->exceptions[i - 1].total;
}

/* How many exceptions there are up to and including the date. */
static size_t exceptions_to(const calendar *c, int64_t date) {
  size_t low = 0, high = c->exception_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (c->exceptions[middle].date <= date)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Working days up to and including the date, counted from an arbitrary one. */
static int64_t count_to(const calendar *c, int64_t date) {
  uint32_t days = days_since_monday(date), weeks = days / 7;
  size_t n = exceptions_to(c, date);
  return (int64_t)weeks * c->before[7] + c->before[days % 7 + 1] +
         (n ? c->exceptions[n - 1].total : 0);
}

bool calendar_workday(const calendar *c, int64_t date) {
  size_t n = exceptions_to(c, date);
  bool exception = n && c->exceptions[n - 1].date == date;
  return c->workdays[weekday(date)] != exception;
}

/* The first date in [low, high] up to which `count` working days have passed. */
static bool find_count(const calendar *c, int64_t count, int64_t low, int64_t high, int64_t *out) {
  if (low > high || count_to(c, high) < count) return false;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (count_to(c, middle) >= count)
      high = middle;
    else
      low = middle + 1;
  }
  *out = low;
  return true;
}

/* Where the n-th working day after the date would be if there were no exceptions; n > 0. */
static int64_t weekly_add(const calendar *c, int64_t date, int64_t n) {
  int day = weekday(date);
  int64_t days = c->before[day + 1] + n, weeks = (days - 1) / c->before[7];
  return date - day + weeks * 7 + c->nth[days - weeks * c->before[7]];
}

/* The n-th working day after the date, by weeks first and then by what the exceptions change. */
static bool add_forward(const calendar *c, int64_t date, int64_t n, int64_t *out) {
  size_t next = exceptions_to(c, date);
  int64_t at = weekly_add(c, date, n);
  *out = at;
  if (next == c->exception_count || c->exceptions[next].date > at) return at <= DATE_LAST;
  int64_t count = count_to(c, date) + n;
  for (int64_t lacks; at <= DATE_LAST && (lacks = count - count_to(c, at)) > 0;)
    at = weekly_add(c, at, lacks);
  if (at > DATE_LAST) return find_count(c, count, date + 1, DATE_LAST, out);
  while (at - 1 > date && count_to(c, at - 1) >= count) at--;
  *out = at;
  return true;
}

bool calendar_add(const calendar *c, int64_t date, int64_t n, int64_t *out) {
  if (date < DATE_FIRST || date > DATE_LAST || n > DATE_LAST * 2 || n < -(int64_t)DATE_LAST * 2)
    return false;
  if (n == 0 && calendar_workday(c, date)) {
    *out = date;
    return true;
  }
  if (n < 0) {
    int64_t count = count_to(c, date - 1) + n + 1;
    if (count <= count_to(c, DATE_FIRST - 1)) return false;
    return find_count(c, count, DATE_FIRST, date - 1, out);
  }
  if (n == 0) n = 1;
  if (c->before[7]) return add_forward(c, date, n, out);
  return find_count(c, count_to(c, date) + n, date + 1, DATE_LAST, out);
}

int64_t calendar_between(const calendar *c, int64_t from, int64_t to) {
  return count_to(c, to) - count_to(c, from);
}

static bool ask_add(const void *of, int64_t date, int64_t n, int64_t *out) {
  return calendar_add(of, date, n, out);
}

static int64_t ask_between(const void *of, int64_t from, int64_t to) {
  return calendar_between(of, from, to);
}

workday_calendar calendar_workdays(const calendar *c) {
  return (workday_calendar){c, ask_add, ask_between};
}

int64_t calendar_closing(const calendar *c, int64_t date) {
  return moment_at(date, c->closes, c->zone);
}

bool calendar_next_closing(const calendar *c, int64_t moment, int64_t *out) {
  int64_t date = moment_date(moment, c->zone);
  if (calendar_closing(c, date) < moment) date++;
  if (!calendar_add(c, date, 0, &date)) return false;
  *out = calendar_closing(c, date);
  return true;
}

bool calendar_roll(const calendar *c, int64_t moment, bool back, int64_t *out) {
  int64_t date = moment_date(moment, c->zone);
  int32_t second = moment_second_of_day(moment, c->zone);
  bool worked = calendar_workday(c, date);
  *out = moment;
  if (worked && second >= c->opens && second <= c->closes) return true;
  if (!worked || (back ? second < c->opens : second > c->closes))
    if (!calendar_add(c, date, back ? -1 : 1, &date)) return false;
  *out = moment_at(date, back ? c->closes : c->opens, c->zone);
  return true;
}

bool calendar_open_for(const calendar *c, int64_t moment, int64_t seconds, int64_t *out) {
  int64_t day = c->closes - c->opens;
  if (!calendar_roll(c, moment, false, out)) return false;
  int64_t date = moment_date(*out, c->zone);
  int64_t passed = moment_second_of_day(*out, c->zone) - c->opens + seconds;
  if (passed > day) { /* so many whole days lie before the one on which it ends */
    int64_t days = (passed - 1) / day;
    if (!calendar_add(c, date, days, &date)) return false;
    passed -= days * day;
  }
  *out = moment_at(date, (int32_t)(c->opens + passed), c->zone);
  return true;
}
