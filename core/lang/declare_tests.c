/* The words of tests.lua: as_of, example, examples, property, and what an expectation is made of:
 * has, lacks, is, none, rejected, fails. Names of fields are checked here, those of outputs by the
 * runner, which knows what the steps make. */
#include "declare_tests.h"

#include <string.h>
#include "sheet.h"

static tests_loader *tests_of(const body *b) {
  return (tests_loader *)b->l;
}

static arena *memory(const body *b) {
  return &b->l->pack->arena;
}

/* ---- records ---- */

static handmade_record read_record(const body *b, const schema *s, const char *of);

/* A list: { { due_date = "...", amount = 1 }, ... }. */
static void read_items(const body *b, const char *name, const schema *s, handmade_value *out) {
  body list;
  if (!body_open_key(b, name, &list)) return;
  list.what = arena_format(memory(b), "%s of %s", name, b->what);
  body_check(&list, body_no_keys, 0, true);
  size_t count = 0;
  handmade_record *items = NULL;
  for (int i = 1; i <= body_count(&list); i++) {
    body row;
    if (!body_open_item(&list, i, &row)) continue;
    row.what = arena_format(memory(b), "record %d of %s", i, name);
    *ARENA_PUSH(memory(b), items, count) = read_record(&row, s, name);
    body_close(&row);
  }
  out->items = items;
  out->item_count = count;
  body_close(&list);
}

static const field *find_field(const body *b, const schema *s, const char *name, place at,
                               const char *of) {
  int number = schema_find(s, name);
  if (number >= 0) return &s->fields[number];
  const char **names = arena_array(memory(b), s->count + 1, sizeof *names);
  for (size_t i = 0; i < s->count; i++) names[i] = s->fields[i].name;
  declare_error(b->l, at, "%s has no field \"%s\"%s", of, name,
                declare_meant(b->l, name, names, s->count));
  return NULL;
}

static bool read_value(const body *b, const char *name, const field *f, handmade_value *out) {
  rule_text text = {0};
  int type = body_push_key(b, name);
  lua_pop(b->L, 1);
  out->name = name;
  if (f->type.kind == TYPE_LIST) {
    if (type == LUA_TTABLE) {
      read_items(b, name, f->type.record, out);
      return true;
    }
    declare_error(b->l, body_key_at(b, name),
                  "\"%s\" is a list of records: %s = { { %s = ... }, ... }", name, name,
                  f->type.record->count ? f->type.record->fields[0].name : "field");
    return false;
  }
  if (!body_text(b, name, &text)) return false;
  out->text = *text.text ? text.text : NULL;
  return true;
}

static handmade_record read_record(const body *b, const schema *s, const char *of) {
  size_t count = 0, kept = 0;
  body_check(b, NULL, 0, false);
  body_find_twice(b, "field");
  const named_entry *entries = body_named(b, &count);
  handmade_value *values = arena_array(memory(b), count + 1, sizeof *values);
  for (size_t i = 0; i < count; i++) {
    const field *f = find_field(b, s, entries[i].name, entries[i].at, of);
    if (f && read_value(b, entries[i].name, f, &values[kept])) kept++;
  }
  return (handmade_record){kept, values};
}

static handmade_record read_given(const body *b, const char *key) {
  handmade_record out = {0};
  const pack *p = tests_of(b)->tested;
  body given;
  if (!body_open_key(b, key, &given)) return out;
  given.what = arena_format(memory(b), "%s of %s", key, b->what);
  out = read_record(&given, &p->schema, arena_format(memory(b), "the pack %s", p->name));
  body_close(&given);
  return out;
}

/* The outputs of the decision before; the runner knows their names. */
static handmade_record read_previous(const body *b) {
  body previous;
  size_t count = 0, kept = 0;
  if (!body_open_key(b, "previous", &previous)) return (handmade_record){0};
  previous.what = arena_format(memory(b), "previous of %s", b->what);
  body_check(&previous, NULL, 0, false);
  const named_entry *entries = body_named(&previous, &count);
  handmade_value *values = arena_array(memory(b), count + 1, sizeof *values);
  for (size_t i = 0; i < count; i++) {
    rule_text text = {0};
    if (!body_text(&previous, entries[i].name, &text)) continue;
    values[kept++] =
        (handmade_value){.name = entries[i].name, .text = *text.text ? text.text : NULL};
  }
  body_close(&previous);
  return (handmade_record){kept, values};
}

