/* See coverage.h. Ways and bounds of different plans are the same if they stand at the same place
 * with the same words. */
#include "coverage.h"

#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "evaluator.h"
#include "lua_rule.h"

typedef struct edge_at {
  covered_edge edge;
  const formula *input; /* of the plan at hand; NULL: the plan has it not */
  bool high;
  const test_interval *interval;
} edge_at;

struct coverage {
  arena arena;
  size_t steps;
  bool muted;
  const plan *plan; /* at hand */
  size_t way_count, way_capacity;
  covered_way *ways;
  size_t **way_numbers; /* by point and way of the plan at hand; SIZE_MAX = not counted */
  size_t edge_count, edge_capacity;
  edge_at *edges;
  covered_edge *listed;
};

coverage *coverage_new(size_t steps) {
  coverage *c = mem_alloc(sizeof *c);
  c->steps = steps;
  return c;
}

void coverage_free(coverage *c) {
  if (!c) return;
  free(c->ways);
  free(c->edges);
  free(c->listed);
  arena_deinit(&c->arena);
  free(c);
}

/* ---- what there is ---- */

/* An archived pack shows another folder: only the file's own name counts. */
static bool same_place(place a, place b) {
  return a.line == b.line && !strcmp(file_base_name(a.file), file_base_name(b.file));
}

static place keep_place(coverage *c, place at) {
  return (place){arena_string(&c->arena, at.file ? at.file : ""), at.line};
}

static size_t find_way(coverage *c, const covered_way *w) {
  for (size_t i = 0; i < c->way_count; i++)
    if (c->ways[i].kind == w->kind && same_place(c->ways[i].at, w->at) &&
        !strcmp(c->ways[i].step, w->step) && !strcmp(c->ways[i].point, w->point) &&
        !strcmp(c->ways[i].way, w->way))
      return i;
  if (c->way_count == c->way_capacity) {
    c->way_capacity = c->way_capacity ? 2 * c->way_capacity : 64;
    c->ways = mem_grow(c->ways, c->way_capacity, sizeof *c->ways);
  }
  c->ways[c->way_count] = *w;
  return c->way_count++;
}

static const char *text_or(const char *text, const char *otherwise) {
  return text && *text ? text : otherwise;
}

static void note_ways(coverage *c, const trace_point *p) {
  const char *name = c->plan->pack->steps[p->step].name;
  c->way_numbers[p->number] = arena_array(&c->arena, p->way_count + 1, sizeof(size_t));
  for (size_t w = 0; w < p->way_count; w++) {
    const trace_way *from = &p->ways[w];
    const covered_way way = {.step = arena_string(&c->arena, name),
                             .point = arena_string(&c->arena, text_or(p->label, name)),
                             .way = p->kind == POINT_ROW
                                        ? arena_format(&c->arena, "row %s", from->label)
                                        : arena_string(&c->arena, text_or(from->label, "-")),
                             .kind = p->kind,
                             .at = keep_place(c, from->at.file ? from->at : p->at)};
    c->way_numbers[p->number][w] = from->implied ? SIZE_MAX : find_way(c, &way);
  }
}

/* A single value: one bound, not two. */
static bool is_point(const formula *input, const test_interval *x) {
  return x->has_low && type_storage(input->type.kind) == STORE_I64 && x->low == x->high;
}

static void write_bound(const formula *input, const test_interval *t, bool high, zone z,
                        buffer *out) {
  column one;
  value_type type = input->type;
  column_init(&one, type, 1);
  if (one.f64)
    one.f64[0] = high ? t->number_high : t->number_low;
  else if (one.den)
    one.i64[0] = (int64_t)(high ? t->ratio_high.num : t->ratio_low.num),
    one.den[0] = (int64_t)(high ? t->ratio_high.den : t->ratio_low.den);
  else
    one.i64[0] = high ? t->high : t->low;
  if (!is_point(input, t))
    buffer_text(out, high ? (t->high_open ? "< " : "<= ") : (t->low_open ? "> " : ">= "));
  column_write(out, &one, 0, z);
  column_deinit(&one);
}

