/* The outbox: notifications that wait to be sent, kept over restarts; and what was told already, so that the same
 * is not told again and again. Secrets are never in it: a message names the channel, not how to reach it. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store.h"

#define OUTBOX_MOST 10000 /* messages that may wait; one more is kept as failed, and never sent */

typedef struct outbox_message {
  int64_t id;
  const char *event_id; /* the same for the same event, whatever is tried: the idempotency key */
  const char *pack, *channel, *event;
  const char *payload, *subject, *body;
  int64_t created, next, give_up; /* UTC milliseconds */
  int attempts;                   /* that were made */
} outbox_message;

/* What an event is the same as: the pack's, the channel's, of one kind, about one thing. */
typedef struct outbox_incident {
  const char *pack, *channel, *event, *about;
  int64_t since; /* UTC milliseconds: when it was first told */
  int64_t times; /* that it came since, this one too */
} outbox_incident;

/* Everything below within a transaction, short: begin, look, put, commit. ERR_BUSY behind another writer. */
error_code outbox_begin(store *s, error *e);
error_code outbox_commit(store *s, error *e);
void outbox_rollback(store *s);

/* Notes that it came at `now`, and says whether it is to be told: it is new, or was last told `again` ms ago or
 * earlier. Fills since and times. */
error_code outbox_came(store *s, outbox_incident *i, int64_t now, int64_t again, bool *tell,
                       error *e);
/* Notes that it is over, and says whether that is to be told: it was told that it came. */
error_code outbox_over(store *s, outbox_incident *i, bool *tell, error *e);
/* Puts a message in, to be sent at once. `put`: 1 = in, 0 = it was in already, -1 = the outbox is full. */
error_code outbox_put(store *s, const outbox_message *m, int *put, error *e);

/* Whether a message that is due may be sent now: its channel is free, and known. */
typedef bool outbox_ready(void *ctx, const char *pack, const char *channel, int64_t give_up);

/* Outside of a transaction. The message to be sent next, of those that are ready; texts in the arena. `found`
 * false: none is; `wake`: when the next one is due, 0 = none is later. */
error_code outbox_next(store *s, int64_t now, outbox_ready *ready, void *ctx, arena *a,
                       outbox_message *out, bool *found, int64_t *wake, error *e);
error_code outbox_sent(store *s, int64_t id, int64_t now, error *e);
error_code outbox_retry(store *s, int64_t id, int64_t next, const char *why, error *e);
error_code outbox_failed(store *s, int64_t id, int64_t now, const char *why, error *e);
error_code outbox_waiting(store *s, int64_t *out, error *e);
/* Takes out what was sent or given up before the moment, and that alerts were told before it: each run has its own,
 * and they are never over. Any other event is remembered until it is over. */
error_code outbox_clean(store *s, int64_t before, error *e);

#endif
