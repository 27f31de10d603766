/* Dates, timestamps and durations: the forms that make them, and which of them go together. A date
 * counts days and a timestamp seconds, so the difference of two dates is a whole number of days,
 * that of two timestamps a duration. Months are a duration of their own: they have no length. */
#include <string.h>

#include "../base/duration.h"
#include "notation_check.h"
#include "notation_moment.h"
#include "notation_types.h"
#include "notation_value.h"

enum { DAY_SECONDS = 24 * 60 * 60 };

static bool is_moment(type_kind kind) {
  return kind == TYPE_DATE || kind == TYPE_TIMESTAMP;
}

static bool is_duration(type_kind kind) {
  return kind == TYPE_DURATION || kind == TYPE_MONTHS;
}

bool calendar_type(type_kind kind) {
  return is_moment(kind) || is_duration(kind);
}

bool calendar_mixed(checker *k, const node *a, const node *b) {
  bool left = a->type.kind == TYPE_TIMESTAMP && b->type.kind == TYPE_DATE;
  if (!left && !(a->type.kind == TYPE_DATE && b->type.kind == TYPE_TIMESTAMP)) return false;
  const node *moment = left ? a : b;
  types_complain(k, moment, types_hint(k, "write date(%s)", moment),
                 "a date and a timestamp do not go together");
  return true;
}

/* ---- arithmetic ---- */

static node *call_of(checker *k, function_kind f, value_type type, const syntax *at, node *a,
                     node *b) {
  node *n = notation_node(k, NODE_CALL, type, at, 2);
  n->function = f;
  n->children[0] = a;
  n->children[1] = b;
  return notation_fold(k, n);
}

/* A date or timestamp, and months to add or take. */
static node *shift_months(checker *k, const syntax *at, node *moment, node *months, bool back) {
  if (back) months = types_negate(k, at, months);
  if (months == NULL) return NULL;
  bool date = moment->type.kind == TYPE_DATE;
  return call_of(k, date ? FUNCTION_ADD_MONTHS : FUNCTION_ADD_MONTHS_AT, moment->type, at, moment,
                 months);
}

/* A duration as days: the constant itself, changed. */
static node *days_of(checker *k, node *n) {
  if (n->kind != NODE_CONSTANT || n->constant.exact.num % DAY_SECONDS != 0)
    return types_complain(k, n, "a date has no time of day", "a date is moved by whole days");
  node *days = notation_node(k, NODE_CONSTANT, type_plain(TYPE_INTEGER), &(syntax){0}, 0);
  *days = *n;
  days->type = days->constant.type = type_plain(TYPE_INTEGER);
  days->constant.exact.num /= DAY_SECONDS;
  return days;
}

static node *sum_of(checker *k, node_kind kind, value_type type, const syntax *at, node *a,
                    node *b) {
  node *n = notation_node(k, kind, type, at, 2);
  n->children[0] = a;
  n->children[1] = b;
  return notation_fold(k, n);
}

/* moment + other, moment - other */
static node *move_moment(checker *k, node_kind kind, const syntax *at, node *moment, node *other) {
  type_kind left = moment->type.kind, right = other->type.kind;
  if (right == TYPE_MONTHS) return shift_months(k, at, moment, other, kind == NODE_SUBTRACT);
  if (left == TYPE_DATE && right == TYPE_DURATION) {
    other = days_of(k, other);
    return other == NULL ? NULL : sum_of(k, kind, moment->type, at, moment, other);
  }
  if (left == TYPE_DATE ? types_is_whole(other->type) : right == TYPE_DURATION)
    return sum_of(k, kind, moment->type, at, moment, other);
  const char *hint = left == TYPE_DATE && type_is_numeric(right)
                         ? "days are added as a whole number: use floor(...)"
                     : type_is_numeric(right) ? types_hint(k, "say of what: %s days", other)
                                              : NULL;
  return types_cannot(k, kind, at, moment, other, hint);
}

/* Constants that make no whole number of seconds or months are refused. */
static node *whole_duration(checker *k, const syntax *at, node *n) {
  if (n == NULL || n->kind != NODE_CONSTANT || n->constant.missing || n->constant.exact.den == 1)
    return n;
  (void)at;
  return types_complain(k, n, NULL,
                        n->type.kind == TYPE_MONTHS ? "no whole number of months"
                                                    : "no whole number of seconds");
}

/* A duration times a number, or by one. */
static node *scale_duration(checker *k, node_kind kind, const syntax *at, node *a, node *b) {
  bool left = is_duration(a->type.kind);
  const node *by = left ? b : a;
  value_type type = left ? a->type : b->type;
  bool constant = a->kind == NODE_CONSTANT && b->kind == NODE_CONSTANT;
  bool fits = kind == NODE_MULTIPLY ? types_is_whole(by->type) || constant : left && constant;
  if (by->type.kind == TYPE_NUMBER || by->type.kind == TYPE_RATIO || !fits)
    return types_cannot(k, kind, at, a, b, "a duration is multiplied by a whole number");
  return whole_duration(k, at, sum_of(k, kind, type, at, a, b));
}

