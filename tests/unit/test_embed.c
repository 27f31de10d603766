/* The public library, as a program that embeds it uses it: <assay/assay.h> and nothing of the core. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <assay/assay.h>
#include <assay/rows.h>
#include "arrow_build.h"

#define AS_OF "2025-09-26T15:00:00+08:00"
#define COUNT(list) (sizeof(list) / sizeof *(list))

static const assay_options fixed = {.struct_size = sizeof fixed, .as_of = AS_OF};
static char folder[64];

static void put(const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static assay_rules *rules_of(const char *fields, const char *rules) {
  char company[2048];
  assay_rules *out;
  assay_error error = {sizeof error, 0, ""};
  snprintf(
      company, sizeof company,
      "company { name = 'Test', currency = 'CNY', timezone = '+08:00', scripts = { 'rules' } }\n"
      "source { plugin = 'csv', path = 'c.csv' }\n%s",
      fields);
  put("company.lua", company);
  put("rules.lua", rules);
  if (assay_load(folder, NULL, &out, &error)) fail_msg("%s", error.message);
  assert_int_equal(error.code, 0);
  return out;
}

static assay_rules *small_rules(void) {
  return rules_of(
      "fields { id = key { column = 'Customer No.' }, kind = choice { 'new', 'old' },\n"
      "  n = integer { min = 0 }, worth = money { required = true }, share = decimal(4),\n"
      "  since = date, seen = timestamp, vip = boolean, level = number }\n"
      "params { factor = decimal(2) { default = 0.50 } }\n"
      "outputs { 'kind', 'n', 'half', 'share', 'since', 'seen', 'vip', 'level', 'grade',\n"
      "  'codes' }\n",
      "rule 'checked' { type = integer, function(c)\n"
      "  if c.n == 100 then error('a hundred') end\n  return c.n end }\n"
      "derive 'half' { 'worth * factor' }\n"
      "decision_table 'grade' { type = choice { 'good', 'bad' }, inputs = { 'n' },\n"
      "  { '<= 5', 'good' }, { '[6..99]', 'bad' } }\n"
      "codes 'codes' { { 'RICH', 'worth >= 100', value = 'worth' }, { 'VIP', 'vip' } }\n");
}

/* ---- one record ---- */

static void one_record(void **state) {
  (void)state;
  assay_rules *rules = small_rules();
  assay_error error = {sizeof error, 0, ""};
  char *answer;
  size_t size;
  const char *record = "{\"id\":\"A\",\"worth\":100.01,\"n\":3,\"vip\":true}";
  assert_int_equal(assay_evaluate(rules, record, strlen(record), &fixed, &answer, &size, &error),
                   0);
  assert_int_equal(size, strlen(answer));
  assert_non_null(
      strstr(answer, "\"as_of\":\"" AS_OF "\",\"run\":null,\"key\":\"A\",\"status\":\"graded\""));
  assert_non_null(strstr(answer, "\"n\":3,\"half\":50.01,"));
  assert_non_null(strstr(answer, "\"codes\":[\"RICH:100.01\",\"VIP\"]"));
  assert_string_equal(assay_rules_title(rules), "Test");
  assert_int_equal(strlen(assay_rules_hash(rules)), 64);
  assert_non_null(strstr(answer, assay_rules_hash(rules)));
  assert_non_null(strstr(answer, assay_rules_name(rules)));
  assay_text_free(answer);
  assay_rules_free(rules);
}

