/* Random decision tables against their cells, taken one by one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "support/bench.h"
#include "support/unary_match.h"

static const char *const cells_of_integer[] = {
    "-",      "< 0", "<= 3",    "> 7",    ">= 7", "[0..5]",  "(0..5)",
    "[2..9)", "4",   "1, 3, 5", "not(2)", "null", "0, null", "not([3..6])"};
static const char *const cells_of_money[] = {"-",        "< 0.01", "<= 3.5", "> 7",     "[0..5.25]",
                                             "(0.5..5)", "4",      "null",   "not(< 1)"};
static const char *const cells_of_number[] = {"-", "< 0.5", "<= 3", "> 7.25", "[0..5]", "null"};
static const char *const cells_of_choice[] = {"-", "A", "A, B", "not(C)", "B, null", "null"};
static const char *const cells_of_boolean[] = {"-", "true", "false", "null"};
static const char *const cells_of_text[] = {"-", "\"x\"", "\"x\", \"yy\"", "not(\"x\")", "null"};
static const char *const cells_of_ratio[] = {"-",         "< 1",  "<= 0.5", "> 0.5",
                                             "[0.25..2)", "null", "1"};
static const char *const cells_of_date[] = {"-", "< today", "<= add_months(today, 1)", "null",
                                            "[2025-09-01..2025-10-01)"};

static const struct {
  const char *input;
  const char *const *cells;
  size_t count;
} random_inputs[] = {{"i", cells_of_integer, COUNT(cells_of_integer)},
                     {"m", cells_of_money, COUNT(cells_of_money)},
                     {"n", cells_of_number, COUNT(cells_of_number)},
                     {"c", cells_of_choice, COUNT(cells_of_choice)},
                     {"b", cells_of_boolean, COUNT(cells_of_boolean)},
                     {"t", cells_of_text, COUNT(cells_of_text)},
                     {"i / j", cells_of_ratio, COUNT(cells_of_ratio)},
                     {"d", cells_of_date, COUNT(cells_of_date)},
                     {"i + j", cells_of_integer, COUNT(cells_of_integer)}};

static pack *random_fields(void) {
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "i", built_type(TYPE_INTEGER));
  built_field(p, "j", built_type(TYPE_INTEGER));
  built_field(p, "m", built_money());
  built_field(p, "n", built_type(TYPE_NUMBER));
  built_field(p, "c", built_choice(p, "A|B|C"));
  built_field(p, "b", built_type(TYPE_BOOLEAN));
  built_field(p, "t", built_type(TYPE_TEXT));
  built_field(p, "d", built_type(TYPE_DATE));
  return p;
}

static void random_records(batch *in, size_t rows) {
  static const char *const texts[] = {NULL, "x", "yy", "zzz", ""};
  batch_clear(in);
  in->rows = rows;
  for (size_t r = 0; r < rows; r++) {
    column *c = in->columns;
    const char *text = texts[random_below(COUNT(texts))];
    column_add_text(&c[0], r, "K", 1);
    c[1].i64[r] = random_below(8) ? random_below(14) - 3 : MISSING_I64;
    c[2].i64[r] = random_below(8) ? random_below(7) - 1 : MISSING_I64;
    c[3].i64[r] = random_below(8) ? random_below(900) - 20 : MISSING_I64;
    c[4].f64[r] = random_below(8) ? (double)(random_below(40) - 4) / 4 : NAN;
    c[5].i32[r] = (int32_t)random_below(4) - 1;
    c[6].i32[r] = (int32_t)random_below(3) - 1;
    column_add_text(&c[7], r, text, text ? strlen(text) : 0);
    c[8].i64[r] = random_below(8) ? 20357 - 40 + random_below(80) : MISSING_I64;
  }
}

/* The cells of one table, as values taken one by one: a derived boolean column for each row and cell
 * would be the engine again, so the tests are asked about the constant itself. */
typedef struct cell_checker {
  arena arena;
  scope scope;
  findings found;
  unary_test *tests;
  node **inputs;
} cell_checker;

static void checker_open(cell_checker *k, const pack *p, const table_step *t) {
  *k = (cell_checker){0};
  k->scope.symbols = mem_array(32, sizeof(symbol));
  k->scope.capacity = 32;
  for (size_t i = 0; i < p->schema.count; i++)
    scope_add(&k->scope, p->schema.fields[i].name, p->schema.fields[i].type, (int)i, "field");
  symbol *today = scope_add(&k->scope, "today", built_type(TYPE_DATE), -1, "built-in");
  today->constant = (value){.type = today->type, .exact = {20357, 1}};
  notation_context c = {.arena = &k->arena,
                        .scope = &k->scope,
                        .zone = p->zone,
                        .file = "f",
                        .line = 1,
                        .findings = &k->found};
  k->inputs = mem_array(t->input_count, sizeof *k->inputs);
  k->tests = mem_array(t->input_count * t->row_count, sizeof *k->tests);
  for (size_t i = 0; i < t->input_count; i++) {
    k->inputs[i] = notation_expression(&c, t->inputs[i].text, built_type(TYPE_NONE));
    assert_non_null(k->inputs[i]);
    for (size_t r = 0; r < t->row_count; r++)
      assert_true(notation_test(&c, t->rows[r].tests[i].text, k->inputs[i],
                                &k->tests[r * t->input_count + i]));
  }
}

static void checker_close(cell_checker *k) {
  free(k->inputs);
  free(k->tests);
  scope_deinit(&k->scope);
  arena_deinit(&k->arena);
  findings_deinit(&k->found);
}

