/* decision_table "name" { ... }: rows inline, or in a CSV file beside the scripts. */
#include "declare.h"

#include <string.h>

static const char *const policies[] = {"first", "unique", "any"};

static void read_inputs(const body *b, table_step *t) {
  body list;
  if (!body_open_key(b, "inputs", &list)) return;
  body_check(&list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&list); i++) {
    rule_text text = {0};
    if (body_item_text(&list, i, &text))
      *ARENA_PUSH(&b->l->pack->arena, t->inputs, t->input_count) = text;
  }
  body_close(&list);
}

void declare_outputs(const body *b, size_t *count, table_output **out) {
  loader *l = b->l;
  body list;
  if (!body_open_key(b, "outputs", &list)) return;
  body_check(&list, body_no_keys, 0, true);
  for (int i = 1; i <= body_count(&list); i++) {
    body one;
    if (!body_open_item(&list, i, &one)) continue;
    body_check(&one, body_no_keys, 0, true);
    const char *name = body_item_string(&one, 1, "the output's name");
    value_type type = {.kind = TYPE_CHOICE, .denominator = 1};
    if (body_count(&one) >= 2) body_item_type(&one, 2, &type);
    if (!name || body_count(&one) > 2)
      declare_error(l, one.at, "an output of %s is { \"name\", type }", b->what);
    if (name) *ARENA_PUSH(&l->pack->arena, *out, *count) = (table_output){name, type};
    body_close(&one);
  }
  body_close(&list);
}

/* The names that the step adds: its outputs; its own, if none of them, is only taken. */
void declare_output_names(body *b, const char *what, const char *name, const table_output *outputs,
                          size_t count) {
  bool own = false;
  for (size_t i = 0; i < count; i++) {
    own = own || strcmp(outputs[i].name, name) == 0;
    declare_name(b->l, b->at, what, outputs[i].name, true);
  }
  if (!own) declare_name(b->l, b->at, what, name, false);
}

static void check_width(const body *row, const table_step *t, int n) {
  size_t wanted = t->input_count + t->output_count;
  if ((size_t)n == wanted) return;
  declare_error(
      row->l, row->at,
      "this row of %s has %d entries, but %zu belong here: a test for each of "
      "the %zu inputs, then a value for each of the %zu outputs (\"-\" is any input, \"null\" "
      "no output)",
      row->what, n, wanted, t->input_count, t->output_count);
}

static void read_row(const body *b, int i, table_step *t) {
  static const char *const keys[] = {"code", "note"};
  arena *a = &b->l->pack->arena;
  body row;
  if (!body_open_item(b, i, &row)) return;
  body_check(&row, COUNTED(keys), true);
  table_row *r = ARENA_PUSH(a, t->rows, t->row_count);
  r->at = row.at;
  r->tests = arena_array(a, t->input_count + 1, sizeof(rule_text));
  r->outputs = arena_array(a, t->output_count + 1, sizeof(rule_text));
  r->code = body_code(&row, "code");
  r->annotation = body_string(&row, "note");
  int inputs = (int)t->input_count, n = body_count(&row);
  check_width(&row, t, n);
  for (int k = 1; k <= n && k <= inputs; k++) body_item_text(&row, k, &r->tests[k - 1]);
  for (int k = inputs + 1; k <= n && k <= inputs + (int)t->output_count; k++)
    body_item_text(&row, k, &r->outputs[k - inputs - 1]);
  body_close(&row);
}

static void fill_inline(body *b, const char *name, table_step *t) {
  int hit = body_word(b, "hit", COUNTED(policies));
  t->hit = hit < 0 ? HIT_FIRST : (hit_policy)hit;
  read_inputs(b, t);
  declare_outputs(b, &t->output_count, &t->outputs);
  if (!t->output_count) {
    value_type type = {.kind = TYPE_CHOICE, .denominator = 1};
    body_type(b, "type", &type);
    *ARENA_PUSH(&b->l->pack->arena, t->outputs, t->output_count) = (table_output){name, type};
  }
  if (!t->input_count) {
    if (!body_has(b, "inputs"))
      declare_error(b->l, b->at, "%s names no inputs: inputs = { \"score\", \"urgency\" }",
                    b->what);
    return;
  }
  for (int i = 1; i <= body_count(b); i++) read_row(b, i, t);
  if (!t->row_count)
    declare_error(b->l, b->at, "%s has no rows (or name a file: file = \"%s.csv\")", b->what, name);
}

static void fill_file(body *b, table_step *t) {
  static const char *const inline_keys[] = {"inputs", "outputs", "type"};
  const char *file = body_string(b, "file");
  for (size_t i = 0; i < sizeof inline_keys / sizeof *inline_keys; i++)
    if (body_has(b, inline_keys[i]))
      declare_error(b->l, body_key_at(b, inline_keys[i]),
                    "%s has %s, but its table stands in %s, which "
                    "says that itself",
                    b->what, inline_keys[i], file ? file : "a file");
  if (body_count(b))
    declare_error(b->l, body_item_at(b, 1), "%s has rows here and a file; one of them", b->what);
  if (file) table_csv_read(b, file, t);
  int hit = body_word(b, "hit", COUNTED(policies));
  if (hit >= 0 && file && t->row_count && (hit_policy)hit != t->hit)
    declare_error(b->l, body_key_at(b, "hit"),
                  "%s says hit = \"%s\", but the corner of %s says \"%s\"", b->what, policies[hit],
                  file, policies[t->hit]);
}

static void fill_decision_table(body *b, const char *name) {
  static const char *const keys[] = {"hit", "inputs", "outputs", "type", "file"};
  body_check(b, COUNTED(keys), true);
  table_step t = {0};
  if (body_has(b, "file"))
    fill_file(b, &t);
  else
    fill_inline(b, name, &t);
  if (body_has(b, "type") && body_has(b, "outputs"))
    declare_error(b->l, body_key_at(b, "type"),
                  "%s has both type and outputs; type is for a table with "
                  "one output, named as the table",
                  b->what);
  declare_output_names(b, "output of a decision_table", name, t.outputs, t.output_count);
  step *s = declare_step(b, STEP_TABLE, name);
  s->table = t;
}

static int word_decision_table(lua_State *L) {
  static const named_word w = {"decision_table", fill_decision_table};
  return declare_named(L, &w);
}

const declaration declare_table_words[] = {{"decision_table", word_decision_table}, {NULL, NULL}};
