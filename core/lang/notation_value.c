/* What each operation means for one value. No rounding but where the notation says so; what does
 * not fit is said. */
#include "notation_value.h"

#include <math.h>
#include <string.h>

#include "notation_text.h"

static const value_type boolean_type = {.kind = TYPE_BOOLEAN, .denominator = 1};

value value_missing(value_type type) {
  return (value){.type = type, .missing = true, .exact = {0, 1}, .number = NAN};
}

value value_boolean(bool truth) {
  return (value){.type = boolean_type, .exact = {truth, 1}};
}

static value of_truth(int truth) {
  return truth < 0 ? value_missing(boolean_type) : value_boolean(truth != 0);
}

int value_truth(const value *v) {
  return v->missing ? -1 : v->exact.num != 0;
}

double value_double(const value *v) {
  if (v->missing) return NAN;
  if (v->type.kind == TYPE_NUMBER) return v->number;
  const int128 exactly = (int128)1 << 53; /* both doubles: one division rounds once */
  if (v->exact.num <= exactly && v->exact.num >= -exactly && v->exact.den <= exactly)
    return (double)v->exact.num / (double)v->exact.den;
  return (double)((long double)v->exact.num / (long double)v->exact.den);
}

bool value_stored(const value *v, value_type type, int64_t *out) {
  int128 denominator = type.denominator > 0 ? type.denominator : 1, scaled;
  if (v->missing || denominator % v->exact.den != 0) return false;
  if (__builtin_mul_overflow(v->exact.num, denominator / v->exact.den, &scaled)) return false;
  if (scaled > INT64_MAX || scaled <= INT64_MIN) return false;
  *out = (int64_t)scaled;
  return true;
}

static bool is_number(const value *v) {
  return v->type.kind == TYPE_NUMBER;
}

/* ---- arithmetic ---- */

static bool double_result(double x, value *out) {
  out->number = x;
  return isfinite(x);
}

static bool double_arithmetic(node_kind kind, double a, double b, value *out) {
  switch (kind) {
  case NODE_ADD:
    return double_result(a + b, out);
  case NODE_SUBTRACT:
    return double_result(a - b, out);
  case NODE_MULTIPLY:
    return double_result(a * b, out);
  default:
    break;
  }
  if (b != 0) return double_result(a / b, out);
  *out = value_missing(out->type);
  return true;
}

static bool exact_arithmetic(node_kind kind, rational a, rational b, value *out) {
  switch (kind) {
  case NODE_ADD:
    return rational_add(a, b, &out->exact);
  case NODE_SUBTRACT:
    return rational_sub(a, b, &out->exact);
  case NODE_MULTIPLY:
    return rational_mul(a, b, &out->exact);
  default:
    break;
  }
  if (b.num != 0) return rational_div(a, b, &out->exact);
  *out = value_missing(out->type);
  return true;
}

static bool in_calendar(const value *v) {
  return v->missing || v->type.kind != TYPE_DATE ||
         (v->exact.num >= DATE_LEAST && v->exact.num <= DATE_MOST);
}

static bool apply_arithmetic(const node *n, const value *a, const value *b, value *out) {
  if (a->missing || b->missing) {
    *out = value_missing(n->type);
    return true;
  }
  if (n->type.kind == TYPE_NUMBER)
    return double_arithmetic(n->kind, value_double(a), value_double(b), out);
  return exact_arithmetic(n->kind, a->exact, b->exact, out) && in_calendar(out);
}

/* ---- conditions ---- */

static int compare(const value *a, const value *b) {
  if (is_number(a) || is_number(b)) {
    double x = value_double(a), y = value_double(b);
    return (x > y) - (x < y);
  }
  if (a->text != NULL && b->text != NULL && a->type.kind != TYPE_CHOICE)
    return strcmp(a->text, b->text);
  return rational_compare(a->exact, b->exact);
}

