/* Inside the notation: tokens, the tree as written, and the one way to complain about a text.
 * Nothing outside of lang/notation*.c includes this. */
#ifndef LANG_NOTATION_SYNTAX_H
#define LANG_NOTATION_SYNTAX_H

#include "notation.h"

typedef enum token_kind {
  TOKEN_END,
  TOKEN_NUMBER,
  TOKEN_TEXT,
  TOKEN_DATE,
  TOKEN_TIMESTAMP,
  TOKEN_AT, /* @"2025-10-01" */
  TOKEN_NAME,
  TOKEN_TRUE,
  TOKEN_FALSE,
  TOKEN_NULL,
  TOKEN_AND,
  TOKEN_OR,
  TOKEN_NOT,
  TOKEN_IN,
  TOKEN_BETWEEN,
  TOKEN_IF,
  TOKEN_THEN,
  TOKEN_ELSE,
  TOKEN_PLUS,
  TOKEN_MINUS,
  TOKEN_STAR,
  TOKEN_SLASH,
  TOKEN_EQUAL,
  TOKEN_NOT_EQUAL,
  TOKEN_LESS,
  TOKEN_LESS_EQUAL,
  TOKEN_GREATER,
  TOKEN_GREATER_EQUAL,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_OPEN_SQUARE,
  TOKEN_CLOSE_SQUARE,
  TOKEN_COMMA,
  TOKEN_RANGE,
  TOKEN_QUESTION
} token_kind;

typedef struct token {
  token_kind kind;
  int offset, length; /* bytes of the text */
} token;

/* A text that is being read. */
typedef struct notation_source {
  const notation_context *context;
  const char *text;
  size_t size;
  token *tokens; /* ends with TOKEN_END */
  size_t at;     /* the parser's next token */
  int depth;     /* of nesting, bounded */
} notation_source;

typedef enum syntax_kind {
  SYNTAX_NUMBER,
  SYNTAX_TEXT,
  SYNTAX_DATE,
  SYNTAX_TIMESTAMP,
  SYNTAX_DURATION,
  SYNTAX_TRUE,
  SYNTAX_FALSE,
  SYNTAX_NULL,
  SYNTAX_NAME,
  SYNTAX_INPUT, /* ? */
  SYNTAX_CALL,  /* text = the function's name */
  SYNTAX_NEGATE,
  SYNTAX_NOT,
  SYNTAX_BINARY, /* operation: arithmetic, comparison, and, or */
  SYNTAX_IF,
  SYNTAX_IN, /* children[0] in the tests children[1..] */
  SYNTAX_BETWEEN,
  SYNTAX_COMPARE, /* a test: operation and one child */
  SYNTAX_INTERVAL /* a test: low, high, and which end is open */
} syntax_kind;

typedef struct syntax {
  syntax_kind kind;
  node_kind operation;
  int offset, length;    /* all of it */
  int mark, mark_length; /* what a complaint points to: operator, name */
  bool low_open, high_open;
  bool graded;      /* BINARY, COMPARE: `better than`, `worse than` */
  const char *text; /* NAME CALL TEXT */
  rational number;  /* NUMBER; DATE, TIMESTAMP and DURATION in num */
  int digits;       /* NUMBER: decimals as written */
  bool months;      /* DURATION: of months, not seconds */
  int depth;        /* of the tree below, bounded */
  size_t child_count, child_capacity;
  struct syntax **children;
} syntax;

/* Adds a finding that shows the text with a caret under the place. `hint` may be NULL. */
void notation_complain(const notation_source *s, severity weight, int offset, int length,
                       const char *hint, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* The same as a warning; `id` is the kind of finding (findings_detail). */
void notation_warn(const notation_source *s, const char *id, int offset, int length,
                   const char *hint, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* What a person may have meant; texts live in the arena or for ever. Each may be NULL. */

/* By what stands at `at`, of which `length` bytes are told. */
const char *hint_character(arena *a, const char *at, size_t *length);
/* By a date in another form: its length, and the date as it is written here. */
const char *hint_date(arena *a, const char *at, size_t *length);
/* By the letters that follow a number of `n` bytes. Never NULL. */
const char *hint_number(arena *a, const char *number, size_t n, size_t letters);
/* By a word where none may stand: AND, 且, mod. */
const char *hint_word(arena *a, const char *word, size_t n);
/* The name in half-width letters, if it has full-width ones. */
const char *hint_half_width(arena *a, const char *name);

/* The code point at text[0..], which is valid UTF-8. */
uint32_t notation_code_point(const char *text, size_t *length);

/* Cuts the text into tokens; false after a complaint. */
bool notation_tokens(notation_source *s, const notation_context *c, const char *text);
/* The length of a function's name of several words with blanks between them, behind which `(` stands:
 * `string length(x)` is string_length(x). 0 if there is none. */
size_t notation_function_length(const char *text);
/* The bytes of a TOKEN_TEXT without quotes and escapes. */
const char *notation_unquote(const notation_source *s, token t);

/* A node that stands where the token stands. */
syntax *notation_syntax_node(notation_source *s, syntax_kind kind, token mark);
/* A NUMBER, DATE, TIMESTAMP or AT that is taken, and the unit behind a number. */
syntax *notation_parse_literal(notation_source *s, token t);
/* Parse all of the source; NULL after a complaint. */
syntax *notation_parse_expression(notation_source *s);

typedef struct test_syntax {
  bool any, negated;
  size_t count, capacity;
  syntax **items;
} test_syntax;

bool notation_parse_tests(notation_source *s, test_syntax *out);

/* ---- types ---- */

typedef struct checker {
  notation_source *source;
  node *input; /* what ? means; NULL where there is none */
} checker;

/* A test, its operands typed against the input. */
typedef struct test_item {
  const syntax *syntax;
  bool null;     /* matches what is missing */
  bool opposite; /* != */
  bool low_open, high_open;
  node *low, *high; /* bounds; NULL = none; the same node twice for equality */
  node *condition;  /* instead: a condition over ? */
} test_item;

node *notation_check(checker *k, const syntax *s, value_type expected);
bool notation_check_item(checker *k, node *input, const syntax *s, test_item *out);
/* The item as a condition over the input. */
node *notation_item_condition(checker *k, node *input, const test_item *item);
node *notation_node(checker *k, node_kind kind, value_type type, const syntax *at, size_t children);
/* Folds if it can; NULL after a complaint. */
node *notation_fold(checker *k, node *n);
/* A candidate near the word, as "did you mean `x`?", or NULL. */
const char *notation_hint(checker *k, const char *word, const choice_list *words, bool names);

#endif
