/* Decision tables: which rows are in force, in which order they are tried, the row that a record
 * matches, and what it gives. Policies by which all rows count run in table_collect.c. */
#include "table.h"
#include <stdlib.h>
#include <string.h>
#include "../lang/hit_policy.h"
#include "../lang/period.h"
#include "convert.h"

/* ---- the rows, as they are tried ---- */

static size_t rank_of_word(const value_type *type, const char *text) {
  size_t count = type->choices->count, n = text ? strlen(text) : 0;
  if (!n) return count;
  bool quoted = n > 1 && text[0] == '"' && text[n - 1] == '"';
  int word = choice_find(type->choices, text + quoted, n - 2 * quoted);
  return word < 0 ? count : (size_t)word;
}

/* By the words of the outputs from left to right; rows of equal rank stay in order. */
static int compare_ranks(const table_step *t, const table_row *x, const table_row *y) {
  for (size_t o = 0; o < t->output_count; o++) {
    const value_type *type = &t->outputs[o].type;
    if (type->kind != TYPE_CHOICE || !type->choices) continue;
    size_t a = rank_of_word(type, x->outputs[o].text), b = rank_of_word(type, y->outputs[o].text);
    if (a != b) return a < b ? -1 : 1;
  }
  return 0;
}

static void sort_by_rank(builder *b, table_step *t) {
  table_row *sorted = arena_array(&b->plan->arena, t->row_count + 1, sizeof *sorted);
  for (size_t width = 1; width < t->row_count; width *= 2) { /* a merge sort, since it is stable */
    for (size_t from = 0; from < t->row_count; from += 2 * width) {
      size_t i = from, middle = from + width < t->row_count ? from + width : t->row_count;
      size_t k = middle, end = middle + width < t->row_count ? middle + width : t->row_count;
      for (size_t to = from; to < end; to++) {
        bool left = k == end || (i < middle && compare_ranks(t, &t->rows[i], &t->rows[k]) <= 0);
        sorted[to] = t->rows[left ? i++ : k++];
      }
    }
    memcpy(t->rows, sorted, t->row_count * sizeof *sorted);
  }
}

static const table_step *rows_in_force(builder *b, const table_step *t) {
  table_step *copy = arena_alloc(&b->plan->arena, sizeof *copy);
  *copy = *t;
  copy->row_count = 0;
  copy->rows = arena_array(&b->plan->arena, t->row_count + 1, sizeof *copy->rows);
  for (size_t r = 0; r < t->row_count; r++)
    if (period_holds(&t->rows[r].effective, b->plan->today)) {
      copy->rows[copy->row_count] = t->rows[r];
      copy->rows[copy->row_count++].number = r + 1;
    }
  if (!copy->row_count) {
    char day[16] = "";
    day[date_write(day, b->plan->today)] = '\0';
    build_warning(b, b->step->at, "not-in-force",
                  "no row of decision_table \"%s\" is in force on %s", b->step->name, day);
  }
  if (hit_policy_is_ranked(t->hit)) sort_by_rank(b, copy);
  return copy;
}

/* ---- versions ---- */

size_t table_versions(const pack *p, size_t number, size_t *first) {
  size_t from = number, end = number + 1;
  const char *name = p->steps[number].name;
#define IS_VERSION(i) (p->steps[i].kind == STEP_TABLE && !strcmp(p->steps[i].name, name))
  while (from > 0 && IS_VERSION(from - 1)) from--;
  while (end < p->step_count && IS_VERSION(end)) end++;
#undef IS_VERSION
  *first = from;
  return end - from;
}

