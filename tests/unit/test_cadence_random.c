/* Random cadences over random records, against a reference that walks day by day as the rule admin's
 * guide says it: dates, intervals, channels and codes; and what a replay makes of the kept inputs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/blob.h"
#include "eval/trace.h"
#include "support/bench.h"

#define PLANS 2000
#define ROWS 48
#define TOUCHES 12
#define CLAUSES 14
#define TODAY 20357 /* 2025-09-26 */

/* ---- a record ---- */

typedef struct touch {
  int64_t at;
  int kind; /* 0 welcome, 1 other, -1 missing */
} touch;

typedef struct record {
  int flags[3]; /* stop, p, q: 1, 0, -1 = missing */
  int64_t n, m, last, day, quote, on, at;
  size_t touch_count;
  touch touches[TOUCHES];
} record;

enum { STOP = 1, P, Q, LIST, INTERVAL, OTHER, LAST, DAY, QUOTE, ON, AT };
static const char *const flag_names[] = {"stop", "p", "q"};

static int64_t random_moment(int64_t before, int64_t after) {
  int64_t noon = AS_OF - before * 86400;
  if (!random_below(5)) return MISSING_I64;
  if (!random_below(8)) return AS_OF + random_below(3) - 1;
  int64_t x = noon + random_below((before + after) * 86400);
  return random_below(3) ? x : x - x % 3600;
}

static int64_t random_day(int64_t before, int64_t after) {
  return random_below(5) ? TODAY - before + random_below(before + after) : MISSING_I64;
}

static record random_record(void) {
  record r = {.touch_count = (size_t)random_below(TOUCHES)};
  for (int i = 0; i < 3; i++) r.flags[i] = (int)random_below(i ? 3 : 5) - 1;
  if (r.flags[0] > 1) r.flags[0] = 0;
  r.n = random_below(6) ? random_below(25) : MISSING_I64;
  r.m = random_below(6) ? random_below(40) : MISSING_I64;
  r.last = random_moment(25, 2);
  r.day = random_day(40, 2);
  r.quote = random_moment(5, 1);
  r.on = random_day(5, 30);
  r.at = random_moment(5, 30);
  for (size_t i = 0; i < r.touch_count; i++)
    r.touches[i] = (touch){random_moment(12, 1), (int)random_below(3) - 1};
  return r;
}

static void put_row(batch *in, size_t row, const record *r) {
  column *c = in->columns;
  batch *touches = c[LIST].list.records;
  column_add_text(&c[0], row, "K", 1);
  for (int i = 0; i < 3; i++) c[STOP + i].i32[row] = r->flags[i];
  const int64_t values[] = {r->n, r->m, r->last, r->day, r->quote, r->on, r->at};
  for (size_t i = 0; i < COUNT(values); i++) c[INTERVAL + i].i64[row] = values[i];
  for (size_t i = 0; i < r->touch_count; i++, touches->rows++) {
    touches->columns[0].i64[touches->rows] = r->touches[i].at;
    touches->columns[1].i32[touches->rows] = r->touches[i].kind;
  }
  c[LIST].list.missing[row] = 0;
  c[LIST].list.offsets[row + 1] = (uint32_t)touches->rows;
  in->rows = row + 1;
}

/* ---- a cadence at random ---- */

typedef struct made {
  cadence_clause_kind kind;
  int when;                   /* 0 = always, else flag number + 1 */
  int64_t number, within;     /* -1: the field n (of every), m (of sooner and later) */
  bool on_date, kept_to_kind; /* sooner, later: on = "on", else "at"; touches: welcome alone */
  bool by_day;                /* counts from "day", else from "last" */
  bool opening_hours, workdays, shows;
  cadence_roll roll;
  int32_t begins, ends;
  int64_t most, per;
  char code[16], done[16];
} made;

typedef struct made_cadence {
  int count;
  bool free_days; /* the calendar has weekends and holidays */
  made clauses[CLAUSES];
} made_cadence;

