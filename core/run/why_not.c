/* The ways to a wanted, by the kind of step that makes it. Steps that change a class lead to the class
 * that they found: its ways come with what the step itself needs. */
#include "why_not.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../eval/inspect.h"
#include "why_not_parts.h"

static const char *say(const explainer *x, explain_word w) {
  return explain_say(x->language, w);
}

wish new_way(explainer *x, const char *name, place at) {
  wish w = {.node = explain_add(x, NULL, EXPLAINED_WAY, name)};
  w.node->at = at;
  return w;
}

void add_way(ways *all, wish w) {
  all->items = mem_grow(all->items, all->count + 1, sizeof *all->items);
  all->items[all->count++] = w;
}

/* A way of which nothing can be told but this. */
static void add_note(ways *all, const char *name, place at, const char *text) {
  wish w = new_way(all->x, name, at);
  need_text(all->x, &w, text, CANNOT_TELL);
  add_way(all, w);
}

const result *result_of_slot(const plan *p, int slot) {
  for (size_t i = 0; i < p->result_count; i++)
    if (p->results[i].slot == slot) return &p->results[i];
  return NULL;
}

bool is_value(explainer *x, const column *c, const char *wanted) {
  const char *is = explain_plain(x, c);
  rational a, b;
  if (!is || !*wanted) return !is && !*wanted;
  if (!strcmp(is, wanted)) return true;
  return type_is_numeric(c->type.kind) && rational_parse(is, strlen(is), &a) == PARSE_OK &&
         rational_parse(wanted, strlen(wanted), &b) == PARSE_OK && !rational_compare(a, b);
}

/* ---- what a need is made of ---- */

/* A score that lacks points: which attributes would bring them. */
static void hint(explainer *x, explained *need, const formula *of) {
  const result *r = of->slot < 0 ? NULL : result_of_slot(x->plan, of->slot);
  rational gap;
  if (!need || !need->counts || !r || x->plan->pack->steps[r->step].kind != STEP_SCORECARD) return;
  if (rational_parse(need->counts, strlen(need->counts), &gap) != PARSE_OK || !gap.num) return;
  hint_points(x, need, r->step, gap);
}

/* ---- bands ---- */

static bool bound_of(const band *b, rational *out) {
  return b->at_least.text &&
         rational_parse(b->at_least.text, strlen(b->at_least.text), out) == PARSE_OK;
}

static void bands_ways(ways *all, const step *s, const trace_point *p, const char *wanted) {
  explainer *x = all->x;
  const bands_step *d = &s->bands;
  const formula *of = p->inputs[0];
  for (size_t i = 0; i < d->band_count; i++) {
    rational low, high;
    if (strcmp(d->bands[i].name, wanted) != 0) continue;
    const bool has_low = bound_of(&d->bands[i], &low);
    const bool has_high = i > 0 && bound_of(&d->bands[i - 1], &high);
    if ((d->bands[i].at_least.text && !has_low) || (i > 0 && !has_high)) {
      add_note(all, wanted, d->bands[i].at, say(x, WORD_CANNOT_BOUND));
      continue;
    }
    wish w = new_way(x, wanted, d->bands[i].at);
    explained *need = need_between(x, &w, d->of.text, explain_column(x, of), has_low ? &low : NULL,
                                   has_high ? &high : NULL);
    hint(x, need, of);
    add_way(all, w);
  }
}

/* ---- tables ---- */

static int output_number(const table_step *t, const char *name) {
  for (size_t i = 0; i < t->output_count; i++)
    if (!strcmp(t->outputs[i].name, name)) return (int)i;
  return -1;
}

/* The nearest test of a row that holds and must not. */
static void need_passed_over(explainer *x, wish *w, const trace_point *p, size_t row) {
  wish best = {.distance = INFINITY};
  for (size_t i = 0; i < p->input_count; i++) {
    if (p->tests[i][row].kind == TEST_ANY) continue;
    wish one = new_way(x, NULL, p->ways[row].at);
    need_test(x, &one, p, i, row, false);
    if (one.distance < best.distance) best = one;
  }
  explained *n = explain_add(x, w->node, EXPLAINED_NEED, NULL);
  n->rule = arena_format(x->arena, say(x, WORD_COMES_FIRST), p->ways[row].label);
  n->at = p->ways[row].at;
  n->first = best.node ? best.node->first : NULL;
  n->last = best.node ? best.node->last : NULL;
  w->distance += best.node ? best.distance : CANNOT_TELL;
  w->needs++;
}

