/* The clauses of a cadence that count touches: a series of dates that goes on with every touch, and a
 * cap on the touches of some days. The touches are records of a list; what a clause made of them is
 * kept with the decision, and a replay, which has no lists, reads that instead. */
#include <stdlib.h>
#include <string.h>
#include "cadence.h"

bool touches_compile(builder *b, touches *t, const cadence_clause *d, value_type kept,
                     const char *label) {
  const rule_text any = {0};
  const cadence_touches *from = &d->touches;
  list_rows *r = list_rows_open(b, from->list.text, from->list.at);
  if (!r) return false;
  bool ok = list_filter_compile(b, r, &t->filter, from->where, from->at, any, any, true);
  list_rows_close(b, r);
  t->rows = r;
  t->kept = ok ? build_result(b, label, kept, "cadence", d->at) : -1;
  if (t->kept >= 0) b->plan->results[t->kept].kept = true;
  return t->kept >= 0;
}

/* What a replay knows of the touches; NULL: the lists are there. */
static const column *known_touches(const cadence_run *u, const touches *t) {
  const column *known = u->v->frame.slots[u->v->plan->results[t->kept].slot];
  return known == evaluator_result(u->v, t->kept) ? NULL : known;
}

/* The touches of a piece of the list: when, and which of them count. */
typedef struct touch_piece {
  const column *at;
  uint8_t *counts;
} touch_piece;

static touch_piece read_piece(list_walk *w, const touches *t) {
  touch_piece p = {.counts = list_room(w, BATCH_ROWS)};
  list_filter_run(w, &t->filter, p.counts, &p.at);
  return p;
}

/* ---- sequence: the next day of a series, one for each touch since the anchor ---- */

/* A touch that has only a date is later than a moment from the next day on. */
static bool later_than(zone z, const column *at, size_t i, const column *anchor, size_t row) {
  bool moment = at->type.kind == TYPE_TIMESTAMP, from = anchor->type.kind == TYPE_TIMESTAMP;
  int64_t x = at->i64[i], y = anchor->i64[row];
  if (moment == from) return x > y;
  return moment ? moment_date(x, z) > y : x > moment_date(y, z);
}

static void count_later(cadence_run *u, const touches *t, const column *anchor, int64_t *counts) {
  zone z = u->v->plan->pack->zone;
  list_walk w;
  list_span s;
  list_walk_begin(&w, u->v, t->rows);
  while (list_walk_next(&w)) {
    touch_piece p = read_piece(&w, t);
    while (list_span_next(&w, &s))
      for (size_t i = s.from; i < s.to; i++)
        counts[s.customer] += p.counts[i] && later_than(z, p.at, i, anchor, s.customer);
  }
}

/* How many of its touches each row had since the anchor; MISSING_I64 = that is not asked. */
static void count_touched(cadence_run *u, const clause *c, const column *anchor, int64_t *counts) {
  size_t rows = u->v->frame.rows;
  int64_t date;
  const column *known = known_touches(u, &c->touches);
  if (known)
    memcpy(counts, known->i64, rows * sizeof *counts);
  else
    memset(counts, 0, rows * sizeof *counts);
  if (!known) count_later(u, &c->touches, anchor, counts);
  for (size_t r = 0; r < rows; r++)
    if (u->source[r] != DUE_OPEN || !clause_holds(u, r) || !cadence_past(u->v, anchor, r, &date))
      counts[r] = MISSING_I64;
}

void run_sequence(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  const cadence_clause *d = c->declared;
  int64_t *touched = evaluator_result(v, c->touches.kept)->i64, date;
  for (size_t r = 0; r < v->frame.rows; r++)
    v->needed[r] = u->source[r] == DUE_OPEN && clause_holds(u, r);
  const column *anchor = evaluate(v, c->from, v->needed);
  count_touched(u, c, anchor, touched);
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (touched[r] == MISSING_I64 || !cadence_past(v, anchor, r, &date)) continue;
    if (touched[r] >= (int64_t)d->day_count) {
      clause_took(u, c->done, r, (int)d->day_count);
      continue;
    }
    u->source[r] = DUE_SEQUENCE;
    u->due[r] = calendar_closing(&v->plan->calendar, date + d->days[touched[r]]);
    clause_took(u, c->code, r, (int)touched[r]);
  }
}

/* ---- cap: no more than so many touches on so many days ---- */

