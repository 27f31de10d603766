/* A rule pack as declared: the plain C form of rules/<company>/, before names and types are resolved.
 *
 * Loading executes company.lua and then its scripts in the sandbox's load world; what they declare is
 * kept here with the place of each thing, so that every later message can say file and line. The
 * texts of conditions and formulas are parsed by eval (plan_new), which knows what exists when. */
#ifndef LANG_PACK_H
#define LANG_PACK_H

#include "../base/error.h"
#include "../data/schema.h"
#include "../data/plugin_host.h"
#include "sandbox.h"

typedef struct place {
  const char *file; /* as shown: rules/acme/credit.lua */
  int line;
} place;

/* A condition, test or formula; text NULL = not given. Lua numbers and booleans that stand where a
 * text may are turned into their text (0.35 -> "0.35", true -> "true"). */
typedef struct rule_text {
  const char *text;
  place at;
} rule_text;

/* Where records come from: source { ... }, and the source of related "name" { ... } */
typedef struct pack_source {
  const char *plugin;
  plugin_settings settings;
  size_t missing_count; /* missing = { ... }: spellings of a missing value */
  const char **missing;
  place at;
} pack_source;

/* related "open_items" { source = { ... }, key = "customer_id", fields = { ... }, where = "..." }:
 * records of a source of their own, joined to the customer whose key they carry as the field of the
 * same name, a list (schema.fields[field], type.record). */
typedef struct pack_related {
  const char *name;
  pack_source source;
  /* What the source gives: field 0 is the customer's key, the fields of type.record follow in their
   * order, so that field i of a record is field i + 1 here. */
  schema schema;
  rule_text where; /* over the fields of a row, parameters, today and as_of: the rows that count */
  size_t field;
  place at;
} pack_related;

/* From the one day to the other, both included. */
typedef struct pack_period {
  bool given;
  int64_t from, to; /* days; INT64_MIN, INT64_MAX where it is open */
  place at;
} pack_period;

typedef struct pack_param {
  const char *name;
  value_type type;
  rule_text preset; /* its default */
  rule_text total;  /* default = total("ar"): the output or field whose sum it is by default */
  place at;
} pack_param;

/* ---- steps ---- */

/* derive "days_since" { "today - date(last_contact_at)" } */
typedef struct derive_step {
  rule_text formula;
  value_type type; /* TYPE_NONE: as the formula gives */
} derive_step;

typedef struct score_attribute {
  rule_text test;
  rule_text points;   /* a number, or a formula */
  const char *reason; /* NULL = the characteristic's */
  place at;
} score_attribute;

typedef struct characteristic {
  const char *name; /* for messages, explanation and DATA_MISSING */
  rule_text input;  /* an expression; by default the name itself */
  rule_text weight; /* a decimal, by default 1 */
  const char *reason;
  size_t attribute_count;
  score_attribute *attributes; /* first match wins */
  rule_text points;            /* a formula in place of the attributes: the value itself */
  rule_text
      missing; /* points if the input is missing; not given: the lowest of the attributes, and if
                        some are computed the score is missing */
  const char *missing_reason;
  rule_text baseline; /* points to compare with, for reasons by points below or above it */
  place at;
} characteristic;

/* score = (baseline + sum of weight * points) / divide, exact, and not beyond its bounds */
typedef struct scorecard_step {
  size_t characteristic_count;
  characteristic *characteristics;
  rule_text baseline, divide;
  rule_text min, max; /* of the score */
  int decimals;       /* when written; -1: as many as the score can have, at most 2 */
} scorecard_step;

/* Which of the rows that match count, and how: DMN 1.4, 8.2.8 (see hit_policy.h). */
typedef enum hit_policy {
  HIT_FIRST,
  HIT_UNIQUE,
  HIT_ANY,
  HIT_PRIORITY,     /* the row whose words come first in the order of their choice */
  HIT_RULE_ORDER,   /* from here on all rows count: a list in the order of the rows */
  HIT_OUTPUT_ORDER, /* a list in the order of the outputs' words */
  HIT_COLLECT,      /* a list, in the order of the rows as well */
  HIT_SUM,          /* one number of them all */
  HIT_MIN,
  HIT_MAX,
  HIT_COUNT
} hit_policy;

