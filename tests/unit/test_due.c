/* What a schedule does: each policy by itself, and a simulated year of sleeping machines, clocks that are set and
 * programs that are killed, in which each due time happens as its policy says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/date.h"
#include "serve/due.h"

#define HOUR 3600
#define DAY 86400

static int64_t moment(const char *text) {
  char whole[32];
  int64_t at;
  snprintf(whole, sizeof whole, "%sZ", text);
  assert_true(moment_parse(whole, strlen(whole), &at));
  return at;
}

/* A company's schedule, as a pack would have it. */
typedef struct world {
  pack pack;
  pack_schedule s;
  timetable *t;
  schedule_state st;
  due_work work;
} world;

static void open_world(world *w, const char *cron_text, const char *zone_name) {
  error e = {0};
  w->pack = (pack){.name = "acme", .calendar = {.workdays = {1, 1, 1, 1, 1, 0, 0}}};
  w->s.name = "nightly";
  w->s.kind = SCHEDULE_CRON;
  w->s.text = cron_text;
  w->s.timezone = zone_name;
  if (!w->s.retry_after) w->s.retry_after = 60;
  if (!w->s.retry_most) w->s.retry_most = 1800;
  assert_int_equal(cron_parse(cron_text, &w->s.cron, &e), ERR_OK);
  assert_int_equal(timetable_open(&w->pack, &w->s, &w->t, &e), ERR_OK);
}

static void look(world *w, const char *at) {
  due_look(w->t, &w->s, &w->st, moment(at), &w->work);
}

static void finish(world *w, const char *at, schedule_result how) {
  due_finished(&w->s, &w->st, moment(at), how);
}

/* It starts the run that is due then. */
static void starts(const world *w, const char *due) {
  assert_true(w->work.start);
  assert_int_equal(w->st.due, moment(due));
}

static void wakes(const world *w, const char *at) {
  assert_int_equal(w->work.wake, moment(at));
}

/* ---- one policy at a time ---- */

static void test_on_time(void **state) {
  (void)state;
  world w = {0};
  open_world(&w, "30 2 * * *", "Asia/Shanghai");
  due_begin(&w.st, moment("2026-03-01T00:00:00"));
  look(&w, "2026-03-01T00:00:00");
  assert_false(w.work.start || w.work.changed);
  wakes(&w, "2026-03-01T18:30:00");
  look(&w, "2026-03-01T18:29:59");
  assert_false(w.work.start);
  look(&w, "2026-03-01T18:30:00");
  starts(&w, "2026-03-01T18:30:00");
  assert_true(w.work.changed);
  wakes(&w, "2026-03-02T18:30:00");
  look(&w, "2026-03-01T18:30:00"); /* not twice */
  assert_false(w.work.start || w.work.changed);
  finish(&w, "2026-03-01T18:40:00", RESULT_DONE);
  assert_int_equal(w.st.last_result, RESULT_DONE);
  assert_int_equal(w.st.missed + w.st.overlapped, 0);
  timetable_close(w.t);
}

typedef struct missed_case {
  schedule_missed policy;
  int64_t missed;
  const char *starts[4];
} missed_case;

/* Nobody was there from Sunday noon to Wednesday 8:00: three nights. */
static void test_missed(void **state) {
  static const missed_case cases[] = {
      {MISSED_SKIP, 3, {NULL}},
      {MISSED_ONCE, 2, {"2026-03-04T02:30:00"}},
      {MISSED_ALL, 0, {"2026-03-02T02:30:00", "2026-03-03T02:30:00", "2026-03-04T02:30:00"}}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    world w = {.s = {.missed = cases[i].policy}};
    open_world(&w, "30 2 * * *", "Z");
    due_begin(&w.st, moment("2026-03-01T12:00:00"));
    for (const char *const *due = cases[i].starts; *due; due++) {
      look(&w, "2026-03-04T08:00:00");
      starts(&w, *due);
      finish(&w, "2026-03-04T08:00:00", RESULT_DONE);
    }
    look(&w, "2026-03-04T08:00:00");
    assert_false(w.work.start);
    wakes(&w, "2026-03-05T02:30:00");
    assert_int_equal(w.st.missed, cases[i].missed);
    timetable_close(w.t);
  }
}

