/* math and utf8 for scripts: no random numbers, no text taken for a number. */
#include "sandbox_state.h"

#include <math.h>

/* ---- math ---- */

/* Pushes the value as an integer if it is one, else as the float it is. */
static void push_whole(lua_State *L, lua_Number value) {
  lua_Integer whole;
  if (lua_numbertointeger(value, &whole))
    lua_pushinteger(L, whole);
  else
    lua_pushnumber(L, value);
}

static int math_abs(lua_State *L) {
  lua_Number value = library_number(L, 1);
  if (lua_isinteger(L, 1)) {
    lua_Integer n = lua_tointeger(L, 1);
    lua_pushinteger(L, n < 0 ? (lua_Integer)(0u - (lua_Unsigned)n) : n);
  } else {
    lua_pushnumber(L, fabs(value));
  }
  return 1;
}

static int math_ceil(lua_State *L) {
  lua_Number value = library_number(L, 1);
  if (lua_isinteger(L, 1))
    lua_settop(L, 1);
  else
    push_whole(L, ceil(value));
  return 1;
}

static int math_floor(lua_State *L) {
  lua_Number value = library_number(L, 1);
  if (lua_isinteger(L, 1))
    lua_settop(L, 1);
  else
    push_whole(L, floor(value));
  return 1;
}

static int math_fmod(lua_State *L) {
  lua_Number a = library_number(L, 1), b = library_number(L, 2);
  if (!lua_isinteger(L, 1) || !lua_isinteger(L, 2)) {
    lua_pushnumber(L, fmod(a, b));
    return 1;
  }
  lua_Integer divisor = lua_tointeger(L, 2);
  luaL_argcheck(L, divisor != 0, 2, "zero");
  lua_pushinteger(L, divisor == -1 ? 0 : lua_tointeger(L, 1) % divisor);
  return 1;
}

static int math_extreme(lua_State *L, bool least) {
  int n = lua_gettop(L), best = 1;
  luaL_argcheck(L, n >= 1, 1, "number expected");
  sandbox_charge(L, (uint64_t)n);
  lua_Number value = library_number(L, 1);
  bool whole = lua_isinteger(L, 1);
  for (int i = 2; i <= n; i++) {
    lua_Number other = library_number(L, i);
    bool other_whole = lua_isinteger(L, i), better;
    if (!whole && !other_whole)
      better = least ? other < value : value < other;
    else
      better = least ? lua_compare(L, i, best, LUA_OPLT) : lua_compare(L, best, i, LUA_OPLT);
    if (!better) continue;
    best = i;
    value = other;
    whole = other_whole;
  }
  lua_pushvalue(L, best);
  return 1;
}

static int math_min(lua_State *L) {
  return math_extreme(L, true);
}

static int math_max(lua_State *L) {
  return math_extreme(L, false);
}

static int math_modf(lua_State *L) {
  lua_Number value = library_number(L, 1);
  lua_Number whole = value < 0 ? ceil(value) : floor(value);
  lua_pushnumber(L, whole);
  lua_pushnumber(L, isinf(value) ? 0.0 : value - whole);
  return 2;
}

static int math_sqrt(lua_State *L) {
  lua_pushnumber(L, sqrt(library_number(L, 1)));
  return 1;
}

static int math_exp(lua_State *L) {
  lua_pushnumber(L, exp(library_number(L, 1)));
  return 1;
}

static int math_log(lua_State *L) {
  lua_Number value = library_number(L, 1);
  if (lua_isnoneornil(L, 2)) {
    lua_pushnumber(L, log(value));
    return 1;
  }
  lua_Number base = library_number(L, 2);
  if (base == 2.0)
    lua_pushnumber(L, log2(value));
  else if (base == 10.0)
    lua_pushnumber(L, log10(value));
  else
    lua_pushnumber(L, log(value) / log(base));
  return 1;
}

