/* What the tests of notifications share: receivers of their own (HTTP, HTTPS, SMTP), a company, a service that tells
 * them. */
#ifndef TESTS_UNIT_DELIVER_WORLD_H
#define TESTS_UNIT_DELIVER_WORLD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "serve/deliver_parts.h"

static char folder[] = "/tmp/assay-deliver-test-XXXXXX";
static int http_port, https_port, smtp_port, smtp_tls_port, hold;
static pid_t receivers;

static inline const char *in_folder(const char *name) {
  static char paths[4][256];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static inline void shell(const char *format, ...) {
  char command[1024];
  va_list values;
  va_start(values, format);
  vsnprintf(command, sizeof command, format, values);
  va_end(values);
  assert_int_equal(system(command), 0);
}

static inline int set_up(void **state) {
  int in[2], out[2];
  char line[128] = "";
  (void)state;
  assert_non_null(mkdtemp(folder));
  shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
        "/CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout %s/key.pem -out %s/cert.pem "
        "2>/dev/null",
        folder, folder);
  assert_int_equal(pipe(in) | pipe(out), 0);
  receivers = fork();
  if (!receivers) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[1]);
    execl("/usr/bin/python3", "python3", "-W", "ignore", "tests/tools/receivers.py", folder, NULL);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  hold = in[1];
  fcntl(hold, F_SETFD, FD_CLOEXEC);
  FILE *told = fdopen(out[0], "r");
  assert_non_null(fgets(line, sizeof line, told));
  fclose(told);
  assert_int_equal(sscanf(line, "%d %d %d %d", &http_port, &https_port, &smtp_port, &smtp_tls_port),
                   4);
  return 0;
}

static inline int tear_down(void **state) {
  (void)state;
  close(hold);
  waitpid(receivers, NULL, 0);
  shell("rm -r '%s'", folder);
  return 0;
}

/* ---- a company, and a service that tells it ---- */

typedef struct world {
  deliver *d;
  meters meters;
  supervisor supervisor;
  pack pack;
  pack_notify channels[3];
  deliver_options o;
} world;

static inline const char *address(const char *path, bool tls) {
  static char texts[4][128];
  static int next;
  char *text = texts[next++ % 4];
  snprintf(text, sizeof texts[0], "%s://127.0.0.1:%d%s", tls ? "https" : "http",
           tls ? https_port : http_port, path);
  return text;
}

static inline const char *authorities(void) {
  static char path[256];
  snprintf(path, sizeof path, "%s/cert.pem", folder);
  return path;
}

static inline void put_secret(const char *text) {
  FILE *f = fopen(in_folder("secret"), "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static inline pack_notify *add(world *w, notify_kind kind, const char *name) {
  pack_notify *n = &w->channels[w->pack.notify_count++];
  *n = (pack_notify){.kind = kind,
                     .name = name,
                     .on = {true, true, true, true, true},
                     .least = ALERT_WARNING,
                     .rejects = 1,
                     .rejects_percent = true,
                     .recovered = true,
                     .again = 3600,
                     .timeout = 2,
                     .give_up = 60,
                     .language = "en"};
  return n;
}

static inline pack_notify *add_hook(world *w, const char *path) {
  pack_notify *n = add(w, NOTIFY_WEBHOOK, "hook");
  n->url = address(path, false);
  return n;
}

static inline void open_deliver(world *w) {
  error e = {0};
  static char database[256];
  snprintf(database, sizeof database, "%s/a.db", folder);
  w->o.database = database;
  w->o.supervisor = &w->supervisor;
  w->o.meters = &w->meters;
  if (!w->o.first_pause) w->o.first_pause = 100;
  if (!w->o.longest_pause) w->o.longest_pause = 400;
  if (deliver_open(&w->o, &w->d, &e)) fail_msg("%s", e.message);
}

static inline void begin(world *w) {
  *w = (world){.pack = {.name = "acme", .zone = {8 * 3600}}};
  w->pack.notifies = w->channels;
  shell("rm -f %s/a.db* %s/came", folder, folder);
  meters_open(&w->meters, 0);
  supervisor_open(&w->supervisor);
  open_deliver(w);
}

static inline void end(world *w) {
  deliver_close(w->d, 2);
  supervisor_close(&w->supervisor);
  meters_close(&w->meters);
}

static inline notice failure(void) {
  return (notice){.event = NOTIFY_RUN_FAILED,
                  .pack = "acme",
                  .title = "Acme \"Ltd\"",
                  .title_zh = "艾克米有限公司",
                  .schedule = "nightly",
                  .run = 12,
                  .at = 1764076812,
                  .zone = {8 * 3600},
                  .message = "customers.csv: there is no such file"};
}

static inline size_t tell(world *w, const notice *n) {
  error e = {0};
  size_t put = 0;
  if (deliver_notice(w->d, n, &put, &e)) fail_msg("%s", e.message);
  return put;
}

static inline double result(world *w, const char *event, const char *what) {
  const char *const values[] = {"acme", w->channels[0].name, event, what};
  return metric_value(metric_of(w->meters.notifications, values));
}

static inline void wait_ms(int ms) {
  nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* Waits until so many had this result. */
static inline void wait_result(world *w, const char *event, const char *what, double count) {
  for (int i = 0; i < 1000 && result(w, event, what) < count; i++) wait_ms(10);
  assert_true(result(w, event, what) == count);
}

static inline const char *came(void) {
  static char text[65536];
  FILE *f = fopen(in_folder("came"), "r");
  const size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
  text[n] = 0;
  if (f) fclose(f);
  return text;
}

static inline int lines(const char *text) {
  int n = 0;
  for (; (text = strchr(text, '\n')); text++) n++;
  return n;
}

static inline void holds(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("not in it: %s\n%s", part, text);
}

#endif
