/* What the notation asks of texts, on bytes of UTF-8 that need not end with NUL. */
#ifndef LANG_NOTATION_TEXT_H
#define LANG_NOTATION_TEXT_H

#include "notation.h"

typedef struct text_piece {
  const char *at;
  size_t size;
} text_piece;

/* FUNCTION_COUNT: how many codes stand in the list. */
int64_t text_measure(function_kind f, text_piece a);
/* FUNCTION_HAS_CODE: is the code b in the list a, alone or with a value behind a colon? */
bool text_relation(function_kind f, text_piece a, text_piece b);

#endif
