/* Words: which of a few known words a text is, in a few nanoseconds. Immutable once made. */
#ifndef DATA_WORDS_H
#define DATA_WORDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct words_slot {
  uint64_t prefix; /* the first eight bytes, or all of a shorter word */
  uint32_t length;
  int32_t index; /* -1 = empty */
  const char *word;
} words_slot;

typedef struct words {
  unsigned shift; /* of the hash, down to a slot number */
  uint32_t mask;
  words_slot *slots;
} words;

/* The names are borrowed and must differ. */
void words_init(words *w, const char *const *names, size_t count);
void words_deinit(words *w);

static inline uint64_t words_load(const char *text, size_t n) {
  uint64_t all = 0;
  uint32_t low, high;
  if (n >= 8) {
    memcpy(&all, text, 8);
  } else if (n >= 4) {
    memcpy(&low, text, 4);
    memcpy(&high, text + n - 4, 4);
    all = low | (uint64_t)high << 32;
  } else if (n > 0) {
    const unsigned char *b = (const unsigned char *)text;
    all = b[0] | (uint64_t)b[n / 2] << 8 | (uint64_t)b[n - 1] << 16;
  }
  return all;
}

static inline uint32_t words_hash(const words *w, uint64_t prefix, size_t n) {
  return (uint32_t)(((prefix + n) * 0x9E3779B97F4A7C15u) >> w->shift);
}

/* The index of the word, or -1. */
static inline int words_find(const words *w, const char *text, size_t n) {
  uint64_t prefix = words_load(text, n);
  for (uint32_t at = words_hash(w, prefix, n);; at++) {
    const words_slot *s = &w->slots[at & w->mask];
    if (s->index < 0) return -1;
    if (s->prefix == prefix && s->length == n &&
        (n <= 8 || memcmp(s->word + 8, text + 8, n - 8) == 0))
      return s->index;
  }
}

#endif