/* A minute late is on time; a second more is missed. */
static void test_late(void **state) {
  (void)state;
  world w = {.s = {.missed = MISSED_SKIP}};
  open_world(&w, "30 2 * * *", "Z");
  due_begin(&w.st, moment("2026-03-01T00:00:00"));
  look(&w, "2026-03-01T02:31:00");
  starts(&w, "2026-03-01T02:30:00");
  finish(&w, "2026-03-01T02:32:00", RESULT_DONE);
  look(&w, "2026-03-02T02:31:01");
  assert_false(w.work.start);
  assert_int_equal(w.st.missed, 1);
  timetable_close(w.t);
}

/* What is due now is newer than what was missed. */
static void test_missed_and_due(void **state) {
  (void)state;
  world w = {0};
  open_world(&w, "0 * * * *", "Z");
  due_begin(&w.st, moment("2026-03-01T00:30:00"));
  look(&w, "2026-03-01T12:00:20");
  starts(&w, "2026-03-01T12:00:00");
  assert_int_equal(w.st.missed, 11);
  assert_int_equal(w.st.waiting_count, 0);
  timetable_close(w.t);
}

static void test_overlap(void **state) {
  (void)state;
  for (int policy = OVERLAP_SKIP; policy <= OVERLAP_CANCEL; policy++) {
    world w = {.s = {.overlap = (schedule_overlap)policy}};
    open_world(&w, "0 * * * *", "Z");
    due_begin(&w.st, moment("2026-03-01T00:30:00"));
    look(&w, "2026-03-01T01:00:00");
    look(&w, "2026-03-01T02:00:00");
    assert_false(w.work.start);
    assert_int_equal(w.work.stop, policy == OVERLAP_CANCEL);
    look(&w, "2026-03-01T03:00:00"); /* it takes its time to stop */
    assert_false(w.work.start || w.work.stop);
    finish(&w, "2026-03-01T03:20:00", policy == OVERLAP_CANCEL ? RESULT_CANCELLED : RESULT_DONE);
    assert_int_equal(w.st.last_result, policy == OVERLAP_CANCEL ? RESULT_CANCELLED : RESULT_DONE);
    look(&w, "2026-03-01T03:20:00");
    if (policy == OVERLAP_SKIP) assert_false(w.work.start);
    if (policy == OVERLAP_QUEUE) starts(&w, "2026-03-01T02:00:00");
    if (policy == OVERLAP_CANCEL) starts(&w, "2026-03-01T03:00:00");
    assert_int_equal(w.st.overlapped, policy == OVERLAP_SKIP ? 2 : policy == OVERLAP_CANCEL);
    assert_int_equal(w.st.missed, 0);
    timetable_close(w.t);
  }
}

/* 60, 120, 240, then no more than 200 seconds; the next due time takes the place of the rest. */
static void test_retries(void **state) {
  (void)state;
  world w = {.s = {.retries = 5, .retry_after = 60, .retry_most = 200}};
  open_world(&w, "0 * * * *", "Z");
  due_begin(&w.st, moment("2026-03-01T00:30:00"));
  static const int64_t waits[] = {60, 120, 200, 200, 200};
  int64_t now = moment("2026-03-01T01:00:00");
  due_look(w.t, &w.s, &w.st, now, &w.work);
  for (int i = 0; i < 5; i++) {
    due_finished(&w.s, &w.st, now += 10, RESULT_FAILED);
    due_look(w.t, &w.s, &w.st, now + waits[i] - 1, &w.work);
    assert_false(w.work.start);
    assert_int_equal(w.work.wake, now + waits[i]);
    due_look(w.t, &w.s, &w.st, now += waits[i], &w.work);
    starts(&w, "2026-03-01T01:00:00");
    assert_int_equal(w.st.attempt, i + 2);
  }
  due_finished(&w.s, &w.st, now, RESULT_FAILED);
  assert_int_equal(w.st.phase, SCHEDULE_IDLE);
  assert_int_equal(w.st.last_result, RESULT_FAILED);
  look(&w, "2026-03-01T02:00:00");
  starts(&w, "2026-03-01T02:00:00");
  assert_int_equal(w.st.attempt, 1);
  finish(&w, "2026-03-01T02:59:30", RESULT_FAILED);
  look(&w, "2026-03-01T03:00:00");
  starts(&w, "2026-03-01T03:00:00");
  assert_int_equal(w.st.attempt, 1);
  timetable_close(w.t);
}

