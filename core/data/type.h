/* What a value is: the types of DESIGN, how each is stored in a column, and how it is written. */
#ifndef DATA_TYPE_H
#define DATA_TYPE_H

#include "../base/date.h"
#include "../base/memory.h"
#include "../base/number.h"

typedef enum type_kind {
  TYPE_NONE,
  TYPE_KEY, /* text, the customer's identity */
  TYPE_TEXT,
  TYPE_CHOICE, /* one of a list of words; the order of the list is the order of the words */
  TYPE_INTEGER,
  TYPE_MONEY,   /* minor units of the company's currency */
  TYPE_DECIMAL, /* n digits after the point */
  TYPE_NUMBER,  /* a measured value, double */
  TYPE_BOOLEAN,
  TYPE_DATE,
  TYPE_TIMESTAMP,
  TYPE_LIST,     /* records of their own */
  TYPE_RATIO,    /* an exact quotient with a divisor of its own in each row; never a field */
  TYPE_CODES,    /* a list of reason codes, joined with '|'; never a field */
  TYPE_DURATION, /* seconds; within a formula only, as TYPE_MONTHS */
  TYPE_MONTHS    /* a duration of years and months */
} type_kind;

/* How a column of the type lies in memory. */
typedef enum storage {
  STORE_TEXT,  /* KEY TEXT CODES: offsets and bytes */
  STORE_I32,   /* CHOICE (index of the word) and BOOLEAN (0, 1); missing is -1 */
  STORE_I64,   /* INTEGER MONEY DECIMAL DATE TIMESTAMP DURATION MONTHS; missing is MISSING_I64 */
  STORE_F64,   /* NUMBER; missing is NaN */
  STORE_RATIO, /* num and den, den > 0; missing: num is MISSING_I64 */
  STORE_LIST
} storage;

typedef struct choice_list {
  size_t count;
  const char *const *names;
} choice_list;

/* Which word of a choice is the best: what better and worse mean. */
typedef enum choice_rank {
  RANK_BEST_FIRST,
  RANK_BEST_LAST,
  RANK_NONE /* the words stand in the order in which a table's rows happen to give them */
} choice_rank;

struct schema;

typedef struct value_type {
  type_kind kind;
  int digits;          /* decimals when written: money's minor digits, decimal(n), else 0 */
  int64_t denominator; /* of STORE_I64 numbers: value = stored / denominator, > 0 (money 100 ...) */
  const choice_list *choices;  /* CHOICE; CODES: those that it may hold, NULL = not known */
  choice_rank rank;            /* CHOICE; no part of what type_equal compares */
  const struct schema *record; /* LIST: the fields of its records */
} value_type;

storage type_storage(type_kind kind);
const char *type_name(type_kind kind);         /* "money" */
void type_describe(buffer *out, value_type t); /* "choice (A, B, C)", "decimal(2)" */
bool type_is_numeric(type_kind kind);          /* INTEGER MONEY DECIMAL NUMBER RATIO */
bool type_equal(value_type a, value_type b);
int choice_find(const choice_list *list, const char *word, size_t n); /* index or -1 */

#endif
