/* What certainly can happen: gaps and rows that meet, shown by values that inputs have.
 *
 * Inputs that depend on a common field stand in one group. A group that is one field as declared can
 * have every value of it; for all others records are made up and evaluated, and what they bring
 * together is possible. Groups have no field in common, so what each can have, they can have
 * together: a witness picks one of each. */
#include <stdlib.h>
#include <string.h>

#include "../eval/evaluator.h"
#include "../eval/inspect.h"
#include "../lang/hit_policy.h"
#include "check_parts.h"
#include "check_records.h"

#define SIGNATURES_MOST 20000
#define ROWS_MOST 4000 /* of a table about whose dependent inputs records are asked */

/* The rows that the values of a group match, and values that do. */
typedef struct signature {
  uint64_t *rows;
  const char *witness; /* "urgency = \"eager\", visits = 2" */
} signature;

typedef struct group {
  size_t axis; /* of a free one */
  bool free;   /* one field, as declared */
  size_t input_count;
  size_t *inputs;
  size_t count, capacity;
  signature *signatures;
  uint32_t *table; /* open hashing; number + 1 */
  size_t table_size;
} group;

typedef struct question {
  row_set *rows;
  const table_step *declared; /* NULL: a characteristic */
  const char *step;
  bool gaps, meets;
  size_t words; /* of a signature */
  size_t group_count;
  group *groups;
  struct question *next;
} question;

/* ---- on what an input depends ---- */

typedef struct source_walk {
  const check *c;
  uint64_t *into;
} source_walk;

static void add_source(void *ctx, const symbol *s) {
  const source_walk *w = ctx;
  if (s->slot < 0) return;
  for (size_t i = 0; i < w->c->source_words; i++) w->into[i] |= w->c->sources[s->slot][i];
}

void sources_of(const check *c, const node *n, uint64_t *into) {
  source_walk w = {c, into};
  node_slots(n, add_source, &w);
}

void sources_all(const check *c, uint64_t *into) {
  memset(into, 0xFF, c->source_words * sizeof *into);
}

static bool share_source(const check *c, const uint64_t *a, const uint64_t *b) {
  for (size_t i = 0; i < c->source_words; i++)
    if (a[i] & b[i]) return true;
  return false;
}

/* ---- asking ---- */

static uint64_t *input_sources(check *c, const trace_point *p, size_t k) {
  uint64_t *own = arena_array(&c->arena, c->source_words + 1, sizeof *own);
  sources_of(c, p->inputs[k]->tree, own);
  for (size_t r = 0; r < p->tested; r++)
    if (p->tests[k][r].kind == TEST_DYNAMIC) sources_of(c, p->tests[k][r].dynamic, own);
  return own;
}

/* One field alone, of whose values each may come. */
static bool is_free(const check *c, const trace_point *p, size_t k) {
  if (p->inputs[k]->slot < 0 || (size_t)p->inputs[k]->slot >= c->pack->schema.count) return false;
  for (size_t r = 0; r < p->tested; r++)
    if (p->tests[k][r].kind == TEST_DYNAMIC) return false;
  return p->inputs[k]->type.kind != TYPE_KEY;
}

static void make_groups(check *c, question *q) {
  const trace_point *p = q->rows->point;
  size_t n = p->input_count;
  uint64_t **sources = arena_array(&c->arena, n + 1, sizeof *sources);
  size_t *group_of = arena_array(&c->arena, n + 1, sizeof *group_of);
  for (size_t k = 0; k < n; k++) {
    sources[k] = input_sources(c, p, k);
    group_of[k] = k;
  }
  for (size_t k = 1; k < n; k++)
    for (size_t i = 0; i < k; i++) {
      if (group_of[i] == group_of[k] || !share_source(c, sources[i], sources[k])) continue;
      bool earlier = group_of[i] < group_of[k];
      size_t from = group_of[earlier ? k : i], to = group_of[earlier ? i : k];
      for (size_t m = 0; m <= k; m++)
        if (group_of[m] == from) group_of[m] = to;
    }
  q->groups = arena_array(&c->arena, n + 1, sizeof *q->groups);
  for (size_t g = 0; g < n; g++) {
    group *at = &q->groups[q->group_count];
    at->inputs = arena_array(&c->arena, n + 1, sizeof *at->inputs);
    at->free = true;
    for (size_t k = 0; k < n; k++) {
      if (group_of[k] != g) continue;
      at->inputs[at->input_count++] = k;
      at->axis = q->rows->axis_of[k];
      at->free = at->free && is_free(c, p, k);
    }
    for (size_t i = 1; i < at->input_count; i++)
      at->free = at->free && q->rows->axis_of[at->inputs[i]] == at->axis;
    q->group_count += at->input_count > 0;
  }
}

