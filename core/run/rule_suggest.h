/* Suggests examples for what the tests of a pack leave out: records are made up until one goes a way
 * that none went before, then made as small as they can be and still go it. */
#ifndef RUN_RULE_SUGGEST_H
#define RUN_RULE_SUGGEST_H

#include "rule_test.h"

/* After rule_tests_run with the same options, whose coverage it goes on filling. Appends the
 * examples as Lua, each with the decision that comes of it today, for a person to judge. */
error_code rule_suggest(const rule_test_options *o, buffer *out, size_t *count, error *e);

#endif
