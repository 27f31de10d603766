/* What changes a class: adjust raises or lowers it, worst and best bound it. The class is a choice
 * whose words have an order; each step makes a new column of the same words, which has the name from
 * then on, so that what stands above it keeps the old one. */
#include <string.h>
#include "evaluator.h"
#include "trace.h"

/* The class before the step, and what a missing one counts as. */
typedef struct subject {
  const formula *before;
  value_type type;
  int32_t missing; /* a word, or MISSING_I32 */
  int step_up;     /* what makes a word better: -1 where the best stands first */
} subject;

typedef struct move {
  const formula *when;
  int32_t *to;      /* by word: what the class becomes */
  uint8_t *applies; /* by word: `only` holds */
  code *code;
} move;

typedef struct adjust {
  stage base;
  subject class;
  size_t count;
  move *moves;
  bool always;
  int result;
  trace_point *point; /* the rows that applied */
} adjust;

typedef struct bound_case {
  const formula *when;
  code *code;
} bound_case;

typedef struct worst {
  stage base;
  subject class;
  const formula *bound;
  size_t count;
  bound_case *cases;
  size_t held; /* scratch: some condition holds */
  bool always, best;
  int result;
  trace_point *point; /* the conditions that held */
} worst;

/* ---- compiling ---- */

static int find_word(builder *b, const value_type *t, const char *word, const char *label,
                     place at) {
  const choice_list *list = t->choices;
  int found = choice_find(list, word, strlen(word));
  if (found < 0)
    build_error(b, at, "%s = \"%s\" is none of the classes of \"%s\"%s", label, word, b->step->name,
                build_suggestion(b, word, list->names, list->count));
  return found;
}

static bool compile_subject(builder *b, const char *missing, place missing_at, subject *out) {
  const char *name = b->step->name;
  out->before = build_formula(b, (rule_text){name, b->step->at}, bare_type(TYPE_NONE));
  out->missing = MISSING_I32;
  if (!out->before) return false;
  out->type = out->before->type;
  if (out->type.kind != TYPE_CHOICE || out->before->slot < 0) {
    build_error(b, b->step->at,
                "\"%s\" is %s, and only a class can be raised and lowered: what bands, a "
                "decision_table or a rule gives as a choice, or a choice field",
                name, type_name(out->type.kind));
    return false;
  }
  if (out->type.rank == RANK_NONE) {
    build_error(b, b->step->at,
                "which class of \"%s\" is better cannot be told: its table says its words only in "
                "its rows; list them, the best first: type = choice { \"A\", \"B\", \"C\" }",
                name);
    return false;
  }
  out->step_up = out->type.rank == RANK_BEST_LAST ? 1 : -1;
  if (!missing) return true;
  out->missing = find_word(b, &out->type, missing, "missing", missing_at);
  return out->missing >= 0;
}

static int32_t moved(const subject *s, int32_t word, int better) {
  int64_t to = word + (int64_t)better * s->step_up, last = (int64_t)s->type.choices->count - 1;
  return (int32_t)(to < 0 ? 0 : to > last ? last : to);
}

static bool compile_only(builder *b, const subject *s, rule_text only, uint8_t *applies) {
  unary_test t;
  size_t count = s->type.choices->count;
  memset(applies, 1, count);
  if (!only.text) return true;
  if (!build_test(b, only, s->before, &t)) return false;
  if (t.kind != TEST_CODES && t.kind != TEST_ANY) {
    build_error(b, only.at, "only = \"%s\" must list classes of \"%s\": only = \"%s\"", only.text,
                b->step->name, s->type.choices->names[0]);
    return false;
  }
  for (size_t i = 0; i < count && t.kind == TEST_CODES; i++)
    applies[i] = i / 64 < t.code_words && (t.codes[i / 64] >> (i % 64) & 1);
  return true;
}

