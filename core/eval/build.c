/* What the compilers of the steps share: formulas, tests, codes, results, and messages that say where
 * and what to do. */
#include "build.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "../base/text.h"
#include "list_rows.h"

static void say(builder *b, severity s, place at, const char *format, va_list arguments) {
  char message[1024];
  vsnprintf(message, sizeof message, format, arguments);
  if ((!at.file || at.line <= 0) && b->step) at = b->step->at;
  findings_add(b->findings, s, at.file, at.line, "%s", message);
}

void build_error(builder *b, place at, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(b, SEVERITY_ERROR, at, format, arguments);
  va_end(arguments);
}

void build_warning(builder *b, place at, const char *id, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(b, SEVERITY_WARNING, at, format, arguments);
  va_end(arguments);
  findings_detail(b->findings, id, NULL, NULL);
}

const char *build_suggestion(builder *b, const char *word, const char *const *known, size_t count) {
  const char *near = text_suggest(word, known, count);
  return near ? arena_format(&b->plan->arena, ", did you mean \"%s\"?", near) : "";
}

value_type bare_type(type_kind kind) {
  value_type t = {.kind = kind, .denominator = 1};
  return t;
}

/* ---- formulas ---- */

static notation_context context_of(builder *b, place at) {
  return (notation_context){.arena = &b->plan->arena,
                            .scope = b->list ? &b->list->names : &b->plan->scope,
                            .zone = b->plan->pack->zone,
                            .file = at.file,
                            .line = at.line,
                            .findings = b->findings,
                            .workdays = &b->plan->workdays,
                            .previous = b->list ? list_rows_previous : build_previous,
                            .host = b};
}

static void keep_formula(plan *p, formula *f) {
  if (p->formula_count == p->formula_capacity) {
    p->formula_capacity = p->formula_capacity ? p->formula_capacity * 2 : 32;
    p->formulas = mem_grow(p->formulas, p->formula_capacity, sizeof(formula *));
  }
  p->formulas[p->formula_count++] = f;
}

formula *build_tree(builder *b, node *tree, place at) {
  formula *f = arena_alloc(&b->plan->arena, sizeof *f);
  f->tree = tree;
  f->type = tree->type;
  f->slot = tree->kind == NODE_SLOT ? tree->symbol->slot : -1;
  f->step = b->step ? b->step_number : SIZE_MAX;
  f->record = b->list != NULL;
  f->at = (step_place){b->step ? b->step->name : "", at.file, at.line};
  f->code = expr_new(tree, b->plan->pack->zone);
  if (f->code) f->type = expr_type(f->code);
  keep_formula(b->plan, f);
  return f;
}

formula *build_formula(builder *b, rule_text text, value_type expected) {
  place at = text.at.file ? text.at : b->step->at;
  notation_context c = context_of(b, at);
  node *tree = notation_expression(&c, text.text, expected);
  formula *f = tree ? build_tree(b, tree, at) : NULL;
  if (f) f->text = text.text;
  return f;
}

formula *build_tested(builder *b, rule_text text) {
  formula *f = build_formula(b, text, bare_type(TYPE_NONE));
  if (!f || f->type.kind != TYPE_NONE) return f;
  build_error(b, text.at, "\"%s\" is always missing: there is nothing to test", text.text);
  return NULL;
}

formula *build_condition(builder *b, rule_text text) {
  if (!text.text) return NULL;
  formula *f = build_formula(b, text, bare_type(TYPE_BOOLEAN));
  if (!f || f->type.kind == TYPE_BOOLEAN) return f;
  build_error(b, text.at,
              "\"%s\" is %s, but a condition must be true or false: compare it with "
              "something",
              text.text, type_name(f->type.kind));
  return NULL;
}

bool build_number(builder *b, rule_text text, const char *what, rational *out) {
  if (rational_parse(text.text, strlen(text.text), out) == PARSE_OK) return true;
  formula *f = build_formula(b, text, bare_type(TYPE_NONE));
  if (!f) return false;
  const value *v = &f->tree->constant;
  bool exact = type_is_numeric(f->type.kind) && f->type.kind != TYPE_NUMBER;
  if (f->tree->kind == NODE_CONSTANT && exact && !v->missing) {
    *out = v->exact;
    return true;
  }
  build_error(b, text.at,
              "%s must be a number, or made of numbers and parameters alone; "
              "found \"%s\"",
              what, text.text);
  return false;
}

bool build_stored_value(builder *b, const value *v, value_type type, place at, int64_t *i64,
                        double *f64) {
  rational scaled;
  if (type_storage(type.kind) == STORE_F64) {
    *f64 = v->type.kind == TYPE_NUMBER ? v->number : (double)v->exact.num / (double)v->exact.den;
    return true;
  }
  int64_t den = type_is_numeric(type.kind) ? type.denominator : 1;
  if (rational_mul(v->exact, (rational){den, 1}, &scaled) && scaled.den == 1 &&
      scaled.num > INT64_MIN && scaled.num <= INT64_MAX) {
    *i64 = (int64_t)scaled.num;
    return true;
  }
  build_error(b, at, "the value does not fit %s: too large, or with more decimals than it has",
              type_name(type.kind));
  return false;
}

bool build_stored(builder *b, const formula *f, value_type type, place at, int64_t *i64,
                  double *f64) {
  return build_stored_value(b, &f->tree->constant, type, at, i64, f64);
}

/* ---- cells of tables: read in the scratch, of which only the result is kept ---- */

