/* The door against sources that are wrong: schemas that do not fit, arrays that break Arrow's
 * rules, and random bytes in arrays that keep them. */
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

static const char *const words[] = {"red", "green", "blue"};
static const choice_list colours = {3, words};
static const field item_fields[] = {
    {.name = "at", .column = "at", .type = {.kind = TYPE_DATE}, .required = true},
    {.name = "paid",
     .column = "paid",
     .type = {.kind = TYPE_MONEY, .digits = 2, .denominator = 100}}};
static const schema items = {.count = 2, .fields = item_fields};
static const field fields[] = {
    {.name = "id", .column = "id", .type = {.kind = TYPE_KEY}, .file = "company.lua", .line = 3},
    {.name = "industry", .column = "Branche", .type = {.kind = TYPE_CHOICE, .choices = &colours}},
    {.name = "size", .column = "size", .type = {.kind = TYPE_INTEGER, .denominator = 1}},
    {.name = "touches", .column = "touches", .type = {.kind = TYPE_LIST, .record = &items}}};
static const schema all = {.count = 4, .fields = fields};

/* ---- schemas ---- */

static void assert_refused(const schema *s, const bool *wanted, built *records,
                           const char *const *says) {
  cast *c = (cast *)1;
  error e = {0};
  assert_int_equal(cast_new(s, wanted, &records->schema, "csv a.csv", &c, &e), ERR_SOURCE);
  assert_null(c);
  for (; *says; says++)
    if (!strstr(e.message, *says)) fail_msg("'%s' is not in: %s", *says, e.message);
}

static built *empty(arena *a, const char *name, const char *format) {
  return build_start(a, name, format, 0, 2);
}

static built *empty_list(arena *a, built *const *columns, size_t count) {
  static const int64_t offsets[] = {0};
  return build_lists(a, "touches", offsets, NULL, 0, false,
                     build_records(a, "item", columns, count, 0, 0));
}

static void schemas_that_do_not_fit(void **state) {
  (void)state;
  arena a = {0};
  built *id = empty(&a, "id", "u"), *branche = empty(&a, "Branche", "u"),
        *size = empty(&a, "size", "l");
  built *at = empty(&a, "at", "u"), *paid = empty(&a, "paid", "g");
  built *touches = empty_list(&a, (built *[]){at, paid}, 2);
  cast *c;
  error e;
  built *good = build_records(&a, "", (built *[]){touches, size, branche, id}, 4, 0, 0);
  assert_int_equal(cast_new(&all, NULL, &good->schema, "s", &c, &e), ERR_OK);
  cast_free(c);

  assert_refused(
      &all, NULL,
      build_records(&a, "", (built *[]){touches, size, empty(&a, "branche", "u"), id}, 4, 0, 0),
      (const char *[]){"csv a.csv: no column 'Branche' for field industry",
                       "did you mean 'branche'?", NULL});
  assert_refused(&all, NULL, build_records(&a, "", (built *[]){touches, size, branche}, 3, 0, 0),
                 (const char *[]){"no column 'id' for field id (company.lua:3)",
                                  "the columns are: touches, size, Branche", NULL});
  assert_refused(&all, NULL,
                 build_records(&a, "", (built *[]){touches, size, branche, id, size}, 5, 0, 0),
                 (const char *[]){"the column 'size' is given 2 times", NULL});
  /* All faults at once. */
  assert_refused(
      &all, NULL, build_records(&a, "", (built *[]){touches, empty(&a, "size", "z"), id}, 3, 0, 0),
      (const char *[]){"no column 'Branche'",
                       "\ncsv a.csv: column 'size' has the Arrow format 'z', binary", NULL});
  assert_refused(
      &all, NULL,
      build_records(&a, "", (built *[]){empty_list(&a, &at, 1), size, branche, id}, 4, 0, 0),
      (const char *[]){"no column 'paid' for field touches.paid", NULL});
  assert_refused(&all, NULL, empty(&a, "", "u"), (const char *[]){"'+s'", "'u'", NULL});
  /* What is not wanted and not required may be absent. */
  const bool wanted[] = {false, false, true, false};
  built *fewer = build_records(&a, "", (built *[]){size, id}, 2, 0, 0);
  assert_int_equal(cast_new(&all, wanted, &fewer->schema, "s", &c, &e), ERR_OK);
  cast_free(c);
  arena_deinit(&a);
}

