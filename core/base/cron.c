/* When a cron expression comes: days of a month as a set of bits, then times of a day. */
#include "cron.h"

#include "date.h"

#define DAY 86400
#define EVERY_HOUR 0xffffffu
#define CYCLE_MONTHS (400 * 12) /* the Gregorian calendar repeats, weekdays and all */
#define LOCAL_FIRST (-719162LL * DAY)
#define LOCAL_LAST (2932896LL * DAY + DAY - 1)

/* ---- days ---- */

/* A month that begins on weekday `first` (0 Sunday) and has `last` days. Days are bits 1 to 31. */
typedef struct month_shape {
  int first, last;
} month_shape;

static uint32_t bit(int n) {
  return (uint32_t)1 << (n & 31);
}

static int weekday_of(month_shape m, int day) {
  return (m.first + day - 1) % 7;
}

/* The day of Monday to Friday that is nearest to the day, within the month. */
static int nearest_workday(month_shape m, int day) {
  switch (weekday_of(m, day)) {
  case 6:
    return day > 1 ? day - 1 : day + 2;
  case 0:
    return day < m.last ? day + 1 : day - 2;
  default:
    return day;
  }
}

static uint32_t days_of_month(const cron *c, month_shape m) {
  const uint32_t all = (uint32_t)(((uint64_t)2 << m.last) - 2);
  uint32_t out = (c->any_day ? ~(uint32_t)0 : c->days) & all;
  for (int back = 0; back < m.last && c->days_before_last >> back; back++)
    if (c->days_before_last & bit(back)) out |= bit(m.last - back);
  for (int day = 1; day <= m.last && c->nearest >> day; day++)
    if (c->nearest & bit(day)) out |= bit(nearest_workday(m, day));
  if (c->last_workday) {
    const int weekday = weekday_of(m, m.last);
    out |= bit(m.last - (weekday == 6 ? 1 : weekday == 0 ? 2 : 0));
  }
  return out;
}

static uint32_t days_by_weekday(const cron *c, month_shape m) {
  const uint32_t all = (uint32_t)(((uint64_t)2 << m.last) - 2), weekly = 0x10204081;
  if (c->any_weekday) return all;
  uint32_t out = 0;
  for (int w = 0; w < 7; w++) {
    const int first = 1 + (w - m.first + 7) % 7;
    if (c->weekdays & bit(w)) out |= weekly << first;
    if (c->last_weekdays & bit(w)) out |= bit(first + (m.last - first) / 7 * 7);
    for (int n = 1; n <= 5; n++)
      if (c->nth_weekdays[w] & bit(n) && first + 7 * (n - 1) <= m.last)
        out |= bit(first + 7 * (n - 1));
  }
  return out & all;
}

static uint32_t days_in(const cron *c, month_shape m) {
  const uint32_t by_month = days_of_month(c, m), by_weekday = days_by_weekday(c, m);
  return c->any_day || c->any_weekday ? by_month & by_weekday : by_month | by_weekday;
}

bool cron_comes(const cron *c) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; month++) {
    const int last = lengths[month - 1];
    if (!(c->months & bit(month))) continue;
    for (int first = 0; first < 7; first++)
      if (days_in(c, (month_shape){first, last}) ||
          (month == 2 && days_in(c, (month_shape){first, 29})))
        return true;
  }
  return false;
}

int cron_meant_nth(const cron *c) {
  if (c->any_day || c->any_weekday || !c->weekdays || !c->days || c->days_before_last ||
      c->nearest || c->last_workday)
    return 0;
  const int first = __builtin_ctz(c->days), count = __builtin_popcount(c->days);
  const bool in_a_row = c->days >> first == bit(count) - 1;
  return in_a_row && count >= 5 && count <= 7 && first % 7 == 1 ? (first + 6) / 7 : 0;
}

/* ---- times of a day ---- */

