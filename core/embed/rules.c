/* libassay: rules loaded, and single records evaluated and explained. See include/assay/assay.h. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../run/desk_json.h"
#include "../run/explain.h"

#define KNOWN_FLAGS (ASSAY_EXPLAIN | ASSAY_KNOWN)
#define WIDTH 100 /* of a page of text */

const char *assay_version(void) {
  return ASSAY_VERSION;
}

int tell(assay_error *out, error_code code, const error *e) {
  if (!out) return (int)code;
  const size_t room = out->struct_size, head = offsetof(assay_error, message);
  if (room >= head) out->code = (int32_t)code;
  if (room <= head) return (int)code;
  const char *message = code ? e->message : "";
  size_t n = strlen(message);
  if (n > room - head - 1) n = room - head - 1;
  while (n && message[n] && ((unsigned char)message[n] & 0xC0) == 0x80) n--;
  memcpy(out->message, message, n);
  out->message[n] = 0;
  return (int)code;
}

/* ---- rules ---- */

int assay_load(const char *folder, const char *database, assay_rules **out, assay_error *told) {
  findings found = {0};
  error e = {0};
  *out = NULL;
  pack *p = pack_load(folder, &found);
  const error_code code = p ? ERR_OK : findings_to_error(&found, &e, ERR_PACK);
  findings_deinit(&found);
  if (code) return tell(told, code, &e);
  *out = mem_alloc(sizeof **out);
  (*out)->desk = desk_new(p, database);
  return tell(told, ERR_OK, &e);
}

void assay_rules_free(assay_rules *rules) {
  if (!rules) return;
  desk_release(rules->desk);
  free(rules);
}

const char *assay_rules_name(const assay_rules *rules) {
  return desk_pack(rules->desk)->name;
}

const char *assay_rules_title(const assay_rules *rules) {
  const pack *p = desk_pack(rules->desk);
  return p->title ? p->title : p->name;
}

const char *assay_rules_hash(const assay_rules *rules) {
  return desk_pack(rules->desk)->hash;
}

/* ---- options ---- */

/* An older caller's struct is shorter: what it does not know is as if it were not set. */
static assay_options options_of(const assay_options *given) {
  assay_options own = {0};
  if (given) memcpy(&own, given, given->struct_size < sizeof own ? given->struct_size : sizeof own);
  return own;
}

error_code asked_init(asked *a, const assay_options *given, const char *what, error *e) {
  const assay_options o = options_of(given);
  *a = (asked){.language = o.language && !strcmp(o.language, "zh") ? "zh" : "en"};
  desk_question *q = &a->question;
  q->what = what;
  q->explains = o.flags & ASSAY_EXPLAIN;
  q->known = o.flags & ASSAY_KNOWN;
  q->now = !o.as_of;
  if (o.flags & ~KNOWN_FLAGS)
    return error_set(e, ERR_USAGE, "options: the flags 0x%x are not known to assay %s",
                     o.flags & ~KNOWN_FLAGS, ASSAY_VERSION);
  if (o.language && strcmp(o.language, a->language) != 0)
    return error_set(e, ERR_USAGE, "options: the language \"%.20s\" is none of en, zh", o.language);
  if (o.as_of && !moment_parse(o.as_of, strlen(o.as_of), &q->as_of))
    return error_set(e, ERR_USAGE,
                     "options: as_of is \"%.60s\", which must be a moment such as "
                     "2025-09-26T15:00:00+08:00",
                     o.as_of);
  if (!o.param_count) return ERR_OK;
  param_value *params = arena_array(&a->arena, o.param_count, sizeof *params);
  for (size_t i = 0; i < o.param_count; i++)
    params[i] = (param_value){arena_string(&a->arena, o.params[2 * i]),
                              arena_string(&a->arena, o.params[2 * i + 1])};
  q->params = params;
  q->param_count = o.param_count;
  return ERR_OK;
}

void asked_deinit(asked *a) {
  arena_deinit(&a->arena);
  *a = (asked){0};
}

