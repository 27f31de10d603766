/* An explanation as the commands explain and try print it. */
#ifndef CLI_EXPLAINED_H
#define CLI_EXPLAINED_H

#include "../run/explain.h"
#include "cli.h"

typedef struct explained_what {
  const char *key;
  const pack *pack;
  const evaluator *evaluator; /* of the batch that is explained, row 0 */
  int64_t as_of, run;         /* run 0: made by hand */
  bool differs;               /* of a stored decision */
  const char *differences;
} explained_what;

/* In the form that --format says, on standard output. */
error_code explained_print(const arguments *a, const explained_what *w, const explained *root,
                           error *e);

#endif
