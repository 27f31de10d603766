/* Rows against all values that their inputs can have at most: rows that nothing matches, rows that those
 * above them take everything from, and whether every value has a row. Inputs count as independent,
 * so that what is never reached here is never reached. */
#include <stdlib.h>
#include <string.h>

#include "../lang/hit_policy.h"
#include "check_parts.h"

/* ---- the space of a set of rows ---- */

/* A test that looks at other columns, told apart by its text: an axis of its own, false and true. */
typedef struct other_test {
  size_t input;
  const char *text;
} other_test;

typedef struct builder_of_rows {
  check *c;
  row_set *set;
  size_t other_count, room;
  other_test *others;
} builder_of_rows;

static size_t find_other(const builder_of_rows *b, size_t input, const char *text) {
  size_t i = 0;
  while (i < b->other_count &&
         (b->others[i].input != input || strcmp(b->others[i].text, text) != 0))
    i++;
  return i;
}

/* Inputs that read the same column share an axis. */
static void number_axes(builder_of_rows *b) {
  row_set *s = b->set;
  const trace_point *p = s->point;
  s->axis_of = arena_array(&b->c->arena, p->input_count + 1, sizeof *s->axis_of);
  for (size_t k = 0; k < p->input_count; k++) {
    size_t same = 0;
    while (same < k && (p->inputs[same]->slot < 0 || p->inputs[same]->slot != p->inputs[k]->slot))
      same++;
    s->axis_of[k] = same < k ? s->axis_of[same] : s->input_count++;
  }
}

static void make_axes(builder_of_rows *b) {
  row_set *s = b->set;
  check *c = b->c;
  const trace_point *p = s->point;
  const unary_test **columns = arena_array(&c->arena, p->input_count + 1, sizeof *columns);
  s->axes = arena_array(&c->arena, s->input_count + 1, sizeof *s->axes);
  for (size_t x = 0; x < s->input_count; x++) {
    const formula *input = p->inputs[0];
    size_t n = 0;
    for (size_t k = 0; k < p->input_count; k++) {
      if (s->axis_of[k] != x) continue;
      input = p->inputs[k];
      columns[n++] = p->tests[k];
    }
    possible can = possible_of(&c->world, input->tree);
    s->axes[x] = axis_make(c, input->type, &can, columns, n, p->tested);
  }
}

static void find_others(builder_of_rows *b) {
  const trace_point *p = b->set->point;
  size_t room = 0;
  for (size_t k = 0; k < p->input_count; k++)
    for (size_t r = 0; r < p->tested; r++) room += p->tests[k][r].kind == TEST_DYNAMIC;
  b->others = arena_array(&b->c->arena, room + 1, sizeof *b->others);
  for (size_t k = 0; k < p->input_count; k++)
    for (size_t r = 0; r < p->tested; r++) {
      const char *text = p->texts[k][r].text;
      if (p->tests[k][r].kind == TEST_DYNAMIC && find_other(b, k, text) == b->other_count)
        b->others[b->other_count++] = (other_test){k, text};
    }
}

static bool matches(const row_set *s, const unary_test *t, const axis_segment *at) {
  if (t->kind == TEST_DYNAMIC) return !at->missing || t->missing;
  if (at->missing && s->characteristic && t->kind == TEST_ANY) return false;
  return axis_matches(t, at);
}

static void fill_row(builder_of_rows *b, size_t r) {
  row_set *s = b->set;
  const trace_point *p = s->point;
  box *row = &s->rows[r];
  for (size_t x = 0; x < s->input_count; x++)
    for (size_t i = 0; i < s->axes[x].count; i++) {
      bool all = true;
      for (size_t k = 0; k < p->input_count && all; k++)
        all = s->axis_of[k] != x || matches(s, &p->tests[k][r], &s->axes[x].segments[i]);
      if (all) box_set(&s->space, row, x, i);
    }
  for (size_t o = 0; o < b->other_count; o++) {
    const other_test *t = &b->others[o];
    bool own =
        p->tests[t->input][r].kind == TEST_DYNAMIC && !strcmp(p->texts[t->input][r].text, t->text);
    if (!own) box_set(&s->space, row, s->input_count + o, 0);
    box_set(&s->space, row, s->input_count + o, 1);
  }
  box_settle(&s->space, row);
}

