/* Random limits over random records, against a reference that computes one record after the other with
 * plain fractions, as the rule admin's guide says it: amounts, codes, and what was taken away. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "eval/trace.h"
#include "support/bench.h"

#define PLANS 2000
#define ROWS 64
#define OPERATIONS 6
#define TERMS 3

/* ---- fractions, for numbers that stay small ---- */

typedef struct fraction {
  __int128 n, d; /* d > 0 */
} fraction;

static fraction fraction_of(__int128 n, __int128 d) {
  __int128 a = n < 0 ? -n : n, b = d;
  while (b) {
    __int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a ? (fraction){n / a, d / a} : (fraction){0, 1};
}
static fraction times(fraction a, fraction b) {
  return fraction_of(a.n * b.n, a.d * b.d);
}
static fraction plus(fraction a, fraction b) {
  return fraction_of(a.n * b.d + b.n * a.d, a.d * b.d);
}
static int compare(fraction a, fraction b) {
  __int128 x = a.n * b.d, y = b.n * a.d;
  return x < y ? -1 : x > y;
}
static __int128 floor_of(fraction a) {
  return a.n >= 0 ? a.n / a.d : -((-a.n + a.d - 1) / a.d);
}

/* ---- a record, and what can be read of it ---- */

typedef struct record {
  int64_t a, b, f, n; /* cents, cents, hundredths, whole; MISSING_I64 */
  int p;              /* -1 = missing */
} record;

typedef struct maybe {
  bool known;
  fraction x;
} maybe;

static maybe known(__int128 n, __int128 d) {
  return (maybe){true, fraction_of(n, d)};
}

static const char *const inputs[] = {"a",     "b",   "f",  "n",        "a / 3", "b * f",
                                     "a / n", "2.5", "-4", "12345.67", "1",     "1.01"};
enum { A, B, F, N, THIRD, PRODUCT, QUOTIENT, FIRST_CONSTANT };

static maybe read_input(int which, const record *r) {
  static const int64_t hundredths[] = {250, -400, 1234567, 100, 101};
  const maybe none = {false, {0, 1}};
  bool a = r->a != MISSING_I64, b = r->b != MISSING_I64, f = r->f != MISSING_I64,
       n = r->n != MISSING_I64;
  switch (which) {
  case A:
    return a ? known(r->a, 100) : none;
  case B:
    return b ? known(r->b, 100) : none;
  case F:
    return f ? known(r->f, 100) : none;
  case N:
    return n ? known(r->n, 1) : none;
  case THIRD:
    return a ? known(r->a, 300) : none;
  case PRODUCT:
    return b && f ? known((__int128)r->b * r->f, 10000) : none;
  case QUOTIENT:
    if (!a || !n || !r->n) return none;
    return r->n > 0 ? known(r->a, (__int128)100 * r->n) : known(-r->a, (__int128)-100 * r->n);
  default:
    return known(hundredths[which - FIRST_CONSTANT], 100);
  }
}

static const char *const conditions[] = {NULL, "p", "n > 2"};

static bool holds(int which, const record *r) {
  return which == 0 || (which == 1 ? r->p == 1 : r->n != MISSING_I64 && r->n > 2);
}

/* ---- a limit at random ---- */

typedef struct term {
  int input, when;
  char code[32]; /* "" = none */
} term;

typedef struct operation {
  limit_operation_kind kind;
  limit_pick pick;
  limit_rounding rounding;
  int when, term_count;
  limit_missing missing;
  const char *missing_as, *negative_as, *size;
  bool skip_negative, has_none, percent;
  int of;
  term terms[TERMS], none;
  bool silences; /* the codes of the operation before it */
} operation;

typedef struct made {
  int count;
  operation operations[OPERATIONS];
  const char *missing; /* "7", with the code UNKNOWN */
} made;

static term random_term(int at, int number, const int *among, int count) {
  term t = {among[random_below(count)], (int)random_below(5) % 3, ""};
  if (random_below(3)) snprintf(t.code, sizeof t.code, "C%d_%d", at, number);
  return t;
}

static operation random_operation(int at, bool huge) {
  /* a huge product would not fit a column of its own */
  const int amounts[] = {A, B, F, N, THIRD, huge ? A : PRODUCT, QUOTIENT, 7, 8, 9, 10, 11};
  static const int factors[] = {F, N, 7, 10, 11};
  static const char *const missing[] = {"0", "2.5", "-1", "0.001"};
  operation o = {.kind = (limit_operation_kind)(1 + random_below(7))};
  if (at == 0) o.kind = LIMIT_START;
  bool factor = o.kind == LIMIT_TIMES,
       by_step = o.kind == LIMIT_STEP_UP || o.kind == LIMIT_STEP_DOWN;
  o.pick = (limit_pick)random_below(4);
  o.when = random_below(4) ? 0 : (int)random_below(3);
  o.missing = (limit_missing)random_below(by_step ? 3 : 4);
  o.missing_as = missing[random_below(4)];
  o.term_count = by_step || (factor && huge) ? 1 : 1 + (int)random_below(factor ? 2 : 3);
  for (int t = 0; t < o.term_count; t++)
    o.terms[t] = factor ? random_term(at, t, factors, 5) : random_term(at, t, amounts, 12);
  if (o.kind == LIMIT_START) {
    o.skip_negative = !random_below(4);
    o.negative_as = random_below(3) ? NULL : missing[random_below(2)];
    o.has_none = !random_below(3);
    o.none = random_term(at, TERMS, amounts, 12);
    o.none.when = 0;
  }
  if (by_step) {
    o.percent = random_below(2);
    o.of = random_below(2) ? A : B;
    o.terms[0].when = 0;
    o.terms[0].input = random_below(2) ? 11 : 9;
  }
  o.silences = o.kind == LIMIT_ZERO && random_below(2);
  return o;
}

static made random_limit(bool huge) {
  made m = {.count = 1 + (int)random_below(OPERATIONS - 1)};
  int factors = 0;
  for (int i = 0; i < m.count; i++) {
    do m.operations[i] = random_operation(i, huge);
    while (m.operations[i].kind == LIMIT_TIMES && ++factors > (huge ? 1 : 2));
  }
  if (random_below(2)) {
    static const char *const sizes[] = {"1000", "100", "0.5", "0.01"};
    m.operations[m.count++] = (operation){.kind = LIMIT_ROUND,
                                          .rounding = (limit_rounding)random_below(3),
                                          .size = sizes[random_below(4)]};
  }
  if (random_below(2)) m.missing = "7";
  return m;
}

static void put_term(pack *p, limit_term *to, const term *from, bool zero) {
  *to = (limit_term){.at = built_place(p)};
  to->formula = built_text(p, zero ? conditions[1 + from->input % 2] : inputs[from->input]);
  if (conditions[from->when]) to->when = built_text(p, conditions[from->when]);
  if (*from->code) to->code = arena_string(&p->arena, from->code);
}

static void put_codes(pack *p, const operation *o, step *list) {
  for (int t = 0; t < o->term_count; t++)
    if (*o->terms[t].code)
      built_code(p, list, arena_string(&p->arena, o->terms[t].code), NULL, NULL, NULL, -1);
  if (o->has_none && *o->none.code)
    built_code(p, list, arena_string(&p->arena, o->none.code), NULL, NULL, NULL, -1);
}

static void put_operation(pack *p, step *s, const made *m, int i) {
  const operation *from = &m->operations[i];
  limit_operation *o = built_operation(p, s, from->kind);
  o->pick = from->pick;
  o->rounding = from->rounding;
  o->missing = from->missing;
  o->skip_negative = from->skip_negative;
  if (from->missing == LIMIT_MISSING_COUNTS) o->missing_as = built_text(p, from->missing_as);
  if (from->negative_as) o->negative_as = built_text(p, from->negative_as);
  if (conditions[from->when]) o->when = built_text(p, conditions[from->when]);
  if (from->size) built_term(p, o, from->size, NULL, NULL);
  for (int t = 0; t < from->term_count; t++)
    put_term(p, &o->terms[o->term_count++], &from->terms[t], from->kind == LIMIT_ZERO);
  if (from->has_none) put_term(p, &o->none, &from->none, false);
  if (from->kind == LIMIT_STEP_UP || from->kind == LIMIT_STEP_DOWN) {
    o->of = built_text(p, inputs[from->of]);
    if (from->percent) o->terms[0].formula.text = "25%";
  }
  const operation *before = from - 1;
  if (!from->silences) return;
  o->silences = arena_array(&p->arena, TERMS, sizeof *o->silences);
  for (int t = 0; t < before->term_count; t++)
    if (*before->terms[t].code)
      o->silences[o->silence_count++] = arena_string(&p->arena, before->terms[t].code);
}

static pack *pack_of(const made *m) {
  pack *p = built_pack();
  built_field(p, "id", built_type(TYPE_KEY));
  built_field(p, "a", built_money());
  built_field(p, "b", built_money());
  built_field(p, "f", built_decimal(2));
  built_field(p, "n", built_type(TYPE_INTEGER));
  built_field(p, "p", built_type(TYPE_BOOLEAN));
  step *s = built_step(p, STEP_LIMIT, "limit");
  for (int i = 0; i < m->count; i++) put_operation(p, s, m, i);
  if (m->missing) {
    s->limit.missing = built_text(p, m->missing);
    s->limit.missing_code = "UNKNOWN";
  }
  step *list = built_codes(p, "why");
  for (int i = 0; i < m->count; i++) put_codes(p, &m->operations[i], list);
  built_code(p, list, "UNKNOWN", NULL, NULL, NULL, -1);
  return p;
}

/* ---- the reference ---- */

typedef struct reference {
  const record *r;
  maybe amount;
  bool given[OPERATIONS + 1][TERMS + 1], silent[OPERATIONS + 1][TERMS + 1];
} reference;

enum { ABSENT, UNKNOWN, KNOWN };

static int state_of(const operation *o, const term *t, const record *r, fraction *x) {
  bool each = o->kind == LIMIT_TIMES || o->kind == LIMIT_PLUS;
  bool none = t == &o->none;
  if (!holds(t->when, r) || (!none && !holds(o->when, r))) return ABSENT;
  maybe m = read_input(t->input, r);
  *x = m.x;
  if (m.known) return KNOWN;
  if (o->missing == LIMIT_MISSING_COUNTS) {
    rational as;
    assert_int_equal(rational_parse(o->missing_as, strlen(o->missing_as), &as), PARSE_OK);
    *x = fraction_of(as.num, as.den);
    return KNOWN;
  }
  if (o->missing == LIMIT_MISSING_SKIP) return ABSENT;
  return o->missing == LIMIT_MISSING_UNKNOWN || each ? UNKNOWN : ABSENT;
}

static void start_with(reference *f, const operation *o, int at) {
  fraction seen[TERMS], x;
  int which[TERMS], n = 0, best = 0;
  bool unknown = false;
  f->amount.known = false;
  for (int t = 0; t < o->term_count; t++) {
    int state = state_of(o, &o->terms[t], f->r, &x);
    unknown = unknown || state == UNKNOWN;
    if (state != KNOWN || (o->skip_negative && x.n < 0)) continue;
    seen[n] = x;
    which[n++] = t;
  }
  if (unknown) return;
  if (!n) {
    if (!o->has_none || state_of(o, &o->none, f->r, &x) != KNOWN) return;
    f->amount = (maybe){true, x};
    f->given[at][TERMS] = true;
  } else if (o->pick == PICK_LEAST || o->pick == PICK_GREATEST) {
    for (int i = 1; i < n; i++) {
      int c = compare(seen[i], seen[best]);
      if (o->pick == PICK_LEAST ? c < 0 : c > 0) best = i;
    }
    f->amount = (maybe){true, seen[best]};
    f->given[at][which[best]] = true;
  } else if (o->pick == PICK_MEAN) {
    f->amount = (maybe){true, seen[0]};
    for (int i = 1; i < n; i++) f->amount.x = plus(f->amount.x, seen[i]);
    f->amount.x = times(f->amount.x, (fraction){1, n});
  } else {
    for (int i = 0; i < n; i++)
      for (int k = i + 1; k < n; k++)
        if (compare(seen[k], seen[i]) < 0) {
          fraction held = seen[i];
          seen[i] = seen[k];
          seen[k] = held;
        }
    f->amount = (maybe){true, n % 2 ? seen[n / 2]
                                    : times(plus(seen[n / 2], seen[n / 2 - 1]), (fraction){1, 2})};
  }
  rational as;
  if (!o->negative_as || f->amount.x.n >= 0) return;
  assert_int_equal(rational_parse(o->negative_as, strlen(o->negative_as), &as), PARSE_OK);
  f->amount.x = fraction_of(as.num, as.den);
}

static void bound_by(reference *f, const operation *o, int at) {
  bool above = o->kind == LIMIT_AT_MOST || o->kind == LIMIT_STEP_UP, unknown = false;
  fraction best = {0, 1}, x;
  int which = -1;
  if (!f->amount.known) return;
  for (int t = 0; t < o->term_count; t++) {
    int state = state_of(o, &o->terms[t], f->r, &x);
    unknown = unknown || state == UNKNOWN;
    if (state != KNOWN) continue;
    if (which >= 0 && (above ? compare(x, best) >= 0 : compare(x, best) <= 0)) continue;
    best = x;
    which = t;
  }
  f->amount.known = !unknown;
  if (unknown || which < 0) return;
  if (above ? compare(best, f->amount.x) >= 0 : compare(best, f->amount.x) <= 0) return;
  f->amount.x = best;
  f->given[at][which] = true;
}

/* A step is a bound; its size and the value before it are folded into one number. */
static void step_by(reference *f, const operation *o, int at) {
  maybe before = read_input(o->of, f->r), size = read_input(o->terms[0].input, f->r);
  bool up = o->kind == LIMIT_STEP_UP;
  if (!f->amount.known || !holds(o->when, f->r)) return;
  if (!before.known) {
    f->amount.known = o->missing != LIMIT_MISSING_UNKNOWN;
    return;
  }
  if (before.x.n <= 0) return;
  fraction bound = o->percent ? times(before.x, (fraction){up ? 5 : 3, 4})
                              : plus(before.x, up ? size.x : times(size.x, (fraction){-1, 1}));
  int c = compare(bound, f->amount.x);
  if (up ? c >= 0 : c <= 0) return;
  f->amount.x = bound;
  f->given[at][0] = true;
}

static void each_of(reference *f, const operation *o, int at) {
  fraction x;
  for (int t = 0; t < o->term_count; t++) {
    int state = state_of(o, &o->terms[t], f->r, &x);
    if (state == UNKNOWN) f->amount.known = false;
    if (state != KNOWN) continue;
    f->given[at][t] = true;
    if (f->amount.known)
      f->amount.x = o->kind == LIMIT_TIMES ? times(f->amount.x, x) : plus(f->amount.x, x);
  }
}

static void zero_if(reference *f, const operation *o, int at) {
  for (int t = 0; t < o->term_count; t++) {
    const term *c = &o->terms[t];
    if (!holds(1 + c->input % 2, f->r) || !holds(c->when, f->r) || !holds(o->when, f->r)) continue;
    f->amount = (maybe){true, {0, 1}};
    f->given[at][t] = true;
    for (int k = 0; o->silences && k < TERMS; k++) f->silent[at - 1][k] = true;
  }
}

static void rounded(reference *f, const operation *o) {
  rational size;
  assert_int_equal(rational_parse(o->size, strlen(o->size), &size), PARSE_OK);
  if (!f->amount.known) return;
  fraction steps = times(f->amount.x, fraction_of(size.den, size.num));
  __int128 whole = floor_of(steps);
  if (o->rounding == LIMIT_HALF_UP) whole = floor_of(plus(steps, (fraction){1, 2}));
  if (o->rounding == LIMIT_UP && steps.d != 1) whole++;
  f->amount.x = times(fraction_of(whole < 0 ? 0 : whole, 1), fraction_of(size.num, size.den));
}

static void apply(reference *f, const operation *o, int at) {
  switch (o->kind) {
  case LIMIT_START:
    start_with(f, o, at);
    break;
  case LIMIT_TIMES:
  case LIMIT_PLUS:
    each_of(f, o, at);
    break;
  case LIMIT_AT_MOST:
  case LIMIT_AT_LEAST:
    bound_by(f, o, at);
    break;
  case LIMIT_STEP_UP:
  case LIMIT_STEP_DOWN:
    step_by(f, o, at);
    break;
  case LIMIT_ZERO:
    zero_if(f, o, at);
    break;
  case LIMIT_ROUND:
    rounded(f, o);
  }
}

static void add_code(char *out, size_t size, const char *code) {
  size_t n = strlen(out);
  snprintf(out + n, size - n, "%s%s", n ? "|" : "", code);
}

static int64_t by_hand(const made *m, const record *r, char *codes, size_t size) {
  reference f = {.r = r};
  for (int i = 0; i < m->count; i++) apply(&f, &m->operations[i], i);
  *codes = 0;
  for (int i = 0; i < m->count; i++) {
    const operation *o = &m->operations[i];
    for (int t = 0; t < o->term_count; t++)
      if (*o->terms[t].code && f.given[i][t] && !f.silent[i][t])
        add_code(codes, size, o->terms[t].code);
    if (o->has_none && *o->none.code && f.given[i][TERMS]) add_code(codes, size, o->none.code);
  }
  if (!f.amount.known && m->missing) add_code(codes, size, "UNKNOWN");
  if (!f.amount.known) return m->missing ? 700 : MISSING_I64;
  __int128 cents = floor_of(times(f.amount.x, (fraction){100, 1}));
  return cents < 0 ? 0 : (int64_t)cents;
}

/* ---- the comparison ---- */

static int64_t random_value(int64_t low, int64_t high) {
  return random_below(6) ? low + random_below(high - low + 1) : MISSING_I64;
}

static void put_row(batch *in, size_t row, const record *r) {
  column_add_text(&in->columns[0], row, "K", 1);
  in->columns[1].i64[row] = r->a;
  in->columns[2].i64[row] = r->b;
  in->columns[3].i64[row] = r->f;
  in->columns[4].i64[row] = r->n;
  in->columns[5].i32[row] = r->p;
}

static void compare_rows(pack *p, const made *m, batch *in, const record *records) {
  for (size_t k = 0; kernels_at(k); k++) {
    bench b = bench_open(p, kernels_at(k)->name);
    if (random_below(2)) evaluator_trace(b.evaluator); /* it must not change anything */
    bench_run(&b, in);
    for (size_t r = 0; r < ROWS; r++) {
      char codes[512];
      int64_t want = by_hand(m, &records[r], codes, sizeof codes);
      assert_int_equal(b.out->failed[r], 0);
      assert_int_equal(output(&b, "limit")->i64[r], want);
      assert_string_equal(shown(&b, "why", r), codes);
    }
    bench_close(&b);
  }
}

static void random_limits(void **state) {
  (void)state;
  for (int i = 0; i < PLANS; i++) {
    bool huge = i % 4 == 0;
    int64_t most = huge ? 400000000000000000 : 3000000;
    made m = random_limit(huge);
    pack *p = pack_of(&m);
    batch *in = batch_new(&p->schema, NULL);
    record records[ROWS];
    for (size_t r = 0; r < ROWS; r++) {
      records[r] = (record){random_value(-most / 10, most), random_value(-most / 10, most),
                            random_value(-20, 200), random_value(-1, 6), (int)random_below(3) - 1};
      put_row(in, in->rows++, &records[r]);
    }
    compare_rows(p, &m, in, records);
    batch_free(in);
    built_free(p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_limits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
