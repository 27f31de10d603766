/* The loops over texts. What they ask is lang/notation_text. */
#include <string.h>

#include "../lang/notation_text.h"
#include "expr_kernels.h"

static text_piece piece(const text_view *v) {
  return (text_piece){v->at, v->size};
}

void kernel_text_compare(chunk *c, const lane *a, const lane *b, bool unequal, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    const text_view *x = &a->text[i], *y = &b->text[i];
    bool equal =
        x->at != NULL && y->at != NULL && x->size == y->size && memcmp(x->at, y->at, x->size) == 0;
    out->i32[i] = x->at == NULL || y->at == NULL ? -1 : equal != unequal;
  }
}

void kernel_text_measure(chunk *c, const lane *a, function_kind f, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    const text_view *x = &a->text[i];
    out->i64[i] = x->at == NULL ? MISSING_I64 : text_measure(f, piece(x));
  }
  lane_scan(out, c->rows);
}

void kernel_text_relation(chunk *c, const lane *a, const lane *b, function_kind f, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    const text_view *x = &a->text[i], *y = &b->text[i];
    out->i32[i] =
        x->at == NULL || y->at == NULL ? -1 : (int32_t)text_relation(f, piece(x), piece(y));
  }
}

void kernel_text_change(chunk *c, const lane *a, function_kind f, arena *texts, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    text_view x = a->text[i];
    if (x.size > 0) {
      char *made = arena_alloc(texts, x.size);
      text_change(f, piece(&x), made);
      x.at = made;
    }
    out->text[i] = x;
  }
}

void kernel_text_part(chunk *c, const lane *a, const lane *start, const lane *length, lane *out) {
  for (size_t i = 0; i < c->rows; i++) {
    int64_t n = length != NULL ? length->i64[i] : INT64_MAX;
    out->text[i] = (text_view){0};
    if (a->text[i].at == NULL || start->i64[i] == MISSING_I64 || n == MISSING_I64) continue;
    text_piece part = text_part(piece(&a->text[i]), start->i64[i], n);
    out->text[i] = (text_view){part.at, (uint32_t)part.size};
  }
}
