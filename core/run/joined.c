/* The rows of a slice become lists of its batch. */
#include <stdlib.h>
#include <string.h>

#include "join.h"

joined *joined_new(size_t lists) {
  joined *j = mem_alloc(sizeof *j);
  j->count = lists;
  j->lists = mem_array(lists, sizeof *j->lists);
  for (size_t i = 0; i < lists; i++) {
    j->lists[i].ends = mem_array(BATCH_ROWS, sizeof *j->lists[i].ends);
    j->lists[i].counts = mem_array(BATCH_ROWS, sizeof *j->lists[i].counts);
  }
  return j;
}

void joined_free(joined *j) {
  if (!j) return;
  for (size_t i = 0; i < j->count; i++) {
    buffer_deinit(&j->lists[i].bytes);
    free(j->lists[i].ends);
    free(j->lists[i].counts);
  }
  free(j->lists);
  free(j);
}

static const char *rows_of(const joined_list *l, size_t record) {
  return l->bytes.data + (record ? l->ends[record - 1] : 0);
}

/* ---- customers that a row rejects ---- */

static bool too_many(const joined_list *l, size_t record) {
  return l->counts[record] > JOIN_ROWS_MOST;
}

static bool is_bad(const joined_list *l, size_t record) {
  return too_many(l, record) || (l->counts[record] && related_row_is_bad(rows_of(l, record)));
}

static void add_reject(const pack_related *of, const joined_list *l, size_t record, size_t row,
                       batch *to) {
  const text_data *texts = &to->columns[to->schema->key].text;
  related_fault f = {.code = "TOO_MANY_ROWS", .field = of->name, .value = ""};
  reject *x = batch_reject(to, to->sequence[row]);
  arena *a = &to->texts;
  if (too_many(l, record))
    f.message = arena_format(a, "%s has %llu rows of this customer, at most %d are taken", of->name,
                             (unsigned long long)l->counts[record], JOIN_ROWS_MOST);
  else
    related_row_fault(rows_of(l, record), &f);
  x->position = to->position[row];
  x->key = arena_string_n(a, texts->bytes + texts->offsets[row],
                          texts->offsets[row + 1] - texts->offsets[row]);
  x->code = arena_string(a, f.code);
  x->field = arena_string(a, f.field);
  x->value = arena_string(a, f.value);
  x->message = arena_string(a, f.message);
}

static void reject_customers(const joined *j, const pack *p, batch *to) {
  uint8_t drop[BATCH_ROWS] = {0};
  bool any = false;
  for (size_t row = 0; row < to->rows; row++) {
    const size_t record = (size_t)(to->sequence[row] - j->first);
    for (size_t i = 0; i < j->count && !drop[row]; i++) {
      if (!is_bad(&j->lists[i], record)) continue;
      add_reject(&p->related[i], &j->lists[i], record, row, to);
      drop[row] = 1;
    }
    any = any || drop[row];
  }
  if (!any) return;
  batch_sort_rejects(to);
  batch_drop(to, drop);
}

/* ---- lists ---- */

static bool any_field(const list_use *u, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (u->fields[i]) return true;
  return false;
}

static error_code fill_list(const joined *j, const joined_list *l, const list_use *u, batch *to,
                            column *c, error *e) {
  batch *records = c->list.records;
  uint64_t total = 0;
  for (size_t row = 0; row < to->rows; row++)
    total += l->counts[(size_t)(to->sequence[row] - j->first)];
  if (total > UINT32_MAX)
    return error_set(e, ERR_INTERNAL, "a batch of %llu related rows", (unsigned long long)total);
  const bool values = any_field(u, records->schema->count);
  batch_reserve(records, (size_t)total);
  c->list.offsets[0] = 0;
  for (size_t row = 0, at = 0; row < to->rows; row++) {
    const size_t record = (size_t)(to->sequence[row] - j->first);
    const char *bytes = l->counts[record] ? rows_of(l, record) : NULL;
    for (size_t k = 0; k < l->counts[record]; k++, at++)
      if (values) bytes += related_row_read(bytes, records, at);
    c->list.offsets[row + 1] = (uint32_t)at;
    c->list.missing[row] = 0;
  }
  records->rows = (size_t)total;
  return ERR_OK;
}

error_code joined_attach(const joined *j, const pack *p, const plan *made, batch *to, error *e) {
  reject_customers(j, p, to);
  for (size_t i = 0; i < j->count; i++) {
    const size_t list = p->related[i].field;
    const list_use *u = plan_list(made, list);
    if (u->read && fill_list(j, &j->lists[i], u, to, &to->columns[list], e)) return e->code;
  }
  return ERR_OK;
}
