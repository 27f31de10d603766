/* Scorecards: PMML's published example, points that are computed, bounds of the score, and the order of
 * the reasons. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/pack_text.h"

/* The sample scorecard of PMML 4.4 (dmg.org/pmml/v4-4/Scorecard.html): reasonCodeAlgorithm pointsBelow,
 * baselineMethod other. */
#define PMML_FIELDS                                                                                \
  "fields { id = key, department = choice { 'marketing', 'engineering', 'business' }, age = "      \
  "integer, income = decimal(2) }\n"
#define PMML_CARD                                                                                  \
  "scorecard 'overall' { baseline = 0,\n"                                                          \
  "  characteristic { 'departmentScore', input = 'department', reason = 'RC1', baseline = 19,\n"   \
  "    { 'null', -9 }, { 'marketing', 19 }, { 'engineering', 3 }, { 'business', 6 } },\n"          \
  "  characteristic { 'ageScore', input = 'age', baseline = 18,\n"                                 \
  "    { 'null', -1, 'RC2_1' }, { '<= 18', -3, 'RC2_2' }, { '(18..29]', 0, 'RC2_3' },\n"           \
  "    { '(29..39]', 12, 'RC2_4' }, { '> 39', 18, 'RC2_5' } },\n"                                  \
  "  characteristic { 'incomeScore', input = 'income', reason = 'RC3', baseline = 10,\n"           \
  "    { 'null', 5 }, { '<= 1000', 26 }, { '(1000..2500]', 5 }, { '> 2500', -3 } },\n"             \
  "}\n"

