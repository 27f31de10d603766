/* The plan: a pack made ready for one run. Names resolved, formulas typed, tables compiled to
 * thresholds and row masks; as_of, today and the parameters folded in. Immutable, shared by the
 * evaluators, each of which has its own frame and Lua state. */
#ifndef EVAL_PLAN_H
#define EVAL_PLAN_H

#include "../lang/pack.h"
#include "../data/decision.h"

typedef struct plan plan;
typedef struct evaluator evaluator;
typedef struct population population; /* population.h */

typedef struct param_value {
  const char *name, *value;
} param_value;

typedef struct plan_options {
  int64_t as_of; /* UTC seconds */
  const param_value *params;
  size_t param_count;
  const char *kernels; /* "portable", "avx2", "avx512"; NULL = the best this CPU has */
  bool without_inputs; /* leave decisions.inputs empty, for runs that store nothing */
} plan_options;

/* Findings (file:line, the offending text, "did you mean") for everything that cannot be resolved or
 * typed; warnings for what is never used. NULL if there was an error. The pack must outlive it. */
plan *plan_new(const pack *p, const plan_options *o, findings *out);
void plan_free(plan *p);

typedef struct plan_output {
  const char *name;
  value_type type;
} plan_output;

size_t plan_outputs(const plan *p, const plan_output **out);

/* What formulas and rules can name below the last step: fields, parameters, and what steps make (of a
 * class that several steps change, what the last has left). */
typedef struct plan_name {
  const char *name;
  value_type type;
  const char *defined; /* "field", "parameter", "scorecard" ... */
} plan_name;

/* In the order in which they are declared; in the arena. */
size_t plan_names(const plan *p, arena *a, const plan_name **out);
/* The reason codes that some step gives or some list holds, in no order that means anything. */
size_t plan_codes(const plan *p, arena *a, const char *const **out);

/* A value that the input blob of a decision holds: a field that the plan reads, or what a step makes
 * out of values that are not kept (an aggregate of related records). */
typedef struct plan_input {
  const char *name;
  value_type type; /* as stored: what a step makes may be a RATIO, or finer than it is written */
  int field;       /* index in the schema; -1: what a step makes */
} plan_input;

/* In the order of the blob. */
size_t plan_inputs(const plan *p, const plan_input **out);

/* What the plan reads of a list of records, by its field in the pack's schema. */
typedef struct list_use {
  bool read;    /* something reads the list: its records must be there */
  bool kept;    /* a rule walks it: it is part of the inputs that a decision keeps */
  bool *fields; /* of its records: those that are read, by index in type.record */
} list_use;

const list_use *plan_list(const plan *p, size_t list); /* NULL: the field is no list */

/* An output of which the rules read what was last published: previous("x"). */
typedef struct plan_previous {
  const char *output, *input; /* x; previous("x"), its name among the inputs */
  value_type type;            /* as x is written now */
} plan_previous;

size_t plan_previous_values(const plan *p, const plan_previous **out);
/* The blob of a record of which nothing is known but its previous values (row 0 of as many columns),
 * for the run after this one; in the arena, NULL if all are missing. */
const void *plan_carry(const plan *p, const column *values, arena *a, size_t *size);

/* An empty batch of the pack's fields, of lists only what the plan reads; and behind them a column for
 * each previous value, to be filled by whoever has cast the records. */
batch *plan_batch(const plan *p);

/* Which rows of a related list count (`where`). A filter belongs to one thread. */
typedef struct row_filter row_filter;
/* NULL: all rows of pack->related[number] count. */
row_filter *row_filter_new(const plan *p, size_t number);
void row_filter_free(row_filter *f);
/* keep[row] = 1 if the row of the batch (of pack->related[number].schema) counts, 0 if its condition
 * is false or unknown. A row whose condition cannot be computed (OVERFLOW) stands in *faults, which
 * live until the next call. */
void row_filter_run(row_filter *f, const batch *rows, uint8_t *keep, const fault **faults,
                    size_t *fault_count);

const char *plan_kernels(const plan *p); /* the name of those in use */
/* Values of the parameters as used, defaults filled in, for the run's record. */
size_t plan_params(const plan *p, const param_value **out);

evaluator *evaluator_new(const plan *p, error *e);
void evaluator_free(evaluator *v);
/* Starts / ends the evaluator's watch over its Lua calls; from the thread that will use it. */
error_code evaluator_start(evaluator *v, error *e);
void evaluator_stop(evaluator *v);

decisions *decisions_new(const plan *p);
void decisions_free(decisions *d);
/* Makes known what was worked out over all customers (population.h); it must live as long. Needed before a
 * plan with such steps evaluates. */
void evaluator_know(evaluator *v, const population *values);
/* Evaluates a batch. Row errors are faults in `out`; returns an error only for what stops a run. */
error_code evaluator_run(evaluator *v, const batch *in, decisions *out, error *e);
/* Evaluates again what blobs keep: `given` has a column for each of plan_inputs, in its order and of
 * its type, of in->rows rows. Of `in` only the key is read, and its lists need not be there: the
 * steps that make inputs do not run. */
error_code evaluator_replay(evaluator *v, const batch *in, const column *given, decisions *out,
                            error *e);

#endif