static int math_tointeger(lua_State *L) {
  luaL_checkany(L, 1);
  int exact = 0;
  lua_Integer n = lua_type(L, 1) == LUA_TNUMBER ? lua_tointegerx(L, 1, &exact) : 0;
  if (exact)
    lua_pushinteger(L, n);
  else
    lua_pushnil(L);
  return 1;
}

static int math_type(lua_State *L) {
  luaL_checkany(L, 1);
  if (lua_type(L, 1) != LUA_TNUMBER)
    lua_pushnil(L);
  else
    lua_pushstring(L, lua_isinteger(L, 1) ? "integer" : "float");
  return 1;
}

static int math_ult(lua_State *L) {
  lua_Integer a = library_integer(L, 1), b = library_integer(L, 2);
  lua_pushboolean(L, (lua_Unsigned)a < (lua_Unsigned)b);
  return 1;
}

void library_math(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"abs", math_abs},   {"ceil", math_ceil}, {"floor", math_floor},
      {"fmod", math_fmod}, {"max", math_max},   {"min", math_min},
      {"modf", math_modf}, {"sqrt", math_sqrt}, {"tointeger", math_tointeger},
      {"type", math_type}, {"ult", math_ult},   {"exp", math_exp},
      {"log", math_log},   {NULL, NULL}};
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  lua_pushnumber(L, (lua_Number)M_PI);
  lua_setfield(L, -2, "pi");
  lua_pushnumber(L, (lua_Number)HUGE_VAL);
  lua_setfield(L, -2, "huge");
  lua_pushinteger(L, LUA_MAXINTEGER);
  lua_setfield(L, -2, "maxinteger");
  lua_pushinteger(L, LUA_MININTEGER);
  lua_setfield(L, -2, "mininteger");
  freeze_table(L, -1);
  lua_setglobal(L, "math");
}

/* ---- utf8 ---- */

/* Reads one code point (RFC 3629 and nothing more); gives its bytes, or 0 if it is none. */
static size_t utf8_read(const char *text, size_t n, uint32_t *out) {
  const unsigned char *p = (const unsigned char *)text;
  if (n == 0) return 0;
  if (p[0] < 0x80) {
    *out = p[0];
    return 1;
  }
  size_t size = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC2 ? 2 : 0;
  if (size == 0 || size > n || p[0] > 0xF4) return 0;
  uint32_t value = p[0] & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; i++) {
    if ((p[i] & 0xC0) != 0x80) return 0;
    value = value << 6 | (p[i] & 0x3Fu);
  }
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
  *out = value;
  return size;
}

static size_t utf8_write(char out[4], uint32_t c) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80u | (c & 0x3Fu));
  out[0] = (char)((0xF00u >> size & 0xF0u) | c);
  return size;
}

static bool continues(char c) {
  return ((unsigned char)c & 0xC0) == 0x80;
}

static int utf8_char(lua_State *L) {
  int n = lua_gettop(L);
  sandbox_charge(L, 1 + (uint64_t)n);
  text_block b;
  text_block_open(&b, L, (size_t)n * 4);
  for (int i = 1; i <= n; i++) {
    lua_Integer c = library_integer(L, i);
    luaL_argcheck(L, c >= 0 && c <= 0x10FFFF, i, "not a code point");
    char bytes[4];
    text_block_add(&b, bytes, utf8_write(bytes, (uint32_t)c));
  }
  text_block_push(&b);
  return 1;
}

