/* Rows by key: sorted runs, merged once.
 *
 * Order: by the hash of the key, then the key, then the bytes of the row. A row in the block and in a
 * run is two varints (the sizes), the key, the bytes. In the merged file the rows of a key follow a
 * head: three varints (size of the key, number of rows, their bytes) and the key. */
#include "cluster.h"

#include <stdlib.h>
#include <string.h>

#include "../base/spill.h"
#include "keys.h"

#define BLOCK_LEAST ((uint64_t)4096) /* of the merged file, for one entry of its index */
#define INDEX_MOST ((uint64_t)65536) /* entries: beyond, each covers more */
#define STAY_SHARE 8                 /* of the budget that rows may keep in memory for good */
#define READ_LEAST ((size_t)4096)    /* of a run at a time */
#define WRITE_ROOM ((size_t)1 << 18)
#define STOP_EVERY 65536 /* rows between looking up */
#define INSERTION_MOST 12

typedef struct ref {
  uint64_t hash;
  uint32_t at; /* in the block */
} ref;

typedef struct run {
  uint64_t start, end;
} run;

/* From here on until the next entry, all keys have at least this hash. */
typedef struct entry {
  uint64_t hash, at, number; /* number: of its first key among all keys */
} entry;

struct cluster {
  size_t budget, most;
  char *folder;
  buffer block;
  ref *refs, *spare;
  size_t count, capacity; /* of refs */
  spill *runs_file, *merged;
  run *runs;
  size_t run_count, run_capacity;
  entry *index;
  size_t index_count, index_capacity;
  uint64_t key_count;
  uint8_t *seen; /* a bit a key: looked for already */
  buffer page;   /* of the merged file, of entry number page_entry */
  size_t page_entry;
  uint64_t rows, found;
};

/* ---- a row in bytes ---- */

typedef struct row {
  uint64_t hash;
  const char *key, *bytes;
  size_t key_size, size;
} row;

static size_t put_varint(char *out, uint64_t x) {
  size_t n = 0;
  for (; x >= 0x80; x >>= 7) out[n++] = (char)(x | 0x80);
  out[n++] = (char)x;
  return n;
}

/* NULL if the varint does not end before `end`. */
static const char *get_varint(const char *at, const char *end, uint64_t *out) {
  *out = 0;
  for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
    const unsigned char byte = (unsigned char)*at++;
    *out |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) return at;
  }
  return NULL;
}

static void put_row(buffer *out, const char *key, size_t key_size, const char *bytes, size_t size) {
  buffer_reserve(out, 20 + key_size + size);
  out->size += put_varint(out->data + out->size, key_size);
  out->size += put_varint(out->data + out->size, size);
  buffer_add(out, key, key_size);
  if (size) buffer_add(out, bytes, size);
}

/* The row at `at`, without its hash; NULL if it goes on behind `end` (then `need` says how much it
 * is, as far as that is known). */
static const char *get_row(const char *at, const char *end, row *out, size_t *need) {
  uint64_t key_size, size;
  const char *p = get_varint(at, end, &key_size);
  if (p) p = get_varint(p, end, &size);
  *need = p ? (size_t)(p - at) + key_size + size : 20;
  if (!p || *need > (size_t)(end - at)) return NULL;
  out->key = p;
  out->key_size = key_size;
  out->bytes = p + key_size;
  out->size = size;
  return out->bytes + size;
}

static int compare_bytes(const char *a, size_t n, const char *b, size_t m) {
  const size_t least = n < m ? n : m;
  const int c = least ? memcmp(a, b, least) : 0;
  return c ? c : (n > m) - (n < m);
}

static int compare_rows(const row *a, const row *b) {
  if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
  const int c = compare_bytes(a->key, a->key_size, b->key, b->key_size);
  return c ? c : compare_bytes(a->bytes, a->size, b->bytes, b->size);
}

/* ---- the block ---- */

