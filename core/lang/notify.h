/* Whom a company wants to be told, of what, and how: notify { ... } as declared. No secret is ever in it,
 * only where the secret stands (env:NAME, file:PATH, credential:NAME). */
#ifndef LANG_NOTIFY_H
#define LANG_NOTIFY_H

#include "pack.h"

typedef enum notify_kind { NOTIFY_WEBHOOK, NOTIFY_MAIL, NOTIFY_COMMAND } notify_kind;

typedef enum notify_event {
  NOTIFY_RUN_FAILED,
  NOTIFY_RUN_LATE,
  NOTIFY_ALERTS,  /* of watch lists, of a run that was published */
  NOTIFY_REJECTS, /* more records refused than `rejects` allows */
  NOTIFY_PACK_BROKEN,
  NOTIFY_EVENTS
} notify_event;

typedef struct pack_notify {
  notify_kind kind;
  const char *name; /* "webhook-1", or as given; unique in the pack */
  bool on[NOTIFY_EVENTS];
  alert_severity least; /* alerts less urgent than this are not told */
  double rejects;
  bool rejects_percent;
  bool recovered;           /* that it is over is told as well */
  int64_t again;            /* seconds in which the same is not told again */
  int64_t timeout;          /* seconds, of one attempt */
  int64_t give_up;          /* seconds, of all attempts */
  const char *language;     /* "en", "zh" */
  const char *url, *secret; /* webhook; the URL may be a reference too */
  size_t to_count;          /* mail */
  const char **to;
  const char *from, *server, *user, *password;
  size_t
      argument_count; /* command: a program of the service's folder of commands, and its arguments */
  const char **arguments;
  place at;
} pack_notify;

/* "run_failed", "run_late", "alerts", "rejects", "pack_broken". */
extern const char *const notify_event_names[NOTIFY_EVENTS];

#endif
