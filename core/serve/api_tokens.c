/* Tokens: the owner, or an admin of all packs, makes, lists and revokes them. */
#include <string.h>

#include "../base/json.h"
#include "api_parts.h"

static void write_token(buffer *b, const store_token *t) {
  buffer scopes = {0};
  buffer_format(b, "{\"id\":%lld", (long long)t->id);
  text_json_name(b, "name", false);
  text_json_or_null(b, t->name);
  text_json_name(b, "scopes", false);
  scopes_write(&scopes, t->scopes);
  buffer_text(&scopes, "");
  text_json_or_null(b, scopes.data);
  buffer_deinit(&scopes);
  text_json_name(b, "packs", false);
  buffer_text(b, t->pack_count ? "[" : "null");
  for (size_t i = 0; i < t->pack_count; i++) {
    if (i) buffer_char(b, ',');
    text_json_or_null(b, t->packs[i]);
  }
  if (t->pack_count) buffer_char(b, ']');
  text_json_name(b, "created_at", false);
  write_moment(b, t->created);
  text_json_name(b, "expires_at", false);
  write_moment(b, t->expires);
  text_json_name(b, "revoked_at", false);
  write_moment(b, t->revoked);
  buffer_char(b, '}');
}

static void list_tokens(api_call *c) {
  store *s = NULL;
  store_token *all = NULL;
  size_t count = 0;
  error e = {0};
  if (!guest_of_all(c)) return;
  error_code code = store_open(c->api->o.database, STORE_READ, &s, &e);
  if (!code) code = store_tokens(s, c->arena, &all, &count, &e);
  store_close(s);
  if (code) {
    problem_of(c, &e);
    return;
  }
  buffer *b = body(c);
  buffer_text(b, "{\"tokens\":[");
  for (size_t i = 0; i < count; i++) {
    if (i) buffer_char(b, ',');
    write_token(b, &all[i]);
  }
  buffer_text(b, "]}\n");
}

static void revoke_token(api_call *c) {
  store *s = NULL;
  int64_t id;
  error e = {0};
  if (!guest_of_all(c) || !path_number(c, 2, &id)) return;
  error_code code = store_open(c->api->o.database, STORE_WRITE, &s, &e);
  if (!code) code = store_token_revoke(s, id, c->api->o.now(c->api->o.ctx), &e);
  if (!code) code = guests_load(c->api->o.guests, s, &e);
  store_close(s);
  if (code)
    problem_of(c, &e);
  else
    c->answer->status = 204;
}

/* ---- making one: {"name": "...", "scopes": ["read"], "packs": ["acme"], "expires_in_days": 90} ---- */

static bool wrong(api_call *c, const char *of, const char *wanted) {
  return read_wrong(&(api_reading){c, "The token cannot be made"}, of, wanted);
}

static bool read_scopes(api_call *c, const json *v, unsigned *out) {
  *out = 0;
  for (size_t i = 0; i < json_count(v); i++) {
    unsigned one;
    error e = {0};
    const char *word = json_text(&v->items[i]);
    if (!word || scopes_read(word, &one, &e))
      return wrong(c, "scopes", "a list of read, evaluate, operate, admin");
    *out |= one;
  }
  return *out || wrong(c, "scopes", "a list of read, evaluate, operate, admin");
}

static bool read_packs(api_call *c, const json *v, store_token *t) {
  if (!v || v->kind == JSON_NULL) return true;
  t->packs = arena_array(c->arena, json_count(v) + 1, sizeof *t->packs);
  for (size_t i = 0; i < json_count(v); i++) {
    const char *name = json_text(&v->items[i]);
    if (!name || !*name || strchr(name, '\n')) return wrong(c, "packs", "a list of names");
    t->packs[t->pack_count++] = name;
  }
  return t->pack_count || wrong(c, "packs", "a list of names, or null for all");
}

static bool read_token(api_call *c, store_token *t) {
  const json *all = NULL;
  error e = {0};
  int64_t days;
  if (json_read(c->arena, c->request->body, c->request->body_size, "the token", &all, &e)) {
    problem_of(c, &e);
    return false;
  }
  t->name = json_member_text(all, "name");
  t->created = c->api->o.now(c->api->o.ctx);
  if (!t->name || !*t->name) return wrong(c, "name", "whose it is");
  if (!read_scopes(c, json_member(all, "scopes"), &t->scopes)) return false;
  if (!read_packs(c, json_member(all, "packs"), t)) return false;
  const json *ends = json_member(all, "expires_in_days");
  if (!ends || ends->kind == JSON_NULL) return true;
  days = json_integer(ends, -1);
  if (days < 1 || days > 36500) return wrong(c, "expires_in_days", "days from 1 to 36500");
  t->expires = t->created + days * 86400;
  return true;
}

static void make_token(api_call *c) {
  store *s = NULL;
  store_token t = {0};
  char text[TOKEN_SIZE + 1];
  error e = {0};
  if (!guest_of_all(c) || !read_token(c, &t)) return;
  error_code code = token_make(text, t.hash, &e);
  if (!code) code = store_open(c->api->o.database, STORE_WRITE, &s, &e);
  if (!code) code = store_token_add(s, &t, &e);
  if (!code) code = guests_load(c->api->o.guests, s, &e);
  store_close(s);
  if (code) {
    problem_of(c, &e);
    return;
  }
  buffer *b = body(c);
  c->answer->status = 201;
  buffer_format(b, "{\"token\":\"%s\",\"about\":", text);
  write_token(b, &t);
  buffer_text(b, "}\n");
}

const route api_token_routes[] = {
    {"GET", "/v1/tokens", SCOPE_ADMIN, true, list_tokens},
    {"POST", "/v1/tokens", SCOPE_ADMIN, true, make_token},
    {"DELETE", "/v1/tokens/{}", SCOPE_ADMIN, true, revoke_token},
    {0},
};
