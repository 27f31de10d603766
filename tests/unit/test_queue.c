/* The bounded queue: both orders, closing, stopping, many threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "run/queue.h"

static int items[64];

static void pops_in_the_order_of_pushes(void **state) {
  (void)state;
  queue *q = queue_new(4);
  for (int i = 0; i < 4; i++) assert_true(queue_push(q, &items[i]));
  for (int i = 0; i < 4; i++) assert_ptr_equal(queue_pop(q), &items[i]);
  queue_free(q);
}

static void puts_numbers_back_into_order(void **state) {
  (void)state;
  static const uint64_t numbers[] = {2, 0, 3, 1};
  queue *q = queue_new(4);
  for (int i = 0; i < 4; i++) assert_true(queue_put(q, numbers[i], &items[numbers[i]]));
  for (int i = 0; i < 4; i++) assert_ptr_equal(queue_pop(q), &items[i]);
  queue_free(q);
}

static void gives_what_is_inside_before_it_says_closed(void **state) {
  (void)state;
  queue *q = queue_new(4);
  queue_push(q, &items[0]);
  queue_close(q);
  assert_ptr_equal(queue_pop(q), &items[0]);
  assert_null(queue_pop(q));
  assert_null(queue_pop(q));
  queue_free(q);
}

static void gives_and_takes_nothing_once_stopped(void **state) {
  (void)state;
  queue *q = queue_new(4);
  queue_push(q, &items[0]);
  queue_stop(q);
  assert_null(queue_pop(q));
  assert_false(queue_push(q, &items[1]));
  assert_false(queue_put(q, 1, &items[1]));
  queue_free(q);
}

/* ---- threads: numbers go through a small window, from several hands, and come out in order ----
 */

enum { NUMBERS = 20000, HANDS = 4 };
static atomic_uint next_number;
static char tokens[NUMBERS];

static void *put_numbers(void *arg) {
  queue *q = arg;
  for (;;) {
    const unsigned n = atomic_fetch_add(&next_number, 1);
    if (n >= NUMBERS || !queue_put(q, n, &tokens[n])) return NULL;
  }
}

static void keeps_order_under_many_hands(void **state) {
  (void)state;
  pthread_t hands[HANDS];
  queue *q = queue_new(7);
  atomic_store(&next_number, 0);
  for (int i = 0; i < HANDS; i++) pthread_create(&hands[i], NULL, put_numbers, q);
  for (int i = 0; i < NUMBERS; i++) assert_ptr_equal(queue_pop(q), &tokens[i]);
  for (int i = 0; i < HANDS; i++) pthread_join(hands[i], NULL);
  queue_free(q);
}

static void *wait_for_item(void *arg) {
  return queue_pop(arg);
}

static void wakes_those_who_wait_when_it_stops(void **state) {
  (void)state;
  pthread_t waiting[HANDS];
  queue *q = queue_new(2);
  for (int i = 0; i < HANDS; i++) pthread_create(&waiting[i], NULL, wait_for_item, q);
  queue_stop(q);
  for (int i = 0; i < HANDS; i++) {
    void *item = q;
    pthread_join(waiting[i], &item);
    assert_null(item);
  }
  queue_free(q);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pops_in_the_order_of_pushes),
      cmocka_unit_test(puts_numbers_back_into_order),
      cmocka_unit_test(gives_what_is_inside_before_it_says_closed),
      cmocka_unit_test(gives_and_takes_nothing_once_stopped),
      cmocka_unit_test(keeps_order_under_many_hands),
      cmocka_unit_test(wakes_those_who_wait_when_it_stops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
