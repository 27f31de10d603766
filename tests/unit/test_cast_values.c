/* The door, value by value: what passes as which type, and what does not with which code. */
#include "cast_check.h"

/* What one value becomes: a written value, or a code in capitals after '!'. */
static void assert_outcome(const batch *b, size_t record, const char *expected) {
  if (expected[0] == '!')
    assert_rejected(b, record, expected + 1, "v");
  else
    assert_written(b, record, 1, expected);
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
  static const text_case cases[] = {{"0", "0"},
                                    {"-0", "0"},
                                    {"7", "7"},
                                    {"-7", "-7"},
                                    {"12345678", "12345678"},
                                    {"123456789", "123456789"},
                                    {"-1234567890123456", "-1234567890123456"},
                                    {"12345678901234567", "12345678901234567"},
                                    {"9223372036854775807", "9223372036854775807"},
                                    {"9223372036854775808", "!OUT_OF_RANGE"},
                                    {"-9223372036854775808", "!OUT_OF_RANGE"},
                                    {"00000000000000000000000000000042", "42"},
                                    {NULL, ""},
                                    {"", ""},
                                    {"1.0", "!BAD_VALUE"},
                                    {"-", "!BAD_VALUE"},
                                    {"+1", "!BAD_VALUE"},
                                    {" 1", "!BAD_VALUE"},
                                    {"1 ", "!BAD_VALUE"},
                                    {"1e3", "!BAD_VALUE"},
                                    {"12a45678", "!BAD_VALUE"},
                                    {"abc", "!BAD_VALUE"},
                                    {"--12345678", "!BAD_VALUE"},
                                    {"1234567/", "!BAD_VALUE"},
                                    {"1234567:", "!BAD_VALUE"},
                                    {"１２", "!BAD_VALUE"},
                                    {"\xFF", "!ENCODING"},
                                    {"1,000", "!BAD_VALUE"},
                                    {"123456789012345-", "!BAD_VALUE"},
                                    {"-12345678x", "!BAD_VALUE"}};
  check_texts(integer_type, cases, COUNT(cases));
}

static void texts_become_money(void **state) {
  (void)state;
  static const text_case cases[] = {{"250", "250.00"},
                                    {"250.5", "250.50"},
                                    {"250.50", "250.50"},
                                    {"-0.01", "-0.01"},
                                    {"0.00", "0.00"},
                                    {"3000000.005", "!BAD_VALUE"},
                                    {"3000000.000", "!BAD_VALUE"},
                                    {".50", "!BAD_VALUE"},
                                    {"5.", "!BAD_VALUE"},
                                    {"-.50", "!BAD_VALUE"},
                                    {"1.5e", "!BAD_VALUE"},
                                    {"1.-5", "!BAD_VALUE"},
                                    {"92233720368547758.07", "92233720368547758.07"},
                                    {"92233720368547758.08", "!OUT_OF_RANGE"},
                                    {"1234567890123456.78", "1234567890123456.78"},
                                    {"99999999999999999999", "!OUT_OF_RANGE"},
                                    {"12345678.90", "12345678.90"},
                                    {"9999999999999999.99", "9999999999999999.99"},
                                    {NULL, ""},
                                    {"", ""},
                                    {"1,000.00", "!BAD_VALUE"},
                                    {"¥5.00", "!BAD_VALUE"},
                                    {"--1.00", "!BAD_VALUE"},
                                    {"12.3.45", "!BAD_VALUE"},
                                    {"-.00", "!BAD_VALUE"},
                                    {"1.2x", "!BAD_VALUE"},
                                    {"nan", "!BAD_VALUE"}};
  check_texts(money_type, cases, COUNT(cases));
}

