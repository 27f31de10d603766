/* Evaluating records now, without storing anything.
 *
 *   {"record": {...}} or {"records": [{...}, ...]}, and beside it "as_of", "params", "known": true (previous
 *   values are those that were published of the keys), "explain": true */
#include <string.h>

#include "../base/date.h"
#include "../run/desk_json.h"
#include "api_parts.h"

typedef struct asking {
  api_call *call;
  desk_question question;
  const json *records;
} asking;

static bool wrong(const asking *x, const json *v, const char *wanted) {
  problem(x->call, 400, "request", "The question is wrong", v->name, "%s: expected %s", v->name,
          wanted);
  return false;
}

static bool read_as_of(asking *x, const json *v) {
  const char *text = json_text(v);
  x->question.now = false;
  return (text && moment_parse(text, strlen(text), &x->question.as_of)) ||
         wrong(x, v, "a moment, as \"2025-09-26T15:00:00+08:00\"");
}

static bool read_params(asking *x, const json *v) {
  param_value *items = arena_array(x->call->arena, v->count + 1, sizeof *items);
  if (v->kind != JSON_OBJECT) return wrong(x, v, "an object of values by name");
  for (size_t i = 0; i < v->count; i++) {
    items[i] = (param_value){v->items[i].name, scalar_text(&v->items[i])};
    if (!items[i].value) return wrong(x, &v->items[i], "a text, a number, true or false");
  }
  x->question.params = items;
  x->question.param_count = v->count;
  return true;
}

static bool read_flag(const asking *x, const json *v, bool *out) {
  *out = v->kind == JSON_TRUE;
  return v->kind == JSON_TRUE || v->kind == JSON_FALSE || wrong(x, v, "true or false");
}

static bool read_member(asking *x, const json *v) {
  static const char *const names[] = {"record", "records", "as_of", "params", "known", "explain"};
  bool one = !strcmp(v->name, "record");
  if (one || !strcmp(v->name, "records")) {
    if (x->records) return wrong(x, v, "either record or records, not both");
    x->records = v;
    return v->kind == (one ? JSON_OBJECT : JSON_ARRAY) ||
           wrong(x, v, one ? "an object" : "an array of objects");
  }
  if (!strcmp(v->name, "as_of")) return read_as_of(x, v);
  if (!strcmp(v->name, "params")) return read_params(x, v);
  if (!strcmp(v->name, "known")) return read_flag(x, v, &x->question.known);
  if (!strcmp(v->name, "explain")) return read_flag(x, v, &x->question.explains);
  const char *meant = text_suggest(v->name, names, sizeof names / sizeof *names);
  problem(x->call, 400, "request", "The question is wrong", v->name,
          "there is no %.60s%s%s%s; there are record, records, as_of, params, known, explain",
          v->name, meant ? ": did you mean " : "", meant ? meant : "", meant ? "?" : "");
  return false;
}

static bool read_question(asking *x) {
  api_call *c = x->call;
  const json *all = NULL;
  error e = {0};
  if (json_read(c->arena, c->request->body, c->request->body_size, "the request", &all, &e)) {
    problem_of(c, &e);
    return false;
  }
  for (size_t i = 0; all->kind == JSON_OBJECT && i < all->count; i++)
    if (!read_member(x, &all->items[i])) return false;
  if (x->records) return true;
  problem(c, 400, "request", "The question is wrong", "record",
          "give the record: {\"record\": {\"...\": ...}}, or several as \"records\"");
  return false;
}

static void evaluate(api_call *c) {
  asking x = {.call = c, .question = {.now = true, .what = "the request"}};
  error e = {0};
  const shelved *up = shelf_take(c->api->o.shelf, c->pack);
  if (!up) {
    problem(c, 404, "not-found", "There is no such pack", NULL, "no pack %s is served", c->pack);
    return;
  }
  if (read_question(&x)) {
    buffer *b = body(c);
    if (desk_ask_read(up->desk, &x.question, x.records, call_language(c), b, &e))
      problem_of(c, &e);
    else
      buffer_char(b, '\n');
  }
  shelf_give(c->api->o.shelf, up);
}

const route api_evaluate_routes[] = {
    {"POST", "/v1/packs/{pack}/evaluate", SCOPE_EVALUATE, false, evaluate},
    {0},
};
