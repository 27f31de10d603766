/* Inside http: what its files share. */
#ifndef SERVE_HTTP_PARTS_H
#define SERVE_HTTP_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "http.h"

struct MHD_Connection;

/* ---- texts of requests ---- */

/* Path and query of the target, unescaped where they are; false: it is no UTF-8, or badly escaped. */
bool http_read_target(http_request *r, const char *target);
const char *http_peer(arena *a, struct MHD_Connection *c);

/* ---- connections that take too long ---- */

/* What a connection is doing. One is only ever cut off while it waits for its client. */
typedef enum http_phase { HTTP_IDLE, HTTP_WORKING, HTTP_ANSWERING } http_phase;

typedef struct http_connection {
  int socket;
  http_phase phase;
  double since;
  struct http_connection *before, *after;
} http_connection;

/* A thread looks through all connections once a second. */
typedef struct http_slow {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  pthread_t thread;
  bool started, ending, draining;
  unsigned patience, count, busy;
  http_connection *first;
  atomic_uint_least64_t dropped;
} http_slow;

void http_slow_open(http_slow *s, unsigned patience);
void http_slow_close(http_slow *s);
http_connection *http_slow_begin(http_slow *s, int socket);
void http_slow_end(http_slow *s, http_connection *c);
void http_slow_working(http_slow *s, http_connection *c);
void http_slow_answering(http_slow *s, http_connection *c);
void http_slow_idle(http_slow *s, http_connection *c);
void http_slow_look(http_slow *s, unsigned *connections, uint64_t *dropped);
/* Waits until no request is being answered, at most so long; then cuts off every connection. */
void http_slow_drain(http_slow *s, unsigned seconds);

/* ---- a request on its way ---- */

typedef struct exchange {
  http_request request;
  http_answer answer;
  struct MHD_Connection *connection;
  http_slow *server_slow;
  http_connection *connection_state;
  buffer body;
  size_t bytes;
  double started;
  bool legible, begun, too_long, handled;
} exchange;

#endif
