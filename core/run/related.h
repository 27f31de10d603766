/* A related source at work: its records read and cast like a customer's, those that do not count taken
 * out (`where`), and each turned into bytes under the key of its customer.
 *
 * A record that cannot be taken is bytes as well: it must reject its customer, whoever finds it. The
 * bytes of bad ones come before all others of their customer, in the order of the columns and then of
 * the records, so that the first of a customer's rows tells. */
#ifndef RUN_RELATED_H
#define RUN_RELATED_H

#include "../eval/plan.h"
#include "reader.h"
#include "sources.h"

typedef struct related related;

typedef struct related_row {
  const char *key;
  size_t key_size;
  const char *bytes;
  size_t size;
} related_row;

typedef struct related_counts {
  uint64_t read;    /* records of the source */
  uint64_t keyless; /* of these: without a key that can be read */
  char first[256];  /* why the first of them has none */
} related_counts;

/* Takes over the settings of the source. `number`: of pack->related. */
related *related_new(const plan *made, const pack *p, size_t number, source *from);
void related_free(related *r); /* after reader_abandon the reader is left alone */
reader *related_reader(related *r);
void related_abandoned(related *r); /* its reader belongs to its own thread from now on */
const char *related_name(const related *r);
const char *related_source(const related *r); /* as a person is shown it */
const related_counts *related_counted(const related *r);

/* Both from the reader's own thread. The rows are those of one piece of the source, in its order, and
 * live until the next call; count 0 is the end. */
error_code related_open(related *r, error *e);
error_code related_next(related *r, const related_row **rows, size_t *count, error *e);

/* A bad row as it was written by related_next. */
typedef struct related_fault {
  const char *code, *field, *value, *message;
} related_fault;

bool related_row_is_bad(const char *bytes);
/* Points into the bytes. */
void related_row_fault(const char *bytes, related_fault *out);
/* Reads a row that is not bad into the records of a list; returns its size. */
size_t related_row_read(const char *bytes, batch *records, size_t row);

#endif
