/* assay table: the decision tables of a pack, to be looked at, or as CSV to be edited in a spreadsheet.
 * Runs nothing. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../base/text.h"
#include "../lang/hit_policy.h"
#include "../lang/period.h"
#include "../lang/table_csv.h"
#include "cli.h"
#include "output.h"
#include "params.h"

static const option options[] = {
    {"format", "table|csv", OFFER_WORDS, "table|csv", false,
     "aligned for the eye, or CSV as a decision_table reads it; by default table"},
    {"as-of", "T", OFFER_NOTHING, NULL, false,
     "the moment whose version is meant, as 2025-09-26T15:00:00+08:00; by default now"},
};

static void taken(output *o, buffer *b) {
  buffer_char(b, 0);
  output_text(o, b->data);
  buffer_clear(b);
}

/* ---- which there are ---- */

static void list_table(output *o, const step *s, buffer *b) {
  const table_step *t = &s->table;
  output_text(o, s->name);
  output_text(o, hit_policy_name(t->hit));
  buffer_format(b, "%zu", t->row_count);
  taken(o, b);
  for (size_t i = 0; i < t->input_count; i++)
    buffer_format(b, "%s%s", i ? ", " : "", t->inputs[i].text);
  taken(o, b);
  for (size_t i = 0; i < t->output_count; i++)
    buffer_format(b, "%s%s", i ? ", " : "", t->outputs[i].name);
  taken(o, b);
  period_describe(&t->effective, b);
  taken(o, b);
  if (t->csv)
    output_text(o, t->csv);
  else
    buffer_format(b, "%s:%d", s->at.file, s->at.line), taken(o, b);
  output_end_row(o);
}

static error_code list_tables(const pack *p, error *e) {
  static const char *const heads[] = {"name",    "hit",       "rows",   "inputs",
                                      "outputs", "effective", "written"};
  output *o = output_new(stdout, OUTPUT_TABLE, output_colour(stdout));
  buffer b = {0};
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
    output_column(o, heads[i], i == 2 ? CELL_RAW : CELL_TEXT);
  for (size_t i = 0; i < p->step_count; i++)
    if (p->steps[i].kind == STEP_TABLE) list_table(o, &p->steps[i], &b);
  buffer_deinit(&b);
  return output_close(o, e);
}

/* ---- one of them ---- */

/* Columns that not every table has. */
typedef struct shown {
  bool code, effective, note;
} shown;

static void note_shown(const table_row *r, shown *x) {
  x->code = x->code || r->code;
  x->effective = x->effective || r->effective.given;
  x->note = x->note || r->annotation;
}

static void print_row(output *o, const table_step *t, const table_row *r, const shown *x,
                      buffer *b) {
  for (size_t i = 0; i < t->input_count; i++)
    output_text(o, !r->tests ? "" : r->tests[i].text ? r->tests[i].text : "-");
  for (size_t i = 0; i < t->output_count; i++)
    output_text(o, r->outputs[i].text ? r->outputs[i].text : "");
  if (x->code) output_text(o, r->code ? r->code : "");
  if (x->effective && r->effective.given) period_describe(&r->effective, b);
  if (x->effective) taken(o, b);
  if (x->note) output_text(o, r->annotation ? r->annotation : "");
  output_end_row(o);
}

