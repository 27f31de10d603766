/* Lua rules: a function of the record, called once a record with what it reads.
 *
 * What a rule sees of a value:
 *   integer             an integer
 *   money, decimal(n), number, ratios   a float in major units (12.5): this leaves exactness, and
 * what comes back is rounded to the decimals of the declared type, half-up boolean             true
 * or false choice, text, key   its word or text date                the text "2025-10-01" (compares
 * as dates do) timestamp           an integer, UTC seconds missing             nil What it may
 * return is the same, per declared type; a timestamp also as text with its offset, nil = missing.
 * Anything else is a fault RULE_ERROR naming what was expected and what came.
 *
 * reason(code) and reason(code, value, ...) give a code of one of the pack's lists, when the call ends
 * without a fault. */
#ifndef EVAL_LUA_RULE_H
#define EVAL_LUA_RULE_H

#include "evaluator.h"

/* A Lua state of the pack for the evaluator: made with it, ended with it. */
error_code lua_host_open(evaluator *v, error *e);
void lua_host_close(evaluator *v);
error_code lua_host_start(evaluator *v, error *e);
void lua_host_stop(evaluator *v);
/* Calls `line` for each line that a rule could run, and from then on `ran` for each that runs. */
void lua_host_hear_lines(evaluator *v, sandbox_line *line, sandbox_line *ran, void *ctx);

#endif