static void formats_that_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *format, *says;
  } cases[] = {{"+m", "a map"},
               {"+w:3", "a fixed-size list"},
               {"+ud:0,1", "a dense union"},
               {"+us:0,1", "a sparse union"},
               {"+vl", "a list view"},
               {"+vL", "a large list view"},
               {"+r", "run-end encoded"},
               {"vu", "a text view"},
               {"vz", "a binary view"},
               {"z", "binary"},
               {"w:16", "fixed-size binary"},
               {"e", "a half-precision float"},
               {"d:10,2,256", "not of 128 bits"},
               {"d:x", "not of 128 bits"},
               {"d:10,2,128x", "not of 128 bits"},
               {"d:10", "not of 128 bits"},
               {"d:99,2", "not of 128 bits"},
               {"tts", "a time of day"},
               {"tDs", "a duration"},
               {"tiM", "an interval"},
               {"", "an unknown format"},
               {"ts?:", "an unknown format"},
               {"b", "a type of another kind"},
               {"tdD", "a type of another kind"},
               {"+s", "a type of another kind"},
               {"+l", "a type of another kind"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    arena a = {0};
    const bool wanted[] = {true, false, true, false};
    char format[64];
    snprintf(format, sizeof format, "column 'size' has the Arrow format '%s'", cases[i].format);
    built *records = build_records(
        &a, "", (built *[]){empty(&a, "id", "u"), empty(&a, "size", cases[i].format)}, 2, 0, 0);
    assert_refused(&all, wanted, records,
                   (const char *[]){format, cases[i].says, "integer size", NULL});
    arena_deinit(&a);
  }
}

static void dictionaries_that_are_refused(void **state) {
  (void)state;
  arena a = {0};
  const bool wanted[] = {true, false, true, false};
  built *size = empty(&a, "size", "i"), *values = empty(&a, "", "l");
  size->schema.dictionary = &values->schema;
  built *records = build_records(&a, "", (built *[]){empty(&a, "id", "u"), size}, 2, 0, 0);
  assert_refused(&all, wanted, records,
                 (const char *[]){"values that are not text", "the format 'l'", NULL});
  values->schema.format = "u";
  size->schema.format = "g";
  assert_refused(&all, wanted, records, (const char *[]){"index is no integer", NULL});
  arena_deinit(&a);
}

/* ---- arrays ---- */

enum { ROWS = 4 };

/* A whole good batch, of which each case breaks one thing. */
typedef struct good {
  arena memory;
  built *records, *id, *branche, *size, *touches, *list_items, *at, *paid, *dictionary;
  cast *cast;
  batch *out;
} good;

static void good_make(good *g) {
  static const char *const ids[] = {"A", "B", "C", "D"}, *const at[] = {"2025-01-01", "2025-01-02",
                                                                        "2025-01-03"};
  static const int64_t offsets[] = {0, 1, 1, 2, 3}, sizes[] = {1, 2, 3, 4}, paid[] = {5, 6, 7};
  static const int8_t index[] = {0, 1, 2, 0};
  memset(g, 0, sizeof *g);
  arena *a = &g->memory;
  g->id = build_texts(a, "id", ids, ROWS, 0, false);
  g->branche = build_values(a, "Branche", "c", index, 1, NULL, ROWS, 0);
  g->dictionary = build_texts(a, "", words, 3, 0, false);
  g->branche->schema.dictionary = &g->dictionary->schema;
  g->branche->array.dictionary = &g->dictionary->array;
  g->size = build_values(a, "size", "l", sizes, 8, NULL, ROWS, 0);
  g->at = build_texts(a, "at", at, 3, 0, true);
  g->paid = build_values(a, "paid", "l", paid, 8, NULL, 3, 0);
  g->list_items = build_records(a, "item", (built *[]){g->at, g->paid}, 2, 3, 0);
  g->touches = build_lists(a, "touches", offsets, NULL, ROWS, false, g->list_items);
  g->records =
      build_records(a, "", (built *[]){g->id, g->branche, g->size, g->touches}, 4, ROWS, 0);
  error e;
  assert_int_equal(cast_new(&all, NULL, &g->records->schema, "s", &g->cast, &e), ERR_OK);
  g->out = batch_new(&all, NULL);
}

static void good_free(good *g) {
  batch_free(g->out);
  cast_free(g->cast);
  arena_deinit(&g->memory);
}

static int32_t *offsets_of(built *b) {
  return (int32_t *)(uintptr_t)b->array.buffers[1];
}

