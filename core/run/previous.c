/* See previous.h. Values are read in the types that the last run had and turned into those of now;
 * what cannot be turned exactly is missing. */
#include "previous.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../eval/convert.h"
#include "inputs.h"

/* How a value of one type becomes one of another. */
typedef struct mapping {
  bool usable;
  int32_t *words; /* of a choice: by the word's number then, that of now; -1 = it is no more */
} mapping;

typedef struct wanted {
  const char *name, *input; /* x, previous("x") */
  value_type type;
  int output, carried; /* in the outputs and in the inputs of the last run, -1 = not there */
  mapping of_output, of_carried;
} wanted;

struct previous {
  store *store;
  store_finder *finder;
  const plan *plan;
  arena arena;
  size_t count;
  wanted *wanted;
  column *one; /* a row of values, for rejects */
};

/* ---- types then and now ---- */

static bool is_exact(type_kind kind) {
  return kind == TYPE_INTEGER || kind == TYPE_DECIMAL || kind == TYPE_RATIO;
}

static bool is_text(type_kind kind) {
  return kind == TYPE_TEXT || kind == TYPE_KEY;
}

static bool kinds_agree(type_kind from, type_kind to) {
  return from == to || (is_exact(from) && is_exact(to)) || (is_text(from) && is_text(to));
}

static mapping map_types(arena *a, value_type from, value_type to) {
  mapping m = {.usable = kinds_agree(from.kind, to.kind)};
  if (!m.usable || to.kind != TYPE_CHOICE) return m;
  m.words = arena_array(a, from.choices->count + 1, sizeof *m.words);
  for (size_t i = 0; i < from.choices->count; i++)
    m.words[i] = choice_find(to.choices, from.choices->names[i], strlen(from.choices->names[i]));
  return m;
}

static void put_value(const mapping *m, const column *from, column *to, size_t row) {
  const bool missing = !from || !m->usable || column_missing(from, 0);
  if (type_storage(to->type.kind) == STORE_TEXT) {
    if (missing)
      column_add_text(to, row, NULL, 0);
    else
      convert_text(from, 0, to, row);
  } else if (missing) {
    convert_missing(to, row);
  } else if (m->words) {
    to->i32[row] = m->words[from->i32[0]];
  } else if (!convert_value(from, 0, to, row)) {
    convert_missing(to, row);
  }
}

/* ---- opening ---- */

static int find_column(const store_column *columns, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (!strcmp(columns[i].name, name)) return (int)i;
  return -1;
}

static void meet(previous *p, const store_run *run, const char *currency) {
  const bool same_money = run->currency && !strcmp(run->currency, currency);
  for (size_t i = 0; i < p->count; i++) {
    wanted *w = &p->wanted[i];
    w->output = find_column(run->outputs, run->output_count, w->name);
    w->carried = find_column(run->inputs, run->input_count, w->input);
    if (w->output >= 0) w->of_output = map_types(&p->arena, run->outputs[w->output].type, w->type);
    if (w->carried >= 0)
      w->of_carried = map_types(&p->arena, run->inputs[w->carried].type, w->type);
    if (w->type.kind == TYPE_MONEY && !same_money)
      w->of_output.usable = w->of_carried.usable = false;
  }
}

static previous *make(const plan *made) {
  const plan_previous *values;
  previous *p = mem_alloc(sizeof *p);
  p->plan = made;
  p->count = plan_previous_values(made, &values);
  p->wanted = arena_array(&p->arena, p->count + 1, sizeof *p->wanted);
  p->one = arena_array(&p->arena, p->count + 1, sizeof *p->one);
  for (size_t i = 0; i < p->count; i++) {
    const plan_previous *v = &values[i];
    p->wanted[i] = (wanted){.name = v->output, .input = v->input, .type = v->type};
    column_init(&p->one[i], v->type, 1);
  }
  return p;
}

error_code previous_open(const char *database, const pack *of, const plan *made, previous **out,
                         error *e) {
  previous *p = make(made);
  *out = NULL;
  error_code code = store_open(database, STORE_READ, &p->store, e);
  const char **names = arena_array(&p->arena, p->count + 1, sizeof *names);
  for (size_t i = 0; i < p->count; i++) names[i] = p->wanted[i].name;
  if (!code) code = store_finder_open(p->store, of->name, names, p->count, &p->finder, e);
  if (code) {
    previous_close(p);
    return code == ERR_NOT_FOUND ? ERR_OK : code;
  }
  meet(p, store_finder_run(p->finder), of->currency);
  *out = p;
  return ERR_OK;
}

void previous_close(previous *p) {
  if (!p) return;
  store_finder_close(p->finder);
  store_close(p->store);
  for (size_t i = 0; i < p->count; i++) column_deinit(&p->one[i]);
  arena_deinit(&p->arena);
  free(p);
}

int64_t previous_run(const previous *p) {
  return p ? store_finder_run(p->finder)->id : 0;
}

/* ---- filling ---- */

