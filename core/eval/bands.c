/* bands "priority" { of = "score", { "P1", 75 }, { "P2", 50 }, { "P3" } }: classes of a value, the
 * first whose bound it reaches. */
#include <string.h>
#include "thresholds.h"
#include "trace.h"

typedef struct bands {
  stage base;
  const bands_step *declared;
  const formula *of;
  const value **bounds; /* by band, NULL = everything else */
  code **codes;
  int cut, result, missing;
  bool gives; /* some band has a code */
  bool gaps;  /* a value may reach no band */
  int32_t bias;
  size_t size;
  int32_t *classes; /* by entry, -1 = missing */
  int32_t *ways;    /* by entry, of the point: the bands, the missing value; -1 = none */
  bool *uncovered;
  trace_point *point;
} bands;

static bool is_ordered(type_kind kind) {
  return type_is_numeric(kind) || kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
}

static int compare(const value *a, const value *b) {
  if (a->type.kind != TYPE_NUMBER && b->type.kind != TYPE_NUMBER)
    return rational_compare(a->exact, b->exact);
  double x = a->type.kind == TYPE_NUMBER ? a->number : (double)a->exact.num / (double)a->exact.den;
  double y = b->type.kind == TYPE_NUMBER ? b->number : (double)b->exact.num / (double)b->exact.den;
  return (x > y) - (x < y);
}

static bool compile_bound(builder *b, bands *s, size_t i) {
  const band *declared = &s->declared->bands[i];
  if (!declared->at_least.text) {
    if (i + 1 == s->declared->band_count) return true;
    build_error(b, declared->at,
                "only the last band may stand without a bound: everything else is "
                "\"%s\", so the bands below it are never reached",
                declared->name);
    return false;
  }
  formula *f = build_formula(b, declared->at_least, s->of->type);
  if (!f) return false;
  bool same = type_is_numeric(f->type.kind) == type_is_numeric(s->of->type.kind) &&
              (type_is_numeric(f->type.kind) || f->type.kind == s->of->type.kind);
  if (f->tree->kind != NODE_CONSTANT || f->tree->constant.missing || !same) {
    build_error(b, declared->at, "the bound of band \"%s\" must be a constant %s, found \"%s\"",
                declared->name, type_name(s->of->type.kind), declared->at_least.text);
    return false;
  }
  s->bounds[i] = &f->tree->constant;
  if (i > 0 && s->bounds[i - 1] && compare(s->bounds[i - 1], s->bounds[i]) <= 0) {
    build_error(b, declared->at,
                "band \"%s\" is never reached: its bound %s is not below that of "
                "\"%s\"; write the bands from the highest bound down",
                declared->name, declared->at_least.text, s->declared->bands[i - 1].name);
    return false;
  }
  cut_at_least(b, s->cut, s->bounds[i]);
  return true;
}

static int find_band(const bands_step *d, const char *name) {
  for (size_t i = 0; i < d->band_count; i++)
    if (!strcmp(d->bands[i].name, name)) return (int)i;
  return -1;
}

static bool check_names(builder *b, const bands_step *d) {
  bool ok = true;
  for (size_t i = 0; i < d->band_count; i++)
    if (find_band(d, d->bands[i].name) != (int)i) {
      build_error(b, d->bands[i].at, "band \"%s\" stands twice", d->bands[i].name);
      ok = false;
    }
  if (d->missing && find_band(d, d->missing) < 0) {
    const char **names = arena_array(&b->plan->arena, d->band_count + 1, sizeof *names);
    for (size_t i = 0; i < d->band_count; i++) names[i] = d->bands[i].name;
    build_error(b, b->step->at, "missing = \"%s\" is none of the bands%s", d->missing,
                build_suggestion(b, d->missing, names, d->band_count));
    ok = false;
  }
  return ok;
}

static value_type type_of(builder *b, const bands_step *d) {
  choice_list *list = arena_alloc(&b->plan->arena, sizeof *list);
  const char **names = arena_array(&b->plan->arena, d->band_count + 1, sizeof *names);
  for (size_t i = 0; i < d->band_count; i++) names[i] = d->bands[i].name;
  *list = (choice_list){d->band_count, names};
  return (value_type){.kind = TYPE_CHOICE,
                      .denominator = 1,
                      .choices = list,
                      .rank = d->best_last ? RANK_BEST_LAST : RANK_BEST_FIRST};
}

