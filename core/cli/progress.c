/* Tells the progress of a run. */
#include "progress.h"

#include <jansson.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../run/report_text.h"

#define PLAIN_EVERY 5.0 /* seconds between plain lines */
#define EVENT_EVERY 1.0 /* and between JSON events */

void progress_init(progress *p, bool json, bool quiet) {
  *p = (progress){.json = json, .quiet = quiet};
  const char *term = getenv("TERM");
  p->terminal = !json && !quiet && isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

/* Prints an event and gives it up. */
static void emit(json_t *event) {
  json_dumpf(event, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
  json_decref(event);
  fputc('\n', stdout);
  fflush(stdout);
}

void progress_begin(progress *p, const pack *of, int64_t as_of, const char *kernels) {
  char moment[32] = {0};
  moment_write(moment, as_of, of->zone);
  if (p->json)
    emit(json_pack("{s:s,s:s,s:s,s:s,s:s}", "event", "start", "pack", of->name, "pack_hash",
                   of->hash, "as_of", moment, "kernels", kernels));
  else if (!p->quiet)
    fprintf(stderr, "assay: grading %s as of %s\n", of->name, moment);
}

/* "grading  1,204,000 records, 310,000/s, 42 %, 3 s left" */
static void line(buffer *out, const run_progress *now) {
  const double rate = now->seconds > 0.2 ? (double)now->records / now->seconds : 0;
  buffer_format(out, "%s  ", now->stage);
  write_count(out, (int64_t)now->records);
  buffer_text(out, " records");
  if (rate >= 1) {
    buffer_text(out, ", ");
    write_count(out, (int64_t)rate);
    buffer_text(out, "/s");
  }
  if (now->total > 0 && now->done <= now->total && !strcmp(now->stage, "grading")) {
    const double share = (double)now->done / (double)now->total;
    buffer_format(out, ", %.0f %%", 100 * share);
    if (share > 0.01 && now->seconds > 1)
      buffer_format(out, ", %.0f s left", now->seconds / share - now->seconds);
  }
  buffer_char(out, 0);
}

void progress_note(void *ctx, const run_progress *now) {
  progress *p = ctx;
  const bool new_stage = p->stage != now->stage && p->stage != NULL;
  const double every = p->terminal ? 0.1 : p->json ? EVENT_EVERY : PLAIN_EVERY;
  p->stage = now->stage;
  if (p->quiet || (now->seconds - p->told_at < every && !(new_stage && p->terminal))) return;
  p->told_at = now->seconds;
  if (p->json) {
    emit(json_pack("{s:s,s:s,s:I,s:I,s:I,s:f}", "event", "progress", "stage", now->stage, "records",
                   (json_int_t)now->records, "done", (json_int_t)now->done, "total",
                   (json_int_t)now->total, "seconds", now->seconds));
    return;
  }
  buffer text = {0};
  line(&text, now);
  if (p->terminal)
    fprintf(stderr, "\r%s\x1b[K", text.data);
  else
    fprintf(stderr, "assay: %s\n", text.data);
  p->line_open = p->terminal;
  buffer_deinit(&text);
}

static void close_line(progress *p) {
  if (p->line_open) fputs("\r\x1b[K", stderr);
  p->line_open = false;
}

void progress_end(progress *p, const run_result *r, bool dry_run, error_code exit_code) {
  const store_counts *c = &r->counts;
  close_line(p);
  if (!p->json) return;
  emit(json_pack("{s:s,s:i,s:I,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "event", "end", "exit_code",
                 (int)exit_code, "run_id", (json_int_t)r->run_id, "published", !dry_run, "records",
                 (json_int_t)c->records, "graded", (json_int_t)c->graded, "rule_errors",
                 (json_int_t)c->failed, "rejected", (json_int_t)c->rejected, "duplicates",
                 (json_int_t)c->duplicates, "related_unknown", (json_int_t)r->related_unknown,
                 "related_without_key", (json_int_t)r->related_keyless, "seconds", r->seconds));
}

void progress_failed(progress *p, const error *e) {
  close_line(p);
  if (!p->json) return;
  json_t *event = json_pack("{s:s,s:i,s:s}", "event", "error", "exit_code", (int)e->code, "message",
                            e->message);
  if (!event) /* the message names bytes that are not UTF-8 */
    event = json_pack("{s:s,s:i,s:s}", "event", "error", "exit_code", (int)e->code, "message",
                      error_text(e->code));
  emit(event);
}

void progress_finding(const finding *f) {
  json_t *event =
      json_pack("{s:s,s:s,s:s,s:s?,s:o,s:s}", "event", "finding", "id", f->id, "severity",
                f->severity == SEVERITY_ERROR ? "error" : "warning", "file", f->file, "line",
                f->line > 0 ? json_integer(f->line) : json_null(), "message", f->message);
  if (event) emit(event);
}
