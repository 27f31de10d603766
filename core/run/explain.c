/* The tree as a whole: the outputs in the pack's order, and below each the results of other steps that
 * it was made of, each told once. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "explain_parts.h"
#include "report_text.h"

explained *explain_add(explainer *x, explained *parent, explained_kind kind, const char *name) {
  explained *n = arena_alloc(x->arena, sizeof *n);
  n->kind = kind;
  n->name = name;
  n->taken = true;
  if (!parent) return n;
  if (parent->last)
    parent->last->next = n;
  else
    parent->first = n;
  return parent->last = n;
}

/* ---- what a step reads ---- */

static void add_slot(void *ctx, const symbol *s) {
  explainer *x = ctx;
  read_slots *r = &x->reads;
  for (size_t i = 0; i < r->count; i++)
    if (r->slots[i] == s->slot) return;
  if (r->count == r->capacity) {
    r->capacity = r->capacity ? r->capacity * 2 : 16;
    r->slots = mem_grow(r->slots, r->capacity, sizeof *r->slots);
  }
  r->slots[r->count++] = s->slot;
}

void explain_reads(explainer *x, const node *tree) {
  node_slots(tree, add_slot, x);
}

static int result_of_slot(const plan *p, int slot) {
  for (size_t i = 0; i < p->result_count; i++)
    if (p->results[i].slot == slot) return (int)i;
  return -1;
}

/* ---- codes ---- */

static const char *pack_text(void *ctx, const char *code_name, const char *language) {
  const pack *p = (*(const plan *const *)ctx)->pack;
  for (size_t i = 0; i < p->reason_text_count; i++)
    if (!strcmp(p->reason_texts[i].code, code_name) &&
        !strcmp(p->reason_texts[i].language, language))
      return p->reason_texts[i].text;
  return NULL;
}

static const char *plan_output_name(void *ctx, size_t i) {
  return (*(const plan *const *)ctx)->outputs[i].name;
}

bool explain_reason(buffer *out, const plan *p, const decisions *d, size_t row, const char *given,
                    size_t n, const char *language) {
  const reason_texts t = {.text = pack_text,
                          .output = plan_output_name,
                          .ctx = &p,
                          .output_count = p->output_count,
                          .outputs = d->outputs,
                          .row = row,
                          .zone = p->pack->zone};
  return write_reason_text(out, &t, given, n, language);
}

typedef struct shown_code {
  const char *name, *found;
  size_t n;
} shown_code;

static void match_code(void *ctx, const char *given, size_t n) {
  shown_code *s = ctx;
  const size_t own = strlen(s->name);
  if (n < own || strncmp(given, s->name, own) != 0 || (n > own && given[own] != ':')) return;
  if (s->found && s->n == own) return;
  s->found = given;
  s->n = n;
}

const char *explain_code_text(explainer *x, const char *name) {
  shown_code s = {.name = name};
  buffer b = {0};
  for (size_t i = 0; i < x->plan->output_count && !s.found; i++)
    each_code(&x->out->outputs[i], x->row, match_code, &s);
  if (!s.found) s = (shown_code){name, name, strlen(name)};
  const bool known = explain_reason(&b, x->plan, x->out, x->row, s.found, s.n, x->language);
  const char *text = known ? arena_string_n(x->arena, b.data ? b.data : "", b.size) : NULL;
  buffer_deinit(&b);
  return text;
}

/* ---- results ---- */

static bool is_output(const plan *p, int number) {
  for (size_t i = 0; i < p->output_count; i++)
    if (p->output_results[i] == number) return true;
  return false;
}

static void explain_result(explainer *x, explained *parent, int number, const column *written);

/* The results that the step read and that are no outputs themselves. */
static void explain_made_of(explainer *x, explained *parent) {
  read_slots reads = x->reads;
  x->reads = (read_slots){0};
  for (size_t i = 0; i < reads.count; i++) {
    const int number = result_of_slot(x->plan, reads.slots[i]);
    if (number < 0 || x->told[number] || is_output(x->plan, number)) continue;
    explain_result(x, parent, number, x->evaluator->frame.slots[reads.slots[i]]);
  }
  free(reads.slots);
}

static void explain_result(explainer *x, explained *parent, int number, const column *written) {
  const result *r = &x->plan->results[number];
  explained *n = explain_add(x, parent, EXPLAINED_OUTPUT, r->name);
  x->told[number] = true;
  n->at = r->step == SIZE_MAX ? r->at : x->plan->pack->steps[r->step].at; /* a parameter's total */
  n->value = explain_plain(x, written);
  n->shown = n->value ? explain_shown(x, written) : NULL;
  x->reads.count = 0;
  if (!explain_population(x, n, r)) explain_step(x, n, r);
  explain_made_of(x, n);
}

static void explain_field(explainer *x, explained *parent, const char *name, const column *c) {
  explained *n = explain_add(x, parent, EXPLAINED_READ, name);
  n->value = explain_plain(x, c);
  n->shown = n->value ? explain_shown(x, c) : NULL;
}

/* ---- the decision ---- */

static const fault *fault_of(const decisions *out, size_t row) {
  for (size_t i = 0; i < out->fault_count; i++)
    if (out->faults[i].row == row) return &out->faults[i];
  return NULL;
}

static void explain_fault(explainer *x, explained *root, const fault *f) {
  explained *n = explain_add(x, root, EXPLAINED_FAULT, f->rule);
  n->code = f->code;
  n->text = f->message;
  n->at = (place){f->file, f->line};
}

/* The number of the step at which the record failed: what stands above it was still decided. */
static size_t failed_step(const plan *p, const fault *f) {
  for (size_t i = 0; f && i < p->pack->step_count; i++)
    if (!strcmp(p->pack->steps[i].name, f->rule)) return i;
  return f ? 0 : p->pack->step_count;
}

explained *explain_decision(arena *a, evaluator *v, const decisions *out, size_t row,
                            const char *language) {
  const plan *p = v->plan;
  explainer x = {.arena = a, .evaluator = v, .plan = p, .out = out, .row = row};
  x.language = language ? language : "en";
  x.told = mem_array(p->result_count + 1, sizeof *x.told);
  const fault *failed = out->failed[row] ? fault_of(out, row) : NULL;
  const size_t end = failed_step(p, failed);
  explained *root = explain_add(&x, NULL, EXPLAINED_DECISION, NULL);
  if (failed) explain_fault(&x, root, failed);
  for (size_t i = 0; i < p->output_count; i++) {
    const int number = p->output_results[i];
    if (number < 0)
      explain_field(&x, root, p->outputs[i].name, v->frame.slots[p->output_fields[i]]);
    else if (p->results[number].step < end)
      explain_result(&x, root, number, &out->outputs[i]);
  }
  free(x.told);
  free(x.reads.slots);
  return root;
}

const char *explain_person(arena *a, const evaluator *v, size_t row) {
  const pack *p = v->plan->pack;
  const int number = p->report.name ? schema_find(&p->schema, p->report.name) : -1;
  const column *c = number < 0 ? NULL : v->frame.slots[number];
  if (!c || column_missing(c, row)) return NULL;
  buffer raw = {0}, b = {0};
  column_write(&raw, c, row, p->zone);
  text_printable(&b, raw.data ? raw.data : "", raw.size, 80);
  const char *name = arena_string_n(a, b.data ? b.data : "", b.size);
  buffer_deinit(&raw);
  buffer_deinit(&b);
  return name;
}
