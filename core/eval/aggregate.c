/* derive "spend" { sum = "amount", of = "orders", where = ..., within = 365 }: one value out of the
 * records of a list. The formulas run over the records of all customers at once; then the records of
 * each customer are taken together (reduce). */
#include <string.h>

#include "convert.h"
#include "decay.h"
#include "record_points.h"
#include "reduce.h"
#include "trace.h"

typedef struct aggregate {
  stage base;
  const list_rows *rows;
  list_filter filter;
  const formula *condition; /* COUNT: a record counts only if it is true */
  const formula *value;     /* or points; COUNT has neither */
  const record_points *points;
  const formula *weight, *by;
  decay decay;
  reduce_plan reduce;
  int result;
} aggregate;

static const char *const words[] = {
    [AGGREGATE_SUM] = "sum",       [AGGREGATE_COUNT] = "count",
    [AGGREGATE_MIN] = "min",       [AGGREGATE_MAX] = "max",
    [AGGREGATE_LATEST] = "latest", [AGGREGATE_EARLIEST] = "earliest",
    [AGGREGATE_MEDIAN] = "median", [AGGREGATE_MEAN] = "mean",
    [AGGREGATE_SHARE] = "share",   [AGGREGATE_DISTINCT] = "distinct"};

/* ---- running ---- */

static reduce_columns evaluate_piece(const aggregate *a, list_walk *w) {
  uint8_t *counted = w->v->truth;
  reduce_columns c = {.counted = counted};
  const column *at;
  list_filter_run(w, &a->filter, counted, &at);
  if (a->condition) {
    const int32_t *truth = list_evaluate(w, a->condition, counted)->i32;
    for (size_t i = 0; i < w->count; i++) counted[i] = (uint8_t)(counted[i] & (truth[i] == 1));
  }
  if (a->decay.days && a->decay.stepped) c.halvings = decay_halvings(&a->decay, w, at, counted);
  if (a->decay.days && !a->decay.stepped) c.factors = decay_factors(&a->decay, w, at);
  if (a->points) c.value = record_points_run(a->points, &a->base, w, counted);
  if (a->value) c.value = list_evaluate(w, a->value, counted);
  if (a->weight) c.weight = list_evaluate(w, a->weight, counted);
  if (a->by) c.by = list_evaluate(w, a->by, counted);
  return c;
}

static void finish_customer(const aggregate *a, const list_walk *w, reduce_state *s, size_t row) {
  column *out = evaluator_result(w->v, a->result);
  if (column_missing(w->list, row))
    reduce_missing(out, row); /* no list is not an empty one */
  else if (!reduce_end(&a->reduce, s, out, row))
    evaluator_fail(w->v, row, "OVERFLOW", &a->base, 0, "the %s over the records of %s is too large",
                   words[a->reduce.kind], a->rows->name);
  reduce_begin(s);
}

static void run(const stage *base, evaluator *v) {
  const aggregate *a = (const aggregate *)base;
  reduce_state s = {0};
  list_walk w;
  list_span span;
  list_walk_begin(&w, v, a->rows);
  reduce_begin(&s);
  while (list_walk_next(&w)) {
    reduce_columns c = evaluate_piece(a, &w);
    while (list_span_next(&w, &span)) {
      reduce_rows(&a->reduce, &s, &c, span.from, span.to);
      if (span.last) finish_customer(a, &w, &s, span.customer);
    }
  }
  reduce_free(&s);
}

/* ---- compiling: what is read of a record ---- */

static bool is_moment(type_kind kind) {
  return kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
}

/* Whether the aggregate can be made of values of the type. */
static bool takes(aggregate_kind kind, value_type t) {
  if (t.kind == TYPE_LIST || t.kind == TYPE_CODES || t.kind == TYPE_NONE) return false;
  switch (kind) {
  case AGGREGATE_SUM:
  case AGGREGATE_MEAN:
  case AGGREGATE_MEDIAN:
    return type_is_numeric(t.kind);
  case AGGREGATE_MIN:
  case AGGREGATE_MAX:
    return type_is_numeric(t.kind) || is_moment(t.kind);
  default:
    return true;
  }
}

