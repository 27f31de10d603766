/* From the tree as written to typed nodes: resolves names, words of choices and functions. */
#include "notation_check.h"
#include "notation_types.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "notation_value.h"

static const value_type anything = {.kind = TYPE_NONE, .denominator = 1};

static arena *arena_of(const checker *k) {
  return k->source->context->arena;
}

node *check_complain(checker *k, const syntax *s, const char *hint, const char *what) {
  notation_complain(k->source, SEVERITY_ERROR, s->mark, s->mark_length, hint, "%s", what);
  return NULL;
}

/* ---- names ---- */

const char *notation_hint(checker *k, const char *word, const choice_list *words, bool names) {
  const scope *known = k->source->context->scope;
  size_t most = (words != NULL ? words->count : 0) + (known != NULL ? known->count : 0), count = 0;
  const char **candidates = mem_array(most + 1, sizeof *candidates);
  for (size_t i = 0; words != NULL && i < words->count; i++) candidates[count++] = words->names[i];
  for (size_t i = 0; names && known != NULL && i < known->count; i++)
    candidates[count++] = known->symbols[i].name;
  const char *half = hint_half_width(arena_of(k), word), *nearest = NULL;
  for (size_t i = 0; half != NULL && nearest == NULL && i < count; i++)
    if (strcmp(candidates[i], half) == 0) nearest = half;
  if (nearest != NULL) {
    free(candidates);
    return arena_format(arena_of(k), "write %s (half width)", nearest);
  }
  nearest = text_suggest(word, candidates, count);
  free(candidates);
  return nearest == NULL ? NULL : arena_format(arena_of(k), "did you mean `%s`?", nearest);
}

static node *word_node(checker *k, const syntax *s, value_type choice, const choice_list *words,
                       int index) {
  value v = {.type = choice, .exact = {index, 1}, .text = words->names[index]};
  return types_constant(k, s, v);
}

/* The list of a choice, or NULL. */
static const choice_list *words_of(value_type t) {
  return t.kind == TYPE_CHOICE ? t.choices : NULL;
}

/* The words of a choice for a message, cut if there are many. */
static const char *list_words(checker *k, const choice_list *list) {
  buffer out = {0};
  for (size_t i = 0; i < list->count; i++) {
    if (i > 0) buffer_text(&out, ", ");
    if (out.size > 200) {
      buffer_text(&out, "…");
      break;
    }
    buffer_text(&out, list->names[i]);
  }
  buffer_text(&out, "");
  const char *text = arena_string(arena_of(k), out.data);
  buffer_deinit(&out);
  return text;
}

static node *unknown_word(checker *k, const syntax *s, const choice_list *words, bool names) {
  const char *hint = notation_hint(k, s->text, words, names);
  notation_complain(k->source, SEVERITY_ERROR, s->mark, s->mark_length, hint,
                    "`%s` is none of the words (%s)", s->text, list_words(k, words));
  return NULL;
}

node *symbol_node(checker *k, const syntax *s, const symbol *found) {
  symbol *copy = arena_alloc(arena_of(k), sizeof *copy); /* the scope may still grow and move */
  *copy = *found;
  node *n = notation_node(k, found->slot >= 0 ? NODE_SLOT : NODE_CONSTANT, found->type, s, 0);
  n->symbol = copy;
  if (found->slot >= 0) return n;
  n->constant = found->constant;
  n->constant.type = found->type;
  if (n->constant.exact.den == 0) n->constant.exact = (rational){0, 1};
  return n;
}

node *check_symbol(checker *k, const syntax *s, symbol *found) {
  found->used = true;
  return symbol_node(k, s, found);
}

