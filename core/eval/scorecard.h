/* Scorecards: the sum of weight times points, exact, and which attributes lost the most points. */
#ifndef EVAL_SCORECARD_H
#define EVAL_SCORECARD_H

#include "evaluator.h"

#define SCORECARD_MOST 8

/* Asks a compiled scorecard for the reasons of the most points lost (at most SCORECARD_MOST). */
void scorecard_want(stage *s, int most);
/* The greatest keys of each row, key number n at [n * BATCH_ROWS + row]; 0 = nothing more lost. */
const int32_t *scorecard_lost(const stage *s, const evaluator *v);
/* The reason code of a key > 0, and how many keys there are. After the stage is finished. */
size_t scorecard_keys(const stage *s);
const char *scorecard_reason(const stage *s, int32_t key);

#endif
