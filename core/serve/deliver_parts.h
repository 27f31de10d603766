/* Inside deliver: what its files share. */
#ifndef SERVE_DELIVER_PARTS_H
#define SERVE_DELIVER_PARTS_H

#include <stdatomic.h>

#include "../store/outbox.h"
#include "deliver.h"

/* What became of an attempt. */
typedef enum sent { SENT_DONE, SENT_LATER, SENT_NEVER } sent;

/* One attempt. */
typedef struct sending {
  const deliver_options *options;
  const atomic_bool *stop; /* break off */
  const pack_notify *channel;
  const outbox_message *message;
  zone zone; /* of the company */
  arena *arena;
  char why[256]; /* if it was not SENT_DONE */
  int64_t pause; /* seconds that the receiver asks for; 0 = it does not */
} sending;

sent deliver_webhook(sending *s);
sent deliver_mail(sending *s);
sent deliver_command(sending *s);

/* Fills why: printable, cut. Returns `what`. */
sent sending_ended(sending *s, sent what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A text that may be a reference to one: resolved. False: why is filled. */
bool sending_secret(sending *s, const char *reference, const char **out);

/* t=SECONDS,v1=HEX: HMAC-SHA256 of "SECONDS.BODY" with the secret, as X-Assay-Signature has it. */
const char *deliver_signature(arena *a, const char *secret, int64_t seconds, const char *body);
/* The whole message of a mail, RFC 5322, lines ended by CRLF. */
void deliver_mail_text(buffer *out, const pack_notify *channel, const outbox_message *m, zone z);

#endif
