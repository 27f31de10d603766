/* Decision tables as tables: tests on the left, what a row gives on the right; which rows count, and those
 * that are not in force on the day. Of a long one the rows behind the first are folded. */
#include <string.h>

#include "../base/file.h"
#include "../lang/hit_policy.h"
#include "../lang/period.h"
#include "policy_parts.h"

enum { SHOWN_ROWS = 200 };

/* Which columns beside tests and outputs there are. */
typedef struct layout {
  bool codes, notes, periods;
  const table_step *d;
} layout;

static const char *note_of(const policy *p, const table_row *row) {
  return row->annotation ? doc_escape(p, row->annotation) : doc_remark_behind(p, row->at);
}

/* A remark behind a line with several rows belongs to none of them. */
static bool own_line(const table_step *d, size_t i) {
  return (!i || d->rows[i - 1].at.line != d->rows[i].at.line) &&
         (i + 1 == d->row_count || d->rows[i + 1].at.line != d->rows[i].at.line);
}

static const char *row_note(const policy *p, const table_step *d, size_t i) {
  const table_row *row = &d->rows[i];
  return row->annotation || own_line(d, i) ? note_of(p, row) : NULL;
}

static layout layout_of(const policy *p, const table_step *d) {
  layout l = {.d = d};
  for (size_t i = 0; i < d->row_count; i++) {
    l.codes = l.codes || d->rows[i].code;
    l.notes = l.notes || row_note(p, d, i);
    l.periods = l.periods || d->rows[i].effective.given;
  }
  if (d->otherwise) l.codes = l.codes || d->otherwise->code;
  if (d->otherwise) l.notes = l.notes || d->otherwise->annotation;
  return l;
}

static value_type output_type(const policy *p, const table_output *o) {
  for (size_t i = 0; i < p->plan->result_count; i++)
    if (p->plan->results[i].step == p->step && !strcmp(p->plan->results[i].name, o->name))
      return p->plan->results[i].type;
  return o->type;
}

static const char *input_type(const policy *p, size_t input) {
  for (size_t i = 0; i < p->plan->point_count; i++) {
    const trace_point *t = p->plan->points[i];
    if (t->step != p->step || t->kind != POINT_ROW || input >= t->input_count) continue;
    if (t->inputs[input]->tree->counts == COUNTS_DAYS) return doc_say(p, P_DAYS);
    return doc_type(p, t->inputs[input]->type);
  }
  return "";
}

static void put_table_head(policy *p, const layout *l) {
  const table_step *d = l->d;
  doc_putf(p, "<thead><tr><th scope=\"col\" class=\"n\">%s</th>", doc_say(p, P_ROW));
  for (size_t i = 0; i < d->input_count; i++)
    doc_putf(p, "<th scope=\"col\">%s<small class=\"off\">%s</small></th>",
             doc_formula(p, d->inputs[i].text), input_type(p, i));
  for (size_t i = 0; i < d->output_count; i++)
    doc_putf(p, "<th scope=\"col\" class=\"gives\">%s<small class=\"off\">%s</small></th>",
             doc_escape(p, d->outputs[i].name), doc_type(p, output_type(p, &d->outputs[i])));
  if (l->codes) doc_putf(p, "<th scope=\"col\">%s</th>", doc_say(p, P_CODE));
  if (l->periods) doc_putf(p, "<th scope=\"col\">%s</th>", doc_say(p, P_EFFECTIVE));
  if (l->notes) doc_putf(p, "<th scope=\"col\">%s</th>", doc_say(p, P_REMARK));
  doc_put(p, "</tr></thead>\n");
}

static bool only_any(const table_step *d, const table_row *row) {
  for (size_t i = 0; i < d->input_count; i++)
    if (row->tests[i].text && strcmp(row->tests[i].text, "-") != 0) return false;
  return true;
}

static void put_tests(policy *p, const table_step *d, const table_row *row) {
  if (d->input_count > 1 && only_any(d, row)) {
    doc_putf(p, "<td colspan=\"%zu\" class=\"off\">%s</td>", d->input_count,
             doc_say(p, P_OTHERWISE));
    return;
  }
  for (size_t i = 0; i < d->input_count; i++)
    doc_cell(p,
             d->input_count == 1 && only_any(d, row)
                 ? arena_format(p->arena, "<span class=\"off\">%s</span>", doc_say(p, P_OTHERWISE))
                 : doc_test(p, row->tests[i].text));
}

