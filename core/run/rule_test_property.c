/* property "...": what must hold for every record, tried on made-up ones; the smallest counter-example
 * is told. Records that are refused, on which a rule fails, or for which `when` does not hold say
 * nothing; if next to none are left the property fails, for it was not tried. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "../base/text.h"
#include "expect.h"
#include "record_maker.h"
#include "rule_test_parts.h"

#define PAIRS 512         /* of records, in a batch */
#define SIMPLER_MOST 2000 /* attempts to make a counter-example smaller */
#define DRAWS_MOST 20     /* records made up for one that counts */

typedef struct property_try {
  rule_test_run *run;
  const rule_property *property;
  size_t number;
  bench *bench;
  record_maker *maker;
  const char *never_missing; /* the field that is raised or lowered */
  arena arena;               /* of the records at hand */
  int64_t tried;
  bool found;
  handmade_record before, after; /* the counter-example; `after` of a change */
  const never *broken;           /* what it breaks */
  size_t attempts;
  error failure;
} property_try;

/* ---- checking the declaration ---- */

static const char *const never_words[] = {"better", "worse", "more", "less", "different"};

static bool never_fits(never_kind kind, const column *c) {
  type_kind t = c->type.kind;
  if (kind == NEVER_DIFFERENT) return true;
  if (kind == NEVER_BETTER || kind == NEVER_WORSE) return t == TYPE_CHOICE;
  return type_is_numeric(t) || t == TYPE_DATE || t == TYPE_TIMESTAMP;
}

static void wrong(rule_test_run *r, place at, const char *message) {
  buffer_format(&r->wrong, "%s%s:%d: error: %s", r->wrong.size ? "\n" : "", at.file, at.line,
                message);
}

void property_check(rule_test_run *r, size_t number) {
  const rule_property *p = &r->o->tests->properties[number];
  bench *b = bench_find(r, p->as_of, p->param_count, p->params, p->at);
  for (size_t i = 0; b && i < p->never_count; i++) {
    const never *n = &p->nevers[i];
    const column *c = bench_output(b, n->output);
    if (!c)
      wrong(r, n->at,
            arena_format(&r->arena, "no output is called \"%s\"%s", n->output,
                         output_suggestion(r, b, n->output)));
    else if (!never_fits(n->kind, c))
      wrong(r, n->at,
            arena_format(&r->arena,
                         n->kind == NEVER_BETTER || n->kind == NEVER_WORSE
                             ? "\"%s\" is %s, and only a choice is better or worse: never = { more "
                               "= \"%s\" }"
                             : "\"%s\" is %s, which is never more or less: never = { better = "
                               "\"%s\" }",
                         n->output, type_name(c->type.kind), n->output));
  }
}

/* ---- what a decision says ---- */

/* The row of record number `n` of the batch; -1 if it was refused or a rule failed on it. */
static long row_of(const bench *b, size_t n) {
  for (size_t row = 0; row < b->batch->rows; row++)
    if (b->batch->sequence[row] == n) return b->decisions->failed[row] ? -1 : (long)row;
  return -1;
}

/* -1, 0, 1 as the second is before, like or after the first; false if one is missing. */
static bool compare_rows(const column *c, size_t a, size_t b, int *out) {
  if (column_missing(c, a) || column_missing(c, b)) return false;
  if (c->i32)
    *out = (c->i32[b] > c->i32[a]) - (c->i32[b] < c->i32[a]);
  else if (c->f64)
    *out = (c->f64[b] > c->f64[a]) - (c->f64[b] < c->f64[a]);
  else if (c->i64 && !c->den)
    *out = (c->i64[b] > c->i64[a]) - (c->i64[b] < c->i64[a]);
  else if (c->i64 && c->den) {
    int128 x = (int128)c->i64[a] * c->den[b], y = (int128)c->i64[b] * c->den[a];
    *out = (y > x) - (y < x);
  } else
    return false;
  return true;
}

static bool differs(const column *c, size_t a, size_t b, zone z) {
  buffer x = {0}, y = {0};
  expect_write(&x, c, a, z);
  expect_write(&y, c, b, z);
  bool same = x.size == y.size && !memcmp(x.data, y.data, x.size);
  buffer_deinit(&x);
  buffer_deinit(&y);
  return !same;
}

static bool breaks(const property_try *t, const never *n, size_t a, size_t b) {
  const column *c = bench_output(t->bench, n->output);
  int order;
  if (n->kind == NEVER_DIFFERENT) return differs(c, a, b, t->run->o->pack->zone);
  if (!compare_rows(c, a, b, &order)) return false;
  return n->kind == NEVER_BETTER || n->kind == NEVER_LESS ? order < 0 : order > 0;
}

