/* The sandbox: its life, its two worlds, and the one gateway into Lua.
 *
 * How a call stays deterministic. A watched call runs without any hook. Its outcome stands only if
 * counts prove that a counted call in a state without history would have had the same: it took
 * fewer processor cycles than a fraction of its budget of instructions must take on any machine,
 * it used at most a quarter of the work units and half of the memory, and nothing was refused.
 * Anything else (stopped by the watch, slow, greedy) is thrown away, and the function is called
 * again after a full collection, in a fresh thread, under the counting hook, with the collector at
 * rest until the memory is used up: what happens then depends on nothing but the script and the
 * record. */
#include "sandbox_state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../base/memory.h"
#include "../base/text.h"
#include "lua_words.h"

#define SCRIPT_MOST (1u << 20) /* bytes of one script */
#define CALL_SLOTS 72          /* the stack that a push may use without asking */
#define SETTLE_ROUNDS 16
#define RESERVE_PART 16

/* ---- life ---- */

static int missing_global(lua_State *L) {
  sandbox *s = sandbox_of(L);
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  for (size_t i = 0; i < s->declared_count; i++)
    if (strcmp(name, s->declared[i]) == 0)
      return luaL_error(L,
                        "'%s' declares something: it can be used while the pack is loaded, not in "
                        "a rule",
                        name);
  return luaL_error(L, "there is no global '%s'", name);
}

static int panic(lua_State *L) {
  const char *text = lua_tostring(L, -1);
  fprintf(stderr, "assay: fault in the sandbox: %s\n", text ? text : "no message");
  return 0; /* Lua aborts */
}

static void open_world(lua_State *L) {
  lua_pushglobaltable(L);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, missing_global);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
  library_base(L);
  library_string(L);
  library_table(L);
  library_math(L);
  library_utf8(L);
  library_dates(L);
  library_rounding(L);
  library_texts(L);
  library_stats(L);
}

sandbox *sandbox_new(sandbox_budget load) {
  sandbox *s = mem_alloc(sizeof *s);
  s->load = load;
  meter_open(s);
  s->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  s->opening = true;
  lua_State *L = s->c_locale ? lua_newstate(meter_allocate, s) : NULL;
  s->opening = false;
  if (!L) {
    if (s->c_locale) freelocale(s->c_locale);
    free(s);
    return NULL;
  }
  s->L = s->running_in = L;
  lua_atpanic(L, panic);
  *(sandbox **)lua_getextraspace(L) = s;
  s->capture = &s->stack[0];
  lua_checkstack(L, CALL_SLOTS);
  assert(!s->capture);
  open_world(L);
  s->work = 0;
  s->loaded = s->used;
  return s;
}

void sandbox_free(sandbox *s) {
  if (!s) return;
  sandbox_watch_stop(s);
  meter_open(s);
  s->running_in = NULL;
  lua_close(s->L);
  freelocale(s->c_locale);
  for (size_t i = 0; i < s->declared_count; i++) free(s->declared[i]);
  free(s->declared);
  free(s);
}

lua_State *sandbox_lua(sandbox *s) {
  return s->L;
}

void sandbox_set_context(sandbox *s, void *context) {
  s->context = context;
}

void sandbox_set_company(sandbox *s, zone z, const struct workday_calendar *workdays) {
  s->has_company = true;
  s->zone = z;
  s->workdays = workdays;
}

void *sandbox_context(lua_State *L) {
  return sandbox_of(L)->context;
}

void sandbox_declare(sandbox *s, const char *name, lua_CFunction f) {
  lua_pushcfunction(s->L, f);
  sandbox_declare_top(s, name);
}

void sandbox_declare_top(sandbox *s, const char *name) {
  lua_setglobal(s->L, name);
  s->declared = mem_grow(s->declared, s->declared_count + 1, sizeof *s->declared);
  s->declared[s->declared_count++] = mem_string(name);
}

void sandbox_provide(sandbox *s, const char *name) {
  if (lua_istable(s->L, -1)) freeze_table(s->L, -1);
  lua_setglobal(s->L, name);
}

/* ---- faults ---- */

static void fault_say(sandbox_fault *fault, const char *text, size_t n) {
  buffer shown = {0};
  text_printable(&shown, text, n, 480);
  size_t kept = shown.size < sizeof fault->message - 1 ? shown.size : sizeof fault->message - 1;
  while (kept < shown.size && kept > 0 && ((unsigned char)shown.data[kept] & 0xC0) == 0x80) kept--;
  if (kept) memcpy(fault->message, shown.data, kept);
  fault->message[kept] = 0;
  buffer_deinit(&shown);
}

/* Lua names the variable in question; one that row_access made of a field is shown as the field:
 * "(local 'c__amount')" becomes "(field 'amount')". */
