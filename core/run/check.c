/* See check.h: the walk over the steps, and what its parts share. */
#include "check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check_parts.h"

/* ---- what the parts share ---- */

/* Whether loading the pack told of it already. */
static bool is_told(const check *c, const char *id, place at) {
  for (size_t i = 0; i < c->told_before; i++) {
    const finding *f = &c->out->items[i];
    if (f->line == at.line && !strcmp(f->id, id) && f->file && at.file && !strcmp(f->file, at.file))
      return true;
  }
  return false;
}

void check_tell(check *c, const char *id, place at, const char *witness, const char *fix,
                const char *format, ...) {
  char message[1024];
  va_list args;
  if (is_told(c, id, at)) return;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  findings_add(c->out, SEVERITY_WARNING, at.file, at.line, "%s", message);
  findings_detail(c->out, id, witness, fix);
}

const char *check_keep(check *c, buffer *b) {
  const char *kept = arena_string_n(&c->arena, b->data ? b->data : "", b->size);
  buffer_deinit(b);
  *b = (buffer){0};
  return kept;
}

static bool is_name_part(char x) {
  return isalnum((unsigned char)x) || x == '_' || (unsigned char)x >= 0x80;
}

static bool names(const char *text, const char *name) {
  size_t n = strlen(name);
  for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
    if ((at == text || !is_name_part(at[-1])) && !is_name_part(at[n])) return true;
  return false;
}

bool check_names_param(const check *c, const char *text) {
  for (size_t i = 0; text && i < c->pack->param_count; i++)
    if (names(text, c->pack->params[i].name)) return true;
  return false;
}

const formula *check_formula_of(const check *c, rule_text text) {
  for (size_t i = 0; text.text && i < c->plan->formula_count; i++)
    if (c->plan->formulas[i]->text == text.text) return c->plan->formulas[i];
  return NULL;
}

const trace_point *check_next_point(const check *c, size_t step_number, size_t *number) {
  const trace_point *const *points;
  size_t count = trace_points(c->plan, &points);
  while (*number < count) {
    const trace_point *p = points[(*number)++];
    if (p->step == step_number) return p;
  }
  return NULL;
}

const result *check_result(const check *c, size_t step_number, const char *name) {
  for (size_t i = 0; i < c->plan->result_count; i++) {
    const result *r = &c->plan->results[i];
    if (r->step == step_number && !r->hidden && !strcmp(r->name, name)) return r;
  }
  return NULL;
}

/* ---- what is there before any step ---- */

static possible of_field(const field *f) {
  possible p = {.missing = !f->required && f->type.kind != TYPE_KEY && !f->joined, .value = true};
  int64_t unit = type_is_numeric(f->type.kind) && f->type.denominator > 0 ? f->type.denominator : 1;
  if (type_storage(f->type.kind) != STORE_I64) return p;
  p.has_low = f->has_min && rational_make(f->min, unit, &p.low);
  p.has_high = f->has_max && rational_make(f->max, unit, &p.high);
  return p;
}

static void begin(check *c) {
  const plan *p = c->plan;
  size_t n = p->slot_count;
  value_type *types = arena_array(&c->arena, n + 1, sizeof *types);
  c->source_words = n / 64 + 1;
  c->sources = arena_array(&c->arena, n + 1, sizeof *c->sources);
  c->world =
      (possible_world){.arena = &c->arena, .zone = c->pack->zone, .count = n, .types = types};
  c->world.slots = arena_array(&c->arena, n + 1, sizeof *c->world.slots);
  for (size_t i = 0; i < n; i++) {
    c->sources[i] = arena_array(&c->arena, c->source_words, sizeof **c->sources);
    c->sources[i][i / 64] |= UINT64_C(1) << (i % 64);
    c->world.slots[i] = (possible){.missing = true, .value = true};
  }
  for (size_t i = 0; i < c->pack->schema.count; i++) {
    types[i] = c->pack->schema.fields[i].type;
    c->world.slots[i] = of_field(&c->pack->schema.fields[i]);
  }
  for (size_t i = 0; i < p->result_count; i++) types[p->results[i].slot] = p->results[i].type;
  for (size_t i = 0; i < p->previous_count; i++) types[p->previous[i].slot] = p->previous[i].type;
}

