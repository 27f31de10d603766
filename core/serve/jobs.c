/* See jobs.h. One list under one mutex; a thread a running job, which takes the next one when it ends. */
#include "jobs.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/date.h"

#define KEEP_USUAL 2

typedef struct job {
  store_job log;
  job_order order;
  arena texts;
  run_progress progress;
  volatile int stop; /* a signal number for run_options.stop; of the run's own thread alone */
  bool ends;         /* it shall stop: under the mutex */
  const char *stopped_because;
  job_state stopped_as;
  int64_t stop_at; /* deadline; 0 = none */
  struct jobs *jobs;
  struct job *next;
} job;

/* When a pack last had its turn. */
typedef struct turn {
  char *pack;
  uint64_t number;
  struct turn *next;
} turn;

struct jobs {
  jobs_options o;
  char *database;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  store *log; /* under the mutex */
  job *first; /* in the order in which they came */
  turn *turns;
  uint64_t turn;
  unsigned running;
  bool stopping;
};

static int64_t now_of(const jobs *j) {
  return j->o.now(j->o.ctx);
}

/* ---- making and unmaking ---- */

static const char *copy_text(arena *a, const char *text) {
  return text ? arena_string(a, text) : NULL;
}

static plugin_settings copy_settings(arena *a, const plugin_settings *from) {
  plugin_settings to = {arena_array(a, from->count + 1, sizeof *to.items), from->count};
  for (size_t i = 0; i < from->count; i++)
    to.items[i] = (assay_setting){.name = arena_string(a, from->items[i].name),
                                  .value = arena_string(a, from->items[i].value)};
  return to;
}

static job *new_job(jobs *all, const job_order *o) {
  job *one = mem_alloc(sizeof *one);
  arena *a = &one->texts;
  param_value *params = arena_array(a, o->param_count + 1, sizeof *params);
  for (size_t i = 0; i < o->param_count; i++)
    params[i] =
        (param_value){arena_string(a, o->params[i].name), arena_string(a, o->params[i].value)};
  one->jobs = all;
  one->order = *o;
  one->order.params = params;
  one->order.pack = arena_string(a, o->pack);
  one->order.data = copy_text(a, o->data);
  one->order.plugin = copy_text(a, o->plugin);
  one->order.source = copy_settings(a, &o->source);
  one->order.related = copy_settings(a, &o->related);
  one->log = (store_job){.pack = one->order.pack,
                         .asked_by = arena_string(a, o->asked_by),
                         .schedule = copy_text(a, o->schedule),
                         .who = copy_text(a, o->who),
                         .as_of = o->as_of,
                         .due = o->due,
                         .attempt = o->attempt ? o->attempt : 1,
                         .asked = now_of(all)};
  return one;
}

static void free_job(job *one) {
  arena_deinit(&one->texts);
  free(one);
}

error_code jobs_new(const jobs_options *o, jobs **out, error *e) {
  jobs *j = mem_alloc(sizeof *j);
  j->o = *o;
  j->o.database = j->database = mem_string(o->database);
  pthread_mutex_init(&j->mutex, NULL);
  pthread_cond_init(&j->changed, NULL);
  error_code code = store_open(o->database, STORE_WRITE, &j->log, e);
  if (!code) code = store_jobs_lost(j->log, now_of(j), e);
  if (code)
    jobs_free(j);
  else
    *out = j;
  return code;
}

void jobs_free(jobs *j) {
  if (!j) return;
  for (job *one = j->first, *next; one; one = next) {
    next = one->next;
    free_job(one);
  }
  for (turn *t = j->turns, *next; t; t = next) {
    next = t->next;
    free(t->pack);
    free(t);
  }
  store_close(j->log);
  pthread_cond_destroy(&j->changed);
  pthread_mutex_destroy(&j->mutex);
  free(j->database);
  free(j);
}

/* ---- whose turn it is; with the mutex held ---- */

static turn *turn_of(jobs *j, const char *pack_name) {
  turn *t = j->turns;
  while (t && strcmp(t->pack, pack_name) != 0) t = t->next;
  if (t) return t;
  t = mem_alloc(sizeof *t);
  t->pack = mem_string(pack_name);
  t->next = j->turns;
  return j->turns = t;
}

static bool runs(const jobs *j, const char *pack_name) {
  for (const job *one = j->first; one; one = one->next)
    if (one->log.state == JOB_RUNNING && !strcmp(one->log.pack, pack_name)) return true;
  return false;
}

