/* The sandbox against tests/sandbox/NAME.lua: each file is an attack or an edge, and says on its
 * first lines what must come of it. A good record is evaluated before and after each in the same
 * state, and its outcome never changes. Given a file as its argument, runs that case alone. */
#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <lauxlib.h>
#include <cmocka.h>

#include "base/memory.h"
#include "lang/sandbox.h"

#if defined(__SANITIZE_THREAD__)
#define CASES 0 /* they are of one thread, and this build is very slow */
#else
#define CASES 1
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PLAIN 0
#define SECONDS_MOST 5.0
#else
#define PLAIN 1
#define SECONDS_MOST 1.0
#endif
#define MEMORY_MOST_KB (64 * 1024)
#define FOLDER "tests/sandbox"

/* Seconds of the processor: what else runs on the machine is not the sandbox's doing. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- a pack as small as can be: rules by name ---- */

typedef struct rules {
  int refs[8];
  size_t count;
} rules;

static int keep_rule(lua_State *L) {
  rules *kept = sandbox_context(L);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_rawgeti(L, 1, 1);
  luaL_checktype(L, -1, LUA_TFUNCTION);
  if (kept->count < 8) kept->refs[kept->count++] = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

static int declare_rule(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_pushcfunction(L, keep_rule);
  return 1;
}

static sandbox *open_pack(rules *kept) {
  sandbox *s = sandbox_new(SANDBOX_LOAD_BUDGET);
  assert_non_null(s);
  sandbox_set_context(s, kept);
  sandbox_declare(s, "rule", declare_rule);
  static const char *const types[] = {"integer", "number", "text", "boolean", "money"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    lua_pushstring(sandbox_lua(s), types[i]);
    sandbox_provide(s, types[i]);
  }
  return s;
}

/* The record: amount = 1000, days = 12, name = "Acme 华", industry = "retail". */
static int push_record(lua_State *L, void *ctx) {
  (void)ctx;
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, 1000);
  lua_setfield(L, -2, "amount");
  lua_pushinteger(L, 12);
  lua_setfield(L, -2, "days");
  lua_pushstring(L, "Acme 华");
  lua_setfield(L, -2, "name");
  lua_pushstring(L, "retail");
  lua_setfield(L, -2, "industry");
  return 1;
}

typedef struct outcome {
  sandbox_verdict verdict;
  sandbox_fault fault;
  char value[256];
} outcome;

static outcome call(sandbox *s, int ref) {
  outcome o = {0};
  o.verdict = sandbox_call(s, ref, push_record, NULL, 1, &o.fault);
  lua_State *L = sandbox_lua(s);
  if (o.verdict == SANDBOX_OK) {
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
    case LUA_TSTRING:
      snprintf(o.value, sizeof o.value, "%s", lua_tostring(L, -1));
      break;
    case LUA_TBOOLEAN:
      snprintf(o.value, sizeof o.value, "%s", lua_toboolean(L, -1) ? "true" : "false");
      break;
    default:
      snprintf(o.value, sizeof o.value, "%s", luaL_typename(L, -1));
    }
    lua_settop(L, 0);
  }
  assert_int_equal(lua_gettop(L), 0);
  return o;
}

static void assert_same(const char *what, const outcome *a, const outcome *b) {
  bool same = a->verdict == b->verdict && strcmp(a->value, b->value) == 0 &&
              strcmp(a->fault.message, b->fault.message) == 0 && a->fault.line == b->fault.line;
  if (!same)
    fail_msg("%s: %d '%s' line %d '%s', then %d '%s' line %d '%s'", what, a->verdict, a->value,
             a->fault.line, a->fault.message, b->verdict, b->value, b->fault.line,
             b->fault.message);
}

/* ---- a case file ---- */

typedef struct test_case {
  const char *path;
  buffer text;
  char expected[256]; /* "RULE_BUDGET", "RULE_ERROR part", "load error part", "value 42" */
  int line;           /* 0: not given */
} test_case;

static void read_whole(const char *path, buffer *out) {
  FILE *f = fopen(path, "rb");
  if (!f) fail_msg("%s: cannot be read", path);
  char chunk[4096];
  size_t n;
  while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) buffer_add(out, chunk, n);
  fclose(f);
  buffer_char(out, 0);
  out->size--;
}

