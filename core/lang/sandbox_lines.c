/* Which lines of the scripts run, for coverage. It only listens: what a call comes to is the same. */
#include "sandbox_state.h"

#include <string.h>

#define FUNCTIONS_MOST 200 /* that one rule reaches */

static const char *file_of(const lua_Debug *ar) {
  return ar->source[0] == '@' ? ar->source + 1 : ar->short_src;
}

void lines_count(lua_State *L, lua_Debug *ar) {
  sandbox *s = sandbox_of(L);
  if (ar->event != LUA_HOOKLINE) {
    meter_count(L, ar);
    return;
  }
  lua_getinfo(L, "Sl", ar);
  if (s->line) s->line(s->line_ctx, file_of(ar), ar->currentline);
}

void sandbox_hear_lines(sandbox *s, sandbox_line *line, void *ctx) {
  s->line = line;
  s->line_ctx = ctx;
}

/* Tells the lines of the function on top of the stack, which it pops. That of its `end` is left out:
 * all that stands there is the return of a function that says none. */
static void tell_lines(lua_State *L, sandbox_line *line, void *ctx) {
  lua_Debug ar;
  lua_getinfo(L, ">SL", &ar);
  if (!lua_istable(L, -1)) {
    lua_pop(L, 1);
    return;
  }
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    int at = (int)lua_tointeger(L, -2);
    if (at != ar.lastlinedefined || at == ar.linedefined) line(ctx, file_of(&ar), at);
  }
  lua_pop(L, 1);
}

/* Whether the function at the index is among those on the stack below it. */
static bool seen_before(lua_State *L, int first, int index) {
  for (int i = first; i < index; i++)
    if (lua_rawequal(L, i, index)) return true;
  return false;
}

/* The functions that are still to be looked at lie on the stack, from `first` on. */
static int reach(lua_State *L) {
  sandbox_line *const *line = lua_touserdata(L, 1);
  void *ctx = lua_touserdata(L, 2);
  int first = 3;
  luaL_checkstack(L, FUNCTIONS_MOST + 10, "a rule reaches too many functions");
  for (int i = first; i <= lua_gettop(L); i++) {
    for (int u = 1; lua_getupvalue(L, i, u); u++)
      if (!lua_isfunction(L, -1) || lua_iscfunction(L, -1) || lua_gettop(L) > FUNCTIONS_MOST ||
          seen_before(L, first, lua_gettop(L)))
        lua_pop(L, 1);
    lua_pushvalue(L, i);
    tell_lines(L, *line, ctx);
  }
  return 0;
}

void sandbox_lines_of(sandbox *s, int ref, sandbox_line *line, void *ctx) {
  lua_State *L = s->L;
  int top = lua_gettop(L);
  lua_checkstack(L, 10);
  lua_pushcfunction(L, reach);
  lua_pushlightuserdata(L, (void *)&line);
  lua_pushlightuserdata(L, ctx);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ref);
  sandbox_gateway(L, 3, 0, 0);
  lua_settop(L, top);
}
