/* The form of a row: a byte 1 and the values (row_code), if the list is read at all; or a byte 0, the
 * column (4 bytes) and the number of the record (8 bytes) for the order, and the texts of the reject,
 * each ended by NUL. */
#include "related.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../data/row_code.h"

#define BAD_HEAD 13

struct related {
  const pack_related *declared;
  bool read; /* something reads the list: values are kept */
  reader *reader;
  bool abandoned;
  cast *cast;
  row_filter *filter;
  batch *batch;
  uint8_t *keep;
  const fault *faults; /* of the filter, by row */
  size_t fault_count;
  buffer bytes;
  related_row *rows;
  size_t *starts; /* of each row in `bytes`, which may still move */
  size_t count;
  arena texts;
  related_counts counts;
};

related *related_new(const plan *made, const pack *p, size_t number, source *from) {
  related *r = mem_alloc(sizeof *r);
  r->declared = &p->related[number];
  r->read = plan_list(made, r->declared->field)->read;
  r->reader = reader_new(from->plugin, &from->settings, &r->declared->schema, -1);
  r->filter = row_filter_new(made, number);
  r->batch = batch_new(&r->declared->schema, NULL);
  r->keep = mem_alloc(BATCH_ROWS);
  r->rows = mem_array(BATCH_ROWS, sizeof *r->rows);
  r->starts = mem_array(BATCH_ROWS, sizeof *r->starts);
  return r;
}

void related_free(related *r) {
  if (!r) return;
  if (!r->abandoned) reader_free(r->reader);
  cast_free(r->cast);
  row_filter_free(r->filter);
  batch_free(r->batch);
  free(r->keep);
  free(r->rows);
  free(r->starts);
  buffer_deinit(&r->bytes);
  arena_deinit(&r->texts);
  free(r);
}

reader *related_reader(related *r) {
  return r->reader;
}

void related_abandoned(related *r) {
  r->abandoned = true;
}

const char *related_name(const related *r) {
  return r->declared->name;
}

const char *related_source(const related *r) {
  return reader_source(r->reader);
}

const related_counts *related_counted(const related *r) {
  return &r->counts;
}

/* The plugin does not know which of the pack's sources it is. */
static error_code blame(const related *r, error_code code, const error *why, error *e) {
  if (code == ERR_INTERNAL) return error_set(e, code, "%s", why->message);
  return error_set(e, code, "related \"%s\" (%s:%d): %s", r->declared->name, r->declared->at.file,
                   r->declared->at.line, why->message);
}

error_code related_open(related *r, error *e) {
  error why = {0};
  const error_code code = reader_open(r->reader, &r->cast, &why);
  return code ? blame(r, code, &why, e) : ERR_OK;
}

/* ---- rows as bytes ---- */

static void begin_row(related *r, const char *key, size_t n) {
  r->rows[r->count] = (related_row){.key = key, .key_size = n};
  r->starts[r->count++] = r->bytes.size;
}

static void add_good(related *r, size_t row) {
  const text_data *texts = &r->batch->columns[0].text;
  begin_row(r, texts->bytes + texts->offsets[row], texts->offsets[row + 1] - texts->offsets[row]);
  buffer_char(&r->bytes, 1);
  if (r->read) row_encode(&r->bytes, r->batch, 1, row);
}

static void add_text(buffer *out, const char *text) {
  buffer_add(out, text, strlen(text) + 1);
}

typedef struct where_in_source {
  size_t column;
  uint64_t sequence;
  int64_t position;
} where_in_source;

/* "line 17", or the number of the record where a source has no lines. */
static const char *place_text(arena *a, const where_in_source *w) {
  return w->position >= 0 ? arena_format(a, "line %lld", (long long)w->position)
                          : arena_format(a, "record %llu", (unsigned long long)w->sequence + 1);
}

