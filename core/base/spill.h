/* What does not fit into memory: one temporary file that nobody else can name, so that nothing is left
 * behind, however the process ends. It must never grow memory itself: what is written is written. */
#ifndef BASE_SPILL_H
#define BASE_SPILL_H

#include <stddef.h>
#include <stdint.h>
#include "error.h"

typedef struct spill spill;

/* In `folder` (copied), NULL = TMPDIR, else /tmp. The file is made with the first byte. */
spill *spill_new(const char *folder);
void spill_free(spill *s);
/* The folder that spill_new takes for NULL. */
const char *spill_folder(void);
/* ERR_STORE names the folder and what to do. */
error_code spill_append(spill *s, const void *data, size_t size, error *e);
/* Bytes that were appended before; any number of threads at a time, also beside an append. */
error_code spill_read(const spill *s, uint64_t at, void *data, size_t size, error *e);
uint64_t spill_size(const spill *s);

#endif
