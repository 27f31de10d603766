/* Gaps, overlaps, masked rows and rows that never match: on 10,000 random tables over small domains the
 * check says exactly what going through all records says; and of inputs that depend on each other
 * it says nothing that is not so, and every gap if their fields have few values. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/trace.h"
#include "lang/hit_policy.h"
#include "run/check.h"
#include "support/bench.h"
#include "support/unary_match.h"

enum { FIELDS = 5, ROWS_MOST = 9, VALUES_MOST = 8 };
typedef enum field_kind { IN_I, IN_J, IN_C, IN_B, IN_T } field_kind;
static const char *const names[FIELDS] = {"i", "j", "c", "b", "t"};

/* ---- a random table ---- */

static void write_value(buffer *out, field_kind of, int64_t x) {
  if (of == IN_I || of == IN_J)
    buffer_format(out, "%d", (int)x);
  else if (of == IN_C)
    buffer_char(out, (char)('A' + x % 3));
  else if (of == IN_B)
    buffer_text(out, x % 2 ? "true" : "false");
  else
    buffer_format(out, "\"x%d\"", (int)(x % 4));
}

static void write_item(buffer *out, field_kind of) {
  static const char *const signs[] = {"", "< ", "<= ", "> ", ">= "};
  if (random_below(10) == 0) {
    buffer_text(out, "null");
    return;
  }
  bool number = of == IN_I || of == IN_J;
  int64_t low = random_below(8) - 1;
  if (number && random_below(4) == 0) {
    buffer_format(out, "[%d..%d%c", (int)low, (int)(low + 1 + random_below(4)),
                  random_below(2) ? ']' : ')');
    return;
  }
  if (number) buffer_text(out, signs[random_below(5)]);
  write_value(out, of, low + (low < 0));
}

static const char *random_test(pack *p, field_kind of) {
  buffer out = {0};
  if (random_below(3) == 0) return "-";
  bool negated = random_below(6) == 0;
  int64_t items = random_below(3) ? 1 : 1 + random_below(3);
  if (negated) buffer_text(&out, "not(");
  for (int64_t i = 0; i < items; i++) {
    if (i) buffer_text(&out, ", ");
    write_item(&out, of);
  }
  if (negated) buffer_char(&out, ')');
  const char *text = arena_string_n(&p->arena, out.data, out.size);
  buffer_deinit(&out);
  return text;
}

static void add_fields(pack *p) {
  built_field(p, "id", built_type(TYPE_KEY));
  for (size_t f = 0; f < FIELDS; f++) {
    value_type t = f <= IN_J   ? built_type(TYPE_INTEGER)
                   : f == IN_C ? built_choice(p, "A|B|C")
                   : f == IN_B ? built_type(TYPE_BOOLEAN)
                               : built_type(TYPE_TEXT);
    field *made = (field *)(uintptr_t)&p->schema.fields[built_field(p, names[f], t)];
    made->required = random_below(2);
    if (f > IN_J) continue;
    made->has_min = made->has_max = true;
    made->min = 0;
    made->max = 1 + random_below(5);
  }
}

/* Texts of inputs and of rows as built_table wants them. */
static void add_table(pack *p, hit_policy hit, const char *const *inputs, const field_kind *of,
                      size_t input_count, size_t row_count) {
  const char **rows = arena_array(&p->arena, row_count + 1, sizeof *rows);
  buffer list = {0};
  for (size_t k = 0; k < input_count; k++) buffer_format(&list, "%s%s", k ? "|" : "", inputs[k]);
  buffer_text(&list, "");
  const char *columns = arena_string(&p->arena, list.data);
  buffer_deinit(&list);
  for (size_t r = 0; r < row_count; r++) {
    const char *text = "";
    for (size_t k = 0; k < input_count; k++)
      text = arena_format(&p->arena, "%s%s%s", text, k ? "; " : "", random_test(p, of[k]));
    rows[r] = arena_format(&p->arena, "%s => %d", text, (int)random_below(3));
  }
  value_type type = built_type(TYPE_INTEGER);
  built_table(p, "out", hit, columns, "out", &type, rows, row_count);
  built_outputs(p, "out");
}

