/* Records that are made up and evaluated, batch after batch, for what they show of a policy. Each batch
 * is a population of its own where the policy looks at all customers. Half of them go through the fields
 * that have few values, all combinations in turn; of some, two fields have the same value. */
#ifndef RUN_CHECK_RECORDS_H
#define RUN_CHECK_RECORDS_H

#include "../eval/plan.h"

typedef struct made_records {
  evaluator *evaluator; /* the batch at hand was its last */
  const batch *batch;
  const decisions *decisions;
  size_t rows;
} made_records;

/* `count` 0: some thousands. The same every time. */
made_records *made_open(const pack *p, const plan *made, size_t count);
/* The next batch; false: no more, or they cannot be evaluated. */
bool made_next(made_records *m);
/* Whether the record came as far as the step of the name: what its inputs are means something. */
bool made_reaches(const made_records *m, size_t row, const char *name);
void made_close(made_records *m);

#endif
