/* See decision_json.h. */
#include "decision_json.h"

#include <string.h>

#include "../base/text.h"
#include "inputs.h"
#include "json_value.h"
#include "report_text.h"

typedef struct telling {
  store_reader *reader;
  const store_run *run;
  const char *language;
  buffer *out;
  bool found;
  size_t outcomes;
} telling;

/* ---- a row ---- */

typedef struct code_list {
  telling *telling;
  const column *outputs;
  const char *output;
  bool any;
} code_list;

static void put_code(void *ctx, const char *code, size_t n) {
  code_list *l = ctx;
  telling *t = l->telling;
  buffer text = {0};
  const bool known = write_reason(&text, t->reader, l->outputs, code, n, t->language);
  const char *how = alert_severity_of(t->reader, l->output, code, n);
  buffer_text(t->out, l->any ? ",{\"list\":" : "{\"list\":");
  l->any = true;
  text_json_or_null(t->out, l->output);
  buffer_text(t->out, ",\"code\":");
  text_json(t->out, code, n);
  buffer_text(t->out, ",\"text\":");
  if (known)
    text_json(t->out, text.data, text.size);
  else
    buffer_text(t->out, "null");
  if (how) {
    buffer_text(t->out, ",\"severity\":");
    text_json_or_null(t->out, how);
  }
  buffer_char(t->out, '}');
  buffer_deinit(&text);
}

static void put_outputs(telling *t, const store_row *row) {
  text_json_name(t->out, "outputs", false);
  if (row->failed) {
    buffer_text(t->out, "null");
    return;
  }
  buffer_char(t->out, '{');
  for (size_t i = 0; i < t->run->output_count; i++) {
    text_json_name(t->out, t->run->outputs[i].name, i == 0);
    json_value(t->out, &row->outputs[i], 0, t->run->zone);
  }
  buffer_char(t->out, '}');
}

static void put_reasons(telling *t, const store_row *row) {
  code_list l = {.telling = t, .outputs = row->outputs};
  text_json_name(t->out, "reasons", false);
  buffer_char(t->out, '[');
  for (size_t i = 0; i < t->run->output_count && !row->failed; i++) {
    l.output = t->run->outputs[i].name;
    each_code(&row->outputs[i], 0, put_code, &l);
  }
  buffer_char(t->out, ']');
}

static error_code put_inputs(telling *t, const store_row *row, error *e) {
  column *inputs = inputs_read(t->run, row, e);
  if (!inputs) return e->code;
  text_json_name(t->out, "inputs", false);
  buffer_char(t->out, '{');
  for (size_t i = 0; i < t->run->input_count; i++) {
    text_json_name(t->out, t->run->inputs[i].name, i == 0);
    json_value(t->out, &inputs[i], 0, t->run->zone);
  }
  buffer_char(t->out, '}');
  inputs_free(t->run, inputs);
  return ERR_OK;
}

static void put_status(telling *t, const store_row *row) {
  text_json_name(t->out, "status", false);
  text_json_or_null(t->out, row->failed ? "error" : "graded");
}

void decision_json_row(store_reader *r, const store_row *row, const char *language, buffer *out) {
  telling t = {
      .reader = r, .run = store_reader_run(r), .language = language, .out = out, .found = true};
  buffer_char(out, '{');
  text_json_name(out, t.run->key, true);
  text_json_or_null(out, row->key);
  put_status(&t, row);
  put_outputs(&t, row);
  put_reasons(&t, row);
  buffer_char(out, '}');
}

/* ---- outcomes and the run ---- */

void decision_json_outcome(const store_outcome *x, buffer *out) {
  buffer code = {0};
  write_outcome_code(&code, x);
  buffer_char(&code, 0);
  const struct {
    const char *name, *value;
  } texts[] = {{"kind", x->kind}, {"code", code.data}, {"field", x->field},    {"rule", x->rule},
               {"file", x->file}, {"value", x->value}, {"message", x->message}};
  buffer_char(out, '{');
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    text_json_name(out, texts[i].name, i == 0);
    text_json_or_null(out, texts[i].value && *texts[i].value ? texts[i].value : NULL);
  }
  buffer_format(out, x->line > 0 ? ",\"line\":%d" : ",\"line\":null", x->line);
  buffer_format(out, x->position >= 0 ? ",\"position\":%lld}" : ",\"position\":null}",
                (long long)x->position);
  buffer_deinit(&code);
}

void decision_json_run(const store_run *run, buffer *out) {
  char moment[32] = {0}, started[32] = {0}, finished[32] = {0};
  moment_write(moment, run->as_of, run->zone);
  moment_write(started, run->started, run->zone);
  moment_write(finished, run->finished, run->zone);
  buffer_format(out, "{\"id\":%lld,\"started\":\"%s\",\"finished\":\"%s\",\"as_of\":\"%s\"",
                (long long)run->id, started, finished, moment);
  text_json_name(out, "pack_hash", false);
  text_json_or_null(out, run->pack_hash);
  text_json_name(out, "source", false);
  text_json_or_null(out, run->source);
  buffer_char(out, '}');
}

/* ---- one customer ---- */

static error_code each_row(void *ctx, const store_row *row, error *e) {
  telling *t = ctx;
  t->found = true;
  put_status(t, row);
  text_json_name(t->out, "position", false);
  buffer_format(t->out, row->position >= 0 ? "%lld" : "null", (long long)row->position);
  put_outputs(t, row);
  put_reasons(t, row);
  return put_inputs(t, row, e);
}

static error_code each_outcome(void *ctx, const store_outcome *x, error *e) {
  telling *t = ctx;
  (void)e;
  if (t->outcomes++) buffer_char(t->out, ',');
  decision_json_outcome(x, t->out);
  return ERR_OK;
}

error_code decision_json(store_reader *r, const char *key, const char *language, buffer *out,
                         bool *found, error *e) {
  telling t = {.reader = r, .run = store_reader_run(r), .language = language, .out = out};
  error missing = {0};
  buffer_char(out, '{');
  text_json_name(out, t.run->key, true);
  text_json_or_null(out, key);
  error_code code = store_show(r, key, each_row, &t, &missing);
  if (code && code != ERR_NOT_FOUND) return error_set(e, code, "%s", missing.message);
  if (!t.found) buffer_text(out, ",\"status\":\"rejected\"");
  buffer_text(out, ",\"outcomes\":[");
  code = store_outcomes(r, key, each_outcome, &t, e);
  if (code) return code;
  buffer_text(out, "],\"run\":");
  decision_json_run(t.run, out);
  buffer_char(out, '}');
  *found = t.found || t.outcomes;
  return ERR_OK;
}
