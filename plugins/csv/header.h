/* Which columns a file has, what they are called, and which of them are wanted. */
#ifndef CSV_HEADER_H
#define CSV_HEADER_H

#include "batch.h"

#define HEADER_FIELDS ((size_t)16384) /* most columns of a file */

typedef struct header {
  size_t fields;
  char **names;           /* as in the file, or given, or made up */
  const char *row_number; /* the name of the column of record numbers, or NULL; the request's */
} header;

/* Reads the first bytes, strips a byte order mark and takes the names from the header line, the
 * option `names` or the number of fields of the first record. `path` is for messages. */
int header_read(header *h, records *r, const assay_request *request, const char *path,
                assay_plugin_error *error);
/* The columns to copy. When a wanted field is not there, all of the file: then the core, which
 * knows what people may have meant, can say what there is. */
int header_choose(const header *h, const records *r, const assay_request *request, const char *path,
                  csv_batch *batch, assay_plugin_error *error);
void header_deinit(header *h);

#endif