static void fault_name_field(char *message) {
  static const char *const kinds[] = {"(local '", "(upvalue '"}, field[] = "(field '";
  for (size_t i = 0; i < 2; i++) {
    char *at = strstr(message, kinds[i]);
    char *name = at ? at + strlen(kinds[i]) : NULL, *end = name ? strchr(name, '\'') : NULL;
    char *mark = name ? strstr(name, "__") : NULL;
    if (!end || !mark || mark == name || mark > end) continue;
    memcpy(at, field, sizeof field - 1);
    memmove(at + sizeof field - 1, mark + 2, strlen(mark + 2) + 1);
    return;
  }
}

/* In an admin's words, where Lua has its own. */
static void fault_say_plainly(sandbox_fault *fault) {
  buffer plain = {0};
  if (lua_words(fault->message, &plain)) fault_say(fault, plain.data, plain.size);
  buffer_deinit(&plain);
}

/* Reads "12: " and gives what follows, or NULL. */
static const char *read_line_number(const char *text, int *line) {
  long value = 0;
  const char *p = text;
  for (; *p >= '0' && *p <= '9' && value < 100000000; p++) value = value * 10 + (*p - '0');
  if (p == text || p[0] != ':' || p[1] != ' ') return NULL;
  *line = (int)value;
  return p + 2;
}

/* The position that Lua writes before a message, if it is of a function on the stack. */
static const char *strip_position(sandbox *s, lua_State *L, const char *text) {
  lua_Debug ar;
  for (int level = 0; level < 250 && lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "S", &ar);
    size_t n = strlen(ar.short_src);
    if (strncmp(text, ar.short_src, n) != 0 || text[n] != ':') continue;
    const char *rest = read_line_number(text + n + 1, &s->fault.line);
    if (rest) return rest;
  }
  return text;
}

/* The message handler of the calls from C: runs where the error was raised, so that it sees where.
 */
static int on_error(lua_State *L) {
  sandbox *s = sandbox_of(L);
  if (s->stop) return 1;
  sandbox_locate(s, L);
  char spare[64];
  const char *text = spare;
  if (lua_type(L, 1) == LUA_TSTRING)
    text = strip_position(s, L, lua_tostring(L, 1));
  else if (lua_isinteger(L, 1))
    snprintf(spare, sizeof spare, "%lld", (long long)lua_tointeger(L, 1));
  else
    snprintf(spare, sizeof spare, "an error without a text was raised (a %s)", luaL_typename(L, 1));
  fault_say(&s->fault, text, strlen(text));
  fault_name_field(s->fault.message);
  fault_say_plainly(&s->fault);
  return 1;
}

static void fault_set(sandbox_fault *fault, const char *text) {
  fault_say(fault, text, strlen(text));
}

/* ---- the gateway ---- */

int sandbox_gateway(lua_State *L, int args, int results, int handler) {
  sandbox *s = sandbox_of(L);
  int status = lua_pcall(L, args, results, handler);
  assert(!handler || (status == LUA_OK && results == LUA_MULTRET) ||
         lua_gettop(L) == handler + (status == LUA_OK ? results : 1));
  if (status != LUA_ERRMEM || s->stop) return status;
  if (s->work > s->work_limit)
    s->stop = STOP_BUDGET;
  else if (!s->stack_refused)
    s->stop = STOP_MEMORY;
  return status;
}

typedef struct attempt {
  int ref, (*push)(lua_State *, void *), results;
  void *ctx;
} attempt;

/* One call in L with what limits are given, on an otherwise idle sandbox. */
static int make_attempt(sandbox *s, lua_State *L, const attempt *a, size_t memory, uint64_t work) {
  s->stop = STOP_NONE;
  s->doubtful = s->stack_refused = s->collected = false;
  s->longest = s->longest_loaded;
  s->fault.line = 0;
  s->fault.file[0] = s->fault.message[0] = 0;
  s->running_in = L;
  lua_checkstack(L, CALL_SLOTS);
  int handler = lua_gettop(L) + 1;
  lua_pushcfunction(L, on_error);
  lua_rawgeti(L, LUA_REGISTRYINDEX, a->ref);
  int args = a->push ? a->push(L, a->ctx) : 0;
  s->work = 0;
  s->limit = memory;
  s->reserve = s->call.memory / RESERVE_PART;
  s->work_limit = work;
  int status = sandbox_gateway(L, args, a->results, handler);
  meter_open(s);
  s->running_in = s->L;
  return status;
}

