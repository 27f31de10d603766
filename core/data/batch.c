/* Batches: the memory of columns, made once and filled again and again. */
#include "batch.h"
#include "../base/duration.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLACK = 64 }; /* bytes that a kernel may read past the last row */

static void *column_block(size_t count, size_t size) {
  return mem_aligned(count * size + SLACK);
}

void column_init_list(column *c, value_type type, size_t rows, const bool *wanted) {
  *c = (column){.type = type};
  c->list.offsets = column_block(rows + 1, sizeof *c->list.offsets);
  c->list.missing = column_block(rows, 1);
  c->list.records = batch_new(type.record, wanted);
}

void column_init(column *c, value_type type, size_t rows) {
  *c = (column){.type = type};
  switch (type_storage(type.kind)) {
  case STORE_TEXT:
    c->text.offsets = column_block(rows + 1, sizeof *c->text.offsets);
    c->text.missing = column_block(rows, 1);
    column_reserve_text(c, 0, rows);
    break;
  case STORE_I32:
    c->i32 = column_block(rows, sizeof *c->i32);
    break;
  case STORE_I64:
    c->i64 = column_block(rows, sizeof *c->i64);
    break;
  case STORE_F64:
    c->f64 = column_block(rows, sizeof *c->f64);
    break;
  case STORE_RATIO:
    c->i64 = column_block(rows, sizeof *c->i64);
    c->den = column_block(rows, sizeof *c->den);
    break;
  case STORE_LIST:
    column_init_list(c, type, rows, NULL);
    break;
  }
}

void column_deinit(column *c) {
  free(c->i64);
  free(c->den);
  free(c->i32);
  free(c->f64);
  free(c->text.offsets);
  free(c->text.bytes);
  free(c->text.missing);
  free(c->list.offsets);
  free(c->list.missing);
  batch_free(c->list.records);
  *c = (column){.type = c->type};
}

static void batch_numbers(batch *b, size_t rows) {
  b->sequence = column_block(rows, sizeof *b->sequence);
  b->position = column_block(rows, sizeof *b->position);
  b->capacity = rows;
}

batch *batch_new(const schema *s, const bool *wanted) {
  batch *b = mem_alloc(sizeof *b);
  b->schema = s;
  b->columns = mem_array(s->count, sizeof *b->columns);
  batch_numbers(b, BATCH_ROWS);
  for (size_t i = 0; i < s->count; i++) {
    b->columns[i].type = s->fields[i].type;
    if (!wanted || wanted[i]) column_init(&b->columns[i], s->fields[i].type, BATCH_ROWS);
  }
  return b;
}

void batch_join(batch *b, value_type type) {
  const size_t n = b->schema->count + b->joined++;
  b->columns = mem_grow(b->columns, n + 1, sizeof *b->columns);
  column_init(&b->columns[n], type, BATCH_ROWS);
}

static bool column_is_there(const column *c) {
  return c->i64 || c->i32 || c->f64 || c->text.offsets || c->list.offsets;
}

reject *batch_reject(batch *b, uint64_t sequence) {
  if (b->reject_count == b->reject_capacity) {
    b->reject_capacity = b->reject_capacity ? b->reject_capacity * 2 : 16;
    b->rejects = mem_grow(b->rejects, b->reject_capacity, sizeof *b->rejects);
  }
  reject *r = &b->rejects[b->reject_count++];
  *r = (reject){.sequence = sequence, .position = -1};
  return r;
}

static int by_sequence(const void *a, const void *b) {
  uint64_t x = ((const reject *)a)->sequence, y = ((const reject *)b)->sequence;
  return (x > y) - (x < y);
}

void batch_sort_rejects(batch *b) {
  if (b->reject_count) qsort(b->rejects, b->reject_count, sizeof *b->rejects, by_sequence);
}

void batch_clear(batch *b) {
  b->rows = 0;
  b->reject_count = 0;
  arena_clear(&b->texts);
}

void batch_free(batch *b) {
  if (!b) return;
  for (size_t i = 0; i < b->schema->count + b->joined; i++) column_deinit(&b->columns[i]);
  free(b->columns);
  free(b->sequence);
  free(b->position);
  free(b->rejects);
  arena_deinit(&b->texts);
  free(b);
}

