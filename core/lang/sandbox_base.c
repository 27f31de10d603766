/* The base functions of scripts: assert error ipairs pairs pcall select tonumber tostring type
 * xpcall.
 *
 * pcall and xpcall never keep a stop from rising. pairs walks numbers, then texts, then booleans,
 * each ascending, so that no order of memory can reach an outcome. Nothing here shows an address.
 */
#include "sandbox_state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NUMERAL_MOST 200 /* characters of a text that can be a number */

/* ---- arguments ---- */

lua_Integer library_integer(lua_State *L, int arg) {
  if (lua_type(L, arg) != LUA_TNUMBER) luaL_typeerror(L, arg, "number");
  return luaL_checkinteger(L, arg);
}

lua_Integer library_integer_or(lua_State *L, int arg, lua_Integer preset) {
  return lua_isnoneornil(L, arg) ? preset : library_integer(L, arg);
}

lua_Number library_number(lua_State *L, int arg) {
  if (lua_type(L, arg) != LUA_TNUMBER) luaL_typeerror(L, arg, "number");
  return lua_tonumber(L, arg);
}

const char *library_text_of(lua_State *L, int index, size_t *n) {
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
  case LUA_TNUMBER:
    if (!lua_isinteger(L, index) && isnan(lua_tonumber(L, index)))
      lua_pushliteral(L, "nan"); /* its sign differs between processors */
    else
      lua_pushvalue(L, index);
    break;
  case LUA_TSTRING:
    lua_pushvalue(L, index);
    break;
  case LUA_TBOOLEAN:
    lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    break;
  default:
    lua_pushstring(L, luaL_typename(L, index));
    break;
  }
  return lua_tolstring(L, -1, n);
}

static int base_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  library_text_of(L, 1, NULL);
  return 1;
}

static int base_type(lua_State *L) {
  luaL_argcheck(L, lua_type(L, 1) != LUA_TNONE, 1, "value expected");
  lua_pushstring(L, luaL_typename(L, 1));
  return 1;
}

/* ---- numbers ---- */

static int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

static bool blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* An integer in a base, blanks around it allowed, wrapping like every integer of Lua. */
static bool read_in_base(const char *text, size_t n, int base, lua_Integer *out) {
  size_t i = 0;
  while (i < n && blank(text[i])) i++;
  while (n > i && blank(text[n - 1])) n--;
  bool negative = i < n && text[i] == '-';
  if (negative) i++;
  if (i == n) return false;
  lua_Unsigned value = 0;
  for (; i < n; i++) {
    int digit = digit_of(text[i]);
    if (digit >= base) return false;
    value = value * (lua_Unsigned)base + (lua_Unsigned)digit;
  }
  *out = (lua_Integer)(negative ? 0u - value : value);
  return true;
}

static int base_tonumber(lua_State *L) {
  luaL_checkany(L, 1);
  if (lua_isnoneornil(L, 2)) {
    size_t n = 0;
    if (lua_type(L, 1) == LUA_TNUMBER) {
      lua_settop(L, 1);
      return 1;
    }
    const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &n) : NULL;
    sandbox_charge(L, 1 + n / 8);
    if (text && n <= NUMERAL_MOST && lua_stringtonumber(L, text) == n + 1) return 1;
    lua_pushnil(L);
    return 1;
  }
  lua_Integer base = library_integer(L, 2);
  luaL_checktype(L, 1, LUA_TSTRING);
  luaL_argcheck(L, base >= 2 && base <= 36, 2, "base out of range");
  size_t n;
  const char *text = lua_tolstring(L, 1, &n);
  sandbox_charge(L, 1 + n / 8);
  lua_Integer value;
  if (n <= NUMERAL_MOST && read_in_base(text, n, (int)base, &value))
    lua_pushinteger(L, value);
  else
    lua_pushnil(L);
  return 1;
}

/* ---- errors ---- */

static int base_error(lua_State *L) {
  lua_Integer level = library_integer_or(L, 2, 1);
  lua_settop(L, 1);
  if (lua_type(L, 1) == LUA_TSTRING && level > 0 && level < 1000) {
    sandbox_charge(L, 1 + lua_rawlen(L, 1) / 16);
    luaL_where(L, (int)level);
    lua_pushvalue(L, 1);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int base_assert(lua_State *L) {
  if (lua_toboolean(L, 1)) return lua_gettop(L);
  luaL_checkany(L, 1);
  if (lua_gettop(L) == 1) return luaL_error(L, "assertion failed");
  lua_settop(L, 2);
  return lua_error(L);
}

/* What an error of memory leaves: no text of ours, for it may have come at the edge of the stack.
 */
static void explain(lua_State *L, int status) {
  if (status != LUA_ERRMEM) return;
  sandbox_of(L)->stack_refused = false;
  lua_pop(L, 1);
  lua_pushliteral(L, "stack overflow");
}

static int finish_protected(lua_State *L, int status, int first) {
  if (sandbox_of(L)->stop) sandbox_stop_again(L);
  if (status != LUA_OK) explain(L, status);
  lua_pushboolean(L, status == LUA_OK);
  lua_replace(L, first);
  return lua_gettop(L) - first + 1;
}

static int base_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  int status = sandbox_gateway(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
  return finish_protected(L, status, 1);
}

/* The script's handler is the upvalue; it is not asked about a stop. */
static int call_handler(lua_State *L) {
  if (sandbox_of(L)->stop) return 1;
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, 1, 1);
  return 1;
}

static int base_xpcall(lua_State *L) {
  luaL_checktype(L, 2, LUA_TFUNCTION);
  int args = lua_gettop(L) - 2;
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, call_handler, 1);
  lua_replace(L, 2); /* f, handler, args */
  lua_pushvalue(L, 1);
  lua_insert(L, 3); /* f, handler, f, args */
  int status = sandbox_gateway(L, args, LUA_MULTRET, 2);
  return finish_protected(L, status, 2);
}

