/* Compiles calls of functions. */
#include <math.h>

#include "../lang/notation_value.h"
#include "expr_compile.h"

static const value_type whole = {.kind = TYPE_INTEGER, .denominator = 1};

static bool failed(const compiler *c) {
  return c->p->by_row;
}

/* coalesce, min, max: pair by pair */
static int folded_pairs(compiler *c, const node *n) {
  storage s = type_storage(n->type.kind);
  operation o = n->function == FUNCTION_COALESCE ? DO_COALESCE
                : s == STORE_F64                 ? DO_DOUBLE_LEAST
                : s == STORE_RATIO               ? DO_RATIO_LEAST
                                                 : DO_LEAST;
  int r = compile_as(c, n->children[0], n->type);
  for (size_t i = 1; i < n->child_count && !failed(c); i++) {
    instruction in = compile_over(o, r, compile_as(c, n->children[i], n->type));
    in.storage = s;
    in.flag = n->function == FUNCTION_MAX;
    if (!failed(c)) r = compile_emit(c, in, n->type);
  }
  return r;
}

static int double_function(compiler *c, const node *n, int a, int digits) {
  instruction in = compile_over(DO_DOUBLE_FUNCTION, a, -1);
  in.function = n->function;
  in.unit = pow(10, digits);
  return compile_emit(c, in, n->type);
}

static int rounded(compiler *c, const node *n) {
  const node *x = n->children[0];
  int digits = n->child_count > 1 ? (int)n->children[1]->constant.exact.num : 0;
  int64_t coarse = digits < 0 ? pow10_i64(-digits) : 1;
  int a = compile_node(c, x);
  if (failed(c)) return a;
  if (x->type.kind == TYPE_NUMBER) return double_function(c, n, a, digits);
  instruction in = compile_over(DO_DIVIDE, a, -1);
  in.mode = value_rounding(n->function);
  if (x->type.kind == TYPE_RATIO) {
    in.operation = DO_RATIO_ROUND;
    in.ka = n->type.denominator;
    in.kb = coarse;
    return compile_affine(c, compile_emit(c, in, n->type), coarse, 0, n->type);
  }
  int64_t g = (int64_t)int128_gcd(n->type.denominator, x->type.denominator), by;
  if (__builtin_mul_overflow(x->type.denominator / g, coarse, &by)) return compile_give_up(c);
  in.a = compile_affine(c, a, n->type.denominator / g, 0, n->type);
  in.ka = by;
  return compile_affine(c, by == 1 ? in.a : compile_emit(c, in, n->type), coarse, 0, n->type);
}

static int absolute(compiler *c, const node *n) {
  int a = compile_node(c, n->children[0]);
  if (failed(c)) return a;
  if (n->type.kind == TYPE_NUMBER) return double_function(c, n, a, 0);
  bool ratio = n->type.kind == TYPE_RATIO;
  return compile_emit(c, compile_over(ratio ? DO_RATIO_ABS : DO_ABS, a, -1), n->type);
}

static int sign(compiler *c, const node *n) {
  instruction in = compile_over(DO_SIGN, compile_node(c, n->children[0]), -1);
  in.storage = type_storage(n->children[0]->type.kind);
  return failed(c) ? 0 : compile_emit(c, in, n->type);
}

/* a - b * floor(a / b), quotient by quotient. */
static int ratio_modulo(compiler *c, const node *n) {
  int a = compile_as(c, n->children[0], n->type), b = compile_as(c, n->children[1], n->type);
  if (failed(c)) return a;
  instruction in = compile_over(DO_RATIO, a, b);
  in.kind = NODE_DIVIDE;
  instruction floor = compile_over(DO_RATIO_ROUND, compile_emit(c, in, n->type), -1);
  floor.ka = floor.kb = 1;
  instruction back = compile_over(DO_TO_RATIO, compile_emit(c, floor, whole), -1);
  back.ka = 1;
  instruction times = compile_over(DO_RATIO, compile_emit(c, back, n->type), b);
  times.kind = NODE_MULTIPLY;
  instruction rest = compile_over(DO_RATIO, a, compile_emit(c, times, n->type));
  rest.kind = NODE_SUBTRACT;
  return compile_emit(c, rest, n->type);
}