static void the_example_of_pmml(void **state) {
  (void)state;
  pack *p = text_pack(PMML_FIELDS "outputs { 'overall', 'below', 'above', 'lost' }",
                      PMML_CARD "codes 'below' { by = 'points_below', of = 'overall' }\n"
                                "codes 'above' { by = 'points_above', of = 'overall' }\n"
                                "codes 'lost' { by = 'points_lost', of = 'overall', most = 8 }");
  static const case_ cases[] = {
      {"department=engineering|age=25|income=500", "overall=29;below=RC2_3|RC1;above=RC3;"
                                                   "lost=RC2_3|RC1"},
      {"department=marketing|age=45|income=3000", "overall=34;below=RC3;above=;lost=RC3"},
      {"department=business|age=30|income=1500",
       "overall=23;below=RC1|RC2_4|RC3;above=;lost=RC3|RC1|RC2_4"},
      {"", "overall=-5;below=RC1|RC2_1|RC3;above=;lost=RC1|RC3|RC2_1"},
      {"department=marketing|age=18|income=1000", "overall=42;below=RC2_2;above=RC3;lost=RC2_2"},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

/* Complex partial scores: 0.03 * income + 11 up to 1000, 0.01 * income - 18 above 1500. */
static void attributes_may_compute_their_points(void **state) {
  (void)state;
  pack *p = text_pack(
      PMML_FIELDS "outputs { 'overall', 'below' }",
      "scorecard 'overall' {\n"
      "  characteristic { 'department', reason = 'RC1', baseline = 19,\n"
      "    { 'null', -9 }, { 'marketing', 19 }, { 'engineering', 3 }, { 'business', 6 } },\n"
      "  characteristic { 'incomeScore', input = 'income', reason = 'RC3', baseline = 10,\n"
      "    { 'null', 3 }, { '<= 1000', '0.03 * income + 11' }, { '<= 1500', 5 },\n"
      "    { '> 1500', '0.01 * income - 18' } },\n"
      "}\n"
      "codes 'below' { by = 'points_below', of = 'overall' }");
  static const case_ cases[] = {
      {"department=engineering|income=500", "overall=29.00;below=RC1"}, /* 3 + 26 */
      {"department=business|income=1000", "overall=47.00;below=RC1"},
      {"department=marketing|income=1500", "overall=24.00;below=RC3"},
      {"department=marketing|income=1500.01", "overall=16.00;below=RC3"}, /* 15.9999.. + .. */
      {"department=marketing|income=4000", "overall=41.00;below="},
      {"department=engineering|income=2000", "overall=5.00;below=RC1|RC3"}, /* 16 and 8 */
      {"department=engineering", "overall=6.00;below=RC1|RC3"},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

/* The value itself, weighted; b2b-software's engagement. Exact: a third stays a third. */
static void the_value_itself_can_be_the_points(void **state) {
  (void)state;
  pack *p = text_pack(
      "fields { id = key, engagement = decimal(2), visits = integer, parts = integer }\n"
      "outputs { 'score', 'third', 'band', 'exact', 'open', 'why' }",
      "scorecard 'score' { divide = 100,\n"
      "  characteristic { 'engagement', weight = 20, points = 'engagement', missing = 0,\n"
      "    reason = 'NOT_ENGAGED', missing_reason = 'NEVER_SEEN', baseline = 100 },\n"
      "  characteristic { 'visits', weight = 80, reason = 'FEW_VISITS', { '>= 3', 100 }, { '-', 50 "
      "} },\n"
      "}\n"
      "scorecard 'third' { characteristic { 'parts', points = '100 / parts' } }\n"
      "scorecard 'open' { characteristic { 'parts', points = 'parts' } }\n"
      "bands 'band' { of = 'third', { 'high', '100 / 3' }, { 'low' } }\n"
      "derive 'exact' { 'third * 3 = 100' }\n"
      "codes 'why' { by = 'points_lost', of = 'score' }");
  static const case_ cases[] = {
      {"engagement=52.55|visits=3|parts=3",
       "score=90.51;third=33.33;band=high;exact=true;open=3;why=NOT_ENGAGED"},
      {"engagement=100.00|visits=0|parts=4",
       "score=60.00;third=25.00;band=low;exact=false;open=4;why=FEW_VISITS"},
      {"visits=2|parts=0", "score=40.00;third=;band=;open=0;why=FEW_VISITS|NEVER_SEEN"},
      {"engagement=100.00|visits=9", "score=100.00;third=;open=;why="},
      /* equal losses: 20 each, the first characteristic first */
      {"engagement=-100.00|visits=1", "score=20.00;why=NOT_ENGAGED|FEW_VISITS"},
      {"visits=3|parts=-7", "score=80.00;third=-14.29;band=low;open=-7;why=NEVER_SEEN"},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

/* A function is a rule of its own, called by the card and the characteristic. Cards that share one, and
 * one that no card has, do not mix the functions up. */
static void a_function_can_give_the_points(void **state) {
  (void)state;
  pack *p = text_pack(
      "fields { id = key, visits = integer, spend = money, old = boolean }\n"
      "outputs { 'score', 'score_habit', 'other', 'twice', 'why', 'lost' }",
      "local steep = { 10, 30, 60, 100 }\n"
      "local unused = characteristic { 'u', type = integer, points = function(c) return 7 end }\n"
      "local spent = characteristic { 'spent', type = decimal(1), points = function(c)\n"
      "  return c.spend and c.spend / 100 end }\n"
      "rule 'before' { type = integer, function(c) return 1 end }\n"
      "scorecard 'score' { divide = 100,\n"
      "  characteristic { 'habit', weight = 40, type = decimal(2), missing = 5, baseline = 100,\n"
      "    reason = 'FEW', missing_reason = 'NEVER', points = function(c)\n"
      "      if c.old then reason('OLD') end\n"
      "      return c.visits and steep[math.min(c.visits + 1, 4)] / 3 end },\n"
      "}\n"
      "scorecard 'other' { spent, characteristic { 'visits', { '-', 1 } } }\n"
      "scorecard 'again' { spent }\n"
      "derive 'twice' { 'score_habit * 2 + before + again' }\n"
      "codes 'why' { 'OLD' }\n"
      "codes 'lost' { by = 'points_lost', of = 'score' }");
  static const case_ cases[] = {
      /* 100 / 3 is 33.33 as decimal(2): times 0.4 */
      {"visits=9|spend=1230|old=true",
       "score=13.33;score_habit=33.33;other=13.3;twice=79.96;why=OLD;lost=FEW"},
      {"visits=0|spend=0|old=false",
       "score=1.33;score_habit=3.33;other=1.0;twice=7.66;why=;lost=FEW"},
      {"spend=5|old=true", "score=2.00;score_habit=;other=1.1;twice=;why=OLD;lost=NEVER"},
      {"visits=1|old=false", "score=4.00;score_habit=10.00;other=;twice=;lost=FEW"},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void a_score_keeps_within_its_bounds(void **state) {
  (void)state;
  pack *p = text_pack(
      "fields { id = key, a = integer, b = decimal(1) }\n"
      "outputs { 'plain', 'computed' }",
      "scorecard 'plain' { baseline = 50, min = 0, max = 99.5,\n"
      "  characteristic { 'a', { '< 0', -80 }, { '0', 0 }, { '1', 49.5 }, { '> 1', 70 } } }\n"
      "scorecard 'computed' { divide = 2, min = 10, max = 20,\n"
      "  characteristic { 'b', points = 'b * 2' } }");
  static const case_ cases[] = {
      {"a=-1|b=9.9", "plain=0.0;computed=10.00"},
      {"a=0|b=10.0", "plain=50.0;computed=10.00"},
      {"a=1|b=15.3", "plain=99.5;computed=15.30"},
      {"a=2|b=20.1", "plain=99.5;computed=20.00"},
      {"a=2", "plain=99.5;computed="},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void equal_losses_stand_as_the_list_says(void **state) {
  (void)state;
  pack *p =
      text_pack("fields { id = key, a = integer, b = integer, c = integer }\n"
                "outputs { 'first', 'last', 'one', 'computed' }",
                "scorecard 's' {\n"
                "  characteristic { 'a', reason = 'A', { '1', 10 }, { '-', 5 } },\n"
                "  characteristic { 'b', reason = 'B', { '1', 10 }, { '-', 5 } },\n"
                "  characteristic { 'c', reason = 'C', { '1', 10 }, { '2', 4 }, { '-', 5 } } }\n"
                "scorecard 't' {\n"
                "  characteristic { 'a', points = 'a', baseline = 3, reason = 'A' },\n"
                "  characteristic { 'b', points = 'b', baseline = 3, reason = 'B' },\n"
                "  characteristic { 'c', points = 'c', baseline = 3, reason = 'C' } }\n"
                "codes 'first' { by = 'points_lost', of = 's' }\n"
                "codes 'last' { by = 'points_lost', of = 's', ties = 'last', most = 4 }\n"
                "codes 'one' { by = 'points_lost', of = 's', most = 1, ties = 'last' }\n"
                "codes 'computed' { by = 'points_below', of = 't', ties = 'last', most = 2 }");
  static const case_ cases[] = {
      {"a=0|b=0|c=0", "first=A|B|C;last=C|B|A;one=C;computed=C|B"},
      {"a=1|b=0|c=2", "first=C|B;last=C|B;one=C;computed=B|A"},
      {"a=0|b=0|c=1", "first=A|B;last=B|A;one=B;computed=B|A"},
      {"a=1|b=1|c=1", "first=;last=;one=;computed=C|B"},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void too_large_is_a_fault_of_the_record(void **state) {
  (void)state;
  pack *p = text_pack("fields { id = key, a = integer, b = integer }\noutputs { 's' }",
                      "scorecard 's' { characteristic { 'a', weight = 1000, points = 'a' },\n"
                      "  characteristic { 'b', points = 'b' } }");
  static const case_ cases[] = {
      {"a=9223372036854775|b=807", "s=9223372036854775807"},
      {"a=9223372036854775|b=808", "fault=OVERFLOW"},
      {"a=9223372036854776|b=0", "fault=OVERFLOW"},
      {"a=-9223372036854775|b=-807", "s=-9223372036854775807"},
      {"a=1|b=1", "s=1001"},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void mistakes_are_told(void **state) {
  (void)state;
  static const struct {
    const char *steps, *part;
  } cases[] = {
      {"scorecard 's' { characteristic { 'a', points = 'n' } }", "a measured number"},
      {"scorecard 's' { characteristic { 'a', points = 'w' } }", "must be a number"},
      {"scorecard 's' { characteristic { 'a', points = 'a', { '1', 2 } } }", "and rows as well"},
      {"scorecard 's' { characteristic { 'x', points = 'a', input = 'a' } }", "an input as well"},
      {"scorecard 's' { characteristic { 'a', points = function(c) return c.a end } }",
       "does not say the type of what its function returns: type = decimal(2)"},
      {"scorecard 's' { characteristic { 'a', type = integer, points = function() return 1 end } }",
       "must take exactly one argument"},
      {"scorecard 's' { characteristic { 'a', type = integer, points = 'a' } }",
       "its points are none: points = function(c) ... end"},
      {"scorecard 's' { characteristic { 'my a', type = integer, points = function(c) return c.a "
       "end } }",
       "\"s_my a\" cannot be the name of a rule"},
      {"scorecard 's' { characteristic { 'a', type = number, points = function(c) return c.a end } "
       "}",
       "a measured number"},
      {"scorecard 's' { characteristic { 'a', type = integer, points = function(c) return c.s end "
       "} }",
       "reads \"s\", which is declared after it"},
      {"scorecard 's' { characteristic { 'a', type = integer, points = function(c) return c.aa end "
       "} "
       "}",
       "did you mean 'a'?"},
      {"scorecard 's' { characteristic { 'a', { '-', function(c) return c.a end } } }",
       "is a function"},
      {"scorecard 's' { characteristic { 'a', points = 'aa' } }", "aa"},
      {"scorecard 's' { min = 5, max = 5, characteristic { 'a', points = 'a' } }",
       "not below its max"},
      {"scorecard 's' { characteristic { 'a', { '1', 2, 'A' }, { '-', 0 } } } "
       "codes 'c' { by = 'points_below', of = 's' }",
       "has no baseline, and codes \"c\" is by points below it"},
      {"scorecard 's' { characteristic { 'a', points = 'a', reason = 'A' } } "
       "codes 'c' { by = 'points_lost', of = 's' }",
       "say the most that it can have, baseline = 100"},
      {"scorecard 's' { characteristic { 'a', points = 'a' } } codes 'c' { by = 'points', of = 's' "
       "}",
       "points_lost"},
      {"codes 'c' { ties = 'first', 'X' }", "without by"},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    text_pack_says("fields { id = key, a = integer, n = number, w = choice { 'x', 'y' } }\n"
                   "outputs { 'a' }",
                   cases[i].steps, cases[i].part);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_example_of_pmml),
      cmocka_unit_test(attributes_may_compute_their_points),
      cmocka_unit_test(the_value_itself_can_be_the_points),
      cmocka_unit_test(a_function_can_give_the_points),
      cmocka_unit_test(a_score_keeps_within_its_bounds),
      cmocka_unit_test(equal_losses_stand_as_the_list_says),
      cmocka_unit_test(too_large_is_a_fault_of_the_record),
      cmocka_unit_test(mistakes_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
