/* What a script can declare: shared by the declare_*.c files, one for each group of declarations.
 *
 * A declaration never raises a Lua error: it adds findings and goes on, so that an admin sees all
 * mistakes at once, each with its file and line. It must never keep a pointer into the Lua state:
 * everything is copied into the pack's arena. */
#ifndef LANG_DECLARE_H
#define LANG_DECLARE_H

#include <lauxlib.h>
#include <lua.h>
#include "pack.h"
#include "script_places.h"

/* A script being executed. */
typedef struct loading_script {
  const char *file; /* as shown */
  const char *text;
  size_t size;
  script_places *places;
} loading_script;

/* A function given to rule "name" {...}: where it stands, for row_access. */
typedef struct rule_function {
  const char *file;
  int first_line, last_line;
  size_t step;
  size_t visible; /* so many names stood before the rule */
} rule_function;

/* Whatever has a name that formulas may read, or that may not be given again. */
typedef struct declared_name {
  const char *name;
  const char *what; /* "field", "parameter", "derive" ... */
  place at;
  bool readable;
} declared_name;

/* The sandbox's context while a pack is loaded. */
typedef struct loader {
  rule_host host; /* must stay first: reason() may be called while loading, by mistake */
  pack *pack;
  findings *out;
  const loading_script *script;
  size_t loaded_count;
  const loading_script **loaded; /* all scripts so far */
  const char *folder;            /* as shown */
  const pack_file *archive;      /* instead of the folder's files; NULL = those */
  size_t archive_count;
  int marks;       /* registry ref: the tables of words, by identity */
  int used;        /* registry ref: what scripts of rules/lib returned, by name */
  bool order_told; /* that company must come first: once is enough */
  bool company, fields, source, params, outputs, report, budget; /* declared already */
  size_t errors_before;                                          /* in `out` when loading began */
  bool failed_early; /* a script did not run to its end: do not complain about what is absent */
  place report_at;
  const char *pending; /* `derive "x"` still without its table */
  place pending_at;
  size_t name_count;
  declared_name *names;
  size_t wanted_script_count;
  rule_text *wanted_scripts;
  int functions;         /* registry ref: the numbers of functions written inline, by identity */
  size_t function_count; /* met so far; the run world meets them in the same order */
  size_t rule_function_count;
  rule_function *rule_functions;
} loader;

/* Room for one more in an array of the arena; the count is raised. */
void *arena_push(arena *a, void *items, size_t *count, size_t size);
#define ARENA_PUSH(a, items, count)                                                                \
  ((items) = arena_push((a), (items), &(count), sizeof *(items)), &(items)[(count)-1])

/* ---- findings ---- */

