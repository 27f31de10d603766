/* What tests cover of a pack, for people: a list of what they leave out, or the pack's files with each
 * line marked. */
#ifndef CLI_COVERAGE_REPORT_H
#define CLI_COVERAGE_REPORT_H

#include "../eval/coverage.h"

typedef struct coverage_totals {
  size_t ways, taken, edges, tried;
} coverage_totals;

coverage_totals coverage_count(coverage *c);
/* Percent of the ways taken, 100 if there are none. */
double coverage_percent(const coverage_totals *t);
void coverage_write_text(buffer *out, coverage *c, const char *name, bool colour);
/* One self-contained page. */
void coverage_write_html(buffer *out, coverage *c, const pack *p);

#endif
