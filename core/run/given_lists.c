/* See given_lists.h. The filter sees the records of all customers of the batch as rows of the related
 * source, a piece at a time, where they lie. */
#include "given_lists.h"

#include <stdlib.h>
#include <string.h>

#include "../data/list_order.h"
#include "join.h"

struct given_lists {
  const pack *pack;
  row_filter **filters; /* by related list; NULL = all rows count */
  batch *views;         /* likewise: the records of a list as rows of its source */
  uint8_t *drop;        /* of the records of a list */
  size_t capacity;
};

given_lists *given_lists_new(const pack *p, const plan *made) {
  given_lists *g = mem_alloc(sizeof *g);
  g->pack = p;
  g->filters = mem_array(p->related_count + 1, sizeof *g->filters);
  g->views = mem_array(p->related_count + 1, sizeof *g->views);
  for (size_t i = 0; i < p->related_count; i++) {
    const schema *s = &p->related[i].schema;
    g->filters[i] = row_filter_new(made, i);
    g->views[i] = (batch){.schema = s, .columns = mem_array(s->count, sizeof(column))};
  }
  return g;
}

void given_lists_free(given_lists *g) {
  if (!g) return;
  for (size_t i = 0; i < g->pack->related_count; i++) {
    row_filter_free(g->filters[i]);
    free(g->views[i].columns);
  }
  free(g->filters);
  free(g->views);
  free(g->drop);
  free(g);
}

/* ---- rows that do not count ---- */

static void *skip(const void *values, size_t count, size_t size) {
  return values ? (char *)values + count * size : NULL;
}

/* Rows `from` on of the records; field 0 of a row is its customer's key, which no condition reads. */
static void look_at(batch *view, const batch *records, size_t from) {
  for (size_t i = 0; i < records->schema->count; i++) {
    const column *c = &records->columns[i];
    view->columns[i + 1] = (column){.type = c->type,
                                    .i64 = skip(c->i64, from, sizeof *c->i64),
                                    .den = skip(c->den, from, sizeof *c->den),
                                    .i32 = skip(c->i32, from, sizeof *c->i32),
                                    .f64 = skip(c->f64, from, sizeof *c->f64)};
    view->columns[i + 1].text =
        (text_data){.offsets = skip(c->text.offsets, from, sizeof *c->text.offsets),
                    .bytes = c->text.bytes,
                    .capacity = c->text.capacity,
                    .missing = skip(c->text.missing, from, 1)};
  }
  view->rows = records->rows - from < BATCH_ROWS ? records->rows - from : BATCH_ROWS;
}

static size_t owner_of(const column *list, size_t rows, size_t record) {
  size_t low = 0, high = rows; /* the last row that begins at or before it */
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (list->list.offsets[middle] <= record)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* A reject of the row, unless it has one. */
static reject *refuse(batch *b, uint8_t *bad, size_t row) {
  const text_data *texts = &b->columns[b->schema->key].text;
  if (bad[row]) return NULL;
  bad[row] = 1;
  reject *x = batch_reject(b, b->sequence[row]);
  x->position = b->position[row];
  x->key = arena_string_n(&b->texts, texts->bytes + texts->offsets[row],
                          texts->offsets[row + 1] - texts->offsets[row]);
  x->value = "";
  return x;
}

static void refuse_fault(batch *b, uint8_t *bad, const pack_related *of, const column *list,
                         size_t record, const fault *f) {
  const size_t row = owner_of(list, b->rows, record);
  const size_t number = record - list->list.offsets[row] + 1;
  reject *x = refuse(b, bad, row);
  if (!x) return;
  x->code = f->code;
  x->field = of->name;
  x->message = arena_format(&b->texts, "record %zu of %s: where: %s", number, of->name, f->message);
}

static void drop_records(column *list, size_t rows, const uint8_t *drop) {
  uint32_t end = 0;
  for (size_t row = 0, item = 0; row < rows; row++) {
    const uint32_t stop = list->list.offsets[row + 1];
    for (; item < stop; item++) end += !drop[item];
    list->list.offsets[row + 1] = end;
  }
  batch_drop(list->list.records, drop);
}

static void filter(given_lists *g, size_t number, batch *b, column *list, uint8_t *bad) {
  batch *records = list->list.records, *view = &g->views[number];
  uint8_t keep[BATCH_ROWS];
  const fault *faults;
  size_t fault_count, dropped = 0;
  if (records->rows > g->capacity) {
    g->capacity = records->rows * 2;
    g->drop = mem_grow(g->drop, g->capacity, 1);
  }
  for (size_t from = 0; from < records->rows; from += view->rows) {
    look_at(view, records, from);
    row_filter_run(g->filters[number], view, keep, &faults, &fault_count);
    for (size_t i = 0; i < view->rows; i++) dropped += g->drop[from + i] = !keep[i];
    for (size_t i = 0; i < fault_count; i++)
      refuse_fault(b, bad, &g->pack->related[number], list, from + faults[i].row, &faults[i]);
  }
  if (dropped) drop_records(list, b->rows, g->drop);
}

/* ---- all lists of a batch ---- */

static void check_sizes(const pack_related *of, batch *b, const column *list, uint8_t *bad) {
  for (size_t row = 0; row < b->rows; row++) {
    const uint32_t n = list->list.offsets[row + 1] - list->list.offsets[row];
    reject *x = n > JOIN_ROWS_MOST ? refuse(b, bad, row) : NULL;
    if (!x) continue;
    x->code = "TOO_MANY_ROWS";
    x->field = of->name;
    x->message = arena_format(&b->texts, "%s has %u rows of this customer, at most %d are taken",
                              of->name, n, JOIN_ROWS_MOST);
  }
}

void given_lists_settle(given_lists *g, batch *b) {
  uint8_t bad[BATCH_ROWS] = {0};
  const size_t rejects = b->reject_count;
  for (size_t i = 0; i < g->pack->related_count; i++) {
    const pack_related *of = &g->pack->related[i];
    column *list = &b->columns[of->field];
    if (!list->list.offsets) continue;
    memset(list->list.missing, 0, b->rows); /* who has none has an empty one */
    check_sizes(of, b, list, bad);
    if (g->filters[i]) filter(g, i, b, list, bad);
    list_order(list, b->rows);
  }
  if (b->reject_count == rejects) return;
  batch_sort_rejects(b);
  batch_drop(b, bad);
}
