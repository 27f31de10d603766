/* Types, schemas and batches: how values lie in memory and are written, and rows taken out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>
#include "data/batch.h"
#include "data/words.h"

static const char *const names[] = {"A", "B", "CCC"};
static const choice_list letters = {3, names};

static const char *text_of(buffer *b) {
  buffer_char(b, '\0');
  return b->data;
}

static void types_have_names_and_descriptions(void **state) {
  (void)state;
  static const struct {
    value_type type;
    const char *text;
    storage store;
    bool numeric;
  } cases[] = {
      {{.kind = TYPE_KEY}, "key", STORE_TEXT, false},
      {{.kind = TYPE_CHOICE, .choices = &letters}, "choice (A, B, CCC)", STORE_I32, false},
      {{.kind = TYPE_DECIMAL, .digits = 2, .denominator = 100}, "decimal(2)", STORE_I64, true},
      {{.kind = TYPE_MONEY, .digits = 2, .denominator = 100}, "money", STORE_I64, true},
      {{.kind = TYPE_NUMBER}, "number", STORE_F64, true},
      {{.kind = TYPE_BOOLEAN}, "boolean", STORE_I32, false},
      {{.kind = TYPE_DATE}, "date", STORE_I64, false},
      {{.kind = TYPE_RATIO, .digits = 2}, "ratio", STORE_RATIO, true},
      {{.kind = TYPE_CODES}, "codes", STORE_TEXT, false},
      {{.kind = TYPE_LIST}, "list", STORE_LIST, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    buffer text = {0};
    type_describe(&text, cases[i].type);
    assert_string_equal(text_of(&text), cases[i].text);
    assert_int_equal(type_storage(cases[i].type.kind), cases[i].store);
    assert_int_equal(type_is_numeric(cases[i].type.kind), cases[i].numeric);
    for (size_t j = 0; j < sizeof cases / sizeof *cases; j++)
      assert_int_equal(type_equal(cases[i].type, cases[j].type), i == j);
    buffer_deinit(&text);
  }
  static const char *const same[] = {"A", "B", "CCC"};
  const choice_list copy = {3, same}, shorter = {2, same};
  assert_true(type_equal(cases[1].type, (value_type){.kind = TYPE_CHOICE, .choices = &copy}));
  assert_false(type_equal(cases[1].type, (value_type){.kind = TYPE_CHOICE, .choices = &shorter}));
  assert_false(type_equal(cases[2].type,
                          (value_type){.kind = TYPE_DECIMAL, .digits = 3, .denominator = 1000}));
  assert_int_equal(choice_find(&letters, "CCC", 3), 2);
  assert_int_equal(choice_find(&letters, "CC", 2), -1);
}

static void values_are_written_as_in_the_packs(void **state) {
  (void)state;
  static const struct {
    value_type type;
    int64_t value, den;
    const char *text;
  } cases[] = {
      {{.kind = TYPE_INTEGER, .denominator = 1}, -12, 0, "-12"},
      {{.kind = TYPE_MONEY, .digits = 2, .denominator = 100}, 120000, 0, "1200.00"},
      {{.kind = TYPE_DECIMAL, .digits = 3, .denominator = 1000}, -5, 0, "-0.005"},
      {{.kind = TYPE_DATE}, 20357, 0, "2025-09-26"},
      {{.kind = TYPE_TIMESTAMP}, 1758870000, 0, "2025-09-26T15:00:00+08:00"},
      {{.kind = TYPE_CHOICE, .choices = &letters}, 2, 0, "CCC"},
      {{.kind = TYPE_BOOLEAN}, 0, 0, "false"},
      {{.kind = TYPE_RATIO, .digits = 2}, 2, 3, "0.67"},
      {{.kind = TYPE_RATIO, .digits = 2}, -1, 8, "-0.13"},
      {{.kind = TYPE_INTEGER}, MISSING_I64, 0, ""},
      {{.kind = TYPE_RATIO, .digits = 2}, MISSING_I64, 1, ""},
      {{.kind = TYPE_CHOICE, .choices = &letters}, MISSING_I32, 0, ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    column c;
    column_init(&c, cases[i].type, 4);
    if (c.i64) c.i64[3] = cases[i].value;
    if (c.den) c.den[3] = cases[i].den;
    if (c.i32) c.i32[3] = (int32_t)cases[i].value;
    buffer text = {0};
    column_write(&text, &c, 3, (zone){8 * 3600});
    assert_string_equal(text_of(&text), cases[i].text);
    assert_int_equal(column_missing(&c, 3), cases[i].text[0] == '\0');
    buffer_deinit(&text);
    column_deinit(&c);
  }
  column c;
  column_init(&c, (value_type){.kind = TYPE_NUMBER}, 2);
  c.f64[0] = 0.5;
  c.f64[1] = NAN;
  buffer text = {0};
  column_write(&text, &c, 0, (zone){0});
  column_write(&text, &c, 1, (zone){0});
  assert_string_equal(text_of(&text), "0.5");
  assert_true(column_missing(&c, 1));
  buffer_deinit(&text);
  column_deinit(&c);
}

static void texts_are_added_row_by_row(void **state) {
  (void)state;
  column c;
  column_init(&c, (value_type){.kind = TYPE_TEXT}, 1000);
  char word[600];
  memset(word, 'x', sizeof word);
  for (size_t r = 0; r < 1000; r++) column_add_text(&c, r, r % 3 == 1 ? NULL : word, r % 600);
  for (size_t r = 0; r < 1000; r++) {
    assert_int_equal(column_missing(&c, r), r % 3 == 1);
    assert_int_equal(c.text.offsets[r + 1] - c.text.offsets[r], r % 3 == 1 ? 0 : r % 600);
  }
  for (size_t i = 0; i < c.text.offsets[1000]; i++) assert_int_equal(c.text.bytes[i], 'x');
  assert_int_equal((uintptr_t)c.text.bytes % 64, 0);
  column_deinit(&c);
}

static const field item_fields[] = {{.name = "n", .column = "n", .type = {.kind = TYPE_INTEGER}}};
static const schema items = {.count = 1, .fields = item_fields};
static const field fields[] = {
    {.name = "id", .column = "id", .type = {.kind = TYPE_KEY}},
    {.name = "n", .column = "n", .type = {.kind = TYPE_INTEGER}},
    {.name = "b", .column = "b", .type = {.kind = TYPE_BOOLEAN}},
    {.name = "x", .column = "x", .type = {.kind = TYPE_NUMBER}},
    {.name = "l", .column = "l", .type = {.kind = TYPE_LIST, .record = &items}}};
static const schema all = {.count = 5, .fields = fields};

/* Record r has r % 4 items, each with the number r. */
static void fill(batch *b, size_t rows) {
  batch_clear(b);
  column *list = &b->columns[4];
  batch_reserve(list->list.records, rows * 4);
  uint32_t count = 0;
  for (size_t r = 0; r < rows; r++) {
    char id[8] = "record";
    column_add_text(&b->columns[0], r, id, r % 7);
    b->columns[1].i64[r] = (int64_t)r;
    b->columns[2].i32[r] = r % 2;
    b->columns[3].f64[r] = (double)r / 2;
    b->sequence[r] = r + 100;
    b->position[r] = (int64_t)r + 2;
    for (size_t i = 0; i < r % 4; i++) list->list.records->columns[0].i64[count++] = (int64_t)r;
    list->list.offsets[r + 1] = count;
    list->list.missing[r] = 0;
  }
  list->list.records->rows = count;
  b->rows = rows;
}

