/* The channel of a cadence: the word of the first row whose condition holds, or what a choice above
 * says; empty for the rows that are never to be contacted. */
#include <string.h>
#include "cadence.h"

/* ---- compiling ---- */

static int32_t word_of(choice_list *words, const char **names, const char *word) {
  for (size_t i = 0; i < words->count; i++)
    if (strcmp(names[i], word) == 0) return (int32_t)i;
  names[words->count] = word;
  return (int32_t)words->count++;
}

static bool always(const cadence_channel *d) {
  return !d->when.text || strcmp(d->when.text, "-") == 0;
}

static bool compile_rows(builder *b, clause *c, value_type *type) {
  const cadence_clause *d = c->declared;
  arena *a = &b->plan->arena;
  choice_list *words = arena_alloc(a, sizeof *words);
  const char **names = arena_array(a, d->row_count + 1, sizeof *names);
  bool ok = true;
  words->names = names;
  c->row_count = d->row_count;
  c->rows = arena_array(a, d->row_count + 1, sizeof *c->rows);
  for (size_t i = 0; i < d->row_count; i++) {
    const cadence_channel *row = &d->rows[i];
    c->rows[i].word = word_of(words, names, row->word);
    c->rows[i].code = build_code(b, row->code, &row->at);
    if (i && always(&d->rows[i - 1]))
      build_warning(b, row->at, "masked-row",
                    "this row is never reached: the row above it matches always");
    if (always(row)) continue;
    c->rows[i].when = build_condition(b, row->when);
    ok = ok && c->rows[i].when;
  }
  *type = (value_type){.kind = TYPE_CHOICE, .denominator = 1, .choices = words};
  return ok;
}

bool channel_compile(builder *b, cadence *s, clause *c) {
  const cadence_clause *d = c->declared;
  value_type type;
  if (!d->formula.text) {
    if (!compile_rows(b, c, &type)) return false;
  } else {
    c->channel = build_formula(b, d->formula, bare_type(TYPE_NONE));
    if (!c->channel) return false;
    type = c->channel->type;
    if (type.kind != TYPE_CHOICE) {
      build_error(b, d->formula.at, "the channel \"%s\" must be a choice; it is %s",
                  d->formula.text, type_name(type.kind));
      return false;
    }
  }
  s->channel = build_result(b, d->as, type, "cadence", d->at);
  return s->channel >= 0;
}

/* ---- running ---- */

static void take_rows(cadence_run *u, const clause *c, int32_t *out) {
  evaluator *v = u->v;
  for (size_t i = 0; i < c->row_count; i++) {
    const channel_row *row = &c->rows[i];
    evaluate_truth(v, row->when, v->truth);
    for (size_t r = 0; r < v->frame.rows; r++) {
      if (out[r] >= 0 || u->source[r] == DUE_NEVER || !v->truth[r]) continue;
      out[r] = row->word;
      clause_took(u, row->code, r, (int)i);
    }
  }
}

void run_channel(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  int32_t *out = evaluator_result(v, u->cadence->channel)->i32;
  for (size_t r = 0; r < v->frame.rows; r++) out[r] = MISSING_I32;
  if (!c->channel) {
    take_rows(u, c, out);
    return;
  }
  for (size_t r = 0; r < v->frame.rows; r++) v->needed[r] = u->source[r] != DUE_NEVER;
  const column *from = evaluate(v, c->channel, v->needed);
  for (size_t r = 0; r < v->frame.rows; r++) {
    if (u->source[r] == DUE_NEVER) continue;
    out[r] = from->i32[r];
    if (out[r] >= 0) clause_took(u, NULL, r, 0);
  }
}
