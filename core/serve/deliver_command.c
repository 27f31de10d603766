/* Notifications by a program: one of the folder that the operator names, started without a shell, in a session of its
 * own, with a small environment of its own (the service's may hold secrets), the payload on its standard input. Killed
 * with all that it started when its time is over. */
#include "deliver_parts.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define TOLD_MOST 400 /* bytes of what it says on standard error */
#define GRACE_MS 2000 /* between SIGTERM and SIGKILL */
#define LOOK_MS 100

typedef struct child {
  sending *s;
  uv_loop_t loop;
  uv_process_t process;
  uv_pipe_t in, err;
  uv_timer_t timer;
  uv_write_t write;
  uint64_t ends; /* loop's ms: when it is told to end, then killed */
  bool over, exited, told_to_end;
  int64_t status;
  int signal;
  char said[TOLD_MOST + 1], chunk[4096];
  size_t said_size;
} child;

static void close_all(child *c) {
  uv_handle_t *const handles[] = {(uv_handle_t *)&c->in, (uv_handle_t *)&c->err,
                                  (uv_handle_t *)&c->timer};
  for (size_t i = 0; i < 3; i++)
    if (!uv_is_closing(handles[i])) uv_close(handles[i], NULL);
}

static void on_exit_of_child(uv_process_t *p, int64_t status, int signal_number) {
  child *c = p->data;
  c->exited = true;
  c->status = status;
  c->signal = signal_number;
  uv_close((uv_handle_t *)p, NULL);
  close_all(c);
}

/* The whole session: what it started goes with it. */
static void on_time(uv_timer_t *timer) {
  child *c = timer->data;
  if (uv_now(&c->loop) < c->ends && !atomic_load(c->s->stop)) return;
  c->over = c->over || !atomic_load(c->s->stop);
  kill(-c->process.pid, c->told_to_end ? SIGKILL : SIGTERM);
  c->told_to_end = true;
  c->ends = uv_now(&c->loop) + GRACE_MS;
  if (atomic_load(c->s->stop)) kill(-c->process.pid, SIGKILL);
}

static void on_room(uv_handle_t *h, size_t wanted, uv_buf_t *out) {
  child *c = h->data;
  (void)wanted;
  *out = uv_buf_init(c->chunk, sizeof c->chunk);
}

static void on_said(uv_stream_t *stream, ssize_t n, const uv_buf_t *b) {
  child *c = stream->data;
  if (n < 0) {
    uv_read_stop(stream);
    return;
  }
  const size_t room = TOLD_MOST - c->said_size, take = (size_t)n < room ? (size_t)n : room;
  memcpy(c->said + c->said_size, b->base, take);
  c->said_size += take;
}

static void on_written(uv_write_t *w, int status) {
  child *c = w->data;
  (void)status; /* it need not read it all */
  if (!uv_is_closing((uv_handle_t *)&c->in)) uv_close((uv_handle_t *)&c->in, NULL);
}

static int start(child *c, char **arguments, char **environment) {
  uv_stdio_container_t io[3] = {
      {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&c->in},
      {.flags = UV_IGNORE},
      {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&c->err}};
  const uv_process_options_t o = {.exit_cb = on_exit_of_child,
                                  .file = arguments[0],
                                  .args = arguments,
                                  .env = environment,
                                  .cwd = "/",
                                  .flags = UV_PROCESS_DETACHED,
                                  .stdio_count = 3,
                                  .stdio = io};
  return uv_spawn(&c->loop, &c->process, &o);
}

static void run(child *c) {
  char *payload = arena_string(c->s->arena, c->s->message->payload);
  uv_buf_t all = uv_buf_init(payload, (unsigned)strlen(payload));
  c->ends = uv_now(&c->loop) + (uint64_t)c->s->channel->timeout * 1000;
  uv_timer_start(&c->timer, on_time, LOOK_MS, LOOK_MS);
  uv_read_start((uv_stream_t *)&c->err, on_room, on_said);
  uv_write(&c->write, (uv_stream_t *)&c->in, &all, 1, on_written);
}

static sent judge(child *c, const char *program) {
  char *end = c->said + c->said_size;
  while (end > c->said && (end[-1] == '\n' || end[-1] == ' ')) *--end = 0;
  if (c->over)
    return sending_ended(c->s, SENT_LATER, "%s did not end within its time and was stopped",
                         program);
  if (c->exited && !c->signal && !c->status) return SENT_DONE;
  if (c->signal)
    return sending_ended(c->s, SENT_LATER, "%s was ended by signal %d", program, c->signal);
  return sending_ended(c->s, SENT_LATER, "%s ended with %d%s%s", program, (int)c->status,
                       *c->said ? ": " : "", c->said);
}

static char *setting(arena *a, const char *name, const char *value) {
  return arena_format(a, "%s=%s", name, value);
}

sent deliver_command(sending *s) {
  const pack_notify *n = s->channel;
  if (!s->options->commands)
    return sending_ended(
        s, SENT_LATER,
        "the service may start no programs: give it a folder of them, --commands DIR");
  char **arguments = arena_array(s->arena, n->argument_count + 1, sizeof *arguments);
  for (size_t i = 0; i < n->argument_count; i++)
    arguments[i] = arena_string(s->arena, n->arguments[i]);
  arguments[0] = arena_format(s->arena, "%s/%s", s->options->commands, n->arguments[0]);
  char *environment[] = {setting(s->arena, "PATH", "/usr/local/bin:/usr/bin:/bin"),
                         setting(s->arena, "LANG", "C.UTF-8"),
                         setting(s->arena, "ASSAY_EVENT", s->message->event),
                         setting(s->arena, "ASSAY_EVENT_ID", s->message->event_id),
                         setting(s->arena, "ASSAY_PACK", s->message->pack),
                         NULL};
  child *c = mem_alloc(sizeof *c);
  c->s = s;
  uv_loop_init(&c->loop);
  uv_pipe_init(&c->loop, &c->in, 0);
  uv_pipe_init(&c->loop, &c->err, 0);
  uv_timer_init(&c->loop, &c->timer);
  c->process.data = c->in.data = c->err.data = c->timer.data = c->write.data = c;
  const int failed = start(c, arguments, environment);
  if (failed)
    close_all(c);
  else
    run(c);
  if (failed && c->process.type == UV_PROCESS) uv_close((uv_handle_t *)&c->process, NULL);
  uv_run(&c->loop, UV_RUN_DEFAULT);
  uv_loop_close(&c->loop);
  const sent result = failed ? sending_ended(s, SENT_LATER, "%s cannot be started: %s",
                                             arguments[0], uv_strerror(failed))
                             : judge(c, n->arguments[0]);
  free(c);
  return result;
}
