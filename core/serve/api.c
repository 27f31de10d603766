/* See api.h: finding the route, and letting in who may. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api_parts.h"

static const route *const tables[] = {api_system_routes, api_pack_routes,     api_run_routes,
                                      api_token_routes,  api_decision_routes, api_evaluate_routes};

api *api_new(const api_options *o) {
  api *a = mem_alloc(sizeof *a);
  a->o = *o;
  return a;
}

void api_free(api *a) {
  free(a);
}

/* ---- routes ---- */

/* Part by part; a part in braces stands for any. */
static bool fits(const char *pattern, const char *path) {
  while (*pattern == '/' && *path == '/') {
    size_t n = strcspn(++pattern, "/"), m = strcspn(++path, "/");
    bool any = *pattern == '{' && m > 0;
    if (!any && (n != m || memcmp(pattern, path, n) != 0)) return false;
    pattern += n;
    path += m;
  }
  return !*pattern && !*path;
}

static bool is_method(const route *r, const char *method) {
  return !strcmp(r->method, method) || (!strcmp(method, "HEAD") && !strcmp(r->method, "GET"));
}

/* `allowed`: the methods of the path, where none is that of the request. */
static const route *find_route(const http_request *r, buffer *allowed) {
  for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
    for (const route *at = tables[t]; at->handle; at++) {
      if (!fits(at->pattern, r->path)) continue;
      if (is_method(at, r->method)) return at;
      buffer_format(allowed, "%s%s", allowed->size ? ", " : "", at->method);
    }
  return NULL;
}

/* The path's part that stands at {pack}. */
static const char *pack_of(const route *at, http_request *r) {
  size_t number = 0;
  const char *there = strstr(at->pattern, "/{pack}");
  if (!there) return NULL;
  for (const char *c = at->pattern; c < there; c++) number += *c == '/';
  return http_segment(r, number);
}

/* ---- who asks ---- */

static const char *bearer(const http_request *r) {
  const char *header = http_header(r, "Authorization");
  if (!header || strncasecmp(header, "Bearer ", 7) != 0) return NULL;
  header += 7;
  while (*header == ' ') header++;
  return header;
}

static void unwelcome(api_call *c, welcome w) {
  if (w == TOO_OFTEN) {
    http_answer_header(c->answer, "Retry-After", "1");
    problem(c, 429, "too-often", "Too many requests", NULL,
            "wait a second; the limit is that of --rate");
    return;
  }
  http_answer_header(c->answer, "WWW-Authenticate", "Bearer");
  problem(c, 401, "token", "A token is needed", NULL, "%s",
          w == EXPIRED_TOKEN   ? "this token has expired: ask for a new one"
          : w == REVOKED_TOKEN ? "this token was revoked: ask for a new one"
                               : "send a token as Authorization: Bearer assay_...; "
                                 "`assay token new` makes one");
}

static bool admit(api_call *c, const route *at) {
  const http_request *r = c->request;
  if (r->trusted) {
    c->guest = (guest){.name = "owner", .scopes = SCOPE_ADMIN};
    return true;
  }
  if (!at->scope) return true;
  welcome w = guests_admit(c->api->o.guests, bearer(r), r->peer, c->api->o.now(c->api->o.ctx),
                           http_seconds(), c->arena, &c->guest);
  if (w != WELCOME) {
    unwelcome(c, w);
    return false;
  }
  if (guest_may(&c->guest, at->scope, NULL)) return true;
  buffer scope = {0};
  scopes_write(&scope, at->scope);
  problem(c, 403, "scope", "The token is not for this", NULL,
          "the token \"%s\" lacks the scope %.*s", c->guest.name, (int)scope.size, scope.data);
  buffer_deinit(&scope);
  return false;
}

/* Another company's pack is not there, whether there is one or not. */
static bool admit_to_pack(api_call *c, const route *at) {
  c->pack = pack_of(at, c->request);
  if (!strstr(at->pattern, "/{pack}")) return true;
  if (c->pack && guest_may(&c->guest, at->scope, c->pack)) return true;
  problem(c, 404, "not-found", "There is no such pack", NULL,
          "no pack of that name is served, or the token is not for it; GET /v1/packs lists those "
          "that are");
  return false;
}

/* ---- the callbacks ---- */

/* Many records at once take their time; others must not wait for it. */
static bool is_long(const http_request *r) {
  const char *length = http_header(r, "Content-Length");
  return !length ? http_header(r, "Transfer-Encoding") != NULL : strlen(length) > 5;
}

static void not_found(api_call *c, const buffer *allowed) {
  if (allowed->size) {
    http_answer_header(c->answer, "Allow", arena_string_n(c->arena, allowed->data, allowed->size));
    problem(c, 405, "method", "The method is not allowed here", NULL, "%s allows %.*s",
            c->request->path, (int)allowed->size, allowed->data);
  } else {
    problem(c, 404, "not-found", "There is no such address", NULL,
            "GET /openapi.json describes what there is");
  }
}

bool api_begin(void *ctx, http_request *r, http_answer *answer) {
  api_call *c = arena_alloc(&r->arena, sizeof *c);
  buffer allowed = {0};
  const route *at = find_route(r, &allowed);
  *c = (api_call){.api = ctx, .request = r, .answer = answer, .arena = &r->arena};
  http_answer_header(answer, "Cache-Control", "no-store");
  bool goes_on = at && admit(c, at) && admit_to_pack(c, at);
  if (!at) not_found(c, &allowed);
  buffer_deinit(&allowed);
  r->caller = c->guest.name;
  r->route = at;
  r->later = at && (at->later || is_long(r));
  r->state = c;
  return goes_on;
}

void api_handle(void *ctx, http_request *r, http_answer *answer) {
  const route *at = r->route;
  (void)ctx, (void)answer;
  at->handle(r->state);
}

void api_done(void *ctx, const http_done *d) {
  const api *a = ctx;
  const route *at = d->request->route;
  const char *pattern = at ? at->pattern : "", *method = d->request->method;
  meters_request(a->o.meters, pattern, method, d->status, d->seconds, d->bytes);
  log_event(a->o.log, d->status < 500 ? LEVEL_DEBUG : LEVEL_ERROR, "request",
            LOG_TEXT("method", method), LOG_TEXT("path", d->request->path),
            LOG_INTEGER("status", d->status), LOG_NUMBER("seconds", d->seconds),
            LOG_INTEGER("bytes", (int64_t)d->bytes), LOG_TEXT("peer", d->request->peer),
            LOG_TEXT("caller", d->request->caller), LOG_FLAG("complete", d->complete));
}

void api_refuse(void *ctx, http_request *r, int status, const char *why, http_answer *answer) {
  api_call c = {.api = ctx, .request = r, .answer = answer, .arena = &r->arena};
  answer->header_count = 0;
  if (status == 413) {
    problem(&c, status, "too-long", "The request is too long", NULL,
            "send fewer records at once; the limit is that of --body");
  } else if (status == 503) {
    http_answer_header(answer, "Retry-After", "1");
    problem(&c, status, "busy", "The service is busy", NULL, "try again in a second");
  } else {
    problem(&c, status, "request", "The request cannot be read", NULL, "%s", why ? why : "");
  }
}