void batch_reserve(batch *b, size_t rows) {
  batch_clear(b);
  if (rows <= b->capacity) return;
  size_t capacity = b->capacity * 2 > rows ? b->capacity * 2 : rows;
  for (size_t i = 0; i < b->schema->count; i++) {
    column *c = &b->columns[i];
    if (!column_is_there(c)) continue;
    column_deinit(c);
    column_init(c, b->schema->fields[i].type, capacity);
  }
  free(b->sequence);
  free(b->position);
  batch_numbers(b, capacity);
}

/* A column of more room with the values of the first `rows` rows. */
static void column_grow(column *c, size_t rows, size_t capacity) {
  column more;
  column_init(&more, c->type, capacity);
  if (c->i64 && more.i64) memcpy(more.i64, c->i64, rows * sizeof *c->i64);
  if (c->den && more.den) memcpy(more.den, c->den, rows * sizeof *c->den);
  if (c->i32 && more.i32) memcpy(more.i32, c->i32, rows * sizeof *c->i32);
  if (c->f64 && more.f64) memcpy(more.f64, c->f64, rows * sizeof *c->f64);
  if (c->text.offsets && more.text.offsets) {
    memcpy(more.text.offsets, c->text.offsets, (rows + 1) * sizeof *c->text.offsets);
    memcpy(more.text.missing, c->text.missing, rows);
    char *bytes = more.text.bytes;
    more.text.bytes = c->text.bytes; /* the bytes themselves stay where they are */
    more.text.capacity = c->text.capacity;
    c->text.bytes = bytes;
  }
  column_deinit(c);
  *c = more;
}

void batch_grow(batch *b, size_t rows) {
  if (rows <= b->capacity) return;
  const size_t capacity = b->capacity * 2 > rows ? b->capacity * 2 : rows;
  for (size_t i = 0; i < b->schema->count; i++)
    if (column_is_there(&b->columns[i])) column_grow(&b->columns[i], b->rows, capacity);
  b->sequence = mem_grow(b->sequence, capacity, sizeof *b->sequence);
  b->position = mem_grow(b->position, capacity, sizeof *b->position);
  b->capacity = capacity;
}

void column_reserve_text(column *c, size_t used, size_t extra) {
  text_data *t = &c->text;
  size_t need = used + extra;
  if (need <= t->capacity) return;
  if (need > UINT32_MAX) {
    fprintf(stderr, "assay: the texts of one batch are longer than 4 GiB; nothing was published\n");
    abort();
  }
  size_t capacity = t->capacity ? t->capacity : 1024;
  while (capacity < need) capacity *= 2;
  char *bytes = column_block(capacity, 1);
  if (used) memcpy(bytes, t->bytes, used);
  free(t->bytes);
  t->bytes = bytes;
  t->capacity = capacity;
}

void column_add_text(column *c, size_t row, const char *text, size_t n) {
  text_data *t = &c->text;
  size_t start = t->offsets[row];
  if (!text) n = 0;
  column_reserve_text(c, start, n);
  if (n) memcpy(t->bytes + start, text, n);
  t->offsets[row + 1] = (uint32_t)(start + n);
  t->missing[row] = !text;
}

static void text_drop(text_data *t, size_t rows, const uint8_t *drop) {
  size_t kept = 0;
  uint32_t end = 0;
  for (size_t r = 0; r < rows; r++) {
    if (drop[r]) continue;
    uint32_t start = t->offsets[r], length = t->offsets[r + 1] - start;
    if (start != end) memmove(t->bytes + end, t->bytes + start, length);
    if (t->missing) t->missing[kept] = t->missing[r];
    end += length;
    t->offsets[++kept] = end;
  }
}

/* The items of dropped lists, and of missing ones, go with them. */
static void list_drop(column *c, size_t rows, const uint8_t *drop, bool missing) {
  batch *items = c->list.records;
  uint8_t *gone = mem_alloc(items->rows);
  uint32_t end = 0;
  size_t kept = 0;
  for (size_t r = 0, item = 0; r < rows; r++) {
    bool list_goes = (drop && drop[r]) || (missing && c->list.missing[r]);
    uint32_t length = c->list.offsets[r + 1] - (uint32_t)item;
    memset(gone + item, list_goes, length);
    item += length;
    if (drop && drop[r]) continue;
    if (!list_goes) end += length;
    c->list.missing[kept] = c->list.missing[r];
    c->list.offsets[++kept] = end;
  }
  batch_drop(items, gone);
  free(gone);
}

