/* The workspace of one evaluator: the columns of the batch at hand, by slot. */
#ifndef EVAL_FRAME_H
#define EVAL_FRAME_H

#include "../data/decision.h"

/* Where a step stands, for the faults that it finds. */
typedef struct step_place {
  const char *name, *file;
  int line;
} step_place;

typedef struct frame {
  size_t rows;
  const column **slots; /* by symbol.slot: fields, then what steps made */
  decisions *out;       /* faults go here, and failed[] */
  arena scratch;        /* cleared for every batch */
} frame;

/* Notes a fault of a row, unless the row has one already; from then on the row is skipped by Lua
 * steps and its outputs mean nothing. */
void frame_fail(frame *f, size_t row, const char *code, const step_place *at, const char *format,
                ...) __attribute__((format(printf, 5, 6)));

#endif
