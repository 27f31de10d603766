/* What passes from one phase of a plan to the next: a batch and all that was made of it, as bytes.
 *
 * First the keys (so that one can be looked up without the rest), then the live columns, the codes
 * given, the faults. Both parts carry a hash: what was written to a disk and read back is looked at
 * before it is believed. The bytes are for this process alone, never for another program. */
#ifndef EVAL_INTERIM_H
#define EVAL_INTERIM_H

#include "population.h"

typedef struct interim_head {
  uint32_t form, rows;
  uint64_t first, last; /* numbers of the first and last record; first > last: no rows */
  uint64_t keys_size, body_size;
  uint64_t keys_hash, body_hash;
} interim_head;

/* Evaluates one phase of the plan: the first over a batch with its records, each other over what
 * evaluator_load has put back. In the last one the decisions are made. */
error_code evaluator_run_phase(evaluator *v, size_t phase, const batch *in, decisions *out,
                               error *e);
/* Appends the bytes of the batch after its phase. */
void evaluator_save(const evaluator *v, size_t phase, buffer *out);
/* Puts back what evaluator_save wrote after `phase`; without the records of these numbers (ascending).
 * The batch is one of plan_batch. ERR_STORE: the bytes are not those that were written. */
error_code evaluator_load(evaluator *v, size_t phase, const void *data, size_t size,
                          const uint64_t *dropped, size_t dropped_count, batch *in, decisions *out,
                          error *e);

/* What population steps give to single records of the batch (population_moves), until the next batch. */
void evaluator_moves(evaluator *v, const population_move *moves, size_t count);

/* The columns of these slots alone, into columns of their types for BATCH_ROWS rows; sets their number
 * of rows and the numbers of the records (BATCH_ROWS). */
error_code interim_columns(const plan *p, size_t phase, const void *data, size_t size,
                           const int *slots, size_t count, column *out, uint64_t *sequences,
                           size_t *rows, error *e);
/* A column of the type of the slot. */
value_type plan_slot_type(const plan *p, int slot);
/* The key of a record by its number, in the head and the keys of a batch (`size` bytes, checked here).
 * ERR_OK with *key NULL: it is not among them. The key lives with the data. */
error_code interim_key(const void *data, size_t size, uint64_t sequence, const char **key,
                       size_t *length, int64_t *position, error *e);

#endif
