/* Runs compiled expressions, chunk by chunk: small enough for the values in between to stay in the
 * first cache, large enough that choosing the loops costs nothing. */
#include "expr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lang/notation_value.h"
#include "expr_program.h"
#include "expr_row.h"

struct expr {
  const node *tree;
  zone zone;
  program program;
};

expr *expr_new(const node *tree, zone z) {
  expr *x = mem_alloc(sizeof *x);
  x->tree = tree;
  x->zone = z;
  program_compile(&x->program, tree, z);
  return x;
}

void expr_free(expr *x) {
  if (x == NULL) return;
  program_free(&x->program);
  free(x);
}

value_type expr_type(const expr *x) {
  return x->tree->type;
}

/* ---- memory ---- */

enum { ALIGNMENT = 64 };

static void *scratch_block(frame *f, size_t bytes) {
  char *block = arena_alloc(&f->scratch, bytes + 2 * ALIGNMENT);
  return block + (ALIGNMENT - (uintptr_t)block % ALIGNMENT) % ALIGNMENT;
}

/* One evaluation: where each register lies, and what the result is written to. */
typedef struct evaluation {
  const expr *expr;
  frame *frame;
  lane *lanes;  /* one a register */
  char *memory; /* the program's lines */
  column *result;
  text_view *texts; /* of a STORE_TEXT result, until its bytes are known */
  size_t room;      /* rows of a line: those of the largest chunk, a multiple of 8 */
  chunk chunk;
  size_t start; /* of the chunk */
} evaluation;

static column *result_column(frame *f, value_type type) {
  column *out = arena_alloc(&f->scratch, sizeof *out);
  out->type = type;
  switch (type_storage(type.kind)) {
  case STORE_RATIO:
    out->den = scratch_block(f, f->rows * sizeof *out->den); /* fall through */
  case STORE_I64:
    out->i64 = scratch_block(f, f->rows * sizeof *out->i64);
    break;
  case STORE_I32:
    out->i32 = scratch_block(f, f->rows * sizeof *out->i32);
    break;
  case STORE_F64:
    out->f64 = scratch_block(f, f->rows * sizeof *out->f64);
    break;
  default:
    break;
  }
  return out;
}

/* ---- lanes ---- */

static void point(lane *l, storage s, char *memory, size_t room) {
  switch (s) {
  case STORE_RATIO:
    l->i64 = (int64_t *)(void *)memory;
    l->den = l->i64 + room;
    break;
  case STORE_I32:
    l->i32 = (int32_t *)(void *)memory;
    break;
  case STORE_F64:
    l->f64 = (double *)(void *)memory;
    break;
  case STORE_TEXT:
    l->text = (text_view *)(void *)memory;
    break;
  default:
    l->i64 = (int64_t *)(void *)memory;
    break;
  }
}

static text_view view_of(const text_data *t, size_t row) {
  if (t->missing != NULL && t->missing[row]) return (text_view){0};
  const char *bytes = t->bytes != NULL ? t->bytes : "";
  return (text_view){bytes + t->offsets[row], t->offsets[row + 1] - t->offsets[row]};
}

static void fill_constant(const program_register *r, lane *l, size_t room) {
  const value *v = &r->constant;
  int64_t stored = MISSING_I64;
  bool known = !v->missing;
  if (r->storage == STORE_I64 && known) known = value_stored(v, r->type, &stored);
  for (size_t i = 0; i < room; i++) {
    switch (r->storage) {
    case STORE_RATIO:
      l->i64[i] = known ? (int64_t)v->exact.num : MISSING_I64;
      l->den[i] = known ? (int64_t)v->exact.den : 1;
      break;
    case STORE_I32:
      l->i32[i] = known ? (int32_t)v->exact.num : -1;
      break;
    case STORE_F64:
      l->f64[i] = known ? v->number : NAN;
      break;
    case STORE_TEXT:
      l->text[i] = known && v->text != NULL ? (text_view){v->text, (uint32_t)strlen(v->text)}
                                            : (text_view){0};
      break;
    default:
      l->i64[i] = stored;
      break;
    }
  }
  l->low = l->high = known ? stored : 0;
  l->missing = !known;
}

static void load_slot(evaluation *e, const program_register *r, lane *l) {
  const column *from = e->frame->slots[r->slot];
  switch (r->storage) {
  case STORE_RATIO:
    l->i64 = from->i64 + e->start;
    l->den = from->den + e->start;
    break;
  case STORE_I32:
    l->i32 = from->i32 + e->start;
    break;
  case STORE_F64:
    l->f64 = from->f64 + e->start;
    break;
  case STORE_TEXT:
    for (size_t i = 0; i < e->chunk.rows; i++) l->text[i] = view_of(&from->text, e->start + i);
    break;
  default:
    l->i64 = from->i64 + e->start;
    lane_scan(l, e->chunk.rows);
    break;
  }
}