typedef struct table_output {
  const char *name;
  value_type type; /* CHOICE without a list: the words that the rows give, in order */
} table_output;

typedef struct table_row {
  rule_text *tests;   /* input_count; NULL in a default */
  rule_text *outputs; /* output_count; "null" or not given = missing */
  const char *code;   /* reason code that the row gives, or NULL */
  const char *annotation;
  pack_period effective; /* on other days the row is not there */
  size_t number;         /* 1, 2, 3 in the order written; known to plans only */
  place at;
} table_row;

/* Several tables of one name, one after another, are its versions: the one that is in force on the
 * day of as_of decides. */
typedef struct table_step {
  hit_policy hit;
  place hit_at;
  pack_period effective;
  const char *csv;    /* the file it came from, or NULL */
  const char *remark; /* of its header: "# ..."; NULL = none */
  size_t input_count, output_count, row_count;
  rule_text *inputs; /* expressions */
  table_output *outputs;
  table_row *rows;
  table_row
      *otherwise; /* what it gives if no row matches; NULL: outputs are missing, lists empty */
} table_step;

typedef struct band {
  const char *name;
  rule_text at_least; /* not given in the last: everything else */
  const char *code;
  place at;
} band;

/* bands "priority" { of = "score", { "P1", 75 }, { "P2", 50 }, { "P3" } }; the result is a choice of
 * the names in the order written */
typedef struct bands_step {
  rule_text of;
  size_t band_count;
  band *bands;
  const char *missing; /* the class of a missing value; NULL = missing */
  bool best_last;      /* the lowest band is the best class */
} bands_step;

/* How the value behind a code is written. */
typedef enum value_form {
  FORM_PLAIN,   /* as its type */
  FORM_PERCENT, /* a share times 100 */
  FORM_MONEY,   /* with the decimals of the company's currency */
  FORM_DATE     /* the date of a moment, in the company's zone */
} value_form;

/* How urgent an alert is. */
typedef enum alert_severity { ALERT_INFO, ALERT_WARNING, ALERT_CRITICAL } alert_severity;

typedef struct code_entry {
  const char *code;
  rule_text when;    /* not given: other steps give it */
  rule_text missing; /* given if this expression is missing (DATA_MISSING:budget) */
  rule_text value;   /* written behind the code and ':' */
  int decimals;      /* of the value; -1: as its form, or its type */
  value_form form;
  size_t silence_count; /* of the list's codes that are not shown where this one is */
  const char **silences;
  alert_severity severity;    /* of a watch */
  const char *text, *text_zh; /* of a watch: what its code means, where no reasons file says it */
  place at;
} code_entry;

/* Which of a scorecard's reasons come first: PMML's reasonCodeAlgorithm. */
typedef enum codes_order {
  BY_POINTS_LOST,  /* the most below the best of the characteristic */
  BY_POINTS_BELOW, /* the most below the characteristic's baseline */
  BY_POINTS_ABOVE  /* the most above it */
} codes_order;

typedef struct codes_step {
  size_t entry_count;
  code_entry *entries;
  bool alerts; /* watch "name" { ... }: its codes are alerts, kept with their severity as well */
  /* by = "points_lost" ...: instead, the reasons of a scorecard, at most `most` (1..8), only those
   * with any points between; of equal ones that of the first characteristic, or of the last. */
  const char *scorecard;
  codes_order by;
  bool last_first;
  int most;
} codes_step;

/* The first of first_touch, none_yet, sequence and every that applies says when; what stands below
 * moves that moment. Each clause applies only where its `when` is true. */
