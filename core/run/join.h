/* Brings the rows of the related lists to the customers' records, a slice at a time, in bounded memory.
 *
 * A list is merged when the customers and its rows both come in ascending order of the key, as bytes;
 * else its rows are clustered by key first (data/cluster). What is merged is watched to the end: if an
 * order turns out not to hold, the join fails, says so (join_unsorted), and the run begins again
 * without merging. Either way a customer's rows stand in the order of their values. */
#ifndef RUN_JOIN_H
#define RUN_JOIN_H

#include "related.h"

#define JOIN_ROWS_MOST 1000000 /* of one customer and list: more is a mistake of the data */

/* The rows of the records of one slice. */
typedef struct joined_list {
  buffer bytes;     /* of all records, one after the other */
  size_t *ends;     /* per record, in `bytes` */
  uint64_t *counts; /* per record: rows; above JOIN_ROWS_MOST none are in `bytes` */
} joined_list;

typedef struct joined {
  uint64_t first; /* number in the run of record 0 */
  size_t count;   /* of lists, in the pack's order */
  joined_list *lists;
} joined;

joined *joined_new(size_t lists);
void joined_free(joined *j);
/* To a batch that was cast from the slice: bad rows reject their customers, the others fill the lists
 * that the plan reads. From any thread. */
error_code joined_attach(const joined *j, const pack *p, const plan *made, batch *to, error *e);

typedef struct join join;

/* `from` belong to the caller. */
join *join_new(related *const *from, size_t count, bool may_merge, bool (*stop)(void *ctx),
               void *ctx);
void join_free(join *j);
/* The customers' keys, and their first slice (NULL: there are none): decides how to join. Takes the
 * cast over. */
error_code join_begin(join *j, cast *of_keys, const slice *first, error *e);
/* Opens source number i, and clusters its rows unless they will be merged. In order, each once. */
error_code join_open(join *j, size_t i, error *e);
/* The rows of the records of the slice; makes the slice shorter if it has too many. */
error_code join_slice(join *j, slice *s, joined *out, error *e);
/* After the last slice: looks at what is left. */
error_code join_end(join *j, error *e);
bool join_unsorted(const join *j);
/* Rows of list i whose key no customer has. After join_end. */
uint64_t join_unknown(const join *j, size_t i);

#endif
