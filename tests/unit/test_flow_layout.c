/* The picture of a flow: which arrows are implied, and where boxes and arrows stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/flow_layout.h"

enum { MOST = 24 };

typedef struct drawn {
  flow_box boxes[MOST];
  flow_arrow arrows[2 * MOST];
  flow_drawing d;
  arena a;
} drawn;

static void begin(drawn *x, size_t groups) {
  memset(x, 0, sizeof *x);
  x->d.boxes = x->boxes;
  x->d.arrows = x->arrows;
  x->d.group_count = groups;
}

static size_t box(drawn *x, size_t group, bool source) {
  x->boxes[x->d.box_count] =
      (flow_box){.group = group, .source = source, .width = 100, .height = 40};
  return x->d.box_count++;
}

static void arrow(drawn *x, size_t from, size_t to) {
  x->arrows[x->d.arrow_count++] = (flow_arrow){.from = from, .to = to};
}

static void an_arrow_that_others_imply_is_left_out(void **state) {
  (void)state;
  drawn x;
  begin(&x, 1);
  for (int i = 0; i < 4; i++) box(&x, 0, false);
  arrow(&x, 0, 1), arrow(&x, 1, 2), arrow(&x, 0, 2), arrow(&x, 0, 3), arrow(&x, 2, 3);
  flow_reduce(&x.d);
  assert_int_equal(x.d.arrow_count, 3);
  assert_int_equal(x.arrows[0].to, 1);
  assert_int_equal(x.arrows[1].to, 2);
  assert_int_equal(x.arrows[2].to, 3);
  assert_int_equal(x.arrows[2].from, 2);
}

static void a_source_stands_right_above_what_reads_it(void **state) {
  (void)state;
  drawn x;
  begin(&x, 1);
  const size_t known = box(&x, 0, true), a = box(&x, 0, false), b = box(&x, 0, false);
  const size_t c = box(&x, 0, false);
  arrow(&x, a, b), arrow(&x, b, c), arrow(&x, known, c);
  flow_layout(&x.a, &x.d);
  assert_int_equal(x.boxes[a].layer, 0);
  assert_int_equal(x.boxes[c].layer, 2);
  assert_int_equal(x.boxes[known].layer, 1);
  arena_deinit(&x.a);
}

static void a_group_stands_below_the_one_before(void **state) {
  (void)state;
  drawn x;
  begin(&x, 2);
  const size_t a = box(&x, 0, false), b = box(&x, 0, false), c = box(&x, 1, false);
  arrow(&x, a, b);
  flow_layout(&x.a, &x.d);
  assert_true(x.boxes[c].layer > x.boxes[b].layer);
  assert_true(x.d.bands[0].bottom < x.d.bands[1].top);
  assert_true(x.boxes[b].y + x.boxes[b].height <= x.d.bands[0].bottom);
  assert_true(x.boxes[c].y >= x.d.bands[1].top);
  assert_true(x.d.height >= x.d.bands[1].bottom);
  arena_deinit(&x.a);
}

/* A flow made up: each box is read by some of those behind it. */
static void make_up(drawn *x, uint32_t seed) {
  begin(x, 3);
  for (size_t i = 0; i < MOST; i++) box(x, i / 8, i % 8 < 2);
  for (size_t i = 0; i + 1 < MOST; i++)
    for (size_t k = i + 1; k < MOST && x->d.arrow_count < 2 * MOST; k++) {
      seed = seed * 1664525u + 1013904223u;
      if (seed >> 28 == 0 && !x->boxes[k].source) arrow(x, i, k);
    }
  flow_reduce(&x->d);
  flow_layout(&x->a, &x->d);
}

static void check_boxes(const drawn *x) {
  for (size_t i = 0; i < MOST; i++) {
    const flow_box *a = &x->boxes[i];
    assert_true(a->x >= 0 && a->x + a->width <= x->d.width);
    assert_true(a->y >= 0 && a->y + a->height <= x->d.height);
    for (size_t k = i + 1; k < MOST; k++) {
      const flow_box *b = &x->boxes[k];
      assert_true(a->layer != b->layer || a->x + a->width < b->x || b->x + b->width < a->x);
    }
  }
}

static void check_arrows(const drawn *x) {
  for (size_t i = 0; i < x->d.arrow_count; i++) {
    const flow_arrow *a = &x->arrows[i];
    const flow_box *from = &x->boxes[a->from], *to = &x->boxes[a->to];
    assert_true(to->layer > from->layer);
    assert_int_equal(a->point_count, 2 * (to->layer - from->layer));
    const flow_point first = a->points[0], last = a->points[a->point_count - 1];
    assert_true(first.x > from->x && first.x < from->x + from->width);
    assert_true(first.y == from->y + from->height);
    assert_true(last.x > to->x && last.x < to->x + to->width);
    assert_true(last.y == to->y);
    for (size_t k = 1; k < a->point_count; k++) assert_true(a->points[k].y >= a->points[k - 1].y);
  }
}

static void boxes_keep_apart_and_arrows_lead_down(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= 200; seed++) {
    drawn x;
    make_up(&x, seed);
    check_boxes(&x);
    check_arrows(&x);
    arena_deinit(&x.a);
  }
}

static void the_same_flow_gives_the_same_picture(void **state) {
  (void)state;
  drawn x, y;
  make_up(&x, 7);
  make_up(&y, 7);
  assert_memory_equal(x.boxes, y.boxes, sizeof x.boxes);
  arena_deinit(&x.a);
  arena_deinit(&y.a);
}

static void nothing_gives_nothing(void **state) {
  (void)state;
  drawn x;
  begin(&x, 0);
  flow_reduce(&x.d);
  flow_layout(&x.a, &x.d);
  assert_true(x.d.height == 0);
  arena_deinit(&x.a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_arrow_that_others_imply_is_left_out),
      cmocka_unit_test(a_source_stands_right_above_what_reads_it),
      cmocka_unit_test(a_group_stands_below_the_one_before),
      cmocka_unit_test(boxes_keep_apart_and_arrows_lead_down),
      cmocka_unit_test(the_same_flow_gives_the_same_picture),
      cmocka_unit_test(nothing_gives_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
