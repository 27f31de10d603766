/* smooth { 20, per = "owner", by = "-credit_limit" }: at most so many follow-ups a day and owner. The
 * others move to the next working day that has room, those that come last in the order first; what is
 * moved there competes with what is due there anyway.
 *
 * Going through the customers of an owner in the order, each takes the first working day from his own
 * on that has room: that is the same as emptying one day after the other, and needs in memory only how
 * full the days of one owner are. Where somebody moves is kept with his decision. */
#include <stdlib.h>
#include <string.h>
#include "../data/keys.h"
#include "convert.h"
#include "phases.h"
#include "trace.h"

#define SORT_BUDGET (8u << 20) /* bytes */

/* What is sorted. The order among equals is that of the first 24 bytes of the keys, as bytes. */
typedef struct follow_up {
  uint32_t group;
  uint32_t has_order; /* 0: the order is missing, and comes last */
  population_number order;
  uint64_t key[3], hash; /* big end first */
  uint64_t sequence;
  int64_t day;
} follow_up;

/* ---- working out ---- */

static int compare_u64(uint64_t a, uint64_t b) {
  return (a > b) - (a < b);
}

static int by_order(const void *a, const void *b) {
  const follow_up *x = a, *y = b;
  int order = compare_u64(x->group, y->group);
  if (!order) order = compare_u64(y->has_order, x->has_order);
  if (!order && x->has_order) order = population_compare(&x->order, &y->order);
  for (size_t i = 0; i < 3 && !order; i++) order = compare_u64(x->key[i], y->key[i]);
  if (!order) order = compare_u64(x->hash, y->hash);
  return order ? order : compare_u64(x->sequence, y->sequence);
}

static int by_record(const void *a, const void *b) {
  return compare_u64(((const population_move *)a)->sequence,
                     ((const population_move *)b)->sequence);
}

static void put_key(follow_up *f, const column *names, size_t row) {
  const uint32_t from = names->text.offsets[row], n = names->text.offsets[row + 1] - from;
  unsigned char bytes[sizeof f->key] = {0};
  memcpy(bytes, names->text.bytes + from, n < sizeof bytes ? n : sizeof bytes);
  for (size_t i = 0; i < sizeof bytes; i++) f->key[i / 8] = f->key[i / 8] << 8 | bytes[i];
  f->hash = keys_hash(names->text.bytes + from, n);
}

error_code smooth_add(population_values *v, uint32_t group, const column *const *columns,
                      size_t row, uint64_t sequence, error *e) {
  const struct population_step *s = v->step;
  const column *due = *columns++;
  if (s->within_slot >= 0) columns++;
  const column *by = s->by_slot >= 0 ? *columns++ : NULL;
  if (column_missing(due, row)) return ERR_OK;
  follow_up f = {.group = group, .sequence = sequence, .day = moment_date(due->i64[row], s->zone)};
  if (by) f.order = population_number_of(by, row);
  f.has_order = f.order.known;
  put_key(&f, *columns, row);
  if (!v->sorter) v->sorter = sorter_new(sizeof f, by_order, SORT_BUDGET, NULL);
  return sorter_add(v->sorter, &f, e);
}

/* How full a day of the group at hand is, and where one goes when it is full. */
typedef struct full_day {
  int64_t day, count, next; /* next: day itself while there is room */
  bool used;
} full_day;

typedef struct days {
  full_day *items; /* a table of hashes */
  size_t size, count;
} days;

