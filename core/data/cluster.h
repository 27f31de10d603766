/* Rows by key, in bounded memory: rows come in any order, and all of one key are found in one read.
 *
 * A row is a key and some bytes. Rows are gathered in a block, which is sorted and written to a
 * temporary file when it is full; at the end the sorted runs are merged into a second file, in which
 * the rows of a key stand together, with a sparse index in memory. Few rows never see a file. The
 * rows of a key come back in the order of their bytes, whatever order they came in. */
#ifndef DATA_CLUSTER_H
#define DATA_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../base/error.h"
#include "../base/memory.h"

typedef struct cluster cluster;

/* Holds about `budget` bytes until cluster_end, and little afterwards (at most some MB, however many
 * rows there are). Files go to `folder`, NULL as in spill_new. Of a key with more than `most` rows
 * only their number is kept. */
cluster *cluster_new(size_t budget, size_t most, const char *folder);
void cluster_free(cluster *c);

/* Keys are not empty. The bytes are copied. */
error_code cluster_add(cluster *c, const char *key, size_t key_size, const char *row, size_t size,
                       error *e);
/* After the last row. `stop` (may be NULL) is asked now and then: true ends with ERR_INTERRUPTED. */
error_code cluster_end(cluster *c, bool (*stop)(void *ctx), void *ctx, error *e);

/* Appends the rows of the key, one after the other, to `out`, and tells how many: 0 = no such key.
 * More than `most`: nothing is appended. By one thread at a time, after cluster_end. */
error_code cluster_find(cluster *c, const char *key, size_t key_size, buffer *out, uint64_t *rows,
                        error *e);

uint64_t cluster_rows(const cluster *c);  /* added */
uint64_t cluster_found(const cluster *c); /* rows of the keys that were looked for */

#endif
