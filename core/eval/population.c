/* Working out the population steps: groups by their name, sums in 128 bits, order statistics by sorting
 * on disk. One thread adds and settles, so that nothing depends on how many evaluate. */
#include <stdlib.h>
#include <string.h>
#include "../data/keys.h"
#include "population_steps.h"

#define SORT_BUDGET (8u << 20) /* bytes, for all steps of a phase */

/* What is sorted: the values of all groups of a step. */
typedef struct sorted_value {
  uint32_t group;
  population_number number;
} sorted_value;

/* ---- numbers ---- */

/* A double as an integer of the same order. */
static int64_t order_of(double d) {
  int64_t bits;
  if (d == 0) d = 0; /* no -0 */
  memcpy(&bits, &d, sizeof bits);
  return bits < 0 ? bits ^ INT64_MAX : bits;
}

static double double_of(int64_t order) {
  double d;
  if (order < 0) order ^= INT64_MAX;
  memcpy(&d, &order, sizeof d);
  return d;
}

int population_compare(const population_number *a, const population_number *b) {
  if (a->den == b->den) return (a->num > b->num) - (a->num < b->num);
  const int128 x = (int128)a->num * b->den, y = (int128)b->num * a->den;
  return (x > y) - (x < y);
}

population_number population_number_of(const column *c, size_t row) {
  population_number x = {.known = !column_missing(c, row), .den = 1};
  if (!x.known) return x;
  if (c->i64) x.num = c->i64[row];
  if (c->den) x.den = c->den[row];
  if (c->f64) x.num = order_of(c->f64[row]);
  return x;
}

void population_put(const population_number *x, column *c, size_t row) {
  if (c->f64) c->f64[row] = double_of(x->num);
  if (c->i64) c->i64[row] = x->num;
  if (c->den) c->den[row] = x->den;
}

static int by_group_and_value(const void *a, const void *b) {
  const sorted_value *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  return population_compare(&x->number, &y->number);
}

/* ---- groups ---- */

static void table_put(population_values *v, uint32_t number) {
  const char *name = v->groups[number].name;
  size_t at = keys_hash(name, strlen(name)) & (v->table_size - 1);
  while (v->table[at]) at = (at + 1) & (v->table_size - 1);
  v->table[at] = number + 1;
}

static void table_grow(population_values *v) {
  v->table_size = v->table_size ? v->table_size * 2 : 64;
  free(v->table);
  v->table = mem_array(v->table_size, sizeof *v->table);
  for (uint32_t i = 0; i < v->count; i++)
    if (v->groups[i].name) table_put(v, i);
}

static population_group *add_group(population_values *v, const char *name) {
  if (v->count == v->capacity) {
    v->capacity = v->capacity ? v->capacity * 2 : 16;
    v->groups = mem_grow(v->groups, v->capacity, sizeof *v->groups);
  }
  population_group *g = &v->groups[v->count++];
  *g = (population_group){.name = name ? arena_string(&v->texts, name) : NULL};
  const size_t cuts = v->step->quantiles ? v->step->parts - 1 : 0;
  g->cuts = arena_array(&v->texts, cuts + 1, sizeof *g->cuts);
  if (!name) return g;
  if (v->count * 2 > v->table_size)
    table_grow(v);
  else
    table_put(v, (uint32_t)v->count - 1);
  return g;
}

static population_group *find_group(const population_values *v, const char *name, size_t n) {
  if (!v->table_size) return NULL;
  size_t at = keys_hash(name, n) & (v->table_size - 1);
  for (; v->table[at]; at = (at + 1) & (v->table_size - 1)) {
    population_group *g = &v->groups[v->table[at] - 1];
    if (strlen(g->name) == n && !memcmp(g->name, name, n)) return g;
  }
  return NULL;
}

/* The name of a row's group, in `out`; false if it is in none. Zones matter to no value here: there are
 * no groups of moments. */
static bool group_name(const column *within, size_t row, buffer *out) {
  if (column_missing(within, row)) return false;
  buffer_clear(out);
  column_write(out, within, row, (zone){0});
  buffer_text(out, "");
  return true;
}

static bool has_words(const population_values *v) {
  return type_storage(v->step->within.kind) == STORE_I32 && v->step->within.kind != TYPE_NONE;
}

