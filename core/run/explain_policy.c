/* Cadences clause by clause with the moments, limits operation by operation with the amounts: what each
 * did to the record, and what it left. The points of such a step stand in the order of its clauses. */
#include <stdlib.h>
#include <string.h>

#include "explain_parts.h"

static const char *say(const explainer *x, explain_word w) {
  return explain_say(x->language, w);
}

/* ---- cadences ---- */

static const char *shown(explainer *x, const formula *f) {
  return explain_shown(x, explain_column(x, f));
}

/* "24 hours", "2 working days": how a promise was written, near enough. */
static const char *span(explainer *x, int64_t seconds) {
  if (seconds % 86400 == 0 && seconds > 86400)
    return arena_format(x->arena, "%lldd", (long long)(seconds / 86400));
  if (seconds % 3600 == 0) return arena_format(x->arena, "%lldh", (long long)(seconds / 3600));
  return arena_format(x->arena, "%lldm", (long long)(seconds / 60));
}

static void put_interval(explainer *x, explained *n, const formula *amount, const formula *from,
                         const cadence_clause *c) {
  const char *unit = say(x, c->workdays ? WORD_WORKDAYS : WORD_DAYS);
  n->rule = arena_format(x->arena, say(x, WORD_AFTER), amount->text, unit, from->text);
  n->filled = arena_format(x->arena, say(x, WORD_AFTER), shown(x, amount), unit, shown(x, from));
}

/* sooner, later: a number of days, or a date. */
static void put_shift(explainer *x, explained *n, const formula *f, const cadence_clause *c) {
  const bool sooner = c->kind == CADENCE_SOONER;
  const explain_word how = c->amount.text ? (sooner ? WORD_AT_MOST : WORD_AT_LEAST)
                                          : (sooner ? WORD_NO_LATER : WORD_NO_SOONER);
  const char *unit = c->amount.text ? say(x, c->workdays ? WORD_WORKDAYS : WORD_DAYS) : "";
  const char *rule = arena_format(x->arena, *unit ? "%s %s" : "%s%s", f->text, unit);
  n->rule = arena_format(x->arena, say(x, how), rule);
  if (f->tree->kind != NODE_CONSTANT) n->filled = arena_format(x->arena, say(x, how), shown(x, f));
}

/* What the clause asks, where its condition alone does not say it. */
static void put_clause(explainer *x, explained *n, const trace_point *p, const cadence_clause *c) {
  const formula *from = p->input_count ? p->inputs[0] : NULL, *gives = p->ways[0].value;
  const int way = trace_way_of(x->evaluator, p, x->row);
  switch (c->kind) {
  case CADENCE_FIRST_TOUCH:
    if (!from) break;
    n->rule = arena_format(x->arena, say(x, WORD_WITHIN), span(x, c->within), from->text);
    n->filled = arena_format(x->arena, say(x, WORD_WITHIN), span(x, c->within), shown(x, from));
    break;
  case CADENCE_NONE_YET:
    n->rule = way >= 0 || !from ? say(x, WORD_NOTHING_YET)
                                : arena_format(x->arena, say(x, WORD_LAST), shown(x, from));
    break;
  case CADENCE_SEQUENCE:
    if (way < 0 || !from) break;
    n->rule = arena_format(x->arena, say(x, WORD_DAY), p->ways[way].label, from->text);
    n->filled = arena_format(x->arena, say(x, WORD_DAY), p->ways[way].label, shown(x, from));
    break;
  case CADENCE_EVERY:
    if (gives && from) put_interval(x, n, gives, from, c);
    break;
  case CADENCE_SOONER:
  case CADENCE_LATER:
    if (gives) put_shift(x, n, gives, c);
    break;
  case CADENCE_OVERDUE:
    n->rule = say(x, way >= 0 ? WORD_OVERDUE : WORD_NOT_OVERDUE);
    break;
  case CADENCE_CAP:
    n->rule = arena_format(x->arena, say(x, WORD_CAP), (long long)c->most, (long long)c->per,
                           c->touches.list.text);
    break;
  case CADENCE_OPENING:
    n->rule = say(x, WORD_ROLLED);
    break;
  case CADENCE_QUIET:
    n->rule = say(x, WORD_QUIET);
    break;
  case CADENCE_NEVER:
  case CADENCE_CHANNEL:
    break;
  }
}

static void read_clause(explainer *x, const trace_point *p) {
  for (size_t i = 0; i < p->input_count; i++) read_formula(x, p->inputs[i]);
  for (size_t way = 0; way < p->way_count; way++) {
    read_formula(x, p->ways[way].value);
    read_formula(x, p->ways[way].when);
  }
}

static bool moves_date(const cadence_clause *c) {
  return c->kind == CADENCE_SOONER || c->kind == CADENCE_LATER || c->kind == CADENCE_CAP ||
         c->kind == CADENCE_OPENING || c->kind == CADENCE_QUIET;
}

static void explain_clause(explainer *x, explained *parent, const trace_point *p,
                           const cadence_clause *c) {
  const int way = trace_way_of(x->evaluator, p, x->row);
  explained *n = explain_add(x, parent, EXPLAINED_CLAUSE, p->label);
  rational due;
  n->taken = way >= 0;
  n->shifts = moves_date(c);
  n->at = p->at;
  read_clause(x, p);
  put_clause(x, n, p, c);
  const formula *when = p->ways[0].when;
  if (when && !n->rule)
    put_formula(x, n, when);
  else if (when)
    put_formula(x, explain_add(x, n, EXPLAINED_TEST, NULL), when);
  if (way < 0) return;
  put_code(x, n, p->ways[way].code);
  if (!p->amounts || !trace_after(x->evaluator, p, x->row, &due)) return;
  n->value = explain_moment(x, (int64_t)due.num, true);
  n->shown = explain_moment(x, (int64_t)due.num, false);
}