static void break_nothing(good *g) {
  (void)g;
}
static void break_buffer_count(good *g) {
  g->id->array.n_buffers = 2;
}
static void break_struct_buffer_count(good *g) {
  g->records->array.n_buffers = 0;
}
static void break_buffers(good *g) {
  g->size->array.buffers = NULL;
}
static void break_data(good *g) {
  g->size->array.buffers[1] = NULL;
}
static void break_text_data(good *g) {
  g->id->array.buffers[2] = NULL;
}
static void break_length(good *g) {
  g->size->array.length = 3;
}
static void break_negative_length(good *g) {
  g->size->array.length = -1;
}
static void break_huge_length(good *g) {
  g->size->array.length = INT64_MAX;
  g->size->array.offset = 1;
}
static void break_offset(good *g) {
  g->size->array.offset = -1;
}
static void break_nulls(good *g) {
  g->size->array.null_count = 1;
}
static void break_null_count(good *g) {
  g->size->array.null_count = 5;
}
static void break_backwards(good *g) {
  offsets_of(g->id)[2] = 0;
}
static void break_negative_text(good *g) {
  offsets_of(g->id)[0] = -1;
}
static void break_wrapping_text(good *g) {
  int64_t *o = (int64_t *)(uintptr_t)g->at->array.buffers[1];
  o[1] = INT64_MAX;
  o[2] = INT64_MIN;
}
static void break_children(good *g) {
  g->records->array.n_children = 3;
}
static void break_no_children(good *g) {
  g->records->array.children = NULL;
}
static void break_child(good *g) {
  g->records->array.children[2] = NULL;
}
static void break_list_children(good *g) {
  g->touches->array.n_children = 0;
}
static void break_list_backwards(good *g) {
  offsets_of(g->touches)[1] = 3;
}
static void break_list_beyond(good *g) {
  offsets_of(g->touches)[4] = 4;
}
static void break_item_column(good *g) {
  g->paid->array.length = 2;
}
static void break_dictionary(good *g) {
  g->branche->array.dictionary = NULL;
}
static void break_needless_dictionary(good *g) {
  g->size->array.dictionary = &g->dictionary->array;
}
static void break_index(good *g) {
  ((int8_t *)(uintptr_t)g->branche->array.buffers[1])[3] = 3;
}
static void break_negative_index(good *g) {
  ((int8_t *)(uintptr_t)g->branche->array.buffers[1])[0] = -1;
}
static void break_dictionary_offsets(good *g) {
  offsets_of(g->dictionary)[1] = 100;
}
static void break_dictionary_data(good *g) {
  g->dictionary->array.buffers[2] = NULL;
}
static void break_dictionary_buffers(good *g) {
  g->dictionary->array.n_buffers = 2;
}

