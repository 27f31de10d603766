/* The reader: opens a source's stream, cuts what it yields into slices and numbers the records.
 *
 * A source may block for ever in read(2) or in a network call. So the reader can be abandoned while
 * it is inside the plugin's code: then it belongs to its own thread, which ends when (if ever) the
 * plugin comes back, and touches nothing else any more. */
#ifndef RUN_READER_H
#define RUN_READER_H

#include "../base/error.h"
#include "../data/cast.h"
#include "../data/plugin_host.h"

typedef struct reader reader;
typedef struct shared_array shared_array; /* an ArrowArray and how many slices still need it */

typedef struct slice {
  shared_array *array; /* NULL: none */
  size_t from, n;      /* n <= BATCH_ROWS */
  uint64_t first;      /* number in the run of row 0 of the array */
} slice;

/* The settings are checked ones and are taken over. Asks for every declared
 * field. At most `limit` records; -1 = all. */
reader *reader_new(const assay_plugin *p, plugin_settings *settings, const schema *s,
                   int64_t limit);
/* Not while its thread runs, nor after reader_abandon returned true. */
void reader_free(reader *r);
/* What a person is shown of the source, secrets out. Lives as long as the reader. */
const char *reader_source(const reader *r);

/* From the reader's own thread. reader_next: slice.array NULL at the end. */
error_code reader_open(reader *r, cast **out, error *e);
error_code reader_next(reader *r, slice *out, error *e);
/* A cast of the keys alone, after reader_open. */
error_code reader_keys(reader *r, cast **out, error *e);
/* The last `n` records of the slice given last will come again with the next one. */
void reader_give_back(reader *r, size_t n);

const struct ArrowArray *slice_array(const slice *s);
void slice_release(slice *s); /* from any thread */

/* From any thread. */
void reader_cancel(reader *r);
void reader_progress(reader *r, uint64_t *done, uint64_t *total);
/* True: the reader's thread is inside the plugin and the reader is now its own. False: it is not
 * inside, and sees the cancellation by itself. */
bool reader_abandon(reader *r);

#endif
