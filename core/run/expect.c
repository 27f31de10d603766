/* See expect.h. */
#include "expect.h"

#include <string.h>

#include "../base/text.h"

#define NAME_WIDTH 16

static bool is_empty(const column *c, size_t row) {
  if (column_missing(c, row)) return true;
  return c->type.kind == TYPE_CODES && c->text.offsets[row] == c->text.offsets[row + 1];
}

void expect_write(buffer *out, const column *c, size_t row, zone z) {
  if (is_empty(c, row))
    buffer_text(out, "none");
  else
    column_write(out, c, row, z);
}

/* ---- values ---- */

static bool same_number(const char *text, const column *c, size_t row, bool *readable) {
  rational wanted, found;
  double measured;
  size_t n = strlen(text);
  if (c->f64) {
    *readable = number_parse(text, n, &measured) == PARSE_OK;
    return *readable && measured == c->f64[row];
  }
  int64_t den = c->den ? c->den[row] : c->type.denominator;
  *readable = rational_parse(text, n, &wanted) == PARSE_OK;
  return *readable && rational_make(c->i64[row], den, &found) &&
         rational_compare(wanted, found) == 0;
}

static bool same_value(const char *text, const column *c, size_t row, zone z, bool *readable) {
  int64_t whole = 0;
  size_t n = strlen(text);
  buffer written = {0};
  *readable = true;
  if (type_is_numeric(c->type.kind)) return same_number(text, c, row, readable);
  switch (c->type.kind) {
  case TYPE_DATE:
    *readable = date_parse(text, n, &whole);
    return *readable && c->i64[row] == whole;
  case TYPE_TIMESTAMP:
    *readable = moment_parse(text, n, &whole);
    return *readable && c->i64[row] == whole;
  case TYPE_BOOLEAN:
    *readable = !strcmp(text, "true") || !strcmp(text, "false");
    break;
  case TYPE_CHOICE:
    *readable = choice_find(c->type.choices, text, n) >= 0;
    break;
  default:
    break;
  }
  column_write(&written, c, row, z);
  bool same = written.size == n && !memcmp(written.data ? written.data : "", text, n);
  buffer_deinit(&written);
  return same;
}

/* Whether the text can be a value of the column's type at all. */
static bool is_readable(const char *text, const column *c) {
  column one;
  bool readable = true;
  if (c->type.kind == TYPE_CODES) return true;
  column_init(&one, c->type, 1);
  if (one.den) one.den[0] = 1;
  if (type_storage(c->type.kind) == STORE_TEXT) column_add_text(&one, 0, "", 0);
  same_value(text, &one, 0, (zone){0}, &readable);
  column_deinit(&one);
  return readable;
}

/* ---- codes ---- */

/* Whether a list A|B:1|C holds the code, with its value or, if the code says none, with any. */
static bool list_has(const char *list, size_t n, const char *code) {
  size_t length = strlen(code);
  const char *end = list + n;
  while (list < end) {
    const char *bar = memchr(list, '|', (size_t)(end - list));
    size_t part = (size_t)((bar ? bar : end) - list);
    if (part >= length && !memcmp(list, code, length) && (part == length || list[length] == ':'))
      return true;
    list += part + 1;
  }
  return false;
}

static bool codes_met(const expectation *x, const column *c, size_t row, zone z, buffer *why) {
  bool missing = column_missing(c, row), wanted = x->kind == EXPECT_HAS;
  const char *list = missing ? "" : c->text.bytes + c->text.offsets[row];
  size_t n = missing ? 0 : c->text.offsets[row + 1] - c->text.offsets[row];
  for (size_t i = 0; i < x->code_count; i++) {
    if (list_has(list, n, x->codes[i]) == wanted) continue;
    text_pad(why, x->output, NAME_WIDTH, false);
    buffer_format(why, "  expected %s %s, got ", wanted ? "to have" : "not to have", x->codes[i]);
    expect_write(why, c, row, z);
    return false;
  }
  return true;
}

/* ---- the whole ---- */

bool expect_possible(const expectation *x, const column *c, buffer *why) {
  if (x->kind == EXPECT_HAS || x->kind == EXPECT_LACKS) {
    if (c->type.kind == TYPE_CODES) return true;
    buffer_format(why, "%s is no list of codes: write %s = \"value\"", x->output, x->output);
    return false;
  }
  if (x->kind != EXPECT_VALUE || is_readable(x->text, c)) return true;
  buffer wanted = {0};
  const choice_list *words = c->type.kind == TYPE_CHOICE ? c->type.choices : NULL;
  const char *near = words ? text_suggest(x->text, words->names, words->count) : NULL;
  type_describe(&wanted, c->type);
  buffer_format(why, "%s can never be \"%s\": it is %s%s%s%s", x->output, x->text, wanted.data,
                near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  buffer_deinit(&wanted);
  return false;
}

bool expect_met(const expectation *x, const column *c, size_t row, zone z, buffer *why) {
  bool readable = true, empty = is_empty(c, row);
  if (x->kind == EXPECT_HAS || x->kind == EXPECT_LACKS) return codes_met(x, c, row, z, why);
  if (x->kind == EXPECT_NONE ? empty : !empty && same_value(x->text, c, row, z, &readable))
    return true;
  text_pad(why, x->output, NAME_WIDTH, false);
  buffer_format(why, "  expected %s, got ", x->kind == EXPECT_NONE ? "none" : x->text);
  expect_write(why, c, row, z);
  return false;
}
