/* The HTTP server: what comes in whole, what is refused, who is cut off, and how it stops. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "serve/http.h"

/* ---- a service that tells what it got ---- */

typedef struct service {
  http_server *server;
  uint16_t port;
  atomic_int begun, done, lost;
  atomic_bool hold; /* what is answered later waits for this to end */
} service;

static bool begin(void *ctx, http_request *r, http_answer *answer) {
  service *s = ctx;
  const char *first = http_segment(r, 0);
  atomic_fetch_add(&s->begun, 1);
  if (first && !strcmp(first, "forbidden")) {
    answer->status = 403;
    answer->type = "text/plain";
    buffer_text(&answer->body, "no");
    return false;
  }
  r->later = first && !strcmp(first, "later");
  return true;
}

static void handle(void *ctx, http_request *r, http_answer *answer) {
  service *s = ctx;
  while (r->later && atomic_load(&s->hold)) usleep(1000);
  const char *first = http_segment(r, 0), *second = http_segment(r, 1);
  const char *name = http_query(r, "name"), *header = http_header(r, "X-Kind");
  answer->type = "text/plain; charset=utf-8";
  http_answer_header(answer, "X-Answered", "yes");
  buffer_format(&answer->body, "%s|%s|%s|%s|%s|%.*s|%s", r->method, first ? first : "-",
                second ? second : "-", name ? name : "-", header ? header : "-", (int)r->body_size,
                r->body, r->trusted ? "trusted" : r->peer);
}

static void done(void *ctx, const http_done *d) {
  service *s = ctx;
  atomic_fetch_add(d->complete ? &s->done : &s->lost, 1);
}

static void refuse(void *ctx, http_request *r, int status, const char *why, http_answer *answer) {
  (void)ctx, (void)r;
  answer->status = status;
  answer->type = "text/plain";
  buffer_format(&answer->body, "refused %d %s", status, why ? why : "");
}

static void start(service *s, http_options o) {
  error e = {0};
  struct sockaddr_in at;
  socklen_t size = sizeof at;
  *s = (service){0};
  if (!o.socket) assert_int_equal(http_listen("127.0.0.1:0", &o.socket, &e), ERR_OK);
  if (getsockname(o.socket, (struct sockaddr *)&at, &size) == 0) s->port = ntohs(at.sin_port);
  o.threads = o.threads ? o.threads : 1;
  o.workers = o.workers ? o.workers : 1;
  o.waiting = o.waiting ? o.waiting : 8;
  o.connections = o.connections ? o.connections : 64;
  o.body_most = o.body_most ? o.body_most : 1000;
  o.patience = o.patience ? o.patience : 5;
  o.begin = begin;
  o.handle = handle;
  o.done = done;
  o.refuse = refuse;
  o.ctx = s;
  assert_int_equal(http_start(&o, &s->server, &e), ERR_OK);
}

/* ---- a client that writes what it likes ---- */

static int dial(const service *s) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(s->port)};
  int c = socket(AF_INET, SOCK_STREAM, 0);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(connect(c, (struct sockaddr *)&at, sizeof at), 0);
  return c;
}

