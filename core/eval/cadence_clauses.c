/* What each clause of a cadence does to a batch, but for those that count touches. A clause that says
 * when looks at the rows that are still open; one that moves at those that have a date. */
#include "cadence.h"

#define DATE_FIRST (-719162) /* 0001-01-01 */
#define DATE_LAST 2932896    /* 9999-12-31 */
#define DAY_SECONDS 86400

bool cadence_past(const evaluator *v, const column *from, size_t row, int64_t *date) {
  int64_t x = from->i64[row];
  const plan *p = v->plan;
  bool moment = from->type.kind == TYPE_TIMESTAMP;
  if (x == MISSING_I64 || x > (moment ? p->as_of : p->today)) return false;
  *date = moment ? moment_date(x, p->pack->zone) : x;
  return true;
}

void cadence_out_of_years(const cadence_run *u, const clause *c, size_t row) {
  evaluator_fail(u->v, row, "OVERFLOW", &u->cadence->base, c->declared->at.line,
                 "the date lies outside the years 0001 to 9999");
}

void cadence_check_years(const cadence_run *u) {
  zone z = u->v->plan->pack->zone;
  for (size_t r = 0; r < u->v->frame.rows; r++)
    if (u->due[r] != MISSING_I64 && moment_date(u->due[r], z) > DATE_LAST)
      cadence_out_of_years(u, &u->cadence->clauses[0], r);
}

/* The rows that the clause may settle, for the formulas that only they need. */
static const uint8_t *open_rows(const cadence_run *u) {
  uint8_t *out = u->v->needed;
  for (size_t r = 0; r < u->v->frame.rows; r++)
    out[r] = u->source[r] == DUE_OPEN && clause_holds(u, r);
  return out;
}

static const uint8_t *dated_rows(const cadence_run *u) {
  uint8_t *out = u->v->needed;
  for (size_t r = 0; r < u->v->frame.rows; r++)
    out[r] = u->due[r] != MISSING_I64 && clause_holds(u, r);
  return out;
}

static void next_closing(const cadence_run *u, const clause *c, size_t row) {
  u->due[row] = u->cadence->closing;
  if (u->cadence->has_closing) return;
  evaluator_fail(u->v, row, "RULE_ERROR", &u->cadence->base, c->declared->at.line,
                 "there is no working day after as_of: the calendar has none");
}

/* ---- clauses that say when ---- */

void run_never(cadence_run *u, const clause *c) {
  for (size_t r = 0; r < u->v->frame.rows; r++) {
    if (u->source[r] == DUE_NEVER || !clause_holds(u, r)) continue;
    u->source[r] = DUE_NEVER;
    u->due[r] = MISSING_I64;
    clause_took(u, c->code, r, 0);
  }
}

/* Whether a touch came after the event. A touch that has only a date is later from the next day. */
static bool touched_since(const evaluator *v, const column *event, const column *touched,
                          size_t row) {
  int64_t date, event_date;
  if (!cadence_past(v, touched, row, &date)) return false;
  if (event->type.kind == touched->type.kind) return touched->i64[row] > event->i64[row];
  return cadence_past(v, event, row, &event_date) && date > event_date;
}

static bool promised(const evaluator *v, const cadence_clause *d, const column *event, size_t row,
                     int64_t *out) {
  const calendar *k = &v->plan->calendar;
  int64_t from = event->i64[row];
  if (event->type.kind == TYPE_DATE) from = moment_at(from, 0, v->plan->pack->zone);
  if (d->opening_hours) return calendar_open_for(k, from, d->within, out);
  *out = from + d->within;
  return d->roll == ROLL_NONE || calendar_roll(k, *out, d->roll == ROLL_BACK, out);
}

void run_first_touch(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  const uint8_t *open = open_rows(u);
  const column *event = evaluate(v, c->from, open), *touched = evaluate(v, c->touched, open);
  int64_t date;
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (!open[r] || !cadence_past(v, event, r, &date) || touched_since(v, event, touched, r))
      continue;
    u->source[r] = DUE_FIRST_TOUCH;
    clause_took(u, c->code, r, 0);
    if (!promised(v, c->declared, event, r, &u->due[r])) cadence_out_of_years(u, c, r);
  }
}

void run_none_yet(cadence_run *u, const clause *c) {
  const uint8_t *open = open_rows(u);
  const column *from = evaluate(u->v, c->from ? c->from : u->cadence->from, open);
  int64_t date;
  for (size_t r = 0; r < u->v->frame.rows; r++) {
    if (!open[r] || cadence_past(u->v, from, r, &date)) continue;
    u->source[r] = DUE_NONE_YET;
    next_closing(u, c, r);
    clause_took(u, c->code, r, 0);
  }
}

static bool add_days(const calendar *k, const clause *every, int64_t date, int64_t n,
                     int64_t *out) {
  if (every->declared->workdays) return calendar_add(k, date, n, out);
  return !__builtin_add_overflow(date, n, out) && *out >= DATE_FIRST && *out <= DATE_LAST;
}

