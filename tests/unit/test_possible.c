/* What is possible, against what happens: random formulas over random records whose values lie where
 * they may. Whatever comes out must have been possible, and where a condition is true its world must
 * have room for the record. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/possible.h"
#include "support/expr_world.h"

static uint64_t seed = 88172645463325252u;

static int64_t draw(int64_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (int64_t)(seed % (uint64_t)below);
}

/* ---- random formulas, as texts ---- */

static void write_condition(buffer *out, int depth);

static void write_number(buffer *out, int depth) {
  static const char *const leaves[] = {"i", "j", "d", "m / p", "3", "0", "7.5", "-2"};
  static const char *const two[] = {"(%)+(%)",   "(%)-(%)",   "(%)*(%)",       "(%)/(%)",
                                    "min(%, %)", "max(%, %)", "coalesce(%, %)"};
  static const char *const one[] = {"-(%)",       "abs(%)",      "floor(%)",
                                    "ceiling(%)", "round(%, 1)", "sign(%)"};
  int64_t kind = depth ? draw(10) : 0;
  if (kind < 3) {
    buffer_text(out, leaves[draw(8)]);
    return;
  }
  if (kind == 3) {
    buffer_text(out, "(if ");
    write_condition(out, depth - 1);
    buffer_text(out, " then ");
    write_number(out, depth - 1);
    buffer_text(out, " else ");
    write_number(out, depth - 1);
    buffer_text(out, ")");
    return;
  }
  for (const char *form = kind < 8 ? two[draw(7)] : one[draw(6)]; *form; form++) {
    if (*form == '%')
      write_number(out, depth - 1);
    else
      buffer_char(out, *form);
  }
}

static void write_comparison(buffer *out, int depth) {
  static const char *const signs[] = {" = ", " != ", " < ", " <= ", " > ", " >= "};
  static const char *const whole[] = {"g = A",
                                      "g != B",
                                      "g in (B, C)",
                                      "g not in (A, D)",
                                      "g >= B",
                                      "g = null",
                                      "i = null",
                                      "day >= date(at)",
                                      "i in [2..5]",
                                      "not(i in (1, > 4))",
                                      "month(day) <= 6",
                                      "day < 2024-06-01",
                                      "i between 1 and j",
                                      "b",
                                      "b = true",
                                      "day - date(at) > 3"};
  if (draw(2)) {
    buffer_text(out, whole[draw(16)]);
    return;
  }
  write_number(out, depth);
  buffer_text(out, signs[draw(6)]);
  write_number(out, depth);
}

static void write_condition(buffer *out, int depth) {
  int64_t kind = depth > 0 ? draw(6) : 5;
  if (kind >= 4) {
    write_comparison(out, depth > 0 ? depth - 1 : 0);
    return;
  }
  if (kind == 3) {
    buffer_text(out, "not(");
    write_condition(out, depth - 1);
    buffer_text(out, ")");
    return;
  }
  buffer_text(out, "(");
  write_condition(out, depth - 1);
  buffer_text(out, kind ? " and " : " or ");
  write_condition(out, depth - 1);
  buffer_text(out, ")");
}

/* ---- a world, and records of it ---- */

static possible random_numbers(value_type t) {
  int64_t low = t.kind == TYPE_DATE        ? 19700 + draw(40)
                : t.kind == TYPE_TIMESTAMP ? 1702000000 + draw(4000000)
                                           : draw(8) - 3;
  possible p = {.missing = draw(2), .value = draw(8) != 0, .has_low = true, .has_high = true};
  int64_t high = low + draw(t.kind == TYPE_TIMESTAMP ? 10000000 : t.kind == TYPE_DATE ? 200 : 9);
  rational_make(low, t.denominator, &p.low);
  rational_make(high, t.denominator, &p.high);
  if (!p.value) p.missing = true;
  return p;
}

