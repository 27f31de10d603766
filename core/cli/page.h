/* The report as the commands run and report print it. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "cli.h"

/* `seconds` of the run just made, 0 = unknown. A dry run's page gives no hints. */
error_code cli_print_report(cli *c, const arguments *a, store_reader *r, double seconds,
                            bool dry_run, error *e);

#endif