/* The value of an input of random_inputs for a record. */
static value input_value(const node *input, const char *text, const batch *in, size_t r) {
  const column *c = in->columns;
  value v = {.type = input->type, .exact = {0, 1}};
  int64_t i = c[1].i64[r], j = c[2].i64[r];
  switch (text[0]) {
  case 'm':
    v.missing = column_missing(&c[3], r);
    v.exact = (rational){c[3].i64[r], 100};
    break;
  case 'n':
    v.missing = isnan(c[4].f64[r]);
    v.number = c[4].f64[r];
    break;
  case 'c':
    v.missing = c[5].i32[r] < 0;
    v.exact.num = c[5].i32[r];
    break;
  case 'b':
    v.missing = c[6].i32[r] < 0;
    v.exact.num = c[6].i32[r];
    break;
  case 'd':
    v.missing = c[8].i64[r] == MISSING_I64;
    v.exact.num = c[8].i64[r];
    break;
  case 't': {
    static char held[4][16];
    static int turn;
    const text_data *t = &c[7].text;
    char *to = held[turn++ % 4];
    size_t n = t->offsets[r + 1] - t->offsets[r];
    memcpy(to, t->bytes + t->offsets[r], n);
    to[n] = '\0';
    v.missing = column_missing(&c[7], r);
    v.text = to;
    break;
  }
  default:
    if (!strcmp(text, "i"))
      v.missing = i == MISSING_I64, v.exact.num = i;
    else if (!strcmp(text, "i + j"))
      v.missing = i == MISSING_I64 || j == MISSING_I64, v.exact.num = (int128)i + j;
    else {
      v.missing = i == MISSING_I64 || j == MISSING_I64 || j == 0;
      if (!v.missing) rational_make(i, j, &v.exact);
    }
  }
  if (v.missing) v.exact = (rational){0, 1};
  return v;
}

static bool row_matches(const cell_checker *k, const table_step *t, size_t row, const batch *in,
                        size_t r) {
  for (size_t i = 0; i < t->input_count; i++) {
    value v = input_value(k->inputs[i], t->inputs[i].text, in, r);
    const unary_test *test = &k->tests[row * t->input_count + i];
    assert_int_not_equal(test->kind, TEST_DYNAMIC);
    bool matches =
        test->kind == TEST_ANY || (v.missing ? test->missing : unary_test_matches(test, &v));
    if (!matches) return false;
  }
  return true;
}

static void check_table(const bench *b, const cell_checker *k, const table_step *t,
                        const batch *in) {
  const column *out = output(b, "o"), *text = output(b, "w");
  for (size_t r = 0; r < in->rows; r++) {
    int first = -1, hits = 0;
    for (size_t row = 0; row < t->row_count; row++)
      if (row_matches(k, t, row, in, r)) {
        if (first < 0) first = (int)row;
        hits++;
      }
    if (hits > 1 && t->hit == HIT_UNIQUE) {
      assert_int_equal(b->out->failed[r], 1);
      continue;
    }
    assert_int_equal(b->out->failed[r], 0);
    if (first < 0) {
      assert_true(column_missing(out, r) && column_missing(text, r));
    } else {
      assert_int_equal(out->i64[r], first);
      assert_string_equal(shown(b, "codes", r), first % 2 ? "" : "EVEN");
      assert_int_equal(text->i32[r], first % 3);
    }
  }
}

static void random_table(pack *p, size_t row_count, hit_policy hit) {
  size_t columns = (size_t)random_below(4) + 1;
  char inputs[128] = "", (*rows)[256] = mem_array(row_count, sizeof *rows);
  const char **texts = mem_array(row_count, sizeof *texts);
  size_t which[4];
  for (size_t i = 0; i < columns; i++) {
    which[i] = (size_t)random_below(COUNT(random_inputs));
    strcat(inputs, i ? "|" : "");
    strcat(inputs, random_inputs[which[i]].input);
  }
  for (size_t r = 0; r < row_count; r++) {
    for (size_t i = 0; i < columns; i++) {
      strcat(rows[r], i ? "; " : "");
      strcat(rows[r],
             random_inputs[which[i]].cells[random_below((int64_t)random_inputs[which[i]].count)]);
    }
    char end[64];
    snprintf(end, sizeof end, " => %zu; %c%s", r, (char)('P' + r % 3), r % 2 ? "" : "#EVEN");
    strcat(rows[r], end);
    texts[r] = rows[r];
  }
  value_type types[2] = {built_type(TYPE_INTEGER), built_choice(p, "P|Q|R")};
  built_table(p, "table", hit, inputs, "o|w", types, texts, row_count);
  free(texts);
  free(rows);
}

static void test_random_tables(void **state) {
  (void)state;
  for (int round = 0; round < 60; round++) {
    static const size_t sizes[] = {1, 3, 8, 16, 17, 31, 32, 33, 64, 65, 150};
    pack *p = random_fields();
    random_table(p, sizes[random_below(COUNT(sizes))], round % 4 == 3 ? HIT_UNIQUE : HIT_FIRST);
    built_code(p, built_codes(p, "codes"), "EVEN", NULL, NULL, NULL, -1);
    cell_checker k;
    checker_open(&k, p, &p->steps[0].table);
    batch *in = batch_new(&p->schema, NULL);
    random_records(in, (size_t)random_below(300) + 1);
    for (size_t f = 0; kernels_at(f); f++) {
      bench b = bench_open(p, kernels_at(f)->name);
      bench_run(&b, in);
      check_table(&b, &k, &p->steps[0].table, in);
      bench_close(&b);
    }
    batch_free(in);
    checker_close(&k);
    built_free(p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