/* ---- on what the results of a step depend ---- */

static void add_dynamic_tests(check *c, size_t number, uint64_t *into) {
  size_t at = 0;
  for (const trace_point *p; (p = check_next_point(c, number, &at));)
    for (size_t k = 0; k < p->input_count && p->tests; k++)
      for (size_t r = 0; r < p->tested; r++)
        if (p->tests[k][r].kind == TEST_DYNAMIC) sources_of(c, p->tests[k][r].dynamic, into);
}

/* Steps of one name share their formulas; that says a little more than is so, never less. */
static void add_formulas(check *c, const char *name, uint64_t *into) {
  for (size_t i = 0; i < c->plan->formula_count; i++)
    if (!strcmp(c->plan->formulas[i]->at.name, name))
      sources_of(c, c->plan->formulas[i]->tree, into);
}

static void add_fields(check *c, const lua_step *s, uint64_t *into) {
  const scope *names = &c->plan->scope;
  if (!s->field_count) sources_all(c, into);
  for (size_t i = 0; i < s->field_count; i++)
    for (size_t k = 0; k < names->count; k++) {
      int slot = names->symbols[k].slot;
      if (slot < 0 || strcmp(names->symbols[k].name, s->fields[i]) != 0) continue;
      for (size_t w = 0; w < c->source_words; w++) into[w] |= c->sources[slot][w];
    }
}

static void find_sources(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  uint64_t *own = arena_array(&c->arena, c->source_words, sizeof *own);
  switch (s->kind) {
  case STEP_DERIVE:
  case STEP_SCORECARD:
  case STEP_TABLE:
  case STEP_BANDS:
  case STEP_LIMIT:
  case STEP_ADJUST:
  case STEP_WORST:
    add_formulas(c, s->name, own);
    add_dynamic_tests(c, number, own);
    break;
  case STEP_LUA:
    add_fields(c, &s->lua, own);
    break;
  default: /* records of lists, all customers, codes that any step gives */
    sources_all(c, own);
  }
  for (size_t i = 0; i < c->plan->result_count; i++) {
    const result *r = &c->plan->results[i];
    if (r->step != number) continue;
    for (size_t w = 0; w < c->source_words; w++) c->sources[r->slot][w] |= own[w];
  }
}

/* ---- what holds for this run alone ---- */

/* What another run, or another day, may make of the step: a constant of today is none of tomorrow. */
static bool step_varies(const check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  size_t at = 0;
  for (size_t i = 0; i < c->plan->formula_count; i++) {
    const formula *f = c->plan->formulas[i];
    if (strcmp(f->at.name, s->name) != 0 || !f->text) continue;
    bool day = s->kind == STEP_DERIVE && (names(f->text, "today") || names(f->text, "as_of"));
    if (day || check_names_param(c, f->text)) return true;
  }
  for (const trace_point *p; (p = check_next_point(c, number, &at));)
    for (size_t k = 0; k < p->input_count && p->texts; k++)
      for (size_t r = 0; r < p->tested; r++)
        if (check_names_param(c, p->texts[k][r].text)) return true;
  return false;
}

/* Takes back what was noted of the results of a step that varies. */
static void forget_bounds(check *c, size_t number) {
  for (size_t i = 0; i < c->plan->result_count; i++) {
    const result *r = &c->plan->results[i];
    if (r->step == number) c->world.slots[r->slot] = possible_any(r->type);
  }
}

/* ---- the check ---- */

void check_policy(const pack *p, const plan *made, const check_options *o, findings *out) {
  check c = {.pack = p, .plan = made, .out = out, .options = *o, .told_before = out->count};
  begin(&c);
  for (size_t i = 0; i < p->step_count; i++) {
    check_step(&c, i);
    if (step_varies(&c, i)) forget_bounds(&c, i);
    find_sources(&c, i);
  }
  check_unused(&c);
  evidence_gather(&c);
  findings_sort(out, 0);
  arena_deinit(&c.arena);
}
