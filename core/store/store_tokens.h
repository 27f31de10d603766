/* Tokens of the API: what each may do, for which packs, until when. Only the hash of a token is kept, so
 * that nobody can read one out of a database. */
#ifndef STORE_STORE_TOKENS_H
#define STORE_STORE_TOKENS_H

#include "store.h"

/* What a token may do; ADMIN may everything. */
enum {
  SCOPE_READ = 1,     /* decisions, explanations, alerts, runs, packs */
  SCOPE_EVALUATE = 2, /* records of its own */
  SCOPE_OPERATE = 4,  /* start and cancel runs */
  SCOPE_ADMIN = 8     /* tokens, reloading */
};

typedef struct store_token {
  int64_t id;
  const char *name; /* for people: whose it is */
  char hash[65];    /* SHA-256, hex */
  unsigned scopes;
  size_t pack_count; /* 0 = all packs */
  const char **packs;
  int64_t created, expires, revoked; /* UTC seconds; 0 = never */
} store_token;

/* "read,evaluate" to scopes; ERR_USAGE names the word ("did you mean"). */
error_code scopes_read(const char *text, unsigned *out, error *e);
void scopes_write(buffer *out, unsigned scopes);

/* Gives it its number. */
error_code store_token_add(store *s, store_token *t, error *e);
/* ERR_NOT_FOUND. One that is revoked already stays as it is. */
error_code store_token_revoke(store *s, int64_t id, int64_t now, error *e);
/* All of them, by number, in the arena. */
error_code store_tokens(store *s, arena *a, store_token **out, size_t *count, error *e);

#endif
