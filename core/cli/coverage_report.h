/* What tests cover of a pack, for people: a list of what they leave out, or the pack's files with each
 * line marked. */
#ifndef CLI_COVERAGE_REPORT_H
#define CLI_COVERAGE_REPORT_H

#include "../eval/coverage.h"

void coverage_write_text(buffer *out, coverage *c, const char *name, bool colour);
/* One self-contained page. */
void coverage_write_html(buffer *out, coverage *c, const pack *p);

#endif
