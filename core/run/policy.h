/* The policy of a pack as one page for the people who must sign it: fields, steps each in its own form,
 * limits, reasons, tests and coverage, a picture of the flow, and room for signatures beside the hash of
 * what is signed.
 *
 * Everything on it is read from the pack as declared and from its plan; it never says what a step does in
 * any other way than the step's own declaration. The same pack, moment and parameters give the same
 * bytes. */
#ifndef RUN_POLICY_H
#define RUN_POLICY_H

#include "../eval/coverage.h"
#include "../lang/rule_tests.h"

/* What became of a test, as rule_tests_run told it. */
typedef struct policy_outcome {
  place at;
  const char *kind, *name;
  bool passed;
  const char *why;
} policy_outcome;

typedef struct policy_options {
  const pack *pack;
  const plan *plan;
  const char *language;    /* "en" or "zh" */
  const rule_tests *tests; /* file NULL: the pack has none */
  size_t outcome_count;
  const policy_outcome *outcomes;
  coverage *coverage; /* NULL: no tests */
  const findings *findings;
} policy_options;

void policy_html(buffer *out, const policy_options *o);

#endif
