/* See rule_suggest.h. */
#include "rule_suggest.h"

#include <string.h>

#include "../base/text.h"
#include "expect.h"
#include "record_maker.h"
#include "rule_test_parts.h"

#define RECORDS_MOST 30000 /* made up, in all */
#define SIMPLER_MOST 3000  /* attempts to make one smaller */

typedef struct suggestion {
  rule_test_run run;
  bench *bench;
  record_maker *maker;
  arena arena; /* of the record at hand */
  size_t wanted;
  handmade_record found;
  size_t attempts;
  error failure;
} suggestion;

static bool evaluate_one(suggestion *s, const handmade_record *record) {
  return bench_evaluate(&s->run, s->bench, record, NULL, 1, &s->failure) == ERR_OK &&
         s->bench->batch->rows == 1;
}

static bool still_reaches(void *ctx, const handmade_record *simpler) {
  suggestion *s = ctx;
  if (s->attempts++ >= SIMPLER_MOST || !evaluate_one(s, simpler)) return false;
  if (!coverage_reaches(s->run.o->coverage, s->bench->evaluator, s->wanted)) return false;
  s->found = *simpler;
  return true;
}

/* ---- writing ---- */

static void write_text(buffer *out, const char *text, size_t n) {
  text_json(out, text, n);
}

static void write_expectation(suggestion *s, const char *name, const column *c, bool first,
                              buffer *out) {
  buffer text = {0};
  zone z = s->run.o->pack->zone;
  buffer_format(out, "%s%s = ", first ? " " : ", ", name);
  expect_write(&text, c, 0, z);
  bool none = text.size == 4 && !memcmp(text.data, "none", 4) &&
              (column_missing(c, 0) || c->type.kind == TYPE_CODES);
  if (none || type_is_numeric(c->type.kind) || c->type.kind == TYPE_BOOLEAN)
    buffer_add(out, text.data, text.size);
  else
    write_text(out, text.data, text.size);
  buffer_deinit(&text);
}

static void write_decision(suggestion *s, buffer *out) {
  const decisions *d = s->bench->decisions;
  const plan_output *outputs;
  size_t n = plan_outputs(s->bench->plan, &outputs);
  size_t own = s->run.o->pack->output_count;
  buffer_text(out, "  expect = {");
  for (size_t i = 0; i < n && (!own || i < own); i++)
    write_expectation(s, outputs[i].name, &d->outputs[i], i == 0, out);
  buffer_text(out, " },\n");
}

static void write_aim(suggestion *s, buffer *out) {
  const covered_way *ways;
  const covered_edge *edges;
  size_t n = coverage_ways(s->run.o->coverage, &ways);
  coverage_edges(s->run.o->coverage, &edges);
  bool way = s->wanted < n;
  const char *of = way ? ways[s->wanted].step : edges[s->wanted - n].step;
  const char *point = way ? ways[s->wanted].point : edges[s->wanted - n].point;
  const char *what = way ? ways[s->wanted].way : edges[s->wanted - n].text;
  buffer name = {0};
  buffer_format(&name, "%s%s%s: %s", of, strcmp(of, point) ? " / " : "",
                strcmp(of, point) ? point : "", what);
  buffer_text(out, "example ");
  write_text(out, name.data, name.size);
  buffer_text(out, " {\n");
  buffer_deinit(&name);
}

static void write_suggestion(suggestion *s, buffer *out) {
  char moment[32];
  size_t n = moment_write(moment, s->bench->as_of, s->run.o->pack->zone);
  write_aim(s, out);
  buffer_format(out, "  as_of = \"%.*s\",\n  given = ", (int)n, moment);
  record_write(out, &s->found);
  buffer_text(out, ",\n");
  write_decision(s, out);
  buffer_text(out, "}\n");
}

/* ---- searching ---- */

/* The record at hand goes a new way: it is made small, told and counted. */
static void take(suggestion *s, const handmade_record *made, buffer *out) {
  s->found = *made;
  s->attempts = 0;
  while (s->attempts < SIMPLER_MOST &&
         record_maker_simplify(s->maker, &s->arena, &s->found, NULL, still_reaches, s))
    continue;
  if (!evaluate_one(s, &s->found)) return;
  write_suggestion(s, out);
  coverage_add(s->run.o->coverage, s->bench->evaluator);
}

static size_t search(suggestion *s, buffer *out) {
  size_t count = 0;
  for (size_t i = 0; i < RECORDS_MOST && !s->failure.code; i++) {
    arena_clear(&s->arena);
    handmade_record made = record_maker_next(s->maker, &s->arena, NULL);
    if (!evaluate_one(s, &made)) continue;
    if (!coverage_fresh(s->run.o->coverage, s->bench->evaluator, &s->wanted)) continue;
    take(s, &made, out);
    count++;
  }
  return count;
}

error_code rule_suggest(const rule_test_options *o, buffer *out, size_t *count, error *e) {
  static const handmade_record nothing;
  rule_test_counts unused;
  suggestion s = {.wanted = 0};
  rule_test_open(&s.run, o, &unused);
  const rule_tests *t = o->tests;
  const char *as_of = t->example_count ? t->examples[0].as_of : NULL;
  s.bench =
      bench_find(&s.run, as_of, 0, NULL, (place){t->file ? t->file : o->pack->scripts[0].file, 1});
  *count = 0;
  coverage_mute_lines(o->coverage);
  if (s.bench) {
    s.maker = record_maker_new(&s.run.asked, s.bench->plan, s.bench->as_of, &nothing, o->seed);
    *count = search(&s, out);
    record_maker_free(s.maker);
  }
  error_code code = s.bench ? s.failure.code : ERR_PACK;
  if (code) error_set(e, code, "%s", s.bench ? s.failure.message : s.run.wrong.data);
  arena_deinit(&s.arena);
  rule_test_close(&s.run);
  return code;
}