static bool compile_move(builder *b, adjust *s, const adjust_row *row, move *m) {
  const subject *class = &s->class;
  size_t count = class->type.choices->count;
  int fixed = -1;
  bool moves = false;
  m->to = arena_array(&b->plan->arena, count, sizeof *m->to);
  m->applies = arena_array(&b->plan->arena, count, sizeof *m->applies);
  m->code = build_code(b, row->code, &row->at);
  bool ok = (m->when = build_condition(b, row->when));
  if (row->to) ok = (fixed = find_word(b, &class->type, row->to, "to", row->at)) >= 0 && ok;
  ok = compile_only(b, class, row->only, m->applies) && ok;
  if (!ok) return false;
  for (size_t i = 0; i < count; i++) {
    int32_t word = (int32_t)i;
    m->to[i] = !m->applies[i] ? word : row->to ? fixed : moved(class, word, row->better);
    moves = moves || m->to[i] != word;
  }
  if (!moves)
    build_warning(b, row->at, "no-effect", "this row of adjust \"%s\" never changes anything: %s",
                  b->step->name,
                  row->to ? "the class is there already"
                          : "there is no class beyond those that it moves");
  return true;
}

/* The class before the step is what its lines look at. */
static void name_before(builder *b, trace_point *p, const subject *s) {
  const formula **inputs = arena_array(&b->plan->arena, 1, sizeof *inputs);
  inputs[0] = s->before;
  p->inputs = inputs;
  p->input_count = 1;
}

static void declare_moves(builder *b, adjust *s, const adjust_step *d) {
  s->point = trace_declare(b, POINT_LINE, b->step->name, b->step->at, s->count);
  s->point->outcome = b->step->name;
  s->point->several = true;
  for (size_t i = 0; i < s->count; i++)
    s->point->ways[i] = (trace_way){.label = d->rows[i].when.text,
                                    .code = d->rows[i].code,
                                    .at = d->rows[i].at,
                                    .when = s->moves[i].when};
  name_before(b, s->point, &s->class);
}

static void run_adjust(const stage *base, evaluator *v) {
  const adjust *s = (const adjust *)base;
  const int32_t *before = v->frame.slots[s->class.before->slot]->i32;
  int32_t *out = evaluator_result(v, s->result)->i32;
  size_t rows = v->frame.rows;
  if (v->trace) trace_clear(v, s->point);
  for (size_t r = 0; r < rows; r++) out[r] = before[r] < 0 ? s->class.missing : before[r];
  for (size_t i = 0; i < s->count; i++) {
    const move *m = &s->moves[i];
    evaluate_truth(v, m->when, v->truth);
    for (size_t r = 0; r < rows; r++) {
      int32_t word = out[r];
      if (!v->truth[r] || word < 0 || !m->applies[word]) continue;
      out[r] = m->to[word];
      if (v->trace) trace_add(v, s->point, r, i);
      if (m->code && (s->always || out[r] != word)) give(v, r, m->code);
    }
  }
}

stage *adjust_compile(builder *b, const step *step_) {
  const adjust_step *d = &step_->adjust;
  adjust *s = build_stage(b, sizeof *s, NULL, run_adjust);
  s->always = d->codes_always;
  s->count = d->row_count;
  s->moves = arena_array(&b->plan->arena, s->count + 1, sizeof *s->moves);
  if (!compile_subject(b, d->missing, d->missing_at, &s->class)) return NULL;
  bool ok = true;
  for (size_t i = 0; i < s->count; i++) ok = compile_move(b, s, &d->rows[i], &s->moves[i]) && ok;
  if (!ok) return NULL;
  declare_moves(b, s, d);
  s->result = build_rebound(b, step_->name, s->class.type, "adjust", step_->at);
  return &s->base;
}

/* ---- worst and best ---- */

