/* assay try: one record made by hand, decided by the pack as it stands; nothing is stored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/text.h"
#include "../run/desk.h"
#include "../run/json_value.h"
#include "../run/report_text.h"
#include "cli.h"
#include "explained.h"
#include "hand_record.h"
#include "output.h"
#include "params.h"

static const option options[] = {
    {"set", "NAME=VALUE", OFFER_NOTHING, NULL, true,
     "a field of the record; an empty value is missing, a list is JSON: "
     "'[{\"amount\":\"100.00\"}]'"},
    {"record", "FILE", OFFER_FILE, NULL, false,
     "the record as a JSON object, its lists as arrays; --set stands over it"},
    {"previous", "NAME=VALUE", OFFER_NOTHING, NULL, true,
     "an output as it was published last, for previous(\"NAME\")"},
    {"known", NULL, OFFER_NOTHING, NULL, false,
     "previous values are those that the database has of the record's key"},
    {"from", "CUSTOMER", OFFER_NOTHING, NULL, false,
     "begin with what the stored decision on this customer was made of"},
    CLI_OPTION_RUN,
    {"as-of", "T", OFFER_NOTHING, NULL, false,
     "the moment to grade for, as 2025-09-26T15:00:00+08:00; by default that of --params, of the "
     "run of --from, then now"},
    {"params", "FILE", OFFER_FILE, NULL, false, "rows name,value; as_of is one of them"},
    {"param", "NAME=VALUE", OFFER_NOTHING, NULL, true, "one parameter, over those of --params"},
    {"explain", NULL, OFFER_NOTHING, NULL, false, "from record to outcome, as assay explain"},
    {"format", "text|json|html", OFFER_WORDS, "text|json|html", false,
     "of the explanation; json without --explain: the outputs"},
    CLI_OPTION_DB,
    CLI_OPTION_LANG,
};

typedef struct job {
  cli *cli;
  const arguments *a;
  params params;
  desk *desk;
  store *store;
  store_reader *reader;
  handmade_record record, previous;
  desk_question question;
  desk_answer answer;
} job;

static const pack *pack_of(const job *j) {
  return desk_pack(j->desk);
}

static bool explains(const job *j) {
  const char *format = arguments_value(j->a, "format");
  return arguments_flag(j->a, "explain") || (format && !strcmp(format, "html"));
}

/* ---- making ready ---- */

/* The run of --from, and of --run: whose decision, totals and cut points count. */
static error_code open_run(job *j, error *e) {
  desk_question *q = &j->question;
  q->customer = arguments_value(j->a, "from");
  if (!q->customer && !arguments_value(j->a, "run")) return ERR_OK;
  const error_code code = cli_open_run(j->cli, j->a, &j->store, &j->reader, e);
  if (q->customer)
    q->from = j->reader;
  else
    q->values = j->reader;
  return code;
}

static void set_moment(job *j) {
  desk_question *q = &j->question;
  q->as_of = j->params.has_as_of ? j->params.as_of
             : q->from           ? store_reader_run(q->from)->as_of
                                 : (int64_t)time(NULL);
}

static error_code make_ready(job *j, error *e) {
  findings found = {0};
  const desk_question *q = &j->question;
  error_code code = desk_ready(j->desk, q, &found);
  if (code) {
    const plan_options o = {.as_of = q->as_of, .params = q->params, .param_count = q->param_count};
    code = params_blame(pack_of(j), &o, &j->params, e);
    if (!code) cli_tell_findings(j->cli, pack_of(j), &found);
    if (!code) code = error_set(e, ERR_PACK, "the pack %s has errors", pack_of(j)->name);
  }
  findings_deinit(&found);
  return code;
}

static error_code load(job *j, error *e) {
  pack *p;
  error_code code = cli_load_pack(j->cli, j->a->words[0], &p, e);
  if (code) return code;
  j->desk = desk_new(p, cli_database(j->a));
  code = params_read(&j->cli->arena, j->a, &j->params, e);
  if (!code) code = open_run(j, e);
  if (code) return code;
  j->question.params = j->params.items;
  j->question.param_count = j->params.count;
  j->question.demands = true;
  j->question.what = "--set";
  j->question.explains = explains(j);
  set_moment(j);
  code = make_ready(j, e);
  if (!code) code = hand_record_read(&j->cli->arena, j->a, p, &j->record, &j->previous, e);
  j->question.known = arguments_flag(j->a, "known");
  if (!code && j->question.known && j->previous.count)
    code = error_set(e, ERR_USAGE, "--known and --previous: only one of the two can hold");
  j->question.records = &j->record;
  j->question.previous = j->previous.count ? &j->previous : NULL;
  j->question.count = 1;
  return code;
}

/* ---- what came out ---- */

typedef struct code_lines {
  const job *job;
  const char *language;
  buffer *out;
} code_lines;

