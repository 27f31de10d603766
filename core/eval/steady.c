/* bands "risk_class" { ..., hold = 90, max_up = 1 } and steady "grade" { ... }: a class that does not
 * swing. It is compared with the one last published: a class is held for some days before it changes,
 * and changes by so many classes at a time. Since when a class is held is an output of its own, made
 * when everything else is: steps below may change the class once more. */
#include <string.h>
#include "convert.h"
#include "evaluator.h"
#include "trace.h"

typedef enum steady_way { HELD_UP, HELD_DOWN, STEPPED_UP, STEPPED_DOWN, WAYS } steady_way;

typedef struct steady {
  stage base;
  const steady_step *declared;
  const formula *before; /* the class as the steps above left it */
  int last, last_since;  /* slots; last_since -1: nothing is held */
  int up;                /* what makes a class better: -1 where the best stands first */
  code *held;
  int result;
  trace_point *point; /* its ways are the bounds that there are */
  int32_t ways[WAYS];
} steady;

typedef struct since {
  stage base;
  int class, last, last_since, result; /* slots, and the result */
} since;

/* ---- running ---- */

/* The class that the row gets, and why it is not the one it would have. */
static int32_t settle(const steady *s, const evaluator *v, size_t row, int32_t word, int32_t last,
                      int32_t *way) {
  const steady_step *d = s->declared;
  const bool better = (word > last) == (s->up > 0);
  const int64_t hold = better ? d->hold_up : d->hold_down;
  const int64_t most = better ? d->max_up : d->max_down;
  const int64_t from = s->last_since < 0 ? MISSING_I64 : v->frame.slots[s->last_since]->i64[row];
  if (hold && from != MISSING_I64 && v->plan->today - from < hold) {
    *way = better ? HELD_UP : HELD_DOWN;
    return last;
  }
  if (!most || (word > last ? word - last : last - word) <= most) return word;
  *way = better ? STEPPED_UP : STEPPED_DOWN;
  return word > last ? last + (int32_t)most : last - (int32_t)most;
}

static void run(const stage *base, evaluator *v) {
  const steady *s = (const steady *)base;
  const int32_t *before = v->frame.slots[s->before->slot]->i32;
  const int32_t *last = v->frame.slots[s->last]->i32;
  int32_t *out = evaluator_result(v, s->result)->i32;
  int32_t *ways = v->trace ? trace_column(v, s->point) : NULL;
  for (size_t r = 0; r < v->frame.rows; r++) {
    int32_t way = -1;
    out[r] = before[r];
    if (before[r] >= 0 && last[r] >= 0 && before[r] != last[r])
      out[r] = settle(s, v, r, before[r], last[r], &way);
    if (way >= 0 && s->held) give(v, r, s->held);
    if (ways) ways[r] = way < 0 ? -1 : s->ways[way];
  }
}

static void run_since(const stage *base, evaluator *v) {
  const since *s = (const since *)base;
  const int32_t *class = v->frame.slots[s->class]->i32, *last = v->frame.slots[s->last]->i32;
  const int64_t *from = v->frame.slots[s->last_since]->i64;
  int64_t *out = evaluator_result(v, s->result)->i64;
  for (size_t r = 0; r < v->frame.rows; r++) {
    const bool stays = class[r] == last[r] && from[r] != MISSING_I64;
    out[r] = class[r] < 0 ? MISSING_I64 : stays ? from[r] : v->plan->today;
  }
}

/* The class is known at the end alone. */
static void finish_since(builder *b, stage *base) {
  since *s = (since *)base;
  s->class = scope_find(&b->plan->scope, base->at.name)->slot;
}

/* ---- compiling ---- */

static bool look_back(builder *b, const char *name, const char *what, int *slot) {
  const char *why = NULL;
  const symbol *found = build_previous(b, name, &why);
  if (found) {
    *slot = found->slot;
    return true;
  }
  build_error(b, b->step->at, "\"%s\" %s: %s", b->step->name, what, why);
  return false;
}

static bool compile_since(builder *b, steady *s) {
  const steady_step *d = s->declared;
  since *made = build_stage(b, sizeof *made, finish_since, run_since);
  s->last_since = -1;
  if (!d->hold_up && !d->hold_down) return true;
  if (!look_back(b, d->since, "is held, and that needs since when", &s->last_since)) return false;
  made->last = s->last;
  made->last_since = s->last_since;
  made->result = build_final(b, &made->base, d->since, bare_type(TYPE_DATE), b->step->at);
  return made->result >= 0;
}

static void declare_point(builder *b, steady *s) {
  const steady_step *d = s->declared;
  const int64_t numbers[WAYS] = {d->hold_up, d->hold_down, d->max_up, d->max_down};
  static const char *const labels[WAYS] = {"held for %lld days before it gets better",
                                           "held for %lld days before it gets worse",
                                           "better by at most %lld", "worse by at most %lld"};
  size_t count = 0;
  for (size_t i = 0; i < WAYS; i++) s->ways[i] = numbers[i] ? (int32_t)count++ : -1;
  s->point = trace_declare(b, POINT_LINE, b->step->name, b->step->at, count);
  s->point->outcome = b->step->name;
  for (size_t i = 0; i < WAYS; i++)
    if (numbers[i])
      s->point->ways[s->ways[i]] =
          (trace_way){.label = arena_format(&b->plan->arena, labels[i], (long long)numbers[i]),
                      .code = d->held,
                      .at = b->step->at};
}

stage *steady_compile(builder *b, const step *step_) {
  steady *s = build_stage(b, sizeof *s, NULL, run);
  s->declared = &step_->steady;
  s->before = build_formula(b, (rule_text){step_->name, step_->at}, bare_type(TYPE_NONE));
  if (!s->before) return NULL;
  const value_type type = s->before->type;
  if (type.kind != TYPE_CHOICE || s->before->slot < 0 || type.rank == RANK_NONE) {
    build_error(b, step_->at,
                "\"%s\" cannot be steady: it must be a class whose words stand in order, the best "
                "first",
                step_->name);
    return NULL;
  }
  s->up = type.rank == RANK_BEST_LAST ? 1 : -1;
  if (!look_back(b, step_->name, "is compared with the last decision", &s->last)) return NULL;
  if (!compile_since(b, s)) return NULL;
  s->held = build_code(b, s->declared->held, &step_->at);
  declare_point(b, s);
  s->result = build_rebound(b, step_->name, type, "steady", step_->at);
  return &s->base;
}
