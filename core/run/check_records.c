/* See check_records.h. */
#include "check_records.h"

#include <stdlib.h>
#include <string.h>

#include "../eval/evaluator.h"
#include "../eval/interim.h"
#include "../eval/phases.h"
#include "../eval/population.h"
#include "handmade_join.h"
#include "record_maker.h"

#define RECORDS_USUAL ((size_t)4 * BATCH_ROWS)
#define SEED 20250926

typedef struct records {
  made_records shown;
  const pack *pack;
  const plan *plan;
  record_maker *maker;
  batch *batch;
  decisions *decisions;
  population *population; /* of the batch at hand */
  const fault **faults;   /* by row */
  size_t left;
  bool ready;
  arena arena;
} records;

made_records *made_open(const pack *p, const plan *made, size_t count) {
  static const handmade_record nothing;
  error e = {0};
  records *r = mem_alloc(sizeof *r);
  r->pack = p;
  r->plan = made;
  r->left = count ? count : RECORDS_USUAL;
  r->maker = record_maker_new(p, made, made->as_of, &nothing, SEED);
  r->batch = handmade_batch(p, made);
  r->decisions = decisions_new(made);
  r->faults = mem_array(BATCH_ROWS, sizeof *r->faults);
  r->shown.evaluator = evaluator_new(made, &e);
  r->ready = r->shown.evaluator && evaluator_start(r->shown.evaluator, &e) == ERR_OK;
  r->shown.batch = r->batch;
  r->shown.decisions = r->decisions;
  return &r->shown;
}

static const handmade_record *make(records *r, size_t count) {
  handmade_record *out = arena_array(&r->arena, count + 1, sizeof *out);
  const schema *s = &r->pack->schema;
  for (size_t i = 0; i < count; i++) {
    handmade_record one = record_maker_next(r->maker, &r->arena, NULL);
    handmade_value *values = arena_array(&r->arena, one.count + 1, sizeof *values);
    if (one.count) memcpy(values, one.values, one.count * sizeof *values);
    values[one.count] = (handmade_value){.name = s->fields[s->key].name,
                                         .text = arena_format(&r->arena, "made-%zu", i + 1)};
    out[i] = (handmade_record){one.count + 1, values};
  }
  return out;
}

/* What the steps of a phase collect of the batch, worked out. */
static bool settle(records *r, size_t phase, error *e) {
  const int *slots;
  evaluator *v = r->shown.evaluator;
  size_t n = population_reads(r->plan, phase, &slots);
  const column **columns = arena_array(&r->arena, n + 1, sizeof *columns);
  for (size_t i = 0; i < n; i++) columns[i] = v->frame.slots[slots[i]];
  return !population_add(r->population, phase, columns, r->batch->sequence, r->batch->rows, NULL,
                         e) &&
         !population_settle(r->population, phase, e);
}

static bool evaluate_batch(records *r, error *e) {
  evaluator *v = r->shown.evaluator;
  size_t phases = plan_phases(r->plan);
  population_free(r->population);
  r->population = NULL;
  if (!plan_population(r->plan)) return !evaluator_run(v, r->batch, r->decisions, e);
  r->population = population_new(r->plan);
  evaluator_know(v, r->population);
  for (size_t i = 0; i < phases; i++)
    if (evaluator_run_phase(v, i, r->batch, r->decisions, e) ||
        (i + 1 < phases && !settle(r, i, e)))
      return false;
  return true;
}

bool made_next(made_records *m) {
  records *r = (records *)m;
  error e = {0};
  size_t count = r->left < BATCH_ROWS ? r->left : BATCH_ROWS;
  if (!count || !r->ready) return false;
  r->left -= count;
  arena_clear(&r->arena);
  const handmade_record *made = make(r, count);
  if (handmade_join(r->pack, r->plan, made, NULL, count, "check", r->batch, &e)) return false;
  if (!evaluate_batch(r, &e)) return false;
  m->rows = r->batch->rows;
  memset(r->faults, 0, BATCH_ROWS * sizeof *r->faults);
  for (size_t i = 0; i < r->decisions->fault_count; i++)
    r->faults[r->decisions->faults[i].row] = &r->decisions->faults[i];
  return true;
}

bool made_reaches(const made_records *m, size_t row, const char *name) {
  const records *r = (const records *)m;
  const fault *f = r->faults[row];
  if (!f) return true;
  bool rows = !strcmp(f->code, "NO_ROW") || !strcmp(f->code, "MANY_ROWS");
  return rows && !strcmp(f->rule, name);
}

void made_close(made_records *m) {
  records *r = (records *)m;
  if (r->ready) evaluator_stop(m->evaluator);
  evaluator_free(m->evaluator);
  population_free(r->population);
  decisions_free(r->decisions);
  batch_free(r->batch);
  record_maker_free(r->maker);
  free(r->faults);
  arena_deinit(&r->arena);
  free(r);
}