/* ---- all records of the small world ---- */

typedef struct world {
  const trace_point *point;
  bool used[FIELDS];
  size_t counts[FIELDS];
  value values[FIELDS][VALUES_MOST];
  size_t digits[FIELDS];
} world;

static void fill_domain(world *w, const pack *p, field_kind f) {
  const field *from = &p->schema.fields[1 + f];
  value v = {.type = from->type, .exact = {0, 1}};
  size_t n = 0;
  if (!from->required) {
    v.missing = true;
    w->values[f][n++] = v;
    v.missing = false;
  }
  int64_t last = f <= IN_J ? from->max : f == IN_C ? 2 : f == IN_B ? 1 : 4;
  for (int64_t x = 0; x <= last; x++) {
    v.exact = (rational){x, 1};
    v.text = f == IN_T ? arena_format((arena *)(uintptr_t)&p->arena, "x%d", (int)x) : NULL;
    if (f == IN_C) v.text = from->type.choices->names[x];
    w->values[f][n++] = v;
  }
  w->counts[f] = w->used[f] ? n : 1;
}

static int input_field(const char *text) {
  for (int f = 0; f < FIELDS; f++)
    if (!strcmp(text, names[f])) return f;
  return -1;
}

static bool next_record(world *w) {
  for (size_t f = 0; f < FIELDS; f++) {
    if (++w->digits[f] < w->counts[f]) return true;
    w->digits[f] = 0;
  }
  return false;
}

static bool row_matches(const world *w, const char *const *inputs, size_t row) {
  const trace_point *p = w->point;
  for (size_t k = 0; k < p->input_count; k++) {
    int f = input_field(inputs[k]);
    if (!unary_test_matches(&p->tests[k][row], &w->values[f][w->digits[f]])) return false;
  }
  return true;
}

static void write_record(const world *w, const char *const *inputs, buffer *out) {
  bool shown[FIELDS] = {false};
  size_t n = 0;
  buffer_clear(out);
  buffer_text(out, "{");
  for (size_t k = 0; k < w->point->input_count; k++) {
    int f = input_field(inputs[k]);
    const value *v = &w->values[f][w->digits[f]];
    if (shown[f]) continue;
    shown[f] = true;
    buffer_format(out, "%s%s = ", n++ ? ", " : " ", names[f]);
    if (v->missing)
      buffer_text(out, "null");
    else if (f <= IN_J)
      buffer_format(out, "%d", (int)v->exact.num);
    else if (f == IN_B)
      buffer_text(out, v->exact.num ? "true" : "false");
    else if (f == IN_T && v->exact.num == 4)
      buffer_text(out, "\"any other text\"");
    else
      buffer_format(out, "\"%s\"", v->text);
  }
  buffer_text(out, " }");
}

/* What all records say. */
typedef struct truth {
  bool matched[ROWS_MOST], reached[ROWS_MOST], meets[ROWS_MOST], gap, gap_shown;
} truth;

static void try_all(world *w, const char *const *inputs, const char *gap_witness, truth *t) {
  buffer text = {0};
  do {
    bool any = false;
    for (size_t r = 0; r < w->point->tested; r++) {
      if (!row_matches(w, inputs, r)) continue;
      t->matched[r] = true;
      if (any)
        t->meets[r] = true;
      else
        t->reached[r] = true;
      any = true;
    }
    if (any) continue;
    t->gap = true;
    write_record(w, inputs, &text);
    /* a text that no test names is "any other text" */
    t->gap_shown = t->gap_shown || (gap_witness && !strcmp(text.data, gap_witness));
  } while (next_record(w));
  buffer_deinit(&text);
}

/* ---- the comparison ---- */

static const finding *told(const findings *found, const char *id, int line) {
  for (size_t i = 0; i < found->count; i++)
    if (!strcmp(found->items[i].id, id) && (!line || found->items[i].line == line))
      return &found->items[i];
  return NULL;
}