static int modulo(compiler *c, const node *n) {
  const node *a = n->children[0], *b = n->children[1];
  if (n->type.kind == TYPE_RATIO) return ratio_modulo(c, n);
  if (n->type.kind == TYPE_NUMBER) {
    instruction in =
        compile_over(DO_DOUBLE_MODULO, compile_as(c, a, n->type), compile_as(c, b, n->type));
    return failed(c) ? 0 : compile_emit(c, in, n->type);
  }
  /* a constant has its own denominator; in the common one it is as any column */
  bool plain = a->kind == NODE_CONSTANT || b->kind == NODE_CONSTANT;
  instruction in = compile_over(DO_MODULO, plain ? compile_as(c, a, n->type) : compile_node(c, a),
                                plain ? compile_as(c, b, n->type) : compile_node(c, b));
  in.ka = plain ? 1 : n->type.denominator / a->type.denominator;
  in.kb = plain ? 1 : n->type.denominator / b->type.denominator;
  return failed(c) ? 0 : compile_emit(c, in, n->type);
}

/* ---- dates and timestamps ---- */

static int date_of(compiler *c, const node *n) {
  int local = compile_node(c, n->children[0]);
  if (failed(c)) return local;
  instruction in =
      compile_over(DO_DIVIDE, compile_affine(c, local, 1, c->zone.offset, n->type), -1);
  in.mode = ROUND_FLOOR;
  in.ka = 24 * 60 * 60;
  return compile_bounded(c, compile_emit(c, in, n->type), n->type);
}

static int moment(compiler *c, const node *n) {
  int registers[3] = {-1, -1, -1};
  for (size_t i = 0; i < n->child_count && !failed(c); i++) {
    value_type type = n->children[i]->type;
    if (type_is_numeric(type.kind)) type = whole;
    registers[i] = compile_as(c, n->children[i], type);
  }
  instruction in = compile_over(DO_MOMENT, registers[0], registers[1]);
  in.c = registers[2];
  in.function = n->function;
  in.workdays = n->workdays;
  return failed(c) ? 0 : compile_emit(c, in, n->type);
}

/* ---- texts ---- */

static int substring(compiler *c, const node *n) {
  instruction in = compile_over(DO_TEXT_PART, compile_node(c, n->children[0]),
                                compile_as(c, n->children[1], whole));
  if (n->child_count > 2) in.c = compile_as(c, n->children[2], whole);
  return failed(c) ? 0 : compile_emit(c, in, n->type);
}

static int of_texts(compiler *c, const node *n) {
  if (n->function == FUNCTION_SUBSTRING) return substring(c, n);
  bool pair = n->child_count > 1;
  bool changes = n->function == FUNCTION_UPPER_CASE || n->function == FUNCTION_LOWER_CASE;
  operation o = pair ? DO_TEXT_RELATION : changes ? DO_TEXT_CHANGE : DO_TEXT_MEASURE;
  instruction in =
      compile_over(o, compile_node(c, n->children[0]), pair ? compile_node(c, n->children[1]) : -1);
  in.function = n->function;
  return failed(c) ? 0 : compile_emit(c, in, n->type);
}

int compile_call(compiler *c, const node *n) {
  switch (n->function) {
  case FUNCTION_COALESCE:
  case FUNCTION_MIN:
  case FUNCTION_MAX:
    return folded_pairs(c, n);
  case FUNCTION_ABS:
    return absolute(c, n);
  case FUNCTION_SIGN:
    return sign(c, n);
  case FUNCTION_MODULO:
    return modulo(c, n);
  case FUNCTION_DATE:
    return date_of(c, n);
  default:
    break;
  }
  if (n->function < FUNCTION_MODULO) return rounded(c, n);
  return n->function < FUNCTION_COUNT ? moment(c, n) : of_texts(c, n);
}
