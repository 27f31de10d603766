/* Keeping a store: copies of one in use, what is forgotten and what never is, and what is told of one that is
 * not well. */
#include "store_world.h"
#include "store/store_keep.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>

/* The moment at which a run of the test ended, told to the store behind its back. */
static void ended(world *w, int64_t run, const char *when) {
  char sql[160];
  snprintf(sql, sizeof sql,
           "UPDATE run SET started_at = '%s', finished_at = '%s' WHERE run_id = %lld", when, when,
           (long long)run);
  tell(w, sql);
}

static int64_t moment_of(const char *text) {
  int64_t seconds = 0;
  assert_true(moment_parse(text, strlen(text), &seconds));
  return seconds;
}

static const char *beside(const world *w, const char *name) {
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", w->folder, name);
  return path;
}

static void write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

/* ---- copies ---- */

static int64_t seen_done, seen_of;
static void see(void *ctx, int64_t done, int64_t of) {
  (void)ctx;
  seen_done = done;
  seen_of = of;
}

static void a_copy_is_whole_and_reads_as_the_store(void **state) {
  world *w = *state;
  store_copied c;
  struct stat st;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  run_many(w, "other", 3000, 7, 1);
  chmod(w->path, 0640);
  char to[256];
  strcpy(to, beside(w, "copy"));
  OK(store_backup(w->path, to, &(store_backup_options){.progress = see}, &c, &w->e));
  assert_int_equal(c.runs, 2);
  assert_int_equal(c.packs, 2);
  assert_int_equal(stat(to, &st), 0);
  assert_int_equal(st.st_size, c.bytes);
  assert_int_equal(st.st_mode & 0777, 0640);
  assert_int_equal(seen_done, c.bytes);
  assert_int_equal(seen_of, c.bytes);
  store *copy;
  store_reader *r;
  int64_t rows = 0;
  OK(store_open(to, STORE_READ, &copy, &w->e));
  OK(store_reader_open(copy, "other", &r, &w->e));
  OK(store_count(r, &(store_query){.limit = -1}, &rows, &w->e));
  assert_int_equal(rows, 3000);
  store_reader_close(r);
  store_close(copy);
  run_many(w, "other", 4000, 7, 1);
  OK(store_backup(w->path, to, &(store_backup_options){0}, &c, &w->e)); /* over the older one */
  OK(store_open(to, STORE_READ, &copy, &w->e));
  OK(store_reader_open(copy, "other", &r, &w->e));
  OK(store_count(r, &(store_query){.limit = -1}, &rows, &w->e));
  assert_int_equal(rows, 4000);
  store_reader_close(r);
  store_close(copy);
  unlink(to);
  unlink(beside(w, "copy-wal")); /* of the reader */
  unlink(beside(w, "copy-shm"));
  assert_int_not_equal(access(beside(w, "copy.partial"), F_OK), 0);
}

/* Another program writes between any two steps. */
static void write_between(void *ctx, int64_t done, int64_t of) {
  world *w = ctx;
  if (done < of) tell(w, "INSERT INTO scribble SELECT zeroblob(500000)");
}

static void a_copy_is_of_one_moment_however_much_is_written(void **state) {
  world *w = *state;
  store_copied c;
  sqlite3 *db;
  sqlite3_stmt *q;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 60000, 1, 1); /* several steps */
  tell(w, "CREATE TABLE scribble (x BLOB)");
  char to[256];
  strcpy(to, beside(w, "copy"));
  OK(store_backup(w->path, to, &(store_backup_options){.progress = write_between, .ctx = w}, &c,
                  &w->e));
  assert_string_not_equal(ask(w, "SELECT count(*) FROM scribble"), "0");
  assert_int_equal(sqlite3_open(to, &db), SQLITE_OK);
  assert_int_equal(
      sqlite3_prepare_v2(
          db, "SELECT (SELECT count(*) FROM scribble), (SELECT count(*) FROM current_acme)", -1, &q,
          NULL),
      SQLITE_OK);
  assert_int_equal(sqlite3_step(q), SQLITE_ROW);
  assert_int_equal(sqlite3_column_int(q, 0), 0);
  assert_int_equal(sqlite3_column_int(q, 1), 60000);
  sqlite3_finalize(q);
  sqlite3_close(db);
  unlink(to);
}

