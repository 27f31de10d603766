/* From tokens to the tree as written. It knows no names and no types; it must not run away on any
 * text: nesting is bounded, and every loop eats a token. */
#include "notation_syntax.h"

#include <string.h>

enum {
  DEPTH_MOST = 100, /* of what stands within another */
  CHAIN_MOST = 1000 /* of operations one after the other, which make as deep a tree */
};

static token peek(const notation_source *s) {
  return s->tokens[s->at];
}

static token take(notation_source *s) {
  token t = s->tokens[s->at];
  if (t.kind != TOKEN_END) s->at++;
  return t;
}

static bool accept(notation_source *s, token_kind kind) {
  if (peek(s).kind != kind) return false;
  take(s);
  return true;
}

static bool comparison(token_kind kind, node_kind *out);

/* What may have been meant by a token that does not belong here; NULL = nothing known. */
static const char *hint_for(const notation_source *s, token t) {
  static const token none = {TOKEN_END, 0, 0};
  size_t at = peek(s).offset == t.offset ? s->at : s->at - 1;
  token before = at > 0 ? s->tokens[at - 1] : none, behind = none;
  if (t.kind != TOKEN_END) behind = s->tokens[at + 1];
  node_kind operation;
  bool joins = t.kind == TOKEN_AND || t.kind == TOKEN_OR;
  if (comparison(t.kind, &operation) && (before.kind == TOKEN_AND || before.kind == TOKEN_OR))
    return "repeat what is compared: a > 3 and a < 7, or a in (3..7)";
  if (joins && comparison(s->tokens[0].kind, &operation)) return "write (3..7), or ? > 3 and ? < 7";
  if (joins && behind.kind == TOKEN_OPEN) return "write a and b, a or b";
  if (t.kind == TOKEN_QUESTION) return "write if ... then ... else ...";
  if (t.kind == TOKEN_NAME || t.kind == TOKEN_THEN)
    return hint_word(s->context->arena, s->text + t.offset, (size_t)t.length);
  return NULL;
}

static syntax *refuse_with(notation_source *s, token t, const char *expected, const char *hint) {
  if (t.kind == TOKEN_END)
    notation_complain(s, SEVERITY_ERROR, t.offset, 1, hint, "the text ends where %s is expected",
                      expected);
  else
    notation_complain(s, SEVERITY_ERROR, t.offset, t.length, hint, "`%.*s` where %s is expected",
                      t.length > 40 ? 40 : t.length, s->text + t.offset, expected);
  return NULL;
}

static syntax *refuse(notation_source *s, token t, const char *expected) {
  return refuse_with(s, t, expected, hint_for(s, t));
}

static bool expect(notation_source *s, token_kind kind, const char *expected) {
  if (accept(s, kind)) return true;
  refuse(s, peek(s), expected);
  return false;
}

syntax *notation_syntax_node(notation_source *s, syntax_kind kind, token mark) {
  syntax *x = arena_alloc(s->context->arena, sizeof *x);
  x->kind = kind;
  x->offset = x->mark = mark.offset;
  x->length = x->mark_length = mark.length;
  return x;
}

/* Adds a child and widens the span over it; false if the child is a failure. */
static bool add_child(notation_source *s, syntax *parent, syntax *child) {
  if (child == NULL) return false;
  if (child->depth >= parent->depth) parent->depth = child->depth + 1;
  if (parent->depth > CHAIN_MOST) {
    notation_complain(s, SEVERITY_ERROR, child->offset, child->length, "derive parts of it first",
                      "more than %d operations one after the other", (int)CHAIN_MOST);
    return false;
  }
  if (parent->child_count == parent->child_capacity) {
    size_t capacity = parent->child_capacity == 0 ? 4 : parent->child_capacity * 2;
    syntax **grown = arena_array(s->context->arena, capacity, sizeof(syntax *));
    if (parent->child_count > 0)
      memcpy(grown, parent->children, parent->child_count * sizeof(syntax *));
    parent->children = grown;
    parent->child_capacity = capacity;
  }
  parent->children[parent->child_count++] = child;
  int end = parent->offset + parent->length, child_end = child->offset + child->length;
  if (child->offset < parent->offset) parent->offset = child->offset;
  parent->length = (child_end > end ? child_end : end) - parent->offset;
  return true;
}

