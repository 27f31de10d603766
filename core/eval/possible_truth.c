/* Conditions over what is possible: how they can come out, and what must hold where one is true. */
#include <string.h>

#include "possible.h"
#include "possible_parts.h"

/* ---- three-valued logic over sets of outcomes ---- */

static unsigned negated(unsigned a) {
  return (a & MAYBE_UNKNOWN) | (a & MAYBE_TRUE ? MAYBE_FALSE : 0) |
         (a & MAYBE_FALSE ? MAYBE_TRUE : 0);
}

static unsigned both(unsigned a, unsigned b) {
  unsigned out = (a | b) & MAYBE_FALSE;
  if (a & b & MAYBE_TRUE) out |= MAYBE_TRUE;
  unsigned open = MAYBE_TRUE | MAYBE_UNKNOWN;
  if ((a & open) && (b & open) && ((a | b) & MAYBE_UNKNOWN)) out |= MAYBE_UNKNOWN;
  return out;
}

static unsigned either(unsigned a, unsigned b) {
  return negated(both(negated(a), negated(b)));
}

/* ---- comparisons ---- */

static unsigned of_set(const possible *p) {
  return (p->missing ? MAYBE_UNKNOWN : 0u) | (possible_has_word(p, 1) ? MAYBE_TRUE : 0u) |
         (possible_has_word(p, 0) ? MAYBE_FALSE : 0u);
}

/* The words as numbers, so that they compare as such. */
static void bound_words(possible *p, value_type type) {
  size_t count = possible_word_count(type), low = count, high = 0;
  for (size_t i = 0; i < count; i++) {
    if (!possible_has_word(p, i)) continue;
    if (low == count) low = i;
    high = i;
  }
  if (low == count) return;
  p->has_low = p->has_high = true;
  p->low = (rational){(int128)low, 1};
  p->high = (rational){(int128)high, 1};
}

static bool is_below(const possible *a, const possible *b) { /* every a < every b */
  return a->has_high && b->has_low && rational_compare(a->high, b->low) < 0;
}

static bool is_not_above(const possible *a, const possible *b) {
  return a->has_high && b->has_low && rational_compare(a->high, b->low) <= 0;
}

static bool is_single(const possible *a) {
  return a->has_low && a->has_high && rational_compare(a->low, a->high) == 0;
}

static bool share_word(const possible *a, const possible *b, value_type type) {
  size_t count = possible_word_count(type);
  for (size_t i = 0; i < count; i++)
    if (possible_has_word(a, i) && possible_has_word(b, i)) return true;
  return count == 0;
}

static unsigned ordered(node_kind kind, const possible *a, const possible *b) {
  bool strict = kind == NODE_LESS || kind == NODE_GREATER;
  const possible *x = kind == NODE_LESS || kind == NODE_LESS_EQUAL ? a : b, *y = x == a ? b : a;
  bool always = strict ? is_below(x, y) : is_not_above(x, y); /* x < y, x <= y */
  bool never = strict ? is_not_above(y, x) : is_below(y, x);
  return (never ? 0u : MAYBE_TRUE) | (always ? 0u : MAYBE_FALSE);
}

static unsigned equal(const possible *a, const possible *b, value_type type) {
  bool apart = is_below(a, b) || is_below(b, a) || !share_word(a, b, type);
  bool same = is_single(a) && is_single(b) && !apart;
  return (apart ? 0u : MAYBE_TRUE) | (same ? 0u : MAYBE_FALSE);
}

/* Sides that count different things (days against a duration) are left alone. */
static bool comparable(const node *a, const node *b) {
  if (possible_word_count(a->type)) return type_equal(a->type, b->type);
  if (!possible_is_measured(a->type) || !possible_is_measured(b->type)) return false;
  return a->type.kind == b->type.kind ||
         (type_is_numeric(a->type.kind) && type_is_numeric(b->type.kind));
}

static unsigned compared(const possible_world *w, const node *n) {
  const node *left = n->children[0], *right = n->children[1];
  possible a = possible_of(w, left);
  bool negative = n->kind == NODE_NOT_EQUAL;
  unsigned out;
  if (right->type.kind == TYPE_NONE) { /* x = null */
    out = (a.missing ? MAYBE_TRUE : 0u) | (a.value ? MAYBE_FALSE : 0u);
    return negative ? negated(out) : out;
  }
  possible b = possible_of(w, right);
  out = a.missing || b.missing ? MAYBE_UNKNOWN : 0;
  if (!a.value || !b.value) return out;
  if (!comparable(left, right)) return out | MAYBE_TRUE | MAYBE_FALSE;
  bound_words(&a, left->type);
  bound_words(&b, right->type);
  if (n->kind != NODE_EQUAL && !negative) return out | ordered(n->kind, &a, &b);
  unsigned same = equal(&a, &b, left->type);
  return out | (negative ? negated(same) : same);
}