static bool check_value(builder *b, const aggregate_step *d, const formula *f) {
  if (takes(d->kind, f->type)) return true;
  bool any =
      d->kind == AGGREGATE_DISTINCT || d->kind == AGGREGATE_LATEST || d->kind == AGGREGATE_EARLIEST;
  bool moments = d->kind == AGGREGATE_MIN || d->kind == AGGREGATE_MAX;
  build_error(b, d->value.at, "%s takes %s, but \"%s\" is %s", words[d->kind],
              any       ? "a value of a record"
              : moments ? "numbers, dates or timestamps"
                        : "numbers",
              d->value.text, f->type.kind == TYPE_NONE ? "nothing" : type_name(f->type.kind));
  return false;
}

static bool compile_value(builder *b, aggregate *a, const aggregate_step *d) {
  if (d->point_count) {
    record_points *p = arena_alloc(&b->plan->arena, sizeof *p);
    a->points = p;
    if (!record_points_compile(b, p, d)) return false;
    a->reduce.value = p->type;
    return true;
  }
  if (d->kind == AGGREGATE_COUNT)
    return !d->value.text || (a->condition = build_condition(b, d->value)) != NULL;
  if (d->kind == AGGREGATE_SHARE)
    a->value = build_condition(b, d->value);
  else
    a->value = build_formula(b, d->value, bare_type(TYPE_NONE));
  if (!a->value || !check_value(b, d, a->value)) return false;
  a->reduce.value = a->value->type;
  return true;
}

static bool compile_weight(builder *b, aggregate *a, const aggregate_step *d) {
  if (!d->weight.text) return true;
  a->weight = build_formula(b, d->weight, bare_type(TYPE_NONE));
  if (!a->weight) return false;
  a->reduce.weight = a->weight->type;
  if (type_is_numeric(a->weight->type.kind)) return true;
  build_error(b, d->weight.at, "a weight is a number, but \"%s\" is %s", d->weight.text,
              type_name(a->weight->type.kind));
  return false;
}

/* Of LATEST and EARLIEST. */
static bool compile_order(builder *b, aggregate *a, const aggregate_step *d) {
  bool dated = d->kind == AGGREGATE_LATEST || d->kind == AGGREGATE_EARLIEST;
  if (!dated) return true;
  a->by = d->by.text ? build_formula(b, d->by, bare_type(TYPE_NONE)) : a->value;
  if (!a->by) return false;
  if (!d->by.text && !is_moment(a->by->type.kind)) {
    build_error(b, b->step->at,
                "%s \"%s\" does not say by what the records stand in order: by = \"at\"",
                words[d->kind], d->value.text);
    return false;
  }
  if (type_storage(a->by->type.kind) != STORE_I64) {
    build_error(b, d->by.at,
                "by orders the records by dates, timestamps or whole numbers, but \"%s\" is %s",
                d->by.text, type_name(a->by->type.kind));
    return false;
  }
  a->reduce.ties = d->tie != TIE_UNTOLD;
  a->reduce.greatest = d->tie == TIE_GREATEST;
  if (a->reduce.ties || !d->by.text || !strcmp(d->by.text, d->value.text)) return true;
  build_error(b, d->by.at,
              "two records of %s can have the same %s: say which \"%s\" counts then: "
              "ties = \"least\" or ties = \"greatest\"%s",
              d->of, d->by.text, d->value.text,
              a->value->type.kind == TYPE_CHOICE ? " (the first or the last word of its list)"
                                                 : "");
  return false;
}

static void warn_missing(builder *b, const aggregate *a, const aggregate_step *d) {
  const formula *read[] = {a->points ? a->points->input : a->value, a->weight, a->by};
  if (d->skip_missing) return;
  for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
    if (!read[i] || (i == 0 && d->kind == AGGREGATE_SHARE)) continue;
    if (i == 0 && a->points && a->points->missing_row >= 0) continue;
    if (i == 2 && a->by == a->value) continue;
    list_warn_missing(b, a->rows, read[i], &a->filter, "missing = \"skip\" or coalesce(...)");
  }
}

static bool compile_record(builder *b, aggregate *a, const aggregate_step *d) {
  bool decays = d->half_life.text != NULL;
  bool ok = list_filter_compile(b, a->rows, &a->filter, d->where, d->at, d->from, d->to, decays);
  ok = compile_value(b, a, d) && ok;
  ok = compile_weight(b, a, d) && ok;
  ok = ok && compile_order(b, a, d);
  ok = decay_compile(b, &a->decay, d->half_life, d->stepped) && ok;
  if (ok) warn_missing(b, a, d);
  return ok;
}

