/* examples "the sample" { customers = ..., expected = ... }: the whole pipeline over a file, compared
 * with the expected values row by row, found by key. Columns are found by name; an expected file
 * may leave outputs out. */
#include "rule_test_parts.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "../base/file.h"
#include "../lang/sheet.h"
#include "expect.h"
#include "replay.h"
#include "run.h"

#define DIFFERENCES_TOLD 20
#define SHEET_MOST ((size_t)256 << 20) /* bytes of expected values */

typedef struct comparison {
  rule_test_run *run;
  const sheet *expected;
  size_t key_column;
  const store_run *stored;
  int *outputs; /* by column of the sheet: the output, -1 = the key */
  bool *found;  /* by row of the sheet */
  size_t differences, compared;
  buffer *why;
} comparison;

/* The rows of a CSV file of the pack's folder; false with `why` filled. */
static bool read_sheet(rule_test_run *r, const char *name, sheet *out, buffer *why) {
  findings found = {0};
  size_t size = 0;
  const char *path = arena_format(&r->arena, "%s/%s", r->o->pack->folder, name);
  const char *data = file_read(&r->arena, path, SHEET_MOST, &size);
  if (!data) {
    buffer_format(why, "the file %s cannot be read\n", path);
    return false;
  }
  bool good = sheet_read(&r->arena, path, data, size, out, &found);
  for (size_t i = 0; i < found.count; i++)
    buffer_format(why, "%s:%d: %s\n", path, found.items[i].line, found.items[i].message);
  if (good && !out->count) buffer_format(why, "%s is empty\n", path);
  findings_deinit(&found);
  return good && out->count;
}

/* Rows name,value; as_of among them. */
static bool read_params(rule_test_run *r, const sample_test *s, const char **as_of, size_t *count,
                        test_setting **out, buffer *why) {
  sheet rows;
  *count = 0;
  if (!s->params_file) return true;
  if (!read_sheet(r, s->params_file, &rows, why)) return false;
  *out = arena_array(&r->arena, rows.count + 1, sizeof **out);
  for (size_t i = 1; i < rows.count; i++) {
    const sheet_row *row = &rows.rows[i];
    const char *text = row->count > 1 ? row->cells[1] : "";
    if (!strcmp(row->cells[0], "as_of"))
      *as_of = text;
    else
      (*out)[(*count)++] = (test_setting){row->cells[0], text};
  }
  return true;
}

/* ---- comparing ---- */

static bool bind_columns(comparison *c) {
  const sheet_row *head = &c->expected->rows[0];
  bool keyed = false, good = true;
  c->outputs = arena_array(&c->run->arena, head->count + 1, sizeof *c->outputs);
  for (size_t i = 0; i < head->count; i++) {
    bool known = false;
    if (!strcmp(head->cells[i], c->stored->key)) {
      c->outputs[i] = -1;
      c->key_column = i;
      known = keyed = true;
    }
    for (size_t k = 0; k < c->stored->output_count && !known; k++) {
      if (strcmp(c->stored->outputs[k].name, head->cells[i]) != 0) continue;
      c->outputs[i] = (int)k;
      known = true;
    }
    if (!known)
      buffer_format(c->why, "the column \"%s\" of the expected values is no output\n",
                    head->cells[i]);
    good = good && known;
  }
  if (!keyed)
    buffer_format(c->why, "the expected values have no column \"%s\", by which rows are found\n",
                  c->stored->key);
  return good && keyed;
}

static const sheet_row *find_row(comparison *c, const char *key) {
  for (size_t i = 1; i < c->expected->count; i++) {
    const sheet_row *row = &c->expected->rows[i];
    if (c->found[i] || row->count <= c->key_column || strcmp(row->cells[c->key_column], key) != 0)
      continue;
    c->found[i] = true;
    return row;
  }
  return NULL;
}

static void differ(comparison *c, const char *key, const char *what) {
  if (c->differences++ < DIFFERENCES_TOLD) buffer_format(c->why, "%s: %s\n", key, what);
}

static error_code compare_row(void *ctx, const store_row *row, error *e) {
  comparison *c = ctx;
  const sheet_row *want = find_row(c, row->key);
  const sheet_row *head = &c->expected->rows[0];
  (void)e;
  if (!want) {
    differ(c, row->key, "is graded, but not among the expected rows");
    return ERR_OK;
  }
  if (row->failed) {
    differ(c, row->key, "a rule failed on it");
    return ERR_OK;
  }
  for (size_t i = 0; i < head->count; i++) {
    const char *cell = i < want->count ? want->cells[i] : "";
    if (c->outputs[i] < 0) continue;
    const expectation x = {
        .output = head->cells[i], .kind = *cell ? EXPECT_VALUE : EXPECT_NONE, .text = cell};
    buffer line = {0};
    c->compared++;
    if (!expect_met(&x, &row->outputs[c->outputs[i]], 0, c->stored->zone, &line)) {
      buffer_text(&line, ""); /* ends the text */
      differ(c, row->key, line.data);
    }
    buffer_deinit(&line);
  }
  return ERR_OK;
}

