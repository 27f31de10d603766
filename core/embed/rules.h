/* The public library from inside: what its functions share. Outward stands include/assay/assay.h alone;
 * nothing here may know how a decision is made. */
#ifndef EMBED_RULES_H
#define EMBED_RULES_H

#include "../include/assay/assay.h"
#include "../run/desk.h"

struct assay_rules {
  desk *desk;
};

/* Options as the desk asks them, in memory of their own. */
typedef struct asked {
  desk_question question;
  const char *language;
  arena arena;
} asked;

/* ERR_USAGE: a moment that is none, flags that nobody knows, a language that is not spoken. */
error_code asked_init(asked *a, const assay_options *o, const char *what, error *e);
void asked_deinit(asked *a);
/* Gives the caller what went wrong, as far as its struct has room; returns the code. */
int tell(assay_error *out, error_code code, const error *e);

#endif
