/* The desk asked in JSON: one record as an object, or a batch as an array of them.
 *
 *   {"customer_id": "B1", "rating": "A", "net_worth": 12000000.00, "open_items": [{"due_date": ...}],
 *    "previous": {"credit_limit": 800000.00}}
 *
 * Fields by name; numbers exact, with quotes or without; null or "" is missing; "previous" is what was
 * published last, by the names of outputs. The answer:
 *
 *   {"pack": "distributor-credit", "pack_hash": "…", "as_of": "2025-09-26T15:00:00+08:00", "run": 12,
 *    "key": "B1", "status": "graded", "outputs": {"score": 100.00, …},
 *    "reasons": [{"list": "hold_reasons", "code": "UTIL_OVER", "text": "…", "severity": "warning"}],
 *    "outcomes": [], "explanation": {…}}
 *
 * "key" is null for a record without one, "run" is the published run whose totals and previous values were read, null if none was; severity is
 * there for alerts, explanation if it is asked for. A record that is refused has the status "rejected",
 * one on which a rule failed "error", both without outputs, and one of "outcomes" says why: kind, code,
 * field, rule, file, line, value, message. For a batch what is said of each record stands in
 * "decisions", in the order of the records. */
#ifndef RUN_DESK_JSON_H
#define RUN_DESK_JSON_H

#include "../base/json.h"
#include "desk.h"

/* `q` says everything but the records. Appends the answer, without a line end. A record that is refused is
 * an answer. ERR_USAGE: what is no record, or no such field ("did you mean"), with its place; the others
 * as desk_ask; then `out` is as it was. `language` is that of the reasons. */
error_code desk_ask_json(desk *d, const desk_question *q, const char *text, size_t n,
                         const char *language, buffer *out, error *e);
/* The same of what has been read already. */
error_code desk_ask_read(desk *d, const desk_question *q, const json *from, const char *language,
                         buffer *out, error *e);

/* One record, and apart from it what stands in its "previous" (none: count 0); texts are borrowed. */
error_code desk_read_record(arena *a, const desk_question *q, const json *from,
                            handmade_record *record, handmade_record *previous, error *e);

#endif