typedef enum cadence_clause_kind {
  CADENCE_NEVER,       /* no date, and no clause below applies */
  CADENCE_FIRST_TOUCH, /* from, within, roll: a promise after an event, while no touch is later */
  CADENCE_NONE_YET,    /* nothing to count from -> the next closing */
  CADENCE_SEQUENCE,    /* from (the anchor), days, touches: the next of a series of dates */
  CADENCE_EVERY,       /* amount, unit, from */
  CADENCE_SOONER,      /* amount: at most so many as every says; or on: no later than a date */
  CADENCE_LATER,       /* amount: at least so many; or on: not before a date */
  CADENCE_OVERDUE,     /* due before as_of -> the next closing */
  CADENCE_CAP,         /* most touches on `per` days: while reached, the next working day */
  CADENCE_OPENING,     /* outside the opening hours of a working day -> rolled into them */
  CADENCE_QUIET,       /* inside the quiet hours -> rolled out of them */
  CADENCE_CHANNEL      /* rows or formula: how; empty when never */
} cadence_clause_kind;

typedef enum cadence_roll { ROLL_BACK, ROLL_FORWARD, ROLL_NONE } cadence_roll;

/* The records of a list field that count as touches; those after as_of do not. */
typedef struct cadence_touches {
  rule_text list; /* the field's name */
  rule_text at;   /* its date or timestamp; not given: its field `at` */
  rule_text where;
} cadence_touches;

typedef struct cadence_channel {
  rule_text when; /* "-" or not given: always */
  const char *word;
  const char *code;
  place at;
} cadence_channel;

typedef struct cadence_clause {
  cadence_clause_kind kind;
  const char *code; /* given when it says when; of what moves: when it moved */
  rule_text when;
  rule_text from;    /* the event, the anchor, or what is counted from */
  rule_text touched; /* first_touch: the latest touch; not given: `from` of the first every */
  rule_text amount, on;
  bool workdays;        /* unit of amount: the company's working days, else calendar days */
  bool opening_hours;   /* unit of within: seconds while the company is open, else of the clock */
  int64_t within;       /* seconds */
  cadence_roll roll;    /* first_touch, opening, quiet */
  int32_t begins, ends; /* quiet: seconds of the day, both ends are not quiet; may span midnight */
  const char *as;       /* every: the output that shows the interval; channel: its output */
  cadence_touches touches;
  int64_t most, per; /* cap */
  size_t day_count;  /* sequence: days after the anchor, ascending */
  int64_t *days;
  const char *done; /* sequence: code once all days have had their touch */
  size_t row_count; /* channel */
  cadence_channel *rows;
  rule_text formula; /* channel: instead of rows */
  place at;
} cadence_clause;

typedef struct cadence_step {
  size_t clause_count;
  cadence_clause *clauses;
} cadence_step;

typedef enum limit_operation_kind {
  LIMIT_START, /* pick of candidates */
  LIMIT_TIMES,
  LIMIT_PLUS,
  LIMIT_AT_MOST,
  LIMIT_AT_LEAST,  /* of the bounds whose condition holds, the one that binds is named */
  LIMIT_STEP_UP,   /* at most so much above the previous value, where that is above 0 */
  LIMIT_STEP_DOWN, /* at most so much below it */
  LIMIT_ZERO,      /* condition, code: the limit is 0; may silence codes */
  LIMIT_ROUND      /* once, at the end; a limit is never below 0 */
} limit_operation_kind;

typedef enum limit_pick { PICK_LEAST, PICK_GREATEST, PICK_MEDIAN, PICK_MEAN } limit_pick;
typedef enum limit_rounding { LIMIT_DOWN, LIMIT_HALF_UP, LIMIT_UP } limit_rounding;

/* What a missing amount of an operation means. */
typedef enum limit_missing {
  LIMIT_MISSING_USUAL,   /* of a pick or a bound: it is skipped; of times and plus: unknown */
  LIMIT_MISSING_UNKNOWN, /* the limit is unknown */
  LIMIT_MISSING_SKIP,    /* the operation, candidate or bound is skipped */
  LIMIT_MISSING_COUNTS   /* a number */
} limit_missing;

typedef struct limit_term {
  rule_text formula;
  const char *code; /* given when this term is picked / binds / applies */
  bool shows;       /* the code is given with the amount as its value */
  rule_text when;
  place at;
} limit_term;

