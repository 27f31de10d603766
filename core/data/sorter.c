/* See sorter.h. One half of the budget gathers records; when they are merged, both are shared out to
 * the blocks as the pieces in which they are read. */
#include "sorter.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/spill.h"

enum { LEAST_RECORDS = 64 };

/* A sorted block in the file, read in pieces. */
typedef struct block {
  uint64_t start, next; /* in the file */
  size_t size, left;    /* records; those behind the piece */
  char *piece;          /* of `room` records */
  size_t at, count;     /* in the piece */
} block;

struct sorter {
  size_t size, capacity; /* of a record; records that are gathered in memory */
  sorter_compare *compare;
  char *records;
  size_t count;
  spill *file;
  block *blocks, **heap;
  size_t block_count, block_capacity, heap_count;
  size_t room; /* records of a piece */
  bool sorted, given;
  size_t next; /* without blocks: the next record in memory */
};

sorter *sorter_new(size_t record_size, sorter_compare *compare, size_t budget, const char *folder) {
  sorter *s = mem_alloc(sizeof *s);
  s->size = record_size;
  s->compare = compare;
  s->capacity = budget / record_size;
  if (s->capacity < LEAST_RECORDS) s->capacity = LEAST_RECORDS;
  s->file = spill_new(folder);
  return s;
}

void sorter_free(sorter *s) {
  if (!s) return;
  for (size_t i = 0; i < s->block_count; i++) free(s->blocks[i].piece);
  free(s->blocks);
  free(s->heap);
  free(s->records);
  spill_free(s->file);
  free(s);
}

/* ---- gathering ---- */

static void sort_memory(sorter *s) {
  if (s->count) qsort(s->records, s->count, s->size, s->compare);
}

static error_code write_block(sorter *s, error *e) {
  const uint64_t start = spill_size(s->file);
  sort_memory(s);
  const error_code code = spill_append(s->file, s->records, s->count * s->size, e);
  if (code) return code;
  if (s->block_count == s->block_capacity) {
    s->block_capacity = s->block_capacity ? s->block_capacity * 2 : 16;
    s->blocks = mem_grow(s->blocks, s->block_capacity, sizeof *s->blocks);
  }
  s->blocks[s->block_count++] = (block){.start = start, .size = s->count};
  s->count = 0;
  return ERR_OK;
}

error_code sorter_add(sorter *s, const void *record, error *e) {
  if (s->count == s->capacity) {
    const error_code code = write_block(s, e);
    if (code) return code;
  }
  if (!s->records) s->records = mem_grow(NULL, s->capacity, s->size);
  memcpy(s->records + s->count++ * s->size, record, s->size);
  return ERR_OK;
}

/* ---- merging ---- */

static error_code fill(sorter *s, block *b, error *e) {
  if (b->at < b->count || b->left == 0) return ERR_OK;
  b->count = b->left < s->room ? b->left : s->room;
  b->at = 0;
  const error_code code = spill_read(s->file, b->next, b->piece, b->count * s->size, e);
  b->next += b->count * s->size;
  b->left -= b->count;
  return code;
}

static const char *front(const sorter *s, const block *b) {
  return b->piece + b->at * s->size;
}

static bool before(const sorter *s, const block *a, const block *b) {
  return s->compare(front(s, a), front(s, b)) < 0;
}

static void sink(sorter *s, size_t at) {
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= s->heap_count) return;
    if (child + 1 < s->heap_count && before(s, s->heap[child + 1], s->heap[child])) child++;
    if (!before(s, s->heap[child], s->heap[at])) return;
    block *swap = s->heap[at];
    s->heap[at] = s->heap[child];
    s->heap[child] = swap;
    at = child;
  }
}

error_code sorter_rewind(sorter *s, error *e) {
  error_code code = ERR_OK;
  s->next = s->heap_count = 0;
  s->given = false;
  for (size_t i = 0; i < s->block_count && !code; i++) {
    block *b = &s->blocks[i];
    b->next = b->start;
    b->left = b->size;
    b->at = b->count = 0;
    code = fill(s, b, e);
    s->heap[s->heap_count++] = b;
  }
  for (size_t i = s->heap_count / 2; i-- > 0 && !code;) sink(s, i);
  return code;
}

static error_code start_merge(sorter *s, error *e) {
  const error_code code = s->count ? write_block(s, e) : ERR_OK;
  if (code) return code;
  free(s->records); /* the pieces take its place */
  s->records = NULL;
  s->room = s->capacity / s->block_count;
  if (s->room < LEAST_RECORDS / 4) s->room = LEAST_RECORDS / 4;
  s->heap = mem_array(s->block_count, sizeof(block *));
  for (size_t i = 0; i < s->block_count; i++) s->blocks[i].piece = mem_grow(NULL, s->room, s->size);
  return sorter_rewind(s, e);
}

error_code sorter_sort(sorter *s, error *e) {
  s->sorted = true;
  if (s->block_count) return start_merge(s, e);
  sort_memory(s);
  return ERR_OK;
}

/* Steps over the record that was given last. */
static error_code step(sorter *s, error *e) {
  block *top = s->heap[0];
  top->at++;
  const error_code code = fill(s, top, e);
  if (code) return code;
  if (top->at == top->count) s->heap[0] = s->heap[--s->heap_count];
  if (s->heap_count) sink(s, 0);
  return ERR_OK;
}

error_code sorter_next(sorter *s, const void **record, error *e) {
  *record = NULL;
  if (!s->sorted) return error_set(e, ERR_INTERNAL, "records are read before they are sorted");
  if (!s->block_count) {
    if (s->next < s->count) *record = s->records + s->next++ * s->size;
    return ERR_OK;
  }
  const error_code code = s->given ? step(s, e) : ERR_OK;
  s->given = s->heap_count > 0;
  if (!code && s->given) *record = front(s, s->heap[0]);
  return code;
}
