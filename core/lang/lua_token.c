/* The tokens of Lua (see lua_token.h). Allocates nothing, keeps nothing. */
#include "lua_token.h"

#include <string.h>

void token_open(token_reader *r, const char *text, size_t n) {
  *r = (token_reader){text, text + n, 1};
}

bool token_is(const token *t, const char *text) {
  return t->size == strlen(text) && memcmp(t->start, text, t->size) == 0 && t->kind != TOKEN_TEXT;
}

static bool digit(char c) {
  return c >= '0' && c <= '9';
}

static bool letter(char c) {
  return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

static bool hexadecimal(char c) {
  return digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static char peek(const token_reader *r, size_t ahead) {
  return (size_t)(r->end - r->at) > ahead ? r->at[ahead] : 0;
}

/* A line ends with LF, CR, or both in any order. */
static bool skip_line_end(token_reader *r) {
  char c = peek(r, 0);
  if (r->at >= r->end || (c != '\n' && c != '\r')) return false;
  char next = peek(r, 1);
  r->at += (next == '\n' || next == '\r') && next != c ? 2 : 1;
  r->line++;
  return true;
}

/* At '[': the level of a long bracket (0 for "[["), or -1. */
static int bracket_level(const token_reader *r, char bracket) {
  size_t n = 1;
  while (peek(r, n) == '=') n++;
  return peek(r, n) == bracket ? (int)n - 1 : -1;
}

static bool skip_long(token_reader *r, int level) {
  r->at += level + 2;
  while (r->at < r->end) {
    if (*r->at == ']' && bracket_level(r, ']') == level) {
      r->at += level + 2;
      return true;
    }
    if (!skip_line_end(r)) r->at++;
  }
  return false;
}

static bool skip_quoted(token_reader *r) {
  char quote = *r->at++;
  while (r->at < r->end) {
    char c = *r->at;
    if (c == '\n' || c == '\r') return false;
    r->at++;
    if (c == quote) return true;
    if (c != '\\' || r->at >= r->end) continue;
    if (*r->at == 'z') {
      r->at++;
      while (r->at < r->end && (*r->at == ' ' || (*r->at >= '\t' && *r->at <= '\r')))
        if (!skip_line_end(r)) r->at++;
    } else if (!skip_line_end(r)) {
      r->at++;
    }
  }
  return false;
}

static void skip_number(token_reader *r) {
  char exponent = 'e';
  if (peek(r, 0) == '0' && (peek(r, 1) | 32) == 'x') {
    exponent = 'p';
    r->at += 2;
  }
  for (;;) {
    char c = peek(r, 0);
    if ((c | 32) == exponent) {
      r->at++;
      if (peek(r, 0) == '+' || peek(r, 0) == '-') r->at++;
    } else if (hexadecimal(c) || c == '.') {
      r->at++;
    } else {
      break;
    }
  }
  while (letter(peek(r, 0)) || digit(peek(r, 0))) r->at++; /* malformed, and for the compiler */
}

static void skip_blank(token_reader *r) {
  while (r->at < r->end) {
    char c = *r->at;
    if (c == ' ' || c == '\t' || c == '\v' || c == '\f')
      r->at++;
    else if (!skip_line_end(r))
      return;
  }
}

static bool at_comment(const token_reader *r) {
  return peek(r, 0) == '-' && peek(r, 1) == '-';
}

/* False if it has no end. */
static bool skip_comment(token_reader *r) {
  r->at += 2;
  int level = peek(r, 0) == '[' ? bracket_level(r, '[') : -1;
  if (level >= 0) return skip_long(r, level);
  while (r->at < r->end && *r->at != '\n' && *r->at != '\r') r->at++;
  return true;
}

/* Blanks and comments; false if a comment has no end. */
static bool skip_to_token(token_reader *r) {
  for (skip_blank(r); at_comment(r); skip_blank(r))
    if (!skip_comment(r)) return false;
  return true;
}

bool token_comment(token_reader *r, token *out) {
  skip_blank(r);
  if (!at_comment(r)) return false;
  token_reader ahead = *r;
  if (!skip_comment(&ahead)) return false; /* token_next says that it is broken */
  *out = (token){TOKEN_TEXT, r->at, (size_t)(ahead.at - r->at), r->line};
  *r = ahead;
  return true;
}

static bool reserved(const char *text, size_t n) {
  static const char words[] =
      " and break do else elseif end false for function goto if in local nil "
      "not or repeat return then true until while ";
  const char *p = words;
  while ((p = memchr(p, ' ', (size_t)(words + sizeof words - 1 - p)))) {
    p++;
    if ((size_t)(words + sizeof words - 1 - p) > n && memcmp(p, text, n) == 0 && p[n] == ' ')
      return true;
  }
  return false;
}

static size_t symbol_size(const token_reader *r) {
  static const char pairs[] = "==~=<=>=//::<<>>..";
  if (peek(r, 0) == '.' && peek(r, 1) == '.' && peek(r, 2) == '.') return 3;
  for (size_t i = 0; i + 1 < sizeof pairs; i += 2)
    if (peek(r, 0) == pairs[i] && peek(r, 1) == pairs[i + 1]) return 2;
  return 1;
}

token token_next(token_reader *r) {
  token t = {TOKEN_BROKEN, r->at, 0, r->line};
  bool whole = skip_to_token(r);
  t.start = r->at;
  if (whole && r->at >= r->end) {
    t.kind = TOKEN_END;
  } else if (whole && letter(*r->at)) {
    while (letter(peek(r, 0)) || digit(peek(r, 0))) r->at++;
    t.kind = reserved(t.start, (size_t)(r->at - t.start)) ? TOKEN_WORD : TOKEN_NAME;
  } else if (whole && (digit(*r->at) || (*r->at == '.' && digit(peek(r, 1))))) {
    skip_number(r);
    t.kind = TOKEN_NUMBER;
  } else if (whole && (*r->at == '"' || *r->at == '\'')) {
    t.kind = skip_quoted(r) ? TOKEN_TEXT : TOKEN_BROKEN;
  } else if (whole && *r->at == '[' && bracket_level(r, '[') >= 0) {
    t.kind = skip_long(r, bracket_level(r, '[')) ? TOKEN_TEXT : TOKEN_BROKEN;
  } else if (whole) {
    r->at += symbol_size(r);
    t.kind = TOKEN_SYMBOL;
  }
  if (t.kind == TOKEN_BROKEN) r->at = r->end;
  t.size = (size_t)(r->at - t.start);
  t.line = r->line;
  return t;
}
