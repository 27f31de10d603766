/* What a rule sees of a value, and what it may return. */
#include "lua_value.h"
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "../base/text.h"
#include "convert.h"

#define MESSAGE 256

static void push_date(lua_State *L, int64_t days) {
  char text[16];
  lua_pushlstring(L, text, date_write(text, days));
}

static void push_exact(lua_State *L, type_kind kind, int64_t num, int64_t den) {
  if (kind == TYPE_INTEGER || kind == TYPE_TIMESTAMP)
    lua_pushinteger(L, num);
  else if (kind == TYPE_DATE)
    push_date(L, num);
  else
    lua_pushnumber(L, (double)num / (double)den);
}

static void push_text(lua_State *L, const column *c, size_t row) {
  const text_data *t = &c->text;
  if (column_missing(c, row))
    lua_pushnil(L);
  else
    lua_pushlstring(L, t->bytes + t->offsets[row], t->offsets[row + 1] - t->offsets[row]);
}

void lua_value_push(lua_State *L, const column *c, size_t row, const int *words) {
  if (c->i64) {
    int64_t x = c->i64[row];
    if (x == MISSING_I64)
      lua_pushnil(L);
    else
      push_exact(L, c->type.kind, x, c->den ? c->den[row] : c->type.denominator);
  } else if (c->i32) {
    int32_t x = c->i32[row];
    if (x == MISSING_I32)
      lua_pushnil(L);
    else if (c->type.kind == TYPE_BOOLEAN)
      lua_pushboolean(L, x);
    else if (words)
      lua_rawgeti(L, LUA_REGISTRYINDEX, words[x]);
    else
      lua_pushstring(L, c->type.choices->names[x]);
  } else if (c->f64) {
    if (isnan(c->f64[row]))
      lua_pushnil(L);
    else
      lua_pushnumber(L, c->f64[row]);
  } else {
    push_text(L, c, row);
  }
}

void lua_value_push_constant(lua_State *L, const value *v) {
  if (v->missing) {
    lua_pushnil(L);
    return;
  }
  switch (v->type.kind) {
  case TYPE_KEY:
  case TYPE_TEXT:
  case TYPE_CHOICE:
    lua_pushstring(L, v->text);
    break;
  case TYPE_BOOLEAN:
    lua_pushboolean(L, v->exact.num != 0);
    break;
  case TYPE_NUMBER:
    lua_pushnumber(L, v->number);
    break;
  case TYPE_INTEGER:
  case TYPE_DATE:
  case TYPE_TIMESTAMP:
    push_exact(L, v->type.kind, (int64_t)v->exact.num, 1);
    break;
  default:
    lua_pushnumber(L, (double)v->exact.num / (double)v->exact.den);
  }
}

/* ---- back ---- */

bool lua_value_round(double x, int digits, int64_t *out) {
  char text[64];
  rational exact;
  int64_t unit = pow10_i64(digits);
  if (!isfinite(x) || fabs(x) >= 9.2e18 / (double)unit) return false;
  double near = nearbyint(x * (double)unit);
  if (fabs(near) < 9e15 && near / (double)unit == x) {
    *out = (int64_t)near;
    return true;
  }
  size_t n = number_write(text, x);
  if (rational_parse(text, n, &exact) == PARSE_OK) return rational_round(exact, digits, out);
  /* written with an exponent: very large, and then whole, or very small */
  *out = fabs(x) < 1 ? 0 : (int64_t)near;
  return true;
}

static const char *refuse(lua_State *L, int at, value_type t, char *message, const char *why) {
  buffer wanted = {0}, found = {0};
  type_describe(&wanted, t);
  if (lua_type(L, at) == LUA_TSTRING) {
    size_t n;
    const char *text = lua_tolstring(L, at, &n);
    buffer_text(&found, "the text \"");
    text_printable(&found, text, n, 40);
    buffer_text(&found, "\"");
  } else if (lua_type(L, at) == LUA_TNUMBER) {
    buffer_reserve(&found, 64);
    if (lua_isinteger(L, at))
      buffer_format(&found, "%lld", (long long)lua_tointeger(L, at));
    else if (isfinite(lua_tonumber(L, at)))
      found.size += number_write(found.data, lua_tonumber(L, at));
    else
      buffer_text(&found, isnan(lua_tonumber(L, at)) ? "not a number (0/0)" : "infinity");
    buffer_char(&found, ' ');
    found.size--;
    found.data[found.size] = '\0';
  } else {
    buffer_format(&found, "a %s", luaL_typename(L, at));
  }
  snprintf(message, MESSAGE, "returned %.80s, expected %.120s%s", found.data, wanted.data, why);
  buffer_deinit(&wanted);
  buffer_deinit(&found);
  return message;
}

