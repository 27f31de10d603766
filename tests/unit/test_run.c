/* The pipeline, run for real over generated files: threads, guards, stops, a source that blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "run/guard.h"
#include "run/report.h"
#include "run/run.h"

#define PACK "tests/cli/packs/mini"
#define ROWS 20000

typedef struct world {
  char folder[64], csv[96], bad_csv[96], pipe[96], database[96];
  pack *pack;
  plan *plan;
  plugin_host *plugins;
} world;

static void write_csv(const char *path, int rows, bool some_bad) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs("id,name,amount,kind\n", f);
  for (int i = 0; i < rows; i++) {
    const char *amount = some_bad && i % 10 == 3 ? "-1" : "1";
    const char *name = some_bad && i % 500 == 7 ? "boom" : "somebody";
    fprintf(f, "C%06d,%s,%s%d.50,%s\n", some_bad && i % 1000 == 999 ? 5 : i, name, amount, i % 900,
            i % 3 ? "good" : "bad");
  }
  fclose(f);
}

static int make_world(void **state) {
  world *w = mem_alloc(sizeof *w);
  char self[512], plugins[600];
  findings found = {0};
  const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n < 0) return -1;
  self[n] = 0;
  *strrchr(self, '/') = 0;
  snprintf(plugins, sizeof plugins, "%s/../plugins", self);
  strcpy(w->folder, "/tmp/assay-test-run-XXXXXX");
  if (!mkdtemp(w->folder)) return -1;
  snprintf(w->csv, sizeof w->csv, "%s/good.csv", w->folder);
  snprintf(w->bad_csv, sizeof w->bad_csv, "%s/bad.csv", w->folder);
  snprintf(w->pipe, sizeof w->pipe, "%s/pipe", w->folder);
  write_csv(w->csv, ROWS, false);
  write_csv(w->bad_csv, ROWS, true);
  if (mkfifo(w->pipe, 0600)) return -1;
  w->pack = pack_load(PACK, &found);
  w->plan = w->pack ? plan_new(w->pack, &(plan_options){.as_of = 1758870000}, &found) : NULL;
  for (size_t i = 0; i < found.count; i++) fprintf(stderr, "%s\n", found.items[i].message);
  findings_deinit(&found);
  const char *folders[] = {plugins};
  w->plugins = plugin_host_new(folders, 1);
  *state = w;
  return w->pack && w->plan ? 0 : -1;
}

static int unmake_world(void **state) {
  world *w = *state;
  char command[128];
  plugin_host_free(w->plugins);
  plan_free(w->plan);
  pack_free(w->pack);
  snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
  free(w);
  return system(command);
}

/* Options for a run over a file into a store of that name, which is opened. */
static run_options options_for(world *w, const char *csv, const char *database,
                               plugin_settings *settings, assay_setting *path) {
  error e = {0};
  store *s = NULL;
  snprintf(w->database, sizeof w->database, "%s/%s", w->folder, database);
  if (store_open(w->database, STORE_WRITE, &s, &e)) fail_msg("%s", e.message);
  *path = (assay_setting){"path", NULL, csv};
  *settings = (plugin_settings){path, 1};
  return (run_options){.pack = w->pack,
                       .plan = w->plan,
                       .as_of = 1758870000,
                       .data_folder = w->folder,
                       .settings = settings,
                       .plugins = w->plugins,
                       .store = s,
                       .threads = 4,
                       .limit = -1,
                       .max_rejects = -1,
                       .keep = 2};
}

static error_code add_row(void *ctx, const store_row *row, error *e) {
  (void)e;
  buffer *out = ctx;
  buffer_format(out, "%s %d %lld:", row->key, row->failed, (long long)row->sequence);
  for (size_t i = 0; i < 5 && !row->failed; i++) column_write(out, &row->outputs[i], 0, (zone){0});
  buffer_char(out, '\n');
  return ERR_OK;
}

static error_code add_outcome(void *ctx, const store_outcome *o, error *e) {
  (void)e;
  buffer_format(ctx, "%s %lld %s %s %s\n", o->kind, (long long)o->sequence, o->code, o->rule,
                o->message);
  return ERR_OK;
}

/* Everything that can be read of a published run, as one text. */
static void read_all(const char *database, buffer *out) {
  store *s;
  store_reader *r;
  error e = {0};
  const store_query all = {.limit = -1};
  assert_int_equal(store_open(database, STORE_READ, &s, &e), ERR_OK);
  assert_int_equal(store_reader_open(s, "mini", &r, &e), ERR_OK);
  assert_int_equal(store_list(r, &all, add_row, out, &e), ERR_OK);
  assert_int_equal(store_outcomes(r, NULL, add_outcome, out, &e), ERR_OK);
  buffer_char(out, 0);
  store_reader_close(r);
  store_close(s);
}