cluster *cluster_new(size_t budget, size_t most, const char *folder) {
  cluster *c = mem_alloc(sizeof *c);
  c->budget = budget;
  c->most = most;
  c->folder = folder ? mem_string(folder) : NULL;
  c->page_entry = SIZE_MAX;
  return c;
}

static void free_block(cluster *c) {
  buffer_deinit(&c->block);
  free(c->refs);
  free(c->spare);
  c->refs = c->spare = NULL;
  c->count = c->capacity = 0;
}

void cluster_free(cluster *c) {
  if (!c) return;
  free_block(c);
  spill_free(c->runs_file);
  spill_free(c->merged);
  free(c->runs);
  free(c->index);
  free(c->seen);
  free(c->folder);
  buffer_deinit(&c->page);
  free(c);
}

static row row_at(const cluster *c, const ref *r) {
  row out = {.hash = r->hash};
  size_t need;
  get_row(c->block.data + r->at, c->block.data + c->block.size, &out, &need);
  return out;
}

/* Eight stable passes over the bytes of the hash, the lowest first; those in which all are the same
 * are left out. */
static void sort_by_hash(cluster *c) {
  uint32_t counts[256];
  for (int shift = 0; shift < 64; shift += 8) {
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < c->count; i++) counts[c->refs[i].hash >> shift & 0xFF]++;
    if (counts[c->refs[0].hash >> shift & 0xFF] == c->count) continue;
    uint32_t place = 0;
    for (size_t b = 0; b < 256; b++) {
      const uint32_t n = counts[b];
      counts[b] = place;
      place += n;
    }
    for (size_t i = 0; i < c->count; i++)
      c->spare[counts[c->refs[i].hash >> shift & 0xFF]++] = c->refs[i];
    ref *swap = c->refs;
    c->refs = c->spare;
    c->spare = swap;
  }
}

static int compare_refs(const void *a, const void *b, void *ctx) {
  const row x = row_at(ctx, a), y = row_at(ctx, b);
  return compare_rows(&x, &y);
}

/* Rows of one hash, which are those of one key but for a freak of the hash. */
static void sort_alike(cluster *c, ref *refs, size_t n) {
  if (n > INSERTION_MOST) {
    qsort_r(refs, n, sizeof *refs, compare_refs, c);
    return;
  }
  for (size_t i = 1; i < n; i++) {
    const ref moved = refs[i];
    size_t k = i;
    for (; k > 0 && compare_refs(&refs[k - 1], &moved, c) > 0; k--) refs[k] = refs[k - 1];
    refs[k] = moved;
  }
}

static void sort_block(cluster *c) {
  if (!c->count) return;
  sort_by_hash(c);
  for (size_t i = 0, n; i < c->count; i += n) {
    for (n = 1; i + n < c->count && c->refs[i + n].hash == c->refs[i].hash;) n++;
    if (n > 1) sort_alike(c, c->refs + i, n);
  }
}

static error_code write_block(cluster *c, error *e) {
  if (!c->count) return ERR_OK;
  if (!c->runs_file) c->runs_file = spill_new(c->folder);
  sort_block(c);
  buffer out = {0};
  const uint64_t start = spill_size(c->runs_file);
  error_code code = ERR_OK;
  for (size_t i = 0; i < c->count && !code; i++) {
    const row r = row_at(c, &c->refs[i]);
    put_row(&out, r.key, r.key_size, r.bytes, r.size);
    if (out.size < WRITE_ROOM && i + 1 < c->count) continue;
    code = spill_append(c->runs_file, out.data, out.size, e);
    buffer_clear(&out);
  }
  buffer_deinit(&out);
  if (code) return code;
  if (c->run_count == c->run_capacity) {
    c->run_capacity = c->run_capacity ? c->run_capacity * 2 : 16;
    c->runs = mem_grow(c->runs, c->run_capacity, sizeof *c->runs);
  }
  c->runs[c->run_count++] = (run){start, spill_size(c->runs_file)};
  c->count = 0;
  buffer_clear(&c->block);
  return ERR_OK;
}

