/* JSON from outside: what is read, exactly as written, and what is refused, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static arena memory;

static const json *read_text(const char *text) {
  const json *out = NULL;
  error e = {0};
  if (json_read(&memory, text, strlen(text), "body", &out, &e)) fail_msg("%s", e.message);
  return out;
}

static void numbers_keep_their_text(void **state) {
  (void)state;
  static const char *const texts[] = {"0",
                                      "-1",
                                      "12345678901234567.89",
                                      "0.1",
                                      "0.10",
                                      "100.00",
                                      "-0.005",
                                      "9223372036854775807",
                                      "18446744073709551615",
                                      "-9223372036854775808",
                                      "1e3",
                                      "1.0E-7",
                                      "0.1000000000000000055511151231257827",
                                      "92233720368547758070.5",
                                      "999999999999999999",
                                      "-99999999999999999",
                                      "1000000000000000000",
                                      "-100000000000000000",
                                      "99999999999999999999",
                                      "-99999999999999999999999999"};
  for (size_t i = 0; i < COUNT(texts); i++) {
    const json *v = read_text(texts[i]);
    assert_int_equal(v->kind, JSON_NUMBER);
    assert_string_equal(v->text, texts[i]);
    assert_null(json_text(v));
  }
}

/* They lie apart from the tree that the library makes. */
static void long_numbers_among_others(void **state) {
  (void)state;
  const json *v = read_text("{\"a\":[123456789012345678901,7,-1234567890123456789012,0.5],"
                            "\"b\":{\"c\":\"99999999999999999999\",\"d\":99999999999999999998}}");
  const json *a = json_member(v, "a"), *b = json_member(v, "b");
  assert_string_equal(a->items[0].text, "123456789012345678901");
  assert_string_equal(a->items[1].text, "7");
  assert_string_equal(a->items[2].text, "-1234567890123456789012");
  assert_string_equal(a->items[3].text, "0.5");
  assert_string_equal(json_member_text(b, "c"), "99999999999999999999");
  assert_string_equal(json_member(b, "d")->text, "99999999999999999998");
}

static void a_whole_document(void **state) {
  (void)state;
  const json *v = read_text(" { \"name\" : \"\\u5f20\\u4f1f \\\"A\\\" \\ud83d\\ude00\" , "
                            "\"ok\":true,\"no\":false, \"x\":null,\n"
                            "\"items\":[{\"due\":\"2025-09-01\",\"amount\":60.50},{}],\"\":[] } ");
  assert_int_equal(v->kind, JSON_OBJECT);
  assert_int_equal(v->count, 6);
  assert_string_equal(json_member_text(v, "name"), "张伟 \"A\" 😀");
  assert_int_equal(json_member(v, "ok")->kind, JSON_TRUE);
  assert_int_equal(json_member(v, "no")->kind, JSON_FALSE);
  assert_int_equal(json_member(v, "x")->kind, JSON_NULL);
  const json *items = json_member(v, "items");
  assert_int_equal(json_count(items), 2);
  assert_string_equal(json_member(&items->items[0], "amount")->text, "60.50");
  assert_int_equal(items->items[1].count, 0);
  assert_int_equal(json_count(json_member(v, "")), 0);
  assert_null(json_member(v, "none"));
  assert_null(json_member(NULL, "x"));
  assert_null(json_member_text(items, "x"));
}

static void whole_numbers(void **state) {
  (void)state;
  assert_true(json_integer(read_text("-42"), 7) == -42);
  assert_true(json_integer(read_text("4.5"), 7) == 7);
  assert_true(json_integer(read_text("\"42\""), 7) == 7);
  assert_true(json_integer(NULL, 7) == 7);
}

static void what_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"", "body: line 1, column 1: the text ends too early"},
      {"{", "the text ends too early"},
      {"{\"a\":[1,2", "body: line 1, column 10, in a[1]: the text ends too early"},
      {"{\"a\":1,}", "line 1, column 8: this may not stand here"},
      {"[1,]", "line 1, column 4, in [1]: "},
      {"{'a':1}", "body: line 1, column 2: this may not stand here"},
      {"{a:1}", "a name in double quotes is expected"},
      {"{\"a\" 1}", "in a: ':' is expected"},
      {"{\"a\":1 \"b\":2}", "',' or '}' is expected"},
      {"{\"x\":{\"list\":[0,{\n\"y\":tru}]}}", "line 2, column 8, in x.list[1].y: "},
      {"NaN", "this may not stand here"},
      {"[Infinity]", "line 1, column 2, in [0]: this may not stand here"},
      {"-Infinity", "not a number as JSON writes it"},
      {"nan", "body: "},
      {"01", "not a number as JSON writes it"},
      {"1.", "not a number as JSON writes it"},
      {".5", "body: "},
      {"+1", "body: "},
      {"[1e]", "not a number as JSON writes it"},
      {"--1", "not a number as JSON writes it"},
      {"1-2", "body: "},
      {"1 2", "body: "},
      {"{} x", "body: "},
      {"/* c */ 1", "body: "},
      {"True", "body: "},
      {"\"a\tb\"", "line 1, column 3: in a text this is written with a backslash"},
      {"\"a\\qb\"", "this may not stand in a text"},
      {"\"a\\u0000b\"", "a text may hold no NUL"},
      {"{\"a\\u0000\":1}", "a text may hold no NUL"},
      {"\"\xE9\"", "line 1, column 2: this is not UTF-8"},
      {"\"\\ud83d\"", "line 1, column 2: half a character"},
      {"\"\\ude00\\ud83d\"", "half a character"},
      {"\"\\ud83dx\\ude00\"", "half a character"},
      {"\"\xED\xA0\x80\"", "this is not UTF-8"},
      {"{\"a\":1,\"b\":2,\n \"a\":3}",
       "line 2, column 3, in a: this name stands twice in one object"},
      {"{\"o\":{\"k\":[],\"k\":{}}}", "in o.k: this name stands twice in one object"},
      {"[{\"a\":1},{\"a\":2,\"\\u0061\":3}]",
       "a name stands twice in one object, once with escapes"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    const json *out;
    error e = {0};
    if (json_read(&memory, cases[i].text, strlen(cases[i].text), "body", &out, &e) != ERR_USAGE)
      fail_msg("\"%s\" is taken", cases[i].text);
    if (!strstr(e.message, cases[i].message))
      fail_msg("\"%s\": \"%s\" does not say \"%s\"", cases[i].text, e.message, cases[i].message);
  }
}

