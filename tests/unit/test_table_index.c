/* Decision tables against a plain evaluation of what their cells say: 10,000 random tables of every hit
 * policy, short and long ones, and some of 12,000 rows. The cells are made here, each as a text for the
 * engine and as what it means for the plain evaluation, which knows nothing of the engine's. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "lang/hit_policy.h"
#include "support/bench.h"

#define TODAY 20357 /* 2025-09-26, of AS_OF */

/* ---- cells ---- */

/* A value: a number num / den, or the number of a word, a truth or a text. */
typedef struct plain {
  bool missing;
  int64_t num, den;
} plain;

typedef enum operator_kind { EQUAL, LESS, AT_MOST, MORE, AT_LEAST, RANGE, NOTHING } operator_kind;

typedef struct item {
  operator_kind kind;
  bool field; /* compared with the field j */
  bool low_open, high_open;
  plain low, high;
} item;

typedef struct test {
  bool any, negated;
  int count;
  item items[3];
} test;

static const char *const input_names[] = {"i", "m", "n", "c", "b", "t", "i / j", "d"};
enum { INPUTS = COUNT(input_names), TEXTS = 40 };
typedef enum input_kind { IN_I, IN_M, IN_N, IN_C, IN_B, IN_T, IN_RATIO, IN_D } input_kind;

static bool is_ordered(input_kind in) {
  return in != IN_C && in != IN_B && in != IN_T;
}

/* A bound that the type has; `wide` spreads them, so that a long table has many. */
static plain random_bound(input_kind in, bool wide) {
  switch (in) {
  case IN_C:
    return (plain){.num = random_below(4), .den = 1};
  case IN_B:
    return (plain){.num = random_below(2), .den = 1};
  case IN_T:
    return (plain){.num = random_below(wide ? 5000 : TEXTS), .den = 1};
  case IN_D:
    return (plain){.num = TODAY - 20 + random_below(40), .den = 1};
  case IN_I:
    return (plain){.num = (random_below(wide ? 20000 : 18) - 4) * 4, .den = 4};
  default:
    return (plain){.num = random_below(wide ? 40000 : 60) - 10, .den = 4};
  }
}

static item random_item(input_kind in, bool wide) {
  item t = {.kind = EQUAL, .low = random_bound(in, wide), .high = random_bound(in, wide)};
  if (random_below(8) == 0) t.kind = NOTHING;
  if (!is_ordered(in) || t.kind == NOTHING) return t;
  t.kind = (operator_kind)random_below(6);
  t.field = in == IN_I && t.kind != RANGE && random_below(6) == 0;
  if (t.kind != RANGE) return t;
  if (t.low.num > t.high.num) {
    plain held = t.low;
    t.low = t.high;
    t.high = held;
  }
  t.high.num += t.high.den; /* an empty range is a finding */
  t.low_open = random_below(2);
  t.high_open = random_below(2);
  return t;
}

static test random_test(input_kind in, bool wide) {
  test t = {.any = random_below(wide ? 2 : 4) == 0};
  if (t.any) return t;
  t.count = (int)random_below(10) < 7 ? 1 : 1 + (int)random_below(3);
  for (int i = 0; i < t.count; i++) t.items[i] = random_item(in, wide);
  t.negated = random_below(6) == 0;
  return t;
}

/* ---- the cell as a text ---- */

static void write_bound(buffer *out, input_kind in, plain p) {
  char text[32];
  switch (in) {
  case IN_C:
    buffer_char(out, (char)('A' + p.num));
    break;
  case IN_B:
    buffer_text(out, p.num ? "true" : "false");
    break;
  case IN_T:
    buffer_format(out, "\"x%d\"", (int)p.num);
    break;
  case IN_D:
    buffer_add(out, text, date_write(text, p.num));
    break;
  default:
    buffer_format(out, "%s%d.%02d", p.num < 0 ? "-" : "", (int)(labs(p.num) / 4),
                  (int)(labs(p.num) % 4 * 25));
  }
}

