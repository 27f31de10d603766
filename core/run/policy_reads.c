/* What each step of a pack reads, found in the trees of its formulas and, where those fold it away, in its
 * texts. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "policy_parts.h"

typedef struct reading {
  policy *p;
  size_t step;
} reading;

static void add(reading *r, policy_read read) {
  policy_reads *list = &r->p->reads[r->step];
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i].kind == read.kind && list->items[i].index == read.index &&
        (read.kind != READ_STEP || !strcmp(list->items[i].name, read.name)))
      return;
  if (list->count == list->capacity) {
    list->capacity = list->capacity ? 2 * list->capacity : 8;
    list->items = mem_grow(list->items, list->capacity, sizeof *list->items);
  }
  list->items[list->count++] = read;
}

size_t policy_step_making(const policy *p, const char *name, size_t below) {
  size_t found = SIZE_MAX;
  for (size_t i = 0; i < p->plan->result_count; i++) {
    const result *r = &p->plan->results[i];
    if (!r->hidden && r->step < below && !strcmp(r->name, name)) found = r->step;
  }
  return found;
}

static int find_param(const policy *p, const char *name, size_t n) {
  for (size_t i = 0; i < p->pack->param_count; i++)
    if (strlen(p->pack->params[i].name) == n && !memcmp(p->pack->params[i].name, name, n))
      return (int)i;
  return -1;
}

static void add_name(reading *r, const char *name) {
  const policy *p = r->p;
  const int param = find_param(p, name, strlen(name)), number = schema_find(&p->pack->schema, name);
  const size_t made = policy_step_making(p, name, r->step);
  for (size_t i = 0; i < p->plan->previous_count; i++)
    if (!strcmp(p->plan->previous[i].name, name)) add(r, (policy_read){READ_PREVIOUS, i, name});
  if (made != SIZE_MAX)
    add(r, (policy_read){READ_STEP, made, name});
  else if (number >= 0)
    add(r, (policy_read){READ_FIELD, (size_t)number, name});
  else if (param >= 0)
    add(r, (policy_read){READ_PARAM, (size_t)param, name});
}

static void add_slot(void *ctx, const symbol *s) {
  reading *r = ctx;
  const plan *made_of = r->p->plan;
  if (s->slot >= 0 && (size_t)s->slot < r->p->pack->schema.count) {
    add(r, (policy_read){READ_FIELD, (size_t)s->slot, r->p->pack->schema.fields[s->slot].name});
    return;
  }
  for (size_t i = 0; i < made_of->previous_count; i++)
    if (made_of->previous[i].slot == s->slot) add(r, (policy_read){READ_PREVIOUS, i, s->name});
  for (size_t i = 0; i < made_of->result_count; i++) {
    const result *made = &made_of->results[i];
    if (made->slot != s->slot || made->hidden) continue;
    if (made->step == SIZE_MAX)
      add_name(r, made->name);
    else if (made->step < r->step)
      add(r, (policy_read){READ_STEP, made->step, made->name});
  }
}

static const char *list_of(const step *s) {
  return s->kind == STEP_AGGREGATE ? s->aggregate.of : s->kind == STEP_AGEING ? s->ageing.of : NULL;
}

/* Of a formula over records, whose slots are its own: a field of the record hides all else. */
static void add_outer(void *ctx, const symbol *s) {
  reading *r = ctx;
  const schema *fields = &r->p->pack->schema;
  const step *made = &r->p->pack->steps[r->step];
  const char *of = list_of(made);
  const int list = of ? schema_find(fields, of) : -1;
  if (list >= 0 && schema_find(fields->fields[list].type.record, s->name) >= 0) return;
  if (made->kind == STEP_CADENCE)
    for (size_t i = 0; i < made->cadence.clause_count; i++) {
      const char *touches = made->cadence.clauses[i].touches.list.text;
      const int number = touches ? schema_find(fields, touches) : -1;
      if (number >= 0 && schema_find(fields->fields[number].type.record, s->name) >= 0) return;
    }
  add_name(r, s->name);
}

