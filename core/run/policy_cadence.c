/* A cadence clause by clause, in words, in the order in which the clauses apply; and load smoothing. */
#include <string.h>

#include "policy_parts.h"

static const char *days_word(const policy *p, bool workdays) {
  return doc_say(p, workdays ? P_WORKING_DAYS : P_DAYS);
}

static const char *span_of(const policy *p, const cadence_clause *c) {
  const int64_t s = c->within;
  const char *span = s % 86400 == 0 && s > 86400 ? doc_sayf(p, P_DAYS_OF, (long long)(s / 86400))
                     : s % 3600 == 0             ? doc_sayf(p, P_HOURS_OF, (long long)(s / 3600))
                                                 : doc_sayf(p, P_MINUTES_OF, (long long)(s / 60));
  return c->opening_hours ? doc_sayf(p, P_OPEN_FOR, span) : span;
}

/* ", by at where kind = welcome" */
static const char *counting(policy *p, const cadence_touches *t) {
  const int list = t->list.text ? schema_find(&p->pack->schema, t->list.text) : -1;
  p->record = list < 0 ? NULL : p->pack->schema.fields[list].type.record;
  const char *at = t->at.text ? doc_sayf(p, P_CAD_AT, doc_formula(p, t->at.text)) : "";
  const char *where =
      t->where.text ? doc_sayf(p, P_CAD_COUNTING, doc_formula(p, t->where.text)) : "";
  p->record = NULL;
  return arena_format(p->arena, "%s%s", at, where);
}

static const char *first_text(const policy *p, const cadence_clause *c) {
  static const policy_word rolls[] = {
      [ROLL_BACK] = P_ROLL_BACK, [ROLL_FORWARD] = P_ROLL_FORWARD, [ROLL_NONE] = P_ROLL_NONE};
  const char *touched =
      c->touched.text ? doc_sayf(p, P_CAD_FIRST_TOUCHED, doc_formula(p, c->touched.text)) : "";
  return doc_sayf(p, P_CAD_FIRST, span_of(p, c), doc_formula(p, c->from.text), touched,
                  doc_say(p, rolls[c->roll]));
}

static const char *sequence_text(policy *p, const cadence_clause *c) {
  const char *days = "";
  for (size_t i = 0; i < c->day_count; i++)
    days = arena_format(p->arena, "%s%s%lld", days, i ? ", " : "", (long long)c->days[i]);
  const char *counts = counting(p, &c->touches);
  const char *text = doc_sayf(p, P_CAD_SEQUENCE, days, doc_formula(p, c->from.text),
                              doc_name(p, c->touches.list.text), counts);
  return c->done
             ? arena_format(p->arena, "%s %s", text, doc_sayf(p, P_CAD_DONE, doc_code(p, c->done)))
             : text;
}

static const char *every_text(const policy *p, const cadence_clause *c) {
  const char *text = doc_sayf(p, P_CAD_EVERY, doc_formula(p, c->amount.text),
                              days_word(p, c->workdays), doc_formula(p, c->from.text));
  return c->as ? arena_format(p->arena, "%s %s", text, doc_sayf(p, P_CAD_AS, doc_escape(p, c->as)))
               : text;
}

/* The unit of a changed interval is that of the clause that gave it. */
static bool counts_workdays(const cadence_step *d, const cadence_clause *c) {
  bool workdays = false;
  for (const cadence_clause *x = d->clauses; x < c; x++)
    if (x->kind == CADENCE_EVERY) workdays = x->workdays;
  return workdays;
}

static const char *shift_text(const policy *p, const cadence_step *d, const cadence_clause *c) {
  const bool sooner = c->kind == CADENCE_SOONER;
  if (c->on.text)
    return doc_sayf(p, sooner ? P_CAD_SOONER_ON : P_CAD_LATER_ON, doc_formula(p, c->on.text));
  return doc_sayf(p, sooner ? P_CAD_SOONER : P_CAD_LATER, doc_formula(p, c->amount.text),
                  days_word(p, counts_workdays(d, c)));
}

static const char *cap_text(policy *p, const cadence_clause *c) {
  const char *counts = counting(p, &c->touches);
  return doc_sayf(p, P_CAD_CAP, (long long)c->most, doc_name(p, c->touches.list.text), counts,
                  (long long)c->per);
}