/* ---- conditions ---- */

static unsigned conjunction(const possible_world *w, const node *n) {
  possible_world at = *w;
  unsigned out = MAYBE_TRUE;
  for (size_t i = 0; i < n->child_count; i++) {
    unsigned there = possible_truth(&at, n->children[i]); /* where those before it are true */
    out = both(out, possible_truth(w, n->children[i]));
    if (!(there & MAYBE_TRUE)) out &= ~(unsigned)MAYBE_TRUE;
    if (i + 1 < n->child_count) at = possible_where(&at, n->children[i], true);
  }
  return out;
}

static unsigned disjunction(const possible_world *w, const node *n, size_t from) {
  possible_world at = *w;
  unsigned out = MAYBE_FALSE;
  for (size_t i = from; i < n->child_count; i++) {
    unsigned there = possible_truth(&at, n->children[i]); /* where those before it are false */
    out = either(out, possible_truth(w, n->children[i]));
    if (!(there & MAYBE_FALSE)) out &= ~(unsigned)MAYBE_FALSE;
    if (i + 1 < n->child_count) at = possible_where(&at, n->children[i], false);
  }
  return out;
}

static unsigned chosen(const possible_world *w, const node *n) {
  unsigned truth = possible_truth(w, n->children[0]), out = 0;
  if (truth & MAYBE_TRUE) {
    possible_world then = possible_where(w, n->children[0], true);
    out |= possible_truth(&then, n->children[1]);
  }
  if (truth & (MAYBE_FALSE | MAYBE_UNKNOWN)) out |= possible_truth(w, n->children[2]);
  return out;
}

unsigned possible_truth(const possible_world *w, const node *n) {
  possible p;
  switch (n->kind) {
  case NODE_NOT:
    return negated(possible_truth(w, n->children[0]));
  case NODE_AND:
    return conjunction(w, n);
  case NODE_OR:
    return disjunction(w, n, 0);
  case NODE_IN:
    return disjunction(w, n, 1);
  case NODE_IF:
    return chosen(w, n);
  case NODE_EQUAL:
  case NODE_NOT_EQUAL:
  case NODE_LESS:
  case NODE_LESS_EQUAL:
  case NODE_GREATER:
  case NODE_GREATER_EQUAL:
    return compared(w, n);
  case NODE_CALL:
    if (n->function != FUNCTION_COALESCE) {
      unsigned out = MAYBE_TRUE | MAYBE_FALSE;
      for (size_t i = 0; i < n->child_count; i++)
        if (possible_of(w, n->children[i]).missing) out |= MAYBE_UNKNOWN;
      return out;
    }
    break;
  default:
    break;
  }
  p = possible_of(w, n);
  return of_set(&p);
}

/* ---- what must hold where a condition is true, or false ---- */

possible_world possible_copy(const possible_world *w) {
  possible_world own = *w;
  own.slots = arena_array(w->arena, w->count + 1, sizeof *own.slots);
  if (w->count) memcpy(own.slots, w->slots, w->count * sizeof *own.slots);
  return own;
}

static possible *slot_of(possible_world *w, const node *n) {
  bool there = n->kind == NODE_SLOT && n->symbol->slot >= 0 && (size_t)n->symbol->slot < w->count;
  return there ? &w->slots[n->symbol->slot] : NULL;
}

/* The next value of the type beyond a bound; false: there may be one between. */
static bool beyond(value_type type, rational at, int direction, rational *out) {
  if (type_storage(type.kind) != STORE_I64) return false;
  int64_t unit = type_is_numeric(type.kind) && type.denominator > 0 ? type.denominator : 1;
  rational scaled;
  int128 floor;
  if (!rational_mul(at, (rational){unit, 1}, &scaled) || !rational_floor(scaled, &floor))
    return false;
  if (direction > 0)
    floor += 1;
  else if (scaled.den == 1)
    floor -= 1;
  return rational_make(floor, unit, out);
}

static void keep_below(possible *p, value_type type, const possible *than, bool strict) {
  rational most = than->high;
  if (!than->has_high) return;
  if (strict && !beyond(type, than->high, -1, &most)) most = than->high;
  if (!p->has_high || rational_compare(p->high, most) > 0) p->high = most;
  p->has_high = true;
}

static void keep_above(possible *p, value_type type, const possible *than, bool strict) {
  rational least = than->low;
  if (!than->has_low) return;
  if (strict && !beyond(type, than->low, 1, &least)) least = than->low;
  if (!p->has_low || rational_compare(p->low, least) < 0) p->low = least;
  p->has_low = true;
}

