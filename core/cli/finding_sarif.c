/* Findings as SARIF 2.1.0 (OASIS Standard, 27 March 2020; section numbers are of it). */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "../base/file.h"
#include "../base/text.h"
#include "../run/finding_kinds.h"
#include "finding_report.h"

#define FILE_MOST ((size_t)16 << 20)

typedef struct writer {
  buffer *out;
  arena arena;
  char folder[PATH_MAX]; /* the working folder, ended by '/' */
  const char *file;      /* whose text is at hand */
  const char *text;      /* NULL: it cannot be read */
  size_t size;
  size_t count;
  uint64_t *seen; /* fingerprints, to count equal ones */
} writer;

static void put(writer *w, const char *before, const char *text) {
  buffer_text(w->out, before);
  text_json(w->out, text, strlen(text));
}

/* ---- rules ---- */

static void put_rule(writer *w, const char *id, const char *about, const char *help,
                     const char *level) {
  put(w, "{\"id\":", id);
  put(w, ",\"shortDescription\":{\"text\":", about);
  put(w, "},\"help\":{\"text\":", help);
  put(w, "},\"defaultConfiguration\":{\"level\":", level);
  buffer_text(w->out, "}}");
}

/* In the order of the kinds; behind them the mistakes. */
static void put_rules(writer *w) {
  const finding_kind *k;
  buffer_text(w->out, "\"rules\":[");
  for (size_t i = 0; (k = finding_kind_at(i)); i++) {
    buffer_text(w->out, "\n");
    put_rule(w, k->id, k->about, k->help, "warning");
    buffer_char(w->out, ',');
  }
  buffer_text(w->out, "\n");
  put_rule(w, FINDING_PLAIN, "a mistake: as it stands the pack cannot be run",
           "Mend what the message names; it cannot be waived.", "error");
  buffer_char(w->out, ']');
}

static size_t rule_number(const char *id) {
  const finding_kind *k;
  size_t i = 0;
  while ((k = finding_kind_at(i)) && strcmp(k->id, id) != 0) i++;
  return i;
}

/* ---- where ---- */

/* Percent-encoded but for what may stand in the path of a URI (RFC 3986). */
static void put_path(buffer *out, const char *path) {
  for (const char *p = path; *p; p++) {
    const unsigned char c = (unsigned char)*p;
    const bool plain = ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') ||
                       strchr("-._~/!$&'()*+,;=@", c);
    if (plain)
      buffer_char(out, (char)c);
    else
      buffer_format(out, "%%%02X", c);
  }
}

/* Relative to the working folder if it lies below it, with links and .. resolved (3.4.3, 3.4.4). */
static void put_artifact(writer *w, const char *file) {
  char full[PATH_MAX];
  const size_t n = strlen(w->folder);
  const bool real = realpath(file, full) != NULL;
  const bool below = real && strncmp(full, w->folder, n) == 0;
  buffer_text(w->out, "\"artifactLocation\":{\"uri\":\"");
  if (real && !below) buffer_text(w->out, "file://");
  put_path(w->out, below ? full + n : real ? full : file);
  buffer_text(w->out, real && !below ? "\"}" : "\",\"uriBaseId\":\"%SRCROOT%\"}");
}

static void put_location(writer *w, const finding *f) {
  buffer_text(w->out, ",\"locations\":[{\"physicalLocation\":{");
  put_artifact(w, f->file);
  if (f->line > 0) buffer_format(w->out, ",\"region\":{\"startLine\":%d}", f->line);
  buffer_text(w->out, "}}]");
}

/* ---- what stays the same when lines move ---- */

