/* The evaluator from inside: what a stage finds when it runs. One evaluator belongs to one thread;
 * nothing in it outlives the batch but its buffers. */
#ifndef EVAL_EVALUATOR_H
#define EVAL_EVALUATOR_H

#include "build.h"

/* The value behind a code that a Lua rule or a limit gave. */
typedef struct code_value {
  uint32_t bit;
  int32_t next; /* of the same row, -1 = none */
  const char *text;
} code_value;

struct lua_host; /* lua_rule.h */
struct trace;    /* trace.h */

struct evaluator {
  const plan *plan;
  const kernels *kernels;
  frame frame;
  column *own;           /* results that are no output, by number of the result */
  column **results;      /* where each result goes in this batch */
  const column **inputs; /* what the blobs of this batch are made of */
  int32_t **segments;    /* by cut */
  bool *segmented;       /* those that hold this batch's */
  int32_t **scratch;     /* by build_scratch, BATCH_ROWS each */
  int32_t **ranked;      /* by ranking of a scorecard: the first keys, 8 * BATCH_ROWS */
  uint64_t *given;       /* row * plan->code_words + word */
  uint64_t *silenced;
  int32_t *value_first; /* per row: the first of its code values, -1 = none */
  size_t value_count, value_capacity;
  code_value *values;
  arena value_texts;
  uint8_t *truth; /* BATCH_ROWS each, for the stage at hand */
  uint8_t *needed;
  decisions guard;          /* catches the faults of formulas that not every row needs */
  struct list_space *lists; /* list_rows.h; NULL = no step reads a list */
  struct lua_host *lua;
  struct trace *trace;                 /* NULL = it does not trace */
  const population *population;        /* NULL = not known */
  const struct population_move *moves; /* of this batch, by record */
  size_t move_count;
};

/* Evaluates for the rows that `needed` marks (NULL = all): faults of other rows do not count.
 * The column holds until the batch ends. */
const column *evaluate(evaluator *v, const formula *f, const uint8_t *needed);
/* out[row] = 1 where true. NULL formula: true everywhere. */
void evaluate_truth(evaluator *v, const formula *f, uint8_t *out);
/* Makes ready for a batch: its columns in their slots, no faults, no codes. */
void evaluator_begin(evaluator *v, const batch *in, decisions *out);
/* The column of a result, to be written. */
column *evaluator_result(evaluator *v, int result);
void evaluator_fail(evaluator *v, size_t row, const char *kind, const stage *s, int line,
                    const char *format, ...) __attribute__((format(printf, 6, 7)));

static inline void give(evaluator *v, size_t row, const code *c) {
  uint64_t *words = v->given + row * v->plan->code_words;
  for (size_t i = 0; i < c->bit_count; i++)
    words[c->bits[i] / 64] |= UINT64_C(1) << (c->bits[i] % 64);
}

/* Gives a code with a value behind it; only if plan->values or a rule said that there may be some. */
void give_value(evaluator *v, size_t row, const code *c, const char *text, size_t n);

static inline void silence(evaluator *v, size_t row, const code *c) {
  uint64_t *words = v->silenced + row * v->plan->code_words;
  for (size_t i = 0; i < c->bit_count; i++)
    words[c->bits[i] / 64] |= UINT64_C(1) << (c->bits[i] % 64);
}

#endif