void evidence_ask(check *c, row_set *rows, const table_step *table, bool gaps, bool meets) {
  question *q = arena_alloc(&c->arena, sizeof *q);
  *q = (question){.rows = rows,
                  .declared = table,
                  .step = c->pack->steps[rows->point->step].name,
                  .gaps = gaps,
                  .meets = meets,
                  .words = (rows->point->tested + 63) / 64 + 1};
  make_groups(c, q);
  question **last = &c->asked;
  while (*last) last = &(*last)->next;
  *last = q;
}

static bool needs_records(const question *q) {
  for (size_t g = 0; g < q->group_count; g++)
    if (!q->groups[g].free) return true;
  return false;
}

/* ---- what a batch of records shows ---- */

typedef struct batch_view {
  check *c;
  const question *question;
  const made_records *made;
  const column **inputs;   /* by input */
  const column ***dynamic; /* by input and row of the table: the truth of the test, or NULL */
} batch_view;

static const column *same_dynamic(const batch_view *v, size_t k, size_t row) {
  const trace_point *p = v->question->rows->point;
  for (size_t r = 0; r < row; r++)
    if (v->dynamic[k][r] && !strcmp(p->texts[k][r].text, p->texts[k][row].text))
      return v->dynamic[k][r];
  return NULL;
}

static void look(batch_view *v, size_t k) {
  const trace_point *p = v->question->rows->point;
  v->inputs[k] = inspect(v->made->evaluator, p->inputs[k]->tree);
  v->dynamic[k] = arena_array(&v->c->arena, p->tested + 1, sizeof(column *));
  for (size_t r = 0; r < p->tested; r++) {
    const unary_test *t = &p->tests[k][r];
    if (t->kind != TEST_DYNAMIC) continue;
    v->dynamic[k][r] = same_dynamic(v, k, r);
    if (!v->dynamic[k][r]) v->dynamic[k][r] = inspect(v->made->evaluator, t->dynamic);
  }
}

static bool row_matches(const batch_view *v, size_t k, size_t r, size_t record) {
  const trace_point *p = v->question->rows->point;
  const unary_test *t = &p->tests[k][r];
  if (t->kind == TEST_DYNAMIC) return v->dynamic[k][r]->i32[record] == 1;
  if (t->kind == TEST_ANY && v->question->rows->characteristic)
    return !column_missing(v->inputs[k], record);
  return inspect_test(v->made->evaluator, t, v->inputs[k], record);
}

static void sign(const batch_view *v, const group *g, size_t record, uint64_t *out) {
  const trace_point *p = v->question->rows->point;
  memset(out, 0, v->question->words * sizeof *out);
  for (size_t r = 0; r < p->tested; r++) {
    bool all = true;
    for (size_t i = 0; i < g->input_count && all; i++)
      all = row_matches(v, g->inputs[i], r, record);
    if (all) out[r / 64] |= UINT64_C(1) << (r % 64);
  }
}

static void show_column(buffer *out, const column *c, size_t row, zone z) {
  bool quoted = c->type.kind == TYPE_CHOICE || type_storage(c->type.kind) == STORE_TEXT ||
                c->type.kind == TYPE_DATE || c->type.kind == TYPE_TIMESTAMP;
  if (column_missing(c, row)) {
    buffer_text(out, "null");
  } else if (c->den) {
    value v = {.type = c->type};
    if (rational_make(c->i64[row], c->den[row], &v.exact)) value_show(out, &v, z);
  } else if (c->i64 && type_is_numeric(c->type.kind)) {
    value v = {.type = c->type, .exact = {c->i64[row], 1}};
    value_show(out, &v, z);
  } else {
    if (quoted) buffer_char(out, '"');
    column_write(out, c, row, z);
    if (quoted) buffer_char(out, '"');
  }
}