/* Header lines: "-- expect: WHAT", "-- line: N", "-- append N times: TEXT", "-- then: TEXT". */
static test_case read_case(const char *path) {
  test_case c = {.path = path};
  read_whole(path, &c.text);
  char *head = mem_string(c.text.data), *rest = NULL;
  for (char *line = strtok_r(head, "\n", &rest); line && strncmp(line, "--", 2) == 0;
       line = strtok_r(NULL, "\n", &rest)) {
    long times;
    int at = 0;
    if (sscanf(line, "-- append %ld times: %n", &times, &at) == 1 && at > 0) {
      for (long i = 0; i < times; i++) buffer_text(&c.text, line + at);
    } else if (strncmp(line, "-- then: ", 9) == 0) {
      buffer_text(&c.text, line + 9);
    } else if (strncmp(line, "-- expect: ", 11) == 0) {
      snprintf(c.expected, sizeof c.expected, "%s", line + 11);
    } else {
      sscanf(line, "-- line: %d", &c.line);
    }
  }
  free(head);
  if (!c.expected[0]) fail_msg("%s: says nothing of what is expected", path);
  return c;
}

static const char *after(const char *text, const char *prefix) {
  size_t n = strlen(prefix);
  if (strncmp(text, prefix, n) != 0) return NULL;
  return text[n] == ' ' ? text + n + 1 : text + n;
}

static void assert_no_address(const char *path, const char *text) {
  if (strstr(text, "0x")) fail_msg("%s: an address shows: %s", path, text);
}

static void check_fault(const test_case *c, const outcome *o, sandbox_verdict verdict,
                        const char *part) {
  if (o->verdict != verdict || !strstr(o->fault.message, part))
    fail_msg("%s: expected %s, came %d value '%s' message '%s'", c->path, c->expected, o->verdict,
             o->value, o->fault.message);
  assert_no_address(c->path, o->fault.message);
  if (strcmp(o->fault.file, c->path) != 0 || o->fault.line <= 0)
    fail_msg("%s: the fault names %s:%d (%s)", c->path, o->fault.file, o->fault.line,
             o->fault.message);
  if (c->line && o->fault.line != c->line)
    fail_msg("%s: line %d, expected %d (%s)", c->path, o->fault.line, c->line, o->fault.message);
}

static void check_outcome(const test_case *c, const outcome *o) {
  const char *part;
  if ((part = after(c->expected, "RULE_BUDGET")))
    check_fault(c, o, SANDBOX_BUDGET, part);
  else if ((part = after(c->expected, "RULE_MEMORY")))
    check_fault(c, o, SANDBOX_MEMORY, part);
  else if ((part = after(c->expected, "RULE_ERROR")))
    check_fault(c, o, SANDBOX_ERROR, part);
  else if ((part = after(c->expected, "value"))) {
    if (o->verdict != SANDBOX_OK || strcmp(o->value, part) != 0)
      fail_msg("%s: expected '%s', came %d '%s' (line %d: %s)", c->path, part, o->verdict, o->value,
               o->fault.line, o->fault.message);
    assert_no_address(c->path, o->value);
  } else {
    fail_msg("%s: expectation not known: %s", c->path, c->expected);
  }
}

static void check_load(const test_case *c, bool good, const findings *found) {
  const char *part = after(c->expected, "load error");
  if (good == !part) return;
  if (!part)
    fail_msg("%s:%d: does not load: %s", c->path, found->items[0].line, found->items[0].message);
  fail_msg("%s: loads, but should fail with: %s", c->path, part ? part : "");
}

static void check_finding(const test_case *c, const findings *found) {
  const char *part = after(c->expected, "load error");
  for (size_t i = 0; i < found->count; i++) {
    assert_no_address(c->path, found->items[i].message);
    if (strstr(found->items[i].message, part) && (!c->line || found->items[i].line == c->line))
      return;
  }
  fail_msg("%s: expected '%s' line %d, came line %d '%s'", c->path, part, c->line,
           found->items[0].line, found->items[0].message);
}

static const char good_rule[] = "local weights = { retail = 3, other = 1 }\n"
                                "local codes = { 'B', 'A' }\n"
                                "rule 'good' { type = text, function(c)\n"
                                "  local out = {}\n"
                                "  for k, v in pairs(weights) do out[#out + 1] = k .. v end\n"
                                "  for i, v in ipairs(codes) do out[#out + 1] = i .. v end\n"
                                "  out[#out + 1] = ('%5.2f'):format(c.amount / 3)\n"
                                "  out[#out + 1] = weights[c.industry] * c.days .. #codes\n"
                                "  return table.concat(out, ',')\n"
                                "end }\n";
