/* Inside expr: one row on its own, in 128 bits, for what the loops over 64 cannot hold. */
#ifndef EVAL_EXPR_ROW_H
#define EVAL_EXPR_ROW_H

#include "../lang/notation.h"
#include "frame.h"

/* False if a result on the way does not fit. Texts live in the frame's scratch. */
bool expr_row_value(const node *n, zone z, frame *f, size_t row, value *out);

#endif
