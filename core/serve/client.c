/* See client.h. */
#include "client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "../base/json.h"

#define PATIENCE_SECONDS 30L

static size_t take(char *data, size_t size, size_t n, void *to) {
  buffer_add(to, data, size * n);
  return size * n;
}

static error_code code_of(long status) {
  switch (status) {
  case 400:
    return ERR_USAGE;
  case 404:
    return ERR_NOT_FOUND;
  case 409:
    return ERR_BUSY;
  case 422:
    return ERR_PACK;
  default:
    return ERR_INTERNAL;
  }
}

static error_code refuse(long status, const char *text, size_t n, error *e) {
  arena a = {0};
  buffer copy = {0};
  buffer_add(&copy, text, n);
  buffer_text(&copy, "");
  const char *detail = json_member_text(json_kept(&a, copy.data), "detail");
  error_code code = error_set(e, code_of(status), "the service says: %s",
                              detail ? detail : "something that cannot be read");
  buffer_deinit(&copy);
  arena_deinit(&a);
  return code;
}

static error_code perform(CURL *c, const char *socket, size_t before, buffer *answer, error *e) {
  long status = 0;
  CURLcode said = curl_easy_perform(c);
  if (said != CURLE_OK)
    return error_set(e, ERR_BUSY, "the service at %s does not answer: %s", socket,
                     curl_easy_strerror(said));
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  if (status / 100 == 2) return ERR_OK;
  error_code code = refuse(status, answer->data + before, answer->size - before, e);
  answer->size = before;
  return code;
}

error_code client_ask(const char *socket, const char *method, const char *path, const char *body,
                      buffer *answer, error *e) {
  arena a = {0};
  CURL *c = curl_easy_init();
  if (!c) return error_set(e, ERR_INTERNAL, "the HTTP client cannot be started");
  buffer_text(answer, "");
  curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, socket);
  curl_easy_setopt(c, CURLOPT_URL, arena_format(&a, "http://assay%s", path));
  curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
  if (body) curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(c, CURLOPT_TIMEOUT, PATIENCE_SECONDS);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
  error_code code = perform(c, socket, answer->size, answer, e);
  curl_easy_cleanup(c);
  arena_deinit(&a);
  return code;
}

const char *client_escape(arena *a, const char *part) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  char *out = arena_array(a, 3 * strlen(part) + 1, 1), *to = out;
  for (; *part; part++) {
    if (strchr(plain, *part))
      *to++ = *part;
    else
      to += sprintf(to, "%%%02X", (unsigned)(unsigned char)*part);
  }
  return out;
}
