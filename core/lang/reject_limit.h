/* How many records may be refused before a run stops: "20", or "0.5%" of those read. */
#ifndef LANG_REJECT_LIMIT_H
#define LANG_REJECT_LIMIT_H

#include <stdbool.h>

/* False unless it is a whole number, or a percentage from 0 to 100. */
bool reject_limit_parse(const char *text, double *most, bool *percent);

#endif
