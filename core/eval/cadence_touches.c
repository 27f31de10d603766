/* The clauses of a cadence that count touches: a series of dates that goes on with every touch, and a
 * cap on the touches of some days. The touches are records of a list; what a clause made of them is
 * kept with the decision, and a replay, which has no lists, reads that instead. */
#include <stdlib.h>
#include <string.h>
#include "cadence.h"
#include "convert.h"

/* ---- compiling ---- */

static bool find_list(builder *b, touches *t, size_t *list) {
  const pack *p = b->plan->pack;
  const rule_text *name = &t->declared->list;
  const char **known = arena_array(&b->plan->arena, p->schema.count + 1, sizeof *known);
  size_t count = 0;
  for (size_t i = 0; i < p->schema.count; i++) {
    if (p->schema.fields[i].type.kind != TYPE_LIST) continue;
    known[count++] = p->schema.fields[i].name;
    *list = i;
    if (!strcmp(p->schema.fields[i].name, name->text)) return true;
  }
  build_error(b, name->at, "of = \"%s\" must be a list of records%s%s", name->text,
              count ? "" : ", and the pack has none: declare it with related",
              build_suggestion(b, name->text, known, count));
  return false;
}

static bool is_when(const field *f) {
  return f->type.kind == TYPE_TIMESTAMP || f->type.kind == TYPE_DATE;
}

/* When a touch was: the field that is named, else the only one that can say so. */
static bool find_at(builder *b, touches *t, const schema *record) {
  const rule_text *name = &t->declared->at;
  const char **known = arena_array(&b->plan->arena, record->count + 1, sizeof *known);
  size_t count = 0;
  for (size_t i = 0; i < record->count; i++) {
    if (!is_when(&record->fields[i])) continue;
    known[count++] = record->fields[i].name;
    t->at = i;
    if (name->text && !strcmp(record->fields[i].name, name->text)) return true;
  }
  if (!name->text && count == 1) return true;
  if (!name->text)
    build_error(b, t->declared->list.at, "\"%s\" has %s that say when; name one: at = \"...\"",
                t->declared->list.text, count ? "several fields" : "no fields");
  else
    build_error(b, name->at, "at = \"%s\" must be a date or a timestamp of \"%s\"%s", name->text,
                t->declared->list.text, build_suggestion(b, name->text, known, count));
  return false;
}

/* What `where` may name: the fields of the touch, and what is the same for all. The customer's are
 * known behind them, to be refused by name. */
static void name_touch(const plan *p, const schema *record, scope *out) {
  for (size_t i = 0; i < record->count; i++)
    scope_add(out, record->fields[i].name, record->fields[i].type, (int)i, "field");
  for (size_t i = 0; i < p->scope.count; i++) {
    const symbol *s = &p->scope.symbols[i];
    if (scope_find(out, s->name)) continue;
    int slot = s->slot < 0 ? -1 : s->slot + (int)record->count;
    symbol *same = scope_add(out, s->name, s->type, slot, s->defined);
    same->constant = s->constant;
    same->faulty = s->faulty;
  }
}

typedef struct where_check {
  builder *builder;
  const touches *touches;
  size_t list;
  bool wrong;
} where_check;

static void check_slot(void *ctx, const symbol *s) {
  where_check *k = ctx;
  if (s->slot < (int)k->touches->field_count) {
    build_list_read(k->builder, k->list, (size_t)s->slot);
    return;
  }
  if (!k->wrong)
    build_error(k->builder, k->touches->declared->where.at,
                "where reads \"%s\", which is no field of \"%s\": it looks at one touch alone",
                s->name, k->touches->declared->list.text);
  k->wrong = true;
}

static bool compile_where(builder *b, touches *t, size_t list, const schema *record) {
  plan *p = b->plan;
  rule_text text = t->declared->where;
  scope touch = {0};
  if (!text.text) return true;
  name_touch(p, record, &touch);
  notation_context c = {.arena = &p->arena,
                        .scope = &touch,
                        .zone = p->pack->zone,
                        .file = text.at.file,
                        .line = text.at.line,
                        .findings = b->findings};
  node *tree = notation_expression(&c, text.text, bare_type(TYPE_BOOLEAN));
  where_check k = {b, t, list, tree == NULL};
  if (tree) node_slots(tree, check_slot, &k);
  for (size_t i = 0; i < p->scope.count; i++) {
    const symbol *same = scope_find(&touch, p->scope.symbols[i].name);
    if (same && same->slot < 0 && same->used) p->scope.symbols[i].used = true;
  }
  scope_deinit(&touch);
  if (!k.wrong) t->where = build_tree(b, tree, text.at);
  return !k.wrong;
}

