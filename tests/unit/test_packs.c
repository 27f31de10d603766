/* The packs that are shipped or kept for real data, from the file through plugin, door and plan to
 * the written values: real-estate-leads must give its expected.csv exactly. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "data/cast.h"
#include "data/plugin_host.h"
#include "eval/plan.h"
#include "lang/sheet.h"

static char plugin_folder[512]; /* of the program's own build: set by main */

/* ---- a pack at work on one file ---- */

typedef struct work {
  findings found;
  pack *pack;
  plan *plan;
  evaluator *evaluator;
  decisions *decisions;
  batch *batch;
  plugin_host *host;
  const assay_plugin *plugin;
  plugin_settings settings;
  size_t graded, failed, rejected;
} work;

typedef struct seen {
  void (*row)(void *ctx, const work *w, size_t row);
  void (*reject)(void *ctx, const reject *r);
  void *ctx;
} seen;

static void show(const findings *found) {
  for (size_t i = 0; i < found->count; i++)
    print_error("%s:%d: %s\n", found->items[i].file ? found->items[i].file : "-",
                found->items[i].line, found->items[i].message);
}

static void work_open(work *w, const char *path, const char *as_of) {
  error e = {0};
  *w = (work){0};
  plan_options o = {0};
  assert_true(moment_parse(as_of, strlen(as_of), &o.as_of));
  w->pack = pack_load(path, &w->found);
  if (w->pack) w->plan = plan_new(w->pack, &o, &w->found);
  show(&w->found);
  assert_non_null(w->plan);
  assert_int_equal(w->found.count, 0); /* no warnings either */
  w->evaluator = evaluator_new(w->plan, &e);
  if (!w->evaluator) fail_msg("%s", e.message);
  w->decisions = decisions_new(w->plan);
  w->batch = batch_new(&w->pack->schema, NULL);
  const char *folder = plugin_folder;
  w->host = plugin_host_new(&folder, 1);
  if (plugin_host_find(w->host, w->pack->source.plugin, &w->plugin, &e)) fail_msg("%s", e.message);
}

static void work_close(work *w) {
  plugin_host_free(w->host);
  batch_free(w->batch);
  decisions_free(w->decisions);
  evaluator_free(w->evaluator);
  plan_free(w->plan);
  pack_free(w->pack);
  findings_deinit(&w->found);
}

static void grade_rows(work *w, const cast *c, const struct ArrowArray *a, size_t from, size_t n,
                       uint64_t first, const seen *s) {
  error e = {0};
  batch_clear(w->batch);
  if (cast_rows(c, a, from, n, first, w->batch, NULL, &e)) fail_msg("%s", e.message);
  if (evaluator_run(w->evaluator, w->batch, w->decisions, &e)) fail_msg("%s", e.message);
  w->graded += w->batch->rows;
  w->failed += w->decisions->fault_count;
  w->rejected += w->batch->reject_count;
  for (size_t i = 0; i < w->decisions->fault_count; i++)
    print_error("%s\n", w->decisions->faults[i].message);
  for (size_t i = 0; s->row && i < w->batch->rows; i++) s->row(s->ctx, w, i);
  for (size_t i = 0; s->reject && i < w->batch->reject_count; i++)
    s->reject(s->ctx, &w->batch->rejects[i]);
}

