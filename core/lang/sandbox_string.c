/* string for scripts: every function charges the bytes it touches. No pack, no dump, no %p. */
#include "sandbox_pattern.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MOST ((size_t)1 << 30)

/* ---- growing text ---- */

void text_block_open(text_block *b, lua_State *L, size_t capacity) {
  *b = (text_block){.L = L, .capacity = capacity ? capacity : 1};
  b->data = lua_newuserdatauv(L, b->capacity, 0);
  b->slot = lua_gettop(L);
}

static void text_block_reserve(text_block *b, size_t extra) {
  if (extra <= b->capacity - b->size) return;
  if (extra > TEXT_MOST - b->size) luaL_error(b->L, "resulting string too large");
  size_t capacity = b->capacity * 2 > b->size + extra ? b->capacity * 2 : b->size + extra;
  char *data = lua_newuserdatauv(b->L, capacity, 0);
  memcpy(data, b->data, b->size);
  lua_replace(b->L, b->slot);
  b->data = data;
  b->capacity = capacity;
}

void text_block_add(text_block *b, const char *data, size_t n) {
  text_block_reserve(b, n);
  if (n) memcpy(b->data + b->size, data, n);
  b->size += n;
}

void text_block_push(text_block *b) {
  lua_pushlstring(b->L, b->data, b->size);
}

/* ---- positions ---- */

size_t library_start(lua_Integer pos, size_t n) {
  if (pos > 0) return (size_t)pos;
  if (pos == 0 || pos < -(lua_Integer)n) return 1;
  return n + (size_t)(pos + 1);
}

size_t library_end(lua_Integer pos, size_t n) {
  if (pos > (lua_Integer)n) return n;
  if (pos >= 0) return (size_t)pos;
  if (pos < -(lua_Integer)n) return 0;
  return n + (size_t)(pos + 1);
}

/* ---- simple functions ---- */

static const char *text_argument(lua_State *L, int arg, size_t *n) {
  const char *text = luaL_checklstring(L, arg, n);
  sandbox_charge(L, 1 + *n / 16);
  return text;
}

static int string_len(lua_State *L) {
  size_t n;
  luaL_checklstring(L, 1, &n);
  lua_pushinteger(L, (lua_Integer)n);
  return 1;
}

static int string_sub(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  size_t first = library_start(library_integer(L, 2), n);
  size_t last = library_end(library_integer_or(L, 3, -1), n);
  size_t size = first <= last ? last - first + 1 : 0;
  sandbox_charge(L, 1 + size / 16);
  lua_pushlstring(L, size ? text + first - 1 : "", size);
  return 1;
}

static char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

static char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? (char)(c & ~32) : c;
}

static int map_bytes(lua_State *L, char (*change)(char)) {
  size_t n;
  const char *text = text_argument(L, 1, &n);
  sandbox_charge(L, n / 4);
  text_block b;
  text_block_open(&b, L, n);
  for (size_t i = 0; i < n; i++) b.data[i] = change(text[i]);
  b.size = n;
  text_block_push(&b);
  return 1;
}

static int string_lower(lua_State *L) {
  return map_bytes(L, to_lower);
}

static int string_upper(lua_State *L) {
  return map_bytes(L, to_upper);
}

static int string_reverse(lua_State *L) {
  size_t n;
  const char *text = text_argument(L, 1, &n);
  sandbox_charge(L, n / 4);
  text_block b;
  text_block_open(&b, L, n);
  for (size_t i = 0; i < n; i++) b.data[i] = text[n - 1 - i];
  b.size = n;
  text_block_push(&b);
  return 1;
}

