/* Inside possible: what its two files share. */
#ifndef EVAL_POSSIBLE_PARTS_H
#define EVAL_POSSIBLE_PARTS_H

#include "possible.h"

/* Whether the bounds of a set mean something for values of the type. */
bool possible_is_measured(value_type type);

#endif