/* ---- the texts of a step ---- */

typedef struct text_visit {
  void (*each)(void *ctx, const rule_text *t);
  void *ctx;
} text_visit;

static void visit(const text_visit *v, const rule_text *t) {
  if (t->text) v->each(v->ctx, t);
}

static void visit_scorecard(const text_visit *v, const scorecard_step *s) {
  visit(v, &s->baseline), visit(v, &s->divide), visit(v, &s->min), visit(v, &s->max);
  for (size_t i = 0; i < s->characteristic_count; i++) {
    const characteristic *c = &s->characteristics[i];
    visit(v, &c->input), visit(v, &c->weight), visit(v, &c->points);
    visit(v, &c->missing), visit(v, &c->baseline);
    for (size_t k = 0; k < c->attribute_count; k++)
      visit(v, &c->attributes[k].test), visit(v, &c->attributes[k].points);
  }
}

static void visit_row(const text_visit *v, const table_step *s, const table_row *row) {
  for (size_t i = 0; row->tests && i < s->input_count; i++) visit(v, &row->tests[i]);
  for (size_t i = 0; row->outputs && i < s->output_count; i++) visit(v, &row->outputs[i]);
}

static void visit_table(const text_visit *v, const table_step *s) {
  for (size_t i = 0; i < s->input_count; i++) visit(v, &s->inputs[i]);
  for (size_t i = 0; i < s->row_count; i++) visit_row(v, s, &s->rows[i]);
  if (s->otherwise) visit_row(v, s, s->otherwise);
}

static void visit_cadence(const text_visit *v, const cadence_step *s) {
  for (size_t i = 0; i < s->clause_count; i++) {
    const cadence_clause *c = &s->clauses[i];
    const rule_text *texts[] = {&c->when, &c->from,       &c->touched,       &c->amount,
                                &c->on,   &c->touches.at, &c->touches.where, &c->formula};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) visit(v, texts[k]);
    for (size_t k = 0; k < c->row_count; k++) visit(v, &c->rows[k].when);
  }
}

static void visit_limit(const text_visit *v, const limit_step *s) {
  for (size_t i = 0; i < s->operation_count; i++) {
    const limit_operation *o = &s->operations[i];
    visit(v, &o->when), visit(v, &o->missing_as), visit(v, &o->negative_as);
    visit(v, &o->none.formula), visit(v, &o->of);
    for (size_t k = 0; k < o->term_count; k++)
      visit(v, &o->terms[k].formula), visit(v, &o->terms[k].when);
  }
  visit(v, &s->missing);
}

static void visit_aggregate(const text_visit *v, const aggregate_step *s) {
  const rule_text *texts[] = {&s->value, &s->where,     &s->at,     &s->from,
                              &s->to,    &s->half_life, &s->by,     &s->weight,
                              &s->none,  &s->at_least,  &s->at_most};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) visit(v, texts[i]);
  for (size_t i = 0; i < s->point_count; i++)
    visit(v, &s->points[i].test), visit(v, &s->points[i].points);
}

static void visit_class(const text_visit *v, const step *s) {
  if (s->kind == STEP_BANDS) {
    visit(v, &s->bands.of);
    for (size_t i = 0; i < s->bands.band_count; i++) visit(v, &s->bands.bands[i].at_least);
  } else if (s->kind == STEP_ADJUST) {
    for (size_t i = 0; i < s->adjust.row_count; i++)
      visit(v, &s->adjust.rows[i].when), visit(v, &s->adjust.rows[i].only);
  } else {
    visit(v, &s->worst.bound);
    for (size_t i = 0; i < s->worst.case_count; i++) visit(v, &s->worst.cases[i].when);
  }
}

