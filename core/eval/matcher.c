/* Compiling the cells of a table to masks, and running them. */
#include "matcher.h"
#include <string.h>

static bool is_static(const unary_test *t) {
  return t->kind != TEST_DYNAMIC;
}

static void add_dynamic(builder *b, matcher *m, size_t row, const unary_test *t) {
  m->dynamics[m->dynamic_count++] = (dynamic_test){row, build_tree(b, t->dynamic, b->step->at)};
}

static bool add_column(builder *b, matcher *m, size_t at, const formula *input,
                       const unary_test *tests) {
  bool looked_up = false;
  m->columns[at] = (matcher_column){-1, tests};
  for (size_t r = 0; r < m->row_count; r++) {
    if (tests[r].kind == TEST_DYNAMIC)
      add_dynamic(b, m, r, &tests[r]);
    else if (tests[r].kind != TEST_ANY)
      looked_up = true;
  }
  if (!looked_up) return true;
  int number = cuts_add(b, input);
  if (number < 0) return false;
  for (size_t r = 0; r < m->row_count; r++)
    if (is_static(&tests[r])) cut_test(b, number, &tests[r]);
  m->columns[at].cut = number;
  m->cuts[m->lookup_count++] = number;
  return true;
}

bool matcher_init(builder *b, matcher *m, const formula *const *inputs, size_t column_count,
                  size_t row_count, const unary_test *const *tests) {
  arena *a = &b->plan->arena;
  *m = (matcher){.column_count = column_count,
                 .row_count = row_count,
                 .words = (row_count + 31) / 32,
                 .columns = arena_array(a, column_count + 1, sizeof(matcher_column)),
                 .cuts = arena_array(a, column_count + 1, sizeof(int)),
                 .dynamics = arena_array(a, column_count * row_count + 1, sizeof(dynamic_test)),
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

void matcher_finish(builder *b, matcher *m) {
  arena *a = &b->plan->arena;
  m->lookups = arena_array(a, m->lookup_count + 1, sizeof(lookup));
  size_t n = 0;
  for (size_t i = 0; i < m->column_count; i++) {
    if (m->columns[i].cut < 0) continue;
    const cut *c = cuts_at(b->plan, m->columns[i].cut);
    lookup *l = &m->lookups[n++];
    l->bias = cut_bias(c);
    l->size = (uint32_t)c->segment_count;
    l->stride = (l->size + 15) / 16 * 16;
    int32_t *entries = arena_array(a, m->words * l->stride + 16, sizeof(int32_t));
    fill_masks(c, &m->columns[i], m->row_count, l, entries);
    l->entries = entries;
  }
}

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
    evaluate_truth(v, t->condition, v->truth);
    for (size_t r = 0; r < rows; r++)
      if (!v->truth[r]) word[r] &= (int32_t) ~(UINT32_C(1) << (t->row % 32));
  }
  return direct;
}

void matcher_open(evaluator *v, const matcher *m, bool again, match_run *out) {
  const int32_t **index = arena_array(&v->frame.scratch, m->lookup_count + 1, sizeof *index);
  for (size_t i = 0; i < m->lookup_count; i++) index[i] = cut_index(v, m->cuts[i]);
  int32_t *hit = v->scratch[m->hit], *more = again ? v->scratch[m->again] : NULL;
  /* Without a column to look up nothing would bound the rows: the masks do. */
  int32_t *direct = m->dynamic_count || !m->lookup_count ? direct_masks(v, m) : NULL;
  v->kernels->match(m->lookups, index, m->lookup_count, direct, BATCH_ROWS, m->words, v->frame.rows,
                    hit, more);
  *out = (match_run){m, index, direct, hit, more};
}

const int32_t *matcher_run(evaluator *v, const matcher *m) {
  match_run found;
  matcher_open(v, m, false, &found);
  return found.hit;
}

/* The rows of a word that the record matches. */
static uint32_t word_of(const match_run *run, size_t record, size_t word) {
  const matcher *m = run->matcher;
  uint32_t mask = run->direct ? (uint32_t)run->direct[word * BATCH_ROWS + record] : UINT32_MAX;
  for (size_t i = 0; i < m->lookup_count && mask; i++) {
    const lookup *l = &m->lookups[i];
    mask &= (uint32_t)l->entries[word * l->stride + (size_t)(run->index[i][record] + l->bias)];
  }
  return mask;
}

int32_t matcher_next(const match_run *run, size_t record, int32_t after) {
  size_t from = (size_t)(after + 1);
  uint32_t behind = UINT32_MAX << (from % 32);
  for (size_t word = from / 32; word < run->matcher->words; word++) {
    uint32_t mask = word_of(run, record, word) & behind;
    if (mask) return (int32_t)(word * 32) + __builtin_ctz(mask);
    behind = UINT32_MAX;
  }
  return -1;
}
