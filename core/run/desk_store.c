/* What the desk reads of the store: which run is published, its totals and cut points, and the previous
 * values of customers. Nothing here waits for a writer. */
#include <stdlib.h>

#include "../eval/population.h"
#include "desk_parts.h"
#include "values.h"

enum { FRESH = 1000 }; /* ms that an answer about the published run is good for */

static uint64_t now_ms(void) {
  return uv_hrtime() / 1000000;
}

/* ---- which run ---- */

static error_code read_published(const desk *d, int64_t *run, error *e) {
  store *s;
  store_reader *r = NULL;
  *run = 0;
  error_code code = store_open(d->database, STORE_READ, &s, e);
  if (code) return code == ERR_NOT_FOUND ? ERR_OK : code;
  code = store_reader_open(s, d->pack->name, &r, e);
  if (!code) {
    *run = store_reader_run(r)->id;
    store_reader_close(r);
  }
  store_close(s);
  return code == ERR_NOT_FOUND ? ERR_OK : code;
}

static bool is_fresh(desk *d, int64_t *run) {
  uv_mutex_lock(&d->mutex);
  const bool fresh = d->looked && now_ms() - d->looked_at < FRESH;
  *run = d->published;
  uv_mutex_unlock(&d->mutex);
  return fresh;
}

error_code desk_published(desk *d, bool again, int64_t *run, error *e) {
  *run = 0;
  if (!d->database || (!again && is_fresh(d, run))) return ERR_OK;
  uv_mutex_lock(&d->looking);
  error_code code = ERR_OK;
  if (again || !is_fresh(d, run)) code = read_published(d, run, e);
  if (!code) {
    uv_mutex_lock(&d->mutex);
    d->looked = true;
    d->looked_at = now_ms();
    d->published = *run;
    uv_mutex_unlock(&d->mutex);
  }
  uv_mutex_unlock(&d->looking);
  return code;
}

/* ---- totals and cut points ---- */

void knowledge_release(desk *d, knowledge *k) {
  if (!k) return;
  uv_mutex_lock(&d->mutex);
  const bool last = --k->users == 0;
  uv_mutex_unlock(&d->mutex);
  if (!last) return;
  population_free(k->values);
  free(k);
}

/* The plan's, if it is of this run. */
static knowledge *take_known(desk *d, const desk_plan *p, int64_t run) {
  uv_mutex_lock(&d->mutex);
  knowledge *k = p->knowledge && p->knowledge->run == run ? p->knowledge : NULL;
  if (k) k->users++;
  uv_mutex_unlock(&d->mutex);
  return k;
}

static error_code read_knowledge(const desk *d, const plan *p, int64_t run, knowledge **out,
                                 error *e) {
  knowledge *k = mem_alloc(sizeof *k);
  store *s = NULL;
  store_reader *r = NULL;
  *k = (knowledge){.users = 1, .run = run};
  *out = k;
  if (!run) return ERR_OK;
  error_code code = store_open(d->database, STORE_READ, &s, e);
  if (!code) code = store_reader_open_run(s, d->pack->name, run, &r, e);
  if (!code) code = values_of_run(r, p, &k->values, e);
  if (r) store_reader_close(r);
  if (s) store_close(s);
  if (code) free(k);
  return code;
}

/* Makes it the plan's, for the seats to come. */
static void keep(desk *d, desk_plan *p, knowledge *k) {
  uv_mutex_lock(&d->mutex);
  knowledge *before = p->knowledge;
  p->knowledge = k;
  k->users++;
  uv_mutex_unlock(&d->mutex);
  knowledge_release(d, before);
}

error_code desk_know(desk *d, seat *s, error *e) {
  int64_t run;
  desk_plan *p = s->of;
  if (!plan_population(p->plan)) return ERR_OK;
  error_code code = desk_published(d, false, &run, e);
  if (code || (s->knowledge && s->knowledge->run == run)) return code;
  knowledge *k = take_known(d, p, run);
  if (!k) {
    code = read_knowledge(d, p->plan, run, &k, e);
    if (code) return code;
    keep(d, p, k);
  }
  knowledge_release(d, s->knowledge);
  s->knowledge = k;
  evaluator_know(s->evaluator, k->values);
  return ERR_OK;
}

/* ---- previous values ---- */

static error_code open_previous(desk *d, seat *s, int64_t run, error *e) {
  if (s->previous_known && s->previous_run == run) return ERR_OK;
  previous_close(s->previous);
  s->previous = NULL;
  s->previous_known = false;
  error_code code = ERR_OK;
  if (run) code = previous_open(d->database, d->pack, s->of->plan, &s->previous, e);
  if (code) return code;
  s->previous_known = true;
  s->previous_run = s->previous ? previous_run(s->previous) : 0;
  return ERR_OK;
}

static error_code fill_previous(desk *d, seat *s, bool again, int64_t *run, error *e) {
  int64_t published;
  error_code code = desk_published(d, again, &published, e);
  if (!code) code = open_previous(d, s, published, e);
  if (!code) code = previous_fill(s->previous, s->of->plan, s->in, e);
  if (code) {
    previous_close(s->previous);
    s->previous = NULL;
    s->previous_known = false;
  }
  if (s->previous_run) *run = s->previous_run;
  return code;
}

/* A run that was followed by others may be dropped while we read it: then the newest one tells. */
error_code desk_previous(desk *d, seat *s, int64_t *run, error *e) {
  const plan_previous *values;
  if (!plan_previous_values(s->of->plan, &values)) return ERR_OK;
  const error_code code = fill_previous(d, s, false, run, e);
  return code ? fill_previous(d, s, true, run, e) : ERR_OK;
}
