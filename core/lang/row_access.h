/* How a rule reads its record: found in the script's own text, so that only what is read is pushed.
 *
 * `function(c) ... c.industry ... end` becomes, where `c` is used for nothing but reading fields, a
 * function of positional arguments (the cheapest way into Lua); line numbers stay. Where the record
 * escapes (passed on, indexed by a variable, aliased, shadowed in doubt) the function keeps its one
 * argument and gets a reused row that reads a column only when asked. */
#ifndef LANG_ROW_ACCESS_H
#define LANG_ROW_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include "../base/error.h"
#include "../base/memory.h"

/* At most so many fields become arguments; a function that reads more gets the row. */
#define ROW_ACCESS_POSITIONAL_MOST 60

typedef struct rule_access {
  int first_line, last_line; /* of the function, as lua_getinfo gives them */
  bool positional;
  size_t field_count;  /* the fields read; if not positional: those named anywhere in the
                          function, or all of them (field_count 0, `escapes` true) */
  const char **fields; /* in the order of the positional arguments */
  bool escapes;
} rule_access;

/* What a script's names may mean. */
typedef struct row_names {
  void *ctx;
  bool (*is_rule)(void *ctx, int first_line, int last_line); /* NULL: every function is one */
  bool (*is_field)(void *ctx, const char *name);
  /* The fields of the records of a list; NULL: no list is called so. The pointer may be NULL. */
  const char *const *(*list_fields)(void *ctx, const char *name, size_t *count);
} row_names;

/* Looks through one script. `is_field` says whether a name is readable (a field or earlier output);
 * `is_rule` whether the function with these lines is a rule. Gives the rewritten
 * text (in the arena; the same text if nothing was positional) and the accesses of every function
 * with exactly one parameter, in the order of the text; only rules are rewritten, and only theirs
 * are the findings: a field that does not exist (with "did you mean"), also of a record in a loop
 * `for i, item in ipairs(c.items)` or in `c.items[1].name`; an assignment to the record.
 * Two rules with the same lines are left alone. The argument for `c.industry` is called
 * `c__industry`. Text that does not compile comes back as it is, with no accesses: the compiler
 * reports it. Returns false if a finding was added. */
bool row_access_rewrite(arena *a, const char *file, const char *text, size_t n,
                        const row_names *names, const char **rewritten, size_t *rewritten_size,
                        rule_access **accesses, size_t *access_count, findings *out);

#endif