/* A word of the expected choice is that word, whatever else has the name. */
static node *check_name(checker *k, const syntax *s, value_type expected) {
  const choice_list *words = words_of(expected);
  int index = words == NULL ? -1 : choice_find(words, s->text, strlen(s->text));
  if (words != NULL && index >= 0) return word_node(k, s, expected, words, index);
  symbol *found = scope_find(k->source->context->scope, s->text);
  if (found != NULL && found->faulty) return NULL;
  if (found != NULL) return check_symbol(k, s, found);
  if (words != NULL) return unknown_word(k, s, words, true);
  const char *hint = notation_hint(k, s->text, NULL, true);
  if (hint == NULL) hint = hint_word(arena_of(k), s->text, strlen(s->text));
  if (hint == NULL && expected.kind == TYPE_TEXT) hint = "a text stands in double quotes";
  notation_complain(k->source, SEVERITY_ERROR, s->mark, s->mark_length, hint, "unknown name `%s`",
                    s->text);
  return NULL;
}

static node *check_text(checker *k, const syntax *s, value_type expected) {
  const choice_list *words = words_of(expected);
  if (words != NULL) {
    int index = choice_find(words, s->text, strlen(s->text));
    return index >= 0 ? word_node(k, s, expected, words, index) : unknown_word(k, s, words, false);
  }
  value v = {.type = type_plain(TYPE_TEXT), .exact = {0, 1}, .text = s->text};
  return types_constant(k, s, v);
}

static node *check_number(checker *k, const syntax *s) {
  value_type type = {.kind = s->digits > 0 ? TYPE_DECIMAL : TYPE_INTEGER, .digits = s->digits};
  type.denominator = (int64_t)s->number.den;
  if (s->number.den > DENOMINATOR_MOST)
    type = (value_type){
        .kind = TYPE_RATIO, .digits = s->digits > 18 ? 18 : s->digits, .denominator = 1};
  return types_constant(k, s, (value){.type = type, .exact = s->number});
}

node *check_plain(checker *k, const syntax *s, type_kind kind, rational exact) {
  return types_constant(k, s, (value){.type = type_plain(kind), .exact = exact});
}

/* ---- operands that take their type from each other ---- */

/* Does it stand for itself only where the other side says what it is? */
static bool is_word_like(const checker *k, const syntax *s) {
  if (s->kind == SYNTAX_NAME) return scope_find(k->source->context->scope, s->text) == NULL;
  return s->kind == SYNTAX_TEXT || s->kind == SYNTAX_NULL;
}

/* `better than` and `worse than` ask which end of the list of words is the good one. */
static bool check_graded(checker *k, const syntax *s, const node *compared, node_kind *operation) {
  *operation = s->operation;
  if (!s->graded) return true;
  if (compared->type.kind != TYPE_CHOICE) {
    check_complain(k, s, s->operation == NODE_LESS ? "write <" : "write >",
                   "better than and worse than compare the words of a choice");
    return false;
  }
  if (compared->type.rank == RANK_BEST_LAST)
    *operation = s->operation == NODE_LESS ? NODE_GREATER : NODE_LESS;
  return true;
}

static node *check_compared(checker *k, const syntax *s) {
  const syntax *left = s->children[0], *right = s->children[1];
  bool right_first = is_word_like(k, left) && !is_word_like(k, right);
  node *a = notation_check(k, right_first ? right : left, anything);
  if (a == NULL) return NULL;
  node *b = notation_check(k, right_first ? left : right, a->type);
  node_kind operation;
  if (b == NULL || !check_graded(k, s, a, &operation)) return NULL;
  b = calendar_counted(b, a);
  a = calendar_counted(a, b);
  return types_compare(k, operation, s, right_first ? b : a, right_first ? a : b);
}

static node *check_condition(checker *k, const syntax *s) {
  const value_type condition = type_plain(TYPE_BOOLEAN);
  node *n = notation_check(k, s, condition);
  return n == NULL ? NULL : types_conform(k, n, condition);
}

