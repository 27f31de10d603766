/* What the parts of the check share. For run/check*.c alone. */
#ifndef RUN_CHECK_PARTS_H
#define RUN_CHECK_PARTS_H

#include "../eval/boxes.h"
#include "../eval/build.h"
#include "../eval/possible.h"
#include "../eval/trace.h"
#include "check.h"

#define TOLD_MOST 20                           /* findings of one kind about one table */
#define WORK_USUAL ((size_t)300 * 1000 * 1000) /* of one table: some seconds */

/* ---- the values of an input, cut where a test changes its answer ---- */

/* One value stands for the whole segment. */
typedef struct axis_segment {
  bool missing;
  bool other; /* TEXT: any text that no test names */
  value at;
} axis_segment;

typedef struct axis {
  value_type type;
  possible can;
  size_t count;
  axis_segment *segments;
} axis;

struct question;

typedef struct check {
  const pack *pack;
  const plan *plan;
  findings *out;
  size_t told_before; /* findings that were there when the check began */
  arena arena;
  check_options options;
  possible_world world;   /* by slot: of a step once it was looked at */
  uint64_t **sources;     /* by slot: the slots that no step makes on which it depends */
  size_t source_words;    /* of each */
  struct question *asked; /* what only records can answer */
} check;

/* `witness` and `fix` may be NULL. */
void check_tell(check *c, const char *id, place at, const char *witness, const char *fix,
                const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The text in the arena that a buffer holds; frees the buffer. */
const char *check_keep(check *c, buffer *b);
/* Whether the text names a parameter, whose value another run may set otherwise. */
bool check_names_param(const check *c, const char *text);
/* The formula that was made of a text of the pack; NULL: it has none. */
const formula *check_formula_of(const check *c, rule_text text);
/* The points of a step: the next at or after *number, which is then raised; NULL: no more. */
const trace_point *check_next_point(const check *c, size_t step, size_t *number);
/* The result of the step that is called so, or NULL. */
const result *check_result(const check *c, size_t step, const char *name);

/* ---- check_axis.c ---- */

/* The segments that the tests make of what is possible; the count tests of each of `columns`. */
axis axis_make(check *c, value_type type, const possible *p, const unary_test *const *columns,
               size_t column_count, size_t count);
/* Not of TEST_DYNAMIC. */
bool axis_matches(const unary_test *t, const axis_segment *s);

/* ---- check_show.c ---- */

/* Stored units of a column's type; a RATIO and a NUMBER as they are. */
void value_show(buffer *out, const value *v, zone z);
void axis_show(buffer *out, const axis_segment *s, zone z);
/* "can only be A or B, and is never missing", "lies between 0 and 5", "is always missing" */
void possible_show(buffer *out, value_type type, const possible *p, zone z);

/* ---- check_rows.c ---- */

/* Rows of tests: a table, or the attributes of a characteristic. */
typedef struct row_set {
  const trace_point *point;
  hit_policy hit;
  bool characteristic;
  size_t axis_count, input_count; /* axes behind those of the inputs: tests with other columns */
  size_t *axis_of;                /* by input */
  axis *axes;
  box_space space;
  box *rows;
  box all;
  bool *reached;       /* by row: something may match it, and reach it */
  bool complete;       /* every value that may come has a row */
  bool judged;         /* the work sufficed */
  bool missing_scored; /* of a characteristic: what is missing has points */
} row_set;

/* Looks at the rows of a table or characteristic: tells what is never reached, and asks what only
 * records can tell. The set lives in the arena. */
row_set *check_rows(check *c, const trace_point *point, hit_policy hit, bool scored,
                    const table_step *table);

/* ---- check_evidence.c: what records show ---- */

/* A row set about which records are asked: for a value that no row takes, or two rows that meet. */
void evidence_ask(check *c, row_set *rows, const table_step *table, bool gaps, bool meets);
/* Makes records up, asks them, and tells what they show. */
void evidence_gather(check *c);
/* Slots on which a formula depends that no step makes. */
void sources_of(const check *c, const node *n, uint64_t *into);
void sources_all(const check *c, uint64_t *into);

/* ---- check_values.c: what a step can make ---- */

/* Looks at the step, and notes what is possible for its results. */
void check_step(check *c, size_t number);

/* ---- check_limit.c, check_cadence.c, check_class.c ---- */

possible check_limit(check *c, size_t number);
void check_cadence(check *c, size_t number);
/* adjust, worst and best: what becomes of the class. */
possible check_adjust(check *c, size_t number, possible before);
possible check_worst(check *c, size_t number, possible before);

/* ---- check_conditions.c ---- */

/* A condition that is always or never true, in whole or in part; how it can come out is returned. NULL
 * is always true. */
unsigned check_condition(check *c, const formula *f, place at, const char *what);
/* The same of the conditions within a formula. */
void check_formula(check *c, const formula *f, place at);

/* ---- check_unused.c ---- */

void check_unused(check *c);

#endif
