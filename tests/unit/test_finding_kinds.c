/* The kinds of findings: in order, found by name, and told in the guide just as the program tells them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "base/memory.h"
#include "run/finding_kinds.h"

static const char *guide(void) {
  static char text[1 << 20];
  FILE *in = fopen("rules/README.md", "rb");
  assert_non_null(in);
  text[fread(text, 1, sizeof text - 1, in)] = 0;
  fclose(in);
  return text;
}

static void kinds_stand_in_the_order_of_their_ids(void **state) {
  (void)state;
  for (size_t i = 1; finding_kind_at(i); i++)
    assert_true(strcmp(finding_kind_at(i - 1)->id, finding_kind_at(i)->id) < 0);
  assert_string_equal(finding_kind_find("masked-row")->id, "masked-row");
  assert_null(finding_kind_find("mistake"));
}

/* The table of "Check a policy": a row for each kind, and no other. */
static void the_guide_lists_them(void **state) {
  (void)state;
  const char *at = strstr(guide(), "| kind | is | do |\n|---|---|---|\n");
  assert_non_null(at);
  at = strchr(strchr(at, '\n') + 1, '\n') + 1;
  for (size_t i = 0; finding_kind_at(i); i++) {
    const finding_kind *k = finding_kind_at(i);
    buffer row = {0};
    buffer_format(&row, "| `%s` | %s | %s |\n", k->id, k->about, k->help);
    if (strncmp(at, row.data, row.size) != 0)
      fail_msg("the guide's table has\n%.*swhere it should have\n%s", (int)(strcspn(at, "\n") + 1),
               at, row.data);
    at += row.size;
    buffer_deinit(&row);
  }
  assert_int_equal(*at, '\n');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kinds_stand_in_the_order_of_their_ids),
      cmocka_unit_test(the_guide_lists_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
