/* Walking over the records of lists: random lists against a plain reckoning record by record, in any
 * order; what is read, traced, and replayed without the lists. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/blob.h"
#include "eval/trace.h"
#include "support/orders.h"

/* ---- against a plain reckoning, record by record ---- */

enum { AT, AMOUNT, QUANTITY, KIND, RETURNED, DUE, PAID };

/* Lists of 0 to 40 records, one now and then so long that it goes over several pieces. */
static void fill_orders(batch *in, size_t customers) {
  column *list = &in->columns[1];
  batch *orders = list->list.records;
  size_t total = 0;
  list->list.offsets[0] = 0;
  for (size_t c = 0; c < customers; c++) {
    total += random_below(300) ? (size_t)random_below(40) : (size_t)random_below(6000);
    list->list.offsets[c + 1] = (uint32_t)total;
    list->list.missing[c] = 0;
    column_add_text(&in->columns[0], c, "K", 1);
    in->columns[2].i64[c] = random_below(9) ? random_below(50000) : MISSING_I64;
    in->columns[3].i64[c] = 20000 + random_below(400);
    in->columns[4].i32[c] = (int32_t)random_below(4) - 1;
  }
  in->rows = customers;
  batch_reserve(orders, total);
  orders->rows = total;
  for (size_t i = 0; i < total; i++) {
    column *c = orders->columns;
    c[AT].i64[i] = AS_OF - random_below(400 * 86400);
    c[AMOUNT].i64[i] = random_below(100000) - 10000;
    c[QUANTITY].i64[i] = random_below(20);
    c[KIND].i32[i] = (int32_t)random_below(4) - 1;
    c[RETURNED].i32[i] = (int32_t)random_below(3) - 1;
    c[DUE].i64[i] = 20000 + random_below(400);
    c[PAID].i64[i] = random_below(5) ? c[DUE].i64[i] - 20 + random_below(60) : MISSING_I64;
    c[7].i64[i] = random_below(9000);
    c[8].f64[i] = (double)random_below(1000) / 7;
    column_add_text(&c[9], i, "ab", (size_t)random_below(3));
  }
}

static pack *reckoned_pack(void) {
  pack *p = orders_pack();
  built_aggregate(p, "sum", AGGREGATE_SUM, "orders", "amount")->where =
      built_text(p, "kind = likes and amount > floor");
  aggregate_step *s = built_aggregate(p, "count", AGGREGATE_COUNT, "orders", "returned");
  s->to = built_text(p, "100");
  built_aggregate(p, "most", AGGREGATE_MAX, "orders", "amount");
  s = built_aggregate(p, "last", AGGREGATE_LATEST, "orders", "amount");
  s->by = built_text(p, "date(at)");
  s->tie = TIE_LEAST;
  built_aggregate(p, "median", AGGREGATE_MEDIAN, "orders", "amount");
  s = built_aggregate(p, "dbt", AGGREGATE_MEAN, "orders", "paid - due");
  s->weight = built_text(p, "quantity");
  s->skip_missing = true;
  built_aggregate(p, "kinds", AGGREGATE_DISTINCT, "orders", "kind")->skip_missing = true;
  s = built_aggregate(p, "fading", AGGREGATE_SUM, "orders", "quantity");
  s->half_life = built_text(p, "30");
  s->stepped = true;
  built_ageing(p, NULL, false);
  return p;
}

