/* The reasons of a scorecard in the order of points: below the best of each characteristic, or below
 * or above its baseline (PMML's reason code algorithms). Where all points are constant the order of
 * all outcomes is known beforehand, and a row's reasons are its greatest keys. */
#include <stdlib.h>
#include <string.h>
#include "scorecard_parts.h"

/* ---- asking ---- */

static bool has_reason(const part *p) {
  for (size_t o = 0; o < p->count; o++)
    if (card_reason(p->declared, o)) return true;
  return false;
}

/* What the points of each characteristic are compared with must be known. */
static bool check_baselines(builder *b, const scorecard *s, const codes_step *list) {
  bool ok = true;
  for (size_t i = 0; i < s->count; i++) {
    const part *p = &s->parts[i];
    if (p->has_baseline || !has_reason(p)) continue;
    if (list->by == BY_POINTS_LOST && !p->computes) continue;
    ok = false;
    if (list->by == BY_POINTS_LOST)
      build_error(b, p->declared->at,
                  "characteristic \"%s\" computes its points, so codes \"%s\" cannot tell how many "
                  "are lost: say the most that it can have, baseline = 100",
                  p->declared->name, b->step->name);
    else
      build_error(b, p->declared->at,
                  "characteristic \"%s\" has no baseline, and codes \"%s\" is by points %s it: "
                  "baseline = 18",
                  p->declared->name, b->step->name,
                  list->by == BY_POINTS_BELOW ? "below" : "above");
  }
  return ok;
}

ranking *scorecard_rank(builder *b, stage *base, const codes_step *list) {
  scorecard *s = (scorecard *)base;
  if (!check_baselines(b, s, list)) return NULL;
  ranking *k = arena_alloc(&b->plan->arena, sizeof *k);
  k->asked = list;
  k->number = b->plan->ranking_count++;
  k->next = s->rankings;
  s->rankings = k;
  return k;
}

const int32_t *scorecard_ranked(const ranking *k, const evaluator *v) {
  return v->ranked[k->number];
}

size_t scorecard_keys(const ranking *k) {
  return k->key_count;
}

const char *scorecard_reason(const ranking *k, int32_t key) {
  return k->reasons[key];
}

/* ---- finishing ---- */

/* An outcome that loses points for a reason. */
typedef struct loss {
  rational lost;
  size_t part, outcome;
  bool computed, last_first;
} loss;

static int order_losses(const void *x, const void *y) {
  const loss *a = x, *b = y;
  int order = rational_compare(a->lost, b->lost);
  if (order) return order;
  if (a->part != b->part) return (a->part > b->part) == a->last_first ? 1 : -1;
  return a->outcome > b->outcome ? -1 : 1;
}

/* The points that those of the outcome are compared with. */
static rational reference(const part *p, codes_order by) {
  if (by != BY_POINTS_LOST || (p->computes && p->has_baseline)) return p->baseline;
  rational best = p->points[0];
  for (size_t o = 1; o < p->count; o++)
    if (rational_compare(p->points[o], best) > 0) best = p->points[o];
  return best;
}

static rational lost_points(const part *p, codes_order by, rational points) {
  rational from = reference(p, by), out = {0, 1};
  bool fits =
      by == BY_POINTS_ABOVE ? rational_sub(points, from, &out) : rational_sub(from, points, &out);
  return fits ? out : (rational){0, 1};
}

/* Keys 1 .. n in the order of what is lost; of equal losses the earlier characteristic's is greater,
 * or the later one's. What is computed has a key that says nothing of its order. */
static void make_keys(builder *b, const scorecard *s, ranking *k) {
  arena *a = &b->plan->arena;
  size_t count = 0, most = 0;
  for (size_t i = 0; i < s->count; i++) most += s->parts[i].count;
  loss *losses = mem_array(most + 1, sizeof *losses);
  k->keys = arena_array(a, s->count + 1, sizeof *k->keys);
  k->losses = arena_array(a, s->count + 1, sizeof *k->losses);
  for (size_t i = 0; i < s->count; i++) {
    const part *p = &s->parts[i];
    k->keys[i] = arena_array(a, p->count, sizeof **k->keys);
    k->losses[i] = arena_array(a, p->count, sizeof **k->losses);
    for (size_t o = 0; o < p->count; o++) {
      bool computed = p->weighted[o];
      rational lost = lost_points(p, k->asked->by, p->points[o]);
      k->losses[i][o] = lost;
      if (card_reason(p->declared, o) && (computed || lost.num > 0))
        losses[count++] = (loss){lost, i, o, computed, k->asked->last_first};
    }
  }
  if (count) qsort(losses, count, sizeof *losses, order_losses);
  k->key_count = count;
  k->reasons = arena_array(a, count + 1, sizeof *k->reasons);
  for (size_t n = 0; n < count; n++) {
    k->keys[losses[n].part][losses[n].outcome] = (int32_t)n + 1;
    k->reasons[n + 1] = card_reason(s->parts[losses[n].part].declared, losses[n].outcome);
  }
  free(losses);
}

