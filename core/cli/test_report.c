/* See test_report.h. */
#include "test_report.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

struct test_report {
  FILE *file;
  test_format format;
  const char *pack;
  bool colour;
  size_t number;
  double seconds;
  buffer cases; /* JUnit's totals stand before its cases */
};

test_format test_format_of(const char *word) {
  if (word && !strcmp(word, "tap")) return TEST_TAP;
  return word && !strcmp(word, "junit") ? TEST_JUNIT : TEST_TEXT;
}

test_report *test_report_new(FILE *file, test_format format, const char *name, bool colour) {
  test_report *r = mem_alloc(sizeof *r);
  *r = (test_report){.file = file, .format = format, .pack = name, .colour = colour};
  if (format == TEST_TAP) fputs("TAP version 13\n", file);
  return r;
}

/* The lines of a text, each with something before it. */
static void write_lines(FILE *file, const char *before, const char *text) {
  while (*text) {
    const size_t n = strcspn(text, "\n");
    fprintf(file, "%s%.*s\n", before, (int)n, text);
    text += n + (text[n] == '\n');
  }
}

static void add_text(const test_report *r, const test_outcome *o) {
  if (o->passed) return;
  fprintf(r->file, "%s:%d: %sFAILED%s  %s\n", o->at.file, o->at.line, r->colour ? "\x1b[31m" : "",
          r->colour ? "\x1b[0m" : "", o->name);
  write_lines(r->file, "    ", o->why);
}

static void add_tap(const test_report *r, const test_outcome *o) {
  fprintf(r->file, "%sok %zu - ", o->passed ? "" : "not ", r->number);
  for (const char *p = o->name; *p; p++) fputc(*p == '#' || *p == '\n' ? '_' : *p, r->file);
  fputc('\n', r->file);
  if (o->passed) return;
  fprintf(r->file, "  # %s:%d\n", o->at.file, o->at.line);
  write_lines(r->file, "  # ", o->why);
}

/* Control characters have no place in XML 1.0. */
static void add_xml(buffer *out, const char *text) {
  for (; *text; text++) {
    const unsigned char c = (unsigned char)*text;
    if (c == '&')
      buffer_text(out, "&amp;");
    else if (c == '<')
      buffer_text(out, "&lt;");
    else if (c == '>')
      buffer_text(out, "&gt;");
    else if (c == '"')
      buffer_text(out, "&quot;");
    else if (c >= 0x20 || c == '\n' || c == '\t')
      buffer_char(out, (char)c);
  }
}

static void add_junit(test_report *r, const test_outcome *o) {
  buffer *b = &r->cases;
  buffer_text(b, "  <testcase classname=\"");
  add_xml(b, o->kind);
  buffer_text(b, "\" name=\"");
  add_xml(b, o->name);
  buffer_text(b, "\" file=\"");
  add_xml(b, o->at.file);
  buffer_format(b, "\" line=\"%d\" time=\"%.3f\"", o->at.line, o->seconds);
  if (o->passed) {
    buffer_text(b, "/>\n");
    return;
  }
  buffer_text(b, ">\n    <failure message=\"it does not come out\">");
  add_xml(b, o->why);
  buffer_text(b, "</failure>\n  </testcase>\n");
}

void test_report_add(test_report *r, const test_outcome *o) {
  r->number++;
  r->seconds += o->seconds;
  if (r->format == TEST_TEXT)
    add_text(r, o);
  else if (r->format == TEST_TAP)
    add_tap(r, o);
  else
    add_junit(r, o);
}

static void end_junit(test_report *r, const rule_test_counts *counts) {
  buffer name = {0};
  add_xml(&name, r->pack);
  fprintf(r->file,
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<testsuite name=\"%.*s\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"%.3f\">\n",
          (int)name.size, name.data, r->number, counts->failed, r->seconds);
  if (r->cases.size) fwrite(r->cases.data, 1, r->cases.size, r->file);
  fputs("</testsuite>\n", r->file);
  buffer_deinit(&name);
}

void test_report_end(test_report *r, const rule_test_counts *counts) {
  if (counts && r->format == TEST_TEXT)
    fprintf(r->file, "%s: %zu passed, %zu failed\n", r->pack, counts->passed, counts->failed);
  else if (counts && r->format == TEST_TAP)
    fprintf(r->file, "1..%zu\n", r->number);
  else if (counts)
    end_junit(r, counts);
  buffer_deinit(&r->cases);
  free(r);
}
