/* The batches of a run between two of its phases: what eval/interim makes of them, in a temporary file,
 * in the order of the source. In memory is only where each batch lies (some 40 bytes for thousands of
 * records). */
#ifndef RUN_INTERIM_FILE_H
#define RUN_INTERIM_FILE_H

#include "../base/memory.h"
#include "../eval/interim.h"

typedef struct interim_file interim_file;

interim_file *interim_file_new(void);
void interim_file_free(interim_file *f);
/* Appends the bytes of one batch (evaluator_save). */
error_code interim_file_add(interim_file *f, const buffer *bytes, error *e);
size_t interim_file_count(const interim_file *f);
/* Numbers of the first and last record of a batch. False: it has none. */
bool interim_file_span(const interim_file *f, size_t number, uint64_t *first, uint64_t *last);
/* Replaces what is in `out` by the bytes of a batch. */
error_code interim_file_read(const interim_file *f, size_t number, buffer *out, error *e);
/* The key of a record, until the next call; *key NULL: it is not in the file. */
error_code interim_file_key(interim_file *f, uint64_t sequence, const char **key, size_t *length,
                            int64_t *position, error *e);

#endif
