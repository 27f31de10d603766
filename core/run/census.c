/* See census.h. */
#include "census.h"

#include <stdlib.h>
#include <string.h>

#include "../data/sorter.h"

#define DROP_BUDGET (1u << 20) /* bytes, for the numbers of dropped records */

struct census {
  const plan *plan;
  population *values;
  interim_file *written, *read; /* in the phase at hand; by the one before */
  int64_t records;
  sorter *dropped; /* numbers of records, ascending; NULL = none, or gone */
  const uint64_t *next_dropped;
  size_t settled; /* the phase that was worked out last */
  size_t at;      /* next batch to be read */
};

census *census_new(const plan *p) {
  census *c = mem_alloc(sizeof *c);
  c->plan = p;
  c->values = population_new(p);
  c->written = interim_file_new();
  return c;
}

void census_free(census *c) {
  if (!c) return;
  population_free(c->values);
  interim_file_free(c->written);
  interim_file_free(c->read);
  sorter_free(c->dropped);
  free(c);
}

error_code census_add(census *c, const buffer *bytes, error *e) {
  interim_head head;
  memcpy(&head, bytes->data, sizeof head);
  c->records += head.rows;
  return interim_file_add(c->written, bytes, e);
}

int64_t census_records(const census *c) {
  return c->records;
}

const population *census_values(const census *c) {
  return c->values;
}

static error_code stopped(error *e) {
  return error_set(e, ERR_INTERRUPTED, "stopped");
}

/* ---- duplicates ---- */

typedef struct search {
  census *census;
  store *store;
  const atomic_bool *stop;
} search;

static error_code find_key(void *ctx, uint64_t sequence, const char **key, size_t *n,
                           int64_t *position, error *e) {
  const search *s = ctx;
  return interim_file_key(s->census->written, sequence, key, n, position, e);
}

static error_code drop(void *ctx, uint64_t sequence, error *e) {
  const search *s = ctx;
  s->census->records--;
  return sorter_add(s->census->dropped, &sequence, e);
}

static error_code same_hash(void *ctx, const uint64_t *sequences, size_t n, error *e) {
  search *s = ctx;
  const store_waiting waiting = {find_key, drop, s};
  if (atomic_load(s->stop)) return stopped(e);
  return store_duplicates(s->store, sequences, n, &waiting, e);
}

