/* cadence "next_follow_up": the moment by which the customer is to be contacted, from clauses in the
 * order written. The first clause that says when settles it; those below move the moment. Also the
 * interval and the channel, where the cadence names them as outputs of their own. */
#ifndef EVAL_CADENCE_H
#define EVAL_CADENCE_H

#include "evaluator.h"
#include "list_rows.h"
#include "trace.h"

/* The touches that a clause counts, and what of them an input blob keeps, so that a replay needs no
 * list: of a sequence how many are later than its anchor, of a cap the dates that it looked at. */
typedef struct touches {
  list_rows *rows;
  list_filter filter;
  int kept; /* result */
} touches;

typedef struct channel_row {
  const formula *when; /* NULL = always */
  int32_t word;
  code *code;
} channel_row;

typedef struct clause {
  cadence_clause_kind kind;
  const cadence_clause *declared;
  const formula *when, *amount, *from, *touched, *on;
  touches touches;
  size_t row_count; /* channel */
  channel_row *rows;
  const formula *channel; /* or what gives it */
  code *code, *done;
  trace_point *point;
} clause;

typedef struct cadence {
  stage base;
  size_t count;
  clause *clauses;
  const formula *from; /* of the first every */
  bool has_closing;
  int64_t closing;            /* the next one at or after as_of */
  int due, interval, channel; /* results; -1 = it has none */
} cadence;

/* Which clause said when. */
typedef enum due_source {
  DUE_OPEN, /* none yet */
  DUE_NEVER,
  DUE_FIRST_TOUCH,
  DUE_NONE_YET,
  DUE_SEQUENCE,
  DUE_EVERY
} due_source;

/* A cadence at work on a batch; every array by row. */
typedef struct cadence_run {
  const cadence *cadence;
  evaluator *v;
  uint8_t *source;           /* due_source */
  int64_t *due;              /* UTC seconds, MISSING_I64 = no date */
  int64_t *interval, *start; /* of every: days, and the date from which they count */
  int16_t *counted_by;       /* the every of the interval, -1 = none */
  const uint8_t *when;       /* of the clause at hand; NULL = everywhere */
  int32_t *taken;            /* ways of the clause at hand, when the evaluator traces; else NULL */
} cadence_run;

static inline bool clause_holds(const cadence_run *u, size_t row) {
  return !u->when || u->when[row];
}

/* The clause applied to the row, by this way. */
static inline void clause_took(const cadence_run *u, const code *c, size_t row, int way) {
  if (c) give(u->v, row, c);
  if (u->taken) u->taken[row] = way;
}

/* The date (in the company's zone) that lies in a column of dates or moments; false if it is missing
 * or after as_of, which has not happened. */
bool cadence_past(const evaluator *v, const column *from, size_t row, int64_t *date);
/* A fault of the row: the date lies outside the years that are known. */
void cadence_out_of_years(const cadence_run *u, const clause *c, size_t row);
/* The same for what the clauses made together. */
void cadence_check_years(const cadence_run *u);

/* ---- cadence_touches.c ---- */

/* False after a finding. `label` names what is kept. */
bool touches_compile(builder *b, touches *t, const cadence_clause *d, value_type kept,
                     const char *label);
void run_sequence(cadence_run *u, const clause *c);
void run_cap(cadence_run *u, const clause *c);

/* ---- cadence_channel.c ---- */

bool channel_compile(builder *b, cadence *s, clause *c);
void run_channel(cadence_run *u, const clause *c);

/* ---- cadence_clauses.c: one function a clause ---- */

void run_never(cadence_run *u, const clause *c);
void run_first_touch(cadence_run *u, const clause *c);
void run_none_yet(cadence_run *u, const clause *c);
void run_every(cadence_run *u, const clause *c);
void run_shift(cadence_run *u, const clause *c); /* sooner, later */
void run_overdue(cadence_run *u, const clause *c);
void run_opening(cadence_run *u, const clause *c);
void run_quiet(cadence_run *u, const clause *c);

#endif
