/* Scorecards as tables: characteristics, their attributes, points, what they add to the score, codes; and
 * between which bounds a score can lie. */
#include <string.h>

#include "policy_parts.h"

/* What is known of the score without a record; `known` false: points are computed. */
typedef struct range {
  bool known;
  rational least, greatest;
} range;

static bool constant(const char *text, const char *preset, rational *out) {
  if (!text) text = preset;
  const size_t n = strlen(text);
  if (n && text[n - 1] == '%') {
    rational hundred = {100, 1};
    return rational_parse(text, n - 1, out) == PARSE_OK && rational_div(*out, hundred, out);
  }
  return rational_parse(text, n, out) == PARSE_OK;
}

/* points × weight ÷ divide; false: it is computed. */
static bool counted(const scorecard_step *d, const characteristic *c, const char *points,
                    rational *out) {
  rational weight, divide;
  return constant(points, "", out) && constant(c->weight.text, "1", &weight) &&
         constant(d->divide.text, "1", &divide) && divide.num != 0 &&
         rational_mul(*out, weight, out) && rational_div(*out, divide, out);
}

static const char *written(const policy *p, rational r) {
  char text[64];
  const int digits = r.den == 1 ? 0 : 2;
  const size_t n = quotient_write(text, r.num, r.den, digits);
  return doc_formula(p, arena_string_n(p->arena, text, n));
}

static const char *counted_text(const policy *p, const scorecard_step *d, const characteristic *c,
                                const char *points) {
  rational r;
  return points && counted(d, c, points, &r) ? written(p, r) : "";
}

static void widen(range *r, bool first, rational x) {
  if (first || rational_compare(x, r->least) < 0) r->least = x;
  if (first || rational_compare(x, r->greatest) > 0) r->greatest = x;
}

static range range_of(const scorecard_step *d, const characteristic *c) {
  range r = {.known = c->attribute_count > 0};
  rational x;
  for (size_t i = 0; r.known && i < c->attribute_count; i++) {
    r.known = counted(d, c, c->attributes[i].points.text, &x);
    if (r.known) widen(&r, i == 0, x);
  }
  if (r.known && c->missing.text) {
    r.known = counted(d, c, c->missing.text, &x);
    if (r.known) widen(&r, false, x);
  }
  return r;
}

static void put_range(policy *p, const scorecard_step *d) {
  range all = {.known = true};
  rational divide, baseline;
  if (!constant(d->divide.text, "1", &divide) || divide.num == 0 ||
      !constant(d->baseline.text, "0", &baseline) || !rational_div(baseline, divide, &baseline))
    return;
  all.least = all.greatest = baseline;
  for (size_t i = 0; all.known && i < d->characteristic_count; i++) {
    const range one = range_of(d, &d->characteristics[i]);
    all.known = one.known && rational_add(all.least, one.least, &all.least) &&
                rational_add(all.greatest, one.greatest, &all.greatest);
  }
  if (all.known)
    doc_putf(p, " %s", doc_sayf(p, P_SCORE_RANGE, written(p, all.least), written(p, all.greatest)));
}

/* ---- the table ---- */

static bool has_codes(const scorecard_step *d) {
  for (size_t i = 0; i < d->characteristic_count; i++) {
    const characteristic *c = &d->characteristics[i];
    if (c->reason || c->missing_reason) return true;
    for (size_t k = 0; k < c->attribute_count; k++)
      if (c->attributes[k].reason) return true;
  }
  return false;
}

/* `reason` NULL: there is no such column. */
static void put_row(policy *p, const char *attribute, const char *points, const char *counts,
                    const char *reason) {
  doc_cell(p, attribute);
  doc_number_cell(p, points);
  doc_number_cell(p, counts);
  if (reason) doc_cell(p, reason);
  doc_put(p, "</tr>\n");
}

static const char *unit_of(const policy *p, const characteristic *c) {
  for (size_t i = 0; i < p->plan->point_count; i++) {
    const trace_point *t = p->plan->points[i];
    if (t->step != p->step || t->kind != POINT_ATTRIBUTE || strcmp(t->label, c->name) != 0 ||
        !t->input_count)
      continue;
    const node *tree = t->inputs[0]->tree;
    if (tree->counts == COUNTS_DAYS) return doc_say(p, P_DAYS);
    return doc_type(p, t->inputs[0]->type);
  }
  return "";
}

