/* total "group_ar" { of = "ar", within = "region" }, and parameters that are a total by default: one
 * number for all customers, or for all of a group. What population steps share in compiling is here as
 * well: the columns that they collect. */
#include <string.h>
#include "convert.h"
#include "phases.h"

/* ---- the columns that a population step collects ---- */

typedef struct copy {
  const formula *from; /* NULL: 1 */
  const formula *where;
  int result;
} copy;

typedef struct collector {
  stage base;
  size_t count;
  copy copies[3]; /* the value, the group, the order */
} collector;

static void copy_row(const column *from, size_t row, column *to, bool take) {
  if (type_storage(to->type.kind) == STORE_TEXT) {
    if (take)
      convert_text(from, row, to, row);
    else
      column_add_text(to, row, NULL, 0);
  } else if (!take) {
    convert_missing(to, row);
  } else if (!from) {
    to->i64[row] = 1;
  } else {
    convert_value(from, row, to, row);
  }
}

static void run_collector(const stage *base, evaluator *v) {
  const collector *c = (const collector *)base;
  for (size_t i = 0; i < c->count; i++) {
    const copy *k = &c->copies[i];
    column *to = evaluator_result(v, k->result);
    uint8_t *take = arena_alloc(&v->frame.scratch, BATCH_ROWS);
    evaluate_truth(v, k->where, take);
    const column *from = k->from ? evaluate(v, k->from, take) : NULL;
    for (size_t r = 0; r < v->frame.rows; r++) copy_row(from, r, to, take[r]);
  }
}

static int add_copy(builder *b, collector *c, const formula *from, const formula *where,
                    value_type type) {
  const int number = build_hidden(b, type);
  c->copies[c->count++] = (copy){from, where, number};
  return b->plan->results[number].slot;
}

static bool can_group(type_kind kind) {
  return kind == TYPE_CHOICE || kind == TYPE_BOOLEAN || kind == TYPE_INTEGER || kind == TYPE_TEXT ||
         kind == TYPE_DATE;
}

static bool collect_group(builder *b, struct population_step *s, collector *c, rule_text within) {
  s->within_slot = -1;
  if (!within.text) return true;
  const formula *f = build_formula(b, within, bare_type(TYPE_NONE));
  if (!f) return false;
  s->within = f->type;
  s->within_slot = f->slot >= 0 ? f->slot : add_copy(b, c, f, NULL, f->type);
  if (can_group(f->type.kind)) return true;
  build_error(
      b, within.at,
      "%s = \"%s\" is %s, but groups are those of a choice, a boolean, a text, a date or a whole "
      "number",
      s->smooths ? "per" : "within", within.text, type_name(f->type.kind));
  return false;
}

stage *population_collect(builder *b, struct population_step *s, const formula *of, rule_text where,
                          rule_text within) {
  collector *c = build_stage(b, sizeof *c, NULL, run_collector);
  const formula *condition = build_condition(b, where);
  if (where.text && !condition) return NULL;
  s->of = of ? of->type : bare_type(TYPE_INTEGER);
  s->of_text = of ? of->text : NULL;
  s->within_text = within.text;
  s->of_slot = of && of->slot >= 0 && !condition ? of->slot : add_copy(b, c, of, condition, s->of);
  return collect_group(b, s, c, within) ? &c->base : NULL;
}

int population_collect_more(builder *b, stage *s, const formula *f) {
  return f->slot >= 0 ? f->slot : add_copy(b, (collector *)s, f, NULL, f->type);
}

void population_add_step(builder *b, struct population_step *s) {
  plan *p = b->plan;
  if (p->population_count == p->population_capacity) {
    p->population_capacity = p->population_capacity ? p->population_capacity * 2 : 8;
    p->population =
        mem_grow(p->population, p->population_capacity, sizeof(struct population_step *));
  }
  s->phase = b->phasing->phase;
  s->number = p->population_count;
  p->population[p->population_count++] = s;
}

