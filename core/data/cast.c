/* The door: one batch, from the first column of the stream to the last.
 *
 * The columns are taken in the order of the stream, so that the first column that offends names the
 * reject of its record. */
#include "cast_parts.h"
#include <math.h>
#include <stdlib.h>

static void scratch_init(scratch *s, size_t rows) {
  rows++; /* offsets are one more than rows, and no block is empty */
  *s = (scratch){.start = mem_grow(NULL, rows, sizeof *s->start),
                 .end = mem_grow(NULL, rows, sizeof *s->end),
                 .wide = mem_grow(NULL, rows, sizeof *s->wide),
                 .fault = mem_array(rows, 1)};
}

static void scratch_deinit(scratch *s) {
  free(s->start);
  free(s->end);
  free(s->wide);
  free(s->fault);
  buffer_deinit(&s->digits);
}

/* ---- what holds for a column of any type ---- */

static void faults_reject(level *l, const cast_column *c, const source_rows *rows) {
  uint8_t *fault = l->scratch->fault;
  for (size_t r = 0; r < l->n; r++) {
    if (!fault[r]) continue;
    reject_value(l, c, rows, r, (cast_fault)fault[r]);
    fault[r] = FAULT_NONE;
  }
}

static bool any_missing(const column *c, size_t n) {
  unsigned missing = 0;
  if (c->i64)
    for (size_t r = 0; r < n; r++) missing |= c->i64[r] == MISSING_I64;
  else if (c->i32)
    for (size_t r = 0; r < n; r++) missing |= c->i32[r] == MISSING_I32;
  else if (c->text.offsets)
    for (size_t r = 0; r < n; r++) missing |= c->text.missing[r];
  else
    for (size_t r = 0; r < n; r++) missing |= column_missing(c, r);
  return missing;
}

static void required_check(level *l, const cast_column *c, const column *out) {
  if (!any_missing(out, l->n)) return;
  for (size_t r = 0; r < l->n; r++)
    if (column_missing(out, r)) reject_value(l, c, NULL, r, FAULT_REQUIRED);
}

static bool integers_in_bounds(const field *f, const int64_t *values, size_t n, uint8_t *fault) {
  int64_t min = f->has_min ? f->min : INT64_MIN, max = f->has_max ? f->max : INT64_MAX;
  unsigned outside = 0;
  for (size_t r = 0; r < n; r++)
    outside |= (values[r] < min || values[r] > max) && values[r] != MISSING_I64;
  if (!outside) return true;
  for (size_t r = 0; r < n; r++) {
    if (values[r] == MISSING_I64) continue;
    if (values[r] < min)
      fault[r] = min == 0 ? FAULT_NEGATIVE : FAULT_BELOW;
    else if (values[r] > max)
      fault[r] = FAULT_ABOVE;
  }
  return false;
}

static bool numbers_in_bounds(const field *f, const double *values, size_t n, uint8_t *fault) {
  bool inside = true;
  for (size_t r = 0; r < n; r++) {
    if (isnan(values[r])) continue;
    if (f->has_min && values[r] < f->number_min)
      fault[r] = f->number_min == 0 ? FAULT_NEGATIVE : FAULT_BELOW;
    else if (f->has_max && values[r] > f->number_max)
      fault[r] = FAULT_ABOVE;
    inside &= fault[r] == FAULT_NONE;
  }
  return inside;
}

static void column_check(level *l, const cast_column *c, const source_rows *rows,
                         const column *out) {
  const field *f = c->field;
  if (f->required || f->type.kind == TYPE_KEY) required_check(l, c, out);
  if (!f->has_min && !f->has_max) return;
  bool inside = true;
  if (out->i64) inside = integers_in_bounds(f, out->i64, l->n, l->scratch->fault);
  if (out->f64) inside = numbers_in_bounds(f, out->f64, l->n, l->scratch->fault);
  if (!inside) faults_reject(l, c, rows);
}

/* ---- columns ---- */

static error_code level_cast(level *l, const struct ArrowArray *array, size_t first);

