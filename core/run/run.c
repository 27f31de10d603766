/* The pipeline of a run.
 *
 *   reader ─ready→ evaluators ─done (in order)→ writer        free: work items go round
 *
 * Work items are made once and recycled, so memory does not grow with the source. An error travels
 * as a work item in the place of its batch, so that the first one in source order is the one that
 * is told, whatever the number of threads. After the last batch the writer ends the run: duplicate
 * keys, guards, index, publication. The calling thread only waits: it watches the stop flag and
 * tells the progress. It must never wait for a source that does not answer.
 *
 * A plan with population steps is gone through in phases, the same threads each time: the first phase
 * reads the source, each other what the one before has left in the census, which knows all customers
 * by then. Only the last one writes decisions. */
#include "run_parts.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 64
#define SPARE_ITEMS 3          /* beside one an evaluator: with the reader, the writer, waiting */
#define KEYS_BUDGET (8u << 20) /* bytes in memory for the search for duplicates */
#define TICK_MS 100            /* how often the calling thread looks up */
#define GRACE_MS 500           /* what a blocked source gets after a stop */

/* ---- stopping ---- */

void run_stop_all(run *r) {
  atomic_store(&r->stopping, true);
  queue_stop(r->free);
  queue_stop(r->ready);
  queue_stop(r->done);
  feed_cancel(r->feed);
  uv_mutex_lock(&r->mutex);
  uv_cond_broadcast(&r->changed);
  uv_mutex_unlock(&r->mutex);
}

void run_fail(run *r, const error *why) {
  uv_mutex_lock(&r->mutex);
  const bool take = !r->failure.code && r->phase == PHASE_WRITING;
  if (take) r->failure = *why;
  uv_mutex_unlock(&r->mutex);
  if (take) run_stop_all(r);
}

/* A long statement of the store is made to stop, but never a publication or a cleaning up. */
static void interrupt_store(run *r) {
  uv_mutex_lock(&r->mutex);
  if (r->phase == PHASE_WRITING) store_interrupt(r->store);
  uv_mutex_unlock(&r->mutex);
}

void run_thread_ends(run *r, bool of_reader) {
  uv_mutex_lock(&r->mutex);
  r->live--;
  if (of_reader) r->reader_ended = true;
  uv_mutex_unlock(&r->mutex);
  uv_async_send(&r->ended);
}

/* ---- the reader's thread ---- */

/* Sends an error down the line in the place of the batch that cannot come. */
static void send_failure(run *r, uint64_t number, const error *why) {
  work *w = queue_pop(r->free);
  if (!w) return;
  w->number = number;
  w->failure = *why;
  queue_put(r->done, number, w);
}

/* What the phase before has left. */
static void read_census(void *arg) {
  run *r = arg;
  error e = {0};
  error_code code = ERR_OK;
  uint64_t number = 0;
  work *w;
  while ((w = queue_pop(r->free))) {
    if (!census_next(r->census, &w->bytes, &w->dropped, &w->moves, &code, &e)) {
      queue_push(r->free, w);
      break;
    }
    w->number = number;
    if (!queue_push(r->ready, w)) break;
    number++;
  }
  if (code) send_failure(r, number, &e);
  queue_close(r->ready);
  run_thread_ends(r, true);
}

static void read_all(void *arg) {
  run *r = arg;
  error e = {0};
  uint64_t number = 0;
  error_code code = feed_open(r->feed, &r->cast, &e);
  while (!code) {
    work *w = queue_pop(r->free);
    if (!w) break;
    code = feed_next(r->feed, &w->slice, w->rows, &e);
    if (code || !w->slice.array) {
      queue_push(r->free, w);
      break;
    }
    w->number = number;
    if (!queue_push(r->ready, w)) break;
    number++;
  }
  if (code) send_failure(r, number, &e);
  queue_close(r->ready);
  run_thread_ends(r, true);
}

/* ---- the evaluators' threads ---- */

/* Once the run has begun nobody else can publish one of this pack: what is published is the last. */
static bool wait_for_begin(run *r) {
  uv_mutex_lock(&r->mutex);
  while (!r->begun && !atomic_load(&r->stopping)) uv_cond_wait(&r->changed, &r->mutex);
  const bool begun = r->begun;
  uv_mutex_unlock(&r->mutex);
  return begun;
}

