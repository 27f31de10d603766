/* limit "name" { start {...}, times {...}, ..., round_down(1000) }: how much, as operations in the
 * order written. It reads what is written; what a formula means is looked at by the plan. */
#include "declare.h"

#include <string.h>

static const char term_form[] = "{ \"formula\", \"CODE\", when = \"condition\" }";

/* ---- terms ---- */

static void read_code(const body *b, limit_term *t) {
  t->code = body_code_or_item(b, 2);
  body_flag(b, "value", &t->shows);
  if (t->shows && !t->code)
    declare_error(b->l, body_key_at(b, "value"),
                  "%s: value = true shows the amount behind a code, and there is none", b->what);
}

/* "formula", or { "formula", "CODE", when = "condition" }. */
static void read_term(const body *b, int i, limit_operation *op) {
  static const char *const keys[] = {"when", "code", "value"};
  limit_term t = {.at = body_item_at(b, i)};
  body row;
  bool table = body_push_item(b, i) == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (!table) {
    body_item_text(b, i, &t.formula);
  } else if (body_open_item(b, i, &row)) {
    body_check(&row, COUNTED(keys), true);
    body_item_text(&row, 1, &t.formula);
    read_code(&row, &t);
    body_text(&row, "when", &t.when);
    if (body_count(&row) < 1 || body_count(&row) > 2)
      declare_error(b->l, row.at, "an entry of %s is %s", b->what, term_form);
    body_close(&row);
  }
  if (t.formula.text) *ARENA_PUSH(&b->l->pack->arena, op->terms, op->term_count) = t;
}

/* Either one term written flat, { "formula", "CODE" }, or a list of terms that are tables. */
static void read_terms(const body *b, limit_operation *op) {
  bool list = body_push_item(b, 1) == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (list) {
    static const char *const flat[] = {"code", "value"};
    for (size_t i = 0; i < 2; i++)
      if (body_has(b, flat[i]))
        declare_error(b->l, body_key_at(b, flat[i]),
                      "%s has several entries; %s belongs into the braces of one: %s", b->what,
                      flat[i], term_form);
    for (int i = 1; i <= body_count(b); i++) read_term(b, i, op);
    return;
  }
  limit_term t = {.at = b->at};
  body_item_text(b, 1, &t.formula);
  read_code(b, &t);
  if (body_count(b) > 2)
    declare_error(b->l, b->at,
                  "%s has too many entries; several terms are written each in braces of its "
                  "own: { { \"formula\", \"CODE\" }, { \"formula\", \"CODE\" } }",
                  b->what);
  if (t.formula.text) *ARENA_PUSH(&b->l->pack->arena, op->terms, op->term_count) = t;
}

/* ---- what a missing or a negative amount means ---- */

static bool is_word(const rule_text *t, const char *word) {
  return strcmp(t->text, word) == 0;
}

static bool read_plain(const body *b, const rule_text *t, const char *key, const char *words) {
  rational r;
  if (rational_parse(t->text, strlen(t->text), &r) == PARSE_OK) return true;
  declare_error(b->l, t->at, "%s of %s is \"%s\", which must be a number%s", key, b->what, t->text,
                words);
  return false;
}

static void read_missing(const body *b, limit_operation *op) {
  rule_text t = {0};
  if (!body_text(b, "missing", &t)) return;
  if (is_word(&t, "skip")) {
    op->missing = LIMIT_MISSING_SKIP;
  } else if (is_word(&t, "unknown")) {
    op->missing = LIMIT_MISSING_UNKNOWN;
  } else if (read_plain(b, &t, "missing", ", \"skip\" or \"unknown\"")) {
    op->missing = LIMIT_MISSING_COUNTS;
    op->missing_as = t;
  }
}

static void read_negative(const body *b, limit_operation *op) {
  rule_text t = {0};
  if (!body_text(b, "negative", &t)) return;
  if (is_word(&t, "skip"))
    op->skip_negative = true;
  else if (read_plain(b, &t, "negative", " or \"skip\""))
    op->negative_as = t;
}

/* The start when no candidate is known: "0", or { "0", "CODE" }. */
static void read_none(const body *b, limit_operation *op) {
  limit_operation held = {0};
  body row;
  bool table = body_push_key(b, "none") == LUA_TTABLE;
  lua_pop(b->L, 1);
  op->none.at = body_key_at(b, "none");
  if (!table) {
    body_text(b, "none", &op->none.formula);
  } else if (body_open_key(b, "none", &row)) {
    static const char *const keys[] = {"code", "value"};
    row.what = arena_format(&b->l->pack->arena, "none of %s", b->what);
    body_check(&row, COUNTED(keys), true);
    read_terms(&row, &held);
    body_close(&row);
    if (held.term_count == 1) op->none = held.terms[0];
    if (held.term_count != 1)
      declare_error(b->l, op->none.at, "%s is an amount and its code: { \"0\", \"NO_BASE\" }",
                    row.what);
  }
}

