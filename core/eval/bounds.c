/* See bounds.h. */
#include "bounds.h"

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "trace.h"

typedef struct bound_list {
  int64_t *items;
  size_t count, capacity;
} bound_list;

static void add(bound_list *l, int64_t bound) {
  if (l->count == l->capacity) {
    l->capacity = l->capacity ? 2 * l->capacity : 32;
    l->items = mem_grow(l->items, l->capacity, sizeof *l->items);
  }
  l->items[l->count++] = bound;
}

static void add_test(bound_list *l, const unary_test *t) {
  if (t->kind != TEST_INTERVALS) return;
  for (size_t i = 0; i < t->interval_count; i++) {
    if (t->intervals[i].has_low) add(l, t->intervals[i].low);
    if (t->intervals[i].has_high) add(l, t->intervals[i].high);
  }
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

size_t plan_bounds(const plan *p, size_t number, arena *a, int64_t **out) {
  const trace_point *const *points;
  size_t n = trace_points(p, &points), kept = 0;
  bound_list l = {0};
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < points[i]->input_count; k++) {
      if (points[i]->inputs[k]->slot != (int)number) continue;
      for (size_t w = 0; w < points[i]->tested; w++) add_test(&l, &points[i]->tests[k][w]);
    }
  if (l.count) qsort(l.items, l.count, sizeof *l.items, ascending);
  for (size_t i = 0; i < l.count; i++)
    if (!i || l.items[i] != l.items[kept - 1]) l.items[kept++] = l.items[i];
  *out = arena_array(a, kept + 1, sizeof **out);
  if (kept) memcpy(*out, l.items, kept * sizeof **out);
  free(l.items);
  return kept;
}