/* Grades the whole file, `path` over the pack's own. */
static void work_file(work *w, const char *path, const seen *s) {
  error e = {0};
  assay_setting own[8];
  assert_true(w->pack->source.settings.count < 7);
  plugin_settings given = {own, 0}, checked = {0};
  for (; given.count < w->pack->source.settings.count; given.count++)
    own[given.count] = w->pack->source.settings.items[given.count];
  own[given.count++] = (assay_setting){"path", NULL, path};
  if (plugin_settings_check(w->plugin, &given, ".", &checked, &e)) fail_msg("%s", e.message);
  assay_request r = {.struct_size = sizeof r,
                     .settings = checked.items,
                     .setting_count = checked.count,
                     .shards = 1,
                     .batch_rows = BATCH_ROWS};
  struct ArrowArrayStream stream = {0};
  struct ArrowSchema types;
  if (plugin_open(w->plugin, &r, &stream, &e)) fail_msg("%s", e.message);
  assert_int_equal(stream.get_schema(&stream, &types), 0);
  cast *c;
  if (cast_new(&w->pack->schema, NULL, &types, path, &c, &e)) fail_msg("%s", e.message);
  uint64_t first = 0;
  for (;;) {
    struct ArrowArray a = {0};
    if (stream.get_next(&stream, &a)) fail_msg("%s", stream.get_last_error(&stream));
    if (!a.release) break;
    size_t rows = (size_t)a.length;
    for (size_t from = 0; from < rows; from += BATCH_ROWS)
      grade_rows(w, c, &a, from, rows - from < BATCH_ROWS ? rows - from : BATCH_ROWS, first, s);
    first += rows;
    a.release(&a);
  }
  cast_free(c);
  types.release(&types);
  stream.release(&stream);
  plugin_settings_deinit(&checked);
}

static void value_of(const work *w, size_t output, size_t row, buffer *out) {
  buffer_clear(out);
  column_write(out, &w->decisions->outputs[output], row, w->pack->zone);
  buffer_char(out, 0);
}

static size_t output_named(const work *w, const char *name) {
  const plan_output *outputs;
  size_t n = plan_outputs(w->plan, &outputs);
  for (size_t i = 0; i < n; i++)
    if (strcmp(outputs[i].name, name) == 0) return i;
  fail_msg("no output %s", name);
  return 0;
}

/* ---- real-estate-leads ---- */

#define LEADS "rules/real-estate-leads"
#define LEADS_AS_OF "2025-09-26T15:00:00+08:00"

typedef struct expected {
  arena arena;
  sheet sheet;
  size_t met, wrong;
} expected;

static void expected_read(expected *x, const char *path) {
  static char text[65536];
  findings found = {0};
  FILE *in = fopen(path, "rb");
  assert_non_null(in);
  size_t n = fread(text, 1, sizeof text, in);
  fclose(in);
  assert_true(sheet_read(&x->arena, path, text, n, &x->sheet, &found));
  findings_deinit(&found);
}

static void compare_row(void *ctx, const work *w, size_t row) {
  expected *x = ctx;
  const sheet_row *head = &x->sheet.rows[0], *want = NULL;
  const text_data *ids = &w->batch->columns[w->pack->schema.key].text;
  const char *key = ids->bytes + ids->offsets[row];
  size_t length = ids->offsets[row + 1] - ids->offsets[row];
  for (size_t i = 1; i < x->sheet.count; i++)
    if (strlen(x->sheet.rows[i].cells[0]) == length &&
        memcmp(x->sheet.rows[i].cells[0], key, length) == 0)
      want = &x->sheet.rows[i];
  assert_non_null(want);
  x->met++;
  buffer got = {0};
  for (size_t i = 1; i < head->count; i++) {
    value_of(w, output_named(w, head->cells[i]), row, &got);
    if (strcmp(got.data, want->cells[i]) == 0) continue;
    print_error("%s %s: expected %s, found %s\n", want->cells[0], head->cells[i], want->cells[i],
                got.data);
    x->wrong++;
  }
  buffer_deinit(&got);
}

static void leads_come_out_as_expected(void **state) {
  (void)state;
  work w;
  expected x = {0};
  expected_read(&x, LEADS "/expected.csv");
  work_open(&w, LEADS, LEADS_AS_OF);
  work_file(&w, LEADS "/customers.csv", &(seen){compare_row, NULL, &x});
  assert_int_equal(w.failed + w.rejected, 0);
  assert_int_equal(x.met, x.sheet.count - 1);
  assert_int_equal(x.met, 60);
  assert_int_equal(x.wrong, 0);
  arena_deinit(&x.arena);
  work_close(&w);
}