void policy_each_text(const step *s, void (*each)(void *ctx, const rule_text *t), void *ctx) {
  const text_visit v = {each, ctx};
  switch (s->kind) {
  case STEP_DERIVE:
    visit(&v, &s->derive.formula);
    break;
  case STEP_SCORECARD:
    visit_scorecard(&v, &s->scorecard);
    break;
  case STEP_TABLE:
    visit_table(&v, &s->table);
    break;
  case STEP_BANDS:
  case STEP_ADJUST:
  case STEP_WORST:
    visit_class(&v, s);
    break;
  case STEP_CODES:
    for (size_t i = 0; i < s->codes.entry_count; i++) {
      const code_entry *e = &s->codes.entries[i];
      visit(&v, &e->when), visit(&v, &e->missing), visit(&v, &e->value);
    }
    break;
  case STEP_CADENCE:
    visit_cadence(&v, &s->cadence);
    break;
  case STEP_LIMIT:
    visit_limit(&v, &s->limit);
    break;
  case STEP_AGGREGATE:
    visit_aggregate(&v, &s->aggregate);
    break;
  case STEP_AGEING:
    visit(&v, &s->ageing.amount), visit(&v, &s->ageing.due), visit(&v, &s->ageing.where);
    break;
  case STEP_TOTAL:
    visit(&v, &s->total.of), visit(&v, &s->total.within), visit(&v, &s->total.where);
    break;
  case STEP_QUANTILES:
    visit(&v, &s->quantiles.of), visit(&v, &s->quantiles.within), visit(&v, &s->quantiles.where);
    break;
  case STEP_SMOOTH:
    visit(&v, &s->smooth.per), visit(&v, &s->smooth.by);
    break;
  case STEP_LUA:
  case STEP_STEADY:
    break;
  }
}

/* ---- the codes that a step gives ---- */

typedef struct code_visit {
  void (*each)(void *ctx, const char *reason);
  void *ctx;
} code_visit;

static void give_code(const code_visit *v, const char *reason) {
  if (reason) v->each(v->ctx, reason);
}

static void give_scorecard(const code_visit *v, const scorecard_step *s) {
  for (size_t i = 0; i < s->characteristic_count; i++) {
    const characteristic *c = &s->characteristics[i];
    give_code(v, c->reason), give_code(v, c->missing_reason);
    for (size_t k = 0; k < c->attribute_count; k++) give_code(v, c->attributes[k].reason);
  }
}

static void give_cadence(const code_visit *v, const cadence_step *s) {
  for (size_t i = 0; i < s->clause_count; i++) {
    const cadence_clause *c = &s->clauses[i];
    give_code(v, c->code), give_code(v, c->done);
    for (size_t k = 0; k < c->row_count; k++) give_code(v, c->rows[k].code);
  }
}

static void give_limit(const code_visit *v, const limit_step *s) {
  for (size_t i = 0; i < s->operation_count; i++) {
    const limit_operation *o = &s->operations[i];
    give_code(v, o->none.code);
    for (size_t k = 0; k < o->term_count; k++) give_code(v, o->terms[k].code);
  }
  give_code(v, s->missing_code);
}

void policy_each_code(const step *s, void (*each)(void *ctx, const char *reason), void *ctx) {
  const code_visit v = {each, ctx};
  if (s->kind == STEP_SCORECARD) give_scorecard(&v, &s->scorecard);
  if (s->kind == STEP_CADENCE) give_cadence(&v, &s->cadence);
  if (s->kind == STEP_LIMIT) give_limit(&v, &s->limit);
  if (s->kind == STEP_STEADY) give_code(&v, s->steady.held);
  if (s->kind == STEP_SMOOTH) give_code(&v, s->smooth.code);
  for (size_t i = 0; s->kind == STEP_TABLE && i < s->table.row_count; i++)
    give_code(&v, s->table.rows[i].code);
  if (s->kind == STEP_TABLE && s->table.otherwise) give_code(&v, s->table.otherwise->code);
  for (size_t i = 0; s->kind == STEP_BANDS && i < s->bands.band_count; i++)
    give_code(&v, s->bands.bands[i].code);
  for (size_t i = 0; s->kind == STEP_ADJUST && i < s->adjust.row_count; i++)
    give_code(&v, s->adjust.rows[i].code);
  for (size_t i = 0; s->kind == STEP_WORST && i < s->worst.case_count; i++)
    give_code(&v, s->worst.cases[i].code);
  for (size_t i = 0; s->kind == STEP_QUANTILES && i < s->quantiles.class_count; i++)
    give_code(&v, s->quantiles.classes[i].code);
}

