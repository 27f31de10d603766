/* assay replay: evaluates every stored decision of a run again and says what differs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../run/replay.h"
#include "../run/report_text.h"
#include "cli.h"

#define TOLD 20 /* differences that are printed */

static const option options[] = {
    CLI_OPTION_RUN,
    {"json", NULL, OFFER_NOTHING, NULL, false, "one JSON object a difference, then one of counts"},
    CLI_OPTION_DB,
};

typedef struct job {
  bool json;
  int64_t differences;
} job;

static void put_shown(const char *text) {
  buffer b = {0};
  text_printable(&b, text, strlen(text), 60);
  fwrite(b.data, 1, b.size, stdout);
  buffer_deinit(&b);
}

static void put_json(const char *name, const char *text, char before) {
  buffer b = {0};
  buffer_format(&b, "%c\"%s\":", before, name);
  text_json(&b, text, strlen(text));
  fwrite(b.data, 1, b.size, stdout);
  buffer_deinit(&b);
}

static error_code tell(void *ctx, const replay_difference *d, error *e) {
  job *j = ctx;
  (void)e;
  if (j->differences++ >= TOLD && !j->json) return ERR_OK;
  if (j->json) {
    put_json("customer", d->key, '{');
    put_json("output", d->output, ',');
    put_json("stored", d->stored, ',');
    put_json("again", d->again, ',');
    puts("}");
    return ERR_OK;
  }
  put_shown(d->key);
  printf("  %s: stored ", d->output);
  put_shown(*d->stored ? d->stored : "-");
  fputs(", again ", stdout);
  put_shown(*d->again ? d->again : "-");
  putchar('\n');
  return ERR_OK;
}

static void sum_up(const job *j, const store_run *run, const replay_counts *n) {
  const long long other = (long long)(n->decisions - n->identical);
  buffer all = {0}, same = {0};
  if (j->json) {
    printf("{\"run\":%lld,\"decisions\":%lld,\"identical\":%lld,\"different\":%lld}\n",
           (long long)run->id, (long long)n->decisions, (long long)n->identical, other);
    return;
  }
  if (j->differences > TOLD)
    printf("... and %lld differences more; --json tells all\n", (long long)j->differences - TOLD);
  write_count(&all, n->decisions);
  write_count(&same, n->identical);
  if (!other)
    printf("run %lld of %s: all %.*s decisions are identical\n", (long long)run->id, run->pack,
           (int)all.size, all.data);
  else
    printf("run %lld of %s: %lld of %.*s decisions differ, %.*s are identical\n",
           (long long)run->id, run->pack, other, (int)all.size, all.data, (int)same.size,
           same.data);
  buffer_deinit(&all);
  buffer_deinit(&same);
}

static error_code run_replay(cli *c, const arguments *a, error *e) {
  job j = {.json = arguments_flag(a, "json")};
  store *st = NULL;
  store_reader *reader = NULL;
  replay *x = NULL;
  replay_counts counts;
  error_code code = cli_open_run(c, a, &st, &reader, e);
  if (code) return code;
  code = replay_open(reader, false, &x, e);
  if (!code) code = replay_all(x, tell, &j, &counts, e);
  if (!code) {
    sum_up(&j, store_reader_run(reader), &counts);
    if (counts.identical < counts.decisions) c->finding = ERR_REJECTS;
  }
  replay_close(x);
  store_reader_close(reader);
  store_close(st);
  return code;
}

const command command_replay = {
    .name = "replay",
    .arguments = "PACK",
    .summary = "evaluate the stored decisions of a run again, say what differs",
    .description =
        "Evaluates every stored decision again: with the rules as they were archived with the run, "
        "its moment and parameters, and the values that each decision keeps. Needs neither the "
        "source nor the folder of rules. Exit code 0: every decision is identical; 1: some differ, "
        "and the first are told; 5: the run cannot be replayed, and why.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_replay,
};
