/* The names that tests of the notation use, and what becomes of a text in words. */
#ifndef SUPPORT_NOTATION_WORLD_H
#define SUPPORT_NOTATION_WORLD_H

#include <string.h>
#include "base/text.h"
#include "lang/notation.h"

#define WORLD __attribute__((unused)) static

WORLD const char *const grade_words[] = {"A", "B", "C", "D"};
WORLD const choice_list grades = {4, grade_words};
WORLD const char *const financing_words[] = {"cash", "预付", "none", "visits"};
WORLD const choice_list financings = {4, financing_words};

WORLD const value_type any = {.kind = TYPE_NONE, .denominator = 1};
WORLD const value_type integer = {.kind = TYPE_INTEGER, .denominator = 1};
WORLD const value_type money = {.kind = TYPE_MONEY, .digits = 2, .denominator = 100};
WORLD const value_type number = {.kind = TYPE_NUMBER, .denominator = 1};
WORLD const value_type boolean = {.kind = TYPE_BOOLEAN, .denominator = 1};
WORLD const value_type date = {.kind = TYPE_DATE, .denominator = 1};
WORLD const value_type timestamp = {.kind = TYPE_TIMESTAMP, .denominator = 1};
WORLD const value_type plain_text = {.kind = TYPE_TEXT, .denominator = 1};
WORLD const value_type grade = {.kind = TYPE_CHOICE, .denominator = 1, .choices = &grades};
WORLD const value_type financing = {.kind = TYPE_CHOICE, .denominator = 1, .choices = &financings};
WORLD const char *const code_words[] = {"LATE", "UTIL_HIGH", "DATA_MISSING:budget"};
WORLD const choice_list codes_held = {3, code_words};
WORLD const value_type code_list = {.kind = TYPE_CODES, .denominator = 1, .choices = &codes_held};
WORLD const value_type lost = {.kind = TYPE_CODES, .denominator = 1};
WORLD const value_type records = {.kind = TYPE_LIST, .denominator = 1};

WORLD const value_type size = {
    .kind = TYPE_CHOICE, .denominator = 1, .choices = &grades, .rank = RANK_BEST_LAST};
WORLD const value_type terms = {
    .kind = TYPE_CHOICE, .denominator = 1, .choices = &grades, .rank = RANK_NONE};

typedef struct fixture {
  arena arena;
  scope scope;
  findings findings;
  notation_context context;
} fixture;

WORLD void add_constant(scope *s, const char *name, value_type type, int64_t exact) {
  symbol *added = scope_add(s, name, type, -1, "parameter");
  added->constant = (value){.type = type, .exact = {exact, 1}};
}

/* Monday to Friday. */
WORLD int64_t weekdays_between(const void *of, int64_t from, int64_t to) {
  (void)of;
  int64_t count = 0;
  for (int64_t day = from + 1; day <= to; day++) count += date_weekday(day) <= 5;
  return count;
}

WORLD bool weekdays_add(const void *of, int64_t date_, int64_t n, int64_t *out) {
  *out = date_;
  while (weekdays_between(of, date_, *out) < n) ++*out;
  return n >= 0;
}

WORLD const workday_calendar weekdays = {NULL, weekdays_add, weekdays_between};

WORLD void fixture_init(fixture *f) {
  *f = (fixture){0};
  int slot = 0;
  scope_add(&f->scope, "overdue_30", money, slot++, "field");
  scope_add(&f->scope, "visits", integer, slot++, "field");
  scope_add(&f->scope, "closes", date, slot++, "field");
  scope_add(&f->scope, "seen_at", timestamp, slot++, "field");
  scope_add(&f->scope, "vip", boolean, slot++, "field");
  scope_add(&f->scope, "grade", grade, slot++, "field");
  scope_add(&f->scope, "融资", financing, slot++, "field");
  scope_add(&f->scope, "name", plain_text, slot++, "field");
  scope_add(&f->scope, "weight", number, slot++, "field");
  scope_add(&f->scope, "budget", money, slot++, "field");
  scope_add(&f->scope, "invoices", records, slot++, "field");
  scope_add(&f->scope, "reasons", code_list, slot++, "codes");
  scope_add(&f->scope, "why", lost, slot++, "codes");
  scope_add(&f->scope, "size", size, slot++, "field");
  scope_add(&f->scope, "terms", terms, slot++, "output of decision_table");
  add_constant(&f->scope, "today", date, date_from_civil(2025, 9, 26));
  add_constant(&f->scope, "cap", money, 5000);
  symbol *unset = scope_add(&f->scope, "unset", money, -1, "parameter");
  unset->constant = (value){.type = money, .missing = true};
  f->context = (notation_context){.arena = &f->arena,
                                  .workdays = &weekdays,
                                  .scope = &f->scope,
                                  .zone = {8 * 3600},
                                  .file = "rules/acme/credit.lua",
                                  .line = 12,
                                  .findings = &f->findings};
}

WORLD void fixture_deinit(fixture *f) {
  scope_deinit(&f->scope);
  findings_deinit(&f->findings);
  arena_deinit(&f->arena);
}

/* "money/36500", or the value of a constant: "boolean true", "decimal 1/3", "missing money". */
WORLD void describe(buffer *out, const node *n) {
  static const char *const codes[] = {"false", "true"};
  const value *v = &n->constant;
  bool constant = n->kind == NODE_CONSTANT;
  if (constant && v->missing) buffer_text(out, "missing ");
  buffer_text(out, type_name(n->type.kind));
  if (constant && !v->missing) {
    buffer_char(out, ' ');
    char day[10];
    switch (n->type.kind) {
    case TYPE_BOOLEAN:
      buffer_text(out, codes[v->exact.num != 0]);
      break;
    case TYPE_DATE:
      buffer_add(out, day, date_write(day, (int64_t)v->exact.num));
      break;
    case TYPE_TEXT:
    case TYPE_CHOICE:
      buffer_text(out, v->text);
      break;
    case TYPE_NUMBER:
      buffer_format(out, "%g", v->number);
      break;
    default:
      buffer_format(out, "%lld", (long long)v->exact.num);
      if (v->exact.den != 1) buffer_format(out, "/%lld", (long long)v->exact.den);
    }
  } else if (!constant && n->type.denominator != 1) {
    buffer_format(out, "/%lld", (long long)n->type.denominator);
  }
  buffer_text(out, "");
}

#endif
