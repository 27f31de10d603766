/* The last published values of a run's customers, brought to the columns that previous("x") reads.
 *
 * One for each evaluator thread, all over the same published run. A customer on whom a rule failed,
 * or who was rejected, has that run's own previous values carried on: one bad day makes nobody a new
 * customer. Whom the last run did not know at all has none. */
#ifndef RUN_PREVIOUS_H
#define RUN_PREVIOUS_H

#include "../eval/plan.h"
#include "../store/store.h"

typedef struct previous previous;

/* *out NULL: nothing is published in the database, or there is no database: all is missing. */
error_code previous_open(const char *database, const pack *p, const plan *made, previous **out,
                         error *e);
void previous_close(previous *p);
int64_t previous_run(const previous *p); /* 0 for NULL */
/* Fills the joined columns of the batch (of plan_batch), and gives each reject what it is to carry. `p`
 * may be NULL. */
error_code previous_fill(previous *p, const plan *made, batch *b, error *e);
/* Warnings: outputs of which the last published run keeps nothing that can be read now. */
error_code previous_check(const char *database, const pack *p, const plan *made, findings *out,
                          error *e);

#endif
