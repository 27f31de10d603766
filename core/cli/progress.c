/* Tells the progress of a run. */
#include "progress.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/number.h"
#include "../base/text.h"
#include "../run/report_text.h"

#define PLAIN_EVERY 5.0 /* seconds between plain lines */
#define EVENT_EVERY 1.0 /* and between JSON events */

void progress_init(progress *p, bool json, bool quiet) {
  *p = (progress){.json = json, .quiet = quiet};
  const char *term = getenv("TERM");
  p->terminal = !json && !quiet && isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

/* ---- events: {"event":"end","exit_code":0} ---- */

static void put_name(buffer *out, const char *name) {
  buffer_char(out, out->size ? ',' : '{');
  text_json(out, name, strlen(name));
  buffer_char(out, ':');
}

static void put_text(buffer *out, const char *name, const char *text) {
  put_name(out, name);
  text_json_or_null(out, text);
}

static void put_integer(buffer *out, const char *name, int64_t i) {
  put_name(out, name);
  buffer_format(out, "%lld", (long long)i);
}

static void put_seconds(buffer *out, double seconds) {
  char text[48];
  put_name(out, "seconds");
  buffer_add(out, text, decimal_write(text, (int64_t)(seconds * 1e6), 6));
}

/* Prints an event and gives it up. */
static void emit(buffer *event) {
  buffer_text(event, "}\n");
  fwrite(event->data, 1, event->size, stdout);
  fflush(stdout);
  buffer_deinit(event);
}

static buffer event_of(const char *name) {
  buffer out = {0};
  put_text(&out, "event", name);
  return out;
}

static void emit_start(const pack *of, const char *moment, const char *kernels) {
  buffer out = event_of("start");
  put_text(&out, "pack", of->name);
  put_text(&out, "pack_hash", of->hash);
  put_text(&out, "as_of", moment);
  put_text(&out, "kernels", kernels);
  emit(&out);
}

static void emit_progress(const run_progress *now) {
  buffer out = event_of("progress");
  put_text(&out, "stage", now->stage);
  put_integer(&out, "records", (int64_t)now->records);
  put_integer(&out, "done", (int64_t)now->done);
  put_integer(&out, "total", (int64_t)now->total);
  put_seconds(&out, now->seconds);
  emit(&out);
}

/* ---- what a run tells ---- */

void progress_begin(progress *p, const pack *of, int64_t as_of, const char *kernels) {
  char moment[32] = {0};
  moment_write(moment, as_of, of->zone);
  if (p->json)
    emit_start(of, moment, kernels);
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
    emit_progress(now);
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
  buffer out = event_of("end");
  put_integer(&out, "exit_code", (int)exit_code);
  put_integer(&out, "run_id", r->run_id);
  put_name(&out, "published");
  buffer_text(&out, dry_run ? "false" : "true");
  put_integer(&out, "records", c->records);
  put_integer(&out, "graded", c->graded);
  put_integer(&out, "rule_errors", c->failed);
  put_integer(&out, "rejected", c->rejected);
  put_integer(&out, "duplicates", c->duplicates);
  put_integer(&out, "related_unknown", r->related_unknown);
  put_integer(&out, "related_without_key", r->related_keyless);
  put_seconds(&out, r->seconds);
  emit(&out);
}

void progress_failed(progress *p, const error *e) {
  close_line(p);
  if (!p->json) return;
  buffer out = event_of("error");
  put_integer(&out, "exit_code", (int)e->code);
  put_text(&out, "message", e->message);
  emit(&out);
}

void progress_finding(const finding *f) {
  buffer out = event_of("finding");
  put_text(&out, "id", f->id);
  put_text(&out, "severity", f->severity == SEVERITY_ERROR ? "error" : "warning");
  put_text(&out, "file", f->file);
  put_name(&out, "line");
  if (f->line > 0)
    buffer_format(&out, "%d", f->line);
  else
    buffer_text(&out, "null");
  put_text(&out, "message", f->message);
  emit(&out);
}
