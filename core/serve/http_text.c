/* The texts of a request: path, query, headers, and who asks. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>

#include "../base/text.h"
#include "http_parts.h"

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes %XX, and + where it stands for a blank; NULL: badly escaped, a NUL, or no UTF-8. */
static const char *unescape(arena *a, const char *text, size_t n, bool plus) {
  char *out = arena_array(a, n + 1, 1);
  size_t to = 0;
  for (size_t i = 0; i < n; i++) {
    char c = text[i];
    if (c == '%') {
      if (n - i < 3 || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return NULL;
      c = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else if (c == '+' && plus) {
      c = ' ';
    }
    if (!c) return NULL;
    out[to++] = c;
  }
  return text_valid_utf8(out, to) ? out : NULL;
}

static bool read_pair(http_request *r, const char *text, size_t n, http_pair *out) {
  const char *equals = memchr(text, '=', n);
  size_t name = equals ? (size_t)(equals - text) : n;
  out->name = unescape(&r->arena, text, name, true);
  out->value = equals ? unescape(&r->arena, equals + 1, n - name - 1, true) : "";
  return out->name && out->value;
}

bool http_read_target(http_request *r, const char *target) {
  size_t path = strcspn(target, "?"), count = 1;
  r->path = arena_string_n(&r->arena, target, path);
  const char *at = target + path;
  if (!text_valid_utf8(r->path, path)) return false;
  if (!*at++) return true;
  for (const char *c = at; *c; c++) count += *c == '&';
  http_pair *pairs = arena_array(&r->arena, count, sizeof *pairs);
  while (*at) {
    size_t n = strcspn(at, "&");
    if (n && !read_pair(r, at, n, &pairs[r->query_count++])) return false;
    at += n + (at[n] == '&');
  }
  r->query = pairs;
  return true;
}

const char *http_segment(http_request *r, size_t number) {
  const char *at = r->path;
  for (size_t i = 0;; i++) {
    if (*at++ != '/') return NULL;
    size_t n = strcspn(at, "/");
    if (i == number) return n ? unescape(&r->arena, at, n, false) : NULL;
    at += n;
  }
}

const char *http_query(const http_request *r, const char *name) {
  for (size_t i = 0; i < r->query_count; i++)
    if (!strcmp(r->query[i].name, name)) return r->query[i].value;
  return NULL;
}

const char *http_header(const http_request *r, const char *name) {
  const exchange *x = r->exchange;
  return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

void http_answer_header(http_answer *a, const char *name, const char *value) {
  if (a->header_count < HTTP_HEADERS) a->headers[a->header_count++] = (http_pair){name, value};
}

const char *http_peer(arena *a, struct MHD_Connection *c) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const struct sockaddr *from = info ? info->client_addr : NULL;
  char *text = arena_array(a, INET6_ADDRSTRLEN, 1);
  if (from && from->sa_family == AF_INET)
    inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, text,
              INET6_ADDRSTRLEN);
  else if (from && from->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, text,
              INET6_ADDRSTRLEN);
  return *text ? text : "local";
}