static void put(int c, const char *text) {
  size_t n = strlen(text);
  assert_int_equal(send(c, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* Reads until the text is there, the connection ends, or so many milliseconds are over. */
static bool await(int c, buffer *got, const char *text, int milliseconds) {
  char part[4096];
  for (int waited = 0; waited < milliseconds; waited += 20) {
    struct pollfd p = {.fd = c, .events = POLLIN};
    if (poll(&p, 1, 20) > 0) {
      ssize_t n = recv(c, part, sizeof part, 0);
      if (n <= 0) return text ? false : true;
      buffer_add(got, part, (size_t)n);
      buffer_text(got, "");
    }
    if (text && got->data && strstr(got->data, text)) return true;
  }
  return false;
}

static void assert_answer(const service *s, const char *request, const char *status,
                          const char *body) {
  buffer got = {0};
  int c = dial(s);
  put(c, request);
  if (!await(c, &got, body, 3000)) fail_msg("wanted %s, got %s", body, got.data);
  if (strncmp(got.data + 9, status, 3) != 0) fail_msg("wanted %s, got %s", status, got.data);
  buffer_deinit(&got);
  close(c);
}

/* ---- tests ---- */

static void hands_whole_requests_on(void **state) {
  (void)state;
  service s;
  start(&s, (http_options){0});
  assert_answer(&s, "GET /a%2Fb/c?name=%E5%BC%A0+san&x HTTP/1.1\r\nHost: h\r\nX-Kind: k\r\n\r\n",
                "200", "GET|a/b|c|张 san|k||127.0.0.1");
  assert_answer(&s, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "200",
                "POST|x|-|-|-|hello|");
  assert_answer(&s,
                "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
                "200", "POST|x|-|-|-|hello|");
  assert_answer(&s, "POST /later/x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", "200",
                "POST|later|x|-|-|hi|");
  assert_answer(&s, "DELETE / HTTP/1.1\r\nHost: h\r\n\r\n", "200", "DELETE|-|-|-|-||");
  http_stop(s.server, 1);
  assert_int_equal(atomic_load(&s.done), 5);
}

static void several_requests_use_one_connection(void **state) {
  (void)state;
  service s;
  buffer got = {0};
  start(&s, (http_options){0});
  int c = dial(&s);
  put(c, "GET /one HTTP/1.1\r\nHost: h\r\n\r\nGET /later/two HTTP/1.1\r\nHost: h\r\n\r\n"
         "GET /three HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(await(c, &got, "GET|three", 3000));
  assert_true(strstr(got.data, "GET|one") < strstr(got.data, "GET|later"));
  buffer_deinit(&got);
  close(c);
  http_stop(s.server, 1);
}

static void refuses_before_it_reads_the_body(void **state) {
  (void)state;
  service s;
  start(&s, (http_options){.body_most = 10});
  assert_answer(&s, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", "413",
                "refused 413");
  assert_answer(&s, "POST /forbidden HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n", "403",
                "no");
  assert_answer(&s,
                "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                "6\r\nabcdef\r\n6\r\nghijkl\r\n0\r\n\r\n",
                "413", "refused 413");
  assert_answer(&s, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789", "200",
                "0123456789");
  http_stop(s.server, 1);
}

static void refuses_addresses_that_are_no_text(void **state) {
  (void)state;
  service s;
  start(&s, (http_options){0});
  static const char *const wrong[] = {"/?a=%",   "/?a=%4",  "/?a=%zz",
                                      "/?a=%00", "/?a=%ff", "/?%C3=1"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char text[100];
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", wrong[i]);
    assert_answer(&s, text, "400", "refused 400");
  }
  /* A bad part of a path is no part: the handler finds nothing there. */
  assert_answer(&s, "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n", "200", "GET|-|-");
  int c = dial(&s);
  buffer got = {0};
  put(c, "rubbish\r\n\r\n");
  assert_true(await(c, &got, NULL, 3000)); /* closed */
  buffer_deinit(&got);
  close(c);
  http_stop(s.server, 1);
}

static void more_than_can_wait_is_told_so(void **state) {
  (void)state;
  service s;
  buffer got = {0};
  int c[6];
  start(&s, (http_options){.workers = 1, .waiting = 2});
  atomic_store(&s.hold, true);
  for (int i = 0; i < 6; i++) {
    c[i] = dial(&s);
    put(c[i], "GET /later/x HTTP/1.1\r\nHost: h\r\n\r\n");
    usleep(50000); /* the first is with the worker before the others come */
  }
  assert_true(await(c[5], &got, "refused 503", 3000));
  assert_answer(&s, "GET /now HTTP/1.1\r\nHost: h\r\n\r\n", "200", "GET|now"); /* others go on */
  http_load load;
  http_look(s.server, &load);
  assert_int_equal(load.working, 1);
  assert_int_equal(load.waiting, 2);
  assert_int_equal(load.refused, 3);
  atomic_store(&s.hold, false);
  for (int i = 0; i < 3; i++) {
    buffer_clear(&got);
    assert_true(await(c[i], &got, "GET|later|x", 3000));
  }
  for (int i = 0; i < 6; i++) close(c[i]);
  buffer_deinit(&got);
  http_stop(s.server, 1);
}

/* One byte now and then keeps a connection from being silent, not from being cut off. */
static void slow_clients_are_cut_off(void **state) {
  (void)state;
  service s;
  buffer got = {0};
  start(&s, (http_options){.patience = 1});
  int c = dial(&s), silent = dial(&s);
  put(c, "GET /slow HTTP/1.1\r\nHost: h\r\nX-Kind: ");
  bool ended = false;
  for (int i = 0; i < 40 && !ended; i++) {
    ended = send(c, "a", 1, MSG_NOSIGNAL) < 0;
    struct pollfd p = {.fd = c, .events = POLLIN};
    if (!ended && poll(&p, 1, 100) > 0) ended = recv(c, &(char){0}, 1, 0) <= 0;
  }
  assert_true(ended);
  assert_true(await(silent, &got, NULL, 3000)); /* closed without a word */
  assert_answer(&s, "GET /now HTTP/1.1\r\nHost: h\r\n\r\n", "200", "GET|now");
  close(c);
  close(silent);
  buffer_deinit(&got);
  http_stop(s.server, 1);
}

static void stopping_lets_answers_out(void **state) {
  (void)state;
  service s;
  buffer got = {0};
  start(&s, (http_options){0});
  atomic_store(&s.hold, true);
  int c = dial(&s), idle = dial(&s);
  put(c, "GET /later/last HTTP/1.1\r\nHost: h\r\n\r\n");
  while (atomic_load(&s.begun) < 1) usleep(1000);
  atomic_store(&s.hold, false);
  http_stop(s.server, 5);
  assert_true(await(c, &got, "GET|later|last", 1000));
  assert_true(await(idle, &got, NULL, 1000));
  close(c);
  close(idle);
  buffer_deinit(&got);
}

static void idle_connections_cost_nobody_anything(void **state) {
  (void)state;
  enum { IDLE = 400 };
  service s;
  int c[IDLE];
  start(&s, (http_options){.connections = IDLE + 10, .patience = 60});
  for (int i = 0; i < IDLE; i++) c[i] = dial(&s);
  assert_answer(&s, "GET /now HTTP/1.1\r\nHost: h\r\n\r\n", "200", "GET|now");
  http_load load;
  http_look(s.server, &load);
  assert_true(load.connections >= IDLE);
  for (int i = 0; i < IDLE; i++) close(c[i]);
  http_stop(s.server, 1);
}

static void the_socket_of_the_owner_is_trusted(void **state) {
  (void)state;
  service s;
  error e = {0};
  buffer got = {0};
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  char path[] = "/tmp/assay-http-XXXXXX", text[200];
  assert_non_null(mkdtemp(path));
  snprintf(at.sun_path, sizeof at.sun_path, "%s/s", path);
  snprintf(text, sizeof text, "unix:%s", at.sun_path);
  http_options o = {.trusted = true};
  assert_int_equal(http_listen(text, &o.socket, &e), ERR_OK);
  assert_true(http_is_loopback(o.socket));
  start(&s, o);
  int c = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(connect(c, (struct sockaddr *)&at, sizeof at), 0);
  put(c, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(await(c, &got, "|trusted", 3000));
  close(c);
  buffer_deinit(&got);
  http_stop(s.server, 1);
  unlink(at.sun_path);
  rmdir(path);
}

static void what_is_no_socket_stays(void **state) {
  (void)state;
  error e = {0};
  int s, other;
  char path[] = "/tmp/assay-http-XXXXXX", text[64];
  close(mkstemp(path));
  snprintf(text, sizeof text, "unix:%s", path);
  assert_int_equal(http_listen(text, &s, &e), ERR_USAGE);
  assert_int_equal(access(path, F_OK), 0);
  unlink(path);
  assert_int_equal(http_listen(text, &s, &e), ERR_OK);
  assert_int_equal(http_listen(text, &other, &e), ERR_BUSY); /* somebody listens there */
  close(s);
  assert_int_equal(http_listen(text, &s, &e), ERR_OK); /* nobody does any more */
  close(s);
  unlink(path);
}

static void addresses_are_read(void **state) {
  (void)state;
  error e = {0};
  arena a = {0};
  int one, two;
  static const char *const wrong[] = {"",        "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000",
                                      "here:80", "[::1]",     "::1:80",     "127.0.0.1:80x"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(http_listen(wrong[i], &one, &e), ERR_USAGE);
  assert_int_equal(http_listen("localhost:0", &one, &e), ERR_OK);
  const char *address = http_address(&a, one, false);
  assert_memory_equal(address, "http://127.0.0.1:", 17);
  assert_int_equal(http_listen(address + 7, &two, &e), ERR_BUSY);
  assert_non_null(strstr(e.message, "something else listens there already"));
  assert_true(http_is_loopback(one));
  close(one);
  assert_int_equal(http_listen("0.0.0.0:0", &one, &e), ERR_OK);
  assert_false(http_is_loopback(one));
  close(one);
  arena_deinit(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hands_whole_requests_on),
      cmocka_unit_test(several_requests_use_one_connection),
      cmocka_unit_test(refuses_before_it_reads_the_body),
      cmocka_unit_test(refuses_addresses_that_are_no_text),
      cmocka_unit_test(more_than_can_wait_is_told_so),
      cmocka_unit_test(slow_clients_are_cut_off),
      cmocka_unit_test(stopping_lets_answers_out),
      cmocka_unit_test(idle_connections_cost_nobody_anything),
      cmocka_unit_test(the_socket_of_the_owner_is_trusted),
      cmocka_unit_test(what_is_no_socket_stays),
      cmocka_unit_test(addresses_are_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
