/* Lists of reason codes and alerts, entry by entry with what each means; and Lua functions, whose lines
 * are shown as they stand. */
#include <string.h>

#include "../base/file.h"
#include "../lang/lua_token.h"
#include "policy_parts.h"

/* ---- what gives a code that has no condition of its own ---- */

typedef struct giver_search {
  const char *code;
  bool found;
} giver_search;

static void compare_code(void *ctx, const char *reason) {
  giver_search *s = ctx;
  s->found = s->found || !strcmp(reason, s->code);
}

static const char *givers(const policy *p, const char *reason) {
  const char *all = "";
  for (size_t i = 0; i < p->pack->step_count; i++) {
    giver_search s = {reason, false};
    policy_each_code(&p->pack->steps[i], compare_code, &s);
    if (s.found && policy_step_counts(p, i))
      all = arena_format(p->arena, "%s%s%s", all, *all ? ", " : "", doc_step_link(p, i));
  }
  for (size_t i = 0; !*all && i < p->pack->step_count; i++) /* a function may give any */
    if (p->pack->steps[i].kind == STEP_LUA) all = doc_step_link(p, i);
  return *all ? doc_sayf(p, P_GIVEN_ABOVE, all) : doc_say(p, P_NOBODY);
}

/* ---- an entry ---- */

static const char *condition_of(const policy *p, const code_entry *e) {
  if (e->missing.text) return doc_sayf(p, P_IS_MISSING, doc_formula(p, e->missing.text));
  return e->when.text ? doc_formula(p, e->when.text) : givers(p, e->code);
}

static const char *shown_value(const policy *p, const code_entry *e) {
  if (!e->value.text) return "";
  const char *text = doc_formula(p, e->value.text);
  if (e->form == FORM_PERCENT) text = doc_sayf(p, P_PERCENT, text);
  if (e->form == FORM_DATE) text = doc_sayf(p, P_DATE_OF, text);
  return e->decimals >= 0 ? doc_sayf(p, P_DECIMALS, text, e->decimals) : text;
}

/* In the page's language, else in the other; "DATA_MISSING:budget" has the text of its first part where
 * it has none of its own. */
static const char *meaning(const policy *p, const code_entry *e) {
  const char *wanted = p->chinese ? "zh" : "en", *found = NULL;
  const size_t whole = strlen(e->code), part = strcspn(e->code, ":");
  int best = 0;
  if (p->chinese ? e->text_zh : e->text) return doc_template(p, p->chinese ? e->text_zh : e->text);
  for (size_t i = 0; i < p->pack->reason_text_count; i++) {
    const pack_reason_text *t = &p->pack->reason_texts[i];
    const size_t n = strlen(t->code);
    if ((n != whole && n != part) || strncmp(t->code, e->code, n) != 0) continue;
    const int rank = (n == whole ? 1 : 0) + (!strcmp(t->language, wanted) ? 2 : 0) + 1;
    if (rank > best) best = rank, found = t->text;
  }
  return found ? doc_template(p, found) : "";
}

static const char *severity_of(const policy *p, const code_entry *e) {
  static const policy_word words[] = {
      [ALERT_INFO] = P_INFO, [ALERT_WARNING] = P_WARNING, [ALERT_CRITICAL] = P_CRITICAL};
  return doc_say(p, words[e->severity]);
}

static void put_entry(policy *p, const codes_step *d, const code_entry *e, bool values) {
  doc_put(p, "<tr>");
  doc_cell(p, doc_code(p, e->code));
  if (d->alerts) doc_cell(p, severity_of(p, e));
  doc_putf(p, "<td>%s", condition_of(p, e));
  if (e->silence_count)
    doc_putf(p, "<small>%s</small>",
             doc_sayf(p, P_SILENCES, doc_codes(p, e->silence_count, e->silences)));
  doc_put(p, "</td>");
  if (values) doc_cell(p, shown_value(p, e));
  doc_cell(p, meaning(p, e));
  doc_put(p, "</tr>\n");
}

static void put_ranking(policy *p, const codes_step *d) {
  static const policy_word words[] = {[BY_POINTS_LOST] = P_CODES_LOST,
                                      [BY_POINTS_BELOW] = P_CODES_BELOW,
                                      [BY_POINTS_ABOVE] = P_CODES_ABOVE};
  const size_t made = policy_step_making(p, d->scorecard, p->step);
  const char *card = made == SIZE_MAX ? doc_escape(p, d->scorecard) : doc_step_link(p, made);
  doc_putf(p, "<p>%s %s</p>\n", doc_sayf(p, words[d->by], card, d->most),
           doc_say(p, d->last_first ? P_CODES_TIE_LAST : P_CODES_TIE_FIRST));
}

void doc_list(policy *p, const codes_step *d) {
  if (d->scorecard) {
    put_ranking(p, d);
    return;
  }
  doc_paragraph(p, NULL, doc_say(p, d->alerts ? P_WATCH_TEXT : P_CODES_TEXT));
  doc_put(p, "<table class=\"wide\">");
  bool values = false;
  for (size_t i = 0; i < d->entry_count; i++) values = values || d->entries[i].value.text;
  doc_head(p, P_CODE, d->alerts ? (int)P_SEVERITY : NO_COLUMN, P_WHEN,
           values ? (int)P_SHOWN_VALUE : NO_COLUMN, P_MEANING, POLICY_WORD_COUNT);
  for (size_t i = 0; i < d->entry_count; i++) put_entry(p, d, &d->entries[i], values);
  doc_put(p, "</tbody></table>\n");
}

/* ---- functions ---- */

/* The line on which the braces close that are opened on the line of the rule or below it. */
static int last_line(const pack_file *f, int first) {
  token_reader r;
  int depth = 0, line = first;
  token_open(&r, f->data, f->size);
  for (token t = token_next(&r); t.kind != TOKEN_END && t.kind != TOKEN_BROKEN;
       t = token_next(&r)) {
    if (t.line < first) continue;
    line = t.line;
    if (token_is(&t, "{")) depth++;
    if (token_is(&t, "}") && --depth <= 0) break;
  }
  return line;
}

void doc_lua(policy *p, const step *s) {
  const pack_file *f = NULL;
  for (size_t i = 0; i < p->pack->file_count; i++)
    if (!strcmp(file_base_name(p->pack->files[i].name), file_base_name(s->at.file)))
      f = &p->pack->files[i];
  doc_paragraph(p, NULL, doc_say(p, P_LUA_TEXT));
  if (!f) return;
  const int last = last_line(f, s->at.line);
  int line = 1;
  doc_put(p, "<pre><code>");
  for (size_t at = 0; at < f->size && line <= last; line++) {
    const char *end = memchr(f->data + at, '\n', f->size - at);
    const size_t n = end ? (size_t)(end - f->data) - at : f->size - at;
    if (line >= s->at.line)
      doc_putf(p, "<span class=\"no\">%4d</span>  %s\n", line,
               doc_escape(p, arena_string_n(p->arena, f->data + at, n)));
    at += n + 1;
  }
  doc_put(p, "</code></pre>\n");
}