static void options_count(void **state) {
  (void)state;
  assay_rules *rules = small_rules();
  const char *const params[] = {"factor", "0.25"};
  const char *record = "{\"id\":\"A\",\"worth\":100}";
  assay_options o = {.struct_size = sizeof o,
                     .flags = ASSAY_EXPLAIN,
                     .as_of = AS_OF,
                     .language = "zh",
                     .params = params,
                     .param_count = 1};
  char *answer;
  assert_int_equal(assay_evaluate(rules, record, strlen(record), &o, &answer, NULL, NULL), 0);
  assert_non_null(strstr(answer, "\"half\":25.00"));
  assert_non_null(strstr(answer, "\"explanation\":{\"kind\":\"decision\""));
  assay_text_free(answer);
  o.struct_size = offsetof(assay_options, params); /* a caller that knew fewer */
  assert_int_equal(assay_evaluate(rules, record, strlen(record), &o, &answer, NULL, NULL), 0);
  assert_non_null(strstr(answer, "\"half\":50.00"));
  assay_text_free(answer);
  assert_int_equal(assay_evaluate(rules, record, strlen(record), NULL, &answer, NULL, NULL), 0);
  assay_text_free(answer);
  assay_rules_free(rules);
}

static void explained(void **state) {
  (void)state;
  assay_rules *rules = small_rules();
  const char *record = "{\"id\":\"A\",\"worth\":100,\"n\":50}";
  static const struct {
    const char *format, *part;
  } cases[] = {{NULL, "grade bad"},
               {"text", "half 50.00"},
               {"json", "{\"kind\":\"decision\",\"children\":["},
               {"html", "</html>"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    char *page;
    size_t size;
    assert_int_equal(
        assay_explain(rules, record, strlen(record), &fixed, cases[i].format, &page, &size, NULL),
        0);
    if (!strstr(page, cases[i].part)) fail_msg("%s\nhas not %s", page, cases[i].part);
    assay_text_free(page);
  }
  assay_rules_free(rules);
}

static void mistakes_are_named(void **state) {
  (void)state;
  assay_rules *rules = small_rules(), *none;
  assay_error error = {sizeof error, 0, ""};
  char *answer = (char *)"";
  assert_int_equal(assay_evaluate(rules, "{\"wroth\":1}", 11, &fixed, &answer, NULL, &error),
                   ASSAY_ERROR_USAGE);
  assert_null(answer);
  assert_int_equal(error.code, ASSAY_ERROR_USAGE);
  assert_string_equal(error.message,
                      "the record: the pack has no field \"wroth\"; did you mean \"worth\"?");
  assert_int_equal(assay_evaluate(rules, "{\"n\":1", 6, &fixed, &answer, NULL, &error),
                   ASSAY_ERROR_USAGE);
  assert_non_null(strstr(error.message, "line 1, column 7, in n: the text ends too early"));
  assay_options o = fixed;
  o.as_of = "yesterday";
  assert_int_equal(assay_evaluate(rules, "{}", 2, &o, &answer, NULL, &error), ASSAY_ERROR_USAGE);
  assert_non_null(strstr(error.message, "as_of is \"yesterday\""));
  o = fixed;
  o.flags = 0x80;
  assert_int_equal(assay_evaluate(rules, "{}", 2, &o, &answer, NULL, &error), ASSAY_ERROR_USAGE);
  o = fixed;
  o.language = "fr";
  assert_int_equal(assay_evaluate(rules, "{}", 2, &o, &answer, NULL, &error), ASSAY_ERROR_USAGE);
  assert_int_equal(assay_explain(rules, "{}", 2, &fixed, "pdf", &answer, NULL, &error),
                   ASSAY_ERROR_USAGE);
  assert_int_equal(assay_explain(rules, "{}", 2, &fixed, "text", &answer, NULL, &error),
                   ASSAY_ERROR_USAGE);
  assert_non_null(strstr(error.message, "the record is refused: REQUIRED:worth"));
  const char *const params[] = {"fcator", "1"};
  o = fixed;
  o.params = params;
  o.param_count = 1;
  assert_int_equal(assay_evaluate(rules, "{}", 2, &o, &answer, NULL, &error), ASSAY_ERROR_RULES);
  assert_non_null(strstr(error.message, "factor"));
  assert_int_equal(assay_load("/nowhere", NULL, &none, &error), ASSAY_ERROR_RULES);
  assert_null(none);
  assay_error little = {offsetof(assay_error, message) + 8, 0,
                        "................"}; /* with little room */
  assay_load("/nowhere", NULL, &none, &little);
  assert_int_equal(little.code, ASSAY_ERROR_RULES);
  assert_int_equal(strlen(little.message), 7);
  assert_string_equal(little.message + 8, "........");
  put("rules.lua", "derive 'half' { 'wroth / 2' }");
  assert_int_equal(assay_load(folder, NULL, &none, &error), ASSAY_ERROR_RULES);
  if (!strstr(error.message, "/company.lua:")) fail_msg("%s", error.message);
  assay_rules_free(rules);
  assay_rules_free(NULL);
  assay_text_free(NULL);
}

/* ---- streams ---- */

typedef struct counter {
  int next, end, fail_at;
} counter;

enum { C_ID, C_KIND, C_N, C_WORTH, C_SHARE, C_SINCE, C_SEEN, C_VIP, C_LEVEL };
static const assay_column columns[] = {{"Customer No.", ASSAY_TEXT}, {"kind", ASSAY_TEXT},
                                       {"n", ASSAY_INT64},           {"worth", ASSAY_TEXT},
                                       {"share", ASSAY_TEXT},        {"since", ASSAY_DATE},
                                       {"seen", ASSAY_TIMESTAMP},    {"vip", ASSAY_BOOLEAN},
                                       {"level", ASSAY_DOUBLE},      {"remark", ASSAY_TEXT}};

/* Every 7th record is refused (n is negative), on every 5th a rule fails (n is 100). */
static int fill(void *source, assay_rows *rows) {
  counter *c = source;
  for (; c->next < c->end && !assay_rows_full(rows); c->next++) {
    char id[16], worth[32];
    const int i = c->next;
    if (i == c->fail_at) return assay_rows_fail(rows, EIO, "the cable is loose");
    snprintf(id, sizeof id, "K%d", i);
    snprintf(worth, sizeof worth, "%d.%02d", i, i % 100);
    assay_rows_text(rows, C_ID, id, strlen(id));
    assay_rows_text(rows, C_WORTH, worth, strlen(worth));
    assay_rows_int64(rows, C_N, i % 7 == 6 ? -1 : i % 5 == 4 ? 100 : i % 10);
    if (i % 2) {
      assay_rows_text(rows, C_KIND, i % 4 == 1 ? "new" : "old", 3);
      assay_rows_text(rows, C_SHARE, "0.1234", 6);
      assay_rows_date(rows, C_SINCE, 20000 + i);
      assay_rows_timestamp(rows, C_SEEN, 1758870000 + i);
      assay_rows_boolean(rows, C_VIP, i % 3 == 0);
      assay_rows_double(rows, C_LEVEL, i / 8.0);
    }
    assay_rows_end(rows);
  }
  return 0;
}

static void source_of(counter *c, size_t batch_rows, size_t count, struct ArrowArrayStream *out) {
  const assay_request request = {
      .struct_size = sizeof request, .batch_rows = batch_rows, .shards = 1};
  assay_plugin_error error = {sizeof error, ""};
  assert_int_equal(assay_rows_stream(columns, count, &request, fill, NULL, c, out, &error), 0);
}

static void text_is(const struct ArrowArray *a, int64_t row, const char *wanted) {
  const uint8_t *valid = a->buffers[0];
  const int32_t *offsets = a->buffers[1];
  const bool there = !valid || valid[row / 8] >> (row % 8) & 1;
  assert_int_equal(there, wanted != NULL);
  if (!wanted) return;
  const int32_t n = offsets[row + 1] - offsets[row];
  assert_int_equal(n, strlen(wanted));
  assert_memory_equal((const char *)a->buffers[2] + offsets[row], wanted, (size_t)n);
}

static bool is_there(const struct ArrowArray *a, int64_t row) {
  return ((const uint8_t *)a->buffers[0])[row / 8] >> (row % 8) & 1;
}

enum {
  O_ID,
  O_STATUS,
  O_KIND,
  O_N,
  O_HALF,
  O_SHARE,
  O_SINCE,
  O_SEEN,
  O_VIP,
  O_LEVEL,
  O_GRADE,
  O_CODES,
  O_CODE,
  O_FIELD,
  O_MESSAGE,
  O_COUNT
};

static void check_graded(const struct ArrowArray *out, int64_t row, int i) {
  const int cents = i * 100 + i % 100;
  text_is(out->children[O_STATUS], row, "graded");
  text_is(out->children[O_GRADE], row, i % 10 <= 5 ? "good" : "bad");
  assert_int_equal(((const int64_t *)out->children[O_N]->buffers[1])[row], i % 10);
  __int128 value;
  memcpy(&value, (const char *)out->children[O_HALF]->buffers[1] + 16 * row, 16);
  assert_true(value == (cents + 1) / 2); /* half-up */
  const bool odd = i % 2;
  assert_int_equal(is_there(out->children[O_SHARE], row), odd);
  assert_int_equal(is_there(out->children[O_VIP], row), odd);
  text_is(out->children[O_KIND], row, !odd ? NULL : i % 4 == 1 ? "new" : "old");
  if (odd) {
    memcpy(&value, (const char *)out->children[O_SHARE]->buffers[1] + 16 * row, 16);
    assert_true(value == 1234);
    assert_int_equal(((const int32_t *)out->children[O_SINCE]->buffers[1])[row], 20000 + i);
    assert_int_equal(((const int64_t *)out->children[O_SEEN]->buffers[1])[row], 1758870000 + i);
    assert_true(((const double *)out->children[O_LEVEL]->buffers[1])[row] == i / 8.0);
    assert_int_equal(((const uint8_t *)out->children[O_VIP]->buffers[1])[row / 8] >> (row % 8) & 1,
                     i % 3 == 0);
  }
  const int32_t *offsets = out->children[O_CODES]->buffers[1];
  const bool vip = odd && i % 3 == 0, rich = cents >= 10000;
  assert_int_equal(offsets[row + 1] - offsets[row], vip + rich);
  if (vip) text_is(out->children[O_CODES]->children[0], offsets[row + 1] - 1, "VIP");
  text_is(out->children[O_CODE], row, NULL);
  text_is(out->children[O_MESSAGE], row, NULL);
}

static void check_row(const struct ArrowArray *out, int64_t row, int i) {
  char id[16];
  snprintf(id, sizeof id, "K%d", i);
  text_is(out->children[O_ID], row, id);
  if (i % 7 == 6) {
    text_is(out->children[O_STATUS], row, "rejected");
    text_is(out->children[O_CODE], row, "NEGATIVE");
    text_is(out->children[O_FIELD], row, "n");
  } else if (i % 5 == 4) {
    text_is(out->children[O_STATUS], row, "error");
    text_is(out->children[O_CODE], row, "RULE_ERROR");
    text_is(out->children[O_FIELD], row, "checked");
  } else {
    check_graded(out, row, i);
    return;
  }
  assert_false(is_there(out->children[O_N], row));
  assert_false(is_there(out->children[O_HALF], row));
  assert_false(is_there(out->children[O_CODES], row));
  text_is(out->children[O_GRADE], row, NULL);
}

static void check_stream(assay_rules *rules, int count, size_t batch_rows) {
  static const char *const formats[O_COUNT] = {
      "u", "u", "u", "l", "d:19,2", "d:19,4", "tdD", "tss:UTC", "b", "g", "u", "+l", "u", "u", "u"};
  counter c = {.end = count, .fail_at = -1};
  struct ArrowArrayStream in, out;
  struct ArrowSchema types;
  assay_error error = {sizeof error, 0, ""};
  source_of(&c, batch_rows, COUNT(columns), &in);
  if (assay_evaluate_stream(rules, &in, &fixed, &out, &error)) fail_msg("%s", error.message);
  assert_null(in.release);
  assert_int_equal(out.get_schema(&out, &types), 0);
  assert_int_equal(types.n_children, O_COUNT);
  for (int i = 0; i < O_COUNT; i++) assert_string_equal(types.children[i]->format, formats[i]);
  assert_string_equal(types.children[O_ID]->name, "id");
  assert_string_equal(types.children[O_CODES]->name, "codes");
  types.release(&types);
  int at = 0;
  for (;;) {
    struct ArrowArray a;
    assert_int_equal(out.get_next(&out, &a), 0);
    if (!a.release) break;
    assert_true(a.length > 0 && a.n_children == O_COUNT);
    for (int64_t row = 0; row < a.length; row++) check_row(&a, row, at++);
    a.release(&a);
  }
  assert_int_equal(at, count);
  out.release(&out);
}

static void streams(void **state) {
  (void)state;
  assay_rules *rules = small_rules();
  check_stream(rules, 500, 64);
  check_stream(rules, 9000, 5000); /* arrays larger than a batch */
  check_stream(rules, 0, 10);
  check_stream(rules, 1, 1);
  assay_rules_free(rules);
}

/* ---- lists ---- */

typedef struct once {
  built *records;
  bool given;
} once;

static int once_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  *out = ((once *)stream->private_data)->records->schema;
  return 0;
}

