/* See desk.h. */
#include "desk.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../data/cast.h"
#include "../eval/population.h"
#include "../eval/trace.h"
#include "desk_parts.h"
#include "values.h"

enum {
  PLANS = 4,               /* that are kept though nobody uses them */
  SEATS = 16,              /* of a plan and kind, likewise */
  LARGE = 16 * BATCH_ROWS, /* a seat that had room made for more records of a list is not kept */
};

/* ---- seats ---- */

static void seat_free(desk *d, seat *s) {
  if (!s) return;
  desk_from_clear(s);
  evaluator_free(s->evaluator);
  knowledge_release(d, s->knowledge);
  population_free(s->own_values);
  previous_close(s->previous);
  handmade_joiner_free(s->joiner);
  decisions_free(s->out);
  batch_free(s->in);
  arena_deinit(&s->arena);
  free(s);
}

static error_code seat_new(desk *d, desk_plan *of, bool traces, seat **out, error *e) {
  seat *s = mem_alloc(sizeof *s);
  s->of = of;
  s->traces = traces;
  s->in = handmade_batch(d->pack, of->plan);
  s->out = decisions_new(of->plan);
  error_code code = handmade_joiner_new(d->pack, of->plan, &s->joiner, e);
  if (!code && !(s->evaluator = evaluator_new(of->plan, e))) code = e->code;
  if (code) {
    seat_free(d, s);
    return code;
  }
  if (traces) evaluator_trace(s->evaluator);
  *out = s;
  return ERR_OK;
}

/* ---- plans ---- */

static void plan_release(desk *d, desk_plan *p) {
  for (int kind = 0; kind < 2; kind++)
    while (p->idle[kind]) {
      seat *s = p->idle[kind];
      p->idle[kind] = s->next;
      seat_free(d, s);
    }
  knowledge_release(d, p->knowledge);
  plan_free(p->plan);
  arena_deinit(&p->arena);
  free(p);
}

static bool is_for(const desk_plan *p, int64_t as_of, const desk_question *q) {
  if (p->as_of != as_of || p->param_count != q->param_count) return false;
  for (size_t i = 0; i < q->param_count; i++)
    if (strcmp(p->params[i].name, q->params[i].name) != 0 ||
        strcmp(p->params[i].value, q->params[i].value) != 0)
      return false;
  return true;
}

/* With the mutex held. */
static desk_plan *find_plan(const desk *d, int64_t as_of, const desk_question *q) {
  for (size_t i = 0; i < d->plan_count; i++)
    if (is_for(d->plans[i], as_of, q)) return d->plans[i];
  return NULL;
}

/* Takes the one that was used longest ago out, if there are too many; with the mutex held. */
static desk_plan *take_oldest(desk *d) {
  size_t oldest = SIZE_MAX;
  if (d->plan_count <= PLANS) return NULL;
  for (size_t i = 0; i < d->plan_count; i++)
    if (!d->plans[i]->users &&
        (oldest == SIZE_MAX || d->plans[i]->last_used < d->plans[oldest]->last_used))
      oldest = i;
  if (oldest == SIZE_MAX) return NULL;
  desk_plan *p = d->plans[oldest];
  d->plans[oldest] = d->plans[--d->plan_count];
  return p;
}

static desk_plan *plan_make(const desk *d, int64_t as_of, const desk_question *q, findings *found) {
  const plan_options o = {
      .as_of = as_of, .params = q->params, .param_count = q->param_count, .without_inputs = true};
  plan *made = plan_new(d->pack, &o, found);
  if (!made) return NULL;
  desk_plan *p = mem_alloc(sizeof *p);
  p->plan = made;
  p->as_of = as_of;
  p->param_count = q->param_count;
  p->params = arena_array(&p->arena, q->param_count + 1, sizeof *p->params);
  for (size_t i = 0; i < q->param_count; i++)
    p->params[i] = (param_value){arena_string(&p->arena, q->params[i].name),
                                 arena_string(&p->arena, q->params[i].value)};
  return p;
}

int64_t desk_moment(const desk_question *q) {
  return q->now ? (int64_t)time(NULL) / 60 * 60 : q->as_of;
}