static size_t unlike(const pack *p, const findings *found, const char *what, int line, bool is,
                     bool said) {
  if (is == said) return 0;
  print_error("line %d: %s is %d, said %d\n", line, what, is, said);
  const table_step *t = &p->steps[0].table;
  for (size_t r = 0; r < t->row_count; r++) {
    for (size_t k = 0; k < t->input_count; k++)
      print_error("  %s %s;", t->inputs[k].text, t->rows[r].tests[k].text);
    print_error(" line %d\n", t->rows[r].at.line);
  }
  for (size_t i = 0; i < found->count; i++)
    print_error("%d %s: %s %s\n", found->items[i].line, found->items[i].id, found->items[i].message,
                found->items[i].witness ? found->items[i].witness : "");
  return 1;
}

static size_t compare(const pack *p, const plan *made, const findings *found,
                      const char *const *inputs) {
  const trace_point *const *points;
  world w = {0};
  truth t = {0};
  size_t bad = 0;
  trace_points(made, &points);
  w.point = points[0];
  for (size_t k = 0; k < w.point->input_count; k++) w.used[input_field(inputs[k])] = true;
  for (size_t f = 0; f < FIELDS; f++) fill_domain(&w, p, (field_kind)f);
  const finding *gap = told(found, "gap", 0);
  hit_policy hit = p->steps[0].table.hit;
  try_all(&w, inputs, gap ? gap->witness : NULL, &t);
  for (size_t r = 0; r < w.point->tested; r++) {
    int line = w.point->ways[r].at.line;
    bool first = hit == HIT_FIRST;
    bad += unlike(p, found, "never matches", line, !t.matched[r],
                  told(found, "never-matches", line) != NULL);
    bad += unlike(p, found, "masked", line, first && t.matched[r] && !t.reached[r],
                  told(found, "masked-row", line) != NULL);
    bad += unlike(p, found, "meets", line, hit == HIT_UNIQUE && t.meets[r],
                  told(found, "unique-overlap", line) != NULL);
  }
  bool one = !hit_policy_is_multiple(hit);
  bad += unlike(p, found, "gap", 0, one && t.gap, gap != NULL);
  if (gap) bad += unlike(p, found, "the witness", 0, true, t.gap_shown);
  return bad;
}

static size_t one_table(void) {
  static const hit_policy policies[] = {HIT_FIRST, HIT_FIRST, HIT_UNIQUE, HIT_COLLECT};
  pack *p = built_pack();
  const char *inputs[3];
  field_kind of[3];
  findings found = {0};
  size_t input_count = 1 + (size_t)random_below(3);
  add_fields(p);
  for (size_t k = 0; k < input_count; k++) {
    of[k] = (field_kind)random_below(FIELDS);
    inputs[k] = names[of[k]];
  }
  add_table(p, policies[random_below(4)], inputs, of, input_count,
            1 + (size_t)random_below(ROWS_MOST));
  plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, &found);
  for (size_t i = 0; i < found.count && !made; i++) print_error("%s\n", found.items[i].message);
  assert_non_null(made);
  findings_deinit(&found);
  check_policy(p, made, &(check_options){0}, &found);
  size_t bad = compare(p, made, &found, inputs);
  plan_free(made);
  findings_deinit(&found);
  built_free(p);
  return bad;
}

static void agrees_with_brute_force_on_10000_tables(void **state) {
  (void)state;
  size_t bad = 0;
  for (size_t i = 0; i < 10000 && bad < 3; i++) bad += one_table();
  assert_int_equal(bad, 0);
}

/* ---- inputs that depend on each other ---- */

/* Whether the row of a table over i, i + j and 2 * i takes the record. */
static bool takes(const trace_point *p, size_t row, int64_t i, int64_t j) {
  const int64_t inputs[3] = {i, i + j, 2 * i};
  for (size_t k = 0; k < 3; k++) {
    value v = {.type = built_type(TYPE_INTEGER), .exact = {inputs[k], 1}};
    if (!unary_test_matches(&p->tests[k][row], &v)) return false;
  }
  return true;
}

