/* What the notation asks of texts, on bytes of UTF-8 that need not end with NUL. Characters are code
 * points. Nothing here allocates. */
#ifndef LANG_NOTATION_TEXT_H
#define LANG_NOTATION_TEXT_H

#include "notation.h"

typedef struct text_piece {
  const char *at;
  size_t size;
} text_piece;

/* COUNT: how many codes stand in the list; STRING_LENGTH: how many characters. */
int64_t text_measure(function_kind f, text_piece a);
/* HAS_CODE: is the code b in the list a, alone or with a value behind a colon? STARTS_WITH,
 * ENDS_WITH, CONTAINS: as they say; every text begins and ends with the empty one. */
bool text_relation(function_kind f, text_piece a, text_piece b);
/* UPPER_CASE, LOWER_CASE: the letters a-z; everything else stays. Writes a.size bytes. */
void text_change(function_kind f, text_piece a, char *out);
/* `length` characters from the start-th on, which is 1 for the first and -1 for the last. What lies
 * outside is not there; start 0, or a length below 1, gives the empty text. */
text_piece text_part(text_piece a, int64_t start, int64_t length);

#endif
