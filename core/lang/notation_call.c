/* Calls of functions, and what is asked of a list of codes. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../base/text.h"
#include "notation_check.h"
#include "notation_types.h"
#include "notation_value.h"

static const value_type anything = {.kind = TYPE_NONE, .denominator = 1};

static arena *arena_of(const checker *k) {
  return k->source->context->arena;
}

/* ---- the functions there are ---- */

typedef enum call_form {
  CALL_UNITED,   /* the arguments have one type in common, which is the result's */
  CALL_PLAIN,    /* types_function */
  CALL_CALENDAR, /* calendar_function */
  CALL_DATE,     /* the rest stand for other forms */
  CALL_DATE_AND_TIME,
  CALL_DURATION,
  CALL_ADD_DAYS,
  CALL_DAYS_BETWEEN,
  CALL_CLAMP,
  CALL_IS_MISSING,
  CALL_PREVIOUS
} call_form;

enum { ARGUMENTS_MOST = 32 };

static const struct {
  const char *name;
  size_t least, most; /* arguments */
  call_form form;
  function_kind function;
} functions[] = {{"coalesce", 1, ARGUMENTS_MOST, CALL_UNITED, FUNCTION_COALESCE},
                 {"min", 1, ARGUMENTS_MOST, CALL_UNITED, FUNCTION_MIN},
                 {"max", 1, ARGUMENTS_MOST, CALL_UNITED, FUNCTION_MAX},
                 {"abs", 1, 1, CALL_PLAIN, FUNCTION_ABS},
                 {"sign", 1, 1, CALL_PLAIN, FUNCTION_SIGN},
                 {"sqrt", 1, 1, CALL_PLAIN, FUNCTION_SQRT},
                 {"floor", 1, 2, CALL_PLAIN, FUNCTION_FLOOR},
                 {"ceiling", 1, 2, CALL_PLAIN, FUNCTION_CEILING},
                 {"round", 1, 2, CALL_PLAIN, FUNCTION_ROUND_HALF_UP},
                 {"round_half_up", 1, 2, CALL_PLAIN, FUNCTION_ROUND_HALF_UP},
                 {"round_half_down", 1, 2, CALL_PLAIN, FUNCTION_ROUND_HALF_DOWN},
                 {"round_half_even", 1, 2, CALL_PLAIN, FUNCTION_ROUND_HALF_EVEN},
                 {"round_up", 1, 2, CALL_PLAIN, FUNCTION_ROUND_UP},
                 {"round_down", 1, 2, CALL_PLAIN, FUNCTION_ROUND_DOWN},
                 {"modulo", 2, 2, CALL_PLAIN, FUNCTION_MODULO},
                 {"clamp", 3, 3, CALL_CLAMP, FUNCTION_MIN},
                 {"is_missing", 1, 1, CALL_IS_MISSING, FUNCTION_COUNT},
                 {"previous", 0, ARGUMENTS_MOST, CALL_PREVIOUS, FUNCTION_DATE},
                 {"date", 1, 3, CALL_DATE, FUNCTION_DATE},
                 {"date_and_time", 1, 2, CALL_DATE_AND_TIME, FUNCTION_DATE_AND_TIME},
                 {"duration", 1, 1, CALL_DURATION, FUNCTION_DATE},
                 {"add_days", 2, 2, CALL_ADD_DAYS, FUNCTION_DATE},
                 {"add_months", 2, 2, CALL_CALENDAR, FUNCTION_ADD_MONTHS},
                 {"add_workdays", 2, 2, CALL_CALENDAR, FUNCTION_ADD_WORKDAYS},
                 {"days_between", 2, 2, CALL_DAYS_BETWEEN, FUNCTION_DATE},
                 {"months_between", 2, 2, CALL_CALENDAR, FUNCTION_MONTHS_BETWEEN},
                 {"years_between", 2, 2, CALL_CALENDAR, FUNCTION_YEARS_BETWEEN},
                 {"workdays_between", 2, 2, CALL_CALENDAR, FUNCTION_WORKDAYS_BETWEEN},
                 {"year", 1, 1, CALL_CALENDAR, FUNCTION_YEAR},
                 {"month", 1, 1, CALL_CALENDAR, FUNCTION_MONTH},
                 {"day", 1, 1, CALL_CALENDAR, FUNCTION_DAY},
                 {"weekday", 1, 1, CALL_CALENDAR, FUNCTION_WEEKDAY},
                 {"quarter", 1, 1, CALL_CALENDAR, FUNCTION_QUARTER},
                 {"day_of_year", 1, 1, CALL_CALENDAR, FUNCTION_DAY_OF_YEAR},
                 {"week_of_year", 1, 1, CALL_CALENDAR, FUNCTION_WEEK_OF_YEAR},
                 {"days_in_month", 1, 1, CALL_CALENDAR, FUNCTION_DAYS_IN_MONTH},
                 {"last_day_of_month", 1, 1, CALL_CALENDAR, FUNCTION_LAST_DAY_OF_MONTH},
                 {"hour", 1, 1, CALL_CALENDAR, FUNCTION_HOUR},
                 {"minute", 1, 1, CALL_CALENDAR, FUNCTION_MINUTE},
                 {"second", 1, 1, CALL_CALENDAR, FUNCTION_SECOND},
                 {"count", 1, 1, CALL_PLAIN, FUNCTION_COUNT},
                 {"string_length", 1, 1, CALL_PLAIN, FUNCTION_STRING_LENGTH},
                 {"starts_with", 2, 2, CALL_PLAIN, FUNCTION_STARTS_WITH},
                 {"ends_with", 2, 2, CALL_PLAIN, FUNCTION_ENDS_WITH},
                 {"contains", 2, 2, CALL_PLAIN, FUNCTION_CONTAINS},
                 {"upper_case", 1, 1, CALL_PLAIN, FUNCTION_UPPER_CASE},
                 {"lower_case", 1, 1, CALL_PLAIN, FUNCTION_LOWER_CASE},
                 {"substring", 2, 3, CALL_PLAIN, FUNCTION_SUBSTRING}};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* Names that people know from FEEL, Excel or SQL, in small letters, and what is written here. */
