/* The join itself: runs in the reader's thread, in the order of the customers. */
#include "join.h"

#include <stdlib.h>
#include <string.h>

#include "../data/cluster.h"

#define STAGE_BUDGET ((size_t)48 << 20) /* bytes, while the rows of one list are clustered */
#define SLICE_ROWS 65536                /* of all lists, beyond which a slice ends */

/* The rows of a list in ascending order of the key, as they come. */
typedef struct merge {
  const related_row *rows; /* of the piece at hand */
  size_t at, count;
  buffer edge;       /* key of the last row of the piece before */
  buffer key, bytes; /* of the customer at hand: its rows, in order */
  uint64_t group, keyed, found;
  buffer raw; /* its rows as they came */
  size_t *starts, start_count, start_capacity;
} merge;

typedef struct list {
  related *source;
  cluster *cluster; /* NULL: merged */
  merge merge;
} list;

struct join {
  size_t count;
  list *lists;
  bool merges, unsorted;
  bool (*stop)(void *ctx);
  void *ctx;
  cast *keys;
  batch *batch; /* the keys of a slice */
  buffer last;  /* key of the customer before */
};

join *join_new(related *const *from, size_t count, bool may_merge, bool (*stop)(void *ctx),
               void *ctx) {
  join *j = mem_alloc(sizeof *j);
  j->count = count;
  j->lists = mem_array(count, sizeof *j->lists);
  for (size_t i = 0; i < count; i++) j->lists[i].source = from[i];
  j->merges = may_merge;
  j->stop = stop;
  j->ctx = ctx;
  return j;
}

static void merge_deinit(merge *m) {
  buffer_deinit(&m->edge);
  buffer_deinit(&m->key);
  buffer_deinit(&m->bytes);
  buffer_deinit(&m->raw);
  free(m->starts);
}

void join_free(join *j) {
  if (!j) return;
  for (size_t i = 0; i < j->count; i++) {
    cluster_free(j->lists[i].cluster);
    merge_deinit(&j->lists[i].merge);
  }
  free(j->lists);
  cast_free(j->keys);
  batch_free(j->batch);
  buffer_deinit(&j->last);
  free(j);
}

static int compare(const char *a, size_t n, const char *b, size_t m) {
  const size_t least = n < m ? n : m;
  const int c = least ? memcmp(a, b, least) : 0;
  return c ? c : (n > m) - (n < m);
}

static int compare_to(const buffer *a, const char *b, size_t m) {
  return compare(a->data, a->size, b, m);
}

static void keep_key(buffer *to, const char *key, size_t n) {
  buffer_clear(to);
  buffer_add(to, key, n);
}

static bool stopped(const join *j) {
  return j->stop && j->stop(j->ctx);
}

static error_code not_sorted(join *j, const char *what, error *e) {
  j->unsorted = true;
  return error_set(e, ERR_SOURCE,
                   "%s: its keys do not come in ascending order, as they did at first; the run "
                   "begins again",
                   what);
}

/* ---- beginning ---- */

static const char *key_of(const batch *b, size_t row, size_t *n) {
  const text_data *t = &b->columns[b->schema->key].text;
  *n = t->offsets[row + 1] - t->offsets[row];
  return t->bytes + t->offsets[row];
}

static error_code cast_keys(join *j, const slice *s, error *e) {
  return cast_rows(j->keys, slice_array(s), s->from, s->n, s->first, j->batch, NULL, e);
}

static bool keys_ascend(const batch *b) {
  for (size_t row = 1; row < b->rows; row++) {
    size_t n, m;
    const char *x = key_of(b, row - 1, &n), *y = key_of(b, row, &m);
    if (compare(x, n, y, m) > 0) return false;
  }
  return true;
}

error_code join_begin(join *j, cast *of_keys, const slice *first, error *e) {
  const schema *s = cast_schema(of_keys);
  bool *none = mem_array(s->count + 1, sizeof *none);
  none[s->key] = true;
  j->keys = of_keys;
  j->batch = batch_new(s, none);
  free(none);
  if (!first) return ERR_OK;
  const error_code code = cast_keys(j, first, e);
  j->merges = j->merges && !code && keys_ascend(j->batch);
  return code;
}

static bool rows_ascend(const related_row *rows, size_t count) {
  for (size_t i = 1; i < count; i++)
    if (compare(rows[i - 1].key, rows[i - 1].key_size, rows[i].key, rows[i].key_size) > 0)
      return false;
  return true;
}

static error_code cluster_all(join *j, list *l, const related_row *rows, size_t count, error *e) {
  l->cluster = cluster_new(STAGE_BUDGET, JOIN_ROWS_MOST, NULL);
  while (count) {
    for (size_t i = 0; i < count; i++)
      if (cluster_add(l->cluster, rows[i].key, rows[i].key_size, rows[i].bytes, rows[i].size, e))
        return e->code;
    if (stopped(j)) return error_set(e, ERR_INTERRUPTED, "stopped");
    if (related_next(l->source, &rows, &count, e)) return e->code;
  }
  return cluster_end(l->cluster, j->stop, j->ctx, e);
}

error_code join_open(join *j, size_t i, error *e) {
  list *l = &j->lists[i];
  merge *m = &l->merge;
  error_code code = related_open(l->source, e);
  if (!code) code = related_next(l->source, &m->rows, &m->count, e);
  if (code || (j->merges && rows_ascend(m->rows, m->count))) return code;
  return cluster_all(j, l, m->rows, m->count, e);
}

/* ---- merging ---- */