static bool row_holds(explainer *x, const trace_point *p, size_t row) {
  for (size_t i = 0; i < p->input_count; i++)
    if (!inspect_test(x->evaluator, &p->tests[i][row], explain_column(x, p->inputs[i]), x->row))
      return false;
  return true;
}

static void need_no_row_before(explainer *x, wish *w, const trace_point *p, size_t way) {
  for (size_t row = 0; row < way && row < p->tested && !p->several; row++)
    if (row_holds(x, p, row)) need_passed_over(x, w, p, row);
}

/* That every test of the row holds, and no row before it takes the record. */
static void need_row(explainer *x, wish *w, const trace_point *p, size_t way) {
  for (size_t i = 0; i < p->input_count; i++) {
    const explained *last = w->node->last;
    need_test(x, w, p, i, way, true);
    if (w->node->last != last) hint(x, w->node->last, p->inputs[i]);
  }
  need_no_row_before(x, w, p, way);
}

static bool cell_gives(explainer *x, const trace_point *p, size_t output, size_t way,
                       const char *wanted) {
  const formula *f = p->gives[output][way];
  const value *v = p->constants[output][way];
  if (f) return is_value(x, explain_column(x, f), wanted);
  if (!v) return !*wanted;
  const node constant = {.kind = NODE_CONSTANT, .type = v->type, .constant = *v};
  return is_value(x, inspect(x->evaluator, &constant), wanted);
}

static void table_ways(ways *all, const step *s, const trace_point *p, const char *made,
                       const char *wanted) {
  explainer *x = all->x;
  const int output = output_number(&s->table, made);
  for (size_t way = 0; way < p->way_count && output >= 0 && p->gives; way++) {
    const bool otherwise = way >= p->tested;
    if (!cell_gives(x, p, (size_t)output, way, wanted)) continue;
    wish w = new_way(x,
                     otherwise ? say(x, WORD_DEFAULT)
                               : arena_format(x->arena, say(x, WORD_ROW), p->ways[way].label,
                                              s->table.row_count),
                     p->ways[way].at);
    if (otherwise)
      need_no_row_before(x, &w, p, way);
    else
      need_row(x, &w, p, way);
    add_way(all, w);
  }
}

/* ---- formulas ---- */

/* The branches of `if c then a else b` that give the wanted, with the conditions on the way. */
static void branch_ways(ways *all, const char *text, const node *n, const char *wanted,
                        const node **path, const bool *truths, size_t depth, place at) {
  explainer *x = all->x;
  if (n->kind == NODE_IF && depth < 16) {
    const node *longer[17];
    bool goal[17];
    if (depth) {
      memcpy(longer, path, depth * sizeof *longer);
      memcpy(goal, truths, depth * sizeof *goal);
    }
    longer[depth] = n->children[0];
    for (int branch = 0; branch < 2; branch++) {
      goal[depth] = branch == 0;
      branch_ways(all, text, n->children[1 + branch], wanted, longer, goal, depth + 1, at);
    }
    return;
  }
  if (!is_value(x, inspect(x->evaluator, n), wanted)) return;
  wish w = new_way(x, text, at);
  for (size_t i = 0; i < depth; i++) need_condition(x, &w, text, path[i], truths[i]);
  add_way(all, w);
}

static void formula_ways(ways *all, const trace_point *p, const char *wanted, int depth) {
  explainer *x = all->x;
  const formula *f = p->ways[0].value;
  const size_t first = all->count;
  if (!f) { /* of records */
    add_note(all, p->label, p->at,
             arena_format(x->arena, say(x, WORD_CANNOT_RECORDS), p->ways[0].label));
    return;
  }
  const result *r = f->slot < 0 ? NULL : result_of_slot(x->plan, f->slot);
  if (r && depth < MOST_DEPTH) {
    ways_to(all, r, wanted, depth + 1);
    return;
  }
  if (f->type.kind == TYPE_BOOLEAN && (!strcmp(wanted, "true") || !strcmp(wanted, "false"))) {
    wish w = new_way(x, f->text, p->ways[0].at);
    need_condition(x, &w, f->text, f->tree, !strcmp(wanted, "true"));
    add_way(all, w);
    return;
  }
  branch_ways(all, f->text ? f->text : "", f->tree, wanted, NULL, NULL, 0, p->ways[0].at);
  if (all->count == first)
    add_note(all, p->label, p->ways[0].at,
             arena_format(x->arena, say(x, WORD_CANNOT_FORMULA), f->text ? f->text : p->label));
}

