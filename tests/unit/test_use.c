/* use "name": shared Lua of rules/lib beside the packs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sys/stat.h>
#include "support/pack_text.h"

#define FIELDS "fields { id = key, n = integer, code = text }\n"

/* A folder of packs: acme with its steps, and lib. NULL text: no such file. */
typedef struct packs {
  char root[32], names[8][64];
  size_t count;
} packs;

static void put(packs *f, const char *name, const char *text) {
  char path[160];
  snprintf(path, sizeof path, "%s/%s", f->root, name);
  FILE *out = fopen(path, "wb");
  assert_non_null(out);
  fputs(text, out);
  fclose(out);
  snprintf(f->names[f->count++], sizeof f->names[0], "%s", name);
}

static pack *load(const char *company, const char *steps, const text_file *libs, findings *out) {
  packs f = {.root = "/tmp/assay-use-XXXXXX"};
  char path[160], whole[4096];
  assert_non_null(mkdtemp(f.root));
  snprintf(path, sizeof path, "%s/acme", f.root);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%s/lib", f.root);
  mkdir(path, 0700);
  snprintf(whole, sizeof whole, "%s%s", TEXT_COMPANY, company);
  put(&f, "acme/company.lua", whole);
  put(&f, "acme/steps.lua", steps);
  for (; libs->name; libs++) {
    snprintf(path, sizeof path, "lib/%s.lua", libs->name);
    put(&f, path, libs->text);
  }
  snprintf(path, sizeof path, "%s/acme", f.root);
  pack *p = pack_load(path, out);
  for (size_t i = 0; i < f.count; i++) {
    char gone[160];
    snprintf(gone, sizeof gone, "%s/%s", f.root, f.names[i]);
    unlink(gone);
  }
  rmdir(path);
  snprintf(path, sizeof path, "%s/lib", f.root);
  rmdir(path);
  rmdir(f.root);
  return p;
}

static pack *load_right(const char *company, const char *steps, const text_file *libs) {
  findings found = {0};
  pack *p = load(company, steps, libs, &found);
  for (size_t i = 0; i < found.count && !p; i++)
    print_error("%s:%d: %s\n", found.items[i].file, found.items[i].line, found.items[i].message);
  findings_deinit(&found);
  assert_non_null(p);
  return p;
}

static const text_file sums[] = {
    {"sums", "local sums = { most = 10 }\n"
             "function sums.double(n) return n and math.min(2 * n, sums.most) end\n"
             "function sums.bands(name, of)\n"
             "  bands(name) { of = of, { 'high', 5 }, { 'low' } }\n"
             "end\n"
             "return sums\n"},
    {NULL, NULL}};

static void functions_and_steps_of_a_library(void **state) {
  (void)state;
  pack *p =
      load_right(FIELDS "outputs { 'twice', 'size', 'again' }",
                 "local sums = use 'sums'\n"
                 "sums.bands('size', 'n')\n"
                 "rule 'twice' { type = integer, function(c) return sums.double(c.n) end }\n"
                 "rule 'again' { type = boolean, function(c) return sums.double(c.n) == 10 end }\n",
                 sums);
  static const case_ cases[] = {{"n=3", "twice=6;size=low;again=false"},
                                {"n=7", "twice=10;size=high;again=true"},
                                {"", "twice=;size=;again=false"}};
  check_cases(p, cases, COUNT(cases));
  /* it is a file of the pack, and the step that it declares stands where it is written */
  bool found = false;
  for (size_t i = 0; i < p->file_count; i++)
    found = found || strcmp(p->files[i].name, "lib/sums.lua") == 0;
  assert_true(found);
  assert_non_null(strstr(p->steps[0].at.file, "/lib/sums.lua"));
  assert_int_equal(p->steps[0].at.line, 4);
  assert_int_equal(p->steps[0].bands.bands[1].at.line, 4);
  pack_free(p);
}

/* The hash covers the library, and only if it is used. */
static void a_library_counts_for_the_hash(void **state) {
  (void)state;
  static const text_file other[] = {{"sums", "return { double = function(n) return n end }\n"},
                                    {NULL, NULL}};
  const char *steps = "local sums = use 'sums'\n"
                      "rule 'x' { type = integer, function(c) return sums.double(c.n) end }\n";
  pack *a = load_right(FIELDS "outputs { 'x' }", steps, sums);
  pack *b = load_right(FIELDS "outputs { 'x' }", steps, other);
  pack *c = load_right(FIELDS "outputs { 'x' }", "derive 'x' { 'n' }", sums);
  pack *d = load_right(FIELDS "outputs { 'x' }", "derive 'x' { 'n' }", other);
  assert_string_not_equal(a->hash, b->hash);
  assert_string_equal(c->hash, d->hash);
  /* from the archive alone */
  findings found = {0};
  pack *again = pack_load_files("acme", a->files, a->file_count, &found);
  assert_non_null(again);
  assert_string_equal(again->hash, a->hash);
  static const case_ cases[] = {{"n=7", "x=10"}};
  check_cases(again, cases, 1);
  findings_deinit(&found);
  pack_free(a);
  pack_free(b);
  pack_free(c);
  pack_free(d);
  pack_free(again);
}

static void a_library_runs_once(void **state) {
  (void)state;
  static const text_file libs[] = {
      {"one", "derive 'made' { 'n + 1' }\nreturn { name = 'one' }\n"},
      {"two", "local one = use 'one'\nreturn { name = one.name .. '/two', one = one }\n"},
      {NULL, NULL}};
  pack *p = load_right(FIELDS "outputs { 'made', 'x' }",
                       "local two, one = use 'two', use 'one'\n"
                       "rule 'x' { type = text, function(c)\n"
                       "  return two.name .. (two.one == one and ' same' or ' other') end }\n",
                       libs);
  static const case_ cases[] = {{"n=1", "made=2;x=one/two same"}};
  check_cases(p, cases, 1);
  assert_int_equal(p->step_count, 2);
  pack_free(p);
}