/* What waits takes the place of a retry too. */
static void test_no_retry_before_what_waits(void **state) {
  (void)state;
  world w = {.s = {.retries = 5, .overlap = OVERLAP_QUEUE}};
  open_world(&w, "0 * * * *", "Z");
  due_begin(&w.st, moment("2026-03-01T00:30:00"));
  look(&w, "2026-03-01T01:00:00");
  look(&w, "2026-03-01T02:00:00");
  assert_false(w.work.start);
  finish(&w, "2026-03-01T02:10:00", RESULT_FAILED);
  look(&w, "2026-03-01T02:10:00");
  starts(&w, "2026-03-01T02:00:00");
  assert_int_equal(w.st.attempt, 1);
  timetable_close(w.t);
}

static void test_deadline(void **state) {
  (void)state;
  world w = {.s = {.deadline = 2 * HOUR, .retries = 9, .retry_after = HOUR, .retry_most = HOUR}};
  open_world(&w, "30 2 * * *", "Z");
  due_begin(&w.st, moment("2026-03-01T00:00:00"));
  look(&w, "2026-03-01T02:30:00");
  wakes(&w, "2026-03-01T04:30:00");
  look(&w, "2026-03-01T04:30:00");
  assert_true(w.work.stop);
  look(&w, "2026-03-01T04:31:00");
  assert_false(w.work.stop); /* told once */
  finish(&w, "2026-03-01T04:32:00", RESULT_FAILED);
  assert_int_equal(w.st.last_result, RESULT_DEADLINE);
  assert_int_equal(w.st.phase, SCHEDULE_IDLE);
  /* Retries count, and none begins that would be stopped at once. */
  look(&w, "2026-03-02T02:30:00");
  finish(&w, "2026-03-02T02:40:00", RESULT_FAILED);
  look(&w, "2026-03-02T03:40:00");
  assert_true(w.work.start);
  wakes(&w, "2026-03-02T04:30:00");
  finish(&w, "2026-03-02T03:50:00", RESULT_FAILED);
  assert_int_equal(w.st.phase, SCHEDULE_IDLE);
  timetable_close(w.t);
}

/* Within its bound, the same each time, another for another due time. */
static void test_jitter(void **state) {
  (void)state;
  world w = {.s = {.jitter = 300}};
  open_world(&w, "*/5 * * * *", "Z");
  int64_t at = moment("2026-03-01T00:00:00"), least = 300, most = 0;
  for (int i = 0; i < 1000; i++, at += 300) {
    const int64_t start = timetable_start(w.t, at);
    assert_in_range(start - at, 0, 299);
    assert_int_equal(start, timetable_start(w.t, at));
    if (start - at < least) least = start - at;
    if (start - at > most) most = start - at;
  }
  assert_true(least < 10 && most > 290);
  due_begin(&w.st, at);
  due_look(w.t, &w.s, &w.st, at, &w.work);
  const int64_t start = timetable_start(w.t, at + 300);
  assert_int_equal(w.work.wake, start);
  due_look(w.t, &w.s, &w.st, start - 1, &w.work);
  assert_false(w.work.start);
  due_look(w.t, &w.s, &w.st, start, &w.work);
  assert_true(w.work.start);
  assert_int_equal(w.st.due, at + 300);
  timetable_close(w.t);
}

/* Set back by less than a day: nothing is run again. By more: what the clock said before was wrong. */
static void test_clock_back(void **state) {
  (void)state;
  world w = {0};
  open_world(&w, "30 2 * * *", "Z");
  due_begin(&w.st, moment("2026-03-01T00:00:00"));
  look(&w, "2026-03-01T02:30:00");
  finish(&w, "2026-03-01T02:31:00", RESULT_DONE);
  look(&w, "2026-03-01T01:00:00");
  look(&w, "2026-03-01T02:30:00");
  assert_false(w.work.start);
  look(&w, "2038-01-19T03:14:07");
  starts(&w, "2038-01-19T02:30:00");
  finish(&w, "2038-01-19T03:15:00", RESULT_DONE);
  look(&w, "2026-03-02T01:00:00");
  assert_false(w.work.start);
  wakes(&w, "2026-03-02T02:30:00");
  look(&w, "2026-03-02T02:30:00");
  starts(&w, "2026-03-02T02:30:00");
  finish(&w, "2026-03-02T02:31:00", RESULT_DONE);
  look(&w, "2026-03-02T02:30:00");
  assert_false(w.work.start);
  timetable_close(w.t);
}