static void arrays_that_break_the_rules(void **state) {
  (void)state;
  static const struct {
    void (*break_it)(good *g);
    const char *column, *says;
  } cases[] = {
      {break_nothing, NULL, NULL},
      {break_buffer_count, "'id'", "wrong number of buffers"},
      {break_struct_buffer_count, "the records", "wrong number of buffers"},
      {break_buffers, "'size'", "has no buffers"},
      {break_data, "'size'", "has no data"},
      {break_text_data, "'id'", "has no text data"},
      {break_length, "'size'", "shorter than its parent"},
      {break_negative_length, "'size'", "negative length"},
      {break_huge_length, "'size'", "longer than memory"},
      {break_offset, "'size'", "negative offset"},
      {break_nulls, "'size'", "no validity bitmap"},
      {break_null_count, "'size'", "impossible number of nulls"},
      {break_backwards, "'id'", "run backwards"},
      {break_negative_text, "'id'", "run backwards"},
      {break_wrapping_text, "'touches.at'", "run backwards"},
      {break_children, "has 3 columns", "its schema 4"},
      {break_no_children, "the records", "has no children"},
      {break_child, "'size'", "is not there"},
      {break_list_children, "'touches'", "wrong number of children"},
      {break_list_backwards, "'touches'", "run backwards"},
      {break_list_beyond, "'touches'", "shorter than its parent"},
      {break_item_column, "'touches.paid'", "shorter than its parent"},
      {break_dictionary, "'Branche'", "dictionary"},
      {break_needless_dictionary, "'size'", "dictionary"},
      {break_index, "'Branche'", "outside of its dictionary"},
      {break_negative_index, "'Branche'", "outside of its dictionary"},
      {break_dictionary_offsets, "'Branche'", "wrong offsets"},
      {break_dictionary_data, "'Branche'", "without text data"},
      {break_dictionary_buffers, "'Branche'", "wrong number of buffers"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    good g;
    good_make(&g);
    cases[i].break_it(&g);
    error e = {0};
    error_code code = cast_rows(g.cast, &g.records->array, 0, ROWS, 0, g.out, NULL, &e);
    assert_int_equal(code, cases[i].says ? ERR_SOURCE : ERR_OK);
    assert_int_equal(g.out->rows, cases[i].says ? 0 : ROWS);
    if (cases[i].says && (!strstr(e.message, cases[i].says) || !strstr(e.message, cases[i].column)))
      fail_msg("case %zu, %s, %s: %s", i, cases[i].column, cases[i].says, e.message);
    good_free(&g);
  }
}

/* ---- random bytes ---- */

static uint64_t draw(uint64_t *seed) {
  *seed += 0x9E3779B97F4A7C15u;
  uint64_t x = *seed;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/* A text that is nearly a value: a good one with up to two bytes changed, or nothing of the kind.
 */
static const char *random_text(arena *a, uint64_t *seed, size_t *n) {
  static const char *const seeds[] = {"",
                                      "0",
                                      "-12",
                                      "250.50",
                                      "12345678.90",
                                      "red",
                                      "green",
                                      "true",
                                      "false",
                                      "2025-09-26",
                                      "2025-09-26T15:00:00+08:00",
                                      "1e10",
                                      "张伟",
                                      "9223372036854775807",
                                      "-0.01",
                                      "customer-00001234567890"};
  const char *from = seeds[draw(seed) % COUNT(seeds)];
  *n = strlen(from);
  char *text = arena_string(a, from);
  for (uint64_t changes = draw(seed) % 3; changes > 0 && *n > 0; changes--) {
    static const char letters[] = "0123456789.-+:TZe \0\xE5\xFF\xC3(a";
    text[draw(seed) % *n] = letters[draw(seed) % (sizeof letters - 1)];
  }
  if (draw(seed) % 8 == 0 && *n > 0) (*n)--;
  return draw(seed) % 16 == 0 ? NULL : text;
}

static built *random_texts(arena *a, const char *name, uint64_t *seed, size_t n) {
  const char **texts = arena_array(a, n + 1, sizeof *texts);
  size_t *lengths = arena_array(a, n + 1, sizeof *lengths);
  for (size_t r = 0; r < n; r++) texts[r] = random_text(a, seed, &lengths[r]);
  built *b = build_bytes(a, name, texts, lengths, n, draw(seed) % 9, draw(seed) % 2);
  if (draw(seed) % 3) return b;
  int32_t *index = arena_array(a, n + 1, sizeof *index);
  for (size_t r = 0; r < n; r++) index[r] = (int32_t)(draw(seed) % n);
  built *d = build_values(a, name, draw(seed) % 2 ? "i" : "I", index, 4, NULL, n, draw(seed) % 3);
  d->schema.dictionary = &b->schema;
  d->array.dictionary = &b->array;
  return d;
}

static built *random_column(arena *a, const char *name, type_kind kind, uint64_t *seed, size_t n) {
  static const struct {
    const char *format;
    size_t width;
  } numbers[] = {{"c", 1}, {"C", 1}, {"s", 2}, {"S", 2}, {"i", 4},       {"I", 4},
                 {"l", 8}, {"L", 8}, {"f", 4}, {"g", 8}, {"d:38,7", 16}, {"d:20,2", 16}},
    times[] = {{"tdD", 4}, {"tdm", 8}, {"tss:", 8}, {"tsm:", 8}, {"tsn:", 8}, {"tss:Z", 8}};
  bool numeric =
      kind == TYPE_INTEGER || kind == TYPE_MONEY || kind == TYPE_DECIMAL || kind == TYPE_NUMBER;
  bool time = kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
  if (draw(seed) % 10 == 0) return build_start(a, name, "n", n, 0);
  if ((!numeric && !time) || draw(seed) % 2) return random_texts(a, name, seed, n);
  size_t pick = numeric             ? draw(seed) % COUNT(numbers)
                : kind == TYPE_DATE ? draw(seed) % 5
                                    : 2 + draw(seed) % 4;
  const char *format = numeric ? numbers[pick].format : times[pick].format;
  size_t width = numeric ? numbers[pick].width : times[pick].width;
  uint64_t *data = arena_array(a, n * 2 + 2, sizeof *data);
  bool *nulls = arena_alloc(a, n + 1);
  for (size_t i = 0; i < n * 2; i++) data[i] = draw(seed) >> (draw(seed) % 64);
  for (size_t r = 0; r < n; r++) nulls[r] = draw(seed) % 5 == 0;
  return build_values(a, name, format, data, width, draw(seed) % 2 ? nulls : NULL, n,
                      draw(seed) % 20);
}

static const type_kind fuzz_kinds[] = {TYPE_TEXT,    TYPE_CHOICE,  TYPE_INTEGER,
                                       TYPE_MONEY,   TYPE_DECIMAL, TYPE_NUMBER,
                                       TYPE_BOOLEAN, TYPE_DATE,    TYPE_TIMESTAMP};
enum { KINDS = sizeof fuzz_kinds / sizeof *fuzz_kinds, FUZZ_FIELDS = 1 + 2 * KINDS };

static value_type fuzz_type(type_kind kind) {
  int digits = kind == TYPE_MONEY ? 2 : kind == TYPE_DECIMAL ? 3 : 0;
  return (value_type){
      .kind = kind, .digits = digits, .denominator = pow10_i64(digits), .choices = &colours};
}

/* Whatever came, each record is a row of good values or one reject that says why. */
static void check_batch(const batch *b, size_t n) {
  assert_int_equal(b->rows + b->reject_count, n);
  for (size_t i = 0; i < b->reject_count; i++) {
    const reject *r = &b->rejects[i];
    assert_true(*r->code && *r->message);
    assert_true(text_valid_utf8(r->message, strlen(r->message)) &&
                text_valid_utf8(r->value, strlen(r->value)));
    if (i > 0) assert_true(b->rejects[i - 1].sequence < r->sequence);
  }
  for (size_t c = 0; c < b->schema->count; c++) {
    const column *col = &b->columns[c];
    for (size_t r = 0; r < b->rows; r++) {
      if (r > 0 && c == 0) assert_true(b->sequence[r - 1] < b->sequence[r]);
      if (col->type.kind == TYPE_CHOICE) assert_true(col->i32[r] >= -1 && col->i32[r] < 3);
      if (col->type.kind == TYPE_BOOLEAN) assert_true(col->i32[r] >= -1 && col->i32[r] <= 1);
      if (col->type.kind == TYPE_DATE && col->i64[r] != MISSING_I64)
        assert_true(col->i64[r] >= -719162 && col->i64[r] <= 2932896);
      if (type_storage(col->type.kind) == STORE_TEXT) {
        const char *text = col->text.bytes + col->text.offsets[r];
        size_t length = col->text.offsets[r + 1] - col->text.offsets[r];
        assert_true(text_valid_utf8(text, length));
        assert_null(memchr(text, 0, length));
        assert_int_equal(col->text.missing[r], length == 0);
      }
    }
  }
}

static void random_bytes_are_values_or_rejects(void **state) {
  (void)state;
  field list[FUZZ_FIELDS];
  char names[FUZZ_FIELDS][8];
  for (size_t i = 0; i < FUZZ_FIELDS; i++) {
    snprintf(names[i], sizeof names[i], i ? "f%zu" : "id", i);
    value_type type = i ? fuzz_type(fuzz_kinds[(i - 1) % KINDS]) : (value_type){.kind = TYPE_KEY};
    list[i] = (field){.name = names[i], .column = names[i], .type = type, .has_min = i == 4};
  }
  schema s = {.count = FUZZ_FIELDS, .fields = list, .zone = {3600}};
  uint64_t seed = 20250926;
  size_t passed = 0;
  for (int round = 0; round < 400; round++) {
    arena a = {0};
    size_t n = 1 + draw(&seed) % 40, columns = 1 + draw(&seed) % (FUZZ_FIELDS - 1);
    bool wanted[FUZZ_FIELDS] = {true};
    built *all_columns[FUZZ_FIELDS] = {build_ids(&a, n)};
    for (size_t i = 1; i < columns; i++) {
      wanted[i] = true;
      all_columns[i] = random_column(&a, names[i], list[i].type.kind, &seed, n);
    }
    built *records = build_records(&a, "", all_columns, columns, n, 0);
    cast *c;
    error e = {0};
    if (cast_new(&s, wanted, &records->schema, "fuzz", &c, &e) != ERR_OK) fail_msg("%s", e.message);
    batch *b = batch_new(&s, wanted);
    keys *k = keys_new(0, NULL);
    if (cast_rows(c, &records->array, 0, n, 0, b, k, &e) != ERR_OK) fail_msg("%s", e.message);
    const schema seen = {.count = columns, .fields = list};
    const schema *whole = b->schema;
    b->schema = &seen;
    check_batch(b, n);
    b->schema = whole;
    passed += b->rows;
    keys_free(k);
    batch_free(b);
    cast_free(c);
    arena_deinit(&a);
  }
  assert_true(passed > 500);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(schemas_that_do_not_fit),
      cmocka_unit_test(formats_that_are_refused),
      cmocka_unit_test(dictionaries_that_are_refused),
      cmocka_unit_test(arrays_that_break_the_rules),
      cmocka_unit_test(random_bytes_are_values_or_rejects),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
