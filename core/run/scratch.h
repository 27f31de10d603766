/* The folder in which a dry run keeps its store, under $TMPDIR.
 *
 * A file in it is locked while the process lives; the kernel lets go of the lock however the process
 * ends, so that the next dry run can tell a dead one's folder and remove it. It must never touch a
 * folder that is another user's, or that holds a lock. */
#ifndef RUN_SCRATCH_H
#define RUN_SCRATCH_H

#include "../base/error.h"
#include "../base/memory.h"

typedef struct scratch {
  char *folder; /* NULL = there is none */
  char *database;
  int lock;
} scratch;

/* Removes what dead dry runs left, then makes a folder of its own. */
error_code scratch_make(scratch *s, arena *a, error *e);
void scratch_remove(scratch *s);

#endif