static int utf8_len(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  lua_Integer first = library_integer_or(L, 2, 1), last = library_integer_or(L, 3, -1);
  if (first < 0) first += (lua_Integer)n + 1;
  luaL_argcheck(L, first >= 1 && first <= (lua_Integer)n + 1, 2, "initial position out of bounds");
  if (last < 0) last += (lua_Integer)n + 1;
  luaL_argcheck(L, last <= (lua_Integer)n, 3, "final position out of bounds");
  sandbox_charge(L, 1 + n);
  lua_Integer count = 0;
  for (size_t at = (size_t)first - 1; (lua_Integer)at < last; count++) {
    uint32_t c;
    size_t size = utf8_read(text + at, n - at, &c);
    if (size == 0) {
      lua_pushnil(L);
      lua_pushinteger(L, (lua_Integer)at + 1);
      return 2;
    }
    at += size;
  }
  lua_pushinteger(L, count);
  return 1;
}

static int utf8_codepoint(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  lua_Integer first = library_integer_or(L, 2, 1);
  if (first < 0) first += (lua_Integer)n + 1;
  luaL_argcheck(L, first >= 1, 2, "out of bounds");
  lua_Integer last = library_integer_or(L, 3, first);
  if (last < 0) last += (lua_Integer)n + 1;
  luaL_argcheck(L, last <= (lua_Integer)n, 3, "out of bounds");
  if (first > last) return 0;
  sandbox_charge(L, 1 + (uint64_t)(last - first));
  if (!library_room(L, (lua_Unsigned)(last - first) + 1)) return luaL_error(L, "too many results");
  int count = 0;
  for (size_t at = (size_t)first - 1; (lua_Integer)at < last; count++) {
    uint32_t c;
    size_t size = utf8_read(text + at, n - at, &c);
    if (size == 0) return luaL_error(L, "invalid UTF-8 code");
    lua_pushinteger(L, c);
    at += size;
  }
  return count;
}

/* The byte where the i-th character counted from position `at` begins, or nil. */
static int utf8_offset(lua_State *L) {
  size_t size;
  const char *text = luaL_checklstring(L, 1, &size);
  lua_Integer n = library_integer(L, 2), length = (lua_Integer)size;
  lua_Integer at = library_integer_or(L, 3, n > 0 ? 1 : length + 1);
  if (at < 0) at += length + 1;
  luaL_argcheck(L, at >= 1 && at <= length + 1, 3, "position out of bounds");
  sandbox_charge(L, 1 + size);
  at--;
  if (n == 0) {
    while (at > 0 && at < length && continues(text[at])) at--;
    lua_pushinteger(L, at + 1);
    return 1;
  }
  if (at < length && continues(text[at]))
    return luaL_error(L, "initial position is a continuation byte");
  for (; n < 0 && at > 0; n++) do
      at--;
    while (at > 0 && continues(text[at]));
  for (; n > 1 && at < length; n--) do
      at++;
    while (at < length && continues(text[at]));
  if (n == 0 || n == 1)
    lua_pushinteger(L, at + 1);
  else
    lua_pushnil(L);
  return 1;
}

static int codes_step(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  lua_Integer last = library_integer(L, 2);
  luaL_argcheck(L, last >= 0, 2, "out of bounds");
  size_t at = (size_t)last;
  while (at < n && at > 0 && continues(text[at])) at++;
  sandbox_charge(L, 1 + at - (size_t)last);
  if (at >= n) return 0;
  uint32_t c;
  size_t size = utf8_read(text + at, n - at, &c);
  if (size == 0) return luaL_error(L, "invalid UTF-8 code");
  lua_pushinteger(L, (lua_Integer)at + 1);
  lua_pushinteger(L, c);
  return 2;
}

static int utf8_codes(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_pushcfunction(L, codes_step);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

void library_utf8(lua_State *L) {
  static const luaL_Reg functions[] = {{"char", utf8_char},           {"len", utf8_len},
                                       {"codepoint", utf8_codepoint}, {"offset", utf8_offset},
                                       {"codes", utf8_codes},         {NULL, NULL}};
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  lua_pushlstring(L, "[\0-\x7F\xC2-\xFD][\x80-\xBF]*", 14);
  lua_setfield(L, -2, "charpattern");
  freeze_table(L, -1);
  lua_setglobal(L, "utf8");
}
