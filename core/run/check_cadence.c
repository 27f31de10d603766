/* A cadence: clauses that never say when, never move a date or never change an interval, whoever the
 * customer is. */
#include <string.h>

#include "check_parts.h"

static possible value_of(const check *c, rule_text text) {
  const formula *f = check_formula_of(c, text);
  return f ? possible_of(&c->world, f->tree) : (possible){.missing = true, .value = true};
}

typedef struct cadence_walk {
  check *c;
  const cadence_step *cadence;
  possible interval; /* of what every counts */
  bool counted;      /* an every stands above */
  bool moments;      /* some clause above may give a moment that is no closing time */
  bool any_day;      /* ... or a day that is no working day */
  bool fires;        /* some clause may give a date */
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
  if (above)
    check_tell(w->c, "never-applies", d->at, NULL, "give the one above a `when`, or leave this out",
               "every never applies: the one at line %d counts from \"%s\" whenever this could",
               above->at.line, d->from.text);
  if (check_names_param(w->c, d->amount.text)) amount = possible_any(days);
  amount.missing = false;
  w->interval = w->counted ? possible_union(&w->c->world, days, w->interval, amount) : amount;
  w->counted = true;
  w->any_day = w->any_day || !d->workdays;
}

/* A date that another clause's moment is moved to. */
static void shift_to_date(cadence_walk *w, const cadence_clause *d, const char *name) {
  const formula *on = check_formula_of(w->c, d->on);
  if (!value_of(w->c, d->on).value) tell_dead(w, d, name, "its date is always missing");
  w->moments = w->moments || !on || on->type.kind == TYPE_TIMESTAMP;
  w->any_day = true;
}

static void shift(cadence_walk *w, const cadence_clause *d) {
  bool sooner = d->kind == CADENCE_SOONER;
  const char *name = sooner ? "sooner" : "later";
  if (d->on.text) {
    shift_to_date(w, d, name);
    return;
  }
  possible to = value_of(w->c, d->amount), *now = &w->interval;
  if (check_names_param(w->c, d->amount.text))
    to = possible_any((value_type){.kind = TYPE_INTEGER});
  if (!w->counted || !to.value) return;
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
  if (d->kind == CADENCE_OPENING && !w->any_day)
    tell_dead(w, d, "opening",
              "every moment that the clauses above give is a closing time already");
  else if (d->kind == CADENCE_QUIET && !closes_quietly(w->c, d))
    tell_dead(w, d, "quiet",
              "every moment that the clauses above give is a closing time, which is not quiet");
}

/* `may`: its `when` can be true. */
static void look(cadence_walk *w, const cadence_clause *d, bool may) {
  switch (d->kind) {
  case CADENCE_FIRST_TOUCH:
    w->fires = (!starts_never(w, d, "first_touch") && may) || w->fires;
    w->moments = true;
    break;
  case CADENCE_SEQUENCE:
    w->fires = (!starts_never(w, d, "sequence") && may) || w->fires;
    w->any_day = true;
    break;
  case CADENCE_EVERY:
    count(w, d);
    w->fires = (!starts_never(w, d, "every") && may) || w->fires;
    break;
  case CADENCE_NONE_YET:
    w->fires = w->fires || may;
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

static void look_at_never(cadence_walk *w, const cadence_clause *d) {
  const formula *when = check_formula_of(w->c, d->when);
  if (!when || check_names_param(w->c, when->text) ||
      possible_truth(&w->c->world, when->tree) != MAYBE_TRUE) {
    check_condition(w->c, when, d->at, "");
    return;
  }
  w->dead = true;
  check_tell(w->c, "never-fires", d->at, NULL, "mend the condition of never",
             "the cadence never says when: never holds for everybody");
}

static void look_at_clause(cadence_walk *w, const cadence_clause *d) {
  if (d->kind == CADENCE_NEVER) {
    look_at_never(w, d);
    return;
  }
  unsigned truth = check_condition(w->c, check_formula_of(w->c, d->when), d->at, "");
  for (size_t i = 0; i < d->row_count; i++)
    check_condition(w->c, check_formula_of(w->c, d->rows[i].when), d->rows[i].at, "");
  look(w, d, truth & MAYBE_TRUE);
}

void check_cadence(check *c, size_t number) {
  const step *s = &c->pack->steps[number];
  cadence_walk w = {.c = c, .cadence = &s->cadence};
  for (size_t i = 0; i < s->cadence.clause_count; i++) look_at_clause(&w, &s->cadence.clauses[i]);
  if (!w.fires && !w.dead)
    check_tell(c, "never-fires", s->at, NULL, "add every, none_yet, first_touch or sequence",
               "the cadence never says when: it has no clause that can give a date");
}
