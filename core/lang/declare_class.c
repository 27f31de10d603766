/* adjust, worst and best: what changes a class that a step above has made. They take no name of
 * their own: the name they carry is that of the class. */
#include "declare.h"

#include <string.h>

static const char *const code_rules[] = {"changed", "always"};

/* The class that the step changes must exist; false after a finding. */
static bool check_class(const body *b, const char *name) {
  const loader *l = b->l;
  const declared_name *n = declare_known(l, name);
  const char **names = NULL;
  size_t count = 0;
  if (n && n->readable && strcmp(n->what, "parameter") != 0) return true;
  for (size_t i = 0; i < l->name_count; i++)
    if (l->names[i].readable && strcmp(l->names[i].what, "parameter") != 0)
      *ARENA_PUSH(&l->pack->arena, names, count) = l->names[i].name;
  if (n && n->readable)
    declare_error(l, b->at, "%s would change a parameter, which is the same for all", b->what);
  else
    declare_error(l, b->at, "%s changes a class that stands above it, and none is called so%s",
                  b->what, declare_meant(l, name, names, count));
  return false;
}

/* codes = "always": also where the class stays as it is. */
static bool read_code_rule(const body *b) {
  return body_word(b, "codes", COUNTED(code_rules)) == 1;
}

/* ---- adjust "grade" { { "band = hot", up = 1, only = "B, C", code = "GRADE_UP" }, ... } ---- */

#define ROW_FORM "{ \"condition\", up = 1, only = \"B, C\", code = \"GRADE_UP\" }"

static void read_move(const body *row, adjust_row *r) {
  int64_t up = 0, down = 0;
  body_integer(row, "up", 1, 1000, &up);
  body_integer(row, "down", 1, 1000, &down);
  r->to = body_string(row, "to");
  r->better = (int)(up - down);
  int given = body_has(row, "up") + body_has(row, "down") + body_has(row, "to");
  if (given != 1)
    declare_error(row->l, row->at, "a row of %s %s: one of up = 1, down = 1 or to = \"C\"",
                  row->what, given ? "moves the class in more than one way" : "moves nothing");
}

static void read_adjust_row(const body *row, adjust_step *s) {
  static const char *const keys[] = {"up", "down", "to", "only", "code"};
  body_check(row, COUNTED(keys), true);
  adjust_row *r = ARENA_PUSH(&row->l->pack->arena, s->rows, s->row_count);
  r->at = row->at;
  if (body_count(row) != 1)
    declare_error(row->l, row->at, "a row of %s begins with its condition: " ROW_FORM, row->what);
  body_item_text(row, 1, &r->when);
  body_text(row, "only", &r->only);
  r->code = body_code(row, "code");
  read_move(row, r);
}

static void fill_adjust(body *b, const char *name) {
  static const char *const keys[] = {"codes", "missing"};
  body_check(b, COUNTED(keys), true);
  adjust_step s = {.missing = body_string(b, "missing"), .missing_at = body_key_at(b, "missing")};
  s.codes_always = read_code_rule(b);
  for (int i = 1; i <= body_count(b); i++) {
    body row;
    if (!body_open_item(b, i, &row)) continue;
    read_adjust_row(&row, &s);
    body_close(&row);
  }
  if (!body_count(b)) declare_error(b->l, b->at, "%s has no rows: " ROW_FORM, b->what);
  if (check_class(b, name)) declare_step(b, STEP_ADJUST, name)->adjust = s;
}

/* ---- worst "risk_class" { "R4", when = { { "condition", "CODE" }, ... } } ---- */

static void read_case_table(const body *row, worst_case *c) {
  body_check(row, body_no_keys, 0, true);
  body_item_text(row, 1, &c->when);
  c->code = body_item_code(row, 2);
  if (body_count(row) < 1 || body_count(row) > 2)
    declare_error(row->l, row->at, "an entry of %s is { \"condition\", \"CODE\" }", row->what);
}

