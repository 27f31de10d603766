/* See guest.h. */
#include "guest.h"

#include <pthread.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define PREFIX "assay_"
#define SECRET_BYTES 32
#define BURST_SECONDS 10
#define RATES 4096 /* askers that are told apart; two may share one */

/* How much an asker has left (a token bucket). */
typedef struct rate {
  double left, at;
} rate;

struct guests {
  pthread_mutex_t mutex;
  arena texts;
  store_token *tokens;
  size_t count;
  unsigned per_second;
  rate rates[RATES];
};

/* ---- tokens ---- */

void token_hash(const char *text, size_t n, char hash[65]) {
  SHA256Data((const uint8_t *)text, n, hash);
}

/* base64url (RFC 4648) without padding. */
static void write_base64url(char *out, const uint8_t *bytes, size_t n) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  uint32_t held = 0;
  unsigned bits = 0;
  for (size_t i = 0; i < n; i++) {
    held = held << 8 | bytes[i];
    for (bits += 8; bits >= 6; bits -= 6) *out++ = alphabet[held >> (bits - 6) & 63];
  }
  if (bits) *out++ = alphabet[held << (6 - bits) & 63];
  *out = '\0';
}

error_code token_make(char text[TOKEN_SIZE + 1], char hash[65], error *e) {
  uint8_t secret[SECRET_BYTES];
  if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
    return error_set(e, ERR_INTERNAL, "the system gives no random bytes for a token");
  memcpy(text, PREFIX, sizeof PREFIX - 1);
  write_base64url(text + sizeof PREFIX - 1, secret, sizeof secret);
  token_hash(text, TOKEN_SIZE, hash);
  return ERR_OK;
}

/* ---- those who are known ---- */

guests *guests_new(unsigned per_second) {
  guests *g = mem_alloc(sizeof *g);
  g->per_second = per_second;
  pthread_mutex_init(&g->mutex, NULL);
  return g;
}

void guests_free(guests *g) {
  if (!g) return;
  pthread_mutex_destroy(&g->mutex);
  arena_deinit(&g->texts);
  free(g);
}

static int by_hash(const void *a, const void *b) {
  const store_token *x = a, *y = b;
  return strcmp(x->hash, y->hash);
}

error_code guests_load(guests *g, store *s, error *e) {
  arena texts = {0};
  store_token *tokens = NULL;
  size_t count = 0;
  error_code code = store_tokens(s, &texts, &tokens, &count, e);
  if (code) {
    arena_deinit(&texts);
    return code;
  }
  if (count) qsort(tokens, count, sizeof *tokens, by_hash);
  pthread_mutex_lock(&g->mutex);
  arena before = g->texts;
  g->texts = texts;
  g->tokens = tokens;
  g->count = count;
  pthread_mutex_unlock(&g->mutex);
  arena_deinit(&before);
  return ERR_OK;
}

static const store_token *find(const guests *g, const char *token) {
  store_token wanted = {0};
  if (!g->count) return NULL;
  token_hash(token, strlen(token), wanted.hash);
  return bsearch(&wanted, g->tokens, g->count, sizeof *g->tokens, by_hash);
}

static void copy(arena *a, const store_token *t, guest *out) {
  *out = (guest){.token = t->id,
                 .name = arena_string(a, t->name),
                 .scopes = t->scopes,
                 .pack_count = t->pack_count,
                 .packs = arena_array(a, t->pack_count + 1, sizeof *out->packs)};
  for (size_t i = 0; i < t->pack_count; i++) out->packs[i] = arena_string(a, t->packs[i]);
}

/* With the mutex held. */
static bool has_left(guests *g, const char *who, double seconds) {
  rate *r = &g->rates[XXH3_64bits(who, strlen(who)) % RATES];
  double most = (double)g->per_second * BURST_SECONDS;
  if (!g->per_second) return true;
  r->left = r->at > 0 ? r->left + (seconds - r->at) * g->per_second : most;
  if (r->left > most) r->left = most;
  r->at = seconds;
  if (r->left < 1) return false;
  r->left -= 1;
  return true;
}

static welcome judge(guests *g, const store_token *t, const char *peer, int64_t now, double seconds,
                     arena *a, guest *out) {
  if (!has_left(g, t ? t->hash : peer, seconds)) return TOO_OFTEN;
  if (!t) return UNKNOWN_TOKEN;
  if (t->revoked) return REVOKED_TOKEN;
  if (t->expires && t->expires <= now) return EXPIRED_TOKEN;
  copy(a, t, out);
  return WELCOME;
}

welcome guests_admit(guests *g, const char *token, const char *peer, int64_t now, double seconds,
                     arena *a, guest *out) {
  pthread_mutex_lock(&g->mutex);
  welcome w = judge(g, token ? find(g, token) : NULL, peer, now, seconds, a, out);
  pthread_mutex_unlock(&g->mutex);
  return w;
}

bool guest_may(const guest *g, unsigned scope, const char *pack) {
  bool all = g->scopes & SCOPE_ADMIN;
  /* Who may start a run may look at it. */
  unsigned scopes = g->scopes | (g->scopes & SCOPE_OPERATE ? SCOPE_READ : 0u);
  if (!all && (scopes & scope) != scope) return false;
  if (!pack || !g->pack_count) return true;
  for (size_t i = 0; i < g->pack_count; i++)
    if (!strcmp(g->packs[i], pack)) return true;
  return false;
}
