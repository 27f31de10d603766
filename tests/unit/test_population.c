/* Totals and quantiles: what is worked out over all customers of a run. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
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
  "fields { id = key, region = choice { 'north', 'south', 'west' }, ar = money, n = integer }\n"

/* ---- totals ---- */

static void sums_over_all_and_within_groups(void **state) {
  (void)state;
  world_pack(&world,
             FIELDS "outputs { 'all_ar', 'region_ar', 'share', 'customers', 'mean_ar', 'top' }",
             "total 'all_ar' { of = 'ar' }\n"
             "total 'region_ar' { of = 'ar', within = 'region' }\n"
             "total 'customers' { as = 'count', within = 'region', where = 'ar > 0' }\n"
             "total 'mean_ar' { of = 'ar', within = 'region', as = 'mean' }\n"
             "total 'top' { of = 'ar', as = 'greatest' }\n"
             "derive 'share' { 'ar / region_ar' }\n");
  world_gives(&world,
              "id,region,ar,n\n"
              "K1,north,1.00,\nK2,south,2.50,\nK3,north,2.00,\nK4,,4.00,\nK5,west,,\nK6,south,0,\n",
              "K1,9.50,3.00,0.33,2,1.50,4.00\n"
              "K2,9.50,2.50,1.00,1,1.25,4.00\n"
              "K3,9.50,3.00,0.67,2,1.50,4.00\n"
              "K4,9.50,,,,,4.00\n"      /* in no group */
              "K5,9.50,0.00,,0,,4.00\n" /* nobody of the group has a value */
              "K6,9.50,2.50,0.00,1,1.25,4.00\n");
}

/* The total stands for the parameter only where none is given. */
static void fills_in_a_parameter(void **state) {
  (void)state;
  const param_value given = {"total_ar", "100"}, empty = {"total_ar", ""};
  const char *csv = "id,region,ar,n\nK1,north,1.00,\nK2,south,3.00,\n";
  world_pack(&world,
             FIELDS "params { total_ar = money { default = total('ar') } }\n"
                    "outputs { 'share', 'part' }",
             "derive 'share' { 'ar / total_ar * 100' }\n"
             "rule 'part' { type = money, function(c) return c.total_ar / 2 end }\n");
  world_gives(&world, csv, "K1,25.00,2.00\nK2,75.00,2.00\n");
  world.params = &given;
  world.param_count = 1;
  world_gives(&world, csv, "K1,1.00,50.00\nK2,3.00,50.00\n");
  world.params = &empty;
  world_gives(&world, csv, "K1,25.00,2.00\nK2,75.00,2.00\n");
}

/* What the door refuses is out, and so is each later record with a key; a rule that fails takes
 * nobody out. */
static void counts_who_is_in(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'all_ar', 'checked' }",
             "total 'all_ar' { of = 'ar' }\n"
             "rule 'checked' { type = integer, function(c)\n"
             "  if c.n == 13 then error('unlucky') end return 1 end }\n");
  world_gives(&world,
              "id,region,ar,n\n"
              "K1,north,1.00,\nK2,east,2.00,\nK1,north,4.00,\nK3,,8.00,13\nK2,south,16.00,\n",
              "K1,9.00,1\nK3,failed\n"
              "reject K2 UNKNOWN_CHOICE:region\nreject K1 DUPLICATE_ID:id\n"
              "rule_error K3 RULE_ERROR\nreject K2 DUPLICATE_ID:id\n");
  assert_int_equal(world.result.counts.records, 5);
  assert_int_equal(world.result.counts.graded, 1);
  assert_int_equal(world.result.counts.failed, 1);
  assert_int_equal(world.result.counts.rejected, 3);
  assert_int_equal(world.result.counts.duplicates, 2);
}

static void knows_nobody_and_nothing(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'all_ar', 'mean_ar', 'f' }",
             "total 'all_ar' { of = 'ar' }\n"
             "total 'mean_ar' { of = 'ar', as = 'mean' }\n"
             "quantiles 'f' { of = 'ar', into = 5 }\n");
  world_gives(&world, "id,region,ar,n\n", "");
  world_gives(&world, "id,region,ar,n\nK1,,,\nK2,,,\n", "K1,0.00,,\nK2,0.00,,\n");
}

