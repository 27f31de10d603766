/* The door: what passes as which value, what does not and with which code. */
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

static void assert_rejected(const batch *b, size_t record, const char *code, const char *field_name) {
  const reject *r = reject_of(b, record);
  if (!r) fail_msg("record %zu passed, %s %s expected", record, code, field_name);
  assert_string_equal(r->code, code);
  assert_string_equal(r->field, field_name);
  assert_true(row_of(b, record) == SIZE_MAX);
  assert_true(strlen(r->message) > 5);
}

/* What one value becomes: a written value, or a code in capitals after '!'. */
static void assert_outcome(const batch *b, size_t record, const char *expected) {
  if (expected[0] == '!') assert_rejected(b, record, expected + 1, "v");
  else assert_written(b, record, 1, expected);
}

typedef struct text_case {
  const char *text, *expected;
} text_case;

static void check_texts(value_type type, const text_case *cases, size_t n) {
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = type}};
  schema s = schema_of(fields, 2);
  for (int form = 0; form < 4; form++) {
    arena a = {0};
    const char **texts = arena_array(&a, n, sizeof *texts);
    for (size_t i = 0; i < n; i++) texts[i] = cases[i].text;
    built *v;
    if (form < 3) {
      v = build_texts(&a, "v", texts, n, form == 1 ? 3 : 0, form == 2);
    } else { /* a dictionary, its words in reverse and used backwards */
      int16_t *index = arena_array(&a, n, sizeof *index);
      const char **reversed = arena_array(&a, n, sizeof *reversed);
      for (size_t i = 0; i < n; i++) {
        index[i] = (int16_t)(n - 1 - i);
        reversed[n - 1 - i] = texts[i];
      }
      v = build_values(&a, "v", "s", index, 2, NULL, n, 0);
      built *words = build_texts(&a, "", reversed, n, 2, false);
      v->schema.dictionary = &words->schema;
      v->array.dictionary = &words->array;
    }
    batch *b = cast_all(&s, (built *[]){build_ids(&a, n), v}, 2, n, NULL);
    assert_int_equal(b->rows + b->reject_count, n);
    for (size_t i = 0; i < n; i++) assert_outcome(b, i, cases[i].expected);
    batch_free(b);
    arena_deinit(&a);
  }
}

static void texts_become_integers(void **state) {
  (void)state;
  static const text_case cases[] = {
      {"0", "0"}, {"-0", "0"}, {"7", "7"}, {"-7", "-7"}, {"12345678", "12345678"},
      {"123456789", "123456789"}, {"-1234567890123456", "-1234567890123456"},
      {"12345678901234567", "12345678901234567"}, {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "!OUT_OF_RANGE"}, {"-9223372036854775808", "!OUT_OF_RANGE"},
      {"00000000000000000000000000000042", "42"}, {NULL, ""}, {"", ""},
      {"1.0", "!BAD_VALUE"}, {"-", "!BAD_VALUE"}, {"+1", "!BAD_VALUE"}, {" 1", "!BAD_VALUE"},
      {"1 ", "!BAD_VALUE"}, {"1e3", "!BAD_VALUE"}, {"12a45678", "!BAD_VALUE"}, {"abc", "!BAD_VALUE"},
      {"--12345678", "!BAD_VALUE"}, {"1234567/", "!BAD_VALUE"}, {"1234567:", "!BAD_VALUE"},
      {"１２", "!BAD_VALUE"}, {"\xFF", "!ENCODING"}, {"1,000", "!BAD_VALUE"},
      {"123456789012345-", "!BAD_VALUE"}, {"-12345678x", "!BAD_VALUE"}};
  check_texts(integer_type, cases, COUNT(cases));
}

static void texts_become_money(void **state) {
  (void)state;
  static const text_case cases[] = {
      {"250", "250.00"}, {"250.5", "250.50"}, {"250.50", "250.50"}, {"-0.01", "-0.01"}, {"0.00", "0.00"},
      {"3000000.005", "!BAD_VALUE"}, {"3000000.000", "!BAD_VALUE"}, {".50", "!BAD_VALUE"},
      {"5.", "!BAD_VALUE"}, {"-.50", "!BAD_VALUE"}, {"1.5e", "!BAD_VALUE"}, {"1.-5", "!BAD_VALUE"},
      {"92233720368547758.07", "92233720368547758.07"}, {"92233720368547758.08", "!OUT_OF_RANGE"},
      {"1234567890123456.78", "1234567890123456.78"}, {"99999999999999999999", "!OUT_OF_RANGE"},
      {"12345678.90", "12345678.90"}, {"9999999999999999.99", "9999999999999999.99"},
      {NULL, ""}, {"", ""}, {"1,000.00", "!BAD_VALUE"}, {"¥5.00", "!BAD_VALUE"}, {"--1.00", "!BAD_VALUE"},
      {"12.3.45", "!BAD_VALUE"}, {"-.00", "!BAD_VALUE"}, {"1.2x", "!BAD_VALUE"}, {"nan", "!BAD_VALUE"}};
  check_texts(money_type, cases, COUNT(cases));
}

