/* What the files of the desk share; nobody else includes this.
 *
 *   desk.c         plans, seats, and a question from end to end
 *   desk_store.c   what the store knows: the published run, its totals, previous values
 *   desk_from.c    a record that begins with a stored decision */
#ifndef RUN_DESK_PARTS_H
#define RUN_DESK_PARTS_H

#include <uv.h>

#include "desk.h"
#include "handmade_join.h"
#include "previous.h"

/* The totals and cut points of one run, shared by the seats that know them. */
typedef struct knowledge {
  size_t users;
  int64_t run;
  population *values; /* NULL: the plan needs none, or nothing is published */
} knowledge;

struct seat;

/* A plan for one moment and one set of parameters. */
typedef struct desk_plan {
  size_t users; /* questions that have a seat of it */
  uint64_t last_used;
  int64_t as_of;
  size_t param_count;
  param_value *params; /* in the arena */
  plan *plan;
  knowledge *knowledge; /* NULL: not looked up yet */
  struct seat *idle[2]; /* that trace not, that trace */
  size_t idle_count[2];
  arena arena;
} desk_plan;

/* An evaluator with all that a question needs; used by one thread at a time. */
typedef struct seat {
  struct seat *next; /* idle ones of a plan */
  desk_plan *of;
  bool traces;
  evaluator *evaluator;
  decisions *out;
  batch *in;
  handmade_joiner *joiner;
  knowledge *knowledge;
  population *own_values; /* of a question that brought its own run */
  previous *previous;
  bool previous_known; /* `previous` is of the run below, and NULL only if nothing was published */
  int64_t previous_run;
  column *given;  /* of desk_from, by plan_inputs; NULL = none */
  column *stored; /* likewise: what the decision keeps, by the run's inputs */
  size_t stored_count;
  arena arena; /* of the question at hand */
} seat;

struct desk {
  size_t users;
  pack *pack;
  char *database;    /* NULL = none */
  uv_mutex_t mutex;  /* of all that follows */
  uv_mutex_t making; /* held while a plan is made: two questions of a new minute make one */
  uint64_t clock;    /* counts uses, for last_used */
  size_t plan_count, plan_capacity;
  desk_plan **plans;
  uv_mutex_t looking; /* held while the store is looked at */
  bool looked;
  uint64_t looked_at; /* ms */
  int64_t published;  /* the run found; 0 = none */
};

/* desk_store.c. Each takes the desk's mutex by itself. */

/* The published run, at most a second old; `again`: looked up now. */
error_code desk_published(desk *d, bool again, int64_t *run, error *e);
/* Gives the seat the totals of the published run, if its plan reads any. */
error_code desk_know(desk *d, seat *s, error *e);
void knowledge_release(desk *d, knowledge *k);
/* Fills the previous values of the batch from the store. */
error_code desk_previous(desk *d, seat *s, int64_t *run, error *e);

/* desk_from.c */

/* Evaluates the one record of the question over the stored decision of its customer. */
error_code desk_from(seat *s, const pack *p, const desk_question *q, const char **not_stored,
                     error *e);
void desk_from_clear(seat *s);

/* desk.c: the record with a key, and, behind its own values, those of `base` that it does not name. */
handmade_record desk_complete(arena *a, const pack *p, const handmade_record *record,
                              const handmade_record *base, const char *key);
error_code desk_demands(const pack *p, const desk_question *q, const handmade_record *r, error *e);

#endif
