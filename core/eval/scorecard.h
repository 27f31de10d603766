/* Scorecards: the sum of weight times points, exact, and which characteristics lost the most points. */
#ifndef EVAL_SCORECARD_H
#define EVAL_SCORECARD_H

#include "evaluator.h"

#define SCORECARD_MOST 8

typedef struct ranking ranking;

/* Asks a compiled scorecard for its reasons in the order that the list says; NULL after a finding. */
ranking *scorecard_rank(builder *b, stage *s, const codes_step *list);
/* The keys of each row, those with the most points between first, key number n at [n * BATCH_ROWS +
 * row]; 0 = there are no more. After the scorecard has run. */
const int32_t *scorecard_ranked(const ranking *k, const evaluator *v);
/* The reason code of a key > 0, and how many keys there are. After the scorecard is finished. */
size_t scorecard_keys(const ranking *k);
const char *scorecard_reason(const ranking *k, int32_t key);

#endif