/* ---- the operations ---- */

static void read_start(const body *b, limit_operation *op) {
  static const char *const keys[] = {"least",   "greatest", "median", "mean",  "when",
                                     "missing", "negative", "none",   "value", "code"};
  body_check(b, COUNTED(keys), true);
  int picks = 0;
  for (int k = 0; k < 4; k++) {
    body list;
    if (!body_open_key(b, keys[k], &list)) continue;
    list.what = arena_format(&b->l->pack->arena, "%s of %s", keys[k], b->what);
    body_check(&list, body_no_keys, 0, true);
    op->pick = (limit_pick)k;
    for (int i = 1; i <= body_count(&list); i++) read_term(&list, i, op);
    body_close(&list);
    picks++;
  }
  if (picks + (body_count(b) > 0) > 1)
    declare_error(b->l, b->at,
                  "%s begins with more than one thing; one of { \"formula\" }, "
                  "{ least = {...} }, greatest, median or mean",
                  b->what);
  else if (!picks)
    read_terms(b, op);
  read_missing(b, op);
  read_negative(b, op);
  read_none(b, op);
  if (op->none.formula.text && op->missing == LIMIT_MISSING_COUNTS && !op->skip_negative)
    declare_error(b->l, op->none.at, "%s: none is never taken, as a missing candidate counts as %s",
                  b->what, op->missing_as.text);
}

static void read_amounts(const body *b, limit_operation *op) {
  static const char *const keys[] = {"when", "missing", "code", "value"};
  body_check(b, COUNTED(keys), true);
  read_terms(b, op);
  read_missing(b, op);
}

static void read_step(const body *b, limit_operation *op) {
  static const char *const keys[] = {"of", "when", "missing", "code", "value"};
  const char *word = op->kind == LIMIT_STEP_UP ? "step_up" : "step_down";
  body_check(b, COUNTED(keys), true);
  read_terms(b, op);
  read_missing(b, op);
  if (op->missing == LIMIT_MISSING_COUNTS)
    declare_error(b->l, op->missing_as.at,
                  "missing of %s is \"skip\" (no bound) or \"unknown\": a step from a number that "
                  "is not there means nothing",
                  b->what);
  if (op->term_count > 1)
    declare_error(b->l, b->at, "%s holds one step: %s { \"25%%\", of = \"previous_limit\" }",
                  b->what, word);
  if (!body_text(b, "of", &op->of))
    declare_error(b->l, b->at, "%s does not say from where: of = \"previous_limit\"", b->what);
}

static void read_zero(const body *b, limit_operation *op) {
  static const char *const keys[] = {"silences", "when", "code"};
  body_check(b, COUNTED(keys), true);
  body_strings(b, "silences", &op->silence_count, &op->silences);
  read_terms(b, op);
  for (size_t i = 0; i < op->term_count; i++)
    if (op->terms[i].shows)
      declare_error(b->l, op->terms[i].at, "%s has no amount that value could show", b->what);
}

static void read_round(const body *b, declare_word word, limit_operation *op) {
  rational size;
  const char *name = declare_word_name(word);
  op->rounding = word == WORD_round_down      ? LIMIT_DOWN
                 : word == WORD_round_half_up ? LIMIT_HALF_UP
                                              : LIMIT_UP;
  body_check(b, body_no_keys, 0, true);
  read_terms(b, op);
  if (op->term_count && declare_decimal(b->l, &op->terms[0].formula, name, &size) && size.num <= 0)
    declare_error(b->l, b->at, "%s wants a step above 0", name);
}

