/* What a policy reads from outside (fields, related records, parameters) and what its decisions show. */
#include <string.h>

#include "policy_parts.h"

/* ---- fields ---- */

static const char *bound(const policy *p, const field *f, bool low) {
  char text[64];
  size_t n;
  const int64_t stored = low ? f->min : f->max;
  if (f->type.kind == TYPE_NUMBER)
    n = number_write(text, low ? f->number_min : f->number_max);
  else if (f->type.kind == TYPE_DATE)
    n = date_write(text, stored);
  else if (f->type.kind == TYPE_TIMESTAMP)
    n = moment_write(text, stored, p->pack->zone);
  else
    n = decimal_write(text, stored, f->type.digits);
  if (f->type.kind == TYPE_MONEY && n > 3 && !memcmp(text + n - 3, ".00", 3)) n -= 3;
  return doc_formula(p, arena_string_n(p->arena, text, n));
}

static const char *allowed(const policy *p, const field *f) {
  const choice_list *words = f->type.kind == TYPE_CHOICE ? f->type.choices : NULL;
  const char *all = "";
  for (size_t i = 0; words && i < words->count; i++)
    all = arena_format(p->arena, "%s%s%s", all, i ? ", " : "", doc_escape(p, words->names[i]));
  if (words && f->type.rank == RANK_BEST_LAST)
    all = arena_format(p->arena, "%s (%s)", all, doc_say(p, P_BETTER_LAST));
  if (f->has_min && f->has_max)
    return doc_sayf(p, P_BETWEEN, bound(p, f, true), bound(p, f, false));
  if (f->has_min) return doc_sayf(p, P_AT_LEAST, bound(p, f, true));
  if (f->has_max) return doc_sayf(p, P_AT_MOST, bound(p, f, false));
  return all;
}

static const char *readers(const policy *p, read_kind kind, size_t index) {
  const char *all = "";
  for (size_t i = 0; i < p->pack->step_count; i++)
    for (size_t k = 0; k < p->reads[i].count; k++)
      if (p->reads[i].items[k].kind == kind && p->reads[i].items[k].index == index)
        all = arena_format(p->arena, "%s%s%s", all, *all ? ", " : "", doc_step_link(p, i));
  return all;
}

static const char *field_note(const policy *p, const field *f) {
  const char *other =
      strcmp(f->name, f->column) ? doc_sayf(p, P_IN_SOURCE, doc_escape(p, f->column)) : NULL;
  const char *remark = doc_remark_behind(p, (place){f->file, f->line});
  if (other && remark) return arena_format(p->arena, "%s; %s", other, remark);
  return other ? other : remark;
}

static bool any_note(const policy *p, const schema *s) {
  for (size_t i = 0; i < s->count; i++)
    if (!s->fields[i].joined && field_note(p, &s->fields[i])) return true;
  return false;
}

static void put_field(policy *p, const field *f, const char *anchor, const char *read_by,
                      bool notes) {
  const char *name = doc_escape(p, f->name);
  if (anchor)
    doc_putf(p, "<tr id=\"%s-%s\"><th scope=\"row\">%s</th>", anchor, name, name);
  else
    doc_putf(p, "<tr><th scope=\"row\">%s</th>", name);
  doc_cell(p, doc_type(p, f->type));
  doc_cell(p, allowed(p, f));
  doc_cell(p, f->required || f->type.kind == TYPE_KEY ? doc_say(p, P_YES) : "");
  if (read_by) doc_cell(p, read_by);
  if (notes) doc_cell(p, field_note(p, f));
  doc_put(p, "</tr>\n");
}

static void put_fields(policy *p) {
  const schema *s = &p->pack->schema;
  const bool notes = any_note(p, s);
  doc_put(p, "<table class=\"wide\">");
  if (notes)
    doc_head(p, P_FIELD, P_TYPE, P_ALLOWED, P_REQUIRED, P_READ_BY, P_REMARK, POLICY_WORD_COUNT);
  else
    doc_head(p, P_FIELD, P_TYPE, P_ALLOWED, P_REQUIRED, P_READ_BY, POLICY_WORD_COUNT);
  for (size_t i = 0; i < s->count; i++)
    if (!s->fields[i].joined)
      put_field(p, &s->fields[i], "field", readers(p, READ_FIELD, i), notes);
  doc_put(p, "</tbody></table>\n");
}

/* The fields of the records of a list, whatever brings it. */
static void put_record(policy *p, const schema *record) {
  const bool notes = any_note(p, record);
  doc_put(p, "<table>");
  if (notes)
    doc_head(p, P_FIELD, P_TYPE, P_ALLOWED, P_REQUIRED, P_REMARK, POLICY_WORD_COUNT);
  else
    doc_head(p, P_FIELD, P_TYPE, P_ALLOWED, P_REQUIRED, POLICY_WORD_COUNT);
  for (size_t i = 0; i < record->count; i++) put_field(p, &record->fields[i], NULL, NULL, notes);
  doc_put(p, "</tbody></table>\n");
}

static const pack_related *related_of(const policy *p, size_t number) {
  for (size_t i = 0; i < p->pack->related_count; i++)
    if (p->pack->related[i].field == number) return &p->pack->related[i];
  return NULL;
}

