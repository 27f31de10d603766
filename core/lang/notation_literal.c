/* Literals: numbers, percent, dates, timestamps, durations. */
#include <string.h>

#include "../base/duration.h"
#include "notation_syntax.h"

static syntax *parse_number(notation_source *s, token t) {
  syntax *x = notation_syntax_node(s, SYNTAX_NUMBER, t);
  const char *digits = s->text + t.offset;
  bool percent = digits[t.length - 1] == '%';
  size_t length = (size_t)t.length - percent;
  const char *point = memchr(digits, '.', length);
  x->digits = (point == NULL ? 0 : (int)(digits + length - point) - 1) + (percent ? 2 : 0);
  if (digits[0] == '.') {
    digits = arena_format(s->context->arena, "0%.*s", (int)length, digits);
    length++;
  }
  if (rational_parse(digits, length, &x->number) == PARSE_OK &&
      (!percent || rational_div(x->number, (rational){100, 1}, &x->number)))
    return x;
  notation_complain(s, SEVERITY_ERROR, t.offset, t.length, NULL, "a number with too many digits");
  return NULL;
}

/* Words behind a number that make it a duration. */
static const struct {
  const char *one, *many;
  bool months;
  int64_t size; /* in months or seconds */
} units[] = {{"day", "days", false, 86400},   {"week", "weeks", false, 7 * 86400},
             {"hour", "hours", false, 3600},  {"minute", "minutes", false, 60},
             {"second", "seconds", false, 1}, {"month", "months", true, 1},
             {"year", "years", true, 12}};

/* Is the next token this word? */
static bool is_unit(const notation_source *s, const char *word) {
  token t = s->tokens[s->at];
  return t.kind == TOKEN_NAME && (size_t)t.length == strlen(word) &&
         memcmp(s->text + t.offset, word, (size_t)t.length) == 0;
}

/* A number is a duration if a unit follows. */
static syntax *parse_quantity(notation_source *s, token t) {
  syntax *x = parse_number(s, t);
  size_t u = 0, count = sizeof units / sizeof *units;
  while (u < count && !is_unit(s, units[u].one) && !is_unit(s, units[u].many)) u++;
  if (x == NULL || u == count) return x;
  token unit = s->tokens[s->at++];
  x->kind = SYNTAX_DURATION;
  x->months = units[u].months;
  x->length = x->mark_length = unit.offset + unit.length - x->offset;
  if (rational_mul(x->number, (rational){units[u].size, 1}, &x->number) && x->number.den == 1 &&
      x->number.num <= INT64_MAX)
    return x;
  notation_complain(s, SEVERITY_ERROR, x->offset, x->length, NULL,
                    "a duration is a whole number of %s", x->months ? "months" : "seconds");
  return NULL;
}

/* @"2025-10-01", @"2025-10-01T15:00:00+08:00", @"P30D" */
static syntax *parse_at(notation_source *s, token t) {
  syntax *x = notation_syntax_node(s, SYNTAX_DATE, t);
  const char *text = notation_unquote(s, (token){TOKEN_TEXT, t.offset + 1, t.length - 1});
  size_t n = strlen(text);
  int64_t exact = 0;
  bool known = true;
  if (date_parse(text, n, &exact))
    x->kind = SYNTAX_DATE;
  else if (moment_parse(text, n, &exact))
    x->kind = SYNTAX_TIMESTAMP;
  else if (duration_parse(text, n, &x->months, &exact))
    x->kind = SYNTAX_DURATION;
  else
    known = false;
  x->number = (rational){exact, 1};
  if (known) return x;
  notation_complain(s, SEVERITY_ERROR, t.offset, t.length,
                    "such are @\"2025-10-01\", @\"2025-10-01T15:00:00+08:00\", @\"P30D\"",
                    "no date, timestamp or duration");
  return NULL;
}

static syntax *parse_moment(notation_source *s, token t) {
  bool date = t.kind == TOKEN_DATE;
  syntax *x = notation_syntax_node(s, date ? SYNTAX_DATE : SYNTAX_TIMESTAMP, t);
  int64_t when = 0;
  const char *text = s->text + t.offset;
  x->number.den = 1;
  if (date ? date_parse(text, (size_t)t.length, &when)
           : moment_parse(text, (size_t)t.length, &when)) {
    x->number.num = when;
    return x;
  }
  notation_complain(s, SEVERITY_ERROR, t.offset, t.length,
                    date ? NULL : "a timestamp is 2025-10-01T15:00:00+08:00",
                    date ? "there is no such date" : "there is no such moment");
  return NULL;
}

syntax *notation_parse_literal(notation_source *s, token t) {
  if (t.kind == TOKEN_NUMBER) return parse_quantity(s, t);
  return t.kind == TOKEN_AT ? parse_at(s, t) : parse_moment(s, t);
}