static void dropped_rows_leave_the_others_as_they_were(void **state) {
  (void)state;
  batch *b = batch_new(&all, NULL);
  static const struct {
    size_t divisor, rest; /* row r goes when r % divisor == rest */
  } cases[] = {{2, 0}, {2, 1}, {1, 0}, {97, 5}, {10000, 9999}, {3, 2}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint8_t drop[BATCH_ROWS];
    fill(b, BATCH_ROWS);
    for (size_t r = 0; r < BATCH_ROWS; r++) drop[r] = r % cases[i].divisor == cases[i].rest;
    batch_drop(b, drop);
    size_t row = 0, item = 0;
    for (size_t r = 0; r < BATCH_ROWS; r++) {
      if (drop[r]) continue;
      assert_int_equal(b->sequence[row], r + 100);
      assert_int_equal(b->position[row], r + 2);
      assert_int_equal(b->columns[1].i64[row], r);
      assert_int_equal(b->columns[2].i32[row], r % 2);
      assert_true(b->columns[3].f64[row] == (double)r / 2);
      const text_data *t = &b->columns[0].text;
      assert_int_equal(t->offsets[row + 1] - t->offsets[row], r % 7);
      assert_memory_equal(t->bytes + t->offsets[row], "record", r % 7);
      assert_int_equal(b->columns[4].list.offsets[row], item);
      for (size_t k = 0; k < r % 4; k++)
        assert_int_equal(b->columns[4].list.records->columns[0].i64[item++], r);
      row++;
      assert_int_equal(b->columns[4].list.offsets[row], item);
    }
    assert_int_equal(b->rows, row);
    assert_int_equal(b->columns[4].list.records->rows, item);
  }
  batch_free(b);
}

static void only_wanted_columns_have_memory(void **state) {
  (void)state;
  const bool wanted[] = {true, false, true, false, false};
  batch *b = batch_new(&all, wanted);
  assert_non_null(b->columns[0].text.offsets);
  assert_null(b->columns[1].i64);
  assert_non_null(b->columns[2].i32);
  assert_null(b->columns[4].list.records);
  assert_true(column_missing(&b->columns[1], 0));
  assert_int_equal(b->columns[1].type.kind, TYPE_INTEGER);
  assert_int_equal(schema_find(&all, "x"), 3);
  assert_int_equal(schema_find(&all, "y"), -1);
  batch_free(b);
}

static void words_are_found_and_only_they(void **state) {
  (void)state;
  static const char *const list[] = {
      "a",   "aa",  "aaa",  "aaaa", "aaaaa",       "aaaaaaaa",   "aaaaaaaab", "aaaaaaaac",
      "aab", "aba", "abaa", "cash", "preapproved", "in_process", "none",      "灰"};
  enum { N = sizeof list / sizeof *list };
  words w;
  words_init(&w, list, N);
  for (size_t i = 0; i < N; i++) {
    size_t n = strlen(list[i]);
    assert_int_equal(words_find(&w, list[i], n), i);
    char other[32];
    memcpy(other, list[i], n);
    for (size_t k = 0; k < n; k++) { /* another letter anywhere is another word */
      other[k] ^= 1;
      assert_int_equal(words_find(&w, other, n), choice_find(&(choice_list){N, list}, other, n));
      other[k] ^= 1;
    }
  }
  assert_int_equal(words_find(&w, "", 0), -1);
  words_deinit(&w);
  words_init(&w, NULL, 0);
  assert_int_equal(words_find(&w, "a", 1), -1);
  words_deinit(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(types_have_names_and_descriptions),
      cmocka_unit_test(values_are_written_as_in_the_packs),
      cmocka_unit_test(texts_are_added_row_by_row),
      cmocka_unit_test(dropped_rows_leave_the_others_as_they_were),
      cmocka_unit_test(only_wanted_columns_have_memory),
      cmocka_unit_test(words_are_found_and_only_they),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
