/* Writing and reading the blobs of inputs. Form 1:
 *   byte 1, the bitmap of missing values (bit i % 8 of byte i / 8, set = missing), then every value
 *   that is not missing: int64 zigzag and choices and booleans as LEB128 varints, doubles as 8 bytes
 *   little endian, texts as a varint of their length and their bytes. Lists are never written.
 * Writing is on the path of every record: a varint is spread without branches. */
#include "blob.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "convert.h"

#define BLOB_FORM 1
#define VARINT_MOST 10

static uint64_t zigzag(int64_t x) { return ((uint64_t)x << 1) ^ (uint64_t)(x >> 63); }
static int64_t unzigzag(uint64_t x) { return (int64_t)(x >> 1) ^ -(int64_t)(x & 1); }

static size_t put_long_varint(uint8_t *out, uint64_t x) {
  size_t n = 0;
  for (; x >= 0x80; x >>= 7) out[n++] = (uint8_t)(x | 0x80);
  out[n++] = (uint8_t)x;
  return n;
}

/* Writes 8 bytes, of which the returned number count (10 at most for values above 56 bits). */
static inline size_t put_varint(uint8_t *out, uint64_t x) {
  if (__builtin_expect(x >> 56 != 0, 0)) return put_long_varint(out, x);
  size_t n = (size_t)(64 - __builtin_clzll(x | 1) + 6) / 7;
  /* groups of 28, 14 and then 7 bits, each moved to the start of its own half */
  x = (x & 0x00FFFFFFF0000000) << 4 | (x & 0x000000000FFFFFFF);
  x = (x & 0x0FFFC0000FFFC000) << 2 | (x & 0x00003FFF00003FFF);
  x = (x & 0x3F803F803F803F80) << 1 | (x & 0x007F007F007F007F);
  x |= 0x8080808080808080 & ((UINT64_C(1) << (8 * (n - 1))) - 1);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  x = __builtin_bswap64(x);
#endif
  memcpy(out, &x, sizeof x);
  return n;
}

static void put_double(uint8_t *out, double d) {
  uint64_t bits;
  memcpy(&bits, &d, sizeof bits);
  for (int i = 0; i < 8; i++) out[i] = (uint8_t)(bits >> (8 * i));
}

/* ---- writing ---- */

static size_t text_size(const column *c, size_t row) {
  return c->text.offsets[row + 1] - c->text.offsets[row];
}

/* The most bytes that the row can take, with the slack of the last varint. */
static size_t most_bytes(const batch *b, size_t row, const size_t *fields, size_t count) {
  size_t most = 1 + (count + 7) / 8 + 16;
  for (size_t i = 0; i < count; i++) {
    const column *c = &b->columns[fields[i]];
    most += VARINT_MOST;
    if (c->text.offsets) most += text_size(c, row);
  }
  return most;
}

/* Writes the value of a column if it is there; says whether it is missing. */
static inline size_t put_value(uint8_t *out, const column *c, size_t row, bool *missing) {
  size_t n;
  if (c->i64) {
    *missing = c->i64[row] == MISSING_I64;
    n = put_varint(out, zigzag(c->i64[row]));
    return *missing ? 0 : n;
  }
  if (c->i32) {
    *missing = c->i32[row] == MISSING_I32;
    n = put_varint(out, (uint32_t)c->i32[row]);
    return *missing ? 0 : n;
  }
  *missing = column_missing(c, row) || c->type.kind == TYPE_LIST;
  if (*missing) return 0;
  if (c->f64) {
    put_double(out, c->f64[row]);
    return 8;
  }
  n = put_varint(out, text_size(c, row));
  if (text_size(c, row)) memcpy(out + n, c->text.bytes + c->text.offsets[row], text_size(c, row));
  return n + text_size(c, row);
}

static size_t put_row(uint8_t *out, const batch *b, size_t row, const size_t *fields, size_t count) {
  size_t bitmap = (count + 7) / 8, end = 1 + bitmap;
  out[0] = BLOB_FORM;
  memset(out + 1, 0, bitmap);
  for (size_t i = 0; i < count; i++) {
    bool missing;
    end += put_value(out + end, &b->columns[fields[i]], row, &missing);
    out[1 + i / 8] |= (uint8_t)((unsigned)missing << (i % 8));
  }
  return end;
}