static void texts_become_the_other_types(void **state) {
  (void)state;
  static const text_case decimals[] = {{"0.0001", "0.0001"}, {"1.5", "1.5000"}, {"-2", "-2.0000"},
                                       {"0.00001", "!BAD_VALUE"}, {"12.3456", "12.3456"}, {"", ""}};
  check_texts(decimal_type, decimals, COUNT(decimals));
  static const text_case numbers[] = {{"1e3", "1000"}, {"0.1", "0.1"}, {"-2.50", "-2.5"}, {"nan", "!BAD_VALUE"},
                                      {"inf", "!BAD_VALUE"}, {"0x10", "!BAD_VALUE"}, {"1e999", "!OUT_OF_RANGE"},
                                      {"1,5", "!BAD_VALUE"}, {"", ""}, {NULL, ""}};
  check_texts(number_type, numbers, COUNT(numbers));
  static const text_case booleans[] = {{"true", "true"}, {"false", "false"}, {"True", "!BAD_VALUE"}, {"yes", "!BAD_VALUE"},
                                       {"1", "!BAD_VALUE"}, {"", ""}, {NULL, ""}, {"truex", "!BAD_VALUE"},
                                       {"fals", "!BAD_VALUE"}};
  check_texts(boolean_type, booleans, COUNT(booleans));
  static const text_case choices[] = {{"red", "red"}, {"green", "green"}, {"ultramarine", "ultramarine"},
                                      {"ultraviolet", "ultraviolet"}, {"灰", "灰"}, {"Red", "!UNKNOWN_CHOICE"},
                                      {"re", "!UNKNOWN_CHOICE"}, {"ultramarin", "!UNKNOWN_CHOICE"},
                                      {"ultravioles", "!UNKNOWN_CHOICE"}, {"red ", "!UNKNOWN_CHOICE"},
                                      {"\xC3(", "!ENCODING"}, {"", ""}, {NULL, ""}};
  check_texts(choice_type, choices, COUNT(choices));
  static const text_case dates[] = {{"2025-09-26", "2025-09-26"}, {"2024-02-29", "2024-02-29"},
                                    {"2025-02-29", "!BAD_VALUE"}, {"2025-9-26", "!BAD_VALUE"},
                                    {"26.09.2025", "!BAD_VALUE"}, {"2025-09-26T00:00:00Z", "!BAD_VALUE"},
                                    {"", ""}, {NULL, ""}};
  check_texts(date_type, dates, COUNT(dates));
  static const text_case moments[] = {{"2025-09-26T15:00:00+08:00", "2025-09-26T15:00:00+08:00"},
                                      {"2025-09-26T07:00:00Z", "2025-09-26T15:00:00+08:00"},
                                      {"2025-09-26T15:00:00", "!BAD_VALUE"}, {"2025-09-26", "!BAD_VALUE"},
                                      {"", ""}, {NULL, ""}};
  check_texts(timestamp_type, moments, COUNT(moments));
  static const text_case texts[] = {{"abc", "abc"}, {" a b ", " a b "}, {"张伟", "张伟"}, {"", ""}, {NULL, ""},
                                    {"caf\xE9", "!ENCODING"}, {"a\xED\xA0\x80", "!ENCODING"}};
  check_texts(text_type, texts, COUNT(texts));
}

static void a_character_cut_between_two_rows_is_bad(void **state) {
  (void)state;
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = text_type}};
  schema s = schema_of(fields, 2);
  arena a = {0};
  /* Together they are good UTF-8, each alone is not. */
  static const char *const texts[] = {"good", "\xE5\xBC", "\xA0", "good"};
  batch *b = cast_all(&s, (built *[]){build_ids(&a, 4), build_texts(&a, "v", texts, 4, 0, false)}, 2, 4, NULL);
  assert_rejected(b, 1, "ENCODING", "v");
  assert_rejected(b, 2, "ENCODING", "v");
  assert_written(b, 0, 1, "good");
  assert_written(b, 3, 1, "good");
  batch_free(b);
  arena_deinit(&a);
}

static void a_nul_byte_is_bad(void **state) {
  (void)state;
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = text_type},
                          {.name = "w", .column = "w", .type = choice_type}};
  schema s = schema_of(fields, 3);
  arena a = {0};
  static const char *const v[] = {"a\0b", "ab", "c"}, *const w[] = {"red", "red\0", "green"};
  static const size_t v_lengths[] = {3, 2, 1}, w_lengths[] = {3, 4, 5};
  batch *b = cast_all(&s, (built *[]){build_ids(&a, 3), build_bytes(&a, "v", v, v_lengths, 3, 0, false),
                                      build_bytes(&a, "w", w, w_lengths, 3, 0, false)}, 3, 3, NULL);
  assert_rejected(b, 0, "BAD_VALUE", "v");
  assert_string_equal(reject_of(b, 0)->value, "a\\x00b");
  assert_rejected(b, 1, "BAD_VALUE", "w");
  assert_written(b, 2, 1, "c");
  batch_free(b);
  arena_deinit(&a);
}

