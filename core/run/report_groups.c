/* The report's sections on groups: customers and limits by class. */
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "report_page.h"

#define BAR_WIDTH 40

/* ---- classes and limits ---- */

typedef struct group {
  const char *name;
  int64_t count, with_sum, above_zero;
  int128 sum;
} group;

typedef struct groups {
  page *page;
  group *items;
  size_t count;
  size_t width; /* of the names */
} groups;

static error_code add_group(void *ctx, const char *name, int64_t count, int64_t with_sum,
                            int64_t above_zero, int128 sum, error *e) {
  groups *g = ctx;
  (void)e;
  g->items = mem_grow(g->items, g->count + 1, sizeof *g->items);
  if (!name || !*name) name = say(g->page->language, SAY_NONE);
  const size_t width = text_width(name, strlen(name));
  if (width > g->width) g->width = width;
  g->items[g->count++] =
      (group){arena_string(&g->page->arena, name), count, with_sum, above_zero, sum};
  return ERR_OK;
}

/* A bar of `most` columns for n of max, to an eighth of a column. */
static void bar(page *p, int64_t n, int64_t max, size_t most) {
  static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const uint64_t units = max > 0 ? (uint64_t)(((int128)n * (int128)most * 8 + max / 2) / max) : 0;
  const uint64_t drawn = units == 0 && n > 0 ? 1 : units;
  page_paint(p, "36");
  for (uint64_t i = 0; i < drawn / 8; i++) buffer_text(p->out, "█");
  buffer_text(p->out, eighths[drawn % 8]);
  page_paint(p, "0");
  const size_t used = drawn / 8 + (drawn % 8 != 0);
  buffer_format(p->out, "%*s", (int)(most - used), "");
}

static void write_classes(page *p, const groups *g) {
  int64_t max = 0, all = 0;
  for (size_t i = 0; i < g->count; i++) {
    if (g->items[i].count > max) {
      max = g->items[i].count;
      p->largest_class = g->items[i].name;
    }
    all += g->items[i].count;
  }
  page_heading(p, SAY_CLASSES, p->run->outputs[p->roles.classes].name);
  for (size_t i = 0; i < g->count; i++) {
    buffer_text(p->out, "  ");
    text_pad(p->out, g->items[i].name, g->width, false);
    buffer_text(p->out, "  ");
    bar(p, g->items[i].count, max, BAR_WIDTH);
    page_count(p, g->items[i].count, 12);
    page_amount(p, (int128)g->items[i].count * 100, all ? all : 1, 1, 8);
    buffer_text(p->out, " %\n");
  }
}

static void limit_row(page *p, const group *g, size_t width, value_type type) {
  buffer_text(p->out, "  ");
  text_pad(p->out, g->name, width, false);
  page_count(p, g->count, 12);
  page_count(p, g->above_zero, 14);
  page_amount(p, g->sum, type.denominator, type.digits, 22);
  if (g->above_zero > 0)
    page_amount(p, g->sum, (int128)type.denominator * g->above_zero, type.digits, 20);
  else
    text_pad(p->out, "-", 20, true);
  buffer_char(p->out, '\n');
}

static void write_limits(page *p, const groups *g) {
  const store_column *limit = &p->run->outputs[p->roles.limit];
  static const phrase heads[] = {SAY_CUSTOMERS, SAY_WITH_LIMIT, SAY_SUM, SAY_AVERAGE};
  static const size_t widths[] = {12, 14, 22, 20};
  const char *money = limit->type.kind == TYPE_MONEY && p->run->currency ? p->run->currency : "";
  group total = {.name = say(p->language, SAY_TOTAL)};
  const size_t total_width = text_width(total.name, strlen(total.name));
  const size_t width = g->width > total_width ? g->width : total_width;
  page_heading(p, SAY_LIMITS, arena_format(&p->arena, "%s %s", limit->name, money));
  page_paint(p, "2");
  buffer_format(p->out, "  %*s", (int)width, "");
  for (size_t i = 0; i < 4; i++) text_pad(p->out, say(p->language, heads[i]), widths[i], true);
  page_paint(p, "0");
  buffer_char(p->out, '\n');
  for (size_t i = 0; i < g->count; i++) {
    limit_row(p, &g->items[i], width, limit->type);
    total.count += g->items[i].count;
    total.above_zero += g->items[i].above_zero;
    total.sum += g->items[i].sum;
  }
  if (g->count > 1) limit_row(p, &total, width, limit->type);
}

error_code page_groups(page *p, error *e) {
  groups g = {.page = p};
  if (p->roles.classes < 0) return ERR_OK;
  const char *limit = p->roles.limit < 0 ? NULL : p->run->outputs[p->roles.limit].name;
  error_code code =
      store_group(p->reader, p->run->outputs[p->roles.classes].name, limit, add_group, &g, e);
  if (!code && g.count) {
    write_classes(p, &g);
    if (limit && type_storage(p->run->outputs[p->roles.limit].type.kind) == STORE_I64)
      write_limits(p, &g);
  }
  free(g.items);
  return code;
}
