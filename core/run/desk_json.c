/* See desk_json.h. */
#include "desk_json.h"

#include <string.h>

#include "../base/text.h"
#include "../data/handmade_json.h"
#include "explain.h"
#include "json_value.h"
#include "report_text.h"

typedef struct asking {
  desk *desk;
  desk_question question;
  const char *language;
  buffer *out;
  arena arena;
  desk_answer answer;
  size_t row; /* of the decision at hand */
} asking;

/* ---- the question ---- */

static error_code read_record(arena *a, const desk_question *q, const json *from, const char *what,
                              handmade_record *record, handmade_record *previous, error *e) {
  const json *before = json_member(from, "previous");
  if (!before || before->kind != JSON_OBJECT) return handmade_object(a, from, what, record, e);
  if (q->known)
    return error_set(e, ERR_USAGE,
                     "%s: previous values are given, and asked of the store as well: only one of "
                     "the two can hold",
                     what);
  json rest = *from, *items = arena_array(a, from->count, sizeof *items);
  const size_t at = (size_t)(before - from->items);
  memcpy(items, from->items, at * sizeof *items);
  memcpy(items + at, before + 1, (from->count - at - 1) * sizeof *items);
  rest.items = items;
  rest.count--;
  const error_code code = handmade_object(a, before, what, previous, e);
  return code ? code : handmade_object(a, &rest, what, record, e);
}

error_code desk_read_record(arena *a, const desk_question *q, const json *from,
                            handmade_record *record, handmade_record *previous, error *e) {
  return read_record(a, q, from, q->what, record, previous, e);
}

static error_code read_records(asking *x, const json *list, size_t count, size_t first, error *e) {
  desk_question *q = &x->question;
  handmade_record *records = arena_array(&x->arena, count, sizeof *records);
  handmade_record *previous = arena_array(&x->arena, count, sizeof *previous);
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    const char *what =
        first == SIZE_MAX ? q->what : arena_format(&x->arena, "%s: record %zu", q->what, first + i);
    if (read_record(&x->arena, q, &list[i], what, &records[i], &previous[i], e)) return e->code;
    any = any || previous[i].count;
  }
  q->records = records;
  q->previous = any ? previous : NULL;
  q->count = count;
  return ERR_OK;
}

/* ---- the answer ---- */

static void put_text(buffer *out, const char *name, const char *text) {
  text_json_name(out, name, false);
  text_json_or_null(out, text && *text ? text : NULL);
}

static void put_head(asking *x) {
  char moment[32] = {0};
  const pack *p = desk_pack(x->desk);
  moment_write(moment, x->answer.as_of, p->zone);
  buffer_text(x->out, "{\"pack\":");
  text_json(x->out, p->name, strlen(p->name));
  put_text(x->out, "pack_hash", p->hash);
  put_text(x->out, "as_of", moment);
  buffer_format(x->out, x->answer.run ? ",\"run\":%lld" : ",\"run\":null",
                (long long)x->answer.run);
}

static const char *severity_of(const pack *p, const char *list, const char *code, size_t n) {
  static const char *const words[] = {"info", "warning", "critical"};
  const char *colon = memchr(code, ':', n);
  if (colon) n = (size_t)(colon - code);
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if (s->kind != STEP_CODES || !s->codes.alerts || strcmp(s->name, list) != 0) continue;
    for (size_t k = 0; k < s->codes.entry_count; k++) {
      const char *name = s->codes.entries[k].code;
      if (strlen(name) == n && !memcmp(name, code, n)) return words[s->codes.entries[k].severity];
    }
  }
  return NULL;
}

typedef struct code_list {
  asking *asking;
  const char *name;
  bool any;
} code_list;

static void put_code(void *ctx, const char *code, size_t n) {
  code_list *l = ctx;
  asking *x = l->asking;
  buffer *out = x->out, text = {0};
  buffer_text(out, l->any ? ",{\"list\":" : "{\"list\":");
  l->any = true;
  text_json(out, l->name, strlen(l->name));
  buffer_text(out, ",\"code\":");
  text_json(out, code, n);
  const bool known =
      explain_reason(&text, x->answer.plan, x->answer.out, x->row, code, n, x->language);
  text_json_name(out, "text", false);
  if (known)
    text_json(out, text.data ? text.data : "", text.size);
  else
    buffer_text(out, "null");
  const char *how = severity_of(desk_pack(x->desk), l->name, code, n);
  if (how) put_text(out, "severity", how);
  buffer_char(out, '}');
  buffer_deinit(&text);
}

static void put_outputs(asking *x) {
  const plan_output *outputs;
  const size_t n = plan_outputs(x->answer.plan, &outputs);
  const zone z = desk_pack(x->desk)->zone;
  code_list l = {.asking = x};
  buffer_text(x->out, ",\"outputs\":{");
  for (size_t i = 0; i < n; i++) {
    if (i) buffer_char(x->out, ',');
    text_json(x->out, outputs[i].name, strlen(outputs[i].name));
    buffer_char(x->out, ':');
    json_value(x->out, &x->answer.out->outputs[i], x->row, z);
  }
  buffer_text(x->out, "},\"reasons\":[");
  for (size_t i = 0; i < n; i++) {
    l.name = outputs[i].name;
    each_code(&x->answer.out->outputs[i], x->row, put_code, &l);
  }
  buffer_text(x->out, "],\"outcomes\":[]");
}