typedef struct limit_operation {
  limit_operation_kind kind;
  limit_pick pick;
  limit_rounding rounding;
  rule_text when; /* of the whole operation */
  limit_missing missing;
  rule_text missing_as;
  bool skip_negative;    /* start: candidates below 0 are none */
  rule_text negative_as; /* start: what a pick below 0 counts as */
  limit_term none;       /* start: taken when no candidate is; formula not given: unknown */
  rule_text of;          /* step_up, step_down: the previous value */
  size_t term_count;
  limit_term *terms;
  size_t silence_count;
  const char **silences;
  place at;
} limit_operation;

typedef struct limit_step {
  size_t operation_count;
  limit_operation *operations;
  rule_text missing; /* the limit if a needed value is missing; not given: the limit is missing */
  const char *missing_code;
} limit_step;

/* rule "name" { type = money, function(c) ... end } has one output, named as the rule;
 * rule "name" { outputs = { { "grade", choice { ... } }, { "days", integer } }, function(c) ... end }
 * has several: the function returns as many values, in that order. */
typedef struct lua_step {
  size_t output_count;
  table_output *outputs;
  size_t function; /* index into the functions of a pack_state */
  bool positional; /* see row_access.h */
  size_t field_count;
  const char **fields; /* those it reads, or may read */
} lua_step;

/* adjust "grade" { { "band = hot", up = 1, only = "B, C", code = "GRADE_UP" }, ... }: raises or
 * lowers a class, row after row, each on what the rows above have left. */
typedef struct adjust_row {
  rule_text when;
  rule_text only; /* a test of the class as it stands; not given: any */
  int better;     /* so many classes better (> 0) or worse (< 0), as far as there are any */
  const char *to; /* or this class; NULL = moved by `better` */
  const char *code;
  place at;
} adjust_row;

typedef struct adjust_step {
  size_t row_count;
  adjust_row *rows;
  bool codes_always;   /* a row's code is given whenever the row applies, not only if it moved */
  const char *missing; /* what a missing class counts as; NULL = it stays missing */
  place missing_at;
} adjust_step;

/* worst "risk_class" { "R4", when = { { "overdue_90 > 0", "CLASS_CAP_OD90" }, ... } }: the worse of
 * the class and the bound where a condition holds; best: the better of them. */
typedef struct worst_case {
  rule_text when; /* not given: always */
  const char *code;
  place at;
} worst_case;

typedef struct worst_step {
  bool best;
  rule_text bound; /* a word of the class, or a formula that gives one */
  size_t case_count;
  worst_case *cases; /* independent of each other */
  bool codes_always; /* codes whenever their condition holds, not only if the class changed */
  const char *missing;
  place missing_at;
} worst_step;

/* ---- aggregates: one value out of the records of a list ---- */

typedef enum aggregate_kind {
  AGGREGATE_SUM,
  AGGREGATE_COUNT,
  AGGREGATE_MIN,
  AGGREGATE_MAX,
  AGGREGATE_LATEST, /* the value of the record with the greatest `by` */
  AGGREGATE_EARLIEST,
  AGGREGATE_MEDIAN, /* of an even number: the mean of the middle two */
  AGGREGATE_MEAN,
  AGGREGATE_SHARE, /* records for which the value, a condition, is true / records counted */
  AGGREGATE_DISTINCT
} aggregate_kind;

typedef enum aggregate_tie { TIE_UNTOLD, TIE_LEAST, TIE_GREATEST } aggregate_tie;

typedef struct aggregate_points {
  rule_text test, points;
  place at;
} aggregate_points;

/* derive "spend" { sum = "amount", of = "orders", where = "returned != true", within = 365 } */
typedef struct aggregate_step {
  aggregate_kind kind;
  const char *of; /* the list */
  place of_at;
  rule_text value; /* a formula over a record; COUNT: a condition, or not given */
  /* sum = { "type", { "demo", 60 }, ... }: the points of the value, the first match, are added */
  size_t point_count;
  aggregate_points *points;
  rule_text where;
  rule_text at;        /* when a record happened: a date or timestamp; by default its field `at` */
  rule_text from, to;  /* its age in days must lie in [from, to]; `from` not given: in [0, to) */
  rule_text half_life; /* days after which a record counts half */
  bool stepped;        /* all at once at the end of each half-life, exactly; else smoothly */
  rule_text by;        /* LATEST, EARLIEST; by default the value itself */
  aggregate_tie tie;   /* which value counts when several records are the latest */
  rule_text weight;    /* MEAN, SHARE */
  rule_text none; /* the value if no record counts; not given: 0 of sums and counts, else missing */
  bool skip_missing; /* records without a value do not count; else they make the result missing */
  rule_text at_least, at_most; /* bounds of the result */
  value_type type;             /* TYPE_NONE: as it comes */
} aggregate_step;