/* The plan, with one user more; NULL after findings. */
static desk_plan *plan_take(desk *d, int64_t as_of, const desk_question *q, findings *found) {
  uv_mutex_lock(&d->mutex);
  desk_plan *p = find_plan(d, as_of, q);
  if (p) p->users++, p->last_used = ++d->clock;
  uv_mutex_unlock(&d->mutex);
  if (p) return p;
  uv_mutex_lock(&d->making);
  uv_mutex_lock(&d->mutex);
  p = find_plan(d, as_of, q); /* somebody may have made it meanwhile */
  if (p) p->users++, p->last_used = ++d->clock;
  uv_mutex_unlock(&d->mutex);
  desk_plan *oldest = NULL;
  if (!p && (p = plan_make(d, as_of, q, found))) {
    uv_mutex_lock(&d->mutex);
    if (d->plan_count == d->plan_capacity) {
      d->plan_capacity = d->plan_capacity * 2 + 8;
      d->plans = mem_grow(d->plans, d->plan_capacity, sizeof *d->plans);
    }
    d->plans[d->plan_count++] = p;
    p->users++;
    p->last_used = ++d->clock;
    oldest = take_oldest(d);
    uv_mutex_unlock(&d->mutex);
  }
  uv_mutex_unlock(&d->making);
  if (oldest) plan_release(d, oldest);
  return p;
}

static void plan_give_back(desk *d, desk_plan *p) {
  uv_mutex_lock(&d->mutex);
  p->users--;
  desk_plan *oldest = take_oldest(d);
  uv_mutex_unlock(&d->mutex);
  if (oldest) plan_release(d, oldest);
}

static error_code seat_take(desk *d, desk_plan *p, bool traces, seat **out, error *e) {
  uv_mutex_lock(&d->mutex);
  seat *s = p->idle[traces];
  if (s) p->idle[traces] = s->next, p->idle_count[traces]--;
  uv_mutex_unlock(&d->mutex);
  *out = s;
  return s ? ERR_OK : seat_new(d, p, traces, out, e);
}

/* One huge question must not hold its memory for ever. */
static bool is_large(const seat *s) {
  for (size_t i = 0; i < s->in->schema->count; i++) {
    const batch *records = s->in->columns[i].list.records;
    if (records && records->capacity > LARGE) return true;
  }
  return false;
}

static void seat_give_back(desk *d, seat *s) {
  desk_plan *p = s->of;
  const bool large = is_large(s);
  desk_from_clear(s);
  arena_clear(&s->arena);
  uv_mutex_lock(&d->mutex);
  const bool keep = !large && p->idle_count[s->traces] < SEATS;
  if (keep) {
    s->next = p->idle[s->traces];
    p->idle[s->traces] = s;
    p->idle_count[s->traces]++;
  }
  uv_mutex_unlock(&d->mutex);
  if (!keep) seat_free(d, s);
  plan_give_back(d, p);
}

/* ---- the desk ---- */

desk *desk_new(pack *p, const char *database) {
  desk *d = mem_alloc(sizeof *d);
  d->users = 1;
  d->pack = p;
  d->database = database ? mem_string(database) : NULL;
  if (uv_mutex_init(&d->mutex) || uv_mutex_init(&d->making) || uv_mutex_init(&d->looking)) abort();
  return d;
}

desk *desk_hold(desk *d) {
  uv_mutex_lock(&d->mutex);
  d->users++;
  uv_mutex_unlock(&d->mutex);
  return d;
}

void desk_release(desk *d) {
  if (!d) return;
  uv_mutex_lock(&d->mutex);
  const bool last = --d->users == 0;
  uv_mutex_unlock(&d->mutex);
  if (!last) return;
  for (size_t i = 0; i < d->plan_count; i++) plan_release(d, d->plans[i]);
  free(d->plans);
  uv_mutex_destroy(&d->mutex);
  uv_mutex_destroy(&d->making);
  uv_mutex_destroy(&d->looking);
  pack_free(d->pack);
  free(d->database);
  free(d);
}

const pack *desk_pack(const desk *d) {
  return d->pack;
}

/* ---- records ---- */

static bool is_given(const handmade_record *r, const char *name) {
  for (size_t i = 0; i < r->count; i++)
    if (!strcmp(r->values[i].name, name)) return r->values[i].text || r->values[i].items;
  return false;
}

handmade_record desk_complete(arena *a, const pack *p, const handmade_record *record,
                              const handmade_record *base, const char *key) {
  const char *key_name = p->schema.fields[p->schema.key].name;
  const bool keyed = is_given(record, key_name);
  if (keyed && !base->count) return *record;
  handmade_value *values = arena_array(a, base->count + record->count + 1, sizeof *values);
  size_t count = 0;
  if (!keyed) values[count++] = (handmade_value){.name = key_name, .text = key};
  for (size_t i = 0; i < record->count; i++)
    if (keyed || strcmp(record->values[i].name, key_name) != 0) values[count++] = record->values[i];
  for (size_t i = 0; i < base->count; i++) {
    bool over = false;
    for (size_t k = 0; k < count && !over; k++)
      over = !strcmp(values[k].name, base->values[i].name);
    if (!over) values[count++] = base->values[i];
  }
  return (handmade_record){count, values};
}

