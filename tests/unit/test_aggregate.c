/* What is made of the records of a list: each kind of aggregate at its edges, exactly; windows,
 * halvings, ageing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>
#include "support/orders.h"

/* as_of is 2025-09-26T15:00:00+08:00 */

static void test_sum_and_count(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_aggregate(p, "total", AGGREGATE_SUM, "orders", "amount");
  built_aggregate(p, "known", AGGREGATE_SUM, "orders", "amount")->skip_missing = true;
  built_aggregate(p, "n", AGGREGATE_COUNT, "orders", NULL);
  built_aggregate(p, "web", AGGREGATE_COUNT, "orders", "kind = web");
  built_aggregate(p, "kept", AGGREGATE_SUM, "orders", "coalesce(amount, 0) * coalesce(quantity, 1)")
      ->where = built_text(p, "returned != true");
  built_aggregate(p, "strict", AGGREGATE_SUM, "orders", "amount")->none = built_text(p, "null");
  static const case_ cases[] = {
      {"orders=amount=1.10,kind=web,returned=false;amount=2.20,kind=shop,returned=true,quantity=3",
       "total=3.30;known=3.30;n=2;web=1;kept=1.10;strict=3.30"},
      {"id=none", "total=0.00;known=0.00;n=0;web=0;kept=0.00;strict="},
      /* a record without an amount: the sum is not known, unless such records are skipped */
      {"orders=amount=5,returned=false;kind=web,returned=false,quantity=7",
       "total=;known=5.00;n=2;web=1;kept=5.00;strict="},
      /* unknown is not true: an order of which it is not known whether it came back counts for
         nothing where returned != true is asked */
      {"orders=amount=5", "total=5.00;kept=0.00"},
      /* no list is not an empty list */
      {"orders=null", "total=;known=;n=;web=;kept=;strict="},
      {"orders=amount=-1.25;amount=0.25", "total=-1.00"},
      {"orders=amount=92233720368547758.07,returned=false;amount=-5.00,returned=false",
       "total=92233720368547753.07"},
      {"orders=amount=92233720368547758.07;amount=0.01", "fault=OVERFLOW"},
      {"orders=amount=92233720368547758.07;amount=0.01;amount=-0.02",
       "total=92233720368547758.06"}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_customer_values_in_records(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_param(p, "least", built_money(), "2");
  built_aggregate(p, "first", AGGREGATE_MIN, "orders", "date(at)");
  built_aggregate(p, "above", AGGREGATE_COUNT, "orders", "amount > floor and amount > least");
  built_aggregate(p, "liked", AGGREGATE_SUM, "orders", "amount")->where =
      built_text(p, "kind = likes and due >= since");
  built_aggregate(p, "later", AGGREGATE_COUNT, "orders", "date(at) > first");
  static const case_ cases[] = {
      {"floor=3|since=2025-01-01|likes=shop|orders=amount=4,kind=shop,due=2025-01-01,"
       "at=2025-01-01T23:59:59+08:00;amount=9,kind=web,due=2025-02-01,at=2025-01-02T00:00:00+08:00;"
       "amount=3,kind=shop,due=2024-12-31,at=2025-01-01T00:00:00+08:00",
       "above=2;liked=4.00;first=2025-01-01;later=1"},
      {"orders=amount=4,kind=shop,at=2025-01-01T23:59:59+08:00", "above=0;liked=0.00;later=0"},
      {"id=x", "above=0;liked=0.00;first=;later=0"},
      {"floor=1|likes=web|since=2020-02-29|orders=amount=1.01,kind=web,due=2021-01-01;amount=2.01",
       "above=1;liked=1.01;first="}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_least_greatest_latest(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_aggregate(p, "least", AGGREGATE_MIN, "orders", "amount");
  built_aggregate(p, "most", AGGREGATE_MAX, "orders", "amount / rate");
  built_aggregate(p, "big", AGGREGATE_MAX, "orders", "size")->none = built_text(p, "-1");
  built_aggregate(p, "last", AGGREGATE_LATEST, "orders", "at");
  aggregate_step *s = built_aggregate(p, "last_kind", AGGREGATE_LATEST, "orders", "kind");
  s->by = built_text(p, "at");
  s->tie = TIE_GREATEST;
  s->none = built_text(p, "web");
  s = built_aggregate(p, "first_item", AGGREGATE_EARLIEST, "orders", "item");
  s->by = built_text(p, "at");
  s->tie = TIE_LEAST;
  s->skip_missing = true;
  static const case_ cases[] = {
      {"orders=amount=3,rate=1.5,size=2.5,at=2025-01-02T00:00:00Z,kind=shop,item=pen;"
       "amount=2,rate=0.5,size=-1,at=2025-01-01T00:00:00Z,kind=web,item=ink",
       "least=2.00;most=4.00;big=2.5;last=2025-01-02T08:00:00+08:00;last_kind=shop;"
       "first_item=ink"},
      {"id=none", "least=;most=;big=-1;last=;last_kind=web;first_item="},
      /* several are the latest: the greatest word, the least text */
      {"orders=at=2025-01-01T00:00:00Z,kind=phone,item=b;at=2025-01-01T00:00:00Z,kind=web,item=a;"
       "at=2025-01-01T00:00:00Z,kind=shop,item=ab",
       "least=;last_kind=phone;first_item=a"},
      {"orders=kind=web,at=2025-01-01T00:00:00Z,amount=1,rate=0.000;amount=2,rate=1",
       "most=;last_kind=;last="}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_mean_median_share_distinct(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_aggregate(p, "median", AGGREGATE_MEDIAN, "orders", "amount");
  built_aggregate(p, "middle", AGGREGATE_MEDIAN, "orders", "quantity");
  aggregate_step *s = built_aggregate(p, "dbt", AGGREGATE_MEAN, "orders", "paid - due");
  s->weight = built_text(p, "amount");
  s->type = built_decimal(2);
  s->where = built_text(p, "paid != null");
  built_aggregate(p, "mean", AGGREGATE_MEAN, "orders", "amount")->none = built_text(p, "0");
  built_aggregate(p, "on_time", AGGREGATE_SHARE, "orders", "paid <= due");
  s = built_aggregate(p, "on_time_amount", AGGREGATE_SHARE, "orders", "paid <= due");
  s->weight = built_text(p, "amount");
  s->none = built_text(p, "1");
  built_aggregate(p, "kinds", AGGREGATE_DISTINCT, "orders", "kind")->skip_missing = true;
  built_aggregate(p, "items", AGGREGATE_DISTINCT, "orders", "item")->skip_missing = true;
  built_aggregate(p, "amount_sum", AGGREGATE_SUM, "orders", "amount");
  built_derive(p, "exact", "median * 2 = amount_sum");
  built_derive(p, "third", "on_time * 3");
  static const case_ cases[] = {
      {"orders=amount=1.01,paid=2025-01-11,due=2025-01-01,kind=web,item=a,quantity=1;"
       "amount=3.02,paid=2025-01-01,due=2025-01-01,kind=web,item=b,quantity=4",
       "median=2.02;middle=2.5;dbt=2.51;mean=2.02;on_time=0.50;on_time_amount=0.75;kinds=1;items=2;"
       "exact=true;third=1.50"},
      {"orders=amount=3,quantity=3;amount=1,quantity=1;amount=2,quantity=2,paid=2025-01-01,due="
       "2025-01-02",
       "median=2.00;middle=2.0;dbt=-1.00;mean=2.00;on_time=0.33;on_time_amount=0.33;kinds=0;"
       "exact=false;third=1.00"},
      {"id=none", "median=;middle=;dbt=;mean=0.00;on_time=;on_time_amount=1.00;kinds=0;items=0"},
      /* the weights sum to 0 */
      {"orders=amount=0,paid=2025-01-01,due=2025-01-01", "dbt=;on_time=1.00;on_time_amount=1.00"},
      {"orders=amount=2,paid=2025-01-02,due=2025-01-01;amount=-2,paid=2025-01-02,due=2025-01-01",
       "dbt="},
      {"orders=item=a;item=a;item=aa;item=", "items=3;mean=;median="}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_windows(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_aggregate(p, "year", AGGREGATE_COUNT, "orders", NULL)->to = built_text(p, "365");
  aggregate_step *s = built_aggregate(p, "before", AGGREGATE_COUNT, "orders", NULL);
  s->from = built_text(p, "90");
  s->to = built_text(p, "179");
  s->at = built_text(p, "paid");
  s = built_aggregate(p, "today_only", AGGREGATE_COUNT, "orders", NULL);
  s->to = built_text(p, "1");
  s->at = built_text(p, "paid");
  static const case_ cases[] = {
      /* the age is a difference of calendar dates in the company's zone: 0 .. 364 days */
      {"orders=at=2024-09-27T00:00:00+08:00,paid=2025-09-26", "year=1;today_only=1"},
      {"orders=at=2024-09-26T23:59:59+08:00,paid=2025-09-25", "year=0;today_only=0"},
      {"orders=at=2024-09-26T16:00:00Z", "year=1"},
      {"orders=at=2024-09-26T15:59:59Z", "year=0"},
      {"orders=at=2025-09-26T15:00:00+08:00", "year=1"},
      {"orders=at=2025-09-26T15:00:01+08:00", "year=0"}, /* after as_of, though the same day */
      {"orders=paid=2025-06-28;paid=2025-06-29;paid=2025-03-31;paid=2025-03-30", "before=2"},
      {"orders=paid=2025-09-27", "today_only=0"},
      {"orders=amount=1", "year=0;before=0"}}; /* it is not known when */
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

static void test_points_and_halvings(void **state) {
  (void)state;
  pack *p = orders_pack();
  aggregate_step *s = built_aggregate(p, "activity", AGGREGATE_SUM, "orders", "kind");
  aggregate_points points[] = {{built_text(p, "web"), built_text(p, "60"), {0}},
                               {built_text(p, "shop"), built_text(p, "2.5"), {0}},
                               {built_text(p, "-"), built_text(p, "1"), {0}}};
  s->points = points;
  s->point_count = 3;
  s->half_life = built_text(p, "30");
  s->stepped = true;
  s->at_most = built_text(p, "100");
  s->type = built_decimal(2);
  s = built_aggregate(p, "smooth", AGGREGATE_COUNT, "orders", NULL);
  s->half_life = built_text(p, "30");
  s = built_aggregate(p, "sizes", AGGREGATE_SUM, "orders", "quantity");
  aggregate_points sizes[] = {{built_text(p, "<= 2"), built_text(p, "1"), {0}},
                              {built_text(p, "(2..5]"), built_text(p, "10"), {0}}};
  s->points = sizes;
  s->point_count = 2;
  s->skip_missing = true;
  built_derive(p, "exact", "activity = 3.75");
  static const case_ cases[] = {
      {"orders=kind=web,at=2025-09-26T08:00:00+08:00", "activity=60.00;smooth=1"},
      {"orders=kind=web,at=2025-08-28T08:00:00+08:00", "activity=60.00"}, /* 29 days */
      {"orders=kind=web,at=2025-08-27T08:00:00+08:00", "activity=30.00;smooth=0.5"},
      {"orders=kind=web,at=2025-05-29T08:00:00+08:00;kind=phone,at=2025-09-01T08:00:00+08:00",
       "activity=4.75;exact=false"}, /* 120 days: 60 / 16 + 1 */
      {"orders=kind=web,at=2025-05-29T08:00:00+08:00", "activity=3.75;exact=true;smooth=0.0625"},
      {"orders=kind=web,at=2025-09-01T08:00:00+08:00;kind=web,at=2025-09-02T08:00:00+08:00",
       "activity=100.00"},
      {"orders=at=2025-09-26T08:00:00+08:00", "activity=1.00"}, /* "-" takes what is missing, too */
      {"orders=kind=web,at=2023-01-01T00:00:00Z", "activity=0.00"}, /* halved more than 32 times */
      {"id=none", "activity=0.00;smooth=0;sizes=0;exact=false"},
      {"orders=quantity=2;quantity=3;quantity=5;kind=web", "sizes=21"},
      {"orders=quantity=6", "fault=NO_ROW"}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
}

/* ---- ageing ---- */

static void test_ageing(void **state) {
  (void)state;
  pack *p = orders_pack();
  built_ageing(p, NULL, false);
  static const case_ cases[] = {
      {"orders=amount=1,due=2025-09-27;amount=2,due=2025-09-26;amount=4,due=2025-09-25;amount=8,"
       "due="
       "2025-08-27;amount=16,due=2025-08-26;amount=32,due=2025-07-28;amount=64,due=2025-07-27;"
       "amount=128,due=2025-06-28;amount=256,due=2025-06-27",
       "now=3.00;d30=12.00;d60=48.00;d90=192.00;over=256.00;ar=511.00"},
      {"id=none", "now=0.00;d30=0.00;over=0.00;ar=0.00"},
      {"orders=amount=1;amount=2,due=2025-09-26", "now=;d30=;over=;ar="},
      {"orders=due=2025-01-01", "now=;ar="},
      {"orders=null", "now=;ar="},
      {"orders=amount=92233720368547758.07,due=2025-09-26;amount=0.01,due=2025-01-01",
       "fault=OVERFLOW"}};
  check_cases(p, cases, COUNT(cases));
  built_free(p);
  p = orders_pack();
  built_ageing(p, "now", true)->ageing.where = built_text(p, "returned = false");
  static const case_ lenient[] = {
      {"orders=amount=1,returned=false;amount=2,due=2025-01-01,returned=false;due=2025-01-01,"
       "returned=false;amount=9,due=2025-01-01,returned=true",
       "now=1.00;over=2.00;ar=3.00"}};
  check_cases(p, lenient, COUNT(lenient));
  built_free(p);
}

/* ---- as an admin writes it ---- */

static pack *written_pack(const char *steps, findings *found) {
  static const char company[] =
      "company { name = 'T', currency = 'CNY', timezone = '+08:00', scripts = { 'steps' } }\n"
      "source { plugin = 'csv', path = 'c.csv' }\n"
      "fields { id = key,\n"
      "  events = list { at = timestamp { required = true },\n"
      "    type = choice { 'demo', 'quote', 'click', required = true } },\n"
      "  items = list { due_date = date { required = true }, amount = money { required = true },\n"
      "    paid_date = date } }\n"
      "outputs { 'engagement', 'last_event', 'last_type', 'events_ever', 'demos', 'fading', "
      "'on_time',\n"
      "  'dbt', 'dbt_before', 'ar', 'current', 'd30', 'older' }\n";
  char folder[] = "/tmp/assay-aggregate-XXXXXX", path[128];
  assert_non_null(mkdtemp(folder));
  const char *const names[] = {"company.lua", "steps.lua"}, *const texts[] = {company, steps};
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(texts[i], out);
    fclose(out);
  }
  pack *p = pack_load(folder, found);
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  rmdir(folder);
  for (size_t i = 0; i < found->count; i++)
    print_error("%d: %s\n", found->items[i].line, found->items[i].message);
  assert_non_null(p);
  return p;
}

static void test_as_written(void **state) {
  (void)state;
  findings found = {0};
  pack *p = written_pack(
      "derive 'engagement' {\n"
      "  sum = { 'type', { 'demo', 60 }, { 'quote', 50 }, { 'click', 5 } }, of = 'events',\n"
      "  halve_every = 30, at_most = 100, type = decimal(2) }\n"
      "derive 'last_event' { latest = 'at', of = 'events' }\n"
      "derive 'last_type' { latest = 'type', by = 'at', of = 'events', ties = 'least' }\n"
      "derive 'events_ever' { count = 'events' }\n"
      "derive 'demos' { count = 'type = demo', of = 'events', within = 365 }\n"
      "derive 'fading' { count = 'events', half_life = 30 }\n"
      "derive 'on_time' { share = 'paid_date <= due_date', of = 'items', where = 'due_date < "
      "today' }\n"
      "derive 'dbt' { mean = 'paid_date - due_date', weight = 'amount', of = 'items',\n"
      "  within = 90, at = 'paid_date' }\n"
      "derive 'dbt_before' { mean = 'paid_date - due_date', weight = 'amount', of = 'items',\n"
      "  within = { 90, 179 }, at = 'paid_date', none = 0, type = decimal(1) }\n"
      "ageing 'ar' { of = 'items', amount = 'amount', due = 'due_date', where = 'paid_date = "
      "null',\n"
      "  { 'current', 0 }, { 'd30', 30 }, { 'older' } }\n",
      &found);
  static const case_ cases[] = {
      {"events=type=demo,at=2025-09-01T10:00:00+08:00;type=click,at=2025-08-20T10:00:00+08:00|"
       "items=amount=100,due_date=2025-09-01,paid_date=2025-09-11;amount=300,due_date=2025-09-02,"
       "paid_date=2025-09-02;amount=7,due_date=2025-08-01;amount=5,due_date=2025-10-01;"
       "amount=9,due_date=2025-06-01,paid_date=2025-06-28",
       "engagement=62.50;last_event=2025-09-01T10:00:00+08:00;last_type=demo;events_ever=2;demos=1;"
       "on_time=0.25;dbt=2.50;dbt_before=27.0;ar=12.00;current=5.00;d30=0.00;older=7.00"},
      {"id=new",
       "engagement=0.00;last_event=;last_type=;events_ever=0;demos=0;fading=0;on_time=;dbt=;"
       "dbt_before=0.0;ar=0.00;current=0.00"}};
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
  findings_deinit(&found);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sum_and_count),
      cmocka_unit_test(test_customer_values_in_records),
      cmocka_unit_test(test_least_greatest_latest),
      cmocka_unit_test(test_mean_median_share_distinct),
      cmocka_unit_test(test_windows),
      cmocka_unit_test(test_points_and_halvings),
      cmocka_unit_test(test_ageing),
      cmocka_unit_test(test_as_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
