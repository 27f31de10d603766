/* One value at a time, exactly: what an operation of the notation means. The folder uses it for
 * constants, evaluation for the rows that its kernels cannot hold in 64 bits. The kernels of eval
 * are this, made fast; where they differ, this is right. */
#ifndef LANG_NOTATION_VALUE_H
#define LANG_NOTATION_VALUE_H

#include "notation.h"

/* The dates there are: 0001-01-01 .. 9999-12-31. */
#define DATE_LEAST (-719162)
#define DATE_MOST 2932896

/* Denominators of STORE_I64 numbers end here; beyond, a number is a RATIO. */
#define DENOMINATOR_MOST ((int128)1000 * 1000 * 1000 * 1000 * 1000)

/* Applies the operation of `n` (no constant, no slot) to the values of its children. False if the
 * result does not fit: 128 bits, a finite double, the calendar. */
bool value_apply(const node *n, zone z, const value *arguments, value *out);

value value_missing(value_type type);
value value_boolean(bool truth);
/* 1 true, 0 false, -1 unknown */
int value_truth(const value *v);
/* The nearest double of a number. */
double value_double(const value *v);

/* The value as stored in a column of a STORE_I64 type; false if it is missing or not exactly
 * representable. */
bool value_stored(const value *v, value_type type, int64_t *out);

#endif
