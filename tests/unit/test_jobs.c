/* Runs of the service: in turn, never two of a pack, stopped when they must, noted whatever happens. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/jobs.h"
#include "support/rules_folder.h"

static char folder[64], database[96];
static shelf *packs;
static jobs *all;
static atomic_llong clock_now = 1758870000;
static const char *const plugins[] = {BUILD_DIR "/plugins"};
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char story[4096]; /* "+acme" began, "-acme" ended */

static int64_t now(void *ctx) {
  (void)ctx;
  return atomic_load(&clock_now);
}

static void on_change(void *ctx, const job_view *v) {
  (void)ctx;
  pthread_mutex_lock(&mutex);
  strcat(story, v->job.state == JOB_RUNNING ? "+" : "-");
  strcat(story, v->job.pack);
  strcat(story, " ");
  pthread_mutex_unlock(&mutex);
}

static void put(const char *name, const char *file, const char *text) {
  char rules[100];
  snprintf(rules, sizeof rules, "%s/rules", folder);
  put_pack_file(rules, name, file, text);
}

static const char company[] =
    "company { name = \"Acme\", currency = \"EUR\", timezone = \"+01:00\", "
    "scripts = { \"rules\" } }\n"
    "fields { id = key, days = integer { required = true } }\n"
    "source { plugin = \"csv\", path = \"c.csv\" }\n"
    "params { bound = integer { default = 30 } }\n"
    "outputs { \"grade\" }\n";

static void put_pack(const char *name) {
  buffer why = {0};
  put(name, "company.lua", company);
  put(name, "rules.lua", "bands \"grade\" { of = \"days - bound\", { \"C\", 0 }, { \"A\" } }\n");
  put(name, "c.csv", "id,days\n1,10\n2,40\n3,x\n");
  if (shelf_look(packs, name, atomic_load(&clock_now), &why) != SHELF_PUT_UP)
    fail_msg("%.*s", (int)why.size, why.data);
  buffer_deinit(&why);
}

/* A source that says nothing until somebody writes to it. */
static void make_silent(const char *name) {
  char path[200];
  snprintf(path, sizeof path, "%s/rules/%s/c.csv", folder, name);
  unlink(path);
  assert_int_equal(mkfifo(path, 0600), 0);
}

static void speak(const char *name) {
  char path[200];
  static const char text[] = "id,days\n1,10\n";
  snprintf(path, sizeof path, "%s/rules/%s/c.csv", folder, name);
  int f = open(path, O_WRONLY);
  assert_int_equal(write(f, text, sizeof text - 1), sizeof text - 1);
  close(f);
}

static int begin_with(unsigned most) {
  error e = {0};
  char rules[100];
  snprintf(folder, sizeof folder, "/tmp/assay-jobs-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(rules, sizeof rules, "%s/rules", folder);
  mkdir(rules, 0700);
  snprintf(database, sizeof database, "%s/a.db", folder);
  story[0] = '\0';
  packs = shelf_new(&(shelf_options){.rules = rules, .without_tests = true});
  const jobs_options o = {.shelf = packs,
                          .database = database,
                          .plugin_folders = plugins,
                          .plugin_folder_count = 1,
                          .most = most,
                          .threads = 1,
                          .now = now,
                          .changed = on_change};
  if (jobs_new(&o, &all, &e)) print_error("%s\n", e.message);
  return e.code;
}

static int begin(void **state) {
  (void)state;
  return begin_with(1);
}

static int begin_two(void **state) {
  (void)state;
  return begin_with(2);
}

static int end(void **state) {
  char command[128];
  (void)state;
  jobs_stop(all, 0);
  jobs_free(all);
  shelf_free(packs);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command);
}

static int64_t add(job_order o) {
  int64_t id = 0;
  error e = {0};
  if (!o.asked_by) o.asked_by = "api";
  if (!o.max_rejects) o.max_rejects = -1;
  if (jobs_add(all, &o, &id, &e)) fail_msg("%s", e.message);
  return id;
}

/* The oldest that waits or runs. */
typedef struct active {
  const char *pack, *schedule; /* NULL = any */
  int64_t id;                  /* 0 = none */
} active;

static void note_active(void *ctx, const job_view *v) {
  active *a = ctx;
  bool meant = (!a->pack || !strcmp(a->pack, v->job.pack)) &&
               (!a->schedule || (v->job.schedule && !strcmp(a->schedule, v->job.schedule)));
  if (meant && (!a->id || v->job.id < a->id)) a->id = v->job.id;
}

static int64_t active_job(const char *name, const char *schedule) {
  active a = {name, schedule, 0};
  jobs_each(all, note_active, &a);
  return a.id;
}

static void wait_idle(void) {
  for (int i = 0; i < 5000; i++) {
    if (!active_job(NULL, NULL)) return;
    usleep(2000);
  }
  fail_msg("still running");
}

static error_code keep(void *ctx, const store_job *j, error *e) {
  store_job *out = ctx;
  static char message[500];
  (void)e;
  *out = *j;
  snprintf(message, sizeof message, "%s", j->message ? j->message : "");
  out->message = message;
  out->pack = out->asked_by = out->schedule = out->who = out->times = NULL;
  return ERR_OK;
}

static store_job logged(int64_t id) {
  store *s;
  error e = {0};
  store_job out = {0};
  assert_int_equal(store_open(database, STORE_READ, &s, &e), ERR_OK);
  assert_int_equal(store_job_find(s, id, keep, &out, &e), ERR_OK);
  store_close(s);
  return out;
}

