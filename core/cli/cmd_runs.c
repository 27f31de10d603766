/* assay runs: the log of runs; assay cancel: ends one that a service makes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/date.h"
#include "../base/number.h"
#include "../base/text.h"
#include "../serve/client.h"
#include "../serve/instance.h"
#include "../store/store_jobs.h"
#include "cli.h"
#include "output.h"

static const option options[] = {
    {"limit", "N", OFFER_NOTHING, NULL, false, "at most N runs, the newest; by default 20"},
    {"format", "FORM", OFFER_WORDS, "table|csv|jsonl", false, "table, csv or jsonl"},
    CLI_OPTION_DB,
};

/* ---- the list ---- */

typedef struct listing {
  output *out;
  arena *arena;
} listing;

static void put_number(listing *l, int64_t n) {
  output_text(l->out, arena_format(l->arena, "%lld", (long long)n));
}

static error_code each(void *ctx, const store_job *j, error *e) {
  listing *l = ctx;
  (void)e;
  put_number(l, j->id);
  output_text(l->out, j->pack);
  output_text(l->out, job_state_name(j->state));
  output_text(l->out, j->schedule ? j->schedule : j->asked_by);
  output_moment(l->out, j->as_of, (zone){0});
  output_moment(l->out, j->started, (zone){0});
  output_text(l->out, arena_format(l->arena, "%.2f", j->seconds));
  put_number(l, j->counts.records);
  put_number(l, j->counts.graded);
  put_number(l, j->counts.failed);
  put_number(l, j->counts.rejected);
  output_text(l->out, j->message);
  output_end_row(l->out);
  return ERR_OK;
}

static error_code list(cli *c, const arguments *a, store *s, error *e) {
  static const struct {
    const char *name;
    cell_kind kind;
  } columns[] = {{"run", CELL_RAW},         {"pack", CELL_TEXT},    {"state", CELL_TEXT},
                 {"asked_by", CELL_TEXT},   {"as_of", CELL_TEXT},   {"started", CELL_TEXT},
                 {"seconds", CELL_RAW},     {"records", CELL_RAW},  {"graded", CELL_RAW},
                 {"rule_errors", CELL_RAW}, {"rejected", CELL_RAW}, {"message", CELL_TEXT}};
  long long limit;
  const char *name = NULL;
  error_code code = arguments_number(a, "limit", 1, 100000, 20, &limit, e);
  if (!code && a->word_count) code = cli_pack_name(c, a->words[0], &name, e);
  if (code) return code;
  listing l = {.arena = &c->arena,
               .out = output_new(stdout, output_format_of(arguments_value(a, "format")),
                                 output_colour(stdout))};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    output_column(l.out, columns[i].name, columns[i].kind);
  code = store_jobs(s, name, 0, limit, each, &l, e);
  error closing;
  error_code closed = output_close(l.out, code ? &closing : e);
  return code ? code : closed;
}

/* ---- one of them ---- */

static void tell(const char *name, const char *value) {
  if (value && *value) printf("  %-12s %s\n", name, value);
}

static void tell_moment(const char *name, int64_t seconds) {
  char text[32] = "";
  if (seconds) moment_write(text, seconds, (zone){0});
  tell(name, text);
}

static error_code show(void *ctx, const store_job *j, error *e) {
  (void)ctx, (void)e;
  printf("run %lld  %s  %s\n", (long long)j->id, j->pack, job_state_name(j->state));
  tell("asked by", j->asked_by);
  tell("schedule", j->schedule);
  tell("who", j->who);
  tell_moment("due", j->due);
  tell_moment("as of", j->as_of);
  tell_moment("asked", j->asked);
  tell_moment("started", j->started);
  tell_moment("finished", j->finished);
  printf("  %-12s %.2f s\n", "took", j->seconds);
  printf("  %-12s %lld: %lld graded, %lld rule errors, %lld rejected\n", "records",
         (long long)j->counts.records, (long long)j->counts.graded, (long long)j->counts.failed,
         (long long)j->counts.rejected);
  if (j->run_id)
    printf("  %-12s %lld (--run of the other commands)\n", "published", (long long)j->run_id);
  tell("why", j->message);
  tell("times", j->times);
  return ERR_OK;
}

static error_code read_id(const char *text, int64_t *out, error *e) {
  if (text && integer_parse(text, strlen(text), out) == PARSE_OK && *out > 0) return ERR_OK;
  return error_set(e, ERR_USAGE, "expected the number of a run, as `assay runs` shows it, got %s",
                   text ? text : "nothing");
}

static error_code run_runs(cli *c, const arguments *a, error *e) {
  store *s = NULL;
  int64_t id = 0;
  bool shows = a->word_count && !strcmp(a->words[0], "show");
  error_code code = shows ? read_id(a->word_count > 1 ? a->words[1] : NULL, &id, e) : ERR_OK;
  if (!code && !shows && a->word_count > 1)
    code = error_set(e, ERR_USAGE, "assay runs [PACK], or assay runs show N");
  if (!code) code = store_open(cli_database(a), STORE_READ, &s, e);
  if (!code) code = shows ? store_job_find(s, id, show, NULL, e) : list(c, a, s, e);
  store_close(s);
  return code;
}

const command command_runs = {
    .name = "runs",
    .arguments = "[PACK | show N]",
    .summary = "the log of runs: when, why, and what became of each",
    .description =
        "Lists the runs of the database, the newest first, those that published nothing as well; "
        "or shows one of them. Moments are UTC.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 0,
    .most = 2,
    .offer = OFFER_PACK,
    .run = run_runs,
};

/* ---- cancelling ---- */

static const option cancel_options[] = {CLI_OPTION_DB};

static error_code run_cancel(cli *c, const arguments *a, error *e) {
  instance *own = NULL;
  instance_holder service;
  buffer answer = {0};
  int64_t id = 0;
  error_code code = read_id(a->words[0], &id, e);
  if (code) return code;
  code = instance_take(cli_database(a), INSTANCE_SERVICE, &own, &c->arena, &service, e);
  instance_release(own);
  if (!code)
    return error_set(e, ERR_NOT_FOUND,
                     "%s: no service has this database, so none of its runs can "
                     "be cancelled",
                     cli_database(a));
  if (code != ERR_BUSY || !service.pid || !*service.socket) return code;
  code =
      client_ask(service.socket, "POST",
                 arena_format(&c->arena, "/v1/runs/%lld/cancel", (long long)id), NULL, &answer, e);
  buffer_deinit(&answer);
  if (!code) printf("run %lld is being stopped; nothing of it is published\n", (long long)id);
  return code;
}

const command command_cancel = {
    .name = "cancel",
    .arguments = "N",
    .summary = "ends a run that a service makes, or that waits",
    .description = "Asks the service that has the database to end the run with this number, as "
                   "`assay runs` shows it. Nothing of it is published, and the results before "
                   "stand.",
    .options = cancel_options,
    .option_count = sizeof cancel_options / sizeof *cancel_options,
    .least = 1,
    .most = 1,
    .run = run_cancel,
};