static made random_clause(cadence_clause_kind kind) {
  made c = {.kind = kind, .when = random_below(2) ? 0 : 2 + (int)random_below(2)};
  if (kind == CADENCE_NEVER) c.when = 1;
  c.number = random_below(3) ? -1 : random_below(12);
  c.within = (1 + random_below(72)) * (random_below(2) ? 3600 : 1800);
  c.opening_hours = !random_below(3);
  c.on_date = random_below(2);
  c.by_day = random_below(2);
  c.kept_to_kind = random_below(2);
  c.roll = (cadence_roll)random_below(kind == CADENCE_FIRST_TOUCH ? 3 : 2);
  c.begins = (int32_t)random_below(24) * 3600;
  do c.ends = (int32_t)random_below(24) * 3600;
  while (c.ends == c.begins);
  c.most = 1 + random_below(3);
  c.per = 1 + random_below(9);
  return c;
}

static made_cadence random_cadence(void) {
  made_cadence m = {.free_days = random_below(4)};
  bool workdays = random_below(2), shows = random_below(2);
#define PUSH(kind) m.clauses[m.count++] = random_clause(kind)
  if (random_below(2)) PUSH(CADENCE_NEVER);
  if (random_below(2)) PUSH(CADENCE_FIRST_TOUCH);
  if (random_below(2)) PUSH(CADENCE_SEQUENCE);
  if (random_below(2)) PUSH(CADENCE_NONE_YET);
  for (int64_t i = random_below(2); i >= 0; i--) {
    PUSH(CADENCE_EVERY);
    m.clauses[m.count - 1].workdays = workdays;
    m.clauses[m.count - 1].shows = shows;
  }
  for (int64_t i = random_below(3); i > 0; i--)
    PUSH(random_below(2) ? CADENCE_SOONER : CADENCE_LATER);
  int numbers = m.count;
  for (int64_t i = random_below(5); i > 0; i--) {
    static const cadence_clause_kind moves[] = {CADENCE_SOONER, CADENCE_LATER,   CADENCE_OVERDUE,
                                                CADENCE_CAP,    CADENCE_OPENING, CADENCE_QUIET};
    PUSH(moves[random_below(6)]);
  }
  if (random_below(4) == 0) PUSH(CADENCE_NEVER);
  if (random_below(2)) PUSH(CADENCE_CHANNEL);
#undef PUSH
  for (int i = 0; i < m.count; i++) {
    made *c = &m.clauses[i];
    bool shifts = c->kind == CADENCE_SOONER || c->kind == CADENCE_LATER;
    if (shifts && i >= numbers) c->number = -2; /* by a date */
    snprintf(c->code, sizeof c->code, "K%d", i);
    snprintf(c->done, sizeof c->done, "D%d", i);
  }
  return m;
}

static int64_t holidays[] = {20362, 20363, 20364, 20365, 20366, 20367, 20368, 20369, 20340},
               makeups[] = {20359, 20372}; /* 2025-10-01 .. 08, 09-09; 09-28, 10-11 */

static void touches_of(pack *p, cadence_clause *c, const made *from) {
  c->touches.list = built_text(p, "touches");
  c->touches.at = built_text(p, "moment");
  if (from->kept_to_kind) c->touches.where = built_text(p, "kind = welcome");
}

static void amount_of(pack *p, cadence_clause *c, const made *from, const char *name) {
  c->amount =
      built_text(p, from->number < 0 ? name : arena_format(&p->arena, "%d", (int)from->number));
}

static void put_channel(pack *p, cadence_clause *c) {
  static const char *const words[] = {"visit", "call"};
  c->as = "channel";
  c->row_count = 2;
  c->rows = arena_array(&p->arena, 2, sizeof *c->rows);
  for (int i = 0; i < 2; i++)
    c->rows[i] = (cadence_channel){.word = words[i], .at = built_place(p)};
  c->rows[0].when = built_text(p, "q");
}