/* The oldest job of the pack whose last turn is longest ago. */
static job *next_job(jobs *j) {
  job *best = NULL;
  if (j->stopping || j->running >= j->o.most) return NULL;
  for (job *one = j->first; one; one = one->next)
    if (one->log.state == JOB_WAITING && !runs(j, one->log.pack) &&
        (!best || turn_of(j, one->log.pack)->number < turn_of(j, best->log.pack)->number))
      best = one;
  return best;
}

static void take_out(jobs *j, job *one) {
  job **at = &j->first;
  while (*at != one) at = &(*at)->next;
  *at = one->next;
}

/* The log must not keep a run from being made: what it cannot hold is lost to it alone. */
static void note(jobs *j, const job *one) {
  error ignored = {0};
  store_job_note(j->log, &one->log, &ignored);
}

/* ---- a run ---- */

/* With the mutex held. */
static void stop_job(job *one, job_state as, const char *why) {
  if (one->ends) return;
  one->stopped_because = arena_string(&one->texts, why);
  one->stopped_as = as;
  one->ends = true;
}

static void on_progress(void *ctx, const run_progress *p) {
  job *one = ctx;
  pthread_mutex_lock(&one->jobs->mutex);
  one->progress = *p;
  if (one->stop_at && now_of(one->jobs) >= one->stop_at)
    stop_job(one, JOB_FAILED, "it was not done by its deadline; nothing was published");
  if (one->ends) one->stop = SIGTERM;
  pthread_mutex_unlock(&one->jobs->mutex);
}

static error_code plan_of(job *one, const shelved *up, plan **out, error *e) {
  findings found = {0};
  *out = plan_new(up->pack,
                  &(plan_options){.as_of = one->log.as_of,
                                  .params = one->order.params,
                                  .param_count = one->order.param_count},
                  &found);
  error_code code = *out ? ERR_OK : findings_to_error(&found, e, ERR_PACK);
  findings_deinit(&found);
  return code;
}

static error_code run_with(job *one, const shelved *up, run_result *result, error *e) {
  jobs *j = one->jobs;
  const job_order *order = &one->order;
  plan *made = NULL;
  store *s = NULL;
  plugin_host *plugins = plugin_host_new(j->o.plugin_folders, j->o.plugin_folder_count);
  error_code code = plan_of(one, up, &made, e);
  if (!code) code = store_open(j->o.database, STORE_WRITE, &s, e);
  const run_options o = {.pack = up->pack,
                         .plan = made,
                         .as_of = one->log.as_of,
                         .data_folder = order->data ? order->data : up->pack->folder,
                         .plugin = order->plugin,
                         .settings = &order->source,
                         .related = &order->related,
                         .plugins = plugins,
                         .store = s,
                         .threads = order->threads ? order->threads : j->o.threads,
                         .limit = -1,
                         .max_rejects = order->max_rejects,
                         .max_rejects_percent = order->max_rejects_percent,
                         .allow_shrink = order->allow_shrink,
                         .keep = order->keep ? order->keep : KEEP_USUAL,
                         .stop = &one->stop,
                         .progress = on_progress,
                         .progress_ctx = one};
  if (!code) code = run_pack(&o, result, e);
  store_close(s);
  plan_free(made);
  plugin_host_free(plugins);
  return code;
}

static error_code perform(job *one, run_result *result, error *e) {
  const shelved *up = shelf_take(one->jobs->o.shelf, one->log.pack);
  if (!up) return error_set(e, ERR_NOT_FOUND, "the pack %s is not served any more", one->log.pack);
  error_code code = run_with(one, up, result, e);
  shelf_give(one->jobs->o.shelf, up);
  return code;
}

/* With the mutex held. */
static void conclude(job *one, error_code code, const run_result *r, const error *e) {
  store_job *l = &one->log;
  l->finished = now_of(one->jobs);
  l->code = code;
  l->counts = r->counts;
  l->seconds = r->seconds;
  l->state = code ? JOB_FAILED : JOB_DONE;
  l->run_id = code ? 0 : r->run_id;
  if (code && one->ends) l->state = one->stopped_as;
  if (code) l->message = arena_string(&one->texts, one->ends ? one->stopped_because : e->message);
  note(one->jobs, one);
}

static void tell(jobs *j, const job *one) {
  if (j->o.changed) j->o.changed(j->o.ctx, &(job_view){one->log, one->progress});
}

static void *run_thread(void *arg);

