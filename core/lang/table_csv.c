/* Decision tables that live in a spreadsheet. The first row says what the columns are:
 *
 *   first, expected_purchase, date(last_contact_at), urgency: choice, code,          note
 *   1,     < today,           -,                     wait_and_see,    PURCHASE_PAST, it has passed
 *   default, ,                ,                      hopeful
 *
 * The corner is the hit policy, by DMN's letter or its name; the column under it is for the rows'
 * numbers and read by nobody, but for the word default. A column `name: type` is an output, `code`
 * the reason code, `note` and whatever begins with # are remarks, `from` and `to` the days on
 * which a row is in force; every other column is an input expression whose cells are tests. An empty
 * test means any value, an empty output none. Columns and rows without anything do not count. */
#include "table_csv.h"

#include <ctype.h>
#include <string.h>
#include "cell_habits.h"
#include "hit_policy.h"
#include "period.h"
#include "sheet.h"

typedef enum column_role {
  ROLE_BLANK,
  ROLE_NUMBER,
  ROLE_INPUT,
  ROLE_OUTPUT,
  ROLE_CODE,
  ROLE_NOTE,
  ROLE_FROM,
  ROLE_TO
} column_role;

typedef struct columns {
  size_t count, corner;
  column_role *roles;
} columns;

/* ---- the header ---- */

static bool read_corner(const body *b, const char *cell, place at, table_step *t) {
  t->hit_at = at;
  if (hit_policy_read(cell_plain(&b->l->pack->arena, cell), &t->hit)) return true;
  const char *const *names = hit_policy_names();
  declare_error(b->l, at,
                "the corner cell is \"%s\"; it must hold the hit policy: %s (or DMN's letter), and "
                "the column under it the rows' numbers%s",
                cell, declare_choices(b->l, names, HIT_POLICY_COUNT),
                declare_meant(b->l, cell, names, HIT_POLICY_COUNT));
  return false;
}

/* `name: type`. False: the header is no output. */
static bool output_header(const body *b, const char *cell, place at, table_output *out) {
  static const char *const types[] = {"choice",  "integer", "money",     "decimal(2)", "number",
                                      "boolean", "date",    "timestamp", "text"};
  const char *p = cell;
  while (isalnum((unsigned char)*p) || *p == '_') p++;
  size_t name = (size_t)(p - cell);
  while (*p == ' ') p++;
  if (name == 0 || *p != ':') return false;
  p++;
  while (*p == ' ') p++;
  out->name = arena_string_n(&b->l->pack->arena, cell, name);
  if (!declare_type_text(b->l, p, strlen(p), &out->type)) {
    declare_error(b->l, at,
                  "the output \"%s\" has the type \"%s\", which must be choice, choice(high, low), "
                  "integer, money, decimal(2), number, boolean, date, timestamp or text%s",
                  out->name, p, declare_meant(b->l, p, COUNTED(types)));
    out->type = (value_type){.kind = TYPE_CHOICE, .denominator = 1};
  }
  return true;
}

static column_role role_of(const char *header) {
  if (!*header) return ROLE_BLANK;
  if (strcmp(header, "code") == 0) return ROLE_CODE;
  if (strcmp(header, "note") == 0 || *header == '#') return ROLE_NOTE;
  if (strcmp(header, "from") == 0) return ROLE_FROM;
  if (strcmp(header, "to") == 0) return ROLE_TO;
  return ROLE_INPUT;
}

static void read_column(const body *b, const char *cell, place at, column_role *role,
                        table_step *t) {
  arena *a = &b->l->pack->arena;
  table_output out;
  *role = role_of(cell);
  if (*cell == '#') t->remark = t->remark ? arena_format(a, "%s; %s", t->remark, cell + 1) : cell;
  if (*role != ROLE_INPUT) return;
  const char *header = cell_plain(a, cell);
  if (output_header(b, header, at, &out)) {
    *role = ROLE_OUTPUT;
    *ARENA_PUSH(a, t->outputs, t->output_count) = out;
  } else {
    *ARENA_PUSH(a, t->inputs, t->input_count) = (rule_text){header, at};
  }
}

static void find_role_twice(const body *b, const columns *c, place at) {
  static const struct {
    column_role role;
    const char *name;
  } once[] = {{ROLE_CODE, "code"}, {ROLE_FROM, "from"}, {ROLE_TO, "to"}};
  for (size_t k = 0; k < sizeof once / sizeof *once; k++) {
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++) n += c->roles[i] == once[k].role;
    if (n > 1)
      declare_error(b->l, at, "there are %zu columns \"%s\"; one of them", n, once[k].name);
  }
}

static bool read_header(const body *b, const char *file, const sheet_row *row, columns *c,
                        table_step *t) {
  place at = {file, row->line};
  *c = (columns){.count = row->count};
  c->roles = arena_array(&b->l->pack->arena, row->count + 1, sizeof *c->roles);
  while (!*row->cells[c->corner]) c->corner++; /* a row that is read has something in it */
  c->roles[c->corner] = ROLE_NUMBER;
  if (!read_corner(b, row->cells[c->corner], at, t)) return false;
  for (size_t i = c->corner + 1; i < row->count; i++)
    read_column(b, row->cells[i], at, &c->roles[i], t);
  find_role_twice(b, c, at);
  if (!t->input_count) declare_error(b->l, at, "the table has no input column");
  if (!t->output_count)
    declare_error(b->l, at,
                  "the table has no output column; an output's header is its name, a colon "
                  "and its type: urgency: choice");
  return t->input_count && t->output_count;
}