static void read_params(const body *b, size_t *count, test_setting **out) {
  const pack *p = tests_of(b)->tested;
  body params;
  size_t entries = 0;
  if (!body_open_key(b, "params", &params)) return;
  params.what = arena_format(memory(b), "params of %s", b->what);
  body_check(&params, NULL, 0, false);
  const char **names = arena_array(memory(b), p->param_count + 1, sizeof *names);
  for (size_t i = 0; i < p->param_count; i++) names[i] = p->params[i].name;
  const named_entry *list = body_named(&params, &entries);
  for (size_t i = 0; i < entries; i++) {
    bool known = false;
    rule_text text = {0};
    for (size_t k = 0; k < p->param_count; k++) known = known || !strcmp(names[k], list[i].name);
    if (!known)
      declare_error(b->l, list[i].at, "the pack has no parameter \"%s\"%s", list[i].name,
                    declare_meant(b->l, list[i].name, names, p->param_count));
    else if (body_text(&params, list[i].name, &text))
      *ARENA_PUSH(memory(b), *out, *count) = (test_setting){list[i].name, text.text};
  }
  body_close(&params);
}

static const char *read_as_of(const body *b) {
  int64_t moment;
  const char *text = body_string(b, "as_of");
  if (!text) return tests_of(b)->as_of;
  if (!moment_parse(text, strlen(text), &moment))
    declare_error(b->l, body_key_at(b, "as_of"),
                  "as_of is \"%s\", which must be a moment such as 2025-09-26T15:00:00+08:00",
                  text);
  return text;
}

/* ---- expectations ---- */

/* The entries of has(...), lacks(...) or a plain list of codes. */
static void read_codes(const body *list, expectation *x) {
  body_check(list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(list); i++) {
    const char *code = body_item_string(list, i, "a code");
    if (code) *ARENA_PUSH(memory(list), x->codes, x->code_count) = code;
  }
}

static const char *join_codes(const body *b, const expectation *x) {
  const char *out = "";
  for (size_t i = 0; i < x->code_count; i++)
    out = arena_format(memory(b), "%s%s%s", out, i ? "|" : "", x->codes[i]);
  return out;
}

static void read_marked(body *list, expectation *x) {
  declare_word word = body_word_mark(list);
  rule_text text = {0};
  switch (word) {
  case WORD_none:
    x->kind = EXPECT_NONE;
    break;
  case WORD_is:
    x->kind = EXPECT_TEST;
    if (body_item_text(list, 1, &text)) x->text = text.text;
    break;
  case WORD_has:
  case WORD_lacks:
    x->kind = word == WORD_has ? EXPECT_HAS : EXPECT_LACKS;
    read_codes(list, x);
    break;
  default:
    x->kind = EXPECT_VALUE;
    read_codes(list, x);
    x->text = join_codes(list, x);
  }
}

/* The value on top of the stack, which it pops. */
static void take_expectation(const body *b, const char *output, place at, const place_node *node,
                             size_t *count, expectation **out) {
  expectation x = {.output = output, .at = at};
  rule_text text = {0};
  bool good = true;
  if (lua_istable(b->L, -1)) {
    body list = {b->l, b->L, lua_gettop(b->L),
                 node, at,   arena_format(memory(b), "%s of %s", output, b->what)};
    read_marked(&list, &x);
  } else if ((good = declare_text(b->l, b->L, at, output, &text))) {
    x.kind = *text.text ? EXPECT_VALUE : EXPECT_NONE;
    x.text = text.text;
  }
  lua_pop(b->L, 1);
  if (good) *ARENA_PUSH(memory(b), *out, *count) = x;
}

static void read_outcomes(const body *b, size_t *count, expectation **out) {
  size_t n = 0;
  body_check(b, NULL, 0, false);
  body_find_twice(b, "output");
  const named_entry *entries = body_named(b, &n);
  if (!n) declare_error(b->l, b->at, "%s expects nothing: expect = { grade = \"A\" }", b->what);
  for (size_t i = 0; i < n; i++) {
    body_push_key(b, entries[i].name);
    take_expectation(b, entries[i].name, entries[i].at, place_node_key(b->node, entries[i].name),
                     count, out);
  }
}

