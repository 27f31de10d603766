/* The feed: the customers' reader, the related sources and their join. What other threads touch are the
 * readers' own atomics and those of its head. */
#include "feed.h"

#include <stdatomic.h>
#include <stdlib.h>

struct feed {
  atomic_bool cancelled;
  _Atomic(reader *) at_hand; /* whose progress is told */
  _Atomic(const char *) stage;

  const run_options *o;
  reader *customers;
  bool abandoned; /* the customers' reader */
  size_t count;
  related **related;
  const char **stages; /* by related list */
  arena texts;
  join *join; /* NULL: no related lists */
  bool may_merge;
  slice ahead; /* the first slice, looked at before the related sources are opened */
};

feed *feed_new(const run_options *o, sources *from, bool may_merge) {
  const pack *p = o->pack;
  feed *f = mem_alloc(sizeof *f);
  f->o = o;
  f->customers =
      reader_new(from->customers.plugin, &from->customers.settings, &p->schema, o->limit);
  f->count = p->related_count;
  f->may_merge = may_merge && !from->once;
  f->related = mem_array(f->count + 1, sizeof *f->related);
  f->stages = mem_array(f->count + 1, sizeof *f->stages);
  for (size_t i = 0; i < f->count; i++) {
    f->related[i] = related_new(o->plan, p, i, &from->related[i]);
    f->stages[i] = arena_format(&f->texts, "reading %s", p->related[i].name);
  }
  sources_deinit(from);
  atomic_store(&f->at_hand, f->customers);
  atomic_store(&f->stage, "grading");
  return f;
}

void feed_free(feed *f) {
  if (!f) return;
  slice_release(&f->ahead);
  join_free(f->join);
  for (size_t i = 0; i < f->count; i++) related_free(f->related[i]);
  if (!f->abandoned) reader_free(f->customers);
  free(f->related);
  free(f->stages);
  arena_deinit(&f->texts);
  free(f);
}

const char *feed_source(const feed *f) {
  return reader_source(f->customers);
}

/* ---- the feed's own thread ---- */

static bool is_cancelled(void *ctx) {
  feed *f = ctx;
  return atomic_load_explicit(&f->cancelled, memory_order_relaxed);
}

static void look_at(feed *f, reader *r, const char *stage) {
  atomic_store(&f->at_hand, r);
  atomic_store(&f->stage, stage);
}

static error_code open_related(feed *f, error *e) {
  cast *of_keys;
  error_code code = reader_keys(f->customers, &of_keys, e);
  if (code) return code;
  f->join = join_new(f->related, f->count, f->may_merge, is_cancelled, f);
  code = reader_next(f->customers, &f->ahead, e);
  if (code) cast_free(of_keys);
  if (!code) code = join_begin(f->join, of_keys, f->ahead.array ? &f->ahead : NULL, e);
  for (size_t i = 0; i < f->count && !code; i++) {
    look_at(f, related_reader(f->related[i]), f->stages[i]);
    code = join_open(f->join, i, e);
  }
  look_at(f, f->customers, "grading");
  return code;
}

error_code feed_open(feed *f, cast **out, error *e) {
  error_code code = reader_open(f->customers, out, e);
  return !code && f->count ? open_related(f, e) : code;
}

static error_code next_slice(feed *f, slice *out, error *e) {
  *out = f->ahead;
  f->ahead = (slice){0};
  return out->array ? ERR_OK : reader_next(f->customers, out, e);
}

error_code feed_next(feed *f, slice *out, joined *rows, error *e) {
  error_code code = next_slice(f, out, e);
  if (code || !f->join) return code;
  if (!out->array) return join_end(f->join, e);
  const size_t n = out->n;
  code = join_slice(f->join, out, rows, e);
  if (!code && out->n < n) reader_give_back(f->customers, n - out->n);
  return code;
}

/* ---- any thread ---- */

void feed_cancel(feed *f) {
  atomic_store(&f->cancelled, true);
  reader_cancel(f->customers);
  for (size_t i = 0; i < f->count; i++) reader_cancel(related_reader(f->related[i]));
}

void feed_progress(feed *f, uint64_t *done, uint64_t *total, const char **stage) {
  *stage = atomic_load(&f->stage);
  reader_progress(atomic_load(&f->at_hand), done, total);
}

bool feed_abandon(feed *f) {
  if (reader_abandon(f->customers)) return f->abandoned = true;
  for (size_t i = 0; i < f->count; i++)
    if (reader_abandon(related_reader(f->related[i]))) {
      related_abandoned(f->related[i]);
      return true;
    }
  return false;
}

bool feed_unsorted(const feed *f) {
  return f->join && join_unsorted(f->join);
}

store_related feed_related(const feed *f, size_t i) {
  const related *r = f->related[i];
  const related_counts *c = related_counted(r);
  const bool all = f->o->limit < 0 && f->join; /* else a row's customer may be among the others */
  return (store_related){.name = related_name(r),
                         .source = related_source(r),
                         .rows = (int64_t)c->read,
                         .unknown = all ? (int64_t)join_unknown(f->join, i) : -1,
                         .keyless = (int64_t)c->keyless,
                         .first_keyless = c->keyless ? c->first : NULL};
}
