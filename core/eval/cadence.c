/* Compiling cadences, and running them: clause after clause over the rows of a batch. */
#include "cadence.h"
#include <string.h>
#include "convert.h"

static const char *const names[] = {
    [CADENCE_NEVER] = "never",       [CADENCE_FIRST_TOUCH] = "first_touch",
    [CADENCE_NONE_YET] = "none_yet", [CADENCE_SEQUENCE] = "sequence",
    [CADENCE_EVERY] = "every",       [CADENCE_SOONER] = "sooner",
    [CADENCE_LATER] = "later",       [CADENCE_OVERDUE] = "overdue",
    [CADENCE_CAP] = "cap",           [CADENCE_OPENING] = "opening",
    [CADENCE_QUIET] = "quiet",       [CADENCE_CHANNEL] = "channel"};

/* ---- compiling ---- */

/* A date or a moment; `key` as written in the pack. */
static bool compile_when(builder *b, rule_text text, const char *key, const formula **out) {
  if (!text.text) return true;
  formula *f = build_formula(b, text, bare_type(TYPE_NONE));
  if (!f) return false;
  *out = f;
  if (f->type.kind == TYPE_DATE || f->type.kind == TYPE_TIMESTAMP) return true;
  build_error(b, text.at, "%s = \"%s\" must be a date or a timestamp; it is %s", key, text.text,
              type_name(f->type.kind));
  return false;
}

static bool compile_amount(builder *b, clause *c) {
  rule_text text = c->declared->amount;
  if (!text.text) return true;
  formula *f = build_formula(b, text, bare_type(TYPE_NONE));
  if (!f) return false;
  c->amount = f;
  const value *constant = &f->tree->constant;
  if (!convert_accepts(bare_type(TYPE_INTEGER), f->type)) {
    build_error(b, text.at, "\"%s\" must be a whole number of days; it is %s%s", text.text,
                type_name(f->type.kind),
                type_is_numeric(f->type.kind) ? " with decimals: use floor() or ceiling()" : "");
    return false;
  }
  if (f->tree->kind != NODE_CONSTANT || constant->missing || constant->exact.num >= 0) return true;
  build_error(b, text.at, "%s { \"%s\" } would lie in the past: a number of days is not below 0",
              names[c->kind], text.text);
  return false;
}

/* What a clause cannot do without; a script that leaves it out has been told already. */
static bool check_whole(builder *b, const cadence_clause *d) {
  bool counts =
      d->kind == CADENCE_FIRST_TOUCH || d->kind == CADENCE_SEQUENCE || d->kind == CADENCE_EVERY;
  bool shifts = d->kind == CADENCE_SOONER || d->kind == CADENCE_LATER;
  bool lists = d->kind == CADENCE_SEQUENCE || d->kind == CADENCE_CAP;
  const char *lacks = d->kind == CADENCE_NEVER && !d->when.text     ? "a condition"
                      : counts && !d->from.text                     ? "a start"
                      : d->kind == CADENCE_EVERY && !d->amount.text ? "a number"
                      : shifts && !d->amount.text && !d->on.text    ? "a number or a date"
                      : lists && !d->touches.list.text              ? "a list"
                      : d->kind == CADENCE_CHANNEL && !d->row_count && !d->formula.text ? "a row"
                                                                                        : NULL;
  if (lacks) build_error(b, d->at, "%s needs %s", names[d->kind], lacks);
  return !lacks;
}

static const char *kept_name(builder *b, const cadence *s, const clause *c) {
  return arena_format(&b->plan->arena, "%s: %s %d", b->step->name, names[c->kind],
                      (int)(c - s->clauses) + 1);
}

static bool compile_clause(builder *b, const cadence *s, clause *c) {
  const cadence_clause *d = c->declared;
  c->kind = d->kind;
  c->code = build_code(b, d->code, &d->at);
  c->done = build_code(b, d->done, &d->at);
  if (!check_whole(b, d)) return false;
  bool ok = compile_when(b, d->from, d->kind == CADENCE_SEQUENCE ? "anchor" : "from", &c->from);
  ok = compile_when(b, d->touched, "touched", &c->touched) && ok;
  ok = compile_when(b, d->on, "on", &c->on) && ok;
  ok = compile_amount(b, c) && ok;
  if (d->when.text) ok = (c->when = build_condition(b, d->when)) && ok;
  if (d->kind == CADENCE_SEQUENCE)
    ok = touches_compile(b, &c->touches, d, bare_type(TYPE_INTEGER), kept_name(b, s, c)) && ok;
  if (d->kind == CADENCE_CAP)
    ok = touches_compile(b, &c->touches, d, bare_type(TYPE_TEXT), kept_name(b, s, c)) && ok;
  return ok;
}

