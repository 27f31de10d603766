/* The store in trouble: other writers, full disks, wrong files, sudden death. */
#include "store_world.h"

/* ---- one run at a time ---- */

static void test_busy_claim(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  store *second;
  OK(store_open(w->path, STORE_WRITE, &second, &w->e));
  store_run_info info = info_of("acme");
  int64_t id;
  assert_int_equal(store_begin(second, &info, &id, &w->e), ERR_BUSY);
  char who[64];
  snprintf(who, sizeof who, "process %d has been running acme since 20", getpid());
  assert_says(w->e.message, who);
  info = info_of("other"); /* another pack may, at the same time */
  OK(store_begin(second, &info, &id, &w->e));
  maker_clear(&w->maker);
  maker_add(&w->maker, &customers[0]);
  OK(store_add(second, &w->maker.d, &w->e));
  store_discard(second, "enough");
  store_close(second);
  tell(w, "UPDATE claim SET process = '1@another boot'"); /* the pid lives on in another process */
  OK(store_open(w->path, STORE_WRITE, &second, &w->e));
  info = info_of("acme");
  OK(store_begin(second, &info, &id, &w->e));
  assert_int_equal(store_publish(w->store, 1, &w->e), ERR_BUSY);
  assert_says(w->e.message, "nothing of this run is published");
  store_discard(w->store, "lost");
  OK(store_publish(second, 1, &w->e));
  store_close(second);
  assert_string_equal(ask(w, "SELECT run_id FROM run WHERE status = 'published'"), "3");
}

static void test_another_writer(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  w->store->patience_ms = 200;
  sqlite3 *other;
  assert_int_equal(sqlite3_open(w->path, &other), SQLITE_OK);
  assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  maker_add(&w->maker, &customers[0]);
  assert_int_equal(store_add(w->store, &w->maker.d, &w->e), ERR_BUSY);
  assert_says(w->e.message, "another program has been writing");
  store_interrupt(w->store); /* ends the wait */
  assert_int_equal(store_add(w->store, &w->maker.d, &w->e), ERR_INTERRUPTED);
  store_discard(w->store, "no way in");
  assert_int_equal(w->store->unreleased, 1);
  sqlite3_close(other);
  run_many(w, "acme", 5, 1, 1); /* the claim of the first run is given back first */
  assert_string_equal(ask(w, "SELECT status FROM run"), "discarded/published");
  assert_string_equal(ask(w, "SELECT count(*) FROM claim"), "0");
}

static void test_full_disk(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 30000, 1, 1);
  begin(w, "acme");
  assert_int_equal(sqlite3_exec(w->store->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL),
                   SQLITE_OK);
  error_code code = ERR_OK; /* the file may keep the pages that it has, and get no more */
  for (int i = 0; i < 100 && code == ERR_OK; i++) {
    maker_clear(&w->maker);
    for (int k = 0; k < BATCH_ROWS; k++) maker_add(&w->maker, &customers[0]);
    code = store_add(w->store, &w->maker.d, &w->e);
  }
  assert_int_equal(code, ERR_STORE);
  assert_says(w->e.message, "the disk is full while writing decisions");
  assert_says(w->e.message, "the last run of acme took");
  store_discard(w->store, w->e.message);
  assert_string_equal(ask(w, "SELECT count(*), run_id FROM current_acme"), "30000,1");
  sqlite3_exec(w->store->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
  run_many(w, "acme", 10, 1, 1);
  assert_whole(w);
}

/* Between two batches another pack's run may write. */
static void test_flush(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  begin(w, "acme");
  add_many(w, 10, 1);
  OK(store_flush(w->store, &w->e));
  OK(store_flush(w->store, &w->e));
  tell(w, "CREATE TABLE beside (x)");
  assert_string_equal(ask(w, "SELECT count(*) FROM decision_1"), "10");
  add_many(w, 0, 1);
  OK(store_publish(w->store, 1, &w->e));
  assert_string_equal(ask(w, "SELECT count(*) FROM current_acme"), "10");
}

/* ---- files that are no store ---- */

static void test_files_that_are_refused(void **state) {
  world *w = *state;
  store *s;
  assert_int_equal(store_open(w->path, STORE_READ, &s, &w->e), ERR_NOT_FOUND);
  assert_says(w->e.message, "there is no such database");
  assert_int_equal(store_open("/nowhere/at/all.db", STORE_WRITE, &s, &w->e), ERR_STORE);
  assert_says(w->e.message, "check that its folder exists");

  FILE *f = fopen(w->path, "w");
  for (int i = 0; i < 1000; i++) fputs("customer_id,name\n", f);
  fclose(f);
  for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
    assert_int_equal(store_open(w->path, (store_mode)mode, &s, &w->e), ERR_STORE);
    assert_says(w->e.message, "not a database of assay");
  }
  unlink(w->path);

  tell(w, "CREATE TABLE customers (id)");
  assert_int_equal(store_open(w->path, STORE_WRITE, &s, &w->e), ERR_STORE);
  assert_says(w->e.message, "a database of another program");
  assert_string_equal(ask(w, "PRAGMA journal_mode"), "delete"); /* not a byte of it changed */
  unlink(w->path);

  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  store_close(w->store);
  w->store = NULL;
  tell(w, "PRAGMA user_version = 9");
  for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
    assert_int_equal(store_open(w->path, (store_mode)mode, &s, &w->e), ERR_STORE);
    assert_says(w->e.message, "schema is version 9, this program knows 7");
  }
}

