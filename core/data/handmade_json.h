/* Records made by hand, from JSON: {"rating": "B", "net_worth": 12000000.00, "legal_dispute": false,
 * "open_items": [{"due_date": "2025-10-21", "amount": "150000.00"}]}.
 *
 * A value goes on as the text that it was written as, with quotes or without; null and "" are missing.
 * Whether the fields exist, and the values are of their types, is for the door to say. */
#ifndef DATA_HANDMADE_JSON_H
#define DATA_HANDMADE_JSON_H

#include "../base/json.h"
#include "handmade.h"

/* In the arena; texts are borrowed from the JSON. ERR_USAGE: "WHAT: open_items[2] must be an object". */
error_code handmade_object(arena *a, const json *object, const char *what, handmade_record *out,
                           error *e);
/* An array of objects, as the records of a list. */
error_code handmade_list(arena *a, const json *list, const char *what, handmade_value *out,
                         error *e);

#endif
