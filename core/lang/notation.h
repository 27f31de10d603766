/* The notation: DMN's FEEL where FEEL has a form for the thing. Two languages share one grammar:
 * unary tests (the cells of tables: "<=7", "[50..200)", "A, B", "not(C)", "-", "null") and
 * expressions ("sales_12m / 365 * (terms_days + 15) * 1.2"). Parsed once, typed, exact. Every form
 * stands with an example in rules/NOTATION.md, which a test runs.
 *
 * Grammar. Names are letters (any script), digits and _; a function's name of several words may
 * have blanks. By falling precedence: - (sign), * /, + -, comparisons (never chained), and, or.
 *   comparisons: = != < <= > >=, better than, worse than, [not] in, [not] between a and b
 *   x in (A, [1..5), ]1..5[, > 7, null)    CODE in reasons    if c then a else b    not(...)
 *   10%  0.5  .5  "text" (\" \\ \n \t)  2025-10-01  2025-10-01T15:00:00+08:00  @"..."  30 days
 * Nesting is bounded by 100, a chain of operations by 1000, a text by 1 MB.
 *
 * Missing. The result is missing if an operand or argument is, but: coalesce takes the first that is
 * not; x = null and x != null are never unknown; and, or, in, between are three-valued; if takes the
 * else when its condition is unknown. Missing as well: a division by zero, modulo by zero, sqrt
 * below zero, date(y, m, d) where there is no such day. A unary test matches what is missing only by
 * - and null. A list of codes is never missing.
 *
 * Types. Beside a choice a bare name that is one of its words is that word, whatever else is called
 * so; any other bare name is looked up in the scope. Words are ordered by their list, better and
 * worse by its rank.
 *   exact numbers keep a constant denominator (money / 365 has 36500); a division by a column, or a
 *     denominator above 10^15, makes a RATIO; a NUMBER in a formula makes a NUMBER; money * money is
 *     refused, money / money has no unit; rounding (7 ways, f(x, digits)) makes INTEGER, DECIMAL or
 *     MONEY; modulo has the sign of the divisor
 *   date - date is INTEGER days, date + whole number a date; timestamp - timestamp is a DURATION,
 *     timestamp + DURATION a timestamp; + MONTHS keeps the day (and the time in the zone), clamped
 *     to the month's last; DURATION and MONTHS do not mix, are scaled by whole numbers, divided by
 *     their like into a number, and are no result of a formula; a constant one may be compared with
 *     days (months) that count such a difference
 *   texts are compared as bytes, have no order, and are measured in code points
 * Decimals when written: what the denominator needs, at most 2 or what an operand has. What does not
 * fit 128 bits on the way, a finite double, or the years 1-9999 is a fault, never a rounding. */
#ifndef LANG_NOTATION_H
#define LANG_NOTATION_H

#include "../base/error.h"
#include "../data/type.h"

/* A constant: a literal, a parameter, today, as_of, or what folds to one. */
typedef struct value {
  value_type type;
  bool missing;
  rational exact;   /* INTEGER MONEY DECIMAL RATIO: the value itself (money in major units);
                       DATE days, TIMESTAMP DURATION seconds, MONTHS months, BOOLEAN 0 or 1, CHOICE the word's index: num */
  double number;    /* NUMBER */
  const char *text; /* KEY TEXT, and a CHOICE's word */
} value;

/* A name that an expression may use. */
typedef struct symbol {
  const char *name;
  value_type type;
  int slot; /* where the column stands in a frame; -1 for a constant */
  value constant;
  const char *defined; /* "field", "parameter", "output of scorecard", ... for messages */
  int file_line;
  bool used;   /* set when an expression reads it */
  bool faulty; /* its step has findings: what reads it fails and says nothing more */
} symbol;

typedef struct scope {
  symbol *symbols;
  size_t count, capacity;
} scope;

symbol *scope_add(scope *s, const char *name, value_type type, int slot, const char *defined);
/* The last one of the name: a step that changes an output gives its name to a new column, and what
 * was compiled before keeps the old one. */
