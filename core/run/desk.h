/* Answers about single records, now, without storing anything: one pack at a desk, ready to decide.
 *
 * A desk may be asked by any number of threads at once. It keeps the plans of the last few moments and
 * sets of parameters, and for each of them evaluators that have answered before: one of these is lent
 * to a question, and comes back with desk_done, so that a question makes nothing anew.
 *
 * Of the store it only reads what was published last: totals and cut points, and on request the previous
 * values of a customer. A new run is noticed within a second. */
#ifndef RUN_DESK_H
#define RUN_DESK_H

#include "../data/handmade.h"
#include "../eval/plan.h"
#include "../store/store.h"

struct cast; /* cast.h */
struct ArrowArray;
struct ArrowSchema;

typedef struct desk desk;

/* Takes the pack over. `database` NULL: no totals, no previous values; a file that is not there yet may
 * come later. The desk is held once by its maker. */
desk *desk_new(pack *p, const char *database);
desk *desk_hold(desk *d);
/* The last one to release it frees it, with its pack: no answer may be open. */
void desk_release(desk *d);
const pack *desk_pack(const desk *d);

#define DESK_NO_KEY "by hand" /* the key of a record that was given none */

typedef struct desk_question {
  bool now; /* as of the current minute; else: */
  int64_t as_of;
  const param_value *params;
  size_t param_count;
  const handmade_record *records; /* without a key: it is "by hand" */
  size_t count;                   /* at most BATCH_ROWS */
  /* Or the records are rows [from_row, from_row + count) of an array whose columns are bound. */
  const struct cast *cast; /* NULL: they are not */
  const struct ArrowArray *array;
  size_t from_row;
  const handmade_record *previous; /* one for each record, by the names of outputs; NULL = none */
  bool known;                      /* previous values are those that the store has of the keys */
  bool explains;                   /* the evaluator traces */
  bool demands; /* ERR_USAGE names all required fields that are not given; else they are rejects */
  const char *what; /* begins a message about the question: "--set", "the request" */
  /* One record may begin with what the stored decision on a customer was made of. Then the values given
   * stand over those that the decision keeps, aggregates of related records and previous values
   * included, and no related records are read. */
  store_reader *from;   /* the run of that decision, and of the totals; NULL = none */
  const char *customer; /* with `from` */
  store_reader *values; /* of whose run the totals and cut points are; NULL = the last published */
} desk_question;

/* The moment that the question is about: its own, or the current minute. */
int64_t desk_moment(const desk_question *q);

struct seat;

/* Lent until desk_done; to be read by the thread that asked. */
typedef struct desk_answer {
  evaluator *evaluator; /* ran the rows of `in` */
  const plan *plan;
  const batch *in; /* rejects among them; sequence counts from 0, of an array from its first row */
  const decisions *out;
  int64_t as_of;
  int64_t run; /* the published run whose totals and previous values were read; 0 = none was */
  const char
      *not_stored; /* with `from`: what the decision does not keep, so that it is missing here;
                             NULL = nothing */
  struct seat *seat;
} desk_answer;

/* Makes sure that there is a plan for the question's moment and parameters; findings if there is none.
 * Not needed before desk_ask, which folds them into its error. */
error_code desk_ready(desk *d, const desk_question *q, findings *found);
/* ERR_USAGE: a field that does not exist ("did you mean"), a list where a value belongs, a parameter
 * that is none; ERR_PACK: no plan for the moment; ERR_NOT_FOUND: the customer, or totals that no run has
 * worked out yet. On an error there is nothing to be given back. */
error_code desk_ask(desk *d, const desk_question *q, desk_answer *out, error *e);
void desk_done(desk *d, desk_answer *a);
/* Binds the columns of an Arrow stream for `cast`; the caller frees it, before the desk. All fields of
 * the pack must be there, and the related lists that are read, as lists of structs. ERR_SOURCE names
 * what is not. */
error_code desk_bind(desk *d, const desk_question *q, const struct ArrowSchema *stream,
                     struct cast **out, error *e);

#endif
