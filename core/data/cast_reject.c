/* Rejects: what a person is told who must mend a record, or the export that it came from. */
#include "cast_parts.h"
#include "../base/text.h"
#include "../include/assay/plugin.h"

enum { VALUE_COLUMNS = 80 }; /* of a value that is shown */

static const char *fault_code(cast_fault fault) {
  static const char *const codes[] = {
#define X(name, code) code,
      CAST_FAULTS(X)
#undef X
  };
  return codes[fault];
}

static reject *reject_add(door *d, size_t record) {
  d->bad[record] = 1;
  d->bad_count++;
  return batch_reject(d->out, d->first + record);
}

static const char *printable(arena *a, const char *text, size_t n, size_t most) {
  buffer shown = {0};
  text_printable(&shown, text, n, most);
  const char *kept = arena_string_n(a, shown.data ? shown.data : "", shown.size);
  buffer_deinit(&shown);
  return kept;
}

/* ---- what a source says of a record ---- */

typedef struct piece {
  const char *text;
  size_t n;
} piece;

static piece piece_next(const char **text, const char *end) {
  const char *start = *text;
  const char *stop = memchr(start, ASSAY_REJECT_SEPARATOR, (size_t)(end - start));
  if (!stop) stop = end;
  *text = stop < end ? stop + 1 : end;
  return (piece){start, (size_t)(stop - start)};
}

static bool is_code(piece p) {
  if (p.n == 0 || p.n > 40) return false;
  for (size_t i = 0; i < p.n; i++) {
    char c = p.text[i];
    if (!(c >= 'A' && c <= 'Z') && !(i > 0 && (c == '_' || (c >= '0' && c <= '9')))) return false;
  }
  return true;
}

/* A source knows columns; a person reads fields. */
static const cast_column *column_named(const door *d, piece name) {
  const cast_record *r = &d->cast->record;
  for (size_t i = 0; i < r->count; i++) {
    const char *known = r->columns[i].field->column;
    if (strlen(known) == name.n && memcmp(known, name.text, name.n) == 0) return &r->columns[i];
  }
  return NULL;
}

void reject_source(door *d, size_t record, const char *text, size_t n) {
  if (d->bad[record]) return;
  arena *a = &d->out->texts;
  const char *at = text, *end = text + n;
  piece code = piece_next(&at, end), name = piece_next(&at, end), value = piece_next(&at, end);
  reject *r = reject_add(d, record);
  r->code = is_code(code) ? arena_string_n(a, code.text, code.n) : "BAD_VALUE";
  const cast_column *known = column_named(d, name);
  r->field = known ? known->field->name : printable(a, name.text, name.n, VALUE_COLUMNS);
  r->column = known ? known->child : 0;
  r->value = printable(a, value.text, value.n, VALUE_COLUMNS);
  r->message = printable(a, at, (size_t)(end - at), 1000);
  if (!*r->message) r->message = "the source could not read this record";
}

/* ---- what a value is not ---- */

static void form_describe(buffer *out, value_type t) {
  switch (t.kind) {
  case TYPE_INTEGER:
    buffer_text(out, "an integer such as 250 or -3");
    break;
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    if (t.kind == TYPE_MONEY)
      buffer_text(out, "an amount of money ");
    else
      buffer_text(out, "a decimal ");
    if (t.digits == 0)
      buffer_text(out, "without decimals, such as 250");
    else
      buffer_format(out, "with at most %d decimal%s, such as 250.%0*d", t.digits,
                    t.digits == 1 ? "" : "s", t.digits, 5);
    break;
  case TYPE_NUMBER:
    buffer_text(out, "a number such as 2.5 or 1e-3");
    break;
  case TYPE_BOOLEAN:
    buffer_text(out, "true or false");
    break;
  case TYPE_DATE:
    buffer_text(out, "a date that exists, as YYYY-MM-DD");
    break;
  case TYPE_TIMESTAMP:
    buffer_text(out, "a timestamp YYYY-MM-DDTHH:MM:SS with its offset, +08:00 or Z");
    break;
  default:
    buffer_text(out, type_name(t.kind));
  }
}

static void choices_describe(buffer *out, const choice_list *list, const char *value) {
  enum { SHOWN = 12 };
  buffer_text(out, "one of ");
  for (size_t i = 0; i < list->count && i < SHOWN; i++)
    buffer_format(out, "%s%s", i ? ", " : "", list->names[i]);
  if (list->count > SHOWN) buffer_format(out, " and %zu more", list->count - SHOWN);
  const char *near = text_suggest(value, list->names, list->count);
  if (near) buffer_format(out, "; did you mean '%s'?", near);
}