/* The items of all lists of the column are the rows of a level of their own. */
static error_code list_cast(level *l, const cast_column *c, const source_rows *rows, column *out) {
  uint32_t *offsets = out->list.offsets;
  size_t first;
  error_code code = source_lists(rows, offsets, &first, l->door->e);
  if (code != ERR_OK) return code;
  size_t items = offsets[l->n];
  uint32_t *owner = mem_array(items, sizeof *owner);
  for (size_t r = 0; r < l->n; r++) {
    out->list.missing[r] = row_is_null(rows, r);
    uint32_t record = l->owner ? l->owner[r] : (uint32_t)r;
    if (out->list.missing[r]) record = UINT32_MAX;
    for (size_t i = offsets[r]; i < offsets[r + 1]; i++) owner[i] = record;
  }
  scratch s;
  scratch_init(&s, items);
  batch_reserve(out->list.records, items);
  level below = {.door = l->door,
                 .record = c->record,
                 .self = c,
                 .owner = owner,
                 .out = out->list.records,
                 .scratch = &s,
                 .n = items};
  code = level_cast(&below, rows->array->children[0], first);
  out->list.records->rows = items;
  scratch_deinit(&s);
  free(owner);
  return code;
}

static void no_lists(size_t n, column *out) {
  memset(out->list.offsets, 0, (n + 1) * sizeof *out->list.offsets);
  memset(out->list.missing, 1, n);
  batch_clear(out->list.records);
}

/* Missing lists have no items, whatever the source left between their offsets. */
static error_code list_column_cast(level *l, const cast_column *c, const source_rows *rows,
                                   column *out) {
  if (c->source.kind == SOURCE_NULL) {
    no_lists(l->n, out);
    return ERR_OK;
  }
  error_code code = list_cast(l, c, rows, out);
  if (code == ERR_OK) column_drop_missing_lists(out, l->n);
  return code;
}

static error_code typed_column_cast(level *l, const cast_column *c, const source_rows *rows,
                                    column *out) {
  scratch *s = l->scratch;
  storage store = type_storage(c->field->type.kind);
  bool as_text = c->source.kind == SOURCE_TEXT ||
                 (c->source.kind == SOURCE_INTEGER &&
                  (store == STORE_TEXT || c->field->type.kind == TYPE_CHOICE));
  bool faulty;
  if (!as_text) {
    faulty = value_to_typed(rows, c, l->record->schema->zone, s, out);
  } else {
    text_view view;
    error_code code = source_texts(rows, l->door->cast, s, &view, l->door->e);
    if (code != ERR_OK) return code;
    if (store == STORE_TEXT) {
      code = text_to_text(&view, l->n, out, s->fault, &faulty, rows, l->door->e);
      if (code != ERR_OK) return code;
    } else {
      faulty = text_to_typed(&view, l->n, c, out, s->fault);
    }
  }
  if (faulty) faults_reject(l, c, rows);
  return ERR_OK;
}

/* A record that is itself null. */
static void null_records_reject(level *l, const source_rows *rows) {
  static const field itself = {.name = "", .column = ""};
  static const cast_column record = {.field = &itself, .name = (char *)""};
  if (!rows->valid) return;
  for (size_t r = 0; r < l->n; r++)
    if (row_is_null(rows, r))
      reject_value(l, l->self ? l->self : &record, NULL, r, FAULT_NULL_RECORD);
}

static error_code level_cast(level *l, const struct ArrowArray *array, size_t first) {
  door *d = l->door;
  const source_type structs = {.kind = SOURCE_STRUCT};
  source_rows records;
  const char *name = l->self ? l->self->path : "";
  error_code code =
      source_rows_init(&records, array, &structs, first, l->n, name, d->cast->source, d->e);
  if (code != ERR_OK) return code;
  if ((uint64_t)array->n_children != l->record->children)
    return error_set(d->e, ERR_SOURCE,
                     "%s: the Arrow array has %lld columns, its schema %zu; the "
                     "source is faulty",
                     d->cast->source, (long long)array->n_children, l->record->children);
  if (l->n == 0) return ERR_OK;
  null_records_reject(l, &records);
  for (size_t i = 0; i < l->record->count; i++) {
    const cast_column *c = &l->record->columns[i];
    column *out = &l->out->columns[c->field_index];
    source_rows rows;
    code = source_rows_init(&rows, array->children[c->child], &c->source, records.first, l->n,
                            c->path, d->cast->source, d->e);
    if (code == ERR_OK)
      code = c->field->type.kind == TYPE_LIST ? list_column_cast(l, c, &rows, out)
                                              : typed_column_cast(l, c, &rows, out);
    if (code != ERR_OK) return code;
    column_check(l, c, &rows, out);
  }
  return ERR_OK;
}

/* ---- records ---- */

static error_code source_rejects(door *d, const struct ArrowArray *child, size_t first, size_t n,
                                 scratch *s) {
  source_rows rows;
  text_view view;
  const cast no_spellings = {0};
  error_code code = source_rows_init(&rows, child, &d->cast->reject_type, first, n, "reject",
                                     d->cast->source, d->e);
  if (code == ERR_OK) code = source_texts(&rows, &no_spellings, s, &view, d->e);
  if (code != ERR_OK) return code;
  for (size_t r = 0; r < n; r++)
    if (!row_is_null(&rows, r))
      reject_source(d, r, view.bytes + view.start[r], view.end[r] - view.start[r]);
  return ERR_OK;
}