static bool is_published(const char *database) {
  store *s;
  store_reader *r = NULL;
  error e = {0};
  if (store_open(database, STORE_READ, &s, &e)) return false;
  const error_code code = store_reader_open(s, "mini", &r, &e);
  if (!code) store_reader_close(r);
  store_close(s);
  return code == ERR_OK;
}

static void gives_the_same_on_any_number_of_threads(void **state) {
  static const unsigned threads[] = {1, 4, 7};
  world *w = *state;
  buffer first = {0};
  for (size_t i = 0; i < 3; i++) {
    plugin_settings settings;
    assay_setting path;
    run_result result;
    error e = {0};
    buffer now = {0};
    char name[32];
    snprintf(name, sizeof name, "threads%u.db", threads[i]);
    run_options o = options_for(w, w->bad_csv, name, &settings, &path);
    o.threads = threads[i];
    if (run_pack(&o, &result, &e)) fail_msg("%s", e.message);
    store_close(o.store);
    assert_int_equal(result.counts.records, ROWS);
    assert_int_equal(result.counts.duplicates, 20);
    assert_int_equal(result.counts.rejected, ROWS / 10 + 20);
    assert_int_equal(result.counts.failed, 40);
    assert_int_equal(result.counts.graded + result.counts.failed + result.counts.rejected, ROWS);
    read_all(w->database, i ? &now : &first);
    if (i) assert_string_equal(first.data, now.data);
    buffer_deinit(&now);
  }
  buffer_deinit(&first);
}

static void takes_no_more_than_the_limit(void **state) {
  world *w = *state;
  plugin_settings settings;
  assay_setting path;
  run_result result;
  error e = {0};
  run_options o = options_for(w, w->csv, "limit.db", &settings, &path);
  o.limit = 3000;
  assert_int_equal(run_pack(&o, &result, &e), ERR_OK);
  assert_int_equal(result.counts.records, 3000);
  store_close(o.store);
}

static void stops_at_a_guard_with_nothing_published(void **state) {
  world *w = *state;
  plugin_settings settings;
  assay_setting path;
  run_result result;
  error e = {0};
  run_options o = options_for(w, w->bad_csv, "guard.db", &settings, &path);
  o.max_rejects = 9.5;
  o.max_rejects_percent = true;
  assert_int_equal(run_pack(&o, &result, &e), ERR_GUARD);
  assert_non_null(strstr(e.message, "--max-rejects"));
  store_close(o.store);
  assert_false(is_published(w->database));
}

static void stops_when_the_source_shrinks(void **state) {
  world *w = *state;
  plugin_settings settings;
  assay_setting path;
  run_result result;
  error e = {0};
  run_options o = options_for(w, w->csv, "shrink.db", &settings, &path);
  assert_int_equal(run_pack(&o, &result, &e), ERR_OK);
  o.limit = ROWS / 2 - 1;
  assert_int_equal(run_pack(&o, &result, &e), ERR_GUARD);
  assert_non_null(strstr(e.message, "--allow-shrink"));
  o.limit = ROWS / 2;
  assert_int_equal(run_pack(&o, &result, &e), ERR_OK);
  o.limit = 10;
  o.allow_shrink = true;
  assert_int_equal(run_pack(&o, &result, &e), ERR_OK);
  store_close(o.store);
}

static void tells_a_source_that_fails(void **state) {
  world *w = *state;
  plugin_settings settings;
  assay_setting path;
  run_result result;
  error e = {0};
  run_options o = options_for(w, "missing.csv", "fails.db", &settings, &path);
  assert_int_equal(run_pack(&o, &result, &e), ERR_SOURCE);
  assert_non_null(strstr(e.message, "missing.csv"));
  store_close(o.store);
  assert_false(is_published(w->database));
}

/* ---- stops ---- */

static volatile int stop;

static void stop_at_once(void *ctx, const run_progress *p) {
  (void)ctx;
  (void)p;
  stop = SIGTERM;
}