static void refuse_day(builder *b, size_t first, size_t count) {
  const pack *p = b->plan->pack;
  char day[16] = "";
  buffer list = {0};
  day[date_write(day, b->plan->today)] = '\0';
  for (size_t i = first; i < first + count; i++) {
    if (i > first) buffer_text(&list, ", ");
    period_describe(&p->steps[i].table.effective, &list);
    buffer_format(&list, " (line %d)", p->steps[i].at.line);
  }
  build_error(
      b, p->steps[first].at,
      "no version of decision_table \"%s\" is in force on %s, the day of as_of: there %s %s",
      b->step->name, day, count == 1 ? "is" : "are", list.data);
  buffer_deinit(&list);
}

/* False after a finding: no version is for this day. */
static bool check_versions(builder *b) {
  const pack *p = b->plan->pack;
  size_t first, count = table_versions(p, b->step_number, &first);
  for (size_t i = first; i < first + count; i++)
    if (period_holds(&p->steps[i].table.effective, b->plan->today)) return true;
  if (b->step_number == first) refuse_day(b, first, count);
  return false;
}

static void rest(const stage *base, evaluator *v) {
  (void)base;
  (void)v;
}

/* ---- compiling ---- */

/* Rows that are not in force are checked all the same. */
static bool check_resting(builder *b, size_t c, const formula *input) {
  const table_step *whole = &b->step->table;
  bool ok = true;
  unary_test unused;
  for (size_t r = 0; r < whole->row_count; r++)
    if (!period_holds(&whole->rows[r].effective, b->plan->today))
      ok = build_test(b, whole->rows[r].tests[c], input, &unused) && ok;
  return ok;
}

/* Its ways are the rows, and the default. */
static void declare_point(builder *b, table *s, const formula *const *inputs,
                          const unary_test *const *tests) {
  arena *a = &b->plan->arena;
  const table_step *t = s->declared;
  size_t ways = t->row_count + (t->otherwise != NULL);
  trace_point *p = trace_declare(b, POINT_ROW, b->step->name, b->step->at, ways);
  const rule_text **texts = arena_array(a, t->input_count + 1, sizeof *texts);
  for (size_t c = 0; c < t->input_count; c++) {
    rule_text *of_column = arena_array(a, t->row_count + 1, sizeof *of_column);
    for (size_t r = 0; r < t->row_count; r++) of_column[r] = t->rows[r].tests[c];
    texts[c] = of_column;
  }
  for (size_t r = 0; r < t->row_count; r++)
    p->ways[r] = (trace_way){.label = arena_format(a, "%zu", t->rows[r].number),
                             .code = t->rows[r].code,
                             .at = t->rows[r].at};
  if (t->otherwise)
    p->ways[t->row_count] =
        (trace_way){.label = "default", .code = t->otherwise->code, .at = t->otherwise->at};
  p->several = hit_policy_is_multiple(t->hit);
  p->outcome = t->output_count == 1 ? t->outputs[0].name : NULL;
  p->input_count = t->input_count;
  p->tested = t->row_count;
  p->inputs = inputs;
  p->texts = texts;
  p->tests = tests;
  s->point = p;
}

static bool compile_tests(builder *b, table *s, bool in_force) {
  const table_step *t = s->declared;
  arena *a = &b->plan->arena;
  const formula **inputs = arena_array(a, t->input_count + 1, sizeof *inputs);
  const unary_test **tests = arena_array(a, t->input_count + 1, sizeof *tests);
  bool ok = true;
  for (size_t c = 0; c < t->input_count; c++) {
    unary_test *of_column = arena_array(a, t->row_count + 1, sizeof *of_column);
    tests[c] = of_column;
    inputs[c] = build_tested(b, t->inputs[c]);
    if (!inputs[c]) {
      ok = false;
      continue;
    }
    for (size_t r = 0; r < t->row_count; r++)
      ok = build_test(b, t->rows[r].tests[c], inputs[c], &of_column[r]) && ok;
    ok = check_resting(b, c, inputs[c]) && ok;
  }
  if (!ok) return false;
  if (!in_force) return true;
  declare_point(b, s, inputs, tests);
  if (matcher_init(b, &s->matcher, inputs, t->input_count, t->row_count, tests)) return true;
  build_error(b, b->step->at, "a list or a list of codes cannot be an input of a table");
  return false;
}

