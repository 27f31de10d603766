/* Evaluating stored decisions again, from nothing but the store: the archived rules of a run, its
 * moment and parameters, and the values in the blobs. No source and no folder of rules is read.
 *
 * A decision is identical when every output has the same value, or the same rule failed with the
 * same words. Anything else is a difference, told exactly; it must never be smoothed over. */
#ifndef RUN_REPLAY_H
#define RUN_REPLAY_H

#include "../eval/plan.h"
#include "../store/store.h"

typedef struct replay replay;

/* Of the reader's run; `traced` for whoever explains. ERR_STORE if the rules are not in the archive,
 * or no longer load with this program: the message says why. */
error_code replay_open(store_reader *r, bool traced, replay **out, error *e);
void replay_close(replay *x);
const pack *replay_pack(const replay *x);
const plan *replay_plan(const replay *x);

/* One difference of a decision. The texts live until the next call. */
typedef struct replay_difference {
  const char *key;
  const char *output; /* "status" when one of the two failed, or failed otherwise */
  const char *stored, *again;
} replay_difference;

typedef error_code replay_each(void *ctx, const replay_difference *d, error *e);

/* Evaluates one decision and compares it; `each` (may be NULL) is called for every difference. What
 * was evaluated stays in replay_evaluator and replay_decisions, row 0, until the next call. */
error_code replay_row(replay *x, const store_row *row, replay_each *each, void *ctx, size_t *count,
                      error *e);
/* The values that it was made of, one column for each of plan_inputs, row 0. */
const column *replay_inputs(const replay *x);
evaluator *replay_evaluator(const replay *x);
const decisions *replay_decisions(const replay *x);

typedef struct replay_counts {
  int64_t decisions, identical;
} replay_counts;

/* Every decision of the run, in the order of the source; memory does not grow with them. */
error_code replay_all(replay *x, replay_each *each, void *ctx, replay_counts *out, error *e);

#endif
