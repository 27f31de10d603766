/* Step after step: what each can make of what it reads, for those below. */
#include <string.h>

#include "../lang/hit_policy.h"
#include "check_parts.h"

static void settle(check *c, size_t number, const char *name, possible p) {
  const result *r = check_result(c, number, name);
  if (r) c->world.slots[r->slot] = p;
}

/* ---- formulas and records of lists ---- */

static const trace_point *first_point(const check *c, size_t number) {
  size_t at = 0;
  return check_next_point(c, number, &at);
}

static void look_at_derive(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  const trace_point *p = first_point(c, number);
  const formula *f = p ? p->ways[0].value : NULL;
  if (!f) return;
  if (f->type.kind == TYPE_BOOLEAN)
    check_condition(c, f, s->derive.formula.at, "");
  else
    check_formula(c, f, s->derive.formula.at);
  settle(c, number, s->name, possible_of(&c->world, f->tree));
}

static const schema *records_of(const check *c, const char *list, bool *never_missing) {
  int at = schema_find(&c->pack->schema, list);
  if (at < 0 || c->pack->schema.fields[at].type.kind != TYPE_LIST) return NULL;
  *never_missing = c->pack->schema.fields[at].joined || c->pack->schema.fields[at].required;
  return c->pack->schema.fields[at].type.record;
}

/* A field of the records that is never below 0. */
static bool is_not_negative(const schema *record, const char *name) {
  int at = record && name ? schema_find(record, name) : -1;
  return at >= 0 && record->fields[at].has_min && record->fields[at].min >= 0 &&
         type_storage(record->fields[at].type.kind) == STORE_I64;
}

static bool points_are_not_negative(const aggregate_step *d) {
  for (size_t i = 0; i < d->point_count; i++) {
    rational x;
    const char *text = d->points[i].points.text;
    if (rational_parse(text, strlen(text), &x) != PARSE_OK || x.num < 0) return false;
  }
  return d->point_count > 0;
}

static void bound_aggregate(const aggregate_step *d, possible *p) {
  rational x;
  if (d->at_least.text &&
      rational_parse(d->at_least.text, strlen(d->at_least.text), &x) == PARSE_OK)
    *p = possible_at_least(*p, x);
  if (d->at_most.text && rational_parse(d->at_most.text, strlen(d->at_most.text), &x) == PARSE_OK)
    *p = possible_at_most(*p, x);
}

static void look_at_aggregate(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  const aggregate_step *d = &s->aggregate;
  bool there = false;
  const schema *record = records_of(c, d->of, &there);
  possible p = {.missing = true, .value = true};
  bool counts = d->kind == AGGREGATE_COUNT || d->kind == AGGREGATE_DISTINCT;
  bool adds = d->kind == AGGREGATE_SUM &&
              (points_are_not_negative(d) || is_not_negative(record, d->value.text));
  const result *r = check_result(c, number, s->name);
  p.has_low = counts || adds || d->kind == AGGREGATE_SHARE;
  p.has_high = d->kind == AGGREGATE_SHARE;
  p.high = (rational){1, 1};
  p.low = (rational){0, 1};
  if (d->kind == AGGREGATE_COUNT) p.missing = !there;
  if (!r || r->type.kind == TYPE_NUMBER || d->none.text) p.has_low = p.has_high = false;
  if (r && r->type.kind != TYPE_NUMBER && !d->none.text) bound_aggregate(d, &p);
  settle(c, number, s->name, p);
}

static void look_at_ageing(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  bool there = false;
  const schema *record = records_of(c, s->ageing.of, &there);
  possible p = {.missing = true, .value = true, .low = {0, 1}};
  p.has_low = is_not_negative(record, s->ageing.amount.text);
  for (size_t i = 0; i < s->ageing.bucket_count; i++)
    settle(c, number, s->ageing.buckets[i].name, p);
  settle(c, number, s->name, p);
}

/* ---- scorecards ---- */

static possible counted(const check *c, const trace_way *way) {
  return way->counted ? possible_of(&c->world, way->counted->tree)
                      : possible_range(way->counts, way->counts);
}

/* Of points that are computed from nothing that is tested: what they are computed to. */
static bool input_may_miss(const check *c, const trace_point *p) {
  const formula *of = p->input_count ? p->inputs[0] : p->ways[0].counted;
  return !of || possible_of(&c->world, of->tree).missing;
}