/* Too large for 64 bits: an error of each who would have it, and of nobody else. */
static void says_what_does_not_fit(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'sum' }", "total 'sum' { of = 'n', within = 'region' }\n");
  world_gives(&world,
              "id,region,ar,n\nK1,north,,9223372036854775807\nK2,north,,1\n"
              "K3,south,,9223372036854775806\nK4,south,,1\n",
              "K1,failed\nK2,failed\nK3,9223372036854775807\nK4,9223372036854775807\n"
              "rule_error K1 OVERFLOW\nrule_error K2 OVERFLOW\n");
}

/* A total of what a total made: the plan is cut twice. */
static void works_out_one_total_from_another(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'region_ar', 'above', 'codes' }",
             "total 'region_ar' { of = 'ar', within = 'region' }\n"
             "derive 'large' { 'region_ar >= 3' }\n"
             "scorecard 'score' { divide = 1, characteristic { 'ar', reason = 'SMALL',\n"
             "  { '>= 2', 10 }, { '-', 0 } } }\n"
             "bands 'class' { of = 'score', { 'A', 5, code = 'HIGH' }, { 'B', code = 'LOW' } }\n"
             "total 'above' { as = 'count', where = 'large' }\n"
             "derive 'seen' { 'above + 1' }\n"
             "codes 'codes' { 'HIGH', 'LOW', { 'SEEN', 'seen > 1', value = 'seen' } }\n");
  world_gives(&world, "id,region,ar,n\nK1,north,1.00,\nK2,south,2.50,\nK3,north,2.00,\n",
              "K1,3.00,2,LOW|SEEN:3\nK2,2.50,2,HIGH|SEEN:3\nK3,3.00,2,HIGH|SEEN:3\n");
}

/* What is joined and what was published last reach the phases behind a cut, and the next run. */
static void carries_lists_and_last_values_over_a_cut(void **state) {
  (void)state;
  world_pack(
      &world,
      "fields { id = key, ar = money }\n"
      "related 'orders' { source = { plugin = 'csv', path = 'orders.csv' }, key = 'id',\n"
      "  fields = { note = text, amount = money } }\n"
      "outputs { 'all', 'spend', 'notes', 'limit', 'before' }\n",
      "derive 'before' { 'previous(limit)' }\n"
      "total 'all' { of = 'ar' }\n"
      "derive 'share' { 'ar / all' }\n"
      "derive 'spend' { sum = 'amount', of = 'orders' }\n"
      "rule 'notes' { type = text, function(c)\n"
      "  local t = ''\n"
      "  for i = 1, #c.orders do t = t .. c.orders[i].note end\n"
      "  return t end }\n"
      "limit 'limit' { start { 'spend' }, plus { 'coalesce(before, 0)' }, round_down(1) }\n");
  world_put(&world, "orders.csv", "id,note,amount\nB,x,5\nA,y,1\nC,z,7\nA,w,2\n");
  world_gives(&world, "id,ar\nA,1\nB,2\nA,4\nC,\n",
              "A,3.00,3.00,wy,3.00,\nB,3.00,5.00,x,5.00,\nC,3.00,7.00,z,7.00,\n"
              "reject A DUPLICATE_ID:id\n");
  world_gives(&world, "id,ar\nB,2\nA,1\nD,1\n",
              "A,4.00,3.00,wy,6.00,3.00\nB,4.00,5.00,x,10.00,5.00\nD,4.00,0.00,,0.00,\n");
}

/* ---- quantiles ---- */

/* Ten values into five: two each. Equal values stand together, below the cut that they are. */
static void cuts_into_equal_parts(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'f' }",
             "quantiles 'f' { of = 'n', into = 5, missing = 1 }\n");
  world_gives(
      &world,
      "id,region,ar,n\nA,,,10\nB,,,9\nC,,,8\nD,,,7\nE,,,6\nF,,,5\nG,,,4\nH,,,3\nI,,,2\nJ,,,1\n"
      "K,,,\n",
      "A,5\nB,5\nC,4\nD,4\nE,3\nF,3\nG,2\nH,2\nI,1\nJ,1\nK,1\n");
  /* the cut at 40 % is the second 5: all who have it stand below */
  world_gives(&world, "id,region,ar,n\nA,,,1\nB,,,5\nC,,,5\nD,,,5\nE,,,9\n",
              "A,1\nB,2\nC,2\nD,2\nE,5\n");
}

