/* Explanations of what was worked out over all customers: of whom, and where the customer stands. */
#include "../eval/population.h"
#include "explain_parts.h"
#include "report_text.h"

static const char *word(explainer *x, explain_word w) {
  return explain_say(x->language, w);
}

/* "the sum of ar" */
static const char *what_of(explainer *x, const population_basis *b) {
  static const explain_word kinds[] = {[TOTAL_SUM] = WORD_TOTAL_SUM,
                                       [TOTAL_COUNT] = WORD_TOTAL_COUNT,
                                       [TOTAL_MEAN] = WORD_TOTAL_MEAN,
                                       [TOTAL_LEAST] = WORD_TOTAL_LEAST,
                                       [TOTAL_GREATEST] = WORD_TOTAL_GREATEST};
  const char *of = b->of ? b->of : word(x, WORD_RECORDS);
  return arena_format(x->arena, word(x, b->quantiles ? WORD_RANKED : kinds[b->as]), of);
}

/* "60 customers of the run", "12 customers of the run with region = north" */
static const char *among(explainer *x, const population_basis *b) {
  buffer count = {0};
  write_count(&count, b->count);
  buffer_text(&count, "");
  const char *all = arena_format(x->arena, word(x, WORD_AMONG), count.data);
  buffer_deinit(&count);
  if (!b->within) return all;
  return arena_format(x->arena, "%s, %s = %s", all, b->within,
                      b->group ? b->group : word(x, WORD_NONE));
}

static const char *part_of(explainer *x, const population_basis *b) {
  if (!b->part) return word(x, WORD_MISSING);
  const char *part = arena_format(x->arena, word(x, WORD_PART), b->part, b->parts);
  if (b->above) part = arena_format(x->arena, word(x, WORD_PART_ABOVE), part, b->above);
  return b->up_to ? arena_format(x->arena, word(x, WORD_PART_UP_TO), part, b->up_to) : part;
}

bool explain_population(explainer *x, explained *parent, const result *r) {
  population_basis b;
  if (!population_basis_of(x->evaluator, r->slot, x->row, x->arena, &b)) return false;
  explained *n = explain_add(x, parent, EXPLAINED_FORMULA, NULL);
  n->rule = arena_format(x->arena, "%s, %s", what_of(x, &b), among(x, &b));
  if (b.quantiles) explain_add(x, parent, EXPLAINED_NOTE, NULL)->text = part_of(x, &b);
  return true;
}
