/* What `assay editor` tells an editor of the language (core/cli/editor/words.lua) against the language
 * itself: each word that a script can use stands in it, and no other; each table takes the keys that it
 * says, and no others. What the loader knows is heard from the loader: a key that cannot be is told with
 * those that can. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "lang/declare_tests.h"
#include "lang/sandbox_state.h"

#define WORDS_FILE "core/cli/editor/words.lua"

static arena memory;
static const char *words; /* the file */

/* ---- sets of names ---- */

typedef struct names {
  size_t count;
  const char *items[400];
} names;

static bool has_name(const names *n, const char *name) {
  for (size_t i = 0; i < n->count; i++)
    if (strcmp(n->items[i], name) == 0) return true;
  return false;
}

static void add_name(names *n, const char *name, size_t size) {
  const char *copy = arena_string_n(&memory, name, size);
  assert_true(n->count < sizeof n->items / sizeof *n->items);
  if (!has_name(n, copy)) n->items[n->count++] = copy;
}

/* Fails with the name that one of them lacks. */
static void assert_same(const char *what, const names *file, const names *known) {
  for (size_t i = 0; i < known->count; i++)
    if (!has_name(file, known->items[i]))
      fail_msg("%s: %s lacks \"%s\"", what, WORDS_FILE, known->items[i]);
  for (size_t i = 0; i < file->count; i++)
    if (!has_name(known, file->items[i]))
      fail_msg("%s: %s has \"%s\", which the loader does not know", what, WORDS_FILE,
               file->items[i]);
}

/* ---- reading the file ---- */

static const char *next_line(const char *line) {
  const char *end = strchr(line, '\n');
  return end && end[1] ? end + 1 : NULL;
}

static size_t word_size(const char *at) {
  size_t n = 0;
  while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '.') n++;
  return n;
}

static bool begins(const char *line, const char *with) {
  return strncmp(line, with, strlen(with)) == 0;
}

/* The globals, and the functions in tables of functions ("dates.of"). */
static void words_of_file(names *out) {
  for (const char *l = words; l; l = next_line(l)) {
    if (begins(l, "function "))
      add_name(out, l + 9, word_size(l + 9));
    else if (isalpha((unsigned char)*l) && begins(l + word_size(l), " = "))
      add_name(out, l, word_size(l));
  }
}

static const char *find_class(const char *name) {
  const size_t n = strlen(name);
  for (const char *l = words; l; l = next_line(l))
    if (begins(l, "---@class ") && word_size(l + 10) == n && memcmp(l + 10, name, n) == 0) return l;
  fail_msg("%s has no class %s", WORDS_FILE, name);
  return NULL;
}

/* The keys of a class and of the one above it. */
static void keys_of_class(const char *name, names *out) {
  const char *l = find_class(name), *end = strchr(l, '\n');
  const char *above = l + 10 + word_size(l + 10);
  if (above < end && begins(above, " : "))
    keys_of_class(arena_string_n(&memory, above + 3, word_size(above + 3)), out);
  while ((l = next_line(l)) && begins(l, "---@"))
    if (begins(l, "---@field ") && isalpha((unsigned char)l[10]))
      add_name(out, l + 10, word_size(l + 10));
}

/* The texts in quotes that a key's type lists: "first"|"last". */
static void literals_of(const char *class, const char *key, names *out) {
  const size_t n = strlen(key);
  for (const char *l = find_class(class); (l = next_line(l)) && begins(l, "---@");) {
    if (!begins(l, "---@field ") || word_size(l + 10) != n || memcmp(l + 10, key, n) != 0) continue;
    const char *at = strchr(l, ' ') + 1, *end;
    at = strchr(at, ' ') + 1;
    while (*at == '"' || *at == '|') {
      if (*at++ == '|') continue;
      end = strchr(at, '"');
      add_name(out, at, (size_t)(end - at));
      at = end + 1;
    }
    return;
  }
  fail_msg("%s has no key %s", class, key);
}

/* ---- hearing the loader ---- */

static const char company[] =
    "company { name = \"X\", currency = \"CNY\", timezone = \"+00:00\", scripts = { \"steps\" } }\n"
    "source { plugin = \"csv\", path = \"x.csv\" }\n"
    "outputs { \"x\" }\n"
    "fields { id = key, amount = money, on = date, grade = choice { \"A\", \"B\" },\n"
    "  touches = list { at = date, kind = text } }\n";
static const char plain_steps[] = "derive \"x\" { \"amount\" }\n";

typedef enum script { COMPANY, STEPS, TESTS } script;