static const char *moves_text(const policy *p, const cadence_clause *c) {
  const bool back = c->roll == ROLL_BACK;
  if (c->kind == CADENCE_OPENING)
    return doc_say(p, back ? P_CAD_OPENING_BACK : P_CAD_OPENING_FORWARD);
  return doc_sayf(p, back ? P_CAD_QUIET_BACK : P_CAD_QUIET_FORWARD, doc_time(p, c->begins),
                  doc_time(p, c->ends));
}

static const char *channel_text(const policy *p, const cadence_clause *c) {
  const char *as = arena_format(p->arena, "<b>%s</b>", doc_escape(p, c->as ? c->as : "channel"));
  if (c->formula.text) return doc_sayf(p, P_CAD_CHANNEL_IS, as, doc_formula(p, c->formula.text));
  return doc_sayf(p, P_CAD_CHANNEL, as);
}

static const char *clause_text(policy *p, const cadence_step *d, const cadence_clause *c) {
  switch (c->kind) {
  case CADENCE_NEVER:
    return doc_sayf(p, P_CAD_NEVER,
                    c->when.text ? doc_sayf(p, P_CAD_WHERE, doc_formula(p, c->when.text)) : "");
  case CADENCE_FIRST_TOUCH:
    return first_text(p, c);
  case CADENCE_NONE_YET:
    return doc_say(p, P_CAD_NONE_YET);
  case CADENCE_SEQUENCE:
    return sequence_text(p, c);
  case CADENCE_EVERY:
    return every_text(p, c);
  case CADENCE_SOONER:
  case CADENCE_LATER:
    return shift_text(p, d, c);
  case CADENCE_OVERDUE:
    return doc_say(p, P_CAD_OVERDUE);
  case CADENCE_CAP:
    return cap_text(p, c);
  case CADENCE_OPENING:
  case CADENCE_QUIET:
    return moves_text(p, c);
  case CADENCE_CHANNEL:
    return channel_text(p, c);
  }
  return "";
}

static void put_channels(policy *p, const cadence_clause *c) {
  bool codes = false;
  if (!c->row_count) return;
  for (size_t i = 0; i < c->row_count; i++) codes = codes || c->rows[i].code;
  doc_put(p, "<table>");
  doc_head(p, P_CONDITION, P_VALUE, codes ? (int)P_CODE : NO_COLUMN, POLICY_WORD_COUNT);
  for (size_t i = 0; i < c->row_count; i++) {
    const cadence_channel *row = &c->rows[i];
    const bool always = !row->when.text || !strcmp(row->when.text, "-");
    doc_put(p, "<tr>");
    doc_cell(p, always ? doc_say(p, P_OTHERWISE) : doc_formula(p, row->when.text));
    doc_cell(p, doc_escape(p, row->word));
    if (codes) doc_cell(p, doc_code(p, row->code));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

static void put_clause(policy *p, const cadence_step *d, const cadence_clause *c) {
  const char *remark = doc_remark_behind(p, c->at);
  doc_putf(p, "<li>%s", clause_text(p, d, c));
  if (c->when.text && c->kind != CADENCE_NEVER)
    doc_putf(p, " <em>%s</em>", doc_sayf(p, P_ONLY_IF, doc_formula(p, c->when.text)));
  doc_putf(p, " %s", doc_code(p, c->code));
  if (remark) doc_putf(p, " <span class=\"remark\">%s</span>", remark);
  put_channels(p, c);
  doc_put(p, "</li>\n");
}

void doc_cadence(policy *p, const step *s) {
  const cadence_step *d = &s->cadence;
  doc_paragraph(p, NULL, doc_say(p, P_CADENCE_TEXT));
  doc_put(p, "<ol class=\"clauses\">\n");
  for (size_t i = 0; i < d->clause_count; i++) put_clause(p, d, &d->clauses[i]);
  doc_put(p, "</ol>\n");
}

void doc_smooth(policy *p, const smooth_step *d) {
  const char *per = d->per.text ? doc_sayf(p, P_SMOOTH_PER, doc_formula(p, d->per.text)) : "";
  doc_putf(p, "<p>%s %s</p>\n",
           doc_sayf(p, P_SMOOTH_TEXT, (long long)d->most, per,
                    doc_sayf(p, P_SMOOTH_BY, doc_formula(p, d->by.text))),
           doc_code(p, d->code));
}
