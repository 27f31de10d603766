/* See interim.h. Columns are written as they lie in memory: what is written is read once, soon, and
 * mostly from memory still. */
#include "interim.h"

#include <stdlib.h>
#include <string.h>

#include "evaluator.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { FORM = 1, RANKED_PLANES = 8 };

/* ---- writing ---- */

static void put(buffer *out, const void *data, size_t size) {
  if (size) buffer_add(out, data, size);
}

static void put_number(buffer *out, uint64_t n) {
  put(out, &n, sizeof n);
}

static void put_string(buffer *out, const char *text) {
  const size_t n = text ? strlen(text) : 0;
  put_number(out, n);
  put(out, text, n);
}

static void put_text(buffer *out, const text_data *t, size_t rows) {
  put(out, t->offsets, (rows + 1) * sizeof *t->offsets);
  put(out, t->bytes, t->offsets[rows]);
  put_number(out, t->missing != NULL);
  if (t->missing) put(out, t->missing, rows);
}

static void put_column(buffer *out, const column *c, size_t rows);

static void put_list(buffer *out, const column *c, size_t rows) {
  const batch *records = c->list.records;
  put(out, c->list.offsets, (rows + 1) * sizeof *c->list.offsets);
  put(out, c->list.missing, rows);
  put_number(out, records->rows);
  for (size_t i = 0; i < records->schema->count; i++)
    put_column(out, &records->columns[i], records->rows);
}

/* A column that was not asked for is nothing. */
static void put_column(buffer *out, const column *c, size_t rows) {
  if (c->i64) put(out, c->i64, rows * sizeof *c->i64);
  if (c->den) put(out, c->den, rows * sizeof *c->den);
  if (c->i32) put(out, c->i32, rows * sizeof *c->i32);
  if (c->f64) put(out, c->f64, rows * sizeof *c->f64);
  if (c->text.offsets) put_text(out, &c->text, rows);
  if (c->list.offsets) put_list(out, c, rows);
}

static void put_codes(buffer *out, const evaluator *v, size_t rows) {
  const plan *p = v->plan;
  const size_t words = rows * p->code_words * sizeof *v->given;
  put(out, v->given, words);
  if (v->silenced) put(out, v->silenced, words);
  for (size_t i = 0; i < p->ranking_count; i++)
    for (size_t k = 0; k < RANKED_PLANES; k++)
      put(out, v->ranked[i] + k * BATCH_ROWS, rows * sizeof(int32_t));
  if (!v->value_first) return;
  put(out, v->value_first, rows * sizeof *v->value_first);
  put_number(out, v->value_count);
  for (size_t i = 0; i < v->value_count; i++) {
    put_number(out, v->values[i].bit);
    put_number(out, (uint64_t)v->values[i].next);
    put_string(out, v->values[i].text);
  }
}

static void put_faults(buffer *out, const decisions *d) {
  put(out, d->failed, d->rows);
  put_number(out, d->fault_count);
  for (size_t i = 0; i < d->fault_count; i++) {
    const fault *f = &d->faults[i];
    put_number(out, f->row);
    put_number(out, (uint64_t)f->line);
    const char *const texts[] = {f->code, f->rule, f->file, f->message};
    for (size_t k = 0; k < 4; k++) put_string(out, texts[k]);
  }
}

static uint64_t hash(const buffer *b, size_t from) {
  return XXH3_64bits(b->data + from, b->size - from);
}

/* The columns first, each at a place that can be found by the sizes before it. */
void evaluator_save(const evaluator *v, size_t phase, buffer *out) {
  const plan_phase *at = &v->plan->phases[phase];
  const decisions *d = v->frame.out;
  const batch *in = d->batch;
  const size_t rows = in->rows, start = out->size;
  interim_head head = {.form = FORM, .rows = (uint32_t)rows, .first = 1};
  if (rows) head.first = in->sequence[0], head.last = in->sequence[rows - 1];
  put(out, &head, sizeof head);
  size_t from = out->size;
  put(out, in->sequence, rows * sizeof *in->sequence);
  put(out, in->position, rows * sizeof *in->position);
  put_text(out, &in->columns[in->schema->key].text, rows);
  head.keys_size = out->size - from;
  head.keys_hash = hash(out, from);
  from = out->size;
  for (size_t i = 0; i < at->live_count; i++) {
    const size_t size_at = out->size;
    put_number(out, 0);
    put_column(out, v->frame.slots[at->live[i]], rows);
    const uint64_t size = out->size - size_at - sizeof size;
    memcpy(out->data + size_at, &size, sizeof size);
  }
  put_codes(out, v, rows);
  put_faults(out, d);
  head.body_size = out->size - from;
  head.body_hash = hash(out, from);
  memcpy(out->data + start, &head, sizeof head);
}