static void lets_ties_stand_above(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'f' }",
             "quantiles 'f' { of = 'n', ties = 'up', { 'top', '20%' }, { 'rest' } }\n");
  world_gives(&world, "id,region,ar,n\nA,,,1\nB,,,2\nC,,,5\nD,,,5\nE,,,5\n",
              "A,rest\nB,rest\nC,top\nD,top\nE,top\n");
  world_pack(&world, FIELDS "outputs { 'f' }",
             "quantiles 'f' { of = 'n', { 'top', '20%' }, { 'rest' } }\n");
  world_gives(&world, "id,region,ar,n\nA,,,1\nB,,,2\nC,,,5\nD,,,5\nE,,,5\n",
              "A,rest\nB,rest\nC,rest\nD,rest\nE,rest\n"); /* never more than a fifth */
}

static void names_shares_from_the_top(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'tier', 'codes' }",
             "quantiles 'tier' { of = 'n', within = 'region', missing = 'none',\n"
             "  { 'gold', '25%', code = 'BEST' }, { 'silver', '25%' }, { 'none' } }\n"
             "codes 'codes' { 'BEST' }\n");
  world_gives(&world,
              "id,region,ar,n\nA,north,,4\nB,north,,3\nC,north,,2\nD,north,,1\n"
              "E,south,,1\nF,,,9\nG,north,,\n",
              "A,gold,BEST\nB,silver,\nC,none,\nD,none,\n"
              "E,none,\n" /* alone, and so at its own cut */
              "F,,\nG,none,\n");
}

/* Quotients are ordered exactly: a third is above 33.33 %. */
static void orders_quotients_and_measured_numbers(void **state) {
  (void)state;
  world_pack(&world,
             "fields { id = key, a = integer, b = integer, x = number, d = date }\n"
             "outputs { 'q', 'm', 'days' }",
             "quantiles 'q' { of = 'a / b', into = 2 }\n"
             "quantiles 'm' { of = 'x', into = 2 }\n"
             "quantiles 'days' { of = 'd', into = 2 }\n");
  world_gives(&world,
              "id,a,b,x,d\nK1,1,3,-0.5,2025-01-02\nK2,3333,10000,1e300,2025-01-01\n"
              "K3,33334,100000,-1e300,2024-12-31\nK4,0,5,0,2025-01-03\n",
              "K1,2,1,2\nK2,1,2,1\nK3,2,1,1\nK4,1,2,2\n");
}

/* ---- the same, however it is run ---- */

static char *many(size_t n) {
  buffer b = {0};
  buffer_text(&b, "id,region,ar,n\n");
  for (size_t i = 0; i < n; i++) {
    static const char *const regions[] = {"north", "south", "west", "", "east"};
    const size_t k = i % 1000 == 999 ? i - 500 : i; /* a thousandth are duplicates */
    buffer_format(&b, "K%06zu,%s,%zu.%02zu,%s\n", k, regions[i % 97 == 0 ? 4 : i % 4],
                  i * 7919 % 100000, i % 100,
                  i % 11 == 0   ? ""
                  : i % 13 == 0 ? "5"
                                : "77");
  }
  return b.data;
}

#define ALL_KINDS                                                                                  \
  "total 'region_ar' { of = 'ar', within = 'region' }\n"                                           \
  "quantiles 'f' { of = 'ar', into = 10, within = 'region' }\n"                                    \
  "quantiles 'tier' { of = 'n', { 'high', '30%' }, { 'low' } }\n"                                  \
  "rule 'checked' { type = integer, function(c)\n"                                                 \
  "  if c.n == 5 then error('five') end\n"                                                         \
  "  if c.f == 10 then reason('RULE', c.ar) end return c.f end }\n"                                \
  "total 'checked_sum' { of = 'checked' }\n"                                                       \
  "scorecard 'score' { characteristic { 'f', reason = 'LOW', { '>= 5', 5 }, { '-', 0 } } }\n"      \
  "derive 'sum' { 'checked_sum + region_ar' }\n"                                                   \
  "codes 'why' { by = 'points_lost', of = 'score' }\n"                                             \
  "codes 'codes' { 'RULE' }\n"

