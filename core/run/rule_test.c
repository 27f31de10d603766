/* The runner: examples here, sample files and properties in files of their own. A condition that a
 * test states ("is(...)", a property) is evaluated by the engine itself, as a derive behind the
 * pack's own steps, so that it means exactly what it would mean in a rule. */
#include "rule_test_parts.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "../base/text.h"
#include "expect.h"

/* ---- the pack with the tests' conditions ---- */

const char *asked_expectation(rule_test_run *r, size_t i) {
  return arena_format(&r->arena, "expectation %zu", i);
}
const char *asked_holds(rule_test_run *r, size_t property) {
  return arena_format(&r->arena, "property %zu", property);
}
const char *asked_when(rule_test_run *r, size_t property) {
  return arena_format(&r->arena, "property %zu when", property);
}

static size_t count_conditions(const rule_tests *t) {
  size_t n = 2 * t->property_count;
  for (size_t i = 0; i < t->example_count; i++) n += t->examples[i].expectation_count;
  return n;
}

static void ask(rule_test_run *r, const char *name, const char *formula, place at) {
  pack *p = &r->asked;
  p->steps[p->step_count++] = (step){
      .kind = STEP_DERIVE,
      .name = name,
      .at = at,
      .derive = {.formula = {formula, at}, .type = {.kind = TYPE_BOOLEAN, .denominator = 1}}};
  if (r->o->pack->output_count) p->outputs[p->output_count++] = (pack_output){name, at};
}

/* A unary test is what stands in a table's cell: a table of one row. */
static void ask_test(rule_test_run *r, const char *name, const expectation *x) {
  arena *a = &r->arena;
  pack *p = &r->asked;
  table_step t = {.hit = HIT_FIRST, .input_count = 1, .output_count = 1, .row_count = 1};
  t.inputs = arena_alloc(a, sizeof *t.inputs);
  t.outputs = arena_alloc(a, sizeof *t.outputs);
  t.rows = arena_alloc(a, sizeof *t.rows);
  t.inputs[0] = (rule_text){x->output, x->at};
  t.outputs[0] = (table_output){.name = name, .type = {.kind = TYPE_BOOLEAN, .denominator = 1}};
  t.rows[0].at = x->at;
  t.rows[0].tests = arena_alloc(a, sizeof(rule_text));
  t.rows[0].outputs = arena_alloc(a, sizeof(rule_text));
  t.rows[0].tests[0] = (rule_text){x->text, x->at};
  t.rows[0].outputs[0] = (rule_text){"true", x->at};
  p->steps[p->step_count++] = (step){.kind = STEP_TABLE, .name = name, .at = x->at, .table = t};
  if (r->o->pack->output_count) p->outputs[p->output_count++] = (pack_output){name, x->at};
}

static void ask_all(rule_test_run *r) {
  const pack *from = r->o->pack;
  const rule_tests *t = r->o->tests;
  size_t more = count_conditions(t), number = 0;
  r->asked = *from;
  r->asked.steps = arena_array(&r->arena, from->step_count + more + 1, sizeof(step));
  r->asked.outputs = arena_array(&r->arena, from->output_count + more + 1, sizeof(pack_output));
  if (from->step_count) memcpy(r->asked.steps, from->steps, from->step_count * sizeof(step));
  if (from->output_count)
    memcpy(r->asked.outputs, from->outputs, from->output_count * sizeof(pack_output));
  for (size_t i = 0; i < t->example_count; i++)
    for (size_t k = 0; k < t->examples[i].expectation_count; k++, number++) {
      const expectation *x = &t->examples[i].expectations[k];
      if (x->kind == EXPECT_TEST) ask_test(r, asked_expectation(r, number), x);
    }
  for (size_t i = 0; i < t->property_count; i++) {
    const rule_property *p = &t->properties[i];
    if (p->holds.text) ask(r, asked_holds(r, i), p->holds.text, p->holds.at);
    if (p->when.text) ask(r, asked_when(r, i), p->when.text, p->when.at);
  }
}

/* ---- benches ---- */

