/* Arrow arrays built by hand, for tests of the door. All memory is the arena's. */
#ifndef TESTS_ARROW_BUILD_H
#define TESTS_ARROW_BUILD_H

#include <stdbool.h>
#include <string.h>
#include "base/memory.h"
#include "include/assay/arrow.h"

typedef struct built {
  struct ArrowSchema schema;
  struct ArrowArray array;
} built;

static void built_release_schema(struct ArrowSchema *s) {
  s->release = NULL;
}

static void built_release_array(struct ArrowArray *a) {
  a->release = NULL;
}

/* An array of `n` rows without buffers yet. */
static built *build_start(arena *a, const char *name, const char *format, size_t n,
                          int64_t n_buffers) {
  built *b = arena_alloc(a, sizeof *b);
  b->schema = (struct ArrowSchema){.format = format,
                                   .name = name,
                                   .flags = ARROW_FLAG_NULLABLE,
                                   .release = built_release_schema};
  b->array = (struct ArrowArray){.length = (int64_t)n,
                                 .n_buffers = n_buffers,
                                 .buffers = arena_array(a, 3, sizeof(void *)),
                                 .release = built_release_array};
  return b;
}

/* Row r is null when nulls[r] is set; `skip` rows of the array's offset stand before. */
static void build_nulls(arena *a, built *b, const bool *nulls, size_t n, size_t skip) {
  if (!nulls) return;
  uint8_t *bits = arena_alloc(a, (n + skip) / 8 + 1);
  for (size_t r = 0; r < n; r++) {
    if (nulls[r])
      b->array.null_count++;
    else
      bits[(r + skip) / 8] |= (uint8_t)(1 << ((r + skip) % 8));
  }
  b->array.buffers[0] = bits;
}

/* Values of `width` bytes. */
static inline built *build_values(arena *a, const char *name, const char *format, const void *data,
                                  size_t width, const bool *nulls, size_t n, size_t skip) {
  built *b = build_start(a, name, format, n, 2);
  char *values = arena_alloc(a, (n + skip) * width + 1);
  memset(values, 0x5A, skip * width);
  memcpy(values + skip * width, data, n * width);
  b->array.buffers[1] = values;
  b->array.offset = (int64_t)skip;
  build_nulls(a, b, nulls, n, skip);
  return b;
}

static inline built *build_booleans(arena *a, const char *name, const bool *values,
                                    const bool *nulls, size_t n, size_t skip) {
  built *b = build_start(a, name, "b", n, 2);
  uint8_t *bits = arena_alloc(a, (n + skip) / 8 + 1);
  for (size_t r = 0; r < n; r++)
    if (values[r]) bits[(r + skip) / 8] |= (uint8_t)(1 << ((r + skip) % 8));
  b->array.buffers[1] = bits;
  b->array.offset = (int64_t)skip;
  build_nulls(a, b, nulls, n, skip);
  return b;
}

/* Texts with their lengths, NULL = null; large = 64-bit offsets. */
static inline built *build_bytes(arena *a, const char *name, const char *const *texts,
                                 const size_t *lengths, size_t n, size_t skip, bool large) {
  built *b = build_start(a, name, large ? "U" : "u", n, 3);
  size_t width = large ? 8 : 4, total = skip * 4;
  bool *nulls = arena_alloc(a, n + 1), any = false;
  for (size_t r = 0; r < n; r++) {
    nulls[r] = !texts[r];
    any |= nulls[r];
    total += texts[r] ? lengths[r] : 0;
  }
  char *offsets = arena_alloc(a, (n + skip + 1) * width), *bytes = arena_alloc(a, total);
  int64_t end = 0;
  for (size_t r = 0; r < n + skip; r++) {
    const char *text = r < skip ? "junk" : texts[r - skip];
    size_t length = r < skip ? 4 : text ? lengths[r - skip] : 0;
    if (length) memcpy(bytes + end, text, length);
    end += (int64_t)length;
    int32_t narrow = (int32_t)end;
    memcpy(offsets + (r + 1) * width, large ? (const void *)&end : (const void *)&narrow, width);
  }
  b->array.buffers[1] = offsets;
  b->array.buffers[2] = bytes;
  b->array.offset = (int64_t)skip;
  if (any) build_nulls(a, b, nulls, n, skip);
  return b;
}

static inline built *build_texts(arena *a, const char *name, const char *const *texts, size_t n,
                                 size_t skip, bool large) {
  size_t *lengths = arena_array(a, n + 1, sizeof *lengths);
  for (size_t r = 0; r < n; r++) lengths[r] = texts[r] ? strlen(texts[r]) : 0;
  return build_bytes(a, name, texts, lengths, n, skip, large);
}

/* "K0", "K1" ...: the identities of n records. */
static inline built *build_ids(arena *a, size_t n) {
  const char **ids = arena_array(a, n + 1, sizeof *ids);
  for (size_t r = 0; r < n; r++) ids[r] = arena_format(a, "K%zu", r);
  return build_texts(a, "id", ids, n, 0, false);
}

static inline void build_children(arena *a, built *b, built *const *columns, size_t count) {
  b->schema.n_children = b->array.n_children = (int64_t)count;
  b->schema.children = arena_array(a, count + 1, sizeof *b->schema.children);
  b->array.children = arena_array(a, count + 1, sizeof *b->array.children);
  for (size_t i = 0; i < count; i++) {
    b->schema.children[i] = &columns[i]->schema;
    b->array.children[i] = &columns[i]->array;
  }
}

/* Records; `skip` makes a slice: the children have `skip` rows more than `n`. */
static inline built *build_records(arena *a, const char *name, built *const *columns, size_t count,
                                   size_t n, size_t skip) {
  built *b = build_start(a, name, "+s", n, 1);
  build_children(a, b, columns, count);
  b->array.offset = (int64_t)skip;
  return b;
}

/* `offsets` (n + 1 of them) are copied into 32 or 64 bits. */
static inline built *build_lists(arena *a, const char *name, const int64_t *offsets,
                                 const bool *nulls, size_t n, bool large, built *items) {
  built *b = build_start(a, name, large ? "+L" : "+l", n, 2);
  size_t width = large ? 8 : 4;
  char *copy = arena_alloc(a, (n + 1) * width);
  for (size_t r = 0; r <= n; r++) {
    int32_t narrow = (int32_t)offsets[r];
    memcpy(copy + r * width, large ? (const void *)&offsets[r] : (const void *)&narrow, width);
  }
  b->array.buffers[1] = copy;
  build_nulls(a, b, nulls, n, 0);
  build_children(a, b, &items, 1);
  return b;
}

/* Arrow's encoding of one pair of metadata. */
static inline void build_role(arena *a, built *b, const char *key, const char *value) {
  int32_t count = 1, k = (int32_t)strlen(key), v = (int32_t)strlen(value);
  char *data = arena_alloc(a, 12 + (size_t)(k + v)), *at = data;
  memcpy(at, &count, 4);
  memcpy(at + 4, &k, 4);
  memcpy(at + 8, key, (size_t)k);
  memcpy(at + 8 + k, &v, 4);
  memcpy(at + 12 + k, value, (size_t)v);
  b->schema.metadata = data;
}

#endif
