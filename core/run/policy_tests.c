/* The tests of a policy as people read them (given, expected, result), its samples and properties, and what
 * they cover. */
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "policy_parts.h"

/* ---- what became of a test ---- */

static const policy_outcome *outcome_of(const policy *p, const char *kind, place at,
                                        const char *name) {
  for (size_t i = 0; i < p->o->outcome_count; i++) {
    const policy_outcome *o = &p->o->outcomes[i];
    if (!strcmp(o->kind, kind) && o->at.line == at.line && !strcmp(o->name, name)) return o;
  }
  return NULL;
}

static void put_result(policy *p, const policy_outcome *o) {
  if (!o) {
    doc_cell(p, "–");
    return;
  }
  doc_putf(p, "<td><span class=\"%s\">%s</span>", o->passed ? "good" : "bad",
           doc_say(p, o->passed ? P_HOLDS : P_FAILS));
  if (!o->passed && o->why && *o->why)
    doc_putf(p, "<small class=\"why\">%s</small>", doc_escape(p, o->why));
  doc_put(p, "</td>");
}

/* ---- given ---- */

static const char *record_text(const policy *p, const handmade_record *r);

static const char *value_text(const policy *p, const handmade_value *v) {
  if (!v->items && !v->item_count)
    return arena_format(p->arena, "%s <b class=\"v\">%s</b>", doc_escape(p, v->name),
                        doc_datum(p, v->text));
  const char *all = "";
  for (size_t i = 0; i < v->item_count; i++)
    all = arena_format(p->arena, "%s<small>%s</small>", all, record_text(p, &v->items[i]));
  return arena_format(p->arena, "<small>%s <b>%s</b></small>%s", doc_escape(p, v->name),
                      doc_sayf(p, P_RECORDS_OF, v->item_count), all);
}

/* A list has lines of its own. */
static const char *separator(const char *before, const handmade_value *v) {
  const size_t n = strlen(before), end = strlen("</small>");
  const bool list = v->items || v->item_count;
  return !n || list || (n > end && !strcmp(before + n - end, "</small>")) ? "" : ", ";
}

static const char *record_text(const policy *p, const handmade_record *r) {
  const char *all = "";
  for (size_t i = 0; i < r->count; i++)
    all = arena_format(p->arena, "%s%s%s", all, separator(all, &r->values[i]),
                       value_text(p, &r->values[i]));
  return all;
}

static bool same_record(const handmade_record *a, const handmade_record *b);

static bool same_value(const handmade_value *a, const handmade_value *b) {
  if (strcmp(a->name, b->name) != 0 || !a->text != !b->text || a->item_count != b->item_count)
    return false;
  if (a->text && strcmp(a->text, b->text) != 0) return false;
  for (size_t i = 0; i < a->item_count; i++)
    if (!same_record(&a->items[i], &b->items[i])) return false;
  return true;
}

static bool same_record(const handmade_record *a, const handmade_record *b) {
  if (a->count != b->count) return false;
  for (size_t i = 0; i < a->count; i++)
    if (!same_value(&a->values[i], &b->values[i])) return false;
  return true;
}

static bool holds_value(const handmade_record *r, const handmade_value *v) {
  for (size_t i = 0; i < r->count; i++)
    if (same_value(&r->values[i], v)) return true;
  return false;
}

/* ---- groups: the rows of one `examples` ---- */

typedef struct group {
  const rule_example *examples;
  size_t count;
} group;

/* "priority at its bounds, row 2" without the row, or line of a file; 0: it is an example of its own. */
static size_t title_length(const rule_example *x) {
  static const char *const parts[] = {", row ", ", line "};
  size_t n = strlen(x->name);
  while (n && x->name[n - 1] >= '0' && x->name[n - 1] <= '9') n--;
  for (size_t i = 0; x->name[n] && i < sizeof parts / sizeof *parts; i++) {
    const size_t part = strlen(parts[i]);
    if (n > part && !memcmp(x->name + n - part, parts[i], part)) return n - part;
  }
  return 0;
}

