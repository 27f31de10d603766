/* Evaluation as a whole: the benchmark's workload against rules written out by hand, for each kind of
 * kernel. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/trace.h"
#include "support/bench.h"

/* ---- workload grade-1 ---- */

enum {
  F_ID,
  F_INDUSTRY,
  F_REGION,
  F_REVENUE,
  F_RATING,
  F_YEARS,
  F_ORDERS,
  F_REV12,
  F_LAST,
  F_LATE,
  F_OVERDUE,
  F_OD90,
  F_RETURNS,
  F_COMPLAINTS,
  F_CLOSE,
  F_CONTACT,
  F_QUOTE,
  F_STAGE
};

static pack *grade_pack(void) {
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "industry",
              built_choice(p, "machinery|electronics|chemicals|textile|food|"
                              "construction|logistics|retail|software|medical|"
                              "energy|finance"));
  built_field(p, "region",
              built_choice(p, "north|northeast|east|south|central|southwest|"
                              "northwest|overseas"));
  built_field(p, "annual_revenue", built_money());
  built_field(p, "credit_rating", built_choice(p, "AAA|AA|A|BBB|BB|B|CCC|CC|C"));
  built_field(p, "years_as_customer", built_type(TYPE_INTEGER));
  built_field(p, "orders_12m", built_type(TYPE_INTEGER));
  built_field(p, "revenue_12m", built_money());
  built_field(p, "last_order_days", built_type(TYPE_INTEGER));
  built_field(p, "avg_days_late", built_decimal(1));
  built_field(p, "overdue_amount", built_money());
  built_field(p, "overdue_90_amount", built_money());
  built_field(p, "returns_rate", built_decimal(4));
  built_field(p, "complaints_12m", built_type(TYPE_INTEGER));
  built_field(p, "expected_close_days", built_type(TYPE_INTEGER));
  built_field(p, "last_contact_days", built_type(TYPE_INTEGER));
  built_field(p, "quote_age_hours", built_type(TYPE_INTEGER));
  built_field(p, "stage", built_choice(p, "lead|new|active|lapsed"));
  step *s = built_scorecard(p, "score", NULL);
  built_characteristic(p, s, "credit_rating", "1",
                       "AAA, AA => 120 => CR1 | A => 100 => CR2 | BBB => 80 => CR3 |"
                       "BB, B => 50 => CR4 | CCC, CC, C => 10 => CR5",
                       "40")
      ->missing_reason = "CR6";
  built_characteristic(p, s, "years_as_customer", "1",
                       "< 1 => 20 => YR1 | < 2 => 35 => YR2 | < 5 => 55 => YR3 |"
                       "< 10 => 75 => YR4 | >= 10 => 90 => YR5",
                       NULL);
  built_characteristic(p, s, "orders_12m", "1",
                       "< 1 => 0 => OR1 | < 2 => 20 => OR2 | < 8 => 35 => OR3 | < 20 => 60 => OR4 |"
                       "< 50 => 85 => OR5 | >= 50 => 100 => OR6",
                       NULL);
  built_characteristic(
      p, s, "revenue_12m", "1",
      "< 0.01 => 0 => RV1 | < 50000 => 25 => RV2 | < 200000 => 50 => RV3 |"
      "< 1000000 => 85 => RV4 | < 5000000 => 115 => RV5 | >= 5000000 => 140 => RV6",
      NULL);
  built_characteristic(p, s, "last_order_days", "1",
                       "< 30 => 90 => LO1 | < 90 => 70 => LO2 | < 180 => 45 => LO3 |"
                       "< 365 => 20 => LO4 | >= 365 => 0 => LO5",
                       NULL);
  built_characteristic(p, s, "avg_days_late", "1",
                       "< 1 => 100 => DL1 | < 7 => 80 => DL2 | < 15 => 55 => DL3 |"
                       "< 30 => 25 => DL4 | >= 30 => 0 => DL5",
                       NULL);
  built_characteristic(p, s, "overdue_amount", "1",
                       "< 0.01 => 120 => OV1 | < 10000 => 90 => OV2 | < 100000 => 55 => OV3 |"
                       "< 500000 => 20 => OV4 | >= 500000 => 0 => OV5",
                       NULL);
  built_characteristic(p, s, "returns_rate", "1",
                       "< 0.01 => 60 => RT1 | < 0.03 => 45 => RT2 | < 0.08 => 25 => RT3 |"
                       ">= 0.08 => 0 => RT4",
                       NULL);
  built_characteristic(p, s, "complaints_12m", "1",
                       "< 1 => 60 => CP1 | < 2 => 45 => CP2 | < 4 => 25 => CP3 | >= 4 => 0 => CP4",
                       NULL);
  built_characteristic(p, s, "industry", "1",
                       "software, medical, energy, finance => 70 => IN1 |"
                       "machinery, electronics, chemicals => 60 => IN2 |"
                       "food, logistics, retail => 45 => IN3 | textile, construction => 30 => IN4",
                       NULL);
  static const char *const grade[] = {"-; -; lapsed; > 100000; - => D",
                                      "< 250; -; -; -; - => D",
                                      "-; -; -; > 500000; - => D",
                                      ">= 780; [0..30]; new, active; 0; AAA, AA, A => A",
                                      ">= 820; -; active; 0; - => A",
                                      ">= 700; [0..14]; lead, new, active; 0; AAA, AA => A",
                                      ">= 600; [0..45]; -; <= 10000; AAA, AA, A, BBB => B",
                                      "[680..820); -; new, active; <= 50000; - => B",
                                      "[550..680); [0..30]; lead, new; 0; AAA, AA, A, null => B",
                                      "[500..700); null; active; 0; AAA, AA, A, BBB => B",
                                      ">= 450; -; active; <= 100000; - => C",
                                      "[400..600); [0..60]; lead, new; 0; - => C",
                                      "[350..550); -; new, active; 0; AAA, AA, A, BBB, BB => C",
                                      "[300..450); (60..180]; lead; -; AAA, AA, A, BBB => C",
                                      "-; -; lapsed; 0; AAA, AA, A => C",
                                      "-; -; -; -; - => D"};
  value_type types[2] = {built_choice(p, "A|B|C|D")};
  built_table(p, "grade", HIT_FIRST,
              "score|expected_close_days|stage|overdue_90_amount|credit_rating", "grade", types,
              grade, COUNT(grade));
  static const char *const risk[] = {"D; >= 30; > 100000; -; - => CRITICAL; 0",
                                     "-; >= 60; -; -; - => CRITICAL; 0",
                                     "C, D; >= 15; > 0; CCC, CC, C, null; - => HIGH; 25",
                                     "D; -; -; CCC, CC, C; - => HIGH; 25",
                                     "A; < 7; 0; -; - => LOW; 100",
                                     "B; < 3; 0; AAA, AA, A; - => LOW; 100",
                                     "A, B; < 15; <= 10000; -; north, east, south => MODERATE; 85",
                                     "A, B; -; -; -; - => ELEVATED; 60",
                                     "C; < 15; 0; -; - => MODERATE; 70",
                                     "-; -; -; -; - => ELEVATED; 50"};
  types[0] = built_choice(p, "LOW|MODERATE|ELEVATED|HIGH|CRITICAL");
  types[1] = built_type(TYPE_INTEGER);
  built_table(p, "risk", HIT_FIRST, "grade|avg_days_late|overdue_90_amount|credit_rating|region",
              "risk|pct", types, risk, COUNT(risk));
  static const char *const cadence[] = {"A; lead, new; [0..48]; - => 1; visit",
                                        "A; active; [0..72]; >= 7 => 2; visit",
                                        "A; -; -; >= 30 => 3; phone",
                                        "A; -; -; - => 14; phone",
                                        "B; lead, new; [0..72]; - => 2; phone",
                                        "B; -; > 72; >= 14 => 5; phone",
                                        "B; -; -; - => 21; wechat",
                                        "C; lead; >= 0; - => 7; wechat",
                                        "C; new, active; -; >= 60 => 14; wechat",
                                        "C; -; -; - => 45; email",
                                        "D; active; -; - => 90; email",
                                        "-; -; -; - => 180; none"};
  types[0] = built_type(TYPE_INTEGER);
  types[1] = built_choice(p, "visit|phone|wechat|email|none");
  built_table(p, "cadence", HIT_FIRST, "grade|stage|quote_age_hours|last_contact_days",
              "days|channel", types, cadence, COUNT(cadence));
  static const char *const cap[] = {"A => 5000000", "B => 2000000", "C => 500000", "D => 50000"};
  built_table(p, "cap", HIT_UNIQUE, "grade", "cap", types, cap, COUNT(cap));
  step *l = built_step(p, STEP_LIMIT, "credit_limit");
  limit_operation *o = built_operation(p, l, LIMIT_START);
  built_term(p, o, "cap", NULL, NULL);
  built_term(p, o, "annual_revenue / 10", NULL, NULL);
  built_term(p, o, "revenue_12m / 6", NULL, NULL);
  built_term(p, built_operation(p, l, LIMIT_TIMES), "pct / 100", NULL, NULL);
  built_term(p, built_operation(p, l, LIMIT_ZERO), "overdue_90_amount > 0", NULL, NULL);
  built_term(p, built_operation(p, l, LIMIT_ROUND), "1000", NULL, NULL);
  step *c = built_step(p, STEP_CODES, "reasons");
  c->codes.scorecard = "score";
  c->codes.most = 3;
  built_outputs(p, "score|grade|risk|days|channel|credit_limit|reasons");
  return p;
}

