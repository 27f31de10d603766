/* Lua's patterns as scripts know them, bounded. A pattern is compiled once per call of a string
 * function into items; a class or set is a bitmap of 256 bits (of the C locale, always). Matching
 * charges every step, so a pattern that goes back without end runs into the budget, not into the
 * clock. */
#include "sandbox_pattern.h"

#include <string.h>

#define DEPTH_MOST 200
#define CHARGE_EVERY 256
#define ESCAPE '%'

typedef enum item_kind {
  ITEM_ANY,
  ITEM_CHAR,
  ITEM_SET,
  ITEM_OPEN,
  ITEM_OPEN_POSITION,
  ITEM_CLOSE,
  ITEM_BACK, /* the text of an earlier capture again */
  ITEM_BALANCE,
  ITEM_FRONTIER,
  ITEM_END /* a $ at the end */
} item_kind;

typedef enum item_repeat { ONCE, MAYBE, MOST, LEAST } item_repeat;

struct pattern_item {
  item_kind kind;
  item_repeat repeat;
  bool one_more; /* '+': once before MOST */
  unsigned char first, second;
  uint64_t set[4];
};

bool pattern_is_plain(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (text[i] && strchr("^$*+?.([%-", text[i])) return false;
  return true;
}

/* ---- compiling ---- */

static void set_add(uint64_t *set, unsigned char c) {
  set[c >> 6] |= UINT64_C(1) << (c & 63);
}

static bool set_has(const uint64_t *set, unsigned char c) {
  return set[c >> 6] >> (c & 63) & 1;
}

static bool ascii_between(int c, int low, int high) {
  return c >= low && c <= high;
}

static bool ascii_alpha(int c) {
  return ascii_between(c | 32, 'a', 'z');
}

/* Is the byte of class %a, %d, ...? False for letters that name none: `known` tells. */
static bool class_has(char letter, int c, bool *known) {
  bool digit = ascii_between(c, '0', '9');
  *known = true;
  switch (letter) {
  case 'a':
    return ascii_alpha(c);
  case 'c':
    return c < 32 || c == 127;
  case 'd':
    return digit;
  case 'g':
    return ascii_between(c, 33, 126);
  case 'l':
    return ascii_between(c, 'a', 'z');
  case 'p':
    return ascii_between(c, 33, 126) && !ascii_alpha(c) && !digit;
  case 's':
    return c == ' ' || ascii_between(c, '\t', '\r');
  case 'u':
    return ascii_between(c, 'A', 'Z');
  case 'w':
    return ascii_alpha(c) || digit;
  case 'x':
    return digit || ascii_between(c | 32, 'a', 'f');
  default:
    *known = false;
    return false;
  }
}

/* Adds what %letter stands for: a class, its complement if a capital, else the character itself. */
static void set_add_escape(uint64_t *set, char letter) {
  bool known, capital = ascii_between(letter, 'A', 'Z');
  char small = capital ? (char)(letter | 32) : letter;
  class_has(small, 0, &known);
  if (!known) {
    set_add(set, (unsigned char)letter);
    return;
  }
  for (int c = 0; c < 256; c++)
    if (class_has(small, c, &known) != capital) set_add(set, (unsigned char)c);
}

typedef struct compiler {
  pattern *p;
  const char *at, *end;
  size_t open[PATTERN_CAPTURES], depth;
} compiler;

/* A set from behind its '[' to behind its ']'. */
static void compile_set(compiler *c, uint64_t *set) {
  lua_State *L = c->p->L;
  bool negated = c->at < c->end && *c->at == '^';
  if (negated) c->at++;
  bool first = true;
  for (;; first = false) {
    if (c->at >= c->end) luaL_error(L, "malformed pattern (missing ']')");
    char here = *c->at++;
    if (here == ']' && !first) break;
    if (here == ESCAPE) {
      if (c->at >= c->end) luaL_error(L, "malformed pattern (ends with '%%')");
      set_add_escape(set, *c->at++);
    } else if (c->end - c->at >= 2 && c->at[0] == '-' && c->at[1] != ']') {
      for (int v = (unsigned char)here; v <= (unsigned char)c->at[1]; v++)
        set_add(set, (unsigned char)v);
      c->at += 2;
    } else {
      set_add(set, (unsigned char)here);
    }
  }
  if (negated)
    for (int i = 0; i < 4; i++) set[i] = ~set[i];
}

