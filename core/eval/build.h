/* Making a plan: what the compilers of the steps share, and the parts that a plan is made of.
 *
 * A step is compiled in the order of the pack, so that it sees the fields, parameters and what
 * steps above it made. When all are compiled, and so all thresholds of all columns known, each is
 * finished: its tables of segments are filled. Everything lives in the plan's arena. */
#ifndef EVAL_BUILD_H
#define EVAL_BUILD_H

#include "calendar.h"
#include "expr.h"
#include "kernels.h"
#include "plan.h"

/* An expression, ready to run. */
typedef struct formula {
  const char *text; /* as written; NULL for what was made of a test */
  node *tree;
  expr *code;
  value_type type;
  int slot; /* of a bare column, else -1 */
  size_t
      step; /* number of the step that it was made for; SIZE_MAX: a parameter, a list's `where` */
  bool record; /* it reads the records of a list: its slots are not those of the customer */
  step_place at;
} formula;

/* A reason code. Giving it sets its bits, one for each list that it stands in. */
typedef struct code {
  const char *name;
  size_t bit_count, bit_capacity;
  uint32_t *bits;
  bool given;
  place given_at;    /* where it is first given */
  size_t given_last; /* number of the last step that gives it */
} code;

/* A column that the steps make. */
typedef struct result {
  const char *name;
  value_type type;
  int slot;
  int output;  /* the decisions' output that is written in its place; -1 = none: it is no output, or
                 one that is written in another form */
  bool kept;   /* made of values that are not kept themselves: the input blob holds it */
  bool hidden; /* nobody can name it */
  place at;
  size_t step; /* number of the step that makes it; SIZE_MAX: a parameter's */
} result;

typedef struct builder builder;
typedef struct stage stage;

/* A compiled step; each kind begins with it. */
struct stage {
  step_place at;
  bool makes_inputs;                    /* all its results are kept: a replay has them already */
  void (*finish)(builder *b, stage *s); /* may be NULL */
  void (*run)(const stage *s, evaluator *v);
};

struct cuts;
struct trace_point;     /* trace.h */
struct population_step; /* population_steps.h */
struct phasing;         /* phases.h */

/* What runs between two looks at all customers. */
typedef struct plan_phase {
  size_t first_stage;
  size_t live_count, collected_count;
  int *live;      /* slots that are spilled at its end */
  int *collected; /* of these, what population steps are worked out from */
} plan_phase;

struct plan {
  arena arena;
  const pack *pack;
  const kernels *kernels;
  int64_t as_of, today;
  calendar calendar;
  workday_calendar workdays; /* the same, as formulas ask it */
  bool without_inputs;
  scope scope; /* the formulas point into it */
  size_t formula_count, formula_capacity;
  formula **formulas;
  struct cuts *cuts;
  size_t code_count, code_capacity;
  code **codes;
  size_t code_words; /* 64 bits each, of a row */
  bool silences;
  bool values; /* steps give codes with values behind them */
  size_t result_count, result_capacity;
  result *results;
  size_t slot_count; /* fields, then results and previous values as they came */
  size_t previous_count, previous_capacity;
  symbol *previous; /* named previous("x") */
  plan_previous *previous_values;
  size_t stage_count;
  stage **stages; /* in the order in which they run */
  size_t phase_count;
  plan_phase *phases; /* and one behind the last */
  size_t population_count, population_capacity;
  struct population_step **population;
  size_t point_count, point_capacity;
  struct trace_point **points; /* where a record takes one of several ways, by step */
  size_t ranking_count, lua_count, scratch_count;
  size_t output_count;
  plan_output *outputs;
  int *output_results; /* index into results; -1: the output is a field */
  int *output_fields;
  size_t list_steps; /* that read the records of lists */
  size_t gather_count, gather_capacity;
  value_type *gathers; /* columns of the customers repeated for their records (list_rows) */
  size_t input_count;
  plan_input *inputs;
  int *input_slots;
  list_use *lists;         /* by field; of one that is no list .fields is NULL */
  bool **filtered;         /* by list and field of its records: read by the condition below */
  const formula **filters; /* by related list: its `where`; NULL: all rows count */
  size_t param_count;
  param_value *params;
};

/* A parameter that is a total, until the column is made of which it is one. */
typedef struct open_param {
  const pack_param *param;
  int result;
  bool placed;
} open_param;

struct builder {
  plan *plan;
  arena scratch; /* cleared again and again: what reading a cell needs beside its result */
  findings *findings;
  const step *step; /* at hand */
  size_t step_number;
  struct list_rows *list; /* open: formulas read its records (list_rows.h); NULL = the customer */
  stage **by_step;        /* compiled, by number of the step; NULL = faulty */
  bool *late;             /* by step: its stage runs at the end */
  size_t final_count;
  stage **finals; /* what is made behind all steps */
  struct phasing *phasing;
  size_t open_param_count;
  open_param *open_params;
};

