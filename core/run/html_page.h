/* What the pages that assay writes share: their beginning, their look in light, dark and print, and
 * their end. A page loads nothing and runs nothing. */
#ifndef RUN_HTML_PAGE_H
#define RUN_HTML_PAGE_H

#include "../base/memory.h"

/* From the doctype to <body>. `language` is "en" or "zh", `title` any text, `style` the page's own rules
 * in CSS, behind the common ones: colours as var(--ink), --faint, --paper, --line, --shade, --link,
 * --good, --warn, --bad. */
void html_begin(buffer *out, const char *language, const char *title, const char *style);
void html_end(buffer *out);
/* Any text, escaped; NULL is none. */
void html_text(buffer *out, const char *text);

#endif
