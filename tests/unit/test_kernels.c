/* Kernels: every form gives what the portable one gives, on values around all bounds, for every size
 * of table, and for rows that do not fill a vector. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "data/batch.h"
#include "eval/kernels.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static uint64_t random_state = 0x9E3779B97F4A7C15u;

static uint64_t random_next(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  return random_state ^= random_state << 17;
}

static int64_t random_below(int64_t n) {
  return (int64_t)(random_next() % (uint64_t)n);
}

static void *rows_of(size_t size) {
  return mem_aligned(BATCH_ROWS * size + 64);
}

static const size_t row_counts[] = {1, 7, 8, 9, 15, 16, 17, 333, BATCH_ROWS};

static void test_segments(void **state) {
  (void)state;
  int64_t *values = rows_of(8), bounds[100];
  double *numbers = rows_of(8), limits[100];
  int32_t *want = rows_of(4), *got = rows_of(4);
  for (size_t count = 0; count <= 100; count = count < 20 ? count + 1 : count + 27) {
    for (size_t i = 0; i < 100; i++) {
      bounds[i] = i == 0 ? INT64_MIN + 1 : (int64_t)i * 10 - 200;
      limits[i] = i == 0 ? -INFINITY : (double)bounds[i] / 8;
    }
    for (size_t r = 0; r < BATCH_ROWS; r++) {
      values[r] = random_below(8) ? random_below(1000) - 300 : INT64_MIN + random_below(3);
      if (!random_below(40)) values[r] = INT64_MAX;
      numbers[r] = random_below(8) ? (double)(random_below(1000) - 300) / 8 : NAN;
    }
    for (size_t k = 1; kernels_at(k); k++)
      for (size_t n = 0; n < COUNT(row_counts); n++) {
        size_t rows = row_counts[n];
        kernels_portable.segment_i64(values, rows, bounds, count, want);
        kernels_at(k)->segment_i64(values, rows, bounds, count, got);
        assert_memory_equal(want, got, rows * sizeof *got);
        kernels_portable.segment_f64(numbers, rows, limits, count, want);
        kernels_at(k)->segment_f64(numbers, rows, limits, count, got);
        assert_memory_equal(want, got, rows * sizeof *got);
      }
  }
  for (size_t r = 0; r < 100; r++) { /* the portable one against the definition */
    int32_t below = 0;
    for (int i = 0; i < 100; i++) below += bounds[i] <= values[r];
    kernels_portable.segment_i64(values, BATCH_ROWS, bounds, 100, want);
    assert_int_equal(want[r], below);
  }
  free(values), free(numbers), free(want), free(got);
}

/* Columns of random sizes, with masks for `words` words, points and keys. */
typedef struct columns {
  size_t count;
  lookup lookups[8];
  const int32_t *index[8];
} columns;

static void make_columns(columns *c, size_t count, size_t words, unsigned dense) {
  static const uint32_t sizes[] = {1, 2, 7, 8, 9, 15, 16, 17, 32, 33, 200};
  c->count = count;
  for (size_t i = 0; i < count; i++) {
    lookup *l = &c->lookups[i];
    l->size = sizes[random_below(COUNT(sizes))];
    l->stride = (l->size + 15) / 16 * 16;
    l->bias = (int32_t)random_below(2);
    int32_t *entries = mem_aligned(words * l->stride * 4), *keys = mem_aligned(l->stride * 4);
    for (size_t e = 0; e < words * l->stride; e++) {
      entries[e] = (int32_t)random_next();
      for (unsigned d = 0; d < dense; d++) entries[e] |= (int32_t)random_next();
    }
    for (size_t e = 0; e < l->stride; e++) keys[e] = (int32_t)random_below(1000);
    int32_t *index = rows_of(4);
    for (size_t r = 0; r < BATCH_ROWS; r++) index[r] = (int32_t)random_below(l->size) - l->bias;
    l->entries = entries;
    l->keys = keys;
    c->index[i] = index;
  }
}

static void free_columns(columns *c) {
  for (size_t i = 0; i < c->count; i++) {
    free((void *)(uintptr_t)c->lookups[i].entries);
    free((void *)(uintptr_t)c->lookups[i].keys);
    free((void *)(uintptr_t)c->index[i]);
  }
}

static void test_match(void **state) {
  (void)state;
  int32_t *want = rows_of(4), *got = rows_of(4), *more = rows_of(4), *again = rows_of(4);
  for (int round = 0; round < 60; round++) {
    size_t words = (size_t)random_below(4) + 1;
    columns c;
    make_columns(&c, (size_t)random_below(7) + 1, words, (unsigned)random_below(4));
    int32_t *direct = mem_aligned(words * BATCH_ROWS * 4);
    for (size_t i = 0; i < words * BATCH_ROWS; i++) direct[i] = (int32_t)random_next();
    const int32_t *masks = random_below(2) ? direct : NULL;
    size_t rows = row_counts[random_below(COUNT(row_counts))];
    for (size_t k = 1; kernels_at(k); k++) {
      kernels_portable.match(c.lookups, c.index, c.count, masks, BATCH_ROWS, words, rows, want,
                             more);
      kernels_at(k)->match(c.lookups, c.index, c.count, masks, BATCH_ROWS, words, rows, got, again);
      assert_memory_equal(want, got, rows * sizeof *got);
      for (size_t r = 0; r < rows; r++) assert_int_equal(more[r] != 0, again[r] != 0);
      kernels_at(k)->match(c.lookups, c.index, c.count, masks, BATCH_ROWS, words, rows, got, NULL);
      assert_memory_equal(want, got, rows * sizeof *got);
    }
    free(direct);
    free_columns(&c);
  }
  free(want), free(got), free(more), free(again);
}

