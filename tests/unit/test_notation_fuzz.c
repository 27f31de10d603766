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

/* A text either gives something or exactly one finding that says why not; warnings are beside it. */
static bool is_understood(fixture *f, const char *bytes, node *input) {
  size_t errors = f->findings.errors;
  unary_test t;
  bool ok = input == NULL ? notation_expression(&f->context, bytes, any) != NULL
                          : notation_test(&f->context, bytes, input, &t);
  if (f->findings.errors != errors + !ok)
    fail_msg("%s: %zu errors", bytes, f->findings.errors - errors);
  return ok;
}

static void test_random_tokens(void **state) {
  (void)state;
  static const char *const words[] = {"visits",     "budget",      "grade",
                                      "vip",        "closes",      "seen_at",
                                      "name",       "reasons",     "融资",
                                      "weight",     "A",           "LATE",
                                      "1",          "0.5",         "10%",
                                      "3 days",     "2 months",    "2025-10-01",
                                      "@\"PT36H\"", "null",        "true",
                                      "\"x\"",      "?",           "+",
                                      "-",          "*",           "/",
                                      "=",          "!=",          "<",
                                      "<=",         ">",           ">=",
                                      "and",        "or",          "not",
                                      "in",         "between",     "if",
                                      "then",       "else",        "better than",
                                      "worse than", "(",           ")",
                                      "[",          "]",           "..",
                                      ",",          "min(",        "round(",
                                      "date(",      "add_months(", "starts with(",
                                      "coalesce(",  "modulo(",     "months_between(",
                                      "count(",     "substring(",  "today",
                                      "cap",        "unset",       "not(",
                                      "previous("};
  uint64_t seed = 1234567;
  size_t understood = 0;
  fixture f;
  fixture_init(&f);
  node *inputs[4] = {NULL, notation_expression(&f.context, "visits", any),
                     notation_expression(&f.context, "grade", any),
                     notation_expression(&f.context, "today - closes", any)};
  for (int round = 0; round < 60000; round++) {
    buffer out = {0};
    for (uint64_t n = next_random(&seed) % 9 + 1; n > 0; n--) {
      buffer_text(&out, words[next_random(&seed) % (sizeof words / sizeof *words)]);
      if (next_random(&seed) % 8 != 0) buffer_char(&out, ' ');
    }
    buffer_text(&out, "");
    understood += is_understood(&f, out.data, inputs[round % 4]);
    buffer_deinit(&out);
    if (round % 500 == 0) {
      findings_deinit(&f.findings);
      f.findings = (findings){0};
    }
  }
  if (understood < 300) fail_msg("only %zu understood", understood);
  fixture_deinit(&f);
}

static void test_random_bytes(void **state) {
  (void)state;
  uint64_t seed = 7654321;
  fixture f;
  fixture_init(&f);
  node *input = notation_expression(&f.context, "name", any);
  for (int round = 0; round < 20000; round++) {
    char bytes[24] = "";
    size_t n = next_random(&seed) % (sizeof bytes - 1);
    for (size_t i = 0; i < n; i++) bytes[i] = (char)(next_random(&seed) % 255 + 1);
    for (size_t i = 0; round % 2 == 0 && i < n; i++) bytes[i] &= 0x7F;
    for (size_t i = 0; i < n; i++)
      if (bytes[i] == '\0') bytes[i] = ' ';
    is_understood(&f, bytes, round % 3 == 0 ? input : NULL);
    if (round % 500 == 0) {
      findings_deinit(&f.findings);
      f.findings = (findings){0};
    }
  }
  fixture_deinit(&f);
}

/* Long texts take no deep stack and no square of their length. */
static void test_long_texts(void **state) {
  (void)state;
  static const struct {
    const char *part;
    bool accepted; /* a list may be long, a chain of operations may not */
  } parts[] = {{"1 + ", false},
               {"vip and ", false},
               {"-", false},
               {"not(", false},
               {"if vip then 1 else ", false},
               {"visits in (1, ", false}};
  fixture f;
  fixture_init(&f);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    buffer out = {0};
    for (int n = 0; n < 20000; n++) buffer_text(&out, parts[i].part);
    buffer_text(&out, "1");
    assert_int_equal(is_understood(&f, out.data, NULL), parts[i].accepted);
    buffer_deinit(&out);
  }
  buffer list = {0};
  for (int n = 0; n < 20000; n++) buffer_format(&list, "%d, ", n * 2);
  buffer_text(&list, "1");
  unary_test t;
  node *input = notation_expression(&f.context, "visits", any);
  assert_true(notation_test(&f.context, list.data, input, &t));
  assert_int_equal(t.interval_count, 19999); /* 0, 1, 2 are one */
  buffer_deinit(&list);
  fixture_deinit(&f);
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
      cmocka_unit_test(test_random_tokens),
      cmocka_unit_test(test_random_bytes),
      cmocka_unit_test(test_long_texts),
      cmocka_unit_test(test_deep_nesting_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