/* What a characteristic can add. */
static possible characteristic_adds(check *c, const trace_point *p) {
  const value_type exact = {.kind = TYPE_RATIO, .denominator = 1};
  const row_set *rows = p->tested ? check_rows(c, p, HIT_FIRST, true, NULL) : NULL;
  const trace_way *missing = &p->ways[p->way_count - 1];
  bool computes = false;
  possible out = possible_none();
  for (size_t w = 0; w + 1 < p->way_count; w++) {
    computes = computes || p->ways[w].counted;
    check_formula(c, p->ways[w].value, p->ways[w].at);
    if (!rows || rows->reached[w]) {
      possible one = counted(c, &p->ways[w]);
      one.missing = rows && one.missing;
      out = possible_union(&c->world, exact, out, one);
    }
  }
  if (!input_may_miss(c, p)) return out;
  if (computes && missing->implied)
    out.missing = true;
  else
    out = possible_union(&c->world, exact, out, counted(c, missing));
  return out;
}

static void bound_score(check *c, const scorecard_step *d, possible *p) {
  rational x;
  (void)c;
  if (d->min.text && rational_parse(d->min.text, strlen(d->min.text), &x) == PARSE_OK)
    *p = possible_at_least(*p, x);
  if (d->max.text && rational_parse(d->max.text, strlen(d->max.text), &x) == PARSE_OK)
    *p = possible_at_most(*p, x);
}

/* The baseline, divided; false: it is no plain number. */
static bool baseline_of(const scorecard_step *d, rational *out) {
  rational divide = {1, 1};
  *out = (rational){0, 1};
  if (d->baseline.text &&
      rational_parse(d->baseline.text, strlen(d->baseline.text), out) != PARSE_OK)
    return false;
  if (d->divide.text && rational_parse(d->divide.text, strlen(d->divide.text), &divide) != PARSE_OK)
    return false;
  return rational_div(*out, divide, out);
}

static void look_at_scorecard(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  rational baseline;
  possible sum = {.value = true};
  size_t at = 0;
  if (baseline_of(&s->scorecard, &baseline)) sum = possible_range(baseline, baseline);
  for (const trace_point *p; (p = check_next_point(c, number, &at));)
    if (p->kind == POINT_ATTRIBUTE) sum = possible_sum(sum, characteristic_adds(c, p));
  if (!sum.value) sum = (possible){.missing = true, .value = true};
  bound_score(c, &s->scorecard, &sum);
  settle(c, number, s->name, sum);
}

/* ---- tables ---- */

static possible cell_of(const check *c, const trace_point *p, size_t output, size_t way) {
  if (p->gives[output][way]) return possible_of(&c->world, p->gives[output][way]->tree);
  if (p->constants[output][way]) return possible_constant(&c->world, p->constants[output][way]);
  return (possible){.missing = true};
}

static void settle_output(check *c, size_t number, const trace_point *p, const row_set *rows,
                          const table_step *t, size_t output) {
  const result *r = check_result(c, number, t->outputs[output].name);
  if (!r) return;
  if (t->hit == HIT_COUNT) {
    c->world.slots[r->slot] = (possible){.value = true, .has_low = true, .low = {0, 1}};
    return;
  }
  if (hit_policy_is_multiple(t->hit)) return;
  possible out = possible_none();
  for (size_t w = 0; w < p->way_count; w++) {
    if (w < p->tested ? rows->reached[w] : !rows->complete)
      out = possible_union(&c->world, r->type, out, cell_of(c, p, output, w));
  }
  if (!rows->complete && !t->otherwise) out.missing = true;
  c->world.slots[r->slot] = out;
}

static void look_at_table(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  const trace_point *p = first_point(c, number);
  if (!p) return; /* a version that is not in force */
  const row_set *rows = check_rows(c, p, s->table.hit, false, &s->table);
  for (size_t k = 0; k < p->input_count; k++) check_formula(c, p->inputs[k], s->table.inputs[k].at);
  for (size_t o = 0; o < s->table.output_count; o++) {
    for (size_t w = 0; w < p->way_count; w++) check_formula(c, p->gives[o][w], p->ways[w].at);
    settle_output(c, number, p, rows, &s->table, o);
  }
}

/* ---- bands ---- */

static bool can_reach(const possible *of, const value *bound) {
  if (!of->value) return false;
  if (!bound || bound->type.kind == TYPE_NUMBER || !of->has_high) return true;
  return rational_compare(of->high, bound->exact) >= 0;
}

/* Whether a value lies below the band above. */
static bool lies_below(const possible *of, const value *above) {
  if (!above || above->type.kind == TYPE_NUMBER || !of->has_low) return true;
  return rational_compare(of->low, above->exact) < 0;
}

