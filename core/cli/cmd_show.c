/* assay show: one customer's decision, its reasons spelled out, and the values it was made of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "../base/text.h"
#include "../run/inputs.h"
#include "../run/decision_json.h"
#include "../run/report_text.h"
#include "cli.h"
#include "output.h"

static const option options[] = {
    {"json", NULL, OFFER_NOTHING, NULL, false, "as one JSON object"},
    CLI_OPTION_DB,
    CLI_OPTION_LANG,
};

typedef struct show {
  store_reader *reader;
  const store_run *run;
  const char *key, *language;
  bool json, colour;
  bool found;
  size_t outcomes;
  buffer out;
  arena arena;
} show;

/* ---- what both forms need ---- */

static void paint(show *s, const char *code) {
  if (s->colour) buffer_format(&s->out, "\x1b[%sm", code);
}

/* A text of a source or a rule as it can be shown: a terminal must not obey it. */
static const char *shown(show *s, const char *text, size_t n) {
  buffer b = {0};
  if (n) text_printable(&b, text, n, SIZE_MAX);
  const char *copy = arena_string_n(&s->arena, b.data ? b.data : "", b.size);
  buffer_deinit(&b);
  return copy;
}

/* ---- for people ---- */

typedef struct code_lines {
  show *show;
  const column *outputs;
  const char *list;
  size_t width;
} code_lines;

static void measure_code(void *ctx, const char *code, size_t n) {
  code_lines *l = ctx;
  const size_t w = text_width(code, n);
  if (w > l->width) l->width = w;
}

static const char *severity_said(const char *language, const char *how) {
  return say(language, !strcmp(how, "critical")  ? SAY_CRITICAL
                       : !strcmp(how, "warning") ? SAY_WARNING
                                                 : SAY_INFO);
}

static void write_code(void *ctx, const char *text, size_t length) {
  code_lines *l = ctx;
  show *s = l->show;
  const char *code = shown(s, text, length);
  const size_t n = strlen(code);
  buffer_text(&s->out, "    ");
  paint(s, "33");
  buffer reason = {0};
  const bool known = write_reason(&reason, s->reader, l->outputs, code, n, s->language);
  text_pad(&s->out, code, known ? l->width : text_width(code, n), false);
  paint(s, "0");
  if (known) buffer_format(&s->out, "  %.*s", (int)reason.size, reason.data);
  const char *how = alert_severity_of(s->reader, l->list, code, n);
  if (how) buffer_format(&s->out, " [%s]", severity_said(s->language, how));
  buffer_char(&s->out, '\n');
  buffer_deinit(&reason);
}

static size_t name_width(const store_column *columns, size_t n) {
  size_t width = 0;
  for (size_t i = 0; i < n; i++) {
    const size_t w = text_width(columns[i].name, strlen(columns[i].name));
    if (w > width) width = w;
  }
  return width;
}

static void write_line(show *s, const char *name, size_t width, const column *c) {
  buffer_text(&s->out, "  ");
  text_pad(&s->out, name, width, false);
  buffer_text(&s->out, "  ");
  if (column_missing(c, 0)) {
    paint(s, "2");
    buffer_text(&s->out, "-");
    paint(s, "0");
  } else {
    buffer text = {0};
    write_value(&text, c, 0, s->run->zone);
    if (text.size) text_printable(&s->out, text.data, text.size, 200);
    buffer_deinit(&text);
  }
  buffer_char(&s->out, '\n');
}

#define RECORDS_SHOWN 20

/* The records of a list, each on a line: what has no value is left out. */
static void write_records(show *s, const char *name, size_t width, const column *c) {
  const batch *items = c->list.records;
  const size_t count = column_missing(c, 0) ? 0 : c->list.offsets[1];
  buffer_text(&s->out, "  ");
  text_pad(&s->out, name, width, false);
  buffer_format(&s->out, "  %zu\n", count);
  for (size_t item = 0; item < count && item < RECORDS_SHOWN; item++) {
    bool any = false;
    buffer_text(&s->out, "    ");
    for (size_t i = 0; i < items->schema->count; i++) {
      buffer text = {0};
      write_value(&text, &items->columns[i], item, s->run->zone);
      if (text.size) {
        buffer_format(&s->out, "%s%s ", any ? ", " : "", items->schema->fields[i].name);
        text_printable(&s->out, text.data, text.size, 80);
      }
      any = any || text.size > 0;
      buffer_deinit(&text);
    }
    buffer_text(&s->out, any ? "\n" : "-\n");
  }
  if (count <= RECORDS_SHOWN) return;
  buffer more = {0};
  write_count(&more, (int64_t)(count - RECORDS_SHOWN));
  buffer_char(&more, 0);
  buffer_text(&s->out, "    ");
  buffer_format(&s->out, say(s->language, SAY_MORE), more.data);
  buffer_char(&s->out, '\n');
  buffer_deinit(&more);
}

