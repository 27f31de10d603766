/* derive "name" { sum = "amount", of = "orders", ... } and ageing: what is made of the records of a
 * list. */
#include "declare.h"

#include <string.h>

/* ---- derive "name" { sum = ..., of = ... } ---- */

static const char *const kinds[] = {
    [AGGREGATE_SUM] = "sum",       [AGGREGATE_COUNT] = "count",
    [AGGREGATE_MIN] = "min",       [AGGREGATE_MAX] = "max",
    [AGGREGATE_LATEST] = "latest", [AGGREGATE_EARLIEST] = "earliest",
    [AGGREGATE_MEDIAN] = "median", [AGGREGATE_MEAN] = "mean",
    [AGGREGATE_SHARE] = "share",   [AGGREGATE_DISTINCT] = "distinct"};

enum { KINDS = sizeof kinds / sizeof *kinds };

#define ONLY(kind) (1u << AGGREGATE_##kind)
#define DATED (ONLY(LATEST) | ONLY(EARLIEST))
#define NUMBERS                                                                                    \
  (ONLY(SUM) | ONLY(COUNT) | ONLY(MIN) | ONLY(MAX) | ONLY(MEDIAN) | ONLY(MEAN) | ONLY(SHARE) |     \
   ONLY(DISTINCT))
#define ALL (NUMBERS | DATED)

/* What may stand beside what is asked for, and beside which. */
static const struct {
  const char *key;
  unsigned with;
} options[] = {{"of", ALL},
               {"where", ALL},
               {"within", ALL},
               {"at", ALL},
               {"type", ALL},
               {"half_life", ONLY(SUM) | ONLY(COUNT)},
               {"halve_every", ONLY(SUM) | ONLY(COUNT)},
               {"weight", ONLY(MEAN) | ONLY(SHARE)},
               {"by", DATED},
               {"ties", DATED},
               {"none", ALL & ~(ONLY(COUNT) | ONLY(DISTINCT))},
               {"missing", ALL & ~(ONLY(COUNT) | ONLY(SHARE))},
               {"at_least", NUMBERS},
               {"at_most", NUMBERS}};

enum { OPTIONS = sizeof options / sizeof *options };

bool declare_is_aggregate(const body *b) {
  for (size_t i = 0; i < KINDS; i++)
    if (body_has(b, kinds[i])) return true;
  return body_has(b, "of");
}

static void check_keys(const body *b) {
  const char *keys[KINDS + OPTIONS];
  for (size_t i = 0; i < KINDS; i++) keys[i] = kinds[i];
  for (size_t i = 0; i < OPTIONS; i++) keys[KINDS + i] = options[i].key;
  body_check(b, keys, KINDS + OPTIONS, true);
  if (body_count(b))
    declare_error(b->l, body_item_at(b, 1),
                  "%s has a formula and an aggregate; what is summed, counted or compared stands "
                  "behind its word: sum = \"amount\"",
                  b->what);
}

/* The one thing that is asked for; -1 after a finding. */
static int find_kind(const body *b) {
  size_t errors = b->l->out->errors;
  int found = -1;
  check_keys(b);
  for (int i = 0; i < KINDS; i++) {
    if (!body_has(b, kinds[i])) continue;
    if (found >= 0)
      declare_error(b->l, body_key_at(b, kinds[i]),
                    "%s asks for %s and for %s; it has one value: write two steps", b->what,
                    kinds[found], kinds[i]);
    found = i;
  }
  if (found < 0 && b->l->out->errors == errors)
    declare_error(b->l, b->at, "%s does not say what to make of its records: one of %s", b->what,
                  declare_choices(b->l, kinds, KINDS));
  return found;
}

static void check_options(const body *b, int kind) {
  for (size_t i = 0; i < OPTIONS; i++) {
    if (options[i].with >> kind & 1 || !body_has(b, options[i].key)) continue;
    const char *names[KINDS];
    size_t count = 0;
    for (size_t k = 0; k < KINDS; k++)
      if (options[i].with >> k & 1) names[count++] = kinds[k];
    declare_error(b->l, body_key_at(b, options[i].key),
                  "%s of %s does not go with %s; it belongs to %s", options[i].key, b->what,
                  kinds[kind], declare_choices(b->l, names, count));
  }
}

