/* Packs that somebody has damaged: whatever is deleted, doubled or replaced in a file of a pack, it
 * loads, or is refused with findings that name file and line. It never crashes.
 *
 * Each case has a seed of its own, so that one can be run again alone, and be shown:
 *   ASSAY_FUZZ_SEED=12345 ASSAY_FUZZ_CASES=1 ASSAY_FUZZ_SHOW=1 build/tests/test_pack_fuzz
 * ASSAY_FUZZ_CASES cases are tried in any case, by default as many as fit into ten seconds. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ctype.h>
#include <sys/stat.h>
#include <time.h>
#include "eval/plan.h"
#include "run/check.h"
#include "run/waivers.h"
#include "run/rule_test.h"
#include "support/pack_folder.h"

enum { FILES_MOST = 16, TEXT_MOST = 1 << 17, TOKENS_MOST = 1 << 14, SECONDS = 10 };

/* ---- a pack of which every kind of file is there ---- */

static const struct {
  const char *name, *text;
} small_pack[] = {
    {"company.lua",
     "company { name = 'Small', currency = 'CNY', timezone = '+08:00', calendar = 'calendar.csv',\n"
     "  scripts = { 'steps' } }\n"
     "source { plugin = 'csv', path = 'customers.csv' }\n"
     "related 'orders' { source = { plugin = 'csv', path = 'orders.csv' }, key = 'customer_id',\n"
     "  fields = { at = date { required = true }, amount = money { required = true } } }\n"
     "fields { customer_id = key, amount = money { min = 0 }, rating = choice { 'A', 'B', 'C' },\n"
     "  last_contact = timestamp }\n"
     "params { most = money { default = '1000' }, all_of = money { default = total('amount') } }\n"
     "outputs { 'spend', 'terms', 'days', 'grade', 'grade_since', 'fifth', 'credit_limit', 'next', "
     "'reasons', "
     "'alerts' }\n"},
    {"steps.lua",
     "derive 'spend' { sum = 'amount', of = 'orders', within = 365 }\n"
     "decision_table 'terms' { file = 'terms.csv' }\n"
     "bands 'grade' { of = 'spend', { 'G1', 100, code = 'GOOD' }, { 'G2' }, hold = 30 }\n"
     "adjust 'grade' { { 'rating = C', down = 1, code = 'DOWN' } }\n"
     "quantiles 'fifth' { of = 'spend', into = 5, missing = 1 }\n"
     "limit 'credit_limit' { start { least = { 'spend', { 'most', 'MOST' } } }, round_down(10) }\n"
     "cadence 'next' { every { 'days', unit = 'workdays', from = 'last_contact' }, overdue { "
     "'LATE' } }\n"
     "rule 'check' { type = boolean, function(c) return c.days ~= nil and c.days > 3 end }\n"
     "watch 'alerts' { { 'FELL', downgrade = 'grade' } }\n"
     "codes 'reasons' { 'GOOD', 'DOWN', 'MOST', 'LATE', { 'BIG', 'amount > 50', value = 'amount' } "
     "}\n"},
    {"terms.csv", "first,rating,amount,\"terms: choice(NET_30, PREPAY)\",days: integer,code,note\n"
                  "1,\"A, B\",>= 100,NET_30,30,GOOD,\n2,A,[10..100),NET_30,5,,small\n"
                  "default,,,PREPAY,2,,\n"},
    {"calendar.csv",
     "date,kind,note\n2025-10-01..2025-10-08,holiday,国庆节\n2025-09-28,makeup,调休\n"
     "2026-12-31,end,\n"},
    {"reasons.en.csv", "code,text\nGOOD,Spent {spend}.\nDOWN,Rated C.\nMOST,At most.\nLATE,Late.\n"
                       "BIG,Asks for {value}.\nFELL,Fell.\n"},
    {"tests.lua",
     "as_of '2025-09-26T15:00:00+08:00'\n"
     "example 'one' { given = { rating = 'A', amount = 200, orders = { { at = '2025-09-01', amount "
     "= 500 }\n"
     "  } }, params = { most = 5000 }, expect = { grade = 'G1', reasons = has('GOOD'), days = "
     "is('> 3') } }\n"
     "examples 'more' { inputs = { 'rating', 'amount' }, outputs = { 'terms', 'reasons' },\n"
     "  { 'B', 20, 'PREPAY', none }, { 'A', 20, 'NET_30', lacks('BIG') } }\n"
     "examples 'sheet' { file = 'examples.csv' }\n"
     "property 'cap' { 'credit_limit <= 1000', when = 'amount > 0' }\n"
     "property 'more' { raise = 'amount', never = { less = 'credit_limit' }, given = { rating = "
     "'A' } }\n"},
    {"examples.csv",
     "example,rating,amount,expect terms,expect days\nfirst,A,150,NET_30,30\n,C,5,PREPAY,2\n"},
};

