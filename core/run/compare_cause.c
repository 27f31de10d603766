/* See compare_cause.h. */
#include "compare_cause.h"

#include <string.h>

#include "explain_parts.h"

#define MOST_INPUTS 3 /* are told */
#define MOST_WAYS 3

static explainer explainer_of(arena *a, const replay *x) {
  return (explainer){.arena = a,
                     .evaluator = replay_evaluator(x),
                     .plan = replay_plan(x),
                     .out = replay_decisions(x),
                     .language = "en"};
}

static bool same_text(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

/* ---- results ---- */

/* The how-manieth result of its name: a class that is adjusted has several. */
static size_t turn_of(const plan *p, size_t number) {
  size_t turn = 0;
  for (size_t i = 0; i < number; i++) turn += !strcmp(p->results[i].name, p->results[number].name);
  return turn;
}

static const result *find_result(const plan *p, const char *name, size_t turn) {
  for (size_t i = 0; i < p->result_count; i++)
    if (!strcmp(p->results[i].name, name) && turn-- == 0) return &p->results[i];
  return NULL;
}

static const char *value_of(explainer *x, const result *r) {
  return explain_plain(x, x->evaluator->frame.slots[r->slot]);
}

/* ---- details ---- */

static const trace_point *same_point(const plan *p, size_t step_number, const trace_point *like) {
  for (size_t i = 0; i < p->point_count; i++) {
    const trace_point *q = p->points[i];
    if (q->step == step_number && q->kind == like->kind && !strcmp(q->label, like->label)) return q;
  }
  return NULL;
}

/* "P1 (>= 75)" */
static const char *band_text(explainer *x, const trace_point *p, size_t way) {
  const step *s = &x->plan->pack->steps[p->step];
  const char *bound =
      s->kind == STEP_BANDS && way < s->bands.band_count ? s->bands.bands[way].at_least.text : NULL;
  const char *label = p->ways[way].label;
  return bound ? arena_format(x->arena, "%s (>= %s)", label, bound) : label;
}

/* The way that was taken as a person would point at it. */
static const char *way_text(explainer *x, const trace_point *p) {
  const int way = trace_way_of(x->evaluator, p, x->row);
  if (way < 0) return "-";
  const trace_way *w = &p->ways[way];
  if (p->kind == POINT_BAND) return band_text(x, p, (size_t)way);
  if (p->kind == POINT_ROW) return arena_format(x->arena, "row %s", w->label);
  if (p->kind != POINT_ATTRIBUTE) return w->label;
  const char *counts = w->counted ? explain_exact(x, explain_column(x, w->counted), 2)
                                  : explain_number(x, w->counts, 2, true);
  return arena_format(x->arena, "%s (%s)", counts, w->label);
}

static bool tells(const trace_point *p) {
  return !p->always && !p->several && p->kind != POINT_CODES && p->kind != POINT_RULE;
}

/* "visits: 11.25 (2) -> 15.00 (>= 3)" for every point of the step at which the ways part. */
static const char *ways_apart(explainer *a, const result *ra, explainer *b, const result *rb) {
  buffer out = {0};
  size_t count = 0;
  for (size_t i = 0; i < b->plan->point_count; i++) {
    const trace_point *p = b->plan->points[i];
    if (p->step != rb->step || !tells(p)) continue;
    const trace_point *q = same_point(a->plan, ra->step, p);
    if (!q) continue;
    const char *before = way_text(a, q), *after = way_text(b, p);
    if (!strcmp(before, after) || count++ >= MOST_WAYS) continue;
    const char *step_name = b->plan->pack->steps[p->step].name;
    buffer_format(&out, "%s", out.size ? ", " : "");
    if (strcmp(p->label, step_name) != 0) buffer_format(&out, "%s: ", p->label);
    buffer_format(&out, "%s -> %s", before, after);
  }
  if (count > MOST_WAYS) buffer_format(&out, ", +%zu", count - MOST_WAYS);
  const char *text = out.size ? arena_string_n(b->arena, out.data, out.size) : NULL;
  buffer_deinit(&out);
  return text;
}

moved_step compare_cause(arena *a, const replay *before, const replay *after) {
  explainer x = explainer_of(a, before), y = explainer_of(a, after);
  const result *added = NULL;
  for (size_t i = 0; i < y.plan->result_count; i++) {
    const result *r = &y.plan->results[i];
    const result *old = find_result(x.plan, r->name, turn_of(y.plan, i));
    if (!old && !added) added = r;
    if (!old || r->kept || old->kept) continue;
    const char *had = value_of(&x, old), *has = value_of(&y, r);
    if (same_text(had, has)) continue;
    const place at = y.plan->pack->steps[r->step].at;
    return (moved_step){arena_string(a, r->name), had,    has, ways_apart(&x, old, &y, r),
                        arena_string(a, at.file), at.line};
  }
  if (!added) return (moved_step){0};
  const place at = y.plan->pack->steps[added->step].at;
  return (moved_step){.name = arena_string(a, added->name),
                      .after = value_of(&y, added),
                      .file = arena_string(a, at.file),
                      .line = at.line};
}

/* ---- inputs ---- */

const char *compare_inputs(arena *a, const replay *before, const replay *after) {
  explainer x = explainer_of(a, before), y = explainer_of(a, after);
  const plan_input *had, *has;
  const size_t n = plan_inputs(x.plan, &had), m = plan_inputs(y.plan, &has);
  buffer out = {0};
  size_t count = 0;
  for (size_t i = 0; i < m; i++)
    for (size_t k = 0; k < n; k++) {
      if (strcmp(had[k].name, has[i].name) != 0) continue;
      const char *old = explain_plain(&x, &replay_inputs(before)[k]);
      const char *now = explain_plain(&y, &replay_inputs(after)[i]);
      if (same_text(old, now)) continue;
      if (count++ < MOST_INPUTS)
        buffer_format(&out, "%s%s: %s -> %s", count > 1 ? ", " : "", has[i].name, old ? old : "-",
                      now ? now : "-");
    }
  if (count > MOST_INPUTS) buffer_format(&out, ", +%zu", count - MOST_INPUTS);
  const char *text = out.size ? arena_string_n(a, out.data, out.size) : NULL;
  buffer_deinit(&out);
  return text;
}