static int string_rep(lua_State *L) {
  size_t n, between_size = 0;
  const char *text = luaL_checklstring(L, 1, &n);
  lua_Integer times = library_integer(L, 2);
  const char *between = luaL_optlstring(L, 3, "", &between_size);
  if (times <= 0 || n + between_size == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  if ((lua_Unsigned)times > TEXT_MOST / (n + between_size))
    return luaL_error(L, "resulting string too large");
  size_t total = (size_t)times * n + ((size_t)times - 1) * between_size;
  sandbox_charge(L, 1 + (uint64_t)times + total / 16);
  text_block b;
  text_block_open(&b, L, total);
  for (lua_Integer i = 0; i < times; i++) {
    text_block_add(&b, text, n);
    if (i < times - 1) text_block_add(&b, between, between_size);
  }
  text_block_push(&b);
  return 1;
}

static int string_byte(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  lua_Integer at = library_integer_or(L, 2, 1);
  size_t first = library_start(at, n);
  size_t last = library_end(library_integer_or(L, 3, (lua_Integer)first), n);
  if (first > last) return 0;
  size_t count = last - first + 1;
  if (!library_room(L, count)) return luaL_error(L, "string slice too long");
  sandbox_charge(L, count);
  for (size_t i = 0; i < count; i++) lua_pushinteger(L, (unsigned char)text[first - 1 + i]);
  return (int)count;
}

static int string_char(lua_State *L) {
  int n = lua_gettop(L);
  sandbox_charge(L, 1 + (uint64_t)n);
  text_block b;
  text_block_open(&b, L, (size_t)n);
  for (int i = 1; i <= n; i++) {
    lua_Integer c = library_integer(L, i);
    luaL_argcheck(L, c >= 0 && c <= 255, i, "value out of range");
    b.data[b.size++] = (char)c;
  }
  text_block_push(&b);
  return 1;
}

/* ---- patterns ---- */

static int push_captures(const pattern *p, const pattern_match *m, const char *text, bool whole) {
  size_t n = m->captures == 0 && whole ? 1 : m->captures;
  luaL_checkstack(p->L, (int)n, "too many captures");
  for (size_t i = 0; i < n; i++) pattern_push_capture(p, m, text, i);
  return (int)n;
}

static int find_plain(lua_State *L, const char *text, size_t n, const char *part, size_t part_size,
                      size_t start) {
  sandbox_charge(L, 1 + (n + part_size) / 4);
  const char *found =
      part_size ? memmem(text + start - 1, n - start + 1, part, part_size) : text + start - 1;
  if (!found) {
    lua_pushnil(L);
    return 1;
  }
  lua_pushinteger(L, found - text + 1);
  lua_pushinteger(L, found - text + (lua_Integer)part_size);
  return 2;
}

static int find_or_match(lua_State *L, bool find) {
  size_t n, part_size;
  const char *text = luaL_checklstring(L, 1, &n), *part = luaL_checklstring(L, 2, &part_size);
  size_t start = library_start(library_integer_or(L, 3, 1), n);
  if (start > n + 1) {
    lua_pushnil(L);
    return 1;
  }
  if (find && (lua_toboolean(L, 4) || pattern_is_plain(part, part_size)))
    return find_plain(L, text, n, part, part_size, start);
  pattern p;
  pattern_match m;
  pattern_open(&p, L, part, part_size, true);
  for (const char *at = text + start - 1; at <= text + n; at++) {
    if (pattern_match_at(&p, text, n, at, &m)) {
      if (!find) return push_captures(&p, &m, text, true);
      lua_pushinteger(L, m.start - text + 1);
      lua_pushinteger(L, m.end - text);
      return push_captures(&p, &m, text, false) + 2;
    }
    if (p.anchored) break;
  }
  lua_pushnil(L);
  return 1;
}

static int string_find(lua_State *L) {
  return find_or_match(L, true);
}

static int string_match(lua_State *L) {
  return find_or_match(L, false);
}

/* Upvalues: text, pattern, where to go on, where the last match ended (-1: none yet). */
int library_match_step(lua_State *L) {
  size_t n, part_size;
  const char *text = lua_tolstring(L, lua_upvalueindex(1), &n);
  const char *part = lua_tolstring(L, lua_upvalueindex(2), &part_size);
  lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
  if (!text || !part) return 0;
  pattern p;
  pattern_match m;
  pattern_open(&p, L, part, part_size, false);
  const char *at = text + lua_tointeger(L, lua_upvalueindex(3));
  for (; at <= text + n; at++) {
    if (pattern_match_at(&p, text, n, at, &m) && m.end - text != last) {
      lua_pushinteger(L, m.end - text);
      lua_pushvalue(L, -1);
      lua_replace(L, lua_upvalueindex(3));
      lua_replace(L, lua_upvalueindex(4));
      return push_captures(&p, &m, text, true);
    }
  }
  lua_pushinteger(L, (lua_Integer)n + 1);
  lua_replace(L, lua_upvalueindex(3));
  return 0;
}

static int string_gmatch(lua_State *L) {
  size_t n;
  luaL_checklstring(L, 1, &n);
  luaL_checkstring(L, 2);
  size_t start = library_start(library_integer_or(L, 3, 1), n);
  lua_settop(L, 2);
  lua_pushinteger(L, (lua_Integer)(start > n + 1 ? n + 1 : start - 1));
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, library_match_step, 4);
  return 1;
}

/* ---- gsub ---- */

/* "%1 and %%": the match put into the replacement. */
static void add_replacement(text_block *b, const pattern *p, const pattern_match *m,
                            const char *text, const char *with, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (with[i] != '%') {
      text_block_add(b, &with[i], 1);
      continue;
    }
    char c = ++i < n ? with[i] : 0;
    if (c == '%') {
      text_block_add(b, "%", 1);
    } else if (c == '0') {
      text_block_add(b, m->start, (size_t)(m->end - m->start));
    } else if (c >= '1' && c <= '9') {
      pattern_push_capture(p, m, text, (size_t)(c - '1'));
      size_t size;
      const char *piece = lua_tolstring(p->L, -1, &size);
      text_block_add(b, piece, size);
      lua_pop(p->L, 1);
    } else {
      luaL_error(p->L, "invalid use of '%%' in replacement string");
    }
    sandbox_charge(p->L, 2);
  }
}

