/* assay report: the published run on one page. */
#include "../run/report.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "output.h"
#include "page.h"

static const option options[] = {CLI_OPTION_DB, CLI_OPTION_LANG};

/* As wide as the terminal, within reason; a file gets the same page everywhere. */
static size_t page_width(void) {
  const size_t columns = output_width(stdout);
  if (columns == 0) return 0;
  return columns < 80 ? 80 : columns > 120 ? 120 : columns;
}

error_code cli_print_report(cli *c, const arguments *a, store_reader *r, double seconds,
                            bool dry_run, error *e) {
  const char *database = cli_database(a);
  const report_options o = {.language = cli_language(a),
                            .colour = output_colour(stdout),
                            .width = page_width(),
                            .program = c->program,
                            .database = arguments_value(a, "db") ? database : NULL,
                            .dry_run = dry_run,
                            .seconds = seconds};
  buffer page = {0};
  error_code code = report_write(&page, r, &o, e);
  if (!code) fwrite(page.data, 1, page.size, stdout);
  buffer_deinit(&page);
  return code;
}

static error_code run_report(cli *c, const arguments *a, error *e) {
  store *s = NULL;
  store_reader *r = NULL;
  error_code code = cli_open_run(c, a, &s, &r, e);
  if (code) return code;
  code = cli_print_report(c, a, r, 0, false, e);
  store_reader_close(r);
  store_close(s);
  return code;
}

const command command_report = {
    .name = "report",
    .arguments = "PACK",
    .summary = "classes, limits, today's follow-ups, what needs attention",
    .description =
        "Prints the pack's published run on one page: classes as bars, limits by class, the "
        "follow-ups due today, what needs attention and why, refused records by reason, and three "
        "decisions with their reasons.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_report,
};
