/* run --dry-run --against: the stored run that a dry run is compared with. */
#ifndef CLI_AGAINST_H
#define CLI_AGAINST_H

#include "cli.h"

typedef struct against {
  store *store; /* NULL = nothing was asked for */
  store_reader *reader;
} against;

/* Opens what --against says ("current", or the number of a run) of the pack, in --db. ERR_USAGE for
 * anything else, ERR_NOT_FOUND if there is no such run. */
error_code against_open(const arguments *a, const char *name, against *out, error *e);
void against_close(against *x);
/* Prints the comparison with the pack's run in the scratch store; `part` as in compare_runs. */
error_code against_print(const arguments *a, const against *x, store_reader *after, bool part,
                         error *e);

#endif
