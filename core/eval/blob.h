/* The compact record of what a decision was made of: the values that the plan read, one after the
 * other, versioned. Explaining and replaying need this and the archived pack, and no source. */
#ifndef EVAL_BLOB_H
#define EVAL_BLOB_H

#include "../data/batch.h"
#include "../base/error.h"
#include "kernels.h"

/* The blobs of all rows, one after the other; `out` keeps its memory from batch to batch. A blob is
 * a version byte, a bitmap of the missing, then each value: integers as zigzag varints, quotients as
 * two of them, doubles as 8 bytes, texts with their length, choices and booleans as varints. */
void blob_write_rows(text_data *out, const column *const *columns, size_t count, size_t rows,
                     const kernels *k);
/* Fills row `row` of the columns from a blob. ERR_STORE if the blob is not of this form. */
error_code blob_read(const void *data, size_t n, const value_type *types, size_t count,
                     column *columns, size_t row, error *e);

#endif
