/* quantiles "f" { of = "spend", into = 5 }: parts of equal size, or classes of given shares, by where a
 * customer's value stands among those of all, or of his group.
 *
 * Of n values in ascending order, the cut below which a share q of the customers lies is the value of
 * rank ceil(n * q): an observed value, never one between two. Who has the value of a cut stands below
 * it (or above it, with ties = "up"), so that equal values always fall into the same part. */
#include <string.h>
#include "convert.h"
#include "phases.h"
#include "trace.h"

typedef struct quantiles {
  stage base;
  const struct population_step *step;
  int result;
  bool classes;    /* the parts are named, the highest first; else numbers from 1, the lowest */
  int32_t missing; /* part of a missing value, from 0 the lowest; -1 = missing */
  code **codes;    /* by class */
  bool gives;
  trace_point *point; /* the classes, or the parts from 1; then the missing value */
} quantiles;

/* ---- running ---- */

static void put_part(const quantiles *q, column *to, size_t row, int32_t part) {
  const int32_t parts = (int32_t)q->step->parts;
  if (part < 0)
    convert_missing(to, row);
  else if (q->classes)
    to->i32[row] = parts - 1 - part;
  else
    to->i64[row] = part + 1;
}

static int32_t way_of(const quantiles *q, int32_t part) {
  const int32_t parts = (int32_t)q->step->parts;
  return part < 0 ? parts : q->classes ? parts - 1 - part : part;
}

static void run(const stage *base, evaluator *v) {
  const quantiles *q = (const quantiles *)base;
  const struct population_step *s = q->step;
  const column *of = v->frame.slots[s->of_slot];
  column *to = evaluator_result(v, q->result);
  int32_t *taken = v->trace ? trace_column(v, q->point) : NULL;
  for (size_t r = 0; r < v->frame.rows; r++) {
    const population_number x = population_number_of(of, r);
    const population_group *g = x.known ? population_group_of(v, s, r) : NULL;
    const int32_t part = !x.known ? q->missing : g && g->count ? population_part(s, g, &x) : -1;
    put_part(q, to, r, part);
    if (taken) taken[r] = x.known ? way_of(q, part) : (int32_t)s->parts;
    if (q->gives && part >= 0 && q->codes[way_of(q, part)]) give(v, r, q->codes[way_of(q, part)]);
  }
}

/* ---- compiling ---- */

static bool is_ordered(type_kind kind) {
  return type_is_numeric(kind) || kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
}

/* Equal parts: the i-th cut has i of them below it. */
static void cut_equally(builder *b, struct population_step *s, int64_t into) {
  s->parts = (size_t)into;
  s->below = arena_array(&b->plan->arena, s->parts, sizeof *s->below);
  for (int64_t i = 1; i < into; i++) rational_make(i, into, &s->below[i - 1]);
}

/* Classes: what is left of the whole below each, from the highest down. */
static bool cut_by_shares(builder *b, struct population_step *s, const quantiles_step *d) {
  rational left = {1, 1}, share;
  s->parts = d->class_count;
  s->below = arena_array(&b->plan->arena, s->parts, sizeof *s->below);
  for (size_t i = 0; i + 1 < d->class_count; i++) {
    const quantile_class *c = &d->classes[i];
    if (!build_number(b, c->share, "a share", &share)) return false;
    if (share.num <= 0 || !rational_sub(left, share, &left) || left.num <= 0) {
      build_error(b, c->at,
                  share.num <= 0
                      ? "the share of \"%s\" is %s: it must be above 0, as \"20%%\""
                      : "with the share of \"%s\", %s, nothing is left for the classes below it: "
                        "together they must stay below 100%%",
                  c->name, c->share.text);
      return false;
    }
    s->below[s->parts - 2 - i] = left;
  }
  return true;
}

