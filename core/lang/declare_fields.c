/* The type words, and fields { ... }: what a record holds.
 *
 * A type word may stand bare (`date`) or be called with a table of constraints (`money { min = 0
 * }`); decimal takes its digits first (`decimal(2)`). Called, it gives a userdata that only this
 * file can make. */
#include "declare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "../base/text.h"

static const char type_magic; /* its address marks our userdata */

typedef struct type_value {
  const char *magic;
  type_spec spec;
} type_value;

value_type declare_money(const loader *l) {
  int digits = l->pack->currency_digits;
  return (value_type){.kind = TYPE_MONEY, .digits = digits, .denominator = pow10_i64(digits)};
}

static value_type plain_type(const loader *l, type_kind kind) {
  if (kind == TYPE_MONEY) return declare_money(l);
  return (value_type){.kind = kind, .denominator = 1};
}

/* ---- literals ---- */

static bool literal_ok(const loader *l, value_type t, const char *s, size_t n, int64_t *out,
                       double *number) {
  switch (t.kind) {
  case TYPE_INTEGER:
    return integer_parse(s, n, out) == PARSE_OK;
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    return decimal_parse(s, n, t.digits, out) == PARSE_OK;
  case TYPE_NUMBER:
    return number_parse(s, n, number) == PARSE_OK;
  case TYPE_DATE:
    return date_parse(s, n, out);
  case TYPE_TIMESTAMP:
    return moment_parse(s, n, out);
  case TYPE_BOOLEAN:
    return strcmp(s, "true") == 0 || strcmp(s, "false") == 0;
  case TYPE_CHOICE:
    return choice_find(t.choices, s, n) >= 0;
  default:
    (void)l;
    return true;
  }
}

static const char *literal_form(type_kind kind) {
  switch (kind) {
  case TYPE_INTEGER:
    return "a whole number";
  case TYPE_MONEY:
    return "an amount such as 1200.50, with no more decimals than the currency has";
  case TYPE_DECIMAL:
    return "a decimal with no more digits than its type has";
  case TYPE_NUMBER:
    return "a number";
  case TYPE_DATE:
    return "a date that exists, as YYYY-MM-DD";
  case TYPE_TIMESTAMP:
    return "a moment as YYYY-MM-DDTHH:MM:SS+08:00";
  case TYPE_BOOLEAN:
    return "true or false";
  default:
    return "one of its words";
  }
}

bool declare_literal(const loader *l, value_type t, const rule_text *text, const char *label,
                     int64_t *out, double *number) {
  int64_t whole = 0;
  double measured = 0;
  if (!text->text) return false;
  if (!literal_ok(l, t, text->text, strlen(text->text), &whole, &measured)) {
    declare_error(l, text->at, "%s is \"%s\", which is not %s", label, text->text,
                  literal_form(t.kind));
    return false;
  }
  if (out) *out = whole;
  if (number) *number = measured;
  return true;
}

/* ---- type words ---- */

/* choice { "a" } { required = true }: a type that is whole already is called again. It stays as it
 * is, so that nothing else is said of it. */
static int type_called_again(lua_State *L) {
  const type_value *v = lua_touserdata(L, 1);
  bool words = v && v->magic == &type_magic && v->spec.type.kind == TYPE_CHOICE;
  declare_error(declare_loader(L), declare_here(L),
                words ? "a second pair of braces follows a choice: its constraints stand among its "
                        "words: choice { \"cash\", \"credit\", required = true }"
                      : "a second pair of braces follows a type: all its constraints stand in one: "
                        "money { min = 0, required = true }");
  lua_settop(L, 1);
  return 1;
}

static type_value *push_type(lua_State *L, value_type t, place at) {
  type_value *v = lua_newuserdatauv(L, sizeof *v, 0);
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, type_called_again);
  lua_setfield(L, -2, "__call");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  *v = (type_value){.magic = &type_magic, .spec = {.type = t, .at = at}};
  return v;
}

static const char *const common_keys[] = {"required", "column", "default"};
static const char *const bounded_keys[] = {"min", "max", "required", "column", "default"};

static const char *const choice_keys[] = {"required", "column", "default", "best"};

/* best = "high": which end of the list is the good one, for adjust, worst and best. */
static void read_best(const body *b, value_type *t) {
  const choice_list *list = t->choices;
  const char *best = body_string(b, "best");
  if (!best || !list->count) return;
  t->rank = RANK_BEST_FIRST;
  if (strcmp(best, list->names[0]) == 0) return;
  t->rank = RANK_BEST_LAST;
  if (strcmp(best, list->names[list->count - 1]) == 0) return;
  declare_error(b->l, body_key_at(b, "best"),
                "best of choice is \"%s\", which must be its first word, %s, or its last, %s: list "
                "the words in order",
                best, list->names[0], list->names[list->count - 1]);
}