static void read_expect(const body *b, rule_example *x) {
  body expect;
  if (!body_has(b, "expect")) {
    declare_error(b->l, b->at,
                  "%s does not say what must come of it: expect = { grade = \"A\", reasons = "
                  "has(\"CODE\") }",
                  b->what);
    return;
  }
  if (!body_open_key(b, "expect", &expect)) return;
  declare_word word = body_word_mark(&expect);
  if (word == WORD_rejected || word == WORD_fails) {
    const char *code = body_item_string(&expect, 1, "the code");
    *(word == WORD_rejected ? &x->rejected : &x->fails) = code ? code : "?";
  } else {
    expect.what = arena_format(memory(b), "expect of %s", b->what);
    read_outcomes(&expect, &x->expectation_count, &x->expectations);
  }
  body_close(&expect);
}

/* ---- example "name" { given = ..., expect = ... } ---- */

static rule_example *add_example(const body *b, const char *name, place at) {
  rule_tests *t = tests_of(b)->tests;
  rule_example *x = ARENA_PUSH(memory(b), t->examples, t->example_count);
  *x = (rule_example){.name = name, .at = at};
  return x;
}

/* What every row of several examples shares. */
static rule_example common(const body *b) {
  rule_example x = {.at = b->at, .as_of = read_as_of(b), .given = read_given(b, "given")};
  read_params(b, &x.param_count, &x.params);
  x.previous = read_previous(b);
  return x;
}

static void fill_example(body *b, const char *name) {
  static const char *const keys[] = {"given", "as_of", "params", "previous", "expect"};
  body_check(b, COUNTED(keys), false);
  rule_example x = common(b);
  x.name = name;
  if (!body_has(b, "given"))
    declare_error(b->l, b->at, "%s gives no record: given = { field = value, ... }", b->what);
  read_expect(b, &x);
  *add_example(b, name, b->at) = x;
}

/* ---- examples "name" { inputs = {...}, outputs = {...}, { ... } } ---- */

typedef struct example_columns {
  size_t input_count, output_count;
  const char **inputs, **outputs;
} example_columns;

static handmade_record joined(const body *b, handmade_record first, const handmade_value *more,
                              size_t count) {
  handmade_value *all = arena_array(memory(b), first.count + count + 1, sizeof *all);
  size_t kept = 0;
  for (size_t i = 0; i < first.count; i++) {
    bool replaced = false;
    for (size_t k = 0; k < count; k++)
      replaced = replaced || !strcmp(first.values[i].name, more[k].name);
    if (!replaced) all[kept++] = first.values[i];
  }
  for (size_t k = 0; k < count; k++) all[kept++] = more[k];
  return (handmade_record){kept, all};
}

static void read_row(const body *row, const rule_example *shared, const example_columns *c,
                     const char *name) {
  rule_example x = *shared;
  size_t wanted = c->input_count + c->output_count;
  x.at = row->at;
  x.name = name;
  if ((size_t)body_count(row) != wanted) {
    declare_error(row->l, row->at,
                  "this row has %d entries, and there are %zu columns (%zu inputs, %zu outputs); "
                  "for no value write \"\" or none",
                  body_count(row), wanted, c->input_count, c->output_count);
    return;
  }
  handmade_value *values = arena_array(memory(row), c->input_count + 1, sizeof *values);
  for (size_t i = 0; i < c->input_count; i++) {
    rule_text text = {0};
    values[i].name = c->inputs[i];
    if (body_item_text(row, (int)i + 1, &text) && *text.text) values[i].text = text.text;
  }
  x.given = joined(row, shared->given, values, c->input_count);
  x.expectations = NULL;
  for (size_t i = 0; i < c->output_count; i++) {
    int at = (int)(c->input_count + i) + 1;
    body_push_item(row, at);
    take_expectation(row, c->outputs[i], body_item_at(row, at), place_node_item(row->node, at),
                     &x.expectation_count, &x.expectations);
  }
  *add_example(row, name, row->at) = x;
}