/* What that run carried on for a customer whom it could not grade. */
static error_code put_carried(const previous *p, const store_row *row, column *to, size_t at,
                              error *e) {
  const store_run *run = store_finder_run(p->finder);
  column *inputs = inputs_read(run, row, e);
  if (!inputs) return e->code;
  for (size_t i = 0; i < p->count; i++) {
    const wanted *w = &p->wanted[i];
    put_value(&w->of_carried, w->carried < 0 ? NULL : &inputs[w->carried], &to[i], at);
  }
  inputs_free(run, inputs);
  return ERR_OK;
}

static error_code put_row(previous *p, const char *key, size_t n, column *to, size_t at, error *e) {
  const store_row *row;
  const error_code code = store_find(p->finder, key, n, &row, e);
  if (code) return code;
  if (row && row->failed) return put_carried(p, row, to, at, e);
  for (size_t i = 0; i < p->count; i++) {
    const wanted *w = &p->wanted[i];
    put_value(&w->of_output, row && w->output >= 0 ? &row->outputs[i] : NULL, &to[i], at);
  }
  return ERR_OK;
}

static error_code fill_reject(previous *p, batch *b, reject *r, error *e) {
  const error_code code = put_row(p, r->key, strlen(r->key), p->one, 0, e);
  if (!code) r->carried = plan_carry(p->plan, p->one, &b->texts, &r->carried_size);
  return code;
}

static void fill_missing(column *to, size_t count, size_t rows) {
  const mapping none = {0};
  for (size_t i = 0; i < count; i++)
    for (size_t r = 0; r < rows; r++) put_value(&none, NULL, &to[i], r);
}

error_code previous_fill(previous *p, const plan *made, batch *b, error *e) {
  const plan_previous *values;
  column *to = b->columns + b->schema->count;
  const text_data *keys = &b->columns[b->schema->key].text;
  if (!p) {
    fill_missing(to, plan_previous_values(made, &values), b->rows);
    return ERR_OK;
  }
  error_code code = store_finder_begin(p->finder, e);
  if (code) return code;
  for (size_t r = 0; r < b->rows && !code; r++) {
    const uint32_t from = keys->offsets[r];
    code = put_row(p, keys->bytes + from, keys->offsets[r + 1] - from, to, r, e);
  }
  for (size_t i = 0; i < b->reject_count && !code; i++)
    if (b->rejects[i].key) code = fill_reject(p, b, &b->rejects[i], e);
  store_finder_end(p->finder);
  return code;
}

/* ---- what is to be told before ---- */

static place listed_at(const pack *p, const char *name) {
  for (size_t i = 0; i < p->output_count; i++)
    if (!strcmp(p->outputs[i].name, name)) return p->outputs[i].at;
  return (place){0};
}

static void tell_type(const wanted *w, const store_run *run, const char *currency, place at,
                      findings *out) {
  buffer then = {0}, now = {0};
  type_describe(&then, run->outputs[w->output].type);
  type_describe(&now, w->type);
  if (run->outputs[w->output].type.kind == TYPE_MONEY)
    buffer_format(&then, " in %s", run->currency ? run->currency : "?");
  if (w->type.kind == TYPE_MONEY) buffer_format(&now, " in %s", currency);
  findings_add(out, SEVERITY_WARNING, at.file, at.line,
               "the last published run kept \"%s\" as %s, and it is %s now: previous(\"%s\") is "
               "missing for all in this run",
               w->name, then.data, now.data, w->name);
  buffer_deinit(&then);
  buffer_deinit(&now);
}

static void tell_words(const wanted *w, const store_run *run, place at, findings *out) {
  const choice_list *then = run->outputs[w->output].type.choices;
  for (size_t i = 0; w->of_output.words && i < then->count; i++)
    if (w->of_output.words[i] < 0)
      findings_add(
          out, SEVERITY_WARNING, at.file, at.line,
          "\"%s\" is no longer one of the words of \"%s\": previous(\"%s\") is missing for "
          "those who had it in the last published run",
          then->names[i], w->name, w->name);
}

error_code previous_check(const char *database, const pack *of, const plan *made, findings *out,
                          error *e) {
  const plan_previous *values;
  previous *p;
  if (plan_previous_values(made, &values) == 0) return ERR_OK;
  const error_code code = previous_open(database, of, made, &p, e);
  if (code || !p) return code;
  const store_run *run = store_finder_run(p->finder);
  for (size_t i = 0; i < p->count; i++) {
    const wanted *w = &p->wanted[i];
    const place at = listed_at(of, w->name);
    if (w->output < 0)
      findings_add(
          out, SEVERITY_WARNING, at.file, at.line,
          "the last published run has no output \"%s\": previous(\"%s\") is missing for all "
          "in this run",
          w->name, w->name);
    else if (!w->of_output.usable)
      tell_type(w, run, of->currency, at, out);
    else
      tell_words(w, run, at, out);
  }
  previous_close(p);
  return ERR_OK;
}
