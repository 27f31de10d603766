/* Records made by hand go through the door like any other. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "data/handmade.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const kinds[] = {"call", "visit"};
static const choice_list kind_list = {2, kinds};

static const field touch_fields[] = {
    {.name = "at", .column = "at", .type = {.kind = TYPE_DATE, .denominator = 1}},
    {.name = "kind",
     .column = "kind",
     .type = {.kind = TYPE_CHOICE, .denominator = 1, .choices = &kind_list}},
};
static const schema touches = {.count = COUNT(touch_fields), .fields = touch_fields};

static const field fields[] = {
    {.name = "id", .column = "Customer No.", .type = {.kind = TYPE_KEY}, .required = true},
    {.name = "amount",
     .column = "amount",
     .type = {.kind = TYPE_MONEY, .digits = 2, .denominator = 100}},
    {.name = "touches", .column = "touches", .type = {.kind = TYPE_LIST, .record = &touches}},
};
static const schema customers = {.count = COUNT(fields), .fields = fields};

static error_code cast_records(const handmade_record *records, size_t count, batch *out, error *e) {
  handmade_door *door;
  assert_int_equal(handmade_door_new(&customers, &door, e), ERR_OK);
  const error_code code = handmade_cast(door, records, count, "--set", out, e);
  handmade_door_free(door);
  return code;
}

static void takes_values_and_lists(void **state) {
  (void)state;
  const handmade_value first[] = {{.name = "at", .text = "2025-09-01"},
                                  {.name = "kind", .text = "visit"}},
                       second[] = {{.name = "at", .text = "2025-09-02"}};
  const handmade_record items[] = {{2, first}, {1, second}};
  const handmade_value a[] = {{.name = "id", .text = "A"},
                              {.name = "amount", .text = "12.50"},
                              {.name = "touches", .item_count = 2, .items = items}},
                       b[] = {{.name = "id", .text = "B"}};
  const handmade_record records[] = {{3, a}, {1, b}};
  batch *out = batch_new(&customers, NULL);
  error e = {0};
  assert_int_equal(cast_records(records, 2, out, &e), ERR_OK);
  assert_int_equal(out->rows, 2);
  assert_int_equal(out->columns[1].i64[0], 1250);
  assert_int_equal(out->columns[1].i64[1], MISSING_I64);
  const column *list = &out->columns[2];
  assert_int_equal(list->list.offsets[1] - list->list.offsets[0], 2);
  assert_int_equal(list->list.offsets[2] - list->list.offsets[1], 0);
  assert_false(column_missing(list, 1)); /* no touches is no missing list */
  assert_int_equal(list->list.records->columns[1].i32[0], 1);
  assert_int_equal(list->list.records->columns[1].i32[1], MISSING_I32);
  batch_free(out);
}

static void refuses_as_the_door_does(void **state) {
  (void)state;
  const handmade_value touch[] = {{.name = "kind", .text = "letter"}};
  const handmade_record items[] = {{1, touch}};
  const handmade_value a[] = {{.name = "amount", .text = "1.00"}},
                       b[] = {{.name = "id", .text = "B"}, {.name = "amount", .text = "1.005"}},
                       c[] = {{.name = "id", .text = "C"},
                              {.name = "touches", .item_count = 1, .items = items}};
  const handmade_record records[] = {{1, a}, {2, b}, {2, c}};
  batch *out = batch_new(&customers, NULL);
  error e = {0};
  assert_int_equal(cast_records(records, 3, out, &e), ERR_OK);
  assert_int_equal(out->rows, 0);
  assert_int_equal(out->reject_count, 3);
  assert_string_equal(out->rejects[0].code, "REQUIRED");
  assert_string_equal(out->rejects[1].code, "BAD_VALUE");
  assert_string_equal(out->rejects[1].field, "amount");
  assert_string_equal(out->rejects[2].code, "UNKNOWN_CHOICE");
  assert_string_equal(out->rejects[2].field, "touches.kind");
  batch_free(out);
}

