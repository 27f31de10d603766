/* See phases.h. What a step reads is seen by the marks that it leaves on the symbols: whoever reads a
 * name marks it as used, or its value would not be kept with the decision either. */
#include "phases.h"

#include <stdlib.h>
#include <string.h>

bool phases_begin(builder *b) {
  arena *a = &b->plan->arena;
  struct phasing *p = b->phasing = arena_alloc(a, sizeof *p);
  const size_t symbols = b->plan->scope.capacity;
  p->was_used = arena_array(a, symbols + 1, sizeof *p->was_used);
  p->slots = arena_array(a, symbols + 1, sizeof *p->slots);
  p->steps = arena_array(a, b->plan->pack->step_count + 1, sizeof *p->steps);
  return population_place_params(b);
}

/* ---- what a step reads ---- */

void phases_before(builder *b) {
  struct phasing *p = b->phasing;
  scope *s = &b->plan->scope;
  p->symbols = s->count;
  p->population = b->plan->population_count;
  for (size_t i = 0; i < s->count; i++) {
    p->was_used[i] = s->symbols[i].used;
    p->slots[i] = s->symbols[i].slot;
    s->symbols[i].used = false;
  }
}

static bool is_pending(const builder *b, int slot) {
  for (size_t i = 0; i < b->plan->population_count; i++)
    if (b->plan->population[i]->slot == slot)
      return b->plan->population[i]->phase == b->phasing->phase;
  return false;
}

bool phases_after(builder *b) {
  struct phasing *p = b->phasing;
  scope *s = &b->plan->scope;
  struct step_reads *reads = &p->steps[b->step_number];
  bool reads_pending = false;
  reads->slots = arena_array(&b->plan->arena, p->symbols + 1, sizeof *reads->slots);
  for (size_t i = 0; i < p->symbols; i++) {
    symbol *x = &s->symbols[i];
    if (x->used && p->slots[i] >= 0) reads->slots[reads->count++] = p->slots[i];
    if (x->used && p->slots[i] >= 0) reads_pending = reads_pending || is_pending(b, p->slots[i]);
    x->used = x->used || p->was_used[i];
  }
  if (reads_pending) p->phase++;
  for (size_t i = p->population; i < b->plan->population_count; i++)
    b->plan->population[i]->phase = p->phase;
  reads->phase = p->phase;
  return population_place_params(b);
}

/* What nobody has read yet is worked out at the end, for the outputs. */
bool phases_end(builder *b) {
  plan *p = b->plan;
  bool pending = false;
  for (size_t i = 0; i < p->population_count; i++)
    pending = pending || p->population[i]->phase == b->phasing->phase;
  if (pending) b->phasing->phase++;
  p->phase_count = b->phasing->phase + 1;
  p->phases = arena_array(&p->arena, p->phase_count + 1, sizeof *p->phases);
  return population_end_params(b);
}

/* ---- the order of the stages ---- */

static void add_stages(plan *p, const struct population_step *s) {
  p->stages[p->stage_count++] = s->apply;
  if (s->then) p->stages[p->stage_count++] = s->then;
}

static void begin_phase(plan *p, size_t phase) {
  p->phases[phase].first_stage = p->stage_count;
  for (size_t i = 0; i < p->population_count; i++)
    if (p->population[i]->phase + 1 == phase) add_stages(p, p->population[i]);
}

/* Columns of parameters' totals are made where they can be: behind the step of that number. */
static void add_collectors(plan *p, size_t behind) {
  for (size_t i = 0; i < p->population_count; i++)
    if (p->population[i]->collect && p->population[i]->behind == behind)
      p->stages[p->stage_count++] = p->population[i]->collect;
}

void phases_order(builder *b) {
  plan *p = b->plan;
  const size_t steps = p->pack->step_count;
  size_t phase = 0;
  p->stages = arena_array(&p->arena, steps + b->final_count + 3 * p->population_count + 1,
                          sizeof *p->stages);
  add_collectors(p, SIZE_MAX);
  for (size_t i = 0; i < steps; i++) {
    while (phase < b->phasing->steps[i].phase) begin_phase(p, ++phase);
    if (!b->late[i]) p->stages[p->stage_count++] = b->by_step[i];
    add_collectors(p, i);
  }
  while (phase + 1 < p->phase_count) begin_phase(p, ++phase);
  for (size_t i = 0; i < b->final_count; i++) p->stages[p->stage_count++] = b->finals[i];
  for (size_t i = 0; i < steps; i++)
    if (b->late[i]) p->stages[p->stage_count++] = b->by_step[i];
  p->phases[p->phase_count].first_stage = p->stage_count;
}

