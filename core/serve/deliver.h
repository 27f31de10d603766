/* Telling people: notices go into the store's outbox, and from there, by threads of their own, to webhooks, mail and
 * commands, again and again with growing pauses until they are taken or given up.
 *
 * At least once: a receiver may see one twice (after a kill between its answer and our note of it), with the same
 * idempotency key. The same event is not told again within the channel's `again`; that it is over is told once. No
 * secret is stored, logged or shown; nothing is sent over a network without TLS. */
#ifndef SERVE_DELIVER_H
#define SERVE_DELIVER_H

#include "log.h"
#include "meters.h"
#include "notice.h"
#include "supervisor.h"

typedef struct deliver deliver;

typedef struct deliver_options {
  const char *database;
  const supervisor *supervisor; /* for credentials; may be NULL */
  const char *commands;    /* folder of the programs that packs may start; NULL = none may be */
  logger *log;             /* may be NULL */
  meters *meters;          /* may be NULL */
  unsigned threads;        /* 0 = 2; one channel is served by one at a time */
  int64_t first_pause;     /* ms before the second attempt, doubled each time; 0 = 10 s */
  int64_t longest_pause;   /* ms; 0 = 1 h */
  const char *authorities; /* PEM file of certificate authorities; NULL = the system's */
} deliver_options;

/* Opens the store for itself and starts the threads; what waits there is sent once its channel is known. The options'
 * texts must outlive it. */
error_code deliver_open(const deliver_options *o, deliver **out, error *e);
/* Lets what is being sent end for at most so long, then breaks it off; what is not sent stays in the store. */
void deliver_close(deliver *d, unsigned seconds);

/* The channels of a pack as it is now, copied: after each good load. Messages to a channel that is no more are given
 * up when they are due. */
void deliver_channels(deliver *d, const pack *p);

/* Puts the notice into the outbox for each channel of its pack that wants it and has not just been told the same.
 * Waits for the store, so not from the loop. `put`: to how many channels it goes; may be NULL. */
error_code deliver_notice(deliver *d, const notice *n, size_t *put, error *e);
/* Whether so many rejects are more than some channel of the pack allows: else a notice NOTIFY_REJECTS that is over. */
bool deliver_wants_rejects(deliver *d, const char *pack, int64_t rejected, int64_t records);

int64_t deliver_waiting(deliver *d); /* messages; for /metrics */

#endif