/* What a library holds is frozen like everything else. */
static void a_library_is_frozen(void **state) {
  (void)state;
  pack *p = load_right(FIELDS "outputs { 'x' }",
                       "local sums = use 'sums'\n"
                       "rule 'x' { type = integer, function(c)\n"
                       "  if c.n == 1 then sums.most = 99 end\n"
                       "  return sums.double(c.n) end }\n",
                       sums);
  static const case_ cases[] = {{"n=1", "fault=RULE_ERROR"}, {"n=7", "x=10"}};
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

typedef struct mistake {
  const char *steps, *file;
  int line;
  const char *part, *a, *b; /* what is said; the texts of lib/a.lua and lib/b.lua */
} mistake;

static void check_mistake(const mistake *m) {
  findings found = {0};
  text_file libs[3] = {{0}};
  size_t count = 0;
  if (m->a) libs[count++] = (text_file){"a", m->a};
  if (m->b) libs[count++] = (text_file){"b", m->b};
  pack *p = load(FIELDS "outputs { 'n' }", m->steps, libs, &found);
  assert_null(p);
  bool said = false;
  for (size_t k = 0; k < found.count; k++) {
    const finding *f = &found.items[k];
    said = said || (strstr(f->message, m->part) && f->file && strstr(f->file, m->file) &&
                    f->line == m->line);
  }
  for (size_t k = 0; k < found.count && !said; k++)
    print_error("%s:%d: %s\n", found.items[k].file, found.items[k].line, found.items[k].message);
  if (!said) fail_msg("not said of %s:%d: %s", m->file, m->line, m->part);
  findings_deinit(&found);
}

static void mistakes_are_told_where_they_are(void **state) {
  (void)state;
  static const mistake mistakes[] = {
      {"use 'smus'", "/acme/steps.lua", 1, "there is no script \"smus\" to use", NULL, NULL},
      {"use 'credit_cod'", "/acme/steps.lua", 1, "did you mean credit_code?", NULL, NULL},
      {"use '../acme/steps'", "/acme/steps.lua", 1, "without a path", NULL, NULL},
      {"use {}", "/acme/steps.lua", 1, "wants the name of a script", NULL, NULL},
      {"use 'a'", "/lib/b.lua", 1, "used while it is being run", "\nuse 'b'", "use 'a'"},
      {"use 'a'", "/lib/a.lua", 3, "unexpected symbol", "local x = 1\n\nreturn x + end", NULL},
      {"use 'a'", "/acme/steps.lua", 1, "its mistakes are told where they are", "return x +", NULL},
      {"use 'a'", "/lib/a.lua", 2, "there is no 'foo'", "\nreturn foo.bar", NULL},
      {"use 'a'", "/lib/a.lua", 2, "'n'", "local n = 0\nreturn function() n = n + 1 return n end",
       NULL},
      {"use 'a'", "/lib/a.lua", 1, "is missing (nil), and cannot be computed with",
       "return nil + 1", NULL},
      {"use 'a'", "/lib/a.lua", 2, "did you mean up", "\nadjust 'n' { { 'n > 1', uup = 1 } }",
       NULL},
      {"use 'a'", "/lib/a.lua", 1, "does a loop never end?", "while true do end", NULL},
      {"use 'a' 'n'", "/lib/a.lua", 1, "none is called so",
       "return function(x) adjust('m' .. x) { { 'n > 1', up = 1 } } end", NULL},
  };
  for (size_t i = 0; i < COUNT(mistakes); i++) check_mistake(&mistakes[i]);
}

/* In a rule nothing is loaded any more. */
static void a_rule_cannot_use(void **state) {
  (void)state;
  pack *p =
      load_right(FIELDS "outputs { 'x' }",
                 "rule 'x' { type = integer, function(c) return use 'sums' and 1 end }", sums);
  static const case_ cases[] = {{"n=1", "fault=RULE_ERROR"}};
  check_cases(p, cases, 1);
  pack_free(p);
}

static void credit_codes_are_checked(void **state) {
  (void)state;
  static char text[4096];
  FILE *in = fopen("rules/lib/credit_code.lua", "rb");
  assert_non_null(in);
  text[fread(text, 1, sizeof text - 1, in)] = 0;
  fclose(in);
  const text_file libs[] = {{"credit_code", text}, {NULL, NULL}};
  pack *p =
      load_right(FIELDS "outputs { 'ok' }",
                 "local credit_code = use 'credit_code'\n"
                 "rule 'ok' { type = boolean, function(c) return credit_code.valid(c.code) end }\n",
                 libs);
  static const case_ cases[] = {
      {"code=91350100M000100Y43", "ok=true"}, /* the example of GB 32100-2015 */
      {"code=914403001922038216", "ok=true"},
      {"code= 91350100m000100y43 ", "ok=true"},
      {"code=91350100M000100Y44", "ok=false"},
      {"code=91350100M000100Y4", "ok=false"},
      {"code=9135010OM000100Y43", "ok=false"}, /* an O is no 0 */
      {"", "ok="},
  };
  check_cases(p, cases, COUNT(cases));
  pack_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(functions_and_steps_of_a_library),
      cmocka_unit_test(a_library_counts_for_the_hash),
      cmocka_unit_test(a_library_runs_once),
      cmocka_unit_test(a_library_is_frozen),
      cmocka_unit_test(mistakes_are_told_where_they_are),
      cmocka_unit_test(a_rule_cannot_use),
      cmocka_unit_test(credit_codes_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
