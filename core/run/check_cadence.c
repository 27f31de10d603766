/* A cadence: clauses that never say when, never move a date or never change an interval, whoever the
 * customer is. */
#include <string.h>

#include "check_parts.h"

static const formula *formula_of(const check *c, rule_text text) {
  for (size_t i = 0; text.text && i < c->plan->formula_count; i++)
    if (c->plan->formulas[i]->text == text.text) return c->plan->formulas[i];
  return NULL;
}

static possible value_of(const check *c, rule_text text) {
  const formula *f = formula_of(c, text);
  return f ? possible_of(&c->world, f->tree) : (possible){.missing = true, .value = true};
}

typedef struct cadence_walk {
  check *c;
  const cadence_step *cadence;
  possible interval; /* of what every counts */
  bool counted;      /* an every stands above */
  bool moments;      /* some clause above may give a moment that is no closing time */
  bool dead;         /* nobody is ever contacted */
} cadence_walk;

static void tell_dead(const cadence_walk *w, const cadence_clause *d, const char *name,
                      const char *why) {
  check_tell(w->c, "never-applies", d->at, NULL, "leave the clause out, or mend it",
             "%s never applies: %s", name, why);
}

/* What it counts from is always missing. */
static bool starts_never(const cadence_walk *w, const cadence_clause *d, const char *name) {
  const possible from = value_of(w->c, d->from);
  if (!d->from.text || from.value) return false;
  tell_dead(w, d, name, "what it counts from is always missing");
  return true;
}

static bool same_text(rule_text a, rule_text b) {
  return a.text && b.text && !strcmp(a.text, b.text);
}

/* An every above it, for all records, takes what it would take. */
static const cadence_clause *taken_above(const cadence_walk *w, const cadence_clause *d) {
  for (const cadence_clause *k = w->cadence->clauses; k < d; k++)
    if (k->kind == CADENCE_EVERY && !k->when.text && same_text(k->from, d->from) &&
        !value_of(w->c, k->amount).missing)
      return k;
  return NULL;
}

static void count(cadence_walk *w, const cadence_clause *d) {
  value_type days = {.kind = TYPE_INTEGER, .denominator = 1};
  possible amount = value_of(w->c, d->amount);
  const cadence_clause *above = taken_above(w, d);
  starts_never(w, d, "every");
  if (above)
    check_tell(w->c, "never-applies", d->at, NULL, "give the one above a `when`, or leave this out",
               "every never applies: the one at line %d counts from \"%s\" whenever this could",
               above->at.line, d->from.text);
  amount.missing = false;
  w->interval = w->counted ? possible_union(&w->c->world, days, w->interval, amount) : amount;
  w->counted = true;
}

static void shift(cadence_walk *w, const cadence_clause *d) {
  bool sooner = d->kind == CADENCE_SOONER;
  const char *name = sooner ? "sooner" : "later";
  if (d->on.text) {
    const formula *on = formula_of(w->c, d->on);
    if (!value_of(w->c, d->on).value) tell_dead(w, d, name, "its date is always missing");
    w->moments = w->moments || !on || on->type.kind == TYPE_TIMESTAMP;
    return;
  }
  possible to = value_of(w->c, d->amount), *now = &w->interval;
  if (!w->counted || !to.value || check_names_param(w->c, d->amount.text)) return;
  bool never = sooner ? to.has_low && now->has_high && rational_compare(to.low, now->high) >= 0
                      : to.has_high && now->has_low && rational_compare(to.high, now->low) <= 0;
  if (never)
    check_tell(w->c, "never-binds", d->at, NULL, "leave the clause out, or mend the number",
               "%s { %s } never changes the interval: it is %s already", name, d->amount.text,
               sooner ? "never longer" : "never shorter");
  if (sooner && now->has_low && (!to.has_low || rational_compare(to.low, now->low) < 0)) {
    now->has_low = to.has_low;
    now->low = to.low;
  }
  if (!sooner && now->has_high && (!to.has_high || rational_compare(to.high, now->high) > 0)) {
    now->has_high = to.has_high;
    now->high = to.high;
  }
}

/* Whether the company's closing time lies in the quiet hours; their ends are not quiet. */
static bool closes_quietly(const check *c, const cadence_clause *d) {
  int32_t at = c->pack->calendar.closes;
  bool late = at > d->begins, early = at < d->ends;
  return d->begins > d->ends ? late || early : late && early;
}

static void roll(cadence_walk *w, const cadence_clause *d) {
  if (w->moments) return;
  if (d->kind == CADENCE_OPENING)
    tell_dead(w, d, "opening",
              "every moment that the clauses above give is a closing time already");
  else if (!closes_quietly(w->c, d))
    tell_dead(w, d, "quiet",
              "every moment that the clauses above give is a closing time, which is not quiet");
}

static void look(cadence_walk *w, const cadence_clause *d) {
  switch (d->kind) {
  case CADENCE_FIRST_TOUCH:
    starts_never(w, d, "first_touch");
    w->moments = true;
    break;
  case CADENCE_SEQUENCE:
    starts_never(w, d, "sequence");
    break;
  case CADENCE_EVERY:
    count(w, d);
    break;
  case CADENCE_SOONER:
  case CADENCE_LATER:
    shift(w, d);
    break;
  case CADENCE_OPENING:
  case CADENCE_QUIET:
    roll(w, d);
    break;
  default:
    break;
  }
}

static void conditions(cadence_walk *w, const cadence_clause *d) {
  unsigned truth = check_condition(w->c, formula_of(w->c, d->when), d->at, "");
  if (d->kind == CADENCE_NEVER && truth == MAYBE_TRUE && !w->dead) {
    w->dead = true;
    check_tell(w->c, "never-fires", d->at, NULL, "mend the condition of never",
               "the cadence never says when: never holds for everybody");
  }
  for (size_t i = 0; i < d->row_count; i++)
    check_condition(w->c, formula_of(w->c, d->rows[i].when), d->rows[i].at, "");
}

/* Without a clause that says when there is never a date. */
static bool says_when(const cadence_step *s) {
  for (size_t i = 0; i < s->clause_count; i++) {
    cadence_clause_kind k = s->clauses[i].kind;
    if (k == CADENCE_FIRST_TOUCH || k == CADENCE_NONE_YET || k == CADENCE_SEQUENCE ||
        k == CADENCE_EVERY)
      return true;
  }
  return false;
}

void check_cadence(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  cadence_walk w = {.c = c, .cadence = &s->cadence};
  for (size_t i = 0; i < s->cadence.clause_count; i++) {
    conditions(&w, &s->cadence.clauses[i]);
    look(&w, &s->cadence.clauses[i]);
  }
  if (!says_when(&s->cadence))
    check_tell(c, "never-fires", s->at, NULL, "add every, none_yet, first_touch or sequence",
               "the cadence never says when: it has no clause that gives a date");
}