/* With the mutex held: begins what can begin; those that began are told when it is free again. */
static void dispatch(jobs *j) {
  for (job *one; (one = next_job(j));) {
    pthread_t thread;
    pthread_attr_t detached;
    turn_of(j, one->log.pack)->number = ++j->turn;
    one->log.state = JOB_RUNNING;
    one->log.started = now_of(j);
    if (!one->log.as_of) one->log.as_of = one->log.started;
    if (one->order.deadline) one->stop_at = one->log.started + one->order.deadline;
    j->running++;
    note(j, one);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    bool fine = pthread_create(&thread, &detached, run_thread, one) == 0;
    pthread_attr_destroy(&detached);
    if (fine) continue;
    one->log.state = JOB_WAITING; /* no thread is to be had: the next that ends tries again */
    j->running--;
    break;
  }
}

static void *run_thread(void *arg) {
  job *one = arg;
  jobs *j = one->jobs;
  run_result result = {0};
  error e = {0};
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL); /* signals are the loop's */
  tell(j, one);
  error_code code = perform(one, &result, &e);
  pthread_mutex_lock(&j->mutex);
  conclude(one, code, &result, &e);
  take_out(j, one);
  pthread_mutex_unlock(&j->mutex);
  tell(j, one);
  free_job(one);
  pthread_mutex_lock(&j->mutex);
  j->running--;
  dispatch(j);
  pthread_cond_broadcast(&j->changed);
  pthread_mutex_unlock(&j->mutex);
  return NULL;
}

/* ---- ordering ---- */

error_code jobs_add(jobs *j, const job_order *o, int64_t *id, error *e) {
  const shelved *up = shelf_take(j->o.shelf, o->pack);
  if (!up) return error_set(e, ERR_NOT_FOUND, "no pack %s is served", o->pack);
  shelf_give(j->o.shelf, up);
  job *one = new_job(j, o);
  pthread_mutex_lock(&j->mutex);
  error_code code = j->stopping ? error_set(e, ERR_BUSY, "the service is stopping")
                                : store_job_add(j->log, &one->log, e);
  if (!code) {
    job **at = &j->first;
    while (*at) at = &(*at)->next;
    *at = one;
    *id = one->log.id;
    dispatch(j);
  }
  pthread_mutex_unlock(&j->mutex);
  if (code) free_job(one);
  return code;
}

/* With the mutex held: one that waits has ended. */
static void end_waiting(jobs *j, job *one, job_state as, const char *why) {
  one->log.state = as;
  one->log.finished = now_of(j);
  one->log.message = arena_string(&one->texts, why);
  one->log.code = ERR_TERMINATED;
  note(j, one);
  take_out(j, one);
}

error_code jobs_cancel(jobs *j, int64_t id, const char *why, error *e) {
  pthread_mutex_lock(&j->mutex);
  job *one = j->first;
  while (one && one->log.id != id) one = one->next;
  bool waiting = one && one->log.state == JOB_WAITING;
  if (waiting)
    end_waiting(j, one, JOB_CANCELLED, why);
  else if (one)
    stop_job(one, JOB_CANCELLED, why);
  pthread_mutex_unlock(&j->mutex);
  if (waiting) {
    tell(j, one);
    free_job(one);
  }
  return one ? ERR_OK
             : error_set(e, ERR_NOT_FOUND, "run %lld neither waits nor runs", (long long)id);
}

/* ---- looking ---- */

void jobs_each(jobs *j, void (*each)(void *ctx, const job_view *j), void *ctx) {
  pthread_mutex_lock(&j->mutex);
  for (int waiting = 0; waiting < 2; waiting++)
    for (const job *one = j->first; one; one = one->next)
      if ((one->log.state == JOB_WAITING) == waiting)
        each(ctx, &(job_view){one->log, one->progress});
  pthread_mutex_unlock(&j->mutex);
}

/* ---- stopping ---- */

void jobs_stop(jobs *j, unsigned seconds) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += seconds;
  pthread_mutex_lock(&j->mutex);
  j->stopping = true;
  for (job *one = j->first, *next; one; one = next) {
    next = one->next;
    if (one->log.state != JOB_WAITING) continue;
    end_waiting(j, one, JOB_CANCELLED, "the service stopped before its turn came");
    free_job(one);
  }
  while (j->running && pthread_cond_timedwait(&j->changed, &j->mutex, &until) == 0) {
  }
  for (job *one = j->first; one; one = one->next)
    stop_job(one, JOB_CANCELLED, "the service stopped; nothing was published");
  while (j->running) pthread_cond_wait(&j->changed, &j->mutex);
  pthread_mutex_unlock(&j->mutex);
}
