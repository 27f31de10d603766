/* Writing and reading the blobs of inputs. Form 1:
 *   byte 1, the bitmap of missing values (bit i % 8 of byte i / 8, set = missing), then every value
 *   that is not missing: int64 zigzag and choices and booleans as LEB128 varints, quotients as
 *   numerator and divisor, both zigzag, doubles as 8 bytes little endian, texts as a varint of their
 *   length and their bytes, lists as a varint of how many records they have, then each record: its own
 *   bitmap and values.
 * Writing is on the path of every record: a varint is spread without branches, and numbers and
 * choices are written column by column. */
#include "blob.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "convert.h"

#define BLOB_FORM 1
#define VARINT_MOST 10

static uint64_t zigzag(int64_t x) {
  return ((uint64_t)x << 1) ^ (uint64_t)(x >> 63);
}
static int64_t unzigzag(uint64_t x) {
  return (int64_t)(x >> 1) ^ -(int64_t)(x & 1);
}

static size_t put_long_varint(uint8_t *out, uint64_t x) {
  size_t n = 0;
  for (; x >= 0x80; x >>= 7) out[n++] = (uint8_t)(x | 0x80);
  out[n++] = (uint8_t)x;
  return n;
}

/* Writes 8 bytes, of which the returned number count (up to 10 for values above 56 bits). */
static inline size_t put_varint(uint8_t *out, uint64_t x) {
  unsigned size;
  if (__builtin_expect(x >> 56 != 0, 0)) return put_long_varint(out, x);
  x = kernel_varint(x, &size);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  x = __builtin_bswap64(x);
#endif
  memcpy(out, &x, sizeof x);
  return size;
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

static size_t most_list_bytes(const column *c, size_t row);

/* The most bytes that the row can take, with the slack of the last varint. */
static size_t most_bytes(const column *const *columns, size_t count, size_t row) {
  size_t most = 1 + (count + 7) / 8 + 16;
  for (size_t i = 0; i < count; i++) {
    const column *c = columns[i];
    most += c->den ? 2 * VARINT_MOST : VARINT_MOST;
    if (c->text.offsets) most += text_size(c, row);
    if (c->list.offsets) most += most_list_bytes(c, row);
  }
  return most;
}

static size_t most_list_bytes(const column *c, size_t row) {
  const batch *items = c->list.records;
  size_t n = items->schema->count, most = 0;
  for (size_t item = c->list.offsets[row]; item < c->list.offsets[row + 1]; item++) {
    most += (n + 7) / 8 + n * VARINT_MOST;
    for (size_t i = 0; i < n; i++)
      if (items->columns[i].text.offsets) most += text_size(&items->columns[i], item);
  }
  return most;
}

static size_t put_list(uint8_t *out, const column *c, size_t row);

/* Writes the value of a column if it is there; says whether it is missing. */
static inline size_t put_value(uint8_t *out, const column *c, size_t row, bool *missing) {
  size_t n;
  if (c->i64) {
    *missing = c->i64[row] == MISSING_I64;
    n = put_varint(out, zigzag(c->i64[row]));
    if (c->den && !*missing) n += put_varint(out + n, zigzag(c->den[row]));
    return *missing ? 0 : n;
  }
  if (c->i32) {
    *missing = c->i32[row] == MISSING_I32;
    n = put_varint(out, (uint32_t)c->i32[row]);
    return *missing ? 0 : n;
  }
  *missing = column_missing(c, row);
  if (*missing) return 0;
  if (c->list.offsets) return put_list(out, c, row);
  if (c->f64) {
    put_double(out, c->f64[row]);
    return 8;
  }
  n = put_varint(out, text_size(c, row));
  if (text_size(c, row)) memcpy(out + n, c->text.bytes + c->text.offsets[row], text_size(c, row));
  return n + text_size(c, row);
}

static size_t put_list(uint8_t *out, const column *c, size_t row) {
  const batch *items = c->list.records;
  size_t count = items->schema->count, bitmap = (count + 7) / 8;
  size_t end = put_varint(out, c->list.offsets[row + 1] - c->list.offsets[row]);
  for (size_t item = c->list.offsets[row]; item < c->list.offsets[row + 1]; item++) {
    uint8_t *bits = out + end;
    end += bitmap;
    memset(bits, 0, bitmap);
    for (size_t i = 0; i < count; i++) {
      bool missing;
      end += put_value(out + end, &items->columns[i], item, &missing);
      bits[i / 8] |= (uint8_t)((unsigned)missing << (i % 8));
    }
  }
  return end;
}

static size_t put_row(uint8_t *out, const column *const *columns, size_t count, size_t row) {
  size_t bitmap = (count + 7) / 8, end = 1 + bitmap;
  out[0] = BLOB_FORM;
  memset(out + 1, 0, bitmap);
  for (size_t i = 0; i < count; i++) {
    bool missing;
    end += put_value(out + end, columns[i], row, &missing);
    out[1 + i / 8] |= (uint8_t)((unsigned)missing << (i % 8));
  }
  return end;
}

/* Row by row: any columns. */
static size_t write_rows(text_data *out, size_t end, const column *const *columns, size_t count,
                         size_t from, size_t rows) {
  for (size_t row = from; row < from + rows; row++) {
    convert_room(out, end, most_bytes(columns, count, row));
    end += put_row((uint8_t *)out->bytes + end, columns, count, row);
    out->offsets[row + 1] = (uint32_t)end;
  }
  return end;
}

/* Column by column, some rows at a time: the values as varints first, then each row of them put
 * together, which has no branch but for values above 56 bits. */
#define CHUNK 256
#define STRIDE                                                                                     \
  (CHUNK + 8) /* not a power of two: the columns of a row shall not share cache lines' sets */
#define MOST_FIELDS 64

/* A quotient has two pieces, and one bit in the bitmap. */
typedef struct pieces {
  size_t count;
  uint64_t *bytes; /* piece * STRIDE + row */
  uint8_t *sizes;
  uint64_t missing[CHUNK];
} pieces;

static void make_double(const double *values, size_t rows, uint64_t *bytes, uint8_t *sizes,
                        uint64_t *missing, uint64_t bit) {
  for (size_t r = 0; r < rows; r++) {
    bool absent = isnan(values[r]);
    memcpy(&bytes[r], &values[r], sizeof *bytes);
    sizes[r] = absent ? 0 : 8;
    missing[r] |= absent ? bit : 0;
  }
}

static void make_divisor(pieces *p, const int64_t *den, size_t rows, uint64_t bit,
                         const kernels *k) {
  uint64_t *bytes = p->bytes + p->count * STRIDE;
  uint8_t *sizes = p->sizes + p->count++ * STRIDE;
  k->varint_i64(den, rows, bytes, sizes, p->missing, 0);
  for (size_t r = 0; r < rows; r++)
    if (p->missing[r] & bit) sizes[r] = 0;
}

static void make_pieces(pieces *p, const column *const *columns, size_t count, size_t from,
                        size_t rows, const kernels *k) {
  memset(p->missing, 0, sizeof p->missing);
  p->count = 0;
  for (size_t i = 0; i < count; i++) {
    const column *c = columns[i];
    uint64_t *bytes = p->bytes + p->count * STRIDE, bit = UINT64_C(1) << i;
    uint8_t *sizes = p->sizes + p->count++ * STRIDE;
    if (c->i64)
      k->varint_i64(c->i64 + from, rows, bytes, sizes, p->missing, bit);
    else if (c->i32)
      k->varint_i32(c->i32 + from, rows, bytes, sizes, p->missing, bit);
    else
      make_double(c->f64 + from, rows, bytes, sizes, p->missing, bit);
    if (c->den) make_divisor(p, c->den + from, rows, bit, k);
  }
}

/* Returns the end, or 0 if a value needs more than 8 bytes. */
static size_t join_pieces(const pieces *p, size_t row, size_t count, uint8_t *out, size_t end) {
  out[end] = BLOB_FORM;
  memcpy(out + end + 1, &p->missing[row], sizeof *p->missing);
  end += 1 + (count + 7) / 8;
  unsigned wide = 0;
  for (size_t i = 0; i < p->count; i++) {
    unsigned size = p->sizes[i * STRIDE + row];
    memcpy(out + end, &p->bytes[i * STRIDE + row], 8);
    end += size;
    wide |= size;
  }
  return wide >= 16 ? 0 : end;
}

static bool is_columnar(const column *const *columns, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!columns[i]->i64 && !columns[i]->i32 && !columns[i]->f64) return false;
  return count <= MOST_FIELDS && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

static size_t write_chunk(text_data *out, size_t end, const column *const *columns, size_t count,
                          size_t from, size_t rows, pieces *p, const kernels *k) {
  make_pieces(p, columns, count, from, rows, k);
  /* a wide value counts as 255 bytes until it is found to be one */
  convert_room(out, end, rows * (32 + p->count * 10) + p->count * 256);
  for (size_t r = 0; r < rows; r++) {
    size_t next = join_pieces(p, r, count, (uint8_t *)out->bytes, end);
    end = next ? next : write_rows(out, end, columns, count, from + r, 1);
    out->offsets[from + r + 1] = (uint32_t)end;
  }
  return end;
}

void blob_write_rows(text_data *out, const column *const *columns, size_t count, size_t rows,
                     const kernels *k) {
  size_t end = 0;
  out->offsets[0] = 0;
  if (!is_columnar(columns, count)) {
    write_rows(out, 0, columns, count, 0, rows);
    return;
  }
  pieces *p = mem_aligned(sizeof *p);
  p->bytes = mem_aligned(2 * count * STRIDE * sizeof *p->bytes + 64);
  p->sizes = mem_aligned(2 * count * STRIDE + 64);
  for (size_t from = 0; from < rows; from += CHUNK) {
    size_t n = rows - from < CHUNK ? rows - from : CHUNK;
    end = write_chunk(out, end, columns, count, from, n, p, k);
  }
  free(p->bytes);
  free(p->sizes);
  free(p);
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

static bool get_list(reader *r, const value_type *t, column *c, size_t row);

static bool get_value(reader *r, const value_type *t, column *c, size_t row) {
  uint64_t x;
  if (t->kind == TYPE_LIST) return get_list(r, t, c, row);
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
  case STORE_RATIO:
    c->i64[row] = unzigzag(x);
    if (!get_varint(r, &x)) return false;
    c->den[row] = unzigzag(x);
    return c->i64[row] != MISSING_I64 && c->den[row] > 0;
  case STORE_I64:
    c->i64[row] = unzigzag(x);
    return c->i64[row] != MISSING_I64;
  case STORE_I32:
    if (x >= (t->kind == TYPE_BOOLEAN ? 2 : t->choices->count)) return false;
    c->i32[row] = (int32_t)x;
    return true;
  case STORE_TEXT:
    if (x > (uint64_t)(r->end - r->at)) return false;
    column_add_text(c, row, (const char *)r->at, (size_t)x);
    r->at += x;
    return true;
  default:
    return false;
  }
}

static void set_missing(const value_type *t, column *c, size_t row) {
  if (type_storage(t->kind) == STORE_TEXT) {
    column_add_text(c, row, NULL, 0);
  } else if (type_storage(t->kind) == STORE_LIST) {
    c->list.offsets[row + 1] = c->list.offsets[row];
    c->list.missing[row] = 1;
  } else {
    convert_missing(c, row);
  }
}

/* Appends the records of the list to those of the rows before. */
static bool get_list(reader *r, const value_type *t, column *c, size_t row) {
  batch *items = c->list.records;
  const size_t first = c->list.offsets[row], count = t->record->count, bitmap = (count + 7) / 8;
  uint64_t n;
  if (!get_varint(r, &n) || n > (uint64_t)(r->end - r->at) / (bitmap ? bitmap : 1)) return false;
  batch_grow(items, first + (size_t)n);
  for (size_t item = first; item < first + n; item++) {
    const uint8_t *bits = r->at;
    if ((size_t)(r->end - r->at) < bitmap) return false;
    r->at += bitmap;
    for (size_t i = 0; i < count; i++) {
      const value_type *of = &t->record->fields[i].type;
      if (bits[i / 8] >> (i % 8) & 1)
        set_missing(of, &items->columns[i], item);
      else if (of->kind == TYPE_LIST || !get_value(r, of, &items->columns[i], item))
        return false;
    }
  }
  items->rows = first + (size_t)n;
  c->list.offsets[row + 1] = (uint32_t)items->rows;
  c->list.missing[row] = 0;
  return true;
}

error_code blob_read(const void *data, size_t n, const value_type *types, size_t count,
                     column *columns, size_t row, error *e) {
  const uint8_t *bytes = data;
  size_t bitmap = (count + 7) / 8;
  if (n < 1 || bytes[0] != BLOB_FORM)
    return error_set(e, ERR_STORE,
                     "the stored inputs of a decision have form %d, and this program "
                     "reads form %d: it was written by another version, or is damaged",
                     n ? bytes[0] : -1, BLOB_FORM);
  if (n < 1 + bitmap)
    return error_set(e, ERR_STORE,
                     "the stored inputs of a decision are cut short: %zu bytes for %zu "
                     "fields",
                     n, count);
  reader r = {bytes + 1 + bitmap, bytes + n};
  for (size_t i = 0; i < count; i++) {
    if (bytes[1 + i / 8] >> (i % 8) & 1)
      set_missing(&types[i], &columns[i], row);
    else if (!get_value(&r, &types[i], &columns[i], row))
      return error_set(e, ERR_STORE,
                       "the stored inputs of a decision are damaged: field %zu of %zu is "
                       "no %s",
                       i + 1, count, type_name(types[i].kind));
  }
  if (r.at == r.end) return ERR_OK;
  return error_set(e, ERR_STORE,
                   "the stored inputs of a decision are damaged: %zu bytes are left over "
                   "behind %zu fields",
                   (size_t)(r.end - r.at), count);
}