/* when = "condition" or { "condition", { "condition", "CODE" }, ... } */
static void read_cases(const body *b, worst_step *s) {
  arena *a = &b->l->pack->arena;
  body list;
  int type = body_push_key(b, "when");
  lua_pop(b->L, 1);
  if (type == LUA_TNIL) {
    *ARENA_PUSH(a, s->cases, s->case_count) = (worst_case){.at = b->at};
    return;
  }
  if (type != LUA_TTABLE) {
    worst_case *c = ARENA_PUSH(a, s->cases, s->case_count);
    c->at = body_key_at(b, "when");
    body_text(b, "when", &c->when);
    return;
  }
  if (!body_open_key(b, "when", &list)) return;
  list.what = arena_format(a, "when of %s", b->what);
  body_check(&list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&list); i++) {
    worst_case *c = ARENA_PUSH(a, s->cases, s->case_count);
    body row;
    c->at = body_item_at(&list, i);
    bool table = body_push_item(&list, i) == LUA_TTABLE;
    lua_pop(b->L, 1);
    if (!table) {
      body_item_text(&list, i, &c->when);
    } else if (body_open_item(&list, i, &row)) {
      c->at = row.at;
      read_case_table(&row, c);
      body_close(&row);
    }
  }
  if (!body_count(&list)) declare_error(b->l, list.at, "%s lists no conditions", list.what);
  body_close(&list);
}

static void fill_bound(body *b, const char *name, bool best) {
  static const char *const keys[] = {"when", "codes", "missing"};
  body_check(b, COUNTED(keys), true);
  worst_step s = {
      .best = best, .missing = body_string(b, "missing"), .missing_at = body_key_at(b, "missing")};
  s.codes_always = read_code_rule(b);
  if (body_count(b) != 1)
    declare_error(
        b->l, b->at,
        "%s begins with one class: %s { \"R4\", when = { { \"overdue_90 > 0\", \"CODE\" } "
        "} }",
        b->what, b->what);
  body_item_text(b, 1, &s.bound);
  read_cases(b, &s);
  if (check_class(b, name)) declare_step(b, STEP_WORST, name)->worst = s;
}

static void fill_worst(body *b, const char *name) {
  fill_bound(b, name, false);
}

static void fill_best(body *b, const char *name) {
  fill_bound(b, name, true);
}

/* ---- steady "grade" { hold = 90, max_up = 1, max_down = 1, held = "CLASS_HELD" } ---- */

bool declare_steady(body *b, const char *name) {
  static const char *const keys[] = {STEADY_KEYS};
  int64_t hold = 0;
  bool any = false;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) any = any || body_has(b, keys[i]);
  if (!any) return false;
  steady_step s = {.held = body_code(b, "held")};
  body_integer(b, "hold", 1, 36500, &hold);
  s.hold_up = s.hold_down = hold;
  body_integer(b, "hold_up", 1, 36500, &s.hold_up);
  body_integer(b, "hold_down", 1, 36500, &s.hold_down);
  body_integer(b, "max_up", 1, 1000, &s.max_up);
  body_integer(b, "max_down", 1, 1000, &s.max_down);
  if (!s.hold_up && !s.hold_down && !s.max_up && !s.max_down && b->l->out->errors == 0)
    declare_error(b->l, body_key_at(b, "held"),
                  "%s has held, and nothing that holds the class: hold = 90 (days), max_up = 1 or "
                  "max_down = 1",
                  b->what);
  if (s.hold_up || s.hold_down) {
    s.since = arena_format(&b->l->pack->arena, "%s_since", name);
    declare_name(b->l, b->at, "since of", s.since, true);
  }
  declare_step(b, STEP_STEADY, name)->steady = s;
  return true;
}

static void fill_steady(body *b, const char *name) {
  static const char *const keys[] = {STEADY_KEYS};
  body_check(b, COUNTED(keys), false);
  if (!check_class(b, name)) return;
  if (!declare_steady(b, name))
    declare_error(b->l, b->at, "%s says nothing: %s { hold = 90, max_up = 1 }", b->what, b->what);
}

#define NAMED(name)                                                                                \
  static int word_##name(lua_State *L) {                                                           \
    static const named_word w = {#name, fill_##name};                                              \
    return declare_named(L, &w);                                                                   \
  }
NAMED(adjust)
NAMED(worst)
NAMED(best)
NAMED(steady)

const declaration declare_class_words[] = {{"adjust", word_adjust},
                                           {"worst", word_worst},
                                           {"best", word_best},
                                           {"steady", word_steady},
                                           {NULL, NULL}};