static error_code print_table(const table_step *t, error *e) {
  output *o = output_new(stdout, OUTPUT_TABLE, output_colour(stdout));
  buffer b = {0};
  shown x = {0};
  for (size_t r = 0; r < t->row_count; r++) note_shown(&t->rows[r], &x);
  if (t->otherwise) note_shown(t->otherwise, &x);
  output_column(o, hit_policy_name(t->hit), CELL_RAW);
  for (size_t i = 0; i < t->input_count; i++) output_column(o, t->inputs[i].text, CELL_TEXT);
  for (size_t i = 0; i < t->output_count; i++) output_column(o, t->outputs[i].name, CELL_TEXT);
  if (x.code) output_column(o, "code", CELL_TEXT);
  if (x.effective) output_column(o, "effective", CELL_TEXT);
  if (x.note) output_column(o, "note", CELL_TEXT);
  for (size_t r = 0; r < t->row_count; r++) {
    buffer_format(&b, "%zu", r + 1);
    taken(o, &b);
    print_row(o, t, &t->rows[r], &x, &b);
  }
  if (t->otherwise) {
    output_text(o, "default");
    print_row(o, t, t->otherwise, &x, &b);
  }
  buffer_deinit(&b);
  return output_close(o, e);
}

static error_code write_csv(const table_step *t) {
  buffer b = {0};
  table_csv_write(t, &b);
  fwrite(b.data, 1, b.size, stdout);
  buffer_deinit(&b);
  return ERR_OK;
}

static error_code no_table(cli *c, const pack *p, const char *name, error *e) {
  const char **names = arena_array(&c->arena, p->step_count + 1, sizeof *names);
  size_t count = 0;
  for (size_t i = 0; i < p->step_count; i++)
    if (p->steps[i].kind == STEP_TABLE) names[count++] = p->steps[i].name;
  const char *near = text_suggest(name, names, count);
  if (near)
    return error_set(e, ERR_NOT_FOUND, "the pack %s has no decision_table '%s'; did you mean '%s'?",
                     p->name, name, near);
  return error_set(e, ERR_NOT_FOUND,
                   "the pack %s has no decision_table '%s'; assay table %s lists them", p->name,
                   name, p->name);
}

/* The table of the name whose version is in force on the day. */
static error_code find_table(cli *c, const pack *p, const char *name, int64_t day,
                             const table_step **out, error *e) {
  bool known = false;
  for (size_t i = 0; i < p->step_count; i++) {
    const step *s = &p->steps[i];
    if (s->kind != STEP_TABLE || strcmp(s->name, name) != 0) continue;
    known = true;
    *out = &s->table;
    if (period_holds(&s->table.effective, day)) return ERR_OK;
  }
  if (!known) return no_table(c, p, name, e);
  char text[16] = "";
  text[date_write(text, day)] = '\0';
  return error_set(e, ERR_NOT_FOUND,
                   "no version of decision_table '%s' is in force on %s; --as-of says another day",
                   name, text);
}

static error_code run_table(cli *c, const arguments *a, error *e) {
  params given_params;
  pack *p = NULL;
  const table_step *t = NULL;
  const char *format = arguments_value(a, "format");
  bool csv = format && !strcmp(format, "csv");
  error_code code = params_read(&c->arena, a, &given_params, e);
  if (!code && csv && a->word_count < 2)
    code = error_set(e, ERR_USAGE, "which table? usage: assay table PACK NAME --format csv");
  if (!code) code = cli_load_pack(c, a->words[0], &p, e);
  if (!code && a->word_count < 2) {
    code = list_tables(p, e);
  } else if (!code) {
    int64_t as_of = given_params.has_as_of ? given_params.as_of : time(NULL);
    code = find_table(c, p, a->words[1], moment_date(as_of, p->zone), &t, e);
    if (!code && t) code = csv ? write_csv(t) : print_table(t, e);
  }
  if (p) pack_free(p);
  params_deinit(&given_params);
  return code;
}

const command command_table = {
    .name = "table",
    .arguments = "PACK [NAME]",
    .summary = "the decision tables of a pack; one of them, as CSV for a spreadsheet",
    .description =
        "Lists the decision tables of a pack, or shows the one of the name. With --format csv it "
        "is written as a spreadsheet keeps it: save it into the folder of the pack as NAME.csv and "
        "put decision_table \"NAME\" { file = \"NAME.csv\" } in place of the rows in the script; "
        "the same decisions come of it.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 2,
    .offer = OFFER_PACK,
    .run = run_table,
};
