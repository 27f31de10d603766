/* Looking into a batch that was just evaluated, for explanations: the value of any part of a formula,
 * and whether any test holds. Slow, exact, and without effect on what was decided. */
#ifndef EVAL_INSPECT_H
#define EVAL_INSPECT_H

#include "../data/batch.h"
#include "../lang/notation.h"
#include "plan.h"

/* The value of the node in every row of the batch; what cannot be computed is missing. Holds until
 * the evaluator's next batch. */
const column *inspect(evaluator *v, const node *n);
/* Whether the value in the row matches the test; one with other columns in it is evaluated. */
bool inspect_test(evaluator *v, const unary_test *t, const column *c, size_t row);

#endif
