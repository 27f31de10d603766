/* See check_records.h. */
#include "check_records.h"

#include <inttypes.h>
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
  handmade_joiner *joiner;
  batch *batch;
  decisions *decisions;
  population *population; /* of the batch at hand */
  const fault **faults;   /* by row */
  size_t left, made;
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
  r->ready = r->shown.evaluator && !handmade_joiner_new(p, made, &r->joiner, &e) &&
             evaluator_start(r->shown.evaluator, &e) == ERR_OK;
  r->shown.batch = r->batch;
  r->shown.decisions = r->decisions;
  return &r->shown;
}

/* ---- what chance seldom brings ---- */

#define FEW_VALUES 64

/* How many values a field with few of them has, the missing one first; 0: it has many. */
static size_t few_values(const field *f) {
  size_t missing = !f->required, width = 0;
  if (f->type.kind == TYPE_BOOLEAN) width = 2;
  if (f->type.kind == TYPE_CHOICE) width = f->type.choices->count;
  if (f->type.kind == TYPE_INTEGER && f->has_min && f->has_max && f->max - f->min < FEW_VALUES)
    width = (size_t)(f->max - f->min) + 1;
  return width && width <= FEW_VALUES ? width + missing : 0;
}

static const char *value_number(const field *f, size_t number, arena *a) {
  if (!f->required && number-- == 0) return NULL;
  if (f->type.kind == TYPE_BOOLEAN) return number ? "true" : "false";
  if (f->type.kind == TYPE_CHOICE) return f->type.choices->names[number];
  const int64_t stored = f->min + (int64_t)number;
  return arena_format(a, "%" PRId64, stored);
}

static handmade_value *value_of(handmade_value *values, size_t *count, const char *name) {
  for (size_t i = 0; i < *count; i++)
    if (!strcmp(values[i].name, name)) return &values[i];
  values[*count] = (handmade_value){.name = name};
  return &values[(*count)++];
}

/* Goes through the fields that have few values, all combinations in turn. */
static void count_through(records *r, handmade_value *values, size_t *count, size_t number) {
  const schema *s = &r->pack->schema;
  for (size_t k = 0; k < s->count; k++) {
    const field *f = &s->fields[k];
    size_t few = few_values(f);
    if (!few || f->joined) continue;
    value_of(values, count, f->name)->text = value_number(f, number % few, &r->arena);
    number /= few;
  }
}

/* Two fields of one type have the same value. */
static void make_twins(const records *r, handmade_value *values, size_t count, size_t number) {
  const schema *s = &r->pack->schema;
  if (count < 2) return;
  handmade_value *one = &values[number % count], *two = &values[number / count % count];
  int a = schema_find(s, one->name), b = schema_find(s, two->name);
  if (a < 0 || b < 0 || !one->text || !type_equal(s->fields[a].type, s->fields[b].type)) return;
  two->text = one->text;
}

static handmade_record make_one(records *r, size_t row) {
  const schema *s = &r->pack->schema;
  handmade_record one = record_maker_next(r->maker, &r->arena, NULL);
  size_t count = one.count, number = r->made++;
  handmade_value *values = arena_array(&r->arena, s->count + 1, sizeof *values);
  if (count) memcpy(values, one.values, count * sizeof *values);
  if (number % 2) count_through(r, values, &count, number / 2);
  if (number % 4 == 2) make_twins(r, values, count, number / 4);
  values[count++] = (handmade_value){.name = s->fields[s->key].name,
                                     .text = arena_format(&r->arena, "made-%zu", row + 1)};
  return (handmade_record){count, values};
}

static const handmade_record *make(records *r, size_t count) {
  handmade_record *out = arena_array(&r->arena, count + 1, sizeof *out);
  for (size_t i = 0; i < count; i++) out[i] = make_one(r, i);
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
  if (handmade_join(r->joiner, made, NULL, count, "check", r->batch, &e)) return false;
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
  handmade_joiner_free(r->joiner);
  batch_free(r->batch);
  record_maker_free(r->maker);
  free(r->faults);
  arena_deinit(&r->arena);
  free(r);
}