static void point_result(evaluation *e, lane *l) {
  const column *out = e->result;
  if (out->i64 != NULL) l->i64 = out->i64 + e->start;
  if (out->den != NULL) l->den = out->den + e->start;
  if (out->i32 != NULL) l->i32 = out->i32 + e->start;
  if (out->f64 != NULL) l->f64 = out->f64 + e->start;
  if (e->texts != NULL) l->text = e->texts + e->start;
}

static void prepare(evaluation *e) {
  const program *p = &e->expr->program;
  const size_t most = e->frame->rows < CHUNK_ROWS ? e->frame->rows : CHUNK_ROWS;
  e->room = (most + 7) / 8 * 8;
  size_t line = e->room * (p->wide ? 2 * sizeof(int64_t) : sizeof(int64_t));
  e->lanes = scratch_block(e->frame, (size_t)p->register_count * sizeof *e->lanes);
  e->memory = scratch_block(e->frame, (size_t)p->lines * line);
  for (int i = 0; p->registers != NULL && i < p->register_count; i++) {
    const program_register *r = &p->registers[i];
    if (r->line >= 0) point(&e->lanes[i], r->storage, e->memory + (size_t)r->line * line, e->room);
    if (r->source == FROM_CONSTANT) fill_constant(r, &e->lanes[i], e->room);
  }
}

/* ---- running ---- */

/* An instruction over the lanes of one chunk. Each of these runs those of its kind, and says whether
 * this was one. */
typedef struct operands {
  lane *out;
  const lane *a, *b;
} operands;

static void run_moment(evaluation *e, const instruction *in, operands o) {
  const lane *c = in->c >= 0 ? &e->lanes[in->c] : NULL;
  const lane *const arguments[3] = {o.a, o.b, c};
  const moment_call call = {in->function, e->expr->zone, in->workdays};
  kernel_moment(&e->chunk, &call, arguments, c != NULL ? 3 : o.b != NULL ? 2 : 1, o.out);
}

static bool run_exact(evaluation *e, const instruction *in, operands o) {
  chunk *c = &e->chunk;
  switch (in->operation) {
  case DO_AFFINE:
    kernel_affine(c, o.a, in->ka, in->kb, o.out);
    return true;
  case DO_LINEAR:
    kernel_linear(c, o.a, in->ka, o.b, in->kb, o.out);
    return true;
  case DO_MULTIPLY:
    kernel_multiply(c, o.a, o.b, o.out);
    return true;
  case DO_DIVIDE:
    kernel_divide(c, o.a, in->ka, in->mode, o.out);
    return true;
  case DO_LEAST:
    kernel_least(c, o.a, o.b, in->flag, o.out);
    return true;
  case DO_ABS:
    kernel_abs(c, o.a, o.out);
    return true;
  case DO_BOUNDED:
    kernel_bounded(c, o.a, in->ka, in->kb, o.out);
    return true;
  case DO_MODULO:
    kernel_modulo(c, o.a, in->ka, o.b, in->kb, o.out);
    return true;
  case DO_SIGN:
    kernel_sign(c, in->storage, o.a, o.out);
    return true;
  case DO_MOMENT:
    run_moment(e, in, o);
    return true;
  default:
    return false;
  }
}

static bool run_comparison(evaluation *e, const instruction *in, operands o) {
  chunk *c = &e->chunk;
  switch (in->operation) {
  case DO_COMPARE:
    kernel_compare(c, o.a, in->ka, o.b, in->kb, in->kind, o.out);
    return true;
  case DO_COMPARE_CONSTANT:
    kernel_compare_constant(c, o.a, in->ka, in->kind, o.out);
    return true;
  case DO_COMPARE_CODE:
    kernel_code_compare(c, o.a, o.b, in->kind, o.out);
    return true;
  case DO_COMPARE_DOUBLE:
    kernel_double_compare(c, o.a, o.b, in->kind, o.out);
    return true;
  case DO_COMPARE_RATIO:
    kernel_ratio_compare(c, o.a, o.b, in->kind, o.out);
    return true;
  default:
    return false;
  }
}