static const char good_value[] = "other1,retail3,1B,2A,333.33,362";

static void load_case(const test_case *c, sandbox *s, findings *found, bool *good) {
  assert_true(sandbox_run(s, "good.lua", good_rule, sizeof good_rule - 1, found));
  *good = sandbox_run(s, c->path, c->text.data, c->text.size, found);
  *good = sandbox_seal(s, "script.lua", SANDBOX_CALL_BUDGET, found) && *good;
}

static double run_case(const char *path) {
  test_case c = read_case(path);
  rules kept = {0};
  findings found = {0};
  bool good;
  double started = now(), slowest = 0;
  sandbox *s = open_pack(&kept);
  load_case(&c, s, &found, &good);
  check_load(&c, good, &found);
  if (!good) check_finding(&c, &found);
  slowest = now() - started;
  outcome first = call(s, kept.refs[0]);
  assert_string_equal(first.value, good_value);
  outcome bad = {0};
  for (int watched = 0; good && watched < 2; watched++) {
    error e;
    if (watched) assert_int_equal(sandbox_watch_start(s, &e), ERR_OK);
    for (int again = 0; again < 2; again++) {
      started = now();
      outcome o = call(s, kept.refs[1]);
      double took = now() - started;
      if (took > slowest) slowest = took;
      check_outcome(&c, &o);
      if (watched || again) assert_same(path, &bad, &o);
      bad = o;
      outcome next = call(s, kept.refs[0]);
      assert_same(path, &first, &next);
    }
  }
  sandbox_free(s);
  findings_deinit(&found);
  buffer_deinit(&c.text);
  return slowest;
}

/* ---- all of them ---- */

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list_cases(char **out, size_t most) {
  DIR *d = opendir(FOLDER);
  if (!d) fail_msg(FOLDER ": not found (run from the top folder)");
  size_t n = 0;
  for (struct dirent *entry; (entry = readdir(d)) && n < most;) {
    size_t size = strlen(entry->d_name);
    if (size < 5 || strcmp(entry->d_name + size - 4, ".lua") != 0) continue;
    out[n] = mem_alloc(size + sizeof FOLDER + 1);
    sprintf(out[n++], FOLDER "/%s", entry->d_name);
  }
  closedir(d);
  qsort(out, n, sizeof *out, by_name);
  return n;
}

static long peak_kb(void) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[256];
  long kb = 0;
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "VmHWM: %ld", &kb) == 1) break;
  if (f) fclose(f);
  return kb;
}

static void test_cases_in_one_process(void **state) {
  (void)state;
  if (!CASES) skip();
  char *paths[256];
  size_t n = list_cases(paths, 256);
  assert_true(n >= 60);
  for (size_t i = 0; i < n; i++) {
    double took = run_case(paths[i]);
    if (took > SECONDS_MOST) fail_msg("%s: took %.2f s", paths[i], took);
    free(paths[i]);
  }
  if (PLAIN) assert_true(peak_kb() < MEMORY_MOST_KB);
  print_message("%zu cases, peak %ld kB\n", n, peak_kb());
}

/* Each alone, in a process whose memory and time the system bounds. */
static void test_each_in_its_process(void **state) {
  (void)state;
  if (!CASES) skip();
  if (!PLAIN) skip(); /* sanitizers reserve terabytes of addresses */
  char *paths[256];
  size_t n = list_cases(paths, 256);
  for (size_t i = 0; i < n; i++) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
      setrlimit(RLIMIT_AS, &(struct rlimit){256u << 20, 256u << 20});
      setrlimit(RLIMIT_CPU, &(struct rlimit){8, 8});
      execl("/proc/self/exe", "test_sandbox", paths[i], (char *)NULL);
      _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
      fail_msg("%s: alone in a process it ends with status %x", paths[i], (unsigned)status);
    free(paths[i]);
  }
}

static const char *lone_case;

static void test_lone_case(void **state) {
  (void)state;
  double took = run_case(lone_case);
  if (took > SECONDS_MOST) fail_msg("%s: took %.2f s", lone_case, took);
  if (PLAIN) assert_true(peak_kb() < MEMORY_MOST_KB);
}