/* ---- reading ---- */

typedef struct source {
  const char *at, *end;
  bool broken;
} source;

static void get(source *s, void *to, size_t size) {
  if (s->broken || (size_t)(s->end - s->at) < size) {
    s->broken = true;
    return;
  }
  if (size) memcpy(to, s->at, size);
  s->at += size;
}

static uint64_t get_number(source *s) {
  uint64_t n = 0;
  get(s, &n, sizeof n);
  return s->broken ? 0 : n;
}

static const char *get_string(source *s, arena *a) {
  const uint64_t n = get_number(s);
  if (s->broken || (uint64_t)(s->end - s->at) < n) {
    s->broken = true;
    return "";
  }
  const char *text = arena_string_n(a, s->at, n);
  s->at += n;
  return text;
}

static void get_text(source *s, column *c, size_t rows) {
  text_data *t = &c->text;
  get(s, t->offsets, (rows + 1) * sizeof *t->offsets);
  if (s->broken) return;
  column_reserve_text(c, 0, t->offsets[rows]);
  get(s, t->bytes, t->offsets[rows]);
  if (get_number(s))
    get(s, t->missing, rows);
  else if (t->missing)
    memset(t->missing, 0, rows);
}

static void get_column(source *s, column *c, size_t rows);

static void get_list(source *s, column *c, size_t rows) {
  batch *records = c->list.records;
  get(s, c->list.offsets, (rows + 1) * sizeof *c->list.offsets);
  get(s, c->list.missing, rows);
  const size_t count = get_number(s);
  batch_reserve(records, count);
  for (size_t i = 0; i < records->schema->count && !s->broken; i++)
    get_column(s, &records->columns[i], count);
  records->rows = count;
}

static void get_column(source *s, column *c, size_t rows) {
  if (c->i64) get(s, c->i64, rows * sizeof *c->i64);
  if (c->den) get(s, c->den, rows * sizeof *c->den);
  if (c->i32) get(s, c->i32, rows * sizeof *c->i32);
  if (c->f64) get(s, c->f64, rows * sizeof *c->f64);
  if (c->text.offsets) get_text(s, c, rows);
  if (c->list.offsets) get_list(s, c, rows);
}

static error_code broken(error *e) {
  return error_set(e, ERR_STORE,
                   "a temporary file does not hold what was written to it: the disk (of TMPDIR) is "
                   "damaged, or another program wrote to it; nothing was published");
}

/* Checks the head and one or both of the parts behind it. */
static error_code open_interim(const void *data, size_t size, bool whole, interim_head *head,
                               source *keys, source *body, error *e) {
  const char *bytes = data;
  if (size < sizeof *head) return broken(e);
  memcpy(head, bytes, sizeof *head);
  bytes += sizeof *head;
  size -= sizeof *head;
  if (head->form != FORM || head->rows > BATCH_ROWS || head->keys_size > size ||
      XXH3_64bits(bytes, head->keys_size) != head->keys_hash)
    return broken(e);
  *keys = (source){bytes, bytes + head->keys_size, false};
  if (!whole) return ERR_OK;
  bytes += head->keys_size;
  if (head->body_size != size - head->keys_size ||
      XXH3_64bits(bytes, head->body_size) != head->body_hash)
    return broken(e);
  *body = (source){bytes, bytes + head->body_size, false};
  return ERR_OK;
}

/* ---- loading ---- */

/* The column of a slot, to be filled. */
static column *column_of(const evaluator *v, int slot, const batch *in) {
  const plan *p = v->plan;
  const size_t fields = p->pack->schema.count;
  if ((size_t)slot < fields) return &in->columns[slot];
  for (size_t i = 0; i < p->previous_count; i++)
    if (p->previous[i].slot == slot) return &in->columns[fields + i];
  for (size_t i = 0; i < p->result_count; i++)
    if (p->results[i].slot == slot) return v->results[i];
  return NULL;
}

