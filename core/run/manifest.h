/* What a run is of, as the store keeps it: columns, pack files, parameters, roles for the report.
 */
#ifndef RUN_MANIFEST_H
#define RUN_MANIFEST_H

#include "../eval/plan.h"
#include "../store/store.h"

typedef struct manifest {
  store_run_info info; /* what it points to belongs to the manifest, the pack or the plan */
  arena arena;
} manifest;

void manifest_init(manifest *m, const pack *p, const plan *made, int64_t as_of, const char *source);
void manifest_deinit(manifest *m);

#endif
