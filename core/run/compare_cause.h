/* Which step made two decisions on one customer differ; for compare.c. */
#ifndef RUN_COMPARE_CAUSE_H
#define RUN_COMPARE_CAUSE_H

#include "compare.h"
#include "replay.h"

/* Of the decisions that both have just evaluated (traced): the first step of `after` whose result is
 * another one than that of the same name in `before`. Texts go into the arena. */
moved_step compare_cause(arena *a, const replay *before, const replay *after);
/* "budget: 100.00 -> 200.00, visits: 1 -> 2": the values read that differ; NULL = none. */
const char *compare_inputs(arena *a, const replay *before, const replay *after);

#endif