/* A store of an earlier version is brought up to date by the first who may write, and asked to be by
 * who may not. */
static void test_earlier_version(void **state) {
  world *w = *state;
  store *s = NULL;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  store_close(w->store);
  w->store = NULL;
  tell(w, "DROP TABLE alert; DROP TABLE population; DROP TABLE outbox; DROP TABLE incident; DROP "
          "TABLE schedule; DROP TABLE job; DROP TABLE token; "
          "ALTER TABLE run DROP COLUMN related; PRAGMA user_version = 1");
  assert_int_equal(store_open(w->path, STORE_READ, &s, &w->e), ERR_STORE);
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  assert_string_equal(ask(w, "SELECT count(*) FROM alert"), "0");
  assert_string_equal(ask(w, "PRAGMA user_version"), "7");
}

/* As a user who may read the file and write neither it nor its folder. */
static void test_read_only_file(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  store_close(w->store);
  w->store = NULL;
  assert_int_equal(chmod(w->path, 0444), 0);
  assert_int_equal(chmod(w->folder, 0555), 0);
  pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65534) != 0) _exit(9);
    store *s;
    store_reader *r;
    buffer keys = {0};
    store_query all = {.limit = -1};
    if (store_open(w->path, STORE_WRITE, &s, &w->e) != ERR_STORE) _exit(1);
    if (!strstr(w->e.message, "check the permissions")) _exit(2);
    if (store_open(w->path, STORE_READ, &s, &w->e) != ERR_OK) _exit(3);
    if (store_reader_open(s, "acme", &r, &w->e) != ERR_OK) _exit(4);
    if (store_list(r, &all, collect_keys, &keys, &w->e) != ERR_OK) _exit(5);
    _exit(strcmp(keys.data, "D1 D10 D2 a|b bad ") == 0 ? 0 : 6);
  }
  int status;
  waitpid(child, &status, 0);
  assert_int_equal(chmod(w->folder, 0755), 0);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- dying ---- */

typedef enum moment_of_death {
  IN_ADD,
  IN_DUPLICATES,
  AFTER_SEAL,
  AFTER_PUBLISH,
  ANYWHERE
} moment_of_death;

/* A run of 120,000 in a process of its own, which dies at the moment, or when the parent likes. */
static pid_t run_in_child(world *w, moment_of_death when, int64_t score) {
  pid_t child = fork();
  if (child != 0) return child;
  store *s;
  if (store_open(w->path, STORE_WRITE, &s, &w->e) != ERR_OK) _exit(1);
  w->store = s;
  begin(w, "acme");
  add_many(w, when == IN_ADD ? 70000 : 120000, score); /* 50,000 are committed, the rest not */
  if (when == IN_ADD) raise(SIGKILL);
  if (store_duplicates(s, (uint64_t[]){3, 4}, 2, NULL, &w->e) != ERR_OK) _exit(2);
  if (when == IN_DUPLICATES) raise(SIGKILL);
  if (store_seal(s, &w->e) != ERR_OK) _exit(3);
  if (when == AFTER_SEAL) raise(SIGKILL);
  if (store_publish(s, 1, &w->e) != ERR_OK) _exit(4);
  raise(SIGKILL);
  _exit(5);
}

static int64_t published_score(world *w, int64_t *count) {
  store *s;
  store_reader *r;
  int64_t sum = 0;
  store_query all = {.limit = -1};
  OK(store_open(w->path, STORE_READ, &s, &w->e));
  OK(store_reader_open(s, "acme", &r, &w->e));
  *count = store_reader_run(r)->counts.graded;
  OK(store_list(r, &all, sum_scores, &sum, &w->e));
  store_reader_close(r);
  store_close(s);
  return sum;
}

static void test_kill_at_a_moment(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 1000, 1, 1);
  store_close(w->store);
  w->store = NULL;
  for (int when = IN_ADD; when <= AFTER_PUBLISH; when++) {
    int status;
    waitpid(run_in_child(w, (moment_of_death)when, 7), &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_whole(w);
    int64_t count, sum = published_score(w, &count);
    assert_int_equal(count, when == AFTER_PUBLISH ? 120000 : 1000);
    assert_int_equal(sum, when == AFTER_PUBLISH ? 840000 : 1000);
  }
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 10, 5, 1);
  assert_string_equal(ask(w, "SELECT count(*) FROM run WHERE stored = 1"), "1");
  assert_string_equal(ask(w, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'decision%'"),
                      "2");
  assert_string_equal(ask(w, "SELECT count(*) FROM run WHERE note = 'its process died'"), "3");
  assert_whole(w);
}

static void test_kill_at_any_instant(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 1000, 1, 1);
  store_close(w->store);
  w->store = NULL;
  int64_t before = 1000;
  for (int i = 1; i <= 12; i++) {
    pid_t child = run_in_child(w, ANYWHERE, i + 1);
    usleep((useconds_t)i * 35000);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_whole(w);
    int64_t count, sum = published_score(w, &count);
    if (sum != before) { /* then it is the whole new one */
      assert_int_equal(count, 120000);
      assert_int_equal(sum, 120000 * (i + 1));
    }
    before = sum;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_busy_claim),     TEST(test_another_writer),         TEST(test_full_disk),
      TEST(test_flush),          TEST(test_files_that_are_refused), TEST(test_earlier_version),
      TEST(test_read_only_file), TEST(test_kill_at_a_moment),       TEST(test_kill_at_any_instant),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
