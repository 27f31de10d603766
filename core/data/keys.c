/* Duplicate keys in bounded memory.
 *
 * Pairs are gathered in a block of half the budget; a full one is sorted and appended to a
 * temporary file as one run. At the end the runs are merged, each read through its share of the
 * budget. */
#include "keys.h"
#include "../base/memory.h"
#include "../base/spill.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

typedef struct pair {
  uint64_t hash, sequence;
} pair;

typedef struct run {
  uint64_t start;
  size_t count;
} run;

struct keys {
  pthread_mutex_t lock;
  pair *pairs, *spare; /* the second is what sorting needs beside the first */
  size_t count, capacity;
  run *runs;
  size_t run_count, run_capacity;
  spill *spill;
};

keys *keys_new(size_t budget, const char *folder) {
  keys *k = mem_alloc(sizeof *k);
  pthread_mutex_init(&k->lock, NULL);
  k->capacity = budget / (2 * sizeof(pair));
  if (k->capacity < 64) k->capacity = 64;
  k->spill = spill_new(folder);
  return k;
}

void keys_free(keys *k) {
  if (!k) return;
  pthread_mutex_destroy(&k->lock);
  spill_free(k->spill);
  free(k->pairs);
  free(k->spare);
  free(k->runs);
  free(k);
}

uint64_t keys_hash(const char *key, size_t n) {
  return XXH3_64bits(key, n);
}

/* ---- sorting: bytes of the hash from the lowest up; equal ones keep their order, so a pass over
 * the sequence comes first ---- */

static uint64_t pair_key(const pair *p, int pass) {
  return pass < 8 ? p->sequence >> (8 * pass) : p->hash >> (8 * (pass - 8));
}

static int pair_compare(const pair *a, const pair *b) {
  if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
  return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/* Sixteen stable passes, of which those are left out whose byte is the same everywhere. */
static void pairs_sort(keys *k) {
  uint32_t counts[256];
  pair *from = k->pairs, *to = k->spare;
  for (int pass = 0; pass < 16; pass++) {
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < k->count; i++) counts[pair_key(&from[i], pass) & 0xFF]++;
    if (counts[pair_key(&from[0], pass) & 0xFF] == k->count) continue;
    uint32_t place = 0;
    for (size_t b = 0; b < 256; b++) {
      uint32_t count = counts[b];
      counts[b] = place;
      place += count;
    }
    for (size_t i = 0; i < k->count; i++) to[counts[pair_key(&from[i], pass) & 0xFF]++] = from[i];
    pair *swap = from;
    from = to;
    to = swap;
  }
  k->pairs = from;
  k->spare = to;
}

/* ---- the temporary file ---- */

static error_code write_run(keys *k, error *e) {
  if (k->count == 0) return ERR_OK;
  pairs_sort(k);
  const uint64_t start = spill_size(k->spill);
  if (spill_append(k->spill, k->pairs, k->count * sizeof *k->pairs, e)) return e->code;
  if (k->run_count == k->run_capacity) {
    k->run_capacity = k->run_capacity ? k->run_capacity * 2 : 16;
    k->runs = mem_grow(k->runs, k->run_capacity, sizeof *k->runs);
  }
  k->runs[k->run_count++] = (run){start, k->count};
  k->count = 0;
  return ERR_OK;
}

static error_code add_locked(keys *k, const uint64_t *hashes, const uint64_t *sequences, size_t n,
                             error *e) {
  if (!k->pairs) {
    k->pairs = mem_grow(NULL, k->capacity, sizeof *k->pairs);
    k->spare = mem_grow(NULL, k->capacity, sizeof *k->spare);
  }
  for (size_t i = 0; i < n; i++) {
    if (k->count == k->capacity && write_run(k, e) != ERR_OK) return ERR_STORE;
    k->pairs[k->count++] = (pair){hashes[i], sequences[i]};
  }
  return ERR_OK;
}

error_code keys_add(keys *k, const uint64_t *hashes, const uint64_t *sequences, size_t n,
                    error *e) {
  pthread_mutex_lock(&k->lock);
  error_code code = add_locked(k, hashes, sequences, n, e);
  pthread_mutex_unlock(&k->lock);
  return code;
}

/* ---- merging ---- */