static void check_wrong(const handmade_value *values, size_t n, const char *expected) {
  const handmade_record record = {n, values};
  batch *out = batch_new(&customers, NULL);
  error e = {0};
  assert_int_equal(cast_records(&record, 1, out, &e), ERR_USAGE);
  assert_string_equal(e.message, expected);
  batch_free(out);
}

/* What one call leaves in the door's memory must not show in the next. */
static void a_door_is_used_again(void **state) {
  (void)state;
  enum { MANY = 500 };
  handmade_value values[MANY][3], touch[] = {{.name = "kind", .text = "visit"}};
  handmade_record items[MANY], records[MANY];
  char ids[MANY][8];
  handmade_door *door;
  batch *out = batch_new(&customers, NULL);
  error e = {0};
  assert_int_equal(handmade_door_new(&customers, &door, &e), ERR_OK);
  for (size_t i = 0; i < MANY; i++) items[i] = (handmade_record){1, touch};
  for (size_t i = 0; i < MANY; i++) {
    snprintf(ids[i], sizeof ids[i], "K%zu", i);
    values[i][0] = (handmade_value){.name = "id", .text = ids[i]};
    values[i][1] = (handmade_value){.name = "touches", .item_count = i % 7, .items = items};
    values[i][2] = (handmade_value){.name = "amount", .text = "0.01"};
    records[i] = (handmade_record){3, values[i]};
  }
  const size_t sizes[] = {1, MANY, 3, 0, MANY / 2, 1};
  for (size_t round = 0; round < COUNT(sizes); round++) {
    const size_t n = sizes[round];
    assert_int_equal(handmade_cast(door, records, n, "--set", out, &e), ERR_OK);
    assert_int_equal(out->rows, n);
    for (size_t i = 0; i < n; i++) {
      const uint32_t *offsets = out->columns[2].list.offsets;
      assert_int_equal(offsets[i + 1] - offsets[i], i % 7);
      assert_int_equal(out->columns[1].i64[i], 1);
    }
    const handmade_value alone[] = {{.name = "id", .text = "x"}},
                         wrong[] = {{.name = "x", .text = "1"}};
    assert_int_equal(handmade_cast(door, &(handmade_record){1, wrong}, 1, "--set", out, &e),
                     ERR_USAGE);
    assert_int_equal(handmade_cast(door, &(handmade_record){1, alone}, 1, "--set", out, &e),
                     ERR_OK);
    assert_int_equal(out->columns[1].i64[0], MISSING_I64);
    assert_int_equal(out->columns[2].list.offsets[1], 0);
  }
  handmade_door_free(door);
  batch_free(out);
}

static void names_what_is_no_field(void **state) {
  (void)state;
  const handmade_value unknown[] = {{.name = "amuont", .text = "1"}},
                       twice[] = {{.name = "id", .text = "1"}, {.name = "id", .text = "2"}},
                       no_list[] = {{.name = "touches", .text = "3"}},
                       inner_value[] = {{.name = "kid", .text = "call"}};
  const handmade_record items[] = {{1, inner_value}};
  const handmade_value a_list[] = {{.name = "amount", .item_count = 1, .items = items}},
                       inner[] = {{.name = "touches", .item_count = 1, .items = items}};
  check_wrong(unknown, 1, "--set: the pack has no field \"amuont\"; did you mean \"amount\"?");
  check_wrong(twice, 2, "--set: the field \"id\" is given twice");
  check_wrong(no_list, 1,
              "--set: \"touches\" is a list of records, and \"3\" is none: give its records, each "
              "with its fields");
  check_wrong(a_list, 1, "--set: \"amount\" is a single value, no list");
  check_wrong(inner, 1,
              "--set: a record of \"touches\" has no field \"kid\"; did you mean \"kind\"?");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(takes_values_and_lists), cmocka_unit_test(refuses_as_the_door_does),
      cmocka_unit_test(a_door_is_used_again), cmocka_unit_test(names_what_is_no_field)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