/* ---- what no single file can show ---- */

static sandbox *open_script(rules *kept, const char *text, sandbox_budget budget) {
  findings found = {0};
  sandbox *s = open_pack(kept);
  bool good = sandbox_run(s, "script.lua", text, strlen(text), &found) &&
              sandbox_seal(s, "script.lua", budget, &found);
  if (!good) fail_msg("line %d: %s", found.items[0].line, found.items[0].message);
  findings_deinit(&found);
  return s;
}

static void *watched_thread(void *arg) {
  static const char script[] =
      "rule 'endless' { function(c) local n = 0 while true do n = n + #('x'):rep(10) end end }\n"
      "rule 'fine' { function(c) return c.amount + c.days end }";
  rules kept = {0};
  sandbox *s = open_script(&kept, script, (sandbox_budget){1000000, 1u << 20});
  error e;
  bool *good = arg;
  *good = sandbox_watch_start(s, &e) == ERR_OK;
  for (int i = 0; i < 20; i++) {
    outcome endless = call(s, kept.refs[0]), fine = call(s, kept.refs[1]);
    *good = *good && endless.verdict == SANDBOX_BUDGET && strcmp(fine.value, "1012") == 0;
  }
  sandbox_watch_stop(s);
  sandbox_free(s);
  return NULL;
}

static void test_two_threads_each_watched(void **state) {
  (void)state;
  pthread_t threads[2];
  bool good[2] = {false, false};
  for (int i = 0; i < 2; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, watched_thread, &good[i]), 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  assert_true(good[0] && good[1]);
}

static void test_two_sandboxes_in_one_thread(void **state) {
  (void)state;
  bool good = false;
  rules kept = {0};
  sandbox *other =
      open_script(&kept, "rule 'a' { function(c) return c.days end }", SANDBOX_CALL_BUDGET);
  error e;
  assert_int_equal(sandbox_watch_start(other, &e), ERR_OK);
  watched_thread(&good);
  assert_true(good);
  assert_string_equal(call(other, kept.refs[0]).value, "12");
  sandbox_free(other); /* stops its watch */
}

/* The verdict is a count: it is the same at the same place, watched or not, on every repetition. */
static void test_the_limit_is_exact(void **state) {
  (void)state;
  static const char script[] = "rule 'n' { function(c) local n = 0\n"
                               "for i = 1, 1000000 do n = n + 1 end return n end }";
  static const struct {
    uint64_t instructions;
    sandbox_verdict verdict;
  } rows[] = {{1990000, SANDBOX_BUDGET},
              {2010000, SANDBOX_OK},
              {150000, SANDBOX_BUDGET},
              {100000000, SANDBOX_OK}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    rules kept = {0};
    sandbox *s = open_script(&kept, script, (sandbox_budget){rows[i].instructions, 1u << 20});
    error e;
    for (int round = 0; round < 6; round++) {
      if (round == 3) assert_int_equal(sandbox_watch_start(s, &e), ERR_OK);
      assert_int_equal(call(s, kept.refs[0]).verdict, rows[i].verdict);
    }
    sandbox_free(s);
  }
}

/* A host may speak German: scripts do not. */
static void test_locale_of_the_host(void **state) {
  (void)state;
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", NULL};
  const char *found = NULL;
  for (size_t i = 0; !found && names[i]; i++) found = setlocale(LC_ALL, names[i]);
  static const char script[] = "rule 'f' { function(c) return (1 / 4) .. ('%.2f'):format(0.5) ..\n"
                               "tostring(tonumber('1.5')) .. tostring(1.25) end }";
  rules kept = {0};
  sandbox *s = open_script(&kept, script, SANDBOX_CALL_BUDGET);
  error e;
  assert_string_equal(call(s, kept.refs[0]).value, "0.250.501.51.25");
  assert_int_equal(sandbox_watch_start(s, &e), ERR_OK);
  assert_string_equal(call(s, kept.refs[0]).value, "0.250.501.51.25");
  sandbox_free(s);
  setlocale(LC_ALL, "C");
  if (!found) skip(); /* no other locale is installed here: only the calls were shown */
}