/* What is counted from, where a clause does not say it. */
static bool settle_from(builder *b, cadence *s) {
  bool ok = true;
  for (size_t i = 0; i < s->count && !s->from; i++)
    if (s->clauses[i].kind == CADENCE_EVERY) s->from = s->clauses[i].from;
  for (size_t i = 0; i < s->count; i++) {
    clause *c = &s->clauses[i];
    if (c->kind == CADENCE_FIRST_TOUCH && !c->touched) c->touched = s->from;
    bool lacks = (c->kind == CADENCE_FIRST_TOUCH && !c->touched) ||
                 (c->kind == CADENCE_NONE_YET && !c->from && !s->from);
    if (!lacks) continue;
    build_error(b, c->declared->at,
                "cadence \"%s\" has no every { ... }: it says what %s counts from", b->step->name,
                names[c->kind]);
    ok = false;
  }
  return ok;
}

/* ---- its points ---- */

static void name_days(builder *b, const clause *c) {
  const cadence_clause *d = c->declared;
  for (size_t i = 0; i <= d->day_count; i++)
    c->point->ways[i] = (trace_way){
        .label = i < d->day_count ? arena_format(&b->plan->arena, "day %lld", (long long)d->days[i])
                                  : "done",
        .code = i < d->day_count ? d->code : d->done,
        .at = d->at,
        .when = c->when};
}

static void name_channels(const clause *c) {
  for (size_t i = 0; i < c->row_count; i++) {
    const cadence_channel *row = &c->declared->rows[i];
    c->point->ways[i] =
        (trace_way){.label = row->word, .code = row->code, .at = row->at, .when = c->rows[i].when};
  }
}

/* The moments that the clause looks at: what it counts from, and the latest touch. */
static void name_inputs(builder *b, const cadence *s, const clause *c) {
  const formula **inputs = arena_array(&b->plan->arena, 2, sizeof *inputs);
  const formula *from = c->from ? c->from : c->kind == CADENCE_NONE_YET ? s->from : NULL;
  if (from) inputs[c->point->input_count++] = from;
  if (c->touched) inputs[c->point->input_count++] = c->touched;
  c->point->inputs = inputs;
}

static void declare_point(builder *b, cadence *s, clause *c) {
  const cadence_clause *d = c->declared;
  bool channel = c->kind == CADENCE_CHANNEL, sequence = c->kind == CADENCE_SEQUENCE;
  size_t ways = sequence ? d->day_count + 1 : c->row_count ? c->row_count : 1;
  c->point = trace_declare(b, POINT_CLAUSE, names[c->kind], d->at, ways);
  if (sequence) {
    name_days(b, c);
  } else if (c->row_count) {
    name_channels(c);
  } else {
    const formula *gives = c->amount ? c->amount : c->on ? c->on : c->channel;
    c->point->ways[0] = (trace_way){
        .label = names[c->kind], .code = d->code, .at = d->at, .when = c->when, .value = gives};
  }
  c->point->outcome = channel ? b->plan->results[s->channel].name : b->step->name;
  c->point->amounts = !channel;
  name_inputs(b, s, c);
}

/* ---- a calendar that ends too soon ---- */

/* The most working days that a clause counts with a plain number; a month where that is not known. */
static int64_t horizon(const cadence *s) {
  int64_t most = 0;
  for (size_t i = 0; i < s->count; i++) {
    const clause *c = &s->clauses[i];
    if (c->kind != CADENCE_EVERY || !c->declared->workdays) continue;
    const node *n = c->amount->tree;
    bool plain = n->kind == NODE_CONSTANT && !n->constant.missing;
    int64_t days = plain ? (int64_t)n->constant.exact.num : 22;
    if (days > most) most = days;
  }
  return most;
}

static void check_calendar(builder *b, const cadence *s) {
  const plan *p = b->plan;
  const pack_calendar *k = &p->pack->calendar;
  int64_t days = horizon(s), last;
  if (!days || !k->ends || !calendar_add(&p->calendar, p->today, days, &last)) return;
  if (last <= k->until) return;
  char until[11] = "", reached[11] = "";
  date_write(until, k->until);
  date_write(reached, last);
  build_warning(b, k->at, "calendar-ends",
                "the calendar ends on %s, but cadence \"%s\" counts working days up to %s: add the "
                "holidays and make-up days of that time, or say calendar_until if there are none",
                until, b->step->name, reached);
}

/* ---- the whole ---- */