/* The last 1,000 of the 31 million due times of a year, and no long wait for them. */
static void test_very_many(void **state) {
  (void)state;
  world w = {.s = {.missed = MISSED_ALL}};
  open_world(&w, "* * * * * *", "Z");
  due_begin(&w.st, moment("2025-03-01T00:00:00"));
  look(&w, "2026-03-01T00:00:00");
  starts(&w, "2026-02-28T23:43:21");
  assert_int_equal(w.st.waiting_count, 999);
  assert_int_equal(w.st.waiting[998], moment("2026-03-01T00:00:00"));
  timetable_close(w.t);
}

static void test_restart(void **state) {
  (void)state;
  for (int policy = MISSED_ONCE; policy <= MISSED_ALL; policy++) {
    world w = {.s = {.missed = (schedule_missed)policy}};
    open_world(&w, "30 2 * * *", "Z");
    due_begin(&w.st, moment("2026-03-01T00:00:00"));
    look(&w, "2026-03-01T02:30:00");
    schedule_state kept = w.st;
    /* It was published, and the program ended before it could say so. */
    due_resume(w.t, &w.s, &w.st, moment("2026-03-01T08:00:00"), true);
    assert_int_equal(w.st.last_result, RESULT_DONE);
    look(&w, "2026-03-01T08:00:00");
    assert_false(w.work.start);
    /* It was cut off. */
    w.st = kept;
    due_resume(w.t, &w.s, &w.st, moment("2026-03-01T08:00:00"), false);
    assert_int_equal(w.st.last_result, RESULT_CUT_OFF);
    look(&w, "2026-03-01T08:00:00");
    assert_int_equal(w.work.start, policy != MISSED_SKIP);
    /* It was cut off, and the next night passed as well. */
    w.st = kept;
    due_resume(w.t, &w.s, &w.st, moment("2026-03-02T08:00:00"), false);
    look(&w, "2026-03-02T08:00:00");
    assert_int_equal(w.work.start, policy != MISSED_SKIP);
    if (policy == MISSED_ALL) starts(&w, "2026-03-01T02:30:00");
    if (policy == MISSED_ONCE) starts(&w, "2026-03-02T02:30:00");
    assert_int_equal(w.st.missed, policy == MISSED_SKIP ? 2 : policy == MISSED_ONCE);
    timetable_close(w.t);
  }
}

/* A policy that is saved with other times does not run what it would have run. */
static void test_changed(void **state) {
  (void)state;
  world w = {0};
  open_world(&w, "0 * * * *", "Z");
  due_begin(&w.st, moment("2026-03-01T00:30:00"));
  due_changed(&w.st, moment("2026-03-01T12:30:00"));
  look(&w, "2026-03-01T12:30:00");
  assert_false(w.work.start);
  assert_int_equal(w.st.missed, 0);
  wakes(&w, "2026-03-01T13:00:00");
  timetable_close(w.t);
}

/* ---- a year ---- */

#define DUES_MOST 40000

typedef struct year {
  world w;
  schedule_state kept;
  uint64_t random;
  int64_t now, offset; /* elapsed time; the clock shows now + offset */
  int64_t dues[DUES_MOST], begins[DUES_MOST];
  size_t due_count;
  uint8_t runs[DUES_MOST], cut[DUES_MOST], published[DUES_MOST];
  int64_t started, cut_off; /* first attempts; runs that were cut off */
  int64_t run_ends;         /* elapsed time; 0 = nothing runs */
  size_t last;              /* the due time that was started last */
  bool any;
} year;

static uint64_t draw(year *y, uint64_t below) {
  y->random ^= y->random << 13;
  y->random ^= y->random >> 7;
  y->random ^= y->random << 17;
  return (y->random >> 11) % below;
}

static size_t number_of(const year *y, int64_t due) {
  size_t low = 0, high = y->due_count;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    *(y->dues[middle] <= due ? &low : &high) = middle;
  }
  assert_int_equal(y->dues[low], due);
  return low;
}

/* How many due times should have started by then. */
static size_t begun_by(const year *y, int64_t clock) {
  size_t n = 0, high = y->due_count;
  while (n < high) {
    const size_t middle = n + (high - n) / 2;
    if (y->begins[middle] <= clock)
      n = middle + 1;
    else
      high = middle;
  }
  return n;
}