static int once_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  once *o = stream->private_data;
  *out = (struct ArrowArray){0};
  if (!o->given) *out = o->records->array;
  o->given = true;
  return 0;
}

static const char *once_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return NULL;
}

static void once_release(struct ArrowArrayStream *stream) {
  stream->release = NULL;
}

/* Three customers with related records, one of them without a list: as the same records in JSON. */
static void lists_in_a_stream(void **state) {
  (void)state;
  assay_rules *rules = rules_of(
      "fields { id = key }\n"
      "related 'items' { source = { plugin = 'csv', path = 'i.csv' }, key = 'id',\n"
      "  where = 'amount < 1000', fields = { due = date, amount = money { required = true } } }\n"
      "outputs { 'open', 'first' }\n",
      "derive 'open' { sum = 'amount', of = 'items' }\n"
      "derive 'first' { min = 'due', of = 'items' }\n");
  arena a = {0};
  static const int32_t dues[] = {20100, 20050, 20000, 20200};
  static const char *const amounts[] = {"1.10", "2.20", "1000.00", "4.40"};
  static const int64_t offsets[] = {0, 3, 3, 4};
  static const bool nulls[] = {false, true, false};
  built *item_columns[] = {build_values(&a, "due", "tdD", dues, 4, NULL, 4, 0),
                           build_texts(&a, "amount", amounts, 4, 0, false)};
  built *items = build_records(&a, "item", item_columns, 2, 4, 0);
  built *fields[] = {build_ids(&a, 3), build_lists(&a, "items", offsets, nulls, 3, false, items)};
  once o = {.records = build_records(&a, "", fields, 2, 3, 0)};
  struct ArrowArrayStream out, in = {once_schema, once_next, once_error, once_release, &o};
  struct ArrowArray got;
  assay_error error = {sizeof error, 0, ""};
  if (assay_evaluate_stream(rules, &in, &fixed, &out, &error)) fail_msg("%s", error.message);
  if (out.get_next(&out, &got)) fail_msg("%s", out.get_last_error(&out));
  assert_int_equal(got.length, 3);
  static const int cents[] = {330, 0, 440}, days[] = {20050, 0, 20200};
  for (int i = 0; i < 3; i++) {
    __int128 value;
    text_is(got.children[1], i, "graded");
    memcpy(&value, (const char *)got.children[2]->buffers[1] + 16 * i, 16);
    assert_true(value == cents[i]);
    assert_int_equal(is_there(got.children[3], i), days[i] != 0);
    if (days[i]) assert_int_equal(((const int32_t *)got.children[3]->buffers[1])[i], days[i]);
  }
  got.release(&got);
  out.release(&out);
  o.given = false;
  o.records->schema.n_children = o.records->array.n_children = 1; /* without the list */
  in = (struct ArrowArrayStream){once_schema, once_next, once_error, once_release, &o};
  assert_int_equal(assay_evaluate_stream(rules, &in, &fixed, &out, &error), ASSAY_ERROR_SOURCE);
  assert_non_null(strstr(error.message, "no column 'items'"));
  arena_deinit(&a);
  assay_rules_free(rules);
}

