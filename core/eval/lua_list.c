/* Views of lists: userdata with the place of what they show. Which field a name means is found by its
 * address, since Lua keeps short texts once. */
#include "lua_list.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "lua_value.h"

/* The records of one list. */
typedef struct list_form {
  const char *name;
  const schema *record;
  const char **keys; /* by field: its name as Lua keeps it */
  int **words;       /* by field: registry references of the words of a choice, or NULL */
} list_form;

struct lua_lists {
  size_t count;
  list_form *forms; /* by field of the pack; record NULL: no list */
  int list_meta, item_meta;
};

typedef struct list_view {
  const lua_lists *lists;
  const list_form *form;
  const batch *records;
  size_t first, count;
} list_view;

typedef struct item_view {
  const list_form *form;
  const batch *records;
  size_t at;
} item_view;

lua_lists *lua_lists_new(const pack *p) {
  lua_lists *l = mem_alloc(sizeof *l);
  l->count = p->schema.count;
  l->forms = mem_array(l->count + 1, sizeof *l->forms);
  for (size_t i = 0; i < l->count; i++) {
    const field *f = &p->schema.fields[i];
    if (f->type.kind != TYPE_LIST) continue;
    l->forms[i] = (list_form){.name = f->name, .record = f->type.record};
    l->forms[i].keys = mem_array(f->type.record->count + 1, sizeof *l->forms[i].keys);
    l->forms[i].words = mem_array(f->type.record->count + 1, sizeof *l->forms[i].words);
  }
  return l;
}

void lua_lists_free(lua_lists *l) {
  if (!l) return;
  for (size_t i = 0; i < l->count; i++) {
    for (size_t k = 0; l->forms[i].record && k < l->forms[i].record->count; k++)
      free(l->forms[i].words[k]);
    free(l->forms[i].words);
    free(l->forms[i].keys);
  }
  free(l->forms);
  free(l);
}

/* ---- records ---- */

static int unknown_field(lua_State *L, const list_form *f, const char *key) {
  const char **names = lua_newuserdatauv(L, (f->record->count + 1) * sizeof *names, 0);
  for (size_t i = 0; i < f->record->count; i++) names[i] = f->record->fields[i].name;
  const char *near = text_suggest(key, names, f->record->count);
  return luaL_error(L, "a record of \"%s\" has no field \"%s\"%s%s%s", f->name, key,
                    near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int item_index(lua_State *L) {
  const item_view *v = lua_touserdata(L, 1);
  const list_form *f = v->form;
  if (lua_type(L, 2) != LUA_TSTRING)
    return luaL_error(L, "a field of a record of \"%s\" is read by its name, not by a %s", f->name,
                      luaL_typename(L, 2));
  const char *key = lua_tostring(L, 2);
  size_t i = 0;
  while (i < f->record->count && f->keys[i] != key) i++;
  if (i == f->record->count) /* long texts are not kept once */
    for (i = 0; i < f->record->count && strcmp(f->keys[i], key) != 0;) i++;
  if (i == f->record->count) return unknown_field(L, f, key);
  lua_value_push(L, &v->records->columns[i], v->at, f->words[i]);
  return 1;
}

static int item_newindex(lua_State *L) {
  const item_view *v = lua_touserdata(L, 1);
  return luaL_error(L, "a record of \"%s\" cannot be changed", v->form->name);
}

/* ---- lists ---- */

static int list_index(lua_State *L) {
  const list_view *v = lua_touserdata(L, 1);
  int whole;
  const lua_Integer i = lua_tointegerx(L, 2, &whole);
  if (lua_type(L, 2) != LUA_TNUMBER || !whole)
    return luaL_error(L, "\"%s\" is a list: its records are read by number (%s[1]) or with ipairs",
                      v->form->name, v->form->name);
  if (i < 1 || (lua_Unsigned)i > v->count) {
    lua_pushnil(L);
    return 1;
  }
  item_view *item = lua_newuserdatauv(L, sizeof *item, 0);
  *item = (item_view){v->form, v->records, v->first + (size_t)i - 1};
  lua_rawgeti(L, LUA_REGISTRYINDEX, v->lists->item_meta);
  lua_setmetatable(L, -2);
  return 1;
}

static int list_length(lua_State *L) {
  const list_view *v = lua_touserdata(L, 1);
  lua_pushinteger(L, (lua_Integer)v->count);
  return 1;
}

static int list_newindex(lua_State *L) {
  const list_view *v = lua_touserdata(L, 1);
  return luaL_error(L, "\"%s\" cannot be changed: put what you need into a table of your own",
                    v->form->name);
}

void lua_lists_push(const lua_lists *l, lua_State *L, size_t number, const column *c, size_t row) {
  if (column_missing(c, row)) {
    lua_pushnil(L);
    return;
  }
  list_view *v = lua_newuserdatauv(L, sizeof *v, 0);
  const size_t first = c->list.offsets[row];
  *v = (list_view){l, &l->forms[number], c->list.records, first, c->list.offsets[row + 1] - first};
  lua_rawgeti(L, LUA_REGISTRYINDEX, l->list_meta);
  lua_setmetatable(L, -2);
}

/* ---- the state ---- */

static int make_meta(lua_State *L, const char *name, lua_CFunction index, lua_CFunction newindex,
                     lua_CFunction length) {
  lua_createtable(L, 0, 5);
  lua_pushcfunction(L, index);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, newindex);
  lua_setfield(L, -2, "__newindex");
  if (length) {
    lua_pushcfunction(L, length);
    lua_setfield(L, -2, "__len");
  }
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  return luaL_ref(L, LUA_REGISTRYINDEX);
}

static const char *keep_text(lua_State *L, const char *text, int *ref) {
  lua_pushstring(L, text);
  const char *kept = lua_tostring(L, -1);
  *ref = luaL_ref(L, LUA_REGISTRYINDEX);
  return kept;
}

void lua_lists_prepare(lua_lists *l, lua_State *L) {
  luaL_checkstack(L, 8, "no room");
  l->list_meta = make_meta(L, "list", list_index, list_newindex, list_length);
  l->item_meta = make_meta(L, "record", item_index, item_newindex, NULL);
  for (size_t i = 0; i < l->count; i++) {
    const schema *record = l->forms[i].record;
    for (size_t k = 0; record && k < record->count; k++) {
      const choice_list *words = record->fields[k].type.choices;
      int ref;
      l->forms[i].keys[k] = keep_text(L, record->fields[k].name, &ref);
      if (record->fields[k].type.kind != TYPE_CHOICE) continue;
      l->forms[i].words[k] = mem_array(words->count + 1, sizeof(int));
      for (size_t w = 0; w < words->count; w++)
        keep_text(L, words->names[w], &l->forms[i].words[k][w]);
    }
  }
}