static const struct {
  const char *name, *hint;
} foreign[] = {{"length", "write string_length(x)"},
               {"len", "write string_length(x)"},
               {"upper", "write upper_case(x)"},
               {"lower", "write lower_case(x)"},
               {"left", "write substring(x, 1, n), or starts_with(x, \"...\")"},
               {"right", "write substring(x, -n), or ends_with(x, \"...\")"},
               {"mid", "write substring(x, start, length)"},
               {"matches", "there are no patterns; write starts_with, ends_with or contains"},
               {"like", "there are no patterns; write starts_with, ends_with or contains"},
               {"ceil", "write ceiling(x)"},
               {"int", "write floor(x)"},
               {"trunc", "write round_down(x)"},
               {"roundup", "write round_up(x, digits)"},
               {"rounddown", "write round_down(x, digits)"},
               {"decimal", "write round_half_even(x, digits), or round(x, digits)"},
               {"mod", "write modulo(a, b)"},
               {"power", "there is no power; write x * x"},
               {"average", "write (a + b) / 2"},
               {"mean", "write (a + b) / 2"},
               {"sum", "write a + b"},
               {"number", "a number is written without quotes"},
               {"string", "a text stands in double quotes"},
               {"concat", "texts are not joined here: a rule can"},
               {"today", "write today, without parentheses"},
               {"now", "write as_of, without parentheses"},
               {"time", "write date_and_time(due_date, \"18:00\"), or hour(x)"},
               {"day_of_week", "write weekday(x): 1 is Monday"},
               {"month_of_year", "write month(x): 1 is January"},
               {"years_and_months_duration", "write months_between(a, b)"},
               {"edate", "write add_months(x, n)"},
               {"eomonth", "write last_day_of_month(x)"},
               {"datedif", "write b - a for days, or months_between(a, b)"},
               {"datediff", "write b - a for days, or months_between(a, b)"},
               {"networkdays", "write workdays_between(a, b)"},
               {"isblank", "write x = null"},
               {"is_defined", "write x != null"},
               {"is_null", "write x = null"},
               {"isnull", "write x = null"},
               {"ifnull", "write coalesce(x, 0)"},
               {"nvl", "write coalesce(x, 0)"},
               {"iif", "write if a then b else c"},
               {"if", "write if a then b else c"},
               {"and", "write a and b"},
               {"or", "write a or b"},
               {"not", "write not(...), in small letters"},
               {"ifs", "write if a then b else if c then d else e"},
               {"switch", "write if a then b else if c then d else e"},
               {"list_contains", "write x in (A, B)"},
               {"has", "write CODE in reasons"}};

enum { FOREIGN = sizeof foreign / sizeof *foreign };

const char *notation_function(size_t number) {
  return number < FUNCTIONS ? functions[number].name : NULL;
}

/* ---- names of several words ---- */

/* The length of `name` at text with blanks where it has _, 0 if it is not there. */
static size_t spaced_length(const char *text, const char *name) {
  const char *t = text;
  for (; *name != '\0'; name++) {
    if (*name != '_') {
      if (*t++ != *name) return 0;
      continue;
    }
    if (*t != ' ' && *t != '\t' && *t != '_') return 0;
    while (*t == ' ' || *t == '\t' || *t == '_') t++;
  }
  const char *end = t;
  while (*t == ' ' || *t == '\t') t++;
  return *t == '(' ? (size_t)(end - text) : 0;
}