static void add_wrong(rule_test_run *r, place at, const char *message) {
  buffer_format(&r->wrong, "%s%s:%d: error: %s", r->wrong.size ? "\n" : "", at.file, at.line,
                message);
}

static bool same_settings(const bench *b, int64_t as_of, size_t count, const test_setting *params) {
  if (b->as_of != as_of || b->param_count != count) return false;
  for (size_t i = 0; i < count; i++)
    if (strcmp(b->params[i].name, params[i].name) != 0 ||
        strcmp(b->params[i].value, params[i].value) != 0)
      return false;
  return true;
}

static bool bench_open(rule_test_run *r, bench *b, place at) {
  findings found = {0};
  error e = {0};
  param_value *params = arena_array(&r->arena, b->param_count + 1, sizeof *params);
  for (size_t i = 0; i < b->param_count; i++)
    params[i] = (param_value){b->params[i].name, b->params[i].value};
  const plan_options o = {
      .as_of = b->as_of, .params = params, .param_count = b->param_count, .without_inputs = true};
  b->plan = plan_new(&r->asked, &o, &found);
  for (size_t i = 0; i < found.count && !b->plan; i++)
    if (found.items[i].severity == SEVERITY_ERROR)
      add_wrong(r, found.items[i].file ? (place){found.items[i].file, found.items[i].line} : at,
                found.items[i].message);
  findings_deinit(&found);
  if (!b->plan) return false;
  b->batch = handmade_batch(&r->asked, b->plan);
  b->decisions = decisions_new(b->plan);
  if (!handmade_joiner_new(&r->asked, b->plan, &b->joiner, &e))
    b->evaluator = evaluator_new(b->plan, &e);
  if (b->evaluator && r->o->coverage) coverage_watch(r->o->coverage, b->evaluator);
  if (r->o->coverage) coverage_plan(r->o->coverage, b->plan);
  if (b->evaluator && evaluator_start(b->evaluator, &e) == ERR_OK) return true;
  add_wrong(r, at, e.message);
  return false;
}

static void bench_close(bench *b) {
  if (b->evaluator) {
    evaluator_stop(b->evaluator);
    evaluator_free(b->evaluator);
  }
  decisions_free(b->decisions);
  handmade_joiner_free(b->joiner);
  batch_free(b->batch);
  plan_free(b->plan);
  free(b);
}

bench *bench_find(rule_test_run *r, const char *as_of, size_t param_count,
                  const test_setting *params, place at) {
  int64_t moment = r->o->as_of;
  if (as_of && !moment_parse(as_of, strlen(as_of), &moment)) {
    add_wrong(r, at,
              arena_format(&r->arena,
                           "as_of is \"%s\", which must be a moment such as "
                           "2025-09-26T15:00:00+08:00",
                           as_of));
    return NULL;
  }
  for (size_t i = 0; i < r->bench_count; i++)
    if (same_settings(r->benches[i], moment, param_count, params)) return r->benches[i];
  bench *b = mem_alloc(sizeof *b);
  *b = (bench){.as_of = moment, .param_count = param_count, .params = params};
  if (!bench_open(r, b, at)) {
    bench_close(b);
    return NULL;
  }
  r->benches = mem_grow(r->benches, r->bench_count + 1, sizeof *r->benches);
  return r->benches[r->bench_count++] = b;
}

const column *bench_output(const bench *b, const char *name) {
  const plan_output *outputs;
  size_t n = plan_outputs(b->plan, &outputs);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(outputs[i].name, name)) return &b->decisions->outputs[i];
  return NULL;
}

const char *output_suggestion(rule_test_run *r, const bench *b, const char *name) {
  const plan_output *outputs;
  size_t n = plan_outputs(b->plan, &outputs);
  const char **names = arena_array(&r->arena, n + 1, sizeof *names);
  for (size_t i = 0; i < n; i++) names[i] = outputs[i].name;
  const char *near = text_suggest(name, names, n);
  return near ? arena_format(&r->arena, "; did you mean \"%s\"?", near) : "";
}