static bool run_ratio(evaluation *e, const instruction *in, operands o) {
  chunk *c = &e->chunk;
  switch (in->operation) {
  case DO_QUOTIENT:
    kernel_quotient(c, o.a, in->ka, o.b, in->kb, o.out);
    return true;
  case DO_TO_RATIO:
    kernel_to_ratio(c, o.a, in->ka, o.out);
    return true;
  case DO_RATIO:
    kernel_ratio(c, in->kind, o.a, o.b, o.out);
    return true;
  case DO_RATIO_LEAST:
    kernel_ratio_least(c, o.a, o.b, in->flag, o.out);
    return true;
  case DO_RATIO_ABS:
    kernel_ratio_abs(c, o.a, o.out);
    return true;
  case DO_RATIO_ROUND:
    kernel_ratio_round(c, o.a, in->ka, in->kb, in->mode, o.out);
    return true;
  case DO_RATIO_TO_DOUBLE:
    kernel_ratio_to_double(c, o.a, o.out);
    return true;
  default:
    return false;
  }
}

static bool run_double(evaluation *e, const instruction *in, operands o) {
  chunk *c = &e->chunk;
  switch (in->operation) {
  case DO_TO_DOUBLE:
    kernel_i64_to_double(c, o.a, in->ka, o.out);
    return true;
  case DO_DOUBLE:
    kernel_double(c, in->kind, o.a, o.b, o.out);
    return true;
  case DO_DOUBLE_LEAST:
    kernel_double_least(c, o.a, o.b, in->flag, o.out);
    return true;
  case DO_DOUBLE_MODULO:
    kernel_double_modulo(c, o.a, o.b, o.out);
    return true;
  case DO_DOUBLE_FUNCTION:
    kernel_double_function(c, o.a, in->function, in->unit, o.out);
    return true;
  default:
    return false;
  }
}

static bool run_text(evaluation *e, const instruction *in, operands o) {
  chunk *c = &e->chunk;
  switch (in->operation) {
  case DO_COMPARE_TEXT:
    kernel_text_compare(c, o.a, o.b, in->flag, o.out);
    return true;
  case DO_TEXT_MEASURE:
    kernel_text_measure(c, o.a, in->function, o.out);
    return true;
  case DO_TEXT_RELATION:
    kernel_text_relation(c, o.a, o.b, in->function, o.out);
    return true;
  case DO_TEXT_CHANGE:
    kernel_text_change(c, o.a, in->function, &e->frame->scratch, o.out);
    return true;
  case DO_TEXT_PART:
    kernel_text_part(c, o.a, o.b, in->c >= 0 ? &e->lanes[in->c] : NULL, o.out);
    return true;
  default:
    return false;
  }
}

static bool run_logic(evaluation *e, const instruction *in, operands o) {
  chunk *c = &e->chunk;
  switch (in->operation) {
  case DO_AND:
    kernel_and(c, o.a, o.b, o.out);
    return true;
  case DO_OR:
    kernel_or(c, o.a, o.b, o.out);
    return true;
  case DO_NOT:
    kernel_not(c, o.a, o.out);
    return true;
  case DO_IS_MISSING:
    kernel_is_missing(c, in->storage, o.a, in->flag, o.out);
    return true;
  case DO_SELECT:
    kernel_select(c, in->storage, &e->lanes[in->c], o.a, o.b, o.out);
    return true;
  case DO_COALESCE:
    kernel_coalesce(c, in->storage, o.a, o.b, o.out);
    return true;
  default:
    return false;
  }
}

static void run(evaluation *e, const instruction *in) {
  operands o = {&e->lanes[in->out], &e->lanes[in->a], in->b >= 0 ? &e->lanes[in->b] : NULL};
  (void)(run_exact(e, in, o) || run_comparison(e, in, o) || run_logic(e, in, o) ||
         run_ratio(e, in, o) || run_double(e, in, o) || run_text(e, in, o));
}

/* ---- single rows ---- */

static void store_missing(evaluation *e, size_t row) {
  column *out = e->result;
  if (out->i64 != NULL) out->i64[row] = MISSING_I64;
  if (out->den != NULL) out->den[row] = 1;
  if (out->i32 != NULL) out->i32[row] = -1;
  if (out->f64 != NULL) out->f64[row] = NAN;
  if (e->texts != NULL) e->texts[row] = (text_view){0};
}

/* False if the value does not fit the column. */
static bool store_value(evaluation *e, size_t row, const value *v) {
  column *out = e->result;
  store_missing(e, row);
  if (v->missing) return true;
  switch (type_storage(out->type.kind)) {
  case STORE_RATIO:
    if (v->exact.num > INT64_MAX || v->exact.num <= INT64_MIN || v->exact.den > INT64_MAX)
      return false;
    out->i64[row] = (int64_t)v->exact.num;
    out->den[row] = (int64_t)v->exact.den;
    return true;
  case STORE_I32:
    out->i32[row] = (int32_t)v->exact.num;
    return true;
  case STORE_F64:
    out->f64[row] = value_double(v);
    return isfinite(out->f64[row]);
  case STORE_TEXT:
    if (e->texts != NULL) e->texts[row] = (text_view){v->text, (uint32_t)strlen(v->text)};
    return true;
  case STORE_LIST:
    return false;
  default:
    return value_stored(v, out->type, &out->i64[row]);
  }
}