/* The last comparison in the conditions before `or B`. */
static const syntax *last_comparison(const syntax *s) {
  while (s->kind == SYNTAX_BINARY && (s->operation == NODE_AND || s->operation == NODE_OR))
    s = s->children[1];
  return s->kind == SYNTAX_BINARY && s->operation >= NODE_EQUAL &&
                 s->operation <= NODE_GREATER_EQUAL
             ? s
             : NULL;
}

static const char *written(const checker *k, const syntax *s) {
  return arena_string_n(arena_of(k), k->source->text + s->offset, (size_t)s->length);
}

/* grade = A or B: a value where a condition is expected. */
static bool refuse_bare(checker *k, const syntax *joined) {
  const syntax *s = joined->children[1], *before = last_comparison(joined->children[0]);
  const symbol *known =
      s->kind == SYNTAX_NAME ? scope_find(k->source->context->scope, s->text) : NULL;
  bool value_like = s->kind == SYNTAX_TEXT || s->kind == SYNTAX_NUMBER || s->kind == SYNTAX_DATE ||
                    (s->kind == SYNTAX_NAME && known == NULL);
  if (before == NULL || !value_like) return false;
  const char *of = written(k, before->children[0]), *first = written(k, before->children[1]);
  const char *second = written(k, s), *hint;
  if (before->operation == NODE_EQUAL || before->operation == NODE_NOT_EQUAL)
    hint = arena_format(arena_of(k),
                        before->operation == NODE_EQUAL ? "write %s in (%s, %s)"
                                                        : "write %s not in (%s, %s)",
                        of, first, second);
  else
    hint = arena_format(arena_of(k), "repeat what is compared: %s ... %s", of, second);
  notation_complain(k->source, SEVERITY_ERROR, s->offset, s->length, hint, "`%s` is no condition",
                    second);
  return true;
}

static node *check_binary(checker *k, const syntax *s) {
  if (s->operation >= NODE_EQUAL && s->operation <= NODE_GREATER_EQUAL) return check_compared(k, s);
  bool condition = s->operation == NODE_AND || s->operation == NODE_OR;
  if (condition && refuse_bare(k, s)) return NULL;
  node *operands[2];
  for (size_t i = 0; i < 2; i++) {
    operands[i] = condition ? check_condition(k, s->children[i])
                            : notation_check(k, s->children[i], anything);
    if (operands[i] == NULL) return NULL;
  }
  return condition ? types_join(k, s->operation, s, operands[0], operands[1])
                   : types_arithmetic(k, s->operation, s, operands[0], operands[1]);
}

static node *check_not(checker *k, const syntax *s) {
  node *n = notation_node(k, NODE_NOT, type_plain(TYPE_BOOLEAN), s, 1);
  n->children[0] = check_condition(k, s->children[0]);
  return n->children[0] == NULL ? NULL : notation_fold(k, n);
}

bool check_united(checker *k, const syntax *s, node *n, size_t first, value_type expected) {
  for (size_t pass = 0; pass < 2; pass++) {
    for (size_t i = first; i < n->child_count; i++) {
      bool late = expected.kind == TYPE_NONE && is_word_like(k, s->children[i]);
      if (n->children[i] != NULL || (pass == 0 && late)) continue;
      n->children[i] = notation_check(k, s->children[i], expected);
      if (n->children[i] == NULL) return false;
      if (expected.kind == TYPE_NONE) expected = n->children[i]->type;
    }
  }
  return true;
}

static node *check_if(checker *k, const syntax *s, value_type expected) {
  node *n = notation_node(k, NODE_IF, anything, s, 3);
  n->children[0] = check_condition(k, s->children[0]);
  if (n->children[0] == NULL || !check_united(k, s, n, 1, expected)) return NULL;
  return types_unite(k, n, 1);
}

/* ---- tests ---- */

static bool has_input(const syntax *s) {
  if (s->kind == SYNTAX_INPUT) return true;
  for (size_t i = 0; i < s->child_count; i++)
    if (has_input(s->children[i])) return true;
  return false;
}

