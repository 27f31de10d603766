/* The values at which a plan's tests of a field change their answer: what is worth trying. Found from
 * the decision points, so it knows the tests that look at the field itself, not those of formulas
 * over it. */
#ifndef EVAL_BOUNDS_H
#define EVAL_BOUNDS_H

#include "plan.h"

/* The bounds of a field stored as int64, ascending, each once, in stored units; in the arena. */
size_t plan_bounds(const plan *p, size_t field, arena *a, int64_t **out);

#endif