/* ---- numbers: scores and limits ---- */

static void score_ways(ways *all, const step *s, const result *r, const char *wanted) {
  explainer *x = all->x;
  rational goal, is, gap;
  const char *has = explain_plain(x, x->evaluator->frame.slots[r->slot]);
  if (rational_parse(wanted, strlen(wanted), &goal) != PARSE_OK || !has ||
      rational_parse(has, strlen(has), &is) != PARSE_OK || !rational_sub(goal, is, &gap)) {
    add_note(all, s->name, s->at, say(x, WORD_CANNOT_BOUND));
    return;
  }
  wish w = new_way(x, s->name, s->at);
  const bool up = gap.num > 0;
  rational high = goal;
  if (!up && !rational_add(goal, (rational){1, pow10_i64(r->type.digits)}, &high)) return;
  explained *need = need_between(x, &w, s->name, x->evaluator->frame.slots[r->slot],
                                 up ? &goal : NULL, up ? NULL : &high);
  if (need) hint_points(x, need, r->step, gap);
  add_way(all, w);
}

/* Each operation that leaves less than is goal, where the one before it left enough. */
static void limit_ways(ways *all, const step *s, const result *r, const char *wanted) {
  explainer *x = all->x;
  rational goal, before = {0, 1}, after;
  bool enough = true;
  if (rational_parse(wanted, strlen(wanted), &goal) != PARSE_OK) {
    add_note(all, s->name, s->at, say(x, WORD_CANNOT_BOUND));
    return;
  }
  wish w = new_way(x, s->name, s->at);
  const int digits = x->plan->pack->currency_digits;
  for (size_t i = 0; i < x->plan->point_count; i++) {
    const trace_point *p = x->plan->points[i];
    if (p->step != r->step || p->kind != POINT_OPERATION ||
        !trace_after(x->evaluator, p, x->row, &after))
      continue;
    const int way = p->always ? 0 : trace_way_of(x->evaluator, p, x->row);
    if (enough && rational_compare(after, goal) < 0) {
      rational gap;
      if (!rational_sub(goal, after, &gap)) continue;
      const char *by = way >= 0 ? p->ways[way].label : "";
      need_text(x, &w,
                arena_format(x->arena, say(x, WORD_LEAVES), p->label, by,
                             explain_number(x, after, digits, false),
                             explain_number(x, before, digits, false),
                             explain_number(x, gap, digits, false)),
                fabs((double)gap.num / (double)gap.den) /
                    fmax(1, fabs((double)goal.num / (double)goal.den)));
      w.node->last->at = p->at;
    }
    enough = rational_compare(after, goal) >= 0;
    before = after;
  }
  if (!w.needs) need_text(x, &w, say(x, WORD_MORE_THAN_WANTED), 1);
  add_way(all, w);
}

/* ---- codes ---- */

/* A step above that gives the code: what its way needs. */
static void giver_ways(ways *all, const char *name, size_t list) {
  explainer *x = all->x;
  for (size_t i = 0; i < x->plan->point_count; i++) {
    const trace_point *p = x->plan->points[i];
    if (p->step == list || p->kind == POINT_CODES) continue;
    for (size_t way = 0; way < p->way_count; way++) {
      const trace_way *t = &p->ways[way];
      if (!t->code || strcmp(t->code, name) != 0) continue;
      const char *made = x->plan->pack->steps[p->step].name;
      const bool row = p->kind == POINT_ROW && way < p->tested;
      const char *label = row ? arena_format(x->arena, say(x, WORD_ROW), t->label,
                                             x->plan->pack->steps[p->step].table.row_count)
                              : t->label;
      wish w = new_way(x, arena_format(x->arena, "%s: %s", made, label), t->at);
      if (row)
        need_row(x, &w, p, way);
      else if (way < p->tested && p->tests)
        need_test(x, &w, p, 0, way, true);
      else if (t->when)
        need_condition(x, &w, t->when->text ? t->when->text : "", t->when->tree, true);
      if (!w.needs) need_text(x, &w, say(x, WORD_CANNOT_GIVER), CANNOT_TELL / 2);
      add_way(all, w);
    }
  }
}

