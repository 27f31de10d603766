/* Numbers, dates and moments to typed columns: only what is exactly a value of the type passes. */
#include "cast_parts.h"
#include <math.h>
#include <stdio.h>

enum { FIRST_DAY = -719162, LAST_DAY = 2932896 }; /* 0001-01-01 and 9999-12-31 */
enum { DAY_SECONDS = 86400 };

/* ---- to integers of 10^-digits (integer, money, decimal) ---- */

static cast_fault wide_to_decimal(int64_t value, int digits, int64_t *out) {
  int64_t scaled;
  if (__builtin_mul_overflow(value, pow10_i64(digits), &scaled) || scaled == MISSING_I64)
    return FAULT_TOO_LARGE;
  *out = scaled;
  return FAULT_NONE;
}

/* value * 10^-scale as an integer of 10^-digits. */
static cast_fault int128_to_decimal(int128 value, int scale, int digits, int64_t *out) {
  while (scale > digits) {
    if (value == 0) break;
    if (value % 10 != 0) return digits == 0 ? FAULT_WHOLE : FAULT_DIGITS;
    value /= 10;
    scale--;
  }
  for (; scale < digits && value != 0; scale++)
    if (__builtin_mul_overflow(value, (int128)10, &value)) return FAULT_TOO_LARGE;
  if (value > INT64_MAX || value <= INT64_MIN) return FAULT_TOO_LARGE;
  *out = (int64_t)value;
  return FAULT_NONE;
}

/* A double stands for a decimal when it is the double nearest to it and to no other decimal with so
 * many digits: below 2^50 units (2^21 for a float) neighbouring decimals have doubles of their own,
 * and units / 10^digits is that double, both being exact before the one division. */
static cast_fault double_to_decimal(double value, bool narrow, int digits, int64_t *out) {
  if (!isfinite(value)) return FAULT_FORM;
  double unit = (double)pow10_i64(digits), units = rint(value * unit);
  double most = digits == 0 ? 0x1p53 : 0x1p50;
  if (narrow) most = digits == 0 ? 0x1p24 : 0x1p21;
  if (fabs(units) > most) return digits == 0 && units == value ? FAULT_TOO_LARGE : FAULT_ROUNDED;
  double back = units / unit;
  if (narrow ? (float)back != (float)value : back != value)
    return digits == 0 ? FAULT_WHOLE : FAULT_DIGITS;
  *out = (int64_t)units;
  return FAULT_NONE;
}

static unsigned values_to_decimals(const source_rows *rows, int digits, const int64_t *wide,
                                   uint8_t *fault, int64_t *out) {
  unsigned faults = 0;
  for (size_t r = 0; r < rows->n; r++) {
    cast_fault f = FAULT_NONE;
    out[r] = MISSING_I64;
    if (row_is_null(rows, r) || fault[r]) continue;
    switch (rows->type->kind) {
    case SOURCE_INTEGER:
      f = wide_to_decimal(wide[r], digits, &out[r]);
      break;
    case SOURCE_FLOAT:
      f = double_to_decimal(source_float(rows, r), rows->type->width == 4, digits, &out[r]);
      break;
    default:
      f = int128_to_decimal(source_decimal(rows, r), rows->type->scale, digits, &out[r]);
    }
    faults |= fault[r] = (uint8_t)f;
  }
  return faults;
}

/* ---- to doubles ---- */

static cast_fault int128_to_number(int128 value, int scale, double *out) {
  const int128 exact = (int128)1 << 53;
  if (scale >= 0 && scale <= 18 && value <= exact && value >= -exact) {
    *out = (double)value / (double)pow10_i64(scale);
    return FAULT_NONE;
  }
  char text[96];
  size_t n = quotient_write(text, value, 1, 0);
  n += (size_t)sprintf(text + n, "e%d", -scale);
  return number_parse(text, n, out) == PARSE_OK ? FAULT_NONE : FAULT_TOO_LARGE;
}

static unsigned values_to_numbers(const source_rows *rows, const int64_t *wide, uint8_t *fault,
                                  double *out) {
  unsigned faults = 0;
  for (size_t r = 0; r < rows->n; r++) {
    cast_fault f = FAULT_NONE;
    out[r] = NAN;
    if (row_is_null(rows, r) || fault[r]) continue;
    if (rows->type->kind == SOURCE_INTEGER)
      out[r] = (double)wide[r];
    else if (rows->type->kind == SOURCE_FLOAT)
      out[r] = source_float(rows, r);
    else
      f = int128_to_number(source_decimal(rows, r), rows->type->scale, &out[r]);
    if (!f && !isfinite(out[r])) f = FAULT_FORM;
    if (f) out[r] = NAN;
    faults |= fault[r] = (uint8_t)f;
  }
  return faults;
}