static syntax *binary(notation_source *s, node_kind operation, token mark, syntax *a, syntax *b) {
  syntax *x = notation_syntax_node(s, SYNTAX_BINARY, mark);
  x->operation = operation;
  return add_child(s, x, a) && add_child(s, x, b) ? x : NULL;
}

static syntax *parse_whole(notation_source *s);
static syntax *parse_sum(notation_source *s);
static syntax *parse_item(notation_source *s, bool bare);

/* Guards the descent; the caller leaves with s->depth--. */
static bool enter(notation_source *s) {
  if (s->depth >= DEPTH_MOST) {
    token t = peek(s);
    notation_complain(s, SEVERITY_ERROR, t.offset, t.length, NULL,
                      "nested more than %d levels deep", (int)DEPTH_MOST);
    return false;
  }
  s->depth++;
  return true;
}

/* ---- operands ---- */

static syntax *parse_arguments(notation_source *s, syntax *call) {
  if (!enter(s)) return NULL;
  if (peek(s).kind != TOKEN_CLOSE) {
    do {
      if (!add_child(s, call, parse_whole(s))) return NULL;
    } while (accept(s, TOKEN_COMMA));
  }
  token end = peek(s);
  if (!expect(s, TOKEN_CLOSE, "`,` or `)`")) return NULL;
  call->length = end.offset + end.length - call->offset;
  s->depth--;
  return call;
}

/* The name as functions are known by: with _ for the blanks between words. */
static const char *name_of(notation_source *s, token t) {
  char *name = arena_string_n(s->context->arena, s->text + t.offset, (size_t)t.length);
  size_t n = 0;
  for (size_t i = 0; name[i] != '\0'; i++) {
    bool blank = name[i] == ' ' || name[i] == '\t';
    if (!blank)
      name[n++] = name[i];
    else if (name[n - 1] != '_')
      name[n++] = '_';
  }
  name[n] = '\0';
  return name;
}

static syntax *parse_name(notation_source *s, token t) {
  bool call = accept(s, TOKEN_OPEN);
  syntax *x = notation_syntax_node(s, call ? SYNTAX_CALL : SYNTAX_NAME, t);
  x->text = name_of(s, t);
  return call ? parse_arguments(s, x) : x;
}

static syntax *parse_not(notation_source *s, token t) {
  if (!accept(s, TOKEN_OPEN)) {
    notation_complain(s, SEVERITY_ERROR, t.offset, t.length, "write not(...)",
                      "`not` without parentheses");
    return NULL;
  }
  syntax *x = parse_arguments(s, notation_syntax_node(s, SYNTAX_NOT, t));
  if (x != NULL && x->child_count != 1) {
    notation_complain(s, SEVERITY_ERROR, x->offset, x->length, NULL,
                      "not(...) takes one condition");
    return NULL;
  }
  return x;
}

static syntax *parse_group(notation_source *s, token open) {
  if (!enter(s)) return NULL;
  syntax *x = parse_whole(s);
  token end = peek(s);
  if (x == NULL || !expect(s, TOKEN_CLOSE, "`)`")) return NULL;
  s->depth--;
  x->offset = open.offset; /* the span takes the parentheses in */
  x->length = end.offset + end.length - open.offset;
  return x;
}

/* IF(a, b, c) of a spreadsheet: a comma stands in its parentheses, and no `then` behind them. */
static bool is_sheet_if(const notation_source *s) {
  if (peek(s).kind != TOKEN_OPEN) return false;
  int depth = 0;
  bool comma = false;
  for (size_t i = s->at; s->tokens[i].kind != TOKEN_END; i++) {
    token_kind kind = s->tokens[i].kind;
    if (kind == TOKEN_OPEN) depth++;
    if (kind == TOKEN_THEN) return false;
    if (kind == TOKEN_COMMA && depth == 1) comma = true;
    if (kind == TOKEN_CLOSE && --depth == 0) return comma;
  }
  return false;
}