static void grow_refs(cluster *c) {
  c->capacity = c->capacity ? c->capacity * 2 : 1024;
  c->refs = mem_grow(c->refs, c->capacity, sizeof *c->refs);
  c->spare = mem_grow(c->spare, c->capacity, sizeof *c->spare);
}

error_code cluster_add(cluster *c, const char *key, size_t key_size, const char *bytes, size_t size,
                       error *e) {
  const size_t used = c->block.size + key_size + size + 2 * (c->count + 1) * sizeof(ref);
  if (used > c->budget && write_block(c, e)) return e->code;
  if (c->count == c->capacity) grow_refs(c);
  c->refs[c->count++] = (ref){keys_hash(key, key_size), (uint32_t)c->block.size};
  put_row(&c->block, key, key_size, bytes, size);
  c->rows++;
  return ERR_OK;
}

/* ---- merging ---- */

/* A sorted run, read in pieces, and its row at hand. */
typedef struct reader {
  uint64_t next, end; /* in the file, behind the piece */
  char *piece;
  size_t at, filled, room;
  row row;
} reader;

static error_code read_more(const cluster *c, reader *r, size_t need, error *e) {
  const size_t kept = r->filled - r->at;
  memmove(r->piece, r->piece + r->at, kept);
  r->at = 0;
  if (need > r->room) {
    r->room = need;
    r->piece = mem_grow(r->piece, r->room, 1);
  }
  const uint64_t left = r->end - r->next;
  const size_t n = left < r->room - kept ? (size_t)left : r->room - kept;
  r->filled = kept + n;
  const error_code code = spill_read(c->runs_file, r->next, r->piece + kept, n, e);
  r->next += n;
  return code;
}

/* The next row of the run; *there is false at its end. */
static error_code reader_next(const cluster *c, reader *r, bool *there, error *e) {
  size_t need = 0;
  const char *behind;
  *there = r->at < r->filled || r->next < r->end;
  if (!*there) return ERR_OK;
  while (!(behind = get_row(r->piece + r->at, r->piece + r->filled, &r->row, &need))) {
    if (r->next == r->end) return error_set(e, ERR_INTERNAL, "a temporary file ends within a row");
    if (read_more(c, r, need, e)) return e->code;
  }
  r->at = (size_t)(behind - r->piece);
  r->row.hash = keys_hash(r->row.key, r->row.key_size);
  return ERR_OK;
}

/* A heap of readers, the one with the least row on top. */
static void heap_sink(reader **heap, size_t count, size_t at) {
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= count) return;
    if (child + 1 < count && compare_rows(&heap[child + 1]->row, &heap[child]->row) < 0) child++;
    if (compare_rows(&heap[child]->row, &heap[at]->row) >= 0) return;
    reader *swap = heap[at];
    heap[at] = heap[child];
    heap[child] = swap;
    at = child;
  }
}

/* The rows of one key on their way into the merged file. */
typedef struct writer {
  cluster *cluster;
  buffer key, rows, out;
  uint64_t hash, last_hash, count, written, page_size;
} writer;

/* Keys of one hash are never parted. */
static void index_group(writer *w) {
  cluster *c = w->cluster;
  const uint64_t at = w->written + w->out.size;
  const entry *last = c->index_count ? &c->index[c->index_count - 1] : NULL;
  if (last && (at - last->at < w->page_size || w->hash == w->last_hash)) return;
  if (!c->index || c->index_count == c->index_capacity) {
    c->index_capacity = c->index_capacity ? c->index_capacity * 2 : 256;
    c->index = mem_grow(c->index, c->index_capacity, sizeof *c->index);
  }
  c->index[c->index_count++] = (entry){w->hash, at, c->key_count};
}

static error_code write_out(writer *w, error *e) {
  const error_code code = spill_append(w->cluster->merged, w->out.data, w->out.size, e);
  w->written += w->out.size;
  buffer_clear(&w->out);
  return code;
}

