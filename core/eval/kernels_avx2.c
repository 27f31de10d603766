/* The kernels for AVX2: eight rows at a time. Lookups of up to 16 entries stay in registers
 * (vpermd), larger ones gather. Must give what kernels_portable.c gives, bit for bit. */
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE static inline __attribute__((target("avx2"), always_inline))

AVX2_INLINE __m256i load(const void *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}
AVX2_INLINE void store(void *p, __m256i v) {
  _mm256_storeu_si256((__m256i *)p, v);
}

/* entries[i] for the eight i, of which each is below `size`. */
AVX2_INLINE __m256i look(const int32_t *entries, uint32_t size, __m256i i) {
  if (size <= 8) return _mm256_permutevar8x32_epi32(load(entries), i);
  if (size <= 16) {
    __m256i low = _mm256_permutevar8x32_epi32(load(entries), i);
    __m256i high = _mm256_permutevar8x32_epi32(load(entries + 8), i);
    return _mm256_blendv_epi8(low, high, _mm256_cmpgt_epi32(i, _mm256_set1_epi32(7)));
  }
  return _mm256_i32gather_epi32(entries, i, 4);
}

/* The low halves of eight 64-bit lanes, in order. */
AVX2_INLINE __m256i narrow(__m256i a, __m256i b) {
  __m256 both = _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88);
  return _mm256_permute4x64_epi64(_mm256_castps_si256(both), 0xD8);
}

AVX2 static void segment_i64(const int64_t *values, size_t rows, const int64_t *thresholds,
                             size_t count, int32_t *out) {
  if (count > KERNEL_SEARCH) {
    kernel_search_i64(values, rows, thresholds, count, out);
    return;
  }
  const __m256i all = _mm256_set1_epi64x((long long)count);
  for (size_t r = 0; r < rows; r += 8) {
    __m256i x = load(values + r), y = load(values + r + 4), a = all, b = all;
    for (size_t i = 0; i < count; i++) { /* each threshold above the value takes one off */
      __m256i t = _mm256_set1_epi64x(thresholds[i]);
      a = _mm256_add_epi64(a, _mm256_cmpgt_epi64(t, x));
      b = _mm256_add_epi64(b, _mm256_cmpgt_epi64(t, y));
    }
    store(out + r, narrow(a, b));
  }
}

AVX2 static void segment_f64(const double *values, size_t rows, const double *thresholds,
                             size_t count, int32_t *out) {
  if (count > KERNEL_SEARCH) {
    kernel_search_f64(values, rows, thresholds, count, out);
    return;
  }
  for (size_t r = 0; r < rows; r += 8) {
    __m256d x = _mm256_loadu_pd(values + r), y = _mm256_loadu_pd(values + r + 4);
    __m256i a = _mm256_setzero_si256(), b = a;
    for (size_t i = 0; i < count; i++) {
      __m256d t = _mm256_set1_pd(thresholds[i]);
      a = _mm256_sub_epi64(a, _mm256_castpd_si256(_mm256_cmp_pd(x, t, _CMP_GE_OQ)));
      b = _mm256_sub_epi64(b, _mm256_castpd_si256(_mm256_cmp_pd(y, t, _CMP_GE_OQ)));
    }
    store(out + r, narrow(a, b));
  }
}

AVX2_INLINE __m256i row_index(const int32_t *index, int32_t bias, size_t r) {
  return _mm256_add_epi32(load(index + r), _mm256_set1_epi32(bias));
}

/* The rows past the last one hold anything: their index is brought into range before a gather. */
AVX2_INLINE __m256i in_range(__m256i i, uint32_t size) {
  return _mm256_min_epu32(i, _mm256_set1_epi32((int32_t)size - 1));
}

