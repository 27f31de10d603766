/* Whether an output is what a test expects, and what to tell if it is not. Values are compared as
 * values, not as they are spelled: 93.5 is 93.50. */
#ifndef RUN_EXPECT_H
#define RUN_EXPECT_H

#include "../eval/plan.h"
#include "../lang/rule_tests.h"

/* Whether an output of the column's type can be what is expected at all; otherwise `why` says why
 * not ("grade can never be "E": it is choice (A, B); did you mean ..."). */
bool expect_possible(const expectation *x, const column *c, buffer *why);
/* Compares row `row` of the column; if it differs `why` gets one line without its end: "score
 * expected 93.50, got 92.00". EXPECT_TEST is not for here: the evaluator decides it. */
bool expect_met(const expectation *x, const column *c, size_t row, zone z, buffer *why);

/* The value as a person reads it; "none" if it is missing or an empty list. */
void expect_write(buffer *out, const column *c, size_t row, zone z);

#endif
