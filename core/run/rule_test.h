/* Runs what tests.lua says of a pack: examples, whole sample files, properties. Each is an outcome
 * of its own; a wrong one never keeps the others from being run. */
#ifndef RUN_RULE_TEST_H
#define RUN_RULE_TEST_H

#include "../data/plugin_host.h"
#include "../eval/coverage.h"
#include "../lang/rule_tests.h"

typedef struct test_outcome {
  const char *kind; /* "example", "sample", "property" */
  const char *name;
  place at;
  bool passed;
  const char *why; /* lines, each ended; "" if passed */
  double seconds;
} test_outcome;

typedef struct rule_test_options {
  const pack *pack;
  const rule_tests *tests;
  plugin_host *plugins; /* for samples */
  const char
      *scratch;       /* a path at which samples may make a store; what lies there is overwritten */
  int64_t as_of;      /* for tests that say none */
  const char *only;   /* only tests whose name holds this; NULL = all */
  uint64_t seed;      /* of the records of properties */
  int64_t cases;      /* records a property; 0 = as it says */
  coverage *coverage; /* of the pack\'s steps: counts examples and samples; NULL = none */
  void (*each)(void *ctx, const test_outcome *o); /* texts live during the call */
  void *ctx;
} rule_test_options;

typedef struct rule_test_counts {
  size_t passed, failed;
} rule_test_counts;

/* Errors are only what keeps everything from being run: expectations that name no output of the pack
 * or cannot be true (ERR_PACK, one line each with file:line). */
error_code rule_tests_run(const rule_test_options *o, rule_test_counts *out, error *e);

#endif
