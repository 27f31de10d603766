/* See replay.h. Decisions are collected into batches, evaluated, and compared with what is stored. */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "../base/text.h"
#include "../eval/blob.h"
#include "../eval/trace.h"
#include "values.h"

struct replay {
  store_reader *reader;
  const store_run *run;
  pack *pack;
  plan *plan;
  population *population; /* as the run worked it out; NULL = the rules need none */
  evaluator *evaluator;
  decisions *out;
  batch *in;     /* the keys */
  column *blob;  /* by run->inputs, as the blobs hold them */
  column *given; /* by plan_inputs: views of `blob` */
  value_type *types;
  column *stored;      /* by output */
  bool *stored_failed; /* by row */
  bool started;
  arena arena; /* parameters, texts of the differences */
};

/* ---- opening ---- */

static error_code load_rules(replay *x, error *e) {
  const store_file *files;
  size_t count;
  findings found = {0};
  error why;
  if (store_pack_files(x->reader, &files, &count, e)) return e->code;
  pack_file *as_loaded = arena_array(&x->arena, count, sizeof *as_loaded);
  for (size_t i = 0; i < count; i++)
    as_loaded[i] = (pack_file){files[i].name, files[i].data, files[i].size};
  x->pack = pack_load_files(x->run->pack, as_loaded, count, &found);
  if (!x->pack) {
    findings_to_error(&found, &why, ERR_PACK);
    error_set(e, ERR_STORE,
              "the rules of run %lld (pack %.12s) no longer load with this program:\n%s",
              (long long)x->run->id, x->run->pack_hash, why.message);
  } else if (strcmp(x->pack->hash, x->run->pack_hash) != 0) {
    error_set(e, ERR_STORE,
              "the archived rules of run %lld are damaged: their hash is %.12s, not %.12s",
              (long long)x->run->id, x->pack->hash, x->run->pack_hash);
  }
  findings_deinit(&found);
  return x->pack && !strcmp(x->pack->hash, x->run->pack_hash) ? ERR_OK : ERR_STORE;
}

/* The run's parameters, as they were kept: {"total_ar":"40000000.00"} */
static size_t read_params(replay *x, param_value **out) {
  const json *kept = json_kept(&x->arena, x->run->params_json);
  const size_t count = kept && kept->kind == JSON_OBJECT ? kept->count : 0;
  *out = arena_array(&x->arena, count + 1, sizeof **out);
  for (size_t i = 0; i < count; i++) {
    const char *text = json_text(&kept->items[i]);
    (*out)[i] = (param_value){kept->items[i].name, text ? text : ""};
  }
  return count;
}

static error_code make_plan(replay *x, error *e) {
  param_value *params;
  const size_t count = read_params(x, &params);
  findings found = {0};
  error why;
  x->plan = plan_new(
      x->pack,
      &(plan_options){
          .as_of = x->run->as_of, .params = params, .param_count = count, .without_inputs = true},
      &found);
  if (!x->plan) {
    findings_to_error(&found, &why, ERR_PACK);
    error_set(e, ERR_STORE,
              "the rules of run %lld (pack %.12s) no longer work with this program:\n%s",
              (long long)x->run->id, x->run->pack_hash, why.message);
  }
  findings_deinit(&found);
  return x->plan ? ERR_OK : ERR_STORE;
}

static error_code refuse_columns(const replay *x, const char *what, const char *name, error *e) {
  return error_set(e, ERR_STORE,
                   "run %lld cannot be replayed: with this program its rules have another %s "
                   "\"%s\" than it has stored",
                   (long long)x->run->id, what, name);
}

static error_code check_outputs(const replay *x, error *e) {
  const plan_output *outputs;
  const size_t n = plan_outputs(x->plan, &outputs);
  for (size_t i = 0; i < n; i++)
    if (n != x->run->output_count || strcmp(outputs[i].name, x->run->outputs[i].name) != 0 ||
        !type_equal(outputs[i].type, x->run->outputs[i].type))
      return refuse_columns(x, "output", outputs[i].name, e);
  return ERR_OK;
}

static const store_column *find_input(const store_run *run, const plan_input *wanted) {
  for (size_t i = 0; i < run->input_count; i++)
    if (!strcmp(run->inputs[i].name, wanted->name) && type_equal(run->inputs[i].type, wanted->type))
      return &run->inputs[i];
  return NULL;
}

/* The columns that the plan reads, as views of those that the blobs fill. */
static error_code point_inputs(replay *x, error *e) {
  const plan_input *inputs;
  const size_t n = plan_inputs(x->plan, &inputs);
  for (size_t i = 0; i < n; i++) {
    const store_column *from = find_input(x->run, &inputs[i]);
    if (!from) return refuse_columns(x, "input", inputs[i].name, e);
    x->given[i] = x->blob[from - x->run->inputs];
  }
  return ERR_OK;
}