value_type plan_slot_type(const plan *p, int slot) {
  const size_t fields = p->pack->schema.count;
  if ((size_t)slot < fields) return p->pack->schema.fields[slot].type;
  for (size_t i = 0; i < p->previous_count; i++)
    if (p->previous[i].slot == slot) return p->previous[i].type;
  for (size_t i = 0; i < p->result_count; i++)
    if (p->results[i].slot == slot) return p->results[i].type;
  return bare_type(TYPE_NONE);
}

static void get_codes(source *s, evaluator *v, size_t rows) {
  const plan *p = v->plan;
  const size_t words = rows * p->code_words * sizeof *v->given;
  get(s, v->given, words);
  if (v->silenced) get(s, v->silenced, words);
  for (size_t i = 0; i < p->ranking_count; i++)
    for (size_t k = 0; k < RANKED_PLANES; k++)
      get(s, v->ranked[i] + k * BATCH_ROWS, rows * sizeof(int32_t));
  if (!v->value_first) return;
  get(s, v->value_first, rows * sizeof *v->value_first);
  const size_t count = get_number(s);
  if (count > v->value_capacity) {
    v->values = mem_grow(v->values, count, sizeof *v->values);
    v->value_capacity = count;
  }
  for (v->value_count = 0; v->value_count < count && !s->broken; v->value_count++) {
    code_value *x = &v->values[v->value_count];
    x->bit = (uint32_t)get_number(s);
    x->next = (int32_t)get_number(s);
    x->text = get_string(s, &v->value_texts);
  }
}

static void get_faults(source *s, decisions *d, size_t rows) {
  get(s, d->failed, rows);
  const size_t count = get_number(s);
  if (count > d->fault_capacity) {
    d->faults = mem_grow(d->faults, count, sizeof *d->faults);
    d->fault_capacity = count;
  }
  for (d->fault_count = 0; d->fault_count < count && !s->broken; d->fault_count++) {
    fault *f = &d->faults[d->fault_count];
    f->row = get_number(s);
    f->line = (int)get_number(s);
    const char **const texts[] = {&f->code, &f->rule, &f->file, &f->message};
    for (size_t k = 0; k < 4; k++) *texts[k] = get_string(s, &d->texts);
  }
}

/* ---- dropping rows ---- */

static void drop_values(void *values, size_t size, size_t rows, const uint8_t *drop) {
  char *bytes = values;
  size_t kept = 0;
  for (size_t r = 0; r < rows; r++) {
    if (drop[r]) continue;
    if (kept != r) memcpy(bytes + kept * size, bytes + r * size, size);
    kept++;
  }
}

static void drop_faults(decisions *d, size_t rows, const uint8_t *drop) {
  size_t *number = mem_array(rows + 1, sizeof *number), kept = 0;
  for (size_t r = 0; r < rows; r++) {
    number[r] = kept;
    kept += !drop[r];
  }
  kept = 0;
  for (size_t i = 0; i < d->fault_count; i++) {
    if (drop[d->faults[i].row]) continue;
    d->faults[kept] = d->faults[i];
    d->faults[kept].row = number[d->faults[i].row];
    kept++;
  }
  d->fault_count = kept;
  free(number);
}

static void drop_rows(evaluator *v, size_t phase, batch *in, const uint8_t *drop) {
  const plan *p = v->plan;
  const plan_phase *at = &p->phases[phase];
  const size_t rows = in->rows, words = p->code_words * sizeof *v->given;
  size_t kept = 0;
  for (size_t r = 0; r < rows; r++) kept += !drop[r];
  for (size_t i = 0; i < at->live_count; i++)
    column_drop(column_of(v, at->live[i], in), rows, drop);
  column_drop(&in->columns[in->schema->key], rows, drop);
  drop_values(in->sequence, sizeof *in->sequence, rows, drop);
  drop_values(in->position, sizeof *in->position, rows, drop);
  drop_values(v->given, words, rows, drop);
  if (v->silenced) drop_values(v->silenced, words, rows, drop);
  if (v->value_first) drop_values(v->value_first, sizeof *v->value_first, rows, drop);
  for (size_t i = 0; i < p->ranking_count; i++)
    for (size_t k = 0; k < RANKED_PLANES; k++)
      drop_values(v->ranked[i] + k * BATCH_ROWS, sizeof(int32_t), rows, drop);
  drop_faults(v->frame.out, rows, drop);
  drop_values(v->frame.out->failed, 1, rows, drop);
  in->rows = v->frame.rows = v->frame.out->rows = kept;
}