static bool holds(node_kind kind, int order) {
  switch (kind) {
  case NODE_EQUAL:
    return order == 0;
  case NODE_NOT_EQUAL:
    return order != 0;
  case NODE_LESS:
    return order < 0;
  case NODE_LESS_EQUAL:
    return order <= 0;
  case NODE_GREATER:
    return order > 0;
  default:
    return order >= 0;
  }
}

static value apply_comparison(node_kind kind, const value *a, const value *b) {
  if (b->type.kind == TYPE_NONE) /* x = null */
    return value_boolean(a->missing == (kind == NODE_EQUAL));
  if (a->missing || b->missing) return value_missing(boolean_type);
  return value_boolean(holds(kind, compare(a, b)));
}

static int truth_or(int a, int b) {
  if (a == 1 || b == 1) return 1;
  return a < 0 || b < 0 ? -1 : 0;
}

static int truth_and(int a, int b) {
  if (a == 0 || b == 0) return 0;
  return a < 0 || b < 0 ? -1 : 1;
}

/* ---- functions ---- */

static bool double_function(function_kind f, double a, double digits, value *out) {
  double unit = pow(10, digits);
  switch (f) {
  case FUNCTION_ABS:
    return double_result(fabs(a), out);
  case FUNCTION_FLOOR:
    return double_result(floor(a), out);
  case FUNCTION_CEILING:
    return double_result(ceil(a), out);
  default:
    return double_result(copysign(floor(fabs(a) * unit + 0.5) / unit, a), out);
  }
}

/* To a multiple of 1 / unit. The whole part is kept aside, so that only the rest is scaled. */
static bool round_to_unit(rational a, int128 unit, rational *out) {
  int128 whole = a.num / a.den, rest = a.num % a.den, rounded;
  if (__builtin_mul_overflow(rest, unit, &rest) || __builtin_mul_overflow(whole, unit, &rounded))
    return false;
  return !__builtin_add_overflow(rounded, int128_round_div(rest, a.den), &rounded) &&
         rational_make(rounded, unit, out);
}

static bool round_exact(rational a, int digits, rational *out) {
  if (digits >= 0) return round_to_unit(a, pow10_i64(digits), out);
  rational unit = {pow10_i64(-digits), 1};
  return rational_div(a, unit, &a) && round_to_unit(a, 1, out) && rational_mul(*out, unit, out);
}

static bool exact_function(function_kind f, rational a, int digits, value *out) {
  int128 whole;
  switch (f) {
  case FUNCTION_ABS:
    out->exact = (rational){a.num < 0 ? -a.num : a.num, a.den};
    return true;
  case FUNCTION_FLOOR:
    if (!rational_floor(a, &whole)) return false;
    break;
  case FUNCTION_CEILING:
    if (!rational_floor((rational){-a.num, a.den}, &whole)) return false;
    whole = -whole;
    break;
  default:
    return round_exact(a, digits, &out->exact);
  }
  out->exact = (rational){whole, 1};
  return true;
}

static bool apply_rounding(const node *n, const value *a, value *out) {
  int digits = n->child_count > 1 ? (int)n->children[1]->constant.exact.num : 0;
  if (n->type.kind == TYPE_NUMBER) return double_function(n->function, a->number, digits, out);
  return exact_function(n->function, a->exact, digits, out);
}

static bool apply_least(const node *n, const value *arguments, value *out) {
  int wanted = n->function == FUNCTION_MIN ? -1 : 1;
  const value *best = &arguments[0];
  for (size_t i = 0; i < n->child_count; i++) {
    if (arguments[i].missing) {
      *out = value_missing(n->type);
      return true;
    }
    if (compare(&arguments[i], best) == wanted) best = &arguments[i];
  }
  out->exact = best->exact;
  out->number = value_double(best);
  return true;
}

/* The value as one of the type that the branches have in common. */
static void adopt(const value *v, value_type type, value *out) {
  *out = *v;
  if (type.kind == TYPE_NUMBER && !v->missing) out->number = value_double(v);
  out->type = type;
}

static void apply_coalesce(const node *n, const value *arguments, value *out) {
  for (size_t i = 0; i < n->child_count; i++) {
    if (arguments[i].missing) continue;
    adopt(&arguments[i], n->type, out);
    return;
  }
  *out = value_missing(n->type);
}