static void apply(cadence_run *u, const clause *c) {
  switch (c->kind) {
  case CADENCE_NEVER:
    run_never(u, c);
    break;
  case CADENCE_FIRST_TOUCH:
    run_first_touch(u, c);
    break;
  case CADENCE_NONE_YET:
    run_none_yet(u, c);
    break;
  case CADENCE_SEQUENCE:
    run_sequence(u, c);
    break;
  case CADENCE_EVERY:
    run_every(u, c);
    break;
  case CADENCE_SOONER:
  case CADENCE_LATER:
    run_shift(u, c);
    break;
  case CADENCE_OVERDUE:
    run_overdue(u, c);
    break;
  case CADENCE_CAP:
    run_cap(u, c);
    break;
  case CADENCE_OPENING:
    run_opening(u, c);
    break;
  case CADENCE_QUIET:
    run_quiet(u, c);
    break;
  case CADENCE_CHANNEL:
    run_channel(u, c);
    break;
  }
}

static void run_clause(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  u->when = NULL;
  if (c->when) {
    uint8_t *when = arena_alloc(&v->frame.scratch, BATCH_ROWS);
    evaluate_truth(v, c->when, when);
    u->when = when;
  }
  if (v->trace) {
    u->taken = trace_column(v, c->point);
    for (size_t r = 0; r < v->frame.rows; r++) u->taken[r] = -1;
  }
  apply(u, c);
  if (v->trace && c->point->amounts) trace_amounts(v, c->point, u->due, 1);
}

static void begin(cadence_run *u) {
  arena *a = &u->v->frame.scratch;
  size_t rows = u->v->frame.rows;
  u->source = arena_alloc(a, BATCH_ROWS);
  u->interval = arena_array(a, BATCH_ROWS, sizeof *u->interval);
  u->start = arena_array(a, BATCH_ROWS, sizeof *u->start);
  u->counted_by = arena_array(a, BATCH_ROWS, sizeof *u->counted_by);
  for (size_t r = 0; r < rows; r++) {
    u->due[r] = u->interval[r] = u->start[r] = MISSING_I64;
    u->counted_by[r] = -1;
  }
}

static void run(const stage *base, evaluator *v) {
  const cadence *s = (const cadence *)base;
  cadence_run u = {.cadence = s, .v = v, .due = evaluator_result(v, s->due)->i64};
  begin(&u);
  for (size_t i = 0; i < s->count; i++)
    if (s->clauses[i].kind != CADENCE_CHANNEL) run_clause(&u, &s->clauses[i]);
  for (size_t i = 0; i < s->count && s->channel >= 0; i++) /* once it is known who is never */
    if (s->clauses[i].kind == CADENCE_CHANNEL) run_clause(&u, &s->clauses[i]);
  cadence_check_years(&u);
  if (s->interval >= 0)
    memcpy(evaluator_result(v, s->interval)->i64, u.interval, v->frame.rows * sizeof *u.interval);
}

static bool name_results(builder *b, cadence *s) {
  const char *interval = NULL;
  place at = b->step->at;
  s->interval = s->channel = -1;
  s->due = build_result(b, b->step->name, bare_type(TYPE_TIMESTAMP), "cadence", at);
  bool ok = s->due >= 0;
  for (size_t i = 0; i < s->count; i++) {
    clause *c = &s->clauses[i];
    if (c->kind == CADENCE_EVERY && c->declared->as && !interval) {
      interval = c->declared->as;
      s->interval = build_result(b, interval, bare_type(TYPE_INTEGER), "cadence", c->declared->at);
      ok = ok && s->interval >= 0;
    }
    if (c->kind == CADENCE_CHANNEL) ok = channel_compile(b, s, c) && ok;
  }
  return ok;
}

stage *cadence_compile(builder *b, const step *step_) {
  const cadence_step *d = &step_->cadence;
  cadence *s = build_stage(b, sizeof *s, NULL, run);
  bool ok = true;
  s->count = d->clause_count;
  s->clauses = arena_array(&b->plan->arena, s->count + 1, sizeof *s->clauses);
  for (size_t i = 0; i < s->count; i++) {
    s->clauses[i].declared = &d->clauses[i];
    ok = compile_clause(b, s, &s->clauses[i]) && ok;
  }
  ok = ok && settle_from(b, s);
  ok = name_results(b, s) && ok;
  if (!ok) return NULL;
  for (size_t i = 0; i < s->count; i++) declare_point(b, s, &s->clauses[i]);
  const plan *p = b->plan;
  s->has_closing = calendar_next_closing(&p->calendar, p->as_of, &s->closing);
  check_calendar(b, s);
  return &s->base;
}