static bool check_columns(const body *b, const example_columns *c) {
  const pack *p = tests_of(b)->tested;
  bool good = c->input_count && c->output_count;
  if (!good)
    declare_error(
        b->l, b->at,
        "%s needs inputs = { \"field\", ... } and outputs = { \"output\", ... }, then one "
        "row for each example; or file = \"examples.csv\"",
        b->what);
  for (size_t i = 0; i < c->input_count; i++) {
    const field *f = find_field(b, &p->schema, c->inputs[i], body_key_at(b, "inputs"),
                                arena_format(memory(b), "the pack %s", p->name));
    if (f && f->type.kind == TYPE_LIST)
      declare_error(
          b->l, body_key_at(b, "inputs"),
          "\"%s\" is a list of records, which fits no cell: write examples with it one by "
          "one, or give it in given",
          c->inputs[i]);
    good = good && f;
  }
  return good;
}

/* ---- examples "name" { file = "examples.csv" } ---- */

/* What a column of the file is: the name of a field or of an output. */
typedef struct file_column {
  enum { FILE_NAME, FILE_AS_OF, FILE_FIELD, FILE_EXPECT } role;
  const char *name;
} file_column;

static bool read_file_header(const body *b, const sheet_row *head, place at, file_column *columns) {
  const pack *p = tests_of(b)->tested;
  bool good = true, expects = false;
  for (size_t i = 0; i < head->count; i++) {
    const char *cell = head->cells[i];
    if (!strcmp(cell, "example")) {
      columns[i] = (file_column){FILE_NAME, cell};
    } else if (!strcmp(cell, "as_of")) {
      columns[i] = (file_column){FILE_AS_OF, cell};
    } else if (!strncmp(cell, "expect ", 7)) {
      columns[i] = (file_column){FILE_EXPECT, cell + 7};
      expects = true;
    } else {
      columns[i] = (file_column){FILE_FIELD, cell};
      good = find_field(b, &p->schema, cell, at, "the pack") && good;
    }
  }
  if (!expects)
    declare_error(b->l, at,
                  "no column says what must come of a record: head one \"expect grade\" (the other "
                  "columns are fields of the record; \"example\" may name the row)");
  return good && expects;
}

static void read_file_row(const body *b, const rule_example *shared, const sheet_row *row,
                          const sheet_row *head, const file_column *columns, place at,
                          const char *title) {
  rule_example x = *shared;
  size_t given = 0;
  handmade_value *values = arena_array(memory(b), row->count + 1, sizeof *values);
  x.at = at;
  x.name = arena_format(memory(b), "%s, line %d", title, at.line);
  for (size_t i = 0; i < row->count; i++) {
    const char *cell = row->cells[i];
    if (i >= head->count) {
      if (*cell) declare_error(b->l, at, "the cell \"%s\" stands under no header", cell);
      continue;
    }
    if (columns[i].role == FILE_EXPECT) {
      *ARENA_PUSH(memory(b), x.expectations, x.expectation_count) = (expectation){
          columns[i].name, *cell ? EXPECT_VALUE : EXPECT_NONE, *cell ? cell : NULL, 0, NULL, at};
    } else if (!*cell) {
      continue;
    } else if (columns[i].role == FILE_NAME) {
      x.name = cell;
    } else if (columns[i].role == FILE_AS_OF) {
      x.as_of = cell;
    } else {
      values[given++] = (handmade_value){.name = columns[i].name, .text = cell};
    }
  }
  x.given = joined(b, shared->given, values, given);
  *add_example(b, x.name, at) = x;
}

static void read_file(const body *b, const rule_example *shared, const char *name,
                      const char *title) {
  loader *l = b->l;
  sheet s;
  const pack_file *f = pack_read(l, name, body_key_at(b, "file"), false);
  if (!f) return;
  const char *shown = arena_format(memory(b), "%s/%s", l->folder, f->name);
  if (!sheet_read(memory(b), shown, f->data, f->size, &s, l->out)) return;
  if (s.count < 2) {
    declare_error(l, (place){shown, 1},
                  "the file holds no examples: a header, then a row for each");
    return;
  }
  file_column *columns = arena_array(memory(b), s.rows[0].count + 1, sizeof *columns);
  if (!read_file_header(b, &s.rows[0], (place){shown, s.rows[0].line}, columns)) return;
  for (size_t i = 1; i < s.count; i++)
    read_file_row(b, shared, &s.rows[i], &s.rows[0], columns, (place){shown, s.rows[i].line},
                  title);
}

