/* Making lists of codes. The bits of a list are words of their own in each row's bit set, in the order
 * of the list, so that joining a row is walking its set bits. */
#include "codes.h"
#include <math.h>
#include <string.h>
#include "convert.h"
#include "scorecard.h"
#include "trace.h"

typedef struct entry {
  const code_entry *declared;
  code *code;
  const formula *when, *missing, *value;
  int decimals;       /* of the value; -1 = as its type */
  uint64_t *silenced; /* the list's words of what it silences; NULL = nothing */
} entry;

/* A text that is copied in blocks of 16 bytes. */
typedef struct name {
  const char *text;
  uint32_t size;
  int32_t group; /* names with the same text have the same */
} name;

typedef struct codes {
  stage base;
  const codes_step *declared;
  int result;
  size_t count, first_word, words, name_bytes;
  entry *entries;
  name *names;      /* by entry; of points lost: by key */
  ranking *ranking; /* of a scorecard's reasons; NULL = the entries */
  stage *card;
  bool shared;   /* two keys have the same reason */
  bool silences; /* some entry silences others */
  trace_point *point;
} codes;

static name name_of(builder *b, const char *text) {
  size_t n = strlen(text);
  char *copy = arena_alloc(&b->plan->arena, (n + 32) / 16 * 16);
  memcpy(copy, text, n + 1);
  return (name){copy, (uint32_t)n, 0};
}

/* Writes the name at `out`; up to 16 bytes more than its length may be overwritten. */
static inline char *put_name(char *out, const name *n) {
  memcpy(out, n->text, 16);
  if (n->size > 16) memcpy(out + 16, n->text + 16, n->size - 16);
  return out + n->size;
}

/* ---- compiling ---- */

static bool refuse_value(builder *b, const entry *e, const char *what) {
  const code_entry *d = e->declared;
  build_error(b, d->value.at, "%s, but \"%s\" is %s", what, d->value.text,
              type_name(e->value->type.kind));
  return false;
}

/* The value in the form that the entry asks for: a percentage is a formula of it, times 100. */
static bool compile_value(builder *b, entry *e) {
  const code_entry *d = e->declared;
  e->decimals = d->decimals;
  if (!d->value.text) return true;
  if (!(e->value = build_formula(b, d->value, bare_type(TYPE_NONE)))) return false;
  type_kind kind = e->value->type.kind;
  const char *form = NULL;
  if (d->decimals >= 0 && !type_is_numeric(kind))
    return refuse_value(b, e, "decimals are for numbers");
  switch (d->form) {
  case FORM_PLAIN:
    break;
  case FORM_PERCENT:
    if (!type_is_numeric(kind)) return refuse_value(b, e, "as = \"percent\" is for shares");
    if (e->decimals < 0) e->decimals = 2;
    form = "(%s) * 100";
    break;
  case FORM_MONEY:
    if (!type_is_numeric(kind)) return refuse_value(b, e, "as = \"money\" is for numbers");
    if (e->decimals < 0) e->decimals = b->plan->pack->currency_digits;
    break;
  case FORM_DATE:
    if (kind != TYPE_TIMESTAMP && kind != TYPE_DATE)
      return refuse_value(b, e, "as = \"date\" is for dates and moments");
    if (kind == TYPE_TIMESTAMP) form = "date(%s)";
    break;
  }
  if (!form) return true;
  const char *text = arena_format(&b->plan->arena, form, d->value.text);
  return (e->value = build_formula(b, (rule_text){text, d->value.at}, bare_type(TYPE_NONE)));
}

static bool compile_entry(builder *b, codes *s, size_t i) {
  entry *e = &s->entries[i];
  const code_entry *d = &s->declared->entries[i];
  uint32_t bit = (uint32_t)(s->first_word * 64 + i);
  e->declared = d;
  e->code = build_code(b, d->code, NULL);
  if (e->code->bit_count == e->code->bit_capacity) {
    size_t capacity = e->code->bit_capacity ? e->code->bit_capacity * 2 : 2;
    uint32_t *wider = arena_array(&b->plan->arena, capacity, sizeof *wider);
    if (e->code->bit_count) memcpy(wider, e->code->bits, e->code->bit_count * sizeof *wider);
    e->code->bits = wider;
    e->code->bit_capacity = capacity;
  }
  e->code->bits[e->code->bit_count++] = bit;
  s->names[i] = name_of(b, d->code);
  s->name_bytes += s->names[i].size + 1;
  bool ok = true;
  if (d->when.text) ok = (e->when = build_condition(b, d->when)) && ok;
  if (d->missing.text) ok = (e->missing = build_formula(b, d->missing, bare_type(TYPE_NONE))) && ok;
  return compile_value(b, e) && ok;
}

