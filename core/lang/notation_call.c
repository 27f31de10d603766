/* Calls of functions, and what is asked of a list of codes. */
#include <string.h>

#include "../base/text.h"
#include "notation_check.h"
#include "notation_types.h"

static const struct {
  const char *name;
  function_kind function;
  size_t least, most; /* arguments */
} functions[] = {{"coalesce", FUNCTION_COALESCE, 1, 32},
                 {"min", FUNCTION_MIN, 1, 32},
                 {"max", FUNCTION_MAX, 1, 32},
                 {"abs", FUNCTION_ABS, 1, 1},
                 {"floor", FUNCTION_FLOOR, 1, 1},
                 {"ceiling", FUNCTION_CEILING, 1, 1},
                 {"round", FUNCTION_ROUND_HALF_UP, 1, 2},
                 {"date", FUNCTION_DATE, 1, 1},
                 {"add_months", FUNCTION_ADD_MONTHS, 2, 2},
                 {"year", FUNCTION_YEAR, 1, 1},
                 {"month", FUNCTION_MONTH, 1, 1},
                 {"day", FUNCTION_DAY, 1, 1},
                 {"weekday", FUNCTION_WEEKDAY, 1, 1},
                 {"count", FUNCTION_COUNT, 1, 1}};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

static const value_type anything = {.kind = TYPE_NONE, .denominator = 1};

static arena *arena_of(const checker *k) {
  return k->source->context->arena;
}

/* date("2025-10-01") */
static node *check_date_text(checker *k, const syntax *s) {
  const char *text = s->children[0]->text;
  int64_t day;
  if (date_parse(text, strlen(text), &day)) return check_plain(k, s, TYPE_DATE, (rational){day, 1});
  return check_complain(k, s->children[0], "a date is 2025-10-01", "there is no such date");
}

/* previous("x"), or previous(x): there x is the output's name and not its value. */
static node *check_previous(checker *k, const syntax *s) {
  const notation_context *c = k->source->context;
  const syntax *of = s->child_count == 1 ? s->children[0] : NULL;
  const char *why = NULL;
  if (of == NULL || (of->kind != SYNTAX_TEXT && of->kind != SYNTAX_NAME))
    return check_complain(k, s, "write previous(\"credit_limit\")",
                          "previous takes the name of one output");
  if (c->previous == NULL) return check_complain(k, s, NULL, "previous(...) does not stand here");
  const symbol *found = c->previous(c->host, of->text, &why);
  if (found != NULL) return symbol_node(k, s, found);
  notation_complain(k->source, SEVERITY_ERROR, of->mark, of->mark_length, why,
                    "`%s` has no previous value", of->text);
  return NULL;
}

static node *unknown_function(checker *k, const syntax *s) {
  const char *names[FUNCTIONS + 1] = {"previous"};
  for (size_t i = 0; i < FUNCTIONS; i++) names[i + 1] = functions[i].name;
  const char *nearest = text_suggest(s->text, names, FUNCTIONS + 1);
  const char *hint =
      nearest == NULL ? NULL : arena_format(arena_of(k), "did you mean `%s`?", nearest);
  notation_complain(k->source, SEVERITY_ERROR, s->mark, s->mark_length, hint,
                    "unknown function `%s`", s->text);
  return NULL;
}

node *check_call(checker *k, const syntax *s, value_type expected) {
  if (strcmp(s->text, "previous") == 0) return check_previous(k, s);
  size_t f = 0;
  while (f < FUNCTIONS && strcmp(functions[f].name, s->text) != 0) f++;
  if (f == FUNCTIONS) return unknown_function(k, s);
  if (s->child_count < functions[f].least || s->child_count > functions[f].most) {
    notation_complain(k->source, SEVERITY_ERROR, s->mark, s->mark_length, NULL,
                      "%s takes %zu argument%s%s, here are %zu", s->text, functions[f].least,
                      functions[f].least == 1 ? "" : "s",
                      functions[f].most > functions[f].least ? " or more" : "", s->child_count);
    return NULL;
  }
  if (functions[f].function == FUNCTION_DATE && s->children[0]->kind == SYNTAX_TEXT)
    return check_date_text(k, s);
  node *n = notation_node(k, NODE_CALL, anything, s, s->child_count);
  n->function = functions[f].function;
  bool united = n->function <= FUNCTION_MAX;
  if (!check_united(k, s, n, 0, n->function == FUNCTION_COALESCE ? expected : anything))
    return NULL;
  return united ? types_unite(k, n, 0) : types_function(k, n);
}

/* ---- lists of codes ---- */

symbol *check_codes_list(checker *k, const syntax *s) {
  if (s->kind == SYNTAX_INPUT && k->input != NULL && k->input->type.kind == TYPE_CODES)
    return scope_find(k->source->context->scope, k->input->symbol->name);
  if (s->kind != SYNTAX_NAME) return NULL;
  symbol *found = scope_find(k->source->context->scope, s->text);
  return found != NULL && found->type.kind == TYPE_CODES ? found : NULL;
}

/* The code itself, or what stands before the colon of some: DATA_MISSING of DATA_MISSING:budget. */
static bool may_hold(const choice_list *codes, const char *word) {
  size_t n = strlen(word);
  for (size_t i = 0; i < codes->count; i++)
    if (strncmp(codes->names[i], word, n) == 0 &&
        (codes->names[i][n] == '\0' || codes->names[i][n] == ':'))
      return true;
  return false;
}

node *check_code_in(checker *k, const syntax *s) {
  const syntax *word = s->children[0];
  symbol *list = check_codes_list(k, s->children[1]);
  if (word->kind != SYNTAX_NAME && word->kind != SYNTAX_TEXT)
    return check_complain(k, word, arena_format(arena_of(k), "write CODE in %s", list->name),
                          "a code is expected");
  const choice_list *codes = list->type.choices;
  if (codes != NULL && !may_hold(codes, word->text)) {
    notation_complain(k->source, SEVERITY_ERROR, word->mark, word->mark_length,
                      notation_hint(k, word->text, codes, false), "%s never holds the code `%s`",
                      list->name, word->text);
    return NULL;
  }
  node *n = notation_node(k, NODE_CALL, type_plain(TYPE_BOOLEAN), s, 2);
  n->function = FUNCTION_HAS_CODE;
  n->children[0] = check_symbol(k, s->children[1], list);
  value v = {.type = type_plain(TYPE_TEXT), .exact = {0, 1}, .text = word->text};
  n->children[1] = types_constant(k, word, v);
  return n;
}
