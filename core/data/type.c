/* What a value is. The names here are those that a rule admin writes in company.lua. */
#include "type.h"
#include "schema.h"
#include <string.h>

storage type_storage(type_kind kind) {
  switch (kind) {
  case TYPE_NONE:
  case TYPE_KEY:
  case TYPE_TEXT:
  case TYPE_CODES:
    return STORE_TEXT;
  case TYPE_CHOICE:
  case TYPE_BOOLEAN:
    return STORE_I32;
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_DATE:
  case TYPE_TIMESTAMP:
  case TYPE_DURATION:
  case TYPE_MONTHS:
    return STORE_I64;
  case TYPE_NUMBER:
    return STORE_F64;
  case TYPE_RATIO:
    return STORE_RATIO;
  case TYPE_LIST:
    return STORE_LIST;
  }
  return STORE_TEXT;
}

const char *type_name(type_kind kind) {
  switch (kind) {
  case TYPE_NONE:
    return "always missing";
  case TYPE_KEY:
    return "key";
  case TYPE_TEXT:
    return "text";
  case TYPE_CHOICE:
    return "choice";
  case TYPE_INTEGER:
    return "integer";
  case TYPE_MONEY:
    return "money";
  case TYPE_DECIMAL:
    return "decimal";
  case TYPE_NUMBER:
    return "number";
  case TYPE_BOOLEAN:
    return "boolean";
  case TYPE_DATE:
    return "date";
  case TYPE_TIMESTAMP:
    return "timestamp";
  case TYPE_LIST:
    return "list";
  case TYPE_RATIO:
    return "ratio";
  case TYPE_CODES:
    return "codes";
  case TYPE_DURATION:
    return "duration";
  case TYPE_MONTHS:
    return "duration of months";
  }
  return "none";
}

void type_describe(buffer *out, value_type t) {
  buffer_text(out, type_name(t.kind));
  if (t.kind == TYPE_DECIMAL) buffer_format(out, "(%d)", t.digits);
  if (t.kind != TYPE_CHOICE || !t.choices) return;
  buffer_text(out, " (");
  for (size_t i = 0; i < t.choices->count; i++) {
    if (i > 0) buffer_text(out, ", ");
    buffer_text(out, t.choices->names[i]);
  }
  buffer_char(out, ')');
}

bool type_is_numeric(type_kind kind) {
  return kind == TYPE_INTEGER || kind == TYPE_MONEY || kind == TYPE_DECIMAL ||
         kind == TYPE_NUMBER || kind == TYPE_RATIO;
}

static bool choices_equal(const choice_list *a, const choice_list *b) {
  if (a == b) return true;
  if (!a || !b || a->count != b->count) return false;
  for (size_t i = 0; i < a->count; i++)
    if (strcmp(a->names[i], b->names[i]) != 0) return false;
  return true;
}

static bool records_equal(const schema *a, const schema *b) {
  if (a == b) return true;
  if (!a || !b || a->count != b->count) return false;
  for (size_t i = 0; i < a->count; i++)
    if (strcmp(a->fields[i].name, b->fields[i].name) != 0 ||
        !type_equal(a->fields[i].type, b->fields[i].type))
      return false;
  return true;
}

bool type_equal(value_type a, value_type b) {
  if (a.kind != b.kind) return false;
  if (a.kind == TYPE_CHOICE) return choices_equal(a.choices, b.choices);
  if (a.kind == TYPE_LIST) return records_equal(a.record, b.record);
  if (a.kind == TYPE_MONEY || a.kind == TYPE_DECIMAL)
    return a.digits == b.digits && a.denominator == b.denominator;
  return true;
}

int choice_find(const choice_list *list, const char *word, size_t n) {
  for (size_t i = 0; i < list->count; i++)
    if (strlen(list->names[i]) == n && memcmp(list->names[i], word, n) == 0) return (int)i;
  return -1;
}
