/* A limit through its operations, as an interval: what it can be at the end, and bounds that never bind. */
#include <string.h>

#include "check_parts.h"

static const rational zero = {0, 1};

static bool number_of(const char *text, rational *out) {
  return text && rational_parse(text, strlen(text), out) == PARSE_OK;
}

/* What a missing amount of the operation becomes. */
static possible settled(const limit_operation *d, possible p) {
  rational counts;
  if (!p.missing || d->missing != LIMIT_MISSING_COUNTS || !number_of(d->missing_as.text, &counts))
    return p;
  possible as = possible_range(counts, counts);
  if (!p.value) return as;
  p.missing = false;
  if (p.has_low && rational_compare(counts, p.low) < 0) p.low = counts;
  if (p.has_high && rational_compare(counts, p.high) > 0) p.high = counts;
  return p;
}

typedef struct walk {
  check *c;
  const step *step;
  possible_world *world;
} walk;

static possible united(const walk *w, possible a, possible b) {
  return possible_union(w->world, (value_type){.kind = TYPE_RATIO, .denominator = 1}, a, b);
}

/* Whether the term is there for every record. */
static bool is_certain(unsigned truth, const possible *p) {
  return truth == MAYBE_TRUE && !p->missing;
}

/* What the start gives where no candidate is there. */
static possible none_of(const walk *w, const limit_operation *d, const trace_point *p) {
  if (!d->none.formula.text) return (possible){.missing = true};
  return possible_of(w->world, p->ways[d->term_count].value->tree);
}

static possible started(const walk *w, const limit_operation *d, const trace_point *p) {
  possible out = possible_none(), certain = possible_none();
  bool any = false;
  for (size_t t = 0; t < d->term_count; t++) {
    unsigned truth = check_condition(w->c, p->ways[t].when, p->ways[t].at, "");
    possible one = settled(d, possible_of(w->world, p->ways[t].value->tree));
    if (!(truth & MAYBE_TRUE)) continue;
    bool counts = !d->skip_negative || (one.has_low && one.low.num >= 0);
    bool sure = counts && is_certain(truth, &one);
    if (sure) certain = any ? possible_min(certain, one) : one;
    any = any || sure;
    bool unknown = one.missing && d->missing == LIMIT_MISSING_UNKNOWN;
    one.missing = unknown;
    out = united(w, out, one);
  }
  bool least = d->term_count == 1 || d->pick == PICK_LEAST;
  if (any && least && certain.has_high) out = possible_at_most(out, certain.high);
  rational negative = zero;
  if (!any) out = united(w, out, none_of(w, d, p));
  if (number_of(d->negative_as.text, &negative) && out.value) {
    out = united(w, possible_at_least(out, zero), possible_range(negative, negative));
  }
  return out;
}

static possible combined(const walk *w, const limit_operation *d, const trace_point *p,
                         possible now) {
  for (size_t t = 0; t < d->term_count; t++) {
    unsigned truth = check_condition(w->c, p->ways[t].when, p->ways[t].at, "");
    possible one = settled(d, possible_of(w->world, p->ways[t].value->tree));
    possible made = d->kind == LIMIT_TIMES ? possible_product(now, one) : possible_sum(now, one);
    if (d->missing == LIMIT_MISSING_SKIP && one.missing) {
      made.missing = now.missing;
      made = united(w, made, now);
    }
    now = truth == MAYBE_TRUE ? made : truth & MAYBE_TRUE ? united(w, now, made) : now;
  }
  return now;
}

static void tell_bound(const walk *w, const limit_operation *d, const trace_way *way,
                       const possible *now, const possible *bound, bool above) {
  buffer seen = {0}, own = {0};
  value v = {.type = {.kind = TYPE_RATIO}};
  v.exact = above ? now->high : now->low;
  value_show(&seen, &v, w->c->pack->zone);
  v.exact = above ? bound->low : bound->high;
  value_show(&own, &v, w->c->pack->zone);
  const char *amount = check_keep(w->c, &seen), *limit = check_keep(w->c, &own);
  check_tell(w->c, "never-binds", way->at, NULL, "leave the bound out, or mend it",
             "%s \"%s\" never binds: what comes before it is at %s %s, and the bound at %s %s",
             d->kind == LIMIT_AT_MOST    ? "at_most"
             : d->kind == LIMIT_AT_LEAST ? "at_least"
                                         : "the step",
             way->label, above ? "most" : "least", amount, above ? "least" : "most", limit);
}

