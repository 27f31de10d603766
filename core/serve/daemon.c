/* See daemon.h: beginning, the loop, ending. */
#include "daemon_parts.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 1000
#define QUIET_MS 400
#define QUIET_MOST_MS 5000

int64_t daemon_now(void *ctx) {
  (void)ctx;
  return (int64_t)time(NULL);
}

/* ---- what the parts call ---- */

static void ask_for_look(void *ctx) {
  struct daemon *d = ctx;
  atomic_store(&d->wants_look, true);
  uv_async_send(&d->asked);
}

static bool is_ready(void *ctx, const char **why) {
  struct daemon *d = ctx;
  *why = "the packs are being loaded";
  return atomic_load(&d->ready);
}

static const char *result_of(const store_job *j) {
  switch (j->state) {
  case JOB_DONE:
    return "published";
  case JOB_CANCELLED:
    return "stopped";
  default:
    return "failed";
  }
}

static void tell_ended(struct daemon *d, const store_job *j) {
  const meters_run r = {.pack = j->pack,
                        .schedule = j->schedule,
                        .result = result_of(j),
                        .took_place = j->started > 0,
                        .seconds = j->seconds,
                        .ended = (double)j->finished,
                        .delay = j->due && j->started ? (double)(j->started - j->due) : -1,
                        .records = j->counts.records,
                        .graded = j->counts.graded,
                        .failed = j->counts.failed,
                        .rejected = j->counts.rejected};
  meters_run_ended(&d->meters, &r);
  log_event(d->log, j->state == JOB_DONE ? LEVEL_INFO : LEVEL_ERROR,
            j->state == JOB_DONE ? "run published" : "run not published", LOG_TEXT("pack", j->pack),
            LOG_INTEGER("run", j->id), LOG_TEXT("asked_by", j->asked_by),
            LOG_TEXT("schedule", j->schedule), LOG_INTEGER("records", j->counts.records),
            LOG_INTEGER("graded", j->counts.graded), LOG_INTEGER("rejected", j->counts.rejected),
            LOG_INTEGER("rule_errors", j->counts.failed), LOG_NUMBER("seconds", j->seconds),
            LOG_TEXT("why", j->message));
}

static void run_changed(void *ctx, const job_view *v) {
  struct daemon *d = ctx;
  if (v->job.state == JOB_RUNNING) {
    meters_run_began(&d->meters, v->job.pack);
    log_event(d->log, LEVEL_INFO, "run begins", LOG_TEXT("pack", v->job.pack),
              LOG_INTEGER("run", v->job.id), LOG_TEXT("asked_by", v->job.asked_by),
              LOG_TEXT("schedule", v->job.schedule));
  } else {
    tell_ended(d, &v->job);
    if (v->job.schedule) keeper_ended(d->keeper, &v->job);
  }
  uv_async_send(&d->asked);
}

/* ---- the loop ---- */

static void on_asked(uv_async_t *async) {
  struct daemon *d = async->data;
  if (!d->ending && atomic_exchange(&d->wants_look, false)) daemon_look(d);
}

static void on_change(void *ctx) {
  daemon_look(ctx);
}

/* Tokens that were made or revoked on the command line. */
static void on_tick(uv_timer_t *timer) {
  struct daemon *d = timer->data;
  error ignored = {0};
  guests_load(d->guests, d->store, &ignored);
  log_sweep(d->log);
  if (atomic_exchange(&d->wants_look, false)) daemon_look(d);
}

static void on_signal(uv_signal_t *s, int number) {
  struct daemon *d = s->data;
  if (number == SIGHUP) {
    log_event(d->log, LEVEL_NOTICE, "looking at all packs again");
    daemon_look(d);
    return;
  }
  d->ending = true;
  uv_stop(&d->loop);
}

static void open_loop(struct daemon *d) {
  static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
  uv_loop_init(&d->loop);
  uv_async_init(&d->loop, &d->asked, on_asked);
  d->asked.data = d;
  for (size_t i = 0; i < 3; i++) {
    uv_signal_init(&d->loop, &d->signals[i]);
    d->signals[i].data = d;
    uv_signal_start(&d->signals[i], on_signal, numbers[i]);
  }
  uv_timer_init(&d->loop, &d->tick);
  d->tick.data = d;
  uv_timer_start(&d->tick, on_tick, TICK_MS, TICK_MS);
}

static void close_handle(uv_handle_t *h, void *arg) {
  (void)arg;
  if (!uv_is_closing(h)) uv_close(h, NULL);
}