static possible random_words(possible_world *w, value_type t) {
  uint64_t *words = arena_array(w->arena, 1, sizeof *words);
  words[0] = 1 + (uint64_t)draw((1 << possible_word_count(t)) - 1);
  return (possible){.missing = draw(2), .value = true, .words = words};
}

static void make_world(fixture *f, possible_world *w) {
  static value_type types[COLUMNS];
  *w = (possible_world){.arena = &f->arena, .zone = f->context.zone, .count = COLUMNS};
  w->slots = arena_array(&f->arena, COLUMNS, sizeof *w->slots);
  w->types = types;
  for (size_t i = 0; i < COLUMNS; i++) {
    types[i] = *names[i].type;
    w->slots[i] = possible_word_count(types[i]) ? random_words(w, types[i])
                  : types[i].kind == TYPE_NUMBER || type_storage(types[i].kind) != STORE_I64
                      ? possible_any(types[i])
                      : random_numbers(types[i]);
  }
}

/* A value of what is possible, in the units of the column; MISSING_I64. */
static int64_t draw_value(const possible *p, value_type t) {
  if (!p->value || (p->missing && draw(4) == 0)) return MISSING_I64;
  if (possible_word_count(t)) {
    int64_t word = draw((int64_t)possible_word_count(t));
    while (!possible_has_word(p, (size_t)word)) word = draw((int64_t)possible_word_count(t));
    return word;
  }
  int64_t low = (int64_t)(p->low.num * (t.denominator / p->low.den));
  int64_t high = (int64_t)(p->high.num * (t.denominator / p->high.den));
  return low + draw(high - low + 1);
}

static void fill(fixture *f, const possible_world *w) {
  static const int used[] = {I, J, M, P, D, B, G, DAY, AT};
  for (size_t k = 0; k < sizeof used / sizeof *used; k++)
    for (size_t row = 0; row < ROWS; row++) {
      column *c = &f->columns[used[k]];
      int64_t x = draw_value(&w->slots[used[k]], c->type);
      if (type_storage(c->type.kind) == STORE_I32)
        c->i32[row] = x == MISSING_I64 ? -1 : (int32_t)x;
      else
        c->i64[row] = x;
    }
}

/* ---- is it possible? ---- */

static bool allows(const possible *p, const column *c, size_t row) {
  rational x;
  if (column_missing(c, row)) return p->missing;
  if (!p->value) return false;
  if (possible_word_count(c->type)) return possible_has_word(p, (size_t)c->i32[row]);
  if (!c->i64) return true;
  assert_true(rational_make(c->i64[row], c->den ? c->den[row] : c->type.denominator, &x));
  return (!p->has_low || rational_compare(x, p->low) >= 0) &&
         (!p->has_high || rational_compare(x, p->high) <= 0);
}

static void check_rows(fixture *f, const char *text, const possible *p, const column *c) {
  for (size_t row = 0; row < ROWS; row++)
    if (!f->decisions.failed[row] && !allows(p, c, row))
      fail_msg("%s: in row %zu it is what was said to be impossible", text, row);
}

static void check_where(fixture *f, const possible_world *w, const char *text, const node *n,
                        const column *c) {
  for (int truth = 0; truth < 2; truth++) {
    possible_world there = possible_where(w, n, truth);
    for (size_t row = 0; row < ROWS; row++) {
      if (f->decisions.failed[row] || c->i32[row] != truth) continue;
      for (int k = I; k <= AT; k++)
        if (!allows(&there.slots[k], &f->columns[k], row))
          fail_msg("%s is %d in row %zu, where %s could not be what it is", text, truth, row,
                   names[k].name);
    }
  }
}

static bool try_formula(const char *text, bool condition, size_t *narrow) {
  fixture f;
  possible_world w;
  fixture_init(&f, ROWS);
  make_world(&f, &w);
  fill(&f, &w);
  const node *n = notation_expression(&f.context, text, condition ? boolean : any);
  if (n) {
    expr *x;
    const column *c = run(&f, n, &x);
    possible p = possible_of(&w, n);
    *narrow += !p.missing || p.has_low || p.has_high || (p.words && !(p.words[0] == 3));
    check_rows(&f, text, &p, c);
    if (condition) check_where(&f, &w, text, n, c);
    expr_free(x);
  }
  fixture_deinit(&f);
  return n;
}