/* ---- all of it ---- */

/* Parameters are constants of a plan: only the text still names them. */
static void add_params(void *ctx, const rule_text *t) {
  reading *r = ctx;
  for (const char *at = t->text; *at;) {
    const char *begin = at;
    while (isalnum((unsigned char)*at) || *at == '_' || (*at & 0x80)) at++;
    const int param = at > begin ? find_param(r->p, begin, (size_t)(at - begin)) : -1;
    if (param >= 0)
      add(r, (policy_read){READ_PARAM, (size_t)param, r->p->pack->params[param].name});
    if (at == begin && *at == '"')
      for (at++; *at && *at != '"'; at++) continue;
    if (at == begin || *at == '"') at += *at != 0;
  }
}

typedef struct code_search {
  const codes_step *list;
  bool found;
} code_search;

static void find_code(void *ctx, const char *reason) {
  code_search *s = ctx;
  for (size_t i = 0; i < s->list->entry_count; i++)
    s->found = s->found || !strcmp(s->list->entries[i].code, reason);
}

static void read_codes(reading *r, const codes_step *list) {
  const pack *k = r->p->pack;
  for (size_t i = 0; i < k->step_count; i++) {
    code_search search = {list, false};
    const bool ranked = list->scorecard && k->steps[i].kind == STEP_SCORECARD &&
                        !strcmp(k->steps[i].name, list->scorecard);
    if (!list->scorecard) policy_each_code(&k->steps[i], find_code, &search);
    if (policy_step_counts(r->p, i) && (ranked || search.found))
      add(r, (policy_read){READ_CODES, i, NULL});
  }
}

static void read_step(reading *r, const step *s) {
  const plan *made_of = r->p->plan;
  for (size_t i = 0; i < made_of->formula_count; i++) {
    const formula *f = made_of->formulas[i];
    if (f->step == r->step) node_slots(f->tree, f->record ? add_outer : add_slot, r);
  }
  if (list_of(s)) add_name(r, list_of(s));
  for (size_t i = 0; s->kind == STEP_CADENCE && i < s->cadence.clause_count; i++)
    if (s->cadence.clauses[i].touches.list.text)
      add_name(r, s->cadence.clauses[i].touches.list.text);
  for (size_t i = 0; s->kind == STEP_LUA && i < s->lua.field_count; i++)
    add_name(r, s->lua.fields[i]);
  policy_each_text(s, add_params, r);
  if (s->kind == STEP_CODES) read_codes(r, &s->codes);
}

bool policy_step_counts(const policy *p, size_t number) {
  const step *s = &p->pack->steps[number];
  if (s->kind != STEP_TABLE || !s->table.effective.given) return true;
  return s->table.effective.from <= p->plan->today && p->plan->today <= s->table.effective.to;
}

void policy_read_all(policy *p) {
  p->reads = mem_array(p->pack->step_count + 1, sizeof *p->reads);
  for (size_t i = 0; i < p->pack->step_count; i++) {
    reading r = {p, i};
    if (policy_step_counts(p, i)) read_step(&r, &p->pack->steps[i]);
  }
}

void policy_reads_free(policy *p) {
  for (size_t i = 0; i < p->pack->step_count; i++) free(p->reads[i].items);
  free(p->reads);
}
