/* assay list: the decisions of the published run as a table, CSV or JSON lines. */
#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "../run/report_text.h"
#include "cli.h"
#include "output.h"

#define MOST_CONDITIONS 32

static const option options[] = {
    {"where", "COND", OFFER_NOTHING, NULL, true,
     "only customers for whom NAME=VALUE holds, also != < <= > >=; NAME is an output, the key or "
     "status (graded, error); for a list of codes = means: has this one. Several all hold"},
    {"sort", "[-]NAME", OFFER_NOTHING, NULL, false,
     "by an output, or several with , between; - before one: from the greatest down; by default by "
     "key, as bytes"},
    {"limit", "N", OFFER_NOTHING, NULL, false, "at most N rows"},
    {"format", "FORM", OFFER_WORDS, "table|csv|jsonl", false,
     "table (to be looked at), csv (the key and every output, exact), or jsonl"},
    {"lang", "en|zh", OFFER_WORDS, "en|zh", false,
     "reason codes as their texts in this language, instead of the codes"},
    CLI_OPTION_DB,
};

typedef struct listing {
  output *out;
  zone zone;
  size_t outputs;
  bool status;
  bool for_people; /* on a terminal: amounts and moments as the report writes them */
  store_reader *reader;
  const char *language; /* of the texts in the place of codes; NULL = the codes */
  const column *row;
  buffer text;
} listing;

/* The text of a code behind those before it; a code that has none stands as it is. */
static void add_reason(void *ctx, const char *code, size_t n) {
  listing *l = ctx;
  if (l->text.size) buffer_text(&l->text, strcmp(l->language, "zh") ? "; " : "；");
  if (!write_reason(&l->text, l->reader, l->row, code, n, l->language))
    buffer_add(&l->text, code, n);
}

static error_code each(void *ctx, const store_row *row, error *e) {
  listing *l = ctx;
  (void)e;
  output_cell(l->out, row->key, strlen(row->key));
  if (l->status) {
    const char *status = row->failed ? "error" : "graded";
    output_cell(l->out, status, strlen(status));
  }
  for (size_t i = 0; i < l->outputs; i++) {
    const column *c = &row->outputs[i];
    buffer_clear(&l->text);
    if (row->failed || column_missing(c, 0)) {
      output_cell(l->out, NULL, 0);
      continue;
    }
    if (c->type.kind == TYPE_CODES && l->language) {
      l->row = row->outputs;
      each_code(c, 0, add_reason, l);
    } else if (l->for_people)
      write_value(&l->text, c, 0, l->zone);
    else
      column_write(&l->text, c, 0, l->zone);
    output_cell(l->out, l->text.data ? l->text.data : "", l->text.size);
  }
  output_end_row(l->out);
  return ERR_OK;
}

static bool is_codes(const store_run *run, const char *name) {
  for (size_t i = 0; i < run->output_count; i++)
    if (!strcmp(run->outputs[i].name, name)) return run->outputs[i].type.kind == TYPE_CODES;
  return false;
}

/* Splits NAME op VALUE. */
static error_code condition(arena *a, const store_run *run, const char *text, store_condition *out,
                            error *e) {
  static const char *const operators[] = {"!=", "<=", ">=", "=", "<", ">"};
  const size_t n = strcspn(text, "=!<>");
  for (size_t i = 0; i < 6 && n > 0; i++) {
    const char *op = operators[i];
    if (strncmp(text + n, op, strlen(op)) != 0) continue;
    *out = (store_condition){arena_string_n(a, text, n), op, text + n + strlen(op)};
    if (!strcmp(op, "=") && *out->value && is_codes(run, out->name)) out->op = "has";
    return ERR_OK;
  }
  buffer b = {0};
  text_printable(&b, text, strlen(text), 60);
  buffer_char(&b, 0);
  error_set(e, ERR_USAGE, "--where %s: expected NAME=VALUE, or another of = != < <= > >=", b.data);
  buffer_deinit(&b);
  return ERR_USAGE;
}

static error_code read_query(cli *c, const arguments *a, const store_run *run, store_query *q,
                             store_condition *conditions, long long limit, error *e) {
  error_code code = ERR_OK;
  *q = (store_query){.conditions = conditions, .sort = arguments_value(a, "sort"), .limit = limit};
  for (size_t i = 0; i < a->count && !code; i++) {
    if (strcmp(a->items[i].option->name, "where") != 0) continue;
    if (q->condition_count == MOST_CONDITIONS)
      return error_set(e, ERR_USAGE, "--where: at most %d conditions", MOST_CONDITIONS);
    code = condition(&c->arena, run, a->items[i].value, &conditions[q->condition_count++], e);
  }
  return code;
}

static error_code run_list(cli *c, const arguments *a, error *e) {
  store *s = NULL;
  store_reader *r = NULL;
  store_condition conditions[MOST_CONDITIONS];
  store_query q;
  long long limit;
  error_code code = arguments_number(a, "limit", 0, INT64_MAX, -1, &limit, e);
  if (!code) code = cli_open_run(c, a, &s, &r, e);
  if (code) return code;
  const store_run *run = store_reader_run(r);
  const output_format format = output_format_of(arguments_value(a, "format"));
  if ((code = read_query(c, a, run, &q, conditions, limit, e))) goto cleanup;
  listing l = {.out = output_new(stdout, format, output_colour(stdout)),
               .zone = run->zone,
               .reader = r,
               .language = arguments_value(a, "lang"),
               .outputs = run->output_count,
               .status = format == OUTPUT_JSONL || (format == OUTPUT_TABLE && run->counts.failed)};
  const size_t columns = format == OUTPUT_TABLE ? output_width(stdout) : 0;
  l.for_people = columns > 0;
  output_fit(l.out, columns);
  output_column(l.out, run->key, CELL_TEXT);
  if (l.status) output_column(l.out, "status", CELL_TEXT);
  for (size_t i = 0; i < run->output_count; i++)
    output_column(l.out, run->outputs[i].name, cell_kind_of(run->outputs[i].type.kind));
  code = store_list(r, &q, each, &l, e);
  error closing;
  const error_code closed = output_close(l.out, code ? &closing : e);
  if (!code) code = closed;
  buffer_deinit(&l.text);

cleanup:
  store_reader_close(r);
  store_close(s);
  return code;
}

const command command_list = {
    .name = "list",
    .arguments = "PACK",
    .summary = "the decisions, as a table, CSV or JSON lines",
    .description =
        "Lists the decisions of the pack's published run. As CSV: the key and every output in the "
        "pack's order, sorted by key as bytes unless told otherwise; a customer on whom a rule "
        "failed has its outputs empty there (assay rejects tells why).",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 1,
    .most = 1,
    .offer = OFFER_PACK,
    .run = run_list,
};
