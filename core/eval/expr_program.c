/* Compiles a typed tree. Common parts are computed once; constants are folded into the instructions
 * where there is a form for it. It must never make an instruction that is not exact: what has no
 * form here makes the whole program `by_row`. */
#include "expr_compile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lang/notation_value.h"

int compile_give_up(compiler *c) {
  c->p->by_row = true;
  return 0;
}

/* ---- registers and instructions ---- */

static int add_register(compiler *c, program_register r) {
  program *p = c->p;
  if (p->register_count == p->register_capacity) {
    p->register_capacity = p->register_capacity == 0 ? 16 : p->register_capacity * 2;
    p->registers = mem_grow(p->registers, (size_t)p->register_capacity, sizeof *p->registers);
  }
  r.last = -1;
  r.line = -1;
  if (r.storage == STORE_RATIO || r.storage == STORE_TEXT) p->wide = true;
  p->registers[p->register_count] = r;
  return p->register_count++;
}

static int slot_register(compiler *c, const node *n) {
  for (int i = 0; i < c->p->register_count; i++)
    if (c->p->registers[i].source == FROM_SLOT && c->p->registers[i].slot == n->symbol->slot)
      return i;
  return add_register(c, (program_register){.source = FROM_SLOT,
                                            .storage = type_storage(n->type.kind),
                                            .type = n->type,
                                            .slot = n->symbol->slot});
}

static int constant_register(compiler *c, value v, value_type type) {
  int64_t stored;
  storage s = type_storage(type.kind);
  if (s == STORE_I64 && !v.missing && !value_stored(&v, type, &stored)) return compile_give_up(c);
  if (s == STORE_RATIO && !v.missing &&
      (v.exact.num > INT64_MAX || v.exact.num <= INT64_MIN || v.exact.den > INT64_MAX))
    return compile_give_up(c);
  if (s == STORE_F64 && !v.missing) v.number = value_double(&v);
  return add_register(
      c, (program_register){.source = FROM_CONSTANT, .storage = s, .type = type, .constant = v});
}

static bool same_work(const instruction *x, const instruction *y) {
  return x->operation == y->operation && x->storage == y->storage && x->kind == y->kind &&
         x->function == y->function && x->mode == y->mode && x->flag == y->flag && x->a == y->a &&
         x->b == y->b && x->c == y->c && x->ka == y->ka && x->kb == y->kb && x->unit == y->unit &&
         x->workdays == y->workdays;
}

/* Adds the instruction unless its work is done already; returns the register of its result. */
int compile_emit(compiler *c, instruction in, value_type type) {
  program *p = c->p;
  for (int i = 0; i < p->count; i++)
    if (same_work(&p->instructions[i], &in) &&
        p->registers[p->instructions[i].out].storage == type_storage(type.kind))
      return p->instructions[i].out;
  if (p->count == p->capacity) {
    p->capacity = p->capacity == 0 ? 16 : p->capacity * 2;
    p->instructions = mem_grow(p->instructions, (size_t)p->capacity, sizeof *p->instructions);
  }
  in.out = add_register(c, (program_register){.source = FROM_INSTRUCTION,
                                              .storage = type_storage(type.kind),
                                              .type = type});
  p->instructions[p->count++] = in;
  return in.out;
}

instruction compile_over(operation o, int a, int b) {
  return (instruction){.operation = o, .a = a, .b = b, .c = -1};
}

storage compile_storage(const compiler *c, int r) {
  return c->p->registers[r].storage;
}

/* ---- conversions ---- */

int compile_affine(compiler *c, int a, int64_t k, int64_t add, value_type type) {
  instruction in = compile_over(DO_AFFINE, a, -1);
  in.ka = k;
  in.kb = add;
  return k == 1 && add == 0 ? a : compile_emit(c, in, type);
}

static int to_ratio(compiler *c, int a, value_type from) {
  value_type ratio = {.kind = TYPE_RATIO, .denominator = 1};
  if (compile_storage(c, a) == STORE_RATIO) return a;
  instruction in = compile_over(DO_TO_RATIO, a, -1);
  in.ka = from.denominator;
  return compile_emit(c, in, ratio);
}

static int to_double(compiler *c, int a, value_type from) {
  value_type number = {.kind = TYPE_NUMBER, .denominator = 1};
  if (compile_storage(c, a) == STORE_F64) return a;
  instruction in =
      compile_over(compile_storage(c, a) == STORE_RATIO ? DO_RATIO_TO_DOUBLE : DO_TO_DOUBLE, a, -1);
  in.ka = from.denominator;
  return compile_emit(c, in, number);
}