/* A dry run has no claim on the database that it reads: there another run may be published now. */
static error_code agree(run *r, int64_t run_id, error *e) {
  uv_mutex_lock(&r->mutex);
  if (r->previous_run < 0) r->previous_run = run_id;
  const bool same = r->previous_run == run_id;
  uv_mutex_unlock(&r->mutex);
  return same ? ERR_OK
              : error_set(e, ERR_BUSY, "a run of %s was published while this one began: run again",
                          r->o->pack->name);
}

static error_code open_previous(worker *self, error *e) {
  run *r = self->run;
  if (!r->reads_previous || r->at > 0) return ERR_OK;
  if (!wait_for_begin(r)) return error_set(e, ERR_INTERRUPTED, "stopped");
  const char *database = r->o->history ? r->o->history : store_path(r->store);
  const error_code code = previous_open(database, r->o->pack, r->o->plan, &self->previous, e);
  return code ? code : agree(r, previous_run(self->previous), e);
}

static error_code take_slice(run *r, worker *self, work *w) {
  const slice *s = &w->slice;
  error_code code =
      cast_rows(r->cast, slice_array(s), s->from, s->n, s->first, w->in, r->keys, &w->failure);
  slice_release(&w->slice);
  if (!code && r->o->pack->related_count)
    code = joined_attach(w->rows, r->o->pack, r->o->plan, w->in, &w->failure);
  if (!code && r->reads_previous)
    code = previous_fill(self->previous, r->o->plan, w->in, &w->failure);
  return code;
}

static error_code take_bytes(run *r, worker *self, work *w) {
  const uint64_t *dropped = (const uint64_t *)(const void *)w->dropped.data;
  const population_move *moves = (const population_move *)(const void *)w->moves.data;
  const error_code code =
      evaluator_load(self->evaluator, r->at - 1, w->bytes.data, w->bytes.size, dropped,
                     w->dropped.size / sizeof *dropped, w->in, w->out, &w->failure);
  evaluator_moves(self->evaluator, moves, w->moves.size / sizeof *moves);
  return code;
}

static void evaluate(run *r, worker *self, work *w) {
  error_code code = r->at == 0 ? take_slice(r, self, w) : take_bytes(r, self, w);
  if (!code) code = evaluator_run_phase(self->evaluator, r->at, w->in, w->out, &w->failure);
  if (code || r->at + 1 == r->phases) return;
  buffer_clear(&w->bytes);
  evaluator_save(self->evaluator, r->at, &w->bytes);
}

static void evaluate_all(void *arg) {
  worker *self = arg;
  run *r = self->run;
  error start = {0};
  const bool started = evaluator_start(self->evaluator, &start) == ERR_OK;
  const bool ready = started && open_previous(self, &start) == ERR_OK;
  work *w;
  while ((w = queue_pop(r->ready))) {
    if (ready)
      evaluate(r, self, w);
    else
      w->failure = start;
    if (!queue_put(r->done, w->number, w)) break;
  }
  if (started) evaluator_stop(self->evaluator);
  previous_close(self->previous);
  self->previous = NULL; /* the next phase has no need of it */
  if (atomic_fetch_sub(&r->evaluating, 1) == 1) queue_close(r->done);
  run_thread_ends(r, false);
}
/* ---- the calling thread ---- */

static void obey(run *r, int signal_number) {
  const bool interrupted = signal_number == SIGINT;
  error why;
  atomic_store(&r->obeyed, true);
  error_set(&why, interrupted ? ERR_INTERRUPTED : ERR_TERMINATED,
            "%s; nothing was published, the previous results stand",
            interrupted ? "interrupted" : "terminated");
  run_fail(r, &why);
}

static void tell(run *r) {
  if (!r->o->progress) return;
  run_progress p = {.records = atomic_load(&r->records),
                    .seconds = (double)(uv_hrtime() - r->started) / 1e9,
                    .stage = atomic_load(&r->stage)};
  const char *reading;
  feed_progress(r->feed, &p.done, &p.total, &reading);
  if (!strcmp(p.stage, "grading")) p.stage = reading;
  r->o->progress(r->o->progress_ctx, &p);
}