static void make_space(builder_of_rows *b) {
  row_set *s = b->set;
  check *c = b->c;
  s->axis_count = s->input_count + b->other_count;
  size_t *sizes = arena_array(&c->arena, s->axis_count + 1, sizeof *sizes);
  for (size_t x = 0; x < s->axis_count; x++) sizes[x] = x < s->input_count ? s->axes[x].count : 2;
  s->space = box_space_new(&c->arena, sizes, s->axis_count);
  s->all = box_new(&s->space, &c->arena);
  for (size_t x = 0; x < s->axis_count; x++) box_set_all(&s->space, &s->all, x);
  box_settle(&s->space, &s->all);
  s->rows = arena_array(&c->arena, s->point->tested + 1, sizeof *s->rows);
  for (size_t r = 0; r < s->point->tested; r++) {
    s->rows[r] = box_new(&s->space, &c->arena);
    fill_row(b, r);
  }
}

/* ---- telling ---- */

static const char *input_text(const row_set *s, size_t number) {
  const trace_point *p = s->point;
  for (size_t k = 0; k < p->input_count; k++)
    if (s->axis_of[k] == number) return p->inputs[k]->text ? p->inputs[k]->text : p->label;
  return p->label;
}

/* A record of the box: a value for each input, one that is there if it may be. */
static const char *witness_of(check *c, const row_set *s, const box *b) {
  buffer out = {0};
  buffer_text(&out, "{");
  for (size_t x = 0; x < s->input_count; x++) {
    size_t at = box_next(&s->space, b, x, 0), more;
    if (at < s->axes[x].count && s->axes[x].segments[at].missing &&
        (more = box_next(&s->space, b, x, at + 1)) < s->axes[x].count)
      at = more;
    if (at == s->axes[x].count) continue;
    buffer_format(&out, "%s%s = ", x ? ", " : " ", input_text(s, x));
    axis_show(&out, &s->axes[x].segments[at], c->pack->zone);
  }
  buffer_text(&out, " }");
  return check_keep(c, &out);
}

static bool depends_on_run(const check *c, const row_set *s, size_t r) {
  for (size_t k = 0; k < s->point->input_count; k++)
    if (check_names_param(c, s->point->texts[k][r].text) ||
        check_names_param(c, s->point->inputs[k]->text))
      return true;
  return false;
}

static bool cell_matches(const row_set *s, size_t k, size_t r) {
  const axis *x = &s->axes[s->axis_of[k]];
  for (size_t i = 0; i < x->count; i++)
    if (matches(s, &s->point->tests[k][r], &x->segments[i])) return true;
  return false;
}

/* A cell that nothing matches. */
static void tell_cell(check *c, const row_set *s, size_t k, size_t r) {
  const trace_point *p = s->point;
  const axis *x = &s->axes[s->axis_of[k]];
  buffer can = {0};
  possible_show(&can, x->type, &x->can, c->pack->zone);
  buffer_text(&can, "");
  check_tell(c, "never-matches", p->ways[r].at, NULL, "mend the cell, or leave the row out",
             "this row never matches: the cell says \"%s\", but \"%s\" %s",
             p->texts[k][r].text ? p->texts[k][r].text : "-", input_text(s, s->axis_of[k]),
             can.data);
  buffer_deinit(&can);
}

/* Cells of one input that match different values. */
static void tell_cells(check *c, const row_set *s, size_t x, size_t r) {
  const trace_point *p = s->point;
  buffer cells = {0};
  for (size_t k = 0; k < p->input_count; k++)
    if (s->axis_of[k] == x && p->tests[k][r].kind != TEST_ANY)
      buffer_format(&cells, "%s\"%s\"", cells.size ? " and " : "", p->texts[k][r].text);
  check_tell(c, "never-matches", p->ways[r].at, NULL, "mend one of the cells, or leave the row out",
             "this row never matches: %s, of one and the same \"%s\", exclude each other",
             cells.data, input_text(s, x));
  buffer_deinit(&cells);
}