/* Whether the bound never changes what comes before it. */
static bool is_idle(bool above, const possible *now, const possible *bound) {
  return above ? now->has_high && bound->has_low && rational_compare(bound->low, now->high) >= 0
               : now->has_low && bound->has_high && rational_compare(bound->high, now->low) <= 0;
}

/* What a bound that may bind makes of it; `sure`: it is there for every record. */
static possible bound_by(possible now, possible bound, bool above, bool sure) {
  bound.missing = false;
  if (above && sure && bound.has_high) now = possible_at_most(now, bound.high);
  if (!above && sure && bound.has_low) now = possible_at_least(now, bound.low);
  if (above && now.has_low && (!bound.has_low || rational_compare(bound.low, now.low) < 0)) {
    now.has_low = bound.has_low;
    now.low = bound.low;
  }
  if (!above && now.has_high && (!bound.has_high || rational_compare(bound.high, now.high) > 0)) {
    now.has_high = bound.has_high;
    now.high = bound.high;
  }
  return now;
}

static possible bounded(const walk *w, const limit_operation *d, const trace_point *p,
                        possible now) {
  bool above = d->kind == LIMIT_AT_MOST || d->kind == LIMIT_STEP_UP;
  unsigned whole = check_condition(w->c, check_formula_of(w->c, d->when), d->at, "");
  possible out = now;
  for (size_t t = 0; t < d->term_count; t++) {
    const trace_way *way = &p->ways[t];
    unsigned truth = check_condition(w->c, way->when, way->at, "");
    possible one = settled(d, possible_of(w->world, way->value->tree));
    if (check_names_param(w->c, way->value->text))
      one = possible_any(way->value->type); /* another run may bind where this one does not */
    if (d->missing == LIMIT_MISSING_UNKNOWN && one.missing) out.missing = true;
    if (!(truth & MAYBE_TRUE) || !one.value) continue;
    if (is_idle(above, &now, &one)) {
      if (now.value) tell_bound(w, d, way, &now, &one, above);
      continue;
    }
    out = bound_by(out, one, above, whole == MAYBE_TRUE && is_certain(truth, &one));
  }
  return out;
}

static possible zeroed(const walk *w, const limit_operation *d, const trace_point *p,
                       possible now) {
  check_condition(w->c, check_formula_of(w->c, d->when), d->at, "");
  for (size_t t = 0; t < d->term_count; t++)
    check_condition(w->c, p->ways[t].when, p->ways[t].at, "");
  now = united(w, now, possible_range(zero, zero));
  return now;
}

/* Never below 0 at the end; a rounding moves it by less than its step. */
static possible rounded(const limit_operation *d, possible now) {
  rational by = zero, up = zero;
  if (!number_of(d->terms[0].formula.text, &by))
    return (possible){.missing = now.missing, .value = now.value};
  if (d->rounding != LIMIT_DOWN) up = by;
  now.has_high = now.has_high && rational_add(now.high, up, &now.high);
  now.has_low = now.has_low && rational_sub(now.low, by, &now.low);
  return now;
}

possible check_limit(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  const walk w = {c, s, &c->world};
  possible now = possible_none();
  rational missing;
  size_t at = 0;
  for (size_t i = 0; i < s->limit.operation_count; i++) {
    const limit_operation *d = &s->limit.operations[i];
    const trace_point *p = check_next_point(c, number, &at);
    possible before = now;
    if (d->kind == LIMIT_START)
      now = started(&w, d, p);
    else if (d->kind == LIMIT_TIMES || d->kind == LIMIT_PLUS)
      now = combined(&w, d, p, now);
    else if (d->kind == LIMIT_ZERO)
      now = zeroed(&w, d, p, now);
    else if (d->kind == LIMIT_ROUND)
      now = rounded(d, now);
    else
      now = bounded(&w, d, p, now);
    bool some = d->when.text && (d->kind == LIMIT_TIMES || d->kind == LIMIT_PLUS);
    if (some && check_condition(c, check_formula_of(c, d->when), d->at, "") != MAYBE_TRUE)
      now = united(&w, now, before);
  }
  now = possible_at_least(now, zero);
  if (number_of(s->limit.missing.text, &missing) && now.missing)
    now = united(&w,
                 (possible){.value = now.value,
                            .has_low = now.has_low,
                            .has_high = now.has_high,
                            .low = now.low,
                            .high = now.high},
                 possible_range(missing, missing));
  return now;
}
