/* A bounded queue of pointers between threads: first in first out, or in the order of numbers.
 *
 * It owns nothing that passes through it. It must never lose a wake-up: every wait ends by an item,
 * by queue_close (no more will come) or by queue_stop (give up now, whatever is inside). */
#ifndef RUN_QUEUE_H
#define RUN_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct queue queue;

queue *queue_new(size_t capacity);
void queue_free(queue *q); /* nobody may be waiting any more */

/* Appends; waits while the queue is full. False: stopped, the item was not taken. */
bool queue_push(queue *q, void *item);
/* The same without waiting. False: it is full, or stopped. */
bool queue_offer(queue *q, void *item);
/* Puts an item at its number (0, 1, 2 ... each once); waits until the number is less than
 * `capacity` ahead of the next to be popped. Not to be mixed with queue_push. */
bool queue_put(queue *q, uint64_t number, void *item);
/* Takes the next in order; waits until it is there. NULL: closed and empty, or stopped. */
void *queue_pop(queue *q);
/* The same, but waits at most so long: NULL with `late` true when nothing came. */
void *queue_pop_within(queue *q, unsigned milliseconds, bool *late);
void queue_close(queue *q);
void queue_stop(queue *q);

#endif