static void a_nul_byte_ends_nothing(void **state) {
  (void)state;
  const json *out;
  error e;
  assert_int_equal(json_read(&memory, "[1]\0[2]", 7, "body", &out, &e), ERR_USAGE);
  assert_int_equal(json_read(&memory, "\"a\0b\"", 5, "body", &out, &e), ERR_USAGE);
}

/* Names repeat in different objects, and in texts: that is no mistake. */
static void names_that_repeat_rightly(void **state) {
  (void)state;
  const json *v = read_text("[{\"a\":1},{\"a\":{\"a\":\"\\\"a\\\":1\"}}]");
  assert_string_equal(json_member_text(json_member(&v->items[1], "a"), "a"), "\"a\":1");
}

static void depth_is_limited(void **state) {
  (void)state;
  char text[2 * 40 + 1];
  const json *out;
  error e;
  memset(text, '[', 31), memset(text + 31, ']', 31);
  assert_int_equal(json_read(&memory, text, 62, "body", &out, &e), ERR_OK);
  memset(text, '[', 40), memset(text + 40, ']', 40);
  assert_int_equal(json_read(&memory, text, 80, "body", &out, &e), ERR_USAGE);
  assert_non_null(strstr(e.message, "deeper than 32"));
}

static void size_is_limited(void **state) {
  (void)state;
  const json *out;
  error e;
  assert_int_equal(json_read(&memory, "1", JSON_MOST_BYTES + 1, "body", &out, &e), ERR_USAGE);
  assert_non_null(strstr(e.message, "at most 67108864 are read"));
}

static void many_names_one_twice(void **state) {
  (void)state;
  buffer b = {0};
  buffer_char(&b, '{');
  for (int i = 0; i < 200000; i++) buffer_format(&b, "\"n%d\":%d,", i, i);
  buffer_text(&b, "\"n77\":0}");
  const json *out;
  error e;
  assert_int_equal(json_read(&memory, b.data, b.size, "body", &out, &e), ERR_USAGE);
  assert_non_null(strstr(e.message, "in n77: this name stands twice"));
  buffer_deinit(&b);
}

/* Every piece of a document, and the document with any byte changed: refused or read, never worse. */
static void anything_else(void **state) {
  (void)state;
  static const char whole[] =
      "{\"a\":[1,-2.5e3,\"\\u00e9x\",null,true],\"b\":{\"c\":false,\"d\":\"\xE5\xBC\xA0\"}}";
  const size_t n = sizeof whole - 1;
  for (size_t i = 0; i < n; i++) {
    const json *out;
    char *piece = malloc(n);
    memcpy(piece, whole, i);
    assert_int_equal(json_read(&memory, piece, i, "piece", &out, NULL), ERR_USAGE);
    for (int byte = 0; byte < 256; byte++) {
      memcpy(piece, whole, n);
      piece[i] = (char)byte;
      json_read(&memory, piece, n, "changed", &out, NULL);
    }
    free(piece);
    arena_clear(&memory);
  }
}

static void files(void **state) {
  (void)state;
  const json *out;
  error e;
  assert_int_equal(json_read_file(&memory, "/nowhere.json", "--record /nowhere.json", &out, &e),
                   ERR_USAGE);
  assert_string_equal(e.message, "--record /nowhere.json: No such file or directory");
}

static int end(void **state) {
  (void)state;
  arena_deinit(&memory);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_keep_their_text),
      cmocka_unit_test(long_numbers_among_others),
      cmocka_unit_test(a_whole_document),
      cmocka_unit_test(whole_numbers),
      cmocka_unit_test(what_is_refused),
      cmocka_unit_test(a_nul_byte_ends_nothing),
      cmocka_unit_test(names_that_repeat_rightly),
      cmocka_unit_test(depth_is_limited),
      cmocka_unit_test(size_is_limited),
      cmocka_unit_test(many_names_one_twice),
      cmocka_unit_test(anything_else),
      cmocka_unit_test(files),
  };
  return cmocka_run_group_tests_name("json", tests, NULL, end);
}
