/* Notifications by POST and by SMTP, with libcurl. Certificates are verified, redirects are not followed (a signed
 * body goes to whom it was signed for), and nothing of an answer is believed but its status. */
#include "deliver_parts.h"

#include <curl/curl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* ---- what both have in common ---- */

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
  const sending *s = ctx;
  (void)a, (void)b, (void)c, (void)d;
  return atomic_load(s->stop); /* not 0: break off */
}

static size_t swallow(char *data, size_t size, size_t count, void *ctx) {
  (void)data, (void)ctx;
  return size * count;
}

static CURL *open_transfer(sending *s, const char *url, char *said) {
  CURL *c = curl_easy_init();
  if (!c) return NULL;
  *said = 0;
  curl_easy_setopt(c, CURLOPT_URL, url);
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, said);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)s->channel->timeout);
  curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(c, CURLOPT_XFERINFODATA, s);
  curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  if (s->options->authorities) curl_easy_setopt(c, CURLOPT_CAINFO, s->options->authorities);
  return c;
}

/* The host, never the rest of an address, which may be a secret. */
static sent transfer_failed(sending *s, CURLcode rc, const char *said) {
  return sending_ended(
      s, rc == CURLE_URL_MALFORMAT || rc == CURLE_UNSUPPORTED_PROTOCOL ? SENT_NEVER : SENT_LATER,
      "%s", *said ? said : curl_easy_strerror(rc));
}

/* Not so with a name and password before the host, which may look like one: http://localhost:x@example.com/. */
static bool is_loopback(const char *url) {
  static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
  const char *host = strstr(url, "://");
  if (host && memchr(host + 3, '@', strcspn(host + 3, "/?#"))) return false;
  for (size_t i = 0; host && i < 3; i++) {
    const size_t n = strlen(names[i]);
    if (!strncmp(host + 3, names[i], n) && strchr(":/?", host[3 + n])) return true;
  }
  return false;
}

/* ---- webhooks ---- */

const char *deliver_signature(arena *a, const char *secret, int64_t seconds, const char *body) {
  const char *text = arena_format(a, "%lld.%s", (long long)seconds, body);
  unsigned char mac[32];
  char *hex = arena_array(a, 2 * sizeof mac + 1, 1);
  if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, secret, strlen(secret), text, strlen(text), mac) < 0)
    return NULL;
  for (size_t i = 0; i < sizeof mac; i++) snprintf(hex + 2 * i, 3, "%02x", mac[i]);
  return arena_format(a, "t=%lld,v1=%s", (long long)seconds, hex);
}

/* False: why is filled. */
static bool add_signature(sending *s, struct curl_slist **headers) {
  const char *secret = NULL;
  if (!s->channel->secret) return true;
  if (!sending_secret(s, s->channel->secret, &secret)) return false;
  const char *signature =
      deliver_signature(s->arena, secret, (int64_t)time(NULL), s->message->payload);
  if (!signature) {
    sending_ended(s, SENT_LATER, "the message cannot be signed");
    return false;
  }
  *headers =
      curl_slist_append(*headers, arena_format(s->arena, "X-Assay-Signature: %s", signature));
  return true;
}

static struct curl_slist *webhook_headers(sending *s) {
  struct curl_slist *h = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8");
  h = curl_slist_append(h, "Expect:");
  h = curl_slist_append(h, arena_format(s->arena, "X-Assay-Event: %s", s->message->event));
  h = curl_slist_append(h, arena_format(s->arena, "Idempotency-Key: %s", s->message->event_id));
  if (add_signature(s, &h)) return h;
  curl_slist_free_all(h);
  return NULL;
}

static sent judge_status(sending *s, CURL *c, long status) {
  curl_off_t after = 0;
  if (status >= 200 && status < 300) return SENT_DONE;
  curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &after);
  if (after > 0) s->pause = after;
  if (status >= 300 && status < 400)
    return sending_ended(
        s, SENT_NEVER,
        "the receiver answered %ld, which sends on to another address; redirects are "
        "not followed: write that address",
        status);
  const bool later = status >= 500 || status == 408 || status == 425 || status == 429;
  return sending_ended(s, later ? SENT_LATER : SENT_NEVER, "the receiver answered %ld", status);
}

