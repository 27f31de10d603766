/* One value at a time, exactly: what an operation of the notation means. The folder uses it for
 * constants, evaluation for the rows that its kernels cannot hold in 64 bits. The kernels of eval
 * are this, made fast; where they differ, this is right. */
#ifndef LANG_NOTATION_VALUE_H
#define LANG_NOTATION_VALUE_H

#include "notation.h"
#include "notation_moment.h"

/* Denominators of STORE_I64 numbers end here; beyond, a number is a RATIO. */
#define DENOMINATOR_MOST ((int128)1000 * 1000 * 1000 * 1000 * 1000)

/* Where an operation stands: the company's zone, and who owns the texts that it makes. */
typedef struct value_room {
  zone zone;
  arena *texts;
} value_room;

/* Applies the operation of `n` (no constant, no slot) to the values of its children. False if the
 * result does not fit: 128 bits, a finite double, the calendar. */
bool value_apply(const node *n, value_room room, const value *arguments, value *out);

value value_missing(value_type type);
value value_boolean(bool truth);
/* 1 true, 0 false, -1 unknown */
int value_truth(const value *v);
/* The nearest double of a number. */
double value_double(const value *v);
/* -1, 0, 1 of two values that are there and may be compared. */
int value_order(const value *a, const value *b);

/* How a function from FLOOR to ROUND_DOWN rounds. */
round_mode value_rounding(function_kind f);
/* ABS, SQRT (NaN below 0), and rounding to a multiple of 1 / unit, of doubles. */
double value_double_function(function_kind f, double x, double unit);
/* Of the divisor's sign; NaN if that is 0. */
double value_double_modulo(double a, double b);

/* The value as stored in a column of a STORE_I64 type; false if it is missing or not exactly
 * representable. */
bool value_stored(const value *v, value_type type, int64_t *out);

#endif
