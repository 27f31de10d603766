/* The kernels in plain C: what every other form must equal. Also the choice between the forms. */
#include "kernels.h"
#include <stdbool.h>
#include <string.h>

void kernel_search_i64(const int64_t *values, size_t rows, const int64_t *thresholds, size_t count,
                       int32_t *out) {
  for (size_t r = 0; r < rows; r++) {
    size_t low = 0, n = count;
    while (n > 0) { /* thresholds[0, low) are <= the value, those from low + n are not */
      size_t half = n / 2;
      bool right = thresholds[low + half] <= values[r];
      low = right ? low + half + 1 : low;
      n = right ? n - half - 1 : half;
    }
    out[r] = (int32_t)low;
  }
}

void kernel_search_f64(const double *values, size_t rows, const double *thresholds, size_t count,
                       int32_t *out) {
  for (size_t r = 0; r < rows; r++) {
    size_t low = 0, n = count;
    while (n > 0) {
      size_t half = n / 2;
      bool right = values[r] >= thresholds[low + half];
      low = right ? low + half + 1 : low;
      n = right ? n - half - 1 : half;
    }
    out[r] = (int32_t)low;
  }
}

static void segment_i64(const int64_t *values, size_t rows, const int64_t *thresholds, size_t count,
                        int32_t *out) {
  if (count > KERNEL_SEARCH / 4) {
    kernel_search_i64(values, rows, thresholds, count, out);
    return;
  }
  for (size_t r = 0; r < rows; r++) {
    int32_t n = 0;
    for (size_t i = 0; i < count; i++) n += values[r] >= thresholds[i];
    out[r] = n;
  }
}

static void segment_f64(const double *values, size_t rows, const double *thresholds, size_t count,
                        int32_t *out) {
  if (count > KERNEL_SEARCH / 4) {
    kernel_search_f64(values, rows, thresholds, count, out);
    return;
  }
  for (size_t r = 0; r < rows; r++) {
    int32_t n = 0;
    for (size_t i = 0; i < count; i++) n += values[r] >= thresholds[i];
    out[r] = n;
  }
}

static void score(const lookup *columns, const int32_t *const *index, size_t count, size_t rows,
                  int32_t base, int32_t *sum, int32_t *const *top) {
  for (size_t r = 0; r < rows; r++) sum[r] = base;
  for (size_t c = 0; c < count; c++) {
    const int32_t *points = columns[c].entries + columns[c].bias;
    for (size_t r = 0; r < rows; r++) sum[r] += points[index[c][r]];
  }
  if (!top) return;
  for (size_t t = 0; t < KERNEL_TOP; t++) memset(top[t], 0, rows * sizeof(int32_t));
  for (size_t c = 0; c < count; c++) {
    const int32_t *keys = columns[c].keys + columns[c].bias;
    for (size_t r = 0; r < rows; r++) {
      int32_t key = keys[index[c][r]];
      for (size_t t = 0; t < KERNEL_TOP; t++) {
        int32_t held = top[t][r];
        top[t][r] = key > held ? key : held;
        key = key > held ? held : key;
      }
    }
  }
}

static void match(const lookup *columns, const int32_t *const *index, size_t count,
                  const int32_t *direct, size_t direct_stride, size_t words, size_t rows,
                  int32_t *hit, int32_t *again) {
  for (size_t r = 0; r < rows; r++) {
    int32_t first = -1, more = 0;
    for (size_t w = 0; w < words; w++) {
      uint32_t mask = direct ? (uint32_t)direct[w * direct_stride + r] : UINT32_MAX;
      for (size_t c = 0; c < count && mask; c++) {
        const lookup *l = &columns[c];
        mask &= (uint32_t)l->entries[(ptrdiff_t)(w * l->stride) + l->bias + index[c][r]];
      }
      if (!mask) continue;
      if (first >= 0) {
        more = 1;
        break;
      }
      first = (int32_t)(w * 32) + __builtin_ctz(mask);
      more = (mask & (mask - 1)) != 0;
      if (!again || more) break;
    }
    hit[r] = first;
    if (again) again[r] = more;
  }
}

static void pick_i32(const int32_t *index, int32_t bias, size_t rows, const int32_t *entries,
                     size_t size, int32_t *out) {
  (void)size;
  for (size_t r = 0; r < rows; r++) out[r] = entries[index[r] + bias];
}

static void pick_i64(const int32_t *index, int32_t bias, size_t rows, const int64_t *entries,
                     size_t size, int64_t *out) {
  (void)size;
  for (size_t r = 0; r < rows; r++) out[r] = entries[index[r] + bias];
}

static void put_varint(uint64_t x, bool absent, size_t r, uint64_t *bytes, uint8_t *sizes,
                       uint64_t *missing, uint64_t bit) {
  unsigned size;
  bytes[r] = kernel_varint(x & 0x00FFFFFFFFFFFFFF, &size);
  sizes[r] = absent ? 0 : x >> 56 ? KERNEL_WIDE : (uint8_t)size;
  missing[r] |= absent ? bit : 0;
}

static void varint_i64(const int64_t *values, size_t rows, uint64_t *bytes, uint8_t *sizes,
                       uint64_t *missing, uint64_t bit) {
  for (size_t r = 0; r < rows; r++)
    put_varint((uint64_t)values[r] << 1 ^ (uint64_t)(values[r] >> 63), values[r] == INT64_MIN, r,
               bytes, sizes, missing, bit);
}

static void varint_i32(const int32_t *values, size_t rows, uint64_t *bytes, uint8_t *sizes,
                       uint64_t *missing, uint64_t bit) {
  for (size_t r = 0; r < rows; r++)
    put_varint((uint32_t)values[r], values[r] < 0, r, bytes, sizes, missing, bit);
}

const kernels kernels_portable = {"portable", segment_i64, segment_f64, score,     match,
                                  pick_i32,   pick_i64,    varint_i64,  varint_i32};

/* Ascending in speed. */
const kernels *kernels_at(size_t n) {
  const kernels *found[3] = {&kernels_portable};
  size_t count = 1;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) found[count++] = &kernels_avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512cd"))
    found[count++] = &kernels_avx512;
#endif
  return n < count ? found[n] : NULL;
}

const kernels *kernels_find(const char *name) {
  const kernels *best = NULL;
  for (size_t n = 0; kernels_at(n); n++) {
    if (name && !strcmp(kernels_at(n)->name, name)) return kernels_at(n);
    best = kernels_at(n);
  }
  return name ? NULL : best;
}