/* Lets go of a source that does not come back, so that it cannot keep the run from ending. */
static void abandon_reader(run *r) {
  uv_mutex_lock(&r->mutex);
  const bool alone = r->live == 1 && !r->reader_ended && r->reader_started;
  uv_mutex_unlock(&r->mutex);
  if (!alone || uv_hrtime() - r->stopped_at < GRACE_MS * 1000000ull) return;
  if (!feed_abandon(r->feed)) return;
  r->reader_abandoned = true;
  pthread_detach(r->reader_thread);
  uv_mutex_lock(&r->mutex);
  r->live--;
  uv_mutex_unlock(&r->mutex);
}

static void look_up(run *r) {
  if (r->o->stop && *r->o->stop && !atomic_load(&r->stopping)) obey(r, *r->o->stop);
  if (atomic_load(&r->stopping)) {
    if (!r->stopped_at) r->stopped_at = uv_hrtime();
    interrupt_store(r);
    abandon_reader(r);
  }
  uv_mutex_lock(&r->mutex);
  const bool over = r->live == 0;
  uv_mutex_unlock(&r->mutex);
  if (over && !uv_is_closing((uv_handle_t *)&r->timer)) {
    uv_close((uv_handle_t *)&r->timer, NULL);
    uv_close((uv_handle_t *)&r->ended, NULL);
  }
}

static void on_tick(uv_timer_t *timer) {
  run *r = timer->data;
  if (!atomic_load(&r->stopping)) tell(r);
  look_up(r);
}

static void on_ended(uv_async_t *async) {
  look_up(async->data);
}

/* ---- making and unmaking ---- */

static unsigned thread_count(unsigned wanted) {
  if (wanted == 0) {
    const unsigned cpus = uv_available_parallelism();
    wanted = cpus > 2 ? cpus - 1 : 1; /* the reader and the writer need a share, too */
  }
  return wanted < MAX_THREADS ? wanted : MAX_THREADS;
}

/* Queues as at the beginning of a phase: all items are free. */
static void make_queues(run *r) {
  r->free = queue_new(r->item_count);
  r->ready = queue_new(r->item_count);
  r->done = queue_new(r->item_count);
  for (size_t i = 0; i < r->item_count; i++) queue_push(r->free, &r->items[i]);
}

static void free_queues(run *r) {
  queue_free(r->free);
  queue_free(r->ready);
  queue_free(r->done);
}

static error_code make(run *r, error *e) {
  const unsigned n = thread_count(r->o->threads);
  r->item_count = n + SPARE_ITEMS;
  r->items = mem_array(r->item_count, sizeof *r->items);
  if (r->phases > 1) r->census = census_new(r->o->plan);
  r->keys = keys_new(KEYS_BUDGET, NULL);
  for (size_t i = 0; i < r->item_count; i++) {
    r->items[i].rows = joined_new(r->o->pack->related_count);
    r->items[i].in = plan_batch(r->o->plan);
    r->items[i].out = decisions_new(r->o->plan);
  }
  make_queues(r);
  r->workers = mem_array(n, sizeof *r->workers);
  for (unsigned i = 0; i < n; i++) {
    r->workers[i].run = r;
    r->workers[i].evaluator = evaluator_new(r->o->plan, e);
    if (!r->workers[i].evaluator) return e->code;
    if (r->census) evaluator_know(r->workers[i].evaluator, census_values(r->census));
    r->worker_count++;
  }
  return ERR_OK;
}

static void unmake(run *r) {
  for (unsigned i = 0; i < r->worker_count; i++) evaluator_free(r->workers[i].evaluator);
  free(r->workers);
  for (size_t i = 0; i < r->item_count; i++) {
    slice_release(&r->items[i].slice);
    joined_free(r->items[i].rows);
    decisions_free(r->items[i].out);
    batch_free(r->items[i].in);
    buffer_deinit(&r->items[i].bytes);
    buffer_deinit(&r->items[i].dropped);
    buffer_deinit(&r->items[i].moves);
  }
  free(r->items);
  free_queues(r);
  census_free(r->census);
  if (r->keys) keys_free(r->keys);
  if (r->cast) cast_free(r->cast);
  feed_free(r->feed);
}