static bool take_integer(lua_State *L, int at, int64_t *out) {
  int whole;
  if (lua_type(L, at) != LUA_TNUMBER) return false;
  *out = lua_tointegerx(L, at, &whole); /* takes a float without a fraction too */
  return whole && *out != MISSING_I64;
}

static bool take_exact(lua_State *L, int at, const value_type *t, int64_t *out) {
  int64_t rounded;
  if (lua_type(L, at) != LUA_TNUMBER) return false;
  if (lua_isinteger(L, at))
    return !__builtin_mul_overflow(lua_tointeger(L, at), t->denominator, out) &&
           *out != MISSING_I64;
  if (!lua_value_round(lua_tonumber(L, at), t->digits, &rounded)) return false;
  if (t->denominator == pow10_i64(t->digits)) {
    *out = rounded;
    return rounded != MISSING_I64;
  }
  int128 stored = (int128)rounded * t->denominator / pow10_i64(t->digits);
  *out = (int64_t)stored;
  return stored <= INT64_MAX && stored > INT64_MIN;
}

static bool take_date(lua_State *L, int at, int64_t *out) {
  size_t n;
  if (lua_type(L, at) != LUA_TSTRING) return false;
  const char *text = lua_tolstring(L, at, &n);
  return date_parse(text, n, out);
}

static bool take_moment(lua_State *L, int at, int64_t *out) {
  size_t n;
  if (lua_type(L, at) == LUA_TSTRING) {
    const char *text = lua_tolstring(L, at, &n);
    return moment_parse(text, n, out);
  }
  /* the years 0001 to 9999 */
  return take_integer(L, at, out) && *out >= -INT64_C(62135596800) && *out < INT64_C(253402300800);
}

static const char *take_choice(lua_State *L, int at, column *to, size_t row, char *message) {
  size_t n;
  const choice_list *list = to->type.choices;
  if (lua_type(L, at) != LUA_TSTRING) return refuse(L, at, to->type, message, "");
  const char *text = lua_tolstring(L, at, &n);
  int word = choice_find(list, text, n);
  to->i32[row] = word;
  if (word >= 0) return NULL;
  char why[96] = "";
  const char *near = text_suggest(text, list->names, list->count);
  if (near) snprintf(why, sizeof why, ", did you mean \"%.60s\"?", near);
  return refuse(L, at, to->type, message, why);
}

static const char *take_text(lua_State *L, int at, column *to, size_t row, char *message) {
  size_t n;
  if (lua_type(L, at) == LUA_TSTRING) {
    const char *text = lua_tolstring(L, at, &n);
    if (text_valid_utf8(text, n)) {
      column_add_text(to, row, text, n);
      return NULL;
    }
  }
  column_add_text(to, row, NULL, 0);
  return refuse(L, at, to->type, message, "");
}

const char *lua_value_take(lua_State *L, int at, column *to, size_t row, char *message) {
  bool fits = false;
  type_kind kind = to->type.kind;
  if ((kind == TYPE_MONEY || kind == TYPE_DECIMAL) && lua_type(L, at) == LUA_TNUMBER &&
      take_exact(L, at, &to->type, &to->i64[row]))
    return NULL; /* the most frequent first */
  storage form = type_storage(to->type.kind);
  if (form == STORE_TEXT) {
    if (!lua_isnil(L, at)) return take_text(L, at, to, row, message);
    column_add_text(to, row, NULL, 0);
    return NULL;
  }
  convert_missing(to, row);
  if (lua_isnil(L, at)) return NULL;
  switch (to->type.kind) {
  case TYPE_CHOICE:
    return take_choice(L, at, to, row, message);
  case TYPE_BOOLEAN:
    fits = lua_isboolean(L, at);
    if (fits) to->i32[row] = lua_toboolean(L, at);
    break;
  case TYPE_NUMBER:
    fits = lua_type(L, at) == LUA_TNUMBER && isfinite(lua_tonumber(L, at));
    if (fits) to->f64[row] = lua_tonumber(L, at);
    break;
  case TYPE_INTEGER:
    fits = take_integer(L, at, &to->i64[row]);
    break;
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    fits = take_exact(L, at, &to->type, &to->i64[row]);
    break;
  case TYPE_DATE:
    fits = take_date(L, at, &to->i64[row]);
    break;
  case TYPE_TIMESTAMP:
    fits = take_moment(L, at, &to->i64[row]);
    break;
  default:
    break;
  }
  if (fits) return NULL;
  convert_missing(to, row);
  return refuse(L, at, to->type, message, "");
}
