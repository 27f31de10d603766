/* cadence "next_follow_up": the moment by which the customer is to be contacted. The clauses apply in
 * the order written; the first that settles a record ends it. */
#include <string.h>
#include "convert.h"
#include "evaluator.h"
#include "trace.h"

typedef struct clause {
  cadence_clause_kind kind;
  const cadence_clause *declared;
  const formula *condition, *amount, *from;
  code *code;
  trace_point *point;
} clause;

typedef struct cadence {
  stage base;
  size_t count;
  clause *clauses;
  const formula *from; /* of the `every`, for none_yet */
  bool has_closing;
  int64_t closing; /* the next one after as_of */
  int result;
} cadence;

/* The day from which a row counts; false if there is none. What lies after as_of has not happened. */
static bool start_of(const evaluator *v, const column *from, size_t row, int64_t *date) {
  int64_t x = from->i64[row];
  const plan *p = v->plan;
  if (x == MISSING_I64) return false;
  bool moment = from->type.kind == TYPE_TIMESTAMP;
  if (x > (moment ? p->as_of : p->today)) return false;
  *date = moment ? moment_date(x, p->pack->zone) : x;
  return true;
}

static void next_closing(const cadence *s, evaluator *v, size_t row, int64_t *out) {
  if (s->has_closing)
    *out = s->closing;
  else
    evaluator_fail(v, row, "RULE_ERROR", &s->base, 0,
                   "there is no working day after as_of: the calendar has none");
}

static void run_never(const clause *c, evaluator *v, uint8_t *open) {
  evaluate_truth(v, c->condition, v->truth);
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (!open[r] || !v->truth[r]) continue;
    open[r] = 0;
    if (c->code) give(v, r, c->code);
  }
}

static void run_none_yet(const cadence *s, const clause *c, evaluator *v, uint8_t *open,
                         int64_t *out) {
  const column *from = evaluate(v, s->from, open);
  int64_t date;
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (!open[r] || start_of(v, from, r, &date)) continue;
    open[r] = 0;
    next_closing(s, v, r, &out[r]);
    if (c->code) give(v, r, c->code);
  }
}

static bool add_days(const evaluator *v, const clause *c, int64_t date, int64_t n, int64_t *out) {
  if (c->declared->workdays) return calendar_add(&v->plan->calendar, date, n, out);
  return !__builtin_add_overflow(date, n, out) && *out >= -719162 && *out <= 2932896;
}

static void run_every(const cadence *s, const clause *c, evaluator *v, const uint8_t *open,
                      int64_t *out) {
  const column *from = evaluate(v, c->from, open), *amount = evaluate(v, c->amount, open);
  int64_t date, due;
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (!open[r] || amount->i64[r] == MISSING_I64 || !start_of(v, from, r, &date)) continue;
    if (add_days(v, c, date, amount->i64[r] / amount->type.denominator, &due))
      out[r] = calendar_closing(&v->plan->calendar, due);
    else
      evaluator_fail(v, r, "OVERFLOW", &s->base, c->declared->at.line,
                     "%lld days after the last contact lie outside the years 0001 to 9999",
                     (long long)amount->i64[r]);
  }
}

static void run_overdue(const cadence *s, const clause *c, evaluator *v, const uint8_t *open,
                        int64_t *out) {
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (!open[r] || out[r] == MISSING_I64 || out[r] >= v->plan->as_of) continue;
    next_closing(s, v, r, &out[r]);
    if (c->code) give(v, r, c->code);
  }
}

/* A clause applied where it settled the record or moved the moment. */
static void note(const clause *c, evaluator *v, const uint8_t *open_before, const uint8_t *open,
                 const int64_t *due_before, const int64_t *due) {
  int32_t *taken = trace_column(v, c->point);
  for (size_t r = 0; r < v->frame.rows; r++)
    taken[r] = open[r] != open_before[r] || due[r] != due_before[r] ? 0 : -1;
  trace_amounts(v, c->point, due, 1);
}

