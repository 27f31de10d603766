/* Records that are made up: the same for the same seed, at the bounds that the pack tests, and made
 * smaller without losing what they show. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "run/record_maker.h"

static plan *leads_plan(pack **p) {
  findings found = {0};
  const plan_options o = {.as_of = 1758870000, .without_inputs = true};
  *p = pack_load("rules/real-estate-leads", &found);
  assert_non_null(*p);
  plan *made = plan_new(*p, &o, &found);
  assert_non_null(made);
  findings_deinit(&found);
  return made;
}

static const char *value_of(const handmade_record *r, const char *name) {
  for (size_t i = 0; i < r->count; i++)
    if (!strcmp(r->values[i].name, name)) return r->values[i].text;
  return NULL;
}

static void same_seed_same_records(void **state) {
  (void)state;
  pack *p;
  plan *made = leads_plan(&p);
  buffer texts[3] = {{0}, {0}, {0}};
  for (int run = 0; run < 3; run++) {
    arena a = {0};
    record_maker *m = record_maker_new(p, made, 1758870000, NULL, run < 2 ? 7 : 8);
    for (int i = 0; i < 50; i++) {
      handmade_record r = record_maker_next(m, &a, NULL);
      record_write(&texts[run], &r);
    }
    record_maker_free(m);
    arena_deinit(&a);
  }
  assert_int_equal(texts[0].size, texts[1].size);
  assert_memory_equal(texts[0].data, texts[1].data, texts[0].size);
  assert_true(texts[0].size != texts[2].size ||
              memcmp(texts[0].data, texts[2].data, texts[0].size) != 0);
  for (int run = 0; run < 3; run++) buffer_deinit(&texts[run]);
  plan_free(made);
  pack_free(p);
}

/* The pack tests `visits` at 0, 1, 2 and 3, `units_bought` at 1 and 3. */
static void goes_to_the_bounds(void **state) {
  (void)state;
  pack *p;
  plan *made = leads_plan(&p);
  arena a = {0};
  static const handmade_value fixed[] = {{.name = "strategic", .text = "true"}};
  const handmade_record given = {1, fixed};
  record_maker *m = record_maker_new(p, made, 1758870000, &given, 1);
  bool seen[4] = {false}, missing = false, due = false;
  for (int i = 0; i < 500; i++) {
    handmade_record r = record_maker_next(m, &a, "unit_price");
    const char *visits = value_of(&r, "visits"), *day = value_of(&r, "expected_purchase");
    assert_string_equal(value_of(&r, "strategic"), "true");
    assert_non_null(value_of(&r, "unit_price"));
    assert_non_null(value_of(&r, "units_bought")); /* required */
    missing = missing || !visits;
    due = due || (day && !strcmp(day, "2025-10-26")); /* today + 1 month */
    for (char n = '0'; n < '4'; n++)
      if (visits && visits[0] == n && !visits[1]) seen[n - '0'] = true;
  }
  for (int n = 0; n < 4; n++) assert_true(seen[n]);
  assert_true(missing);
  assert_true(due);
  record_maker_free(m);
  arena_deinit(&a);
  plan_free(made);
  pack_free(p);
}

typedef struct minimum {
  arena *arena;
  handmade_record at;
} minimum;

/* "budget is at least 123456.78" */
static bool large_budget(void *ctx, const handmade_record *simpler) {
  minimum *m = ctx;
  int64_t budget;
  const char *text = value_of(simpler, "budget");
  if (!text || decimal_parse(text, strlen(text), 2, &budget) != PARSE_OK || budget < 12345678)
    return false;
  m->at = *simpler;
  return true;
}

static void finds_the_smallest(void **state) {
  (void)state;
  pack *p;
  plan *made = leads_plan(&p);
  arena a = {0};
  record_maker *m = record_maker_new(p, made, 1758870000, NULL, 3);
  minimum smallest = {.arena = &a};
  do smallest.at = record_maker_next(m, &a, "budget");
  while (!large_budget(&smallest, &smallest.at));
  int rounds = 0;
  while (record_maker_simplify(m, &a, &smallest.at, NULL, large_budget, &smallest))
    assert_true(++rounds < 500);
  assert_string_equal(value_of(&smallest.at, "budget"), "123457.00");
  assert_null(value_of(&smallest.at, "name"));
  assert_null(value_of(&smallest.at, "visits"));
  assert_string_equal(value_of(&smallest.at, "units_bought"), "0");
  record_maker_free(m);
  arena_deinit(&a);
  plan_free(made);
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_seed_same_records),
                                     cmocka_unit_test(goes_to_the_bounds),
                                     cmocka_unit_test(finds_the_smallest)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
