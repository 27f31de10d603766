/* One service a database: its lock is gone with its holder, and tells who holds it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "serve/instance.h"

static char folder[64], database[96];
static arena texts;

static int make_folder(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/assay-instance-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(database, sizeof database, "%s/a.db", folder);
  return 0;
}

static int remove_folder(void **state) {
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -rf %s", folder);
  arena_deinit(&texts);
  return system(command);
}

static error_code take(const char *path, instance_kind kind, instance **out, instance_holder *h,
                       error *e) {
  return instance_take(path, kind, out, &texts, h, e);
}

static void a_service_is_alone(void **state) {
  (void)state;
  instance *one, *two;
  instance_holder h;
  error e = {0};
  assert_int_equal(take(database, INSTANCE_SERVICE, &one, &h, &e), ERR_OK);
  assert_int_equal(take(database, INSTANCE_SERVICE, &two, &h, &e), ERR_BUSY);
  assert_int_equal(h.pid, getpid());
  assert_string_equal(h.socket, "");
  assert_int_equal(instance_tell(one, "/run/a.sock", "http://127.0.0.1:8088", &e), ERR_OK);
  assert_int_equal(take(database, INSTANCE_RUN, &two, &h, &e), ERR_BUSY);
  assert_string_equal(h.socket, "/run/a.sock");
  assert_string_equal(h.address, "http://127.0.0.1:8088");
  assert_non_null(strstr(e.message, "listens at http://127.0.0.1:8088"));
  instance_release(one);
  assert_int_equal(take(database, INSTANCE_RUN, &two, &h, &e), ERR_OK);
  instance_release(two);
}

static void runs_share_it(void **state) {
  (void)state;
  instance *one, *two, *service;
  instance_holder h;
  error e = {0};
  assert_int_equal(take(database, INSTANCE_RUN, &one, &h, &e), ERR_OK);
  assert_int_equal(take(database, INSTANCE_RUN, &two, &h, &e), ERR_OK);
  assert_int_equal(take(database, INSTANCE_SERVICE, &service, &h, &e), ERR_BUSY);
  assert_int_equal(h.pid, 0);
  assert_non_null(strstr(e.message, "a run is using this database"));
  instance_release(one);
  assert_int_equal(take(database, INSTANCE_SERVICE, &service, &h, &e), ERR_BUSY);
  instance_release(two);
  assert_int_equal(take(database, INSTANCE_SERVICE, &service, &h, &e), ERR_OK);
  instance_release(service);
}

static void a_second_name_is_the_same_database(void **state) {
  (void)state;
  char link[128];
  instance *one, *two;
  instance_holder h;
  error e = {0};
  FILE *f = fopen(database, "w");
  assert_non_null(f);
  fclose(f);
  snprintf(link, sizeof link, "%s/other.db", folder);
  assert_int_equal(symlink("a.db", link), 0);
  assert_int_equal(take(database, INSTANCE_SERVICE, &one, &h, &e), ERR_OK);
  assert_int_equal(take(link, INSTANCE_SERVICE, &two, &h, &e), ERR_BUSY);
  assert_string_equal(instance_socket_path(&texts, link), instance_socket_path(&texts, database));
  instance_release(one);
}

static void a_killed_holder_holds_nothing(void **state) {
  (void)state;
  instance *one;
  instance_holder h;
  error e = {0};
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  if (!child) {
    if (take(database, INSTANCE_SERVICE, &one, &h, &e) || write(ready[1], "x", 1) != 1) _exit(1);
    pause();
  }
  char c;
  assert_int_equal(read(ready[0], &c, 1), 1);
  assert_int_equal(take(database, INSTANCE_SERVICE, &one, &h, &e), ERR_BUSY);
  assert_int_equal(h.pid, child);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  assert_int_equal(take(database, INSTANCE_SERVICE, &one, &h, &e), ERR_OK);
  instance_release(one);
  close(ready[0]);
  close(ready[1]);
}

static void sockets_have_short_names(void **state) {
  (void)state;
  char deep[300] = "";
  for (int i = 0; i < 12; i++) strcat(deep, "/a-rather-long-name");
  strcat(deep, "/a.db");
  assert_true(strlen(instance_socket_path(&texts, deep)) < 100);
  assert_non_null(strstr(instance_socket_path(&texts, database), "a.db.sock"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_service_is_alone, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(runs_share_it, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(a_second_name_is_the_same_database, make_folder,
                                      remove_folder),
      cmocka_unit_test_setup_teardown(a_killed_holder_holds_nothing, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(sockets_have_short_names, make_folder, remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
