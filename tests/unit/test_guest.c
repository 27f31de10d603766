/* Tokens: made once, kept as hashes, bound to scopes, packs and time; and how often one may ask. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/guest.h"

#define NOW 1758870000

typedef struct world {
  char path[64];
  store *store;
  guests *guests;
  arena texts;
  double seconds;
} world;

static void open_world(world *w, unsigned per_second) {
  error e = {0};
  *w = (world){0};
  snprintf(w->path, sizeof w->path, "/tmp/assay-guest-XXXXXX");
  assert_non_null(mkdtemp(w->path));
  strcat(w->path, "/a.db");
  assert_int_equal(store_open(w->path, STORE_WRITE, &w->store, &e), ERR_OK);
  w->guests = guests_new(per_second);
  w->seconds = 1;
}

static void close_world(world *w) {
  char command[128];
  store_close(w->store);
  guests_free(w->guests);
  arena_deinit(&w->texts);
  *strrchr(w->path, '/') = '\0';
  snprintf(command, sizeof command, "rm -rf %s", w->path);
  assert_int_equal(system(command), 0);
}

static int64_t add(world *w, char text[TOKEN_SIZE + 1], store_token t) {
  error e = {0};
  assert_int_equal(token_make(text, t.hash, &e), ERR_OK);
  t.created = NOW;
  assert_int_equal(store_token_add(w->store, &t, &e), ERR_OK);
  assert_int_equal(guests_load(w->guests, w->store, &e), ERR_OK);
  return t.id;
}

static welcome admit(world *w, const char *text, int64_t now, guest *out) {
  return guests_admit(w->guests, text, "10.0.0.1", now, w->seconds, &w->texts, out);
}

static void scopes_are_words(void **state) {
  (void)state;
  unsigned scopes;
  error e = {0};
  buffer out = {0};
  assert_int_equal(scopes_read("read,evaluate", &scopes, &e), ERR_OK);
  assert_int_equal(scopes, SCOPE_READ | SCOPE_EVALUATE);
  scopes_write(&out, SCOPE_OPERATE | SCOPE_ADMIN);
  assert_int_equal(scopes_read("", &scopes, &e), ERR_USAGE);
  assert_int_equal(scopes_read("read,evalute", &scopes, &e), ERR_USAGE);
  assert_non_null(strstr(e.message, "did you mean evaluate?"));
  assert_memory_equal(out.data, "operate,admin", out.size);
  buffer_deinit(&out);
}

static void a_token_is_known_by_its_hash_alone(void **state) {
  (void)state;
  world w;
  guest g;
  char text[TOKEN_SIZE + 1], other[TOKEN_SIZE + 1], hash[65], command[200];
  error e = {0};
  open_world(&w, 0);
  assert_int_equal(admit(&w, "assay_x", NOW, &g), UNKNOWN_TOKEN);
  add(&w, text, (store_token){.name = "dashboard 看板", .scopes = SCOPE_READ});
  assert_int_equal(strlen(text), TOKEN_SIZE);
  assert_int_equal(admit(&w, text, NOW, &g), WELCOME);
  assert_string_equal(g.name, "dashboard 看板");
  assert_int_equal(token_make(other, hash, &e), ERR_OK);
  assert_string_not_equal(other, text);
  assert_int_equal(admit(&w, other, NOW, &g), UNKNOWN_TOKEN);
  assert_int_equal(admit(&w, NULL, NOW, &g), UNKNOWN_TOKEN);
  text[20] ^= 1;
  assert_int_equal(admit(&w, text, NOW, &g), UNKNOWN_TOKEN);
  text[20] ^= 1;
  snprintf(command, sizeof command, "! cat %s* | grep -qaF %s", w.path, text + 6);
  assert_int_equal(system(command), 0); /* it stands nowhere in the files */
  close_world(&w);
}