size_t notation_function_length(const char *text) {
  for (size_t i = 0; i < FUNCTIONS + FOREIGN; i++) {
    const char *name = i < FUNCTIONS ? functions[i].name : foreign[i - FUNCTIONS].name;
    size_t n = strchr(name, '_') != NULL ? spaced_length(text, name) : 0;
    if (n > 0) return n;
  }
  return 0;
}

/* ---- calls ---- */

/* previous("x"), or previous(x): there x is the output's name and not its value. */
static node *check_previous(checker *k, const syntax *s) {
  const notation_context *c = k->source->context;
  const syntax *of = s->child_count == 1 ? s->children[0] : NULL;
  const char *why = NULL;
  if (of == NULL || (of->kind != SYNTAX_TEXT && of->kind != SYNTAX_NAME))
    return check_complain(k, s, "write previous(\"credit_limit\")",
                          "previous takes the name of one output");
  if (c->previous == NULL) return check_complain(k, s, NULL, "previous(...) does not stand here");
  const symbol *found = c->previous(c->host, of->text, &why);
  if (found != NULL) return symbol_node(k, s, found);
  notation_complain(k->source, SEVERITY_ERROR, of->mark, of->mark_length, why,
                    "`%s` has no previous value", of->text);
  return NULL;
}

static node *unknown_function(checker *k, const syntax *s) {
  const char *names[FUNCTIONS], *hint = NULL;
  for (size_t i = 0; i < FOREIGN; i++)
    if (strcasecmp(foreign[i].name, s->text) == 0) hint = foreign[i].hint;
  for (size_t i = 0; i < FUNCTIONS; i++) names[i] = functions[i].name;
  const char *nearest = text_suggest(s->text, names, FUNCTIONS);
  if (hint == NULL && nearest != NULL)
    hint = arena_format(arena_of(k), "did you mean `%s`?", nearest);
  notation_complain(k->source, SEVERITY_ERROR, s->mark, s->mark_length, hint,
                    "unknown function `%s`", s->text);
  return NULL;
}

static node *wrong_count(checker *k, const syntax *s, size_t least, size_t most) {
  char wanted[48];
  if (most == ARGUMENTS_MOST && s->child_count > most)
    snprintf(wanted, sizeof wanted, "at most %zu arguments", most);
  else if (most == ARGUMENTS_MOST)
    snprintf(wanted, sizeof wanted, "%zu argument or more", least);
  else if (least == most)
    snprintf(wanted, sizeof wanted, "%zu argument%s", least, least == 1 ? "" : "s");
  else
    snprintf(wanted, sizeof wanted, "%zu or %zu arguments", least, most);
  notation_complain(k->source, SEVERITY_ERROR, s->mark, s->mark_length, NULL,
                    "%s takes %s, here %s %zu", s->text, wanted, s->child_count == 1 ? "is" : "are",
                    s->child_count);
  return NULL;
}

static node *united_call(checker *k, const syntax *s, function_kind f, value_type expected) {
  node *n = notation_node(k, NODE_CALL, anything, s, s->child_count);
  n->function = f;
  if (!check_united(k, s, n, 0, f == FUNCTION_COALESCE ? expected : anything)) return NULL;
  return types_unite(k, n, 0);
}

node *check_arguments(checker *k, const syntax *s, function_kind f, value_type type) {
  node *n = notation_node(k, NODE_CALL, type, s, s->child_count);
  n->function = f;
  for (size_t i = 0; i < n->child_count; i++) {
    n->children[i] = notation_check(k, s->children[i], anything);
    if (n->children[i] == NULL) return NULL;
    if (types_is_null(n->children[i]))
      return types_complain(k, n->children[i], NULL, "null does not stand here");
  }
  return n;
}

/* add_days(d, n) is d + n, days_between(a, b) is b - a. */
static node *days_call(checker *k, const syntax *s, bool between) {
  node *n = check_arguments(k, s, FUNCTION_DATE, anything);
  if (n == NULL) return NULL;
  for (size_t i = 0; i < (between ? 2 : 1); i++) {
    const node *a = n->children[i];
    if (a->type.kind == TYPE_DATE) continue;
    return types_complain(
        k, a, a->type.kind == TYPE_TIMESTAMP ? types_hint(k, "write date(%s)", a) : NULL,
        "a date is expected");
  }
  return between ? calendar_arithmetic(k, NODE_SUBTRACT, s, n->children[1], n->children[0])
                 : calendar_arithmetic(k, NODE_ADD, s, n->children[0], n->children[1]);
}

