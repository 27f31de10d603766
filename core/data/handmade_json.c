/* See handmade_json.h. */
#include "handmade_json.h"

/* Where in the JSON we are, for a message. */
typedef struct branch {
  const struct branch *above;
  const char *name; /* NULL: an item */
  size_t index;
} branch;

static void write_path(buffer *out, const branch *at) {
  if (!at) return;
  write_path(out, at->above);
  if (at->name)
    buffer_format(out, "%s%.60s", out->size ? "." : "", at->name);
  else
    buffer_format(out, "[%zu]", at->index);
}

static error_code refuse(const char *what, const branch *at, const char *why, error *e) {
  buffer path = {0};
  write_path(&path, at);
  error_set(e, ERR_USAGE, "%s: %.*s%s%s", what, (int)path.size, path.size ? path.data : "",
            path.size ? " " : "", why);
  buffer_deinit(&path);
  return ERR_USAGE;
}

static const char *text_of(const json *v) {
  switch (v->kind) {
  case JSON_TRUE:
    return "true";
  case JSON_FALSE:
    return "false";
  case JSON_NUMBER:
  case JSON_TEXT:
    return *v->text ? v->text : NULL;
  default:
    return NULL;
  }
}

static error_code read_object(arena *a, const json *object, const char *what, const branch *at,
                              handmade_record *out, error *e);

static error_code read_list(arena *a, const json *list, const char *what, const branch *at,
                            handmade_value *out, error *e) {
  handmade_record *items = arena_array(a, list->count + 1, sizeof *items);
  for (size_t i = 0; i < list->count; i++)
    if (read_object(a, &list->items[i], what, &(branch){at, NULL, i}, &items[i], e)) return e->code;
  out->item_count = list->count;
  out->items = items;
  return ERR_OK;
}

static error_code read_object(arena *a, const json *object, const char *what, const branch *at,
                              handmade_record *out, error *e) {
  if (object->kind != JSON_OBJECT)
    return refuse(what, at, "must be an object such as {\"due_date\": \"2025-09-01\"}", e);
  handmade_value *values = arena_array(a, object->count + 1, sizeof *values);
  for (size_t i = 0; i < object->count; i++) {
    const json *v = &object->items[i];
    const branch here = {at, v->name, 0};
    values[i] = (handmade_value){.name = v->name, .text = text_of(v)};
    if (v->kind == JSON_OBJECT)
      return refuse(what, &here, "is an object, and must be a value or a list of objects", e);
    if (v->kind == JSON_ARRAY && read_list(a, v, what, &here, &values[i], e)) return e->code;
  }
  *out = (handmade_record){object->count, values};
  return ERR_OK;
}

error_code handmade_object(arena *a, const json *object, const char *what, handmade_record *out,
                           error *e) {
  return read_object(a, object, what, NULL, out, e);
}

error_code handmade_list(arena *a, const json *list, const char *what, handmade_value *out,
                         error *e) {
  if (list->kind != JSON_ARRAY)
    return refuse(what, NULL, "a list of records is written [{\"due_date\": \"2025-09-01\"}, ...]",
                  e);
  return read_list(a, list, what, NULL, out, e);
}