static void note_reject(void *ctx, const reject *r) {
  buffer_format(ctx, "%s %s:%s\n", r->key, r->code, r->field);
}

static void bad_leads_are_rejected(void **state) {
  (void)state;
  work w;
  buffer got = {0};
  work_open(&w, LEADS, LEADS_AS_OF);
  work_file(&w, LEADS "/bad_customers.csv", &(seen){NULL, note_reject, &got});
  buffer_char(&got, 0);
  assert_string_equal(got.data, "X-D1 BAD_VALUE:unit_price\nX-D2 UNKNOWN_CHOICE:financing\n"
                                "X-D3 BAD_VALUE:strategic\nX-D4 NEGATIVE:budget\n");
  buffer_deinit(&got);
  work_close(&w);
}

/* ---- real data, where it is ---- */

#define GERMAN "../shared/data/german_credit_labelled.csv"
#define BANK "../shared/data/bank-full.csv.gz"

/* The data are not shipped; a test that cannot find its file says so and is skipped. */
static void needs(const char *path) {
  if (access(path, R_OK) == 0) return;
  print_message("# SKIP: no %s (seen from the root of the repository)\n", path);
  skip();
}

static void count_class(void *ctx, const work *w, size_t row) {
  size_t *counts = ctx;
  buffer value = {0};
  value_of(w, output_named(w, "risk_class"), row, &value);
  counts[value.data[0] - 'A']++;
  buffer_deinit(&value);
}

static void german_credit_is_graded(void **state) {
  (void)state;
  static const size_t wanted[] = {179, 242, 252, 133, 194}; /* as tests/packs/german-credit says */
  size_t counts[26] = {0};
  work w;
  needs(GERMAN);
  work_open(&w, "tests/packs/german-credit", "2025-01-15T12:00:00+01:00");
  work_file(&w, GERMAN, &(seen){count_class, NULL, counts});
  assert_int_equal(w.graded, 1000);
  assert_int_equal(w.failed + w.rejected, 0);
  for (size_t i = 0; i < 5; i++) assert_int_equal(counts[i], wanted[i]);
  work_close(&w);
}

typedef struct calls {
  size_t due, today, never;
} calls;

static void count_call(void *ctx, const work *w, size_t row) {
  calls *c = ctx;
  buffer value = {0};
  value_of(w, output_named(w, "next_call"), row, &value);
  c->due += value.data[0] != 0;
  c->today += strcmp(value.data, "2010-12-01T18:00:00+00:00") == 0;
  value_of(w, output_named(w, "reasons"), row, &value);
  c->never += strstr(value.data, "CALLED_ENOUGH") || strstr(value.data, "IN_DEFAULT");
  buffer_deinit(&value);
}

static void bank_contacts_are_graded(void **state) {
  (void)state;
  calls c = {0};
  work w;
  needs(BANK);
  work_open(&w, "tests/packs/bank-marketing", "2010-12-01T09:00:00+00:00");
  work_file(&w, BANK, &(seen){count_call, NULL, &c});
  assert_int_equal(w.graded, 45211);
  assert_int_equal(w.failed + w.rejected, 0);
  assert_int_equal(c.due + c.never, 45211); /* each has a date, or a reason why not */
  assert_true(c.today > 0 && c.today < c.due);
  work_close(&w);
}

int main(int argc, char **argv) {
  (void)argc;
  const char *slash = strrchr(argv[0], '/'); /* build/tests/test_packs -> build/plugins */
  snprintf(plugin_folder, sizeof plugin_folder, "%.*s/../plugins",
           slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(leads_come_out_as_expected),
      cmocka_unit_test(bad_leads_are_rejected),
      cmocka_unit_test(german_credit_is_graded),
      cmocka_unit_test(bank_contacts_are_graded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
