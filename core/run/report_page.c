/* The look of the report's page, and which output plays which part in it. */
#include "report_page.h"

#include <string.h>

#include "../base/text.h"
#include "inputs.h"

/* ---- the look ---- */

void page_paint(page *p, const char *code) {
  if (p->o->colour) buffer_format(p->out, "\x1b[%sm", code);
}

void page_heading(page *p, phrase title, const char *more) {
  buffer_text(p->out, "\n");
  page_paint(p, "1");
  buffer_text(p->out, say(p->language, title));
  page_paint(p, "0");
  if (more && *more) {
    page_paint(p, "2");
    buffer_format(p->out, "  %s", more);
    page_paint(p, "0");
  }
  buffer_char(p->out, '\n');
}

void page_faint(page *p, const char *text) {
  page_paint(p, "2");
  buffer_text(p->out, text);
  page_paint(p, "0");
}

/* A right-aligned number in `width` columns. */
void page_count(page *p, int64_t n, size_t width) {
  buffer b = {0};
  write_count(&b, n);
  buffer_char(&b, 0);
  text_pad(p->out, b.data, width, true);
  buffer_deinit(&b);
}

void page_amount(page *p, int128 num, int128 den, int digits, size_t width) {
  buffer b = {0};
  write_amount(&b, num, den, digits);
  buffer_char(&b, 0);
  const size_t n = text_width(b.data, b.size - 1);
  text_pad(p->out, b.data, n > width ? n : width, true);
  buffer_deinit(&b);
}

static const char *shown(page *p, const char *text, size_t n) {
  buffer b = {0};
  if (n) text_printable(&b, text, n, SIZE_MAX);
  const char *copy = arena_string_n(&p->arena, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return copy;
}

const char *page_value(page *p, const column *c) {
  buffer b = {0};
  write_value(&b, c, 0, p->run->zone);
  const char *text = shown(p, b.data, b.size);
  buffer_deinit(&b);
  return text;
}

const char *page_key(page *p, const char *key) {
  return shown(p, key, strlen(key));
}

void page_widen(size_t *width, const char *text) {
  const size_t n = text_width(text, strlen(text));
  if (n > *width) *width = n;
}

static char *without_glue(page *p, const char *text, size_t n) {
  char *word = arena_string_n(&p->arena, text, n);
  for (size_t i = 0; i < n; i++)
    if (word[i] == PAGE_GLUE) word[i] = ' ';
  return word;
}

void page_wrapped(page *p, const char *text, size_t from) {
  size_t at = from;
  while (*text) {
    const size_t n = strcspn(text, " ");
    const char *word = without_glue(p, text, n);
    const size_t w = text_width(word, n);
    if (at > from && at + 1 + w > p->width) {
      buffer_format(p->out, "\n%*s", (int)from, "");
      at = from;
    } else if (at > from) {
      buffer_char(p->out, ' ');
      at++;
    }
    buffer_add(p->out, word, n);
    at += w;
    text += n;
    while (*text == ' ') text++;
  }
  buffer_char(p->out, '\n');
}

/* ---- roles ---- */

static int column_index(const store_column *columns, size_t count, const json *names,
                        const char *role) {
  const char *name = json_member_text(names, role);
  for (size_t i = 0; name && i < count; i++)
    if (!strcmp(columns[i].name, name)) return (int)i;
  return -1;
}

static int output_index(const store_run *run, const json *names, const char *role) {
  return column_index(run->outputs, run->output_count, names, role);
}

const char *page_name(page *p, const store_row *row) {
  if (p->roles.name < 0) return "";
  column *inputs = inputs_read(p->run, row, NULL);
  if (!inputs) return "";
  const column *c = &inputs[p->roles.name];
  const char *name = column_missing(c, 0) ? "" : page_value(p, c);
  inputs_free(p->run, inputs);
  return name;
}

void page_read_roles(page *p) {
  roles *x = &p->roles;
  const json *names = json_kept(&p->arena, p->run->report_json);
  x->classes = output_index(p->run, names, "classes");
  x->limit = output_index(p->run, names, "limit");
  x->follow_up = output_index(p->run, names, "follow_up");
  x->channel = output_index(p->run, names, "channel");
  x->name = column_index(p->run->inputs, p->run->input_count, names, "name");
  x->attention = json_member(names, "attention");
}

bool page_is_attention(const page *p, const char *code, size_t n) {
  for (size_t i = 0; i < json_count(p->roles.attention); i++) {
    const char *name = json_text(&p->roles.attention->items[i]);
    const size_t k = name ? strlen(name) : 0;
    if (k && k <= n && !memcmp(name, code, k) && (k == n || code[k] == ':')) return true;
  }
  return false;
}
