/* The reference that admins read, rules/NOTATION.md: every example in it gives what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/expr.h"
#include "lang/notation_value.h"
#include "support/notation_world.h"
#include "support/unary_match.h"

enum { FIELDS_MOST = 32, CELLS_MOST = 4 };

/* The customer of the page. */
typedef struct page {
  arena arena;
  scope scope;
  findings findings;
  notation_context context;
  column columns[FIELDS_MOST];
  const column *slots[FIELDS_MOST];
  const char *values[FIELDS_MOST]; /* as the page writes them */
  decisions decisions;
  uint8_t failed[1];
  frame frame;
  symbol previous;
  int line;
  size_t formulas, tests, refusals;
} page;

static value_type type_of(page *p, const char *text) {
  value_type t = {.kind = TYPE_NONE, .denominator = 1};
  static const type_kind kinds[] = {TYPE_INTEGER, TYPE_MONEY,     TYPE_NUMBER, TYPE_BOOLEAN,
                                    TYPE_DATE,    TYPE_TIMESTAMP, TYPE_TEXT};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(text, type_name(kinds[i])) == 0) t.kind = kinds[i];
  if (t.kind == TYPE_MONEY || strcmp(text, "decimal(2)") == 0) {
    t.kind = t.kind == TYPE_MONEY ? TYPE_MONEY : TYPE_DECIMAL;
    t.digits = 2;
    t.denominator = 100;
  }
  bool choice = strncmp(text, "choice ", 7) == 0, codes = strncmp(text, "codes ", 6) == 0;
  if (choice || codes) {
    t.kind = choice ? TYPE_CHOICE : TYPE_CODES;
    const char **names = arena_array(&p->arena, 8, sizeof *names);
    choice_list *list = arena_alloc(&p->arena, sizeof *list);
    char *rest = arena_string(&p->arena, strchr(text, ' ') + 1), *word;
    while ((word = strtok_r(NULL == list->names ? rest : NULL, " ", &rest)) != NULL) {
      names[list->count++] = word;
      list->names = names;
    }
    t.choices = list;
  }
  if (t.kind == TYPE_NONE) fail_msg("line %d: no type %s", p->line, text);
  return t;
}

static void set_text(column *c, const char *text) {
  if (c->text.offsets != NULL) c->text.offsets[0] = 0;
  column_add_text(c, 0, text, text == NULL ? 0 : strlen(text));
  if (text != NULL && c->text.missing != NULL) c->text.missing[0] = 0;
}

/* The field's value as the page writes it. */
static void set_field(page *p, int slot, const char *text) {
  column *c = &p->columns[slot];
  if (c->type.kind == TYPE_CODES) {
    buffer joined = {0};
    for (const char *t = text; *t != '\0'; t++)
      if (*t != ' ') buffer_char(&joined, *t == ',' ? '|' : *t);
    buffer_text(&joined, "");
    set_text(c, joined.data);
    buffer_deinit(&joined);
    return;
  }
  const node *n = notation_expression(&p->context, text, c->type);
  if (n == NULL || n->kind != NODE_CONSTANT) fail_msg("line %d: no value: %s", p->line, text);
  const value *v = &n->constant;
  switch (type_storage(c->type.kind)) {
  case STORE_I32:
    c->i32[0] = v->missing ? -1 : (int32_t)v->exact.num;
    break;
  case STORE_F64:
    c->f64[0] = value_double(v);
    break;
  case STORE_TEXT:
    set_text(c, v->missing ? NULL : v->text);
    break;
  default:
    c->i64[0] = MISSING_I64;
    if (!v->missing) assert_true(value_stored(v, c->type, &c->i64[0]));
    break;
  }
}

static void add_field(page *p, const char *name, const char *type, const char *text) {
  int slot = (int)p->scope.count;
  value_type t = type_of(p, type);
  scope_add(&p->scope, arena_string(&p->arena, name), t, slot, "field");
  column_init(&p->columns[slot], t, 1);
  p->slots[slot] = &p->columns[slot];
  p->values[slot] = arena_string(&p->arena, text);
  set_field(p, slot, text);
}

/* previous(grade): C */
static const symbol *previous_of(void *host, const char *output, const char **why) {
  page *p = host;
  *why = NULL;
  p->previous = *scope_find(&p->scope, output);
  p->previous.slot = -1;
  p->previous.constant = (value){.type = p->previous.type, .exact = {2, 1}};
  return &p->previous;
}