static bool apply_calendar(const node *n, zone z, const value *a, value *out) {
  int64_t day = (int64_t)a->exact.num;
  int part[3];
  if (!in_calendar(a)) return false;
  switch (n->function) {
  case FUNCTION_DATE:
    out->exact.num = a->type.kind == TYPE_TIMESTAMP ? moment_date(day, z) : day;
    return in_calendar(out);
  case FUNCTION_ADD_MONTHS: {
    int128 months = a[1].exact.num;
    if (months > 120000 || months < -120000) return false;
    out->exact.num = date_add_months(day, (int64_t)months);
    return in_calendar(out);
  }
  case FUNCTION_WEEKDAY:
    out->exact.num = date_weekday(day);
    return true;
  default:
    break;
  }
  date_to_civil(day, &part[0], &part[1], &part[2]);
  out->exact.num = part[n->function - FUNCTION_YEAR];
  return true;
}

static text_piece piece_of(const value *v) {
  return (text_piece){v->text, strlen(v->text)};
}

static bool apply_function(const node *n, zone z, const value *arguments, value *out) {
  if (n->function == FUNCTION_COALESCE) {
    apply_coalesce(n, arguments, out);
    return true;
  }
  if (n->function == FUNCTION_MIN || n->function == FUNCTION_MAX)
    return apply_least(n, arguments, out);
  for (size_t i = 0; i < n->child_count; i++) {
    if (!arguments[i].missing) continue;
    *out = value_missing(n->type);
    return true;
  }
  switch (n->function) {
  case FUNCTION_COUNT:
    out->exact.num = text_measure(n->function, piece_of(arguments));
    return true;
  case FUNCTION_HAS_CODE:
    *out = value_boolean(text_relation(n->function, piece_of(arguments), piece_of(arguments + 1)));
    return true;
  case FUNCTION_ABS:
  case FUNCTION_FLOOR:
  case FUNCTION_CEILING:
  case FUNCTION_ROUND_HALF_UP:
    return apply_rounding(n, arguments, out);
  default:
    return apply_calendar(n, z, arguments, out);
  }
}

static void apply_not(const node *n, const value *a, value *out) {
  *out = value_missing(n->type);
  if (!a->missing) *out = value_boolean(a->exact.num == 0);
}

static bool apply_negate(const node *n, const value *a, value *out) {
  *out = *a;
  out->type = n->type;
  out->exact.num = -a->exact.num;
  out->number = -a->number;
  return true;
}

bool value_apply(const node *n, zone z, const value *arguments, value *out) {
  *out = (value){.type = n->type, .exact = {0, 1}};
  int truth = 0;
  switch (n->kind) {
  case NODE_CONSTANT:
  case NODE_SLOT:
    *out = n->constant;
    return true;
  case NODE_NEGATE:
    return apply_negate(n, arguments, out);
  case NODE_NOT:
    apply_not(n, arguments, out);
    return true;
  case NODE_ADD:
  case NODE_SUBTRACT:
  case NODE_MULTIPLY:
  case NODE_DIVIDE:
    return apply_arithmetic(n, &arguments[0], &arguments[1], out);
  case NODE_AND:
    truth = truth_and(value_truth(&arguments[0]), value_truth(&arguments[1]));
    break;
  case NODE_OR:
    truth = truth_or(value_truth(&arguments[0]), value_truth(&arguments[1]));
    break;
  case NODE_IN:
    for (size_t i = 1; i < n->child_count; i++) truth = truth_or(truth, value_truth(&arguments[i]));
    break;
  case NODE_IF:
    adopt(&arguments[value_truth(&arguments[0]) == 1 ? 1 : 2], n->type, out);
    return true;
  case NODE_CALL:
    return apply_function(n, z, arguments, out);
  default:
    *out = apply_comparison(n->kind, &arguments[0], &arguments[1]);
    return true;
  }
  *out = of_truth(truth);
  return true;
}
