/* What all declarations share: the reading of a Lua table into C, with places and findings. */
#include "declare.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../base/text.h"

void *arena_push(arena *a, void *items, size_t *count, size_t size) {
  size_t n = (*count)++;
  if ((n & (n - 1)) != 0) return items; /* full only at 0 and at powers of two */
  void *more = arena_array(a, n ? 2 * n : 1, size);
  if (n) memcpy(more, items, n * size);
  return more;
}

/* ---- findings ---- */

void declare_error(const loader *l, place at, const char *format, ...) {
  char message[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  findings_add(l->out, SEVERITY_ERROR, at.file, at.line, "%s", message);
}

void declare_warning(const loader *l, place at, const char *id, const char *format, ...) {
  char message[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  findings_add(l->out, SEVERITY_WARNING, at.file, at.line, "%s", message);
  findings_detail(l->out, id, NULL, NULL);
}

const char *declare_meant(const loader *l, const char *word, const char *const *names, size_t n) {
  const char *near = text_suggest(word, names, n);
  return near ? arena_format(&l->pack->arena, "; did you mean %s?", near) : "";
}

const char *declare_choices(const loader *l, const char *const *names, size_t n) {
  const char *out = "";
  for (size_t i = 0; i < n; i++)
    out = arena_format(&l->pack->arena, "%s%s%s", out, i == 0 ? "" : (i + 1 == n ? " or " : ", "),
                       names[i]);
  return out;
}

loader *declare_loader(lua_State *L) {
  return sandbox_context(L);
}

const loading_script *declare_script(const loader *l, const char *file) {
  for (size_t i = 0; i < l->loaded_count; i++)
    if (l->loaded[i]->file == file) return l->loaded[i];
  return l->script;
}

/* The file of a function on the stack, as the scripts are called. */
static const char *file_of(const loader *l, const lua_Debug *d) {
  for (size_t i = 0; i < l->loaded_count && d->source[0] == '@'; i++)
    if (strcmp(l->loaded[i]->file, d->source + 1) == 0) return l->loaded[i]->file;
  return l->script->file;
}

place declare_here(lua_State *L) {
  loader *l = declare_loader(L);
  place at = {l->script->file, 0};
  lua_Debug d;
  for (int level = 1; level < 8 && lua_getstack(L, level, &d); level++) {
    lua_getinfo(L, "Sl", &d);
    if (d.currentline > 0) {
      at = (place){file_of(l, &d), d.currentline};
      break;
    }
  }
  return at;
}

/* ---- values as text ---- */

/* A double as plain digits: 1e+20 -> 100000000000000000000, 2.5e-7 -> 0.00000025. */
static char *plain_digits(arena *a, double value) {
  char text[48];
  text[number_write(text, value)] = 0;
  const char *e = strpbrk(text, "eE");
  if (!e) return arena_string(a, text);
  char digits[48] = "";
  size_t n = 0, point = 0;
  const char *p = text + (text[0] == '-');
  bool seen = false;
  for (; p < e; p++) {
    if (*p == '.')
      seen = true;
    else
      digits[n++] = *p, point += !seen;
  }
  long exponent = (long)point + strtol(e + 1, NULL, 10); /* the value is 0.DIGITS * 10^exponent */
  buffer b = {0};
  if (text[0] == '-') buffer_char(&b, '-');
  if (exponent <= 0) buffer_text(&b, "0.");
  for (long i = exponent; i < 0; i++) buffer_char(&b, '0');
  for (long i = 0; i < (long)n || i < exponent; i++) {
    if (i == exponent && exponent > 0) buffer_char(&b, '.');
    buffer_char(&b, i < (long)n ? digits[i] : '0');
  }
  buffer_char(&b, 0);
  char *out = arena_string(a, b.data);
  buffer_deinit(&b);
  return out;
}

static size_t significant(const char *text) {
  size_t n = 0;
  bool begun = false;
  for (; *text; text++) {
    if (*text >= '1' && *text <= '9') begun = true;
    n += begun && *text != '.';
  }
  return n;
}

static bool number_text(loader *l, double value, place at, const char *label, rule_text *out) {
  if (!isfinite(value)) {
    declare_error(l, at, "%s is not a number (%s)", label, value != value ? "0/0" : "infinite");
    return false;
  }
  *out = (rule_text){plain_digits(&l->pack->arena, value), at};
  double whole;
  if (modf(value, &whole) != 0 && significant(out->text) > 15)
    declare_warning(l, at, "lua-arithmetic",
                    "%s: %s looks computed by Lua, which rounds; write the formula as a text, "
                    "for instance \"1 / 3\", and it stays exact",
                    label, out->text);
  return true;
}

bool declare_text(loader *l, lua_State *L, place at, const char *label, rule_text *out) {
  arena *a = &l->pack->arena;
  switch (lua_type(L, -1)) {
  case LUA_TSTRING: {
    size_t n;
    const char *s = lua_tolstring(L, -1, &n);
    if (memchr(s, 0, n)) {
      declare_error(l, at, "%s holds a NUL byte", label);
      return false;
    }
    *out = (rule_text){arena_string_n(a, s, n), at};
    return true;
  }
  case LUA_TNUMBER:
    if (!lua_isinteger(L, -1)) return number_text(l, lua_tonumber(L, -1), at, label, out);
    *out = (rule_text){arena_format(a, "%lld", (long long)lua_tointeger(L, -1)), at};
    return true;
  case LUA_TBOOLEAN:
    *out = (rule_text){lua_toboolean(L, -1) ? "true" : "false", at};
    return true;
  case LUA_TFUNCTION:
    declare_error(l, at,
                  "%s is a function; a text in quotes (a formula or a test), a number or "
                  "true/false belongs here. For a Lua function use rule \"name\" { type = ..., "
                  "function(c) ... end }",
                  label);
    return false;
  default:
    declare_error(l, at, "%s is a %s; a text in quotes, a number or true/false belongs here", label,
                  luaL_typename(L, -1));
    return false;
  }
}

/* ---- bodies ---- */

place body_key_at(const body *b, const char *key) {
  const place_node *n = place_node_key(b->node, key);
  return n ? (place){b->at.file, n->line} : b->at;
}

place body_item_at(const body *b, int i) {
  const place_node *n = place_node_item(b->node, i);
  return n ? (place){b->at.file, n->line} : b->at;
}

int body_count(const body *b) {
  return (int)lua_rawlen(b->L, b->index);
}

static void check_key(const body *b, const char *const *keys, size_t count) {
  const char *key = lua_tostring(b->L, -2);
  for (size_t i = 0; i < count; i++)
    if (strcmp(keys[i], key) == 0) return;
  const char *meant = declare_meant(b->l, key, keys, count);
  declare_error(b->l, body_key_at(b, key), "%s does not know \"%s\"%s%s%s", b->what, key, meant,
                *meant || !count ? "" : "; it knows ",
                *meant ? "" : declare_choices(b->l, keys, count));
}

/* Holes: the entries behind one are found by their numbers, not by the length. */
static void check_holes(const body *b, lua_Integer last) {
  for (lua_Integer i = 1; i < last; i++) {
    if (lua_rawgeti(b->L, b->index, i) == LUA_TNIL)
      declare_error(b->l, body_item_at(b, (int)i), "entry %d of %s is nil%s", (int)i, b->what,
                    "; a word without quotes, or a name that is not declared? For \"any value\" "
                    "write \"-\", for \"no value\" write \"null\"");
    lua_pop(b->L, 1);
  }
}

const char *const body_no_keys[1] = {""};

void body_check(const body *b, const char *const *keys, size_t count, bool items) {
  lua_State *L = b->L;
  lua_Integer last = 0;
  size_t positional = 0;
  for (lua_pushnil(L); lua_next(L, b->index); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING) {
      if (keys) check_key(b, keys, count);
    } else if (lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1) {
      positional++;
      if (lua_tointeger(L, -2) > last) last = lua_tointeger(L, -2);
    } else {
      declare_error(b->l, b->at, "%s: an entry's key is a %s; only names and lists are known",
                    b->what, luaL_typename(L, -2));
    }
  }
  if (positional && !items)
    declare_error(b->l, body_item_at(b, 1), "%s takes only entries of the form name = value%s%s",
                  b->what, count ? ": " : "", declare_choices(b->l, keys, count));
  else if ((size_t)last != positional && last < 100000)
    check_holes(b, last);
}

int body_push_key(const body *b, const char *key) {
  luaL_checkstack(b->L, 20, "a declaration is nested too deep");
  lua_pushstring(b->L, key);
  return lua_rawget(b->L, b->index);
}

int body_push_item(const body *b, int i) {
  luaL_checkstack(b->L, 20, "a declaration is nested too deep");
  return lua_rawgeti(b->L, b->index, i);
}

bool body_has(const body *b, const char *key) {
  bool has = body_push_key(b, key) != LUA_TNIL;
  lua_pop(b->L, 1);
  return has;
}

static bool open_top(const body *b, const char *label, place at, const place_node *node,
                     body *child) {
  if (!lua_istable(b->L, -1)) {
    if (!lua_isnil(b->L, -1))
      declare_error(b->l, at, "%s of %s is a %s; a table in braces { ... } belongs here", label,
                    b->what, luaL_typename(b->L, -1));
    lua_pop(b->L, 1);
    return false;
  }
  *child = (body){b->l, b->L, lua_gettop(b->L), node, at, b->what};
  return true;
}

bool body_open_key(const body *b, const char *key, body *child) {
  body_push_key(b, key);
  return open_top(b, key, body_key_at(b, key), place_node_key(b->node, key), child);
}

bool body_open_item(const body *b, int i, body *child) {
  char label[32];
  snprintf(label, sizeof label, "entry %d", i);
  body_push_item(b, i);
  return open_top(b, label, body_item_at(b, i), place_node_item(b->node, i), child);
}

void body_close(const body *child) {
  lua_settop(child->L, child->index - 1);
}

static const char *label_of(const body *b, const char *key) {
  return arena_format(&b->l->pack->arena, "%s of %s", key, b->what);
}

bool body_text(const body *b, const char *key, rule_text *out) {
  bool ok = body_push_key(b, key) != LUA_TNIL &&
            declare_text(b->l, b->L, body_key_at(b, key), label_of(b, key), out);
  lua_pop(b->L, 1);
  return ok;
}

bool body_item_text(const body *b, int i, rule_text *out) {
  char label[32];
  snprintf(label, sizeof label, "entry %d", i);
  bool ok = body_push_item(b, i) != LUA_TNIL &&
            declare_text(b->l, b->L, body_item_at(b, i), label_of(b, label), out);
  lua_pop(b->L, 1);
  return ok;
}

/* Pops the value; NULL after a finding (silent for nil). */
static const char *pop_string(const body *b, const char *label, place at) {
  rule_text t = {0};
  if (lua_isstring(b->L, -1) && lua_type(b->L, -1) == LUA_TSTRING)
    declare_text(b->l, b->L, at, label_of(b, label), &t);
  else if (!lua_isnil(b->L, -1))
    declare_error(b->l, at, "%s of %s is a %s; a text in quotes belongs here", label, b->what,
                  luaL_typename(b->L, -1));
  lua_pop(b->L, 1);
  return t.text;
}

const char *body_string(const body *b, const char *key) {
  body_push_key(b, key);
  return pop_string(b, key, body_key_at(b, key));
}

const char *body_item_string(const body *b, int i, const char *label) {
  body_push_item(b, i);
  return pop_string(b, label, body_item_at(b, i));
}

bool body_integer(const body *b, const char *key, int64_t least, int64_t most, int64_t *out) {
  int type = body_push_key(b, key), whole;
  lua_Integer v = lua_tointegerx(b->L, -1, &whole);
  lua_pop(b->L, 1);
  if (type == LUA_TNIL) return false;
  if (type != LUA_TNUMBER || !whole || v < least || v > most) {
    declare_error(b->l, body_key_at(b, key), "%s of %s must be a whole number from %lld to %lld",
                  key, b->what, (long long)least, (long long)most);
    return false;
  }
  *out = v;
  return true;
}

bool body_flag(const body *b, const char *key, bool *out) {
  int type = body_push_key(b, key);
  bool v = lua_toboolean(b->L, -1);
  lua_pop(b->L, 1);
  if (type == LUA_TNIL) return false;
  if (type != LUA_TBOOLEAN) {
    declare_error(b->l, body_key_at(b, key), "%s of %s must be true or false, without quotes", key,
                  b->what);
    return false;
  }
  *out = v;
  return true;
}

int body_word(const body *b, const char *key, const char *const *words, size_t count) {
  const char *text = body_string(b, key);
  if (!text) return -1;
  for (size_t i = 0; i < count; i++)
    if (strcmp(words[i], text) == 0) return (int)i;
  declare_error(b->l, body_key_at(b, key), "%s of %s is \"%s\", which must be %s%s", key, b->what,
                text, declare_choices(b->l, words, count), declare_meant(b->l, text, words, count));
  return -1;
}

bool body_strings(const body *b, const char *key, size_t *count, const char ***out) {
  body list;
  if (!body_open_key(b, key, &list)) return false;
  list.what = label_of(b, key);
  body_check(&list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&list); i++) {
    const char *text = body_item_string(&list, i, "an entry");
    if (text) *ARENA_PUSH(&b->l->pack->arena, *out, *count) = text;
  }
  body_close(&list);
  return true;
}

