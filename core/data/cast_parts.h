/* What the files of the door share; nobody else includes this.
 *
 *   cast_bind.c    a stream's schema against the pack's fields
 *   cast_arrow.c   arrays checked, and their values in a handful of plain forms
 *   cast_text.c    texts to typed columns
 *   cast_value.c   numbers, dates and moments to typed columns
 *   cast_reject.c  the records that may not pass, and why
 *   cast.c         a batch from the first to the last column
 *
 * A column is cast as a whole; a value that is not of its type leaves its fault number in a byte of
 * its row, and only then are rejects made of these: good data pays for nothing else. */
#ifndef DATA_CAST_PARTS_H
#define DATA_CAST_PARTS_H

#include "cast.h"
#include "words.h"

typedef enum source_kind {
  SOURCE_NULL,
  SOURCE_BOOLEAN,
  SOURCE_INTEGER,
  SOURCE_FLOAT,
  SOURCE_DECIMAL,
  SOURCE_DATE,
  SOURCE_TIMESTAMP,
  SOURCE_TEXT,
  SOURCE_LIST,
  SOURCE_STRUCT
} source_kind;

typedef struct source_type {
  source_kind kind;
  int width;      /* bytes of a value; of an offset (TEXT, LIST) */
  bool is_signed; /* INTEGER */
  int scale;      /* DECIMAL: digits after the point, may be negative */
  int64_t units;  /* per second (TIMESTAMP) or per day (DATE) */
  bool zoned;     /* TIMESTAMP: the values are UTC */
  int index;      /* bytes of a dictionary index, 0 = no dictionary; the values are TEXT */
  bool index_signed;
} source_type;

struct cast_record;

/* One column of the stream and the field that it fills. */
typedef struct cast_column {
  const field *field;
  size_t field_index, child; /* in the schema; in the stream */
  char *name;                /* of the field, with the list before it: "touches.kind" */
  char *path;                /* of the column, likewise */
  source_type source;
  words choices;              /* CHOICE */
  struct cast_record *record; /* LIST */
} cast_column;

/* The bound columns of a struct, in the order of the stream. */
typedef struct cast_record {
  const schema *schema;
  size_t children; /* of the struct */
  size_t count;
  cast_column *columns;
} cast_record;

struct cast {
  char *source;
  cast_record record;
  int64_t position, reject; /* children with a role, -1 = none */
  source_type position_type, reject_type;
  words missing;
  bool has_missing;
};

/* Why a value may not pass. The second is the reject's code. */
#define CAST_FAULTS(X)                                                                             \
  X(NONE, "")                                                                                      \
  X(REQUIRED, "REQUIRED")                                                                          \
  X(FORM, "BAD_VALUE")     /* not of the form of its type */                                       \
  X(DIGITS, "BAD_VALUE")   /* more decimals than its type has */                                   \
  X(WHOLE, "BAD_VALUE")    /* not a whole number */                                                \
  X(ROUNDED, "BAD_VALUE")  /* a double that stands for no one decimal */                           \
  X(SECONDS, "BAD_VALUE")  /* parts of a second */                                                 \
  X(MIDNIGHT, "BAD_VALUE") /* a date with a time of day */                                         \
  X(NUL, "BAD_VALUE")                                                                              \
  X(NULL_RECORD, "BAD_VALUE") /* the record itself is null */                                      \
  X(ENCODING, "ENCODING")                                                                          \
  X(CHOICE, "UNKNOWN_CHOICE")                                                                      \
  X(TOO_LARGE, "OUT_OF_RANGE") /* for any value of its type */                                     \
  X(NEGATIVE, "NEGATIVE")                                                                          \
  X(BELOW, "OUT_OF_RANGE")                                                                         \
  X(ABOVE, "OUT_OF_RANGE")

typedef enum cast_fault {
#define X(name, code) FAULT_##name,
  CAST_FAULTS(X)
#undef X
} cast_fault;

/* Texts of n rows: row r is bytes[start[r] .. end[r]); an empty one is missing. */
typedef struct text_view {
  const char *bytes;
  const uint32_t *start, *end;
  bool joined; /* end == start + 1 throughout: the rows are one piece of text */
} text_view;

/* Memory that one column after the other uses; for `rows` rows. */
typedef struct scratch {
  uint32_t *start, *end;
  int64_t *wide;
  uint8_t *fault; /* all 0 between columns */
  buffer digits;
} scratch;

/* A column of one array, ready to be read: rows 0..n-1 are what is asked for. */
typedef struct source_rows {
  const struct ArrowArray *array;
  const source_type *type;
  const char *name;   /* of the column, in messages */
  const char *source; /* of the source */
  size_t first;       /* physical index of row 0 */
  size_t n;
  const uint8_t *valid; /* bitmap by physical index; NULL = no nulls */
} source_rows;

/* The state of one call of cast_rows. */
typedef struct door {
  const cast *cast;
  batch *out;
  uint64_t first; /* number of record 0 of the batch in the run */
  uint8_t *bad;   /* per record: 1 = has its reject */
  size_t bad_count;
  error *e;
} door;

/* The rows that are cast together: the records, or the items of all lists of a column. */
typedef struct level {
  door *door;
  const cast_record *record;
  const cast_column *self; /* the list whose items these are, NULL = the records */
  const uint32_t
      *owner; /* the record of each item, UINT32_MAX = of none; NULL = a row is a record */
  batch *out;
  scratch *scratch;
  size_t n;
} level;

/* cast_arrow.c */
bool source_type_parse(const struct ArrowSchema *s, source_type *out, const char **why);
/* Checks the array against its type and that it holds rows [from, from + n) of its parent. */
error_code source_rows_init(source_rows *rows, const struct ArrowArray *array,
                            const source_type *type, size_t from, size_t n, const char *name,
                            const char *source, error *e);
static inline bool row_is_null(const source_rows *rows, size_t row) {
  size_t at = rows->first + row;
  return rows->valid && !(rows->valid[at >> 3] >> (at & 7) & 1);
}
error_code source_texts(const source_rows *rows, const cast *c, scratch *s, text_view *out,
                        error *e);
/* Integers, dates and timestamps as they stand; missing MISSING_I64; true if a fault was left. */
bool source_integers(const source_rows *rows, int64_t *out, uint8_t *fault);
double source_float(const source_rows *rows, size_t row);
int128 source_decimal(const source_rows *rows, size_t row);
bool source_boolean(const source_rows *rows, size_t row);
/* Offsets of the items relative to the first; *first_item is the index in the child. */
error_code source_lists(const source_rows *rows, uint32_t *offsets, size_t *first_item, error *e);
/* The value as a person would write it, for a reject; false if it is null. */
bool source_write(buffer *out, const source_rows *rows, size_t row);

/* cast_text.c: each returns true if it left faults. */
error_code text_to_text(const text_view *v, size_t n, column *out, uint8_t *fault, bool *faulty,
                        const source_rows *rows, error *e);
bool text_is_good(const char *text, size_t n); /* UTF-8 without NUL */
bool text_to_typed(const text_view *v, size_t n, const cast_column *c, column *out, uint8_t *fault);

/* cast_value.c */
bool value_to_typed(const source_rows *rows, const cast_column *c, zone z, scratch *s, column *out);

/* cast_reject.c */
void reject_source(door *d, size_t record, const char *text, size_t n);
void reject_value(level *l, const cast_column *c, const source_rows *rows, size_t row,
                  cast_fault fault);

#endif