static bool expect_else(notation_source *s) {
  if (accept(s, TOKEN_ELSE)) return true;
  token t = peek(s);
  const char *hint = hint_for(s, t);
  refuse_with(s, t, "`else`",
              hint != NULL ? hint : "what if it does not hold? else null: no value");
  return false;
}

static syntax *parse_if(notation_source *s, token t) {
  syntax *x = notation_syntax_node(s, SYNTAX_IF, t);
  if (is_sheet_if(s)) {
    notation_complain(s, SEVERITY_ERROR, t.offset, t.length, "write if a then b else c",
                      "`if` is no function");
    return NULL;
  }
  if (!enter(s)) return NULL;
  if (!add_child(s, x, parse_whole(s)) || !expect(s, TOKEN_THEN, "`then`")) return NULL;
  if (!add_child(s, x, parse_whole(s)) || !expect_else(s)) return NULL;
  if (!add_child(s, x, parse_whole(s))) return NULL;
  s->depth--;
  return x;
}

static syntax *parse_primary(notation_source *s) {
  token t = take(s);
  switch (t.kind) {
  case TOKEN_NUMBER:
  case TOKEN_AT:
  case TOKEN_DATE:
  case TOKEN_TIMESTAMP:
    return notation_parse_literal(s, t);
  case TOKEN_TRUE:
    return notation_syntax_node(s, SYNTAX_TRUE, t);
  case TOKEN_FALSE:
    return notation_syntax_node(s, SYNTAX_FALSE, t);
  case TOKEN_NULL:
    return notation_syntax_node(s, SYNTAX_NULL, t);
  case TOKEN_QUESTION:
    return notation_syntax_node(s, SYNTAX_INPUT, t);
  case TOKEN_NAME:
    return parse_name(s, t);
  case TOKEN_NOT:
    return parse_not(s, t);
  case TOKEN_IF:
    return parse_if(s, t);
  case TOKEN_OPEN:
    return parse_group(s, t);
  case TOKEN_TEXT: {
    syntax *x = notation_syntax_node(s, SYNTAX_TEXT, t);
    x->text = notation_unquote(s, t);
    return x;
  }
  default:
    return refuse(s, t, "a value");
  }
}

static syntax *parse_unary(notation_source *s) {
  token t = peek(s);
  if (t.kind != TOKEN_MINUS) return parse_primary(s);
  if (!enter(s)) return NULL;
  take(s);
  syntax *x = notation_syntax_node(s, SYNTAX_NEGATE, t);
  if (!add_child(s, x, parse_unary(s))) return NULL;
  s->depth--;
  return x;
}

/* ---- operators ---- */

static syntax *parse_product(notation_source *s) {
  syntax *x = parse_unary(s);
  while (x != NULL && (peek(s).kind == TOKEN_STAR || peek(s).kind == TOKEN_SLASH)) {
    token t = take(s);
    x = binary(s, t.kind == TOKEN_STAR ? NODE_MULTIPLY : NODE_DIVIDE, t, x, parse_unary(s));
  }
  return x;
}

static syntax *parse_sum(notation_source *s) {
  syntax *x = parse_product(s);
  while (x != NULL && (peek(s).kind == TOKEN_PLUS || peek(s).kind == TOKEN_MINUS)) {
    token t = take(s);
    x = binary(s, t.kind == TOKEN_PLUS ? NODE_ADD : NODE_SUBTRACT, t, x, parse_product(s));
  }
  return x;
}