/* The child as a value of the type. */
int compile_as(compiler *c, const node *n, value_type type) {
  storage to = type_storage(type.kind), from = type_storage(n->type.kind);
  if (n->kind == NODE_CONSTANT) return constant_register(c, n->constant, type);
  int a = compile_node(c, n);
  if (c->p->by_row) return a;
  if (to == STORE_RATIO) return to_ratio(c, a, n->type);
  if (to == STORE_F64) return to_double(c, a, n->type);
  if (to != from) return compile_give_up(c);
  if (to != STORE_I64 || n->type.denominator == type.denominator) return a;
  if (type.denominator % n->type.denominator != 0) return compile_give_up(c);
  return compile_affine(c, a, type.denominator / n->type.denominator, 0, type);
}

/* ---- arithmetic ---- */

/* x times a constant; the result in the denominator of `type`. */
static int scaled(compiler *c, const node *x, rational by, value_type type) {
  rational k;
  if (!rational_make(type.denominator, x->type.denominator, &k) || !rational_mul(by, k, &k))
    return compile_give_up(c);
  if (k.den != 1 || k.num > INT64_MAX || k.num <= INT64_MIN) return compile_give_up(c);
  int a = compile_node(c, x);
  return c->p->by_row ? a : compile_affine(c, a, (int64_t)k.num, 0, type);
}

static int sum(compiler *c, const node *n) {
  const node *a = n->children[0], *b = n->children[1];
  int64_t sign = n->kind == NODE_SUBTRACT ? -1 : 1, add;
  int64_t ka = n->type.denominator / a->type.denominator;
  int64_t kb = n->type.denominator / b->type.denominator;
  if (a->kind == NODE_CONSTANT || b->kind == NODE_CONSTANT) {
    bool left = a->kind == NODE_CONSTANT;
    const value *constant = left ? &a->constant : &b->constant;
    if (!value_stored(constant, n->type, &add)) return compile_give_up(c);
    int x = compile_node(c, left ? b : a);
    if (c->p->by_row) return x;
    return left ? compile_affine(c, x, sign * kb, add, n->type)
                : compile_affine(c, x, ka, sign * add, n->type);
  }
  instruction in = compile_over(DO_LINEAR, compile_node(c, a), compile_node(c, b));
  in.ka = ka;
  in.kb = sign * kb;
  return c->p->by_row ? 0 : compile_emit(c, in, n->type);
}

static int product(compiler *c, const node *n) {
  const node *a = n->children[0], *b = n->children[1];
  if (b->kind == NODE_CONSTANT) return scaled(c, a, b->constant.exact, n->type);
  if (a->kind == NODE_CONSTANT) return scaled(c, b, a->constant.exact, n->type);
  if ((int128)a->type.denominator * b->type.denominator != n->type.denominator)
    return compile_give_up(c);
  instruction in = compile_over(DO_MULTIPLY, compile_node(c, a), compile_node(c, b));
  return c->p->by_row ? 0 : compile_emit(c, in, n->type);
}

static int divided(compiler *c, const node *n) {
  rational by = n->children[1]->constant.exact;
  if (by.num == 0) return constant_register(c, value_missing(n->type), n->type);
  rational inverse = {by.num < 0 ? -by.den : by.den, by.num < 0 ? -by.num : by.num};
  return scaled(c, n->children[0], inverse, n->type);
}

/* Column / column: the constant denominators go into the factors. */
static int quotient(compiler *c, const node *n) {
  const node *a = n->children[0], *b = n->children[1];
  int64_t g = (int64_t)int128_gcd(a->type.denominator, b->type.denominator);
  instruction in = compile_over(DO_QUOTIENT, compile_node(c, a), compile_node(c, b));
  in.ka = b->type.denominator / g;
  in.kb = a->type.denominator / g;
  return c->p->by_row ? 0 : compile_emit(c, in, n->type);
}

static bool is_fixed(const node *n) {
  return type_storage(n->type.kind) == STORE_I64;
}

int compile_bounded(compiler *c, int r, value_type type) {
  if (c->p->by_row || (type.kind != TYPE_DATE && type.kind != TYPE_TIMESTAMP)) return r;
  instruction in = compile_over(DO_BOUNDED, r, -1);
  bool date = type.kind == TYPE_DATE;
  in.ka = date ? DATE_LEAST : moment_at(DATE_LEAST, 0, c->zone);
  in.kb = date ? DATE_MOST : moment_at(DATE_MOST + 1, 0, c->zone) - 1;
  return compile_emit(c, in, type);
}