static void test_score_and_pick(void **state) {
  (void)state;
  int32_t *want = rows_of(4), *got = rows_of(4), *top[2][3];
  int64_t *wide[2] = {rows_of(8), rows_of(8)}, entries[208];
  for (int i = 0; i < 6; i++) top[i / 3][i % 3] = rows_of(4);
  for (int i = 0; i < 208; i++) entries[i] = (int64_t)random_next();
  for (int round = 0; round < 60; round++) {
    columns c;
    make_columns(&c, (size_t)random_below(8) + 1, 1, 0);
    for (size_t i = 0; i < c.count; i++) /* points, whose sums fit as those of a plan do */
      for (size_t e = 0; e < c.lookups[i].size; e++)
        ((int32_t *)(uintptr_t)c.lookups[i].entries)[e] %= 100000000;
    size_t rows = row_counts[random_below(COUNT(row_counts))];
    for (size_t k = 1; kernels_at(k); k++) {
      const kernels *other = kernels_at(k);
      kernels_portable.score(c.lookups, c.index, c.count, rows, 17, want, top[0]);
      other->score(c.lookups, c.index, c.count, rows, 17, got, top[1]);
      assert_memory_equal(want, got, rows * sizeof *got);
      for (int t = 0; t < 3; t++) assert_memory_equal(top[0][t], top[1][t], rows * sizeof *got);
      const lookup *l = &c.lookups[0];
      kernels_portable.pick_i32(c.index[0], l->bias, rows, l->entries, l->size, want);
      other->pick_i32(c.index[0], l->bias, rows, l->entries, l->size, got);
      assert_memory_equal(want, got, rows * sizeof *got);
      kernels_portable.pick_i64(c.index[0], l->bias, rows, entries, l->size, wide[0]);
      other->pick_i64(c.index[0], l->bias, rows, entries, l->size, wide[1]);
      assert_memory_equal(wide[0], wide[1], rows * sizeof *wide[0]);
    }
    free_columns(&c);
  }
  for (int i = 0; i < 6; i++) free(top[i / 3][i % 3]);
  free(want), free(got), free(wide[0]), free(wide[1]);
}

static void test_varints(void **state) {
  (void)state;
  int64_t *values = rows_of(8);
  int32_t *codes = rows_of(4);
  uint64_t *bytes[2] = {rows_of(8), rows_of(8)}, *missing[2] = {rows_of(8), rows_of(8)};
  uint8_t *sizes[2] = {rows_of(1), rows_of(1)};
  for (size_t r = 0; r < BATCH_ROWS; r++) {
    int bits = (int)random_below(64);
    values[r] = (int64_t)(random_next() >> bits) * (random_below(2) ? 1 : -1);
    if (r < 126) values[r] = (int64_t)(UINT64_C(1) << (r / 2)) - (int64_t)(r % 2);
    if (!random_below(10)) values[r] = INT64_MIN;
    codes[r] = random_below(5) ? (int32_t)random_below(300) : -1;
  }
  for (size_t k = 1; kernels_at(k); k++) {
    const kernels *forms[2] = {&kernels_portable, kernels_at(k)};
    for (int f = 0; f < 2; f++) {
      memset(missing[f], 0, BATCH_ROWS * 8);
      forms[f]->varint_i64(values, BATCH_ROWS, bytes[f], sizes[f], missing[f], 4);
    }
    assert_memory_equal(sizes[0], sizes[1], BATCH_ROWS);
    assert_memory_equal(missing[0], missing[1], BATCH_ROWS * 8);
    for (size_t r = 0; r < BATCH_ROWS; r++)
      if (sizes[0][r] != KERNEL_WIDE && sizes[0][r])
        assert_memory_equal(&bytes[0][r], &bytes[1][r], sizes[0][r]);
    for (int f = 0; f < 2; f++)
      forms[f]->varint_i32(codes, BATCH_ROWS, bytes[f], sizes[f], missing[f], 1);
    assert_memory_equal(sizes[0], sizes[1], BATCH_ROWS);
    assert_memory_equal(missing[0], missing[1], BATCH_ROWS * 8);
    for (size_t r = 0; r < BATCH_ROWS; r++)
      if (sizes[0][r]) assert_memory_equal(&bytes[0][r], &bytes[1][r], sizes[0][r]);
  }
  free(values), free(codes);
  for (int f = 0; f < 2; f++) free(bytes[f]), free(missing[f]), free(sizes[f]);
}

static void test_names(void **state) {
  (void)state;
  assert_ptr_equal(kernels_find("portable"), &kernels_portable);
  assert_null(kernels_find("sse9"));
  assert_non_null(kernels_find(NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),   cmocka_unit_test(test_segments),
      cmocka_unit_test(test_match),   cmocka_unit_test(test_score_and_pick),
      cmocka_unit_test(test_varints),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