/* ---- records ---- */

/* The buffer's bytes with a NUL behind them become the caller's, or nothing does. */
static int give_text(buffer *b, error_code code, const error *e, char **out, size_t *size,
                     assay_error *told) {
  *out = NULL;
  if (size) *size = 0;
  if (code) {
    buffer_deinit(b);
  } else {
    if (size) *size = b->size;
    buffer_char(b, 0);
    *out = b->data;
  }
  return tell(told, code, e);
}

int assay_evaluate(assay_rules *rules, const char *record, size_t record_size,
                   const assay_options *options, char **answer, size_t *size, assay_error *told) {
  asked a;
  error e = {0};
  buffer out = {0};
  error_code code = asked_init(&a, options, "the record", &e);
  if (!code)
    code = desk_ask_json(rules->desk, &a.question, record, record_size, a.language, &out, &e);
  asked_deinit(&a);
  return give_text(&out, code, &e, answer, size, told);
}

static error_code write_page(buffer *out, assay_rules *rules, const desk_answer *x,
                             const char *language, const char *format, error *e) {
  const pack *p = desk_pack(rules->desk);
  const bool zh = !strcmp(language, "zh");
  if (x->in->reject_count) {
    const reject *r = &x->in->rejects[0];
    return error_set(e, ERR_USAGE, "the record is refused: %s%s%s: %s", r->code,
                     *r->field ? ":" : "", r->field, r->message);
  }
  arena a = {0};
  char moment[32] = {0};
  const text_data *keys = &x->in->columns[p->schema.key].text;
  explained *root = explain_decision(&a, x->evaluator, x->out, 0, language);
  moment_write(moment, x->as_of, p->zone);
  const explain_head head = {.key = arena_string_n(&a, keys->bytes, keys->offsets[1]),
                             .person = explain_person(&a, x->evaluator, 0),
                             .pack = p->name,
                             .title = zh && p->title_zh ? p->title_zh : p->title,
                             .as_of = moment};
  if (!strcmp(format, "json"))
    explain_json(out, root);
  else if (!strcmp(format, "html"))
    explain_html(out, root, &head, language);
  else
    explain_text(out, root, &head, &(explain_style){language, false, WIDTH});
  arena_deinit(&a);
  return ERR_OK;
}

static error_code explain_record(assay_rules *rules, const asked *x, const json *from,
                                 const char *format, buffer *out, error *e) {
  arena a = {0};
  handmade_record record = {0}, previous = {0};
  desk_answer answer;
  desk_question q = x->question;
  error_code code = desk_read_record(&a, &q, from, &record, &previous, e);
  q.records = &record;
  q.previous = previous.count ? &previous : NULL;
  q.count = 1;
  q.explains = true;
  if (!code) code = desk_ask(rules->desk, &q, &answer, e);
  if (!code) {
    code = write_page(out, rules, &answer, x->language, format, e);
    desk_done(rules->desk, &answer);
  }
  arena_deinit(&a);
  return code;
}

int assay_explain(assay_rules *rules, const char *record, size_t record_size,
                  const assay_options *options, const char *format, char **page, size_t *size,
                  assay_error *told) {
  asked asking;
  arena a = {0};
  error e = {0};
  buffer out = {0};
  const json *from = NULL;
  if (!format) format = "text";
  error_code code = asked_init(&asking, options, "the record", &e);
  if (!code && strcmp(format, "text") != 0 && strcmp(format, "json") != 0 &&
      strcmp(format, "html") != 0)
    code = error_set(&e, ERR_USAGE, "the format \"%.20s\" is none of text, json, html", format);
  if (!code) code = json_read(&a, record, record_size, "the record", &from, &e);
  if (!code) code = explain_record(rules, &asking, from, format, &out, &e);
  asked_deinit(&asking);
  arena_deinit(&a);
  return give_text(&out, code, &e, page, size, told);
}

void assay_text_free(char *text) {
  free(text);
}
