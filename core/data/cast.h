/* The door: Arrow arrays of any source, cast to the types that the pack declares, and validated.
 *
 * It must never guess: what is not exactly a value of its type makes a reject that names source,
 * position, field and value, and the other records go on. */
#ifndef DATA_CAST_H
#define DATA_CAST_H

#include "../base/error.h"
#include "../include/assay/arrow.h"
#include "batch.h"
#include "keys.h"

typedef struct cast cast;

/* Binds a stream's schema to the pack's fields. `wanted` as in batch_new (the key always is).
 * `source` names the source in messages ("csv customers.csv"). Refuses, naming column and format:
 * a required or wanted field without a column (with "did you mean"), a column given twice, a type
 * that cannot be cast, and map, fixed-size list, union, view and run-end encodings.
 * The schema is copied; the cast is immutable afterwards and shared by threads. */
error_code cast_new(const schema *s, const bool *wanted, const struct ArrowSchema *stream,
                    const char *source, cast **out, error *e);
void cast_free(cast *c);
const schema *cast_schema(const cast *c);

/* Casts rows [from, from + n) (n <= BATCH_ROWS) of a struct array of the bound schema into `out`
 * (cleared first): accepted records become rows, the others rejects. `first` is the number in the
 * run of row 0 of the array. Adds every usable key (of accepted and of refused records) to `keys`,
 * unless NULL. An array that breaks the Arrow rules (wrong number of buffers, offsets running
 * backwards, too short) is ERR_SOURCE. */
error_code cast_rows(const cast *c, const struct ArrowArray *array, size_t from, size_t n,
                     uint64_t first, batch *out, keys *keys, error *e);

#endif
