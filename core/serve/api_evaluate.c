/* Evaluating records now, without storing anything.
 *
 *   {"record": {...}} or {"records": [{...}, ...]}, and beside it "as_of", "params", "known": true (previous
 *   values are those that were published of the keys), "explain": true */
#include <string.h>

#include "../run/desk_json.h"
#include "api_parts.h"

typedef struct asking {
  api_reading reading;
  desk_question question;
  const json *records;
} asking;

static bool read_member(asking *x, const json *v) {
  static const char *const names[] = {"record", "records", "as_of", "params", "known", "explain"};
  const api_reading *r = &x->reading;
  bool one = !strcmp(v->name, "record");
  if (one || !strcmp(v->name, "records")) {
    if (x->records) return read_wrong(r, v->name, "either record or records, not both");
    x->records = v;
    return v->kind == (one ? JSON_OBJECT : JSON_ARRAY) ||
           read_wrong(r, v->name, one ? "an object" : "an array of objects");
  }
  if (!strcmp(v->name, "as_of")) {
    x->question.now = false;
    return read_moment(r, v, &x->question.as_of);
  }
  if (!strcmp(v->name, "params"))
    return read_params(r, v, &x->question.params, &x->question.param_count);
  if (!strcmp(v->name, "known")) return read_flag(r, v, &x->question.known);
  if (!strcmp(v->name, "explain")) return read_flag(r, v, &x->question.explains);
  return read_unknown(r, v->name, names, sizeof names / sizeof *names);
}

static bool read_question(asking *x) {
  api_call *c = x->reading.call;
  const json *all = NULL;
  error e = {0};
  if (json_read(c->arena, c->request->body, c->request->body_size, "the request", &all, &e)) {
    problem_of(c, &e);
    return false;
  }
  for (size_t i = 0; all->kind == JSON_OBJECT && i < all->count; i++)
    if (!read_member(x, &all->items[i])) return false;
  if (x->records) return true;
  problem(c, 400, "request", x->reading.title, "record",
          "give the record: {\"record\": {\"...\": ...}}, or several as \"records\"");
  return false;
}

static void evaluate(api_call *c) {
  asking x = {.reading = {c, "The question is wrong"},
              .question = {.now = true, .what = "the request"}};
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