static bool start(run *r, uv_thread_t *thread, void (*entry)(void *), void *arg) {
  uv_mutex_lock(&r->mutex);
  r->live++;
  uv_mutex_unlock(&r->mutex);
  if (uv_thread_create(thread, entry, arg) == 0) return true;
  uv_mutex_lock(&r->mutex);
  r->live--;
  uv_mutex_unlock(&r->mutex);
  return false;
}

/* Starts every thread, signals kept away from them: those are the caller's. */
static bool start_all(run *r) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  atomic_store(&r->evaluating, r->worker_count);
  bool fine = r->writer_started = start(r, &r->writer_thread, run_write, r);
  for (unsigned i = 0; fine && i < r->worker_count; i++) {
    fine = start(r, &r->workers[i].thread, evaluate_all, &r->workers[i]);
    if (fine) r->workers_started++;
  }
  void (*read)(void *) = r->at == 0 ? read_all : read_census;
  if (fine) fine = r->reader_started = start(r, &r->reader_thread, read, r);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return fine;
}

static void join_all(run *r) {
  if (r->reader_started && !r->reader_abandoned) uv_thread_join(&r->reader_thread);
  for (unsigned i = 0; i < r->workers_started; i++) uv_thread_join(&r->workers[i].thread);
  if (r->writer_started) uv_thread_join(&r->writer_thread);
  r->reader_started = r->writer_started = r->reader_ended = false;
  r->workers_started = 0;
}

/* Runs the threads of a phase to their end under a loop of our own. */
static error_code conduct(run *r, error *e) {
  error why;
  uv_loop_init(&r->loop);
  uv_mutex_init(&r->mutex);
  uv_cond_init(&r->changed);
  uv_timer_init(&r->loop, &r->timer);
  uv_async_init(&r->loop, &r->ended, on_ended);
  r->timer.data = r->ended.data = r;
  uv_timer_start(&r->timer, on_tick, TICK_MS, TICK_MS);
  if (!start_all(r)) {
    error_set(&why, ERR_INTERNAL, "cannot start a thread; try fewer with --threads");
    run_fail(r, &why);
  }
  uv_run(&r->loop, UV_RUN_DEFAULT);
  uv_loop_close(&r->loop);
  join_all(r);
  uv_cond_destroy(&r->changed);
  uv_mutex_destroy(&r->mutex);
  if (r->failure.code) return error_set(e, r->failure.code, "%s", r->failure.message);
  if (r->o->progress) tell(r);
  return ERR_OK;
}

static error_code conduct_phase(run *r, error *e) {
  if (r->at > 0) {
    free_queues(r);
    make_queues(r);
  }
  return conduct(r, e);
}

/* One go. *again: the sources must be read without merging, everything else from the start. */
static error_code run_once(const run_options *o, bool may_merge, uint64_t started, run_result *out,
                           bool *again, error *e) {
  const plan_previous *values;
  sources from;
  run r = {.o = o,
           .result = out,
           .store = o->store,
           .reads_previous = plan_previous_values(o->plan, &values) > 0,
           .previous_run = -1,
           .phases = plan_phases(o->plan),
           .stage = "grading",
           .started = started};
  error_code code = sources_find(o, &from, e);
  if (code) return code;
  out->source_bytes = from.customers.bytes;
  out->related_bytes = from.related_bytes;
  r.feed = feed_new(o, &from, may_merge);
  code = make(&r, e);
  manifest_init(&r.manifest, o->pack, o->plan, o->as_of, feed_source(r.feed));
  for (r.at = 0; r.at < r.phases && !code; r.at++) code = conduct_phase(&r, e);
  manifest_deinit(&r.manifest);
  arena_deinit(&r.texts);
  *again = code && feed_unsorted(r.feed) && !atomic_load(&r.obeyed);
  unmake(&r);
  return code;
}

error_code run_pack(const run_options *o, run_result *out, error *e) {
  const uint64_t started = uv_hrtime();
  bool again = false;
  *out = (run_result){0};
  error_code code = run_once(o, true, started, out, &again, e);
  if (code && again) {
    *out = (run_result){0};
    code = run_once(o, false, started, out, &again, e);
  }
  out->seconds = (double)(uv_hrtime() - started) / 1e9;
  return code;
}
