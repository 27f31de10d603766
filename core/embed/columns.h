/* Decisions as Arrow columns: what comes out of a stream. */
#ifndef EMBED_COLUMNS_H
#define EMBED_COLUMNS_H

#include "../include/assay/arrow.h"
#include "../run/desk.h"

/* The key, "status", the outputs, "problem_code", "problem_field", "problem_message". False: no memory. */
bool columns_schema(const pack *p, const plan *made, struct ArrowSchema *out);
/* The answer's rows and rejects in the order of the records: `count` of them, whose numbers begin at
 * `first`. The array owns all it holds. False: no memory. */
bool columns_export(const pack *p, const desk_answer *a, size_t first, size_t count,
                    struct ArrowArray *out);

#endif