/* ---- threads ---- */

typedef struct shared {
  assay_rules *rules;
  int number, wrong;
} shared;

static void *use_rules(void *ctx) {
  shared *s = ctx;
  for (int round = 0; round < 20; round++) {
    char record[64], wanted[64], *answer = NULL;
    snprintf(record, sizeof record, "{\"id\":\"T%d\",\"worth\":%d}", s->number, round * 2);
    snprintf(wanted, sizeof wanted, "\"half\":%d.00,", round);
    s->wrong += assay_evaluate(s->rules, record, strlen(record), &fixed, &answer, NULL, NULL) ||
                !strstr(answer, wanted);
    assay_text_free(answer);
    counter c = {.end = 50, .fail_at = -1};
    struct ArrowArrayStream in, out;
    struct ArrowArray a;
    source_of(&c, 20, COUNT(columns), &in);
    s->wrong += assay_evaluate_stream(s->rules, &in, &fixed, &out, NULL) != 0;
    int64_t rows = 0;
    while (!out.get_next(&out, &a) && a.release) rows += a.length, a.release(&a);
    s->wrong += rows != 50;
    out.release(&out);
  }
  return NULL;
}

static void many_threads_share_rules(void **state) {
  (void)state;
  shared all[4];
  pthread_t threads[COUNT(all)];
  assay_rules *rules = small_rules();
  for (size_t i = 0; i < COUNT(all); i++) {
    all[i] = (shared){rules, (int)i, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, use_rules, &all[i]), 0);
  }
  for (size_t i = 0; i < COUNT(all); i++) {
    pthread_join(threads[i], NULL);
    assert_int_equal(all[i].wrong, 0);
  }
  assay_rules_free(rules);
}