static bool comparison(token_kind kind, node_kind *out) {
  switch (kind) {
  case TOKEN_EQUAL:
    *out = NODE_EQUAL;
    return true;
  case TOKEN_NOT_EQUAL:
    *out = NODE_NOT_EQUAL;
    return true;
  case TOKEN_LESS:
    *out = NODE_LESS;
    return true;
  case TOKEN_LESS_EQUAL:
    *out = NODE_LESS_EQUAL;
    return true;
  case TOKEN_GREATER:
    *out = NODE_GREATER;
    return true;
  case TOKEN_GREATER_EQUAL:
    *out = NODE_GREATER_EQUAL;
    return true;
  default:
    return false;
  }
}

static bool is_word(const notation_source *s, size_t at, const char *word) {
  token t = s->tokens[at];
  return t.kind == TOKEN_NAME && (size_t)t.length == strlen(word) &&
         memcmp(s->text + t.offset, word, (size_t)t.length) == 0;
}

/* `better than`, `worse than`: words of a choice in the order of their list, the best first. Taken
 * as one mark; they are words like any other elsewhere. */
static bool accept_grading(notation_source *s, token *mark, node_kind *operation) {
  bool better = is_word(s, s->at, "better");
  if ((!better && !is_word(s, s->at, "worse")) || !is_word(s, s->at + 1, "than")) return false;
  *mark = take(s);
  token than = take(s);
  mark->length = than.offset + than.length - mark->offset;
  *operation = better ? NODE_LESS : NODE_GREATER;
  return true;
}

/* At `(`: does `..` follow the first operand inside? Then it is an interval. */
static bool is_open_interval(const notation_source *s) {
  int depth = 0;
  for (size_t i = s->at; s->tokens[i].kind != TOKEN_END; i++) {
    token_kind kind = s->tokens[i].kind;
    if (kind == TOKEN_OPEN) depth++;
    if (kind == TOKEN_CLOSE && --depth == 0) return false;
    if (depth > 1) continue;
    if (kind == TOKEN_RANGE) return true;
    if (kind == TOKEN_COMMA || kind == TOKEN_OPEN_SQUARE || kind == TOKEN_CLOSE_SQUARE)
      return false;
  }
  return false;
}

static syntax *parse_in(notation_source *s, token mark, syntax *input) {
  syntax *x = notation_syntax_node(s, SYNTAX_IN, mark);
  if (!enter(s) || !add_child(s, x, input)) return NULL;
  if (peek(s).kind != TOKEN_OPEN || is_open_interval(s)) {
    if (!add_child(s, x, parse_item(s, true))) return NULL;
  } else {
    take(s);
    do {
      if (!add_child(s, x, parse_item(s, false))) return NULL;
    } while (accept(s, TOKEN_COMMA));
    token end = peek(s);
    if (!expect(s, TOKEN_CLOSE, "`,` or `)`")) return NULL;
    x->length = end.offset + end.length - x->offset;
  }
  s->depth--;
  return x;
}

static syntax *parse_between(notation_source *s, token mark, syntax *input) {
  syntax *x = notation_syntax_node(s, SYNTAX_BETWEEN, mark);
  if (!add_child(s, x, input) || !add_child(s, x, parse_sum(s))) return NULL;
  if (!expect(s, TOKEN_AND, "the `and` of between")) return NULL;
  return add_child(s, x, parse_sum(s)) ? x : NULL;
}

