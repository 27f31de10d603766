/* assay explain: why one decision came out as it did, from the stored inputs and the archived rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../run/explain.h"
#include "../run/replay.h"
#include "../run/why_not.h"
#include "cli.h"
#include "explained.h"
#include "output.h"

static const option options[] = {
    {"why-not", "OUTPUT=VALUE", OFFER_NOTHING, NULL, false,
     "what failed on each way to this value, and by how much; of a list of codes, a code"},
    {"format", "text|json|html", OFFER_WORDS, "text|json|html", false,
     "by default text; html is a page of its own"},
    CLI_OPTION_RUN,
    CLI_OPTION_DB,
    CLI_OPTION_LANG,
};

typedef struct job {
  const arguments *a;
  store_reader *reader;
  replay *replay;
  arena arena;
  buffer verdict; /* what differs */
  bool found;
} job;

static error_code tell_difference(void *ctx, const replay_difference *d, error *e) {
  job *j = ctx;
  (void)e;
  buffer_format(&j->verdict, "%s%s: ", j->verdict.size ? "; " : "", d->output);
  text_printable(&j->verdict, d->stored, strlen(d->stored), 60);
  buffer_text(&j->verdict, " != ");
  text_printable(&j->verdict, d->again, strlen(d->again), 60);
  buffer_text(&j->verdict, "");
  return ERR_OK;
}

static error_code explain_row(void *ctx, const store_row *row, error *e) {
  job *j = ctx;
  const store_run *run = store_reader_run(j->reader);
  const char *language = cli_language(j->a);
  size_t differences;
  error_code code = replay_row(j->replay, row, tell_difference, j, &differences, e);
  if (code) return code;
  j->found = true;
  evaluator *v = replay_evaluator(j->replay);
  const decisions *out = replay_decisions(j->replay);
  const char *target = arguments_value(j->a, "why-not");
  explained *root = NULL;
  if (target)
    code = why_not(&j->arena, v, out, 0, target, language, &root, e);
  else
    root = explain_decision(&j->arena, v, out, 0, language);
  if (code) return code;
  explained_what what = {.key = row->key,
                         .pack = replay_pack(j->replay),
                         .evaluator = v,
                         .as_of = run->as_of,
                         .run = run->id,
                         .differs = differences > 0,
                         .differences = j->verdict.size ? j->verdict.data : NULL};
  return explained_print(j->a, &what, root, e);
}

static error_code look(job *j, error *e) {
  error_code code = replay_open(j->reader, true, &j->replay, e);
  if (!code) code = store_show(j->reader, j->a->words[1], explain_row, j, e);
  return code;
}

static error_code run_explain(cli *c, const arguments *a, error *e) {
  store *st = NULL;
  job j = {.a = a};
  error_code code = cli_open_run(c, a, &st, &j.reader, e);
  if (code) return code;
  code = look(&j, e);
  if (!code && j.verdict.size) c->finding = ERR_REJECTS;
  replay_close(j.replay);
  buffer_deinit(&j.verdict);
  arena_deinit(&j.arena);
  store_reader_close(j.reader);
  store_close(st);
  return code;
}

const command command_explain = {
    .name = "explain",
    .arguments = "PACK CUSTOMER",
    .summary = "why a decision came out as it did, from record to outcome",
    .description =
        "Evaluates the stored inputs of one decision again, with the rules as they were archived "
        "with the run, its moment and parameters, and shows the way from the record to each "
        "output: the row, band, attribute or clause that was taken, its condition with the "
        "record's values in it, and every amount. It says whether the stored decision came out "
        "again. Exit code 1: it did not, and what differs.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 2,
    .most = 2,
    .offer = OFFER_PACK,
    .run = run_explain,
};
