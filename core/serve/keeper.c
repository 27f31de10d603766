/* See keeper.h. */
#include "keeper.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "due.h"

/* A schedule of a pack that is served. */
typedef struct entry {
  char *pack, *name;
  const shelved *up; /* held */
  const pack_schedule *schedule;
  timetable *times; /* NULL: it cannot be told here */
  schedule_state state;
  int64_t job; /* of what runs; 0 = none */
  bool seen;
  struct entry *next;
} entry;

/* What a run's thread has to tell. */
typedef struct ending {
  int64_t job;
  job_state state;
  struct ending *next;
} ending;

struct keeper {
  keeper_options o;
  store *store;
  entry *entries;
  pthread_t thread;
  bool started;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  ending *endings; /* under the mutex, as the next two */
  bool woken, stopping;
};

static int64_t now_of(const keeper *k) {
  return k->o.now(k->o.ctx);
}

/* ---- the state, kept before anything is done ---- */

static bool keep(keeper *k, entry *x) {
  error e = {0};
  const store_schedule kept = {x->pack, x->name, timetable_text(x->times), x->state};
  if (store_schedule_keep(k->store, &kept, &e) == ERR_OK) return true;
  log_event(k->o.log, LEVEL_ERROR, "a schedule cannot be kept, so its run is not started",
            LOG_TEXT("pack", x->pack), LOG_TEXT("schedule", x->name), LOG_TEXT("why", e.message));
  return false;
}

/* ---- which schedules there are ---- */

static entry *find(const keeper *k, const char *pack_name, const char *name) {
  entry *x = k->entries;
  while (x && (strcmp(x->pack, pack_name) != 0 || strcmp(x->name, name) != 0)) x = x->next;
  return x;
}

static void close_times(keeper *k, entry *x) {
  timetable_close(x->times);
  x->times = NULL;
  shelf_give(k->o.shelf, x->up);
  x->up = NULL;
}

static void free_entry(keeper *k, entry *x) {
  close_times(k, x);
  free(x->pack);
  free(x->name);
  free(x);
}

/* What the store knows of it; one that it does not know begins now. False: the store cannot be read, and
 * nothing may be decided. */
static bool resume(keeper *k, entry *x) {
  arena a = {0};
  error e = {0};
  store_schedule kept;
  bool found = false;
  int64_t run = 0, now = now_of(k);
  error_code code = store_schedule_read(k->store, &a, x->pack, x->name, &kept, &found, &e);
  if (!code && found && kept.state.phase == SCHEDULE_RUNNING)
    code = store_schedule_published(k->store, x->pack, kept.state.due, kept.state.last_started,
                                    &run, &e);
  if (code) {
    log_event(k->o.log, LEVEL_ERROR, "a schedule cannot be read; it is tried again",
              LOG_TEXT("pack", x->pack), LOG_TEXT("schedule", x->name), LOG_TEXT("why", e.message));
  } else if (!found) {
    due_begin(&x->state, now);
  } else {
    x->state = kept.state;
    if (strcmp(kept.times, timetable_text(x->times)) != 0) due_changed(&x->state, now);
    due_resume(x->times, x->schedule, &x->state, now, run != 0);
  }
  if (!code) keep(k, x);
  arena_deinit(&a);
  return !code;
}

static const pack_schedule *named(const pack *p, const char *name) {
  for (size_t i = 0; i < p->schedule_count; i++)
    if (!strcmp(p->schedules[i].name, name)) return &p->schedules[i];
  return NULL;
}

/* Goes by the pack as it is now; the state goes on if the times are the same. */
static bool follow(keeper *k, entry *x, const shelved *up) {
  error e = {0};
  timetable *times = NULL;
  const pack_schedule *s = named(up->pack, x->name);
  if (timetable_open(up->pack, s, &times, &e)) {
    log_event(k->o.log, LEVEL_ERROR, "a schedule cannot be kept", LOG_TEXT("pack", x->pack),
              LOG_TEXT("schedule", x->name), LOG_TEXT("why", e.message));
    shelf_give(k->o.shelf, up);
    return false;
  }
  bool first = !x->times;
  bool other = !first && strcmp(timetable_text(x->times), timetable_text(times)) != 0;
  if (!first) close_times(k, x);
  x->up = up;
  x->schedule = s;
  x->times = times;
  if (first && !resume(k, x)) {
    close_times(k, x);
    return false;
  }
  if (other) {
    due_changed(&x->state, now_of(k));
    keep(k, x);
  }
  return true;
}

