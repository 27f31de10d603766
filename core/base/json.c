/* See json.h. json-c parses; what it lets pass although JSON does not is found by one look at the bytes
 * before, and its tree becomes ours. */
#include "json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "json_place.h"
#include "number.h"
#include "text.h"

/* ---- messages ---- */

static error_code refuse(const char *what, const char *text, size_t n, size_t offset,
                         const char *why, error *e) {
  buffer place = {0};
  json_place(&place, text, n, offset);
  error_set(e, ERR_USAGE, "%s: %.*s: %s", what, (int)place.size, place.data, why);
  buffer_deinit(&place);
  return ERR_USAGE;
}

static const char *reason_of(enum json_tokener_error why) {
  switch (why) {
  case json_tokener_continue:
  case json_tokener_error_parse_eof:
    return "the text ends too early";
  case json_tokener_error_depth:
    return "deeper than 32 lists and objects within each other";
  case json_tokener_error_parse_null:
  case json_tokener_error_parse_boolean:
    return "the only words are true, false and null; a text stands in double quotes";
  case json_tokener_error_parse_number:
    return "not a number as JSON writes it";
  case json_tokener_error_parse_array:
    return "',' or ']' is expected";
  case json_tokener_error_parse_object_key_name:
    return "a name in double quotes is expected";
  case json_tokener_error_parse_object_key_sep:
    return "':' is expected";
  case json_tokener_error_parse_object_value_sep:
    return "',' or '}' is expected";
  case json_tokener_error_parse_string:
    return "this may not stand in a text";
  case json_tokener_error_parse_unexpected:
    return "this may not stand here";
  default:
    return "this is no JSON";
  }
}

/* ---- what json-c lets pass ---- */

enum { LONG = 18 };

/* A whole number of more than so many characters (at least 10^18, at most -10^17): json-c makes the nearest
 * 64-bit one of it. */
typedef struct long_number {
  const char *text;
  struct long_number *next;
} long_number;

typedef struct outline {
  arena *arena;
  size_t names;    /* members of all objects */
  const char *bad; /* the first byte that may not be there; NULL = none */
  const char *why;
  long_number *longs, **last; /* as they stand in the text */
} outline;

static const char *refuse_byte(outline *o, const char *p, const char *why) {
  if (!o->bad) o->bad = p, o->why = why;
  return p;
}

/* \uXXXX at p: the unit, or -1. */
static int escaped_unit(const char *p, const char *end) {
  int unit = 0;
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return -1;
  for (int i = 2; i < 6; i++) {
    const char c = p[i], low = (char)(c | 0x20);
    if ((c < '0' || c > '9') && (low < 'a' || low > 'f')) return -1;
    unit = unit * 16 + (c <= '9' ? c - '0' : low - 'a' + 10);
  }
  return unit;
}

/* Behind the escape that begins here. */
static const char *outline_escape(outline *o, const char *p, const char *end) {
  const int unit = escaped_unit(p, end);
  if (unit < 0) return p + 2;
  if (unit == 0) refuse_byte(o, p, "a text may hold no NUL");
  if (unit < 0xD800 || unit > 0xDFFF) return p + 6;
  const int low = escaped_unit(p + 6, end);
  if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
    refuse_byte(o, p, "half a character: \\ud83d stands before \\ude00 and the like");
  return p + 12;
}

static const char *outline_text(outline *o, const char *p, const char *end) {
  while (p < end && *p != '"') {
    if ((unsigned char)*p < 0x20) refuse_byte(o, p, "in a text this is written with a backslash");
    p = *p == '\\' ? outline_escape(o, p, end) : p + 1;
  }
  return p < end ? p + 1 : end;
}

static bool is_digit(const char *p, const char *end) {
  return p < end && *p >= '0' && *p <= '9';
}