static void bound_describe(buffer *out, const field *f, bool upper) {
  char text[64];
  size_t n;
  buffer_text(out, upper ? "at most " : "at least ");
  if (f->type.kind == TYPE_NUMBER) {
    n = number_write(text, upper ? f->number_max : f->number_min);
  } else {
    column bound = {.type = f->type, .i64 = (int64_t[]){upper ? f->max : f->min}};
    buffer_reserve(out, 64);
    column_write(out, &bound, 0, (zone){0});
    return;
  }
  buffer_add(out, text, n);
}

/* What is kept are 63 bits and a sign, in units of the last decimal. */
static void range_describe(buffer *out, value_type t) {
  for (int i = 0; i < 2; i++) {
    const column end = {.type = t, .i64 = (int64_t[]){i ? INT64_MAX : -INT64_MAX}};
    buffer_text(out, i ? " to " : ", from ");
    column_write(out, &end, 0, (zone){0});
  }
}

static void message_write(buffer *out, const cast_column *c, cast_fault fault, const char *value) {
  const field *f = c->field;
  buffer_text(out, "expected ");
  switch (fault) {
  case FAULT_REQUIRED:
    buffer_format(out, "a value, for %s may not be missing", c->name);
    break;
  case FAULT_WHOLE:
    buffer_text(out, "a whole number");
    break;
  case FAULT_ROUNDED:
    form_describe(out, f->type);
    buffer_text(out,
                "; a floating-point value of this size stands for no one decimal: let the source "
                "give a decimal, an integer or text");
    break;
  case FAULT_SECONDS:
    buffer_text(out, "whole seconds");
    break;
  case FAULT_MIDNIGHT:
    buffer_text(out, "a date, found a time of day with it");
    break;
  case FAULT_NUL:
    buffer_text(out, "text without NUL bytes");
    break;
  case FAULT_NULL_RECORD:
    buffer_text(out, "a record, found null");
    break;
  case FAULT_ENCODING:
    buffer_text(out, "UTF-8; save the file as UTF-8, or name its encoding in the source's options");
    break;
  case FAULT_CHOICE:
    choices_describe(out, f->type.choices, value);
    break;
  case FAULT_TOO_LARGE:
    form_describe(out, f->type);
    if (f->type.kind == TYPE_DATE || f->type.kind == TYPE_TIMESTAMP)
      buffer_text(out, ", of the years 0001 to 9999");
    else if (f->type.kind == TYPE_NUMBER)
      buffer_text(out, ", of a size that a double holds");
    else
      range_describe(out, f->type);
    break;
  case FAULT_NEGATIVE:
  case FAULT_BELOW:
    bound_describe(out, f, false);
    break;
  case FAULT_ABOVE:
    bound_describe(out, f, true);
    break;
  case FAULT_NONE:
  case FAULT_FORM:
  case FAULT_DIGITS:
    form_describe(out, f->type);
    break;
  }
  if (*value) buffer_format(out, ": found '%s'", value);
}

/* A text that is no value at all may be so for a reason that comes first. */
static cast_fault fault_refine(cast_fault fault, const cast_column *c, const source_rows *rows,
                               const buffer *found) {
  bool text = rows && rows->type->kind == SOURCE_TEXT && found->size > 0;
  if (text && (fault == FAULT_FORM || fault == FAULT_CHOICE)) {
    if (!text_valid_utf8(found->data, found->size)) return FAULT_ENCODING;
    if (memchr(found->data, '\0', found->size)) return FAULT_NUL;
  }
  bool none_negative = c->field->has_min && c->field->min == 0;
  if (fault == FAULT_TOO_LARGE && none_negative && found->size && found->data[0] == '-')
    return FAULT_NEGATIVE;
  return fault;
}

void reject_value(level *l, const cast_column *c, const source_rows *rows, size_t row,
                  cast_fault fault) {
  door *d = l->door;
  size_t record = l->owner ? l->owner[row] : row;
  if (record == UINT32_MAX || d->bad[record]) return;
  arena *a = &d->out->texts;
  buffer found = {0}, message = {0};
  if (rows && fault != FAULT_REQUIRED) source_write(&found, rows, row);
  fault = fault_refine(fault, c, rows, &found);
  reject *r = reject_add(d, record);
  r->code = fault_code(fault);
  r->field = arena_string(a, c->name);
  r->column = c->child;
  r->value = found.size ? printable(a, found.data, found.size, VALUE_COLUMNS) : "";
  message_write(&message, c, fault, r->value);
  r->message = arena_string_n(a, message.data, message.size);
  buffer_deinit(&found);
  buffer_deinit(&message);
}
