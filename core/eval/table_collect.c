/* Policies by which all rows that match count: lists (rule order, output order, collect) and one number
 * (sum, min, max, count). Sums are exact: what does not fit is a fault of the record. */
#include <math.h>
#include <string.h>
#include "../lang/hit_policy.h"
#include "table.h"

/* ---- compiling ---- */

/* A list joins its values with '|', so none may hold one; what a formula makes of texts might. */
static bool compile_texts(builder *b, const table_step *t, output *o) {
  bool text = type_storage(o->type.kind) == STORE_TEXT, ok = true;
  o->texts = arena_array(&b->plan->arena, t->row_count + 1, sizeof *o->texts);
  for (size_t r = 0; r <= t->row_count; r++) {
    const cell *c = &o->cells[r];
    if (!cell_is_given(c) || !text) continue;
    const place at = r < t->row_count ? t->rows[r].at : t->otherwise->at;
    const char *given = c->constant ? c->constant->text : NULL;
    if (given && *given && !strpbrk(given, "|\r\n")) {
      o->texts[r] = given;
      continue;
    }
    build_error(b, at,
                "hit = \"%s\" makes a list of \"%s\", whose texts must be written here, not empty "
                "and without | or line breaks",
                hit_policy_name(t->hit), o->declared->name);
    ok = false;
  }
  return ok;
}

static bool is_ordered(type_kind k) {
  return type_is_numeric(k) || k == TYPE_DATE || k == TYPE_TIMESTAMP;
}

bool collect_compile(builder *b, table *s) {
  const table_step *t = s->declared;
  bool ok = true;
  for (size_t i = 0; i < t->output_count; i++) {
    output *o = &s->outputs[i];
    if (hit_policy_is_list(t->hit)) ok = compile_texts(b, t, o) && ok;
    bool adds = t->hit != HIT_SUM || type_is_numeric(o->type.kind);
    bool orders = (t->hit != HIT_MIN && t->hit != HIT_MAX) || is_ordered(o->type.kind);
    if (adds && orders) continue;
    build_error(b, t->hit_at.file ? t->hit_at : b->step->at,
                "hit = \"%s\" needs %s, but \"%s\" is %s%s", hit_policy_name(t->hit),
                adds ? "numbers, dates or timestamps" : "numbers", o->declared->name,
                type_name(o->type.kind),
                o->type.kind == TYPE_CHOICE ? "; for the first of its words use \"priority\"" : "");
    ok = false;
  }
  return ok;
}

/* ---- which rows ---- */

static void grow(arena *a, hits *h, size_t used, size_t *room) {
  int32_t *wider = arena_array(a, *room * 2, sizeof *wider);
  memcpy(wider, h->rows, used * sizeof *wider);
  h->rows = wider;
  *room *= 2;
}

hits collect_hits(evaluator *v, const table *s, const match_run *run) {
  arena *a = &v->frame.scratch;
  size_t rows = v->frame.rows, used = 0, room = 2 * rows + 16;
  hits h = {arena_array(a, rows + 1, sizeof(uint32_t)), arena_array(a, room, sizeof(int32_t))};
  for (size_t r = 0; r < rows; r++) {
    for (int32_t hit = run->hit[r]; hit >= 0; hit = matcher_next(run, r, hit)) {
      if (used == room) grow(a, &h, used, &room);
      h.rows[used++] = hit;
    }
    if (used == h.first[r] && s->declared->otherwise) {
      if (used == room) grow(a, &h, used, &room);
      h.rows[used++] = (int32_t)s->declared->row_count;
    }
    h.first[r + 1] = (uint32_t)used;
  }
  return h;
}

/* ---- lists ---- */

static bool write_value(evaluator *v, const table *s, const output *o, const column *const *made,
                        size_t row, size_t record, column *one, buffer *out) {
  if (!cell_is_given(&o->cells[row])) return false;
  if (o->texts[row]) {
    buffer_text(out, o->texts[row]);
    return true;
  }
  if (!output_put(o, made, row, record, one, 0)) output_overflow(v, s, o, row, record);
  if (column_missing(one, 0)) return false;
  column_write(out, one, 0, v->plan->pack->zone);
  return true;
}