/* ---- rows ---- */

static const char *read_cell(const body *b, const char *cell, place at, bool plain) {
  arena *a = &b->l->pack->arena;
  if (plain) cell = cell_plain(a, cell);
  const char *told = cell_habit(a, cell);
  if (told) declare_error(b->l, at, "the cell \"%s\" %s", cell, told);
  return cell;
}

static const char *add_note(const body *b, const char *notes, const char *note) {
  return notes ? arena_format(&b->l->pack->arena, "%s; %s", notes, note) : note;
}

/* A row whose number is the word default: values for what no row matches. */
static bool is_default(const columns *c, const sheet_row *row) {
  const char *number = c->corner < row->count ? row->cells[c->corner] : "";
  return strcmp(number, "default") == 0 || strcmp(number, "默认") == 0;
}

static void fill_row(const body *b, const sheet_row *row, const columns *c, const table_step *t,
                     table_row *r) {
  size_t input = 0, output = 0;
  for (size_t i = 0; i < c->count; i++) {
    const char *cell = i < row->count && *row->cells[i] ? row->cells[i] : NULL;
    switch (c->roles[i]) {
    case ROLE_BLANK:
      if (cell) declare_error(b->l, r->at, "the cell \"%s\" stands under no header", cell);
      break;
    case ROLE_NUMBER:
      break;
    case ROLE_INPUT:
      r->tests[input++] = (rule_text){cell ? read_cell(b, cell, r->at, true) : "-", r->at};
      break;
    case ROLE_OUTPUT: {
      type_kind kind = t->outputs[output].type.kind;
      bool words = kind == TYPE_CHOICE || kind == TYPE_TEXT; /* what stands there is the word */
      r->outputs[output++] = (rule_text){cell ? read_cell(b, cell, r->at, !words) : NULL, r->at};
      break;
    }
    case ROLE_CODE:
      if (cell && declare_code_ok(b->l, r->at, cell)) r->code = cell;
      break;
    case ROLE_NOTE:
      if (cell) r->annotation = add_note(b, r->annotation, cell);
      break;
    case ROLE_FROM:
      period_read_cell(b->l, r->at, "from", cell, &r->effective);
      break;
    case ROLE_TO:
      period_read_cell(b->l, r->at, "to", cell, &r->effective);
      break;
    }
  }
  for (size_t i = c->count; i < row->count; i++)
    if (*row->cells[i])
      declare_error(b->l, r->at, "the cell \"%s\" stands under no header", row->cells[i]);
  period_check(b->l, &r->effective, "this row");
}

static void read_default(const body *b, const table_row *r, table_step *t) {
  bool tested = false;
  for (size_t i = 0; i < t->input_count; i++) tested = tested || strcmp(r->tests[i].text, "-") != 0;
  if (tested || r->effective.given)
    declare_error(b->l, r->at,
                  "the default is for whatever no row matches: its tests and dates stay empty");
  if (t->otherwise)
    declare_error(b->l, r->at, "there is a second default, first in line %d",
                  t->otherwise->at.line);
  t->otherwise = arena_alloc(&b->l->pack->arena, sizeof *t->otherwise);
  *t->otherwise = *r;
  t->otherwise->tests = NULL;
}

static void read_rows(const body *b, const char *file, const sheet *s, const columns *c,
                      table_step *t) {
  arena *a = &b->l->pack->arena;
  for (size_t i = 1; i < s->count; i++) {
    table_row r = {.at = {file, s->rows[i].line}};
    r.tests = arena_array(a, t->input_count, sizeof *r.tests);
    r.outputs = arena_array(a, t->output_count, sizeof *r.outputs);
    fill_row(b, &s->rows[i], c, t, &r);
    if (is_default(c, &s->rows[i]))
      read_default(b, &r, t);
    else
      *ARENA_PUSH(a, t->rows, t->row_count) = r;
  }
}

void table_csv_read(const body *b, const char *file, table_step *out) {
  loader *l = b->l;
  const pack_file *f = pack_read(l, file, body_key_at(b, "file"), false);
  if (!f) return;
  const char *shown = arena_format(&l->pack->arena, "%s/%s", l->folder, f->name);
  sheet s;
  columns c;
  out->csv = f->name;
  if (!sheet_read(&l->pack->arena, shown, f->data, f->size, &s, l->out)) return;
  if (!s.count) {
    declare_error(l, (place){shown, 1}, "the table is empty");
    return;
  }
  if (!read_header(b, shown, &s.rows[0], &c, out)) return;
  read_rows(b, shown, &s, &c, out);
  if (!out->row_count) declare_error(l, (place){shown, s.rows[0].line}, "the table has no rows");
}