static void put_clause(pack *p, step *s, const made *from) {
  static const int64_t days[] = {1, 4, 9};
  cadence_clause *c = built_clause(p, s, from->kind);
  bool shifts = from->kind == CADENCE_SOONER || from->kind == CADENCE_LATER;
  if (from->when) c->when = built_text(p, flag_names[from->when - 1]);
  c->code = arena_string(&p->arena, from->code);
  c->roll = from->roll;
  c->within = from->within;
  c->opening_hours = from->opening_hours;
  c->begins = from->begins;
  c->ends = from->ends;
  c->most = from->most;
  c->per = from->per;
  c->workdays = from->workdays;
  if (from->kind == CADENCE_FIRST_TOUCH) c->from = built_text(p, "quote");
  if (from->kind == CADENCE_FIRST_TOUCH && from->by_day) c->touched = built_text(p, "day");
  if (from->kind == CADENCE_EVERY || from->kind == CADENCE_SEQUENCE)
    c->from = built_text(p, from->by_day ? "day" : "last");
  if (from->kind == CADENCE_EVERY) amount_of(p, c, from, "n");
  if (from->kind == CADENCE_EVERY && from->shows) c->as = "interval";
  if (shifts && from->number == -2)
    c->on = built_text(p, from->on_date ? "on" : "at");
  else if (shifts)
    amount_of(p, c, from, "m");
  if (from->kind == CADENCE_SEQUENCE || from->kind == CADENCE_CAP) touches_of(p, c, from);
  if (from->kind == CADENCE_CHANNEL) put_channel(p, c);
  if (from->kind != CADENCE_SEQUENCE) return;
  c->days = (int64_t *)(uintptr_t)days;
  c->day_count = COUNT(days);
  c->done = arena_string(&p->arena, from->done);
}

static pack *pack_of(const made_cadence *m) {
  pack *p = built_pack();
  const field touch_fields[] = {{.name = "moment", .type = built_type(TYPE_TIMESTAMP)},
                                {.name = "kind", .type = built_choice(p, "welcome|other")}};
  p->calendar.closes = 18 * 3600;
  if (m->free_days) {
    p->calendar.workdays[5] = p->calendar.workdays[6] = false;
    p->calendar.holidays = holidays;
    p->calendar.holiday_count = COUNT(holidays);
    p->calendar.makeups = makeups;
    p->calendar.makeup_count = COUNT(makeups);
  }
  built_field(p, "id", built_type(TYPE_KEY));
  for (int i = 0; i < 3; i++) built_field(p, flag_names[i], built_type(TYPE_BOOLEAN));
  built_list(p, "touches", touch_fields, COUNT(touch_fields));
  built_field(p, "n", built_type(TYPE_INTEGER));
  built_field(p, "m", built_type(TYPE_INTEGER));
  built_field(p, "last", built_type(TYPE_TIMESTAMP));
  built_field(p, "day", built_type(TYPE_DATE));
  built_field(p, "quote", built_type(TYPE_TIMESTAMP));
  built_field(p, "on", built_type(TYPE_DATE));
  built_field(p, "at", built_type(TYPE_TIMESTAMP));
  step *s = built_step(p, STEP_CADENCE, "next"), *list = built_codes(p, "why");
  for (int i = 0; i < m->count; i++) {
    put_clause(p, s, &m->clauses[i]);
    built_code(p, list, arena_string(&p->arena, m->clauses[i].code), NULL, NULL, NULL, -1);
    built_code(p, list, arena_string(&p->arena, m->clauses[i].done), NULL, NULL, NULL, -1);
  }
  return p;
}

/* ---- the reference ---- */

typedef struct reference {
  const made_cadence *m;
  const record *r;
  bool never, promised, counted; /* the clause that said when: never, first_touch, every */
  int64_t due, interval, start;
  bool codes[CLAUSES], done[CLAUSES];
} reference;

static const zone china = {8 * 3600};