typedef struct value_case {
  value_type type;
  const char *format;
  size_t width, n;
  const void *data;
  const char *const *expected;
} value_case;

/* The same values in place, behind an offset, and with every second one null. */
static void check_values(const value_case *c) {
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = c->type}};
  schema s = schema_of(fields, 2);
  for (int form = 0; form < 3; form++) {
    arena a = {0};
    bool *nulls = arena_alloc(&a, c->n);
    for (size_t i = 1; i < c->n; i += 2) nulls[i] = true;
    built *v = build_values(&a, "v", c->format, c->data, c->width, form == 2 ? nulls : NULL, c->n,
                            form ? 5 : 0);
    if (form == 2) v->array.null_count = -1;
    batch *b = cast_all(&s, (built *[]){build_ids(&a, c->n), v}, 2, c->n, NULL);
    assert_int_equal(b->rows + b->reject_count, c->n);
    for (size_t i = 0; i < c->n; i++)
      assert_outcome(b, i, form == 2 && nulls[i] ? "" : c->expected[i]);
    batch_free(b);
    arena_deinit(&a);
  }
}

#define VALUES(T, FORMAT, TYPE, VALUES_, ...)                                                      \
  do {                                                                                             \
    static const T values[] = VALUES_;                                                             \
    static const char *const expected[] = {__VA_ARGS__};                                           \
    assert_int_equal(COUNT(values), COUNT(expected));                                              \
    check_values(&(value_case){TYPE, FORMAT, sizeof(T), COUNT(values), values, expected});         \
  } while (0)
#define SET(...) {__VA_ARGS__}

static void integers_of_every_width(void **state) {
  (void)state;
  VALUES(int8_t, "c", integer_type, SET(-128, 127, 0), "-128", "127", "0");
  VALUES(uint8_t, "C", integer_type, SET(255, 1, 0), "255", "1", "0");
  VALUES(int16_t, "s", integer_type, SET(-32768, 32767), "-32768", "32767");
  VALUES(uint16_t, "S", integer_type, SET(65535, 3), "65535", "3");
  VALUES(int32_t, "i", integer_type, SET(INT32_MIN, INT32_MAX, 5), "-2147483648", "2147483647", "5");
  VALUES(uint32_t, "I", integer_type, SET(UINT32_MAX, 5), "4294967295", "5");
  VALUES(int64_t, "l", integer_type, SET(INT64_MAX, -INT64_MAX, INT64_MIN, 7), "9223372036854775807",
         "-9223372036854775807", "!OUT_OF_RANGE", "7");
  VALUES(uint64_t, "L", integer_type, SET(9223372036854775807u, 0, UINT64_MAX, 1, 9223372036854775808u),
         "9223372036854775807", "0", "!OUT_OF_RANGE", "1", "!OUT_OF_RANGE");
  VALUES(int32_t, "i", money_type, SET(12, -3), "12.00", "-3.00");
  VALUES(int64_t, "l", money_type, SET(92233720368547758, 92233720368547759), "92233720368547758.00", "!OUT_OF_RANGE");
  VALUES(int64_t, "l", decimal_type, SET(3, -4), "3.0000", "-4.0000");
  VALUES(int64_t, "l", number_type, SET(3, -4), "3", "-4");
  VALUES(int64_t, "l", boolean_type, SET(0, 1, 2, -1), "false", "true", "!BAD_VALUE", "!BAD_VALUE");
  VALUES(int64_t, "l", text_type, SET(42, -7), "42", "-7");
  VALUES(uint64_t, "L", text_type, SET(UINT64_MAX, 7), "18446744073709551615", "7");
  VALUES(int32_t, "i", choice_type, SET(42), "!UNKNOWN_CHOICE");
}

static void floats(void **state) {
  (void)state;
  VALUES(double, "g", integer_type,
         SET(250, 250.5, -3, 1e300, 0.0 / 0.0, 9007199254740992.0, 9007199254740994.0, -0.0), "250", "!BAD_VALUE",
         "-3", "!OUT_OF_RANGE", "!BAD_VALUE", "9007199254740992", "!OUT_OF_RANGE", "0");
  VALUES(double, "g", money_type,
         SET(250.5, 0.1, 19.99, 0.1 + 0.2, 1e15 + 0.25, 1234567.891, -0.01, 1.0 / 0.0, 8e12 + 0.07),
         "250.50", "0.10", "19.99", "!BAD_VALUE", "!BAD_VALUE", "!BAD_VALUE", "-0.01", "!BAD_VALUE",
         "8000000000000.07");
  VALUES(float, "f", money_type, SET(250.5f, 19.99f, 0.125f, 1e7f), "250.50", "19.99", "!BAD_VALUE", "!BAD_VALUE");
  VALUES(double, "g", decimal_type, SET(0.0001, 0.00001), "0.0001", "!BAD_VALUE");
  VALUES(double, "g", number_type, SET(0.1, -1e300, 0.0 / 0.0, -1.0 / 0.0), "0.1", "-1e+300", "!BAD_VALUE", "!BAD_VALUE");
  VALUES(float, "f", number_type, SET(0.5f, 3e38f), "0.5", "3.0000000054977558e+38");
  VALUES(float, "f", integer_type, SET(3, 3.5f, 16777216), "3", "!BAD_VALUE", "16777216");
}

