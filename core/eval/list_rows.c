/* See list_rows.h. It must never change what it reads: the columns of a piece are views of the
 * records' own, those of the customers are copies. */
#include "list_rows.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "convert.h"

/* ---- opening ---- */

static void refuse_list(builder *b, const char *of, place at, const symbol *found) {
  const schema *s = &b->plan->pack->schema;
  const char **lists = arena_array(&b->plan->arena, s->count + 1, sizeof *lists);
  size_t count = 0;
  for (size_t i = 0; i < s->count; i++)
    if (s->fields[i].type.kind == TYPE_LIST) lists[count++] = s->fields[i].name;
  if (found)
    build_error(b, at, "\"%s\" is %s, not a list of records", of, type_name(found->type.kind));
  else if (!count)
    build_error(b, at, "there is no list \"%s\": the fields have no list at all", of);
  else
    build_error(b, at, "there is no list \"%s\"%s", of, build_suggestion(b, of, lists, count));
}

/* Child names last: a scope is searched from its end. */
static void name_all(builder *b, list_rows *r) {
  const scope *outer = &b->plan->scope;
  for (size_t i = 0; i < outer->count; i++) {
    const symbol *s = &outer->symbols[i];
    if (s->type.kind == TYPE_LIST) continue;
    int slot = s->slot < 0 ? -1 : s->slot + (int)r->record->count;
    symbol *copy = scope_add(&r->names, s->name, s->type, slot, s->defined);
    *copy = *s;
    copy->slot = slot;
    copy->used = false;
  }
  r->record_from = r->names.count;
  const char *defined = arena_format(&b->plan->arena, "field of %s", r->name);
  for (size_t i = 0; i < r->record->count; i++) {
    const field *f = &r->record->fields[i];
    scope_add(&r->names, f->name, f->type, (int)i, defined)->file_line = f->line;
  }
}

list_rows *list_rows_open(builder *b, const char *of, place at) {
  symbol *found = scope_find(&b->plan->scope, of);
  if (!found || found->type.kind != TYPE_LIST) {
    if (!found || !found->faulty) refuse_list(b, of, at, found);
    return NULL;
  }
  list_rows *r = arena_alloc(&b->plan->arena, sizeof *r);
  found->used = true;
  r->name = found->name;
  r->slot = found->slot;
  r->record = found->type.record;
  r->formulas = b->plan->formula_count;
  name_all(b, r);
  b->list = r;
  return r;
}

const symbol *list_rows_previous(void *host, const char *output, const char **why) {
  builder *b = host;
  list_rows *r = b->list;
  const symbol *own = build_previous(host, output, why);
  if (!own) return NULL;
  symbol *copy = arena_alloc(&b->plan->arena, sizeof *copy); /* names may grow and move */
  *copy = *own;
  copy->slot += (int)r->record->count;
  symbol *known = scope_find(&r->names, own->name);
  if (!known) *scope_add(&r->names, own->name, own->type, copy->slot, own->defined) = *copy;
  return copy;
}

const field *list_rows_field(const list_rows *r, const symbol *s) {
  return s->slot >= 0 && (size_t)s->slot < r->record->count ? &r->record->fields[s->slot] : NULL;
}

/* ---- closing ---- */

static void add_gather(plan *p, list_outer *outer, const symbol *s, int slot) {
  if (p->gather_count == p->gather_capacity) {
    p->gather_capacity = p->gather_capacity ? p->gather_capacity * 2 : 8;
    p->gathers = mem_grow(p->gathers, p->gather_capacity, sizeof *p->gathers);
  }
  p->gathers[p->gather_count] = s->type;
  *outer = (list_outer){slot, p->gather_count++};
}

static void note_outer(builder *b, list_rows *r, const symbol *s) {
  symbol *own = scope_find(&b->plan->scope, s->name);
  if (own) own->used = true;
  if (s->slot < 0) return;
  add_gather(b->plan, &r->outers[r->outer_count++], s, s->slot - (int)r->record->count);
}

typedef struct mixture {
  builder *builder;
  const list_rows *rows;
  bool customer; /* the formula reads a column of the customer */
  bool warn;
} mixture;

