/* Making the sets of rows, and finding a record's rows in them. */
#include "row_index.h"
#include <stdlib.h>
#include <string.h>

#define SETS_MOST ((size_t)2 << 20) /* bytes of the sets of one column */
#define GROUPS_LEAST 64

void row_index_init(builder *b, row_index *x, size_t row_count, size_t column_count) {
  *x = (row_index){.row_count = row_count,
                   .words = (row_count + 63) / 64,
                   .blocks = (row_count + 64 * 64 - 1) / (64 * 64),
                   .column_count = column_count};
  x->columns = arena_array(&b->plan->arena, column_count + 1, sizeof *x->columns);
}

/* ---- making ---- */

static void find_spans(builder *b, const row_index *x, index_column *to, const cut *c,
                       const unary_test *tests) {
  static const unary_test any = {.kind = TEST_ANY, .missing = true};
  cut_spans all = {0};
  to->first = arena_array(&b->plan->arena, x->row_count + 1, sizeof *to->first);
  for (size_t r = 0; r < x->row_count; r++) {
    to->first[r] = (uint32_t)all.count;
    cut_spans_add(c, tests[r].kind == TEST_DYNAMIC ? &any : &tests[r], &all);
  }
  to->first[x->row_count] = (uint32_t)all.count;
  to->spans = arena_array(&b->plan->arena, all.count + 1, sizeof *to->spans);
  if (all.count) memcpy(to->spans, all.items, all.count * sizeof *to->spans);
  free(all.items);
}

static void find_groups(const row_index *x, index_column *to, size_t segments) {
  size_t most = SETS_MOST / (x->words * sizeof(uint64_t) + 1);
  if (most < GROUPS_LEAST) most = GROUPS_LEAST;
  while ((segments >> to->shift) + 1 > most) to->shift++;
  to->groups = ((segments - 1) >> to->shift) + 1;
}

/* From this group on the row is in the sets, or no longer in them. */
typedef struct change {
  uint32_t group, row;
  bool enters;
} change;

static int order_changes(const void *x, const void *y) {
  const change *a = x, *b = y;
  if (a->group != b->group) return a->group < b->group ? -1 : 1;
  return (int)a->enters - (int)b->enters; /* those that leave first: a row may enter again */
}

static size_t find_changes(const row_index *x, const index_column *of, change *out) {
  size_t n = 0;
  for (uint32_t r = 0; r < x->row_count; r++) {
    uint32_t next = 0; /* the first group that the row is not in yet */
    for (uint32_t i = of->first[r]; i < of->first[r + 1]; i++) {
      uint32_t from = of->spans[i].first >> of->shift, last = of->spans[i].last >> of->shift;
      if (from < next) from = next;
      if (from > last) continue;
      out[n++] = (change){from, r, true};
      out[n++] = (change){last + 1, r, false};
      next = last + 1;
    }
  }
  return n;
}

static void fill_sets(builder *b, const row_index *x, index_column *to) {
  arena *a = &b->plan->arena;
  size_t spans = to->first[x->row_count], k = 0;
  change *changes = mem_array(2 * spans + 1, sizeof *changes);
  size_t count = find_changes(x, to, changes);
  if (count) qsort(changes, count, sizeof *changes, order_changes);
  to->rows = arena_array(a, to->groups * x->words + 1, sizeof *to->rows);
  to->blocks = arena_array(a, to->groups * x->blocks + 1, sizeof *to->blocks);
  for (size_t g = 0; g < to->groups; g++) {
    uint64_t *rows = to->rows + g * x->words, *blocks = to->blocks + g * x->blocks;
    if (g) memcpy(rows, rows - x->words, x->words * sizeof *rows);
    for (; k < count && changes[k].group == g; k++) {
      uint64_t bit = UINT64_C(1) << (changes[k].row % 64), *word = &rows[changes[k].row / 64];
      *word = changes[k].enters ? *word | bit : *word & ~bit;
    }
    for (size_t w = 0; w < x->words; w++)
      if (rows[w]) blocks[w / 64] |= UINT64_C(1) << (w % 64);
  }
  free(changes);
}

void row_index_column(builder *b, row_index *x, size_t at, const cut *c, const unary_test *tests) {
  index_column *to = &x->columns[at];
  to->bias = cut_bias(c);
  find_spans(b, x, to, c, tests);
  find_groups(x, to, c->segment_count);
  fill_sets(b, x, to);
}

/* ---- finding ---- */

static bool in_spans(const index_column *c, size_t row, uint32_t segment) {
  for (uint32_t i = c->first[row]; i < c->first[row + 1]; i++)
    if (segment <= c->spans[i].last) return segment >= c->spans[i].first;
  return false;
}

static bool verify(const row_index *x, const int32_t *const *segments, size_t record, size_t row) {
  if (row >= x->row_count) return false;
  for (size_t c = 0; c < x->column_count; c++) {
    const index_column *of = &x->columns[c];
    if (of->shift && !in_spans(of, row, (uint32_t)(segments[c][record] + of->bias))) return false;
  }
  return true;
}

int32_t row_index_next(const row_index *x, const int32_t *const *segments, size_t record,
                       size_t from, const uint64_t **sets) {
  size_t n = x->column_count, first_word = from / 64, first_block = first_word / 64;
  for (size_t c = 0; c < n; c++) {
    const index_column *of = &x->columns[c];
    size_t group = (size_t)(uint32_t)(segments[c][record] + of->bias) >> of->shift;
    sets[c] = of->rows + group * x->words;
    sets[n + c] = of->blocks + group * x->blocks;
  }
  for (size_t k = first_block; k < x->blocks; k++) {
    uint64_t words = k == first_block ? UINT64_MAX << (first_word % 64) : UINT64_MAX;
    for (size_t c = 0; c < n; c++) words &= sets[n + c][k];
    for (; words; words &= words - 1) {
      size_t w = k * 64 + (size_t)__builtin_ctzll(words);
      if (w >= x->words) break; /* without columns nothing bounds them */
      uint64_t rows = w == first_word ? UINT64_MAX << (from % 64) : UINT64_MAX;
      for (size_t c = 0; c < n; c++) rows &= sets[c][w];
      for (; rows; rows &= rows - 1) {
        size_t row = w * 64 + (size_t)__builtin_ctzll(rows);
        if (verify(x, segments, record, row)) return (int32_t)row;
      }
    }
  }
  return -1;
}