bool touches_compile(builder *b, touches *t, const cadence_clause *d, value_type kept,
                     const char *label) {
  plan *p = b->plan;
  size_t list;
  t->declared = &d->touches;
  if (!find_list(b, t, &list)) return false;
  const schema *record = p->pack->schema.fields[list].type.record;
  t->slot = (int)list;
  t->field_count = record->count;
  if (!find_at(b, t, record)) return false;
  t->moment = record->fields[t->at].type.kind == TYPE_TIMESTAMP;
  build_list_read(b, list, t->at);
  if (!compile_where(b, t, list, record)) return false;
  t->kept = build_result(b, label, kept, "cadence", d->at);
  if (t->kept >= 0) p->results[t->kept].kept = true;
  return t->kept >= 0;
}

/* ---- reading a list ---- */

/* The touches of a batch, or what a replay knows of them. */
typedef struct touch_list {
  const column *given; /* of a replay */
  const uint32_t *offsets;
  const int64_t *at;
  const uint8_t *counts; /* by touch: `where` holds; NULL = all */
  int64_t latest;        /* what is later has not happened */
} touch_list;

/* A fault that `where` finds in a touch is the customer's. */
static void take_faults(cadence_run *u, const touches *t, const uint32_t *offsets,
                        const decisions *found) {
  size_t row = 0;
  for (size_t i = 0; i < found->fault_count; i++) {
    while (offsets[row + 1] <= found->faults[i].row) row++;
    evaluator_fail(u->v, row, found->faults[i].code, &u->cadence->base, t->declared->where.at.line,
                   "%s", found->faults[i].message);
  }
}

static const uint8_t *where_holds(cadence_run *u, const touches *t, const column *list) {
  evaluator *v = u->v;
  size_t count = list->list.records->rows;
  decisions found = {.failed = arena_alloc(&v->frame.scratch, count + 64)};
  frame f = {.rows = count, .out = &found};
  f.slots = arena_array(&v->frame.scratch, t->field_count + 1, sizeof *f.slots);
  for (size_t i = 0; i < t->field_count; i++) f.slots[i] = &list->list.records->columns[i];
  uint8_t *out = arena_alloc(&v->frame.scratch, count + 64);
  f.scratch = v->frame.scratch; /* lent: one arena, whoever takes from it */
  expr_truth(t->where->code, &f, &t->where->at, out);
  v->frame.scratch = f.scratch;
  take_faults(u, t, list->list.offsets, &found);
  free(found.faults);
  arena_deinit(&found.texts);
  return out;
}

static touch_list read_touches(cadence_run *u, const touches *t) {
  const plan *p = u->v->plan;
  const column *known = u->v->frame.slots[p->results[t->kept].slot];
  if (known != evaluator_result(u->v, t->kept)) return (touch_list){.given = known};
  const column *list = u->v->frame.slots[t->slot];
  touch_list out = {.offsets = list->list.offsets, .latest = t->moment ? p->as_of : p->today};
  out.at = list->list.records->columns[t->at].i64;
  if (t->where && list->list.records->rows) out.counts = where_holds(u, t, list);
  return out;
}

static bool touch_counts(const touch_list *l, size_t i) {
  return l->at[i] != MISSING_I64 && l->at[i] <= l->latest && (!l->counts || l->counts[i]);
}

/* ---- sequence: the next day of a series, one for each touch since the anchor ---- */

static bool later_than(const cadence_run *u, const touches *t, int64_t at, const column *anchor,
                       size_t row) {
  zone z = u->v->plan->pack->zone;
  bool moment = anchor->type.kind == TYPE_TIMESTAMP;
  int64_t from = anchor->i64[row];
  if (moment == t->moment) return at > from;
  return moment ? at > moment_date(from, z) : moment_date(at, z) > from;
}

static int64_t count_later(const cadence_run *u, const touches *t, const touch_list *l,
                           const column *anchor, size_t row) {
  int64_t n = 0;
  if (l->given) return l->given->i64[row];
  for (size_t i = l->offsets[row]; i < l->offsets[row + 1]; i++)
    n += touch_counts(l, i) && later_than(u, t, l->at[i], anchor, row);
  return n;
}

