/* Across steps: results that nobody reads and no decision shows, words of a class that nothing gives. */
#include <string.h>

#include "check_parts.h"

/* The name of a result in the scope: whether a formula or rule reads it. */
static bool is_read(const plan *p, const result *r) {
  for (size_t i = 0; i < p->scope.count; i++)
    if (p->scope.symbols[i].slot == r->slot) return p->scope.symbols[i].used;
  return true; /* made at the end: it is an output by what made it */
}

static bool is_output(const plan *p, const result *r) {
  for (size_t i = 0; i < p->output_count; i++)
    if (p->output_results[i] >= 0 && &p->results[p->output_results[i]] == r) return true;
  return false;
}

/* What a step reads by the name of another step, not by a formula. */
static bool is_named(const pack *p, const result *r) {
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if (s->kind == STEP_CODES && s->codes.scorecard && !strcmp(s->codes.scorecard, r->name))
      return true;
  }
  for (size_t i = 0; i < p->param_count; i++)
    if (p->params[i].total.text && !strcmp(p->params[i].total.text, r->name)) return true;
  return false;
}

/* The buckets of an ageing belong together. */
static bool shares_step_with_read(const plan *p, const result *r) {
  if (p->pack->steps[r->step].kind != STEP_AGEING) return false;
  for (size_t i = 0; i < p->result_count; i++)
    if (p->results[i].step == r->step &&
        (is_read(p, &p->results[i]) || is_output(p, &p->results[i])))
      return true;
  return false;
}

static bool is_unused(const check *c, const result *r) {
  const plan *p = c->plan;
  if (r->hidden || r->step >= c->pack->step_count || !r->name || !*r->name) return false;
  if (strchr(r->name, ':')) return false; /* what a clause keeps */
  return !is_read(p, r) && !is_output(p, r) && !is_named(c->pack, r) &&
         !shares_step_with_read(p, r);
}

static void check_outputs(check *c) {
  for (size_t i = 0; i < c->plan->result_count; i++) {
    const result *r = &c->plan->results[i];
    if (!is_unused(c, r)) continue;
    const step *s = &c->pack->steps[r->step];
    place at = r->at.file ? r->at : s->at;
    bool own = !strcmp(s->name, r->name);
    check_tell(c, "unused-output", at, NULL, "leave it out, or list it in outputs of company.lua",
               "nothing reads \"%s\"%s%s%s, and it is no output", r->name, own ? "" : ", which \"",
               own ? "" : s->name, own ? "" : "\" makes");
  }
}

/* ---- words of a class ---- */

static bool is_last(const plan *p, const result *r) {
  for (const result *k = r + 1; k < p->results + p->result_count; k++)
    if (!strcmp(k->name, r->name)) return false;
  return true;
}

static possible all_of(check *c, const result *r) {
  possible out = possible_none();
  for (size_t i = 0; i < c->plan->result_count; i++) {
    const result *k = &c->plan->results[i];
    if (!strcmp(k->name, r->name) && type_equal(k->type, r->type))
      out = possible_union(&c->world, r->type, out, c->world.slots[k->slot]);
  }
  return out;
}

/* The number of the table that makes the class first; SIZE_MAX: it is no table. */
static size_t table_of(const check *c, const char *name) {
  for (size_t i = 0; i < c->plan->result_count; i++) {
    const result *r = &c->plan->results[i];
    if (!strcmp(r->name, name))
      return c->pack->steps[r->step].kind == STEP_TABLE ? r->step : SIZE_MAX;
  }
  return SIZE_MAX;
}

/* A row that gives the word is told of itself, if it is never reached. */
static bool stands_in_a_row(const check *c, size_t table, const char *name, size_t word) {
  size_t at = 0;
  const trace_point *p = check_next_point(c, table, &at);
  const table_step *t = &c->pack->steps[table].table;
  for (size_t o = 0; p && o < t->output_count; o++)
    for (size_t w = 0; w < p->way_count && !strcmp(t->outputs[o].name, name); w++) {
      const value *v = p->constants[o][w];
      if (v && !v->missing && (size_t)v->exact.num == word) return true;
    }
  return false;
}

/* The words of a class that neither its table nor a step behind that gives. */
static void check_words_of(check *c, const result *r) {
  size_t table = is_last(c->plan, r) ? table_of(c, r->name) : SIZE_MAX;
  if (table == SIZE_MAX) return;
  possible given = all_of(c, r);
  for (size_t word = 0; given.words && word < r->type.choices->count; word++) {
    if (possible_has_word(&given, word) || stands_in_a_row(c, table, r->name, word)) continue;
    check_tell(c, "word-never-given", c->pack->steps[table].at, NULL,
               "leave the word out of the type, or add the row that gives it",
               "\"%s\" is one of the words of \"%s\", but no step ever gives it",
               r->type.choices->names[word], r->name);
  }
}

static void check_words(check *c) {
  for (size_t i = 0; i < c->plan->result_count; i++) {
    const result *r = &c->plan->results[i];
    if (r->type.kind == TYPE_CHOICE && !r->hidden && r->step < c->pack->step_count)
      check_words_of(c, r);
  }
}

void check_unused(check *c) {
  check_outputs(c);
  check_words(c);
}