static bool worked(const reference *f, int64_t date) {
  if (!f->m->free_days) return true;
  for (size_t i = 0; i < COUNT(makeups); i++)
    if (makeups[i] == date) return true;
  for (size_t i = 0; i < COUNT(holidays); i++)
    if (holidays[i] == date) return false;
  return date_weekday(date) <= 5;
}
static int64_t opening(int64_t date) {
  return moment_at(date, 9 * 3600, china);
}
static int64_t closing(int64_t date) {
  return moment_at(date, 18 * 3600, china);
}
static int64_t day_of(int64_t moment) {
  return moment_date(moment, china);
}

static int64_t next_closing(const reference *f) {
  int64_t date = TODAY;
  while (!worked(f, date) || closing(date) < AS_OF) date++;
  return closing(date);
}

static int64_t after_days(const reference *f, int64_t date, int64_t n, bool workdays) {
  if (!workdays) return date + n;
  if (!n)
    while (!worked(f, date)) date++;
  while (n > 0) n -= worked(f, ++date);
  return date;
}

static int64_t rolled(const reference *f, int64_t moment, bool back) {
  int64_t date = day_of(moment);
  if (worked(f, date) && moment >= opening(date) && moment <= closing(date)) return moment;
  if (back) {
    while (!worked(f, date) || closing(date) > moment) date--;
    return closing(date);
  }
  while (!worked(f, date) || opening(date) < moment) date++;
  return opening(date);
}

static int64_t open_for(const reference *f, int64_t moment, int64_t seconds) {
  for (;;) {
    moment = rolled(f, moment, false);
    int64_t left = closing(day_of(moment)) - moment;
    if (seconds <= left) return moment + seconds;
    seconds -= left;
    moment = closing(day_of(moment)) + 1;
  }
}

static bool holds(const reference *f, const made *c) {
  return !c->when || f->r->flags[c->when - 1] == 1;
}

/* The date from which a clause counts; false if it is missing or still to come. */
static bool past(const reference *f, const made *c, int64_t *date) {
  int64_t x = c->by_day ? f->r->day : f->r->last;
  if (x == MISSING_I64 || x > (c->by_day ? TODAY : AS_OF)) return false;
  *date = c->by_day ? x : day_of(x);
  return true;
}

static const made *first_every(const reference *f) {
  for (int i = 0;; i++)
    if (f->m->clauses[i].kind == CADENCE_EVERY) return &f->m->clauses[i];
}

static void apply_first_touch(reference *f, const made *c, int at) {
  int64_t quote = f->r->quote, from = c->by_day ? 1 : first_every(f)->by_day;
  if (quote == MISSING_I64 || quote > AS_OF) return;
  if (from && f->r->day != MISSING_I64 && f->r->day <= TODAY && f->r->day > day_of(quote)) return;
  if (!from && f->r->last != MISSING_I64 && f->r->last <= AS_OF && f->r->last > quote) return;
  f->promised = true;
  f->codes[at] = true;
  f->due = c->opening_hours       ? open_for(f, quote, c->within)
           : c->roll == ROLL_NONE ? quote + c->within
                                  : rolled(f, quote + c->within, c->roll == ROLL_BACK);
}

static bool counts(const made *c, const touch *t) {
  return t->at != MISSING_I64 && t->at <= AS_OF && (!c->kept_to_kind || t->kind == 0);
}

static void apply_sequence(reference *f, const made *c, int at) {
  static const int64_t days[] = {1, 4, 9};
  int64_t anchor;
  size_t n = 0;
  if (!past(f, c, &anchor)) return;
  for (size_t i = 0; i < f->r->touch_count; i++) {
    const touch *t = &f->r->touches[i];
    n += counts(c, t) && (c->by_day ? day_of(t->at) > f->r->day : t->at > f->r->last);
  }
  if (n < COUNT(days)) f->due = closing(anchor + days[n]);
  *(n < COUNT(days) ? &f->codes[at] : &f->done[at]) = true;
}

