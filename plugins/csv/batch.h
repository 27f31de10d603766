/* The columns of a batch under construction: cells are copied column by column out of the read
 * buffer. */
#ifndef CSV_BATCH_H
#define CSV_BATCH_H

#include "records.h"
#include <assay/rows.h>

#define CSV_ROW_NUMBER SIZE_MAX /* instead of a field: the number of the record */

typedef struct csv_column {
  char *name;   /* as the stream calls it */
  size_t field; /* which field of the record, or CSV_ROW_NUMBER */
  int32_t *offsets;
  uint8_t *valid;
  char *bytes;
  size_t size, capacity;
} csv_column;

/* Spellings of a value that is not there, beside the empty one. */
typedef struct missing_words {
  char *text; /* what the words point into */
  const char **words;
  size_t *sizes;
  size_t count;
  uint64_t lengths; /* bit n: there is a word of n bytes (63: of 63 or more) */
} missing_words;

typedef struct csv_batch {
  csv_column *columns;
  size_t column_count;
  size_t rows, capacity;
  uint64_t before; /* records of the batches before, refused ones too */
  int64_t *lines;  /* per row */
  struct refused {
    size_t row, end; /* `end` of its text in refused_text */
  } * refused;
  size_t refused_count, refused_capacity;
  char *refused_text;
  size_t text_size, text_capacity;
} csv_batch;

/* Buffers for the next batch of `capacity` rows; false = no memory. */
bool batch_begin(csv_batch *b, size_t capacity);
/* Appends `rows` records whose spans lie `stride` apart; a refused one has empty spans, but it has
 * its number, so that mending it does not renumber those after it. */
bool batch_copy(csv_batch *b, const char *data, const span *spans, size_t stride, size_t rows,
                const missing_words *missing, char quote);
/* Says of row number `row` (not copied yet) why it is refused. */
bool batch_refuse(csv_batch *b, size_t row, const char *code, const char *field, const char *value,
                  const char *message);
bool batch_export(csv_batch *b, struct ArrowArray *out);
void batch_deinit(csv_batch *b);

#endif
