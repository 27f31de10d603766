/* Inside the notation: what the checkers of its forms share. Each makes a typed node or complains and
 * returns NULL. */
#ifndef LANG_NOTATION_CHECK_H
#define LANG_NOTATION_CHECK_H

#include "notation_syntax.h"

/* Complains at the mark of `s`. */
node *check_complain(checker *k, const syntax *s, const char *hint, const char *what);
node *check_plain(checker *k, const syntax *s, type_kind kind, rational exact);
/* A symbol that is no name of the scope. */
node *symbol_node(checker *k, const syntax *s, const symbol *found);
/* The name of a field, parameter or output. */
node *check_symbol(checker *k, const syntax *s, symbol *found);
/* Fills n->children from `first` on; the first operand that knows its type tells it the others. */
bool check_united(checker *k, const syntax *s, node *n, size_t first, value_type expected);
/* A CALL with all its arguments typed, none of them null; the function's own types are the caller's. */
node *check_arguments(checker *k, const syntax *s, function_kind f, value_type type);
node *check_date(checker *k, const syntax *s);
node *check_date_and_time(checker *k, const syntax *s);
node *check_duration(checker *k, const syntax *s);
/* name(...) */
node *check_call(checker *k, const syntax *s, value_type expected);
/* The list of codes that the name means; NULL without a complaint if it means none. */
symbol *check_codes_list(checker *k, const syntax *s);
/* CODE in reasons, where the right side is such a list. */
node *check_code_in(checker *k, const syntax *s);

#endif
