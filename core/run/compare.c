/* See compare.h. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "../base/text.h"
#include "compare_cause.h"
#include "explain.h"

/* What an output is among those of the two runs; -1 = it has none of that name. */
typedef struct pair {
  int before, after;
} pair;

typedef enum mover_kind { MOVES_CLASS, MOVES_LIMIT, MOVES_OTHER, MOVER_KINDS } mover_kind;

typedef struct work {
  comparison *c;
  store_reader *readers[2];
  replay *replays[2]; /* before, after; opened when the first mover is met */
  pair class, limit;
  pair *outputs; /* by output of `after` */
  pair *truths;
  size_t mover_counts[MOVER_KINDS];
  mover movers[MOVER_KINDS][COMPARE_MOVERS];
  bool part;
} work;

/* ---- what is compared ---- */

static int find_output(const store_run *run, const char *name) {
  for (size_t i = 0; name && i < run->output_count; i++)
    if (!strcmp(run->outputs[i].name, name)) return (int)i;
  return -1;
}

static const char *role_of(comparison *c, const char *role) {
  return json_member_text(json_kept(&c->arena, c->after->report_json), role);
}

static pair pair_of(const comparison *c, const char *name) {
  return (pair){find_output(c->before, name), find_output(c->after, name)};
}

static void add_word(comparison *c, const char *word) {
  for (size_t i = 0; i < c->word_count; i++)
    if (!strcmp(c->classes[i], word)) return;
  c->classes[c->word_count++] = word;
}

static const choice_list *words_of(const store_run *run, int output) {
  static const choice_list none;
  const bool choice = output >= 0 && run->outputs[output].type.kind == TYPE_CHOICE;
  return choice ? run->outputs[output].type.choices : &none;
}

/* The words of the newer rules in their order, then those that only the older ones had. */
static void name_classes(work *w) {
  comparison *c = w->c;
  c->class_name = role_of(c, "classes");
  w->class = pair_of(c, c->class_name);
  const choice_list *now = words_of(c->after, w->class.after),
                    *old = words_of(c->before, w->class.before);
  if (!now->count) return;
  c->classes = arena_array(&c->arena, now->count + old->count + 1, sizeof *c->classes);
  for (size_t i = 0; i < now->count; i++) add_word(c, now->names[i]);
  for (size_t i = 0; i < old->count; i++) add_word(c, old->names[i]);
  c->class_count = c->word_count + 3;
  c->counts = arena_array(&c->arena, c->class_count * c->class_count, sizeof *c->counts);
}

static void name_outputs(work *w) {
  comparison *c = w->c;
  const size_t n = c->after->output_count;
  name_classes(w);
  c->limit_name = role_of(c, "limit");
  w->limit = pair_of(c, c->limit_name);
  if (w->limit.after < 0 || !type_is_numeric(c->after->outputs[w->limit.after].type.kind))
    c->limit_name = NULL;
  else
    c->limit_digits = c->after->outputs[w->limit.after].type.digits;
  w->outputs = arena_array(&c->arena, n + 1, sizeof *w->outputs);
  w->truths = arena_array(&c->arena, n + 1, sizeof *w->truths);
  c->truths = arena_array(&c->arena, n + 1, sizeof *c->truths);
  for (size_t i = 0; i < n; i++) {
    w->outputs[i] = pair_of(c, c->after->outputs[i].name);
    const int old = w->outputs[i].before;
    if (c->after->outputs[i].type.kind != TYPE_BOOLEAN || old < 0 ||
        c->before->outputs[old].type.kind != TYPE_BOOLEAN)
      continue;
    w->truths[c->truth_count] = w->outputs[i];
    c->truths[c->truth_count++].output = c->after->outputs[i].name;
  }
}

/* ---- one value ---- */

static size_t class_of(const comparison *c, const store_run *run, const store_row *row,
                       int output) {
  if (!row) return c->word_count + 2;
  if (row->failed) return c->word_count + 1;
  if (output < 0 || run->outputs[output].type.kind != TYPE_CHOICE ||
      column_missing(&row->outputs[output], 0))
    return c->word_count;
  const char *word = run->outputs[output].type.choices->names[row->outputs[output].i32[0]];
  for (size_t i = 0; i < c->word_count; i++)
    if (!strcmp(c->classes[i], word)) return i;
  return c->word_count;
}