typedef struct ageing_bucket {
  const char *name;
  rule_text days; /* the greatest age; not given in the last */
  place at;
} ageing_bucket;

/* ageing "ar" { of = "open_items", amount = "amount", due = "due_date", { "ar_current", 0 },
 * { "ar_1_30", 30 }, { "ar_over_30" } }: sums by today - due; the step's name is the sum of all */
typedef struct ageing_step {
  const char *of;
  place of_at;
  rule_text amount, due, where;
  size_t bucket_count;
  ageing_bucket *buckets;
  bool skip_missing;   /* records without amount or due date do not count */
  const char *undated; /* the bucket of records without a due date, or NULL */
} ageing_step;

/* steady "grade" { hold = 90, max_up = 1 }, and the same keys of bands: the class against the one last
 * published. 0 = no such bound. */
typedef struct steady_step {
  int64_t hold_up, hold_down; /* days that a class is held before it gets better / worse */
  int64_t max_up, max_down;   /* classes at a time */
  const char *held;           /* code, given when the class is not what it would be */
  const char *since;          /* name of the output that says since when it is held: grade_since */
} steady_step;

/* smooth { 20, per = "owner", by = "-credit_limit", code = "MOVED" }, the last clause of a cadence: at
 * most so many follow-ups a day; the others move to the next working day that has room */
typedef struct smooth_step {
  int64_t most;
  rule_text per;    /* not given: one day holds the follow-ups of all */
  rule_text by;     /* the lowest keep their day, the missing move first; ties by the key */
  const char *code; /* given to whoever moves */
  place at;
} smooth_step;

/* total "group_ar" { of = "ar", within = "region", where = "..." }: over all customers of the run, the
 * same for all, or for all of a group */
typedef enum total_kind {
  TOTAL_SUM,
  TOTAL_COUNT,
  TOTAL_MEAN,
  TOTAL_LEAST,
  TOTAL_GREATEST
} total_kind;

typedef struct total_step {
  total_kind as;
  rule_text of; /* not given: of a count, which then counts records */
  rule_text within, where;
} total_step;

/* quantiles "f" { of = "spend", into = 5 }: parts of equal size, 5 the highest; or
 * quantiles "tier" { of = "spend", { "top", "20%" }, { "rest" } }: shares, the highest first */
typedef struct quantile_class {
  const char *name;
  rule_text share; /* not given in the last: the rest */
  const char *code;
  place at;
} quantile_class;

typedef struct quantiles_step {
  rule_text of, within, where;
  int64_t into; /* 0: classes */
  size_t class_count;
  quantile_class *classes;
  bool ties_up;      /* customers with the value of a cut belong above it, not below */
  rule_text missing; /* the part or class of a missing value; not given: missing */
} quantiles_step;

typedef enum step_kind {
  STEP_DERIVE,
  STEP_SCORECARD,
  STEP_TABLE,
  STEP_BANDS,
  STEP_CODES,
  STEP_CADENCE,
  STEP_LIMIT,
  STEP_LUA,
  STEP_ADJUST,
  STEP_WORST,
  STEP_AGGREGATE,
  STEP_AGEING,
  STEP_TOTAL,
  STEP_QUANTILES,
  STEP_STEADY,
  STEP_SMOOTH
} step_kind;