static void note_mixture(void *ctx, const symbol *s) {
  mixture *m = ctx;
  builder *b = m->builder;
  const symbol *own = scope_find(&b->plan->scope, s->name);
  bool own_field = list_rows_field(m->rows, s) != NULL;
  m->customer = m->customer || !own_field;
  if (!m->warn || !own_field || !own || own->faulty || own->type.kind != s->type.kind) return;
  build_warning(b, b->step->at, "hidden-name",
                "\"%s\" is read from the records of %s and hides the customer's own \"%s\" (%s, "
                "line %d), which may be meant as well: give one of them another name",
                s->name, m->rows->name, s->name, own->defined, own->file_line);
  m->warn = false;
}

/* Where a formula takes values of the customer and of the record together, a name that both have, of
 * the same kind, may mean either. */
static void warn_hidden(builder *b, const list_rows *r) {
  for (size_t i = r->formulas; i < b->plan->formula_count; i++) {
    mixture m = {.builder = b, .rows = r};
    node_slots(b->plan->formulas[i]->tree, note_mixture, &m);
    m.warn = m.customer;
    node_slots(b->plan->formulas[i]->tree, note_mixture, &m);
  }
}

void list_rows_close(builder *b, list_rows *r) {
  plan *p = b->plan;
  size_t fields = r->record->count;
  b->list = NULL;
  build_list_read(b, (size_t)r->slot, SIZE_MAX);
  r->outers = arena_array(&p->arena, r->names.count - fields + 1, sizeof *r->outers);
  for (size_t i = 0; i < r->names.count; i++) {
    const symbol *s = &r->names.symbols[i];
    if (!s->used) continue;
    if (i < r->record_from || i >= r->record_from + fields)
      note_outer(b, r, s);
    else
      build_list_read(b, (size_t)r->slot, i - r->record_from);
  }
  warn_hidden(b, r);
  scope_deinit(&r->names);
  p->list_steps++;
}

/* ---- what may be missing ---- */

/* Notes the fields that must be there for the condition to be true. */
static void note_known(const list_rows *r, const node *n, bool *known) {
  if (n->kind == NODE_SLOT) {
    if (list_rows_field(r, n->symbol)) known[n->symbol->slot] = true;
    return;
  }
  bool null = n->kind == NODE_EQUAL && n->children[1]->type.kind == TYPE_NONE;
  bool open = n->kind == NODE_OR || n->kind == NODE_IN || n->kind == NODE_IF || null ||
              (n->kind == NODE_CALL && n->function == FUNCTION_COALESCE) || n->kind == NODE_NOT;
  for (size_t i = 0; !open && i < n->child_count; i++) note_known(r, n->children[i], known);
  if (n->kind == NODE_IN && n->child_count == 2) note_known(r, n->children[1], known);
}

/* A field for want of which the value is missing, or NULL. */
static const field *may_lack(const list_rows *r, const node *n, const bool *known) {
  if (n->kind == NODE_SLOT) {
    const field *f = list_rows_field(r, n->symbol);
    return f && !f->required && !known[n->symbol->slot] ? f : NULL;
  }
  const field *found = NULL;
  bool coalesce = n->kind == NODE_CALL && n->function == FUNCTION_COALESCE;
  if ((n->kind == NODE_EQUAL || n->kind == NODE_NOT_EQUAL) &&
      n->children[1]->type.kind == TYPE_NONE)
    return NULL; /* x = null is never unknown */
  for (size_t i = n->kind == NODE_IF ? 1 : 0; i < n->child_count; i++) {
    const field *f = may_lack(r, n->children[i], known);
    if (coalesce && !f) return NULL;
    if (!found) found = f;
  }
  return found;
}

void list_warn_missing(builder *b, const list_rows *r, const formula *f, const list_filter *counts,
                       const char *instead) {
  bool *known = mem_array(r->record->count + 1, sizeof *known);
  if (counts->where) note_known(r, counts->where->tree, known);
  if (counts->at) note_known(r, counts->at->tree, known);
  const field *lacks = may_lack(r, f->tree, known);
  free(known);
  if (!lacks) return;
  build_warning(b, (place){f->at.file, f->at.line}, "missing-in-list",
                "\"%s\" of a record of %s may be missing, and then \"%s\" is missing: write %s "
                "here, or required = true behind its type",
                lacks->name, r->name, b->step->name, instead);
}

/* ---- which records count ---- */

static bool whole_days(builder *b, rule_text text, const char *what, int64_t *out) {
  rational days;
  if (!build_number(b, text, what, &days)) return false;
  *out = (int64_t)days.num;
  if (days.den == 1 && days.num >= 0 && days.num <= 4000000) return true;
  build_error(b, text.at, "%s is \"%s\", which must be a whole number of days from 0 to 4000000",
              what, text.text);
  return false;
}

