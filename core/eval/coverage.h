/* Coverage: which ways of a pack's decision points and which lines of its Lua rules a set of
 * records went, and which bounds of its tests a value lay on exactly. Counted from traces, over any number of plans of the same pack (for
 * other moments or parameters). */
#ifndef EVAL_COVERAGE_H
#define EVAL_COVERAGE_H

#include "trace.h"

typedef struct coverage coverage;

/* A way that can be taken or not: rows, attributes, bands, clauses, terms, codes, rules. A way that
 * is always taken, or that nobody wrote, is none. Texts live as long as the coverage. */
typedef struct covered_way {
  const char *step; /* name of the step */
  const char
      *point;      /* the characteristic, operation or clause; the step's name if it has but one */
  const char *way; /* its row, test, band, code */
  point_kind kind;
  place at;
  uint64_t hits;
} covered_way;

/* A bound of a test: `text` as in ">= 75"; hit if a record's value lay on it. */
typedef struct covered_edge {
  const char *step, *point, *text;
  place at;
  bool hit;
} covered_edge;

/* Of the pack's steps [0, steps): what is compiled behind them is not counted. */
coverage *coverage_new(size_t steps);
void coverage_free(coverage *c);
/* The ways and bounds of a plan, before it is run, so that what is never reached is known as well. */
void coverage_plan(coverage *c, const plan *p);
/* Makes the evaluator trace, and tell which lines of Lua rules run: each is a way, counted at once. */
void coverage_watch(coverage *c, evaluator *v);
/* From now on lines are not counted: what runs is only a trial. */
void coverage_mute_lines(coverage *c);
/* Counts the records of the batch that a tracing evaluator ran last. */
void coverage_add(coverage *c, evaluator *v);

/* For a batch of one record, without counting it: the first way or bound that it reaches and none did
 * before (ways are numbered as coverage_ways has them, bounds behind them), and whether it reaches
 * one. */
bool coverage_fresh(coverage *c, evaluator *v, size_t *number);
bool coverage_reaches(coverage *c, evaluator *v, size_t number);

size_t coverage_ways(const coverage *c, const covered_way **out);
size_t coverage_edges(coverage *c, const covered_edge **out);

typedef struct coverage_totals {
  size_t ways, taken, edges, tried;
} coverage_totals;

coverage_totals coverage_count(coverage *c);
/* Percent of the ways taken, 100 if there are none. */
double coverage_percent(const coverage_totals *t);

#endif
