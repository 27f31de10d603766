/* What there is to tell of a run that was published: its alerts, with counts and the first customers. */
#ifndef SERVE_NOTICE_RUN_H
#define SERVE_NOTICE_RUN_H

#include "../store/store.h"
#include "notice.h"

#define NOTICE_CUSTOMERS 10 /* named with each alert */

/* A notice NOTIFY_ALERTS of the run, its texts in the arena or the reader's (pack, titles, texts of codes): both must
 * outlive it. Only alerts that some customer has are in it, in the order of the pack. For another event about the same
 * run set `event` and what it needs. */
error_code notice_of_run(arena *a, store_reader *r, notice *out, error *e);

#endif