/* examples "the sample" { customers = "customers.csv", expected = "expected.csv" } */
static void read_sample(const body *b, const char *name) {
  rule_tests *t = tests_of(b)->tests;
  sample_test *s = ARENA_PUSH(memory(b), t->samples, t->sample_count);
  *s = (sample_test){.name = name,
                     .at = b->at,
                     .as_of = read_as_of(b),
                     .customers = body_string(b, "customers"),
                     .expected = body_string(b, "expected"),
                     .params_file = body_string(b, "params_file")};
}

static void fill_examples(body *b, const char *name) {
  static const char *const keys[] = {"given",   "as_of", "params",    "previous", "inputs",
                                     "outputs", "file",  "customers", "expected", "params_file"};
  example_columns c = {0};
  body_check(b, COUNTED(keys), true);
  if (body_has(b, "expected")) {
    read_sample(b, name);
    return;
  }
  rule_example shared = common(b);
  const char *file = body_string(b, "file");
  if (file) {
    read_file(b, &shared, file, name);
    return;
  }
  body_strings(b, "inputs", &c.input_count, &c.inputs);
  body_strings(b, "outputs", &c.output_count, &c.outputs);
  if (!check_columns(b, &c)) return;
  if (!body_count(b)) declare_error(b->l, b->at, "%s has no rows", b->what);
  for (int i = 1; i <= body_count(b); i++) {
    body row;
    if (!body_open_item(b, i, &row)) continue;
    body_check(&row, body_no_keys, 0, true);
    read_row(&row, &shared, &c, arena_format(memory(b), "%s, row %d", name, i));
    body_close(&row);
  }
}

/* ---- property "name" { ... } ---- */

static void read_never(const body *b, rule_property *p) {
  static const char *const kinds[] = {"better", "worse", "more", "less", "different"};
  body never_body;
  if (!body_open_key(b, "never", &never_body)) return;
  never_body.what = arena_format(memory(b), "never of %s", b->what);
  body_check(&never_body, COUNTED(kinds), false);
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    size_t count = 0;
    const char **names = NULL;
    int type = body_push_key(&never_body, kinds[k]);
    lua_pop(b->L, 1);
    if (type == LUA_TTABLE)
      body_strings(&never_body, kinds[k], &count, &names);
    else if (type != LUA_TNIL)
      *ARENA_PUSH(memory(b), names, count) = body_string(&never_body, kinds[k]);
    for (size_t i = 0; i < count; i++)
      if (names[i])
        *ARENA_PUSH(memory(b), p->nevers, p->never_count) =
            (never){(never_kind)k, names[i], body_key_at(&never_body, kinds[k])};
  }
  if (!p->never_count)
    declare_error(b->l, never_body.at,
                  "%s says nothing: never = { better = \"grade\", more = \"credit_limit\" }",
                  never_body.what);
  body_close(&never_body);
}

/* "field" or "list.field": something that can be more or less. */
static void check_changed(const body *b, const rule_property *p) {
  const schema *s = &tests_of(b)->tested->schema;
  const char *dot = strchr(p->changed, '.'), *name = p->changed;
  const char *key = p->change == CHANGE_RAISE ? "raise" : "lower";
  place at = body_key_at(b, key);
  const field *f = NULL;
  if (dot) {
    const char *list = arena_string_n(memory(b), p->changed, (size_t)(dot - p->changed));
    f = find_field(b, s, list, at, "the pack");
    if (!f) return;
    if (f->type.kind != TYPE_LIST) {
      declare_error(b->l, at, "\"%s\" is no list of records, so it has no field \"%s\"", list,
                    dot + 1);
      return;
    }
    s = f->type.record;
    name = dot + 1;
  }
  f = find_field(b, s, name, at, dot ? "the list" : "the pack");
  if (f && !type_is_numeric(f->type.kind) && f->type.kind != TYPE_DATE &&
      f->type.kind != TYPE_TIMESTAMP)
    declare_error(b->l, at, "\"%s\" is a %s, which cannot be raised or lowered: set = { %s = ... }",
                  p->changed, type_name(f->type.kind), name);
}

