/* Records as bytes: what goes in comes out, and bytes order as the values do. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "data/list_order.h"
#include "data/row_code.h"

static const char *const words[] = {"mail", "call"};
static const choice_list kinds = {2, words};

static batch *batch_of(schema *s, value_type type) {
  static field f;
  f = (field){.name = "x", .column = "x", .type = type};
  *s = (schema){.count = 1, .fields = &f};
  batch *b = batch_new(s, NULL);
  return b;
}

static int compare(const buffer *a, const buffer *b) {
  const int c = memcmp(a->data, b->data, a->size < b->size ? a->size : b->size);
  return c ? c : (a->size > b->size) - (a->size < b->size);
}

/* Values in ascending order: each is read back, and its bytes come before those of the next. */
static void check_integers(value_type type, const int64_t *values, size_t n) {
  schema s;
  batch *in = batch_of(&s, type), *out = batch_of(&s, type);
  buffer before = {0}, bytes = {0};
  for (size_t i = 0; i < n; i++) {
    if (in->columns[0].i64)
      in->columns[0].i64[0] = values[i];
    else
      in->columns[0].i32[0] = (int32_t)values[i];
    buffer_clear(&bytes);
    row_encode(&bytes, in, 0, 0);
    assert_int_equal(row_decode(bytes.data, out, 0), bytes.size);
    if (out->columns[0].i64)
      assert_true(out->columns[0].i64[0] == values[i]);
    else
      assert_int_equal(out->columns[0].i32[0], values[i]);
    if (i) assert_true(compare(&before, &bytes) < 0);
    buffer_clear(&before);
    buffer_add(&before, bytes.data, bytes.size);
  }
  buffer_deinit(&before);
  buffer_deinit(&bytes);
  batch_free(in);
  batch_free(out);
}

static void integers_order_by_size(void **state) {
  (void)state;
  static const int64_t values[] = {MISSING_I64,
                                   -INT64_MAX,
                                   -((int64_t)1 << 56) - 1,
                                   -((int64_t)1 << 56),
                                   -65537,
                                   -65536,
                                   -32769,
                                   -257,
                                   -256,
                                   -255,
                                   -2,
                                   -1,
                                   0,
                                   1,
                                   127,
                                   128,
                                   255,
                                   256,
                                   65535,
                                   65536,
                                   ((int64_t)1 << 56) - 1,
                                   (int64_t)1 << 56,
                                   INT64_MAX};
  check_integers((value_type){.kind = TYPE_MONEY, .digits = 2, .denominator = 100}, values,
                 sizeof values / sizeof *values);
}

static void words_order_by_their_place(void **state) {
  (void)state;
  static const int64_t values[] = {MISSING_I32, 0, 1};
  check_integers((value_type){.kind = TYPE_CHOICE, .denominator = 1, .choices = &kinds}, values, 3);
  check_integers((value_type){.kind = TYPE_BOOLEAN, .denominator = 1}, values, 3);
}

static void every_integer_takes_as_few_bytes_as_it_can(void **state) {
  (void)state;
  schema s;
  batch *in = batch_of(&s, (value_type){.kind = TYPE_INTEGER, .denominator = 1});
  static const struct {
    int64_t value;
    size_t bytes;
  } cases[] = {{MISSING_I64, 1}, {0, 1},   {-1, 1},    {1, 2},        {255, 2},
               {-256, 2},        {256, 3}, {20000, 3}, {INT64_MAX, 9}};
  buffer bytes = {0};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    in->columns[0].i64[0] = cases[i].value;
    buffer_clear(&bytes);
    row_encode(&bytes, in, 0, 0);
    assert_int_equal(bytes.size, cases[i].bytes);
  }
  buffer_deinit(&bytes);
  batch_free(in);
}

static void doubles_order_by_size(void **state) {
  (void)state;
  static const double values[] = {-INFINITY, -1e300, -1.5, -1, -1e-300, 0, 1e-300, 1, 1.5, 1e300};
  schema s;
  batch *in = batch_of(&s, (value_type){.kind = TYPE_NUMBER, .denominator = 1});
  batch *out = batch_of(&s, (value_type){.kind = TYPE_NUMBER, .denominator = 1});
  buffer before = {0}, bytes = {0};
  in->columns[0].f64[0] = NAN;
  row_encode(&before, in, 0, 0);
  assert_int_equal(row_decode(before.data, out, 0), 1);
  assert_true(isnan(out->columns[0].f64[0]));
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    in->columns[0].f64[0] = values[i];
    buffer_clear(&bytes);
    row_encode(&bytes, in, 0, 0);
    assert_true(compare(&before, &bytes) < 0);
    assert_int_equal(row_decode(bytes.data, out, 0), bytes.size);
    assert_true(out->columns[0].f64[0] == values[i]);
    buffer_clear(&before);
    buffer_add(&before, bytes.data, bytes.size);
  }
  buffer_deinit(&before);
  buffer_deinit(&bytes);
  batch_free(in);
  batch_free(out);
}