static void formulas_give_what_is_possible(void **state) {
  (void)state;
  size_t tried = 0, narrow = 0;
  for (int n = 0; n < 3000; n++) {
    buffer text = {0};
    write_number(&text, 3);
    buffer_text(&text, "");
    tried += try_formula(text.data, false, &narrow);
    buffer_deinit(&text);
  }
  assert_true(tried > 2000);
  assert_true(narrow > tried / 3); /* it says something, too */
}

static void conditions_come_out_as_is_possible(void **state) {
  (void)state;
  size_t tried = 0, narrow = 0;
  for (int n = 0; n < 5000; n++) {
    buffer text = {0};
    write_condition(&text, 3);
    buffer_text(&text, "");
    tried += try_formula(text.data, true, &narrow);
    buffer_deinit(&text);
  }
  assert_true(tried > 3500);
  assert_true(narrow > tried / 5);
}

/* ---- what it knows, as examples ---- */

typedef struct example {
  const char *condition;
  unsigned truth;
} example;

/* i is 0 to 9, j is 5 or missing, g is A or B, b is there, m at least 100. */
static void examples_come_out_exactly(void **state) {
  (void)state;
  static const example examples[] = {
      {"i < 0", MAYBE_FALSE},
      {"i <= 9", MAYBE_TRUE},
      {"i + 1 > 10", MAYBE_FALSE},
      {"i > 4", MAYBE_TRUE | MAYBE_FALSE},
      {"j = 5", MAYBE_TRUE | MAYBE_UNKNOWN},
      {"j != null", MAYBE_TRUE | MAYBE_FALSE},
      {"coalesce(j, 1) >= 1", MAYBE_TRUE},
      {"g = C", MAYBE_FALSE},
      {"g in (A, B)", MAYBE_TRUE},
      {"i > 6 and i < 3", MAYBE_FALSE},
      {"i < 5 or i >= 5", MAYBE_TRUE},
      {"g = A and g != A", MAYBE_FALSE},
      {"if g = A then i < 10 else i > 10", MAYBE_TRUE | MAYBE_FALSE},
      {"m / 2 >= 50", MAYBE_TRUE},
      {"min(i, 3) > 3", MAYBE_FALSE},
      {"j / 0 > 1", MAYBE_UNKNOWN},
      {"month(day) <= 12", MAYBE_TRUE | MAYBE_UNKNOWN},
      {"b = null", MAYBE_FALSE},
  };
  fixture f;
  fixture_init(&f, ROWS);
  possible_world w;
  make_world(&f, &w);
  w.slots[I] = possible_range((rational){0, 1}, (rational){9, 1});
  w.slots[J] = possible_range((rational){5, 1}, (rational){5, 1});
  w.slots[J].missing = true;
  w.slots[G] = possible_union(&w, grade, possible_word(&w, grade, 0), possible_word(&w, grade, 1));
  w.slots[B] = (possible){.value = true};
  w.slots[M] = possible_at_least((possible){.value = true}, (rational){100, 1});
  w.slots[DAY] = possible_any(date);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    const node *n = notation_expression(&f.context, examples[i].condition, boolean);
    if (!n) fail_msg("%s: %s", examples[i].condition, f.findings.items[0].message);
    unsigned truth = possible_truth(&w, n);
    if (truth != examples[i].truth)
      fail_msg("%s: %u, expected %u", examples[i].condition, truth, examples[i].truth);
  }
  fixture_deinit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(formulas_give_what_is_possible),
      cmocka_unit_test(conditions_come_out_as_is_possible),
      cmocka_unit_test(examples_come_out_exactly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
