/* What a value can be, as far as declarations tell: from the least and greatest of fields, the words of
 * choices, constants and formulas over them. Always a superset of what records bring, so that what
 * is impossible here is impossible; that something is possible here proves nothing. Two formulas
 * over one field are taken together only where a condition says what holds in its other half. */
#ifndef EVAL_POSSIBLE_H
#define EVAL_POSSIBLE_H

#include "../lang/notation.h"

typedef struct possible {
  bool missing, value;   /* it may be missing, may have a value */
  const uint64_t *words; /* CHOICE, BOOLEAN (bit 1 = true): those that it may be; NULL = any */
  bool has_low, has_high;
  rational low, high; /* numbers but NUMBER, dates (days), moments (seconds), inclusive */
} possible;

/* How a condition can come out. */
enum { MAYBE_TRUE = 1, MAYBE_FALSE = 2, MAYBE_UNKNOWN = 4 };

typedef struct possible_world {
  arena *arena; /* owns what is made */
  zone zone;
  size_t count;            /* slots */
  const value_type *types; /* by symbol.slot */
  possible *slots;         /* the same */
} possible_world;

possible possible_any(value_type type);
possible possible_none(void); /* neither a value nor missing: what is never there */
possible possible_constant(const possible_world *w, const value *v);
possible possible_range(rational low, rational high); /* a value from low to high */
possible possible_word(const possible_world *w, value_type type, size_t word);

bool possible_has_word(const possible *p, size_t word);
size_t possible_word_count(value_type type); /* of a CHOICE or BOOLEAN; else 0 */
possible possible_union(const possible_world *w, value_type type, possible a, possible b);
/* Numbers alone. */
possible possible_sum(possible a, possible b);
possible possible_product(possible a, possible b);
possible possible_min(possible a, possible b);
possible possible_max(possible a, possible b);
/* Not above / not below; only what has values changes. */
possible possible_at_most(possible a, rational most);
possible possible_at_least(possible a, rational least);

/* Of a formula's tree. */
possible possible_of(const possible_world *w, const node *n);
/* Of a boolean tree: MAYBE_... together. */
unsigned possible_truth(const possible_world *w, const node *n);
/* The world in which the condition is true (or false, which is not unknown). */
possible_world possible_where(const possible_world *w, const node *n, bool truth);
/* The same world over slots of its own, to be changed. */
possible_world possible_copy(const possible_world *w);

#endif
