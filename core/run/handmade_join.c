/* See handmade_join.h. */
#include "handmade_join.h"

#include <stdlib.h>
#include <string.h>

#include "given_lists.h"

struct handmade_joiner {
  const plan *plan;
  handmade_door *door;
  given_lists *lists;
  size_t previous_count;
  handmade_door *previous; /* NULL: the plan reads none */
  const schema *previous_schema;
  batch *previous_values;
  arena arena, records;
};

/* ---- previous values ---- */

/* A schema of the previous values that the plan reads, behind a key; in the arena. */
static const schema *previous_schema(const plan *made, arena *a, size_t *count) {
  const plan_previous *values;
  *count = plan_previous_values(made, &values);
  schema *s = arena_alloc(a, sizeof *s);
  field *fields = arena_array(a, *count + 1, sizeof *fields);
  fields[0] = (field){.name = "key", .column = "key", .type = {.kind = TYPE_KEY, .denominator = 1}};
  for (size_t i = 0; i < *count; i++)
    fields[i + 1] =
        (field){.name = values[i].output, .column = values[i].output, .type = values[i].type};
  *s = (schema){.count = *count + 1, .fields = fields};
  return s;
}

/* With a key, and without what the plan does not read. */
static handmade_record known_values(const schema *s, const handmade_record *from, arena *a) {
  handmade_value *values = arena_array(a, from->count + 1, sizeof *values);
  size_t count = 0;
  values[count++] = (handmade_value){.name = "key", .text = "-"};
  for (size_t i = 0; i < from->count; i++)
    if (schema_find(s, from->values[i].name) > 0) values[count++] = from->values[i];
  return (handmade_record){count, values};
}

static void copy_value(const column *from, size_t row, column *to, size_t at) {
  if (from->text.offsets) {
    bool missing = column_missing(from, row);
    column_add_text(to, at, missing ? NULL : from->text.bytes + from->text.offsets[row],
                    from->text.offsets[row + 1] - from->text.offsets[row]);
  } else if (from->i32) {
    to->i32[at] = from->i32[row];
  } else if (from->f64) {
    to->f64[at] = from->f64[row];
  } else {
    to->i64[at] = from->i64[row];
  }
}

static void miss_value(column *to, size_t at) {
  if (to->text.offsets)
    column_add_text(to, at, NULL, 0);
  else if (to->i32)
    to->i32[at] = MISSING_I32;
  else if (to->f64)
    to->f64[at] = __builtin_nan("");
  else
    to->i64[at] = MISSING_I64;
}

static error_code cast_previous(handmade_joiner *j, const handmade_record *previous, size_t given,
                                const char *what, const batch *out, error *e) {
  handmade_record *records = arena_array(&j->records, out->rows + 1, sizeof *records);
  for (size_t row = 0; row < out->rows; row++) {
    static const handmade_record nothing;
    const handmade_record *from =
        out->sequence[row] < given ? &previous[out->sequence[row]] : &nothing;
    records[row] = known_values(j->previous_schema, from, &j->records);
  }
  if (handmade_cast(j->previous, records, out->rows, what, j->previous_values, e)) return e->code;
  if (!j->previous_values->reject_count) return ERR_OK;
  const reject *x = &j->previous_values->rejects[0];
  return error_set(e, ERR_USAGE, "%s: the previous value of \"%s\": %s", what, x->field,
                   x->message);
}

static error_code fill_previous(handmade_joiner *j, const handmade_record *previous, size_t given,
                                const char *what, batch *out, error *e) {
  if (out->rows && cast_previous(j, previous, given, what, out, e)) return e->code;
  for (size_t i = 0; i < j->previous_count; i++)
    for (size_t row = 0; row < out->rows; row++)
      copy_value(&j->previous_values->columns[i + 1], row, &out->columns[out->schema->count + i],
                 row);
  return ERR_OK;
}

/* ---- records ---- */

batch *handmade_batch(const pack *p, const plan *made) {
  const plan_previous *values;
  size_t count = plan_previous_values(made, &values);
  batch *b = batch_new(&p->schema, NULL);
  for (size_t i = 0; i < count; i++) batch_join(b, values[i].type);
  return b;
}

error_code handmade_joiner_new(const pack *p, const plan *made, handmade_joiner **out, error *e) {
  handmade_joiner *j = mem_alloc(sizeof *j);
  j->plan = made;
  j->lists = given_lists_new(p, made);
  j->previous_schema = previous_schema(made, &j->arena, &j->previous_count);
  error_code code = handmade_door_new(&p->schema, &j->door, e);
  if (!code && j->previous_count) {
    code = handmade_door_new(j->previous_schema, &j->previous, e);
    j->previous_values = batch_new(j->previous_schema, NULL);
  }
  if (code)
    handmade_joiner_free(j);
  else
    *out = j;
  return code;
}

void handmade_joiner_free(handmade_joiner *j) {
  if (!j) return;
  batch_free(j->previous_values);
  handmade_door_free(j->previous);
  handmade_door_free(j->door);
  given_lists_free(j->lists);
  arena_deinit(&j->arena);
  arena_deinit(&j->records);
  free(j);
}

void handmade_settle(handmade_joiner *j, batch *out) {
  given_lists_settle(j->lists, out);
  for (size_t i = 0; i < j->previous_count; i++)
    for (size_t row = 0; row < out->rows; row++)
      miss_value(&out->columns[out->schema->count + i], row);
}

error_code handmade_join(handmade_joiner *j, const handmade_record *records,
                         const handmade_record *previous, size_t count, const char *what,
                         batch *out, error *e) {
  arena_clear(&j->records);
  const error_code code = handmade_cast(j->door, records, count, what, out, e);
  if (code) return code;
  handmade_settle(j, out);
  return previous && j->previous_count ? fill_previous(j, previous, count, what, out, e) : ERR_OK;
}