static void gives_the_same_on_any_number_of_threads(void **state) {
  (void)state;
  static const unsigned threads[] = {1, 2, 8};
  char *csv = many(30000), *results[3];
  world_pack(&world,
             FIELDS "outputs { 'region_ar', 'f', 'tier', 'checked', 'sum', 'why', 'codes' }",
             ALL_KINDS);
  for (size_t i = 0; i < 3; i++) {
    snprintf(world.database, sizeof world.database, "%s/threads%zu.db", world.folder, i);
    world.threads = threads[i];
    if (world_run(&world, csv)) fail_msg("%s\n%s", world.error.message, world.findings.data);
    results[i] = world_read(&world);
    assert_string_equal(results[i], results[0]);
  }
  assert_int_equal(world.result.counts.duplicates, 30);
  assert_non_null(strstr(results[0], "RULE:"));
  assert_non_null(strstr(results[0], ",LOW,"));
  for (size_t i = 0; i < 3; i++) free(results[i]);
  free(csv);
}

/* The order of the customers is in no value. */
static void does_not_depend_on_the_order(void **state) {
  (void)state;
  world_pack(&world, FIELDS "outputs { 'region_ar', 'f' }",
             "total 'region_ar' { of = 'ar', within = 'region' }\n"
             "quantiles 'f' { of = 'ar', into = 4, within = 'region' }\n");
  if (world_run(&world,
                "id,region,ar,n\nA,north,3,\nB,north,1,\nC,north,2,\nD,south,9,\nE,north,4,\n"))
    fail_msg("%s", world.error.message);
  char *first = world_read(&world);
  if (world_run(&world,
                "id,region,ar,n\nE,north,4,\nD,south,9,\nC,north,2,\nB,north,1,\nA,north,3,\n"))
    fail_msg("%s", world.error.message);
  char *second = world_read(&world);
  assert_string_equal(first, second);
  free(first);
  free(second);
}

/* ---- kept with the run ---- */

static error_code add_value(void *ctx, const store_value *v, error *e) {
  (void)e;
  buffer_format(ctx, "%s %s %lld %s %lld\n", v->step, v->within ? v->within : "-",
                (long long)v->place, v->value ? v->value : "-", (long long)v->count);
  return ERR_OK;
}

static void keeps_the_values_with_the_run(void **state) {
  (void)state;
  store *s;
  store_reader *r;
  error e = {0};
  buffer text = {0};
  world_pack(&world,
             FIELDS "params { total_ar = money { default = total('ar') } }\noutputs { 'f', 'm' }",
             "total 'm' { of = 'ar', as = 'mean' }\n"
             "quantiles 'f' { of = 'ar', into = 2, within = 'region' }\n"
             "derive 'x' { 'total_ar' }\n");
  assert_int_equal(world_run(&world, "id,region,ar,n\nA,west,1,\nB,north,2,\nC,north,3,\nD,,2,\n"),
                   ERR_OK);
  assert_int_equal(store_open(world.database, STORE_READ, &s, &e), ERR_OK);
  assert_int_equal(store_reader_open(s, "test", &r, &e), ERR_OK);
  assert_int_equal(store_values(r, add_value, &text, &e), ERR_OK);
  buffer_text(&text, "");
  assert_string_equal(text.data, "total_ar - 0 8.00 4\n"
                                 "m - 0 2 4\n"
                                 "f - 0 - 3\n"
                                 "f north 1 2.00 2\n"
                                 "f west 1 1.00 1\n");
  store_reader_close(r);
  store_close(s);
  buffer_deinit(&text);
}

