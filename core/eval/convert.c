/* Conversions between columns. Nothing is rounded here but what becomes a measured number. */
#include "convert.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_exact(type_kind kind) {
  return type_is_numeric(kind) && kind != TYPE_NUMBER;
}
static bool is_text(type_kind kind) {
  return kind == TYPE_TEXT || kind == TYPE_KEY;
}

bool convert_accepts(value_type to, value_type from) {
  switch (to.kind) {
  case TYPE_INTEGER:
    return is_exact(from.kind) && from.kind != TYPE_RATIO && from.denominator == 1;
  case TYPE_MONEY:
  case TYPE_DECIMAL:
  case TYPE_RATIO:
    return is_exact(from.kind);
  case TYPE_NUMBER:
    return type_is_numeric(from.kind);
  case TYPE_CHOICE:
    return type_equal(to, from);
  case TYPE_TEXT:
  case TYPE_KEY:
    return is_text(from.kind);
  default:
    return to.kind == from.kind;
  }
}

value_type convert_widen(value_type to, value_type from) {
  int64_t product;
  if (!is_exact(to.kind) || !is_exact(from.kind) || to.kind == TYPE_RATIO) return to;
  value_type ratio = {.kind = TYPE_RATIO, .digits = to.digits, .denominator = 1};
  if (from.kind == TYPE_RATIO) return ratio;
  int64_t common = (int64_t)int128_gcd(to.denominator, from.denominator);
  if (__builtin_mul_overflow(to.denominator / common, from.denominator, &product) ||
      product > INT64_C(1000000000000))
    return ratio;
  to.denominator = product;
  return to;
}

value_type convert_written(value_type t) {
  if (!is_exact(t.kind)) return t;
  if (t.kind == TYPE_RATIO) t.kind = TYPE_DECIMAL;
  t.denominator = pow10_i64(t.digits);
  return t;
}

void convert_missing(column *to, size_t row) {
  switch (type_storage(to->type.kind)) {
  case STORE_I32:
    to->i32[row] = MISSING_I32;
    break;
  case STORE_RATIO:
    to->den[row] = 1;
    to->i64[row] = MISSING_I64;
    break;
  case STORE_I64:
    to->i64[row] = MISSING_I64;
    break;
  case STORE_F64:
    to->f64[row] = NAN;
    break;
  default:
    break;
  }
}

static bool put_exact(int64_t num, int64_t den, column *to, size_t row) {
  if (to->type.kind == TYPE_NUMBER) {
    to->f64[row] = (double)num / (double)den;
    return true;
  }
  if (to->type.kind == TYPE_RATIO) {
    to->i64[row] = num;
    to->den[row] = den;
    return true;
  }
  int128 scaled = (int128)num * to->type.denominator;
  if (scaled % den != 0) return false;
  scaled /= den;
  if (scaled > INT64_MAX || scaled <= INT64_MIN) return false;
  to->i64[row] = (int64_t)scaled;
  return true;
}

bool convert_value(const column *from, size_t from_row, column *to, size_t to_row) {
  if (column_missing(from, from_row)) {
    convert_missing(to, to_row);
    return true;
  }
  if (is_exact(from->type.kind))
    return put_exact(from->i64[from_row], from->den ? from->den[from_row] : from->type.denominator,
                     to, to_row);
  switch (type_storage(from->type.kind)) {
  case STORE_I32:
    to->i32[to_row] = from->i32[from_row];
    break;
  case STORE_I64:
    to->i64[to_row] = from->i64[from_row];
    break;
  case STORE_F64:
    to->f64[to_row] = from->f64[from_row];
    break;
  default:
    return false;
  }
  return true;
}

void convert_text(const column *from, size_t from_row, column *to, size_t to_row) {
  const text_data *t = &from->text;
  bool missing = column_missing(from, from_row);
  column_add_text(to, to_row, missing ? NULL : t->bytes + t->offsets[from_row],
                  missing ? 0 : t->offsets[from_row + 1] - t->offsets[from_row]);
}

void convert_room(text_data *t, size_t used, size_t extra) {
  if (used + extra <= t->capacity) return;
  size_t capacity = t->capacity ? t->capacity : 4096;
  while (capacity < used + extra) capacity *= 2;
  char *bytes = mem_aligned(capacity + 64);
  if (used) memcpy(bytes, t->bytes, used);
  free(t->bytes);
  t->bytes = bytes;
  t->capacity = capacity;
}
