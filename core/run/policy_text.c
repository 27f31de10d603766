/* How the page of a policy is written: words, cells, codes, types, dates, and the remarks of the author. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/text.h"
#include "policy_parts.h"

const char *doc_say(const policy *p, policy_word w) {
  return policy_say(p->chinese, w);
}

void doc_put(policy *p, const char *html) {
  buffer_text(p->out, html);
}

static const char *formatted(arena *a, const char *format, va_list args) {
  char *text = NULL;
  const int n = vasprintf(&text, format, args);
  const char *kept = arena_string_n(a, n < 0 ? "" : text, n < 0 ? 0 : (size_t)n);
  free(text);
  return kept;
}

void doc_putf(policy *p, const char *format, ...) {
  va_list args;
  va_start(args, format);
  buffer_text(p->out, formatted(p->arena, format, args));
  va_end(args);
}

void doc_text(policy *p, const char *text) {
  html_text(p->out, text);
}

void doc_word(policy *p, policy_word w) {
  buffer_text(p->out, doc_say(p, w));
}

const char *doc_sayf(const policy *p, policy_word w, ...) {
  va_list args;
  va_start(args, w);
  const char *text = formatted(p->arena, doc_say(p, w), args);
  va_end(args);
  return text;
}

void doc_put_sayf(policy *p, policy_word w, ...) {
  va_list args;
  va_start(args, w);
  buffer_text(p->out, formatted(p->arena, doc_say(p, w), args));
  va_end(args);
}

const char *doc_escape(const policy *p, const char *text) {
  buffer b = {0};
  html_text(&b, text);
  const char *kept = arena_string_n(p->arena, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return kept;
}

void doc_head(policy *p, ...) {
  va_list words;
  va_start(words, p);
  doc_put(p, "<thead><tr>");
  for (int w = va_arg(words, int); w != POLICY_WORD_COUNT; w = va_arg(words, int))
    if (w >= 0) doc_putf(p, "<th scope=\"col\">%s</th>", doc_say(p, (policy_word)w));
  va_end(words);
  doc_put(p, "</tr></thead>\n<tbody>\n");
}

void doc_cell(policy *p, const char *fragment) {
  doc_putf(p, "<td>%s</td>", fragment ? fragment : "");
}

void doc_number_cell(policy *p, const char *fragment) {
  doc_putf(p, "<td class=\"n\">%s</td>", fragment ? fragment : "");
}

void doc_paragraph(policy *p, const char *class, const char *fragment) {
  if (!fragment || !*fragment) return;
  if (class)
    doc_putf(p, "<p class=\"%s\">%s</p>\n", class, fragment);
  else
    doc_putf(p, "<p>%s</p>\n", fragment);
}

void doc_fact(policy *p, policy_word name, const char *fragment) {
  if (fragment && *fragment)
    doc_putf(p, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n", doc_say(p, name), fragment);
}

void doc_heading(policy *p, const char *anchor, const char *fragment) {
  doc_putf(p, "<h2 id=\"%s\">%s</h2>\n", anchor, fragment);
}

const char *doc_code(const policy *p, const char *reason) {
  if (!reason) return "";
  const char *text = doc_escape(p, reason);
  return arena_format(p->arena, "<a class=\"code\" href=\"#code-%s\">%s</a>", text, text);
}

const char *doc_codes(const policy *p, size_t count, const char *const *codes) {
  const char *all = "";
  for (size_t i = 0; i < count; i++)
    all = arena_format(p->arena, "%s%s%s", all, i ? " " : "", doc_code(p, codes[i]));
  return all;
}

const char *doc_type(const policy *p, value_type t) {
  static const policy_word names[] = {
      [TYPE_KEY] = P_TYPE_KEY,        [TYPE_TEXT] = P_TYPE_TEXT,
      [TYPE_CHOICE] = P_TYPE_CHOICE,  [TYPE_INTEGER] = P_TYPE_INTEGER,
      [TYPE_NUMBER] = P_TYPE_NUMBER,  [TYPE_BOOLEAN] = P_TYPE_BOOLEAN,
      [TYPE_DATE] = P_TYPE_DATE,      [TYPE_TIMESTAMP] = P_TYPE_TIMESTAMP,
      [TYPE_LIST] = P_TYPE_LIST,      [TYPE_RATIO] = P_TYPE_RATIO,
      [TYPE_CODES] = P_TYPE_CODES,    [TYPE_DURATION] = P_TYPE_DURATION,
      [TYPE_MONTHS] = P_TYPE_DURATION};
  if (t.kind == TYPE_NONE) return "";
  if (t.kind == TYPE_MONEY) return doc_sayf(p, P_TYPE_MONEY, doc_escape(p, p->pack->currency));
  if (t.kind == TYPE_DECIMAL && t.digits == 1) return doc_say(p, P_TYPE_DECIMAL_1);
  if (t.kind == TYPE_DECIMAL) return doc_sayf(p, P_TYPE_DECIMAL, t.digits);
  return doc_say(p, names[t.kind]);
}

const char *doc_date(const policy *p, int64_t day) {
  char text[16];
  const size_t n = date_write(text, day);
  return arena_string_n(p->arena, text, n);
}

const char *doc_time(const policy *p, int32_t seconds) {
  return arena_format(p->arena, "%02d:%02d", seconds / 3600, seconds / 60 % 60);
}

const char *doc_period(const policy *p, const pack_period *period) {
  const bool begins = period->given && period->from != INT64_MIN;
  const bool ends = period->given && period->to != INT64_MAX;
  if (begins && ends)
    return doc_sayf(p, P_FROM_TO, doc_date(p, period->from), doc_date(p, period->to));
  if (begins) return doc_sayf(p, P_FROM, doc_date(p, period->from));
  if (ends) return doc_sayf(p, P_UNTIL, doc_date(p, period->to));
  return doc_say(p, P_ALWAYS);
}

const char *doc_place(const policy *p, place at) {
  if (!at.file || at.line <= 0) return "";
  return arena_format(p->arena, "<span class=\"at\">%s:%d</span>",
                      doc_escape(p, file_base_name(at.file)), at.line);
}

/* ---- what the author remarked ---- */

