/* Compiling the tests of a table to masks or to an index, and running them. */
#include "matcher.h"
#include <stdlib.h>
#include <string.h>

/* Above so many rows the index is quicker than the masks, and smaller (measured: tests/bench). */
#define LONG_TABLE 192

/* ---- conditions ---- */

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static bool same_value(const value *a, const value *b) {
  if (a->type.kind != b->type.kind || a->missing != b->missing) return false;
  if (a->text && b->text) return !strcmp(a->text, b->text);
  return !a->text && !b->text && a->exact.num == b->exact.num && a->exact.den == b->exact.den &&
         bits_of(a->number) == bits_of(b->number);
}

static bool same_tree(const node *a, const node *b) {
  if (a->kind != b->kind || a->function != b->function || a->child_count != b->child_count ||
      a->type.kind != b->type.kind)
    return false;
  if (a->kind == NODE_SLOT && a->symbol->slot != b->symbol->slot) return false;
  if (a->kind == NODE_CONSTANT && !same_value(&a->constant, &b->constant)) return false;
  for (size_t i = 0; i < a->child_count; i++)
    if (!same_tree(a->children[i], b->children[i])) return false;
  return true;
}

/* The rows of a column often share few conditions ("< budget"): looked for among the last ones. */
static size_t condition_of(builder *b, matcher *m, node *tree) {
  enum { LAST = 32 };
  for (size_t i = m->condition_count; i > 0 && i + LAST > m->condition_count; i--)
    if (same_tree(m->conditions[i - 1]->tree, tree)) return i - 1;
  m->conditions[m->condition_count] = build_tree(b, tree, b->step->at);
  return m->condition_count++;
}

/* ---- making ---- */

static bool is_static(const unary_test *t) {
  return t->kind != TEST_DYNAMIC;
}

static bool add_column(builder *b, matcher *m, size_t at, const formula *input,
                       const unary_test *tests) {
  bool looked_up = false;
  m->columns[at] = (matcher_column){-1, tests};
  for (size_t r = 0; r < m->row_count; r++) {
    if (tests[r].kind == TEST_DYNAMIC)
      m->dynamics[m->dynamic_count++] = (dynamic_test){r, condition_of(b, m, tests[r].dynamic)};
    else if (tests[r].kind != TEST_ANY)
      looked_up = true;
  }
  if (!looked_up) return true;
  int number = m->is_long ? cuts_add_apart(b, input) : cuts_add(b, input);
  if (number < 0) return false;
  for (size_t r = 0; r < m->row_count; r++)
    if (is_static(&tests[r])) cut_test(b, number, &tests[r]);
  m->columns[at].cut = number;
  m->cuts[m->lookup_count++] = number;
  return true;
}

static size_t count_dynamic(size_t column_count, size_t row_count, const unary_test *const *tests) {
  size_t n = 0;
  for (size_t c = 0; c < column_count; c++)
    for (size_t r = 0; r < row_count; r++) n += tests[c][r].kind == TEST_DYNAMIC;
  return n;
}

bool matcher_init(builder *b, matcher *m, const formula *const *inputs, size_t column_count,
                  size_t row_count, const unary_test *const *tests) {
  arena *a = &b->plan->arena;
  size_t dynamics = count_dynamic(column_count, row_count, tests);
  *m = (matcher){.column_count = column_count,
                 .row_count = row_count,
                 .words = (row_count + 31) / 32,
                 .is_long = row_count > LONG_TABLE,
                 .columns = arena_array(a, column_count + 1, sizeof(matcher_column)),
                 .cuts = arena_array(a, column_count + 1, sizeof(int)),
                 .dynamics = arena_array(a, dynamics + 1, sizeof(dynamic_test)),
                 .conditions = arena_array(a, dynamics + 1, sizeof(formula *)),
                 .hit = build_scratch(b),
                 .again = build_scratch(b)};
  for (size_t c = 0; c < column_count; c++)
    if (!add_column(b, m, c, inputs[c], tests[c])) return false;
  return true;
}

/* Bit r of word r / 32 for the rows that every value of the segment matches (dynamic tests say so
 * later, for each record). */
