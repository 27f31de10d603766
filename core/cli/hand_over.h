/* `assay run` on a database that a service has: the run is handed to it and followed to its end, as if it
 * had been made here. */
#ifndef CLI_HAND_OVER_H
#define CLI_HAND_OVER_H

#include "../run/run.h"
#include "../serve/instance.h"
#include "progress.h"

typedef struct hand_over {
  const instance_holder *service;
  const run_options *options; /* pack, as_of, source, guards; `stop` is obeyed */
  const param_value *params;
  size_t param_count;
  progress *progress;
} hand_over;

/* Runs and publishes. ERR_BUSY: the service does not answer, or serves another version of the pack;
 * otherwise as run_pack. */
error_code hand_over_run(const hand_over *h, run_result *out, error *e);

#endif