void blob_write(buffer *out, const batch *b, size_t row, const size_t *fields, size_t count) {
  buffer_reserve(out, most_bytes(b, row, fields, count));
  out->size += put_row((uint8_t *)out->data + out->size, b, row, fields, count);
}

void blob_write_rows(text_data *out, const batch *b, const size_t *fields, size_t count) {
  bool texts = false;
  for (size_t i = 0; i < count; i++) texts = texts || b->columns[fields[i]].text.offsets;
  size_t fixed = 1 + (count + 7) / 8 + 16 + count * VARINT_MOST, end = 0;
  out->offsets[0] = 0;
  for (size_t row = 0; row < b->rows; row++) {
    convert_room(out, end, texts ? most_bytes(b, row, fields, count) : fixed);
    end += put_row((uint8_t *)out->bytes + end, b, row, fields, count);
    out->offsets[row + 1] = (uint32_t)end;
  }
}

/* ---- reading ---- */

typedef struct reader {
  const uint8_t *at, *end;
} reader;

static bool get_varint(reader *r, uint64_t *out) {
  *out = 0;
  for (int shift = 0; shift < 70 && r->at < r->end; shift += 7) {
    uint8_t byte = *r->at++;
    if (shift == 63 && byte > 1) return false;
    *out |= (uint64_t)(byte & 0x7F) << shift;
    if (!(byte & 0x80)) return true;
  }
  return false;
}

static bool get_value(reader *r, const value_type *t, column *c, size_t row) {
  uint64_t x;
  if (type_storage(t->kind) == STORE_F64) {
    if (r->end - r->at < 8) return false;
    x = 0;
    for (int i = 0; i < 8; i++) x |= (uint64_t)r->at[i] << (8 * i);
    r->at += 8;
    memcpy(&c->f64[row], &x, sizeof x);
    return !isnan(c->f64[row]);
  }
  if (!get_varint(r, &x)) return false;
  switch (type_storage(t->kind)) {
  case STORE_I64: c->i64[row] = unzigzag(x); return c->i64[row] != MISSING_I64;
  case STORE_I32:
    if (x >= (t->kind == TYPE_BOOLEAN ? 2 : t->choices->count)) return false;
    c->i32[row] = (int32_t)x;
    return true;
  case STORE_TEXT:
    if (x > (uint64_t)(r->end - r->at)) return false;
    column_add_text(c, row, (const char *)r->at, (size_t)x);
    r->at += x;
    return true;
  default: return false;
  }
}

static void set_missing(const value_type *t, column *c, size_t row) {
  if (type_storage(t->kind) == STORE_TEXT) column_add_text(c, row, NULL, 0);
  else if (type_storage(t->kind) != STORE_LIST) convert_missing(c, row);
}

error_code blob_read(const void *data, size_t n, const value_type *types, size_t count,
                     column *columns, size_t row, error *e) {
  const uint8_t *bytes = data;
  size_t bitmap = (count + 7) / 8;
  if (n < 1 || bytes[0] != BLOB_FORM)
    return error_set(e, ERR_STORE, "the stored inputs of a decision have form %d, and this program "
                     "reads form %d: it was written by another version, or is damaged",
                     n ? bytes[0] : -1, BLOB_FORM);
  if (n < 1 + bitmap)
    return error_set(e, ERR_STORE, "the stored inputs of a decision are cut short: %zu bytes for %zu "
                     "fields", n, count);
  reader r = {bytes + 1 + bitmap, bytes + n};
  for (size_t i = 0; i < count; i++) {
    if (bytes[1 + i / 8] >> (i % 8) & 1) set_missing(&types[i], &columns[i], row);
    else if (!get_value(&r, &types[i], &columns[i], row))
      return error_set(e, ERR_STORE, "the stored inputs of a decision are damaged: field %zu of %zu is "
                       "no %s", i + 1, count, type_name(types[i].kind));
  }
  if (r.at == r.end) return ERR_OK;
  return error_set(e, ERR_STORE, "the stored inputs of a decision are damaged: %zu bytes are left over "
                   "behind %zu fields", (size_t)(r.end - r.at), count);
}
