/* Running a built pack over records: random ones, or records given as text. */
#ifndef SUPPORT_BENCH_H
#define SUPPORT_BENCH_H

#include <math.h>
#include <stdio.h>
#include "eval/kernels.h"
#include "lang/notation.h"
#include "pack_builder.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define AS_OF 1758870000 /* 2025-09-26T15:00:00+08:00, a Friday */

BUILT uint64_t random_state = 88172645463325252u;

BUILT uint64_t random_next(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  return random_state ^= random_state << 17;
}

BUILT int64_t random_below(int64_t n) {
  return (int64_t)(random_next() % (uint64_t)n);
}

/* ---- running a pack ---- */

typedef struct bench {
  plan *plan;
  evaluator *evaluator;
  decisions *out;
} bench;

BUILT bench bench_open(const pack *p, const char *forced) {
  findings found = {0};
  error e = {0};
  bench b;
  b.plan = plan_new(p, &(plan_options){.as_of = AS_OF, .kernels = forced}, &found);
  if (!b.plan)
    for (size_t i = 0; i < found.count; i++) print_error("%s\n", found.items[i].message);
  assert_non_null(b.plan);
  findings_deinit(&found);
  b.evaluator = evaluator_new(b.plan, &e);
  if (!b.evaluator) print_error("%s\n", e.message);
  assert_non_null(b.evaluator);
  b.out = decisions_new(b.plan);
  return b;
}

BUILT void bench_run(bench *b, const batch *in) {
  error e = {0};
  assert_int_equal(evaluator_run(b->evaluator, in, b->out, &e), ERR_OK);
}

BUILT void bench_close(bench *b) {
  decisions_free(b->out);
  evaluator_free(b->evaluator);
  plan_free(b->plan);
}

BUILT column *output(const bench *b, const char *name) {
  const plan_output *outputs;
  size_t n = plan_outputs(b->plan, &outputs);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(outputs[i].name, name)) return &b->out->outputs[i];
  fail_msg("no output %s", name);
  return NULL;
}

/* The output of a row as text; the buffer is reused. */
BUILT const char *shown(const bench *b, const char *name, size_t row) {
  static char text[8][512];
  static int turn;
  buffer out = {0};
  column_write(&out, output(b, name), row, (zone){8 * 3600});
  buffer_text(&out, "");
  char *to = text[turn++ % 8];
  snprintf(to, sizeof text[0], "%s", out.data);
  buffer_deinit(&out);
  return to;
}

/* ---- one record, given as text ---- */

BUILT void put_fields(pack *p, const schema *s, batch *in, const char *text, char between);

/* The records of a list as "name=value,name=value;name=value"; "null" = no list. */
BUILT void put_list(pack *p, column *c, size_t row, const char *given) {
  size_t count = 0;
  bool null = given && !strcmp(given, "null");
  const char **records = given && !null ? built_split(p, given, ';', &count) : NULL;
  if (!row) c->list.offsets[0] = 0;
  if (!row) c->list.records->rows = 0;
  c->list.missing[row] = null;
  for (size_t i = 0; i < count; i++)
    put_fields(p, c->type.record, c->list.records, records[i], ',');
  c->list.offsets[row + 1] = (uint32_t)c->list.records->rows;
}

/* NULL = missing */
BUILT void put_value(pack *p, column *c, size_t row, const char *given) {
  size_t n = given ? strlen(given) : 0;
  value_type t = c->type;
  switch (type_storage(t.kind)) {
  case STORE_TEXT:
    column_add_text(c, row, given, n);
    break;
  case STORE_I32:
    c->i32[row] = !given                   ? -1
                  : t.kind == TYPE_BOOLEAN ? !strcmp(given, "true")
                                           : choice_find(t.choices, given, n);
    break;
  case STORE_F64:
    c->f64[row] = given ? strtod(given, NULL) : NAN;
    break;
  case STORE_LIST:
    put_list(p, c, row, given);
    break;
  default:
    c->i64[row] = MISSING_I64;
    if (given && t.kind == TYPE_DATE)
      assert_true(date_parse(given, n, &c->i64[row]));
    else if (given && t.kind == TYPE_TIMESTAMP)
      assert_true(moment_parse(given, n, &c->i64[row]));
    else if (given)
      assert_int_equal(decimal_parse(given, n, t.digits, &c->i64[row]), PARSE_OK);
  }
}

BUILT void put_fields(pack *p, const schema *s, batch *in, const char *text, char between) {
  size_t count, row = in->rows++;
  const char **pairs = built_split(p, text, between, &count);
  for (size_t f = 0; f < s->count; f++) {
    const char *given = NULL;
    for (size_t i = 0; i < count; i++) {
      size_t n = strlen(s->fields[f].name);
      if (!strncmp(pairs[i], s->fields[f].name, n) && pairs[i][n] == '=') given = pairs[i] + n + 1;
    }
    if (s->fields[f].type.kind == TYPE_KEY && !given) given = "K";
    put_value(p, &in->columns[f], row, given);
  }
}

/* fields as "name=value|name=value"; what is not named is missing, a list empty. */
BUILT void put_record(pack *p, batch *in, const char *text) {
  put_fields(p, &p->schema, in, text, '|');
}

typedef struct case_ {
  const char *record, *want; /* outputs as "name=value|..." */
} case_;

/* Runs all records as one batch, for each kernel, and compares the outputs that are named. */
BUILT void check_cases(pack *p, const case_ *cases, size_t count) {
  batch *in = batch_new(&p->schema, NULL);
  in->rows = 0;
  for (size_t i = 0; i < count; i++) put_record(p, in, cases[i].record);
  for (size_t k = 0; kernels_at(k); k++) {
    bench b = bench_open(p, kernels_at(k)->name);
    bench_run(&b, in);
    for (size_t i = 0; i < count; i++) {
      size_t wanted;
      const char **pairs = built_split(p, cases[i].want, ';', &wanted);
      for (size_t w = 0; w < wanted; w++) {
        char name[64];
        const char *equal = strchr(pairs[w], '=');
        snprintf(name, sizeof name, "%.*s", (int)(equal - pairs[w]), pairs[w]);
        const char *got = "";
        if (!strcmp(name, "fault")) {
          for (size_t f = 0; f < b.out->fault_count; f++)
            if (b.out->faults[f].row == i) got = b.out->faults[f].code;
        } else {
          got = shown(&b, name, i);
        }
        if (strcmp(got, equal + 1))
          fail_msg("%s, record %s: %s is %s, expected %s", kernels_at(k)->name, cases[i].record,
                   name, got, equal + 1);
      }
    }
    bench_close(&b);
  }
  batch_free(in);
}

#endif
