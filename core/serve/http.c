/* See http.h: the daemon, and the way of a request through it. Connections that take too long are in
 * http_slow.c, addresses in http_address.c, texts of requests in http_text.c. */
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../run/queue.h"
#include "http_parts.h"

#define CONNECTION_MEMORY ((size_t)24 << 10) /* headers must fit */
#define WORKERS_MOST 64

struct http_server {
  http_options o;
  char *certificate, *key; /* copies that the library may have */
  struct MHD_Daemon *daemon;
  http_slow slow;
  queue *waiting;
  pthread_t workers[WORKERS_MOST];
  unsigned worker_count;
  atomic_uint working, queued;
  atomic_uint_least64_t refused;
};

/* ---- answering ---- */

static enum MHD_Result reply(exchange *x) {
  http_answer *a = &x->answer;
  x->bytes = a->body.size;
  struct MHD_Response *r =
      MHD_create_response_from_buffer(a->body.size, a->body.data, MHD_RESPMEM_MUST_FREE);
  if (!r) return MHD_NO;
  a->body = (buffer){0}; /* the response's own now */
  if (a->type) MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
  for (size_t i = 0; i < a->header_count; i++)
    MHD_add_response_header(r, a->headers[i].name, a->headers[i].value);
  http_slow_answering(x->server_slow, x->connection_state);
  enum MHD_Result sent = MHD_queue_response(x->connection, (unsigned)a->status, r);
  MHD_destroy_response(r);
  return sent;
}

static void refuse(http_server *s, exchange *x, int status, const char *why) {
  buffer_clear(&x->answer.body);
  s->o.refuse(s->o.ctx, &x->request, status, why, &x->answer);
}

static void handle(http_server *s, exchange *x) {
  s->o.handle(s->o.ctx, &x->request, &x->answer);
}

static void *work(void *arg) {
  http_server *s = arg;
  exchange *x;
  while ((x = queue_pop(s->waiting))) {
    atomic_fetch_sub(&s->queued, 1);
    atomic_fetch_add(&s->working, 1);
    handle(s, x);
    atomic_fetch_sub(&s->working, 1);
    MHD_resume_connection(x->connection);
  }
  return NULL;
}

/* ---- a request comes in ---- */

static void free_exchange(exchange *x) {
  buffer_deinit(&x->answer.body);
  buffer_deinit(&x->body);
  arena_deinit(&x->request.arena);
  free(x);
}

static void *on_line(void *cls, const char *uri, struct MHD_Connection *connection) {
  http_server *s = cls;
  exchange *x = mem_alloc(sizeof *x);
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  x->connection = connection;
  x->server_slow = &s->slow;
  x->connection_state = info ? info->socket_context : NULL;
  x->started = http_seconds();
  x->request.exchange = x;
  x->request.trusted = s->o.trusted;
  x->legible = http_read_target(&x->request, uri);
  return x;
}

static bool announces_too_much(const http_server *s, const exchange *x) {
  const char *length = http_header(&x->request, MHD_HTTP_HEADER_CONTENT_LENGTH);
  return length && strtoull(length, NULL, 10) > s->o.body_most;
}

/* The headers are there. True: go on reading. */
static bool begin(http_server *s, exchange *x, const char *method) {
  x->request.method = arena_string(&x->request.arena, method);
  x->request.peer = s->o.trusted ? "local" : http_peer(&x->request.arena, x->connection);
  x->answer.status = MHD_HTTP_OK;
  if (!x->legible) {
    refuse(s, x, MHD_HTTP_BAD_REQUEST, "the address is not UTF-8, or ends within an escape (%XX)");
    return false;
  }
  if (announces_too_much(s, x)) {
    refuse(s, x, MHD_HTTP_CONTENT_TOO_LARGE, NULL);
    return false;
  }
  return s->o.begin(s->o.ctx, &x->request, &x->answer);
}

static void take_body(const http_server *s, exchange *x, const char *data, size_t n) {
  x->too_long = x->too_long || n > s->o.body_most || x->body.size > s->o.body_most - n;
  if (!x->too_long) buffer_add(&x->body, data, n);
}

