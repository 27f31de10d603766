/* cadence and limit: lists of clauses and of operations, in the order written. */
#include "declare.h"

#include <string.h>

/* ---- cadence "name" { never {...}, none_yet {...}, every {...}, overdue {...} } ---- */

static void read_every(const body *b, cadence_clause *c) {
  static const char *const keys[] = {"unit", "from"}, *const units[] = {"days", "workdays"};
  body_check(b, COUNTED(keys), true);
  if (!body_item_text(b, 1, &c->amount) && body_count(b) == 0)
    declare_error(b->l, b->at,
                  "every does not say how many: every { \"interval_days\", unit = \"days\", "
                  "from = \"last_contact\" }");
  c->workdays = body_word(b, "unit", COUNTED(units)) == 1;
  if (!body_text(b, "from", &c->from))
    declare_error(b->l, b->at, "every does not say from when it counts: from = \"last_contact\"");
}

static void read_clause(body *b, declare_word word, cadence_clause *c) {
  static const char *const shown[] = {
      [WORD_never] = "never { \"do_not_contact\", \"DO_NOT_CONTACT\" }",
      [WORD_none_yet] = "none_yet { \"NO_CONTACT_YET\" }",
      [WORD_every] = "every { \"interval_days\", unit = \"days\", from = \"last_contact\" }",
      [WORD_overdue] = "overdue { \"CAD_OVERDUE\" }"};
  int most = word == WORD_never ? 2 : 1;
  if (word == WORD_every) {
    c->kind = CADENCE_EVERY;
    read_every(b, c);
  } else {
    body_check(b, body_no_keys, 0, true);
    c->kind = word == WORD_never      ? CADENCE_NEVER
              : word == WORD_none_yet ? CADENCE_NONE_YET
                                      : CADENCE_OVERDUE;
    if (word == WORD_never && !body_item_text(b, 1, &c->condition) && body_count(b) == 0)
      declare_error(b->l, b->at, "never has no condition: %s", shown[word]);
    c->code = body_item_code(b, most);
  }
  if (body_count(b) > most)
    declare_error(b->l, b->at, "%s has too many entries: %s", declare_word_name(word), shown[word]);
}

static void fill_cadence(body *b, const char *name) {
  loader *l = b->l;
  body_check(b, body_no_keys, 0, true);
  declare_name(l, b->at, "cadence", name, true);
  cadence_step s = {0};
  bool seen[WORD_COUNT] = {false};
  for (int i = 1; i <= body_count(b); i++) {
    body item;
    if (!body_open_item(b, i, &item)) continue;
    declare_word word = body_word_mark(&item);
    if (word < WORD_never || word > WORD_overdue) {
      declare_error(l, item.at,
                    "entry %d of %s is none of its clauses: never, none_yet, every or "
                    "overdue { ... }",
                    i, b->what);
    } else {
      item.what = arena_format(&l->pack->arena, "%s of %s", declare_word_name(word), b->what);
      if (seen[word] && word != WORD_never) declare_error(l, item.at, "%s stands twice", item.what);
      seen[word] = true;
      cadence_clause *c = ARENA_PUSH(&l->pack->arena, s.clauses, s.clause_count);
      c->at = item.at;
      read_clause(&item, word, c);
    }
    body_close(&item);
  }
  if (!seen[WORD_every])
    declare_error(l, b->at, "%s has no every { ... }, so nothing says when the next contact is due",
                  b->what);
  declare_step(b, STEP_CADENCE, name)->cadence = s;
}

/* ---- limit "name" { start {...}, times {...}, ..., round_down(1000) } ---- */

/* "formula", or { "formula", "CODE", when = "condition" }. */
static void read_term(const body *b, int i, limit_operation *op) {
  static const char *const keys[] = {"when"};
  limit_term t = {.at = body_item_at(b, i)};
  body row;
  bool table = body_push_item(b, i) == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (!table) {
    body_item_text(b, i, &t.formula);
  } else if (body_open_item(b, i, &row)) {
    body_check(&row, COUNTED(keys), true);
    body_item_text(&row, 1, &t.formula);
    t.code = body_item_code(&row, 2);
    body_text(&row, "when", &t.when);
    if (body_count(&row) < 1 || body_count(&row) > 2)
      declare_error(b->l, row.at,
                    "an entry of %s is { \"formula\", \"CODE\", when = \"condition\" }", b->what);
    body_close(&row);
  }
  if (t.formula.text) *ARENA_PUSH(&b->l->pack->arena, op->terms, op->term_count) = t;
}

