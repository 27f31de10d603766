/* Most cells are short: they are copied as sixteen bytes with one load and one store, whatever
 * their size, since both buffers have slack behind them. */
#include "batch.h"

#define CELL 16

static bool column_begin(csv_column *c, size_t rows) {
  size_t hint = c->size + c->size / 8 + 1024; /* what the last batch needed and a little more */
  c->offsets = malloc((rows + 1) * sizeof *c->offsets);
  c->valid = malloc(rows / 8 + 1);
  c->bytes = malloc(hint + CELL);
  c->capacity = hint;
  c->size = 0;
  if (!c->offsets || !c->valid || !c->bytes) return false;
  c->offsets[0] = 0;
  return true;
}

static void column_drop(csv_column *c) {
  free(c->offsets);
  free(c->valid);
  free(c->bytes);
  c->offsets = NULL;
  c->valid = NULL;
  c->bytes = NULL;
}

bool batch_begin(csv_batch *b, size_t capacity) {
  b->before += b->rows;
  b->rows = b->refused_count = b->text_size = 0;
  b->capacity = capacity;
  free(b->lines);
  b->lines = malloc((capacity + 1) * sizeof *b->lines);
  bool ok = b->lines != NULL;
  for (size_t i = 0; i < b->column_count; i++) {
    column_drop(&b->columns[i]);
    ok = column_begin(&b->columns[i], capacity) && ok;
  }
  return ok;
}

static bool column_grow(csv_column *c, size_t extra) {
  size_t capacity = c->capacity * 2 + extra;
  char *grown = realloc(c->bytes, capacity + CELL);
  if (!grown) return false;
  c->bytes = grown;
  c->capacity = capacity;
  return true;
}

static size_t copy_halving_quotes(char *out, const char *from, size_t n, char quote) {
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    out[used++] = from[i];
    i += from[i] == quote;
  }
  return used;
}

static bool is_missing(const missing_words *m, const char *text, size_t n) {
  if (!(m->lengths >> (n < 63 ? n : 63) & 1)) return false;
  for (size_t i = 0; i < m->count; i++) {
    if (m->sizes[i] == n && !memcmp(m->words[i], text, n)) return true;
  }
  return false;
}

static bool column_copy(csv_column *c, const char *data, const span *spans, size_t stride,
                        size_t first, size_t rows, const missing_words *missing, char quote) {
  int32_t *offsets = c->offsets + first + 1;
  char *out = c->bytes;
  size_t size = c->size, limit = c->capacity;
  unsigned bits = first & 7 ? c->valid[first >> 3] : 0;
  spans += c->field;
  for (size_t i = 0; i < rows; i++, spans += stride) {
    const char *from = data + spans->at;
    size_t n = spans->size & ~SPAN_DOUBLED;
    if (__builtin_expect(size + n > limit, 0)) {
      if (!column_grow(c, n)) return false;
      out = c->bytes;
      limit = c->capacity;
    }
    if (__builtin_expect(spans->size <= CELL, 1)) {
      memcpy(out + size, from, CELL);
    } else if (spans->size & SPAN_DOUBLED) {
      n = copy_halving_quotes(out + size, from, n, quote);
    } else {
      memcpy(out + size, from, n);
    }
    if (missing->count && is_missing(missing, out + size, n)) n = 0;
    size += n;
    offsets[i] = (int32_t)size;
    size_t row = first + i;
    bits |= (unsigned)(n != 0) << (row & 7);
    if ((row & 7) == 7) {
      c->valid[row >> 3] = (uint8_t)bits;
      bits = 0;
    }
  }
  if ((first + rows) & 7) c->valid[(first + rows) >> 3] = (uint8_t)bits;
  c->size = size;
  return true;
}

