/* See supervisor.h. The protocol is libsystemd's: one datagram to the socket in $NOTIFY_SOCKET. */
#include "supervisor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"

#define SECRET_MOST 65536

/* ---- opening ---- */

static void take_sockets(supervisor *s) {
  char **names = NULL;
  const int count = sd_listen_fds_with_names(1, &names);
  if (count > 0) s->sockets = mem_array((size_t)count, sizeof *s->sockets);
  for (int i = 0; i < count; i++) {
    const int file = SD_LISTEN_FDS_START + i;
    s->sockets[s->socket_count++] = (supervisor_socket){
        .file = file, .name = names[i], .listens = sd_is_socket(file, 0, SOCK_STREAM, 1) > 0};
  }
  free(names);
}

void supervisor_open(supervisor *s) {
  *s = (supervisor){0};
  uint64_t micros = 0;
  const char *socket = getenv("NOTIFY_SOCKET");
  s->managed = socket && *socket;
  if (sd_watchdog_enabled(1, &micros) > 0) s->watchdog_ms = micros / 1000;
  s->credentials = getenv("CREDENTIALS_DIRECTORY");
  take_sockets(s);
}

static void forget(uv_handle_t *timer) {
  (void)timer; /* part of the supervisor */
}

void supervisor_close(supervisor *s) {
  if (s->attached) uv_close((uv_handle_t *)&s->timer, forget);
  s->attached = false;
  for (size_t i = 0; i < s->socket_count; i++) {
    if (s->sockets[i].file >= 0) close(s->sockets[i].file);
    free(s->sockets[i].name);
  }
  free(s->sockets);
  s->sockets = NULL;
  s->socket_count = 0;
}

int supervisor_take_socket(supervisor *s, const char *name) {
  for (size_t i = 0; i < s->socket_count; i++) {
    supervisor_socket *x = &s->sockets[i];
    if (x->file < 0 || !x->listens || strcmp(x->name, name) != 0) continue;
    const int file = x->file;
    x->file = -1;
    return file;
  }
  return -1;
}

/* ---- telling ---- */

/* A newline would begin the next assignment of the message. */
static void write_status(buffer *out, const char *status) {
  buffer_text(out, "STATUS=");
  for (; *status; status++)
    buffer_char(out, (unsigned char)*status < 0x20 || *status == 0x7f ? ' ' : *status);
}

static void tell(const supervisor *s, const char *state, const char *status) {
  buffer message = {0};
  if (!s->managed) return;
  buffer_text(&message, state);
  if (status) {
    if (*state) buffer_char(&message, '\n');
    write_status(&message, status);
  }
  buffer_char(&message, 0);
  sd_notify(0, message.data);
  buffer_deinit(&message);
}

void supervisor_ready(const supervisor *s, const char *status) {
  tell(s, "READY=1", status);
}

void supervisor_reloading(const supervisor *s) {
  struct timespec t;
  char state[80];
  clock_gettime(CLOCK_MONOTONIC, &t);
  snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
           (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000);
  tell(s, state, NULL);
}

void supervisor_stopping(const supervisor *s, const char *status) {
  tell(s, "STOPPING=1", status);
}

void supervisor_status(const supervisor *s, const char *status) {
  tell(s, "", status);
}

void supervisor_more_time(const supervisor *s, unsigned seconds) {
  char state[64];
  snprintf(state, sizeof state, "EXTEND_TIMEOUT_USEC=%u000000", seconds);
  tell(s, state, NULL);
}

static void on_timer(uv_timer_t *timer) {
  const supervisor *s = timer->data;
  if (!s->alive || s->alive(s->ctx)) tell(s, "WATCHDOG=1", NULL);
}

void supervisor_attach(supervisor *s, uv_loop_t *loop, bool (*alive)(void *ctx), void *ctx) {
  if (!s->managed || !s->watchdog_ms) return;
  const uint64_t every = s->watchdog_ms >= 3 ? s->watchdog_ms / 3 : 1;
  s->alive = alive;
  s->ctx = ctx;
  uv_timer_init(loop, &s->timer);
  s->timer.data = s;
  uv_timer_start(&s->timer, on_timer, 0, every);
  uv_unref((uv_handle_t *)&s->timer); /* no reason for the loop to go on */
  s->attached = true;
}

/* ---- secrets ---- */

static error_code take_value(char *value, size_t n, const char *reference, const char **out,
                             error *e) {
  while (n && (value[n - 1] == '\n' || value[n - 1] == '\r')) value[--n] = 0;
  if (!n) return error_set(e, ERR_USAGE, "the secret %s is empty", reference);
  if (memchr(value, 0, n))
    return error_set(e, ERR_USAGE, "the secret %s holds a NUL byte: it must be a text", reference);
  *out = value;
  return ERR_OK;
}

static error_code read_secret_file(arena *a, const char *path, const char *reference,
                                   const char **out, error *e) {
  size_t n = 0;
  char *value = file_read(a, path, SECRET_MOST, &n);
  if (!value)
    return error_set(e, ERR_USAGE, "the secret %s cannot be read: %s: %s", reference, path,
                     strerror(errno));
  return take_value(value, n, reference, out, e);
}

error_code supervisor_secret(const supervisor *s, arena *a, const char *reference, const char **out,
                             error *e) {
  const char *colon = strchr(reference, ':'), *name = colon ? colon + 1 : "";
  const size_t n = colon ? (size_t)(colon - reference) : 0;
  if (n == 3 && !strncmp(reference, "env", n)) {
    const char *value = getenv(name);
    if (!value)
      return error_set(e, ERR_USAGE,
                       "the secret %s is not there: set the environment variable %s of the service",
                       reference, name);
    return take_value(arena_string(a, value), strlen(value), reference, out, e);
  }
  if (n == 4 && !strncmp(reference, "file", n)) return read_secret_file(a, name, reference, out, e);
  if (n != 10 || strncmp(reference, "credential", n) != 0)
    return error_set(
        e, ERR_USAGE,
        "a secret is named by where it stands: env:NAME, file:PATH or credential:NAME");
  if (strchr(name, '/'))
    return error_set(e, ERR_USAGE, "the secret %s: the name of a credential has no '/'", reference);
  if (!s || !s->credentials)
    return error_set(e, ERR_USAGE,
                     "the secret %s is not there: the service was started without credentials "
                     "(LoadCredential=%s:/path/to/it in its unit)",
                     reference, name);
  return read_secret_file(a, arena_format(a, "%s/%s", s->credentials, name), reference, out, e);
}
