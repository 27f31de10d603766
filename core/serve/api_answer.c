/* What the handlers of the API write and read alike. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../base/date.h"
#include "../base/json.h"
#include "../base/number.h"
#include "api_parts.h"

#define JSON "application/json; charset=utf-8"
#define PROBLEM "application/problem+json; charset=utf-8"

buffer *body(api_call *c) {
  c->answer->type = JSON;
  return &c->answer->body;
}

void write_text(buffer *b, const char *text) {
  if (text)
    text_json(b, text, strlen(text));
  else
    buffer_text(b, "null");
}

void write_member(buffer *b, const char *name, bool first) {
  if (!first) buffer_char(b, ',');
  text_json(b, name, strlen(name));
  buffer_char(b, ':');
}

void write_moment(buffer *b, int64_t seconds) {
  char text[32] = "";
  if (!seconds) {
    buffer_text(b, "null");
    return;
  }
  moment_write(text, seconds, (zone){0});
  buffer_format(b, "\"%.19sZ\"", text);
}

/* ---- problems ---- */

void problem(api_call *c, int status, const char *kind, const char *title, const char *of,
             const char *format, ...) {
  char detail[1600];
  va_list args;
  va_start(args, format);
  vsnprintf(detail, sizeof detail, format, args);
  va_end(args);
  buffer *b = body(c);
  buffer_clear(b);
  c->answer->status = status;
  c->answer->type = PROBLEM;
  buffer_format(b, "{\"type\":\"/problems/%s\"", kind);
  write_member(b, "title", false);
  write_text(b, title);
  buffer_format(b, ",\"status\":%d", status);
  write_member(b, "detail", false);
  write_text(b, detail);
  if (of) {
    write_member(b, "field", false);
    write_text(b, of);
  }
  buffer_text(b, "}\n");
}

void problem_of(api_call *c, const error *e) {
  switch (e->code) {
  case ERR_NOT_FOUND:
    problem(c, 404, "not-found", "There is no such thing", NULL, "%s", e->message);
    break;
  case ERR_USAGE:
    problem(c, 400, "request", "The request is wrong", NULL, "%s", e->message);
    break;
  case ERR_PACK:
    problem(c, 422, "pack", "The rule pack is wrong", NULL, "%s", e->message);
    break;
  case ERR_BUSY:
    problem(c, 409, "busy", "Somebody else is at it", NULL, "%s", e->message);
    break;
  default:
    problem(c, 500, "internal", "The service failed", NULL, "%s", e->message);
  }
}

/* ---- who asks ---- */

bool guest_of_all(api_call *c) {
  if (!c->guest.pack_count) return true;
  problem(c, 403, "scope", "The token is not for this", NULL,
          "this is of all packs, and the token \"%s\" is bound to some", c->guest.name);
  return false;
}

/* ---- requests ---- */

bool query_number(api_call *c, const char *name, int64_t least, int64_t most, int64_t preset,
                  int64_t *out) {
  const char *text = http_query(c->request, name);
  *out = preset;
  if (!text) return true;
  if (integer_parse(text, strlen(text), out) == PARSE_OK && *out >= least && *out <= most)
    return true;
  problem(c, 400, "request", "The request is wrong", name,
          "%s: expected a whole number from %lld to %lld, got %.60s", name, (long long)least,
          (long long)most, text);
  return false;
}

bool path_number(api_call *c, size_t segment, int64_t *out) {
  const char *text = http_segment(c->request, segment);
  if (text && integer_parse(text, strlen(text), out) == PARSE_OK && *out > 0) return true;
  problem(c, 404, "not-found", "There is no such thing", NULL, "%.60s is no number",
          text ? text : "the address");
  return false;
}

const char *scalar_text(const json *v) {
  return v->kind == JSON_TEXT || v->kind == JSON_NUMBER ? v->text
         : v->kind == JSON_TRUE                         ? "true"
         : v->kind == JSON_FALSE                        ? "false"
                                                        : NULL;
}

const char *call_language(const api_call *c) {
  const char *asked = http_query(c->request, "lang");
  const char *header = http_header(c->request, "Accept-Language");
  if (asked) return strncmp(asked, "zh", 2) ? "en" : "zh";
  return header && strncasecmp(header, "zh", 2) == 0 ? "zh" : "en";
}

bool answer_known(api_call *c, const char *format, ...) {
  char tag[200], quoted[210];
  va_list args;
  va_start(args, format);
  vsnprintf(tag, sizeof tag, format, args);
  va_end(args);
  snprintf(quoted, sizeof quoted, "\"%s\"", tag);
  http_answer_header(c->answer, "ETag", arena_string(c->arena, quoted));
  const char *has = http_header(c->request, "If-None-Match");
  if (!has || (!strstr(has, quoted) && strcmp(has, "*") != 0)) return false;
  c->answer->status = 304;
  c->answer->type = NULL;
  return true;
}