static void put(const char *folder, const char *name, const char *text) {
  FILE *f = fopen(arena_format(&memory, "%s/%s", folder, name), "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static void remove_folder(const char *folder) {
  static const char *const files[] = {"company.lua", "steps.lua", "tests.lua"};
  for (size_t i = 0; i < 3; i++) unlink(arena_format(&memory, "%s/%s", folder, files[i]));
  rmdir(folder);
}

/* What is said of the pack with the text in one of its scripts. */
static void load(script where, const char *text, findings *found) {
  char folder[] = "/tmp/assay-words-XXXXXX";
  assert_non_null(mkdtemp(folder));
  put(folder, "company.lua",
      where == COMPANY ? arena_format(&memory, "%s%s", begins(text, "company") ? "" : company, text)
                       : company);
  put(folder, "steps.lua", where == STEPS ? text : plain_steps);
  if (where == TESTS) put(folder, "tests.lua", text);
  pack *p = pack_load(folder, found);
  if (p && where == TESTS) rule_tests_free(rule_tests_load(p, found));
  pack_free(p);
  remove_folder(folder);
}

/* "a, b or c" behind the phrase in the finding about zzqx. */
static void names_told(script where, const char *text, const char *before, const char *phrase,
                       names *out) {
  findings found = {0};
  const char *list = NULL;
  load(where, text, &found);
  for (size_t i = 0; i < found.count && !list; i++) {
    const char *at = strstr(found.items[i].message, before);
    list = at ? strstr(at, phrase) : NULL;
  }
  if (!list) {
    for (size_t i = 0; i < found.count; i++) print_error("%s\n", found.items[i].message);
    fail_msg("nothing was said of zzqx in: %s", text);
    return;
  }
  for (list += strlen(phrase); *list;) {
    const size_t n = word_size(list);
    add_name(out, list, n);
    list += n;
    if (begins(list, ", "))
      list += 2;
    else if (begins(list, " or "))
      list += 4;
    else
      break;
  }
  findings_deinit(&found);
}

/* ---- tests ---- */

/* The names that Lua itself has: the editor knows them. */
static bool is_lua(const char *name) {
  static const char *const own[] = {"assert", "error", "ipairs",   "pairs",    "pcall",
                                    "select", "type",  "tonumber", "tostring", "xpcall",
                                    "string", "table", "math",     "utf8",     "_VERSION"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (strcmp(own[i], name) == 0) return true;
  return false;
}

static void add_library(lua_State *L, const char *name, names *out) {
  freeze_content(L, -1);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    const char *whole = arena_format(&memory, "%s.%s", name, lua_tostring(L, -2));
    add_name(out, whole, strlen(whole));
  }
  lua_pop(L, 1);
}

static void add_globals(names *out) {
  sandbox *s = sandbox_new(SANDBOX_LOAD_BUDGET);
  lua_State *L = sandbox_lua(s);
  lua_pushglobaltable(L);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    const char *name = lua_tostring(L, -2);
    if (is_lua(name)) continue;
    add_name(out, name, strlen(name));
    if (lua_istable(L, -1)) add_library(L, name, out);
  }
  sandbox_free(s);
}

static void each_word_of_scripts_stands_in_the_file_and_no_other(void **state) {
  (void)state;
  names file = {0}, known = {0};
  words_of_file(&file);
  for (const declaration *const *g = declare_groups; *g; g++)
    for (const declaration *d = *g; d->name; d++) add_name(&known, d->name, strlen(d->name));
  for (const declaration *d = declare_test_words; d->name; d++)
    add_name(&known, d->name, strlen(d->name));
  add_globals(&known);
  add_name(&known, "use", 3); /* these three are declared one by one */
  add_name(&known, "reason", 6);
  add_name(&known, "none", 4);
  assert_same("words", &file, &known);
  assert_true(file.count > 100);
}