static const char *input_name(const trace_point *p, size_t k) {
  return p->inputs[k]->text ? p->inputs[k]->text : p->label;
}

static const char *witness(const batch_view *v, const group *g, size_t record) {
  const trace_point *p = v->question->rows->point;
  buffer out = {0};
  for (size_t i = 0; i < g->input_count; i++) {
    buffer_format(&out, "%s%s = ", i ? ", " : "", input_name(p, g->inputs[i]));
    show_column(&out, v->inputs[g->inputs[i]], record, v->c->pack->zone);
  }
  return check_keep(v->c, &out);
}

static uint64_t hash_of(const uint64_t *words, size_t count) {
  uint64_t h = UINT64_C(1469598103934665603);
  for (size_t i = 0; i < count; i++) h = (h ^ words[i]) * UINT64_C(1099511628211) ^ (h >> 29);
  return h;
}

static void grow_table(check *c, const question *q, group *g) {
  g->table_size = g->table_size ? 4 * g->table_size : 256;
  g->table = arena_array(&c->arena, g->table_size, sizeof *g->table);
  for (size_t i = 0; i < g->count; i++) {
    size_t at = hash_of(g->signatures[i].rows, q->words) & (g->table_size - 1);
    while (g->table[at]) at = (at + 1) & (g->table_size - 1);
    g->table[at] = (uint32_t)i + 1;
  }
}

/* Where the signature stands in the table, or is to stand. */
static size_t place_of(const question *q, const group *g, const uint64_t *rows) {
  size_t at = hash_of(rows, q->words) & (g->table_size - 1);
  while (g->table[at] &&
         memcmp(g->signatures[g->table[at] - 1].rows, rows, q->words * sizeof *rows) != 0)
    at = (at + 1) & (g->table_size - 1);
  return at;
}

static void note(const batch_view *v, group *g, const uint64_t *rows, size_t record) {
  check *c = v->c;
  const question *q = v->question;
  if (2 * g->count >= g->table_size) grow_table(c, q, g);
  size_t at = place_of(q, g, rows);
  if (g->table[at] || g->count >= SIGNATURES_MOST) return;
  if (g->count == g->capacity) {
    g->capacity = g->capacity ? 2 * g->capacity : 32;
    signature *wider = arena_array(&c->arena, g->capacity, sizeof *wider);
    if (g->count) memcpy(wider, g->signatures, g->count * sizeof *wider);
    g->signatures = wider;
  }
  uint64_t *own = arena_array(&c->arena, q->words, sizeof *own);
  memcpy(own, rows, q->words * sizeof *own);
  g->signatures[g->count++] = (signature){own, witness(v, g, record)};
  g->table[at] = (uint32_t)g->count;
}

/* A value that is missing and has points is no gap. */
static bool counts(const batch_view *v, const group *g, size_t record) {
  if (!v->question->rows->missing_scored) return true;
  return !column_missing(v->inputs[g->inputs[0]], record);
}

static void look_at_batch(check *c, question *q, const made_records *made) {
  const trace_point *p = q->rows->point;
  batch_view v = {.c = c, .question = q, .made = made};
  v.inputs = arena_array(&c->arena, p->input_count + 1, sizeof *v.inputs);
  v.dynamic = arena_array(&c->arena, p->input_count + 1, sizeof *v.dynamic);
  uint64_t *rows = arena_array(&c->arena, q->words, sizeof *rows);
  for (size_t i = 0; i < q->group_count; i++) {
    group *g = &q->groups[i];
    if (g->free) continue;
    for (size_t k = 0; k < g->input_count; k++) look(&v, g->inputs[k]);
    for (size_t r = 0; r < made->rows; r++) {
      if (!made_reaches(made, r, q->step) || !counts(&v, g, r)) continue;
      sign(&v, g, r, rows);
      note(&v, g, rows, r);
    }
  }
}

