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
/* A CALL of a function over numbers or texts, its arguments in place. */
node *types_function(checker *k, node *n);
/* A CALL of a function over dates and timestamps (FUNCTION_ADD_MONTHS ..). */
node *calendar_function(checker *k, node *n);
/* Where one side is a date, a timestamp or a duration. */
node *calendar_arithmetic(checker *k, node_kind kind, const syntax *at, node *a, node *b);
bool calendar_type(type_kind kind);
/* Complains of a date beside a timestamp. */
bool calendar_mixed(checker *k, const node *a, const node *b);
/* A constant duration beside days or months that are counted: their number. Else n itself. */
node *calendar_counted(node *n, const node *other);
/* Brings an expression to the type that its place expects. */
node *types_conform(checker *k, node *n, value_type expected);
/* True if the operands may be compared so; complains if not. */
bool types_comparable(checker *k, node_kind kind, const node *a, const node *b);
/* Complaints at a node, and at the operator between two. Each returns NULL. */
node *types_complain(checker *k, const node *n, const char *hint, const char *what);
node *types_cannot(checker *k, node_kind kind, const syntax *at, const node *a, const node *b,
                   const char *hint);
/* A hint that quotes the node as written, for %s. */
const char *types_hint(checker *k, const char *format, const node *n);
bool types_is_null(const node *n);
bool types_is_text(type_kind kind);
bool types_is_whole(value_type t);

static inline value_type type_plain(type_kind kind) {
  return (value_type){.kind = kind, .denominator = 1};
}

#endif
