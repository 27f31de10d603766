/* Inside the daemon: what its files share. */
#ifndef SERVE_DAEMON_PARTS_H
#define SERVE_DAEMON_PARTS_H

#include <stdatomic.h>
#include <uv.h>

#include "api.h"
#include "daemon.h"
#include "instance.h"
#include "keeper.h"
#include "meters.h"
#include "supervisor.h"
#include "watcher.h"

struct daemon {
  const daemon_options *o;
  uv_loop_t loop;
  uv_signal_t signals[3];
  uv_timer_t tick;
  uv_async_t asked; /* somebody wants the packs to be looked at, or the loop to look up */
  uv_work_t looking;
  supervisor manager;
  logger *log;
  meters meters;
  instance *instance;
  shelf *shelf;
  watcher *watcher;
  jobs *jobs;
  keeper *keeper;
  guests *guests;
  store *store; /* of the loop's own thread: tokens */
  api *api;
  http_server *servers[DAEMON_LISTENERS + 1];
  size_t server_count;
  const char *socket;
  arena texts;
  bool looks, look_again; /* a worker is at it; and once more when it is done */
  atomic_bool wants_look, ready;
  bool ending;
};

/* ---- daemon_packs.c: what is served ---- */

/* Looks at all packs in a worker's thread; once more if one is at it. From the loop's thread. */
void daemon_look(struct daemon *d);

/* ---- daemon_doors.c: where the API is reached ---- */

error_code daemon_open_doors(struct daemon *d, error *e);

int64_t daemon_now(void *ctx); /* UTC seconds */

#endif
