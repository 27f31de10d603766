/* What a published run has worked out over all its customers, for whoever evaluates one of them. */
#ifndef RUN_VALUES_H
#define RUN_VALUES_H

#include "../eval/population.h"
#include "../store/store.h"

/* For the population steps of the plan; *out NULL if it has none, or on an error. Steps of which the run
 * keeps nothing stay unknown (population_lacks). The caller frees it. */
error_code values_of_run(store_reader *r, const plan *p, population **out, error *e);

#endif