const char *body_code(const body *b, const char *key) {
  const char *code = body_string(b, key);
  return code && declare_code_ok(b->l, body_key_at(b, key), code) ? code : NULL;
}

const char *body_item_code(const body *b, int i) {
  const char *code = body_item_string(b, i, "the reason code");
  return code && declare_code_ok(b->l, body_item_at(b, i), code) ? code : NULL;
}

const char *body_code_or_item(const body *b, int i) {
  const char *named = body_code(b, "code"), *item = i ? body_item_code(b, i) : NULL;
  if (named && item)
    declare_error(b->l, body_key_at(b, "code"), "%s gives its code twice: %s, and code = \"%s\"",
                  b->what, item, named);
  return item ? item : named;
}

static int by_order(const void *a, const void *b) {
  const named_entry *x = a, *y = b;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  return strcmp(x->name, y->name);
}

static int order_of(const body *b, const char *key) {
  const place_node *n = place_node_key(b->node, key);
  return n ? (int)(n - b->node->children) : INT_MAX;
}

named_entry *body_named(const body *b, size_t *count) {
  lua_State *L = b->L;
  named_entry *list = NULL;
  *count = 0;
  for (lua_pushnil(L); lua_next(L, b->index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    const char *key = arena_string(&b->l->pack->arena, lua_tostring(L, -2));
    *ARENA_PUSH(&b->l->pack->arena, list, *count) =
        (named_entry){key, body_key_at(b, key), order_of(b, key)};
  }
  if (*count) qsort(list, *count, sizeof *list, by_order);
  return list;
}

void body_find_twice(const body *b, const char *what) {
  for (size_t i = 0; b->node && i < b->node->child_count; i++) {
    const place_node *n = &b->node->children[i];
    const place_node *first = n->key ? place_node_key(b->node, n->key) : n;
    if (first != n)
      declare_error(b->l, (place){b->at.file, n->line},
                    "the %s \"%s\" is given twice, first in line "
                    "%d",
                    what, n->key, first->line);
  }
}