/* The replacement by a table or a function: false and nil keep the match. */
static void add_answer(text_block *b, const pattern *p, const pattern_match *m, const char *text) {
  lua_State *L = p->L;
  if (lua_type(L, 3) == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    lua_call(L, push_captures(p, m, text, true), 1);
  } else {
    pattern_push_capture(p, m, text, 0);
    freeze_content(L, 3);
    lua_insert(L, -2);
    lua_rawget(L, -2);
    lua_remove(L, -2);
  }
  size_t size;
  if (!lua_toboolean(L, -1)) {
    text_block_add(b, m->start, (size_t)(m->end - m->start));
  } else if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER) {
    luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  } else {
    const char *piece = library_text_of(L, -1, &size);
    text_block_add(b, piece, size);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

static int string_gsub(lua_State *L) {
  size_t n, part_size, with_size = 0;
  const char *text = text_argument(L, 1, &n), *part = luaL_checklstring(L, 2, &part_size);
  int type = lua_type(L, 3);
  if (type != LUA_TFUNCTION && type != LUA_TTABLE && type != LUA_TSTRING && type != LUA_TNUMBER)
    return luaL_typeerror(L, 3, "string, function or table");
  bool by_text = type == LUA_TSTRING || type == LUA_TNUMBER;
  const char *with = by_text ? lua_tolstring(L, 3, &with_size) : NULL;
  lua_Integer most = library_integer_or(L, 4, (lua_Integer)n + 1), count = 0;
  lua_settop(L, 3);
  pattern p;
  pattern_match m;
  pattern_open(&p, L, part, part_size, true);
  text_block b;
  text_block_open(&b, L, n + 32);
  const char *at = text, *last = NULL, *end = text + n;
  while (count < most) {
    sandbox_charge(L, 2);
    if (pattern_match_at(&p, text, n, at, &m) && m.end != last) {
      count++;
      if (by_text)
        add_replacement(&b, &p, &m, text, with, with_size);
      else
        add_answer(&b, &p, &m, text);
      at = last = m.end;
    } else if (at < end) {
      text_block_add(&b, at++, 1);
    } else {
      break;
    }
    if (p.anchored) break;
  }
  text_block_add(&b, at, (size_t)(end - at));
  text_block_push(&b);
  lua_pushinteger(L, count);
  return 2;
}

/* ---- format ---- */

typedef struct format_spec {
  char text[32]; /* "%-08.3" without the letter */
  size_t size;
  char letter;
  int precision; /* -1: none */
} format_spec;

static const char *read_digits(lua_State *L, const char *at, const char *end, format_spec *spec,
                               int *out) {
  const char *start = at;
  *out = 0;
  for (; at < end && *at >= '0' && *at <= '9'; at++) {
    if (at - start >= 2)
      luaL_error(L, "invalid conversion: width and precision have two digits at most");
    *out = *out * 10 + (*at - '0');
    spec->text[spec->size++] = *at;
  }
  return at;
}

/* Reads from behind the '%' to behind the letter. */
static const char *read_spec(lua_State *L, const char *at, const char *end, format_spec *spec) {
  *spec = (format_spec){.text = "%", .size = 1, .precision = -1};
  int width;
  for (int flags = 0; at < end && *at && strchr("-+ #0", *at); at++) {
    if (++flags > 5) luaL_error(L, "invalid conversion: repeated flags");
    spec->text[spec->size++] = *at;
  }
  at = read_digits(L, at, end, spec, &width);
  if (at < end && *at == '.') {
    spec->text[spec->size++] = *at++;
    at = read_digits(L, at, end, spec, &spec->precision);
  }
  if (at >= end) luaL_error(L, "invalid conversion: the format ends in it");
  spec->letter = *at;
  return at + 1;
}

static void format_integer(lua_State *L, text_block *b, format_spec *spec, int arg) {
  char out[160];
  lua_Integer value = library_integer(L, arg);
  spec->text[spec->size++] = 'l';
  spec->text[spec->size++] = 'l';
  spec->text[spec->size++] = spec->letter;
  spec->text[spec->size] = 0;
  int n = snprintf(out, sizeof out, spec->text, (long long)value);
  text_block_add(b, out, (size_t)n);
}

static void format_float(lua_State *L, text_block *b, format_spec *spec, int arg) {
  char out[512]; /* 309 digits, the point, 99 more */
  lua_Number value = library_number(L, arg);
  if (isnan(value)) value = fabs(value); /* its sign differs between processors */
  spec->text[spec->size++] = spec->letter;
  spec->text[spec->size] = 0;
  int n = snprintf(out, sizeof out, spec->text, value);
  text_block_add(b, out, (size_t)n);
}

static void format_text(lua_State *L, text_block *b, const format_spec *spec, int arg) {
  luaL_checkany(L, arg);
  size_t n;
  const char *text = library_text_of(L, arg, &n);
  sandbox_charge(L, n / 16);
  if (spec->precision >= 0 && n > (size_t)spec->precision) n = (size_t)spec->precision;
  bool left = false;
  size_t width = 0, at = 1;
  for (; at < spec->size && strchr("-+ #0", spec->text[at]); at++) left |= spec->text[at] == '-';
  for (; at < spec->size && spec->text[at] != '.'; at++)
    width = width * 10 + (size_t)(spec->text[at] - '0');
  size_t pad = width > n ? width - n : 0;
  for (size_t i = 0; !left && i < pad; i++) text_block_add(b, " ", 1);
  text_block_add(b, text, n);
  for (size_t i = 0; left && i < pad; i++) text_block_add(b, " ", 1);
}

static void format_quoted(lua_State *L, text_block *b, int arg) {
  size_t n;
  if (lua_type(L, arg) != LUA_TSTRING) {
    luaL_argcheck(L, lua_type(L, arg) != LUA_TTABLE && lua_type(L, arg) != LUA_TFUNCTION, arg,
                  "value has no literal form");
    const char *text = library_text_of(L, arg, &n);
    text_block_add(b, text, n);
    return;
  }
  const char *text = text_argument(L, arg, &n);
  sandbox_charge(L, n);
  text_block_add(b, "\"", 1);
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)text[i];
    char code[8];
    if (c == '"' || c == '\\' || c == '\n') {
      text_block_add(b, "\\", 1);
      text_block_add(b, &text[i], 1);
    } else if (c < 32 || c == 127) {
      int size = snprintf(code, sizeof code, "\\%03d", c);
      text_block_add(b, code, (size_t)size);
    } else {
      text_block_add(b, &text[i], 1);
    }
  }
  text_block_add(b, "\"", 1);
}