static bool look_at_schedule(keeper *k, const shelved *up, const char *name) {
  entry *x = find(k, up->pack->name, name);
  if (x && x->up && x->up->pack == up->pack) {
    return x->seen = true;
  }
  if (!x) {
    x = mem_alloc(sizeof *x);
    x->pack = mem_string(up->pack->name);
    x->name = mem_string(name);
    x->next = k->entries;
    k->entries = x;
  }
  const shelved *own = shelf_take(k->o.shelf, up->pack->name);
  if (own && named(own->pack, name))
    x->seen = follow(k, x, own);
  else
    shelf_give(k->o.shelf, own);
  return x->seen;
}

/* Those that are gone; what they were stays in the store, should they come back. */
static void drop_unseen(keeper *k) {
  entry **at = &k->entries;
  while (*at) {
    entry *x = *at;
    if (x->seen || x->job) {
      at = &x->next;
      continue;
    }
    *at = x->next;
    free_entry(k, x);
  }
}

/* False: one of the schedules could not be opened. */
static bool look_at_packs(keeper *k) {
  arena a = {0};
  const char **names;
  size_t n = shelf_names(k->o.shelf, &a, &names);
  bool all = true;
  for (entry *x = k->entries; x; x = x->next) x->seen = false;
  for (size_t i = 0; i < n; i++) {
    const shelved *up = shelf_take(k->o.shelf, names[i]);
    for (size_t s = 0; up && s < up->pack->schedule_count; s++)
      all = look_at_schedule(k, up, up->pack->schedules[s].name) && all;
    shelf_give(k->o.shelf, up);
  }
  drop_unseen(k);
  arena_deinit(&a);
  return all;
}

/* ---- doing what is due ---- */

/* False: it cannot be noted now, and is to be tried again. */
static bool start(keeper *k, entry *x) {
  error e = {0};
  const schedule_run *r = &x->schedule->run;
  param_value *params = mem_array(r->param_count + 1, sizeof *params);
  for (size_t i = 0; i < r->param_count; i++)
    params[i] = (param_value){r->params[i].name, r->params[i].value.text};
  const job_order o = {.pack = x->pack,
                       .asked_by = "schedule",
                       .schedule = x->name,
                       .as_of = x->state.due,
                       .due = x->state.due,
                       .attempt = (int)x->state.attempt,
                       .params = params,
                       .param_count = r->param_count,
                       .data = r->data,
                       .plugin = r->plugin,
                       .source = r->source,
                       .related = r->related,
                       .threads = (unsigned)r->threads,
                       .max_rejects = r->max_rejects,
                       .max_rejects_percent = r->max_rejects_percent,
                       .allow_shrink = r->allow_shrink,
                       .keep = (int)r->keep};
  error_code code = jobs_add(k->o.jobs, &o, &x->job, &e);
  free(params);
  if (code == ERR_BUSY || code == ERR_STORE) return false;
  if (code) {
    log_event(k->o.log, LEVEL_ERROR, "a run that is due cannot be started",
              LOG_TEXT("pack", x->pack), LOG_TEXT("schedule", x->name), LOG_TEXT("why", e.message));
    due_finished(x->schedule, &x->state, now_of(k), RESULT_FAILED);
    keep(k, x);
  }
  return true;
}

static void stop(keeper *k, const entry *x) {
  error ignored = {0};
  const char *why = x->state.stopping == RESULT_DEADLINE
                        ? "it was not done by its deadline; nothing was published"
                        : "the next run of its schedule was due; nothing was published";
  jobs_cancel(k->o.jobs, x->job, why, &ignored);
}

/* Answers when it wants to be looked at again. */
static int64_t look_at_due(keeper *k, entry *x) {
  due_work work;
  schedule_state before = x->state;
  if (!x->times || !x->seen) return SCHEDULE_NEVER;
  due_look(x->times, x->schedule, &x->state, now_of(k), &work);
  if (work.changed && !keep(k, x)) {
    x->state = before; /* nothing was done: it is tried again */
    return now_of(k) + DUE_LOOK;
  }
  if (x->state.missed > before.missed)
    meters_missed(k->o.meters, x->pack, x->name, x->state.missed - before.missed);
  if (work.stop) stop(k, x);
  if (work.start && !start(k, x)) {
    x->state = before;
    keep(k, x);
    return now_of(k) + DUE_LOOK;
  }
  return work.wake;
}

