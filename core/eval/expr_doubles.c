/* The loops over doubles; NaN is missing. */
#include <math.h>

#include "../lang/notation_value.h"
#include "expr_kernels.h"

static void flag(chunk *c, size_t row) {
  c->redo[row] = 1;
  c->again = true;
}

void kernel_i64_to_double(chunk *c, const lane *a, int64_t denominator, lane *out) {
  const int64_t exactly = (int64_t)1 << 53;
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i];
    if (x == MISSING_I64)
      out->f64[i] = NAN;
    else if (x <= exactly && x >= -exactly)
      out->f64[i] = (double)x / (double)denominator;
    else
      flag(c, i); /* reduced first, on its own */
  }
}

void kernel_ratio_to_double(chunk *c, const lane *a, lane *out) {
  const int64_t exactly = (int64_t)1 << 53;
  for (size_t i = 0; i < c->rows; i++) {
    int64_t x = a->i64[i], den = a->den[i];
    if (x == MISSING_I64)
      out->f64[i] = NAN;
    else if (x <= exactly && x >= -exactly && den <= exactly)
      out->f64[i] = (double)x / (double)den;
    else
      flag(c, i);
  }
}

/* What left the doubles is a fault, never an infinity. */
static void flag_infinite(chunk *c, const lane *out) {
  bool any = false;
  for (size_t i = 0; i < c->rows; i++) any |= isinf(out->f64[i]) != 0;
  if (!any) return;
  for (size_t i = 0; i < c->rows; i++)
    if (isinf(out->f64[i])) flag(c, i);
}

void kernel_double(chunk *c, node_kind kind, const lane *a, const lane *b, lane *out) {
  const double *restrict x = a->f64, *restrict y = b->f64;
  double *restrict z = out->f64;
  switch (kind) {
  case NODE_ADD:
    for (size_t i = 0; i < c->rows; i++) z[i] = x[i] + y[i];
    break;
  case NODE_SUBTRACT:
    for (size_t i = 0; i < c->rows; i++) z[i] = x[i] - y[i];
    break;
  case NODE_MULTIPLY:
    for (size_t i = 0; i < c->rows; i++) z[i] = x[i] * y[i];
    break;
  default:
    for (size_t i = 0; i < c->rows; i++) z[i] = y[i] == 0 ? NAN : x[i] / y[i];
    break;
  }
  flag_infinite(c, out);
}

void kernel_double_least(chunk *c, const lane *a, const lane *b, bool greatest, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    double x = a->f64[i], y = b->f64[i];
    if (isnan(x) || isnan(y))
      out->f64[i] = NAN;
    else
      out->f64[i] = greatest == (y > x) && y != x ? y : x;
  }
}

void kernel_double_function(chunk *c, const lane *a, function_kind f, double unit, lane *out) {
  for (size_t i = 0; i < c->rows; i++) out->f64[i] = value_double_function(f, a->f64[i], unit);
  flag_infinite(c, out);
}

void kernel_double_modulo(chunk *c, const lane *a, const lane *b, lane *out) {
  for (size_t i = 0; i < c->rows; i++) out->f64[i] = value_double_modulo(a->f64[i], b->f64[i]);
  flag_infinite(c, out);
}
