/* codes: lists of reason codes, in the order in which they are shown. */
#include "declare.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- entries: "CODE", { "CODE", "condition", ... } ---- */

void declare_code_value(const body *row, code_entry *e) {
  static const char *const forms[] = {"percent", "money", "date"};
  int64_t decimals = -1;
  body_text(row, "value", &e->value);
  body_integer(row, "decimals", 0, 9, &decimals);
  e->decimals = (int)decimals;
  e->form = (value_form)(body_word(row, "as", COUNTED(forms)) + 1);
  if (!e->value.text && (e->decimals >= 0 || e->form != FORM_PLAIN))
    declare_error(row->l, row->at, "an entry of %s has %s but no value", row->what,
                  e->decimals >= 0 ? "decimals" : "as");
  if (e->form == FORM_DATE && e->decimals >= 0)
    declare_error(row->l, row->at, "an entry of %s has decimals, and as = \"date\" has none",
                  row->what);
}

void declare_code_condition(const body *row, code_entry *e) {
  rule_text when = {0};
  body_item_text(row, 2, &e->when);
  if (body_text(row, "when", &when) && e->when.text)
    declare_error(row->l, row->at, "an entry of %s has two conditions; join them with and or or",
                  row->what);
  else if (when.text)
    e->when = when;
  body_text(row, "missing", &e->missing);
  if (e->when.text && e->missing.text)
    declare_error(row->l, row->at, "an entry of %s has both a condition and missing; write two",
                  row->what);
}

static void read_code_table(const body *row, code_entry *e) {
  static const char *const keys[] = {"when", "missing", "value", "decimals", "as", "silences"};
  body_check(row, COUNTED(keys), true);
  e->code = body_item_code(row, 1);
  declare_code_condition(row, e);
  declare_code_value(row, e);
  body_strings(row, "silences", &e->silence_count, &e->silences);
  if (body_count(row) == 0)
    declare_error(row->l, row->at,
                  "an entry of %s begins with its code: { \"CODE\", \"condition\" }", row->what);
  if (body_count(row) > 2)
    declare_error(row->l, row->at,
                  "an entry of %s has too many parts: { \"CODE\", \"condition\", "
                  "value = \"...\" }",
                  row->what);
}

void declare_code_add(const body *b, codes_step *out, code_entry e) {
  if (!e.code) return;
  for (size_t k = 0; k < out->entry_count; k++)
    if (strcmp(out->entries[k].code, e.code) == 0)
      declare_error(b->l, e.at, "the code %s stands twice in %s, first in line %d", e.code, b->what,
                    out->entries[k].at.line);
  *ARENA_PUSH(&b->l->pack->arena, out->entries, out->entry_count) = e;
}

/* ---- data_missing { budget = "budget / unit_price", "financing", ... } ---- */

/* An entry of data_missing: its name, and what must be there. */
typedef struct wanted {
  const char *name;
  rule_text what;
  int order; /* in the text */
} wanted;

static int by_order(const void *x, const void *y) {
  const wanted *a = x, *b = y;
  return a->order != b->order ? (a->order > b->order) - (a->order < b->order)
                              : strcmp(a->name, b->name);
}

static int order_of(const body *b, const place_node *n, int otherwise) {
  return n && b->node ? (int)(n - b->node->children) : otherwise;
}

static bool is_name(const char *text) {
  if (!isalpha((unsigned char)*text) && *text != '_') return false;
  while (isalnum((unsigned char)*text) || *text == '_') text++;
  return !*text;
}

static size_t read_wanted(const body *b, wanted **out) {
  arena *a = &b->l->pack->arena;
  size_t count = 0, named;
  named_entry *list = body_named(b, &named);
  for (int i = 1; i <= body_count(b); i++) {
    rule_text t = {0};
    if (!body_item_text(b, i, &t)) continue;
    if (!is_name(t.text))
      declare_error(b->l, t.at, "\"%s\" is a formula, and %s needs a name for it: budget = \"%s\"",
                    t.text, b->what, t.text);
    else
      *ARENA_PUSH(a, *out, count) =
          (wanted){t.text, t, order_of(b, place_node_item(b->node, i), i)};
  }
  for (size_t i = 0; i < named; i++) {
    rule_text t = {0};
    if (!body_text(b, list[i].name, &t)) continue;
    const place_node *n = place_node_key(b->node, list[i].name);
    *ARENA_PUSH(a, *out, count) =
        (wanted){list[i].name, t, order_of(b, n, body_count(b) + 1 + (int)i)};
  }
  if (count) qsort(*out, count, sizeof **out, by_order);
  return count;
}

