/* What the parts of the test runner share: a pack with what the tests ask of it added as steps, and
 * plans of it by moment and parameters. For run/rule_test*.c alone. */
#ifndef RUN_RULE_TEST_PARTS_H
#define RUN_RULE_TEST_PARTS_H

#include "handmade_join.h"
#include "rule_test.h"

/* A plan for one moment and one set of parameters, ready to evaluate. */
typedef struct bench {
  int64_t as_of;
  size_t param_count;
  const test_setting *params;
  plan *plan;
  evaluator *evaluator;
  handmade_joiner *joiner;
  decisions *decisions;
  batch *batch;
} bench;

typedef struct rule_test_run {
  const rule_test_options *o;
  rule_test_counts *counts;
  pack asked; /* the pack, and behind its steps a derive for each condition of a test */
  arena arena;
  arena records; /* of the batch at hand */
  size_t bench_count;
  bench **benches;
  buffer wrong; /* lines of what keeps everything from being run */
} rule_test_run;

/* Makes the pack with the tests' conditions / frees all benches. */
void rule_test_open(rule_test_run *r, const rule_test_options *o, rule_test_counts *counts);
void rule_test_close(rule_test_run *r);

/* "is(...)" number i over all examples; condition and `when` of property i. */
const char *asked_expectation(rule_test_run *r, size_t i);
const char *asked_holds(rule_test_run *r, size_t property);
const char *asked_when(rule_test_run *r, size_t property);

/* The bench for a moment as written (NULL = the run's) and parameters; NULL with `wrong` filled. */
bench *bench_find(rule_test_run *r, const char *as_of, size_t param_count,
                  const test_setting *params, place at);
/* The column of an output in the bench's decisions, or NULL. */
const column *bench_output(const bench *b, const char *name);
/* Joins, casts and evaluates records, at most BATCH_ROWS; a record without a key gets one. `previous`:
 * the outputs of each one's last decision, NULL = none has one. */
error_code bench_evaluate(rule_test_run *r, bench *b, const handmade_record *records,
                          const handmade_record *previous, size_t count, error *e);

bool rule_test_wanted(const rule_test_run *r, const char *name);
void rule_test_tell(rule_test_run *r, test_outcome *o);

/* rule_test_sample.c, rule_test_property.c */
void sample_test_run(rule_test_run *r, const sample_test *s);
void property_run(rule_test_run *r, size_t number);
/* Names of outputs that a property uses; adds to r->wrong. */
void property_check(rule_test_run *r, size_t number);

/* ", did you mean "x"?" or "". */
const char *output_suggestion(rule_test_run *r, const bench *b, const char *name);

#endif
