/* Inside expr: the program that a tree compiles to. Every instruction fills a register of its own;
 * the registers of values in between share a few lines of memory. */
#ifndef EVAL_EXPR_PROGRAM_H
#define EVAL_EXPR_PROGRAM_H

#include "expr_kernels.h"

typedef enum operation {
  DO_AFFINE,
  DO_LINEAR,
  DO_MULTIPLY,
  DO_DIVIDE,
  DO_LEAST,
  DO_ABS,
  DO_COMPARE,
  DO_COMPARE_CONSTANT,
  DO_COMPARE_CODE,
  DO_COMPARE_DOUBLE,
  DO_COMPARE_TEXT,
  DO_COMPARE_RATIO,
  DO_BOUNDED,
  DO_MOMENT,
  DO_MODULO,
  DO_SIGN,
  DO_QUOTIENT,
  DO_TO_RATIO,
  DO_RATIO,
  DO_RATIO_LEAST,
  DO_RATIO_ABS,
  DO_RATIO_ROUND,
  DO_TO_DOUBLE,
  DO_RATIO_TO_DOUBLE,
  DO_DOUBLE,
  DO_DOUBLE_LEAST,
  DO_DOUBLE_FUNCTION,
  DO_DOUBLE_MODULO,
  DO_AND,
  DO_OR,
  DO_NOT,
  DO_IS_MISSING,
  DO_SELECT,
  DO_COALESCE,
  DO_TEXT_MEASURE,
  DO_TEXT_RELATION,
  DO_TEXT_CHANGE,
  DO_TEXT_PART
} operation;

typedef struct instruction {
  operation operation;
  storage storage; /* of the operands, where the operation takes any */
  node_kind kind;  /* relation, sign */
  function_kind function;
  round_mode mode;
  bool flag;        /* greatest, inverted, unequal */
  int out, a, b, c; /* registers; -1 = none */
  int64_t ka, kb;   /* factors, constants, bounds */
  double unit;
  const workday_calendar *workdays; /* of DO_MOMENT, where asked */
} instruction;

typedef enum source { FROM_SLOT, FROM_CONSTANT, FROM_INSTRUCTION } source;

typedef struct program_register {
  source source;
  storage storage;
  value_type type;
  int slot;
  value constant;
  int last; /* the last instruction that reads it */
  int line; /* of memory, FROM_CONSTANT and FROM_INSTRUCTION; -1: the result's own */
} program_register;

typedef struct program {
  instruction *instructions;
  program_register *registers;
  int count, capacity, register_count, register_capacity;
  int lines;   /* of memory that the registers need */
  bool wide;   /* a line holds 16 bytes a row, not 8 */
  int result;  /* register */
  bool by_row; /* the tree has something that no loop holds: every row on its own */
} program;

void program_compile(program *p, const node *tree, zone z);
void program_free(program *p);

#endif
