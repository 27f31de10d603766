/* See boxes.h. */
#include "boxes.h"

#include <string.h>

#define WORD_BITS 64

box_space box_space_new(arena *a, const size_t *sizes, size_t axis_count) {
  size_t *own = arena_array(a, axis_count + 1, sizeof *own);
  size_t *starts = arena_array(a, axis_count + 1, sizeof *starts);
  for (size_t k = 0; k < axis_count; k++) {
    own[k] = sizes[k];
    starts[k + 1] = starts[k] + (sizes[k] + WORD_BITS - 1) / WORD_BITS;
  }
  return (box_space){axis_count, starts[axis_count], own, starts};
}

box box_new(const box_space *s, arena *a) {
  return (box){arena_array(a, s->words + 1, sizeof(uint64_t)),
               arena_array(a, s->axis_count + 1, sizeof(uint32_t)),
               arena_array(a, s->axis_count + 1, sizeof(uint32_t))};
}

static box copy(const box_space *s, arena *a, const box *from) {
  box to = box_new(s, a);
  memcpy(to.bits, from->bits, s->words * sizeof *to.bits);
  memcpy(to.first, from->first, s->axis_count * sizeof *to.first);
  memcpy(to.last, from->last, s->axis_count * sizeof *to.last);
  return to;
}

void box_set(const box_space *s, box *b, size_t axis, size_t segment) {
  b->bits[s->starts[axis] + segment / WORD_BITS] |= UINT64_C(1) << (segment % WORD_BITS);
}

void box_unset(const box_space *s, box *b, size_t axis, size_t segment) {
  b->bits[s->starts[axis] + segment / WORD_BITS] &= ~(UINT64_C(1) << (segment % WORD_BITS));
}

void box_set_all(const box_space *s, box *b, size_t axis) {
  for (size_t i = 0; i < s->sizes[axis]; i++) box_set(s, b, axis, i);
}

static void settle_axis(const box_space *s, box *b, size_t axis) {
  uint32_t from = (uint32_t)s->starts[axis], to = (uint32_t)s->starts[axis + 1];
  while (from < to && !b->bits[from]) from++;
  while (to > from && !b->bits[to - 1]) to--;
  b->first[axis] = from < to ? from : 1; /* nothing: first > last */
  b->last[axis] = from < to ? to - 1 : 0;
}

void box_settle(const box_space *s, box *b) {
  for (size_t k = 0; k < s->axis_count; k++) settle_axis(s, b, k);
}

bool box_has(const box_space *s, const box *b, size_t axis, size_t segment) {
  return b->bits[s->starts[axis] + segment / WORD_BITS] >> (segment % WORD_BITS) & 1;
}

size_t box_next(const box_space *s, const box *b, size_t axis, size_t from) {
  while (from < s->sizes[axis] && !box_has(s, b, axis, from)) from++;
  return from;
}

bool box_is_empty(const box_space *s, const box *b) {
  for (size_t k = 0; k < s->axis_count; k++)
    if (b->first[k] > b->last[k]) return true;
  return false;
}

static uint32_t later(uint32_t a, uint32_t b) {
  return a > b ? a : b;
}
static uint32_t sooner(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

bool box_covers(const box_space *s, const box *a, const box *b) {
  for (size_t k = 0; k < s->axis_count; k++) {
    if (a->first[k] > b->first[k] || a->last[k] < b->last[k]) return false;
    for (uint32_t w = b->first[k]; w <= b->last[k]; w++)
      if (b->bits[w] & ~a->bits[w]) return false;
  }
  return true;
}

static bool axis_meets(const box *a, const box *b, size_t axis) {
  uint32_t from = later(a->first[axis], b->first[axis]);
  uint32_t to = sooner(a->last[axis], b->last[axis]);
  for (uint32_t w = from; w <= to; w++)
    if (a->bits[w] & b->bits[w]) return true;
  return false;
}

bool box_meets(const box_space *s, const box *a, const box *b) {
  for (size_t k = 0; k < s->axis_count; k++)
    if (!axis_meets(a, b, k)) return false;
  return true;
}

/* ---- taking rows off ---- */

static void push(box_list *l, arena *a, box b) {
  if (l->count == l->capacity) {
    size_t capacity = l->capacity ? 2 * l->capacity : 16;
    box *wider = arena_array(a, capacity, sizeof *wider);
    if (l->count) memcpy(wider, l->items, l->count * sizeof *wider);
    l->items = wider;
    l->capacity = capacity;
  }
  l->items[l->count++] = b;
}

/* Keeps of the axis what the row has (or has not); false: nothing is left. */
static bool narrow(const box_space *s, box *b, const box *row, size_t axis, bool with) {
  for (size_t w = s->starts[axis]; w < s->starts[axis + 1]; w++)
    b->bits[w] &= with ? row->bits[w] : ~row->bits[w];
  settle_axis(s, b, axis);
  return b->first[axis] <= b->last[axis];
}

/* What a row leaves of a box that it meets: axis by axis the part beside it. */
static void split(const box_space *s, const box *from, const box *row, box_work *w, box_list *out) {
  box inside = copy(s, &w->scratch, from);
  for (size_t k = 0; k < s->axis_count; k++) {
    box beside = copy(s, &w->scratch, &inside);
    if (narrow(s, &beside, row, k, false)) push(out, &w->scratch, beside);
    narrow(s, &inside, row, k, true);
  }
}

static bool spend(box_work *w, size_t words) {
  if (w->left < words) {
    w->left = 0;
    return false;
  }
  w->left -= words;
  return true;
}

/* One row off all boxes; those that it does not meet stay where they are. */
static bool take_off(const box_space *s, const box *row, box_list *rest, box_work *w, bool *met) {
  size_t kept = 0, count = rest->count;
  box_list more = {0};
  for (size_t i = 0; i < count; i++) {
    if (!spend(w, 1)) return false;
    if (!box_meets(s, &rest->items[i], row)) {
      rest->items[kept++] = rest->items[i];
      continue;
    }
    *met = true;
    if (!spend(w, 2 * s->words * s->axis_count)) return false;
    split(s, &rest->items[i], row, w, &more);
  }
  rest->count = kept;
  for (size_t i = 0; i < more.count; i++) push(rest, &w->scratch, more.items[i]);
  return true;
}

bool box_rest(const box_space *s, const box *from, const box *rows, size_t count, box_work *work,
              bool *took, box_list *rest) {
  arena_clear(&work->scratch);
  *rest = (box_list){0};
  if (took) memset(took, 0, count * sizeof *took);
  if (!box_is_empty(s, from)) push(rest, &work->scratch, copy(s, &work->scratch, from));
  for (size_t r = 0; r < count && rest->count; r++) {
    bool met = false;
    if (!take_off(s, &rows[r], rest, work, &met)) return false;
    if (took) took[r] = met;
  }
  return true;
}