/* Which bits of the list an entry takes away. */
static void compile_silences(builder *b, codes *s, entry *e) {
  const code_entry *d = e->declared;
  if (!d->silence_count) return;
  e->silenced = arena_array(&b->plan->arena, s->words + 1, sizeof *e->silenced);
  for (size_t k = 0; k < d->silence_count; k++)
    for (size_t i = 0; i < s->count; i++)
      if (!strcmp(s->declared->entries[i].code, d->silences[k]))
        e->silenced[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool compile_list(builder *b, codes *s) {
  bool ok = true;
  s->count = s->declared->entry_count;
  s->first_word = b->plan->code_words;
  s->words = (s->count + 63) / 64;
  b->plan->code_words += s->words;
  s->entries = arena_array(&b->plan->arena, s->count + 1, sizeof *s->entries);
  s->names = arena_array(&b->plan->arena, s->count + 1, sizeof *s->names);
  for (size_t i = 0; i < s->count; i++) {
    ok = compile_entry(b, s, i) && ok;
    compile_silences(b, s, &s->entries[i]);
    s->silences = s->silences || s->entries[i].silenced;
  }
  return ok;
}

/* The scorecard above, by its name. */
static bool find_card(builder *b, codes *s) {
  const pack *p = b->plan->pack;
  const char **known = arena_array(&b->plan->arena, b->step_number + 1, sizeof *known);
  size_t count = 0;
  for (size_t i = 0; i < b->step_number; i++) {
    if (p->steps[i].kind != STEP_SCORECARD) continue;
    known[count++] = p->steps[i].name;
    if (strcmp(p->steps[i].name, s->declared->scorecard) != 0) continue;
    s->card = b->by_step[i];
    /* a faulty scorecard has its findings already */
    return s->card && (s->ranking = scorecard_rank(b, s->card, s->declared));
  }
  build_error(b, b->step->at, "there is no scorecard \"%s\" above this list%s",
              s->declared->scorecard, build_suggestion(b, s->declared->scorecard, known, count));
  return false;
}

static void finish(builder *b, stage *base) {
  codes *s = (codes *)base;
  if (!s->card) return;
  size_t keys = scorecard_keys(s->ranking);
  s->names = arena_array(&b->plan->arena, keys + 1, sizeof *s->names);
  for (size_t k = 1; k <= keys; k++) {
    s->names[k] = name_of(b, scorecard_reason(s->ranking, (int32_t)k));
    s->names[k].group = (int32_t)k;
    if (s->names[k].size > s->name_bytes) s->name_bytes = s->names[k].size;
    for (size_t i = 1; i < k; i++)
      if (!strcmp(s->names[i].text, s->names[k].text)) {
        s->names[k].group = s->names[i].group;
        s->shared = true;
        break;
      }
  }
  s->name_bytes = (s->name_bytes + 1) * (size_t)s->declared->most;
  trace_ways(b, s->point, keys);
  for (size_t k = 1; k <= keys; k++)
    s->point->ways[k - 1] =
        (trace_way){.label = s->names[k].text, .code = s->names[k].text, .at = s->point->at};
}

/* Its ways are the entries; of points lost the keys, known when all is finished. */
static void declare_point(builder *b, codes *s, const step *step_) {
  s->point = trace_declare(b, POINT_CODES, step_->name, step_->at, s->count);
  for (size_t i = 0; i < s->count; i++) {
    const entry *e = &s->entries[i];
    s->point->ways[i] = (trace_way){.label = e->declared->code,
                                    .code = e->declared->code,
                                    .at = e->declared->at,
                                    .when = e->when,
                                    .value = e->value,
                                    .absent = e->missing};
  }
  s->point->outcome = step_->name;
  s->point->several = true;
}

const code *codes_given_after(const stage *base, size_t number) {
  const codes *s = (const codes *)base;
  for (size_t i = 0; i < s->count; i++)
    if (s->entries[i].code->given && s->entries[i].code->given_last > number)
      return s->entries[i].code;
  return NULL;
}

static bool given_by_rules(const pack *p, const char *given) {
  for (size_t i = 0; i < p->rule_code_count; i++)
    if (!strcmp(p->rule_codes[i], given)) return true;
  return p->rule_codes_computed;
}

void codes_check(builder *b, const stage *base) {
  const codes *s = (const codes *)base;
  for (size_t i = 0; i < s->count; i++) {
    const entry *e = &s->entries[i];
    if (!e->when && !e->missing && !e->code->given && !given_by_rules(b->plan->pack, e->code->name))
      build_warning(b, e->declared->at, "code-never-given",
                    "no step gives the code %s, and it has no condition: it is "
                    "never shown",
                    e->declared->code);
  }
}

int codes_result(const stage *s) {
  return ((const codes *)s)->result;
}

/* ---- running ---- */

static uint64_t *words_of(const codes *s, evaluator *v, size_t row) {
  return v->given + row * v->plan->code_words + s->first_word;
}

static void set_conditions(const codes *s, evaluator *v) {
  for (size_t i = 0; i < s->count; i++) {
    const entry *e = &s->entries[i];
    uint64_t bit = UINT64_C(1) << (i % 64);
    if (e->when) {
      evaluate_truth(v, e->when, v->truth);
      for (size_t r = 0; r < v->frame.rows; r++)
        if (v->truth[r]) words_of(s, v, r)[i / 64] |= bit;
    }
    if (e->missing) {
      const column *c = evaluate(v, e->missing, NULL);
      for (size_t r = 0; r < v->frame.rows; r++)
        if (column_missing(c, r)) words_of(s, v, r)[i / 64] |= bit;
    }
  }
}

/* In the order of the list: what an entry that is shown takes away is gone for those below it. */
static void unset_by_entries(const codes *s, evaluator *v) {
  for (size_t r = 0; r < v->frame.rows; r++) {
    uint64_t *words = words_of(s, v, r);
    for (size_t i = 0; i < s->count; i++) {
      const uint64_t *silenced = s->entries[i].silenced;
      if (!silenced || !(words[i / 64] >> (i % 64) & 1)) continue;
      for (size_t w = 0; w < s->words; w++) words[w] &= ~silenced[w];
    }
  }
}

static void unset_silenced(const codes *s, evaluator *v) {
  for (size_t r = 0; v->silenced && r < v->frame.rows; r++) {
    const uint64_t *silent = v->silenced + r * v->plan->code_words + s->first_word;
    uint64_t *words = words_of(s, v, r);
    for (size_t w = 0; w < s->words; w++) words[w] &= ~silent[w];
  }
}

/* The values of the entries that have one, for the rows that show them; NULL if there are none. */
static const column **values_of(const codes *s, evaluator *v) {
  const column **made = NULL;
  for (size_t i = 0; i < s->count; i++) {
    if (!s->entries[i].value) continue;
    if (!made) made = arena_array(&v->frame.scratch, s->count, sizeof *made);
    for (size_t r = 0; r < v->frame.rows; r++)
      v->needed[r] = words_of(s, v, r)[i / 64] >> (i % 64) & 1;
    made[i] = evaluate(v, s->entries[i].value, v->needed);
  }
  return made;
}

static void write_value(buffer *out, const column *c, size_t row, int decimals, zone z) {
  value_type t = c->type;
  if (column_missing(c, row)) return;
  if (!type_is_numeric(t.kind) || (t.kind == TYPE_NUMBER && decimals < 0)) {
    column_write(out, c, row, z);
    return;
  }
  if (decimals < 0) decimals = t.digits;
  buffer_reserve(out, 64);
  if (t.kind == TYPE_NUMBER) {
    double scaled = fabs(c->f64[row]) * (double)pow10_i64(decimals);
    if (scaled >= 9e18) {
      column_write(out, c, row, z);
      return;
    }
    int64_t rounded = (int64_t)floor(scaled + 0.5);
    out->size +=
        decimal_write(out->data + out->size, c->f64[row] < 0 ? -rounded : rounded, decimals);
    return;
  }
  int64_t den = c->den ? c->den[row] : t.denominator;
  out->size += quotient_write(out->data + out->size, c->i64[row], den, decimals);
}

static const char *rule_value(const evaluator *v, size_t row, uint32_t bit) {
  if (!v->value_first) return NULL;
  for (int32_t i = v->value_first[row]; i >= 0; i = v->values[i].next)
    if (v->values[i].bit == bit) return v->values[i].text;
  return NULL;
}

/* Appends ':' and the value behind a code, if it has one; returns the new end. */
static size_t add_value(const codes *s, evaluator *v, const column *of, size_t i, size_t row,
                        text_data *t, size_t end) {
  buffer text = {0};
  const char *given = rule_value(v, row, (uint32_t)(s->first_word * 64 + i));
  if (given)
    buffer_text(&text, given);
  else if (of)
    write_value(&text, of, row, s->entries[i].decimals, v->plan->pack->zone);
  for (size_t k = 0; k < text.size; k++)
    if (text.data[k] == '|') text.data[k] = '/'; /* which would end the code */
  if (text.size) {
    convert_room(t, end, text.size + s->name_bytes + 64);
    t->bytes[end++] = ':';
    memcpy(t->bytes + end, text.data, text.size);
    end += text.size;
  }
  buffer_deinit(&text);
  return end;
}

static size_t join_row(const codes *s, evaluator *v, const column **values, size_t row,
                       text_data *t, size_t end) {
  const uint64_t *words = words_of(s, v, row);
  size_t start = end;
  bool may_have_value = values || v->value_count;
  for (size_t w = 0; w < s->words; w++)
    for (uint64_t bits = words[w]; bits; bits &= bits - 1) {
      size_t i = w * 64 + (size_t)__builtin_ctzll(bits);
      if (end > start) t->bytes[end++] = '|';
      end = (size_t)(put_name(t->bytes + end, &s->names[i]) - t->bytes);
      if (may_have_value) end = add_value(s, v, values ? values[i] : NULL, i, row, t, end);
    }
  return end;
}

static void note_list(const codes *s, evaluator *v) {
  for (size_t r = 0; r < v->frame.rows && s->words; r++)
    memcpy(trace_set(v, s->point, r), words_of(s, v, r), s->words * sizeof(uint64_t));
}

static void run_list(const codes *s, evaluator *v, text_data *t) {
  set_conditions(s, v);
  unset_silenced(s, v);
  if (s->silences) unset_by_entries(s, v);
  if (v->trace) note_list(s, v);
  const column **values = values_of(s, v);
  size_t end = 0;
  for (size_t r = 0; r < v->frame.rows; r++) {
    convert_room(t, end, s->name_bytes + 64);
    end = join_row(s, v, values, r, t, end);
    t->offsets[r + 1] = (uint32_t)end;
  }
}

static bool seen(const codes *s, const int32_t *keys, int n) {
  for (int i = 0; i < n; i++)
    if (s->names[keys[i]].group == s->names[keys[n]].group) return true;
  return false;
}

static void note_lost(const codes *s, evaluator *v, const int32_t *lost) {
  const size_t words = trace_words(s->point);
  uint64_t *sets = trace_set(v, s->point, 0);
  trace_clear(v, s->point);
  for (size_t r = 0; r < v->frame.rows; r++) {
    int32_t keys[SCORECARD_MOST];
    for (int n = 0; n < s->declared->most; n++) {
      keys[n] = lost[(size_t)n * BATCH_ROWS + r];
      if (!keys[n]) break;
      if (s->shared && seen(s, keys, n)) continue;
      const size_t way = (size_t)keys[n] - 1;
      sets[r * words + way / 64] |= UINT64_C(1) << (way % 64);
    }
  }
}

static void run_lost(const codes *s, evaluator *v, text_data *t) {
  const int32_t *lost = scorecard_ranked(s->ranking, v);
  size_t rows = v->frame.rows, end = 0;
  convert_room(t, 0, rows * s->name_bytes + 64);
  if (v->trace) note_lost(s, v, lost);
  char *bytes = t->bytes;
  for (size_t r = 0; r < rows; r++) {
    size_t start = end;
    int32_t keys[SCORECARD_MOST];
    for (int n = 0; n < s->declared->most; n++) {
      keys[n] = lost[(size_t)n * BATCH_ROWS + r];
      if (!keys[n]) break;
      if (s->shared && seen(s, keys, n)) continue;
      if (end > start) bytes[end++] = '|';
      end = (size_t)(put_name(bytes + end, &s->names[keys[n]]) - bytes);
    }
    t->offsets[r + 1] = (uint32_t)end;
  }
}

static void run(const stage *base, evaluator *v) {
  const codes *s = (const codes *)base;
  text_data *t = &evaluator_result(v, s->result)->text;
  t->offsets[0] = 0;
  if (s->card)
    run_lost(s, v, t);
  else
    run_list(s, v, t);
}

/* The type of the list, with the codes that it may hold: those of points lost are known too late. */
static value_type type_of(builder *b, const codes *s) {
  value_type t = bare_type(TYPE_CODES);
  if (s->declared->scorecard) return t;
  arena *a = &b->plan->arena;
  const char **names = arena_array(a, s->count + 1, sizeof *names);
  for (size_t i = 0; i < s->count; i++) names[i] = s->declared->entries[i].code;
  choice_list *held = arena_alloc(a, sizeof *held);
  *held = (choice_list){s->count, names};
  t.choices = held;
  return t;
}

stage *codes_compile(builder *b, const step *step_) {
  codes *s = build_stage(b, sizeof *s, finish, run);
  s->declared = &step_->codes;
  bool ok = s->declared->scorecard ? find_card(b, s) : compile_list(b, s);
  if (ok) declare_point(b, s, step_);
  s->result = build_result(b, step_->name, type_of(b, s), "codes", step_->at);
  return ok && s->result >= 0 ? &s->base : NULL;
}
