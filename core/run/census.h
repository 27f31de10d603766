/* The census between two phases of a run: who is in, and what is worked out over them.
 *
 * In are the records that the door accepted, without duplicates: those are known here, before any total
 * is, and dropped when the next phase reads the batches. A rule that fails takes nobody out. */
#ifndef RUN_CENSUS_H
#define RUN_CENSUS_H

#include <stdatomic.h>

#include "../data/keys.h"
#include "../store/store.h"
#include "interim_file.h"

typedef struct census census;

census *census_new(const plan *p);
void census_free(census *c);

/* A batch after the phase at hand, in order. */
error_code census_add(census *c, const buffer *bytes, error *e);
/* Records that were added in this phase. */
int64_t census_records(const census *c);

/* ---- between two phases; *stop ends it with ERR_INTERRUPTED ---- */

/* After the first phase: each record whose key equals an earlier one's becomes a reject of the store,
 * and is dropped. */
error_code census_duplicates(census *c, keys *k, store *s, const atomic_bool *stop, error *e);
/* Works out the population steps of the phase. */
error_code census_settle(census *c, size_t phase, const atomic_bool *stop, error *e);
const population *census_values(const census *c);

/* ---- the next phase ---- */

/* Begins reading what the phase before has added; what is added from now on belongs to the phase at
 * hand. */
error_code census_turn(census *c, error *e);
/* The next batch, the numbers of its records that are dropped (as uint64), and what is given to single
 * ones (population_move). False with *code set, or at the end. */
bool census_next(census *c, buffer *bytes, buffer *dropped, buffer *moves, error_code *code,
                 error *e);

/* Keeps the values with the run at hand. */
error_code census_store(const census *c, store *s, error *e);

#endif