/* ---- the examples ---- */

static void forget(page *p) {
  findings_deinit(&p->findings);
  p->findings = (findings){0};
}

static const column *evaluate(page *p, const char *formula, expr **code) {
  forget(p);
  const node *n = notation_expression(&p->context, formula, any);
  if (n == NULL) fail_msg("line %d: %s: %s", p->line, formula, p->findings.items[0].message);
  static const step_place place = {"reference", "NOTATION.md", 1};
  p->failed[0] = 0;
  *code = expr_new(n, p->context.zone);
  return expr_eval(*code, &p->frame, &place);
}

static void check_formula(page *p, const char *formula, const char *gives) {
  expr *code;
  bool missing = column_missing(evaluate(p, formula, &code), 0);
  if (missing != (strcmp(gives, "null") == 0) || p->failed[0])
    fail_msg("line %d: %s is %smissing", p->line, formula, missing ? "" : "not ");
  expr_free(code);
  if (!missing) {
    const char *equal = arena_format(&p->arena, "(%s) = (%s)", formula, gives);
    if (evaluate(p, equal, &code)->i32[0] != 1)
      fail_msg("line %d: %s is not %s", p->line, formula, gives);
    expr_free(code);
  }
  p->formulas++;
}

static value field_value(page *p, const column *c) {
  value v = {.type = c->type, .missing = column_missing(c, 0), .exact = {0, 1}};
  if (v.missing) return v;
  switch (type_storage(c->type.kind)) {
  case STORE_I32:
    v.exact.num = c->i32[0];
    break;
  case STORE_F64:
    v.number = c->f64[0];
    break;
  case STORE_TEXT:
    v.text = arena_string_n(&p->arena, c->text.bytes, c->text.offsets[1]);
    break;
  default:
    assert_true(rational_make(c->i64[0], c->type.denominator, &v.exact));
    break;
  }
  return v;
}

static bool matches(page *p, const unary_test *t, int slot) {
  if (t->kind != TEST_DYNAMIC) {
    value v = field_value(p, &p->columns[slot]);
    return unary_test_matches(t, &v);
  }
  static const step_place place = {"reference", "NOTATION.md", 1};
  uint8_t truth[1];
  expr *x = expr_new(t->dynamic, p->context.zone);
  expr_truth(x, &p->frame, &place, truth);
  expr_free(x);
  return truth[0];
}

/* Values in backticks. */
static void check_values(page *p, const char *text, const unary_test *t, const char *list, int slot,
                         bool expected) {
  while ((list = strchr(list, '`')) != NULL) {
    const char *end = strchr(list + 1, '`');
    assert_non_null(end);
    const char *v = arena_string_n(&p->arena, list + 1, (size_t)(end - list - 1));
    set_field(p, slot, v);
    if (matches(p, t, slot) != expected) fail_msg("line %d: %s for %s", p->line, text, v);
    list = end + 1;
    p->tests++;
  }
}

static void check_test(page *p, const char *text, const char *of, const char *yes, const char *no) {
  unary_test t;
  forget(p);
  node *input = notation_expression(&p->context, of, any);
  if (input == NULL || !notation_test(&p->context, text, input, &t))
    fail_msg("line %d: %s: %s", p->line, text, p->findings.items[0].message);
  int slot = scope_find(&p->scope, of)->slot;
  check_values(p, text, &t, yes, slot, true);
  check_values(p, text, &t, no, slot, false);
  set_field(p, slot, p->values[slot]);
}

static void check_refusal(page *p, const char *text, const char *told) {
  forget(p);
  if (notation_expression(&p->context, text, any) != NULL)
    fail_msg("line %d: %s is accepted", p->line, text);
  if (strstr(p->findings.items[0].message, told) == NULL)
    fail_msg("line %d: %s: %s", p->line, text, p->findings.items[0].message);
  p->refusals++;
}

/* ---- the page ---- */

static char *trim(char *text) {
  while (*text == ' ') text++;
  size_t n = strlen(text);
  while (n > 0 && text[n - 1] == ' ') text[--n] = '\0';
  return text;
}

/* What stands between one backtick, or between three where it has some itself. */
static char *code(char *cell) {
  size_t n = strlen(cell), quotes = strncmp(cell, "```", 3) == 0 ? 3 : 1;
  if (n < 2 * quotes || cell[0] != '`') return cell;
  cell[n - quotes] = '\0';
  return trim(cell + quotes);
}

