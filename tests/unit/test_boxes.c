/* Boxes: what rows leave of one, against going through every point of small spaces. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/boxes.h"
#include "support/bench.h"

enum { AXES_MOST = 4, ROWS_MOST = 8 };

/* ---- points ---- */

typedef struct point {
  size_t at[AXES_MOST];
} point;

static bool has_point(const box_space *s, const box *b, const point *p) {
  for (size_t k = 0; k < s->axis_count; k++)
    if (!box_has(s, b, k, p->at[k])) return false;
  return true;
}

static bool next_point(const box_space *s, point *p) {
  for (size_t k = 0; k < s->axis_count; k++) {
    if (++p->at[k] < s->sizes[k]) return true;
    p->at[k] = 0;
  }
  return false;
}

/* Whether something is left, and which rows take a part that those before them had not. */
static bool go_through(const box_space *s, const box *from, const box *rows, size_t count,
                       bool *took) {
  bool left = false;
  point p = {0};
  memset(took, 0, count * sizeof *took);
  do {
    size_t r = 0;
    if (!has_point(s, from, &p)) continue;
    while (r < count && !has_point(s, &rows[r], &p)) r++;
    if (r < count)
      took[r] = true;
    else
      left = true;
  } while (next_point(s, &p));
  return left;
}

/* ---- random spaces ---- */

static box random_box(const box_space *s, arena *a) {
  box b = box_new(s, a);
  for (size_t k = 0; k < s->axis_count; k++) {
    bool all = random_below(3) == 0;
    for (size_t i = 0; i < s->sizes[k]; i++)
      if (all || random_below(3)) box_set(s, &b, k, i);
  }
  box_settle(s, &b);
  return b;
}

static void what_is_left_is_what_no_row_has(void **state) {
  (void)state;
  size_t complete = 0;
  for (int n = 0; n < 5000; n++) {
    arena a = {0};
    size_t sizes[AXES_MOST], axes = 1 + (size_t)random_below(AXES_MOST);
    size_t count = (size_t)random_below(ROWS_MOST + 1);
    bool took[ROWS_MOST + 1], wanted[ROWS_MOST + 1];
    for (size_t k = 0; k < axes; k++) sizes[k] = 1 + (size_t)random_below(k ? 4 : 70);
    box_space s = box_space_new(&a, sizes, axes);
    box from = random_box(&s, &a), left, rows[ROWS_MOST + 1];
    for (size_t r = 0; r < count; r++) rows[r] = random_box(&s, &a);
    box_work work = {.left = 1000000};
    bool is_left = go_through(&s, &from, rows, count, wanted);
    box_answer answer = box_left(&s, &from, rows, count, &work, took, &left);
    assert_int_equal(answer, is_left ? BOX_SOMETHING : BOX_NOTHING);
    for (size_t r = 0; r < count; r++) {
      if (is_left) assert_false(box_is_empty(&s, &left) || box_meets(&s, &left, &rows[r]));
      if (!is_left) assert_int_equal(took[r], wanted[r]);
    }
    if (is_left) assert_true(box_covers(&s, &from, &left));
    complete += !is_left;
    arena_deinit(&work.scratch);
    arena_deinit(&a);
  }
  assert_in_range(complete, 500, 4500);
}

static void covers_and_meets_are_those_of_points(void **state) {
  (void)state;
  for (int n = 0; n < 5000; n++) {
    arena a = {0};
    const size_t sizes[] = {1 + (size_t)random_below(80), 1 + (size_t)random_below(3)};
    box_space s = box_space_new(&a, sizes, 2);
    box one = random_box(&s, &a), two = random_box(&s, &a);
    bool covers = true, meets = false, empty = true;
    point p = {0};
    do {
      bool in_one = has_point(&s, &one, &p), in_two = has_point(&s, &two, &p);
      if (in_two && !in_one) covers = false;
      if (in_one && in_two) meets = true;
      if (in_two) empty = false;
    } while (next_point(&s, &p));
    assert_int_equal(box_is_empty(&s, &two), empty);
    if (!empty) assert_int_equal(box_covers(&s, &one, &two), covers);
    assert_int_equal(box_meets(&s, &one, &two), meets);
    arena_deinit(&a);
  }
}

/* ---- edges ---- */

static void an_axis_without_a_segment_makes_a_box_empty(void **state) {
  (void)state;
  arena a = {0};
  const size_t sizes[] = {3, 65};
  box_space s = box_space_new(&a, sizes, 2);
  box b = box_new(&s, &a), left;
  box_work work = {.left = 1000};
  box_set_all(&s, &b, 0);
  box_settle(&s, &b);
  assert_true(box_is_empty(&s, &b));
  assert_int_equal(box_left(&s, &b, NULL, 0, &work, NULL, &left), BOX_NOTHING);
  box_set(&s, &b, 1, 64);
  box_settle(&s, &b);
  assert_false(box_is_empty(&s, &b));
  assert_int_equal(box_next(&s, &b, 1, 0), 64);
  box_unset(&s, &b, 1, 64);
  box_settle(&s, &b);
  assert_true(box_is_empty(&s, &b));
  assert_int_equal(box_next(&s, &b, 1, 0), 65);
  arena_deinit(&work.scratch);
  arena_deinit(&a);
}

/* Twenty rows, each of which leaves parts on two axes. */
static void too_much_work_is_told(void **state) {
  (void)state;
  enum { WIDE = 20 };
  arena a = {0};
  size_t sizes[WIDE];
  for (size_t k = 0; k < WIDE; k++) sizes[k] = 2;
  box_space s = box_space_new(&a, sizes, WIDE);
  box all = box_new(&s, &a), rows[WIDE];
  for (size_t k = 0; k < WIDE; k++) box_set_all(&s, &all, k);
  box_settle(&s, &all);
  for (size_t r = 0; r < WIDE; r++) {
    rows[r] = box_new(&s, &a);
    for (size_t k = 0; k < WIDE; k++) box_set_all(&s, &rows[r], k);
    box_unset(&s, &rows[r], r, 0);
    if (r) box_unset(&s, &rows[r], r - 1, 1);
    box_settle(&s, &rows[r]);
  }
  box_work work = {.left = 30};
  assert_int_equal(box_left(&s, &all, rows, WIDE, &work, NULL, NULL), BOX_UNKNOWN);
  assert_int_equal(work.left, 0);
  work.left = 1000000;
  assert_int_equal(box_left(&s, &all, rows, WIDE, &work, NULL, NULL), BOX_SOMETHING);
  arena_deinit(&work.scratch);
  arena_deinit(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_left_is_what_no_row_has),
      cmocka_unit_test(covers_and_meets_are_those_of_points),
      cmocka_unit_test(an_axis_without_a_segment_makes_a_box_empty),
      cmocka_unit_test(too_much_work_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
