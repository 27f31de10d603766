/* The report's lists of codes: what needs attention, and what has changed since the last run. */
#include <string.h>

#include "../base/text.h"
#include "report_page.h"

#define EXAMPLES 3

/* ---- attention ---- */

static error_code add_code(void *ctx, const char *code, int64_t count, error *e) {
  code_counts *c = ctx;
  (void)e;
  for (size_t i = 0; i < c->count; i++) {
    code_count *x = &c->items[i];
    const size_t n = strlen(x->code);
    if (strncmp(code, x->code, n) != 0 || (code[n] && code[n] != ':')) continue;
    if (!x->count) {
      x->first = arena_string(&c->page->arena, code);
      x->output = c->output;
    }
    x->count += count;
  }
  return ERR_OK;
}

error_code page_count_codes(page *p, code_counts *out, error *e) {
  *out = (code_counts){.page = p};
  out->items = arena_array(&p->arena, json_count(p->roles.attention) + 1, sizeof *out->items);
  for (size_t i = 0; i < json_count(p->roles.attention); i++) {
    const char *name = json_text(&p->roles.attention->items[i]);
    if (name) out->items[out->count++].code = name;
  }
  error_code code = ERR_OK;
  for (size_t k = 0; k < p->run->output_count && !code && out->count; k++) {
    if (p->run->outputs[k].type.kind != TYPE_CODES) continue;
    out->output = p->run->outputs[k].name;
    code = store_code_counts(p->reader, out->output, add_code, out, e);
  }
  return code;
}

typedef struct keys_found {
  page *page;
  const char *keys[EXAMPLES];
  size_t count;
} keys_found;

static error_code add_key(void *ctx, const store_row *row, error *e) {
  keys_found *k = ctx;
  (void)e;
  const char *name = page_name(k->page, row);
  if (k->count < EXAMPLES)
    k->keys[k->count++] = arena_format(&k->page->arena, "%s%s%s", page_key(k->page, row->key),
                                       *name ? " " : "", name);
  return ERR_OK;
}

static error_code customers_with(page *p, const code_count *x, keys_found *out, error *e) {
  const store_condition condition = {x->output, "has", x->first};
  const store_query q = {.conditions = &condition, .condition_count = 1, .limit = EXAMPLES};
  *out = (keys_found){.page = p};
  return store_list(p->reader, &q, add_key, out, e);
}

/* A code, how many have it, what it means, and the first of them. */
static error_code write_code_line(page *p, const code_count *x, size_t width, const char *colour,
                                  error *e) {
  keys_found found;
  error_code code = customers_with(p, x, &found, e);
  if (code) return code;
  buffer line = {0};
  write_reason(&line, p->reader, NULL, x->code, strlen(x->code), p->language);
  if (line.size) buffer_text(&line, " — ");
  for (size_t k = 0; k < found.count; k++)
    buffer_format(&line, "%s%s", k ? ", " : "", found.keys[k]);
  if (x->count > (int64_t)found.count) buffer_text(&line, " …");
  buffer_char(&line, 0);
  buffer_text(p->out, "  ");
  page_paint(p, colour);
  text_pad(p->out, x->code, width, false);
  page_paint(p, "0");
  page_count(p, x->count, 8);
  buffer_text(p->out, "  ");
  page_wrapped(p, line.data, 2 + width + 8 + 2);
  buffer_deinit(&line);
  return ERR_OK;
}

static size_t code_width(const code_counts *c) {
  size_t width = 0;
  for (size_t i = 0; i < c->count; i++)
    if (c->items[i].count) page_widen(&width, c->items[i].code);
  return width;
}

error_code page_attention(page *p, const code_counts *c, error *e) {
  const size_t width = code_width(c);
  error_code code = ERR_OK;
  if (!c->count) return ERR_OK;
  page_heading(p, SAY_ATTENTION, NULL);
  if (!width) buffer_format(p->out, "  %s\n", say(p->language, SAY_ALL_FINE));
  for (size_t i = 0; i < c->count && !code; i++)
    if (c->items[i].count) code = write_code_line(p, &c->items[i], width, "33", e);
  return code;
}

/* ---- alerts ---- */

static const char *const severities[] = {"critical", "warning", "info"};

static error_code count_alerts(page *p, const store_alert *alerts, size_t count, code_counts *out,
                               error *e) {
  error_code code = ERR_OK;
  *out = (code_counts){.page = p, .count = count};
  out->items = arena_array(&p->arena, count + 1, sizeof *out->items);
  for (size_t i = 0; i < count; i++) out->items[i].code = alerts[i].code;
  for (size_t i = 0; i < count && !code; i++) {
    bool counted = false;
    for (size_t k = 0; k < i; k++) counted = counted || !strcmp(alerts[k].list, alerts[i].list);
    out->output = alerts[i].list;
    if (!counted) code = store_code_counts(p->reader, out->output, add_code, out, e);
  }
  return code;
}

error_code page_alerts(page *p, error *e) {
  static const char *const colours[] = {"1;31", "33", "36"};
  const store_alert *alerts;
  const size_t count = store_alerts(p->reader, &alerts);
  code_counts c;
  if (!count) return ERR_OK;
  error_code code = count_alerts(p, alerts, count, &c, e);
  const size_t width = code_width(&c);
  page_heading(p, SAY_ALERTS, NULL);
  if (!width && !code) buffer_format(p->out, "  %s\n", say(p->language, SAY_NO_ALERTS));
  for (int s = 0; s < 3; s++)
    for (size_t i = 0; i < count && !code; i++) {
      if (!c.items[i].count || strcmp(alerts[i].severity, severities[s]) != 0) continue;
      buffer_text(p->out, "  ");
      page_paint(p, colours[s]);
      text_pad(p->out, say(p->language, (phrase)(SAY_CRITICAL + s)), 8, false);
      page_paint(p, "0");
      code = write_code_line(p, &c.items[i], width, colours[s], e);
    }
  return code;
}