static void add_bad(related *r, const where_in_source *w, const related_fault *f) {
  buffer *out = &r->bytes;
  buffer_char(out, 0);
  for (int i = 3; i >= 0; i--) buffer_char(out, (char)((uint32_t)w->column >> (8 * i)));
  for (int i = 7; i >= 0; i--) buffer_char(out, (char)(w->sequence >> (8 * i)));
  add_text(out, f->code);
  add_text(out, *f->field ? arena_format(&r->texts, "%s.%s", r->declared->name, f->field)
                          : r->declared->name);
  add_text(out, f->value ? f->value : "");
  add_text(out, arena_format(&r->texts, "%s of %s: %s", place_text(&r->texts, w), r->declared->name,
                             f->message));
}

static void add_reject(related *r, const reject *x) {
  const where_in_source w = {x->column, x->sequence, x->position};
  if (!x->key) {
    if (!r->counts.keyless++)
      snprintf(r->counts.first, sizeof r->counts.first, "%s: %s%s%s, %s", place_text(&r->texts, &w),
               x->code, *x->field ? ":" : "", x->field, x->message);
    return;
  }
  const related_fault f = {x->code, x->field, x->value, x->message};
  begin_row(r, x->key, strlen(x->key));
  add_bad(r, &w, &f);
}

/* A row whose condition cannot be computed: whether it counts is not known. */
static void add_fault(related *r, const fault *x) {
  const text_data *texts = &r->batch->columns[0].text;
  const where_in_source w = {UINT32_MAX, r->batch->sequence[x->row], r->batch->position[x->row]};
  const related_fault f = {x->code, "", "", arena_format(&r->texts, "where: %s", x->message)};
  begin_row(r, texts->bytes + texts->offsets[x->row],
            texts->offsets[x->row + 1] - texts->offsets[x->row]);
  add_bad(r, &w, &f);
}

/* Rows and rejects in the order of the source, as the merge needs them. */
static void make_rows(related *r) {
  const batch *b = r->batch;
  size_t next_reject = 0, next_fault = 0;
  for (size_t row = 0; row <= b->rows; row++) {
    while (next_reject < b->reject_count &&
           (row == b->rows || b->rejects[next_reject].sequence < b->sequence[row]))
      add_reject(r, &b->rejects[next_reject++]);
    if (row == b->rows) break;
    if (next_fault < r->fault_count && r->faults[next_fault].row == row)
      add_fault(r, &r->faults[next_fault++]);
    else if (!r->filter || r->keep[row])
      add_good(r, row);
  }
  for (size_t i = 0; i < r->count; i++) {
    r->rows[i].bytes = r->bytes.data + r->starts[i];
    r->rows[i].size = (i + 1 < r->count ? r->starts[i + 1] : r->bytes.size) - r->starts[i];
  }
}

static error_code next_piece(related *r, bool *end, error *e) {
  slice s;
  error_code code = reader_next(r->reader, &s, e);
  *end = !code && !s.array;
  if (code || *end) return code;
  code = cast_rows(r->cast, slice_array(&s), s.from, s.n, s.first, r->batch, NULL, e);
  slice_release(&s);
  if (code) return code;
  r->counts.read += s.n;
  r->fault_count = 0;
  if (r->filter) row_filter_run(r->filter, r->batch, r->keep, &r->faults, &r->fault_count);
  buffer_clear(&r->bytes);
  arena_clear(&r->texts);
  r->count = 0;
  make_rows(r);
  return ERR_OK;
}

error_code related_next(related *r, const related_row **rows, size_t *count, error *e) {
  error why = {0};
  bool end = false;
  r->count = 0;
  while (!end && !r->count) {
    const error_code code = next_piece(r, &end, &why);
    if (code) return blame(r, code, &why, e);
  }
  *rows = r->rows;
  *count = r->count;
  return ERR_OK;
}

/* ---- back ---- */

bool related_row_is_bad(const char *bytes) {
  return bytes[0] == 0;
}

void related_row_fault(const char *bytes, related_fault *out) {
  out->code = bytes + BAD_HEAD;
  out->field = out->code + strlen(out->code) + 1;
  out->value = out->field + strlen(out->field) + 1;
  out->message = out->value + strlen(out->value) + 1;
}

size_t related_row_read(const char *bytes, batch *records, size_t row) {
  return 1 + row_decode(bytes + 1, records, row);
}
