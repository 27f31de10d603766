/* HTTP/1.1 beside the loop (libmicrohttpd): requests are read in threads of the server's own and go whole
 * to one handler, which answers at once or has a worker answer later, while other requests go on.
 *
 * It knows nothing of what is asked. It sees to what any service needs: bodies that are too long, clients
 * that are too slow, more requests than can be served, a stop that lets the last answers out. */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/error.h"
#include "../base/memory.h"

typedef struct http_server http_server;

typedef struct http_pair {
  const char *name, *value;
} http_pair;

/* Lives until its answer was sent. Texts are the request's own, valid UTF-8, without NUL. */
typedef struct http_request {
  const char *method; /* "GET"; HEAD comes as it is, and its body is left out */
  const char *path;   /* unescaped by http_segment alone: "/v1/packs/a%2Fb" */
  size_t query_count;
  const http_pair *query; /* unescaped, in the order sent; value "" where there is no '=' */
  const char *body;
  size_t body_size;
  const char *peer;  /* address of the client without port; "local" over the UNIX socket */
  bool trusted;      /* came by a socket that only the owner of the database can open */
  const void *route; /* the handler's own, set in `begin`; as is */
  void *state;
  const char *caller; /* the same: who asks, for the log */
  bool later;         /* set in `begin`: answered by a worker */
  arena arena;
  void *exchange; /* the server's own */
} http_request;

double http_seconds(void); /* of a clock that never goes back */
const char *http_header(const http_request *r, const char *name); /* NULL: not sent */
const char *http_query(const http_request *r, const char *name);  /* NULL: not sent; the first */
/* The path's part of the number, unescaped, in the request's arena; NULL: there is none, or it is not
 * UTF-8. "/v1/packs" has the parts "v1" and "packs". */
const char *http_segment(http_request *r, size_t number);

#define HTTP_HEADERS 8

typedef struct http_answer {
  int status;       /* 200 */
  const char *type; /* Content-Type; NULL with an empty body */
  buffer body;      /* taken over */
  size_t header_count;
  http_pair headers[HTTP_HEADERS]; /* texts in the request's arena, or for ever */
} http_answer;

void http_answer_header(http_answer *a, const char *name, const char *value);

/* One request and what became of it, once it was sent or given up. */
typedef struct http_done {
  const http_request *request;
  int status;
  size_t bytes;   /* of the body */
  double seconds; /* from its first line to the end */
  bool complete;  /* the answer reached the kernel whole */
} http_done;

typedef struct http_options {
  int socket; /* listens already; the server closes it */
  bool trusted;
  const char *certificate, *key; /* PEM, both or none */
  unsigned threads;              /* that read and answer */
  unsigned workers;              /* that answer later */
  unsigned waiting;              /* requests that may wait for a worker; one more gets 503 */
  unsigned connections;          /* at most, at once */
  unsigned connections_per_peer; /* 0 = no limit of their own */
  size_t body_most;              /* bytes; a longer one gets 413 */
  unsigned patience; /* seconds that a connection has for its next whole request, and for taking an
                        answer */
  /* The headers are there, the body is not. False: `answer` is sent, and the body never read. Sets route,
   * caller, later. */
  bool (*begin)(void *ctx, http_request *r, http_answer *answer);
  void (*handle)(void *ctx, http_request *r, http_answer *answer);
  void (*done)(void *ctx, const http_done *d); /* may be NULL */
  /* What the server itself refuses: 413, 503, 400. */
  void (*refuse)(void *ctx, http_request *r, int status, const char *why, http_answer *answer);
  void *ctx;
} http_options;

typedef struct http_load {
  unsigned connections, waiting, working;
  uint64_t refused, dropped; /* for want of a worker; slow clients that were cut off */
} http_load;

/* Binds and listens. `address` is "127.0.0.1:8088", "[::1]:8088", or "unix:/run/assay.sock", whose file is
 * made with mode 0600. ERR_USAGE: it cannot be read; ERR_BUSY: somebody else listens there. */
error_code http_listen(const char *address, int *out, error *e);
/* Whether only this machine reaches the address. */
bool http_is_loopback(int socket);
/* "http://127.0.0.1:8088" of a listening socket (port 0 was replaced), into an arena. */
const char *http_address(arena *a, int socket, bool tls);

error_code http_start(const http_options *o, http_server **out, error *e);
void http_look(http_server *s, http_load *out);
/* Takes no new connections, lets what is under way end for at most `seconds`, then cuts it off. */
void http_stop(http_server *s, unsigned seconds);

#endif
