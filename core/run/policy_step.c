/* One step of the policy: its heading, the author's remark, its own form, and what it reads and makes. */
#include <string.h>

#include "../base/file.h"
#include "policy_parts.h"

policy_word policy_kind(const step *s) {
  static const policy_word kinds[] = {
      [STEP_DERIVE] = P_KIND_DERIVE,       [STEP_SCORECARD] = P_KIND_SCORECARD,
      [STEP_TABLE] = P_KIND_TABLE,         [STEP_BANDS] = P_KIND_BANDS,
      [STEP_CODES] = P_KIND_CODES,         [STEP_CADENCE] = P_KIND_CADENCE,
      [STEP_LIMIT] = P_KIND_LIMIT,         [STEP_LUA] = P_KIND_LUA,
      [STEP_ADJUST] = P_KIND_ADJUST,       [STEP_WORST] = P_KIND_WORST,
      [STEP_AGGREGATE] = P_KIND_AGGREGATE, [STEP_AGEING] = P_KIND_AGEING,
      [STEP_TOTAL] = P_KIND_TOTAL,         [STEP_QUANTILES] = P_KIND_QUANTILES,
      [STEP_STEADY] = P_KIND_STEADY,       [STEP_SMOOTH] = P_KIND_SMOOTH};
  if (s->kind == STEP_CODES && s->codes.alerts) return P_KIND_WATCH;
  if (s->kind == STEP_WORST && s->worst.best) return P_KIND_BEST;
  return kinds[s->kind];
}

static void put_form(policy *p, const step *s) {
  switch (s->kind) {
  case STEP_DERIVE:
    doc_derive(p, &s->derive);
    break;
  case STEP_SCORECARD:
    doc_scorecard(p, &s->scorecard);
    break;
  case STEP_TABLE:
    doc_table(p, s);
    break;
  case STEP_BANDS:
    doc_bands(p, &s->bands);
    break;
  case STEP_CODES:
    doc_list(p, &s->codes);
    break;
  case STEP_CADENCE:
    doc_cadence(p, s);
    break;
  case STEP_LIMIT:
    doc_limit(p, &s->limit);
    break;
  case STEP_LUA:
    doc_lua(p, s);
    break;
  case STEP_ADJUST:
    doc_adjust(p, s);
    break;
  case STEP_WORST:
    doc_worst(p, s);
    break;
  case STEP_AGGREGATE:
    doc_aggregate(p, &s->aggregate);
    break;
  case STEP_AGEING:
    doc_ageing(p, s);
    break;
  case STEP_TOTAL:
    doc_total(p, &s->total);
    break;
  case STEP_QUANTILES:
    doc_quantiles(p, &s->quantiles);
    break;
  case STEP_STEADY:
    doc_steady(p, s);
    break;
  case STEP_SMOOTH:
    doc_smooth(p, &s->smooth);
    break;
  }
}

/* The output that is what the step makes under the name, or NULL. */
static const plan_output *output_of(const policy *p, const char *name, size_t made_by) {
  const plan_output *outputs;
  const size_t n = plan_outputs(p->plan, &outputs);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(outputs[i].name, name) && policy_step_making(p, name, SIZE_MAX) == made_by)
      return &outputs[i];
  return NULL;
}

/* What the step makes: its name alone says nothing new. */
static void put_makes(policy *p, size_t number) {
  const char *all = "";
  for (size_t i = 0; i < p->plan->result_count; i++) {
    const result *r = &p->plan->results[i];
    if (r->step != number || r->hidden) continue;
    const plan_output *output = output_of(p, r->name, number);
    all = arena_format(p->arena, "%s%s<b>%s</b> (%s%s%s)", all, *all ? ", " : "",
                       doc_escape(p, r->name), doc_type(p, output ? output->type : r->type),
                       output ? ", " : "", output ? doc_say(p, P_IS_OUTPUT) : "");
  }
  if (*all) doc_putf(p, "<span>%s: %s.</span> ", doc_say(p, P_MAKES), all);
}

static void put_reads(policy *p, size_t number) {
  const policy_reads *list = &p->reads[number];
  const char *all = "";
  for (size_t i = 0; i < list->count; i++) {
    const policy_read *r = &list->items[i];
    const char *one;
    if (r->kind == READ_CODES) continue;
    if (r->kind == READ_PREVIOUS)
      one = doc_sayf(p, P_PREVIOUS_OF, doc_escape(p, p->plan->previous_values[r->index].output));
    else
      one = doc_name(p, r->name);
    all = arena_format(p->arena, "%s%s%s", all, *all ? ", " : "", one);
  }
  if (*all) doc_putf(p, "<span>%s: %s.</span>", doc_say(p, P_READS), all);
}

static void put_heading(policy *p, size_t number) {
  const step *s = &p->pack->steps[number];
  doc_putf(p, "<h3><span class=\"no\">%zu</span> %s <small>%s</small>%s</h3>\n", number + 1,
           doc_escape(p, s->name), doc_say(p, policy_kind(s)), doc_place(p, s->at));
  if (!policy_step_counts(p, number))
    doc_paragraph(p, "bad", doc_sayf(p, P_NOT_IN_FORCE, doc_date(p, p->plan->today)));
  doc_paragraph(p, "remark", doc_remark_above(p, s->at));
}

void policy_step(policy *p, size_t number) {
  p->step = number;
  doc_putf(p, "<section class=\"step\" id=\"step-%zu\">\n", number + 1);
  put_heading(p, number);
  put_form(p, &p->pack->steps[number]);
  doc_put(p, "<p class=\"reads\">");
  put_makes(p, number);
  put_reads(p, number);
  doc_put(p, "</p>\n</section>\n");
}