/* ---- the pack at hand ---- */

typedef struct victim {
  folder root, pack, lib; /* the first holds the others */
  size_t count;
  struct {
    char name[64];
    char *text;
    size_t size;
  } files[FILES_MOST];
} victim;

static bool can_be_wrong(const char *name) {
  const char *end = strrchr(name, '.');
  static const char *const data[] = {"customers.csv", "bad_customers.csv", "expected.csv",
                                     "params.csv"};
  for (size_t i = 0; i < COUNT(data); i++)
    if (!strcmp(name, data[i])) return false;
  return end && (!strcmp(end, ".lua") || !strcmp(end, ".csv"));
}

static void add_file(victim *v, const char *name, const char *text, size_t size) {
  assert_true(v->count < FILES_MOST);
  snprintf(v->files[v->count].name, sizeof v->files->name, "%s", name);
  v->files[v->count].text = memcpy(mem_alloc(size + 1), text, size);
  v->files[v->count++].size = size;
  folder_put(&v->pack, name, text, size);
}

static void victim_make(victim *v) {
  *v = (victim){0};
  folder_make(&v->root);
  strcat(strcpy(v->pack.path, v->root.path), "/pack");
  strcat(strcpy(v->lib.path, v->root.path), "/lib");
  assert_int_equal(mkdir(v->pack.path, 0700) | mkdir(v->lib.path, 0700), 0);
}

static void victim_free(victim *v) {
  for (size_t i = 0; i < v->count; i++) free(v->files[i].text);
  folder_remove(&v->pack);
  folder_remove(&v->lib);
  folder_remove(&v->root);
}

static void copy_files(victim *v, const char *from, bool to_lib) {
  static char text[TEXT_MOST];
  DIR *d = opendir(from);
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d));) {
    char path[512];
    if (!can_be_wrong(e->d_name)) continue;
    snprintf(path, sizeof path, "%s/%s", from, e->d_name);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t n = fread(text, 1, sizeof text, in);
    fclose(in);
    if (n == sizeof text) continue; /* data */
    if (to_lib)
      folder_put(&v->lib, e->d_name, text, n);
    else
      add_file(v, e->d_name, text, n);
  }
  closedir(d);
}

static void put_file(const victim *v, size_t i, const char *text, size_t size) {
  folder_put(&v->pack, v->files[i].name, text, size);
}

/* ---- damage ---- */

typedef struct span {
  size_t at, size;
} span;

/* Words, numbers, runs of blanks, and every other byte alone. */
static size_t tokens_of(const char *text, size_t n, span *out) {
  size_t count = 0;
  for (size_t i = 0, begin; i < n && count < TOKENS_MOST; out[count++] = (span){begin, i - begin}) {
    begin = i++;
    const unsigned char c = (unsigned char)text[begin];
    if (isalnum(c) || c == '_' || c >= 0x80)
      while (i < n && (isalnum((unsigned char)text[i]) || text[i] == '_' || text[i] == '.' ||
                       (unsigned char)text[i] >= 0x80))
        i++;
    else if (isspace(c))
      while (i < n && text[i] == ' ') i++;
  }
  return count;
}