static int by_i64(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void expect_i64(const bench *b, const char *name, size_t row, int64_t wanted) {
  if (output(b, name)->i64[row] != wanted)
    fail_msg("%s of customer %zu is %lld, expected %lld", name, row,
             (long long)output(b, name)->i64[row], (long long)wanted);
}

/* An exact quotient, rounded half-up to two decimals as it is written. */
static void expect_ratio(const bench *b, const char *name, size_t row, int128 num, int128 den) {
  if (den == 0) {
    expect_i64(b, name, row, MISSING_I64);
    return;
  }
  rational r;
  int64_t rounded;
  assert_true(rational_make(num, den, &r) && rational_round(r, 2, &rounded));
  expect_i64(b, name, row, rounded);
}

static void reckon(const bench *b, const batch *in, size_t row) {
  const column *list = &in->columns[1], *c = list->list.records->columns;
  size_t from = list->list.offsets[row], to = list->list.offsets[row + 1], n = to - from;
  int64_t floor = in->columns[2].i64[row], today = moment_date(AS_OF, (zone){8 * 3600});
  int64_t sum = 0, count = 0, most = MISSING_I64, last = MISSING_I64, last_day = 0;
  int64_t weights = 0, weighted = 0, aged[5] = {0}, total = 0;
  int128 fading = 0;
  unsigned kinds = 0;
  int64_t *sorted = mem_array(n + 1, sizeof *sorted);
  for (size_t i = from; i < to; i++) {
    int64_t amount = c[AMOUNT].i64[i], quantity = c[QUANTITY].i64[i];
    int64_t day = moment_date(c[AT].i64[i], (zone){8 * 3600}), late = today - c[DUE].i64[i];
    bool likes = c[KIND].i32[i] >= 0 && c[KIND].i32[i] == in->columns[4].i32[row];
    if (likes && floor != MISSING_I64 && amount > floor) sum += amount;
    if (c[RETURNED].i32[i] == 1 && today - day < 100) count++;
    if (amount > most) most = amount;
    if (i == from || day > last_day || (day == last_day && amount < last))
      last = amount, last_day = day;
    sorted[i - from] = amount;
    if (c[PAID].i64[i] != MISSING_I64) {
      weights += quantity;
      weighted += quantity * (c[PAID].i64[i] - c[DUE].i64[i]);
    }
    if (c[KIND].i32[i] >= 0) kinds |= 1U << c[KIND].i32[i];
    fading += (int128)quantity << (20 - (today - day) / 30);
    aged[late <= 0 ? 0 : late <= 30 ? 1 : late <= 60 ? 2 : late <= 90 ? 3 : 4] += amount;
    total += amount;
  }
  expect_i64(b, "sum", row, sum);
  expect_i64(b, "count", row, count);
  expect_i64(b, "most", row, most);
  expect_i64(b, "last", row, last);
  qsort(sorted, n, sizeof *sorted, by_i64);
  expect_ratio(b, "median", row, n ? sorted[(n - 1) / 2] + sorted[n / 2] : 0, n ? 200 : 0);
  expect_ratio(b, "dbt", row, weighted, weights);
  expect_i64(b, "kinds", row, __builtin_popcount(kinds));
  expect_ratio(b, "fading", row, fading, 1 << 20);
  static const char *const buckets[] = {"now", "d30", "d60", "d90", "over"};
  for (size_t i = 0; i < 5; i++) expect_i64(b, buckets[i], row, aged[i]);
  expect_i64(b, "ar", row, total);
  free(sorted);
}

static void test_random_lists(void **state) {
  (void)state;
  for (int round = 0; round < 20; round++) {
    pack *p = reckoned_pack();
    batch *in = batch_new(&p->schema, NULL);
    fill_orders(in, (size_t)random_below(BATCH_ROWS) + 1);
    bench b = bench_open(p, NULL);
    bench_run(&b, in);
    assert_int_equal(b.out->fault_count, 0);
    for (size_t row = 0; row < in->rows; row++) reckon(&b, in, row);
    bench_close(&b);
    batch_free(in);
    built_free(p);
  }
}

/* The order of the records is of no account, not even for measured numbers. */
static void test_order_of_records(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_aggregate(p, "sizes", AGGREGATE_SUM, "orders", "size");
  built_aggregate(p, "ratios", AGGREGATE_SUM, "orders", "quantity / (quantity + 1)");
  aggregate_step *s = built_aggregate(p, "mean", AGGREGATE_MEAN, "orders", "size");
  s->weight = built_text(p, "amount");
  s = built_aggregate(p, "item", AGGREGATE_LATEST, "orders", "item");
  s->by = built_text(p, "due");
  s->tie = TIE_GREATEST;
  static const case_ cases[] = {
      {"orders=size=0.1,amount=1,quantity=2,due=2025-01-01,item=b;size=1e16,amount=0.5,quantity=6,"
       "due=2025-01-01,item=a;size=-1e16,amount=0.5,quantity=1,due=2024-01-01,item=c",
       "sizes=0.1;ratios=2.02;mean=0.05;item=b"},
      {"orders=size=-1e16,amount=0.5,quantity=1,due=2024-01-01,item=c;size=1e16,amount=0.5,"
       "quantity=6"
       ",due=2025-01-01,item=a;size=0.1,amount=1,quantity=2,due=2025-01-01,item=b",
       "sizes=0.1;ratios=2.02;mean=0.05;item=b"}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

/* ---- replay ---- */

/* What the blobs keep gives the same decisions again, without the lists. */
static void test_replay(void **state) {
  (void)state;
  pack *p = reckoned_pack();
  built_derive(p, "owed", "ar * 2 + coalesce(floor, 0)");
  batch *in = batch_new(&p->schema, NULL);
  bool key_only[8] = {true};
  batch *bare = batch_new(&p->schema, key_only);
  error e;
  fill_orders(in, 100);
  bench b = bench_open(p, NULL);
  bench_run(&b, in);
  const plan_input *inputs;
  size_t count = plan_inputs(b.plan, &inputs);
  column *given = mem_array(count, sizeof *given);
  value_type *types = mem_array(count, sizeof *types);
  for (size_t i = 0; i < count; i++) column_init(&given[i], types[i] = inputs[i].type, 100);
  for (size_t r = 0; r < 100; r++) {
    const uint32_t *at = b.out->inputs.offsets;
    assert_int_equal(
        blob_read(b.out->inputs.bytes + at[r], at[r + 1] - at[r], types, count, given, r, &e),
        ERR_OK);
    column_add_text(&bare->columns[0], r, "K", 1);
  }
  bare->rows = 100;
  decisions *first = b.out;
  b.out = decisions_new(b.plan);
  assert_int_equal(evaluator_replay(b.evaluator, bare, given, b.out, &e), ERR_OK);
  for (size_t o = 0; o < first->output_count; o++)
    assert_memory_equal(first->outputs[o].i64, b.out->outputs[o].i64, 100 * sizeof(int64_t));
  assert_int_equal(first->inputs.offsets[100], b.out->inputs.offsets[100]);
  assert_memory_equal(first->inputs.bytes, b.out->inputs.bytes, first->inputs.offsets[100]);
  for (size_t i = 0; i < count; i++) column_deinit(&given[i]);
  free(given);
  free(types);
  decisions_free(first);
  bench_close(&b);
  batch_free(in);
  batch_free(bare);
  built_free(p);
}

/* A plan says which fields of the records it reads. */
static void test_fields_read(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_aggregate(p, "n", AGGREGATE_COUNT, "orders", "kind = likes")->to = built_text(p, "9");
  bench b = bench_open(p, NULL);
  const list_use *use = plan_list(b.plan, 1);
  assert_true(use->read && use->fields[AT] && use->fields[KIND]);
  assert_false(use->fields[AMOUNT] || use->fields[DUE] || use->kept);
  bench_close(&b);
  built_free(p);
}

/* ---- trace ---- */

static const trace_point *point_of(const bench *b, const char *label) {
  const trace_point *const *points;
  size_t count = trace_points(b->plan, &points);
  for (size_t i = 0; i < count; i++)
    if (points[i]->kind == POINT_RECORDS && !strcmp(points[i]->label, label)) return points[i];
  fail_msg("no point %s", label);
  return NULL;
}

/* Which rows of points and which buckets the records of each customer fall into. */
static void test_trace(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_ageing(p, NULL, true);
  aggregate_step *s = built_aggregate(p, "activity", AGGREGATE_SUM, "orders", "kind");
  aggregate_points points[] = {{built_text(p, "web"), built_text(p, "60"), {0}},
                               {built_text(p, "-"), built_text(p, "1"), {0}}};
  s->points = points;
  s->point_count = 2;
  s->where = built_text(p, "amount > 0");
  batch *in = batch_new(&p->schema, NULL);
  put_record(p, in, "orders=kind=web,amount=1,due=2025-09-20;amount=0,kind=shop,due=2025-01-01");
  put_record(p, in, "id=none");
  put_record(p, in, "orders=kind=phone,amount=1");
  bench b = bench_open(p, NULL);
  evaluator_trace(b.evaluator);
  const trace_point *rows = point_of(&b, "kind"), *buckets = point_of(&b, "due");
  for (int round = 0; round < 2; round++) { /* what one batch noted is gone in the next */
    bench_run(&b, in);
    assert_true(trace_took(b.evaluator, rows, 0, 0) && !trace_took(b.evaluator, rows, 0, 1));
    assert_false(trace_took(b.evaluator, rows, 1, 0) || trace_took(b.evaluator, rows, 1, 1));
    assert_true(!trace_took(b.evaluator, rows, 2, 0) && trace_took(b.evaluator, rows, 2, 1));
    for (size_t way = 0; way < 5; way++) {
      assert_int_equal(trace_took(b.evaluator, buckets, 0, way), way == 1 || way == 4);
      assert_false(trace_took(b.evaluator, buckets, 2, way)); /* no due date */
    }
  }
  bench_close(&b);
  batch_free(in);
  built_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_lists), cmocka_unit_test(test_order_of_records),
      cmocka_unit_test(test_replay),       cmocka_unit_test(test_fields_read),
      cmocka_unit_test(test_trace),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
