/* A reader of Lua's tokens that finds the lines of table entries. It must never fail: text that it
 * does not understand only ends the search. */
#include "script_places.h"

#include <ctype.h>
#include <string.h>

typedef struct token {
  char kind; /* 'n' name, 's' string, 'd' number, 0 end, else the character itself */
  int line;
  const char *text; /* of a string: what is between the quotes */
  size_t size;
} token;

struct script_places {
  arena *arena;
  token *tokens;
  size_t count;
};

typedef struct lexer {
  const char *at, *end;
  int line;
} lexer;

static void skip_to(lexer *x, const char *to) {
  for (; x->at < to; x->at++)
    if (*x->at == '\n') x->line++;
}

/* At '[': the level of a long bracket, or -1. */
static int long_level(const lexer *x) {
  const char *p = x->at + 1;
  int level = 0;
  while (p < x->end && *p == '=') p++, level++;
  return p < x->end && *p == '[' ? level : -1;
}

/* Reads a long bracket; gives its contents. */
static token long_bracket(lexer *x, int level) {
  token t = {'s', x->line, x->at + level + 2, 0};
  const char *p = t.text;
  for (; p < x->end; p++) {
    if (*p != ']') continue;
    const char *q = p + 1;
    int n = 0;
    while (q < x->end && *q == '=') q++, n++;
    if (n == level && q < x->end && *q == ']') {
      t.size = (size_t)(p - t.text);
      skip_to(x, q + 1);
      return t;
    }
  }
  t.size = (size_t)(x->end - t.text);
  skip_to(x, x->end);
  return t;
}

static void skip_comment(lexer *x) {
  x->at += 2;
  int level = x->at < x->end && *x->at == '[' ? long_level(x) : -1;
  if (level >= 0) {
    (void)long_bracket(x, level);
    return;
  }
  while (x->at < x->end && *x->at != '\n') x->at++;
}

static void skip_blank(lexer *x) {
  while (x->at < x->end) {
    if (isspace((unsigned char)*x->at)) {
      skip_to(x, x->at + 1);
    } else if (x->end - x->at >= 2 && x->at[0] == '-' && x->at[1] == '-') {
      skip_comment(x);
    } else {
      return;
    }
  }
}

static token quoted(lexer *x) {
  const char quote = *x->at;
  token t = {'s', x->line, x->at + 1, 0};
  const char *p = t.text;
  while (p < x->end && *p != quote && *p != '\n') p += *p == '\\' && p + 1 < x->end ? 2 : 1;
  if (p > x->end) p = x->end;
  t.size = (size_t)(p - t.text);
  skip_to(x, p < x->end ? p + 1 : p);
  return t;
}

static token next_token(lexer *x) {
  skip_blank(x);
  token t = {0, x->line, x->at, 0};
  if (x->at >= x->end) return t;
  unsigned char c = (unsigned char)*x->at;
  if (c == '"' || c == '\'') return quoted(x);
  int level = c == '[' ? long_level(x) : -1;
  if (level >= 0) return long_bracket(x, level);
  const char *p = x->at + 1;
  if (isalpha(c) || c == '_') {
    while (p < x->end && (isalnum((unsigned char)*p) || *p == '_')) p++;
    t.kind = 'n';
  } else if (isdigit(c)) {
    while (p < x->end && (isalnum((unsigned char)*p) || *p == '.')) p++;
    t.kind = 'd';
  } else {
    t.kind = (char)c;
    if (c == '=' && p < x->end && *p == '=') p++, t.kind = 'e'; /* not an entry's '=' */
  }
  t.size = (size_t)(p - x->at);
  x->at = p;
  return t;
}

script_places *script_places_new(arena *a, const char *text, size_t n) {
  lexer count = {text, text + n, 1}, fill = count;
  script_places *p = arena_alloc(a, sizeof *p);
  p->arena = a;
  do p->count++;
  while (next_token(&count).kind);
  p->tokens = arena_array(a, p->count + 4, sizeof(token)); /* zeroed: room to look ahead */
  for (size_t i = 0; i < p->count; i++) p->tokens[i] = next_token(&fill);
  return p;
}

static bool token_is(const token *t, char kind, const char *text) {
  return t->kind == kind && t->size == strlen(text) && memcmp(t->text, text, t->size) == 0;
}

static bool is_word(const token *t, const char *const *words, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (token_is(t, 'n', words[i])) return true;
  return false;
}

