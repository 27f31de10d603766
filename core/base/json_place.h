/* Where in a JSON text something stands, for messages alone: slow, and content with a text that is not
 * whole. */
#ifndef BASE_JSON_PLACE_H
#define BASE_JSON_PLACE_H

#include <stdbool.h>

#include "memory.h"

/* Appends "line 3, column 7, in open_items[2].amount" (the path only if there is one). */
void json_place(buffer *out, const char *text, size_t n, size_t offset);
/* The offset of the first name that stands a second time in its object, as it is written. */
bool json_repeated_name(const char *text, size_t n, size_t *offset);

#endif
