/* The door, record by record: which reject a record gets, lists, slices, keys. */
#include "cast_check.h"

static void bounds_and_required(void **state) {
  (void)state;
  const field fields[] = {
      {.name = "id", .column = "id", .type = key_type},
      {.name = "paid",
       .column = "Paid Amount",
       .type = money_type,
       .required = true,
       .has_min = true},
      {.name = "share",
       .column = "share",
       .type = number_type,
       .has_min = true,
       .has_max = true,
       .number_max = 1},
      {.name = "size",
       .column = "size",
       .type = integer_type,
       .has_min = true,
       .min = 5,
       .has_max = true,
       .max = 9},
      {.name = "since", .column = "since", .type = date_type, .has_min = true, .min = 10957}};
  schema s = schema_of(fields, COUNT(fields));
  arena a = {0};
  static const char *const paid[] = {"0",  "-0.01", "", "1", "1", "1", "1", "-99999999999999999999",
                                     NULL, "1"};
  static const char *const share[] = {"1", "0", "0", "-0.1", "1.1", "", "0", "0", "0", "0"};
  static const char *const size[] = {"5", "9", "9", "9", "9", "4", "10", "9", "x", ""};
  static const char *const since[] = {"2000-01-01", "", "", "", "", "", "", "", "", "1999-12-31"};
  batch *b =
      cast_all(&s,
               (built *[]){build_ids(&a, 10), build_texts(&a, "Paid Amount", paid, 10, 0, false),
                           build_texts(&a, "share", share, 10, 0, false),
                           build_texts(&a, "size", size, 10, 0, false),
                           build_texts(&a, "since", since, 10, 0, false)},
               5, 10, NULL);
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
  static const char *const as[] = {"x", "1"}, *const bs[] = {"gren", "gren"},
                           *const ids[] = {"", "K"};
  batch *b = cast_all(&s,
                      (built *[]){build_texts(&a, "b", bs, 2, 0, false),
                                  build_texts(&a, "unknown", as, 2, 0, false),
                                  build_texts(&a, "a", as, 2, 0, false),
                                  build_texts(&a, "id", ids, 2, 0, false)},
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
  static const char *const v[] = {"1", "N/A", "NULL", "null"}, *const t[] = {"abc", "N/A", "de",
                                                                             ""};
  static const char *const ids[] = {"a", "b", "NULL", "d"};
  batch *b = cast_all(&s,
                      (built *[]){build_texts(&a, "id", ids, 4, 0, false),
                                  build_texts(&a, "v", v, 4, 2, true),
                                  build_texts(&a, "t", t, 4, 0, false)},
                      3, 4, NULL);
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
  static const char *const why[] = {NULL,
                                    "RAGGED\x1f\x1f"
                                    "a,b\x1f"
                                    "3 fields, expected 2",
                                    NULL, "odd",
                                    "TYPE_MISMATCH\x1fPaid\x1f"
                                    "1\x1b[0m\x1f"
                                    "a blob"};
  static const int64_t lines[] = {2, 3, 4, 5, 9};
  built *position = build_values(&a, "", "l", lines, 8, NULL, 5, 3);
  built *rejects = build_texts(&a, "", why, 5, 1, false);
  build_role(&a, position, ASSAY_ROLE_KEY, ASSAY_ROLE_POSITION);
  build_role(&a, rejects, ASSAY_ROLE_KEY, ASSAY_ROLE_REJECT);
  keys *k = keys_new(1 << 16, NULL);
  batch *b = cast_all(&s,
                      (built *[]){position, build_texts(&a, "id", ids, 5, 0, false),
                                  build_texts(&a, "Paid", paid, 5, 0, false), rejects},
                      4, 5, k);
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

static const field touch_fields[] = {
    {.name = "at", .column = "at", .type = date_type, .required = true},
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
    /* Items 0..2 are K0's, 3..4 lie under a null list, 5 is K2's (bad), K3 has none, 6..7 are K4's.
     */
    static const char *const at[] = {"2025-01-01", "2025-01-02", "2025-01-03", "garbage",
                                     "",           "2025-01-06", "2025-01-07", "2025-01-08"};
    static const char *const kind[] = {"red", "", "green", "nothing", "red", "gren", NULL, "red"};
    static const int64_t offsets[] = {1, 4, 6, 7, 7, 9};
    static const bool nulls[] = {false, true, false, false, false};
    static const char *const notes[] = {"a", "b", "c", "d", "e"};
    /* The items are a slice of their own: one row before them. */
    built *item_columns[] = {build_texts(&a, "at", at, 8, 1, false),
                             build_texts(&a, "kind", kind, 8, 1, false)};
    for (int i = 0; i < 2; i++)
      item_columns[i]->array.offset = 0, item_columns[i]->array.length = 9;
    uint8_t kind_bits[] = {0x7F, 0x01};
    item_columns[1]->array.buffers[0] = kind_bits;
    built *items = build_records(&a, "item", item_columns, 2, 9, 0);
    batch *b = cast_all(&s,
                        (built *[]){build_ids(&a, 5),
                                    build_lists(&a, "touches", offsets, nulls, 5, large, items),
                                    build_texts(&a, "note", notes, 5, 0, false)},
                        3, 5, NULL);
    assert_rejected(b, 2, "UNKNOWN_CHOICE", "touches.kind");
    assert_int_equal(b->rows, 4);
    const column *list = &b->columns[1];
    static const uint32_t expected[] = {0, 3, 3, 3, 5};
    for (size_t r = 0; r <= 4; r++) assert_int_equal(list->list.offsets[r], expected[r]);
    assert_true(column_missing(list, 1));
    assert_false(column_missing(list, 2));
    const batch *in = list->list.records;
    assert_int_equal(in->rows, 5);
    static const char *const dates[] = {"2025-01-01", "2025-01-02", "2025-01-03", "2025-01-07",
                                        "2025-01-08"};
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
  built *items = build_records(&a, "item",
                               (built *[]){build_texts(&a, "at", at, 4, 0, false),
                                           build_texts(&a, "kind", kind, 4, 0, false)},
                               2, 4, 0);
  const bool null_items[] = {false, false, true, false};
  build_nulls(&a, items, null_items, 4, 0);
  batch *b = cast_all(&s,
                      (built *[]){build_ids(&a, 3),
                                  build_lists(&a, "touches", offsets, NULL, 3, false, items),
                                  build_texts(&a, "note", notes, 3, 0, false)},
                      3, 3, NULL);
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
  const char **at = arena_array(&a, ITEMS, sizeof *at),
             **kind = arena_array(&a, ITEMS, sizeof *kind);
  for (size_t i = 0; i < ITEMS; i++) {
    at[i] = "2025-01-01";
    kind[i] = colours[i % 5];
  }
  static const int64_t offsets[] = {0, ITEMS};
  static const char *const notes[] = {"a"};
  built *items = build_records(&a, "item",
                               (built *[]){build_texts(&a, "at", at, ITEMS, 0, false),
                                           build_texts(&a, "kind", kind, ITEMS, 0, false)},
                               2, ITEMS, 0);
  batch *b = cast_all(&s,
                      (built *[]){build_ids(&a, 1),
                                  build_lists(&a, "touches", offsets, NULL, 1, true, items),
                                  build_texts(&a, "note", notes, 1, 0, false)},
                      3, 1, NULL);
  assert_int_equal(b->rows, 1);
  assert_int_equal(b->columns[1].list.records->rows, ITEMS);
  for (size_t i = 0; i < ITEMS; i++)
    assert_int_equal(b->columns[1].list.records->columns[1].i32[i], i % 5);
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
  batch *b = cast_all(
      &s,
      (built *[]){build_texts(&a, "id", ids, 8, 0, false), build_texts(&a, "v", v, 8, 0, false)}, 2,
      8, k);
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
  built *records =
      build_records(&a, "",
                    (built *[]){build_ids(&a, 1), build_texts(&a, "w", bad, 1, 0, false),
                                build_texts(&a, "v", good, 1, 0, false)},
                    3, 1, 0);
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
