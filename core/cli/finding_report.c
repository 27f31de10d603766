/* Findings as text and as JSON. */
#include "finding_report.h"

#include <string.h>

#include "../base/text.h"
#include "../run/finding_kinds.h"

static const char *word_of(const finding *f) {
  if (f->severity == SEVERITY_ERROR) return "error";
  return f->waived ? "waived" : "warning";
}

void finding_print(FILE *to, const finding *f) {
  if (f->file && f->line > 0)
    fprintf(to, "%s:%d: ", f->file, f->line);
  else if (f->file)
    fprintf(to, "%s: ", f->file);
  else
    fputs("assay: ", to);
  fprintf(to, "%s: %s", word_of(f), f->message);
  if (strcmp(f->id, FINDING_PLAIN) != 0) fprintf(to, " [%s]", f->id);
  fputc('\n', to);
  if (f->witness) fprintf(to, "    for instance %s\n", f->witness);
  if (f->fix && !f->waived) fprintf(to, "    fix: %s\n", f->fix);
  if (f->waived) fprintf(to, "    because %s\n", f->waived);
}

/* ---- JSON ---- */

static void put_text(buffer *out, const char *before, const char *text) {
  buffer_text(out, before);
  if (text)
    text_json(out, text, strlen(text));
  else
    buffer_text(out, "null");
}

static void put_finding(buffer *out, const finding *f) {
  put_text(out, "{\"id\":", f->id);
  put_text(out, ",\"severity\":", f->severity == SEVERITY_ERROR ? "error" : "warning");
  put_text(out, ",\"file\":", f->file);
  if (f->line > 0)
    buffer_format(out, ",\"line\":%d", f->line);
  else
    buffer_text(out, ",\"line\":null");
  put_text(out, ",\"message\":", f->message);
  put_text(out, ",\"witness\":", f->witness);
  put_text(out, ",\"fix\":", f->fix);
  buffer_text(out, ",\"waived\":");
  put_text(out, f->waived ? "{\"because\":" : "", f->waived);
  buffer_text(out, f->waived ? "}}" : "}");
}

void finding_report_json(buffer *out, const finding_report *r) {
  const findings *list = r->list;
  put_text(out, "{\"pack\":", r->pack);
  put_text(out, ",\"hash\":", r->hash);
  put_text(out, ",\"version\":", ASSAY_VERSION);
  put_text(out, ",\"as_of\":", r->as_of);
  buffer_format(out, ",\"summary\":{\"errors\":%zu,\"warnings\":%zu,\"waived\":%zu}", list->errors,
                findings_warnings(list), list->waived);
  buffer_text(out, ",\"findings\":[");
  for (size_t i = 0; i < list->count; i++) {
    buffer_text(out, i ? ",\n" : "\n");
    put_finding(out, &list->items[i]);
  }
  buffer_text(out, "]}\n");
}

/* ---- the kinds ---- */

void finding_kinds_text(buffer *out) {
  const finding_kind *k;
  for (size_t i = 0; (k = finding_kind_at(i)); i++)
    buffer_format(out, "%s%s\n    %s\n    %s\n", i ? "\n" : "", k->id, k->about, k->help);
}

void finding_kinds_json(buffer *out) {
  const finding_kind *k;
  for (size_t i = 0; (k = finding_kind_at(i)); i++) {
    put_text(out, i ? ",\n{\"id\":" : "[\n{\"id\":", k->id);
    put_text(out, ",\"about\":", k->about);
    put_text(out, ",\"help\":", k->help);
    buffer_char(out, '}');
  }
  buffer_text(out, "]\n");
}