static error_code positions(door *d, const struct ArrowArray *child, size_t first, size_t n,
                            scratch *s) {
  source_rows rows;
  error_code code = source_rows_init(&rows, child, &d->cast->position_type, first, n, "position",
                                     d->cast->source, d->e);
  if (code != ERR_OK) return code;
  source_integers(&rows, d->out->position, s->fault);
  memset(s->fault, 0, n);
  for (size_t r = 0; r < n; r++)
    if (d->out->position[r] == MISSING_I64) d->out->position[r] = -1;
  return ERR_OK;
}

/* Null when the key says nothing: missing, or not text at all. */
static const char *usable_key(const column *key, size_t row, size_t *n) {
  const char *text = key->text.bytes + key->text.offsets[row];
  *n = key->text.offsets[row + 1] - key->text.offsets[row];
  if (*n == 0) return NULL;
  return text_is_good(text, *n) ? text : NULL;
}

static error_code keys_note(door *d, size_t n, keys *k) {
  const column *key = &d->out->columns[d->cast->record.schema->key];
  uint64_t *hashes = mem_grow(NULL, n, sizeof *hashes),
           *numbers = mem_grow(NULL, n, sizeof *numbers);
  size_t count = 0;
  for (size_t r = 0; r < n; r++) {
    size_t length = key->text.offsets[r + 1] - key->text.offsets[r];
    const char *text = key->text.bytes + key->text.offsets[r];
    if (d->bad[r]) text = usable_key(key, r, &length);
    if (!text || length == 0) continue;
    hashes[count] = keys_hash(text, length);
    numbers[count++] = d->first + r;
  }
  error_code code = count ? keys_add(k, hashes, numbers, count, d->e) : ERR_OK;
  free(hashes);
  free(numbers);
  return code;
}

/* Puts the rejects in source order and gives them what is only known now. */
static void rejects_finish(door *d) {
  batch *out = d->out;
  const column *key = &out->columns[d->cast->record.schema->key];
  if (out->reject_count == 0) return;
  batch_sort_rejects(out);
  for (size_t i = 0; i < out->reject_count; i++) {
    reject *r = &out->rejects[i];
    size_t record = (size_t)(r->sequence - d->first), n;
    const char *text = usable_key(key, record, &n);
    r->key = text ? arena_string_n(&out->texts, text, n) : NULL;
    r->position = out->position[record];
  }
}

static error_code records_cast(door *d, const struct ArrowArray *array, size_t from, size_t n,
                               scratch *s) {
  const cast *c = d->cast;
  const source_type structs = {.kind = SOURCE_STRUCT};
  source_rows records;
  error_code code = source_rows_init(&records, array, &structs, from, n, "", c->source, d->e);
  if (code != ERR_OK) return code;
  for (size_t r = 0; r < n; r++) {
    d->out->sequence[r] = d->first + r;
    d->out->position[r] = -1;
  }
  bool whole = (uint64_t)array->n_children == c->record.children; /* else level_cast says so */
  if (whole && n > 0 && c->reject >= 0)
    code = source_rejects(d, array->children[c->reject], records.first, n, s);
  if (code == ERR_OK && whole && n > 0 && c->position >= 0)
    code = positions(d, array->children[c->position], records.first, n, s);
  if (code != ERR_OK) return code;
  level top = {.door = d, .record = &c->record, .out = d->out, .scratch = s, .n = n};
  return level_cast(&top, array, from);
}

error_code cast_rows(const cast *c, const struct ArrowArray *array, size_t from, size_t n,
                     uint64_t first, batch *out, keys *found, error *e) {
  batch_clear(out);
  if (n == 0) return ERR_OK;
  if (n > BATCH_ROWS)
    return error_set(e, ERR_INTERNAL, "a batch holds %d records, not %zu", BATCH_ROWS, n);
  door d = {.cast = c, .out = out, .first = first + from, .bad = mem_alloc(n), .e = e};
  scratch s;
  scratch_init(&s, n);
  error_code code = records_cast(&d, array, from, n, &s);
  if (code == ERR_OK) {
    out->rows = n;
    if (found) code = keys_note(&d, n, found);
    rejects_finish(&d);
    if (d.bad_count > 0) batch_drop(out, d.bad);
  }
  if (code != ERR_OK) batch_clear(out);
  scratch_deinit(&s);
  free(d.bad);
  return code;
}