static void write_input(show *s, const char *name, size_t width, const column *c) {
  if (c->type.kind == TYPE_LIST)
    write_records(s, name, width, c);
  else
    write_line(s, name, width, c);
}

static void write_outputs(show *s, const store_row *row) {
  const size_t n = s->run->output_count, width = name_width(s->run->outputs, n);
  code_lines l = {.show = s, .outputs = row->outputs};
  for (size_t i = 0; i < n; i++)
    if (row->outputs[i].type.kind != TYPE_CODES)
      write_line(s, s->run->outputs[i].name, width, &row->outputs[i]);
  for (size_t i = 0; i < n; i++) each_code(&row->outputs[i], 0, measure_code, &l);
  for (size_t i = 0; i < n; i++) {
    const column *c = &row->outputs[i];
    if (c->type.kind != TYPE_CODES) continue;
    const bool none = column_missing(c, 0) || c->text.offsets[0] == c->text.offsets[1];
    buffer_format(&s->out, "  %s%s\n", s->run->outputs[i].name, none ? ": -" : "");
    l.list = s->run->outputs[i].name;
    each_code(c, 0, write_code, &l);
  }
}

/* What the pack's report calls the customer; "" if it has no name for him. */
static const char *person_name(show *s, const column *inputs) {
  const store_run *run = s->run;
  const char *role = json_member_text(json_kept(&s->arena, run->report_json), "name"), *name = "";
  for (size_t i = 0; role && i < run->input_count; i++) {
    if (strcmp(run->inputs[i].name, role) != 0 || column_missing(&inputs[i], 0)) continue;
    buffer text = {0};
    write_value(&text, &inputs[i], 0, run->zone);
    name = shown(s, text.data, text.size);
    buffer_deinit(&text);
  }
  return name;
}

static error_code write_person(show *s, const store_row *row, error *e) {
  char moment[32] = {0};
  column *inputs = inputs_read(s->run, row, e);
  if (!inputs) return e->code;
  const char *name = person_name(s, inputs);
  moment_write(moment, s->run->as_of, s->run->zone);
  paint(s, "1");
  buffer_format(&s->out, "%s%s%s", shown(s, row->key, strlen(row->key)), *name ? " " : "", name);
  paint(s, "0");
  buffer_format(&s->out, "  %s, %s %s\n", s->run->pack, say(s->language, SAY_AS_OF), moment);
  if (row->failed)
    buffer_format(&s->out, "  %s\n", say(s->language, SAY_RULE_FAILED));
  else
    write_outputs(s, row);
  const size_t width = name_width(s->run->inputs, s->run->input_count);
  paint(s, "2");
  buffer_format(&s->out, "  %s", say(s->language, SAY_MADE_OF));
  if (row->position >= 0)
    buffer_format(&s->out, " (%s %lld)", say(s->language, SAY_LINE), (long long)row->position);
  paint(s, "0");
  buffer_char(&s->out, '\n');
  for (size_t i = 0; i < s->run->input_count; i++)
    write_input(s, s->run->inputs[i].name, width, &inputs[i]);
  inputs_free(s->run, inputs);
  return ERR_OK;
}

static void write_outcome(show *s, const store_outcome *x) {
  paint(s, "33");
  write_outcome_code(&s->out, x);
  paint(s, "0");
  if (x->position >= 0)
    buffer_format(&s->out, "  %s %lld", say(s->language, SAY_LINE), (long long)x->position);
  if (x->rule && *x->rule) buffer_format(&s->out, "  %s %s", say(s->language, SAY_RULE), x->rule);
  if (x->file && *x->file) buffer_format(&s->out, "  %s:%d", x->file, x->line);
  const char *message = x->message ? x->message : "";
  buffer_format(&s->out, "\n    %s\n", shown(s, message, strlen(message)));
}

