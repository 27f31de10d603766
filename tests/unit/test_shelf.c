/* Packs that are served: put up when they are good, kept when the next one is not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/shelf.h"
#include "support/rules_folder.h"

#define NOW 1758870000

static char rules[64];
static shelf *all;
static buffer why;

static int open_shelf(void **state) {
  (void)state;
  snprintf(rules, sizeof rules, "/tmp/assay-shelf-XXXXXX");
  if (!mkdtemp(rules)) return -1;
  all = shelf_new(&(shelf_options){.rules = rules});
  return 0;
}

static int close_shelf(void **state) {
  char command[128];
  (void)state;
  shelf_free(all);
  buffer_deinit(&why);
  snprintf(command, sizeof command, "rm -rf %s", rules);
  return system(command);
}

static void put(const char *name, const char *file, const char *text) {
  put_pack_file(rules, name, file, text);
}

static const char company[] =
    "company { name = \"Acme\", currency = \"EUR\", timezone = \"+01:00\", "
    "scripts = { \"rules\" } }\n"
    "fields { id = key, days = integer { required = true } }\n"
    "source { plugin = \"csv\", path = \"c.csv\" }\n"
    "outputs { \"grade\" }\n";
static const char bands[] = "bands \"grade\" { of = \"days\", { \"C\", %d }, { \"A\" } }\n";
static const char example[] =
    "as_of \"2025-09-26T15:00:00+08:00\"\nexample \"late\" { given = { id = \"1\", days = 31 }, "
    "expect = { grade = \"C\" } }\n";

static void put_rules(const char *name, int bound) {
  char text[200];
  snprintf(text, sizeof text, bands, bound);
  put(name, "rules.lua", text);
}

static void put_pack(const char *name) {
  put(name, "company.lua", company);
  put(name, "tests.lua", example);
  put_rules(name, 30);
}

static shelf_change look(const char *name) {
  buffer_clear(&why);
  shelf_change change = shelf_look(all, name, NOW, &why);
  buffer_text(&why, "");
  return change;
}

static void a_good_pack_is_put_up(void **state) {
  (void)state;
  const char **names;
  arena a = {0};
  put_pack("acme");
  put("lib", "shared.lua", "return {}\n");
  assert_int_equal(shelf_names(all, &a, &names), 1);
  assert_string_equal(names[0], "acme");
  assert_null(shelf_take(all, "acme"));
  assert_int_equal(look("acme"), SHELF_PUT_UP);
  assert_int_equal(look("acme"), SHELF_SAME);
  const shelved *up = shelf_take(all, "acme");
  assert_non_null(up);
  assert_string_equal(up->pack->title, "Acme");
  shelf_give(all, up);
  assert_int_equal(look("nobody"), SHELF_GONE);
  arena_deinit(&a);
}

static void a_bad_one_leaves_the_good_one(void **state) {
  (void)state;
  arena a = {0};
  shelf_state how;
  put_pack("acme");
  look("acme");
  const shelved *before = shelf_take(all, "acme");
  put("acme", "rules.lua", "bands \"grade\" { of = \"dayz\", { \"C\", 30 }, { \"A\" } }\n");
  assert_int_equal(look("acme"), SHELF_BROKEN);
  assert_non_null(strstr(why.data, "rules.lua:1: "));
  if (!strstr(why.data, "did you mean `days`")) fail_msg("%s", why.data);
  const shelved *still = shelf_take(all, "acme");
  assert_ptr_equal(still, before);
  shelf_give(all, still);
  assert_true(shelf_tell(all, &a, "acme", &how));
  assert_true(how.broken);
  assert_string_equal(how.hash, before->pack->hash);
  assert_true(how.finding_count > 0);
  put_rules("acme", 20);
  assert_int_equal(look("acme"), SHELF_PUT_UP);
  const shelved *after = shelf_take(all, "acme");
  assert_ptr_not_equal(after, before);
  assert_string_not_equal(after->pack->hash, before->pack->hash); /* the old one is still whole */
  shelf_give(all, before);
  shelf_give(all, after);
  assert_true(shelf_tell(all, &a, "acme", &how));
  assert_false(how.broken);
  arena_deinit(&a);
}

static void tests_that_fail_keep_it_down(void **state) {
  (void)state;
  put_pack("acme");
  put_rules("acme", 40);
  assert_int_equal(look("acme"), SHELF_BROKEN);
  assert_non_null(strstr(why.data, "the example \"late\" does not hold"));
  assert_null(shelf_take(all, "acme"));
  put("acme", "tests.lua", "property \"always\" { \"days >= 0 or days < 0\" }\n");
  assert_int_equal(look("acme"), SHELF_PUT_UP); /* the rules are the same, the tests are not */
  put("acme", "tests.lua", "example \"x\" {\n");
  assert_int_equal(look("acme"), SHELF_BROKEN);
  assert_non_null(strstr(why.data, "tests.lua"));
}

static void a_folder_that_is_gone_is_taken_down(void **state) {
  char command[128];
  const char **names;
  arena a = {0};
  (void)state;
  put_pack("acme");
  put_pack("zeta");
  look("acme");
  look("zeta");
  const shelved *kept = shelf_take(all, "acme");
  snprintf(command, sizeof command, "rm -r %s/acme", rules);
  assert_int_equal(system(command), 0);
  assert_int_equal(shelf_names(all, &a, &names), 2);
  assert_int_equal(look("acme"), SHELF_GONE);
  assert_int_equal(shelf_names(all, &a, &names), 1);
  assert_null(shelf_take(all, "acme"));
  assert_string_equal(kept->pack->name, "acme"); /* for whoever has it */
  shelf_give(all, kept);
  arena_deinit(&a);
}

/* ---- many take and give while it changes ---- */

static atomic_bool over;

static void *take_and_give(void *arg) {
  size_t *count = arg;
  while (!atomic_load(&over)) {
    const shelved *up = shelf_take(all, "acme");
    if (!up) continue;
    *count += strlen(up->pack->hash) == 64;
    shelf_give(all, up);
  }
  return NULL;
}

static void nobody_ever_holds_half_of_one(void **state) {
  pthread_t threads[3];
  size_t counts[3] = {0};
  (void)state;
  put_pack("acme");
  look("acme");
  atomic_store(&over, false);
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, take_and_give, &counts[i]);
  for (int i = 0; i < 20; i++) {
    put_rules("acme", 10 + i % 2);
    assert_int_equal(look("acme"), SHELF_PUT_UP);
  }
  atomic_store(&over, true);
  for (int i = 0; i < 3; i++) {
    pthread_join(threads[i], NULL);
    assert_true(counts[i] > 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_good_pack_is_put_up, open_shelf, close_shelf),
      cmocka_unit_test_setup_teardown(a_bad_one_leaves_the_good_one, open_shelf, close_shelf),
      cmocka_unit_test_setup_teardown(tests_that_fail_keep_it_down, open_shelf, close_shelf),
      cmocka_unit_test_setup_teardown(a_folder_that_is_gone_is_taken_down, open_shelf, close_shelf),
      cmocka_unit_test_setup_teardown(nobody_ever_holds_half_of_one, open_shelf, close_shelf),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