/* sum = { "type", { "demo", 60 }, { "reply", 20 } } */
static void read_points(const body *list, aggregate_step *s) {
  loader *l = list->l;
  body_check(list, body_no_keys, 0, true);
  if (!body_item_text(list, 1, &s->value))
    declare_error(l, list->at,
                  "%s begins with what the points are for: { \"type\", { \"demo\", 60 }, ... }",
                  list->what);
  for (int i = 2; i <= body_count(list); i++) {
    body row;
    if (!body_open_item(list, i, &row)) continue;
    body_check(&row, body_no_keys, 0, true);
    aggregate_points *p = ARENA_PUSH(&l->pack->arena, s->points, s->point_count);
    p->at = row.at;
    body_item_text(&row, 1, &p->test);
    body_item_text(&row, 2, &p->points);
    if (body_count(&row) != 2)
      declare_error(l, row.at, "a row of %s is { \"test\", points }, and this one has %d entries",
                    list->what, body_count(&row));
    declare_decimal(l, &p->points, "the number of points", NULL);
    body_close(&row);
  }
  if (!s->point_count) declare_error(l, list->at, "%s has no rows: { \"demo\", 60 }", list->what);
}

static void read_value(const body *b, aggregate_step *s) {
  const char *key = kinds[s->kind];
  bool table = body_push_key(b, key) == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (!table) {
    body_text(b, key, &s->value);
    return;
  }
  body list;
  if (s->kind != AGGREGATE_SUM)
    declare_error(b->l, body_key_at(b, key), "only sum takes a list of points, %s of %s does not",
                  key, b->what);
  else if (body_open_key(b, key, &list)) {
    list.what = arena_format(&b->l->pack->arena, "sum of %s", b->what);
    read_points(&list, s);
    body_close(&list);
  }
}

/* count = "orders" counts the records of a list; with `of`, those for which a condition is true. */
static void read_list(const body *b, aggregate_step *s) {
  s->of = body_string(b, "of");
  s->of_at = body_key_at(b, "of");
  if (body_has(b, "of")) return;
  if (s->kind == AGGREGATE_COUNT) {
    s->of = s->value.text;
    s->of_at = s->value.at;
    s->value = (rule_text){0};
  } else {
    declare_error(b->l, b->at, "%s does not say of which list: of = \"orders\"", b->what);
  }
}

/* within = 365: ages 0 to 364 days; within = { 90, 179 }: ages 90 to 179. */
static void read_window(const body *b, aggregate_step *s) {
  bool table = body_push_key(b, "within") == LUA_TTABLE;
  lua_pop(b->L, 1);
  if (!table) {
    body_text(b, "within", &s->to);
    return;
  }
  body pair;
  if (!body_open_key(b, "within", &pair)) return;
  body_check(&pair, body_no_keys, 0, true);
  body_item_text(&pair, 1, &s->from);
  body_item_text(&pair, 2, &s->to);
  if (body_count(&pair) != 2)
    declare_error(b->l, pair.at,
                  "within of %s is a number of days, or the least and the greatest age: "
                  "within = { 90, 179 }",
                  b->what);
  body_close(&pair);
}

static void read_decay(const body *b, aggregate_step *s) {
  s->stepped = body_has(b, "halve_every");
  if (s->stepped && body_has(b, "half_life"))
    declare_error(b->l, body_key_at(b, "half_life"),
                  "%s has both half_life, which falls smoothly, and halve_every, which falls in "
                  "steps; one of them",
                  b->what);
  body_text(b, s->stepped ? "halve_every" : "half_life", &s->half_life);
  body_text(b, "at", &s->at);
  if (s->at.text && !s->to.text && !s->half_life.text)
    declare_error(b->l, s->at.at,
                  "at of %s says when a record happened, for within, half_life and halve_every, "
                  "and none of them is there",
                  b->what);
}

static void read_ties(const body *b, aggregate_step *s) {
  static const char *const words[] = {"least", "greatest"};
  int tie = body_word(b, "ties", COUNTED(words));
  body_text(b, "by", &s->by);
  s->tie = tie < 0 ? TIE_UNTOLD : tie == 0 ? TIE_LEAST : TIE_GREATEST;
  if (tie >= 0 && !s->by.text)
    declare_error(b->l, body_key_at(b, "ties"),
                  "ties of %s says which of several values counts, but without by = \"...\" they "
                  "are equal",
                  b->what);
}

static bool read_missing(const body *b, const char *instead) {
  rule_text t = {0};
  if (!body_text(b, "missing", &t)) return false;
  if (strcmp(t.text, "skip") != 0)
    declare_error(
        b->l, t.at,
        "missing of %s is \"%s\"; it can only be \"skip\": records without a value do not "
        "count. To count something in its place, write %s",
        b->what, t.text, instead);
  return true;
}

void declare_aggregate(body *b, const char *name) {
  int kind = find_kind(b);
  aggregate_step *s = &declare_step(b, STEP_AGGREGATE, name)->aggregate;
  if (kind < 0) return;
  check_options(b, kind);
  s->kind = (aggregate_kind)kind;
  read_value(b, s);
  read_list(b, s);
  read_window(b, s);
  read_decay(b, s);
  read_ties(b, s);
  s->skip_missing = read_missing(b, "coalesce(amount, 0)");
  body_text(b, "where", &s->where);
  body_text(b, "weight", &s->weight);
  body_text(b, "none", &s->none);
  body_text(b, "at_least", &s->at_least);
  body_text(b, "at_most", &s->at_most);
  body_type(b, "type", &s->type);
}

