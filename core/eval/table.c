/* Decision tables: the row that a record matches, and what the row gives. A row's outputs are mostly
 * constants and come by lookup; those that are formulas are evaluated over the batch and taken by the
 * records that hit the row. */
#include <ctype.h>
#include <string.h>
#include "../base/text.h"
#include "convert.h"
#include "matcher.h"
#include "overlap.h"
#include "trace.h"

typedef struct cell {
  const formula *formula; /* NULL = missing */
  bool constant;
} cell;

typedef struct output {
  const table_output *declared;
  value_type type;
  bool declared_type;
  cell *cells; /* by row */
  int result;
  bool computed; /* some cell is not a constant, or the type has no lookup */
  size_t size;   /* of the lookup: no row, then the rows */
  int32_t *i32;
  int64_t *i64;
  double *f64;
} output;

typedef struct table {
  stage base;
  const table_step *declared;
  matcher matcher;
  output *outputs;
  code **codes; /* by row */
  bool gives;
  trace_point *point;
} table;

/* ---- compiling ---- */

static bool is_word(const char *text) {
  const unsigned char *c = (const unsigned char *)text;
  if (!*c || isdigit(*c)) return false;
  for (; *c; c++)
    if (!isalnum(*c) && *c != '_' && *c < 0x80) return false;
  return true;
}

static bool is_given(rule_text t) {
  return t.text && *t.text && strcmp(t.text, "null") != 0;
}

/* A quoted word without its quotes, in the plan's arena; else the text itself. */
static const char *unquoted(builder *b, const char *text) {
  size_t n = strlen(text);
  if (n < 2 || text[0] != '"' || text[n - 1] != '"') return text;
  return arena_string_n(&b->plan->arena, text + 1, n - 2);
}

/* A choice whose words are not declared: those that the rows give, in the order in which they come. */
static value_type words_of(builder *b, const table_step *t, size_t o) {
  choice_list *list = arena_alloc(&b->plan->arena, sizeof *list);
  const char **names = arena_array(&b->plan->arena, t->row_count + 1, sizeof *names);
  *list = (choice_list){0, names};
  for (size_t r = 0; r < t->row_count; r++) {
    if (!is_given(t->rows[r].outputs[o])) continue;
    const char *word = unquoted(b, t->rows[r].outputs[o].text);
    if ((word == t->rows[r].outputs[o].text && !is_word(word)) ||
        choice_find(list, word, strlen(word)) >= 0)
      continue;
    names[list->count++] = word;
  }
  return (value_type){.kind = TYPE_CHOICE, .denominator = 1, .choices = list, .rank = RANK_NONE};
}

/* Not declared: words alone make a choice of them; anything else is what the formulas give. */
static value_type guess_type(builder *b, const table_step *t, size_t o) {
  for (size_t r = 0; r < t->row_count; r++) {
    const char *text = t->rows[r].outputs[o].text;
    if (!is_given(t->rows[r].outputs[o])) continue;
    bool is_truth = !strcmp(text, "true") || !strcmp(text, "false");
    if (is_truth || (text[0] != '"' && !is_word(text))) return bare_type(TYPE_NONE);
  }
  return words_of(b, t, o);
}

static void refuse_cell(builder *b, const output *o, rule_text text, const formula *f) {
  buffer wanted = {0}, given = {0};
  type_describe(&wanted, o->type);
  type_describe(&given, f->type);
  build_error(b, text.at, "output \"%s\": \"%s\" is %s, expected %s", o->declared->name, text.text,
              given.data, wanted.data);
  buffer_deinit(&wanted);
  buffer_deinit(&given);
}

/* The first formula gives the type of an output that has none. */
static void settle_type(output *o, const formula *f) {
  if (o->type.kind != TYPE_NONE) return;
  o->type = f->type;
  if (o->type.kind == TYPE_DECIMAL && o->type.denominator == 1) o->type = bare_type(TYPE_INTEGER);
}

static bool numbers_mix(const output *o, const formula *f) {
  return !o->declared_type && o->type.kind == TYPE_INTEGER && type_is_numeric(f->type.kind);
}

