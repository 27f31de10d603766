/* Powers of two are made here with plain multiplications, not by the C library, whose last digit
 * depends on the CPU: the same records must give the same bytes anywhere. */
#include "decay.h"

#include <math.h>

/* 2^-x for 0 <= x < 1: the series of e^(-x ln 2), each term from the one before. */
static double power(double x) {
  double y = -x * 0.69314718055994530942, term = 1, sum = 1;
  for (int n = 1; n <= 24; n++) {
    term = term * y / n;
    sum += term;
  }
  return sum;
}

bool decay_compile(builder *b, decay *d, rule_text half_life, bool stepped) {
  const char *what = stepped ? "halve_every" : "half_life";
  rational days;
  *d = (decay){.stepped = stepped};
  if (!half_life.text) return true;
  if (!build_number(b, half_life, what, &days)) return false;
  if (days.den != 1 || days.num < 1 || days.num > 36500) {
    build_error(b, half_life.at,
                "%s is \"%s\", which must be a whole number of days from 1 to 36500", what,
                half_life.text);
    return false;
  }
  d->days = (int64_t)days.num;
  if (stepped) return true;
  d->table = arena_array(&b->plan->arena, (size_t)d->days, sizeof *d->table);
  for (int64_t n = 0; n < d->days; n++) d->table[n] = power((double)n / (double)d->days);
  return true;
}

/* In days of the calendar; the filter has left out what is to come. */
static int64_t age_of(const plan *p, const column *at, size_t row) {
  int64_t moment = at->i64[row];
  if (at->type.kind == TYPE_TIMESTAMP) moment = moment_date(moment, p->pack->zone);
  return p->today - moment;
}

const uint8_t *decay_halvings(const decay *d, list_walk *w, const column *at, uint8_t *counted) {
  uint8_t *halvings = list_room(w, w->count);
  for (size_t i = 0; i < w->count; i++) {
    if (!counted[i]) continue;
    int64_t times = age_of(w->v->plan, at, i) / d->days;
    if (times >= DECAY_HALVINGS)
      counted[i] = 0;
    else
      halvings[i] = (uint8_t)times;
  }
  return halvings;
}

const double *decay_factors(const decay *d, list_walk *w, const column *at) {
  double *factors = list_room(w, w->count * sizeof *factors);
  const plan *p = w->v->plan;
  for (size_t i = 0; i < w->count; i++) {
    if (at->i64[i] == MISSING_I64) continue;
    int64_t age = age_of(p, at, i), whole = age / d->days;
    if (age >= 0 && whole < 1074) factors[i] = ldexp(d->table[age % d->days], -(int)whole);
  }
  return factors;
}