/* A call without a hook. Returns false if its outcome does not stand. */
static bool call_fast(sandbox *s, const attempt *a, int *status) {
  lua_State *L = s->L;
  if (s->stack[0].bytes > STACK_PLAIN) lua_gc(L, LUA_GCCOLLECT); /* shrinks it */
  if (s->stack[0].bytes > STACK_PLAIN) return false;
  for (int round = 0; round < 2; round++) {
    uint64_t since = s->mark;
    s->epoch++;
    s->running = 1;
    *status = make_attempt(s, L, a, s->loaded + s->call.memory / 2, s->call.instructions / 4);
    s->running = 0;
    if (s->armed) {
      lua_sethook(L, NULL, 0, 0);
      s->armed = 0;
    }
    s->mark = watch_cycles();
    if (s->stop || s->doubtful || *status == LUA_ERRMEM) return false;
    if (s->mark - since <= s->fast_cycles) return true;
    lua_settop(L, 0); /* the time may have passed before the call: the mark is fresh now */
  }
  return false;
}

/* A call under the counting hook in a thread of its own; its results end on L. */
static int call_counted(sandbox *s, const attempt *a, bool final) {
  lua_State *L = s->L;
  lua_checkstack(L, CALL_SLOTS);
  lua_State *thread = lua_newthread(L);
  s->stack[1] = (tracked_block){NULL, 0};
  s->capture = &s->stack[1];
  lua_checkstack(thread, CALL_SLOTS);
  assert(!s->capture);
  if (s->line)
    lua_sethook(thread, lines_count, LUA_MASKCOUNT | LUA_MASKLINE, METER_PERIOD);
  else
    lua_sethook(thread, meter_count, LUA_MASKCOUNT, METER_PERIOD);
  size_t memory = final ? s->used + s->call.memory : s->loaded + s->call.memory / 2;
  uint64_t work = final ? s->call.instructions : s->call.instructions / 2;
  int status = make_attempt(s, thread, a, memory, work);
  lua_sethook(thread, NULL, 0, 0);
  if (status == LUA_OK) lua_xmove(thread, L, a->results);
  s->stack[1] = (tracked_block){NULL, 0}; /* the thread lives until it is collected */
  return status;
}

/* The call whose verdict counts: nothing that happened before can be seen in it. */
static int call_final(sandbox *s, const attempt *a) {
  lua_State *L = s->L;
  for (int round = 0; round < SETTLE_ROUNDS; round++) {
    size_t before = s->used;
    lua_gc(L, LUA_GCCOLLECT);
    if (s->used >= before) break;
  }
  lua_gc(L, LUA_GCSTOP);
  int status = call_counted(s, a, true);
  lua_gc(L, LUA_GCRESTART);
  s->mark = watch_cycles();
  return status;
}

static sandbox_verdict verdict_of(sandbox *s, int status, sandbox_fault *fault) {
  if (status == LUA_OK && !s->stop) return SANDBOX_OK;
  sandbox_verdict verdict = SANDBOX_ERROR;
  if (s->stop == STOP_BUDGET) {
    verdict = SANDBOX_BUDGET;
    fault_set(&s->fault, "the rule ran longer than its budget of instructions allows");
  } else if (s->stop == STOP_MEMORY) {
    verdict = SANDBOX_MEMORY;
    fault_set(&s->fault, "the rule needed more memory than its budget allows");
  } else if (status == LUA_ERRMEM) {
    fault_set(&s->fault, "stack overflow: calls are nested too deeply");
  } else if (!s->fault.message[0]) {
    fault_set(&s->fault, "an error in the handling of an error");
  }
  *fault = s->fault;
  return verdict;
}

sandbox_verdict sandbox_call(sandbox *s, int ref, int (*push)(lua_State *L, void *ctx), void *ctx,
                             int results, sandbox_fault *fault) {
  const attempt a = {.ref = ref, .push = push, .results = results, .ctx = ctx};
  int status = LUA_OK;
  bool stands = false;
  if (s->watching && s->fast_cycles && !s->line) stands = call_fast(s, &a, &status);
  if (stands && status == LUA_OK) return SANDBOX_OK;
  locale_t before = uselocale(s->c_locale);
  if (!stands) {
    lua_settop(s->L, 0);
    if (!s->watching || s->line) {
      status = call_counted(s, &a, false);
      stands = !s->stop && !s->doubtful && status != LUA_ERRMEM;
    }
  }
  if (!stands) {
    lua_settop(s->L, 0);
    status = call_final(s, &a);
  }
  uselocale(before);
  sandbox_verdict verdict = verdict_of(s, status, fault);
  if (verdict != SANDBOX_OK) lua_settop(s->L, 0);
  return verdict;
}

/* ---- the load world ---- */

/* "file:12: message near 'x'", as the compiler writes. */
static void add_syntax_error(const char *file, const char *text, findings *out) {
  int line = 0;
  const char *rest = NULL;
  for (const char *p = strchr(text, ':'); p && !rest; p = strchr(p + 1, ':'))
    rest = read_line_number(p + 1, &line);
  if (!rest) rest = text;
  findings_add(out, SEVERITY_ERROR, file, line ? line : 1, "%s%s", rest, lua_syntax_hint(rest));
}