static void compile_codes(builder *b, table *s) {
  const table_step *t = s->declared;
  s->codes = arena_array(&b->plan->arena, t->row_count + 1, sizeof *s->codes);
  for (size_t r = 0; r <= t->row_count; r++) {
    const table_row *row = r < t->row_count ? &t->rows[r] : t->otherwise;
    if (row) s->codes[r] = build_code(b, row->code, &row->at);
    s->gives = s->gives || s->codes[r];
  }
}

/* The cells, for whoever explains what a row gave. */
static void declare_cells(builder *b, table *s) {
  arena *a = &b->plan->arena;
  const formula *const **formulas = arena_array(a, s->declared->output_count + 1, sizeof *formulas);
  const value *const **constants = arena_array(a, s->declared->output_count + 1, sizeof *constants);
  for (size_t i = 0; i < s->declared->output_count; i++) {
    const formula **computed = arena_array(a, s->point->way_count + 1, sizeof *computed);
    const value **given = arena_array(a, s->point->way_count + 1, sizeof *given);
    for (size_t r = 0; r < s->point->way_count; r++) {
      computed[r] = s->outputs[i].cells[r].formula;
      given[r] = s->outputs[i].cells[r].constant;
    }
    formulas[i] = computed;
    constants[i] = given;
  }
  s->point->gives = formulas;
  s->point->constants = constants;
}

/* What the column holds: a list of the words, a count, or what the cells hold. */
static value_type result_type(const table *s, const output *o) {
  if (s->declared->hit == HIT_COUNT) return bare_type(TYPE_INTEGER);
  if (!hit_policy_is_list(s->declared->hit)) return o->type;
  value_type list = bare_type(TYPE_CODES);
  if (o->type.kind == TYPE_CHOICE) list.choices = o->type.choices;
  return list;
}

static bool name_results(builder *b, table *s) {
  for (size_t i = 0; i < s->declared->output_count; i++) {
    output *o = &s->outputs[i];
    o->result =
        build_result(b, o->declared->name, result_type(s, o), "decision_table", b->step->at);
    if (o->result < 0) return false;
  }
  return true;
}

static void finish(builder *b, stage *base) {
  matcher_finish(b, &((table *)base)->matcher);
}

/* ---- running ---- */

/* More than one row matches: an error under `unique`. */
static void check_unique(evaluator *v, const table *s, const match_run *run) {
  const table_step *t = s->declared;
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (!run->again[r]) continue;
    const table_row *first = &t->rows[run->hit[r]],
                    *second = &t->rows[matcher_next(run, r, run->hit[r])];
    evaluator_fail(v, r, "MANY_ROWS", &s->base, second->at.line,
                   "the rows at lines %d and %d both match, but hit = \"unique\" lets one match",
                   first->at.line, second->at.line);
  }
}

/* Whether two rows give a record the same value, compared in the form of the output. */
static bool same_value(const output *o, const column *const *made, size_t x, size_t y,
                       size_t record, zone z) {
  column one;
  column_init(&one, o->type, 2);
  output_put(o, made, x, record, &one, 0);
  output_put(o, made, y, record, &one, 1);
  bool same = column_missing(&one, 0) == column_missing(&one, 1);
  if (same && one.i64 && one.den) {
    same = (int128)one.i64[0] * one.den[1] == (int128)one.i64[1] * one.den[0];
  } else if (same && one.i64) {
    same = one.i64[0] == one.i64[1];
  } else if (same) {
    buffer left = {0}, right = {0};
    column_write(&left, &one, 0, z);
    column_write(&right, &one, 1, z);
    same = left.size == right.size && (!left.size || !memcmp(left.data, right.data, left.size));
    buffer_deinit(&left);
    buffer_deinit(&right);
  }
  column_deinit(&one);
  return same;
}