/* Counts what the sample's decisions went through, evaluated again from what they keep. */
typedef struct recount {
  coverage *coverage;
  replay *replay;
} recount;

static error_code recount_row(void *ctx, const store_row *row, error *e) {
  const recount *c = ctx;
  if (replay_row(c->replay, row, NULL, NULL, NULL, e)) return e->code;
  coverage_add(c->coverage, replay_evaluator(c->replay));
  return ERR_OK;
}

static error_code cover(const rule_test_run *r, store_reader *reader, error *e) {
  recount c = {.coverage = r->o->coverage};
  const store_query all = {.limit = -1};
  if (!c.coverage) return ERR_OK;
  error_code code = replay_open(reader, true, &c.replay, e);
  if (!code) coverage_watch(c.coverage, replay_evaluator(c.replay));
  if (!code) code = store_list(reader, &all, recount_row, &c, e);
  if (c.replay) replay_close(c.replay);
  return code;
}

static error_code compare(rule_test_run *r, store_reader *reader, const sheet *expected,
                          buffer *why, error *e) {
  comparison c = {.run = r, .expected = expected, .stored = store_reader_run(reader), .why = why};
  const store_query all = {.limit = -1};
  if (!bind_columns(&c)) return ERR_OK;
  c.found = arena_array(&r->arena, expected->count + 1, sizeof *c.found);
  error_code code = store_list(reader, &all, compare_row, &c, e);
  for (size_t i = 1; i < expected->count && !code; i++)
    if (!c.found[i])
      differ(&c,
             expected->rows[i].count > c.key_column ? expected->rows[i].cells[c.key_column] : "?",
             "is expected, but was not graded");
  if (c.differences > DIFFERENCES_TOLD)
    buffer_format(why, "and %zu more differences\n", c.differences - DIFFERENCES_TOLD);
  return code;
}

/* ---- running ---- */

static error_code run_and_compare(rule_test_run *r, const sample_test *s, const plan *p,
                                  int64_t as_of, const sheet *expected, buffer *why, error *e) {
  store *st = NULL;
  store_reader *reader = NULL;
  run_result result;
  assay_setting path = {"path", NULL, s->customers};
  const plugin_settings settings = {&path, s->customers ? 1 : 0};
  error_code code = store_open(r->o->scratch, STORE_WRITE, &st, e);
  const run_options o = {.pack = r->o->pack,
                         .plan = p,
                         .as_of = as_of,
                         .data_folder = r->o->pack->folder,
                         .settings = &settings,
                         .plugins = r->o->plugins,
                         .store = st,
                         .threads = 1,
                         .limit = -1,
                         .max_rejects = -1,
                         .allow_shrink = true,
                         .dry_run = true,
                         .keep = 1};
  if (!code) code = run_pack(&o, &result, e);
  if (!code) code = store_reader_open(st, r->o->pack->name, &reader, e);
  if (!code) code = compare(r, reader, expected, why, e);
  if (!code) code = cover(r, reader, e);
  if (reader) store_reader_close(reader);
  if (st) store_close(st);
  return code;
}

static void run_sample(rule_test_run *r, const sample_test *s, buffer *why) {
  findings found = {0};
  error e = {0};
  sheet expected;
  int64_t moment = r->o->as_of;
  const char *as_of = s->as_of;
  size_t count = 0;
  test_setting *params = NULL;
  if (!read_params(r, s, &as_of, &count, &params, why)) return;
  if (!read_sheet(r, s->expected, &expected, why)) return;
  if (as_of && !moment_parse(as_of, strlen(as_of), &moment)) {
    buffer_format(why, "as_of is \"%s\", which is no moment\n", as_of);
    return;
  }
  param_value *values = arena_array(&r->arena, count + 1, sizeof *values);
  for (size_t i = 0; i < count; i++) values[i] = (param_value){params[i].name, params[i].value};
  const plan_options o = {.as_of = moment, .params = values, .param_count = count};
  plan *p = plan_new(r->o->pack, &o, &found);
  if (!p)
    findings_to_error(&found, &e, ERR_PACK);
  else
    run_and_compare(r, s, p, moment, &expected, why, &e);
  if (e.code) buffer_format(why, "%s\n", e.message);
  plan_free(p);
  findings_deinit(&found);
}

void sample_test_run(rule_test_run *r, const sample_test *s) {
  uint64_t start = uv_hrtime();
  buffer why = {0};
  run_sample(r, s, &why);
  buffer_text(&why, ""); /* ends the text */
  test_outcome o = {.kind = "sample",
                    .name = s->name,
                    .at = s->at,
                    .why = why.data,
                    .seconds = (double)(uv_hrtime() - start) / 1e9};
  rule_test_tell(r, &o);
  buffer_deinit(&why);
}
