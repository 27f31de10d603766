/* Sets of records as boxes: a product of axes, each cut into segments within which nothing changes, and
 * on each axis a bit set of segments. A row of a table is one box. What rows cover of a box is found
 * by taking them off it one after the other, so the product is never gone through; what a row leaves of
 * a box are boxes again. Exact. Work is bounded: whoever asks says how much, and is told if it was not
 * enough. */
#ifndef EVAL_BOXES_H
#define EVAL_BOXES_H

#include <stdbool.h>
#include "../base/memory.h"

typedef struct box_space {
  size_t axis_count, words;
  const size_t *sizes;  /* segments of each axis */
  const size_t *starts; /* its first word; one more behind the last */
} box_space;

/* bits: those of all axes, one behind the other. The words that hold any, by axis: [first, last];
 * first > last in an axis without a segment: the box is empty. */
typedef struct box {
  uint64_t *bits;
  uint32_t *first, *last;
} box;

/* What may still be done, in boxes compared and words written. */
typedef struct box_work {
  size_t left;
  arena scratch; /* of one box_left after the other */
} box_work;

typedef enum box_answer { BOX_NOTHING, BOX_SOMETHING, BOX_UNKNOWN } box_answer;

box_space box_space_new(arena *a, const size_t *sizes, size_t axis_count);
/* Without any segment. After changes call box_settle. */
box box_new(const box_space *s, arena *a);
void box_set(const box_space *s, box *b, size_t axis, size_t segment);
void box_unset(const box_space *s, box *b, size_t axis, size_t segment);
void box_set_all(const box_space *s, box *b, size_t axis);
void box_settle(const box_space *s, box *b);
bool box_has(const box_space *s, const box *b, size_t axis, size_t segment);
/* The first segment of the axis that the box has, from `from` on; the size of the axis: none. */
size_t box_next(const box_space *s, const box *b, size_t axis, size_t from);
bool box_is_empty(const box_space *s, const box *b);
bool box_covers(const box_space *s, const box *a, const box *b);
bool box_meets(const box_space *s, const box *a, const box *b);

/* Whether `rows` leave something of `from`; then *left (not NULL) is a box that none of them meets, in
 * work->scratch, until the next call. If nothing is left, took[r] says whether row r took a part that
 * those before it had not (NULL: not asked). BOX_UNKNOWN: the work did not suffice. */
box_answer box_left(const box_space *s, const box *from, const box *rows, size_t count,
                    box_work *work, bool *took, box *left);

#endif
