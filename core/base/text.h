/* Text: UTF-8, what people see of it, and what they may have meant. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include "memory.h"

/* True when the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates). */
bool text_valid_utf8(const char *text, size_t n);
/* Columns on a terminal: East Asian wide and fullwidth 2, combining marks 0. */
size_t text_width(const char *text, size_t n);
/* Appends the text padded with blanks to `width` columns, cut with an ellipsis if wider. */
void text_pad(buffer *out, const char *text, size_t width, bool right);
/* Appends at most `most` columns of the value for an error message or a log: control characters and
 * bytes that are not UTF-8 as \xNN, cut with an ellipsis. */
void text_printable(buffer *out, const char *text, size_t n, size_t most);
/* Edit distance (Damerau, code points folded to lower case), and the nearest of the candidates that
 * a person may have meant, or NULL. */
size_t text_distance(const char *a, const char *b);
const char *text_suggest(const char *word, const char *const *candidates, size_t count);
/* Appends the text quoted as a JSON string / as a CSV field (RFC 4180, quoted only when needed) / with
 * the characters that mean something in HTML and XML written out. */
void text_json(buffer *out, const char *text, size_t n);
/* The same of a whole text, null for NULL; and the name of a member with its ':', a comma before it unless
 * it is the first of its object. */
void text_json_or_null(buffer *out, const char *text);
void text_json_name(buffer *out, const char *name, bool first);
void text_csv(buffer *out, const char *text, size_t n);
void text_html(buffer *out, const char *text, size_t n);

#endif