static void write_item(buffer *out, input_kind in, const item *t) {
  static const char *const signs[] = {"", "< ", "<= ", "> ", ">= "};
  if (t->kind == NOTHING) {
    buffer_text(out, "null");
  } else if (t->kind == RANGE) {
    buffer_char(out, t->low_open ? '(' : '[');
    write_bound(out, in, t->low);
    buffer_text(out, "..");
    write_bound(out, in, t->high);
    buffer_char(out, t->high_open ? ')' : ']');
  } else {
    buffer_text(out, signs[t->kind]);
    if (t->field)
      buffer_char(out, 'j');
    else
      write_bound(out, in, t->low);
  }
}

static void write_test(buffer *out, input_kind in, const test *t) {
  if (t->any) {
    buffer_char(out, '-');
    return;
  }
  if (t->negated) buffer_text(out, "not(");
  for (int i = 0; i < t->count; i++) {
    if (i) buffer_text(out, ", ");
    write_item(out, in, &t->items[i]);
  }
  if (t->negated) buffer_char(out, ')');
}

/* ---- what the cell means ---- */

static int order(plain a, plain b) {
  int64_t left = a.num * b.den, right = b.num * a.den;
  return (left > right) - (left < right);
}

/* 1 true, 0 false, -1 unknown */
static int item_holds(const item *t, plain x, plain j) {
  if (t->kind == NOTHING) return x.missing;
  plain low = t->field ? j : t->low;
  if (x.missing || low.missing) return -1;
  int to_low = order(x, low);
  switch (t->kind) {
  case EQUAL:
    return to_low == 0;
  case LESS:
    return to_low < 0;
  case AT_MOST:
    return to_low <= 0;
  case MORE:
    return to_low > 0;
  case AT_LEAST:
    return to_low >= 0;
  default: {
    int to_high = order(x, t->high);
    return (to_low > 0 || (to_low == 0 && !t->low_open)) &&
           (to_high < 0 || (to_high == 0 && !t->high_open));
  }
  }
}

static bool test_holds(const test *t, plain x, plain j) {
  int any = 0;
  if (t->any) return true;
  for (int i = 0; i < t->count; i++) {
    int holds = item_holds(&t->items[i], x, j);
    if (holds > 0) any = 1;
    if (holds < 0 && any == 0) any = -1;
  }
  return t->negated ? any == 0 : any > 0;
}

/* ---- tables ---- */

enum { COLUMNS_MOST = 4 };

typedef struct row {
  test tests[COLUMNS_MOST];
  bool given, formula; /* of o: a number, or i + number */
  int64_t number;
  int word; /* of w: P, Q, R, or none */
  bool code;
} row;

typedef struct table {
  hit_policy hit;
  size_t columns, count;
  input_kind inputs[COLUMNS_MOST];
  row *rows; /* behind the last: the default */
  bool otherwise;
} table;

static row random_row(const table *t, bool wide) {
  row r = {.given = random_below(8) != 0,
           .formula = random_below(5) == 0,
           .number = t->hit == HIT_ANY ? 7 : random_below(90) - 30,
           .word = t->hit == HIT_ANY ? 1 : (int)random_below(4) - 1,
           .code = random_below(2)};
  if (t->hit == HIT_ANY && random_below(30)) r.given = true, r.formula = false;
  for (size_t c = 0; c < t->columns; c++) r.tests[c] = random_test(t->inputs[c], wide);
  return r;
}

static table random_table(size_t count, hit_policy hit, bool wide) {
  table t = {.hit = hit, .count = count, .columns = (size_t)random_below(COLUMNS_MOST) + 1};
  t.otherwise = hit != HIT_COUNT && random_below(3) == 0;
  for (size_t c = 0; c < t.columns; c++) t.inputs[c] = (input_kind)random_below(INPUTS);
  t.rows = mem_array(count + 1, sizeof *t.rows);
  for (size_t r = 0; r <= count; r++) t.rows[r] = random_row(&t, wide);
  return t;
}

