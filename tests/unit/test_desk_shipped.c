/* Single answers are those of a run: every sample customer of the shipped packs, asked alone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "base/text.h"
#include "run/json_value.h"
#include "run/report_text.h"
#include "support/asking.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

typedef struct table {
  char *text;
  size_t columns, rows;
  const char *cells[20000]; /* row * columns + column; row 0 is the head */
} table;

/* Cells end in place; quotes are taken off. */
static void read_table(table *t, const char *path) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  t->text = calloc(1, 1 << 20);
  const size_t n = fread(t->text, 1, (1 << 20) - 1, f);
  fclose(f);
  size_t cells = 0;
  for (char *p = t->text; p < t->text + n;) {
    char *to = p, end = 0;
    t->cells[cells++] = p;
    assert_true(cells < COUNT(t->cells));
    for (bool quoted = false;; p++) {
      if (*p == '"' && quoted && p[1] == '"')
        *to++ = *p++;
      else if (*p == '"')
        quoted = !quoted;
      else if (!quoted && (*p == ',' || *p == '\n' || !*p)) {
        end = *p++;
        break;
      } else if (*p != '\r')
        *to++ = *p;
    }
    *to = 0;
    if (end != ',' && !t->columns) t->columns = cells;
  }
  t->rows = cells / t->columns;
}

static void put_row(buffer *out, const table *t, size_t row, bool with_key) {
  buffer_char(out, '{');
  for (size_t c = with_key ? 0 : 1; c < t->columns; c++) {
    if (c > !with_key) buffer_char(out, ',');
    text_json(out, t->cells[c], strlen(t->cells[c]));
    buffer_char(out, ':');
    text_json(out, t->cells[row * t->columns + c], strlen(t->cells[row * t->columns + c]));
  }
  buffer_char(out, '}');
}

typedef struct shipped {
  desk *desk;
  char folder[96], database[128];
  table *customers;
  table *lists[8]; /* by related list */
} shipped;

/* The record of a row with its lists. */
static char *record_of(const shipped *s, size_t row) {
  const pack *p = desk_pack(s->desk);
  const char *key = s->customers->cells[row * s->customers->columns];
  buffer out = {0};
  put_row(&out, s->customers, row, true);
  out.size--;
  for (size_t i = 0; i < p->related_count; i++) {
    size_t count = 0;
    buffer_format(&out, ",\"%s\":[", p->related[i].name);
    for (size_t r = 1; r < s->lists[i]->rows; r++) {
      if (strcmp(s->lists[i]->cells[r * s->lists[i]->columns], key) != 0) continue;
      if (count++) buffer_char(&out, ',');
      put_row(&out, s->lists[i], r, false);
    }
    buffer_char(&out, ']');
  }
  buffer_text(&out, "}");
  return out.data;
}

static void shipped_run(shipped *s, const char *file, const char *plugins) {
  error e = {0};
  findings found = {0};
  run_result result;
  store *to;
  assay_setting path = {.name = "path", .value = file};
  const plugin_settings settings = {&path, 1};
  const char *folders[] = {plugins};
  plugin_host *host = plugin_host_new(folders, 1);
  plan *made = plan_new(desk_pack(s->desk), &(plan_options){.as_of = AS_OF}, &found);
  assert_int_equal(store_open(s->database, STORE_WRITE, &to, &e), ERR_OK);
  const run_options o = {.pack = desk_pack(s->desk),
                         .plan = made,
                         .as_of = AS_OF,
                         .data_folder = s->folder,
                         .settings = &settings,
                         .plugins = host,
                         .store = to,
                         .threads = 1,
                         .limit = -1,
                         .max_rejects = -1,
                         .allow_shrink = true,
                         .keep = 2};
  if (run_pack(&o, &result, &e)) fail_msg("%s", e.message);
  store_close(to);
  plan_free(made);
  plugin_host_free(host);
  findings_deinit(&found);
}

typedef struct comparing {
  const shipped *shipped;
  store_reader *reader;
  size_t graded, rejected;
} comparing;

static char *answer_for(const shipped *s, const char *key) {
  for (size_t r = 1; r < s->customers->rows; r++) {
    if (strcmp(s->customers->cells[r * s->customers->columns], key) != 0) continue;
    char *record = record_of(s, r), *text = ask(s->desk, &plain, record);
    free(record);
    return text;
  }
  fail_msg("no customer %s", key);
  return NULL;
}