static error_code end_group(writer *w, error *e) {
  if (!w->count) return ERR_OK;
  index_group(w);
  buffer_reserve(&w->out, 30 + w->key.size);
  char *start = w->out.data + w->out.size, *at = start;
  at += put_varint(at, w->key.size);
  at += put_varint(at, w->count);
  at += put_varint(at, w->rows.size);
  w->out.size += (size_t)(at - start);
  buffer_add(&w->out, w->key.data, w->key.size);
  if (w->rows.size) buffer_add(&w->out, w->rows.data, w->rows.size);
  w->cluster->key_count++;
  w->last_hash = w->hash;
  w->count = 0;
  buffer_clear(&w->key);
  buffer_clear(&w->rows);
  return w->out.size < WRITE_ROOM ? ERR_OK : write_out(w, e);
}

static bool same_key(const writer *w, const row *r) {
  return w->count && w->hash == r->hash &&
         compare_bytes(w->key.data, w->key.size, r->key, r->key_size) == 0;
}

static error_code write_row(writer *w, const row *r, error *e) {
  if (!same_key(w, r)) {
    if (end_group(w, e)) return e->code;
    w->hash = r->hash;
    buffer_add(&w->key, r->key, r->key_size);
  }
  if (++w->count <= w->cluster->most) {
    if (r->size) buffer_add(&w->rows, r->bytes, r->size);
  } else if (w->count == w->cluster->most + 1) {
    buffer_deinit(&w->rows);
  }
  return ERR_OK;
}

typedef struct stopper {
  bool (*stop)(void *ctx);
  void *ctx;
} stopper;

static error_code merge_rows(cluster *c, reader **heap, size_t count, writer *w, const stopper *s,
                             error *e) {
  for (size_t i = count / 2; i-- > 0;) heap_sink(heap, count, i);
  for (uint64_t done = 1; count > 0; done++) {
    bool there;
    if (write_row(w, &heap[0]->row, e)) return e->code;
    if (reader_next(c, heap[0], &there, e)) return e->code;
    if (!there) heap[0] = heap[--count];
    heap_sink(heap, count, 0);
    if (done % STOP_EVERY == 0 && s->stop && s->stop(s->ctx))
      return error_set(e, ERR_INTERRUPTED, "stopped");
  }
  if (end_group(w, e)) return e->code;
  return write_out(w, e);
}

static error_code merge(cluster *c, const stopper *s, error *e) {
  const uint64_t size = spill_size(c->runs_file);
  const size_t room = c->budget / (c->run_count + 1);
  reader *readers = mem_array(c->run_count, sizeof *readers);
  reader **heap = mem_array(c->run_count, sizeof(reader *));
  writer w = {.cluster = c, .page_size = BLOCK_LEAST};
  if (size / INDEX_MOST > w.page_size) w.page_size = size / INDEX_MOST;
  c->merged = spill_new(c->folder);
  error_code code = ERR_OK;
  size_t count = 0;
  for (size_t i = 0; i < c->run_count && !code; i++) {
    bool there;
    readers[i] = (reader){.next = c->runs[i].start, .end = c->runs[i].end};
    readers[i].room = room > READ_LEAST ? room : READ_LEAST;
    readers[i].piece = mem_grow(NULL, readers[i].room, 1);
    code = reader_next(c, &readers[i], &there, e);
    heap[count++] = &readers[i];
  }
  if (!code) code = merge_rows(c, heap, count, &w, s, e);
  for (size_t i = 0; i < c->run_count; i++) free(readers[i].piece);
  free(readers);
  free(heap);
  buffer_deinit(&w.key);
  buffer_deinit(&w.rows);
  buffer_deinit(&w.out);
  return code;
}

