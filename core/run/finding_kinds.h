/* The kinds of findings that can be waived or that a program may want to tell apart (finding.id), each
 * with what it means and what to do about it. Findings without a kind (FINDING_PLAIN) are mistakes. */
#ifndef RUN_FINDING_KINDS_H
#define RUN_FINDING_KINDS_H

#include <stddef.h>

typedef struct finding_kind {
  const char *id, *about; /* one line: what it means */
  const char *help;       /* what to do about it */
} finding_kind;

/* In the order of their ids; NULL behind the last. */
const finding_kind *finding_kind_at(size_t number);
/* NULL: there is no such kind. */
const finding_kind *finding_kind_find(const char *id);

#endif
