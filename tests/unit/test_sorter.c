/* Sorting on disk: the same order, however little of it fits into memory. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "data/sorter.h"

typedef struct record {
  uint32_t group;
  int64_t value;
} record;

static int compare(const void *a, const void *b) {
  const record *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  return (x->value > y->value) - (x->value < y->value);
}

static void sorts_of_budget(size_t budget, size_t n) {
  error e = {0};
  sorter *s = sorter_new(sizeof(record), compare, budget, NULL);
  unsigned seed = 7;
  for (size_t i = 0; i < n; i++) {
    seed = seed * 1103515245 + 12345;
    const record r = {seed >> 28, (int64_t)(seed >> 4) - 8000000};
    assert_int_equal(sorter_add(s, &r, &e), ERR_OK);
  }
  assert_int_equal(sorter_sort(s, &e), ERR_OK);
  for (int pass = 0; pass < 2; pass++) {
    record last = {0, INT64_MIN};
    size_t seen = 0;
    const void *next;
    for (;;) {
      assert_int_equal(sorter_next(s, &next, &e), ERR_OK);
      if (!next) break;
      assert_true(compare(&last, next) <= 0);
      last = *(const record *)next;
      seen++;
    }
    assert_int_equal(seen, n);
    assert_int_equal(sorter_next(s, &next, &e), ERR_OK); /* and stays at its end */
    assert_null(next);
    assert_int_equal(sorter_rewind(s, &e), ERR_OK);
  }
  sorter_free(s);
}

static void sorts_in_memory_and_on_disk(void **state) {
  (void)state;
  sorts_of_budget(1 << 20, 0);
  sorts_of_budget(1 << 20, 1);
  sorts_of_budget(1 << 20, 5000);
  sorts_of_budget(0, 64);    /* exactly one block in memory */
  sorts_of_budget(0, 65);    /* and one more record */
  sorts_of_budget(0, 20000); /* some hundred blocks */
  sorts_of_budget(4096, 100000);
}

static void is_read_after_it_is_sorted(void **state) {
  (void)state;
  error e = {0};
  const void *next;
  sorter *s = sorter_new(sizeof(record), compare, 0, NULL);
  assert_int_equal(sorter_next(s, &next, &e), ERR_INTERNAL);
  sorter_free(s);
}

static void says_when_there_is_no_room(void **state) {
  (void)state;
  error e = {0};
  const record r = {0};
  sorter *s = sorter_new(sizeof r, compare, 0, "/no/such/folder");
  error_code code = ERR_OK;
  for (size_t i = 0; i < 100 && !code; i++) code = sorter_add(s, &r, &e);
  assert_int_equal(code, ERR_STORE);
  assert_non_null(strstr(e.message, "/no/such/folder"));
  sorter_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sorts_in_memory_and_on_disk),
      cmocka_unit_test(is_read_after_it_is_sorted),
      cmocka_unit_test(says_when_there_is_no_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