/* ---- giving a total ---- */

typedef struct total {
  stage base;
  const struct population_step *step;
  int result;
} total;

static void run_total(const stage *base, evaluator *v) {
  const total *t = (const total *)base;
  const column *within = t->step->within_slot >= 0 ? v->frame.slots[t->step->within_slot] : NULL;
  column *to = evaluator_result(v, t->result);
  const bool counts = t->step->as == TOTAL_SUM || t->step->as == TOTAL_COUNT;
  for (size_t r = 0; r < v->frame.rows; r++) {
    const bool grouped = !within || !column_missing(within, r);
    const population_group *g = grouped ? population_group_of(v, t->step, r) : NULL;
    const population_number none = {.known = grouped && counts, .den = 1}; /* nobody: 0 */
    const population_number *x = g ? &g->total : &none;
    convert_missing(to, r);
    if (x->known) population_put(x, to, r);
    if (g && g->overflow)
      evaluator_fail(v, r, "OVERFLOW", base, 0, "%s is too large: it does not fit 64 bits",
                     t->step->what);
  }
}

static stage *make_total(builder *b, struct population_step *s, int number) {
  total *t = build_stage(b, sizeof *t, NULL, run_total);
  t->step = s;
  t->result = number;
  s->slot = b->plan->results[number].slot;
  return s->apply = &t->base;
}

static bool is_ordered(type_kind kind) {
  return type_is_numeric(kind) || kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
}

static bool check_of(builder *b, const struct population_step *s, const formula *of,
                     rule_text text) {
  const type_kind kind = of->type.kind;
  const bool sums = s->as == TOTAL_SUM || s->as == TOTAL_MEAN;
  if (s->as == TOTAL_COUNT) return true;
  if (!is_ordered(kind) || (sums && !type_is_numeric(kind)))
    build_error(b, text.at, "of = \"%s\" is %s, which cannot be %s", text.text, type_name(kind),
                sums ? "summed: it must be a number" : "compared: it must be a number or a date");
  else if (sums && kind == TYPE_NUMBER)
    build_error(b, text.at,
                "of = \"%s\" is a measured number, whose sum would depend on the order of the "
                "customers: declare it as decimal(2) or money",
                text.text);
  else if (sums && kind == TYPE_RATIO)
    build_error(b, text.at,
                "of = \"%s\" is a quotient, which has no exact sum over many customers: round it, "
                "\"round(%s, 4)\"",
                text.text, text.text);
  else
    return true;
  return false;
}

static value_type type_of(const struct population_step *s) {
  const int digits = s->of.digits > 2 ? s->of.digits : 2;
  if (s->as == TOTAL_COUNT) return bare_type(TYPE_INTEGER);
  if (s->as == TOTAL_MEAN)
    return (value_type){.kind = TYPE_RATIO, .digits = digits, .denominator = 1};
  return s->of;
}

stage *total_compile(builder *b, const step *step_) {
  const total_step *d = &step_->total;
  struct population_step *s = arena_alloc(&b->plan->arena, sizeof *s);
  const formula *of = NULL;
  s->name = step_->name;
  s->what = arena_format(&b->plan->arena, "total \"%s\"", step_->name);
  s->at = step_->at;
  s->as = d->as;
  s->scale = 1;
  s->behind = SIZE_MAX;
  if (d->of.text && !(of = build_formula(b, d->of, bare_type(TYPE_NONE)))) return NULL;
  if (of && !check_of(b, s, of, d->of)) return NULL;
  stage *collect = population_collect(b, s, of, d->where, d->within);
  if (!collect) return NULL;
  s->type = type_of(s);
  const int number = build_result(b, step_->name, s->type, "total", step_->at);
  if (number < 0) return NULL;
  make_total(b, s, number);
  population_add_step(b, s);
  return collect;
}

/* ---- parameters ---- */

