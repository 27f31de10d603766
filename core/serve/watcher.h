/* Sees that files below a folder changed, and tells once it is quiet again: a file that is saved in two
 * steps, an editor that renames one over another, a pull of a hundred files are each told once.
 * What changed it does not say; whoever is told looks. */
#ifndef SERVE_WATCHER_H
#define SERVE_WATCHER_H

#include <uv.h>

#include "../base/error.h"

typedef struct watcher watcher;

/* Watches the folder and the folders in it, to some depth, from the loop's thread. It tells when nothing
 * changed for `quiet` milliseconds, and at the latest `most` after the first change. */
error_code watcher_new(uv_loop_t *loop, const char *folder, unsigned quiet, unsigned most,
                       void (*tell)(void *ctx), void *ctx, watcher **out, error *e);
/* Ends it; freed by the loop, which must still run. */
void watcher_close(watcher *w);

#endif
