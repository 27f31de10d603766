/* See hand_record.h. Values go through as texts: whoever casts them says whether they are of their
 * type. */
#include "hand_record.h"

#include <string.h>

#include "../data/handmade_json.h"

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

/* {"rating": "B", "open_items": [{...}], "previous": {"score": "70.00"}} */
static error_code read_file(arena *a, const char *path, values *record, values *previous,
                            error *e) {
  const char *what = arena_format(a, "--record %s", path);
  const json *whole;
  handmade_record r = {0}, p = {0};
  error_code code = json_read_file(a, path, what, &whole, e);
  const json *before = code ? NULL : json_member(whole, "previous");
  json *own = arena_array(a, code ? 1 : whole->count + 1, sizeof *own);
  if (before && before->kind != JSON_OBJECT) before = NULL;
  if (before) {
    json rest = *whole;
    rest.items = own;
    rest.count = 0;
    for (size_t i = 0; i < whole->count; i++)
      if (&whole->items[i] != before) own[rest.count++] = whole->items[i];
    code = handmade_object(a, before, what, &p, e);
    if (!code) code = handmade_object(a, &rest, what, &r, e);
  } else if (!code) {
    code = handmade_object(a, whole, what, &r, e);
  }
  for (size_t i = 0; i < r.count && !code; i++) put(record, r.values[i]);
  for (size_t i = 0; i < p.count && !code; i++) put(previous, p.values[i]);
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
  x.text = NULL;
  const json *list;
  error_code code = json_read(v->arena, text, strlen(text), what, &list, e);
  if (!code) code = handmade_list(v->arena, list, what, &x, e);
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
