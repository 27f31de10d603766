/* Changes below a folder are told once it is quiet. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/watcher.h"

static char folder[64];
static uv_loop_t loop;
static watcher *watching;
static int told;

static void on_told(void *ctx) {
  (void)ctx;
  told++;
}

static int begin(void **state) {
  error e = {0};
  char sub[100];
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/assay-watch-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(sub, sizeof sub, "%s/acme", folder);
  mkdir(sub, 0700);
  told = 0;
  uv_loop_init(&loop);
  return watcher_new(&loop, folder, 100, 600, on_told, NULL, &watching, &e);
}

static int end(void **state) {
  char command[100];
  (void)state;
  watcher_close(watching);
  uv_run(&loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&loop), 0);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command);
}

static void on_time(uv_timer_t *timer) {
  uv_stop(timer->loop);
}

static void wait_for(unsigned milliseconds) {
  uv_timer_t timer;
  uv_timer_init(&loop, &timer);
  uv_timer_start(&timer, on_time, milliseconds, 0);
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_close((uv_handle_t *)&timer, NULL);
  uv_run(&loop, UV_RUN_NOWAIT);
}

static void put(const char *name, const char *text) {
  char path[160];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static void many_changes_are_one(void **state) {
  (void)state;
  for (int i = 0; i < 100; i++) {
    char name[40];
    snprintf(name, sizeof name, "acme/%d.lua", i);
    put(name, "x");
  }
  wait_for(400);
  assert_int_equal(told, 1);
  wait_for(300);
  assert_int_equal(told, 1); /* looking is no change */
}

static void a_rename_over_is_one(void **state) {
  char from[160], to[160];
  (void)state;
  put("acme/rules.lua", "old");
  wait_for(400);
  told = 0;
  put("acme/.rules.lua.swp", "new");
  snprintf(from, sizeof from, "%s/acme/.rules.lua.swp", folder);
  snprintf(to, sizeof to, "%s/acme/rules.lua", folder);
  assert_int_equal(rename(from, to), 0);
  wait_for(400);
  assert_int_equal(told, 1);
}

static void new_folders_are_watched(void **state) {
  char path[160];
  (void)state;
  snprintf(path, sizeof path, "%s/zeta", folder);
  mkdir(path, 0700);
  wait_for(300);
  assert_int_equal(told, 1);
  put("zeta/company.lua", "x");
  wait_for(300);
  assert_int_equal(told, 2);
}

/* Whoever never stops writing is looked at now and then. */
static void restlessness_has_an_end(void **state) {
  (void)state;
  for (int i = 0; i < 20; i++) {
    put("acme/rules.lua", i % 2 ? "a" : "b");
    wait_for(50);
  }
  assert_in_range(told, 1, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(many_changes_are_one, begin, end),
      cmocka_unit_test_setup_teardown(a_rename_over_is_one, begin, end),
      cmocka_unit_test_setup_teardown(new_folders_are_watched, begin, end),
      cmocka_unit_test_setup_teardown(restlessness_has_an_end, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