/* Moves on to the next row; the order is checked where pieces meet, and within each when it comes. */
static error_code merge_step(join *j, list *l, error *e) {
  merge *m = &l->merge;
  m->keyed++;
  if (++m->at < m->count) return ERR_OK;
  keep_key(&m->edge, m->rows[m->count - 1].key, m->rows[m->count - 1].key_size);
  m->at = 0;
  if (related_next(l->source, &m->rows, &m->count, e)) return e->code;
  if (stopped(j)) return error_set(e, ERR_INTERRUPTED, "stopped");
  if (m->count && (compare_to(&m->edge, m->rows[0].key, m->rows[0].key_size) > 0 ||
                   !rows_ascend(m->rows, m->count)))
    return not_sorted(j, related_name(l->source), e);
  return ERR_OK;
}

static void gather(merge *m, const related_row *r) {
  if (++m->group > JOIN_ROWS_MOST) return;
  if (m->start_count == m->start_capacity) {
    m->start_capacity = m->start_capacity ? m->start_capacity * 2 : 64;
    m->starts = mem_grow(m->starts, m->start_capacity, sizeof *m->starts);
  }
  m->starts[m->start_count++] = m->raw.size;
  const uint32_t size = (uint32_t)r->size;
  buffer_add(&m->raw, &size, sizeof size);
  buffer_add(&m->raw, r->bytes, r->size);
}

static const char *raw_row(const merge *m, size_t start, size_t *n) {
  uint32_t size;
  memcpy(&size, m->raw.data + start, sizeof size);
  *n = size;
  return m->raw.data + start + sizeof size;
}

static int compare_raw(const void *a, const void *b, void *ctx) {
  size_t n, k;
  const char *x = raw_row(ctx, *(const size_t *)a, &n), *y = raw_row(ctx, *(const size_t *)b, &k);
  return compare(x, n, y, k);
}

static void order_group(merge *m) {
  if (m->start_count > 1) qsort_r(m->starts, m->start_count, sizeof *m->starts, compare_raw, m);
  for (size_t i = 0; i < m->start_count && m->group <= JOIN_ROWS_MOST; i++) {
    size_t n;
    const char *bytes = raw_row(m, m->starts[i], &n);
    buffer_add(&m->bytes, bytes, n);
  }
}

/* The rows of a customer whose key is not below those before. */
static error_code merge_find(join *j, list *l, const char *key, size_t n, error *e) {
  merge *m = &l->merge;
  if (m->key.size && compare_to(&m->key, key, n) == 0) return ERR_OK; /* a duplicate */
  keep_key(&m->key, key, n);
  buffer_clear(&m->bytes);
  buffer_clear(&m->raw);
  m->start_count = 0;
  m->group = 0;
  while (m->at < m->count) {
    const related_row *r = &m->rows[m->at];
    const int c = compare(r->key, r->key_size, key, n);
    if (c > 0) break;
    if (c == 0) gather(m, r);
    if (merge_step(j, l, e)) return e->code;
  }
  m->found += m->group;
  order_group(m);
  return ERR_OK;
}

/* ---- slices ---- */

static error_code find_rows(join *j, size_t i, const char *key, size_t n, joined_list *out,
                            uint64_t *count, error *e) {
  list *l = &j->lists[i];
  if (l->cluster) return cluster_find(l->cluster, key, n, &out->bytes, count, e);
  if (merge_find(j, l, key, n, e)) return e->code;
  if (l->merge.bytes.size) buffer_add(&out->bytes, l->merge.bytes.data, l->merge.bytes.size);
  *count = l->merge.group;
  return ERR_OK;
}

/* One record of the slice; a customer without a key has no rows. */
static error_code join_record(join *j, size_t record, const char *key, size_t n, joined *out,
                              uint64_t *rows, error *e) {
  for (size_t i = 0; i < j->count; i++) {
    joined_list *to = &out->lists[i];
    to->counts[record] = 0;
    if (key && find_rows(j, i, key, n, to, &to->counts[record], e)) return e->code;
    to->ends[record] = to->bytes.size;
    if (to->counts[record] <= JOIN_ROWS_MOST) *rows += to->counts[record];
  }
  return ERR_OK;
}

static error_code check_order(join *j, const char *key, size_t n, error *e) {
  if (!j->merges) return ERR_OK;
  if (j->last.size && compare_to(&j->last, key, n) > 0)
    return not_sorted(j, "the source of the customers", e);
  keep_key(&j->last, key, n);
  return ERR_OK;
}

error_code join_slice(join *j, slice *s, joined *out, error *e) {
  uint64_t rows = 0;
  if (cast_keys(j, s, e)) return e->code;
  out->first = s->first + s->from;
  for (size_t i = 0; i < j->count; i++) buffer_clear(&out->lists[i].bytes);
  for (size_t record = 0, row = 0; record < s->n; record++) {
    size_t n = 0;
    const char *key = NULL;
    if (row < j->batch->rows && j->batch->sequence[row] == out->first + record)
      key = key_of(j->batch, row++, &n);
    if (key && check_order(j, key, n, e)) return e->code;
    if (join_record(j, record, key, n, out, &rows, e)) return e->code;
    if (rows >= SLICE_ROWS) s->n = record + 1;
  }
  return ERR_OK;
}

error_code join_end(join *j, error *e) {
  for (size_t i = 0; i < j->count; i++) {
    list *l = &j->lists[i];
    while (!l->cluster && l->merge.at < l->merge.count)
      if (merge_step(j, l, e)) return e->code;
  }
  return ERR_OK;
}

bool join_unsorted(const join *j) {
  return j->unsorted;
}

uint64_t join_unknown(const join *j, size_t i) {
  const list *l = &j->lists[i];
  if (l->cluster) return cluster_rows(l->cluster) - cluster_found(l->cluster);
  return l->merge.keyed - l->merge.found;
}
