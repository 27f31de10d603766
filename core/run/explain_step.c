/* How each kind of step came to its result: read from the points of the trace, in the words of the
 * pack. A step whose points say nothing more than formulas is told by these. */
#include <stdlib.h>
#include <string.h>

#include "../eval/inspect.h"
#include "explain_parts.h"

static const char *say(const explainer *x, explain_word w) {
  return explain_say(x->language, w);
}

void read_formula(explainer *x, const formula *f) {
  if (f) explain_reads(x, f->tree);
}

/* "hopeful = hopeful": the condition said it already. */
static bool says_nothing(const char *filled) {
  const char *middle = strstr(filled, " = ");
  if (!middle) return false;
  const size_t n = (size_t)(middle - filled);
  return strlen(middle + 3) == n && !strncmp(filled, middle + 3, n);
}

void put_formula(explainer *x, explained *n, const formula *f) {
  if (!f) return;
  read_formula(x, f);
  n->rule = f->text;
  n->filled = explain_filled(x, f);
  if (n->filled && says_nothing(n->filled)) n->filled = NULL;
}

static explained *add_formula(explainer *x, explained *parent, const formula *f) {
  explained *n = explain_add(x, parent, EXPLAINED_FORMULA, NULL);
  const column *c = explain_column(x, f);
  put_formula(x, n, f);
  n->value = explain_plain(x, c);
  n->shown = n->value ? explain_shown(x, c) : NULL;
  return n;
}

/* Whether the code stands in a list and was given to the record. */
static bool was_given(const explainer *x, const char *name) {
  const evaluator *v = x->evaluator;
  const uint64_t *words = v->given + x->row * x->plan->code_words;
  for (size_t i = 0; i < x->plan->code_count; i++) {
    const code *c = x->plan->codes[i];
    for (size_t k = 0; k < c->bit_count && !strcmp(c->name, name); k++)
      if (words[c->bits[k] / 64] >> (c->bits[k] % 64) & 1) return true;
  }
  return false;
}

void put_code(explainer *x, explained *n, const char *given) {
  if (!given || !was_given(x, given)) return;
  n->code = given;
  n->text = explain_code_text(x, given);
}

/* ---- scorecards ---- */

static const characteristic *characteristic_of(const scorecard_step *s, const char *name) {
  for (size_t i = 0; i < s->characteristic_count; i++)
    if (!strcmp(s->characteristics[i].name, name)) return &s->characteristics[i];
  return NULL;
}

static const char *points_text(const explainer *x, const characteristic *c, size_t way) {
  if (way < c->attribute_count) return c->attributes[way].points.text;
  if (!c->attribute_count && way == 0) return c->points.text;
  return c->missing.text ? c->missing.text : say(x, WORD_LOWEST);
}

static void explain_characteristic(explainer *x, explained *parent, const trace_point *p,
                                   const characteristic *c) {
  const int way = trace_way_of(x->evaluator, p, x->row);
  const formula *input = p->inputs[0];
  const column *read = explain_column(x, input);
  explained *n = explain_add(x, parent, EXPLAINED_CHARACTERISTIC, p->label);
  n->at = p->at;
  n->value = explain_plain(x, read);
  n->shown = explain_shown(x, read);
  read_formula(x, input);
  n->taken = way >= 0;
  if (way < 0) return;
  const trace_way *w = &p->ways[way];
  const bool missing = (size_t)way + 1 == p->way_count;
  n->at = w->at;
  n->rule = missing ? say(x, WORD_MISSING) : c->attribute_count ? w->label : "";
  n->points = points_text(x, c, (size_t)way);
  n->weight = c->weight.text;
  rational counts = w->counts;
  const column *computed = w->counted ? explain_column(x, w->counted) : NULL;
  if (computed) {
    n->points = explain_shown(x, explain_column(x, w->value));
    n->counts = explain_exact(x, computed, 2);
  } else {
    n->counts = explain_number(x, counts, 2, false);
  }
  if (w->value && c->attribute_count) add_formula(x, n, w->value);
  if (input->slot < 0 && c->attribute_count) {
    explained *how = explain_add(x, n, EXPLAINED_FORMULA, NULL);
    put_formula(x, how, input);
  }
}

