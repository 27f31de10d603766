/* Inside of the population steps: what total.c and quantiles.c compile and population.c works out.
 * Nothing outside of core/eval includes this. */
#ifndef EVAL_POPULATION_STEPS_H
#define EVAL_POPULATION_STEPS_H

#include "../data/sorter.h"
#include "evaluator.h"
#include "population.h"

/* A value in the unit of its column: num / den (den > 0), a double's order in num, or none. */
typedef struct population_number {
  bool known;
  int64_t num, den;
} population_number;

/* What the compilers say of a step. Lives in the plan. */
struct population_step {
  const char *name;                  /* of the step, or of the parameter */
  const char *what;                  /* "total \"x\"", for messages */
  const char *of_text, *within_text; /* as written; NULL: records are counted; all are one group */
  place at;
  bool quantiles, smooths; /* else a total */
  total_kind as;
  value_type of;     /* of the collected column; kind NONE: records are counted */
  value_type within; /* kind NONE: all customers are one group */
  value_type type;   /* of what the step gives */
  int of_slot, within_slot;
  int by_slot, kept_slot; /* smooth: the order, -1 = by the key alone; where a follow-up moves to */
  int64_t most;           /* smooth: a day and group */
  zone zone;              /* smooth: of the days */
  int64_t scale;          /* of a sum: units of `type` in one of `of` */
  size_t parts;           /* quantiles */
  rational *below;        /* by cut from the lowest: the share of customers below it */
  bool ties_up;
  size_t phase;        /* it is collected in, and worked out at the end of it */
  int slot;            /* of what it gives */
  stage *apply, *then; /* give it, in the phases behind; `then` may be NULL */
  const struct population_group
      *given;     /* for all customers, in place of what is worked out; or NULL */
  size_t number;  /* in the plan */
  stage *collect; /* of a parameter, which is no step of the pack: runs behind the step of number */
  size_t behind;  /* this; SIZE_MAX: before all */
};

/* One group of a step. */
typedef struct population_group {
  const char *name; /* NULL: all customers */
  int64_t count;
  int128 sum;
  bool overflow; /* the sum does not fit even 128 bits, or the total its column */
  population_number least, greatest, total;
  population_number *cuts; /* parts - 1; from the lowest */
} population_group;

typedef struct population_values {
  const struct population_step *step;
  arena texts;
  population_group *groups;
  size_t count, capacity;
  uint32_t *table; /* of hashes: number of the group + 1 */
  size_t table_size;
  int32_t *by_word; /* within a choice or boolean: the group, -1 = none */
  sorter *sorter;
  sorter *moved; /* smooth: population_move, in the order of the records */
  population_move next;
  bool has_next;
  bool known;
} population_values;

struct population {
  const plan *plan;
  population_values *values; /* by step */
};

/* The group of a row of the evaluator's batch, or NULL: it is in none, or nobody of it was in the run. */
const population_group *population_group_of(const evaluator *v, const struct population_step *s,
                                            size_t row);
/* The part in which a value stands, from 0 the lowest. */
int32_t population_part(const struct population_step *s, const population_group *g,
                        const population_number *x);
/* The group of that name (NULL: all customers), made if it is not there; NULL: the step has none such. */
population_group *population_group_named(population_values *v, const char *name);

/* smooth.c: what is sorted, and the days that follow-ups move to. */
error_code smooth_add(population_values *v, uint32_t group, const column *const *columns,
                      size_t row, uint64_t sequence, error *e);
error_code smooth_settle(const plan *p, population_values *v, error *e);

/* "total \"x\"": the first step without whose values nobody can be evaluated; NULL: none. */
const char *population_first(const plan *p);

/* ---- given, as a parameter is ---- */

/* The step of that name takes what is given of it: a total, or its cut points with ',' between. False: no
 * step is called so. A finding if the text does not fit. (population_text.c) */
bool population_give(builder *b, const char *name, const char *text);

/* ---- compiling ---- */

/* Adds a step to the plan. What it gives is pending: the first step that reads it begins a phase. */
void population_add_step(builder *b, struct population_step *s);
/* A stage that makes the columns that the step collects, and sets their slots; NULL after a finding. `of`
 * NULL: the records that `where` holds for are counted. */
stage *population_collect(builder *b, struct population_step *s, const formula *of, rule_text where,
                          rule_text within);
/* One more formula that the stage makes a column of; its slot. */
int population_collect_more(builder *b, stage *s, const formula *f);

/* Order of numbers of one column. */
int population_compare(const population_number *a, const population_number *b);
population_number population_number_of(const column *c, size_t row);
void population_put(const population_number *x, column *c, size_t row);

#endif
