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

static bool fits_i64(int128 x) {
  return x > INT64_MIN && x <= INT64_MAX;
}

static bool in_calendar(const value *v, zone z) {
  type_kind kind = v->type.kind;
  if (v->missing || (kind != TYPE_DATE && kind != TYPE_TIMESTAMP)) return true;
  if (!fits_i64(v->exact.num)) return false;
  int64_t x = (int64_t)v->exact.num;
  return kind == TYPE_DATE ? date_in_calendar(x) : moment_in_calendar(x, z);
}

static bool apply_arithmetic(const node *n, zone z, const value *a, const value *b, value *out) {
  if (a->missing || b->missing) {
    *out = value_missing(n->type);
    return true;
  }
  if (n->type.kind == TYPE_NUMBER)
    return double_arithmetic(n->kind, value_double(a), value_double(b), out);
  return exact_arithmetic(n->kind, a->exact, b->exact, out) && in_calendar(out, z);
}

/* ---- conditions ---- */

int value_order(const value *a, const value *b) {
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
  return value_boolean(holds(kind, value_order(a, b)));
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

round_mode value_rounding(function_kind f) {
  switch (f) {
  case FUNCTION_FLOOR:
    return ROUND_FLOOR;
  case FUNCTION_CEILING:
    return ROUND_CEILING;
  case FUNCTION_ROUND_HALF_DOWN:
    return ROUND_HALF_DOWN;
  case FUNCTION_ROUND_HALF_EVEN:
    return ROUND_HALF_EVEN;
  case FUNCTION_ROUND_UP:
    return ROUND_UP;
  case FUNCTION_ROUND_DOWN:
    return ROUND_DOWN;
  default:
    return ROUND_HALF_UP;
  }
}

double value_double_function(function_kind f, double x, double unit) {
  if (f == FUNCTION_ABS) return fabs(x);
  if (f == FUNCTION_SQRT) return x < 0 ? NAN : sqrt(x);
  return double_rounded(x * unit, value_rounding(f)) / unit;
}

double value_double_modulo(double a, double b) {
  if (b == 0) return NAN;
  double rest = fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static bool double_function(function_kind f, double a, int digits, value *out) {
  double x = value_double_function(f, a, pow(10, digits));
  if (!isnan(x)) return double_result(x, out);
  *out = value_missing(out->type);
  return true;
}

/* To a multiple of 1 / unit. Where the whole does not fit, its whole part is kept aside, so that
 * only the rest is scaled; the unit is even then, so that it does not matter what is even. */
static bool round_to_unit(rational a, int128 unit, round_mode mode, rational *out) {
  int128 scaled, whole = a.num / a.den, rest = a.num % a.den;
  if (!__builtin_mul_overflow(a.num, unit, &scaled))
    return rational_make(int128_rounded(scaled, a.den, mode), unit, out);
  if (__builtin_mul_overflow(rest, unit, &rest) || __builtin_mul_overflow(whole, unit, &whole))
    return false;
  return !__builtin_add_overflow(whole, int128_rounded(rest, a.den, mode), &whole) &&
         rational_make(whole, unit, out);
}

static bool round_exact(rational a, int digits, round_mode mode, rational *out) {
  if (digits >= 0) return round_to_unit(a, pow10_i64(digits), mode, out);
  rational unit = {pow10_i64(-digits), 1};
  return rational_div(a, unit, &a) && round_to_unit(a, 1, mode, out) &&
         rational_mul(*out, unit, out);
}

static bool apply_number(const node *n, const value *a, value *out) {
  int digits = n->child_count > 1 ? (int)n->children[1]->constant.exact.num : 0;
  double x = value_double(a);
  switch (n->function) {
  case FUNCTION_SIGN:
    out->exact.num = is_number(a) ? (x > 0) - (x < 0) : (a->exact.num > 0) - (a->exact.num < 0);
    return true;
  case FUNCTION_ABS:
    out->exact = (rational){a->exact.num < 0 ? -a->exact.num : a->exact.num, a->exact.den};
    out->number = fabs(x);
    return true;
  case FUNCTION_SQRT:
    return double_function(n->function, x, 0, out);
  default:
    break;
  }
  if (n->type.kind == TYPE_NUMBER) return double_function(n->function, x, digits, out);
  return round_exact(a->exact, digits, value_rounding(n->function), &out->exact);
}

/* a - b * floor(a / b) */
static bool apply_modulo(const node *n, const value *a, const value *b, value *out) {
  rational times;
  if (n->type.kind == TYPE_NUMBER) {
    double x = value_double_modulo(value_double(a), value_double(b));
    if (!isnan(x)) return double_result(x, out);
  }
  if (n->type.kind == TYPE_NUMBER || b->exact.num == 0) {
    *out = value_missing(n->type);
    return true;
  }
  return rational_div(a->exact, b->exact, &times) && rational_floor(times, &times.num) &&
         rational_mul((rational){times.num, 1}, b->exact, &times) &&
         rational_sub(a->exact, times, &out->exact);
}

static bool apply_least(const node *n, const value *arguments, value *out) {
  int wanted = n->function == FUNCTION_MIN ? -1 : 1;
  const value *best = &arguments[0];
  for (size_t i = 0; i < n->child_count; i++) {
    if (arguments[i].missing) {
      *out = value_missing(n->type);
      return true;
    }
    if (value_order(&arguments[i], best) == wanted) best = &arguments[i];
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

static bool apply_calendar(const node *n, zone z, const value *arguments, value *out) {
  const moment_call call = {n->function, z, n->workdays};
  int64_t plain[3], result;
  for (size_t i = 0; i < n->child_count && i < 3; i++) {
    if (!fits_i64(arguments[i].exact.num)) return false;
    plain[i] = (int64_t)arguments[i].exact.num;
  }
  if (!moment_apply(&call, plain, &result)) return false;
  if (result == MISSING_I64)
    *out = value_missing(n->type);
  else
    out->exact.num = result;
  return true;
}

static text_piece piece_of(const value *v) {
  return (text_piece){v->text, strlen(v->text)};
}

static int64_t as_i64(int128 x) {
  return x > INT64_MAX ? INT64_MAX : x <= INT64_MIN ? -INT64_MAX : (int64_t)x;
}

static void apply_text(const node *n, arena *texts, const value *a, value *out) {
  text_piece x = piece_of(a);
  switch (n->function) {
  case FUNCTION_COUNT:
  case FUNCTION_STRING_LENGTH:
    out->exact.num = text_measure(n->function, x);
    return;
  case FUNCTION_UPPER_CASE:
  case FUNCTION_LOWER_CASE: {
    char *made = arena_string_n(texts, x.at, x.size);
    text_change(n->function, x, made);
    out->text = made;
    return;
  }
  case FUNCTION_SUBSTRING:
    x = text_part(x, as_i64(a[1].exact.num),
                  n->child_count > 2 ? as_i64(a[2].exact.num) : INT64_MAX);
    out->text = arena_string_n(texts, x.at, x.size);
    return;
  default:
    *out = value_boolean(text_relation(n->function, x, piece_of(a + 1)));
    return;
  }
}

static bool apply_function(const node *n, value_room room, const value *arguments, value *out) {
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
  if (n->function == FUNCTION_MODULO) return apply_modulo(n, &arguments[0], &arguments[1], out);
  if (n->function < FUNCTION_DATE) return apply_number(n, arguments, out);
  if (n->function < FUNCTION_COUNT) return apply_calendar(n, room.zone, arguments, out);
  apply_text(n, room.texts, arguments, out);
  return true;
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

bool value_apply(const node *n, value_room room, const value *arguments, value *out) {
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
    return apply_arithmetic(n, room.zone, &arguments[0], &arguments[1], out);
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
    return apply_function(n, room, arguments, out);
  default:
    *out = apply_comparison(n->kind, &arguments[0], &arguments[1]);
    return true;
  }
  *out = of_truth(truth);
  return true;
}