static void fill_masks(const cut *c, const matcher_column *of, size_t row_count, lookup *l,
                       int32_t *entries) {
  for (size_t s = 0; s < c->segment_count; s++)
    for (size_t r = 0; r < row_count; r++)
      if (!is_static(&of->tests[r]) || cut_matches(c, s, &of->tests[r]))
        entries[r / 32 * l->stride + s] |= (int32_t)(UINT32_C(1) << (r % 32));
}

static void make_lookup(builder *b, const matcher *m, const matcher_column *of, lookup *l) {
  const cut *c = cuts_at(b->plan, of->cut);
  l->bias = cut_bias(c);
  l->size = (uint32_t)c->segment_count;
  l->stride = (l->size + 15) / 16 * 16;
  int32_t *entries = arena_array(&b->plan->arena, m->words * l->stride + 16, sizeof(int32_t));
  fill_masks(c, of, m->row_count, l, entries);
  l->entries = entries;
}

static int by_row(const void *x, const void *y) {
  const dynamic_test *a = x, *b = y;
  return (a->row > b->row) - (a->row < b->row);
}

static int by_condition(const void *x, const void *y) {
  const dynamic_test *a = x, *b = y;
  return (a->condition > b->condition) - (a->condition < b->condition);
}

static void sort_dynamics(builder *b, matcher *m) {
  if (m->dynamic_count)
    qsort(m->dynamics, m->dynamic_count, sizeof *m->dynamics, m->is_long ? by_row : by_condition);
  if (!m->is_long) return;
  m->dynamic_first = arena_array(&b->plan->arena, m->row_count + 2, sizeof(uint32_t));
  for (size_t i = 0; i < m->dynamic_count; i++) m->dynamic_first[m->dynamics[i].row + 1]++;
  for (size_t r = 0; r < m->row_count; r++) m->dynamic_first[r + 1] += m->dynamic_first[r];
}

void matcher_finish(builder *b, matcher *m) {
  m->lookups = arena_array(&b->plan->arena, m->lookup_count + 1, sizeof(lookup));
  if (m->is_long) row_index_init(b, &m->index, m->row_count, m->lookup_count);
  size_t n = 0;
  for (size_t i = 0; i < m->column_count; i++) {
    const matcher_column *of = &m->columns[i];
    if (of->cut < 0) continue;
    if (m->is_long)
      row_index_column(b, &m->index, n++, cuts_at(b->plan, of->cut), of->tests);
    else
      make_lookup(b, m, of, &m->lookups[n++]);
  }
  sort_dynamics(b, m);
}

/* ---- short tables ---- */

/* Masks that start with all rows and lose those whose dynamic tests fail. */
static int32_t *direct_masks(evaluator *v, const matcher *m) {
  size_t rows = v->frame.rows, words = m->words;
  int32_t *direct = arena_array(&v->frame.scratch, words * BATCH_ROWS + 16, sizeof(int32_t));
  memset(direct, 0xFF, words * BATCH_ROWS * sizeof(int32_t));
  uint32_t tail = m->row_count % 32 ? (UINT32_C(1) << (m->row_count % 32)) - 1 : UINT32_MAX;
  for (size_t r = 0; r < BATCH_ROWS && words; r++)
    direct[(words - 1) * BATCH_ROWS + r] = (int32_t)tail;
  for (size_t i = 0; i < m->dynamic_count; i++) {
    const dynamic_test *t = &m->dynamics[i];
    int32_t *word = direct + t->row / 32 * BATCH_ROWS;
    if (!i || t->condition != t[-1].condition)
      evaluate_truth(v, m->conditions[t->condition], v->truth);
    for (size_t r = 0; r < rows; r++)
      if (!v->truth[r]) word[r] &= (int32_t) ~(UINT32_C(1) << (t->row % 32));
  }
  return direct;
}

static void open_short(evaluator *v, match_run *run) {
  const matcher *m = run->matcher;
  /* Without a column to look up nothing would bound the rows: the masks do. */
  if (m->dynamic_count || !m->lookup_count) run->direct = direct_masks(v, m);
  v->kernels->match(m->lookups, run->segments, m->lookup_count, run->direct, BATCH_ROWS, m->words,
                    v->frame.rows, run->hit, run->again);
}

