/* Which plugin reads what: the sources of a pack, with what the caller says over them. Nothing is
 * opened here. */
#ifndef RUN_SOURCES_H
#define RUN_SOURCES_H

#include "run.h"

/* A source, ready to be opened. */
typedef struct source {
  const assay_plugin *plugin;
  plugin_settings settings; /* checked; paths resolved */
  uint64_t bytes;           /* of the files that it reads, unpacked; 0 = unknown */
  bool once;                /* it reads standard input, which cannot be opened again */
} source;

typedef struct sources {
  source customers;
  source *related; /* by the pack's related lists */
  size_t related_count;
  uint64_t related_bytes;
  bool once; /* one of them */
} sources;

/* Checks the settings against the plugins' own tables. ERR_USAGE if the command line can mend it, else
 * ERR_PACK with the place in the pack. On failure `out` is empty. */
error_code sources_find(const run_options *o, sources *out, error *e);
void sources_deinit(sources *s);

#endif
