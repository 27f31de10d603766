/* adjust, worst and best: how a class is raised, lowered and bounded, when their codes are given, and
 * that what stands above reads the class as it was. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/pack_text.h"

#define FIELDS                                                                                     \
  "fields { id = key, close = choice { 'soon', 'later', 'never' }, band = choice { 'hot', 'cold' " \
  "},\n"                                                                                           \
  "  need = choice { 'high', 'none' }, overdue = money, dispute = boolean, score = decimal(2),\n"  \
  "  rating = choice { 'A', 'B', 'C', 'D' }, days = integer }\n"
#define GRADE                                                                                      \
  "decision_table 'grade' { type = choice { 'A', 'B', 'C', 'D' }, inputs = { 'close' },\n"         \
  "  { 'soon', 'A' }, { 'later', 'C', code = 'LATER' }, { 'never', 'D' } }\n"
#define CLASS                                                                                      \
  "bands 'class' { of = 'score', { 'R1', 80 }, { 'R2', 65 }, { 'R3', 50 }, { 'R4', 35 }, { 'R5' "  \
  "} }\n"

/* The two policies of packs.md: hot raises B and C, cold lowers A, B and C. */
static void a_grade_goes_up_and_down(void **state) {
  (void)state;
  pack *p = text_pack(FIELDS "outputs { 'before', 'grade', 'reasons' }", GRADE
                      "derive 'before' { 'grade' }\n"
                      "adjust 'grade' {\n"
                      "  { 'band = hot', up = 1, only = 'B, C', code = 'GRADE_UP' },\n"
                      "  { 'band = cold', down = 1, only = 'A, B, C', code = 'GRADE_DOWN' },\n"
                      "}\n"
                      "codes 'reasons' { 'LATER', 'GRADE_UP', 'GRADE_DOWN' }");
  static const case_ cases[] = {
      {"close=soon|band=hot", "before=A;grade=A;reasons="},
      {"close=later|band=hot", "before=C;grade=B;reasons=LATER|GRADE_UP"},
      {"close=never|band=hot", "before=D;grade=D;reasons="},
      {"close=soon|band=cold", "before=A;grade=B;reasons=GRADE_DOWN"},
      {"close=later|band=cold", "before=C;grade=D;reasons=LATER|GRADE_DOWN"},
      {"close=never|band=cold", "before=D;grade=D;reasons="},
      {"close=soon", "before=A;grade=A;reasons="}, /* unknown is not true */
      {"band=cold", "before=;grade=;reasons="},    /* no grade: nothing to move */
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void rows_build_on_each_other(void **state) {
  (void)state;
  pack *p = text_pack(FIELDS "outputs { 'rating', 'why' }",
                      "adjust 'rating' { missing = 'C',\n"
                      "  { 'score >= 90', up = 2, code = 'UP' },\n"
                      "  { 'overdue > 0', down = 1, code = 'DOWN' },\n"
                      "  { 'dispute', to = 'D', only = 'not(A)', code = 'SET' },\n"
                      "}\n"
                      "codes 'why' { 'UP', 'DOWN', 'SET' }");
  static const case_ cases[] = {
      {"rating=D|score=90.00", "rating=B;why=UP"},
      {"rating=B|score=90.00", "rating=A;why=UP"}, /* as far as there are classes */
      {"rating=A|score=90.00", "rating=A;why="},
      {"rating=A|score=90.00|overdue=1", "rating=B;why=DOWN"},
      {"rating=D|score=90.00|overdue=1", "rating=C;why=UP|DOWN"},
      {"rating=B|score=90.00|dispute=true", "rating=A;why=UP"}, /* `only` looks at A */
      {"rating=B|dispute=true", "rating=D;why=SET"},
      {"rating=D|dispute=true", "rating=D;why="},
      {"rating=D|overdue=1", "rating=D;why="},
      {"overdue=1", "rating=D;why=DOWN"}, /* missing counts as C */
      {"score=1.00", "rating=C;why="},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void nobody_is_better_than_the_bound(void **state) {
  (void)state;
  pack *p = text_pack(FIELDS "outputs { 'plain', 'class', 'why' }",
                      CLASS "derive 'plain' { 'class' }\n"
                            "worst 'class' { 'R4', when = {\n"
                            "  { 'overdue > 0', 'CAP_OVERDUE' }, { 'dispute', 'CAP_DISPUTE' } } }\n"
                            "codes 'why' { 'CAP_OVERDUE', 'CAP_DISPUTE' }");
  static const case_ cases[] = {
      {"score=100.00", "plain=R1;class=R1;why="},
      {"score=100.00|overdue=0.01", "plain=R1;class=R4;why=CAP_OVERDUE"},
      {"score=50.00|overdue=1|dispute=true", "plain=R3;class=R4;why=CAP_OVERDUE|CAP_DISPUTE"},
      {"score=35.00|overdue=1|dispute=true", "plain=R4;class=R4;why="}, /* only if it changed */
      {"score=34.99|overdue=1", "plain=R5;class=R5;why="},
      {"score=80.00|overdue=0|dispute=false", "plain=R1;class=R1;why="},
      {"overdue=1", "plain=;class=;why="},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

/* D_NO_NEED is given with CLOSE_NEVER as well, though the grade was D already. */
static void codes_can_be_given_always(void **state) {
  (void)state;
  pack *p = text_pack(FIELDS "outputs { 'grade', 'why' }", GRADE
                      "worst 'grade' { 'D', when = { { 'need = none', 'D_NO_NEED' } }, codes "
                      "= 'always' }\n"
                      "adjust 'grade' { codes = 'always', { 'band = hot', up = 1, only = 'A, B', "
                      "code = 'HOT' } }\n"
                      "codes 'why' { 'D_NO_NEED', 'HOT' }");
  static const case_ cases[] = {
      {"close=soon|need=none", "grade=D;why=D_NO_NEED"},
      {"close=never|need=none|band=hot", "grade=D;why=D_NO_NEED"},
      {"need=none", "grade=;why=D_NO_NEED"}, /* no grade, but the condition holds */
      {"close=soon|need=high|band=hot", "grade=A;why=HOT"},
      {"close=later|band=hot", "grade=C;why="},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void best_lifts_and_bounds_can_be_columns(void **state) {
  (void)state;
  pack *p = text_pack(FIELDS "outputs { 'rating', 'grade' }",
                      GRADE "best 'grade' { 'B', when = 'score >= 90' }\n"
                            "best 'rating' { 'C' }\n" /* without a condition: always */
                            "worst 'rating' { 'grade', missing = 'B' }");
  static const case_ cases[] = {
      {"close=never|score=90.00|rating=D", "rating=C;grade=B"},
      {"close=soon|score=90.00|rating=A", "rating=A;grade=A"},
      {"close=never|score=89.99|rating=A", "rating=D;grade=D"},
      {"rating=D", "rating=C;grade="}, /* an unknown bound binds nothing */
      {"close=never", "rating=D;grade=D"},
      {"close=soon", "rating=B;grade=A"},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

/* best = the last word: of days overdue the lowest band is the good one. */
static void the_best_word_may_be_the_last(void **state) {
  (void)state;
  pack *p = text_pack(
      "fields { id = key, days = integer, dispute = boolean,\n"
      "  size = choice { 'small', 'middle', 'large', best = 'large' } }\n"
      "outputs { 'lateness', 'size', 'why' }",
      "bands 'lateness' { of = 'days', best = 'fine', { 'bad', 60 }, { 'late', 1 }, { 'fine' } }\n"
      "worst 'lateness' { 'late', when = { { 'dispute', 'DISPUTE' } } }\n"
      "adjust 'size' { { 'days = 0', up = 1, code = 'UP' }, { 'days > 60', down = 2, code = 'DOWN' "
      "} "
      "}\n"
      "codes 'why' { 'DISPUTE', 'UP', 'DOWN' }");
  static const case_ cases[] = {
      {"days=0|dispute=true|size=small", "lateness=late;size=middle;why=DISPUTE|UP"},
      {"days=60|dispute=true|size=large", "lateness=bad;size=large;why="},
      {"days=61|size=large", "lateness=bad;size=small;why=DOWN"},
      {"days=0|size=large", "lateness=fine;size=large;why="},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

/* Steps, codes and Lua rules above read the old class, those below the new one. */
static void what_stands_above_reads_the_old_class(void **state) {
  (void)state;
  pack *p = text_pack(
      FIELDS "outputs { 'above', 'below', 'row_above', 'row_below', 'grade', 'why' }",
      GRADE "rule 'above' { type = text, function(c) return c.grade end }\n"
            "rule 'row_above' { type = text, function(c) local k = 'grade'; return c[k] end }\n"
            "adjust 'grade' { { 'band = hot', up = 1 } }\n"
            "adjust 'grade' { { 'score > 5', up = 1 } }\n"
            "rule 'below' { type = text, function(c) return c.grade end }\n"
            "rule 'row_below' { type = text, function(c) local k = 'grade'; return c[k] end }\n"
            "codes 'why' { { 'IS_A', 'grade = A' } }");
  static const case_ cases[] = {
      {"close=later|band=hot|score=6.00",
       "above=C;below=A;row_above=C;row_below=A;grade=A;why=IS_A"},
      {"close=never|band=hot", "above=D;below=C;row_above=D;row_below=C;grade=C;why="},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

static void mistakes_are_told(void **state) {
  (void)state;
  static const struct {
    const char *steps, *part;
  } cases[] = {
      {"adjust 'grad' { { 'band = hot', up = 1 } }", "none is called so; did you mean grade?"},
      {"adjust 'score' { { 'band = hot', up = 1 } }", "only a class can be raised and lowered"},
      {"adjust 'grade' { { 'band = hot' } }", "moves nothing"},
      {"adjust 'grade' { { 'band = hot', up = 1, down = 1 } }", "in more than one way"},
      {"adjust 'grade' { { 'band = hot', to = 'E' } }", "to = \"E\" is none of the classes"},
      {"adjust 'grade' { { 'band = hot', up = 1, only = 'E' } }", "E"},
      {"adjust 'grade' { { 'band = hot', up = 1, only = 'A' } }", "never changes anything"},
      {"adjust 'grade' { { 'score', up = 1 } }", "a condition is expected"},
      {"adjust 'grade' { }", "has no rows"},
      {"adjust 'grade' { { up = 1 } }", "begins with its condition"},
      {"adjust 'grade' { missing = 'F', { 'band = hot', up = 1 } }", "missing = \"F\" is none"},
      {"worst 'grade' { 'A', when = 'dispute' }", "no class of \"grade\" is better than \"A\""},
      {"worst 'grade' { 'E', when = 'dispute' }", "E"},
      {"worst 'grade' { when = 'dispute' }", "begins with one class"},
      {"worst 'grade' { 'C', when = {} }", "lists no conditions"},
      {"worst 'grade' { 'C', when = 'dispute', codes = 'often' }", "changed or always"},
      {"worst 'grade' { 'band', when = 'dispute' }", "band"},
      {"decision_table 't' { inputs = { 'close' }, { 'soon', 'x' }, { '-', 'y' } } "
       "adjust 't' { { 'dispute', up = 1 } }",
       "which class of \"t\" is better cannot be told"},
      {"bands 'b' { of = 'score', best = 'M', { 'H', 9 }, { 'M', 5 }, { 'L' } }",
       "which must be its first band"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    char steps[2048];
    snprintf(steps, sizeof steps, "%s%s\n", GRADE, cases[i].steps);
    text_pack_says(FIELDS "outputs { 'grade' }", steps, cases[i].part);
  }
  text_pack_says("fields { id = key, x = choice { 'a', 'b', 'c', best = 'b' } }\noutputs { 'y' }",
                 "derive 'y' { '1' }", "which must be its first word, a, or its last, c");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_grade_goes_up_and_down),
      cmocka_unit_test(rows_build_on_each_other),
      cmocka_unit_test(nobody_is_better_than_the_bound),
      cmocka_unit_test(codes_can_be_given_always),
      cmocka_unit_test(best_lifts_and_bounds_can_be_columns),
      cmocka_unit_test(the_best_word_may_be_the_last),
      cmocka_unit_test(what_stands_above_reads_the_old_class),
      cmocka_unit_test(mistakes_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