static void make_columns(replay *x) {
  const plan_input *inputs;
  const store_run *run = x->run;
  bool *wanted = mem_array(x->pack->schema.count, sizeof *wanted);
  wanted[x->pack->schema.key] = true;
  x->in = batch_new(&x->pack->schema, wanted);
  free(wanted);
  x->out = decisions_new(x->plan);
  x->blob = mem_array(run->input_count + 1, sizeof *x->blob);
  x->types = mem_array(run->input_count + 1, sizeof *x->types);
  for (size_t i = 0; i < run->input_count; i++) {
    x->types[i] = run->inputs[i].type;
    column_init(&x->blob[i], x->types[i], BATCH_ROWS);
  }
  x->given = mem_array(plan_inputs(x->plan, &inputs) + 1, sizeof *x->given);
  x->stored = mem_array(run->output_count + 1, sizeof *x->stored);
  for (size_t i = 0; i < run->output_count; i++)
    column_init(&x->stored[i], run->outputs[i].type, BATCH_ROWS);
  x->stored_failed = mem_array(BATCH_ROWS, sizeof *x->stored_failed);
}

error_code replay_open(store_reader *r, bool traced, replay **out, error *e) {
  replay *x = mem_alloc(sizeof *x);
  x->reader = r;
  x->run = store_reader_run(r);
  error_code code = load_rules(x, e);
  if (!code) code = make_plan(x, e);
  if (!code) code = check_outputs(x, e);
  if (!code) {
    make_columns(x);
    code = point_inputs(x, e);
  }
  if (!code && !(x->evaluator = evaluator_new(x->plan, e))) code = e->code;
  if (!code) code = values_of_run(r, x->plan, &x->population, e);
  if (!code) evaluator_know(x->evaluator, x->population);
  if (!code && !(code = evaluator_start(x->evaluator, e))) x->started = true;
  if (code) {
    replay_close(x);
    return code;
  }
  if (traced) evaluator_trace(x->evaluator);
  *out = x;
  return ERR_OK;
}

void replay_close(replay *x) {
  if (!x) return;
  if (x->started) evaluator_stop(x->evaluator);
  evaluator_free(x->evaluator);
  population_free(x->population);
  decisions_free(x->out);
  if (x->in) batch_free(x->in);
  for (size_t i = 0; x->blob && i < x->run->input_count; i++) column_deinit(&x->blob[i]);
  for (size_t i = 0; x->stored && i < x->run->output_count; i++) column_deinit(&x->stored[i]);
  free(x->blob);
  free(x->given);
  free(x->types);
  free(x->stored);
  free(x->stored_failed);
  if (x->plan) plan_free(x->plan);
  if (x->pack) pack_free(x->pack);
  arena_deinit(&x->arena);
  free(x);
}

const pack *replay_pack(const replay *x) {
  return x->pack;
}
const plan *replay_plan(const replay *x) {
  return x->plan;
}
const column *replay_inputs(const replay *x) {
  return x->given;
}
evaluator *replay_evaluator(const replay *x) {
  return x->evaluator;
}
const decisions *replay_decisions(const replay *x) {
  return x->out;
}

/* ---- taking in ---- */

static void copy_cell(const column *from, column *to, size_t row) {
  if (type_storage(to->type.kind) == STORE_TEXT) {
    const bool missing = column_missing(from, 0);
    column_add_text(to, row, missing ? NULL : from->text.bytes,
                    missing ? 0 : from->text.offsets[1]);
  }
  if (to->i64) to->i64[row] = from->i64[0];
  if (to->den) to->den[row] = from->den[0];
  if (to->i32) to->i32[row] = from->i32[0];
  if (to->f64) to->f64[row] = from->f64[0];
}

static error_code take_row(replay *x, const store_row *row, error *e) {
  const size_t at = x->in->rows;
  error why;
  if (blob_read(row->blob, row->blob_size, x->types, x->run->input_count, x->blob, at, &why))
    return error_set(e, why.code, "%s: %s", row->key, why.message);
  column_add_text(&x->in->columns[x->pack->schema.key], at, row->key, strlen(row->key));
  x->in->sequence[at] = (uint64_t)row->sequence;
  x->in->position[at] = row->position;
  for (size_t i = 0; i < x->run->output_count; i++) copy_cell(&row->outputs[i], &x->stored[i], at);
  x->stored_failed[at] = row->failed;
  x->in->rows++;
  return ERR_OK;
}

/* ---- comparing ---- */

/* The same to the bit: -0 and 0 are different values that were made. */
static bool same_bits(double a, double b) {
  uint64_t x, y;
  memcpy(&x, &a, sizeof x);
  memcpy(&y, &b, sizeof y);
  return x == y;
}

static bool cells_equal(const column *a, const column *b, size_t row) {
  if (column_missing(a, row) || column_missing(b, row)) {
    const column *there = column_missing(a, row) ? b : a;
    if (column_missing(there, row)) return true;
    return there->type.kind == TYPE_CODES &&
           there->text.offsets[row] == there->text.offsets[row + 1];
  }
  if (a->den) return (int128)a->i64[row] * b->den[row] == (int128)b->i64[row] * a->den[row];
  if (a->i64) return a->i64[row] == b->i64[row];
  if (a->i32) return a->i32[row] == b->i32[row];
  if (a->f64) return same_bits(a->f64[row], b->f64[row]);
  const uint32_t n = a->text.offsets[row + 1] - a->text.offsets[row];
  return n == b->text.offsets[row + 1] - b->text.offsets[row] &&
         (!n ||
          !memcmp(a->text.bytes + a->text.offsets[row], b->text.bytes + b->text.offsets[row], n));
}

