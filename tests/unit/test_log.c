/* Logs: one line an event, readable by people and programs, nothing secret, nothing for ever. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/text.h"
#include "serve/log.h"

#define SOME_MOMENT 1764076812345 /* 2025-11-25T13:20:12.345Z */

static int64_t moment;

static int64_t told_moment(void *ctx) {
  (void)ctx;
  return moment;
}

/* A log into a pipe, and what came out of it. */
typedef struct world {
  int ends[2];
  logger *log;
  char text[65536];
} world;

static void begin(world *w, log_options o) {
  moment = SOME_MOMENT;
  assert_int_equal(pipe(w->ends), 0);
  fcntl(w->ends[0], F_SETFL, O_NONBLOCK);
  o.file = w->ends[1];
  o.now = told_moment;
  if (!o.least) o.least = LEVEL_INFO;
  w->log = log_new(&o);
}

static const char *came(world *w) {
  const ssize_t n = read(w->ends[0], w->text, sizeof w->text - 1);
  w->text[n > 0 ? n : 0] = 0;
  return w->text;
}

static void end(world *w) {
  log_free(w->log);
  close(w->ends[0]);
  close(w->ends[1]);
}

static void text_is_one_line_that_people_read(void **state) {
  (void)state;
  static world w;
  begin(&w, (log_options){0});
  log_event(w.log, LEVEL_INFO, "run published", LOG_TEXT("pack", "acme"), LOG_INTEGER("run", -12),
            LOG_NUMBER("seconds", 1.5), LOG_FLAG("dry", true), LOG_TEXT("note", NULL),
            LOG_TEXT("company", "Acme Ltd"), LOG_TEXT("empty", ""));
  assert_string_equal(came(&w), "2025-11-25T13:20:12.345Z info    run published pack=acme run=-12 "
                                "seconds=1.5 dry=true company=\"Acme Ltd\" empty=\"\"\n");
  log_event(w.log, LEVEL_DEBUG, "request");
  assert_string_equal(came(&w), "");
  log_event(w.log, LEVEL_ERROR, "stopping");
  assert_string_equal(came(&w), "2025-11-25T13:20:12.345Z error   stopping\n");
  end(&w);
}

static void json_has_the_same_fields(void **state) {
  (void)state;
  static world w;
  begin(&w, (log_options){.form = LOG_FORM_JSON});
  log_event(w.log, LEVEL_WARNING, "run late", LOG_TEXT("pack", "a\"b"), LOG_INTEGER("run", 7),
            LOG_NUMBER("rate", (double)NAN), LOG_FLAG("dry", false), LOG_NUMBER("seconds", 0.1));
  assert_string_equal(
      came(&w), "{\"time\":\"2025-11-25T13:20:12.345Z\",\"level\":\"warning\",\"event\":\"run "
                "late\",\"pack\":\"a\\\"b\",\"run\":7,\"rate\":null,\"dry\":false,"
                "\"seconds\":0.1}\n");
  end(&w);
}

static void the_journal_gets_its_priority_and_no_time(void **state) {
  (void)state;
  static world w;
  begin(&w, (log_options){.journal = true});
  log_event(w.log, LEVEL_WARNING, "run late", LOG_TEXT("pack", "acme"));
  assert_string_equal(came(&w), "<4>run late pack=acme\n");
  end(&w);
  begin(&w, (log_options){.journal = true, .form = LOG_FORM_JSON});
  log_event(w.log, LEVEL_ERROR, "x");
  assert_non_null(strstr(came(&w), "<3>{\"time\":"));
  end(&w);
}

static void what_comes_from_outside_cannot_forge_a_line(void **state) {
  (void)state;
  static world w;
  static const char nasty[] = "a\nfake=1 \x1b[31m\x7f \xff\xc3(\" 客户\xe2\x80\xae";
  for (int form = 0; form < 2; form++) {
    begin(&w, (log_options){.form = form ? LOG_FORM_JSON : LOG_FORM_TEXT});
    log_event(w.log, LEVEL_INFO, "request", LOG_TEXT("path", nasty));
    const char *text = came(&w);
    const size_t n = strlen(text);
    assert_true(text_valid_utf8(text, n));
    assert_ptr_equal(strchr(text, '\n'), text + n - 1);
    for (size_t i = 0; i + 1 < n; i++) assert_true((unsigned char)text[i] >= 0x20);
    assert_non_null(strstr(text, "客户"));
    end(&w);
  }
}