static void put_list(policy *p, size_t number) {
  const field *f = &p->pack->schema.fields[number];
  const pack_related *r = related_of(p, number);
  const char *name = doc_escape(p, f->name);
  doc_putf(p, "<h3%s%s%s>%s</h3>\n", r ? " id=\"field-" : "", r ? name : "", r ? "\"" : "",
           doc_sayf(p, P_RELATED, name));
  if (r) {
    doc_paragraph(p, "remark", doc_remark_above(p, r->at));
    doc_paragraph(p, NULL,
                  doc_sayf(p, P_RELATED_TEXT, doc_escape(p, r->schema.fields[r->schema.key].column),
                           doc_escape(p, r->source.plugin)));
  }
  put_record(p, f->type.record);
  p->record = f->type.record;
  if (r && r->where.text)
    doc_paragraph(p, NULL, doc_sayf(p, P_RELATED_WHERE, doc_formula(p, r->where.text)));
  p->record = NULL;
  doc_putf(p, "<p class=\"reads\">%s: %s</p>\n", doc_say(p, P_READ_BY),
           readers(p, READ_FIELD, number));
}

void policy_fields(policy *p) {
  const schema *s = &p->pack->schema;
  p->step = p->pack->step_count;
  doc_heading(p, "fields", doc_say(p, P_FIELDS));
  put_fields(p);
  doc_paragraph(p, "off", doc_say(p, P_REJECTED));
  for (size_t i = 0; i < s->count; i++)
    if (s->fields[i].type.kind == TYPE_LIST) put_list(p, i);
}

/* ---- parameters ---- */

static const char *default_of(const policy *p, const pack_param *param) {
  if (param->total.text) {
    const size_t made = policy_step_making(p, param->total.text, SIZE_MAX);
    return doc_sayf(p, P_TOTAL_OF,
                    made == SIZE_MAX ? doc_escape(p, param->total.text)
                                     : arena_format(p->arena, "<a href=\"#step-%zu\">%s</a>",
                                                    made + 1, doc_escape(p, param->total.text)));
  }
  return param->preset.text ? doc_formula(p, param->preset.text) : doc_say(p, P_NO_DEFAULT);
}

static const char *used_value(const policy *p, const char *name) {
  const param_value *values;
  const size_t n = plan_params(p->plan, &values);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(values[i].name, name)) return doc_formula(p, values[i].value);
  return "";
}

void policy_params(policy *p) {
  if (!p->pack->param_count) return;
  p->step = p->pack->step_count;
  doc_heading(p, "params", doc_say(p, P_PARAMS));
  doc_put(p, "<table class=\"wide\">");
  doc_head(p, P_PARAM, P_TYPE, P_DEFAULT, P_HERE, P_READ_BY, P_REMARK, POLICY_WORD_COUNT);
  for (size_t i = 0; i < p->pack->param_count; i++) {
    const pack_param *param = &p->pack->params[i];
    const place at = param->preset.text ? param->preset.at : param->total.at;
    const char *name = doc_escape(p, param->name), *above = doc_remark_above(p, at);
    doc_putf(p, "<tr id=\"param-%s\"><th scope=\"row\">%s</th>", name, name);
    doc_cell(p, doc_type(p, param->type));
    doc_cell(p, default_of(p, param));
    doc_cell(p, used_value(p, param->name));
    doc_cell(p, readers(p, READ_PARAM, i));
    doc_cell(p, above ? above : doc_remark_behind(p, at));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

/* ---- outputs ---- */

/* Of other choices the order says nothing. */
static bool is_class(const policy *p, size_t number) {
  const step_kind kind = number < p->pack->step_count ? p->pack->steps[number].kind : STEP_DERIVE;
  return kind == STEP_BANDS || kind == STEP_ADJUST || kind == STEP_WORST || kind == STEP_STEADY;
}

static const char *words_of(const policy *p, value_type t, size_t made) {
  const char *all = "";
  if (t.kind != TYPE_CHOICE || !t.choices) return "";
  for (size_t i = 0; i < t.choices->count; i++)
    all = arena_format(p->arena, "%s%s%s", all, i ? ", " : "", doc_escape(p, t.choices->names[i]));
  if (t.rank == RANK_BEST_FIRST && is_class(p, made))
    return arena_format(p->arena, "%s (%s)", all, doc_say(p, P_BETTER_FIRST));
  if (t.rank == RANK_BEST_LAST)
    return arena_format(p->arena, "%s (%s)", all, doc_say(p, P_BETTER_LAST));
  return all;
}

void policy_outputs(policy *p) {
  const plan_output *outputs;
  const size_t n = plan_outputs(p->plan, &outputs);
  doc_heading(p, "outputs", doc_say(p, P_OUTPUTS));
  doc_put(p, "<table class=\"wide\">");
  doc_head(p, P_OUTPUT, P_TYPE, P_ALLOWED, P_MADE_BY, POLICY_WORD_COUNT);
  for (size_t i = 0; i < n; i++) {
    const size_t made = policy_step_making(p, outputs[i].name, SIZE_MAX);
    const char *name = doc_escape(p, outputs[i].name);
    doc_putf(p, "<tr><th scope=\"row\">%s</th>", name);
    doc_cell(p, doc_type(p, outputs[i].type));
    doc_cell(p, words_of(p, outputs[i].type, made));
    doc_cell(p, made == SIZE_MAX
                    ? arena_format(p->arena, "<a href=\"#field-%s\">%s</a>", name, name)
                    : arena_format(p->arena, "%s <span class=\"off\">%s</span>",
                                   doc_step_link(p, made),
                                   doc_say(p, policy_kind(&p->pack->steps[made]))));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}