static bool has_value(const node *n) {
  return n != NULL && n->kind == NODE_CONSTANT && !n->constant.missing;
}

/* An interval that holds nothing is a mistake that reads like a rule. */
static bool check_order(checker *k, const syntax *s, const test_item *item) {
  if (!has_value(item->low) || !has_value(item->high) || item->low == item->high) return true;
  const value *low = &item->low->constant, *high = &item->high->constant;
  int order = value_order(low, high);
  if (order < 0 || (order == 0 && !item->low_open && !item->high_open)) return true;
  notation_complain(k->source, SEVERITY_ERROR, s->offset, s->length,
                    order > 0 ? "the lower bound comes first" : "an open end excludes its bound",
                    "an empty interval");
  return false;
}

static node *check_bound(checker *k, node *input, const syntax *s, node_kind operation) {
  node *n = notation_check(k, s, input->type);
  if (n != NULL) n = calendar_counted(n, input);
  return n != NULL && types_comparable(k, operation, input, n) ? n : NULL;
}

static bool is_condition(const syntax *s) {
  return s->kind == SYNTAX_NOT || s->kind == SYNTAX_IN || s->kind == SYNTAX_BETWEEN ||
         (s->kind == SYNTAX_BINARY && s->operation >= NODE_EQUAL && s->operation <= NODE_OR);
}

/* A cell holds tests of its input, not conditions of its own. */
static bool refuse_condition(checker *k, const node *input, const syntax *s) {
  if (!is_condition(s) || input->type.kind == TYPE_BOOLEAN) return false;
  notation_complain(k->source, SEVERITY_ERROR, s->offset, s->length,
                    "write ? for the input: ? > 3; or give the condition a column of its own",
                    "a condition that does not look at the input");
  return true;
}

static bool check_comparing(checker *k, node *input, const syntax *s, node_kind operation,
                            test_item *out) {
  node *n = check_bound(k, input, s, operation);
  if (n == NULL) return false;
  bool equality = operation == NODE_EQUAL || operation == NODE_NOT_EQUAL;
  out->opposite = operation == NODE_NOT_EQUAL;
  out->null = types_is_null(n);
  if (out->null) return true;
  if (equality || operation == NODE_LESS || operation == NODE_LESS_EQUAL) out->high = n;
  if (equality || operation == NODE_GREATER || operation == NODE_GREATER_EQUAL) out->low = n;
  out->high_open = operation == NODE_LESS;
  out->low_open = operation == NODE_GREATER;
  return true;
}

static bool check_interval(checker *k, node *input, const syntax *s, size_t first, test_item *out) {
  out->low_open = s->low_open;
  out->high_open = s->high_open;
  out->low = check_bound(k, input, s->children[first], NODE_GREATER_EQUAL);
  if (out->low == NULL) return false;
  out->high = check_bound(k, input, s->children[first + 1], NODE_LESS_EQUAL);
  return out->high != NULL && check_order(k, s, out);
}

bool notation_check_item(checker *k, node *input, const syntax *s, test_item *out) {
  *out = (test_item){.syntax = s};
  if (s->kind == SYNTAX_INTERVAL) return check_interval(k, input, s, 0, out);
  node_kind operation;
  if (s->kind == SYNTAX_COMPARE)
    return check_graded(k, s, input, &operation) &&
           check_comparing(k, input, s->children[0], operation, out);
  if (!has_input(s))
    return !refuse_condition(k, input, s) && check_comparing(k, input, s, NODE_EQUAL, out);
  out->condition = check_condition(k, s);
  return out->condition != NULL;
}

static node *bound_condition(checker *k, node *input, const test_item *item, bool low) {
  static const node_kind kinds[2][2] = {{NODE_LESS_EQUAL, NODE_LESS},
                                        {NODE_GREATER_EQUAL, NODE_GREATER}};
  bool open = low ? item->low_open : item->high_open;
  return types_compare(k, kinds[low][open], item->syntax, input, low ? item->low : item->high);
}