/* ---- what it all shows ---- */

typedef struct answer {
  check *c;
  const question *q;
  box_space space;
  box all, *rows;
} answer;

static bool segment_counts(const question *q, const axis_segment *s) {
  return !s->missing || !q->rows->missing_scored;
}

static void fill_answer(answer *a) {
  const question *q = a->q;
  const row_set *s = q->rows;
  for (size_t g = 0; g < q->group_count; g++) {
    const group *at = &q->groups[g];
    for (size_t i = 0; i < a->space.sizes[g]; i++) {
      if (!at->free || segment_counts(q, &s->axes[at->axis].segments[i]))
        box_set(&a->space, &a->all, g, i);
      for (size_t r = 0; r < s->point->tested; r++)
        if (at->free ? box_has(&s->space, &s->rows[r], at->axis, i)
                     : (at->signatures[i].rows[r / 64] >> (r % 64) & 1))
          box_set(&a->space, &a->rows[r], g, i);
    }
  }
  box_settle(&a->space, &a->all);
  for (size_t r = 0; r < s->point->tested; r++) box_settle(&a->space, &a->rows[r]);
}

static answer make_answer(check *c, const question *q) {
  answer a = {.c = c, .q = q};
  size_t *sizes = arena_array(&c->arena, q->group_count + 1, sizeof *sizes);
  for (size_t g = 0; g < q->group_count; g++)
    sizes[g] = q->groups[g].free ? q->rows->axes[q->groups[g].axis].count : q->groups[g].count;
  a.space = box_space_new(&c->arena, sizes, q->group_count);
  a.all = box_new(&a.space, &c->arena);
  a.rows = arena_array(&c->arena, q->rows->point->tested + 1, sizeof *a.rows);
  for (size_t r = 0; r < q->rows->point->tested; r++) a.rows[r] = box_new(&a.space, &c->arena);
  fill_answer(&a);
  return a;
}

static bool is_missing(const answer *a, size_t g, size_t i) {
  const group *at = &a->q->groups[g];
  return at->free ? a->q->rows->axes[at->axis].segments[i].missing
                  : strstr(at->signatures[i].witness, "= null") != NULL;
}

/* A member of the box, or of what two boxes share; one that is there before one that is missing. */
static size_t find_member(const answer *a, size_t g, const box *b, const box *with) {
  size_t size = a->space.sizes[g], found = size;
  for (size_t i = box_next(&a->space, b, g, 0); i < size; i = box_next(&a->space, b, g, i + 1)) {
    if (with && !box_has(&a->space, with, g, i)) continue;
    if (found == size) found = i;
    if (!is_missing(a, g, i)) return i;
  }
  return found;
}

static const char *describe(const answer *a, const box *b, const box *with) {
  const question *q = a->q;
  buffer out = {0};
  buffer_text(&out, "{");
  for (size_t g = 0; g < q->group_count; g++) {
    const group *at = &q->groups[g];
    size_t found = find_member(a, g, b, with);
    if (found == a->space.sizes[g]) continue;
    buffer_text(&out, g ? ", " : " ");
    if (at->free) {
      buffer_format(&out, "%s = ", input_name(q->rows->point, at->inputs[0]));
      axis_show(&out, &q->rows->axes[at->axis].segments[found], a->c->pack->zone);
    } else {
      buffer_text(&out, at->signatures[found].witness);
    }
  }
  buffer_text(&out, " }");
  return check_keep(a->c, &out);
}

static void tell_gap(const answer *a, const box *left) {
  const row_set *s = a->q->rows;
  const char *record = describe(a, left, NULL);
  bool missing = strstr(record, "= null") != NULL;
  if (!s->characteristic)
    check_tell(a->c, "gap", s->point->at, record,
               "add a row for it, or say what counts otherwise: default = ... (\"null\" says that "
               "there is no value)",
               "no row of decision_table \"%s\" takes some records; its outputs are missing then",
               s->point->label);
  else
    check_tell(a->c, "gap", s->point->at, record,
               missing ? "say what a missing value counts as: missing = 0"
                       : "add an attribute for it, or a last one with \"-\" for everything else",
               missing ? "characteristic \"%s\" has no points for a missing value; the score is "
                         "missing then"
                       : "no attribute of characteristic \"%s\" takes some values; they are an "
                         "error of the record (NO_ROW)",
               s->point->label);
}

