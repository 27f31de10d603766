/* The parameters of a run: rows name,value of a file, and name=value of the command line over them.
 */
#ifndef CLI_PARAMS_H
#define CLI_PARAMS_H

#include "../eval/plan.h"
#include "options.h"

typedef struct params {
  param_value *items; /* each name once; as_of is not among them */
  const char **from;  /* where each was given: --param name=value, or file:line */
  size_t count;
  bool has_as_of;
  int64_t as_of;
} params;

/* Reads --params, then --param, then --as-of, a later one winning. The texts live in the arena. */
error_code params_read(arena *a, const arguments *from, params *out, error *e);
void params_deinit(params *p);

/* After a plan with these options could not be made: if the pack alone makes one, the error that
 * names the parameter or option to blame; ERR_OK if the pack is wrong by itself. */
error_code params_blame(const pack *p, const plan_options *o, const params *all, error *e);

#endif