/* A record of several fields: read back, also when some of its columns are not there. */
static void records_come_back(void **state) {
  (void)state;
  static const field fields[] = {
      {.name = "note", .column = "note", .type = {.kind = TYPE_TEXT, .denominator = 1}},
      {.name = "amount", .column = "amount", .type = {.kind = TYPE_MONEY, .denominator = 100}},
      {.name = "rate", .column = "rate", .type = {.kind = TYPE_NUMBER, .denominator = 1}},
      {.name = "kind", .column = "kind", .type = {.kind = TYPE_CHOICE, .choices = &kinds}},
      {.name = "more", .column = "more", .type = {.kind = TYPE_TEXT, .denominator = 1}}};
  static const schema s = {.count = 5, .fields = fields};
  static const bool some[] = {false, true, false, true, true};
  batch *in = batch_new(&s, NULL), *out = batch_new(&s, NULL), *part = batch_new(&s, some);
  buffer bytes = {0};
  column_add_text(&in->columns[0], 0, "早安", 6);
  column_add_text(&in->columns[0], 1, NULL, 0);
  column_add_text(&in->columns[4], 0, "", 0);
  column_add_text(&in->columns[4], 1, "b", 1);
  for (size_t r = 0; r < 2; r++) {
    in->columns[1].i64[r] = r ? -5 : 1234;
    in->columns[2].f64[r] = r ? (double)NAN : 2.5;
    in->columns[3].i32[r] = (int32_t)r;
    row_encode(&bytes, in, 0, r);
  }
  size_t at = row_decode(bytes.data, out, 0), at_part = row_decode(bytes.data, part, 0);
  assert_int_equal(at, at_part);
  assert_int_equal(at + row_decode(bytes.data + at, out, 1), bytes.size);
  row_decode(bytes.data + at, part, 1);
  assert_memory_equal(out->columns[0].text.bytes, "早安", 6);
  assert_false(column_missing(&out->columns[4], 0));
  assert_true(column_missing(&out->columns[0], 1) && column_missing(&out->columns[2], 1));
  assert_true(out->columns[2].f64[0] == 2.5);
  for (size_t r = 0; r < 2; r++) {
    assert_int_equal(out->columns[1].i64[r], r ? -5 : 1234);
    assert_int_equal(part->columns[1].i64[r], r ? -5 : 1234);
    assert_int_equal(part->columns[3].i32[r], (int32_t)r);
  }
  assert_int_equal(part->columns[4].text.offsets[2], 1);
  assert_null(part->columns[0].text.offsets);
  /* from the second field on, as a row without its key is written */
  buffer_clear(&bytes);
  row_encode(&bytes, in, 3, 1);
  assert_int_equal(bytes.size, 2 + 3);
  buffer_deinit(&bytes);
  batch_free(in);
  batch_free(out);
  batch_free(part);
}

/* Lists come into the order of their records' values, whatever order they had. */
static void lists_are_put_in_order(void **state) {
  (void)state;
  static const field fields[] = {
      {.name = "day", .column = "day", .type = {.kind = TYPE_DATE, .denominator = 1}},
      {.name = "note", .column = "note", .type = {.kind = TYPE_TEXT, .denominator = 1}}};
  static const schema record = {.count = 2, .fields = fields};
  static const struct {
    int64_t day;
    const char *note;
  } items[] = {{7, "b"}, {MISSING_I64, "x"},
               {7, "a"}, {3, NULL}, /* the first list */
               {1, "z"},            /* the second */
               {9, "q"}, {8, "p"}}; /* the fourth */
  static const uint32_t offsets[] = {0, 4, 5, 5, 7};
  static const struct {
    int64_t day;
    const char *note;
  } expected[] = {{MISSING_I64, "x"}, {3, ""}, {7, "a"}, {7, "b"}, {1, "z"}, {8, "p"}, {9, "q"}};
  column c;
  column_init(&c, (value_type){.kind = TYPE_LIST, .denominator = 1, .record = &record}, 4);
  batch *b = c.list.records;
  for (size_t i = 0; i < 7; i++) {
    b->columns[0].i64[i] = items[i].day;
    column_add_text(&b->columns[1], i, items[i].note, items[i].note ? 1 : 0);
  }
  b->rows = 7;
  memcpy(c.list.offsets, offsets, sizeof offsets);
  list_order(&c, 4);
  assert_int_equal(b->rows, 7);
  for (size_t i = 0; i < 7; i++) {
    const text_data *t = &b->columns[1].text;
    const size_t n = t->offsets[i + 1] - t->offsets[i];
    assert_true(b->columns[0].i64[i] == expected[i].day);
    assert_int_equal(n, strlen(expected[i].note));
    assert_memory_equal(t->bytes + t->offsets[i], expected[i].note, n);
  }
  assert_true(column_missing(&b->columns[1], 1));
  column_deinit(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(integers_order_by_size),
      cmocka_unit_test(words_order_by_their_place),
      cmocka_unit_test(every_integer_takes_as_few_bytes_as_it_can),
      cmocka_unit_test(doubles_order_by_size),
      cmocka_unit_test(records_come_back),
      cmocka_unit_test(lists_are_put_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