static bool compile_cell(builder *b, output *o, size_t r, rule_text text) {
  if (!is_given(text)) return true;
  formula *f = build_formula(b, text, o->type);
  if (!f) return false;
  if (f->tree->kind == NODE_CONSTANT && f->tree->constant.missing) return true;
  settle_type(o, f);
  if (!convert_accepts(o->type, f->type) && numbers_mix(o, f)) o->type = f->type;
  bool takes_constant = f->tree->kind == NODE_CONSTANT && type_is_numeric(o->type.kind) &&
                        type_is_numeric(f->type.kind);
  if (!convert_accepts(o->type, f->type) && !takes_constant) {
    refuse_cell(b, o, text, f);
    return false;
  }
  o->cells[r] = (cell){f, f->tree->kind == NODE_CONSTANT};
  if (!o->cells[r].constant) o->computed = true;
  if (!o->cells[r].constant || !o->declared_type) o->type = convert_widen(o->type, f->type);
  return true;
}

static bool compile_output(builder *b, const table_step *t, output *o, size_t number) {
  bool ok = true;
  o->declared = &t->outputs[number];
  o->type = o->declared->type;
  o->declared_type = o->type.kind != TYPE_NONE && (o->type.kind != TYPE_CHOICE || o->type.choices);
  if (!o->declared_type) o->type = guess_type(b, t, number);
  if (!o->type.denominator) o->type.denominator = 1;
  o->cells = arena_array(&b->plan->arena, t->row_count + 1, sizeof *o->cells);
  for (size_t r = 0; r < t->row_count; r++)
    ok = compile_cell(b, o, r, t->rows[r].outputs[number]) && ok;
  if (ok && o->type.kind == TYPE_NONE) {
    build_error(b, b->step->at, "output \"%s\" is given by no row: declare its type",
                o->declared->name);
    return false;
  }
  storage form = type_storage(o->type.kind);
  if (form == STORE_TEXT || form == STORE_RATIO) o->computed = true;
  return ok;
}

static bool fill_entry(builder *b, output *o, size_t e, const cell *c, place at) {
  const value *given = c->constant ? &c->formula->tree->constant : NULL;
  if (o->i32) {
    o->i32[e] = given ? (int32_t)given->exact.num : MISSING_I32;
  } else if (o->f64) {
    o->f64[e] = __builtin_nan("");
    if (given) return build_stored(b, c->formula, o->type, at, NULL, &o->f64[e]);
  } else {
    o->i64[e] = MISSING_I64;
    if (given) return build_stored(b, c->formula, o->type, at, &o->i64[e], NULL);
  }
  return true;
}

static bool compile_lookup(builder *b, const table_step *t, output *o) {
  storage form = type_storage(o->type.kind);
  bool ok = true;
  if (form == STORE_TEXT || form == STORE_RATIO) return true;
  o->size = t->row_count + 1;
  size_t room = (o->size + 31) / 16 * 16;
  if (form == STORE_I32)
    o->i32 = arena_array(&b->plan->arena, room, sizeof *o->i32);
  else if (form == STORE_F64)
    o->f64 = arena_array(&b->plan->arena, room, sizeof *o->f64);
  else
    o->i64 = arena_array(&b->plan->arena, room, sizeof *o->i64);
  fill_entry(b, o, 0, &(cell){0}, b->step->at);
  for (size_t r = 0; r < t->row_count; r++)
    ok = fill_entry(b, o, r + 1, &o->cells[r], t->rows[r].at) && ok;
  return ok;
}

/* Its ways are the rows. */
static void declare_point(builder *b, const table_step *t, table *s, const formula *const *inputs,
                          const unary_test *const *tests) {
  arena *a = &b->plan->arena;
  trace_point *p = trace_declare(b, POINT_ROW, b->step->name, b->step->at, t->row_count);
  const rule_text **texts = arena_array(a, t->input_count + 1, sizeof *texts);
  for (size_t c = 0; c < t->input_count; c++) {
    rule_text *of_column = arena_array(a, t->row_count + 1, sizeof *of_column);
    for (size_t r = 0; r < t->row_count; r++) of_column[r] = t->rows[r].tests[c];
    texts[c] = of_column;
  }
  for (size_t r = 0; r < t->row_count; r++)
    p->ways[r] = (trace_way){
        .label = arena_format(a, "%zu", r + 1), .code = t->rows[r].code, .at = t->rows[r].at};
  p->outcome = t->output_count == 1 ? t->outputs[0].name : NULL;
  p->input_count = t->input_count;
  p->tested = t->row_count;
  p->inputs = inputs;
  p->texts = texts;
  p->tests = tests;
  s->point = p;
}

