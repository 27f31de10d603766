/* The sandbox: one Lua state in which a company's scripts run, and nothing else can.
 *
 * Two worlds. In the load world the scripts are executed once, and declare. sandbox_seal ends it:
 * every table that a function can reach is frozen, the declaring functions are gone, and from then
 * on functions are only called, one record at a time, carrying nothing from one record to the next.
 *
 * Bounded: instructions, work units (charged by our own versions of the library functions that can
 * run long inside one instruction) and memory (the allocator's own count), per load and per call.
 * Wall time decides nothing: it only stops a call, which is then made again under a counting hook.
 */
#ifndef LANG_SANDBOX_H
#define LANG_SANDBOX_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>
#include "../base/date.h"
#include "../base/error.h"

struct workday_calendar; /* notation.h */

typedef struct sandbox sandbox;

/* What a load or a call may use. A pack sets the call's with budget { instructions = N, memory = N
 * }.
 *
 * One unit of work is one instruction of Lua's virtual machine. Library functions add units for
 * what they do (about one for each 10 to 50 ns: a step of a pattern, an element moved, 16 bytes
 * copied), and so does memory: 4 for an object, 1 for 16 bytes of it, 1 for 2 bytes of the keys of
 * a table and for 8 of its list each time they grow, 1 for 16 bytes alive whenever memory runs so
 * short that a collection is forced. While the call holds or has made a string of n bytes, or has a
 * stack of n slots, each instruction costs n / 512 or (beyond 128) n / 64 more, for any of them may
 * copy or compare that much. A stack has 20,480 slots at most (some thousand calls deep); beyond is
 * an error that a rule can catch. Instructions are counted by the thousand.
 *
 * Memory is what Lua has allocated beyond what the loaded scripts hold, without its table of names.
 * A call that a forced collection cannot give a sixteenth of it back has used it up.
 *
 * Nothing that was stopped can be caught by pcall or xpcall. */
typedef struct sandbox_budget {
  uint64_t instructions; /* units of work */
  size_t memory;         /* bytes */
} sandbox_budget;

#define SANDBOX_LOAD_BUDGET                                                                        \
  ((sandbox_budget){20u * 1000 * 1000, 32u << 20}) /* all scripts together */
#define SANDBOX_CALL_BUDGET ((sandbox_budget){10u * 1000 * 1000, 8u << 20}) /* each call */

/* What scripts see, besides what is declared and provided:
 *   assert error ipairs pairs pcall select tonumber tostring type xpcall
 *   string: byte char find format gmatch gsub len lower match rep reverse sub upper (also as methods)
 *   table:  concat insert move pack remove sort unpack
 *   math:   abs ceil exp floor fmod huge log max maxinteger min mininteger modf pi sqrt tointeger
 *           type ult
 *   utf8:   char charpattern codepoint codes len offset
 * and the library of rules (rules/README.md), where a missing argument (nil) makes a missing result:
 *   dates, rounding, texts, stats
 * Unlike plain Lua: pairs walks numbers, then texts, then booleans, each
 * ascending; sort is stable and bears any order function; a text is never taken for a number
 * (tonumber says so); texts and formats of tables and functions show no address; upper, lower and
 * the classes of patterns are ASCII's. Numbers are read and written in the C locale whatever the
 * process has set. Exact to the bit on every processor are integers, + - * / and sqrt on floats;
 * exp, log and ^ are those of the C library. */

/* The budget of the load; NULL if there is no memory. The state belongs to the thread that uses it. */
sandbox *sandbox_new(sandbox_budget load);
void sandbox_free(sandbox *s);
lua_State *sandbox_lua(sandbox *s);
/* The pointer that a declaring C function gets back from its lua_State. */
void sandbox_set_context(sandbox *s, void *context);
void *sandbox_context(lua_State *L);

/* What the context is in the run world: whoever calls the rules. The global `reason(code, value)`
 * of the run world finds its way to the decision at hand through it: return host->reason(L, host).
 * The rest of the struct that begins with it belongs to the caller of the rules. */