static group group_from(const rule_tests *t, size_t first) {
  group g = {&t->examples[first], 1};
  const size_t n = title_length(g.examples);
  while (n && first + g.count < t->example_count) {
    const rule_example *next = &t->examples[first + g.count];
    if (title_length(next) != n || strncmp(next->name, g.examples->name, n) != 0) break;
    g.count++;
  }
  return g;
}

/* Whether all of the group are given the value. */
static bool common(const group *g, const handmade_value *v) {
  if (g->count < 2) return false;
  for (size_t i = 0; i < g->count; i++)
    if (!holds_value(&g->examples[i].given, v)) return false;
  return true;
}

static const char *values_text(const policy *p, const group *g, const rule_example *x,
                               bool commons) {
  const char *all = "";
  for (size_t i = 0; i < x->given.count; i++)
    if (common(g, &x->given.values[i]) == commons)
      all = arena_format(p->arena, "%s%s%s", all, separator(all, &x->given.values[i]),
                         value_text(p, &x->given.values[i]));
  return all;
}

static const char *settings_text(const policy *p, const rule_example *x) {
  const char *all = "";
  for (size_t i = 0; i < x->param_count; i++)
    all = arena_format(p->arena, "%s<small>%s <b>%s</b></small>", all,
                       doc_escape(p, x->params[i].name), doc_datum(p, x->params[i].value));
  if (x->previous.count)
    all = arena_format(p->arena, "%s<small>%s: %s</small>", all, doc_say(p, P_PREVIOUSLY),
                       record_text(p, &x->previous));
  return all;
}

/* ---- expected ---- */

static const char *code_words(const policy *p, const expectation *e) {
  const char *all = "";
  for (size_t i = 0; i < e->code_count; i++) {
    const char *shown = doc_escape(p, e->codes[i]);
    all = arena_format(p->arena, "%s%s<span class=\"code\">%s</span>", all, i ? " " : "", shown);
  }
  return all;
}

static const char *expectation_text(const policy *p, const expectation *e) {
  const char *what = "";
  switch (e->kind) {
  case EXPECT_VALUE:
    what = strchr(e->text, '|')
               ? doc_escape(p, e->text)
               : arena_format(p->arena, "<span class=\"v\">%s</span>", doc_datum(p, e->text));
    break;
  case EXPECT_NONE:
    what = doc_say(p, P_EXPECT_NONE);
    break;
  case EXPECT_HAS:
    what = doc_sayf(p, P_EXPECT_HAS, code_words(p, e));
    break;
  case EXPECT_LACKS:
    what = doc_sayf(p, P_EXPECT_LACKS, code_words(p, e));
    break;
  case EXPECT_TEST:
    what = doc_test(p, e->text);
    break;
  }
  return arena_format(p->arena, "%s <b>%s</b>", doc_escape(p, e->output), what);
}

static const char *expected_text(const policy *p, const rule_example *x) {
  const char *all = "";
  if (x->rejected) return doc_sayf(p, P_EXPECT_REJECTED, doc_escape(p, x->rejected));
  if (x->fails) return doc_sayf(p, P_EXPECT_FAILS, doc_escape(p, x->fails));
  for (size_t i = 0; i < x->expectation_count; i++)
    all = arena_format(p->arena, "%s%s%s", all, i ? ", " : "",
                       expectation_text(p, &x->expectations[i]));
  return all;
}

/* ---- the examples ---- */

static void put_example(policy *p, const group *g, const rule_example *x) {
  const char *remark = doc_remark_behind(p, x->at), *name = doc_escape(p, x->name);
  if (g->count > 1) name = arena_format(p->arena, "%zu", (size_t)(x - g->examples) + 1);
  doc_putf(p, "<tr><th scope=\"row\">%s%s%s%s</th>", name, remark ? "<small>" : "",
           remark ? remark : "", remark ? "</small>" : "");
  doc_putf(p, "<td>%s%s</td>", values_text(p, g, x, false), settings_text(p, x));
  doc_cell(p, expected_text(p, x));
  put_result(p, outcome_of(p, "example", x->at, x->name));
  doc_put(p, "</tr>\n");
}