/* Behind the expression at i: at the ',', ';' or closing bracket that ends it. */
static size_t skip_expression(const script_places *p, size_t i) {
  static const char *const opening[] = {"function", "do", "if", "repeat"};
  static const char *const closing[] = {"end", "until"};
  for (int depth = 0; p->tokens[i].kind; i++) {
    const token *t = &p->tokens[i];
    char k = t->kind;
    if (k == '(' || k == '{' || k == '[' || is_word(t, opening, 4))
      depth++;
    else if (depth == 0 && (k == ',' || k == ';' || k == '}' || k == ')'))
      return i;
    else if (k == ')' || k == '}' || k == ']' || is_word(t, closing, 2))
      depth--;
  }
  return i;
}

/* The '{' of a value that is a table, or a call with one: `{`, `word {`, `word "name" {`, `word(2)
 * {`; 0 if it is anything else. */
static size_t value_table(const script_places *p, size_t i) {
  if (p->tokens[i].kind == '{') return i;
  if (p->tokens[i].kind != 'n') return 0;
  i++;
  if (p->tokens[i].kind == '{') return i;
  if (p->tokens[i].kind == 's' && p->tokens[i + 1].kind == '{') return i + 1;
  if (p->tokens[i].kind == '(' && p->tokens[i + 1].kind == 'd' && p->tokens[i + 2].kind == ')' &&
      p->tokens[i + 3].kind == '{')
    return i + 3;
  return 0;
}

static void parse_table(script_places *p, size_t open, place_node *out, int depth);

/* The key of the entry at i, or NULL; moves i to the value. */
static const char *entry_key(script_places *p, size_t *i) {
  const token *t = &p->tokens[*i];
  if (t->kind == 'n' && t[1].kind == '=') {
    *i += 2;
    return arena_string_n(p->arena, t->text, t->size);
  }
  if (t->kind == '[' && t[1].kind == 's' && t[2].kind == ']' && t[3].kind == '=') {
    *i += 4;
    return arena_string_n(p->arena, t[1].text, t[1].size);
  }
  return NULL;
}

static place_node *add_child(script_places *p, place_node *parent) {
  size_t n = parent->child_count;
  if ((n & (n - 1)) == 0) { /* 0 or a power of two: full */
    place_node *more = arena_array(p->arena, n ? 2 * n : 1, sizeof *more);
    if (n) memcpy(more, parent->children, n * sizeof *more);
    parent->children = more;
  }
  parent->child_count++;
  return &parent->children[n];
}

static void parse_table(script_places *p, size_t open, place_node *out, int depth) {
  int position = 0;
  size_t i = open + 1;
  while (p->tokens[i].kind && p->tokens[i].kind != '}') {
    if (p->tokens[i].kind == ',' || p->tokens[i].kind == ';') {
      i++;
      continue;
    }
    int line = p->tokens[i].line;
    const char *key = entry_key(p, &i);
    place_node *child = add_child(p, out);
    *child = (place_node){.line = line, .key = key, .position = key ? 0 : ++position};
    size_t table = value_table(p, i);
    if (table && depth < 16) parse_table(p, table, child, depth + 1);
    size_t next = skip_expression(p, i);
    if (next == i) return; /* not an entry at all */
    i = next;
    if (p->tokens[i].kind == ')') return;
  }
}

const place_node *script_places_find(script_places *p, int line, const char *word,
                                     const char *name) {
  for (size_t i = 0; i + 1 < p->count && p->tokens[i].line <= line; i++) {
    if (p->tokens[i].line < line || !token_is(&p->tokens[i], 'n', word)) continue;
    size_t j = i + 1;
    if (p->tokens[j].kind == '(') j++;
    if (name) {
      if (!token_is(&p->tokens[j], 's', name)) continue;
      j++;
      while (p->tokens[j].kind == ')' || p->tokens[j].kind == ',' || p->tokens[j].kind == '(') j++;
    }
    if (p->tokens[j].kind != '{') continue;
    place_node *out = arena_alloc(p->arena, sizeof *out);
    out->line = line;
    parse_table(p, j, out, 0);
    return out;
  }
  return NULL;
}

const place_node *place_node_key(const place_node *n, const char *key) {
  for (size_t i = 0; n && i < n->child_count; i++)
    if (n->children[i].key && strcmp(n->children[i].key, key) == 0) return &n->children[i];
  return NULL;
}

const place_node *place_node_item(const place_node *n, int position) {
  /* an entry stands no earlier than its number, later by the keyed entries before it */
  for (size_t i = (size_t)position - 1; n && i < n->child_count; i++)
    if (n->children[i].position == position) return &n->children[i];
  return NULL;
}