/* The text of the line, without blanks around; "" if it cannot be read. */
static const char *line_text(writer *w, const finding *f, size_t *size) {
  *size = 0;
  if (!f->file || f->line <= 0) return "";
  if (!w->file || strcmp(w->file, f->file) != 0) {
    w->file = f->file;
    w->text = file_read(&w->arena, f->file, FILE_MOST, &w->size);
  }
  const char *at = w->text, *end = w->text ? w->text + w->size : NULL;
  for (int line = 1; at && line < f->line; line++) {
    at = memchr(at, '\n', (size_t)(end - at));
    if (at) at++;
  }
  if (!at) return "";
  const char *stop = memchr(at, '\n', (size_t)(end - at));
  if (!stop) stop = end;
  while (at < stop && strchr(" \t", *at)) at++;
  while (stop > at && strchr(" \t\r", stop[-1])) stop--;
  *size = (size_t)(stop - at);
  return at;
}

/* Its kind, file, the text of its line, and its message, in which numbers of lines are left out; of
 * equal ones it says which. */
static void put_fingerprint(writer *w, const finding *f) {
  buffer all = {0};
  size_t n, equal = 1;
  const char *line = line_text(w, f, &n);
  buffer_format(&all, "%s\n%s\n", f->id, file_base_name(f->file));
  buffer_add(&all, line, n);
  buffer_char(&all, '\n');
  for (const char *p = f->message; *p; p++)
    if (*p < '0' || *p > '9') buffer_char(&all, *p);
  const uint64_t hash = XXH3_64bits(all.data, all.size);
  buffer_deinit(&all);
  for (size_t i = 0; i < w->count; i++) equal += w->seen[i] == hash;
  w->seen[w->count++] = hash;
  buffer_format(w->out, ",\"partialFingerprints\":{\"findingInLine/v1\":\"%016llx:%zu\"}",
                (unsigned long long)hash, equal);
}

/* ---- results ---- */

static void put_message(writer *w, const finding *f) {
  buffer text = {0};
  buffer_text(&text, f->message);
  if (f->witness) buffer_format(&text, "\nfor instance %s", f->witness);
  if (f->fix) buffer_format(&text, "\nfix: %s", f->fix);
  buffer_text(&text, "");
  put(w, ",\"message\":{\"text\":", text.data);
  buffer_char(w->out, '}');
  buffer_deinit(&text);
}

static void put_result(writer *w, const finding *f) {
  put(w, "{\"ruleId\":", f->id);
  buffer_format(w->out, ",\"ruleIndex\":%zu", rule_number(f->id));
  put(w, ",\"level\":", f->severity == SEVERITY_ERROR ? "error" : "warning");
  put_message(w, f);
  if (f->file) put_location(w, f);
  put_fingerprint(w, f);
  /* All results say it, those that are not waived with an empty list (3.27.23). */
  buffer_text(w->out, ",\"suppressions\":[");
  if (f->waived)
    put(w, "{\"kind\":\"inSource\",\"status\":\"accepted\",\"justification\":", f->waived);
  buffer_text(w->out, f->waived ? "}]}" : "]}");
}

void finding_report_sarif(buffer *out, const finding_report *r) {
  writer w = {.out = out};
  w.seen = arena_array(&w.arena, r->list->count + 1, sizeof *w.seen);
  const size_t n = getcwd(w.folder, sizeof w.folder - 1) ? strlen(w.folder) : 0;
  if (!n || w.folder[n - 1] != '/') memcpy(w.folder + n, "/", 2);
  buffer_text(out, "{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/"
                   "schemas/sarif-schema-2.1.0.json\","
                   "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"assay\"");
  put(&w, ",\"version\":", ASSAY_VERSION);
  buffer_text(out, ",\n");
  put_rules(&w);
  buffer_text(out, "}},\n\"results\":[");
  for (size_t i = 0; i < r->list->count; i++) {
    buffer_text(out, i ? ",\n" : "\n");
    put_result(&w, &r->list->items[i]);
  }
  put(&w, "],\n\"properties\":{\"pack\":", r->pack);
  if (r->hash) put(&w, ",\"hash\":", r->hash);
  put(&w, ",\"as_of\":", r->as_of);
  buffer_text(out, "}}]}\n");
  arena_deinit(&w.arena);
}
