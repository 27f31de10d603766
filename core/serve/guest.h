/* Who asks, and what he may: tokens of the API as a service holds them, and how often each may ask.
 *
 * A token is "assay_" and 43 characters of 32 random bytes; a database keeps its SHA-256 alone. Tokens are
 * held in memory and read again now and then, so that one which is revoked is refused a moment later. */
#ifndef SERVE_GUEST_H
#define SERVE_GUEST_H

#include "../store/store_tokens.h"

#define TOKEN_SIZE 49 /* characters */

/* A new token and its hash. ERR_INTERNAL: the system gives no random bytes. */
error_code token_make(char text[TOKEN_SIZE + 1], char hash[65], error *e);
void token_hash(const char *text, size_t n, char hash[65]);

typedef struct guests guests;

/* `per_second`: requests that one token, or one address without a token, may make in the long run, with as
 * many more at once as in ten seconds; 0 = no limit. */
guests *guests_new(unsigned per_second);
void guests_free(guests *g);
/* Takes the tokens of the store in place of those it had. */
error_code guests_load(guests *g, store *s, error *e);

typedef struct guest {
  int64_t token; /* 0: the owner, by his socket */
  const char *name;
  unsigned scopes;
  size_t pack_count; /* 0 = all */
  const char **packs;
} guest;

typedef enum welcome { WELCOME, UNKNOWN_TOKEN, EXPIRED_TOKEN, REVOKED_TOKEN, TOO_OFTEN } welcome;

/* By the token of an "Authorization: Bearer" (NULL: none was sent). `seconds` is any clock that never goes
 * back. Texts in the arena. */
welcome guests_admit(guests *g, const char *token, const char *peer, int64_t now, double seconds,
                     arena *a, guest *out);
bool guest_may(const guest *g, unsigned scope, const char *pack);

#endif