static void read_data_missing(body *b, codes_step *out) {
  loader *l = b->l;
  wanted *list = NULL;
  b->what = arena_format(&l->pack->arena, "data_missing of %s", b->what);
  body_check(b, NULL, 0, true);
  body_find_twice(b, "name");
  size_t count = read_wanted(b, &list);
  for (size_t i = 0; i < count; i++) {
    const char *code = arena_format(&l->pack->arena, "DATA_MISSING:%s", list[i].name);
    declare_code_add(
        b, out,
        (code_entry){.code = code, .missing = list[i].what, .decimals = -1, .at = list[i].what.at});
  }
  if (!count && !body_count(b))
    declare_error(l, b->at,
                  "%s is empty: data_missing { \"financing\", budget = \"budget / "
                  "unit_price\" }",
                  b->what);
}

/* ---- codes "name" { ... } ---- */

static void read_entry(const body *b, int i, codes_step *out) {
  code_entry e = {.decimals = -1, .at = body_item_at(b, i)};
  body row;
  bool table = body_push_item(b, i) == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (!table) {
    e.code = body_item_code(b, i);
    declare_code_add(b, out, e);
  } else if (body_open_item(b, i, &row)) {
    if (body_word_mark(&row) == WORD_data_missing) {
      read_data_missing(&row, out);
    } else {
      read_code_table(&row, &e);
      declare_code_add(b, out, e);
    }
    body_close(&row);
  }
}

/* What an entry silences must be a code of the same list. */
static void check_silences(const body *b, const codes_step *s) {
  arena *a = &b->l->pack->arena;
  const char **codes = NULL;
  size_t count = 0;
  for (size_t i = 0; i < s->entry_count; i++) *ARENA_PUSH(a, codes, count) = s->entries[i].code;
  for (size_t i = 0; i < s->entry_count; i++)
    for (size_t k = 0; k < s->entries[i].silence_count; k++) {
      const char *silenced = s->entries[i].silences[k];
      bool found = false;
      for (size_t c = 0; c < count && !found; c++) found = strcmp(codes[c], silenced) == 0;
      if (!found || strcmp(silenced, s->entries[i].code) == 0)
        declare_error(b->l, s->entries[i].at, "%s silences %s, which is no other code of %s%s",
                      s->entries[i].code, silenced, b->what,
                      declare_meant(b->l, silenced, codes, count));
    }
}

static void read_by_points(const body *b, codes_step *out) {
  static const char *const ways[] = {"points_lost", "points_below", "points_above"};
  static const char *const ties[] = {"first", "last"};
  int64_t most = 3;
  int by = body_word(b, "by", COUNTED(ways));
  out->by = by < 0 ? BY_POINTS_LOST : (codes_order)by;
  out->last_first = body_word(b, "ties", COUNTED(ties)) == 1;
  out->scorecard = body_string(b, "of");
  body_integer(b, "most", 1, 8, &most);
  out->most = (int)most;
  if (!out->scorecard)
    declare_error(b->l, b->at, "%s does not say of which scorecard: of = \"score\"", b->what);
  if (body_count(b))
    declare_error(b->l, body_item_at(b, 1), "%s takes its codes from the scorecard; it lists none",
                  b->what);
}

static void fill_codes(body *b, const char *name) {
  static const char *const keys[] = {"by", "of", "most", "ties"};
  body_check(b, COUNTED(keys), true);
  declare_name(b->l, b->at, "codes", name, true);
  step *s = declare_step(b, STEP_CODES, name);
  if (body_has(b, "by")) {
    read_by_points(b, &s->codes);
    return;
  }
  if (body_has(b, "of") || body_has(b, "most") || body_has(b, "ties"))
    declare_error(b->l, b->at, "%s has of, most or ties without by = \"points_lost\"", b->what);
  for (int i = 1; i <= body_count(b); i++) read_entry(b, i, &s->codes);
  check_silences(b, &s->codes);
  if (!s->codes.entry_count) declare_error(b->l, b->at, "%s lists no codes", b->what);
}

static int word_codes(lua_State *L) {
  static const named_word w = {"codes", fill_codes};
  return declare_named(L, &w);
}

static int word_data_missing(lua_State *L) {
  return declare_mark(L, WORD_data_missing);
}

const declaration declare_code_words[] = {
    {"codes", word_codes}, {"data_missing", word_data_missing}, {NULL, NULL}};
