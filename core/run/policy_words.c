/* See policy_words.h. */
#include "policy_words.h"

static const char *const words[POLICY_WORD_COUNT][2] = {
#define X(name, en, zh) {en, zh},
    POLICY_WORDS(X)
#undef X
};

const char *policy_say(bool chinese, policy_word w) {
  return words[w][chinese];
}
