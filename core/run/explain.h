/* Why a decision came out as it did: a tree from each output down to the record, built from the trace
 * of an evaluator and from the pack as it was declared; and its forms as text, JSON and HTML.
 *
 * The tree says only what the evaluation did: every value in it was read from the batch or noted by a
 * stage. It must never work a result out in a way of its own. */
#ifndef RUN_EXPLAIN_H
#define RUN_EXPLAIN_H

#include "../eval/plan.h"

typedef enum explained_kind {
  EXPLAINED_DECISION,       /* the root; its children are the outputs */
  EXPLAINED_OUTPUT,         /* what a step made; its children say how, and what it was made of */
  EXPLAINED_FORMULA,        /* rule, filled */
  EXPLAINED_CHARACTERISTIC, /* value, rule (the attribute), points, weight, counts */
  EXPLAINED_SUM,            /* of a scorecard: baseline, divisor, bounds */
  EXPLAINED_ROW,            /* of a table */
  EXPLAINED_TEST,           /* of a row */
  EXPLAINED_BAND,
  EXPLAINED_LINE,      /* of adjust, worst, best */
  EXPLAINED_CLAUSE,    /* of a cadence; value: the moment due after it */
  EXPLAINED_OPERATION, /* of a limit; value: the amount after it */
  EXPLAINED_TERM,      /* of an operation */
  EXPLAINED_CODE,
  EXPLAINED_RULE, /* a Lua function */
  EXPLAINED_READ, /* a value that a function was given, or that the decision keeps as it is */
  EXPLAINED_FAULT,
  EXPLAINED_NOTE,
  EXPLAINED_WAY,  /* of why-not: one way to the value; its children are what it lacks */
  EXPLAINED_NEED, /* value: what there is; counts: the gap */
  EXPLAINED_HINT, /* what would close the gap */
  EXPLAINED_KINDS
} explained_kind;

typedef struct explained {
  explained_kind kind;
  const char *name;   /* NULL = none, as everywhere here */
  const char *value;  /* as a pack writes it; NULL: there is none, or it is missing */
  const char *shown;  /* for people: 3,000,000.00 */
  const char *rule;   /* the condition, test or formula as written */
  const char *filled; /* the same with the record's values in it, where that says more */
  const char *code;   /* the reason code that it gives */
  const char *text;   /* what a code means; a remark; a message */
  const char *points, *weight, *counts; /* of a characteristic: points × weight = counts */
  place at;
  bool conditional; /* of an operation: not taken, it does not apply; else it does not bind */
  bool shifts;      /* of a clause that moves the date: not taken, it changes nothing */
  bool taken;       /* false: a way that the record did not go, for comparison */
  struct explained *first, *last, *next;
} explained;

/* Of a row of the batch that the evaluator, which traces, has just run into `out`. */
explained *explain_decision(arena *a, evaluator *v, const decisions *out, size_t row,
                            const char *language);
/* What the pack's report calls the customer of the row; NULL if it has no name for him. */
const char *explain_person(arena *a, const evaluator *v, size_t row);
/* Appends what a code of the row (with the value behind it) means; false if the pack does not say. */
bool explain_reason(buffer *out, const plan *p, const decisions *d, size_t row, const char *given,
                    size_t n, const char *language);
const char *explained_kind_name(explained_kind kind); /* "output", for JSON */

/* What stands above an explanation. */
typedef struct explain_head {
  const char *key, *person; /* NULL = no name known */
  const char *pack, *title;
  const char *as_of;
  int64_t run;         /* 0 = none: a record made by hand */
  const char *verdict; /* whether the stored decision came out again; NULL = there is none */
  bool differs;
} explain_head;

typedef struct explain_style {
  const char *language;
  bool colour;
  size_t width;
} explain_style;

void explain_text(buffer *out, const explained *root, const explain_head *h,
                  const explain_style *s);
/* Without the head: {"kind": ..., "children": [...]}. */
void explain_json(buffer *out, const explained *root);
/* A page of its own, that needs nothing beside it. */
void explain_html(buffer *out, const explained *root, const explain_head *h, const char *language);

#endif
