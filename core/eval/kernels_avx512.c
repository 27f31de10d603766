/* The kernels for AVX-512: sixteen rows at a time where the columns are 32 bits wide, eight where
 * they are 64. Lookups of up to 32 entries stay in registers. Must give what kernels_portable.c
 * gives, bit for bit. */
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512_TARGET "avx512f,avx512bw,avx512dq,avx512vl,avx512cd"
#define AVX512 __attribute__((target(AVX512_TARGET)))
#define AVX512_INLINE static inline __attribute__((target(AVX512_TARGET), always_inline))

/* entries[i] for the sixteen i, of which each is below `size`. */
AVX512_INLINE __m512i look(const int32_t *entries, uint32_t size, __m512i i) {
  if (size <= 16) return _mm512_permutexvar_epi32(i, _mm512_loadu_si512(entries));
  if (size <= 32)
    return _mm512_permutex2var_epi32(_mm512_loadu_si512(entries), i,
                                     _mm512_loadu_si512(entries + 16));
  return _mm512_i32gather_epi32(i, entries, 4);
}

AVX512 static void segment_i64(const int64_t *values, size_t rows, const int64_t *thresholds,
                               size_t count, int32_t *out) {
  if (count > KERNEL_SEARCH) {
    kernel_search_i64(values, rows, thresholds, count, out);
    return;
  }
  const __m512i one = _mm512_set1_epi64(1);
  for (size_t r = 0; r < rows; r += 8) {
    __m512i x = _mm512_loadu_si512(values + r), n = _mm512_setzero_si512();
    for (size_t i = 0; i < count; i++) {
      __mmask8 reached = _mm512_cmpge_epi64_mask(x, _mm512_set1_epi64(thresholds[i]));
      n = _mm512_mask_add_epi64(n, reached, n, one);
    }
    _mm256_storeu_si256((__m256i *)(out + r), _mm512_cvtepi64_epi32(n));
  }
}

AVX512 static void segment_f64(const double *values, size_t rows, const double *thresholds,
                               size_t count, int32_t *out) {
  if (count > KERNEL_SEARCH) {
    kernel_search_f64(values, rows, thresholds, count, out);
    return;
  }
  const __m512i one = _mm512_set1_epi64(1);
  for (size_t r = 0; r < rows; r += 8) {
    __m512d x = _mm512_loadu_pd(values + r);
    __m512i n = _mm512_setzero_si512();
    for (size_t i = 0; i < count; i++) {
      __mmask8 reached = _mm512_cmp_pd_mask(x, _mm512_set1_pd(thresholds[i]), _CMP_GE_OQ);
      n = _mm512_mask_add_epi64(n, reached, n, one);
    }
    _mm256_storeu_si256((__m256i *)(out + r), _mm512_cvtepi64_epi32(n));
  }
}

/* The rows past the last one hold anything: their index is brought into range before a lookup. */
AVX512_INLINE __m512i row_index(const int32_t *index, int32_t bias, uint32_t size, size_t r) {
  __m512i i = _mm512_add_epi32(_mm512_loadu_si512(index + r), _mm512_set1_epi32(bias));
  return _mm512_min_epu32(i, _mm512_set1_epi32((int32_t)size - 1));
}

AVX512 static void score(const lookup *columns, const int32_t *const *index, size_t count,
                         size_t rows, int32_t base, int32_t *sum, int32_t *const *top) {
  for (size_t r = 0; r < rows; r += 16) {
    __m512i s = _mm512_set1_epi32(base);
    __m512i first = _mm512_setzero_si512(), second = first, third = first;
    for (size_t c = 0; c < count; c++) {
      const lookup *l = &columns[c];
      __m512i i = row_index(index[c], l->bias, l->size, r);
      s = _mm512_add_epi32(s, look(l->entries, l->size, i));
      if (!top) continue;
      __m512i key = look(l->keys, l->size, i);
      __m512i less = _mm512_min_epi32(first, key);
      first = _mm512_max_epi32(first, key);
      key = _mm512_min_epi32(second, less);
      second = _mm512_max_epi32(second, less);
      third = _mm512_max_epi32(third, key);
    }
    _mm512_storeu_si512(sum + r, s);
    if (!top) continue;
    _mm512_storeu_si512(top[0] + r, first);
    _mm512_storeu_si512(top[1] + r, second);
    _mm512_storeu_si512(top[2] + r, third);
  }
}

AVX512 static void match(const lookup *columns, const int32_t *const *index, size_t count,
                         const int32_t *direct, size_t direct_stride, size_t words, size_t rows,
                         int32_t *hit, int32_t *again) {
  const __m512i zero = _mm512_setzero_si512(), none = _mm512_set1_epi32(-1);
  for (size_t r = 0; r < rows; r += 16) {
    __m512i found = none;
    __mmask16 open = 0xFFFF, more = 0; /* rows without a hit yet; with more than one */
    for (size_t w = 0; w < words; w++) {
      __m512i mask = direct ? _mm512_loadu_si512(direct + w * direct_stride + r) : none;
      for (size_t c = 0; c < count; c++) {
        const lookup *l = &columns[c];
        __m512i i = row_index(index[c], l->bias, l->size, r);
        mask = _mm512_and_si512(mask, look(l->entries + w * l->stride, l->size, i));
      }
      __mmask16 some = _mm512_test_epi32_mask(mask, mask);
      __m512i bit = _mm512_and_si512(mask, _mm512_sub_epi32(zero, mask));
      __m512i number =
          _mm512_sub_epi32(_mm512_set1_epi32((int32_t)(w * 32) + 31), _mm512_lzcnt_epi32(bit));
      __mmask16 later = (__mmask16)(some & ~open);
      more = (__mmask16)(more | _mm512_test_epi32_mask(mask, _mm512_add_epi32(mask, none)) | later);
      found = _mm512_mask_mov_epi32(found, (__mmask16)(some & open), number);
      open = (__mmask16)(open & ~some);
      if (!again && !open) break;
    }
    _mm512_storeu_si512(hit + r, found);
    if (again) _mm512_storeu_si512(again + r, _mm512_maskz_set1_epi32(more, 1));
  }
}

AVX512 static void pick_i32(const int32_t *index, int32_t bias, size_t rows, const int32_t *entries,
                            size_t size, int32_t *out) {
  for (size_t r = 0; r < rows; r += 16) {
    __m512i i = row_index(index, bias, (uint32_t)size, r);
    _mm512_storeu_si512(out + r, look(entries, (uint32_t)size, i));
  }
}

AVX512 static void pick_i64(const int32_t *index, int32_t bias, size_t rows, const int64_t *entries,
                            size_t size, int64_t *out) {
  for (size_t r = 0; r < rows; r += 16) {
    __m512i i = row_index(index, bias, (uint32_t)size, r);
    __m256i low = _mm512_castsi512_si256(i), high = _mm512_extracti64x4_epi64(i, 1);
    _mm512_storeu_si512(out + r, _mm512_i32gather_epi64(low, entries, 8));
    _mm512_storeu_si512(out + r + 8, _mm512_i32gather_epi64(high, entries, 8));
  }
}

const kernels kernels_avx512 = {"avx512",
                                segment_i64,
                                segment_f64,
                                score,
                                match,
                                pick_i32,
                                pick_i64,
                                kernel_avx2_varint_i64,
                                kernel_avx2_varint_i32};
#endif