bool build_cell(builder *b, rule_text text, value_type expected, const value **constant,
                formula **other) {
  place at = text.at.file ? text.at : b->step->at;
  notation_context c = context_of(b, at);
  findings told_already = {0};
  *constant = NULL;
  *other = NULL;
  c.arena = &b->scratch;
  const node *tree = notation_expression(&c, text.text, expected);
  if (tree && tree->kind == NODE_CONSTANT) {
    value *kept = arena_alloc(&b->plan->arena, sizeof *kept);
    *kept = tree->constant;
    kept->type = tree->type;
    if (kept->text) kept->text = arena_string(&b->plan->arena, kept->text);
    *constant = kept;
  } else if (tree) {
    c.arena = &b->plan->arena;
    c.findings = &told_already;
    *other = build_tree(b, notation_expression(&c, text.text, expected), at);
    (*other)->text = text.text;
  }
  findings_deinit(&told_already);
  arena_clear(&b->scratch);
  return *constant || *other;
}

static void keep_test(arena *a, unary_test *t) {
#define KEEP(items, count)                                                                         \
  if (t->count)                                                                                    \
  t->items =                                                                                       \
      memcpy(arena_array(a, t->count, sizeof *t->items), t->items, t->count * sizeof *t->items)
  KEEP(intervals, interval_count);
  KEEP(codes, code_words);
  KEEP(texts, text_count);
#undef KEEP
  for (size_t i = 0; i < t->text_count; i++) t->texts[i] = arena_string(a, t->texts[i]);
}

bool build_test(builder *b, rule_text text, const formula *input, unary_test *out) {
  notation_context c = context_of(b, text.at.file ? text.at : b->step->at);
  findings told_already = {0};
  if (!text.text || !strcmp(text.text, "-")) {
    *out = (unary_test){.kind = TEST_ANY, .missing = true};
    return true;
  }
  c.arena = &b->scratch;
  bool ok = notation_test(&c, text.text, input->tree, out);
  if (ok && out->kind == TEST_DYNAMIC) { /* its tree is wanted: read again, where it stays */
    c.arena = &b->plan->arena;
    c.findings = &told_already;
    notation_test(&c, text.text, input->tree, out);
  } else if (ok) {
    keep_test(&b->plan->arena, out);
  }
  findings_deinit(&told_already);
  arena_clear(&b->scratch);
  return ok;
}

/* ---- codes, results, stages ---- */

code *build_code(builder *b, const char *name, const place *given_at) {
  plan *p = b->plan;
  code *found = NULL;
  if (!name) return NULL;
  for (size_t i = 0; i < p->code_count && !found; i++)
    if (!strcmp(p->codes[i]->name, name)) found = p->codes[i];
  if (!found) {
    found = arena_alloc(&p->arena, sizeof *found);
    found->name = name;
    if (p->code_count == p->code_capacity) {
      p->code_capacity = p->code_capacity ? p->code_capacity * 2 : 32;
      p->codes = mem_grow(p->codes, p->code_capacity, sizeof(code *));
    }
    p->codes[p->code_count++] = found;
  }
  if (given_at && !found->given) {
    found->given = true;
    found->given_at = given_at->file ? *given_at : b->step->at;
  }
  if (given_at) found->given_last = b->step_number;
  return found;
}

static bool refuse_taken(builder *b, const char *name, place at) {
  const symbol *taken = scope_find(&b->plan->scope, name);
  if (!taken) return false;
  build_error(b, at, "\"%s\" is already the name of a %s (line %d): give this %s another name",
              name, taken->defined, taken->file_line, "output");
  return true;
}

static int add_column(builder *b, const char *name, value_type type, place at) {
  plan *p = b->plan;
  if (p->result_count == p->result_capacity) {
    p->result_capacity = p->result_capacity ? p->result_capacity * 2 : 16;
    p->results = mem_grow(p->results, p->result_capacity, sizeof *p->results);
  }
  p->results[p->result_count] = (result){.name = name,
                                         .type = type,
                                         .slot = (int)p->slot_count++,
                                         .output = -1,
                                         .at = at,
                                         .step = b->step_number};
  return (int)p->result_count++;
}

static int add_result(builder *b, const char *name, value_type type, const char *defined,
                      place at) {
  plan *p = b->plan;
  const int number = add_column(b, name, type, at);
  symbol *s = scope_add(&p->scope, name, type, p->results[number].slot,
                        arena_format(&p->arena, "output of %s", defined));
  s->file_line = at.line;
  return number;
}

int build_hidden(builder *b, value_type type) {
  const int number = add_column(b, "", type, (place){0});
  b->plan->results[number].hidden = true;
  return number;
}

int build_result(builder *b, const char *name, value_type type, const char *defined, place at) {
  return refuse_taken(b, name, at) ? -1 : add_result(b, name, type, defined, at);
}

int build_final(builder *b, stage *s, const char *name, value_type type, place at) {
  if (refuse_taken(b, name, at)) return -1;
  b->finals[b->final_count++] = s;
  return add_column(b, name, type, at);
}

int build_rebound(builder *b, const char *name, value_type type, const char *defined, place at) {
  return add_result(b, name, type, defined, at);
}

int build_kept(builder *b, stage *s, const char *name, value_type type, const char *defined,
               place at) {
  int number = build_result(b, name, type, defined, at);
  if (number >= 0) b->plan->results[number].kept = true;
  s->makes_inputs = true;
  return number;
}

size_t build_scratch(builder *b) {
  return b->plan->scratch_count++;
}

void *build_stage(builder *b, size_t size, void (*finish)(builder *, stage *),
                  void (*run)(const stage *, evaluator *)) {
  stage *s = arena_alloc(&b->plan->arena, size);
  s->at = (step_place){b->step->name, b->step->at.file, b->step->at.line};
  s->finish = finish;
  s->run = run;
  return s;
}
