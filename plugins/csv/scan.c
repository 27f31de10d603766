/* The kernels of the scanner. The portable one works on words of eight bytes and is the reference
 * for the others. */
#include "scan.h"
#include <assay/rows.h>

#define EACH_BYTE 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u
#define LOW_BITS 0x7F7F7F7F7F7F7F7Fu

static uint64_t load_word(const char *p) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* The high bit of each byte of `word` that is zero (exact: no carry from one byte to the next). */
static uint64_t zero_bytes(uint64_t word) {
  return ~(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS);
}

/* Eight high bits to eight bits in a row. */
static uint64_t gather(uint64_t high) {
  return ((high >> 7) * 0x0102040810204080u) >> 56;
}

static unsigned scan_portable(const char *bytes, size_t blocks, char delimiter, char quote,
                              uint64_t *ends, uint64_t *quotes) {
  const uint64_t d = EACH_BYTE * (unsigned char)delimiter, q = EACH_BYTE * (unsigned char)quote;
  const uint64_t cr = EACH_BYTE * '\r', lf = EACH_BYTE * '\n';
  uint64_t nul = 0, high = 0;
  for (size_t b = 0; b < blocks; b++) {
    uint64_t end = 0, quoted = 0;
    for (unsigned i = 0; i < 8; i++) {
      uint64_t w = load_word(bytes + b * 64 + i * 8);
      nul |= zero_bytes(w);
      high |= w;
      end |= gather(zero_bytes(w ^ d) | zero_bytes(w ^ cr) | zero_bytes(w ^ lf)) << (8 * i);
      quoted |= gather(zero_bytes(w ^ q)) << (8 * i);
    }
    ends[b] = end;
    quotes[b] = quoted;
  }
  return (nul ? SCAN_NUL : 0) | (high & HIGH_BITS ? SCAN_HIGH : 0);
}

#if defined(__x86_64__)
#include <immintrin.h>

static uint64_t bits16(__m128i v, unsigned shift) {
  return (uint64_t)(unsigned)_mm_movemask_epi8(v) << shift;
}

static unsigned scan_sse2(const char *bytes, size_t blocks, char delimiter, char quote,
                          uint64_t *ends, uint64_t *quotes) {
  const __m128i d = _mm_set1_epi8(delimiter), q = _mm_set1_epi8(quote), zero = _mm_setzero_si128();
  const __m128i cr = _mm_set1_epi8('\r'), lf = _mm_set1_epi8('\n');
  __m128i nul = zero, high = zero;
  for (size_t b = 0; b < blocks; b++) {
    uint64_t end = 0, quoted = 0;
    for (unsigned i = 0; i < 64; i += 16) {
      __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(bytes + b * 64 + i));
      __m128i line = _mm_or_si128(_mm_cmpeq_epi8(v, cr), _mm_cmpeq_epi8(v, lf));
      end |= bits16(_mm_or_si128(_mm_cmpeq_epi8(v, d), line), i);
      quoted |= bits16(_mm_cmpeq_epi8(v, q), i);
      nul = _mm_or_si128(nul, _mm_cmpeq_epi8(v, zero));
      high = _mm_or_si128(high, v);
    }
    ends[b] = end;
    quotes[b] = quoted;
  }
  return (_mm_movemask_epi8(nul) ? SCAN_NUL : 0) | (_mm_movemask_epi8(high) ? SCAN_HIGH : 0);
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint64_t bits32(__m256i v, unsigned shift) {
  return (uint64_t)(unsigned)_mm256_movemask_epi8(v) << shift;
}

AVX2 static unsigned scan_avx2(const char *bytes, size_t blocks, char delimiter, char quote,
                               uint64_t *ends, uint64_t *quotes) {
  const __m256i d = _mm256_set1_epi8(delimiter), q = _mm256_set1_epi8(quote);
  const __m256i cr = _mm256_set1_epi8('\r'), lf = _mm256_set1_epi8('\n');
  const __m256i zero = _mm256_setzero_si256();
  __m256i nul = zero, high = zero;
  for (size_t b = 0; b < blocks; b++) {
    uint64_t end = 0, quoted = 0;
    for (unsigned i = 0; i < 64; i += 32) {
      __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + b * 64 + i));
      __m256i line = _mm256_or_si256(_mm256_cmpeq_epi8(v, cr), _mm256_cmpeq_epi8(v, lf));
      end |= bits32(_mm256_or_si256(_mm256_cmpeq_epi8(v, d), line), i);
      quoted |= bits32(_mm256_cmpeq_epi8(v, q), i);
      nul = _mm256_or_si256(nul, _mm256_cmpeq_epi8(v, zero));
      high = _mm256_or_si256(high, v);
    }
    ends[b] = end;
    quotes[b] = quoted;
  }
  return (_mm256_movemask_epi8(nul) ? SCAN_NUL : 0) | (_mm256_movemask_epi8(high) ? SCAN_HIGH : 0);
}

scan_kernel *scan_choose(const char *name) {
  __builtin_cpu_init();
  bool fast = __builtin_cpu_supports("avx2");
  if (!strcmp(name, "auto")) return fast ? scan_avx2 : scan_sse2;
  if (!strcmp(name, "avx2")) return fast ? scan_avx2 : NULL;
  return !strcmp(name, "sse2") ? scan_sse2 : scan_portable;
}
#else
scan_kernel *scan_choose(const char *name) {
  return !strcmp(name, "auto") || !strcmp(name, "portable") ? scan_portable : NULL;
}
#endif

/* Whether a word begins with a character of three bytes, as the Chinese ones are; the first bytes
 * that have a rule of their own (0xE0, 0xED) are left to the careful way. */
static bool three_bytes(uint64_t word) {
  uint64_t first = word & 0xFF;
  return (word & 0xC0C0F0) == 0x8080E0 && first != 0xE0 && first != 0xED;
}

static uint64_t four_words(const char *p) {
  return load_word(p) | load_word(p + 8) | load_word(p + 16) | load_word(p + 24);
}

size_t scan_utf8(const char *bytes, size_t n) {
  size_t i = 0;
  while (i < n) {
    while (n - i >= 32 && !(four_words(bytes + i) & HIGH_BITS)) i += 32;
    if (n - i >= 8) {
      uint64_t word = load_word(bytes + i), high = word & HIGH_BITS;
      size_t plain = high ? (size_t)__builtin_ctzll(high) >> 3 : 8;
      if (plain) {
        i += plain;
        continue;
      }
      if (three_bytes(word)) {
        i += three_bytes(word >> 24) ? 6 : 3;
        continue;
      }
    }
    size_t length = assay_utf8_length(bytes + i, n - i);
    if (!length) return i;
    i += length;
  }
  return n;
}