/* The log is written a moment before the job is out of the list. */
static void a_run_is_made_and_noted(void **state) {
  (void)state;
  put_pack("acme");
  int64_t id = add((job_order){.pack = "acme", .as_of = 1758870000});
  wait_idle();
  store_job j = logged(id);
  assert_int_equal(j.state, JOB_DONE);
  assert_int_equal(j.counts.records, 3);
  assert_int_equal(j.counts.graded, 2);
  assert_int_equal(j.counts.rejected, 1);
  assert_true(j.run_id > 0);
  assert_int_equal(j.as_of, 1758870000);
}

static void what_cannot_be_run_is_refused_or_failed(void **state) {
  (void)state;
  error e = {0};
  int64_t id = 0;
  const job_order nobody = {.pack = "nobody", .asked_by = "api", .max_rejects = -1};
  assert_int_equal(jobs_add(all, &nobody, &id, &e), ERR_NOT_FOUND);
  put_pack("acme");
  param_value wrong = {"bound", "many"};
  id = add((job_order){.pack = "acme", .params = &wrong, .param_count = 1});
  wait_idle();
  store_job j = logged(id);
  assert_int_equal(j.state, JOB_FAILED);
  assert_int_equal(j.code, ERR_PACK);
  assert_non_null(strstr(j.message, "bound"));
  id = add((job_order){.pack = "acme", .max_rejects = 0.5});
  wait_idle();
  j = logged(id);
  assert_int_equal(j.state, JOB_FAILED);
  assert_int_equal(j.code, ERR_GUARD);
}

static void none_waits_behind_the_many_of_another(void **state) {
  (void)state;
  put_pack("acme");
  put_pack("beta");
  put_pack("gamma");
  make_silent("acme");
  add((job_order){.pack = "acme"}); /* holds the only place until it may speak */
  for (int i = 0; i < 3; i++) add((job_order){.pack = "beta"});
  add((job_order){.pack = "gamma"});
  speak("acme");
  wait_idle();
  usleep(20000);
  pthread_mutex_lock(&mutex);
  assert_string_equal(story, "+acme -acme +beta -beta +gamma -gamma +beta -beta +beta -beta ");
  pthread_mutex_unlock(&mutex);
}

static void two_packs_at_once_but_one_run_of_each(void **state) {
  (void)state;
  put_pack("acme");
  put_pack("beta");
  make_silent("acme");
  int64_t first = add((job_order){.pack = "acme"}), second = add((job_order){.pack = "acme"});
  int64_t other = add((job_order){.pack = "beta"});
  while (logged(other).state != JOB_DONE) usleep(2000);
  assert_int_equal(logged(first).state, JOB_RUNNING);
  assert_int_equal(logged(second).state, JOB_WAITING);
  assert_int_equal(active_job("acme", NULL), first);
  assert_int_equal(active_job("acme", "nightly"), 0);
  speak("acme");
  while (logged(first).state != JOB_DONE) usleep(2000);
  speak("acme");
  wait_idle();
  assert_int_equal(logged(second).state, JOB_DONE);
}

static void cancelling_ends_what_waits_and_what_runs(void **state) {
  (void)state;
  error e = {0};
  put_pack("acme");
  make_silent("acme");
  int64_t first = add((job_order){.pack = "acme"}), second = add((job_order){.pack = "acme"});
  assert_int_equal(jobs_cancel(all, second, "no need", &e), ERR_OK);
  assert_int_equal(logged(second).state, JOB_CANCELLED);
  assert_int_equal(jobs_cancel(all, first, "wrong file", &e), ERR_OK);
  wait_idle();
  store_job j = logged(first);
  assert_int_equal(j.state, JOB_CANCELLED);
  assert_string_equal(j.message, "wrong file");
  assert_int_equal(jobs_cancel(all, first, "again", &e), ERR_NOT_FOUND);
}

static void a_deadline_ends_a_run(void **state) {
  (void)state;
  put_pack("acme");
  make_silent("acme");
  int64_t id = add((job_order){.pack = "acme", .deadline = 60});
  usleep(150000);
  assert_int_equal(logged(id).state, JOB_RUNNING);
  atomic_fetch_add(&clock_now, 61);
  wait_idle();
  store_job j = logged(id);
  assert_int_equal(j.state, JOB_FAILED);
  assert_non_null(strstr(j.message, "deadline"));
}

static void stopping_ends_all(void **state) {
  (void)state;
  error e = {0};
  put_pack("acme");
  make_silent("acme");
  int64_t first = add((job_order){.pack = "acme"}), second = add((job_order){.pack = "acme"}), id;
  jobs_stop(all, 0);
  assert_int_equal(logged(first).state, JOB_CANCELLED);
  assert_int_equal(logged(second).state, JOB_CANCELLED);
  const job_order late = {.pack = "acme", .asked_by = "api", .max_rejects = -1};
  assert_int_equal(jobs_add(all, &late, &id, &e), ERR_BUSY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_run_is_made_and_noted, begin, end),
      cmocka_unit_test_setup_teardown(what_cannot_be_run_is_refused_or_failed, begin, end),
      cmocka_unit_test_setup_teardown(none_waits_behind_the_many_of_another, begin, end),
      cmocka_unit_test_setup_teardown(two_packs_at_once_but_one_run_of_each, begin_two, end),
      cmocka_unit_test_setup_teardown(cancelling_ends_what_waits_and_what_runs, begin, end),
      cmocka_unit_test_setup_teardown(a_deadline_ends_a_run, begin, end),
      cmocka_unit_test_setup_teardown(stopping_ends_all, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
