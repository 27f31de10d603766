/* The notation's front door: scopes, and whole texts in. */
#include "notation.h"

#include <stdlib.h>
#include <string.h>

#include "notation_types.h"

symbol *scope_add(scope *s, const char *name, value_type type, int slot, const char *defined) {
  if (s->count == s->capacity) {
    s->capacity = s->capacity == 0 ? 32 : s->capacity * 2;
    s->symbols = mem_grow(s->symbols, s->capacity, sizeof *s->symbols);
  }
  symbol *added = &s->symbols[s->count++];
  if (type.denominator <= 0) type.denominator = 1;
  *added = (symbol){.name = name, .type = type, .slot = slot, .defined = defined};
  added->constant = (value){.type = type, .missing = true, .exact = {0, 1}};
  return added;
}

symbol *scope_find(const scope *s, const char *name) {
  for (size_t i = s != NULL ? s->count : 0; i-- > 0;)
    if (strcmp(s->symbols[i].name, name) == 0) return &s->symbols[i];
  return NULL;
}

void scope_deinit(scope *s) {
  free(s->symbols);
  *s = (scope){0};
}

node *notation_expression(const notation_context *c, const char *text, value_type expected) {
  notation_source source;
  if (!notation_tokens(&source, c, text)) return NULL;
  if (source.tokens[0].kind == TOKEN_END) {
    notation_complain(&source, SEVERITY_ERROR, 0, 0, NULL, "the formula is empty");
    return NULL;
  }
  const syntax *tree = notation_parse_expression(&source);
  if (tree == NULL) return NULL;
  checker k = {.source = &source};
  node *n = notation_check(&k, tree, expected);
  if (n == NULL) return NULL;
  if (n->type.kind == TYPE_DURATION || n->type.kind == TYPE_MONTHS)
    return types_complain(
        &k, n,
        types_hint(&k,
                   n->type.kind == TYPE_MONTHS ? "write (%s) / 1 month"
                                               : "write (%s) / 1 day, or / 1 hour",
                   n),
        "a duration stays within a formula: its result is a number, a date or a timestamp");
  return types_conform(&k, n, expected);
}

void node_slots(const node *n, void (*each)(void *ctx, const symbol *s), void *ctx) {
  if (n == NULL) return;
  if (n->kind == NODE_SLOT) each(ctx, n->symbol);
  for (size_t i = 0; i < n->child_count; i++) node_slots(n->children[i], each, ctx);
}