static void write_outputs(buffer *out, const row *r, bool two) {
  if (!r->given)
    buffer_text(out, "null");
  else
    buffer_format(out, r->formula ? "i + %d" : "%d", (int)r->number);
  if (two) buffer_format(out, r->word < 0 ? "; null" : "; %c", 'P' + r->word);
}

static bool has_words(hit_policy h) {
  return h < HIT_SUM;
}

static void build_table(pack *p, const table *t) {
  buffer inputs = {0}, text = {0};
  const char **rows = mem_array(t->count + 1, sizeof *rows);
  for (size_t c = 0; c < t->columns; c++)
    buffer_format(&inputs, "%s%s", c ? "|" : "", input_names[t->inputs[c]]);
  buffer_char(&inputs, 0);
  for (size_t r = 0; r <= t->count; r++) {
    buffer_clear(&text);
    for (size_t c = 0; c < t->columns; c++) {
      if (c) buffer_text(&text, "; ");
      write_test(&text, t->inputs[c], &t->rows[r].tests[c]);
    }
    buffer_text(&text, " => ");
    write_outputs(&text, &t->rows[r], has_words(t->hit));
    if (t->rows[r].code) buffer_format(&text, "#C%d", (int)(r % 3));
    buffer_char(&text, 0);
    rows[r] = arena_string(&p->arena, text.data);
  }
  value_type types[2] = {built_type(TYPE_INTEGER), built_choice(p, "P|Q|R")};
  step *s = built_table(p, "table", t->hit, arena_string(&p->arena, inputs.data),
                        has_words(t->hit) ? "o|w" : "o", types, rows, t->count + 1);
  s->table.row_count = t->count;
  if (t->otherwise) s->table.otherwise = &s->table.rows[t->count];
  buffer_deinit(&inputs);
  buffer_deinit(&text);
  free(rows);
}

/* ---- records ---- */

static pack *fields(void) {
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "i", built_type(TYPE_INTEGER));
  built_field(p, "j", built_type(TYPE_INTEGER));
  built_field(p, "m", built_money());
  built_field(p, "n", built_type(TYPE_NUMBER));
  built_field(p, "c", built_choice(p, "A|B|C|D"));
  built_field(p, "b", built_type(TYPE_BOOLEAN));
  built_field(p, "t", built_type(TYPE_TEXT));
  built_field(p, "d", built_type(TYPE_DATE));
  return p;
}

static void fill(batch *in, size_t rows, bool wide) {
  batch_clear(in);
  in->rows = rows;
  for (size_t r = 0; r < rows; r++) {
    column *c = in->columns;
    char text[16];
    int n = snprintf(text, sizeof text, "x%d", (int)random_below(wide ? 5000 : TEXTS));
    column_add_text(&c[0], r, "K", 1);
    c[1].i64[r] = random_below(8) ? random_below(wide ? 20000 : 18) - 4 : MISSING_I64;
    c[2].i64[r] = random_below(8) ? random_below(9) - 2 : MISSING_I64;
    c[3].i64[r] = random_below(8) ? random_below(wide ? 1000000 : 1600) - 300 : MISSING_I64;
    c[4].f64[r] = random_below(8) ? (double)(random_below(wide ? 80000 : 120) - 20) / 8 : NAN;
    c[5].i32[r] = (int32_t)random_below(5) - 1;
    c[6].i32[r] = (int32_t)random_below(3) - 1;
    bool some = random_below(8);
    column_add_text(&c[7], r, some ? text : NULL, some ? (size_t)n : 0);
    c[8].i64[r] = random_below(8) ? TODAY - 22 + random_below(44) : MISSING_I64;
  }
}

static plain whole(int64_t stored, int64_t den) {
  return stored == MISSING_I64 ? (plain){.missing = true} : (plain){false, stored, den};
}

