/* What can be known of a policy without any record: gaps and overlaps of its tables, rows that nothing
 * reaches, conditions that never change, bounds that never bind, results that nobody reads.
 *
 * Two ways of looking make sure that nothing is told that is not so. That something never happens is
 * found over what values can be at most (eval/possible.h), taking inputs as independent. That
 * something can happen is found over what values certainly can be: fields as declared, and what the
 * policy's own steps make of records that are made up. What lies between stays untold. Nothing here
 * changes what a policy does. */
#ifndef RUN_CHECK_H
#define RUN_CHECK_H

#include "../eval/plan.h"

typedef struct check_options {
  size_t work;    /* words compared for each table, 0 = the usual; then it says that it stopped */
  size_t records; /* made up, 0 = the usual; SIZE_MAX = none */
} check_options;

/* Adds warnings to `out`, which is then in the order of files and lines. */
void check_policy(const pack *p, const plan *made, const check_options *o, findings *out);

#endif
