/* The reader of a source. Its only state that other threads touch are the atomics of its head. */
#include "reader.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { OUTSIDE, INSIDE, ABANDONED }; /* of the plugin's code */

struct shared_array {
  struct ArrowArray array;
  atomic_int references;
};

struct reader {
  atomic_int place;
  int cancel; /* written with atomic stores, read by the plugin */
  _Atomic uint64_t done, total;

  assay_plugin plugin; /* a copy: the host may be gone when an abandoned reader comes back */
  plugin_settings settings;
  const schema *schema;
  char **fields; /* copies: the plugin may look at them after the pack is gone */
  size_t field_count;
  bool *wanted; /* by field of the schema */
  assay_request request;
  char *source;
  struct ArrowArrayStream stream;

  int64_t left;     /* records that may still be given; -1 = all */
  uint64_t records; /* given so far */
  slice current;    /* of the array at hand: the next one to be given */
  size_t remaining; /* rows of it not given yet */
};

static void note_progress(void *ctx, uint64_t done, uint64_t total) {
  reader *r = ctx;
  atomic_store_explicit(&r->done, done, memory_order_relaxed);
  atomic_store_explicit(&r->total, total, memory_order_relaxed);
}

/* What is joined from elsewhere is no column of this source. */
static void want_fields(reader *r) {
  r->wanted = mem_array(r->schema->count, sizeof *r->wanted);
  r->fields = mem_array(r->schema->count, sizeof *r->fields);
  for (size_t i = 0; i < r->schema->count; i++) {
    r->wanted[i] = !r->schema->fields[i].joined;
    if (r->wanted[i]) r->fields[r->field_count++] = mem_string(r->schema->fields[i].column);
  }
}

reader *reader_new(const assay_plugin *p, plugin_settings *settings, const schema *s,
                   int64_t limit) {
  reader *r = mem_alloc(sizeof *r);
  r->plugin = *p;
  r->settings = *settings;
  *settings = (plugin_settings){0};
  r->schema = s;
  r->left = limit;
  want_fields(r);
  r->source = plugin_describe(p, &r->settings);
  r->request = (assay_request){.struct_size = sizeof r->request,
                               .settings = r->settings.items,
                               .setting_count = r->settings.count,
                               .fields = (const char *const *)r->fields,
                               .field_count = r->field_count,
                               .shards = 1,
                               .batch_rows = BATCH_ROWS,
                               .cancel = &r->cancel,
                               .progress = note_progress,
                               .progress_ctx = r};
  return r;
}

void reader_free(reader *r) {
  if (!r) return;
  slice_release(&r->current);
  if (r->stream.release) r->stream.release(&r->stream);
  for (size_t i = 0; i < r->field_count; i++) free(r->fields[i]);
  free(r->fields);
  free(r->wanted);
  plugin_settings_deinit(&r->settings);
  free(r->source);
  free(r);
}

const char *reader_source(const reader *r) {
  return r->source;
}

void reader_cancel(reader *r) {
  __atomic_store_n(&r->cancel, 1, __ATOMIC_RELAXED);
}

void reader_progress(reader *r, uint64_t *done, uint64_t *total) {
  *done = atomic_load_explicit(&r->done, memory_order_relaxed);
  *total = atomic_load_explicit(&r->total, memory_order_relaxed);
}

bool reader_abandon(reader *r) {
  int inside = INSIDE;
  return atomic_compare_exchange_strong(&r->place, &inside, ABANDONED);
}

static void enter(reader *r) {
  atomic_store(&r->place, INSIDE);
}

/* Comes back from the plugin; does not return if everybody else has gone. */
static void leave(reader *r) {
  int inside = INSIDE;
  if (atomic_compare_exchange_strong(&r->place, &inside, OUTSIDE)) return;
  reader_free(r);
  pthread_exit(NULL);
}

static error_code stream_failed(reader *r, int status, const char *what, error *e) {
  const char *said = r->stream.get_last_error ? r->stream.get_last_error(&r->stream) : NULL;
  if (!said || !*said) said = strerror(status);
  return error_set(e, ERR_SOURCE, "source %s: %s: %s", r->source, what, said);
}

static error_code bind(reader *r, const bool *wanted, cast **out, error *e) {
  struct ArrowSchema types = {0};
  enter(r);
  const int status = r->stream.get_schema(&r->stream, &types);
  leave(r);
  if (status) return stream_failed(r, status, "it gives no schema", e);
  const error_code code = cast_new(r->schema, wanted, &types, r->source, out, e);
  if (types.release) types.release(&types);
  return code;
}

error_code reader_open(reader *r, cast **out, error *e) {
  struct ArrowArrayStream stream = {0};
  error problem = {0};
  enter(r);
  const error_code code = plugin_open(&r->plugin, &r->request, &stream, &problem);
  r->stream = stream;
  leave(r);
  if (code) return error_set(e, code, "%s", problem.message);
  return bind(r, r->wanted, out, e);
}

error_code reader_keys(reader *r, cast **out, error *e) {
  bool *none = mem_array(r->schema->count + 1, sizeof *none);
  const error_code code = bind(r, none, out, e);
  free(none);
  return code;
}

void reader_give_back(reader *r, size_t n) {
  r->current.from -= n;
  r->remaining += n;
  r->records -= n;
  if (r->left >= 0) r->left += (int64_t)n;
}

/* Fetches the next array that has rows. False at the end, with `code` set on failure. */
static bool fetch(reader *r, error_code *code, error *e) {
  for (;;) {
    shared_array *next = mem_alloc(sizeof *next);
    enter(r);
    const int status = r->stream.get_next(&r->stream, &next->array);
    r->current.array = next; /* so that an abandoned reader lets go of it, too */
    r->current.n = 0;
    atomic_store(&next->references, 1);
    leave(r);
    if (status) {
      *code = stream_failed(r, status, "it stopped", e);
      return false;
    }
    if (!next->array.release) return false;
    if (next->array.length < 0) {
      *code = error_set(e, ERR_SOURCE, "source %s: an array of length %lld; the plugin is wrong",
                        r->source, (long long)next->array.length);
      return false;
    }
    r->current.from = 0;
    r->current.first = r->records;
    r->remaining = (size_t)next->array.length;
    if (r->remaining > 0) return true;
    slice_release(&r->current);
  }
}

error_code reader_next(reader *r, slice *out, error *e) {
  *out = (slice){0};
  error_code code = ERR_OK;
  if (r->left == 0) return ERR_OK;
  if (r->remaining == 0) {
    slice_release(&r->current);
    if (!fetch(r, &code, e)) {
      slice_release(&r->current);
      return code;
    }
  }
  size_t n = r->remaining < BATCH_ROWS ? r->remaining : BATCH_ROWS;
  if (r->left >= 0 && (int64_t)n > r->left) n = (size_t)r->left;
  *out = r->current;
  out->n = n;
  atomic_fetch_add(&out->array->references, 1);
  r->current.from += n;
  r->remaining -= n;
  r->records += n;
  if (r->left >= 0) r->left -= (int64_t)n;
  return ERR_OK;
}

const struct ArrowArray *slice_array(const slice *s) {
  return &s->array->array;
}

void slice_release(slice *s) {
  shared_array *a = s->array;
  s->array = NULL;
  if (!a || atomic_fetch_sub(&a->references, 1) != 1) return;
  if (a->array.release) a->array.release(&a->array);
  free(a);
}
