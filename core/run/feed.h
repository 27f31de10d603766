/* What the reader's thread of a run does: opens the sources, and gives the customers' records in
 * slices, each with the rows of its related lists.
 *
 * A source may block for ever, and then the thread is left behind (feed_abandon): from then on it
 * touches nothing of the feed any more. */
#ifndef RUN_FEED_H
#define RUN_FEED_H

#include "join.h"
#include "sources.h"

typedef struct feed feed;

/* Takes the sources over. `may_merge`: see join.h. */
feed *feed_new(const run_options *o, sources *from, bool may_merge);
void feed_free(feed *f);                /* not while its thread runs, unless that was abandoned */
const char *feed_source(const feed *f); /* as a person is shown it; lives as long as the feed */

/* From the feed's own thread. feed_next: slice.array NULL at the end; `rows` is filled if the pack
 * has related lists. */
error_code feed_open(feed *f, cast **out, error *e);
error_code feed_next(feed *f, slice *out, joined *rows, error *e);

/* From any thread. */
void feed_cancel(feed *f);
/* How far it is with the source at hand, and what it does: "grading", or "reading NAME". */
void feed_progress(feed *f, uint64_t *done, uint64_t *total, const char **stage);
bool feed_abandon(feed *f); /* as reader_abandon */
/* The order of a source turned out not to hold: begin again without merging. */
bool feed_unsorted(const feed *f);
/* Of related list i, after the end; the texts live as long as the feed. */
store_related feed_related(const feed *f, size_t i);

#endif
