/* The records of a list, as columns of their own: what formulas over one record are compiled
 * against, and how a stage walks over the records of all customers of a batch.
 *
 * A formula over a record reads the record's fields and everything that a formula of the customer
 * reads; a field hides a customer's column of the same name. The records of a batch are walked in
 * pieces of at most BATCH_ROWS, so that memory does not grow with the longest list; those of one
 * customer lie together, and may fall into several pieces. */
#ifndef EVAL_LIST_ROWS_H
#define EVAL_LIST_ROWS_H

#include "evaluator.h"

/* ---- compiling ---- */

/* A column of the customers that formulas over their records read: its values, one for each record.
 */
typedef struct list_outer {
  int slot;      /* of the customers' frame */
  size_t gather; /* number of the column that holds them, in the plan */
} list_outer;

typedef struct list_rows {
  const char *name; /* of the list */
  int slot;         /* of the list in the customers' frame */
  const schema *record;
  scope names;        /* while it is open: the customer's, the record's fields, previous values */
  size_t record_from; /* index in names of the record's first field */
  size_t formulas;    /* of the plan, when it was opened */
  size_t outer_count;
  list_outer *outers;
} list_rows;

/* Opens a list: until it is closed, build_formula and its kin read a record of it. NULL after a
 * finding: no such list. */
list_rows *list_rows_open(builder *b, const char *of, place at);
/* Closes it, and notes what was read: the plan asks for no other fields of the records. */
void list_rows_close(builder *b, list_rows *r);
/* previous("x") in a formula over a record; as build_previous. */
const symbol *list_rows_previous(void *builder, const char *output, const char **why);
/* The field of the record that the symbol of a formula is, or NULL: it is the customer's. */
const field *list_rows_field(const list_rows *r, const symbol *s);
/* Which records count: those for which a condition is true and that happened in a window. */
typedef struct list_filter {
  const formula *where; /* NULL = all */
  const formula *at;    /* NULL = at any time; a DATE or TIMESTAMP */
  int64_t low, high;    /* in the units of `at`, inclusive */
} list_filter;

/* `at` and the ages in days that count; `from` and `to` not given: any day that is not to come.
 * `needed`: a moment must be known. False after a finding. */
bool list_filter_compile(builder *b, const list_rows *r, list_filter *f, rule_text where,
                         rule_text at, rule_text from, rule_text to, bool needed);
/* Warns if a formula can be missing for want of a field of a record that counts, and so the step is:
 * `instead` is what else can be said in the step. */
void list_warn_missing(builder *b, const list_rows *r, const formula *f, const list_filter *counts,
                       const char *instead);

/* ---- running ---- */

typedef struct list_walk {
  evaluator *v;
  const list_rows *rows;
  const column *list;
  size_t start, count; /* the piece at hand: the records [start, start + count) of all */
  size_t total;
  size_t customer; /* the first whose records are not all behind */
  size_t at;       /* its next record, of all */
  bool begun;
} list_walk;

/* The records of one customer that lie in the piece: rows [from, to) of it. */
typedef struct list_span {
  size_t customer, from, to;
  bool last; /* no more of the customer's follow: what is made of them can be finished */
} list_span;

void list_walk_begin(list_walk *w, evaluator *v, const list_rows *r);
/* The next piece; there is at least one, which may hold no records. */
bool list_walk_next(list_walk *w);
/* The next customer with records in the piece, or without any. Every customer comes up with `last`
 * once, in order. */
bool list_span_next(list_walk *w, list_span *s);
/* Evaluates over the piece; faults count where `needed` (NULL = everywhere). Holds until the next. */
const column *list_evaluate(list_walk *w, const formula *f, const uint8_t *needed);
/* counted[row] = 1 for the records of the piece that count; `at` as evaluated, NULL if not given. */
void list_filter_run(list_walk *w, const list_filter *f, uint8_t *counted, const column **at);
/* The customer of a record of the piece, before its spans are gone through. */
size_t list_owner(const list_walk *w, size_t row);
/* Room until the next piece. */
void *list_room(list_walk *w, size_t bytes);

/* What an evaluator needs for it. */
struct list_space *list_space_new(const plan *p);
void list_space_free(const plan *p, struct list_space *s);

#endif