/* Under `any`, all rows that match must say the same. */
static void check_any(evaluator *v, const table *s, const match_run *run) {
  const table_step *t = s->declared;
  bool several = false;
  for (size_t r = 0; r < v->frame.rows && !several; r++) several = run->again[r];
  if (!several) return;
  hits h = collect_hits(v, s, run);
  for (size_t i = 0; i < t->output_count; i++) {
    const output *o = &s->outputs[i];
    const column **made = output_evaluate(v, s, o, &h);
    for (size_t r = 0; r < v->frame.rows; r++)
      for (uint32_t k = h.first[r] + 1; k < h.first[r + 1]; k++) {
        int32_t first = h.rows[h.first[r]], other = h.rows[k];
        if (same_value(o, made, (size_t)first, (size_t)other, r, v->plan->pack->zone)) continue;
        evaluator_fail(v, r, "MANY_ROWS", &s->base, t->rows[other].at.line,
                       "the rows at lines %d and %d both match, but give different outputs, which "
                       "hit = \"any\" forbids",
                       t->rows[first].at.line, t->rows[other].at.line);
        break;
      }
  }
}

static void trace_one(evaluator *v, const table *s, const int32_t *hit) {
  int32_t *way = trace_column(v, s->point);
  int32_t none = s->declared->otherwise ? (int32_t)s->declared->row_count : -1;
  for (size_t r = 0; r < v->frame.rows; r++) way[r] = hit[r] < 0 ? none : hit[r];
}

static void trace_all(evaluator *v, const table *s, const hits *h) {
  trace_clear(v, s->point);
  for (size_t r = 0; r < v->frame.rows; r++)
    for (uint32_t k = h->first[r]; k < h->first[r + 1]; k++)
      trace_add(v, s->point, r, (size_t)h->rows[k]);
}

static void run_one(evaluator *v, const table *s, const match_run *run) {
  size_t none = s->declared->row_count;
  if (s->declared->hit == HIT_UNIQUE) check_unique(v, s, run);
  if (s->declared->hit == HIT_ANY) check_any(v, s, run);
  for (size_t i = 0; i < s->declared->output_count; i++)
    output_pick(v, s, &s->outputs[i], run->hit);
  if (v->trace) trace_one(v, s, run->hit);
  for (size_t r = 0; s->gives && r < v->frame.rows; r++) {
    const code *c = s->codes[run->hit[r] < 0 ? none : (size_t)run->hit[r]];
    if (c) give(v, r, c);
  }
}

static void run(const stage *base, evaluator *v) {
  const table *s = (const table *)base;
  hit_policy hit = s->declared->hit;
  match_run found;
  matcher_open(v, &s->matcher, hit == HIT_UNIQUE || hit == HIT_ANY, &found);
  if (!hit_policy_is_multiple(hit)) {
    run_one(v, s, &found);
    return;
  }
  hits h = collect_hits(v, s, &found);
  collect_run(v, s, &h);
  if (v->trace) trace_all(v, s, &h);
}

stage *table_compile(builder *b, const step *step_) {
  if (!check_versions(b)) return NULL;
  bool in_force = period_holds(&step_->table.effective, b->plan->today);
  table *s = build_stage(b, sizeof *s, in_force ? finish : NULL, in_force ? run : rest);
  s->declared = rows_in_force(b, &step_->table);
  const table_step *t = s->declared;
  bool ok = compile_tests(b, s, in_force);
  s->outputs = arena_array(&b->plan->arena, t->output_count + 1, sizeof *s->outputs);
  for (size_t i = 0; i < t->output_count; i++) ok = output_compile(b, s, i) && ok;
  compile_codes(b, s);
  if (ok && hit_policy_is_multiple(t->hit)) ok = collect_compile(b, s);
  if (ok && in_force) declare_cells(b, s);
  if (ok && in_force) ok = name_results(b, s);
  return ok ? &s->base : NULL;
}