static void nothing_else_is_written_over(void **state) {
  world *w = *state;
  store_copied c;
  const store_backup_options o = {0};
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_customers(w, "acme");
  assert_int_equal(store_backup(w->path, w->path, &o, &c, &w->e), ERR_USAGE);
  assert_says(w->e.message, "this is the database itself");
  assert_int_equal(store_backup(w->path, w->folder, &o, &c, &w->e), ERR_USAGE);
  assert_says(w->e.message, "this is a folder");
  const char *rules = beside(w, "company.lua");
  write_text(rules,
             "company { name = \"a file that is dear to somebody, and longer than a header of "
             "SQLite, so that it is read at all\" }");
  assert_int_equal(store_backup(w->path, rules, &o, &c, &w->e), ERR_USAGE);
  assert_says(w->e.message, "is no backup of assay; it is left alone");
  unlink(rules);
  assert_int_equal(store_backup(w->path, "/nowhere/at/all/b", &o, &c, &w->e), ERR_STORE);
  assert_says(w->e.message, "/nowhere/at/all/b.partial: cannot be written");
  assert_int_equal(store_backup("/nowhere/a.db", rules, &o, &c, &w->e), ERR_NOT_FOUND);
  const int other = open(beside(w, "b.partial"), O_RDWR | O_CREAT, 0600);
  assert_int_equal(flock(other, LOCK_EX), 0);
  assert_int_equal(store_backup(w->path, beside(w, "b"), &o, &c, &w->e), ERR_BUSY);
  assert_says(w->e.message, "another backup is being written");
  close(other); /* its process is dead: its file is in nobody's way */
  OK(store_backup(w->path, beside(w, "b"), &o, &c, &w->e));
  unlink(beside(w, "b"));
}

static void an_interrupted_copy_leaves_nothing(void **state) {
  world *w = *state;
  store_copied c;
  atomic_bool stop = true;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 60000, 1, 1);
  assert_int_equal(
      store_backup(w->path, beside(w, "b"), &(store_backup_options){.stop = &stop}, &c, &w->e),
      ERR_INTERRUPTED);
  assert_int_not_equal(access(beside(w, "b.partial"), F_OK), 0);
  assert_int_not_equal(access(beside(w, "b"), F_OK), 0);
}

/* ---- what is forgotten ---- */

static error_code note_run(void *ctx, const store_old_run *run, error *e) {
  (void)e;
  buffer_format(ctx, "%lld %s %s%s, ", (long long)run->id, run->pack, run->status,
                run->stored ? "" : " (gone)");
  return ERR_OK;
}

/* Runs 1 to 4 of acme, one a year: published 2022, 2023, 2024, 2025 (in force); 5 was given up in 2022. */
static void make_history(world *w) {
  static const char *const when[] = {"2022-06-01T02:00:00+08:00", "2023-06-01T02:00:00+08:00",
                                     "2024-06-01T02:00:00+08:00", "2025-06-01T02:00:00+08:00"};
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  for (int64_t i = 1; i <= 4; i++) {
    store_run_info info = info_of("acme");
    char hash[32];
    int64_t id;
    snprintf(hash, sizeof hash, "hash-%lld", (long long)(i == 2 ? 1 : i));
    info.pack_hash = hash; /* the first two are of the same rules */
    OK(store_begin(w->store, &info, &id, &w->e));
    w->maker.next = 0;
    maker_clear(&w->maker);
    add_many(w, 3000, i);
    OK(store_publish(w->store, 3, &w->e)); /* the first one's decisions go */
    assert_int_equal(id, i);
  }
  begin(w, "acme");
  store_discard(w->store, "interrupted");
  for (int64_t i = 1; i <= 4; i++) ended(w, i, when[i - 1]);
  ended(w, 5, "2022-07-01T00:00:00+00:00");
}

