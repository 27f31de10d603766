/* See due.h. */
#include "due.h"

#include <string.h>

/* What is being taken: whether the last due time that waits is a missed one, to which only the newest
 * matters (missed = "once"). */
typedef struct taking {
  const timetable *times;
  const pack_schedule *s;
  schedule_state *st;
  bool missed_last, stop;
} taking;

/* ---- waiting ---- */

static void drop_first(schedule_state *st) {
  st->waiting_count--;
  memmove(st->waiting, st->waiting + 1, st->waiting_count * sizeof *st->waiting);
}

static void wait(schedule_state *st, int64_t due) {
  if (st->waiting_count == SCHEDULE_WAITING_MOST) {
    drop_first(st);
    st->missed++;
  }
  st->waiting[st->waiting_count++] = due;
}

/* A newer one is to be run: an older missed one need not, nor a failed run be tried again. */
static void give_way(taking *t) {
  schedule_state *st = t->st;
  if (t->missed_last && t->s->missed == MISSED_ONCE) {
    st->waiting_count--;
    st->missed++;
  }
  t->missed_last = false;
  if (st->phase == SCHEDULE_RETRY) st->phase = SCHEDULE_IDLE;
}

static void take_late(taking *t, int64_t due) {
  if (t->s->missed == MISSED_SKIP) {
    t->st->missed++;
    return;
  }
  give_way(t);
  wait(t->st, due);
  t->missed_last = true;
}

static void cancel(taking *t) {
  schedule_state *st = t->st;
  st->overlapped += (int64_t)st->waiting_count;
  st->waiting_count = 0;
  t->missed_last = false;
  t->stop = t->stop || st->stopping == RESULT_NONE;
  if (st->stopping == RESULT_NONE) st->stopping = RESULT_CANCELLED;
}

static void take(taking *t, int64_t due) {
  const bool running = t->st->phase == SCHEDULE_RUNNING;
  if (running && t->s->overlap == OVERLAP_SKIP) {
    t->st->overlapped++;
    return;
  }
  if (running && t->s->overlap == OVERLAP_CANCEL) cancel(t);
  if (!running) give_way(t);
  wait(t->st, due);
  t->missed_last = false;
}

/* ---- due times ---- */

static int64_t *mark(schedule_state *st) {
  return st->behind == SCHEDULE_NEVER ? &st->settled : &st->behind;
}

static size_t count_after(const timetable *t, int64_t from, int64_t until, size_t most) {
  due_time found;
  size_t n = 0;
  while (n < most && timetable_next(t, from, &found) && found.at <= until) {
    from = found.at;
    n++;
  }
  return n;
}

/* Where to begin, so that not many more than can wait lie before now: of a schedule that is due each second,
 * a year is 31 million. */
static int64_t begin_of(const timetable *t, int64_t settled, int64_t now) {
  const size_t most = SCHEDULE_WAITING_MOST;
  if (count_after(t, settled, now, most + 1) <= most) return settled;
  int64_t span = 1;
  while (now - span > settled && count_after(t, now - span, now, most) < most) span *= 2;
  return now - span > settled ? now - span : settled;
}

/* All that came up to now. */
static void take_all(taking *t, int64_t now) {
  int64_t *settled = mark(t->st);
  due_time found;
  if (now <= *settled) return;
  for (int64_t from = begin_of(t->times, *settled, now);
       timetable_next(t->times, from, &found) && found.at <= now; from = found.at) {
    const int64_t start = timetable_start(t->times, found.at);
    if (start > now) return;
    if (now - start > DUE_LATE)
      take_late(t, found.at);
    else
      take(t, found.at);
    *settled = found.at;
  }
}

/* ---- clocks that are set ---- */

/* The wait before the attempt that follows. */
static int64_t wait_before(const pack_schedule *s, int64_t attempt) {
  int64_t seconds = s->retry_after;
  for (int64_t i = 1; i < attempt && seconds < s->retry_most; i++) seconds *= 2;
  return seconds < s->retry_most ? seconds : s->retry_most;
}

static void look_at_clock(const pack_schedule *s, schedule_state *st, int64_t now) {
  if (st->behind != SCHEDULE_NEVER && now >= st->settled) st->behind = SCHEDULE_NEVER;
  if (now < *mark(st) - DUE_WRONG) st->behind = now;
  if (st->phase == SCHEDULE_IDLE) return;
  if (st->first_start > now) st->first_start = now;
  if (st->phase == SCHEDULE_RETRY && st->retry_at - now > wait_before(s, st->attempt))
    st->retry_at = now + wait_before(s, st->attempt);
}

/* ---- the run ---- */

static void start(schedule_state *st, int64_t now, due_work *out) {
  if (st->phase == SCHEDULE_RETRY) {
    st->attempt++;
  } else {
    st->due = st->waiting[0];
    drop_first(st);
    st->attempt = 1;
    st->first_start = now;
  }
  st->phase = SCHEDULE_RUNNING;
  st->stopping = RESULT_NONE;
  st->last_due = st->due;
  st->last_started = now;
  out->start = true;
}

