/* The blobs of inputs: what is written comes back, and what is damaged is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/blob.h"
#include "support/bench.h"

static pack *all_types(bool texts) {
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "i", built_type(TYPE_INTEGER));
  built_field(p, "m", built_money());
  built_field(p, "n", built_type(TYPE_NUMBER));
  built_field(p, "c", built_choice(p, "A|B|C"));
  built_field(p, "b", built_type(TYPE_BOOLEAN));
  built_field(p, "d", built_type(TYPE_DATE));
  built_field(p, "at", built_type(TYPE_TIMESTAMP));
  built_field(p, "big", built_type(TYPE_INTEGER));
  built_field(p, "q", built_type(TYPE_RATIO));
  if (texts) built_field(p, "t", built_type(TYPE_TEXT));
  return p;
}

static void fill(const pack *p, batch *in, size_t rows) {
  in->rows = rows;
  for (size_t r = 0; r < rows; r++)
    for (size_t f = 0; f < p->schema.count; f++) {
      column *c = &in->columns[f];
      bool missing = !random_below(5);
      static const char word[] = "价格 and more than fits into one short piece of text";
      size_t n = (size_t)random_below((int64_t)sizeof word);
      switch (type_storage(c->type.kind)) {
      case STORE_TEXT:
        column_add_text(c, r, missing ? NULL : word, n);
        break;
      case STORE_I32:
        c->i32[r] = missing ? -1 : (int32_t)random_below(c->type.choices ? 3 : 2);
        break;
      case STORE_F64:
        c->f64[r] = missing ? NAN : (double)random_below(1000) / 7;
        break;
      default:
        c->i64[r] = (int64_t)(random_next() >> random_below(64)) * (random_below(2) ? 1 : -1);
        if (f != 8 && c->i64[r] != MISSING_I64) c->i64[r] %= INT64_C(1) << 50;
        if (missing) c->i64[r] = MISSING_I64;
        if (c->den) c->den[r] = 1 + (int64_t)(random_next() >> (2 + random_below(60)));
      }
    }
}

static void check_same(const column *a, size_t ra, const column *b, size_t rb) {
  buffer x = {0}, y = {0};
  assert_int_equal(column_missing(a, ra), column_missing(b, rb));
  if (a->den && !column_missing(a, ra)) assert_int_equal(a->den[ra], b->den[rb]);
  if (a->den) assert_int_equal(a->i64[ra], b->i64[rb]);
  column_write(&x, a, ra, (zone){0});
  column_write(&y, b, rb, (zone){0});
  assert_int_equal(x.size, y.size);
  if (x.size) assert_memory_equal(x.data, y.data, x.size);
  buffer_deinit(&x);
  buffer_deinit(&y);
}

/* The form of a blob as its documentation says it, value by value. */
static void varint_plainly(buffer *out, uint64_t x) {
  for (; x >= 0x80; x >>= 7) buffer_char(out, (char)(x | 0x80));
  buffer_char(out, (char)x);
}

static uint64_t zigzag_plainly(int64_t x) {
  return ((uint64_t)x << 1) ^ (uint64_t)(x >> 63);
}

static void write_plainly(buffer *out, const column *const *columns, size_t count, size_t row) {
  size_t bitmap = out->size + 1;
  buffer_char(out, 1);
  for (size_t i = 0; i < (count + 7) / 8; i++) buffer_char(out, 0);
  for (size_t i = 0; i < count; i++) {
    const column *c = columns[i];
    if (column_missing(c, row)) {
      out->data[bitmap + i / 8] |= (char)(1 << (i % 8));
    } else if (c->i64) {
      varint_plainly(out, zigzag_plainly(c->i64[row]));
      if (c->den) varint_plainly(out, zigzag_plainly(c->den[row]));
    } else if (c->i32) {
      varint_plainly(out, (uint32_t)c->i32[row]);
    } else if (c->f64) {
      buffer_add(out, &c->f64[row], sizeof *c->f64);
    } else {
      size_t n = c->text.offsets[row + 1] - c->text.offsets[row];
      varint_plainly(out, n);
      buffer_add(out, c->text.bytes + c->text.offsets[row], n);
    }
  }
}

static void round_trip(bool texts, const kernels *k) {
  pack *p = all_types(texts);
  size_t count = p->schema.count - 1;
  const column *columns[16];
  value_type types[16];
  column back[16];
  error e;
  text_data blobs = {.offsets = mem_array(BATCH_ROWS + 1, sizeof(uint32_t))};
  batch *in = batch_new(&p->schema, NULL);
  for (size_t i = 0; i < count; i++) {
    columns[i] = &in->columns[count - i]; /* any order */
    types[i] = columns[i]->type;
    column_init(&back[i], types[i], 1);
  }
  fill(p, in, 700);
  blob_write_rows(&blobs, columns, count, in->rows, k);
  for (size_t r = 0; r < in->rows; r++) {
    const char *blob = blobs.bytes + blobs.offsets[r];
    size_t n = blobs.offsets[r + 1] - blobs.offsets[r];
    buffer one = {0};
    write_plainly(&one, columns, count, r);
    assert_int_equal(one.size, n);
    assert_memory_equal(one.data, blob, n);
    buffer_deinit(&one);
    assert_int_equal(blob_read(blob, n, types, count, back, 0, &e), ERR_OK);
    for (size_t i = 0; i < count; i++) check_same(columns[i], r, &back[i], 0);
    for (size_t cut = 0; cut < n;
         cut++) { /* in a block of its own, so that a read beyond is seen */
      char *part = mem_alloc(cut);
      memcpy(part, blob, cut);
      assert_int_equal(blob_read(part, cut, types, count, back, 0, &e), ERR_STORE);
      free(part);
    }
  }
  for (size_t i = 0; i < count; i++) column_deinit(&back[i]);
  free(blobs.offsets);
  free(blobs.bytes);
  batch_free(in);
  built_free(p);
}

static void test_round_trip(void **state) {
  (void)state;
  for (size_t k = 0; kernels_at(k); k++)
    for (int texts = 0; texts < 2; texts++) round_trip(texts, kernels_at(k));
}

static void test_damage(void **state) {
  (void)state;
  pack *p = all_types(true);
  value_type types[16];
  column back[16];
  error e;
  size_t count = p->schema.count;
  for (size_t i = 0; i < count; i++) {
    types[i] = p->schema.fields[i].type;
    column_init(&back[i], types[i], 1);
  }
  for (int round = 0; round < 20000; round++) { /* anything at all: an error, or values in range */
    size_t n = (size_t)random_below(60);
    uint8_t *noise = mem_alloc(n);
    for (size_t i = 0; i < n; i++) noise[i] = (uint8_t)random_next();
    if (n) noise[0] = 1;
    if (blob_read(noise, n, types, count, back, 0, &e) == ERR_OK) assert_true(back[4].i32[0] < 3);
    free(noise);
  }
  assert_int_equal(blob_read("\2", 1, types, count, back, 0, &e), ERR_STORE);
  assert_non_null(strstr(e.message, "another version"));
  for (size_t i = 0; i < count; i++) column_deinit(&back[i]);
  built_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip),
                                     cmocka_unit_test(test_damage)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
