/* Inside expr: compiling, as its files share it. What returns a register returns any once the program
 * is by_row. */
#ifndef EVAL_EXPR_COMPILE_H
#define EVAL_EXPR_COMPILE_H

#include "expr_program.h"

typedef struct compiler {
  program *p;
  zone zone;
} compiler;

int compile_node(compiler *c, const node *n);
/* The node as a value of the type: another denominator, a quotient, a double. */
int compile_as(compiler *c, const node *n, value_type type);
int compile_call(compiler *c, const node *n);
/* There is no loop for it. */
int compile_give_up(compiler *c);

/* An instruction over two registers (-1 = none), to be filled in and emitted. */
instruction compile_over(operation o, int a, int b);
/* Adds the instruction unless its work is done already; returns the register of its result. */
int compile_emit(compiler *c, instruction in, value_type type);
/* a * k + add */
int compile_affine(compiler *c, int a, int64_t k, int64_t add, value_type type);
/* Guards a DATE or TIMESTAMP against leaving the calendar. */
int compile_bounded(compiler *c, int r, value_type type);
storage compile_storage(const compiler *c, int r);

#endif