static void a_secret_is_never_told(void **state) {
  (void)state;
  static world w;
  const char *none = NULL;
  begin(&w, (log_options){0});
  log_event(w.log, LEVEL_INFO, "token made", LOG_SECRET("token", "asy_verysecret"),
            LOG_SECRET("password", none));
  assert_string_equal(came(&w), "2025-11-25T13:20:12.345Z info    token made token=***\n");
  end(&w);
}

static void what_repeats_itself_is_counted(void **state) {
  (void)state;
  static world w;
  begin(&w, (log_options){.repeats = 2, .window = 30});
  for (int i = 0; i < 10; i++)
    log_event(w.log, LEVEL_WARNING, "mail failed", LOG_TEXT("pack", "acme"));
  log_event(w.log, LEVEL_WARNING, "mail failed", LOG_TEXT("pack", "other"));
  const char *text = came(&w);
  size_t lines = 0;
  for (const char *at = text; (at = strchr(at, '\n')); at++) lines++;
  assert_int_equal(lines, 3); /* two of the same, and the other */
  log_sweep(w.log);
  assert_string_equal(came(&w), ""); /* the window is still open */
  moment += 31000;
  log_sweep(w.log);
  assert_string_equal(came(&w), "2025-11-25T13:20:43.345Z warning mail failed not_shown=8\n");
  log_event(w.log, LEVEL_WARNING, "mail failed", LOG_TEXT("pack", "acme"));
  assert_non_null(strstr(came(&w), "pack=acme\n"));
  end(&w);
}

static void a_flood_of_different_lines_ends_too(void **state) {
  (void)state;
  static world w;
  begin(&w, (log_options){.most = 5});
  for (int i = 0; i < 100; i++)
    log_event(w.log, LEVEL_INFO, "connection cut off", LOG_INTEGER("peer", i));
  log_event(w.log, LEVEL_INFO, "run published");
  const char *text = came(&w);
  assert_non_null(strstr(text, "peer=4\n"));
  assert_null(strstr(text, "peer=5\n"));
  assert_non_null(strstr(text, "run published\n"));
  log_free(w.log); /* whatever was kept back is told at the end */
  assert_non_null(strstr(came(&w), "connection cut off not_shown=95\n"));
  w.log = NULL;
  end(&w);
}

static void *write_many(void *arg) {
  for (int i = 0; i < 200; i++)
    log_event(arg, LEVEL_INFO, "x", LOG_INTEGER("n", i), LOG_TEXT("text", "some words here"));
  return NULL;
}

static void lines_of_threads_do_not_mix(void **state) {
  (void)state;
  static world w;
  pthread_t threads[3];
  begin(&w, (log_options){.repeats = 1000, .most = 100000});
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, write_many, w.log);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  size_t lines = 0;
  for (char *at = (char *)(uintptr_t)came(&w), *next; *at; at = next + 1, lines++) {
    next = strchr(at, '\n');
    assert_non_null(next);
    assert_memory_equal(next - 17, "\"some words here\"", 17);
  }
  assert_int_equal(lines, 600);
  end(&w);
}

static void the_journal_is_known_by_its_stream(void **state) {
  (void)state;
  int ends[2];
  struct stat st;
  char name[64];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  assert_int_equal(fstat(ends[0], &st), 0);
  snprintf(name, sizeof name, "%llu:%llu", (unsigned long long)st.st_dev,
           (unsigned long long)st.st_ino);
  assert_true(log_is_journal(ends[0], name));
  assert_false(log_is_journal(ends[1], name));
  assert_false(log_is_journal(ends[0], NULL));
  assert_false(log_is_journal(ends[0], "12"));
  assert_false(log_is_journal(ends[0], ":"));
  close(ends[0]);
  close(ends[1]);
}

static void levels_have_names(void **state) {
  (void)state;
  log_level level = LEVEL_INFO;
  assert_true(log_level_parse("debug", &level));
  assert_int_equal(level, LEVEL_DEBUG);
  assert_false(log_level_parse("loud", &level));
  assert_string_equal(log_level_name(LEVEL_ERROR), "error");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_one_line_that_people_read),
      cmocka_unit_test(json_has_the_same_fields),
      cmocka_unit_test(the_journal_gets_its_priority_and_no_time),
      cmocka_unit_test(what_comes_from_outside_cannot_forge_a_line),
      cmocka_unit_test(a_secret_is_never_told),
      cmocka_unit_test(what_repeats_itself_is_counted),
      cmocka_unit_test(a_flood_of_different_lines_ends_too),
      cmocka_unit_test(lines_of_threads_do_not_mix),
      cmocka_unit_test(the_journal_is_known_by_its_stream),
      cmocka_unit_test(levels_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