static plain value_of(const batch *in, input_kind input, size_t r) {
  const column *c = in->columns;
  plain i = whole(c[1].i64[r], 1), j = whole(c[2].i64[r], 1);
  switch (input) {
  case IN_I:
    return i;
  case IN_M:
    return whole(c[3].i64[r], 100);
  case IN_N:
    return isnan(c[4].f64[r]) ? (plain){.missing = true}
                              : (plain){false, (int64_t)(c[4].f64[r] * 8), 8};
  case IN_C:
    return c[5].i32[r] < 0 ? (plain){.missing = true} : (plain){false, c[5].i32[r], 1};
  case IN_B:
    return c[6].i32[r] < 0 ? (plain){.missing = true} : (plain){false, c[6].i32[r], 1};
  case IN_T: {
    const text_data *t = &c[7].text;
    if (t->missing[r]) return (plain){.missing = true};
    return (plain){false, strtol(t->bytes + t->offsets[r] + 1, NULL, 10), 1};
  }
  case IN_D:
    return whole(c[8].i64[r], 1);
  default:
    if (i.missing || j.missing || !j.num) return (plain){.missing = true};
    return j.num < 0 ? (plain){false, -i.num, -j.num} : (plain){false, i.num, j.num};
  }
}

/* ---- the plain evaluation ---- */

typedef struct expected {
  char o[4096], w[4096], codes[64], fault[16];
} expected;

static bool number_of(const row *r, plain i, int64_t *out) {
  if (!r->given || (r->formula && i.missing)) return false;
  *out = r->formula ? i.num + r->number : r->number;
  return true;
}

static void add(char *list, size_t room, const char *format, int64_t x) {
  size_t n = strlen(list);
  if (n) list[n++] = '|';
  snprintf(list + n, room - n, format, (int)x);
}

static void put(expected *x, const row *r, plain i) {
  int64_t number;
  if (number_of(r, i, &number)) add(x->o, sizeof x->o, "%d", number);
  if (r->word >= 0) add(x->w, sizeof x->w, "%c", 'P' + r->word);
}

static int rank(const row *r) {
  return r->word < 0 ? 3 : r->word;
}

/* The rows hit, in the order in which the policy names them. */
static size_t find_hits(const table *t, const batch *in, size_t record, size_t *hits) {
  size_t n = 0;
  plain j = whole(in->columns[2].i64[record], 1), x[COLUMNS_MOST];
  for (size_t c = 0; c < t->columns; c++) x[c] = value_of(in, t->inputs[c], record);
  for (size_t r = 0; r < t->count; r++) {
    bool all = true;
    for (size_t c = 0; c < t->columns && all; c++) all = test_holds(&t->rows[r].tests[c], x[c], j);
    if (all) hits[n++] = r;
  }
  bool ranked = t->hit == HIT_PRIORITY || t->hit == HIT_OUTPUT_ORDER;
  for (size_t i = 1; ranked && i < n; i++)
    for (size_t k = i; k > 0 && rank(&t->rows[hits[k - 1]]) > rank(&t->rows[hits[k]]); k--) {
      size_t held = hits[k];
      hits[k] = hits[k - 1];
      hits[k - 1] = held;
    }
  return n;
}

static bool agree(const table *t, const size_t *hits, size_t n, plain i) {
  for (size_t k = 1; k < n; k++) {
    const row *a = &t->rows[hits[0]], *b = &t->rows[hits[k]];
    int64_t x = 0, y = 0;
    bool has_x = number_of(a, i, &x), has_y = number_of(b, i, &y);
    if (has_x != has_y || x != y || a->word != b->word) return false;
  }
  return true;
}

static void total(const table *t, const size_t *hits, size_t n, plain i, char *out, size_t room) {
  int64_t sum = 0, number = 0, count = 0;
  for (size_t k = 0; k < n; k++) {
    const row *r = &t->rows[hits[k]];
    count += r->given;
    if (!r->given || t->hit == HIT_COUNT) continue;
    if (!number_of(r, i, &number)) return; /* a part is missing */
    bool first = count == 1;
    if (t->hit == HIT_SUM)
      sum += number;
    else if (first || (t->hit == HIT_MIN ? number < sum : number > sum))
      sum = number;
  }
  if (t->hit == HIT_COUNT)
    snprintf(out, room, "%d", (int)count);
  else if (count)
    snprintf(out, room, "%d", (int)sum);
}