static void test_load_budget(void **state) {
  (void)state;
  static const struct {
    const char *text, *part;
    int line;
  } rows[] = {
      {"local n = 0\nwhile true do n = n + 1 end", "more than 1000000 instructions", 2},
      {"local t = {}\nfor i = 1, 100000 do\n t[i] = { i } end", "bytes of memory", 3},
      {"pcall(function() while true do end end)", "instructions", 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    sandbox *s = sandbox_new((sandbox_budget){1000000, 2u << 20});
    findings found = {0};
    assert_false(sandbox_run(s, "load.lua", rows[i].text, strlen(rows[i].text), &found));
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].file, "load.lua");
    assert_int_equal(found.items[0].line, rows[i].line);
    assert_non_null(strstr(found.items[0].message, rows[i].part));
    findings_deinit(&found);
    sandbox_free(s);
  }
}

/* A variable that was made of a field is shown as the field. */
static void test_fields_in_messages(void **state) {
  (void)state;
  static const char script[] = "rule 'f' { function(c__amount) return c__amount.x.y end }\n"
                               "rule 'g' { function(c__amount)\n"
                               "return (function() return c__amount.x() end)() end }";
  rules kept = {0};
  sandbox *s = open_script(&kept, script, SANDBOX_CALL_BUDGET);
  sandbox_fault fault;
  assert_int_equal(sandbox_call(s, kept.refs[0], NULL, NULL, 1, &fault), SANDBOX_ERROR);
  assert_string_equal(
      fault.message,
      "'amount' is missing (nil), and nothing can be read from it: ask first whether it is there, "
      "as in if c.amount then ... end");
  assert_int_equal(sandbox_call(s, kept.refs[1], NULL, NULL, 1, &fault), SANDBOX_ERROR);
  assert_string_equal(
      fault.message,
      "'amount' is missing (nil), and nothing can be read from it: ask first whether it is there, "
      "as in if c.amount then ... end");
  assert_int_equal(fault.line, 3);
  sandbox_free(s);
}

static int write_to_buffer(lua_State *L, const void *data, size_t n, void *ud) {
  (void)L;
  buffer_add(ud, data, n);
  return 0;
}

static void test_bytecode_is_refused(void **state) {
  (void)state;
  lua_State *L = luaL_newstate();
  buffer code = {0};
  assert_int_equal(luaL_loadstring(L, "return 1"), LUA_OK);
  assert_int_equal(lua_dump(L, write_to_buffer, &code, 0), 0);
  lua_close(L);
  sandbox *s = sandbox_new(SANDBOX_LOAD_BUDGET);
  findings found = {0};
  assert_false(sandbox_run(s, "code.lua", code.data, code.size, &found));
  assert_non_null(strstr(found.items[0].message, "a script must be text"));
  findings_deinit(&found);
  buffer_deinit(&code);
  sandbox_free(s);
}

/* Printed, not judged: the machine is shared. */
static void test_speed_of_a_call(void **state) {
  (void)state;
  if (!PLAIN) skip();
  rules kept = {0};
  sandbox *s = open_script(&kept, "rule 'f' { function(c) return 2 * 3 end }", SANDBOX_CALL_BUDGET);
  error e;
  assert_int_equal(sandbox_watch_start(s, &e), ERR_OK);
  sandbox_fault fault;
  double started = now();
  for (int i = 0; i < 1000000; i++) {
    assert_int_equal(sandbox_call(s, kept.refs[0], NULL, NULL, 1, &fault), SANDBOX_OK);
    lua_settop(sandbox_lua(s), 0);
  }
  print_message("a call of an empty rule: %.0f ns\n", (now() - started) * 1000);
  sandbox_free(s);
}

int main(int argc, char **argv) {
  if (argc > 1) {
    lone_case = argv[1];
    const struct CMUnitTest alone[] = {cmocka_unit_test(test_lone_case)};
    return cmocka_run_group_tests(alone, NULL, NULL);
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_cases_in_one_process),
      cmocka_unit_test(test_each_in_its_process),
      cmocka_unit_test(test_two_threads_each_watched),
      cmocka_unit_test(test_two_sandboxes_in_one_thread),
      cmocka_unit_test(test_the_limit_is_exact),
      cmocka_unit_test(test_locale_of_the_host),
      cmocka_unit_test(test_load_budget),
      cmocka_unit_test(test_fields_in_messages),
      cmocka_unit_test(test_bytecode_is_refused),
      cmocka_unit_test(test_speed_of_a_call),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
