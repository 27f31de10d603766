/* Texts, piece by piece: nothing here allocates. */
#include "notation_text.h"

#include <string.h>

static int64_t count_codes(text_piece list) {
  int64_t count = list.size > 0;
  for (size_t i = 0; i < list.size; i++) count += list.at[i] == '|';
  return count;
}

static bool has_code(text_piece list, text_piece code) {
  const char *at = list.at, *end = list.at + list.size;
  while (at < end) {
    const char *bar = memchr(at, '|', (size_t)(end - at));
    const char *stop = bar != NULL ? bar : end;
    size_t n = (size_t)(stop - at);
    if (n >= code.size && memcmp(at, code.at, code.size) == 0 &&
        (n == code.size || at[code.size] == ':'))
      return true;
    at = stop + 1;
  }
  return false;
}

static bool begins_character(char c) {
  return ((unsigned char)c & 0xC0) != 0x80;
}

static int64_t count_characters(text_piece a) {
  int64_t count = 0;
  for (size_t i = 0; i < a.size; i++) count += begins_character(a.at[i]);
  return count;
}

int64_t text_measure(function_kind f, text_piece a) {
  return f == FUNCTION_COUNT ? count_codes(a) : count_characters(a);
}

bool text_relation(function_kind f, text_piece a, text_piece b) {
  if (f == FUNCTION_HAS_CODE) return has_code(a, b);
  if (b.size > a.size) return false;
  if (f == FUNCTION_CONTAINS) return b.size == 0 || memmem(a.at, a.size, b.at, b.size) != NULL;
  const char *at = f == FUNCTION_ENDS_WITH ? a.at + (a.size - b.size) : a.at;
  return b.size == 0 || memcmp(at, b.at, b.size) == 0;
}

void text_change(function_kind f, text_piece a, char *out) {
  char from = f == FUNCTION_UPPER_CASE ? 'a' : 'A';
  for (size_t i = 0; i < a.size; i++) {
    char c = a.at[i];
    bool letter = c >= from && c <= from + ('z' - 'a');
    out[i] = (char)(letter ? c ^ ('a' ^ 'A') : c);
  }
}

/* Where the n-th character (from 0) begins; the end if there are fewer. */
static size_t character_at(text_piece a, int64_t n) {
  size_t i = 0;
  for (; i < a.size; i++)
    if (begins_character(a.at[i]) && n-- == 0) break;
  return i;
}

text_piece text_part(text_piece a, int64_t start, int64_t length) {
  const text_piece none = {a.at, 0};
  if (start == 0 || length < 1) return none;
  if (start < 0) start = count_characters(a) + 1 + start;
  if (start < 1) return none;
  size_t from = character_at(a, start - 1);
  text_piece rest = {a.at + from, a.size - from};
  rest.size = character_at(rest, length);
  return rest;
}