/* ---- the command ---- */

static error_code each_row(void *ctx, const store_row *row, error *e) {
  show *s = ctx;
  s->found = true;
  return write_person(s, row, e);
}

static error_code each_outcome(void *ctx, const store_outcome *x, error *e) {
  show *s = ctx;
  (void)e;
  if (!s->found && !s->outcomes) {
    buffer_format(&s->out, say(s->language, SAY_WAS_REJECTED), shown(s, s->key, strlen(s->key)));
    buffer_char(&s->out, '\n');
  }
  buffer_text(&s->out, "  ");
  write_outcome(s, x);
  s->outcomes++;
  return ERR_OK;
}

typedef struct near_keys {
  arena *arena;
  const char *keys[64];
  size_t count;
} near_keys;

static error_code add_key(void *ctx, const store_row *row, error *e) {
  near_keys *n = ctx;
  (void)e;
  if (n->count < 64) n->keys[n->count++] = arena_string(n->arena, row->key);
  return ERR_OK;
}

/* The customers that stand near the key in order; a typing error is mostly at its end. */
static error_code not_found(show *s, error *e) {
  near_keys near = {.arena = &s->arena};
  error ignored;
  const size_t n = strlen(s->key);
  buffer printable = {0};
  text_printable(&printable, s->key, n, 60);
  buffer_char(&printable, 0);
  for (size_t cut = 1; cut <= 2 && cut < n && text_valid_utf8(s->key, n - cut); cut++) {
    const store_condition from = {s->run->key, ">=", arena_string_n(&s->arena, s->key, n - cut)};
    const store_query q = {.conditions = &from, .condition_count = 1, .limit = 32};
    store_list(s->reader, &q, add_key, &near, &ignored);
  }
  const char *meant = text_suggest(printable.data, near.keys, near.count);
  error_set(e, ERR_NOT_FOUND, "the published run of %s has no customer %s%s%s%s", s->run->pack,
            printable.data, meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
  buffer_deinit(&printable);
  return ERR_NOT_FOUND;
}

static error_code look(show *s, error *e) {
  error problem = {0};
  error_code code = store_show(s->reader, s->key, each_row, s, &problem);
  if (code && code != ERR_NOT_FOUND) return error_set(e, code, "%s", problem.message);
  code = store_outcomes(s->reader, s->key, each_outcome, s, e);
  if (code) return code;
  return s->found || s->outcomes ? ERR_OK : not_found(s, e);
}

static error_code look_as_json(show *s, error *e) {
  bool found;
  error_code code = decision_json(s->reader, s->key, s->language, &s->out, &found, e);
  if (code) return code;
  buffer_char(&s->out, '\n');
  return found ? ERR_OK : not_found(s, e);
}

static error_code run_show(cli *c, const arguments *a, error *e) {
  store *st = NULL;
  show s = {.key = a->words[1],
            .language = cli_language(a),
            .json = arguments_flag(a, "json"),
            .colour = output_colour(stdout)};
  error_code code = cli_open_run(c, a, &st, &s.reader, e);
  if (code) return code;
  s.run = store_reader_run(s.reader);
  code = s.json ? look_as_json(&s, e) : look(&s, e);
  if (!code) fwrite(s.out.data, 1, s.out.size, stdout);
  buffer_deinit(&s.out);
  arena_deinit(&s.arena);
  store_reader_close(s.reader);
  store_close(st);
  return code;
}

const command command_show = {
    .name = "show",
    .arguments = "PACK CUSTOMER",
    .summary = "one decision, its reasons, and what it was made of",
    .description =
        "Shows the decision on one customer in the pack's published run, every reason spelled out, "
        "and the values that the rules read. For a customer whose record was refused, or on whom a "
        "rule failed, it tells why. With --json, everything that may differ between two runs over "
        "the same records stands inside of \"run\".",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .least = 2,
    .most = 2,
    .offer = OFFER_PACK,
    .run = run_show,
};
