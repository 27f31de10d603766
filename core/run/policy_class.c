/* What makes and changes a class: bands, adjust, worst, best, steady; and what looks at all customers:
 * totals and quantiles. */
#include <string.h>

#include "policy_parts.h"

/* ---- bands ---- */

static const char *band_range(const policy *p, const bands_step *d, size_t i) {
  const char *low = d->bands[i].at_least.text, *above = i ? d->bands[i - 1].at_least.text : NULL;
  if (low && above) return doc_sayf(p, P_FROM_BELOW, doc_formula(p, low), doc_formula(p, above));
  if (low) return doc_sayf(p, P_FROM_UP, doc_formula(p, low));
  if (above) return doc_sayf(p, P_BELOW, doc_formula(p, above));
  return doc_say(p, P_EVERYTHING);
}

void doc_bands(policy *p, const bands_step *d) {
  bool codes = false;
  const char *missing = d->missing ? doc_sayf(p, P_BANDS_MISSING, doc_escape(p, d->missing))
                                   : doc_say(p, P_BANDS_NO_CLASS);
  doc_putf(p, "<p>%s %s</p>\n<table>", doc_sayf(p, P_BANDS_TEXT, doc_formula(p, d->of.text)),
           missing);
  for (size_t i = 0; i < d->band_count; i++) codes = codes || d->bands[i].code;
  doc_head(p, P_CLASS, P_RANGE, codes ? (int)P_CODE : NO_COLUMN, POLICY_WORD_COUNT);
  for (size_t i = 0; i < d->band_count; i++) {
    doc_putf(p, "<tr><th scope=\"row\">%s</th>", doc_escape(p, d->bands[i].name));
    doc_cell(p, band_range(p, d, i));
    if (codes) doc_cell(p, doc_code(p, d->bands[i].code));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

/* ---- adjust, worst, best ---- */

static const char *change_of(const policy *p, const adjust_row *row) {
  if (row->to) return doc_sayf(p, P_BECOMES, doc_escape(p, row->to));
  return row->better > 0 ? doc_sayf(p, P_BETTER_BY, row->better)
                         : doc_sayf(p, P_WORSE_BY, -row->better);
}

static void put_class_end(policy *p, bool always, const char *missing) {
  doc_putf(p, "<p>%s", doc_say(p, always ? P_CODES_ALWAYS : P_CODES_CHANGED));
  if (missing) doc_putf(p, " %s", doc_sayf(p, P_BANDS_MISSING, doc_escape(p, missing)));
  doc_put(p, "</p>\n");
}

void doc_adjust(policy *p, const step *s) {
  const adjust_step *d = &s->adjust;
  doc_paragraph(p, NULL, doc_sayf(p, P_ADJUST_TEXT, doc_name(p, s->name)));
  doc_put(p, "<table>");
  doc_head(p, P_CONDITION, P_ONLY, P_CHANGE, P_CODE, POLICY_WORD_COUNT);
  for (size_t i = 0; i < d->row_count; i++) {
    const adjust_row *row = &d->rows[i];
    doc_put(p, "<tr>");
    doc_cell(p, row->when.text ? doc_formula(p, row->when.text) : doc_say(p, P_ALWAYS_SO));
    doc_cell(p, doc_test(p, row->only.text));
    doc_cell(p, change_of(p, row));
    doc_cell(p, doc_code(p, row->code));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
  put_class_end(p, d->codes_always, d->missing);
}

void doc_worst(policy *p, const step *s) {
  const worst_step *d = &s->worst;
  const bool plain = d->case_count == 1 && !d->cases[0].when.text;
  const policy_word word =
      plain ? (d->best ? P_BEST_ALWAYS : P_WORST_ALWAYS) : (d->best ? P_BEST_TEXT : P_WORST_TEXT);
  bool codes = false;
  doc_paragraph(p, NULL,
                doc_sayf(p,
                         d->case_count ? word
                         : d->best     ? P_BEST_ALWAYS
                                       : P_WORST_ALWAYS,
                         doc_name(p, s->name),
                         arena_format(p->arena, "<b>%s</b>", doc_formula(p, d->bound.text))));
  for (size_t i = 0; i < d->case_count; i++) codes = codes || d->cases[i].code;
  if (d->case_count && (!plain || codes)) {
    doc_put(p, "<table>");
    doc_head(p, P_CONDITION, P_CODE, POLICY_WORD_COUNT);
    for (size_t i = 0; i < d->case_count; i++) {
      const worst_case *c = &d->cases[i];
      doc_put(p, "<tr>");
      doc_cell(p, c->when.text ? doc_formula(p, c->when.text) : doc_say(p, P_ALWAYS_SO));
      doc_cell(p, doc_code(p, c->code));
      doc_put(p, "</tr>\n");
    }
    doc_put(p, "</tbody></table>\n");
  }
  if (codes || d->missing) put_class_end(p, d->codes_always, d->missing);
}

/* ---- steady ---- */

static void put_item(policy *p, const char *fragment) {
  doc_putf(p, "<li>%s</li>\n", fragment);
}

void doc_steady(policy *p, const step *s) {
  const steady_step *d = &s->steady;
  doc_paragraph(p, NULL, doc_sayf(p, P_STEADY_TEXT, doc_name(p, s->name)));
  doc_put(p, "<ul>\n");
  if (d->hold_up) put_item(p, doc_sayf(p, P_HOLD_UP, (long long)d->hold_up));
  if (d->hold_down) put_item(p, doc_sayf(p, P_HOLD_DOWN, (long long)d->hold_down));
  if (d->max_up) put_item(p, doc_sayf(p, P_MAX_UP, (long long)d->max_up));
  if (d->max_down) put_item(p, doc_sayf(p, P_MAX_DOWN, (long long)d->max_down));
  if (d->held) put_item(p, doc_sayf(p, P_HELD, doc_code(p, d->held)));
  if (d->since) put_item(p, doc_sayf(p, P_SINCE, doc_escape(p, d->since)));
  doc_put(p, "</ul>\n");
}

/* ---- over all customers ---- */

static const char *within_text(const policy *p, const rule_text *within) {
  return within->text ? doc_sayf(p, P_TOTAL_WITHIN, doc_formula(p, within->text)) : "";
}

void doc_total(policy *p, const total_step *d) {
  static const policy_word words[] = {[TOTAL_SUM] = P_TOTAL_SUM,
                                      [TOTAL_COUNT] = P_TOTAL_COUNT,
                                      [TOTAL_MEAN] = P_TOTAL_MEAN,
                                      [TOTAL_LEAST] = P_TOTAL_LEAST,
                                      [TOTAL_GREATEST] = P_TOTAL_GREATEST};
  const char *of = d->of.text ? doc_formula(p, d->of.text) : "";
  doc_paragraph(p, "formula", doc_sayf(p, words[d->as], of, within_text(p, &d->within)));
  if (d->where.text)
    doc_paragraph(p, NULL, doc_sayf(p, P_TOTAL_WHERE, doc_formula(p, d->where.text)));
}

static void put_classes(policy *p, const quantiles_step *d) {
  bool codes = false;
  doc_put(p, "<table>");
  for (size_t i = 0; i < d->class_count; i++) codes = codes || d->classes[i].code;
  doc_head(p, P_CLASS, P_SHARE, codes ? (int)P_CODE : NO_COLUMN, POLICY_WORD_COUNT);
  for (size_t i = 0; i < d->class_count; i++) {
    const quantile_class *c = &d->classes[i];
    doc_putf(p, "<tr><th scope=\"row\">%s</th>", doc_escape(p, c->name));
    doc_cell(p, c->share.text ? doc_formula(p, c->share.text) : doc_say(p, P_THE_REST));
    if (codes) doc_cell(p, doc_code(p, c->code));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

void doc_quantiles(policy *p, const quantiles_step *d) {
  const char *of = doc_formula(p, d->of.text), *within = within_text(p, &d->within);
  if (d->into)
    doc_paragraph(p, "formula", doc_sayf(p, P_QUANTILES_PARTS, of, within, (long long)d->into));
  else
    doc_paragraph(p, "formula", doc_sayf(p, P_QUANTILES_CLASSES, of, within));
  if (d->class_count) put_classes(p, d);
  doc_putf(p, "<p>%s", doc_say(p, d->ties_up ? P_TIES_UP : P_TIES_DOWN));
  if (d->where.text) doc_putf(p, " %s", doc_sayf(p, P_TOTAL_WHERE, doc_formula(p, d->where.text)));
  if (d->missing.text)
    doc_putf(p, " %s", doc_sayf(p, P_BANDS_MISSING, doc_formula(p, d->missing.text)));
  doc_put(p, "</p>\n");
}
