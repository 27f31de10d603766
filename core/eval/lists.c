/* What a plan reads of lists, and the filter of related rows: the condition `where` of a related list
 * as columns over a batch of its rows, before they are joined to anybody. It must never see the
 * customer: a row counts, or does not, whoever it belongs to. */
#include "lists.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is read ---- */

static size_t field_count(const plan *p, size_t list) {
  return p->pack->schema.fields[list].type.record->count;
}

void build_list_read(builder *b, size_t list, size_t item) {
  list_use *u = &b->plan->lists[list];
  u->read = true;
  if (item != SIZE_MAX) u->fields[item] = true;
  b->plan->scope.symbols[list].used = true;
}

void build_list_kept(builder *b, size_t list) {
  for (size_t i = 0; i < field_count(b->plan, list); i++) build_list_read(b, list, i);
  build_list_read(b, list, SIZE_MAX);
  b->plan->lists[list].kept = true;
}

const list_use *plan_list(const plan *p, size_t list) {
  return p->lists[list].fields ? &p->lists[list] : NULL;
}

batch *plan_batch(const plan *p) {
  const schema *s = &p->pack->schema;
  bool *own = mem_array(s->count + 1, sizeof *own);
  for (size_t i = 0; i < s->count; i++) own[i] = !s->fields[i].joined;
  batch *b = batch_new(s, own);
  free(own);
  for (size_t i = 0; i < s->count; i++)
    if (s->fields[i].joined && p->lists[i].read)
      column_init_list(&b->columns[i], s->fields[i].type, BATCH_ROWS, p->lists[i].fields);
  for (size_t i = 0; i < p->previous_count; i++) batch_join(b, p->previous[i].type);
  return b;
}

/* ---- conditions of related rows ---- */

/* What a condition may name: the fields of its row, and what is the same for all. The customer's fields
 * are known too, with slots behind those of the row, so that they can be refused by name. */
static void name_row(const plan *p, const pack_related *r, scope *out) {
  for (size_t i = 1; i < r->schema.count; i++) {
    const field *f = &r->schema.fields[i];
    scope_add(out, f->name, f->type, (int)i, "field")->file_line = f->line;
  }
  for (size_t i = 0; i < p->scope.count; i++) {
    const symbol *s = &p->scope.symbols[i];
    if (scope_find(out, s->name)) continue;
    int slot = s->slot < 0 ? -1 : s->slot + (int)r->schema.count;
    symbol *same = scope_add(out, s->name, s->type, slot, s->defined);
    same->constant = s->constant;
    same->file_line = s->file_line;
  }
}

typedef struct where_check {
  builder *builder;
  const pack_related *related;
  bool wrong;
} where_check;

static void check_slot(void *ctx, const symbol *s) {
  where_check *k = ctx;
  if (s->slot < (int)k->related->schema.count || k->wrong) return;
  k->wrong = true;
  build_error(k->builder, k->related->where.at,
              "where of related \"%s\" reads \"%s\", a field of the customer; which rows count is "
              "said here for all customers alike: put this condition where the list is read",
              k->related->name, s->name);
}

static const formula *compile_where(builder *b, const pack_related *r) {
  plan *p = b->plan;
  scope row = {0};
  name_row(p, r, &row);
  notation_context c = {.arena = &p->arena,
                        .scope = &row,
                        .zone = p->pack->zone,
                        .file = r->where.at.file,
                        .line = r->where.at.line,
                        .findings = b->findings,
                        .workdays = &p->workdays};
  node *tree = notation_expression(&c, r->where.text, bare_type(TYPE_BOOLEAN));
  where_check k = {b, r, false};
  node_slots(tree, check_slot, &k);
  formula *f = tree && !k.wrong ? build_tree(b, tree, r->where.at) : NULL;
  if (f) f->at.name = arena_format(&p->arena, "where of %s", r->name);
  for (size_t i = 0; i + 1 < r->schema.count; i++) p->filtered[r->field][i] = row.symbols[i].used;
  for (size_t i = 0; i < p->scope.count; i++) {
    const symbol *same = scope_find(&row, p->scope.symbols[i].name);
    if (same && same->slot < 0 && same->used) p->scope.symbols[i].used = true;
  }
  scope_deinit(&row);
  return f;
}

void lists_init(builder *b) {
  plan *p = b->plan;
  const pack *of = p->pack;
  p->lists = arena_array(&p->arena, of->schema.count + 1, sizeof *p->lists);
  p->filtered = arena_array(&p->arena, of->schema.count + 1, sizeof *p->filtered);
  p->filters = arena_array(&p->arena, of->related_count + 1, sizeof(formula *));
  for (size_t i = 0; i < of->schema.count; i++) {
    if (of->schema.fields[i].type.kind != TYPE_LIST) continue;
    p->lists[i].fields = arena_array(&p->arena, field_count(p, i) + 1, sizeof(bool));
    p->filtered[i] = arena_array(&p->arena, field_count(p, i) + 1, sizeof(bool));
  }
  for (size_t i = 0; i < of->related_count; i++)
    if (of->related[i].where.text) p->filters[i] = compile_where(b, &of->related[i]);
}

void lists_warn_unread(builder *b) {
  const plan *p = b->plan;
  for (size_t i = 0; i < p->pack->related_count; i++) {
    const pack_related *r = &p->pack->related[i];
    const list_use *u = &p->lists[r->field];
    if (!u->read)
      build_warning(b, r->at, "unread-field",
                    "nothing reads the related list \"%s\": leave it out, or read it", r->name);
    for (size_t k = 1; k < r->schema.count && u->read; k++) {
      const field *f = &r->schema.fields[k];
      if (u->fields[k - 1] || p->filtered[r->field][k - 1] || f->required) continue;
      build_warning(b, (place){f->file, f->line}, "unread-field",
                    "nothing reads the field \"%s\" of the related list \"%s\": leave it out (a "
                    "column that is no field is ignored), or read it",
                    f->name, r->name);
    }
  }
}

/* ---- which rows count ---- */

struct row_filter {
  const formula *condition;
  frame frame;
  decisions faults;
};

row_filter *row_filter_new(const plan *p, size_t number) {
  if (!p->filters[number]) return NULL;
  row_filter *f = mem_alloc(sizeof *f);
  f->condition = p->filters[number];
  f->frame.slots = mem_array(p->pack->related[number].schema.count, sizeof *f->frame.slots);
  f->frame.out = &f->faults;
  f->faults.failed = mem_aligned(BATCH_ROWS + 64);
  return f;
}

void row_filter_free(row_filter *f) {
  if (!f) return;
  free(f->frame.slots);
  arena_deinit(&f->frame.scratch);
  free(f->faults.failed);
  free(f->faults.faults);
  arena_deinit(&f->faults.texts);
  free(f);
}

void row_filter_run(row_filter *f, const batch *rows, uint8_t *keep, const fault **faults,
                    size_t *fault_count) {
  arena_clear(&f->frame.scratch);
  arena_clear(&f->faults.texts);
  f->faults.fault_count = 0;
  memset(f->faults.failed, 0, rows->rows);
  f->frame.rows = rows->rows;
  for (size_t i = 0; i < rows->schema->count; i++) f->frame.slots[i] = &rows->columns[i];
  expr_truth(f->condition->code, &f->frame, &f->condition->at, keep);
  *faults = f->faults.faults;
  *fault_count = f->faults.fault_count;
}
