/* The notation: whatever the text, it is understood or refused with a finding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "support/notation_world.h"

static uint64_t next_random(uint64_t *s) {
  *s ^= *s << 13;
  *s ^= *s >> 7;
  *s ^= *s << 17;
  return *s;
}

static void mutate(char *bytes, size_t *n, size_t most, uint64_t *seed) {
  static const char alphabet[] = "()[]..,<>=!+-*/?\"\\ \t019azA_预付not in if then null";
  size_t at = *n > 0 ? next_random(seed) % *n : 0;
  char c = alphabet[next_random(seed) % (sizeof alphabet - 1)];
  switch (next_random(seed) % 3) {
  case 0:
    if (*n > 0) bytes[at] = c;
    break;
  case 1:
    if (*n + 1 < most) {
      memmove(bytes + at + 1, bytes + at, *n - at);
      bytes[at] = c;
      ++*n;
    }
    break;
  default:
    if (*n > 0) {
      memmove(bytes + at, bytes + at + 1, *n - at - 1);
      --*n;
    }
  }
  bytes[*n] = '\0';
}

static void test_mutations_never_crash(void **state) {
  (void)state;
  static const char *const seeds[] = {
      "overdue_30 / 365 * (visits + 15) * 1.2",
      "grade in (A, [B..C]) and not(vip) or 融资 = 预付",
      "if visits = null then coalesce(budget, 0) else min(budget, 3 * visits)",
      "[today..add_months(today, 1))",
      "not(1, 2, [5..7), null, > 99)",
      "name = \"a\\\"b\" and closes < 2025-10-01",
      "? > 3 and ? between visits and 2025-09-26T15:00:00+08:00"};
  uint64_t seed = 88172645463325252u;
  clock_t end = clock() + CLOCKS_PER_SEC;
  size_t refused = 0, accepted = 0;
  while (clock() < end) {
    fixture f;
    fixture_init(&f);
    node *inputs[3] = {notation_expression(&f.context, "visits", any),
                       notation_expression(&f.context, "grade", any),
                       notation_expression(&f.context, "budget / overdue_30", any)};
    for (int round = 0; round < 200; round++) {
      char bytes[256];
      size_t n = (size_t)snprintf(bytes, sizeof bytes, "%s",
                                  seeds[next_random(&seed) % (sizeof seeds / sizeof *seeds)]);
      for (uint64_t k = next_random(&seed) % 6; k > 0; k--) mutate(bytes, &n, sizeof bytes, &seed);
      size_t errors = f.findings.errors;
      unary_test t;
      bool ok = round % 2 == 0 ? notation_expression(&f.context, bytes, any) != NULL
                               : notation_test(&f.context, bytes, inputs[round % 3], &t);
      if (ok == (f.findings.errors > errors))
        fail_msg("%s: refused without a finding, or both", bytes);
      refused += !ok;
      accepted += ok;
    }
    fixture_deinit(&f);
  }
  assert_true(refused > 100 && accepted > 100);
}

static void test_deep_nesting_is_refused(void **state) {
  (void)state;
  fixture f;
  fixture_init(&f);
  char deep[4001];
  for (size_t i = 0; i < sizeof deep - 1; i++) deep[i] = "(-"[i % 2];
  deep[sizeof deep - 1] = '\0';
  assert_null(notation_expression(&f.context, deep, any));
  assert_int_equal(f.findings.errors, 1);
  assert_null(notation_expression(&f.context, "\xff\xfe", any));
  fixture_deinit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mutations_never_crash),
      cmocka_unit_test(test_deep_nesting_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
