/* See trial.h. */
#include "trial.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../eval/trace.h"
#include "handmade_join.h"
#include "inputs.h"
#include "values.h"

static const char by_hand[] = "by hand";

static bool is_given(const handmade_record *r, const char *name) {
  for (size_t i = 0; i < r->count; i++)
    if (!strcmp(r->values[i].name, name)) return r->values[i].text || r->values[i].items;
  return false;
}

/* With a key, and without those values that are no field (they may be kept inputs). */
static handmade_record complete(trial *t, const trial_options *o, const handmade_record *base) {
  const schema *s = &o->pack->schema;
  const char *key = s->fields[s->key].name;
  handmade_value *values =
      arena_array(&t->arena, base->count + o->record.count + 1, sizeof *values);
  size_t count = 0;
  if (!is_given(&o->record, key))
    values[count++] = (handmade_value){.name = key, .text = o->customer ? o->customer : by_hand};
  for (size_t i = 0; i < o->record.count; i++) values[count++] = o->record.values[i];
  for (size_t i = 0; i < base->count; i++) {
    bool over = false;
    for (size_t k = 0; k < o->record.count; k++)
      over = over || !strcmp(o->record.values[k].name, base->values[i].name);
    if (!over) values[count++] = base->values[i];
  }
  return (handmade_record){count, values};
}

/* All that are lacking at once, not one after the other. */
static error_code check_required(const trial_options *o, const handmade_record *r, error *e) {
  const schema *s = &o->pack->schema;
  buffer names = {0};
  size_t count = 0;
  for (size_t i = 0; i < s->count; i++) {
    const field *f = &s->fields[i];
    if (!f->required || f->joined || is_given(r, f->name)) continue;
    buffer_format(&names, "%s%s", count++ ? ", " : "", f->name);
  }
  if (!count) return ERR_OK;
  error_set(e, ERR_USAGE, "the pack requires %s: give %s with --set NAME=VALUE", names.data,
            count == 1 ? "it" : "them");
  buffer_deinit(&names);
  return ERR_USAGE;
}

/* ---- what a stored decision was made of ---- */

typedef struct stored {
  trial *trial;
  const trial_options *o;
  handmade_record base;
  column *inputs; /* by run->inputs; NULL = the customer has none */
} stored;

