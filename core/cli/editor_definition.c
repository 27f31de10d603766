/* The names of a pack as LuaLS annotations: its record as rules see it, and as tests write it; the words
 * of its choices, its codes, outputs, parameters and previous values. */
#include "editor_definition.h"

#include <string.h>

#include "../base/file.h"

/* ---- texts ---- */

static const char *quote_of(const char *word) {
  return !strchr(word, '"') ? "\"" : !strchr(word, '\'') ? "'" : NULL;
}

/* One of the texts that a value can be; one that no quotes can hold is any text. */
static void put_literal(buffer *out, const char *word) {
  const char *quote = quote_of(word);
  buffer_format(out, "---| %s%s%s\n", quote ? quote : "", quote ? word : "string",
                quote ? quote : "");
}

/* What comes from the pack and stands in a remark must not end its line. */
static void put_remark(buffer *out, const char *text) {
  for (; text && *text; text++) buffer_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

/* ---- types ---- */

/* Whose words a choice has: an alias of its own, "assay.choice.orders.kind". */
typedef struct owner {
  const char *list; /* NULL: a name of the pack itself */
  const char *name;
} owner;

static void put_alias_name(buffer *out, const owner *o) {
  buffer_format(out, "assay.choice.%s%s%s", o->list ? o->list : "", o->list ? "." : "", o->name);
}

static void declare_choice(buffer *out, const owner *o, value_type t) {
  if (t.kind != TYPE_CHOICE || !t.choices || !t.choices->count) return;
  buffer_text(out, "---@alias ");
  put_alias_name(out, o);
  buffer_char(out, '\n');
  for (size_t i = 0; i < t.choices->count; i++) put_literal(out, t.choices->names[i]);
  buffer_char(out, '\n');
}

static void put_choice(buffer *out, const owner *o, value_type t) {
  if (t.choices && t.choices->count)
    put_alias_name(out, o);
  else
    buffer_text(out, "string");
}

/* As a rule sees the value (lua_rule.h). */
static void put_seen(buffer *out, const owner *o, value_type t) {
  switch (t.kind) {
  case TYPE_CHOICE:
    put_choice(out, o, t);
    break;
  case TYPE_INTEGER:
  case TYPE_TIMESTAMP:
    buffer_text(out, "integer");
    break;
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_NUMBER:
  case TYPE_RATIO:
    buffer_text(out, "number");
    break;
  case TYPE_BOOLEAN:
    buffer_text(out, "boolean");
    break;
  case TYPE_LIST:
    buffer_format(out, "assay.item.%s[]", o->name);
    break;
  default:
    buffer_text(out, "string");
  }
}

/* As tests.lua writes it. */
static void put_written(buffer *out, const owner *o, value_type t) {
  switch (t.kind) {
  case TYPE_CHOICE:
    put_choice(out, o, t);
    break;
  case TYPE_BOOLEAN:
    buffer_text(out, "boolean");
    break;
  case TYPE_LIST:
    buffer_format(out, "assay.given.%s[]", o->name);
    break;
  case TYPE_CODES:
    buffer_text(out, "string|(assay.code|string)[]");
    break;
  case TYPE_DATE:
  case TYPE_TIMESTAMP:
    buffer_text(out, "string");
    break;
  default:
    buffer_text(out, "string|number");
  }
}

typedef void put_type(buffer *out, const owner *o, value_type t);

static void put_field(buffer *out, const owner *o, value_type t, bool maybe, put_type *type) {
  buffer_format(out, "---@field %s%s ", o->name, maybe ? "?" : "");
  type(out, o, t);
}

/* ---- records of the pack's lists ---- */

static void declare_items(buffer *out, const field *list, const char *class, put_type *type) {
  const schema *record = list->type.record;
  buffer_format(out, "--- A record of %s.\n---@class assay.%s.%s\n", list->name, class, list->name);
  for (size_t i = 0; i < record->count; i++) {
    const field *f = &record->fields[i];
    put_field(out, &(owner){list->name, f->name}, f->type, !f->required, type);
    buffer_format(out, " %s, %s:%d\n", type_name(f->type.kind), file_base_name(f->file), f->line);
  }
  buffer_char(out, '\n');
}

static void declare_list(buffer *out, const field *list) {
  const schema *record = list->type.record;
  for (size_t i = 0; i < record->count; i++)
    declare_choice(out, &(owner){list->name, record->fields[i].name}, record->fields[i].type);
  declare_items(out, list, "item", put_seen);
  declare_items(out, list, "given", put_written);
}

/* ---- the pack ---- */

static void declare_names(buffer *out, const char *alias, const plan_name *names, size_t count,
                          bool lists_only) {
  buffer_format(out, "---@alias assay.%s\n---| string\n", alias);
  if (!lists_only) buffer_text(out, "---| number\n---| boolean\n");
  for (size_t i = 0; i < count; i++)
    if (!lists_only || names[i].type.kind == TYPE_LIST) put_literal(out, names[i].name);
  buffer_char(out, '\n');
}

static void declare_texts(buffer *out, const char *alias, const char *const *texts, size_t count) {
  buffer_format(out, "---@alias assay.%s\n", alias);
  for (size_t i = 0; i < count; i++) put_literal(out, texts[i]);
  if (!count) buffer_text(out, "---| string\n");
  buffer_char(out, '\n');
}

static const field *field_of(const pack *p, const char *name) {
  const int i = schema_find(&p->schema, name);
  return i < 0 ? NULL : &p->schema.fields[i];
}

static const step *step_of(const pack *p, const char *name) {
  for (size_t i = 0; i < p->step_count; i++)
    if (strcmp(p->steps[i].name, name) == 0) return &p->steps[i];
  return NULL;
}

/* What a rule gets: every name of the pack. */
static void declare_record(buffer *out, const pack *p, const plan_name *names, size_t count) {
  buffer_text(
      out,
      "--- The customer, as a rule sees it. What is missing is nil; what stands below the rule "
      "cannot be read.\n---@class assay.record\n");
  for (size_t i = 0; i < count; i++) {
    const plan_name *n = &names[i];
    const field *f = field_of(p, n->name);
    const step *s = f ? NULL : step_of(p, n->name);
    const bool always = f && (f->required || f->type.kind == TYPE_LIST);
    put_field(out, &(owner){NULL, n->name}, n->type, !always, put_seen);
    buffer_format(out, " %s, %s", type_name(n->type.kind), n->defined);
    if (f || s)
      buffer_format(out, ", %s:%d", file_base_name(f ? f->file : s->at.file),
                    f ? f->line : s->at.line);
    buffer_char(out, '\n');
  }
  buffer_char(out, '\n');
}

/* What a test gives: the fields. */
static void declare_given(buffer *out, const pack *p) {
  buffer_text(out, "--- A record made by hand.\n---@class assay.given\n");
  for (size_t i = 0; i < p->schema.count; i++) {
    const field *f = &p->schema.fields[i];
    put_field(out, &(owner){NULL, f->name}, f->type, true, put_written);
    buffer_format(out, " %s%s, %s:%d\n", type_name(f->type.kind), f->required ? ", required" : "",
                  file_base_name(f->file), f->line);
  }
  buffer_char(out, '\n');
}

static void declare_outputs(buffer *out, const char *class, const char *what, const char *also,
                            const plan_output *outputs, size_t count) {
  buffer_format(out, "--- %s\n---@class assay.%s\n", what, class);
  for (size_t i = 0; i < count; i++) {
    put_field(out, &(owner){NULL, outputs[i].name}, outputs[i].type, true, put_written);
    buffer_format(out, "%s %s\n", also, type_name(outputs[i].type.kind));
  }
  buffer_char(out, '\n');
}

/* Parameters, and totals and cut points by the names of their steps. */
static void declare_params(buffer *out, const pack *p) {
  buffer_text(out, "--- Parameters of a test.\n---@class assay.params\n");
  for (size_t i = 0; i < p->param_count; i++) {
    put_field(out, &(owner){NULL, p->params[i].name}, p->params[i].type, true, put_written);
    buffer_format(out, " %s, %s:%d\n", type_name(p->params[i].type.kind),
                  file_base_name(p->params[i].at.file), p->params[i].at.line);
  }
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if (s->kind != STEP_TOTAL && s->kind != STEP_QUANTILES) continue;
    buffer_format(out, "---@field %s? string|number the %s of %s:%d as it is to be\n", s->name,
                  s->kind == STEP_TOTAL ? "total" : "cut points", file_base_name(s->at.file),
                  s->at.line);
  }
  buffer_char(out, '\n');
}