static void expect(const table *t, const batch *in, size_t record, size_t *hits, expected *x) {
  plain i = whole(in->columns[1].i64[record], 1);
  size_t n = find_hits(t, in, record, hits);
  bool codes[3] = {false};
  *x = (expected){0};
  if ((t->hit == HIT_UNIQUE && n > 1) || (t->hit == HIT_ANY && !agree(t, hits, n, i))) {
    strcpy(x->fault, "MANY_ROWS");
    return;
  }
  if (!n && t->otherwise) hits[n++] = t->count;
  if (!hit_policy_is_multiple(t->hit) && n > 1) n = 1;
  for (size_t k = 0; k < n; k++) {
    codes[hits[k] % 3] = codes[hits[k] % 3] || t->rows[hits[k]].code;
    if (t->hit < HIT_SUM) put(x, &t->rows[hits[k]], i);
  }
  if (t->hit >= HIT_SUM) total(t, hits, n, i, x->o, sizeof x->o);
  for (int c = 0; c < 3; c++)
    if (codes[c]) sprintf(x->codes + strlen(x->codes), "%sC%d", *x->codes ? "|" : "", c);
}

/* ---- both ---- */

static void same(const char *what, const char *name, const char *got, const char *want,
                 size_t record) {
  if (strcmp(got, want))
    fail_msg("%s: record %zu: %s is %s, expected %s", what, record, name, got, want);
}

static const char *written(const bench *b, const char *name, size_t record) {
  static buffer out;
  buffer_clear(&out);
  column_write(&out, output(b, name), record, (zone){8 * 3600});
  buffer_char(&out, 0);
  return out.data;
}

static void check(const table *t, size_t records, const char *kernel, bool wide) {
  pack *p = fields();
  build_table(p, t);
  step *codes = built_codes(p, "codes");
  for (int c = 0; c < 3; c++)
    built_code(p, codes, arena_format(&p->arena, "C%d", c), NULL, NULL, NULL, -1);
  batch *in = batch_new(&p->schema, NULL);
  fill(in, records, wide);
  bench b = bench_open(p, kernel);
  bench_run(&b, in);
  size_t *hits = mem_array(t->count + 1, sizeof *hits);
  expected *x = mem_alloc(sizeof *x);
  for (size_t r = 0; r < records; r++) {
    const char *name = hit_policy_name(t->hit);
    expect(t, in, r, hits, x);
    assert_int_equal(b.out->failed[r], *x->fault != 0);
    if (*x->fault) continue;
    same(name, "o", written(&b, "o", r), x->o, r);
    if (has_words(t->hit)) same(name, "w", written(&b, "w", r), x->w, r);
    same(name, "codes", written(&b, "codes", r), x->codes, r);
  }
  free(x);
  free(hits);
  bench_close(&b);
  batch_free(in);
  built_free(p);
}

static void short_and_long_tables(void **state) {
  (void)state;
  size_t forms = 0;
  while (kernels_at(forms)) forms++;
  for (int round = 0; round < 10000; round++) {
    bool long_table = round % 20 == 0;
    size_t count = long_table ? 190 + (size_t)random_below(80) : 1 + (size_t)random_below(12);
    if (round % 50 == 1) count = 30 + (size_t)random_below(70);
    table t = random_table(count, (hit_policy)(round % HIT_POLICY_COUNT), false);
    check(&t, 8 + (size_t)random_below(16), kernels_at((size_t)round % forms)->name, false);
    free(t.rows);
  }
}

/* Rows beyond a summary's word, columns of more segments than the index has groups for. */
static void tables_of_many_thousand_rows(void **state) {
  (void)state;
  static const hit_policy policies[] = {HIT_FIRST, HIT_PRIORITY, HIT_MAX, HIT_COUNT, HIT_FIRST};
  for (size_t k = 0; k < COUNT(policies); k++) {
    table t = random_table(12000, policies[k], true);
    check(&t, 150, NULL, true);
    free(t.rows);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(short_and_long_tables),
      cmocka_unit_test(tables_of_many_thousand_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
