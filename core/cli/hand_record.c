/* See hand_record.h. Values go through as texts: whoever casts them says whether they are of their
 * type. */
#include "hand_record.h"

#include <jansson.h>
#include <string.h>

#include "../base/number.h"

typedef struct values {
  arena *arena;
  handmade_value *items;
  size_t count;
} values;

static void put(values *v, handmade_value x) {
  size_t at = 0;
  while (at < v->count && strcmp(v->items[at].name, x.name) != 0) at++;
  if (at == v->count) {
    handmade_value *more = arena_array(v->arena, v->count + 1, sizeof *more);
    if (v->count) memcpy(more, v->items, v->count * sizeof *more);
    v->items = more;
    v->count++;
  }
  v->items[at] = x;
}

/* ---- JSON ---- */

static error_code json_record(arena *a, json_t *object, const char *what, handmade_record *out,
                              error *e);

/* A number keeps the digits that it was written with, as far as a double holds them. */
static const char *scalar(arena *a, const json_t *j) {
  char text[48];
  if (json_is_string(j))
    return *json_string_value(j) ? arena_string(a, json_string_value(j)) : NULL;
  if (json_is_boolean(j)) return json_is_true(j) ? "true" : "false";
  if (json_is_integer(j)) return arena_format(a, "%lld", (long long)json_integer_value(j));
  if (!json_is_real(j)) return NULL;
  return arena_string_n(a, text, number_write(text, json_real_value(j)));
}

static error_code json_list(arena *a, json_t *list, const char *what, handmade_value *out,
                            error *e) {
  out->item_count = json_array_size(list);
  handmade_record *items = arena_array(a, out->item_count + 1, sizeof *items);
  for (size_t i = 0; i < out->item_count; i++)
    if (json_record(a, json_array_get(list, i), what, &items[i], e)) return e->code;
  out->items = items;
  return ERR_OK;
}

static error_code json_record(arena *a, json_t *object, const char *what, handmade_record *out,
                              error *e) {
  const char *name;
  json_t *j;
  values v = {.arena = a};
  if (!json_is_object(object))
    return error_set(e, ERR_USAGE,
                     "%s: a record is an object such as {\"due_date\": \"2025-09-01\"}", what);
  json_object_foreach(object, name, j) {
    handmade_value x = {.name = arena_string(a, name)};
    if (json_is_object(j))
      return error_set(e, ERR_USAGE, "%s: \"%s\" is an object, and must be a value or a list", what,
                       name);
    if (json_is_array(j)) {
      if (json_list(a, j, what, &x, e)) return e->code;
    } else {
      x.text = scalar(a, j);
    }
    put(&v, x);
  }
  *out = (handmade_record){v.count, v.items};
  return ERR_OK;
}

static error_code refuse_json(const char *what, const json_error_t *why, error *e) {
  return error_set(e, ERR_USAGE, "%s: line %d, column %d: %s", what, why->line, why->column,
                   why->text);
}

/* {"rating": "B", "open_items": [{...}], "previous": {"score": "70.00"}} */
static error_code read_file(arena *a, const char *path, values *record, values *previous,
                            error *e) {
  json_error_t why;
  const char *what = arena_format(a, "--record %s", path);
  json_t *whole = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
  if (!whole)
    return why.line > 0 ? refuse_json(what, &why, e)
                        : error_set(e, ERR_USAGE, "%s: %s", what, why.text);
  handmade_record r = {0}, p = {0};
  error_code code = ERR_OK;
  json_t *before = json_is_object(whole) ? json_object_get(whole, "previous") : NULL;
  if (json_is_object(before)) {
    code = json_record(a, before, what, &p, e);
    json_object_del(whole, "previous");
  }
  if (!code) code = json_record(a, whole, what, &r, e);
  for (size_t i = 0; i < r.count && !code; i++) put(record, r.values[i]);
  for (size_t i = 0; i < p.count && !code; i++) put(previous, p.values[i]);
  json_decref(whole);
  return code;
}

/* ---- options ---- */

static bool is_list(const pack *p, const char *name) {
  const int at = schema_find(&p->schema, name);
  return at >= 0 && p->schema.fields[at].type.kind == TYPE_LIST;
}

static error_code set_value(values *v, const pack *p, const char *name, const char *text,
                            error *e) {
  handmade_value x = {.name = name, .text = *text ? text : NULL};
  const char *what = arena_format(v->arena, "--set %s", name);
  if (!is_list(p, name) || !*text) {
    put(v, x);
    return ERR_OK;
  }
  json_error_t why;
  json_t *list = json_loads(text, JSON_REJECT_DUPLICATES, &why);
  error_code code = ERR_OK;
  x.text = NULL;
  if (!list)
    code = refuse_json(what, &why, e);
  else if (!json_is_array(list))
    code =
        error_set(e, ERR_USAGE,
                  "%s: a list of records is written [{\"due_date\": \"2025-09-01\"}, ...]", what);
  else
    code = json_list(v->arena, list, what, &x, e);
  if (list) json_decref(list);
  if (!code) put(v, x);
  return code;
}

error_code hand_record_read(arena *a, const arguments *from, const pack *p, handmade_record *record,
                            handmade_record *previous, error *e) {
  values r = {.arena = a}, before = {.arena = a};
  const char *path = arguments_value(from, "record");
  error_code code = path ? read_file(a, path, &r, &before, e) : ERR_OK;
  for (size_t i = 0; i < from->count && !code; i++) {
    const char *given_as = from->items[i].option->name, *name, *text;
    const bool sets = !strcmp(given_as, "set");
    if (!sets && strcmp(given_as, "previous") != 0) continue;
    code = option_pair(a, given_as, from->items[i].value, &name, &text, e);
    if (!code && sets) code = set_value(&r, p, name, text, e);
    if (!code && !sets) put(&before, (handmade_value){.name = name, .text = *text ? text : NULL});
  }
  *record = (handmade_record){r.count, r.items};
  *previous = (handmade_record){before.count, before.items};
  return code;
}