static void streams_that_fail(void **state) {
  (void)state;
  assay_rules *rules = small_rules();
  assay_error error = {sizeof error, 0, ""};
  struct ArrowArrayStream in, out;
  struct ArrowArray a;
  counter c = {.end = 100, .fail_at = 50};
  source_of(&c, 40, COUNT(columns), &in);
  assert_int_equal(assay_evaluate_stream(rules, &in, &fixed, &out, &error), 0);
  assert_int_equal(out.get_next(&out, &a), 0);
  a.release(&a);
  assert_int_equal(out.get_next(&out, &a), EIO);
  assert_string_equal(out.get_last_error(&out), "the stream failed: the cable is loose");
  assert_int_equal(out.get_next(&out, &a), EIO); /* and so it stays */
  out.release(&out);
  source_of(&c, 40, C_SINCE, &in); /* columns are missing */
  assert_int_equal(assay_evaluate_stream(rules, &in, &fixed, &out, &error), ASSAY_ERROR_SOURCE);
  assert_non_null(strstr(error.message, "the stream: no column 'since' for field since"));
  assert_null(in.release);
  assert_null(out.release);
  assay_rules_free(rules);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_record),
      cmocka_unit_test(options_count),
      cmocka_unit_test(explained),
      cmocka_unit_test(mistakes_are_named),
      cmocka_unit_test(streams),
      cmocka_unit_test(streams_that_fail),
      cmocka_unit_test(many_threads_share_rules),
      cmocka_unit_test(lists_in_a_stream),
  };
  char command[96];
  strcpy(folder, "/tmp/assay-test-embed-XXXXXX");
  if (!mkdtemp(folder)) return 1;
  const int failed = cmocka_run_group_tests_name("embed", tests, NULL, NULL);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return failed || system(command);
}
