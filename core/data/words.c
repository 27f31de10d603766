/* Words: an open hash table, four times as large as it need be, so that nearly every look-up ends
 * at its first slot. */
#include "words.h"
#include "../base/memory.h"
#include <stdlib.h>

void words_init(words *w, const char *const *names, size_t count) {
  unsigned bits = 4;
  while (((size_t)1 << bits) < count * 4) bits++;
  w->shift = 64 - bits;
  w->mask = ((uint32_t)1 << bits) - 1;
  w->slots = mem_array((size_t)1 << bits, sizeof *w->slots);
  for (size_t i = 0; i <= w->mask; i++) w->slots[i].index = -1;
  for (size_t i = 0; i < count; i++) {
    size_t n = strlen(names[i]);
    uint64_t prefix = words_load(names[i], n);
    uint32_t at = words_hash(w, prefix, n);
    while (w->slots[at & w->mask].index >= 0) at++;
    w->slots[at & w->mask] = (words_slot){
        .prefix = prefix, .length = (uint32_t)n, .index = (int32_t)i, .word = names[i]};
  }
}

void words_deinit(words *w) {
  free(w->slots);
  *w = (words){0};
}
