/* Evaluates a tree for one row, branch by branch: only what decides the result is worked out. */
#include "expr_row.h"

#include <math.h>

#include "../lang/notation_value.h"

enum { ARGUMENTS_FEW = 3, ARGUMENTS_MOST = 32 }; /* the notation allows no more */

typedef struct row_context {
  frame *frame;
  size_t row;
  zone zone;
} row_context;

static bool row_value(const row_context *c, const node *n, value *out);

static value_room room_of(const row_context *c) {
  return (value_room){c->zone, &c->frame->scratch};
}

static void read_text(const row_context *c, const column *from, value *out) {
  out->missing = from->text.missing != NULL && from->text.missing[c->row] != 0;
  if (out->missing) return;
  uint32_t at = from->text.offsets[c->row], end = from->text.offsets[c->row + 1];
  out->text = arena_string_n(&c->frame->scratch, from->text.bytes + at, end - at);
}

static bool read_slot(const row_context *c, const node *n, value *out) {
  const column *from = c->frame->slots[n->symbol->slot];
  *out = (value){.type = n->type, .exact = {0, 1}, .number = NAN};
  switch (type_storage(n->type.kind)) {
  case STORE_TEXT:
    read_text(c, from, out);
    return true;
  case STORE_I32:
    out->exact.num = from->i32[c->row];
    out->missing = from->i32[c->row] < 0;
    return true;
  case STORE_F64:
    out->number = from->f64[c->row];
    out->missing = isnan(out->number);
    return true;
  case STORE_LIST:
    return false;
  default:
    break;
  }
  bool ratio = type_storage(n->type.kind) == STORE_RATIO;
  out->missing = from->i64[c->row] == MISSING_I64;
  return out->missing ||
         rational_make(from->i64[c->row], ratio ? from->den[c->row] : n->type.denominator,
                       &out->exact);
}

/* and, or, in: from the left until one decides. */
static bool join_value(const row_context *c, const node *n, value *out) {
  int deciding = n->kind == NODE_AND ? 0 : 1, truth = 1 - deciding;
  for (size_t i = n->kind == NODE_IN ? 1 : 0; i < n->child_count && truth != deciding; i++) {
    value v;
    if (!row_value(c, n->children[i], &v)) return false;
    int t = value_truth(&v);
    if (t == deciding || t < 0) truth = t;
  }
  *out = truth < 0 ? value_missing(n->type) : value_boolean(truth == 1);
  return true;
}

static bool if_value(const row_context *c, const node *n, value *out) {
  value arguments[3];
  if (!row_value(c, n->children[0], &arguments[0])) return false;
  size_t taken = value_truth(&arguments[0]) == 1 ? 1 : 2;
  arguments[3 - taken] = value_missing(n->type);
  return row_value(c, n->children[taken], &arguments[taken]) &&
         value_apply(n, room_of(c), arguments, out);
}

/* The others: every argument. Long formulas make deep trees, so that the usual few arguments take
 * little of the stack. */
static bool arguments_value(const row_context *c, const node *n, value *arguments, value *out) {
  bool first = n->kind == NODE_CALL && n->function == FUNCTION_COALESCE, found = false;
  for (size_t i = 0; i < n->child_count; i++) {
    arguments[i] = value_missing(n->type);
    if (!(first && found) && !row_value(c, n->children[i], &arguments[i])) return false;
    found = found || !arguments[i].missing;
  }
  return value_apply(n, room_of(c), arguments, out);
}

static bool few_value(const row_context *c, const node *n, value *out) {
  value arguments[ARGUMENTS_FEW];
  return arguments_value(c, n, arguments, out);
}

__attribute__((noinline)) static bool many_value(const row_context *c, const node *n, value *out) {
  value arguments[ARGUMENTS_MOST];
  return n->child_count <= ARGUMENTS_MOST && arguments_value(c, n, arguments, out);
}

static bool row_value(const row_context *c, const node *n, value *out) {
  switch (n->kind) {
  case NODE_CONSTANT:
    *out = n->constant;
    return true;
  case NODE_SLOT:
    return read_slot(c, n, out);
  case NODE_AND:
  case NODE_OR:
  case NODE_IN:
    return join_value(c, n, out);
  case NODE_IF:
    return if_value(c, n, out);
  default:
    break;
  }
  return n->child_count <= ARGUMENTS_FEW ? few_value(c, n, out) : many_value(c, n, out);
}

bool expr_row_value(const node *n, zone z, frame *f, size_t row, value *out) {
  const row_context c = {.frame = f, .row = row, .zone = z};
  return row_value(&c, n, out);
}
