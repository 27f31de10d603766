/* Stored decisions as JSON, as `assay show --json` and the API tell them.
 *
 *   {"customer_id": "D1", "status": "graded", "position": 2, "outputs": {"score": 93.25, …},
 *    "reasons": [{"list": "reasons", "code": "CAP_P1", "text": "…", "severity": "warning"}],
 *    "inputs": {…}, "outcomes": [], "run": {"id": 7, "as_of": "…", …}}
 *
 * Everything that may differ between two runs over the same records stands inside of "run". */
#ifndef RUN_DECISION_JSON_H
#define RUN_DECISION_JSON_H

#include "../store/store.h"

/* One customer, whole; *found false: the run has nothing of him, and what was written means nothing. */
error_code decision_json(store_reader *r, const char *key, const char *language, buffer *out,
                         bool *found, error *e);
/* A row of a list: its key by the name of the key field, status, outputs, reasons. */
void decision_json_row(store_reader *r, const store_row *row, const char *language, buffer *out);
/* {"kind": "reject", "code": "BAD_VALUE:budget", "field": …, "rule": …, "file": …, "value": …, "message": …,
 * "line": …, "position": …} */
void decision_json_outcome(const store_outcome *x, buffer *out);
/* {"id": 7, "started": …, "finished": …, "as_of": …, "pack_hash": …, "source": …} */
void decision_json_run(const store_run *run, buffer *out);

#endif
