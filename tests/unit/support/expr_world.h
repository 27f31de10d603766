/* Columns for tests of expressions, and a frame over them. */
#ifndef SUPPORT_EXPR_WORLD_H
#define SUPPORT_EXPR_WORLD_H

#include <stdlib.h>
#include <string.h>
#include "eval/expr.h"

#define WORLD __attribute__((unused)) static

WORLD const char *const grade_words[] = {"A", "B", "C", "D"};
WORLD const choice_list grades = {4, grade_words};

WORLD const value_type any = {.kind = TYPE_NONE, .denominator = 1};
WORLD const value_type integer = {.kind = TYPE_INTEGER, .denominator = 1};
WORLD const value_type money = {.kind = TYPE_MONEY, .digits = 2, .denominator = 100};
WORLD const value_type decimal1 = {.kind = TYPE_DECIMAL, .digits = 1, .denominator = 10};
WORLD const value_type number = {.kind = TYPE_NUMBER, .denominator = 1};
WORLD const value_type boolean = {.kind = TYPE_BOOLEAN, .denominator = 1};
WORLD const value_type date = {.kind = TYPE_DATE, .denominator = 1};
WORLD const value_type timestamp = {.kind = TYPE_TIMESTAMP, .denominator = 1};
WORLD const value_type plain_text = {.kind = TYPE_TEXT, .denominator = 1};
WORLD const value_type code_list = {.kind = TYPE_CODES, .denominator = 1};
WORLD const value_type grade = {.kind = TYPE_CHOICE, .denominator = 1, .choices = &grades};

WORLD const struct {
  const char *name;
  const value_type *type;
} names[] = {{"i", &integer},    {"j", &integer}, {"m", &money},  {"p", &money},
             {"d", &decimal1},   {"b", &boolean}, {"g", &grade},  {"day", &date},
             {"at", &timestamp}, {"x", &number},  {"y", &number}, {"name", &plain_text},
             {"why", &code_list}};
enum { I, J, M, P, D, B, G, DAY, AT, X, Y, NAME, WHY, COLUMNS };

enum { ROWS = 1100 };

typedef struct fixture {
  arena arena;
  scope scope;
  findings findings;
  notation_context context;
  column columns[COLUMNS];
  const column *slots[COLUMNS];
  decisions decisions;
  frame frame;
} fixture;

WORLD void fixture_init(fixture *f, size_t rows) {
  *f = (fixture){0};
  for (int i = 0; i < COLUMNS; i++) {
    scope_add(&f->scope, names[i].name, *names[i].type, i, "field");
    column_init(&f->columns[i], *names[i].type, rows);
    f->slots[i] = &f->columns[i];
  }
  f->context = (notation_context){.arena = &f->arena,
                                  .scope = &f->scope,
                                  .zone = {8 * 3600},
                                  .file = "rules/acme/credit.lua",
                                  .line = 7,
                                  .findings = &f->findings};
  f->decisions.rows = rows;
  f->decisions.failed = mem_alloc(rows);
  f->frame = (frame){.rows = rows, .slots = f->slots, .out = &f->decisions};
}

WORLD void fixture_deinit(fixture *f) {
  for (int i = 0; i < COLUMNS; i++) column_deinit(&f->columns[i]);
  scope_deinit(&f->scope);
  findings_deinit(&f->findings);
  arena_deinit(&f->arena);
  arena_deinit(&f->frame.scratch);
  arena_deinit(&f->decisions.texts);
  free(f->decisions.faults);
  free(f->decisions.failed);
}

WORLD void forget_faults(fixture *f) {
  memset(f->decisions.failed, 0, f->decisions.rows);
  f->decisions.fault_count = 0;
  arena_clear(&f->frame.scratch);
}

WORLD const step_place place = {"limit", "rules/acme/credit.lua", 7};

WORLD const node *parse(fixture *f, const char *formula) {
  const node *n = notation_expression(&f->context, formula, any);
  if (n == NULL) fail_msg("%s: %s", formula, f->findings.items[f->findings.count - 1].message);
  return n;
}

/* The formula evaluated into a column; the expression is the caller's. */
WORLD const column *run(fixture *f, const node *n, expr **x) {
  *x = expr_new(n, f->context.zone);
  forget_faults(f);
  return expr_eval(*x, &f->frame, &place);
}

#endif
