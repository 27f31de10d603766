/* JSON read from outside: texts that people and programs send, and what the store keeps.
 *
 * A number stays the text that it was written as, so that money never passes through a double. Refused
 * are names that stand twice in one object (which of the two was meant?), NaN and the like, comments,
 * and whatever else the grammar of RFC 8259 has not. Writing is text_json with a buffer. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "memory.h"

#define JSON_DEPTH 32                      /* of arrays and objects within each other, at most */
#define JSON_MOST_BYTES ((size_t)64 << 20) /* of a text, at most */

typedef enum json_kind {
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_NUMBER,
  JSON_TEXT,
  JSON_ARRAY,
  JSON_OBJECT
} json_kind;

typedef struct json {
  json_kind kind;
  const char *name; /* in an object; else NULL */
  const char *text; /* of a text (no NUL within), a number as written; else NULL */
  size_t count;     /* of an array or object */
  const struct json *items;
} json;

/* The whole text as one value, in the arena. ERR_USAGE: "WHAT: line 3, column 7, in open_items[2].amount:
 * a number is expected". Columns count characters from 1. */
error_code json_read(arena *a, const char *text, size_t n, const char *what, const json **out,
                     error *e);
/* The same of a file. ERR_USAGE also when it cannot be read. */
error_code json_read_file(arena *a, const char *path, const char *what, const json **out, error *e);

/* What the program itself has written: NULL for a NULL text, and for one that is no JSON. */
const json *json_kept(arena *a, const char *text);

/* All of these answer NULL (0, `otherwise`) also for NULL and for a value of another kind. */
const json *json_member(const json *object, const char *name);
const char *json_text(const json *v); /* of a text; not of a number */
const char *json_member_text(const json *object, const char *name);
int64_t json_integer(const json *v, int64_t otherwise);
size_t json_count(const json *array);

#endif