static void explain_bounds(explainer *x, explained *parent, const scorecard_step *s,
                           const trace_point *p) {
  const int way = trace_way_of(x->evaluator, p, x->row);
  if (way < 0) return;
  explained *n = explain_add(x, parent, EXPLAINED_SUM, p->ways[way].label);
  n->at = p->ways[way].at;
  n->counts = way ? s->max.text : s->min.text;
}

/* What a number adds once it is divided; as written where that cannot be told. */
static const char *divided(explainer *x, rational of, const char *divide, const char *written) {
  rational by = {1, 1};
  if ((divide && rational_parse(divide, strlen(divide), &by) != PARSE_OK) ||
      !rational_div(of, by, &of))
    return written;
  return explain_number(x, of, 2, false);
}

static void explain_scorecard(explainer *x, explained *parent, const step *s,
                              const trace_point *const *points, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const characteristic *c = characteristic_of(&s->scorecard, points[i]->label);
    if (points[i]->kind == POINT_ATTRIBUTE && c) explain_characteristic(x, parent, points[i], c);
  }
  if (s->scorecard.baseline.text) {
    rational number;
    const char *base = s->scorecard.baseline.text;
    explained *n = explain_add(x, parent, EXPLAINED_SUM, say(x, WORD_BASELINE));
    n->points = base;
    n->counts = rational_parse(base, strlen(base), &number) == PARSE_OK
                    ? divided(x, number, s->scorecard.divide.text, base)
                    : base;
    n->at = s->scorecard.baseline.at;
  }
  explained *sum = explain_add(x, parent, EXPLAINED_SUM, say(x, WORD_SUM));
  sum->weight = s->scorecard.divide.text; /* the divisor, which every line has been divided by */
  sum->counts = parent->shown;
  for (size_t i = 0; i < count; i++)
    if (points[i]->kind == POINT_LINE) explain_bounds(x, parent, &s->scorecard, points[i]);
}

/* ---- tables ---- */

static void read_tests(explainer *x, const trace_point *p, size_t way) {
  for (size_t i = 0; i < p->input_count; i++) {
    const unary_test *t = &p->tests[i][way];
    if (t->kind == TEST_ANY) continue;
    read_formula(x, p->inputs[i]);
    if (t->kind == TEST_DYNAMIC) explain_reads(x, t->dynamic);
  }
}

/* The formula in the cell of the row that the result was taken from. */
static void explain_cell(explainer *x, explained *n, const table_step *t, const trace_point *p,
                         size_t way, const char *made) {
  for (size_t i = 0; i < t->output_count && p->gives; i++) {
    const formula *f = p->gives[i][way];
    if (strcmp(t->outputs[i].name, made) != 0 || !f || f->tree->kind == NODE_CONSTANT) continue;
    explained *how = explain_add(x, n, EXPLAINED_FORMULA, NULL);
    put_formula(x, how, f);
    const size_t number = strtoul(p->ways[way].label, NULL, 10);
    if (f->text || !number || number > t->row_count) continue;
    how->rule = t->rows[number - 1].outputs[i].text;
    how->filled = explain_fill(x, how->rule, f->tree);
  }
}

static void explain_row(explainer *x, explained *parent, const step *s, const trace_point *p,
                        size_t way, const char *made) {
  explained *n = explain_add(x, parent, EXPLAINED_ROW, NULL);
  const bool otherwise = way >= p->tested;
  n->name = otherwise
                ? say(x, WORD_DEFAULT)
                : arena_format(x->arena, say(x, WORD_ROW), p->ways[way].label, s->table.row_count);
  n->at = p->ways[way].at;
  put_code(x, n, p->ways[way].code);
  bool any = otherwise;
  for (size_t i = 0; i < p->input_count && !otherwise; i++) {
    const explained_test t = explain_test(x, p, i, way);
    if (t.any) continue;
    explained *test = explain_add(x, n, EXPLAINED_TEST, NULL);
    test->rule = t.rule;
    test->filled = t.filled;
    any = true;
  }
  if (!any) n->rule = say(x, WORD_ELSE);
  for (size_t i = 0; i < p->input_count && (!any || otherwise); i++) {
    explained *in = explain_add(x, n, EXPLAINED_READ, p->inputs[i]->text);
    const column *c = explain_column(x, p->inputs[i]);
    in->value = explain_plain(x, c);
    in->shown = explain_shown(x, c);
  }
  if (!otherwise) read_tests(x, p, way);
  explain_cell(x, n, &s->table, p, way, made);
}

