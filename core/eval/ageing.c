/* ageing "ar" { of = "open_items", amount = "amount", due = "due_date", { "ar_current", 0 }, ... }:
 * what is owed, by how many days it is overdue; the step's own name is the sum of all buckets. Exact:
 * sums are kept in 128 bits, and one that does not fit is a fault. */
#include <string.h>

#include "list_rows.h"
#include "reduce.h"
#include "trace.h"

typedef struct ageing {
  stage base;
  const list_rows *rows;
  list_filter filter;
  const formula *amount, *due;
  size_t bucket_count;
  int64_t *most; /* the greatest age of each bucket but the last */
  int undated;   /* the bucket of what has no due date; -1 = none */
  bool skip_missing;
  int total, *buckets; /* results */
  trace_point *point;  /* its ways: the buckets */
} ageing;

/* ---- running ---- */

typedef struct ageing_state {
  bool unknown;
  int128 *sums; /* by bucket */
} ageing_state;

static int bucket_of(const ageing *a, int64_t due, int64_t today) {
  int bucket = 0;
  if (due == MISSING_I64) return a->undated;
  int64_t age = today - due;
  while (bucket + 1 < (int)a->bucket_count && age > a->most[bucket]) bucket++;
  return bucket;
}

static void add_rows(const ageing *a, const list_walk *w, ageing_state *s, const column *amount,
                     const column *due, const list_span *span) {
  const uint8_t *counted = w->v->truth;
  int64_t today = w->v->plan->today;
  for (size_t i = span->from; i < span->to; i++) {
    if (!counted[i]) continue;
    int bucket = bucket_of(a, due->i64[i], today);
    if (bucket < 0 || amount->i64[i] == MISSING_I64)
      s->unknown |= !a->skip_missing;
    else
      s->sums[bucket] += amount->i64[i];
    if (w->v->trace && bucket >= 0) trace_add(w->v, a->point, span->customer, (size_t)bucket);
  }
}

static bool put(const list_walk *w, int number, size_t row, int128 sum) {
  bool fits = sum <= INT64_MAX && sum > INT64_MIN;
  evaluator_result(w->v, number)->i64[row] = fits ? (int64_t)sum : MISSING_I64;
  return fits;
}

static void finish_customer(const ageing *a, const list_walk *w, ageing_state *s, size_t row) {
  bool known = !s->unknown && !column_missing(w->list, row), fits = true;
  int128 total = 0;
  for (size_t i = 0; i < a->bucket_count; i++) {
    total += s->sums[i];
    fits = put(w, a->buckets[i], row, known ? s->sums[i] : 0) && fits;
    if (!known) reduce_missing(evaluator_result(w->v, a->buckets[i]), row);
    s->sums[i] = 0;
  }
  fits = put(w, a->total, row, known ? total : 0) && fits;
  if (!known) reduce_missing(evaluator_result(w->v, a->total), row);
  if (!fits)
    evaluator_fail(w->v, row, "OVERFLOW", &a->base, 0,
                   "the sum over the records of %s is too large", a->rows->name);
  s->unknown = false;
}

static void run(const stage *base, evaluator *v) {
  const ageing *a = (const ageing *)base;
  ageing_state s = {.sums = arena_array(&v->frame.scratch, a->bucket_count, sizeof *s.sums)};
  list_walk w;
  list_span span;
  list_walk_begin(&w, v, a->rows);
  while (list_walk_next(&w)) {
    const column *at;
    list_filter_run(&w, &a->filter, v->truth, &at);
    const column *amount = list_evaluate(&w, a->amount, v->truth);
    const column *due = list_evaluate(&w, a->due, v->truth);
    while (list_span_next(&w, &span)) {
      add_rows(a, &w, &s, amount, due, &span);
      if (span.last) finish_customer(a, &w, &s, span.customer);
    }
  }
}

/* ---- compiling ---- */

