/* Reads cron expressions. A mistake is told with the field, what stands there, and what may. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "cron.h"
#include "text.h"

#define FIELD_MOST 256 /* bytes of a field */

typedef struct field {
  const char *name;
  int least, most;
  bool wraps;               /* a range may go over its end */
  const char *const *names; /* of the values from `least` on; NULL: none */
  const char *may;          /* what may stand there */
} field;

static const char *const month_names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                          "AUG", "SEP", "OCT", "NOV", "DEC", NULL};
static const char *const day_names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", NULL};

enum { SECOND, MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, FIELDS };

static const field fields[FIELDS] = {
    {"second", 0, 59, true, NULL, "0 to 59, *, */10, 0-30 or a list 0,30"},
    {"minute", 0, 59, true, NULL, "0 to 59, *, */10, 0-30 or a list 0,30"},
    {"hour", 0, 23, true, NULL, "0 to 23, *, */2, 9-17 or a list 9,12,15"},
    {"day of the month", 1, 31, false, NULL, "1 to 31, *, 1-7, a list 1,15, L, L-3, 15W or LW"},
    {"month", 1, 12, true, month_names, "1 to 12, *, */3, 1-6, JAN to DEC or a list 3,6,9,12"},
    {"day of the week", 0, 7, true, day_names,
     "0 to 7 (0 and 7 are Sunday), *, MON to SUN, MON-FRI, FRI#2 or FRIL"},
};

/* An item of a field's list, and where what is read of it goes. */
typedef struct item {
  const field *field;
  const char *text; /* the whole field */
  const char *at;   /* what is left to be read */
  error *e;
} item;