/* Whether the bound changes the class: it is worse, or better. */
static inline bool binds(const worst *s, int32_t class, int32_t bound) {
  if (class < 0 || bound < 0 || class == bound) return false;
  bool better = s->class.step_up < 0 ? bound < class : bound > class;
  return better == s->best;
}

static bool compile_bound(builder *b, worst *s, const worst_step *d) {
  const choice_list *list = s->class.type.choices;
  s->bound = build_formula(b, d->bound, s->class.type);
  if (!s->bound) return false;
  if (!type_equal(s->bound->type, s->class.type)) {
    build_error(b, d->bound.at, "\"%s\" is no class of \"%s\"", d->bound.text, b->step->name);
    return false;
  }
  const node *tree = s->bound->tree;
  if (tree->kind != NODE_CONSTANT) return true;
  int32_t end = (s->class.step_up < 0) == d->best ? (int32_t)list->count - 1 : 0;
  if (tree->constant.missing || (int32_t)tree->constant.exact.num == end)
    build_warning(b, d->bound.at, "no-effect",
                  "this never changes anything: no class of \"%s\" is %s than \"%s\"",
                  b->step->name, d->best ? "worse" : "better", d->bound.text);
  return true;
}

static void declare_cases(builder *b, worst *s, const worst_step *d) {
  s->point = trace_declare(b, POINT_LINE, b->step->name, b->step->at, s->count);
  s->point->outcome = b->step->name;
  s->point->several = true;
  for (size_t i = 0; i < s->count; i++)
    s->point->ways[i] =
        (trace_way){.label = d->cases[i].when.text ? d->cases[i].when.text : "always",
                    .code = d->cases[i].code,
                    .at = d->cases[i].at,
                    .when = s->cases[i].when,
                    .value = s->bound};
  name_before(b, s->point, &s->class);
}

static void run_worst(const stage *base, evaluator *v) {
  const worst *s = (const worst *)base;
  size_t rows = v->frame.rows;
  const int32_t *before = v->frame.slots[s->class.before->slot]->i32;
  const int32_t *bound = evaluate(v, s->bound, NULL)->i32;
  int32_t *out = evaluator_result(v, s->result)->i32, *held = v->scratch[s->held];
  if (v->trace) trace_clear(v, s->point);
  for (size_t r = 0; r < rows; r++) {
    out[r] = before[r] < 0 ? s->class.missing : before[r];
    held[r] = 0;
  }
  for (size_t i = 0; i < s->count; i++) {
    const code *c = s->cases[i].code;
    evaluate_truth(v, s->cases[i].when, v->truth);
    for (size_t r = 0; r < rows; r++) {
      if (!v->truth[r]) continue;
      held[r] = 1;
      if (v->trace) trace_add(v, s->point, r, i);
      if (c && (s->always || binds(s, out[r], bound[r]))) give(v, r, c);
    }
  }
  for (size_t r = 0; r < rows; r++)
    if (held[r] && binds(s, out[r], bound[r])) out[r] = bound[r];
}

stage *worst_compile(builder *b, const step *step_) {
  const worst_step *d = &step_->worst;
  worst *s = build_stage(b, sizeof *s, NULL, run_worst);
  s->always = d->codes_always;
  s->best = d->best;
  s->count = d->case_count;
  s->cases = arena_array(&b->plan->arena, s->count + 1, sizeof *s->cases);
  s->held = build_scratch(b);
  if (!compile_subject(b, d->missing, d->missing_at, &s->class)) return NULL;
  bool ok = compile_bound(b, s, d);
  for (size_t i = 0; i < s->count; i++) {
    const worst_case *c = &d->cases[i];
    s->cases[i].code = build_code(b, c->code, &c->at);
    if (c->when.text) ok = (s->cases[i].when = build_condition(b, c->when)) && ok;
  }
  if (!ok) return NULL;
  declare_cases(b, s, d);
  s->result = build_rebound(b, step_->name, s->class.type, d->best ? "best" : "worst", step_->at);
  return &s->base;
}
