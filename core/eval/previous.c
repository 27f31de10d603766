/* previous("x"): the output x as it was last published for the customer. A rule reads it before x is
 * made, even while x is made, so its type comes from what the pack declares of x, and only where the
 * declaration leaves it open from the step that made x above.
 *
 * Here is only the column and its type; whoever runs the plan brings the values. */
#include <stdlib.h>
#include <string.h>
#include "blob.h"
#include "convert.h"
#include "evaluator.h"

static bool is_output(const pack *p, const char *name) {
  for (size_t i = 0; i < p->output_count; i++)
    if (!strcmp(p->outputs[i].name, name)) return true;
  return p->output_count == 0; /* then everything that is made is kept */
}

static const char *no_output(builder *b, const char *name) {
  const pack *p = b->plan->pack;
  const char **names = arena_array(&b->plan->arena, p->output_count + 1, sizeof *names);
  for (size_t i = 0; i < p->output_count; i++) names[i] = p->outputs[i].name;
  return arena_format(&b->plan->arena, "outputs { ... } does not list \"%s\", so no run keeps it%s",
                      name, build_suggestion(b, name, names, p->output_count));
}

static value_type choice_of_bands(builder *b, const bands_step *d) {
  choice_list *list = arena_alloc(&b->plan->arena, sizeof *list);
  const char **names = arena_array(&b->plan->arena, d->band_count + 1, sizeof *names);
  for (size_t i = 0; i < d->band_count; i++) names[i] = d->bands[i].name;
  *list = (choice_list){d->band_count, names};
  value_type t = bare_type(TYPE_CHOICE);
  t.choices = list;
  t.rank = d->best_last ? RANK_BEST_LAST : RANK_BEST_FIRST;
  return t;
}

static value_type money_of(const pack *p) {
  return (value_type){.kind = TYPE_MONEY,
                      .digits = p->currency_digits,
                      .denominator = pow10_i64(p->currency_digits)};
}

static value_type decimal_of(int digits) {
  return (value_type){.kind = TYPE_DECIMAL, .digits = digits, .denominator = pow10_i64(digits)};
}

static value_type type_among(const table_output *outputs, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    bool open = outputs[i].type.kind == TYPE_CHOICE && !outputs[i].type.choices;
    if (!strcmp(outputs[i].name, name) && !open) return outputs[i].type;
  }
  return bare_type(TYPE_NONE);
}

/* The type of output `name` by the declaration of the step alone; TYPE_NONE: it is not the step's, or
 * the declaration leaves it open. */
static value_type type_declared(builder *b, const step *s, const char *name) {
  const pack *p = b->plan->pack;
  switch (s->kind) {
  case STEP_TABLE:
    return type_among(s->table.outputs, s->table.output_count, name);
  case STEP_LUA:
    return type_among(s->lua.outputs, s->lua.output_count, name);
  case STEP_STEADY:
    return bare_type(s->steady.since && !strcmp(s->steady.since, name) ? TYPE_DATE : TYPE_NONE);
  default:
    if (strcmp(s->name, name) != 0) return bare_type(TYPE_NONE);
  }
  switch (s->kind) {
  case STEP_DERIVE:
    return s->derive.type;
  case STEP_AGGREGATE:
    return s->aggregate.type;
  case STEP_SCORECARD:
    if (s->scorecard.decimals >= 0) return decimal_of(s->scorecard.decimals);
    return s->scorecard.divide.text ? decimal_of(2) : bare_type(TYPE_NONE);
  case STEP_BANDS:
    return choice_of_bands(b, &s->bands);
  case STEP_CODES:
    return bare_type(TYPE_CODES);
  case STEP_CADENCE:
    return bare_type(TYPE_TIMESTAMP);
  case STEP_LIMIT:
    return money_of(p);
  case STEP_QUANTILES:
    return s->quantiles.into ? bare_type(TYPE_INTEGER) : bare_type(TYPE_NONE);
  case STEP_TOTAL:
    return s->total.as == TOTAL_COUNT ? bare_type(TYPE_INTEGER) : bare_type(TYPE_NONE);
  default:
    return bare_type(TYPE_NONE);
  }
}

