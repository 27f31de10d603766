/* Cutting a plan into phases: between two of them a run has seen all customers, and what was worked out
 * over them is known to the phase behind.
 *
 * A cut is made as late as can be, before the first step that reads what a population step gives, so
 * that several of them share one. Each column is known by when it is made and last read: those that
 * must outlive a cut are its live ones, and only they are spilled. Steps stay in the order of the
 * pack; lists of codes that nobody reads are made at the end, as ever. */
#ifndef EVAL_PHASES_H
#define EVAL_PHASES_H

#include "population_steps.h"

/* What is noted while steps are compiled. */
struct phasing {
  size_t phase;      /* of the step at hand */
  size_t population; /* steps of that kind before it */
  bool *was_used;    /* by symbol, before the step */
  size_t symbols;    /* that there were */
  int *slots;        /* of them, then */
  struct step_reads {
    size_t phase, count;
    int *slots;
  } * steps;
};

/* Before the first step, before and after the compiling of each, and after the last. False after a
 * finding. */
bool phases_begin(builder *b);
void phases_before(builder *b);
bool phases_after(builder *b);
bool phases_end(builder *b);
/* Puts the stages in order, the late ones behind all others. */
void phases_order(builder *b);
/* The live columns of each cut, when outputs and inputs are settled. */
void phases_settle(builder *b);

/* Parameters whose default is a total: named before any step, worked out where the total's column is
 * made. */
void population_name_param(builder *b, const pack_param *p);
bool population_place_params(builder *b);
bool population_end_params(builder *b);

#endif
