/* See json_value.h. */
#include "json_value.h"

#include <string.h>

#include "../base/text.h"

void json_codes(buffer *out, const char *text, size_t n) {
  const char *end = text + n;
  buffer_char(out, '[');
  for (const char *p = text; p < end;) {
    const char *bar = memchr(p, '|', (size_t)(end - p)), *stop = bar ? bar : end;
    if (p > text) buffer_char(out, ',');
    text_json(out, p, (size_t)(stop - p));
    p = bar ? bar + 1 : end;
  }
  buffer_char(out, ']');
}

static void json_records(buffer *out, const column *c, size_t row, zone z) {
  const batch *items = c->list.records;
  buffer_char(out, '[');
  for (size_t item = c->list.offsets[row]; item < c->list.offsets[row + 1]; item++) {
    buffer_text(out, item > c->list.offsets[row] ? ",{" : "{");
    for (size_t i = 0; i < items->schema->count; i++) {
      const char *name = items->schema->fields[i].name;
      if (i) buffer_char(out, ',');
      text_json(out, name, strlen(name));
      buffer_char(out, ':');
      json_value(out, &items->columns[i], item, z);
    }
    buffer_char(out, '}');
  }
  buffer_char(out, ']');
}

void json_value(buffer *out, const column *c, size_t row, zone z) {
  const char *text = c->text.bytes ? c->text.bytes + c->text.offsets[row] : "";
  const size_t n = c->text.bytes ? c->text.offsets[row + 1] - c->text.offsets[row] : 0;
  if (column_missing(c, row)) {
    buffer_text(out, c->type.kind == TYPE_CODES ? "[]" : "null");
    return;
  }
  switch (c->type.kind) {
  case TYPE_KEY:
  case TYPE_TEXT:
    text_json(out, text, n);
    break;
  case TYPE_CODES:
    json_codes(out, text, n);
    break;
  case TYPE_CHOICE: {
    const char *word = c->type.choices->names[c->i32[row]];
    text_json(out, word, strlen(word));
    break;
  }
  case TYPE_LIST:
    json_records(out, c, row, z);
    break;
  case TYPE_DATE:
  case TYPE_TIMESTAMP:
  case TYPE_DURATION:
  case TYPE_MONTHS:
    buffer_char(out, '"');
    column_write(out, c, row, z);
    buffer_char(out, '"');
    break;
  default:
    column_write(out, c, row, z);
  }
}