static void explain_table(explainer *x, explained *parent, const step *s, const trace_point *p,
                          const char *made) {
  bool any = false;
  for (size_t way = 0; way < p->way_count; way++) {
    if (!trace_took(x->evaluator, p, x->row, way)) continue;
    explain_row(x, parent, s, p, way, made);
    any = true;
  }
  if (any) return;
  explained *n = explain_add(x, parent, EXPLAINED_ROW, say(x, WORD_NO_ROW));
  n->at = p->at;
  n->taken = false;
  for (size_t i = 0; i < p->input_count; i++) {
    explained *in = explain_add(x, n, EXPLAINED_READ, p->inputs[i]->text);
    in->shown = explain_shown(x, explain_column(x, p->inputs[i]));
    read_formula(x, p->inputs[i]);
  }
}

/* ---- bands ---- */

static void explain_bands(explainer *x, explained *parent, const bands_step *d,
                          const trace_point *p) {
  const int way = trace_way_of(x->evaluator, p, x->row);
  const formula *of = p->inputs[0];
  const char *shown = explain_shown(x, explain_column(x, of));
  read_formula(x, of);
  if (way < 0) return;
  const size_t i = (size_t)way;
  explained *n = explain_add(x, parent, EXPLAINED_BAND, p->ways[i].label);
  n->at = p->ways[i].at;
  put_code(x, n, p->ways[i].code);
  if (i >= d->band_count) {
    n->rule = arena_format(x->arena, say(x, WORD_IS_MISSING), d->of.text);
  } else if (d->bands[i].at_least.text) {
    n->rule = arena_format(x->arena, "%s >= %s", d->of.text, d->bands[i].at_least.text);
    n->filled = arena_format(x->arena, "%s >= %s", shown, d->bands[i].at_least.text);
  } else if (i > 0) {
    n->rule = arena_format(x->arena, "%s < %s", d->of.text, d->bands[i - 1].at_least.text);
    n->filled = arena_format(x->arena, "%s < %s", shown, d->bands[i - 1].at_least.text);
  }
  if (of->slot < 0) add_formula(x, parent, of);
}

/* ---- adjust, worst, best ---- */

/* What a line that applied made of the class. */
static void put_change(explainer *x, explained *n, const explained *parent, const trace_point *p,
                       const trace_way *w) {
  const char *before = p->input_count ? explain_plain(x, explain_column(x, p->inputs[0])) : NULL;
  const bool same = before && parent->value && !strcmp(before, parent->value);
  if (same)
    n->text = say(x, WORD_NO_CHANGE);
  else if (w->value)
    n->shown = n->value = explain_plain(x, explain_column(x, w->value));
}

static void explain_lines(explainer *x, explained *parent, const trace_point *p) {
  for (size_t i = 0; i < p->input_count; i++) read_formula(x, p->inputs[i]);
  for (size_t way = 0; way < p->way_count; way++) {
    const trace_way *w = &p->ways[way];
    explained *n = explain_add(x, parent, EXPLAINED_LINE, NULL);
    n->taken = trace_took(x->evaluator, p, x->row, way);
    n->at = w->at;
    if (w->when)
      put_formula(x, n, w->when);
    else
      n->rule = w->label;
    if (n->taken) put_code(x, n, w->code);
    read_formula(x, w->value);
    if (n->taken) put_change(x, n, parent, p, w);
  }
}

/* ---- codes ---- */

/* The first point above the list that gave the code to the record. */
static void explain_giver(explainer *x, explained *n, const char *given, size_t list) {
  for (size_t i = 0; i < x->plan->point_count; i++) {
    const trace_point *p = x->plan->points[i];
    if (p->step == list || p->kind == POINT_CODES || p->kind == POINT_ATTRIBUTE) continue;
    for (size_t way = 0; way < p->way_count; way++) {
      if (!p->ways[way].code || strcmp(p->ways[way].code, given) != 0 ||
          !trace_took(x->evaluator, p, x->row, way))
        continue;
      const char *name = x->plan->pack->steps[p->step].name;
      const char *by =
          strcmp(p->label, name) ? arena_format(x->arena, "%s: %s", name, p->label) : name;
      n->rule = arena_format(x->arena, say(x, WORD_GIVEN_BY), by);
      n->at = p->ways[way].at;
      return;
    }
  }
}