static void put_code(void *ctx, const char *code, size_t n) {
  code_lines *l = ctx;
  const job *j = l->job;
  buffer text = {0};
  buffer_text(l->out, "    ");
  text_printable(l->out, code, n, 80);
  if (explain_reason(&text, j->answer.plan, j->answer.out, 0, code, n, l->language))
    buffer_format(l->out, "  %.*s", (int)text.size, text.data);
  buffer_char(l->out, '\n');
  buffer_deinit(&text);
}

static void put_outputs(job *j, buffer *out, const char *language) {
  const plan_output *outputs;
  const size_t n = plan_outputs(j->answer.plan, &outputs);
  size_t width = 0;
  code_lines l = {j, language, out};
  for (size_t i = 0; i < n; i++) {
    const size_t w = text_width(outputs[i].name, strlen(outputs[i].name));
    if (w > width) width = w;
  }
  for (size_t i = 0; i < n; i++) {
    const column *c = &j->answer.out->outputs[i];
    buffer value = {0};
    buffer_text(out, "  ");
    text_pad(out, outputs[i].name, width + 2, false);
    if (c->type.kind != TYPE_CODES) write_value(&value, c, 0, pack_of(j)->zone);
    if (value.size) text_printable(out, value.data, value.size, 200);
    if (!value.size && (c->type.kind != TYPE_CODES || column_missing(c, 0) ||
                        c->text.offsets[0] == c->text.offsets[1]))
      buffer_char(out, '-');
    while (out->data[out->size - 1] == ' ') out->size--;
    buffer_char(out, '\n');
    each_code(c, 0, put_code, &l);
    buffer_deinit(&value);
  }
}

static void put_json(job *j, buffer *out) {
  const plan_output *outputs;
  const size_t n = plan_outputs(j->answer.plan, &outputs);
  for (size_t i = 0; i < n; i++) {
    buffer_char(out, i ? ',' : '{');
    text_json(out, outputs[i].name, strlen(outputs[i].name));
    buffer_char(out, ':');
    json_value(out, &j->answer.out->outputs[i], 0, pack_of(j)->zone);
  }
  buffer_text(out, n ? "}\n" : "{}\n");
}

static error_code refused(const reject *x, error *e) {
  return error_set(e, ERR_REJECTS, "the record is refused: %s%s%s: %s", x->code,
                   *x->field ? ":" : "", x->field, x->message);
}

static error_code failed(const fault *f, error *e) {
  return error_set(e, ERR_REJECTS, "%s:%d: %s in %s: %s", f->file, f->line, f->code, f->rule,
                   f->message);
}

static error_code explain(job *j, const char *language, error *e) {
  const desk_answer *x = &j->answer;
  const text_data *keys = &x->in->columns[pack_of(j)->schema.key].text;
  arena a = {0};
  const explained_what what = {.key = arena_string_n(&a, keys->bytes, keys->offsets[1]),
                               .pack = pack_of(j),
                               .evaluator = x->evaluator,
                               .as_of = x->as_of};
  const error_code code =
      explained_print(j->a, &what, explain_decision(&a, x->evaluator, x->out, 0, language), e);
  arena_deinit(&a);
  return code;
}

static error_code show(job *j, error *e) {
  const desk_answer *x = &j->answer;
  const char *format = arguments_value(j->a, "format"), *language = cli_language(j->a);
  if (x->in->reject_count) return refused(&x->in->rejects[0], e);
  if (x->not_stored)
    fprintf(stderr, "assay: the stored decision does not keep %s: missing here\n", x->not_stored);
  if (explains(j) && explain(j, language, e)) return e->code;
  if (x->out->fault_count) return failed(&x->out->faults[0], e);
  if (explains(j)) return ERR_OK;
  buffer out = {0};
  if (format && !strcmp(format, "json"))
    put_json(j, &out);
  else
    put_outputs(j, &out, language);
  fwrite(out.data, 1, out.size, stdout);
  buffer_deinit(&out);
  return ERR_OK;
}

static error_code run_try(cli *c, const arguments *a, error *e) {
  job j = {.cli = c, .a = a};
  error_code code = load(&j, e);
  if (!code) code = desk_ask(j.desk, &j.question, &j.answer, e);
  if (!code) code = show(&j, e);
  if (j.desk) desk_done(j.desk, &j.answer);
  if (j.reader) store_reader_close(j.reader);
  if (j.store) store_close(j.store);
  desk_release(j.desk);
  params_deinit(&j.params);
  return code;
}

const command command_try = {
    .name = "try",
    .arguments = "PACK",
    .summary = "decide one record made by hand; nothing is stored",
    .description =
        "Evaluates one record with the pack as it stands in its folder and prints the decision "
        "with "
        "its reasons. A field that is not given is missing; what the pack requires is named. With "
        "--from, the record begins as what the stored decision on a customer was made of, "
        "aggregates of related records and previous values included, and --set may change any of "
        "them. Exit code 1: the record is refused, or a rule failed on it.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_try,
};
