/* The names of the hit policies. */
#include "hit_policy.h"

#include <ctype.h>
#include <string.h>

static const char *const names[HIT_POLICY_COUNT] = {
    "first",   "unique", "any", "priority", "rule_order", "output_order",
    "collect", "sum",    "min", "max",      "count"};
static const char *const letters[HIT_POLICY_COUNT] = {"F", "U",  "A",  "P",  "R", "O",
                                                      "C", "C+", "C<", "C>", "C#"};

/* The letters and signs alone, in lower case: "Rule Order" and "rule_order" are "ruleorder". */
static void squeeze(const char *text, char *out, size_t room) {
  size_t n = 0;
  for (; *text && n + 1 < room; text++)
    if (*text != ' ' && *text != '_' && *text != '-')
      out[n++] = (char)tolower((unsigned char)*text);
  out[n] = '\0';
}

bool hit_policy_read(const char *text, hit_policy *out) {
  char given[32], known[32];
  squeeze(text, given, sizeof given);
  for (size_t i = 0; i < 2 * HIT_POLICY_COUNT; i++) {
    size_t policy = i / 2;
    squeeze(i % 2 ? letters[policy] : names[policy], known, sizeof known);
    if (strcmp(given, known) != 0) continue;
    *out = (hit_policy)policy;
    return true;
  }
  return false;
}

const char *hit_policy_name(hit_policy h) {
  return names[h];
}

const char *hit_policy_letter(hit_policy h) {
  return letters[h];
}

const char *const *hit_policy_names(void) {
  return names;
}
