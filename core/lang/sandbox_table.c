/* table for scripts: charged by the element, and never writing to a table that was frozen. */
#include "sandbox_state.h"

#include <limits.h>

#define ELEMENT_UNITS 4 /* reading and writing one */

/* The table argument to write to. */
static void writable(lua_State *L, int arg) {
  luaL_checktype(L, arg, LUA_TTABLE);
  if (freeze_content(L, arg)) {
    lua_settop(L, 0);
    library_error_read_only(L);
  }
  lua_pop(L, 1);
}

/* The table argument to read from: the slot then holds the content. */
static lua_Integer readable(lua_State *L, int arg) {
  luaL_checktype(L, arg, LUA_TTABLE);
  freeze_content(L, arg);
  lua_replace(L, arg);
  return (lua_Integer)lua_rawlen(L, arg);
}

static int table_insert(lua_State *L) {
  writable(L, 1);
  lua_Integer end = (lua_Integer)lua_rawlen(L, 1) + 1, at = end;
  int n = lua_gettop(L);
  if (n != 2 && n != 3) return luaL_error(L, "wrong number of arguments to 'insert'");
  if (n == 3) {
    at = library_integer(L, 2);
    luaL_argcheck(L, at >= 1 && at <= end, 2, "position out of bounds");
  }
  sandbox_charge(L, 1 + ELEMENT_UNITS * (uint64_t)(end - at));
  for (lua_Integer i = end; i > at; i--) {
    lua_rawgeti(L, 1, i - 1);
    lua_rawseti(L, 1, i);
  }
  lua_settop(L, n);
  lua_rawseti(L, 1, at);
  return 0;
}

static int table_remove(lua_State *L) {
  writable(L, 1);
  lua_Integer n = (lua_Integer)lua_rawlen(L, 1), at = library_integer_or(L, 2, n);
  if (!lua_isnoneornil(L, 2))
    luaL_argcheck(L, at == n || (at >= 1 && at <= n + 1), 2, "position out of bounds");
  sandbox_charge(L, 1 + ELEMENT_UNITS * (uint64_t)(at < n ? n - at : 0));
  lua_rawgeti(L, 1, at);
  for (; at < n; at++) {
    lua_rawgeti(L, 1, at + 1);
    lua_rawseti(L, 1, at);
  }
  if (at <= n) {
    lua_pushnil(L);
    lua_rawseti(L, 1, at);
  }
  return 1;
}

static int table_move(lua_State *L) {
  lua_Integer first = library_integer(L, 2), last = library_integer(L, 3),
              to = library_integer(L, 4);
  int target = lua_isnoneornil(L, 5) ? 1 : 5;
  writable(L, target);
  lua_pushvalue(L, target);
  int out = lua_gettop(L);
  bool same = lua_rawequal(L, 1, out);
  readable(L, 1);
  if (last < first) return 1;
  luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
  lua_Integer n = last - first + 1;
  luaL_argcheck(L, to <= LUA_MAXINTEGER - n + 1, 4, "destination wrap around");
  sandbox_charge(L, n < INT64_MAX / ELEMENT_UNITS ? ELEMENT_UNITS * (uint64_t)n : (uint64_t)n);
  bool backwards = same && to > first && to <= last;
  for (lua_Integer i = 0; i < n; i++) {
    lua_Integer k = backwards ? n - 1 - i : i;
    lua_rawgeti(L, 1, first + k);
    lua_rawseti(L, out, to + k);
  }
  lua_pushvalue(L, out);
  return 1;
}

static int table_concat(lua_State *L) {
  size_t between_size = 0;
  const char *between = luaL_optlstring(L, 2, "", &between_size);
  lua_Integer n = readable(L, 1);
  lua_Integer i = library_integer_or(L, 3, 1), last = library_integer_or(L, 4, n);
  lua_settop(L, 2);
  text_block b;
  text_block_open(&b, L, 256);
  for (; i <= last; i++) {
    int type = lua_rawgeti(L, 1, i);
    if (type != LUA_TSTRING && type != LUA_TNUMBER) {
      lua_pushinteger(L, i);
      return luaL_error(L, "invalid value (a %s at index %s) in table for 'concat'",
                        lua_typename(L, type), lua_tostring(L, -1));
    }
    size_t size;
    const char *text = library_text_of(L, -1, &size);
    sandbox_charge(L, 1 + (size + between_size) / 8);
    text_block_add(&b, text, size);
    lua_pop(L, 2);
    if (i == last) break; /* also where last is the greatest integer */
    text_block_add(&b, between, between_size);
  }
  text_block_push(&b);
  return 1;
}