static void decimals128(void **state) {
  (void)state;
  static const int128 big = (int128)1 << 100;
  VALUES(int128, "d:10,2", money_type, SET(25050, -1, 0), "250.50", "-0.01", "0.00");
  VALUES(int128, "d:10,2,128", integer_type, SET(25000, 25050), "250", "!BAD_VALUE");
  VALUES(int128, "d:20,6", money_type, SET(250500000, 250505000), "250.50", "!BAD_VALUE");
  VALUES(int128, "d:10,0", money_type, SET(7), "7.00");
  VALUES(int128, "d:10,-3", money_type, SET(7), "7000.00");
  VALUES(int128, "d:38,2", money_type, SET(INT64_MAX, INT64_MIN), "92233720368547758.07", "!OUT_OF_RANGE");
  VALUES(int128, "d:10,2", number_type, SET(25050, -1), "250.5", "-0.01");
  int128 wide[] = {big, -big};
  static const char *const refused[] = {"!OUT_OF_RANGE", "!OUT_OF_RANGE"};
  check_values(&(value_case){money_type, "d:38,2", 16, 2, wide, refused});
  static const char *const kept[] = {"1.2676506002282294e+28", "-1.2676506002282294e+28"};
  check_values(&(value_case){number_type, "d:38,2", 16, 2, wide, kept});
}

static void dates_and_moments(void **state) {
  (void)state;
  VALUES(int32_t, "tdD", date_type, SET(20357, 0, -1, INT32_MAX, INT32_MIN), "2025-09-26", "1970-01-01",
         "1969-12-31", "!OUT_OF_RANGE", "!OUT_OF_RANGE");
  VALUES(int64_t, "tdm", date_type, SET(20357 * 86400000LL, 1, -86400000, INT64_MAX), "2025-09-26", "!BAD_VALUE",
         "1969-12-31", "!BAD_VALUE");
  VALUES(int64_t, "tss:", date_type, SET(20357 * 86400LL, 5), "2025-09-26", "!BAD_VALUE");
  VALUES(int64_t, "tss:", timestamp_type, SET(1758898800, 0), "2025-09-26T15:00:00+08:00", "1970-01-01T00:00:00+08:00");
  VALUES(int64_t, "tss:UTC", timestamp_type, SET(1758870000, -1), "2025-09-26T15:00:00+08:00", "1970-01-01T07:59:59+08:00");
  VALUES(int64_t, "tsm:Asia/Shanghai", timestamp_type, SET(1758870000000, 1758870000001, -1000), "2025-09-26T15:00:00+08:00",
         "!BAD_VALUE", "1970-01-01T07:59:59+08:00");
  VALUES(int64_t, "tsu:+08:00", timestamp_type, SET(1758870000000000, 1), "2025-09-26T15:00:00+08:00", "!BAD_VALUE");
  VALUES(int64_t, "tsn:Z", timestamp_type, SET(1758870000000000000, 999999999), "2025-09-26T15:00:00+08:00", "!BAD_VALUE");
  VALUES(int64_t, "tss:Z", timestamp_type, SET(INT64_MAX, INT64_MIN, INT64_MIN + 1), "!OUT_OF_RANGE", "!OUT_OF_RANGE",
         "!OUT_OF_RANGE");
}

static void booleans_and_nothing(void **state) {
  (void)state;
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = boolean_type},
                          {.name = "m", .column = "m", .type = money_type},
                          {.name = "t", .column = "t", .type = text_type},
                          {.name = "c", .column = "c", .type = choice_type},
                          {.name = "n", .column = "n", .type = number_type}};
  schema s = schema_of(fields, COUNT(fields));
  arena a = {0};
  static const bool values[] = {true, false, true, true}, nulls[] = {false, false, true, false};
  batch *b = cast_all(&s, (built *[]){build_ids(&a, 4), build_booleans(&a, "v", values, nulls, 4, 7),
                                      build_start(&a, "m", "n", 4, 0), build_start(&a, "t", "n", 4, 0),
                                      build_start(&a, "c", "n", 4, 0), build_start(&a, "n", "n", 4, 0)},
                      6, 4, NULL);
  assert_int_equal(b->rows, 4);
  assert_written(b, 0, 1, "true");
  assert_written(b, 1, 1, "false");
  assert_written(b, 2, 1, "");
  assert_written(b, 3, 1, "true");
  for (size_t i = 2; i < 6; i++)
    for (size_t r = 0; r < 4; r++) assert_true(column_missing(&b->columns[i], r));
  batch_free(b);
  arena_deinit(&a);
}

