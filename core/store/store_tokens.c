/* See store_tokens.h. */
#include "store_tokens.h"

#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "store_inner.h"

static const char *const words[] = {"read", "evaluate", "operate", "admin"};
enum { WORDS = sizeof words / sizeof *words };

static int find_word(const char *text, size_t n) {
  for (int i = 0; i < WORDS; i++)
    if (strlen(words[i]) == n && !memcmp(words[i], text, n)) return i;
  return -1;
}

static error_code unknown_scope(const char *text, size_t n, error *e) {
  char word[40];
  snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), text);
  const char *meant = text_suggest(word, words, WORDS);
  return error_set(e, ERR_USAGE,
                   "there is no scope '%s'%s%s%s; the scopes are read, evaluate, operate, admin",
                   word, meant ? ": did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

error_code scopes_read(const char *text, unsigned *out, error *e) {
  *out = 0;
  for (const char *at = text; *at;) {
    size_t n = strcspn(at, ",");
    int word = find_word(at, n);
    if (word < 0) return unknown_scope(at, n, e);
    *out |= 1u << word;
    at += n + (at[n] == ',');
  }
  return *out ? ERR_OK : unknown_scope("", 0, e);
}

void scopes_write(buffer *out, unsigned scopes) {
  size_t n = 0;
  for (int i = 0; i < WORDS; i++)
    if (scopes >> i & 1) buffer_format(out, "%s%s", n++ ? "," : "", words[i]);
}

/* ---- writing ---- */

error_code store_token_add(store *s, store_token *t, error *e) {
  sqlite3_stmt *q = NULL;
  buffer scopes = {0}, packs = {0};
  error_code code = store_prepare(s, s->db,
                                  "INSERT INTO token (name, hash, scopes, packs, created, expires) "
                                  "VALUES (?, ?, ?, ?, ?, ?)",
                                  &q, e);
  if (code) return code;
  scopes_write(&scopes, t->scopes);
  buffer_text(&scopes, "");
  for (size_t i = 0; i < t->pack_count; i++)
    buffer_format(&packs, "%s%s", i ? "\n" : "", t->packs[i]);
  buffer_text(&packs, "");
  bind_text(q, 1, t->name);
  bind_text(q, 2, t->hash);
  bind_text(q, 3, scopes.data);
  bind_text(q, 4, t->pack_count ? packs.data : NULL);
  sqlite3_bind_int64(q, 5, t->created);
  bind_or_null(q, 6, t->expires);
  code = store_step(s, q, "keeping a token", e);
  sqlite3_finalize(q);
  if (!code) t->id = sqlite3_last_insert_rowid(s->db);
  buffer_deinit(&scopes);
  buffer_deinit(&packs);
  return code;
}

error_code store_token_revoke(store *s, int64_t id, int64_t now, error *e) {
  char sql[128];
  snprintf(sql, sizeof sql, "SELECT count(*) FROM token WHERE token_id = %lld", (long long)id);
  if (store_number(s->db, sql, 0) == 0)
    return error_set(e, ERR_NOT_FOUND, "there is no token %lld; `assay token list` shows them",
                     (long long)id);
  snprintf(sql, sizeof sql,
           "UPDATE token SET revoked = %lld WHERE token_id = %lld AND revoked IS NULL",
           (long long)now, (long long)id);
  return store_exec(s, sql, "revoking a token", e);
}

/* ---- reading ---- */

static void read_packs(arena *a, const char *text, store_token *t) {
  size_t count = 1;
  for (const char *c = text; *c; c++) count += *c == '\n';
  t->packs = arena_array(a, count, sizeof *t->packs);
  for (const char *at = text; *at;) {
    size_t n = strcspn(at, "\n");
    t->packs[t->pack_count++] = arena_string_n(a, at, n);
    at += n + (at[n] == '\n');
  }
}

static void read_token(sqlite3_stmt *q, arena *a, store_token *t) {
  error ignored = {0};
  *t = (store_token){.id = sqlite3_column_int64(q, 0),
                     .name = column_keep(a, q, 1),
                     .created = sqlite3_column_int64(q, 5),
                     .expires = sqlite3_column_int64(q, 6),
                     .revoked = sqlite3_column_int64(q, 7)};
  snprintf(t->hash, sizeof t->hash, "%s", column_string(q, 2));
  if (scopes_read(column_string(q, 3), &t->scopes, &ignored))
    t->scopes = 0; /* of a newer program */
  const char *packs = column_keep(a, q, 4);
  if (packs) read_packs(a, packs, t);
}

error_code store_tokens(store *s, arena *a, store_token **out, size_t *count, error *e) {
  sqlite3_stmt *q = NULL;
  size_t n = (size_t)store_number(s->db, "SELECT count(*) FROM token", 0);
  error_code code = store_prepare(s, s->db,
                                  "SELECT token_id, name, hash, scopes, packs, created, expires, "
                                  "revoked FROM token ORDER BY token_id LIMIT ?",
                                  &q, e);
  *count = 0;
  if (code) return code;
  *out = arena_array(a, n + 1, sizeof **out);
  sqlite3_bind_int64(q, 1, (int64_t)n);
  int rc;
  while ((rc = sqlite3_step(q)) == SQLITE_ROW && *count < n) read_token(q, a, &(*out)[(*count)++]);
  if (rc != SQLITE_DONE && rc != SQLITE_ROW) code = store_fail(s, s->db, rc, "reading tokens", e);
  sqlite3_finalize(q);
  return code;
}