static void put_name(policy *p, const characteristic *c, size_t rows) {
  const char *input = c->input.text ? c->input.text : c->name;
  const char *unit = unit_of(p, c);
  doc_putf(p, "<tr><th scope=\"rowgroup\" rowspan=\"%zu\">%s", rows,
           strcmp(input, c->name) ? doc_escape(p, c->name) : doc_name(p, c->name));
  if (strcmp(input, c->name) != 0) doc_putf(p, "<small>%s</small>", doc_formula(p, input));
  if (*unit) doc_putf(p, "<small class=\"off\">%s</small>", unit);
  if (c->baseline.text)
    doc_putf(p, "<small>%s</small>", doc_sayf(p, P_BASELINE_OF, doc_formula(p, c->baseline.text)));
  doc_putf(p, "</th><td class=\"n\" rowspan=\"%zu\">%s</td>", rows,
           doc_formula(p, c->weight.text ? c->weight.text : "1"));
}

/* The lowest points of a characteristic, where they are numbers; NULL otherwise. */
static const char *lowest(const characteristic *c) {
  const char *found = NULL;
  rational least = {0, 1}, x;
  for (size_t i = 0; i < c->attribute_count; i++) {
    if (!constant(c->attributes[i].points.text, "", &x)) return NULL;
    if (!found || rational_compare(x, least) < 0) found = c->attributes[i].points.text, least = x;
  }
  return found;
}

static void put_missing(policy *p, const scorecard_step *d, const characteristic *c) {
  const char *points = c->missing.text ? c->missing.text : lowest(c);
  const char *shown =
      points ? doc_formula(p, points)
             : arena_format(p->arena, "<span class=\"off\">%s</span>", doc_say(p, P_SCORE_MISSING));
  put_row(p, doc_say(p, P_MISSING), shown, counted_text(p, d, c, points),
          has_codes(d) ? doc_code(p, c->missing_reason ? c->missing_reason : c->reason) : NULL);
}

static void put_characteristic(policy *p, const scorecard_step *d, const characteristic *c) {
  const size_t rows = (c->attribute_count ? c->attribute_count : 1) + 1;
  doc_put(p, "<tbody>\n");
  put_name(p, c, rows);
  if (!c->attribute_count)
    put_row(p, doc_test(p, "-"), doc_formula(p, c->points.text), "",
            has_codes(d) ? doc_code(p, c->reason) : NULL);
  for (size_t i = 0; i < c->attribute_count; i++) {
    const score_attribute *x = &c->attributes[i];
    if (i) doc_put(p, "<tr>");
    put_row(p,
            !strcmp(x->test.text ? x->test.text : "-", "-") && i ? doc_say(p, P_OTHERWISE)
                                                                 : doc_test(p, x->test.text),
            doc_formula(p, x->points.text), counted_text(p, d, c, x->points.text),
            has_codes(d) ? doc_code(p, x->reason ? x->reason : c->reason) : NULL);
  }
  doc_put(p, "<tr>");
  put_missing(p, d, c);
  doc_put(p, "</tbody>\n");
}

void doc_scorecard(policy *p, const scorecard_step *d) {
  const char *plus =
      d->baseline.text ? doc_sayf(p, P_SCORE_BASELINE, doc_formula(p, d->baseline.text)) : "";
  const char *by =
      d->divide.text ? doc_sayf(p, P_SCORE_DIVIDE, doc_formula(p, d->divide.text)) : "";
  doc_putf(p, "<p>%s %s", doc_sayf(p, P_SCORE_TEXT, plus, by), doc_say(p, P_FIRST_MATCH));
  put_range(p, d);
  if (d->min.text) doc_putf(p, " %s", doc_sayf(p, P_SCORE_MIN, doc_formula(p, d->min.text)));
  if (d->max.text) doc_putf(p, " %s", doc_sayf(p, P_SCORE_MAX, doc_formula(p, d->max.text)));
  doc_put(p, "</p>\n<table class=\"wide score\">");
  doc_putf(p, "<thead><tr>");
  const policy_word heads[] = {P_CHARACTERISTIC, P_WEIGHT, P_ATTRIBUTE, P_POINTS, P_COUNTS, P_CODE};
  for (size_t i = 0; i < sizeof heads / sizeof *heads - !has_codes(d); i++)
    doc_putf(p, "<th scope=\"col\"%s>%s</th>", i == 1 || i == 3 || i == 4 ? " class=\"n\"" : "",
             doc_say(p, heads[i]));
  doc_put(p, "</tr></thead>\n");
  for (size_t i = 0; i < d->characteristic_count; i++)
    put_characteristic(p, d, &d->characteristics[i]);
  doc_put(p, "</table>\n");
}