static void texts_become_the_other_types(void **state) {
  (void)state;
  static const text_case decimals[] = {{"0.0001", "0.0001"},   {"1.5", "1.5000"},
                                       {"-2", "-2.0000"},      {"0.00001", "!BAD_VALUE"},
                                       {"12.3456", "12.3456"}, {"", ""}};
  check_texts(decimal_type, decimals, COUNT(decimals));
  static const text_case numbers[] = {{"1e3", "1000"},
                                      {"0.1", "0.1"},
                                      {"-2.50", "-2.5"},
                                      {"nan", "!BAD_VALUE"},
                                      {"inf", "!BAD_VALUE"},
                                      {"0x10", "!BAD_VALUE"},
                                      {"1e999", "!OUT_OF_RANGE"},
                                      {"1,5", "!BAD_VALUE"},
                                      {"", ""},
                                      {NULL, ""}};
  check_texts(number_type, numbers, COUNT(numbers));
  static const text_case booleans[] = {{"true", "true"},
                                       {"false", "false"},
                                       {"True", "!BAD_VALUE"},
                                       {"yes", "!BAD_VALUE"},
                                       {"1", "!BAD_VALUE"},
                                       {"", ""},
                                       {NULL, ""},
                                       {"truex", "!BAD_VALUE"},
                                       {"fals", "!BAD_VALUE"}};
  check_texts(boolean_type, booleans, COUNT(booleans));
  static const text_case choices[] = {{"red", "red"},
                                      {"green", "green"},
                                      {"ultramarine", "ultramarine"},
                                      {"ultraviolet", "ultraviolet"},
                                      {"灰", "灰"},
                                      {"Red", "!UNKNOWN_CHOICE"},
                                      {"re", "!UNKNOWN_CHOICE"},
                                      {"ultramarin", "!UNKNOWN_CHOICE"},
                                      {"ultravioles", "!UNKNOWN_CHOICE"},
                                      {"red ", "!UNKNOWN_CHOICE"},
                                      {"\xC3(", "!ENCODING"},
                                      {"", ""},
                                      {NULL, ""}};
  check_texts(choice_type, choices, COUNT(choices));
  static const text_case dates[] = {{"2025-09-26", "2025-09-26"},
                                    {"2024-02-29", "2024-02-29"},
                                    {"2025-02-29", "!BAD_VALUE"},
                                    {"2025-9-26", "!BAD_VALUE"},
                                    {"26.09.2025", "!BAD_VALUE"},
                                    {"2025-09-26T00:00:00Z", "!BAD_VALUE"},
                                    {"", ""},
                                    {NULL, ""}};
  check_texts(date_type, dates, COUNT(dates));
  static const text_case moments[] = {{"2025-09-26T15:00:00+08:00", "2025-09-26T15:00:00+08:00"},
                                      {"2025-09-26T07:00:00Z", "2025-09-26T15:00:00+08:00"},
                                      {"2025-09-26T15:00:00", "!BAD_VALUE"},
                                      {"2025-09-26", "!BAD_VALUE"},
                                      {"", ""},
                                      {NULL, ""}};
  check_texts(timestamp_type, moments, COUNT(moments));
  static const text_case texts[] = {{"abc", "abc"},
                                    {" a b ", " a b "},
                                    {"张伟", "张伟"},
                                    {"", ""},
                                    {NULL, ""},
                                    {"caf\xE9", "!ENCODING"},
                                    {"a\xED\xA0\x80", "!ENCODING"}};
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
  batch *b = cast_all(&s, (built *[]){build_ids(&a, 4), build_texts(&a, "v", texts, 4, 0, false)},
                      2, 4, NULL);
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
  batch *b = cast_all(&s,
                      (built *[]){build_ids(&a, 3), build_bytes(&a, "v", v, v_lengths, 3, 0, false),
                                  build_bytes(&a, "w", w, w_lengths, 3, 0, false)},
                      3, 3, NULL);
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
#define SET(...)                                                                                   \
  { __VA_ARGS__ }

static void integers_of_every_width(void **state) {
  (void)state;
  VALUES(int8_t, "c", integer_type, SET(-128, 127, 0), "-128", "127", "0");
  VALUES(uint8_t, "C", integer_type, SET(255, 1, 0), "255", "1", "0");
  VALUES(int16_t, "s", integer_type, SET(-32768, 32767), "-32768", "32767");
  VALUES(uint16_t, "S", integer_type, SET(65535, 3), "65535", "3");
  VALUES(int32_t, "i", integer_type, SET(INT32_MIN, INT32_MAX, 5), "-2147483648", "2147483647",
         "5");
  VALUES(uint32_t, "I", integer_type, SET(UINT32_MAX, 5), "4294967295", "5");
  VALUES(int64_t, "l", integer_type, SET(INT64_MAX, -INT64_MAX, INT64_MIN, 7),
         "9223372036854775807", "-9223372036854775807", "!OUT_OF_RANGE", "7");
  VALUES(uint64_t, "L", integer_type,
         SET(9223372036854775807u, 0, UINT64_MAX, 1, 9223372036854775808u), "9223372036854775807",
         "0", "!OUT_OF_RANGE", "1", "!OUT_OF_RANGE");
  VALUES(int32_t, "i", money_type, SET(12, -3), "12.00", "-3.00");
  VALUES(int64_t, "l", money_type, SET(92233720368547758, 92233720368547759),
         "92233720368547758.00", "!OUT_OF_RANGE");
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
         SET(250, 250.5, -3, 1e300, 0.0 / 0.0, 9007199254740992.0, 9007199254740994.0, -0.0), "250",
         "!BAD_VALUE", "-3", "!OUT_OF_RANGE", "!BAD_VALUE", "9007199254740992", "!OUT_OF_RANGE",
         "0");
  VALUES(double, "g", money_type,
         SET(250.5, 0.1, 19.99, 0.1 + 0.2, 1e15 + 0.25, 1234567.891, -0.01, 1.0 / 0.0, 8e12 + 0.07),
         "250.50", "0.10", "19.99", "!BAD_VALUE", "!BAD_VALUE", "!BAD_VALUE", "-0.01", "!BAD_VALUE",
         "8000000000000.07");
  VALUES(float, "f", money_type, SET(250.5f, 19.99f, 0.125f, 1e7f), "250.50", "19.99", "!BAD_VALUE",
         "!BAD_VALUE");
  VALUES(double, "g", decimal_type, SET(0.0001, 0.00001), "0.0001", "!BAD_VALUE");
  VALUES(double, "g", number_type, SET(0.1, -1e300, 0.0 / 0.0, -1.0 / 0.0), "0.1", "-1e+300",
         "!BAD_VALUE", "!BAD_VALUE");
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
  VALUES(int128, "d:38,2", money_type, SET(INT64_MAX, INT64_MIN), "92233720368547758.07",
         "!OUT_OF_RANGE");
  VALUES(int128, "d:10,2", number_type, SET(25050, -1), "250.5", "-0.01");
  int128 wide[] = {big, -big};
  static const char *const refused[] = {"!OUT_OF_RANGE", "!OUT_OF_RANGE"};
  check_values(&(value_case){money_type, "d:38,2", 16, 2, wide, refused});
  static const char *const kept[] = {"1.2676506002282294e+28", "-1.2676506002282294e+28"};
  check_values(&(value_case){number_type, "d:38,2", 16, 2, wide, kept});
}

