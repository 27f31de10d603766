/* What the files of why-not share; nothing else includes it. */
#ifndef RUN_WHY_NOT_PARTS_H
#define RUN_WHY_NOT_PARTS_H

#include "explain_parts.h"
#include "why_not.h"

#define CANNOT_TELL 1000.0 /* the distance of what cannot be told: it stands last */

/* What a way needs that is not so. */
typedef struct wish {
  explained *node; /* EXPLAINED_WAY; its children are the needs */
  double distance; /* how far it is, for the order alone; 0 = nothing is lacking */
  size_t needs;
} wish;

/* ---- why_not_needs.c ---- */

/* Adds what is lacking for the condition to be true, or false; of alternatives the nearest. `text`
 * is what the tree was read from. */
void need_condition(explainer *x, wish *w, const char *text, const node *n, bool wanted);
/* The same of a test of a point's input: that it holds, or that it does not. */
void need_test(explainer *x, wish *w, const trace_point *p, size_t input, size_t way, bool wanted);
/* That the number lies in [low, high); NULL = no bound. Returns the need, or NULL if it does. */
explained *need_between(explainer *x, wish *w, const char *name, const column *c,
                        const rational *low, const rational *high);
void need_text(explainer *x, wish *w, const char *text, double distance);

/* ---- why_not.c ---- */

#define MOST_DEPTH 6 /* steps above one another that are gone through */

/* The ways that were found. */
typedef struct ways {
  explainer *x;
  wish *items;
  size_t count;
} ways;

wish new_way(explainer *x, const char *name, place at);
void add_way(ways *all, wish w);
/* Every way to the value of the result. */
void ways_to(ways *all, const result *r, const char *wanted, int depth);
const result *result_of_slot(const plan *p, int slot);
bool is_value(explainer *x, const column *c, const char *wanted); /* "" = missing */
/* A need for another word of what a step makes: adds below it the nearest way to that word, whose
 * distance it returns. */
double need_deeper(explainer *x, explained *need, int slot, const char *word);

/* ---- why_not_class.c ---- */

void adjust_ways(ways *all, const step *s, const trace_point *p, const char *wanted, int depth);
void worst_ways(ways *all, const step *s, const trace_point *p, const char *wanted, int depth);

/* ---- why_not_points.c ---- */

/* Which attributes of the scorecard would give (or take) `gap` points: adds them below the need. */
void hint_points(explainer *x, explained *need, size_t step_number, rational gap);

#endif
