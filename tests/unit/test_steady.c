/* Classes that do not swing: held for some days, and changed by so many classes at a time. */
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

static void gives_on(const char *day, const char *csv, const char *expected) {
  char moment[64];
  snprintf(moment, sizeof moment, "%sT12:00:00+08:00", day);
  world.as_of = moment;
  world_gives(&world, csv, expected);
}

#define FIELDS "fields { id = key, score = integer, bad = boolean }\n"
#define BANDS "{ 'A', 80 }, { 'B', 60 }, { 'C', 40 }, { 'D' }"

static void holds_a_class_for_some_days(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'class', 'class_since', 'codes' }",
             "bands 'class' { of = 'score', " BANDS ", hold = 90, held = 'CLASS_HELD' }\n"
             "codes 'codes' { 'CLASS_HELD' }\n");
  gives_on("2025-01-01", "id,score,bad\nK1,70,\nK2,30,\nK3,,\n",
           "K1,B,2025-01-01,\nK2,D,2025-01-01,\nK3,,,\n");
  gives_on("2025-03-31", "id,score,bad\nK1,90,\nK2,,\nK3,50,\n",
           "K1,B,2025-01-01,CLASS_HELD\nK2,,,\nK3,C,2025-03-31,\n"); /* 89 days */
  gives_on("2025-04-01", "id,score,bad\nK1,90,\nK2,90,\nK3,90,\n",
           "K1,A,2025-04-01,\nK2,A,2025-04-01,\nK3,C,2025-03-31,CLASS_HELD\n");
  gives_on("2025-04-02", "id,score,bad\nK1,10,\nK2,90,\nK3,45,\n",
           "K1,A,2025-04-01,CLASS_HELD\nK2,A,2025-04-01,\nK3,C,2025-03-31,\n");
}

/* Down at once, up step by step. */
static void steps_by_so_many_classes(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'class', 'codes' }",
             "bands 'class' { of = 'score', " BANDS ", max_up = 1, max_down = 2, held = 'HELD' }\n"
             "codes 'codes' { 'HELD' }\n");
  gives_on("2025-01-01", "id,score,bad\nK1,10,\nK2,90,\nK3,90,\n", "K1,D,\nK2,A,\nK3,A,\n");
  gives_on("2025-01-02", "id,score,bad\nK1,90,\nK2,10,\nK3,50,\n", "K1,C,HELD\nK2,C,HELD\nK3,C,\n");
  gives_on("2025-01-03", "id,score,bad\nK1,90,\nK2,10,\nK3,70,\n", "K1,B,HELD\nK2,D,\nK3,B,\n");
}

/* What bounds the class below it is the class that is held, and since when is that of the end. */
static void holds_what_was_published(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'class', 'class_since' }",
             "bands 'class' { of = 'score', " BANDS ", hold_up = 30 }\n"
             "worst 'class' { 'C', when = 'bad' }\n");
  gives_on("2025-01-01", "id,score,bad\nK1,90,true\nK2,90,false\n",
           "K1,C,2025-01-01\nK2,A,2025-01-01\n");
  gives_on("2025-01-20", "id,score,bad\nK1,90,false\nK2,10,false\n",
           "K1,C,2025-01-01\nK2,D,2025-01-20\n"); /* worse at once, better after 30 days */
  gives_on("2025-01-31", "id,score,bad\nK1,90,false\nK2,10,false\n",
           "K1,A,2025-01-31\nK2,D,2025-01-20\n");
}

/* Any class can be steady, behind any step; the last word may be the best. */
static void steadies_any_class(void **state) {
  (void)state;
  world_pack(
      &world, FIELDS "outputs { 'size' }",
      "decision_table 'size' { type = choice { 'small', 'middle', 'large', best = 'large' },\n"
      "  inputs = { 'score' }, { '>= 80', 'large' }, { '>= 40', 'middle' }, { '-', 'small' } }\n"
      "steady 'size' { max_up = 1 }\n");
  gives_on("2025-01-01", "id,score,bad\nK1,10,\nK2,90,\n", "K1,small\nK2,large\n");
  gives_on("2025-01-02", "id,score,bad\nK1,90,\nK2,10,\n", "K1,middle\nK2,small\n");
}

static void refuses(const char *outputs, const char *rules, const char *message) {
  buffer text = {0};
  buffer_format(&text, FIELDS "%s", outputs);
  world_pack(&world, text.data, rules);
  buffer_deinit(&text);
  assert_int_equal(world_run(&world, NULL), ERR_PACK);
  if (!strstr(world.findings.data, message)) fail_msg("%s", world.findings.data);
}

static void tells_what_it_needs(void **state) {
  (void)state;
  refuses("outputs { 'class' }", "bands 'class' { of = 'score', " BANDS ", hold = 90 }\n",
          "\"class\" is held, and that needs since when: outputs { ... } does not list "
          "\"class_since\"");
  refuses("outputs { 'x' }",
          "bands 'class' { of = 'score', " BANDS ", max_up = 1 }\nderive 'x' { '1' }\n",
          "\"class\" is compared with the last decision: outputs { ... } does not list \"class\"");
  refuses("outputs { 'class', 'class_since', 'x' }",
          "bands 'class' { of = 'score', " BANDS ", hold = 90 }\nderive 'x' { 'class_since' }\n",
          "unknown name `class_since`");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(holds_a_class_for_some_days), TEST(steps_by_so_many_classes),
      TEST(holds_what_was_published),    TEST(steadies_any_class),
      TEST(tells_what_it_needs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