static void put_given(policy *p, const layout *l, const table_row *row, const char *note) {
  for (size_t i = 0; i < l->d->output_count; i++)
    doc_putf(p, "<td class=\"gives\">%s</td>", doc_value(p, row->outputs[i].text));
  if (l->codes) doc_cell(p, doc_code(p, row->code));
  if (l->periods) doc_cell(p, row->effective.given ? doc_period(p, &row->effective) : "");
  if (l->notes) doc_cell(p, note);
  doc_put(p, "</tr>\n");
}

static void put_row(policy *p, const layout *l, size_t i) {
  const table_row *row = &l->d->rows[i];
  const bool holds = period_holds(&row->effective, p->plan->today);
  doc_putf(p, "<tr%s><td class=\"n off\">%zu</td>", holds ? "" : " class=\"void\"", i + 1);
  put_tests(p, l->d, row);
  put_given(p, l, row, row_note(p, l->d, i));
}

static void put_default(policy *p, const layout *l) {
  const table_row *row = l->d->otherwise;
  if (!row) return;
  doc_putf(p, "<tr class=\"else\"><td class=\"n\"></td><td colspan=\"%zu\">%s</td>",
           l->d->input_count ? l->d->input_count : 1, doc_say(p, P_NO_ROW_DEFAULT));
  put_given(p, l, row, row->annotation ? doc_escape(p, row->annotation) : NULL);
}

static void put_rows(policy *p, const layout *l, size_t from, size_t to) {
  doc_put(p, "<table class=\"wide\">");
  put_table_head(p, l);
  doc_put(p, "<tbody>\n");
  for (size_t i = from; i < to; i++) put_row(p, l, i);
  if (to == l->d->row_count) put_default(p, l);
  doc_put(p, "</tbody></table>\n");
}

static void put_lead(policy *p, const table_step *d) {
  static const policy_word words[] = {[HIT_FIRST] = P_HIT_FIRST,
                                      [HIT_UNIQUE] = P_HIT_UNIQUE,
                                      [HIT_ANY] = P_HIT_ANY,
                                      [HIT_PRIORITY] = P_HIT_PRIORITY,
                                      [HIT_RULE_ORDER] = P_HIT_RULE_ORDER,
                                      [HIT_OUTPUT_ORDER] = P_HIT_OUTPUT_ORDER,
                                      [HIT_COLLECT] = P_HIT_COLLECT,
                                      [HIT_SUM] = P_HIT_SUM,
                                      [HIT_MIN] = P_HIT_MIN,
                                      [HIT_MAX] = P_HIT_MAX,
                                      [HIT_COUNT] = P_HIT_COUNT};
  doc_putf(p, "<p>%s <span class=\"off\">(%s)</span>", doc_say(p, words[d->hit]),
           doc_sayf(p, P_HIT_POLICY, hit_policy_letter(d->hit)));
  if (!d->otherwise)
    doc_putf(p, " %s", doc_say(p, hit_policy_is_list(d->hit) ? P_NO_ROW_EMPTY : P_NO_ROW_MISSING));
  if (d->effective.given)
    doc_putf(p, " %s: %s.", doc_say(p, P_EFFECTIVE), doc_period(p, &d->effective));
  if (d->row_count > 12) doc_putf(p, " %s.", doc_sayf(p, P_ROWS, d->row_count));
  if (d->csv)
    doc_putf(p, " <span class=\"off\">%s</span>",
             doc_sayf(p, P_FROM_FILE, doc_escape(p, file_base_name(d->csv))));
  doc_put(p, "</p>\n");
}

void doc_table(policy *p, const step *s) {
  const table_step *d = &s->table;
  const layout l = layout_of(p, d);
  const size_t shown = d->row_count > SHOWN_ROWS ? SHOWN_ROWS : d->row_count;
  put_lead(p, d);
  put_rows(p, &l, 0, shown);
  if (shown == d->row_count) return;
  doc_putf(p, "<details><summary>%s</summary>\n", doc_sayf(p, P_MORE_ROWS, d->row_count - shown));
  put_rows(p, &l, shown, d->row_count);
  doc_put(p, "</details>\n");
}
