/* The outputs of decision tables. A row's outputs are mostly constants and come by lookup; those that
 * are formulas are evaluated over the batch and taken by the records that hit the row. */
#include <ctype.h>
#include <string.h>
#include "../lang/hit_policy.h"
#include "../lang/period.h"
#include "convert.h"
#include "table.h"

/* ---- types that are not declared ---- */

static bool is_word(const char *text) {
  const unsigned char *c = (const unsigned char *)text;
  if (!*c || isdigit(*c)) return false;
  for (; *c; c++)
    if (!isalnum(*c) && *c != '_' && *c < 0x80) return false;
  return true;
}

static bool is_given(rule_text t) {
  return t.text && *t.text && strcmp(t.text, "null") != 0;
}

/* A quoted word without its quotes, in the plan's arena; else the text itself. */
static const char *unquoted(builder *b, const char *text) {
  size_t n = strlen(text);
  if (n < 2 || text[0] != '"' || text[n - 1] != '"') return text;
  return arena_string_n(&b->plan->arena, text + 1, n - 2);
}

/* All cells of the output: of every row of every version of the table, in force or not, so that its
 * type is the same on every day. */
typedef struct cell_texts {
  size_t count;
  rule_text *items;
} cell_texts;

static cell_texts all_texts(builder *b, size_t number) {
  const pack *p = b->plan->pack;
  cell_texts all = {0};
  size_t first, count = table_versions(p, b->step_number, &first), room = 0;
  for (size_t i = first; i < first + count; i++) room += p->steps[i].table.row_count + 1;
  all.items = arena_array(&b->plan->arena, room + 1, sizeof *all.items);
  for (size_t i = first; i < first + count; i++) {
    const table_step *t = &p->steps[i].table;
    if (number >= t->output_count) continue;
    for (size_t r = 0; r < t->row_count; r++)
      if (is_given(t->rows[r].outputs[number])) all.items[all.count++] = t->rows[r].outputs[number];
    if (t->otherwise && is_given(t->otherwise->outputs[number]))
      all.items[all.count++] = t->otherwise->outputs[number];
  }
  return all;
}

/* A choice whose words are not declared: those that the rows give, in the order in which they come. */
static value_type words_of(builder *b, const cell_texts *all) {
  choice_list *list = arena_alloc(&b->plan->arena, sizeof *list);
  const char **names = arena_array(&b->plan->arena, all->count + 1, sizeof *names);
  *list = (choice_list){0, names};
  for (size_t i = 0; i < all->count; i++) {
    const char *word = unquoted(b, all->items[i].text);
    if ((word == all->items[i].text && !is_word(word)) ||
        choice_find(list, word, strlen(word)) >= 0)
      continue;
    names[list->count++] = word;
  }
  return (value_type){.kind = TYPE_CHOICE, .denominator = 1, .choices = list, .rank = RANK_NONE};
}

/* Not declared: words alone make a choice of them; anything else is what the formulas give. */
static value_type guess_type(builder *b, size_t number) {
  cell_texts all = all_texts(b, number);
  for (size_t i = 0; i < all.count; i++) {
    const char *text = all.items[i].text;
    bool is_truth = !strcmp(text, "true") || !strcmp(text, "false");
    if (is_truth || (text[0] != '"' && !is_word(text))) return bare_type(TYPE_NONE);
  }
  return words_of(b, &all);
}

/* ---- cells ---- */

static void refuse_cell(builder *b, const output *o, rule_text text, value_type type) {
  buffer wanted = {0}, given = {0};
  type_describe(&wanted, o->type);
  type_describe(&given, type);
  build_error(b, text.at, "output \"%s\": \"%s\" is %s, expected %s", o->declared->name, text.text,
              given.data, wanted.data);
  buffer_deinit(&wanted);
  buffer_deinit(&given);
}

/* The first value gives the type of an output that has none. */
static void settle_type(output *o, value_type type) {
  if (o->type.kind != TYPE_NONE) return;
  o->type = type;
  if (o->type.kind == TYPE_DECIMAL && o->type.denominator == 1) o->type = bare_type(TYPE_INTEGER);
}

static bool numbers_mix(const output *o, value_type type) {
  return !o->declared_type && o->type.kind == TYPE_INTEGER && type_is_numeric(type.kind);
}

static bool compile_cell(builder *b, output *o, size_t r, rule_text text) {
  const value *constant;
  formula *f;
  if (!is_given(text)) return true;
  if (!build_cell(b, text, o->type, &constant, &f)) return false;
  if (constant && constant->missing) return true;
  value_type type = constant ? constant->type : f->type;
  settle_type(o, type);
  if (!convert_accepts(o->type, type) && numbers_mix(o, type)) o->type = type;
  bool takes_constant = constant && type_is_numeric(o->type.kind) && type_is_numeric(type.kind);
  if (!convert_accepts(o->type, type) && !takes_constant) {
    refuse_cell(b, o, text, type);
    return false;
  }
  o->cells[r] = (cell){constant, f};
  if (f) o->computed = true;
  if (f || !o->declared_type) o->type = convert_widen(o->type, type);
  return true;
}