typedef struct step {
  step_kind kind;
  const char *name;
  place at;
  union {
    derive_step derive;
    scorecard_step scorecard;
    table_step table;
    bands_step bands;
    codes_step codes;
    cadence_step cadence;
    limit_step limit;
    lua_step lua;
    adjust_step adjust;
    worst_step worst;
    aggregate_step aggregate;
    ageing_step ageing;
    total_step total;
    quantiles_step quantiles;
    steady_step steady;
    smooth_step smooth;
  };
} step;

/* ---- the pack ---- */

typedef struct pack_calendar {
  int32_t opens, closes; /* seconds of the day */
  bool workdays[7];      /* Monday first; calendar-day packs have all true */
  size_t holiday_count, makeup_count;
  int64_t *holidays, *makeups; /* ascending */
  bool ends;                   /* it has exceptions, or says that it has none, up to `until` */
  int64_t until;
  place at; /* where that is said */
} pack_calendar;

typedef struct pack_output {
  const char *name;
  place at;
} pack_output;

/* What the report shows as what; names of outputs, NULL = not given. */
typedef struct pack_report {
  const char *name; /* a field: what people call the customer; kept with each decision */
  const char *classes, *limit, *follow_up, *channel;
  size_t attention_count;
  const char **attention; /* reason codes that a person should look at */
} pack_report;

typedef struct pack_file {
  const char *name; /* relative to the folder */
  const char *data;
  size_t size;
} pack_file;

/* A script in the order in which it runs; or one of rules/lib, which runs when it is used first. */
typedef struct pack_script {
  const char *file; /* as shown */
  const char *text; /* rewritten by row_access */
  size_t size;
  const char *use; /* the name by which scripts use it; NULL = none of rules/lib */
} pack_script;

typedef struct pack_reason_text {
  const char *code, *language, *text;
} pack_reason_text;

typedef struct pack_notify pack_notify;     /* notify.h */
typedef struct pack_schedule pack_schedule; /* schedule.h */

typedef struct pack {
  arena arena;      /* owns everything below */
  const char *name; /* its identity: the base name of the folder */
  const char *folder;
  const char *title, *title_zh;
  const char *currency;
  int currency_digits;
  pack_period effective; /* outside of it no plan is made */
  zone zone;
  pack_calendar calendar;
  schema schema;
  pack_source source;
  size_t related_count;
  pack_related *related; /* in the order declared */
  size_t param_count;
  pack_param *params;
  size_t step_count;
  step *steps;
  size_t output_count;
  pack_output *outputs;
  pack_report report;
  size_t notify_count;
  pack_notify *notifies;
  size_t schedule_count;
  pack_schedule *schedules;
  sandbox_budget budget;
  size_t script_count;
  pack_script *scripts;
  size_t function_count; /* of Lua steps */
  size_t file_count;     /* every file of the folder that the pack consists of, sorted by name */
  pack_file *files;
  size_t rule_code_count; /* the codes that Lua rules give, as far as they are written out */
  const char **rule_codes;
  bool rule_codes_computed; /* some are computed, or may be */
  size_t reason_text_count;
  pack_reason_text *reason_texts; /* reasons.en.csv, reasons.zh.csv */
  char hash[65];                  /* SHA-256 over names and contents of the files, hex */
} pack;

/* `path` is a folder, or a base name looked up under ./rules and the installed rules. Errors and
 * warnings go to `out`; returns NULL if there was an error. */
pack *pack_load(const char *path, findings *out);
/* The same of files that an archive holds: what they say alone makes the pack, whatever stands on
 * disk. `name` is its identity, and what messages show as its folder. */
pack *pack_load_files(const char *name, const pack_file *files, size_t count, findings *out);
/* The folder that `path` leads to, as pack_load looks for it, whatever is in it; in the arena, NULL if
 * there is none. */
const char *pack_folder(arena *a, const char *path);
/* Whether there is one. */
bool pack_exists(const char *path);
void pack_free(pack *p);

/* A state of the run world: the same scripts, executed again, their functions ready to be called. One
 * for each evaluator thread. */
typedef struct pack_state {
  sandbox *sandbox;
  int *functions; /* refs for sandbox_call, by lua_step.function */
} pack_state;

error_code pack_state_open(const pack *p, pack_state *out, error *e);
void pack_state_close(pack_state *s);

#endif
