/* The fields of a record, as the pack declares them. */
#ifndef DATA_SCHEMA_H
#define DATA_SCHEMA_H

#include "type.h"

typedef struct field {
  const char *name;
  const char *column; /* its name in the source; the same as name unless mapped */
  value_type type;
  bool required; /* may not be missing (a key always) */
  bool joined;   /* a LIST of records that are joined from a source of their own, never a column of
                    the record's own source; never missing: who has none has an empty list */
  bool has_min, has_max;
  int64_t min, max;              /* STORE_I64, in stored units, inclusive */
  double number_min, number_max; /* NUMBER */
  const char *file;              /* where it is declared, for messages */
  int line;
} field;

/* min = 0 gives the reject code NEGATIVE for a value below it, any other bound OUT_OF_RANGE. */

typedef struct schema {
  size_t count;
  const field *fields;
  size_t key;                 /* index of the key field */
  const char *const *missing; /* spellings of a missing text value beside the empty one */
  size_t missing_count;
  zone zone; /* of timestamps that a source gives without one */
} schema;

/* Index of the field, or -1. */
int schema_find(const schema *s, const char *name);

#endif