static void apply_every(reference *f, const made *c, int at) {
  int64_t n = c->number < 0 ? f->r->n : c->number, date;
  if (n == MISSING_I64 || f->start != MISSING_I64) return;
  bool known = past(f, c, &date);
  if (!known && f->interval != MISSING_I64) return;
  f->interval = n;
  if (!known) return;
  f->start = date;
  if (f->never || f->due != MISSING_I64) return;
  f->counted = f->codes[at] = true;
  f->due = closing(after_days(f, date, n, c->workdays));
}

static void apply_number(reference *f, const made *c, int at) {
  int64_t n = c->number < 0 ? f->r->m : c->number;
  bool sooner = c->kind == CADENCE_SOONER;
  if (n == MISSING_I64 || f->interval == MISSING_I64) return;
  if (sooner ? n >= f->interval : n <= f->interval) return;
  f->interval = n;
  if (!f->counted) return;
  f->codes[at] = true;
  f->due = closing(after_days(f, f->start, n, first_every(f)->workdays));
}

static void apply_cap(reference *f, const made *c, int at) {
  int64_t date = day_of(f->due);
  if (f->promised) return;
  for (;;) {
    int64_t n = 0;
    for (size_t i = 0; i < f->r->touch_count; i++) {
      const touch *t = &f->r->touches[i];
      n += counts(c, t) && day_of(t->at) <= date && day_of(t->at) > date - c->per;
    }
    if (n < c->most) break;
    do date++;
    while (!worked(f, date));
  }
  if (date == day_of(f->due)) return;
  f->due = closing(date);
  f->codes[at] = true;
}

/* The last moment up to (the first from) the due one at which the quiet hours begin (end). */
static void apply_quiet(reference *f, const made *c, int at) {
  int32_t s = moment_second_of_day(f->due, china);
  bool inside = c->begins < c->ends ? s > c->begins && s < c->ends : s > c->begins || s < c->ends;
  int64_t date = day_of(f->due);
  if (!inside) return;
  f->codes[at] = true;
  if (c->roll == ROLL_BACK)
    f->due = moment_at(s > c->begins ? date : date - 1, c->begins, china);
  else
    f->due = moment_at(s < c->ends ? date : date + 1, c->ends, china);
}

static void move(reference *f, int at, int64_t to) {
  if (to == f->due) return;
  f->due = to;
  f->codes[at] = true;
}

static void apply_moving(reference *f, const made *c, int at) {
  int64_t on = c->on_date ? f->r->on : f->r->at;
  switch (c->kind) {
  case CADENCE_SOONER:
  case CADENCE_LATER:
    if (on == MISSING_I64) return;
    if (c->on_date) on = closing(on);
    if (c->kind == CADENCE_SOONER ? on < f->due : on > f->due) move(f, at, on);
    break;
  case CADENCE_OVERDUE:
    if (f->due < AS_OF) move(f, at, next_closing(f));
    break;
  case CADENCE_CAP:
    apply_cap(f, c, at);
    break;
  case CADENCE_OPENING:
    move(f, at, rolled(f, f->due, c->roll == ROLL_BACK));
    break;
  default:
    apply_quiet(f, c, at);
  }
}

static void apply(reference *f, const made *c, int at) {
  int64_t date;
  bool open = !f->never && f->due == MISSING_I64;
  if (c->kind == CADENCE_CHANNEL || !holds(f, c)) return;
  if (c->kind == CADENCE_NEVER) {
    f->codes[at] = !f->never;
    f->never = true;
    f->due = MISSING_I64;
  } else if (c->kind == CADENCE_EVERY) {
    apply_every(f, c, at);
  } else if ((c->kind == CADENCE_SOONER || c->kind == CADENCE_LATER) && c->number != -2) {
    apply_number(f, c, at);
  } else if (c->kind == CADENCE_FIRST_TOUCH) {
    if (open) apply_first_touch(f, c, at);
  } else if (c->kind == CADENCE_SEQUENCE) {
    if (open) apply_sequence(f, c, at);
  } else if (c->kind == CADENCE_NONE_YET) {
    if (!open || past(f, first_every(f), &date)) return;
    f->due = next_closing(f);
    f->codes[at] = true;
  } else if (f->due != MISSING_I64) {
    apply_moving(f, c, at);
  }
}