/* A value near one of the bounds half of the time. */
static int64_t around(const int64_t *bounds, size_t count, int64_t most) {
  if (random_below(2)) return random_below(most);
  int64_t x = bounds[random_below((int64_t)count)] + random_below(3) - 1;
  return x < 0 ? 0 : x;
}

static void grade_records(batch *b, size_t rows) {
  static const int64_t days[] = {0, 1, 2, 7, 14, 30, 45, 48, 60, 72, 90, 180, 365};
  static const int64_t money[] = {0,        1,        1000000,   5000000,  10000000,
                                  20000000, 50000000, 100000000, 500000000};
  static const int64_t late[] = {0, 10, 30, 70, 150, 300, 600};
  static const int64_t rate[] = {0, 100, 300, 800};
  batch_clear(b);
  b->rows = rows;
  for (size_t r = 0; r < rows; r++) {
    column *c = b->columns;
    char id[24];
    column_add_text(&c[F_ID], r, id, (size_t)snprintf(id, sizeof id, "C%zu", r));
    c[F_INDUSTRY].i32[r] = (int32_t)random_below(12);
    c[F_REGION].i32[r] = (int32_t)random_below(8);
    c[F_RATING].i32[r] = (int32_t)random_below(10) - 1;
    c[F_STAGE].i32[r] = (int32_t)random_below(4);
    c[F_REVENUE].i64[r] = random_below(30000000000);
    c[F_YEARS].i64[r] = random_below(14);
    c[F_ORDERS].i64[r] = around(days, COUNT(days), 70);
    c[F_REV12].i64[r] = around(money, COUNT(money), 900000000);
    c[F_LAST].i64[r] = around(days, COUNT(days), 500);
    c[F_LATE].i64[r] = around(late, COUNT(late), 700);
    c[F_OVERDUE].i64[r] = around(money, COUNT(money), 90000000);
    c[F_OD90].i64[r] = random_below(2) ? 0 : around(money, COUNT(money), 90000000);
    c[F_RETURNS].i64[r] = around(rate, COUNT(rate), 1200);
    c[F_COMPLAINTS].i64[r] = random_below(6);
    c[F_CLOSE].i64[r] = random_below(3) ? around(days, COUNT(days), 200) : MISSING_I64;
    c[F_CONTACT].i64[r] = around(days, COUNT(days), 100);
    c[F_QUOTE].i64[r] = random_below(2) ? around(days, COUNT(days), 200) : MISSING_I64;
  }
}