/* clamp(x, low, high) is min(max(x, low), high). */
static node *clamp_call(checker *k, const syntax *s) {
  node *all = check_arguments(k, s, FUNCTION_MIN, anything);
  if (all == NULL) return NULL;
  const node *low = all->children[1], *high = all->children[2];
  if (low->kind == NODE_CONSTANT && high->kind == NODE_CONSTANT && !low->constant.missing &&
      !high->constant.missing && type_is_numeric(low->type.kind) &&
      type_is_numeric(high->type.kind) && value_order(&low->constant, &high->constant) > 0)
    return check_complain(k, s, "clamp(x, lowest, highest)", "the lower bound is the higher one");
  node *inner = notation_node(k, NODE_CALL, anything, s, 2);
  inner->function = FUNCTION_MAX;
  inner->children[0] = all->children[0];
  inner->children[1] = all->children[1];
  inner = types_unite(k, inner, 0);
  if (inner == NULL) return NULL;
  node *outer = notation_node(k, NODE_CALL, anything, s, 2);
  outer->function = FUNCTION_MIN;
  outer->children[0] = inner;
  outer->children[1] = all->children[2];
  return types_unite(k, outer, 0);
}

static node *missing_call(checker *k, const syntax *s) {
  node *x = notation_check(k, s->children[0], anything);
  if (x == NULL) return NULL;
  return types_compare(k, NODE_EQUAL, s, x, types_constant(k, s, value_missing(anything)));
}

static node *form_call(checker *k, const syntax *s, size_t f, value_type expected) {
  node *n;
  switch (functions[f].form) {
  case CALL_UNITED:
    return united_call(k, s, functions[f].function, expected);
  case CALL_DATE:
    return check_date(k, s);
  case CALL_DATE_AND_TIME:
    return check_date_and_time(k, s);
  case CALL_DURATION:
    return check_duration(k, s);
  case CALL_ADD_DAYS:
  case CALL_DAYS_BETWEEN:
    return days_call(k, s, functions[f].form == CALL_DAYS_BETWEEN);
  case CALL_CLAMP:
    return clamp_call(k, s);
  case CALL_IS_MISSING:
    return missing_call(k, s);
  case CALL_PREVIOUS:
    return check_previous(k, s);
  case CALL_PLAIN:
    n = check_arguments(k, s, functions[f].function, anything);
    return n == NULL ? NULL : types_function(k, n);
  case CALL_CALENDAR:
    n = check_arguments(k, s, functions[f].function, anything);
    return n == NULL ? NULL : calendar_function(k, n);
  }
  return NULL;
}

node *check_call(checker *k, const syntax *s, value_type expected) {
  size_t f = 0;
  while (f < FUNCTIONS && strcmp(functions[f].name, s->text) != 0) f++;
  if (f == FUNCTIONS) return unknown_function(k, s);
  if (s->child_count < functions[f].least || s->child_count > functions[f].most)
    return wrong_count(k, s, functions[f].least, functions[f].most);
  return form_call(k, s, f, expected);
}

/* ---- lists of codes ---- */

symbol *check_codes_list(checker *k, const syntax *s) {
  if (s->kind == SYNTAX_INPUT && k->input != NULL && k->input->type.kind == TYPE_CODES)
    return scope_find(k->source->context->scope, k->input->symbol->name);
  if (s->kind != SYNTAX_NAME) return NULL;
  symbol *found = scope_find(k->source->context->scope, s->text);
  return found != NULL && found->type.kind == TYPE_CODES ? found : NULL;
}

/* The code itself, or what stands before the colon of some: DATA_MISSING of DATA_MISSING:budget. */
static bool may_hold(const choice_list *codes, const char *word) {
  size_t n = strlen(word);
  for (size_t i = 0; i < codes->count; i++)
    if (strncmp(codes->names[i], word, n) == 0 &&
        (codes->names[i][n] == '\0' || codes->names[i][n] == ':'))
      return true;
  return false;
}

node *check_code_in(checker *k, const syntax *s) {
  const syntax *word = s->children[0];
  symbol *list = check_codes_list(k, s->children[1]);
  if (word->kind != SYNTAX_NAME && word->kind != SYNTAX_TEXT)
    return check_complain(k, word, arena_format(arena_of(k), "write CODE in %s", list->name),
                          "a code is expected");
  const choice_list *codes = list->type.choices;
  if (codes != NULL && !may_hold(codes, word->text)) {
    notation_complain(k->source, SEVERITY_ERROR, word->mark, word->mark_length,
                      notation_hint(k, word->text, codes, false), "%s never holds the code `%s`",
                      list->name, word->text);
    return NULL;
  }
  node *n = notation_node(k, NODE_CALL, type_plain(TYPE_BOOLEAN), s, 2);
  n->function = FUNCTION_HAS_CODE;
  n->children[0] = check_symbol(k, s->children[1], list);
  value v = {.type = type_plain(TYPE_TEXT), .exact = {0, 1}, .text = word->text};
  n->children[1] = types_constant(k, word, v);
  return n;
}
