/* Formulas, and what is made out of the records of a list: aggregates in words, ageing as a table. */
#include <string.h>

#include "policy_parts.h"

void doc_derive(policy *p, const derive_step *d) {
  doc_paragraph(p, "formula", doc_formula(p, d->formula.text));
}

static const schema *records_of(const policy *p, const char *list) {
  const int number = list ? schema_find(&p->pack->schema, list) : -1;
  return number < 0 ? NULL : p->pack->schema.fields[number].type.record;
}

/* ---- aggregates ---- */

static const char *what_of(const policy *p, const aggregate_step *d) {
  static const policy_word words[] = {
      [AGGREGATE_SUM] = P_AGG_SUM,           [AGGREGATE_MIN] = P_AGG_MIN,
      [AGGREGATE_MAX] = P_AGG_MAX,           [AGGREGATE_LATEST] = P_AGG_LATEST,
      [AGGREGATE_EARLIEST] = P_AGG_EARLIEST, [AGGREGATE_MEDIAN] = P_AGG_MEDIAN,
      [AGGREGATE_MEAN] = P_AGG_MEAN,         [AGGREGATE_SHARE] = P_AGG_SHARE,
      [AGGREGATE_DISTINCT] = P_AGG_DISTINCT, [AGGREGATE_COUNT] = P_AGG_COUNT_IF};
  const char *list = doc_name(p, d->of), *what = doc_formula(p, d->value.text);
  if (d->kind == AGGREGATE_COUNT && !d->value.text) return doc_sayf(p, P_AGG_COUNT, list);
  if (d->point_count) return doc_sayf(p, P_AGG_SUM_POINTS, list, what);
  return doc_sayf(p, words[d->kind], what, list);
}

typedef struct sayings {
  policy *p;
  size_t count;
} sayings;

static void add(sayings *s, const char *fragment) {
  doc_putf(s->p, "%s<li>%s</li>", s->count ? "" : "<ul>", fragment);
  s->count++;
}

/* The ages from `from` to before `to`, as the pack says them. */
static void add_window(sayings *s, const aggregate_step *d) {
  const policy *p = s->p;
  const char *at = doc_formula(p, d->at.text ? d->at.text : "at");
  if (!d->to.text) return;
  if (d->from.text)
    add(s, doc_sayf(p, P_AGG_AGE, doc_formula(p, d->from.text), doc_formula(p, d->to.text), at));
  else
    add(s, doc_sayf(p, P_AGG_WITHIN, doc_formula(p, d->to.text), at));
}

static void add_order(sayings *s, const aggregate_step *d) {
  if (d->by.text) add(s, doc_sayf(s->p, P_AGG_BY, doc_formula(s->p, d->by.text)));
  if (d->tie != TIE_UNTOLD)
    add(s, doc_say(s->p, d->tie == TIE_LEAST ? P_AGG_TIE_LEAST : P_AGG_TIE_GREATEST));
}

static void add_result(sayings *s, const aggregate_step *d) {
  const policy *p = s->p;
  const bool counts =
      d->kind == AGGREGATE_SUM || d->kind == AGGREGATE_COUNT || d->kind == AGGREGATE_DISTINCT;
  if (d->skip_missing) add(s, doc_say(p, P_AGG_SKIP));
  if (d->none.text)
    add(s, doc_sayf(p, P_AGG_NONE, doc_formula(p, d->none.text)));
  else if (!counts)
    add(s, doc_say(p, P_AGG_NONE_USUAL));
  if (d->at_least.text) add(s, doc_sayf(p, P_AGG_LEAST, doc_formula(p, d->at_least.text)));
  if (d->at_most.text) add(s, doc_sayf(p, P_AGG_MOST, doc_formula(p, d->at_most.text)));
}

static void put_points(policy *p, const aggregate_step *d) {
  if (!d->point_count) return;
  doc_put(p, "<table>");
  doc_head(p, P_VALUE, P_POINTS, POLICY_WORD_COUNT);
  for (size_t i = 0; i < d->point_count; i++) {
    doc_put(p, "<tr>");
    doc_cell(p, doc_test(p, d->points[i].test.text));
    doc_number_cell(p, doc_formula(p, d->points[i].points.text));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

void doc_aggregate(policy *p, const aggregate_step *d) {
  sayings s = {.p = p};
  p->record = records_of(p, d->of);
  doc_paragraph(p, "formula", what_of(p, d));
  put_points(p, d);
  if (d->where.text) add(&s, doc_sayf(p, P_AGG_WHERE, doc_formula(p, d->where.text)));
  add_window(&s, d);
  if (d->half_life.text)
    add(&s, doc_sayf(p, d->stepped ? P_AGG_HALVE : P_AGG_DECAY, doc_formula(p, d->half_life.text),
                     doc_formula(p, d->at.text ? d->at.text : "at")));
  if (d->weight.text) add(&s, doc_sayf(p, P_AGG_WEIGHT, doc_formula(p, d->weight.text)));
  add_order(&s, d);
  add_result(&s, d);
  if (s.count) doc_put(p, "</ul>\n");
  p->record = NULL;
}

/* ---- ageing ---- */

static const char *next_day(const policy *p, const char *days) {
  int64_t n;
  if (integer_parse(days, strlen(days), &n) == PARSE_OK)
    return arena_format(p->arena, "%lld", (long long)n + 1);
  return arena_format(p->arena, "&gt; %s", doc_formula(p, days));
}

static const char *bucket_range(const policy *p, const ageing_step *d, size_t i) {
  const char *days = d->buckets[i].days.text, *above = i ? d->buckets[i - 1].days.text : NULL;
  if (!days) return doc_sayf(p, P_DAYS_OVER, above ? doc_formula(p, above) : "");
  if (!above && !strcmp(days, "0")) return doc_say(p, P_NOT_DUE);
  if (!above) return doc_sayf(p, P_DAYS_UPTO, doc_formula(p, days));
  return doc_sayf(p, P_DAYS_RANGE, next_day(p, above), doc_formula(p, days));
}

void doc_ageing(policy *p, const step *s) {
  const ageing_step *d = &s->ageing;
  p->record = records_of(p, d->of);
  doc_paragraph(p, NULL,
                doc_sayf(p, P_AGEING_TEXT, doc_formula(p, d->amount.text), doc_name(p, d->of),
                         doc_formula(p, d->due.text),
                         arena_format(p->arena, "<b>%s</b>", doc_escape(p, s->name))));
  if (d->where.text)
    doc_paragraph(p, NULL, doc_sayf(p, P_RELATED_WHERE, doc_formula(p, d->where.text)));
  if (d->skip_missing) doc_paragraph(p, NULL, doc_say(p, P_AGG_SKIP));
  p->record = NULL;
  doc_put(p, "<table>");
  doc_head(p, P_BUCKET, P_DAYS_OVERDUE, POLICY_WORD_COUNT);
  for (size_t i = 0; i < d->bucket_count; i++) {
    doc_put(p, "<tr>");
    doc_cell(p, doc_escape(p, d->buckets[i].name));
    doc_cell(p, bucket_range(p, d, i));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
  if (d->undated) doc_paragraph(p, NULL, doc_sayf(p, P_UNDATED, doc_escape(p, d->undated)));
}
