/* See timetable.h. */
#include "timetable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "../base/date.h"
#include "../base/duration.h"
#include "../eval/calendar.h"

#define DAY 86400
#define MONDAY (10959LL * DAY) /* 2000-01-03T00:00:00, local */
#define CYCLE_MONTHS (400 * 12)
#define FURTHEST (1LL << 34) /* seconds; more than 400 years */

struct timetable {
  const pack_schedule *schedule;
  const pack_calendar *declared;
  calendar calendar;
  region *region;
  int64_t anchor; /* of an interval */
  uint64_t seed;  /* of the jitter */
  char *text;
  arena arena;
};

/* ---- opening ---- */

static char *describe(arena *a, const pack_schedule *s) {
  char span[40] = "", seconds[16] = "";
  switch (s->kind) {
  case SCHEDULE_CRON:
    return arena_format(a, "cron %s in %s", s->text, s->timezone);
  case SCHEDULE_WORKDAY:
    if (s->at % 60) snprintf(seconds, sizeof seconds, ":%02d", s->at % 60);
    return arena_format(a, "workday %lld at %02d:%02d%s in %s", (long long)s->workday, s->at / 3600,
                        s->at / 60 % 60, seconds, s->timezone);
  case SCHEDULE_EVERY:
    span_write(span, s->every);
    return arena_format(a, "every %s in %s", span, s->timezone);
  }
  return NULL;
}

error_code timetable_open(const pack *p, const pack_schedule *s, timetable **out, error *e) {
  region *r;
  const error_code code = region_open(s->timezone, &r, e);
  if (code != ERR_OK) return code;
  timetable *t = mem_alloc(sizeof *t);
  *t = (timetable){.schedule = s, .declared = &p->calendar, .region = r};
  calendar_init(&t->calendar, &p->calendar, p->zone, &t->arena);
  t->anchor = region_reached(r, MONDAY, NULL);
  t->seed = XXH3_64bits_withSeed(s->name, strlen(s->name), XXH3_64bits(p->name, strlen(p->name)));
  t->text = describe(&t->arena, s);
  *out = t;
  return ERR_OK;
}

void timetable_close(timetable *t) {
  if (!t) return;
  region_close(t->region);
  arena_deinit(&t->arena);
  free(t);
}

const region *timetable_region(const timetable *t) {
  return t->region;
}

const char *timetable_text(const timetable *t) {
  return t->text;
}

/* ---- working days ---- */

/* The month's working day that the schedule names; false: it has not so many. */
static bool workday_of(const timetable *t, int64_t first, int64_t *out) {
  const int64_t last = first + date_days_in_month(first) - 1, n = t->schedule->workday;
  return calendar_add(&t->calendar, n > 0 ? first - 1 : last + 1, n, out) && *out >= first &&
         *out <= last;
}

/* The first one whose local time is at or after `from`. */
static bool next_workday(const timetable *t, int64_t from, int64_t *local, bool *beyond) {
  const int64_t today = from / DAY - (from % DAY < 0);
  int year, month, day;
  date_to_civil(today, &year, &month, &day);
  for (int i = 0; i <= CYCLE_MONTHS && year >= 1 && year <= 9999; i++) {
    int64_t date;
    if (workday_of(t, date_from_civil(year, month, 1), &date)) {
      *local = date * DAY + t->schedule->at;
      *beyond = t->declared->ends && date > t->declared->until;
      if (*local >= from) return true;
    }
    month = month % 12 + 1;
    year += month == 1;
  }
  return false;
}

/* ---- due times ---- */

static bool next_every(const timetable *t, int64_t after, due_time *out) {
  const int64_t every = t->schedule->every, since = after - t->anchor;
  const int64_t count = since / every - (since % every < 0) + 1;
  out->at = t->anchor + count * every;
  out->local = region_local(t->region, out->at);
  return true;
}

bool timetable_next(const timetable *t, int64_t after, due_time *out) {
  *out = (due_time){.kind = LOCAL_ONCE};
  switch (t->schedule->kind) {
  case SCHEDULE_EVERY:
    return next_every(t, after, out);
  case SCHEDULE_WORKDAY:
    if (!next_workday(t, region_shown(t->region, after) + 1, &out->local, &out->beyond_calendar))
      return false;
    break;
  case SCHEDULE_CRON:
    if (!cron_next(&t->schedule->cron, t->region, after, &out->at, &out->local)) return false;
    break;
  }
  const int64_t reached = region_reached(t->region, out->local, &out->kind);
  if (t->schedule->kind == SCHEDULE_WORKDAY) out->at = reached;
  return true;
}

/* Looks back twice as far each time until there is one, then for the latest moment after which one still
 * comes in time. */
bool timetable_last(const timetable *t, int64_t until, due_time *out) {
  int64_t back = 1, before = until;
  while (!timetable_next(t, until - back, out) || out->at > until) {
    before = until - back;
    if ((back *= 2) > FURTHEST) return false;
  }
  for (int64_t from = until - back; before - from > 1;) {
    due_time found;
    const int64_t middle = from + (before - from) / 2;
    if (timetable_next(t, middle, &found) && found.at <= until) {
      from = middle;
      *out = found;
    } else {
      before = middle;
    }
  }
  return true;
}

int64_t timetable_start(const timetable *t, int64_t at) {
  due_time next;
  int64_t most = t->schedule->jitter;
  if (most == 0) return at;
  if (timetable_next(t, at, &next) && next.at - at <= most) most = next.at - at - 1;
  return at + (int64_t)(XXH3_64bits_withSeed(&at, sizeof at, t->seed) % (uint64_t)(most + 1));
}