static void the_hash_is_sha_256(void **state) {
  (void)state;
  char hash[65];
  token_hash("abc", 3, hash); /* FIPS 180-4's example */
  assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void it_may_only_what_it_is_for(void **state) {
  (void)state;
  world w;
  guest g;
  char text[TOKEN_SIZE + 1];
  const char *packs[] = {"acme", "公司"};
  open_world(&w, 0);
  add(&w, text,
      (store_token){.name = "a", .scopes = SCOPE_EVALUATE, .packs = packs, .pack_count = 2});
  assert_int_equal(admit(&w, text, NOW, &g), WELCOME);
  assert_true(guest_may(&g, SCOPE_EVALUATE, "acme"));
  assert_true(guest_may(&g, SCOPE_EVALUATE, "公司"));
  assert_false(guest_may(&g, SCOPE_EVALUATE, "other"));
  assert_false(guest_may(&g, SCOPE_READ, "acme"));
  add(&w, text, (store_token){.name = "b", .scopes = SCOPE_OPERATE});
  admit(&w, text, NOW, &g);
  assert_true(guest_may(&g, SCOPE_READ, "other")); /* who starts a run may see what came of it */
  assert_false(guest_may(&g, SCOPE_ADMIN, NULL));
  add(&w, text, (store_token){.name = "c", .scopes = SCOPE_ADMIN, .packs = packs, .pack_count = 1});
  admit(&w, text, NOW, &g);
  assert_true(guest_may(&g, SCOPE_EVALUATE, "acme"));
  assert_false(guest_may(&g, SCOPE_READ, "other"));
  close_world(&w);
}

static void it_ends(void **state) {
  (void)state;
  world w;
  guest g;
  error e = {0};
  char text[TOKEN_SIZE + 1];
  open_world(&w, 0);
  int64_t id = add(&w, text, (store_token){.name = "a", .scopes = SCOPE_READ, .expires = NOW + 60});
  assert_int_equal(admit(&w, text, NOW + 59, &g), WELCOME);
  assert_int_equal(admit(&w, text, NOW + 60, &g), EXPIRED_TOKEN);
  assert_int_equal(store_token_revoke(w.store, id, NOW, &e), ERR_OK);
  assert_int_equal(guests_load(w.guests, w.store, &e), ERR_OK);
  assert_int_equal(admit(&w, text, NOW, &g), REVOKED_TOKEN);
  assert_int_equal(store_token_revoke(w.store, 99, NOW, &e), ERR_NOT_FOUND);
  close_world(&w);
}

static void nobody_may_ask_too_often(void **state) {
  (void)state;
  world w;
  guest g;
  char text[TOKEN_SIZE + 1], other[TOKEN_SIZE + 1];
  int served = 0;
  open_world(&w, 5);
  add(&w, text, (store_token){.name = "a", .scopes = SCOPE_READ});
  add(&w, other, (store_token){.name = "b", .scopes = SCOPE_READ});
  for (int i = 0; i < 200; i++) served += admit(&w, text, NOW, &g) == WELCOME;
  assert_int_equal(served, 50); /* ten seconds' worth at once */
  assert_int_equal(admit(&w, other, NOW, &g), WELCOME);
  w.seconds += 1;
  for (int i = 0; i < 20; i++) served += admit(&w, text, NOW, &g) == WELCOME;
  assert_int_equal(served, 55);
  /* Guessing tokens is bounded by the address. */
  for (int i = 0; i < 50; i++) assert_int_equal(admit(&w, "assay_guess", NOW, &g), UNKNOWN_TOKEN);
  assert_int_equal(admit(&w, "assay_guess", NOW, &g), TOO_OFTEN);
  close_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scopes_are_words),
      cmocka_unit_test(a_token_is_known_by_its_hash_alone),
      cmocka_unit_test(the_hash_is_sha_256),
      cmocka_unit_test(it_may_only_what_it_is_for),
      cmocka_unit_test(it_ends),
      cmocka_unit_test(nobody_may_ask_too_often),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
