/* assay rejects: the records that were refused and the rules that failed, in source order. */
#include <stdio.h>
#include <string.h>

#include "../run/report_text.h"
#include "cli.h"
#include "output.h"

static const option options[] = {
    {"format", "FORM", OFFER_WORDS, "table|csv|jsonl", false,
     "table (to be looked at), csv or jsonl (whole and exact)"},
    {"limit", "N", OFFER_NOTHING, NULL, false, "at most N rows"},
    CLI_OPTION_DB,
};

typedef struct listing {
  output *out;
  bool table;
  long long left; /* -1 = no limit */
  buffer code;
} listing;

static void text_cell(output *o, const char *text) {
  output_cell(o, text && *text ? text : NULL, text ? strlen(text) : 0);
}

static void number_cell(output *o, int64_t n, bool known) {
  char text[24];
  const int length = snprintf(text, sizeof text, "%lld", (long long)n);
  output_cell(o, known ? text : NULL, (size_t)length);
}

static error_code each(void *ctx, const store_outcome *x, error *e) {
  listing *l = ctx;
  output *o = l->out;
  (void)e;
  if (l->left == 0) return ERR_OK;
  if (l->left > 0) l->left--;
  text_cell(o, x->kind);
  if (!l->table) text_cell(o, x->source);
  number_cell(o, x->position, x->position >= 0);
  text_cell(o, x->key);
  buffer_clear(&l->code);
  write_outcome_code(&l->code, x);
  output_cell(o, l->code.data, l->code.size);
  if (!l->table) {
    text_cell(o, x->field);
    text_cell(o, x->rule);
    text_cell(o, x->file);
    number_cell(o, x->line, x->line > 0);
    text_cell(o, x->value);
  }
  text_cell(o, x->message);
  output_end_row(o);
  return ERR_OK;
}

static void name_columns(output *o, bool table) {
  output_column(o, "kind", CELL_TEXT);
  if (!table) output_column(o, "source", CELL_TEXT);
  output_column(o, "position", CELL_RAW);
  output_column(o, "customer_id", CELL_TEXT);
  output_column(o, "code", CELL_TEXT);
  if (!table) {
    output_column(o, "field", CELL_TEXT);
    output_column(o, "rule", CELL_TEXT);
    output_column(o, "file", CELL_TEXT);
    output_column(o, "line", CELL_RAW);
    output_column(o, "value", CELL_TEXT);
  }
  output_column(o, "message", CELL_TEXT);
}

static error_code run_rejects(cli *c, const arguments *a, error *e) {
  store *s = NULL;
  store_reader *r = NULL;
  long long limit;
  error_code code = arguments_number(a, "limit", 0, INT64_MAX, -1, &limit, e);
  if (!code) code = cli_open_run(c, a, &s, &r, e);
  if (code) return code;
  const output_format format = output_format_of(arguments_value(a, "format"));
  listing l = {.out = output_new(stdout, format, output_colour(stdout)),
               .table = format == OUTPUT_TABLE,
               .left = limit};
  name_columns(l.out, l.table);
  code = store_outcomes(r, NULL, each, &l, e);
  error closing;
  const error_code closed = output_close(l.out, code ? &closing : e);
  buffer_deinit(&l.code);
  store_reader_close(r);
  store_close(s);
  return code ? code : closed;
}

const command command_rejects = {
    .name = "rejects",
    .arguments = "PACK",
    .summary = "refused records and failed rules, each with its reason",
    .description =
        "Lists, in the order of the source, every record that was refused at the door (kind "
        "reject) and every customer on whom a rule failed (kind rule_error) in the pack's "
        "published "
        "run. The CSV columns are kind, source, position (the line number in a file), customer_id, "
        "code (for instance BAD_VALUE:budget, DUPLICATE_ID, RAGGED, RULE_BUDGET), field, rule, "
        "file "
        "and line of the rule, value (cut and made printable), message.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_rejects,
};