symbol *scope_find(const scope *s, const char *name);
void scope_deinit(scope *s);

typedef enum node_kind {
  NODE_CONSTANT, /* value */
  NODE_SLOT,     /* symbol: a column of the frame */
  NODE_NEGATE,
  NODE_NOT,
  NODE_ADD,
  NODE_SUBTRACT,
  NODE_MULTIPLY,
  NODE_DIVIDE,
  /* = and != with a constant of TYPE_NONE in children[1] ask whether it is missing */
  NODE_EQUAL,
  NODE_NOT_EQUAL,
  NODE_LESS,
  NODE_LESS_EQUAL,
  NODE_GREATER,
  NODE_GREATER_EQUAL,
  NODE_AND,
  NODE_OR,
  NODE_IN,  /* children[0] in tests: children[1..] are boolean nodes over it, ORed */
  NODE_IF,  /* if c then a else b; an unknown condition takes the else */
  NODE_CALL /* function */
} node_kind;

bool node_is_comparison(node_kind kind); /* = != < <= > >= */
/* The same comparison with its sides exchanged. */
node_kind node_mirrored(node_kind kind);

typedef enum function_kind {
  FUNCTION_COALESCE,
  FUNCTION_MIN,
  FUNCTION_MAX,
  /* Numbers. Those from FLOOR to ROUND_DOWN round: f(x, digits). */
  FUNCTION_ABS,
  FUNCTION_SIGN,
  FUNCTION_SQRT,
  FUNCTION_FLOOR,
  FUNCTION_CEILING,
  FUNCTION_ROUND_HALF_UP,
  FUNCTION_ROUND_HALF_DOWN,
  FUNCTION_ROUND_HALF_EVEN,
  FUNCTION_ROUND_UP,
  FUNCTION_ROUND_DOWN,
  FUNCTION_MODULO,
  /* Dates and timestamps: whole numbers in, a whole number out. */
  FUNCTION_DATE,          /* date(timestamp): its calendar date in the company's zone */
  FUNCTION_DATE_OF,       /* date(year, month, day) */
  FUNCTION_DATE_AND_TIME, /* date_and_time(date, second of the day) */
  FUNCTION_ADD_MONTHS,    /* of a date */
  FUNCTION_ADD_MONTHS_AT, /* of a timestamp; its time of day in the zone stays */
  FUNCTION_YEAR,
  FUNCTION_MONTH,
  FUNCTION_DAY,
  FUNCTION_WEEKDAY,
  FUNCTION_QUARTER,
  FUNCTION_DAY_OF_YEAR,
  FUNCTION_WEEK_OF_YEAR,
  FUNCTION_DAYS_IN_MONTH,
  FUNCTION_LAST_DAY_OF_MONTH,
  FUNCTION_HOUR,
  FUNCTION_MINUTE,
  FUNCTION_SECOND,
  FUNCTION_MONTHS_BETWEEN,
  FUNCTION_YEARS_BETWEEN,
  FUNCTION_ADD_WORKDAYS,
  FUNCTION_WORKDAYS_BETWEEN,
  /* Texts, and lists of codes. */
  FUNCTION_COUNT,    /* count(codes): how many a list holds */
  FUNCTION_HAS_CODE, /* CODE in codes: children are the list and the code */
  FUNCTION_STRING_LENGTH,
  FUNCTION_STARTS_WITH,
  FUNCTION_ENDS_WITH,
  FUNCTION_CONTAINS,
  FUNCTION_UPPER_CASE,
  FUNCTION_LOWER_CASE,
  FUNCTION_SUBSTRING
} function_kind;

/* What a whole number counts, so that it may be compared with a duration. */
typedef enum count_unit { COUNTS_THINGS, COUNTS_DAYS, COUNTS_MONTHS } count_unit;