static const table_row *row_of(const table_step *t, size_t r) {
  return r < t->row_count ? &t->rows[r] : t->otherwise;
}

/* Rows that are not in force are checked all the same, and their values have their say in the type. */
static bool compile_resting(builder *b, output *o, size_t number, size_t room) {
  const table_step *whole = &b->step->table;
  bool ok = true;
  for (size_t r = 0; r < whole->row_count; r++)
    if (!period_holds(&whole->rows[r].effective, b->plan->today))
      ok = compile_cell(b, o, room, whole->rows[r].outputs[number]) && ok;
  return ok;
}

static bool compile_cells(builder *b, const table_step *t, output *o, size_t number) {
  bool ok = true;
  o->cells = arena_array(&b->plan->arena, t->row_count + 2, sizeof *o->cells);
  for (size_t r = 0; r <= t->row_count; r++) {
    const table_row *row = row_of(t, r);
    if (row) ok = compile_cell(b, o, r, row->outputs[number]) && ok;
    bool ranked = hit_policy_is_ranked(t->hit) && o->type.kind == TYPE_CHOICE && o->declared_type;
    if (!row || !ranked || r == t->row_count || !o->cells[r].formula) continue;
    build_error(b, row->at,
                "hit = \"%s\" goes by the order of the words of \"%s\", but here it is a formula; "
                "write a word",
                hit_policy_name(t->hit), o->declared->name);
    ok = false;
  }
  return compile_resting(b, o, number, t->row_count + 1) && ok;
}

/* ---- the lookup ---- */

static bool fill_entry(builder *b, output *o, size_t e, const cell *c, place at) {
  const value *given = c->constant;
  if (o->i32) {
    o->i32[e] = given ? (int32_t)given->exact.num : MISSING_I32;
  } else if (o->f64) {
    o->f64[e] = __builtin_nan("");
    if (given) return build_stored_value(b, given, o->type, at, NULL, &o->f64[e]);
  } else {
    o->i64[e] = MISSING_I64;
    if (given) return build_stored_value(b, given, o->type, at, &o->i64[e], NULL);
  }
  return true;
}

/* The entry of row r is r + 1; the default's is 0. */
static size_t entry_of(const table_step *t, size_t r) {
  return r < t->row_count ? r + 1 : 0;
}

static bool fits_ratio(builder *b, const cell *c, place at) {
  const rational *r = c->constant ? &c->constant->exact : NULL;
  if (!r || (r->num > INT64_MIN && r->num <= INT64_MAX && r->den <= INT64_MAX)) return true;
  build_error(b, at, "the value is too large");
  return false;
}

static bool compile_lookup(builder *b, const table_step *t, output *o) {
  storage form = type_storage(o->type.kind);
  bool ok = true;
  for (size_t r = 0; form == STORE_RATIO && r <= t->row_count; r++)
    if (o->cells[r].constant) ok = fits_ratio(b, &o->cells[r], row_of(t, r)->at) && ok;
  if (form == STORE_TEXT || form == STORE_RATIO) {
    o->computed = true;
    return ok;
  }
  o->size = t->row_count + 1;
  size_t room = (o->size + 31) / 16 * 16;
  if (form == STORE_I32)
    o->i32 = arena_array(&b->plan->arena, room, sizeof *o->i32);
  else if (form == STORE_F64)
    o->f64 = arena_array(&b->plan->arena, room, sizeof *o->f64);
  else
    o->i64 = arena_array(&b->plan->arena, room, sizeof *o->i64);
  for (size_t r = 0; r <= t->row_count; r++) {
    const table_row *row = row_of(t, r);
    ok = fill_entry(b, o, entry_of(t, r), &o->cells[r], row ? row->at : b->step->at) && ok;
  }
  return ok;
}

bool output_compile(builder *b, table *s, size_t number) {
  const table_step *t = s->declared;
  output *o = &s->outputs[number];
  o->declared = &t->outputs[number];
  o->type = o->declared->type;
  o->declared_type = o->type.kind != TYPE_NONE && (o->type.kind != TYPE_CHOICE || o->type.choices);
  if (!o->declared_type) o->type = guess_type(b, number);
  if (!o->type.denominator) o->type.denominator = 1;
  if (!compile_cells(b, t, o, number)) return false;
  if (o->type.kind == TYPE_NONE) {
    build_error(b, b->step->at, "output \"%s\" is given by no row: declare its type",
                o->declared->name);
    return false;
  }
  return compile_lookup(b, t, o);
}

/* ---- running ---- */

/* The records of each row, by a counting sort of the hits. */
typedef struct row_records {
  uint32_t *first; /* by row, the default's behind the last */
  uint32_t *records;
} row_records;