static bool window_days(builder *b, rule_text from, rule_text to, int64_t *least, int64_t *most) {
  *least = 0;
  if (!whole_days(b, to, "within", most)) return false;
  if (!from.text) {
    if (--*most >= 0) return true;
    build_error(b, to.at, "within = 0 leaves no day: within = 1 is today alone");
    return false;
  }
  if (!whole_days(b, from, "within", least)) return false;
  if (*least <= *most) return true;
  build_error(b, from.at, "within = { %s, %s } leaves no day: the least age comes first", from.text,
              to.text);
  return false;
}

/* The moment at which the record happened: as said, or its field `at`. */
static const formula *moment(builder *b, const list_rows *r, rule_text at) {
  int own = schema_find(r->record, "at");
  if (!at.text && own < 0) {
    build_error(b, b->step->at, "it is not said when a record of %s happened: at = \"...\"",
                r->name);
    return NULL;
  }
  rule_text text = at.text ? at : (rule_text){"at", b->step->at};
  formula *f = build_formula(b, text, bare_type(TYPE_NONE));
  if (!f || f->type.kind == TYPE_DATE || f->type.kind == TYPE_TIMESTAMP) return f;
  build_error(b, text.at, "\"%s\" is %s, but the moment of a record is a date or a timestamp",
              text.text, type_name(f->type.kind));
  return NULL;
}

bool list_filter_compile(builder *b, const list_rows *r, list_filter *f, rule_text where,
                         rule_text at, rule_text from, rule_text to, bool needed) {
  const plan *p = b->plan;
  int64_t least = 0, most = -1; /* -1: any age */
  bool ok = true;
  if (where.text) ok = (f->where = build_condition(b, where)) != NULL;
  if (!needed && !to.text) return ok;
  if (to.text) ok = window_days(b, from, to, &least, &most) && ok;
  f->at = moment(b, r, at);
  if (!ok || !f->at) return false;
  bool dates = f->at->type.kind == TYPE_DATE;
  zone z = p->pack->zone;
  f->low = MISSING_I64 + 1;
  if (most >= 0) f->low = dates ? p->today - most : moment_at(p->today - most, 0, z);
  f->high = dates ? p->today - least : moment_at(p->today - least + 1, 0, z) - 1;
  if (!dates && f->high > p->as_of) f->high = p->as_of;
  return true;
}

/* ---- an evaluator's space ---- */

struct list_space {
  frame frame;
  decisions faults; /* by row of the piece */
  column *views;    /* of the records' fields, at the piece */
  column *gathered; /* by plan->gathers, BATCH_ROWS each */
};

struct list_space *list_space_new(const plan *p) {
  struct list_space *s = mem_alloc(sizeof *s);
  const schema *all = &p->pack->schema;
  size_t most = 0;
  for (size_t i = 0; i < all->count; i++)
    if (all->fields[i].type.kind == TYPE_LIST && all->fields[i].type.record->count > most)
      most = all->fields[i].type.record->count;
  s->frame.slots = mem_array(most + p->slot_count, sizeof *s->frame.slots);
  s->frame.out = &s->faults;
  s->faults.failed = mem_aligned(BATCH_ROWS);
  s->views = mem_array(most + 1, sizeof *s->views);
  s->gathered = mem_array(p->gather_count + 1, sizeof *s->gathered);
  for (size_t i = 0; i < p->gather_count; i++)
    column_init(&s->gathered[i], p->gathers[i], BATCH_ROWS);
  return s;
}

void list_space_free(const plan *p, struct list_space *s) {
  if (!s) return;
  for (size_t i = 0; i < p->gather_count; i++) column_deinit(&s->gathered[i]);
  free(s->gathered);
  free(s->views);
  free(s->frame.slots);
  free(s->faults.failed);
  free(s->faults.faults);
  arena_deinit(&s->faults.texts);
  arena_deinit(&s->frame.scratch);
  free(s);
}

/* ---- walking ---- */

void list_walk_begin(list_walk *w, evaluator *v, const list_rows *r) {
  *w = (list_walk){.v = v, .rows = r, .list = v->frame.slots[r->slot]};
  w->total = w->list->list.offsets[v->frame.rows];
}

