/* One record made by hand, evaluated with a pack as it stands now; nothing is stored.
 *
 * It may begin with what the decision on a stored customer was made of: then the values given by hand
 * stand over those that the decision keeps, aggregates of related records and previous values
 * included, and no related records are read. */
#ifndef RUN_TRIAL_H
#define RUN_TRIAL_H

#include "../data/handmade.h"
#include "../eval/plan.h"
#include "../store/store.h"

typedef struct trial_options {
  const pack *pack;
  const plan *plan;
  handmade_record record;   /* the key may be left out */
  handmade_record previous; /* by the names of outputs */
  store_reader *from;       /* with `customer`; or NULL */
  const char *customer;
  store_reader *values; /* of whose run the totals and cut points are taken; NULL = of from's */
} trial_options;

typedef struct trial {
  evaluator *evaluator; /* traces; ran row 0 of `in` */
  batch *in;
  decisions *out;
  const reject *refused;  /* the record was refused; nothing was evaluated */
  const char *not_stored; /* with `from`: what the decision does not keep, so that it is missing;
                             NULL = nothing */
  column *given;          /* of a replay */
  population *population; /* NULL = the plan needs none, or none is known */
  bool started;
  const plan *plan;
  arena arena;
} trial;

/* ERR_USAGE: a field that does not exist ("did you mean"), a list where a value belongs, required
 * fields that are not given (all of them); ERR_NOT_FOUND: the customer. Close it in any case. */
error_code trial_run(const trial_options *o, trial *out, error *e);
void trial_close(trial *t);

#endif