static bool compile_record(builder *b, ageing *a, const ageing_step *d) {
  const rule_text none = {0};
  bool ok = list_filter_compile(b, a->rows, &a->filter, d->where, none, none, none, false);
  a->amount = build_formula(b, d->amount, bare_type(TYPE_NONE));
  a->due = build_formula(b, d->due, bare_type(TYPE_DATE));
  if (!a->amount || !a->due || !ok) return false;
  type_kind kind = a->amount->type.kind;
  if (kind != TYPE_MONEY && kind != TYPE_INTEGER && kind != TYPE_DECIMAL) {
    build_error(b, d->amount.at,
                "ageing adds money, integers or decimals, but the amount \"%s\" is %s%s",
                d->amount.text, kind == TYPE_RATIO ? "a quotient" : type_name(kind),
                kind == TYPE_RATIO ? ": use round(..., 2)" : "");
    return false;
  }
  if (d->skip_missing) return true;
  list_warn_missing(b, a->rows, a->amount, &a->filter, "missing = \"skip\" or coalesce(...)");
  const char *dated =
      arena_format(&b->plan->arena, "missing = \"skip\" or undated = \"%s\"", d->buckets[0].name);
  if (!d->undated) list_warn_missing(b, a->rows, a->due, &a->filter, dated);
  return true;
}

static bool compile_buckets(builder *b, ageing *a, const ageing_step *d) {
  arena *memory = &b->plan->arena;
  a->bucket_count = d->bucket_count;
  a->most = arena_array(memory, d->bucket_count, sizeof *a->most);
  a->buckets = arena_array(memory, d->bucket_count, sizeof *a->buckets);
  a->undated = -1;
  for (size_t i = 0; i < d->bucket_count; i++) {
    const ageing_bucket *one = &d->buckets[i];
    rational days = {0, 1};
    if (i + 1 < d->bucket_count && !build_number(b, one->days, "the days of a bucket", &days))
      return false;
    a->most[i] = (int64_t)days.num;
    if (d->undated && !strcmp(d->undated, one->name)) a->undated = (int)i;
    a->buckets[i] = build_kept(b, &a->base, one->name, a->amount->type, "ageing", one->at);
    if (a->buckets[i] < 0) return false;
  }
  a->total = build_kept(b, &a->base, b->step->name, a->amount->type, "ageing", b->step->at);
  return a->total >= 0;
}

static void declare_point(builder *b, const ageing_step *d, const char *name, const char *label,
                          place at) {
  trace_point *p = trace_declare(b, POINT_FORMULA, name, at, 1);
  p->outcome = name;
  p->always = true;
  p->ways[0] = (trace_way){
      .label = arena_format(&b->plan->arena, "sum = %s, of = %s, due = %s%s%s%s", d->amount.text,
                            d->of, d->due.text, d->where.text ? ", where = " : "",
                            d->where.text ? d->where.text : "", label),
      .at = at};
}

static void declare_points(builder *b, ageing *a, const ageing_step *d) {
  const char *above = NULL;
  a->point = trace_declare(b, POINT_RECORDS, d->due.text, b->step->at, d->bucket_count);
  a->point->several = true;
  for (size_t i = 0; i < d->bucket_count; i++) {
    const char *most = d->buckets[i].days.text;
    const char *label =
        !above  ? arena_format(&b->plan->arena, ", overdue by at most %s days", most)
        : !most ? arena_format(&b->plan->arena, ", overdue by more than %s days", above)
                : arena_format(&b->plan->arena, ", overdue by more than %s and at most %s days",
                               above, most);
    declare_point(b, d, d->buckets[i].name, label, d->buckets[i].at);
    a->point->ways[i] = (trace_way){.label = d->buckets[i].name, .at = d->buckets[i].at};
    above = most;
  }
  declare_point(b, d, b->step->name, "", b->step->at);
}

stage *ageing_compile(builder *b, const step *s) {
  const ageing_step *d = &s->ageing;
  ageing *a = build_stage(b, sizeof *a, NULL, run);
  list_rows *rows = list_rows_open(b, d->of, d->of_at);
  if (!rows) return NULL;
  a->rows = rows;
  a->skip_missing = d->skip_missing;
  bool ok = compile_record(b, a, d);
  list_rows_close(b, rows);
  if (!ok || !compile_buckets(b, a, d)) return NULL;
  declare_points(b, a, d);
  return &a->base;
}