/* The rules of the workload written out, from its specification. */
typedef struct graded {
  int64_t score, pct, days, limit;
  int grade, risk, channel;
  char reasons[64];
} graded;

typedef struct lost_points {
  int points, attribute, band;
} lost_points;

static void take(graded *g, lost_points *lost, int attribute, int at, int points, int best) {
  g->score += points;
  lost[attribute] = (lost_points){best - points, attribute, at};
}

static int band_of(int64_t x, const int64_t *bounds, int count) {
  int at = 1;
  while (at <= count && x >= bounds[at - 1]) at++;
  return at;
}

static void by_hand_score(const column *c, size_t r, graded *g) {
  static const char *const names[] = {"CR", "YR", "OR", "RV", "LO", "DL", "OV", "RT", "CP", "IN"};
  static const int rating[] = {6, 1, 1, 2, 3, 4, 4, 5, 5, 5},
                   industry[] = {2, 2, 2, 4, 3, 4, 3, 3, 1, 1, 1, 1};
  static const int points[10][7] = {{0, 120, 100, 80, 50, 10, 40},
                                    {0, 20, 35, 55, 75, 90},
                                    {0, 0, 20, 35, 60, 85, 100},
                                    {0, 0, 25, 50, 85, 115, 140},
                                    {0, 90, 70, 45, 20, 0},
                                    {0, 100, 80, 55, 25, 0},
                                    {0, 120, 90, 55, 20, 0},
                                    {0, 60, 45, 25, 0},
                                    {0, 60, 45, 25, 0},
                                    {0, 70, 60, 45, 30}};
  static const int best[] = {120, 90, 100, 140, 90, 100, 120, 60, 60, 70};
  static const int64_t years[] = {1, 2, 5, 10}, orders[] = {1, 2, 8, 20, 50};
  static const int64_t revenue[] = {1, 5000000, 20000000, 100000000, 500000000};
  static const int64_t last[] = {30, 90, 180, 365}, late[] = {10, 70, 150, 300};
  static const int64_t overdue[] = {1, 1000000, 10000000, 50000000}, returns[] = {100, 300, 800};
  static const int64_t complaints[] = {1, 2, 4};
  int at[10] = {rating[c[F_RATING].i32[r] + 1],
                band_of(c[F_YEARS].i64[r], years, 4),
                band_of(c[F_ORDERS].i64[r], orders, 5),
                band_of(c[F_REV12].i64[r], revenue, 5),
                band_of(c[F_LAST].i64[r], last, 4),
                band_of(c[F_LATE].i64[r], late, 4),
                band_of(c[F_OVERDUE].i64[r], overdue, 4),
                band_of(c[F_RETURNS].i64[r], returns, 3),
                band_of(c[F_COMPLAINTS].i64[r], complaints, 3),
                industry[c[F_INDUSTRY].i32[r]]};
  lost_points lost[10];
  for (int i = 0; i < 10; i++) take(g, lost, i, at[i], points[i][at[i]], best[i]);
  for (int n = 0; n < 3; n++) {
    int most = -1;
    for (int i = 0; i < 10; i++)
      if (lost[i].points > 0 && (most < 0 || lost[i].points > lost[most].points)) most = i;
    if (most < 0) break;
    size_t end = strlen(g->reasons);
    snprintf(g->reasons + end, sizeof g->reasons - end, "%s%s%d", n ? "|" : "", names[most],
             lost[most].band);
    lost[most].points = 0;
  }
}