static void declare_output_choices(buffer *out, const plan_name *names, size_t count,
                                   const plan_output *outputs, size_t output_count) {
  for (size_t i = 0; i < count; i++)
    declare_choice(out, &(owner){NULL, names[i].name}, names[i].type);
  for (size_t i = 0; i < output_count; i++) { /* those that nothing can read */
    bool named = false;
    for (size_t k = 0; k < count && !named; k++) named = !strcmp(names[k].name, outputs[i].name);
    if (!named) declare_choice(out, &(owner){NULL, outputs[i].name}, outputs[i].type);
  }
}

static void declare_pack(buffer *out, arena *a, const pack *p, const plan *made) {
  const plan_name *names;
  const plan_output *outputs;
  const char *const *codes;
  const size_t count = plan_names(made, a, &names), output_count = plan_outputs(made, &outputs),
               code_count = plan_codes(made, a, &codes);
  const char **shown = arena_array(a, output_count + 1, sizeof *shown);
  for (size_t i = 0; i < output_count; i++) shown[i] = outputs[i].name;
  declare_output_choices(out, names, count, outputs, output_count);
  for (size_t i = 0; i < p->schema.count; i++)
    if (p->schema.fields[i].type.kind == TYPE_LIST) declare_list(out, &p->schema.fields[i]);
  declare_names(out, "formula", names, count, false);
  declare_names(out, "list", names, count, true);
  declare_texts(out, "output", shown, output_count);
  declare_texts(out, "code", codes, code_count);
  declare_record(out, p, names, count);
  declare_given(out, p);
  declare_outputs(out, "expected", "What must come of a record.", "|assay.expectation", outputs,
                  output_count);
  declare_outputs(out, "previous", "The decision before.", "", outputs, output_count);
  declare_params(out, p);
}

/* Nothing is known: any name will do. */
static void declare_nothing(buffer *out) {
  static const char *const classes[] = {"record", "given", "expected", "previous", "params"};
  buffer_text(out, "---@alias assay.formula string|number|boolean\n---@alias assay.list string\n"
                   "---@alias assay.output string\n---@alias assay.code string\n\n");
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    buffer_format(out, "---@class assay.%s\n---@field [string] any\n\n", classes[i]);
}

void editor_definition(buffer *out, const pack *p, const plan *made) {
  arena a = {0};
  buffer_text(out,
              "---@meta\n-- Made by `assay editor` for completion in an editor; made again by the "
              "next call, so do not change it.\n\n");
  buffer_text(out, editor_words);
  buffer_text(out, "\n-- ---- the pack ");
  put_remark(out, p ? p->name : "itself, which has mistakes");
  buffer_text(out, " ----\n\n");
  if (p && made)
    declare_pack(out, &a, p, made);
  else
    declare_nothing(out);
  while (out->size > 1 && out->data[out->size - 1] == '\n' && out->data[out->size - 2] == '\n')
    out->size--;
  arena_deinit(&a);
}