/* What the points of a characteristic are compared with: its baseline, weighted and divided; or, where
 * all are constant and points lost are asked for, the most that it can have. */
static const char *compared_with(explainer *x, const scorecard_step *s, const trace_point *p,
                                 codes_order by) {
  const characteristic *c = characteristic_of(s, p->label);
  rational most = p->ways[0].counts, weight;
  bool computes = false;
  for (size_t w = 0; w < p->way_count; w++) {
    computes = computes || p->ways[w].counted;
    if (rational_compare(p->ways[w].counts, most) > 0) most = p->ways[w].counts;
  }
  const char *baseline = c ? c->baseline.text : NULL;
  if (!baseline || (by == BY_POINTS_LOST && !computes)) return explain_number(x, most, 2, false);
  if (rational_parse(baseline, strlen(baseline), &most) == PARSE_OK &&
      rational_parse(c->weight.text, strlen(c->weight.text), &weight) == PARSE_OK &&
      rational_mul(most, weight, &most))
    return divided(x, most, s->divide.text, baseline);
  return baseline;
}

/* A reason by points: how many of how many. */
static void explain_lost(explainer *x, explained *n, const char *given, const codes_step *d) {
  for (size_t i = 0; i < x->plan->point_count; i++) {
    const trace_point *p = x->plan->points[i];
    const step *s = &x->plan->pack->steps[p->step];
    if (p->kind != POINT_ATTRIBUTE || strcmp(s->name, d->scorecard) != 0) continue;
    const int way = trace_way_of(x->evaluator, p, x->row);
    if (way < 0 || !p->ways[way].code || strcmp(p->ways[way].code, given) != 0) continue;
    const formula *counted = p->ways[way].counted;
    const char *points = counted ? explain_exact(x, explain_column(x, counted), 2)
                                 : explain_number(x, p->ways[way].counts, 2, false);
    n->rule =
        arena_format(x->arena, say(x, d->by == BY_POINTS_LOST ? WORD_LOST : WORD_AGAINST_BASELINE),
                     p->label, points, compared_with(x, &s->scorecard, p, d->by));
    n->at = p->ways[way].at;
    return;
  }
}

static void explain_code(explainer *x, explained *parent, const trace_point *p, size_t way,
                         const codes_step *d) {
  const trace_way *w = &p->ways[way];
  explained *n = explain_add(x, parent, EXPLAINED_CODE, w->label);
  n->at = w->at;
  n->code = w->code;
  n->text = explain_code_text(x, w->code);
  if (d->scorecard) {
    explain_lost(x, n, w->code, d);
  } else if (w->when) {
    put_formula(x, n, w->when);
  } else if (w->absent) {
    read_formula(x, w->absent);
    n->rule = arena_format(x->arena, say(x, WORD_IS_MISSING), w->absent->text);
    const char *filled = explain_filled(x, w->absent);
    if (w->absent->slot < 0) n->filled = filled;
  } else {
    explain_giver(x, n, w->code, p->step);
  }
  if (w->value) {
    const column *c = explain_column(x, w->value);
    n->value = explain_plain(x, c);
    n->shown = explain_shown(x, c);
    read_formula(x, w->value);
    if (w->value->slot < 0) put_formula(x, explain_add(x, n, EXPLAINED_FORMULA, NULL), w->value);
  }
}

/* Reasons by points stand in the order of the points, which is that of the value. */
static void explain_ranked(explainer *x, explained *parent, const step *s, const trace_point *p) {
  for (const char *at = parent->value; at && *at;) {
    const size_t n = strcspn(at, "|");
    for (size_t way = 0; way < p->way_count; way++) {
      const char *name = p->ways[way].code;
      if (name && strlen(name) == n && !memcmp(name, at, n) &&
          trace_took(x->evaluator, p, x->row, way))
        explain_code(x, parent, p, way, &s->codes);
    }
    at += n + (at[n] == '|');
  }
}