static void put_group(policy *p, const group *g) {
  if (g->count > 1) {
    const char *all = values_text(p, g, g->examples, true);
    doc_putf(p, "<tr class=\"group\"><th scope=\"colgroup\" colspan=\"4\">%s%s%s%s</th></tr>\n",
             doc_escape(p, arena_string_n(p->arena, g->examples->name, title_length(g->examples))),
             *all ? "<small>" : "", all, *all ? "</small>" : "");
  }
  for (size_t i = 0; i < g->count; i++) put_example(p, g, &g->examples[i]);
}

static void put_examples(policy *p, const rule_tests *t) {
  if (!t->example_count) return;
  doc_putf(p, "<h3>%s</h3>\n<table class=\"wide\">", doc_say(p, P_EXAMPLES));
  doc_head(p, P_EXAMPLE, P_GIVEN, P_EXPECTED, P_RESULT, POLICY_WORD_COUNT);
  for (size_t i = 0; i < t->example_count;) {
    const group g = group_from(t, i);
    put_group(p, &g);
    i += g.count;
  }
  doc_put(p, "</tbody></table>\n");
}

static void put_samples(policy *p, const rule_tests *t) {
  if (!t->sample_count) return;
  doc_putf(p, "<h3>%s</h3>\n<table class=\"wide\">", doc_say(p, P_SAMPLES));
  doc_head(p, P_EXAMPLE, P_EXPECTED, P_RESULT, POLICY_WORD_COUNT);
  for (size_t i = 0; i < t->sample_count; i++) {
    const sample_test *s = &t->samples[i];
    const char *from = s->customers ? doc_escape(p, s->customers) : doc_say(p, P_OWN_SOURCE);
    doc_putf(p, "<tr><th scope=\"row\">%s</th>", doc_escape(p, s->name));
    doc_cell(p, doc_sayf(p, P_SAMPLE_TEXT, from, doc_escape(p, s->expected)));
    put_result(p, outcome_of(p, "sample", s->at, s->name));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

/* ---- properties ---- */

static const char *nevers_text(const policy *p, const rule_property *r) {
  static const policy_word words[] = {[NEVER_BETTER] = P_NEVER_BETTER,
                                      [NEVER_WORSE] = P_NEVER_WORSE,
                                      [NEVER_MORE] = P_NEVER_MORE,
                                      [NEVER_LESS] = P_NEVER_LESS,
                                      [NEVER_DIFFERENT] = P_NEVER_DIFFERENT};
  const char *all = "";
  for (size_t i = 0; i < r->never_count; i++)
    all = arena_format(
        p->arena, "%s%s%s", all, i ? doc_say(p, P_OR) : "",
        doc_sayf(p, words[r->nevers[i].kind],
                 arena_format(p->arena, "<b>%s</b>", doc_escape(p, r->nevers[i].output))));
  return all;
}

static const char *promise_text(const policy *p, const rule_property *r) {
  const char *nevers = nevers_text(p, r);
  const char *changed =
      r->changed ? arena_format(p->arena, "<b>%s</b>", doc_escape(p, r->changed)) : "";
  switch (r->change) {
  case CHANGE_RAISE:
    return doc_sayf(p, P_PROP_RAISE, changed, nevers);
  case CHANGE_LOWER:
    return doc_sayf(p, P_PROP_LOWER, changed, nevers);
  case CHANGE_SET:
    return doc_sayf(p, P_PROP_SET, record_text(p, &r->set), nevers);
  case CHANGE_NONE:
    break;
  }
  return doc_sayf(p, P_PROP_HOLDS, doc_formula(p, r->holds.text));
}

static void put_properties(policy *p, const rule_tests *t) {
  if (!t->property_count) return;
  doc_putf(p, "<h3>%s</h3>\n<table class=\"wide\">", doc_say(p, P_PROPERTIES));
  doc_head(p, P_PROPERTY, P_EXPECTED, P_RESULT, POLICY_WORD_COUNT);
  for (size_t i = 0; i < t->property_count; i++) {
    const rule_property *r = &t->properties[i];
    doc_putf(p, "<tr><th scope=\"row\">%s</th><td>%s", doc_escape(p, r->name), promise_text(p, r));
    if (r->when.text)
      doc_putf(p, " <em>%s</em>", doc_sayf(p, P_ONLY_IF, doc_formula(p, r->when.text)));
    doc_putf(p, "<small class=\"off\">%s</small></td>", doc_sayf(p, P_CASES, (long long)r->cases));
    put_result(p, outcome_of(p, "property", r->at, r->name));
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
}

/* ---- coverage ---- */

typedef struct tally {
  size_t ways, taken, bounds, tried;
} tally;

static tally tally_of(coverage *c, const char *name) {
  const covered_way *ways;
  const covered_edge *edges;
  const size_t way_count = coverage_ways(c, &ways), edge_count = coverage_edges(c, &edges);
  tally t = {0};
  for (size_t i = 0; i < way_count; i++)
    if (!strcmp(ways[i].step, name)) t.ways++, t.taken += ways[i].hits > 0;
  for (size_t i = 0; i < edge_count; i++)
    if (!strcmp(edges[i].step, name)) t.bounds++, t.tried += edges[i].hit;
  return t;
}

static void put_tally(policy *p, size_t taken, size_t all) {
  doc_putf(p, "<td class=\"n%s\">%zu / %zu</td>", taken < all ? " bad" : "", taken, all);
}

/* Steps of one name (a class and what changes it) are told together. */
static bool first_of_name(const pack *k, size_t number) {
  for (size_t i = 0; i < number; i++)
    if (!strcmp(k->steps[i].name, k->steps[number].name)) return false;
  return true;
}

static void put_coverage(policy *p, coverage *c) {
  const coverage_totals sums = coverage_count(c);
  const covered_way *ways;
  const size_t n = coverage_ways(c, &ways);
  doc_heading(p, "coverage", doc_say(p, P_COVERAGE));
  doc_paragraph(p, NULL,
                doc_sayf(p, P_COVERAGE_TEXT, sums.taken, sums.ways, coverage_percent(&sums),
                         sums.tried, sums.edges));
  doc_put(p, "<table>");
  doc_head(p, P_STEP, P_WAYS, P_BOUNDS, POLICY_WORD_COUNT);
  for (size_t i = 0; i < p->pack->step_count; i++) {
    const tally t = tally_of(c, p->pack->steps[i].name);
    if (!t.ways || !first_of_name(p->pack, i)) continue;
    doc_put(p, "<tr>");
    doc_cell(p, doc_step_link(p, i));
    put_tally(p, t.taken, t.ways);
    put_tally(p, t.tried, t.bounds);
    doc_put(p, "</tr>\n");
  }
  doc_put(p, "</tbody></table>\n");
  if (sums.taken == sums.ways) {
    doc_paragraph(p, "good", doc_say(p, P_ALL_TAKEN));
    return;
  }
  doc_putf(p, "<p>%s</p>\n<ul>\n", doc_say(p, P_NEVER_TAKEN));
  for (size_t i = 0; i < n; i++) {
    if (ways[i].hits) continue;
    const bool named = strcmp(ways[i].point, ways[i].step) != 0;
    doc_putf(p, "<li>%s%s%s: %s %s</li>\n", doc_escape(p, ways[i].step), named ? " / " : "",
             named ? doc_escape(p, ways[i].point) : "", doc_escape(p, ways[i].way),
             doc_place(p, ways[i].at));
  }
  doc_put(p, "</ul>\n");
}

void policy_tests(policy *p) {
  const rule_tests *t = p->o->tests;
  p->step = p->pack->step_count;
  doc_heading(p, "tests", doc_say(p, P_TESTS));
  if (!t || !t->file) {
    doc_paragraph(p, "bad", doc_say(p, P_NO_TESTS));
    return;
  }
  doc_paragraph(p, NULL, doc_say(p, P_TESTS_TEXT));
  put_examples(p, t);
  put_samples(p, t);
  put_properties(p, t);
  if (p->o->coverage) put_coverage(p, p->o->coverage);
}
