/* assay test: runs what the tests.lua of a pack says, and tells what does not come out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/text.h"
#include "../run/rule_suggest.h"
#include "cli.h"
#include "coverage_report.h"
#include "output.h"
#include "params.h"
#include "../run/scratch.h"
#include "test_report.h"

static const option options[] = {
    {"as-of", "T", OFFER_NOTHING, NULL, false,
     "the moment for tests that say none, as 2025-09-26T15:00:00+08:00; by default now"},
    {"only", "TEXT", OFFER_NOTHING, NULL, false, "only tests whose name holds this text"},
    {"format", "text|tap|junit", OFFER_WORDS, "text|tap|junit", false,
     "text for people (the default), TAP lines, or JUnit XML"},
    {"coverage", "text|html", OFFER_WORDS, "text|html", false,
     "what the examples and samples go through, and what they leave out: as a list behind the "
     "report, or as a page"},
    {"output", "FILE", OFFER_FILE, NULL, false,
     "where the page of --coverage html goes; by default PACK-coverage.html"},
    {"suggest", NULL, OFFER_NOTHING, NULL, false,
     "prints examples for what the tests leave out, as Lua, each with what comes of it today: for "
     "you to judge"},
    {"min", "N%", OFFER_NOTHING, NULL, false,
     "exit code 1 when fewer of the ways through the pack are covered"},
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
  coverage *coverage; /* NULL = not asked for */
  double least;       /* percent of --min; < 0 = none */
} testing;

static error_code load(testing *t, error *e) {
  findings found = {0};
  error_code code = cli_load_pack(t->cli, t->a->words[0], &t->pack, e);
  if (code) return code;
  t->tests = rule_tests_load(t->pack, &found);
  cli_tell_findings(t->cli, t->pack, &found);
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

/* ---- coverage ---- */

static error_code read_least(testing *t, error *e) {
  const char *text = arguments_value(t->a, "min");
  size_t n = text ? strlen(text) : 0;
  t->least = -1;
  if (!text) return ERR_OK;
  if (n && text[n - 1] == '%') n--;
  if (number_parse(text, n, &t->least) == PARSE_OK && t->least >= 0 && t->least <= 100)
    return ERR_OK;
  return error_set(e, ERR_USAGE, "--min: expected a percentage such as 95%%, got %s", text);
}

static error_code write_page(testing *t, error *e) {
  buffer page = {0};
  const char *path = arguments_value(t->a, "output");
  if (!path) path = arena_format(&t->cli->arena, "%s-coverage.html", t->pack->name);
  coverage_write_html(&page, t->coverage, t->pack);
  FILE *f = fopen(path, "wb");
  bool fine = f && fwrite(page.data, 1, page.size, f) == page.size;
  if (f && fclose(f)) fine = false;
  buffer_deinit(&page);
  if (!fine) return error_set(e, ERR_USAGE, "--output: %s cannot be written", path);
  fprintf(stderr, "assay: the coverage stands in %s\n", path);
  return ERR_OK;
}

/* Text goes behind a text report; a report for programs is left as it is. */
static error_code tell_coverage(testing *t, error *e) {
  const char *format = arguments_value(t->a, "coverage");
  bool people = test_format_of(arguments_value(t->a, "format")) == TEST_TEXT;
  buffer text = {0};
  if (!t->coverage) return ERR_OK;
  const coverage_totals totals = coverage_count(t->coverage);
  if (format && !strcmp(format, "html") && write_page(t, e)) return e->code;
  if (format && !strcmp(format, "text")) {
    coverage_write_text(&text, t->coverage, t->pack->name, output_colour(stdout));
    fwrite(text.data, 1, text.size, people ? stdout : stderr);
    buffer_deinit(&text);
  }
  if (t->least >= 0 && coverage_percent(&totals) < t->least) {
    fprintf(stderr, "assay: %zu of %zu ways are covered (%.1f %%), --min asks for %g %%\n",
            totals.taken, totals.ways, coverage_percent(&totals), t->least);
    t->cli->finding = ERR_REJECTS;
  }
  return ERR_OK;
}

/* Lines of Lua that can be put behind tests.lua. */
static error_code suggest(testing *t, const rule_test_options *o, error *e) {
  buffer examples = {0};
  size_t count;
  if (!arguments_flag(t->a, "suggest")) return ERR_OK;
  error_code code = rule_suggest(o, &examples, &count, e);
  if (!code && count)
    printf("\n-- Suggested: %zu example%s of what no test covers. What comes of each is what the "
           "rules "
           "do today,\n-- not what they should do: read it before you keep it.\n%.*s",
           count, count == 1 ? "" : "s", (int)examples.size, examples.data);
  else if (!code)
    printf("\nNo record was found that goes where no test goes.\n");
  buffer_deinit(&examples);
  return code;
}

static error_code perform(testing *t, error *e) {
  long long cases, seed;
  params settings = {0};
  rule_test_counts counts;
  error_code code = arguments_number(t->a, "cases", 1, 1000000, 0, &cases, e);
  if (!code) code = arguments_number(t->a, "seed", 0, INT64_MAX, 1, &seed, e);
  if (!code) code = read_least(t, e);
  if (!code) code = params_read(&t->cli->arena, t->a, &settings, e);
  if (!code) code = load(t, e);
  if (!code && t->tests->sample_count) code = scratch_make(&t->scratch, &t->cli->arena, e);
  if (code) {
    params_deinit(&settings);
    return code;
  }
  t->plugins = cli_plugins(t->cli, t->a);
  if (t->least >= 0 || arguments_value(t->a, "coverage") || arguments_flag(t->a, "suggest"))
    t->coverage = coverage_new(t->pack->step_count);
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
                               .coverage = t->coverage,
                               .each = each,
                               .ctx = t};
  code = rule_tests_run(&o, &counts, e);
  test_report_end(t->report, code ? NULL : &counts);
  if (!code && counts.failed) t->cli->finding = ERR_REJECTS;
  if (!code) code = tell_coverage(t, e);
  if (!code) code = suggest(t, &o, e);
  params_deinit(&settings);
  return code;
}

static error_code run_test(cli *c, const arguments *a, error *e) {
  testing t = {.cli = c, .a = a, .scratch = {.lock = -1}};
  error_code code = perform(&t, e);
  scratch_remove(&t.scratch);
  if (t.plugins) plugin_host_free(t.plugins);
  rule_tests_free(t.tests);
  coverage_free(t.coverage);
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
        "nothing. Exit code 0: all hold; 1: some do "
        "not, or less than --min is covered; 3: the pack or its tests are wrong.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_test,
};
