/* Putting a value of one type into a column of another that can hold it: exactly, or not at all. */
#ifndef EVAL_CONVERT_H
#define EVAL_CONVERT_H

#include "../data/batch.h"

/* Whether what is declared as `to` may be given as `from`: an integer takes no decimals, a word must
 * be of the same list, a number takes any number. */
bool convert_accepts(value_type to, value_type from);
/* The declared type, made fine enough to hold the values of `from` exactly. */
value_type convert_widen(value_type to, value_type from);
/* False when the value does not fit. Not for text columns, which are only appended to. */
bool convert_value(const column *from, size_t from_row, column *to, size_t to_row);
void convert_missing(column *to, size_t row);
/* Text columns: appends row `to_row`. */
void convert_text(const column *from, size_t from_row, column *to, size_t to_row);
/* Makes room for `extra` bytes behind the first `used`, which are kept. */
void convert_room(text_data *t, size_t used, size_t extra);
/* The type in which a value is written at the end: scaled by its decimals, no quotients. */
value_type convert_written(value_type t);

#endif
