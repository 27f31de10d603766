/* Connections that take too long: a client that sends its request byte by byte, or takes its answer so,
 * keeps a connection open for ever without ever being silent. Each has `patience` seconds for the
 * next whole request and for taking an answer; then its socket is shut down, and the server's own
 * threads see it closed. */
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "http_parts.h"

double http_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void cut_off(http_slow *s, http_connection *c) {
  shutdown(c->socket, SHUT_RDWR);
  c->since = http_seconds() + 1e9; /* once is enough */
  atomic_fetch_add(&s->dropped, 1);
}

/* With the mutex held. */
static void look_through(http_slow *s) {
  double now = http_seconds();
  for (http_connection *c = s->first; c; c = c->after)
    if (c->phase != HTTP_WORKING && now - c->since > s->patience) cut_off(s, c);
}

static void wait_until(http_slow *s, double until) {
  struct timespec t = {.tv_sec = (time_t)until};
  t.tv_nsec = (long)((until - (double)t.tv_sec) * 1e9);
  pthread_cond_timedwait(&s->changed, &s->mutex, &t);
}

static void *watch(void *arg) {
  http_slow *s = arg;
  pthread_mutex_lock(&s->mutex);
  while (!s->ending) {
    look_through(s);
    wait_until(s, http_seconds() + 1);
  }
  pthread_mutex_unlock(&s->mutex);
  return NULL;
}

void http_slow_open(http_slow *s, unsigned patience) {
  pthread_condattr_t monotonic;
  *s = (http_slow){.patience = patience};
  pthread_mutex_init(&s->mutex, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&s->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  s->started = pthread_create(&s->thread, NULL, watch, s) == 0;
}

void http_slow_close(http_slow *s) {
  pthread_mutex_lock(&s->mutex);
  s->ending = true;
  pthread_cond_broadcast(&s->changed);
  pthread_mutex_unlock(&s->mutex);
  if (s->started) pthread_join(s->thread, NULL);
  pthread_cond_destroy(&s->changed);
  pthread_mutex_destroy(&s->mutex);
}

http_connection *http_slow_begin(http_slow *s, int socket) {
  http_connection *c = mem_alloc(sizeof *c);
  c->socket = socket;
  c->since = http_seconds();
  pthread_mutex_lock(&s->mutex);
  c->after = s->first;
  if (s->first) s->first->before = c;
  s->first = c;
  s->count++;
  pthread_mutex_unlock(&s->mutex);
  return c;
}

static void enter(http_slow *s, http_connection *c, http_phase phase) {
  if (!c) return;
  pthread_mutex_lock(&s->mutex);
  if (c->phase != HTTP_IDLE) s->busy--;
  if (phase != HTTP_IDLE) s->busy++;
  c->phase = phase;
  c->since = http_seconds();
  pthread_cond_broadcast(&s->changed);
  pthread_mutex_unlock(&s->mutex);
}

void http_slow_working(http_slow *s, http_connection *c) {
  enter(s, c, HTTP_WORKING);
}

void http_slow_answering(http_slow *s, http_connection *c) {
  enter(s, c, HTTP_ANSWERING);
}

void http_slow_idle(http_slow *s, http_connection *c) {
  enter(s, c, HTTP_IDLE);
}

void http_slow_end(http_slow *s, http_connection *c) {
  if (!c) return;
  enter(s, c, HTTP_IDLE);
  pthread_mutex_lock(&s->mutex);
  if (c->before) c->before->after = c->after;
  if (c->after) c->after->before = c->before;
  if (s->first == c) s->first = c->after;
  s->count--;
  pthread_mutex_unlock(&s->mutex);
  free(c);
}

void http_slow_look(http_slow *s, unsigned *connections, uint64_t *dropped) {
  pthread_mutex_lock(&s->mutex);
  *connections = s->count;
  pthread_mutex_unlock(&s->mutex);
  *dropped = atomic_load(&s->dropped);
}

void http_slow_drain(http_slow *s, unsigned seconds) {
  double until = http_seconds() + seconds;
  pthread_mutex_lock(&s->mutex);
  while (s->busy && http_seconds() < until) wait_until(s, until);
  for (http_connection *c = s->first; c; c = c->after)
    if (c->phase != HTTP_WORKING) shutdown(c->socket, SHUT_RDWR);
  pthread_mutex_unlock(&s->mutex);
}