static int by_hand_grade(const column *c, size_t r, int64_t s) {
  int64_t od = c[F_OD90].i64[r], close = c[F_CLOSE].i64[r];
  int stage = c[F_STAGE].i32[r], rating = c[F_RATING].i32[r];
  bool to_a = rating >= 0 && rating <= 2, to_bbb = rating >= 0 && rating <= 3;
  bool lead = stage == 0, fresh = stage == 1, active = stage == 2, lapsed = stage == 3;
  if (lapsed && od > 10000000) return 3;
  if (s < 250 || od > 50000000) return 3;
  if (s >= 780 && close >= 0 && close <= 30 && (fresh || active) && od == 0 && to_a) return 0;
  if (s >= 820 && active && od == 0) return 0;
  if (s >= 700 && close >= 0 && close <= 14 && !lapsed && od == 0 && rating >= 0 && rating <= 1)
    return 0;
  if (s >= 600 && close >= 0 && close <= 45 && od <= 1000000 && to_bbb) return 1;
  if (s >= 680 && s < 820 && (fresh || active) && od <= 5000000) return 1;
  if (s >= 550 && s < 680 && close >= 0 && close <= 30 && (lead || fresh) && od == 0 &&
      (to_a || rating < 0))
    return 1;
  if (s >= 500 && s < 700 && close == MISSING_I64 && active && od == 0 && to_bbb) return 1;
  if (s >= 450 && active && od <= 10000000) return 2;
  if (s >= 400 && s < 600 && close >= 0 && close <= 60 && (lead || fresh) && od == 0) return 2;
  if (s >= 350 && s < 550 && (fresh || active) && od == 0 && rating >= 0 && rating <= 4) return 2;
  if (s >= 300 && s < 450 && close > 60 && close <= 180 && lead && to_bbb) return 2;
  if (lapsed && od == 0 && to_a) return 2;
  return 3;
}