static syntax *parse_comparison(notation_source *s) {
  syntax *x = parse_sum(s);
  if (x == NULL) return NULL;
  token t = peek(s);
  node_kind operation;
  token_kind next = s->tokens[s->at].kind == TOKEN_END ? TOKEN_END : s->tokens[s->at + 1].kind;
  bool opposite = t.kind == TOKEN_NOT && (next == TOKEN_IN || next == TOKEN_BETWEEN);
  if (opposite) {
    take(s);
    t = peek(s);
  }
  if (accept(s, TOKEN_IN)) {
    x = parse_in(s, t, x);
  } else if (accept(s, TOKEN_BETWEEN)) {
    x = parse_between(s, t, x);
  } else if (comparison(t.kind, &operation)) {
    take(s);
    x = binary(s, operation, t, x, parse_sum(s));
  } else if (accept_grading(s, &t, &operation)) {
    x = binary(s, operation, t, x, parse_sum(s));
    if (x != NULL) x->graded = true;
  } else {
    return x;
  }
  if (opposite && x != NULL) {
    syntax *negation =
        notation_syntax_node(s, SYNTAX_NOT, (token){TOKEN_NOT, x->offset, x->length});
    x = add_child(s, negation, x) ? negation : NULL;
  }
  t = peek(s);
  if (x == NULL || (!comparison(t.kind, &operation) && t.kind != TOKEN_IN)) return x;
  notation_complain(s, SEVERITY_ERROR, t.offset, t.length,
                    "join two comparisons with and, or between", "a comparison of a comparison");
  return NULL;
}

static syntax *parse_and(notation_source *s) {
  syntax *x = parse_comparison(s);
  while (x != NULL && peek(s).kind == TOKEN_AND) {
    token t = take(s);
    x = binary(s, NODE_AND, t, x, parse_comparison(s));
  }
  return x;
}

static syntax *parse_whole(notation_source *s) {
  if (!enter(s)) return NULL;
  syntax *x = parse_and(s);
  while (x != NULL && peek(s).kind == TOKEN_OR) {
    token t = take(s);
    x = binary(s, NODE_OR, t, x, parse_and(s));
  }
  s->depth--;
  return x;
}

/* ---- tests ---- */

static bool is_closing(token_kind kind) {
  return kind == TOKEN_CLOSE || kind == TOKEN_CLOSE_SQUARE || kind == TOKEN_OPEN_SQUARE;
}

static syntax *parse_interval(notation_source *s) {
  token open = take(s);
  syntax *x = notation_syntax_node(s, SYNTAX_INTERVAL, open);
  x->low_open = open.kind != TOKEN_OPEN_SQUARE;
  if (peek(s).kind == TOKEN_RANGE)
    return refuse_with(s, peek(s), "the lower bound", "without one: <= 5");
  if (!add_child(s, x, parse_sum(s))) return NULL;
  if (peek(s).kind == TOKEN_COMMA) {
    refuse_with(s, peek(s), "`..`", "a range is [1..5], a list is (1, 5)");
    return NULL;
  }
  if (!expect(s, TOKEN_RANGE, "`..`")) return NULL;
  token end = peek(s);
  if (is_closing(end.kind)) return refuse_with(s, end, "the upper bound", "without one: >= 5");
  if (!add_child(s, x, parse_sum(s))) return NULL;
  end = peek(s);
  if (!is_closing(end.kind)) return refuse(s, end, "the `]` or `)` of the interval");
  take(s);
  x->high_open = end.kind != TOKEN_CLOSE_SQUARE;
  x->mark_length = x->length = end.offset + end.length - x->offset;
  return x;
}

/* (<= 5): FEEL's range without one end. */
static syntax *parse_enclosed(notation_source *s) {
  token open = take(s);
  syntax *x = enter(s) ? parse_item(s, true) : NULL;
  token end = peek(s);
  if (x == NULL || !expect(s, TOKEN_CLOSE, "`)`")) return NULL;
  s->depth--;
  x->offset = open.offset;
  x->length = end.offset + end.length - open.offset;
  return x;
}

/* One alternative of a list of tests; `bare`: right behind `in`, where `and` goes on. */
static syntax *parse_item(notation_source *s, bool bare) {
  token t = peek(s);
  node_kind operation;
  if (t.kind == TOKEN_OPEN_SQUARE || t.kind == TOKEN_CLOSE_SQUARE ||
      (t.kind == TOKEN_OPEN && is_open_interval(s)))
    return parse_interval(s);
  if (t.kind == TOKEN_OPEN && comparison(s->tokens[s->at + 1].kind, &operation))
    return parse_enclosed(s);
  bool graded = accept_grading(s, &t, &operation);
  if (graded || comparison(t.kind, &operation)) {
    if (!graded) take(s);
    syntax *x = notation_syntax_node(s, SYNTAX_COMPARE, t);
    x->operation = operation;
    x->graded = graded;
    return add_child(s, x, parse_sum(s)) ? x : NULL;
  }
  return bare ? parse_sum(s) : parse_whole(s);
}

