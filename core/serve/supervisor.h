/* The service manager around the service: systemd, or nothing at all. Tells it that the service is ready,
 * reloads or stops, shows it that the loop still turns, takes over the sockets that it opened, and reads the
 * credentials that it passed on.
 *
 * Without a manager every call does nothing, so that the service needs not know. */
#ifndef SERVE_SUPERVISOR_H
#define SERVE_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "../base/error.h"
#include "../base/memory.h"

/* A socket that the manager opened. */
typedef struct supervisor_socket {
  int file;
  char *name; /* FileDescriptorName=, "unknown" without one */
  bool listens;
} supervisor_socket;

typedef struct supervisor {
  bool managed;         /* there is somebody to tell */
  uint64_t watchdog_ms; /* the manager kills the service if it is silent for so long; 0 = never */
  supervisor_socket *sockets;
  size_t socket_count;
  const char *credentials; /* folder, or NULL */
  uv_timer_t timer;
  bool attached;
  bool (*alive)(void *ctx);
  void *ctx;
} supervisor;

/* Before any other thread is started: reads and clears the environment that is for this process alone. */
void supervisor_open(supervisor *s);
/* The sockets that nobody took are closed. The loop that it was attached to must run once more. */
void supervisor_close(supervisor *s);

void supervisor_ready(const supervisor *s, const char *status);
/* Followed by supervisor_ready when the reload is over, well or badly. */
void supervisor_reloading(const supervisor *s);
void supervisor_stopping(const supervisor *s, const char *status);
/* One line that `systemctl status` shows; control characters become blanks. */
void supervisor_status(const supervisor *s, const char *status);
/* While stopping or starting: may take so much longer. */
void supervisor_more_time(const supervisor *s, unsigned seconds);
/* Sends a sign of life from the loop, at a third of the watchdog's time, as long as `alive` says that the rest
 * of the service gets on as well (NULL = the loop alone). A loop that hangs sends none. */
void supervisor_attach(supervisor *s, uv_loop_t *loop, bool (*alive)(void *ctx), void *ctx);

/* The first socket with this name, now the caller's; -1 = none. */
int supervisor_take_socket(supervisor *s, const char *name);

/* The value of a reference to a secret, in the arena, without a newline at its end: "env:NAME" of the
 * environment, "file:PATH", "credential:NAME" of the manager's folder ($CREDENTIALS_DIRECTORY). ERR_USAGE says
 * what is wrong with the reference or with what it leads to, never the value. */
error_code supervisor_secret(const supervisor *s, arena *a, const char *reference, const char **out,
                             error *e);

#endif