static void put_outcome(asking *x, const store_outcome *o) {
  buffer code = {0};
  write_outcome_code(&code, o);
  buffer_char(&code, 0);
  buffer_text(x->out, ",\"outputs\":null,\"reasons\":[],\"outcomes\":[{\"kind\":");
  text_json(x->out, o->kind, strlen(o->kind));
  put_text(x->out, "code", code.data);
  put_text(x->out, "field", o->field);
  put_text(x->out, "rule", o->rule);
  put_text(x->out, "file", o->file);
  buffer_format(x->out, o->line > 0 ? ",\"line\":%d" : ",\"line\":null", o->line);
  put_text(x->out, "value", o->value);
  put_text(x->out, "message", o->message);
  buffer_text(x->out, "}]");
  buffer_deinit(&code);
}

static void put_reject(asking *x, const reject *r) {
  put_text(x->out, "key", r->key);
  put_text(x->out, "status", "rejected");
  put_outcome(x, &(store_outcome){.kind = "reject",
                                  .code = r->code,
                                  .field = r->field,
                                  .value = r->value,
                                  .message = r->message});
}

static void put_fault(asking *x) {
  const decisions *d = x->answer.out;
  for (size_t i = 0; i < d->fault_count; i++) {
    const fault *f = &d->faults[i];
    if (f->row != x->row) continue;
    put_outcome(x, &(store_outcome){.kind = "rule_error",
                                    .code = f->code,
                                    .rule = f->rule,
                                    .file = f->file,
                                    .line = f->line,
                                    .message = f->message});
    return;
  }
}

static void put_decision(asking *x) {
  const desk_answer *a = &x->answer;
  const text_data *keys = &a->in->columns[a->in->schema->key].text;
  const bool failed = a->out->failed[x->row];
  const char *key = keys->bytes + keys->offsets[x->row];
  const size_t n = keys->offsets[x->row + 1] - keys->offsets[x->row];
  buffer_text(x->out, ",\"key\":");
  if (n == strlen(DESK_NO_KEY) && !memcmp(key, DESK_NO_KEY, n))
    buffer_text(x->out, "null");
  else
    text_json(x->out, key, n);
  put_text(x->out, "status", failed ? "error" : "graded");
  if (failed)
    put_fault(x);
  else
    put_outputs(x);
  if (!x->question.explains) return;
  buffer_text(x->out, ",\"explanation\":");
  explain_json(x->out, explain_decision(&x->arena, a->evaluator, a->out, x->row, x->language));
}

/* Rows and rejects of the batch in the order of the records. `alone`: behind the head of an object. */
static void put_batch(asking *x, bool alone, bool first) {
  const batch *in = x->answer.in;
  size_t rejects = 0;
  x->row = 0;
  while (x->row < in->rows || rejects < in->reject_count) {
    const bool reject_next =
        rejects < in->reject_count &&
        (x->row == in->rows || in->rejects[rejects].sequence < in->sequence[x->row]);
    if (!alone && !first) buffer_char(x->out, ',');
    const size_t open = x->out->size;
    if (reject_next)
      put_reject(x, &in->rejects[rejects++]);
    else
      put_decision(x), x->row++;
    if (!alone) x->out->data[open] = '{'; /* in place of a comma */
    buffer_char(x->out, '}');
    first = false;
  }
}

/* ---- from end to end ---- */

static error_code ask_batch(asking *x, const json *list, size_t count, size_t first, error *e) {
  const bool alone = first == SIZE_MAX;
  error_code code = read_records(x, list, count, first, e);
  if (!code) code = desk_ask(x->desk, &x->question, &x->answer, e);
  if (code) return code;
  if (alone || first == 1) put_head(x);
  if (first == 1) buffer_text(x->out, ",\"decisions\":[");
  put_batch(x, alone, first == 1);
  x->question.now = false; /* all of a batch are as of one moment */
  x->question.as_of = x->answer.as_of;
  desk_done(x->desk, &x->answer);
  arena_clear(&x->arena);
  return ERR_OK;
}

error_code desk_ask_read(desk *d, const desk_question *q, const json *from, const char *language,
                         buffer *out, error *e) {
  asking x = {.desk = d, .question = *q, .language = language ? language : "en", .out = out};
  const size_t before = out->size;
  error_code code = ERR_OK;
  error own;
  if (!e) e = &own;
  if (from->kind == JSON_OBJECT) {
    code = ask_batch(&x, from, 1, SIZE_MAX, e);
  } else if (from->kind == JSON_ARRAY && from->count) {
    for (size_t at = 0; at < from->count && !code; at += BATCH_ROWS) {
      const size_t left = from->count - at;
      code = ask_batch(&x, from->items + at, left < BATCH_ROWS ? left : BATCH_ROWS, at + 1, e);
    }
    if (!code) buffer_text(out, "]}");
  } else {
    code = error_set(e, ERR_USAGE,
                     "%s: a record is an object with its fields by name, a batch an array of such "
                     "objects",
                     q->what);
  }
  arena_deinit(&x.arena);
  if (code) out->size = before;
  return code;
}

error_code desk_ask_json(desk *d, const desk_question *q, const char *text, size_t n,
                         const char *language, buffer *out, error *e) {
  arena a = {0};
  const json *from;
  error_code code = json_read(&a, text, n, q->what, &from, e);
  if (!code) code = desk_ask_read(d, q, from, language, out, e);
  arena_deinit(&a);
  return code;
}
