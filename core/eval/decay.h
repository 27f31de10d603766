/* What a record is still worth: half of it after each half-life.
 *
 * Smoothly, p * 2^(-age / days), a measured number; or in steps, p / 2^floor(age / days), exactly. */
#ifndef EVAL_DECAY_H
#define EVAL_DECAY_H

#include "list_rows.h"

/* A record that has been halved so often counts as nothing: less than a billionth of it is left, and
 * sums stay within 64 bits. */
#define DECAY_HALVINGS 32

typedef struct decay {
  int64_t days; /* 0 = there is none */
  bool stepped;
  double *table; /* smooth: 2^(-n / days) for n < days */
} decay;

/* `half_life` not given: no decay. False after a finding. */
bool decay_compile(builder *b, decay *d, rule_text half_life, bool stepped);
/* How often each record has been halved; those that are worth nothing any more are not counted. */
const uint8_t *decay_halvings(const decay *d, list_walk *w, const column *at, uint8_t *counted);
/* What is left of one. */
const double *decay_factors(const decay *d, list_walk *w, const column *at);

#endif