static size_t word_count(value_type t) {
  return t.kind == TYPE_BOOLEAN ? 2 : t.choices->count;
}

static const population_group *group_in(const population_values *v, const column *within,
                                        size_t row) {
  if (has_words(v)) {
    const int32_t word = within->i32[row];
    return word < 0 || v->by_word[word] < 0 ? NULL : &v->groups[v->by_word[word]];
  }
  buffer name = {0};
  const population_group *g = NULL;
  if (group_name(within, row, &name)) g = find_group(v, name.data, name.size);
  buffer_deinit(&name);
  return g;
}

const population_group *population_group_of(const evaluator *v, const struct population_step *s,
                                            size_t row) {
  const column *within = s->within_slot >= 0 ? v->frame.slots[s->within_slot] : NULL;
  if (within && column_missing(within, row)) return NULL;
  if (s->given) return s->given;
  const population_values *values = &v->population->values[s->number];
  return within ? group_in(values, within, row) : &values->groups[0];
}

/* ---- making ---- */

static void values_begin(population_values *v) {
  const struct population_step *s = v->step;
  if (has_words(v)) {
    v->by_word = mem_array(word_count(s->within), sizeof *v->by_word);
    memset(v->by_word, 0xFF, word_count(s->within) * sizeof *v->by_word);
  }
  if (s->within.kind == TYPE_NONE) add_group(v, NULL);
}

population *population_new(const plan *p) {
  population *x = mem_alloc(sizeof *x);
  x->plan = p;
  x->values = mem_array(p->population_count + 1, sizeof *x->values);
  for (size_t i = 0; i < p->population_count; i++) {
    x->values[i].step = p->population[i];
    values_begin(&x->values[i]);
  }
  return x;
}

static void values_free(population_values *v) {
  free(v->groups);
  free(v->table);
  free(v->by_word);
  sorter_free(v->sorter);
  sorter_free(v->moved);
  arena_deinit(&v->texts);
}

void population_free(population *x) {
  if (!x) return;
  for (size_t i = 0; i < x->plan->population_count; i++) values_free(&x->values[i]);
  free(x->values);
  free(x);
}

/* A follow-up that nobody moves stands where it stands, and what is given need not be known. */
static bool is_needed(const struct population_step *s) {
  return !s->smooths && !s->given;
}

const char *population_lacks(const population *x) {
  for (size_t i = 0; i < x->plan->population_count; i++)
    if (!x->values[i].known && is_needed(x->values[i].step)) return x->values[i].step->what;
  return NULL;
}

const char *population_first(const plan *p) {
  for (size_t i = 0; i < p->population_count; i++)
    if (is_needed(p->population[i])) return p->population[i]->what;
  return NULL;
}

/* ---- adding ---- */

static error_code too_many_groups(const struct population_step *s, error *e) {
  return error_set(e, ERR_PACK,
                   "%s:%d: %s makes more than %d groups: what is named by within must be a class, "
                   "not something that nearly every customer has for himself",
                   s->at.file, s->at.line, s->what, POPULATION_GROUPS);
}

static error_code named_group(population_values *v, const column *within, size_t row, buffer *name,
                              population_group **out, error *e) {
  const int32_t word = has_words(v) ? within->i32[row] : -1;
  *out = NULL;
  if (word >= 0 && v->by_word[word] >= 0) {
    *out = &v->groups[v->by_word[word]];
    return ERR_OK;
  }
  if (!group_name(within, row, name)) return ERR_OK;
  *out = find_group(v, name->data, name->size);
  if (*out) return ERR_OK;
  if (v->count == POPULATION_GROUPS) return too_many_groups(v->step, e);
  *out = add_group(v, name->data);
  if (word >= 0) v->by_word[word] = (int32_t)v->count - 1;
  return ERR_OK;
}

static error_code add_value(population_values *v, population_group *g, const column *of, size_t row,
                            error *e) {
  const struct population_step *s = v->step;
  if (column_missing(of, row)) return ERR_OK;
  g->count++;
  if (!s->quantiles && (s->as == TOTAL_SUM || s->as == TOTAL_MEAN)) {
    g->sum += of->i64[row];
    return ERR_OK;
  }
  if (!s->quantiles && s->as == TOTAL_COUNT) return ERR_OK;
  const population_number x = population_number_of(of, row);
  if (s->quantiles) {
    const sorted_value record = {(uint32_t)(g - v->groups), x};
    return sorter_add(v->sorter, &record, e);
  }
  if (!g->least.known || population_compare(&x, &g->least) < 0) g->least = x;
  if (!g->greatest.known || population_compare(&x, &g->greatest) > 0) g->greatest = x;
  return ERR_OK;
}