/* ---- lists of arguments ---- */

#define RESULTS_MOST 8000

bool library_room(lua_State *L, lua_Unsigned count) {
  return count <= RESULTS_MOST && lua_checkstack(L, (int)count);
}

static int base_select(lua_State *L) {
  int n = lua_gettop(L);
  sandbox_charge(L, 1 + (uint64_t)n / 4);
  if (lua_type(L, 1) == LUA_TSTRING && strcmp(lua_tostring(L, 1), "#") == 0) {
    lua_pushinteger(L, n - 1);
    return 1;
  }
  lua_Integer i = library_integer(L, 1);
  if (i < 0)
    i = n + i;
  else if (i > n)
    i = n;
  luaL_argcheck(L, i >= 1, 1, "index out of range");
  return n - (int)i;
}

static int ipairs_step(lua_State *L) {
  lua_Integer i = library_integer(L, 2) + 1;
  const bool view = lua_type(L, 1) == LUA_TUSERDATA;
  if (!view) freeze_content(L, 1);
  lua_pushinteger(L, i);
  return (view ? lua_geti(L, 1, i) : lua_rawgeti(L, -2, i)) == LUA_TNIL ? 1 : 2;
}

/* A userdata is a view of the host's, which knows whether it can be read by number. */
static int base_ipairs(lua_State *L) {
  if (lua_type(L, 1) != LUA_TUSERDATA) luaL_checktype(L, 1, LUA_TTABLE);
  lua_pushcfunction(L, ipairs_step);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

/* ---- pairs ---- */

typedef enum key_kind { KEY_INTEGER, KEY_FLOAT, KEY_TEXT, KEY_BOOLEAN } key_kind;

typedef struct sort_key {
  key_kind kind;
  bool boolean;
  lua_Integer integer;
  lua_Number number;
  const char *text;
  size_t size;
} sort_key;

static int compare_mixed(lua_Integer i, lua_Number f) {
  if (f >= 0x1p63) return -1;
  if (f < -0x1p63) return 1;
  lua_Integer whole = (lua_Integer)floor(f);
  if (i != whole) return i < whole ? -1 : 1;
  return f > (lua_Number)whole ? -1 : 0;
}

static int compare_text(const sort_key *a, const sort_key *b) {
  size_t n = a->size < b->size ? a->size : b->size;
  int order = n ? memcmp(a->text, b->text, n) : 0;
  return order ? order : (a->size > b->size) - (a->size < b->size);
}

static int key_compare(const sort_key *a, const sort_key *b) {
  if (a->kind == KEY_INTEGER && b->kind == KEY_INTEGER)
    return (a->integer > b->integer) - (a->integer < b->integer);
  if (a->kind == KEY_FLOAT && b->kind == KEY_FLOAT)
    return (a->number > b->number) - (a->number < b->number);
  if (a->kind == KEY_INTEGER && b->kind == KEY_FLOAT) return compare_mixed(a->integer, b->number);
  if (a->kind == KEY_FLOAT && b->kind == KEY_INTEGER) return -compare_mixed(b->integer, a->number);
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  return a->kind == KEY_TEXT ? compare_text(a, b) : (int)a->boolean - (int)b->boolean;
}

static void read_key(lua_State *L, int index, sort_key *out) {
  *out = (sort_key){KEY_INTEGER, .text = ""};
  switch (lua_type(L, index)) {
  case LUA_TNUMBER:
    if (lua_isinteger(L, index))
      *out = (sort_key){KEY_INTEGER, .integer = lua_tointeger(L, index)};
    else
      *out = (sort_key){KEY_FLOAT, .number = lua_tonumber(L, index)};
    return;
  case LUA_TSTRING:
    out->kind = KEY_TEXT;
    out->text = lua_tolstring(L, index, &out->size);
    return;
  case LUA_TBOOLEAN:
    *out = (sort_key){KEY_BOOLEAN, .boolean = lua_toboolean(L, index)};
    return;
  default:
    luaL_error(L, "pairs: a key is a %s, and those have no order; use numbers, texts or booleans",
               luaL_typename(L, index));
  }
}

/* Bottom-up merge sort between two halves of one block. */
static sort_key *sort_keys(lua_State *L, sort_key *keys, size_t n) {
  sort_key *from = keys, *to = keys + n;
  for (size_t width = 1; width < n; width *= 2) {
    sandbox_charge(L, 3 * n);
    for (size_t low = 0; low < n; low += 2 * width) {
      size_t middle = low + width < n ? low + width : n;
      size_t high = low + 2 * width < n ? low + 2 * width : n;
      for (size_t i = low, j = middle, k = low; k < high; k++)
        to[k] = i < middle && (j >= high || key_compare(&from[i], &from[j]) <= 0) ? from[i++]
                                                                                  : from[j++];
    }
    sort_key *swap = from;
    from = to;
    to = swap;
  }
  return from;
}

static void push_key(lua_State *L, const sort_key *k) {
  if (k->kind == KEY_INTEGER)
    lua_pushinteger(L, k->integer);
  else if (k->kind == KEY_FLOAT)
    lua_pushnumber(L, k->number);
  else if (k->kind == KEY_TEXT)
    lua_pushlstring(L, k->text, k->size);
  else
    lua_pushboolean(L, k->boolean);
}

/* With the content at 1: pushes an array of its keys, in order. */
static void push_sorted_keys(lua_State *L) {
  lua_Integer n = 0;
  bool sorted = true;
  sort_key last = {KEY_INTEGER, .integer = LUA_MININTEGER}, key;
  lua_newtable(L);
  int keys = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, 1); n++) {
    lua_pop(L, 1);
    read_key(L, -1, &key);
    sorted = sorted && (n == 0 || key_compare(&last, &key) <= 0);
    last = key;
    lua_pushvalue(L, -1);
    lua_rawseti(L, keys, n + 1);
    sandbox_charge(L, 4);
  }
  if (sorted) return;
  sort_key *block = lua_newuserdatauv(L, (size_t)n * 2 * sizeof *block, 0);
  for (lua_Integer i = 0; i < n; i++) {
    lua_rawgeti(L, keys, i + 1);
    read_key(L, -1, &block[i]); /* the table holds the text */
    lua_pop(L, 1);
  }
  const sort_key *ordered = sort_keys(L, block, (size_t)n);
  lua_createtable(L, (int)n, 0);
  for (lua_Integer i = 0; i < n; i++) {
    push_key(L, &ordered[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_replace(L, keys);
  lua_settop(L, keys);
}

#define WALK_TABLE lua_upvalueindex(1)
#define WALK_KEYS lua_upvalueindex(2)
#define WALK_HINT lua_upvalueindex(3)
#define CONTENT 3 /* in a step */
#define KEYS 4

/* The position of the key that was given last. The hint only saves the search: what a step gives
 * depends on the control value alone, so an iterator that is kept carries nothing. */
static lua_Integer walk_position(lua_State *L) {
  if (lua_isnoneornil(L, 2)) return 0;
  lua_Integer hint = lua_tointeger(L, WALK_HINT);
  lua_rawgeti(L, KEYS, hint);
  if (lua_rawequal(L, -1, 2)) return hint;
  lua_Integer n = (lua_Integer)lua_rawlen(L, KEYS);
  for (lua_Integer i = 1; i <= n; i++) {
    sandbox_charge(L, 2);
    lua_rawgeti(L, KEYS, i);
    if (lua_rawequal(L, -1, 2)) return i;
    lua_pop(L, 1);
  }
  return luaL_error(L, "pairs: the walk was given a key that is not of its table");
}

static int pairs_step(lua_State *L) {
  lua_settop(L, 2);
  freeze_content(L, WALK_TABLE); /* both are frozen if a function kept the walk since load */
  freeze_content(L, WALK_KEYS);
  lua_Integer i = walk_position(L);
  for (;;) {
    sandbox_charge(L, 1);
    lua_settop(L, KEYS);
    if (lua_rawgeti(L, KEYS, ++i) == LUA_TNIL) return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, CONTENT) == LUA_TNIL) continue; /* removed during the walk */
    lua_pushinteger(L, i);
    lua_replace(L, WALK_HINT);
    return 2;
  }
}

static int base_pairs(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  freeze_content(L, 1);
  lua_replace(L, 1);
  push_sorted_keys(L);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, pairs_step, 3);
  lua_pushnil(L);
  lua_pushnil(L);
  return 3;
}

void library_base(lua_State *L) {
  static const luaL_Reg functions[] = {{"assert", base_assert},
                                       {"error", base_error},
                                       {"ipairs", base_ipairs},
                                       {"pairs", base_pairs},
                                       {"pcall", base_pcall},
                                       {"select", base_select},
                                       {"type", base_type},
                                       {"tonumber", base_tonumber},
                                       {"tostring", base_tostring},
                                       {"xpcall", base_xpcall},
                                       {NULL, NULL}};
  lua_pushglobaltable(L);
  luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
}