static void tell_never(check *c, const row_set *s, size_t r) {
  for (size_t k = 0; k < s->point->input_count; k++)
    if (!cell_matches(s, k, r)) {
      tell_cell(c, s, k, r);
      return;
    }
  for (size_t x = 0; x < s->input_count; x++)
    if (box_next(&s->space, &s->rows[r], x, 0) == s->axes[x].count) {
      tell_cells(c, s, x, r);
      return;
    }
}

static const char *lines_of(check *c, const row_set *s, const bool *took, size_t count) {
  buffer out = {0};
  size_t n = 0, total = 0;
  for (size_t r = 0; r < count; r++) total += took[r];
  for (size_t r = 0; r < count; r++) {
    if (!took[r]) continue;
    n++;
    if (n > 6) {
      buffer_format(&out, " and %zu more", total - 6);
      break;
    }
    buffer_format(&out, "%s%d",
                  n == 1       ? ""
                  : n == total ? " and "
                               : ", ",
                  s->point->ways[r].at.line);
  }
  return check_keep(c, &out);
}

static void tell_masked(check *c, const row_set *s, size_t r, const bool *took) {
  buffer what = {0};
  size_t takers = 0;
  bool ranked = s->hit == HIT_PRIORITY; /* rows stand in the order of their ranks */
  for (size_t k = 0; k < r; k++) takers += took[k];
  buffer_text(&what, "this row");
  if (s->characteristic) buffer_format(&what, " of characteristic \"%s\"", s->point->label);
  buffer_format(&what, " is never reached: the row%s at line%s %s %s it%s match%s everything ",
                takers == 1 ? "" : "s", takers == 1 ? "" : "s", lines_of(c, s, took, r),
                ranked ? takers == 1 ? "that ranks before" : "that rank before" : "before",
                takers == 1 ? "" : " together", takers == 1 ? "es" : "");
  buffer_text(&what, "that it matches");
  check_tell(c, "masked-row", s->point->ways[r].at, witness_of(c, s, &s->rows[r]),
             ranked ? "leave it out, or narrow what ranks before it"
                    : "move it up, or leave it out",
             "%s", what.data);
  buffer_deinit(&what);
}

/* ---- judging ---- */

typedef struct judgement {
  box_work work;
  box *before; /* the rows above that hold in every run */
  bool *took;  /* by row: it takes a part of the row at hand */
  size_t told;
  /* those before the row at hand that meet it */
  size_t meeting_count, *meeting;
  box *boxes;
  bool *takes;
} judgement;

/* False: too much work. */
static bool find_meeting(const row_set *s, judgement *j, size_t r) {
  j->meeting_count = 0;
  if (j->work.left < r) return false;
  j->work.left -= r;
  for (size_t k = 0; k < r; k++) {
    if (!box_meets(&s->space, &j->before[k], &s->rows[r])) continue;
    j->boxes[j->meeting_count] = j->before[k];
    j->meeting[j->meeting_count++] = k;
  }
  return true;
}

/* Whether the rows above take all; by one of them alone if that will do. False: too much work. */
static bool find_takers(const row_set *s, judgement *j, size_t r, bool *masked) {
  memset(j->took, 0, (r + 1) * sizeof *j->took);
  *masked = false;
  if (!find_meeting(s, j, r)) return false;
  for (size_t i = 0; i < j->meeting_count && !*masked; i++)
    *masked = j->took[j->meeting[i]] = box_covers(&s->space, &j->boxes[i], &s->rows[r]);
  if (*masked) return true;
  box_answer left =
      box_left(&s->space, &s->rows[r], j->boxes, j->meeting_count, &j->work, j->takes, NULL);
  *masked = left == BOX_NOTHING;
  for (size_t i = 0; i < j->meeting_count; i++) j->took[j->meeting[i]] = j->takes[i];
  return left != BOX_UNKNOWN;
}

