/* The tokens of Lua's own text, exactly as its compiler divides it: for what must be known of a
 * script before it is compiled. It judges nothing: broken text is left for the compiler to report.
 */
#ifndef LANG_LUA_TOKEN_H
#define LANG_LUA_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

typedef enum token_kind {
  TOKEN_END,
  TOKEN_NAME,
  TOKEN_WORD, /* a reserved word */
  TOKEN_NUMBER,
  TOKEN_TEXT, /* a quoted or long string, with its quotes */
  TOKEN_SYMBOL,
  TOKEN_BROKEN /* an unfinished string or comment; the end of the text follows */
} token_kind;

typedef struct token {
  token_kind kind;
  const char *start;
  size_t size;
  int line; /* of its last character, as the compiler counts */
} token;

typedef struct token_reader {
  const char *at, *end;
  int line;
} token_reader;

void token_open(token_reader *r, const char *text, size_t n);
/* The next comment, with its dashes, that stands before the next token; line is that of its first
 * character, kind says nothing. False: the next token follows at once, or nothing. Comments that are not
 * asked for are skipped. */
bool token_comment(token_reader *r, token *out);
token token_next(token_reader *r);
/* Is the token this word, symbol or name? */
bool token_is(const token *t, const char *text);

#endif