static bool compile(sandbox *s, const char *file, const char *text, size_t n, findings *out) {
  lua_State *L = s->L;
  buffer name = {0};
  buffer_format(&name, "@%s", file);
  int status = luaL_loadbufferx(L, text, n, name.data, "t");
  buffer_deinit(&name);
  if (status == LUA_OK) return true;
  if (status == LUA_ERRMEM)
    findings_add(out, SEVERITY_ERROR, file, 1,
                 "the script needs more than %zu bytes of memory to load", s->load.memory);
  else
    add_syntax_error(file, lua_tostring(L, -1), out);
  return false;
}

static void add_fault(const sandbox *s, const char *file, findings *out) {
  const sandbox_fault *f = &s->fault;
  const int line = f->line ? f->line : 1;
  if (f->line) file = f->file;
  if (s->stop == STOP_BUDGET)
    findings_add(out, SEVERITY_ERROR, file, line,
                 "loading takes more than %llu instructions: does a loop never end?",
                 (unsigned long long)s->load.instructions);
  else if (s->stop == STOP_MEMORY)
    findings_add(out, SEVERITY_ERROR, file, line, "loading takes more than %zu bytes of memory",
                 s->load.memory);
  else
    findings_add(out, SEVERITY_ERROR, file, line, "%s",
                 f->message[0] ? f->message : "stack overflow: calls are nested too deeply");
}

/* The load budget counts over all scripts: `work` goes on from one to the next. */
static void load_begin(sandbox *s) {
  s->stop = STOP_NONE;
  s->stack_refused = false;
  s->fault.line = 0;
  s->fault.file[0] = s->fault.message[0] = 0;
  s->limit = s->load.memory;
  s->reserve = s->load.memory / RESERVE_PART;
  s->work_limit = s->load.instructions;
  lua_sethook(s->L, meter_count, LUA_MASKCOUNT, METER_PERIOD);
}

static void load_end(sandbox *s) {
  lua_sethook(s->L, NULL, 0, 0);
  meter_open(s);
}

static bool run_chunk(sandbox *s, const char *file, findings *out) {
  lua_State *L = s->L;
  lua_pushcfunction(L, on_error);
  lua_insert(L, -2);
  load_begin(s);
  int status = sandbox_gateway(L, 0, 0, lua_gettop(L) - 1);
  load_end(s);
  if (status != LUA_OK || s->stop) add_fault(s, file, out);
  return status == LUA_OK && !s->stop;
}

static bool is_script(const char *file, const char *text, size_t n, findings *out) {
  if (n > SCRIPT_MOST) {
    findings_add(out, SEVERITY_ERROR, file, 1,
                 "the script has %zu bytes, at most %u are allowed: split it", n, SCRIPT_MOST);
    return false;
  }
  if (n > 0 && text[0] == LUA_SIGNATURE[0]) {
    findings_add(out, SEVERITY_ERROR, file, 1,
                 "this is a precompiled chunk: a script must be text");
    return false;
  }
  return true;
}

bool sandbox_chunk(lua_State *L, const char *file, const char *text, size_t n, findings *out) {
  sandbox *s = sandbox_of(L);
  assert(L == s->L && !s->sealed);
  return is_script(file, text, n, out) && check_text(s, file, text, n, out) &&
         compile(s, file, text, n, out) && check_code(s, L, file, out);
}

bool sandbox_run(sandbox *s, const char *file, const char *text, size_t n, findings *out) {
  if (!is_script(file, text, n, out)) return false;
  locale_t before = uselocale(s->c_locale);
  int base = lua_gettop(s->L);
  load_begin(s);
  bool good = check_text(s, file, text, n, out);
  good = good && compile(s, file, text, n, out);
  load_end(s);
  good = good && check_code(s, s->L, file, out) && run_chunk(s, file, out);
  lua_settop(s->L, base);
  uselocale(before);
  return good;
}

bool sandbox_seal(sandbox *s, const char *file, sandbox_budget call, findings *out) {
  lua_State *L = s->L;
  locale_t before = uselocale(s->c_locale);
  lua_pushglobaltable(L);
  for (size_t i = 0; i < s->declared_count; i++) {
    lua_pushnil(L);
    lua_setfield(L, -2, s->declared[i]);
  }
  lua_pop(L, 1);
  bool good = freeze_world(L, file, out);
  lua_gc(L, LUA_GCCOLLECT);
  lua_gc(L, LUA_GCCOLLECT);
  s->loaded = s->used;
  s->longest_loaded = s->longest;
  s->call = call;
  s->fast_cycles = watch_cycles_for(call.instructions);
  s->sealed = true;
  uselocale(before);
  return good;
}
