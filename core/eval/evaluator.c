/* Running a plan over a batch: stage after stage over the columns, then the outputs in their final
 * form, and the blobs of what was read. */
#include "evaluator.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "blob.h"
#include "convert.h"
#include "interim.h"
#include "list_rows.h"
#include "lua_rule.h"
#include "population_steps.h"
#include "thresholds.h"
#include "trace.h"

/* ---- what stages use ---- */

/* Faults that formulas found in rows that do not need them are forgotten. */
static void take_faults(evaluator *v, const uint8_t *needed) {
  decisions *g = &v->guard;
  for (size_t i = 0; i < g->fault_count; i++) {
    const fault *f = &g->faults[i];
    g->failed[f->row] = 0;
    if (needed && !needed[f->row]) continue;
    step_place at = {f->rule, f->file, f->line};
    frame_fail(&v->frame, f->row, f->code, &at, "%s", f->message);
  }
  g->fault_count = 0;
  arena_clear(&g->texts);
}

const column *evaluate(evaluator *v, const formula *f, const uint8_t *needed) {
  if (f->slot >= 0) return v->frame.slots[f->slot];
  decisions *out = v->frame.out;
  v->frame.out = &v->guard;
  const column *made = expr_eval(f->code, &v->frame, &f->at);
  v->frame.out = out;
  if (v->guard.fault_count) take_faults(v, needed);
  return made;
}

void evaluate_truth(evaluator *v, const formula *f, uint8_t *out) {
  if (f)
    expr_truth(f->code, &v->frame, &f->at, out);
  else
    memset(out, 1, v->frame.rows);
}

column *evaluator_result(evaluator *v, int number) {
  return v->results[number];
}

