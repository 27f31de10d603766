/* See handmade_join.h. A row that would be refused stays in its list, so that it refuses its customer
 * as a run's would. */
#include "handmade_join.h"

#include <stdlib.h>
#include <string.h>

#include "../data/list_order.h"

/* ---- rows that do not count ---- */

typedef struct filtering {
  const pack *pack;
  row_filter **filters; /* by related list; NULL = all rows count */
  batch **rows;
  arena arena;
} filtering;

static void filtering_open(filtering *f, const pack *p, const plan *made) {
  *f = (filtering){.pack = p};
  f->filters = mem_array(p->related_count + 1, sizeof *f->filters);
  f->rows = mem_array(p->related_count + 1, sizeof *f->rows);
  for (size_t i = 0; i < p->related_count; i++) {
    f->filters[i] = row_filter_new(made, i);
    if (f->filters[i]) f->rows[i] = batch_new(&p->related[i].schema, NULL);
  }
}

static void filtering_close(filtering *f) {
  for (size_t i = 0; i < f->pack->related_count; i++) {
    row_filter_free(f->filters[i]);
    batch_free(f->rows[i]);
  }
  free(f->filters);
  free(f->rows);
  arena_deinit(&f->arena);
}

/* The items with the customer's key before their values, as the list's own source would give them. */
static handmade_record *with_keys(filtering *f, const char *key, const handmade_value *list) {
  handmade_record *rows = arena_array(&f->arena, list->item_count + 1, sizeof *rows);
  for (size_t i = 0; i < list->item_count; i++) {
    const handmade_record *item = &list->items[i];
    handmade_value *values = arena_array(&f->arena, item->count + 1, sizeof *values);
    values[0] = (handmade_value){.name = key, .text = "-"};
    if (item->count) memcpy(values + 1, item->values, item->count * sizeof *values);
    rows[i] = (handmade_record){item->count + 1, values};
  }
  return rows;
}

static error_code filter_list(filtering *f, size_t number, handmade_value *list, const char *what,
                              error *e) {
  const pack_related *related = &f->pack->related[number];
  batch *rows = f->rows[number];
  uint8_t keep[BATCH_ROWS];
  const fault *faults;
  size_t fault_count, kept = 0;
  if (list->item_count > BATCH_ROWS)
    return error_set(e, ERR_USAGE, "%s: \"%s\" has %zu records, at most %d can be given by hand",
                     what, list->name, list->item_count, BATCH_ROWS);
  const char *key = related->schema.fields[0].name;
  handmade_record *given = with_keys(f, key, list);
  error_code code = handmade_cast(&related->schema, given, list->item_count, what, rows, e);
  if (code) return code;
  row_filter_run(f->filters[number], rows, keep, &faults, &fault_count);
  bool *drop = arena_array(&f->arena, list->item_count + 1, sizeof *drop);
  for (size_t row = 0; row < rows->rows; row++) drop[rows->sequence[row]] = !keep[row];
  handmade_record *items = arena_array(&f->arena, list->item_count + 1, sizeof *items);
  for (size_t i = 0; i < list->item_count; i++)
    if (!drop[i]) items[kept++] = list->items[i];
  list->items = items;
  list->item_count = kept;
  return ERR_OK;
}

static error_code filter_record(filtering *f, handmade_record *record, const char *what, error *e) {
  error_code code = ERR_OK;
  handmade_value *values = arena_array(&f->arena, record->count + 1, sizeof *values);
  if (record->count) memcpy(values, record->values, record->count * sizeof *values);
  record->values = values;
  for (size_t i = 0; i < record->count && !code; i++)
    for (size_t k = 0; k < f->pack->related_count && !code; k++)
      if (f->filters[k] && values[i].item_count &&
          !strcmp(values[i].name, f->pack->related[k].name))
        code = filter_list(f, k, &values[i], what, e);
  return code;
}

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

static error_code fill_previous(const plan *made, const handmade_record *previous, size_t given,
                                const char *what, batch *out, error *e) {
  arena a = {0};
  size_t count;
  const schema *s = previous_schema(made, &a, &count);
  batch *values = batch_new(s, NULL);
  handmade_record *records = arena_array(&a, out->rows + 1, sizeof *records);
  error_code code = ERR_OK;
  for (size_t row = 0; row < out->rows; row++) {
    static const handmade_record nothing;
    const handmade_record *from =
        previous && out->sequence[row] < given ? &previous[out->sequence[row]] : &nothing;
    records[row] = known_values(s, from, &a);
  }
  if (count && out->rows) code = handmade_cast(s, records, out->rows, what, values, e);
  if (!code && values->reject_count)
    code = error_set(e, ERR_USAGE, "%s: the previous value of \"%s\": %s", what,
                     values->rejects[0].field, values->rejects[0].message);
  for (size_t i = 0; i < count && !code; i++)
    for (size_t row = 0; row < out->rows; row++)
      copy_value(&values->columns[i + 1], row, &out->columns[out->schema->count + i], row);
  batch_free(values);
  arena_deinit(&a);
  return code;
}

batch *handmade_batch(const pack *p, const plan *made) {
  const plan_previous *values;
  size_t count = plan_previous_values(made, &values);
  batch *b = batch_new(&p->schema, NULL);
  for (size_t i = 0; i < count; i++) batch_join(b, values[i].type);
  return b;
}

error_code handmade_join(const pack *p, const plan *made, const handmade_record *records,
                         const handmade_record *previous, size_t count, const char *what,
                         batch *out, error *e) {
  filtering f;
  error_code code = ERR_OK;
  filtering_open(&f, p, made);
  handmade_record *joined = arena_array(&f.arena, count + 1, sizeof *joined);
  for (size_t i = 0; i < count && !code; i++) {
    joined[i] = records[i];
    code = filter_record(&f, &joined[i], what, e);
  }
  if (!code) code = handmade_cast(&p->schema, joined, count, what, out, e);
  for (size_t i = 0; i < p->related_count && !code; i++) {
    column *list = &out->columns[p->related[i].field];
    if (list->list.offsets) list_order(list, out->rows);
  }
  if (!code) code = fill_previous(made, previous, count, what, out, e);
  filtering_close(&f);
  return code;
}