static int arithmetic(compiler *c, const node *n) {
  const node *a = n->children[0], *b = n->children[1];
  if (n->type.kind == TYPE_NUMBER || n->type.kind == TYPE_RATIO) {
    bool doubles = n->type.kind == TYPE_NUMBER;
    if (n->kind == NODE_DIVIDE && !doubles && is_fixed(a) && is_fixed(b) &&
        a->kind != NODE_CONSTANT && b->kind != NODE_CONSTANT)
      return quotient(c, n);
    instruction in = compile_over(doubles ? DO_DOUBLE : DO_RATIO, compile_as(c, a, n->type),
                                  compile_as(c, b, n->type));
    in.kind = n->kind;
    return c->p->by_row ? 0 : compile_emit(c, in, n->type);
  }
  int r;
  if (n->kind == NODE_MULTIPLY)
    r = product(c, n);
  else if (n->kind == NODE_DIVIDE)
    r = divided(c, n);
  else
    r = sum(c, n);
  return compile_bounded(c, r, n->type);
}

static int negated(compiler *c, const node *n) {
  if (is_fixed(n)) return scaled(c, n->children[0], (rational){-1, 1}, n->type);
  const value zero = {.type = {.kind = TYPE_INTEGER, .denominator = 1}, .exact = {0, 1}};
  instruction in =
      compile_over(n->type.kind == TYPE_NUMBER ? DO_DOUBLE : DO_RATIO,
                   constant_register(c, zero, n->type), compile_as(c, n->children[0], n->type));
  in.kind = NODE_SUBTRACT;
  return c->p->by_row ? 0 : compile_emit(c, in, n->type);
}

/* ---- conditions ---- */

/* x against a constant that may lie between, below or above all stored values. */
static int compare_constant(compiler *c, const node *x, const value *v, node_kind kind,
                            value_type condition) {
  rational at;
  if (v->missing || !rational_mul(v->exact, (rational){x->type.denominator, 1}, &at))
    return compile_give_up(c);
  int128 below = int128_floor_div(at.num, at.den), bound = below;
  bool whole = at.den == 1;
  if (kind == NODE_LESS) {
    bound = whole ? below - 1 : below;
    kind = NODE_LESS_EQUAL;
  } else if (kind == NODE_GREATER || (kind == NODE_GREATER_EQUAL && !whole)) {
    bound = below + 1;
    kind = NODE_GREATER_EQUAL;
  } else if ((kind == NODE_EQUAL || kind == NODE_NOT_EQUAL) && !whole) {
    bound = INT64_MIN; /* equals no value */
  }
  bool equality = kind == NODE_EQUAL || kind == NODE_NOT_EQUAL;
  if (bound > INT64_MAX && kind == NODE_GREATER_EQUAL) {
    kind = NODE_LESS_EQUAL; /* never */
    bound = INT64_MIN;
  }
  if (bound < INT64_MIN || (equality && bound > INT64_MAX)) bound = INT64_MIN;
  if (bound > INT64_MAX) bound = INT64_MAX;
  instruction in = compile_over(DO_COMPARE_CONSTANT, compile_node(c, x), -1);
  in.kind = kind;
  in.ka = (int64_t)bound;
  return c->p->by_row ? 0 : compile_emit(c, in, condition);
}

static int compare_fixed(compiler *c, const node *n) {
  const node *a = n->children[0], *b = n->children[1];
  if (b->kind == NODE_CONSTANT) return compare_constant(c, a, &b->constant, n->kind, n->type);
  if (a->kind == NODE_CONSTANT)
    return compare_constant(c, b, &a->constant, node_mirrored(n->kind), n->type);
  int64_t g = (int64_t)int128_gcd(a->type.denominator, b->type.denominator);
  instruction in = compile_over(DO_COMPARE, compile_node(c, a), compile_node(c, b));
  in.kind = n->kind;
  in.ka = b->type.denominator / g;
  in.kb = a->type.denominator / g;
  return c->p->by_row ? 0 : compile_emit(c, in, n->type);
}

