/* derive, scorecard and bands. */
#include "declare.h"

#include <string.h>

/* ---- derive "name" { "formula", type = T }, or an aggregate ---- */

static void fill_derive(body *b, const char *name) {
  static const char *const keys[] = {"type"};
  declare_name(b->l, b->at, "derive", name, true);
  if (declare_is_aggregate(b)) {
    declare_aggregate(b, name);
    return;
  }
  body_check(b, COUNTED(keys), true);
  step *s = declare_step(b, STEP_DERIVE, name);
  if (!body_item_text(b, 1, &s->derive.formula) && body_count(b) == 0)
    declare_error(b->l, b->at, "%s has no formula: %s { \"today - date(last_contact_at)\" }",
                  b->what, b->what);
  if (body_count(b) > 1)
    declare_error(b->l, body_item_at(b, 2), "%s has more than one formula", b->what);
  body_type(b, "type", &s->derive.type);
}

/* ---- scorecard "name" { characteristic { ... }, ... } ---- */

static void read_attribute(const body *row, characteristic *c) {
  loader *l = row->l;
  body_check(row, body_no_keys, 0, true);
  score_attribute *a = ARENA_PUSH(&l->pack->arena, c->attributes, c->attribute_count);
  a->at = row->at;
  int n = body_count(row);
  body_item_text(row, 1, &a->test);
  body_item_text(row, 2, &a->points);
  a->reason = body_item_code(row, 3);
  if (n < 2 || n > 3)
    declare_error(l, row->at,
                  "a row of %s is { \"test\", points } or { \"test\", points, \"REASON\" }, "
                  "and this one has %d entries",
                  row->what, n);
}

/* points = "formula", or a function, which is a rule of its own: score_visits. */
static void read_points(body *b, const char *card, characteristic *c) {
  const char *name = arena_format(&b->l->pack->arena, "%s_%s", card, c->name);
  if (declare_inline_rule(b, "points", name)) {
    c->points = (rule_text){name, body_key_at(b, "points")};
    return;
  }
  bool plain = body_text(b, "points", &c->points) || !body_has(b, "points");
  if (plain && body_has(b, "type"))
    declare_error(b->l, body_key_at(b, "type"),
                  "%s has a type, which says what a function returns, and its points are none: "
                  "points = function(c) ... end",
                  b->what);
}

static void read_characteristic(body *b, const char *card_name, scorecard_step *card) {
  static const char *const keys[] = {"weight",  "input",          "points",   "reason",
                                     "missing", "missing_reason", "baseline", "type"};
  loader *l = b->l;
  const char *name = body_item_string(b, 1, "the characteristic's name");
  if (!name) {
    declare_error(l, b->at,
                  "a characteristic of %s begins with its name: "
                  "characteristic { \"visits\", { \">= 3\", 100 }, ... }",
                  b->what);
    return;
  }
  b->what = arena_format(&l->pack->arena, "characteristic \"%s\"", name);
  body_check(b, COUNTED(keys), true);
  for (size_t i = 0; i < card->characteristic_count; i++)
    if (strcmp(card->characteristics[i].name, name) == 0)
      declare_error(l, b->at, "%s stands twice, first in line %d", b->what,
                    card->characteristics[i].at.line);
  characteristic *c =
      ARENA_PUSH(&l->pack->arena, card->characteristics, card->characteristic_count);
  *c = (characteristic){.name = name, .input = {name, b->at}, .weight = {"1", b->at}, .at = b->at};
  body_text(b, "input", &c->input);
  body_text(b, "weight", &c->weight);
  body_text(b, "missing", &c->missing);
  declare_decimal(l, &c->weight, "the weight", NULL);
  declare_decimal(l, &c->missing, "the points for missing", NULL);
  body_text(b, "baseline", &c->baseline);
  declare_decimal(l, &c->baseline, "the baseline", NULL);
  read_points(b, card_name, c);
  c->reason = body_code(b, "reason");
  c->missing_reason = body_code(b, "missing_reason");
  for (int i = 2; i <= body_count(b); i++) {
    body row;
    if (!body_open_item(b, i, &row)) continue;
    read_attribute(&row, c);
    body_close(&row);
  }
  if (!c->attribute_count && !body_has(b, "points"))
    declare_error(l, b->at, "%s has no rows: { \">= 3\", 100 }, { \"-\", 0 }", b->what);
  if (c->points.text && (c->attribute_count || body_has(b, "input")))
    declare_error(l, c->points.at,
                  "%s has points, which give them for every record, and %s as well: one "
                  "of them",
                  b->what, c->attribute_count ? "rows" : "an input");
}