static bool compile_tests(builder *b, const table_step *t, table *s) {
  arena *a = &b->plan->arena;
  const formula **inputs = arena_array(a, t->input_count + 1, sizeof *inputs);
  const unary_test **tests = arena_array(a, t->input_count + 1, sizeof *tests);
  bool ok = true;
  for (size_t c = 0; c < t->input_count; c++) {
    unary_test *of_column = arena_array(a, t->row_count + 1, sizeof *of_column);
    tests[c] = of_column;
    inputs[c] = build_formula(b, t->inputs[c], bare_type(TYPE_NONE));
    if (!inputs[c]) {
      ok = false;
      continue;
    }
    for (size_t r = 0; r < t->row_count; r++)
      ok = build_test(b, t->rows[r].tests[c], inputs[c], &of_column[r]) && ok;
  }
  if (!ok) return false;
  overlap_check(b, t, tests);
  declare_point(b, t, s, inputs, tests);
  if (matcher_init(b, &s->matcher, inputs, t->input_count, t->row_count, tests)) return true;
  build_error(b, b->step->at, "a list or a list of codes cannot be an input of a table");
  return false;
}

static void finish(builder *b, stage *base) {
  matcher_finish(b, &((table *)base)->matcher);
}

/* ---- running ---- */

/* The columns of the cells that are formulas, for the records that hit their rows. */
static const column **compute_cells(evaluator *v, const table *s, const output *o,
                                    const int32_t *hit) {
  const column **made = arena_array(&v->frame.scratch, s->declared->row_count + 1, sizeof *made);
  for (size_t row = 0; row < s->declared->row_count; row++) {
    const cell *c = &o->cells[row];
    if (!c->formula || (c->constant && o->size)) continue;
    bool any = false;
    for (size_t r = 0; r < v->frame.rows; r++) {
      v->needed[r] = hit[r] == (int32_t)row;
      any = any || v->needed[r];
    }
    if (any) made[row] = evaluate(v, c->formula, v->needed);
  }
  return made;
}

static void fill_computed(evaluator *v, const table *s, const output *o, const int32_t *hit) {
  const column **made = compute_cells(v, s, o, hit);
  column *to = evaluator_result(v, o->result);
  bool text = type_storage(o->type.kind) == STORE_TEXT;
  for (size_t r = 0; r < v->frame.rows; r++) {
    const column *from = hit[r] < 0 ? NULL : made[hit[r]];
    if (text) {
      if (from)
        convert_text(from, r, to, r);
      else
        column_add_text(to, r, NULL, 0);
    } else if (!from) {
      if (!o->size) convert_missing(to, r);
    } else if (!convert_value(from, r, to, r)) {
      convert_missing(to, r);
      evaluator_fail(v, r, "OVERFLOW", &s->base, s->declared->rows[hit[r]].at.line,
                     "output \"%s\" is too large for %s", o->declared->name,
                     type_name(o->type.kind));
    }
  }
}

static void fill_output(evaluator *v, const table *s, const output *o, const int32_t *hit) {
  column *to = evaluator_result(v, o->result);
  size_t rows = v->frame.rows;
  if (o->i32) v->kernels->pick_i32(hit, 1, rows, o->i32, o->size, to->i32);
  if (o->i64) v->kernels->pick_i64(hit, 1, rows, o->i64, o->size, to->i64);
  for (size_t r = 0; r < rows && o->f64; r++) to->f64[r] = o->f64[hit[r] + 1];
  if (o->computed) fill_computed(v, s, o, hit);
}