static void mark_dropped(const batch *in, const uint64_t *dropped, size_t count, uint8_t *drop) {
  for (size_t r = 0, i = 0; r < in->rows; r++) {
    while (i < count && dropped[i] < in->sequence[r]) i++;
    drop[r] = i < count && dropped[i] == in->sequence[r];
  }
}

error_code evaluator_load(evaluator *v, size_t phase, const void *data, size_t size,
                          const uint64_t *dropped, size_t dropped_count, batch *in, decisions *out,
                          error *e) {
  const plan_phase *at = &v->plan->phases[phase];
  interim_head head = {0};
  source keys = {0}, body = {0};
  if (open_interim(data, size, true, &head, &keys, &body, e)) return e->code;
  batch_clear(in);
  in->rows = head.rows;
  get(&keys, in->sequence, in->rows * sizeof *in->sequence);
  get(&keys, in->position, in->rows * sizeof *in->position);
  get_text(&keys, &in->columns[in->schema->key], in->rows);
  evaluator_begin(v, in, out);
  for (size_t i = 0; i < at->live_count; i++) {
    get_number(&body);
    get_column(&body, column_of(v, at->live[i], in), in->rows);
  }
  get_codes(&body, v, in->rows);
  get_faults(&body, out, in->rows);
  if (keys.broken || body.broken) return broken(e);
  if (!dropped_count) return ERR_OK;
  uint8_t drop[BATCH_ROWS];
  mark_dropped(in, dropped, dropped_count, drop);
  drop_rows(v, phase, in, drop);
  return ERR_OK;
}

void evaluator_moves(evaluator *v, const population_move *moves, size_t count) {
  v->moves = moves;
  v->move_count = count;
}

/* ---- parts of it ---- */

error_code interim_columns(const plan *p, size_t phase, const void *data, size_t size,
                           const int *slots, size_t count, column *out, uint64_t *sequences,
                           size_t *rows, error *e) {
  const plan_phase *at = &p->phases[phase];
  interim_head head = {0};
  source keys = {0}, body = {0};
  if (open_interim(data, size, true, &head, &keys, &body, e)) return e->code;
  *rows = head.rows;
  get(&keys, sequences, *rows * sizeof *sequences);
  keys.at += *rows * sizeof(int64_t); /* positions */
  for (size_t k = 0; k < count; k++) {
    source one = keys;
    if (slots[k] != (int)p->pack->schema.key) continue;
    get_text(&one, &out[k], *rows);
    if (one.broken) return broken(e);
  }
  for (size_t i = 0; i < at->live_count; i++) {
    const uint64_t bytes = get_number(&body);
    if (body.broken || (uint64_t)(body.end - body.at) < bytes) return broken(e);
    for (size_t k = 0; k < count; k++) {
      source one = {body.at, body.at + bytes, false};
      if (slots[k] != at->live[i]) continue;
      get_column(&one, &out[k], *rows);
      if (one.broken) return broken(e);
    }
    body.at += bytes;
  }
  return keys.broken ? broken(e) : ERR_OK;
}

error_code interim_key(const void *data, size_t size, uint64_t sequence, const char **key,
                       size_t *length, int64_t *position, error *e) {
  interim_head head = {0};
  source keys = {0}, body = {0};
  uint64_t at;
  *key = NULL;
  if (open_interim(data, size, false, &head, &keys, &body, e)) return e->code;
  if (!keys.at) return broken(e);
  const size_t rows = head.rows;
  const char *sequences = keys.at, *positions = sequences + rows * sizeof at;
  const char *offsets = positions + rows * sizeof *position;
  const char *bytes = offsets + (rows + 1) * sizeof(uint32_t);
  if (bytes > keys.end) return broken(e);
  for (size_t low = 0, high = rows; low < high;) {
    const size_t middle = low + (high - low) / 2;
    memcpy(&at, sequences + middle * sizeof at, sizeof at);
    if (at < sequence) {
      low = middle + 1;
    } else if (at > sequence) {
      high = middle;
    } else {
      uint32_t ends[2];
      memcpy(ends, offsets + middle * sizeof *ends, sizeof ends);
      memcpy(position, positions + middle * sizeof *position, sizeof *position);
      *key = bytes + ends[0];
      *length = ends[1] - ends[0];
      return ERR_OK;
    }
  }
  return ERR_OK;
}