static const char *const strange[] = {"nil",
                                      "true",
                                      "{}",
                                      "{ {} }",
                                      "''",
                                      "\"\"",
                                      "0",
                                      "-1",
                                      "1.5",
                                      "1e308",
                                      "0/0",
                                      "9223372036854775807",
                                      "99999999999999999999",
                                      "-",
                                      "null",
                                      "{",
                                      "}",
                                      "(",
                                      ")",
                                      ",",
                                      "\n",
                                      "\"",
                                      "'",
                                      "\xff\xfe",
                                      "\xe4",
                                      "中文",
                                      "function() end",
                                      "error()",
                                      "error('no')",
                                      "print",
                                      "c.x",
                                      "nil.x",
                                      "('x')()",
                                      "'a' .. nil",
                                      "#nil",
                                      "1 < 'a'",
                                      "total('x')",
                                      "previous(grade)",
                                      "money",
                                      "key",
                                      "list { a = date }",
                                      "choice {}",
                                      "decimal(99)",
                                      "has('X')",
                                      "none",
                                      "is('>')",
                                      "string.rep('x', 9999)",
                                      "2025-02-30",
                                      "=1+1",
                                      "today / 0",
                                      "[1..",
                                      "not(",
                                      "? > 1",
                                      "use 'x'",
                                      "--[[",
                                      "]]",
                                      "--",
                                      ";",
                                      "rule 'x' { type = text, function(c) return c end }",
                                      "example 'x' {}",
                                      "while true do end"};

static size_t splice(char *text, size_t n, span cut, const char *with, size_t size) {
  if (n - cut.size + size >= TEXT_MOST) return n;
  memmove(text + cut.at + size, text + cut.at + cut.size, n - cut.at - cut.size);
  memcpy(text + cut.at, with, size);
  return n - cut.size + size;
}

static span line_at(const char *text, size_t n, size_t at) {
  size_t begin = at, end = at;
  while (begin > 0 && text[begin - 1] != '\n') begin--;
  while (end < n && text[end] != '\n') end++;
  return (span){begin, end - begin + (end < n)};
}

static size_t damage(char *text, size_t n) {
  static span tokens[TOKENS_MOST];
  static char copy[TEXT_MOST];
  const size_t count = tokens_of(text, n, tokens);
  if (count == 0) return n;
  span t = tokens[random_below((int64_t)count)], other = tokens[random_below((int64_t)count)];
  const char *word = strange[random_below(COUNT(strange))];
  char byte = (char)random_below(256);
  memcpy(copy, text, n);
  switch (random_below(10)) {
  case 0: /* without it */
    return splice(text, n, t, "", 0);
  case 1: /* twice */
    return splice(text, n, (span){t.at, 0}, copy + t.at, t.size);
  case 2:
  case 3: /* another one in its place */
    return splice(text, n, t, copy + other.at, other.size);
  case 4:
  case 5:
    return splice(text, n, t, word, strlen(word));
  case 6:
    return splice(text, n, (span){t.at, 0}, word, strlen(word));
  case 7: /* one byte */
    return splice(text, n, (span){t.at, (size_t)random_below(2)}, &byte, (size_t)random_below(2));
  case 8: /* a line less, or twice */
    t = line_at(text, n, t.at);
    if (random_below(2)) return splice(text, n, t, "", 0);
    return splice(text, n, (span){t.at, 0}, copy + t.at, t.size);
  default:
    return random_below(8) ? splice(text, n, t, copy + other.at, other.size) : t.at;
  }
}

/* ---- one case ---- */

static uint64_t seed_at_hand;

/* Lines "file:line: message" of an error: each that begins one must name its place. */
static size_t lines_told_badly(const victim *v, const char *text) {
  size_t bad = 0, n = strlen(v->pack.path);
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    char file[256], message[2048];
    int number = 0;
    if (strncmp(line, v->pack.path, n) != 0) continue;
    snprintf(message, sizeof message, "%.*s", (int)strcspn(line, "\n"), line);
    const char *why = sscanf(message, "%255[^:]:%d", file, &number) == 2
                          ? told_badly(file, number, message)
                          : "no line";
    if (why) print_error("told badly (%s): %s\n", why, message);
    bad += why != NULL;
  }
  return bad;
}

static void nothing(void *ctx, const test_outcome *o) {
  (void)ctx;
  assert_non_null(o->why);
}

static size_t try_tests(const victim *v, const pack *p) {
  findings found = {0};
  size_t bad = 0;
  rule_tests *t = rule_tests_load(p, &found);
  assert_true((t == NULL) == (found.errors > 0));
  bad += findings_told_badly(&found);
  if (t) {
    rule_test_counts counts = {0};
    error e = {0};
    t->sample_count = 0; /* they read whole files */
    for (size_t i = 0; i < t->property_count; i++) t->properties[i].cases = 3;
    rule_test_options o = {.pack = p, .tests = t, .as_of = AS_OF, .cases = 3, .each = nothing};
    if (rule_tests_run(&o, &counts, &e)) bad += lines_told_badly(v, e.message);
  }
  rule_tests_free(t);
  findings_deinit(&found);
  return bad;
}

