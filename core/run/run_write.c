/* The writer's thread of a run: puts the batches back into the order of the source, writes them or leaves
 * them to the next phase, and ends the run. It alone writes to the store. */
#include "run_parts.h"

#include <stdlib.h>
#include <string.h>

#include "guard.h"

#define IDLE_MS 200 /* after which the writer commits what it has */

static error_code count_last_run(run *r, error *e) {
  store_reader *reader_of_last;
  error none;
  const error_code code = store_reader_open(r->store, r->o->pack->name, &reader_of_last, &none);
  if (code == ERR_NOT_FOUND) return ERR_OK;
  if (code) return error_set(e, code, "%s", none.message);
  const store_run *last = store_reader_run(reader_of_last);
  r->last = last->counts;
  r->last_related_count = last->related_count;
  r->last_related = arena_array(&r->texts, last->related_count + 1, sizeof *r->last_related);
  for (size_t i = 0; i < last->related_count; i++)
    r->last_related[i] = (store_related){.name = arena_string(&r->texts, last->related[i].name),
                                         .rows = last->related[i].rows};
  store_reader_close(reader_of_last);
  return ERR_OK;
}

/* Room on the disk, the last run's size, the run's own tables. Here and not in the calling thread,
 * since sweeping what a killed run left can take a while. */
static error_code begin(run *r, error *e) {
  const char *name = r->o->pack->name;
  const uint64_t bytes = r->o->limit < 0 ? r->result->source_bytes : 0; /* only a part is read */
  error_code code = guard_disk(r->store, bytes, r->result->related_bytes, name, e);
  if (!code) code = count_last_run(r, e);
  if (!code) code = store_begin(r->store, &r->manifest.info, &r->result->run_id, e);
  uv_mutex_lock(&r->mutex);
  r->begun = code == ERR_OK;
  uv_cond_broadcast(&r->changed);
  uv_mutex_unlock(&r->mutex);
  return code;
}

static error_code same_hash(void *ctx, const uint64_t *sequences, size_t n, error *e) {
  run *r = ctx;
  if (atomic_load(&r->stopping)) return error_set(e, ERR_INTERRUPTED, "stopped");
  return store_duplicates(r->store, sequences, n, NULL, e);
}

/* The next batch in order; while there is none for a time, what is written is committed. */
static error_code next_batch(run *r, work **out, error *e) {
  bool late;
  *out = queue_pop_within(r->done, IDLE_MS, &late);
  if (!late) return ERR_OK;
  const error_code code = store_flush(r->store, e);
  if (!code) *out = queue_pop(r->done);
  return code;
}

/* A batch is written, or left to the next phase; what the door refused is written at once. */
static error_code write_batch(run *r, work *w, error *e) {
  const decisions refused = {.batch = w->in};
  if (r->at + 1 == r->phases) return store_add(r->store, w->out, e);
  error_code code = r->at == 0 && w->in->reject_count ? store_add(r->store, &refused, e) : ERR_OK;
  return code ? code : census_add(r->census, &w->bytes, e);
}

/* What was read so far, written or not. */
static void count_records(const run *r, store_counts *out) {
  store_counted(r->store, out);
  if (r->census && r->at == 0) out->records += census_records(r->census);
}

/* Writes batch after batch as they come, in order. Ends with ERR_OK at the end of the source. */
static error_code write_batches(run *r, error *e) {
  store_counts counts;
  for (;;) {
    work *w;
    error_code code = next_batch(r, &w, e);
    if (code) return code;
    if (!w) break;
    if (w->failure.code) {
      *e = w->failure;
      return e->code;
    }
    code = write_batch(r, w, e);
    if (code) return code;
    count_records(r, &counts);
    atomic_store(&r->records, (uint64_t)counts.records);
    if ((code = guard_rejects_told(r->o, r->store, &counts, false, e))) return code;
    queue_push(r->free, w);
  }
  if (atomic_load(&r->stopping)) return error_set(e, ERR_INTERRUPTED, "stopped");
  return ERR_OK;
}

/* Past this no stop is heard: publication is short, and then it has happened. */
static error_code publish(run *r, error *e) {
  uv_mutex_lock(&r->mutex);
  const bool go = !r->failure.code;
  if (go) r->phase = PHASE_PUBLISHING;
  uv_mutex_unlock(&r->mutex);
  if (!go) return error_set(e, ERR_INTERRUPTED, "stopped");
  atomic_store(&r->stage, "publishing");
  return store_publish(r->store, r->o->keep, e);
}

static error_code count_related(run *r, error *e) {
  const size_t count = r->o->pack->related_count;
  store_related *now = mem_array(count + 1, sizeof *now);
  for (size_t i = 0; i < count; i++) {
    now[i] = feed_related(r->feed, i);
    r->result->related_unknown += now[i].unknown > 0 ? now[i].unknown : 0;
    r->result->related_keyless += now[i].keyless;
  }
  const error_code code =
      guard_shrink_related(r->o, r->last_related, r->last_related_count, now, count, e);
  if (!code) store_related_counted(r->store, now, count);
  free(now);
  return code;
}

/* Between two phases: who is in, and what is worked out over them. */
static error_code take_census(run *r, error *e) {
  store_counts counts;
  error_code code = ERR_OK;
  if (r->at == 0) {
    atomic_store(&r->stage, "checking keys");
    code = census_duplicates(r->census, r->keys, r->store, &r->stopping, e);
    if (code) return code;
    count_records(r, &counts);
    if ((code = guard_rejects_told(r->o, r->store, &counts, true, e))) return code;
    keys_free(r->keys);
    r->keys = NULL;
  }
  atomic_store(&r->stage, "working out totals");
  code = census_settle(r->census, r->at, &r->stopping, e);
  if (!code) code = store_flush(r->store, e);
  if (!code) code = census_turn(r->census, e);
  atomic_store(&r->stage, "grading");
  return code;
}

static error_code finish(run *r, error *e) {
  store_counts *counts = &r->result->counts;
  error_code code = ERR_OK;
  atomic_store(&r->stage, "checking keys");
  if (r->census)
    code = census_store(r->census, r->store, e);
  else
    code = keys_duplicates(r->keys, same_hash, r, e);
  if (code) return code;
  store_counted(r->store, counts);
  if ((code = guard_rejects_told(r->o, r->store, counts, true, e))) return code;
  if ((code = guard_shrink(r->o, &r->last, counts, e))) return code;
  if ((code = count_related(r, e))) return code;
  atomic_store(&r->stage, "indexing");
  if ((code = store_seal(r->store, e))) return code;
  return publish(r, e);
}

void run_write(void *arg) {
  run *r = arg;
  error e = {0};
  const bool last = r->at + 1 == r->phases;
  error_code code = r->at == 0 ? begin(r, &e) : ERR_OK;
  if (!code) code = write_batches(r, &e);
  if (!code) code = last ? finish(r, &e) : take_census(r, &e);
  if (code) run_fail(r, &e);
  uv_mutex_lock(&r->mutex);
  if (code && !r->failure.code) r->failure = e; /* the publication itself failed */
  if (code || last) r->phase = PHASE_OVER;
  uv_mutex_unlock(&r->mutex);
  if (code) run_stop_all(r);
  if (code && r->begun) store_discard(r->store, r->failure.message);
  run_thread_ends(r, false);
}
