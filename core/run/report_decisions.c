/* The report's three decisions, each with its reasons spelled out. */
#include <string.h>

#include "../base/text.h"
#include "report_page.h"

#define DECISIONS 3
#define CANDIDATES 3 /* rows looked at: two may have been taken already */
#define ORDINARY_TRIED 200

/* ---- three decisions ---- */

typedef struct reasons {
  page *page;
  const column *outputs;
  const char *output;
  size_t width;
  bool any;
} reasons;

static void measure_code(void *ctx, const char *code, size_t n) {
  reasons *x = ctx;
  const size_t w = text_width(code, n);
  if (w > x->width) x->width = w;
}

static void write_code(void *ctx, const char *code, size_t n) {
  reasons *x = ctx;
  page *p = x->page;
  x->any = true;
  buffer text = {0};
  const char *shown = page_key(p, arena_string_n(&p->arena, code, n));
  const bool known = write_reason(&text, p->reader, x->outputs, shown, strlen(shown), p->language);
  buffer_char(&text, 0);
  buffer_text(p->out, "    ");
  page_paint(p, "33");
  text_pad(p->out, shown, known ? x->width : text_width(shown, strlen(shown)), false);
  page_paint(p, "0");
  if (known) {
    buffer_text(p->out, "  ");
    page_wrapped(p, text.data, 4 + x->width + 2);
  } else {
    buffer_char(p->out, '\n');
  }
  buffer_deinit(&text);
}

static void write_values(page *p, const store_row *row) {
  buffer line = {0};
  for (size_t i = 0; i < p->run->output_count; i++) {
    const column *c = &row->outputs[i];
    if (c->type.kind == TYPE_CODES || column_missing(c, 0)) continue;
    if (line.size) buffer_text(&line, ", ");
    buffer_text(&line, p->run->outputs[i].name);
    buffer_char(&line, PAGE_GLUE); /* a name and its value stay on one line */
    for (const char *value = page_value(p, c); *value; value++)
      buffer_char(&line, *value == ' ' ? PAGE_GLUE : *value);
  }
  buffer_char(&line, 0);
  buffer_text(p->out, "    ");
  page_wrapped(p, line.data, 4);
  buffer_deinit(&line);
}

static void write_decision(page *p, phrase title, const char *code, const store_row *row) {
  reasons x = {.page = p, .outputs = row->outputs};
  buffer_text(p->out, "  ");
  page_paint(p, "1");
  buffer_text(p->out, page_key(p, row->key));
  const char *name = page_name(p, row);
  if (*name) buffer_format(p->out, " %s", name);
  page_paint(p, "0");
  page_faint(p, arena_format(&p->arena, "  %s%s%s\n", say(p->language, title), code ? ": " : "",
                             code ? code : ""));
  write_values(p, row);
  for (size_t i = 0; i < p->run->output_count; i++)
    each_code(&row->outputs[i], 0, measure_code, &x);
  for (size_t i = 0; i < p->run->output_count; i++) each_code(&row->outputs[i], 0, write_code, &x);
  if (!x.any) {
    buffer_text(p->out, "    ");
    page_faint(p, say(p->language, SAY_NO_REASONS));
    buffer_char(p->out, '\n');
  }
}

typedef struct search {
  page *page;
  phrase title;
  const char *code;             /* the attention code looked for */
  const char *taken[DECISIONS]; /* keys shown already */
  size_t taken_count;
  bool ordinary, found;
} search;

static void note_attention(void *ctx, const char *code, size_t n) {
  search *s = ctx;
  if (page_is_attention(s->page, code, n)) s->found = true;
}

/* Takes the first row that fits. */
static error_code consider(void *ctx, const store_row *row, error *e) {
  search *s = ctx;
  (void)e;
  if (s->found || row->failed) return ERR_OK;
  for (size_t i = 0; i < s->taken_count; i++)
    if (!strcmp(s->taken[i], row->key)) return ERR_OK;
  if (s->ordinary) {
    const int due = s->page->roles.follow_up;
    if (due >= 0 && column_missing(&row->outputs[due], 0)) return ERR_OK;
    for (size_t i = 0; i < s->page->run->output_count; i++)
      each_code(&row->outputs[i], 0, note_attention, s);
    if (s->found) {
      s->found = false;
      return ERR_OK;
    }
  }
  s->found = true;
  s->taken[s->taken_count++] = arena_string(&s->page->arena, row->key);
  if (!s->page->shown_key) s->page->shown_key = s->taken[0];
  write_decision(s->page, s->title, s->code, row);
  return ERR_OK;
}

static error_code look_for(search *s, phrase title, const char *code, const store_query *q,
                           error *e) {
  s->title = title;
  s->code = code;
  s->found = false;
  s->ordinary = title == SAY_ORDINARY;
  return store_list(s->page->reader, q, consider, s, e);
}

/* Ordinary ones: of the largest class, else of any; and when there are none, whoever is left. */
static error_code fill_up(search *s, error *e) {
  page *p = s->page;
  const bool class_known =
      p->largest_class && strcmp(p->largest_class, say(p->language, SAY_NONE)) != 0;
  const store_condition graded = {"status", "=", "graded"};
  const store_condition in_class = {class_known ? p->run->outputs[p->roles.classes].name : "status",
                                    "=", class_known ? p->largest_class : "graded"};
  const struct {
    const store_condition *which;
    phrase title;
  } passes[] = {{&in_class, SAY_ORDINARY}, {&graded, SAY_ORDINARY}, {&graded, SAY_ANOTHER}};
  error_code code = ERR_OK;
  for (size_t i = 0; i < 3 && !code; i++) {
    const store_query q = {
        .conditions = passes[i].which, .condition_count = 1, .limit = ORDINARY_TRIED};
    s->found = true;
    while (s->found && s->taken_count < DECISIONS && !code)
      code = look_for(s, passes[i].title, NULL, &q, e);
  }
  return code;
}

error_code page_decisions(page *p, const code_counts *attention, error *e) {
  search s = {.page = p};
  error_code code = ERR_OK;
  if (!p->run->counts.graded) return ERR_OK;
  page_heading(p, p->run->counts.graded < DECISIONS ? SAY_FEW_DECISIONS : SAY_DECISIONS, NULL);
  if (p->roles.limit >= 0) {
    const char *name = p->run->outputs[p->roles.limit].name;
    const store_query q = {.sort = arena_format(&p->arena, "-%s", name), .limit = 1};
    code = look_for(&s, SAY_HIGHEST, NULL, &q, e);
  }
  const size_t before = s.taken_count;
  for (size_t i = 0; i < attention->count && !code && s.taken_count == before; i++) {
    const code_count *x = &attention->items[i];
    if (!x->count) continue;
    const store_condition condition = {x->output, "has", x->first};
    const store_query q = {.conditions = &condition, .condition_count = 1, .limit = CANDIDATES};
    code = look_for(&s, SAY_NEEDS_ATTENTION, x->code, &q, e);
  }
  return code ? code : fill_up(&s, e);
}
