/* Writes the report, section by section. Every choice in it (which customers, which decisions) is
 * by order and count alone, so that the same run always gives the same page. */
#include "report.h"

#include <string.h>

#include "../base/text.h"
#include "report_page.h"

#define PAGE_WIDTH 100

/* ---- head ---- */

static void write_head(page *p) {
  const store_run *run = p->run;
  const bool zh = !strcmp(p->language, "zh");
  const char *title = zh && run->title_zh && *run->title_zh ? run->title_zh : run->title;
  char moment[32] = {0};
  moment_write(moment, run->as_of, run->zone);
  if (!title || !*title) title = run->pack;
  buffer_char(p->out, '\n');
  page_paint(p, "1");
  buffer_text(p->out, title);
  page_paint(p, "0");
  const size_t used = text_width(title, strlen(title));
  const size_t right = strlen(moment) + 1 +
                       text_width(say(p->language, SAY_AS_OF), strlen(say(p->language, SAY_AS_OF)));
  buffer_format(p->out, "%*s", used + right + 2 < p->width ? (int)(p->width - used - right) : 2,
                "");
  buffer_format(p->out, "%s %s\n", say(p->language, SAY_AS_OF), moment);
  page_paint(p, "2");
  buffer_format(p->out, "%s · %s", run->pack, run->source ? run->source : "");
  if (p->o->seconds > 0) {
    buffer_text(p->out, " · ");
    buffer_format(p->out, say(p->language, SAY_IN_SECONDS), p->o->seconds);
  }
  page_paint(p, "0");
  buffer_text(p->out, "\n\n");
}

static void write_counts(page *p) {
  const store_counts *c = &p->run->counts;
  const struct {
    int64_t n;
    phrase what;
    const char *colour;
  } parts[] = {{c->records, SAY_RECORDS, "1"},
               {c->graded, SAY_GRADED, "1;32"},
               {c->failed, SAY_FAILED, "1;31"},
               {c->rejected, SAY_REJECTED, "1;33"}};
  for (size_t i = 0; i < 4; i++) {
    if (i) buffer_text(p->out, "   ");
    page_paint(p, parts[i].n || i == 0 ? parts[i].colour : "0");
    write_count(p->out, parts[i].n);
    page_paint(p, "0");
    buffer_format(p->out, " %s", say(p->language, parts[i].what));
  }
  buffer_char(p->out, '\n');
  if (p->o->dry_run) buffer_format(p->out, "%s\n", say(p->language, SAY_DRY_RUN));
}

/* "orders   20,000 rows   12 of unknown customers": what is joined, and what found nobody. */
static void write_related(page *p) {
  size_t width = 0;
  for (size_t i = 0; i < p->run->related_count; i++) page_widen(&width, p->run->related[i].name);
  for (size_t i = 0; i < p->run->related_count; i++) {
    const store_related *r = &p->run->related[i];
    const struct {
      int64_t n;
      phrase what;
    } parts[] = {
        {r->rows, SAY_RELATED_ROWS}, {r->unknown, SAY_OF_NOBODY}, {r->keyless, SAY_WITHOUT_KEY}};
    text_pad(p->out, r->name, width, false);
    for (size_t k = 0; k < 3; k++) {
      if (k && parts[k].n <= 0) continue;
      buffer_text(p->out, "   ");
      page_paint(p, k ? "1;33" : "0");
      write_count(p->out, parts[k].n);
      page_paint(p, "0");
      buffer_format(p->out, " %s", say(p->language, parts[k].what));
    }
    buffer_char(p->out, '\n');
    if (!r->first_keyless) continue;
    buffer_text(p->out, "  ");
    page_faint(p, r->first_keyless);
    buffer_char(p->out, '\n');
  }
}

/* ---- what next ---- */

typedef struct hint {
  const char *line;
  phrase why;
} hint;

static hint hint_for(page *p, const char *command, phrase why) {
  return (hint){arena_format(&p->arena, "%s %s", p->o->program, command), why};
}

/* A word that a shell takes as it is. */
static bool is_plain(const char *text) {
  return text && *text && *text != '-' && !strpbrk(text, " \t'\"$`\\&|;<>()*?!~#{}[]");
}

static void write_next(page *p) {
  arena *a = &p->arena;
  const char *name = p->run->pack;
  hint hints[6];
  size_t n = 0, width = 0;
  if (p->o->dry_run || !p->o->program) return;
  if (is_plain(p->o->database))
    hints[n++] = (hint){arena_format(a, "export ASSAY_DB=%s", p->o->database), SAY_NEXT_DB};
  if (is_plain(p->shown_key) && !strcmp(page_key(p, p->shown_key), p->shown_key))
    hints[n++] = hint_for(p, arena_format(a, "show %s %s", name, p->shown_key), SAY_NEXT_SHOW);
  if (p->roles.limit >= 0)
    hints[n++] = hint_for(p,
                          arena_format(a, "list %s --sort -%s --limit 20", name,
                                       p->run->outputs[p->roles.limit].name),
                          SAY_NEXT_LIST);
  if (p->run->counts.rejected || p->run->counts.failed)
    hints[n++] = hint_for(p, arena_format(a, "rejects %s", name), SAY_NEXT_REJECTS);
  hints[n++] = hint_for(p, arena_format(a, "report %s", name), SAY_NEXT_REPORT);
  hints[n++] = (hint){arena_format(a, "%s --help", p->o->program), SAY_NEXT_HELP};
  page_heading(p, SAY_NEXT, NULL);
  for (size_t i = 0; i < n; i++) page_widen(&width, hints[i].line);
  for (size_t i = 0; i < n; i++) {
    const char *why = say(p->language, hints[i].why);
    buffer_text(p->out, "  ");
    if (2 + width + 2 + text_width(why, strlen(why)) <= p->width) {
      text_pad(p->out, hints[i].line, width + 2, false);
      page_faint(p, why);
    } else {
      buffer_text(p->out, hints[i].line); /* the commands are what matters */
    }
    buffer_char(p->out, '\n');
  }
}

error_code report_write(buffer *out, store_reader *r, const report_options *o, error *e) {
  page p = {.out = out,
            .reader = r,
            .run = store_reader_run(r),
            .o = o,
            .language = o->language ? o->language : "en",
            .width = o->width ? o->width : PAGE_WIDTH};
  code_counts attention;
  page_read_roles(&p);
  write_head(&p);
  write_counts(&p);
  write_related(&p);
  error_code code = page_groups(&p, e);
  if (!code) code = page_follow_ups(&p, e);
  if (!code) code = page_count_codes(&p, &attention, e);
  if (!code) code = page_attention(&p, &attention, e);
  if (!code) code = page_alerts(&p, e);
  if (!code) code = page_rejects(&p, e);
  if (!code) code = page_decisions(&p, &attention, e);
  if (!code) write_next(&p);
  arena_deinit(&p.arena);
  return code;
}
