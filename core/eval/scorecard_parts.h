/* The inside of a scorecard, for scorecard*.c alone. */
#ifndef EVAL_SCORECARD_PARTS_H
#define EVAL_SCORECARD_PARTS_H

#include "matcher.h"
#include "scorecard.h"
#include "trace.h"

/* The finest common denominator; points of an attribute over it may be 10^6 times as many. */
#define FINEST INT64_C(1000000000000)

/* A characteristic. Its outcomes are the attributes, in order, and then the missing value; where the
 * points are a formula of no attribute, that formula and then the missing value. */
typedef struct part {
  const characteristic *declared;
  size_t count;         /* outcomes */
  const formula *input; /* NULL: no attributes */
  unary_test *tests;
  rational *points;       /* by outcome, weighted and divided; 0 of those that are computed */
  int64_t *units;         /* the same over the score's denominator */
  const formula **values; /* by outcome: the points as written where they are computed, else NULL */
  const formula **weighted; /* the same weighted and divided */
  bool computes;            /* some outcome is computed */
  bool missing_known;       /* there are points for a missing value; else the score is missing */
  bool has_baseline;
  rational baseline;  /* weighted and divided */
  int null_attribute; /* the attribute that names null, or the outcome of the missing value */
  bool dynamic;       /* tests that need other columns: a matcher finds the attribute */
  matcher matcher;
  size_t scratch; /* of the attribute found */
  int cut;
  size_t looked;     /* its number among those that are looked up */
  int32_t *outcomes; /* by entry; -1 = no attribute matches */
  int64_t *wide;     /* by entry, points where int32 is too narrow */
  bool gaps;         /* some entry has no attribute */
  trace_point *point;
} part;

/* Which reasons come first, and how many: by what a list of codes asks for. */
struct ranking {
  const codes_step *asked;
  size_t number;   /* of the evaluator's room for its keys */
  int32_t **keys;  /* by part and outcome; 0 = no reason, or nothing lost */
  lookup *lookups; /* with these keys; where nothing is computed */
  size_t key_count;
  const char **reasons; /* by key */
  rational **losses;    /* by part and outcome; where something is computed */
  ranking *next;
};

typedef struct scorecard {
  stage base;
  size_t count, looked_count;
  part *parts;
  rational baseline;
  int64_t denominator, base_units;
  bool narrow;   /* every sum of what is looked up fits int32 */
  bool computes; /* some characteristic computes its points */
  bool has_least, has_most;
  rational least, most; /* the bounds of the score */
  value_type type;
  lookup *lookups; /* by number of those looked up */
  ranking *rankings;
  int result;
  size_t sum;
  trace_point *bounds; /* the least, the most; NULL if there are none */
} scorecard;

/* What a batch makes of a card that computes. */
typedef struct card_values {
  const int32_t *const *index; /* of those looked up */
  int32_t **outcomes;          /* by part: the outcome of each row, -1 = none */
  const column ***computed;    /* by part and outcome; NULL = constant, or no row needs it */
} card_values;

/* ---- scorecard_points.c: characteristics that compute their points ---- */

/* The points of an outcome: a constant, or a formula. False after a finding. */
bool points_compile(builder *b, part *p, size_t outcome, rule_text points, rational divide,
                    rule_text divide_text);
/* Settles the type of the score. */
void points_settle_type(scorecard *s, int digits);
/* Adds what is computed to the sums of the rest, bounds them and writes the result. */
void points_run(const scorecard *s, evaluator *v, card_values *values, const int64_t *sums);

/* ---- scorecard_rank.c: reasons by points ---- */

void rank_finish(builder *b, scorecard *s);
/* `index` of those looked up. True: the kernel has made the sums of the score as well, in `sum`. */
bool rank_run(const scorecard *s, evaluator *v, const int32_t *const *index, int32_t *sum);
void rank_run_computed(const scorecard *s, evaluator *v, const card_values *values);

/* The reason code of an outcome, or NULL. */
static inline const char *card_reason(const characteristic *c, size_t outcome) {
  const char *own = NULL;
  if (c->attributes && outcome < c->attribute_count)
    own = c->attributes[outcome].reason;
  else if (c->attribute_count || outcome > 0)
    own = c->missing_reason;
  return own ? own : c->reason;
}

#endif