static void tell_band(check *c, const trace_point *p, size_t i, const possible *of) {
  buffer text = {0};
  bool high = !can_reach(of, p->ways[i].at_least);
  value v = {.type = {.kind = TYPE_RATIO}, .exact = high ? of->high : of->low};
  if (p->inputs[0]->type.kind == TYPE_DATE || p->inputs[0]->type.kind == TYPE_TIMESTAMP)
    v.type = p->inputs[0]->type;
  value_show(&text, &v, c->pack->zone);
  const char *bound = check_keep(c, &text), *of_text = p->inputs[0]->text;
  check_tell(c, "band-never-reached", p->ways[i].at, NULL, "mend the bound, or leave the band out",
             "the band \"%s\" is never reached: \"%s\" is at %s %s", p->ways[i].label,
             of_text ? of_text : p->label, high ? "most" : "least", bound);
}

static void look_at_bands(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  const trace_point *p = first_point(c, number);
  const result *r = check_result(c, number, s->name);
  const bands_step *d = &s->bands;
  possible of = possible_of(&c->world, p->inputs[0]->tree), out = possible_none();
  check_formula(c, p->inputs[0], d->of.at);
  for (size_t i = 0; i < d->band_count; i++) {
    const value *above = i ? p->ways[i - 1].at_least : NULL;
    bool reached = can_reach(&of, p->ways[i].at_least) && lies_below(&of, above);
    if (reached || check_names_param(c, d->bands[i].at_least.text))
      out = possible_union(&c->world, r->type, out, possible_word(&c->world, r->type, i));
    else if (of.value)
      tell_band(c, p, i, &of);
  }
  int word = d->missing ? choice_find(r->type.choices, d->missing, strlen(d->missing)) : -1;
  if (of.missing && word >= 0)
    out = possible_union(&c->world, r->type, out, possible_word(&c->world, r->type, (size_t)word));
  else
    out.missing = of.missing;
  settle(c, number, s->name, out);
}

/* ---- the others ---- */

static void look_at_codes(check *c, size_t number) {
  size_t at = 0;
  const step *s = &c->pack->steps[number];
  const trace_point *p = check_next_point(c, number, &at);
  settle(c, number, s->name, (possible){.value = true});
  for (size_t i = 0; p && !s->codes.scorecard && i < p->way_count; i++) {
    const trace_way *way = &p->ways[i];
    if (way->when) check_condition(c, way->when, way->at, "");
    check_formula(c, way->value, way->at);
    if (!way->absent || check_names_param(c, way->absent->text)) continue;
    if (possible_of(&c->world, way->absent->tree).missing) continue;
    check_tell(c, "never-missing", way->at, NULL, "leave the entry out",
               "%s is never given: \"%s\" is never missing", way->code,
               way->absent->text ? way->absent->text : way->label);
  }
}

static void look_at_quantiles(check *c, size_t number) {
  const quantiles_step *d = &c->pack->steps[number].quantiles;
  possible p = {.missing = true, .value = true};
  if (d->into) {
    p = possible_range((rational){1, 1}, (rational){d->into, 1});
    p.missing = true;
  }
  settle(c, number, c->pack->steps[number].name, p);
}

static possible class_before(const check *c, size_t number) {
  size_t at = 0;
  const trace_point *p = check_next_point(c, number, &at);
  return p && p->input_count ? possible_of(&c->world, p->inputs[0]->tree)
                             : (possible){.missing = true, .value = true};
}

void check_step(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  switch (s->kind) {
  case STEP_DERIVE:
    look_at_derive(c, number);
    break;
  case STEP_SCORECARD:
    look_at_scorecard(c, number);
    break;
  case STEP_TABLE:
    look_at_table(c, number);
    break;
  case STEP_BANDS:
    look_at_bands(c, number);
    break;
  case STEP_CODES:
    look_at_codes(c, number);
    break;
  case STEP_CADENCE:
    check_cadence(c, number);
    break;
  case STEP_LIMIT:
    settle(c, number, s->name, check_limit(c, number));
    break;
  case STEP_ADJUST:
    settle(c, number, s->name, check_adjust(c, number, class_before(c, number)));
    break;
  case STEP_WORST:
    settle(c, number, s->name, check_worst(c, number, class_before(c, number)));
    break;
  case STEP_AGGREGATE:
    look_at_aggregate(c, number);
    break;
  case STEP_AGEING:
    look_at_ageing(c, number);
    break;
  case STEP_QUANTILES:
    look_at_quantiles(c, number);
    break;
  case STEP_LUA:
  case STEP_TOTAL:
  case STEP_STEADY:
  case STEP_SMOOTH:
    break; /* any value of the type, and missing */
  }
}