/* Two durations. */
static node *join_durations(checker *k, node_kind kind, const syntax *at, node *a, node *b) {
  if (a->type.kind != b->type.kind)
    return types_cannot(k, kind, at, a, b, "months have no fixed number of days");
  if (kind == NODE_MULTIPLY) return types_cannot(k, kind, at, a, b, NULL);
  return sum_of(k, kind, a->type, at, a, b);
}

node *calendar_arithmetic(checker *k, node_kind kind, const syntax *at, node *a, node *b) {
  type_kind left = a->type.kind, right = b->type.kind;
  if (calendar_mixed(k, a, b)) return NULL;
  if (is_moment(left) && left == right) {
    if (kind != NODE_SUBTRACT) return types_cannot(k, kind, at, a, b, NULL);
    value_type type = type_plain(left == TYPE_DATE ? TYPE_INTEGER : TYPE_DURATION);
    node *n = sum_of(k, kind, type, at, a, b);
    if (n != NULL && left == TYPE_DATE) n->counts = COUNTS_DAYS;
    return n;
  }
  bool adds = kind == NODE_ADD || kind == NODE_SUBTRACT;
  if (is_moment(left) && adds) return move_moment(k, kind, at, a, b);
  if (is_moment(right) && kind == NODE_ADD) return move_moment(k, kind, at, b, a);
  if (is_moment(left) || is_moment(right)) return types_cannot(k, kind, at, a, b, NULL);
  if (is_duration(left) && is_duration(right)) return join_durations(k, kind, at, a, b);
  bool left_number = type_is_numeric(left), right_number = type_is_numeric(right);
  if (!adds && (left_number || right_number)) return scale_duration(k, kind, at, a, b);
  const char *hint = left_number    ? types_hint(k, "say of what: %s days", a)
                     : right_number ? types_hint(k, "say of what: %s days", b)
                                    : NULL;
  return types_cannot(k, kind, at, a, b, hint);
}

node *calendar_counted(node *n, const node *other) {
  bool days = other->counts == COUNTS_DAYS && n->type.kind == TYPE_DURATION;
  bool months = other->counts == COUNTS_MONTHS && n->type.kind == TYPE_MONTHS;
  if (n->kind != NODE_CONSTANT || n->constant.missing || (!days && !months)) return n;
  rational size = {days ? DAY_SECONDS : 1, 1};
  if (!rational_div(n->constant.exact, size, &n->constant.exact)) return n;
  n->type = type_plain(n->constant.exact.den == 1 ? TYPE_INTEGER : TYPE_DECIMAL);
  n->type.denominator = (int64_t)n->constant.exact.den;
  n->constant.type = n->type;
  return n;
}

/* ---- functions ---- */

static node *text_constant(checker *k, const syntax *s, type_kind kind, int64_t exact) {
  return check_plain(k, s, kind, (rational){exact, 1});
}

/* date("2025-10-01") */
static node *date_of_text(checker *k, const syntax *s) {
  const char *text = s->children[0]->text;
  int64_t day;
  if (date_parse(text, strlen(text), &day)) return text_constant(k, s, TYPE_DATE, day);
  return check_complain(k, s->children[0], "a date is 2025-10-01", "there is no such date");
}

static node *date_of_parts(checker *k, const syntax *s, node *n) {
  n->function = FUNCTION_DATE_OF;
  for (size_t i = 0; i < 3; i++)
    if (!types_is_whole(n->children[i]->type))
      return types_complain(k, n->children[i], NULL, "a whole number is expected");
  bool unset = false;
  for (size_t i = 0; i < 3; i++)
    unset = unset || n->children[i]->kind != NODE_CONSTANT || n->children[i]->constant.missing;
  n = notation_fold(k, n);
  if (n != NULL && n->kind == NODE_CONSTANT && n->constant.missing && !unset)
    return check_complain(k, s, "year, month, day: date(2025, 10, 1)", "there is no such date");
  return n;
}

node *check_date(checker *k, const syntax *s) {
  if (s->child_count == 2)
    return check_complain(k, s, "date(year, month, day), or date(timestamp)",
                          "date takes 1 or 3 arguments, here are 2");
  if (s->child_count == 1 && s->children[0]->kind == SYNTAX_TEXT) return date_of_text(k, s);
  node *n = check_arguments(k, s, FUNCTION_DATE, type_plain(TYPE_DATE));
  if (n == NULL || n->child_count == 3) return n == NULL ? NULL : date_of_parts(k, s, n);
  type_kind kind = n->children[0]->type.kind;
  if (kind == TYPE_DATE) return n->children[0];
  if (kind == TYPE_TIMESTAMP) return notation_fold(k, n);
  return types_complain(k, n->children[0], NULL, "date takes a timestamp");
}