static const struct keyed {
  const char *class;
  script where;
  const char *text;
} keyed[] = {
    {"assay.company", COMPANY, "company { zzqx = 1 }"},
    {"assay.related", COMPANY, "related \"r\" { zzqx = 1 }"},
    {"assay.report", COMPANY, "report { zzqx = 1 }"},
    {"assay.budget", COMPANY, "budget { zzqx = 1 }"},
    {"assay.notify.webhook", COMPANY, "notify { webhook = \"env:X\", zzqx = 1 }"},
    {"assay.notify.mail", COMPANY, "notify { mail = \"a@b.c\", zzqx = 1 }"},
    {"assay.notify.command", COMPANY, "notify { command = { \"x\" }, zzqx = 1 }"},
    {"assay.schedule", COMPANY, "schedule \"s\" { zzqx = 1 }"},
    {"assay.schedule.run", COMPANY, "schedule \"s\" { every = \"1h\", run = { zzqx = 1 } }"},
    {"assay.constraints", COMPANY, "params { p = text { zzqx = 1 } }"},
    {"assay.constraints.bounded", COMPANY, "params { p = money { zzqx = 1 } }"},
    {"assay.constraints.choice", COMPANY, "params { p = choice { \"a\", zzqx = 1 } }"},
    {"assay.period", STEPS,
     "decision_table \"t\" { inputs = { \"amount\" }, { \"-\", 1 }, "
     "effective = { zzqx = 1 } }"},
    {"assay.derive", STEPS, "derive \"d\" { \"amount\", zzqx = 1 }"},
    {"assay.aggregate", STEPS, "derive \"d\" { count = \"touches\", zzqx = 1 }"},
    {"assay.ageing", STEPS, "ageing \"a\" { zzqx = 1 }"},
    {"assay.characteristic", STEPS, "scorecard \"s\" { characteristic { \"amount\", zzqx = 1 } }"},
    {"assay.scorecard", STEPS, "scorecard \"s\" { zzqx = 1 }"},
    {"assay.table", STEPS, "decision_table \"t\" { zzqx = 1 }"},
    {"assay.table.row", STEPS,
     "decision_table \"t\" { inputs = { \"amount\" }, { \"-\", 1, zzqx = 1 } }"},
    {"assay.table.default", STEPS,
     "decision_table \"t\" { inputs = { \"amount\" }, { \"-\", 1 }, default = { 1, zzqx = 1 } }"},
    {"assay.steady", STEPS, "steady \"grade\" { zzqx = 1 }"},
    {"assay.bands", STEPS, "bands \"b\" { zzqx = 1 }"},
    {"assay.band", STEPS, "bands \"b\" { of = \"amount\", { \"A\", 1, zzqx = 1 }, { \"B\" } }"},
    {"assay.adjust", STEPS, "adjust \"grade\" { zzqx = 1 }"},
    {"assay.adjust.row", STEPS, "adjust \"grade\" { { \"true\", up = 1, zzqx = 1 } }"},
    {"assay.bound", STEPS, "worst \"grade\" { \"B\", zzqx = 1 }"},
    {"assay.bound", STEPS, "best \"grade\" { \"B\", zzqx = 1 }"},
    {"assay.total", STEPS, "total \"t\" { zzqx = 1 }"},
    {"assay.quantiles", STEPS, "quantiles \"q\" { zzqx = 1 }"},
    {"assay.quantile", STEPS,
     "quantiles \"q\" { of = \"amount\", { \"top\", \"20%\", zzqx = 1 }, { \"rest\" } }"},
    {"assay.clause.never", STEPS, "cadence \"c\" { never { \"true\", zzqx = 1 } }"},
    {"assay.clause.first_touch", STEPS, "cadence \"c\" { first_touch { zzqx = 1 } }"},
    {"assay.clause.none_yet", STEPS, "cadence \"c\" { none_yet { zzqx = 1 } }"},
    {"assay.clause.sequence", STEPS, "cadence \"c\" { sequence { zzqx = 1 } }"},
    {"assay.clause.every", STEPS, "cadence \"c\" { every { 5, zzqx = 1 } }"},
    {"assay.clause.sooner", STEPS, "cadence \"c\" { sooner { 5, zzqx = 1 } }"},
    {"assay.clause.later", STEPS, "cadence \"c\" { later { 5, zzqx = 1 } }"},
    {"assay.clause.overdue", STEPS, "cadence \"c\" { overdue { zzqx = 1 } }"},
    {"assay.clause.cap", STEPS, "cadence \"c\" { cap { 3, zzqx = 1 } }"},
    {"assay.clause.opening", STEPS, "cadence \"c\" { opening { zzqx = 1 } }"},
    {"assay.clause.quiet", STEPS, "cadence \"c\" { quiet { \"21:00..09:00\", zzqx = 1 } }"},
    {"assay.clause.channel", STEPS, "cadence \"c\" { channel { \"grade\", zzqx = 1 } }"},
    {"assay.clause.channel.row", STEPS,
     "cadence \"c\" { channel { { \"-\", \"call\", zzqx = 1 } } }"},
    {"assay.clause.smooth", STEPS, "cadence \"c\" { smooth { 5, zzqx = 1 } }"},
    {"assay.operation.start", STEPS, "limit \"l\" { start { \"amount\", zzqx = 1 } }"},
    {"assay.start.none", STEPS,
     "limit \"l\" { start { least = { \"amount\" }, none = { 0, zzqx = 1 } } }"},
    {"assay.term", STEPS, "limit \"l\" { start { least = { { \"amount\", zzqx = 1 } } } }"},
    {"assay.operation.amounts", STEPS, "limit \"l\" { times { \"1\", zzqx = 1 } }"},
    {"assay.operation.amounts", STEPS, "limit \"l\" { plus { \"1\", zzqx = 1 } }"},
    {"assay.operation.amounts", STEPS, "limit \"l\" { at_most { \"1\", zzqx = 1 } }"},
    {"assay.operation.amounts", STEPS, "limit \"l\" { at_least { \"1\", zzqx = 1 } }"},
    {"assay.operation.step", STEPS, "limit \"l\" { step_up { \"25%\", zzqx = 1 } }"},
    {"assay.operation.step", STEPS, "limit \"l\" { step_down { \"25%\", zzqx = 1 } }"},
    {"assay.operation.zero", STEPS, "limit \"l\" { zero { \"true\", zzqx = 1 } }"},
    {"assay.limit", STEPS, "limit \"l\" { zzqx = 1 }"},
    {"assay.codes", STEPS, "codes \"c\" { zzqx = 1 }"},
    {"assay.codes.entry", STEPS, "codes \"c\" { { \"CODE\", zzqx = 1 } }"},
    {"assay.alert", STEPS, "watch \"w\" { { \"CODE\", zzqx = 1 } }"},
    {"assay.rule", STEPS, "rule \"r\" { zzqx = 1 }"},
    {"assay.example", TESTS, "example \"e\" { zzqx = 1 }"},
    {"assay.examples", TESTS, "examples \"e\" { zzqx = 1 }"},
    {"assay.never", TESTS, "property \"p\" { raise = \"amount\", never = { zzqx = 1 } }"},
    {"assay.property", TESTS, "property \"p\" { zzqx = 1 }"},
};

