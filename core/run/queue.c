/* The bounded queue: a ring under one mutex. Slots are addressed by number, so that the same ring
 * serves both orders; it must never hold its mutex while it calls anything but itself. */
#include "queue.h"

#include <stdlib.h>
#include <uv.h>

#include "../base/memory.h"

struct queue {
  uv_mutex_t mutex;
  uv_cond_t room, item;
  void **slots;
  size_t capacity;
  uint64_t head; /* number of the next to be popped */
  uint64_t tail; /* number that the next push gets; for queue_put: one past the highest seen */
  bool closed, stopped;
};

queue *queue_new(size_t capacity) {
  queue *q = mem_alloc(sizeof *q);
  q->slots = mem_array(capacity, sizeof *q->slots);
  q->capacity = capacity;
  if (uv_mutex_init(&q->mutex) || uv_cond_init(&q->room) || uv_cond_init(&q->item)) abort();
  return q;
}

void queue_free(queue *q) {
  if (!q) return;
  uv_cond_destroy(&q->item);
  uv_cond_destroy(&q->room);
  uv_mutex_destroy(&q->mutex);
  free(q->slots);
  free(q);
}

/* With the mutex held: waits for room at `number`, or at the tail if `append`. */
static bool place(queue *q, bool append, uint64_t number, void *item) {
  while (!q->stopped && (append ? q->tail : number) - q->head >= q->capacity)
    uv_cond_wait(&q->room, &q->mutex);
  if (q->stopped) return false;
  const uint64_t at = append ? q->tail : number;
  q->slots[at % q->capacity] = item;
  if (at >= q->tail) q->tail = at + 1;
  uv_cond_broadcast(&q->item);
  return true;
}

bool queue_push(queue *q, void *item) {
  uv_mutex_lock(&q->mutex);
  const bool taken = place(q, true, 0, item);
  uv_mutex_unlock(&q->mutex);
  return taken;
}

bool queue_offer(queue *q, void *item) {
  uv_mutex_lock(&q->mutex);
  const bool room = !q->stopped && q->tail - q->head < q->capacity;
  const bool taken = room && place(q, true, 0, item);
  uv_mutex_unlock(&q->mutex);
  return taken;
}

bool queue_put(queue *q, uint64_t number, void *item) {
  uv_mutex_lock(&q->mutex);
  const bool taken = place(q, false, number, item);
  uv_mutex_unlock(&q->mutex);
  return taken;
}

/* With the mutex held: nothing to be had, but something may come. */
static bool must_wait(const queue *q) {
  return !q->stopped && !q->slots[q->head % q->capacity] && !(q->closed && q->head == q->tail);
}

static void *take(queue *q) {
  void **slot = &q->slots[q->head % q->capacity], *item = q->stopped ? NULL : *slot;
  if (!item) return NULL;
  *slot = NULL;
  q->head++;
  uv_cond_broadcast(&q->room);
  return item;
}

void *queue_pop(queue *q) {
  uv_mutex_lock(&q->mutex);
  while (must_wait(q)) uv_cond_wait(&q->item, &q->mutex);
  void *item = take(q);
  uv_mutex_unlock(&q->mutex);
  return item;
}

void *queue_pop_within(queue *q, unsigned milliseconds, bool *late) {
  const uint64_t until = uv_hrtime() + milliseconds * 1000000ull;
  uv_mutex_lock(&q->mutex);
  for (uint64_t now; must_wait(q) && (now = uv_hrtime()) < until;)
    uv_cond_timedwait(&q->item, &q->mutex, until - now);
  *late = must_wait(q);
  void *item = take(q);
  uv_mutex_unlock(&q->mutex);
  return item;
}

void queue_close(queue *q) {
  uv_mutex_lock(&q->mutex);
  q->closed = true;
  uv_cond_broadcast(&q->item);
  uv_mutex_unlock(&q->mutex);
}

void queue_stop(queue *q) {
  uv_mutex_lock(&q->mutex);
  q->stopped = true;
  uv_cond_broadcast(&q->item);
  uv_cond_broadcast(&q->room);
  uv_mutex_unlock(&q->mutex);
}
