/* The report on a pack's published run, for people: classes, limits, today's follow-ups, what needs
 * attention and why, rejects, three decisions with their reasons, and what to type next.
 *
 * It reads the store alone, needs neither pack nor source, and is the same for the same run. */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "../store/store.h"

typedef struct report_options {
  const char *language; /* "en" or "zh" */
  bool colour;
  size_t width;         /* columns of the page; 0 = 100 */
  const char *program;  /* as called, and */
  const char *database; /* the --db that was given, for the hints; NULL = none */
  bool dry_run;         /* nothing was published: no hints that would not work */
  double seconds;       /* of the run just made, 0 = unknown */
} report_options;

error_code report_write(buffer *out, store_reader *r, const report_options *o, error *e);

#endif
