/* The ways through steps that change a class: those of the class that the step found, each with what
 * the step must not do, and those by which the step itself gives it. */
#include <string.h>

#include "why_not_parts.h"

static const char *say(const explainer *x, explain_word w) {
  return explain_say(x->language, w);
}

/* The ways of the class that the step found, each with what the step needs besides. */
static void before_ways(ways *all, const formula *before, const char *wanted, int depth,
                        const wish *besides) {
  const result *r = result_of_slot(all->x->plan, before->slot);
  const size_t first = all->count;
  if (!r || depth >= MOST_DEPTH) return;
  if (is_value(all->x, explain_column(all->x, before), wanted)) {
    add_way(all, *besides);
    return;
  }
  ways_to(all, r, wanted, depth + 1);
  for (size_t i = first; i < all->count; i++) {
    if (!besides->needs) continue;
    explained *n = explain_add(all->x, all->items[i].node, EXPLAINED_NEED, besides->node->name);
    n->rule = besides->node->name;
    n->at = besides->node->at;
    n->first = besides->node->first;
    n->last = besides->node->last;
    all->items[i].distance += besides->distance;
    all->items[i].needs += besides->needs;
  }
}

/* Every line that applies now must not: what that takes. */
static wish without_lines(explainer *x, const trace_point *p, const char *name) {
  wish w = new_way(x, name, p->at);
  for (size_t i = 0; i < p->way_count; i++) {
    const formula *when = p->ways[i].when;
    if (!trace_took(x->evaluator, p, x->row, i)) continue;
    if (when && when->text)
      need_condition(x, &w, when->text, when->tree, false);
    else
      need_text(x, &w, say(x, WORD_ALWAYS), CANNOT_TELL);
  }
  return w;
}

static int word_number(const value_type *t, const char *word) {
  return t->choices ? choice_find(t->choices, word, strlen(word)) : -1;
}

/* Where the row of an adjust would move the class; -1 = nowhere. */
static int moved_to(const adjust_row *row, const value_type *t, int from) {
  if (row->to) return word_number(t, row->to);
  const int by = t->rank == RANK_BEST_LAST ? row->better : -row->better;
  const int last = (int)t->choices->count - 1, to = from + by;
  return to < 0 ? 0 : to > last ? last : to;
}

/* `only = "B, C"` or "not(A)": the words of a list, whose form was checked when it was read. */
static bool only_has(const char *only, const char *word) {
  const bool negated = !strncmp(only, "not(", 4);
  const size_t n = strlen(word);
  bool found = false;
  for (const char *at = only + (negated ? 4 : 0); *at;) {
    at += strspn(at, " ,()\"");
    const size_t length = strcspn(at, ",)\"");
    size_t kept = length;
    while (kept && at[kept - 1] == ' ') kept--;
    found = found || (kept == n && !strncmp(at, word, n));
    at += length;
  }
  return found != negated;
}

void adjust_ways(ways *all, const step *s, const trace_point *p, const char *wanted, int depth) {
  explainer *x = all->x;
  const formula *before = p->inputs[0];
  const column *c = explain_column(x, before);
  const wish besides = without_lines(x, p, arena_format(x->arena, say(x, WORD_WITHOUT), s->name));
  before_ways(all, before, wanted, depth, &besides);
  const value_type *t = &before->type;
  const int is = column_missing(c, x->row) ? -1 : c->i32[x->row], to = word_number(t, wanted);
  for (size_t i = 0; i < p->way_count && i < s->adjust.row_count && is >= 0; i++) {
    const adjust_row *row = &s->adjust.rows[i];
    const formula *when = p->ways[i].when;
    if (moved_to(row, t, is) != to || is == to || !when || trace_took(x->evaluator, p, x->row, i) ||
        (row->only.text && !only_has(row->only.text, t->choices->names[is])))
      continue;
    wish w = new_way(x, arena_format(x->arena, "%s: %s", s->name, row->when.text), row->at);
    need_condition(x, &w, when->text, when->tree, true);
    add_way(all, w);
  }
}

void worst_ways(ways *all, const step *s, const trace_point *p, const char *wanted, int depth) {
  explainer *x = all->x;
  const formula *before = p->inputs[0], *bound = p->way_count ? p->ways[0].value : NULL;
  const wish besides = without_lines(x, p, arena_format(x->arena, say(x, WORD_WITHOUT), s->name));
  before_ways(all, before, wanted, depth, &besides);
  if (!bound || !is_value(x, explain_column(x, bound), wanted)) return;
  for (size_t i = 0; i < p->way_count; i++) {
    const formula *when = p->ways[i].when;
    if (!when || trace_took(x->evaluator, p, x->row, i)) continue;
    wish w = new_way(x, arena_format(x->arena, "%s: %s", s->name, when->text), p->ways[i].at);
    need_condition(x, &w, when->text, when->tree, true);
    add_way(all, w);
  }
}
