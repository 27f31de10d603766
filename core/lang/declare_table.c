/* decision_table "name" { ... }: rows inline, or in a CSV file beside the scripts. */
#include "declare.h"

#include <string.h>
#include "hit_policy.h"
#include "period.h"
#include "table_csv.h"

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

/* The values of a row from entry `first` on. */
static void read_values(const body *row, int first, const table_step *t, table_row *r) {
  r->outputs = arena_array(&row->l->pack->arena, t->output_count + 1, sizeof(rule_text));
  r->code = body_code(row, "code");
  r->annotation = body_string(row, "note");
  int n = body_count(row), last = first + (int)t->output_count - 1;
  for (int k = first; k <= n && k <= last; k++) body_item_text(row, k, &r->outputs[k - first]);
}

static void read_row(const body *b, int i, table_step *t) {
  static const char *const keys[] = {"code", "note", "from", "to"};
  arena *a = &b->l->pack->arena;
  body row;
  if (!body_open_item(b, i, &row)) return;
  body_check(&row, COUNTED(keys), true);
  table_row *r = ARENA_PUSH(a, t->rows, t->row_count);
  r->at = row.at;
  r->tests = arena_array(a, t->input_count + 1, sizeof(rule_text));
  int inputs = (int)t->input_count, n = body_count(&row);
  check_width(&row, t, n);
  for (int k = 1; k <= n && k <= inputs; k++) body_item_text(&row, k, &r->tests[k - 1]);
  read_values(&row, inputs + 1, t, r);
  row.what = arena_format(a, "this row of %s", b->what);
  period_read(&row, &r->effective);
  body_close(&row);
}

/* default = "regular", or { 0, 24, code = "NOTHING" } with a value for each output. */
static void read_default(const body *b, table_step *t) {
  static const char *const keys[] = {"code", "note"};
  loader *l = b->l;
  body row;
  place at = body_key_at(b, "default");
  bool table = body_push_key(b, "default") == LUA_TTABLE;
  lua_pop(b->L, 1);
  t->otherwise = arena_alloc(&l->pack->arena, sizeof *t->otherwise);
  t->otherwise->at = at;
  if (!table) {
    t->otherwise->outputs = arena_array(&l->pack->arena, t->output_count + 1, sizeof(rule_text));
    body_text(b, "default", &t->otherwise->outputs[0]);
    if (t->output_count != 1)
      declare_error(l, at, "default of %s must be a list with a value for each of its %zu outputs",
                    b->what, t->output_count);
    return;
  }
  body_open_key(b, "default", &row);
  row.what = arena_format(&l->pack->arena, "default of %s", b->what);
  body_check(&row, COUNTED(keys), true);
  read_values(&row, 1, t, t->otherwise);
  if ((size_t)body_count(&row) != t->output_count)
    declare_error(l, at, "%s has %d values, but %zu belong here: one for each output", row.what,
                  body_count(&row), t->output_count);
  body_close(&row);
}

/* ---- the hit policy ---- */

static bool read_hit(const body *b, hit_policy *out) {
  const char *text = body_string(b, "hit");
  if (!text) return false;
  if (hit_policy_read(text, out)) return true;
  const char *const *names = hit_policy_names();
  declare_error(b->l, body_key_at(b, "hit"), "hit of %s is \"%s\", which must be %s%s", b->what,
                text, declare_choices(b->l, names, HIT_POLICY_COUNT),
                declare_meant(b->l, text, names, HIT_POLICY_COUNT));
  return false;
}

static bool is_ranked(const table_step *t) {
  for (size_t i = 0; i < t->output_count; i++)
    if (t->outputs[i].type.kind == TYPE_CHOICE && t->outputs[i].type.choices) return true;
  return false;
}

static void check_hit(const body *b, const table_step *t) {
  const char *name = hit_policy_name(t->hit);
  if (!t->output_count) return;
  if (hit_policy_is_ranked(t->hit) && !is_ranked(t))
    declare_error(b->l, t->hit_at,
                  "hit = \"%s\" goes by the order of the words of an output, but none of %s has "
                  "them: %s",
                  name, b->what,
                  t->csv ? "write them into its header, the first in rank first: level: "
                           "choice(high, low)"
                         : "give it a type, the first in rank first: choice { \"high\", \"low\" }");
  if (t->hit >= HIT_SUM && t->output_count != 1)
    declare_error(b->l, t->hit_at,
                  "hit = \"%s\" makes one number of one output, but %s has %zu outputs; split the "
                  "table",
                  name, b->what, t->output_count);
  if (t->hit == HIT_COUNT && t->otherwise)
    declare_error(b->l, t->otherwise->at,
                  "%s counts the rows that match, which is 0 when none does: it takes no default",
                  b->what);
}

/* ---- inline, or in a file ---- */

static void fill_inline(body *b, const char *name, table_step *t) {
  read_hit(b, &t->hit);
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
  hit_policy hit;
  for (size_t i = 0; i < sizeof inline_keys / sizeof *inline_keys; i++)
    if (body_has(b, inline_keys[i]))
      declare_error(b->l, body_key_at(b, inline_keys[i]),
                    "%s has %s, but its table stands in %s, which "
                    "says that itself",
                    b->what, inline_keys[i], file ? file : "a file");
  if (body_count(b))
    declare_error(b->l, body_item_at(b, 1), "%s has rows here and a file; one of them", b->what);
  if (file) table_csv_read(b, file, t);
  if (read_hit(b, &hit) && file && t->row_count && hit != t->hit)
    declare_error(b->l, body_key_at(b, "hit"),
                  "%s says hit = \"%s\", but the corner of %s says \"%s\"", b->what,
                  hit_policy_name(hit), file, hit_policy_name(t->hit));
  if (t->otherwise && body_has(b, "default"))
    declare_error(b->l, body_key_at(b, "default"),
                  "%s has a default here and a line default in %s; one of them", b->what, file);
}