static bool holds_true(const property_try *t, const char *name, size_t row, int32_t truth) {
  return bench_output(t->bench, name)->i32[row] == truth;
}

/* Looks at record number `n` (and at n + 1, its changed copy). True if it counts. */
static bool look(property_try *t, size_t n, const never **broken, bool *found) {
  const rule_property *p = t->property;
  long a = row_of(t->bench, n), b = p->change == CHANGE_NONE ? a : row_of(t->bench, n + 1);
  *found = false;
  *broken = NULL;
  if (a < 0 || b < 0) return false;
  if (p->when.text && !holds_true(t, asked_when(t->run, t->number), (size_t)a, 1)) return false;
  if (p->holds.text) *found = holds_true(t, asked_holds(t->run, t->number), (size_t)a, 0);
  for (size_t i = 0; i < p->never_count && !*found; i++) {
    if (!breaks(t, &p->nevers[i], (size_t)a, (size_t)b)) continue;
    *found = true;
    *broken = &p->nevers[i];
  }
  return true;
}

/* ---- records ---- */

static handmade_record set_fields(arena *a, const handmade_record *from,
                                  const handmade_record *set) {
  handmade_value *values = arena_array(a, from->count + set->count + 1, sizeof *values);
  size_t count = 0;
  for (size_t i = 0; i < from->count; i++) {
    bool replaced = false;
    for (size_t k = 0; k < set->count; k++)
      replaced = replaced || !strcmp(set->values[k].name, from->values[i].name);
    if (!replaced) values[count++] = from->values[i];
  }
  for (size_t k = 0; k < set->count; k++) values[count++] = set->values[k];
  return (handmade_record){count, values};
}

/* The changed copy; false if the record cannot be changed so. */
static bool change(property_try *t, const handmade_record *from, handmade_record *out) {
  const rule_property *p = t->property;
  if (p->change == CHANGE_SET) {
    *out = set_fields(&t->arena, from, &p->set);
    return true;
  }
  return record_maker_move(t->maker, &t->arena, from, p->changed, p->change == CHANGE_RAISE, out);
}

/* ---- a smaller one ---- */

static bool evaluate_pair(property_try *t, const handmade_record *before,
                          const handmade_record *after, const never **broken) {
  const handmade_record pair[2] = {*before, after ? *after : (handmade_record){0}};
  bool found;
  if (bench_evaluate(t->run, t->bench, pair, NULL, after ? 2 : 1, &t->failure)) return false;
  return look(t, 0, broken, &found) && found;
}

/* With a field raised or lowered the step may need to be another: a few are tried. */
static bool still_breaks(void *ctx, const handmade_record *simpler) {
  property_try *t = ctx;
  const never *broken = NULL;
  handmade_record after;
  bool plain = t->property->change == CHANGE_NONE;
  int draws = t->property->change == CHANGE_RAISE || t->property->change == CHANGE_LOWER ? 12 : 1;
  for (int i = 0; i < draws && t->attempts < SIMPLER_MOST; i++) {
    t->attempts++;
    if (!plain && !change(t, simpler, &after)) continue;
    if (!evaluate_pair(t, simpler, plain ? NULL : &after, &broken)) continue;
    t->before = *simpler;
    if (!plain) t->after = after;
    t->broken = broken;
    return true;
  }
  return false;
}

static void simplify(property_try *t) {
  while (t->attempts < SIMPLER_MOST &&
         record_maker_simplify(t->maker, &t->arena, &t->before, t->never_missing, still_breaks, t))
    continue;
}

/* ---- telling ---- */

/* The value as it stands in a record: "2025-09-26", { { amount = "1.00" } } or none. */
static void write_field(buffer *out, const handmade_record *r, const char *name) {
  for (size_t i = 0; i < r->count; i++)
    if (name && !strcmp(r->values[i].name, name)) {
      record_write_value(out, &r->values[i]);
      return;
    }
  buffer_text(out, "none");
}

static void tell_change(property_try *t, buffer *why) {
  const rule_property *p = t->property;
  const char *dot = p->changed ? strchr(p->changed, '.') : NULL;
  const char *outer =
      dot ? arena_string_n(&t->arena, p->changed, (size_t)(dot - p->changed)) : p->changed;
  if (p->change == CHANGE_SET) {
    buffer_text(why, "  then ");
    record_write(why, &p->set);
  } else {
    buffer_format(why, "  then %s from ", p->changed);
    write_field(why, &t->before, outer);
    buffer_text(why, " to ");
    write_field(why, &t->after, outer);
  }
  buffer_char(why, '\n');
}

