/* Decision tables that live in a spreadsheet. The first row says what the columns are:
 *
 *   first, expected_purchase,   date(last_contact_at), urgency: choice, code,          note
 *   1,     < today,             -,                     wait_and_see,    PURCHASE_PAST, the date has
 * passed
 *
 * The corner is the hit policy (first, unique or any; F, U, A as in DMN), the column under it is
 * for the row's number and read by nobody. A column `name: type` is an output, `code` and `note`
 * are the reason code and a remark, every other column is an input expression whose cells are
 * tests; an empty test means any value, an empty output none. */
#include "declare.h"

#include <ctype.h>
#include <string.h>
#include "sheet.h"

typedef enum column_role { ROLE_NUMBER, ROLE_INPUT, ROLE_OUTPUT, ROLE_CODE, ROLE_NOTE } column_role;

typedef struct columns {
  size_t count;
  column_role *roles;
} columns;

static bool read_corner(const body *b, const char *cell, place at, table_step *t) {
  static const char *const words[] = {"first", "unique", "any"};
  for (size_t i = 0; i < 3; i++) {
    if (strcmp(cell, words[i]) != 0 &&
        !(toupper((unsigned char)words[i][0]) == cell[0] && !cell[1]))
      continue;
    t->hit = (hit_policy)i;
    return true;
  }
  declare_error(b->l, at,
                "the corner cell is \"%s\"; it must hold the hit policy: first, unique or any "
                "(or F, U, A), and the column under it the rows' numbers",
                cell);
  return false;
}

/* `name: type`, the colon may be a Chinese one. False: the header is no output. */
static bool output_header(const body *b, const char *cell, place at, table_output *out) {
  static const char *const types[] = {"choice",  "integer", "money",     "decimal(2)", "number",
                                      "boolean", "date",    "timestamp", "text"};
  const char *p = cell, *wide = "\xEF\xBC\x9A"; /* ： */
  while (isalnum((unsigned char)*p) || *p == '_') p++;
  size_t name = (size_t)(p - cell);
  while (*p == ' ') p++;
  if (name == 0 || (*p != ':' && strncmp(p, wide, 3) != 0)) return false;
  p += *p == ':' ? 1 : 3;
  while (*p == ' ') p++;
  out->name = arena_string_n(&b->l->pack->arena, cell, name);
  if (!declare_type_text(b->l, p, strlen(p), &out->type)) {
    declare_error(b->l, at,
                  "the output \"%s\" has the type \"%s\", which must be choice, integer, money, "
                  "decimal(2), number, boolean, date, timestamp or text%s",
                  out->name, p, declare_meant(b->l, p, COUNTED(types)));
    out->type = (value_type){.kind = TYPE_CHOICE, .denominator = 1};
  }
  return true;
}

static bool read_header(const body *b, const char *file, const sheet_row *row, columns *c,
                        table_step *t) {
  arena *a = &b->l->pack->arena;
  place at = {file, row->line};
  c->count = row->count;
  c->roles = arena_array(a, row->count, sizeof *c->roles);
  if (!read_corner(b, row->cells[0], at, t)) return false;
  for (size_t i = 1; i < row->count; i++) {
    const char *cell = row->cells[i];
    table_output out;
    if (strcmp(cell, "code") == 0) {
      c->roles[i] = ROLE_CODE;
    } else if (strcmp(cell, "note") == 0) {
      c->roles[i] = ROLE_NOTE;
    } else if (!*cell) {
      declare_error(b->l, at, "column %zu has no header", i + 1);
      return false;
    } else if (output_header(b, cell, at, &out)) {
      c->roles[i] = ROLE_OUTPUT;
      *ARENA_PUSH(a, t->outputs, t->output_count) = out;
    } else {
      c->roles[i] = ROLE_INPUT;
      *ARENA_PUSH(a, t->inputs, t->input_count) = (rule_text){cell, at};
    }
  }
  if (!t->input_count) declare_error(b->l, at, "the table has no input column");
  if (!t->output_count)
    declare_error(b->l, at,
                  "the table has no output column; an output's header is its name, a colon "
                  "and its type: urgency: choice");
  return t->input_count && t->output_count;
}

static void read_cells(const body *b, const char *file, const sheet_row *row, const columns *c,
                       table_step *t) {
  arena *a = &b->l->pack->arena;
  place at = {file, row->line};
  table_row *r = ARENA_PUSH(a, t->rows, t->row_count);
  r->at = at;
  r->tests = arena_array(a, t->input_count, sizeof *r->tests);
  r->outputs = arena_array(a, t->output_count, sizeof *r->outputs);
  size_t input = 0, output = 0;
  for (size_t i = 0; i < c->count; i++) {
    const char *cell = i < row->count && *row->cells[i] ? row->cells[i] : NULL;
    switch (c->roles[i]) {
    case ROLE_NUMBER:
      break;
    case ROLE_INPUT:
      r->tests[input++] = (rule_text){cell ? cell : "-", at};
      break;
    case ROLE_OUTPUT:
      r->outputs[output++] = (rule_text){cell, at};
      break;
    case ROLE_CODE:
      if (cell && declare_code_ok(b->l, at, cell)) r->code = cell;
      break;
    case ROLE_NOTE:
      r->annotation = cell;
      break;
    }
  }
  for (size_t i = c->count; i < row->count; i++)
    if (*row->cells[i])
      declare_error(b->l, at, "the cell \"%s\" stands under no header", row->cells[i]);
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
  for (size_t i = 1; i < s.count; i++) read_cells(b, shown, &s.rows[i], &c, out);
  if (s.count < 2) declare_error(l, (place){shown, s.rows[0].line}, "the table has no rows");
}