static schedule_result result_of(job_state s) {
  return s == JOB_DONE ? RESULT_DONE : s == JOB_CANCELLED ? RESULT_CANCELLED : RESULT_FAILED;
}

static void settle(keeper *k, const ending *ended) {
  entry *x = k->entries;
  while (x && x->job != ended->job) x = x->next;
  if (!x) return;
  x->job = 0;
  due_finished(x->schedule, &x->state, now_of(k), result_of(ended->state));
  keep(k, x);
}

/* ---- the thread ---- */

static ending *take_endings(keeper *k, bool *woken) {
  ending *first = k->endings;
  k->endings = NULL;
  *woken = k->woken;
  k->woken = false;
  return first;
}

/* With the mutex held: until somebody wakes it, at most so many seconds. */
static void rest(keeper *k, int64_t seconds) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += seconds;
  while (!k->stopping && !k->woken && !k->endings &&
         pthread_cond_timedwait(&k->changed, &k->mutex, &until) == 0) {
  }
}

static int64_t look_at_all(keeper *k) {
  int64_t now = now_of(k), next = now + DUE_LOOK;
  for (entry *x = k->entries; x; x = x->next) {
    int64_t wake = look_at_due(k, x);
    if (wake != SCHEDULE_NEVER && wake < next) next = wake;
  }
  return next > now ? next - now : 1;
}

static void *keep_time(void *arg) {
  keeper *k = arg;
  bool woken = true;
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  pthread_mutex_lock(&k->mutex);
  while (!k->stopping) {
    bool again;
    ending *ended = take_endings(k, &again);
    woken = woken || again;
    pthread_mutex_unlock(&k->mutex);
    for (ending *next; ended; ended = next) {
      next = ended->next;
      settle(k, ended);
      free(ended);
      woken = true; /* what was kept for its sake may go now */
    }
    if (woken) woken = !look_at_packs(k);
    int64_t seconds = look_at_all(k);
    pthread_mutex_lock(&k->mutex);
    rest(k, seconds);
  }
  pthread_mutex_unlock(&k->mutex);
  return NULL;
}

error_code keeper_new(const keeper_options *o, keeper **out, error *e) {
  keeper *k = mem_alloc(sizeof *k);
  pthread_condattr_t monotonic;
  k->o = *o;
  pthread_mutex_init(&k->mutex, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&k->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  error_code code = store_open(o->database, STORE_WRITE, &k->store, e);
  if (!code && pthread_create(&k->thread, NULL, keep_time, k))
    code = error_set(e, ERR_INTERNAL, "the thread of the schedules cannot be started");
  k->started = !code;
  if (code)
    keeper_free(k);
  else
    *out = k;
  return code;
}

void keeper_ended(keeper *k, const store_job *j) {
  ending *x = mem_alloc(sizeof *x);
  *x = (ending){.job = j->id, .state = j->state};
  pthread_mutex_lock(&k->mutex);
  x->next = k->endings;
  k->endings = x;
  pthread_cond_signal(&k->changed);
  pthread_mutex_unlock(&k->mutex);
}

void keeper_wake(keeper *k) {
  pthread_mutex_lock(&k->mutex);
  k->woken = true;
  pthread_cond_signal(&k->changed);
  pthread_mutex_unlock(&k->mutex);
}

void keeper_stop(keeper *k) {
  if (!k || !k->started) return;
  pthread_mutex_lock(&k->mutex);
  k->stopping = true;
  pthread_cond_signal(&k->changed);
  pthread_mutex_unlock(&k->mutex);
  pthread_join(k->thread, NULL);
  k->started = false;
}

void keeper_free(keeper *k) {
  if (!k) return;
  keeper_stop(k);
  for (entry *x = k->entries, *next; x; x = next) {
    next = x->next;
    free_entry(k, x);
  }
  for (ending *x = k->endings, *next; x; x = next) {
    next = x->next;
    free(x);
  }
  store_close(k->store);
  pthread_cond_destroy(&k->changed);
  pthread_mutex_destroy(&k->mutex);
  free(k);
}
