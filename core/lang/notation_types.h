/* Inside the notation: the rules of types. Each function makes a typed, folded node or complains
 * and returns NULL. */
#ifndef LANG_NOTATION_TYPES_H
#define LANG_NOTATION_TYPES_H

#include "notation_syntax.h"

node *types_constant(checker *k, const syntax *at, value v);
node *types_negate(checker *k, const syntax *at, node *a);
node *types_arithmetic(checker *k, node_kind kind, const syntax *at, node *a, node *b);
node *types_compare(checker *k, node_kind kind, const syntax *at, node *a, node *b);
/* AND and OR of conditions. */
node *types_join(checker *k, node_kind kind, const syntax *at, node *a, node *b);
/* IF, or a CALL of coalesce, min, max: brings the children from `first` on to one type. */
node *types_unite(checker *k, node *n, size_t first);
/* A CALL of one of the other functions, its arguments in place. */
node *types_function(checker *k, node *n);
/* Brings an expression to the type that its place expects. */
node *types_conform(checker *k, node *n, value_type expected);
/* True if the operands may be compared so; complains if not. */
bool types_comparable(checker *k, node_kind kind, const node *a, const node *b);
bool types_is_null(const node *n);
bool types_is_whole(value_type t);

static inline value_type type_plain(type_kind kind) {
  return (value_type){.kind = kind, .denominator = 1};
}

#endif
