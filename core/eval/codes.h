/* Lists of reason codes: those that steps gave, those whose condition holds, those of the points
 * lost; joined with '|' in the order of the list. */
#ifndef EVAL_CODES_H
#define EVAL_CODES_H

#include "evaluator.h"

/* A code of the list that a step below step `number` gives, or NULL: then the list would lack it if
 * it were made in its place. */
const code *codes_given_after(const stage *s, size_t number);
/* Warns of entries that nothing gives. */
void codes_check(builder *b, const stage *s);
int codes_result(const stage *s);

#endif