static void explain_codes(explainer *x, explained *parent, const step *s, const trace_point *p) {
  if (s->codes.scorecard) {
    explain_ranked(x, parent, s, p);
    return;
  }
  for (size_t way = 0; way < p->way_count; way++)
    if (trace_took(x->evaluator, p, x->row, way)) explain_code(x, parent, p, way, &s->codes);
}

/* ---- Lua rules ---- */

/* What the name meant above the step. */
static const column *column_above(const explainer *x, const char *name, size_t number) {
  const plan *p = x->plan;
  for (size_t i = p->result_count; i-- > 0;)
    if (p->results[i].step < number && !strcmp(p->results[i].name, name))
      return x->evaluator->frame.slots[p->results[i].slot];
  const int number_of = schema_find(&p->pack->schema, name);
  if (number_of < 0 || p->pack->schema.fields[number_of].type.kind == TYPE_LIST) return NULL;
  return x->evaluator->frame.slots[number_of];
}

static void explain_lua(explainer *x, explained *parent, const step *s, size_t number) {
  const lua_step *d = &s->lua;
  explained *n = explain_add(x, parent, EXPLAINED_RULE, NULL);
  n->at = s->at;
  n->rule = say(x, WORD_LUA);
  for (size_t i = 0; i < d->field_count; i++) {
    const column *c = column_above(x, d->fields[i], number);
    if (!c) continue;
    explained *read = explain_add(x, n, EXPLAINED_READ, d->fields[i]);
    read->value = explain_plain(x, c);
    read->shown = explain_shown(x, c);
  }
}

/* ---- any step ---- */

/* What was asked of the records; the value is kept with the decision, they are not. */
static void explain_kept(explainer *x, explained *parent, const trace_point *const *points,
                         size_t count, const char *made) {
  for (size_t i = 0; i < count; i++) {
    const trace_point *p = points[i];
    if (p->kind != POINT_FORMULA || !p->outcome || strcmp(p->outcome, made) != 0) continue;
    explained *how = explain_add(x, parent, EXPLAINED_FORMULA, NULL);
    how->rule = arena_format(x->arena, "%s (%s)", p->ways[0].label, say(x, WORD_KEPT));
    how->at = p->ways[0].at;
    return;
  }
  explain_add(x, parent, EXPLAINED_NOTE, NULL)->text = say(x, WORD_KEPT);
}

static void explain_point(explainer *x, explained *parent, const step *s, const trace_point *p,
                          const char *made) {
  switch (p->kind) {
  case POINT_FORMULA:
    if (p->ways[0].value)
      add_formula(x, parent, p->ways[0].value);
    else
      explain_add(x, parent, EXPLAINED_FORMULA, NULL)->rule = p->ways[0].label;
    break;
  case POINT_ROW:
    explain_table(x, parent, s, p, made);
    break;
  case POINT_BAND:
    if (s->kind == STEP_BANDS) explain_bands(x, parent, &s->bands, p);
    break;
  case POINT_LINE:
    explain_lines(x, parent, p);
    break;
  case POINT_CLAUSE: /* told together, by explain_policy.c */
  case POINT_OPERATION:
    break;
  case POINT_CODES:
    explain_codes(x, parent, s, p);
    break;
  case POINT_RECORDS: /* what is made of records is kept: explain_kept */
    break;
  case POINT_RULE:
    explain_lua(x, parent, s, p->step);
    break;
  case POINT_ATTRIBUTE: /* told by its scorecard */
    break;
  }
}

void explain_step(explainer *x, explained *parent, const result *r) {
  const pack *p = x->plan->pack;
  const step *s = &p->steps[r->step];
  const trace_point **points = arena_array(x->arena, x->plan->point_count + 1, sizeof *points);
  size_t count = 0;
  for (size_t i = 0; i < x->plan->point_count; i++)
    if (x->plan->points[i]->step == r->step) points[count++] = x->plan->points[i];
  if (r->kept)
    explain_kept(x, parent, points, count, r->name);
  else if (s->kind == STEP_SCORECARD)
    explain_scorecard(x, parent, s, points, count);
  else if (s->kind == STEP_CADENCE)
    explain_cadence(x, parent, s, points, count, r->name);
  else if (s->kind == STEP_LIMIT)
    explain_limit(x, parent, s, points, count);
  else {
    for (size_t i = 0; i < count; i++) explain_point(x, parent, s, points[i], r->name);
  }
}