/* The first set bit at or after n; -1: none. */
static int next_bit(uint64_t set, int n) {
  const uint64_t rest = n < 64 ? set >> n << n : 0;
  return rest ? __builtin_ctzll(rest) : -1;
}

/* The first time of day at or after `second`; -1: none. */
static int time_from(const cron *c, int second) {
  const int hour = second / 3600, minute = second / 60 % 60;
  const int h = next_bit(c->hours, hour);
  if (h < 0) return -1;
  if (h == hour) {
    int m = next_bit(c->minutes, minute);
    if (m == minute) {
      const int s = next_bit(c->seconds, second % 60);
      if (s >= 0) return h * 3600 + m * 60 + s;
      m = next_bit(c->minutes, minute + 1);
    }
    if (m >= 0) return h * 3600 + m * 60 + __builtin_ctzll(c->seconds);
    return hour < 23 ? time_from(c, (hour + 1) * 3600) : -1;
  }
  return h * 3600 + __builtin_ctzll(c->minutes) * 60 + __builtin_ctzll(c->seconds);
}

/* ---- local times ---- */

static int64_t floor_day(int64_t local) {
  return local / DAY - (local % DAY < 0);
}

/* The first local time at or after `from`. False: none before the year 10000. */
static bool next_local(const cron *c, int64_t from, int64_t *out) {
  if (from > LOCAL_LAST) return false;
  if (from < LOCAL_FIRST) from = LOCAL_FIRST;
  const int64_t today = floor_day(from);
  const int now = time_from(c, (int)(from - today * DAY)), first_time = time_from(c, 0);
  int year, month, day;
  date_to_civil(today, &year, &month, &day);
  for (int i = 0; i <= CYCLE_MONTHS && year <= 9999; i++) {
    if (c->months & bit(month)) {
      const int64_t first = date_from_civil(year, month, 1);
      const month_shape m = {date_weekday(first) % 7, date_days_in_month(first)};
      uint32_t days = days_in(c, m) & ~(bit(day) - 1);
      if (i == 0 && now < 0) days &= ~bit(day);
      if (days) {
        const int found = __builtin_ctz(days);
        const bool same_day = i == 0 && found == day;
        *out = (first + found - 1) * DAY + (same_day ? now : first_time);
        return true;
      }
    }
    day = 1;
    month = month % 12 + 1;
    year += month == 1;
  }
  return false;
}

/* ---- moments ---- */

/* Each local time once, when the clock first shows it or has passed it. */
static bool next_by_clock(const cron *c, const region *r, int64_t after, int64_t *at,
                          int64_t *local) {
  if (!next_local(c, region_shown(r, after) + 1, local)) return false;
  *at = region_reached(r, *local, NULL);
  return true;
}

/* Every moment at which the clock shows such a time. Between two changes of the clock local times run
 * on; none comes in [clear_from, *local). */
static bool next_in_every_hour(const cron *c, const region *r, int64_t after, int64_t *at,
                               int64_t *local) {
  int64_t from = after + 1, clear_from = region_local(r, from), change;
  if (!next_local(c, clear_from, local)) return false;
  for (;;) {
    *at = *local - region_offset(r, from);
    if (!region_change(r, from, *at, &change)) return true;
    const int64_t shown = region_local(r, change);
    from = change;
    if (shown >= clear_from && shown <= *local) continue;
    if (!next_local(c, shown, local)) return false;
    clear_from = shown;
  }
}

bool cron_next(const cron *c, const region *r, int64_t after, int64_t *at, int64_t *local) {
  int64_t wanted;
  /* What no calendar has is not reckoned with, so that nothing below overflows. */
  if (after > LOCAL_LAST + DAY) return false;
  if (after < LOCAL_FIRST - DAY) after = LOCAL_FIRST - DAY;
  const bool found = c->hours == EVERY_HOUR ? next_in_every_hour(c, r, after, at, &wanted)
                                            : next_by_clock(c, r, after, at, &wanted);
  if (found && local) *local = wanted;
  return found;
}