/* Text -> formula; NULL after a finding. `expected` as in notation_expression. */
formula *build_formula(builder *b, rule_text text, value_type expected);
/* A tree that is typed already. */
formula *build_tree(builder *b, node *tree, place at);
/* The same, for what tests look at: not what is always missing, which has no type to test. */
formula *build_tested(builder *b, rule_text text);
/* The same, for one that must be boolean. A text that is not given gives NULL without a finding. */
formula *build_condition(builder *b, rule_text text);
/* A number that must be constant (a literal, or an expression of parameters). */
bool build_number(builder *b, rule_text text, const char *what, rational *out);
/* The value of a constant formula as stored in a column of the type; false after a finding. Numbers
 * must not have more decimals than the type. */
bool build_stored(builder *b, const formula *f, value_type type, place at, int64_t *i64,
                  double *f64);
/* The same for the value itself. */
bool build_stored_value(builder *b, const value *v, value_type type, place at, int64_t *i64,
                        double *f64);
/* Text -> a constant, which costs no more than its value, or else a formula. False after a finding. */
bool build_cell(builder *b, rule_text text, value_type expected, const value **constant,
                formula **other);
/* Adds a test of a column of `input`; false after a finding. */
bool build_test(builder *b, rule_text text, const formula *input, unary_test *out);

/* Notes that the step reads a field of the records of a list (SIZE_MAX: the list alone, to count
 * its records); the list's own symbol is marked as used as well. */
void build_list_read(builder *b, size_t list, size_t item);
/* Notes that a rule may walk the list: all of it is read, and kept with the decisions. */
void build_list_kept(builder *b, size_t list);

/* The code of the name; `given_at` not NULL: somebody gives it there. NULL name gives NULL. */
code *build_code(builder *b, const char *name, const place *given_at);
/* The column of previous("x") in the plan, the same for each that reads it; NULL with what to do in
 * *why. The value is of the type in which x is written now. (previous.c) */
const symbol *build_previous(void *builder, const char *output, const char **why);
/* A column for what the step makes, known from here on by its name; -1 after a finding. */
int build_result(builder *b, const char *name, value_type type, const char *defined, place at);
/* The same for a step that changes what a step above made: from here on the name means the new
 * column, and what was compiled before reads the old one. */
int build_rebound(builder *b, const char *name, value_type type, const char *defined, place at);
/* The result of a step that reads what no blob holds; it becomes an input of the decision itself. */
int build_kept(builder *b, stage *s, const char *name, value_type type, const char *defined,
               place at);
/* An output that a stage makes behind all steps, so that none can read it; -1 after a finding. */
int build_final(builder *b, stage *s, const char *name, value_type type, place at);
/* A column of the step's own, without a name. */
int build_hidden(builder *b, value_type type);
/* Room for whole batches of the evaluator's own: returns its number (evaluator.scratch). */
size_t build_scratch(builder *b);
/* A message about the step at hand. */
void build_error(builder *b, place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* `id` is the kind of finding (findings_detail): what a waiver names. */
void build_warning(builder *b, place at, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* ", did you mean X?" or "" (in the plan's arena). */
const char *build_suggestion(builder *b, const char *word, const char *const *known, size_t count);
/* A stage of `size` bytes (beginning with a stage) for the step at hand. */
void *build_stage(builder *b, size_t size, void (*finish)(builder *, stage *),
                  void (*run)(const stage *, evaluator *));
value_type bare_type(type_kind kind);

/* The compilers, one for each kind of step. NULL after a finding. */
stage *derive_compile(builder *b, const step *s);
stage *scorecard_compile(builder *b, const step *s);
stage *table_compile(builder *b, const step *s);
stage *bands_compile(builder *b, const step *s);
stage *codes_compile(builder *b, const step *s);
stage *cadence_compile(builder *b, const step *s);
stage *limit_compile(builder *b, const step *s);
stage *lua_rule_compile(builder *b, const step *s);
stage *adjust_compile(builder *b, const step *s);
stage *worst_compile(builder *b, const step *s); /* worst and best */
stage *aggregate_compile(builder *b, const step *s);
stage *ageing_compile(builder *b, const step *s);
stage *total_compile(builder *b, const step *s);
stage *quantiles_compile(builder *b, const step *s);
stage *steady_compile(builder *b, const step *s);
stage *smooth_compile(builder *b, const step *s);

#endif
