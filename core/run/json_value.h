/* A value in the form of the packs, as JSON: numbers with their decimals (they are exact: a reader that
 * makes doubles of them loses that), true and false, texts, a list of codes, a list of records, null. */
#ifndef RUN_JSON_VALUE_H
#define RUN_JSON_VALUE_H

#include "../data/batch.h"

void json_value(buffer *out, const column *c, size_t row, zone z);
/* Codes joined with '|' as a list of texts. */
void json_codes(buffer *out, const char *text, size_t n);

#endif
