/* Duplicate keys in bounded memory: (hash, record number) pairs, sorted in runs, spilled to a
 * temporary file, merged at the end. Equal hashes are only candidates: the caller compares keys. */
#ifndef DATA_KEYS_H
#define DATA_KEYS_H

#include "../base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct keys keys;

/* Holds at most `budget` bytes in memory; spills to an unlinked file in `folder` (NULL = TMPDIR).
 */
keys *keys_new(size_t budget, const char *folder);
void keys_free(keys *k);
uint64_t keys_hash(const char *key, size_t n);
/* Thread-safe. Record numbers may arrive in any order. */
error_code keys_add(keys *k, const uint64_t *hashes, const uint64_t *sequences, size_t n, error *e);

/* After the last add: calls `group` for each set of two or more records with the same hash, the
 * record numbers ascending. Stops with what `group` returns if that is not ERR_OK. */
typedef error_code keys_group(void *ctx, const uint64_t *sequences, size_t n, error *e);
error_code keys_duplicates(keys *k, keys_group *group, void *ctx, error *e);

#endif
