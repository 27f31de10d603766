/* Load smoothing: at most so many follow-ups a day and owner, by the order, on the next working day
 * that has room. */
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

/* 2025-09-26, the day of these runs, is a Friday. */
#define FIELDS                                                                                     \
  "fields { id = key, owner = text, credit = money, days = integer, last = date }\n"               \
  "outputs { 'due', 'codes' }\n"
#define CADENCE(clause)                                                                            \
  "cadence 'due' { none_yet {}, every { 'days', unit = 'workdays', from = 'last' },\n"             \
  "  overdue { 'LATE' }, " clause " }\ncodes 'codes' { 'LATE', 'MOVED' }\n"

static void moves_the_least_valuable_first(void **state) {
  (void)state;
  world_pack(&world, FIELDS,
             CADENCE("smooth { 2, per = 'owner', by = '-credit', code = 'MOVED' }"));
  world_gives(
      &world,
      "id,owner,credit,days,last\n"
      "A,ann,10,1,2025-09-25\nB,ann,50,1,2025-09-25\nC,ann,,1,2025-09-25\n"
      "D,ann,20,1,2025-09-25\nE,bob,1,1,2025-09-25\nF,ann,15,2,2025-09-25\nG,ann,99,2,2025-09-25\n"
      "H,,1,1,2025-09-25\nI,,1,1,2025-09-25\nJ,,1,1,2025-09-25\n",
      "A,2025-09-30T18:00:00+08:00,MOVED\n" /* behind D; Monday is full by then */
      "B,2025-09-26T18:00:00+08:00,\n"
      "C,2025-09-30T18:00:00+08:00,MOVED\n" /* whose value is missing goes first */
      "D,2025-09-26T18:00:00+08:00,\n"
      "E,2025-09-26T18:00:00+08:00,\n" /* another owner */
      "F,2025-09-29T18:00:00+08:00,\n"
      "G,2025-09-29T18:00:00+08:00,\n"
      "H,2025-09-26T18:00:00+08:00,\n" /* nobody's: not smoothed */
      "I,2025-09-26T18:00:00+08:00,\n"
      "J,2025-09-26T18:00:00+08:00,\n");
}

/* Ties go by the key, wherever the record stands; without an order all do. */
static void breaks_ties_by_the_key(void **state) {
  (void)state;
  world_pack(&world, FIELDS, CADENCE("smooth { 1, code = 'MOVED' }"));
  world_gives(
      &world,
      "id,owner,credit,days,last\nK3,,,1,2025-09-25\nK1,,,1,2025-09-25\nK2,,,1,2025-09-25\n",
      "K1,2025-09-26T18:00:00+08:00,\nK2,2025-09-29T18:00:00+08:00,MOVED\n"
      "K3,2025-09-30T18:00:00+08:00,MOVED\n");
}

/* A day after the other is emptied, as a person would do it. */
typedef struct customer {
  char key[16];
  int owner, value, due, moved;
} customer;

static int by_worth(const void *a, const void *b) {
  const customer *x = *(customer *const *)a, *y = *(customer *const *)b;
  return x->value != y->value ? y->value - x->value : strcmp(x->key, y->key);
}

static void empty_days(customer *all, size_t n, int owners, int most) {
  customer **here = mem_array(n, sizeof(customer *));
  for (int owner = 0; owner < owners; owner++)
    for (int day = 0; day < 400; day++) {
      size_t count = 0;
      for (size_t i = 0; i < n; i++)
        if (all[i].owner == owner && all[i].moved == day) here[count++] = &all[i];
      qsort(here, count, sizeof *here, by_worth);
      for (size_t i = (size_t)most; i < count; i++) here[i]->moved++;
    }
  free(here);
}

static void agrees_with_emptying_day_after_day(void **state) {
  (void)state;
  enum { MANY = 3000, OWNERS = 4, MOST = 7, FIRST = 20357 }; /* 2025-09-26, every day is worked */
  static const unsigned threads[] = {1, 2, 8};
  customer *all = mem_array(MANY, sizeof *all);
  buffer csv = {0}, expected = {0};
  unsigned seed = 1;
  buffer_text(&csv, "id,owner,credit,days,last\n");
  for (size_t i = 0; i < MANY; i++) {
    customer *c = &all[i];
    seed = seed * 1103515245 + 12345;
    snprintf(c->key, sizeof c->key, "K%05zu", i * 1237 % MANY);
    c->owner = (int)(seed >> 8 & 3);
    c->value = (int)(seed >> 10 & 63);
    c->due = c->moved = (int)(seed >> 16 & 63);
    buffer_format(&csv, "%s,o%d,%d,%d,2025-09-26\n", c->key, c->owner, c->value, c->due);
  }
  empty_days(all, MANY, OWNERS, MOST);
  for (size_t k = 0; k < MANY; k++) {
    const customer *c = NULL;
    char key[16], day[11] = "";
    snprintf(key, sizeof key, "K%05zu", k);
    for (size_t i = 0; i < MANY; i++)
      if (!strcmp(all[i].key, key)) c = &all[i];
    date_write(day, FIRST + c->moved);
    buffer_format(&expected, "%s,%sT18:00:00+08:00,%s\n", key, day,
                  c->moved != c->due ? "MOVED" : "");
  }
  world_put(
      &world, "company.lua",
      "company { name = 'Test', currency = 'CNY', timezone = '+08:00', workdays = 'calendar',\n"
      "  scripts = { 'rules' } }\nsource { plugin = 'csv', path = 'c.csv' }\n" FIELDS);
  world_put(&world, "rules.lua",
            "cadence 'due' { every { 'days', unit = 'days', from = 'last' },\n"
            "  smooth { 7, per = 'owner', by = '-credit', code = 'MOVED' } }\ncodes 'codes' { "
            "'MOVED' }\n");
  for (size_t i = 0; i < 3; i++) {
    world.threads = threads[i];
    world_gives(&world, csv.data, expected.data);
  }
  buffer_deinit(&csv);
  buffer_deinit(&expected);
  free(all);
}

static void refuses(const char *rules, const char *message) {
  world_pack(&world, FIELDS, rules);
  assert_int_equal(world_run(&world, NULL), ERR_PACK);
  if (!strstr(world.findings.data, message)) fail_msg("%s", world.findings.data);
}

static void tells_what_cannot_be_smoothed(void **state) {
  (void)state;
  refuses(CADENCE("smooth { 2, by = 'owner' }"), "by = \"owner\" is text, but the order must be");
  refuses(CADENCE("smooth { 2, per = 'credit' }"), "per = \"credit\" is money, but groups");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(moves_the_least_valuable_first),
      TEST(breaks_ties_by_the_key),
      TEST(agrees_with_emptying_day_after_day),
      TEST(tells_what_cannot_be_smoothed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