static value_type type_of(builder *b, const char *name) {
  const pack *p = b->plan->pack;
  value_type t = bare_type(TYPE_NONE);
  for (size_t i = 0; i < p->step_count && t.kind == TYPE_NONE; i++)
    t = type_declared(b, &p->steps[i], name);
  const symbol *above = scope_find(&b->plan->scope, name);
  if (t.kind == TYPE_NONE && above && !above->faulty) t = above->type;
  if (!t.denominator) t.denominator = 1;
  return convert_written(t);
}

static const symbol *add(builder *b, const char *name, value_type type) {
  plan *p = b->plan;
  if (p->previous_count == p->previous_capacity) {
    p->previous_capacity = p->previous_capacity ? p->previous_capacity * 2 : 8;
    p->previous = mem_grow(p->previous, p->previous_capacity, sizeof *p->previous);
    p->previous_values =
        mem_grow(p->previous_values, p->previous_capacity, sizeof *p->previous_values);
  }
  symbol *s = &p->previous[p->previous_count];
  name = arena_string(&p->arena, name);
  *s = (symbol){.name = arena_format(&p->arena, "previous(\"%s\")", name),
                .type = type,
                .slot = (int)p->slot_count++,
                .defined = "previous value",
                .used = true};
  p->previous_values[p->previous_count++] = (plan_previous){name, s->name, type};
  return s;
}

const symbol *build_previous(void *host, const char *output, const char **why) {
  builder *b = host;
  const plan *p = b->plan;
  for (size_t i = 0; i < p->previous_count; i++)
    if (!strcmp(p->previous_values[i].output, output)) return &p->previous[i];
  if (!is_output(p->pack, output)) {
    *why = no_output(b, output);
    return NULL;
  }
  const value_type type = type_of(b, output);
  if (type.kind != TYPE_NONE) return add(b, output, type);
  *why = arena_format(&b->plan->arena,
                      "its type is not known up here: give the step that makes \"%s\" a type "
                      "(type = money; of a scorecard decimals = 2), or read it below that step",
                      output);
  return NULL;
}

size_t plan_previous_values(const plan *p, const plan_previous **out) {
  *out = p->previous_values;
  return p->previous_count;
}

/* ---- carried on ---- */

static void make_missing(column *c, value_type type) {
  column_init(c, type, 1);
  if (type_storage(type.kind) == STORE_TEXT)
    column_add_text(c, 0, NULL, 0);
  else
    convert_missing(c, 0);
}

/* Where the previous values stand among the inputs. */
static size_t first_previous(const plan *p) {
  return p->input_count - p->previous_count;
}

const void *plan_carry(const plan *p, const column *values, arena *a, size_t *size) {
  bool any = false;
  for (size_t i = 0; i < p->previous_count; i++) any = any || !column_missing(&values[i], 0);
  if (!any) return NULL;
  uint32_t offsets[2] = {0};
  text_data out = {.offsets = offsets};
  column *missing = mem_array(p->input_count, sizeof *missing);
  const column **inputs = mem_array(p->input_count, sizeof(column *));
  for (size_t i = 0; i < p->input_count; i++) {
    make_missing(&missing[i], p->inputs[i].type);
    inputs[i] = i < first_previous(p) ? &missing[i] : &values[i - first_previous(p)];
  }
  blob_write_rows(&out, inputs, p->input_count, 1, p->kernels);
  *size = offsets[1];
  const void *blob = arena_string_n(a, out.bytes, offsets[1]);
  for (size_t i = 0; i < p->input_count; i++) column_deinit(&missing[i]);
  free(inputs);
  free(missing);
  free(out.bytes);
  return blob;
}
