/* Freezing: what rules could carry from one record to the next becomes read-only.
 *
 * A table is frozen in place: its content moves to a new table that stands behind it as __index of
 * a metatable, so every reference to it stays good, reading stays cheap (no function is called),
 * and every write meets __newindex. Scripts cannot see or change metatables. */
#include "sandbox_state.h"

#include <stdio.h>

static const char content_key = 0; /* its address is the key of the content in the metatable */

int library_error_read_only(lua_State *L) {
  char name[80] = "";
  if (lua_type(L, 2) == LUA_TSTRING)
    snprintf(name, sizeof name, " (field '%.60s')", lua_tostring(L, 2));
  return luaL_error(L, "this table is read-only: a rule cannot change what was made at load%s",
                    name);
}

bool freeze_content(lua_State *L, int index) {
  index = lua_absindex(L, index);
  if (lua_getmetatable(L, index)) {
    if (lua_rawgetp(L, -1, &content_key) == LUA_TTABLE) {
      lua_remove(L, -2);
      return true;
    }
    lua_pop(L, 2);
  }
  lua_pushvalue(L, index);
  return false;
}

static int length_of_frozen(lua_State *L) {
  freeze_content(L, 1);
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
  return 1;
}

static void move_content(lua_State *L, int from, int to) {
  lua_pushnil(L);
  while (lua_next(L, from)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, to);
  }
  lua_pushnil(L);
  while (lua_next(L, from)) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, from);
  }
}

void freeze_table(lua_State *L, int index) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 8, NULL);
  lua_newtable(L);
  int content = lua_gettop(L);
  move_content(L, index, content);
  lua_createtable(L, 0, 4);
  lua_pushvalue(L, content);
  lua_setfield(L, -2, "__index");
  lua_pushvalue(L, content);
  lua_rawsetp(L, -2, &content_key);
  lua_pushcfunction(L, library_error_read_only);
  lua_setfield(L, -2, "__newindex");
  lua_pushcfunction(L, length_of_frozen);
  lua_setfield(L, -2, "__len");
  lua_setmetatable(L, index);
  lua_settop(L, content - 1);
}

/* ---- the walk: a list instead of recursion, so that no nesting is too deep ---- */

#define QUEUE 1
#define SEEN 2

/* Pops a value; puts it in the queue if it can hold something and is new. */
static void visit(lua_State *L) {
  int type = lua_type(L, -1);
  if (type == LUA_TTABLE || type == LUA_TFUNCTION) {
    lua_pushvalue(L, -1);
    if (lua_rawget(L, SEEN) == LUA_TNIL) {
      lua_pushvalue(L, -2);
      lua_pushboolean(L, 1);
      lua_rawset(L, SEEN);
      lua_pushvalue(L, -2);
      lua_rawseti(L, QUEUE, (lua_Integer)lua_rawlen(L, QUEUE) + 1);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

static void visit_function(lua_State *L, int f) {
  if (lua_tocfunction(L, f) == library_match_step)
    luaL_error(L, "an iterator of gmatch is kept for a rule: it would carry its position from one "
                  "record to the next; call gmatch in the rule");
  for (int i = 1; lua_getupvalue(L, f, i); i++) visit(L);
}

static void visit_table(lua_State *L, int t) {
  if (lua_getmetatable(L, t)) { /* frozen already, or the host's own */
    lua_pop(L, 1);
    return;
  }
  lua_pushnil(L);
  while (lua_next(L, t)) {
    visit(L);
    lua_pushvalue(L, -1);
    visit(L);
  }
  freeze_table(L, t);
}

static int freeze_all(lua_State *L) {
  lua_settop(L, 0);
  lua_newtable(L);
  lua_newtable(L);
  lua_pushglobaltable(L); /* nobody can write to it: assignments to globals are refused */
  lua_pushboolean(L, 1);
  lua_rawset(L, SEEN);
  lua_pushnil(L);
  while (lua_next(L, LUA_REGISTRYINDEX)) {
    if (lua_isfunction(L, -1))
      visit(L);
    else
      lua_pop(L, 1);
  }
  for (lua_Integer i = 1; lua_rawgeti(L, QUEUE, i) != LUA_TNIL; i++) {
    if (lua_isfunction(L, -1))
      visit_function(L, lua_gettop(L));
    else
      visit_table(L, lua_gettop(L));
    lua_settop(L, SEEN);
  }
  return 0;
}

bool freeze_world(lua_State *L, const char *file, findings *out) {
  lua_pushcfunction(L, freeze_all);
  if (sandbox_gateway(L, 0, 0, 0) == LUA_OK) return true;
  findings_add(out, SEVERITY_ERROR, file, 1, "%s",
               lua_isstring(L, -1) ? lua_tostring(L, -1) : "the pack could not be sealed");
  lua_pop(L, 1);
  return false;
}
