/* Expressions over columns: a typed tree compiled to operations that each run over a whole batch.
 * Exact: INTEGER, MONEY, DECIMAL are integers over a constant denominator (a division by a constant
 * only changes it), RATIO is a quotient a row (its divisor is above 0; it is reduced only where it
 * would not fit otherwise); a row that does not fit 64 bits on the way is redone in 128, and what
 * does not fit then is a fault OVERFLOW of the row, never a rounding. */
#ifndef EVAL_EXPR_H
#define EVAL_EXPR_H

#include "../lang/notation.h"
#include "frame.h"

typedef struct expr expr;

/* Compiles a tree (which must live as long). Immutable, shared by threads. */
expr *expr_new(const node *tree, zone z);
void expr_free(expr *x);
value_type expr_type(const expr *x);

/* Evaluates for all rows of the frame into a column of expr_type, in the frame's scratch; a bare
 * slot gives that column itself, and what only changes its unit (i / 4) a view of its values. A row
 * with a fault is missing. */
const column *expr_eval(const expr *x, frame *f, const step_place *at);

/* The truth of a boolean expression: out[row] = 1 when true, 0 when false or unknown. */
void expr_truth(const expr *x, frame *f, const step_place *at, uint8_t *out);

#endif