static void note_edge(coverage *c, const trace_point *p, size_t way, const formula *input,
                      const test_interval *t, bool high) {
  buffer text = {0};
  write_bound(input, t, high, c->plan->pack->zone, &text);
  const char *shown = arena_string_n(&c->arena, text.data, text.size);
  buffer_deinit(&text);
  place at = keep_place(c, p->ways[way].at.file ? p->ways[way].at : p->at);
  const char *name = arena_string(&c->arena, c->plan->pack->steps[p->step].name);
  const char *point = arena_string(&c->arena, text_or(p->label, name));
  for (size_t i = 0; i < c->edge_count; i++) {
    edge_at *known = &c->edges[i];
    if (!same_place(known->edge.at, at) || strcmp(known->edge.text, shown) != 0 ||
        strcmp(known->edge.point, point) != 0 || strcmp(known->edge.step, name) != 0)
      continue;
    known->input = input;
    known->interval = t;
    return;
  }
  if (c->edge_count == c->edge_capacity) {
    c->edge_capacity = c->edge_capacity ? 2 * c->edge_capacity : 64;
    c->edges = mem_grow(c->edges, c->edge_capacity, sizeof *c->edges);
  }
  c->edges[c->edge_count++] = (edge_at){{name, point, shown, at, false}, input, high, t};
}

static void note_edges(coverage *c, const trace_point *p) {
  for (size_t k = 0; k < p->input_count; k++)
    for (size_t w = 0; w < p->tested; w++) {
      const unary_test *t = &p->tests[k][w];
      for (size_t i = 0; t->kind == TEST_INTERVALS && i < t->interval_count; i++) {
        const test_interval *x = &t->intervals[i];
        if (x->has_low) note_edge(c, p, w, p->inputs[k], x, false);
        if (x->has_high && !is_point(p->inputs[k], x)) note_edge(c, p, w, p->inputs[k], x, true);
      }
    }
}

static bool counts(const coverage *c, const trace_point *p) {
  return p->step < c->steps && !p->always && p->way_count;
}

void coverage_plan(coverage *c, const plan *made) {
  const trace_point *const *points;
  size_t n = trace_points(made, &points);
  if (c->plan == made) return;
  c->plan = made;
  c->way_numbers = arena_array(&c->arena, n + 1, sizeof *c->way_numbers);
  for (size_t i = 0; i < c->edge_count; i++) c->edges[i].input = NULL;
  for (size_t i = 0; i < n; i++) {
    if (!counts(c, points[i])) continue;
    note_ways(c, points[i]);
    note_edges(c, points[i]);
  }
}

/* ---- counting ---- */

static void count_ways(coverage *c, const evaluator *v, const trace_point *p, size_t row) {
  for (size_t w = 0; w < p->way_count; w++) {
    size_t number = c->way_numbers[p->number][w];
    if (number != SIZE_MAX && trace_took(v, p, row, w)) c->ways[number].hits++;
  }
}

static bool lies_on(const edge_at *x, const column *c, size_t row) {
  if (column_missing(c, row)) return false;
  if (c->f64) return c->f64[row] == (x->high ? x->interval->number_high : x->interval->number_low);
  if (!c->den) return c->i64[row] == (x->high ? x->interval->high : x->interval->low);
  rational exact, bound = x->high ? x->interval->ratio_high : x->interval->ratio_low;
  return rational_make(c->i64[row], c->den[row], &exact) && rational_compare(exact, bound) == 0;
}

static bool row_counts(const evaluator *v, size_t row) {
  return row < v->frame.rows && !v->frame.out->failed[row];
}

static bool count_edge(edge_at *x, evaluator *v) {
  if (x->edge.hit || !x->input) return false;
  const column *values = evaluate(v, x->input, NULL);
  for (size_t row = 0; row < v->frame.rows && !x->edge.hit; row++)
    x->edge.hit = row_counts(v, row) && lies_on(x, values, row);
  return x->edge.hit;
}