static void run(const stage *base, evaluator *v) {
  const cadence *s = (const cadence *)base;
  int64_t *out = evaluator_result(v, s->result)->i64;
  uint8_t *open = arena_alloc(&v->frame.scratch, BATCH_ROWS); /* not settled yet */
  memset(open, 1, v->frame.rows);
  for (size_t r = 0; r < v->frame.rows; r++) out[r] = MISSING_I64;
  uint8_t *open_before = v->trace ? arena_alloc(&v->frame.scratch, BATCH_ROWS) : NULL;
  int64_t *due_before = v->trace ? arena_array(&v->frame.scratch, BATCH_ROWS, sizeof *out) : NULL;
  for (size_t i = 0; i < s->count; i++) {
    const clause *c = &s->clauses[i];
    if (v->trace) {
      memcpy(open_before, open, v->frame.rows);
      memcpy(due_before, out, v->frame.rows * sizeof *out);
    }
    switch (c->kind) {
    case CADENCE_NEVER:
      run_never(c, v, open);
      break;
    case CADENCE_NONE_YET:
      run_none_yet(s, c, v, open, out);
      break;
    case CADENCE_EVERY:
      run_every(s, c, v, open, out);
      break;
    case CADENCE_OVERDUE:
      run_overdue(s, c, v, open, out);
      break;
    }
    if (v->trace) note(c, v, open_before, open, due_before, out);
  }
}

static bool compile_every(builder *b, clause *c) {
  const cadence_clause *d = c->declared;
  c->amount = build_formula(b, d->amount, bare_type(TYPE_NONE));
  c->from = build_formula(b, d->from, bare_type(TYPE_NONE));
  if (!c->amount || !c->from) return false;
  bool ok = true;
  if (!convert_accepts(bare_type(TYPE_INTEGER), c->amount->type)) {
    build_error(b, d->amount.at, "\"%s\" must be a whole number of days; it is %s%s",
                d->amount.text, type_name(c->amount->type.kind),
                type_is_numeric(c->amount->type.kind) ? " with decimals: use floor() or ceiling()"
                                                      : "");
    ok = false;
  }
  if (c->from->type.kind != TYPE_DATE && c->from->type.kind != TYPE_TIMESTAMP) {
    build_error(b, d->from.at, "from = \"%s\" must be a date or a timestamp; it is %s",
                d->from.text, type_name(c->from->type.kind));
    ok = false;
  }
  return ok;
}

static void declare_point(builder *b, clause *c) {
  static const char *const names[] = {[CADENCE_NEVER] = "never",
                                      [CADENCE_NONE_YET] = "none_yet",
                                      [CADENCE_EVERY] = "every",
                                      [CADENCE_OVERDUE] = "overdue"};
  const cadence_clause *d = c->declared;
  c->point = trace_declare(b, POINT_CLAUSE, names[c->kind], d->at, 1);
  c->point->ways[0] = (trace_way){.label = names[c->kind],
                                  .code = d->code,
                                  .at = d->at,
                                  .when = c->condition,
                                  .value = c->amount};
  c->point->outcome = b->step->name;
  c->point->amounts = true;
}

static bool compile_clause(builder *b, cadence *s, clause *c) {
  const cadence_clause *d = c->declared;
  c->kind = d->kind;
  c->code = build_code(b, d->code, &d->at);
  switch (c->kind) {
  case CADENCE_NEVER:
    if (!d->condition.text)
      build_error(b, d->at, "never needs a condition: never { \"condition\" }");
    c->condition = build_condition(b, d->condition);
    return c->condition;
  case CADENCE_EVERY:
    if (!compile_every(b, c)) return false;
    if (!s->from) s->from = c->from;
    return true;
  default:
    return true;
  }
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
  for (size_t i = 0; i < s->count && ok; i++) declare_point(b, &s->clauses[i]);
  if (ok && !s->from) {
    build_error(b, step_->at, "cadence \"%s\" has no every { ... }: it says what to count from",
                step_->name);
    ok = false;
  }
  const plan *p = b->plan;
  s->has_closing = calendar_next_closing(&p->calendar, p->as_of, &s->closing);
  s->result = build_result(b, step_->name, bare_type(TYPE_TIMESTAMP), "cadence", step_->at);
  return ok && s->result >= 0 ? &s->base : NULL;
}