void run_sequence(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  const cadence_clause *d = c->declared;
  int64_t *kept = evaluator_result(v, c->touches.kept)->i64, anchor_date;
  for (size_t r = 0; r < v->frame.rows; r++)
    v->needed[r] = u->source[r] == DUE_OPEN && clause_holds(u, r);
  const column *anchor = evaluate(v, c->from, v->needed);
  touch_list l = read_touches(u, &c->touches);
  for (size_t r = 0; r < v->frame.rows; r++) {
    kept[r] = MISSING_I64;
    if (!v->needed[r] || !cadence_past(v, anchor, r, &anchor_date)) continue;
    int64_t touched = count_later(u, &c->touches, &l, anchor, r);
    kept[r] = touched;
    if (touched == MISSING_I64) continue;
    if (touched >= (int64_t)d->day_count) {
      clause_took(u, c->done, r, (int)d->day_count);
      continue;
    }
    u->source[r] = DUE_SEQUENCE;
    u->due[r] = calendar_closing(&v->plan->calendar, anchor_date + d->days[touched]);
    clause_took(u, c->code, r, (int)touched);
  }
}

/* ---- cap: no more than so many touches on so many days ---- */

/* Dates of touches, ascending, from where they can matter to the cap. */
typedef struct touch_dates {
  size_t count;
  int64_t *dates;
} touch_dates;

static int by_date(const void *a, const void *b) {
  const int64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static void dates_of(const cadence_run *u, const touches *t, const touch_list *l, size_t row,
                     int64_t after, touch_dates *out) {
  zone z = u->v->plan->pack->zone;
  size_t begin = l->offsets[row], end = l->offsets[row + 1];
  out->count = 0;
  for (size_t i = begin; i < end; i++) {
    if (!touch_counts(l, i)) continue;
    int64_t date = t->moment ? moment_date(l->at[i], z) : l->at[i];
    if (date > after) out->dates[out->count++] = date;
  }
  if (out->count) qsort(out->dates, out->count, sizeof *out->dates, by_date);
}

/* What was kept: dates with a comma between. */
static void dates_given(const text_data *t, size_t row, touch_dates *out) {
  const char *text = t->bytes + t->offsets[row];
  size_t n = t->offsets[row + 1] - t->offsets[row];
  out->count = 0;
  for (size_t at = 0; at + 10 <= n; at += 11)
    out->count += date_parse(text + at, 10, &out->dates[out->count]);
}

static void keep_dates(column *kept, size_t row, const touch_dates *d) {
  if (!d->count) {
    column_add_text(kept, row, NULL, 0);
    return;
  }
  buffer text = {0};
  char date[10];
  for (size_t i = 0; i < d->count; i++) {
    if (i) buffer_char(&text, ',');
    buffer_add(&text, date, date_write(date, d->dates[i]));
  }
  column_add_text(kept, row, text.data, text.size);
  buffer_deinit(&text);
}

/* The working day to which the date must move; false if there is none. */
static bool find_room(const cadence_clause *d, const calendar *k, const touch_dates *t,
                      int64_t *date) {
  size_t first = 0, next = 0; /* those of the days that end with the date */
  for (;;) {
    while (next < t->count && t->dates[next] <= *date) next++;
    while (first < next && t->dates[first] <= *date - d->per) first++;
    if ((int64_t)(next - first) < d->most) return true;
    if (!calendar_add(k, *date, 1, date)) return false;
  }
}

static size_t most_touches(const cadence_run *u, const touch_list *l) {
  size_t most = 0;
  for (size_t r = 0; r < u->v->frame.rows; r++) {
    size_t n = l->given ? (l->given->text.offsets[r + 1] - l->given->text.offsets[r]) / 10
                        : l->offsets[r + 1] - l->offsets[r];
    if (n > most) most = n;
  }
  return most;
}

void run_cap(cadence_run *u, const clause *c) {
  evaluator *v = u->v;
  const plan *p = v->plan;
  column *kept = evaluator_result(v, c->touches.kept);
  touch_list l = read_touches(u, &c->touches);
  touch_dates found = {.dates = arena_array(&v->frame.scratch, most_touches(u, &l) + 1, 8)};
  kept->text.offsets[0] = 0;
  for (size_t r = 0; r < v->frame.rows; r++) {
    bool looks = u->due[r] != MISSING_I64 && u->source[r] != DUE_FIRST_TOUCH && clause_holds(u, r);
    int64_t date = looks ? moment_date(u->due[r], p->pack->zone) : 0, before = date;
    found.count = 0;
    if (looks && l.given)
      dates_given(&l.given->text, r, &found);
    else if (looks)
      dates_of(u, &c->touches, &l, r, (date < p->today ? date : p->today) - c->declared->per,
               &found);
    keep_dates(kept, r, &found);
    if (!looks) continue;
    if (!find_room(c->declared, &p->calendar, &found, &date)) cadence_out_of_years(u, c, r);
    if (date == before) continue;
    u->due[r] = calendar_closing(&p->calendar, date);
    clause_took(u, c->code, r, 0);
  }
}