void declare_error(const loader *l, place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* `id` is the kind of finding (findings_detail): what a waiver names. */
void declare_warning(const loader *l, place at, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* "; did you mean x?" or "" (in the arena). */
const char *declare_meant(const loader *l, const char *word, const char *const *names, size_t n);
/* "a, b or c" (in the arena). */
const char *declare_choices(const loader *l, const char *const *names, size_t n);
loader *declare_loader(lua_State *L);
/* The line of the Lua code that called the declaring function: of the script at hand, or of one of
 * rules/lib whose function it called. */
place declare_here(lua_State *L);
/* The script with the name of a place. */
const loading_script *declare_script(const loader *l, const char *file);

/* ---- the table of a declaration ---- */

typedef struct body {
  loader *l;
  lua_State *L;
  int index; /* of the table on the stack */
  const place_node *node;
  place at;
  const char *what; /* scorecard "score", for messages */
} body;

#define COUNTED(array) (array), sizeof(array) / sizeof *(array)

/* Reports unknown keys, holes (nil) and entries where none belong. keys NULL: any name may stand;
 * body_no_keys: none. */
extern const char *const body_no_keys[1];
void body_check(const body *b, const char *const *keys, size_t count, bool items);
int body_count(const body *b); /* positional entries */
place body_key_at(const body *b, const char *key);
place body_item_at(const body *b, int i);
/* Push the value (nil if absent), tell its Lua type. */
int body_push_key(const body *b, const char *key);
int body_push_item(const body *b, int i);
bool body_has(const body *b, const char *key);
/* The table under a key / position as a body of its own, pushed; body_close pops it. False: absent,
 * or something else, which is a finding unless absent. */
bool body_open_key(const body *b, const char *key, body *child);
bool body_open_item(const body *b, int i, body *child);
void body_close(const body *child);

/* Text, number or boolean as a text; absent leaves it alone. */
bool body_text(const body *b, const char *key, rule_text *out);
bool body_item_text(const body *b, int i, rule_text *out);
/* A text only. */
const char *body_string(const body *b, const char *key);
const char *body_item_string(const body *b, int i, const char *label);
bool body_integer(const body *b, const char *key, int64_t least, int64_t most, int64_t *out);
bool body_flag(const body *b, const char *key, bool *out);
/* One of the words: its index, or -1 if absent or wrong (a finding). */
int body_word(const body *b, const char *key, const char *const *words, size_t count);
/* The value on top of the stack as a text; `label` for the message. */
bool declare_text(loader *l, lua_State *L, place at, const char *label, rule_text *out);
/* The texts of a list under a key. */
bool body_strings(const body *b, const char *key, size_t *count, const char ***out);

/* ---- declaring ---- */

/* Handles `word { ... }`: opens the argument as the body; false after a finding. */
bool declare_plain(lua_State *L, const char *word, body *out);
/* `word "name" { ... }`: two calls, the second of which fills in what the table says. */
typedef struct named_word {
  const char *word;
  void (*fill)(body *b, const char *name);
} named_word;
int declare_named(lua_State *L, const named_word *w); /* w must be static */
/* The name in `word "name"` that stands alone, on top of the stack, where it means something without a
 * table: total("ar"). NULL: it is something else. */
const char *declare_bare_name(lua_State *L, const char *word);
/* A finding if a declaration's name still waits for its table. At the end of a script. */
void declare_pending(loader *l);
/* A finding if company { ... } has not been declared yet. */
void declare_after_company(const body *b);
/* A new step of the pack; never NULL. Its name is not registered yet. */
step *declare_step(body *b, step_kind kind, const char *name);
/* A finding unless the name has the form that formulas can read, and no meaning of its own. */
bool declare_name_form(const loader *l, place at, const char *what, const char *name);
/* Registers a name after checking its form and that nothing else has it. */
bool declare_name(loader *l, place at, const char *what, const char *name, bool readable);
const declared_name *declare_known(const loader *l, const char *name);
bool declare_code_ok(const loader *l, place at, const char *code);
/* A reason code: text under a key or at a position, checked; NULL if absent. */
const char *body_code(const body *b, const char *key);
const char *body_item_code(const body *b, int i);
/* A code that may stand under `code` or as the entry at position i (0: not there), not as both. */
const char *body_code_or_item(const body *b, int i);
/* Finding unless the text is a plain decimal number; empty texts are left alone. */
bool declare_decimal(const loader *l, const rule_text *t, const char *label, rational *out);

/* Words inside a declaration (characteristic { ... }, never { ... }): the table, marked. It is the
 * word's own: whoever reads such a table asks for the mark. */
typedef enum declare_word {
  WORD_NONE,
  WORD_characteristic,
  WORD_data_missing,
  WORD_never,
  WORD_first_touch,
  WORD_none_yet,
  WORD_sequence,
  WORD_every,
  WORD_sooner,
  WORD_later,
  WORD_overdue,
  WORD_cap,
  WORD_opening,
  WORD_quiet,
  WORD_channel,
  WORD_smooth,
  WORD_start,
  WORD_times,
  WORD_plus,
  WORD_at_most,
  WORD_at_least,
  WORD_step_up,
  WORD_step_down,
  WORD_zero,
  WORD_round_down,
  WORD_round_half_up,
  WORD_round_up,
  WORD_has,
  WORD_lacks,
  WORD_is,
  WORD_none,
  WORD_rejected,
  WORD_fails,
  WORD_COUNT
} declare_word;
const char *declare_word_name(declare_word w);
int declare_mark(lua_State *L, declare_word w);
/* The mark of the table that `child` is; its place becomes that of the word. */
declare_word body_word_mark(body *child);

/* ---- the calendar (declare_calendar.c) ---- */

/* "09:30" -> seconds of the day. */
bool declare_hour(const char *text, int32_t *out);
/* Opening hours, working days, holidays and make-up days of company { ... }. */
void declare_calendar(const body *company);

/* ---- steady classes (declare_class.c) ---- */

/* hold, hold_up, hold_down, max_up, max_down, held: the keys by which a class does not swing. */
#define STEADY_KEYS "hold", "hold_up", "hold_down", "max_up", "max_down", "held"
/* Adds the step that they ask for, if any of them is there; false: none is. */
bool declare_steady(body *b, const char *name);

/* ---- types (declare_fields.c) ---- */

typedef struct type_spec {
  value_type type;
  bool required;
  rule_text min, max, preset;
  rule_text total; /* default = total("ar") */
  const char *column;
  place at;
} type_spec;

/* A named entry, and the named entries of a table in the order of the text: Lua keeps none. */
typedef struct named_entry {
  const char *name;
  place at;
  int order; /* in the text; what the text does not show comes last, by name */
} named_entry;
named_entry *body_named(const body *b, size_t *count);
/* A finding for each key that the text gives twice: Lua keeps the last and says nothing. */
void body_find_twice(const body *b, const char *what);

/* The fields of a record in a list: no key, no list, and no names that others cannot have too. */
void declare_record(const body *b, schema *out);

/* The type at the top of the stack (a type word, bare or called); false if it is none. */
bool declare_type(lua_State *L, type_spec *out);
/* A result type under key `type` or at a position: no constraints allowed. */
bool body_type(const body *b, const char *key, value_type *out);
bool body_item_type(const body *b, int i, value_type *out);
/* A type as written in a table's CSV header: "choice", "choice(high, low)", "money",
 * "decimal(2)". */
bool declare_type_text(const loader *l, const char *text, size_t n, value_type *out);
/* Finding unless the text is a literal of the type. Stored units in *out for STORE_I64. */
bool declare_literal(const loader *l, value_type t, const rule_text *text, const char *label,
                     int64_t *out, double *number);
value_type declare_money(const loader *l);

/* ---- outputs (declare_table.c) ---- */

/* outputs = { { "name", type }, ... }; a type that is not given is a CHOICE without words. */
void declare_outputs(const body *b, size_t *count, table_output **out);
/* Registers what a step with several outputs adds. */
void declare_output_names(body *b, const char *what, const char *name, const table_output *outputs,
                          size_t count);

/* ---- aggregates (declare_aggregate.c) ---- */

/* Whether the table of a derive asks for an aggregate, not for a formula. */
bool declare_is_aggregate(const body *b);
void declare_aggregate(body *b, const char *name);

/* ---- Lua functions (declare_rule.c) ---- */

/* Numbers the function under a key of the table at index 1, when its word is called: the run world meets
 * it there. Anything else is left alone. */
void declare_meet_function(lua_State *L, const char *key);
/* If a function stands under the key, adds the rule that it is as a step of its own, called `name`, of
 * the type that stands under `type`. False: no function stands there. */
bool declare_inline_rule(body *b, const char *key, const char *name);

/* ---- reason codes (declare_codes.c) ---- */

/* value, decimals and as; a value that is set already is the default. */
void declare_code_value(const body *row, code_entry *e);
/* The condition, at the second position or under `when`, and missing. */
void declare_code_condition(const body *row, code_entry *e);
/* Puts an entry into the list, unless it has no code; one that stands in it already is a finding. */
void declare_code_add(const body *b, codes_step *out, code_entry e);

/* ---- related records (declare_source.c) ---- */

/* Once all scripts have run: adds the lists to the fields of the customer. */
void declare_join(loader *l);

/* Gaps and overlaps of the versions of each decision_table. */
void declare_check_versions(const loader *l);

/* ---- schedules (declare_schedule.c) ---- */

/* Once all scripts have run: the parameters and lists that the schedules name. */
void declare_check_schedules(const loader *l);

/* ---- files ---- */

/* A file of the pack's folder, read once and counted as part of the pack; NULL after a finding (or
 * silently, if it may be absent). */
const pack_file *pack_read(loader *l, const char *name, place at, bool may_be_absent);

/* ---- the declaring functions ---- */

typedef struct declaration {
  const char *name;
  lua_CFunction function;
} declaration;

extern const declaration declare_company_words[], declare_source_words[], declare_field_words[],
    declare_score_words[], declare_table_words[], declare_cadence_words[], declare_limit_words[],
    declare_rule_words[], declare_class_words[], declare_code_words[], declare_ageing_words[],
    declare_watch_words[], declare_population_words[], declare_notify_words[],
    declare_schedule_words[];
/* All of them; ends with NULL. */
extern const declaration *const declare_groups[];

#endif