/* Whether two cells give a record the same value, compared in the form of the output. */
static bool cells_agree(evaluator *v, const output *o, const cell *x, const cell *y,
                        size_t record) {
  if (!x->formula || !y->formula) return !x->formula && !y->formula;
  bool text = type_storage(o->type.kind) == STORE_TEXT;
  column one;
  column_init(&one, o->type, 2);
  memset(v->needed, 0, v->frame.rows);
  v->needed[record] = 1;
  const cell *cells[2] = {x, y};
  for (size_t i = 0; i < 2; i++) {
    const column *from = evaluate(v, cells[i]->formula, v->needed);
    if (text)
      convert_text(from, record, &one, i);
    else if (!convert_value(from, record, &one, i))
      convert_missing(&one, i);
  }
  buffer left = {0}, right = {0};
  zone z = v->plan->pack->zone;
  column_write(&left, &one, 0, z);
  column_write(&right, &one, 1, z);
  bool same = column_missing(&one, 0) == column_missing(&one, 1) && left.size == right.size &&
              (!left.size || !memcmp(left.data, right.data, left.size));
  if (one.i64 && !one.den) same = one.i64[0] == one.i64[1];
  if (one.i64 && one.den) same = (int128)one.i64[0] * one.den[1] == (int128)one.i64[1] * one.den[0];
  buffer_deinit(&left);
  buffer_deinit(&right);
  column_deinit(&one);
  return same;
}

static bool rows_agree(evaluator *v, const table *s, size_t a, size_t b, size_t record) {
  for (size_t i = 0; i < s->declared->output_count; i++) {
    const output *o = &s->outputs[i];
    if (!cells_agree(v, o, &o->cells[a], &o->cells[b], record)) return false;
  }
  return true;
}

/* More than one row matches: an error under `unique`, and under `any` if they do not agree. */
static void check_again(evaluator *v, const table *s, size_t record, size_t first) {
  const table_step *t = s->declared;
  for (size_t row = first + 1; row < t->row_count; row++) {
    if (!matcher_matches(v, &s->matcher, record, row)) continue;
    if (t->hit == HIT_ANY && rows_agree(v, s, first, row, record)) continue;
    evaluator_fail(
        v, record, "MANY_ROWS", &s->base, t->rows[row].at.line,
        "the rows at lines %d and %d both match, %s", t->rows[first].at.line, t->rows[row].at.line,
        t->hit == HIT_UNIQUE ? "but hit = \"unique\" lets one match"
                             : "but give different outputs, which hit = \"any\" forbids");
    return;
  }
}

static void run(const stage *base, evaluator *v) {
  const table *s = (const table *)base;
  const int32_t *again = NULL;
  const int32_t *hit = matcher_run(v, &s->matcher, s->declared->hit == HIT_FIRST ? NULL : &again);
  for (size_t r = 0; again && r < v->frame.rows; r++)
    if (again[r]) check_again(v, s, r, (size_t)hit[r]);
  for (size_t i = 0; i < s->declared->output_count; i++) fill_output(v, s, &s->outputs[i], hit);
  if (v->trace) memcpy(trace_column(v, s->point), hit, v->frame.rows * sizeof *hit);
  for (size_t r = 0; s->gives && r < v->frame.rows; r++)
    if (hit[r] >= 0 && s->codes[hit[r]]) give(v, r, s->codes[hit[r]]);
}

stage *table_compile(builder *b, const step *step_) {
  const table_step *t = &step_->table;
  arena *a = &b->plan->arena;
  table *s = build_stage(b, sizeof *s, finish, run);
  s->declared = t;
  bool ok = compile_tests(b, t, s);
  s->outputs = arena_array(a, t->output_count + 1, sizeof *s->outputs);
  for (size_t i = 0; i < t->output_count; i++)
    ok = compile_output(b, t, &s->outputs[i], i) && compile_lookup(b, t, &s->outputs[i]) && ok;
  s->codes = arena_array(a, t->row_count + 1, sizeof *s->codes);
  for (size_t r = 0; r < t->row_count; r++) {
    s->codes[r] = build_code(b, t->rows[r].code, &t->rows[r].at);
    s->gives = s->gives || s->codes[r];
  }
  for (size_t i = 0; i < t->output_count && ok; i++) {
    output *o = &s->outputs[i];
    o->result = build_result(b, o->declared->name, o->type, "decision_table", step_->at);
    ok = o->result >= 0;
  }
  return ok ? &s->base : NULL;
}
