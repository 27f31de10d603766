/* See metrics.h. A family's series stand in a table of chains: to find one is to follow pointers that never
 * change once they are set; to make one takes the family's lock. */
#include "metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../base/number.h"
#include "../base/text.h"

#define CHAINS 256

struct metric {
  metric_family *family;
  struct metric *next_in_chain;  /* set before the series can be found */
  _Atomic(struct metric *) next; /* in the order made */
  uint64_t hash;
  const char *values[METRIC_LABELS];
  atomic_uint_least64_t bits;     /* of a double: the value, or the sum of a histogram */
  atomic_uint_least64_t *buckets; /* not cumulative; the last is +Inf */
};

struct metric_family {
  metric_kind kind;
  const char *name, *help;
  const char *labels[METRIC_LABELS];
  size_t label_count;
  const double *bounds;
  size_t bound_count;
  metric_collect *collect;
  void *collect_ctx;
  pthread_mutex_t mutex; /* to make a series */
  arena texts;
  size_t series_count;
  _Atomic(metric *) chains[CHAINS];
  _Atomic(metric *) first;
  metric *last, *other;
  metric_family *after;
};

struct metrics {
  metric_family *first, *last;
};

struct metric_sink {
  metric_family *family;
  buffer *out;
};

/* ---- families ---- */

metrics *metrics_new(void) {
  return mem_alloc(sizeof(metrics));
}

static void free_family(metric_family *f) {
  for (metric *s = atomic_load(&f->first), *next; s; s = next) {
    next = atomic_load(&s->next);
    free(s->buckets);
    free(s);
  }
  if (f->other) free(f->other->buckets);
  free(f->other);
  arena_deinit(&f->texts);
  pthread_mutex_destroy(&f->mutex);
  free(f);
}

void metrics_free(metrics *m) {
  if (!m) return;
  for (metric_family *f = m->first, *next; f; f = next) {
    next = f->after;
    free_family(f);
  }
  free(m);
}

metric_family *metrics_add(metrics *m, metric_kind kind, const char *name, const char *help,
                           const char *const *labels) {
  metric_family *f = mem_alloc(sizeof *f);
  f->kind = kind;
  f->name = name;
  f->help = help;
  for (; labels && labels[f->label_count] && f->label_count < METRIC_LABELS; f->label_count++)
    f->labels[f->label_count] = labels[f->label_count];
  pthread_mutex_init(&f->mutex, NULL);
  if (m->last)
    m->last->after = f;
  else
    m->first = f;
  m->last = f;
  return f;
}

metric_family *metrics_add_histogram(metrics *m, const char *name, const char *help,
                                     const char *const *labels, const double *bounds,
                                     size_t count) {
  metric_family *f = metrics_add(m, METRIC_HISTOGRAM, name, help, labels);
  f->bounds = bounds;
  f->bound_count = count;
  return f;
}

void metrics_collect(metrics *m, metric_kind kind, const char *name, const char *help,
                     const char *const *labels, metric_collect *collect, void *ctx) {
  metric_family *f = metrics_add(m, kind, name, help, labels);
  f->collect = collect;
  f->collect_ctx = ctx;
}

/* ---- series ---- */

static uint64_t hash_of(const metric_family *f, const char *const *values) {
  uint64_t hash = 0;
  for (size_t i = 0; i < f->label_count; i++)
    hash = XXH3_64bits_withSeed(values[i], strlen(values[i]), hash + i);
  return hash;
}

static metric *find(const metric_family *f, metric *in, const char *const *values, uint64_t hash) {
  for (metric *s = in; s; s = s->next_in_chain) {
    size_t same = 0;
    if (s->hash != hash) continue;
    while (same < f->label_count && !strcmp(s->values[same], values[same])) same++;
    if (same == f->label_count) return s;
  }
  return NULL;
}

static metric *new_series(metric_family *f, const char *const *values, uint64_t hash) {
  metric *s = mem_alloc(sizeof *s);
  s->family = f;
  s->hash = hash;
  for (size_t i = 0; i < f->label_count; i++) s->values[i] = arena_string(&f->texts, values[i]);
  if (f->kind == METRIC_HISTOGRAM) s->buckets = mem_array(f->bound_count + 1, sizeof *s->buckets);
  return s;
}

/* With the family's lock. */
static metric *other(metric_family *f) {
  static const char *const values[METRIC_LABELS] = {"other", "other", "other", "other"};
  if (!f->other) f->other = new_series(f, values, 0);
  return f->other;
}

static metric *make(metric_family *f, const char *const *values, uint64_t hash) {
  _Atomic(metric *) *chain = &f->chains[hash % CHAINS];
  pthread_mutex_lock(&f->mutex);
  metric *s = find(f, atomic_load(chain), values, hash); /* another thread may have been first */
  if (!s && f->series_count >= METRIC_SERIES_MOST) s = other(f);
  if (!s) {
    s = new_series(f, values, hash);
    s->next_in_chain = atomic_load(chain);
    atomic_store(chain, s);
    if (f->last)
      atomic_store(&f->last->next, s);
    else
      atomic_store(&f->first, s);
    f->last = s;
    f->series_count++;
  }
  pthread_mutex_unlock(&f->mutex);
  return s;
}

metric *metric_of(metric_family *f, const char *const *values) {
  uint64_t hash = hash_of(f, values);
  metric *s = find(f, atomic_load(&f->chains[hash % CHAINS]), values, hash);
  return s ? s : make(f, values, hash);
}

