/* Records made by hand: values as texts by the names of the fields, for trying a policy out, for its
 * examples, and for questions that come as JSON. They go through the same door as a source's records,
 * so that a hand-made record is refused exactly when one from a file would be. */
#ifndef DATA_HANDMADE_H
#define DATA_HANDMADE_H

#include "../base/error.h"
#include "batch.h"

struct handmade_record;

typedef struct handmade_value {
  const char *name; /* of the field */
  const char *text; /* as a file would hold it; NULL = missing, or a list */
  size_t item_count;
  const struct handmade_record *items; /* LIST: its records */
} handmade_value;

typedef struct handmade_record {
  size_t count;
  const handmade_value *values; /* what is not named is missing */
} handmade_record;

/* A door for the records of one schema, which must live as long. It belongs to one thread, and keeps
 * its memory from one call to the next. */
typedef struct handmade_door handmade_door;

error_code handmade_door_new(const schema *s, handmade_door **out, error *e);
void handmade_door_free(handmade_door *d);
/* Casts at most BATCH_ROWS records into `out` (cleared first): accepted ones become rows, the others
 * rejects, `sequence` counts from 0. ERR_USAGE names a value whose field does not exist ("did you
 * mean"), stands twice, or is a list where a value belongs (or the other way round); `what` begins
 * that message ("--set", "the example \"A1\""). */
error_code handmade_cast(handmade_door *d, const handmade_record *records, size_t count,
                         const char *what, batch *out, error *e);

#endif
