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
  text_json_name(b, "title", false);
  text_json_or_null(b, title);
  buffer_format(b, ",\"status\":%d", status);
  text_json_name(b, "detail", false);
  text_json_or_null(b, detail);
  if (of) {
    text_json_name(b, "field", false);
    text_json_or_null(b, of);
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

/* ---- members of a body ---- */

bool read_wrong(const api_reading *r, const char *name, const char *wanted) {
  problem(r->call, 400, "request", r->title, name, "%s: expected %s", name, wanted);
  return false;
}

bool read_unknown(const api_reading *r, const char *name, const char *const *known, size_t count) {
  buffer all = {0};
  const char *meant = text_suggest(name, known, count);
  for (size_t i = 0; i < count; i++) buffer_format(&all, "%s%s", i ? ", " : "", known[i]);
  problem(r->call, 400, "request", r->title, name, "there is no %.60s%s%s%s; there are %.*s", name,
          meant ? ": did you mean " : "", meant ? meant : "", meant ? "?" : "", (int)all.size,
          all.data);
  buffer_deinit(&all);
  return false;
}

bool read_moment(const api_reading *r, const json *v, int64_t *out) {
  const char *text = json_text(v);
  return (text && moment_parse(text, strlen(text), out)) ||
         read_wrong(r, v->name, "a moment, as \"2025-09-26T15:00:00+08:00\"");
}

bool read_flag(const api_reading *r, const json *v, bool *out) {
  *out = v->kind == JSON_TRUE;
  return v->kind == JSON_TRUE || v->kind == JSON_FALSE || read_wrong(r, v->name, "true or false");
}

bool read_params(const api_reading *r, const json *v, const param_value **out, size_t *count) {
  param_value *items = arena_array(r->call->arena, v->count + 1, sizeof *items);
  if (v->kind != JSON_OBJECT) return read_wrong(r, v->name, "an object of values by name");
  for (size_t i = 0; i < v->count; i++) {
    items[i] = (param_value){v->items[i].name, scalar_text(&v->items[i])};
    if (!items[i].value) return read_wrong(r, v->items[i].name, "a text, a number, true or false");
  }
  *out = items;
  *count = v->count;
  return true;
}
