/* How a declaration is made: `word { ... }`, `word "name" { ... }`, and the words that stand inside
 * one; the names that are taken, and the form of names and reason codes. */
#include "declare.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "../base/text.h"

/* ---- names ---- */

static const char *const reserved[] = {"and",  "or",    "not",  "in",      "if",    "then", "else",
                                       "true", "false", "null", "between", "today", "as_of"};
/* Columns of the database's views, whose names have no case. */
static const char *const view_columns[] = {"status", "run_id"};

const declared_name *declare_known(const loader *l, const char *name) {
  for (size_t i = 0; i < l->name_count; i++)
    if (strcmp(l->names[i].name, name) == 0) return &l->names[i];
  return NULL;
}

static bool identifier(const char *name) {
  if (!isalpha((unsigned char)*name) && *name != '_') return false;
  for (; *name; name++)
    if (!isalnum((unsigned char)*name) && *name != '_') return false;
  return true;
}

bool declare_name_form(const loader *l, place at, const char *what, const char *name) {
  if (!identifier(name) || strlen(name) > 60) {
    declare_error(l, at,
                  "\"%s\" cannot be the name of a %s: a name has letters a-z or A-Z, digits and _, "
                  "begins with a letter, and is at most 60 long%s",
                  name, what,
                  strcmp(what, "field") == 0 ? " (column = \"...\" says how the source calls it)"
                                             : "");
    return false;
  }
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
    if (strcmp(reserved[i], name) != 0) continue;
    declare_error(l, at, "\"%s\" cannot be the name of a %s: the word has a meaning of its own",
                  name, what);
    return false;
  }
  return true;
}

bool declare_name(loader *l, place at, const char *what, const char *name, bool readable) {
  if (!declare_name_form(l, at, what, name)) return false;
  for (size_t i = 0; i < sizeof view_columns / sizeof *view_columns; i++) {
    if (strcasecmp(view_columns[i], name) != 0) continue;
    declare_error(l, at,
                  "\"%s\" cannot be the name of a %s: each decision has a column %s by itself",
                  name, what, view_columns[i]);
    return false;
  }
  const declared_name *known = declare_known(l, name);
  if (known) {
    declare_error(l, at, "the name \"%s\" is given twice: it is already a %s, at %s:%d", name,
                  known->what, known->at.file, known->at.line);
    return false;
  }
  for (size_t i = 0; i < l->name_count; i++) {
    if (strcasecmp(l->names[i].name, name) != 0) continue;
    declare_error(
        l, at,
        "\"%s\" differs only in upper and lower case from the %s \"%s\", at %s:%d; in the "
        "database they would be one name: give it another",
        name, l->names[i].what, l->names[i].name, l->names[i].at.file, l->names[i].at.line);
    return false;
  }
  *ARENA_PUSH(&l->pack->arena, l->names, l->name_count) =
      (declared_name){arena_string(&l->pack->arena, name), what, at, readable};
  return true;
}

bool declare_code_ok(const loader *l, place at, const char *code) {
  const char *p = code;
  while (isalnum((unsigned char)*p) || *p == '_' || *p == '-' || *p == '.' || *p == ':') p++;
  if (*code && !*p && strlen(code) <= 100) return true;
  declare_error(l, at,
                "\"%s\" cannot be a reason code: codes are words such as CAD_OVERDUE "
                "(letters, digits, _ - . :), without blanks",
                code);
  return false;
}

bool declare_decimal(const loader *l, const rule_text *t, const char *label, rational *out) {
  if (!t->text) return false;
  rational r;
  if (rational_parse(t->text, strlen(t->text), &r) != PARSE_OK) {
    declare_error(l, t->at, "%s is \"%s\", which must be a plain number such as 75 or 0.5", label,
                  t->text);
    return false;
  }
  if (out) *out = r;
  return true;
}

/* ---- word { ... } ---- */

bool declare_plain(lua_State *L, const char *word, body *out) {
  loader *l = declare_loader(L);
  place at = declare_here(L);
  luaL_checkstack(L, 20, word);
  if (!lua_istable(L, 1)) {
    declare_error(l, at, "%s wants a table in braces: %s { ... }", word, word);
    return false;
  }
  lua_settop(L, 1);
  *out = (body){l,  L,
                1,  script_places_find(declare_script(l, at.file)->places, at.line, word, NULL),
                at, word};
  return true;
}

/* ---- word "name" { ... } ---- */

static int named_body(lua_State *L) {
  loader *l = declare_loader(L);
  const named_word *w = lua_touserdata(L, lua_upvalueindex(1));
  const char *name = lua_tostring(L, lua_upvalueindex(2));
  const char *what = arena_format(&l->pack->arena, "%s \"%s\"", w->word, name);
  place at = {lua_touserdata(L, lua_upvalueindex(4)), (int)lua_tointeger(L, lua_upvalueindex(3))};
  l->pending = NULL;
  luaL_checkstack(L, 20, w->word);
  if (!lua_istable(L, 1)) {
    declare_error(l, at, "%s wants a table in braces: %s { ... }", what, what);
    return 0;
  }
  lua_settop(L, 1);
  const place_node *node =
      script_places_find(declare_script(l, at.file)->places, at.line, w->word, name);
  body b = {l, L, 1, node, at, what};
  w->fill(&b, arena_string(&l->pack->arena, name));
  return 0;
}