void coverage_add(coverage *c, evaluator *v) {
  const trace_point *const *points;
  size_t n = trace_points(v->plan, &points);
  coverage_plan(c, v->plan);
  for (size_t i = 0; i < n; i++)
    for (size_t row = 0; row < v->frame.rows && counts(c, points[i]); row++)
      if (row_counts(v, row)) count_ways(c, v, points[i], row);
  for (size_t i = 0; i < c->edge_count; i++) count_edge(&c->edges[i], v);
}

/* ---- one record ---- */

static bool takes(coverage *c, evaluator *v, size_t number) {
  const trace_point *const *points;
  size_t n = trace_points(v->plan, &points);
  for (size_t i = 0; i < n; i++)
    for (size_t w = 0; counts(c, points[i]) && w < points[i]->way_count; w++)
      if (c->way_numbers[points[i]->number][w] == number && trace_took(v, points[i], 0, w))
        return true;
  return false;
}

bool coverage_reaches(coverage *c, evaluator *v, size_t number) {
  coverage_plan(c, v->plan);
  if (!row_counts(v, 0)) return false;
  if (number < c->way_count) return takes(c, v, number);
  const edge_at *x = &c->edges[number - c->way_count];
  return x->input && lies_on(x, evaluate(v, x->input, NULL), 0);
}

bool coverage_fresh(coverage *c, evaluator *v, size_t *number) {
  const trace_point *const *points;
  size_t n = trace_points(v->plan, &points);
  coverage_plan(c, v->plan);
  if (!row_counts(v, 0)) return false;
  for (size_t i = 0; i < n; i++)
    for (size_t w = 0; counts(c, points[i]) && w < points[i]->way_count; w++) {
      *number = c->way_numbers[points[i]->number][w];
      if (*number != SIZE_MAX && !c->ways[*number].hits && trace_took(v, points[i], 0, w))
        return true;
    }
  for (size_t i = 0; i < c->edge_count; i++) {
    *number = c->way_count + i;
    if (!c->edges[i].edge.hit && coverage_reaches(c, v, *number)) return true;
  }
  return false;
}

/* ---- lines of Lua ---- */

static covered_way *find_line(coverage *c, const char *file, int line) {
  for (size_t i = 0; i < c->way_count; i++)
    if (c->ways[i].kind == POINT_RULE && same_place(c->ways[i].at, (place){file, line}) &&
        !strcmp(c->ways[i].way, "line"))
      return &c->ways[i];
  return NULL;
}

static void could_run(void *ctx, const char *file, int line) {
  coverage *c = ctx;
  if (find_line(c, file, line)) return;
  const covered_way way = {.step = "Lua",
                           .point = "Lua",
                           .way = "line",
                           .kind = POINT_RULE,
                           .at = keep_place(c, (place){file, line})};
  find_way(c, &way);
}

static void ran(void *ctx, const char *file, int line) {
  coverage *c = ctx;
  covered_way *way = c->muted ? NULL : find_line(c, file, line);
  if (way) way->hits++;
}

void coverage_watch(coverage *c, evaluator *v) {
  evaluator_trace(v);
  lua_host_hear_lines(v, could_run, ran, c);
}

void coverage_mute_lines(coverage *c) {
  c->muted = true;
}

/* ---- reading ---- */

size_t coverage_ways(const coverage *c, const covered_way **out) {
  *out = c->ways;
  return c->way_count;
}

size_t coverage_edges(coverage *c, const covered_edge **out) {
  c->listed = mem_grow(c->listed, c->edge_count + 1, sizeof *c->listed);
  for (size_t i = 0; i < c->edge_count; i++) c->listed[i] = c->edges[i].edge;
  *out = c->listed;
  return c->edge_count;
}

coverage_totals coverage_count(coverage *c) {
  coverage_totals t = {0};
  const covered_way *ways;
  const covered_edge *edges;
  t.ways = coverage_ways(c, &ways);
  t.edges = coverage_edges(c, &edges);
  for (size_t i = 0; i < t.ways; i++) t.taken += ways[i].hits > 0;
  for (size_t i = 0; i < t.edges; i++) t.tried += edges[i].hit;
  return t;
}

double coverage_percent(const coverage_totals *t) {
  return t->ways ? 100.0 * (double)t->taken / (double)t->ways : 100.0;
}
