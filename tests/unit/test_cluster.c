/* Rows by key: whatever the order and the memory, the rows of a key come back together, in the order of
 * their bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "data/cluster.h"

#define LARGE ((size_t)64 << 20)

static void add(cluster *c, const char *key, const char *row) {
  error e = {0};
  assert_int_equal(cluster_add(c, key, strlen(key), row, strlen(row), &e), ERR_OK);
}

static void finish(cluster *c) {
  error e = {0};
  assert_int_equal(cluster_end(c, NULL, NULL, &e), ERR_OK);
}

static void finds(cluster *c, const char *key, uint64_t rows, const char *bytes) {
  error e = {0};
  buffer out = {0};
  uint64_t count = 99;
  assert_int_equal(cluster_find(c, key, strlen(key), &out, &count, &e), ERR_OK);
  buffer_char(&out, 0);
  assert_int_equal(count, rows);
  assert_string_equal(out.data, bytes);
  buffer_deinit(&out);
}

static void few_rows_stay_in_memory(void **state) {
  (void)state;
  cluster *c = cluster_new(LARGE, 100, "/nowhere"); /* a file could not be made there */
  add(c, "B", "2;");
  add(c, "A", "x;");
  add(c, "B", "1;");
  add(c, "B", "2;"); /* the same row twice is two rows */
  add(c, "C", "");
  finish(c);
  finds(c, "A", 1, "x;");
  finds(c, "B", 3, "1;2;2;");
  finds(c, "C", 1, "");
  finds(c, "D", 0, "");
  finds(c, "AB", 0, "");
  finds(c, "B", 3, "1;2;2;"); /* once more */
  assert_int_equal(cluster_rows(c), 5);
  assert_int_equal(cluster_found(c), 5); /* none counts twice */
  cluster_free(c);
}

static void nothing_is_in_an_empty_one(void **state) {
  (void)state;
  cluster *c = cluster_new(LARGE, 100, NULL);
  finish(c);
  finds(c, "A", 0, "");
  assert_int_equal(cluster_rows(c) + cluster_found(c), 0);
  cluster_free(c);
}

/* 20,000 rows of 1,000 keys in shuffled order, through many runs on disk. */
static void check_shuffled(size_t budget, uint32_t seed) {
  enum { KEYS = 1000, EACH = 20 };
  static uint32_t order[KEYS * EACH];
  cluster *c = cluster_new(budget, 100, NULL);
  for (uint32_t i = 0; i < KEYS * EACH; i++) order[i] = i;
  for (uint32_t i = KEYS * EACH; i-- > 1;) {
    seed = seed * 1664525u + 1013904223u;
    uint32_t k = seed % (i + 1), swap = order[i];
    order[i] = order[k];
    order[k] = swap;
  }
  char key[32], row[32];
  for (uint32_t i = 0; i < KEYS * EACH; i++) {
    snprintf(key, sizeof key, "customer-%u", order[i] % KEYS);
    snprintf(row, sizeof row, "%02u;", order[i] / KEYS);
    add(c, key, row);
  }
  finish(c);
  for (uint32_t i = 0; i < KEYS; i += 2) {
    snprintf(key, sizeof key, "customer-%u", i);
    finds(c, key, EACH, "00;01;02;03;04;05;06;07;08;09;10;11;12;13;14;15;16;17;18;19;");
  }
  finds(c, "customer-1000", 0, "");
  assert_int_equal(cluster_rows(c), KEYS * EACH);
  assert_int_equal(cluster_found(c), KEYS / 2 * EACH); /* the others belong to nobody */
  cluster_free(c);
}

static void many_rows_go_through_a_file(void **state) {
  (void)state;
  check_shuffled(LARGE, 1);    /* all in memory */
  check_shuffled(1 << 20, 2);  /* one run */
  check_shuffled(64 << 10, 3); /* many */
  check_shuffled(4 << 10, 4);  /* as many as there can be */
}

static void a_row_may_be_larger_than_the_memory(void **state) {
  (void)state;
  cluster *c = cluster_new(1024, 100, NULL);
  char *row = mem_alloc(100001);
  memset(row, 'r', 100000);
  for (int i = 0; i < 3; i++) {
    add(c, "small", "s");
    add(c, "large", row);
  }
  finish(c);
  buffer out = {0};
  uint64_t count;
  error e = {0};
  assert_int_equal(cluster_find(c, "large", 5, &out, &count, &e), ERR_OK);
  assert_int_equal(count, 3);
  assert_int_equal(out.size, 300000);
  finds(c, "small", 3, "sss");
  buffer_deinit(&out);
  free(row);
  cluster_free(c);
}

static void of_too_many_rows_only_the_number_is_kept(void **state) {
  (void)state;
  for (size_t budget = 2048; budget <= LARGE; budget *= 32768) {
    cluster *c = cluster_new(budget, 50, NULL);
    for (int i = 0; i < 51; i++) add(c, "many", "m");
    for (int i = 0; i < 50; i++) add(c, "just", "j");
    finish(c);
    finds(c, "many", 51, "");
    finds(c, "just", 50, "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj");
    cluster_free(c);
  }
}

static bool at_once(void *ctx) {
  ++*(int *)ctx;
  return true;
}

static void merging_can_be_stopped(void **state) {
  (void)state;
  cluster *c = cluster_new(1 << 20, 100, NULL);
  char key[16];
  for (int i = 0; i < 200000; i++) {
    snprintf(key, sizeof key, "%d", i);
    add(c, key, "row");
  }
  int asked = 0;
  error e = {0};
  assert_int_equal(cluster_end(c, at_once, &asked, &e), ERR_INTERRUPTED);
  assert_int_equal(asked, 1);
  cluster_free(c);
}

static void a_full_disk_is_told(void **state) {
  (void)state;
  cluster *c = cluster_new(1024, 100, "/nowhere");
  error e = {0};
  error_code code = ERR_OK;
  for (int i = 0; i < 100 && !code; i++) code = cluster_add(c, "k", 1, "row", 3, &e);
  assert_int_equal(code, ERR_STORE);
  assert_non_null(strstr(e.message, "TMPDIR"));
  cluster_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(few_rows_stay_in_memory),
      cmocka_unit_test(nothing_is_in_an_empty_one),
      cmocka_unit_test(many_rows_go_through_a_file),
      cmocka_unit_test(a_row_may_be_larger_than_the_memory),
      cmocka_unit_test(of_too_many_rows_only_the_number_is_kept),
      cmocka_unit_test(merging_can_be_stopped),
      cmocka_unit_test(a_full_disk_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