static int by_hand_risk(const column *c, size_t r, int grade, int64_t *pct) {
  int64_t od = c[F_OD90].i64[r], late = c[F_LATE].i64[r];
  int rating = c[F_RATING].i32[r], region = c[F_REGION].i32[r];
  bool to_c = rating >= 6;
  if (grade == 3 && late >= 300 && od > 10000000) return *pct = 0, 4;
  if (late >= 600) return *pct = 0, 4;
  if (grade >= 2 && late >= 150 && od > 0 && (to_c || rating < 0)) return *pct = 25, 3;
  if (grade == 3 && to_c) return *pct = 25, 3;
  if (grade == 0 && late < 70 && od == 0) return *pct = 100, 0;
  if (grade == 1 && late < 30 && od == 0 && rating >= 0 && rating <= 2) return *pct = 100, 0;
  if (grade <= 1 && late < 150 && od <= 1000000 && (region == 0 || region == 2 || region == 3))
    return *pct = 85, 1;
  if (grade <= 1) return *pct = 60, 2;
  if (grade == 2 && late < 150 && od == 0) return *pct = 70, 1;
  return *pct = 50, 2;
}

static int by_hand_cadence(const column *c, size_t r, int grade, int64_t *days) {
  int64_t quote = c[F_QUOTE].i64[r], contact = c[F_CONTACT].i64[r];
  int stage = c[F_STAGE].i32[r];
  bool early = stage == 0 || stage == 1;
  if (grade == 0) {
    if (early && quote >= 0 && quote <= 48) return *days = 1, 0;
    if (stage == 2 && quote >= 0 && quote <= 72 && contact >= 7) return *days = 2, 0;
    return *days = contact >= 30 ? 3 : 14, 1;
  }
  if (grade == 1) {
    if (early && quote >= 0 && quote <= 72) return *days = 2, 1;
    if (quote > 72 && contact >= 14) return *days = 5, 1;
    return *days = 21, 2;
  }
  if (grade == 2) {
    if (stage == 0 && quote >= 0) return *days = 7, 2;
    if ((stage == 1 || stage == 2) && contact >= 60) return *days = 14, 2;
    return *days = 45, 3;
  }
  return stage == 2 ? (*days = 90, 3) : (*days = 180, 4);
}

static int64_t by_hand_limit(const column *c, size_t r, int grade, int64_t pct) {
  static const int64_t caps[] = {5000000, 2000000, 500000, 50000};
  if (c[F_OD90].i64[r] > 0) return 0;
  int128 base = (int128)caps[grade] * 3000; /* over 3000: cents, a tenth, a sixth */
  int128 tenth = (int128)c[F_REVENUE].i64[r] * 3, sixth = (int128)c[F_REV12].i64[r] * 5;
  if (tenth < base) base = tenth;
  if (sixth < base) base = sixth;
  return (int64_t)(base * pct / 300000 / 1000) * 100000;
}

static graded by_hand(const batch *b, size_t r) {
  graded g = {0};
  const column *c = b->columns;
  by_hand_score(c, r, &g);
  g.grade = by_hand_grade(c, r, g.score);
  g.risk = by_hand_risk(c, r, g.grade, &g.pct);
  g.channel = by_hand_cadence(c, r, g.grade, &g.days);
  g.limit = by_hand_limit(c, r, g.grade, g.pct);
  return g;
}

static void check_grade(const bench *b, const batch *in, size_t r) {
  graded g = by_hand(in, r);
  const column *o = b->out->outputs;
  assert_int_equal(b->out->failed[r], 0);
  assert_int_equal(o[0].i64[r], g.score);
  assert_int_equal(o[1].i32[r], g.grade);
  assert_int_equal(o[2].i32[r], g.risk);
  assert_int_equal(o[3].i64[r], g.days);
  assert_int_equal(o[4].i32[r], g.channel);
  assert_int_equal(o[5].i64[r], g.limit);
  assert_string_equal(shown(b, "reasons", r), g.reasons);
}

static void test_grade_1(void **state) {
  (void)state;
  pack *p = grade_pack();
  for (size_t k = 0; kernels_at(k / 2); k++) {
    bench b = bench_open(p, kernels_at(k / 2)->name);
    batch *in = batch_new(&p->schema, NULL);
    if (k % 2) evaluator_trace(b.evaluator); /* which must change nothing */
    assert_string_equal(plan_kernels(b.plan), kernels_at(k / 2)->name);
    assert_int_equal(b.out->outputs[0].type.digits, 0); /* a score of whole points */
    static const size_t rows[] = {1, 7, 8, 9, 1000, 2047, BATCH_ROWS, BATCH_ROWS};
    for (size_t i = 0; i < COUNT(rows); i++) {
      grade_records(in, rows[i]);
      bench_run(&b, in);
      for (size_t r = 0; r < rows[i]; r++) check_grade(&b, in, r);
    }
    batch_free(in);
    bench_close(&b);
  }
  built_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_grade_1),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