typedef struct comparison {
  replay *replay;
  replay_each *each;
  void *ctx;
  size_t row, count;
  const char *key;
} comparison;

static error_code differ(comparison *c, const char *output, const char *stored, const char *again,
                         error *e) {
  c->count++;
  const replay_difference d = {c->key, output, stored, again};
  return c->each ? c->each(c->ctx, &d, e) : ERR_OK;
}

static const char *cell_text(replay *x, const column *c, size_t row) {
  buffer b = {0};
  column_write(&b, c, row, x->run->zone);
  const char *text = arena_string_n(&x->arena, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return text;
}

typedef struct stored_fault {
  arena *arena;
  const char *text;
} stored_fault;

static const char *fault_text(arena *a, const char *code, const char *rule, int line,
                              const char *message) {
  return arena_format(a, "%s %s (line %d): %s", code, rule ? rule : "", line,
                      message ? message : "");
}

static error_code keep_fault(void *ctx, const store_outcome *o, error *e) {
  stored_fault *f = ctx;
  (void)e;
  if (!strcmp(o->kind, "rule_error"))
    f->text = fault_text(f->arena, o->code, o->rule, o->line, o->message);
  return ERR_OK;
}

static const char *fault_of(replay *x, size_t row) {
  for (size_t i = 0; i < x->out->fault_count; i++) {
    const fault *f = &x->out->faults[i];
    if (f->row == row) return fault_text(&x->arena, f->code, f->rule, f->line, f->message);
  }
  return "graded";
}

/* The file of a fault stands below a folder that may have moved: its line and words count. */
static error_code compare_faults(comparison *c, error *e) {
  replay *x = c->replay;
  stored_fault f = {&x->arena, "graded"};
  error_code code = store_outcomes(x->reader, c->key, keep_fault, &f, e);
  if (code) return code;
  const char *again = fault_of(x, c->row);
  return strcmp(f.text, again) ? differ(c, "status", f.text, again, e) : ERR_OK;
}

static error_code compare_row(comparison *c, error *e) {
  replay *x = c->replay;
  const column *keys = &x->in->columns[x->pack->schema.key];
  const size_t row = c->row;
  c->key = cell_text(x, keys, row);
  if (x->stored_failed[row] || x->out->failed[row]) return compare_faults(c, e);
  for (size_t i = 0; i < x->run->output_count; i++) {
    const column *stored = &x->stored[i], *again = &x->out->outputs[i];
    if (cells_equal(stored, again, row)) continue;
    const error_code code =
        differ(c, x->run->outputs[i].name, cell_text(x, stored, row), cell_text(x, again, row), e);
    if (code) return code;
  }
  return ERR_OK;
}

/* ---- evaluating ---- */

static error_code evaluate_taken(replay *x, error *e) {
  if (point_inputs(x, e)) return e->code; /* texts may have moved */
  return evaluator_replay(x->evaluator, x->in, x->given, x->out, e);
}

error_code replay_row(replay *x, const store_row *row, replay_each *each, void *ctx, size_t *count,
                      error *e) {
  comparison c = {.replay = x, .each = each, .ctx = ctx};
  batch_clear(x->in);
  error_code code = take_row(x, row, e);
  if (!code) code = evaluate_taken(x, e);
  if (!code) code = compare_row(&c, e);
  if (count) *count = c.count;
  return code;
}

typedef struct sweep {
  comparison comparison;
  replay_counts *counts;
  arena start;
} sweep;

static error_code flush(sweep *s, error *e) {
  replay *x = s->comparison.replay;
  if (!x->in->rows) return ERR_OK;
  error_code code = evaluate_taken(x, e);
  arena texts = x->arena; /* the parameters stay, what is told of this batch goes */
  x->arena = (arena){0};
  for (size_t row = 0; row < x->in->rows && !code; row++) {
    s->comparison.row = row;
    s->comparison.count = 0;
    code = compare_row(&s->comparison, e);
    s->counts->decisions++;
    if (!code && !s->comparison.count) s->counts->identical++;
    arena_clear(&x->arena);
  }
  arena_deinit(&x->arena);
  x->arena = texts;
  batch_clear(x->in);
  return code;
}

static error_code sweep_row(void *ctx, const store_row *row, error *e) {
  sweep *s = ctx;
  error_code code = take_row(s->comparison.replay, row, e);
  if (!code && s->comparison.replay->in->rows == BATCH_ROWS) code = flush(s, e);
  return code;
}

error_code replay_all(replay *x, replay_each *each, void *ctx, replay_counts *out, error *e) {
  sweep s = {.comparison = {.replay = x, .each = each, .ctx = ctx}, .counts = out};
  *out = (replay_counts){0};
  batch_clear(x->in);
  error_code code = store_each_decision(x->reader, sweep_row, &s, e);
  return code ? code : flush(&s, e);
}