/* ---- compiling: what comes of it ---- */

static reduce_form form_of(const reduce_plan *p, const decay *d) {
  bool counts = p->kind == AGGREGATE_SHARE || p->value.kind == TYPE_NONE;
  storage of = counts ? STORE_I64 : type_storage(p->value.kind);
  storage by = p->weight.kind == TYPE_NONE ? STORE_I64 : type_storage(p->weight.kind);
  if ((d->days && !d->stepped) || of == STORE_F64 || by == STORE_F64) return REDUCE_F64;
  if (of == STORE_RATIO || by == STORE_RATIO) return REDUCE_RATIO;
  return of == STORE_I32 ? REDUCE_WORD : of == STORE_TEXT ? REDUCE_TEXT : REDUCE_I64;
}

static value_type ratio_type(value_type of) {
  return (value_type){
      .kind = TYPE_RATIO, .digits = of.digits > 2 ? of.digits : 2, .denominator = 1};
}

/* The mean of two values of the type, exactly. */
static value_type halved_type(value_type t) {
  if (t.kind == TYPE_RATIO || t.denominator > INT64_C(1000000000000)) return ratio_type(t);
  if (t.kind == TYPE_INTEGER) t.digits = 1;
  if (t.kind == TYPE_INTEGER) t.kind = TYPE_DECIMAL;
  t.denominator *= 2;
  return t;
}

static value_type natural_type(const reduce_plan *p) {
  if (p->kind == AGGREGATE_DISTINCT || (p->kind == AGGREGATE_COUNT && !p->halvings && !p->factors))
    return bare_type(TYPE_INTEGER);
  if (p->kind == AGGREGATE_LATEST || p->kind == AGGREGATE_EARLIEST) {
    value_type t = p->value;
    if (t.kind == TYPE_KEY) t.kind = TYPE_TEXT;
    return t;
  }
  if (p->form == REDUCE_F64) return bare_type(TYPE_NUMBER);
  if (p->kind == AGGREGATE_MEDIAN) return halved_type(p->value);
  if (p->kind == AGGREGATE_MEAN || p->kind == AGGREGATE_SHARE || p->halvings)
    return ratio_type(p->value);
  return p->value;
}

static void refuse_type(builder *b, const aggregate_step *d, value_type declared,
                        value_type natural) {
  buffer given = {0}, wanted = {0};
  type_describe(&given, natural);
  type_describe(&wanted, declared);
  buffer_text(&given, "");
  buffer_text(&wanted, "");
  bool quotient = natural.kind == TYPE_RATIO;
  build_error(b, b->step->at, "%s gives %s, but \"%s\" is declared as %s%s", words[d->kind],
              quotient ? "a quotient" : given.data, b->step->name, wanted.data,
              quotient ? ": type = decimal(2) says with how many decimals it is written" : "");
  buffer_deinit(&given);
  buffer_deinit(&wanted);
}

static bool settle_type(builder *b, aggregate *a, const aggregate_step *d) {
  reduce_plan *p = &a->reduce;
  p->form = form_of(p, &a->decay);
  p->halvings = a->decay.days && a->decay.stepped ? DECAY_HALVINGS : 0;
  p->factors = a->decay.days && !a->decay.stepped;
  if (p->halvings && p->form != REDUCE_I64) {
    build_error(b, d->half_life.at,
                "halve_every is exact and needs an integer, money or decimals, but \"%s\" is %s: "
                "use round(..., 2), or half_life",
                d->value.text, p->form == REDUCE_F64 ? "a measured number" : "a quotient");
    return false;
  }
  value_type natural = natural_type(p);
  value_type declared = d->type.kind == TYPE_NONE ? natural : d->type;
  if (!convert_accepts(declared, natural)) {
    refuse_type(b, d, declared, natural);
    return false;
  }
  p->result = convert_widen(declared, natural);
  return true;
}

static bool settle_none(builder *b, reduce_plan *p, rule_text none) {
  if (!none.text) return true;
  formula *f = build_formula(b, none, p->result);
  int64_t stored = 0;
  if (!f) return false;
  const value *v = &f->tree->constant;
  if (f->tree->kind != NODE_CONSTANT) {
    build_error(
        b, none.at,
        "none is a value that is the same for all; for \"%s\" use coalesce in a step of its "
        "own",
        none.text);
    return false;
  }
  p->none = (reduce_constant){true, v->missing, v->exact, v->number, v->text};
  storage form = type_storage(p->result.kind);
  if (v->missing || (form != STORE_I64 && form != STORE_F64)) return true;
  return build_stored(b, f, p->result, none.at, &stored, &p->none.number);
}

