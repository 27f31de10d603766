/* A batch: some thousand records as typed columns, and the records that were refused.
 *
 * A column is the buffers of an Arrow array whose empty slots hold a sentinel, so that a kernel
 * reads values alone; the one who made the batch owns every buffer until batch_free. */
#ifndef DATA_BATCH_H
#define DATA_BATCH_H

#include "schema.h"

#define BATCH_ROWS 2048 /* at most, in a batch that the engine evaluates */

typedef struct text_data {
  uint32_t *offsets; /* rows + 1 */
  char *bytes;
  size_t capacity;  /* of bytes */
  uint8_t *missing; /* one byte a row, NULL = none is missing; a missing text has length 0 */
} text_data;

struct batch;

typedef struct column {
  value_type type;
  /* By type_storage(type.kind); all NULL when the column was not asked for. The blocks are 64-byte
   * aligned and padded so that a kernel may read (never write) 64 bytes past the last row. */
  int64_t *i64; /* STORE_I64, and the numerators of STORE_RATIO */
  int64_t *den; /* STORE_RATIO */
  int32_t *i32;
  double *f64;
  text_data text;
  struct {
    uint32_t *offsets; /* rows + 1, into `records` */
    uint8_t *missing;
    struct batch *records; /* columns of type.record */
  } list;
} column;

/* A record that was refused. All texts live as long as the batch. */
typedef struct reject {
  uint64_t sequence; /* number of the record in the run, from 0, counting every record */
  int64_t position;  /* the source's own: a line number for a file; -1 unknown */
  const char *key;   /* NULL if missing or unusable */
  const char *code;  /* REQUIRED, BAD_VALUE, UNKNOWN_CHOICE, NEGATIVE, OUT_OF_RANGE, DUPLICATE_ID,
                        ENCODING, RAGGED or a source's own */
  const char *field; /* "" when the whole record is meant */
  const char *value; /* cut and made printable */
  const char *message;
  size_t column; /* of the source, from 0: which of its columns is meant (0 for the whole record) */
  const void *carried; /* a blob of values that the next run shall find, or NULL */
  size_t carried_size;
} reject;

typedef struct batch {
  const schema *schema;
  size_t rows, capacity; /* filled; that there is room for */
  column *columns;       /* schema->count of them, then those that were joined */
  size_t joined;         /* columns that are filled behind the door: previous values */
  uint64_t *sequence;    /* per row, number of the record in the run */
  int64_t *position;     /* per row, -1 unknown */
  size_t reject_count, reject_capacity;
  reject *rejects; /* in source order */
  arena texts;     /* of the rejects */
} batch;

/* Allocates the columns that `wanted` names (one flag a field; NULL = all) for BATCH_ROWS rows. */
batch *batch_new(const schema *s, const bool *wanted);
/* Adds a column for BATCH_ROWS rows behind those of the schema. The door knows nothing of it: it is
 * filled when the rows are settled, and batch_drop leaves it alone. */
void batch_join(batch *b, value_type type);
/* Forgets rows and rejects, keeps the memory. */
void batch_clear(batch *b);
/* Clears the batch and makes room for more rows than BATCH_ROWS (the records of a list). */
void batch_reserve(batch *b, size_t rows);
/* Makes room for more rows, and keeps those that are there. */
void batch_grow(batch *b, size_t rows);
/* Adds a reject, to be filled; and puts them all back into the order of the source. */
reject *batch_reject(batch *b, uint64_t sequence);
void batch_sort_rejects(batch *b);
/* Takes the rows whose flag is set out of all columns; the others keep their order. */
void batch_drop(batch *b, const uint8_t *drop);
void batch_free(batch *b);

/* Allocates / frees the buffers of one column of the type for `rows` rows. */
void column_init(column *c, value_type type, size_t rows);
void column_deinit(column *c);
/* A column of lists (type.record) whose records have only the fields that `wanted` names. */
void column_init_list(column *c, value_type type, size_t rows, const bool *wanted);
/* Appends row number `row` (== rows appended so far) to a text column of column_init; text NULL =
 * missing. */
void column_add_text(column *c, size_t row, const char *text, size_t n);
/* Makes room for `extra` bytes of text behind the first `used` ones, which are kept. */
void column_reserve_text(column *c, size_t used, size_t extra);
/* Takes out the items of the first `rows` lists that are missing. */
void column_drop_missing_lists(column *c, size_t rows);
/* Takes the marked ones of so many rows out; the others keep their order. */
void column_drop(column *c, size_t rows, const uint8_t *drop);
/* Appends the value of a row as text in the form of the packs (money 2 decimals, dates ISO,
 * timestamps in the zone, choices by word); nothing if it is missing. */
void column_write(buffer *out, const column *c, size_t row, zone z);
bool column_missing(const column *c, size_t row);

#endif