AVX2 static void score(const lookup *columns, const int32_t *const *index, size_t count,
                       size_t rows, int32_t base, int32_t *sum, int32_t *const *top) {
  for (size_t r = 0; r < rows; r += 8) {
    __m256i s = _mm256_set1_epi32(base);
    __m256i first = _mm256_setzero_si256(), second = first, third = first;
    for (size_t c = 0; c < count; c++) {
      const lookup *l = &columns[c];
      __m256i i = in_range(row_index(index[c], l->bias, r), l->size);
      s = _mm256_add_epi32(s, look(l->entries, l->size, i));
      if (!top) continue;
      __m256i key = look(l->keys, l->size, i);
      __m256i less = _mm256_min_epi32(first, key);
      first = _mm256_max_epi32(first, key);
      key = _mm256_min_epi32(second, less);
      second = _mm256_max_epi32(second, less);
      third = _mm256_max_epi32(third, key);
    }
    store(sum + r, s);
    if (!top) continue;
    store(top[0] + r, first);
    store(top[1] + r, second);
    store(top[2] + r, third);
  }
}

/* The number of the lowest set bit; of no bit: anything. */
AVX2_INLINE __m256i lowest(__m256i mask) {
  __m256i bit = _mm256_and_si256(mask, _mm256_sub_epi32(_mm256_setzero_si256(), mask));
  /* A power of two as a float has its exponent 127 higher; bit 31 comes as the negative one. */
  __m256i exponent = _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(bit)), 23);
  exponent = _mm256_and_si256(exponent, _mm256_set1_epi32(0xFF));
  return _mm256_sub_epi32(exponent, _mm256_set1_epi32(127));
}

AVX2 static void match(const lookup *columns, const int32_t *const *index, size_t count,
                       const int32_t *direct, size_t direct_stride, size_t words, size_t rows,
                       int32_t *hit, int32_t *again) {
  const __m256i zero = _mm256_setzero_si256(), none = _mm256_set1_epi32(-1);
  for (size_t r = 0; r < rows; r += 8) {
    __m256i found = none, more = zero;
    for (size_t w = 0; w < words; w++) {
      __m256i mask = direct ? load(direct + w * direct_stride + r) : none;
      for (size_t c = 0; c < count; c++) {
        const lookup *l = &columns[c];
        __m256i i = in_range(row_index(index[c], l->bias, r), l->size);
        mask = _mm256_and_si256(mask, look(l->entries + w * l->stride, l->size, i));
      }
      __m256i empty = _mm256_cmpeq_epi32(mask, zero), open = _mm256_cmpgt_epi32(zero, found);
      __m256i number = _mm256_add_epi32(lowest(mask), _mm256_set1_epi32((int32_t)(w * 32)));
      if (again) {
        __m256i rest = _mm256_and_si256(mask, _mm256_add_epi32(mask, none));
        __m256i later = _mm256_andnot_si256(open, mask); /* an earlier word has a hit already */
        more = _mm256_or_si256(more, _mm256_or_si256(rest, later));
      }
      found = _mm256_blendv_epi8(found, number, _mm256_andnot_si256(empty, open));
      if (!again && _mm256_movemask_epi8(_mm256_cmpgt_epi32(zero, found)) == 0) break;
    }
    store(hit + r, found);
    if (again)
      store(again + r, _mm256_andnot_si256(_mm256_cmpeq_epi32(more, zero), _mm256_set1_epi32(1)));
  }
}

AVX2 static void pick_i32(const int32_t *index, int32_t bias, size_t rows, const int32_t *entries,
                          size_t size, int32_t *out) {
  for (size_t r = 0; r < rows; r += 8) {
    __m256i i = in_range(row_index(index, bias, r), (uint32_t)size);
    store(out + r, look(entries, (uint32_t)size, i));
  }
}

AVX2 static void pick_i64(const int32_t *index, int32_t bias, size_t rows, const int64_t *entries,
                          size_t size, int64_t *out) {
  const long long *from = (const long long *)entries;
  for (size_t r = 0; r < rows; r += 8) {
    __m256i i = in_range(row_index(index, bias, r), (uint32_t)size);
    store(out + r, _mm256_i32gather_epi64(from, _mm256_castsi256_si128(i), 8));
    store(out + r + 4, _mm256_i32gather_epi64(from, _mm256_extracti128_si256(i, 1), 8));
  }
}