static row_records records_by_row(evaluator *v, size_t row_count, const hits *h) {
  size_t records = v->frame.rows, all = h->first[records];
  arena *a = &v->frame.scratch;
  row_records by = {arena_array(a, row_count + 2, sizeof(uint32_t)),
                    arena_array(a, all + 1, sizeof(uint32_t))};
  for (size_t i = 0; i < all; i++) by.first[h->rows[i] + 1]++;
  for (size_t r = 0; r <= row_count; r++) by.first[r + 1] += by.first[r];
  uint32_t *next = arena_array(a, row_count + 1, sizeof *next);
  memcpy(next, by.first, (row_count + 1) * sizeof *next);
  for (size_t record = 0; record < records; record++)
    for (uint32_t i = h->first[record]; i < h->first[record + 1]; i++)
      by.records[next[h->rows[i]]++] = (uint32_t)record;
  return by;
}

const column **output_evaluate(evaluator *v, const table *s, const output *o, const hits *h) {
  size_t row_count = s->declared->row_count;
  const column **made = arena_array(&v->frame.scratch, row_count + 1, sizeof *made);
  bool formulas = false;
  for (size_t r = 0; r <= row_count && !formulas; r++) formulas = o->cells[r].formula;
  if (!formulas) return made;
  row_records by = records_by_row(v, row_count, h);
  for (size_t r = 0; r <= row_count; r++) {
    const cell *c = &o->cells[r];
    if (!c->formula || by.first[r] == by.first[r + 1]) continue;
    memset(v->needed, 0, v->frame.rows);
    for (uint32_t i = by.first[r]; i < by.first[r + 1]; i++) v->needed[by.records[i]] = 1;
    made[r] = evaluate(v, c->formula, v->needed);
  }
  return made;
}

static void put_constant(const output *o, size_t row, size_t entry, column *to, size_t at) {
  const value *given = o->cells[row].constant;
  if (o->i32) {
    to->i32[at] = o->i32[entry];
  } else if (o->i64) {
    to->i64[at] = o->i64[entry];
  } else if (o->f64) {
    to->f64[at] = o->f64[entry];
  } else if (to->den) {
    to->i64[at] = (int64_t)given->exact.num;
    to->den[at] = (int64_t)given->exact.den;
  } else {
    column_add_text(to, at, given->text, strlen(given->text));
  }
}

bool output_put(const output *o, const column *const *made, size_t row, size_t record, column *to,
                size_t at) {
  const cell *c = &o->cells[row];
  bool text = type_storage(o->type.kind) == STORE_TEXT;
  size_t last = o->size ? o->size - 1 : 0; /* of the lookups: the number of rows */
  if (c->constant) {
    put_constant(o, row, row < last ? row + 1 : 0, to, at);
    return true;
  }
  const column *from = c->formula ? made[row] : NULL;
  if (text && from)
    convert_text(from, record, to, at);
  else if (text)
    column_add_text(to, at, NULL, 0);
  else if (!from)
    convert_missing(to, at);
  else if (!convert_value(from, record, to, at)) {
    convert_missing(to, at);
    return false;
  }
  return true;
}

void output_overflow(evaluator *v, const table *s, const output *o, size_t row, size_t record) {
  const table_row *r = row_of(s->declared, row);
  evaluator_fail(v, record, "OVERFLOW", &s->base, r ? r->at.line : 0,
                 "output \"%s\" is too large for %s", o->declared->name, type_name(o->type.kind));
}

/* Each record's one row, as hits. */
static hits hits_of(evaluator *v, const table *s, const int32_t *hit) {
  size_t rows = v->frame.rows;
  hits h = {arena_array(&v->frame.scratch, rows + 1, sizeof(uint32_t)),
            arena_array(&v->frame.scratch, rows + 1, sizeof(int32_t))};
  for (size_t r = 0; r < rows; r++) {
    h.first[r + 1] = (uint32_t)r + 1;
    h.rows[r] = hit[r] < 0 ? (int32_t)s->declared->row_count : hit[r];
  }
  return h;
}

static void pick_computed(evaluator *v, const table *s, const output *o, const int32_t *hit) {
  hits h = hits_of(v, s, hit);
  const column **made = output_evaluate(v, s, o, &h);
  column *to = evaluator_result(v, o->result);
  for (size_t r = 0; r < v->frame.rows; r++) {
    size_t row = (size_t)h.rows[r];
    if (o->size && !o->cells[row].formula) continue; /* looked up */
    if (!output_put(o, made, row, r, to, r)) output_overflow(v, s, o, row, r);
  }
}

void output_pick(evaluator *v, const table *s, const output *o, const int32_t *hit) {
  column *to = evaluator_result(v, o->result);
  size_t rows = v->frame.rows;
  if (o->i32) v->kernels->pick_i32(hit, 1, rows, o->i32, o->size, to->i32);
  if (o->i64) v->kernels->pick_i64(hit, 1, rows, o->i64, o->size, to->i64);
  for (size_t r = 0; r < rows && o->f64; r++) to->f64[r] = o->f64[hit[r] + 1];
  if (o->computed) pick_computed(v, s, o, hit);
}
