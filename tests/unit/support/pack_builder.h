/* Packs built in C, for tests of what happens after loading. Texts are written as in a pack; lists are
 * one string with '|' between, cells of a table row with ';'. Everything lives in the pack's arena;
 * pack_built_free ends it. Lines of the places count up from 1, so that messages can be checked. */
#ifndef SUPPORT_PACK_BUILDER_H
#define SUPPORT_PACK_BUILDER_H

#include <stdlib.h>
#include <string.h>
#include "eval/plan.h"

#define BUILT __attribute__((unused)) static

BUILT const char **built_split(pack *p, const char *text, char at, size_t *count) {
  const char **out = arena_array(&p->arena, strlen(text) + 2, sizeof *out);
  *count = 0;
  if (!*text) return out;
  for (;;) {
    const char *end = strchr(text, at);
    size_t n = end ? (size_t)(end - text) : strlen(text);
    while (n && text[0] == ' ') text++, n--;
    size_t kept = n;
    while (kept && text[kept - 1] == ' ') kept--;
    out[(*count)++] = arena_string_n(&p->arena, text, kept);
    if (!end) return out;
    text = end + 1;
  }
}

BUILT place built_place(pack *p) {
  static const char *file = "rules/test/rules.lua";
  int *line = (int *)(uintptr_t)p->title; /* a title is not used by plans; here it counts lines */
  return (place){file, ++*line};
}

BUILT rule_text built_text(pack *p, const char *text) {
  return (rule_text){text, built_place(p)};
}

BUILT pack *built_pack(void) {
  pack *p = mem_alloc(sizeof *p);
  p->name = "test";
  p->folder = "rules/test";
  p->title = arena_alloc(&p->arena, sizeof(int)); /* counts the lines */
  p->currency = "CNY";
  p->currency_digits = 2;
  p->zone.offset = 8 * 3600;
  p->calendar = (pack_calendar){.opens = 9 * 3600, .closes = 20 * 3600};
  for (int i = 0; i < 7; i++) p->calendar.workdays[i] = true;
  p->budget = SANDBOX_CALL_BUDGET;
  p->schema.zone = p->zone;
  p->schema.fields = arena_array(&p->arena, 64, sizeof(field));
  p->steps = arena_array(&p->arena, 64, sizeof(step));
  p->params = arena_array(&p->arena, 16, sizeof(pack_param));
  p->outputs = arena_array(&p->arena, 64, sizeof(pack_output));
  return p;
}

BUILT void built_free(pack *p) {
  arena_deinit(&p->arena);
  free(p);
}

BUILT value_type built_type(type_kind kind) {
  return (value_type){.kind = kind, .denominator = 1};
}
BUILT value_type built_money(void) {
  return (value_type){.kind = TYPE_MONEY, .digits = 2, .denominator = 100};
}
BUILT value_type built_decimal(int digits) {
  return (value_type){.kind = TYPE_DECIMAL, .digits = digits, .denominator = pow10_i64(digits)};
}
BUILT value_type built_choice(pack *p, const char *words) {
  choice_list *list = arena_alloc(&p->arena, sizeof *list);
  list->names = built_split(p, words, '|', &list->count);
  return (value_type){.kind = TYPE_CHOICE, .denominator = 1, .choices = list};
}

BUILT size_t built_field(pack *p, const char *name, value_type type) {
  field *f = (field *)(uintptr_t)&p->schema.fields[p->schema.count];
  place at = built_place(p);
  *f = (field){.name = name, .column = name, .type = type, .file = at.file, .line = at.line};
  f->required = type.kind == TYPE_KEY;
  if (type.kind == TYPE_KEY) p->schema.key = p->schema.count;
  return p->schema.count++;
}

/* A list whose records have `count` fields. */
BUILT size_t built_list(pack *p, const char *name, const field *fields, size_t count) {
  schema *record = arena_alloc(&p->arena, sizeof *record);
  field *own = arena_array(&p->arena, count, sizeof *own);
  for (size_t i = 0; i < count; i++) {
    place at = built_place(p);
    own[i] = fields[i];
    own[i].column = own[i].name;
    own[i].file = at.file;
    own[i].line = at.line;
  }
  *record = (schema){.count = count, .fields = own, .zone = p->zone};
  return built_field(p, name, (value_type){.kind = TYPE_LIST, .denominator = 1, .record = record});
}

