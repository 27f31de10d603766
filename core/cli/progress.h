/* How a run tells how far it is: a line rewritten on a terminal, plain lines every few seconds
 * elsewhere (both on stderr), or JSON events on stdout. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "../run/run.h"

typedef struct progress {
  bool json, quiet, terminal;
  bool line_open; /* a rewritten line stands on the terminal */
  double told_at; /* seconds of the last plain line or event */
  const char *stage;
} progress;

void progress_init(progress *p, bool json, bool quiet);
void progress_begin(progress *p, const pack *of, int64_t as_of, const char *kernels);
void progress_note(void *ctx, const run_progress *now); /* for run_options.progress */
/* `exit_code`: what the program will end with. */
void progress_end(progress *p, const run_result *r, bool dry_run, error_code exit_code);
void progress_finding(const finding *f); /* as an event */
void progress_failed(progress *p, const error *e);

#endif