static size_t split(char *line, char **cells) {
  size_t count = 0;
  for (char *at = line + 1; *at != '\0' && count < CELLS_MOST;) {
    char *end = strchr(at, '|');
    if (end == NULL) break;
    *end = '\0';
    cells[count++] = trim(at);
    at = end + 1;
  }
  return count;
}

static void read_page(page *p, char *text) {
  char kind[64] = "";
  for (char *line; (line = strsep(&text, "\n")) != NULL;) {
    char *cells[CELLS_MOST];
    p->line++;
    if (line[0] != '|') {
      kind[0] = '\0';
      continue;
    }
    size_t count = split(line, cells);
    if (kind[0] == '\0')
      snprintf(kind, sizeof kind, "%s", cells[0]);
    else if (strncmp(cells[0], "---", 3) == 0)
      continue;
    else if (strcmp(kind, "name") == 0 && count == 3)
      add_field(p, code(cells[0]), cells[1], code(cells[2]));
    else if (strcmp(kind, "formula") == 0 && count == 2)
      check_formula(p, code(cells[0]), code(cells[1]));
    else if (strcmp(kind, "test") == 0 && count == 4)
      check_test(p, code(cells[0]), code(cells[1]), cells[2], cells[3]);
    else if (strcmp(kind, "written") == 0 && count == 2)
      check_refusal(p, code(cells[0]), code(cells[1]));
    else if (strcmp(kind, "here") != 0)
      fail_msg("a row of %zu cells under %s: %s", count, kind, cells[0]);
  }
}

static char *read_file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) return NULL;
  buffer out = {0};
  char block[4096];
  for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) buffer_add(&out, block, n);
  buffer_text(&out, "");
  fclose(f);
  return out.data;
}

static const char path[] = "rules/NOTATION.md";

static void page_init(page *p) {
  *p = (page){0};
  p->context = (notation_context){.arena = &p->arena,
                                  .scope = &p->scope,
                                  .zone = {8 * 3600},
                                  .file = path,
                                  .line = 1,
                                  .findings = &p->findings,
                                  .workdays = &weekdays,
                                  .previous = previous_of,
                                  .host = p};
  p->decisions = (decisions){.rows = 1, .failed = p->failed};
  p->frame = (frame){.rows = 1, .slots = p->slots, .out = &p->decisions};
}

static void page_deinit(page *p) {
  for (int i = 0; i < FIELDS_MOST; i++) column_deinit(&p->columns[i]);
  scope_deinit(&p->scope);
  findings_deinit(&p->findings);
  arena_deinit(&p->arena);
  arena_deinit(&p->frame.scratch);
  arena_deinit(&p->decisions.texts);
  free(p->decisions.faults);
}

static void test_every_example_is_true(void **state) {
  (void)state;
  page p;
  char *text = read_file(path);
  if (text == NULL) {
    print_message("# SKIP: no %s (seen from the root of the repository)\n", path);
    skip();
  }
  page_init(&p);
  /* behind the fields of the page, so that its first table gives them their numbers */
  scope_add(&p.scope, "today", date, -1, "built-in name")->constant =
      (value){.type = date, .exact = {date_from_civil(2025, 9, 26), 1}};
  scope_add(&p.scope, "as_of", timestamp, -1, "built-in name")->constant =
      (value){.type = timestamp, .exact = {1758870000, 1}};
  read_page(&p, text);
  if (p.formulas < 110 || p.tests < 60 || p.refusals < 10)
    fail_msg("only %zu formulas, %zu tests, %zu refusals", p.formulas, p.tests, p.refusals);
  page_deinit(&p);
  free(text);
}

/* name(, or its words with blanks between them. */
static bool is_shown(const char *text, const char *name) {
  char form[64];
  snprintf(form, sizeof form, "%s(", name);
  if (strstr(text, form) != NULL) return true;
  for (char *t = form; *t != '\0'; t++)
    if (*t == '_') *t = ' ';
  return strstr(text, form) != NULL;
}

static void test_every_function_is_listed(void **state) {
  (void)state;
  char *text = read_file(path);
  if (text == NULL) skip();
  for (size_t i = 0; notation_function(i) != NULL; i++)
    if (!is_shown(text, notation_function(i))) fail_msg("%s lacks %s", path, notation_function(i));
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_example_is_true),
      cmocka_unit_test(test_every_function_is_listed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