/* date_and_time("2025-10-01T15:00:00+08:00"), date_and_time(due_date, "18:00") */
node *check_date_and_time(checker *k, const syntax *s) {
  const syntax *last = s->children[s->child_count - 1];
  int64_t moment;
  int32_t second;
  if (last->kind != SYNTAX_TEXT)
    return check_complain(k, last, "date_and_time(due_date, \"18:00\")", "a text is expected");
  if (s->child_count == 1) {
    if (moment_parse(last->text, strlen(last->text), &moment))
      return text_constant(k, s, TYPE_TIMESTAMP, moment);
    return check_complain(k, last, "a timestamp is 2025-10-01T15:00:00+08:00",
                          "there is no such moment");
  }
  if (!time_of_day_parse(last->text, strlen(last->text), &second))
    return check_complain(k, last, "a time of day is 18:00 or 18:00:00", "there is no such time");
  node *n = notation_node(k, NODE_CALL, type_plain(TYPE_TIMESTAMP), s, 2);
  n->function = FUNCTION_DATE_AND_TIME;
  n->children[0] = notation_check(k, s->children[0], type_plain(TYPE_NONE));
  n->children[1] = text_constant(k, last, TYPE_INTEGER, second);
  return n->children[0] == NULL ? NULL : calendar_function(k, n);
}

/* duration("P30D") */
node *check_duration(checker *k, const syntax *s) {
  const syntax *text = s->children[0];
  bool months;
  int64_t length;
  if (text->kind == SYNTAX_TEXT && duration_parse(text->text, strlen(text->text), &months, &length))
    return text_constant(k, s, months ? TYPE_MONTHS : TYPE_DURATION, length);
  return check_complain(k, text, "such are \"P30D\", \"PT36H\", \"P1Y2M\"; or write 30 days",
                        "no duration");
}

/* What the i-th argument must be. */
static bool takes(const node *n, size_t i) {
  type_kind kind = n->children[i]->type.kind;
  switch (n->function) {
  case FUNCTION_HOUR:
  case FUNCTION_MINUTE:
  case FUNCTION_SECOND:
    return kind == TYPE_TIMESTAMP;
  case FUNCTION_ADD_MONTHS:
    return i == 0 ? is_moment(kind) : types_is_whole(n->children[i]->type);
  case FUNCTION_DATE_AND_TIME:
  case FUNCTION_ADD_WORKDAYS:
    return i == 0 ? kind == TYPE_DATE : types_is_whole(n->children[i]->type);
  default:
    return kind == TYPE_DATE;
  }
}

static node *refuse_argument(checker *k, const node *n, size_t i) {
  const node *a = n->children[i];
  if (n->function >= FUNCTION_HOUR && n->function <= FUNCTION_SECOND)
    return types_complain(k, a, NULL, "a timestamp is expected");
  if (i == 1 && (n->function == FUNCTION_ADD_MONTHS || n->function == FUNCTION_ADD_WORKDAYS))
    return types_complain(k, a, NULL,
                          n->function == FUNCTION_ADD_MONTHS
                              ? "a whole number of months is expected"
                              : "a whole number of working days is expected");
  if (a->type.kind == TYPE_TIMESTAMP)
    return types_complain(k, a, types_hint(k, "write date(%s)", a),
                          "a date is expected, not a timestamp");
  return types_complain(k, a, NULL, "a date is expected");
}

static value_type result_of(const node *n) {
  switch (n->function) {
  case FUNCTION_ADD_MONTHS:
  case FUNCTION_ADD_WORKDAYS:
  case FUNCTION_LAST_DAY_OF_MONTH:
    return type_plain(TYPE_DATE);
  case FUNCTION_ADD_MONTHS_AT:
  case FUNCTION_DATE_AND_TIME:
    return type_plain(TYPE_TIMESTAMP);
  default:
    return type_plain(TYPE_INTEGER);
  }
}

node *calendar_function(checker *k, node *n) {
  for (size_t i = 0; i < n->child_count; i++)
    if (!takes(n, i)) return refuse_argument(k, n, i);
  if (n->function == FUNCTION_ADD_MONTHS && n->children[0]->type.kind == TYPE_TIMESTAMP)
    n->function = FUNCTION_ADD_MONTHS_AT;
  n->type = result_of(n);
  if (n->function == FUNCTION_ADD_WORKDAYS || n->function == FUNCTION_WORKDAYS_BETWEEN) {
    n->workdays = k->source->context->workdays;
    if (n->workdays == NULL)
      return types_complain(k, n, NULL, "there is no calendar of working days here");
  }
  bool months = n->function == FUNCTION_MONTHS_BETWEEN;
  n = notation_fold(k, n);
  if (n != NULL && months) n->counts = COUNTS_MONTHS;
  return n;
}