static size_t write_number(char *out, uint64_t number) {
  char digits[20];
  size_t n = 0;
  do {
    digits[sizeof digits - ++n] = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  memcpy(out, digits + sizeof digits - n, n);
  return n;
}

static bool column_number(csv_column *c, uint64_t before, size_t first, size_t rows) {
  for (size_t row = first; row < first + rows; row++) {
    if (c->size + 20 > c->capacity && !column_grow(c, 20)) return false;
    c->size += write_number(c->bytes + c->size, before + row + 1);
    c->offsets[row + 1] = (int32_t)c->size;
    unsigned earlier = row & 7 ? c->valid[row >> 3] : 0;
    c->valid[row >> 3] = (uint8_t)(earlier | 1u << (row & 7));
  }
  return true;
}

bool batch_copy(csv_batch *b, const char *data, const span *spans, size_t stride, size_t rows,
                const missing_words *missing, char quote) {
  bool ok = true;
  for (size_t i = 0; ok && i < b->column_count; i++) {
    csv_column *c = &b->columns[i];
    ok = c->field == CSV_ROW_NUMBER
             ? column_number(c, b->before, b->rows, rows)
             : column_copy(c, data, spans, stride, b->rows, rows, missing, quote);
  }
  b->rows += rows;
  return ok;
}

static bool reserve_refused(csv_batch *b, size_t text) {
  if (b->refused_count == b->refused_capacity) {
    size_t capacity = b->refused_capacity * 2 + 16;
    struct refused *grown = realloc(b->refused, capacity * sizeof *grown);
    if (!grown) return false;
    b->refused = grown;
    b->refused_capacity = capacity;
  }
  if (b->text_size + text > b->text_capacity || !b->refused_text) {
    size_t capacity = b->text_capacity * 2 + text + 256;
    char *grown = realloc(b->refused_text, capacity);
    if (!grown) return false;
    b->refused_text = grown;
    b->text_capacity = capacity;
  }
  return true;
}

bool batch_refuse(csv_batch *b, size_t row, const char *code, const char *field, const char *value,
                  const char *message) {
  char text[1024], name[200];
  const char s = ASSAY_REJECT_SEPARATOR;
  assay_printable(name, sizeof name, field, strlen(field));
  int n = snprintf(text, sizeof text, "%s%c%s%c%s%c%s", code, s, name, s, value, s, message);
  if (n < 0 || !reserve_refused(b, (size_t)n)) return false;
  memcpy(b->refused_text + b->text_size, text, (size_t)n);
  b->text_size += (size_t)n;
  b->refused[b->refused_count++] = (struct refused){.row = row, .end = b->text_size};
  return true;
}

static bool export_refused(csv_batch *b, struct ArrowArray *out) {
  int32_t *offsets = malloc((b->rows + 1) * sizeof *offsets);
  uint8_t *valid = calloc(b->rows / 8 + 1, 1);
  char *text = malloc(b->text_size + 1);
  if (!offsets || !valid || !text) {
    free(offsets);
    free(valid);
    free(text);
    return false;
  }
  if (b->text_size) memcpy(text, b->refused_text, b->text_size);
  size_t next = 0;
  offsets[0] = 0;
  for (size_t row = 0; row < b->rows; row++) {
    offsets[row + 1] = offsets[row];
    if (next < b->refused_count && b->refused[next].row == row) {
      valid[row >> 3] = (uint8_t)(valid[row >> 3] | 1u << (row & 7));
      offsets[row + 1] = (int32_t)b->refused[next++].end;
    }
  }
  return assay_arrow_column(out, b->rows, (int64_t)(b->rows - b->refused_count), 3, valid, offsets,
                            text);
}

static int64_t count_nulls(const csv_column *c, size_t rows) {
  int64_t filled = 0;
  size_t i = 0, bytes = (rows + 7) / 8;
  for (; i + 8 <= bytes; i += 8) {
    uint64_t word;
    memcpy(&word, c->valid + i, sizeof word);
    filled += __builtin_popcountll(word);
  }
  for (; i < bytes; i++) filled += __builtin_popcount(c->valid[i]);
  return (int64_t)rows - filled;
}

bool batch_export(csv_batch *b, struct ArrowArray *out) {
  bool ok = assay_arrow_struct(out, b->rows, b->column_count + 2);
  for (size_t i = 0; ok && i < b->column_count; i++) {
    csv_column *c = &b->columns[i];
    ok = assay_arrow_column(out->children[i], b->rows, count_nulls(c, b->rows), 3, c->valid,
                            c->offsets, c->bytes);
    c->valid = NULL;
    c->offsets = NULL;
    c->bytes = NULL;
  }
  if (ok) {
    ok = assay_arrow_column(out->children[b->column_count], b->rows, 0, 2, NULL, b->lines, NULL);
    b->lines = NULL;
  }
  ok = ok && export_refused(b, out->children[b->column_count + 1]);
  if (!ok && out->release) out->release(out);
  return ok;
}

void batch_deinit(csv_batch *b) {
  for (size_t i = 0; i < b->column_count; i++) {
    column_drop(&b->columns[i]);
    free(b->columns[i].name);
  }
  free(b->columns);
  free(b->lines);
  free(b->refused);
  free(b->refused_text);
}