/* ---- what outlives a cut ---- */

/* The first phase that has a column, and the last that reads it, by slot. */
typedef struct lives {
  size_t *made, *read;
} lives;

static void read_in(lives *l, int slot, size_t phase) {
  if (slot >= 0 && l->read[slot] < phase) l->read[slot] = phase;
}

static void note_steps(const builder *b, lives *l) {
  const plan *p = b->plan;
  for (size_t i = 0; i < p->pack->step_count; i++) {
    const struct step_reads *reads = &b->phasing->steps[i];
    const size_t phase = b->late[i] ? p->phase_count - 1 : reads->phase;
    for (size_t k = 0; k < reads->count; k++) read_in(l, reads->slots[k], phase);
  }
  for (size_t i = 0; i < p->result_count; i++) {
    const result *r = &p->results[i];
    if (r->step == SIZE_MAX) continue; /* of a parameter: below */
    l->made[r->slot] = r->step < p->pack->step_count && b->late[r->step]
                           ? p->phase_count - 1
                           : b->phasing->steps[r->step].phase;
  }
  for (size_t i = 0; i < p->population_count; i++) {
    const struct population_step *s = p->population[i];
    l->made[s->slot] = s->phase + 1;
    if (s->smooths) l->made[s->kept_slot] = s->phase + 1;
    if (s->smooths) read_in(l, s->by_slot, s->phase);
    read_in(l, s->of_slot, s->phase);
    read_in(l, s->within_slot, s->phase);
    read_in(l, s->within_slot, s->phase + 1);
    if (s->quantiles || s->smooths) read_in(l, s->of_slot, s->phase + 1);
  }
}

static void note_ends(const plan *p, lives *l) {
  const size_t last = p->phase_count - 1;
  for (size_t i = 0; i < p->output_count; i++) {
    const int number = p->output_results[i];
    read_in(l, number >= 0 ? p->results[number].slot : p->output_fields[i], last);
  }
  for (size_t i = 0; i < p->input_count; i++) read_in(l, p->input_slots[i], last);
}

static bool is_collected(const plan *p, int slot, size_t phase) {
  for (size_t i = 0; i < p->population_count; i++) {
    const struct population_step *s = p->population[i];
    const bool reads =
        s->of_slot == slot || s->within_slot == slot || (s->smooths && s->by_slot == slot);
    if (s->phase == phase && reads) return true;
  }
  return false;
}

static void settle_phase(plan *p, size_t phase, const lives *l) {
  plan_phase *at = &p->phases[phase];
  at->live = arena_array(&p->arena, p->slot_count + 1, sizeof *at->live);
  at->collected = arena_array(&p->arena, 4 * p->population_count + 1, sizeof *at->collected);
  for (size_t slot = 0; slot < p->slot_count; slot++) {
    const bool lives_on = l->made[slot] <= phase && l->read[slot] > phase;
    if (slot == p->pack->schema.key) continue; /* it goes along in any case */
    if (lives_on || is_collected(p, (int)slot, phase)) at->live[at->live_count++] = (int)slot;
  }
  for (size_t i = 0; i < p->population_count; i++) {
    const struct population_step *s = p->population[i];
    if (s->phase != phase) continue;
    at->collected[at->collected_count++] = s->of_slot;
    if (s->within_slot >= 0) at->collected[at->collected_count++] = s->within_slot;
    if (!s->smooths) continue;
    if (s->by_slot >= 0) at->collected[at->collected_count++] = s->by_slot;
    at->collected[at->collected_count++] = (int)p->pack->schema.key;
  }
}

void phases_settle(builder *b) {
  plan *p = b->plan;
  if (p->phase_count < 2) return;
  lives l = {mem_array(p->slot_count, sizeof *l.made), mem_array(p->slot_count, sizeof *l.read)};
  note_steps(b, &l);
  note_ends(p, &l);
  for (size_t phase = 0; phase + 1 < p->phase_count; phase++) settle_phase(p, phase, &l);
  free(l.made);
  free(l.read);
}

size_t plan_population(const plan *p) {
  return p->population_count;
}

size_t plan_phases(const plan *p) {
  return p->phase_count;
}
