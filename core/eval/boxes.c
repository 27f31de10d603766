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

/* Boxes still to be looked at, each against the rows from `next` on; the deepest first, so that few are
 * kept at a time, and something that is left is found before everything was gone through. */
typedef struct pile {
  const box_space *space;
  arena *arena;
  size_t count, capacity;
  box *boxes; /* those above `count` are there to be used again */
  size_t *next;
} pile;

static void widen(pile *p) {
  size_t capacity = p->capacity ? 2 * p->capacity : 16;
  box *boxes = arena_array(p->arena, capacity, sizeof *boxes);
  size_t *next = arena_array(p->arena, capacity, sizeof *next);
  if (p->capacity) memcpy(boxes, p->boxes, p->capacity * sizeof *boxes);
  if (p->capacity) memcpy(next, p->next, p->capacity * sizeof *next);
  for (size_t i = p->capacity; i < capacity; i++) boxes[i] = box_new(p->space, p->arena);
  p->boxes = boxes;
  p->next = next;
  p->capacity = capacity;
}

static box *push(pile *p, const box *from, size_t next) {
  if (p->count == p->capacity) widen(p);
  box *to = &p->boxes[p->count];
  p->next[p->count++] = next;
  memcpy(to->bits, from->bits, p->space->words * sizeof *to->bits);
  memcpy(to->first, from->first, p->space->axis_count * sizeof *to->first);
  memcpy(to->last, from->last, p->space->axis_count * sizeof *to->last);
  return to;
}

/* Keeps of the axis what the row has (or has not). */
static void narrow(const box_space *s, box *b, const box *row, size_t axis, bool with) {
  for (size_t w = s->starts[axis]; w < s->starts[axis + 1]; w++)
    b->bits[w] &= with ? row->bits[w] : ~row->bits[w];
  settle_axis(s, b, axis);
}

static bool sticks_out(const box *b, const box *row, size_t axis) {
  for (uint32_t w = b->first[axis]; w <= b->last[axis]; w++)
    if (b->bits[w] & ~row->bits[w]) return true;
  return false;
}

/* Puts on the pile what the row leaves of a box that it meets: axis by axis the part beside it. */
static void split(pile *p, box *inside, const box *row, size_t next) {
  for (size_t k = 0; k < p->space->axis_count; k++) {
    if (!sticks_out(inside, row, k)) continue;
    narrow(p->space, push(p, inside, next), row, k, false);
    narrow(p->space, inside, row, k, true);
  }
}

static bool spend(box_work *w, size_t words) {
  bool enough = w->left >= words;
  w->left = enough ? w->left - words : 0;
  return enough;
}

box_answer box_left(const box_space *s, const box *from, const box *rows, size_t count,
                    box_work *work, bool *took, box *left) {
  arena_clear(&work->scratch);
  pile p = {.space = s, .arena = &work->scratch};
  box at = box_new(s, &work->scratch);
  if (took) memset(took, 0, count * sizeof *took);
  if (!box_is_empty(s, from)) push(&p, from, 0);
  while (p.count) {
    size_t r = p.next[--p.count];
    box top = p.boxes[p.count];
    p.boxes[p.count] = at; /* so that what is pushed does not overwrite it */
    at = top;
    size_t begun = r;
    while (r < count && !box_meets(s, &at, &rows[r])) r++;
    if (!spend(work, r - begun + 1)) return BOX_UNKNOWN;
    if (r == count) {
      if (left) *left = at;
      return BOX_SOMETHING;
    }
    if (took) took[r] = true;
    if (!spend(work, s->words)) return BOX_UNKNOWN;
    split(&p, &at, &rows[r], r + 1);
  }
  return BOX_NOTHING;
}
