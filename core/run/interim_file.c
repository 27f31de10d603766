/* See interim_file.h. */
#include "interim_file.h"

#include <stdlib.h>
#include <string.h>

#include "../base/spill.h"

typedef struct entry {
  uint64_t at, size;
  uint64_t first, last;
  uint64_t keys_end; /* bytes of the head and the keys */
} entry;

struct interim_file {
  spill *file;
  entry *entries;
  size_t count, capacity;
  buffer keys; /* head and keys of the batch that was asked for last */
  size_t keys_of;
};

interim_file *interim_file_new(void) {
  interim_file *f = mem_alloc(sizeof *f);
  f->file = spill_new(NULL);
  f->keys_of = SIZE_MAX;
  return f;
}

void interim_file_free(interim_file *f) {
  if (!f) return;
  spill_free(f->file);
  free(f->entries);
  buffer_deinit(&f->keys);
  free(f);
}

error_code interim_file_add(interim_file *f, const buffer *bytes, error *e) {
  interim_head head;
  memcpy(&head, bytes->data, sizeof head);
  if (f->count == f->capacity) {
    f->capacity = f->capacity ? f->capacity * 2 : 64;
    f->entries = mem_grow(f->entries, f->capacity, sizeof *f->entries);
  }
  f->entries[f->count++] = (entry){spill_size(f->file), bytes->size, head.first, head.last,
                                   sizeof head + head.keys_size};
  return spill_append(f->file, bytes->data, bytes->size, e);
}

size_t interim_file_count(const interim_file *f) {
  return f->count;
}

bool interim_file_span(const interim_file *f, size_t number, uint64_t *first, uint64_t *last) {
  *first = f->entries[number].first;
  *last = f->entries[number].last;
  return *first <= *last;
}

static error_code read_bytes(const interim_file *f, size_t number, size_t size, buffer *out,
                             error *e) {
  buffer_clear(out);
  buffer_reserve(out, size);
  const error_code code = spill_read(f->file, f->entries[number].at, out->data, size, e);
  out->size = code ? 0 : size;
  return code;
}

error_code interim_file_read(const interim_file *f, size_t number, buffer *out, error *e) {
  return read_bytes(f, number, f->entries[number].size, out, e);
}

/* The batch in which the record would stand, or the count. */
static size_t find_batch(const interim_file *f, uint64_t sequence) {
  size_t low = 0, high = f->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    /* an empty batch has first > last, and stands anywhere: look at those behind it */
    size_t at = middle;
    while (at < high && f->entries[at].first > f->entries[at].last) at++;
    if (at == high)
      high = middle;
    else if (f->entries[at].last < sequence)
      low = at + 1;
    else if (f->entries[at].first > sequence)
      high = middle;
    else
      return at;
  }
  return f->count;
}

error_code interim_file_key(interim_file *f, uint64_t sequence, const char **key, size_t *length,
                            int64_t *position, error *e) {
  const size_t number = find_batch(f, sequence);
  *key = NULL;
  if (number == f->count) return ERR_OK;
  if (number != f->keys_of) {
    f->keys_of = SIZE_MAX;
    const error_code code = read_bytes(f, number, f->entries[number].keys_end, &f->keys, e);
    if (code) return code;
    f->keys_of = number;
  }
  return interim_key(f->keys.data, f->keys.size, sequence, key, length, position, e);
}
