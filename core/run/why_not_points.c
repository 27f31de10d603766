/* The attributes of a scorecard that would make up for the points that are lacking, each alone: those
 * that suffice first, the one that changes least before the others. */
#include <stdlib.h>
#include <string.h>

#include "why_not_parts.h"

#define MOST_HINTS 3

typedef struct hint {
  const trace_point *point;
  int from, to; /* ways */
  rational gain;
  bool suffices;
} hint;

static rational magnitude(rational r) {
  if (r.num < 0) r.num = -r.num;
  return r;
}

static int by_use(const void *a, const void *b) {
  const hint *x = a, *y = b;
  if (x->suffices != y->suffices) return x->suffices ? -1 : 1;
  const int order = rational_compare(magnitude(x->gain), magnitude(y->gain));
  if (order) return x->suffices ? order : -order;
  return x->point->number < y->point->number ? -1 : x->point->number > y->point->number;
}

/* A point's ways whose points are constant and move the score in the right direction; of a
 * characteristic the one that changes least and suffices, else the one that brings most. */
static bool best_of(explainer *x, const trace_point *p, rational gap, hint *out) {
  const int from = trace_way_of(x->evaluator, p, x->row);
  bool found = false;
  if (from < 0 || p->ways[from].counted) return false;
  for (size_t i = 0; i < p->tested; i++) {
    hint h = {.point = p, .from = from, .to = (int)i};
    if ((int)i == from || p->ways[i].counted ||
        !rational_sub(p->ways[i].counts, p->ways[from].counts, &h.gain) || h.gain.num == 0 ||
        (h.gain.num > 0) != (gap.num > 0))
      continue;
    const int more = rational_compare(magnitude(h.gain), magnitude(gap));
    h.suffices = gap.num > 0 ? more >= 0 : more > 0; /* down it must be less than the bound */
    if (!found || by_use(&h, out) < 0) *out = h;
    found = true;
  }
  return found;
}

void hint_points(explainer *x, explained *need, size_t step_number, rational gap) {
  hint *hints = arena_array(x->arena, x->plan->point_count + 1, sizeof *hints);
  size_t count = 0;
  for (size_t i = 0; i < x->plan->point_count; i++) {
    const trace_point *p = x->plan->points[i];
    if (p->step == step_number && p->kind == POINT_ATTRIBUTE && best_of(x, p, gap, &hints[count]))
      count++;
  }
  if (count) qsort(hints, count, sizeof *hints, by_use);
  for (size_t i = 0; i < count && i < MOST_HINTS; i++) {
    const hint *h = &hints[i];
    explained *n = explain_add(x, need, EXPLAINED_HINT, h->point->label);
    const char *is = explain_shown(x, explain_column(x, h->point->inputs[0]));
    const char *label = h->point->ways[h->to].label;
    const char *to = strcmp(label, "-") ? label : explain_say(x->language, WORD_ELSE);
    const char *gain = explain_number(x, h->gain, 2, false);
    n->rule =
        arena_format(x->arena, explain_say(x->language, h->suffices ? WORD_HINT : WORD_HINT_PART),
                     h->point->label, is, to, h->gain.num > 0 ? "+" : "", gain);
    n->counts = explain_number(x, h->gain, 2, true);
    n->at = h->point->ways[h->to].at;
  }
}
