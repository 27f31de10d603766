/* Lists that came with the records themselves (made by hand, or in an Arrow stream), as a run would have
 * joined them from their own sources: rows that do not count (`where`) are taken out, and the others
 * brought into the order of their values. A row whose condition cannot be computed, or too many rows,
 * reject the customer. */
#ifndef RUN_GIVEN_LISTS_H
#define RUN_GIVEN_LISTS_H

#include "../eval/plan.h"

/* For one thread. */
typedef struct given_lists given_lists;

given_lists *given_lists_new(const pack *p, const plan *made);
void given_lists_free(given_lists *g);
/* Of a batch of handmade_batch that has just been cast. */
void given_lists_settle(given_lists *g, batch *b);

#endif