static void evaluate_row(evaluation *e, size_t row, const step_place *at) {
  value v;
  if (expr_row_value(e->expr->tree, e->expr->zone, e->frame, row, &v) && store_value(e, row, &v))
    return;
  store_missing(e, row);
  frame_fail(e->frame, row, "OVERFLOW", at,
             "a value on the way to this one is too large to be exact");
}

static void evaluate_chunk(evaluation *e, const step_place *at) {
  const program *p = &e->expr->program;
  if (p->by_row || p->registers == NULL) {
    for (size_t i = 0; i < e->chunk.rows; i++) evaluate_row(e, e->start + i, at);
    return;
  }
  for (int i = 0; i < p->register_count; i++)
    if (p->registers[i].source == FROM_SLOT) load_slot(e, &p->registers[i], &e->lanes[i]);
  point_result(e, &e->lanes[p->result]);
  for (int i = 0; i < p->count; i++) run(e, &p->instructions[i]);
  if (!e->chunk.again) return;
  for (size_t i = 0; i < e->chunk.rows; i++)
    if (e->chunk.redo[i]) evaluate_row(e, e->start + i, at);
  memset(e->chunk.redo, 0, sizeof e->chunk.redo);
  e->chunk.again = false;
}

/* ---- results ---- */

static void finish_texts(evaluation *e) {
  frame *f = e->frame;
  text_data *out = &e->result->text;
  size_t bytes = 0;
  for (size_t i = 0; i < f->rows; i++) bytes += e->texts[i].size;
  out->offsets = scratch_block(f, (f->rows + 1) * sizeof *out->offsets);
  out->missing = scratch_block(f, f->rows);
  out->bytes = scratch_block(f, bytes);
  out->capacity = bytes;
  uint32_t at = 0;
  for (size_t i = 0; i < f->rows; i++) {
    const text_view *v = &e->texts[i];
    if (v->size > 0) memcpy(out->bytes + at, v->at, v->size);
    out->missing[i] = v->at == NULL;
    at += v->size;
    out->offsets[i + 1] = at;
  }
}

/* The same constant in every row. */
static void fill_result(evaluation *e, const value *v, const step_place *at) {
  for (size_t i = 0; i < e->frame->rows; i++) {
    if (store_value(e, i, v)) continue;
    store_missing(e, i);
    frame_fail(e->frame, i, "OVERFLOW", at, "the constant is too large for a column");
  }
}

/* The column of a slot; where only the unit differs (i / 4 is i in quarters), the same values under
 * their new type. */
static const column *slot_column(const expr *x, frame *f, const column *slot) {
  value_type type = x->tree->type;
  if (slot->type.kind == type.kind && slot->type.denominator == type.denominator &&
      slot->type.digits == type.digits)
    return slot;
  column *view = arena_alloc(&f->scratch, sizeof *view);
  *view = *slot;
  view->type = type;
  return view;
}

const column *expr_eval(const expr *x, frame *f, const step_place *at) {
  const program *p = &x->program;
  const program_register *result = p->by_row ? NULL : &p->registers[p->result];
  if (result != NULL && result->source == FROM_SLOT)
    return slot_column(x, f, f->slots[result->slot]);
  evaluation e = {.expr = x, .frame = f, .result = result_column(f, x->tree->type)};
  if (type_storage(x->tree->type.kind) == STORE_TEXT)
    e.texts = scratch_block(f, f->rows * sizeof *e.texts);
  if (x->tree->kind == NODE_CONSTANT || (result != NULL && result->source == FROM_CONSTANT)) {
    fill_result(&e, result != NULL ? &result->constant : &x->tree->constant, at);
  } else {
    if (!p->by_row) prepare(&e);
    for (; e.start < f->rows; e.start += e.chunk.rows) {
      e.chunk.rows = f->rows - e.start < CHUNK_ROWS ? f->rows - e.start : CHUNK_ROWS;
      evaluate_chunk(&e, at);
    }
  }
  if (e.texts != NULL) finish_texts(&e);
  return e.result;
}

void expr_truth(const expr *x, frame *f, const step_place *at, uint8_t *out) {
  const int32_t *restrict truth = expr_eval(x, f, at)->i32;
  memset(out, 0, f->rows);
  for (size_t i = 0; truth != NULL && i < f->rows; i++) out[i] = truth[i] == 1;
}