/* A literal, or total("ar"): the sum over all customers of the run. */
static void read_default(const body *b, type_spec *spec) {
  body_push_key(b, "default");
  const char *of = declare_bare_name(b->L, "total");
  lua_pop(b->L, 1);
  if (of)
    spec->total = (rule_text){of, body_key_at(b, "default")};
  else
    body_text(b, "default", &spec->preset);
}

static void read_constraints(const body *b, type_spec *spec, bool items) {
  type_kind k = spec->type.kind;
  bool bounded = (type_is_numeric(k) || k == TYPE_DATE || k == TYPE_TIMESTAMP);
  if (bounded)
    body_check(b, COUNTED(bounded_keys), items);
  else if (k == TYPE_CHOICE)
    body_check(b, COUNTED(choice_keys), items);
  else
    body_check(b, COUNTED(common_keys), items);
  if (k == TYPE_CHOICE) read_best(b, &spec->type);
  body_flag(b, "required", &spec->required);
  if (bounded) body_text(b, "min", &spec->min);
  if (bounded) body_text(b, "max", &spec->max);
  read_default(b, spec);
  spec->column = body_string(b, "column");
  if (spec->column && !*spec->column)
    declare_error(b->l, body_key_at(b, "column"), "column of %s is empty", b->what);
}

/* Where the table of a type word stands is unknown to the token reader (several may stand on one
 * line), so all of it is placed at the word's line. */
static int called_type(lua_State *L, value_type t, const char *word) {
  loader *l = declare_loader(L);
  place at = declare_here(L);
  luaL_checkstack(L, 20, word);
  if (!lua_istable(L, 1)) {
    declare_error(l, at, "%s may stand alone, or be followed by a table in braces: %s { ... }",
                  word, word);
    push_type(L, t, at);
    return 1;
  }
  lua_settop(L, 1);
  body b = {l, L, 1, NULL, at, word};
  type_value *v = push_type(L, t, at);
  read_constraints(&b, &v->spec, false);
  lua_settop(L, 2);
  return 1;
}

#define PLAIN_TYPES(X)                                                                             \
  X(key, TYPE_KEY)                                                                                 \
  X(text, TYPE_TEXT)                                                                               \
  X(integer, TYPE_INTEGER)                                                                         \
  X(number, TYPE_NUMBER)                                                                           \
  X(money, TYPE_MONEY) X(boolean, TYPE_BOOLEAN) X(date, TYPE_DATE) X(timestamp, TYPE_TIMESTAMP)

#define X(name, kind)                                                                              \
  static int type_##name(lua_State *L) {                                                           \
    return called_type(L, plain_type(declare_loader(L), kind), #name);                             \
  }
PLAIN_TYPES(X)
#undef X

static int type_choice(lua_State *L) {
  loader *l = declare_loader(L);
  arena *a = &l->pack->arena;
  body b;
  if (!declare_plain(L, "choice", &b)) {
    push_type(L, (value_type){.kind = TYPE_CHOICE, .denominator = 1}, declare_here(L));
    return 1;
  }
  b.node = NULL;
  const char **names = NULL;
  size_t count = 0;
  for (int i = 1; i <= body_count(&b); i++) {
    const char *word = body_item_string(&b, i, "a word");
    if (!word) continue;
    for (size_t k = 0; k < count; k++)
      if (strcmp(names[k], word) == 0)
        declare_error(l, b.at, "choice lists the word \"%s\" twice", word);
    if (!*word || strpbrk(word, "\r\n|"))
      declare_error(l, b.at,
                    "\"%s\" cannot be a word of a choice: it is empty, or holds | or a line "
                    "break",
                    word);
    *ARENA_PUSH(a, names, count) = word;
  }
  if (!count) declare_error(l, b.at, "choice lists no words: choice { \"cash\", \"credit\" }");
  choice_list *list = arena_alloc(a, sizeof *list);
  *list = (choice_list){count, names};
  value_type t = {.kind = TYPE_CHOICE, .denominator = 1, .choices = list};
  type_value *v = push_type(L, t, b.at);
  read_constraints(&b, &v->spec, true);
  lua_settop(L, 2);
  return 1;
}

static value_type decimal_type(int digits) {
  return (value_type){.kind = TYPE_DECIMAL, .digits = digits, .denominator = pow10_i64(digits)};
}

