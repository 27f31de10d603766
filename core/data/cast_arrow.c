/* Arrow arrays: their formats understood, their structure checked, their values read.
 *
 * A source is another's code: nothing is believed that can be checked. What cannot be (that a
 * buffer is as long as its offsets say) is the one thing that the C data interface leaves to trust.
 */
#include "cast_parts.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Letters of the formats with one letter. */
static bool plain_type_parse(char letter, source_type *out) {
  switch (letter) {
  case 'n':
    *out = (source_type){.kind = SOURCE_NULL};
    return true;
  case 'b':
    *out = (source_type){.kind = SOURCE_BOOLEAN, .width = 1};
    return true;
  case 'c':
    *out = (source_type){.kind = SOURCE_INTEGER, .width = 1, .is_signed = true};
    return true;
  case 'C':
    *out = (source_type){.kind = SOURCE_INTEGER, .width = 1};
    return true;
  case 's':
    *out = (source_type){.kind = SOURCE_INTEGER, .width = 2, .is_signed = true};
    return true;
  case 'S':
    *out = (source_type){.kind = SOURCE_INTEGER, .width = 2};
    return true;
  case 'i':
    *out = (source_type){.kind = SOURCE_INTEGER, .width = 4, .is_signed = true};
    return true;
  case 'I':
    *out = (source_type){.kind = SOURCE_INTEGER, .width = 4};
    return true;
  case 'l':
    *out = (source_type){.kind = SOURCE_INTEGER, .width = 8, .is_signed = true};
    return true;
  case 'L':
    *out = (source_type){.kind = SOURCE_INTEGER, .width = 8};
    return true;
  case 'f':
    *out = (source_type){.kind = SOURCE_FLOAT, .width = 4};
    return true;
  case 'g':
    *out = (source_type){.kind = SOURCE_FLOAT, .width = 8};
    return true;
  case 'u':
    *out = (source_type){.kind = SOURCE_TEXT, .width = 4};
    return true;
  case 'U':
    *out = (source_type){.kind = SOURCE_TEXT, .width = 8};
    return true;
  default:
    return false;
  }
}

/* d:precision,scale or d:precision,scale,bits. */
static bool decimal_type_parse(const char *format, source_type *out) {
  long parts[3] = {0, 0, 128};
  const char *at = format + 1;
  int count = 0;
  for (; *at && count < 3; count++) {
    if (*at++ != (count ? ',' : ':')) return false;
    char *end;
    parts[count] = strtol(at, &end, 10);
    if (end == at) return false;
    at = end;
  }
  bool known = !*at && count >= 2 && parts[2] == 128;
  if (!known || parts[0] < 1 || parts[0] > 38 || parts[1] < -38 || parts[1] > 38) return false;
  *out = (source_type){.kind = SOURCE_DECIMAL, .width = 16, .scale = (int)parts[1]};
  return true;
}

static bool time_type_parse(const char *format, source_type *out) {
  if (strcmp(format, "tdD") == 0) {
    *out = (source_type){.kind = SOURCE_DATE, .width = 4, .units = 1};
  } else if (strcmp(format, "tdm") == 0) {
    *out = (source_type){.kind = SOURCE_DATE, .width = 8, .units = 86400000};
  } else if (format[0] == 't' && format[1] == 's' && format[2] && format[3] == ':') {
    static const char letters[] = "smun";
    static const int64_t units[] = {1, 1000, 1000000, 1000000000};
    const char *unit = strchr(letters, format[2]);
    if (!unit) return false;
    *out = (source_type){.kind = SOURCE_TIMESTAMP,
                         .width = 8,
                         .units = units[unit - letters],
                         .zoned = format[4] != '\0'};
  } else {
    return false;
  }
  return true;
}

