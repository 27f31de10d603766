/* The inside of a sandbox, for sandbox*.c alone: the state, its meter, and what the library rooms
 * share. Never included from anywhere else. */
#ifndef LANG_SANDBOX_STATE_H
#define LANG_SANDBOX_STATE_H

#include <lauxlib.h>
#include <locale.h>
#include <lua.h>
#include <signal.h>
#include <time.h>
#include "sandbox.h"
#include "../base/number.h"

/* Why a call was stopped from outside; once set, nothing in Lua runs any more: every pcall raises
 * on. */
typedef enum sandbox_stop {
  STOP_NONE,
  STOP_BUDGET,
  STOP_MEMORY,
  STOP_INTERRUPTED /* the watch: says nothing about the outcome */
} sandbox_stop;

/* A block of Lua's own that the allocator tells from the others. */
typedef struct tracked_block {
  void *block;
  size_t bytes;
} tracked_block;

struct sandbox {
  lua_State *L;
  lua_State *running_in; /* the thread that the present call runs in: L or a counted call's own */
  void *context;
  bool has_company;
  zone zone;
  const struct workday_calendar *workdays;
  bool sealed;
  sandbox_budget load, call;
  locale_t c_locale;

  /* memory */
  size_t used, limit;
  size_t reserve;             /* how much a collection must leave free for the call to go on */
  size_t loaded;              /* what the loaded scripts hold */
  tracked_block string_table; /* not counted: its size depends on earlier calls */
  tracked_block stack[2];     /* of L, of the counted call's thread */
  tracked_block *capture;     /* the next block that moves is this one */
  tracked_block newest;       /* the last that is no object of Lua */
  bool opening;
  bool collected; /* a refusal made Lua collect: the next allocation pays for it */

  /* work */
  uint64_t work, work_limit;
  size_t longest, longest_loaded; /* the longest string made in this call, by the scripts */

  /* the present call */
  sandbox_stop stop;
  bool doubtful; /* something that only a counted call in a fresh thread may decide */
  bool stack_refused;
  sandbox_fault fault; /* filled by the message handler, or where a call was stopped */

  /* the watch; read and written by the owner's thread and by the signal handler in that thread */
  bool watching;
  timer_t timer;
  sigset_t mask_before;
  locale_t locale_before;
  volatile sig_atomic_t running, armed;
  volatile unsigned epoch, seen;
  uint64_t mark;        /* cycles when the last call ended */
  uint64_t fast_cycles; /* a call that took no longer needs no counting; 0 = always count */

  sandbox_line *line; /* hears lines; NULL = nobody does */
  void *line_ctx;

  size_t declared_count;
  char **declared; /* names that the load world alone sees */
};

static inline sandbox *sandbox_of(lua_State *L) {
  return *(sandbox **)lua_getextraspace(L);
}

/* Adds work units, and stops the call (does not return) when the budget is spent. */
void sandbox_charge(lua_State *L, uint64_t units);
/* Raises the stop again: what every catcher of errors does when sandbox.stop is set. */
_Noreturn void sandbox_stop_again(lua_State *L);
/* The gateway into Lua: the only caller of lua_pcall. Handler = stack index or 0. */
int sandbox_gateway(lua_State *L, int args, int results, int handler);
/* Notes in s->fault where the script stands. Allocates nothing. */
void sandbox_locate(sandbox *s, lua_State *L);

/* ---- sandbox_meter.c ---- */
#define METER_PERIOD 1000
#define STACK_PLAIN ((size_t)325 * 16) /* bytes; beyond, an uncounted call is in doubt */
void *meter_allocate(void *ud, void *block, size_t old, size_t size);
void meter_open(sandbox *s);                       /* free hand: the host's own doing */
void meter_count(lua_State *L, lua_Debug *ar);     /* the counting hook */
void meter_interrupt(lua_State *L, lua_Debug *ar); /* the hook that the watch arms */

/* ---- sandbox_lines.c ---- */
/* The counting hook that tells lines as well. */
void lines_count(lua_State *L, lua_Debug *ar);

/* ---- sandbox_watch.c ---- */
/* The stamp counter where there is one: a clock read through the kernel's page costs as much as a
 * small rule. A counter that jumps only makes a call be counted. */
static inline uint64_t watch_cycles(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
#endif
}
uint64_t watch_cycles_for(uint64_t instructions);

/* ---- sandbox_check.c ---- */
/* Looks through the text before it is compiled: names that no script may use, and how deep
 * functions nest (the compiler's own time grows with it). */
bool check_text(sandbox *s, const char *file, const char *text, size_t n, findings *out);
/* Looks through the compiled chunk on top of the stack. Returns false if a finding is an error. */
bool check_code(sandbox *s, lua_State *L, const char *file, findings *out);

/* ---- sandbox_freeze.c ---- */
/* Makes the table at the index read-only, in place: its content moves behind a metatable. Shallow.
 */
void freeze_table(lua_State *L, int index);
/* Freezes all that the functions at the top of the registry can reach. Returns false on a finding.
 */
bool freeze_world(lua_State *L, const char *file, findings *out);
/* Pushes the table that holds the content: the table itself, or what lies behind a frozen one.
 * Returns true if it is frozen. */
bool freeze_content(lua_State *L, int index);

/* ---- the libraries ---- */
void library_base(lua_State *L);
void library_string(lua_State *L);
void library_table(lua_State *L);
void library_math(lua_State *L);
void library_utf8(lua_State *L);
void library_dates(lua_State *L);
void library_rounding(lua_State *L);
void library_texts(lua_State *L);
void library_stats(lua_State *L);
int library_match_step(lua_State *L); /* the iterator of gmatch: it has a state, so is never kept */
int library_error_read_only(lua_State *L);

/* Strict: a text is not a number (reading one costs more than an instruction may). */
lua_Integer library_integer(lua_State *L, int arg);
lua_Integer library_integer_or(lua_State *L, int arg, lua_Integer preset);
lua_Number library_number(lua_State *L, int arg);
/* Pushes the text of any value, never with an address in it. */
const char *library_text_of(lua_State *L, int index, size_t *n);

/* Pushes nil and says true if one of the arguments from..to is missing: then the result is. */
bool library_missing(lua_State *L, int from, int to);
/* The exact value of a number as it is written: 0.1 is a tenth. Raises an error for what is not finite
 * or too large to be exact. */
struct rational library_exact(lua_State *L, int arg);
/* Pushes the number nearest to the exact one, an integer if it is whole. */
void library_push_exact(lua_State *L, struct rational value);

/* A growing text in a block of Lua's own memory, at a fixed stack slot. */
typedef struct text_block {
  lua_State *L;
  char *data;
  size_t size, capacity;
  int slot;
} text_block;
void text_block_open(text_block *b, lua_State *L, size_t capacity); /* pushes its slot */
void text_block_add(text_block *b, const char *data, size_t n);
void text_block_push(text_block *b); /* pushes the string */

/* Makes room for so many results; false if they are too many. */
bool library_room(lua_State *L, lua_Unsigned count);

/* The positions lua uses: 1-based, negative from the end, cut to the text. */
size_t library_start(lua_Integer pos, size_t n); /* 1 .. n+1 and beyond */
size_t library_end(lua_Integer pos, size_t n);   /* 0 .. n */

#endif
