/* A pack written by a test, run over a CSV file into a store: as on the command line, and read back as
 * text. One world a test; its folder goes with it. */
#ifndef SUPPORT_PACK_RUN_H
#define SUPPORT_PACK_RUN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "data/plugin_host.h"
#include "run/run.h"

#define RUNS __attribute__((unused)) static

#define RUN_AS_OF "2025-09-26T15:00:00+08:00"

typedef struct run_world {
  char folder[128], database[160], plugins[600];
  const char *as_of;
  unsigned threads;
  const param_value *params;
  size_t param_count;
  volatile int *stop;
  void (*progress)(void *ctx, const run_progress *p);
  void *progress_ctx;
  bool dry; /* into a store of its own, with the world's as history */
  run_result result;
  buffer findings; /* of the last run */
  error error;
} run_world;

RUNS void world_put(const run_world *w, const char *name, const char *text) {
  char path[256];
  snprintf(path, sizeof path, "%s/test/%s", w->folder, name);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
  fclose(f);
}

/* What every pack of these tests begins with. */
#define RUN_COMPANY                                                                                \
  "company { name = 'Test', currency = 'CNY', timezone = '+08:00', scripts = { 'rules' } }\n"      \
  "source { plugin = 'csv', path = 'c.csv' }\n"

RUNS void world_open(run_world *w) {
  char self[512], path[256];
  *w = (run_world){.as_of = RUN_AS_OF, .threads = 2};
  const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  assert_true(n > 0);
  self[n] = 0;
  *strrchr(self, '/') = 0;
  snprintf(w->plugins, sizeof w->plugins, "%s/../plugins", self);
  strcpy(w->folder, "/tmp/assay-test-world-XXXXXX");
  assert_non_null(mkdtemp(w->folder));
  snprintf(w->database, sizeof w->database, "%s/test.db", w->folder);
  snprintf(path, sizeof path, "mkdir '%s/test'", w->folder);
  assert_int_equal(system(path), 0);
}

RUNS void world_close(run_world *w) {
  char command[256];
  snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
  buffer_deinit(&w->findings);
  assert_int_equal(system(command), 0);
}

/* The pack: company.lua (behind RUN_COMPANY) and rules.lua. */
RUNS void world_pack(const run_world *w, const char *company, const char *rules) {
  buffer text = {0};
  buffer_text(&text, RUN_COMPANY);
  buffer_text(&text, company);
  world_put(w, "company.lua", text.data);
  world_put(w, "rules.lua", rules);
  buffer_deinit(&text);
}

RUNS void world_note(run_world *w, const findings *found) {
  buffer_clear(&w->findings);
  for (size_t i = 0; i < found->count; i++)
    buffer_format(&w->findings, "%d: %s\n", found->items[i].line, found->items[i].message);
  buffer_text(&w->findings, "");
}

/* Runs the pack over the CSV text. The findings and the error are in the world. */
RUNS error_code world_run(run_world *w, const char *csv) {
  char path[256];
  findings found = {0};
  plan_options o = {.params = w->params, .param_count = w->param_count};
  assert_true(moment_parse(w->as_of, strlen(w->as_of), &o.as_of));
  snprintf(path, sizeof path, "%s/test", w->folder);
  if (csv) world_put(w, "c.csv", csv);
  w->error = (error){0};
  pack *p = pack_load(path, &found);
  plan *made = p ? plan_new(p, &o, &found) : NULL;
  world_note(w, &found);
  findings_deinit(&found);
  error_code code = made ? ERR_OK : ERR_PACK;
  store *s = NULL;
  char dry[192];
  snprintf(dry, sizeof dry, "%s.dry", w->database);
  if (!code) code = store_open(w->dry ? dry : w->database, STORE_WRITE, &s, &w->error);
  const char *folders[] = {w->plugins};
  plugin_host *host = plugin_host_new(folders, 1);
  if (!code) {
    const run_options run = {.pack = p,
                             .plan = made,
                             .as_of = o.as_of,
                             .data_folder = path,
                             .plugins = host,
                             .store = s,
                             .history = w->database,
                             .threads = w->threads,
                             .limit = -1,
                             .max_rejects = -1,
                             .dry_run = w->dry,
                             .allow_shrink = true,
                             .keep = 2,
                             .stop = w->stop,
                             .progress = w->progress,
                             .progress_ctx = w->progress_ctx};
    code = run_pack(&run, &w->result, &w->error);
  }
  store_close(s);
  plugin_host_free(host);
  if (made) plan_free(made);
  pack_free(p);
  return code;
}

typedef struct world_rows {
  buffer text;
  const store_run *run;
} world_rows;

RUNS error_code world_row(void *ctx, const store_row *row, error *e) {
  world_rows *w = ctx;
  (void)e;
  buffer_text(&w->text, row->key);
  for (size_t i = 0; i < w->run->output_count && !row->failed; i++) {
    buffer_char(&w->text, ',');
    column_write(&w->text, &row->outputs[i], 0, w->run->zone);
  }
  if (row->failed) buffer_text(&w->text, ",failed");
  buffer_char(&w->text, '\n');
  return ERR_OK;
}

RUNS error_code world_outcome(void *ctx, const store_outcome *o, error *e) {
  world_rows *w = ctx;
  (void)e;
  buffer_format(&w->text, "%s %s %s%s%s\n", o->kind, o->key, o->code, *o->field ? ":" : "",
                o->field);
  return ERR_OK;
}

/* "key,output,output\n" by key, then the outcomes in source order. The caller frees it. */
RUNS char *world_read(const run_world *w) {
  store *s;
  store_reader *r;
  error e = {0};
  world_rows rows = {0};
  const store_query all = {.limit = -1};
  if (store_open(w->database, STORE_READ, &s, &e)) fail_msg("%s", e.message);
  if (store_reader_open(s, "test", &r, &e)) fail_msg("%s", e.message);
  rows.run = store_reader_run(r);
  assert_int_equal(store_list(r, &all, world_row, &rows, &e), ERR_OK);
  assert_int_equal(store_outcomes(r, NULL, world_outcome, &rows, &e), ERR_OK);
  buffer_text(&rows.text, "");
  store_reader_close(r);
  store_close(s);
  return rows.text.data;
}

/* Runs, and compares what is published then. */
RUNS void world_gives(run_world *w, const char *csv, const char *expected) {
  if (world_run(w, csv)) fail_msg("%s\n%s", w->error.message, w->findings.data);
  char *got = world_read(w);
  assert_string_equal(got, expected);
  free(got);
}

#endif