static const char *skip_digits(const char *p, const char *end) {
  while (is_digit(p, end)) p++;
  return p;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? ; NULL: it is none. */
static const char *number_end(const char *p, const char *end) {
  if (*p == '-') p++;
  if (!is_digit(p, end)) return NULL;
  p = *p == '0' ? p + 1 : skip_digits(p, end);
  if (p < end && *p == '.') {
    if (!is_digit(++p, end)) return NULL;
    p = skip_digits(p, end);
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    if (++p < end && (*p == '+' || *p == '-')) p++;
    if (!is_digit(p, end)) return NULL;
    p = skip_digits(p, end);
  }
  return p < end && (is_digit(p, end) || *p == '.') ? NULL : p;
}

static const char *outline_number(outline *o, const char *p, const char *end) {
  const char *behind = number_end(p, end), *whole = skip_digits(*p == '-' ? p + 1 : p, end);
  if (!behind) return refuse_byte(o, p, "not a number as JSON writes it");
  if (whole != behind || behind - p <= LONG) return behind;
  long_number *l = arena_alloc(o->arena, sizeof *l);
  l->text = arena_string_n(o->arena, p, (size_t)(behind - p));
  *o->last = l;
  o->last = &l->next;
  return behind;
}

static void outline_read(outline *o, const char *text, size_t n) {
  const char *p = text, *end = text + n;
  o->last = &o->longs;
  while (p < end && !o->bad) {
    switch (*p) {
    case '"':
      p = outline_text(o, p + 1, end);
      break;
    case '-':
    case '0' ... '9':
      p = outline_number(o, p, end);
      break;
    case ':':
      o->names++;
      p++;
      break;
    case 'N':
    case 'I':
    case '/':
    case '\'':
    case 0:
      p = refuse_byte(o, p, "this may not stand here");
      break;
    default:
      p++;
    }
  }
}

/* ---- its tree, ours ---- */

typedef struct turning {
  arena *arena;
  size_t names;
  const long_number *longs; /* those that are still to come */
} turning;

static const char *integer_text(turning *t, struct json_object *from) {
  char text[24];
  const int64_t i = json_object_get_int64(from);
  if ((i >= pow10_i64(18) || i <= -pow10_i64(17)) && t->longs) {
    const char *kept = t->longs->text;
    t->longs = t->longs->next;
    return kept;
  }
  const int n = snprintf(text, sizeof text, "%lld", (long long)i);
  return arena_string_n(t->arena, text, (size_t)n);
}

static void turn(turning *t, struct json_object *from, json *to);

static void turn_array(turning *t, struct json_object *from, json *to) {
  const size_t n = json_object_array_length(from);
  json *items = arena_array(t->arena, n + 1, sizeof *items);
  *to = (json){.kind = JSON_ARRAY, .name = to->name, .count = n, .items = items};
  for (size_t i = 0; i < n; i++) turn(t, json_object_array_get_idx(from, i), &items[i]);
}

static void turn_object(turning *t, struct json_object *from, json *to) {
  const size_t n = (size_t)json_object_object_length(from);
  json *items = arena_array(t->arena, n + 1, sizeof *items);
  *to = (json){.kind = JSON_OBJECT, .name = to->name, .count = n, .items = items};
  t->names += n;
  for (struct lh_entry *m = json_object_get_object(from)->head; m; m = m->next, items++) {
    items->name = arena_string(t->arena, lh_entry_k(m));
    turn(t, lh_entry_v(m), items);
  }
}

static void turn(turning *t, struct json_object *from, json *to) {
  switch (json_object_get_type(from)) {
  case json_type_boolean:
    to->kind = json_object_get_boolean(from) ? JSON_TRUE : JSON_FALSE;
    break;
  case json_type_int:
    to->kind = JSON_NUMBER;
    to->text = integer_text(t, from);
    break;
  case json_type_double: /* json-c keeps the digits beside the value */
    to->kind = JSON_NUMBER;
    to->text = arena_string(t->arena, json_object_get_userdata(from));
    break;
  case json_type_string:
    to->kind = JSON_TEXT;
    to->text = arena_string_n(t->arena, json_object_get_string(from),
                              (size_t)json_object_get_string_len(from));
    break;
  case json_type_array:
    turn_array(t, from, to);
    break;
  case json_type_object:
    turn_object(t, from, to);
    break;
  default:
    to->kind = JSON_NULL;
  }
}

static error_code refuse_repeated(const char *what, const char *text, size_t n, error *e) {
  size_t offset;
  if (json_repeated_name(text, n, &offset))
    return refuse(what, text, n, offset, "this name stands twice in one object", e);
  return error_set(e, ERR_USAGE, "%s: a name stands twice in one object, once with escapes", what);
}

/* ---- reading ---- */

static error_code refuse_bytes(const char *what, const char *text, size_t n, error *e) {
  size_t at = 0;
  for (size_t next = 1; next <= n; next++) {
    if (next < n && ((unsigned char)text[next] & 0xC0) == 0x80) continue;
    if (!text_valid_utf8(text + at, next - at)) break;
    at = next;
  }
  return refuse(what, text, n, at, "this is not UTF-8", e);
}

static struct json_object *parse(struct json_tokener *t, const char *text, size_t n, size_t *end) {
  json_tokener_set_flags(t, JSON_TOKENER_STRICT);
  struct json_object *made = json_tokener_parse_ex(t, text, (int)n);
  *end = json_tokener_get_parse_end(t);
  if (json_tokener_get_error(t) != json_tokener_continue) return made;
  *end = n; /* only a NUL ends a number that stands alone */
  return json_tokener_parse_ex(t, "", 1);
}

error_code json_read(arena *a, const char *text, size_t n, const char *what, const json **out,
                     error *e) {
  if (n > JSON_MOST_BYTES) {
    error_set(e, ERR_USAGE, "%s: %zu bytes of JSON, at most %zu are read", what, n,
              JSON_MOST_BYTES);
    return ERR_USAGE;
  }
  if (!text_valid_utf8(text, n)) return refuse_bytes(what, text, n, e);
  outline o = {.arena = a};
  outline_read(&o, text, n);
  struct json_tokener *t = json_tokener_new_ex(JSON_DEPTH);
  if (!t) return error_set(e, ERR_INTERNAL, "%s: no memory", what);
  size_t end;
  struct json_object *made = parse(t, text, n, &end);
  const enum json_tokener_error why = json_tokener_get_error(t);
  error_code code = ERR_OK;
  if (o.bad && (why == json_tokener_success || (size_t)(o.bad - text) <= end))
    code = refuse(what, text, n, (size_t)(o.bad - text), o.why, e);
  else if (why != json_tokener_success)
    code = refuse(what, text, n, end, reason_of(why), e);
  if (!code) {
    turning all = {.arena = a, .longs = o.longs};
    json *root = arena_alloc(a, sizeof *root);
    turn(&all, made, root);
    *out = root;
    if (all.names != o.names) code = refuse_repeated(what, text, n, e);
  }
  json_object_put(made);
  json_tokener_free(t);
  return code;
}

error_code json_read_file(arena *a, const char *path, const char *what, const json **out,
                          error *e) {
  size_t n;
  const char *text = file_read(a, path, JSON_MOST_BYTES, &n);
  if (!text) return error_set(e, ERR_USAGE, "%s: %s", what, strerror(errno));
  return json_read(a, text, n, what, out, e);
}

const json *json_kept(arena *a, const char *text) {
  const json *out = NULL;
  return text && !json_read(a, text, strlen(text), "kept", &out, NULL) ? out : NULL;
}

/* ---- looking into it ---- */

const json *json_member(const json *object, const char *name) {
  for (size_t i = 0; object && object->kind == JSON_OBJECT && i < object->count; i++)
    if (!strcmp(object->items[i].name, name)) return &object->items[i];
  return NULL;
}

const char *json_text(const json *v) {
  return v && v->kind == JSON_TEXT ? v->text : NULL;
}

const char *json_member_text(const json *object, const char *name) {
  return json_text(json_member(object, name));
}

int64_t json_integer(const json *v, int64_t otherwise) {
  int64_t i;
  const bool whole =
      v && v->kind == JSON_NUMBER && integer_parse(v->text, strlen(v->text), &i) == PARSE_OK;
  return whole ? i : otherwise;
}

size_t json_count(const json *array) {
  return array && array->kind == JSON_ARRAY ? array->count : 0;
}
