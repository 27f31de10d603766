/* A limit operation by operation, in words, in the order in which they are worked out. */
#include <string.h>

#include "policy_parts.h"

/* The amount of a term, with what goes with it. */
static const char *term_text(const policy *p, const limit_term *t) {
  const char *text = doc_formula(p, t->formula.text);
  if (t->when.text)
    text = arena_format(p->arena, "%s <em>%s</em>", text,
                        doc_sayf(p, P_ONLY_IF, doc_formula(p, t->when.text)));
  if (t->code) text = arena_format(p->arena, "%s %s", text, doc_code(p, t->code));
  if (t->shows)
    text =
        arena_format(p->arena, "%s <span class=\"off\">%s</span>", text, doc_say(p, P_WITH_AMOUNT));
  return text;
}

static const char *lead_of_several(const policy *p, const limit_operation *o) {
  static const policy_word picks[] = {[PICK_LEAST] = P_LIM_LEAST,
                                      [PICK_GREATEST] = P_LIM_GREATEST,
                                      [PICK_MEDIAN] = P_LIM_MEDIAN,
                                      [PICK_MEAN] = P_LIM_MEAN};
  switch (o->kind) {
  case LIMIT_START:
    return doc_say(p, picks[o->pick]);
  case LIMIT_AT_MOST:
    return doc_say(p, P_LIM_AT_MOST_OF);
  case LIMIT_AT_LEAST:
    return doc_say(p, P_LIM_AT_LEAST_OF);
  default:
    return doc_say(p, P_LIM_ZERO);
  }
}

static const char *lead_of_one(const policy *p, const limit_operation *o) {
  static const policy_word leads[] = {
      [LIMIT_START] = P_LIM_START,         [LIMIT_TIMES] = P_LIM_TIMES,
      [LIMIT_PLUS] = P_LIM_PLUS,           [LIMIT_AT_MOST] = P_LIM_AT_MOST,
      [LIMIT_AT_LEAST] = P_LIM_AT_LEAST,   [LIMIT_STEP_UP] = P_LIM_STEP_UP,
      [LIMIT_STEP_DOWN] = P_LIM_STEP_DOWN, [LIMIT_ZERO] = P_LIM_ZERO_ONE};
  static const policy_word rounds[] = {
      [LIMIT_DOWN] = P_LIM_DOWN, [LIMIT_HALF_UP] = P_LIM_HALF_UP, [LIMIT_UP] = P_LIM_UP};
  const char *amount = o->term_count ? doc_formula(p, o->terms[0].formula.text) : "";
  if (o->kind == LIMIT_ROUND) return doc_sayf(p, rounds[o->rounding], amount);
  if (o->kind == LIMIT_STEP_UP || o->kind == LIMIT_STEP_DOWN)
    return doc_sayf(p, leads[o->kind], amount, doc_formula(p, o->of.text));
  return doc_sayf(p, leads[o->kind], amount);
}

/* What the one term of a line has beside its amount. */
static void put_rest(policy *p, const limit_term *t) {
  if (t->when.text)
    doc_putf(p, " <em>%s</em>", doc_sayf(p, P_ONLY_IF, doc_formula(p, t->when.text)));
  if (t->code) doc_putf(p, " %s", doc_code(p, t->code));
  if (t->shows) doc_putf(p, " <span class=\"off\">%s</span>", doc_say(p, P_WITH_AMOUNT));
}

static void put_missing(policy *p, const limit_operation *o) {
  const bool several = o->term_count > 1;
  if (o->missing == LIMIT_MISSING_SKIP)
    doc_putf(p, " %s", doc_say(p, several ? P_LIM_SKIP : P_LIM_SKIP_LINE));
  if (o->missing == LIMIT_MISSING_UNKNOWN) doc_putf(p, " %s", doc_say(p, P_LIM_UNKNOWN));
  if (o->missing == LIMIT_MISSING_COUNTS)
    doc_putf(p, " %s", doc_sayf(p, P_LIM_COUNTS, doc_formula(p, o->missing_as.text)));
  if (o->missing == LIMIT_MISSING_USUAL && several && o->kind != LIMIT_ZERO)
    doc_putf(p, " %s", doc_say(p, P_LIM_SKIP));
  if (o->skip_negative) doc_putf(p, " %s", doc_say(p, P_LIM_NEGATIVE_SKIP));
  if (o->negative_as.text)
    doc_putf(p, " %s", doc_sayf(p, P_LIM_NEGATIVE, doc_formula(p, o->negative_as.text)));
  if (o->none.formula.text) doc_putf(p, " %s", doc_sayf(p, P_LIM_NONE, term_text(p, &o->none)));
}

static void put_operation(policy *p, const limit_operation *o) {
  const bool several = o->term_count > 1;
  const char *remark = doc_remark_behind(p, o->at);
  doc_putf(p, "<li>%s", several ? lead_of_several(p, o) : lead_of_one(p, o));
  if (!several && o->term_count) put_rest(p, &o->terms[0]);
  if (o->when.text)
    doc_putf(p, " <em>%s</em>", doc_sayf(p, P_ONLY_IF, doc_formula(p, o->when.text)));
  if (several) doc_put(p, "<ul>\n");
  for (size_t i = 0; several && i < o->term_count; i++)
    doc_putf(p, "<li>%s</li>\n", term_text(p, &o->terms[i]));
  if (several) doc_put(p, "</ul>\n");
  put_missing(p, o);
  if (o->silence_count)
    doc_putf(p, " %s", doc_sayf(p, P_SILENCES, doc_codes(p, o->silence_count, o->silences)));
  if (remark) doc_putf(p, " <span class=\"remark\">%s</span>", remark);
  doc_put(p, "</li>\n");
}

void doc_limit(policy *p, const limit_step *d) {
  doc_paragraph(p, NULL, doc_say(p, P_LIMIT_TEXT));
  doc_put(p, "<ol class=\"clauses\">\n");
  for (size_t i = 0; i < d->operation_count; i++) put_operation(p, &d->operations[i]);
  doc_put(p, "</ol>\n<p>");
  if (d->missing.text)
    doc_put_sayf(p, P_LIM_MISSING, doc_formula(p, d->missing.text));
  else
    doc_word(p, P_LIM_MISSING_NONE);
  doc_putf(p, " %s</p>\n", doc_code(p, d->missing_code));
}