/* A total or cut points can be given like a parameter: for trying, and for the examples of a policy. */
static void takes_what_is_given(void **state) {
  (void)state;
  const param_value given[] = {{"region_ar", "8.00"}, {"f", "1, 2.50"}};
  const char *csv = "id,region,ar,n\nA,west,1,\nB,north,2,\nC,,3,\n";
  world_pack(&world, FIELDS "outputs { 'share', 'f' }",
             "total 'region_ar' { of = 'ar', within = 'region' }\n"
             "quantiles 'f' { of = 'ar', into = 3 }\n"
             "derive 'share' { 'ar / region_ar' }\n");
  world.params = given;
  world.param_count = 2;
  world_gives(&world, csv, "A,0.13,1\nB,0.25,2\nC,,3\n");
  const param_value wrong = {"f", "1"};
  world.params = &wrong;
  world.param_count = 1;
  assert_int_equal(world_run(&world, csv), ERR_PACK);
  if (!strstr(world.findings.data, "\"1\" that was given is not its 2 cut points"))
    fail_msg("%s", world.findings.data);
}

/* ---- stopping ---- */

static volatile int stop;

static void stop_at_totals(void *ctx, const run_progress *p) {
  (void)ctx;
  if (!strcmp(p->stage, "working out totals") || p->records > 20000) stop = SIGTERM;
}

static void publishes_nothing_when_it_is_stopped(void **state) {
  (void)state;
  char *csv = many(30000);
  stop = 0;
  world.stop = &stop;
  world.progress = stop_at_totals;
  world_pack(&world, FIELDS "outputs { 'region_ar' }",
             "total 'region_ar' { of = 'ar', within = 'region' }\n");
  world_run(&world, "id,region,ar,n\nA,west,1,\n");
  char *before = world_read(&world);
  stop = SIGTERM;
  assert_int_equal(world_run(&world, csv), ERR_TERMINATED);
  char *after = world_read(&world);
  assert_string_equal(before, after);
  free(before);
  free(after);
  free(csv);
}

/* ---- what is told ---- */

static void refuses(const char *company, const char *rules, const char *message) {
  buffer text = {0};
  buffer_format(&text, FIELDS "%s", company);
  world_pack(&world, text.data, rules);
  buffer_deinit(&text);
  assert_int_equal(world_run(&world, NULL), ERR_PACK);
  if (!strstr(world.findings.data, message)) fail_msg("%s", world.findings.data);
}

static void tells_what_cannot_be_worked_out(void **state) {
  (void)state;
  const char *out = "outputs { 't' }";
  refuses(out, "total 't' { of = 'region' }\n",
          "of = \"region\" is choice, which cannot be summed");
  refuses(out, "total 't' { of = 'ar / n' }\n", "a quotient, which has no exact sum");
  refuses(out, "total 't' { of = 'ar', within = 'ar' }\n", "within = \"ar\" is money, but groups");
  refuses(out, "total 't' { of = 'ar', where = 'n' }\n", "condition");
  refuses(out, "quantiles 't' { of = 'region', into = 3 }\n", "quantiles need a number");
  refuses(out, "quantiles 't' { of = 'n', { 'a', '60%' }, { 'b', '40%' }, { 'c' } }\n",
          "together they must stay below 100%");
  refuses("params { p = money { default = total('x') } } outputs { 't' }", "derive 't' { 'p' }\n",
          "the parameter \"p\" is the total of \"x\", which no field and no step is called");
  refuses("params { p = money { default = total('t') } } outputs { 't' }",
          "derive 'u' { 'p' }\nderive 't' { 'ar' }\n", "\"u\" reads the parameter \"p\"");
  refuses("params { p = integer { default = total('ar') } } outputs { 't' }",
          "derive 't' { 'p' }\n", "but the parameter \"p\" is integer");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(sums_over_all_and_within_groups),
      TEST(fills_in_a_parameter),
      TEST(counts_who_is_in),
      TEST(knows_nobody_and_nothing),
      TEST(says_what_does_not_fit),
      TEST(works_out_one_total_from_another),
      TEST(carries_lists_and_last_values_over_a_cut),
      TEST(cuts_into_equal_parts),
      TEST(lets_ties_stand_above),
      TEST(names_shares_from_the_top),
      TEST(orders_quotients_and_measured_numbers),
      TEST(gives_the_same_on_any_number_of_threads),
      TEST(does_not_depend_on_the_order),
      TEST(keeps_the_values_with_the_run),
      TEST(takes_what_is_given),
      TEST(publishes_nothing_when_it_is_stopped),
      TEST(tells_what_cannot_be_worked_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