/* Dates of one customer's touches, ascending, from where they can matter to the cap. */
typedef struct touch_dates {
  size_t count, capacity;
  int64_t *dates;
} touch_dates;

static void add_date(touch_dates *d, int64_t date) {
  if (d->count == d->capacity) {
    d->capacity = d->capacity ? d->capacity * 2 : 64;
    d->dates = mem_grow(d->dates, d->capacity, sizeof *d->dates);
  }
  d->dates[d->count++] = date;
}

static int by_date(const void *a, const void *b) {
  const int64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* What was kept: dates with a comma between. */
static void dates_given(const text_data *t, size_t row, touch_dates *out) {
  const char *text = t->bytes + t->offsets[row];
  size_t n = t->offsets[row + 1] - t->offsets[row];
  int64_t date;
  for (size_t at = 0; at + 10 <= n; at += 11)
    if (date_parse(text + at, 10, &date)) add_date(out, date);
}

static void keep_dates(column *kept, size_t row, const touch_dates *d) {
  if (!d->count) {
    column_add_text(kept, row, NULL, 0);
    return;
  }
  buffer text = {0};
  char date[10];
  for (size_t i = 0; i < d->count; i++) {
    if (i) buffer_char(&text, ',');
    buffer_add(&text, date, date_write(date, d->dates[i]));
  }
  column_add_text(kept, row, text.data, text.size);
  buffer_deinit(&text);
}

/* The working day to which the date must move; false if there is none. */
static bool find_room(const cadence_clause *d, const calendar *k, const touch_dates *t,
                      int64_t *date) {
  size_t first = 0, next = 0; /* those of the days that end with the date */
  for (;;) {
    while (next < t->count && t->dates[next] <= *date) next++;
    while (first < next && t->dates[first] <= *date - d->per) first++;
    if ((int64_t)(next - first) < d->most) return true;
    if (!calendar_add(k, *date, 1, date)) return false;
  }
}

/* Whether the cap looks at a row, and the days whose touches can matter to it. */
static bool capped(const cadence_run *u, const clause *c, size_t row, int64_t *after) {
  const plan *p = u->v->plan;
  if (u->due[row] == MISSING_I64 || u->source[row] == DUE_FIRST_TOUCH || !clause_holds(u, row))
    return false;
  int64_t date = moment_date(u->due[row], p->pack->zone);
  *after = (date < p->today ? date : p->today) - c->declared->per;
  return true;
}

static void cap_row(cadence_run *u, const clause *c, size_t row, touch_dates *found) {
  const plan *p = u->v->plan;
  int64_t after, date, before;
  if (found->count) qsort(found->dates, found->count, sizeof *found->dates, by_date);
  keep_dates(evaluator_result(u->v, c->touches.kept), row, found);
  if (!capped(u, c, row, &after)) return;
  date = before = moment_date(u->due[row], p->pack->zone);
  if (!find_room(c->declared, &p->calendar, found, &date)) cadence_out_of_years(u, c, row);
  if (date == before) return;
  u->due[row] = calendar_closing(&p->calendar, date);
  clause_took(u, c->code, row, 0);
}

static void cap_lists(cadence_run *u, const clause *c, touch_dates *found) {
  zone z = u->v->plan->pack->zone;
  list_walk w;
  list_span s;
  int64_t after;
  list_walk_begin(&w, u->v, c->touches.rows);
  while (list_walk_next(&w)) {
    touch_piece p = read_piece(&w, &c->touches);
    bool moment = p.at->type.kind == TYPE_TIMESTAMP;
    while (list_span_next(&w, &s)) {
      bool looks = capped(u, c, s.customer, &after);
      for (size_t i = s.from; i < s.to && looks; i++) {
        if (!p.counts[i]) continue;
        int64_t date = moment ? moment_date(p.at->i64[i], z) : p.at->i64[i];
        if (date > after) add_date(found, date);
      }
      if (!s.last) continue;
      cap_row(u, c, s.customer, found);
      found->count = 0;
    }
  }
}

void run_cap(cadence_run *u, const clause *c) {
  const column *known = known_touches(u, &c->touches);
  touch_dates found = {0};
  evaluator_result(u->v, c->touches.kept)->text.offsets[0] = 0;
  if (!known) cap_lists(u, c, &found);
  for (size_t r = 0; r < u->v->frame.rows && known; r++) {
    found.count = 0;
    dates_given(&known->text, r, &found);
    cap_row(u, c, r, &found);
  }
  free(found.dates);
}