/* ---- versions ---- */

/* The last table of the same name, of which this one is another version; NULL: there is none. */
static const step *version_before(const body *b, const char *name, const table_step *t) {
  const pack *p = b->l->pack;
  const step *found = NULL;
  size_t behind = 0; /* steps of other names since then */
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    bool same = s->kind == STEP_TABLE && strcmp(s->name, name) == 0;
    behind = same ? 0 : behind + 1;
    if (same) found = s;
  }
  if (!found) return NULL;
  if (!t->effective.given || !found->table.effective.given)
    declare_error(b->l, b->at,
                  "%s stands in %s:%d as well; versions for different times each say when: "
                  "effective = { from = \"2025-01-01\", to = \"2025-12-31\" }",
                  b->what, found->at.file, found->at.line);
  else if (behind)
    declare_error(b->l, b->at,
                  "the versions of %s must stand one after another, but \"%s\" lies between this "
                  "one and that of %s:%d",
                  b->what, p->steps[p->step_count - 1].name, found->at.file, found->at.line);
  return found;
}

static void check_same_outputs(const body *b, const table_step *t, const step *before) {
  const table_step *other = &before->table;
  bool same = other->output_count == t->output_count;
  for (size_t i = 0; same && i < t->output_count; i++)
    same = strcmp(other->outputs[i].name, t->outputs[i].name) == 0 &&
           type_equal(other->outputs[i].type, t->outputs[i].type) &&
           hit_policy_is_list(other->hit) == hit_policy_is_list(t->hit);
  if (same) return;
  declare_error(b->l, b->at,
                "this version of %s must give the same outputs, with the same types, as that of "
                "%s:%d",
                b->what, before->at.file, before->at.line);
}

static void fill_decision_table(body *b, const char *name) {
  static const char *const keys[] = {"hit",  "inputs",  "outputs",  "type",
                                     "file", "default", "effective"};
  body_check(b, COUNTED(keys), true);
  table_step t = {.hit_at = body_key_at(b, "hit")};
  if (body_has(b, "file"))
    fill_file(b, &t);
  else
    fill_inline(b, name, &t);
  if (body_has(b, "default") && !t.otherwise) read_default(b, &t);
  if (body_has(b, "type") && body_has(b, "outputs"))
    declare_error(b->l, body_key_at(b, "type"),
                  "%s has both type and outputs; type is for a table with "
                  "one output, named as the table",
                  b->what);
  check_hit(b, &t);
  period_read_key(b, &t.effective);
  const step *before = version_before(b, name, &t);
  if (before)
    check_same_outputs(b, &t, before);
  else
    declare_output_names(b, "output of a decision_table", name, t.outputs, t.output_count);
  step *s = declare_step(b, STEP_TABLE, name);
  s->table = t;
}

/* ---- the versions of a table, when all are known ---- */

static const char *period_text(const loader *l, const pack_period *p) {
  buffer b = {0};
  period_describe(p, &b);
  buffer_char(&b, 0);
  const char *out = arena_string(&l->pack->arena, b.data);
  buffer_deinit(&b);
  return out;
}

static void check_overlap(const loader *l, const step *a, const step *b) {
  const pack_period *x = &a->table.effective, *y = &b->table.effective;
  if (!x->given || !y->given || x->from > y->to || y->from > x->to) return;
  declare_error(l, y->at,
                "this version of decision_table \"%s\" (%s) overlaps that of line %d (%s): on some "
                "days both would be in force",
                b->name, period_text(l, y), a->at.line, period_text(l, x));
}

/* A version that ends some days before the next begins. */
static void check_gap(const loader *l, const step *versions, size_t count, size_t i) {
  const pack_period *p = &versions[i].table.effective;
  const pack_period *next = NULL;
  for (size_t k = 0; k < count; k++) {
    const pack_period *other = &versions[k].table.effective;
    if (other->given && other->from > p->to && (!next || other->from < next->from)) next = other;
  }
  if (!next || !p->given || next->from == p->to + 1) return;
  pack_period gap = {true, p->to + 1, next->from - 1, p->at};
  declare_warning(
      l, next->at, "not-in-force",
      "no version of decision_table \"%s\" is in force on %s: a run for these days will "
      "be refused",
      versions[i].name, period_text(l, &gap));
}

void declare_check_versions(const loader *l) {
  const pack *p = l->pack;
  for (size_t i = 0; i < p->step_count;) {
    const step *first = &p->steps[i];
    size_t n = 1;
    while (first->kind == STEP_TABLE && i + n < p->step_count &&
           p->steps[i + n].kind == STEP_TABLE && strcmp(p->steps[i + n].name, first->name) == 0)
      n++;
    for (size_t k = 0; k < n && n > 1; k++) {
      for (size_t m = 0; m < k; m++) check_overlap(l, &first[m], &first[k]);
      check_gap(l, first, n, k);
    }
    i += n;
  }
}

static int word_decision_table(lua_State *L) {
  static const named_word w = {"decision_table", fill_decision_table};
  return declare_named(L, &w);
}

const declaration declare_table_words[] = {{"decision_table", word_decision_table}, {NULL, NULL}};
