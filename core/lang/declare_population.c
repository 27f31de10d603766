/* total and quantiles: what is worked out over all customers of a run, or over all of a group. */
#include "declare.h"

#include <string.h>

/* ---- total "group_ar" { of = "ar", within = "region", where = "active", as = "sum" } ---- */

#define TOTAL_FORM "total \"total_ar\" { of = \"ar\" }"

static void fill_total(body *b, const char *name) {
  static const char *const keys[] = {"of", "within", "where", "as"};
  static const char *const ways[] = {"sum", "count", "mean", "least", "greatest"};
  body_check(b, COUNTED(keys), false);
  declare_name(b->l, b->at, "total", name, true);
  total_step *s = &declare_step(b, STEP_TOTAL, name)->total;
  const int as = body_word(b, "as", COUNTED(ways));
  s->as = as < 0 ? TOTAL_SUM : (total_kind)as;
  body_text(b, "of", &s->of);
  body_text(b, "within", &s->within);
  body_text(b, "where", &s->where);
  if (!body_has(b, "of") && s->as != TOTAL_COUNT)
    declare_error(b->l, b->at, "%s does not say of what: " TOTAL_FORM, b->what);
}

/* ---- quantiles "f" { of = "spend", into = 5, within = "segment", missing = 1 } ---- */

#define INTO_FORM "quantiles \"f\" { of = \"spend\", into = 5 }"
#define CLASS_FORM "{ \"top\", \"20%%\" }"

static void read_class(const body *row, quantiles_step *s) {
  static const char *const keys[] = {"code"};
  body_check(row, COUNTED(keys), true);
  quantile_class *c = ARENA_PUSH(&row->l->pack->arena, s->classes, s->class_count);
  const char *name = body_item_string(row, 1, "the class's name");
  *c = (quantile_class){.name = name ? name : "?", .at = row->at};
  if (!name || body_count(row) > 2)
    declare_error(row->l, row->at, "a class of %s is " CLASS_FORM ", the last one { \"rest\" }",
                  row->what);
  body_item_text(row, 2, &c->share);
  c->code = body_code(row, "code");
}

static void check_class(const body *b, const quantiles_step *s, size_t i) {
  const quantile_class *c = &s->classes[i];
  const bool last = i + 1 == s->class_count;
  if (!last && !c->share.text)
    declare_error(b->l, c->at,
                  "the class \"%s\" has no share, so it takes all that is left and the classes "
                  "after it get nobody: { \"%s\", \"20%%\" }",
                  c->name, c->name);
  if (last && c->share.text)
    declare_error(b->l, c->at,
                  "the last class, \"%s\", takes the rest and has no share: { \"%s\" }", c->name,
                  c->name);
  for (size_t k = 0; k < i; k++)
    if (strcmp(s->classes[k].name, c->name) == 0)
      declare_error(b->l, c->at, "the class \"%s\" stands twice", c->name);
}

static void check_missing(const body *b, const quantiles_step *s) {
  int64_t part;
  const char *missing = s->missing.text;
  if (!missing) return;
  bool found = s->into && integer_parse(missing, strlen(missing), &part) == PARSE_OK && part >= 1 &&
               part <= s->into;
  for (size_t i = 0; i < s->class_count && !s->into; i++)
    found = found || strcmp(s->classes[i].name, missing) == 0;
  if (!found)
    declare_error(b->l, s->missing.at, "missing of %s is \"%s\", which is none of its %s", b->what,
                  missing, s->into ? "parts" : "classes");
}

static void check_parts(const body *b, const quantiles_step *s) {
  for (size_t i = 0; i < s->class_count; i++) check_class(b, s, i);
  if (s->into && s->class_count)
    declare_error(b->l, b->at, "%s has both into = %lld and classes: one of them says the parts",
                  b->what, (long long)s->into);
  else if (!body_has(b, "into") && !s->class_count)
    declare_error(b->l, b->at,
                  "%s does not say into how many parts: " INTO_FORM ", or classes: " CLASS_FORM
                  ", { \"rest\" }",
                  b->what);
  else if (s->class_count == 1)
    declare_error(b->l, b->at, "%s needs at least two classes: " CLASS_FORM ", { \"rest\" }",
                  b->what);
}

static void fill_quantiles(body *b, const char *name) {
  static const char *const keys[] = {"of", "into", "within", "where", "missing", "ties"};
  static const char *const ties[] = {"down", "up"};
  body_check(b, COUNTED(keys), true);
  declare_name(b->l, b->at, "quantiles", name, true);
  quantiles_step *s = &declare_step(b, STEP_QUANTILES, name)->quantiles;
  if (!body_text(b, "of", &s->of))
    declare_error(b->l, b->at, "%s does not say of what: " INTO_FORM, b->what);
  body_integer(b, "into", 2, 1000, &s->into);
  body_text(b, "within", &s->within);
  body_text(b, "where", &s->where);
  body_text(b, "missing", &s->missing);
  s->ties_up = body_word(b, "ties", COUNTED(ties)) == 1;
  for (int i = 1; i <= body_count(b); i++) {
    body row;
    if (!body_open_item(b, i, &row)) continue;
    read_class(&row, s);
    body_close(&row);
  }
  check_parts(b, s);
  check_missing(b, s);
}

#define NAMED(name)                                                                                \
  static int word_##name(lua_State *L) {                                                           \
    static const named_word w = {#name, fill_##name};                                              \
    return declare_named(L, &w);                                                                   \
  }
NAMED(total)
NAMED(quantiles)

const declaration declare_population_words[] = {
    {"total", word_total}, {"quantiles", word_quantiles}, {NULL, NULL}};