static value_type type_of(builder *b, const quantiles_step *d) {
  if (d->into) return bare_type(TYPE_INTEGER);
  choice_list *list = arena_alloc(&b->plan->arena, sizeof *list);
  const char **names = arena_array(&b->plan->arena, d->class_count + 1, sizeof *names);
  for (size_t i = 0; i < d->class_count; i++) names[i] = d->classes[i].name;
  *list = (choice_list){d->class_count, names};
  value_type t = bare_type(TYPE_CHOICE);
  t.choices = list;
  return t;
}

/* The part that stands for a missing value, from 0 the lowest. */
static int32_t missing_part(const quantiles_step *d) {
  int64_t part = 0;
  if (!d->missing.text) return -1;
  if (d->into) {
    integer_parse(d->missing.text, strlen(d->missing.text), &part);
    return (int32_t)part - 1;
  }
  for (size_t i = 0; i < d->class_count; i++)
    if (!strcmp(d->classes[i].name, d->missing.text)) return (int32_t)(d->class_count - 1 - i);
  return -1;
}

static void declare_point(builder *b, quantiles *q, const step *step_, const formula *of) {
  const quantiles_step *d = &step_->quantiles;
  const size_t parts = q->step->parts;
  trace_point *p = trace_declare(b, POINT_BAND, step_->name, step_->at, parts + 1);
  const formula **inputs = arena_array(&b->plan->arena, 1, sizeof *inputs);
  for (size_t i = 0; i < parts; i++) {
    const quantile_class *c = d->into ? NULL : &d->classes[i];
    p->ways[i] = (trace_way){.label = c ? c->name : arena_format(&b->plan->arena, "%zu", i + 1),
                             .code = c ? c->code : NULL,
                             .at = c ? c->at : step_->at};
  }
  p->ways[parts] = (trace_way){.label = "missing", .at = step_->at, .implied = !d->missing.text};
  p->outcome = step_->name;
  inputs[0] = of;
  p->input_count = 1;
  p->inputs = inputs;
  q->point = p;
}

static void compile_codes(builder *b, quantiles *q, const quantiles_step *d) {
  q->codes = arena_array(&b->plan->arena, d->class_count + 1, sizeof *q->codes);
  for (size_t i = 0; i < d->class_count; i++) {
    q->codes[i] = build_code(b, d->classes[i].code, &d->classes[i].at);
    q->gives = q->gives || q->codes[i];
  }
}

stage *quantiles_compile(builder *b, const step *step_) {
  const quantiles_step *d = &step_->quantiles;
  struct population_step *s = arena_alloc(&b->plan->arena, sizeof *s);
  s->name = step_->name;
  s->what = arena_format(&b->plan->arena, "quantiles \"%s\"", step_->name);
  s->at = step_->at;
  s->quantiles = true;
  s->ties_up = d->ties_up;
  s->behind = SIZE_MAX;
  formula *of = build_formula(b, d->of, bare_type(TYPE_NONE));
  if (!of) return NULL;
  if (!is_ordered(of->type.kind)) {
    build_error(b, d->of.at, "quantiles need a number, a date or a timestamp; \"%s\" is %s",
                d->of.text, type_name(of->type.kind));
    return NULL;
  }
  if (d->into)
    cut_equally(b, s, d->into);
  else if (!cut_by_shares(b, s, d))
    return NULL;
  stage *collect = population_collect(b, s, of, d->where, d->within);
  if (!collect) return NULL;
  s->type = type_of(b, d);
  quantiles *q = build_stage(b, sizeof *q, NULL, run);
  q->step = s;
  q->classes = !d->into;
  q->missing = missing_part(d);
  compile_codes(b, q, d);
  declare_point(b, q, step_, of);
  q->result = build_result(b, step_->name, s->type, "quantiles", step_->at);
  if (q->result < 0) return NULL;
  s->slot = b->plan->results[q->result].slot;
  s->apply = &q->base;
  population_add_step(b, s);
  return collect;
}
