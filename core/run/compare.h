/* What a change would do before it counts: two runs of a pack side by side, customer by customer.
 *
 * Both are read in the order of their keys, so that memory does not grow with the customers; only the
 * first movers are kept. Which step moved one is found by evaluating both decisions again, each with
 * the rules of its own run, and comparing what their steps made. */
#ifndef RUN_COMPARE_H
#define RUN_COMPARE_H

#include "../store/store.h"

#define COMPARE_MOVERS 20

/* A step whose outcome differs: the first in the order of the pack. */
typedef struct moved_step {
  const char *name; /* NULL = none was found */
  const char *before, *after;
  const char *detail; /* which characteristics, rows or bands; or NULL */
  const char *file;
  int line;
} moved_step;

/* What one customer had and would have; texts as a pack writes them, NULL = missing. */
typedef struct mover {
  const char *key, *name; /* name "" = not known */
  const char *class_before, *class_after;
  const char *limit_before, *limit_after;
  const char *output, *before,
      *after;         /* the first output that differs, where neither of these does */
  const char *inputs; /* values that it is made of and that differ; NULL = none */
  moved_step step;
} mover;

typedef struct truth_change {
  const char *output;
  int64_t before, after, gained, lost;
} truth_change;

typedef struct failure {
  const char *key, *message;
} failure;

typedef struct comparison {
  arena arena; /* owns the texts */
  const store_run *before, *after;
  int64_t both, only_before, only_after, changed;
  /* Classes by the words of both runs, then: none, a rule failed, no decision.
   * counts[before * class_count + after]; class_count 0: the report names no class. */
  const char *class_name;
  size_t class_count, word_count;
  const char **classes;
  int64_t *counts;
  int64_t class_changed;
  const char *limit_name; /* NULL: the report names no limit */
  int limit_digits;
  int128 limit_before, limit_after, raised_by, lowered_by; /* in units of 10^-limit_digits */
  int64_t raised, lowered;
  size_t truth_count;
  truth_change *truths; /* of every boolean output that both have */
  int64_t errors_new, errors_gone;
  failure first_error; /* the first new one; key NULL = none */
  size_t mover_count;
  mover movers[COMPARE_MOVERS]; /* those whose class moves first, then the limit, then anything */
} comparison;

/* `part`: `after` has only a part of the customers, so that those who are only in `before` say
 * nothing. Free it in any case. */
error_code compare_runs(store_reader *before, store_reader *after, bool part, comparison *out,
                        error *e);
void comparison_deinit(comparison *c);

typedef struct compare_style {
  const char *language;
  bool colour;
  size_t width;
} compare_style;

void compare_text(buffer *out, const comparison *c, const compare_style *s);
/* One object, without a line's end. */
void compare_json(buffer *out, const comparison *c);

#endif