static void what_was_in_force_since_the_moment_stays(void **state) {
  world *w = *state;
  store_pruned p;
  buffer told = {0};
  make_history(w);
  /* On 2 June 2023 the run of 2023 had just replaced that of 2022: only that one was over. */
  OK(store_prune(w->store, moment_of("2023-06-02T00:00:00+08:00"), true, note_run, &told, &p,
                 &w->e));
  buffer_char(&told, 0);
  assert_string_equal(told.data, "1 acme expired (gone), 5 acme discarded (gone), ");
  assert_int_equal(p.runs, 2);
  assert_int_equal(p.stored, 0);
  assert_int_equal(p.packs, 0); /* run 2 is of the same rules as run 1 */
  /* An hour before the run of 2024 was published, that of 2023 was in force. */
  buffer_clear(&told);
  OK(store_prune(w->store, moment_of("2024-05-31T17:00:00Z"), true, note_run, &told, &p, &w->e));
  buffer_char(&told, 0);
  assert_string_equal(told.data, "1 acme expired (gone), 5 acme discarded (gone), ");
  assert_string_equal(ask(w, "SELECT count(*) FROM run"), "5"); /* only told */
  OK(store_prune(w->store, moment_of("2024-06-01T02:00:01+08:00"), false, NULL, NULL, &p, &w->e));
  assert_int_equal(p.runs, 3);
  assert_int_equal(p.stored, 1);
  assert_int_equal(p.packs, 1); /* hash-1 */
  assert_true(p.bytes > 50000);
  assert_string_equal(ask(w, "SELECT run_id, status, stored FROM run"),
                      "3,superseded,1/4,published,1");
  assert_string_equal(ask(w, "SELECT DISTINCT hash FROM pack_archive"), "hash-3/hash-4");
  assert_string_equal(ask(w, "SELECT DISTINCT pack_hash FROM reason_text"), "hash-3/hash-4");
  assert_string_equal(ask(w, "SELECT name FROM sqlite_schema WHERE name LIKE 'decision%' AND type "
                             "= 'table' ORDER BY 1"),
                      "decision_3/decision_4");
  assert_string_equal(ask(w, "SELECT count(*) FROM current_acme"), "3000");
  assert_whole(w);
  store_reader *r;
  OK(store_reader_open_run(w->store, "acme", 3, &r, &w->e));
  store_reader_close(r);
  buffer_deinit(&told);
}

static void the_published_run_stays_however_old(void **state) {
  world *w = *state;
  store_pruned p;
  make_history(w);
  OK(store_prune(w->store, moment_of("2999-01-01T00:00:00Z"), false, NULL, NULL, &p, &w->e));
  assert_string_equal(ask(w, "SELECT run_id, status, stored FROM run"), "4,published,1");
  assert_string_equal(ask(w, "SELECT DISTINCT hash FROM pack_archive"), "hash-4");
  OK(store_prune(w->store, moment_of("2999-01-01T00:00:00Z"), false, NULL, NULL, &p, &w->e));
  assert_int_equal(p.runs, 0);
  assert_int_equal(p.packs, 0);
  assert_whole(w);
}

static void a_run_at_hand_and_a_reader_are_not_disturbed(void **state) {
  world *w = *state;
  store_pruned p;
  store *other;
  store_reader *r;
  make_history(w);
  OK(store_open(w->path, STORE_READ, &other, &w->e));
  OK(store_reader_open_run(other, "acme", 3, &r, &w->e));
  const int64_t id = begin(w, "acme"); /* began long ago, and is not over */
  add_many(w, 10, 1);
  OK(store_flush(w->store, &w->e));
  ended(w, id, "2020-01-01T00:00:00Z");
  store *pruner;
  OK(store_open(w->path, STORE_WRITE, &pruner, &w->e));
  OK(store_prune(pruner, moment_of("2999-01-01T00:00:00Z"), false, NULL, NULL, &p, &w->e));
  store_close(pruner);
  int64_t rows = 0;
  OK(store_count(r, &(store_query){.limit = -1}, &rows, &w->e));
  assert_int_equal(rows, 3000);
  store_reader_close(r);
  store_close(other);
  OK(store_publish(w->store, 1, &w->e));
  assert_string_equal(ask(w, "SELECT count(*) FROM current_acme"), "10");
  assert_whole(w);
}

/* ---- looking ---- */

static void note_health(void *ctx, health h, const char *what, const char *mend) {
  static const char *const words[] = {"fine", "warning", "wrong"};
  buffer_format(ctx, "%s: %s%s%s\n", words[h], what, mend ? " -> " : "", mend ? mend : "");
}

