/* Why not another outcome: for every way to reach it, the conditions that failed and by how much, the
 * nearest way first.
 *
 * A way is told as far as the notation can say it: the condition, what the record has, what is needed
 * and the difference. Where it cannot be told (a Lua function, a value that is computed) that is said,
 * and nothing is guessed. Each way stands alone: what else would change with it is for `try` to show. */
#ifndef RUN_WHY_NOT_H
#define RUN_WHY_NOT_H

#include "explain.h"

/* `target` is OUTPUT=VALUE; of a list of codes VALUE is a code. Of a row of the batch that the
 * evaluator, which traces, has just run into `out`. ERR_USAGE for an output or a word that does not
 * exist ("did you mean"). */
error_code why_not(arena *a, evaluator *v, const decisions *out, size_t row, const char *target,
                   const char *language, explained **root, error *e);

#endif