/* ---- ageing "name" { of = ..., amount = ..., due = ..., { "bucket", days }, ..., { "rest" } } ---- */

static void check_bucket(const body *b, const ageing_step *s, size_t i, bool last) {
  const ageing_bucket *this = &s->buckets[i];
  rational here, before;
  if (last && this->days.text)
    declare_error(b->l, this->at,
                  "the last bucket of %s takes every age that is left, so it has no number: "
                  "{ \"%s\" }",
                  b->what, this->name);
  if (!last && !this->days.text)
    declare_error(b->l, this->at,
                  "the bucket \"%s\" takes every age that is left, so those after it stay empty: "
                  "{ \"%s\", 30 }",
                  this->name, this->name);
  if (!declare_decimal(b->l, &this->days, "the days of a bucket", &here)) return;
  if (here.den != 1)
    declare_error(b->l, this->at, "the days of the bucket \"%s\" are %s, but days are whole",
                  this->name, this->days.text);
  const rule_text *above = i ? &s->buckets[i - 1].days : NULL;
  if (above && above->text &&
      rational_parse(above->text, strlen(above->text), &before) == PARSE_OK &&
      rational_compare(here, before) <= 0)
    declare_error(b->l, this->at,
                  "the buckets of %s must ascend, but \"%s\" ends at %s days and the one above it "
                  "at %s",
                  b->what, this->name, this->days.text, above->text);
}

static void read_bucket(const body *b, int i, ageing_step *s) {
  body row;
  if (!body_open_item(b, i, &row)) return;
  body_check(&row, body_no_keys, 0, true);
  const char *name = body_item_string(&row, 1, "the bucket's name");
  if (!name || body_count(&row) > 2)
    declare_error(b->l, row.at,
                  "a bucket of %s is { \"name\", most days overdue }, the last one { \"name\" }",
                  b->what);
  if (name) {
    ageing_bucket *one = ARENA_PUSH(&b->l->pack->arena, s->buckets, s->bucket_count);
    *one = (ageing_bucket){.name = name, .at = row.at};
    body_item_text(&row, 2, &one->days);
    declare_name(b->l, row.at, "bucket of ageing", name, true);
  }
  body_close(&row);
}

static void read_undated(const body *b, ageing_step *s) {
  const char **names = NULL;
  size_t count = 0;
  s->undated = body_string(b, "undated");
  for (size_t i = 0; s->undated && i < s->bucket_count; i++) {
    if (strcmp(s->buckets[i].name, s->undated) == 0) return;
    *ARENA_PUSH(&b->l->pack->arena, names, count) = s->buckets[i].name;
  }
  if (s->undated)
    declare_error(b->l, body_key_at(b, "undated"),
                  "undated of %s is \"%s\", which is none of its buckets%s", b->what, s->undated,
                  declare_meant(b->l, s->undated, names, count));
}

static void need(const body *b, const rule_text *t, const char *key, const char *example) {
  if (!t->text && !body_has(b, key))
    declare_error(b->l, b->at, "%s does not say %s = \"%s\"", b->what, key, example);
}

static void fill_ageing(body *b, const char *name) {
  static const char *const keys[] = {"of", "amount", "due", "where", "missing", "undated"};
  size_t errors = b->l->out->errors;
  body_check(b, COUNTED(keys), true);
  bool misspelled = b->l->out->errors > errors;
  declare_name(b->l, b->at, "ageing", name, true);
  ageing_step s = {.of = body_string(b, "of"), .of_at = body_key_at(b, "of")};
  rule_text of = {s.of, s.of_at};
  body_text(b, "amount", &s.amount);
  body_text(b, "due", &s.due);
  body_text(b, "where", &s.where);
  if (!misspelled) {
    need(b, &of, "of", "open_items");
    need(b, &s.amount, "amount", "amount");
    need(b, &s.due, "due", "due_date");
  }
  s.skip_missing = read_missing(b, "amount = \"coalesce(amount, 0)\"");
  for (int i = 1; i <= body_count(b); i++) read_bucket(b, i, &s);
  for (size_t i = 0; i < s.bucket_count; i++) check_bucket(b, &s, i, i + 1 == s.bucket_count);
  if (s.bucket_count < 2)
    declare_error(b->l, b->at,
                  "%s needs at least two buckets: { \"%s_current\", 0 }, { \"%s_overdue\" }",
                  b->what, name, name);
  read_undated(b, &s);
  declare_step(b, STEP_AGEING, name)->ageing = s;
}

static int word_ageing(lua_State *L) {
  static const named_word w = {"ageing", fill_ageing};
  return declare_named(L, &w);
}

const declaration declare_ageing_words[] = {{"ageing", word_ageing}, {NULL, NULL}};