static void dates_and_moments(void **state) {
  (void)state;
  VALUES(int32_t, "tdD", date_type, SET(20357, 0, -1, INT32_MAX, INT32_MIN), "2025-09-26",
         "1970-01-01", "1969-12-31", "!OUT_OF_RANGE", "!OUT_OF_RANGE");
  VALUES(int64_t, "tdm", date_type, SET(20357 * 86400000LL, 1, -86400000, INT64_MAX), "2025-09-26",
         "!BAD_VALUE", "1969-12-31", "!BAD_VALUE");
  VALUES(int64_t, "tss:", date_type, SET(20357 * 86400LL, 5), "2025-09-26", "!BAD_VALUE");
  VALUES(int64_t, "tss:", timestamp_type, SET(1758898800, 0), "2025-09-26T15:00:00+08:00",
         "1970-01-01T00:00:00+08:00");
  VALUES(int64_t, "tss:UTC", timestamp_type, SET(1758870000, -1), "2025-09-26T15:00:00+08:00",
         "1970-01-01T07:59:59+08:00");
  VALUES(int64_t, "tsm:Asia/Shanghai", timestamp_type, SET(1758870000000, 1758870000001, -1000),
         "2025-09-26T15:00:00+08:00", "!BAD_VALUE", "1970-01-01T07:59:59+08:00");
  VALUES(int64_t, "tsu:+08:00", timestamp_type, SET(1758870000000000, 1),
         "2025-09-26T15:00:00+08:00", "!BAD_VALUE");
  VALUES(int64_t, "tsn:Z", timestamp_type, SET(1758870000000000000, 999999999),
         "2025-09-26T15:00:00+08:00", "!BAD_VALUE");
  VALUES(int64_t, "tss:Z", timestamp_type, SET(INT64_MAX, INT64_MIN, INT64_MIN + 1),
         "!OUT_OF_RANGE", "!OUT_OF_RANGE", "!OUT_OF_RANGE");
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
  batch *b = cast_all(&s,
                      (built *[]){build_ids(&a, 4), build_booleans(&a, "v", values, nulls, 4, 7),
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
