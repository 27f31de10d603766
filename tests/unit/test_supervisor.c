/* The service manager: what it is told and when, against a socket that stands in for systemd's; the sockets
 * and the credentials that it passes on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "serve/supervisor.h"

static char folder[] = "/tmp/assay-supervisor-test-XXXXXX";
static int notified;

static int set_up(void **state) {
  (void)state;
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  assert_non_null(mkdtemp(folder));
  snprintf(at.sun_path, sizeof at.sun_path, "%s/notify", folder);
  notified = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  return bind(notified, (struct sockaddr *)&at, sizeof at);
}

static int tear_down(void **state) {
  char path[128];
  (void)state;
  close(notified);
  snprintf(path, sizeof path, "%s/notify", folder);
  unlink(path);
  return rmdir(folder);
}

static void manage(const char *watchdog_us) {
  char path[128], pid[32];
  snprintf(path, sizeof path, "%s/notify", folder);
  snprintf(pid, sizeof pid, "%d", (int)getpid());
  setenv("NOTIFY_SOCKET", path, 1);
  if (!watchdog_us) return;
  setenv("WATCHDOG_USEC", watchdog_us, 1);
  setenv("WATCHDOG_PID", pid, 1);
}

static void unmanage(void) {
  unsetenv("NOTIFY_SOCKET");
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
}

static const char *heard(void) {
  static char text[512];
  const ssize_t n = recv(notified, text, sizeof text - 1, 0);
  text[n > 0 ? n : 0] = 0;
  return text;
}

static void it_is_told_what_goes_on(void **state) {
  (void)state;
  supervisor s;
  manage(NULL);
  supervisor_open(&s);
  assert_true(s.managed);
  assert_int_equal(s.watchdog_ms, 0);
  supervisor_status(&s, "loading 4 packs\nREADY=1");
  assert_string_equal(heard(), "STATUS=loading 4 packs READY=1");
  supervisor_ready(&s, "4 packs, next run at 02:30");
  assert_string_equal(heard(), "READY=1\nSTATUS=4 packs, next run at 02:30");
  supervisor_reloading(&s);
  const char *text = heard();
  assert_memory_equal(text, "RELOADING=1\nMONOTONIC_USEC=", 27);
  assert_true(strtoll(text + 27, NULL, 10) > 0);
  supervisor_ready(&s, NULL);
  assert_string_equal(heard(), "READY=1");
  supervisor_more_time(&s, 30);
  assert_string_equal(heard(), "EXTEND_TIMEOUT_USEC=30000000");
  supervisor_stopping(&s, "finishing run 12");
  assert_string_equal(heard(), "STOPPING=1\nSTATUS=finishing run 12");
  supervisor_close(&s);
  unmanage();
}

static void without_a_manager_nothing_happens(void **state) {
  (void)state;
  supervisor s;
  unmanage();
  supervisor_open(&s);
  assert_false(s.managed);
  supervisor_ready(&s, "x");
  supervisor_stopping(&s, "x");
  assert_string_equal(heard(), "");
  assert_int_equal(supervisor_take_socket(&s, "http"), -1);
  supervisor_close(&s);
}

/* ---- the watchdog ---- */

static bool well;
static bool is_well(void *ctx) {
  (void)ctx;
  return well;
}

static void stop(uv_timer_t *t) {
  uv_stop(t->loop);
}

static void turn(uv_loop_t *loop, uint64_t ms) {
  uv_timer_t t;
  uv_timer_init(loop, &t);
  uv_timer_start(&t, stop, ms, 0);
  uv_run(loop, UV_RUN_DEFAULT);
  uv_close((uv_handle_t *)&t, NULL);
  uv_run(loop, UV_RUN_NOWAIT);
}

static int signs_of_life(void) {
  int n = 0;
  while (!strcmp(heard(), "WATCHDOG=1")) n++;
  return n;
}

static void signs_of_life_come_while_all_is_well(void **state) {
  (void)state;
  supervisor s;
  uv_loop_t loop;
  manage("300000");
  supervisor_open(&s);
  assert_int_equal(s.watchdog_ms, 300);
  assert_null(getenv("WATCHDOG_USEC")); /* not for the children */
  uv_loop_init(&loop);
  well = true;
  supervisor_attach(&s, &loop, is_well, NULL);
  turn(&loop, 350); /* at once, then every 100 ms */
  const int n = signs_of_life();
  assert_in_range(n, 3, 5);
  well = false;
  turn(&loop, 250);
  assert_int_equal(signs_of_life(), 0);
  supervisor_close(&s);
  uv_run(&loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&loop), 0);
  unmanage();
}

/* ---- sockets ---- */