/* The company's working days, as the functions of the notation ask them. */
typedef struct workday_calendar {
  const void *of;
  /* The n-th working day after the date (n < 0: before it); false: there is none in the calendar. */
  bool (*add)(const void *of, int64_t date, int64_t n, int64_t *out);
  /* Working days after `from`, up to and with `to` (from <= to). */
  int64_t (*between)(const void *of, int64_t from, int64_t to);
} workday_calendar;

typedef struct node {
  node_kind kind;
  function_kind function;
  count_unit counts;                /* INTEGER */
  const workday_calendar *workdays; /* of the functions that ask it */
  value_type type;                  /* of the result; BOOLEAN is three-valued */
  value constant;
  const symbol
      *symbol; /* of a SLOT, or of a constant with a name: a copy that lives with the tree */
  size_t child_count;
  struct node **children;
  int offset; /* where it stands in the text, in bytes, for messages and explanation; -1: the input
                 of a test, which stands in another text */
  int length;
} node;

/* What an expression is parsed in: names, zone, and where it stands in the pack. */
typedef struct notation_context {
  arena *arena; /* owns the tree */
  scope *scope;
  zone zone;
  const char *file;
  int line;
  findings *findings; /* each message shows the text with a caret under the offending character */
  const workday_calendar *workdays; /* NULL: there is none here; lives as long as the tree */
  /* The column of previous("x"): the output's last published value. NULL with what to do in *why.
   * The function itself NULL: previous() does not stand here. */
  const symbol *(*previous)(void *host, const char *output, const char **why);
  void *host;
} notation_context;

/* Parses, types and folds an expression. `expected` with kind TYPE_NONE = any; an expected CHOICE
 * lets bare words of its list stand without quotes (so does the other side of a comparison). A
 * result of another kind is a finding. A number comes out as exactly the expected type where that
 * needs no rounding; otherwise (MONEY, DECIMAL) it keeps its own denominator, or is a RATIO:
 * rounding it is up to the caller. null becomes a missing constant of the expected type. Returns
 * NULL after adding a finding. A node that folds is NODE_CONSTANT. A tree may share nodes. */
node *notation_expression(const notation_context *c, const char *text, value_type expected);

/* One alternative of a unary test over the values of a column. For STORE_I64 inputs the bounds are
 * closed and in stored units; for NUMBER closed doubles; for RATIO rationals with open flags.
 * Without a bound, low is MISSING_I64 + 1 or -inf and high INT64_MAX or +inf: comparing with both
 * is right and leaves out what is missing. */
typedef struct test_interval {
  bool has_low, has_high;
  int64_t low, high;
  double number_low, number_high;
  rational ratio_low, ratio_high;
  bool low_open, high_open; /* RATIO only */
} test_interval;

typedef enum test_kind {
  TEST_ANY,       /* "-": everything, missing too */
  TEST_INTERVALS, /* STORE_I64, NUMBER, RATIO: any of the intervals, disjoint and ascending */
  TEST_CODES,     /* CHOICE, BOOLEAN: bit i = word i (boolean: bit 1 true) */
  TEST_TEXTS,     /* KEY, TEXT: equal to one of them (or to none, if negated) */
  TEST_DYNAMIC    /* needs other columns: a boolean node */
} test_kind;

typedef struct unary_test {
  test_kind kind;
  bool missing; /* a missing value matches (null in the list, "-"); never by an interval or not() */
  size_t interval_count;
  test_interval *intervals;
  size_t code_words; /* 64 bits each */
  uint64_t *codes;
  size_t text_count;
  const char **texts;
  bool negated;
  node *dynamic;
} unary_test;

/* Parses a unary test over `input` (any expression; its type gives the form). NULL text = "-".
 * A bound that is no constant, or a condition over ? (the input), makes TEST_DYNAMIC; there
 * `missing` only repeats what the node says. False after adding a finding. */
bool notation_test(const notation_context *c, const char *text, node *input, unary_test *out);

/* The names of the functions; NULL behind the last. */
const char *notation_function(size_t number);

/* Calls `each` for every slot that the tree reads. */
void node_slots(const node *n, void (*each)(void *ctx, const symbol *s), void *ctx);

#endif
