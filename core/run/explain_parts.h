/* What the files that build explanations share; nothing else includes it. */
#ifndef RUN_EXPLAIN_PARTS_H
#define RUN_EXPLAIN_PARTS_H

#include "../eval/evaluator.h"
#include "../eval/trace.h"
#include "explain.h"

/* The slots that a step reads, in the order in which they are met. */
typedef struct read_slots {
  size_t count, capacity;
  int *slots;
} read_slots;

typedef struct explainer {
  arena *arena;
  evaluator *evaluator;
  const plan *plan;
  const decisions *out;
  size_t row;
  const char *language;
  bool *told; /* by result: it stands in the tree already */
  int depth;  /* of why-not: how many needs stand above the one at hand */
  read_slots reads;
} explainer;

/* ---- explain_value.c: values and formulas with values in them, as texts in the arena ---- */

const char *explain_plain(explainer *x, const column *c); /* NULL if missing */
const char *explain_shown(explainer *x, const column *c); /* "missing" if missing */
/* An exact number with at least so many decimals; anything else as it is shown. */
const char *explain_exact(explainer *x, const column *c, int digits);
const char *explain_number(explainer *x, rational number, int digits, bool plain);
const char *explain_moment(explainer *x, int64_t moment, bool plain);
const char *explain_missing(const explainer *x);
const column *explain_column(explainer *x, const formula *f);
/* The formula's text with the record's values in place of its names; NULL: it has none. */
const char *explain_filled(explainer *x, const formula *f);
/* The same of any text and the tree that was read from it. */
const char *explain_fill(explainer *x, const char *text, const node *tree);

/* A test of an input of a point: "score >= 75", "93.25 >= 75". */
typedef struct explained_test {
  bool any; /* "-": it asks nothing */
  bool holds;
  const char *rule, *filled;
} explained_test;

explained_test explain_test(explainer *x, const trace_point *p, size_t input, size_t way);
/* An amount, moment or value as the type of the column writes it. */
const char *explain_as(explainer *x, value_type type, rational number);

/* ---- explain.c ---- */

explained *explain_add(explainer *x, explained *parent, explained_kind kind, const char *name);
void explain_reads(explainer *x, const node *tree);
/* What the code means in the language, or NULL. */
const char *explain_code_text(explainer *x, const char *name);

/* ---- explain_step.c ---- */

/* Notes what the formula reads; NULL: nothing. */
void read_formula(explainer *x, const formula *f);
/* Rule and filled form of a formula, into the node, and what it reads. */
void put_formula(explainer *x, explained *n, const formula *f);
void put_code(explainer *x, explained *n, const char *given);

/* Adds below `parent` how the step made the result. */
void explain_step(explainer *x, explained *parent, const result *r);

/* ---- explain_policy.c: cadences and limits ---- */

/* `made`: the name of the result that is explained; a cadence makes up to three. */
void explain_cadence(explainer *x, explained *parent, const step *s,
                     const trace_point *const *points, size_t count, const char *made);
void explain_limit(explainer *x, explained *parent, const step *s, const trace_point *const *points,
                   size_t count);

/* ---- explain_population.c ---- */

/* False: the result is not what a population step makes. */
bool explain_population(explainer *x, explained *parent, const result *r);

/* ---- words ---- */

typedef enum explain_word {
  WORD_MISSING,
  WORD_ROW,
  WORD_NO_ROW,
  WORD_DEFAULT,
  WORD_ELSE,
  WORD_LOWEST,
  WORD_SUM,
  WORD_BASELINE,
  WORD_OVERDUE,
  WORD_NOT_OVERDUE,
  WORD_NOTHING_YET,
  WORD_LAST,
  WORD_AFTER,
  WORD_DAYS,
  WORD_WORKDAYS,
  WORD_GIVEN_BY,
  WORD_IS_MISSING,
  WORD_LUA,
  WORD_KEPT,
  WORD_NO_CHANGE,
  WORD_WITHIN,
  WORD_DAY,
  WORD_AT_MOST,
  WORD_AT_LEAST,
  WORD_NO_LATER,
  WORD_NO_SOONER,
  WORD_CAP,
  WORD_ROLLED,
  WORD_QUIET,
  WORD_OF,
  WORD_PICK_LEAST,
  WORD_PICK_GREATEST,
  WORD_PICK_MEDIAN,
  WORD_PICK_MEAN,
  WORD_NOT_BINDING,
  WORD_CHANGES_NOTHING,
  WORD_NOT_APPLIED,
  WORD_LOST,
  WORD_AGAINST_BASELINE,
  WORD_NEED,
  WORD_NEED_IS_MISSING,
  WORD_NEED_WORD,
  WORD_NEED_AT_LEAST,
  WORD_NEED_ABOVE,
  WORD_NEED_AT_MOST,
  WORD_NEED_BELOW,
  WORD_SHORT,
  WORD_OVER,
  WORD_GAP_EQUAL,
  WORD_NOT,
  WORD_OTHER_THAN,
  WORD_ONE_OF,
  WORD_A_VALUE,
  WORD_HINT,
  WORD_HINT_PART,
  WORD_COMES_FIRST,
  WORD_WITHOUT,
  WORD_ALWAYS,
  WORD_LEAVES,
  WORD_MORE_THAN_WANTED,
  WORD_SILENCED,
  WORD_CANNOT_CONDITION,
  WORD_CANNOT_BOUND,
  WORD_CANNOT_RECORDS,
  WORD_CANNOT_FORMULA,
  WORD_CANNOT_GIVER,
  WORD_CANNOT_LUA,
  WORD_CANNOT_STEP,
  WORD_HAS_CODE,
  WORD_IS_ALREADY,
  WORD_IS_FIELD,
  WORD_RULE_FAILED,
  WORD_AS_OF,
  WORD_RUN,
  WORD_BY_HAND,
  WORD_NONE,
  WORD_POINTS,
  WORD_TOTAL_SUM,
  WORD_TOTAL_COUNT,
  WORD_TOTAL_MEAN,
  WORD_TOTAL_LEAST,
  WORD_TOTAL_GREATEST,
  WORD_RANKED,
  WORD_RECORDS,
  WORD_AMONG,
  WORD_PART,
  WORD_PART_ABOVE,
  WORD_PART_UP_TO,
  WORDS
} explain_word;

const char *explain_say(const char *language, explain_word w);

#endif
