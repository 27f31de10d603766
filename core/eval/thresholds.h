/* Cuts: a column cut into segments at every bound that any test of it names, so that each test holds
 * for whole segments. A column that several steps use is cut once. Segment 0 is the missing value. */
#ifndef EVAL_THRESHOLDS_H
#define EVAL_THRESHOLDS_H

#include "evaluator.h"

typedef enum cut_form {
  CUT_CODES, /* CHOICE, BOOLEAN: segment = code + 1, the column itself is the index */
  CUT_I64,
  CUT_F64,
  CUT_RATIO,
  CUT_TEXT /* segment 1 = none of the texts, 2.. = the texts in order */
} cut_form;

/* A bound of exact quotients: values >= at, or > at if strict, lie beyond it. */
typedef struct ratio_bound {
  rational at;
  bool strict;
} ratio_bound;

typedef struct cut {
  cut_form form;
  const formula *input;
  bool required;          /* never missing: then the index of a row is its segment - 1 */
  bool apart;             /* not shared: a long table's many bounds would cost the others */
  size_t scratch;         /* for the segments of this batch */
  size_t count, capacity; /* bounds; of texts: texts */
  int64_t *i64;
  double *f64;
  ratio_bound *ratios;
  const char **texts;
  uint32_t *slots; /* of many texts: an open hash table of numbers of texts + 1; 0 = empty */
  size_t slot_count;
  size_t segment_count; /* after cuts_finish, the missing one included */
} cut;

typedef struct cuts {
  cut **items;
  size_t count, capacity;
} cuts;

/* Segments first .. last. */
typedef struct cut_span {
  uint32_t first, last;
} cut_span;

/* The cut of a column, a new one or that which others use already; -1 if its type cannot be cut. */
int cuts_add(builder *b, const formula *input);
/* A cut of its own, for a table of very many bounds. */
int cuts_add_apart(builder *b, const formula *input);
/* Cuts where the test changes its answer (not for TEST_DYNAMIC). */
void cut_test(builder *b, int number, const unary_test *t);
/* Cuts so that `>= value` holds for whole segments. Only numbers, dates and timestamps. */
void cut_at_least(builder *b, int number, const value *at_least);
void cuts_finish(builder *b);

const cut *cuts_at(const plan *p, int number);
/* Whether the values of the segment match. After cuts_finish. */
bool cut_matches(const cut *c, size_t segment, const unary_test *t);
/* The segments that match, as spans in ascending order with gaps between them, without asking each
 * segment: appended to `out`, whose count is raised. Not for TEST_DYNAMIC. After cuts_finish. */
typedef struct cut_spans {
  size_t count, capacity;
  cut_span *items; /* free() */
} cut_spans;
void cut_spans_add(const cut *c, const unary_test *t, cut_spans *out);
bool cut_reaches(const cut *c, size_t segment, const value *at_least); /* false for missing */
/* What is to be added to the index of a row to have its segment. */
int32_t cut_bias(const cut *c);
/* "retail", "[0..30]": the segment as a person would write it, for messages. */
void cut_describe(const cut *c, size_t segment, buffer *out);

/* The index of each row, made on first use in a batch. */
const int32_t *cut_index(evaluator *v, int number);

#endif