error_code cluster_end(cluster *c, bool (*stop)(void *ctx), void *ctx, error *e) {
  const stopper s = {stop, ctx};
  const size_t used = c->block.size + 2 * c->count * sizeof(ref);
  if (!c->run_count && used <= c->budget / STAY_SHARE) {
    sort_block(c);
    c->key_count = c->count; /* at most; a bit a row is cheap here */
  } else {
    if (write_block(c, e)) return e->code;
    free_block(c);
    if (merge(c, &s, e)) return e->code;
    spill_free(c->runs_file);
    c->runs_file = NULL;
  }
  c->seen = mem_alloc((size_t)(c->key_count / 8 + 1));
  return ERR_OK;
}

/* ---- finding ---- */

static void note_found(cluster *c, uint64_t number, uint64_t rows) {
  uint8_t *byte = &c->seen[number / 8];
  const uint8_t bit = (uint8_t)(1u << (number % 8));
  if (!(*byte & bit)) c->found += rows;
  *byte |= bit;
}

static void find_in_block(cluster *c, const row *wanted, buffer *out, uint64_t *rows) {
  size_t low = 0, high = c->count, first;
  const size_t before = out->size;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (c->refs[middle].hash < wanted->hash)
      low = middle + 1;
    else
      high = middle;
  }
  for (first = low; low < c->count && c->refs[low].hash == wanted->hash; low++) {
    const row r = row_at(c, &c->refs[low]);
    if (compare_bytes(r.key, r.key_size, wanted->key, wanted->key_size) != 0) continue;
    if (!*rows) first = low;
    if (++*rows <= c->most && r.size) buffer_add(out, r.bytes, r.size);
  }
  if (*rows > c->most) out->size = before;
  if (*rows) note_found(c, first, *rows);
}

/* The page that holds the hash, if any does. */
static error_code read_page(cluster *c, uint64_t hash, bool *there, error *e) {
  size_t low = 0, high = c->index_count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (c->index[middle].hash <= hash)
      low = middle + 1;
    else
      high = middle;
  }
  *there = low > 0;
  if (!*there || c->page_entry == low - 1) return ERR_OK;
  const uint64_t from = c->index[low - 1].at;
  const uint64_t to = low < c->index_count ? c->index[low].at : spill_size(c->merged);
  c->page_entry = SIZE_MAX;
  buffer_clear(&c->page);
  buffer_reserve(&c->page, (size_t)(to - from));
  if (spill_read(c->merged, from, c->page.data, (size_t)(to - from), e)) return e->code;
  c->page.size = (size_t)(to - from);
  c->page_entry = low - 1;
  return ERR_OK;
}

static error_code find_in_file(cluster *c, const row *wanted, buffer *out, uint64_t *rows,
                               error *e) {
  bool there;
  if (read_page(c, wanted->hash, &there, e)) return e->code;
  if (!there) return ERR_OK;
  const char *at = c->page.data, *end = at + c->page.size;
  for (uint64_t number = c->index[c->page_entry].number; at < end; number++) {
    uint64_t key_size, count, size;
    at = get_varint(at, end, &key_size);
    if (at) at = get_varint(at, end, &count);
    if (at) at = get_varint(at, end, &size);
    if (!at || key_size + size > (uint64_t)(end - at))
      return error_set(e, ERR_INTERNAL, "a temporary file has a broken page");
    if (compare_bytes(at, (size_t)key_size, wanted->key, wanted->key_size) == 0) {
      *rows = count;
      note_found(c, number, count);
      if (size) buffer_add(out, at + key_size, (size_t)size);
      return ERR_OK;
    }
    at += key_size + size;
  }
  return ERR_OK;
}

error_code cluster_find(cluster *c, const char *key, size_t key_size, buffer *out, uint64_t *rows,
                        error *e) {
  const row wanted = {.hash = keys_hash(key, key_size), .key = key, .key_size = key_size};
  *rows = 0;
  if (c->merged) return find_in_file(c, &wanted, out, rows, e);
  find_in_block(c, &wanted, out, rows);
  return ERR_OK;
}

uint64_t cluster_rows(const cluster *c) {
  return c->rows;
}

uint64_t cluster_found(const cluster *c) {
  return c->found;
}
