/* The decision points of a plan, and the marks of a batch. Marks are columns of the evaluator's own,
 * made once, so that noting one is a copy or a store. */
#include "trace.h"
#include "evaluator.h"
#include <stdlib.h>
#include <string.h>

/* An amount that was computed for its row alone. */
typedef struct single {
  size_t point, row;
  bool known;
  rational amount;
} single;

/* The marks of one point. */
typedef struct marks {
  int32_t *taken;
  uint64_t *sets; /* row * words + word */
  size_t words;
  int64_t *num;
  int64_t den;
} marks;

typedef struct trace {
  marks *points;
  size_t single_count, single_capacity;
  single *singles; /* of this batch */
} trace;

/* ---- declaring ---- */

trace_point *trace_declare(builder *b, point_kind kind, const char *label, place at, size_t ways) {
  plan *p = b->plan;
  trace_point *made = arena_alloc(&p->arena, sizeof *made);
  if (p->point_count == p->point_capacity) {
    p->point_capacity = p->point_capacity ? p->point_capacity * 2 : 32;
    p->points = mem_grow(p->points, p->point_capacity, sizeof *p->points);
  }
  made->number = p->point_count;
  made->kind = kind;
  made->step = b->step_number;
  made->label = label;
  made->at = at.file ? at : b->step->at;
  trace_ways(b, made, ways);
  p->points[p->point_count++] = made;
  return made;
}

void trace_ways(builder *b, trace_point *p, size_t ways) {
  p->way_count = ways;
  p->ways = arena_array(&b->plan->arena, ways + 1, sizeof *p->ways);
}

size_t trace_points(const plan *p, const trace_point *const **out) {
  *out = (const trace_point *const *)p->points;
  return p->point_count;
}

/* ---- making and freeing ---- */

void evaluator_trace(evaluator *v) {
  if (v->trace) return;
  const plan *p = v->plan;
  v->trace = mem_alloc(sizeof *v->trace);
  v->trace->points = mem_array(p->point_count + 1, sizeof(marks));
  for (size_t i = 0; i < p->point_count; i++) {
    const trace_point *point = p->points[i];
    marks *m = &v->trace->points[i];
    m->words = trace_words(point);
    m->den = 1;
    if (point->amounts) m->num = mem_aligned(BATCH_ROWS * sizeof *m->num);
    if (point->several)
      m->sets = mem_array(BATCH_ROWS * (m->words + 1), sizeof *m->sets);
    else if (!point->always)
      m->taken = mem_aligned(BATCH_ROWS * sizeof *m->taken + 64);
  }
}

bool evaluator_traces(const evaluator *v) {
  return v->trace != NULL;
}

void trace_free(evaluator *v) {
  if (!v->trace) return;
  for (size_t i = 0; i < v->plan->point_count; i++) {
    free(v->trace->points[i].taken);
    free(v->trace->points[i].sets);
    free(v->trace->points[i].num);
  }
  free(v->trace->points);
  free(v->trace->singles);
  free(v->trace);
  v->trace = NULL;
}

void trace_begin(evaluator *v) {
  if (!v->trace) return;
  v->trace->single_count = 0;
  for (size_t i = 0; i < v->plan->point_count; i++) /* a replay has no records that fall anywhere */
    if (v->plan->points[i]->kind == POINT_RECORDS) trace_clear(v, v->plan->points[i]);
}

/* ---- noting ---- */

int32_t *trace_column(evaluator *v, const trace_point *p) {
  return v->trace->points[p->number].taken;
}

void trace_unless(evaluator *v, const trace_point *p, const uint8_t *unless) {
  int32_t *taken = trace_column(v, p);
  for (size_t r = 0; r < v->frame.rows; r++) taken[r] = unless[r] ? -1 : 0;
}

uint64_t *trace_set(evaluator *v, const trace_point *p, size_t row) {
  const marks *m = &v->trace->points[p->number];
  return m->sets + row * m->words;
}

void trace_clear(evaluator *v, const trace_point *p) {
  const marks *m = &v->trace->points[p->number];
  memset(m->sets, 0, v->frame.rows * m->words * sizeof *m->sets);
}

void trace_add(evaluator *v, const trace_point *p, size_t row, size_t way) {
  trace_set(v, p, row)[way / 64] |= UINT64_C(1) << (way % 64);
}

void trace_amounts(evaluator *v, const trace_point *p, const int64_t *num, int64_t den) {
  marks *m = &v->trace->points[p->number];
  memcpy(m->num, num, v->frame.rows * sizeof *num);
  m->den = den;
}

void trace_amount(evaluator *v, const trace_point *p, size_t row, bool known, rational amount) {
  trace *t = v->trace;
  if (t->single_count == t->single_capacity) {
    t->single_capacity = t->single_capacity ? t->single_capacity * 2 : 64;
    t->singles = mem_grow(t->singles, t->single_capacity, sizeof *t->singles);
  }
  t->singles[t->single_count++] = (single){p->number, row, known, amount};
}

/* ---- reading ---- */

bool trace_took(const evaluator *v, const trace_point *p, size_t row, size_t way) {
  const marks *m = &v->trace->points[p->number];
  if (m->sets) return m->sets[row * m->words + way / 64] >> (way % 64) & 1;
  return m->taken ? m->taken[row] == (int32_t)way : way == 0;
}

int trace_way_of(const evaluator *v, const trace_point *p, size_t row) {
  const marks *m = &v->trace->points[p->number];
  if (m->taken) return m->taken[row];
  for (size_t way = 0; way < p->way_count; way++)
    if (trace_took(v, p, row, way)) return (int)way;
  return -1;
}

bool trace_after(const evaluator *v, const trace_point *p, size_t row, rational *out) {
  const trace *t = v->trace;
  const marks *m = &t->points[p->number];
  for (size_t i = t->single_count; i-- > 0;)
    if (t->singles[i].point == p->number && t->singles[i].row == row) {
      *out = t->singles[i].amount;
      return t->singles[i].known;
    }
  return m->num && m->num[row] != MISSING_I64 && rational_make(m->num[row], m->den, out);
}