static void keep_words(possible_world *w, possible *p, value_type type, const possible *other,
                       node_kind kind) {
  size_t count = possible_word_count(type);
  uint64_t *words = arena_array(w->arena, count / 64 + 1, sizeof *words);
  possible bounds = *other;
  bound_words(&bounds, type);
  for (size_t i = 0; i < count; i++) {
    possible one = {.value = true, .has_low = true, .has_high = true};
    one.low = one.high = (rational){(int128)i, 1};
    bool fits = kind == NODE_EQUAL       ? possible_has_word(other, i)
                : kind == NODE_NOT_EQUAL ? !(is_single(&bounds) && bounds.low.num == (int128)i)
                                         : (ordered(kind, &one, &bounds) & MAYBE_TRUE) != 0;
    if (fits && possible_has_word(p, i)) words[i / 64] |= UINT64_C(1) << (i % 64);
  }
  p->words = words;
}

static void keep(possible_world *w, possible *p, value_type type, node_kind kind,
                 const possible *other) {
  p->missing = false;
  if (possible_word_count(type)) {
    keep_words(w, p, type, other, kind);
    return;
  }
  if (kind == NODE_LESS || kind == NODE_LESS_EQUAL || kind == NODE_EQUAL)
    keep_below(p, type, other, kind == NODE_LESS);
  if (kind == NODE_GREATER || kind == NODE_GREATER_EQUAL || kind == NODE_EQUAL)
    keep_above(p, type, other, kind == NODE_GREATER);
}

/* The comparison that holds where this one is false. */
static node_kind opposite(node_kind kind) {
  switch (kind) {
  case NODE_EQUAL:
    return NODE_NOT_EQUAL;
  case NODE_NOT_EQUAL:
    return NODE_EQUAL;
  case NODE_LESS:
    return NODE_GREATER_EQUAL;
  case NODE_LESS_EQUAL:
    return NODE_GREATER;
  case NODE_GREATER:
    return NODE_LESS_EQUAL;
  default:
    return NODE_LESS;
  }
}

static void hold(possible_world *w, const node *n, bool truth);

static void hold_comparison(possible_world *w, const node *n, bool truth) {
  const node *left = n->children[0], *right = n->children[1];
  node_kind kind = truth ? n->kind : opposite(n->kind);
  possible *x = slot_of(w, left), *y = slot_of(w, right);
  if (right->type.kind == TYPE_NONE) {
    if (x) *(kind == NODE_EQUAL ? &x->value : &x->missing) = false;
    return;
  }
  possible a = possible_of(w, left), b = possible_of(w, right);
  bool alike = comparable(left, right);
  if (x && alike) keep(w, x, left->type, kind, &b);
  if (y && alike) keep(w, y, right->type, node_mirrored(kind), &a);
  if (x && !alike) x->missing = false;
  if (y && !alike) y->missing = false;
}

/* One of the children from `from` on holds. */
static void hold_any(possible_world *w, const node *n, size_t from) {
  possible_world all = {0};
  for (size_t i = from; i < n->child_count; i++) {
    if (!(possible_truth(w, n->children[i]) & MAYBE_TRUE)) continue;
    possible_world one = possible_copy(w);
    hold(&one, n->children[i], true);
    for (size_t k = 0; k < w->count && all.slots; k++)
      all.slots[k] = possible_union(w, w->types[k], all.slots[k], one.slots[k]);
    if (!all.slots) all = one;
  }
  if (all.slots) memcpy(w->slots, all.slots, w->count * sizeof *w->slots);
}

static void hold(possible_world *w, const node *n, bool truth) {
  possible *x = slot_of(w, n);
  if (x) {
    uint64_t *words = arena_array(w->arena, 1, sizeof *words);
    words[0] = truth ? 2 : 1;
    x->words = words;
    x->missing = false;
    return;
  }
  switch (n->kind) {
  case NODE_NOT:
    hold(w, n->children[0], !truth);
    break;
  case NODE_AND:
    for (size_t i = 0; i < n->child_count && truth; i++) hold(w, n->children[i], true);
    break;
  case NODE_OR:
    for (size_t i = 0; i < n->child_count && !truth; i++) hold(w, n->children[i], false);
    if (truth) hold_any(w, n, 0);
    break;
  case NODE_IN:
    for (size_t i = 1; i < n->child_count && !truth; i++) hold(w, n->children[i], false);
    if (truth) hold_any(w, n, 1);
    break;
  case NODE_EQUAL:
  case NODE_NOT_EQUAL:
  case NODE_LESS:
  case NODE_LESS_EQUAL:
  case NODE_GREATER:
  case NODE_GREATER_EQUAL:
    hold_comparison(w, n, truth);
    break;
  default:
    break;
  }
}

possible_world possible_where(const possible_world *w, const node *n, bool truth) {
  possible_world own = possible_copy(w);
  hold(&own, n, truth);
  return own;
}