static void codes_ways(ways *all, const trace_point *p, const char *name) {
  explainer *x = all->x;
  for (size_t i = 0; i < p->way_count; i++) {
    const trace_way *t = &p->ways[i];
    if (strcmp(t->label, name) != 0) continue;
    if (!t->when && !t->absent) {
      giver_ways(all, name, p->step);
      return;
    }
    wish w = new_way(x, name, t->at);
    if (t->when)
      need_condition(x, &w, t->when->text, t->when->tree, true);
    else
      need_text(x, &w,
                arena_format(x->arena, say(x, WORD_NEED_WORD), t->absent->text,
                             explain_shown(x, explain_column(x, t->absent)), explain_missing(x)),
                1);
    if (!w.needs) need_text(x, &w, say(x, WORD_SILENCED), CANNOT_TELL / 2);
    add_way(all, w);
  }
}

/* ---- any step ---- */

static void channel_ways(ways *all, const trace_point *p, const char *wanted) {
  explainer *x = all->x;
  for (size_t way = 0; way < p->way_count; way++) {
    if (strcmp(p->ways[way].label, wanted) != 0) continue;
    wish w = new_way(x, wanted, p->ways[way].at);
    for (size_t i = 0; i <= way; i++) {
      const formula *when = p->ways[i].when;
      if (when) need_condition(x, &w, when->text, when->tree, i == way);
    }
    add_way(all, w);
  }
}

static void point_ways(ways *all, const step *s, const trace_point *p, const result *r,
                       const char *wanted, int depth) {
  switch (p->kind) {
  case POINT_BAND:
    if (s->kind == STEP_BANDS) bands_ways(all, s, p, wanted);
    break;
  case POINT_ROW:
    table_ways(all, s, p, r->name, wanted);
    break;
  case POINT_LINE:
    if (s->kind == STEP_ADJUST) adjust_ways(all, s, p, wanted, depth);
    if (s->kind == STEP_WORST) worst_ways(all, s, p, wanted, depth);
    break;
  case POINT_FORMULA:
    if (p->outcome && !strcmp(p->outcome, r->name)) formula_ways(all, p, wanted, depth);
    break;
  case POINT_CODES:
    codes_ways(all, p, wanted);
    break;
  case POINT_CLAUSE:
    if (p->outcome && !strcmp(p->outcome, r->name) && !p->amounts) channel_ways(all, p, wanted);
    break;
  case POINT_RULE:
    add_note(all, s->name, s->at, say(all->x, WORD_CANNOT_LUA));
    break;
  case POINT_OPERATION:
  case POINT_ATTRIBUTE:
  case POINT_RECORDS:
    break;
  }
}

void ways_to(ways *all, const result *r, const char *wanted, int depth) {
  explainer *x = all->x;
  const step *s = &x->plan->pack->steps[r->step];
  const size_t first = all->count;
  if (s->kind == STEP_SCORECARD)
    score_ways(all, s, r, wanted);
  else if (s->kind == STEP_LIMIT)
    limit_ways(all, s, r, wanted);
  else
    for (size_t i = 0; i < x->plan->point_count; i++)
      if (x->plan->points[i]->step == r->step)
        point_ways(all, s, x->plan->points[i], r, wanted, depth);
  if (all->count == first) add_note(all, s->name, s->at, say(x, WORD_CANNOT_STEP));
}

double need_deeper(explainer *x, explained *need, int slot, const char *word) {
  const result *r = result_of_slot(x->plan, slot);
  ways all = {.x = x};
  const wish *best = NULL;
  if (!r || r->kept || r->type.kind != TYPE_CHOICE || x->depth >= 2) return 0;
  x->depth++;
  ways_to(&all, r, word, MOST_DEPTH - 2);
  x->depth--;
  for (size_t i = 0; i < all.count; i++)
    if (all.items[i].distance < CANNOT_TELL / 2 &&
        (!best || all.items[i].distance < best->distance))
      best = &all.items[i];
  const double distance = best ? best->distance : 0;
  if (best) need->first = need->last = best->node;
  free(all.items);
  return distance;
}

/* ---- the target ---- */