static const pack_file *file_of(const policy *p, const char *file) {
  const char *name = file_base_name(file);
  for (size_t i = 0; *name && i < p->pack->file_count; i++)
    if (!strcmp(file_base_name(p->pack->files[i].name), name)) return &p->pack->files[i];
  return NULL;
}

/* The line of the number, which counts from 1; false: there is none. */
static bool line_at(const pack_file *f, int number, const char **begin, size_t *n) {
  const char *at = f->data, *end = f->data + f->size;
  for (int line = 1; at < end; line++) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    if (!stop) stop = end;
    if (line == number) {
      *begin = at;
      *n = (size_t)(stop - at);
      return true;
    }
    at = stop + 1;
  }
  return false;
}

/* The text of a line that is nothing but a remark. */
static bool remark_line(const pack_file *f, int line, const char **text, size_t *n) {
  if (line < 1 || !line_at(f, line, text, n)) return false;
  while (*n && (**text == ' ' || **text == '\t')) (*text)++, (*n)--;
  if (*n < 2 || memcmp(*text, "--", 2) != 0) return false;
  if (*n >= 3 && (*text)[2] == '[') return false; /* --[[ a block ]] */
  *text += 2;
  *n -= 2;
  while (*n && **text == ' ') (*text)++, (*n)--;
  while (*n && ((*text)[*n - 1] == ' ' || (*text)[*n - 1] == '\r')) (*n)--;
  return true;
}

/* Names stand between `grave accents` in remarks. */
static void put_remark(buffer *out, const char *text, size_t n) {
  const char *end = text + n;
  while (text < end) {
    const char *open = memchr(text, '`', (size_t)(end - text));
    const char *close = open ? memchr(open + 1, '`', (size_t)(end - open - 1)) : NULL;
    text_html(out, text, (size_t)((close ? open : end) - text));
    if (!close) return;
    buffer_text(out, "<b>");
    text_html(out, open + 1, (size_t)(close - open - 1));
    buffer_text(out, "</b>");
    text = close + 1;
  }
}

/* A waiver is no remark; it goes on in lines that are indented further. */
static bool is_waiver(const char *text, size_t n) {
  return n >= 6 && !memcmp(text, "check:", 6);
}

static const char *remark_lines(const policy *p, const pack_file *f, int from, int to) {
  buffer b = {0};
  const char *text;
  size_t n;
  bool waiver = false;
  for (int line = from; line <= to; line++) {
    if (!remark_line(f, line, &text, &n) || !n) continue;
    waiver = is_waiver(text, n) || (waiver && text[-1] == ' ' && text[-2] == ' ');
    if (waiver) continue;
    if (b.size) buffer_char(&b, ' ');
    put_remark(&b, text, n);
  }
  const char *kept = b.size ? arena_string_n(p->arena, b.data, b.size) : NULL;
  buffer_deinit(&b);
  return kept;
}

const char *doc_remark_above(const policy *p, place at) {
  const pack_file *f = at.file ? file_of(p, at.file) : NULL;
  const char *text;
  size_t n;
  int first = at.line;
  while (f && remark_line(f, first - 1, &text, &n)) first--;
  return f && first < at.line ? remark_lines(p, f, first, at.line - 1) : NULL;
}

const char *doc_remark_of_script(const policy *p, const char *file) {
  const pack_file *f = file_of(p, file);
  const char *text;
  size_t n;
  int last = 0;
  while (f && remark_line(f, last + 1, &text, &n)) last++;
  if (!f || !last || (line_at(f, last + 1, &text, &n) && n > 0)) return NULL;
  return remark_lines(p, f, 1, last);
}

const char *doc_remark_behind(const policy *p, place at) {
  const pack_file *f = at.file ? file_of(p, at.file) : NULL;
  const char *text;
  size_t n;
  char quote = 0;
  if (!f || !line_at(f, at.line, &text, &n)) return NULL;
  const size_t name = strlen(f->name);
  if (name < 4 || strcmp(f->name + name - 4, ".lua") != 0) return NULL;
  for (size_t i = 0; i + 1 < n; i++) {
    if (quote && text[i] == '\\')
      i++;
    else if (quote)
      quote = text[i] == quote ? 0 : quote;
    else if (text[i] == '"' || text[i] == '\'')
      quote = text[i];
    else if (text[i] == '-' && text[i + 1] == '-' && i > 0) {
      while (i + 2 < n && text[i + 2] == ' ') i++;
      return i + 2 < n && !is_waiver(text + i + 2, n - i - 2)
                 ? doc_escape(p, arena_string_n(p->arena, text + i + 2, n - i - 2))
                 : NULL;
    }
  }
  return NULL;
}

const char *doc_script(const policy *p, const char *file) {
  const char *name = file_base_name(file), *dot = strrchr(name, '.');
  const size_t n = dot ? (size_t)(dot - name) : strlen(name);
  static const struct {
    const char *name;
    policy_word word;
  } known[] = {{"classification", P_SCRIPT_classification},
               {"cadence", P_SCRIPT_cadence},
               {"credit", P_SCRIPT_credit}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strlen(known[i].name) == n && !memcmp(known[i].name, name, n))
      return doc_say(p, known[i].word);
  return doc_escape(p, arena_string_n(p->arena, name, n));
}