void declare_pending(loader *l) {
  if (!l->pending) return;
  declare_error(l, l->pending_at, "%s says nothing: a table in braces must follow: %s { ... }",
                l->pending, l->pending);
  l->pending = NULL;
}

/* What follows a declaration that is wrong already. */
static int ignored(lua_State *L) {
  (void)L;
  return 0;
}

int declare_named(lua_State *L, const named_word *w) {
  loader *l = declare_loader(L);
  place at = declare_here(L);
  declare_pending(l);
  if (lua_type(L, 1) != LUA_TSTRING) {
    declare_error(l, at, "%s wants a name in quotes first: %s \"name\" { ... }", w->word, w->word);
    lua_pushcfunction(L, ignored);
    return 1;
  }
  bool whole = lua_gettop(L) >= 2; /* word("name", {...}) */
  lua_settop(L, 2);
  l->pending = arena_format(&l->pack->arena, "%s \"%s\"", w->word, lua_tostring(L, 1));
  l->pending_at = at;
  lua_pushlightuserdata(L, (void *)w);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, at.line);
  lua_pushlightuserdata(L, (void *)at.file);
  lua_pushcclosure(L, named_body, 4);
  if (!whole) return 1;
  lua_pushvalue(L, 2);
  lua_call(L, 1, 0);
  return 0;
}

const char *declare_bare_name(lua_State *L, const char *word) {
  loader *l = declare_loader(L);
  if (lua_tocfunction(L, -1) != named_body || !lua_getupvalue(L, -1, 1)) return NULL;
  const named_word *w = lua_touserdata(L, -1);
  lua_pop(L, 1);
  if (strcmp(w->word, word) != 0) return NULL;
  lua_getupvalue(L, -1, 2);
  const char *name = arena_string(&l->pack->arena, lua_tostring(L, -1));
  lua_pop(L, 1);
  l->pending = NULL;
  return name;
}

void declare_after_company(const body *b) {
  loader *l = b->l;
  if (l->company || l->failed_early || l->order_told) return;
  declare_error(l, b->at, "%s stands before company { ... }, which must come first", b->what);
  l->order_told = true;
}

step *declare_step(body *b, step_kind kind, const char *name) {
  loader *l = b->l;
  pack *p = l->pack;
  declare_after_company(b);
  step *s = ARENA_PUSH(&p->arena, p->steps, p->step_count);
  s->kind = kind;
  s->name = name;
  s->at = b->at;
  return s;
}

/* ---- words inside a declaration ---- */

#define WORDS(X)                                                                                   \
  X(characteristic)                                                                                \
  X(data_missing)                                                                                  \
  X(never)                                                                                         \
  X(first_touch)                                                                                   \
  X(none_yet)                                                                                      \
  X(sequence)                                                                                      \
  X(every)                                                                                         \
  X(sooner)                                                                                        \
  X(later)                                                                                         \
  X(overdue)                                                                                       \
  X(cap)                                                                                           \
  X(opening)                                                                                       \
  X(quiet)                                                                                         \
  X(channel)                                                                                       \
  X(smooth)                                                                                        \
  X(start)                                                                                         \
  X(times)                                                                                         \
  X(plus)                                                                                          \
  X(at_most)                                                                                       \
  X(at_least)                                                                                      \
  X(step_up)                                                                                       \
  X(step_down)                                                                                     \
  X(zero)                                                                                          \
  X(round_down)                                                                                    \
  X(round_half_up)                                                                                 \
  X(round_up) X(has) X(lacks) X(is) X(none) X(rejected) X(fails)

static const char *const word_names[WORD_COUNT] = {
#define X(name) [WORD_##name] = #name,
    WORDS(X)
#undef X
};

const char *declare_word_name(declare_word w) {
  return word_names[w] ? word_names[w] : "entry";
}

/* Remembers which word made a table, and on which line, in a table of the registry keyed by it.
 * What is no table (times "factor", round_down(1000)) is put into one. */
int declare_mark(lua_State *L, declare_word w) {
  loader *l = declare_loader(L);
  place at = declare_here(L);
  luaL_checkstack(L, 10, "too deep");
  lua_settop(L, 1);
  if (!lua_istable(L, 1)) {
    lua_createtable(L, 1, 0);
    lua_insert(L, 1);
    if (lua_isnil(L, 2))
      declare_error(l, at, "%s is empty: %s { ... }", word_names[w], word_names[w]);
    lua_rawseti(L, 1, 1);
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, l->marks);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, (lua_Integer)at.line * WORD_COUNT + (lua_Integer)w);
  lua_rawset(L, -3);
  lua_settop(L, 1);
  return 1;
}

declare_word body_word_mark(body *child) {
  lua_State *L = child->L;
  lua_rawgeti(L, LUA_REGISTRYINDEX, child->l->marks);
  lua_pushvalue(L, child->index);
  int type = lua_rawget(L, -2);
  lua_Integer mark = lua_tointeger(L, -1);
  lua_pop(L, 2);
  if (type != LUA_TNUMBER) return WORD_NONE;
  child->at.line = (int)(mark / WORD_COUNT);
  return (declare_word)(mark % WORD_COUNT);
}