static full_day *day_at(days *d, int64_t day) {
  size_t at = ((uint64_t)day * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (d->size - 1);
  while (d->items[at].used && d->items[at].day != day) at = (at + 1) & (d->size - 1);
  return &d->items[at];
}

static void days_clear(days *d) {
  if (!d->size) {
    d->size = 256;
    d->items = mem_array(d->size, sizeof *d->items);
  }
  if (d->count) memset(d->items, 0, d->size * sizeof *d->items);
  d->count = 0;
}

static full_day *days_find(days *d, int64_t day) {
  if (d->count * 2 >= d->size) {
    days old = *d;
    *d = (days){mem_array(old.size * 2, sizeof *d->items), old.size * 2, old.count};
    for (size_t i = 0; i < old.size; i++)
      if (old.items[i].used) *day_at(d, old.items[i].day) = old.items[i];
    free(old.items);
  }
  full_day *x = day_at(d, day);
  if (x->used) return x;
  *x = (full_day){day, 0, day, true};
  d->count++;
  return x;
}

/* The first day with room from `day` on; the way to it is made shorter for the next. */
static int64_t room_from(days *d, int64_t day) {
  int64_t to = day;
  for (int64_t next; (next = days_find(d, to)->next) != to;) to = next;
  for (int64_t at = day; at != to;) {
    full_day *x = days_find(d, at);
    at = x->next;
    x->next = to;
  }
  return to;
}

/* Takes a place; false: there is no working day with room, and the follow-up stays where it is. */
static bool take_place(const plan *p, days *d, int64_t most, int64_t day, int64_t *out) {
  *out = room_from(d, day);
  full_day *x = days_find(d, *out);
  if (x->count == most) return false; /* the last day there is */
  if (++x->count < most) return true;
  int64_t next;
  if (calendar_add(&p->calendar, *out, 1, &next)) x->next = next;
  return true;
}

error_code smooth_settle(const plan *p, population_values *v, error *e) {
  const void *record = NULL;
  uint32_t group = UINT32_MAX;
  days full = {0};
  v->moved = sorter_new(sizeof(population_move), by_record, SORT_BUDGET / 2, NULL);
  error_code status = v->sorter ? sorter_sort(v->sorter, e) : ERR_OK;
  while (v->sorter && !status && !(status = sorter_next(v->sorter, &record, e)) && record) {
    const follow_up *f = record;
    if (f->group != group) days_clear(&full);
    group = f->group;
    population_move move = {.sequence = f->sequence};
    if (take_place(p, &full, v->step->most, f->day, &move.day) && move.day != f->day)
      status = sorter_add(v->moved, &move, e);
  }
  free(full.items);
  sorter_free(v->sorter);
  v->sorter = NULL;
  return status ? status : sorter_sort(v->moved, e);
}

/* ---- running ---- */

/* Where the record moves to, in a column that is kept with the decision. */
typedef struct moving {
  stage base;
  const struct population_step *step;
  int result;
} moving;

static size_t row_of(const batch *in, uint64_t sequence) {
  size_t low = 0, high = in->rows;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (in->sequence[middle] < sequence)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void run_moving(const stage *base, evaluator *v) {
  const moving *m = (const moving *)base;
  const batch *in = v->frame.out->batch;
  int64_t *out = evaluator_result(v, m->result)->i64;
  for (size_t r = 0; r < v->frame.rows; r++) out[r] = MISSING_I64;
  for (size_t i = 0; i < v->move_count; i++) {
    const size_t row = row_of(in, v->moves[i].sequence);
    if (v->moves[i].step == m->step->number && row < in->rows &&
        in->sequence[row] == v->moves[i].sequence)
      out[row] = v->moves[i].day;
  }
}

typedef struct smooth {
  stage base;
  const struct population_step *step;
  code *code;
  int result;
  trace_point *point;
} smooth;

static void run(const stage *base, evaluator *v) {
  const smooth *s = (const smooth *)base;
  const int64_t *due = v->frame.slots[s->step->of_slot]->i64;
  const int64_t *day = v->frame.slots[s->step->kept_slot]->i64;
  int64_t *out = evaluator_result(v, s->result)->i64;
  int32_t *ways = v->trace ? trace_column(v, s->point) : NULL;
  for (size_t r = 0; r < v->frame.rows; r++) {
    const bool moves = day[r] != MISSING_I64;
    out[r] = moves ? calendar_closing(&v->plan->calendar, day[r]) : due[r];
    if (moves && s->code) give(v, r, s->code);
    if (ways) ways[r] = moves ? 0 : -1;
  }
}

/* ---- compiling ---- */

static bool can_order(type_kind kind) {
  return type_is_numeric(kind) || kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
}

static bool compile_order(builder *b, struct population_step *s, stage *collect, rule_text by) {
  s->by_slot = -1;
  if (!by.text) return true;
  const formula *f = build_formula(b, by, bare_type(TYPE_NONE));
  if (!f) return false;
  if (!can_order(f->type.kind)) {
    build_error(b, by.at, "by = \"%s\" is %s, but the order must be a number or a date", by.text,
                type_name(f->type.kind));
    return false;
  }
  s->by_slot = population_collect_more(b, collect, f);
  return true;
}

static void declare_point(builder *b, smooth *s, const smooth_step *d, const formula *due) {
  const formula **inputs = arena_array(&b->plan->arena, 1, sizeof *inputs);
  s->point = trace_declare(b, POINT_LINE, b->step->name, d->at, 1);
  s->point->outcome = b->step->name;
  s->point->ways[0] = (trace_way){
      .label = arena_format(&b->plan->arena, "moved: at most %lld a day%s%s", (long long)d->most,
                            d->per.text ? " per " : "", d->per.text ? d->per.text : ""),
      .code = d->code,
      .at = d->at};
  inputs[0] = due;
  s->point->input_count = 1;
  s->point->inputs = inputs;
}

static void compile_moving(builder *b, struct population_step *s, place at) {
  moving *m = build_stage(b, sizeof *m, NULL, run_moving);
  m->step = s;
  m->result = build_hidden(b, bare_type(TYPE_DATE));
  m->base.makes_inputs = true;
  result *kept = &b->plan->results[m->result];
  kept->name = arena_format(&b->plan->arena, "moved(\"%s\")", b->step->name);
  kept->kept = true;
  kept->at = at;
  s->kept_slot = kept->slot;
  s->apply = &m->base;
}

stage *smooth_compile(builder *b, const step *step_) {
  const smooth_step *d = &step_->smooth;
  struct population_step *s = arena_alloc(&b->plan->arena, sizeof *s);
  s->name = step_->name;
  s->what = arena_format(&b->plan->arena, "smooth of cadence \"%s\"", step_->name);
  s->at = d->at;
  s->smooths = true;
  s->most = d->most;
  s->zone = b->plan->pack->zone;
  s->behind = SIZE_MAX;
  const formula *due =
      build_formula(b, (rule_text){step_->name, step_->at}, bare_type(TYPE_TIMESTAMP));
  if (!due) return NULL;
  stage *collect = population_collect(b, s, due, (rule_text){0}, d->per);
  if (!collect || !compile_order(b, s, collect, d->by)) return NULL;
  compile_moving(b, s, d->at);
  smooth *made = build_stage(b, sizeof *made, NULL, run);
  made->step = s;
  made->code = build_code(b, d->code, &d->at);
  declare_point(b, made, d, due);
  made->result = build_rebound(b, step_->name, bare_type(TYPE_TIMESTAMP), "smooth", step_->at);
  s->slot = b->plan->results[made->result].slot;
  s->then = &made->base;
  population_add_step(b, s);
  return collect;
}