/* At a comma: 1,234 without a blank, which a spreadsheet writes for a thousand. */
static bool is_thousands(const notation_source *s, size_t at) {
  if (at == 0 || s->tokens[at].kind != TOKEN_COMMA) return false;
  token a = s->tokens[at - 1], comma = s->tokens[at], b = s->tokens[at + 1];
  return a.kind == TOKEN_NUMBER && b.kind == TOKEN_NUMBER && a.length <= 3 && b.length >= 3 &&
         a.offset + a.length == comma.offset && comma.offset + 1 == b.offset &&
         (b.length == 3 || s->text[b.offset + 3] == '.') && s->text[a.offset] != '0' &&
         memchr(s->text + a.offset, '.', (size_t)a.length) == NULL;
}

static bool ends(notation_source *s) {
  token t = peek(s);
  if (t.kind == TOKEN_END) return true;
  const char *hint =
      is_thousands(s, s->at) ? "thousands are written without commas: 1000" : hint_for(s, t);
  notation_complain(s, SEVERITY_ERROR, t.offset, t.length, hint, "`%.*s` is not expected here",
                    t.length > 40 ? 40 : t.length, s->text + t.offset);
  return false;
}

syntax *notation_parse_expression(notation_source *s) {
  syntax *x = parse_whole(s);
  return x != NULL && ends(s) ? x : NULL;
}

static bool add_item(notation_source *s, test_syntax *out, syntax *item) {
  if (item == NULL) return false;
  if (out->count == out->capacity) {
    size_t capacity = out->capacity == 0 ? 4 : out->capacity * 2;
    syntax **grown = arena_array(s->context->arena, capacity, sizeof(syntax *));
    if (out->count > 0) memcpy(grown, out->items, out->count * sizeof(syntax *));
    out->items = grown;
    out->capacity = capacity;
  }
  out->items[out->count++] = item;
  return true;
}

/* not(...) is the whole test, not a condition among others: it ends where the text ends. */
static bool is_negated_list(const notation_source *s) {
  if (s->tokens[0].kind != TOKEN_NOT || s->tokens[1].kind != TOKEN_OPEN) return false;
  int depth = 0;
  for (size_t i = 1; s->tokens[i].kind != TOKEN_END; i++) {
    if (s->tokens[i].kind == TOKEN_OPEN) depth++;
    if (s->tokens[i].kind == TOKEN_CLOSE) depth--;
    /* an interval may be closed by a parenthesis that it did not open */
    if (s->tokens[i].kind == TOKEN_QUESTION) return false;
    if (depth == 0 && s->tokens[i + 1].kind == TOKEN_AND) return false;
  }
  return true;
}

static void warn_thousands(notation_source *s) {
  token a = s->tokens[s->at - 1], b = s->tokens[s->at + 1];
  notation_warn(s, "thousands", a.offset, b.offset + b.length - a.offset,
                "a thousand is written without the comma, a list with a blank behind it",
                "is this a list of two numbers?");
}

bool notation_parse_tests(notation_source *s, test_syntax *out) {
  *out = (test_syntax){0};
  if (peek(s).kind == TOKEN_MINUS && s->tokens[1].kind == TOKEN_END) return out->any = true;
  if (is_negated_list(s)) {
    out->negated = true;
    s->at = 2;
  }
  do {
    if (!add_item(s, out, parse_item(s, false))) return false;
    if (is_thousands(s, s->at)) warn_thousands(s);
  } while (accept(s, TOKEN_COMMA));
  if (out->negated && !expect(s, TOKEN_CLOSE, "`,` or the `)` of not")) return false;
  return ends(s);
}
