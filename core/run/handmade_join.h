/* Hand-made records as a run would have joined them: the rows of related lists that do not count
 * (`where`) are taken out before the record goes through the door, and the previous values are put
 * behind its columns. */
#ifndef RUN_HANDMADE_JOIN_H
#define RUN_HANDMADE_JOIN_H

#include "../data/handmade.h"
#include "../eval/plan.h"

/* An empty batch for hand-made records: all fields of the pack, those of its lists as well, so that
 * each value goes through the door; and the previous values that the plan reads. */
batch *handmade_batch(const pack *p, const plan *made);

/* Takes records for one plan; for one thread. It keeps its memory from one call to the next. */
typedef struct handmade_joiner handmade_joiner;

error_code handmade_joiner_new(const pack *p, const plan *made, handmade_joiner **out, error *e);
void handmade_joiner_free(handmade_joiner *j);
/* As handmade_cast, into a batch of handmade_batch. `previous` has a record for each of `records`: values
 * by the names of outputs, what is not named is missing; NULL = all missing. Values for outputs whose
 * previous value the plan does not read are left out; one that is not of its type is ERR_USAGE. */
error_code handmade_join(handmade_joiner *j, const handmade_record *records,
                         const handmade_record *previous, size_t count, const char *what,
                         batch *out, error *e);

/* The same for a batch of handmade_batch that was cast from elsewhere, without previous values. */
void handmade_settle(handmade_joiner *j, batch *out);

#endif
