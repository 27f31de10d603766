/* The trace: which way a record went at each decision point, for each kind of step. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/trace.h"
#include "support/bench.h"

static const trace_point *point(const bench *b, const char *label) {
  const trace_point *const *points;
  size_t n = trace_points(b->plan, &points);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(points[i]->label, label)) return points[i];
  fail_msg("no point %s", label);
  return NULL;
}

/* The label of the way that a row took, "-" for none; of several, joined with "+". */
static const char *took(const bench *b, const char *label, size_t row) {
  static char text[8][200];
  static int turn;
  const trace_point *p = point(b, label);
  char *to = text[turn++ % 8];
  *to = 0;
  for (size_t w = 0; w < p->way_count; w++)
    if (trace_took(b->evaluator, p, row, w))
      snprintf(to + strlen(to), 200 - strlen(to), "%s%s", *to ? "+" : "", p->ways[w].label);
  return *to ? to : "-";
}

/* The amount after a point in hundredths, -1 = unknown. */
static int64_t after(const bench *b, const char *label, size_t row) {
  rational x;
  int64_t cents;
  if (!trace_after(b->evaluator, point(b, label), row, &x)) return -1;
  assert_true(rational_round(x, 2, &cents));
  return cents;
}

static bench traced(pack *p, const char *const *records, size_t count, const char *kernel,
                    batch **in) {
  bench b = bench_open(p, kernel);
  evaluator_trace(b.evaluator);
  *in = batch_new(&p->schema, NULL);
  for (size_t i = 0; i < count; i++) put_record(p, *in, records[i]);
  bench_run(&b, *in);
  return b;
}

static void test_scored(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "late", built_type(TYPE_INTEGER));
  built_field(p, "rating", built_choice(p, "A|B"));
  built_field(p, "since", built_type(TYPE_DATE));
  built_field(p, "until", built_type(TYPE_DATE));
  step *s = built_scorecard(p, "score", NULL);
  built_characteristic(p, s, "late", "1", "<= 0 => 50 | <= 30 => 30 => LATE", NULL);
  built_characteristic(p, s, "rating", "1", "A => 50 | B => 20 | null => 5 => UNRATED", NULL);
  built_characteristic(p, s, "since", "1", "< until => 10 | - => 0", "3");
  built_bands(p, "class", "score", "good >= 90 | fair >= 40 | poor");
  value_type type = built_choice(p, "yes|no");
  static const char *const rows[] = {"good; - => yes#PLAIN", "-; A => yes", "poor; - => no"};
  built_table(p, "accept", HIT_FIRST, "class|rating", "accept", &type, rows, COUNT(rows));
  s = built_codes(p, "why");
  built_code(p, s, "PLAIN", NULL, NULL, NULL, -1);
  built_code(p, s, "FAIR", "class = fair", NULL, NULL, -1);
  built_code(p, s, "NO_RATING", NULL, "rating", NULL, -1);
  static const char *const records[] = {
      "late=0|rating=A|since=2025-01-01|until=2025-01-02", "late=30|rating=A|since=2025-01-02",
      "rating=B", "late=31|rating=A", "late=10|since=2025-01-03|until=2025-01-02"};
  for (size_t k = 0; kernels_at(k); k++) {
    batch *in;
    bench b = traced(p, records, COUNT(records), kernels_at(k)->name, &in);
    assert_string_equal(took(&b, "late", 0), "<= 0");
    assert_string_equal(took(&b, "late", 1), "<= 30");
    assert_string_equal(took(&b, "late", 2), "missing");
    assert_string_equal(took(&b, "late", 3), "-"); /* no attribute: a fault */
    assert_string_equal(took(&b, "rating", 2), "B");
    assert_string_equal(took(&b, "rating", 4), "null");
    assert_string_equal(took(&b, "since", 0), "< until");
    assert_string_equal(took(&b, "since", 1), "-"); /* the row that is written so */
    assert_int_equal(trace_way_of(b.evaluator, point(&b, "since"), 1), 1);
    assert_string_equal(took(&b, "since", 2), "missing");
    assert_string_equal(took(&b, "class", 0), "good");
    assert_string_equal(took(&b, "class", 1), "fair");
    assert_string_equal(took(&b, "accept", 0), "1");
    assert_string_equal(took(&b, "accept", 1), "2");
    assert_string_equal(took(&b, "accept", 4), "3");
    assert_string_equal(took(&b, "accept", 2), "-");
    assert_string_equal(took(&b, "why", 0), "PLAIN");
    assert_string_equal(took(&b, "why", 1), "FAIR");
    assert_string_equal(took(&b, "why", 4), "NO_RATING");
    batch_free(in);
    bench_close(&b);
  }
  built_free(p);
}