static sent post(sending *s, const char *url, const struct curl_slist *headers) {
  char said[CURL_ERROR_SIZE];
  long status = 0;
  CURL *c = open_transfer(s, url, said);
  if (!c) return sending_ended(s, SENT_LATER, "libcurl cannot be used");
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, is_loopback(url) ? "http,https" : "https");
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(c, CURLOPT_USERAGENT, "assay/" ASSAY_VERSION);
  curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(s->message->payload));
  curl_easy_setopt(c, CURLOPT_POSTFIELDS, s->message->payload);
  const CURLcode rc = curl_easy_perform(c);
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  const sent result = rc ? transfer_failed(s, rc, said) : judge_status(s, c, status);
  curl_easy_cleanup(c);
  return result;
}

sent deliver_webhook(sending *s) {
  const char *url = s->channel->url;
  if (strncmp(url, "http", 4) != 0 && !sending_secret(s, url, &url)) return SENT_LATER;
  struct curl_slist *headers = webhook_headers(s);
  if (!headers) return SENT_LATER;
  const sent result = post(s, url, headers);
  curl_slist_free_all(headers);
  return result;
}

/* ---- mail ---- */

typedef struct upload {
  const char *data;
  size_t left;
} upload;

static size_t on_read(char *out, size_t size, size_t count, void *ctx) {
  upload *u = ctx;
  const size_t room = size * count, n = room < u->left ? room : u->left;
  memcpy(out, u->data, n);
  u->data += n;
  u->left -= n;
  return n;
}

/* A server that refuses for good (5xx) is not asked again; but for what only its operator can mend, it is. */
static sent mail_failed(sending *s, CURL *c, CURLcode rc, const char *said) {
  long status = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 500 && status < 600 &&
      (rc == CURLE_SEND_ERROR || rc == CURLE_RECV_ERROR || rc == CURLE_WEIRD_SERVER_REPLY))
    return sending_ended(s, SENT_NEVER, "the server refused it with %ld", status);
  return transfer_failed(s, rc, said);
}

static sent post_mail(sending *s, const char *password, const struct curl_slist *to,
                      const buffer *text) {
  const pack_notify *n = s->channel;
  char said[CURL_ERROR_SIZE];
  upload u = {text->data, text->size};
  CURL *c = open_transfer(s, n->server, said);
  if (!c) return sending_ended(s, SENT_LATER, "libcurl cannot be used");
  const long tls = is_loopback(n->server) ? CURLUSESSL_TRY : CURLUSESSL_ALL;
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(c, CURLOPT_USE_SSL, tls);
  curl_easy_setopt(c, CURLOPT_MAIL_FROM, n->from);
  curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
  if (n->user) curl_easy_setopt(c, CURLOPT_USERNAME, n->user);
  if (password) curl_easy_setopt(c, CURLOPT_PASSWORD, password);
  curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(c, CURLOPT_READDATA, &u);
  curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)text->size);
  const CURLcode rc = curl_easy_perform(c);
  const sent result = rc ? mail_failed(s, c, rc, said) : SENT_DONE;
  curl_easy_cleanup(c);
  return result;
}

sent deliver_mail(sending *s) {
  const pack_notify *n = s->channel;
  const char *password = NULL;
  struct curl_slist *to = NULL;
  buffer text = {0};
  if (n->password && !sending_secret(s, n->password, &password)) return SENT_LATER;
  for (size_t i = 0; i < n->to_count; i++)
    to = curl_slist_append(to, arena_format(s->arena, "<%s>", n->to[i]));
  deliver_mail_text(&text, n, s->message, s->zone);
  const sent result = post_mail(s, password, to, &text);
  curl_slist_free_all(to);
  buffer_deinit(&text);
  return result;
}