/* ---- the comparison ---- */

static void check_row(const bench *b, const made_cadence *m, const record *r, size_t row) {
  reference f = {.m = m, .r = r, .due = MISSING_I64, .interval = MISSING_I64, .start = MISSING_I64};
  char codes[256] = "";
  for (int i = 0; i < m->count; i++) apply(&f, &m->clauses[i], i);
  for (int i = 0; i < m->count; i++) {
    if (f.codes[i] && m->clauses[i].kind != CADENCE_CHANNEL)
      snprintf(codes + strlen(codes), 32, "%s%s", *codes ? "|" : "", m->clauses[i].code);
    if (f.done[i])
      snprintf(codes + strlen(codes), 32, "%s%s", *codes ? "|" : "", m->clauses[i].done);
  }
  assert_int_equal(b->out->failed[row], 0);
  assert_int_equal(output(b, "next")->i64[row], f.due);
  assert_string_equal(shown(b, "why", row), codes);
  for (int i = 0; i < m->count; i++) {
    if (m->clauses[i].kind == CADENCE_EVERY && m->clauses[i].shows)
      assert_int_equal(output(b, "interval")->i64[row], f.interval);
    if (m->clauses[i].kind == CADENCE_CHANNEL)
      assert_string_equal(shown(b, "channel", row), f.never            ? ""
                                                    : r->flags[2] == 1 ? "visit"
                                                                       : "call");
  }
}

/* Runs again what the blobs keep, without the lists. */
static void replay(bench *b, const pack *p, size_t rows) {
  const plan_input *inputs;
  size_t count = plan_inputs(b->plan, &inputs);
  bool key_only[16] = {true};
  batch *bare = batch_new(&p->schema, key_only);
  column *given = mem_array(count + 1, sizeof *given);
  value_type *types = mem_array(count + 1, sizeof *types);
  const text_data *blobs = &b->out->inputs;
  error e;
  for (size_t i = 0; i < count; i++) column_init(&given[i], types[i] = inputs[i].type, rows);
  for (size_t r = 0; r < rows; r++) {
    assert_int_equal(blob_read(blobs->bytes + blobs->offsets[r],
                               blobs->offsets[r + 1] - blobs->offsets[r], types, count, given, r,
                               &e),
                     ERR_OK);
    column_add_text(&bare->columns[0], r, "K", 1);
  }
  bare->rows = rows;
  assert_int_equal(evaluator_replay(b->evaluator, bare, given, b->out, &e), ERR_OK);
  for (size_t i = 0; i < count; i++) column_deinit(&given[i]);
  free(given);
  free(types);
  batch_free(bare);
}

static void random_cadences(void **state) {
  (void)state;
  for (int i = 0; i < PLANS; i++) {
    made_cadence m = random_cadence();
    pack *p = pack_of(&m);
    batch *in = batch_new(&p->schema, NULL);
    record records[ROWS];
    in->columns[LIST].list.offsets[0] = 0;
    for (size_t r = 0; r < ROWS; r++) {
      records[r] = random_record();
      put_row(in, r, &records[r]);
    }
    bench b = bench_open(p, NULL);
    if (i % 2) evaluator_trace(b.evaluator); /* it must not change anything */
    bench_run(&b, in);
    for (size_t r = 0; r < ROWS; r++) check_row(&b, &m, &records[r], r);
    replay(&b, p, ROWS);
    for (size_t r = 0; r < ROWS; r++) check_row(&b, &m, &records[r], r);
    bench_close(&b);
    batch_free(in);
    built_free(p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_cadences)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
