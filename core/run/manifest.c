/* Puts together what the store keeps of a run, so that reading needs neither pack nor source. */
#include "manifest.h"

#include <string.h>

#include "../base/text.h"

static void json_pair(buffer *out, const char *name, const char *value) {
  if (out->size > 1) buffer_char(out, ',');
  text_json(out, name, strlen(name));
  buffer_char(out, ':');
  if (value)
    text_json(out, value, strlen(value));
  else
    buffer_text(out, "null");
}

static const char *params_json(arena *a, const plan *p) {
  const param_value *params;
  const size_t n = plan_params(p, &params);
  buffer b = {0};
  buffer_char(&b, '{');
  for (size_t i = 0; i < n; i++) json_pair(&b, params[i].name, params[i].value);
  buffer_char(&b, '}');
  const char *text = arena_string_n(a, b.data, b.size);
  buffer_deinit(&b);
  return text;
}

static const char *report_json(arena *a, const pack_report *r) {
  buffer b = {0};
  buffer_char(&b, '{');
  json_pair(&b, "name", r->name);
  json_pair(&b, "classes", r->classes);
  json_pair(&b, "limit", r->limit);
  json_pair(&b, "follow_up", r->follow_up);
  json_pair(&b, "channel", r->channel);
  buffer_text(&b, ",\"attention\":[");
  for (size_t i = 0; i < r->attention_count; i++) {
    if (i) buffer_char(&b, ',');
    text_json(&b, r->attention[i], strlen(r->attention[i]));
  }
  buffer_text(&b, "]}");
  const char *text = arena_string_n(a, b.data, b.size);
  buffer_deinit(&b);
  return text;
}

static void columns(manifest *m, const plan *made) {
  const plan_output *outputs;
  const plan_input *inputs;
  const size_t n = plan_outputs(made, &outputs), k = plan_inputs(made, &inputs);
  store_column *out = arena_array(&m->arena, n, sizeof *out);
  store_column *in = arena_array(&m->arena, k, sizeof *in);
  for (size_t i = 0; i < n; i++) out[i] = (store_column){outputs[i].name, outputs[i].type};
  for (size_t i = 0; i < k; i++) in[i] = (store_column){inputs[i].name, inputs[i].type};
  m->info.outputs = out;
  m->info.output_count = n;
  m->info.inputs = in;
  m->info.input_count = k;
}

static void archive(manifest *m, const pack *p) {
  store_file *files = arena_array(&m->arena, p->file_count, sizeof *files);
  for (size_t i = 0; i < p->file_count; i++)
    files[i] = (store_file){p->files[i].name, p->files[i].data, p->files[i].size};
  const char **texts = arena_array(&m->arena, p->reason_text_count * 3, sizeof *texts);
  for (size_t i = 0; i < p->reason_text_count; i++) {
    texts[3 * i] = p->reason_texts[i].code;
    texts[3 * i + 1] = p->reason_texts[i].language;
    texts[3 * i + 2] = p->reason_texts[i].text;
  }
  m->info.files = files;
  m->info.file_count = p->file_count;
  m->info.reason_texts = texts;
  m->info.reason_text_count = p->reason_text_count;
}

static void alerts(manifest *m, const pack *p) {
  static const char *const words[] = {"info", "warning", "critical"};
  store_alert *out = NULL;
  size_t count = 0;
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if (s->kind == STEP_CODES && s->codes.alerts) count += s->codes.entry_count;
  }
  out = arena_array(&m->arena, count + 1, sizeof *out);
  count = 0;
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    for (size_t k = 0; s->kind == STEP_CODES && s->codes.alerts && k < s->codes.entry_count; k++)
      out[count++] =
          (store_alert){s->name, s->codes.entries[k].code, words[s->codes.entries[k].severity]};
  }
  m->info.alerts = out;
  m->info.alert_count = count;
}

void manifest_init(manifest *m, const pack *p, const plan *made, int64_t as_of,
                   const char *source) {
  *m = (manifest){0};
  m->info = (store_run_info){.pack = p->name,
                             .pack_hash = p->hash,
                             .title = p->title,
                             .title_zh = p->title_zh,
                             .currency = p->currency,
                             .as_of = as_of,
                             .zone = p->zone,
                             .source = source,
                             .params_json = params_json(&m->arena, made),
                             .report_json = report_json(&m->arena, &p->report),
                             .key = p->schema.fields[p->schema.key].name};
  columns(m, made);
  archive(m, p);
  alerts(m, p);
}

void manifest_deinit(manifest *m) {
  arena_deinit(&m->arena);
}