static void note_start(year *y, int64_t clock) {
  const schedule_state *st = &y->w.st;
  const size_t n = number_of(y, st->due);
  if (st->attempt == 1) {
    assert_int_equal(y->runs[n], y->cut[n]); /* again only if it was cut off */
    assert_true(!y->any || n > y->last || (n == y->last && y->cut[n]));
    if (y->w.s.missed == MISSED_SKIP && y->w.s.overlap != OVERLAP_QUEUE)
      assert_true(clock - y->begins[n] <= DUE_LATE || y->w.s.overlap == OVERLAP_CANCEL);
    y->runs[n]++;
    y->started++;
  } else {
    assert_int_equal(n, y->last);
    assert_true(st->attempt <= y->w.s.retries + 1);
  }
  y->last = n;
  y->any = true;
}

/* The program looks; it may be killed before it keeps what it saw, or before it does it. */
static bool look_now(year *y, int kill_at) {
  const int64_t clock = y->now + y->offset;
  schedule_state *st = &y->w.st;
  const bool idle = st->phase != SCHEDULE_RUNNING && !st->waiting_count;
  const int64_t settled = st->settled;
  due_look(y->w.t, &y->w.s, st, clock, &y->w.work);
  if (kill_at == 1) return false;
  if (y->w.work.changed) y->kept = *st;
  if (y->w.work.start) note_start(y, clock);
  /* Due on time while nothing runs: it is started, whatever the policies. */
  const size_t begun = begun_by(y, clock);
  if (idle && begun && y->dues[begun - 1] > settled && clock - y->begins[begun - 1] <= DUE_LATE &&
      y->w.s.missed != MISSED_ALL)
    assert_true(y->w.work.start && st->due == y->dues[begun - 1]);
  /* Missed ones while nothing runs: the newest of them. */
  if (idle && begun && y->dues[begun - 1] > settled && y->w.s.missed == MISSED_ONCE)
    assert_true(y->w.work.start && st->due == y->dues[begun - 1]);
  if (y->w.s.missed != MISSED_ALL && y->w.s.overlap != OVERLAP_QUEUE)
    assert_in_range(st->waiting_count, 0, 40);
  if (kill_at == 2) return false;
  if (y->w.work.start) y->run_ends = y->now + 1 + (int64_t)draw(y, draw(y, 16) ? 1200 : 5 * HOUR);
  if (y->w.work.stop) y->run_ends = y->now + 1 + (int64_t)draw(y, 20);
  return true;
}

static void come_back(year *y) {
  const int64_t clock = y->now + y->offset;
  y->w.st = y->kept;
  y->run_ends = 0;
  bool published = false;
  if (y->kept.phase == SCHEDULE_RUNNING) {
    const size_t n = number_of(y, y->kept.due);
    published = y->published[n];
    if (!published && y->kept.stopping == RESULT_NONE) {
      y->cut[n]++;
      y->cut_off++;
    }
  }
  due_resume(y->w.t, &y->w.s, &y->w.st, clock, published);
  y->kept = y->w.st;
}

/* The run ends: published, failed or stopped; the program may be killed before it notes that. */
static bool end_run(year *y, bool killed) {
  schedule_state *st = &y->w.st;
  const bool stopped = st->stopping != RESULT_NONE, fails = draw(y, 5) == 0;
  y->run_ends = 0;
  if (!stopped && !fails) y->published[number_of(y, st->due)]++;
  if (killed) return false;
  due_finished(&y->w.s, st, y->now + y->offset,
               stopped ? RESULT_CANCELLED
               : fails ? RESULT_FAILED
                       : RESULT_DONE);
  y->kept = *st;
  return true;
}

/* Something happens about every twelve hours. True: the program goes on. */
static bool something(year *y) {
  switch (draw(y, 5)) {
  case 0: /* the machine sleeps, and the run in it with it */
    y->now += (int64_t)draw(y, draw(y, 3) ? 3 * HOUR : 3 * DAY);
    return true;
  case 1: /* the clock is set, and sometimes set right again */
    y->offset = draw(y, 2) ? 0 : (int64_t)draw(y, DAY / 2) - DAY / 4;
    return true;
  case 2: /* killed, and back at once */
    return false;
  case 3: /* killed, and back some time later */
    y->now += (int64_t)draw(y, draw(y, 3) ? 2 * HOUR : 2 * DAY);
    return false;
  default:
    return true;
  }
}

static void go_on(year *y, int64_t *next_event) {
  int64_t until = *next_event;
  const int64_t wake = y->w.work.wake == SCHEDULE_NEVER ? INT64_MAX : y->w.work.wake - y->offset;
  if (wake < until) until = wake;
  if (y->run_ends && y->run_ends < until) until = y->run_ends;
  if (until > y->now) y->now = until;
  bool alive = true;
  if (y->now >= *next_event) {
    alive = something(y);
    *next_event = y->now + 1 + (int64_t)draw(y, DAY);
  }
  if (alive && y->run_ends && y->now >= y->run_ends) alive = end_run(y, draw(y, 20) == 0);
  if (alive) alive = look_now(y, draw(y, 20) == 0 ? 1 + (int)draw(y, 2) : 0);
  if (alive) return;
  come_back(y);
  look_now(y, 0);
}