static int by_number(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

error_code census_duplicates(census *c, keys *k, store *s, const atomic_bool *stop, error *e) {
  search ctx = {c, s, stop};
  c->dropped = sorter_new(sizeof(uint64_t), by_number, DROP_BUDGET, NULL);
  error_code code = keys_duplicates(k, same_hash, &ctx, e);
  return code ? code : sorter_sort(c->dropped, e);
}

/* ---- the records that are out ---- */

static error_code begin_dropped(census *c, error *e) {
  const void *next = NULL;
  error_code code = ERR_OK;
  if (c->dropped) code = sorter_rewind(c->dropped, e);
  if (c->dropped && !code) code = sorter_next(c->dropped, &next, e);
  c->next_dropped = next;
  return code;
}

/* Appends the numbers up to the last of a batch; batches are asked for in order. */
static error_code take_dropped(census *c, uint64_t last, buffer *out, error *e) {
  const void *next;
  buffer_clear(out);
  while (c->next_dropped && *c->next_dropped <= last) {
    buffer_add(out, c->next_dropped, sizeof *c->next_dropped);
    const error_code code = sorter_next(c->dropped, &next, e);
    if (code) return code;
    c->next_dropped = next;
  }
  return ERR_OK;
}

static error_code dropped_of(census *c, const interim_file *f, size_t number, buffer *out,
                             error *e) {
  uint64_t first, last;
  buffer_clear(out);
  return interim_file_span(f, number, &first, &last) ? take_dropped(c, last, out, e) : ERR_OK;
}

/* ---- working out ---- */

/* The columns that are read of each batch. */
typedef struct reading {
  const int *slots;
  size_t count;
  column *columns;
  const column **pointers;
  uint64_t *sequences;
  uint8_t *drop;
  buffer bytes, dropped;
} reading;

static void reading_init(reading *x, const plan *p, size_t phase) {
  *x = (reading){0};
  x->count = population_reads(p, phase, &x->slots);
  x->columns = mem_array(x->count + 1, sizeof *x->columns);
  x->pointers = mem_array(x->count + 1, sizeof(column *));
  x->sequences = mem_array(BATCH_ROWS, sizeof *x->sequences);
  x->drop = mem_alloc(BATCH_ROWS);
  for (size_t i = 0; i < x->count; i++) {
    column_init(&x->columns[i], plan_slot_type(p, x->slots[i]), BATCH_ROWS);
    x->pointers[i] = &x->columns[i];
  }
}

static void reading_deinit(reading *x) {
  for (size_t i = 0; i < x->count; i++) column_deinit(&x->columns[i]);
  free(x->columns);
  free(x->pointers);
  free(x->sequences);
  free(x->drop);
  buffer_deinit(&x->bytes);
  buffer_deinit(&x->dropped);
}

static void mark(reading *x, size_t rows) {
  const uint64_t *dropped = (const uint64_t *)(const void *)x->dropped.data;
  const size_t count = x->dropped.size / sizeof *dropped;
  for (size_t r = 0, i = 0; r < rows; r++) {
    while (i < count && dropped[i] < x->sequences[r]) i++;
    x->drop[r] = i < count && dropped[i] == x->sequences[r];
  }
}

static error_code add_batch(census *c, size_t phase, size_t number, reading *x, error *e) {
  size_t rows;
  error_code code = interim_file_read(c->written, number, &x->bytes, e);
  if (!code) code = dropped_of(c, c->written, number, &x->dropped, e);
  if (!code)
    code = interim_columns(c->plan, phase, x->bytes.data, x->bytes.size, x->slots, x->count,
                           x->columns, x->sequences, &rows, e);
  if (code) return code;
  mark(x, rows);
  return population_add(c->values, phase, x->pointers, x->sequences, rows, x->drop, e);
}

error_code census_settle(census *c, size_t phase, const atomic_bool *stop, error *e) {
  reading x;
  reading_init(&x, c->plan, phase);
  error_code code = begin_dropped(c, e);
  for (size_t i = 0; i < interim_file_count(c->written) && !code; i++)
    code = atomic_load(stop) ? stopped(e) : add_batch(c, phase, i, &x, e);
  reading_deinit(&x);
  c->settled = phase;
  return code ? code : population_settle(c->values, phase, e);
}

/* ---- the next phase ---- */

error_code census_turn(census *c, error *e) {
  interim_file_free(c->read);
  if (c->read) { /* the phase before has dropped them already */
    sorter_free(c->dropped);
    c->dropped = NULL;
  }
  c->read = c->written;
  c->written = interim_file_new();
  c->records = 0;
  c->at = 0;
  return begin_dropped(c, e);
}

bool census_next(census *c, buffer *bytes, buffer *dropped, buffer *moves, error_code *code,
                 error *e) {
  uint64_t first, last;
  *code = ERR_OK;
  if (c->at == interim_file_count(c->read)) return false;
  *code = interim_file_read(c->read, c->at, bytes, e);
  if (!*code) *code = dropped_of(c, c->read, c->at, dropped, e);
  buffer_clear(moves);
  if (!*code && interim_file_span(c->read, c->at, &first, &last))
    *code = population_moves(c->values, c->settled, last, moves, e);
  c->at++;
  return !*code;
}

/* ---- the store ---- */

static error_code put_value(void *ctx, const population_value *v, error *e) {
  const store_value kept = {v->step, v->within, v->place, v->value, v->count};
  return store_add_value(ctx, &kept, e);
}

error_code census_store(const census *c, store *s, error *e) {
  return population_write(c->values, put_value, s, e);
}