/* The rows of a word that the record matches. */
static uint32_t word_of(const match_run *run, size_t record, size_t word) {
  const matcher *m = run->matcher;
  uint32_t mask = run->direct ? (uint32_t)run->direct[word * BATCH_ROWS + record] : UINT32_MAX;
  for (size_t i = 0; i < m->lookup_count && mask; i++) {
    const lookup *l = &m->lookups[i];
    mask &= (uint32_t)l->entries[word * l->stride + (size_t)(run->segments[i][record] + l->bias)];
  }
  return mask;
}

static int32_t next_short(const match_run *run, size_t record, size_t from) {
  uint32_t behind = UINT32_MAX << (from % 32);
  for (size_t word = from / 32; word < run->matcher->words; word++) {
    uint32_t mask = word_of(run, record, word) & behind;
    if (mask) return (int32_t)(word * 32) + __builtin_ctz(mask);
    behind = UINT32_MAX;
  }
  return -1;
}

/* ---- long tables ---- */

enum { TRUTH_WORDS = (BATCH_ROWS + 63) / 64 };

static const uint64_t *find_truth(evaluator *v, const matcher *m) {
  uint64_t *all = arena_array(&v->frame.scratch, m->condition_count * TRUTH_WORDS + 1, sizeof *all);
  for (size_t i = 0; i < m->condition_count; i++) {
    evaluate_truth(v, m->conditions[i], v->truth);
    for (size_t r = 0; r < v->frame.rows; r++)
      all[i * TRUTH_WORDS + r / 64] |= (uint64_t)v->truth[r] << (r % 64);
  }
  return all;
}

static bool conditions_hold(const match_run *run, size_t record, size_t row) {
  const matcher *m = run->matcher;
  for (uint32_t i = m->dynamic_first[row]; i < m->dynamic_first[row + 1]; i++) {
    const uint64_t *truth = run->truth + m->dynamics[i].condition * TRUTH_WORDS;
    if (!(truth[record / 64] >> (record % 64) & 1)) return false;
  }
  return true;
}

static int32_t next_long(const match_run *run, size_t record, size_t from) {
  for (;;) {
    int32_t row = row_index_next(&run->matcher->index, run->segments, record, from, run->sets);
    if (row < 0 || conditions_hold(run, record, (size_t)row)) return row;
    from = (size_t)row + 1;
  }
}

static void open_long(evaluator *v, match_run *run) {
  int32_t *hit = run->hit, *again = run->again;
  run->truth = find_truth(v, run->matcher);
  run->sets = arena_array(&v->frame.scratch, 2 * run->matcher->lookup_count + 1, sizeof *run->sets);
  for (size_t r = 0; r < v->frame.rows; r++) {
    hit[r] = next_long(run, r, 0);
    if (again) again[r] = hit[r] >= 0 && next_long(run, r, (size_t)hit[r] + 1) >= 0;
  }
}

/* ---- running ---- */

void matcher_open(evaluator *v, const matcher *m, bool again, match_run *out) {
  *out = (match_run){.matcher = m,
                     .segments =
                         arena_array(&v->frame.scratch, m->lookup_count + 1, sizeof *out->segments),
                     .hit = v->scratch[m->hit],
                     .again = again ? v->scratch[m->again] : NULL};
  for (size_t i = 0; i < m->lookup_count; i++) out->segments[i] = cut_index(v, m->cuts[i]);
  if (m->is_long)
    open_long(v, out);
  else
    open_short(v, out);
}

const int32_t *matcher_run(evaluator *v, const matcher *m) {
  match_run found;
  matcher_open(v, m, false, &found);
  return found.hit;
}

int32_t matcher_next(const match_run *run, size_t record, int32_t after) {
  size_t from = after < 0 ? 0 : (size_t)after + 1;
  return run->matcher->is_long ? next_long(run, record, from) : next_short(run, record, from);
}