static void fill_scorecard(body *b, const char *name) {
  static const char *const keys[] = {"divide", "baseline", "decimals", "min", "max"};
  loader *l = b->l;
  body_check(b, COUNTED(keys), true);
  scorecard_step made = {0}, *card = &made;
  int64_t decimals = -1;
  body_text(b, "divide", &card->divide);
  body_text(b, "baseline", &card->baseline);
  body_integer(b, "decimals", 0, 9, &decimals);
  card->decimals = (int)decimals;
  rational divide = {1, 1};
  declare_decimal(l, &card->divide, "divide", &divide);
  declare_decimal(l, &card->baseline, "the baseline", NULL);
  rational least, most;
  body_text(b, "min", &card->min);
  body_text(b, "max", &card->max);
  bool bounded = declare_decimal(l, &card->min, "min", &least);
  bounded = declare_decimal(l, &card->max, "max", &most) && bounded;
  if (bounded && rational_compare(least, most) >= 0)
    declare_error(l, card->min.at, "min of %s is %s, which is not below its max, %s", b->what,
                  card->min.text, card->max.text);
  if (divide.num == 0) declare_error(l, card->divide.at, "%s divides by 0", b->what);
  for (int i = 1; i <= body_count(b); i++) {
    body item;
    if (!body_open_item(b, i, &item)) continue;
    if (body_word_mark(&item) == WORD_characteristic)
      read_characteristic(&item, name, card);
    else
      declare_error(l, item.at,
                    "entry %d of %s is not a characteristic: "
                    "characteristic { \"name\", { \"test\", points }, ... }",
                    i, b->what);
    body_close(&item);
  }
  if (!card->characteristic_count) declare_error(l, b->at, "%s has no characteristics", b->what);
  declare_name(l, b->at, "scorecard", name, true); /* behind the rules that its functions are */
  declare_step(b, STEP_SCORECARD, name)->scorecard = made;
}

/* ---- bands "name" { of = "score", { "P1", 75 }, ..., { "P3" } } ---- */

static void check_band(const body *b, const bands_step *s, size_t i, bool last) {
  const band *this = &s->bands[i];
  rational above, here;
  if (!last && !this->at_least.text)
    declare_error(b->l, this->at,
                  "the band \"%s\" has no bound, so it takes everything and the bands "
                  "after it are never reached: { \"%s\", 50 }",
                  this->name, this->name);
  for (size_t k = 0; k < i; k++)
    if (strcmp(s->bands[k].name, this->name) == 0)
      declare_error(b->l, this->at, "the band \"%s\" stands twice", this->name);
  if (i == 0 || !this->at_least.text || !s->bands[i - 1].at_least.text) return;
  const char *up = s->bands[i - 1].at_least.text, *low = this->at_least.text;
  if (rational_parse(up, strlen(up), &above) == PARSE_OK &&
      rational_parse(low, strlen(low), &here) == PARSE_OK && rational_compare(here, above) >= 0)
    declare_error(b->l, this->at,
                  "the band \"%s\" from %s is never reached: \"%s\" before it begins "
                  "at %s already; write the highest band first",
                  this->name, low, s->bands[i - 1].name, up);
}

/* best = "ok": where the lowest band is the good one, as of days overdue. */
static void read_best(const body *b, bands_step *out) {
  const char *best = body_string(b, "best");
  if (!best || !out->band_count || strcmp(best, out->bands[0].name) == 0) return;
  out->best_last = strcmp(best, out->bands[out->band_count - 1].name) == 0;
  if (!out->best_last)
    declare_error(b->l, body_key_at(b, "best"),
                  "best of %s is \"%s\", which must be its first band, \"%s\", or its last, \"%s\"",
                  b->what, best, out->bands[0].name, out->bands[out->band_count - 1].name);
}

static void fill_bands(body *b, const char *name) {
  static const char *const keys[] = {"of", "missing", "best", STEADY_KEYS};
  loader *l = b->l;
  body_check(b, COUNTED(keys), true);
  declare_name(l, b->at, "bands", name, true);
  step *s = declare_step(b, STEP_BANDS, name);
  bands_step *out = &s->bands;
  if (!body_text(b, "of", &out->of))
    declare_error(l, b->at, "%s does not say of what: of = \"score\"", b->what);
  for (int i = 1; i <= body_count(b); i++) {
    body row;
    if (!body_open_item(b, i, &row)) continue;
    static const char *const band_keys[] = {"code"};
    body_check(&row, COUNTED(band_keys), true);
    band *one = ARENA_PUSH(&l->pack->arena, out->bands, out->band_count);
    const char *band_name = body_item_string(&row, 1, "the band's name");
    one->at = row.at;
    one->name = band_name ? band_name : "?";
    if (!band_name)
      declare_error(l, row.at, "a band of %s is { \"NAME\", at least }, the last one { \"NAME\" }",
                    b->what);
    body_item_text(&row, 2, &one->at_least);
    one->code = body_code(&row, "code");
    if (body_count(&row) > 2)
      declare_error(l, row.at,
                    "the band \"%s\" has too many entries: { \"%s\", 75, code = \"...\" }",
                    one->name, one->name);
    body_close(&row);
  }
  for (size_t i = 0; i < out->band_count; i++) check_band(b, out, i, i + 1 == out->band_count);
  if (out->band_count < 2) declare_error(l, b->at, "%s needs at least two bands", b->what);
  read_best(b, out);
  out->missing = body_string(b, "missing");
  bool found = !out->missing;
  for (size_t i = 0; i < out->band_count; i++)
    found = found || strcmp(out->bands[i].name, out->missing) == 0;
  if (!found)
    declare_error(l, body_key_at(b, "missing"),
                  "missing of %s is \"%s\", which is none of its bands", b->what, out->missing);
  declare_steady(b, name);
}

#define NAMED(name)                                                                                \
  static int word_##name(lua_State *L) {                                                           \
    static const named_word w = {#name, fill_##name};                                              \
    return declare_named(L, &w);                                                                   \
  }
NAMED(derive)
NAMED(scorecard)
NAMED(bands)

static int word_characteristic(lua_State *L) {
  declare_meet_function(L, "points");
  return declare_mark(L, WORD_characteristic);
}

const declaration declare_score_words[] = {{"derive", word_derive},
                                           {"scorecard", word_scorecard},
                                           {"characteristic", word_characteristic},
                                           {"bands", word_bands},
                                           {NULL, NULL}};