static void bounds_and_required(void **state) {
  (void)state;
  const field fields[] = {
      {.name = "id", .column = "id", .type = key_type},
      {.name = "paid", .column = "Paid Amount", .type = money_type, .required = true, .has_min = true},
      {.name = "share", .column = "share", .type = number_type, .has_min = true, .has_max = true, .number_max = 1},
      {.name = "size", .column = "size", .type = integer_type, .has_min = true, .min = 5, .has_max = true, .max = 9},
      {.name = "since", .column = "since", .type = date_type, .has_min = true, .min = 10957}};
  schema s = schema_of(fields, COUNT(fields));
  arena a = {0};
  static const char *const paid[] = {"0", "-0.01", "", "1", "1", "1", "1", "-99999999999999999999", NULL, "1"};
  static const char *const share[] = {"1", "0", "0", "-0.1", "1.1", "", "0", "0", "0", "0"};
  static const char *const size[] = {"5", "9", "9", "9", "9", "4", "10", "9", "x", ""};
  static const char *const since[] = {"2000-01-01", "", "", "", "", "", "", "", "", "1999-12-31"};
  batch *b = cast_all(&s, (built *[]){build_ids(&a, 10), build_texts(&a, "Paid Amount", paid, 10, 0, false),
                                      build_texts(&a, "share", share, 10, 0, false),
                                      build_texts(&a, "size", size, 10, 0, false),
                                      build_texts(&a, "since", since, 10, 0, false)}, 5, 10, NULL);
  assert_written(b, 0, 1, "0.00");
  assert_rejected(b, 1, "NEGATIVE", "paid");
  assert_rejected(b, 2, "REQUIRED", "paid");
  assert_rejected(b, 3, "NEGATIVE", "share");
  assert_rejected(b, 4, "OUT_OF_RANGE", "share");
  assert_rejected(b, 5, "OUT_OF_RANGE", "size");
  assert_rejected(b, 6, "OUT_OF_RANGE", "size");
  assert_rejected(b, 7, "NEGATIVE", "paid");
  assert_rejected(b, 8, "REQUIRED", "paid"); /* before size, which is bad too */
  assert_rejected(b, 9, "OUT_OF_RANGE", "since");
  assert_non_null(strstr(reject_of(b, 9)->message, "at least 2000-01-01"));
  assert_int_equal(b->rows, 1);
  batch_free(b);
  arena_deinit(&a);
}

static void the_first_column_of_the_stream_names_the_reject(void **state) {
  (void)state;
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "a", .column = "a", .type = integer_type},
                          {.name = "b", .column = "b", .type = choice_type}};
  schema s = schema_of(fields, 3);
  arena a = {0};
  static const char *const as[] = {"x", "1"}, *const bs[] = {"gren", "gren"}, *const ids[] = {"", "K"};
  batch *b = cast_all(&s, (built *[]){build_texts(&a, "b", bs, 2, 0, false), build_texts(&a, "unknown", as, 2, 0, false),
                                      build_texts(&a, "a", as, 2, 0, false), build_texts(&a, "id", ids, 2, 0, false)},
                      4, 2, NULL);
  assert_rejected(b, 0, "UNKNOWN_CHOICE", "b");
  assert_null(reject_of(b, 0)->key);
  assert_string_equal(reject_of(b, 1)->key, "K");
  assert_string_equal(reject_of(b, 1)->value, "gren");
  assert_non_null(strstr(reject_of(b, 1)->message, "did you mean 'green'?"));
  assert_non_null(strstr(reject_of(b, 1)->message, "red, green, ultramarine"));
  batch_free(b);
  arena_deinit(&a);
}

static void spellings_of_missing(void **state) {
  (void)state;
  static const char *const spellings[] = {"N/A", "NULL"};
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = integer_type},
                          {.name = "t", .column = "t", .type = text_type}};
  schema s = schema_of(fields, 3);
  s.missing = spellings;
  s.missing_count = 2;
  arena a = {0};
  static const char *const v[] = {"1", "N/A", "NULL", "null"}, *const t[] = {"abc", "N/A", "de", ""};
  static const char *const ids[] = {"a", "b", "NULL", "d"};
  batch *b = cast_all(&s, (built *[]){build_texts(&a, "id", ids, 4, 0, false), build_texts(&a, "v", v, 4, 2, true),
                                      build_texts(&a, "t", t, 4, 0, false)}, 3, 4, NULL);
  assert_written(b, 0, 1, "1");
  assert_written(b, 0, 2, "abc");
  assert_written(b, 1, 1, "");
  assert_written(b, 1, 2, "");
  assert_rejected(b, 2, "REQUIRED", "id");
  assert_rejected(b, 3, "BAD_VALUE", "v");
  batch_free(b);
  arena_deinit(&a);
}

