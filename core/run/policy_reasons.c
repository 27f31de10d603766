/* Every reason code with its texts in both languages, who gives it and where it is shown; and the
 * findings of the check that are open. */
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "policy_parts.h"

typedef struct code_table {
  policy *p;
  size_t count, capacity;
  const char **codes;
} code_table;

static void add_code(void *ctx, const char *reason) {
  code_table *t = ctx;
  for (size_t i = 0; i < t->count; i++)
    if (!strcmp(t->codes[i], reason)) return;
  if (t->count == t->capacity) {
    t->capacity = t->capacity ? 2 * t->capacity : 32;
    t->codes = mem_grow(t->codes, t->capacity, sizeof *t->codes);
  }
  t->codes[t->count++] = reason;
}

/* The lists' own order first: that in which people see them. */
static void collect(code_table *t) {
  const pack *k = t->p->pack;
  for (size_t i = 0; i < k->step_count; i++)
    for (size_t n = 0; k->steps[i].kind == STEP_CODES && n < k->steps[i].codes.entry_count; n++)
      add_code(t, k->steps[i].codes.entries[n].code);
  for (size_t i = 0; i < k->step_count; i++) policy_each_code(&k->steps[i], add_code, t);
  for (size_t i = 0; i < k->rule_code_count; i++) add_code(t, k->rule_codes[i]);
}

static const char *text_of(const policy *p, const char *reason, const char *language) {
  const char *general = NULL;
  const size_t part = strcspn(reason, ":");
  for (size_t i = 0; i < p->pack->reason_text_count; i++) {
    const pack_reason_text *t = &p->pack->reason_texts[i];
    if (strcmp(t->language, language) != 0) continue;
    if (!strcmp(t->code, reason)) return doc_template(p, t->text);
    if (strlen(t->code) == part && !strncmp(t->code, reason, part)) general = t->text;
  }
  return general ? doc_template(p, general) : NULL;
}

static const char *watch_text(const policy *p, const char *reason, bool chinese) {
  for (size_t i = 0; i < p->pack->step_count; i++) {
    const step *s = &p->pack->steps[i];
    for (size_t n = 0; s->kind == STEP_CODES && n < s->codes.entry_count; n++) {
      const code_entry *e = &s->codes.entries[n];
      const char *text = chinese ? e->text_zh : e->text;
      if (!strcmp(e->code, reason) && text) return doc_template(p, text);
    }
  }
  return NULL;
}

typedef struct code_search {
  const char *code;
  bool found;
} code_search;

static void compare(void *ctx, const char *reason) {
  code_search *s = ctx;
  s->found = s->found || !strcmp(reason, s->code);
}

/* The steps that give it (lists false), or the lists that show it. */
static const char *steps_with(const policy *p, const char *reason, bool lists) {
  const char *all = "";
  for (size_t i = 0; i < p->pack->step_count; i++) {
    const step *s = &p->pack->steps[i];
    code_search search = {reason, false};
    if (!lists) policy_each_code(s, compare, &search);
    for (size_t n = 0; s->kind == STEP_CODES && n < s->codes.entry_count; n++) {
      const code_entry *e = &s->codes.entries[n];
      const bool own = e->when.text || e->missing.text;
      if ((lists || own) && !strcmp(e->code, reason)) search.found = true;
    }
    if (search.found && policy_step_counts(p, i))
      all = arena_format(p->arena, "%s%s%s", all, *all ? ", " : "", doc_step_link(p, i));
  }
  return all;
}

static bool needs_attention(const policy *p, const char *reason) {
  for (size_t i = 0; i < p->pack->report.attention_count; i++)
    if (!strcmp(p->pack->report.attention[i], reason)) return true;
  return false;
}

static void put_text_cell(policy *p, const char *text, const char *other) {
  const char *shown = text ? text : other;
  doc_cell(p, shown
                  ? shown
                  : arena_format(p->arena, "<span class=\"bad\">%s</span>", doc_say(p, P_NO_TEXT)));
}

static void put_code_row(policy *p, const char *reason) {
  const char *name = doc_escape(p, reason);
  doc_putf(p, "<tr id=\"code-%s\"><th scope=\"row\"><span class=\"code\">%s</span>%s%s%s</th>",
           name, name, needs_attention(p, reason) ? "<small>" : "",
           needs_attention(p, reason) ? doc_say(p, P_ATTENTION) : "",
           needs_attention(p, reason) ? "</small>" : "");
  put_text_cell(p, text_of(p, reason, "en"), watch_text(p, reason, false));
  put_text_cell(p, text_of(p, reason, "zh"), watch_text(p, reason, true));
  doc_cell(p, steps_with(p, reason, false));
  doc_cell(p, steps_with(p, reason, true));
  doc_put(p, "</tr>\n");
}

void policy_reasons(policy *p) {
  code_table t = {.p = p};
  collect(&t);
  if (t.count) {
    doc_heading(p, "reasons", doc_say(p, P_REASONS));
    doc_put(p, "<table class=\"wide\">");
    doc_head(p, P_CODE, P_TEXT_EN, P_TEXT_ZH, P_GIVEN_BY, P_LISTS, POLICY_WORD_COUNT);
    for (size_t i = 0; i < t.count; i++) put_code_row(p, t.codes[i]);
    doc_put(p, "</tbody></table>\n");
  }
  free(t.codes);
}

static void put_findings(policy *p, const findings *f, bool waived) {
  doc_put(p, "<table class=\"wide\">");
  doc_head(p, P_PLACE, P_MESSAGE, waived ? (int)P_BECAUSE : NO_COLUMN, POLICY_WORD_COUNT);
  for (size_t i = 0; i < f->count; i++) {
    const finding *x = &f->items[i];
    if ((x->waived != NULL) != waived) continue;
    doc_put(p, "<tr>");
    doc_cell(p, x->line > 0 ? doc_place(p, (place){x->file, x->line})
                            : doc_escape(p, file_base_name(x->file)));
    doc_putf(p, "<td>%s", doc_escape(p, x->message));
    if (x->witness) doc_putf(p, "<small>%s</small>", doc_escape(p, x->witness));
    doc_put(p, "</td>");
    if (waived) doc_cell(p, doc_escape(p, x->waived));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

void policy_findings(policy *p) {
  const findings *f = p->o->findings;
  const size_t waived = f ? f->waived : 0;
  doc_heading(p, "findings", doc_say(p, P_FINDINGS));
  if (!f || f->count == waived)
    doc_paragraph(p, "good", doc_say(p, P_NO_FINDINGS));
  else
    put_findings(p, f, false);
  if (!waived) return;
  doc_paragraph(p, NULL, doc_say(p, P_WAIVED));
  put_findings(p, f, true);
}