static void compile_escape(compiler *c, pattern_item *item) {
  lua_State *L = c->p->L;
  if (c->at >= c->end) luaL_error(L, "malformed pattern (ends with '%%')");
  char letter = *c->at++;
  if (letter == 'b') {
    if (c->end - c->at < 2) luaL_error(L, "malformed pattern (missing arguments to '%%b')");
    *item = (pattern_item){ITEM_BALANCE, .first = (unsigned char)c->at[0],
                           .second = (unsigned char)c->at[1]};
    c->at += 2;
  } else if (letter == 'f') {
    if (c->at >= c->end || *c->at != '[') luaL_error(L, "missing '[' after '%%f' in pattern");
    c->at++;
    item->kind = ITEM_FRONTIER;
    compile_set(c, item->set);
  } else if (ascii_between(letter, '0', '9')) {
    size_t capture = (size_t)(letter - '1');
    if (letter == '0' || capture >= c->p->captures)
      luaL_error(L, "invalid capture index %%%d", letter - '0');
    for (size_t i = 0; i < c->depth; i++)
      if (c->open[i] == capture) luaL_error(L, "invalid capture index %%%d", letter - '0');
    *item = (pattern_item){ITEM_BACK, .first = (unsigned char)capture};
  } else {
    item->kind = ITEM_SET;
    set_add_escape(item->set, letter);
  }
}

static void compile_open(compiler *c, pattern_item *item) {
  if (c->p->captures >= PATTERN_CAPTURES) luaL_error(c->p->L, "too many captures");
  item->first = (unsigned char)c->p->captures;
  item->kind = ITEM_OPEN;
  if (c->at < c->end && *c->at == ')') {
    item->kind = ITEM_OPEN_POSITION;
    c->at++;
  } else {
    c->open[c->depth++] = c->p->captures;
  }
  c->p->captures++;
}

static void compile_repeat(compiler *c, pattern_item *item) {
  if (item->kind > ITEM_SET || c->at >= c->end) return;
  switch (*c->at) {
  case '*':
    item->repeat = MOST;
    break;
  case '+':
    item->repeat = MOST, item->one_more = true;
    break;
  case '-':
    item->repeat = LEAST;
    break;
  case '?':
    item->repeat = MAYBE;
    break;
  default:
    return;
  }
  c->at++;
}

static void compile_item(compiler *c, pattern_item *item) {
  char here = *c->at++;
  if (here == '(') {
    compile_open(c, item);
  } else if (here == ')') {
    if (c->depth == 0) luaL_error(c->p->L, "invalid pattern capture");
    *item = (pattern_item){ITEM_CLOSE, .first = (unsigned char)c->open[--c->depth]};
  } else if (here == '$' && c->at == c->end) {
    item->kind = ITEM_END;
  } else if (here == ESCAPE) {
    compile_escape(c, item);
  } else if (here == '[') {
    item->kind = ITEM_SET;
    compile_set(c, item->set);
  } else if (here == '.') {
    item->kind = ITEM_ANY;
  } else {
    *item = (pattern_item){ITEM_CHAR, .first = (unsigned char)here};
  }
  compile_repeat(c, item);
}

void pattern_open(pattern *p, lua_State *L, const char *text, size_t n, bool anchors) {
  *p = (pattern){.L = L};
  sandbox_charge(L, 1 + n);
  p->items = lua_newuserdatauv(L, (n + 1) * sizeof *p->items, 0);
  compiler c = {.p = p, .at = text, .end = text + n};
  if (anchors && n && *text == '^') {
    p->anchored = true;
    c.at++;
  }
  while (c.at < c.end) {
    p->items[p->count] = (pattern_item){0};
    compile_item(&c, &p->items[p->count++]);
  }
  if (c.depth) luaL_error(L, "unfinished capture");
}

/* ---- matching ---- */

typedef struct matcher {
  const pattern *p;
  const char *text, *end;
  pattern_match *m;
  unsigned depth, steps;
} matcher;

static void step(matcher *x) {
  if (++x->steps < CHARGE_EVERY) return;
  x->steps = 0;
  sandbox_charge(x->p->L, CHARGE_EVERY);
}

static bool single(const matcher *x, const pattern_item *item, const char *at) {
  if (at >= x->end) return false;
  unsigned char c = (unsigned char)*at;
  if (item->kind == ITEM_CHAR) return c == item->first;
  return item->kind == ITEM_ANY || set_has(item->set, c);
}

static const char *match_items(matcher *x, size_t i, const char *at);

/* As many as there are, then fewer and fewer. */
static const char *match_most(matcher *x, size_t i, const char *at) {
  const pattern_item *item = &x->p->items[i];
  const char *last = at;
  for (; single(x, item, last); last++) step(x);
  const char *least = at + (item->one_more ? 1 : 0);
  for (; last >= least; last--) {
    const char *end = match_items(x, i + 1, last);
    if (end) return end;
  }
  return NULL;
}