static void what_the_source_says_of_a_record(void **state) {
  (void)state;
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "paid", .column = "Paid", .type = money_type}};
  schema s = schema_of(fields, 2);
  arena a = {0};
  static const char *const ids[] = {"K0", NULL, "K2", NULL, "K4"};
  static const char *const paid[] = {"1", NULL, "x", NULL, NULL};
  static const char *const why[] = {NULL, "RAGGED\x1f\x1f" "a,b\x1f" "3 fields, expected 2", NULL, "odd",
                                    "TYPE_MISMATCH\x1fPaid\x1f" "1\x1b[0m\x1f" "a blob"};
  static const int64_t lines[] = {2, 3, 4, 5, 9};
  built *position = build_values(&a, "", "l", lines, 8, NULL, 5, 3);
  built *rejects = build_texts(&a, "", why, 5, 1, false);
  build_role(&a, position, ASSAY_ROLE_KEY, ASSAY_ROLE_POSITION);
  build_role(&a, rejects, ASSAY_ROLE_KEY, ASSAY_ROLE_REJECT);
  keys *k = keys_new(1 << 16, NULL);
  batch *b = cast_all(&s, (built *[]){position, build_texts(&a, "id", ids, 5, 0, false),
                                      build_texts(&a, "Paid", paid, 5, 0, false), rejects}, 4, 5, k);
  assert_int_equal(b->rows, 1);
  assert_int_equal(b->position[0], 2);
  assert_rejected(b, 1, "RAGGED", "");
  assert_string_equal(reject_of(b, 1)->value, "a,b");
  assert_string_equal(reject_of(b, 1)->message, "3 fields, expected 2");
  assert_int_equal(reject_of(b, 1)->position, 3);
  assert_rejected(b, 2, "BAD_VALUE", "paid");
  assert_int_equal(reject_of(b, 2)->position, 4);
  assert_rejected(b, 3, "BAD_VALUE", "");
  assert_rejected(b, 4, "TYPE_MISMATCH", "paid");
  assert_string_equal(reject_of(b, 4)->value, "1\\x1B[0m");
  assert_string_equal(reject_of(b, 4)->key, "K4");
  for (size_t i = 1; i < b->reject_count; i++)
    assert_true(b->rejects[i - 1].sequence < b->rejects[i].sequence);
  keys_free(k);
  batch_free(b);
  arena_deinit(&a);
}

/* ---- lists ---- */

static const field touch_fields[] = {{.name = "at", .column = "at", .type = date_type, .required = true},
                                     {.name = "kind", .column = "kind", .type = choice_type}};
static const schema touches = {.count = 2, .fields = touch_fields};
static const field list_fields[] = {
    {.name = "id", .column = "id", .type = key_type},
    {.name = "touches", .column = "touches", .type = {.kind = TYPE_LIST, .record = &touches}},
    {.name = "note", .column = "note", .type = text_type}};

static void lists_of_records(void **state) {
  (void)state;
  schema s = schema_of(list_fields, 3);
  for (int large = 0; large < 2; large++) {
    arena a = {0};
    /* Items 0..2 are K0's, 3..4 lie under a null list, 5 is K2's (bad), K3 has none, 6..7 are K4's. */
    static const char *const at[] = {"2025-01-01", "2025-01-02", "2025-01-03", "garbage", "",
                                     "2025-01-06", "2025-01-07", "2025-01-08"};
    static const char *const kind[] = {"red", "", "green", "nothing", "red", "gren", NULL, "red"};
    static const int64_t offsets[] = {1, 4, 6, 7, 7, 9};
    static const bool nulls[] = {false, true, false, false, false};
    static const char *const notes[] = {"a", "b", "c", "d", "e"};
    /* The items are a slice of their own: one row before them. */
    built *item_columns[] = {build_texts(&a, "at", at, 8, 1, false), build_texts(&a, "kind", kind, 8, 1, false)};
    for (int i = 0; i < 2; i++) item_columns[i]->array.offset = 0, item_columns[i]->array.length = 9;
    uint8_t kind_bits[] = {0x7F, 0x01};
    item_columns[1]->array.buffers[0] = kind_bits;
    built *items = build_records(&a, "item", item_columns, 2, 9, 0);
    batch *b = cast_all(&s, (built *[]){build_ids(&a, 5), build_lists(&a, "touches", offsets, nulls, 5, large, items),
                                        build_texts(&a, "note", notes, 5, 0, false)}, 3, 5, NULL);
    assert_rejected(b, 2, "UNKNOWN_CHOICE", "touches.kind");
    assert_int_equal(b->rows, 4);
    const column *list = &b->columns[1];
    static const uint32_t expected[] = {0, 3, 3, 3, 5};
    for (size_t r = 0; r <= 4; r++) assert_int_equal(list->list.offsets[r], expected[r]);
    assert_true(column_missing(list, 1));
    assert_false(column_missing(list, 2));
    const batch *in = list->list.records;
    assert_int_equal(in->rows, 5);
    static const char *const dates[] = {"2025-01-01", "2025-01-02", "2025-01-03", "2025-01-07", "2025-01-08"};
    static const char *const kinds[] = {"red", "", "green", "", "red"};
    for (size_t i = 0; i < 5; i++) {
      buffer text = {0};
      column_write(&text, &in->columns[0], i, (zone){0});
      buffer_char(&text, '/');
      column_write(&text, &in->columns[1], i, (zone){0});
      buffer_char(&text, '\0');
      char both[64];
      snprintf(both, sizeof both, "%s/%s", dates[i], kinds[i]);
      assert_string_equal(text.data, both);
      buffer_deinit(&text);
    }
    assert_written(b, 4, 2, "e");
    batch_free(b);
    arena_deinit(&a);
  }
}