static int comparison(compiler *c, const node *n) {
  const node *a = n->children[0], *b = n->children[1];
  if (b->type.kind == TYPE_NONE) {
    instruction in = compile_over(DO_IS_MISSING, compile_node(c, a), -1);
    in.storage = type_storage(a->type.kind);
    in.flag = n->kind == NODE_NOT_EQUAL;
    return c->p->by_row ? 0 : compile_emit(c, in, n->type);
  }
  storage left = type_storage(a->type.kind), right = type_storage(b->type.kind);
  if (left == STORE_I64 && right == STORE_I64) return compare_fixed(c, n);
  operation o = DO_COMPARE_CODE;
  value_type type = a->type;
  if (left == STORE_F64 || right == STORE_F64) {
    o = DO_COMPARE_DOUBLE;
    type.kind = TYPE_NUMBER;
  } else if (left == STORE_RATIO || right == STORE_RATIO) {
    o = DO_COMPARE_RATIO;
    type = (value_type){.kind = TYPE_RATIO, .denominator = 1};
  } else if (left == STORE_TEXT) {
    o = DO_COMPARE_TEXT;
  }
  instruction in = compile_over(o, compile_as(c, a, type), compile_as(c, b, type));
  in.kind = n->kind;
  in.flag = n->kind == NODE_NOT_EQUAL;
  return c->p->by_row ? 0 : compile_emit(c, in, n->type);
}

static int joined(compiler *c, const node *n, operation o, size_t first) {
  int r = compile_as(c, n->children[first], n->type);
  for (size_t i = first + 1; i < n->child_count && !c->p->by_row; i++)
    r = compile_emit(c, compile_over(o, r, compile_as(c, n->children[i], n->type)), n->type);
  return r;
}

static int selected(compiler *c, const node *n) {
  instruction in = compile_over(DO_SELECT, compile_as(c, n->children[1], n->type),
                                compile_as(c, n->children[2], n->type));
  in.c = compile_as(c, n->children[0], n->children[0]->type);
  in.storage = type_storage(n->type.kind);
  return c->p->by_row ? 0 : compile_emit(c, in, n->type);
}

/* ---- the tree ---- */

int compile_node(compiler *c, const node *n) {
  if (c->p->by_row) return 0;
  if (type_storage(n->type.kind) == STORE_LIST) return compile_give_up(c);
  switch (n->kind) {
  case NODE_CONSTANT:
    return constant_register(c, n->constant, n->type);
  case NODE_SLOT:
    return slot_register(c, n);
  case NODE_NEGATE:
    return negated(c, n);
  case NODE_NOT: {
    instruction in = compile_over(DO_NOT, compile_as(c, n->children[0], n->type), -1);
    return c->p->by_row ? 0 : compile_emit(c, in, n->type);
  }
  case NODE_ADD:
  case NODE_SUBTRACT:
  case NODE_MULTIPLY:
  case NODE_DIVIDE:
    return arithmetic(c, n);
  case NODE_AND:
    return joined(c, n, DO_AND, 0);
  case NODE_OR:
    return joined(c, n, DO_OR, 0);
  case NODE_IN:
    return joined(c, n, DO_OR, 1);
  case NODE_IF:
    return selected(c, n);
  case NODE_CALL:
    return compile_call(c, n);
  default:
    return comparison(c, n);
  }
}

/* ---- lines of memory ---- */

static void note_read(program *p, int r, int at) {
  if (r >= 0) p->registers[r].last = at;
}

/* A line is free again after the last instruction that reads it; an instruction's own result never
 * shares a line with what it reads. */
static void assign_lines(program *p) {
  bool *used = mem_array((size_t)p->register_count + 1, sizeof *used);
  for (int i = 0; i < p->count; i++) {
    note_read(p, p->instructions[i].a, i);
    note_read(p, p->instructions[i].b, i);
    note_read(p, p->instructions[i].c, i);
  }
  for (int r = 0; r < p->register_count; r++) {
    program_register *x = &p->registers[r]; /* constants, and views of texts, keep theirs */
    if (x->source == FROM_CONSTANT || (x->source == FROM_SLOT && x->storage == STORE_TEXT))
      used[x->line = p->lines++] = true;
  }
  for (int i = 0; i < p->count; i++) {
    instruction *in = &p->instructions[i];
    if (in->out != p->result) {
      int line = 0;
      while (used[line]) line++;
      used[line] = true;
      p->registers[in->out].line = line;
      if (line >= p->lines) p->lines = line + 1;
    }
    const int reads[3] = {in->a, in->b, in->c};
    for (int k = 0; k < 3; k++) {
      if (reads[k] < 0) continue;
      const program_register *x = &p->registers[reads[k]];
      if (x->source == FROM_INSTRUCTION && x->last == i && x->line >= 0) used[x->line] = false;
    }
  }
  free(used);
}

void program_compile(program *p, const node *tree, zone z) {
  compiler c = {.p = p, .zone = z};
  *p = (program){0};
  p->result = compile_as(&c, tree, tree->type);
  if (!p->by_row) assign_lines(p);
}

void program_free(program *p) {
  free(p->instructions);
  free(p->registers);
}