static error_code compare_row(void *ctx, const store_row *row, error *e) {
  comparing *x = ctx;
  const store_run *run = store_reader_run(x->reader);
  buffer wanted = {0};
  (void)e;
  char *got = answer_for(x->shipped, row->key);
  buffer_text(&wanted,
              row->failed ? "\"status\":\"error\"" : "\"status\":\"graded\",\"outputs\":{");
  for (size_t i = 0; i < run->output_count && !row->failed; i++) {
    buffer_format(&wanted, "%s\"%s\":", i ? "," : "", run->outputs[i].name);
    json_value(&wanted, &row->outputs[i], 0, run->zone);
  }
  buffer_text(&wanted, "");
  if (!strstr(got, wanted.data)) fail_msg("%s: got\n%s\nstored\n%s", row->key, got, wanted.data);
  x->graded++;
  buffer_deinit(&wanted);
  free(got);
  return ERR_OK;
}

static error_code compare_outcome(void *ctx, const store_outcome *o, error *e) {
  comparing *x = ctx;
  buffer code = {0}, wanted = {0};
  (void)e;
  if (!o->key || !*o->key || strcmp(o->code, "DUPLICATE_ID") == 0 || strcmp(o->code, "RAGGED") == 0)
    return ERR_OK; /* a single record is no duplicate, and JSON is not ragged */
  char *got = answer_for(x->shipped, o->key);
  write_outcome_code(&code, o);
  buffer_format(&wanted, "\"kind\":\"%s\",\"code\":\"%.*s\"", o->kind, (int)code.size, code.data);
  if (!strstr(got, wanted.data)) fail_msg("%s: got\n%s\nstored\n%s", o->key, got, wanted.data);
  x->rejected++;
  buffer_deinit(&code);
  buffer_deinit(&wanted);
  free(got);
  return ERR_OK;
}

static void check_shipped(const char *name, const char *file, size_t graded) {
  run_world w;
  shipped s;
  char path[256];
  error e = {0};
  store *from;
  world_open(&w);
  snprintf(s.folder, sizeof s.folder, "rules/%s", name);
  snprintf(s.database, sizeof s.database, "%.100s/shipped.db", w.folder);
  s.desk = desk_of(s.folder, s.database);
  shipped_run(&s, file, w.plugins);
  s.customers = calloc(1, sizeof(table));
  snprintf(path, sizeof path, "%s/%s", s.folder, file);
  read_table(s.customers, path);
  const pack *p = desk_pack(s.desk);
  for (size_t i = 0; i < p->related_count; i++) {
    s.lists[i] = calloc(1, sizeof(table));
    snprintf(path, sizeof path, "%s/%s.csv", s.folder, p->related[i].name);
    read_table(s.lists[i], path);
  }
  comparing x = {.shipped = &s};
  assert_int_equal(store_open(s.database, STORE_READ, &from, &e), ERR_OK);
  assert_int_equal(store_reader_open(from, name, &x.reader, &e), ERR_OK);
  assert_int_equal(store_list(x.reader, &(store_query){.limit = -1}, compare_row, &x, &e), ERR_OK);
  assert_int_equal(store_outcomes(x.reader, NULL, compare_outcome, &x, &e), ERR_OK);
  assert_true(graded ? x.graded == graded : x.rejected > 3);
  store_reader_close(x.reader);
  store_close(from);
  for (size_t i = 0; i < p->related_count; i++) free(s.lists[i]->text), free(s.lists[i]);
  free(s.customers->text);
  free(s.customers);
  desk_release(s.desk);
  world_close(&w);
}

static void the_shipped_packs_answer_as_they_run(void **state) {
  (void)state;
  check_shipped("real-estate-leads", "customers.csv", 60);
  check_shipped("distributor-credit", "customers.csv", 60);
  check_shipped("b2b-software", "customers.csv", 60);
  check_shipped("ecommerce-rfm", "customers.csv", 60);
}

static void what_they_refuse_as_well(void **state) {
  (void)state;
  check_shipped("real-estate-leads", "bad_customers.csv", 0);
  check_shipped("distributor-credit", "bad_customers.csv", 0);
  check_shipped("b2b-software", "bad_customers.csv", 0);
  check_shipped("ecommerce-rfm", "bad_customers.csv", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_shipped_packs_answer_as_they_run),
      cmocka_unit_test(what_they_refuse_as_well),
  };
  return cmocka_run_group_tests_name("desk_shipped", tests, NULL, NULL);
}