/* Either one term written flat, { "formula", "CODE" }, or a list of terms that are tables. */
static void read_terms(const body *b, limit_operation *op) {
  bool list = body_push_item(b, 1) == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (list) {
    for (int i = 1; i <= body_count(b); i++) read_term(b, i, op);
    return;
  }
  limit_term t = {.at = b->at};
  body_item_text(b, 1, &t.formula);
  t.code = body_item_code(b, 2);
  body_text(b, "when", &t.when);
  if (body_count(b) > 2)
    declare_error(b->l, b->at,
                  "%s has too many entries; several terms are written each in braces of its "
                  "own: { { \"formula\", \"CODE\" }, { \"formula\", \"CODE\" } }",
                  b->what);
  if (t.formula.text) *ARENA_PUSH(&b->l->pack->arena, op->terms, op->term_count) = t;
}

static void read_start(const body *b, limit_operation *op) {
  static const char *const keys[] = {"least", "greatest", "median", "mean", "when"};
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
}

static void read_zero(const body *b, limit_operation *op) {
  static const char *const keys[] = {"silences", "when"};
  body_check(b, COUNTED(keys), true);
  body_strings(b, "silences", &op->silence_count, &op->silences);
  read_terms(b, op);
}

static void read_round(const body *b, limit_operation *op) {
  rational size;
  body_check(b, body_no_keys, 0, true);
  read_terms(b, op);
  if (op->term_count && declare_decimal(b->l, &op->terms[0].formula, "round_down", &size) &&
      size.num <= 0)
    declare_error(b->l, b->at, "round_down wants a step above 0");
}

static void read_operation(body *b, declare_word word, limit_operation *op) {
  static const char *const keys[] = {"when"};
  static const limit_operation_kind kinds[] = {[WORD_start] = LIMIT_START,
                                               [WORD_times] = LIMIT_TIMES,
                                               [WORD_plus] = LIMIT_PLUS,
                                               [WORD_at_most] = LIMIT_AT_MOST,
                                               [WORD_at_least] = LIMIT_AT_LEAST,
                                               [WORD_zero] = LIMIT_ZERO,
                                               [WORD_round_down] = LIMIT_ROUND_DOWN};
  op->kind = kinds[word];
  op->at = b->at;
  if (word == WORD_start) {
    read_start(b, op);
  } else if (word == WORD_zero) {
    read_zero(b, op);
  } else if (word == WORD_round_down) {
    read_round(b, op);
  } else {
    body_check(b, COUNTED(keys), true);
    read_terms(b, op);
  }
  if (!op->term_count) declare_error(b->l, b->at, "%s holds no formula", b->what);
}

static void check_order(const body *b, const limit_step *s) {
  bool started = false, rounded = false;
  for (size_t i = 0; i < s->operation_count; i++) {
    const limit_operation *op = &s->operations[i];
    if (op->kind == LIMIT_START && (started || i > 0))
      declare_error(b->l, op->at, "start stands once, as the first line of %s", b->what);
    if (rounded)
      declare_error(b->l, op->at, "round_down is the last line of %s; nothing follows it", b->what);
    started = started || op->kind == LIMIT_START;
    rounded = rounded || op->kind == LIMIT_ROUND_DOWN;
  }
  if (!started) declare_error(b->l, b->at, "%s has no start { ... }", b->what);
}

static void fill_limit(body *b, const char *name) {
  static const char *const keys[] = {"missing"};
  loader *l = b->l;
  body_check(b, COUNTED(keys), true);
  declare_name(l, b->at, "limit", name, true);
  limit_step s = {0};
  body_text(b, "missing", &s.missing);
  declare_decimal(l, &s.missing, "the limit for missing values", NULL);
  for (int i = 1; i <= body_count(b); i++) {
    body item;
    if (!body_open_item(b, i, &item)) continue;
    declare_word word = body_word_mark(&item);
    if (word < WORD_start) {
      declare_error(l, item.at,
                    "entry %d of %s is none of its operations: start, times, plus, at_most, "
                    "at_least, zero or round_down",
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

static int word_cadence(lua_State *L) {
  static const named_word w = {"cadence", fill_cadence};
  return declare_named(L, &w);
}

static int word_limit(lua_State *L) {
  static const named_word w = {"limit", fill_limit};
  return declare_named(L, &w);
}

#define CLAUSES(X)                                                                                 \
  X(never)                                                                                         \
  X(none_yet)                                                                                      \
  X(every) X(overdue) X(start) X(times) X(plus) X(at_most) X(at_least) X(zero) X(round_down)
#define X(name)                                                                                    \
  static int word_##name(lua_State *L) {                                                           \
    return declare_mark(L, WORD_##name);                                                           \
  }
CLAUSES(X)
#undef X

const declaration declare_policy_words[] = {
#define X(name) {#name, word_##name},
    CLAUSES(X)
#undef X
        {"cadence", word_cadence},
    {"limit", word_limit},
    {NULL, NULL}};
