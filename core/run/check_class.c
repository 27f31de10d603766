/* What becomes of a class that adjust, worst and best change, and lines of theirs that change nothing. */
#include <string.h>

#include "check_parts.h"

static possible without_missing(const possible_world *w, value_type type, possible p,
                                const char *missing) {
  if (!p.missing || !missing) return p;
  int word = choice_find(type.choices, missing, strlen(missing));
  p.missing = false;
  return word < 0 ? p : possible_union(w, type, p, possible_word(w, type, (size_t)word));
}

static size_t moved(value_type type, size_t word, const adjust_row *row) {
  int up = type.rank == RANK_BEST_LAST ? 1 : -1;
  int64_t to = (int64_t)word + (int64_t)row->better * up, last = (int64_t)type.choices->count - 1;
  if (row->to) {
    int fixed = choice_find(type.choices, row->to, strlen(row->to));
    return fixed < 0 ? word : (size_t)fixed;
  }
  return (size_t)(to < 0 ? 0 : to > last ? last : to);
}

/* The classes that the row looks at: those that `only` names, as far as they are plain words. */
static bool looks_at(const adjust_row *row, value_type type, size_t word) {
  const char *name = type.choices->names[word];
  size_t n = strlen(name);
  if (!row->only.text || strpbrk(row->only.text, "(<>?=")) return true;
  for (const char *at = row->only.text; *at;) {
    size_t size = strcspn(at, ",");
    const char *from = at;
    while (*from == ' ' || *from == '"') from++;
    size_t own = strcspn(from, ",\"");
    while (own && from[own - 1] == ' ') own--;
    if (own == n && !memcmp(from, name, n)) return true;
    if (!strncmp(at, "better", 6) || !strncmp(at, "worse", 5) || !strcmp(at, "-")) return true;
    at += size + (at[size] == ',');
  }
  return false;
}

static possible adjusted(check *c, const trace_point *p, size_t i, const adjust_row *row,
                         value_type type, possible now) {
  possible out = now;
  bool changes = false;
  unsigned truth = check_condition(c, p->ways[i].when, row->at, "");
  if (!(truth & MAYBE_TRUE)) return now;
  if (truth == MAYBE_TRUE) out = (possible){.missing = now.missing};
  for (size_t word = 0; word < type.choices->count; word++) {
    if (!possible_has_word(&now, word)) continue;
    size_t to = looks_at(row, type, word) ? moved(type, word, row) : word;
    changes = changes || to != word;
    out = possible_union(&c->world, type, out, possible_word(&c->world, type, to));
  }
  if (!changes)
    check_tell(
        c, "no-effect", row->at, NULL, "mend `only`, or leave the row out",
        "this row of adjust \"%s\" never changes anything: none of the classes that it would "
        "change can come here",
        c->pack->steps[p->step].name);
  return out;
}

possible check_adjust(check *c, size_t number, possible before) {
  const step *s = &c->pack->steps[number];
  size_t at = 0;
  const trace_point *p = check_next_point(c, number, &at);
  value_type type = p->inputs[0]->type;
  possible now = without_missing(&c->world, type, before, s->adjust.missing);
  for (size_t i = 0; i < s->adjust.row_count; i++)
    now = adjusted(c, p, i, &s->adjust.rows[i], type, now);
  return now;
}

/* Whether the bound changes the class. */
static bool binds(value_type type, bool best, size_t word, size_t bound) {
  bool better = type.rank == RANK_BEST_LAST ? bound > word : bound < word;
  return word != bound && better == best;
}

possible check_worst(check *c, size_t number, possible before) {
  const step *s = &c->pack->steps[number];
  const worst_step *d = &s->worst;
  size_t at = 0;
  const trace_point *p = check_next_point(c, number, &at);
  value_type type = p->inputs[0]->type;
  possible now = without_missing(&c->world, type, before, d->missing), out = now;
  bool may = false, changes = false;
  for (size_t i = 0; i < d->case_count; i++)
    may = (check_condition(c, p->ways[i].when, d->cases[i].at, "") & MAYBE_TRUE) || may;
  if (!p->way_count || !may) return now;
  possible bound = possible_of(&c->world, p->ways[0].value->tree);
  for (size_t word = 0; word < type.choices->count; word++)
    for (size_t to = 0; to < type.choices->count; to++) {
      if (!possible_has_word(&now, word) || !possible_has_word(&bound, to)) continue;
      if (!binds(type, d->best, word, to)) continue;
      changes = true;
      out = possible_union(&c->world, type, out, possible_word(&c->world, type, to));
    }
  if (!changes && !check_names_param(c, d->bound.text))
    check_tell(c, "no-effect", s->at, NULL, "leave it out, or name another class",
               "%s \"%s\" never changes anything: no class that can come here is %s than \"%s\"",
               d->best ? "best" : "worst", s->name, d->best ? "worse" : "better", d->bound.text);
  return out;
}
