/* assay test: runs what the tests.lua of a pack says, and tells what does not come out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/text.h"
#include "../run/rule_test.h"
#include "cli.h"
#include "output.h"
#include "params.h"
#include "scratch.h"
#include "test_report.h"

static const option options[] = {
    {"as-of", "T", OFFER_NOTHING, NULL, false,
     "the moment for tests that say none, as 2025-09-26T15:00:00+08:00; by default now"},
    {"only", "TEXT", OFFER_NOTHING, NULL, false, "only tests whose name holds this text"},
    {"format", "text|tap|junit", OFFER_WORDS, "text|tap|junit", false,
     "text for people (the default), TAP lines, or JUnit XML"},
    {"cases", "N", OFFER_NOTHING, NULL, false,
     "records to try for each property; by default as it says (1000)"},
    {"seed", "N", OFFER_NOTHING, NULL, false,
     "another set of records for the properties; the same seed makes the same ones (1)"},
    CLI_OPTION_PLUGINS,
};

typedef struct testing {
  cli *cli;
  const arguments *a;
  pack *pack;
  rule_tests *tests;
  scratch scratch;
  plugin_host *plugins;
  test_report *report;
} testing;

static error_code load(testing *t, error *e) {
  findings found = {0};
  error_code code = cli_load_pack(t->cli, t->a->words[0], &t->pack, e);
  if (code) return code;
  t->tests = rule_tests_load(t->pack, &found);
  cli_print_findings(t->cli, &found);
  if (!t->tests)
    code = error_set(e, ERR_PACK, "the tests of %s have %zu error%s; nothing was run",
                     t->pack->name, found.errors, found.errors == 1 ? "" : "s");
  else if (!t->tests->file)
    code = error_set(e, ERR_NOT_FOUND,
                     "%s has no tests: write %s/tests.lua, for instance\n  example \"a good "
                     "customer\" { given = { ... }, expect = { ... } }",
                     t->pack->name, t->pack->folder);
  findings_deinit(&found);
  return code;
}

static void each(void *ctx, const test_outcome *o) {
  testing *t = ctx;
  test_report_add(t->report, o);
}

static error_code perform(testing *t, error *e) {
  long long cases, seed;
  params settings = {0};
  rule_test_counts counts;
  error_code code = arguments_number(t->a, "cases", 1, 1000000, 0, &cases, e);
  if (!code) code = arguments_number(t->a, "seed", 0, INT64_MAX, 1, &seed, e);
  if (!code) code = params_read(&t->cli->arena, t->a, &settings, e);
  if (!code) code = load(t, e);
  if (!code && t->tests->sample_count) code = scratch_make(&t->scratch, &t->cli->arena, e);
  if (code) {
    params_deinit(&settings);
    return code;
  }
  t->plugins = cli_plugins(t->cli, t->a);
  t->report = test_report_new(stdout, test_format_of(arguments_value(t->a, "format")),
                              t->pack->name, output_colour(stdout));
  const rule_test_options o = {.pack = t->pack,
                               .tests = t->tests,
                               .plugins = t->plugins,
                               .scratch = t->scratch.database,
                               .as_of = settings.has_as_of ? settings.as_of : (int64_t)time(NULL),
                               .only = arguments_value(t->a, "only"),
                               .seed = (uint64_t)seed,
                               .cases = cases,
                               .each = each,
                               .ctx = t};
  code = rule_tests_run(&o, &counts, e);
  test_report_end(t->report, code ? NULL : &counts);
  if (!code && counts.failed) t->cli->finding = ERR_REJECTS;
  params_deinit(&settings);
  return code;
}

static error_code run_test(cli *c, const arguments *a, error *e) {
  testing t = {.cli = c, .a = a, .scratch = {.lock = -1}};
  error_code code = perform(&t, e);
  scratch_remove(&t.scratch);
  if (t.plugins) plugin_host_free(t.plugins);
  rule_tests_free(t.tests);
  if (t.pack) pack_free(t.pack);
  return code;
}

const command command_test = {
    .name = "test",
    .arguments = "PACK",
    .summary = "runs the examples and properties of a pack's tests.lua",
    .description =
        "Runs what tests.lua beside the rules promises: examples (a record, and what must come of "
        "it), whole sample files with their expected values, and properties that are tried on "
        "made-up records, the smallest counter-example being told. Reads no store and publishes "
        "nothing. Exit code 0: all hold; 1: some do not; 3: the pack or its tests are wrong.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_test,
};