/* The lookups of the score with the keys of this ranking. */
static void make_lookups(builder *b, const scorecard *s, ranking *k) {
  k->lookups = arena_array(&b->plan->arena, s->looked_count + 1, sizeof *k->lookups);
  for (size_t i = 0; i < s->count; i++) {
    const part *p = &s->parts[i];
    if (!p->input) continue;
    lookup *l = &k->lookups[p->looked];
    *l = s->lookups[p->looked];
    int32_t *keys = arena_array(&b->plan->arena, l->stride + 16, sizeof *keys);
    for (size_t e = 0; e < l->size; e++)
      if (p->outcomes[e] >= 0) keys[e] = k->keys[i][p->outcomes[e]];
    l->keys = keys;
  }
}

void rank_finish(builder *b, scorecard *s) {
  for (ranking *k = s->rankings; k; k = k->next) {
    make_keys(b, s, k);
    make_lookups(b, s, k);
  }
}

/* ---- running ---- */

/* More keys than the kernel finds: an insertion into a short list for each row. */
static void find_most(const scorecard *s, const ranking *k, const int32_t *const *index,
                      size_t rows, int32_t *out) {
  int most = k->asked->most;
  for (size_t r = 0; r < rows; r++) {
    int32_t top[SCORECARD_MOST] = {0};
    for (size_t i = 0; i < s->looked_count; i++) {
      int32_t key = k->lookups[i].keys[index[i][r] + k->lookups[i].bias];
      for (int t = 0; t < most; t++)
        if (key > top[t]) {
          int32_t held = top[t];
          top[t] = key;
          key = held;
        }
    }
    for (int t = 0; t < most; t++) out[(size_t)t * BATCH_ROWS + r] = top[t];
  }
}

bool rank_run(const scorecard *s, evaluator *v, const int32_t *const *index, int32_t *sum) {
  bool summed = false;
  int32_t base = s->narrow ? (int32_t)s->base_units : 0;
  for (const ranking *k = s->rankings; k; k = k->next) {
    int32_t *out = v->ranked[k->number];
    int32_t *top[KERNEL_TOP] = {out, out + BATCH_ROWS, out + 2 * BATCH_ROWS};
    summed = summed || k->asked->most <= KERNEL_TOP;
    if (k->asked->most <= KERNEL_TOP)
      v->kernels->score(k->lookups, index, s->looked_count, v->frame.rows, base, sum, top);
    else
      find_most(s, k, index, v->frame.rows, out);
  }
  return summed;
}

/* A reason of a row, with what is lost. */
typedef struct entry {
  rational lost;
  int32_t key;
} entry;

static bool entry_of(const scorecard *s, const ranking *k, const card_values *values, size_t i,
                     size_t row, entry *out) {
  const part *p = &s->parts[i];
  int32_t outcome = values->outcomes[i][row];
  if (outcome < 0 || !k->keys[i][outcome]) return false;
  const column *c = values->computed[i][outcome];
  *out = (entry){k->losses[i][outcome], k->keys[i][outcome]};
  if (c)
    out->lost = lost_points(p, k->asked->by,
                            (rational){c->i64[row], c->den ? c->den[row] : c->type.denominator});
  return out->lost.num > 0;
}

/* Puts the entry in its place: behind all that lost more, and of equals as the list says. */
static void insert(const ranking *k, entry *top, int *count, entry e) {
  int at = *count;
  while (at > 0) {
    int order = rational_compare(e.lost, top[at - 1].lost);
    if (order < 0 || (order == 0 && !k->asked->last_first)) break;
    at--;
  }
  if (at >= k->asked->most) return;
  if (*count < k->asked->most) (*count)++;
  memmove(&top[at + 1], &top[at], (size_t)(*count - 1 - at) * sizeof *top);
  top[at] = e;
}

void rank_run_computed(const scorecard *s, evaluator *v, const card_values *values) {
  for (const ranking *k = s->rankings; k; k = k->next)
    for (size_t r = 0; r < v->frame.rows; r++) {
      entry top[SCORECARD_MOST + 1] = {0}, e;
      int count = 0;
      for (size_t i = 0; i < s->count; i++)
        if (entry_of(s, k, values, i, r, &e)) insert(k, top, &count, e);
      for (int t = 0; t < k->asked->most; t++)
        v->ranked[k->number][(size_t)t * BATCH_ROWS + r] = t < count ? top[t].key : 0;
    }
}