BUILT void built_param(pack *p, const char *name, value_type type, const char *preset) {
  p->params[p->param_count++] = (pack_param){
      .name = name, .type = type, .preset = built_text(p, preset), .at = built_place(p)};
}

BUILT void built_outputs(pack *p, const char *names) {
  size_t count;
  const char **list = built_split(p, names, '|', &count);
  for (size_t i = 0; i < count; i++)
    p->outputs[p->output_count++] = (pack_output){list[i], built_place(p)};
}

BUILT step *built_step(pack *p, step_kind kind, const char *name) {
  step *s = &p->steps[p->step_count++];
  *s = (step){.kind = kind, .name = name, .at = built_place(p)};
  return s;
}

BUILT void built_derive(pack *p, const char *name, const char *formula) {
  built_step(p, STEP_DERIVE, name)->derive.formula = built_text(p, formula);
}

BUILT aggregate_step *built_aggregate(pack *p, const char *name, aggregate_kind kind,
                                      const char *of, const char *of_what) {
  aggregate_step *s = &built_step(p, STEP_AGGREGATE, name)->aggregate;
  s->kind = kind;
  s->of = of;
  s->of_at = built_place(p);
  if (of_what) s->value = built_text(p, of_what);
  return s;
}

/* rows: "test; test => output; output", a code behind '#'; outputs as "name|name", their types. */
BUILT step *built_table(pack *p, const char *name, hit_policy hit, const char *inputs,
                        const char *outputs, const value_type *types, const char *const *rows,
                        size_t row_count) {
  step *s = built_step(p, STEP_TABLE, name);
  table_step *t = &s->table;
  size_t n;
  const char **names = built_split(p, inputs, '|', &t->input_count);
  t->hit = hit;
  t->inputs = arena_array(&p->arena, t->input_count + 1, sizeof *t->inputs);
  for (size_t i = 0; i < t->input_count; i++) t->inputs[i] = built_text(p, names[i]);
  names = built_split(p, outputs, '|', &t->output_count);
  t->outputs = arena_array(&p->arena, t->output_count + 1, sizeof *t->outputs);
  for (size_t i = 0; i < t->output_count; i++) t->outputs[i] = (table_output){names[i], types[i]};
  t->row_count = row_count;
  t->rows = arena_array(&p->arena, row_count + 1, sizeof *t->rows);
  for (size_t r = 0; r < row_count; r++) {
    table_row *row = &t->rows[r];
    char *text = arena_string(&p->arena, rows[r]), *code = strchr(text, '#');
    if (code) *code++ = '\0';
    row->at = built_place(p);
    row->code = code;
    char *arrow = strstr(text, "=>");
    *arrow = '\0';
    row->tests = arena_array(&p->arena, t->input_count + 1, sizeof *row->tests);
    row->outputs = arena_array(&p->arena, t->output_count + 1, sizeof *row->outputs);
    const char **cells = built_split(p, text, ';', &n);
    for (size_t i = 0; i < t->input_count && i < n; i++)
      row->tests[i] = (rule_text){cells[i], row->at};
    cells = built_split(p, arrow + 2, ';', &n);
    for (size_t i = 0; i < t->output_count && i < n; i++)
      row->outputs[i] = (rule_text){cells[i], row->at};
  }
  return s;
}