/* As few as will do. */
static const char *match_least(matcher *x, size_t i, const char *at) {
  for (;; at++) {
    const char *end = match_items(x, i + 1, at);
    if (end) return end;
    if (!single(x, &x->p->items[i], at)) return NULL;
  }
}

static const char *match_balance(matcher *x, const pattern_item *item, const char *at) {
  if (at >= x->end || (unsigned char)*at != item->first) return NULL;
  size_t open = 1;
  for (at++; at < x->end; at++) {
    step(x);
    unsigned char c = (unsigned char)*at;
    if (c == item->second) {
      if (--open == 0) return at + 1;
    } else if (c == item->first) {
      open++;
    }
  }
  return NULL;
}

static const char *match_back(matcher *x, const pattern_item *item, const char *at) {
  const char *start = x->m->capture[item->first].start;
  ptrdiff_t size = x->m->capture[item->first].size;
  if (size == CAPTURE_POSITION) luaL_error(x->p->L, "invalid capture index");
  for (ptrdiff_t i = 0; i < size; i += 64) step(x);
  if (x->end - at < size || (size && memcmp(start, at, (size_t)size) != 0)) return NULL;
  return at + size;
}

static bool at_frontier(const matcher *x, const pattern_item *item, const char *at) {
  unsigned char before = at == x->text ? 0 : (unsigned char)at[-1];
  unsigned char here = at == x->end ? 0 : (unsigned char)*at;
  return !set_has(item->set, before) && set_has(item->set, here);
}

/* An item that takes a fixed part of the text or none; gives where the next one starts. */
static const char *match_fixed(matcher *x, const pattern_item *item, const char *at) {
  switch (item->kind) {
  case ITEM_OPEN:
  case ITEM_OPEN_POSITION:
    x->m->capture[item->first].start = at;
    x->m->capture[item->first].size = item->kind == ITEM_OPEN ? CAPTURE_OPEN : CAPTURE_POSITION;
    return at;
  case ITEM_CLOSE:
    x->m->capture[item->first].size = at - x->m->capture[item->first].start;
    return at;
  case ITEM_BACK:
    return match_back(x, item, at);
  case ITEM_BALANCE:
    return match_balance(x, item, at);
  case ITEM_FRONTIER:
    return at_frontier(x, item, at) ? at : NULL;
  case ITEM_END:
    return at == x->end ? at : NULL;
  default:
    return single(x, item, at) ? at + 1 : NULL;
  }
}

static const char *match_list(matcher *x, size_t i, const char *at) {
  for (; i < x->p->count; i++) {
    const pattern_item *item = &x->p->items[i];
    step(x);
    if (item->repeat == MOST) return match_most(x, i, at);
    if (item->repeat == LEAST) return match_least(x, i, at);
    if (item->repeat == MAYBE) {
      if (!single(x, item, at)) continue;
      const char *end = match_items(x, i + 1, at + 1);
      if (end) return end;
      continue;
    }
    at = match_fixed(x, item, at);
    if (!at) return NULL;
  }
  return at;
}

/* What a branch that fails has done to captures needs no undoing: whatever follows an opening
 * item in the branch that succeeds is written again on its way. */
static const char *match_items(matcher *x, size_t i, const char *at) {
  if (++x->depth > DEPTH_MOST) luaL_error(x->p->L, "pattern too complex");
  step(x);
  const char *end = match_list(x, i, at);
  x->depth--;
  return end;
}

bool pattern_match_at(const pattern *p, const char *text, size_t n, const char *at,
                      pattern_match *m) {
  matcher x = {.p = p, .text = text, .end = text + n, .m = m};
  if (!at) return false;
  const char *end = match_items(&x, 0, at);
  sandbox_charge(p->L, x.steps);
  m->start = at;
  m->end = end;
  m->captures = p->captures;
  return end != NULL;
}

void pattern_push_capture(const pattern *p, const pattern_match *m, const char *text, size_t i) {
  lua_State *L = p->L;
  if (i >= m->captures) {
    if (i != 0) luaL_error(L, "invalid capture index %%%d", (int)i + 1);
    lua_pushlstring(L, m->start, (size_t)(m->end - m->start));
  } else if (m->capture[i].size == CAPTURE_POSITION) {
    lua_pushinteger(L, m->capture[i].start - text + 1);
  } else {
    lua_pushlstring(L, m->capture[i].start, (size_t)m->capture[i].size);
  }
}
