/* Guards: what stops a run before it can do harm. Each says what it saw, what it allows, and which
 * option lets the run through. */
#ifndef RUN_GUARD_H
#define RUN_GUARD_H

#include "run.h"

/* --max-rejects: more records refused than allowed. A percentage is judged from 1,000 records on,
 * and at the end. */
error_code guard_rejects(const run_options *o, const store_counts *c, bool at_end, error *e);
/* The same; when it stops the run, the first rejects go with its message, for they are dropped with the
 * run. */
error_code guard_rejects_told(const run_options *o, store *s, const store_counts *c, bool at_end,
                              error *e);
/* Fewer than half of the records of the last published run, or fewer than half of its accepted ones
 * (an export whose form has changed gives as many records, all refused). All 0: there is no last
 * run. */
error_code guard_shrink(const run_options *o, const store_counts *last, const store_counts *c,
                        error *e);
/* The same for the rows of the related lists that both runs have: an empty export of open items would
 * make everybody's account look fine. */
error_code guard_shrink_related(const run_options *o, const store_related *last, size_t last_count,
                                const store_related *now, size_t count, error *e);
/* Bytes of records that a file may hold: its size, ten times as many if it is packed. 0: no file. */
uint64_t guard_source_size(const char *path);
/* Bytes that a run may need, by the source or by the last published run (`records` < 0: none),
 * whichever says more: the last run may have been a trial. */
double guard_disk_need(uint64_t source_bytes, int64_t records, double bytes_per_record);
/* Room on the disk for the run before it starts: beside the database, and where the rows of related
 * lists are staged (`related_bytes`, those of their files), which may be the same disk. */
error_code guard_disk(store *s, uint64_t source_bytes, uint64_t related_bytes, const char *name,
                      error *e);

#endif
