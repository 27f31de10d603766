/* Duplicate keys: found whatever the order, the budget and the number of runs on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "data/keys.h"

enum { RECORDS = 20000 };

/* Record i has the key i, but for every 10th, which has that of record i / 10 * 5: half of these
 * have a partner. */
static uint64_t key_of(uint64_t record) {
  return record % 10 == 0 ? record / 10 * 5 : record;
}

static uint64_t hash_of(uint64_t record) {
  char text[32];
  int n = snprintf(text, sizeof text, "customer-%llu", (unsigned long long)key_of(record));
  return keys_hash(text, (size_t)n);
}

typedef struct found {
  uint8_t duplicate[RECORDS];
  size_t groups;
  uint64_t last;
} found;

static error_code mark(void *ctx, const uint64_t *sequences, size_t n, error *e) {
  (void)e;
  found *f = ctx;
  assert_true(n >= 2);
  f->groups++;
  for (size_t i = 0; i < n; i++) {
    if (i > 0) assert_true(sequences[i - 1] < sequences[i]);
    assert_int_equal(key_of(sequences[i]), key_of(sequences[0]));
    assert_int_equal(f->duplicate[sequences[i]], 0);
    f->duplicate[sequences[i]] = 1;
  }
  return ERR_OK;
}

static size_t check_found(const found *f) {
  static size_t count[RECORDS];
  size_t groups = 0;
  memset(count, 0, sizeof count);
  for (size_t i = 0; i < RECORDS; i++) count[key_of(i)]++;
  for (size_t i = 0; i < RECORDS; i++) {
    assert_int_equal(f->duplicate[i], count[key_of(i)] > 1);
    groups += count[i] > 1;
  }
  assert_int_equal(f->groups, groups);
  return groups;
}

static void add_range(keys *k, size_t from, size_t to, size_t step) {
  uint64_t hashes[37], sequences[37];
  size_t n = 0;
  error e;
  for (size_t i = from; i < to; i += step) {
    hashes[n] = hash_of(i);
    sequences[n++] = i;
    if (n == 37) {
      assert_int_equal(keys_add(k, hashes, sequences, n, &e), ERR_OK);
      n = 0;
    }
  }
  assert_int_equal(keys_add(k, hashes, sequences, n, &e), ERR_OK);
}

static void any_budget_finds_the_same(void **state) {
  (void)state;
  static const size_t budgets[] = {0, 2000, 4096, 100000, 1 << 20};
  for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
    keys *k = keys_new(budgets[i], NULL);
    add_range(k, 0, RECORDS, 1);
    found *f = calloc(1, sizeof *f);
    error e;
    assert_int_equal(keys_duplicates(k, mark, f, &e), ERR_OK);
    assert_true(check_found(f) > 500);
    free(f);
    keys_free(k);
  }
}

typedef struct worker {
  keys *keys;
  size_t from;
} worker;

static void *add_every_fourth(void *ctx) {
  worker *w = ctx;
  add_range(w->keys, w->from, RECORDS, 4);
  return NULL;
}

static void threads_add_in_any_order(void **state) {
  (void)state;
  keys *k = keys_new(3000, NULL);
  pthread_t threads[4];
  worker workers[4];
  for (size_t i = 0; i < 4; i++) {
    workers[i] = (worker){k, i};
    assert_int_equal(pthread_create(&threads[i], NULL, add_every_fourth, &workers[i]), 0);
  }
  for (size_t i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  found *f = calloc(1, sizeof *f);
  error e;
  assert_int_equal(keys_duplicates(k, mark, f, &e), ERR_OK);
  check_found(f);
  free(f);
  keys_free(k);
}

static error_code stop_at_once(void *ctx, const uint64_t *sequences, size_t n, error *e) {
  (void)sequences;
  (void)n;
  ++*(int *)ctx;
  return error_set(e, ERR_GUARD, "enough");
}

static void none_one_and_a_stop(void **state) {
  (void)state;
  error e = {0};
  int calls = 0;
  keys *k = keys_new(0, NULL);
  assert_int_equal(keys_duplicates(k, stop_at_once, &calls, &e), ERR_OK);
  const uint64_t hashes[] = {7, 9, 7, 9}, sequences[] = {3, 2, 1, 0};
  assert_int_equal(keys_add(k, hashes, sequences, 2, &e), ERR_OK);
  assert_int_equal(keys_duplicates(k, stop_at_once, &calls, &e), ERR_OK);
  assert_int_equal(calls, 0);
  assert_int_equal(keys_add(k, hashes + 2, sequences + 2, 2, &e), ERR_OK);
  assert_int_equal(keys_duplicates(k, stop_at_once, &calls, &e), ERR_GUARD);
  assert_int_equal(calls, 1);
  assert_string_equal(e.message, "enough");
  keys_free(k);
}

static void a_folder_that_is_not_there(void **state) {
  (void)state;
  keys *k = keys_new(0, "/nowhere/at/all");
  error e = {0};
  uint64_t values[200] = {0};
  assert_int_equal(keys_add(k, values, values, 200, &e), ERR_STORE);
  assert_non_null(strstr(e.message, "/nowhere/at/all"));
  keys_free(k);
}

static void hashes_differ(void **state) {
  (void)state;
  /* Keys that differ in one byte, in length, or only in zeros. */
  static uint64_t hashes[3000];
  size_t n = 0;
  char text[40] = {0};
  for (size_t length = 0; length <= 40; length++) hashes[n++] = keys_hash(text, length);
  for (size_t i = 0; i < 40; i++)
    for (int c = 1; c < 64; c++) {
      text[i] = (char)c;
      hashes[n++] = keys_hash(text, sizeof text);
      text[i] = 0;
    }
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++) assert_true(hashes[i] != hashes[j]);
  assert_true(keys_hash("C-1001", 6) == keys_hash("C-1001", 6));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_budget_finds_the_same),
      cmocka_unit_test(threads_add_in_any_order),
      cmocka_unit_test(none_one_and_a_stop),
      cmocka_unit_test(a_folder_that_is_not_there),
      cmocka_unit_test(hashes_differ),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