static void close_loop(struct daemon *d) {
  watcher_close(d->watcher);
  supervisor_close(&d->manager);
  uv_run(&d->loop, UV_RUN_NOWAIT); /* what closes itself is freed */
  uv_walk(&d->loop, close_handle, NULL);
  uv_run(&d->loop, UV_RUN_DEFAULT);
  uv_loop_close(&d->loop);
}

/* ---- beginning ---- */

/* As many connections as the system allows need as many files. */
static void raise_file_limit(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files)) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

static error_code open_store(struct daemon *d, error *e) {
  instance_holder holder;
  error_code code =
      instance_take(d->o->database, INSTANCE_SERVICE, &d->instance, &d->texts, &holder, e);
  if (!code) code = store_open(d->o->database, STORE_WRITE, &d->store, e);
  if (code) return code;
  d->guests = guests_new(d->o->rate);
  return guests_load(d->guests, d->store, e);
}

static error_code open_work(struct daemon *d, error *e) {
  const daemon_options *o = d->o;
  d->shelf = shelf_new(&(shelf_options){.rules = o->rules,
                                        .database = o->database,
                                        .plugin_folders = o->plugin_folders,
                                        .plugin_folder_count = o->plugin_folder_count,
                                        .without_tests = o->without_tests});
  const jobs_options j = {.shelf = d->shelf,
                          .database = o->database,
                          .plugin_folders = o->plugin_folders,
                          .plugin_folder_count = o->plugin_folder_count,
                          .most = o->runs,
                          .threads = o->threads,
                          .now = daemon_now,
                          .changed = run_changed,
                          .ctx = d};
  error_code code = jobs_new(&j, &d->jobs, e);
  const keeper_options k = {.shelf = d->shelf,
                            .jobs = d->jobs,
                            .database = o->database,
                            .log = d->log,
                            .meters = &d->meters,
                            .now = daemon_now};
  if (!code) code = keeper_new(&k, &d->keeper, e);
  if (code) return code;
  d->api = api_new(&(api_options){.shelf = d->shelf,
                                  .jobs = d->jobs,
                                  .guests = d->guests,
                                  .meters = &d->meters,
                                  .log = d->log,
                                  .database = o->database,
                                  .version = ASSAY_VERSION,
                                  .now = daemon_now,
                                  .reload = ask_for_look,
                                  .ready = is_ready,
                                  .ctx = d});
  return watcher_new(&d->loop, o->rules, QUIET_MS, QUIET_MOST_MS, on_change, d, &d->watcher, e);
}

static error_code begin(struct daemon *d, error *e) {
  const daemon_options *o = d->o;
  supervisor_open(&d->manager);
  d->log =
      log_new(&(log_options){.file = STDERR_FILENO,
                             .form = o->log_form,
                             .least = o->log_least,
                             .journal = log_is_journal(STDERR_FILENO, getenv("JOURNAL_STREAM"))});
  meters_open(&d->meters, (double)daemon_now(NULL));
  raise_file_limit();
  open_loop(d);
  error_code code = open_store(d, e);
  if (!code) code = open_work(d, e);
  if (!code) code = daemon_open_doors(d, e);
  if (code) return code;
  supervisor_attach(&d->manager, &d->loop, NULL, NULL);
  daemon_look(d);
  return ERR_OK;
}

/* ---- ending: first the doors, then the work behind them ---- */

static void end(struct daemon *d, bool began) {
  unsigned left = d->o->stop_within;
  if (began) {
    supervisor_stopping(&d->manager, "stopping");
    supervisor_more_time(&d->manager, left + 10);
    log_event(d->log, LEVEL_NOTICE, "stopping");
  }
  for (size_t i = 0; i < d->server_count; i++) http_stop(d->servers[i], left < 10 ? left : 10);
  keeper_stop(d->keeper);
  if (d->jobs) jobs_stop(d->jobs, left);
  close_loop(d);
  keeper_free(d->keeper);
  jobs_free(d->jobs);
  api_free(d->api);
  shelf_free(d->shelf);
  guests_free(d->guests);
  store_close(d->store);
  if (d->socket) unlink(d->socket);
  instance_release(d->instance);
  if (began) log_event(d->log, LEVEL_NOTICE, "stopped");
  meters_close(&d->meters);
  log_free(d->log);
  arena_deinit(&d->texts);
}

error_code daemon_run(const daemon_options *o, error *e) {
  struct daemon *d = mem_alloc(sizeof *d);
  d->o = o;
  error_code code = begin(d, e);
  if (!code) uv_run(&d->loop, UV_RUN_DEFAULT);
  end(d, !code);
  free(d);
  return code;
}