/* All that are lacking at once, not one after the other. */
error_code desk_demands(const pack *p, const desk_question *q, const handmade_record *r, error *e) {
  buffer names = {0};
  size_t count = 0;
  for (size_t i = 0; i < p->schema.count && q->demands; i++) {
    const field *f = &p->schema.fields[i];
    if (!f->required || f->joined || is_given(r, f->name)) continue;
    buffer_format(&names, "%s%s", count++ ? ", " : "", f->name);
  }
  if (!count) return ERR_OK;
  error_set(e, ERR_USAGE, "the pack requires %s: give %s with %s", names.data,
            count == 1 ? "it" : "them", q->what);
  buffer_deinit(&names);
  return ERR_USAGE;
}

/* ---- a question ---- */

static error_code know(desk *d, seat *s, const desk_question *q, error *e) {
  store_reader *own = q->values ? q->values : q->from;
  if (!own) return desk_know(d, s, e);
  const error_code code = values_of_run(own, s->of->plan, &s->own_values, e);
  if (!code) evaluator_know(s->evaluator, s->own_values);
  return code;
}

static error_code take_records(desk *d, seat *s, const desk_question *q, int64_t *run, error *e) {
  static const handmade_record nothing;
  if (q->cast) {
    const error_code code = cast_rows(q->cast, q->array, q->from_row, q->count, 0, s->in, NULL, e);
    if (code) return code;
    handmade_settle(s->joiner, s->in);
    return q->known ? desk_previous(d, s, run, e) : ERR_OK;
  }
  handmade_record *records = arena_array(&s->arena, q->count + 1, sizeof *records);
  for (size_t i = 0; i < q->count; i++) {
    records[i] = desk_complete(&s->arena, d->pack, &q->records[i], &nothing, DESK_NO_KEY);
    if (desk_demands(d->pack, q, &records[i], e)) return e->code;
  }
  const error_code code =
      handmade_join(s->joiner, records, q->previous, q->count, q->what, s->in, e);
  return code || !q->known ? code : desk_previous(d, s, run, e);
}

static error_code answer(desk *d, seat *s, const desk_question *q, desk_answer *out, error *e) {
  error_code code = know(d, s, q, e);
  if (code) return code;
  if (s->knowledge) out->run = s->knowledge->run;
  if (q->from) return desk_from(s, d->pack, q, &out->not_stored, e);
  code = take_records(d, s, q, &out->run, e);
  return code ? code : evaluator_run(s->evaluator, s->in, s->out, e);
}

error_code desk_ready(desk *d, const desk_question *q, findings *found) {
  desk_plan *p = plan_take(d, desk_moment(q), q, found);
  if (p) plan_give_back(d, p);
  return p ? ERR_OK : ERR_PACK;
}

error_code desk_bind(desk *d, const desk_question *q, const struct ArrowSchema *stream, cast **out,
                     error *e) {
  const schema *fields = &d->pack->schema;
  findings found = {0};
  desk_plan *p = plan_take(d, desk_moment(q), q, &found);
  error_code code = p ? ERR_OK : findings_to_error(&found, e, ERR_PACK);
  findings_deinit(&found);
  if (code) return code;
  bool *wanted = mem_array(fields->count + 1, sizeof *wanted);
  for (size_t i = 0; i < fields->count; i++)
    wanted[i] = !fields->fields[i].joined || plan_list(p->plan, i)->read;
  code = cast_new(fields, wanted, stream, q->what, out, e);
  free(wanted);
  plan_give_back(d, p);
  return code;
}

error_code desk_ask(desk *d, const desk_question *q, desk_answer *out, error *e) {
  findings found = {0};
  seat *s;
  error own;
  if (!e) e = &own;
  *out = (desk_answer){.as_of = desk_moment(q)};
  desk_plan *p = plan_take(d, out->as_of, q, &found);
  error_code code = p ? ERR_OK : findings_to_error(&found, e, ERR_PACK);
  findings_deinit(&found);
  if (code) return code;
  code = seat_take(d, p, q->explains, &s, e);
  if (code) {
    plan_give_back(d, p);
    return code;
  }
  code = answer(d, s, q, out, e);
  if (code) {
    seat_give_back(d, s);
    return code;
  }
  out->evaluator = s->evaluator;
  out->plan = p->plan;
  out->in = s->in;
  out->out = s->out;
  out->seat = s;
  return ERR_OK;
}

void desk_done(desk *d, desk_answer *a) {
  if (a->seat) seat_give_back(d, a->seat);
  *a = (desk_answer){0};
}
