/* Lua's patterns, bounded: compiled to a list of items, matched with a charge for each step and a
 * bound on how deep it goes back. */
#ifndef LANG_SANDBOX_PATTERN_H
#define LANG_SANDBOX_PATTERN_H

#include "sandbox_state.h"

#define PATTERN_CAPTURES 32

typedef struct pattern_item pattern_item;

typedef struct pattern {
  lua_State *L;
  pattern_item *items;
  size_t count, captures;
  bool anchored;
} pattern;

typedef struct pattern_match {
  const char *start, *end;
  size_t captures;
  struct {
    const char *start;
    ptrdiff_t size; /* or one of the marks below */
  } capture[PATTERN_CAPTURES];
} pattern_match;

#define CAPTURE_OPEN ((ptrdiff_t)-1)
#define CAPTURE_POSITION ((ptrdiff_t)-2)

/* Compiles; raises an error for a malformed pattern. Pushes one value that must stay on the stack
 * as long as the pattern is used. `anchors`: a '^' at the start means the start (not so in gmatch).
 */
void pattern_open(pattern *p, lua_State *L, const char *text, size_t n, bool anchors);
/* Matches at `at` exactly. */
bool pattern_match_at(const pattern *p, const char *text, size_t n, const char *at,
                      pattern_match *m);
/* Pushes capture i (0-based; the whole match if there are none and i is 0). */
void pattern_push_capture(const pattern *p, const pattern_match *m, const char *text, size_t i);

/* True when the text has no character that means something in a pattern. */
bool pattern_is_plain(const char *text, size_t n);

#endif
