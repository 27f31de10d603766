/* The inner loops of the steps, once for each kind of CPU. Which of them run is chosen at run time;
 * all give identical results, since each works in integers alone or compares doubles, never adds
 * them.
 *
 * A table or a scorecard is data here: the index of a row's segment in each of its columns (or the
 * code of a choice), and what each segment stands for: points, or the bits of the table rows that
 * it matches. Every kernel reads its columns in whole vectors, up to 64 bytes past the last row, and
 * writes results in whole vectors: result columns must have room for BATCH_ROWS rows. */
#ifndef EVAL_KERNELS_H
#define EVAL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* One column of a scorecard or table. Row r stands for entry index[r] + bias. */
typedef struct lookup {
  int32_t bias;           /* 1 for the codes of a choice, whose missing is -1 */
  uint32_t size;          /* entries of a word of masks, or of the points */
  uint32_t stride;        /* from one word of masks to the next; >= 16 and a multiple of 16 */
  const int32_t *entries; /* masks: words * stride; points: stride */
  const int32_t *keys;    /* of points lost, or NULL */
} lookup;

#define KERNEL_TOP 3 /* so many greatest keys the score kernel finds */

typedef struct kernels {
  const char *name;
  /* out[r] = how many of the ascending thresholds are <= values[r]. */
  void (*segment_i64)(const int64_t *values, size_t rows, const int64_t *thresholds, size_t count,
                      int32_t *out);
  /* The same; NaN is below all. */
  void (*segment_f64)(const double *values, size_t rows, const double *thresholds, size_t count,
                      int32_t *out);
  /* sum[r] = base + the points of the columns; top[0..2][r] = the greatest keys, descending, unless
   * top is NULL (then no lookup needs keys). */
  void (*score)(const lookup *columns, const int32_t *const *index, size_t count, size_t rows,
                int32_t base, int32_t *sum, int32_t *const *top);
  /* hit[r] = the first table row whose bit is set in the masks of all columns, -1 = none. `direct`
   * (or NULL) are masks that are not looked up, direct[word * direct_stride + r]. again[r] (unless
   * NULL) != 0 when more rows than one match. */
  void (*match)(const lookup *columns, const int32_t *const *index, size_t count,
                const int32_t *direct, size_t direct_stride, size_t words, size_t rows,
                int32_t *hit, int32_t *again);
  /* out[r] = entries[index[r] + bias]; `size` entries, allocated in whole blocks of 16. */
  void (*pick_i32)(const int32_t *index, int32_t bias, size_t rows, const int32_t *entries,
                   size_t size, int32_t *out);
  void (*pick_i64)(const int32_t *index, int32_t bias, size_t rows, const int64_t *entries,
                   size_t size, int64_t *out);
  /* Writes each value as a varint (i64: zigzag) of at most 8 bytes into bytes[r], little endian, and
   * its length into sizes[r]; a missing value has length 0 and sets `bit` in missing[r]; one that needs
   * more than 8 bytes has KERNEL_WIDE. `rows` is rounded up to 8. */
  void (*varint_i64)(const int64_t *values, size_t rows, uint64_t *bytes, uint8_t *sizes,
                     uint64_t *missing, uint64_t bit);
  void (*varint_i32)(const int32_t *values, size_t rows, uint64_t *bytes, uint8_t *sizes,
                     uint64_t *missing, uint64_t bit);
} kernels;

#define KERNEL_WIDE 255

extern const kernels kernels_portable;
#if defined(__x86_64__)
extern const kernels kernels_avx2;
extern const kernels kernels_avx512;
/* AVX-512 has nothing to add to these. */
void kernel_avx2_varint_i64(const int64_t *values, size_t rows, uint64_t *bytes, uint8_t *sizes,
                            uint64_t *missing, uint64_t bit);
void kernel_avx2_varint_i32(const int32_t *values, size_t rows, uint64_t *bytes, uint8_t *sizes,
                            uint64_t *missing, uint64_t bit);
#endif

/* One varint in 8 bytes and its length; x below 2^56. */
static inline uint64_t kernel_varint(uint64_t x, unsigned *size) {
  unsigned n =
      ((unsigned)(63 - __builtin_clzll(x | 1)) * 37 >> 8) + 1; /* bits / 7, up to 63 bits */
  /* groups of 28, 14 and then 7 bits, each moved to the start of its own half */
  x = (x & 0x00FFFFFFF0000000) << 4 | (x & 0x000000000FFFFFFF);
  x = (x & 0x0FFFC0000FFFC000) << 2 | (x & 0x00003FFF00003FFF);
  x = (x & 0x3F803F803F803F80) << 1 | (x & 0x007F007F007F007F);
  *size = n;
  return x | (0x8080808080808080 & ((UINT64_C(1) << (8 * (n - 1))) - 1));
}

/* By name, NULL = the best that this CPU has. NULL if there is no such name, or not on this CPU. */
const kernels *kernels_find(const char *name);
/* "portable, avx2": those that this CPU has. The n-th, or NULL. */
const kernels *kernels_at(size_t n);

/* Above so many thresholds a search by halves is quicker than counting. */
#define KERNEL_SEARCH 48
void kernel_search_i64(const int64_t *values, size_t rows, const int64_t *thresholds, size_t count,
                       int32_t *out);
void kernel_search_f64(const double *values, size_t rows, const double *thresholds, size_t count,
                       int32_t *out);

#endif
