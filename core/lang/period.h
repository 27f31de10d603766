/* Effective dates: from and to, both days included, of a pack, a table or a row. */
#ifndef LANG_PERIOD_H
#define LANG_PERIOD_H

#include "declare.h"

/* effective = { from = "2025-01-01", to = "2025-12-31" }; absent leaves the period open. */
void period_read_key(const body *b, pack_period *out);
/* from = ..., to = ... among the body's own keys. */
void period_read(const body *b, pack_period *out);
/* One end of a row of a spreadsheet: `end` is "from" or "to"; empty text: open. */
void period_read_cell(const loader *l, place at, const char *end, const char *text,
                      pack_period *out);
/* A finding if it ends before it begins. */
void period_check(const loader *l, const pack_period *p, const char *what);

bool period_holds(const pack_period *p, int64_t day);
/* "2025-01-01..2025-12-31", "from 2026-01-01", "until 2024-12-31", "always". */
void period_describe(const pack_period *p, buffer *out);

#endif