/* ---- values ---- */

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static double value_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void add(metric *s, double amount) {
  uint64_t before = atomic_load_explicit(&s->bits, memory_order_relaxed);
  while (!atomic_compare_exchange_weak_explicit(&s->bits, &before,
                                                bits_of(value_of(before) + amount),
                                                memory_order_relaxed, memory_order_relaxed)) {
  }
}

void metric_add(metric *s, double amount) {
  if (isnan(amount) || (s->family->kind == METRIC_COUNTER && amount < 0)) return;
  add(s, amount);
}

void metric_set(metric *s, double value) {
  atomic_store_explicit(&s->bits, bits_of(value), memory_order_relaxed);
}

void metric_observe(metric *s, double value) {
  const metric_family *f = s->family;
  size_t i = 0;
  if (isnan(value)) return;
  while (i < f->bound_count && value > f->bounds[i]) i++;
  atomic_fetch_add_explicit(&s->buckets[i], 1, memory_order_relaxed);
  add(s, value);
}

double metric_value(const metric *s) {
  if (s->family->kind != METRIC_HISTOGRAM)
    return value_of(atomic_load_explicit(&s->bits, memory_order_relaxed));
  uint64_t count = 0;
  for (size_t i = 0; i <= s->family->bound_count; i++)
    count += atomic_load_explicit(&s->buckets[i], memory_order_relaxed);
  return (double)count;
}

/* ---- writing ---- */

static void write_number(buffer *out, double value) {
  char text[48];
  if (isnan(value)) {
    buffer_text(out, "NaN");
  } else if (isinf(value)) {
    buffer_text(out, value < 0 ? "-Inf" : "+Inf");
  } else {
    buffer_add(out, text, number_write(text, value));
  }
}

/* HELP escapes backslash and newline, a label's value the quote too; bytes that are no UTF-8 become
 * U+FFFD, and other control characters blanks. */
static void write_escaped(buffer *out, const char *text, bool quoted) {
  for (size_t left = strlen(text), n; left; text += n, left -= n) {
    n = 1;
    while (n < left && n < 4 && ((unsigned char)text[n] & 0xC0) == 0x80) n++;
    if (*text == '\n')
      buffer_text(out, "\\n");
    else if (*text == '\\' || (quoted && *text == '"'))
      buffer_format(out, "\\%c", *text);
    else if (!text_valid_utf8(text, n))
      buffer_text(out, "\xEF\xBF\xBD");
    else if (n == 1 && (unsigned char)*text < 0x20)
      buffer_char(out, ' ');
    else
      buffer_add(out, text, n);
  }
}

/* {a="x",le="0.1"}; `bound` NULL: no le. */
static void write_labels(buffer *out, const metric_family *f, const char *const *values,
                         const double *bound) {
  if (!f->label_count && !bound) return;
  for (size_t i = 0; i < f->label_count; i++) {
    buffer_format(out, "%c%s=\"", i ? ',' : '{', f->labels[i]);
    write_escaped(out, values[i], true);
    buffer_char(out, '"');
  }
  if (bound) {
    buffer_format(out, "%cle=\"", f->label_count ? ',' : '{');
    write_number(out, *bound);
    buffer_char(out, '"');
  }
  buffer_char(out, '}');
}

static void write_sample(buffer *out, const metric_family *f, const char *suffix,
                         const char *const *values, const double *bound, double value) {
  buffer_format(out, "%s%s", f->name, suffix);
  write_labels(out, f, values, bound);
  buffer_char(out, ' ');
  write_number(out, value);
  buffer_char(out, '\n');
}

static void write_series(buffer *out, const metric *s) {
  const metric_family *f = s->family;
  static const double infinite = (double)INFINITY;
  if (f->kind != METRIC_HISTOGRAM) {
    write_sample(out, f, "", s->values, NULL, metric_value(s));
    return;
  }
  uint64_t count = 0;
  for (size_t i = 0; i <= f->bound_count; i++) {
    count += atomic_load_explicit(&s->buckets[i], memory_order_relaxed);
    write_sample(out, f, "_bucket", s->values, i < f->bound_count ? &f->bounds[i] : &infinite,
                 (double)count);
  }
  write_sample(out, f, "_sum", s->values, NULL,
               value_of(atomic_load_explicit(&s->bits, memory_order_relaxed)));
  write_sample(out, f, "_count", s->values, NULL, (double)count);
}

void metric_tell(metric_sink *sink, const char *const *values, double value) {
  write_sample(sink->out, sink->family, "", values, NULL, value);
}

static void write_family(metric_family *f, buffer *out) {
  static const char *const kinds[] = {"counter", "gauge", "histogram"};
  buffer_format(out, "# HELP %s ", f->name);
  write_escaped(out, f->help, false);
  buffer_format(out, "\n# TYPE %s %s\n", f->name, kinds[f->kind]);
  if (f->collect) {
    f->collect(f->collect_ctx, &(metric_sink){f, out});
    return;
  }
  for (const metric *s = atomic_load(&f->first); s; s = atomic_load(&s->next)) write_series(out, s);
  pthread_mutex_lock(&f->mutex);
  const metric *rest = f->other;
  pthread_mutex_unlock(&f->mutex);
  if (rest) write_series(out, rest);
}

void metrics_write(metrics *m, buffer *out) {
  for (metric_family *f = m->first; f; f = f->after) write_family(f, out);
}