static int64_t deadline_of(const pack_schedule *s, const schedule_state *st) {
  return s->deadline ? st->first_start + s->deadline : INT64_MAX;
}

static void earlier(int64_t *wake, int64_t at) {
  if (*wake == SCHEDULE_NEVER || at < *wake) *wake = at;
}

static int64_t next_wake(const timetable *t, const pack_schedule *s, schedule_state *st) {
  int64_t wake = SCHEDULE_NEVER;
  due_time next;
  if (timetable_next(t, *mark(st), &next)) wake = timetable_start(t, next.at);
  if (st->phase == SCHEDULE_RETRY) earlier(&wake, st->retry_at);
  if (st->phase == SCHEDULE_RUNNING && st->stopping == RESULT_NONE && s->deadline)
    earlier(&wake, deadline_of(s, st));
  return wake;
}

/* ---- what is called ---- */

void due_begin(schedule_state *st, int64_t now) {
  *st = (schedule_state){.settled = now,
                         .behind = SCHEDULE_NEVER,
                         .due = SCHEDULE_NEVER,
                         .first_start = SCHEDULE_NEVER,
                         .retry_at = SCHEDULE_NEVER,
                         .last_due = SCHEDULE_NEVER,
                         .last_started = SCHEDULE_NEVER,
                         .last_finished = SCHEDULE_NEVER};
}

void due_changed(schedule_state *st, int64_t now) {
  st->settled = now;
  st->behind = SCHEDULE_NEVER;
}

/* What ran when the program ended, if it was not to be stopped, is missed, and the oldest that is. */
static void cut_off(schedule_state *st) {
  st->last_result = st->stopping == RESULT_NONE ? RESULT_CUT_OFF : st->stopping;
  st->phase = SCHEDULE_IDLE;
  if (st->stopping == RESULT_NONE) {
    if (st->waiting_count == SCHEDULE_WAITING_MOST) {
      st->missed++;
      return;
    }
    memmove(st->waiting + 1, st->waiting, st->waiting_count * sizeof *st->waiting);
    st->waiting[0] = st->due;
    st->waiting_count++;
  }
  st->stopping = RESULT_NONE;
}

void due_resume(const timetable *t, const pack_schedule *s, schedule_state *st, int64_t now,
                bool published) {
  if (st->phase == SCHEDULE_RUNNING && published)
    due_finished(s, st, now, RESULT_DONE);
  else if (st->phase == SCHEDULE_RUNNING)
    cut_off(st);
  size_t stay = st->waiting_count;
  if (s->missed == MISSED_SKIP) stay = 0;
  if (s->missed == MISSED_ONCE && stay > 1) stay = 1;
  const size_t go = st->waiting_count - stay;
  memmove(st->waiting, st->waiting + go, stay * sizeof *st->waiting);
  st->waiting_count = stay;
  st->missed += (int64_t)go;
  taking taken = {.times = t, .s = s, .st = st, .missed_last = stay > 0};
  look_at_clock(s, st, now);
  take_all(&taken, now);
}

void due_look(const timetable *t, const pack_schedule *s, schedule_state *st, int64_t now,
              due_work *out) {
  const int64_t settled = st->settled, behind = st->behind;
  taking taken = {.times = t, .s = s, .st = st};
  *out = (due_work){0};
  look_at_clock(s, st, now);
  take_all(&taken, now);
  if (st->phase == SCHEDULE_RUNNING && st->stopping == RESULT_NONE && now >= deadline_of(s, st)) {
    st->stopping = RESULT_DEADLINE;
    taken.stop = true;
  }
  if (st->phase == SCHEDULE_RETRY && now >= deadline_of(s, st)) {
    st->phase = SCHEDULE_IDLE;
    st->last_result = RESULT_DEADLINE;
    out->changed = true;
  }
  if ((st->phase == SCHEDULE_RETRY && now >= st->retry_at) ||
      (st->phase == SCHEDULE_IDLE && st->waiting_count))
    start(st, now, out);
  out->stop = taken.stop;
  out->changed =
      out->changed || out->start || out->stop || settled != st->settled || behind != st->behind;
  out->wake = next_wake(t, s, st);
}

void due_finished(const pack_schedule *s, schedule_state *st, int64_t now, schedule_result how) {
  if (st->phase != SCHEDULE_RUNNING) return;
  const bool told = st->stopping != RESULT_NONE;
  st->last_finished = now;
  st->last_result = how != RESULT_DONE && told ? st->stopping : how;
  st->stopping = RESULT_NONE;
  st->phase = SCHEDULE_IDLE;
  if (st->last_result != RESULT_FAILED || st->attempt > s->retries || st->waiting_count) return;
  st->retry_at = now + wait_before(s, st->attempt);
  if (st->retry_at < deadline_of(s, st)) st->phase = SCHEDULE_RETRY;
}