/* attributes: "test => points" or "test => points => REASON", '|' between; missing may be NULL. */
BUILT characteristic *built_characteristic(pack *p, step *card, const char *name,
                                           const char *weight, const char *attributes,
                                           const char *missing) {
  scorecard_step *s = &card->scorecard;
  if (!s->characteristics) s->characteristics = arena_array(&p->arena, 32, sizeof(characteristic));
  characteristic *c = &s->characteristics[s->characteristic_count++];
  size_t count;
  const char **items = built_split(p, attributes, '|', &count);
  *c = (characteristic){.name = name, .at = built_place(p)};
  c->input = built_text(p, name);
  c->weight = built_text(p, weight);
  if (missing) c->missing = built_text(p, missing);
  c->attributes = arena_array(&p->arena, count + 1, sizeof *c->attributes);
  c->attribute_count = count;
  for (size_t i = 0; i < count; i++) {
    score_attribute *a = &c->attributes[i];
    char *text = arena_string(&p->arena, items[i]), *points = strstr(text, "=>");
    *points = '\0';
    points += 2;
    char *reason = strstr(points, "=>");
    if (reason) {
      *reason = '\0';
      reason += 2;
      while (*reason == ' ') reason++;
      a->reason = reason;
    }
    size_t one;
    a->at = built_place(p);
    a->test = (rule_text){built_split(p, text, '\1', &one)[0], a->at};
    a->points = (rule_text){built_split(p, points, '\1', &one)[0], a->at};
  }
  return c;
}

BUILT step *built_scorecard(pack *p, const char *name, const char *divide) {
  step *s = built_step(p, STEP_SCORECARD, name);
  if (divide) s->scorecard.divide = built_text(p, divide);
  s->scorecard.decimals = -1;
  return s;
}

/* bands: "P1 >= 75 | P2 >= 50 | P3" */
BUILT step *built_bands(pack *p, const char *name, const char *of, const char *list) {
  step *s = built_step(p, STEP_BANDS, name);
  size_t one;
  const char **items = built_split(p, list, '|', &s->bands.band_count);
  s->bands.of = built_text(p, of);
  s->bands.bands = arena_array(&p->arena, s->bands.band_count + 1, sizeof(band));
  for (size_t i = 0; i < s->bands.band_count; i++) {
    band *b = &s->bands.bands[i];
    char *text = arena_string(&p->arena, items[i]), *bound = strstr(text, ">=");
    b->at = built_place(p);
    if (bound) {
      *bound = '\0';
      b->at_least = (rule_text){built_split(p, bound + 2, '\1', &one)[0], b->at};
    }
    b->name = built_split(p, text, '\1', &one)[0];
  }
  return s;
}

BUILT step *built_codes(pack *p, const char *name) {
  step *s = built_step(p, STEP_CODES, name);
  s->codes.entries = arena_array(&p->arena, 128, sizeof(code_entry));
  return s;
}

BUILT code_entry *built_code(pack *p, step *list, const char *code, const char *when,
                             const char *missing, const char *with, int decimals) {
  code_entry *e = &list->codes.entries[list->codes.entry_count++];
  *e = (code_entry){.code = code, .decimals = decimals, .at = built_place(p)};
  if (when) e->when = built_text(p, when);
  if (missing) e->missing = built_text(p, missing);
  if (with) e->value = built_text(p, with);
  return e;
}

BUILT cadence_clause *built_clause(pack *p, step *s, cadence_clause_kind kind) {
  if (!s->cadence.clauses) s->cadence.clauses = arena_array(&p->arena, 16, sizeof(cadence_clause));
  cadence_clause *c = &s->cadence.clauses[s->cadence.clause_count++];
  *c = (cadence_clause){.kind = kind, .at = built_place(p)};
  return c;
}

BUILT limit_operation *built_operation(pack *p, step *s, limit_operation_kind kind) {
  if (!s->limit.operations)
    s->limit.operations = arena_array(&p->arena, 16, sizeof(limit_operation));
  limit_operation *o = &s->limit.operations[s->limit.operation_count++];
  *o = (limit_operation){.kind = kind, .at = built_place(p)};
  o->terms = arena_array(&p->arena, 16, sizeof(limit_term));
  return o;
}

BUILT limit_term *built_term(pack *p, limit_operation *o, const char *formula, const char *code,
                             const char *when) {
  limit_term *t = &o->terms[o->term_count++];
  *t = (limit_term){.code = code, .at = built_place(p)};
  if (formula) t->formula = built_text(p, formula);
  if (when) t->when = built_text(p, when);
  return t;
}

#endif