static void list_dues(year *y, int64_t from, int64_t until) {
  due_time found;
  y->due_count = 0;
  for (int64_t at = from; timetable_next(y->w.t, at, &found) && found.at <= until; at = found.at) {
    assert_true(y->due_count < DUES_MOST);
    y->begins[y->due_count] = timetable_start(y->w.t, found.at);
    y->dues[y->due_count++] = found.at;
  }
}

/* Nothing more happens until nothing runs and nothing waits. */
static void drain(year *y) {
  while (y->w.st.phase != SCHEDULE_IDLE || y->w.st.waiting_count) {
    if (y->w.st.phase == SCHEDULE_RETRY)
      y->now = y->now > y->w.st.retry_at - y->offset ? y->now : y->w.st.retry_at - y->offset;
    if (y->w.st.phase == SCHEDULE_RUNNING) {
      y->now = y->run_ends;
      end_run(y, false);
    }
    look_now(y, 0);
  }
}

static void check_year(year *y) {
  const schedule_state *st = &y->w.st;
  int64_t dues = 0, twice = 0, never = 0;
  for (size_t i = 0; i < y->due_count && y->dues[i] <= st->settled; i++, dues++) {
    twice += y->published[i] > 1;
    never += !y->runs[i];
  }
  /* Each due time, and each that was cut off once more, is run, missed or overlapped: one of them. */
  assert_int_equal(y->started + st->missed + st->overlapped, dues + y->cut_off);
  assert_int_equal(twice, 0);
  if (y->w.s.missed == MISSED_ALL) assert_int_equal(st->missed, 0);
  if (y->w.s.overlap == OVERLAP_QUEUE) assert_int_equal(st->overlapped, 0);
  if (y->w.s.missed == MISSED_ALL && y->w.s.overlap == OVERLAP_QUEUE) assert_int_equal(never, 0);
  assert_true(dues > 300 && y->started > dues / 4 && y->cut_off > 5);
}

static void run_year(year *y, const char *expression, const char *zone_name) {
  const int64_t from = moment("2026-01-01T00:00:00"), until = from + 366 * DAY;
  open_world(&y->w, expression, zone_name);
  list_dues(y, from, until + 60 * DAY);
  y->now = from;
  due_begin(&y->w.st, from);
  y->kept = y->w.st;
  int64_t next_event = from + 1 + (int64_t)draw(y, DAY);
  look_now(y, 0);
  while (y->now < until) go_on(y, &next_event);
  drain(y);
  check_year(y);
  timetable_close(y->w.t);
}

static void test_year(void **state) {
  static const char *const expressions[] = {"30 2 * * *", "15 */2 * * *", "*/30 * * * *"};
  static const char *const zones[] = {"Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"};
  (void)state;
  year *y = malloc(sizeof *y);
  for (unsigned i = 0; i < 3 * 3 * 3 * 3; i++) {
    const unsigned more = i / 27;
    *y = (year){.random = 88172645463325252u + i,
                .w.s = {.missed = (schedule_missed)(i % 3),
                        .overlap = (schedule_overlap)(i / 3 % 3),
                        .retries = more ? 2 : 0,
                        .deadline = more == 2 ? 2 * HOUR : 0,
                        .jitter = more ? 300 : 0}};
    run_year(y, expressions[i / 9 % 3], zones[(i + more) % 3]);
  }
  free(y);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_on_time),
      cmocka_unit_test(test_missed),
      cmocka_unit_test(test_late),
      cmocka_unit_test(test_missed_and_due),
      cmocka_unit_test(test_overlap),
      cmocka_unit_test(test_retries),
      cmocka_unit_test(test_no_retry_before_what_waits),
      cmocka_unit_test(test_deadline),
      cmocka_unit_test(test_jitter),
      cmocka_unit_test(test_clock_back),
      cmocka_unit_test(test_very_many),
      cmocka_unit_test(test_restart),
      cmocka_unit_test(test_changed),
      cmocka_unit_test(test_year),
  };
  return cmocka_run_group_tests_name("due", tests, NULL, NULL);
}
