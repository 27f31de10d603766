/* Writing a decision table for a spreadsheet. */
#include <string.h>
#include "../base/text.h"
#include "hit_policy.h"
#include "table_csv.h"

static void put_cell(buffer *out, const char *text) {
  buffer_char(out, ',');
  if (text) text_csv(out, text, strlen(text));
}

/* A name that a header would take for something else stands in parentheses, as a formula may. */
static void put_input(buffer *out, const char *text) {
  static const char *const taken[] = {"code", "note", "from", "to"};
  buffer cell = {0};
  bool own = false;
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    own = own || strcmp(text, taken[i]) == 0;
  buffer_format(&cell, own ? "(%s)" : "%s", text);
  buffer_char(&cell, 0);
  put_cell(out, cell.data);
  buffer_deinit(&cell);
}

static void put_word(buffer *out, const char *word) {
  size_t n = strlen(word);
  bool quoted = strpbrk(word, ",()\"") || word[0] == ' ' || (n && word[n - 1] == ' ');
  buffer_format(out, quoted ? "\"%s\"" : "%s", word);
}

static void put_output(buffer *out, const table_output *o) {
  buffer cell = {0};
  buffer_format(&cell, "%s: %s", o->name, type_name(o->type.kind));
  if (o->type.kind == TYPE_DECIMAL) buffer_format(&cell, "(%d)", o->type.digits);
  if (o->type.kind == TYPE_CHOICE && o->type.choices) {
    buffer_char(&cell, '(');
    for (size_t i = 0; i < o->type.choices->count; i++) {
      if (i > 0) buffer_text(&cell, ", ");
      put_word(&cell, o->type.choices->names[i]);
    }
    if (o->type.rank == RANK_BEST_LAST) {
      buffer_text(&cell, ", best = ");
      put_word(&cell, o->type.choices->names[o->type.choices->count - 1]);
    }
    buffer_char(&cell, ')');
  }
  buffer_char(&cell, 0);
  put_cell(out, cell.data);
  buffer_deinit(&cell);
}

static void put_day(buffer *out, int64_t day) {
  char text[16] = "";
  if (day != INT64_MIN && day != INT64_MAX) text[date_write(text, day)] = '\0';
  put_cell(out, text);
}

/* Columns that only some tables have. */
typedef struct extras {
  bool codes, notes, periods;
} extras;

static void note_extras(const table_row *r, extras *x) {
  x->codes = x->codes || r->code;
  x->notes = x->notes || r->annotation;
  x->periods = x->periods || r->effective.given;
}

static void put_row(const table_step *t, const table_row *r, const extras *x, buffer *out) {
  for (size_t i = 0; i < t->input_count; i++)
    put_cell(out, !r->tests ? "" : r->tests[i].text ? r->tests[i].text : "-");
  for (size_t i = 0; i < t->output_count; i++) put_cell(out, r->outputs[i].text);
  if (x->codes) put_cell(out, r->code);
  if (x->periods) put_day(out, r->effective.given ? r->effective.from : INT64_MIN);
  if (x->periods) put_day(out, r->effective.given ? r->effective.to : INT64_MAX);
  if (x->notes) put_cell(out, r->annotation);
  buffer_char(out, '\n');
}

void table_csv_write(const table_step *t, buffer *out) {
  buffer text = {0};
  extras x = {.notes = t->remark != NULL};
  for (size_t i = 0; i < t->row_count; i++) note_extras(&t->rows[i], &x);
  if (t->otherwise) note_extras(t->otherwise, &x);
  buffer_text(&text, hit_policy_name(t->hit));
  for (size_t i = 0; i < t->input_count; i++) put_input(&text, t->inputs[i].text);
  for (size_t i = 0; i < t->output_count; i++) put_output(&text, &t->outputs[i]);
  if (x.codes) put_cell(&text, "code");
  if (x.periods) put_cell(&text, "from");
  if (x.periods) put_cell(&text, "to");
  if (x.notes) put_cell(&text, t->remark ? t->remark : "note");
  buffer_char(&text, '\n');
  for (size_t i = 0; i < t->row_count; i++) {
    buffer_format(&text, "%zu", i + 1);
    put_row(t, &t->rows[i], &x, &text);
  }
  if (t->otherwise) {
    buffer_text(&text, "default");
    put_row(t, t->otherwise, &x, &text);
  }
  bool ascii = true;
  for (size_t i = 0; i < text.size && ascii; i++) ascii = !((unsigned char)text.data[i] & 0x80);
  if (!ascii) buffer_text(out, "\xEF\xBB\xBF");
  buffer_add(out, text.data, text.size);
  buffer_deinit(&text);
}
