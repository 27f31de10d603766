/* Text: UTF-8, widths, quoting, suggestions; and the errors and memory that messages are made of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/error.h"
#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *text_of(buffer *b) {
  buffer_char(b, '\0');
  return b->data;
}

/* Encodes as RFC 3629 says, surrogates and all: what is valid is known from the number alone. */
static size_t encode(char *out, uint32_t code) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = n - 1; i > 0; i--) {
    out[i] = (char)(0x80 | (code & 0x3F));
    code >>= 6;
  }
  out[0] = (char)((0xF00u >> n & 0xF0) | code);
  return n;
}

static void utf8_of_every_code_point(void **state) {
  (void)state;
  char text[48];
  for (uint32_t code = 0; code <= 0x110100; code++) {
    bool valid = code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
    size_t n = encode(text, code);
    if (text_valid_utf8(text, n) != valid) fail_msg("U+%04X", code);
  }
}

static void utf8_that_is_broken(void **state) {
  (void)state;
  static const char *const bad[] = {"\x80",
                                    "\xC0\x80",
                                    "\xC1\xBF",
                                    "\xE0\x80\x80",
                                    "\xE0\x9F\xBF",
                                    "\xF0\x80\x80\x80",
                                    "\xF5\x80\x80\x80",
                                    "\xFF",
                                    "\xE5\xBC",
                                    "\xED\xA0\x80",
                                    "\xC3",
                                    "\xE5\xBC\x41"};
  for (size_t i = 0; i < COUNT(bad); i++) {
    /* Whatever stands before it: the fast path must not step over the bad bytes. */
    for (size_t before = 0; before < 40; before++) {
      char text[64];
      memset(text, 'a', sizeof text);
      size_t n = strlen(bad[i]);
      memcpy(text + before, bad[i], n);
      assert_false(text_valid_utf8(text, before + n));
      if (bad[i][n - 1] != 'A') assert_false(text_valid_utf8(text, before + n + 8));
      assert_true(text_valid_utf8(text, before));
    }
  }
}

static void widths(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t width;
  } cases[] = {{"", 0},     {"abc", 3},   {"张伟", 4},     {"e\xCC\x81", 1}, {"ｆｕｌｌ", 8},
               {"한국", 4}, {"naïve", 5}, {"P1 渴望", 7},  {"😀", 2},         {"\xFF", 1},
               {"a\tb", 2}, {"—…", 2},    {"カタカナ", 8}, {"€", 1}};
  for (size_t i = 0; i < COUNT(cases); i++)
    assert_int_equal(text_width(cases[i].text, strlen(cases[i].text)), cases[i].width);
}

static void padding(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t width;
    bool right;
    const char *expected;
  } cases[] = {{"ab", 4, false, "ab  "},     {"ab", 4, true, "  ab"},
               {"abcd", 4, false, "abcd"},   {"abcde", 4, false, "abc…"},
               {"张伟", 5, false, "张伟 "},  {"张伟明", 5, false, "张伟…"},
               {"张伟明", 4, false, "张… "}, {"张伟明", 4, true, " 张…"},
               {"", 2, false, "  "},         {"x", 0, false, ""}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    buffer out = {0};
    text_pad(&out, cases[i].text, cases[i].width, cases[i].right);
    assert_string_equal(text_of(&out), cases[i].expected);
    buffer_deinit(&out);
  }
}

static void printable(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t n, most;
    const char *expected;
  } cases[] = {{"mortgage", 8, 40, "mortgage"},
               {"a\0b", 3, 40, "a\\x00b"},
               {"\x1b[31m", 5, 40, "\\x1B[31m"},
               {"caf\xE9", 4, 40, "caf\\xE9"},
               {"张伟", 6, 40, "张伟"},
               {"张伟", 6, 3, "张…"},
               {"abcdef", 6, 6, "abcdef"},
               {"abcdefg", 7, 6, "abcde…"},
               {"\xE2\x80\xAE", 3, 40, "\\xE2\\x80\\xAE"},
               {"", 0, 40, ""}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    buffer out = {0};
    text_printable(&out, cases[i].text, cases[i].n, cases[i].most);
    assert_string_equal(text_of(&out), cases[i].expected);
    buffer_deinit(&out);
  }
}

static void json_and_csv(void **state) {
  (void)state;
  static const struct {
    const char *text, *json, *csv;
  } cases[] = {{"plain", "\"plain\"", "plain"},
               {"", "\"\"", ""},
               {"a\"b\\c", "\"a\\\"b\\\\c\"", "\"a\"\"b\\c\""},
               {"x,y", "\"x,y\"", "\"x,y\""},
               {"a\nb\r", "\"a\\nb\\r\"", "\"a\nb\r\""},
               {"\x01", "\"\\u0001\"", "\x01"},
               {"张", "\"张\"", "张"},
               {"\xE9!", "\"\\ufffd!\"", "\xE9!"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    buffer out = {0};
    text_json(&out, cases[i].text, strlen(cases[i].text));
    assert_string_equal(text_of(&out), cases[i].json);
    buffer_clear(&out);
    text_csv(&out, cases[i].text, strlen(cases[i].text));
    assert_string_equal(text_of(&out), cases[i].csv);
    buffer_deinit(&out);
  }
}

static void distances(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    size_t distance;
  } cases[] = {{"", "", 0},
               {"abc", "", 3},
               {"kitten", "sitting", 3},
               {"teh", "the", 1},
               {"Retail", "retail", 0},
               {"张伟", "张偉", 1},
               {"ÄÖ", "äö", 0},
               {"industry", "indutsry", 1},
               {"ca", "abc", 3}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_int_equal(text_distance(cases[i].a, cases[i].b), cases[i].distance);
    assert_int_equal(text_distance(cases[i].b, cases[i].a), cases[i].distance);
  }
}