static void a_bad_item_rejects_its_record(void **state) {
  (void)state;
  schema s = schema_of(list_fields, 3);
  arena a = {0};
  static const char *const at[] = {"2025-01-01", "", "2025-01-03", "2025-01-04"};
  static const char *const kind[] = {"red", "red", "red", "red"};
  static const int64_t offsets[] = {0, 2, 3, 4};
  static const char *const notes[] = {"a", "b", "c"};
  built *items = build_records(&a, "item", (built *[]){build_texts(&a, "at", at, 4, 0, false),
                                                       build_texts(&a, "kind", kind, 4, 0, false)}, 2, 4, 0);
  const bool null_items[] = {false, false, true, false};
  build_nulls(&a, items, null_items, 4, 0);
  batch *b = cast_all(&s, (built *[]){build_ids(&a, 3), build_lists(&a, "touches", offsets, NULL, 3, false, items),
                                      build_texts(&a, "note", notes, 3, 0, false)}, 3, 3, NULL);
  assert_rejected(b, 0, "REQUIRED", "touches.at");
  assert_rejected(b, 1, "BAD_VALUE", "touches");
  assert_int_equal(b->rows, 1);
  assert_int_equal(b->columns[1].list.offsets[1], 1);
  assert_int_equal(b->columns[1].list.records->rows, 1);
  batch_free(b);
  arena_deinit(&a);
}

static void more_items_than_a_batch_has_rows(void **state) {
  (void)state;
  schema s = schema_of(list_fields, 3);
  arena a = {0};
  enum { ITEMS = 3 * BATCH_ROWS + 7 };
  const char **at = arena_array(&a, ITEMS, sizeof *at), **kind = arena_array(&a, ITEMS, sizeof *kind);
  for (size_t i = 0; i < ITEMS; i++) {
    at[i] = "2025-01-01";
    kind[i] = colours[i % 5];
  }
  static const int64_t offsets[] = {0, ITEMS};
  static const char *const notes[] = {"a"};
  built *items = build_records(&a, "item", (built *[]){build_texts(&a, "at", at, ITEMS, 0, false),
                                                       build_texts(&a, "kind", kind, ITEMS, 0, false)}, 2, ITEMS, 0);
  batch *b = cast_all(&s, (built *[]){build_ids(&a, 1), build_lists(&a, "touches", offsets, NULL, 1, true, items),
                                      build_texts(&a, "note", notes, 1, 0, false)}, 3, 1, NULL);
  assert_int_equal(b->rows, 1);
  assert_int_equal(b->columns[1].list.records->rows, ITEMS);
  for (size_t i = 0; i < ITEMS; i++) assert_int_equal(b->columns[1].list.records->columns[1].i32[i], i % 5);
  batch_free(b);
  arena_deinit(&a);
}

/* ---- slices and keys ---- */

