/* Hit policies: DMN's, by name or by letter. What each means is DMN 1.4, 8.2.8; what DMN leaves open
 * (the order of collect, ties of a priority) is the order of the rows. */
#ifndef LANG_HIT_POLICY_H
#define LANG_HIT_POLICY_H

#include "pack.h"

#define HIT_POLICY_COUNT 11

/* "rule_order", "Rule order", "R": as people write it. False: no such policy. */
bool hit_policy_read(const char *text, hit_policy *out);
const char *hit_policy_name(hit_policy h);   /* "rule_order" */
const char *hit_policy_letter(hit_policy h); /* "R" */
/* All names, for messages. */
const char *const *hit_policy_names(void);

/* All rows that match count, not one of them. */
static inline bool hit_policy_is_multiple(hit_policy h) {
  return h >= HIT_RULE_ORDER;
}
/* The outputs are lists of values. */
static inline bool hit_policy_is_list(hit_policy h) {
  return h == HIT_RULE_ORDER || h == HIT_OUTPUT_ORDER || h == HIT_COLLECT;
}
/* The order of the outputs' words decides. */
static inline bool hit_policy_is_ranked(hit_policy h) {
  return h == HIT_PRIORITY || h == HIT_OUTPUT_ORDER;
}

#endif