/* In a child, for they come as descriptors 3 and 4: returns which of them it got, by their names. */
static int as_activated(void) {
  int http = socket(AF_INET, SOCK_STREAM, 0), other = open("/dev/null", O_RDONLY);
  char pid[32];
  struct sockaddr_in any = {.sin_family = AF_INET};
  if (bind(http, (struct sockaddr *)&any, sizeof any) || listen(http, 1)) return 10;
  http = fcntl(http, F_DUPFD, 20);
  other = fcntl(other, F_DUPFD, 20);
  dup2(other, 3);
  dup2(http, 4);
  snprintf(pid, sizeof pid, "%d", (int)getpid());
  setenv("LISTEN_PID", pid, 1);
  setenv("LISTEN_FDS", "2", 1);
  setenv("LISTEN_FDNAMES", "else:http", 1);
  supervisor s;
  supervisor_open(&s);
  if (s.socket_count != 2 || getenv("LISTEN_FDS")) return 11;
  if (supervisor_take_socket(&s, "else") != -1) return 12; /* it listens to nothing */
  const int file = supervisor_take_socket(&s, "http");
  if (file != 4 || supervisor_take_socket(&s, "http") != -1) return 13;
  supervisor_close(&s);
  if (fcntl(3, F_GETFD) != -1) return 14; /* nobody took it */
  return fcntl(4, F_GETFD) == -1 ? 15 : 0;
}

static void its_sockets_are_taken_over_by_name(void **state) {
  (void)state;
  int status = 0;
  const pid_t child = fork();
  if (!child) _exit(as_activated());
  waitpid(child, &status, 0);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- secrets ---- */

static void write_file(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static void a_secret_is_read_from_where_it_stands(void **state) {
  (void)state;
  arena a = {0};
  error e = {0};
  supervisor s;
  const char *value = NULL;
  char path[128], reference[160];
  snprintf(path, sizeof path, "%s/hook", folder);
  snprintf(reference, sizeof reference, "file:%s", path);
  write_file(path, "s3cret value\r\n");
  setenv("CREDENTIALS_DIRECTORY", folder, 1);
  setenv("ASSAY_TEST_SECRET", "from the environment", 1);
  supervisor_open(&s);
  assert_int_equal(supervisor_secret(&s, &a, reference, &value, &e), ERR_OK);
  assert_string_equal(value, "s3cret value");
  assert_int_equal(supervisor_secret(&s, &a, "credential:hook", &value, &e), ERR_OK);
  assert_string_equal(value, "s3cret value");
  assert_int_equal(supervisor_secret(&s, &a, "env:ASSAY_TEST_SECRET", &value, &e), ERR_OK);
  assert_string_equal(value, "from the environment");
  unlink(path);
  supervisor_close(&s);
  arena_deinit(&a);
}

static void what_is_wrong_with_a_secret_is_told_without_it(void **state) {
  (void)state;
  static const char *const wrong[][2] = {
      {"hunter2", "a secret is named by where it stands: env:NAME, file:PATH or credential:NAME"},
      {"env:ASSAY_NOT_SET", "set the environment variable ASSAY_NOT_SET"},
      {"file:/nowhere/at/all", "/nowhere/at/all: No such file or directory"},
      {"credential:gone", "No such file or directory"},
      {"credential:../etc/passwd", "the name of a credential has no '/'"},
      {"env:ASSAY_TEST_EMPTY", "is empty"},
  };
  arena a = {0};
  error e = {0};
  supervisor s;
  const char *value = NULL;
  setenv("CREDENTIALS_DIRECTORY", folder, 1);
  setenv("ASSAY_TEST_EMPTY", "\n", 1);
  supervisor_open(&s);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(supervisor_secret(&s, &a, wrong[i][0], &value, &e), ERR_USAGE);
    if (!strstr(e.message, wrong[i][1])) fail_msg("%s: %s", wrong[i][0], e.message);
    assert_null(strstr(e.message, "hunter2"));
  }
  s.credentials = NULL;
  assert_int_equal(supervisor_secret(&s, &a, "credential:hook", &value, &e), ERR_USAGE);
  assert_non_null(strstr(e.message, "LoadCredential=hook:"));
  supervisor_close(&s);
  arena_deinit(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_told_what_goes_on),
      cmocka_unit_test(without_a_manager_nothing_happens),
      cmocka_unit_test(signs_of_life_come_while_all_is_well),
      cmocka_unit_test(its_sockets_are_taken_over_by_name),
      cmocka_unit_test(a_secret_is_read_from_where_it_stands),
      cmocka_unit_test(what_is_wrong_with_a_secret_is_told_without_it),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
