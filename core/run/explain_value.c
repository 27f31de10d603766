/* Values as texts, and formulas with the record's values in the place of their names. */
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../eval/inspect.h"
#include "explain_parts.h"
#include "report_text.h"

#define MOST_DIGITS 6 /* a number that ends within so many decimals is written whole, */
#define SOME_DIGITS 4 /* any other rounded to these */

/* ---- values ---- */

const char *explain_missing(const explainer *x) {
  return explain_say(x->language, WORD_MISSING);
}

static const char *keep(explainer *x, buffer *b) {
  const char *text = arena_string_n(x->arena, b->data ? b->data : "", b->size);
  buffer_deinit(b);
  return text;
}

/* How many decimals show the number: all that it has, unless those are too many. */
static int digits_of(int128 num, int128 den, int least) {
  for (int d = least; d <= MOST_DIGITS && den < (int128)1 << 96; d++)
    if (num % den * pow10_i64(d) % den == 0) return d;
  return least > SOME_DIGITS ? least : SOME_DIGITS;
}

const char *explain_number(explainer *x, rational number, int digits, bool plain) {
  buffer b = {0};
  digits = digits_of(number.num, number.den, digits);
  if (plain) {
    buffer_reserve(&b, 80);
    b.size = quotient_write(b.data, number.num, number.den, digits);
  } else {
    write_amount(&b, number.num, number.den, digits);
  }
  return keep(x, &b);
}

const char *explain_moment(explainer *x, int64_t moment, bool plain) {
  char text[32] = {0};
  moment_write(text, moment, x->plan->pack->zone);
  if (plain) return arena_string(x->arena, text);
  const bool whole = !strncmp(text + 17, "00", 2);
  return arena_format(x->arena, "%.10s %.*s", text, whole ? 5 : 8, text + 11);
}

/* The number in a numeric column that is exact. */
static bool exact_of(const column *c, size_t row, rational *out) {
  return c->i64 && type_is_numeric(c->type.kind) &&
         rational_make(c->i64[row], c->den ? c->den[row] : c->type.denominator, out);
}

const char *explain_exact(explainer *x, const column *c, int digits) {
  rational number;
  if (column_missing(c, x->row) || !exact_of(c, x->row, &number)) return explain_shown(x, c);
  return explain_number(x, number, digits, false);
}

static const char *write(explainer *x, const column *c, size_t row, bool plain) {
  rational number;
  if (exact_of(c, row, &number)) return explain_number(x, number, c->type.digits, plain);
  if (c->type.kind == TYPE_TIMESTAMP) return explain_moment(x, c->i64[row], plain);
  buffer raw = {0}, b = {0};
  column_write(&raw, c, row, x->plan->pack->zone);
  if (raw.size) text_printable(&b, raw.data, raw.size, plain ? SIZE_MAX : 200);
  buffer_deinit(&raw);
  return keep(x, &b);
}

const char *explain_plain(explainer *x, const column *c) {
  return column_missing(c, x->row) ? NULL : write(x, c, x->row, true);
}

const char *explain_shown(explainer *x, const column *c) {
  return column_missing(c, x->row) ? explain_missing(x) : write(x, c, x->row, false);
}

const char *explain_as(explainer *x, value_type type, rational number) {
  if (type_is_numeric(type.kind)) return explain_number(x, number, type.digits, false);
  int64_t stored = (int64_t)number.num;
  const column one = {.type = type, .i64 = &stored};
  return write(x, &one, 0, false);
}

const column *explain_column(explainer *x, const formula *f) {
  return inspect(x->evaluator, f->tree);
}

/* ---- formulas ---- */

typedef struct leaf {
  int offset, length;
  const char *text;
} leaf;

typedef struct leaves {
  explainer *x;
  const char *text; /* of the whole */
  leaf *items;
  size_t count;
} leaves;

static bool is_letter(unsigned char c) {
  return c >= 0x80 || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether a name stands in it: 2025-10-01T09:00:00Z has none. */
static bool has_name(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const unsigned char before = i ? (unsigned char)text[i - 1] : ' ';
    const bool inside = is_letter(before) || (before >= '0' && before <= '9');
    if (text[i] == '"') return false;
    if (is_letter((unsigned char)text[i]) && !inside) return true;
  }
  return false;
}

/* A parameter, today, or what folds to a constant: its value says more than its name. */
static bool is_named_constant(const leaves *l, const node *n) {
  switch (n->constant.type.kind) {
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_NUMBER:
  case TYPE_DATE:
  case TYPE_TIMESTAMP:
  case TYPE_RATIO:
    return has_name(l->text + n->offset, (size_t)n->length);
  default:
    return n->symbol != NULL;
  }
}