static void read_change(const body *b, rule_property *p) {
  const char *raise = body_string(b, "raise"), *lower = body_string(b, "lower");
  bool set = body_has(b, "set");
  if ((raise != NULL) + (lower != NULL) + set > 1)
    declare_error(b->l, b->at, "%s changes two things at once: raise, lower or set, one of them",
                  b->what);
  p->change = raise ? CHANGE_RAISE : lower ? CHANGE_LOWER : set ? CHANGE_SET : CHANGE_NONE;
  p->changed = raise ? raise : lower;
  if (p->changed) check_changed(b, p);
  if (set) p->set = read_given(b, "set");
}

static void fill_property(body *b, const char *name) {
  static const char *const keys[] = {"when",  "raise", "lower",  "set",  "never",
                                     "given", "as_of", "params", "cases"};
  rule_tests *t = tests_of(b)->tests;
  rule_property p = {.name = name, .at = b->at, .cases = 1000};
  body_check(b, COUNTED(keys), true);
  p.as_of = read_as_of(b);
  body_item_text(b, 1, &p.holds);
  body_text(b, "when", &p.when);
  p.given = read_given(b, "given");
  read_params(b, &p.param_count, &p.params);
  body_integer(b, "cases", 1, 1000000, &p.cases);
  read_change(b, &p);
  read_never(b, &p);
  if (p.change == CHANGE_NONE && p.never_count)
    declare_error(
        b->l, b->at,
        "%s has never, but changes nothing: raise = \"field\", lower = \"field\" or set = "
        "{ field = value }",
        b->what);
  if (p.change != CHANGE_NONE && !p.never_count)
    declare_error(
        b->l, b->at,
        "%s does not say what must never come of the change: never = { better = \"grade\" }",
        b->what);
  if (p.change != CHANGE_NONE && p.holds.text)
    declare_error(b->l, body_item_at(b, 1),
                  "%s has both a condition and a change; write two properties", b->what);
  if (p.change == CHANGE_NONE && !p.holds.text)
    declare_error(b->l, b->at, "%s says nothing: %s { \"credit_limit <= 5000000\" }", b->what,
                  b->what);
  *ARENA_PUSH(memory(b), t->properties, t->property_count) = p;
}

/* ---- the words ---- */

static int word_as_of(lua_State *L) {
  tests_loader *t = (tests_loader *)declare_loader(L);
  place at = declare_here(L);
  int64_t moment;
  const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;
  if (!text || !moment_parse(text, strlen(text), &moment))
    declare_error(&t->loader, at, "as_of wants a moment: as_of \"2025-09-26T15:00:00+08:00\"");
  else
    t->as_of = arena_string(&t->loader.pack->arena, text);
  return 0;
}

/* has("A", "B"): what is in the brackets becomes a table with a mark. */
static int mark_arguments(lua_State *L, declare_word w) {
  int count = lua_gettop(L);
  luaL_checkstack(L, 10, "too many");
  if (count == 1 && lua_istable(L, 1)) return declare_mark(L, w);
  lua_createtable(L, count, 0);
  lua_insert(L, 1);
  for (int i = count; i >= 1; i--) lua_rawseti(L, 1, i);
  return declare_mark(L, w);
}

#define MARKED(name)                                                                               \
  static int word_##name(lua_State *L) {                                                           \
    return mark_arguments(L, WORD_##name);                                                         \
  }
MARKED(has)
MARKED(lacks)
MARKED(is)
MARKED(rejected)
MARKED(fails)

#define NAMED(name)                                                                                \
  static int word_##name(lua_State *L) {                                                           \
    static const named_word w = {#name, fill_##name};                                              \
    return declare_named(L, &w);                                                                   \
  }
NAMED(example)
NAMED(examples)
NAMED(property)

const declaration declare_test_words[] = {{"as_of", word_as_of},
                                          {"example", word_example},
                                          {"examples", word_examples},
                                          {"property", word_property},
                                          {"has", word_has},
                                          {"lacks", word_lacks},
                                          {"is", word_is},
                                          {"rejected", word_rejected},
                                          {"fails", word_fails},
                                          {NULL, NULL}};
