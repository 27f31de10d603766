/* previous("x"): what was published last, over two and more runs of one pack. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/pack_run.h"

static run_world world;

static int begin(void **state) {
  (void)state;
  world_open(&world);
  return 0;
}

static int end(void **state) {
  (void)state;
  world_close(&world);
  return 0;
}

#define FIELDS                                                                                     \
  "fields { id = key, sales = money { min = 0 } }\n"                                               \
  "outputs { 'credit_limit', 'class', 'before', 'class_before' }\n"

/* The limit grows by at most a quarter from run to run; it reads itself before it is made. */
#define STEP_UP                                                                                    \
  "bands 'class' { of = 'sales', { 'A', 1000 }, { 'B', 100 }, { 'C' } }\n"                         \
  "derive 'class_before' { 'previous(\"class\")' }\n"                                              \
  "derive 'before' { 'previous(credit_limit)' }\n"                                                 \
  "limit 'credit_limit' { start { 'sales' },\n"                                                    \
  "  at_most { { 'previous(\"credit_limit\") * 1.25', when = 'previous(\"credit_limit\") > 0' } "  \
  "},\n"                                                                                           \
  "  round_down(1) }\n"

static void reads_what_the_last_run_published(void **state) {
  (void)state;
  world_pack(&world, FIELDS, STEP_UP);
  world_gives(&world, "id,sales\nK1,100\nK2,1000\n", "K1,100.00,B,,\nK2,1000.00,A,,\n");
  assert_string_equal(world.findings.data, "");
  world_gives(&world, "id,sales\nK1,200\nK2,50\nK3,500\n",
              "K1,125.00,B,100.00,B\nK2,50.00,C,1000.00,A\nK3,500.00,B,,\n");
  world_gives(&world, "id,sales\nK3,500\nK2,5000\nK1,200\n",
              "K1,156.00,B,125.00,B\nK2,62.00,A,50.00,C\nK3,500.00,B,500.00,B\n");
}

/* A record that is refused, or on which a rule fails, makes nobody a new customer. */
static void carries_on_what_a_bad_day_would_lose(void **state) {
  (void)state;
  world_pack(&world, FIELDS,
             STEP_UP "rule 'checked' { type = integer, function(c)\n"
                     "  if c.sales == 13 then error('unlucky') end return 1 end }\n");
  world_gives(&world, "id,sales\nK1,100\nK2,100\nK3,100\n",
              "K1,100.00,B,,\nK2,100.00,B,,\nK3,100.00,B,,\n");
  world_gives(&world, "id,sales\nK1,13\nK2,much\nK9,much\n",
              "K1,failed\nrule_error K1 RULE_ERROR\nreject K2 BAD_VALUE:sales\n"
              "reject K9 BAD_VALUE:sales\n");
  world_gives(&world, "id,sales\nK1,13\nK2,-1\nK9,1\n",
              "K1,failed\nK9,1.00,C,,\nrule_error K1 RULE_ERROR\nreject K2 NEGATIVE:sales\n");
  /* K3 was not seen at all by the last run: it starts anew */
  world_gives(&world, "id,sales\nK1,500\nK2,500\nK3,500\nK9,500\n",
              "K1,125.00,B,100.00,B\nK2,125.00,B,100.00,B\nK3,500.00,B,,\nK9,1.00,B,1.00,C\n");
}

static void keeps_the_first_of_two_with_one_key(void **state) {
  (void)state;
  world_pack(&world, FIELDS, STEP_UP);
  world_gives(&world, "id,sales\nK1,100\n", "K1,100.00,B,,\n");
  world_gives(&world, "id,sales\nK1,bad\nK1,50\n",
              "reject K1 BAD_VALUE:sales\nreject K1 DUPLICATE_ID:id\n");
  world_gives(&world, "id,sales\nK1,500\n", "K1,125.00,B,100.00,B\n");
}

