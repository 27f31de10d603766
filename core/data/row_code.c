/* The form of a value: 0 is a missing one.
 *   integers of all kinds   a byte that tells sign and length (0x80 + n, or 0x7F - n below zero), then
 *                           n bytes of two's complement, the highest first; n is as small as can be
 *   doubles                 1, then 8 bytes that order as the numbers do
 *   texts                   1, the bytes, 0 (they hold no NUL: the door refuses it) */
#include "row_code.h"

#include <math.h>
#include <string.h>

#define INTEGER_ROOM 9

static size_t put_integer(uint8_t *out, int64_t value) {
  const uint64_t bits = (uint64_t)value, magnitude = value < 0 ? ~bits : bits;
  const unsigned n = magnitude ? (71 - (unsigned)__builtin_clzll(magnitude)) / 8 : 0;
  out[0] = (uint8_t)(value < 0 ? 0x7F - n : 0x80 + n);
  for (unsigned i = 0; i < n; i++) out[1 + i] = (uint8_t)(bits >> (8 * (n - 1 - i)));
  return 1 + n;
}

static size_t get_integer(const uint8_t *in, int64_t *value) {
  const bool negative = in[0] < 0x80;
  const unsigned n = negative ? 0x7Fu - in[0] : in[0] - 0x80u;
  uint64_t bits = negative ? UINT64_MAX : 0;
  for (unsigned i = 0; i < n; i++) bits = bits << 8 | in[1 + i];
  *value = (int64_t)bits;
  return 1 + n;
}

/* Doubles order as integers of their bits, once those of negative ones are turned over. */
static size_t put_double(uint8_t *out, double value) {
  uint64_t bits;
  if (value == 0) value = 0; /* no -0 */
  memcpy(&bits, &value, sizeof bits);
  bits ^= bits >> 63 ? UINT64_MAX : UINT64_C(1) << 63;
  out[0] = 1;
  for (unsigned i = 0; i < 8; i++) out[1 + i] = (uint8_t)(bits >> (56 - 8 * i));
  return 9;
}

static double get_double(const uint8_t *in) {
  uint64_t bits = 0;
  double value;
  for (unsigned i = 0; i < 8; i++) bits = bits << 8 | in[i];
  bits ^= bits >> 63 ? UINT64_C(1) << 63 : UINT64_MAX;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* ---- rows ---- */

static size_t put_value(uint8_t *out, const column *c, size_t row) {
  int64_t value;
  if (c->i64) {
    value = c->i64[row];
    if (value != MISSING_I64) return put_integer(out, value);
  } else if (c->i32) {
    value = c->i32[row];
    if (value != MISSING_I32) return put_integer(out, value);
  } else if (!isnan(c->f64[row])) {
    return put_double(out, c->f64[row]);
  }
  out[0] = 0;
  return 1;
}

static void put_text(buffer *out, const column *c, size_t row) {
  const text_data *t = &c->text;
  if (t->missing && t->missing[row]) {
    buffer_char(out, 0);
    return;
  }
  const size_t n = t->offsets[row + 1] - t->offsets[row];
  buffer_char(out, 1);
  if (n) buffer_add(out, t->bytes + t->offsets[row], n);
  buffer_char(out, 0);
}

void row_encode(buffer *out, const batch *b, size_t from, size_t row) {
  buffer_reserve(out, INTEGER_ROOM * b->schema->count);
  for (size_t i = from; i < b->schema->count; i++) {
    const column *c = &b->columns[i];
    if (c->text.offsets) {
      put_text(out, c, row);
      buffer_reserve(out, INTEGER_ROOM * b->schema->count);
    } else {
      out->size += put_value((uint8_t *)out->data + out->size, c, row);
    }
  }
}

static size_t get_text(const uint8_t *in, column *to, size_t row) {
  if (in[0] == 0) {
    if (to->text.offsets) column_add_text(to, row, NULL, 0);
    return 1;
  }
  const char *text = (const char *)in + 1;
  const size_t n = strlen(text);
  if (to->text.offsets) column_add_text(to, row, text, n);
  return n + 2;
}

/* A column that is not there is passed over. */
static size_t get_value(const uint8_t *in, storage form, column *to, size_t row) {
  int64_t value = MISSING_I64;
  if (form == STORE_F64) {
    if (to->f64) to->f64[row] = in[0] ? get_double(in + 1) : (double)NAN;
    return in[0] ? 9 : 1;
  }
  const size_t n = in[0] ? get_integer(in, &value) : 1;
  if (to->i64) to->i64[row] = value;
  if (to->i32) to->i32[row] = value == MISSING_I64 ? MISSING_I32 : (int32_t)value;
  return n;
}

size_t row_decode(const char *bytes, batch *out, size_t row) {
  const uint8_t *at = (const uint8_t *)bytes;
  for (size_t i = 0; i < out->schema->count; i++) {
    column *to = &out->columns[i];
    const storage form = type_storage(to->type.kind);
    at += form == STORE_TEXT ? get_text(at, to, row) : get_value(at, form, to, row);
  }
  return (size_t)(at - (const uint8_t *)bytes);
}
