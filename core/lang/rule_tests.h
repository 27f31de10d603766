/* tests.lua: what a pack's policy promises, as examples (a record, and what must come of it) and as
 * properties (what must hold for every record). Beside the rules, in the same sandbox; it is no part
 * of the pack's hash, for it decides nothing.
 *
 *   as_of "2025-09-26T15:00:00+08:00"        -- for all that follow
 *   example "pays on the day" {
 *     given = { customer_id = "B1", rating = "A", open_items = { { due_date = "2025-10-01", amount = 500 } } },
 *     params = { total_ar = 40000000 }, previous = { risk_class = "R2" },
 *     expect = { score = 93.25, risk_class = "R1", reasons = has("BASE_REFERENCE"), warnings = none },
 *   }
 *   example "no terms" { given = { customer_id = "X" }, expect = rejected("REQUIRED:terms_days") }
 *   examples "priority at its edges" {        -- one for each row; read like a decision table
 *     given = { strategic = false }, inputs = { "visits", "source" }, outputs = { "score", "reasons" },
 *     { 3, "referral", 40, none }, { 2, "cold", 20, has("FEW_VISITS") } }
 *   examples "from a spreadsheet" { file = "examples.csv" }    -- headers: fields, and "expect score"
 *   examples "the sample" { customers = "customers.csv", expected = "expected.csv" }
 *   property "never above the cap" { "credit_limit <= 5000000" }
 *   property "more overdue never helps" { raise = "overdue_90", never = { better = "grade", more = "credit_limit" } } */
#ifndef LANG_RULE_TESTS_H
#define LANG_RULE_TESTS_H

#include "../data/handmade.h"
#include "pack.h"

typedef enum expectation_kind {
  EXPECT_VALUE, /* exactly this value; a list of codes: exactly this list */
  EXPECT_NONE,  /* missing; a list of codes: empty */
  EXPECT_HAS,   /* a list of codes: each of these, with its value or without */
  EXPECT_LACKS, /* a list of codes: none of these */
  EXPECT_TEST   /* is(">= 50"): a unary test of the notation */
} expectation_kind;

typedef struct expectation {
  const char *output;
  expectation_kind kind;
  const char *text; /* VALUE, TEST */
  size_t code_count;
  const char **codes; /* HAS, LACKS */
  place at;
} expectation;

typedef struct test_setting {
  const char *name, *value;
} test_setting;

typedef struct rule_example {
  const char *name;
  place at;
  const char *as_of; /* as written; NULL = none was said */
  handmade_record given;
  handmade_record previous; /* outputs of the last published decision */
  size_t param_count;
  test_setting *params;
  const char *rejected; /* REQUIRED:terms_days: refused at the door with this code; else NULL */
  const char *fails;    /* RULE_ERROR: a rule fails on it with this code; else NULL */
  size_t expectation_count;
  expectation *expectations;
} rule_example;

/* Whole files: the pack's own source run over `customers`, compared with `expected` by key. */
typedef struct sample_test {
  const char *name;
  place at;
  const char *as_of;
  const char *customers,
      *expected;           /* in the pack's folder; customers NULL = the pack's source as it is */
  const char *params_file; /* rows name,value; NULL = none */
} sample_test;

typedef enum change_kind {
  CHANGE_NONE,
  CHANGE_RAISE, /* a number or date of the record, or of a row of a list ("open_items.amount") */
  CHANGE_LOWER,
  CHANGE_SET /* fields set to given values */
} change_kind;

typedef enum never_kind {
  NEVER_BETTER, /* an ordered choice: an earlier word */
  NEVER_WORSE,
  NEVER_MORE, /* a number or date */
  NEVER_LESS,
  NEVER_DIFFERENT
} never_kind;

typedef struct never {
  never_kind kind;
  const char *output;
  place at;
} never;

typedef struct rule_property {
  const char *name;
  place at;
  const char *as_of;
  rule_text holds; /* a condition over one decision: its fields and outputs; or not given */
  rule_text when;  /* only for records for which this holds */
  change_kind change;
  const char *changed; /* RAISE, LOWER: "field" or "list.field" */
  handmade_record set;
  size_t never_count;
  never *nevers;
  handmade_record given; /* fixed for all records */
  size_t param_count;
  test_setting *params;
  int64_t cases; /* records to try */
} rule_property;

typedef struct rule_tests {
  arena arena;      /* owns everything below */
  const char *file; /* as shown: rules/acme/tests.lua */
  const char *text;
  size_t size;
  size_t example_count, sample_count, property_count;
  rule_example *examples;
  sample_test *samples;
  rule_property *properties;
} rule_tests;

/* Loads tests.lua of the pack's folder. A pack without one has no tests: all counts 0 and file NULL.
 * Findings name file:line; returns NULL if one is an error. */
rule_tests *rule_tests_load(const pack *p, findings *out);
void rule_tests_free(rule_tests *t);

#endif