static const char *looked(world *w, bool deep, error_code expected) {
  static buffer told;
  store_state s;
  buffer_deinit(&told);
  assert_int_equal(store_look(w->path, deep, note_health, &told, &s, &w->e), expected);
  buffer_char(&told, 0);
  return told.data;
}

static void a_store_that_is_well_says_so(void **state) {
  world *w = *state;
  store_state s;
  buffer told = {0};
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 3000, 1, 1);
  chmod(w->path, 0600);
  OK(store_look(w->path, true, note_health, &told, &s, &w->e));
  buffer_char(&told, 0);
  assert_string_equal(told.data, "fine: every page and index of the database is whole\n");
  assert_int_equal(s.version, STORE_VERSION);
  assert_int_equal(s.published, 1);
  assert_true(s.bytes > 100000 && s.last_run_bytes > 50000 && s.newest > 1700000000);
  buffer_deinit(&told);
}

static void what_is_not_well_is_told_with_what_to_do(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 3000, 1, 1);
  run_many(w, "gone", 10, 1, 1);
  store_close(w->store);
  w->store = NULL;
  chmod(w->path, 0644);
  tell(w,
       "DELETE FROM pack_archive; DROP VIEW current_gone;"
       "INSERT INTO run (pack, as_of, status, started_at, pack_hash, key_field, outputs, inputs) "
       "VALUES ('acme', 'x', 'discarded', '2025-01-01T00:00:00Z', 'h', 'k', '[]', '[]')");
  const char *text = looked(w, false, ERR_OK);
  assert_says(text, "warning: everybody on this machine may read ");
  assert_says(text, "-> chmod o= '");
  assert_says(text, "fine: the database is whole (its structure");
  assert_says(text, "wrong: run 2 of gone is published, but its decisions or its view are gone");
  assert_says(text, "wrong: the rules of 2 stored runs are not in the archive");
  assert_says(text, "warning: 1 run that nobody needs takes room");
  tell(w, "PRAGMA user_version = 3");
  assert_says(looked(w, false, ERR_OK), "warning: an older assay wrote the database");
}

static void damage_is_seen(void **state) {
  world *w = *state;
  OK(store_open(w->path, STORE_WRITE, &w->store, &w->e));
  run_many(w, "acme", 3000, 1, 1);
  store_close(w->store);
  w->store = NULL;
  struct stat st;
  assert_int_equal(stat(w->path, &st), 0);
  const int fd = open(w->path, O_WRONLY);
  char rubbish[4096];
  memset(rubbish, 0xAB, sizeof rubbish);
  for (off_t at = 8192 * 20; at < st.st_size; at += 8192 * 7)
    assert_int_equal(pwrite(fd, rubbish, sizeof rubbish, at), sizeof rubbish);
  close(fd);
  assert_says(looked(w, true, ERR_OK), "wrong: the database is damaged: ");
  store_copied c;
  assert_int_equal(store_backup(w->path, beside(w, "b"), &(store_backup_options){0}, &c, &w->e),
                   ERR_STORE);
  assert_says(w->e.message, "the copy is not whole");
  assert_int_not_equal(access(beside(w, "b"), F_OK), 0);
}

static void what_is_no_store_is_told(void **state) {
  world *w = *state;
  assert_says(looked(w, false, ERR_NOT_FOUND), "wrong: ");
  write_text(w->path, "no database at all, but a text that is long enough to be looked at: it has "
                      "to have a hundred characters");
  assert_says(looked(w, false, ERR_STORE), "this is not a database of assay");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_copy_is_whole_and_reads_as_the_store),
      TEST(a_copy_is_of_one_moment_however_much_is_written),
      TEST(nothing_else_is_written_over),
      TEST(an_interrupted_copy_leaves_nothing),
      TEST(what_was_in_force_since_the_moment_stays),
      TEST(the_published_run_stays_however_old),
      TEST(a_run_at_hand_and_a_reader_are_not_disturbed),
      TEST(a_store_that_is_well_says_so),
      TEST(what_is_not_well_is_told_with_what_to_do),
      TEST(damage_is_seen),
      TEST(what_is_no_store_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