/* In units of the decimals in which limits are written; 0 where there is none. */
static int128 limit_of(const comparison *c, const store_row *row, int output) {
  if (!row || row->failed || output < 0) return 0;
  const column *k = &row->outputs[output];
  if (!k->i64 || column_missing(k, 0)) return 0;
  return int128_round_div((int128)k->i64[0] * pow10_i64(c->limit_digits),
                          k->den ? k->den[0] : k->type.denominator);
}

static int truth_of(const store_row *row, int output) {
  return row && !row->failed && output >= 0 && row->outputs[output].i32[0] == 1;
}

static const char *text_of(comparison *c, const store_row *row, int output) {
  if (!row || row->failed || output < 0 || column_missing(&row->outputs[output], 0)) return NULL;
  buffer b = {0};
  column_write(&b, &row->outputs[output], 0, c->after->zone);
  const char *text = arena_string_n(&c->arena, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return text;
}

/* Compared as they are written, so that a type may have changed. */
static bool same_output(const store_row *a, const store_row *b, pair p, zone z) {
  const column *x = &a->outputs[p.before], *y = &b->outputs[p.after];
  const bool plain = x->i64 && y->i64 && !x->den && !y->den;
  if (plain && x->type.kind == y->type.kind && x->type.denominator == y->type.denominator &&
      x->type.digits == y->type.digits)
    return x->i64[0] == y->i64[0];
  buffer s = {0}, t = {0};
  if (!column_missing(x, 0)) column_write(&s, x, 0, z);
  if (!column_missing(y, 0)) column_write(&t, y, 0, z);
  const bool same = s.size == t.size && (!s.size || !memcmp(s.data, t.data, s.size));
  buffer_deinit(&s);
  buffer_deinit(&t);
  return same;
}

/* ---- movers ---- */

static error_code open_replays(work *w, error *e) {
  error_code code = ERR_OK;
  for (int i = 0; i < 2 && !code; i++)
    if (!w->replays[i]) code = replay_open(w->readers[i], true, &w->replays[i], e);
  return code;
}

static error_code find_cause(work *w, const store_row *a, const store_row *b, mover *m, error *e) {
  comparison *c = w->c;
  error_code code = open_replays(w, e);
  if (!code && a) code = replay_row(w->replays[0], a, NULL, NULL, NULL, e);
  if (!code && b) code = replay_row(w->replays[1], b, NULL, NULL, NULL, e);
  if (code) return code;
  const replay *last = b ? w->replays[1] : w->replays[0];
  m->name = explain_person(&c->arena, replay_evaluator(last), 0);
  if (!m->name) m->name = "";
  if (!a || !b || a->failed || b->failed) return ERR_OK;
  m->step = compare_cause(&c->arena, w->replays[0], w->replays[1]);
  m->inputs = compare_inputs(&c->arena, w->replays[0], w->replays[1]);
  return ERR_OK;
}

static error_code add_mover(work *w, mover_kind kind, const store_row *a, const store_row *b,
                            int other, error *e) {
  comparison *c = w->c;
  if (w->mover_counts[kind] == COMPARE_MOVERS) return ERR_OK;
  mover *m = &w->movers[kind][w->mover_counts[kind]++];
  m->key = arena_string(&c->arena, b ? b->key : a->key);
  if (c->class_count) {
    const size_t n = c->word_count;
    const char *const states[] = {NULL, "error", "-"};
    const size_t had = class_of(c, c->before, a, w->class.before),
                 has = class_of(c, c->after, b, w->class.after);
    m->class_before = had < n ? c->classes[had] : states[had - n];
    m->class_after = has < n ? c->classes[has] : states[has - n];
  }
  if (c->limit_name) {
    m->limit_before = text_of(c, a, w->limit.before);
    m->limit_after = text_of(c, b, w->limit.after);
  }
  if (other >= 0) {
    m->output = c->after->outputs[other].name;
    m->before = text_of(c, a, w->outputs[other].before);
    m->after = text_of(c, b, other);
  }
  return find_cause(w, a, b, m, e);
}

static void settle_movers(work *w) {
  comparison *c = w->c;
  for (int kind = 0; kind < MOVER_KINDS; kind++)
    for (size_t i = 0; i < w->mover_counts[kind] && c->mover_count < COMPARE_MOVERS; i++)
      c->movers[c->mover_count++] = w->movers[kind][i];
}

/* ---- one customer ---- */

static error_code keep_message(void *ctx, const store_outcome *o, error *e) {
  comparison *c = ctx;
  (void)e;
  if (!strcmp(o->kind, "rule_error"))
    c->first_error.message = arena_format(&c->arena, "%s in %s (%s:%d): %s", o->code, o->rule,
                                          o->file, o->line, o->message);
  return ERR_OK;
}

static error_code count_errors(work *w, const store_row *a, const store_row *b, error *e) {
  comparison *c = w->c;
  const bool had = a && a->failed, has = b && b->failed;
  c->errors_gone += had && !has;
  c->errors_new += has && !had;
  if (!has || had || c->first_error.key) return ERR_OK;
  c->first_error = (failure){arena_string(&c->arena, b->key), ""};
  return store_outcomes(w->readers[1], b->key, keep_message, c, e);
}

static void count_limits(work *w, const store_row *a, const store_row *b) {
  comparison *c = w->c;
  const int128 had = limit_of(c, a, w->limit.before), has = limit_of(c, b, w->limit.after);
  c->limit_before += had;
  c->limit_after += has;
  if (has > had) {
    c->raised++;
    c->raised_by += has - had;
  } else if (has < had) {
    c->lowered++;
    c->lowered_by += had - has;
  }
}

static void count_truths(work *w, const store_row *a, const store_row *b) {
  for (size_t i = 0; i < w->c->truth_count; i++) {
    truth_change *t = &w->c->truths[i];
    const int had = truth_of(a, w->truths[i].before), has = truth_of(b, w->truths[i].after);
    t->before += had;
    t->after += has;
    t->gained += has && !had;
    t->lost += had && !has;
  }
}

/* The first output that differs, -1 = none. */
static int first_difference(const work *w, const store_row *a, const store_row *b) {
  if (!a || !b || a->failed || b->failed) return -1;
  for (size_t i = 0; i < w->c->after->output_count; i++)
    if (w->outputs[i].before >= 0 && !same_output(a, b, w->outputs[i], w->c->after->zone))
      return (int)i;
  return -1;
}

static error_code compare_customer(work *w, const store_row *a, const store_row *b, error *e) {
  comparison *c = w->c;
  c->both += a && b;
  c->only_before += a && !b;
  c->only_after += b && !a;
  const size_t had = class_of(c, c->before, a, w->class.before),
               has = class_of(c, c->after, b, w->class.after);
  if (c->class_count) c->counts[had * c->class_count + has]++;
  if (c->limit_name) count_limits(w, a, b);
  count_truths(w, a, b);
  error_code code = count_errors(w, a, b, e);
  if (code) return code;
  const int first = first_difference(w, a, b);
  const bool state = !a || !b || a->failed != b->failed;
  const bool class = c->class_count && had != has;
  const bool limit =
      c->limit_name && limit_of(c, a, w->limit.before) != limit_of(c, b, w->limit.after);
  if (!state && !class && !limit && first < 0) return ERR_OK;
  c->changed++;
  c->class_changed += class;
  if (class || state) return add_mover(w, MOVES_CLASS, a, b, -1, e);
  if (limit) return add_mover(w, MOVES_LIMIT, a, b, -1, e);
  return add_mover(w, MOVES_OTHER, a, b, first, e);
}

/* ---- both runs ---- */

static error_code merge(work *w, store_cursor *x, store_cursor *y, error *e) {
  const store_row *a, *b;
  error_code code = store_cursor_next(x, &a, e);
  if (!code) code = store_cursor_next(y, &b, e);
  while (!code && (a || b)) {
    const int order = !a ? 1 : !b ? -1 : strcmp(a->key, b->key);
    if (order >= 0 || !w->part)
      code = compare_customer(w, order <= 0 ? a : NULL, order >= 0 ? b : NULL, e);
    if (!code && order <= 0) code = store_cursor_next(x, &a, e);
    if (!code && order >= 0) code = store_cursor_next(y, &b, e);
  }
  return code;
}

error_code compare_runs(store_reader *before, store_reader *after, bool part, comparison *out,
                        error *e) {
  *out = (comparison){.before = store_reader_run(before), .after = store_reader_run(after)};
  work *w = mem_alloc(sizeof *w);
  *w = (work){.c = out, .readers = {before, after}, .part = part};
  store_cursor *x = NULL, *y = NULL;
  name_outputs(w);
  error_code code = store_cursor_open(before, &x, e);
  if (!code) code = store_cursor_open(after, &y, e);
  if (!code) code = merge(w, x, y, e);
  if (!code) settle_movers(w);
  store_cursor_close(x);
  store_cursor_close(y);
  replay_close(w->replays[0]);
  replay_close(w->replays[1]);
  free(w);
  return code;
}

void comparison_deinit(comparison *c) {
  arena_deinit(&c->arena);
}
