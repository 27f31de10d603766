/* Inside of the report: the page that its sections are written on. For run/report*.c alone. */
#ifndef RUN_REPORT_PAGE_H
#define RUN_REPORT_PAGE_H

#include "../base/json.h"
#include "report.h"
#include "report_text.h"

typedef struct roles {
  int classes, limit, follow_up, channel; /* indices of outputs, -1 = none */
  int name;                               /* index of an input, -1 = none */
  const json *attention;                  /* an array, or NULL */
} roles;

typedef struct page {
  buffer *out;
  store_reader *reader;
  const store_run *run;
  const report_options *o;
  const char *language;
  size_t width;
  roles roles;
  arena arena;
  const char *largest_class; /* set by page_groups; NULL = none has a name */
  const char *shown_key;     /* set by page_decisions: a customer for the hints */
} page;

typedef struct code_count {
  const char *code;   /* as the pack's list names it */
  const char *output; /* the list in which it stands */
  const char *first;  /* the code with its value, as it stands there */
  int64_t count;
} code_count;

typedef struct code_counts {
  page *page;
  code_count *items; /* one for each attention code, in the pack's order */
  size_t count;
  const char *output;
} code_counts;

void page_read_roles(page *p);
bool page_is_attention(const page *p, const char *code, size_t n);

/* ---- the look ---- */

void page_paint(page *p, const char *code); /* an SGR code, if the page has colours */
void page_faint(page *p, const char *text);
void page_heading(page *p, phrase title, const char *more);
/* Numbers, right-aligned in `width` columns. */
void page_count(page *p, int64_t n, size_t width);
void page_amount(page *p, int128 num, int128 den, int digits, size_t width);
/* Text that goes on in column `from` of the next line when it does not fit, and ends the line. A
 * PAGE_GLUE is a blank at which no line is broken; what page_value and the like give has none. */
#define PAGE_GLUE '\x1f'
void page_wrapped(page *p, const char *text, size_t from);
const char *page_value(page *p, const column *c); /* of row 0; lives as long as the page */
/* Texts and keys come from a source, and may hold what a terminal obeys: page_value, page_key and
 * page_name show it instead. */
const char *page_key(page *p, const char *key);
/* What people call the customer, from the inputs kept with the decision; "" if that is not known.
 */
const char *page_name(page *p, const store_row *row);
void page_widen(size_t *width, const char *text);

/* ---- the sections ---- */

error_code page_groups(page *p, error *e); /* classes, limits */
error_code page_follow_ups(page *p, error *e);
error_code page_count_codes(page *p, code_counts *out, error *e);
error_code page_attention(page *p, const code_counts *c, error *e);
error_code page_alerts(page *p, error *e); /* only if the pack watches something */
error_code page_rejects(page *p, error *e);
error_code page_decisions(page *p, const code_counts *attention, error *e);

#endif