static handmade_record with_key(rule_test_run *r, const handmade_record *record, size_t number) {
  const schema *s = &r->asked.schema;
  const char *key = s->fields[s->key].name;
  for (size_t i = 0; i < record->count; i++)
    if (!strcmp(record->values[i].name, key)) return *record;
  handmade_value *values = arena_array(&r->records, record->count + 1, sizeof *values);
  if (record->count) memcpy(values, record->values, record->count * sizeof *values);
  values[record->count] =
      (handmade_value){.name = key, .text = arena_format(&r->records, "example %zu", number + 1)};
  return (handmade_record){record->count + 1, values};
}

error_code bench_evaluate(rule_test_run *r, bench *b, const handmade_record *records,
                          const handmade_record *previous, size_t count, error *e) {
  arena_clear(&r->records);
  handmade_record *keyed = arena_array(&r->records, count + 1, sizeof *keyed);
  for (size_t i = 0; i < count; i++) keyed[i] = with_key(r, &records[i], i);
  error_code code =
      handmade_join(b->joiner, keyed, previous, count, r->o->tests->file, b->batch, e);
  return code ? code : evaluator_run(b->evaluator, b->batch, b->decisions, e);
}

/* ---- outcomes ---- */

bool rule_test_wanted(const rule_test_run *r, const char *name) {
  return !r->o->only || strstr(name, r->o->only);
}

void rule_test_tell(rule_test_run *r, test_outcome *o) {
  o->passed = !*o->why;
  *(o->passed ? &r->counts->passed : &r->counts->failed) += 1;
  r->o->each(r->o->ctx, o);
}

/* ---- examples ---- */

static void write_reject(buffer *out, const reject *x) {
  buffer_text(out, x->code);
  if (*x->field) buffer_format(out, ":%s", x->field);
}

/* What became of the record when the example expects something else. */
static void tell_rejected(const reject *x, buffer *why) {
  buffer_text(why, "the record is refused: ");
  write_reject(why, x);
  buffer_format(why, ", %s\n", x->message);
}

static void tell_fault(const fault *f, buffer *why) {
  buffer_format(why, "%s in %s (%s:%d): %s\n", f->code, f->rule, f->file, f->line, f->message);
}

static void check_rejected(const rule_example *x, const bench *b, buffer *why) {
  buffer got = {0};
  if (!b->batch->reject_count) {
    buffer_format(why, "expected to be refused with %s, but it is graded\n", x->rejected);
    return;
  }
  write_reject(&got, &b->batch->rejects[0]);
  if (got.size != strlen(x->rejected) || memcmp(got.data, x->rejected, got.size) != 0)
    buffer_format(why, "expected to be refused with %s, got %.*s: %s\n", x->rejected, (int)got.size,
                  got.data, b->batch->rejects[0].message);
  buffer_deinit(&got);
}

static void check_fails(const rule_example *x, const bench *b, buffer *why) {
  const decisions *d = b->decisions;
  if (b->batch->reject_count)
    tell_rejected(&b->batch->rejects[0], why);
  else if (!d->fault_count)
    buffer_format(why, "expected to fail with %s, but it is graded\n", x->fails);
  else if (strcmp(d->faults[0].code, x->fails) != 0)
    tell_fault(&d->faults[0], why);
}

/* is(">= 50") was evaluated beside the outputs. */
static void check_test(rule_test_run *r, const expectation *x, size_t number, const bench *b,
                       buffer *why) {
  const column *truth = bench_output(b, asked_expectation(r, number));
  if (truth->i32[0] == 1) return;
  text_pad(why, x->output, 16, false);
  buffer_format(why, "  expected %s, got ", x->text);
  expect_write(why, bench_output(b, x->output), 0, r->o->pack->zone);
  buffer_char(why, '\n');
}

static void check_outputs(rule_test_run *r, const rule_example *x, size_t first, const bench *b,
                          buffer *why) {
  for (size_t i = 0; i < x->expectation_count; i++) {
    const expectation *want = &x->expectations[i];
    if (want->kind == EXPECT_TEST) {
      check_test(r, want, first + i, b, why);
      continue;
    }
    const column *c = bench_output(b, want->output);
    if (!expect_met(want, c, 0, r->o->pack->zone, why)) buffer_char(why, '\n');
  }
}

