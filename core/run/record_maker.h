/* Makes records up, for properties and for finding what no example covers: values at and beside the
 * bounds that the pack tests, ordinary ones of every size, and missing ones. The same seed makes
 * the same records. */
#ifndef RUN_RECORD_MAKER_H
#define RUN_RECORD_MAKER_H

#include "../data/handmade.h"
#include "../eval/plan.h"

typedef struct record_maker record_maker;

/* `given` holds for every record. The plan gives bounds and the day that dates lie around. */
record_maker *record_maker_new(const pack *p, const plan *bounds, int64_t as_of,
                               const handmade_record *given, uint64_t seed);
void record_maker_free(record_maker *m);

/* The next record; it lives in the arena. A field that `never_missing` names (NULL = none; of
 * "list.field" the list is not empty and its field given) has a value. */
handmade_record record_maker_next(record_maker *m, arena *a, const char *never_missing);

/* A copy in which the value of "field", or of one record of "list.field", is more (or less): by the
 * smallest unit up to a great deal. False if it has no value, or cannot be more. */
bool record_maker_move(record_maker *m, arena *a, const handmade_record *from, const char *name,
                       bool up, handmade_record *out);

/* Calls `each` with simpler records, one change at a time, the boldest first: a value that is
 * missing, or closer to nothing; a list with a record less. Stops when `each` returns true. */
bool record_maker_simplify(record_maker *m, arena *a, const handmade_record *from,
                           const char *never_missing,
                           bool (*each)(void *ctx, const handmade_record *simpler), void *ctx);

/* { rating = "A", open_items = { { due_date = "2025-06-01" } } }: as it can stand in tests.lua. */
void record_write(buffer *out, const handmade_record *r);
void record_write_value(buffer *out, const handmade_value *v);

#endif
