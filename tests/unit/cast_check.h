/* Shared by the tests of the door: types, one batch cast, and what became of a record. */
#ifndef TESTS_CAST_CHECK_H
#define TESTS_CAST_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "arrow_build.h"
#include "base/text.h"
#include "data/cast.h"
#include "include/assay/plugin.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const colours[] = {"red", "green", "ultramarine", "ultraviolet", "灰"};
static const choice_list colour_list = {COUNT(colours), colours};

static const value_type key_type = {.kind = TYPE_KEY};
static const value_type text_type = {.kind = TYPE_TEXT};
static const value_type choice_type = {.kind = TYPE_CHOICE, .choices = &colour_list};
static const value_type integer_type = {.kind = TYPE_INTEGER, .denominator = 1};
static const value_type money_type = {.kind = TYPE_MONEY, .digits = 2, .denominator = 100};
static const value_type decimal_type = {.kind = TYPE_DECIMAL, .digits = 4, .denominator = 10000};
static const value_type number_type = {.kind = TYPE_NUMBER};
static const value_type boolean_type = {.kind = TYPE_BOOLEAN};
static const value_type date_type = {.kind = TYPE_DATE, .denominator = 1};
static const value_type timestamp_type = {.kind = TYPE_TIMESTAMP, .denominator = 1};

enum { EAST_8 = 8 * 3600 };

static schema schema_of(const field *fields, size_t count) {
  return (schema){.count = count, .fields = fields, .zone = {EAST_8}};
}

/* Casts all columns as one batch, from row 0. The batch is the caller's. */
static batch *cast_all(const schema *s, built *const *columns, size_t count, size_t n, keys *k) {
  arena a = {0};
  built *records = build_records(&a, "", columns, count, n, 0);
  cast *c;
  error e = {0};
  if (cast_new(s, NULL, &records->schema, "test", &c, &e) != ERR_OK) fail_msg("%s", e.message);
  batch *out = batch_new(s, NULL);
  if (cast_rows(c, &records->array, 0, n, 100, out, k, &e) != ERR_OK) fail_msg("%s", e.message);
  cast_free(c);
  arena_deinit(&a);
  return out;
}

static const reject *reject_of(const batch *b, size_t record) {
  for (size_t i = 0; i < b->reject_count; i++)
    if (b->rejects[i].sequence == 100 + record) return &b->rejects[i];
  return NULL;
}

static size_t row_of(const batch *b, size_t record) {
  for (size_t r = 0; r < b->rows; r++)
    if (b->sequence[r] == 100 + record) return r;
  return SIZE_MAX;
}

static void assert_written(const batch *b, size_t record, size_t index, const char *expected) {
  buffer text = {0};
  size_t row = row_of(b, record);
  if (row == SIZE_MAX) {
    const reject *r = reject_of(b, record);
    fail_msg("record %zu (%s) was rejected: %s", record, expected, r ? r->message : "?");
  }
  column_write(&text, &b->columns[index], row, (zone){EAST_8});
  buffer_char(&text, '\0');
  assert_string_equal(text.data, expected);
  buffer_deinit(&text);
}

static void assert_rejected(const batch *b, size_t record, const char *code,
                            const char *field_name) {
  const reject *r = reject_of(b, record);
  if (!r) fail_msg("record %zu passed, %s %s expected", record, code, field_name);
  assert_string_equal(r->code, code);
  assert_string_equal(r->field, field_name);
  assert_true(row_of(b, record) == SIZE_MAX);
  assert_true(strlen(r->message) > 5);
}

#endif