void column_drop_missing_lists(column *c, size_t rows) {
  for (size_t r = 0; r < rows; r++) {
    if (!c->list.missing[r] || c->list.offsets[r] == c->list.offsets[r + 1]) continue;
    list_drop(c, rows, NULL, true);
    return;
  }
}

/* Moves the kept rows together, in a block of values of one size. */
#define VALUES_DROP(values, rows, drop)                                                            \
  for (size_t row_ = 0, kept_ = 0; row_ < (rows); row_++)                                          \
    if (!(drop)[row_]) (values)[kept_++] = (values)[row_]

void column_drop(column *c, size_t rows, const uint8_t *drop) {
  if (c->i64) VALUES_DROP(c->i64, rows, drop);
  if (c->den) VALUES_DROP(c->den, rows, drop);
  if (c->i32) VALUES_DROP(c->i32, rows, drop);
  if (c->f64) VALUES_DROP(c->f64, rows, drop);
  if (c->text.offsets) text_drop(&c->text, rows, drop);
  if (c->list.offsets) list_drop(c, rows, drop, false);
}

void batch_drop(batch *b, const uint8_t *drop) {
  for (size_t i = 0; i < b->schema->count; i++) column_drop(&b->columns[i], b->rows, drop);
  VALUES_DROP(b->sequence, b->rows, drop);
  VALUES_DROP(b->position, b->rows, drop);
  size_t kept = 0;
  for (size_t r = 0; r < b->rows; r++) kept += !drop[r];
  b->rows = kept;
}

bool column_missing(const column *c, size_t row) {
  if (!column_is_there(c)) return true;
  switch (type_storage(c->type.kind)) {
  case STORE_TEXT:
    return c->text.missing && c->text.missing[row];
  case STORE_I32:
    return c->i32[row] == MISSING_I32;
  case STORE_I64:
  case STORE_RATIO:
    return c->i64[row] == MISSING_I64;
  case STORE_F64:
    return isnan(c->f64[row]);
  case STORE_LIST:
    return c->list.missing && c->list.missing[row];
  }
  return true;
}

void column_write(buffer *out, const column *c, size_t row, zone z) {
  if (column_missing(c, row)) return;
  const text_data *t = &c->text;
  buffer_reserve(out, 64);
  char *end = out->data + out->size;
  switch (c->type.kind) {
  case TYPE_KEY:
  case TYPE_TEXT:
  case TYPE_CODES:
    buffer_add(out, t->bytes + t->offsets[row], t->offsets[row + 1] - t->offsets[row]);
    break;
  case TYPE_CHOICE:
    buffer_text(out, c->type.choices->names[c->i32[row]]);
    break;
  case TYPE_BOOLEAN:
    buffer_text(out, c->i32[row] ? "true" : "false");
    break;
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    if (c->type.denominator == pow10_i64(c->type.digits))
      out->size += decimal_write(end, c->i64[row], c->type.digits);
    else /* finer than it is written: a mean of two amounts */
      out->size += quotient_write(end, c->i64[row], c->type.denominator, c->type.digits);
    break;
  case TYPE_DATE:
    out->size += date_write(end, c->i64[row]);
    break;
  case TYPE_TIMESTAMP:
    out->size += moment_write(end, c->i64[row], z);
    break;
  case TYPE_DURATION:
  case TYPE_MONTHS:
    out->size += duration_write(end, c->type.kind == TYPE_MONTHS, c->i64[row]);
    break;
  case TYPE_NUMBER:
    out->size += number_write(end, c->f64[row]);
    break;
  case TYPE_RATIO:
    out->size += quotient_write(end, c->i64[row], c->den[row], c->type.digits);
    break;
  case TYPE_LIST: /* its records are written one by one, by who knows the form */
  case TYPE_NONE:
    break;
  }
}