/* The whole request is there. */
static enum MHD_Result serve(http_server *s, exchange *x) {
  http_request *r = &x->request;
  x->handled = true;
  buffer_text(&x->body, "");
  r->body = x->body.data;
  r->body_size = x->body.size;
  http_slow_working(x->server_slow, x->connection_state);
  if (x->too_long) {
    refuse(s, x, MHD_HTTP_CONTENT_TOO_LARGE, NULL);
    return reply(x);
  }
  if (!r->later) {
    handle(s, x);
    return reply(x);
  }
  MHD_suspend_connection(x->connection);
  atomic_fetch_add(&s->queued, 1);
  if (queue_offer(s->waiting, x)) return MHD_YES;
  atomic_fetch_sub(&s->queued, 1);
  atomic_fetch_add(&s->refused, 1);
  refuse(s, x, MHD_HTTP_SERVICE_UNAVAILABLE, NULL);
  MHD_resume_connection(x->connection);
  return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **context) {
  http_server *s = cls;
  exchange *x = *context;
  (void)connection, (void)url, (void)version;
  if (!x) return MHD_NO;
  if (!x->begun) {
    x->begun = true;
    return begin(s, x, method) ? MHD_YES : reply(x);
  }
  if (*size) {
    take_body(s, x, data, *size);
    *size = 0;
    return MHD_YES;
  }
  return x->handled ? reply(x) : serve(s, x);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how) {
  http_server *s = cls;
  exchange *x = *context;
  (void)connection;
  if (!x) return;
  *context = NULL;
  http_slow_idle(x->server_slow, x->connection_state);
  http_done d = {.request = &x->request,
                 .status = x->answer.status,
                 .bytes = x->bytes,
                 .seconds = http_seconds() - x->started,
                 .complete = how == MHD_REQUEST_TERMINATED_COMPLETED_OK};
  if (s->o.done && x->begun) s->o.done(s->o.ctx, &d); /* else its headers never came */
  free_exchange(x);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what) {
  http_server *s = cls;
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (what == MHD_CONNECTION_NOTIFY_STARTED)
    *context = http_slow_begin(&s->slow, info ? info->connect_fd : -1);
  else
    http_slow_end(&s->slow, *context);
}

/* What libmicrohttpd remarks of clients that break off is none of the operator's business. */
static void on_remark(void *cls, const char *format, va_list args) {
  (void)cls, (void)format, (void)args;
}

/* Escapes stay: http_segment and the query undo them where it is known what they stand in. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text) {
  (void)cls, (void)connection;
  return strlen(text);
}

/* ---- starting and stopping ---- */

static error_code start_workers(http_server *s, error *e) {
  unsigned wanted = s->o.workers < WORKERS_MOST ? s->o.workers : WORKERS_MOST;
  s->waiting = queue_new(s->o.waiting ? s->o.waiting : 1);
  for (; s->worker_count < wanted; s->worker_count++)
    if (pthread_create(&s->workers[s->worker_count], NULL, work, s))
      return error_set(e, ERR_INTERNAL, "a thread for the API cannot be started");
  return ERR_OK;
}

static error_code start_daemon(http_server *s, error *e) {
  const http_options *o = &s->o;
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                   MHD_USE_ERROR_LOG | (o->key ? MHD_USE_TLS : 0u);
  struct MHD_OptionItem more[4] = {{MHD_OPTION_END, 0, NULL}};
  size_t n = 0;
  if (o->key) {
    more[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, s->key};
    more[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate};
  }
  more[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
  unsigned threads = o->threads ? o->threads : 1;
  s->daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, on_remark, NULL,
      MHD_OPTION_LISTEN_SOCKET, o->socket, MHD_OPTION_THREAD_POOL_SIZE, threads,
      MHD_OPTION_CONNECTION_LIMIT, o->connections < threads ? threads : o->connections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->connections_per_peer, MHD_OPTION_CONNECTION_TIMEOUT,
      o->patience, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
      MHD_OPTION_URI_LOG_CALLBACK, on_line, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
      MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes,
      NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
  if (s->daemon) return ERR_OK;
  return error_set(e, ERR_INTERNAL, "the HTTP server does not start%s",
                   o->key ? ": certificate and key must be PEM, and belong together" : "");
}

error_code http_start(const http_options *o, http_server **out, error *e) {
  http_server *s = mem_alloc(sizeof *s);
  s->o = *o;
  if (o->key) s->key = mem_string(o->key);
  if (o->key) s->certificate = mem_string(o->certificate);
  http_slow_open(&s->slow, o->patience);
  error_code code = start_workers(s, e);
  if (!code) code = start_daemon(s, e);
  if (code) {
    close(o->socket);
    http_stop(s, 0);
  } else {
    *out = s;
  }
  return code;
}

void http_look(http_server *s, http_load *out) {
  *out = (http_load){.waiting = atomic_load(&s->queued),
                     .working = atomic_load(&s->working),
                     .refused = atomic_load(&s->refused)};
  http_slow_look(&s->slow, &out->connections, &out->dropped);
}

void http_stop(http_server *s, unsigned seconds) {
  int listening = s->daemon ? MHD_quiesce_daemon(s->daemon) : -1;
  http_slow_drain(&s->slow, seconds);
  if (s->waiting) queue_close(s->waiting); /* who waits is still answered */
  for (unsigned i = 0; i < s->worker_count; i++) pthread_join(s->workers[i], NULL);
  if (s->daemon) MHD_stop_daemon(s->daemon);
  if (listening >= 0) close(listening);
  queue_free(s->waiting);
  http_slow_close(&s->slow);
  free(s->certificate);
  free(s->key);
  free(s);
}