static void count_days(cadence_run *u, const clause *c, size_t row) {
  const calendar *k = &u->v->plan->calendar;
  const clause *every = &u->cadence->clauses[u->counted_by[row]];
  int64_t date;
  if (add_days(k, every, u->start[row], u->interval[row], &date))
    u->due[row] = calendar_closing(k, date);
  else
    cadence_out_of_years(u, c, row);
}

/* The interval is shown for every row, also for one that another clause settled. */
static const uint8_t *counted_rows(const cadence_run *u) {
  if (u->cadence->interval < 0) return open_rows(u);
  uint8_t *out = u->v->needed;
  for (size_t r = 0; r < u->v->frame.rows; r++)
    out[r] = u->start[r] == MISSING_I64 && clause_holds(u, r);
  return out;
}

static int64_t whole(const column *amount, size_t row) {
  int64_t x = amount->i64[row];
  return x == MISSING_I64 ? x : x / amount->type.denominator;
}

void run_every(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  const uint8_t *wanted = counted_rows(u);
  const column *from = evaluate(v, c->from, wanted), *amount = evaluate(v, c->amount, wanted);
  int64_t date;
  for (size_t r = 0; r < v->frame.rows; r++) {
    int64_t n = whole(amount, r);
    if (!wanted[r] || n == MISSING_I64) continue;
    bool known = cadence_past(v, from, r, &date);
    if (!known && u->counted_by[r] >= 0) continue;
    u->interval[r] = n;
    u->counted_by[r] = (int16_t)(c - u->cadence->clauses);
    if (!known) continue;
    u->start[r] = date;
    if (u->source[r] != DUE_OPEN) continue;
    u->source[r] = DUE_EVERY;
    clause_took(u, c->code, r, 0);
    count_days(u, c, r);
  }
}

/* ---- clauses that change the interval, or move the date ---- */

static void change_interval(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  uint8_t *wanted = v->needed;
  for (size_t r = 0; r < v->frame.rows; r++)
    wanted[r] = u->counted_by[r] >= 0 && clause_holds(u, r);
  const column *amount = evaluate(v, c->amount, wanted);
  for (size_t r = 0; r < v->frame.rows; r++) {
    int64_t n = whole(amount, r);
    if (!wanted[r] || n == MISSING_I64) continue;
    if (c->kind == CADENCE_SOONER ? n >= u->interval[r] : n <= u->interval[r]) continue;
    u->interval[r] = n;
    if (u->source[r] != DUE_EVERY) continue;
    clause_took(u, c->code, r, 0);
    count_days(u, c, r);
  }
}

static void move_to(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  const uint8_t *dated = dated_rows(u);
  const column *on = evaluate(v, c->on, dated);
  bool moment = on->type.kind == TYPE_TIMESTAMP;
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (!dated[r] || on->i64[r] == MISSING_I64) continue;
    int64_t to = moment ? on->i64[r] : calendar_closing(&v->plan->calendar, on->i64[r]);
    if (c->kind == CADENCE_SOONER ? to >= u->due[r] : to <= u->due[r]) continue;
    u->due[r] = to;
    clause_took(u, c->code, r, 0);
  }
}

void run_shift(cadence_run *u, const clause *c) {
  if (c->amount)
    change_interval(u, c);
  else
    move_to(u, c);
}

void run_overdue(cadence_run *u, const clause *c) {
  const uint8_t *dated = dated_rows(u);
  for (size_t r = 0; r < u->v->frame.rows; r++) {
    if (!dated[r] || u->due[r] >= u->v->plan->as_of) continue;
    next_closing(u, c, r);
    clause_took(u, c->code, r, 0);
  }
}

void run_opening(cadence_run *u, const clause *c) {
  const calendar *k = &u->v->plan->calendar;
  const uint8_t *dated = dated_rows(u);
  for (size_t r = 0; r < u->v->frame.rows; r++) {
    int64_t to;
    if (!dated[r]) continue;
    if (!calendar_roll(k, u->due[r], c->declared->roll == ROLL_BACK, &to)) {
      cadence_out_of_years(u, c, r);
    } else if (to != u->due[r]) {
      u->due[r] = to;
      clause_took(u, c->code, r, 0);
    }
  }
}

/* Where a moment inside quiet hours goes; false: it lies outside, or where they begin or end. */
static bool out_of_quiet(const cadence_clause *d, zone z, int64_t moment, int64_t *out) {
  int32_t second = moment_second_of_day(moment, z);
  bool night = d->begins > d->ends; /* spans midnight */
  bool late = second > d->begins, early = second < d->ends;
  if (night ? !late && !early : !late || !early) return false;
  int64_t date = moment_date(moment, z);
  if (d->roll == ROLL_BACK)
    *out = moment_at(night && early ? date - 1 : date, d->begins, z);
  else
    *out = moment_at(night && late ? date + 1 : date, d->ends, z);
  return true;
}

void run_quiet(cadence_run *u, const clause *c) {
  zone z = u->v->plan->pack->zone;
  const uint8_t *dated = dated_rows(u);
  for (size_t r = 0; r < u->v->frame.rows; r++) {
    if (!dated[r] || !out_of_quiet(c->declared, z, u->due[r], &u->due[r])) continue;
    clause_took(u, c->code, r, 0);
  }
}