void population_name_param(builder *b, const pack_param *p) {
  value_type t = p->type;
  if (!t.denominator) t.denominator = 1;
  const int number = build_hidden(b, t);
  b->plan->results[number].name = p->name;
  b->plan->results[number].at = p->at;
  b->plan->results[number].step = SIZE_MAX;
  scope_add(&b->plan->scope, p->name, t, b->plan->results[number].slot, "parameter")->file_line =
      p->at.line;
  b->open_params[b->open_param_count++] = (open_param){.param = p, .result = number};
}

static bool place_param(builder *b, const open_param *o) {
  const pack_param *p = o->param;
  struct population_step *s = arena_alloc(&b->plan->arena, sizeof *s);
  const step as_step = {.name = p->name, .at = p->at};
  const step *at_hand = b->step;
  b->step = &as_step; /* messages are about the parameter */
  s->name = p->name;
  s->what = arena_format(&b->plan->arena, "the parameter \"%s\", a total of \"%s\"", p->name,
                         p->total.text);
  s->at = p->at;
  s->behind = at_hand ? b->step_number : SIZE_MAX;
  formula *of = build_formula(b, p->total, bare_type(TYPE_NONE));
  bool ok = of && check_of(b, s, of, p->total);
  s->type = b->plan->results[o->result].type;
  s->scale = ok && s->type.denominator % of->type.denominator == 0
                 ? s->type.denominator / of->type.denominator
                 : 0;
  if (ok && !(convert_accepts(s->type, of->type) && s->scale)) {
    buffer given = {0}, wanted = {0};
    type_describe(&given, of->type);
    type_describe(&wanted, s->type);
    build_error(b, p->total.at, "total(\"%s\") is %s, but the parameter \"%s\" is %s",
                p->total.text, given.data, p->name, wanted.data);
    buffer_deinit(&given);
    buffer_deinit(&wanted);
    ok = false;
  }
  if (ok) s->collect = population_collect(b, s, of, (rule_text){0}, (rule_text){0});
  ok = ok && s->collect;
  if (ok) {
    make_total(b, s, o->result);
    population_add_step(b, s);
  }
  b->step = at_hand;
  return ok;
}

static bool was_read(const builder *b, const open_param *o) {
  const struct step_reads *reads = &b->phasing->steps[b->step_number];
  for (size_t i = 0; b->step && i < reads->count; i++)
    if (reads->slots[i] == b->plan->results[o->result].slot) return true;
  return false;
}

/* Those whose column has been made since the last step. */
bool population_place_params(builder *b) {
  bool ok = true;
  for (size_t i = 0; i < b->open_param_count; i++) {
    open_param *o = &b->open_params[i];
    if (o->placed) continue;
    if (was_read(b, o)) {
      build_error(
          b, b->step->at,
          "\"%s\" reads the parameter \"%s\", which is the total of \"%s\", and that is made "
          "further down: move it up, or what reads its total down",
          b->step->name, o->param->name, o->param->total.text);
      ok = false;
    }
    const symbol *of = scope_find(&b->plan->scope, o->param->total.text);
    if (!of) continue;
    o->placed = true;
    if (!of->faulty) ok = place_param(b, o) && ok;
  }
  return ok;
}

bool population_end_params(builder *b) {
  bool ok = true;
  const scope *s = &b->plan->scope;
  const char **names = arena_array(&b->plan->arena, s->count + 1, sizeof *names);
  for (size_t i = 0; i < s->count; i++) names[i] = s->symbols[i].name;
  for (size_t i = 0; i < b->open_param_count; i++) {
    const open_param *o = &b->open_params[i];
    if (o->placed) continue;
    build_error(
        b, o->param->total.at,
        "the parameter \"%s\" is the total of \"%s\", which no field and no step is called%s",
        o->param->name, o->param->total.text,
        build_suggestion(b, o->param->total.text, names, s->count));
    ok = false;
  }
  return ok;
}