static void finish(builder *b, stage *base) {
  bands *s = (bands *)base;
  const cut *c = cuts_at(b->plan, s->cut);
  s->bias = cut_bias(c);
  s->size = c->segment_count;
  s->classes = arena_array(&b->plan->arena, (s->size + 31) / 16 * 16, sizeof *s->classes);
  s->ways = arena_array(&b->plan->arena, (s->size + 31) / 16 * 16, sizeof *s->ways);
  s->uncovered = arena_array(&b->plan->arena, s->size, sizeof *s->uncovered);
  for (size_t e = 0; e < s->size; e++) {
    size_t i = 0;
    for (; i < s->declared->band_count; i++)
      if (e > 0 && (!s->bounds[i] || cut_reaches(c, e, s->bounds[i]))) break;
    s->classes[e] = e == 0 ? s->missing : i < s->declared->band_count ? (int32_t)i : -1;
    s->ways[e] = e == 0 ? (int32_t)s->declared->band_count : s->classes[e];
    s->uncovered[e] = e > 0 && s->classes[e] < 0;
    s->gaps = s->gaps || s->uncovered[e];
  }
}

static void run(const stage *base, evaluator *v) {
  const bands *s = (const bands *)base;
  size_t rows = v->frame.rows;
  const int32_t *index = cut_index(v, s->cut);
  int32_t *out = evaluator_result(v, s->result)->i32;
  v->kernels->pick_i32(index, s->bias, rows, s->classes, s->size, out);
  if (v->trace)
    v->kernels->pick_i32(index, s->bias, rows, s->ways, s->size, trace_column(v, s->point));
  for (size_t r = 0; r < rows && s->gives; r++)
    if (out[r] >= 0 && s->codes[out[r]]) give(v, r, s->codes[out[r]]);
  for (size_t r = 0; r < rows && s->gaps; r++)
    if (s->uncovered[index[r] + s->bias])
      evaluator_fail(v, r, "NO_ROW", base, 0,
                     "the value of \"%s\" reaches no band: end with a band without a bound",
                     s->declared->of.text);
}

/* Its ways are the bands, and the missing value. */
static void declare_point(builder *b, bands *s, const step *step_) {
  const bands_step *d = &step_->bands;
  trace_point *p = trace_declare(b, POINT_BAND, step_->name, step_->at, d->band_count + 1);
  const formula **inputs = arena_array(&b->plan->arena, 1, sizeof *inputs);
  for (size_t i = 0; i < d->band_count; i++)
    p->ways[i] = (trace_way){.label = d->bands[i].name,
                             .code = d->bands[i].code,
                             .at = d->bands[i].at,
                             .at_least = s->bounds[i]};
  p->ways[d->band_count] = (trace_way){.label = "missing", .at = step_->at, .implied = !d->missing};
  p->outcome = step_->name;
  inputs[0] = s->of;
  p->input_count = 1;
  p->inputs = inputs;
  s->point = p;
}

stage *bands_compile(builder *b, const step *step_) {
  const bands_step *d = &step_->bands;
  bands *s = build_stage(b, sizeof *s, finish, run);
  s->declared = d;
  s->of = build_formula(b, d->of, bare_type(TYPE_NONE));
  if (!s->of) return NULL;
  if (!is_ordered(s->of->type.kind)) {
    build_error(b, d->of.at, "bands need a number, a date or a timestamp; \"%s\" is %s", d->of.text,
                type_name(s->of->type.kind));
    return NULL;
  }
  if (!d->band_count) {
    build_error(b, step_->at, "bands \"%s\" has no bands", step_->name);
    return NULL;
  }
  bool ok = check_names(b, d);
  s->cut = cuts_add(b, s->of);
  s->bounds = arena_array(&b->plan->arena, d->band_count, sizeof *s->bounds);
  s->codes = arena_array(&b->plan->arena, d->band_count, sizeof *s->codes);
  for (size_t i = 0; i < d->band_count; i++) {
    ok = compile_bound(b, s, i) && ok;
    s->codes[i] = build_code(b, d->bands[i].code, &d->bands[i].at);
    s->gives = s->gives || s->codes[i];
  }
  if (!ok) return NULL;
  declare_point(b, s, step_);
  s->missing = d->missing ? find_band(d, d->missing) : -1;
  s->result = build_result(b, step_->name, type_of(b, d), "bands", step_->at);
  return s->result < 0 ? NULL : &s->base;
}