/* Nobody ever writes to the pipe: the source hangs, in open or in read. */
static void stops_though_the_source_blocks(void **state) {
  world *w = *state;
  for (int opened = 0; opened < 2; opened++) {
    plugin_settings settings;
    assay_setting path;
    run_result result;
    error e = {0};
    const int writer = opened ? open(w->pipe, O_RDWR) : -1;
    const time_t before = time(NULL);
    run_options o = options_for(w, w->pipe, "blocked.db", &settings, &path);
    stop = 0;
    o.stop = &stop;
    o.progress = stop_at_once;
    assert_int_equal(run_pack(&o, &result, &e), ERR_TERMINATED);
    assert_true(time(NULL) - before < 5);
    store_close(o.store);
    assert_false(is_published(w->database));
    if (writer >= 0) close(writer);
  }
}

static void writes_a_report_of_what_it_published(void **state) {
  world *w = *state;
  plugin_settings settings;
  assay_setting path;
  run_result result;
  error e = {0};
  buffer page = {0};
  store_reader *r;
  run_options o = options_for(w, w->bad_csv, "report.db", &settings, &path);
  assert_int_equal(run_pack(&o, &result, &e), ERR_OK);
  assert_int_equal(store_reader_open(o.store, "mini", &r, &e), ERR_OK);
  const report_options how = {.language = "en", .program = "assay"};
  if (report_write(&page, r, &how, &e)) fail_msg("%s", e.message);
  buffer_char(&page, 0);
  static const char *const parts[] = {"Mini",           "20,000 records",  "17,940 graded",
                                      "40 rule errors", "NEGATIVE:amount", "RULE_ERROR",
                                      "DUPLICATE_ID",   "Three decisions", "assay show mini"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strstr(page.data, parts[i])) fail_msg("no %s in:\n%s", parts[i], page.data);
  buffer_deinit(&page);
  store_reader_close(r);
  store_close(o.store);
}

static void write_bytes(const char *path, const char *bytes, size_t n) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, n, f), n);
  fclose(f);
}

static void knows_what_room_a_run_needs(void **state) {
  const world *w = *state;
  const double spare = guard_disk_need(0, -1, 0);
  char packed[96];
  snprintf(packed, sizeof packed, "%s/packed", w->folder);
  write_bytes(packed, "\x1F\x8B and more", 11);
  assert_int_equal(guard_source_size(packed), 110); /* whatever its name */
  write_bytes(packed, "id,name\n", 8);
  assert_int_equal(guard_source_size(packed), 8);
  unlink(packed);
  assert_int_equal(guard_source_size(packed), 0);
  assert_int_equal(guard_source_size(w->folder), 0);
  assert_int_equal(guard_source_size(w->pipe), 0); /* and does not wait for it */
  assert_true(spare > 0);
  assert_true(guard_disk_need(1000, -1, 0) - spare == 2000);   /* a first run */
  assert_true(guard_disk_need(1000, 100, 40) - spare == 5000); /* a later one */
  assert_true(guard_disk_need(1000, 2, 40) - spare == 2000);   /* after a trial */
}

static void stops_when_related_rows_shrink(void **state) {
  (void)state;
  const store_related last[] = {{.name = "gone", .rows = 5}, {.name = "orders", .rows = 100}};
  run_options o = {0};
  error e = {0};
  store_related now[] = {{.name = "orders", .rows = 50}, {.name = "fresh", .rows = 0}};
  assert_int_equal(guard_shrink_related(&o, last, 2, now, 2, &e), ERR_OK);
  now[0].rows = 49;
  assert_int_equal(guard_shrink_related(&o, last, 2, now, 2, &e), ERR_GUARD);
  assert_non_null(
      strstr(e.message, "related \"orders\" gave 49 rows, the last published run had 100"));
  assert_non_null(strstr(e.message, "--allow-shrink"));
  assert_int_equal(guard_shrink_related(&o, NULL, 0, now, 2, &e), ERR_OK); /* the first run */
  o.allow_shrink = true;
  assert_int_equal(guard_shrink_related(&o, last, 2, now, 2, &e), ERR_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gives_the_same_on_any_number_of_threads),
      cmocka_unit_test(takes_no_more_than_the_limit),
      cmocka_unit_test(stops_at_a_guard_with_nothing_published),
      cmocka_unit_test(stops_when_the_source_shrinks),
      cmocka_unit_test(tells_a_source_that_fails),
      cmocka_unit_test(stops_though_the_source_blocks),
      cmocka_unit_test(writes_a_report_of_what_it_published),
      cmocka_unit_test(knows_what_room_a_run_needs),
      cmocka_unit_test(stops_when_related_rows_shrink),
  };
  return cmocka_run_group_tests(tests, make_world, unmake_world);
}