/* The row that gave the channel, or the formula. */
static void explain_channel(explainer *x, explained *parent, const trace_point *p) {
  const int way = trace_way_of(x->evaluator, p, x->row);
  explained *n = explain_add(x, parent, EXPLAINED_LINE, NULL);
  n->at = p->at;
  n->taken = way >= 0;
  read_clause(x, p);
  if (way < 0) return;
  const trace_way *w = &p->ways[way];
  n->name = w->label;
  n->at = w->at;
  if (w->when || w->value)
    put_formula(x, n, w->when ? w->when : w->value);
  else
    n->rule = say(x, WORD_ELSE);
  put_code(x, n, w->code);
}

static bool makes_interval(const cadence_step *s, const char *made) {
  for (size_t i = 0; i < s->clause_count; i++)
    if (s->clauses[i].kind == CADENCE_EVERY && s->clauses[i].as && !strcmp(s->clauses[i].as, made))
      return true;
  return false;
}

static bool is_about_days(const cadence_clause *c) {
  return c->kind == CADENCE_EVERY ||
         ((c->kind == CADENCE_SOONER || c->kind == CADENCE_LATER) && c->amount.text);
}

void explain_cadence(explainer *x, explained *parent, const step *s,
                     const trace_point *const *points, size_t count, const char *made) {
  const cadence_step *d = &s->cadence;
  const bool interval = makes_interval(d, made), due = !strcmp(s->name, made);
  for (size_t i = 0; i < count && i < d->clause_count; i++) {
    const cadence_clause *c = &d->clauses[i];
    const bool channel = c->kind == CADENCE_CHANNEL;
    if (channel && !due && !interval)
      explain_channel(x, parent, points[i]);
    else if (!channel && (due || (interval && is_about_days(c))))
      explain_clause(x, parent, points[i], c);
  }
}

/* ---- limits ---- */

static void explain_term(explainer *x, explained *parent, const trace_point *p, size_t way) {
  const trace_way *w = &p->ways[way];
  explained *n = explain_add(x, parent, EXPLAINED_TERM, NULL);
  n->taken = trace_took(x->evaluator, p, x->row, way);
  n->at = w->at;
  put_formula(x, n, w->value ? w->value : w->when);
  if (w->value) {
    const column *c = explain_column(x, w->value);
    n->value = explain_plain(x, c);
    n->shown = explain_shown(x, c);
    if (w->when) put_formula(x, explain_add(x, n, EXPLAINED_TEST, NULL), w->when);
  }
  if (n->taken) put_code(x, n, w->code);
}

static const char *picked(explainer *x, const limit_operation *o) {
  static const explain_word how[] = {[PICK_LEAST] = WORD_PICK_LEAST,
                                     [PICK_GREATEST] = WORD_PICK_GREATEST,
                                     [PICK_MEDIAN] = WORD_PICK_MEDIAN,
                                     [PICK_MEAN] = WORD_PICK_MEAN};
  return arena_format(x->arena, say(x, how[o->pick]), o->term_count);
}

/* One term needs no line of its own. */
static void put_single(explainer *x, explained *n, const trace_point *p) {
  const trace_way *w = &p->ways[0];
  if (w->value || w->when)
    put_formula(x, n, w->value ? w->value : w->when);
  else
    n->rule = w->label;
  if (w->value && w->when) put_formula(x, explain_add(x, n, EXPLAINED_TEST, NULL), w->when);
  if (n->taken) put_code(x, n, w->code);
}

/* `o` NULL: what a limit is where a value is missing. */
static void explain_operation(explainer *x, explained *parent, const trace_point *p,
                              const limit_operation *o) {
  const int way = p->always ? 0 : trace_way_of(x->evaluator, p, x->row);
  if (!o && way < 0) return;
  explained *n = explain_add(x, parent, EXPLAINED_OPERATION, p->label);
  rational after;
  n->at = p->at;
  n->conditional = o && o->kind == LIMIT_ZERO;
  n->taken = way >= 0 || (o && o->kind == LIMIT_START);
  if (trace_after(x->evaluator, p, x->row, &after)) {
    n->value = explain_number(x, after, x->plan->pack->currency_digits, true);
    n->shown = explain_number(x, after, x->plan->pack->currency_digits, false);
  } else {
    n->shown = explain_missing(x);
  }
  if (p->always)
    n->rule = p->ways[0].label;
  else if (p->way_count == 1)
    put_single(x, n, p);
  else {
    if (o && o->kind == LIMIT_START) n->rule = picked(x, o);
    for (size_t i = 0; i < p->way_count; i++) explain_term(x, n, p, i);
  }
  if (o && o->of.text)
    n->rule = arena_format(x->arena, say(x, WORD_OF), n->rule ? n->rule : "", o->of.text);
  if (o && o->when.text) {
    explained *test = explain_add(x, n, EXPLAINED_TEST, NULL);
    test->rule = o->when.text;
  }
}

void explain_limit(explainer *x, explained *parent, const step *s, const trace_point *const *points,
                   size_t count) {
  const limit_step *d = &s->limit;
  for (size_t i = 0; i < count; i++)
    explain_operation(x, parent, points[i], i < d->operation_count ? &d->operations[i] : NULL);
}