/* Four varints: groups of seven bits, each in a byte of its own; the bytes up to the highest that is
 * not 0 count, and all of them but the last have the top bit. */
AVX2_INLINE void varints(__m256i x, __m256i absent, uint64_t *bytes, uint8_t *sizes,
                         uint64_t *missing, __m256i bit) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i wide =
      _mm256_xor_si256(_mm256_cmpeq_epi64(_mm256_srli_epi64(x, 56), zero), _mm256_set1_epi64x(-1));
#define SPREAD(high, low, shift)                                                                   \
  x = _mm256_or_si256(_mm256_slli_epi64(_mm256_and_si256(x, _mm256_set1_epi64x(high)), shift),     \
                      _mm256_and_si256(x, _mm256_set1_epi64x(low)))
  SPREAD(0x00FFFFFFF0000000, 0x000000000FFFFFFF, 4);
  SPREAD(0x0FFFC0000FFFC000, 0x00003FFF00003FFF, 2);
  SPREAD(0x3F803F803F803F80, 0x007F007F007F007F, 1);
#undef SPREAD
  __m256i up = _mm256_or_si256(x, _mm256_srli_epi64(x, 8)); /* each byte: itself and all above */
  up = _mm256_or_si256(up, _mm256_srli_epi64(up, 16));
  up = _mm256_or_si256(up, _mm256_srli_epi64(up, 32));
  __m256i counts = _mm256_andnot_si256(_mm256_cmpeq_epi8(up, zero), _mm256_set1_epi8(1));
  counts = _mm256_or_si256(counts, _mm256_set1_epi64x(1)); /* a 0 takes a byte as well */
  __m256i more = _mm256_slli_epi64(_mm256_srli_epi64(counts, 8), 7);
  store(bytes, _mm256_or_si256(x, more));
  __m256i size = _mm256_or_si256(_mm256_sad_epu8(counts, zero), wide);
  size = _mm256_andnot_si256(absent, size);
  size = _mm256_permutevar8x32_epi32(size, _mm256_setr_epi32(0, 2, 4, 6, 0, 0, 0, 0));
  __m128i packed = _mm_shuffle_epi8(_mm256_castsi256_si128(size), _mm_set1_epi32(0x0C080400));
  _mm_storeu_si32(sizes, packed);
  store(missing, _mm256_or_si256(load(missing), _mm256_and_si256(absent, bit)));
}

AVX2 void kernel_avx2_varint_i64(const int64_t *values, size_t rows, uint64_t *bytes,
                                 uint8_t *sizes, uint64_t *missing, uint64_t bit) {
  const __m256i flag = _mm256_set1_epi64x((long long)bit), least = _mm256_set1_epi64x(INT64_MIN);
  for (size_t r = 0; r < rows; r += 4) {
    __m256i x = load(values + r), sign = _mm256_cmpgt_epi64(_mm256_setzero_si256(), x);
    __m256i zigzag = _mm256_xor_si256(_mm256_slli_epi64(x, 1), sign);
    varints(zigzag, _mm256_cmpeq_epi64(x, least), bytes + r, sizes + r, missing + r, flag);
  }
}

AVX2 void kernel_avx2_varint_i32(const int32_t *values, size_t rows, uint64_t *bytes,
                                 uint8_t *sizes, uint64_t *missing, uint64_t bit) {
  const __m256i flag = _mm256_set1_epi64x((long long)bit), zero = _mm256_setzero_si256();
  for (size_t r = 0; r < rows; r += 4) {
    __m256i x = _mm256_cvtepi32_epi64(_mm_loadu_si128((const __m128i *)(const void *)(values + r)));
    __m256i absent = _mm256_cmpgt_epi64(zero, x);
    varints(_mm256_andnot_si256(absent, x), absent, bytes + r, sizes + r, missing + r, flag);
  }
}

const kernels kernels_avx2 = {"avx2",
                              segment_i64,
                              segment_f64,
                              score,
                              match,
                              pick_i32,
                              pick_i64,
                              kernel_avx2_varint_i64,
                              kernel_avx2_varint_i32};
#endif