/* One sorted run, read in pieces; the last one is what is still in memory. */
typedef struct reader {
  pair *pairs;
  size_t at, count; /* of the piece */
  size_t left;      /* in the file behind the piece */
  uint64_t next;
  size_t room;
} reader;

static error_code reader_fill(const keys *k, reader *r, error *e) {
  if (r->at < r->count || r->left == 0) return ERR_OK;
  size_t count = r->left < r->room ? r->left : r->room;
  if (spill_read(k->spill, r->next, r->pairs, count * sizeof(pair), e)) return e->code;
  r->at = 0;
  r->count = count;
  r->left -= count;
  r->next += count * sizeof(pair);
  return ERR_OK;
}

static bool reader_before(const reader *a, const reader *b) {
  return pair_compare(&a->pairs[a->at], &b->pairs[b->at]) < 0;
}

/* A heap of readers, the one with the least pair on top. */
static void heap_sink(reader **heap, size_t count, size_t at) {
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= count) return;
    if (child + 1 < count && reader_before(heap[child + 1], heap[child])) child++;
    if (!reader_before(heap[child], heap[at])) return;
    reader *swap = heap[at];
    heap[at] = heap[child];
    heap[child] = swap;
    at = child;
  }
}

/* The pairs that came with one hash so far. */
typedef struct gathering {
  uint64_t hash;
  uint64_t *sequences;
  size_t count, capacity;
  keys_group *group;
  void *ctx;
} gathering;

static error_code gathering_end(gathering *g, error *e) {
  error_code code = ERR_OK;
  if (g->count > 1) code = g->group(g->ctx, g->sequences, g->count, e);
  g->count = 0;
  return code;
}

static error_code gathering_add(gathering *g, pair p, error *e) {
  if (g->count > 0 && p.hash != g->hash) {
    error_code code = gathering_end(g, e);
    if (code != ERR_OK) return code;
  }
  if (g->count == g->capacity) {
    g->capacity = g->capacity ? g->capacity * 2 : 16;
    g->sequences = mem_grow(g->sequences, g->capacity, sizeof *g->sequences);
  }
  g->hash = p.hash;
  g->sequences[g->count++] = p.sequence;
  return ERR_OK;
}

static error_code merge(keys *k, reader *readers, reader **heap, gathering *g, error *e) {
  size_t count = 0;
  error_code code = ERR_OK;
  for (size_t i = 0; i <= k->run_count && code == ERR_OK; i++) {
    code = reader_fill(k, &readers[i], e);
    if (readers[i].at < readers[i].count) heap[count++] = &readers[i];
  }
  for (size_t i = count / 2; i-- > 0;) heap_sink(heap, count, i);
  while (count > 0 && code == ERR_OK) {
    reader *r = heap[0];
    code = gathering_add(g, r->pairs[r->at++], e);
    if (code == ERR_OK) code = reader_fill(k, r, e);
    if (r->at == r->count) heap[0] = heap[--count];
    heap_sink(heap, count, 0);
  }
  return code == ERR_OK ? gathering_end(g, e) : code;
}

error_code keys_duplicates(keys *k, keys_group *group, void *ctx, error *e) {
  if (k->count > 0) pairs_sort(k);
  /* The buffer that sorting needed is free now: it is shared out to the runs. */
  size_t room = k->run_count ? k->capacity / k->run_count : 0;
  pair *extra = NULL;
  if (room < 16) {
    room = 16;
    extra = mem_array(k->run_count + 1, room * sizeof *extra);
  }
  pair *share = extra ? extra : k->spare;
  reader *readers = mem_array(k->run_count + 1, sizeof *readers);
  reader **heap = mem_array(k->run_count + 1, sizeof(reader *));
  for (size_t i = 0; i < k->run_count; i++)
    readers[i] = (reader){.pairs = share + i * room,
                          .left = k->runs[i].count,
                          .next = k->runs[i].start,
                          .room = room};
  readers[k->run_count] = (reader){.pairs = k->pairs, .count = k->count};
  gathering g = {.group = group, .ctx = ctx};
  error_code code = merge(k, readers, heap, &g, e);
  free(g.sequences);
  free(heap);
  free(readers);
  free(extra);
  return code;
}
