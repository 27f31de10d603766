/* A record that begins with what the stored decision on a customer was made of. */
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../eval/population.h"
#include "desk_parts.h"
#include "inputs.h"

/* ---- what a stored decision was made of ---- */

typedef struct stored {
  seat *seat;
  const desk_question *question;
  const schema *fields;
  handmade_record base;
  column *inputs; /* by run->inputs; NULL = the customer has none */
} stored;

static const char *text_of(arena *a, const column *c, zone z) {
  buffer b = {0};
  column_write(&b, c, 0, z);
  const char *text = arena_string_n(a, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return text;
}

static error_code take_stored(void *ctx, const store_row *row, error *e) {
  stored *s = ctx;
  const store_run *run = store_reader_run(s->question->from);
  s->inputs = inputs_read(run, row, e);
  if (!s->inputs) return e->code;
  handmade_value *values = arena_array(&s->seat->arena, run->input_count + 1, sizeof *values);
  size_t count = 0;
  for (size_t i = 0; i < run->input_count; i++) {
    const int at = schema_find(s->fields, run->inputs[i].name);
    if (at < 0 || s->fields->fields[at].type.kind == TYPE_LIST || column_missing(&s->inputs[i], 0))
      continue;
    values[count++] = (handmade_value){.name = s->fields->fields[at].name,
                                       .text = text_of(&s->seat->arena, &s->inputs[i], run->zone)};
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

static error_code put_given(column *c, const plan_input *input, const char *text, const char *what,
                            error *e) {
  if (put_text(c, text)) return ERR_OK;
  buffer wanted = {0};
  type_describe(&wanted, input->type);
  error_set(e, ERR_USAGE, "%s %s: \"%.60s\" is no %s", what, input->name, text, wanted.data);
  buffer_deinit(&wanted);
  return ERR_USAGE;
}

static const handmade_value *value_named(const handmade_record *r, const char *name) {
  for (size_t i = 0; i < r->count; i++)
    if (!strcmp(r->values[i].name, name)) return &r->values[i];
  return NULL;
}

static const column *stored_named(const stored *s, const plan_input *input) {
  const store_run *run = store_reader_run(s->question->from);
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

/* A list that a rule walks is kept with the decision, and stands unless one is given by hand. */
static void fill_list(const stored *s, const handmade_record *by_hand, const plan_input *input,
                      column *to, buffer *lacking) {
  if (value_named(by_hand, input->name)) return;
  const column *from = stored_named(s, input);
  if (from)
    *to = *from; /* a view; it lives as long as the answer */
  else
    buffer_format(lacking, "%s%s", lacking->size ? ", " : "", input->name);
}

/* The columns of the replay: the fields are those of the batch, the others come from the decision or
 * from the hand. */
static error_code fill_given(const stored *s, const handmade_record *fields,
                             const handmade_record *kept, const char **not_stored, error *e) {
  seat *t = s->seat;
  const plan_input *inputs;
  const size_t n = plan_inputs(t->of->plan, &inputs);
  buffer lacking = {0};
  error_code code = ERR_OK;
  t->given = mem_array(n + 1, sizeof *t->given);
  for (size_t i = 0; i < n; i++)
    if (inputs[i].field < 0) set_missing(&t->given[i], inputs[i].type);
  for (size_t i = 0; i < n && !code; i++) {
    if (inputs[i].field >= 0) {
      t->given[i] = t->in->columns[inputs[i].field];
      if (inputs[i].type.kind == TYPE_LIST)
        fill_list(s, fields, &inputs[i], &t->given[i], &lacking);
      continue;
    }
    const handmade_value *by = value_named(kept, inputs[i].name);
    const column *from = stored_named(s, &inputs[i]);
    if (by)
      code =
          by->text ? put_given(&t->given[i], &inputs[i], by->text, s->question->what, e) : ERR_OK;
    else if (from)
      copy_first(from, &t->given[i]);
    else
      buffer_format(&lacking, "%s%s", lacking.size ? ", " : "", inputs[i].name);
  }
  if (lacking.size) *not_stored = arena_string_n(&t->arena, lacking.data, lacking.size);
  buffer_deinit(&lacking);
  return code;
}

/* Takes what is a kept input, and no field, out of the record. */
static void split(arena *a, const plan *p, handmade_record *r, handmade_record *kept) {
  const plan_input *inputs;
  const size_t n = plan_inputs(p, &inputs);
  handmade_value *fields = arena_array(a, r->count + 1, sizeof *fields);
  handmade_value *others = arena_array(a, r->count + 1, sizeof *others);
  size_t field_count = 0, other_count = 0;
  for (size_t i = 0; i < r->count; i++) {
    bool is_kept = false;
    for (size_t k = 0; k < n; k++)
      is_kept = is_kept || (inputs[k].field < 0 && !strcmp(inputs[k].name, r->values[i].name));
    if (is_kept)
      others[other_count++] = r->values[i];
    else
      fields[field_count++] = r->values[i];
  }
  *r = (handmade_record){field_count, fields};
  *kept = (handmade_record){other_count, others};
}

/* ---- the question ---- */

error_code desk_from(seat *s, const pack *p, const desk_question *q, const char **not_stored,
                     error *e) {
  stored from = {.seat = s, .question = q, .fields = &p->schema};
  handmade_record own = q->records[0], kept;
  split(&s->arena, s->of->plan, &own, &kept);
  error_code code = store_show(q->from, q->customer, take_stored, &from, e);
  const handmade_record r = desk_complete(&s->arena, p, &own, &from.base, q->customer);
  if (!code) code = desk_demands(p, q, &r, e);
  if (!code) code = handmade_join(s->joiner, &r, NULL, 1, q->what, s->in, e);
  if (!code && !s->in->reject_count) code = fill_given(&from, &own, &kept, not_stored, e);
  if (!code && !s->in->reject_count)
    code = evaluator_replay(s->evaluator, s->in, s->given, s->out, e);
  s->stored = from.inputs; /* until the answer is given back: explanations read it */
  s->stored_count = from.inputs ? store_reader_run(q->from)->input_count : 0;
  return code;
}

void desk_from_clear(seat *s) {
  const plan_input *inputs;
  const size_t n = s->given ? plan_inputs(s->of->plan, &inputs) : 0;
  for (size_t i = 0; i < n; i++)
    if (inputs[i].field < 0) column_deinit(&s->given[i]);
  free(s->given);
  s->given = NULL;
  for (size_t i = 0; i < s->stored_count; i++) column_deinit(&s->stored[i]);
  free(s->stored);
  s->stored = NULL;
  s->stored_count = 0;
  if (!s->own_values) return;
  evaluator_know(s->evaluator, s->knowledge ? s->knowledge->values : NULL);
  population_free(s->own_values);
  s->own_values = NULL;
}
