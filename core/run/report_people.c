/* The report's lists of customers: who is due, who has no decision. */
#include <string.h>

#include "../base/text.h"
#include "report_page.h"

#define FOLLOW_UPS 10
#define NAME_WIDTH 24
#define EXAMPLES 3
#define CODES_COUNTED 48 /* different codes of rejects that are told apart */

/* ---- follow-ups ---- */

typedef struct due {
  const char *when, *key, *name, *class, *channel;
  const char *codes;
} due;

typedef struct dues {
  page *page;
  due items[FOLLOW_UPS];
  size_t kept;
  size_t key_width, name_width, class_width, channel_width;
} dues;

/* All codes of a row, the lists one behind the other. */
static const char *row_codes(page *p, const store_row *row) {
  buffer b = {0};
  for (size_t i = 0; i < p->run->output_count; i++) {
    const column *c = &row->outputs[i];
    if (c->type.kind != TYPE_CODES || column_missing(c, 0)) continue;
    const size_t n = c->text.offsets[1] - c->text.offsets[0];
    if (!n) continue;
    if (b.size) buffer_char(&b, ' ');
    const size_t from = b.size;
    text_printable(&b, c->text.bytes + c->text.offsets[0], n, SIZE_MAX);
    for (size_t k = from; k < b.size; k++)
      if (b.data[k] == '|') b.data[k] = ' ';
  }
  const char *text = arena_string_n(&p->arena, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return text;
}

static void fill_due(page *p, due *item, const store_row *row) {
  const roles *x = &p->roles;
  item->when = page_value(p, &row->outputs[x->follow_up]);
  item->key = page_key(p, row->key);
  item->name = page_name(p, row);
  item->class = x->classes < 0 ? "" : page_value(p, &row->outputs[x->classes]);
  item->channel = x->channel < 0 ? "" : page_value(p, &row->outputs[x->channel]);
  item->codes = row_codes(p, row);
}

static error_code add_due(void *ctx, const store_row *row, error *e) {
  dues *d = ctx;
  (void)e;
  if (d->kept < FOLLOW_UPS) fill_due(d->page, &d->items[d->kept++], row);
  return ERR_OK;
}

/* Soonest, best class, highest limit; the store puts the key behind. */
static const char *due_order(page *p) {
  const roles *x = &p->roles;
  const store_column *outputs = p->run->outputs;
  const char *order = outputs[x->follow_up].name;
  if (x->classes >= 0) order = arena_format(&p->arena, "%s,%s", order, outputs[x->classes].name);
  if (x->limit >= 0) order = arena_format(&p->arena, "%s,-%s", order, outputs[x->limit].name);
  return order;
}

static void write_due(page *p, const dues *d, const due *item) {
  const size_t at = p->out->size;
  buffer_format(p->out, "  %s  ", item->when);
  text_pad(p->out, item->key, d->key_width, false);
  buffer_text(p->out, "  ");
  if (d->name_width) {
    text_pad(p->out, item->name, d->name_width, false);
    buffer_text(p->out, "  ");
  }
  text_pad(p->out, item->class, d->class_width, false);
  buffer_text(p->out, "  ");
  text_pad(p->out, item->channel, d->channel_width, false);
  const size_t used = text_width(p->out->data + at, p->out->size - at) + 2;
  if (*item->codes) {
    buffer_text(p->out, "  ");
    const size_t need = text_width(item->codes, strlen(item->codes));
    const size_t room = p->width > used + 12 ? p->width - used : 12;
    page_paint(p, "2");
    text_pad(p->out, item->codes, need < room ? need : room, false);
    page_paint(p, "0");
  }
  while (p->out->data[p->out->size - 1] == ' ') p->out->size--;
  buffer_char(p->out, '\n');
}

error_code page_follow_ups(page *p, error *e) {
  if (p->roles.follow_up < 0) return ERR_OK;
  const store_column *by = &p->run->outputs[p->roles.follow_up];
  const int64_t today = moment_date(p->run->as_of, p->run->zone);
  char until[32] = {0};
  if (by->type.kind == TYPE_DATE)
    date_write(until, today);
  else
    moment_write(until, moment_at(today, 86399, p->run->zone), p->run->zone);
  const store_condition condition = {by->name, "<=", until};
  const store_query q = {
      .conditions = &condition, .condition_count = 1, .sort = due_order(p), .limit = FOLLOW_UPS};
  dues d = {.page = p};
  int64_t count = 0;
  error_code code = store_count(p->reader, &q, &count, e);
  if (!code) code = store_list(p->reader, &q, add_due, &d, e);
  if (code) return code;
  buffer more = {0};
  if (count) {
    write_count(&more, count);
    buffer_format(&more, " %s", say(p->language, SAY_DUE));
    if (count > FOLLOW_UPS) {
      buffer_text(&more, " · ");
      buffer_format(&more, say(p->language, SAY_FIRST), FOLLOW_UPS);
    }
  }
  buffer_char(&more, 0);
  page_heading(p, SAY_FOLLOW_UPS, more.data);
  buffer_deinit(&more);
  for (size_t i = 0; i < d.kept; i++) {
    page_widen(&d.key_width, d.items[i].key);
    page_widen(&d.name_width, d.items[i].name);
    page_widen(&d.class_width, d.items[i].class);
    page_widen(&d.channel_width, d.items[i].channel);
  }
  if (d.name_width > NAME_WIDTH) d.name_width = NAME_WIDTH;
  for (size_t i = 0; i < d.kept; i++) write_due(p, &d, &d.items[i]);
  if (!d.kept) buffer_format(p->out, "  %s\n", say(p->language, SAY_NOBODY_DUE));
  return ERR_OK;
}

/* ---- rejects ---- */

typedef struct reject_count {
  const char *code;
  int64_t count;
  const char *examples;
} reject_count;

typedef struct reject_counts {
  page *page;
  reject_count items[CODES_COUNTED];
  size_t count;
  int64_t other;
  buffer code; /* of the one at hand */
} reject_counts;

static error_code add_outcome(void *ctx, const store_outcome *x, error *e) {
  reject_counts *c = ctx;
  page *p = c->page;
  size_t i = 0;
  (void)e;
  buffer_clear(&c->code);
  write_outcome_code(&c->code, x);
  buffer_char(&c->code, 0);
  while (i < c->count && strcmp(c->items[i].code, c->code.data) != 0) i++;
  if (i == CODES_COUNTED) {
    c->other++;
    return ERR_OK;
  }
  if (i == c->count)
    c->items[c->count++] = (reject_count){arena_string(&p->arena, c->code.data), 0, ""};
  reject_count *item = &c->items[i];
  if (item->count++ >= EXAMPLES) return ERR_OK;
  const char *key = x->key && *x->key ? page_key(p, x->key) : "?", *before = item->examples;
  const char *comma = *before ? ", " : "";
  item->examples = x->position >= 0
                       ? arena_format(&p->arena, "%s%s%s (%s %lld)", before, comma, key,
                                      say(p->language, SAY_LINE), (long long)x->position)
                       : arena_format(&p->arena, "%s%s%s", before, comma, key);
  return ERR_OK;
}

error_code page_rejects(page *p, error *e) {
  if (!p->run->counts.rejected && !p->run->counts.failed) return ERR_OK;
  reject_counts c = {.page = p};
  size_t width = 0;
  error_code code = store_outcomes(p->reader, NULL, add_outcome, &c, e);
  buffer_deinit(&c.code);
  if (code) return code;
  page_heading(p, SAY_REFUSED, NULL);
  for (size_t i = 0; i < c.count; i++) page_widen(&width, c.items[i].code);
  for (size_t i = 0; i < c.count; i++) {
    buffer_text(p->out, "  ");
    page_paint(p, "33");
    text_pad(p->out, c.items[i].code, width, false);
    page_paint(p, "0");
    page_count(p, c.items[i].count, 8);
    buffer_format(p->out, "  %s%s\n", c.items[i].examples, c.items[i].count > EXAMPLES ? " …" : "");
  }
  if (c.other) {
    buffer_format(p->out, "  %*s", (int)width, "…");
    page_count(p, c.other, 8);
    buffer_char(p->out, '\n');
  }
  return ERR_OK;
}