static void test_limit(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "sales", built_money());
  built_field(p, "worth", built_money());
  built_field(p, "factor", built_decimal(2));
  built_field(p, "banned", built_type(TYPE_BOOLEAN));
  step *s = built_step(p, STEP_LIMIT, "limit");
  limit_operation *o = built_operation(p, s, LIMIT_START);
  built_term(p, o, "sales / 365 * 30", "BY_SALES", NULL);
  built_term(p, o, "worth * 0.10", "BY_WORTH", NULL);
  built_term(p, built_operation(p, s, LIMIT_TIMES), "factor", NULL, NULL);
  o = built_operation(p, s, LIMIT_PLUS);
  built_term(p, o, "100", NULL, "worth > 1000000");
  built_term(p, o, "7", NULL, NULL);
  o = built_operation(p, s, LIMIT_AT_MOST);
  built_term(p, o, "400000", "CAP", NULL);
  o = built_operation(p, s, LIMIT_ZERO);
  built_term(p, o, "banned", "BANNED", NULL);
  built_term(p, built_operation(p, s, LIMIT_ROUND), "1000", NULL, NULL);
  static const char *const records[] = {
      "sales=3650000|worth=2000000|factor=0.50",                /* 200,000 by worth, halved */
      "sales=365000|factor=1.00|banned=true",                   /* 30,000 by sales, banned */
      "sales=36500000|worth=99000000|factor=1.00|banned=false", /* capped */
      "sales=10000000000000000|factor=90000000000000000.00",    /* in 128 bits */
      "factor=1.00"};                                           /* nothing to start from */
  for (size_t k = 0; kernels_at(k); k++) {
    batch *in;
    bench b = traced(p, records, COUNT(records), kernels_at(k)->name, &in);
    assert_string_equal(took(&b, "start", 0), "worth * 0.10");
    assert_int_equal(after(&b, "start", 0), 20000000);
    assert_int_equal(after(&b, "times", 0), 10000000);
    assert_string_equal(took(&b, "plus", 0), "100+7");
    assert_int_equal(after(&b, "plus", 0), 10010700);
    assert_string_equal(took(&b, "at_most", 0), "-");
    assert_int_equal(after(&b, "round_down", 0), 10000000);
    assert_string_equal(took(&b, "start", 1), "sales / 365 * 30");
    assert_string_equal(took(&b, "plus", 1), "7");
    assert_int_equal(after(&b, "at_most", 1), 3000700);
    assert_string_equal(took(&b, "zero", 1), "banned");
    assert_int_equal(after(&b, "zero", 1), 0);
    assert_string_equal(took(&b, "zero", 2), "-");
    assert_string_equal(took(&b, "at_most", 2), "400000");
    assert_int_equal(after(&b, "at_most", 2), 40000000);
    assert_string_equal(took(&b, "start", 3), "sales / 365 * 30");
    assert_string_equal(took(&b, "plus", 3), "7");
    assert_string_equal(took(&b, "at_most", 3), "400000");
    assert_int_equal(after(&b, "round_down", 3), 40000000);
    assert_string_equal(took(&b, "start", 4), "-");
    assert_int_equal(after(&b, "start", 4), -1);
    assert_int_equal(point(&b, "start")->way_count, 2);
    assert_string_equal(point(&b, "start")->ways[1].code, "BY_WORTH");
    assert_string_equal(point(&b, "start")->outcome, "limit");
    batch_free(in);
    bench_close(&b);
  }
  built_free(p);
}

static void test_cadence(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "stop", built_type(TYPE_BOOLEAN));
  built_field(p, "last", built_type(TYPE_DATE));
  built_field(p, "days", built_type(TYPE_INTEGER));
  step *s = built_step(p, STEP_CADENCE, "next");
  built_clause(p, s, CADENCE_NEVER)->when = built_text(p, "stop");
  built_clause(p, s, CADENCE_NONE_YET);
  cadence_clause *c = built_clause(p, s, CADENCE_EVERY);
  c->amount = built_text(p, "days");
  c->from = built_text(p, "last");
  built_clause(p, s, CADENCE_OVERDUE);
  static const char *const records[] = {"stop=true|last=2025-09-20|days=2",
                                        "stop=false|last=2025-09-20|days=2", "days=1",
                                        "last=2025-09-25|days=3"};
  batch *in;
  bench b = traced(p, records, COUNT(records), NULL, &in);
  assert_string_equal(took(&b, "never", 0), "never");
  assert_string_equal(took(&b, "every", 0), "-");
  assert_int_equal(after(&b, "overdue", 0), -1);
  assert_string_equal(took(&b, "never", 1), "-");
  assert_string_equal(took(&b, "every", 1), "every");
  assert_string_equal(took(&b, "overdue", 1), "overdue");
  rational due;
  assert_true(trace_after(b.evaluator, point(&b, "every"), 1, &due));
  assert_int_equal(due.num, 1758542400); /* 2025-09-22T20:00:00+08:00 */
  assert_string_equal(took(&b, "none_yet", 2), "none_yet");
  assert_string_equal(took(&b, "every", 2), "-");
  assert_string_equal(took(&b, "every", 3), "every");
  assert_string_equal(took(&b, "overdue", 3), "-");
  batch_free(in);
  bench_close(&b);
  built_free(p);
}

/* The codes of points lost are ways as well. */
static void test_points_lost(void **state) {
  (void)state;
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "x", built_type(TYPE_INTEGER));
  built_field(p, "y", built_type(TYPE_INTEGER));
  step *s = built_scorecard(p, "score", NULL);
  built_characteristic(p, s, "x", "1", "<= 0 => 50 | - => 30 => X", NULL);
  built_characteristic(p, s, "y", "1", "<= 0 => 50 | - => 10 => Y", NULL);
  s = built_codes(p, "why");
  s->codes.scorecard = "score";
  s->codes.most = 1;
  static const char *const records[] = {"x=0|y=0", "x=1|y=0", "x=1|y=1"};
  batch *in;
  bench b = traced(p, records, COUNT(records), NULL, &in);
  assert_string_equal(took(&b, "why", 0), "-");
  assert_string_equal(took(&b, "why", 1), "X");
  assert_string_equal(took(&b, "why", 2), "Y");
  batch_free(in);
  bench_close(&b);
  built_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_scored), cmocka_unit_test(test_limit),
                                     cmocka_unit_test(test_cadence),
                                     cmocka_unit_test(test_points_lost)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