static size_t false_alarms(const pack *p, const trace_point *point, const findings *found) {
  bool reached[ROWS_MOST] = {false}, gap = false;
  size_t bad = 0;
  for (int64_t i = 0; i <= p->schema.fields[1].max; i++)
    for (int64_t j = 0; j <= p->schema.fields[2].max; j++) {
      size_t r = 0;
      while (r < point->tested && !takes(point, r, i, j)) r++;
      if (r < point->tested)
        reached[r] = true;
      else
        gap = true;
    }
  for (size_t r = 0; r < point->tested; r++) {
    int line = point->ways[r].at.line;
    bool said = told(found, "masked-row", line) || told(found, "never-matches", line);
    bad += unlike(p, found, "never reached", line, false, said && reached[r]);
  }
  return bad + unlike(p, found, "gap", 0, gap, told(found, "gap", 0) != NULL);
}

static void says_nothing_false_of_inputs_that_depend_on_each_other(void **state) {
  (void)state;
  static const char *const inputs[] = {"i", "i + j", "i * 2"};
  static const field_kind of[] = {IN_I, IN_I, IN_I};
  size_t bad = 0;
  for (size_t n = 0; n < 150 && bad < 3; n++) {
    pack *p = built_pack();
    findings found = {0};
    const trace_point *const *points;
    add_fields(p);
    for (size_t f = 1; f <= 2; f++) ((field *)(uintptr_t)&p->schema.fields[f])->required = true;
    add_table(p, HIT_FIRST, inputs, of, 3, 2 + (size_t)random_below(ROWS_MOST - 2));
    plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, &found);
    assert_non_null(made);
    findings_deinit(&found);
    check_policy(p, made, &(check_options){.records = 1024}, &found);
    trace_points(made, &points);
    bad += false_alarms(p, points[0], &found);
    plan_free(made);
    findings_deinit(&found);
    built_free(p);
  }
  assert_int_equal(bad, 0);
}

/* ---- edges ---- */

static void check_built(pack *p, const check_options *o, findings *found) {
  plan *made = plan_new(p, &(plan_options){.as_of = AS_OF}, found);
  assert_non_null(made);
  findings_deinit(found);
  check_policy(p, made, o, found);
  plan_free(made);
}

static void too_much_work_is_told(void **state) {
  (void)state;
  static const value_type integer = {.kind = TYPE_INTEGER, .denominator = 1};
  const char *rows[] = {"< 3; -; - => 1", "-; < 3; - => 2", "-; -; A => 3", "-; -; - => 4"};
  pack *p = built_pack();
  findings found = {0};
  add_fields(p);
  built_table(p, "out", HIT_FIRST, "i|j|c", "out", &integer, rows, 4);
  built_outputs(p, "out");
  check_built(p, &(check_options){.work = 2}, &found);
  assert_non_null(told(&found, "not-analysed", 0));
  assert_null(told(&found, "gap", 0));
  findings_deinit(&found);
  check_built(p, &(check_options){0}, &found);
  assert_null(told(&found, "not-analysed", 0));
  findings_deinit(&found);
  built_free(p);
}

/* Only records whose two amounts are the same have no row. */
static void a_gap_of_two_equal_amounts_is_found(void **state) {
  (void)state;
  static const value_type integer = {.kind = TYPE_INTEGER, .denominator = 1};
  const char *rows[] = {"> 1 => 1", "< 1 => 2", "null => 3"};
  pack *p = built_pack();
  findings found = {0};
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "paid", built_money());
  built_field(p, "owed", built_money());
  built_table(p, "out", HIT_FIRST, "paid / owed", "out", &integer, rows, 3);
  built_outputs(p, "out");
  check_built(p, &(check_options){0}, &found);
  const finding *gap = told(&found, "gap", 0);
  assert_non_null(gap);
  assert_string_equal(gap->witness, "{ paid / owed = 1 }");
  findings_deinit(&found);
  built_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_brute_force_on_10000_tables),
      cmocka_unit_test(says_nothing_false_of_inputs_that_depend_on_each_other),
      cmocka_unit_test(too_much_work_is_told),
      cmocka_unit_test(a_gap_of_two_equal_amounts_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