static int decimal_of(lua_State *L) { /* what decimal(2) gives: a word like the others */
  return called_type(L, decimal_type((int)lua_tointeger(L, lua_upvalueindex(1))), "decimal(n)");
}

static int type_decimal(lua_State *L) {
  int whole;
  lua_Integer digits = lua_tointegerx(L, 1, &whole);
  if (lua_type(L, 1) != LUA_TNUMBER || !whole || digits < 0 || digits > 12) {
    declare_error(declare_loader(L), declare_here(L),
                  "decimal wants the number of digits after the point, from 0 to 12: decimal(2)");
    digits = 2;
  }
  lua_pushinteger(L, digits);
  lua_pushcclosure(L, decimal_of, 1);
  return 1;
}

static void read_fields(const body *b, schema *out, bool keyed);

static int type_list(lua_State *L) {
  loader *l = declare_loader(L);
  body b;
  value_type t = {.kind = TYPE_LIST, .denominator = 1};
  if (!declare_plain(L, "list", &b)) {
    push_type(L, t, declare_here(L));
    return 1;
  }
  schema *record = arena_alloc(&l->pack->arena, sizeof *record);
  read_fields(&b, record, false);
  t.record = record;
  push_type(L, t, b.at);
  return 1;
}

/* The type that the value on top of the stack is. */
bool declare_type(lua_State *L, type_spec *out) {
  loader *l = declare_loader(L);
  type_value *v = lua_touserdata(L, -1);
  if (lua_type(L, -1) == LUA_TUSERDATA && lua_rawlen(L, -1) == sizeof *v &&
      v->magic == &type_magic) {
    *out = v->spec;
    return true;
  }
  lua_CFunction f = lua_tocfunction(L, -1);
  if (!f) return false;
#define X(name, kind)                                                                              \
  if (f == type_##name) return *out = (type_spec){.type = plain_type(l, kind)}, true;
  PLAIN_TYPES(X)
#undef X
  if (f != decimal_of || !lua_getupvalue(L, -1, 1)) return false;
  *out = (type_spec){.type = decimal_type((int)lua_tointeger(L, -1))};
  lua_pop(L, 1);
  return true;
}

static bool pop_result_type(const body *b, const char *label, place at, value_type *out) {
  type_spec spec = {0};
  bool nil = lua_isnil(b->L, -1), ok = declare_type(b->L, &spec);
  lua_CFunction f = lua_tocfunction(b->L, -1);
  lua_pop(b->L, 1);
  if (nil) return false;
  if (!ok) {
    declare_error(
        b->l, at,
        f == type_choice ? "%s of %s is a choice without its words: "
                           "choice { \"A\", \"B\" }"
        : f == type_decimal
            ? "%s of %s is a decimal without its digits: decimal(2)"
            : "%s of %s is not a type; write one without quotes: integer, decimal(2), money, "
              "boolean, date, timestamp, text or choice { ... }",
        label, b->what);
    return false;
  }
  if (spec.required || spec.min.text || spec.max.text || spec.column || spec.preset.text ||
      spec.total.text)
    declare_error(b->l, at,
                  "the type of %s takes no min, max, required, column or default: those "
                  "are for fields and params",
                  b->what);
  if (spec.type.kind == TYPE_KEY || spec.type.kind == TYPE_LIST) {
    declare_error(b->l, at, "%s of %s cannot be %s", label, b->what, type_name(spec.type.kind));
    return false;
  }
  *out = spec.type;
  return true;
}

bool body_type(const body *b, const char *key, value_type *out) {
  body_push_key(b, key);
  return pop_result_type(b, key, body_key_at(b, key), out);
}

bool body_item_type(const body *b, int i, value_type *out) {
  body_push_item(b, i);
  return pop_result_type(b, "the type", body_item_at(b, i), out);
}

/* The next word of a list in a header, bare or in quotes; NULL: there is none, or it is broken. */
static const char *next_word(arena *a, const char **at, const char *end) {
  const char *p = *at;
  while (p < end && *p == ' ') p++;
  bool quoted = p < end && *p == '"';
  const char *from = p + quoted, *to = from;
  while (to < end && *to != (quoted ? '"' : ',')) to++;
  p = to + quoted;
  while (!quoted && to > from && to[-1] == ' ') to--;
  while (p < end && *p == ' ') p++;
  if (from == to || to > end || (p < end && *p != ',')) return NULL;
  *at = p;
  return arena_string_n(a, from, (size_t)(to - from));
}

/* choice(low, "not so low", high, best = high): the words in order. */
static bool choice_text(const loader *l, const char *p, const char *end, value_type *out) {
  arena *a = &l->pack->arena;
  choice_list *list = arena_alloc(a, sizeof *list);
  const char **names = NULL, *word;
  size_t count = 0;
  choice_rank rank = RANK_BEST_FIRST;
  for (;; p++) {
    while (p < end && *p == ' ') p++;
    bool best =
        count > 0 && end - p > 4 && memcmp(p, "best", 4) == 0 && p[4 + strspn(p + 4, " ")] == '=';
    if (best) p += 5 + strspn(p + 4, " ");
    if (!(word = next_word(a, &p, end)) || strpbrk(word, "\r\n|")) return false;
    if (best && strcmp(word, names[0]) != 0 && strcmp(word, names[count - 1]) != 0) return false;
    if (best && strcmp(word, names[0]) != 0) rank = RANK_BEST_LAST;
    for (size_t i = 0; i < count && !best; i++)
      if (strcmp(names[i], word) == 0) return false;
    if (!best) *ARENA_PUSH(a, names, count) = word;
    if (p >= end) break;
    if (best) return false; /* it comes last */
  }
  *list = (choice_list){count, names};
  *out = (value_type){.kind = TYPE_CHOICE, .denominator = 1, .choices = list, .rank = rank};
  return true;
}

bool declare_type_text(const loader *l, const char *text, size_t n, value_type *out) {
  static const struct {
    const char *name;
    type_kind kind;
  } words[] = {{"choice", TYPE_CHOICE}, {"text", TYPE_TEXT},          {"integer", TYPE_INTEGER},
               {"number", TYPE_NUMBER}, {"money", TYPE_MONEY},        {"boolean", TYPE_BOOLEAN},
               {"date", TYPE_DATE},     {"timestamp", TYPE_TIMESTAMP}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i].name) == n && memcmp(words[i].name, text, n) == 0)
      return *out = plain_type(l, words[i].kind), true;
  if (n == 10 && memcmp(text, "decimal(", 8) == 0 && text[9] == ')' && text[8] >= '0' &&
      text[8] <= '9')
    return *out = decimal_type(text[8] - '0'), true;
  size_t word = 6;
  if (n > 8 && memcmp(text, "choice", word) == 0 && text[n - 1] == ')') {
    while (word < n && text[word] == ' ') word++;
    if (text[word] == '(') return choice_text(l, text + word + 1, text + n - 1, out);
  }
  return false;
}