/* ---- to booleans ---- */

static unsigned values_to_booleans(const source_rows *rows, const int64_t *wide, uint8_t *fault,
                                   int32_t *out) {
  unsigned faults = 0;
  for (size_t r = 0; r < rows->n; r++) {
    out[r] = MISSING_I32;
    if (row_is_null(rows, r) || fault[r]) continue;
    if (rows->type->kind == SOURCE_BOOLEAN)
      out[r] = source_boolean(rows, r);
    else if (wide[r] == 0 || wide[r] == 1)
      out[r] = (int32_t)wide[r]; /* databases without booleans */
    else
      faults |= fault[r] = FAULT_FORM;
  }
  return faults;
}

/* ---- to dates and moments ---- */

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

static cast_fault to_date(const source_type *t, int64_t value, int64_t *out) {
  int64_t units = t->kind == SOURCE_TIMESTAMP ? t->units * DAY_SECONDS : t->units;
  if (value % units != 0) return FAULT_MIDNIGHT;
  int64_t days = value / units;
  if (days < FIRST_DAY || days > LAST_DAY) return FAULT_TOO_LARGE;
  *out = days;
  return FAULT_NONE;
}

static cast_fault to_moment(const source_type *t, int64_t value, zone z, int64_t *out) {
  if (value % t->units != 0) return FAULT_SECONDS;
  int64_t seconds = value / t->units;
  int64_t day = floor_div(seconds, DAY_SECONDS);
  if (day < FIRST_DAY || day > LAST_DAY) return FAULT_TOO_LARGE;
  *out = t->zoned ? seconds : seconds - z.offset;
  return FAULT_NONE;
}

static unsigned values_to_times(const source_rows *rows, bool date, zone z, const int64_t *wide,
                                uint8_t *fault, int64_t *out) {
  unsigned faults = 0;
  for (size_t r = 0; r < rows->n; r++) {
    out[r] = MISSING_I64;
    if (wide[r] == MISSING_I64) continue; /* null, or has its fault */
    cast_fault f =
        date ? to_date(rows->type, wide[r], &out[r]) : to_moment(rows->type, wide[r], z, &out[r]);
    faults |= fault[r] = (uint8_t)f;
  }
  return faults;
}

static void all_missing(size_t n, column *out) {
  for (size_t r = 0; r < n; r++) {
    if (out->i64)
      out->i64[r] = MISSING_I64;
    else if (out->i32)
      out->i32[r] = MISSING_I32;
    else if (out->f64)
      out->f64[r] = NAN;
    else if (out->text.offsets)
      column_add_text(out, r, NULL, 0);
  }
}

bool value_to_typed(const source_rows *rows, const cast_column *c, zone z, scratch *s,
                    column *out) {
  uint8_t *fault = s->fault;
  source_kind from = rows->type->kind;
  unsigned faults = 0;
  if (from == SOURCE_NULL) {
    all_missing(rows->n, out);
    return false;
  }
  if (from == SOURCE_INTEGER || from == SOURCE_DATE || from == SOURCE_TIMESTAMP)
    faults = source_integers(rows, s->wide, fault);
  switch (c->field->type.kind) {
  case TYPE_INTEGER:
  case TYPE_MONEY:
  case TYPE_DECIMAL:
    faults |= values_to_decimals(rows, c->field->type.digits, s->wide, fault, out->i64);
    break;
  case TYPE_NUMBER:
    faults |= values_to_numbers(rows, s->wide, fault, out->f64);
    break;
  case TYPE_BOOLEAN:
    faults |= values_to_booleans(rows, s->wide, fault, out->i32);
    break;
  case TYPE_DATE:
    faults |= values_to_times(rows, true, z, s->wide, fault, out->i64);
    break;
  case TYPE_TIMESTAMP:
    faults |= values_to_times(rows, false, z, s->wide, fault, out->i64);
    break;
  default:
    break; /* binding lets nothing else through */
  }
  return faults != 0;
}
