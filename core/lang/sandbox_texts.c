/* texts for rules: what people do to texts, by characters and not by bytes. No patterns: those are
 * string's. */
#include <string.h>
#include "../base/text.h"
#include "sandbox_state.h"

static const char *text_argument(lua_State *L, int arg, size_t *n) {
  const char *text = luaL_checklstring(L, arg, n);
  sandbox_charge(L, 1 + *n / 16);
  return text;
}

/* The size of the blank at `p`: ASCII's, or the ideographic space and the no-break space. */
static size_t blank_at(const char *p, size_t n) {
  if (n && (*p == ' ' || (*p >= '\t' && *p <= '\r'))) return 1;
  if (n >= 3 && !memcmp(p, "\xE3\x80\x80", 3)) return 3;
  return n >= 2 && !memcmp(p, "\xC2\xA0", 2) ? 2 : 0;
}

static int texts_trim(lua_State *L) {
  size_t n, size;
  if (library_missing(L, 1, 1)) return 1;
  const char *text = text_argument(L, 1, &n);
  while ((size = blank_at(text, n))) text += size, n -= size;
  for (bool more = true; more;) {
    more = false;
    for (size_t back = 1; back <= 3 && back <= n && !more; back++)
      if (blank_at(text + n - back, back) == back) n -= back, more = true;
  }
  lua_pushlstring(L, text, n);
  return 1;
}

static const char *find(const char *text, size_t n, const char *what, size_t size) {
  return size <= n ? memmem(text, n, what, size) : NULL;
}

/* split(text, separator): the parts between, a list; the separator is taken as it stands. */
static int texts_split(lua_State *L) {
  size_t n, size;
  lua_Integer count = 0;
  if (library_missing(L, 1, 2)) return 1;
  const char *text = text_argument(L, 1, &n), *separator = text_argument(L, 2, &size);
  luaL_argcheck(L, size > 0, 2, "an empty separator splits nothing");
  const char *end = text + n;
  lua_newtable(L);
  for (;;) {
    const char *stop = find(text, (size_t)(end - text), separator, size);
    const char *to = stop ? stop : end;
    sandbox_charge(L, 4 + (uint64_t)(to - text) / 16);
    lua_pushlstring(L, text, (size_t)(to - text));
    lua_rawseti(L, -2, ++count);
    if (!stop) return 1;
    text = stop + size;
  }
}

/* Characters, not bytes. */
static int texts_length(lua_State *L) {
  size_t n;
  lua_Integer count = 0;
  if (library_missing(L, 1, 1)) return 1;
  const char *text = text_argument(L, 1, &n);
  luaL_argcheck(L, text_valid_utf8(text, n), 1, "the text is not UTF-8");
  sandbox_charge(L, n / 4);
  for (size_t i = 0; i < n; i++) count += ((unsigned char)text[i] & 0xC0) != 0x80;
  lua_pushinteger(L, count);
  return 1;
}

static int texts_starts(lua_State *L) {
  size_t n, size;
  if (library_missing(L, 1, 2)) return 1;
  const char *text = text_argument(L, 1, &n), *part = text_argument(L, 2, &size);
  lua_pushboolean(L, size <= n && !memcmp(text, part, size));
  return 1;
}

static int texts_ends(lua_State *L) {
  size_t n, size;
  if (library_missing(L, 1, 2)) return 1;
  const char *text = text_argument(L, 1, &n), *part = text_argument(L, 2, &size);
  lua_pushboolean(L, size <= n && !memcmp(text + n - size, part, size));
  return 1;
}

static int texts_contains(lua_State *L) {
  size_t n, size;
  if (library_missing(L, 1, 2)) return 1;
  const char *text = text_argument(L, 1, &n), *part = text_argument(L, 2, &size);
  sandbox_charge(L, n / 4);
  lua_pushboolean(L, find(text, n, part, size) != NULL);
  return 1;
}

void library_texts(lua_State *L) {
  static const luaL_Reg functions[] = {{"trim", texts_trim},
                                       {"split", texts_split},
                                       {"length", texts_length},
                                       {"starts", texts_starts},
                                       {"ends", texts_ends},
                                       {"contains", texts_contains},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  freeze_table(L, -1);
  lua_setglobal(L, "texts");
}