static void format_character(lua_State *L, text_block *b, int arg) {
  char c = (char)library_integer(L, arg);
  text_block_add(b, &c, 1);
}

static void format_one(lua_State *L, text_block *b, format_spec *spec, int arg) {
  int top = lua_gettop(L);
  sandbox_charge(L, 8);
  switch (spec->letter) {
  case 'd':
  case 'i':
  case 'x':
  case 'X':
  case 'o':
    format_integer(L, b, spec, arg);
    break;
  case 'e':
  case 'E':
  case 'f':
  case 'g':
  case 'G':
  case 'a':
  case 'A':
    format_float(L, b, spec, arg);
    break;
  case 's':
    format_text(L, b, spec, arg);
    break;
  case 'q':
    format_quoted(L, b, arg);
    break;
  case 'c':
    format_character(L, b, arg);
    break;
  default:
    luaL_error(L, "invalid conversion '%%%c' to 'format'", spec->letter);
  }
  lua_settop(L, top);
}

static int string_format(lua_State *L) {
  size_t n;
  const char *text = text_argument(L, 1, &n), *end = text + n;
  int arg = 1, top = lua_gettop(L);
  text_block b;
  text_block_open(&b, L, n + 32);
  for (const char *at = text; at < end;) {
    const char *sign = memchr(at, '%', (size_t)(end - at));
    text_block_add(&b, at, (size_t)((sign ? sign : end) - at));
    if (!sign) break;
    at = sign + 1;
    if (at < end && *at == '%') {
      text_block_add(&b, at++, 1);
      continue;
    }
    format_spec spec;
    at = read_spec(L, at, end, &spec);
    if (++arg > top) return luaL_argerror(L, arg, "no value");
    format_one(L, &b, &spec, arg);
  }
  text_block_push(&b);
  return 1;
}

/* The methods of texts are those of `string`; their metatable cannot be reached. */
static void open_methods(lua_State *L) {
  lua_pushliteral(L, "");
  lua_createtable(L, 0, 1);
  freeze_content(L, -3);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

void library_string(lua_State *L) {
  static const luaL_Reg functions[] = {{"byte", string_byte},       {"char", string_char},
                                       {"find", string_find},       {"format", string_format},
                                       {"gmatch", string_gmatch},   {"gsub", string_gsub},
                                       {"len", string_len},         {"lower", string_lower},
                                       {"match", string_match},     {"rep", string_rep},
                                       {"reverse", string_reverse}, {"sub", string_sub},
                                       {"upper", string_upper},     {NULL, NULL}};
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  freeze_table(L, -1);
  open_methods(L);
  lua_setglobal(L, "string");
}