static void run_example(rule_test_run *r, const rule_example *x, size_t first) {
  uint64_t start = uv_hrtime();
  error e = {0};
  buffer why = {0};
  bench *b = bench_find(r, x->as_of, x->param_count, x->params, x->at);
  if (!b)
    buffer_text(&why, "it could not be evaluated\n");
  else if (bench_evaluate(r, b, &x->given, &x->previous, 1, &e))
    buffer_format(&why, "%s\n", e.message);
  else if (x->rejected)
    check_rejected(x, b, &why);
  else if (x->fails)
    check_fails(x, b, &why);
  else if (b->batch->reject_count)
    tell_rejected(&b->batch->rejects[0], &why);
  else if (b->decisions->fault_count)
    tell_fault(&b->decisions->faults[0], &why);
  else
    check_outputs(r, x, first, b, &why);
  if (b && !e.code && r->o->coverage) coverage_add(r->o->coverage, b->evaluator);
  buffer_text(&why, ""); /* ends the text */
  test_outcome o = {.kind = "example",
                    .name = x->name,
                    .at = x->at,
                    .why = why.data,
                    .seconds = (double)(uv_hrtime() - start) / 1e9};
  rule_test_tell(r, &o);
  buffer_deinit(&why);
}

/* Before anything runs: every output that is named must exist, every value be possible. */
static void check_names(rule_test_run *r, const rule_example *x) {
  bench *b = bench_find(r, x->as_of, x->param_count, x->params, x->at);
  for (size_t i = 0; b && i < x->expectation_count; i++) {
    const expectation *want = &x->expectations[i];
    const column *c = bench_output(b, want->output);
    buffer why = {0};
    if (!c)
      add_wrong(r, want->at,
                arena_format(&r->arena, "no output is called \"%s\"%s", want->output,
                             output_suggestion(r, b, want->output)));
    else
      expect_possible(want, c, &why);
    if (why.size) add_wrong(r, want->at, why.data);
    buffer_deinit(&why);
  }
}

static void run_examples(rule_test_run *r) {
  const rule_tests *t = r->o->tests;
  size_t first = 0;
  for (size_t i = 0; i < t->example_count; i++) {
    if (rule_test_wanted(r, t->examples[i].name)) run_example(r, &t->examples[i], first);
    first += t->examples[i].expectation_count;
  }
}

/* ---- the whole ---- */

static void check_all(rule_test_run *r) {
  const rule_tests *t = r->o->tests;
  for (size_t i = 0; i < t->example_count; i++) {
    size_t before = r->wrong.size;
    check_names(r, &t->examples[i]);
    if (r->wrong.size != before && !r->bench_count) return; /* the plan itself: once is enough */
  }
  for (size_t i = 0; i < t->property_count; i++) property_check(r, i);
}

void rule_test_open(rule_test_run *r, const rule_test_options *o, rule_test_counts *counts) {
  *r = (rule_test_run){.o = o, .counts = counts};
  *counts = (rule_test_counts){0};
  ask_all(r);
}

void rule_test_close(rule_test_run *r) {
  for (size_t i = 0; i < r->bench_count; i++) bench_close(r->benches[i]);
  free(r->benches);
  buffer_deinit(&r->wrong);
  arena_deinit(&r->records);
  arena_deinit(&r->arena);
}

static void run_all(rule_test_run *r) {
  const rule_tests *t = r->o->tests;
  run_examples(r);
  for (size_t i = 0; i < t->sample_count; i++)
    if (rule_test_wanted(r, t->samples[i].name)) sample_test_run(r, &t->samples[i]);
  for (size_t i = 0; i < t->property_count; i++)
    if (rule_test_wanted(r, t->properties[i].name)) property_run(r, i);
}

error_code rule_tests_run(const rule_test_options *o, rule_test_counts *out, error *e) {
  rule_test_run r;
  rule_test_open(&r, o, out);
  check_all(&r);
  error_code code = ERR_OK;
  if (r.wrong.size) {
    buffer_char(&r.wrong, 0);
    code = error_set(e, ERR_PACK, "%s", r.wrong.data);
  } else {
    run_all(&r);
  }
  rule_test_close(&r);
  return code;
}