static void each_table_takes_the_keys_that_the_file_says(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof keyed / sizeof *keyed; i++) {
    names file = {0}, known = {0};
    keys_of_class(keyed[i].class, &file);
    names_told(keyed[i].where, keyed[i].text, "does not know \"zzqx\"", "; it knows ", &known);
    assert_same(keyed[i].text, &file, &known);
  }
}

/* So that a class that is added is asked about. A source has the options of its plugin. */
static void every_class_with_keys_is_asked_about(void **state) {
  (void)state;
  for (const char *l = words; l; l = next_line(l)) {
    if (!begins(l, "---@class ")) continue;
    const char *name = arena_string_n(&memory, l + 10, word_size(l + 10));
    names keys = {0};
    keys_of_class(name, &keys);
    bool asked = !keys.count || strcmp(name, "assay.source") == 0;
    for (size_t i = 0; i < sizeof keyed / sizeof *keyed; i++)
      asked = asked || strcmp(keyed[i].class, name) == 0;
    if (!asked) fail_msg("no test asks which keys %s takes", name);
  }
}

static const struct chosen {
  const char *class, *key;
  const char *text;
} chosen[] = {
    {"assay.schedule", "missed", "schedule \"s\" { every = \"1h\", missed = \"zzqx\" }"},
    {"assay.schedule", "overlap", "schedule \"s\" { every = \"1h\", overlap = \"zzqx\" }"},
    {"assay.aggregate", "ties",
     "derive \"d\" { latest = \"at\", of = \"touches\", ties = \"zzqx\" }"},
    {"assay.table", "hit", "decision_table \"t\" { inputs = { \"amount\" }, hit = \"zzqx\" }"},
    {"assay.adjust", "codes", "adjust \"grade\" { codes = \"zzqx\" }"},
    {"assay.bound", "codes", "worst \"grade\" { \"B\", codes = \"zzqx\" }"},
    {"assay.total", "as", "total \"t\" { as = \"zzqx\" }"},
    {"assay.quantiles", "ties", "quantiles \"q\" { ties = \"zzqx\" }"},
    {"assay.clause.every", "unit", "cadence \"c\" { every { 5, unit = \"zzqx\" } }"},
    {"assay.codes", "by", "codes \"c\" { by = \"zzqx\" }"},
    {"assay.codes", "ties", "codes \"c\" { by = \"points_lost\", ties = \"zzqx\" }"},
    {"assay.codes.entry", "as", "codes \"c\" { { \"CODE\", value = \"amount\", as = \"zzqx\" } }"},
    {"assay.alert", "as", "watch \"w\" { { \"CODE\", as = \"zzqx\" } }"},
    {"assay.alert", "severity", "watch \"w\" { { \"CODE\", severity = \"zzqx\" } }"},
};

static void each_key_takes_the_words_that_the_file_says(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
    names file = {0}, known = {0};
    literals_of(chosen[i].class, chosen[i].key, &file);
    names_told(STEPS, chosen[i].text, "\"zzqx\", which must be ", "must be ", &known);
    assert_same(chosen[i].text, &file, &known);
  }
}

static int set_up(void **state) {
  (void)state;
  size_t n;
  words = file_read(&memory, WORDS_FILE, 1 << 20, &n);
  return words ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  arena_deinit(&memory);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_word_of_scripts_stands_in_the_file_and_no_other),
      cmocka_unit_test(each_table_takes_the_keys_that_the_file_says),
      cmocka_unit_test(every_class_with_keys_is_asked_about),
      cmocka_unit_test(each_key_takes_the_words_that_the_file_says),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