typedef struct rule_host {
  int (*reason)(lua_State *L, struct rule_host *self);
} rule_host;

/* What the dates of the library of rules go by: the company's zone and working days, which must live
 * as long. Without it they are refused: while scripts are loaded nobody knows them. */
void sandbox_set_company(sandbox *s, zone z, const struct workday_calendar *workdays);

/* Adds a declaring function, visible in the load world only. */
void sandbox_declare(sandbox *s, const char *name, lua_CFunction f);
/* The same for the function on top of the stack, which is popped. */
void sandbox_declare_top(sandbox *s, const char *name);
/* Adds a global that both worlds see (a function of ours, pure); or a table of them. The value is
 * on top of the stack and is popped. */
void sandbox_provide(sandbox *s, const char *name);

/* Compiles (text only, never bytecode) and runs a script in the load world under the load budget.
 * Findings, each with file:line and the offending name: syntax, assignment to an upvalue (it would
 * carry state), undeclared globals anywhere in the script (with "did you mean"), assignment to a
 * global, goto continue is fine; run-time errors; budget. Returns false if any was an error. */
bool sandbox_run(sandbox *s, const char *file, const char *text, size_t n, findings *out);

/* For a declaring function that runs one script within another: compiles and checks a script as
 * sandbox_run does, and leaves it as a function on top of the stack, to be called with lua_call under
 * the budget at hand. False after a finding. */
bool sandbox_chunk(lua_State *L, const char *file, const char *text, size_t n, findings *out);

/* Ends the load world; the call budget holds from here on. Every table that a function kept by
 * luaL_ref in the registry can reach is frozen, in place. Tables with a metatable of the host's are
 * left alone. A finding about that names `file`. */
bool sandbox_seal(sandbox *s, const char *file, sandbox_budget call, findings *out);

typedef enum sandbox_verdict {
  SANDBOX_OK,
  SANDBOX_ERROR,  /* RULE_ERROR */
  SANDBOX_BUDGET, /* RULE_BUDGET */
  SANDBOX_MEMORY  /* RULE_MEMORY */
} sandbox_verdict;

typedef struct sandbox_fault {
  char file[256];
  int line;
  char message[512]; /* without the position, without any address */
} sandbox_fault;

/* Calls the function `ref` (luaL_ref in the registry) with what `push` pushes (it returns how many;
 * it is called again if the call is repeated, on the lua_State that it is given, which is not
 * always sandbox_lua; it has room for 64 values, may allocate freely, and must not raise an error).
 * What is on the stack of sandbox_lua before is dropped if the call is repeated or fails. On
 * SANDBOX_OK the `results` values are on top of the stack, to be popped by the caller with
 * lua_settop(L, 0) after use; otherwise the stack is empty and the fault is filled. */
sandbox_verdict sandbox_call(sandbox *s, int ref, int (*push)(lua_State *L, void *ctx), void *ctx,
                             int results, sandbox_fault *fault);

/* Hears which lines of the scripts run. */
typedef void sandbox_line(void *ctx, const char *file, int line);
/* From the next call on `line` hears each line that runs; NULL ends it. Calls are slow meanwhile. */
void sandbox_hear_lines(sandbox *s, sandbox_line *line, void *ctx);
/* Calls `line` for each line that could run when the function `ref` is called: its own, and those of
 * the functions of the scripts that it reaches through its upvalues. */
void sandbox_lines_of(sandbox *s, int ref, sandbox_line *line, void *ctx);

/* The watch that stops a call which runs too long: starts / ends it for the calling thread, which
 * must be the one that makes the calls. Calls made without it run under the counting hook. It takes
 * the signal SIGRTMAX - 2 and lets it through in this thread, and sets the thread's locale to C. */
error_code sandbox_watch_start(sandbox *s, error *e);
void sandbox_watch_stop(sandbox *s);

#endif