static void suggestions(void **state) {
  (void)state;
  static const char *const words[] = {"cash", "preapproved", "in_process", "none", "D"};
  static const struct {
    const char *word, *expected;
  } cases[] = {{"chas", "cash"},
               {"Cash", "cash"},
               {"in process", "in_process"},
               {"nnoe", "none"},
               {"preaproved", "preapproved"},
               {"mortgage", NULL},
               {"", NULL},
               {"d", "D"},
               {"x", NULL}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    const char *found = text_suggest(cases[i].word, words, COUNT(words));
    if (!cases[i].expected)
      assert_null(found);
    else
      assert_string_equal(found, cases[i].expected);
  }
}

static void errors_keep_their_code_and_whole_characters(void **state) {
  (void)state;
  error e;
  assert_int_equal(error_set(&e, ERR_PACK, "%s:%d: bad", "a.lua", 3), ERR_PACK);
  assert_string_equal(e.message, "a.lua:3: bad");
  assert_int_equal(error_set(&e, ERR_PACK, "run: %s", e.message), ERR_PACK);
  assert_string_equal(e.message, "run: a.lua:3: bad");
  assert_int_equal(error_set(NULL, ERR_STORE, "nobody asks"), ERR_STORE);
  buffer b = {0};
  while (b.size < 3000) buffer_text(&b, "张");
  error_set(&e, ERR_SOURCE, "%s", b.data);
  assert_true(text_valid_utf8(e.message, strlen(e.message)));
  assert_string_equal(e.message + strlen(e.message) - 3, "...");
  buffer_deinit(&b);
  assert_string_equal(error_text(ERR_GUARD), "stopped by a guard, nothing published");
}

static void findings_become_one_error(void **state) {
  (void)state;
  findings list = {0};
  findings_add(&list, SEVERITY_WARNING, "a.lua", 9, "field '%s' is never used", "x");
  findings_add(&list, SEVERITY_ERROR, "b.lua", 0, "is empty");
  findings_add(&list, SEVERITY_ERROR, NULL, 0, "no scripts");
  assert_int_equal(list.errors, 2);
  error e;
  assert_int_equal(findings_to_error(&list, &e, ERR_PACK), ERR_PACK);
  assert_string_equal(e.message, "b.lua: error: is empty\nerror: no scripts\n"
                                 "a.lua:9: warning: field 'x' is never used\n2 errors, 1 warning");
  for (int i = 0; i < 100; i++)
    findings_add(&list, SEVERITY_ERROR, "c.lua", i + 1, "one of many errors");
  findings_to_error(&list, &e, ERR_PACK);
  const char *end = "102 errors, 1 warning (not all shown)";
  assert_string_equal(e.message + strlen(e.message) - strlen(end), end);
  findings_deinit(&list);
  assert_int_equal(list.count, 0);
}

static void an_arena_is_cleared_and_used_again(void **state) {
  (void)state;
  arena a = {0};
  for (int round = 0; round < 3; round++) {
    for (size_t n = 1; n < 20000; n = n * 3 + 1) {
      unsigned char *p = arena_alloc(&a, n);
      assert_int_equal((uintptr_t)p % 16, 0);
      for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
      memset(p, 0xAA, n);
    }
    assert_string_equal(arena_format(&a, "%s-%d", "x", 7), "x-7");
    assert_string_equal(arena_string_n(&a, "abcdef", 3), "abc");
    arena_clear(&a);
  }
  arena_deinit(&a);
}

static void buffers_grow(void **state) {
  (void)state;
  buffer b = {0};
  for (int i = 0; i < 1000; i++) buffer_format(&b, "%d,", i);
  assert_int_equal(b.size, 10 * 2 + 90 * 3 + 900 * 4);
  assert_memory_equal(b.data + b.size - 8, "998,999,", 8);
  buffer_text(&b, "end");
  assert_int_equal(b.data[b.size], '\0');
  buffer_deinit(&b);
  void *block = mem_aligned(65);
  assert_int_equal((uintptr_t)block % 64, 0);
  free(block);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(utf8_of_every_code_point),
      cmocka_unit_test(utf8_that_is_broken),
      cmocka_unit_test(widths),
      cmocka_unit_test(padding),
      cmocka_unit_test(printable),
      cmocka_unit_test(json_and_csv),
      cmocka_unit_test(distances),
      cmocka_unit_test(suggestions),
      cmocka_unit_test(errors_keep_their_code_and_whole_characters),
      cmocka_unit_test(findings_become_one_error),
      cmocka_unit_test(an_arena_is_cleared_and_used_again),
      cmocka_unit_test(buffers_grow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