static bool settle_bound(builder *b, const reduce_plan *p, rule_text text, const char *what,
                         bool *has, rational *out) {
  *out = (rational){0, 1};
  if (!text.text) return true;
  if (!type_is_numeric(p->result.kind)) {
    build_error(b, text.at, "%s bounds a number, but \"%s\" is %s", what, b->step->name,
                type_name(p->result.kind));
    return false;
  }
  if (!build_number(b, text, what, out)) return false;
  *has = true;
  rational stored;
  bool fits =
      type_storage(p->result.kind) != STORE_I64 ||
      (rational_mul(*out, (rational){p->result.denominator, 1}, &stored) && stored.den == 1);
  if (!fits)
    build_error(b, text.at, "%s is %s, which has more decimals than \"%s\": say type = decimal(n)",
                what, text.text, b->step->name);
  return fits;
}

static bool compile_result(builder *b, aggregate *a, const aggregate_step *d) {
  reduce_plan *p = &a->reduce;
  if (!settle_type(b, a, d) || !settle_none(b, p, d->none) ||
      !settle_bound(b, p, d->at_least, "at_least", &p->has_least, &p->least) ||
      !settle_bound(b, p, d->at_most, "at_most", &p->has_most, &p->most))
    return false;
  bool whole = p->kind == AGGREGATE_SUM || p->kind == AGGREGATE_MIN || p->kind == AGGREGATE_MAX ||
               p->kind == AGGREGATE_LATEST || p->kind == AGGREGATE_EARLIEST;
  bool same =
      p->kind == AGGREGATE_COUNT || (whole && p->result.denominator == p->value.denominator);
  p->direct = same && p->form == REDUCE_I64 && type_storage(p->result.kind) == STORE_I64 &&
              (p->kind != AGGREGATE_COUNT || p->result.denominator == 1) && !p->halvings &&
              !p->has_least && !p->has_most;
  a->result = build_kept(b, &a->base, b->step->name, p->result, "derive", b->step->at);
  return a->result >= 0;
}

/* , word = text */
static void put_part(buffer *out, const char *word, rule_text t) {
  if (t.text) buffer_format(out, ", %s = %s", word, t.text);
}

/* What was asked, as it was written: sum = amount, of = orders, where = not(returned). */
static const char *label_of(builder *b, const aggregate_step *d) {
  buffer out = {0};
  buffer_format(&out, "%s = %s", words[d->kind], d->value.text ? d->value.text : d->of);
  if (d->point_count) buffer_text(&out, " (points)");
  if (d->value.text) buffer_format(&out, ", of = %s", d->of);
  put_part(&out, "weight", d->weight);
  put_part(&out, "by", d->by);
  put_part(&out, "where", d->where);
  if (d->from.text)
    buffer_format(&out, ", within = { %s, %s }", d->from.text, d->to.text);
  else
    put_part(&out, "within", d->to);
  put_part(&out, d->stepped ? "halve_every" : "half_life", d->half_life);
  put_part(&out, "at", d->at);
  put_part(&out, "at_least", d->at_least);
  put_part(&out, "at_most", d->at_most);
  buffer_text(&out, "");
  const char *label = arena_string(&b->plan->arena, out.data);
  buffer_deinit(&out);
  return label;
}

static void declare_point(builder *b, const aggregate_step *d) {
  trace_point *p = trace_declare(b, POINT_FORMULA, b->step->name, b->step->at, 1);
  p->outcome = b->step->name;
  p->always = true;
  p->ways[0] = (trace_way){.label = label_of(b, d), .at = b->step->at};
}

stage *aggregate_compile(builder *b, const step *s) {
  const aggregate_step *d = &s->aggregate;
  aggregate *a = build_stage(b, sizeof *a, NULL, run);
  list_rows *rows = list_rows_open(b, d->of, d->of_at);
  if (!rows) return NULL;
  a->rows = rows;
  a->reduce.kind = d->kind;
  a->reduce.skip_missing = d->skip_missing;
  bool ok = compile_record(b, a, d);
  list_rows_close(b, rows);
  if (!ok || !compile_result(b, a, d)) return NULL;
  declare_point(b, d);
  return &a->base;
}