/* ---- fields ---- */

static void set_bound(const body *b, const field *f, const rule_text *text, const char *which,
                      bool *has, int64_t *stored, double *number) {
  const char *label = arena_format(&b->l->pack->arena, "%s of the field \"%s\"", which, f->name);
  if (text->text) *has = declare_literal(b->l, f->type, text, label, stored, number);
}

static const char *const type_words[] = {"key",    "text",      "choice",  "integer",
                                         "number", "money",     "decimal", "boolean",
                                         "date",   "timestamp", "list"};

/* What people of other languages call a type. */
static const char *type_meant(const loader *l, const char *word) {
  static const struct {
    const char *other, *ours;
  } others[] = {
      {"string", "text"},     {"varchar", "text"}, {"str", "text"},      {"bool", "boolean"},
      {"int", "integer"},     {"float", "number"}, {"double", "number"}, {"datetime", "timestamp"},
      {"time", "timestamp"},  {"enum", "choice"},  {"amount", "money"},  {"currency", "money"},
      {"numeric", "decimal"}, {"id", "key"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strcmp(others[i].other, word) == 0)
      return arena_format(&l->pack->arena, "; did you mean %s?", others[i].ours);
  const char *meant = declare_meant(l, word, COUNTED(type_words));
  return *meant ? meant
                : arena_format(&l->pack->arena, ": %s", declare_choices(l, COUNTED(type_words)));
}

/* The value on top of the stack is no type: says why. */
static void say_no_type(const body *b, const named_entry *e) {
  const loader *l = b->l;
  lua_CFunction c = lua_tocfunction(b->L, -1);
  if (lua_type(b->L, -1) == LUA_TSTRING)
    declare_error(
        l, e->at,
        "the field \"%s\" has the type \"%s\" in quotes; types are words without quotes%s", e->name,
        lua_tostring(b->L, -1), type_meant(l, lua_tostring(b->L, -1)));
  else if (c == type_choice)
    declare_error(l, e->at,
                  "the field \"%s\" is a choice without its words: choice { \"cash\", \"credit\" }",
                  e->name);
  else if (c == type_decimal)
    declare_error(l, e->at, "the field \"%s\" is a decimal without its digits: decimal(2)",
                  e->name);
  else if (c == type_list)
    declare_error(l, e->at,
                  "the field \"%s\" is a list without its fields: "
                  "list { due_date = date, amount = money }",
                  e->name);
  else
    declare_error(l, e->at, "the field \"%s\" has no type; write one without quotes: %s", e->name,
                  declare_choices(l, COUNTED(type_words)));
}

static bool read_field(const body *b, const named_entry *e, field *f) {
  type_spec spec = {0};
  if (!declare_type(b->L, &spec)) {
    say_no_type(b, e);
    return false;
  }
  *f = (field){.name = e->name,
               .column = spec.column ? spec.column : e->name,
               .type = spec.type,
               .required = spec.required || spec.type.kind == TYPE_KEY,
               .file = e->at.file,
               .line = e->at.line};
  if (spec.min.text) spec.min.at = e->at;
  if (spec.max.text) spec.max.at = e->at;
  set_bound(b, f, &spec.min, "min", &f->has_min, &f->min, &f->number_min);
  set_bound(b, f, &spec.max, "max", &f->has_max, &f->max, &f->number_max);
  if (f->has_min && f->has_max && (f->min > f->max || f->number_min > f->number_max))
    declare_error(b->l, e->at, "the field \"%s\" can hold no value: its min is above its max",
                  f->name);
  if (spec.preset.text || spec.total.text)
    declare_error(b->l, e->at,
                  "the field \"%s\" has a default; a field has none (say what a missing "
                  "value means where it is used, for instance with coalesce)",
                  f->name);
  return true;
}

static void read_fields(const body *b, schema *out, bool keyed) {
  loader *l = b->l;
  arena *a = &l->pack->arena;
  size_t count = 0, kept = 0;
  body_check(b, NULL, 0, false);
  named_entry *entries = body_named(b, &count);
  field *fields = arena_array(a, count ? count : 1, sizeof *fields);
  body_find_twice(b, "field");
  for (size_t i = 0; i < count; i++) {
    field *f = &fields[kept];
    body_push_key(b, entries[i].name);
    bool ok = read_field(b, &entries[i], f);
    lua_pop(b->L, 1);
    if (keyed && !declare_name(l, entries[i].at, "field", entries[i].name, true)) continue;
    if (!ok || (!keyed && !declare_name_form(l, entries[i].at, "field", entries[i].name))) continue;
    if (!keyed && (f->type.kind == TYPE_KEY || f->type.kind == TYPE_LIST))
      declare_error(l, entries[i].at, "the field \"%s\" of a list cannot be %s", f->name,
                    type_name(f->type.kind));
    for (size_t k = 0; k < kept; k++)
      if (strcmp(fields[k].column, f->column) == 0)
        declare_error(l, entries[i].at, "the fields \"%s\" and \"%s\" read the same column \"%s\"",
                      fields[k].name, f->name, f->column);
    kept++;
  }
  if (!count) declare_error(l, b->at, "%s declares no fields", b->what);
  out->fields = fields;
  out->count = kept;
  out->zone = l->pack->zone;
}

void declare_record(const body *b, schema *out) {
  read_fields(b, out, false);
}

static void check_key_field(const body *b, schema *s) {
  const field *key = NULL;
  for (size_t i = 0; i < s->count; i++) {
    if (s->fields[i].type.kind != TYPE_KEY) continue;
    if (key)
      declare_error(b->l, (place){s->fields[i].file, s->fields[i].line},
                    "two fields are keys, \"%s\" and \"%s\"; a record has one", key->name,
                    s->fields[i].name);
    else
      s->key = i, key = &s->fields[i];
  }
  if (!key)
    declare_error(b->l, b->at,
                  "no field is the key; say which one identifies a customer, for instance "
                  "customer_id = key");
}

static int word_fields(lua_State *L) {
  body b;
  if (!declare_plain(L, "fields", &b)) return 0;
  declare_after_company(&b);
  if (b.l->fields) {
    declare_error(b.l, b.at, "fields { ... } stands twice; put all fields into one");
    return 0;
  }
  b.l->fields = true;
  read_fields(&b, &b.l->pack->schema, true);
  check_key_field(&b, &b.l->pack->schema);
  return 0;
}

const declaration declare_field_words[] = {
#define X(name, kind) {#name, type_##name},
    PLAIN_TYPES(X)
#undef X
        {"choice", type_choice},
    {"decimal", type_decimal},
    {"list", type_list},
    {"fields", word_fields},
    {NULL, NULL}};