/* Words by their name, numbers by their value; what has no place now is missing. */
static void takes_values_in_the_types_of_now(void **state) {
  (void)state;
  world_pack(&world,
             "fields { id = key, sales = money }\n"
             "outputs { 'class', 'n', 'gone' }\n",
             "bands 'class' { of = 'sales', { 'A', 1000 }, { 'B', 100 }, { 'C' } }\n"
             "derive 'n' { '7', type = integer }\n"
             "derive 'gone' { 'today' }\n");
  world_gives(&world, "id,sales\nK1,1000\nK2,100\nK3,1\n",
              "K1,A,7,2025-09-26\nK2,B,7,2025-09-26\nK3,C,7,2025-09-26\n");
  world_pack(
      &world,
      "fields { id = key, sales = money }\n"
      "outputs { 'class', 'n', 'gone', 'was', 'n_was', 'gone_was' }\n",
      "bands 'class' { of = 'sales', { 'top', 5000 }, { 'B', 1000 }, { 'A', 100 }, { 'D' } }\n"
      "derive 'n' { '7.5', type = decimal(1) }\n"
      "derive 'gone' { 'sales > 1' }\n"
      "derive 'was' { 'previous(\"class\")' }\n"
      "derive 'n_was' { 'previous(\"n\")' }\n"
      "derive 'gone_was' { 'previous(\"gone\")' }\n");
  world_gives(&world, "id,sales\nK1,1000\nK2,100\nK3,1\n",
              "K1,B,7.5,true,A,7.0,\nK2,A,7.5,true,B,7.0,\nK3,D,7.5,false,,7.0,\n");
}

/* A dry run reads the real store and leaves it as it was. */
static void lets_a_dry_run_read_the_last_run(void **state) {
  (void)state;
  world_pack(&world, FIELDS, STEP_UP);
  world_gives(&world, "id,sales\nK1,100\n", "K1,100.00,B,,\n");
  world.dry = true;
  assert_int_equal(world_run(&world, "id,sales\nK1,500\n"), ERR_OK);
  char *got = world_read(&world);
  assert_string_equal(got, "K1,100.00,B,,\n");
  free(got);
  snprintf(world.database, sizeof world.database, "%s/test.db.dry", world.folder);
  got = world_read(&world);
  assert_string_equal(got, "K1,125.00,B,100.00,B\n");
  free(got);
}

static char *many(size_t n, size_t factor) {
  buffer b = {0};
  buffer_text(&b, "id,sales\n");
  for (size_t i = 0; i < n; i++) buffer_format(&b, "K%zu,%zu\n", i * 7919 % n, (i * factor) % 4000);
  return b.data;
}

/* In any order of customers, on any number of threads. */
static void gives_the_same_on_any_number_of_threads(void **state) {
  (void)state;
  static const unsigned threads[] = {1, 2, 8};
  enum { MANY = 12000 };
  char *first = many(MANY, 1), *second = many(MANY, 3), *results[3];
  for (size_t i = 0; i < 3; i++) {
    snprintf(world.database, sizeof world.database, "%s/threads%zu.db", world.folder, i);
    world.threads = threads[i];
    world_pack(&world, FIELDS, STEP_UP);
    if (world_run(&world, first)) fail_msg("%s", world.error.message);
    if (world_run(&world, second)) fail_msg("%s", world.error.message);
    results[i] = world_read(&world);
    assert_string_equal(results[i], results[0]);
  }
  for (size_t i = 0; i < 3; i++) free(results[i]);
  free(first);
  free(second);
}

/* ---- what is told ---- */

static void refuses(const char *rule, const char *message) {
  world_pack(&world, FIELDS, rule);
  assert_int_equal(world_run(&world, NULL), ERR_PACK);
  if (!strstr(world.findings.data, message)) fail_msg("%s", world.findings.data);
}

#define REST                                                                                       \
  "derive 'credit_limit' { 'sales' }\n"                                                            \
  "bands 'class' { of = 'sales', { 'A', 1000 }, { 'C' } }\n"

static void tells_what_has_no_previous_value(void **state) {
  (void)state;
  refuses("derive 'before' { 'previous(\"credit_limt\")' }\n" REST
          "derive 'class_before' { '1' }\n",
          "outputs { ... } does not list \"credit_limt\", so no run keeps it, did you mean "
          "\"credit_limit\"?");
  refuses("derive 'before' { 'previous(\"credit_limit\")' }\n" REST
          "derive 'class_before' { '1' }\n",
          "its type is not known up here: give the step that makes \"credit_limit\" a type (type = "
          "money; of a scorecard decimals = 2), or read it below that step");
  refuses("derive 'before' { 'previous(1)' }\n" REST "derive 'class_before' { '1' }\n",
          "previous takes the name of one output");
  refuses("derive 'before' { 'previos(\"class\")' }\n" REST "derive 'class_before' { '1' }\n",
          "did you mean `previous`?");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(reads_what_the_last_run_published),   TEST(carries_on_what_a_bad_day_would_lose),
      TEST(keeps_the_first_of_two_with_one_key), TEST(takes_values_in_the_types_of_now),
      TEST(lets_a_dry_run_read_the_last_run),    TEST(gives_the_same_on_any_number_of_threads),
      TEST(tells_what_has_no_previous_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