static void join(evaluator *v, const table *s, const output *o, const hits *h) {
  const column **made = output_evaluate(v, s, o, h);
  column *to = evaluator_result(v, o->result), one;
  buffer list = {0};
  column_init(&one, o->type, 1);
  for (size_t r = 0; r < v->frame.rows; r++) {
    buffer_clear(&list);
    for (uint32_t k = h->first[r]; k < h->first[r + 1]; k++) {
      size_t before = list.size;
      if (before) buffer_char(&list, '|');
      if (!write_value(v, s, o, made, (size_t)h->rows[k], r, &one, &list)) list.size = before;
    }
    column_add_text(to, r, list.data ? list.data : "", list.size);
  }
  column_deinit(&one);
  buffer_deinit(&list);
}

/* ---- one number ---- */

/* What has been added up, or is the least or greatest, so far. */
typedef struct total {
  bool any, missing, overflow;
  int128 whole;   /* stored units */
  rational exact; /* RATIO */
  double number;
} total;

static bool precedes(hit_policy hit, int order) {
  return hit == HIT_MIN ? order < 0 : order > 0;
}

static void add(total *t, hit_policy hit, const column *one) {
  bool first = !t->any;
  t->any = true;
  if (one->den) {
    rational x;
    rational_make(one->i64[0], one->den[0], &x);
    if (first || (hit != HIT_SUM && precedes(hit, rational_compare(x, t->exact))))
      t->exact = x;
    else if (hit == HIT_SUM && !rational_add(t->exact, x, &t->exact))
      t->overflow = true;
  } else if (one->i64) {
    int128 x = one->i64[0];
    if (hit == HIT_SUM)
      t->whole += x; /* 2^63 rows would be needed to overflow */
    else if (first || precedes(hit, (x > t->whole) - (x < t->whole)))
      t->whole = x;
  } else {
    double x = one->f64[0];
    if (hit == HIT_SUM)
      t->number += x;
    else if (first || precedes(hit, (x > t->number) - (x < t->number)))
      t->number = x;
  }
}

/* False: it does not fit the column. */
static bool put_total(const total *t, column *to, size_t row) {
  if (!t->any || t->missing) {
    if (to->i64) to->i64[row] = MISSING_I64;
    if (to->den) to->den[row] = 1;
    if (to->f64) to->f64[row] = NAN;
    return true;
  }
  if (to->f64) {
    to->f64[row] = t->number;
    return isfinite(t->number);
  }
  int128 num = to->den ? t->exact.num : t->whole, den = to->den ? t->exact.den : 1;
  bool fits = !t->overflow && num > INT64_MIN && num <= INT64_MAX && den <= INT64_MAX;
  to->i64[row] = fits ? (int64_t)num : MISSING_I64;
  if (to->den) to->den[row] = fits ? (int64_t)den : 1;
  return fits;
}

/* A row without a value adds nothing; one whose formula is missing makes the whole missing. */
static void sum_up(evaluator *v, const table *s, const output *o, const hits *h) {
  const column **made = output_evaluate(v, s, o, h);
  column *to = evaluator_result(v, o->result), one;
  column_init(&one, o->type, 1);
  for (size_t r = 0; r < v->frame.rows; r++) {
    total t = {0};
    for (uint32_t k = h->first[r]; k < h->first[r + 1]; k++) {
      size_t row = (size_t)h->rows[k];
      if (!cell_is_given(&o->cells[row])) continue;
      if (!output_put(o, made, row, r, &one, 0)) t.overflow = t.any = true;
      if (column_missing(&one, 0))
        t.missing = true;
      else
        add(&t, s->declared->hit, &one);
    }
    if (t.overflow) t.missing = true;
    if (!put_total(&t, to, r) || t.overflow)
      output_overflow(v, s, o, (size_t)h->rows[h->first[r]], r);
  }
  column_deinit(&one);
}

static void count(evaluator *v, const output *o, const hits *h) {
  int64_t *to = evaluator_result(v, o->result)->i64;
  for (size_t r = 0; r < v->frame.rows; r++) {
    to[r] = 0;
    for (uint32_t k = h->first[r]; k < h->first[r + 1]; k++)
      to[r] += cell_is_given(&o->cells[h->rows[k]]);
  }
}

/* ---- running ---- */

void collect_run(evaluator *v, const table *s, const hits *h) {
  for (size_t i = 0; i < s->declared->output_count; i++) {
    const output *o = &s->outputs[i];
    if (hit_policy_is_list(s->declared->hit))
      join(v, s, o, h);
    else if (s->declared->hit == HIT_COUNT)
      count(v, o, h);
    else
      sum_up(v, s, o, h);
  }
  for (size_t r = 0; s->gives && r < v->frame.rows; r++)
    for (uint32_t k = h->first[r]; k < h->first[r + 1]; k++)
      if (s->codes[h->rows[k]]) give(v, r, s->codes[h->rows[k]]);
}