static error_code find_output(const plan *p, const char *name, size_t *out, error *e) {
  const char **names = mem_array(p->output_count + 1, sizeof *names);
  for (size_t i = 0; i < p->output_count; i++) names[i] = p->outputs[i].name;
  for (*out = 0; *out < p->output_count && strcmp(names[*out], name) != 0; ++*out) continue;
  const char *near = text_suggest(name, names, p->output_count);
  free(names);
  if (*out < p->output_count) return ERR_OK;
  return error_set(e, ERR_USAGE, "--why-not: the pack has no output \"%s\"%s%s%s", name,
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static error_code check_word(const plan_output *o, const char *wanted, error *e) {
  const choice_list *list = o->type.kind == TYPE_CHOICE ? o->type.choices : NULL;
  if (!list || !*wanted || choice_find(list, wanted, strlen(wanted)) >= 0) return ERR_OK;
  const char *near = text_suggest(wanted, list->names, list->count);
  return error_set(e, ERR_USAGE, "--why-not: \"%s\" is none of the words of %s%s%s%s", wanted,
                   o->name, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* Whether the list shows the code, with its wanted or without. */
static bool shows_code(const column *c, size_t row, const char *name) {
  if (c->type.kind != TYPE_CODES || column_missing(c, row)) return false;
  const char *at = c->text.bytes + c->text.offsets[row],
             *end = c->text.bytes + c->text.offsets[row + 1];
  const size_t n = strlen(name);
  while (at < end) {
    const char *bar = memchr(at, '|', (size_t)(end - at)), *stop = bar ? bar : end;
    if ((size_t)(stop - at) >= n && !strncmp(at, name, n) && (at + n == stop || at[n] == ':'))
      return true;
    at = stop + 1;
  }
  return false;
}

static int nearest_first(const void *a, const void *b) {
  const wish *x = a, *y = b;
  if (x->distance != y->distance) return x->distance < y->distance ? -1 : 1;
  if (x->needs != y->needs) return x->needs < y->needs ? -1 : 1;
  return x->node->at.line < y->node->at.line ? -1 : x->node->at.line > y->node->at.line;
}

static void tell(explainer *x, explained *n, ways *all) {
  if (all->count) qsort(all->items, all->count, sizeof *all->items, nearest_first);
  for (size_t i = 0; i < all->count; i++) {
    explained *way = all->items[i].node;
    way->next = NULL;
    if (n->last)
      n->last->next = way;
    else
      n->first = way;
    n->last = way;
  }
  free(all->items);
  (void)x;
}

error_code why_not(arena *a, evaluator *v, const decisions *out, size_t row, const char *target,
                   const char *language, explained **root, error *e) {
  const plan *p = v->plan;
  explainer x = {.arena = a, .evaluator = v, .plan = p, .out = out, .row = row};
  x.language = language ? language : "en";
  const char *equal = strchr(target, '=');
  size_t number;
  if (!equal || equal == target)
    return error_set(e, ERR_USAGE, "--why-not: expected OUTPUT=VALUE, as in grade=A; found '%s'",
                     target);
  const char *name = arena_string_n(a, target, (size_t)(equal - target)), *wanted = equal + 1;
  if (find_output(p, name, &number, e) || check_word(&p->outputs[number], wanted, e))
    return e->code;
  const column *c = &out->outputs[number];
  *root = explain_add(&x, NULL, EXPLAINED_DECISION, NULL);
  explained *n = explain_add(&x, *root, EXPLAINED_OUTPUT, name);
  n->value = explain_plain(&x, c);
  n->shown = n->value && *n->value ? explain_shown(&x, c) : NULL;
  if (p->output_results[number] >= 0)
    n->at = p->pack->steps[p->results[p->output_results[number]].step].at;
  ways all = {.x = &x};
  if (out->failed[row]) {
    add_note(&all, name, (place){0}, say(&x, WORD_RULE_FAILED));
  } else if (c->type.kind == TYPE_CODES ? shows_code(c, row, wanted) : is_value(&x, c, wanted)) {
    explain_add(&x, n, EXPLAINED_NOTE, NULL)->text = arena_format(
        a, say(&x, c->type.kind == TYPE_CODES ? WORD_HAS_CODE : WORD_IS_ALREADY), name, wanted);
  } else if (p->output_results[number] < 0) {
    add_note(&all, name, (place){0}, say(&x, WORD_IS_FIELD));
  } else {
    const result *r = &p->results[p->output_results[number]];
    ways_to(&all, r, wanted, 0);
  }
  tell(&x, n, &all);
  return ERR_OK;
}