node *notation_item_condition(checker *k, node *input, const test_item *item) {
  node_kind equality = item->opposite ? NODE_NOT_EQUAL : NODE_EQUAL;
  if (item->condition != NULL) return item->condition;
  if (item->null) {
    node *null = types_constant(k, item->syntax, value_missing(anything));
    return types_compare(k, equality, item->syntax, input, null);
  }
  if (item->low == item->high) return types_compare(k, equality, item->syntax, input, item->low);
  node *low = item->low == NULL ? NULL : bound_condition(k, input, item, true);
  node *high = item->high == NULL ? NULL : bound_condition(k, input, item, false);
  if (low == NULL || high == NULL) return low == NULL ? high : low;
  return types_join(k, NODE_AND, item->syntax, low, high);
}

static node *check_in(checker *k, const syntax *s) {
  const symbol *codes = s->child_count == 2 ? check_codes_list(k, s->children[1]) : NULL;
  if (codes != NULL) return codes->faulty ? NULL : check_code_in(k, s);
  node *n = notation_node(k, NODE_IN, type_plain(TYPE_BOOLEAN), s, s->child_count);
  node *input = n->children[0] = notation_check(k, s->children[0], anything);
  if (input == NULL) return NULL;
  for (size_t i = 1; i < s->child_count; i++) {
    test_item item;
    if (!notation_check_item(k, input, s->children[i], &item)) return NULL;
    n->children[i] = notation_item_condition(k, input, &item);
    if (n->children[i] == NULL) return NULL;
  }
  return notation_fold(k, n);
}

static node *check_between(checker *k, const syntax *s) {
  node *input = notation_check(k, s->children[0], anything);
  if (input == NULL) return NULL;
  test_item item = {.syntax = s};
  if (!check_interval(k, input, s, 1, &item)) return NULL;
  return notation_item_condition(k, input, &item);
}

node *notation_check(checker *k, const syntax *s, value_type expected) {
  switch (s->kind) {
  case SYNTAX_NUMBER:
    return check_number(k, s);
  case SYNTAX_TEXT:
    return check_text(k, s, expected);
  case SYNTAX_DATE:
    return check_plain(k, s, TYPE_DATE, s->number);
  case SYNTAX_TIMESTAMP:
    return check_plain(k, s, TYPE_TIMESTAMP, s->number);
  case SYNTAX_DURATION:
    return check_plain(k, s, s->months ? TYPE_MONTHS : TYPE_DURATION, s->number);
  case SYNTAX_TRUE:
    return check_plain(k, s, TYPE_BOOLEAN, (rational){1, 1});
  case SYNTAX_FALSE:
    return check_plain(k, s, TYPE_BOOLEAN, (rational){0, 1});
  case SYNTAX_NULL:
    return types_constant(k, s, value_missing(anything));
  case SYNTAX_NAME:
    return check_name(k, s, expected);
  case SYNTAX_INPUT:
    if (k->input != NULL) return k->input;
    return check_complain(k, s, NULL,
                          "`?` stands for the tested value, and nothing is tested here");
  case SYNTAX_CALL:
    return check_call(k, s, expected);
  case SYNTAX_NEGATE: {
    node *n = notation_check(k, s->children[0], anything);
    return n == NULL ? NULL : types_negate(k, s, n);
  }
  case SYNTAX_NOT:
    return check_not(k, s);
  case SYNTAX_BINARY:
    return check_binary(k, s);
  case SYNTAX_IF:
    return check_if(k, s, expected);
  case SYNTAX_IN:
    return check_in(k, s);
  case SYNTAX_BETWEEN:
    return check_between(k, s);
  case SYNTAX_COMPARE:
  case SYNTAX_INTERVAL:
    break;
  }
  return check_complain(k, s, NULL, "a test stands where a value is expected");
}