/* What a person calls a format that is refused. */
static const char *refused_name(const char *format) {
  static const struct {
    const char *start, *name;
  } names[] = {{"+m", "a map"},
               {"+w:", "a fixed-size list"},
               {"+ud:", "a dense union"},
               {"+us:", "a sparse union"},
               {"+vl", "a list view"},
               {"+vL", "a large list view"},
               {"+r", "run-end encoded"},
               {"vu", "a text view"},
               {"vz", "a binary view"},
               {"z", "binary"},
               {"Z", "large binary"},
               {"w:", "fixed-size binary"},
               {"e", "a half-precision float"},
               {"d:", "a decimal that is not of 128 bits and at most 38 digits"},
               {"tt", "a time of day"},
               {"tD", "a duration"},
               {"ti", "an interval"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strncmp(format, names[i].start, strlen(names[i].start)) == 0) return names[i].name;
  return "of an unknown format";
}

bool source_type_parse(const struct ArrowSchema *s, source_type *out, const char **why) {
  const char *format = s->format ? s->format : "";
  *why = refused_name(format);
  if (s->dictionary) {
    source_type index, value;
    if (!source_type_parse(s->dictionary, &value, why)) return false;
    *why = "a dictionary of values that are not text";
    if (value.kind != SOURCE_TEXT || value.index) return false;
    *why = "a dictionary whose index is no integer";
    if (!format[0] || format[1] || !plain_type_parse(format[0], &index) ||
        index.kind != SOURCE_INTEGER)
      return false;
    value.index = index.width;
    value.index_signed = index.is_signed;
    *out = value;
    return true;
  }
  if (format[0] && !format[1]) return plain_type_parse(format[0], out);
  if (format[0] == 'd') return decimal_type_parse(format, out);
  if (format[0] == 't') return time_type_parse(format, out);
  if (strcmp(format, "+l") == 0)
    *out = (source_type){.kind = SOURCE_LIST, .width = 4};
  else if (strcmp(format, "+L") == 0)
    *out = (source_type){.kind = SOURCE_LIST, .width = 8};
  else if (strcmp(format, "+s") == 0)
    *out = (source_type){.kind = SOURCE_STRUCT};
  else
    return false;
  return true;
}

static int64_t buffers_of(const source_type *type) {
  if (type->kind == SOURCE_NULL) return 0;
  if (type->kind == SOURCE_STRUCT) return 1;
  return type->kind == SOURCE_TEXT && !type->index ? 3 : 2;
}

/* What is wrong with the array, NULL if nothing; `end` rows of it (before its offset) are needed.
 */
static const char *array_fault(const struct ArrowArray *a, const source_type *type, size_t end) {
  int64_t last;
  if (!a) return "is not there";
  if (a->length < 0) return "has a negative length";
  if (a->offset < 0) return "has a negative offset";
  if (__builtin_add_overflow(a->length, a->offset, &last) || last > INT64_MAX / 16)
    return "is longer than memory";
  if ((uint64_t)a->length < end) return "is shorter than its parent";
  if (a->null_count < -1 || a->null_count > a->length) return "has an impossible number of nulls";
  if (a->n_buffers != buffers_of(type)) return "has the wrong number of buffers";
  if (a->n_buffers > 0 && !a->buffers) return "has no buffers";
  if (type->kind == SOURCE_LIST ? a->n_children != 1 : type->kind != SOURCE_STRUCT && a->n_children)
    return "has the wrong number of children";
  if (a->n_children && !a->children) return "has no children";
  if (!a->dictionary != !type->index) return "does not match its schema: one has a dictionary";
  if (type->kind == SOURCE_NULL) return NULL;
  if (!a->buffers[0] && a->null_count > 0) return "counts nulls but has no validity bitmap";
  if (type->kind != SOURCE_STRUCT && !a->buffers[1] && a->length > 0) return "has no data";
  return NULL;
}

error_code source_rows_init(source_rows *rows, const struct ArrowArray *array,
                            const source_type *type, size_t from, size_t n, const char *name,
                            const char *source, error *e) {
  *rows = (source_rows){
      .array = array, .type = type, .name = name, .source = source, .n = n, .valid = NULL};
  const char *wrong = array_fault(array, type, from + n);
  if (!wrong && type->index) {
    source_type values = {.kind = SOURCE_TEXT, .width = type->width};
    wrong = array_fault(array->dictionary, &values, 0);
    if (wrong)
      return error_set(e, ERR_SOURCE, "%s: the dictionary of column '%s' %s; the source is faulty",
                       source, name, wrong);
  }
  if (wrong)
    return error_set(e, ERR_SOURCE, "%s: the Arrow array of %s%s%s %s; the source is faulty",
                     source, *name ? "column '" : "the records", name, *name ? "'" : "", wrong);
  rows->first = (size_t)array->offset + from;
  if (type->kind != SOURCE_NULL && array->null_count != 0) rows->valid = array->buffers[0];
  return ERR_OK;
}

/* Reads by memcpy: Arrow recommends alignment but does not promise it. */
static inline int64_t load_offset(const void *data, size_t at, int width) {
  if (width == 8) {
    int64_t wide;
    memcpy(&wide, (const char *)data + at * 8, 8);
    return wide;
  }
  int32_t narrow;
  memcpy(&narrow, (const char *)data + at * 4, 4);
  return narrow;
}

static inline int64_t load_integer(const void *data, size_t at, int width, bool is_signed) {
  const char *p = (const char *)data + at * (size_t)width;
  int64_t i8 = 0;
  int32_t i4;
  int16_t i2;
  switch (width) {
  case 1:
    return is_signed ? *(const signed char *)p : *(const unsigned char *)p;
  case 2:
    memcpy(&i2, p, 2);
    return is_signed ? i2 : (uint16_t)i2;
  case 4:
    memcpy(&i4, p, 4);
    return is_signed ? i4 : (int64_t)(uint32_t)i4;
  default:
    memcpy(&i8, p, 8);
    return i8; /* an uint64 above INT64_MAX comes out negative */
  }
}

static error_code texts_fault(const source_rows *rows, const char *what, error *e) {
  return error_set(e, ERR_SOURCE, "%s: the Arrow array of column '%s' %s; the source is faulty",
                   rows->source, rows->name, what);
}

/* True when offsets [first, first + n] begin at 0 or later and never run backwards. */
static inline __attribute__((always_inline)) bool offsets_ascend(const void *offsets, size_t first,
                                                                 size_t n, const int width) {
  int64_t before = load_offset(offsets, first, width), signs = before;
  for (size_t i = 1; i <= n; i++) {
    int64_t next = load_offset(offsets, first + i, width);
    signs |= next | (int64_t)((uint64_t)next - (uint64_t)before);
    before = next;
  }
  return signs >= 0;
}

static const char *offsets_fault(const void *offsets, size_t first, size_t n, int width) {
  bool ascend =
      width == 4 ? offsets_ascend(offsets, first, n, 4) : offsets_ascend(offsets, first, n, 8);
  if (!ascend) return "has offsets that run backwards";
  int64_t span = load_offset(offsets, first + n, width) - load_offset(offsets, first, width);
  return span > UINT32_MAX ? "holds more than 4 GiB in one batch" : NULL;
}

static error_code plain_texts(const source_rows *rows, scratch *s, text_view *out, error *e) {
  const void *offsets = rows->array->buffers[1];
  int width = rows->type->width;
  const char *wrong = offsets_fault(offsets, rows->first, rows->n, width);
  if (wrong) return texts_fault(rows, wrong, e);
  int64_t base = load_offset(offsets, rows->first, width);
  int64_t end = load_offset(offsets, rows->first + rows->n, width);
  const char *bytes = rows->array->buffers[2];
  if (!bytes && end > base) return texts_fault(rows, "has no text data", e);
  *out = (text_view){.bytes = bytes ? bytes : "", .joined = true};
  const char *narrow = (const char *)offsets + rows->first * 4;
  if (width == 4 && (uintptr_t)narrow % 4 == 0) {
    out->start = (const uint32_t *)(const void *)narrow;
  } else {
    for (size_t r = 0; r <= rows->n; r++)
      s->start[r] = (uint32_t)(load_offset(offsets, rows->first + r, width) - base);
    out->bytes += bytes ? base : 0;
    out->start = s->start;
  }
  out->end = out->start + 1;
  return ERR_OK;
}

static error_code dictionary_texts(const source_rows *rows, scratch *s, text_view *out, error *e) {
  const struct ArrowArray *dict = rows->array->dictionary;
  source_rows values = {.array = dict, .first = (size_t)dict->offset};
  if (dict->null_count != 0) values.valid = dict->buffers[0];
  int width = rows->type->width;
  const char *bytes = dict->buffers[2];
  int64_t base = dict->length ? load_offset(dict->buffers[1], values.first, width) : 0;
  int64_t most =
      dict->length ? load_offset(dict->buffers[1], values.first + (size_t)dict->length, width) : 0;
  if (base < 0 || most < base) return texts_fault(rows, "has a dictionary with wrong offsets", e);
  if (!bytes && most > base) return texts_fault(rows, "has a dictionary without text data", e);
  *out = (text_view){.bytes = bytes ? bytes + base : "", .start = s->start, .end = s->end};
  for (size_t r = 0; r < rows->n; r++) {
    s->start[r] = s->end[r] = 0;
    if (row_is_null(rows, r)) continue;
    int64_t index = load_integer(rows->array->buffers[1], rows->first + r, rows->type->index,
                                 rows->type->index_signed);
    if (index < 0 || index >= dict->length)
      return texts_fault(rows, "has an index outside of its dictionary", e);
    if (row_is_null(&values, (size_t)index)) continue;
    int64_t start = load_offset(dict->buffers[1], values.first + (size_t)index, width);
    int64_t end = load_offset(dict->buffers[1], values.first + (size_t)index + 1, width);
    if (start < base || end < start || end > most)
      return texts_fault(rows, "has a dictionary with wrong offsets", e);
    if (end - base > UINT32_MAX) return texts_fault(rows, "has a dictionary of more than 4 GiB", e);
    s->start[r] = (uint32_t)(start - base);
    s->end[r] = (uint32_t)(end - base);
  }
  return ERR_OK;
}

/* Integers as texts: identities and codes that a database keeps as numbers. */
static error_code integer_texts(const source_rows *rows, scratch *s, text_view *out) {
  buffer_clear(&s->digits);
  buffer_reserve(&s->digits, rows->n * 21 + 1);
  bool wraps = !rows->type->is_signed;
  for (size_t r = 0; r < rows->n; r++) {
    s->start[r] = s->end[r] = (uint32_t)s->digits.size;
    if (row_is_null(rows, r)) continue;
    int64_t value = load_integer(rows->array->buffers[1], rows->first + r, rows->type->width,
                                 rows->type->is_signed);
    char *end = s->digits.data + s->digits.size;
    if (wraps)
      s->digits.size += (size_t)sprintf(end, "%" PRIu64, (uint64_t)value);
    else
      s->digits.size += decimal_write(end, value, 0);
    s->end[r] = (uint32_t)s->digits.size;
  }
  *out = (text_view){.bytes = s->digits.data, .start = s->start, .end = s->end};
  return ERR_OK;
}

/* A view of its own memory, so that single rows can be made missing. */
static void view_detach(text_view *v, scratch *s, size_t n) {
  if (!v->joined) return;
  memcpy(s->end, v->start + 1, n * sizeof *s->end);
  if (v->start != s->start) memcpy(s->start, v->start, n * sizeof *s->start);
  v->start = s->start;
  v->end = s->end;
  v->joined = false;
}

static void nulls_to_missing(const source_rows *rows, scratch *s, text_view *v) {
  for (size_t r = 0; r < rows->n; r++) {
    if (!row_is_null(rows, r) || v->end[r] == v->start[r]) continue;
    view_detach(v, s, rows->n);
    s->end[r] = s->start[r];
  }
}

static void spellings_to_missing(const words *missing, scratch *s, text_view *v, size_t n) {
  for (size_t r = 0; r < n; r++) {
    size_t length = v->end[r] - v->start[r];
    if (length == 0 || words_find(missing, v->bytes + v->start[r], length) < 0) continue;
    view_detach(v, s, n);
    s->end[r] = s->start[r];
  }
}

error_code source_texts(const source_rows *rows, const cast *c, scratch *s, text_view *out,
                        error *e) {
  if (rows->type->kind == SOURCE_INTEGER) return integer_texts(rows, s, out);
  error_code code =
      rows->type->index ? dictionary_texts(rows, s, out, e) : plain_texts(rows, s, out, e);
  if (code != ERR_OK) return code;
  if (rows->valid && !rows->type->index) nulls_to_missing(rows, s, out);
  if (c->has_missing) spellings_to_missing(&c->missing, s, out, rows->n);
  return ERR_OK;
}

bool source_integers(const source_rows *rows, int64_t *out, uint8_t *fault) {
  const source_type *t = rows->type;
  const void *data = rows->array->buffers[1];
  bool wraps = t->kind == SOURCE_INTEGER && !t->is_signed && t->width == 8, faulty = false;
  bool is_signed = t->kind != SOURCE_INTEGER || t->is_signed;
  for (size_t r = 0; r < rows->n; r++)
    out[r] = load_integer(data, rows->first + r, t->width, is_signed);
  for (size_t r = 0; r < rows->n; r++) {
    bool null = row_is_null(rows, r);
    if (!null && (out[r] == MISSING_I64 || (wraps && out[r] < 0))) {
      fault[r] = FAULT_TOO_LARGE;
      faulty = true;
    }
    if (null || fault[r]) out[r] = MISSING_I64;
  }
  return faulty;
}

double source_float(const source_rows *rows, size_t row) {
  const char *data = rows->array->buffers[1];
  if (rows->type->width == 4) {
    float narrow;
    memcpy(&narrow, data + (rows->first + row) * 4, 4);
    return narrow;
  }
  double wide;
  memcpy(&wide, data + (rows->first + row) * 8, 8);
  return wide;
}

int128 source_decimal(const source_rows *rows, size_t row) {
  int128 value;
  memcpy(&value, (const char *)rows->array->buffers[1] + (rows->first + row) * 16, 16);
  return value;
}

bool source_boolean(const source_rows *rows, size_t row) {
  const uint8_t *bits = rows->array->buffers[1];
  size_t at = rows->first + row;
  return bits[at >> 3] >> (at & 7) & 1;
}

error_code source_lists(const source_rows *rows, uint32_t *offsets, size_t *first_item, error *e) {
  const void *data = rows->array->buffers[1];
  int width = rows->type->width;
  const char *wrong = offsets_fault(data, rows->first, rows->n, width);
  if (wrong) return texts_fault(rows, wrong, e);
  int64_t base = load_offset(data, rows->first, width);
  for (size_t r = 0; r <= rows->n; r++)
    offsets[r] = (uint32_t)(load_offset(data, rows->first + r, width) - base);
  *first_item = (size_t)base;
  return ERR_OK;
}

static void decimal128_write(buffer *out, int128 value, int scale) {
  char text[96];
  if (scale >= 0 && scale <= 18) {
    size_t n = quotient_write(text, value, pow10_i64(scale), scale);
    buffer_add(out, text, n);
    return;
  }
  size_t n = quotient_write(text, value, 1, 0);
  buffer_add(out, text, n);
  buffer_format(out, "e%d", -scale);
}

static void text_value_write(buffer *out, const source_rows *rows, size_t row) {
  const struct ArrowArray *a = rows->array;
  size_t at = rows->first + row;
  if (rows->type->index) {
    at = (size_t)load_integer(a->buffers[1], at, rows->type->index, rows->type->index_signed);
    a = a->dictionary;
    at += (size_t)a->offset;
  }
  int64_t start = load_offset(a->buffers[1], at, rows->type->width);
  int64_t end = load_offset(a->buffers[1], at + 1, rows->type->width);
  if (end > start) buffer_add(out, (const char *)a->buffers[2] + start, (size_t)(end - start));
}

bool source_write(buffer *out, const source_rows *rows, size_t row) {
  const source_type *t = rows->type;
  if (t->kind == SOURCE_NULL || row_is_null(rows, row)) return false;
  buffer_reserve(out, 64);
  char *end = out->data + out->size;
  switch (t->kind) {
  case SOURCE_TEXT:
    text_value_write(out, rows, row);
    break;
  case SOURCE_BOOLEAN:
    buffer_text(out, source_boolean(rows, row) ? "true" : "false");
    break;
  case SOURCE_FLOAT:
    out->size += number_write(end, source_float(rows, row));
    break;
  case SOURCE_DECIMAL:
    decimal128_write(out, source_decimal(rows, row), t->scale);
    break;
  case SOURCE_INTEGER:
  case SOURCE_DATE:
  case SOURCE_TIMESTAMP: {
    bool is_signed = t->kind != SOURCE_INTEGER || t->is_signed;
    int64_t v = load_integer(rows->array->buffers[1], rows->first + row, t->width, is_signed);
    if (!is_signed && v < 0)
      buffer_format(out, "%" PRIu64, (uint64_t)v);
    else
      out->size += decimal_write(end, v, 0);
    break;
  }
  case SOURCE_NULL:
  case SOURCE_LIST:
  case SOURCE_STRUCT:
    break;
  }
  return true;
}