/* Without what is missing, so that a witness shows a plain value if one does. */
static box plain_values(const answer *a) {
  box plain = box_new(&a->space, &a->c->arena);
  for (size_t g = 0; g < a->q->group_count; g++)
    for (size_t i = box_next(&a->space, &a->all, g, 0); i < a->space.sizes[g];
         i = box_next(&a->space, &a->all, g, i + 1))
      if (!is_missing(a, g, i)) box_set(&a->space, &plain, g, i);
  box_settle(&a->space, &plain);
  return plain;
}

static void answer_gap(const answer *a) {
  box left, plain = plain_values(a);
  const size_t n = a->q->rows->point->tested;
  box_work work = {.left = WORK_USUAL};
  box_answer is = box_left(&a->space, &plain, a->rows, n, &work, NULL, &left);
  if (is != BOX_SOMETHING) is = box_left(&a->space, &a->all, a->rows, n, &work, NULL, &left);
  if (is == BOX_SOMETHING) tell_gap(a, &left);
  arena_deinit(&work.scratch);
}

/* Whether the two rows may say different things; what cannot be told is not. */
static bool outputs_differ(const question *q, size_t x, size_t y) {
  const trace_point *p = q->rows->point;
  for (size_t o = 0; o < q->declared->output_count; o++) {
    const value *a = p->constants[o][x], *b = p->constants[o][y];
    if (!a || !b) {
      bool none_x = !a && !p->gives[o][x], none_y = !b && !p->gives[o][y];
      if (none_x != none_y && (none_x ? b && !b->missing : a && !a->missing)) return true;
      continue;
    }
    if (a->missing != b->missing) return true;
    if (a->missing) continue;
    bool text = a->type.kind == TYPE_TEXT || a->type.kind == TYPE_KEY;
    bool same = text ? a->text && b->text && !strcmp(a->text, b->text)
                : a->type.kind == TYPE_NUMBER || b->type.kind == TYPE_NUMBER
                    ? true
                    : rational_compare(a->exact, b->exact) == 0;
    if (!same) return true;
  }
  return false;
}

static void answer_meeting(const answer *a) {
  const row_set *s = a->q->rows;
  size_t told = 0;
  bool any = s->hit == HIT_ANY;
  for (size_t r = 1; r < s->point->tested && told < TOLD_MOST; r++)
    for (size_t k = 0; k < r; k++) {
      if (!box_meets(&a->space, &a->rows[k], &a->rows[r])) continue;
      if (any && !outputs_differ(a->q, k, r)) continue;
      check_tell(
          a->c, any ? "any-differs" : "unique-overlap", s->point->ways[r].at,
          describe(a, &a->rows[k], &a->rows[r]),
          any ? "make them say the same, or their tests exclude each other"
              : "make their tests exclude each other, or say hit = \"first\"",
          "a record can match both this row and the row at line %d, which hit = \"%s\" makes "
          "an error of that record%s",
          s->point->ways[k].at.line, any ? "any" : "unique",
          any ? ", since they give different outputs" : "");
      told++;
      break;
    }
}

void evidence_gather(check *c) {
  bool records = false;
  for (question *q = c->asked; q; q = q->next)
    records = records || (needs_records(q) && q->rows->point->tested <= ROWS_MOST);
  if (records && c->options.records != SIZE_MAX) {
    made_records *made = made_open(c->pack, c->plan, c->options.records);
    while (made_next(made))
      for (question *q = c->asked; q; q = q->next)
        if (needs_records(q) && q->rows->point->tested <= ROWS_MOST) look_at_batch(c, q, made);
    made_close(made);
  }
  for (question *q = c->asked; q; q = q->next) {
    answer a = make_answer(c, q);
    if (q->gaps) answer_gap(&a);
    if (q->meets) answer_meeting(&a);
  }
}