static size_t sorts_of(const population *x, size_t phase) {
  size_t n = 0;
  for (size_t i = 0; i < x->plan->population_count; i++)
    n += x->values[i].step->phase == phase && x->values[i].step->quantiles;
  return n;
}

/* How many of the columns of a phase are the step's: value, group, order and key. */
static size_t columns_of(const struct population_step *s) {
  size_t n = 1;
  n += s->within_slot >= 0;
  if (s->smooths) n += s->by_slot >= 0 ? 2 : 1;
  return n;
}

static error_code add_rows(population_values *v, const column *const *columns,
                           const uint64_t *sequences, size_t rows, const uint8_t *drop, error *e) {
  buffer name = {0};
  error_code status = ERR_OK;
  const column *within = v->step->within_slot >= 0 ? columns[1] : NULL;
  for (size_t r = 0; r < rows && !status; r++) {
    population_group *g = v->groups;
    if (drop && drop[r]) continue;
    if (within) status = named_group(v, within, r, &name, &g, e);
    if (status || !g) continue;
    status = v->step->smooths
                 ? smooth_add(v, (uint32_t)(g - v->groups), columns, r, sequences[r], e)
                 : add_value(v, g, columns[0], r, e);
  }
  buffer_deinit(&name);
  return status;
}

error_code population_add(population *x, size_t phase, const column *const *columns,
                          const uint64_t *sequences, size_t rows, const uint8_t *drop, error *e) {
  error_code status = ERR_OK;
  for (size_t i = 0; i < x->plan->population_count && !status; i++) {
    population_values *v = &x->values[i];
    if (v->step->phase != phase) continue;
    if (v->step->quantiles && !v->sorter)
      v->sorter = sorter_new(sizeof(sorted_value), by_group_and_value,
                             SORT_BUDGET / sorts_of(x, phase), NULL);
    if (!v->step->given) status = add_rows(v, columns, sequences, rows, drop, e);
    columns += columns_of(v->step);
  }
  return status;
}

size_t population_reads(const plan *p, size_t phase, const int **slots) {
  *slots = p->phases[phase].collected;
  return p->phases[phase].collected_count;
}

/* ---- settling ---- */

static void settle_total(const struct population_step *s, population_group *g) {
  population_number *t = &g->total;
  rational mean;
  int128 sum;
  *t = (population_number){.den = 1};
  switch (s->as) {
  case TOTAL_SUM:
    g->overflow =
        __builtin_mul_overflow(g->sum, s->scale, &sum) || sum > INT64_MAX || sum <= INT64_MIN;
    t->known = !g->overflow;
    t->num = t->known ? (int64_t)sum : 0;
    break;
  case TOTAL_COUNT:
    *t = (population_number){true, g->count, 1};
    break;
  case TOTAL_MEAN:
    if (g->count == 0) break;
    g->overflow = !rational_make(g->sum, (int128)g->count * s->of.denominator, &mean) ||
                  mean.num > INT64_MAX || mean.num <= INT64_MIN || mean.den > INT64_MAX;
    if (!g->overflow) *t = (population_number){true, (int64_t)mean.num, (int64_t)mean.den};
    break;
  case TOTAL_LEAST:
    *t = g->least;
    break;
  case TOTAL_GREATEST:
    *t = g->greatest;
    break;
  }
}

/* The rank, from 1, of the value at which a part ends: the least one that has at least the share of all
 * values at or below it. With ties up the next part begins at the value behind it. */
static int64_t rank_of(const struct population_step *s, const population_group *g, size_t cut) {
  const rational share = s->below[cut];
  const int128 n = (int128)g->count * share.num;
  const int128 rank = (n + share.den - 1) / share.den + (s->ties_up ? 1 : 0);
  return rank > g->count ? 0 : (int64_t)rank; /* 0: there is none */
}

/* The cuts that stand at this rank; they ascend with the ranks. */
static void take_cuts(const struct population_step *s, population_group *g, int64_t rank,
                      const population_number *x) {
  for (size_t i = 0; i + 1 < s->parts; i++)
    if (rank_of(s, g, i) == rank) g->cuts[i] = *x;
}

