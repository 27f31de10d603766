/* What is worked out over all customers of a run: totals, and the cut points of quantiles, for all or
 * within groups.
 *
 * Each value is exact, and depends on which records there are alone: not on their order, nor on the
 * number of threads. Who is in is up to whoever adds the records (all that the door accepted, but no
 * duplicates). What was worked out is kept with the run, so that one customer can be evaluated later
 * by the same values. */
#ifndef EVAL_POPULATION_H
#define EVAL_POPULATION_H

#include "plan.h"

#define POPULATION_GROUPS 65536 /* at most, within one step */

/* The steps of a plan that need all customers; 0: it has none. */
size_t plan_population(const plan *p);
/* In how many phases a run goes through the plan: between two of them it has seen all customers. 1:
 * it can be evaluated record by record. */
size_t plan_phases(const plan *p);

/* Values for the steps of one plan. Filled by one thread; whoever knows it may read it in several. */
population *population_new(const plan *p);
void population_free(population *x);

/* Adds the rows of a batch to what is collected in a phase; drop[row] leaves it out (NULL: none). The
 * columns are those of population_reads. ERR_PACK: more groups than POPULATION_GROUPS. */
error_code population_add(population *x, size_t phase, const column *const *columns,
                          const uint64_t *sequences, size_t rows, const uint8_t *drop, error *e);
/* Works out the steps of the phase, after the last row. */
error_code population_settle(population *x, size_t phase, error *e);
/* The slots that population_add reads in a phase, in the order of its columns. */
size_t population_reads(const plan *p, size_t phase, const int **slots);
/* What a step of a phase gives to single records: a follow-up that moves. */
typedef struct population_move {
  uint64_t sequence;
  uint32_t step; /* number of the population step */
  int64_t day;   /* to which it moves */
} population_move;

/* Appends the moves of the records up to `last`, by record, then by step; after population_settle of the
 * phase, and for one batch behind the other. */
error_code population_moves(population *x, size_t phase, uint64_t last, buffer *out, error *e);
/* "total \"total_ar\"": the first step whose values are not known; NULL: all are. */
const char *population_lacks(const population *x);

/* What stands behind what a population step gave a record. */
typedef struct population_basis {
  bool quantiles; /* else a total */
  total_kind as;
  const char *of, *within; /* as written; NULL: records are counted; all customers are one group */
  const char *group;       /* the record's, NULL = none */
  int64_t count;           /* customers in it who have the value */
  size_t parts, part;      /* quantiles: from 1, the lowest; 0: in none */
  const char *above, *up_to; /* the cuts around the part, NULL = there is none; in the arena */
} population_basis;

/* Of the row of the evaluator's batch. False: the slot is not what such a step makes. */
bool population_basis_of(const evaluator *v, int slot, size_t row, arena *a, population_basis *out);

/* ---- as texts, for the store ---- */

/* The total of a group, or one of its cut points from the lowest up. A step within groups has, before
 * them, one without a group and value, whose count is that of all. */
typedef struct population_value {
  const char *step;
  const char *within; /* the group; NULL = all customers */
  int64_t place;      /* of a cut point, from 1; 0 = a total */
  const char *value;  /* exact: 40000000.00, 1/3, 2025-10-01; NULL = none */
  int64_t count;      /* records in the group that have the value */
} population_value;

typedef error_code population_each(void *ctx, const population_value *v, error *e);
/* In the order of the steps, then of the groups (as bytes), then of the places. */
error_code population_write(const population *x, population_each *each, void *ctx, error *e);
/* Takes a value back. What is of no step of this plan is passed over. */
error_code population_read(population *x, const population_value *v, error *e);

#endif