static void add_leaf(leaves *l, const node *n) {
  size_t at = l->count;
  for (size_t i = 0; i < l->count; i++)
    if (l->items[i].offset == n->offset) return;
  const char *shown = explain_shown(l->x, inspect(l->x->evaluator, n));
  leaf *more = arena_array(l->x->arena, l->count + 1, sizeof *more);
  if (l->count) memcpy(more, l->items, l->count * sizeof *more);
  while (at > 0 && more[at - 1].offset > n->offset) {
    more[at] = more[at - 1];
    at--;
  }
  more[at] = (leaf){n->offset, n->length, shown};
  l->items = more;
  l->count++;
}

static void collect(leaves *l, const node *n) {
  const bool here = n->offset >= 0 && n->length > 0;
  if (n->kind == NODE_SLOT) {
    if (here) add_leaf(l, n);
    return;
  }
  if (n->kind == NODE_CONSTANT && here && is_named_constant(l, n)) add_leaf(l, n);
  for (size_t i = 0; i < n->child_count; i++)
    if (n->children[i]) collect(l, n->children[i]);
}

const char *explain_fill(explainer *x, const char *text, const node *tree) {
  leaves l = {.x = x, .text = text};
  buffer b = {0};
  size_t at = 0, n = strlen(text);
  collect(&l, tree);
  if (!l.count) return NULL;
  for (size_t i = 0; i < l.count; i++) {
    const leaf *f = &l.items[i];
    const size_t from = (size_t)f->offset, to = from + (size_t)f->length;
    if (from < at || to > n) continue;
    if (from > at) buffer_add(&b, text + at, from - at);
    const bool sign = *f->text == '-' && b.size > 0;
    buffer_format(&b, sign ? "(%s)" : "%s", f->text);
    at = to;
  }
  if (n > at) buffer_add(&b, text + at, n - at);
  return keep(x, &b);
}

const char *explain_filled(explainer *x, const formula *f) {
  return f->text ? explain_fill(x, f->text, f->tree) : NULL;
}

/* ---- tests ---- */

static size_t operator_length(const char *t) {
  if (!strncmp(t, "<=", 2) || !strncmp(t, ">=", 2) || !strncmp(t, "!=", 2)) return 2;
  return *t == '<' || *t == '>' || *t == '=';
}

/* Whether the test has several items: a comma outside of parentheses. */
static bool is_list(const char *t) {
  int depth = 0;
  for (; *t; t++) {
    depth += (*t == '(') - (*t == ')');
    if (*t == ',' && !depth) return true;
  }
  return false;
}

/* The bound of a test of constants that names something (`<= add_months(today, 1)`): its value, taken
 * from the interval that it became. */
static const char *constant_bound(explainer *x, value_type type, const unary_test *t,
                                  const char *text) {
  const size_t op = operator_length(text);
  if (t->kind != TEST_INTERVALS || t->interval_count != 1 || !has_name(text, strlen(text)) ||
      type.kind == TYPE_NUMBER || is_list(text))
    return NULL;
  const test_interval *i = &t->intervals[0];
  const bool upper = *text == '<', strict = op == 1 && *text != '=';
  if (upper ? !i->has_high : !i->has_low) return NULL;
  rational bound = upper ? i->ratio_high : i->ratio_low;
  if (type_storage(type.kind) == STORE_I64) {
    const int64_t stored = upper ? i->high + strict : i->low - strict;
    const int64_t den = type_is_numeric(type.kind) ? type.denominator : 1;
    if (!rational_make(stored, den, &bound)) return NULL;
  }
  return arena_format(x->arena, "%.*s%s%s", (int)op, text, op ? " " : "",
                      explain_as(x, type, bound));
}

/* What stands between an input and its test. */
static const char *relation(const char *t) {
  if (operator_length(t)) return " ";
  if (*t == '[' || *t == ']' || *t == '(') return " in ";
  if (!strncmp(t, "not(", 4)) return " ";
  return is_list(t) ? " in " : " = ";
}

explained_test explain_test(explainer *x, const trace_point *p, size_t input, size_t way) {
  const unary_test *t = &p->tests[input][way];
  const char *text = p->texts[input][way].text;
  explained_test out = {.any = t->kind == TEST_ANY, .holds = true};
  if (out.any || !text) return out;
  const formula *f = p->inputs[input];
  const column *c = explain_column(x, f);
  const char *name = f->text ? f->text : p->label, *shown = explain_shown(x, c);
  out.holds = inspect_test(x->evaluator, t, c, x->row);
  const char *filled = t->kind == TEST_DYNAMIC ? explain_fill(x, text, t->dynamic)
                                               : constant_bound(x, f->type, t, text);
  const char *between = relation(text);
  out.rule = arena_format(x->arena, "%s%s%s", name, between, text);
  const bool same = !filled && out.holds && !strcmp(between, " = ");
  if (!same && (filled || operator_length(text) || between[1] == 'i'))
    out.filled = arena_format(x->arena, "%s%s%s", shown, between, filled ? filled : text);
  else if (!same)
    out.filled = shown;
  return out;
}
