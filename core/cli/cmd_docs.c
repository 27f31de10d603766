/* assay docs: the policy of a pack as one page for the people who must sign it. Runs the pack's tests, for
 * what they cover is part of it; reads no store. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../run/check.h"
#include "../run/policy.h"
#include "../run/rule_test.h"
#include "../run/waivers.h"
#include "cli.h"
#include "params.h"
#include "../run/scratch.h"

static const option options[] = {
    {"output", "FILE", OFFER_FILE, NULL, false,
     "where the page goes; by default PACK-policy.html, - is standard output"},
    {"as-of", "T", OFFER_NOTHING, NULL, false,
     "the moment for which the policy is told, as 2025-09-26T15:00:00+08:00; by default that of "
     "--params, then now"},
    {"params", "FILE", OFFER_FILE, NULL, false, "rows name,value; as_of is one of them"},
    {"param", "NAME=VALUE", OFFER_NOTHING, NULL, true, "one parameter, over those of --params"},
    CLI_OPTION_LANG,
    CLI_OPTION_PLUGINS,
};

typedef struct job {
  cli *cli;
  const arguments *a;
  params params;
  findings findings;
  pack *pack;
  plan *plan;
  rule_tests *tests;
  coverage *coverage;
  scratch scratch;
  plugin_host *plugins;
  int64_t as_of;
  arena arena;
  size_t outcome_count;
  policy_outcome *outcomes;
} job;

static error_code load(job *j, error *e) {
  const char *name = j->a->words[0];
  error_code code = params_read(&j->cli->arena, j->a, &j->params, e);
  if (code) return code;
  j->as_of = j->params.has_as_of ? j->params.as_of : (int64_t)time(NULL);
  j->pack = pack_load(name, &j->findings);
  if (!j->pack && !pack_exists(name)) return cli_no_pack(name, &j->findings, e);
  const plan_options o = {
      .as_of = j->as_of, .params = j->params.items, .param_count = j->params.count};
  if (j->pack) j->plan = plan_new(j->pack, &o, &j->findings);
  if (j->pack && !j->plan) code = params_blame(j->pack, &o, &j->params, e);
  if (!code && j->plan) check_policy(j->pack, j->plan, &(check_options){0}, &j->findings);
  if (!code && j->plan) j->tests = rule_tests_load(j->pack, &j->findings);
  if (!code && j->tests) waivers_judge(j->pack, &j->findings);
  if (code || j->tests) return code;
  cli_tell_findings(j->cli, j->pack, &j->findings);
  return error_set(e, ERR_PACK, "the pack %s has errors; no page was written",
                   j->pack ? j->pack->name : name);
}

static void each(void *ctx, const test_outcome *o) {
  job *j = ctx;
  j->outcomes = mem_grow(j->outcomes, j->outcome_count + 1, sizeof *j->outcomes);
  j->outcomes[j->outcome_count++] = (policy_outcome){.at = o->at,
                                                     .kind = arena_string(&j->arena, o->kind),
                                                     .name = arena_string(&j->arena, o->name),
                                                     .passed = o->passed,
                                                     .why = arena_string(&j->arena, o->why)};
}

static error_code run_tests(job *j, error *e) {
  rule_test_counts counts;
  error_code code = ERR_OK;
  if (!j->tests->file) return ERR_OK;
  if (j->tests->sample_count) code = scratch_make(&j->scratch, &j->cli->arena, e);
  if (code) return code;
  j->plugins = cli_plugins(j->cli, j->a);
  j->coverage = coverage_new(j->pack->step_count);
  const rule_test_options o = {.pack = j->pack,
                               .tests = j->tests,
                               .plugins = j->plugins,
                               .scratch = j->scratch.database,
                               .as_of = j->as_of,
                               .seed = 1,
                               .coverage = j->coverage,
                               .each = each,
                               .ctx = j};
  return rule_tests_run(&o, &counts, e);
}

static error_code write_page(job *j, const buffer *page, error *e) {
  const char *path = arguments_value(j->a, "output");
  if (!path) path = arena_format(&j->cli->arena, "%s-policy.html", j->pack->name);
  if (!strcmp(path, "-")) {
    fwrite(page->data, 1, page->size, stdout);
    return ERR_OK;
  }
  FILE *f = fopen(path, "wb");
  bool fine = f && fwrite(page->data, 1, page->size, f) == page->size;
  if (f && fclose(f)) fine = false;
  if (!fine)
    return error_set(e, ERR_USAGE, "--output: %s cannot be written: %s", path, strerror(errno));
  fprintf(stderr, "assay: the policy stands in %s\n", path);
  return ERR_OK;
}

static error_code perform(job *j, error *e) {
  buffer page = {0};
  error_code code = load(j, e);
  if (!code) code = run_tests(j, e);
  if (code) return code;
  const policy_options o = {.pack = j->pack,
                            .plan = j->plan,
                            .language = cli_language(j->a),
                            .tests = j->tests,
                            .outcome_count = j->outcome_count,
                            .outcomes = j->outcomes,
                            .coverage = j->coverage,
                            .findings = &j->findings};
  policy_html(&page, &o);
  code = write_page(j, &page, e);
  buffer_deinit(&page);
  return code;
}

static error_code run_docs(cli *c, const arguments *a, error *e) {
  job j = {.cli = c, .a = a, .scratch = {.lock = -1}};
  const error_code code = perform(&j, e);
  scratch_remove(&j.scratch);
  if (j.plugins) plugin_host_free(j.plugins);
  rule_tests_free(j.tests);
  coverage_free(j.coverage);
  plan_free(j.plan);
  if (j.pack) pack_free(j.pack);
  free(j.outcomes);
  findings_deinit(&j.findings);
  params_deinit(&j.params);
  arena_deinit(&j.arena);
  return code;
}

const command command_docs = {
    .name = "docs",
    .arguments = "PACK",
    .summary = "the policy as one page, for the people who must sign it",
    .description =
        "Writes the policy of a pack as one HTML page in English or Chinese that needs nothing "
        "beside it: a picture of the flow, fields, parameters, every scorecard, table, cadence, "
        "limit and list in its own form, the texts of the reasons, the tests with what became of "
        "them and what they cover, open findings, and room for signatures beside the version that "
        "is signed. The same pack, moment and parameters give the same bytes. Reads no store.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_docs,
};
