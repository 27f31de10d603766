/* See coverage_report.h. */
#include "coverage_report.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/text.h"
#include "../run/html_page.h"

/* "urgency row 3", "score / budget >= 0.9", "credit_limit / at_most CAP" */
static void write_way(buffer *out, const char *of, const char *point, const char *way) {
  buffer_text(out, of);
  if (strcmp(point, of) != 0) buffer_format(out, " / %s", point);
  buffer_format(out, "  %s", way);
}

static void write_place(buffer *out, place at, size_t width) {
  buffer text = {0};
  buffer_format(&text, "%s:%d", file_base_name(at.file), at.line);
  buffer_text(out, "    ");
  text_pad(out, text.data, width, false);
  buffer_text(out, "  ");
  buffer_deinit(&text);
}

static size_t place_width(coverage *c) {
  const covered_way *ways;
  size_t n = coverage_ways(c, &ways), width = 0;
  for (size_t i = 0; i < n; i++) {
    size_t w = strlen(file_base_name(ways[i].at.file)) + 6;
    if (w > width) width = w;
  }
  return width;
}

void coverage_write_text(buffer *out, coverage *c, const char *name, bool colour) {
  const coverage_totals t = coverage_count(c);
  const covered_way *ways;
  const covered_edge *edges;
  size_t width = place_width(c);
  coverage_ways(c, &ways);
  coverage_edges(c, &edges);
  buffer_format(out,
                "\n%sCoverage%s  %s: %zu of %zu ways taken (%.1f %%), %zu of %zu bounds tried\n",
                colour ? "\x1b[1m" : "", colour ? "\x1b[0m" : "", name, t.taken, t.ways,
                coverage_percent(&t), t.tried, t.edges);
  if (t.taken < t.ways) buffer_text(out, "  never taken\n");
  for (size_t i = 0; i < t.ways; i++) {
    if (ways[i].hits) continue;
    write_place(out, ways[i].at, width);
    write_way(out, ways[i].step, ways[i].point, ways[i].way);
    buffer_char(out, '\n');
  }
  if (t.tried < t.edges) buffer_text(out, "  no value lay on the bound\n");
  for (size_t i = 0; i < t.edges; i++) {
    if (edges[i].hit) continue;
    write_place(out, edges[i].at, width);
    write_way(out, edges[i].step, edges[i].point, edges[i].text);
    buffer_char(out, '\n');
  }
}

/* ---- the page ---- */

static const char style[] =
    "body{max-width:70em}table{border-collapse:collapse;width:100%}td{padding:0 .6em;"
    "vertical-align:top}td.n{text-align:right;color:var(--faint);width:1%;white-space:nowrap}"
    "code{white-space:pre-wrap}.hit{background:var(--good-shade)}.part{background:"
    "var(--warn-shade)}.miss{background:var(--bad-shade)}.note{display:block;color:var(--bad);"
    "font-size:13px}.part .note{color:var(--warn)}";

typedef struct line_state {
  size_t ways, taken, edges, tried;
  uint64_t hits;
} line_state;

static line_state look_at(coverage *c, const char *file, int line, buffer *notes) {
  line_state s = {0};
  const covered_way *ways;
  const covered_edge *edges;
  size_t way_count = coverage_ways(c, &ways), edge_count = coverage_edges(c, &edges);
  for (size_t i = 0; i < way_count; i++) {
    if (ways[i].at.line != line || strcmp(file_base_name(ways[i].at.file), file) != 0) continue;
    s.ways++;
    s.taken += ways[i].hits > 0;
    s.hits += ways[i].hits;
    if (ways[i].hits) continue;
    buffer_text(notes, notes->size ? "; " : "never taken: ");
    write_way(notes, ways[i].step, ways[i].point, ways[i].way);
  }
  bool first = true;
  for (size_t i = 0; i < edge_count; i++) {
    if (edges[i].at.line != line || strcmp(file_base_name(edges[i].at.file), file) != 0) continue;
    s.edges++;
    s.tried += edges[i].hit;
    if (edges[i].hit) continue;
    buffer_text(notes, !first ? ", " : notes->size ? "; no value on " : "no value on ");
    buffer_text(notes, edges[i].text);
    first = false;
  }
  return s;
}

static void write_line(buffer *out, coverage *c, const char *file, int line, const char *text,
                       size_t n) {
  buffer notes = {0};
  const line_state s = look_at(c, file, line, &notes);
  const char *mark = !s.ways ? "" : s.taken < s.ways ? "miss" : s.tried < s.edges ? "part" : "hit";
  buffer_format(out, "<tr class=\"%s\"><td class=\"n\">%d</td><td class=\"n\">", mark, line);
  if (s.ways) buffer_format(out, "%llu", (unsigned long long)s.hits);
  buffer_text(out, "</td><td><code>");
  text_html(out, text, n);
  buffer_text(out, "</code>");
  if (notes.size) {
    buffer_text(out, "<span class=\"note\">");
    text_html(out, notes.data, notes.size);
    buffer_text(out, "</span>");
  }
  buffer_text(out, "</td></tr>\n");
  buffer_deinit(&notes);
}

static void write_file(buffer *out, coverage *c, const pack_file *f) {
  buffer_text(out, "<h2>");
  text_html(out, f->name, strlen(f->name));
  buffer_text(out, "</h2>\n<table>\n");
  int line = 1;
  for (size_t at = 0; at < f->size; line++) {
    const char *end = memchr(f->data + at, '\n', f->size - at);
    size_t n = end ? (size_t)(end - (f->data + at)) : f->size - at;
    write_line(out, c, f->name, line, f->data + at, n);
    at += n + 1;
  }
  buffer_text(out, "</table>\n");
}

void coverage_write_html(buffer *out, coverage *c, const pack *p) {
  const coverage_totals t = coverage_count(c);
  buffer title = {0};
  buffer_format(&title, "Coverage: %s", p->name);
  html_begin(out, "en", title.data, style);
  buffer_deinit(&title);
  buffer_text(out, "<h1>");
  html_text(out, p->title ? p->title : p->name);
  buffer_format(out,
                "</h1>\n<p>%zu of %zu ways taken (%.1f&nbsp;%%), %zu of %zu bounds tried. Green: "
                "taken, its bounds tried; yellow: taken, but no value lay on a bound; red: never "
                "taken. The second column counts records.</p>\n",
                t.taken, t.ways, coverage_percent(&t), t.tried, t.edges);
  for (size_t i = 0; i < p->file_count; i++) write_file(out, c, &p->files[i]);
  html_end(out);
}