void evaluator_fail(evaluator *v, size_t row, const char *kind, const stage *s, int line,
                    const char *format, ...) {
  char message[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  step_place at = s->at;
  if (line) at.line = line;
  frame_fail(&v->frame, row, kind, &at, "%s", message);
}

static void keep_value(evaluator *v, size_t row, uint32_t bit, const char *text) {
  if (v->value_count == v->value_capacity) {
    v->value_capacity = v->value_capacity ? v->value_capacity * 2 : 256;
    v->values = mem_grow(v->values, v->value_capacity, sizeof *v->values);
  }
  v->values[v->value_count] = (code_value){bit, v->value_first[row], text};
  v->value_first[row] = (int32_t)v->value_count++;
}

void give_value(evaluator *v, size_t row, const code *c, const char *text, size_t n) {
  const char *kept = arena_string_n(&v->value_texts, text, n);
  give(v, row, c);
  for (size_t i = 0; i < c->bit_count; i++) keep_value(v, row, c->bits[i], kept);
}

/* ---- making and freeing ---- */

static void *rows_of(size_t size) {
  return mem_aligned(BATCH_ROWS * size + 64);
}

evaluator *evaluator_new(const plan *p, error *e) {
  evaluator *v = mem_alloc(sizeof *v);
  v->plan = p;
  v->kernels = p->kernels;
  v->frame.slots = mem_array(p->slot_count, sizeof *v->frame.slots);
  v->own = mem_array(p->result_count, sizeof *v->own);
  v->results = mem_array(p->result_count, sizeof *v->results);
  v->inputs = mem_array(p->input_count, sizeof *v->inputs);
  for (size_t i = 0; i < p->result_count; i++) {
    v->own[i].type = p->results[i].type;
    if (p->results[i].output < 0) column_init(&v->own[i], p->results[i].type, BATCH_ROWS);
  }
  v->segments = mem_array(p->cuts->count, sizeof *v->segments);
  v->segmented = mem_array(p->cuts->count, sizeof *v->segmented);
  v->scratch = mem_array(p->scratch_count, sizeof *v->scratch);
  for (size_t i = 0; i < p->scratch_count; i++) v->scratch[i] = rows_of(sizeof(int32_t));
  v->ranked = mem_array(p->ranking_count, sizeof *v->ranked);
  for (size_t i = 0; i < p->ranking_count; i++) v->ranked[i] = rows_of(8 * sizeof(int32_t));
  v->given = mem_array(p->code_words * BATCH_ROWS, sizeof *v->given);
  if (p->silences) v->silenced = mem_array(p->code_words * BATCH_ROWS, sizeof *v->silenced);
  if (p->lua_count || p->values) v->value_first = rows_of(sizeof(int32_t));
  v->truth = rows_of(1);
  v->needed = rows_of(1);
  v->guard.failed = rows_of(1);
  if (p->list_steps) v->lists = list_space_new(p);
  if (p->lua_count && lua_host_open(v, e)) {
    evaluator_free(v);
    return NULL;
  }
  return v;
}

void evaluator_free(evaluator *v) {
  if (!v) return;
  const plan *p = v->plan;
  lua_host_close(v);
  list_space_free(p, v->lists);
  trace_free(v);
  for (size_t i = 0; i < p->result_count; i++) column_deinit(&v->own[i]);
  for (size_t i = 0; i < p->scratch_count; i++) free(v->scratch[i]);
  for (size_t i = 0; i < p->ranking_count; i++) free(v->ranked[i]);
  free(v->ranked);
  free(v->scratch);
  free(v->segments);
  free(v->segmented);
  free(v->own);
  free(v->results);
  free(v->inputs);
  free(v->frame.slots);
  free(v->given);
  free(v->silenced);
  free(v->value_first);
  free(v->values);
  free(v->truth);
  free(v->needed);
  free(v->guard.failed);
  free(v->guard.faults);
  arena_deinit(&v->guard.texts);
  arena_deinit(&v->value_texts);
  arena_deinit(&v->frame.scratch);
  free(v);
}

error_code evaluator_start(evaluator *v, error *e) {
  return lua_host_start(v, e);
}
void evaluator_stop(evaluator *v) {
  lua_host_stop(v);
}

decisions *decisions_new(const plan *p) {
  decisions *d = mem_alloc(sizeof *d);
  d->output_count = p->output_count;
  d->outputs = mem_array(p->output_count, sizeof *d->outputs);
  for (size_t i = 0; i < p->output_count; i++)
    column_init(&d->outputs[i], p->outputs[i].type, BATCH_ROWS);
  d->failed = rows_of(1);
  d->inputs.offsets = mem_aligned((BATCH_ROWS + 1) * sizeof(uint32_t));
  return d;
}

void decisions_free(decisions *d) {
  if (!d) return;
  for (size_t i = 0; i < d->output_count; i++) column_deinit(&d->outputs[i]);
  free(d->outputs);
  free(d->failed);
  free(d->inputs.offsets);
  free(d->inputs.bytes);
  free(d->faults);
  arena_deinit(&d->texts);
  free(d);
}

/* ---- one batch ---- */

void evaluator_begin(evaluator *v, const batch *in, decisions *out) {
  const plan *p = v->plan;
  size_t fields = p->pack->schema.count;
  arena_clear(&v->frame.scratch);
  arena_clear(&v->value_texts);
  arena_clear(&out->texts);
  v->value_count = 0;
  v->move_count = 0;
  v->frame.rows = out->rows = in->rows;
  v->frame.out = out;
  out->batch = in;
  out->fault_count = 0;
  memset(out->failed, 0, in->rows);
  for (size_t i = 0; i < fields; i++) v->frame.slots[i] = &in->columns[i];
  for (size_t i = 0; i < p->previous_count && in->joined; i++)
    v->frame.slots[p->previous[i].slot] = &in->columns[fields + i];
  for (size_t i = 0; i < p->result_count; i++) {
    const result *r = &p->results[i];
    v->results[i] = r->output < 0 ? &v->own[i] : &out->outputs[r->output];
    v->frame.slots[r->slot] = v->results[i];
  }
  memset(v->segmented, 0, p->cuts->count * sizeof *v->segmented);
  memset(v->given, 0, p->code_words * in->rows * sizeof *v->given);
  if (v->silenced) memset(v->silenced, 0, p->code_words * in->rows * sizeof *v->silenced);
  if (v->value_first) memset(v->value_first, 0xFF, in->rows * sizeof *v->value_first);
  trace_begin(v);
}

static void fail_output(evaluator *v, size_t row, const plan_output *o) {
  step_place at = {o->name, v->plan->pack->folder, 0};
  frame_fail(&v->frame, row, "OVERFLOW", &at, "%s is too large to be written", o->name);
}

/* Rounds half-up to the decimals that are written; what steps compared was exact. */
static void write_rounded(evaluator *v, const plan_output *o, const column *from, column *to) {
  int64_t unit = pow10_i64(to->type.digits);
  for (size_t row = 0; row < v->frame.rows; row++) {
    int64_t num = from->i64[row];
    int64_t den = from->den ? from->den[row] : from->type.denominator;
    to->i64[row] = MISSING_I64;
    if (num == MISSING_I64) continue;
    int128 rounded = int128_round_div((int128)num * unit, den);
    if (rounded > INT64_MAX || rounded <= INT64_MIN)
      fail_output(v, row, o);
    else
      to->i64[row] = (int64_t)rounded;
  }
}

static void write_output(evaluator *v, const plan_output *o, const column *from, column *to) {
  size_t rows = v->frame.rows;
  if (from == to) return;
  switch (type_storage(to->type.kind)) {
  case STORE_TEXT:
    to->text.offsets[0] = 0;
    for (size_t r = 0; r < rows; r++) convert_text(from, r, to, r);
    break;
  case STORE_I32:
    memcpy(to->i32, from->i32, rows * sizeof *to->i32);
    break;
  case STORE_F64:
    memcpy(to->f64, from->f64, rows * sizeof *to->f64);
    break;
  default:
    if (type_equal(to->type, from->type))
      memcpy(to->i64, from->i64, rows * sizeof *to->i64);
    else
      write_rounded(v, o, from, to);
  }
}

static void write_outputs(evaluator *v, decisions *out) {
  const plan *p = v->plan;
  for (size_t i = 0; i < p->output_count; i++) {
    int number = p->output_results[i];
    int slot = number >= 0 ? p->results[number].slot : p->output_fields[i];
    const column *from = v->frame.slots[slot];
    write_output(v, &p->outputs[i], from, &out->outputs[i]);
  }
}

static void write_inputs(evaluator *v, decisions *out) {
  const plan *p = v->plan;
  size_t rows = v->frame.rows;
  if (p->without_inputs) {
    memset(out->inputs.offsets, 0, (rows + 1) * sizeof(uint32_t));
    return;
  }
  for (size_t i = 0; i < p->input_count; i++) v->inputs[i] = v->frame.slots[p->input_slots[i]];
  blob_write_rows(&out->inputs, v->inputs, p->input_count, rows, v->kernels);
}

static void run_stages(evaluator *v, size_t from, size_t to, bool has_inputs) {
  const plan *p = v->plan;
  for (size_t i = from; i < to && v->frame.rows; i++)
    if (!has_inputs || !p->stages[i]->makes_inputs) p->stages[i]->run(p->stages[i], v);
}

static error_code check_batch(const evaluator *v, const batch *in, bool has_inputs, error *e) {
  const plan *p = v->plan;
  if (in->rows > BATCH_ROWS)
    return error_set(e, ERR_INTERNAL, "a batch of %zu records: at most %d can be evaluated at once",
                     in->rows, BATCH_ROWS);
  if (!has_inputs && in->joined < p->previous_count)
    return error_set(e, ERR_INTERNAL, "a batch without the %zu previous values that the rules read",
                     p->previous_count);
  return ERR_OK;
}

static error_code check_population(const evaluator *v, error *e) {
  const plan *p = v->plan;
  const char *lacks = v->population ? population_lacks(v->population) : population_first(p);
  if (!lacks) return ERR_OK;
  return error_set(e, ERR_NOT_FOUND,
                   "%s is worked out over all customers, and that is known from a run alone: run "
                   "the pack first (assay run %s)",
                   lacks, p->pack->name);
}

/* `given` as in evaluator_replay, or NULL. */
static error_code run(evaluator *v, const batch *in, const column *given, decisions *out,
                      error *e) {
  const plan *p = v->plan;
  if (check_batch(v, in, given, e) || check_population(v, e)) return e->code;
  evaluator_begin(v, in, out);
  for (size_t i = 0; given && i < p->input_count; i++)
    v->frame.slots[p->input_slots[i]] = &given[i];
  run_stages(v, 0, p->stage_count, given);
  write_outputs(v, out);
  write_inputs(v, out);
  return ERR_OK;
}

error_code evaluator_run_phase(evaluator *v, size_t phase, const batch *in, decisions *out,
                               error *e) {
  const plan *p = v->plan;
  if (phase == 0 && check_batch(v, in, false, e)) return e->code;
  if (phase == 0) evaluator_begin(v, in, out);
  run_stages(v, p->phases[phase].first_stage, p->phases[phase + 1].first_stage, false);
  if (phase + 1 < p->phase_count) return ERR_OK;
  write_outputs(v, out);
  write_inputs(v, out);
  return ERR_OK;
}

void evaluator_know(evaluator *v, const population *values) {
  v->population = values;
}

error_code evaluator_run(evaluator *v, const batch *in, decisions *out, error *e) {
  return run(v, in, NULL, out, e);
}

error_code evaluator_replay(evaluator *v, const batch *in, const column *given, decisions *out,
                            error *e) {
  return run(v, in, given, out, e);
}