/* The least rank of a cut of the group that is above `rank`; 0: none. */
static int64_t next_rank(const struct population_step *s, const population_group *g, int64_t rank) {
  int64_t next = 0;
  for (size_t i = 0; i + 1 < s->parts; i++) {
    const int64_t at = rank_of(s, g, i);
    if (at > rank && (!next || at < next)) next = at;
  }
  return next;
}

static error_code settle_cuts(population_values *v, error *e) {
  const void *record = NULL;
  uint32_t group = UINT32_MAX;
  int64_t rank = 0, wanted = 0;
  error_code status = v->sorter ? sorter_sort(v->sorter, e) : ERR_OK;
  while (v->sorter && !status && !(status = sorter_next(v->sorter, &record, e)) && record) {
    const sorted_value *x = record;
    population_group *g = &v->groups[x->group];
    if (x->group != group) {
      group = x->group;
      rank = 0;
      wanted = next_rank(v->step, g, 0);
    }
    if (++rank != wanted) continue;
    take_cuts(v->step, g, rank, &x->number);
    wanted = next_rank(v->step, g, rank);
  }
  sorter_free(v->sorter);
  v->sorter = NULL;
  return status;
}

/* ---- moves ---- */

static error_code next_move(population_values *v, error *e) {
  const void *record = NULL;
  const error_code status = v->moved ? sorter_next(v->moved, &record, e) : ERR_OK;
  v->has_next = record;
  if (record) memcpy(&v->next, record, sizeof v->next);
  return status;
}

/* The step of the phase whose next move is of the earliest record up to `last`; NULL: none. */
static population_values *earliest(const population *x, size_t phase, uint64_t last) {
  population_values *found = NULL;
  for (size_t i = 0; i < x->plan->population_count; i++) {
    population_values *v = &x->values[i];
    if (v->step->phase != phase || !v->has_next || v->next.sequence > last) continue;
    if (!found || v->next.sequence < found->next.sequence) found = v;
  }
  return found;
}

error_code population_moves(population *x, size_t phase, uint64_t last, buffer *out, error *e) {
  buffer_clear(out);
  for (population_values *v; (v = earliest(x, phase, last));) {
    v->next.step = (uint32_t)v->step->number;
    buffer_add(out, &v->next, sizeof v->next);
    if (next_move(v, e)) return e->code;
  }
  return ERR_OK;
}

error_code population_settle(population *x, size_t phase, error *e) {
  error_code status = ERR_OK;
  for (size_t i = 0; i < x->plan->population_count && !status; i++) {
    population_values *v = &x->values[i];
    if (v->step->phase != phase) continue;
    for (size_t g = 0; g < v->count && !v->step->quantiles && !v->step->smooths; g++)
      settle_total(v->step, &v->groups[g]);
    if (v->step->quantiles) status = settle_cuts(v, e);
    if (v->step->smooths) status = smooth_settle(x->plan, v, e);
    if (v->step->smooths && !status) status = next_move(v, e);
    v->known = !status;
  }
  return status;
}

/* ---- reading ---- */

int32_t population_part(const struct population_step *s, const population_group *g,
                        const population_number *x) {
  int32_t part = 0;
  for (size_t i = 0; i + 1 < s->parts && g->cuts[i].known; i++) {
    const int order = population_compare(x, &g->cuts[i]);
    if (s->ties_up ? order < 0 : order <= 0) break;
    part++;
  }
  return part;
}

/* ---- groups from outside ---- */

population_group *population_group_named(population_values *v, const char *name) {
  if (!name) return v->step->within.kind == TYPE_NONE ? &v->groups[0] : NULL;
  if (v->step->within.kind == TYPE_NONE) return NULL;
  population_group *g = find_group(v, name, strlen(name));
  if (g) return g;
  g = add_group(v, name);
  for (size_t w = 0; has_words(v) && w < word_count(v->step->within); w++) {
    const char *word = v->step->within.kind == TYPE_BOOLEAN ? (w ? "true" : "false")
                                                            : v->step->within.choices->names[w];
    if (!strcmp(word, name)) v->by_word[w] = (int32_t)v->count - 1;
  }
  return g;
}