static void read_operation(const body *b, declare_word word, limit_operation *op) {
  static const limit_operation_kind kinds[] = {
      [WORD_start] = LIMIT_START,         [WORD_times] = LIMIT_TIMES,
      [WORD_plus] = LIMIT_PLUS,           [WORD_at_most] = LIMIT_AT_MOST,
      [WORD_at_least] = LIMIT_AT_LEAST,   [WORD_step_up] = LIMIT_STEP_UP,
      [WORD_step_down] = LIMIT_STEP_DOWN, [WORD_zero] = LIMIT_ZERO,
      [WORD_round_down] = LIMIT_ROUND,    [WORD_round_half_up] = LIMIT_ROUND,
      [WORD_round_up] = LIMIT_ROUND};
  op->kind = kinds[word];
  op->at = b->at;
  body_text(b, "when", &op->when);
  switch (op->kind) {
  case LIMIT_START:
    read_start(b, op);
    break;
  case LIMIT_STEP_UP:
  case LIMIT_STEP_DOWN:
    read_step(b, op);
    break;
  case LIMIT_ZERO:
    read_zero(b, op);
    break;
  case LIMIT_ROUND:
    read_round(b, word, op);
    break;
  default:
    read_amounts(b, op);
  }
  if (!op->term_count) declare_error(b->l, b->at, "%s holds no formula", b->what);
}

/* ---- the whole ---- */

static void check_order(const body *b, const limit_step *s) {
  bool started = false, rounded = false;
  for (size_t i = 0; i < s->operation_count; i++) {
    const limit_operation *op = &s->operations[i];
    if (op->kind == LIMIT_START && (started || i > 0))
      declare_error(b->l, op->at, "start stands once, as the first line of %s", b->what);
    if (rounded && op->kind == LIMIT_ROUND)
      declare_error(b->l, op->at, "%s is rounded twice; a limit is rounded once, at the end",
                    b->what);
    else if (rounded)
      declare_error(b->l, op->at, "the rounding is the last line of %s; nothing follows it",
                    b->what);
    started = started || op->kind == LIMIT_START;
    rounded = rounded || op->kind == LIMIT_ROUND;
  }
  if (!started) declare_error(b->l, b->at, "%s has no start { ... }", b->what);
}

/* missing = 0, or missing = { 0, "CODE" } */
static void read_limit_missing(const body *b, limit_step *s) {
  body pair;
  bool table = body_push_key(b, "missing") == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (!table) {
    body_text(b, "missing", &s->missing);
  } else if (body_open_key(b, "missing", &pair)) {
    pair.what = arena_format(&b->l->pack->arena, "missing of %s", b->what);
    body_check(&pair, body_no_keys, 0, true);
    body_item_text(&pair, 1, &s->missing);
    s->missing_code = body_item_code(&pair, 2);
    if (body_count(&pair) != 2)
      declare_error(b->l, pair.at, "%s is an amount, 0, or an amount and its code, { 0, \"CODE\" }",
                    pair.what);
    body_close(&pair);
  }
  declare_decimal(b->l, &s->missing, "the limit for missing values", NULL);
}

static void fill_limit(body *b, const char *name) {
  static const char *const keys[] = {"missing"};
  loader *l = b->l;
  body_check(b, COUNTED(keys), true);
  declare_name(l, b->at, "limit", name, true);
  limit_step s = {0};
  read_limit_missing(b, &s);
  for (int i = 1; i <= body_count(b); i++) {
    body item;
    if (!body_open_item(b, i, &item)) continue;
    declare_word word = body_word_mark(&item);
    if (word < WORD_start || word > WORD_round_up) {
      declare_error(l, item.at,
                    "entry %d of %s is none of its operations: start, times, plus, at_most, "
                    "at_least, step_up, step_down, zero, round_down, round_half_up or round_up",
                    i, b->what);
    } else {
      item.what = arena_format(&l->pack->arena, "%s of %s", declare_word_name(word), b->what);
      limit_operation *op = ARENA_PUSH(&l->pack->arena, s.operations, s.operation_count);
      read_operation(&item, word, op);
    }
    body_close(&item);
  }
  check_order(b, &s);
  declare_step(b, STEP_LIMIT, name)->limit = s;
}

static int word_limit(lua_State *L) {
  static const named_word w = {"limit", fill_limit};
  return declare_named(L, &w);
}

#define OPERATIONS(X)                                                                              \
  X(start)                                                                                         \
  X(times)                                                                                         \
  X(plus)                                                                                          \
  X(at_most)                                                                                       \
  X(at_least)                                                                                      \
  X(step_up)                                                                                       \
  X(step_down) X(zero) X(round_down) X(round_half_up) X(round_up)
#define X(name)                                                                                    \
  static int word_##name(lua_State *L) {                                                           \
    return declare_mark(L, WORD_##name);                                                           \
  }
OPERATIONS(X)
#undef X

const declaration declare_limit_words[] = {
#define X(name) {#name, word_##name},
    OPERATIONS(X)
#undef X
        {"limit", word_limit},
    {NULL, NULL}};