static void slices_of_a_slice(void **state) {
  (void)state;
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = integer_type}};
  schema s = schema_of(fields, 2);
  arena a = {0};
  enum { ROWS = 100 };
  int32_t values[ROWS];
  bool nulls[ROWS];
  for (int i = 0; i < ROWS; i++) {
    values[i] = i;
    nulls[i] = i % 7 == 0;
  }
  built *v = build_values(&a, "v", "i", values, 4, nulls, ROWS, 3);
  built *records = build_records(&a, "", (built *[]){build_ids(&a, ROWS), v}, 2, ROWS - 10, 10);
  cast *c;
  error e;
  assert_int_equal(cast_new(&s, NULL, &records->schema, "test", &c, &e), ERR_OK);
  batch *b = batch_new(&s, NULL);
  for (size_t from = 0; from < ROWS - 10; from += 13) {
    size_t n = ROWS - 10 - from < 13 ? ROWS - 10 - from : 13;
    assert_int_equal(cast_rows(c, &records->array, from, n, 1000, b, NULL, &e), ERR_OK);
    assert_int_equal(b->rows, n);
    for (size_t r = 0; r < n; r++) {
      int value = (int)(10 + from + r);
      char id[16];
      snprintf(id, sizeof id, "K%d", value);
      buffer text = {0};
      column_write(&text, &b->columns[0], r, (zone){0});
      buffer_char(&text, '\0');
      assert_string_equal(text.data, id);
      buffer_deinit(&text);
      assert_int_equal(b->columns[1].i64[r], value % 7 == 0 ? MISSING_I64 : value);
      assert_int_equal(b->sequence[r], 1000 + from + r);
    }
  }
  assert_int_equal(cast_rows(c, &records->array, 85, 6, 0, b, NULL, &e), ERR_SOURCE);
  batch_free(b);
  cast_free(c);
  arena_deinit(&a);
}

static error_code count_group(void *ctx, const uint64_t *sequences, size_t n, error *e) {
  (void)e;
  uint64_t *seen = ctx;
  seen[0]++;
  for (size_t i = 0; i < n && i < 8; i++) seen[1 + i] = sequences[i];
  return ERR_OK;
}

static void keys_of_good_and_bad_records(void **state) {
  (void)state;
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = integer_type}};
  schema s = schema_of(fields, 2);
  arena a = {0};
  static const char *const ids[] = {"A", "B", "", "A", "\xFF", NULL, "A", "\xFF"};
  static const char *const v[] = {"x", "1", "1", "1", "1", "1", "1", "1"};
  keys *k = keys_new(1 << 16, NULL);
  batch *b = cast_all(&s, (built *[]){build_texts(&a, "id", ids, 8, 0, false), build_texts(&a, "v", v, 8, 0, false)}, 2, 8, k);
  assert_rejected(b, 0, "BAD_VALUE", "v");
  assert_rejected(b, 2, "REQUIRED", "id");
  assert_rejected(b, 4, "ENCODING", "id");
  uint64_t seen[9] = {0};
  error e;
  assert_int_equal(keys_duplicates(k, count_group, seen, &e), ERR_OK);
  assert_int_equal(seen[0], 1);
  assert_int_equal(seen[1], 100);
  assert_int_equal(seen[2], 103);
  assert_int_equal(seen[3], 106);
  keys_free(k);
  batch_free(b);
  arena_deinit(&a);
}

static void only_wanted_columns_are_looked_at(void **state) {
  (void)state;
  const field fields[] = {{.name = "id", .column = "id", .type = key_type},
                          {.name = "v", .column = "v", .type = integer_type},
                          {.name = "w", .column = "w", .type = integer_type}};
  schema s = schema_of(fields, 3);
  const bool wanted[] = {false, true, false};
  arena a = {0};
  static const char *const bad[] = {"x"}, *const good[] = {"1"};
  built *records = build_records(&a, "", (built *[]){build_ids(&a, 1), build_texts(&a, "w", bad, 1, 0, false),
                                                     build_texts(&a, "v", good, 1, 0, false)}, 3, 1, 0);
  cast *c;
  error e;
  assert_int_equal(cast_new(&s, wanted, &records->schema, "test", &c, &e), ERR_OK);
  const bool with_key[] = {true, true, false};
  batch *b = batch_new(&s, with_key);
  assert_int_equal(cast_rows(c, &records->array, 0, 1, 0, b, NULL, &e), ERR_OK);
  assert_int_equal(b->rows, 1);
  assert_null(b->columns[2].i64);
  assert_true(column_missing(&b->columns[2], 0));
  batch_free(b);
  cast_free(c);
  arena_deinit(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_become_integers),
      cmocka_unit_test(texts_become_money),
      cmocka_unit_test(texts_become_the_other_types),
      cmocka_unit_test(a_character_cut_between_two_rows_is_bad),
      cmocka_unit_test(a_nul_byte_is_bad),
      cmocka_unit_test(integers_of_every_width),
      cmocka_unit_test(floats),
      cmocka_unit_test(decimals128),
      cmocka_unit_test(dates_and_moments),
      cmocka_unit_test(booleans_and_nothing),
      cmocka_unit_test(bounds_and_required),
      cmocka_unit_test(the_first_column_of_the_stream_names_the_reject),
      cmocka_unit_test(spellings_of_missing),
      cmocka_unit_test(what_the_source_says_of_a_record),
      cmocka_unit_test(lists_of_records),
      cmocka_unit_test(a_bad_item_rejects_its_record),
      cmocka_unit_test(more_items_than_a_batch_has_rows),
      cmocka_unit_test(slices_of_a_slice),
      cmocka_unit_test(keys_of_good_and_bad_records),
      cmocka_unit_test(only_wanted_columns_are_looked_at),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