static void view(const column *from, size_t start, column *to) {
  *to = *from;
  if (from->i64) to->i64 = from->i64 + start;
  if (from->i32) to->i32 = from->i32 + start;
  if (from->f64) to->f64 = from->f64 + start;
  if (from->text.offsets) to->text.offsets = from->text.offsets + start;
  if (from->text.missing) to->text.missing = from->text.missing + start;
}

/* Copies row `from` into rows [at, end). */
static void repeat(const column *from, size_t row, column *to, size_t at, size_t end) {
  for (size_t i = at; i < end; i++) {
    if (to->i64) to->i64[i] = from->i64[row];
    if (to->den) to->den[i] = from->den[row];
    if (to->i32) to->i32[i] = from->i32[row];
    if (to->f64) to->f64[i] = from->f64[row];
    if (to->text.offsets) convert_text(from, row, to, i);
  }
}

static void gather(list_walk *w, const column *from, column *to) {
  list_walk at = *w; /* the customers are gone through again later */
  list_span s;
  while (list_span_next(&at, &s)) repeat(from, s.customer, to, s.from, s.to);
}

bool list_walk_next(list_walk *w) {
  struct list_space *s = w->v->lists;
  const batch *records = w->list->list.records;
  size_t fields = w->rows->record->count;
  w->start += w->count;
  w->at = w->start;
  if (w->begun && w->start >= w->total) return false;
  w->begun = true;
  w->count = w->total - w->start < BATCH_ROWS ? w->total - w->start : BATCH_ROWS;
  arena_clear(&s->frame.scratch);
  s->frame.rows = w->count;
  for (size_t i = 0; i < fields; i++) {
    view(&records->columns[i], w->start, &s->views[i]);
    s->frame.slots[i] = &s->views[i];
  }
  for (size_t i = 0; i < w->rows->outer_count; i++) {
    const list_outer *o = &w->rows->outers[i];
    gather(w, w->v->frame.slots[o->slot], &s->gathered[o->gather]);
    s->frame.slots[fields + (size_t)o->slot] = &s->gathered[o->gather];
  }
  return true;
}

bool list_span_next(list_walk *w, list_span *s) {
  size_t end = w->start + w->count, customer = w->customer, from = w->at;
  if (customer >= w->v->frame.rows) return false;
  size_t behind = w->list->list.offsets[customer + 1];
  bool last = behind <= end;
  w->at = last ? behind : end;
  w->customer += last;
  *s = (list_span){customer, from - w->start, w->at - w->start, last};
  return last || from < end;
}

size_t list_owner(const list_walk *w, size_t row) {
  const uint32_t *offsets = w->list->list.offsets;
  size_t c = w->customer;
  while (offsets[c + 1] <= w->start + row) c++;
  return c;
}

/* Faults that formulas found in records that do not count are forgotten. */
static void take_faults(list_walk *w, const uint8_t *needed) {
  decisions *d = &w->v->lists->faults;
  for (size_t i = 0; i < d->fault_count; i++) {
    const fault *f = &d->faults[i];
    d->failed[f->row] = 0;
    if (needed && !needed[f->row]) continue;
    step_place at = {f->rule, f->file, f->line};
    frame_fail(&w->v->frame, list_owner(w, f->row), f->code, &at, "a record of %s: %s",
               w->rows->name, f->message);
  }
  d->fault_count = 0;
  arena_clear(&d->texts);
}

const column *list_evaluate(list_walk *w, const formula *f, const uint8_t *needed) {
  struct list_space *s = w->v->lists;
  if (f->slot >= 0) return s->frame.slots[f->slot];
  const column *made = expr_eval(f->code, &s->frame, &f->at);
  if (s->faults.fault_count) take_faults(w, needed);
  return made;
}

void list_filter_run(list_walk *w, const list_filter *f, uint8_t *counted, const column **at) {
  *at = NULL;
  if (f->where) {
    const int32_t *truth = list_evaluate(w, f->where, NULL)->i32;
    for (size_t i = 0; i < w->count; i++) counted[i] = truth[i] == 1;
  } else {
    memset(counted, 1, w->count);
  }
  if (!f->at) return;
  *at = list_evaluate(w, f->at, counted);
  const int64_t *moments = (*at)->i64;
  for (size_t i = 0; i < w->count; i++)
    counted[i] = (uint8_t)(counted[i] & (moments[i] >= f->low) & (moments[i] <= f->high));
}

void *list_room(list_walk *w, size_t bytes) {
  return arena_alloc(&w->v->lists->frame.scratch, bytes);
}