static size_t load(const victim *v, bool with_tests) {
  findings found = {0};
  pack *p = pack_load(v->pack.path, &found);
  assert_true((p == NULL) == (found.errors > 0));
  plan *made = p ? plan_new(p, &(plan_options){.as_of = AS_OF}, &found) : NULL;
  if (p) assert_true((made == NULL) == (found.errors > 0));
  if (made) check_policy(p, made, &(check_options){0}, &found);
  waivers_apply(p, &found);
  if (p) waivers_judge(p, &found);
  size_t bad = findings_told_badly(&found);
  if (made && with_tests) bad += try_tests(v, p);
  plan_free(made);
  pack_free(p);
  findings_deinit(&found);
  return bad;
}

static size_t one_case(victim *v, uint64_t seed) {
  static char text[TEXT_MOST];
  seed_at_hand = seed;
  random_state = (seed + 1) * 0x9E3779B97F4A7C15u;
  for (int i = 0; i < 8; i++) random_next();
  size_t which = (size_t)random_below((int64_t)v->count), n = v->files[which].size;
  memcpy(text, v->files[which].text, n);
  for (int64_t i = 0, times = 1 + random_below(2); i < times; i++) n = damage(text, n);
  put_file(v, which, text, n);
  bool of_tests =
      !strcmp(v->files[which].name, "tests.lua") || !strcmp(v->files[which].name, "examples.csv");
  if (getenv("ASSAY_FUZZ_SHOW")) print_message("%.*s\n", (int)n, text);
  size_t bad = load(v, of_tests);
  if (bad) {
    print_error("seed %llu: %s\n", (unsigned long long)seed, v->files[which].name);
  }
  put_file(v, which, v->files[which].text, v->files[which].size);
  return bad;
}

/* ---- the packs ---- */

static const char *const shipped[] = {"rules/b2b-software", "rules/distributor-credit",
                                      "rules/ecommerce-rfm", "rules/real-estate-leads"};
static victim victims[COUNT(shipped) + 1];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void damaged_packs_are_told(void **state) {
  (void)state;
  const char *from = getenv("ASSAY_FUZZ_SEED"), *cases = getenv("ASSAY_FUZZ_CASES");
  uint64_t first = from ? strtoull(from, NULL, 10) : 1, seed = first;
  uint64_t most = cases ? strtoull(cases, NULL, 10) : UINT64_MAX;
  const double until = now() + SECONDS;
  size_t bad = 0;
  for (; seed - first < most && (cases || now() < until); seed++)
    bad += one_case(&victims[seed % COUNT(victims)], seed) > 0;
  print_message("# %llu damaged packs\n", (unsigned long long)(seed - first));
  seed_at_hand = 0;
  assert_int_equal(bad, 0);
}

static void the_packs_are_right_before(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(victims); i++) {
    findings found = {0};
    pack *p = pack_load(victims[i].pack.path, &found);
    plan *made = p ? plan_new(p, &(plan_options){.as_of = AS_OF}, &found) : NULL;
    for (size_t k = 0; k < found.count; k++)
      print_error("%s:%d: %s\n", found.items[k].file, found.items[k].line, found.items[k].message);
    assert_non_null(made);
    assert_int_equal(try_tests(&victims[i], p), 0);
    plan_free(made);
    pack_free(p);
    findings_deinit(&found);
  }
}

static int set_up(void **state) {
  (void)state;
  victim *small = &victims[COUNT(shipped)];
  for (size_t i = 0; i < COUNT(shipped); i++) {
    victim_make(&victims[i]);
    copy_files(&victims[i], shipped[i], false);
    copy_files(&victims[i], "rules/lib", true);
  }
  victim_make(small);
  for (size_t i = 0; i < COUNT(small_pack); i++)
    add_file(small, small_pack[i].name, small_pack[i].text, strlen(small_pack[i].text));
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(victims); i++) victim_free(&victims[i]);
  return 0;
}

static int say_where(void **state) {
  (void)state;
  if (seed_at_hand)
    print_error("it crashed: ASSAY_FUZZ_SEED=%llu\n", (unsigned long long)seed_at_hand);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_packs_are_right_before),
      cmocka_unit_test_teardown(damaged_packs_are_told, say_where),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