static int table_pack(lua_State *L) {
  int n = lua_gettop(L);
  sandbox_charge(L, 1 + (uint64_t)n);
  lua_createtable(L, n, 1);
  lua_insert(L, 1);
  for (int i = n; i >= 1; i--) lua_rawseti(L, 1, i);
  lua_pushinteger(L, n);
  lua_setfield(L, 1, "n");
  return 1;
}

static int table_unpack(lua_State *L) {
  lua_Integer n = readable(L, 1);
  lua_Integer first = library_integer_or(L, 2, 1), last = library_integer_or(L, 3, n);
  if (first > last) return 0;
  lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
  if (count == UINT64_MAX || !library_room(L, count + 1))
    return luaL_error(L, "too many results to unpack");
  sandbox_charge(L, 2 * (count + 1));
  for (lua_Unsigned i = 0; i <= count; i++)
    lua_rawgeti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
  return (int)(count + 1);
}

/* ---- sort: a stable merge sort, which ends after n log n questions whatever the answers ---- */

#define SORT_LIST 1
#define SORT_ORDER 2
#define SORT_FROM 3
#define SORT_TO 4

/* Is the value at the top before the one below it? Pops none. */
static bool comes_before(lua_State *L) {
  if (!lua_isnil(L, SORT_ORDER)) {
    sandbox_charge(L, 4);
    lua_pushvalue(L, SORT_ORDER);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -4);
    lua_call(L, 2, 1);
    bool before = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return before;
  }
  uint64_t size = 0;
  if (lua_type(L, -1) == LUA_TSTRING && lua_type(L, -2) == LUA_TSTRING) {
    size_t a = lua_rawlen(L, -1), b = lua_rawlen(L, -2);
    size = a < b ? a : b;
  }
  sandbox_charge(L, 4 + size / 16);
  return lua_compare(L, -1, -2, LUA_OPLT);
}

static void merge(lua_State *L, lua_Integer low, lua_Integer middle, lua_Integer high) {
  lua_Integer i = low, j = middle;
  sandbox_charge(L, ELEMENT_UNITS * (uint64_t)(high - low));
  for (lua_Integer k = low; k < high; k++) {
    lua_rawgeti(L, SORT_FROM, i < middle ? i : j);
    if (i < middle && j < high) {
      lua_rawgeti(L, SORT_FROM, j);
      bool second = comes_before(L);
      if (second)
        lua_remove(L, -2);
      else
        lua_pop(L, 1);
      if (second)
        j++;
      else
        i++;
    } else if (i < middle) {
      i++;
    } else {
      j++;
    }
    lua_rawseti(L, SORT_TO, k);
  }
}

static void copy_list(lua_State *L, int from, int to, lua_Integer n) {
  sandbox_charge(L, (uint64_t)n);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, from, i);
    lua_rawseti(L, to, i);
  }
}

static int table_sort(lua_State *L) {
  writable(L, SORT_LIST);
  if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  lua_Integer n = (lua_Integer)lua_rawlen(L, SORT_LIST);
  if (n < 2) return 0;
  luaL_argcheck(L, n < INT_MAX, 1, "array too big");
  sandbox_charge(L, (uint64_t)n);
  lua_createtable(L, (int)n, 0);
  lua_createtable(L, (int)n, 0);
  copy_list(L, SORT_LIST, SORT_FROM, n);
  for (lua_Integer width = 1; width < n; width *= 2) {
    for (lua_Integer low = 1; low <= n; low += 2 * width) {
      lua_Integer middle = low + width <= n ? low + width : n + 1;
      lua_Integer high = low + 2 * width <= n ? low + 2 * width : n + 1;
      merge(L, low, middle, high);
    }
    lua_pushvalue(L, SORT_FROM);
    lua_copy(L, SORT_TO, SORT_FROM);
    lua_replace(L, SORT_TO);
  }
  copy_list(L, SORT_FROM, SORT_LIST, n);
  return 0;
}

void library_table(lua_State *L) {
  static const luaL_Reg functions[] = {{"concat", table_concat}, {"insert", table_insert},
                                       {"move", table_move},     {"pack", table_pack},
                                       {"remove", table_remove}, {"sort", table_sort},
                                       {"unpack", table_unpack}, {NULL, NULL}};
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  freeze_table(L, -1);
  lua_setglobal(L, "table");
}
