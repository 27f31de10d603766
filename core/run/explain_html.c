/* An explanation as a page: the tree as nested lists, scorecards, cadences and limits as tables. It
 * loads nothing, runs nothing, and every text in it is escaped. */
#include <string.h>

#include "explain_parts.h"
#include "html_page.h"

static const char style[] =
    "h1{font-size:1.4em}.head,.at{color:var(--faint)}.at{font-size:.8em;margin-left:.8em}"
    ".differs{color:var(--bad)}section{border-top:1px solid var(--line);padding:.6em 0}"
    "h2{font-size:1.05em;margin:.2em 0}h2 b,.value{color:var(--link)}ul{list-style:none;"
    "margin:.2em 0 .2em .3em;padding-left:1em;border-left:2px solid var(--line)}"
    "table{border-collapse:collapse;margin:.3em 0}td{padding:.15em .8em .15em 0;"
    "vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".off{color:var(--faint)}.code{background:var(--warn-shade);border-radius:4px;padding:0 .4em}"
    ".filled{color:var(--faint)}";

static void span(buffer *out, const char *class, const char *text) {
  if (!text || !*text) return;
  buffer_format(out, "<span class=\"%s\">", class);
  html_text(out, text);
  buffer_text(out, "</span>");
}

static void put_place(buffer *out, const place *at) {
  if (!at->file || at->line <= 0) return;
  const char *slash = strrchr(at->file, '/');
  buffer_text(out, "<span class=\"at\">");
  html_text(out, slash ? slash + 1 : at->file);
  buffer_format(out, ":%d</span>", at->line);
}

static void put_why(buffer *out, const explained *n) {
  if (n->rule) {
    buffer_text(out, "<code>");
    html_text(out, n->rule);
    buffer_text(out, "</code>");
  }
  if (n->filled) {
    buffer_text(out, n->rule ? ": " : "");
    span(out, "filled", n->filled);
  }
  if (n->code && n->kind != EXPLAINED_CODE) {
    buffer_char(out, ' ');
    span(out, "code", n->code);
  }
}

static bool in_table(explained_kind kind) {
  return kind == EXPLAINED_CHARACTERISTIC || kind == EXPLAINED_SUM || kind == EXPLAINED_CLAUSE ||
         kind == EXPLAINED_OPERATION;
}

static void put_children(buffer *out, const explained *n);

static void cell(buffer *out, bool number, const char *text) {
  buffer_text(out, number ? "<td class=\"n\">" : "<td>");
  html_text(out, text);
  buffer_text(out, "</td>");
}

static void put_table_row(buffer *out, const explained *n) {
  buffer_format(out, "<tr%s>", n->taken ? "" : " class=\"off\"");
  cell(out, false, n->name);
  if (n->kind == EXPLAINED_CHARACTERISTIC || n->kind == EXPLAINED_SUM) {
    const char *sign = n->points && n->weight ? " × " : n->weight ? "÷ " : "";
    cell(out, false, n->shown);
    buffer_text(out, "<td>");
    put_why(out, n);
    put_children(out, n);
    buffer_text(out, "</td><td class=\"n\">");
    html_text(out, n->points);
    buffer_text(out, sign);
    html_text(out, n->weight);
    buffer_text(out, "</td>");
    cell(out, true, n->counts);
  } else {
    buffer_text(out, "<td>");
    put_why(out, n);
    put_children(out, n);
    buffer_text(out, "</td>");
    cell(out, true, n->shown);
  }
  buffer_text(out, "</tr>\n");
}

static void put_item(buffer *out, const explained *n) {
  buffer_format(out, "<li%s>", n->taken ? "" : " class=\"off\"");
  if (n->kind == EXPLAINED_CODE) {
    span(out, "code", n->name);
  } else if (n->name) {
    buffer_text(out, n->kind == EXPLAINED_OUTPUT ? "<b>" : "");
    html_text(out, n->name);
    buffer_text(out, n->kind == EXPLAINED_OUTPUT ? "</b>" : "");
  }
  buffer_char(out, ' ');
  span(out, "value", n->shown);
  buffer_char(out, ' ');
  html_text(out, n->text);
  buffer_char(out, ' ');
  put_why(out, n);
  put_place(out, &n->at);
  put_children(out, n);
  buffer_text(out, "</li>\n");
}

static void put_children(buffer *out, const explained *parent) {
  const explained *n = parent->first;
  while (n) {
    const bool table = in_table(n->kind);
    buffer_text(out, table ? "<table>" : "<ul>");
    for (; n && in_table(n->kind) == table; n = n->next)
      table ? put_table_row(out, n) : put_item(out, n);
    buffer_text(out, table ? "</table>" : "</ul>");
  }
}

static void put_head(buffer *out, const explain_head *h, const char *language) {
  const char *by_hand = explain_say(language, WORD_BY_HAND);
  buffer_text(out, "<h1>");
  html_text(out, h->key);
  buffer_char(out, ' ');
  html_text(out, h->person);
  buffer_text(out, "</h1><p class=\"head\">");
  html_text(out, h->title && *h->title ? h->title : h->pack);
  buffer_format(out, " · %s ", explain_say(language, WORD_AS_OF));
  html_text(out, h->as_of);
  if (h->run)
    buffer_format(out, " · %s %lld</p>", explain_say(language, WORD_RUN), (long long)h->run);
  else
    buffer_format(out, " · %s</p>", by_hand);
  if (!h->verdict) return;
  buffer_format(out, "<p class=\"%s\">", h->differs ? "differs" : "head");
  html_text(out, h->verdict);
  buffer_text(out, "</p>\n");
}

void explain_html(buffer *out, const explained *root, const explain_head *h, const char *language) {
  buffer text = {0};
  buffer_format(&text, "%s · %s", h->key, h->pack);
  html_begin(out, language, text.data, style);
  buffer_deinit(&text);
  put_head(out, h, language);
  for (const explained *n = root->first; n; n = n->next) {
    buffer_text(out, "<section>");
    if (n->kind == EXPLAINED_OUTPUT || n->kind == EXPLAINED_READ) {
      buffer_text(out, "<h2>");
      html_text(out, n->name);
      buffer_text(out, " <b>");
      html_text(out, n->shown ? n->shown : "–");
      buffer_text(out, "</b>");
      put_place(out, &n->at);
      buffer_text(out, "</h2>");
      put_children(out, n);
    } else {
      buffer_text(out, "<ul>");
      put_item(out, n);
      buffer_text(out, "</ul>");
    }
    buffer_text(out, "</section>\n");
  }
  html_end(out);
}