static void tell_found(property_try *t, buffer *why) {
  const rule_property *p = t->property;
  const never *broken = NULL;
  zone z = t->run->o->pack->zone;
  bool plain = p->change == CHANGE_NONE;
  evaluate_pair(t, &t->before, plain ? NULL : &t->after, &broken);
  buffer_format(why,
                "after %lld records; the smallest that shows it:\n  given = ", (long long)t->tried);
  record_write(why, &t->before);
  buffer_char(why, '\n');
  if (!plain) tell_change(t, why);
  if (!broken) {
    buffer_format(why, "  and %s is false\n", p->holds.text);
    return;
  }
  const column *c = bench_output(t->bench, broken->output);
  buffer_format(why, "  %s goes from ", broken->output);
  expect_write(why, c, (size_t)row_of(t->bench, 0), z);
  buffer_text(why, " to ");
  expect_write(why, c, (size_t)row_of(t->bench, 1), z);
  buffer_format(why, ": %s\n", never_words[broken->kind]);
}

/* ---- trying ---- */

/* Fills a batch with made-up records, each followed by its changed copy. */
static size_t fill(property_try *t, handmade_record *records, size_t most) {
  bool plain = t->property->change == CHANGE_NONE;
  size_t count = 0;
  for (size_t drawn = 0; drawn < 4 * most && count + 2 <= 2 * most; drawn++) {
    handmade_record made = record_maker_next(t->maker, &t->arena, t->never_missing), changed;
    if (!plain && !change(t, &made, &changed)) continue;
    records[count++] = made;
    if (!plain) records[count++] = changed;
  }
  return count;
}

static void try_batch(property_try *t, size_t most) {
  bool plain = t->property->change == CHANGE_NONE;
  arena_clear(&t->arena);
  handmade_record *records = arena_array(&t->arena, 2 * most + 2, sizeof *records);
  size_t count = fill(t, records, most);
  if (bench_evaluate(t->run, t->bench, records, NULL, count, &t->failure)) return;
  for (size_t i = 0; i < count && !t->found; i += plain ? 1 : 2) {
    if (!look(t, i, &t->broken, &t->found)) continue;
    t->tried++;
    if (!t->found) continue;
    t->before = records[i];
    if (!plain) t->after = records[i + 1];
  }
}

static void try_all(property_try *t, buffer *why) {
  int64_t cases = t->run->o->cases ? t->run->o->cases : t->property->cases, drawn = 0;
  while (t->tried < cases && !t->found && !t->failure.code && drawn < cases * DRAWS_MOST) {
    int64_t left = cases - t->tried;
    try_batch(t, left < PAIRS ? (size_t)left + 1 : PAIRS);
    drawn += PAIRS;
  }
  if (t->failure.code) {
    buffer_format(why, "%s\n", t->failure.message);
  } else if (t->found) {
    simplify(t);
    tell_found(t, why);
  } else if (t->tried < cases / 10) {
    buffer_format(
        why,
        "it was not tried: of %lld records made up only %lld are graded%s; say in `given` "
        "what most records have\n",
        (long long)drawn, (long long)t->tried, t->property->when.text ? " and fit `when`" : "");
  }
}

/* A seed of its own, so that properties do not depend on each other. */
static uint64_t seed_of(const rule_test_run *r, const char *name) {
  uint64_t h = r->o->seed ^ UINT64_C(0xcbf29ce484222325);
  for (; *name; name++) h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
  return h;
}

void property_run(rule_test_run *r, size_t number) {
  const rule_property *p = &r->o->tests->properties[number];
  uint64_t start = uv_hrtime();
  buffer why = {0};
  property_try t = {.run = r, .property = p, .number = number, .never_missing = p->changed};
  t.bench = bench_find(r, p->as_of, p->param_count, p->params, p->at);
  if (t.bench) {
    t.maker =
        record_maker_new(&r->asked, t.bench->plan, t.bench->as_of, &p->given, seed_of(r, p->name));
    try_all(&t, &why);
    record_maker_free(t.maker);
  } else {
    buffer_text(&why, "it could not be evaluated\n");
  }
  buffer_text(&why, ""); /* ends the text */
  test_outcome o = {.kind = "property",
                    .name = p->name,
                    .at = p->at,
                    .why = why.data,
                    .seconds = (double)(uv_hrtime() - start) / 1e9};
  rule_test_tell(r, &o);
  buffer_deinit(&why);
  arena_deinit(&t.arena);
}