static const char *text_of(trial *t, const column *c, zone z) {
  buffer b = {0};
  column_write(&b, c, 0, z);
  const char *text = arena_string_n(&t->arena, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return text;
}

static error_code take_stored(void *ctx, const store_row *row, error *e) {
  stored *s = ctx;
  const store_run *run = store_reader_run(s->o->from);
  const schema *fields = &s->o->pack->schema;
  s->inputs = inputs_read(run, row, e);
  if (!s->inputs) return e->code;
  handmade_value *values = arena_array(&s->trial->arena, run->input_count + 1, sizeof *values);
  size_t count = 0;
  for (size_t i = 0; i < run->input_count; i++) {
    const int at = schema_find(fields, run->inputs[i].name);
    if (at < 0 || fields->fields[at].type.kind == TYPE_LIST || column_missing(&s->inputs[i], 0))
      continue;
    values[count++] = (handmade_value){.name = fields->fields[at].name,
                                       .text = text_of(s->trial, &s->inputs[i], run->zone)};
  }
  s->base = (handmade_record){count, values};
  return ERR_OK;
}

/* ---- kept inputs that are no fields ---- */

static void set_missing(column *c, value_type type) {
  column_init(c, type, BATCH_ROWS);
  if (c->i64) c->i64[0] = MISSING_I64;
  if (c->den) c->den[0] = 1;
  if (c->i32) c->i32[0] = MISSING_I32;
  if (c->f64) c->f64[0] = __builtin_nan("");
  if (type_storage(type.kind) == STORE_TEXT) column_add_text(c, 0, NULL, 0);
}

static bool put_number(column *c, const char *text) {
  rational x, scaled;
  if (rational_parse(text, strlen(text), &x) != PARSE_OK) return false;
  const int64_t den = c->den ? (int64_t)x.den : c->type.denominator;
  if (!rational_mul(x, (rational){den, 1}, &scaled) || scaled.den != 1 || scaled.num >= INT64_MAX ||
      scaled.num <= INT64_MIN)
    return false;
  c->i64[0] = (int64_t)scaled.num;
  if (c->den) c->den[0] = den;
  return true;
}

/* A value as a pack writes it, into row 0. */
static bool put_text(column *c, const char *text) {
  const size_t n = strlen(text);
  switch (c->type.kind) {
  case TYPE_DATE:
    return date_parse(text, n, &c->i64[0]);
  case TYPE_TIMESTAMP:
    return moment_parse(text, n, &c->i64[0]);
  case TYPE_NUMBER:
    return number_parse(text, n, &c->f64[0]) == PARSE_OK;
  case TYPE_CHOICE:
    c->i32[0] = choice_find(c->type.choices, text, n);
    return c->i32[0] >= 0;
  case TYPE_BOOLEAN:
    c->i32[0] = !strcmp(text, "true");
    return c->i32[0] || !strcmp(text, "false");
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_RATIO:
    return put_number(c, text);
  default:
    return false;
  }
}

static error_code put_given(column *c, const plan_input *input, const char *text, error *e) {
  if (put_text(c, text)) return ERR_OK;
  buffer wanted = {0};
  type_describe(&wanted, input->type);
  error_set(e, ERR_USAGE, "--set %s: \"%.60s\" is no %s", input->name, text, wanted.data);
  buffer_deinit(&wanted);
  return ERR_USAGE;
}

static const handmade_value *value_named(const handmade_record *r, const char *name) {
  for (size_t i = 0; i < r->count; i++)
    if (!strcmp(r->values[i].name, name)) return &r->values[i];
  return NULL;
}

static const column *stored_named(const stored *s, const plan_input *input) {
  const store_run *run = store_reader_run(s->o->from);
  for (size_t i = 0; i < run->input_count; i++)
    if (!strcmp(run->inputs[i].name, input->name) && type_equal(run->inputs[i].type, input->type))
      return &s->inputs[i];
  return NULL;
}

static void copy_first(const column *from, column *to) {
  if (to->i64) to->i64[0] = from->i64[0];
  if (to->den) to->den[0] = from->den[0];
  if (to->i32) to->i32[0] = from->i32[0];
  if (to->f64) to->f64[0] = from->f64[0];
  if (type_storage(to->type.kind) == STORE_TEXT && !column_missing(from, 0))
    column_add_text(to, 0, from->text.bytes, from->text.offsets[1]);
}

/* The columns of the replay: the fields are those of the batch, the others come from the decision or
 * from the hand. */
static error_code fill_given(trial *t, const stored *s, const handmade_record *kept, error *e) {
  const plan_input *inputs;
  const size_t n = plan_inputs(t->plan, &inputs);
  buffer lacking = {0};
  error_code code = ERR_OK;
  t->given = mem_array(n + 1, sizeof *t->given);
  for (size_t i = 0; i < n; i++)
    if (inputs[i].field < 0) set_missing(&t->given[i], inputs[i].type);
  for (size_t i = 0; i < n && !code; i++) {
    if (inputs[i].field >= 0) {
      t->given[i] = t->in->columns[inputs[i].field];
      continue;
    }
    const handmade_value *by = value_named(kept, inputs[i].name);
    const column *from = stored_named(s, &inputs[i]);
    if (by)
      code = by->text ? put_given(&t->given[i], &inputs[i], by->text, e) : ERR_OK;
    else if (from)
      copy_first(from, &t->given[i]);
    else
      buffer_format(&lacking, "%s%s", lacking.size ? ", " : "", inputs[i].name);
  }
  if (lacking.size) t->not_stored = arena_string_n(&t->arena, lacking.data, lacking.size);
  buffer_deinit(&lacking);
  return code;
}

/* Takes what is a kept input, and no field, out of the record. */
static void split(trial *t, const plan *p, handmade_record *r, handmade_record *kept) {
  const plan_input *inputs;
  const size_t n = plan_inputs(p, &inputs);
  handmade_value *fields = arena_array(&t->arena, r->count + 1, sizeof *fields);
  handmade_value *others = arena_array(&t->arena, r->count + 1, sizeof *others);
  size_t a = 0, b = 0;
  for (size_t i = 0; i < r->count; i++) {
    bool is_kept = false;
    for (size_t k = 0; k < n; k++)
      is_kept = is_kept || (inputs[k].field < 0 && !strcmp(inputs[k].name, r->values[i].name));
    if (is_kept)
      others[b++] = r->values[i];
    else
      fields[a++] = r->values[i];
  }
  *r = (handmade_record){a, fields};
  *kept = (handmade_record){b, others};
}

/* ---- the trial ---- */

static error_code open_evaluator(trial *t, const pack *p, store_reader *values, error *e) {
  t->in = handmade_batch(p, t->plan);
  t->out = decisions_new(t->plan);
  t->evaluator = evaluator_new(t->plan, e);
  if (!t->evaluator) return e->code;
  evaluator_trace(t->evaluator);
  error_code code = values ? values_of_run(values, t->plan, &t->population, e) : ERR_OK;
  if (code) return code;
  evaluator_know(t->evaluator, t->population);
  code = evaluator_start(t->evaluator, e);
  t->started = code == ERR_OK;
  return code;
}

static error_code run_from(trial *t, const trial_options *o, error *e) {
  trial_options own = *o;
  handmade_record kept;
  stored s = {.trial = t, .o = &own};
  split(t, o->plan, &own.record, &kept);
  error_code code = store_show(o->from, o->customer, take_stored, &s, e);
  const handmade_record r = complete(t, &own, &s.base);
  if (!code) code = check_required(o, &r, e);
  if (!code) code = handmade_cast(&o->pack->schema, &r, 1, "--set", t->in, e);
  if (!code && t->in->reject_count)
    t->refused = &t->in->rejects[0];
  else if (!code && !(code = fill_given(t, &s, &kept, e)))
    code = evaluator_replay(t->evaluator, t->in, t->given, t->out, e);
  if (s.inputs) inputs_free(store_reader_run(o->from), s.inputs);
  return code;
}

error_code trial_run(const trial_options *o, trial *out, error *e) {
  *out = (trial){.plan = o->plan};
  error_code code = open_evaluator(out, o->pack, o->values ? o->values : o->from, e);
  if (code) return code;
  if (o->from) return run_from(out, o, e);
  const handmade_record nothing = {0}, r = complete(out, o, &nothing);
  code = handmade_join(o->pack, o->plan, &r, &o->previous, 1, "--set", out->in, e);
  if (!code) code = check_required(o, &r, e);
  if (code) return code;
  if (out->in->reject_count)
    out->refused = &out->in->rejects[0];
  else
    code = evaluator_run(out->evaluator, out->in, out->out, e);
  return code;
}

void trial_close(trial *t) {
  const plan_input *inputs;
  const size_t n = t->given ? plan_inputs(t->plan, &inputs) : 0;
  for (size_t i = 0; i < n; i++)
    if (inputs[i].field < 0) column_deinit(&t->given[i]);
  free(t->given);
  if (t->started) evaluator_stop(t->evaluator);
  evaluator_free(t->evaluator);
  population_free(t->population);
  decisions_free(t->out);
  batch_free(t->in);
  arena_deinit(&t->arena);
}