static bool judge_rows(check *c, row_set *s, judgement *j) {
  bool takes = s->hit == HIT_FIRST || s->hit == HIT_PRIORITY;
  const box none = box_new(&s->space, &c->arena);
  box nothing = none;
  box_settle(&s->space, &nothing);
  for (size_t r = 0; r < s->point->tested; r++) {
    bool varies = depends_on_run(c, s, r), masked = false;
    j->before[r] = varies ? nothing : s->rows[r];
    s->reached[r] = true;
    if (varies) continue;
    if (box_is_empty(&s->space, &s->rows[r])) {
      s->reached[r] = false;
      if (j->told++ < TOLD_MOST) tell_never(c, s, r);
      continue;
    }
    if (!takes) continue;
    if (!find_takers(s, j, r, &masked)) return false;
    s->reached[r] = !masked;
    if (masked && j->told++ < TOLD_MOST) tell_masked(c, s, r, j->took);
  }
  if (j->told > TOLD_MOST)
    check_tell(c, "masked-row", s->point->at, NULL, "mend those that are told, then check again",
               "%zu more rows of \"%s\" are never reached", j->told - TOLD_MOST, s->point->label);
  return true;
}

/* A characteristic has points for what is missing, unless points are computed. */
static void leave_missing_out(row_set *s) {
  const trace_point *p = s->point;
  const trace_way *missing = &p->ways[p->way_count - 1];
  bool computes = false;
  for (size_t w = 0; w < p->way_count; w++) computes = computes || p->ways[w].counted;
  if (computes && missing->implied) return;
  for (size_t i = 0; i < s->axes[0].count; i++)
    if (s->axes[0].segments[i].missing) box_unset(&s->space, &s->all, 0, i);
  s->missing_scored = true;
  box_settle(&s->space, &s->all);
}

static bool pairs_meet(const row_set *s, box_work *w) {
  for (size_t r = 1; r < s->point->tested; r++)
    for (size_t k = 0; k < r; k++) {
      if (!w->left--) return true;
      if (box_meets(&s->space, &s->rows[k], &s->rows[r])) return true;
    }
  return false;
}

static void judge(check *c, row_set *s, const table_step *table) {
  judgement j = {.work = {.left = c->options.work ? c->options.work : WORK_USUAL}};
  size_t n = s->point->tested;
  j.before = arena_array(&c->arena, n + 1, sizeof *j.before);
  j.took = arena_array(&c->arena, n + 1, sizeof *j.took);
  j.meeting = arena_array(&c->arena, n + 1, sizeof *j.meeting);
  j.boxes = arena_array(&c->arena, n + 1, sizeof *j.boxes);
  j.takes = arena_array(&c->arena, n + 1, sizeof *j.takes);
  s->judged = judge_rows(c, s, &j);
  if (s->characteristic) leave_missing_out(s);
  box_answer left = BOX_UNKNOWN;
  if (s->judged) left = box_left(&s->space, &s->all, s->rows, n, &j.work, NULL, NULL);
  s->judged = left != BOX_UNKNOWN;
  s->complete = left == BOX_NOTHING;
  bool one = !hit_policy_is_multiple(s->hit), strict = s->hit == HIT_UNIQUE || s->hit == HIT_ANY;
  bool gaps = s->judged && !s->complete && one && (!table || !table->otherwise);
  bool meets = strict && pairs_meet(s, &j.work);
  if (gaps || meets) evidence_ask(c, s, table, gaps, meets);
  arena_deinit(&j.work.scratch);
  if (s->judged || !one) return;
  check_tell(
      c, "not-analysed", s->point->at, NULL,
      "split the table by its most selective input, or take columns out that few rows test",
      "the %zu rows of \"%s\" were not looked at further for gaps and for rows that are never "
      "reached: their tests overlap in too many ways",
      n, s->point->label);
}

row_set *check_rows(check *c, const trace_point *point, hit_policy hit, bool scored,
                    const table_step *table) {
  row_set *s = arena_alloc(&c->arena, sizeof *s);
  builder_of_rows b = {.c = c, .set = s};
  *s = (row_set){.point = point, .hit = hit, .characteristic = scored};
  s->reached = arena_array(&c->arena, point->tested + 1, sizeof *s->reached);
  number_axes(&b);
  make_axes(&b);
  find_others(&b);
  make_space(&b);
  judge(c, s, table);
  return s;
}