static bool wrong(const item *i, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(const item *i, const char *format, ...) {
  char why[512];
  va_list args;
  va_start(args, format);
  vsnprintf(why, sizeof why, format, args);
  va_end(args);
  buffer shown = {0};
  text_printable(&shown, i->text, strlen(i->text), 60);
  buffer_char(&shown, 0);
  error_set(i->e, ERR_USAGE, "the %s is \"%s\": %s", i->field->name, shown.data, why);
  buffer_deinit(&shown);
  return false;
}

static bool may_not(const item *i) {
  return wrong(i, "it may be %s", i->field->may);
}

/* ---- values ---- */

static bool read_number(item *i, int *out) {
  const char *from = i->at;
  for (*out = 0; isdigit((unsigned char)*i->at) && i->at - from < 4; i->at++)
    *out = *out * 10 + *i->at - '0';
  if (isdigit((unsigned char)*i->at)) return false;
  return i->at > from;
}

static bool name_wrong(const item *i, const char *word) {
  size_t count = 0;
  while (i->field->names[count]) count++;
  for (size_t k = 0; k < count; k++) /* monday, Sept */
    if (strncasecmp(word, i->field->names[k], 3) == 0)
      return wrong(i, "did you mean %s?", i->field->names[k]);
  const char *near = text_suggest(word, i->field->names, count);
  return near ? wrong(i, "did you mean %s?", near) : may_not(i);
}

/* A letter that has a meaning of its own behind a day of the week. */
static bool is_last_mark(const char *p) {
  return (*p == 'L' || *p == 'l') && !isalpha((unsigned char)p[1]);
}

static bool read_name(item *i, int *out) {
  char word[16] = "";
  size_t n = 0;
  while (isalpha((unsigned char)i->at[n])) n++;
  if (n == 4 && i->field == &fields[DAY_OF_WEEK] && is_last_mark(i->at + 3)) n = 3;
  snprintf(word, sizeof word, "%.*s", (int)(n < 15 ? n : 15), i->at);
  for (int k = 0; i->field->names[k]; k++) {
    if (strcasecmp(word, i->field->names[k]) != 0) continue;
    i->at += n;
    *out = i->field->least + k;
    return true;
  }
  return name_wrong(i, word);
}

static bool read_value(item *i, int *out) {
  const field *f = i->field;
  if (f->names && isalpha((unsigned char)*i->at)) return read_name(i, out);
  if (!read_number(i, out)) return may_not(i);
  return (*out >= f->least && *out <= f->most) || may_not(i);
}

/* ---- ranges and steps ---- */

static bool read_step(item *i, int *step) {
  const field *f = i->field;
  const int span = f->most - f->least + (f != &fields[DAY_OF_WEEK]);
  *step = 1;
  if (*i->at != '/') return true;
  i->at++;
  if (!read_number(i, step) || *step == 0)
    return wrong(i, "behind '/' stands a number from 1 on, such as */5");
  if (*step < span) return true;
  return wrong(i,
               "a step of %d does not fit into the %d of the %s; it would only ever give the first"
               ". For an interval across them write every = \"90m\" instead of cron",
               *step, span, f->name);
}

static uint64_t range_bits(const field *f, int from, int to, int step) {
  const bool week = f == &fields[DAY_OF_WEEK];
  const int span = (week ? 6 : f->most) - f->least + 1;
  uint64_t out = 0;
  if (to < from) to += span;
  for (int v = from; v <= to; v += step)
    out |= (uint64_t)1 << ((unsigned)(v - f->least) % (unsigned)span + (unsigned)f->least);
  return out;
}

/* *, 5, 1-5, each with a step or without. `single`: a value alone. */
static bool read_range(item *i, uint64_t *bits, int *single) {
  const field *f = i->field;
  int from = 0, to = 0, step = 1;
  *single = -1;
  if (*i->at == '*' || *i->at == '?') {
    if (*i->at == '?' && f != &fields[DAY_OF_MONTH] && f != &fields[DAY_OF_WEEK])
      return wrong(i, "? stands only for a day; write *");
    i->at++;
    from = f->least;
    to = f == &fields[DAY_OF_WEEK] ? 6 : f->most;
  } else {
    if (!read_value(i, &from)) return false;
    to = *single = from;
    if (*i->at == '-') {
      i->at++;
      *single = -1;
      if (!read_value(i, &to)) return false;
      if (to < from && f == &fields[DAY_OF_WEEK] && from == 7) from = 0;
      if (to < from && !f->wraps)
        return wrong(i, "the range ends before it begins; months differ in length, so write "
                        "two ranges, such as 28-31,1-3");
    } else if (*i->at == '/') { /* 5/10 */
      *single = -1;
      to = f == &fields[DAY_OF_WEEK] ? 6 : f->most;
      if (from > to) from = 0;
    }
  }
  if (!read_step(i, &step)) return false;
  *bits |= range_bits(f, from, to, step);
  return true;
}

/* ---- days ---- */

static bool at_end(const item *i) {
  return *i->at == 0 || may_not(i);
}

static bool takes(item *i, char letter) {
  if (toupper((unsigned char)*i->at) != letter) return false;
  i->at++;
  return true;
}

static bool read_last_day(item *i, cron *out) {
  int back = 0;
  if (takes(i, 'W')) {
    out->last_workday = true;
    return at_end(i);
  }
  if (*i->at == '-') {
    i->at++;
    if (!read_number(i, &back) || back < 1 || back > 30)
      return wrong(i, "behind L- stand the days before the last, 1 to 30, such as L-3");
  }
  out->days_before_last |= (uint32_t)1 << back;
  return at_end(i);
}

static bool read_day(item *i, cron *out) {
  uint64_t bits = 0;
  int single = -1;
  if (takes(i, 'L')) return read_last_day(i, out);
  if (toupper((unsigned char)*i->at) == 'W')
    return wrong(i, "W stands behind a day, such as 15W, or LW");
  if (!read_range(i, &bits, &single)) return false;
  if (takes(i, 'W')) {
    if (single < 0) return wrong(i, "W stands behind one day, such as 15W");
    out->nearest |= (uint32_t)1 << single;
  } else {
    out->days |= (uint32_t)bits;
  }
  return at_end(i);
}

static bool read_weekday(item *i, cron *out) {
  uint64_t bits = 0;
  int single = -1, nth = 0;
  if (is_last_mark(i->at)) return wrong(i, "the last of which day? FRIL is the last Friday");
  if (!read_range(i, &bits, &single)) return false;
  if (*i->at != '#' && !is_last_mark(i->at)) {
    out->weekdays |= (uint8_t)bits;
    return at_end(i);
  }
  if (single < 0) return wrong(i, "# and L stand behind one day, such as FRI#2 or FRIL");
  if (takes(i, 'L')) {
    out->last_weekdays |= (uint8_t)bits;
    return at_end(i);
  }
  i->at++;
  if (!read_number(i, &nth) || nth < 1 || nth > 5)
    return wrong(i, "behind # stands which of the month, 1 to 5, such as FRI#2");
  out->nth_weekdays[single % 7] |= (uint8_t)(1 << nth);
  return at_end(i);
}

/* ---- fields ---- */

static bool read_item(item *i, int which, cron *out) {
  uint64_t bits = 0;
  int single = -1;
  if (!*i->at) return wrong(i, "an entry of its list is empty");
  if (which == DAY_OF_MONTH) return read_day(i, out);
  if (which == DAY_OF_WEEK) return read_weekday(i, out);
  if (!read_range(i, &bits, &single) || !at_end(i)) return false;
  if (which == SECOND) out->seconds |= bits;
  if (which == MINUTE) out->minutes |= bits;
  if (which == HOUR) out->hours |= (uint32_t)bits;
  if (which == MONTH) out->months |= (uint32_t)bits;
  return true;
}

static bool restricts_nothing(const char *text) {
  return strcmp(text, "*") == 0 || strcmp(text, "?") == 0 || strcmp(text, "*/1") == 0;
}

static bool read_field(int which, const char *text, cron *out, error *e) {
  char list[FIELD_MOST];
  memcpy(list, text, strlen(text) + 1);
  for (char *at = list, *end; at; at = end) {
    if ((end = strchr(at, ','))) *end++ = 0;
    item i = {.field = &fields[which], .text = text, .at = at, .e = e};
    if (!read_item(&i, which, out)) return false;
  }
  if (which == DAY_OF_MONTH) out->any_day = restricts_nothing(text);
  if (which == DAY_OF_WEEK) out->any_weekday = restricts_nothing(text);
  return true;
}

/* ---- the whole ---- */

static error_code macro_wrong(const char *word, error *e) {
  static const char *const names[] = {"@yearly", "@annually", "@monthly", "@weekly",
                                      "@daily",  "@midnight", "@hourly"};
  if (strncasecmp(word, "@every", 6) == 0)
    return error_set(e, ERR_USAGE, "\"%s\" is no cron; an interval is every = \"1h\"", word);
  if (strcasecmp(word, "@reboot") == 0)
    return error_set(e, ERR_USAGE,
                     "\"@reboot\" names no time; what runs missed when the service starts is "
                     "missed = \"once\"");
  const char *near = text_suggest(word, names, sizeof names / sizeof *names);
  if (near) return error_set(e, ERR_USAGE, "\"%s\" is not known; did you mean %s?", word, near);
  return error_set(e, ERR_USAGE,
                   "\"%s\" is not known; there are @yearly, @monthly, @weekly, @daily and @hourly",
                   word);
}

/* The five fields that a name such as @daily stands for; NULL: none such. */
static const char *find_macro(const char *word) {
  static const char *const macros[][2] = {{"@yearly", "0 0 1 1 *"},  {"@annually", "0 0 1 1 *"},
                                          {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
                                          {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
                                          {"@hourly", "0 * * * *"}};
  for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
    if (strcasecmp(macros[i][0], word) == 0) return macros[i][1];
  return NULL;
}

static error_code count_wrong(int count, error *e) {
  if (count == 7)
    return error_set(e, ERR_USAGE,
                     "it has 7 fields; a year cannot be given, only second minute hour "
                     "day-of-month month day-of-week");
  return error_set(
      e, ERR_USAGE,
      "it has %d field%s; it must have five: minute hour day-of-month month day-of-week, "
      "or six with the second before them; \"30 2 * * *\" is every day at 02:30",
      count, count == 1 ? "" : "s");
}

/* Copies the field that `*at` stands before; false: there is no more, or it is too long to be one. */
static bool next_field(const char **at, char *out) {
  *at += strspn(*at, " \t");
  const size_t n = strcspn(*at, " \t");
  if (n == 0 || n >= FIELD_MOST) return false;
  memcpy(out, *at, n);
  out[n] = 0;
  *at += n;
  return true;
}

static int count_fields(const char *text) {
  int count = 0;
  for (text += strspn(text, " \t"); *text; text += strspn(text, " \t")) {
    count++;
    text += strcspn(text, " \t");
  }
  return count;
}

static error_code never_comes(const char *day, const char *month, error *e) {
  return error_set(
      e, ERR_USAGE,
      "this date never comes: month \"%s\" has no day \"%s\"; the last day of a month, "
      "whichever it is, is L",
      month, day);
}

error_code cron_parse(const char *text, cron *out, error *e) {
  char parts[FIELDS][FIELD_MOST] = {"0"};
  *out = (cron){0};
  const int count = count_fields(text);
  const char *at = text + strspn(text, " \t");
  if (*at == '@') {
    char word[FIELD_MOST] = "";
    if (!next_field(&at, word) || count != 1 || !(at = find_macro(word)))
      return macro_wrong(word, e);
  } else if (count != 5 && count != 6) {
    return count_wrong(count, e);
  }
  for (int f = count == 6 ? SECOND : MINUTE; f < FIELDS; f++)
    if (!next_field(&at, parts[f]))
      return error_set(e, ERR_USAGE, "the %s is longer than %d characters", fields[f].name,
                       FIELD_MOST - 1);
  for (int f = 0; f < FIELDS; f++)
    if (!read_field(f, parts[f], out, e)) return e->code;
  if (!cron_comes(out)) return never_comes(parts[DAY_OF_MONTH], parts[MONTH], e);
  return ERR_OK;
}
