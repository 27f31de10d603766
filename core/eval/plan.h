/* The plan: a pack made ready for one run. Names resolved, formulas typed, tables compiled to
 * thresholds and row masks; as_of, today and the parameters folded in. Immutable, shared by the
 * evaluators, each of which has its own frame and Lua state. */
#ifndef EVAL_PLAN_H
#define EVAL_PLAN_H

#include "../lang/pack.h"
#include "../data/decision.h"

typedef struct plan plan;
typedef struct evaluator evaluator;

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
/* The fields whose values the input blob of a decision holds, in its order (indices). */
size_t plan_inputs(const plan *p, const size_t **fields);
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
/* Evaluates a batch. Row errors are faults in `out`; returns an error only for what stops a run. */
error_code evaluator_run(evaluator *v, const batch *in, decisions *out, error *e);

#endif
